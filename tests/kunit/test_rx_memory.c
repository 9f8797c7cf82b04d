// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive while memory is short: nothing is lost that came in, nothing is
 * leaked, and the ring is full again once there is memory.
 *
 * Depends on: napier_fixture.c.
 */
#include "napier_fixture.h"

static bool rx_full(struct napier_fixture *fx)
{
	return napier_model_rx_free(fx->m, 0) >
	       fx->nn->cfg.rx[0]->mask - NAPIER_RX_REFILL_BATCH;
}

/* Use up what is posted; nothing comes in its place. */
static u32 rx_starve(struct napier_fixture *fx)
{
	u32 n = napier_model_rx_free(fx->m, 0), i;

	fx->m->allocs_left = 0;
	for (i = 0; i < n; i++) {
		KUNIT_ASSERT_EQ(fx->test, napier_fixture_receive(fx, 0, 200, i),
				1);
		napier_fixture_settle(fx);
	}
	for (i = 0; i < n; i++)
		napier_fixture_check_received(fx, 200, i);

	return n;
}

/* No memory at all for a while: all that was posted is of use, and the ring
 * comes back although no interrupt can tell the driver to look.
 */
static void rx_starved(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 n;

	/* Two queues, and a partner that heeds no pause frames: the device
	 * drops rather than hold up the other queue.
	 */
	fx->nd->link.tx_pause = false;
	/* It reads the counter of lost frames, which clears it. */
	cancel_delayed_work_sync(&fx->nd->service);
	napier_rx_drop_update(fx->nn);
	n = rx_starve(fx);
	KUNIT_EXPECT_EQ(test, napier_model_rx_free(fx->m, 0), 0);
	KUNIT_EXPECT_TRUE(test, fx->nn->cfg.rx[0]->starved);
	KUNIT_EXPECT_EQ(test, napier_fixture_receive(fx, 0, 200, 1), -ENOBUFS);
	KUNIT_EXPECT_GE(test, napier_model_peek(fx->m, NAPIER_RQDPC(0)), 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, n);

	fx->m->allocs_left = -1;
	KUNIT_EXPECT_TRUE(test, napier_fixture_wait(rx_full, fx));
	napier_fixture_settle(fx);
	KUNIT_EXPECT_FALSE(test, fx->nn->cfg.rx[0]->starved);
	KUNIT_EXPECT_GE(test, napier_fixture_rx(fx).alloc_fail, 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).alloc_fail,
			READ_ONCE(fx->m->alloc_failures));
	KUNIT_EXPECT_EQ(test, napier_fixture_receive(fx, 0, 333, 77), 1);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 333, 77);
}

/* Some memory: what there is gets posted. */
static void rx_some_memory(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 i;

	fx->m->allocs_left = 5;
	for (i = 0; i < 40; i++) {
		KUNIT_EXPECT_EQ(test, napier_fixture_receive(fx, 0, 100, i), 1);
		napier_fixture_settle(fx);
		napier_fixture_check_received(fx, 100, i);
	}
	KUNIT_EXPECT_EQ(test, napier_model_rx_free(fx->m, 0), 63 - 40 + 5);
	fx->m->allocs_left = -1;
	KUNIT_EXPECT_TRUE(test, napier_fixture_wait(rx_full, fx));
}

/* The ring starves amid a frame: the rest comes when there is memory. */
static void rx_starved_amid_frame(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_model_rx f = { .len = 9000 };
	u8 *data;

	KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, 9000), 0);
	data = kunit_kmalloc(test, f.len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, data);
	napier_fixture_pattern(data, f.len, 6);
	f.data = data;

	fx->m->allocs_left = 0;
	while (napier_model_rx_free(fx->m, 0) > 1) {
		napier_fixture_receive(fx, 0, 60, 0);
		napier_fixture_settle(fx);
	}
	skb_queue_purge(&fx->received);
	KUNIT_EXPECT_GE(test, napier_model_rx_step(fx->m, 0, &f), 0);
	napier_fixture_poll(fx, 0);
	KUNIT_EXPECT_EQ(test, napier_model_rx_step(fx->m, 0, &f), -ENOBUFS);

	fx->m->allocs_left = -1;
	KUNIT_EXPECT_TRUE(test, napier_fixture_wait(rx_full, fx));
	KUNIT_EXPECT_GE(test, napier_model_rx_step(fx->m, 0, &f), 0);
	KUNIT_EXPECT_GE(test, napier_model_rx_step(fx->m, 0, &f), 0);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 9000, 6);
}

