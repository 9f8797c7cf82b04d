// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transmit path: from the stack's queue into the ring, over the doorbell,
 * and back when the device is done.
 *
 * Depends on: napier_ring.h.
 *
 * Two rules carry this file.
 *
 * A doorbell is never lost. Descriptors between @rung and @next_to_use are
 * written but unknown to the device; whoever leaves ndo_start_xmit without the
 * promise of another packet rings for them, also on every error path.
 *
 * RS (report status) is set when the doorbell is rung, on the descriptor just
 * before the new tail, and nowhere else but in very long batches. One
 * write-back then completes all packets of the batch. RS descriptors form a
 * list through napier_tx_buf.next_rs; the producer appends by publishing
 * @last_rs, the consumer follows from @rs_done.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/prefetch.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/netdev_queues.h>
#include <net/tcp.h>

#include "napier.h"
#include "napier_trace.h"

/* The hardware counts header lengths in fields of this size. */
#define NAPIER_TX_MACLEN_MAX	FIELD_MAX(NAPIER_TXC_MACLEN)
#define NAPIER_TX_IPLEN_MAX	FIELD_MAX(NAPIER_TXC_IPLEN)

/* What goes through a context, but for tags. */
#define NAPIER_TX_OFFLOADS	(NETIF_F_CSUM_MASK | NETIF_F_SCTP_CRC |	\
				 NETIF_F_ALL_TSO | NETIF_F_GSO_UDP_L4 |	\
				 NETIF_F_GSO_PARTIAL)

/* TCTL.PSP pads to 64 bytes on the wire, but igb 7.3 (igb_xmit_frame) reports
 * that the device wants at least this much from the driver to do so.
 */
#define NAPIER_TX_MIN_LEN	17

/* A stopped queue wakes only when several packets fit, so that it does not
 * stop again at once; the smallest ring must still reach this.
 */
#define NAPIER_TX_WAKE_THRESHOLD	(NAPIER_TX_DESC_NEEDED + 8)

/**
 * struct napier_tx_offload - what one packet asks of the device
 * @ctx: contents of the context descriptor, packed by napier_tx_ctx_pack(); 0
 *	if none is needed
 * @cmd: bits for cmd_type_len of every data descriptor
 * @olinfo: bits for olinfo_status of every data descriptor
 * @hdr_len: bytes of headers that each segment repeats, 0 without TSE
 */
struct napier_tx_offload {
	u64 ctx;
	u32 cmd;
	u32 olinfo;
	u32 hdr_len;
};

/* What every data descriptor has in @cmd. */
#define NAPIER_TX_CMD	(NAPIER_TXD_DEXT | NAPIER_TXD_IFCS |		\
			 FIELD_PREP(NAPIER_TXD_DTYP, NAPIER_TXD_DTYP_DATA))

/* The packed form holds all fields of the context descriptor in one word, so
 * that "same as last time" is one comparison. Bit 63 makes a valid context
 * different from 0.
 */
#define NAPIER_CTX_VALID	BIT_ULL(63)
#define NAPIER_CTX_TUCMD	GENMASK_ULL(62, 60)	/* IPV4 and L4T */
#define NAPIER_CTX_L4LEN	GENMASK_ULL(59, 52)
#define NAPIER_CTX_MSS		GENMASK_ULL(47, 32)
#define NAPIER_CTX_LENS		GENMASK_ULL(31, 0)

NAPIER_TESTED u64 napier_tx_ctx_pack(u32 lens, u32 tucmd, u32 l4len, u32 mss)
{
	return NAPIER_CTX_VALID |
	       FIELD_PREP(NAPIER_CTX_TUCMD, tucmd >> 10) |
	       FIELD_PREP(NAPIER_CTX_L4LEN, l4len) |
	       FIELD_PREP(NAPIER_CTX_MSS, mss) |
	       FIELD_PREP(NAPIER_CTX_LENS, lens);
}

