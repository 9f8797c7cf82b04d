// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupt moderation: units, whose interval is in the register, what the user
 * may ask for, and what net_dim may choose.
 *
 * Depends on: napier_fixture.c.
 */
#include "napier_fixture.h"

/* ---- units --------------------------------------------------------------------- */

static const struct coalesce_unit {
	u32 usecs;
	u32 value;
	u32 qemu;
} coalesce_units[] = {
	{ 0, 0x80000000, 0 },
	{ 1, 0x80000004, 2 },
	{ 3, 0x8000000c, 2 },
	{ 20, 0x80000050, 20 },
	{ 200, 0x80000320, 196 },
	{ 1000, 0x80000fa0, 976 },
	{ 8191, 0x80007ffc, 8000 },
	{ 8192, 0x80007ffc, 8000 },
	{ 65535, 0x80007ffc, 8000 },
	{ U32_MAX, 0x80007ffc, 8000 },
};

static void coalesce_unit_desc(const struct coalesce_unit *u, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u us", u->usecs);
}

KUNIT_ARRAY_PARAM(coalesce_unit, coalesce_units, coalesce_unit_desc);

/* Microseconds in bits 14:2 on every part; units of 1024 ns in bits 14:1 on the
 * emulated one.
 */
static void eitr_from_usecs(struct kunit *test)
{
	const struct coalesce_unit *p = test->param_value;
	struct napier_dev *nd = kunit_kzalloc(test, sizeof(*nd), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, nd);
	for (i = 0; i < ARRAY_SIZE(napier_fixture_boards); i++) {
		nd->board = napier_board_get(napier_fixture_boards[i].id);
		nd->quirks = nd->board->quirks;
		KUNIT_EXPECT_EQ_MSG(test, napier_eitr_from_usecs(nd, p->usecs),
				    p->value, "%s", nd->board->name);
	}
	nd->quirks |= NAPIER_QUIRK_QEMU_EITR_1024;
	KUNIT_EXPECT_EQ(test, napier_eitr_from_usecs(nd, p->usecs), p->qemu);
}

/* What is read back is what was asked for, as near as the register allows, and
 * may be set again; longer is never a smaller value.
 */
static void eitr_there_and_back(struct kunit *test)
{
	struct napier_dev *nd = kunit_kzalloc(test, sizeof(*nd), GFP_KERNEL);
	u32 usecs, eitr, back, last = 0, last_qemu = 0;

	KUNIT_ASSERT_NOT_NULL(test, nd);
	for (usecs = 0; usecs <= NAPIER_MAX_USECS; usecs++) {
		nd->quirks = 0;
		eitr = napier_eitr_from_usecs(nd, usecs);
		back = napier_eitr_to_usecs(nd, eitr);
		if (back != usecs || eitr < last)
			KUNIT_FAIL(test, "%u gives %#x and %u", usecs, eitr,
				   back);
		last = eitr;

		nd->quirks = NAPIER_QUIRK_QEMU_EITR_1024;
		eitr = napier_eitr_from_usecs(nd, usecs);
		back = napier_eitr_to_usecs(nd, eitr);
		if (abs((int)(back - usecs)) > 1 || !back != !usecs ||
		    back > NAPIER_MAX_USECS || eitr < last_qemu ||
		    eitr & ~0x7ffe ||
		    napier_eitr_from_usecs(nd, back) != eitr)
			KUNIT_FAIL(test, "%u gives %#x and %u in the emulator",
				   usecs, eitr, back);
		last_qemu = eitr;
	}
}

/* ---- settings -------------------------------------------------------------------- */

static u32 coalesce_register(struct napier_fixture *fx, u32 queue)
{
	u32 eitr = napier_model_peek(fx->m, NAPIER_EITR(queue + 1));

	KUNIT_EXPECT_TRUE(fx->test, eitr & NAPIER_EITR_CNT_IGNR);

	return FIELD_GET(NAPIER_EITR_INTERVAL, eitr);
}

static int coalesce_set(struct napier_fixture *fx, u32 rx, u32 tx,
			bool adaptive_rx, bool adaptive_tx)
{
	struct ethtool_coalesce ec = {
		.rx_coalesce_usecs = rx,
		.tx_coalesce_usecs = tx,
		.use_adaptive_rx_coalesce = adaptive_rx,
		.use_adaptive_tx_coalesce = adaptive_tx,
	};
	int err;

	rtnl_lock();
	netdev_lock(fx->ndev);
	err = napier_coalesce_set(fx->nn, 0, fx->nd->board->queues, &ec, NULL);
	netdev_unlock(fx->ndev);
	rtnl_unlock();

	return err;
}

