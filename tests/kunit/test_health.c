// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is noticed when something hangs, and the ladder of remedies: a queue,
 * the device, the PCI function.
 *
 * Depends on: napier_fixture.c.
 */
#include "napier_fixture.h"

/* A minute and more ago, which is when a remedy is forgotten. */
#define HEALTH_LONG_AGO		(get_jiffies_64() - 61 * HZ)

static void health_hang(struct napier_fixture *fx, u32 queue)
{
	fx->ndev->netdev_ops->ndo_tx_timeout(fx->ndev, queue);
	flush_work(&fx->nd->health.work);
}

/* Frames of both queues that the device has taken and does not report. */
static void health_in_flight(struct napier_fixture *fx)
{
	napier_fixture_send(fx, 0, 6, 200);
	napier_fixture_send(fx, 1, 4, 200);
	napier_model_tx_fetch(fx->m, 0, 6);
	napier_model_tx_fetch(fx->m, 1, 4);
	napier_model_tx_report(fx->m, 0, 1);
}

static void health_works(struct napier_fixture *fx, u32 queue)
{
	u32 before = napier_fixture_freed();

	napier_model_tx_forget(fx->m, queue);
	napier_fixture_unlimit(fx, queue);
	KUNIT_EXPECT_FALSE(fx->test, napier_fixture_stopped(fx, queue));
	napier_fixture_send(fx, queue, 3, 100);
	KUNIT_EXPECT_EQ(fx->test, napier_model_tx_finish(fx->m, queue), 3);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(fx->test, napier_fixture_freed(), before + 3);
}

/* That queue alone: what it had sent counts as sent, the rest as dropped; the
 * other one's frames go on, and so does the link.
 */
static void hang_restarts_the_queue(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_tx_totals t;

	health_in_flight(fx);
	health_hang(fx, 0);
	KUNIT_EXPECT_EQ(test, fx->m->resets, 1);
	KUNIT_EXPECT_EQ(test, fx->nn->resets, 0);
	KUNIT_EXPECT_EQ(test, fx->nn->tx_timeouts, 1);
	KUNIT_EXPECT_EQ(test, fx->nn->queue_restarts, 1);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(fx->ndev));
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 6);
	t = napier_fixture_tx(fx);
	KUNIT_EXPECT_EQ(test, t.packets + t.dropped, 6);
	KUNIT_EXPECT_GT(test, t.packets, 0);
	KUNIT_EXPECT_GT(test, t.dropped, 0);
	health_works(fx, 0);

	KUNIT_EXPECT_EQ(test, napier_model_tx_report(fx->m, 1, U32_MAX), 4);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 6 + 3 + 4);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).packets, t.packets + 7);
}

/* What did not help is not tried again; what helped for a minute is. */
static void hang_climbs_the_ladder(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_health *h = &fx->nd->health;

	health_hang(fx, 0);
	KUNIT_EXPECT_EQ(test, fx->nn->queue_restarts, 1);
	/* Another queue's hang is its own. */
	health_hang(fx, 1);
	KUNIT_EXPECT_EQ(test, fx->nn->queue_restarts, 2);
	KUNIT_EXPECT_EQ(test, fx->nn->resets, 0);

	health_hang(fx, 0);
	KUNIT_EXPECT_EQ(test, fx->nn->queue_restarts, 2);
	KUNIT_EXPECT_EQ(test, fx->nn->resets, 1);
	KUNIT_EXPECT_EQ(test, fx->m->function_resets, 0);

	health_hang(fx, 0);
	KUNIT_EXPECT_EQ(test, fx->nn->resets, 1);
	KUNIT_EXPECT_EQ(test, fx->m->function_resets, 1);
	KUNIT_EXPECT_FALSE(test, napier_is_gone(fx->nd));
	KUNIT_EXPECT_EQ(test, h->tx_known, 0);

	/* Nothing helps: the device again, for as long as it hangs. */
	health_hang(fx, 0);
	KUNIT_EXPECT_EQ(test, fx->m->function_resets, 1);
	KUNIT_EXPECT_EQ(test, fx->nn->resets, 2);
	KUNIT_EXPECT_EQ(test, h->tx_known, 0);

	fx->nd->vec[0]->tx_restart = HEALTH_LONG_AGO;
	health_hang(fx, 0);
	KUNIT_EXPECT_EQ(test, fx->nn->queue_restarts, 3);
	KUNIT_EXPECT_EQ(test, h->tx_known, 0);
	napier_fixture_link_up(fx);
	health_works(fx, 0);
	health_works(fx, 1);
}

