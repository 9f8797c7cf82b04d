// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow steering: which rules a part takes, where the device then sends frames,
 * what is refused, and what rules survive.
 *
 * Depends on: napier_fixture.c.
 */
#include <linux/rtnetlink.h>

#include "napier_fixture.h"

#define ALL	GENMASK(NAPIER_BOARD_I211, 0)
#define N82576	BIT(NAPIER_BOARD_82576)
#define I210	BIT(NAPIER_BOARD_I210)

#define WHOLE16	cpu_to_be16(0xFFFF)
#define WHOLE32	cpu_to_be32(0xFFFFFFFF)
#define WHOLE6	{ 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }
#define MAC(n)	{ 0x02, 0, 0x5e, 0, 0, (n) }

KUNIT_ARRAY_PARAM_DESC(steer_board, napier_fixture_boards, name);

/* ---- what an operator does ------------------------------------------------------ */

static int steer_call(struct napier_fixture *fx, u32 cmd,
		      struct ethtool_rx_flow_spec *fs)
{
	struct ethtool_rxnfc nfc = { .cmd = cmd, .fs = *fs };
	int err;

	rtnl_lock();
	netdev_lock(fx->ndev);
	err = fx->ndev->ethtool_ops->set_rxnfc(fx->ndev, &nfc);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	fs->location = nfc.fs.location;

	return err;
}

/* Return: the location, or a negative errno. */
static int steer_add(struct napier_fixture *fx,
		     const struct ethtool_rx_flow_spec *want, u64 queue,
		     u32 loc)
{
	struct ethtool_rx_flow_spec fs = *want;

	fs.ring_cookie = queue;
	fs.location = loc;

	return steer_call(fx, ETHTOOL_SRXCLSRLINS, &fs) ?: (int)fs.location;
}

static int steer_delete(struct napier_fixture *fx, u32 loc)
{
	struct ethtool_rx_flow_spec fs = { .location = loc };

	return steer_call(fx, ETHTOOL_SRXCLSRLDEL, &fs);
}

/* Return: how many rules there are; their locations. */
static int steer_list(struct napier_fixture *fx, u32 *locs, u32 room)
{
	const struct ethtool_ops *ops = fx->ndev->ethtool_ops;
	struct ethtool_rxnfc nfc = { .cmd = ETHTOOL_GRXCLSRLCNT };
	u32 count;
	int err;

	KUNIT_ASSERT_EQ(fx->test, ops->get_rxnfc(fx->ndev, &nfc, NULL), 0);
	KUNIT_EXPECT_EQ(fx->test, nfc.data,
			NAPIER_STEER_LOCATIONS | RX_CLS_LOC_SPECIAL);
	count = nfc.rule_cnt;

	nfc = (struct ethtool_rxnfc) {
		.cmd = ETHTOOL_GRXCLSRLALL, .rule_cnt = room,
	};
	err = ops->get_rxnfc(fx->ndev, &nfc, locs);
	if (err)
		return err;
	KUNIT_EXPECT_EQ(fx->test, nfc.rule_cnt, count);
	KUNIT_EXPECT_EQ(fx->test, nfc.data, NAPIER_STEER_LOCATIONS);

	return count;
}

static int steer_count(struct napier_fixture *fx)
{
	u32 locs[NAPIER_STEER_LOCATIONS];

	return steer_list(fx, locs, ARRAY_SIZE(locs));
}

static int steer_show(struct napier_fixture *fx, u32 loc,
		      struct ethtool_rx_flow_spec *fs)
{
	struct ethtool_rxnfc nfc = {
		.cmd = ETHTOOL_GRXCLSRULE, .fs.location = loc,
	};
	int err = fx->ndev->ethtool_ops->get_rxnfc(fx->ndev, &nfc, NULL);

	*fs = nfc.fs;

	return err;
}

static void steer_ntuple(struct napier_fixture *fx, bool on)
{
	rtnl_lock();
	netdev_lock(fx->ndev);
	if (on)
		fx->ndev->wanted_features |= NETIF_F_NTUPLE;
	else
		fx->ndev->wanted_features &= ~NETIF_F_NTUPLE;
	netdev_update_features(fx->ndev);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
}

/* ---- what the device then does -------------------------------------------------- */

static int steer_where(struct napier_fixture *fx,
		       const struct napier_model_flow *flow)
{
	return napier_model_steer(fx->m, flow);
}

/* Filters that are on, but those for addresses. */
static u32 steer_filters(struct napier_fixture *fx)
{
	u32 vlapqf = napier_model_peek(fx->m, NAPIER_VLAPQF);
	u32 i, count = 0;

	for (i = 0; i < 8; i++)
		count += !!(napier_model_peek(fx->m, NAPIER_ETQF(i)) &
			    BIT(26)) +
			 !!(napier_model_peek(fx->m, NAPIER_FTQF(i)) &
			    BIT(8)) +
			 (vlapqf >> (4 * i + 3) & 1);

	return count;
}

/* Valid entries for addresses. */
static u32 steer_rars(struct napier_fixture *fx)
{
	u32 i, count = 0;

	for (i = 0; i < fx->nd->board->rar_count; i++)
		count += napier_model_peek(fx->m, i < 16 ? NAPIER_RAH(i) :
						  NAPIER_RAH2(i)) >> 31;

	return count;
}

static struct napier_fixture *steer_port(struct kunit *test,
					 enum napier_board_id id)
{
	struct napier_fixture *fx = napier_fixture_bare(test, id);

	fx->m->max_vectors = NAPIER_MODEL_VECTORS;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, id), 0);
	KUNIT_ASSERT_EQ(test,
			napier_fixture_config(fx,
					      napier_irq_max_queues(fx->nd),
					      64, 64), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);

	return fx;
}

/* ---- rules ---------------------------------------------------------------------- */

#define ETHER(...)							\
	{ .flow_type = ETHER_FLOW, __VA_ARGS__ }
#define TYPE(n)								\
	ETHER(.h_u.ether_spec.h_proto = cpu_to_be16(n),			\
	      .m_u.ether_spec.h_proto = WHOLE16)
