// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit: what a packet asks of the device, and the two contexts that each
 * queue remembers.
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

/* A packet with a partial checksum: what is above IP, bytes of that header,
 * where the checksum is in it, and what the context has to say of it.
 */
static const struct tx_kind {
	const char *name;
	bool v6;
	u8 proto;
	u32 hdr;
	u32 check;
	u32 l4t;
} tx_kinds[] = {
	{ "TCP over IPv4", false, IPPROTO_TCP, 20,
	  offsetof(struct tcphdr, check), NAPIER_TXC_L4T_TCP },
	{ "TCP over IPv6", true, IPPROTO_TCP, 20,
	  offsetof(struct tcphdr, check), NAPIER_TXC_L4T_TCP },
	{ "UDP over IPv4", false, IPPROTO_UDP, 8,
	  offsetof(struct udphdr, check), NAPIER_TXC_L4T_UDP },
	{ "UDP over IPv6", true, IPPROTO_UDP, 8,
	  offsetof(struct udphdr, check), NAPIER_TXC_L4T_UDP },
	{ "SCTP over IPv4", false, IPPROTO_SCTP, 12,
	  offsetof(struct sctphdr, checksum), NAPIER_TXC_L4T_SCTP },
};

KUNIT_ARRAY_PARAM_DESC(tx_kind, tx_kinds, name);

static u32 tx_ip_len(const struct tx_kind *k)
{
	return k->v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

static void tx_fill_ip(u8 *at, const struct tx_kind *k, u32 payload)
{
	if (k->v6) {
		struct ipv6hdr *ip6 = (struct ipv6hdr *)at;

		*ip6 = (struct ipv6hdr) {
			.version = 6,
			.payload_len = htons(payload),
			.nexthdr = k->proto,
			.hop_limit = 64,
			.saddr = { .s6_addr = { 0xfd, [15] = 1 } },
			.daddr = { .s6_addr = { 0xfd, [15] = 2 } },
		};
	} else {
		struct iphdr *ip = (struct iphdr *)at;

		*ip = (struct iphdr) {
			.version = 4,
			.ihl = 5,
			.tot_len = htons(payload + sizeof(*ip)),
			.ttl = 64,
			.protocol = k->proto,
			.check = htons(0x1234),
			.saddr = htonl(0x0a000001),
			.daddr = htonl(0x0a000002),
		};
	}
}

/* As the stack leaves it: that of the pseudo-header. */
static __sum16 tx_pseudo(const u8 *ip, const struct tx_kind *k, u32 len)
{
	const struct ipv6hdr *ip6 = (const struct ipv6hdr *)ip;
	const struct iphdr *ip4 = (const struct iphdr *)ip;

	if (k->v6)
		return ~csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len,
					k->proto, 0);
	return ~csum_tcpudp_magic(ip4->saddr, ip4->daddr, len, k->proto, 0);
}

/* A packet that wants its checksum filled in; with @gso, and to be cut. */
static struct sk_buff *tx_packet(struct napier_fixture *fx,
				 const struct tx_kind *k, u32 payload, u32 gso)
{
	u32 l4 = ETH_HLEN + tx_ip_len(k);
	u32 len = l4 + k->hdr + payload;
	struct sk_buff *skb = napier_fixture_skb(fx, len);
	u8 *data = skb->data;

	((struct ethhdr *)data)->h_proto = k->v6 ? htons(ETH_P_IPV6) :
						   htons(ETH_P_IP);
	skb->protocol = ((struct ethhdr *)data)->h_proto;
	tx_fill_ip(data + ETH_HLEN, k, k->hdr + payload);
	memset(data + l4, 0, k->hdr);
	if (k->proto == IPPROTO_TCP || k->proto == IPPROTO_UDP)
		*(__sum16 *)(data + l4 + k->check) =
			tx_pseudo(data + ETH_HLEN, k, k->hdr + payload);
	if (k->proto == IPPROTO_TCP)
		((struct tcphdr *)(data + l4))->doff = k->hdr / 4;

	skb_set_network_header(skb, ETH_HLEN);
	skb_set_transport_header(skb, l4);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + l4;
	skb->csum_offset = k->check;
	if (k->proto == IPPROTO_SCTP)
		skb->csum_not_inet = 1;
	if (gso) {
		skb_shinfo(skb)->gso_size = gso;
		skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(payload, gso);
		skb_shinfo(skb)->gso_type = k->v6 ? SKB_GSO_TCPV6 :
						    SKB_GSO_TCPV4;
	}

	return skb;
}

