// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clock of the device, as the PTP core wants it.
 *
 * Depends on: the registers; napier_stamp.c for the aux work.
 *
 * SYSTIM runs free. It is started after a reset and then never written: time
 * and frequency are kept in a timecounter on top of it, so that a correction
 * changes a number in memory and not a register. Where the counter is lost or
 * out of reach (reset, sleep), the host's clock carries the time on.
 *
 * Stamps of frames are in napier_stamp.c; its polls share the aux work.
 */
#include <linux/math64.h>
#include <linux/timekeeping.h>

#include "napier.h"

/* Cycles are nanoseconds, so mult is 1 << shift at the nominal frequency. A
 * step of mult is 3.7 ppb, and cycles * mult overflows after 68 s; the aux work
 * looks every ten, unless the CPUs are kept from it.
 */
#define NAPIER_PTP_SHIFT	28
#define NAPIER_PTP_MULT		BIT(NAPIER_PTP_SHIFT)
#define NAPIER_PTP_PERIOD	(10 * HZ)
#define NAPIER_PTP_LATE		(60ULL * NSEC_PER_SEC)

/* Beyond what any oscillator needs, and far from where the above overflows. */
#define NAPIER_PTP_MAX_PPB	100000000

/* igb 7.3 igb.h, IGB_I210_TX_LATENCY_* and IGB_I210_RX_LATENCY_*. */
static const struct napier_ptp_latency napier_ptp_latency_i210[] = {
	{ SPEED_10, 9542, 20662 },
	{ SPEED_100, 1024, 2213 },
	{ SPEED_1000, 178, 448 },
	{ }
};

/* Widths and formats as in igb 7.3 igb_ptp.c. The 82576 adds TIMINCA_VALUE
 * every TIMINCA_PERIOD * 16 ns, the others need no value to count nanoseconds.
 */
static const struct napier_ptp_part napier_ptp_82576 = {
	.mask = CYCLECOUNTER_MASK(64),
	.timinca = FIELD_PREP_CONST(NAPIER_TIMINCA_PERIOD, 1) |
		   FIELD_PREP_CONST(NAPIER_TIMINCA_VALUE, 16),
};

static const struct napier_ptp_part napier_ptp_82580 = {
	.mask = CYCLECOUNTER_MASK(40),
	.newer = true,
};

static const struct napier_ptp_part napier_ptp_i210 = {
	.mask = CYCLECOUNTER_MASK(64),
	.seconds = true,
	.newer = true,
	.latency = napier_ptp_latency_i210,
};

static struct napier_dev *napier_ptp_dev(struct ptp_clock_info *info)
{
	return container_of(info, struct napier_dev, ptp.info);
}

/* ---- the counter ------------------------------------------------------- */

/* A value of SYSTIM, or a stamp of it, as nanoseconds. */
NAPIER_TESTED u64 napier_ptp_cycles(const struct napier_dev *nd, u32 high,
				    u32 low)
{
	const struct napier_ptp_part *part = nd->ptp.part;

	if (part->seconds)
		return (u64)high * NSEC_PER_SEC + low;

	return ((u64)high << 32 | low) & part->mask;
}

/* Under ptp.lock, because the read of one half latches the other. Interrupts
 * are off for the one read that the caller wants to compare with the host's
 * clock.
 */
static u64 napier_ptp_read(struct napier_dev *nd,
			   struct ptp_system_timestamp *sts)
{
	bool newer = nd->ptp.part->newer;
	unsigned long flags;
	u32 low, high;

	lockdep_assert_held(&nd->ptp.lock);
	local_irq_save(flags);
	ptp_read_system_prets(sts);
	low = napier_rd32(nd, newer ? NAPIER_SYSTIMR : NAPIER_SYSTIML);
	ptp_read_system_postts(sts);
	local_irq_restore(flags);
	if (newer)
		low = napier_rd32(nd, NAPIER_SYSTIML);
	high = napier_rd32(nd, NAPIER_SYSTIMH);

	return napier_ptp_cycles(nd, high, low);
}

/* The register was read before, outside of tc_lock. */
static u64 napier_ptp_cc_read(NAPIER_COMPAT_CYCLECOUNTER *cc)
{
	return container_of(cc, struct napier_ptp, cc)->cycles;
}

/* Go on to a value of SYSTIM that was just read. A look that comes too late for
 * the timecounter's arithmetic is done with more bits; what is left of it is
 * how far SYSTIM counts, which on 40 bits is 18 minutes.
 */
static void napier_ptp_advance(struct napier_ptp *ptp, u64 cycles)
{
	u64 passed = (cycles - ptp->tc.cycle_last) & ptp->cc.mask;

	write_seqlock_bh(&ptp->tc_lock);
	ptp->cycles = cycles;
	if (unlikely(passed > NAPIER_PTP_LATE)) {
		passed = mul_u64_u32_shr(passed, ptp->cc.mult, ptp->cc.shift);
		timecounter_adjtime(&ptp->tc, passed);
		ptp->tc.cycle_last = cycles;
	} else {
		timecounter_read(&ptp->tc);
	}
	write_sequnlock_bh(&ptp->tc_lock);
}

