// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time stamps of frames, taken from the device's clock.
 *
 * Depends on: napier_ptp.c for what a stamp means.
 *
 * One frame at a time can wait for its transmit stamp. Its slot is a pointer:
 * ndo_start_xmit takes it by cmpxchg(), without a lock, and the aux work of the
 * PTP core gives it back. While the slot is free, no frame that asks for a
 * stamp is in a ring and no stamp is in the registers, so the next stamp that
 * appears there belongs to the next frame.
 *
 * Receive stamps are either in front of the frame (82580 and later) or in
 * registers, where the next is taken only when one was read (82576).
 */
#include <linux/etherdevice.h>
#include <linux/ptp_classify.h>
#include <linux/udp.h>
#include <linux/unaligned.h>

#include "napier.h"

/* The slot is given up for a frame that left its ring so long ago: by then it
 * has left the device's packet buffer, too, unless pause keeps it there. Until
 * then the device is asked at every tick at first, and then less often.
 */
#define NAPIER_STAMP_TX_PATIENCE	HZ
#define NAPIER_STAMP_TX_EAGER	(HZ / 20)
#define NAPIER_STAMP_TX_PERIOD	(HZ / 10)
/* A receive stamp that is still there after so long belonged to a frame that
 * was dropped.
 */
#define NAPIER_STAMP_RX_PERIOD	HZ

/**
 * struct napier_stamp_filter - how a receive filter is programmed
 * @filter: HWTSTAMP_FILTER_*
 * @type: TSYNCRXCTL.TYPE
 * @message: the message type, where TYPE stands for a single one
 * @l2: of PTP over Ethernet
 * @l4: of PTP over UDP
 * @qemu: the emulated 82576 can do that, too
 */
struct napier_stamp_filter {
	int filter;
	u8 type;
	u8 message;
	bool l2;
	bool l4;
	bool qemu;
};

static const struct napier_stamp_filter napier_stamp_none = {
	.filter = HWTSTAMP_FILTER_NONE,
};

static const struct napier_stamp_filter napier_stamp_all = {
	.filter = HWTSTAMP_FILTER_ALL,
	.type = NAPIER_TSYNCRXCTL_ALL,
	.l2 = true,
	.l4 = true,
};

#define NAPIER_STAMP_ROW(_filter, _type, _message, ...) {		\
	.filter = HWTSTAMP_FILTER_PTP_##_filter,			\
	.type = NAPIER_TSYNCRXCTL_##_type,				\
	.message = PTP_MSGTYPE_##_message,				\
	__VA_ARGS__							\
}

/* What the 82576 stamps: all event messages of version 2, or a single type of
 * message of either version. Which transport is a matter of the filters.
 */
static const struct napier_stamp_filter napier_stamp_filters[] = {
	NAPIER_STAMP_ROW(V1_L4_SYNC, L4_V1, SYNC, .l4 = true),
	NAPIER_STAMP_ROW(V1_L4_DELAY_REQ, L4_V1, DELAY_REQ, .l4 = true),
	NAPIER_STAMP_ROW(V2_L4_EVENT, EVENT_V2, SYNC, .l4 = true),
	NAPIER_STAMP_ROW(V2_L4_SYNC, L2_L4_V2, SYNC, .l4 = true),
	NAPIER_STAMP_ROW(V2_L4_DELAY_REQ, L2_L4_V2, DELAY_REQ, .l4 = true),
	NAPIER_STAMP_ROW(V2_L2_EVENT, EVENT_V2, SYNC, .l2 = true, .qemu = true),
	NAPIER_STAMP_ROW(V2_L2_SYNC, L2_V2, SYNC, .l2 = true, .qemu = true),
	NAPIER_STAMP_ROW(V2_L2_DELAY_REQ, L2_V2, DELAY_REQ,
			 .l2 = true, .qemu = true),
	NAPIER_STAMP_ROW(V2_EVENT, EVENT_V2, SYNC, .l2 = true, .l4 = true),
	NAPIER_STAMP_ROW(V2_SYNC, L2_L4_V2, SYNC, .l2 = true, .l4 = true),
	NAPIER_STAMP_ROW(V2_DELAY_REQ, L2_L4_V2, DELAY_REQ,
			 .l2 = true, .l4 = true),
};