/**
 * napier_tx_ctx_get - find or write the hardware context for a packet
 * @tx: the ring
 * @key: packed context
 *
 * Each queue of the device remembers two contexts between packets. DPDK's igb
 * PMD relies on it on iron (drivers/net/e1000/igb_rxtx.c, what_advctx_update),
 * QEMU 10.0 keeps them in struct igb_tx (hw/net/igb_core.c).
 *
 * Context: under the txq lock; takes at most one descriptor.
 * Return: the IDX bit for olinfo_status.
 */
static u32 napier_tx_ctx_get(struct napier_tx_ring *tx, u64 key)
{
	struct napier_tx_ctx_desc *desc;
	u16 i = tx->next_to_use;
	u32 idx;

	if (likely(tx->ctx_key[0] == key))
		return 0;
	if (tx->ctx_key[1] == key)
		return NAPIER_TXD_IDX;

	idx = tx->ctx_next;
	tx->ctx_next ^= 1;
	tx->ctx_key[idx] = key;

	desc = (struct napier_tx_ctx_desc *)&tx->desc[i];
	desc->vlan_macip_lens = cpu_to_le32(FIELD_GET(NAPIER_CTX_LENS, key));
	desc->launch_time = 0;
	desc->type_tucmd =
		cpu_to_le32(NAPIER_TXD_DEXT |
			    FIELD_PREP(NAPIER_TXD_DTYP, NAPIER_TXD_DTYP_CTX) |
			    (u32)FIELD_GET(NAPIER_CTX_TUCMD, key) << 10);
	desc->mss_l4len_idx =
		cpu_to_le32(FIELD_PREP(NAPIER_TXC_IDX, idx) |
			    FIELD_PREP(NAPIER_TXC_L4LEN,
				       FIELD_GET(NAPIER_CTX_L4LEN, key)) |
			    FIELD_PREP(NAPIER_TXC_MSS,
				       FIELD_GET(NAPIER_CTX_MSS, key)));

	tx->buf[i].type = NAPIER_TX_BUF_NONE;
	tx->next_to_use = (i + 1) & tx->mask;

	u64_stats_update_begin(&tx->stats.p.syncp);
	u64_stats_inc(&tx->stats.p.ctx);
	u64_stats_update_end(&tx->stats.p.syncp);

	return idx ? NAPIER_TXD_IDX : 0;
}

/* After this no context of the device is known. */
static void napier_tx_ctx_forget(struct napier_tx_ring *tx)
{
	tx->ctx_key[0] = 0;
	tx->ctx_key[1] = 0;
}

static u32 napier_tx_lens(const struct sk_buff *skb, u32 l3_end)
{
	u32 maclen = skb_network_offset(skb);

	return FIELD_PREP(NAPIER_TXC_MACLEN, maclen) |
	       FIELD_PREP(NAPIER_TXC_IPLEN, l3_end - maclen);
}

/* The checksum of the outermost IPv4 header is made over all up to the L4
 * header that is cut. What a tunnel has in between is taken back in advance.
 */
static __sum16 napier_tx_less_inner(const struct sk_buff *skb, u32 l4_offset)
{
	u32 inner = skb_network_offset(skb) + ip_hdr(skb)->ihl * 4;

	return csum_fold(csum_partial(skb->data + inner, l4_offset - inner, 0));
}

/* Segmentation of TCP, or of UDP, within a tunnel or not. The device counts up
 * the IPv4 ID and the sequence number, and adds each segment's length to both
 * checksums: the headers must not contain a length yet.
 *
 * In a tunnel (GSO_PARTIAL) the headers from the outermost IP header to the L4
 * header pass for one IP header (igb 7.3 igb_main.c, igb_tso). The device
 * changes its length and ID; the stack has made all others fit each segment.
 */
