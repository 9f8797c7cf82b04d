// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of /proc and /sys, requests of SIOCETHTOOL, and the clock: of the
 * running system or of a snapshot.
 */
#include "source/private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/openat2.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* No file that is read here is larger, and no snapshot may fill the memory. */
#define NP_FILE_MAX	(16u << 20)

/* ---- one or the other --------------------------------------------------- */

static struct np_source *np_source_alloc(int root, bool live)
{
	struct np_source *src = np_alloc(sizeof(*src));

	src->root = root;
	src->earlier = -1;
	src->record = -1;
	src->socket = -1;
	src->live = live;

	return src;
}

/**
 * np_source_live - the running system, as this process sees it
 *
 * Return: freed with np_source_free().
 */
struct np_source *np_source_live(void)
{
	/* Without "/" each read fails, and says so. */
	return np_source_alloc(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC),
			       true);
}

/**
 * np_source_open - a snapshot
 * @root: directory
 * @error: set if it cannot be opened
 *
 * Return: freed with np_source_free(), or NULL.
 */
struct np_source *np_source_open(const char *root, struct np_error *error)
{
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int last, first = -1;
	struct np_source *src;

	/* Of one with two samples, the later. */
	last = fd < 0 ? -1 : openat(fd, "2", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (last >= 0) {
		first = openat(fd, "1", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = last;
	}
	if (fd < 0) {
		error->code = errno;
		snprintf(error->text, sizeof(error->text), "%s: %s", root,
			 strerror(errno));
		return NULL;
	}

	src = np_source_alloc(fd, false);
	src->earlier = first;

	return src;
}

/**
 * np_source_earlier - the first sample of a snapshot that has two
 * @src: from np_source_open(), which is the later; asked once
 *
 * Return: freed with np_source_free(); NULL for the running system, or a
 * snapshot with one sample.
 */
struct np_source *np_source_earlier(struct np_source *src)
{
	int fd = src->earlier;

	src->earlier = -1;

	return fd < 0 ? NULL : np_source_alloc(fd, false);
}

/**
 * np_source_free - forget a source
 * @src: from np_source_live() or np_source_open(), or NULL
 */
void np_source_free(struct np_source *src)
{
	if (!src)
		return;
	np_netlink_close(src);
	if (src->socket >= 0)
		close(src->socket);
	if (src->record >= 0)
		close(src->record);
	if (src->earlier >= 0)
		close(src->earlier);
	if (src->root >= 0)
		close(src->root);
	free(src);
}

/**
 * np_source_is_live - is this the running system?
 * @src: source
 *
 * Return: false for a snapshot.
 */
bool np_source_is_live(const struct np_source *src)
{
	return src->live;
}

/* ---- a snapshot that is being made --------------------------------------- */

/**
 * np_source_record - from now on keep a copy of what is read
 * @src: source
 * @dir: an empty directory, or one to be made
 * @error: set if it cannot be used
 *
 * Return: 0 or a negative errno.
 */
int np_source_record(struct np_source *src, const char *dir,
		     struct np_error *error)
{
	int fd = -1;

	if (!mkdir(dir, 0777) || errno == EEXIST)
		fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		error->code = errno;
		snprintf(error->text, sizeof(error->text), "%s: %s", dir,
			 strerror(errno));
		return -error->code;
	}
	if (src->record >= 0)
		close(src->record);
	src->record = fd;

	return 0;
}

/* Make the directories above @path. */
static void np_record_parents(const struct np_source *src, const char *path)
{
	char *above = np_copy(path), *slash;

	for (slash = strchr(above, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdirat(src->record, above, 0777);
		*slash = '/';
	}
	free(above);
}

/**
 * np_source_store - keep something in the snapshot that is being made
 * @src: source; nothing happens without np_source_record()
 * @path: where
 * @data: content
 * @size: octets
 *
 * What cannot be written is missing in the snapshot, and is named as missing
 * when it is read.
 */
void np_source_store(struct np_source *src, const char *path, const void *data,
		     size_t size)
{
	const char *from = data;
	ssize_t done;
	int fd;

	if (src->record < 0)
		return;
	np_record_parents(src, path);
	fd = openat(src->record, path,
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0666);
	if (fd < 0)
		return;
	for (; size; from += done, size -= (size_t)done) {
		done = write(fd, from, size);
		if (done <= 0)
			break;
	}
	close(fd);
}

/* ---- files --------------------------------------------------------------- */

/* Links in a snapshot must not lead out of it. */
static int np_open(const struct np_source *src, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	if (src->live)
		return openat(src->root, path, flags | O_CLOEXEC);

	return (int)syscall(SYS_openat2, src->root, path, &how, sizeof(how));
}

/* Files of /proc and /sys do not say how long they are. */
static int np_read_all(int fd, void **data, size_t *size)
{
	size_t room = 4096, len = 0;
	char *buf = np_alloc(room);
	ssize_t got;

	for (;;) {
		got = read(fd, buf + len, room - len - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		len += (size_t)got;
		if (len + 1 < room)
			continue;
		if (room >= NP_FILE_MAX) {
			got = -1;
			errno = EFBIG;
			break;
		}
		room *= 2;
		buf = np_realloc(buf, room, 1);
	}
	if (got < 0) {
		int code = errno;

		free(buf);
		return -code;
	}
	buf[len] = '\0';
	*data = buf;
	*size = len;

	return 0;
}

/**
 * np_source_load - a file as it is
 * @src: source
 * @path: below its root
 * @data: content with a NUL behind it, to be freed; NULL if there is none
 * @size: octets without that
 *
 * Return: 0 or a negative errno.
 */
int np_source_load(struct np_source *src, const char *path, void **data,
		   size_t *size)
{
	struct stat st;
	int fd, err;

	*data = NULL;
	*size = 0;
	/* A FIFO in a snapshot must not make anybody wait. */
	fd = np_open(src, path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	err = np_read_all(fd, data, size);
	close(fd);

	return err;
}

static char *NP_PRINTF(1, 0) np_path(const char *fmt, va_list args)
{
	char *path;

	if (vasprintf(&path, fmt, args) < 0)
		path = np_copy("");

	return path;
}

static char *np_read_path(struct np_source *src, const char *path)
{
	size_t size;
	void *data;
	int err;

	err = np_source_load(src, path, &data, &size);
	if (err) {
		errno = -err;
		return NULL;
	}
	np_source_store(src, path, data, size);

	return data;
}

/**
 * np_source_read - the text of a file
 * @src: source
 * @fmt: its path, as of printf()
 *
 * Return: to be freed; NULL with errno if it cannot be read.
 */
char *np_source_read(struct np_source *src, const char *fmt, ...)
{
	char *path, *text;
	va_list args;

	va_start(args, fmt);
	path = np_path(fmt, args);
	va_end(args);
	text = np_read_path(src, path);
	free(path);

	return text;
}

/**
 * np_source_u64 - the number in a file
 * @src: source
 * @value: set if there is one
 * @fmt: path, as of printf()
 *
 * Return: whether the file can be read and holds a number and nothing else.
 */
bool np_source_u64(struct np_source *src, uint64_t *value, const char *fmt, ...)
{
	char *path, *text;
	va_list args;
	bool good;

	va_start(args, fmt);
	path = np_path(fmt, args);
	va_end(args);
	text = np_read_path(src, path);
	free(path);
	good = text && np_parse_u64(np_strip(text), value);
	free(text);

	return good;
}

/**
 * np_source_target - what a symbolic link points to, without leaving a copy
 * @src: source
 * @path: of the link
 *
 * Return: to be freed; NULL with errno if it is none.
 */
char *np_source_target(struct np_source *src, const char *path)
{
	char target[512];
	ssize_t len;
	int fd;

	fd = np_open(src, path, O_PATH | O_NOFOLLOW);
	if (fd < 0)
		return NULL;
	len = readlinkat(fd, "", target, sizeof(target) - 1);
	close(fd);
	if (len < 0)
		return NULL;
	target[len] = '\0';

	return np_copy(target);
}

/**
 * np_source_link - the last part of what a symbolic link points to
 * @src: source
 * @fmt: path of the link, as of printf()
 *
 * /sys names drivers, modules and devices so.
 *
 * Return: to be freed; NULL with errno if it is none.
 */
char *np_source_link(struct np_source *src, const char *fmt, ...)
{
	char *path, *target, *slash, *name = NULL;
	va_list args;

	va_start(args, fmt);
	path = np_path(fmt, args);
	va_end(args);

	target = np_source_target(src, path);
	if (target) {
		slash = strrchr(target, '/');
		name = np_copy(slash ? slash + 1 : target);
		if (src->record >= 0) {
			np_record_parents(src, path);
			(void)!symlinkat(target, src->record, path);
		}
	}
	free(target);
	free(path);

	return name;
}

static int np_compare_names(const void *a, const void *b)
{
	/* "rx-10" after "rx-9". */
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

/* A directory that is listed is there in the snapshot, with entries that are. */
static void np_record_list(const struct np_source *src, const char *path,
			   char **names)
{
	if (src->record < 0)
		return;
	for (; *names; names++) {
		char *entry = np_print("%s/%s", path, *names);

		np_record_parents(src, entry);
		mkdirat(src->record, entry, 0777);
		free(entry);
	}
}

/**
 * np_source_entries - names in a directory, which leave no copy
 * @src: source
 * @path: of it
 *
 * For a directory of which only a few entries matter, as of /proc: who reads
 * these by np_source_load() keeps what it needs by np_source_store().
 *
 * Return: as np_source_list().
 */
char **np_source_entries(struct np_source *src, const char *path)
{
	struct dirent *entry;
	char **names = NULL;
	size_t count = 0;
	DIR *dir;
	int fd;

	fd = np_open(src, path, O_RDONLY | O_DIRECTORY);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		*np_more(names, count) = np_copy(entry->d_name);
	}
	closedir(dir);
	if (count)
		qsort(names, count, sizeof(*names), np_compare_names);
	*np_more(names, count) = NULL;

	return names;
}

/**
 * np_source_list - names of the directories in a directory
 * @src: source
 * @fmt: its path, as of printf()
 *
 * Links that lead to directories are among them, hidden ones not.
 *
 * Return: sorted, closed by NULL, freed with np_list_free(); NULL with errno.
 */
char **np_source_list(struct np_source *src, const char *fmt, ...)
{
	char *path, **names;
	va_list args;

	va_start(args, fmt);
	path = np_path(fmt, args);
	va_end(args);
	names = np_source_entries(src, path);
	if (names)
		np_record_list(src, path, names);
	free(path);

	return names;
}

/**
 * np_list_free - free what np_source_list() gave
 * @names: or NULL
 */
void np_list_free(char **names)
{
	char **name;

	for (name = names; name && *name; name++)
		free(*name);
	free(names);
}

/* ---- the clock ------------------------------------------------------------ */

/* What a clock says, or said when a snapshot was made; 0 if that is not known. */
static uint64_t np_clock(struct np_source *src, clockid_t clock, const char *path)
{
	struct timespec now;
	uint64_t ns = 0;
	char text[32];
	int len;

	if (!src->live) {
		np_source_u64(src, &ns, "%s", path);
		return ns;
	}
	clock_gettime(clock, &now);
	ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	len = snprintf(text, sizeof(text), "%llu\n", (unsigned long long)ns);
	np_source_store(src, path, text, (size_t)len);

	return ns;
}

/**
 * np_source_time - when this is read
 * @src: source
 *
 * Return: nanoseconds of CLOCK_MONOTONIC; for a snapshot, of when it was made,
 * or 0 if it does not say.
 */
uint64_t np_source_time(struct np_source *src)
{
	return np_clock(src, CLOCK_MONOTONIC, "napier/monotonic");
}

/**
 * np_source_time_end - when all has been read
 * @src: source
 *
 * Return: as np_source_time().
 */
uint64_t np_source_time_end(struct np_source *src)
{
	return np_clock(src, CLOCK_MONOTONIC, "napier/monotonic-end");
}

/**
 * np_source_wall - the time of day when this is read
 * @src: source
 *
 * Return: seconds of the Unix epoch; 0 for a snapshot that does not say.
 */
uint64_t np_source_wall(struct np_source *src)
{
	return np_clock(src, CLOCK_REALTIME, "napier/realtime") / 1000000000u;
}

/* ---- SIOCETHTOOL ----------------------------------------------------------- */

static int np_ethtool_live(struct np_source *src, const char *ifname,
			   void *command)
{
	struct ifreq request = { .ifr_data = command };
	size_t len = strlen(ifname);

	if (len >= sizeof(request.ifr_name))
		return -ENODEV;
	memcpy(request.ifr_name, ifname, len + 1);
	if (src->socket < 0)
		src->socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (src->socket < 0 || ioctl(src->socket, SIOCETHTOOL, &request))
		return -errno;

	return 0;
}

static int np_ethtool_stored(struct np_source *src, const char *path,
			     void *command, size_t size)
{
	size_t stored;
	void *data;
	int err;

	err = np_source_load(src, path, &data, &stored);
	if (err)
		return err;
	if (data && stored == size)
		memcpy(command, data, size);
	else
		err = -EBADMSG;
	free(data);

	return err;
}

/* The number of an error, where a snapshot has it. */
static int np_stored_errno(struct np_source *src, const char *path)
{
	uint64_t code;

	return np_source_u64(src, &code, "%s", path) && code && code < 4096 ?
	       -(int)code : -ENOENT;
}

static void np_store_errno(struct np_source *src, const char *path, int err)
{
	char *text = np_print("%d\n", -err);

	np_source_store(src, path, text, strlen(text));
	free(text);
}

/**
 * np_source_ethtool - a question by ioctl, for what netlink does not answer
 * @src: source
 * @ifname: interface
 * @what: name of the question in a snapshot
 * @command: structure of <linux/ethtool.h>, filled in as the question, and by
 *	the answer
 * @size: of it, with all that the answer may fill
 *
 * A refusal is an answer, too, and is kept in a snapshot.
 *
 * Return: 0 or a negative errno; -ENOENT if a snapshot does not have it.
 */
int np_source_ethtool(struct np_source *src, const char *ifname,
		      const char *what, void *command, size_t size)
{
	char *path = np_print("ioctl/%s@%s", what, ifname);
	char *refusal = np_print("ioctl/errno/%s@%s", what, ifname);
	int err;

	if (src->live)
		err = np_ethtool_live(src, ifname, command);
	else
		err = np_ethtool_stored(src, path, command, size);
	if (err == -ENOENT && !src->live)
		err = np_stored_errno(src, refusal);
	if (err)
		np_store_errno(src, refusal, err);
	else
		np_source_store(src, path, command, size);
	free(refusal);
	free(path);

	return err;
}