static void coalesce_expect(struct napier_fixture *fx, u32 queue, u32 rx,
			    u32 tx, bool adaptive_rx, bool adaptive_tx)
{
	struct ethtool_coalesce ec = {};

	napier_coalesce_get(fx->nn, queue, &ec);
	KUNIT_EXPECT_EQ(fx->test, ec.rx_coalesce_usecs, rx);
	KUNIT_EXPECT_EQ(fx->test, ec.tx_coalesce_usecs, tx);
	KUNIT_EXPECT_EQ(fx->test, ec.use_adaptive_rx_coalesce, adaptive_rx);
	KUNIT_EXPECT_EQ(fx->test, ec.use_adaptive_tx_coalesce, adaptive_tx);
}

static void coalesce_refused(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	coalesce_expect(fx, 0, 100, 100, true, true);
	KUNIT_EXPECT_EQ(test, coalesce_set(fx, 50, 100, true, true), -EINVAL);
	KUNIT_EXPECT_EQ(test, coalesce_set(fx, 100, 50, true, true), -EINVAL);
	KUNIT_EXPECT_EQ(test, coalesce_set(fx, 8192, 100, false, true),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, coalesce_set(fx, 50, 8192, false, false),
			-EINVAL);
	coalesce_expect(fx, 0, 100, 100, true, true);
	coalesce_expect(fx, 1, 100, 100, true, true);

	KUNIT_EXPECT_EQ(test, coalesce_set(fx, 8191, 0, false, false), 0);
	coalesce_expect(fx, 15, 8191, 0, false, false);
	/* Both at once mean what they say. */
	KUNIT_EXPECT_EQ(test, coalesce_set(fx, 30, 40, true, true), 0);
	coalesce_expect(fx, 0, 30, 40, true, true);
}

/* One direction's interval while it alone has work, the shorter one for both;
 * a longer one not before it was wanted several times in a row.
 */
static void coalesce_follows_the_work(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 i;

	KUNIT_ASSERT_EQ(test, coalesce_set(fx, 20, 300, false, false), 0);
	napier_fixture_receive(fx, 0, 100, 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, coalesce_register(fx, 0), 20);

	for (i = 0; i < 8; i++) {
		KUNIT_EXPECT_EQ(test, coalesce_register(fx, 0), 20);
		napier_fixture_send(fx, 0, 1, 100);
		napier_model_tx_finish(fx->m, 0);
		napier_fixture_settle(fx);
		/* Nothing to do says nothing: the row goes on. */
		napier_fixture_poll(fx, 0);
	}
	KUNIT_EXPECT_EQ(test, coalesce_register(fx, 0), 300);
	napier_fixture_poll(fx, 0);
	KUNIT_EXPECT_EQ(test, coalesce_register(fx, 0), 300);
	napier_fixture_receive(fx, 0, 100, 2);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, coalesce_register(fx, 0), 20);

	/* Each queue for itself. */
	napier_fixture_send(fx, 1, 1, 100);
	napier_model_tx_finish(fx->m, 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_NE(test, coalesce_register(fx, 1), 20);
}

static void coalesce_per_queue(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	const struct ethtool_ops *ops = fx->ndev->ethtool_ops;
	struct ethtool_coalesce ec = { .rx_coalesce_usecs = 77,
				       .tx_coalesce_usecs = 88 };

	KUNIT_EXPECT_EQ(test, ops->set_per_queue_coalesce(fx->ndev, 1, &ec),
			0);
	coalesce_expect(fx, 0, 100, 100, true, true);
	coalesce_expect(fx, 1, 77, 88, false, false);
	KUNIT_EXPECT_EQ(test, ops->set_per_queue_coalesce(fx->ndev, 2, &ec),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ops->get_per_queue_coalesce(fx->ndev, 2, &ec),
			-EINVAL);

	/* The settings stay over everything that exchanges rings. */
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 2, 128, 128), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 1, 128, 128), 0);
	napier_fixture_close(fx);
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 2, 128, 128), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	coalesce_expect(fx, 1, 77, 88, false, false);
	KUNIT_EXPECT_EQ(test, coalesce_register(fx, 1), 77);
}

/* ---- adaptive -------------------------------------------------------------------- */

static u32 coalesce_choose(struct napier_fixture *fx, u8 ix)
{
	struct napier_vector *vec = fx->nd->vec[0];

	vec->rx_mod.dim.profile_ix = ix;
	schedule_work(&vec->rx_mod.dim.work);
	flush_work(&vec->rx_mod.dim.work);

	return napier_eitr_to_usecs(fx->nd, vec->rx_mod.eitr);
}

/* What net_dim chooses is used, but never so long that a small ring overflows:
 * half of 64 frames of minimum size are 21 us.
 */
