/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF programs and the tool have in common: maps and events.
 */
#ifndef NP_BPF_BURSTS_H
#define NP_BPF_BURSTS_H

#include "bpf/train.h"

/* Interfaces that are watched at most, and NAPI instances of all. */
#define NP_PORTS_MAX	16
#define NP_SLOTS	4096
#define NP_CPUS_MAX	1024

/* Classes of occupancy, parts of the ring; and of gaps, powers of two. */
#define NP_CLASSES	16
#define NP_GAPS		40

#define NP_COMM		16

/* No softirq, no queue, no process. */
#define NP_NONE		(~(uint32_t)0)

/* Of a program that delayed a poll, so that it is worth a look: ns. */
#define NP_GAP_LONG	50000ull

/**
 * struct np_watched - an interface to be watched, as the tool sets it
 * @ifindex: of it; 0 in an unused entry
 * @exact: 1 if the driver tells how full its rings are
 * @high: packets, from which on there is a burst
 * @low: packets, below which it is over
 * @shift: packets of a class of occupancy, as a power of two
 * @events: that may be told each %NP_TOKENS_NS and NAPI instance
 * @rates: how fast packets arrive
 */
struct np_watched {
	uint32_t ifindex;
	uint32_t exact;
	uint32_t high;
	uint32_t low;
	uint32_t shift;
	uint32_t events;
	struct np_rates rates;
};

/**
 * struct np_gap - how long a poll had to wait until it began, and for what
 * @ns: nanoseconds; 0 if it is not known
 * @since: when the wait was over, nanoseconds
 * @busy_ns: of @vector, the longest that ran meanwhile
 * @vector: softirq that ran meanwhile, or %NP_NONE
 * @pid: of what ran meanwhile, or %NP_NONE
 * @ksoftirqd: 1 if the softirq was left to ksoftirqd
 * @threaded: 1 if a NAPI thread had to be woken
 * @comm: name of what ran meanwhile, or ""
 */
struct np_gap {
	uint64_t ns;
	uint64_t since;
	uint64_t busy_ns;
	uint32_t vector;
	uint32_t pid;
	uint32_t ksoftirqd;
	uint32_t threaded;
	char comm[NP_COMM];
};

/**
 * struct np_slot - what is known of a NAPI instance, or of a queue
 * @napi: id, or queue where the driver tells; 0 and @port 0 in an unused slot
 * @port: number of the watched interface and 1; 0 for one that is not watched
 * @shift: as in struct np_watched
 * @cpu: where it was polled last in a train
 * @open: 1 if the beginning of a burst was told, and its end not yet
 * @watch: burst
 * @train: train
 * @gap: before the train
 * @tokens: for events
 * @full: how often no descriptor was left, where the driver tells
 * @lost: events that were not told
 * @polls: how many
 * @packets: that they have taken
 * @trains: how many
 * @hist: polls and trains by the highest occupancy of each
 */
struct np_slot {
	uint32_t napi;
	uint32_t port;
	uint32_t shift;
	uint32_t cpu;
	uint32_t open;
	struct np_watch watch;
	struct np_train train;
	struct np_gap gap;
	struct np_tokens tokens;
	uint64_t full;
	uint64_t lost;
	uint64_t polls;
	uint64_t packets;
	uint64_t trains;
	uint64_t hist[NP_CLASSES];
};

/**
 * struct np_percpu - softirqs of a CPU
 * @raised: nanoseconds, since when NET_RX is wanted; 0 if it is not
 * @entered: nanoseconds, when NET_RX was begun last
 * @running_ns: nanoseconds, when another softirq was begun meanwhile
 * @running: softirq that runs and 1, or 0
 * @busy: softirq that has run longest meanwhile, or %NP_NONE
 * @pid: of the process that ran when NET_RX was wanted
 * @busy_ns: how long @busy has run, nanoseconds
 * @gap: the last
 * @hist: gaps
 */
struct np_percpu {
	uint64_t raised;
	uint64_t entered;
	uint64_t running_ns;
	uint32_t running;
	uint32_t busy;
	uint32_t pid;
	uint64_t busy_ns;
	struct np_gap gap;
	uint64_t hist[NP_GAPS];
} __attribute__((aligned(64)));

/* ---- events --------------------------------------------------------------- */

/**
 * struct np_event - a burst begins, grows, or is over
 * @tell: which
 * @port: number of the watched interface
 * @napi: as in struct np_slot
 * @slot: number of it
 * @cpu: where it is polled
 * @proven: packets that waited at least
 * @likely: packets that probably waited; where the driver tells, that did
 * @full: polls that found no descriptor left, where the driver tells
 * @begin: nanoseconds of CLOCK_MONOTONIC, when the train began
 * @now: as above, of the event
 * @packets: taken
 * @polls: how many
 * @gap: before the train
 */
struct np_event {
	uint32_t tell;
	uint32_t port;
	uint32_t napi;
	uint32_t slot;
	uint32_t cpu;
	uint32_t proven;
	uint32_t likely;
	uint32_t full;
	uint64_t begin;
	uint64_t now;
	uint64_t packets;
	uint64_t polls;
	struct np_gap gap;
};

#endif