static const struct napier_ptp_latency *
napier_ptp_latency(const struct napier_dev *nd)
{
	static const struct napier_ptp_latency none;
	const struct napier_ptp_latency *l = nd->ptp.part->latency ?: &none;
	int speed = READ_ONCE(nd->link.speed);

	while (l->speed && l->speed != speed)
		l++;

	return l;
}

static ktime_t napier_stamp_time_rx(struct napier_dev *nd, u32 high, u32 low)
{
	return ns_to_ktime(napier_ptp_time(nd, high, low) -
			   napier_ptp_latency(nd)->rx);
}

static ktime_t napier_stamp_time_tx(struct napier_dev *nd, u32 high, u32 low)
{
	return ns_to_ktime(napier_ptp_time(nd, high, low) +
			   napier_ptp_latency(nd)->tx);
}

/* ---- transmit stamps --------------------------------------------------- */

/**
 * napier_stamp_tx_claim - may this frame have the one transmit stamp?
 * @nd: device
 * @skb: the frame, which asks for one
 *
 * The frame must go to the device next, or to napier_stamp_tx_abort().
 *
 * Context: ndo_start_xmit.
 * Return: true if so: set NAPIER_TXD_TSTAMP. False: stamps are off, or another
 * frame has the slot, which is counted; send it without.
 */
bool napier_stamp_tx_claim(struct napier_dev *nd, struct sk_buff *skb)
{
	struct napier_ptp *ptp = &nd->ptp;

	if (!READ_ONCE(ptp->tx_on))
		return false;

	/* The reference comes first: whoever sees the frame in the slot may
	 * count on it.
	 */
	skb_get(skb);
	if (cmpxchg(&ptp->tx_skb, NULL, skb)) {
		consume_skb(skb);
		atomic64_inc(&ptp->tx_err);
		return false;
	}
	/* That of a frame which the device kept while there was no link, and
	 * which nobody waits for any more.
	 */
	napier_rd32(nd, NAPIER_TXSTMPH);
	WRITE_ONCE(ptp->tx_start, jiffies);
	skb_shinfo(skb)->tx_flags |= SKBTX_IN_PROGRESS;
	/* Pairs with napier_stamp_tx_poll(). */
	smp_store_release(&ptp->tx_armed, true);
	/* With an interrupt, this is for the case that none comes. */
	ptp_schedule_worker(ptp->clock,
			    ptp->causes ? NAPIER_STAMP_TX_PERIOD : 0);

	return true;
}

/**
 * napier_stamp_tx_abort - the frame does not go to the device after all
 * @nd: device
 * @skb: a frame that napier_stamp_tx_claim() has accepted
 *
 * The aux work empties the slot: nobody else may, for it looks at the frame
 * that it finds there.
 *
 * Context: ndo_start_xmit, which still has a reference of its own.
 */
void napier_stamp_tx_abort(struct napier_dev *nd, struct sk_buff *skb)
{
	struct napier_ptp *ptp = &nd->ptp;

	if (READ_ONCE(ptp->tx_skb) != skb)
		return;
	WRITE_ONCE(ptp->tx_aborted, true);
	ptp_schedule_worker(ptp->clock, 0);
}

/* Empty the slot. Afterwards the next frame may be in it at any moment. */
static struct sk_buff *napier_stamp_tx_take(struct napier_ptp *ptp)
{
	lockdep_assert_held(&ptp->lock);
	ptp->tx_has_left = false;
	WRITE_ONCE(ptp->tx_aborted, false);
	WRITE_ONCE(ptp->tx_armed, false);

	return xchg(&ptp->tx_skb, NULL);
}

/* For a frame whose stamp does not come. Reading the high half makes the
 * registers ready for the next.
 */
static struct sk_buff *napier_stamp_tx_give_up(struct napier_dev *nd)
{
	struct sk_buff *skb;

	napier_rd32(nd, NAPIER_TXSTMPH);
	skb = napier_stamp_tx_take(&nd->ptp);
	if (skb)
		atomic64_inc(&nd->ptp.tx_lost);

	return skb;
}

/**
 * napier_stamp_tx_cancel - nobody waits for a transmit stamp any more
 * @nd: device; no queue is being sent to, and none is enabled
 *
 * Context: process, sleeps.
 */
