// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive-side scaling: key, indirection table and what is hashed.
 *
 * The type of the hash that a descriptor reports is decoded in napier_ring.h,
 * next to the hot path.
 *
 * Depends on: nothing of this layer.
 */
#include "napier.h"

static void napier_rss_default_table(struct napier_net *nn, u32 nr_queues)
{
	int i;

	for (i = 0; i < NAPIER_RETA_LEN; i++)
		nn->rss.reta[i] = ethtool_rxfh_indir_default(i, nr_queues);
}

/**
 * napier_rss_init - default configuration
 * @nn: network device, with @cfg.nr_queues set
 *
 * Ports are hashed by default, of UDP, too: the price is that fragments of a
 * datagram may go to another queue than its siblings, which are only delayed by
 * it.
 *
 * Context: process, probe.
 */
void napier_rss_init(struct napier_net *nn)
{
	netdev_rss_key_fill(nn->rss.key, sizeof(nn->rss.key));
	nn->rss.ports = NAPIER_RSS_ALL;
	napier_rss_default_table(nn, max(nn->cfg.nr_queues, 1u));
}

/**
 * napier_rss_resize - adapt the indirection table to a number of queues
 * @nn: network device
 * @nr_queues: queue pairs, at least 1
 *
 * A table that the user has set stays, as long as it names no queue that does
 * not exist. The ethtool core refuses such a change; a loss of interrupt vectors
 * can still bring one about, and the user is told.
 *
 * Context: process, under the lock of the configuration. Call
 * napier_rss_program() to make it effective.
 */
void napier_rss_resize(struct napier_net *nn, u32 nr_queues)
{
	int i;

	if (netif_is_rxfh_configured(nn->ndev)) {
		for (i = 0; i < NAPIER_RETA_LEN; i++)
			if (nn->rss.reta[i] >= nr_queues)
				break;
		if (i == NAPIER_RETA_LEN)
			return;
		ethtool_rxfh_indir_lost(nn->ndev);
	}

	napier_rss_default_table(nn, nr_queues);
}

static void napier_rss_write_table(struct napier_net *nn)
{
	const u8 *reta = nn->rss.reta;
	int i;

	for (i = 0; i < NAPIER_RETA_LEN; i += 4)
		napier_wr32(nn->nd, NAPIER_RETA(i / 4),
			    get_unaligned_le32(&reta[i]));
}

/* Addresses of every packet are hashed, ports of those that have the bit of
 * their kind. The set of igb 7.3, igb_setup_mrqc. TCP6_EX is what the emulated
 * 82576 looks at for TCP over IPv6, instead of TCP6 (QEMU igb_core.c,
 * igb_rss_get_hash_type).
 */
static void napier_rss_write_fields(struct napier_net *nn)
{
	u8 ports = nn->rss.ports;
	u32 mrqc = FIELD_PREP(NAPIER_MRQC_MODE, NAPIER_MRQC_MODE_RSS) |
		   NAPIER_MRQC_IP4 | NAPIER_MRQC_IP6;

	if (ports & NAPIER_RSS_TCP4)
		mrqc |= NAPIER_MRQC_TCP4;
	if (ports & NAPIER_RSS_TCP6)
		mrqc |= NAPIER_MRQC_TCP6 | NAPIER_MRQC_TCP6_EX;
	if (ports & NAPIER_RSS_UDP4)
		mrqc |= NAPIER_MRQC_UDP4;
	if (ports & NAPIER_RSS_UDP6)
		mrqc |= NAPIER_MRQC_UDP6;
	napier_wr32(nn->nd, NAPIER_MRQC, mrqc);
}

/**
 * napier_rss_program - write everything to the device
 * @nn: network device
 *
 * Safe with traffic: a frame is steered by the old or by the new entry.
 *
 * Context: process, under the lock of the configuration; after each reset.
 */
void napier_rss_program(struct napier_net *nn)
{
	struct napier_dev *nd = nn->nd;
	int i;

	for (i = 0; i < NAPIER_RSS_KEY_LEN / 4; i++)
		napier_wr32(nd, NAPIER_RSSRK(i),
			    get_unaligned_le32(&nn->rss.key[4 * i]));
	napier_rss_write_table(nn);

	/* PCSD puts the hash into the descriptor in place of a raw checksum.
	 * The checksum engines are always on; NETIF_F_RXCSUM decides whether
	 * their verdict is used.
	 */
	napier_rmw32(nd, NAPIER_RXCSUM, 0,
		     NAPIER_RXCSUM_PCSD | NAPIER_RXCSUM_CRCOFL |
		     NAPIER_RXCSUM_TUOFL | NAPIER_RXCSUM_IPOFL);

	napier_rss_write_fields(nn);
}

/**
 * napier_rss_get - for ethtool -x
 * @nn: network device
 * @rxfh: result; table and key only if their pointers are set
 *
 * Context: process, under the lock of the configuration.
 */
