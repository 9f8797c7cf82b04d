// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit: doorbells, reports, stopping and waking, BQL, on a device that
 * reports late, in batches, and out of step.
 *
 * Depends on: napier_fixture.c.
 */
#include <net/netdev_queues.h>

#include "napier_fixture.h"

/* As in napier_tx.c: a stopped queue wakes when so many slots are free. */
#define TEST_WAKE_AT	(NAPIER_TX_DESC_NEEDED + 8)

static u32 test_doorbells(struct napier_fixture *fx)
{
	return fx->m->tx[0].doorbells;
}

static struct netdev_queue *test_txq(struct napier_fixture *fx, u32 queue)
{
	return netdev_get_tx_queue(fx->ndev, queue);
}

/* A frame is the device's until the report, and freed after it. */
static void tx_one_frame(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_tx_totals t;

	KUNIT_EXPECT_EQ(test, napier_fixture_send(fx, 0, 1, 100), 1);
	KUNIT_EXPECT_EQ(test, test_doorbells(fx), 1);
	KUNIT_EXPECT_EQ(test, napier_model_tx_waiting(fx->m, 0), 1);
	KUNIT_EXPECT_EQ(test, fx->m->nr_maps, 1);

	KUNIT_EXPECT_EQ(test, napier_model_tx_fetch(fx->m, 0, 1), 1);
	napier_fixture_poll(fx, 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 0);
	KUNIT_EXPECT_EQ(test, fx->m->nr_maps, 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).packets, 0);

	KUNIT_EXPECT_EQ(test, napier_model_tx_report(fx->m, 0, 1), 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 1);
	KUNIT_EXPECT_EQ(test, fx->m->nr_maps, 0);
	napier_fixture_check_sent(fx, 0, 1);

	t = napier_fixture_tx(fx);
	KUNIT_EXPECT_EQ(test, t.packets, 1);
	KUNIT_EXPECT_EQ(test, t.bytes, 100);
	KUNIT_EXPECT_EQ(test, t.dropped, 0);
	KUNIT_EXPECT_EQ(test, t.ctx, 0);
}

/* Below 17 bytes the device wants padding from the driver. */
static void tx_short_frame(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct sk_buff *skb = napier_fixture_skb(fx, NAPIER_FIXTURE_MIN);
	struct napier_model_frame *f;

	__skb_trim(skb, ETH_HLEN);
	napier_fixture_xmit(fx, 0, skb, false);
	napier_model_tx_finish(fx->m, 0);
	napier_fixture_settle(fx);

	f = napier_model_tx_take(fx->m, 0);
	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_EQ(test, f->len, 17);
	KUNIT_EXPECT_NULL(test, memchr_inv(f->data + ETH_HLEN, 0, 3));
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).bytes, 17);
	kvfree(f);
}

/* The queue stops while the largest packet still fits, and not before. */
static void tx_stops_in_time(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_tx_ring *tx = fx->nn->cfg.tx[0];
	u32 n;

	n = napier_fixture_send(fx, 0, 1000, 60);
	KUNIT_EXPECT_EQ(test, n, tx->mask - NAPIER_TX_DESC_NEEDED + 1);
	KUNIT_EXPECT_EQ(test, napier_tx_unused(tx), NAPIER_TX_DESC_NEEDED - 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).stop, 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).busy, 0);
	KUNIT_EXPECT_EQ(test, napier_model_tx_waiting(fx->m, 0), n);

	/* The other queue has nothing to do with it. */
	KUNIT_EXPECT_FALSE(test, napier_fixture_stopped(fx, 1));
}

/* It wakes at the threshold: not before, and not later. */
static void tx_wakes_at_threshold(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_tx_ring *tx = fx->nn->cfg.tx[0];
	u32 n = napier_fixture_send(fx, 0, 1000, 60);

	/* Sent, not reported: nothing has changed. */
	KUNIT_EXPECT_EQ(test, napier_model_tx_fetch(fx->m, 0, 1000), n);
	napier_fixture_poll(fx, 0);
	KUNIT_EXPECT_TRUE(test, napier_fixture_stopped(fx, 0));

	while (napier_tx_unused(tx) < TEST_WAKE_AT - 1) {
		KUNIT_ASSERT_EQ(test, napier_model_tx_report(fx->m, 0, 1), 1);
		napier_fixture_settle(fx);
		KUNIT_ASSERT_TRUE(test, napier_fixture_stopped(fx, 0));
	}
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).wake, 0);

	KUNIT_ASSERT_EQ(test, napier_model_tx_report(fx->m, 0, 1), 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_FALSE(test, napier_fixture_stopped(fx, 0));
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).wake, 1);

	napier_model_tx_report(fx->m, 0, 1000);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).wake, 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).packets, n);
	napier_fixture_check_sent(fx, 0, n);
}

