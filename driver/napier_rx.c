// SPDX-License-Identifier: GPL-2.0-only
/*
 * The receive path: buffers out to the ring, frames from it to the stack.
 *
 * Depends on: napier_ring.h.
 *
 * Everything here runs in NAPI, the only writer of a receive ring, or while
 * the ring is stopped. Frames pass as skbs built around the page-pool buffer
 * that the device wrote to; the payload is not copied, unless the frame is
 * short and the user wants it (rx-copybreak).
 */
#include <linux/prefetch.h>
#include <net/gro.h>
#include <net/page_pool/helpers.h>

#include "napier.h"

/* Sums of one poll, added to the ring's counters once at its end. */
struct napier_rx_sums {
	u32 packets;
	u32 bytes;
	u32 csum_ok;
	u32 csum_bad;
	u32 errors;
	u32 dropped;
};

/* Never sleeps, even where it might: page_pool_dma_map() (Linux 7.3) keeps what
 * it maps in an xarray that does not know of xa_alloc_bh(), so an allocation
 * that may sleep does so with softirqs off.
 */
static bool napier_rx_buf_alloc(struct napier_rx_ring *rx,
				struct napier_rx_buf *buf)
{
	u32 size = rx->geom.truesize;

	buf->page = page_pool_alloc(rx->page_pool, &buf->offset, &size,
				    GFP_ATOMIC | __GFP_NOWARN);

	return buf->page;
}

static void napier_rx_desc_post(struct napier_rx_ring *rx, u16 i)
{
	const struct napier_rx_buf *buf = &rx->buf[i];
	union napier_rx_desc *desc = &rx->desc[i];
	dma_addr_t dma;

	dma = page_pool_get_dma_addr(buf->page) + buf->offset +
	      rx->geom.headroom;
	desc->read.pkt_addr = cpu_to_le64(dma);
	/* Overlays status and length of the write-back: clears DD. */
	desc->read.hdr_addr = 0;
}

/**
 * napier_rx_refill - give the device all the buffers that the ring has room for
 * @rx: the ring
 *
 * Context: NAPI, or the ring is stopped.
 * Return: true if the ring is full; false if memory was short, which is
 * counted. What could be allocated was posted.
 */
bool napier_rx_refill(struct napier_rx_ring *rx)
{
	u32 room = napier_rx_unused(rx);
	u16 i = rx->next_to_use;
	bool full = true;

	for (; room; room--) {
		if (unlikely(!napier_rx_buf_alloc(rx, &rx->buf[i]))) {
			local_bh_disable();
			u64_stats_update_begin(&rx->stats.syncp);
			u64_stats_inc(&rx->stats.alloc_fail);
			u64_stats_update_end(&rx->stats.syncp);
			local_bh_enable();
			full = false;
			break;
		}
		napier_rx_desc_post(rx, i);
		i = (i + 1) & rx->mask;
	}

	rx->starved = !full;
	if (i == rx->next_to_use && !rx->copied)
		return full;

	rx->next_to_use = i;
	rx->copied = 0;
	/* writel() orders the descriptors before the tail. While the ring is
	 * being prepared there is no tail yet; napier_rx_ring_enable() writes
	 * it.
	 */
	if (likely(rx->tail))
		writel(i, rx->tail);

	return full;
}

/* Checksum verdict of the device. A wrong checksum is not a reason to drop:
 * the stack verifies again and counts by protocol. Of a bad frame the device
 * knows nothing.
 */
static void napier_rx_csum(const struct napier_rx_ring *rx,
			   struct sk_buff *skb, u32 status,
			   struct napier_rx_sums *sums)
{
	if (!(rx->flags & NAPIER_RX_CSUM))
		return;

	if (unlikely(status & (NAPIER_RXD_ERR_L4E | NAPIER_RXD_ERR_IPE |
			       NAPIER_RXD_ERR_RXE))) {
		sums->csum_bad += !(status & NAPIER_RXD_ERR_RXE);
		return;
	}

