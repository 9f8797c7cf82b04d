// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit: the ring itself. Wrapping, packets of many pieces, mappings that
 * fail, and what happens to frames in flight when the ring is taken away.
 *
 * Depends on: napier_fixture.c.
 */
#include "napier_fixture.h"

/* How a device lags behind: it reads at once and reports after so many more. */
static const struct tx_lag {
	const char *name;
	u32 batch;
	u32 lag;
} tx_lags[] = {
	{ "batch 1, at once", 1, 0 },
	{ "batch 1, 5 late", 1, 5 },
	{ "batch 3, 7 late", 3, 7 },
	{ "batch 8, 1 late", 8, 1 },
	{ "batch 13, 2 late", 13, 2 },
};

KUNIT_ARRAY_PARAM_DESC(tx_lag, tx_lags, name);

/* Many times around the ring; every frame arrives, whole and in order. */
static void tx_wraps(struct kunit *test)
{
	const struct tx_lag *p = test->param_value;
	struct napier_fixture *fx = test->priv;
	u32 total = 3 * fx->nn->cfg.tx_desc;
	u32 sent = 0, i, n;

	while (sent < total) {
		for (i = 0; i < p->batch; i++, sent++) {
			struct sk_buff *skb;
			/* Pieces of all sizes, so that frames begin anywhere. */
			skb = napier_fixture_skb_frags(fx, 40 + sent % 100,
						       sent % 4,
						       1 + sent % 700);
			if (napier_fixture_stopped(fx, 0)) {
				napier_model_tx_finish(fx->m, 0);
				napier_fixture_settle(fx);
			}
			KUNIT_ASSERT_FALSE(test, napier_fixture_stopped(fx, 0));
			KUNIT_ASSERT_EQ(test,
					napier_fixture_xmit(fx, 0, skb,
							    i < p->batch - 1),
					NETDEV_TX_OK);
		}
		napier_model_tx_fetch(fx->m, 0, U32_MAX);
		while (fx->m->tx[0].nr_rs > p->lag) {
			napier_model_tx_report(fx->m, 0, 1);
			napier_fixture_settle(fx);
		}
		n = fx->m->tx[0].nr_frames;
		KUNIT_ASSERT_EQ(test, n, sent - fx->expect);
		if (n > 3 * p->batch * (p->lag + 1))
			napier_fixture_check_sent(fx, 0,
						  n - p->batch * (p->lag + 1));
		if (fx->m->faults)
			break;
	}
	napier_model_tx_finish(fx->m, 0);
	napier_fixture_settle(fx);
	napier_fixture_check_sent(fx, 0, sent - fx->expect);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), sent);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).packets, sent);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).busy, 0);
	KUNIT_EXPECT_EQ(test, fx->m->nr_maps, 0);
}

/* head: bytes; frags: how many; len: of each; descs: what that takes. */
static const struct tx_shape {
	const char *name;
	u32 head;
	u32 frags;
	u32 len;
	u32 descs;
} tx_shapes[] = {
	{ "linear", 1514, 0, 0, 1 },
	{ "one fragment", 60, 1, 1000, 2 },
	{ "most fragments", 60, MAX_SKB_FRAGS, 800, 1 + MAX_SKB_FRAGS },
	{ "fragment of 32 KiB", 60, 1, SZ_32K, 2 },
	{ "fragment of 32 KiB + 1", 60, 1, SZ_32K + 1, 3 },
	{ "two of 32 KiB - 1", 60, 2, SZ_32K - 1, 3 },
};

KUNIT_ARRAY_PARAM_DESC(tx_shape, tx_shapes, name);

/* The count is exact but for the context, and the pieces make the frame. */
static void tx_pieces(struct kunit *test)
{
	const struct tx_shape *p = test->param_value;
	struct napier_fixture *fx = test->priv;
	struct napier_model_frame *f;
	struct sk_buff *skb;

	skb = napier_fixture_skb_frags(fx, p->head, p->frags, p->len);
	KUNIT_EXPECT_EQ(test, napier_tx_desc_count(skb), 1 + p->descs);
	napier_fixture_xmit(fx, 0, skb, false);
	KUNIT_EXPECT_EQ(test, napier_model_tx_waiting(fx->m, 0), p->descs);
	KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, 0), 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, fx->m->nr_maps, 0);

	f = list_first_entry(&fx->m->tx[0].frames, struct napier_model_frame,
			     node);
	KUNIT_EXPECT_EQ(test, f->descs, p->descs);
	KUNIT_EXPECT_EQ(test, f->len, p->head + p->frags * p->len);
	napier_fixture_check_sent(fx, 0, 1);
}

