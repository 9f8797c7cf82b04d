// SPDX-License-Identifier: GPL-2.0-only
/*
 * What bursts mean: how fast packets can arrive, which losses belong to which
 * burst, and why the ring filled.
 */
#include "judge/bursts.h"

#include <stdlib.h>
#include <string.h>

/* Preamble, start of frame and gap; the checksum is not counted in bytes. */
#define NP_FRAME_AROUND	20u
#define NP_FRAME_FCS	4u
#define NP_FRAME_MIN	60u

static const char *const np_softirqs[] = {
	"HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET",
	"SCHED", "HRTIMER", "RCU",
};

/**
 * np_wire_pps - how many packets fit on a wire
 * @mbps: its speed, Mbit/s
 * @octets: of a packet as the kernel counts them, without checksum; shorter
 *	ones are as long as the shortest that may be sent
 *
 * Return: packets per second, a thousandth more than clocks say: theirs may be
 * 200 millionths apart, and ours is corrected by up to 500.
 */
uint64_t np_wire_pps(uint64_t mbps, uint64_t octets)
{
	uint64_t bits;

	if (octets < NP_FRAME_MIN)
		octets = NP_FRAME_MIN;
	bits = 8 * (octets + NP_FRAME_FCS + NP_FRAME_AROUND);

	return mbps * 1001000 / bits + 1;
}

/**
 * np_driver_shares - may a poll of this driver be full for what it has sent?
 * @driver: name, or NULL
 *
 * Many drivers return the budget if there are transmitted packets left to
 * clean up, however few they have received.
 *
 * Return: false for those that are known to count nothing but received packets.
 */
bool np_driver_shares(const char *driver)
{
	static const char *const honest[] = {
		"napier", "r8169", "tg3", "veth", "virtio_net",
	};
	size_t i;

	for (i = 0; driver && i < NP_COUNT(honest); i++)
		if (!strcmp(driver, honest[i]))
			return false;

	return true;
}

/**
 * np_burst_limit - no more can wait than there is room for, or was taken
 * @burst: corrected
 * @port: its interface
 */
void np_burst_limit(struct np_burst *burst, const struct np_burst_port *port)
{
	uint64_t room = port->ring;

	/* One whose polls may be full for other reasons proves nothing. */
	if (port->how == NP_HOW_BOUND && port->shared != 0)
		burst->least = 0;
	if (port->how == NP_HOW_BOUND && port->arrivals == NP_UNKNOWN)
		burst->least = NP_UNKNOWN;
	if (port->how != NP_HOW_EXACT)
		burst->most = burst->packets;
	if (burst->most > room)
		burst->most = room;
	if (burst->likely > burst->most)
		burst->likely = burst->most;
	if (burst->least != NP_UNKNOWN && burst->least > burst->likely)
		burst->least = burst->likely;
}

/**
 * np_burst_attribute - share a loss among the bursts that it came with
 * @bursts: bursts
 * @count: how many
 * @port: number of the interface that lost packets
 * @queue: that lost them; NP_UNKNOWN if any of its queues may have
 * @lost: packets
 * @ns: nanoseconds in which they were lost, and the bursts were over
 *
 * Bursts of that interface, and queue, have a share each, in proportion to the
 * packets that they brought; the shares add up to @lost.
 */
void np_burst_attribute(struct np_burst *bursts, size_t count, size_t port,
			uint64_t queue, uint64_t lost, uint64_t ns)
{
	uint64_t packets = 0, seen = 0, given = 0, share;
	size_t i;

	for (i = 0; i < count; i++)
		if (bursts[i].event == NP_TELL_END && bursts[i].port == port &&
		    (queue == NP_UNKNOWN || bursts[i].queue == queue))
			packets += bursts[i].packets;
	if (!packets)
		return;
	for (i = 0; i < count; i++) {
		struct np_burst *burst = &bursts[i];

		if (burst->event != NP_TELL_END || burst->port != port ||
		    (queue != NP_UNKNOWN && burst->queue != queue))
			continue;
		seen += burst->packets;
		/* Rounded so that nothing is left at the end. */
		share = (uint64_t)((__uint128_t)lost * seen / packets) -
			given;
		given += share;
		burst->lost = (burst->lost == NP_UNKNOWN ? 0 : burst->lost) +
			      share;
		burst->lost_ns = ns;
	}
}

static char *np_gap_cause(const struct np_burst *burst)
{
	const struct np_gap *gap = &burst->gap;
	char *culprit, *text;

	if (gap->vector < NP_COUNT(np_softirqs) && gap->busy_ns)
		culprit = np_print("%s softirq %llu us",
				   np_softirqs[gap->vector],
				   (unsigned long long)gap->busy_ns / 1000);
	else if (gap->threaded && !strncmp(gap->comm, "swapper/", 8))
		culprit = np_print("idle");
	else
		culprit = np_print("%s", *gap->comm ? gap->comm : "unknown");
	text = np_print("%s late: cpu%llu was in %s%s",
			gap->threaded ? "NAPI thread" :
			gap->ksoftirqd ? "ksoftirqd" : "softirq",
			(unsigned long long)burst->cpu, culprit,
			gap->ksoftirqd ? ", softirq left to ksoftirqd" : "");
	free(culprit);

	return text;
}

/**
 * np_burst_cause - why a ring filled
 * @burst: that is over
 * @port: its interface
 *
 * The gap, if it was long enough for what waited, or long at all; else packets
 * came faster than they were taken.
 *
 * Return: to be freed; NULL if nothing can be said.
 */
char *np_burst_cause(const struct np_burst *burst,
		     const struct np_burst_port *port)
{
	double mpps;

	if (burst->event != NP_TELL_END)
		return NULL;
	if (port->how == NP_HOW_COARSE)
		return np_print("not known: counters do not say when polls were");
	if (burst->gap.ns >= NP_GAP_LONG)
		return np_gap_cause(burst);
	if (!burst->ns || burst->polls < 2)
		return NULL;
	mpps = (double)burst->packets * 1e3 / (double)burst->ns;

	return np_print("arrived faster than taken (%.2f Mpps)", mpps);
}