	if (status & (NAPIER_RXD_STAT_L4CS | NAPIER_RXD_STAT_UDPCS)) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		sums->csum_ok++;
	}
}

static void napier_rx_vlan(const struct napier_rx_ring *rx,
			   const union napier_rx_desc *desc,
			   struct sk_buff *skb, u32 status)
{
	u16 tag;

	if ((rx->flags & NAPIER_RX_LB_TAG_BE) && (status & NAPIER_RXD_STAT_LB))
		tag = be16_to_cpu((__force __be16)desc->wb.vlan);
	else
		tag = le16_to_cpu(desc->wb.vlan);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), tag);
}

static struct napier_dev *napier_rx_dev(const struct napier_rx_ring *rx)
{
	struct napier_net *nn = netdev_priv(rx->netdev);

	return nn->nd;
}

/* Take the stamp off the front of a frame. The descriptor of the first buffer
 * tells of it, or that of the last, or both. What is left has to have a header,
 * which eth_type_trans() reads. Apart from napier_rx_poll(), whose registers it
 * does not need.
 */
static noinline void napier_rx_pull_stamp(const struct napier_rx_ring *rx,
					  struct sk_buff *skb)
{
	struct skb_shared_hwtstamps *hw = skb_hwtstamps(skb);

	if (hw->hwtstamp ||
	    skb_headlen(skb) < sizeof(struct napier_rx_stamp) + ETH_HLEN)
		return;
	if (napier_stamp_rx_buffer(napier_rx_dev(rx), (void *)skb->data,
				   &hw->hwtstamp))
		__skb_pull(skb, sizeof(struct napier_rx_stamp));
}

/* Everything that the last descriptor of a frame says about it. */
static void napier_rx_metadata(const struct napier_rx_ring *rx,
			       const union napier_rx_desc *desc,
			       struct sk_buff *skb, u32 status,
			       struct napier_rx_sums *sums)
{
	napier_rx_csum(rx, skb, status, sums);

	if (rx->flags & NAPIER_RX_HASH)
		skb_set_hash(skb, le32_to_cpu(desc->wb.rss_hash),
			     napier_rx_hash_type(le32_to_cpu(desc->wb.pkt_info)));

	/* One test for what most frames have neither of. */
	if (status & (NAPIER_RXD_STAT_VP | NAPIER_RXD_STAT_TS)) {
		if (status & NAPIER_RXD_STAT_VP)
			napier_rx_vlan(rx, desc, skb, status);
		if ((status & NAPIER_RXD_STAT_TS) &&
		    !(status & NAPIER_RXD_STAT_TSIP))
			napier_stamp_rx_register(napier_rx_dev(rx), skb);
	}

	skb_record_rx_queue(skb, rx->reg_idx);
	skb->protocol = eth_type_trans(skb, rx->netdev);
}

/* Start an skb around the first buffer of a frame, or add a further buffer to
 * the one in progress. Takes the buffer in any case.
 */
static struct sk_buff *napier_rx_add_buf(struct napier_rx_ring *rx,
					 struct sk_buff *skb,
					 const struct napier_rx_buf *buf,
					 u32 len)
{
	u8 *va = page_address(buf->page) + buf->offset;

	page_pool_dma_sync_for_cpu(rx->page_pool, buf->page,
				   buf->offset + rx->geom.headroom, len);

	if (skb) {
		u32 nr = skb_shinfo(skb)->nr_frags;

		if (unlikely(nr >= MAX_SKB_FRAGS))
			goto drop;
		skb_add_rx_frag(skb, nr, buf->page,
				buf->offset + rx->geom.headroom, len,
				rx->geom.truesize);
		return skb;
	}

	net_prefetch(va + rx->geom.headroom);
	skb = napi_build_skb(va, rx->geom.truesize);
	if (unlikely(!skb))
		goto drop;

	skb_mark_for_recycle(skb);
	skb_reserve(skb, rx->geom.headroom);
	__skb_put(skb, len);

	return skb;

drop:
	page_pool_put_full_page(rx->page_pool, buf->page, true);
	return NULL;
}

