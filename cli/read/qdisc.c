// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtnetlink: queueing disciplines and what they have counted.
 */
#include "read/read.h"

#include <linux/gen_stats.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "source/netlink.h"

/* Numbers of 32 bits of struct gnet_stats_queue, in their order. */
enum {
	NP_GNET_QLEN,
	NP_GNET_BACKLOG,
	NP_GNET_DROPS,
	NP_GNET_REQUEUES,
	NP_GNET_OVERLIMITS,
	NP_GNET_COUNT,
};

static void np_qdisc_fill(struct nlmsghdr *nlh, const void *arg)
{
	const struct np_port *port = arg;
	struct tcmsg *tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));

	tcm->tcm_family = AF_UNSPEC;
	tcm->tcm_ifindex = (int)port->ifindex;
}

/* Octets first, which are eight, then packets in four. */
static void np_qdisc_basic(struct np_qdisc *qdisc, const struct nlattr *attr)
{
	const char *payload;
	uint32_t packets;

	if (!attr || mnl_attr_get_payload_len(attr) < 12)
		return;
	payload = mnl_attr_get_payload(attr);
	memcpy(&qdisc->bytes, payload, 8);
	memcpy(&packets, payload + 8, 4);
	qdisc->packets = packets;
}

static void np_qdisc_queue(struct np_qdisc *qdisc, const struct nlattr *attr)
{
	uint32_t numbers[NP_GNET_COUNT];

	if (!attr || mnl_attr_get_payload_len(attr) < sizeof(numbers))
		return;
	memcpy(numbers, mnl_attr_get_payload(attr), sizeof(numbers));
	qdisc->qlen = numbers[NP_GNET_QLEN];
	qdisc->backlog = numbers[NP_GNET_BACKLOG];
	qdisc->drops = numbers[NP_GNET_DROPS];
	qdisc->requeues = numbers[NP_GNET_REQUEUES];
	qdisc->overlimits = numbers[NP_GNET_OVERLIMITS];
}

/* The kernel tells of all interfaces. */
static void np_qdisc_got(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[TCA_STATS2 + 1], *stats[TCA_STATS_PKT64 + 1];
	struct np_port *port = data;
	struct np_qdisc *qdisc;
	const struct tcmsg *tcm;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*tcm))
		return;
	tcm = mnl_nlmsg_get_payload(nlh);
	if (tcm->tcm_ifindex != (int)port->ifindex)
		return;
	np_attrs_message(attrs, NP_COUNT(attrs), nlh, sizeof(*tcm));
	if (!np_attr_text(attrs[TCA_KIND]))
		return;
	qdisc = np_more(port->qdisc, port->nr_qdisc);
	*qdisc = (struct np_qdisc){
		.kind = np_copy(np_attr_text(attrs[TCA_KIND])),
		.handle = tcm->tcm_handle,
		.parent = tcm->tcm_parent,
		.packets = NP_UNKNOWN,
		.bytes = NP_UNKNOWN,
		.drops = NP_UNKNOWN,
		.overlimits = NP_UNKNOWN,
		.requeues = NP_UNKNOWN,
		.qlen = NP_UNKNOWN,
		.backlog = NP_UNKNOWN,
	};
	np_attrs_nested(stats, NP_COUNT(stats), attrs[TCA_STATS2]);
	np_qdisc_basic(qdisc, stats[TCA_STATS_BASIC]);
	/* There only when 32 bits do not hold them. */
	np_attr_uint(stats[TCA_STATS_PKT64], &qdisc->packets);
	np_qdisc_queue(qdisc, stats[TCA_STATS_QUEUE]);
}

/**
 * np_read_qdiscs - queueing disciplines of an interface
 * @src: source
 * @port: filled in; its number known
 */
void np_read_qdiscs(struct np_source *src, struct np_port *port)
{
	const struct np_request request = {
		.command = RTM_GETQDISC,
		.dump = true,
		.what = "qdiscs",
		.ifname = port->name,
		.fill = np_qdisc_fill,
		.arg = port,
	};
	struct np_error error;

	if (np_netlink_ask(src, &request, np_qdisc_got, port, &error))
		np_port_miss(port, "queueing disciplines",
			     error.text[0] ? error.text : strerror(error.code),
			     NULL);
}