/* Where the function cannot be reset, the device is. */
static void hang_without_function_reset(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_health *h = &fx->nd->health;

	fx->m->function_reset_err = -EAGAIN;
	health_hang(fx, 0);
	health_hang(fx, 0);
	KUNIT_EXPECT_EQ(test, fx->nn->resets, 1);
	health_hang(fx, 0);
	KUNIT_EXPECT_EQ(test, fx->m->function_resets, 0);
	KUNIT_EXPECT_EQ(test, fx->nn->resets, 2);
	KUNIT_EXPECT_EQ(test, h->tx_known, 0);
	napier_fixture_link_up(fx);
	health_works(fx, 0);
	health_works(fx, 1);
}

/* A queue that the device does not let go of needs more than a restart. */
static void hang_that_does_not_let_go(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	health_in_flight(fx);
	fx->m->queue_off_delay = U32_MAX;
	health_hang(fx, 0);
	fx->m->queue_off_delay = 0;
	KUNIT_EXPECT_EQ(test, fx->nn->queue_restarts, 0);
	KUNIT_EXPECT_EQ(test, fx->nn->resets, 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 10);
	napier_fixture_link_up(fx);
	health_works(fx, 0);
	health_works(fx, 1);
}

static void health_look_at_once(struct napier_fixture *fx)
{
	napier_health_look(fx->nn);
	flush_work(&fx->nd->health.work);
	napier_fixture_settle(fx);
}

/* The look of a second later. */
static void health_look(struct napier_fixture *fx)
{
	u32 i;

	for (i = 0; i < fx->nd->board->queues; i++)
		fx->nd->vec[i]->marked -= HZ;
	health_look_at_once(fx);
}

/* A frame waits, and the message that should have told of it went astray. */
static void health_lose_message(struct napier_fixture *fx, u32 queue)
{
	fx->m->hold = true;
	napier_fixture_receive(fx, queue, 100, 1);
	spin_lock_irq(&fx->m->lock);
	fx->m->pending = 0;
	fx->m->eicr = 0;
	spin_unlock_irq(&fx->m->lock);
	fx->m->hold = false;
}

static void lost_interrupt(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	cancel_delayed_work_sync(&fx->nd->service);
	health_look(fx);
	health_lose_message(fx, 1);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&fx->received));

	/* Once may be a moment too early. */
	health_look(fx);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&fx->received));
	KUNIT_EXPECT_EQ(test, fx->nd->vec[1]->kicked, 0);
	health_look(fx);
	napier_fixture_check_received(fx, 100, 1);
	KUNIT_EXPECT_NE(test, fx->nd->vec[1]->kicked, 0);
	KUNIT_EXPECT_EQ(test, fx->nn->queue_restarts, 0);
	KUNIT_EXPECT_EQ(test, fx->nd->health.rx_known, 0);
	KUNIT_EXPECT_EQ(test, fx->nd->vec[0]->kicked, 0);

	/* Again within a minute: the queue begins anew. */
	health_lose_message(fx, 1);
	health_look(fx);
	health_look(fx);
	KUNIT_EXPECT_EQ(test, fx->nn->queue_restarts, 1);
	KUNIT_EXPECT_EQ(test, fx->nn->resets, 0);
	napier_fixture_receive(fx, 1, 100, 2);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 100, 2);
	/* And then the device. */
	health_lose_message(fx, 1);
	health_look(fx);
	health_look(fx);
	KUNIT_EXPECT_EQ(test, fx->nn->resets, 1);
}

/* The service looks after each event of the link, too: that no time has passed
 * between two looks says nothing.
 */
static void looks_in_a_row(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	cancel_delayed_work_sync(&fx->nd->service);
	health_look(fx);
	health_lose_message(fx, 1);
	health_look(fx);
	health_look_at_once(fx);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&fx->received));
	KUNIT_EXPECT_EQ(test, fx->nd->vec[1]->kicked, 0);

	/* Nor that the remedy has not helped yet. */
	fx->m->hold = true;
	health_look(fx);
	KUNIT_EXPECT_NE(test, fx->nd->vec[1]->kicked, 0);
	health_look_at_once(fx);
	KUNIT_EXPECT_EQ(test, fx->nn->queue_restarts, 0);
	napier_model_release(fx->m);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 100, 1);
}

/* A frame waits, as one did at the same place of the ring a second ago. */
static void ring_went_round(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 size = fx->nn->cfg.rx[1]->mask + 1;
	u32 i;

	cancel_delayed_work_sync(&fx->nd->service);
	health_lose_message(fx, 1);
	health_look(fx);
	napier_irq_kick(fx->nd->vec[1]);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 100, 1);
	for (i = 1; i < size; i++) {
		napier_fixture_receive(fx, 1, 100, i);
		napier_fixture_settle(fx);
		napier_fixture_check_received(fx, 100, i);
	}
	health_lose_message(fx, 1);
	health_look(fx);
	KUNIT_EXPECT_EQ(test, fx->nd->vec[1]->kicked, 0);
	health_look(fx);
	KUNIT_EXPECT_NE(test, fx->nd->vec[1]->kicked, 0);
	napier_fixture_check_received(fx, 100, 1);
}

