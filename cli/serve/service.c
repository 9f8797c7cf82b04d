// SPDX-License-Identifier: GPL-2.0-only
/*
 * systemd's protocols for services are a few environment variables and a
 * datagram, sd_listen_fds(3) and sd_notify(3), so no library is needed; rights
 * go by libcap-ng.
 */
#include "serve/service.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "serve/accept.h"

/* The first that a service is given. */
#define NP_LISTEN_FD	3
/* Those that wait to be accepted; the kernel has a limit of its own. */
#define NP_BACKLOG	1024
/* Who owns nothing. */
#define NP_NOBODY	65534

static int np_fail_with(struct np_error *error, int code, const char *what)
{
	error->code = code;
	snprintf(error->text, sizeof(error->text), "%s: %s", what,
		 strerror(code));

	return -code;
}

/* A number that the environment has for this process, 0 without. */
static uint64_t np_environment(const char *name)
{
	const char *text = getenv(name);
	uint64_t value;

	return text && np_parse_u64(text, &value) ? value : 0;
}

/* MHD wants one that does not wait. */
static int np_socket_flags(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;

	return 0;
}

/**
 * np_service_inherited - a socket that was there before us (LISTEN_FDS)
 * @error: set if there is one that is of no use
 *
 * Return: file descriptor; -1 without one; a negative errno below -1 with
 * @error set.
 */
int np_service_inherited(struct np_error *error)
{
	uint64_t fds = np_environment("LISTEN_FDS");
	int listening = 0, err;
	socklen_t size = sizeof(listening);

	if (np_environment("LISTEN_PID") != (uint64_t)getpid() || !fds)
		return -1;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (fds != 1)
		return np_fail_with(error, EINVAL,
				    "more than one socket was given");
	if (getsockopt(NP_LISTEN_FD, SOL_SOCKET, SO_ACCEPTCONN, &listening,
		       &size) || !listening)
		return np_fail_with(error, ENOTSOCK,
				    "what was given does not listen");
	err = np_socket_flags(NP_LISTEN_FD);
	if (err)
		return np_fail_with(error, -err, "the socket that was given");

	return NP_LISTEN_FD;
}

static int np_listen_on(const struct addrinfo *info)
{
	int fd, one = 1, err;

	fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    info->ai_protocol);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, info->ai_addr, info->ai_addrlen) ||
	    listen(fd, NP_BACKLOG)) {
		err = -errno;
		close(fd);
		return err;
	}

	return fd;
}

/**
 * np_service_listen - a socket of our own
 * @address: "127.0.0.1:9000", "[::1]:9000", "localhost:9000", ":9000"
 * @error: set if that does not work
 *
 * Return: file descriptor, or a negative errno.
 */
int np_service_listen(const char *address, struct np_error *error)
{
	const struct addrinfo hints = {
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *info, *one;
	char *host, *port;
	int err, fd = -EADDRNOTAVAIL;

	if (!np_split_address(address, &host, &port)) {
		error->code = EINVAL;
		snprintf(error->text, sizeof(error->text),
			 "%s: not ADDRESS:PORT", address);
		return -EINVAL;
	}
	err = getaddrinfo(*host ? host : NULL, port, &hints, &info);
	free(host);
	free(port);
	if (err) {
		error->code = EADDRNOTAVAIL;
		snprintf(error->text, sizeof(error->text), "%s: %s", address,
			 gai_strerror(err));
		return -EADDRNOTAVAIL;
	}
	for (one = info; one && fd < 0; one = one->ai_next)
		fd = np_listen_on(one);
	freeaddrinfo(info);
	if (fd < 0)
		np_fail_with(error, -fd, address);

	return fd;
}

/**
 * np_service_notify - tell systemd, if it wants to know
 * @state: "READY=1" and the like
 */
void np_service_notify(const char *state)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	socklen_t size;
	int fd;

	if (!path || (path[0] != '/' && path[0] != '@') ||
	    strlen(path) >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, strlen(path));
	/* An abstract name begins with a zero. */
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
			   strlen(path));
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* Who does not listen has no need to know. */
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL,
		   (const struct sockaddr *)&to, size) < 0)
		errno = 0;
	close(fd);
}

/**
 * np_service_watchdog - how often to tell that we are alive
 *
 * Return: nanoseconds, half of what systemd waits; 0 if it does not.
 */
uint64_t np_service_watchdog(void)
{
	uint64_t pid = np_environment("WATCHDOG_PID");

	if (pid && pid != (uint64_t)getpid())
		return 0;

	return np_environment("WATCHDOG_USEC") * 500;
}

/**
 * np_service_drop - give up all rights
 * @change_user: also be nobody, if we are root
 * @error: set if that does not work
 *
 * What is exported anybody may read. Where there is no such user, as in some
 * containers, capabilities go all the same.
 *
 * Return: 0 or a negative errno.
 */
int np_service_drop(bool change_user, struct np_error *error)
{
	/* With nothing to lose, a file that has rights must not give any. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return np_fail_with(error, errno, "no_new_privs");
	/* Only who is allowed to can make the bounding set smaller. */
	capng_clear(CAPNG_SELECT_BOUNDS);
	capng_apply(CAPNG_SELECT_BOUNDS);
	capng_clear(CAPNG_SELECT_BOTH);
	if (change_user && !geteuid() &&
	    !capng_change_id(NP_NOBODY, NP_NOBODY, CAPNG_DROP_SUPP_GRP))
		return 0;
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_apply(CAPNG_SELECT_CAPS))
		return np_fail_with(error, EPERM, "cannot drop capabilities");

	return 0;
}