static int napier_tx_gso(struct sk_buff *skb, struct napier_tx_offload *off,
			 u32 *lens, u32 *tucmd, u32 *l4len)
{
	u32 l4_offset = skb_checksum_start_offset(skb);
	u8 *l4;
	int err;

	err = skb_cow_head(skb, 0);
	if (err)
		return err;

	if (ip_hdr(skb)->version == 4) {
		struct iphdr *iph = ip_hdr(skb);

		iph->tot_len = 0;
		iph->check = unlikely(skb->encapsulation) ?
			     napier_tx_less_inner(skb, l4_offset) : 0;
		*tucmd = NAPIER_TXC_IPV4;
		off->olinfo |= NAPIER_TXD_IXSM;
	} else {
		ipv6_hdr(skb)->payload_len = 0;
	}

	l4 = skb->data + l4_offset;
	csum_replace_by_diff((__sum16 *)(l4 + skb->csum_offset),
			     (__force __wsum)htonl(skb->len - l4_offset));
	if (unlikely(skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4)) {
		*tucmd |= FIELD_PREP(NAPIER_TXC_L4T, NAPIER_TXC_L4T_UDP);
		*l4len = sizeof(struct udphdr);
	} else {
		*tucmd |= FIELD_PREP(NAPIER_TXC_L4T, NAPIER_TXC_L4T_TCP);
		*l4len = __tcp_hdrlen((struct tcphdr *)l4);
	}

	off->hdr_len = l4_offset + *l4len;
	off->cmd |= NAPIER_TXD_TSE;
	off->olinfo |= NAPIER_TXD_TXSM;
	*lens = napier_tx_lens(skb, l4_offset);

	return 0;
}

/* Apart, for the header that it may have to copy is an array in the frame of a
 * function, which then has to guard its stack in every packet.
 */
static noinline bool napier_tx_tagged_ipv4(const struct sk_buff *skb)
{
	return vlan_get_protocol(skb) == htons(ETH_P_IP);
}

/* Behind tags that are part of the frame, too. */
static bool napier_tx_is_ipv4(const struct sk_buff *skb)
{
	if (unlikely(eth_type_vlan(skb->protocol)))
		return napier_tx_tagged_ipv4(skb);

	return skb->protocol == htons(ETH_P_IP);
}

/* Checksum of a single frame, the innermost in a tunnel. Anything but TCP, UDP
 * and SCTP is computed here: the device knows where only their checksums are.
 */
static int napier_tx_csum(struct sk_buff *skb, struct napier_tx_offload *off,
			  u32 *lens, u32 *tucmd)
{
	u32 l4t;

	switch (skb->csum_offset) {
	case offsetof(struct tcphdr, check):
		l4t = NAPIER_TXC_L4T_TCP;
		break;
	case offsetof(struct udphdr, check):
		l4t = NAPIER_TXC_L4T_UDP;
		break;
	case offsetof(struct sctphdr, checksum):
		if (skb_csum_is_sctp(skb)) {
			l4t = NAPIER_TXC_L4T_SCTP;
			break;
		}
		fallthrough;
	default:
		return skb_checksum_help(skb);
	}

	*tucmd = FIELD_PREP(NAPIER_TXC_L4T, l4t);
	if (napier_tx_is_ipv4(skb))
		*tucmd |= NAPIER_TXC_IPV4;
	*lens = napier_tx_lens(skb, skb_checksum_start_offset(skb));
	off->olinfo |= NAPIER_TXD_TXSM;

	return 0;
}

/**
 * napier_tx_offload_prepare - translate an skb's wishes
 * @skb: the packet; its headers are changed for segmentation
 * @off: result; begins as that of a packet that wishes for nothing
 *
 * Return: 0, or negative if the headers could not be made writable or a
 * checksum could not be computed; the packet then cannot be sent.
 */
static int napier_tx_offload_prepare(struct sk_buff *skb,
				     struct napier_tx_offload *off)
{
	u32 lens = 0, tucmd = 0, l4len = 0, mss = 0;
	int err;

	if (skb_is_gso(skb)) {
		err = napier_tx_gso(skb, off, &lens, &tucmd, &l4len);
		if (err)
			return err;
		mss = skb_shinfo(skb)->gso_size;
	} else {
		if (skb->ip_summed == CHECKSUM_PARTIAL) {
			err = napier_tx_csum(skb, off, &lens, &tucmd);
			if (err)
				return err;
		}
		/* Its last four bytes are one, right or wrong. */
		if (unlikely(skb->no_fcs))
			off->cmd &= ~NAPIER_TXD_IFCS;
	}