static void tx_checksum(struct kunit *test)
{
	const struct tx_kind *k = test->param_value;
	struct napier_fixture *fx = test->priv;
	struct napier_model_frame *f;
	u32 lens, tucmd;

	f = napier_fixture_through(fx, tx_packet(fx, k, 100, 0));
	lens = le32_to_cpu(f->ctx.vlan_macip_lens);
	tucmd = le32_to_cpu(f->ctx.type_tucmd);

	KUNIT_EXPECT_TRUE(test, f->olinfo & NAPIER_TXD_CC);
	KUNIT_EXPECT_TRUE(test, f->olinfo & NAPIER_TXD_TXSM);
	KUNIT_EXPECT_FALSE(test, f->olinfo & NAPIER_TXD_IXSM);
	KUNIT_EXPECT_FALSE(test, f->cmd & NAPIER_TXD_TSE);
	KUNIT_EXPECT_FALSE(test, f->cmd & NAPIER_TXD_VLE);
	KUNIT_EXPECT_EQ(test, f->contexts, 1);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_MACLEN, lens), ETH_HLEN);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_IPLEN, lens), tx_ip_len(k));
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_VLAN, lens), 0);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_L4T, tucmd), k->l4t);
	KUNIT_EXPECT_EQ(test, !!(tucmd & NAPIER_TXC_IPV4), !k->v6);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).csum, 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).gso_packets, 0);
	kvfree(f);
}

/* A protocol that the device does not know is summed by the CPU. */
static void tx_checksum_by_cpu(struct kunit *test)
{
	static const struct tx_kind icmp = {
		"ICMP", false, IPPROTO_ICMP, 8, 2, 0,
	};
	struct napier_fixture *fx = test->priv;
	struct napier_model_frame *f;
	u8 *icmp_hdr;

	f = napier_fixture_through(fx, tx_packet(fx, &icmp, 64, 0));
	icmp_hdr = f->data + ETH_HLEN + sizeof(struct iphdr);
	KUNIT_EXPECT_FALSE(test, f->olinfo & (NAPIER_TXD_TXSM | NAPIER_TXD_CC));
	KUNIT_EXPECT_EQ(test, ip_compute_csum(icmp_hdr, 8 + 64), 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).csum, 0);
	kvfree(f);
}

/* Lengths must not be in the headers yet, and sums neither but for the part of
 * the pseudo-header that has none.
 */
static void tx_check_tso_headers(struct kunit *test, const struct tx_kind *k,
				 const struct napier_model_frame *f)
{
	const struct tcphdr *th = (void *)(f->data + ETH_HLEN + tx_ip_len(k));
	const struct ipv6hdr *ip6 = (void *)(f->data + ETH_HLEN);
	const struct iphdr *ip = (void *)(f->data + ETH_HLEN);

	if (k->v6) {
		KUNIT_EXPECT_EQ(test, ip6->payload_len, 0);
		KUNIT_EXPECT_EQ(test, th->check,
				(__force __sum16)~csum_ipv6_magic(&ip6->saddr,
								  &ip6->daddr,
								  0,
								  IPPROTO_TCP,
								  0));
	} else {
		KUNIT_EXPECT_EQ(test, ip->tot_len, 0);
		KUNIT_EXPECT_EQ(test, ip->check, 0);
		KUNIT_EXPECT_EQ(test, th->check,
				(__force __sum16)~csum_tcpudp_magic(ip->saddr,
								    ip->daddr,
								    0,
								    IPPROTO_TCP,
								    0));
	}
}

static const struct tx_kind tx_tso_kinds[] = {
	{ "IPv4", false, IPPROTO_TCP, 32, offsetof(struct tcphdr, check),
	  NAPIER_TXC_L4T_TCP },
	{ "IPv6", true, IPPROTO_TCP, 20, offsetof(struct tcphdr, check),
	  NAPIER_TXC_L4T_TCP },
};

