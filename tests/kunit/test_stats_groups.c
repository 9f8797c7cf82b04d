// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which counter of the device is shown where: every field of the standard
 * groups, of the interface's counters and of ethtool -S against tables of their
 * own.
 *
 * Depends on: napier_fixture.c.
 */
#include "napier_fixture.h"

#define GROUPS_TERMS	5

/* The addresses are those of igb 7.3 e1000_regs.h, and numbers once more: two
 * that change places in napier_csr.h change places for the model, too. The
 * counts are primes; no five or fewer of them add up to what is expected of
 * others.
 */
static const struct groups_counter {
	u32 reg;
	u32 addr;
	u32 count;
} groups_counters[] = {
	{ NAPIER_CRCERRS, 0x04000, 146154703 },
	{ NAPIER_ALGNERRC, 0x04004, 496208203 },
	{ NAPIER_SYMERRS, 0x04008, 647632607 },
	{ NAPIER_RXERRC, 0x0400C, 192496621 },
	{ NAPIER_MPC, 0x04010, 185977937 },
	{ NAPIER_SCC, 0x04014, 237098023 },
	{ NAPIER_ECOL, 0x04018, 836922481 },
	{ NAPIER_MCC, 0x0401C, 222340799 },
	{ NAPIER_LATECOL, 0x04020, 378255611 },
	{ NAPIER_COLC, 0x04028, 363295123 },
	{ NAPIER_DC, 0x04030, 351932089 },
	{ NAPIER_TNCRS, 0x04034, 674029907 },
	{ NAPIER_SEC, 0x04038, 192387449 },
	{ NAPIER_HTDPMC, 0x0403C, 992754401 },
	{ NAPIER_RLEC, 0x04040, 636785029 },
	{ NAPIER_XONRXC, 0x04048, 181788449 },
	{ NAPIER_XONTXC, 0x0404C, 656789383 },
	{ NAPIER_XOFFRXC, 0x04050, 745278323 },
	{ NAPIER_XOFFTXC, 0x04054, 413792383 },
	{ NAPIER_FCRUC, 0x04058, 411201649 },
	{ NAPIER_PRC64, 0x0405C, 637626557 },
	{ NAPIER_PRC127, 0x04060, 569556419 },
	{ NAPIER_PRC255, 0x04064, 574825123 },
	{ NAPIER_PRC511, 0x04068, 882863561 },
	{ NAPIER_PRC1023, 0x0406C, 659862079 },
	{ NAPIER_PRC1522, 0x04070, 443393549 },
	{ NAPIER_GPRC, 0x04074, 843401309 },
	{ NAPIER_BPRC, 0x04078, 153902521 },
	{ NAPIER_MPRC, 0x0407C, 701570707 },
	{ NAPIER_GPTC, 0x04080, 533613559 },
	{ NAPIER_GORCL, 0x04088, 285752549 },
	{ NAPIER_GOTCL, 0x04090, 931968683 },
	{ NAPIER_RNBC, 0x040A0, 309594869 },
	{ NAPIER_RUC, 0x040A4, 856347619 },
	{ NAPIER_RFC, 0x040A8, 270753283 },
	{ NAPIER_ROC, 0x040AC, 294240299 },
	{ NAPIER_RJC, 0x040B0, 812431493 },
	{ NAPIER_MGTPRC, 0x040B4, 325333633 },
	{ NAPIER_MGTPDC, 0x040B8, 534967997 },
	{ NAPIER_MGTPTC, 0x040BC, 310821619 },
	{ NAPIER_TPR, 0x040D0, 106354673 },
	{ NAPIER_TPT, 0x040D4, 881521057 },
	{ NAPIER_PTC64, 0x040D8, 439026661 },
	{ NAPIER_PTC127, 0x040DC, 990439763 },
	{ NAPIER_PTC255, 0x040E0, 482575003 },
	{ NAPIER_PTC511, 0x040E4, 763860649 },
	{ NAPIER_PTC1023, 0x040E8, 854451953 },
	{ NAPIER_PTC1522, 0x040EC, 707146493 },
	{ NAPIER_MPTC, 0x040F0, 172823779 },
	{ NAPIER_BPTC, 0x040F4, 281697697 },
	{ NAPIER_TSCTC, 0x040F8, 870598321 },
	{ NAPIER_RQDPC(0), 0x0C030, 594898621 },
	{ NAPIER_RQDPC(1), 0x0C070, 483898159 },
};

