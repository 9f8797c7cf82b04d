// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit: segmentation of UDP, and what a tunnel makes of segmentation and
 * checksums. The emulated device does these wrong, so here stands all that
 * says that they are asked for in the right way.
 *
 * Depends on: napier_fixture.c.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip6_checksum.h>

#include "napier_fixture.h"

#define GSO_SIZE	1200
#define GSO_SEGS	4

/* A packet: outermost IP, bytes between that and the IP within (0: there is
 * none), IP within, L4.
 */
static const struct gso_kind {
	const char *name;
	bool v6;
	bool tunnel;
	u32 between;
	bool inner_v6;
	u8 proto;
} gso_kinds[] = {
	{ "UDP over IPv4", false, false, 0, false, IPPROTO_UDP },
	{ "UDP over IPv6", true, false, 0, false, IPPROTO_UDP },
	{ "TCP over IPv4", false, false, 0, false, IPPROTO_TCP },
	{ "TCP over IPv6", true, false, 0, false, IPPROTO_TCP },
	{ "TCP, IPv4 in IPv4", false, true, 0, false, IPPROTO_TCP },
	{ "TCP, IPv6 in IPv4", false, true, 0, true, IPPROTO_TCP },
	{ "TCP, IPv4 in IPv6", true, true, 0, false, IPPROTO_TCP },
	{ "TCP, IPv6 in IPv6", true, true, 0, true, IPPROTO_TCP },
	{ "TCP, GRE over IPv4", false, true, 4, false, IPPROTO_TCP },
	{ "TCP, GRE over IPv6", true, true, 4, true, IPPROTO_TCP },
	{ "TCP, VXLAN over IPv4", false, true, 30, false, IPPROTO_TCP },
	{ "TCP, VXLAN over IPv6", true, true, 30, true, IPPROTO_TCP },
};

KUNIT_ARRAY_PARAM_DESC(gso_kind, gso_kinds, name);

static const struct gso_kind gso_sums[] = {
	{ "TCP, IPv4 in IPv4", false, true, 0, false, IPPROTO_TCP },
	{ "UDP, GRE over IPv6", true, true, 4, false, IPPROTO_UDP },
	{ "UDP, VXLAN over IPv4", false, true, 30, true, IPPROTO_UDP },
	{ "SCTP, VXLAN over IPv4", false, true, 30, false, IPPROTO_SCTP },
};

KUNIT_ARRAY_PARAM_DESC(gso_sum, gso_sums, name);