void napier_stamp_tx_cancel(struct napier_dev *nd)
{
	struct sk_buff *skb;

	mutex_lock(&nd->ptp.lock);
	skb = napier_stamp_tx_give_up(nd);
	mutex_unlock(&nd->ptp.lock);
	kfree_skb(skb);
}

/* The emulated 82576 stamps a single type of message at a time. A port that
 * sends Sync is a master and needs stamps of Delay_Req; one that sends
 * Delay_Req is a slave and needs those of Sync. Nobody needs both.
 */
static void napier_stamp_follow_role(struct napier_dev *nd,
				     const struct sk_buff *skb)
{
	struct napier_ptp *ptp = &nd->ptp;
	u8 sent, type;

	if (!(nd->quirks & NAPIER_QUIRK_QEMU_PTP_L2) ||
	    ptp->rx_filter != HWTSTAMP_FILTER_PTP_V2_L2_EVENT ||
	    skb->protocol != htons(ETH_P_1588) || skb_headlen(skb) <= ETH_HLEN)
		return;

	/* The upper half is the transport, which it compares, too. */
	sent = skb->data[ETH_HLEN];
	type = sent & 0xf0;
	switch (sent & 0x0f) {
	case PTP_MSGTYPE_SYNC:
		type |= PTP_MSGTYPE_DELAY_REQ;
		break;
	case PTP_MSGTYPE_DELAY_REQ:
		type |= PTP_MSGTYPE_SYNC;
		break;
	default:
		return;
	}
	if (type == ptp->rx_type)
		return;
	ptp->rx_type = type;
	napier_wr32(nd, NAPIER_TSYNCRXCFG,
		    FIELD_PREP(NAPIER_TSYNCRXCFG_V2, type));
}

/* Can a frame that has no stamp still get one? That a descriptor is done says
 * that the frame was fetched, and it is stamped when it goes out.
 */
static bool napier_stamp_tx_is_lost(struct napier_ptp *ptp, bool left)
{
	if (READ_ONCE(ptp->tx_aborted))
		return true;
	if (!left)
		return false;
	if (!ptp->tx_has_left) {
		ptp->tx_has_left = true;
		ptp->tx_left = jiffies;
	}

	return time_after(jiffies, ptp->tx_left + NAPIER_STAMP_TX_PATIENCE);
}

/**
 * napier_stamp_tx_poll - look for the stamp of the frame in the slot
 * @nd: device, which answers
 * @delay: lowered to when to look again, in jiffies
 * @stamp: the stamp
 *
 * Context: process, under ptp.lock.
 * Return: the frame that has left the slot, for napier_stamp_tx_deliver(); or
 * NULL.
 */
struct sk_buff *napier_stamp_tx_poll(struct napier_dev *nd, long *delay,
				     struct skb_shared_hwtstamps *stamp)
{
	struct napier_ptp *ptp = &nd->ptp;
	struct sk_buff *skb = READ_ONCE(ptp->tx_skb);
	u32 low, high;
	bool left;

	/* Pairs with napier_stamp_tx_claim(), which looks for it in a moment. */
	if (!skb || !smp_load_acquire(&ptp->tx_armed))
		return NULL;

	/* A frame that is shared is still in a ring. */
	left = !skb_shared(skb);

	if (napier_rd32(nd, NAPIER_TSYNCTXCTL) & NAPIER_TSYNCTXCTL_VALID) {
		low = napier_rd32(nd, NAPIER_TXSTMPL);
		high = napier_rd32(nd, NAPIER_TXSTMPH);
		/* Then napier_stamp_tx_cancel() will come. */
		if (napier_is_gone(nd))
			return NULL;
		stamp->hwtstamp = napier_stamp_time_tx(nd, high, low);
		napier_stamp_follow_role(nd, skb);
		atomic64_inc(&ptp->tx_pkts);
		/* Before the stack is told, which may send the next at once. */
		return napier_stamp_tx_take(ptp);
	}

	if (napier_stamp_tx_is_lost(ptp, left))
		return napier_stamp_tx_give_up(nd);

	if (!ptp->causes && time_before(jiffies, READ_ONCE(ptp->tx_start) +
						 NAPIER_STAMP_TX_EAGER))
		*delay = 1;
	else
		*delay = min_t(long, *delay, NAPIER_STAMP_TX_PERIOD);