/* Bring the timecounter up to now; afterwards tc.nsec is the time. */
static int napier_ptp_fold(struct napier_dev *nd,
			   struct ptp_system_timestamp *sts)
{
	struct napier_ptp *ptp = &nd->ptp;
	u64 cycles, now;

	lockdep_assert_held(&ptp->lock);
	if (ptp->stopped) {
		ptp_read_system_prets(sts);
		now = ktime_get_boottime_ns();
		ptp_read_system_postts(sts);
		write_seqlock_bh(&ptp->tc_lock);
		timecounter_adjtime(&ptp->tc, now - ptp->seen);
		write_sequnlock_bh(&ptp->tc_lock);
		ptp->seen = now;
		return 0;
	}

	cycles = napier_ptp_read(nd, sts);
	if (napier_is_gone(nd))
		return -ENODEV;
	napier_ptp_advance(ptp, cycles);
	ptp->seen = ktime_get_boottime_ns();

	return 0;
}

/**
 * napier_ptp_time - when a stamp was taken, by the clock as it is set now
 * @nd: device
 * @high: SYSTIMH
 * @low: SYSTIML
 *
 * Context: any but hard interrupt; takes no lock. A stamp must be within a
 * minute of the last look at the clock, before or after it.
 * Return: nanoseconds.
 */
u64 napier_ptp_time(struct napier_dev *nd, u32 high, u32 low)
{
	u64 ns, cycles = napier_ptp_cycles(nd, high, low);
	struct napier_ptp *ptp = &nd->ptp;
	unsigned int seq;

	do {
		seq = read_seqbegin(&ptp->tc_lock);
		ns = timecounter_cyc2time(&ptp->tc, cycles);
	} while (read_seqretry(&ptp->tc_lock, seq));

	return ns;
}

/* ---- the clock as the PTP core uses it --------------------------------- */

static int napier_ptp_gettimex(struct ptp_clock_info *info,
			       struct timespec64 *ts,
			       struct ptp_system_timestamp *sts)
{
	struct napier_dev *nd = napier_ptp_dev(info);
	int err;

	mutex_lock(&nd->ptp.lock);
	err = napier_ptp_fold(nd, sts);
	*ts = ns_to_timespec64(nd->ptp.tc.nsec);
	mutex_unlock(&nd->ptp.lock);

	return err;
}

static int napier_ptp_settime(struct ptp_clock_info *info,
			      const struct timespec64 *ts)
{
	struct napier_dev *nd = napier_ptp_dev(info);
	struct napier_ptp *ptp = &nd->ptp;
	int err;

	mutex_lock(&ptp->lock);
	err = napier_ptp_fold(nd, NULL);
	if (!err) {
		write_seqlock_bh(&ptp->tc_lock);
		timecounter_init(&ptp->tc, &ptp->cc, timespec64_to_ns(ts));
		write_sequnlock_bh(&ptp->tc_lock);
	}
	mutex_unlock(&ptp->lock);

	return err;
}

static int napier_ptp_adjtime(struct ptp_clock_info *info, s64 delta)
{
	struct napier_dev *nd = napier_ptp_dev(info);
	struct napier_ptp *ptp = &nd->ptp;

	mutex_lock(&ptp->lock);
	write_seqlock_bh(&ptp->tc_lock);
	timecounter_adjtime(&ptp->tc, delta);
	write_sequnlock_bh(&ptp->tc_lock);
	mutex_unlock(&ptp->lock);

	return 0;
}

static int napier_ptp_adjfine(struct ptp_clock_info *info, long scaled_ppm)
{
	struct napier_dev *nd = napier_ptp_dev(info);
	struct napier_ptp *ptp = &nd->ptp;
	int err;

	mutex_lock(&ptp->lock);
	/* What has passed, has passed at the old frequency. */
	err = napier_ptp_fold(nd, NULL);
	if (!err) {
		write_seqlock_bh(&ptp->tc_lock);
		ptp->cc.mult = adjust_by_scaled_ppm(NAPIER_PTP_MULT,
						    scaled_ppm);
		write_sequnlock_bh(&ptp->tc_lock);
	}
	mutex_unlock(&ptp->lock);

	return err;
}

/* A request of the PTP core that is not about the time itself. */
static int napier_ptp_enable(struct ptp_clock_info *info,
			     struct ptp_clock_request *request, int on)
{
	/* 6.12 asks even a clock without pins for a pulse per second. */
	return -EOPNOTSUPP;
}

static long napier_ptp_aux_work(struct ptp_clock_info *info)
{
	struct napier_dev *nd = napier_ptp_dev(info);
	struct skb_shared_hwtstamps stamp = {};
	struct napier_ptp *ptp = &nd->ptp;
	struct sk_buff *skb = NULL;
	long delay = NAPIER_PTP_PERIOD;

	mutex_lock(&ptp->lock);
	if (!ptp->stopped && !napier_is_gone(nd)) {
		bool due = time_after(jiffies, ptp->looked + HZ / 2);

		/* It may be here at every tick for a transmit stamp, which the
		 * rest need not.
		 */
		if (due) {
			napier_ptp_fold(nd, NULL);
			ptp->looked = jiffies;
		}
		skb = napier_stamp_tx_poll(nd, &delay, &stamp);
		napier_stamp_rx_look(nd, due, &delay);
	}
	mutex_unlock(&ptp->lock);

	napier_stamp_tx_deliver(skb, &stamp);

	return delay;
}