static u32 gso_ip_len(bool v6)
{
	return v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

static u32 gso_l4_len(const struct gso_kind *k)
{
	if (k->proto == IPPROTO_TCP)
		return sizeof(struct tcphdr);
	return k->proto == IPPROTO_UDP ? sizeof(struct udphdr) :
					 sizeof(struct sctphdr);
}

static u32 gso_check_offset(const struct gso_kind *k)
{
	if (k->proto == IPPROTO_TCP)
		return offsetof(struct tcphdr, check);
	return k->proto == IPPROTO_UDP ? offsetof(struct udphdr, check) :
					 offsetof(struct sctphdr, checksum);
}

/* Where the L4 header begins. */
static u32 gso_l4(const struct gso_kind *k)
{
	u32 l4 = ETH_HLEN + gso_ip_len(k->v6);

	return k->tunnel ? l4 + k->between + gso_ip_len(k->inner_v6) : l4;
}

static void gso_fill_ip(u8 *at, bool v6, u8 proto, u32 payload)
{
	if (v6)
		*(struct ipv6hdr *)at = (struct ipv6hdr) {
			.version = 6,
			.payload_len = htons(payload),
			.nexthdr = proto,
			.hop_limit = 64,
			.saddr = { .s6_addr = { 0xfd, [15] = 1 } },
			.daddr = { .s6_addr = { 0xfd, [15] = 2 } },
		};
	else
		*(struct iphdr *)at = (struct iphdr) {
			.version = 4,
			.ihl = 5,
			.tot_len = htons(payload + sizeof(struct iphdr)),
			.id = htons(77),
			.ttl = 64,
			.protocol = proto,
			.check = htons(0x1234),
			.saddr = htonl(0x0a000001),
			.daddr = htonl(0x0a000002),
		};
}

/* The pseudo-header's share of a checksum. */
static __sum16 gso_pseudo(const struct gso_kind *k, u32 len)
{
	struct ipv6hdr ip6;
	struct iphdr ip;

	if (k->tunnel ? k->inner_v6 : k->v6) {
		gso_fill_ip((u8 *)&ip6, true, k->proto, 0);
		return ~csum_ipv6_magic(&ip6.saddr, &ip6.daddr, len, k->proto,
					0);
	}
	gso_fill_ip((u8 *)&ip, false, k->proto, 0);

	return ~csum_tcpudp_magic(ip.saddr, ip.daddr, len, k->proto, 0);
}

/* As the stack hands it over. */
static struct sk_buff *gso_packet(struct napier_fixture *fx,
				  const struct gso_kind *k, u32 payload,
				  u32 gso_size)
{
	u32 l4 = gso_l4(k), hdr = l4 + gso_l4_len(k);
	struct sk_buff *skb = napier_fixture_skb(fx, hdr + payload);
	u32 outer = ETH_HLEN + gso_ip_len(k->v6);
	u8 *data = skb->data;

	((struct ethhdr *)data)->h_proto = htons(k->v6 ? ETH_P_IPV6 : ETH_P_IP);
	skb->protocol = ((struct ethhdr *)data)->h_proto;
	gso_fill_ip(data + ETH_HLEN, k->v6, k->proto, skb->len - outer);
	if (k->tunnel)
		gso_fill_ip(data + outer + k->between, k->inner_v6, k->proto,
			    gso_l4_len(k) + GSO_SIZE);
	memset(data + l4, 0, gso_l4_len(k));
	if (k->proto == IPPROTO_TCP)
		((struct tcphdr *)(data + l4))->doff = 5;
	if (k->proto != IPPROTO_SCTP)
		*(__sum16 *)(data + l4 + gso_check_offset(k)) =
			gso_pseudo(k, skb->len - l4);

	skb_set_network_header(skb, ETH_HLEN);
	/* Of what is outside: the driver has to look at csum_start. */
	skb_set_transport_header(skb, outer);
	skb->encapsulation = k->tunnel;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + l4;
	skb->csum_offset = gso_check_offset(k);
	skb->csum_not_inet = k->proto == IPPROTO_SCTP;
	if (gso_size) {
		skb_shinfo(skb)->gso_size = gso_size;
		skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(payload, gso_size);
		skb_shinfo(skb)->gso_type =
			k->proto == IPPROTO_UDP ? SKB_GSO_UDP_L4 :
			(k->tunnel ? k->inner_v6 : k->v6) ? SKB_GSO_TCPV6 :
							    SKB_GSO_TCPV4;
		if (k->tunnel)
			skb_shinfo(skb)->gso_type |= SKB_GSO_PARTIAL;
	}

	return skb;
}

/* What the device does with the outermost IPv4 header: it fills in length and
 * ID, and sums up all that the context calls an IP header. What results has to
 * be the checksum of the header alone.
 */
static void gso_check_outer(struct kunit *test, const struct gso_kind *k,
			    struct napier_model_frame *f)
{
	u32 iplen = gso_l4(k) - ETH_HLEN;
	u8 *data = f->data + ETH_HLEN;
	struct iphdr *ip = (struct iphdr *)data;
	struct ipv6hdr *ip6 = (struct ipv6hdr *)data;

	if (k->v6) {
		KUNIT_EXPECT_EQ(test, ip6->payload_len, 0);
		return;
	}
	KUNIT_EXPECT_EQ(test, ip->tot_len, 0);
	ip->tot_len = htons(iplen + gso_l4_len(k) + GSO_SIZE);
	ip->id = htons(ntohs(ip->id) + 1);
	ip->check = csum_fold(csum_partial(data, iplen, 0));
	KUNIT_EXPECT_EQ(test, ip_fast_csum(data, ip->ihl), 0);
}

/* What the device does with the L4 checksum of a segment: it adds the length
 * to what is there, and sums up header and payload.
 */
static void gso_check_l4(struct kunit *test, const struct gso_kind *k,
			 struct napier_model_frame *f)
{
	u8 *l4 = f->data + gso_l4(k);
	u32 len = gso_l4_len(k) + GSO_SIZE;
	__sum16 *check = (__sum16 *)(l4 + gso_check_offset(k));
	__wsum sum;

	sum = csum_add(csum_unfold(*check), (__force __wsum)htonl(len));
	*check = 0;
	*check = csum_fold(csum_partial(l4, len, sum));
	/* With the pseudo-header of the segment it has to be right. */
	sum = csum_partial(l4, len, csum_unfold(gso_pseudo(k, len)));
	KUNIT_EXPECT_EQ(test, csum_fold(sum), 0);
}

static void gso_segments(struct kunit *test)
{
	const struct gso_kind *k = test->param_value;
	struct napier_fixture *fx = test->priv;
	u32 payload = GSO_SEGS * GSO_SIZE, l4 = gso_l4(k);
	u32 outer = ETH_HLEN + gso_ip_len(k->v6);
	u32 lens, tucmd, mss, hdr = l4 + gso_l4_len(k);
	struct napier_model_frame *f;
	struct napier_tx_totals t;
	struct sk_buff *skb;
	u8 *inner;

	skb = gso_packet(fx, k, payload, GSO_SIZE);
	inner = kunit_kmalloc(test, l4, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, inner);
	memcpy(inner, skb->data + outer, l4 - outer);
	f = napier_fixture_through(fx, skb);
	lens = le32_to_cpu(f->ctx.vlan_macip_lens);
	tucmd = le32_to_cpu(f->ctx.type_tucmd);
	mss = le32_to_cpu(f->ctx.mss_l4len_idx);

	KUNIT_EXPECT_TRUE(test, f->cmd & NAPIER_TXD_TSE);
	KUNIT_EXPECT_TRUE(test, f->olinfo & NAPIER_TXD_TXSM);
	KUNIT_EXPECT_EQ(test, !!(f->olinfo & NAPIER_TXD_IXSM), !k->v6);
	KUNIT_EXPECT_EQ(test, !!(tucmd & NAPIER_TXC_IPV4), !k->v6);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXD_PAYLEN, f->olinfo), payload);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_MACLEN, lens), ETH_HLEN);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_IPLEN, lens), l4 - ETH_HLEN);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_L4T, tucmd),
			k->proto == IPPROTO_UDP ? NAPIER_TXC_L4T_UDP :
						  NAPIER_TXC_L4T_TCP);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_L4LEN, mss), gso_l4_len(k));
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_MSS, mss), GSO_SIZE);
	/* The device does not look at these, so they must be right already. */
	KUNIT_EXPECT_EQ(test, memcmp(inner, f->data + outer, l4 - outer), 0);
	gso_check_outer(test, k, f);
	gso_check_l4(test, k, f);
	kvfree(f);

	t = napier_fixture_tx(fx);
	KUNIT_EXPECT_EQ(test, t.packets, GSO_SEGS);
	KUNIT_EXPECT_EQ(test, t.bytes, payload + GSO_SEGS * hdr);
	KUNIT_EXPECT_EQ(test, t.gso_packets, 1);
	KUNIT_EXPECT_EQ(test, t.gso_wire_packets, GSO_SEGS);
}