#define PRIO(n)								\
	{ .flow_type = ETHER_FLOW | FLOW_EXT,				\
	  .h_ext.vlan_tci = cpu_to_be16((n) << 13),			\
	  .m_ext.vlan_tci = cpu_to_be16(0xE000) }
#define DST(n)								\
	ETHER(.h_u.ether_spec.h_dest = MAC(n),				\
	      .m_u.ether_spec.h_dest = WHOLE6)
#define L4(flow, ...)							\
	{ .flow_type = (flow), __VA_ARGS__ }
#define DPORT4(n)							\
	.h_u.tcp_ip4_spec.pdst = cpu_to_be16(n),			\
	.m_u.tcp_ip4_spec.pdst = WHOLE16
#define SPORT4(n)							\
	.h_u.tcp_ip4_spec.psrc = cpu_to_be16(n),			\
	.m_u.tcp_ip4_spec.psrc = WHOLE16
#define SADDR4(n)							\
	.h_u.tcp_ip4_spec.ip4src = cpu_to_be32(n),			\
	.m_u.tcp_ip4_spec.ip4src = WHOLE32
#define DADDR4(n)							\
	.h_u.tcp_ip4_spec.ip4dst = cpu_to_be32(n),			\
	.m_u.tcp_ip4_spec.ip4dst = WHOLE32
#define DPORT6(n)							\
	.h_u.tcp_ip6_spec.pdst = cpu_to_be16(n),			\
	.m_u.tcp_ip6_spec.pdst = WHOLE16

static const struct steer_rule {
	const char *name;
	u32 boards;
	struct ethtool_rx_flow_spec fs;
	struct napier_model_flow hit;
	struct napier_model_flow miss[2];
} steer_rules[] = {
	{ "ethertype", ALL, TYPE(0x88b5), { .etype = 0x88b5 },
	  { { .etype = 0xb588 }, { .etype = ETH_P_IP, .proto = 6 } } },
	{ "TCP port", ALL, L4(TCP_V4_FLOW, DPORT4(80)),
	  { .etype = ETH_P_IP, .proto = 6, .dport = 80 },
	  { { .etype = ETH_P_IP, .proto = 17, .dport = 80 },
	    { .etype = ETH_P_IP, .proto = 6, .dport = 0x5000 } } },
	{ "UDP over IPv6, port", ALL, L4(UDP_V6_FLOW, DPORT6(0x1234)),
	  { .etype = ETH_P_IPV6, .proto = 17, .dport = 0x1234 },
	  { { .etype = ETH_P_IPV6, .proto = 6, .dport = 0x1234 },
	    { .etype = ETH_P_IPV6, .proto = 17, .dport = 0x3412 } } },
	{ "all SCTP", ALL, L4(SCTP_V4_FLOW),
	  { .etype = ETH_P_IP, .proto = 132 },
	  { { .etype = ETH_P_IP, .proto = 6 }, { .etype = 0x88b5 } } },
	{ "IPv4 protocol", ALL,
	  { .flow_type = IP_USER_FLOW,
	    .h_u.usr_ip4_spec = { .proto = 50, .ip_ver = ETH_RX_NFC_IP4 },
	    .m_u.usr_ip4_spec.proto = 0xFF },
	  { .etype = ETH_P_IP, .proto = 50 },
	  { { .etype = ETH_P_IP, .proto = 51 }, { .etype = 0x88b5 } } },
	{ "IPv6 protocol", ALL,
	  { .flow_type = IPV6_USER_FLOW, .h_u.usr_ip6_spec.l4_proto = 58,
	    .m_u.usr_ip6_spec.l4_proto = 0xFF },
	  { .etype = ETH_P_IPV6, .proto = 58 },
	  { { .etype = ETH_P_IPV6, .proto = 17 }, { .etype = 0x88b5 } } },
	{ "five of TCP", N82576,
	  L4(TCP_V4_FLOW, SADDR4(0x0a010203), DADDR4(0xc0a80a01), SPORT4(1025),
	     DPORT4(443)),
	  { .etype = ETH_P_IP, .proto = 6, .saddr = 0x0a010203,
	    .daddr = 0xc0a80a01, .sport = 1025, .dport = 443 },
	  { { .etype = ETH_P_IP, .proto = 6, .saddr = 0xc0a80a01,
	      .daddr = 0x0a010203, .sport = 1025, .dport = 443 },
	    { .etype = ETH_P_IP, .proto = 6, .saddr = 0x0a010203,
	      .daddr = 0xc0a80a01, .sport = 443, .dport = 1025 } } },
	{ "source of UDP", N82576, L4(UDP_V4_FLOW, SADDR4(0x0a010203)),
	  { .etype = ETH_P_IP, .proto = 17, .saddr = 0x0a010203, .sport = 9 },
	  { { .etype = ETH_P_IP, .proto = 17, .saddr = 0x0302010a },
	    { .etype = ETH_P_IP, .proto = 6, .saddr = 0x0a010203 } } },
	{ "source port over IPv6", N82576,
	  L4(TCP_V6_FLOW, .h_u.tcp_ip6_spec.psrc = cpu_to_be16(22),
	     .m_u.tcp_ip6_spec.psrc = WHOLE16),
	  { .etype = ETH_P_IPV6, .proto = 6, .sport = 22 },
	  { { .etype = ETH_P_IPV6, .proto = 6, .dport = 22 },
	    { .etype = ETH_P_IPV6, .proto = 17, .sport = 22 } } },
	{ "IPv4 destination, any protocol", N82576,
	  { .flow_type = IP_USER_FLOW,
	    .h_u.usr_ip4_spec = { .ip4dst = cpu_to_be32(0xc0000201),
				  .ip_ver = ETH_RX_NFC_IP4, .proto = 9 },
	    .m_u.usr_ip4_spec.ip4dst = WHOLE32 },
	  { .etype = ETH_P_IP, .proto = 1, .daddr = 0xc0000201 },
	  { { .etype = ETH_P_IP, .proto = 1, .saddr = 0xc0000201 },
	    { .etype = ETH_P_IP, .proto = 9 } } },
	{ "VLAN priority", I210, PRIO(5),
	  { .etype = ETH_P_IP, .tagged = true, .prio = 5 },
	  { { .etype = ETH_P_IP, .tagged = true, .prio = 2 },
	    { .etype = ETH_P_IP, .prio = 5 } } },
	{ "MAC address", I210, DST(7), { .dst = MAC(7), .etype = ETH_P_IP },
	  { { .dst = MAC(8), .etype = ETH_P_IP }, { .etype = ETH_P_IP } } },
};