	if (skb_vlan_tag_present(skb)) {
		off->cmd |= NAPIER_TXD_VLE;
		if (!lens)
			lens = FIELD_PREP(NAPIER_TXC_MACLEN, ETH_HLEN);
		lens |= FIELD_PREP(NAPIER_TXC_VLAN, skb_vlan_tag_get(skb));
	}

	if (lens)
		off->ctx = napier_tx_ctx_pack(lens, tucmd, l4len, mss);

	return 0;
}

/* Descriptors that a packet takes at most, context included. */
NAPIER_TESTED u32 napier_tx_desc_count(const struct sk_buff *skb)
{
	const struct skb_shared_info *sh = skb_shinfo(skb);
	u32 count = 1 + DIV_ROUND_UP(skb_headlen(skb), NAPIER_TX_MAX_DATA);
	u32 i;

	for (i = 0; i < sh->nr_frags; i++)
		count += DIV_ROUND_UP(skb_frag_size(&sh->frags[i]),
				      NAPIER_TX_MAX_DATA);

	return count;
}

/* Write the data descriptors for one mapped area, which may be longer than one
 * of them takes. The mapping is remembered in the first.
 *
 * Inline, because a call with six arguments costs as much as the rest of it.
 */
static __always_inline void napier_tx_put(struct napier_tx_ring *tx,
					  dma_addr_t dma, u32 len, u8 type,
					  const struct napier_tx_offload *off,
					  u32 olinfo)
{
	u16 i = tx->next_to_use;

	tx->buf[i].dma = dma;
	tx->buf[i].len = len;
	tx->buf[i].type = type;

	for (;;) {
		u32 part = min_t(u32, len, NAPIER_TX_MAX_DATA);
		struct napier_tx_desc *desc = &tx->desc[i];

		desc->addr = cpu_to_le64(dma);
		desc->cmd_type_len = cpu_to_le32(off->cmd | part);
		desc->olinfo_status = cpu_to_le32(olinfo);
		i = (i + 1) & tx->mask;

		dma += part;
		len -= part;
		if (!len)
			break;
		tx->buf[i].type = NAPIER_TX_BUF_NONE;
	}

	tx->next_to_use = i;
}

static void napier_tx_unmap(struct napier_tx_ring *tx,
			    const struct napier_tx_buf *buf)
{
	switch (buf->type) {
	case NAPIER_TX_BUF_SKB:
		if (buf->len)
			dma_unmap_single(tx->dev, buf->dma, buf->len,
					 DMA_TO_DEVICE);
		break;
	case NAPIER_TX_BUF_FRAG:
		dma_unmap_page(tx->dev, buf->dma, buf->len, DMA_TO_DEVICE);
		break;
	}
}

/**
 * napier_tx_map - map a packet and write its data descriptors
 * @tx: the ring, with room for all of them
 * @skb: the packet
 * @off: what to ask of the device
 *
 * On failure the ring is as before the call.
 *
 * Return: index of the packet's first data descriptor, or -ENOMEM.
 */
static int napier_tx_map(struct napier_tx_ring *tx, struct sk_buff *skb,
			 const struct napier_tx_offload *off)
{
	const struct skb_shared_info *sh = skb_shinfo(skb);
	u16 first = tx->next_to_use, last;
	u32 olinfo, len, i;
	dma_addr_t dma;

	olinfo = off->olinfo |
		 FIELD_PREP(NAPIER_TXD_PAYLEN, skb->len - off->hdr_len);

	len = skb_headlen(skb);
	dma = dma_map_single(tx->dev, skb->data, len, DMA_TO_DEVICE);
	if (unlikely(dma_mapping_error(tx->dev, dma)))
		return -ENOMEM;
	napier_tx_put(tx, dma, len, NAPIER_TX_BUF_SKB, off, olinfo);

	for (i = 0; i < sh->nr_frags; i++) {
		const skb_frag_t *frag = &sh->frags[i];

		len = skb_frag_size(frag);
		/* The device drops a frame that has an empty descriptor. */
		if (unlikely(!len))
			continue;

		dma = skb_frag_dma_map(tx->dev, frag, 0, len, DMA_TO_DEVICE);
		if (unlikely(dma_mapping_error(tx->dev, dma)))
			goto unwind;
		napier_tx_put(tx, dma, len, NAPIER_TX_BUF_FRAG, off, olinfo);
	}

	last = (tx->next_to_use - 1) & tx->mask;
	tx->desc[last].cmd_type_len |= cpu_to_le32(NAPIER_TXD_EOP);

	return first;

unwind:
	while (tx->next_to_use != first) {
		tx->next_to_use = (tx->next_to_use - 1) & tx->mask;
		napier_tx_unmap(tx, &tx->buf[tx->next_to_use]);
		tx->buf[tx->next_to_use].type = NAPIER_TX_BUF_NONE;
	}

	return -ENOMEM;
}