/* A single packet in a tunnel: the checksum within. */
static void gso_tunnel_checksum(struct kunit *test)
{
	const struct gso_kind *k = test->param_value;
	struct napier_fixture *fx = test->priv;
	struct napier_model_frame *f;
	u32 lens, l4t;

	f = napier_fixture_through(fx, gso_packet(fx, k, 300, 0));
	lens = le32_to_cpu(f->ctx.vlan_macip_lens);
	l4t = FIELD_GET(NAPIER_TXC_L4T, le32_to_cpu(f->ctx.type_tucmd));
	KUNIT_EXPECT_TRUE(test, f->olinfo & NAPIER_TXD_TXSM);
	KUNIT_EXPECT_FALSE(test, f->olinfo & NAPIER_TXD_IXSM);
	KUNIT_EXPECT_FALSE(test, f->cmd & NAPIER_TXD_TSE);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_MACLEN, lens), ETH_HLEN);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_IPLEN, lens),
			gso_l4(k) - ETH_HLEN);
	KUNIT_EXPECT_EQ(test, l4t, k->proto == IPPROTO_TCP ?
			NAPIER_TXC_L4T_TCP : k->proto == IPPROTO_UDP ?
			NAPIER_TXC_L4T_UDP : NAPIER_TXC_L4T_SCTP);
	kvfree(f);
}

/* ---- what the stack is told ---------------------------------------------------- */

#define GSO_TUNNELS	(NETIF_F_GSO_GRE | NETIF_F_GSO_GRE_CSUM |	\
			 NETIF_F_GSO_IPXIP4 | NETIF_F_GSO_IPXIP6 |	\
			 NETIF_F_GSO_UDP_TUNNEL | NETIF_F_GSO_UDP_TUNNEL_CSUM)
#define GSO_PLAIN	(NETIF_F_SG | NETIF_F_HIGHDMA |			\
			 NETIF_F_HW_VLAN_CTAG_TX)
#define GSO_OFFLOADS	(NETIF_F_HW_CSUM | NETIF_F_SCTP_CRC |		\
			 NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_TSO_ECN)

