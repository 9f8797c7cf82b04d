// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory and hardware state of a single ring.
 *
 * Depends on: napier_tx.c and napier_rx.c for emptying and filling.
 *
 * alloc may fail and is done while traffic flows; enable and disable touch
 * only this queue's registers, cannot fail, and leave the link alone.
 */
#include <linux/dma-mapping.h>
#include <net/netdev_queues.h>
#include <net/page_pool/helpers.h>

#include "napier.h"

/* How long to wait for a queue to say that it is off. A maximum-size frame at
 * 10 Mbit/s takes 8 ms.
 */
#define NAPIER_QUEUE_OFF_US	20000

/* One buffer holds any frame up to this MTU. */
#define NAPIER_SMALL_MTU	ETH_DATA_LEN

/**
 * napier_rx_geom_init - how to cut receive buffers for an MTU
 * @geom: result
 * @mtu: bytes, as in net_device.mtu
 * @keep: NAPIER_KEEP_*
 *
 * Up to the Ethernet MTU: 2 KiB from a page shared by two buffers. Above, and
 * where bad frames of any length are kept: a page per buffer, 3 KiB of which
 * the device fills, chained for longer frames. SRRCTL counts in KiB, so 4 KiB
 * less headroom and skb_shared_info makes 3.
 *
 * RLPML never goes below what an Ethernet MTU needs: an interface with a small
 * MTU still receives frames of the usual size, as with other drivers.
 */
void napier_rx_geom_init(struct napier_rx_geom *geom, u32 mtu, u8 keep)
{
	geom->keep = keep;
	geom->headroom = NET_SKB_PAD + NET_IP_ALIGN;
	geom->max_frame = max_t(u32, mtu, ETH_DATA_LEN) + NAPIER_FRAME_OVERHEAD;

	if (mtu <= NAPIER_SMALL_MTU && !(keep & NAPIER_KEEP_BAD)) {
		geom->truesize = SZ_2K;
		geom->buf_len = SZ_2K;
	} else {
		geom->truesize = SZ_4K;
		geom->buf_len = 3 * SZ_1K;
	}
	geom->max_len = min_t(u32, geom->buf_len,
			      SKB_WITH_OVERHEAD(geom->truesize) -
			      geom->headroom);

	/* The device writes up to max_frame into a single buffer, after a time
	 * stamp.
	 */
	BUILD_BUG_ON(SKB_WITH_OVERHEAD(SZ_2K) - NET_SKB_PAD - NET_IP_ALIGN <
		     sizeof(struct napier_rx_stamp) +
		     ETH_DATA_LEN + NAPIER_FRAME_OVERHEAD);
	BUILD_BUG_ON(SKB_WITH_OVERHEAD(SZ_4K) - NET_SKB_PAD - NET_IP_ALIGN <
		     3 * SZ_1K);
}

/**
 * napier_tx_ring_alloc - memory for a transmit ring
 * @nn: the interface
 * @idx: queue
 * @size: descriptors, a power of two
 *
 * Context: may sleep.
 * Return: the ring or NULL.
 */
struct napier_tx_ring *napier_tx_ring_alloc(struct napier_net *nn, u32 idx,
					    u32 size)
{
	struct device *dev = &nn->nd->pdev->dev;
	struct napier_tx_ring *tx;

	tx = kzalloc_node(sizeof(*tx), GFP_KERNEL, dev_to_node(dev));
	if (!tx)
		return NULL;

	tx->size = size;
	tx->mask = size - 1;
	tx->dev = dev;
	tx->reg_idx = idx;
	tx->txq = netdev_get_tx_queue(nn->ndev, idx);
	u64_stats_init(&tx->stats.p.syncp);
	u64_stats_init(&tx->stats.c.syncp);

	tx->buf = kvcalloc_node(size, sizeof(*tx->buf), GFP_KERNEL,
				dev_to_node(dev));
	if (!tx->buf)
		goto free_ring;

	tx->desc = dma_alloc_coherent(dev, size * sizeof(*tx->desc), &tx->dma,
				      GFP_KERNEL);
	if (!tx->desc)
		goto free_buf;

	return tx;

free_buf:
	kvfree(tx->buf);
free_ring:
	kfree(tx);
	return NULL;
}

/**
 * napier_tx_ring_free - undo napier_tx_ring_alloc()
 * @tx: the ring, disabled and empty, or NULL
 */
