/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rings, vectors and the configuration that decides about them.
 *
 * Depends on: napier_desc.h. Included through napier.h.
 *
 * Index arithmetic: every ring has a power of two of descriptors; head and
 * tail run from 0 to size - 1 and are masked. One slot always stays empty, so
 * that head == tail means an empty ring.
 */
#ifndef _NAPIER_RING_H_
#define _NAPIER_RING_H_

#include <linux/bitfield.h>
#include <linux/cache.h>
#include <linux/dim.h>
#include <linux/io.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/u64_stats_sync.h>
#include <net/page_pool/types.h>

#include "napier_desc.h"

/* A test build puts a model of the hardware in place of the device; what it
 * replaces stands in that header alone. What tests call is static elsewhere
 * (docs/architecture.md, "The seam").
 */
#ifdef NAPIER_KUNIT
#include "napier_seam.h"
#else
#define NAPIER_TESTED			static
#endif

struct napier_net;
struct napier_dev;

#define NAPIER_MAX_QUEUES		16
#define NAPIER_MIN_DESC			64
#define NAPIER_MAX_DESC			4096
#define NAPIER_DEFAULT_DESC		512

/* One data descriptor carries at most this much. The length field has 16 bits,
 * and a power of two keeps the count of descriptors a shift.
 */
#define NAPIER_TX_MAX_DATA		SZ_32K

/* The most descriptors that one skb can take: a context, the head, the
 * fragments, and two more because 64 KiB cross a 32 KiB limit at most twice.
 */
#define NAPIER_TX_DESC_NEEDED		(MAX_SKB_FRAGS + 4)

/* Descriptors are handed to the device in batches of at least this many: each
 * write of the tail is a bus transaction.
 */
#define NAPIER_RX_REFILL_BATCH		16

/* What the device is to keep that it throws away otherwise. */
#define NAPIER_KEEP_FCS			BIT(0)	/* NETIF_F_RXFCS */
#define NAPIER_KEEP_BAD			BIT(1)	/* NETIF_F_RXALL */

/**
 * struct napier_rx_geom - how receive buffers are cut
 * @truesize: bytes of page-pool memory per buffer
 * @headroom: bytes left free in front of the data of a frame's first buffer
 * @buf_len: bytes that the device may write per buffer, a multiple of 1 KiB as
 *	SRRCTL.BSIZEPKT wants it
 * @max_len: bytes that a device in its senses reports for one buffer: what fits
 *	between @headroom and the skb_shared_info, and not more than @buf_len
 * @max_frame: longest frame that the device may accept, with VLAN tags and
 *	FCS; what RLPML is set to
 * @keep: NAPIER_KEEP_*: what lies in the buffers besides good frames
 *
 * With 2 KiB buffers, @headroom + @buf_len is larger than the room in front of
 * the skb_shared_info. That is safe only because @max_frame stops the device
 * earlier. RCTL.SBP lifts that limit, so with NAPIER_KEEP_BAD the device may
 * fill each buffer to its end.
 */
struct napier_rx_geom {
	u32 truesize;
	u32 headroom;
	u32 buf_len;
	u32 max_len;
	u32 max_frame;
	u8 keep;
};

enum napier_tx_buf_type {
	NAPIER_TX_BUF_NONE = 0,	/* context descriptor, nothing to free */
	NAPIER_TX_BUF_SKB,	/* head of an skb: dma_map_single, owns @skb */
	NAPIER_TX_BUF_FRAG,	/* page fragment or later part of the head */
};

/**
 * struct napier_tx_buf - what the driver remembers of a transmit descriptor
 * @skb: the packet, in the slot of its first data descriptor
 * @dma: bus address of this part
 * @len: bytes mapped at @dma, 0 where nothing has to be unmapped
 * @bytes: bytes on the wire of the whole packet, in the slot of @skb
 * @next_rs: in the slot of an RS descriptor: index of the next one
 * @segs: frames on the wire of the whole packet, in the slot of @skb
 * @type: enum napier_tx_buf_type
 */
