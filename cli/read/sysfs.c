// SPDX-License-Identifier: GPL-2.0-only
/*
 * What /sys/class/net/DEV says.
 */
#include "read/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NP_NET		"sys/class/net/%s/"

/* The text of a file of the interface, without its newline; NULL without it. */
static char *np_net_text(struct np_source *src, const struct np_port *port,
			 const char *file)
{
	char *text = np_source_read(src, NP_NET "%s", port->name, file), *copy;

	if (!text)
		return NULL;
	copy = np_copy(np_strip(text));
	free(text);

	return copy;
}

/* PCI_SLOT_NAME=0000:02:00.0, PCI_ID=8086:1521 and PCI_SUBSYS_ID=8086:0001,
 * of what is behind it.
 */
static void np_read_uevent(struct np_source *src, struct np_port *port)
{
	char *text = np_net_text(src, port, "device/uevent");
	char *line, *rest = text;

	while (rest && (line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "PCI_SLOT_NAME=", 14) && !port->bus)
			port->bus = np_copy(line + 14);
		else if (!strncmp(line, "PCI_ID=", 7) && !port->board)
			port->board = np_copy(line + 7);
		else if (!strncmp(line, "PCI_SUBSYS_ID=", 14) &&
			 !port->subsystem)
			port->subsystem = np_copy(line + 14);
	}
	free(text);
}

static void np_read_device(struct np_source *src, struct np_port *port)
{
	port->driver = np_source_link(src, NP_NET "device/driver", port->name);
	port->physical = port->driver;
	if (!port->physical)
		return;
	np_read_uevent(src, port);
	/* -1, which is no such number, where there are no nodes. */
	np_source_u64(src, &port->node, NP_NET "device/numa_node", port->name);
	port->pcie_speed = np_net_text(src, port, "device/current_link_speed");
	port->pcie_speed_max = np_net_text(src, port, "device/max_link_speed");
	np_source_u64(src, &port->pcie_width.now,
		      NP_NET "device/current_link_width", port->name);
	np_source_u64(src, &port->pcie_width.max,
		      NP_NET "device/max_link_width", port->name);
}

/* rps_cpus and xps_cpus; the latter cannot be read where there is one queue. */
static void np_read_mask(struct np_source *src, const struct np_port *port,
			 struct np_queue *queue, bool rx)
{
	char *text = np_source_read(src, NP_NET "queues/%s-%u/%s", port->name,
				    rx ? "rx" : "tx", queue->id,
				    rx ? "rps_cpus" : "xps_cpus");

	if (text)
		np_cpus_parse_mask(&queue->cpus, text);
	free(text);
}

static void np_read_tx(struct np_source *src, const struct np_port *port,
		       struct np_queue *queue)
{
	np_source_u64(src, &queue->timeouts, NP_NET "queues/tx-%u/tx_timeout",
		      port->name, queue->id);
	np_source_u64(src, &queue->bql_limit,
		      NP_NET "queues/tx-%u/byte_queue_limits/limit",
		      port->name, queue->id);
	np_source_u64(src, &queue->bql_inflight,
		      NP_NET "queues/tx-%u/byte_queue_limits/inflight",
		      port->name, queue->id);
}

static void np_read_queues(struct np_source *src, struct np_port *port)
{
	char **names = np_source_list(src, NP_NET "queues", port->name), **name;
	uint64_t id;

	for (name = names; name && *name; name++) {
		bool rx = !strncmp(*name, "rx-", 3);
		struct np_queue *queue;

		if ((!rx && strncmp(*name, "tx-", 3)) ||
		    !np_parse_u64(*name + 3, &id) || id > UINT16_MAX)
			continue;
		queue = np_port_queue(port, rx, (unsigned int)id);
		np_read_mask(src, port, queue, rx);
		if (!rx)
			np_read_tx(src, port, queue);
	}
	np_list_free(names);
}

/**
 * np_read_sysfs - what sysfs knows of an interface
 * @src: source
 * @port: filled in
 */
void np_read_sysfs(struct np_source *src, struct np_port *port)
{
	np_source_u64(src, &port->ifindex, NP_NET "ifindex", port->name);
	np_source_u64(src, &port->mtu, NP_NET "mtu", port->name);
	/* Neither can be read while the interface is down. */
	np_source_u64(src, &port->carrier, NP_NET "carrier", port->name);
	np_source_u64(src, &port->speed, NP_NET "speed", port->name);
	np_source_u64(src, &port->carrier_changes, NP_NET "carrier_changes",
		      port->name);
	np_source_u64(src, &port->threaded, NP_NET "threaded", port->name);
	port->mac = np_net_text(src, port, "address");
	port->operstate = np_net_text(src, port, "operstate");
	port->duplex = np_net_text(src, port, "duplex");
	np_read_device(src, port);
	np_read_queues(src, port);
}