/* Ask for a status report on the newest descriptor and publish it to the
 * consumer.
 */
static void napier_tx_request_status(struct napier_tx_ring *tx)
{
	u16 rs = (tx->next_to_use - 1) & tx->mask;

	tx->desc[rs].cmd_type_len |= cpu_to_le32(NAPIER_TXD_RS);
	tx->buf[tx->last_rs].next_rs = rs;
	/* Pairs with the acquire in napier_tx_clean(): whoever sees last_rs
	 * sees the list, the buffers and the descriptors before it.
	 */
	smp_store_release(&tx->last_rs, rs);
}

/* These three apart from their callers, whose registers they would take. */
static noinline void napier_tx_trace_doorbell(const struct napier_tx_ring *tx)
{
	trace_napier_tx_doorbell(tx->txq->dev, tx->reg_idx, tx->next_to_use,
				 napier_tx_unused(tx));
}

static noinline void napier_tx_trace_stop(const struct napier_tx_ring *tx)
{
	trace_napier_tx_stop(tx->txq->dev, tx->reg_idx, tx->next_to_use,
			     napier_tx_unused(tx));
}

static noinline void napier_tx_trace_wake(const struct napier_tx_ring *tx)
{
	trace_napier_tx_wake(tx->txq->dev, tx->reg_idx,
			     READ_ONCE(tx->next_to_use), napier_tx_unused(tx));
}

/* Tell the device about a batch that ends with a packet just written. */
static __always_inline void napier_tx_publish(struct napier_tx_ring *tx)
{
	tx->rung = tx->next_to_use;
	if (trace_napier_tx_doorbell_enabled())
		napier_tx_trace_doorbell(tx);
	/* writel() orders the descriptors before the doorbell. */
	writel(tx->next_to_use, tx->tail);
}

/* Tell the device about everything written so far, if there is anything. */
static void napier_tx_ring_doorbell(struct napier_tx_ring *tx)
{
	if (tx->rung == tx->next_to_use)
		return;

	if (tx->last_rs != ((tx->next_to_use - 1) & tx->mask))
		napier_tx_request_status(tx);
	napier_tx_publish(tx);
}

/* Count a packet that cannot be sent, which the caller has freed. */
static netdev_tx_t napier_tx_drop(struct napier_tx_ring *tx,
				  u64_stats_t *reason)
{
	napier_tx_ring_doorbell(tx);

	u64_stats_update_begin(&tx->stats.p.syncp);
	u64_stats_inc(reason);
	u64_stats_update_end(&tx->stats.p.syncp);

	return NETDEV_TX_OK;
}

/* From the ring, so that napier_xmit() has no more to keep for packets that want
 * a stamp than for others.
 */
static struct napier_dev *napier_tx_dev(const struct napier_tx_ring *tx)
{
	struct napier_net *nn = netdev_priv(tx->txq->dev);

	return nn->nd;
}

/* Free a packet that could not be mapped. */
static void napier_tx_free_unsent(const struct napier_tx_ring *tx,
				  struct sk_buff *skb,
				  const struct napier_tx_offload *off)
{
	if (off->cmd & NAPIER_TXD_TSTAMP)
		napier_stamp_tx_abort(napier_tx_dev(tx), skb);
	dev_kfree_skb_any(skb);
}

