// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool's netlink: statistics that have the same name with every driver, of
 * the MAC and of pause frames; energy efficient Ethernet; offloads.
 */
#include "read/read.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "source/netlink.h"

/* Of ETHTOOL_A_STATS_GRP_ID: eth-phy, eth-mac, eth-ctrl, rmon. */
#define NP_GROUPS	4u

/* Names that the kernel gives to numbers of a group, as of `ethtool -S --groups`. */
static const char *const np_phy_names[] = {
	[ETHTOOL_A_STATS_ETH_PHY_5_SYM_ERR] = "SymbolErrorDuringCarrier",
};

static const char *const np_mac_names[] = {
	[ETHTOOL_A_STATS_ETH_MAC_2_TX_PKT] = "FramesTransmittedOK",
	[ETHTOOL_A_STATS_ETH_MAC_3_SINGLE_COL] = "SingleCollisionFrames",
	[ETHTOOL_A_STATS_ETH_MAC_4_MULTI_COL] = "MultipleCollisionFrames",
	[ETHTOOL_A_STATS_ETH_MAC_5_RX_PKT] = "FramesReceivedOK",
	[ETHTOOL_A_STATS_ETH_MAC_6_FCS_ERR] = "FrameCheckSequenceErrors",
	[ETHTOOL_A_STATS_ETH_MAC_7_ALIGN_ERR] = "AlignmentErrors",
	[ETHTOOL_A_STATS_ETH_MAC_8_TX_BYTES] = "OctetsTransmittedOK",
	[ETHTOOL_A_STATS_ETH_MAC_9_TX_DEFER] = "FramesWithDeferredXmissions",
	[ETHTOOL_A_STATS_ETH_MAC_10_LATE_COL] = "LateCollisions",
	[ETHTOOL_A_STATS_ETH_MAC_11_XS_COL] = "FramesAbortedDueToXSColls",
	[ETHTOOL_A_STATS_ETH_MAC_12_TX_INT_ERR] =
		"FramesLostDueToIntMACXmitError",
	[ETHTOOL_A_STATS_ETH_MAC_13_CS_ERR] = "CarrierSenseErrors",
	[ETHTOOL_A_STATS_ETH_MAC_14_RX_BYTES] = "OctetsReceivedOK",
	[ETHTOOL_A_STATS_ETH_MAC_15_RX_INT_ERR] =
		"FramesLostDueToIntMACRcvError",
	[ETHTOOL_A_STATS_ETH_MAC_18_TX_MCAST] = "MulticastFramesXmittedOK",
	[ETHTOOL_A_STATS_ETH_MAC_19_TX_BCAST] = "BroadcastFramesXmittedOK",
	[ETHTOOL_A_STATS_ETH_MAC_20_XS_DEFER] = "FramesWithExcessiveDeferral",
	[ETHTOOL_A_STATS_ETH_MAC_21_RX_MCAST] = "MulticastFramesReceivedOK",
	[ETHTOOL_A_STATS_ETH_MAC_22_RX_BCAST] = "BroadcastFramesReceivedOK",
	[ETHTOOL_A_STATS_ETH_MAC_23_IR_LEN_ERR] = "InRangeLengthErrors",
	[ETHTOOL_A_STATS_ETH_MAC_24_OOR_LEN] = "OutOfRangeLengthField",
	[ETHTOOL_A_STATS_ETH_MAC_25_TOO_LONG_ERR] = "FrameTooLongErrors",
};

static const char *const np_ctrl_names[] = {
	[ETHTOOL_A_STATS_ETH_CTRL_3_TX] = "MACControlFramesTransmitted",
	[ETHTOOL_A_STATS_ETH_CTRL_4_RX] = "MACControlFramesReceived",
	[ETHTOOL_A_STATS_ETH_CTRL_5_RX_UNSUP] = "UnsupportedOpcodesReceived",
};

static const char *const np_rmon_names[] = {
	[ETHTOOL_A_STATS_RMON_UNDERSIZE] = "etherStatsUndersizePkts",
	[ETHTOOL_A_STATS_RMON_OVERSIZE] = "etherStatsOversizePkts",
	[ETHTOOL_A_STATS_RMON_FRAG] = "etherStatsFragments",
	[ETHTOOL_A_STATS_RMON_JABBER] = "etherStatsJabbers",
};

