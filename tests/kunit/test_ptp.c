// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clock of each part, and which frames each can stamp.
 *
 * Depends on: napier_fixture.c.
 */
#include <linux/delay.h>
#include <linux/rtnetlink.h>

#include "napier_fixture.h"

static void ptp_board_desc(const struct napier_fixture_board *b, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s", b->name);
}

KUNIT_ARRAY_PARAM(ptp_board, napier_fixture_boards, ptp_board_desc);

static struct napier_fixture *ptp_fixture(struct kunit *test, bool up)
{
	const struct napier_fixture_board *b = test->param_value;

	return napier_fixture_part(test, b->id, up);
}

static u64 ptp_now(struct napier_fixture *fx)
{
	return napier_fixture_now(fx);
}

static int ptp_choose(struct napier_fixture *fx, int tx, int rx, int *applied)
{
	return napier_fixture_hwtstamp(fx, tx, rx, applied);
}

/* ---- the clock ---------------------------------------------------------- */

/* It begins with the host's time and counts nanoseconds, in all its digits. */
static void ptp_counts(struct kunit *test)
{
	static const u64 steps[] = {
		1, 999999999, 1, 4294967296ULL, 12345678901ULL,
		30 * NSEC_PER_SEC,
	};
	struct napier_fixture *fx = ptp_fixture(test, false);
	u64 before = ptp_now(fx), after;
	int i;

	KUNIT_EXPECT_LT(test, ktime_get_real_ns() - before,
			600 * NSEC_PER_SEC);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		napier_model_ptp_advance(fx->m, steps[i]);
		after = ptp_now(fx);
		KUNIT_EXPECT_EQ(test, after - before, steps[i]);
		before = after;
	}
}

/* A stamp's two registers, in the format of the part. */
static void ptp_units(struct kunit *test)
{
	const struct napier_fixture_board *b = test->param_value;
	struct napier_fixture *fx = ptp_fixture(test, false);
	u64 got = napier_ptp_cycles(fx->nd, 0x12345678, 0x9abcdef);

	switch (b->id) {
	case NAPIER_BOARD_82576:
		KUNIT_EXPECT_EQ(test, got, 0x1234567809abcdefULL);
		break;
	case NAPIER_BOARD_I210:
	case NAPIER_BOARD_I211:
		KUNIT_EXPECT_EQ(test, got, 305419896ULL * NSEC_PER_SEC +
				162254319);
		break;
	default:
		KUNIT_EXPECT_EQ(test, got, 0x7809abcdefULL);
		break;
	}
}

/* 40 bits last 18 minutes; the time goes on after them. */
static void ptp_wraps(struct kunit *test)
{
	struct napier_fixture *fx = ptp_fixture(test, false);
	u64 begin = ptp_now(fx), passed = 0;
	u32 high, low;
	int i;

	for (i = 0; i < 60; i++) {
		napier_model_ptp_advance(fx->m, 40 * NSEC_PER_SEC + i);
		passed += 40 * NSEC_PER_SEC + i;
		KUNIT_ASSERT_EQ(test, ptp_now(fx) - begin, passed);
	}
	/* As often as the aux work wants to look, there is time to spare. */
	KUNIT_EXPECT_LE(test, napier_model_ptp_work(fx->m), 20 * HZ);

	/* A stamp has the 40 bits, and whatever stands above them. */
	if (fx->nd->ptp.part->mask != CYCLECOUNTER_MASK(40))
		return;
	high = 0x5a5a5a00 | (upper_32_bits(fx->m->systim) & 0xff);
	low = lower_32_bits(fx->m->systim);
	KUNIT_EXPECT_EQ(test, napier_ptp_time(fx->nd, high, low),
			begin + passed);
	KUNIT_EXPECT_EQ(test, napier_ptp_time(fx->nd, high, low - 1000),
			begin + passed - 1000);
}