/* All reports at once, after a long time, wake it as well. */
static void tx_wakes_after_batch(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 i, n;

	for (i = 0; i < 5; i++) {
		n = napier_fixture_send(fx, 0, 1000, 60);
		KUNIT_EXPECT_TRUE(test, napier_fixture_stopped(fx, 0));
		KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, 0), n);
		napier_fixture_settle(fx);
		KUNIT_EXPECT_FALSE(test, napier_fixture_stopped(fx, 0));
		KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).wake, i + 1);
		napier_fixture_check_sent(fx, 0, n);
	}
}

/* A packet larger than any that the stack makes: 17 fragments of which some
 * take two descriptors.
 */
static struct sk_buff *test_oversized(struct napier_fixture *fx, u32 large)
{
	u32 small = MAX_SKB_FRAGS - large, i;
	struct sk_buff *skb = napier_fixture_skb_frags(fx, 60, small, 100);

	for (i = small; i < MAX_SKB_FRAGS; i++) {
		struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP |
						__GFP_ZERO, get_order(SZ_64K));

		KUNIT_ASSERT_NOT_NULL(fx->test, page);
		skb_add_rx_frag(skb, i, page, 0, SZ_32K + 1, SZ_64K);
	}

	return skb;
}

/* No room although the queue was not stopped: refuse, stop, and ring for what
 * was promised a successor.
 */
static void tx_busy_when_full(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_tx_ring *tx = fx->nn->cfg.tx[0];
	u32 bells, sent = 0;
	struct sk_buff *big;

	while (napier_tx_unused(tx) > NAPIER_TX_DESC_NEEDED + 1)
		sent += napier_fixture_send(fx, 0, 1, 60);
	bells = test_doorbells(fx);
	KUNIT_ASSERT_EQ(test,
			napier_fixture_xmit(fx, 0, napier_fixture_skb(fx, 60),
					    true),
			NETDEV_TX_OK);
	KUNIT_ASSERT_EQ(test, test_doorbells(fx), bells);
	KUNIT_ASSERT_FALSE(test, napier_fixture_stopped(fx, 0));

	big = test_oversized(fx, 5);
	KUNIT_ASSERT_GT(test, napier_tx_desc_count(big), napier_tx_unused(tx));
	KUNIT_EXPECT_EQ(test, napier_fixture_xmit(fx, 0, big, false),
			NETDEV_TX_BUSY);
	KUNIT_EXPECT_TRUE(test, napier_fixture_stopped(fx, 0));
	KUNIT_EXPECT_EQ(test, test_doorbells(fx), bells + 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).busy, 1);
	KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, 0), sent + 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_FALSE(test, napier_fixture_stopped(fx, 0));
	napier_fixture_check_sent(fx, 0, sent + 1);

	/* The stack tries again. */
	KUNIT_EXPECT_EQ(test, napier_fixture_xmit(fx, 0, big, false),
			NETDEV_TX_OK);
	KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, 0), 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, fx->m->nr_maps, 0);
}

/* BQL: what goes in comes out again, in bytes on the wire. */
static void tx_bql_balances(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct dql *dql = &test_txq(fx, 0)->dql;
	u32 queued = dql->num_queued;
	u32 completed = dql->num_completed;

	napier_fixture_send(fx, 0, 7, 1000);
	KUNIT_EXPECT_EQ(test, dql->num_queued - queued, 7000);
	napier_model_tx_fetch(fx->m, 0, 7);
	napier_model_tx_report(fx->m, 0, 3);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, dql->num_completed - completed, 3000);
	napier_model_tx_report(fx->m, 0, 7);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, dql->num_completed - completed, 7000);
}

/* BQL stops the queue, which the driver must not mistake for its own doing,
 * and a report starts it again.
 */
static void tx_bql_stops(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct dql *dql = &test_txq(fx, 0)->dql;
	u32 n;

	dql->min_limit = 3000;
	dql->limit = 3000;
	dql->adj_limit = dql->num_completed + 3000;

	n = napier_fixture_send(fx, 0, 10, 1000);
	KUNIT_EXPECT_EQ(test, n, 4);
	KUNIT_EXPECT_FALSE(test, netif_tx_queue_stopped(test_txq(fx, 0)));
	KUNIT_EXPECT_EQ(test, napier_model_tx_waiting(fx->m, 0), 4);

	KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, 0), 4);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_FALSE(test, napier_fixture_stopped(fx, 0));
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).stop, 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).wake, 0);
	napier_fixture_check_sent(fx, 0, 4);
}

/* One doorbell and one report for a batch. */
static void tx_batch_one_doorbell(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 i;

	for (i = 0; i < 8; i++) {
		struct sk_buff *skb = napier_fixture_skb(fx, 200);

		napier_fixture_xmit(fx, 0, skb, i < 7);
		KUNIT_EXPECT_EQ(test, test_doorbells(fx), i < 7 ? 0 : 1);
	}
	KUNIT_EXPECT_EQ(test, napier_model_tx_fetch(fx->m, 0, 100), 8);
	KUNIT_EXPECT_EQ(test, fx->m->tx[0].nr_rs, 1);
	KUNIT_EXPECT_EQ(test, napier_model_tx_report(fx->m, 0, 1), 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 8);
	napier_fixture_check_sent(fx, 0, 8);
}