struct napier_tx_buf {
	struct sk_buff *skb;
	dma_addr_t dma;
	u32 len;
	u32 bytes;
	u16 next_rs;
	u16 segs;
	u8 type;
};

/**
 * struct napier_tx_stats - counters of a transmit ring, two writers
 * @p: written by ndo_start_xmit under the queue's lock
 * @c: written by NAPI when it cleans
 */
struct napier_tx_stats {
	struct {
		u64_stats_t stop;
		u64_stats_t busy;
		u64_stats_t csum;
		u64_stats_t gso_packets;
		u64_stats_t gso_bytes;
		u64_stats_t gso_wire_packets;
		u64_stats_t gso_wire_bytes;
		u64_stats_t ctx;
		u64_stats_t dropped;
		u64_stats_t dma_error;
		struct u64_stats_sync syncp;
	} p;
	struct {
		u64_stats_t packets;
		u64_stats_t bytes;
		u64_stats_t wake;
		struct u64_stats_sync syncp;
	} c;
};

/* A copy of the above in plain numbers, or a sum of several. */
struct napier_tx_totals {
	u64 packets, bytes;
	u64 stop, wake, busy;
	u64 csum, ctx;
	u64 gso_packets, gso_bytes, gso_wire_packets, gso_wire_bytes;
	u64 dropped, dma_error;
};

/**
 * struct napier_tx_ring - one transmit queue
 * @desc: descriptors
 * @buf: what the driver remembers of each
 * @tail: TDT, the doorbell
 * @dev: for mapping
 * @txq: the stack's queue
 * @mask: descriptors - 1
 * @reg_idx: hardware queue, the same number as the stack's
 * @ctx_key: contents of the queue's two hardware contexts, 0 if unknown
 * @next_to_use: next free slot
 * @rung: slots from here to @next_to_use are not known to the device yet
 * @closing: the queue is not woken, however much room there is
 * @last_rs: newest descriptor with RS, published to the consumer
 * @ctx_next: which context to overwrite next
 * @rs_done: newest descriptor with RS that is clean, and all before it; the
 *	next to clean is @rs_done + 1
 * @stats: counters
 * @dma: bus address of @desc
 * @size: descriptors
 *
 * The producer is ndo_start_xmit, under the lock of @txq; the consumer is NAPI.
 */
struct napier_tx_ring {
	/* read-mostly */
	struct napier_tx_desc *desc ____cacheline_aligned_in_smp;
	struct napier_tx_buf *buf;
	u32 __iomem *tail;
	struct device *dev;
	struct netdev_queue *txq;
	u16 mask;
	u8 reg_idx;
	bool closing;

	/* producer */
	u64 ctx_key[2] ____cacheline_aligned_in_smp;
	u16 next_to_use;
	u16 rung;
	u16 last_rs;
	u8 ctx_next;

	/* consumer */
	u16 rs_done ____cacheline_aligned_in_smp;

	struct napier_tx_stats stats ____cacheline_aligned_in_smp;

	/* slow path */
	dma_addr_t dma;
	u32 size;
};

/**
 * struct napier_rx_buf - a posted receive buffer
 * @page: page of the ring's pool, NULL for an empty slot
 * @offset: where in it the buffer begins
 */
struct napier_rx_buf {
	struct page *page;
	u32 offset;
};

struct napier_rx_stats {
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t csum_ok;
	u64_stats_t csum_bad;
	u64_stats_t errors;
	u64_stats_t dropped;
	u64_stats_t alloc_fail;
	struct u64_stats_sync syncp;
};

struct napier_rx_totals {
	u64 packets, bytes;
	u64 csum_ok, csum_bad;
	u64 errors, dropped, alloc_fail;
};

/* Longest frame that may be copied rather than handed up in its buffer. */
#define NAPIER_MAX_COPYBREAK		1024U

/* napier_rx_ring.flags: features, copied so that the poll loop reads one word */
#define NAPIER_RX_CSUM			BIT(0)
#define NAPIER_RX_HASH			BIT(1)
#define NAPIER_RX_LB_TAG_BE		BIT(2)	/* I350: see napier_board.c */

