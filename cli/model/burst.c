// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bursts, and what is counted of them.
 */
#include "model/burst.h"

#include <stdlib.h>
#include <string.h>

const char *const np_how_names[] = {
	[NP_HOW_BOUND] = "bound",
	[NP_HOW_EXACT] = "exact",
	[NP_HOW_COARSE] = "coarse",
};

const char *const np_tell_names[] = {
	[NP_TELL_NOTHING] = "none",
	[NP_TELL_BEGIN] = "begin",
	[NP_TELL_UPDATE] = "update",
	[NP_TELL_END] = "end",
};

/**
 * np_bursts_port - one more interface
 * @all: to which it is added
 * @name: of it
 *
 * Return: with nothing known but its name; valid until the next is added.
 */
struct np_burst_port *np_bursts_port(struct np_bursts *all, const char *name)
{
	struct np_burst_port *port = np_more(all->port, all->nr_port);

	port->name = np_copy(name);
	port->ifindex = NP_UNKNOWN;
	port->ring = NP_UNKNOWN;
	port->speed = NP_UNKNOWN;
	port->arrivals = NP_UNKNOWN;
	port->shared = NP_UNKNOWN;
	port->lost = NP_UNKNOWN;
	port->lost_inside = NP_UNKNOWN;
	port->alerted = NP_UNKNOWN;
	port->received = NP_UNKNOWN;
	port->scrape_bps = NP_UNKNOWN;
	port->polls = NP_UNKNOWN;
	port->work = NP_UNKNOWN;

	return port;
}

/**
 * np_bursts_miss - something could not be had
 * @all: where it is missing
 * @what: name of it
 * @why: the reason
 * @hint: what would give it, or NULL
 */
void np_bursts_miss(struct np_bursts *all, const char *what, const char *why,
		    const char *hint)
{
	struct np_missing *missing = np_more(all->missing, all->nr_missing);

	missing->what = np_copy(what);
	missing->why = np_copy(why);
	missing->hint = np_copy(hint);
}

/**
 * np_bursts_clear - free what it holds
 * @all: itself is not freed
 */
void np_bursts_clear(struct np_bursts *all)
{
	size_t i;

	for (i = 0; i < all->nr_port; i++) {
		free(all->port[i].name);
		free(all->port[i].driver);
		free(all->port[i].heat);
	}
	for (i = 0; i < all->nr_missing; i++) {
		free(all->missing[i].what);
		free(all->missing[i].why);
		free(all->missing[i].hint);
	}
	free(all->port);
	free(all->missing);
	free(all->host);
	memset(all, 0, sizeof(*all));
}

/**
 * np_burst_count - add a burst to those of its interface
 * @all: what was seen
 * @burst: only one that is over counts
 */
void np_burst_count(struct np_bursts *all, const struct np_burst *burst)
{
	struct np_burst_port *port = &all->port[burst->port];

	if (burst->event != NP_TELL_END)
		return;
	port->bursts++;
	if (burst->full != NP_UNKNOWN ? burst->full > 0 :
	    port->ring != NP_UNKNOWN && burst->likely >= port->ring)
		port->full++;
	if (burst->lost != NP_UNKNOWN)
		port->lost_inside = (port->lost_inside == NP_UNKNOWN ? 0 :
				     port->lost_inside) + burst->lost;
}

/**
 * np_burst_ring - say how large the ring is, and what a burst is
 * @port: interface
 * @ring: descriptors, or NP_UNKNOWN
 * @percent: of the ring, from which on there is a burst
 *
 * Without a size, a ring of 256 is thought of: few have less.
 */
void np_burst_ring(struct np_burst_port *port, uint64_t ring,
		   unsigned int percent)
{
	uint64_t size = ring == NP_UNKNOWN ? 256 : ring;

	port->ring = ring;
	port->high = size * percent / 100;
	if (!port->high)
		port->high = 1;
	port->low = port->high / 2;
	port->shift = 0;
	while (size >> port->shift > NP_CLASSES)
		port->shift++;
}

/**
 * np_quantile - the class below which a share of all lies
 * @count: how many there are of each class
 * @classes: how many classes
 * @share: 0 to 1
 *
 * Return: number of the class, NP_UNKNOWN if nothing was counted.
 */
uint64_t np_quantile(const uint64_t *count, size_t classes, double share)
{
	uint64_t all = 0, sum = 0;
	size_t i;

	for (i = 0; i < classes; i++)
		all += count[i];
	for (i = 0; i < classes; i++) {
		sum += count[i];
		if (all && (double)sum >= share * (double)all)
			return i;
	}

	return NP_UNKNOWN;
}

/**
 * np_class_percent - the upper end of a class of occupancy
 * @port: interface
 * @number: of the class, or NP_UNKNOWN
 *
 * Return: percent of the ring, 100 at most; NP_UNKNOWN if either is not known.
 */
uint64_t np_class_percent(const struct np_burst_port *port, uint64_t number)
{
	uint64_t packets;

	if (number == NP_UNKNOWN || port->ring == NP_UNKNOWN || !port->ring)
		return NP_UNKNOWN;
	packets = ((number + 1) << port->shift) - 1;

	return packets >= port->ring ? 100 : packets * 100 / port->ring;
}

/**
 * np_rate - packets per second, as np_bucket_take() has it
 * @pps: packets per second, or NP_UNKNOWN
 *
 * Return: rounded up; NP_RATE_NONE where nothing is known to limit it.
 */
uint64_t np_rate(uint64_t pps)
{
	/* 2^32 packets in a nanosecond are more than there will ever be. */
	if (pps > 1000000000000ull)
		return NP_RATE_NONE;

	return (uint64_t)((((__uint128_t)pps << NP_POINT) + 999999999u) /
			  1000000000u);
}