void napier_tx_ring_free(struct napier_tx_ring *tx)
{
	if (!tx)
		return;

	dma_free_coherent(tx->dev, tx->size * sizeof(*tx->desc), tx->desc,
			  tx->dma);
	kvfree(tx->buf);
	kfree(tx);
}

/**
 * napier_tx_ring_enable - give an empty ring to the device
 * @nn: the interface
 * @tx: the ring
 *
 * Context: no producer and no consumer yet.
 */
void napier_tx_ring_enable(struct napier_net *nn, struct napier_tx_ring *tx)
{
	struct napier_dev *nd = nn->nd;
	u8 q = tx->reg_idx;

	tx->next_to_use = 0;
	tx->rung = 0;
	tx->rs_done = tx->mask;
	tx->last_rs = tx->mask;
	tx->ctx_key[0] = 0;
	tx->ctx_key[1] = 0;
	tx->ctx_next = 0;
	tx->tail = (u32 __iomem *)(nd->bar_base + NAPIER_TDT(q));

	napier_wr32(nd, NAPIER_TXDCTL(q), 0);
	napier_wr32(nd, NAPIER_TDLEN(q), tx->size * sizeof(*tx->desc));
	napier_wr32(nd, NAPIER_TDBAL(q), lower_32_bits(tx->dma));
	napier_wr32(nd, NAPIER_TDBAH(q), upper_32_bits(tx->dma));
	napier_wr32(nd, NAPIER_TDH(q), 0);
	napier_wr32(nd, NAPIER_TDT(q), 0);

	/* WTHRESH above 1 would hold back the one status that is asked for. */
	napier_wr32(nd, NAPIER_TXDCTL(q),
		    FIELD_PREP(NAPIER_DCTL_PTHRESH, 8) |
		    FIELD_PREP(NAPIER_DCTL_HTHRESH, 1) |
		    FIELD_PREP(NAPIER_DCTL_WTHRESH, 1) | NAPIER_DCTL_ENABLE);
}

/**
 * napier_tx_ring_disable - take a ring from the device
 * @nn: the interface
 * @tx: the ring
 *
 * Context: may sleep.
 * Return: false if the device does not let go of it.
 */
bool napier_tx_ring_disable(struct napier_net *nn, struct napier_tx_ring *tx)
{
	struct napier_dev *nd = nn->nd;
	u32 reg = NAPIER_TXDCTL(tx->reg_idx);

	napier_wr32(nd, reg, 0);
	if (napier_poll32(nd, reg, NAPIER_DCTL_ENABLE, 0,
			  NAPIER_QUEUE_OFF_US) != -ETIMEDOUT)
		return true;

	netdev_warn(nn->ndev, "TX queue %u does not stop\n", tx->reg_idx);

	return false;
}

/**
 * napier_tx_ring_totals - add a ring's counters to a sum
 * @tx: the ring
 * @t: the sum
 *
 * Context: any.
 */
void napier_tx_ring_totals(const struct napier_tx_ring *tx,
			   struct napier_tx_totals *t)
{
	const struct napier_tx_stats *s = &tx->stats;
	struct napier_tx_totals v;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&s->p.syncp);
		v.stop = u64_stats_read(&s->p.stop);
		v.busy = u64_stats_read(&s->p.busy);
		v.csum = u64_stats_read(&s->p.csum);
		v.ctx = u64_stats_read(&s->p.ctx);
		v.gso_packets = u64_stats_read(&s->p.gso_packets);
		v.gso_bytes = u64_stats_read(&s->p.gso_bytes);
		v.gso_wire_packets = u64_stats_read(&s->p.gso_wire_packets);
		v.gso_wire_bytes = u64_stats_read(&s->p.gso_wire_bytes);
		v.dropped = u64_stats_read(&s->p.dropped);
		v.dma_error = u64_stats_read(&s->p.dma_error);
	} while (u64_stats_fetch_retry(&s->p.syncp, start));

	t->stop += v.stop;
	t->busy += v.busy;
	t->csum += v.csum;
	t->ctx += v.ctx;
	t->gso_packets += v.gso_packets;
	t->gso_bytes += v.gso_bytes;
	t->gso_wire_packets += v.gso_wire_packets;
	t->gso_wire_bytes += v.gso_wire_bytes;
	t->dropped += v.dropped;
	t->dma_error += v.dma_error;

	do {
		start = u64_stats_fetch_begin(&s->c.syncp);
		v.packets = u64_stats_read(&s->c.packets);
		v.bytes = u64_stats_read(&s->c.bytes);
		v.wake = u64_stats_read(&s->c.wake);
	} while (u64_stats_fetch_retry(&s->c.syncp, start));

	t->packets += v.packets;
	t->bytes += v.bytes;
	t->wake += v.wake;
}

