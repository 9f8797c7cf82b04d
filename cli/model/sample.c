// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples, and what counters have gained between two of them.
 */
#include "model/sample.h"

#include <stdlib.h>
#include <string.h>

/**
 * np_sample_free - forget a sample
 * @sample: or NULL
 */
void np_sample_free(struct np_sample *sample)
{
	size_t i;

	if (!sample)
		return;
	for (i = 0; i < sample->nr_port; i++)
		np_port_free(sample->port[i]);
	free(sample->port);
	for (i = 0; i < sample->nr_peer; i++)
		np_port_free(sample->peer[i]);
	free(sample->peer);
	np_host_free(sample->host);
	free(sample);
}

/**
 * np_sample_port - an interface of a sample
 * @sample: sample
 * @name: of the interface
 *
 * Return: NULL if it is not in the sample.
 */
const struct np_port *np_sample_port(const struct np_sample *sample,
				     const char *name)
{
	size_t i;

	for (i = 0; i < sample->nr_port; i++)
		if (!strcmp(sample->port[i]->name, name))
			return sample->port[i];

	return NULL;
}

/**
 * np_sample_peer - the other end of an interface that is one of a pair
 * @sample: sample
 * @port: the interface
 *
 * Return: NULL if it is not in the sample.
 */
const struct np_port *np_sample_peer(const struct np_sample *sample,
				     const struct np_port *port)
{
	size_t i;

	for (i = 0; i < sample->nr_peer && port->peer != NP_UNKNOWN; i++)
		if (sample->peer[i]->ifindex == port->peer)
			return sample->peer[i];

	return NULL;
}

/**
 * np_window_flows - the sample of packets of an interface
 * @window: two samples
 * @ifname: of the interface
 *
 * Return: NULL if its packets were not sampled.
 */
const struct np_flows *np_window_flows(const struct np_window *window,
				       const char *ifname)
{
	size_t i;

	for (i = 0; i < window->nr_flows; i++)
		if (!strcmp(window->flows[i].ifname, ifname))
			return &window->flows[i];

	return NULL;
}

/**
 * np_gained - what a counter has gained
 * @before: at first, or NP_UNKNOWN
 * @after: at last, or NP_UNKNOWN
 *
 * Return: 0 if it stood still or was set back; NP_UNKNOWN if one is not known.
 */
uint64_t np_gained(uint64_t before, uint64_t after)
{
	if (before == NP_UNKNOWN || after == NP_UNKNOWN)
		return NP_UNKNOWN;

	return after > before ? after - before : 0;
}

/**
 * np_value_of - a counter by name
 * @values: counters
 * @count: how many
 * @name: of the counter
 *
 * Return: its value, NP_UNKNOWN if there is none.
 */
uint64_t np_value_of(const struct np_value *values, size_t count,
		     const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(values[i].name, name))
			return values[i].value;

	return NP_UNKNOWN;
}

/* A counter of an interface in both samples. */
static uint64_t np_port_gained(const struct np_window *window,
			       const char *ifname, const char *name, bool own)
{
	const struct np_port *before = np_sample_port(window->before, ifname);
	const struct np_port *after = np_sample_port(window->after, ifname);

	if (!before || !after)
		return NP_UNKNOWN;

	return own ? np_gained(np_value_of(before->own, before->nr_own, name),
			       np_value_of(after->own, after->nr_own, name)) :
		np_gained(np_value_of(before->link, before->nr_link, name),
			  np_value_of(after->link, after->nr_link, name));
}

/**
 * np_link_gained - what a field of rtnl_link_stats64 has gained
 * @window: two samples
 * @ifname: interface
 * @name: of the field
 *
 * Return: as np_gained(); NP_UNKNOWN also without interface or field.
 */
uint64_t np_link_gained(const struct np_window *window, const char *ifname,
			const char *name)
{
	return np_port_gained(window, ifname, name, false);
}

/**
 * np_own_gained - what a counter of `ethtool -S` has gained
 * @window: two samples
 * @ifname: interface
 * @name: of the counter
 *
 * Return: as np_gained(); NP_UNKNOWN also without interface or counter.
 */
uint64_t np_own_gained(const struct np_window *window, const char *ifname,
		       const char *name)
{
	return np_port_gained(window, ifname, name, true);
}

/**
 * np_protocol_gained - what a counter of the protocols has gained
 * @window: two samples
 * @name: "Udp.RcvbufErrors"
 *
 * Return: as np_gained(); NP_UNKNOWN also without such a counter.
 */
uint64_t np_protocol_gained(const struct np_window *window, const char *name)
{
	const struct np_host *before = window->before->host;
	const struct np_host *after = window->after->host;

	return np_gained(np_value_of(before->protocol, before->nr_protocol,
				     name),
			 np_value_of(after->protocol, after->nr_protocol,
				     name));
}

/**
 * np_socket_gained - what a socket has lost
 * @window: two samples
 * @socket: of the last of them
 *
 * Return: packets; all of them if the socket is new; NP_UNKNOWN if nobody
 * counts.
 */
uint64_t np_socket_gained(const struct np_window *window,
			  const struct np_socket *socket)
{
	const struct np_host *before = window->before->host;
	size_t i;

	for (i = 0; i < before->nr_socket; i++) {
		const struct np_socket *one = &before->socket[i];

		/* Those that are being closed have none. */
		if (socket->inode && one->inode == socket->inode &&
		    !strcmp(one->protocol, socket->protocol))
			return np_gained(one->drops, socket->drops);
	}

	return socket->drops;
}