/* The aux work may be kept waiting, for longer than the timecounter's product
 * has room: nothing is lost, and the frequency holds.
 */
static void ptp_looks_late(struct kunit *test)
{
	static const u64 gaps[] = { 59, 61, 70, 600, 1000 };
	struct napier_fixture *fx = ptp_fixture(test, false);
	struct ptp_clock_info *ptp = fx->m->ptp;
	u64 before, passed;
	int i;

	for (i = 0; i < ARRAY_SIZE(gaps); i++) {
		KUNIT_EXPECT_EQ(test, ptp->adjfine(ptp, 0), 0);
		before = ptp_now(fx);
		passed = gaps[i] * NSEC_PER_SEC + i;
		napier_model_ptp_advance(fx->m, passed);
		KUNIT_EXPECT_EQ_MSG(test, ptp_now(fx) - before, passed,
				    "%llu s", gaps[i]);

		/* By a tenth, up to a part of 2^28. */
		KUNIT_EXPECT_EQ(test, ptp->adjfine(ptp, 100000L << 16), 0);
		before = ptp_now(fx);
		napier_model_ptp_advance(fx->m, passed);
		KUNIT_EXPECT_LE(test, abs((s64)(ptp_now(fx) - before) -
					  (s64)(passed + passed / 10)),
				(s64)(passed >> 27));
	}
}

static void ptp_set_and_shifted(struct kunit *test)
{
	struct napier_fixture *fx = ptp_fixture(test, false);
	struct timespec64 ts = { .tv_sec = 1234567890, .tv_nsec = 7 };
	struct ptp_clock_info *ptp = fx->m->ptp;
	u64 want = timespec64_to_ns(&ts);

	KUNIT_EXPECT_EQ(test, ptp->settime64(ptp, &ts), 0);
	KUNIT_EXPECT_EQ(test, ptp_now(fx), want);
	KUNIT_EXPECT_EQ(test, ptp->adjtime(ptp, -1000000007), 0);
	KUNIT_EXPECT_EQ(test, ptp_now(fx), want - 1000000007);
	KUNIT_EXPECT_EQ(test, ptp->adjtime(ptp, 2000000014), 0);
	napier_model_ptp_advance(fx->m, 5);
	KUNIT_EXPECT_EQ(test, ptp_now(fx), want + 1000000007 + 5);
}

/* The frequency is a matter of software: no register is written, nothing jumps,
 * and what has passed is not counted anew.
 */
static void ptp_adjusted(struct kunit *test)
{
	static const long ppb[] = {
		1000, -1000, 100000, -100000, 50000000, -100000000, 4, 0,
	};
	struct napier_fixture *fx = ptp_fixture(test, false);
	struct ptp_clock_info *ptp = fx->m->ptp;
	u32 timinca = napier_model_peek(fx->m, NAPIER_TIMINCA);
	s64 want;
	u64 before;
	int i;

	for (i = 0; i < ARRAY_SIZE(ppb); i++) {
		before = ptp_now(fx);
		napier_model_ptp_advance(fx->m, NSEC_PER_SEC);
		KUNIT_EXPECT_EQ(test,
				ptp->adjfine(ptp, div_s64(ppb[i] * 65536LL,
							  1000)), 0);
		/* The second that passed has kept its length. */
		want = NSEC_PER_SEC + (i ? ppb[i - 1] : 0);
		KUNIT_EXPECT_LE(test,
				abs((s64)(ptp_now(fx) - before) - want), 5);
		before = ptp_now(fx);
		napier_model_ptp_advance(fx->m, 10 * NSEC_PER_SEC);
		want = 10 * (NSEC_PER_SEC + ppb[i]);
		KUNIT_EXPECT_LE(test,
				abs((s64)(ptp_now(fx) - before) - want), 40);
	}
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_TIMINCA),
			timinca);
	KUNIT_EXPECT_GE(test, ptp->max_adj, 100000000);
}