/* A batch longer than a quarter of the ring is reported in parts. */
static void tx_batch_interim_report(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_tx_ring *tx = fx->nn->cfg.tx[0];
	u32 n = tx->mask / 2, i;

	for (i = 0; i < n; i++)
		napier_fixture_xmit(fx, 0, napier_fixture_skb(fx, 60),
				    i < n - 1);
	KUNIT_EXPECT_EQ(test, test_doorbells(fx), 1);
	KUNIT_EXPECT_EQ(test, napier_model_tx_fetch(fx->m, 0, n), n);
	/* Two in between, and the one that goes with the doorbell. */
	KUNIT_EXPECT_EQ(test, fx->m->tx[0].nr_rs, 3);

	KUNIT_EXPECT_EQ(test, napier_model_tx_report(fx->m, 0, 1), 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), tx->mask / 4);
	napier_model_tx_report(fx->m, 0, 2);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), n);
	napier_fixture_check_sent(fx, 0, n);
}

/* The last of a batch cannot be mapped: those before it are sent all the same.
 */
static void tx_batch_last_dropped(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct sk_buff *skb;

	napier_fixture_xmit(fx, 0, napier_fixture_skb(fx, 100), true);
	napier_fixture_xmit(fx, 0, napier_fixture_skb(fx, 100), true);
	KUNIT_EXPECT_EQ(test, test_doorbells(fx), 0);

	skb = napier_fixture_skb(fx, 100);
	fx->m->map_fails_in = 1;
	KUNIT_EXPECT_EQ(test, napier_fixture_xmit(fx, 0, skb, false),
			NETDEV_TX_OK);
	KUNIT_EXPECT_EQ(test, test_doorbells(fx), 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).dma_error, 1);

	KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, 0), 2);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 3);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).packets, 2);
	napier_fixture_check_sent(fx, 0, 2);
}

/* A report that is visible before an older one frees nothing too early. */
static void tx_reports_out_of_order(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	napier_fixture_send(fx, 0, 3, 300);
	napier_model_tx_fetch(fx->m, 0, 3);
	napier_model_tx_report_newest(fx->m, 0);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 0);

	napier_model_tx_report(fx->m, 0, 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 1);
	napier_model_tx_report(fx->m, 0, 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 3);
	napier_fixture_check_sent(fx, 0, 3);
}

/* Queues finish in any order. */
static void tx_queues_out_of_step(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	napier_fixture_send(fx, 0, 5, 64);
	napier_fixture_send(fx, 1, 3, 64);
	napier_model_tx_fetch(fx->m, 0, 5);
	KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, 1), 3);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 3);
	KUNIT_EXPECT_EQ(test, fx->m->nr_maps, 5);
	napier_model_tx_report(fx->m, 0, 5);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 8);
	napier_fixture_check_sent(fx, 0, 5);
	napier_fixture_check_sent(fx, 1, 3);
}

/* Reports whose interrupt comes later, once, and is served in one poll. */
static void tx_late_interrupt(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	napier_fixture_send(fx, 0, 10, 64);
	fx->m->hold = true;
	napier_model_tx_fetch(fx->m, 0, 10);
	while (napier_model_tx_report(fx->m, 0, 2))
		;
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 0);
	napier_model_release(fx->m);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 10);
	napier_fixture_check_sent(fx, 0, 10);
}

/* netpoll: budget 0, only room is made. */
static void tx_netpoll(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_vector *vec = fx->nd->vec[0];

	fx->m->hold = true;
	napier_fixture_send(fx, 0, 4, 64);
	napier_model_tx_finish(fx->m, 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_receive(fx, 0, 100, 1), 1);
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, vec->napi.poll(&vec->napi, 0), 0);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 4);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&fx->received), 0);
	napier_fixture_check_sent(fx, 0, 4);

	napier_model_release(fx->m);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 100, 1);
}

static struct kunit_case napier_tx_cases[] = {
	KUNIT_CASE(tx_one_frame),
	KUNIT_CASE(tx_short_frame),
	KUNIT_CASE(tx_stops_in_time),
	KUNIT_CASE(tx_wakes_at_threshold),
	KUNIT_CASE(tx_wakes_after_batch),
	KUNIT_CASE(tx_busy_when_full),
	KUNIT_CASE(tx_bql_balances),
	KUNIT_CASE(tx_bql_stops),
	KUNIT_CASE(tx_batch_one_doorbell),
	KUNIT_CASE(tx_batch_interim_report),
	KUNIT_CASE(tx_batch_last_dropped),
	KUNIT_CASE(tx_reports_out_of_order),
	KUNIT_CASE(tx_queues_out_of_step),
	KUNIT_CASE(tx_late_interrupt),
	KUNIT_CASE(tx_netpoll),
	{}
};

static struct kunit_suite napier_tx_suite = {
	.name = "napier_tx",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init_up,
	.exit = napier_fixture_exit,
	.test_cases = napier_tx_cases,
};

kunit_test_suite(napier_tx_suite);