static const struct np_group {
	const char *const *names;
	size_t count;
} np_groups[NP_GROUPS] = {
	[ETHTOOL_STATS_ETH_PHY] = { np_phy_names, NP_COUNT(np_phy_names) },
	[ETHTOOL_STATS_ETH_MAC] = { np_mac_names, NP_COUNT(np_mac_names) },
	[ETHTOOL_STATS_ETH_CTRL] = { np_ctrl_names, NP_COUNT(np_ctrl_names) },
	[ETHTOOL_STATS_RMON] = { np_rmon_names, NP_COUNT(np_rmon_names) },
};

/* ---- questions ---------------------------------------------------------------- */

/* The header is attribute 1 of all messages, but 2 of that for statistics. */
static void np_fill_header(struct nlmsghdr *nlh, uint16_t attr,
			   const char *ifname, uint32_t flags)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	mnl_attr_put_strz(nlh, ETHTOOL_A_HEADER_DEV_NAME, ifname);
	if (flags)
		mnl_attr_put_u32(nlh, ETHTOOL_A_HEADER_FLAGS, flags);
	mnl_attr_nest_end(nlh, nest);
}

static void np_fill_plain(struct nlmsghdr *nlh, const void *arg)
{
	np_fill_header(nlh, ETHTOOL_A_EEE_HEADER, arg, 0);
}

static void np_fill_pause(struct nlmsghdr *nlh, const void *arg)
{
	np_fill_header(nlh, ETHTOOL_A_PAUSE_HEADER, arg, ETHTOOL_FLAG_STATS);
}

static void np_fill_stats(struct nlmsghdr *nlh, const void *arg)
{
	struct nlattr *nest;

	np_fill_header(nlh, ETHTOOL_A_STATS_HEADER, arg, 0);
	nest = mnl_attr_nest_start(nlh, ETHTOOL_A_STATS_GROUPS);
	mnl_attr_put(nlh, ETHTOOL_A_BITSET_NOMASK, 0, NULL);
	mnl_attr_put_u32(nlh, ETHTOOL_A_BITSET_SIZE, NP_GROUPS);
	mnl_attr_put_u32(nlh, ETHTOOL_A_BITSET_VALUE, (1u << NP_GROUPS) - 1);
	mnl_attr_nest_end(nlh, nest);
}

/* ---- answers -------------------------------------------------------------------- */

static void np_got_eee(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[ETHTOOL_A_EEE_MAX + 1];
	struct np_port *port = data;

	np_attrs_message(attrs, NP_COUNT(attrs), nlh,
			 sizeof(struct genlmsghdr));
	np_attr_uint(attrs[ETHTOOL_A_EEE_ACTIVE], &port->eee_active);
	np_attr_uint(attrs[ETHTOOL_A_EEE_ENABLED], &port->eee_enabled);
}

static void np_got_pause(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *stats[ETHTOOL_A_PAUSE_STAT_MAX + 1];
	const struct nlattr *attrs[ETHTOOL_A_PAUSE_STATS + 1];
	struct np_port *port = data;

	np_attrs_message(attrs, NP_COUNT(attrs), nlh,
			 sizeof(struct genlmsghdr));
	np_attrs_nested(stats, NP_COUNT(stats), attrs[ETHTOOL_A_PAUSE_STATS]);
	np_attr_uint(stats[ETHTOOL_A_PAUSE_STAT_TX_FRAMES],
		     &port->pause_tx_frames);
	np_attr_uint(stats[ETHTOOL_A_PAUSE_STAT_RX_FRAMES],
		     &port->pause_rx_frames);
}

static void np_got_stat(struct np_port *port, const struct np_group *group,
			const struct nlattr *stat)
{
	const struct nlattr *inner = np_attr_inside(stat, NULL);
	struct np_value *value;
	uint64_t number;
	uint16_t type;

	/* Each is in a nest of its own. */
	if (!inner)
		return;
	type = mnl_attr_get_type(inner);
	if (type >= group->count || !group->names[type] ||
	    !np_attr_uint(inner, &number))
		return;
	value = np_more(port->standard, port->nr_standard);
	value->name = np_copy(group->names[type]);
	value->value = number;
}