/* A reset takes SYSTIM back to 0, and the time goes on; so does the frequency,
 * and what was to be stamped.
 */
static void ptp_outlives_reset(struct kunit *test)
{
	struct napier_fixture *fx = ptp_fixture(test, true);
	struct ptp_clock_info *ptp = fx->m->ptp;
	u64 before, host, passed;
	int applied;

	KUNIT_EXPECT_EQ(test, ptp_choose(fx, HWTSTAMP_TX_ON,
					 HWTSTAMP_FILTER_PTP_V2_EVENT,
					 &applied), 0);
	napier_model_ptp_advance(fx->m, 77 * NSEC_PER_SEC / 2);
	ptp->adjfine(ptp, 65536L * 1000);
	before = ptp_now(fx);
	host = ktime_get_boottime_ns();
	napier_fixture_reset(fx);
	KUNIT_EXPECT_LT(test, fx->m->systim, NSEC_PER_SEC);
	passed = ptp_now(fx) - before;
	KUNIT_EXPECT_LE(test, passed, ktime_get_boottime_ns() - host);
	KUNIT_EXPECT_GE(test, passed, 10 * NSEC_PER_MSEC);

	before = ptp_now(fx);
	napier_model_ptp_advance(fx->m, NSEC_PER_SEC);
	KUNIT_EXPECT_LE(test, abs((s64)(ptp_now(fx) - before) - 1001000000LL),
			5);
	KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_TSYNCTXCTL) &
			  NAPIER_TSYNCTXCTL_EN);
	KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_TSYNCRXCTL) &
			  NAPIER_TSYNCRXCTL_EN);
}

static void ptp_quiesce(struct napier_fixture *fx, bool resume)
{
	rtnl_lock();
	netdev_lock(fx->ndev);
	if (resume)
		KUNIT_EXPECT_EQ(fx->test, napier_resume(fx->nn), 0);
	else
		napier_quiesce(fx->nn, true);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
}

/* Asleep, the port's registers are out of reach; the time goes on all the same,
 * and can be set.
 */
static void ptp_outlives_sleep(struct kunit *test)
{
	struct napier_fixture *fx = ptp_fixture(test, true);
	struct ptp_clock_info *ptp = fx->m->ptp;
	u64 before, asleep, host;

	before = ptp_now(fx);
	host = ktime_get_boottime_ns();
	ptp_quiesce(fx, false);
	msleep(50);
	asleep = ptp_now(fx);
	KUNIT_EXPECT_GE(test, asleep - before, 50 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, ptp->adjtime(ptp, 1000 * NSEC_PER_SEC), 0);
	KUNIT_EXPECT_GE(test, napier_model_ptp_work(fx->m), HZ);
	ptp_quiesce(fx, true);
	before += 1000 * NSEC_PER_SEC;
	KUNIT_EXPECT_GE(test, ptp_now(fx) - before, 50 * NSEC_PER_MSEC);
	KUNIT_EXPECT_LE(test, ptp_now(fx) - before,
			ktime_get_boottime_ns() - host);
}

/* A device that was torn out has no time to tell, and none that is wrong. */
static void ptp_of_nothing(struct kunit *test)
{
	struct napier_fixture *fx = ptp_fixture(test, false);
	struct ptp_clock_info *ptp = fx->m->ptp;
	struct timespec64 ts;

	fx->m->gone = true;
	KUNIT_EXPECT_EQ(test, ptp->gettimex64(ptp, &ts, NULL), -ENODEV);
	/* Nor after a reset that did not help. */
	flush_work(&fx->nd->health.work);
	KUNIT_EXPECT_EQ(test, fx->m->function_resets, 1);
	KUNIT_EXPECT_EQ(test, ptp->gettimex64(ptp, &ts, NULL), -ENODEV);
	KUNIT_EXPECT_EQ(test, ptp->settime64(ptp, &ts), -ENODEV);
	KUNIT_EXPECT_EQ(test, ptp->adjfine(ptp, 1), -ENODEV);
	KUNIT_EXPECT_GE(test, napier_model_ptp_work(fx->m), HZ);
	KUNIT_EXPECT_EQ(test, ptp_choose(fx, HWTSTAMP_TX_ON,
					 HWTSTAMP_FILTER_NONE, NULL), -ENODEV);
}