	return NULL;
}

/**
 * napier_stamp_tx_deliver - tell the stack
 * @skb: from napier_stamp_tx_poll(), or NULL
 * @stamp: its stamp; 0 if it got none
 *
 * Context: process.
 */
void napier_stamp_tx_deliver(struct sk_buff *skb,
			     struct skb_shared_hwtstamps *stamp)
{
	if (skb && stamp->hwtstamp)
		skb_tstamp_tx(skb, stamp);
	consume_skb(skb);
}

/**
 * napier_stamp_irq - ICR.TS
 * @nd: device
 *
 * Context: hard interrupt.
 */
void napier_stamp_irq(struct napier_dev *nd)
{
	u32 tsicr = napier_rd32(nd, NAPIER_TSICR);

	/* The 82580 does not clear it by that (igb 7.3 igb_main.c,
	 * igb_tsync_interrupt); the others do not mind.
	 */
	napier_wr32(nd, NAPIER_TSICR, tsicr);
	if (tsicr & NAPIER_TSIM_TXTS)
		ptp_schedule_worker(nd->ptp.clock, 0);
}

/* ---- receive stamps ---------------------------------------------------- */

/* A receive stamp, and what RXSATR says about whose it is. */
struct napier_stamp_rx {
	u32 low;
	u32 high;
	u32 owner_low;
	u32 owner_high;
};

/* Read a receive stamp, which frees the registers for the next one. Hardware
 * frees them when RXSTMPH is read (igb 7.3 igb_ptp.c, igb_ptp_rx_hang), the
 * emulated 82576 when RXSATRH is.
 */
static void napier_stamp_rx_read(struct napier_dev *nd,
				 struct napier_stamp_rx *rx)
{
	bool qemu = nd->quirks & NAPIER_QUIRK_QEMU_RXSATRH;

	if (!qemu)
		rx->owner_high = napier_rd32(nd, NAPIER_RXSATRH);
	rx->low = napier_rd32(nd, NAPIER_RXSTMPL);
	rx->high = napier_rd32(nd, NAPIER_RXSTMPH);
	if (qemu) {
		rx->owner_low = napier_rd32(nd, NAPIER_RXSATRL);
		rx->owner_high = napier_rd32(nd, NAPIER_RXSATRH);
	}
}

/* Throw a receive stamp away. NAPI may be reading the registers, and must not
 * take halves of two stamps for one.
 */
static void napier_stamp_rx_discard(struct napier_dev *nd)
{
	struct napier_ptp *ptp = &nd->ptp;
	struct napier_stamp_rx rx;

	lockdep_assert_held(&ptp->lock);
	WRITE_ONCE(ptp->rx_gen, ptp->rx_gen + 1);
	/* Pairs with the reads in napier_stamp_rx_register(). */
	smp_mb();
	napier_stamp_rx_read(nd, &rx);
	/* Likewise. */
	smp_store_release(&ptp->rx_gen, ptp->rx_gen + 1);
}

/* Does the stamp belong to this frame? RXSATRH has its sequence number, in the
 * order of the wire: so libmoon has it from hardware (lua/drivers/igb.lua,
 * hasRxTimestamp). The emulated 82576 is two bytes off, and compares to other
 * fields: half of the source's identity, its port, and what follows the
 * sequence number (QEMU 10.0 hw/net/igb_core.c, struct PTP2).
 */
static bool napier_stamp_rx_matches(struct napier_dev *nd, struct sk_buff *skb,
				    const struct napier_stamp_rx *rx)
{
	const u8 *hdr;

	skb_reset_mac_header(skb);
	hdr = (const u8 *)ptp_parse_header(skb, ptp_classify_raw(skb));
	if (!hdr)
		return false;

	if (nd->quirks & NAPIER_QUIRK_QEMU_RXSATRH)
		return get_unaligned_le32(hdr + OFF_PTP_SOURCE_UUID + 2) ==
		       rx->owner_low &&
		       get_unaligned_le16(hdr + OFF_PTP_SOURCE_UUID + 6) ==
		       FIELD_GET(NAPIER_RXSATRH_SOURCE, rx->owner_high) &&
		       get_unaligned_le16(hdr + OFF_PTP_SEQUENCE_ID + 2) ==
		       FIELD_GET(NAPIER_RXSATRH_SEQUENCE, rx->owner_high);

	return get_unaligned_le16(hdr + OFF_PTP_SEQUENCE_ID) ==
	       FIELD_GET(NAPIER_RXSATRH_SEQUENCE, rx->owner_high);
}

