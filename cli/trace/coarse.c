// SPDX-License-Identifier: GPL-2.0-only
/*
 * Without BPF: what arrives in a millisecond. Who takes so many packets at once
 * may have had a ring that full; nobody knows.
 */
#include "trace/trace.h"

#include <stdlib.h>

/* An interface: its counter when it was looked at last, and a burst. */
struct np_coarse_port {
	uint64_t packets;
	uint64_t last;
	struct np_watch watch;
	struct np_event event;
};

struct np_coarse {
	struct np_coarse_port port[NP_PORTS_MAX];
};

/**
 * np_coarse_open - watch counters
 * @all: interfaces
 *
 * Return: closed with np_coarse_close().
 */
struct np_coarse *np_coarse_open(const struct np_bursts *all)
{
	struct np_coarse *coarse = np_alloc(sizeof(*coarse));
	size_t i;

	for (i = 0; i < all->nr_port; i++)
		coarse->port[i].packets = NP_UNKNOWN;

	return coarse;
}

/**
 * np_coarse_close - watch no longer
 * @coarse: from np_coarse_open()
 */
void np_coarse_close(struct np_coarse *coarse)
{
	free(coarse);
}

static void np_coarse_step(struct np_coarse_port *one, size_t number,
			   const struct np_burst_port *port, uint64_t gained,
			   uint64_t now)
{
	struct np_event *event = &one->event;

	if (!one->watch.active) {
		*event = (struct np_event) {
			.port = (uint32_t)number,
			.slot = NP_NONE,
			.cpu = NP_NONE,
			.begin = one->last,
			.gap.vector = NP_NONE,
			.gap.pid = NP_NONE,
		};
	}
	event->tell = np_watch_step(&one->watch, gained < NP_NONE ?
				    (uint32_t)gained : NP_NONE - 1,
				    (uint32_t)port->high, (uint32_t)port->low);
	if (!one->watch.active && event->tell != NP_TELL_END)
		return;
	event->now = now;
	event->packets += gained;
	event->polls++;
	if (gained > event->likely)
		event->likely = (uint32_t)gained;
}

/**
 * np_coarse_look - look at the counters, once each millisecond
 * @coarse: what was there before
 * @src: the running system
 * @all: interfaces; their polls are those of the counters
 * @told: called for what is to be told
 * @data: for @told
 */
void np_coarse_look(struct np_coarse *coarse, struct np_source *src,
		    struct np_bursts *all, np_trace_event told, void *data)
{
	size_t i;

	for (i = 0; i < all->nr_port; i++) {
		struct np_coarse_port *one = &coarse->port[i];
		struct np_burst_port *port = &all->port[i];
		uint64_t packets, now, class;

		if (!np_source_u64(src, &packets,
				   "sys/class/net/%s/statistics/rx_packets",
				   port->name))
			continue;
		now = np_source_time(src);
		if (one->packets <= packets) {
			uint64_t gained = packets - one->packets;

			np_coarse_step(one, i, port, gained, now);
			class = gained >> port->shift;
			port->hist[class < NP_CLASSES ? class :
				   NP_CLASSES - 1]++;
			if (one->event.tell != NP_TELL_NOTHING)
				told(&one->event, data);
		}
		one->packets = packets;
		one->last = now;
	}
}