void napier_rss_get(struct napier_net *nn, struct ethtool_rxfh_param *rxfh)
{
	int i;

	rxfh->hfunc = ETH_RSS_HASH_TOP;
	if (rxfh->key)
		memcpy(rxfh->key, nn->rss.key, NAPIER_RSS_KEY_LEN);
	if (rxfh->indir)
		for (i = 0; i < NAPIER_RETA_LEN; i++)
			rxfh->indir[i] = nn->rss.reta[i];
}

/**
 * napier_rss_set - for ethtool -X
 * @nn: network device
 * @rxfh: wanted; the core has checked that the table names existing queues
 * @extack: reason of a refusal
 *
 * Context: process, under the lock of the configuration.
 * Return: 0 or -EOPNOTSUPP.
 */
int napier_rss_set(struct napier_net *nn, const struct ethtool_rxfh_param *rxfh,
		   struct netlink_ext_ack *extack)
{
	int i;

	if (rxfh->hfunc != ETH_RSS_HASH_NO_CHANGE &&
	    rxfh->hfunc != ETH_RSS_HASH_TOP) {
		NL_SET_ERR_MSG_MOD(extack, "the only hash function is toeplitz");
		return -EOPNOTSUPP;
	}

	if (rxfh->key)
		memcpy(nn->rss.key, rxfh->key, NAPIER_RSS_KEY_LEN);
	if (rxfh->indir)
		for (i = 0; i < NAPIER_RETA_LEN; i++)
			nn->rss.reta[i] = rxfh->indir[i];

	if (netif_running(nn->ndev))
		napier_rss_program(nn);

	return 0;
}

/* NAPIER_RSS_* of a flow type; 0 if only addresses are ever hashed; negative if
 * it is not hashed.
 */
static int napier_rss_flow(u32 flow_type)
{
	switch (flow_type) {
	case TCP_V4_FLOW:
		return NAPIER_RSS_TCP4;
	case TCP_V6_FLOW:
		return NAPIER_RSS_TCP6;
	case UDP_V4_FLOW:
		return NAPIER_RSS_UDP4;
	case UDP_V6_FLOW:
		return NAPIER_RSS_UDP6;
	case SCTP_V4_FLOW:
	case SCTP_V6_FLOW:
	case AH_ESP_V4_FLOW:
	case AH_ESP_V6_FLOW:
	case AH_V4_FLOW:
	case AH_V6_FLOW:
	case ESP_V4_FLOW:
	case ESP_V6_FLOW:
	case IPV4_FLOW:
	case IPV6_FLOW:
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/**
 * napier_rss_get_fields - what is hashed of a flow type
 * @nn: network device
 * @f: flow type in, fields out
 *
 * Context: process, under the lock of the configuration.
 * Return: 0, or -EOPNOTSUPP for a flow type that is not hashed.
 */
int napier_rss_get_fields(struct napier_net *nn, struct ethtool_rxfh_fields *f)
{
	int flow = napier_rss_flow(f->flow_type);

	if (flow < 0)
		return flow;

	f->data = RXH_IP_SRC | RXH_IP_DST;
	if (nn->rss.ports & flow)
		f->data |= RXH_L4_B_0_1 | RXH_L4_B_2_3;

	return 0;
}

/**
 * napier_rss_set_fields - for ethtool -N rx-flow-hash
 * @nn: network device
 * @f: flow type and wanted fields
 * @extack: reason of a refusal, or NULL
 *
 * The device hashes both addresses, or both addresses and both ports.
 *
 * Context: process, under the lock of the configuration.
 * Return: 0, -EOPNOTSUPP for a flow type that is not hashed, -EINVAL for
 * fields that cannot be had.
 */
int napier_rss_set_fields(struct napier_net *nn,
			  const struct ethtool_rxfh_fields *f,
			  struct netlink_ext_ack *extack)
{
	const u64 ip = RXH_IP_SRC | RXH_IP_DST;
	const u64 ports = RXH_L4_B_0_1 | RXH_L4_B_2_3;
	int flow = napier_rss_flow(f->flow_type);

	if (flow < 0) {
		NL_SET_ERR_MSG_MOD(extack, "this flow type is not hashed");
		return flow;
	}

	if (!flow && f->data != ip) {
		NL_SET_ERR_MSG_MOD(extack,
				   "both addresses are hashed (sd), nothing else");
		return -EINVAL;
	}
	if (f->data != ip && f->data != (ip | ports)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "both addresses can be hashed (sd), or these and both ports (sdfn)");
		return -EINVAL;
	}

	if (f->data & ports)
		nn->rss.ports |= flow;
	else
		nn->rss.ports &= ~flow;
	if (netif_running(nn->ndev))
		napier_rss_write_fields(nn);

	return 0;
}