/**
 * napier_stamp_rx_register - give a frame the stamp that is in the registers
 * @nd: device
 * @skb: a frame whose descriptor has STAT_TS, with its Ethernet header
 *
 * Two NAPI instances do not meet here: the device takes no stamp, and so sets
 * no second STAT_TS, until the first was read.
 *
 * Context: NAPI.
 */
void napier_stamp_rx_register(struct napier_dev *nd, struct sk_buff *skb)
{
	struct napier_ptp *ptp = &nd->ptp;
	struct napier_stamp_rx rx;
	u32 gen;

	/* Pairs with napier_stamp_rx_discard(). */
	gen = smp_load_acquire(&ptp->rx_gen);
	if (!(napier_rd32(nd, NAPIER_TSYNCRXCTL) & NAPIER_TSYNCRXCTL_VALID))
		return;

	napier_stamp_rx_read(nd, &rx);
	if (napier_is_gone(nd))
		return;
	/* It may have been thrown away meanwhile, and then this may be a
	 * mixture of two.
	 */
	if (gen & 1 || READ_ONCE(ptp->rx_gen) != gen ||
	    !napier_stamp_rx_matches(nd, skb, &rx)) {
		atomic64_inc(&ptp->rx_mismatch);
		return;
	}
	skb_hwtstamps(skb)->hwtstamp = napier_stamp_time_rx(nd, rx.high,
							    rx.low);
}

/**
 * napier_stamp_rx_buffer - the time that stands in front of a frame
 * @nd: device
 * @stamp: beginning of the buffer of a frame with STAT_TSIP
 * @time: the time
 *
 * Context: NAPI.
 * Return: false if no stamp is there: the frame itself begins here.
 */
bool napier_stamp_rx_buffer(struct napier_dev *nd,
			    const struct napier_rx_stamp *stamp, ktime_t *time)
{
	/* As igb 7.3 igb_ptp.c, igb_ptp_rx_pktstamp. */
	if (stamp->reserved)
		return false;
	*time = napier_stamp_time_rx(nd, le32_to_cpu(stamp->high),
				     le32_to_cpu(stamp->low));

	return true;
}

/**
 * napier_stamp_rx_look - throw a receive stamp away that nobody comes for
 * @nd: device, which answers
 * @due: the last look is long enough ago
 * @delay: lowered to when to look again, in jiffies
 *
 * One whose frame was dropped, by a filter or for want of a buffer, would keep
 * the registers for ever.
 *
 * Context: process, under ptp.lock.
 */
void napier_stamp_rx_look(struct napier_dev *nd, bool due, long *delay)
{
	struct napier_ptp *ptp = &nd->ptp;
	bool waits, stale;
	u32 low;

	if (ptp->part->newer || ptp->rx_filter == HWTSTAMP_FILTER_NONE)
		return;
	*delay = min_t(long, *delay, NAPIER_STAMP_RX_PERIOD);
	if (!due)
		return;

	waits = napier_rd32(nd, NAPIER_TSYNCRXCTL) & NAPIER_TSYNCRXCTL_VALID;
	low = napier_rd32(nd, NAPIER_RXSTMPL);
	if (napier_is_gone(nd))
		return;
	stale = waits && ptp->rx_waits && low == ptp->rx_held;
	ptp->rx_waits = waits && !stale;
	ptp->rx_held = low;
	if (!stale)
		return;

	napier_stamp_rx_discard(nd);
	atomic64_inc(&ptp->rx_unclaimed);
}

/* ---- configuration ----------------------------------------------------- */

