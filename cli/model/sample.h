/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that is read at one time, and what happened between two such times.
 */
#ifndef NP_SAMPLE_H
#define NP_SAMPLE_H

#include "model/flows.h"
#include "model/host.h"

/**
 * struct np_sample - the host and some of its interfaces at one time
 * @ns: CLOCK_MONOTONIC when reading began, nanoseconds
 * @took: nanoseconds that reading took: no two counters of a sample are of one
 *	moment
 * @wall: seconds of the Unix epoch then, 0 if not known
 * @host: the host
 * @port: interfaces, in the order in which they were asked for
 * @nr_port: how many
 * @peer: other ends of those that are one of a pair, where they can be seen
 * @nr_peer: how many
 */
struct np_sample {
	uint64_t ns;
	uint64_t took;
	uint64_t wall;
	struct np_host *host;
	struct np_port **port;
	size_t nr_port;
	struct np_port **peer;
	size_t nr_peer;
};

/**
 * struct np_window - two samples of the same interfaces, one after the other
 * @before: the first; of a single sample, the same as @after
 * @after: the last
 * @ns: nanoseconds in between, 0 for a single sample
 * @flows: of interfaces whose packets were sampled in the meantime
 * @nr_flows: how many
 */
struct np_window {
	const struct np_sample *before;
	const struct np_sample *after;
	uint64_t ns;
	struct np_flows *flows;
	size_t nr_flows;
};

void np_sample_free(struct np_sample *sample);

const struct np_port *np_sample_port(const struct np_sample *sample,
				     const char *name);

const struct np_port *np_sample_peer(const struct np_sample *sample,
				     const struct np_port *port);

const struct np_flows *np_window_flows(const struct np_window *window,
				       const char *ifname);

/*
 * What a counter has gained: 0 if it stood still or was set back (a driver
 * that was loaded anew), NP_UNKNOWN if one of both is not known.
 */
uint64_t np_gained(uint64_t before, uint64_t after);

/* A counter by name, NP_UNKNOWN if there is none. */
uint64_t np_value_of(const struct np_value *values, size_t count,
		     const char *name);

/* What it has gained in a window, by name. */
uint64_t np_link_gained(const struct np_window *window, const char *ifname,
			const char *name);
uint64_t np_own_gained(const struct np_window *window, const char *ifname,
		       const char *name);
uint64_t np_protocol_gained(const struct np_window *window, const char *name);

/* What a socket of the last sample has lost in the window. */
uint64_t np_socket_gained(const struct np_window *window,
			  const struct np_socket *socket);

#endif