static struct page_pool *napier_rx_pool_create(struct napier_net *nn, u32 idx,
					       u32 size,
					       const struct napier_rx_geom *g)
{
	struct device *dev = &nn->nd->pdev->dev;
	u32 per_page = max_t(u32, 1, PAGE_SIZE / g->truesize);
	struct page_pool_params params = {
		.flags		= PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV,
		.pool_size	= max_t(u32, size / per_page, 64),
		.nid		= dev_to_node(dev),
		.dev		= dev,
		.napi		= &nn->nd->vec[idx]->napi,
		.netdev		= nn->ndev,
		.queue_idx	= idx,
		.dma_dir	= DMA_FROM_DEVICE,
		.max_len	= PAGE_SIZE,
	};

	return page_pool_create(&params);
}

/**
 * napier_rx_ring_alloc - memory for a receive ring, buffers included
 * @nn: the interface
 * @idx: queue
 * @size: descriptors, a power of two
 * @geom: how to cut the buffers
 *
 * Context: may sleep.
 * Return: the full ring or NULL.
 */
struct napier_rx_ring *napier_rx_ring_alloc(struct napier_net *nn, u32 idx,
					    u32 size,
					    const struct napier_rx_geom *geom)
{
	struct device *dev = &nn->nd->pdev->dev;
	struct napier_rx_ring *rx;

	rx = kzalloc_node(sizeof(*rx), GFP_KERNEL, dev_to_node(dev));
	if (!rx)
		return NULL;

	rx->size = size;
	rx->mask = size - 1;
	rx->dev = dev;
	rx->reg_idx = idx;
	rx->netdev = nn->ndev;
	rx->geom = *geom;
	u64_stats_init(&rx->stats.syncp);

	rx->buf = kvcalloc_node(size, sizeof(*rx->buf), GFP_KERNEL,
				dev_to_node(dev));
	if (!rx->buf)
		goto free_ring;

	rx->desc = dma_alloc_coherent(dev, size * sizeof(*rx->desc), &rx->dma,
				      GFP_KERNEL);
	if (!rx->desc)
		goto free_buf;

	rx->page_pool = napier_rx_pool_create(nn, idx, size, geom);
	if (IS_ERR(rx->page_pool))
		goto free_desc;

	if (!napier_rx_refill(rx))
		goto free_pool;

	return rx;

free_pool:
	/* The pool has not been polled yet, and its NAPI instance may be at
	 * work on another ring: page_pool_destroy() wants it disabled.
	 * page-pool-get may read this at the same time.
	 */
	WRITE_ONCE(rx->page_pool->p.napi, NULL);
	napier_rx_ring_free(rx);
	return NULL;
free_desc:
	dma_free_coherent(dev, size * sizeof(*rx->desc), rx->desc, rx->dma);
free_buf:
	kvfree(rx->buf);
free_ring:
	kfree(rx);
	return NULL;
}

/**
 * napier_rx_ring_retire - untie a ring's page pool from its NAPI instance
 * @rx: the ring, or NULL
 *
 * Pages may come back from the stack for a long time yet; they must not take
 * the NAPI instance's lockless way once another ring is polled there.
 *
 * Context: the NAPI instance is disabled.
 */
void napier_rx_ring_retire(struct napier_rx_ring *rx)
{
	if (rx)
		page_pool_disable_direct_recycling(rx->page_pool);
}

/**
 * napier_rx_ring_free - undo napier_rx_ring_alloc()
 * @rx: the ring, disabled, retired unless its NAPI instance is disabled; or
 *	NULL
 *
 * The pool itself goes when the last of its pages has come back.
 */
void napier_rx_ring_free(struct napier_rx_ring *rx)
{
	if (!rx)
		return;

	napier_rx_purge(rx);
	page_pool_destroy(rx->page_pool);
	dma_free_coherent(rx->dev, rx->size * sizeof(*rx->desc), rx->desc,
			  rx->dma);
	kvfree(rx->buf);
	kfree(rx);
}