static const struct napier_stamp_filter *
napier_stamp_filter_find(const struct napier_dev *nd, int wanted)
{
	u32 i;

	if (wanted == HWTSTAMP_FILTER_NONE)
		return &napier_stamp_none;
	/* They put a stamp in front of every frame or of none. */
	if (nd->ptp.part->newer)
		return &napier_stamp_all;

	for (i = 0; i < ARRAY_SIZE(napier_stamp_filters); i++) {
		const struct napier_stamp_filter *f = &napier_stamp_filters[i];

		if (f->filter == wanted &&
		    (f->qemu || !(nd->quirks & NAPIER_QUIRK_QEMU_PTP_L2)))
			return f;
	}

	return NULL;
}

/* Which frames are PTP. Values as in igb 7.3 igb_ptp.c,
 * igb_ptp_set_timestamp_mode.
 */
static void napier_stamp_program_match(struct napier_dev *nd, bool l2, bool l4)
{
	u16 event = (__force u16)htons(PTP_EV_PORT);
	u32 port = FIELD_PREP(NAPIER_IMIR_DPORT, event);
	u32 ftqf = NAPIER_FTQF_BYPASS;

	napier_wr32(nd, NAPIER_ETQF(NAPIER_STEER_1588),
		    l2 ? NAPIER_ETQF_FILTER_EN | NAPIER_ETQF_1588 |
			 FIELD_PREP(NAPIER_ETQF_TYPE, ETH_P_1588) : 0);

	if (l4) {
		ftqf &= ~NAPIER_FTQF_PROTO_BP;
		ftqf |= NAPIER_FTQF_VF_BP | NAPIER_FTQF_1588 |
			FIELD_PREP(NAPIER_FTQF_PROTO, IPPROTO_UDP);
		napier_wr32(nd, NAPIER_IMIR(NAPIER_STEER_1588), port);
		napier_wr32(nd, NAPIER_IMIREXT(NAPIER_STEER_1588),
			    NAPIER_IMIREXT_SIZE_BP | NAPIER_IMIREXT_CTRL_BP);
		if (!nd->ptp.part->newer) {
			napier_wr32(nd, NAPIER_SPQF(NAPIER_STEER_1588), port);
			ftqf &= ~NAPIER_FTQF_SPORT_BP;
		}
	}
	napier_wr32(nd, NAPIER_FTQF(NAPIER_STEER_1588), ftqf);
}

/**
 * napier_stamp_program - write what is configured to the device
 * @nd: device
 *
 * Stamps that are in the registers are of before and thrown away.
 *
 * Context: process, under ptp.lock.
 */
void napier_stamp_program(struct napier_dev *nd)
{
	struct napier_ptp *ptp = &nd->ptp;
	const struct napier_stamp_filter *f;
	u32 cfg, message;

	f = napier_stamp_filter_find(nd, ptp->rx_filter) ?: &napier_stamp_none;
	message = f->message;
	if (f->filter == HWTSTAMP_FILTER_PTP_V2_L2_EVENT &&
	    (nd->quirks & NAPIER_QUIRK_QEMU_PTP_L2))
		message = ptp->rx_type;
	cfg = f->type == NAPIER_TSYNCRXCTL_L4_V1 ?
	      FIELD_PREP(NAPIER_TSYNCRXCFG_V1, message) :
	      FIELD_PREP(NAPIER_TSYNCRXCFG_V2, message);

	if (ptp->part->seconds && f != &napier_stamp_none)
		napier_rmw32(nd, NAPIER_RXPBS, 0, NAPIER_RXPBS_CFG_TS_EN);

	/* VALID stays: a frame may wait for the stamp that is there. */
	napier_rmw32(nd, NAPIER_TSYNCTXCTL, NAPIER_TSYNCTXCTL_EN,
		     ptp->tx_type == HWTSTAMP_TX_ON ? NAPIER_TSYNCTXCTL_EN : 0);
	napier_wr32(nd, NAPIER_TSYNCRXCTL, f == &napier_stamp_none ? 0 :
		    NAPIER_TSYNCRXCTL_EN |
		    FIELD_PREP(NAPIER_TSYNCRXCTL_TYPE, f->type));
	napier_wr32(nd, NAPIER_TSYNCRXCFG, cfg);
	napier_stamp_program_match(nd, f->l2, f->l4);

	napier_stamp_rx_discard(nd);
	ptp->rx_waits = false;
}

/**
 * napier_stamp_get - which frames are stamped
 * @nd: device
 * @cfg: result
 *
 * Context: process.
 */