/* ---- life -------------------------------------------------------------- */

/**
 * napier_ptp_stop - SYSTIM is about to be lost, or is out of reach
 * @nd: device, of which no queue is enabled
 *
 * Until napier_ptp_start() the host's clock is what the time goes on with. If
 * the device still answers, the two are compared now, and the error is what
 * they drift apart; if not, from when they were compared last, which is ten
 * seconds ago at most.
 *
 * Context: process, sleeps.
 */
void napier_ptp_stop(struct napier_dev *nd)
{
	mutex_lock(&nd->ptp.lock);
	napier_ptp_fold(nd, NULL);
	nd->ptp.stopped = true;
	mutex_unlock(&nd->ptp.lock);
}

/**
 * napier_ptp_start - start SYSTIM after a reset, and stamps as configured
 * @nd: device, just reset
 *
 * If the device did not come back, the clock cannot be read from now on, until
 * another reset brings it back: the host's clock has carried on the time.
 *
 * Context: process, sleeps.
 */
void napier_ptp_start(struct napier_dev *nd)
{
	struct napier_ptp *ptp = &nd->ptp;
	u64 cycles;

	mutex_lock(&ptp->lock);
	napier_wr32(nd, NAPIER_TIMINCA, ptp->part->timinca);
	if (ptp->part->newer) {
		napier_wr32(nd, NAPIER_TSAUXC, 0);
		napier_wr32(nd, NAPIER_TSIM, NAPIER_TSIM_TXTS);
	}
	napier_stamp_program(nd);

	cycles = napier_ptp_read(nd, NULL);
	napier_ptp_fold(nd, NULL);
	write_seqlock_bh(&ptp->tc_lock);
	ptp->cycles = cycles;
	timecounter_init(&ptp->tc, &ptp->cc, ptp->tc.nsec);
	write_sequnlock_bh(&ptp->tc_lock);
	ptp->stopped = false;
	mutex_unlock(&ptp->lock);

	if (ptp->clock)
		ptp_schedule_worker(ptp->clock, 0);
}

/**
 * napier_ptp_init - start the clock and register it
 * @nd: device, reset
 *
 * The clock begins with the host's time. Without one the port works, and
 * refuses stamps.
 *
 * Context: probe; sleeps.
 */
void napier_ptp_init(struct napier_dev *nd)
{
	struct napier_ptp *ptp = &nd->ptp;
	struct ptp_clock *clock;

	ptp->part = nd->quirks & NAPIER_QUIRK_TS_REGISTERS ? &napier_ptp_82576 :
		    nd->quirks & NAPIER_QUIRK_SYSTIM_SECONDS ?
		    &napier_ptp_i210 : &napier_ptp_82580;
	mutex_init(&ptp->lock);
	seqlock_init(&ptp->tc_lock);
	ptp->cc.read = napier_ptp_cc_read;
	ptp->cc.mask = ptp->part->mask;
	ptp->cc.shift = NAPIER_PTP_SHIFT;
	ptp->cc.mult = NAPIER_PTP_MULT;
	timecounter_init(&ptp->tc, &ptp->cc, ktime_get_real_ns());
	ptp->seen = ktime_get_boottime_ns();
	ptp->looked = jiffies;
	ptp->stopped = true;
	napier_ptp_start(nd);

	ptp->info = (struct ptp_clock_info) {
		.owner		= THIS_MODULE,
		.max_adj	= NAPIER_PTP_MAX_PPB,
		.adjfine	= napier_ptp_adjfine,
		.adjtime	= napier_ptp_adjtime,
		.gettimex64	= napier_ptp_gettimex,
		.settime64	= napier_ptp_settime,
		.enable		= napier_ptp_enable,
		.do_aux_work	= napier_ptp_aux_work,
	};
	snprintf(ptp->info.name, sizeof(ptp->info.name), "%s-%s",
		 NAPIER_DRV_NAME, pci_name(nd->pdev));

	clock = ptp_clock_register(&ptp->info, &nd->pdev->dev);
	if (IS_ERR(clock)) {
		dev_warn(&nd->pdev->dev, "no PTP clock: %pe\n", clock);
		return;
	}
	/* NULL if the kernel was built without PTP clocks. */
	if (!clock)
		return;
	ptp->clock = clock;
	if (ptp->part->newer)
		ptp->causes = NAPIER_ICR_TS;
	ptp_schedule_worker(clock, 0);
}

/**
 * napier_ptp_exit - undo napier_ptp_init()
 * @nd: device, without a network device
 *
 * Context: remove; sleeps.
 */
void napier_ptp_exit(struct napier_dev *nd)
{
	if (nd->ptp.clock)
		ptp_clock_unregister(nd->ptp.clock);
	nd->ptp.clock = NULL;
	mutex_destroy(&nd->ptp.lock);
}