/* Every rule that the part knows, to every queue that it has, one at a time. */
static void steer_reaches(struct kunit *test)
{
	const struct napier_fixture_board *b = test->param_value;
	struct napier_fixture *fx = steer_port(test, b->id);
	u32 i, q;

	for (i = 0; i < ARRAY_SIZE(steer_rules); i++) {
		const struct steer_rule *r = &steer_rules[i];

		if (r->boards & BIT(b->id))
			continue;
		KUNIT_EXPECT_EQ_MSG(test, steer_add(fx, &r->fs, 0, 0),
				    -EOPNOTSUPP, "%s", r->name);
		KUNIT_EXPECT_EQ(test, steer_filters(fx), 0);
	}

	for (i = 0; i < ARRAY_SIZE(steer_rules); i++) {
		const struct steer_rule *r = &steer_rules[i];
		u32 queues = fx->nn->cfg.nr_queues;

		if (!(r->boards & BIT(b->id)))
			continue;
		/* ETQF has three bits for a queue. */
		if (r->hit.etype == 0x88b5)
			queues = min(queues, 8u);
		for (q = 0; q < queues; q++) {
			KUNIT_ASSERT_EQ_MSG(test, steer_add(fx, &r->fs, q, 9),
					    9, "%s", r->name);
			KUNIT_EXPECT_EQ_MSG(test, steer_where(fx, &r->hit), q,
					    "%s", r->name);
			KUNIT_EXPECT_EQ_MSG(test, steer_where(fx, &r->miss[0]),
					    -1, "%s", r->name);
			KUNIT_EXPECT_EQ_MSG(test, steer_where(fx, &r->miss[1]),
					    -1, "%s", r->name);
		}
		KUNIT_EXPECT_LE(test, steer_filters(fx), 1);
		KUNIT_EXPECT_EQ(test, steer_delete(fx, 9), 0);
		KUNIT_EXPECT_EQ_MSG(test, steer_where(fx, &r->hit), -1, "%s",
				    r->name);
		KUNIT_EXPECT_EQ(test, steer_filters(fx), 0);
		KUNIT_EXPECT_EQ(test, steer_rars(fx), 1);
	}
}

/* ---- what is refused ------------------------------------------------------------ */