/* Copy a frame, so that its buffer goes back to the device at once, and the
 * stack does not hold 2 KiB for a few bytes. NULL without memory.
 */
static noinline struct sk_buff *napier_rx_copy(struct napier_rx_ring *rx,
					       struct napier_rx_buf *buf,
					       u32 len)
{
	struct napier_net *nn = netdev_priv(rx->netdev);
	u32 offset = buf->offset + rx->geom.headroom;
	struct sk_buff *skb;
	u16 to;

	skb = napi_alloc_skb(&nn->nd->vec[rx->reg_idx]->napi, len);
	if (unlikely(!skb))
		return NULL;

	page_pool_dma_sync_for_cpu(rx->page_pool, buf->page, offset, len);
	skb_put_data(skb, page_address(buf->page) + offset, len);
	dma_sync_single_range_for_device(rx->dev,
					 page_pool_get_dma_addr(buf->page),
					 offset, len, DMA_FROM_DEVICE);

	/* The slot of this descriptor was just left, so there is one. */
	to = rx->next_to_use;
	rx->buf[to] = *buf;
	napier_rx_desc_post(rx, to);
	rx->next_to_use = (to + 1) & rx->mask;
	rx->copied++;

	return skb;
}

/* Is there a reason not to look at this buffer? A length beyond its end is a
 * lie of a broken device, and so is a first one that has no whole header and is
 * not the last; eth_type_trans() reads one. A bad frame comes only with
 * RCTL.SBP, or from a broken device, too; the device has counted it (CRCERRS
 * and others).
 */
static noinline bool napier_rx_refused(const struct napier_rx_ring *rx,
				       u32 len, u32 status)
{
	if (len > rx->geom.max_len || (!rx->skb && len < ETH_HLEN))
		return true;

	return (status & NAPIER_RXD_ERR_RXE) &&
	       !(rx->geom.keep & NAPIER_KEEP_BAD);
}

/* Drop what there is of the current frame; with more to come, the rest too. */
static void napier_rx_drop(struct napier_rx_ring *rx, struct sk_buff *skb,
			   bool eop)
{
	if (skb)
		napi_consume_skb(skb, 1);
	rx->skb = NULL;
	rx->dropping = !eop;
}

/* Take one descriptor's buffer. Return a whole frame or NULL. */
static struct sk_buff *napier_rx_one(struct napier_rx_ring *rx,
				     const union napier_rx_desc *desc,
				     struct napier_rx_buf *buf, u32 status,
				     struct napier_rx_sums *sums)
{
	u32 len = le16_to_cpu(desc->wb.length);
	bool eop = status & NAPIER_RXD_STAT_EOP;
	struct sk_buff *skb = rx->skb, *more;

	if (unlikely(rx->dropping)) {
		page_pool_put_full_page(rx->page_pool, buf->page, true);
		rx->dropping = !eop;
		return NULL;
	}

	/* One comparison for all lengths that are not the usual ones. */
	if (unlikely(len - rx->len_min > rx->len_span ||
		     (status & NAPIER_RXD_ERR_RXE))) {
		if (napier_rx_refused(rx, len, status)) {
			page_pool_put_full_page(rx->page_pool, buf->page, true);
			napier_rx_drop(rx, skb, eop);
			/* A bad one was expected, and is counted already. */
			sums->errors += !(status & NAPIER_RXD_ERR_RXE &&
					  rx->geom.keep & NAPIER_KEEP_BAD);
			return NULL;
		}
		if (!skb && eop && len <= rx->copybreak &&
		    !(status & NAPIER_RXD_STAT_TSIP)) {
			skb = napier_rx_copy(rx, buf, len);
			if (likely(skb))
				goto whole;
		}
	}

	rx->skb = NULL;
	more = napier_rx_add_buf(rx, skb, buf, len);
	if (unlikely(!more)) {
		napier_rx_drop(rx, skb, eop);
		sums->dropped++;
		return NULL;
	}
	skb = more;

	if (unlikely(status & NAPIER_RXD_STAT_TSIP))
		napier_rx_pull_stamp(rx, skb);