static void gso_board_desc(const struct napier_fixture_board *b, char *desc)
{
	strscpy(desc, b->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(gso_board, napier_fixture_boards, gso_board_desc);

static void gso_feature_list(struct kunit *test)
{
	const struct napier_fixture_board *b = test->param_value;
	netdev_features_t all = NETIF_F_GSO_UDP_L4 | NETIF_F_GSO_PARTIAL |
				GSO_TUNNELS;
	struct net_device *ndev;
	struct napier_fixture *fx;

	napier_fixture_exit(test);
	fx = napier_fixture_bare(test, b->id);
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, b->id), 0);
	ndev = fx->ndev;
	KUNIT_EXPECT_EQ(test, ndev->features & all, all);
	KUNIT_EXPECT_EQ(test, ndev->hw_features & all, all);
	KUNIT_EXPECT_EQ(test, ndev->vlan_features & all, all);
	KUNIT_EXPECT_EQ(test, ndev->gso_partial_features, GSO_TUNNELS);
	KUNIT_EXPECT_EQ(test, ndev->hw_enc_features & GSO_OFFLOADS,
			GSO_OFFLOADS);
	KUNIT_EXPECT_TRUE(test, ndev->hw_enc_features & NETIF_F_GSO_PARTIAL);
	KUNIT_EXPECT_FALSE(test, ndev->hw_enc_features & NETIF_F_GSO_UDP_L4);
}

/* The stack does for a packet what the device cannot. */
static void gso_features(struct kunit *test)
{
	const struct gso_kind *vxlan = &gso_kinds[10];
	netdev_features_t all = GSO_PLAIN | GSO_OFFLOADS | NETIF_F_GSO_PARTIAL |
				NETIF_F_TSO_MANGLEID | NETIF_F_GSO_UDP_L4;
	struct napier_fixture *fx = test->priv;
	struct sk_buff *skb = gso_packet(fx, vxlan, GSO_SIZE, 0);
	u8 l4 = gso_l4(vxlan);

	KUNIT_EXPECT_EQ(test, napier_features_check(skb, fx->ndev, all), all);
	/* Inner IDs stand still. */
	KUNIT_EXPECT_EQ(test,
			napier_features_check(skb, fx->ndev,
					      all & ~NETIF_F_TSO_MANGLEID),
			all & ~(NETIF_F_TSO | NETIF_F_TSO_MANGLEID));
	/* Headers that a context cannot express. */
	skb->csum_start = skb_headroom(skb) + ETH_HLEN + 512;
	KUNIT_EXPECT_EQ(test, napier_features_check(skb, fx->ndev, all),
			GSO_PLAIN & ~NETIF_F_HW_VLAN_CTAG_TX);
	skb->csum_start = skb_headroom(skb) + l4;

	/* A tunnel is nothing to a device that looks at outer headers. */
	fx->nd->quirks |= NAPIER_QUIRK_QEMU_OUTER;
	KUNIT_EXPECT_EQ(test, napier_features_check(skb, fx->ndev, all),
			GSO_PLAIN);
	skb->encapsulation = 0;
	KUNIT_EXPECT_EQ(test, napier_features_check(skb, fx->ndev, all), all);
	skb->encapsulation = 1;
	skb->ip_summed = CHECKSUM_NONE;
	KUNIT_EXPECT_EQ(test, napier_features_check(skb, fx->ndev, all), all);
	skb->destructor = NULL;
	kfree_skb(skb);
}

/* The emulated device has all of it in its list, and cuts no UDP. */
static void gso_emulator(struct kunit *test)
{
	struct napier_fixture *fx;
	struct sk_buff *skb;

	napier_fixture_exit(test);
	fx = napier_fixture_bare(test, NAPIER_BOARD_82576);
	fx->m->pdev.device = 0x10c9;
	fx->m->pdev.subsystem_vendor = PCI_SUBVENDOR_ID_REDHAT_QUMRANET;
	fx->m->pdev.subsystem_device = PCI_SUBDEVICE_ID_QEMU;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	KUNIT_EXPECT_TRUE(test, fx->nd->quirks & NAPIER_QUIRK_QEMU_OUTER);
	KUNIT_EXPECT_TRUE(test, fx->ndev->features & NETIF_F_GSO_UDP_L4);

	skb = gso_packet(fx, &gso_kinds[0], 3 * GSO_SIZE, GSO_SIZE);
	KUNIT_EXPECT_EQ(test,
			napier_features_check(skb, fx->ndev, GSO_OFFLOADS |
					      NETIF_F_GSO_UDP_L4),
			GSO_OFFLOADS);
	skb->destructor = NULL;
	kfree_skb(skb);
}

static struct kunit_case napier_tx_gso_cases[] = {
	KUNIT_CASE_PARAM(gso_segments, gso_kind_gen_params),
	KUNIT_CASE_PARAM(gso_tunnel_checksum, gso_sum_gen_params),
	KUNIT_CASE_PARAM(gso_feature_list, gso_board_gen_params),
	KUNIT_CASE(gso_features),
	KUNIT_CASE(gso_emulator),
	{}
};

static struct kunit_suite napier_tx_gso_suite = {
	.name = "napier_tx_gso",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init_up,
	.exit = napier_fixture_exit,
	.test_cases = napier_tx_gso_cases,
};

kunit_test_suite(napier_tx_gso_suite);