static const struct steer_bad {
	const char *name;
	int err;
	enum napier_board_id id;
	struct ethtool_rx_flow_spec fs;
	u64 queue;
	u32 loc;
} steer_bads[] = {
	{ "dropping", -EOPNOTSUPP, NAPIER_BOARD_I210, TYPE(0x88b5),
	  RX_CLS_FLOW_DISC },
	{ "waking", -EOPNOTSUPP, NAPIER_BOARD_I210, TYPE(0x88b5),
	  RX_CLS_FLOW_WAKE },
	{ "a VF's queue", -EOPNOTSUPP, NAPIER_BOARD_I210, TYPE(0x88b5),
	  1ULL << ETHTOOL_RX_FLOW_SPEC_RING_VF_OFF },
	{ "a queue too far", -EINVAL, NAPIER_BOARD_I210, TYPE(0x88b5), 4 },
	{ "a queue that wraps", -EINVAL, NAPIER_BOARD_I210, TYPE(0x88b5),
	  256 },
	{ "ethertype to queue 8", -EOPNOTSUPP, NAPIER_BOARD_82576,
	  TYPE(0x88b5), 8 },
	{ "first location", -EOPNOTSUPP, NAPIER_BOARD_I210, TYPE(0x88b5), 0,
	  RX_CLS_LOC_FIRST },
	{ "last location", -EOPNOTSUPP, NAPIER_BOARD_I210, TYPE(0x88b5), 0,
	  RX_CLS_LOC_LAST },
	{ "a location too far", -EINVAL, NAPIER_BOARD_I210, TYPE(0x88b5), 0,
	  NAPIER_STEER_LOCATIONS },
	{ "nothing", -EINVAL, NAPIER_BOARD_I210, ETHER() },
	{ "nothing of IPv4", -EINVAL, NAPIER_BOARD_82576,
	  { .flow_type = IP_USER_FLOW,
	    .h_u.usr_ip4_spec.ip_ver = ETH_RX_NFC_IP4 } },
	{ "nothing of IPv6", -EINVAL, NAPIER_BOARD_82576,
	  { .flow_type = IPV6_USER_FLOW } },
	{ "IP of no version", -EINVAL, NAPIER_BOARD_82576,
	  { .flow_type = IP_USER_FLOW, .h_u.usr_ip4_spec.proto = 6,
	    .m_u.usr_ip4_spec.proto = 0xFF } },
	{ "IPv4 by ethertype", -EOPNOTSUPP, NAPIER_BOARD_I210, TYPE(0x0800) },
	{ "IPv6 by ethertype", -EOPNOTSUPP, NAPIER_BOARD_I210, TYPE(0x86dd) },
	{ "tags by ethertype", -EOPNOTSUPP, NAPIER_BOARD_I210, TYPE(0x8100) },
	{ "PTP by ethertype", -EOPNOTSUPP, NAPIER_BOARD_I210, TYPE(0x88f7) },
	{ "a length", -EINVAL, NAPIER_BOARD_I210, TYPE(0x05ff) },
	{ "half a type", -EOPNOTSUPP, NAPIER_BOARD_I210,
	  ETHER(.h_u.ether_spec.h_proto = cpu_to_be16(0x88b5),
		.m_u.ether_spec.h_proto = cpu_to_be16(0xFF00)) },
	{ "half an address", -EOPNOTSUPP, NAPIER_BOARD_I210,
	  ETHER(.h_u.ether_spec.h_dest = MAC(1),
		.m_u.ether_spec.h_dest = { 0xFF, 0xFF, 0xFF }) },
	{ "a source address", -EOPNOTSUPP, NAPIER_BOARD_I210,
	  ETHER(.h_u.ether_spec.h_source = MAC(1),
		.m_u.ether_spec.h_source = WHOLE6) },
	{ "type and address", -EOPNOTSUPP, NAPIER_BOARD_I210,
	  ETHER(.h_u.ether_spec.h_dest = MAC(1),
		.m_u.ether_spec.h_dest = WHOLE6,
		.h_u.ether_spec.h_proto = cpu_to_be16(0x88b5),
		.m_u.ether_spec.h_proto = WHOLE16) },
	{ "a multicast address", -EINVAL, NAPIER_BOARD_I210,
	  ETHER(.h_u.ether_spec.h_dest = { 1, 0, 0x5e },
		.m_u.ether_spec.h_dest = WHOLE6) },
	{ "no address", -EINVAL, NAPIER_BOARD_I210,
	  ETHER(.m_u.ether_spec.h_dest = WHOLE6) },
	{ "a VLAN", -EOPNOTSUPP, NAPIER_BOARD_I210,
	  { .flow_type = ETHER_FLOW | FLOW_EXT, .h_ext.vlan_tci = 1,
	    .m_ext.vlan_tci = WHOLE16 } },
	{ "a tag's type", -EOPNOTSUPP, NAPIER_BOARD_I210,
	  { .flow_type = ETHER_FLOW | FLOW_EXT,
	    .h_ext.vlan_etype = cpu_to_be16(0x8100),
	    .m_ext.vlan_etype = WHOLE16 } },
	{ "bytes of the user's", -EOPNOTSUPP, NAPIER_BOARD_I210,
	  { .flow_type = ETHER_FLOW | FLOW_EXT, .m_ext.data[1] = WHOLE32 } },
	{ "priority and type", -EOPNOTSUPP, NAPIER_BOARD_I210,
	  { .flow_type = ETHER_FLOW | FLOW_EXT,
	    .m_ext.vlan_tci = cpu_to_be16(0xE000),
	    .h_u.ether_spec.h_proto = cpu_to_be16(0x88b5),
	    .m_u.ether_spec.h_proto = WHOLE16 } },
	{ "priority and port", -EOPNOTSUPP, NAPIER_BOARD_I210,
	  L4(TCP_V4_FLOW | FLOW_EXT, DPORT4(80),
	     .m_ext.vlan_tci = cpu_to_be16(0xE000)) },
	{ "address and port", -EOPNOTSUPP, NAPIER_BOARD_I210,
	  L4(TCP_V4_FLOW | FLOW_MAC_EXT, DPORT4(80), .h_ext.h_dest = MAC(1),
	     .m_ext.h_dest = WHOLE6) },
	{ "part of a port", -EOPNOTSUPP, NAPIER_BOARD_82576,
	  L4(TCP_V4_FLOW, .m_u.tcp_ip4_spec.pdst = cpu_to_be16(0xFFF0)) },
	{ "a subnet", -EOPNOTSUPP, NAPIER_BOARD_82576,
	  L4(TCP_V4_FLOW,
	     .m_u.tcp_ip4_spec.ip4dst = cpu_to_be32(0xFFFFFF00)) },
	{ "a TOS", -EOPNOTSUPP, NAPIER_BOARD_82576,
	  L4(TCP_V4_FLOW, DPORT4(80), .m_u.tcp_ip4_spec.tos = 0xFF) },
	{ "an IPv6 address", -EOPNOTSUPP, NAPIER_BOARD_82576,
	  L4(TCP_V6_FLOW, DPORT6(80),
	     .m_u.tcp_ip6_spec.ip6dst = { WHOLE32, WHOLE32, WHOLE32,
					  WHOLE32 }) },
	{ "a port of SCTP", -EOPNOTSUPP, NAPIER_BOARD_82576,
	  L4(SCTP_V4_FLOW, DPORT4(80)) },
	{ "bytes of layer 4", -EOPNOTSUPP, NAPIER_BOARD_82576,
	  { .flow_type = IP_USER_FLOW,
	    .h_u.usr_ip4_spec.ip_ver = ETH_RX_NFC_IP4,
	    .m_u.usr_ip4_spec = { .proto = 0xFF, .l4_4_bytes = WHOLE32 } } },
	{ "ESP", -EOPNOTSUPP, NAPIER_BOARD_82576, { .flow_type = ESP_V4_FLOW } },
	{ "an RSS context", -EOPNOTSUPP, NAPIER_BOARD_I210,
	  { .flow_type = ETHER_FLOW | FLOW_RSS } },
};

KUNIT_ARRAY_PARAM_DESC(steer_bad, steer_bads, name);

/* Where a rule is already, and where none is: nothing changes. */
static void steer_refuses(struct kunit *test)
{
	static const struct ethtool_rx_flow_spec good = TYPE(0x88b6);
	const struct steer_bad *p = test->param_value;
	struct napier_fixture *fx = steer_port(test, p->id);
	struct ethtool_rx_flow_spec fs;
	u32 *before = kunit_kmalloc(test, sizeof(fx->m->regs), GFP_KERNEL);
	u32 loc;

	KUNIT_ASSERT_NOT_NULL(test, before);
	KUNIT_ASSERT_EQ(test, steer_add(fx, &good, 1, 0), 0);
	memcpy(before, fx->m->regs, sizeof(fx->m->regs));

	for (loc = p->loc; loc <= p->loc + !p->loc; loc++)
		KUNIT_EXPECT_EQ(test, steer_add(fx, &p->fs, p->queue, loc),
				p->err);
	KUNIT_EXPECT_EQ(test, memcmp(fx->m->regs, before,
				     sizeof(fx->m->regs)), 0);
	KUNIT_EXPECT_EQ(test, steer_count(fx), 1);
	KUNIT_ASSERT_EQ(test, steer_show(fx, 0, &fs), 0);
	KUNIT_EXPECT_MEMEQ(test, &fs.h_u, &good.h_u, sizeof(fs.h_u));
	KUNIT_EXPECT_EQ(test, fs.ring_cookie, 1);
}