/* A register that a part does not have right counts for nothing. */
static const struct groups_part {
	const char *name;
	enum napier_board_id id;
	bool emulated;
	u32 without;
} groups_parts[] = {
	{ "82576", NAPIER_BOARD_82576 },
	{ "82576, emulated", NAPIER_BOARD_82576, true, NAPIER_RUC },
	{ "82580", NAPIER_BOARD_82580 },
	{ "I350", NAPIER_BOARD_I350 },
	{ "I354", NAPIER_BOARD_I354 },
	{ "I210", NAPIER_BOARD_I210, .without = NAPIER_TNCRS },
	{ "I211", NAPIER_BOARD_I211, .without = NAPIER_TNCRS },
};

KUNIT_ARRAY_PARAM_DESC(groups_part, groups_parts, name);

/* Everything that is shown of the registers, but ethtool -S. */
struct groups_shown {
	struct ethtool_eth_mac_stats mac;
	struct ethtool_eth_phy_stats phy;
	struct ethtool_eth_ctrl_stats ctrl;
	struct ethtool_pause_stats pause;
	struct ethtool_rmon_stats rmon;
	struct rtnl_link_stats64 link;
};

#define GROUPS_FIELD(field, ...)					\
	{ #field, offsetof(struct groups_shown, field), { __VA_ARGS__ } }

/* A field is the sum of these registers; one without any, or that does not
 * stand here, is not to be set.
 */
static const struct groups_field {
	const char *name;
	size_t offset;
	u32 regs[GROUPS_TERMS];
} groups_fields[] = {
	GROUPS_FIELD(mac.FramesTransmittedOK, NAPIER_GPTC),
	GROUPS_FIELD(mac.SingleCollisionFrames, NAPIER_SCC),
	GROUPS_FIELD(mac.MultipleCollisionFrames, NAPIER_MCC),
	GROUPS_FIELD(mac.FramesReceivedOK, NAPIER_GPRC),
	GROUPS_FIELD(mac.FrameCheckSequenceErrors, NAPIER_CRCERRS),
	GROUPS_FIELD(mac.AlignmentErrors, NAPIER_ALGNERRC),
	GROUPS_FIELD(mac.OctetsTransmittedOK, NAPIER_GOTCL),
	GROUPS_FIELD(mac.FramesWithDeferredXmissions, NAPIER_DC),
	GROUPS_FIELD(mac.LateCollisions, NAPIER_LATECOL),
	GROUPS_FIELD(mac.FramesAbortedDueToXSColls, NAPIER_ECOL),
	GROUPS_FIELD(mac.FramesLostDueToIntMACXmitError),
	GROUPS_FIELD(mac.CarrierSenseErrors, NAPIER_TNCRS),
	GROUPS_FIELD(mac.OctetsReceivedOK, NAPIER_GORCL),
	GROUPS_FIELD(mac.FramesLostDueToIntMACRcvError),
	GROUPS_FIELD(mac.MulticastFramesXmittedOK, NAPIER_MPTC),
	GROUPS_FIELD(mac.BroadcastFramesXmittedOK, NAPIER_BPTC),
	GROUPS_FIELD(mac.FramesWithExcessiveDeferral),
	GROUPS_FIELD(mac.MulticastFramesReceivedOK, NAPIER_MPRC),
	GROUPS_FIELD(mac.BroadcastFramesReceivedOK, NAPIER_BPRC),
	GROUPS_FIELD(mac.InRangeLengthErrors, NAPIER_RLEC),
	GROUPS_FIELD(mac.OutOfRangeLengthField),
	GROUPS_FIELD(mac.FrameTooLongErrors, NAPIER_ROC),
	GROUPS_FIELD(phy.SymbolErrorDuringCarrier, NAPIER_SYMERRS),
	GROUPS_FIELD(ctrl.MACControlFramesTransmitted, NAPIER_XONTXC,
		     NAPIER_XOFFTXC),
	GROUPS_FIELD(ctrl.MACControlFramesReceived, NAPIER_XONRXC,
		     NAPIER_XOFFRXC, NAPIER_FCRUC),
	GROUPS_FIELD(ctrl.UnsupportedOpcodesReceived, NAPIER_FCRUC),
	GROUPS_FIELD(pause.tx_pause_frames, NAPIER_XONTXC, NAPIER_XOFFTXC),
	GROUPS_FIELD(pause.rx_pause_frames, NAPIER_XONRXC, NAPIER_XOFFRXC),
	GROUPS_FIELD(rmon.undersize_pkts, NAPIER_RUC),
	GROUPS_FIELD(rmon.oversize_pkts, NAPIER_ROC),
	GROUPS_FIELD(rmon.fragments, NAPIER_RFC),
	GROUPS_FIELD(rmon.jabbers, NAPIER_RJC),
	GROUPS_FIELD(rmon.hist[0], NAPIER_PRC64),
	GROUPS_FIELD(rmon.hist[1], NAPIER_PRC127),
	GROUPS_FIELD(rmon.hist[2], NAPIER_PRC255),
	GROUPS_FIELD(rmon.hist[3], NAPIER_PRC511),
	GROUPS_FIELD(rmon.hist[4], NAPIER_PRC1023),
	GROUPS_FIELD(rmon.hist[5], NAPIER_PRC1522),
	GROUPS_FIELD(rmon.hist_tx[0], NAPIER_PTC64),
	GROUPS_FIELD(rmon.hist_tx[1], NAPIER_PTC127),
	GROUPS_FIELD(rmon.hist_tx[2], NAPIER_PTC255),
	GROUPS_FIELD(rmon.hist_tx[3], NAPIER_PTC511),
	GROUPS_FIELD(rmon.hist_tx[4], NAPIER_PTC1023),
	GROUPS_FIELD(rmon.hist_tx[5], NAPIER_PTC1522),
	GROUPS_FIELD(link.rx_errors, NAPIER_RUC, NAPIER_ROC, NAPIER_CRCERRS,
		     NAPIER_ALGNERRC, NAPIER_RXERRC),
	GROUPS_FIELD(link.tx_errors, NAPIER_ECOL, NAPIER_LATECOL,
		     NAPIER_TNCRS),
	GROUPS_FIELD(link.multicast, NAPIER_MPRC),
	GROUPS_FIELD(link.collisions, NAPIER_COLC),
	GROUPS_FIELD(link.rx_length_errors, NAPIER_RUC, NAPIER_ROC),
	GROUPS_FIELD(link.rx_crc_errors, NAPIER_CRCERRS),
	GROUPS_FIELD(link.rx_frame_errors, NAPIER_ALGNERRC),
	GROUPS_FIELD(link.rx_missed_errors, NAPIER_MPC, NAPIER_RQDPC(0),
		     NAPIER_RQDPC(1)),
	GROUPS_FIELD(link.tx_aborted_errors, NAPIER_ECOL),
	GROUPS_FIELD(link.tx_carrier_errors, NAPIER_TNCRS),
	GROUPS_FIELD(link.tx_window_errors, NAPIER_LATECOL),
};

/* What a field holds that the driver does not set. */
static const struct groups_range {
	const char *name;
	size_t offset;
	size_t size;
	u64 unset;
} groups_ranges[] = {
	{ "eth-mac", offsetof(struct groups_shown, mac.stats),
	  sizeof_field(struct groups_shown, mac.stats), ETHTOOL_STAT_NOT_SET },
	{ "eth-phy", offsetof(struct groups_shown, phy.stats),
	  sizeof_field(struct groups_shown, phy.stats), ETHTOOL_STAT_NOT_SET },
	{ "eth-ctrl", offsetof(struct groups_shown, ctrl.stats),
	  sizeof_field(struct groups_shown, ctrl.stats), ETHTOOL_STAT_NOT_SET },
	{ "pause", offsetof(struct groups_shown, pause.stats),
	  sizeof_field(struct groups_shown, pause.stats),
	  ETHTOOL_STAT_NOT_SET },
	{ "rmon", offsetof(struct groups_shown, rmon.stats),
	  sizeof_field(struct groups_shown, rmon.stats), ETHTOOL_STAT_NOT_SET },
	{ "interface", offsetof(struct groups_shown, link),
	  sizeof_field(struct groups_shown, link), 0 },
};

/* The other names are of what the driver counts itself. */
static const struct groups_name {
	const char *name;
	u32 regs[GROUPS_TERMS];
} groups_names[] = {
	{ "rx_phy_errors", { NAPIER_RXERRC } },
	{ "rx_sequence_errors", { NAPIER_SEC } },
	{ "tx_discarded_by_mac", { NAPIER_HTDPMC } },
	{ "rx_no_buffer_events", { NAPIER_RNBC } },
	{ "mgmt_rx_packets", { NAPIER_MGTPRC } },
	{ "mgmt_rx_dropped", { NAPIER_MGTPDC } },
	{ "mgmt_tx_packets", { NAPIER_MGTPTC } },
	{ "rx_packets_with_bad", { NAPIER_TPR } },
	{ "tx_packets_with_bad", { NAPIER_TPT } },
	{ "tx_tso_by_mac", { NAPIER_TSCTC } },
};

/* A device of that part, on which every counter has a count of its own. */
static struct napier_fixture *groups_device(struct kunit *test,
					    const struct groups_part *p)
{
	struct napier_fixture *fx = napier_fixture_bare(test, p->id);
	int i;

	if (p->emulated) {
		fx->m->pdev.subsystem_vendor = PCI_SUBVENDOR_ID_REDHAT_QUMRANET;
		fx->m->pdev.subsystem_device = PCI_SUBDEVICE_ID_QEMU;
	}
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	for (i = 0; i < ARRAY_SIZE(groups_counters); i++)
		napier_model_count(fx->m, groups_counters[i].addr,
				   groups_counters[i].count);

	return fx;
}

static u32 groups_count(struct kunit *test, u32 reg)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(groups_counters); i++)
		if (groups_counters[i].reg == reg)
			return groups_counters[i].count;
	KUNIT_FAIL(test, "register %#x counts nothing", reg);

	return 0;
}