KUNIT_ARRAY_PARAM_DESC(tx_tso_kind, tx_tso_kinds, name);

static void tx_tso(struct kunit *test)
{
	const struct tx_kind *k = test->param_value;
	struct napier_fixture *fx = test->priv;
	u32 hdr = ETH_HLEN + tx_ip_len(k) + k->hdr;
	u32 payload = 5 * 1448 - 100;
	u32 wire = payload + 5 * hdr;
	struct napier_model_frame *f;
	struct napier_tx_totals t;
	u32 mss;

	f = napier_fixture_through(fx, tx_packet(fx, k, payload, 1448));
	mss = le32_to_cpu(f->ctx.mss_l4len_idx);
	KUNIT_EXPECT_TRUE(test, f->cmd & NAPIER_TXD_TSE);
	KUNIT_EXPECT_TRUE(test, f->olinfo & NAPIER_TXD_TXSM);
	KUNIT_EXPECT_EQ(test, !!(f->olinfo & NAPIER_TXD_IXSM), !k->v6);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXD_PAYLEN, f->olinfo), payload);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_MSS, mss), 1448);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_L4LEN, mss), k->hdr);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_L4T,
					le32_to_cpu(f->ctx.type_tucmd)),
			NAPIER_TXC_L4T_TCP);
	KUNIT_EXPECT_EQ(test, !!(le32_to_cpu(f->ctx.type_tucmd) &
				 NAPIER_TXC_IPV4), !k->v6);
	tx_check_tso_headers(test, k, f);
	kvfree(f);

	t = napier_fixture_tx(fx);
	KUNIT_EXPECT_EQ(test, t.packets, 5);
	KUNIT_EXPECT_EQ(test, t.bytes, wire);
	KUNIT_EXPECT_EQ(test, t.gso_packets, 1);
	KUNIT_EXPECT_EQ(test, t.gso_bytes, payload + hdr);
	KUNIT_EXPECT_EQ(test, t.gso_wire_packets, 5);
	KUNIT_EXPECT_EQ(test, t.gso_wire_bytes, wire);
	KUNIT_EXPECT_EQ(test, t.csum, 5);
}

static void tx_board_desc(const struct napier_fixture_board *b, char *desc)
{
	strscpy(desc, b->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(tx_board, napier_fixture_boards, tx_board_desc);

/* On every part, after a reset as well: CWR in the first segment alone, FIN and
 * PSH in the last. The core lets a stream with CWR through only then.
 */
static void tx_tso_flags(struct kunit *test)
{
	const struct napier_fixture_board *b = test->param_value;
	struct napier_fixture *fx;
	int i;

	napier_fixture_exit(test);
	fx = napier_fixture_bare(test, b->id);
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, b->id), 0);
	KUNIT_EXPECT_TRUE(test, fx->ndev->features & NETIF_F_TSO_ECN);
	KUNIT_EXPECT_TRUE(test, fx->ndev->vlan_features & NETIF_F_TSO_ECN);
	KUNIT_EXPECT_TRUE(test, fx->ndev->hw_features & NETIF_F_TSO_MANGLEID);
	KUNIT_EXPECT_FALSE(test, fx->ndev->features & NETIF_F_TSO_MANGLEID);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test,
				napier_model_peek(fx->m, NAPIER_DTXTCPFLGL),
				0x0f760ff6);
		KUNIT_EXPECT_EQ(test,
				napier_model_peek(fx->m, NAPIER_DTXTCPFLGH),
				0xf7f);
		rtnl_lock();
		netdev_lock(fx->ndev);
		napier_reset(fx->nn);
		netdev_unlock(fx->ndev);
		rtnl_unlock();
	}
}

static void tx_vlan_tag(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct sk_buff *skb = napier_fixture_skb(fx, 200);
	struct napier_model_frame *f;
	u32 lens;

	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 0xa123);
	f = napier_fixture_through(fx, skb);
	lens = le32_to_cpu(f->ctx.vlan_macip_lens);
	KUNIT_EXPECT_TRUE(test, f->cmd & NAPIER_TXD_VLE);
	KUNIT_EXPECT_TRUE(test, f->olinfo & NAPIER_TXD_CC);
	KUNIT_EXPECT_FALSE(test, f->olinfo & NAPIER_TXD_TXSM);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_VLAN, lens), 0xa123);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_TXC_MACLEN, lens), ETH_HLEN);
	kvfree(f);
}