/* QEMU's device steers nothing, and gets no rule at all. */
static void steer_not_emulated(struct kunit *test)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_82576);
	u32 i;

	fx->m->pdev.subsystem_vendor = PCI_SUBVENDOR_ID_REDHAT_QUMRANET;
	fx->m->pdev.subsystem_device = PCI_SUBDEVICE_ID_QEMU;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	KUNIT_EXPECT_FALSE(test, fx->ndev->hw_features & NETIF_F_NTUPLE);
	/* A write would be seen. */
	napier_model_poke(fx->m, NAPIER_ETQF(0), 0x1234);
	napier_model_poke(fx->m, NAPIER_FTQF(0), 0x1234);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);

	for (i = 0; i < ARRAY_SIZE(steer_rules); i++)
		KUNIT_EXPECT_EQ(test, steer_add(fx, &steer_rules[i].fs, 0, i),
				-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, steer_count(fx), 0);
	KUNIT_EXPECT_EQ(test, steer_delete(fx, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_ETQF(0)), 0x1234);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_FTQF(0)), 0x1234);
}

/* ---- the list ------------------------------------------------------------------- */

static void steer_locations(struct kunit *test)
{
	static const struct ethtool_rx_flow_spec a = TYPE(0x9001);
	static const struct ethtool_rx_flow_spec b = TYPE(0x9002);
	static const struct ethtool_rx_flow_spec c = L4(UDP_V4_FLOW,
							DPORT4(53));
	const struct napier_model_flow is_a = { .etype = 0x9001 };
	const struct napier_model_flow is_b = { .etype = 0x9002 };
	struct napier_fixture *fx = steer_port(test, NAPIER_BOARD_I350);
	struct ethtool_rx_flow_spec fs;
	u32 locs[4];

	KUNIT_EXPECT_EQ(test, steer_add(fx, &a, 1, 63), 63);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &b, 2, RX_CLS_LOC_ANY), 0);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &c, 3, RX_CLS_LOC_ANY), 1);
	KUNIT_EXPECT_EQ(test, steer_list(fx, locs, 4), 3);
	KUNIT_EXPECT_EQ(test, locs[0], 0);
	KUNIT_EXPECT_EQ(test, locs[1], 1);
	KUNIT_EXPECT_EQ(test, locs[2], 63);
	KUNIT_EXPECT_EQ(test, steer_list(fx, locs, 2), -EMSGSIZE);

	KUNIT_EXPECT_EQ(test, steer_show(fx, 1, &fs), 0);
	KUNIT_EXPECT_EQ(test, fs.flow_type, UDP_V4_FLOW);
	KUNIT_EXPECT_MEMEQ(test, &fs.h_u, &c.h_u, sizeof(fs.h_u));
	KUNIT_EXPECT_MEMEQ(test, &fs.m_u, &c.m_u, sizeof(fs.m_u));
	KUNIT_EXPECT_EQ(test, fs.ring_cookie, 3);
	KUNIT_EXPECT_EQ(test, fs.location, 1);
	KUNIT_EXPECT_EQ(test, steer_show(fx, 2, &fs), -ENOENT);
	KUNIT_EXPECT_EQ(test, steer_show(fx, RX_CLS_LOC_ANY, &fs), -ENOENT);

	/* The same frames twice are refused, wherever; but not in place. */
	KUNIT_EXPECT_EQ(test, steer_add(fx, &a, 2, RX_CLS_LOC_ANY), -EEXIST);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &a, 2, 0), -EEXIST);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &is_b), 2);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &a, 4, 63), 63);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &is_a), 4);
	/* Its filter stays, although one before it is free by now. */
	KUNIT_EXPECT_EQ(test, steer_delete(fx, 0), 0);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &b, 3, 7), 7);
	KUNIT_EXPECT_EQ(test, steer_delete(fx, 63), 0);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &b, 2, 7), 7);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &is_b), 2);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &a, 4, 63), 63);
	KUNIT_EXPECT_EQ(test, steer_delete(fx, 7), 0);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &b, 2, 0), 0);
	/* A rule takes the place of another. */
	KUNIT_EXPECT_EQ(test, steer_delete(fx, 63), 0);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &a, 5, 0), 0);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &is_a), 5);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &is_b), -1);
	KUNIT_EXPECT_EQ(test, steer_filters(fx), 2);

	KUNIT_EXPECT_EQ(test, steer_delete(fx, 63), -ENOENT);
	KUNIT_EXPECT_EQ(test, steer_delete(fx, 64), -ENOENT);
	KUNIT_EXPECT_EQ(test, steer_delete(fx, RX_CLS_LOC_ANY), -ENOENT);
	KUNIT_EXPECT_EQ(test, steer_count(fx), 2);
}

/* Rules of tuples that match the same frame: the lower location counts. */
static void steer_order(struct kunit *test)
{
	static const struct ethtool_rx_flow_spec tcp = L4(TCP_V4_FLOW);
	static const struct ethtool_rx_flow_spec http = L4(TCP_V4_FLOW,
							   DPORT4(80));
	const struct napier_model_flow web = { .etype = ETH_P_IP, .proto = 6,
					       .dport = 80 };
	const struct napier_model_flow mail = { .etype = ETH_P_IP, .proto = 6,
						.dport = 25 };
	struct napier_fixture *fx = steer_port(test, NAPIER_BOARD_82576);
	struct ethtool_rx_flow_spec udp = L4(UDP_V4_FLOW, DPORT4(0));
	u32 i;

	KUNIT_EXPECT_EQ(test, steer_add(fx, &tcp, 1, 20), 20);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &http, 2, 30), 30);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &web), 1);
	KUNIT_EXPECT_EQ(test, steer_delete(fx, 30), 0);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &http, 15, 10), 10);
	/* Around the filter in the middle that is not theirs. */
	for (i = 0; i < 5; i++) {
		udp.h_u.udp_ip4_spec.pdst = cpu_to_be16(i);
		KUNIT_EXPECT_EQ(test, steer_add(fx, &udp, 3, 12 + i), 12 + i);
		KUNIT_EXPECT_EQ(test, steer_where(fx, &web), 15);
		KUNIT_EXPECT_EQ(test, steer_where(fx, &mail), 1);
		KUNIT_EXPECT_EQ(test, steer_filters(fx), 3 + i);
	}
	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, steer_delete(fx, 12 + i), 0);
		KUNIT_EXPECT_EQ(test, steer_where(fx, &web), 15);
		KUNIT_EXPECT_EQ(test, steer_where(fx, &mail), 1);
		KUNIT_EXPECT_EQ(test, steer_filters(fx), 6 - i);
	}
	KUNIT_EXPECT_EQ(test, steer_delete(fx, 10), 0);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &web), 1);
	KUNIT_EXPECT_EQ(test, steer_filters(fx), 1);
}