/* The device drops a frame that has an empty descriptor, so there is none. */
static void tx_empty_fragment(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct sk_buff *skb = napier_fixture_skb_frags(fx, 60, 2, 100);
	skb_frag_t *frag = &skb_shinfo(skb)->frags[0];

	skb_frag_size_set(frag, 0);
	skb->len -= 100;
	skb->data_len -= 100;
	napier_fixture_xmit(fx, 0, skb, false);
	KUNIT_EXPECT_EQ(test, napier_model_tx_waiting(fx->m, 0), 2);
	KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, 0), 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, fx->m->nr_maps, 0);
}

static const int tx_map_failures[] = { 1, 2, 3, 5 };

static void tx_map_failure_desc(const int *nth, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "mapping %d", *nth);
}

KUNIT_ARRAY_PARAM(tx_map_failure, tx_map_failures, tx_map_failure_desc);

/* A mapping fails: nothing of the frame stays, and the ring is as before. */
static void tx_mapping_fails(struct kunit *test)
{
	const int *nth = test->param_value;
	struct napier_fixture *fx = test->priv;
	struct napier_tx_ring *tx = fx->nn->cfg.tx[0];
	struct sk_buff *skb;
	u16 at;

	napier_fixture_send(fx, 0, 3, 100);
	at = tx->next_to_use;
	/* With an offload, so that there is a context to take back, too. */
	skb = napier_fixture_skb_frags(fx, 60, 4, 500);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 5);
	fx->m->map_fails_in = *nth;
	KUNIT_EXPECT_EQ(test, napier_fixture_xmit(fx, 0, skb, false),
			NETDEV_TX_OK);
	KUNIT_EXPECT_EQ(test, tx->next_to_use, at);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 1);
	KUNIT_EXPECT_EQ(test, fx->m->nr_maps, 3);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).dma_error, 1);

	/* The context went with it: the next frame has to bring it again. */
	fx->serial--;
	skb = napier_fixture_skb_frags(fx, 60, 4, 500);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 5);
	napier_fixture_xmit(fx, 0, skb, false);
	KUNIT_EXPECT_EQ(test, napier_model_tx_waiting(fx->m, 0), 3 + 6);
	KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, 0), 4);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, fx->m->nr_maps, 0);
	napier_fixture_check_sent(fx, 0, 4);
}

/* Frames in every state: unread, sent, reported and not cleaned, in a batch
 * that was not rung yet.
 */
static u32 tx_in_flight(struct napier_fixture *fx)
{
	fx->m->hold = true;
	napier_fixture_send(fx, 0, 4, 200);
	napier_model_tx_fetch(fx->m, 0, 3);
	napier_model_tx_report(fx->m, 0, 1);
	napier_fixture_send(fx, 0, 5, 300);
	napier_fixture_xmit(fx, 0, napier_fixture_skb(fx, 400), true);
	KUNIT_EXPECT_EQ(fx->test, napier_fixture_freed(), 0);

	return 10;
}

static void tx_expect_fresh(struct napier_fixture *fx)
{
	struct netdev_queue *txq = netdev_get_tx_queue(fx->ndev, 0);
	struct kunit *test = fx->test;

	KUNIT_EXPECT_EQ(test, fx->m->nr_maps, 0);
	KUNIT_EXPECT_EQ(test, txq->dql.num_queued, txq->dql.num_completed);
	KUNIT_EXPECT_FALSE(test, napier_fixture_stopped(fx, 0));

	napier_model_tx_forget(fx->m, 0);
	napier_model_release(fx->m);
	napier_fixture_link_up(fx);
	napier_fixture_unlimit(fx, 0);
	fx->expect = fx->serial;
	KUNIT_EXPECT_EQ(test, napier_fixture_send(fx, 0, 20, 99), 20);
	KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, 0), 20);
	napier_fixture_settle(fx);
	napier_fixture_check_sent(fx, 0, 20);
}

