// SPDX-License-Identifier: GPL-2.0-only
/*
 * All that can be read of an interface, and which there are.
 */
#include "read/read.h"

#include <stdlib.h>
#include <string.h>

/**
 * np_read_names - interfaces that a command is about if none is named
 * @src: source
 *
 * Return: those with a device behind them, by name; closed by NULL, freed with
 * np_list_free(); NULL with errno without sysfs.
 */
char **np_read_names(struct np_source *src)
{
	char **names = np_source_list(src, "sys/class/net"), **from, **to;

	for (from = to = names; from && *from; from++) {
		char *driver = np_source_link(src,
					      "sys/class/net/%s/device/driver",
					      *from);

		if (driver)
			*to++ = *from;
		else
			free(*from);
		free(driver);
	}
	if (to)
		*to = NULL;

	return names;
}

/**
 * np_read_name - the name of an interface
 * @src: source
 * @ifindex: its number
 *
 * Return: to be freed; NULL if there is none in this network namespace.
 */
char *np_read_name(struct np_source *src, uint64_t ifindex)
{
	char **names = np_source_entries(src, "sys/class/net"), **name;
	char *found = NULL;
	uint64_t number;

	for (name = names; name && *name && !found; name++)
		if (np_source_u64(src, &number, "sys/class/net/%s/ifindex",
				  *name) && number == ifindex)
			found = np_copy(*name);
	np_list_free(names);

	return found;
}

/**
 * np_read_port - all that can be read of an interface
 * @src: source
 * @name: of the interface
 *
 * Return: freed with np_port_free(); NULL if there is no such interface.
 */
struct np_port *np_read_port(struct np_source *src, const char *name)
{
	struct np_port *port = np_port_alloc(name);

	np_read_sysfs(src, port);
	if (port->ifindex == NP_UNKNOWN)
		np_port_miss(port, "device, queues, speed",
			     "/sys/class/net does not have the interface",
			     "sysfs of this network namespace");
	np_read_link(src, port);
	if (port->ifindex == NP_UNKNOWN) {
		np_port_free(port);
		return NULL;
	}
	np_read_ethtool(src, port);
	np_read_netdev(src, port);
	np_read_ioctl(src, port);
	/* Others are linked to what they are made of. */
	if (!port->driver || strcmp(port->driver, "veth"))
		port->peer = NP_UNKNOWN;
	np_read_irqs(src, port);
	np_read_ethstats(src, port);
	np_read_qdiscs(src, port);
	np_read_aer(src, port);

	return port;
}
