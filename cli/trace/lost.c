// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an interface has lost: from whichever counter of its driver tells.
 */
#include "trace/trace.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "model/dictionary.h"
#include "model/sample.h"
#include "read/read.h"

#define NP_QUEUES_MAX	1024

static void np_lost_add(struct np_lost *lost, uint64_t queue, uint64_t count)
{
	lost->lost = (lost->lost == NP_UNKNOWN ? 0 : lost->lost) + count;
	if (queue >= NP_QUEUES_MAX)
		return;
	while (lost->nr_queue <= queue)
		(void)np_more(lost->queue, lost->nr_queue);
	lost->queue[queue] += count;
}

static uint64_t np_named(const struct np_value *values, size_t count,
			 const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(values[i].name, name))
			return values[i].value;

	return NP_UNKNOWN;
}

/* By netdev-genl. */
static bool np_lost_queues(const struct np_port *port, struct np_lost *lost)
{
	bool any = false;
	size_t i;

	for (i = 0; i < port->nr_rx; i++) {
		if (port->rx[i].counters.drops == NP_UNKNOWN)
			continue;
		np_lost_add(lost, port->rx[i].id, port->rx[i].counters.drops);
		any = true;
	}

	return any;
}

/* By what the dictionary says of the driver's own counters. */
static bool np_lost_own(const struct np_port *port, struct np_lost *lost)
{
	const struct np_book *book = NULL;
	struct np_match match;
	bool any = false;
	size_t i;

	if (port->driver)
		book = np_book_find(port->driver);
	for (i = 0; book && i < port->nr_own; i++) {
		const struct np_entry *entry;
		uint64_t queue = NP_UNKNOWN;

		if (!np_book_match(book, port->own[i].name, &match))
			continue;
		entry = match.entry;
		if (entry->side != NP_SIDE_RX || entry->kind != NP_KIND_LOSS ||
		    entry->layer != NP_LAYER_RING)
			continue;
		if (match.count == 1 && (!strcmp(entry->numbers[0], "queue") ||
					 !strcmp(entry->numbers[0], "channel")))
			queue = match.numbers[0];
		/* A sum of queues that are also there would count twice. */
		if (queue == NP_UNKNOWN && lost->nr_queue)
			continue;
		if (queue != NP_UNKNOWN && !lost->nr_queue && any)
			lost->lost = 0;
		np_lost_add(lost, queue, port->own[i].value);
		any = true;
	}

	return any;
}

/*
 * What a veth could not put into the ring of its peer, the sender has counted.
 * Numbers of interfaces are those of a namespace: only if both point to each
 * other are they taken for a pair.
 */
static bool np_lost_peer(struct np_source *src, const struct np_port *port,
			 struct np_lost *lost)
{
	uint64_t index = np_named(port->own, port->nr_own, "peer_ifindex");
	uint64_t dropped = NP_UNKNOWN;
	char name[IF_NAMESIZE];
	struct np_port *peer;

	if (!port->driver || strcmp(port->driver, "veth") || index > INT32_MAX ||
	    !if_indextoname((unsigned int)index, name))
		return false;
	peer = np_port_alloc(name);
	np_read_link(src, peer);
	np_read_ioctl(src, peer);
	if (np_named(peer->own, peer->nr_own, "peer_ifindex") == port->ifindex)
		dropped = np_named(peer->link, peer->nr_link, "tx_dropped");
	np_port_free(peer);
	if (dropped == NP_UNKNOWN)
		return false;
	np_lost_add(lost, NP_UNKNOWN, dropped);

	return true;
}

static uint64_t np_sum(uint64_t a, uint64_t b)
{
	return a == NP_UNKNOWN ? b : b == NP_UNKNOWN ? a : a + b;
}

/**
 * np_lost_read - what an interface and its queues have lost until now
 * @src: source
 * @name: of the interface
 * @lost: set; freed with np_lost_free()
 */
void np_lost_read(struct np_source *src, const char *name, struct np_lost *lost)
{
	struct np_port *port = np_port_alloc(name);
	bool veth;

	memset(lost, 0, sizeof(*lost));
	lost->ns = np_source_time(src);
	lost->lost = NP_UNKNOWN;
	port->ifindex = if_nametoindex(name);
	np_read_link(src, port);
	np_read_ioctl(src, port);
	np_read_netdev(src, port);
	lost->packets = np_named(port->link, port->nr_link, "rx_packets");
	lost->bytes = np_named(port->link, port->nr_link, "rx_bytes");
	lost->alerted = np_sum(np_named(port->link, port->nr_link,
					"rx_dropped"),
			       np_named(port->link, port->nr_link,
					"rx_missed_errors"));
	veth = port->driver && !strcmp(port->driver, "veth");
	if (!np_lost_peer(src, port, lost) && !veth &&
	    !np_lost_queues(port, lost) && !np_lost_own(port, lost))
		/* Some book the same loss in both. */
		lost->lost = np_sum(np_named(port->link, port->nr_link,
					     "rx_missed_errors"),
				    np_named(port->link, port->nr_link,
					     "rx_fifo_errors"));
	np_port_free(port);
}

/**
 * np_lost_free - free what np_lost_read() has allocated
 * @lost: itself is not freed
 */
void np_lost_free(struct np_lost *lost)
{
	free(lost->queue);
	memset(lost, 0, sizeof(*lost));
}