/**
 * struct napier_rx_ring - one receive queue; NAPI is the only writer
 * @desc: descriptors
 * @buf: the buffer posted in each
 * @tail: RDT; NULL while the ring is prepared
 * @page_pool: where buffers come from
 * @netdev: the interface
 * @geom: how buffers are cut
 * @len_min: shortest length that needs no closer look: a header, and longer
 *	than @copybreak
 * @len_span: bytes from there to the longest, which is @geom.max_len
 * @mask: descriptors - 1
 * @reg_idx: hardware queue, the same number as the stack's
 * @flags: NAPIER_RX_*
 * @next_to_clean: next slot that the device fills
 * @next_to_use: next slot without a buffer
 * @dropping: the rest of the current frame is to be thrown away
 * @starved: the last refill found too little memory; it is tried again soon
 * @copied: slots before @next_to_use that the device was not told of yet: a
 *	buffer whose frame was copied is posted again at once
 * @skb: a frame of several buffers whose end has not arrived yet
 * @stats: counters
 * @dma: bus address of @desc
 * @dev: for mapping
 * @size: descriptors
 * @copybreak: frames up to this length are copied, 0 for none
 */
struct napier_rx_ring {
	/* read-mostly */
	union napier_rx_desc *desc ____cacheline_aligned_in_smp;
	struct napier_rx_buf *buf;
	u32 __iomem *tail;
	struct page_pool *page_pool;
	struct net_device *netdev;
	struct napier_rx_geom geom;
	u32 len_min;
	u32 len_span;
	u16 mask;
	u8 reg_idx;
	u8 flags;

	/* napi */
	u16 next_to_clean ____cacheline_aligned_in_smp;
	u16 next_to_use;
	bool dropping;
	bool starved;
	u16 copied;
	struct sk_buff *skb;
	struct napier_rx_stats stats;

	/* slow path */
	dma_addr_t dma;
	struct device *dev;
	u32 size;
	u32 copybreak;
};

/* What the interval in EITR can express. */
#define NAPIER_MAX_USECS		8191U

/**
 * struct napier_moderation - interrupt moderation of one direction of a vector
 * @dim: chooses the interval while @adaptive; its work is the only one that
 *	writes @eitr then
 * @usecs: interval while not @adaptive, as the user set it
 * @eitr: the interval wanted now, as EITR takes it
 * @adaptive: net_dim chooses
 */
struct napier_moderation {
	struct dim dim;
	u32 usecs;
	u32 eitr;
	bool adaptive;
};

/**
 * struct napier_vector - an interrupt with its NAPI instance
 * @napi: polls @tx and @rx
 * @tx: transmit ring, NULL while the vector has none
 * @rx: receive ring, NULL while the vector has none
 * @nd: owner
 * @eims: this vector's bit in EICR/EIMS/EIMC, 0 without MSI-X
 * @eitr: value of EITR; written by NAPI
 * @events: interrupts so far, for net_dim
 * @calm: polls in a row that wanted a longer interval than @eitr, without
 *	those that found nothing
 * @armed: the NAPI instance exists and may be scheduled. The emulated 82576
 *	sends interrupts that nobody asked for when a throttle timer expires,
 *	even for a masked vector, so the handler has to be safe from
 *	request_irq() to free_irq().
 * @fired: set by the handler, for napier_irq_test()
 * @index: position in napier_dev.vec; also the index of its queue pair
 * @entry: MSI-X table entry, the value that goes into IVAR
 * @irq: Linux interrupt number, 0 while not requested
 * @spread: the default affinity was set once. It is never set again, so that
 *	what the administrator wrote to smp_affinity stays.
 * @mapped: the default of XPS was set for its transmit queue, once as above,
 *	for as long as the queue exists
 * @mark: what waited to be polled, 0 if nothing did
 * @marked: since when, in jiffies, or when something was done about it last
 * @kicked: when it was made to fire because an interrupt was lost, in 64-bit
 *	jiffies, 0 for never
 * @tx_restart: when its transmit queue was restarted alone, in the same way
 * @rx_restart: when its receive queue was
 * @rx_mod: interrupt moderation while frames are received
 * @tx_mod: interrupt moderation while frames are sent
 * @affinity: CPUs near the device that this vector prefers
 * @name: shown in /proc/interrupts; request_irq() keeps the pointer
 *
 * Vectors live as long as the device; rings come and go under them.
 */