/* A frame that brings its FCS along is sent as it is; the next gets one from
 * the device again.
 */
static void tx_own_fcs(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct sk_buff *skb = napier_fixture_skb_frags(fx, 64, 2, 500);
	struct napier_model_frame *f;

	KUNIT_EXPECT_TRUE(test, netif_supports_nofcs(fx->ndev));
	fx->m->no_fcs = true;
	skb->no_fcs = 1;
	f = napier_fixture_through(fx, skb);
	KUNIT_EXPECT_FALSE(test, f->cmd & NAPIER_TXD_IFCS);
	KUNIT_EXPECT_EQ(test, f->len, 1064);
	kvfree(f);

	fx->m->no_fcs = false;
	f = napier_fixture_through(fx, napier_fixture_skb(fx, 200));
	KUNIT_EXPECT_TRUE(test, f->cmd & NAPIER_TXD_IFCS);
	kvfree(f);
}

/* The sequence of docs/datapath.md, "Offload contexts". */
static void tx_context_reuse(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	/* kind, tag, segment size; contexts written, context used */
	static const struct {
		int kind;
		u16 tag;
		u32 gso;
		u32 written;
		u32 idx;
	} row[] = {
		{ 0, 0, 0, 1, 0 },	/* A goes into context 0 */
		{ 0, 0, 0, 0, 0 },
		{ 2, 7, 0, 1, 1 },	/* B into 1 */
		{ 0, 0, 0, 0, 0 },
		{ 2, 7, 0, 0, 1 },
		{ 0, 0, 700, 1, 0 },	/* C into the older one, 0 */
		{ 2, 7, 0, 0, 1 },
		{ 0, 0, 0, 1, 1 },	/* A again, into 1 */
		{ 0, 0, 700, 0, 0 },
		{ 0, 0, 701, 1, 0 },	/* another MSS */
		{ 0, 8, 701, 1, 1 },	/* another tag */
	};
	u32 i, written = 0;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		struct napier_model_frame *f;
		struct sk_buff *skb;

		skb = tx_packet(fx, &tx_kinds[row[i].kind], 1400, row[i].gso);
		if (row[i].tag)
			__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q),
					       row[i].tag);
		f = napier_fixture_through(fx, skb);
		written += row[i].written;
		KUNIT_EXPECT_EQ_MSG(test, f->contexts, row[i].written,
				    "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, !!(f->olinfo & NAPIER_TXD_IDX),
				    row[i].idx, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test,
				    FIELD_GET(NAPIER_TXC_VLAN,
					      le32_to_cpu(f->ctx.vlan_macip_lens)),
				    row[i].tag, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test,
				    FIELD_GET(NAPIER_TXC_MSS,
					      le32_to_cpu(f->ctx.mss_l4len_idx)),
				    row[i].gso, "row %u", i);
		kvfree(f);
	}
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).ctx, written);
}

/* A device that was reset knows no context. */
static void tx_context_forgotten(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_model_frame *f;

	f = napier_fixture_through(fx, tx_packet(fx, &tx_kinds[0], 10, 0));
	KUNIT_EXPECT_EQ(test, f->contexts, 1);
	kvfree(f);

	rtnl_lock();
	netdev_lock(fx->ndev);
	napier_reset(fx->nn);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	/* Without a link, what is sent would be thrown away. */
	napier_fixture_link_up(fx);
	napier_fixture_unlimit(fx, 0);

	f = napier_fixture_through(fx, tx_packet(fx, &tx_kinds[0], 10, 0));
	KUNIT_EXPECT_EQ(test, f->contexts, 1);
	kvfree(f);
}