void napier_stamp_get(struct napier_dev *nd,
		      struct kernel_hwtstamp_config *cfg)
{
	cfg->flags = 0;
	cfg->tx_type = nd->ptp.tx_type;
	cfg->rx_filter = nd->ptp.rx_filter;
}

/**
 * napier_stamp_set - choose which frames are stamped
 * @nd: device
 * @cfg: what is wanted; the filter is replaced by the one that is applied
 * @extack: reason of a refusal
 *
 * Context: process, sleeps. Callers exclude each other.
 * Return: 0, -ERANGE if the device cannot do that, -EOPNOTSUPP without a clock,
 * -ENODEV if the device does not answer. Nothing is changed then.
 */
int napier_stamp_set(struct napier_dev *nd,
		     struct kernel_hwtstamp_config *cfg,
		     struct netlink_ext_ack *extack)
{
	const struct napier_stamp_filter *f;
	struct napier_ptp *ptp = &nd->ptp;

	if (!ptp->clock) {
		NL_SET_ERR_MSG_MOD(extack, "there is no PTP clock");
		return -EOPNOTSUPP;
	}
	if (cfg->tx_type != HWTSTAMP_TX_OFF && cfg->tx_type != HWTSTAMP_TX_ON) {
		NL_SET_ERR_MSG_MOD(extack,
				   "the device does not put stamps into frames");
		return -ERANGE;
	}
	f = napier_stamp_filter_find(nd, cfg->rx_filter);
	if (!f) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "the device cannot stamp these frames, only %s",
				       nd->quirks & NAPIER_QUIRK_QEMU_PTP_L2 ?
				       "PTPv2 over Ethernet" :
				       "events of PTPv2 or one message of PTPv1");
		return -ERANGE;
	}

	mutex_lock(&ptp->lock);
	if (napier_is_gone(nd) && !ptp->stopped) {
		mutex_unlock(&ptp->lock);
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return -ENODEV;
	}
	/* A frame that is promised a stamp while the device makes none would
	 * keep the slot for a second.
	 */
	WRITE_ONCE(ptp->tx_on, false);
	ptp->tx_type = cfg->tx_type;
	ptp->rx_filter = f->filter;
	ptp->rx_type = PTP_MSGTYPE_SYNC;
	napier_stamp_program(nd);
	WRITE_ONCE(ptp->tx_on, cfg->tx_type == HWTSTAMP_TX_ON);
	mutex_unlock(&ptp->lock);

	cfg->rx_filter = f->filter;
	/* At once: a frame may wait for its stamp. */
	ptp_schedule_worker(ptp->clock, 0);

	return 0;
}

/**
 * napier_stamp_get_ts_info - what can be stamped
 * @nd: device
 * @info: result, with what the core and software can do
 *
 * Context: process.
 */
void napier_stamp_get_ts_info(struct napier_dev *nd,
			      struct kernel_ethtool_ts_info *info)
{
	int filter;

	if (!nd->ptp.clock)
		return;

	info->so_timestamping |= SOF_TIMESTAMPING_TX_HARDWARE |
				 SOF_TIMESTAMPING_RX_HARDWARE |
				 SOF_TIMESTAMPING_RAW_HARDWARE;
	info->phc_index = ptp_clock_index(nd->ptp.clock);
	info->tx_types = BIT(HWTSTAMP_TX_OFF) | BIT(HWTSTAMP_TX_ON);
	/* Those that are applied as they are; others may be accepted for what
	 * includes them.
	 */
	for (filter = 0; filter < __HWTSTAMP_FILTER_CNT; filter++) {
		const struct napier_stamp_filter *f;

		f = napier_stamp_filter_find(nd, filter);
		if (f && f->filter == filter)
			info->rx_filters |= BIT(filter);
	}
}

/**
 * napier_stamp_get_ts_stats - how transmit stamps have fared
 * @nd: device
 * @s: result
 *
 * Context: any.
 */
void napier_stamp_get_ts_stats(struct napier_dev *nd,
			       struct ethtool_ts_stats *s)
{
	s->pkts = atomic64_read(&nd->ptp.tx_pkts);
	s->lost = atomic64_read(&nd->ptp.tx_lost);
	s->err = atomic64_read(&nd->ptp.tx_err);
}