/* As many of a kind as the part has filters, less what is PTP's. */
static void steer_fills(struct kunit *test)
{
	const struct napier_fixture_board *b = test->param_value;
	bool i21x = b->id == NAPIER_BOARD_I210 || b->id == NAPIER_BOARD_I211;
	struct napier_fixture *fx = napier_fixture_bare(test, b->id);
	struct ethtool_rx_flow_spec type = TYPE(0);
	struct ethtool_rx_flow_spec port = L4(TCP_V4_FLOW, DPORT4(0));
	struct ethtool_rx_flow_spec mac = DST(0);
	int i, room = i21x ? 3 : 7;

	/* What somebody has programmed for time stamps stays. */
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, b->id), 0);
	napier_model_poke(fx->m, NAPIER_ETQF(3), 0x440088F7);
	napier_model_poke(fx->m, NAPIER_FTQF(3), 0xE8008011);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);

	for (i = 0; i <= room; i++) {
		type.h_u.ether_spec.h_proto = cpu_to_be16(0x9000 + i);
		KUNIT_EXPECT_EQ(test, steer_add(fx, &type, 0, RX_CLS_LOC_ANY),
				i < room ? i : -ENOSPC);
	}
	for (i = 0; i <= 7; i++) {
		port.h_u.tcp_ip4_spec.pdst = cpu_to_be16(1000 + i);
		KUNIT_EXPECT_EQ(test, steer_add(fx, &port, 0, RX_CLS_LOC_ANY),
				i < 7 ? room + i : -ENOSPC);
	}
	KUNIT_EXPECT_EQ(test, steer_filters(fx), room + 7 + 1);
	/* In place of one of its kind there is room. */
	KUNIT_EXPECT_EQ(test, steer_add(fx, &port, 0, room), room);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &port, 0, 0), -EEXIST);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &type, 0, room), -ENOSPC);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &type, 0, 0), 0);
	for (i = 0; b->id == NAPIER_BOARD_I210 && i < 16; i++) {
		mac.h_u.ether_spec.h_dest[5] = i;
		KUNIT_EXPECT_EQ(test, steer_add(fx, &mac, 0, 20 + i),
				i < 15 ? 20 + i : -ENOSPC);
	}

	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_ETQF(3)),
			0x440088F7);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_FTQF(3)),
			0xE8008011);
}

/* ---- addresses ------------------------------------------------------------------ */

static void steer_set_address(struct napier_fixture *fx, const u8 *addr)
{
	struct sockaddr_storage ss = { .ss_family = fx->ndev->type };

	memcpy(((struct sockaddr *)&ss)->sa_data, addr, ETH_ALEN);
	rtnl_lock();
	netdev_lock(fx->ndev);
	KUNIT_EXPECT_EQ(fx->test,
			fx->ndev->netdev_ops->ndo_set_mac_address(fx->ndev,
								  &ss), 0);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
}

/* As ndo_set_rx_mode does. */
static void steer_own_more(struct napier_fixture *fx, const u8 *addr, bool on)
{
	rtnl_lock();
	if (on)
		dev_uc_add(fx->ndev, addr);
	else
		dev_uc_del(fx->ndev, addr);
	netif_addr_lock_bh(fx->ndev);
	napier_filter_sync(fx->nd, &fx->ndev->uc, &fx->ndev->mc);
	netif_addr_unlock_bh(fx->ndev);
	rtnl_unlock();
}

static bool steer_promiscuous(struct napier_fixture *fx)
{
	return napier_model_peek(fx->m, NAPIER_RCTL) & NAPIER_RCTL_UPE;
}

/* Own, more of the interface's own, and somebody else's: one entry each. */
static void steer_shares_addresses(struct kunit *test)
{
	struct napier_fixture *fx = steer_port(test, NAPIER_BOARD_I210);
	struct ethtool_rx_flow_spec own = DST(0);
	const struct ethtool_rx_flow_spec other = DST(9);
	const struct napier_model_flow to_9 = { .dst = MAC(9) };
	const struct napier_model_flow to_8 = { .dst = MAC(8) };
	struct napier_model_flow to_own = {};
	u8 old[ETH_ALEN];

	ether_addr_copy(old, fx->ndev->dev_addr);
	ether_addr_copy(own.h_u.ether_spec.h_dest, old);
	ether_addr_copy(to_own.dst, old);

	KUNIT_EXPECT_EQ(test, steer_add(fx, &own, 3, 0), 0);
	KUNIT_EXPECT_EQ(test, steer_rars(fx), 1);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &to_own), 3);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &other, 2, 1), 1);
	KUNIT_EXPECT_EQ(test, steer_rars(fx), 2);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &to_9), 2);

	/* An address that is owned besides needs no second entry. */
	steer_own_more(fx, to_9.dst, true);
	steer_own_more(fx, to_8.dst, true);
	KUNIT_EXPECT_EQ(test, steer_rars(fx), 3);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &to_9), 2);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &to_8), -1);
	KUNIT_EXPECT_EQ(test, steer_delete(fx, 1), 0);
	KUNIT_EXPECT_EQ(test, steer_rars(fx), 3);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &to_9), -1);
	steer_own_more(fx, to_9.dst, false);
	KUNIT_EXPECT_EQ(test, steer_rars(fx), 2);

	/* The rule goes by the address, whoever owns it. */
	steer_set_address(fx, to_8.dst);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &to_own), 3);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &to_8), -1);
	steer_own_more(fx, to_8.dst, false);
	KUNIT_EXPECT_EQ(test, steer_rars(fx), 2);
	steer_set_address(fx, old);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &to_own), 3);
	KUNIT_EXPECT_EQ(test, steer_rars(fx), 1);
}