/* What the part counts in these registers, or @unset if it has none of them. */
static u64 groups_sum(struct kunit *test, const struct groups_part *p,
		      const u32 *regs, u64 unset)
{
	bool any = false;
	u64 sum = 0;
	int i;

	for (i = 0; i < GROUPS_TERMS && regs[i]; i++) {
		if (regs[i] == p->without)
			continue;
		sum += groups_count(test, regs[i]);
		any = true;
	}

	return any ? sum : unset;
}

/* As the core asks for them. */
static void groups_get(struct napier_fixture *fx, struct groups_shown *s)
{
	const struct ethtool_ops *ops = fx->ndev->ethtool_ops;
	const struct ethtool_rmon_hist_range *ranges;

	memset(s, 0xff, sizeof(*s));
	memset(&s->link, 0, sizeof(s->link));
	ops->get_eth_mac_stats(fx->ndev, &s->mac);
	ops->get_eth_phy_stats(fx->ndev, &s->phy);
	ops->get_eth_ctrl_stats(fx->ndev, &s->ctrl);
	ops->get_pause_stats(fx->ndev, &s->pause);
	ops->get_rmon_stats(fx->ndev, &s->rmon, &ranges);
	fx->ndev->netdev_ops->ndo_get_stats64(fx->ndev, &s->link);
}