struct napier_vector {
	struct napi_struct napi;
	struct napier_tx_ring *tx;
	struct napier_rx_ring *rx;
	struct napier_dev *nd;
	u32 eims;
	u32 eitr;
	u16 events;
	u8 calm;
	bool armed;
	bool fired;
	bool spread;
	bool mapped;
	u8 index;
	u8 entry;
	int irq;
	u64 mark;
	unsigned long marked;
	u64 kicked;
	u64 tx_restart;
	u64 rx_restart;
	struct napier_moderation rx_mod;
	struct napier_moderation tx_mod;
	cpumask_t affinity;
	char name[IFNAMSIZ + 16];
};

/**
 * struct napier_config - everything that decides memory or queue topology
 * @nr_queues: queue pairs, each with a vector
 * @rx_desc: descriptors per receive ring
 * @tx_desc: descriptors per transmit ring
 * @mtu: as in net_device.mtu
 * @keep: NAPIER_KEEP_*
 * @geom: derived from the above by napier_config_validate()
 * @tx: the rings, an output of napier_config_prepare()
 * @rx: the rings, an output of napier_config_prepare()
 *
 * A change is always: copy, edit, napier_config_apply().
 */
struct napier_config {
	u32 nr_queues;
	u32 rx_desc;
	u32 tx_desc;
	u32 mtu;
	u8 keep;
	struct napier_rx_geom geom;
	struct napier_tx_ring *tx[NAPIER_MAX_QUEUES];
	struct napier_rx_ring *rx[NAPIER_MAX_QUEUES];
};

/**
 * napier_tx_unused - free slots of a transmit ring
 * @tx: the ring
 *
 * Context: called by the producer, who may see an old @rs_done.
 * Return: the number, too small at worst, never too large.
 */
static inline u32 napier_tx_unused(const struct napier_tx_ring *tx)
{
	return (READ_ONCE(tx->rs_done) - tx->next_to_use) & tx->mask;
}

/**
 * napier_rx_unused - slots of a receive ring that hold no buffer
 * @rx: the ring
 *
 * Context: NAPI, or the ring is stopped.
 * Return: the number.
 */
static inline u32 napier_rx_unused(const struct napier_rx_ring *rx)
{
	return (rx->next_to_clean - rx->next_to_use - 1) & rx->mask;
}

/**
 * napier_rx_hash_type - what a receive hash covers
 * @pkt_info: that word of the descriptor, in CPU byte order
 *
 * Return: L4 if ports are in it, L3 if only addresses are.
 */
static inline enum pkt_hash_types napier_rx_hash_type(u32 pkt_info)
{
	static const u8 type[] = {
		[NAPIER_RXD_RSS_NONE]		= PKT_HASH_TYPE_NONE,
		[NAPIER_RXD_RSS_TCP4]		= PKT_HASH_TYPE_L4,
		[NAPIER_RXD_RSS_IP4]		= PKT_HASH_TYPE_L3,
		[NAPIER_RXD_RSS_TCP6]		= PKT_HASH_TYPE_L4,
		[NAPIER_RXD_RSS_IP6_EX]		= PKT_HASH_TYPE_L3,
		[NAPIER_RXD_RSS_IP6]		= PKT_HASH_TYPE_L3,
		[NAPIER_RXD_RSS_TCP6_EX]	= PKT_HASH_TYPE_L4,
		[NAPIER_RXD_RSS_UDP4]		= PKT_HASH_TYPE_L4,
		[NAPIER_RXD_RSS_UDP6]		= PKT_HASH_TYPE_L4,
		[NAPIER_RXD_RSS_UDP6_EX]	= PKT_HASH_TYPE_L4,
		[15]				= PKT_HASH_TYPE_NONE,
	};

	return type[FIELD_GET(NAPIER_RXD_RSS_TYPE, pkt_info)];
}

#endif /* _NAPIER_RING_H_ */