/* A packet could not be mapped, and was freed. Take back a context descriptor
 * too: RS may stand only on a data descriptor, so the newest one has to be one.
 */
static netdev_tx_t napier_tx_take_back(struct napier_tx_ring *tx, u16 start)
{
	if (start != tx->next_to_use) {
		tx->next_to_use = start;
		napier_tx_ctx_forget(tx);
	}

	return napier_tx_drop(tx, &tx->stats.p.dma_error);
}

/* Fill in what completion needs to know, and the counters of the producer. */
static u32 napier_tx_account(struct napier_tx_ring *tx, struct sk_buff *skb,
			     u16 first, const struct napier_tx_offload *off)
{
	struct napier_tx_buf *buf = &tx->buf[first];
	u32 bytes = skb->len, segs = 1;

	if (off->hdr_len) {
		segs = skb_shinfo(skb)->gso_segs;
		bytes += (segs - 1) * off->hdr_len;
	}
	buf->skb = skb;
	buf->bytes = bytes;
	buf->segs = segs;

	if (off->olinfo & NAPIER_TXD_TXSM) {
		u64_stats_update_begin(&tx->stats.p.syncp);
		u64_stats_add(&tx->stats.p.csum, segs);
		if (off->hdr_len) {
			u64_stats_inc(&tx->stats.p.gso_packets);
			u64_stats_add(&tx->stats.p.gso_bytes, skb->len);
			u64_stats_add(&tx->stats.p.gso_wire_packets, segs);
			u64_stats_add(&tx->stats.p.gso_wire_bytes, bytes);
		}
		u64_stats_update_end(&tx->stats.p.syncp);
	}

	return bytes;
}

static netdev_tx_t napier_tx_busy(struct napier_tx_ring *tx)
{
	/* Looks again: what was in the ring may have been cleaned meanwhile,
	 * and then nobody would wake the queue.
	 */
	netif_txq_try_stop(tx->txq, napier_tx_unused(tx),
			   NAPIER_TX_WAKE_THRESHOLD);
	napier_tx_ring_doorbell(tx);

	u64_stats_update_begin(&tx->stats.p.syncp);
	u64_stats_inc(&tx->stats.p.busy);
	u64_stats_update_end(&tx->stats.p.syncp);

	return NETDEV_TX_BUSY;
}

/* For a queue that was let go since it was chosen, by a sender that nobody waits
 * for (napier_pair_forget()).
 */
static netdev_tx_t napier_tx_drop_unowned(struct sk_buff *skb,
					  struct net_device *ndev)
{
	dev_kfree_skb_any(skb);
	dev_core_stats_tx_dropped_inc(ndev);

	return NETDEV_TX_OK;
}

/**
 * napier_xmit - ndo_start_xmit
 * @skb: the packet
 * @ndev: the interface
 *
 * Context: under the queue's lock, BH disabled.
 * Return: NETDEV_TX_OK when the packet was taken (or dropped and counted),
 * NETDEV_TX_BUSY when there was no room although the queue was not stopped.
 */
