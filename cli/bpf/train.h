/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many packets waited for a poll, from nothing but what polls have taken
 * and when: arithmetic that the BPF programs, the tool and its tests share.
 *
 * A poll that takes all that it may take (its budget) is full. A train is a row
 * of full polls, with the poll behind it that is not: in between, the ring has
 * never been empty. Let polls i to k of a train have taken W packets in t
 * nanoseconds, and let no more than r * t + 1 packets arrive in any t: then
 *
 *	W - r * t - 1
 *
 * of them at least waited when poll i began. The best that can be said is the
 * largest such number of all i <= k. It need not be searched for: a bucket
 * that is filled with what each poll takes, and loses r * t meanwhile, but
 * never goes below empty, holds it.
 *
 * When a poll ends is known. When it begins is not: the end of the poll before
 * is taken for it, which is no later, so that r * t is never too small.
 *
 * Packets, not descriptors: a packet has one descriptor at least, so that what
 * is true of packets is true of descriptors.
 */
#ifndef NP_TRAIN_H
#define NP_TRAIN_H

#ifdef __bpf__
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;
#else
#include <stdint.h>
#endif

/* Nothing limits how many packets arrive: nothing can be proven. */
#define NP_RATE_NONE	(~(uint64_t)0)

/* Numbers with 32 bits behind the point. */
#define NP_POINT	32

/* A time this long, and the bucket is empty, whatever the rate. */
#define NP_LONG_NS	0x100000000ull

/**
 * struct np_bucket - packets that waited, at least
 * @level: now, with %NP_POINT bits behind the point
 * @peak: the highest since it was set
 */
struct np_bucket {
	uint64_t level;
	uint64_t peak;
};

/**
 * np_bucket_take - a poll has taken packets
 * @bucket: bucket
 * @packets: taken, below 2^31
 * @ns: since the poll before, or since a time before it began
 * @rate: packets per nanosecond that arrive at most, with %NP_POINT bits
 *	behind the point, rounded up and below 2^32; or %NP_RATE_NONE
 */
static inline void np_bucket_take(struct np_bucket *bucket, uint64_t packets,
				  uint64_t ns, uint64_t rate)
{
	uint64_t level = bucket->level + (packets << NP_POINT), arrived;

	arrived = rate == NP_RATE_NONE || ns >= NP_LONG_NS ? ~(uint64_t)0 :
		  ns * rate;
	level = level > arrived ? level - arrived : 0;
	bucket->level = level;
	if (level > bucket->peak)
		bucket->peak = level;
}

/**
 * np_bucket_packets - what has been proven
 * @level: of a bucket, or its peak
 *
 * Return: packets that waited, at least. One less than the bucket holds: in a
 * time that is too short for one packet, one can still arrive.
 */
static inline uint32_t np_bucket_packets(uint64_t level)
{
	uint64_t packets = level >> NP_POINT;

	return packets ? (uint32_t)(packets - 1) : 0;
}

/**
 * struct np_train - full polls without a pause
 * @begin: nanoseconds, when it began or the first poll of it ended
 * @last: nanoseconds, when the last poll of it ended
 * @packets: taken
 * @polls: how many; 0 if there is no train
 * @proven: with what can arrive at most
 * @likely: with what is expected to arrive
 */
struct np_train {
	uint64_t begin;
	uint64_t last;
	uint64_t packets;
	uint64_t polls;
	struct np_bucket proven;
	struct np_bucket likely;
};

/**
 * struct np_rates - how fast packets arrive, as np_bucket_take() has it
 * @most: at most
 * @likely: probably
 */
struct np_rates {
	uint64_t most;
	uint64_t likely;
};

/**
 * np_train_open - the first full poll
 * @train: set
 * @since: nanoseconds, when the poll had not yet begun; 0 if that is not known
 * @now: nanoseconds, its end
 * @work: packets taken
 * @rates: how fast packets arrive
 *
 * Without a time before its beginning the packets of the first poll prove
 * nothing.
 */
static inline void np_train_open(struct np_train *train, uint64_t since,
				 uint64_t now, uint32_t work,
				 const struct np_rates *rates)
{
	uint64_t ns = since && since <= now ? now - since : 0;

	train->begin = since && since <= now ? since : now;
	train->last = now;
	train->packets = work;
	train->polls = 1;
	train->proven.level = 0;
	train->proven.peak = 0;
	train->likely.level = 0;
	train->likely.peak = 0;
	if (since && since <= now)
		np_bucket_take(&train->proven, work, ns, rates->most);
	np_bucket_take(&train->likely, work, ns, rates->likely);
}

/**
 * np_train_more - the next poll of the train, full or not
 * @train: train
 * @now: nanoseconds, its end
 * @work: packets taken
 * @rates: how fast packets arrive
 */
static inline void np_train_more(struct np_train *train, uint64_t now,
				 uint32_t work, const struct np_rates *rates)
{
	uint64_t ns = now > train->last ? now - train->last : 0;

	train->last = now;
	train->packets += work;
	train->polls++;
	np_bucket_take(&train->proven, work, ns, rates->most);
	np_bucket_take(&train->likely, work, ns, rates->likely);
}

/* What there is to tell of a burst. */
enum np_tell {
	NP_TELL_NOTHING,
	NP_TELL_BEGIN,
	NP_TELL_UPDATE,
	NP_TELL_END,
};

/**
 * struct np_watch - whether there is a burst, and what was told of it
 * @active: 1 in a burst
 * @told: the highest occupancy that was told, packets
 */
struct np_watch {
	uint32_t active;
	uint32_t told;
};

/**
 * np_watch_step - what a poll means for a burst
 * @watch: watch
 * @level: packets that wait now
 * @high: from which on there is a burst
 * @low: below which it is over; not above @high
 *
 * Return: what is to be told. An update comes when the highest has grown by a
 * quarter: as many as it takes to see how it grows, and few.
 */
static inline enum np_tell np_watch_step(struct np_watch *watch,
					 uint32_t level, uint32_t high,
					 uint32_t low)
{
	if (!watch->active) {
		if (level < high || !level)
			return NP_TELL_NOTHING;
		watch->active = 1;
		watch->told = level;
		return NP_TELL_BEGIN;
	}
	if (level < low || !level) {
		watch->active = 0;
		return NP_TELL_END;
	}
	if (level > watch->told && level - watch->told >= watch->told / 4) {
		watch->told = level;
		return NP_TELL_UPDATE;
	}

	return NP_TELL_NOTHING;
}

/* How often tokens are filled. */
#define NP_TOKENS_NS	100000000ull

/**
 * struct np_tokens - how many events may still be told
 * @since: nanoseconds, when it was last filled
 * @left: how many
 */
struct np_tokens {
	uint64_t since;
	uint64_t left;
};

/**
 * np_tokens_take - may this event be told?
 * @tokens: of the NAPI instance
 * @now: nanoseconds
 * @most: events each %NP_TOKENS_NS
 *
 * Return: 1 if so.
 */
static inline int np_tokens_take(struct np_tokens *tokens, uint64_t now,
				 uint64_t most)
{
	if (now - tokens->since >= NP_TOKENS_NS) {
		tokens->since = now;
		tokens->left = most;
	}
	if (!tokens->left)
		return 0;
	tokens->left--;

	return 1;
}

#endif