/* One that comes back by a reset has the time that it would have had, from when
 * it was looked at last.
 */
static void ptp_outlives_loss(struct kunit *test)
{
	struct napier_fixture *fx = ptp_fixture(test, true);
	struct ptp_clock_info *ptp = fx->m->ptp;
	u64 before, host, passed;
	struct timespec64 ts;

	napier_model_ptp_advance(fx->m, 77 * NSEC_PER_SEC / 2);
	host = ktime_get_boottime_ns();
	before = ptp_now(fx);
	fx->m->gone_until_reset = true;
	fx->m->gone = true;
	KUNIT_EXPECT_EQ(test, ptp->gettimex64(ptp, &ts, NULL), -ENODEV);
	msleep(20);
	flush_work(&fx->nd->health.work);
	KUNIT_EXPECT_EQ(test, fx->m->function_resets, 1);
	passed = ptp_now(fx) - before;
	KUNIT_EXPECT_GE(test, passed, NSEC_PER_MSEC);
	KUNIT_EXPECT_LE(test, passed, ktime_get_boottime_ns() - host);
	before = ptp_now(fx);
	napier_model_ptp_advance(fx->m, NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, ptp_now(fx) - before, NSEC_PER_SEC);
}

/* ---- which frames ------------------------------------------------------- */

static const struct {
	int wanted;
	int applied;
	u32 type;
	u32 cfg;
	bool l2, l4;
} ptp_filters_82576[] = {
	{ HWTSTAMP_FILTER_PTP_V1_L4_SYNC, HWTSTAMP_FILTER_PTP_V1_L4_SYNC,
	  1, 0x0000, false, true },
	{ HWTSTAMP_FILTER_PTP_V1_L4_DELAY_REQ,
	  HWTSTAMP_FILTER_PTP_V1_L4_DELAY_REQ, 1, 0x0001, false, true },
	{ HWTSTAMP_FILTER_PTP_V2_L4_EVENT, HWTSTAMP_FILTER_PTP_V2_L4_EVENT,
	  5, 0x0000, false, true },
	{ HWTSTAMP_FILTER_PTP_V2_L2_EVENT, HWTSTAMP_FILTER_PTP_V2_L2_EVENT,
	  5, 0x0000, true, false },
	{ HWTSTAMP_FILTER_PTP_V2_EVENT, HWTSTAMP_FILTER_PTP_V2_EVENT,
	  5, 0x0000, true, true },
	{ HWTSTAMP_FILTER_PTP_V2_DELAY_REQ, HWTSTAMP_FILTER_PTP_V2_DELAY_REQ,
	  2, 0x0100, true, true },
	{ HWTSTAMP_FILTER_PTP_V2_L2_SYNC, HWTSTAMP_FILTER_PTP_V2_L2_SYNC,
	  0, 0x0000, true, false },
};

static void ptp_check_filter(struct napier_fixture *fx, u32 type, u32 cfg,
			     bool l2, bool l4)
{
	u32 ctl = napier_model_peek(fx->m, NAPIER_TSYNCRXCTL);

	KUNIT_EXPECT_EQ(fx->test, ctl, NAPIER_TSYNCRXCTL_EN | type << 1);
	KUNIT_EXPECT_EQ(fx->test, napier_model_peek(fx->m, NAPIER_TSYNCRXCFG),
			cfg);
	KUNIT_EXPECT_EQ(fx->test,
			napier_model_peek(fx->m,
					  NAPIER_ETQF(NAPIER_STEER_1588)),
			l2 ? 0x440088f7 : 0);
	KUNIT_EXPECT_EQ(fx->test,
			napier_model_peek(fx->m,
					  NAPIER_FTQF(NAPIER_STEER_1588)) &
			NAPIER_FTQF_1588, l4 ? NAPIER_FTQF_1588 : 0);
}