netdev_tx_t napier_xmit(struct sk_buff *skb, struct net_device *ndev)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct napier_tx_ring *tx = nn->cfg.tx[skb_get_queue_mapping(skb)];
	bool more = netdev_xmit_more();
	struct napier_tx_offload off = {
		.cmd = NAPIER_TX_CMD,
	};
	u16 start;
	u32 bytes;
	int first;

	if (unlikely(!tx))
		return napier_tx_drop_unowned(skb, ndev);

	/* skb_put_padto() frees the skb when it fails. */
	if (unlikely(skb_put_padto(skb, NAPIER_TX_MIN_LEN)))
		return napier_tx_drop(tx, &tx->stats.p.dropped);

	if (unlikely(napier_tx_unused(tx) < napier_tx_desc_count(skb)))
		return napier_tx_busy(tx);

	if (unlikely(napier_tx_offload_prepare(skb, &off))) {
		dev_kfree_skb_any(skb);
		return napier_tx_drop(tx, &tx->stats.p.dropped);
	}

	if (unlikely(skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP) &&
	    napier_stamp_tx_claim(napier_tx_dev(tx), skb))
		off.cmd |= NAPIER_TXD_TSTAMP;

	start = tx->next_to_use;
	if (off.ctx)
		off.olinfo |= napier_tx_ctx_get(tx, off.ctx) | NAPIER_TXD_CC;

	first = napier_tx_map(tx, skb, &off);
	if (unlikely(first < 0)) {
		napier_tx_free_unsent(tx, skb, &off);
		return napier_tx_take_back(tx, start);
	}

	bytes = napier_tx_account(tx, skb, first, &off);
	skb_tx_timestamp(skb);

	if (!netif_txq_maybe_stop(tx->txq, napier_tx_unused(tx),
				  NAPIER_TX_DESC_NEEDED,
				  NAPIER_TX_WAKE_THRESHOLD)) {
		u64_stats_update_begin(&tx->stats.p.syncp);
		u64_stats_inc(&tx->stats.p.stop);
		u64_stats_update_end(&tx->stats.p.syncp);
		napier_tx_trace_stop(tx);
	}

	if (__netdev_tx_sent_queue(tx->txq, bytes, more)) {
		napier_tx_request_status(tx);
		napier_tx_publish(tx);
	} else if (((tx->next_to_use - tx->last_rs) & tx->mask) >
		   tx->mask / 4) {
		/* Long batches complete in parts, so that the ring does not
		 * have to run dry before it is cleaned.
		 */
		napier_tx_request_status(tx);
	}

	return NETDEV_TX_OK;
}

/* What the device can do for a packet in a tunnel. */
static netdev_features_t napier_tunnel_features(struct napier_net *nn,
						netdev_features_t features)
{
	/* The ID of an inner header stays the same in all segments. */
	if (!(features & NETIF_F_TSO_MANGLEID))
		features &= ~NETIF_F_TSO;
	if (nn->nd->quirks & NAPIER_QUIRK_QEMU_OUTER)
		features &= ~NAPIER_TX_OFFLOADS;

	return features;
}

/**
 * napier_features_check - ndo_features_check
 * @skb: the packet
 * @ndev: the interface
 * @features: what the interface could do for it
 *
 * Return: @features without what the context descriptor cannot express, and
 * what the emulated device does wrong.
 */
netdev_features_t napier_features_check(struct sk_buff *skb,
					struct net_device *ndev,
					netdev_features_t features)
{
	struct napier_net *nn = netdev_priv(ndev);
	u32 maclen, iplen;

	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		maclen = skb_network_offset(skb);
		iplen = skb_checksum_start(skb) - skb_network_header(skb);

		if (unlikely(maclen > NAPIER_TX_MACLEN_MAX ||
			     iplen > NAPIER_TX_IPLEN_MAX))
			return features & ~(NAPIER_TX_OFFLOADS |
					    NETIF_F_HW_VLAN_CTAG_TX);
		if (unlikely(skb->encapsulation))
			features = napier_tunnel_features(nn, features);
	}

	return vlan_features_check(skb, features & nn->tx_right);
}

/* Free what lies between two indices, both included. Inline, because a batch is
 * a single packet more often than not.
 */
static __always_inline void napier_tx_clean_range(struct napier_tx_ring *tx,
						  u16 from, u16 to, int budget,
						  struct napier_tx_totals *t)
{
	u16 i = from;

	for (;;) {
		struct napier_tx_buf *buf = &tx->buf[i];

		napier_tx_unmap(tx, buf);
		if (buf->type == NAPIER_TX_BUF_SKB) {
			t->packets += buf->segs;
			t->bytes += buf->bytes;
			napi_consume_skb(buf->skb, budget);
		}
		buf->type = NAPIER_TX_BUF_NONE;

		if (i == to)
			return;
		i = (i + 1) & tx->mask;
	}
}