/* Too little for the first new ring, or for the second one only: the old ones
 * go on, nothing is left behind.
 */
static void rx_no_memory_for_ring(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_rx_ring *before = fx->nn->cfg.rx[0];
	int left;

	/* 255 buffers each. */
	for (left = 0; left < 510; left += 50) {
		fx->m->allocs_left = left;
		KUNIT_EXPECT_EQ(test, napier_fixture_config(fx, 2, 256, 64),
				-ENOMEM);
		fx->m->allocs_left = -1;
		KUNIT_EXPECT_PTR_EQ(test, fx->nn->cfg.rx[0], before);
		KUNIT_EXPECT_EQ(test, fx->nn->cfg.rx_desc, 64);
		napier_fixture_receive(fx, 0, 100, left);
		napier_fixture_receive(fx, 1, 100, left + 1);
		napier_fixture_settle(fx);
		napier_fixture_check_received(fx, 100, left);
		napier_fixture_check_received(fx, 100, left + 1);
	}
	KUNIT_EXPECT_EQ(test, fx->m->resets, 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_config(fx, 2, 256, 64), 0);
}

/* Too little for ifup. */
static void rx_no_memory_for_open(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	napier_fixture_close(fx);
	fx->m->allocs_left = 100;
	KUNIT_EXPECT_EQ(test, napier_fixture_open(fx), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, netif_running(fx->ndev));
	KUNIT_EXPECT_EQ(test, fx->nd->vec[0]->irq, 0);
	fx->m->allocs_left = -1;
	KUNIT_EXPECT_EQ(test, napier_fixture_open(fx), 0);
	napier_fixture_receive(fx, 0, 100, 1);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 100, 1);
}

/* A reset may not fail: the ring starts with what there is. */
static void rx_reset_without_memory(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	fx->m->allocs_left = 10;
	rtnl_lock();
	netdev_lock(fx->ndev);
	napier_reset(fx->nn);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	KUNIT_EXPECT_LE(test, napier_model_rx_free(fx->m, 0), 10);
	fx->m->allocs_left = -1;
	KUNIT_EXPECT_TRUE(test, napier_fixture_wait(rx_full, fx));
	napier_fixture_receive(fx, 0, 100, 1);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 100, 1);
}

/* A reset amid a frame: its beginning is not glued to the next. */
static void rx_reset_amid_frame(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_model_rx f = { .len = 9000 };

	KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, 9000), 0);
	f.data = kunit_kzalloc(test, f.len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f.data);
	napier_model_rx_step(fx->m, 0, &f);
	napier_fixture_poll(fx, 0);
	KUNIT_EXPECT_NOT_NULL(test, fx->nn->cfg.rx[0]->skb);

	rtnl_lock();
	netdev_lock(fx->ndev);
	napier_reset(fx->nn);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	napier_fixture_receive(fx, 0, 500, 2);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 500, 2);
}

/* The stack holds frames for longer than their ring lives. */
static void rx_pages_outlive_ring(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 i;

	for (i = 0; i < 30; i++)
		napier_fixture_receive(fx, 0, 1500, i);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_config(fx, 2, 128, 64), 0);
	napier_fixture_close(fx);
	for (i = 0; i < 30; i++)
		napier_fixture_check_received(fx, 1500, i);
}

/* Half a frame in the ring when the interface goes down. */
static void rx_close_amid_frame(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_model_rx f = { .len = 9000 };

	KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, 9000), 0);
	f.data = kunit_kzalloc(test, f.len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f.data);
	napier_model_rx_step(fx->m, 0, &f);
	napier_fixture_poll(fx, 0);
	napier_model_rx_step(fx->m, 0, &f);
	napier_fixture_close(fx);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&fx->received), 0);
}

static struct kunit_case napier_rx_memory_cases[] = {
	KUNIT_CASE(rx_starved),
	KUNIT_CASE(rx_some_memory),
	KUNIT_CASE(rx_starved_amid_frame),
	KUNIT_CASE(rx_no_memory_for_ring),
	KUNIT_CASE(rx_no_memory_for_open),
	KUNIT_CASE(rx_reset_without_memory),
	KUNIT_CASE(rx_reset_amid_frame),
	KUNIT_CASE(rx_pages_outlive_ring),
	KUNIT_CASE(rx_close_amid_frame),
	{}
};

static struct kunit_suite napier_rx_memory_suite = {
	.name = "napier_rx_memory",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init_up,
	.exit = napier_fixture_exit,
	.test_cases = napier_rx_memory_cases,
};

kunit_test_suite(napier_rx_memory_suite);
