// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which process has a socket.
 *
 * The kernel does not say: all descriptors of all processes have to be looked
 * at. So this is done only for sockets that have lost something, and once.
 */
#include "read/read.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct np_wanted - sockets whose processes are looked for
 * @socket: those
 * @count: how many
 */
struct np_wanted {
	struct np_socket **socket;
	size_t count;
};

/* The first process that has it will do; others have it from that one. */
static struct np_socket *np_find_wanted(const struct np_wanted *wanted,
					const char *target)
{
	static const char start[] = "socket:[";
	unsigned long long inode;
	size_t i;

	if (strncmp(target, start, strlen(start)))
		return NULL;
	inode = strtoull(target + strlen(start), NULL, 10);
	for (i = 0; i < wanted->count; i++)
		if (wanted->socket[i]->inode == inode &&
		    !wanted->socket[i]->comm)
			return wanted->socket[i];

	return NULL;
}

static void np_read_owner(struct np_source *src, struct np_socket *found,
			  const char *pid, const char *fd)
{
	char *comm = np_source_read(src, "proc/%s/comm", pid);

	/* For the snapshot. */
	free(np_source_link(src, "proc/%s/fd/%s", pid, fd));
	if (comm)
		found->comm = np_copy(np_strip(comm));
	free(comm);
}

static void np_read_descriptors(struct np_source *src,
				const struct np_wanted *wanted, const char *pid)
{
	char *dir = np_print("proc/%s/fd", pid), *path, *target;
	char **names = np_source_entries(src, dir), **name;
	struct np_socket *found;

	for (name = names; name && *name; name++) {
		path = np_print("%s/%s", dir, *name);
		target = np_source_target(src, path);
		found = target ? np_find_wanted(wanted, target) : NULL;
		if (found)
			np_read_owner(src, found, pid, *name);
		free(target);
		free(path);
	}
	np_list_free(names);
	free(dir);
}

/**
 * np_read_owners - processes that have sockets which lost packets
 * @src: source of the later sample
 * @window: both samples
 * @host: the host of the later sample, whose sockets are filled in
 *
 * Processes of others are only to be seen with CAP_SYS_PTRACE.
 */
void np_read_owners(struct np_source *src, const struct np_window *window,
		    struct np_host *host)
{
	struct np_wanted wanted = {};
	char **names, **name;
	uint64_t gained;
	size_t i;

	for (i = 0; i < host->nr_socket; i++) {
		gained = np_socket_gained(window, &host->socket[i]);
		if (gained && gained != NP_UNKNOWN && host->socket[i].inode)
			*np_more(wanted.socket, wanted.count) =
				&host->socket[i];
	}
	names = wanted.count ? np_source_entries(src, "proc") : NULL;
	for (name = names; name && *name; name++)
		if (isdigit((unsigned char)**name))
			np_read_descriptors(src, &wanted, *name);
	np_list_free(names);
	free(wanted.socket);
}