	if (!eop) {
		rx->skb = skb;
		return NULL;
	}

whole:
	sums->packets++;
	sums->bytes += skb->len;

	return skb;
}

static void napier_rx_account(struct napier_rx_ring *rx,
			      const struct napier_rx_sums *sums)
{
	u32 bytes = sums->bytes;

	/* The FCS is not counted, whether or not it is kept. */
	if (unlikely(rx->geom.keep & NAPIER_KEEP_FCS))
		bytes -= sums->packets * ETH_FCS_LEN;

	u64_stats_update_begin(&rx->stats.syncp);
	u64_stats_add(&rx->stats.packets, sums->packets);
	u64_stats_add(&rx->stats.bytes, bytes);
	u64_stats_add(&rx->stats.csum_ok, sums->csum_ok);
	u64_stats_add(&rx->stats.csum_bad, sums->csum_bad);
	u64_stats_add(&rx->stats.errors, sums->errors);
	u64_stats_add(&rx->stats.dropped, sums->dropped);
	u64_stats_update_end(&rx->stats.syncp);
}

/**
 * napier_rx_poll - take received frames to the stack
 * @rx: the ring
 * @napi: NAPI instance that polls it
 * @budget: how many frames at most
 *
 * Context: NAPI.
 * Return: descriptors taken, at most @budget; less means that the ring is
 * empty. (A frame of several buffers counts once for each: they all are work,
 * and a stream of frames without an end must not poll for ever.)
 */
int napier_rx_poll(struct napier_rx_ring *rx, struct napi_struct *napi,
		   int budget)
{
	struct napier_rx_sums sums = {};
	int done;

	for (done = 0; done < budget; done++) {
		u16 i = rx->next_to_clean;
		union napier_rx_desc *desc = &rx->desc[i];
		struct sk_buff *skb;
		u32 status;

		/* Slots without a buffer may hold an old DD. */
		if (unlikely(i == rx->next_to_use))
			break;

		/* DD before anything else: it is what the device writes last,
		 * and the barrier keeps the CPU from reading the rest early.
		 */
		status = le32_to_cpu(READ_ONCE(desc->wb.status_error));
		if (!(status & NAPIER_RXD_STAT_DD))
			break;
		dma_rmb();

		rx->next_to_clean = (i + 1) & rx->mask;
		prefetch(&rx->desc[rx->next_to_clean]);

		skb = napier_rx_one(rx, desc, &rx->buf[i], status, &sums);
		rx->buf[i].page = NULL;
		if (!skb)
			continue;

		napier_rx_metadata(rx, desc, skb, status, &sums);
		napi_gro_receive(napi, skb);
	}

	napier_rx_account(rx, &sums);

	if (napier_rx_unused(rx) + rx->copied >= NAPIER_RX_REFILL_BATCH ||
	    rx->starved)
		napier_rx_refill(rx);

	return done;
}

/**
 * napier_rx_purge - throw away everything in the ring
 * @rx: the ring, disabled in hardware and not polled
 */
void napier_rx_purge(struct napier_rx_ring *rx)
{
	u16 i;

	if (rx->skb) {
		dev_kfree_skb_any(rx->skb);
		rx->skb = NULL;
	}
	rx->dropping = false;

	for (i = rx->next_to_clean; i != rx->next_to_use;
	     i = (i + 1) & rx->mask) {
		page_pool_put_full_page(rx->page_pool, rx->buf[i].page, false);
		rx->buf[i].page = NULL;
	}
	rx->next_to_use = rx->next_to_clean;
	rx->copied = 0;
}

/**
 * napier_rx_pending - is there a received frame that was not polled yet?
 * @rx: the ring
 *
 * Context: any; a hint.
 * Return: true if so.
 */
bool napier_rx_pending(const struct napier_rx_ring *rx)
{
	u16 i = READ_ONCE(rx->next_to_clean);

	return i != READ_ONCE(rx->next_to_use) &&
	       (READ_ONCE(rx->desc[i].wb.status_error) &
		cpu_to_le32(NAPIER_RXD_STAT_DD));
}