static void np_got_group(struct np_port *port, const struct nlattr *nest)
{
	const struct nlattr *attrs[ETHTOOL_A_STATS_GRP_SS_ID + 1];
	const struct nlattr *stat = NULL;
	uint64_t id;

	np_attrs_nested(attrs, NP_COUNT(attrs), nest);
	if (!np_attr_uint(attrs[ETHTOOL_A_STATS_GRP_ID], &id) ||
	    id >= NP_GROUPS)
		return;
	while ((stat = np_attr_inside(nest, stat)))
		if (mnl_attr_get_type(stat) == ETHTOOL_A_STATS_GRP_STAT)
			np_got_stat(port, &np_groups[id], stat);
}

static void np_got_stats(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr = NULL;

	while ((attr = np_attr_message(nlh, sizeof(struct genlmsghdr), attr)))
		if (mnl_attr_get_type(attr) == ETHTOOL_A_STATS_GRP)
			np_got_group(data, attr);
}

/* Features that somebody judges, and where they go; all others are left out. */
static void np_got_feature(struct np_port *port, const char *name)
{
	const struct {
		const char *name;
		uint64_t *value;
	} known[] = {
		{ "rx-checksum", &port->features.rx_checksum },
		{ "rx-gro", &port->features.gro },
		{ "rx-gro-hw", &port->features.gro_hw },
		{ "rx-hashing", &port->features.rx_hash },
		{ "rx-lro", &port->features.lro },
		{ "tx-checksum-ip-generic", &port->features.tx_checksum },
		{ "tx-checksum-ipv4", &port->features.tx_checksum },
		{ "tx-generic-segmentation", &port->features.gso },
		{ "tx-tcp-segmentation", &port->features.tso },
	};
	size_t i;

	for (i = 0; i < NP_COUNT(known); i++)
		if (!strcmp(known[i].name, name))
			*known[i].value = 1;
}

/* A list of those that are on: what it does not name is off. */
static void np_got_features(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[ETHTOOL_A_FEATURES_MAX + 1];
	const struct nlattr *set[ETHTOOL_A_BITSET_MAX + 1], *one = NULL;
	const struct nlattr *bit[ETHTOOL_A_BITSET_BIT_MAX + 1];
	struct np_port *port = data;
	const char *name;

	np_attrs_message(attrs, NP_COUNT(attrs), nlh,
			 sizeof(struct genlmsghdr));
	np_attrs_nested(set, NP_COUNT(set), attrs[ETHTOOL_A_FEATURES_ACTIVE]);
	if (!set[ETHTOOL_A_BITSET_BITS])
		return;
	memset(&port->features, 0, sizeof(port->features));
	while ((one = np_attr_inside(set[ETHTOOL_A_BITSET_BITS], one))) {
		np_attrs_nested(bit, NP_COUNT(bit), one);
		name = np_attr_text(bit[ETHTOOL_A_BITSET_BIT_NAME]);
		if (name)
			np_got_feature(port, name);
	}
}

/**
 * np_read_ethstats - statistics and settings that drivers name alike
 * @src: source
 * @port: filled in; what the driver does not have stays unknown
 */
void np_read_ethstats(struct np_source *src, struct np_port *port)
{
	static const struct {
		uint8_t command;
		const char *what;
		void (*fill)(struct nlmsghdr *nlh, const void *arg);
		np_answer answer;
	} asked[] = {
		{ ETHTOOL_MSG_EEE_GET, "eee", np_fill_plain, np_got_eee },
		{ ETHTOOL_MSG_PAUSE_GET, "pause frames", np_fill_pause,
		  np_got_pause },
		{ ETHTOOL_MSG_STATS_GET, "standard statistics", np_fill_stats,
		  np_got_stats },
		{ ETHTOOL_MSG_FEATURES_GET, "features", np_fill_plain,
		  np_got_features },
	};
	size_t i;

	for (i = 0; i < NP_COUNT(asked); i++) {
		const struct np_request request = {
			.family = ETHTOOL_GENL_NAME,
			.command = asked[i].command,
			.what = asked[i].what,
			.ifname = port->name,
			.fill = asked[i].fill,
			.arg = port->name,
		};
		struct np_error error;

		/* Most drivers lack some: nobody would miss them by name. */
		np_netlink_ask(src, &request, asked[i].answer, port, &error);
	}
}
