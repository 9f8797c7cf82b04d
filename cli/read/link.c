// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtnetlink: the interface's own counters.
 */
#include "read/read.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "source/netlink.h"

/* struct rtnl_link_stats64, which only ever grows at its end. */
static const char *const np_link_names[] = {
	"rx_packets", "tx_packets", "rx_bytes", "tx_bytes", "rx_errors",
	"tx_errors", "rx_dropped", "tx_dropped", "multicast", "collisions",
	"rx_length_errors", "rx_over_errors", "rx_crc_errors",
	"rx_frame_errors", "rx_fifo_errors", "rx_missed_errors",
	"tx_aborted_errors", "tx_carrier_errors", "tx_fifo_errors",
	"tx_heartbeat_errors", "tx_window_errors", "rx_compressed",
	"tx_compressed", "rx_nohandler", "rx_otherhost_dropped",
};

static void np_link_fill(struct nlmsghdr *nlh, const void *arg)
{
	const char *name = arg;
	struct ifinfomsg *info;

	info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	if (strlen(name) < IF_NAMESIZE)
		mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
}

/* What sysfs has as well, where there is none. */
static void np_link_basics(const struct nlmsghdr *nlh,
			   const struct nlattr *const *attrs,
			   struct np_port *port)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);

	if (port->ifindex == NP_UNKNOWN && info->ifi_index > 0)
		port->ifindex = (uint64_t)info->ifi_index;
	if (port->mtu == NP_UNKNOWN)
		np_attr_uint(attrs[IFLA_MTU], &port->mtu);
	if (port->carrier == NP_UNKNOWN)
		np_attr_uint(attrs[IFLA_CARRIER], &port->carrier);
	if (port->carrier_changes == NP_UNKNOWN)
		np_attr_uint(attrs[IFLA_CARRIER_CHANGES],
			     &port->carrier_changes);
}

static void np_link_got(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[IFLA_LINK_NETNSID + 1];
	struct np_port *port = data;
	const char *payload;
	size_t size, i;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct ifinfomsg))
		return;
	np_attrs_message(attrs, NP_COUNT(attrs), nlh, sizeof(struct ifinfomsg));
	np_link_basics(nlh, attrs, port);
	/* With a namespace the number is one of that other namespace. */
	if (!attrs[IFLA_LINK_NETNSID])
		np_attr_uint(attrs[IFLA_LINK], &port->peer);
	if (!attrs[IFLA_STATS64])
		return;
	payload = mnl_attr_get_payload(attrs[IFLA_STATS64]);
	size = mnl_attr_get_payload_len(attrs[IFLA_STATS64]);
	for (i = 0; i < NP_COUNT(np_link_names) && size >= 8 * (i + 1); i++) {
		struct np_value *value = np_more(port->link, port->nr_link);

		value->name = np_copy(np_link_names[i]);
		memcpy(&value->value, payload + 8 * i, 8);
	}
}

/**
 * np_read_link - rtnl_link_stats64 of an interface, and its number if that is
 *	not known
 * @src: source
 * @port: filled in
 */
void np_read_link(struct np_source *src, struct np_port *port)
{
	const struct np_request request = {
		.command = RTM_GETLINK,
		.what = "link",
		.ifname = port->name,
		.fill = np_link_fill,
		.arg = port->name,
	};
	struct np_error error;

	if (np_netlink_ask(src, &request, np_link_got, port, &error) ||
	    !port->nr_link)
		np_port_miss(port, "counters of the interface",
			     error.code ? strerror(error.code) :
					  "the kernel gives none", NULL);
}