/* A reset: every frame is freed once; what the device had reported counts as
 * sent, although no poll has seen it, all else as dropped; and the ring starts
 * from nothing.
 */
static void tx_reset_in_flight(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 n = tx_in_flight(fx);
	struct napier_tx_totals t;

	rtnl_lock();
	netdev_lock(fx->ndev);
	napier_reset(fx->nn);
	netdev_unlock(fx->ndev);
	rtnl_unlock();

	KUNIT_EXPECT_EQ(test, fx->m->resets, 2);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), n);
	t = napier_fixture_tx(fx);
	KUNIT_EXPECT_EQ(test, t.packets, 1);
	KUNIT_EXPECT_EQ(test, t.dropped, n - 1);
	KUNIT_EXPECT_EQ(test, t.wake, 0);
	tx_expect_fresh(fx);
	t = napier_fixture_tx(fx);
	KUNIT_EXPECT_EQ(test, t.packets, 21);
	KUNIT_EXPECT_EQ(test, t.dropped, n - 1);
}

/* Another ring size: the old ring's frames are gone, the new ring works. */
static void tx_resize_in_flight(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 n = tx_in_flight(fx);
	struct napier_tx_totals t;

	KUNIT_EXPECT_EQ(test, napier_fixture_config(fx, 2, 64, 128), 0);
	KUNIT_EXPECT_EQ(test, fx->m->resets, 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), n);
	t = napier_fixture_tx(fx);
	KUNIT_EXPECT_EQ(test, t.packets, 1);
	KUNIT_EXPECT_EQ(test, t.dropped, n - 1);
	tx_expect_fresh(fx);
}

/* Down and up again. */
static void tx_close_in_flight(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 n = tx_in_flight(fx);

	napier_fixture_close(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), n);
	KUNIT_EXPECT_EQ(test, fx->m->nr_maps, 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_open(fx), 0);
	tx_expect_fresh(fx);
}

/* The device vanishes with frames in flight. */
static void tx_gone_in_flight(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 n = tx_in_flight(fx);

	fx->m->gone = true;
	napier_stats_update(fx->nd);
	KUNIT_EXPECT_TRUE(test, napier_is_gone(fx->nd));
	KUNIT_EXPECT_FALSE(test, netif_device_present(fx->ndev));
	napier_fixture_close(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), n);
	KUNIT_EXPECT_EQ(test, fx->m->nr_maps, 0);
}

/* pktgen and sockets that bypass the qdisc may bring a packet that was meant for
 * a queue which is there no more, or for an interface that has been closed.
 */
static void tx_queue_that_was_let_go(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct rtnl_link_stats64 stats;
	u32 freed = napier_fixture_freed();

	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 1, 64, 64), 0);
	KUNIT_EXPECT_FALSE(test, napier_fixture_stopped(fx, 1));
	KUNIT_EXPECT_EQ(test, napier_fixture_xmit(fx, 1,
						  napier_fixture_skb(fx, 100),
						  false),
			NETDEV_TX_OK);
	napier_fixture_close(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_xmit(fx, 0,
						  napier_fixture_skb(fx, 100),
						  false),
			NETDEV_TX_OK);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), freed + 2);
	dev_get_stats(fx->ndev, &stats);
	KUNIT_EXPECT_EQ(test, stats.tx_dropped, 2);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
}

static struct kunit_case napier_tx_ring_cases[] = {
	KUNIT_CASE_PARAM(tx_wraps, tx_lag_gen_params),
	KUNIT_CASE_PARAM(tx_pieces, tx_shape_gen_params),
	KUNIT_CASE(tx_empty_fragment),
	KUNIT_CASE_PARAM(tx_mapping_fails, tx_map_failure_gen_params),
	KUNIT_CASE(tx_reset_in_flight),
	KUNIT_CASE(tx_resize_in_flight),
	KUNIT_CASE(tx_close_in_flight),
	KUNIT_CASE(tx_gone_in_flight),
	KUNIT_CASE(tx_queue_that_was_let_go),
	{}
};

static struct kunit_suite napier_tx_ring_suite = {
	.name = "napier_tx_ring",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init_up,
	.exit = napier_fixture_exit,
	.test_cases = napier_tx_ring_cases,
};

kunit_test_suite(napier_tx_ring_suite);