/* Where entries are short, rules keep theirs and the rest come in anyway. */
static void steer_crowds_addresses(struct kunit *test)
{
	struct napier_fixture *fx = steer_port(test, NAPIER_BOARD_I210);
	struct ethtool_rx_flow_spec rule = DST(0);
	struct napier_model_flow to = { .dst = MAC(0) };
	u32 i;

	for (i = 0; i < 13; i++) {
		to.dst[5] = 100 + i;
		steer_own_more(fx, to.dst, true);
	}
	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, steer_promiscuous(fx), i > 2);
		rule.h_u.ether_spec.h_dest[5] = i;
		KUNIT_EXPECT_EQ(test, steer_add(fx, &rule, 1, i), i);
	}
	for (i = 0; i < 4; i++) {
		to.dst[5] = i;
		KUNIT_EXPECT_EQ(test, steer_where(fx, &to), 1);
	}
	KUNIT_EXPECT_EQ(test, steer_delete(fx, 3), 0);
	KUNIT_EXPECT_TRUE(test, steer_promiscuous(fx));
	KUNIT_EXPECT_EQ(test, steer_delete(fx, 2), 0);
	KUNIT_EXPECT_FALSE(test, steer_promiscuous(fx));
	KUNIT_EXPECT_EQ(test, steer_rars(fx), 16);
}

/* ---- what rules survive --------------------------------------------------------- */

static void steer_through_ifdown(struct napier_fixture *fx)
{
	napier_fixture_close(fx);
	napier_model_reset(fx->m);
	KUNIT_ASSERT_EQ(fx->test, napier_fixture_open(fx), 0);
}

static void steer_through_reset(struct napier_fixture *fx)
{
	u32 flags = ETH_RESET_DEDICATED;

	rtnl_lock();
	netdev_lock(fx->ndev);
	KUNIT_EXPECT_EQ(fx->test,
			fx->ndev->ethtool_ops->reset(fx->ndev, &flags), 0);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
}

static void steer_through_flr(struct napier_fixture *fx)
{
	napier_driver.err_handler->reset_prepare(&fx->m->pdev);
	napier_model_reset(fx->m);
	napier_driver.err_handler->reset_done(&fx->m->pdev);
}

static void steer_through_sleep(struct napier_fixture *fx)
{
	struct device *dev = &fx->m->pdev.dev;

	napier_driver.driver.pm->suspend(dev);
	napier_model_reset(fx->m);
	KUNIT_EXPECT_EQ(fx->test, napier_driver.driver.pm->resume(dev), 0);
}

static void steer_through_rings(struct napier_fixture *fx)
{
	KUNIT_EXPECT_EQ(fx->test,
			napier_fixture_config(fx, fx->nn->cfg.nr_queues, 128,
					      128), 0);
}

static void steer_through_selftest(struct napier_fixture *fx)
{
	struct ethtool_test et = { .flags = ETH_TEST_FL_OFFLINE };
	u64 data[16] = {};

	fx->m->partner = true;
	napier_fixture_link_up(fx);
	rtnl_lock();
	netdev_lock(fx->ndev);
	fx->ndev->ethtool_ops->self_test(fx->ndev, &et, data);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	KUNIT_EXPECT_FALSE(fx->test, et.flags & ETH_TEST_FL_FAILED);
}

static const struct steer_event {
	const char *name;
	void (*happens)(struct napier_fixture *fx);
} steer_events[] = {
	{ "down and up", steer_through_ifdown },
	{ "reset", steer_through_reset },
	{ "function-level reset", steer_through_flr },
	{ "sleep", steer_through_sleep },
	{ "other rings", steer_through_rings },
	{ "self-test", steer_through_selftest },
};

KUNIT_ARRAY_PARAM_DESC(steer_event, steer_events, name);

/* Rules that would lead the self-test's frames astray are among them. */
static void steer_survives(struct kunit *test)
{
	const struct steer_event *p = test->param_value;
	struct napier_fixture *fx = steer_port(test, NAPIER_BOARD_I210);
	struct ethtool_rx_flow_spec own = DST(0);
	struct napier_model_flow to_own = {};
	u32 i, used = 0;

	ether_addr_copy(own.h_u.ether_spec.h_dest, fx->ndev->dev_addr);
	ether_addr_copy(to_own.dst, fx->ndev->dev_addr);
	KUNIT_ASSERT_EQ(test, steer_add(fx, &own, 2, 60), 60);
	for (i = 0; i < ARRAY_SIZE(steer_rules); i++)
		if (steer_rules[i].boards & I210) {
			KUNIT_ASSERT_EQ(test,
					steer_add(fx, &steer_rules[i].fs,
						  1 + i % 3, i), i);
			used++;
		}

	p->happens(fx);

	KUNIT_EXPECT_EQ(test, steer_count(fx), used + 1);
	for (i = 0; i < ARRAY_SIZE(steer_rules); i++)
		if (steer_rules[i].boards & I210)
			KUNIT_EXPECT_EQ_MSG(test,
					    steer_where(fx,
							&steer_rules[i].hit),
					    1 + i % 3, "%s",
					    steer_rules[i].name);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &to_own), 2);
	KUNIT_EXPECT_EQ(test, steer_filters(fx), used - 1);
	KUNIT_EXPECT_EQ(test, steer_rars(fx), 2);
}

/* Rules change while the interface is down; and what igb has left is gone. */
static void steer_while_down(struct kunit *test)
{
	const struct napier_model_flow web = { .etype = ETH_P_IP, .proto = 6,
					       .dport = 80 };
	struct napier_fixture *fx = steer_port(test, NAPIER_BOARD_82580);

	KUNIT_ASSERT_EQ(test, steer_add(fx, &steer_rules[0].fs, 1, 0), 0);
	napier_fixture_close(fx);
	KUNIT_EXPECT_EQ(test, steer_delete(fx, 0), 0);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &steer_rules[1].fs, 2, 1), 1);
	napier_model_poke(fx->m, NAPIER_ETQF(5), BIT(26) | BIT(31) | 0x9000);
	napier_model_poke(fx->m, NAPIER_FTQF(6), BIT(8));
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);

	KUNIT_EXPECT_EQ(test, steer_where(fx, &steer_rules[0].hit), -1);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &web), 2);
	KUNIT_EXPECT_EQ(test, steer_filters(fx), 1);
}

