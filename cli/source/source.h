/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where facts come from: the running system, or a directory that holds what
 * was once read there (cmd/snapshot.c). Who reads does not know which.
 *
 * Paths begin below the root: "proc/net/dev". Every reading function can leave
 * a copy of what it read, which is how a snapshot is made: nothing that a
 * command reads can be forgotten in it.
 */
#ifndef NP_SOURCE_H
#define NP_SOURCE_H

#include "base/base.h"

struct np_source;

struct np_source *np_source_live(void);
struct np_source *np_source_open(const char *root, struct np_error *error);
struct np_source *np_source_earlier(struct np_source *src);
void np_source_free(struct np_source *src);
int np_source_record(struct np_source *src, const char *dir,
		     struct np_error *error);
bool np_source_is_live(const struct np_source *src);

char *np_source_read(struct np_source *src, const char *fmt, ...)
	NP_PRINTF(2, 3);
bool np_source_u64(struct np_source *src, uint64_t *value, const char *fmt,
		   ...) NP_PRINTF(3, 4);
char *np_source_link(struct np_source *src, const char *fmt, ...)
	NP_PRINTF(2, 3);
char **np_source_list(struct np_source *src, const char *fmt, ...)
	NP_PRINTF(2, 3);
char *np_source_target(struct np_source *src, const char *path);
char **np_source_entries(struct np_source *src, const char *path);
void np_list_free(char **names);
uint64_t np_source_time(struct np_source *src);
uint64_t np_source_time_end(struct np_source *src);
uint64_t np_source_wall(struct np_source *src);

int np_source_ethtool(struct np_source *src, const char *ifname,
		      const char *what, void *command, size_t size);

/* For what is not a file: netlink.c. Not below the root of the file system. */
int np_source_load(struct np_source *src, const char *path, void **data,
		   size_t *size);
void np_source_store(struct np_source *src, const char *path, const void *data,
		     size_t size);

#endif