static const struct groups_field *groups_find(size_t offset)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(groups_fields); i++)
		if (groups_fields[i].offset == offset)
			return &groups_fields[i];

	return NULL;
}

static void groups_check(struct kunit *test, const struct groups_range *r,
			 const struct groups_shown *s)
{
	size_t at;

	for (at = r->offset; at < r->offset + r->size; at += sizeof(u64)) {
		const struct groups_field *f = groups_find(at);
		u64 want = r->unset;

		if (f)
			want = groups_sum(test, test->param_value, f->regs,
					  want);
		KUNIT_EXPECT_EQ_MSG(test, *(const u64 *)((const u8 *)s + at),
				    want, "%s, field %zu: %s", r->name,
				    (at - r->offset) / sizeof(u64),
				    f ? f->name : "none is expected");
	}
}

/* Each field has the count of its own register and of no other. */
static void groups_standard(struct kunit *test)
{
	struct napier_fixture *fx = groups_device(test, test->param_value);
	struct groups_shown *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	groups_get(fx, s);
	for (i = 0; i < ARRAY_SIZE(groups_ranges); i++)
		groups_check(test, &groups_ranges[i], s);
}

static const struct groups_name *groups_find_name(const u8 *name)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(groups_names); i++)
		if (!strcmp(groups_names[i].name, name))
			return &groups_names[i];

	return NULL;
}

/* And so has each name of ethtool -S. */
static void groups_private(struct kunit *test)
{
	struct napier_fixture *fx = groups_device(test, test->param_value);
	const struct ethtool_ops *ops = fx->ndev->ethtool_ops;
	int n = ops->get_sset_count(fx->ndev, ETH_SS_STATS), i, known = 0;
	struct ethtool_stats stats = { .n_stats = n };
	u64 *values;
	u8 *names;

	names = kunit_kcalloc(test, n, ETH_GSTRING_LEN, GFP_KERNEL);
	values = kunit_kcalloc(test, n, sizeof(*values), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, names);
	KUNIT_ASSERT_NOT_NULL(test, values);
	ops->get_strings(fx->ndev, ETH_SS_STATS, names);
	ops->get_ethtool_stats(fx->ndev, &stats, values);
	for (i = 0; i < n; i++) {
		const u8 *name = names + i * ETH_GSTRING_LEN;
		const struct groups_name *g = groups_find_name(name);
		u64 want = 0;

		if (g)
			want = groups_sum(test, test->param_value, g->regs, 0);
		KUNIT_EXPECT_EQ_MSG(test, values[i], want, "%s", name);
		known += !!g;
	}
	KUNIT_EXPECT_EQ(test, known, ARRAY_SIZE(groups_names));
}

static struct kunit_case napier_stats_groups_cases[] = {
	KUNIT_CASE_PARAM(groups_standard, groups_part_gen_params),
	KUNIT_CASE_PARAM(groups_private, groups_part_gen_params),
	{}
};

static struct kunit_suite napier_stats_groups_suite = {
	.name = "napier_stats_groups",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_stats_groups_cases,
};

kunit_test_suite(napier_stats_groups_suite);