/* Keys are equal exactly if the contexts are. */
static void tx_context_key(struct kunit *test)
{
	const u32 lens = FIELD_PREP(NAPIER_TXC_MACLEN, 14) |
			 FIELD_PREP(NAPIER_TXC_IPLEN, 20);
	const u32 tcp = NAPIER_TXC_IPV4 |
			FIELD_PREP(NAPIER_TXC_L4T, NAPIER_TXC_L4T_TCP);
	u64 keys[] = {
		napier_tx_ctx_pack(lens, tcp, 20, 1448),
		napier_tx_ctx_pack(lens + 1, tcp, 20, 1448),
		napier_tx_ctx_pack(lens | FIELD_PREP(NAPIER_TXC_VLAN, 1), tcp,
				   20, 1448),
		napier_tx_ctx_pack(lens | FIELD_PREP(NAPIER_TXC_VLAN, 0x8000),
				   tcp, 20, 1448),
		napier_tx_ctx_pack(lens, tcp & ~NAPIER_TXC_IPV4, 20, 1448),
		napier_tx_ctx_pack(lens, tcp ^ NAPIER_TXC_L4T, 20, 1448),
		napier_tx_ctx_pack(lens, 0, 20, 1448),
		napier_tx_ctx_pack(lens, tcp, 32, 1448),
		napier_tx_ctx_pack(lens, tcp, 255, 1448),
		napier_tx_ctx_pack(lens, tcp, 20, 0xffff),
		napier_tx_ctx_pack(lens, tcp, 20, 0),
		napier_tx_ctx_pack(lens, tcp, 0, 0),
		napier_tx_ctx_pack(~0U, tcp, 20, 1448),
		napier_tx_ctx_pack(0, 0, 0, 0),
	};
	int i, j;

	KUNIT_EXPECT_EQ(test, keys[0],
			napier_tx_ctx_pack(lens, tcp, 20, 1448));
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		KUNIT_EXPECT_NE(test, keys[i], 0);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_NE_MSG(test, keys[i], keys[j],
					    "%d and %d", i, j);
	}
}

/* link: bytes before the network header; net: bytes of it; ok: offloads stay */
static const struct tx_headers {
	const char *name;
	u32 link;
	u32 net;
	bool ok;
} tx_headers[] = {
	{ "usual", 14, 20, true },
	{ "longest link header", 127, 20, true },
	{ "link header too long", 128, 20, false },
	{ "longest network header", 14, 511, true },
	{ "network header too long", 14, 512, false },
};

KUNIT_ARRAY_PARAM_DESC(tx_header, tx_headers, name);

/* What a context cannot express, the stack does. */
static void tx_features(struct kunit *test)
{
	const struct tx_headers *p = test->param_value;
	struct napier_fixture *fx = test->priv;
	netdev_features_t want = NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6 |
				 NETIF_F_SG;
	struct sk_buff *skb = napier_fixture_skb(fx, 1000);
	netdev_features_t have;

	skb_set_network_header(skb, p->link);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + p->link + p->net;
	skb->csum_offset = 16;
	have = napier_features_check(skb, fx->ndev, want);
	KUNIT_EXPECT_EQ(test, have, p->ok ? want : NETIF_F_SG);

	/* It says nothing about packets that ask for nothing. */
	skb->ip_summed = CHECKSUM_NONE;
	have = napier_features_check(skb, fx->ndev, want);
	KUNIT_EXPECT_EQ(test, have, want);
	skb->destructor = NULL;
	kfree_skb(skb);
}

static struct kunit_case napier_tx_offload_cases[] = {
	KUNIT_CASE_PARAM(tx_checksum, tx_kind_gen_params),
	KUNIT_CASE(tx_checksum_by_cpu),
	KUNIT_CASE_PARAM(tx_tso, tx_tso_kind_gen_params),
	KUNIT_CASE_PARAM(tx_tso_flags, tx_board_gen_params),
	KUNIT_CASE(tx_vlan_tag),
	KUNIT_CASE(tx_own_fcs),
	KUNIT_CASE(tx_context_reuse),
	KUNIT_CASE(tx_context_forgotten),
	KUNIT_CASE(tx_context_key),
	KUNIT_CASE_PARAM(tx_features, tx_header_gen_params),
	{}
};

static struct kunit_suite napier_tx_offload_suite = {
	.name = "napier_tx_offload",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init_up,
	.exit = napier_fixture_exit,
	.test_cases = napier_tx_offload_cases,
};

kunit_test_suite(napier_tx_offload_suite);