/* The core's ethtool refuses to take away a queue that rules name. Interrupts
 * can get lost, though: then the rule waits for its queue to come back.
 */
static void steer_without_queue(struct kunit *test)
{
	struct napier_fixture *fx = steer_port(test, NAPIER_BOARD_I210);
	struct ethtool_rx_flow_spec fs;
	u32 i;

	KUNIT_ASSERT_EQ(test, steer_add(fx, &steer_rules[0].fs, 3, 0), 0);
	KUNIT_ASSERT_EQ(test, steer_add(fx, &steer_rules[11].fs, 3, 1), 1);
	napier_fixture_close(fx);
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 2, 64, 64), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	for (i = 0; i < 12; i += 11)
		KUNIT_EXPECT_EQ(test, steer_where(fx, &steer_rules[i].hit), -1);
	KUNIT_EXPECT_EQ(test, steer_show(fx, 0, &fs), 0);
	KUNIT_EXPECT_EQ(test, fs.ring_cookie, 3);

	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 4, 64, 64), 0);
	for (i = 0; i < 12; i += 11)
		KUNIT_EXPECT_EQ(test, steer_where(fx, &steer_rules[i].hit), 3);
}

/* ethtool -K ntuple off deletes rules, and there are none while it is off. */
static void steer_switched_off(struct kunit *test)
{
	struct napier_fixture *fx = steer_port(test, NAPIER_BOARD_I210);
	u32 i;

	KUNIT_EXPECT_TRUE(test, fx->ndev->features & NETIF_F_NTUPLE);
	for (i = 0; i < ARRAY_SIZE(steer_rules); i++)
		steer_add(fx, &steer_rules[i].fs, 1, i);
	KUNIT_EXPECT_GE(test, steer_filters(fx), 6);
	KUNIT_EXPECT_EQ(test, steer_rars(fx), 2);

	steer_ntuple(fx, false);
	KUNIT_EXPECT_FALSE(test, fx->ndev->features & NETIF_F_NTUPLE);
	KUNIT_EXPECT_EQ(test, steer_count(fx), 0);
	KUNIT_EXPECT_EQ(test, steer_filters(fx), 0);
	KUNIT_EXPECT_EQ(test, steer_rars(fx), 1);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &steer_rules[0].fs, 1, 0),
			-EOPNOTSUPP);

	steer_ntuple(fx, true);
	KUNIT_EXPECT_EQ(test, steer_count(fx), 0);
	KUNIT_EXPECT_EQ(test, steer_add(fx, &steer_rules[0].fs, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, steer_where(fx, &steer_rules[0].hit), 1);
}

/* ---- the model ------------------------------------------------------------------ */

/* What it is there to notice, it notices. */
static void steer_model_objects(struct kunit *test)
{
	static const struct {
		u32 reg;
		u32 val;
	} bad[] = {
		{ NAPIER_ETQF(4), 0 },
		{ NAPIER_ETQF(3), 0x84009001 },		/* that of PTP */
		{ NAPIER_ETQF(1), 0x84009000 },		/* as in 0 */
		{ NAPIER_ETQF(1), 0x04009001 },		/* no queue */
		{ NAPIER_ETQF(1), 0x84049001 },		/* queue 4 */
		{ NAPIER_FTQF(0), 0xE0018111 },		/* changed while on */
		{ NAPIER_IMIR(0), 54 },			/* the same */
		{ NAPIER_IMIREXT(0), 0 },		/* the same */
		{ NAPIER_FTQF(3), 0xE0018111 },		/* that of PTP */
		{ NAPIER_FTQF(1), 0xE0018111 },		/* IMIR is not set */
		{ NAPIER_SAQF(1), 0 },
		{ NAPIER_VLAPQF, 0x0000000C },		/* queue 4 */
		{ NAPIER_VLAPQF, 0x00000001 },		/* not valid */
	};
	struct napier_fixture *fx = steer_port(test, NAPIER_BOARD_I210);
	struct ethtool_rx_flow_spec udp = L4(UDP_V4_FLOW, DPORT4(53));
	struct ethtool_rx_flow_spec type = TYPE(0x9000);
	int was;
	u32 i;

	KUNIT_ASSERT_EQ(test, steer_add(fx, &udp, 0, 0), 0);
	KUNIT_ASSERT_EQ(test, steer_add(fx, &type, 1, 1), 1);
	KUNIT_EXPECT_EQ(test, fx->m->faults, 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		was = napier_model_peek(fx->m, bad[i].reg);
		napier_wr32(fx->nd, bad[i].reg, bad[i].val);
		KUNIT_EXPECT_NE_MSG(test, fx->m->faults, 0, "%u: %#x, %#x", i,
				    bad[i].reg, bad[i].val);
		fx->m->faults = 0;
		napier_model_poke(fx->m, bad[i].reg, was);
	}
}

static struct kunit_case napier_steer_cases[] = {
	KUNIT_CASE_PARAM(steer_reaches, steer_board_gen_params),
	KUNIT_CASE_PARAM(steer_refuses, steer_bad_gen_params),
	KUNIT_CASE(steer_not_emulated),
	KUNIT_CASE(steer_locations),
	KUNIT_CASE(steer_order),
	KUNIT_CASE_PARAM(steer_fills, steer_board_gen_params),
	KUNIT_CASE(steer_shares_addresses),
	KUNIT_CASE(steer_crowds_addresses),
	KUNIT_CASE_PARAM(steer_survives, steer_event_gen_params),
	KUNIT_CASE(steer_while_down),
	KUNIT_CASE(steer_without_queue),
	KUNIT_CASE(steer_switched_off),
	KUNIT_CASE(steer_model_objects),
	{}
};

static struct kunit_suite napier_steer_suite = {
	.name = "napier_steer",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_steer_cases,
};

kunit_test_suite(napier_steer_suite);