static u8 napier_rx_flags(const struct napier_net *nn,
			  netdev_features_t features)
{
	u8 flags = 0;

	if (features & NETIF_F_RXCSUM)
		flags |= NAPIER_RX_CSUM;
	if (features & NETIF_F_RXHASH)
		flags |= NAPIER_RX_HASH;
	if (nn->nd->quirks & NAPIER_QUIRK_LB_TAG_BE)
		flags |= NAPIER_RX_LB_TAG_BE;

	return flags;
}

/* What should a frame do that finds its ring without buffers? With one queue,
 * or a partner that heeds our pause frames, it waits in the packet buffer. Else
 * it is dropped, because there it would hold up the frames of other queues.
 */
static bool napier_rx_drop_wanted(const struct napier_net *nn)
{
	return nn->cfg.nr_queues > 1 && !READ_ONCE(nn->nd->link.tx_pause);
}

/**
 * napier_rx_drop_update - adapt all queues to the number of queues and the link
 * @nn: the interface, up
 *
 * Context: process; takes ctrl_lock against napier_rx_ring_enable().
 */
void napier_rx_drop_update(struct napier_net *nn)
{
	struct napier_dev *nd = nn->nd;
	u32 i, set;

	spin_lock_bh(&nd->ctrl_lock);
	set = napier_rx_drop_wanted(nn) ? NAPIER_SRRCTL_DROP_EN : 0;
	for (i = 0; i < nn->cfg.nr_queues; i++)
		napier_rmw32(nd, NAPIER_SRRCTL(i), NAPIER_SRRCTL_DROP_EN, set);
	spin_unlock_bh(&nd->ctrl_lock);
}

/**
 * napier_rx_ring_set_features - let the poll loop know of changed features
 * @nn: the interface
 * @rx: the ring
 * @features: as they are going to be
 *
 * Context: the ring may be polled at the same time; the new value holds from
 * some frame on.
 */
void napier_rx_ring_set_features(struct napier_net *nn,
				 struct napier_rx_ring *rx,
				 netdev_features_t features)
{
	WRITE_ONCE(rx->flags, napier_rx_flags(nn, features));
}

/**
 * napier_rx_ring_set_copybreak - let short frames be copied
 * @rx: the ring
 * @bytes: up to this length, 0 for none, at most NAPIER_MAX_COPYBREAK
 *
 * Context: the ring is not polled.
 */
void napier_rx_ring_set_copybreak(struct napier_rx_ring *rx, u32 bytes)
{
	rx->copybreak = bytes;
	rx->len_min = max_t(u32, bytes + 1, ETH_HLEN);
	rx->len_span = rx->geom.max_len - rx->len_min;
}

/**
 * napier_rx_ring_enable - give a filled ring to the device
 * @nn: the interface
 * @rx: the ring
 *
 * The order matters twice. The tail is written last: on hardware a tail
 * written before RXDCTL.ENABLE is forgotten, and the emulated 82576 delivers
 * frames that wait in its backend only upon that write (QEMU 10.0
 * hw/net/igb_core.c, igb_set_rdt). And the device starts at slot 0, so the
 * ring has to be one that was just allocated or refilled from there.
 *
 * Context: the ring is not polled yet. May sleep.
 */
