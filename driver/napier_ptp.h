/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock of a device and time stamps of frames: what napier_ptp.c and
 * napier_stamp.c keep, and what they offer to others.
 *
 * Depends on: napier_desc.h.
 */
#ifndef _NAPIER_PTP_H_
#define _NAPIER_PTP_H_

#include <linux/ethtool.h>
#include <linux/mutex.h>
#include <linux/net_tstamp.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/seqlock.h>
#include <linux/skbuff.h>
#include <linux/timecounter.h>

#include "napier_desc.h"

struct napier_dev;

/**
 * struct napier_ptp_latency - between the stamp and the wire, in nanoseconds
 * @speed: SPEED_*
 * @tx: from the stamp to the wire
 * @rx: from the wire to the stamp
 */
struct napier_ptp_latency {
	int speed;
	u32 tx;
	u32 rx;
};

/**
 * struct napier_ptp_part - what distinguishes the parts
 * @mask: bits of SYSTIM that count
 * @timinca: TIMINCA for a SYSTIM of nanoseconds
 * @seconds: SYSTIMH counts seconds, and SYSTIML nanoseconds up to one
 * @newer: 82580 and later: SYSTIMR latches, an interrupt tells of a transmit
 *	stamp, and receive stamps stand in front of every frame
 * @latency: corrections, up to an entry without speed; or NULL
 */
struct napier_ptp_part {
	u64 mask;
	u32 timinca;
	bool seconds;
	bool newer;
	const struct napier_ptp_latency *latency;
};

/**
 * struct napier_ptp - the clock, and time stamps from it
 * @lock: the registers of the clock; writers of all below up to @tx_skb; who
 *	completes or cancels @tx_skb
 * @tc_lock: @tc and @cc.mult against conversions, which do not sleep. Written
 *	under @lock; no register is read in it.
 * @part: what the part can do
 * @info: what the PTP core knows of the clock
 * @clock: what we know of it there, NULL if there is none
 * @cc: makes nanoseconds of SYSTIM; its mult is the frequency
 * @tc: time, as of the last look at SYSTIM
 * @cycles: SYSTIM at that look
 * @seen: CLOCK_BOOTTIME at that look, in nanoseconds
 * @looked: jiffies at the last look of the aux work
 * @stopped: SYSTIM is lost or out of reach, and @seen carries the clock on
 * @causes: of ICR that the clock has
 * @tx_type: HWTSTAMP_TX_*
 * @tx_on: frames may ask for a stamp: the device makes them
 * @rx_filter: HWTSTAMP_FILTER_* as applied
 * @rx_type: the emulator: type of message, with transport, that is stamped
 * @rx_held: RXSTMPL as the last look found it waiting
 * @rx_waits: there was one
 * @rx_gen: changes when a stamp is thrown away, odd while that is done
 * @tx_left: jiffies when @tx_skb was first found to have left its ring
 * @tx_has_left: it was found
 * @tx_skb: the frame whose stamp is awaited, with a reference; NULL if the one
 *	slot is free. Set by who finds it NULL, by cmpxchg(); emptied under @lock.
 * @tx_start: jiffies since when
 * @tx_armed: what the device shows from now on may be that stamp
 * @tx_aborted: it does not go to the device after all
 * @tx_pkts: stamps given to the stack
 * @tx_lost: stamps that never came
 * @tx_err: requests that found the slot taken
 * @rx_mismatch: stamps that belonged to another frame
 * @rx_unclaimed: stamps that nobody came for
 */
struct napier_ptp {
	struct mutex lock;	/* see above */
	seqlock_t tc_lock;	/* see above */
	const struct napier_ptp_part *part;
	struct ptp_clock_info info;
	struct ptp_clock *clock;
	struct cyclecounter cc;
	struct timecounter tc;
	u64 cycles;
	u64 seen;
	unsigned long looked;
	bool stopped;
	u32 causes;

	int tx_type;
	bool tx_on;
	int rx_filter;
	u8 rx_type;
	u32 rx_held;
	bool rx_waits;
	u32 rx_gen;
	unsigned long tx_left;
	bool tx_has_left;

	struct sk_buff *tx_skb;
	unsigned long tx_start;
	bool tx_armed;
	bool tx_aborted;

	atomic64_t tx_pkts;
	atomic64_t tx_lost;
	atomic64_t tx_err;
	atomic64_t rx_mismatch;
	atomic64_t rx_unclaimed;
};

/* ---- napier_ptp.c ------------------------------------------------------ */

u64 napier_ptp_time(struct napier_dev *nd, u32 high, u32 low);
void napier_ptp_stop(struct napier_dev *nd);
void napier_ptp_start(struct napier_dev *nd);
void napier_ptp_init(struct napier_dev *nd);
void napier_ptp_exit(struct napier_dev *nd);

/* ---- napier_stamp.c ---------------------------------------------------- */

bool napier_stamp_tx_claim(struct napier_dev *nd, struct sk_buff *skb);
void napier_stamp_tx_abort(struct napier_dev *nd, struct sk_buff *skb);
void napier_stamp_tx_cancel(struct napier_dev *nd);
struct sk_buff *napier_stamp_tx_poll(struct napier_dev *nd, long *delay,
				     struct skb_shared_hwtstamps *stamp);
void napier_stamp_tx_deliver(struct sk_buff *skb,
			     struct skb_shared_hwtstamps *stamp);
void napier_stamp_irq(struct napier_dev *nd);
void napier_stamp_rx_register(struct napier_dev *nd, struct sk_buff *skb);
bool napier_stamp_rx_buffer(struct napier_dev *nd,
			    const struct napier_rx_stamp *stamp, ktime_t *time);
void napier_stamp_rx_look(struct napier_dev *nd, bool due, long *delay);
void napier_stamp_program(struct napier_dev *nd);
void napier_stamp_get(struct napier_dev *nd,
		      struct kernel_hwtstamp_config *cfg);
int napier_stamp_set(struct napier_dev *nd, struct kernel_hwtstamp_config *cfg,
		     struct netlink_ext_ack *extack);
void napier_stamp_get_ts_info(struct napier_dev *nd,
			      struct kernel_ethtool_ts_info *info);
void napier_stamp_get_ts_stats(struct napier_dev *nd,
			       struct ethtool_ts_stats *s);

#endif /* _NAPIER_PTP_H_ */
