/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bursts of received packets, and what was seen while somebody watched for
 * them.
 *
 * As in port.h, a number that is not known is NP_UNKNOWN.
 */
#ifndef NP_BURST_H
#define NP_BURST_H

#include "bpf/bursts.h"
#include "model/port.h"

/* How occupancy is known; words in np_how_names[]. */
enum np_how {
	NP_HOW_BOUND,
	NP_HOW_EXACT,
	NP_HOW_COARSE,
};

extern const char *const np_how_names[];
extern const char *const np_tell_names[];

/**
 * struct np_burst - a burst begins, grows, or is over
 * @event: which, NP_TELL_BEGIN, NP_TELL_UPDATE or NP_TELL_END
 * @wall: when, nanoseconds of the Unix epoch
 * @port: number of the interface in struct np_bursts
 * @queue: receive queue
 * @napi: id of its NAPI instance
 * @cpu: where it was polled
 * @least: packets that waited at one time at least, proven; of an exact one,
 *	all that waited
 * @likely: packets that probably waited
 * @most: packets that can have waited
 * @full: polls that found no free descriptor; only of an exact one
 * @packets: that were taken
 * @polls: that took them
 * @ns: nanoseconds from the first poll to the last
 * @gap: how long the first poll had to wait, and for what; ns 0 if not known
 * @lost: packets that the interface or the queue lost
 * @lost_ns: nanoseconds around the burst in which they were counted
 * @cause: what has probably led to it, or NULL
 */
struct np_burst {
	enum np_tell event;
	uint64_t wall;
	size_t port;
	uint64_t queue;
	uint64_t napi;
	uint64_t cpu;
	uint64_t least;
	uint64_t likely;
	uint64_t most;
	uint64_t full;
	uint64_t packets;
	uint64_t polls;
	uint64_t ns;
	struct np_gap gap;
	uint64_t lost;
	uint64_t lost_ns;
	char *cause;
};

/**
 * struct np_heat - polls of one interval by occupancy
 * @count: of each class
 */
struct np_heat {
	uint64_t count[NP_CLASSES];
};

/**
 * struct np_burst_port - an interface that is watched
 * @name: of it
 * @driver: or NULL
 * @ifindex: number
 * @how: how its occupancy is known
 * @ring: descriptors
 * @speed: Mbit/s of the wire, NP_UNKNOWN where none limits what arrives
 * @arrivals: packets per second that can arrive
 * @shared: 1 if a poll may be said to be full because of what is sent
 * @high: packets, from which on there is a burst
 * @low: packets, below which it is over
 * @shift: packets of a class, as a power of two
 * @bursts: how many were over
 * @full: how many of them had probably filled the ring
 * @lost: packets lost while it was watched
 * @lost_inside: as above, in bursts
 * @alerted: as above, that node_network_receive_drop_total shows
 * @polls: how many
 * @work: packets that they say they have taken
 * @received: packets that the interface has counted
 * @events_lost: events that were not told
 * @samples: scrapes that would have been made
 * @scrape_bps: bits per second, the most that such a scrape would have seen
 * @hist: polls and trains by occupancy
 * @heat: the same for each interval
 * @nr_heat: how many
 */
struct np_burst_port {
	char *name;
	char *driver;
	uint64_t ifindex;
	enum np_how how;
	uint64_t ring;
	uint64_t speed;
	uint64_t arrivals;
	uint64_t shared;
	uint64_t high;
	uint64_t low;
	uint64_t shift;
	uint64_t bursts;
	uint64_t full;
	uint64_t lost;
	uint64_t lost_inside;
	uint64_t alerted;
	uint64_t polls;
	uint64_t work;
	uint64_t received;
	uint64_t events_lost;
	uint64_t samples;
	uint64_t scrape_bps;
	uint64_t hist[NP_CLASSES];
	struct np_heat *heat;
	size_t nr_heat;
};

/**
 * struct np_bursts - what was seen while somebody watched
 * @host: name of the host, or NULL for this one
 * @begin: nanoseconds of the Unix epoch
 * @ns: how long, nanoseconds
 * @tick: nanoseconds of an interval of struct np_heat
 * @port: interfaces
 * @nr_port: how many
 * @poll_ns: what a poll took longer for being watched, nanoseconds
 * @gap_event_ns: what a softirq or a switch of threads took longer
 * @cpu_ppm: of the time of one CPU that was used for it, millionths
 * @gaps: by powers of two, nanoseconds
 * @missing: what could not be had
 * @nr_missing: how many
 */
struct np_bursts {
	char *host;
	uint64_t begin;
	uint64_t ns;
	uint64_t tick;
	struct np_burst_port *port;
	size_t nr_port;
	uint64_t poll_ns;
	uint64_t gap_event_ns;
	uint64_t cpu_ppm;
	uint64_t gaps[NP_GAPS];
	struct np_missing *missing;
	size_t nr_missing;
};

struct np_burst_port *np_bursts_port(struct np_bursts *all, const char *name);
void np_bursts_miss(struct np_bursts *all, const char *what, const char *why,
		    const char *hint);
void np_bursts_clear(struct np_bursts *all);
void np_burst_count(struct np_bursts *all, const struct np_burst *burst);
void np_burst_ring(struct np_burst_port *port, uint64_t ring,
		   unsigned int percent);

uint64_t np_rate(uint64_t pps);
uint64_t np_quantile(const uint64_t *count, size_t classes, double share);
uint64_t np_class_percent(const struct np_burst_port *port, uint64_t number);

#endif
