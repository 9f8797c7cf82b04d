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
 * UDP ports are hashed by default: the price is that fragments of a datagram
 * may go to another queue than its siblings, which are only delayed by it.
 *
 * Context: process, probe.
 */
void napier_rss_init(struct napier_net *nn)
{
	netdev_rss_key_fill(nn->rss.key, sizeof(nn->rss.key));
	nn->rss.udp4 = true;
	nn->rss.udp6 = true;
	napier_rss_default_table(nn, max(nn->cfg.nr_queues, 1u));
}

/**
 * napier_rss_resize - adapt the indirection table to a number of queues
 * @nn: network device
 * @nr_queues: queue pairs, at least 1
 *
 * A table that the user has set stays, as long as it names no queue that does
 * not exist. The ethtool core refuses such a change; a loss of interrupt vectors
 * can still bring one about.
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
	u32 mrqc;
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

	/* The set of igb 7.3, igb_setup_mrqc. TCP6_EX is what the emulated
	 * 82576 looks at for TCP over IPv6, instead of TCP6 (QEMU igb_core.c,
	 * igb_rss_get_hash_type).
	 */
	mrqc = FIELD_PREP(NAPIER_MRQC_MODE, NAPIER_MRQC_MODE_RSS) |
	       NAPIER_MRQC_IP4 | NAPIER_MRQC_TCP4 |
	       NAPIER_MRQC_IP6 | NAPIER_MRQC_TCP6 | NAPIER_MRQC_TCP6_EX;
	if (nn->rss.udp4)
		mrqc |= NAPIER_MRQC_UDP4;
	if (nn->rss.udp6)
		mrqc |= NAPIER_MRQC_UDP6;
	napier_wr32(nd, NAPIER_MRQC, mrqc);
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