static void dim_chooses(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct dim_cq_moder most;

	most = net_dim_get_rx_moderation(DIM_CQ_PERIOD_MODE_START_FROM_EQE, 4);
	KUNIT_ASSERT_EQ(test, most.usec, 256);

	KUNIT_EXPECT_EQ(test, coalesce_choose(fx, 1), 8);
	KUNIT_EXPECT_EQ(test, coalesce_choose(fx, 4), 21);
	napier_fixture_receive(fx, 0, 100, 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, coalesce_register(fx, 0), 21);

	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 2, 512, 64), 0);
	KUNIT_EXPECT_EQ(test, coalesce_choose(fx, 4), 172);
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 2, 1024, 64), 0);
	KUNIT_EXPECT_EQ(test, coalesce_choose(fx, 4), 256);
	/* At once when the ring shrinks. */
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 2, 64, 64), 0);
	KUNIT_EXPECT_EQ(test, napier_eitr_to_usecs(fx->nd,
						   fx->nd->vec[0]->rx_mod.eitr),
			21);

	/* The administrator's row of intervals, at once. */
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 2, 512, 64), 0);
	KUNIT_EXPECT_EQ(test, coalesce_choose(fx, 2), 64);
	rtnl_lock();
	rtnl_dereference(fx->ndev->irq_moder->rx_profile)[2].usec = 44;
	rtnl_unlock();
	KUNIT_ASSERT_EQ(test, coalesce_set(fx, 100, 100, true, true), 0);
	KUNIT_EXPECT_EQ(test, napier_eitr_to_usecs(fx->nd,
						   fx->nd->vec[0]->rx_mod.eitr),
			44);

	/* A choice that comes too late changes nothing. */
	KUNIT_ASSERT_EQ(test, coalesce_set(fx, 33, 100, false, true), 0);
	KUNIT_EXPECT_EQ(test, coalesce_choose(fx, 1), 33);
	KUNIT_EXPECT_EQ(test, fx->nd->vec[0]->rx_mod.dim.state,
			DIM_START_MEASURE);
}

/* It sees what the rings did, once in 64 interrupts. */
static void dim_samples(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct dim *rx = &fx->nd->vec[0]->rx_mod.dim;
	struct dim *tx = &fx->nd->vec[0]->tx_mod.dim;
	u32 i;

	napier_fixture_close(fx);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	napier_fixture_unlimit(fx, 0);
	napier_fixture_settle(fx);
	KUNIT_ASSERT_EQ(test, rx->state, DIM_START_MEASURE);
	KUNIT_ASSERT_EQ(test, tx->state, DIM_START_MEASURE);

	i = fx->nd->vec[0]->events;
	KUNIT_ASSERT_LT(test, i, DIM_NEVENTS);
	for (; i < DIM_NEVENTS; i++) {
		KUNIT_EXPECT_EQ(test, rx->state, DIM_START_MEASURE);
		napier_fixture_receive(fx, 0, 100, i);
		napier_fixture_settle(fx);
	}
	KUNIT_EXPECT_EQ(test, rx->state, DIM_MEASURE_IN_PROGRESS);
	KUNIT_EXPECT_EQ(test, tx->state, DIM_MEASURE_IN_PROGRESS);
	KUNIT_EXPECT_EQ(test, rx->start_sample.event_ctr, DIM_NEVENTS);
	KUNIT_EXPECT_GT(test, rx->start_sample.pkt_ctr, 0);
	KUNIT_EXPECT_EQ(test, rx->start_sample.byte_ctr,
			100 * rx->start_sample.pkt_ctr);
	KUNIT_EXPECT_EQ(test, tx->start_sample.pkt_ctr, 0);

	/* Fixed: it is not asked. */
	KUNIT_ASSERT_EQ(test, coalesce_set(fx, 50, 100, false, true), 0);
	for (i = 0; i < DIM_NEVENTS; i++) {
		napier_fixture_receive(fx, 0, 100, i);
		napier_fixture_settle(fx);
	}
	KUNIT_EXPECT_EQ(test, rx->start_sample.event_ctr, DIM_NEVENTS);
	KUNIT_EXPECT_NE(test, rx->state, DIM_APPLY_NEW_PROFILE);
}

static struct kunit_case napier_coalesce_cases[] = {
	KUNIT_CASE_PARAM(eitr_from_usecs, coalesce_unit_gen_params),
	KUNIT_CASE(eitr_there_and_back),
	KUNIT_CASE(coalesce_refused),
	KUNIT_CASE(coalesce_follows_the_work),
	KUNIT_CASE(coalesce_per_queue),
	KUNIT_CASE(dim_chooses),
	KUNIT_CASE(dim_samples),
	{}
};

static struct kunit_suite napier_coalesce_suite = {
	.name = "napier_coalesce",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init_up,
	.exit = napier_fixture_exit,
	.test_cases = napier_coalesce_cases,
};

kunit_test_suite(napier_coalesce_suite);