/**
 * napier_tx_clean - free what the device has sent
 * @tx: the ring
 * @budget: NAPI budget, 0 when called by netpoll with interrupts off
 *
 * Packets are not counted against the budget: to free them is cheap and makes
 * room. BQL bounds how many there can be.
 *
 * Context: NAPI, or BH disabled and the NAPI instance too; the consumer of the
 * ring.
 * Return: true if there was something to free.
 */
bool napier_tx_clean(struct napier_tx_ring *tx, int budget)
{
	/* Pairs with the release in napier_tx_request_status(). */
	u16 last_rs = smp_load_acquire(&tx->last_rs);
	struct napier_tx_totals t = {};
	u16 done = tx->rs_done;

	if (done == last_rs)
		return false;

	do {
		u16 rs = tx->buf[done].next_rs;

		if (!(READ_ONCE(tx->desc[rs].olinfo_status) &
		      cpu_to_le32(NAPIER_TXD_STAT_DD)))
			break;

		napier_tx_clean_range(tx, (done + 1) & tx->mask, rs, budget,
				      &t);
		done = rs;
	} while (done != last_rs);

	if (done == tx->rs_done)
		return false;

	/* The producer may overwrite the slots from here on. */
	smp_store_release(&tx->rs_done, done);

	u64_stats_update_begin(&tx->stats.c.syncp);
	u64_stats_add(&tx->stats.c.packets, t.packets);
	u64_stats_add(&tx->stats.c.bytes, t.bytes);
	u64_stats_update_end(&tx->stats.c.syncp);

	if (!__netif_txq_completed_wake(tx->txq, t.packets, t.bytes,
					napier_tx_unused(tx),
					NAPIER_TX_WAKE_THRESHOLD,
					READ_ONCE(tx->closing))) {
		u64_stats_update_begin(&tx->stats.c.syncp);
		u64_stats_inc(&tx->stats.c.wake);
		u64_stats_update_end(&tx->stats.c.syncp);
		napier_tx_trace_wake(tx);
	}

	return true;
}

/**
 * napier_tx_purge - throw away everything in the ring
 * @tx: the ring, disabled in hardware and with no producer or consumer
 *
 * The frames count as dropped. BQL forgets what it knew.
 */
void napier_tx_purge(struct napier_tx_ring *tx)
{
	u16 from = (tx->rs_done + 1) & tx->mask;
	struct napier_tx_totals t = {};

	if (from != tx->next_to_use)
		napier_tx_clean_range(tx, from, (tx->next_to_use - 1) &
				      tx->mask, 0, &t);

	/* Who writes must not be interrupted by who reads. */
	local_bh_disable();
	u64_stats_update_begin(&tx->stats.p.syncp);
	u64_stats_add(&tx->stats.p.dropped, t.packets);
	u64_stats_update_end(&tx->stats.p.syncp);
	local_bh_enable();

	netdev_tx_reset_queue(tx->txq);
}

/**
 * napier_tx_pending - is there anything that the device has not yet sent?
 * @tx: the ring
 *
 * Context: any; a hint.
 * Return: true if so.
 */
bool napier_tx_pending(const struct napier_tx_ring *tx)
{
	u16 done = READ_ONCE(tx->rs_done);
	u16 last_rs = READ_ONCE(tx->last_rs);

	if (done == last_rs)
		return false;

	return !(READ_ONCE(tx->desc[last_rs].olinfo_status) &
		 cpu_to_le32(NAPIER_TXD_STAT_DD));
}

/**
 * napier_tx_finished - is there anything that was sent and not yet freed?
 * @tx: the ring
 *
 * Context: any; a hint.
 * Return: true if so.
 */
bool napier_tx_finished(const struct napier_tx_ring *tx)
{
	u16 done = READ_ONCE(tx->rs_done);
	u16 rs;

	if (done == READ_ONCE(tx->last_rs))
		return false;

	rs = READ_ONCE(tx->buf[done].next_rs) & tx->mask;

	return READ_ONCE(tx->desc[rs].olinfo_status) &
	       cpu_to_le32(NAPIER_TXD_STAT_DD);
}
