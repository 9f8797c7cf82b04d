/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Polls of the running kernel as they happen: BPF programs, and counters that
 * are read while they run.
 */
#ifndef NP_TRACE_H
#define NP_TRACE_H

#include "model/burst.h"
#include "source/source.h"

struct np_trace;

/**
 * struct np_trace_options - how to watch
 * @gaps: measure how long softirqs have to wait
 * @threads: measure how long NAPI threads have to wait
 * @events: that may be told each 100 ms and NAPI instance
 */
struct np_trace_options {
	bool gaps;
	bool threads;
	unsigned int events;
};

/* np_trace_take() calls it for each event of the kernel; its times are CLOCK_MONOTONIC. */
typedef void (*np_trace_event)(const struct np_event *event, void *data);

/* trace.c */
struct np_trace *np_trace_open(struct np_source *src, struct np_bursts *all,
			       const struct np_trace_options *options,
			       np_trace_event told, void *data,
			       struct np_error *error);
void np_trace_close(struct np_trace *trace);
int np_trace_drop(struct np_error *error);
int np_trace_take(struct np_trace *trace);
void np_trace_expect(struct np_trace *trace, size_t port, uint64_t pps);
void np_trace_counts(struct np_trace *trace, struct np_bursts *all);
void np_trace_heat(struct np_trace *trace, struct np_bursts *all);
const struct np_slot *np_trace_slot(const struct np_trace *trace, size_t port,
				    size_t number);
bool np_trace_overhead(struct np_trace *trace, struct np_bursts *all,
		       uint64_t ns);

/**
 * struct np_lost - what an interface and its queues have lost until now
 * @ns: CLOCK_MONOTONIC, when it was read
 * @packets: that the interface has received
 * @bytes: as above
 * @alerted: what node_network_receive_drop_total shows
 * @lost: for want of a descriptor, and behind full rings in the device
 * @queue: the same by queue, where each tells
 * @nr_queue: how many; 0 if queues do not tell
 */
struct np_lost {
	uint64_t ns;
	uint64_t packets;
	uint64_t bytes;
	uint64_t alerted;
	uint64_t lost;
	uint64_t *queue;
	size_t nr_queue;
};

/* coarse.c: without BPF */
struct np_coarse;
struct np_coarse *np_coarse_open(const struct np_bursts *all);
void np_coarse_close(struct np_coarse *coarse);
void np_coarse_look(struct np_coarse *coarse, struct np_source *src,
		    struct np_bursts *all, np_trace_event told, void *data);

/* lost.c */
void np_lost_read(struct np_source *src, const char *name,
		  struct np_lost *lost);
void np_lost_free(struct np_lost *lost);

#endif