/* The same for what was sent. */
static void lost_interrupt_of_sending(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	cancel_delayed_work_sync(&fx->nd->service);
	fx->m->hold = true;
	napier_fixture_send(fx, 0, 5, 100);
	KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, 0), 5);
	spin_lock_irq(&fx->m->lock);
	fx->m->pending = 0;
	fx->m->eicr = 0;
	spin_unlock_irq(&fx->m->lock);
	fx->m->hold = false;
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 0);

	health_look(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 0);
	health_look(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 5);
	KUNIT_EXPECT_EQ(test, fx->nn->queue_restarts, 0);
}

/* Frames that are under way are none of its business. */
static void no_false_alarm(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 i;

	cancel_delayed_work_sync(&fx->nd->service);
	napier_fixture_send(fx, 0, 3, 100);
	napier_model_tx_fetch(fx->m, 0, 3);
	for (i = 0; i < 5; i++) {
		/* A frame waits at each look, and never the same. */
		fx->m->hold = true;
		napier_fixture_receive(fx, 0, 100, i);
		health_look(fx);
		napier_model_release(fx->m);
		napier_fixture_settle(fx);
		napier_fixture_check_received(fx, 100, i);
	}
	KUNIT_EXPECT_EQ(test, fx->nd->vec[0]->kicked, 0);
	KUNIT_EXPECT_EQ(test, fx->nn->queue_restarts, 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 0);
}

/* Hardware stops sending when the link goes; what it holds is thrown away. */
static void link_lost_with_frames(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	health_in_flight(fx);
	napier_model_link(fx->m, false, 2, true);
	irq_work_sync(&fx->m->irq_work);
	flush_delayed_work(&fx->nd->service);
	KUNIT_ASSERT_FALSE(test, netif_carrier_ok(fx->ndev));
	health_look(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 10);
	KUNIT_EXPECT_EQ(test, fx->nn->queue_restarts, 2);
	KUNIT_EXPECT_EQ(test, fx->nn->tx_timeouts, 0);
	/* That was no remedy: a hang has all its steps before it. */
	KUNIT_EXPECT_EQ(test, fx->nd->vec[0]->tx_restart, 0);
	health_look(fx);
	KUNIT_EXPECT_EQ(test, fx->nn->queue_restarts, 2);

	napier_fixture_link_up(fx);
	health_works(fx, 0);
	health_works(fx, 1);
}

/* All ones: the gate closes, and the function is reset. */
static void gone_and_back(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	health_in_flight(fx);
	fx->m->gone_until_reset = true;
	fx->m->gone = true;
	napier_rd32(fx->nd, NAPIER_CTRL);
	KUNIT_EXPECT_TRUE(test, napier_is_gone(fx->nd));
	flush_work(&fx->nd->health.work);
	KUNIT_EXPECT_FALSE(test, napier_is_gone(fx->nd));
	KUNIT_EXPECT_TRUE(test, netif_device_present(fx->ndev));
	KUNIT_EXPECT_EQ(test, fx->m->function_resets, 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 10);
	napier_fixture_link_up(fx);
	health_works(fx, 0);
	health_works(fx, 1);
}

/* It stays away: nothing is tried again and again, and it can be removed. */
static void gone_for_good(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	fx->m->gone = true;
	napier_rd32(fx->nd, NAPIER_CTRL);
	flush_work(&fx->nd->health.work);
	KUNIT_EXPECT_TRUE(test, napier_is_gone(fx->nd));
	KUNIT_EXPECT_EQ(test, fx->m->function_resets, 1);
	napier_fixture_close(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_open(fx), -ENODEV);
	napier_fixture_remove(fx);
}

static struct kunit_case napier_health_cases[] = {
	KUNIT_CASE(hang_restarts_the_queue),
	KUNIT_CASE(hang_climbs_the_ladder),
	KUNIT_CASE(hang_without_function_reset),
	KUNIT_CASE(hang_that_does_not_let_go),
	KUNIT_CASE(lost_interrupt),
	KUNIT_CASE(looks_in_a_row),
	KUNIT_CASE(ring_went_round),
	KUNIT_CASE(lost_interrupt_of_sending),
	KUNIT_CASE(no_false_alarm),
	KUNIT_CASE(link_lost_with_frames),
	KUNIT_CASE(gone_and_back),
	KUNIT_CASE(gone_for_good),
	{}
};

static struct kunit_suite napier_health_suite = {
	.name = "napier_health",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init_up,
	.exit = napier_fixture_exit,
	.test_cases = napier_health_cases,
};

kunit_test_suite(napier_health_suite);