void napier_rx_ring_enable(struct napier_net *nn, struct napier_rx_ring *rx)
{
	struct napier_dev *nd = nn->nd;
	u8 q = rx->reg_idx;

	rx->flags = napier_rx_flags(nn, nn->ndev->features);
	napier_rx_ring_set_copybreak(rx, nn->copybreak);

	napier_wr32(nd, NAPIER_RXDCTL(q), 0);
	napier_wr32(nd, NAPIER_RDLEN(q), rx->size * sizeof(*rx->desc));
	napier_wr32(nd, NAPIER_RDBAL(q), lower_32_bits(rx->dma));
	napier_wr32(nd, NAPIER_RDBAH(q), upper_32_bits(rx->dma));
	napier_wr32(nd, NAPIER_RDH(q), 0);
	napier_wr32(nd, NAPIER_RDT(q), 0);

	spin_lock_bh(&nd->ctrl_lock);
	napier_wr32(nd, NAPIER_SRRCTL(q),
		    FIELD_PREP(NAPIER_SRRCTL_BSIZEPKT,
			       rx->geom.buf_len / SZ_1K) |
		    FIELD_PREP(NAPIER_SRRCTL_DESCTYPE,
			       NAPIER_SRRCTL_ADV_ONEBUF) |
		    (nd->ptp.part->newer ? NAPIER_SRRCTL_TIMESTAMP : 0) |
		    (napier_rx_drop_wanted(nn) ? NAPIER_SRRCTL_DROP_EN : 0));
	spin_unlock_bh(&nd->ctrl_lock);

	/* Besides RCTL.SECRC, which is for all queues (DPDK drivers/net/e1000/
	 * igb_rxtx.c, eth_igb_rx_init).
	 */
	if (nd->quirks & NAPIER_QUIRK_QUEUE_STRCRC)
		napier_rmw32(nd, NAPIER_DVMOLR(q), NAPIER_DVMOLR_STRCRC,
			     rx->geom.keep & NAPIER_KEEP_FCS ?
			     0 : NAPIER_DVMOLR_STRCRC);

	napier_wr32(nd, NAPIER_RXDCTL(q),
		    FIELD_PREP(NAPIER_DCTL_PTHRESH, 8) |
		    FIELD_PREP(NAPIER_DCTL_HTHRESH, 8) |
		    FIELD_PREP(NAPIER_DCTL_WTHRESH, nd->board->rx_wthresh) |
		    NAPIER_DCTL_ENABLE);
	napier_poll32(nd, NAPIER_RXDCTL(q), NAPIER_DCTL_ENABLE,
		      NAPIER_DCTL_ENABLE, NAPIER_QUEUE_OFF_US);

	rx->tail = (u32 __iomem *)(nd->bar_base + NAPIER_RDT(q));
	napier_wr32(nd, NAPIER_RDT(q), rx->next_to_use);
}

/**
 * napier_rx_ring_disable - take a ring from the device
 * @nn: the interface
 * @rx: the ring
 *
 * Context: may sleep.
 * Return: false if the device does not let go of it.
 */
bool napier_rx_ring_disable(struct napier_net *nn, struct napier_rx_ring *rx)
{
	struct napier_dev *nd = nn->nd;
	u32 reg = NAPIER_RXDCTL(rx->reg_idx);

	napier_wr32(nd, reg, 0);
	if (napier_poll32(nd, reg, NAPIER_DCTL_ENABLE, 0,
			  NAPIER_QUEUE_OFF_US) != -ETIMEDOUT)
		return true;

	netdev_warn(nn->ndev, "RX queue %u does not stop\n", rx->reg_idx);

	return false;
}

/**
 * napier_rx_ring_rewind - make a purged ring startable from slot 0 again
 * @rx: the ring, disabled in hardware and not polled
 *
 * Used when the same ring goes on after a reset. Memory may be short then;
 * the refill work retries what is missing.
 */
void napier_rx_ring_rewind(struct napier_rx_ring *rx)
{
	napier_rx_purge(rx);
	memset(rx->desc, 0, rx->size * sizeof(*rx->desc));
	rx->next_to_clean = 0;
	rx->next_to_use = 0;
	rx->tail = NULL;
	napier_rx_refill(rx);
}

/**
 * napier_rx_ring_totals - add a ring's counters to a sum
 * @rx: the ring
 * @t: the sum
 *
 * Context: any.
 */
void napier_rx_ring_totals(const struct napier_rx_ring *rx,
			   struct napier_rx_totals *t)
{
	const struct napier_rx_stats *s = &rx->stats;
	struct napier_rx_totals v;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&s->syncp);
		v.packets = u64_stats_read(&s->packets);
		v.bytes = u64_stats_read(&s->bytes);
		v.csum_ok = u64_stats_read(&s->csum_ok);
		v.csum_bad = u64_stats_read(&s->csum_bad);
		v.errors = u64_stats_read(&s->errors);
		v.dropped = u64_stats_read(&s->dropped);
		v.alloc_fail = u64_stats_read(&s->alloc_fail);
	} while (u64_stats_fetch_retry(&s->syncp, start));

	t->packets += v.packets;
	t->bytes += v.bytes;
	t->csum_ok += v.csum_ok;
	t->csum_bad += v.csum_bad;
	t->errors += v.errors;
	t->dropped += v.dropped;
	t->alloc_fail += v.alloc_fail;
}
