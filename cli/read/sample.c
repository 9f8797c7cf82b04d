// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host and some of its interfaces at one time.
 */
#include "read/read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The other end of a pair counts what this end does not. */
static void np_read_peer(struct np_source *src, struct np_sample *sample,
			 const struct np_port *port)
{
	struct np_port *peer = NULL;
	char *name;

	if (port->peer == NP_UNKNOWN)
		return;
	name = np_read_name(src, port->peer);
	if (name)
		peer = np_read_port(src, name);
	if (peer)
		*np_more(sample->peer, sample->nr_peer) = peer;
	free(name);
}

/**
 * np_read_sample - the host and some of its interfaces at one time
 * @src: source
 * @names: of the interfaces, closed by NULL
 * @error: set if there is no such interface
 *
 * Interfaces come first: what arrives while this reads is then counted by the
 * host as well, and the two differ by that at most.
 *
 * Return: freed with np_sample_free(), or NULL.
 */
struct np_sample *np_read_sample(struct np_source *src, char *const *names,
				 struct np_error *error)
{
	struct np_sample *sample = np_alloc(sizeof(*sample));
	struct np_port *port;
	uint64_t end;

	sample->ns = np_source_time(src);
	sample->wall = np_source_wall(src);
	for (; *names; names++) {
		port = np_read_port(src, *names);
		if (!port) {
			error->code = ENODEV;
			snprintf(error->text, sizeof(error->text),
				 "%s: no such interface", *names);
			np_sample_free(sample);
			return NULL;
		}
		*np_more(sample->port, sample->nr_port) = port;
		np_read_peer(src, sample, port);
	}
	sample->host = np_read_host(src);
	end = np_source_time_end(src);
	sample->took = end > sample->ns ? end - sample->ns : 0;

	return sample;
}
