// SPDX-License-Identifier: GPL-2.0-only
/*
 * A network interface: made with nothing known, and freed.
 */
#include "model/port.h"

#include <stdlib.h>
#include <string.h>

static const struct np_counters np_no_counters = {
	.packets = NP_UNKNOWN,
	.bytes = NP_UNKNOWN,
	.drops = NP_UNKNOWN,
	.alloc_fail = NP_UNKNOWN,
};

static const struct np_pair np_no_pair = { NP_UNKNOWN, NP_UNKNOWN };

/**
 * np_port_alloc - an interface of which nothing is known
 * @name: of it
 *
 * Return: freed with np_port_free().
 */
struct np_port *np_port_alloc(const char *name)
{
	struct np_port *port = np_alloc(sizeof(*port));

	*port = (struct np_port){
		.name = np_copy(name),
		.ifindex = NP_UNKNOWN,
		.peer = NP_UNKNOWN,
		.mtu = NP_UNKNOWN,
		.carrier = NP_UNKNOWN,
		.carrier_changes = NP_UNKNOWN,
		.node = NP_UNKNOWN,
		.pcie_width = np_no_pair,
		.speed = NP_UNKNOWN,
		.autoneg = NP_UNKNOWN,
		.pause_rx = NP_UNKNOWN,
		.pause_tx = NP_UNKNOWN,
		.pause_rx_frames = NP_UNKNOWN,
		.pause_tx_frames = NP_UNKNOWN,
		.eee_active = NP_UNKNOWN,
		.eee_enabled = NP_UNKNOWN,
		.aer = { NP_UNKNOWN, NP_UNKNOWN, NP_UNKNOWN },
		.rx_ring = np_no_pair,
		.tx_ring = np_no_pair,
		.combined = np_no_pair,
		.rx_channels = np_no_pair,
		.tx_channels = np_no_pair,
		.rx_usecs = NP_UNKNOWN,
		.tx_usecs = NP_UNKNOWN,
		.adaptive_rx = NP_UNKNOWN,
		.adaptive_tx = NP_UNKNOWN,
		.threaded = NP_UNKNOWN,
	};
	/* All members are numbers. */
	memset(&port->features, 0xff, sizeof(port->features));

	return port;
}

/**
 * np_values_free - forget numbers with names
 * @values: array, or NULL
 * @count: how many
 */
void np_values_free(struct np_value *values, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(values[i].name);
	free(values);
}

static void np_queues_free(struct np_queue *queues, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(queues[i].cpus.cpu);
	free(queues);
}

static void np_irqs_free(struct np_irq *irqs, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(irqs[i].name);
		free(irqs[i].effective.cpu);
	}
	free(irqs);
}

/**
 * np_missing_free - forget what is missing
 * @missing: array, or NULL
 * @count: how many
 */
void np_missing_free(struct np_missing *missing, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(missing[i].what);
		free(missing[i].why);
		free(missing[i].hint);
	}
	free(missing);
}

static void np_qdiscs_free(struct np_qdisc *qdiscs, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(qdiscs[i].kind);
	free(qdiscs);
}

/**
 * np_port_free - forget an interface
 * @port: or NULL
 */
void np_port_free(struct np_port *port)
{
	if (!port)
		return;
	free(port->name);
	free(port->driver);
	free(port->driver_version);
	free(port->firmware);
	free(port->bus);
	free(port->board);
	free(port->subsystem);
	free(port->mac);
	free(port->operstate);
	free(port->pcie_speed);
	free(port->pcie_speed_max);
	free(port->duplex);
	free(port->rss.table);
	free(port->rss.key);
	free(port->rss.hfunc);
	free(port->rss.udp4);
	free(port->rss.tcp4);
	np_queues_free(port->rx, port->nr_rx);
	np_queues_free(port->tx, port->nr_tx);
	free(port->napi);
	np_irqs_free(port->irq, port->nr_irq);
	np_values_free(port->link, port->nr_link);
	np_values_free(port->own, port->nr_own);
	np_values_free(port->standard, port->nr_standard);
	np_qdiscs_free(port->qdisc, port->nr_qdisc);
	np_missing_free(port->missing, port->nr_missing);
	free(port);
}

/**
 * np_port_miss - note that something could not be had
 * @port: of what interface
 * @what: name of it
 * @why: the reason
 * @hint: what would give it, or NULL
 */
void np_port_miss(struct np_port *port, const char *what, const char *why,
		  const char *hint)
{
	struct np_missing *missing = np_more(port->missing, port->nr_missing);

	missing->what = np_copy(what);
	missing->why = np_copy(why);
	missing->hint = np_copy(hint);
}

/**
 * np_port_queue - a queue, made if it is not there
 * @port: of what interface
 * @rx: a receive queue, else a transmit queue
 * @id: number
 *
 * Sorted by number; pointers to other queues of the kind are no longer valid.
 *
 * Return: the queue.
 */
struct np_queue *np_port_queue(struct np_port *port, bool rx, unsigned int id)
{
	struct np_queue **queues = rx ? &port->rx : &port->tx;
	size_t *count = rx ? &port->nr_rx : &port->nr_tx;
	size_t i;

	for (i = 0; i < *count && (*queues)[i].id < id; i++)
		;
	if (i < *count && (*queues)[i].id == id)
		return &(*queues)[i];

	np_more(*queues, *count);
	memmove(&(*queues)[i + 1], &(*queues)[i],
		(*count - 1 - i) * sizeof(**queues));
	(*queues)[i] = (struct np_queue){
		.id = id,
		.napi = NP_UNKNOWN,
		.counters = np_no_counters,
		.timeouts = NP_UNKNOWN,
		.bql_limit = NP_UNKNOWN,
		.bql_inflight = NP_UNKNOWN,
	};

	return &(*queues)[i];
}

/**
 * np_port_napi - a NAPI instance, made if it is not there
 * @port: of what interface
 * @id: of it
 *
 * Return: the instance; pointers to others are no longer valid.
 */
struct np_napi *np_port_napi(struct np_port *port, uint64_t id)
{
	struct np_napi *napi;
	size_t i;

	for (i = 0; i < port->nr_napi; i++)
		if (port->napi[i].id == id)
			return &port->napi[i];

	napi = np_more(port->napi, port->nr_napi);
	*napi = (struct np_napi){
		.id = id,
		.irq = NP_UNKNOWN,
		.pid = NP_UNKNOWN,
		.defer_hard_irqs = NP_UNKNOWN,
		.gro_flush_ns = NP_UNKNOWN,
		.irq_suspend_ns = NP_UNKNOWN,
	};

	return napi;
}

/**
 * np_port_irq - an interrupt, made if it is not there
 * @port: of what interface
 * @irq: number
 *
 * Return: the interrupt; pointers to others are no longer valid.
 */
struct np_irq *np_port_irq(struct np_port *port, uint64_t irq)
{
	struct np_irq *found;
	size_t i;

	for (i = 0; i < port->nr_irq; i++)
		if (port->irq[i].irq == irq)
			return &port->irq[i];

	found = np_more(port->irq, port->nr_irq);
	*found = (struct np_irq){ .irq = irq, .fired = NP_UNKNOWN };

	return found;
}