/* What the 82576 can do is applied as it is; the rest is refused and leaves
 * everything as it was. The others do all or nothing.
 */
static void ptp_filters(struct kunit *test)
{
	static const int no[] = {
		HWTSTAMP_FILTER_ALL, HWTSTAMP_FILTER_SOME,
		HWTSTAMP_FILTER_PTP_V1_L4_EVENT, HWTSTAMP_FILTER_NTP_ALL,
	};
	const struct napier_fixture_board *b = test->param_value;
	bool newer = b->id != NAPIER_BOARD_82576;
	struct napier_fixture *fx = ptp_fixture(test, false);
	int i, applied;

	for (i = 0; i < ARRAY_SIZE(ptp_filters_82576); i++) {
		KUNIT_ASSERT_EQ(test, ptp_choose(fx, HWTSTAMP_TX_ON,
						 ptp_filters_82576[i].wanted,
						 &applied), 0);
		if (newer) {
			KUNIT_EXPECT_EQ(test, applied, HWTSTAMP_FILTER_ALL);
			ptp_check_filter(fx, 4, 0, true, true);
			continue;
		}
		KUNIT_EXPECT_EQ(test, applied, ptp_filters_82576[i].applied);
		ptp_check_filter(fx, ptp_filters_82576[i].type,
				 ptp_filters_82576[i].cfg,
				 ptp_filters_82576[i].l2,
				 ptp_filters_82576[i].l4);
	}
	for (i = 0; i < ARRAY_SIZE(no); i++)
		KUNIT_EXPECT_EQ(test, ptp_choose(fx, HWTSTAMP_TX_OFF, no[i],
						 NULL), newer ? 0 : -ERANGE);
	if (!newer)
		ptp_check_filter(fx, 0, 0, true, false);
	KUNIT_EXPECT_EQ(test, ptp_choose(fx, HWTSTAMP_TX_ONESTEP_SYNC,
					 HWTSTAMP_FILTER_NONE, NULL), -ERANGE);
	KUNIT_EXPECT_EQ(test, ptp_choose(fx, HWTSTAMP_TX_OFF,
					 HWTSTAMP_FILTER_NONE, NULL), 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_TSYNCRXCTL), 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_TSYNCTXCTL), 0);
}

static struct kunit_case napier_ptp_cases[] = {
	KUNIT_CASE_PARAM(ptp_counts, ptp_board_gen_params),
	KUNIT_CASE_PARAM(ptp_units, ptp_board_gen_params),
	KUNIT_CASE_PARAM(ptp_wraps, ptp_board_gen_params),
	KUNIT_CASE_PARAM(ptp_looks_late, ptp_board_gen_params),
	KUNIT_CASE_PARAM(ptp_set_and_shifted, ptp_board_gen_params),
	KUNIT_CASE_PARAM(ptp_adjusted, ptp_board_gen_params),
	KUNIT_CASE_PARAM(ptp_outlives_reset, ptp_board_gen_params),
	KUNIT_CASE_PARAM(ptp_outlives_sleep, ptp_board_gen_params),
	KUNIT_CASE_PARAM(ptp_of_nothing, ptp_board_gen_params),
	KUNIT_CASE_PARAM(ptp_outlives_loss, ptp_board_gen_params),
	KUNIT_CASE_PARAM(ptp_filters, ptp_board_gen_params),
	{}
};

static struct kunit_suite napier_ptp_suite = {
	.name = "napier_ptp",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_ptp_cases,
};

kunit_test_suite(napier_ptp_suite);
