// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of rings, channels and MTU while the interface is up, and everything
 * that takes the device away for a time: sleep, errors of the bus, a reset of
 * the function.
 *
 * Depends on: napier_fixture.c.
 */
#include <linux/pm.h>

#include "napier_fixture.h"

static const struct reconfig_size {
	u32 rx;
	u32 tx;
	int err;
} reconfig_sizes[] = {
	{ 64, 64, 0 },
	{ 128, 64, 0 },
	{ 64, 512, 0 },
	{ 4096, 4096, 0 },
	{ 63, 64, -EINVAL },
	{ 64, 96, -EINVAL },
	{ 32, 64, -EINVAL },
	{ 64, 8192, -EINVAL },
	{ 0, 64, -EINVAL },
};

static void reconfig_size_desc(const struct reconfig_size *s, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "RX %u, TX %u", s->rx, s->tx);
}

KUNIT_ARRAY_PARAM(reconfig_size, reconfig_sizes, reconfig_size_desc);

static void reconfig_rings(struct kunit *test)
{
	const struct reconfig_size *p = test->param_value;
	struct napier_fixture *fx = test->priv;
	struct napier_rx_ring *rx = fx->nn->cfg.rx[0];
	struct napier_tx_ring *tx = fx->nn->cfg.tx[0];

	KUNIT_EXPECT_EQ(test, napier_fixture_config(fx, 2, p->rx, p->tx),
			p->err);
	/* What does not change goes on. */
	if (p->err || p->rx == 64)
		KUNIT_EXPECT_PTR_EQ(test, fx->nn->cfg.rx[0], rx);
	else
		KUNIT_EXPECT_EQ(test, fx->nn->cfg.rx[0]->size, p->rx);
	if (p->err || p->tx == 64)
		KUNIT_EXPECT_PTR_EQ(test, fx->nn->cfg.tx[0], tx);
	else
		KUNIT_EXPECT_EQ(test, fx->nn->cfg.tx[0]->size, p->tx);
	/* And the link with it. */
	KUNIT_EXPECT_EQ(test, fx->m->resets, 1);
	KUNIT_EXPECT_TRUE(test, fx->m->link_up);
	napier_fixture_traffic(fx);
}

static void reconfig_channels(struct kunit *test)
{
	static const u32 steps[] = { 1, 16, 3, 2, 8, 1, 4 };
	struct napier_fixture *fx = test->priv;
	u32 i, j, reta;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		KUNIT_ASSERT_EQ(test,
				napier_fixture_config(fx, steps[i], 64, 64), 0);
		KUNIT_EXPECT_EQ(test, fx->ndev->real_num_tx_queues, steps[i]);
		KUNIT_EXPECT_EQ(test, fx->ndev->real_num_rx_queues, steps[i]);
		for (j = 0; j < NAPIER_RETA_LEN; j++) {
			reta = napier_model_peek(fx->m, NAPIER_RETA(j / 4));
			KUNIT_ASSERT_LT(test, reta >> (j % 4 * 8) & 0xff,
					steps[i]);
		}
		/* Those that are gone are off, and masked. */
		for (j = 0; j < NAPIER_MAX_QUEUES; j++) {
			bool on = j < steps[i];

			KUNIT_EXPECT_EQ(test, on,
					!!(napier_model_peek(fx->m,
							     NAPIER_RXDCTL(j)) &
					   NAPIER_DCTL_ENABLE));
			KUNIT_EXPECT_EQ(test, on,
					!!(napier_model_peek(fx->m,
							     NAPIER_EIMS) &
					   BIT(j + 1)));
		}
		napier_fixture_traffic(fx);
	}
	KUNIT_EXPECT_EQ(test, napier_fixture_config(fx, 0, 64, 64), -EINVAL);
	KUNIT_EXPECT_EQ(test, napier_fixture_config(fx, 17, 64, 64), -EINVAL);
	KUNIT_EXPECT_EQ(test, fx->m->resets, 1);
}

/* One queue may let frames wait; with several, one must not hold up all. */
static void reconfig_drop_enable(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	napier_fixture_link_up(fx);
	napier_link_check(fx->nd);
	KUNIT_ASSERT_TRUE(test, fx->nd->link.tx_pause);
	napier_rx_drop_update(fx->nn);
	KUNIT_EXPECT_FALSE(test, napier_model_peek(fx->m, NAPIER_SRRCTL(1)) &
				 NAPIER_SRRCTL_DROP_EN);
	fx->nd->link.tx_pause = false;
	napier_rx_drop_update(fx->nn);
	KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_SRRCTL(0)) &
				NAPIER_SRRCTL_DROP_EN);
	KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_SRRCTL(1)) &
				NAPIER_SRRCTL_DROP_EN);
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 1, 64, 64), 0);
	napier_rx_drop_update(fx->nn);
	KUNIT_EXPECT_FALSE(test, napier_model_peek(fx->m, NAPIER_SRRCTL(0)) &
				 NAPIER_SRRCTL_DROP_EN);
}

static void reconfig_mtu(struct kunit *test)
{
	static const u32 mtus[] = { 1400, 1500, 1501, 9000, 5000, 1500, 68 };
	struct napier_fixture *fx = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(mtus); i++) {
		struct napier_rx_ring *rx = fx->nn->cfg.rx[0];
		bool was_large = fx->ndev->mtu > 1500;
		bool large = mtus[i] > 1500;

		KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, mtus[i]), 0);
		KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_RLPML),
				max(mtus[i], 1500u) + 26);
		KUNIT_EXPECT_EQ(test,
				FIELD_GET(NAPIER_SRRCTL_BSIZEPKT,
					  napier_model_peek(fx->m,
							    NAPIER_SRRCTL(0))),
				large ? 3 : 2);
		/* New buffers only where their size changes. */
		if (large == was_large)
			KUNIT_EXPECT_PTR_EQ(test, fx->nn->cfg.rx[0], rx);
		napier_fixture_traffic(fx);
	}
	KUNIT_EXPECT_EQ(test, fx->m->resets, 1);
}

/* A queue that takes its time to stop is waited for: the model objects to
 * changes of a ring before that. Frames that came are taken before the ring
 * goes.
 */
static void reconfig_slow_device(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 i;

	fx->m->queue_off_delay = 1;
	for (i = 0; i < 10; i++)
		napier_fixture_receive(fx, 0, 100, i);
	KUNIT_EXPECT_EQ(test, napier_fixture_config(fx, 2, 128, 128), 0);
	KUNIT_EXPECT_EQ(test, fx->m->off_polls, 0);
	for (i = 0; i < 10; i++)
		napier_fixture_check_received(fx, 100, i);
	napier_fixture_traffic(fx);
}

/* Up and down: nothing accumulates. */
static void reconfig_up_and_down(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	int i;

	for (i = 0; i < 10; i++) {
		napier_fixture_close(fx);
		KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_EIMS), 0);
		KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_IMS), 0);
		KUNIT_EXPECT_FALSE(test, napier_model_peek(fx->m, NAPIER_RCTL) &
					 NAPIER_RCTL_EN);
		KUNIT_EXPECT_FALSE(test,
				   napier_model_peek(fx->m, NAPIER_TXDCTL(0)) &
				   NAPIER_DCTL_ENABLE);
		/* The PHY sleeps, for no firmware needs it. */
		KUNIT_EXPECT_TRUE(test, fx->m->phy[MII_BMCR] & BMCR_PDOWN);
		KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
		KUNIT_EXPECT_FALSE(test, fx->m->phy[MII_BMCR] & BMCR_PDOWN);
		napier_fixture_link_up(fx);
		napier_fixture_traffic(fx);
	}
}

/* ---- the device goes away for a time -------------------------------------------------- */

static void reconfig_sleep(struct napier_fixture *fx)
{
	napier_driver.driver.pm->suspend(&fx->m->pdev.dev);
}

static void reconfig_wake(struct napier_fixture *fx)
{
	KUNIT_EXPECT_EQ(fx->test,
			napier_driver.driver.pm->resume(&fx->m->pdev.dev), 0);
}

static void reconfig_error(struct napier_fixture *fx)
{
	const struct pci_error_handlers *h = napier_driver.err_handler;

	KUNIT_EXPECT_EQ(fx->test,
			h->error_detected(&fx->m->pdev,
					  pci_channel_io_frozen),
			PCI_ERS_RESULT_NEED_RESET);
}

static void reconfig_recover(struct napier_fixture *fx)
{
	const struct pci_error_handlers *h = napier_driver.err_handler;

	KUNIT_EXPECT_EQ(fx->test, h->slot_reset(&fx->m->pdev),
			PCI_ERS_RESULT_RECOVERED);
	h->resume(&fx->m->pdev);
}

static void reconfig_flr_begin(struct napier_fixture *fx)
{
	napier_driver.err_handler->reset_prepare(&fx->m->pdev);
}

static void reconfig_flr_end(struct napier_fixture *fx)
{
	napier_driver.err_handler->reset_done(&fx->m->pdev);
}

/* The bus is reset for another function's error: this one was not told to stop,
 * and finds its registers as after power-on.
 */
static void reconfig_bystander(struct napier_fixture *fx)
{
	const struct pci_error_handlers *h = napier_driver.err_handler;

	KUNIT_EXPECT_EQ(fx->test,
			h->error_detected(&fx->m->pdev, pci_channel_io_normal),
			PCI_ERS_RESULT_CAN_RECOVER);
	KUNIT_EXPECT_TRUE(fx->test, fx->nn->up);
	spin_lock_irq(&fx->m->lock);
	napier_model_reset(fx->m);
	spin_unlock_irq(&fx->m->lock);
	reconfig_recover(fx);
}

static void reconfig_reset_of_others(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	reconfig_bystander(fx);
	KUNIT_EXPECT_TRUE(test, netif_device_present(fx->ndev));
	napier_fixture_link_up(fx);
	napier_fixture_traffic(fx);
}

static const struct reconfig_absence {
	const char *name;
	void (*begin)(struct napier_fixture *fx);
	void (*end)(struct napier_fixture *fx);
} reconfig_absences[] = {
	{ "sleep", reconfig_sleep, reconfig_wake },
	{ "bus error", reconfig_error, reconfig_recover },
	{ "function-level reset", reconfig_flr_begin, reconfig_flr_end },
};

KUNIT_ARRAY_PARAM_DESC(reconfig_absence, reconfig_absences, name);

/* With frames in flight. While it is away nothing touches it, and afterwards
 * everything is as it was, what the hardware forgot included.
 */
static void reconfig_comes_back(struct kunit *test)
{
	const struct reconfig_absence *p = test->param_value;
	struct napier_fixture *fx = test->priv;
	u32 n;

	napier_filter_set_vlan(fx->nd, 7, true);
	n = napier_fixture_send(fx, 0, 10, 100);
	napier_model_tx_fetch(fx->m, 0, 5);
	p->begin(fx);
	KUNIT_EXPECT_TRUE(test, napier_is_gone(fx->nd));
	KUNIT_EXPECT_FALSE(test, netif_device_present(fx->ndev));

	/* Power is off: the model forgets all. */
	spin_lock_irq(&fx->m->lock);
	napier_model_reset(fx->m);
	spin_unlock_irq(&fx->m->lock);
	napier_filter_set_vlan(fx->nd, 9, true);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_VFTA(0)), 0);

	p->end(fx);
	KUNIT_EXPECT_FALSE(test, napier_is_gone(fx->nd));
	KUNIT_EXPECT_TRUE(test, netif_device_present(fx->ndev));
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), n);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_VFTA(0)) & ~BIT(0),
			BIT(7) | BIT(9));
	KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_CTRL_EXT) &
				NAPIER_CTRL_EXT_DRV_LOAD);
	KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_RFCTL) &
				NAPIER_RFCTL_IPV6_EX_DIS);
	napier_fixture_link_up(fx);
	napier_fixture_traffic(fx);
}

/* The same with the interface down. */
static void reconfig_comes_back_down(struct kunit *test)
{
	const struct reconfig_absence *p = test->param_value;
	struct napier_fixture *fx = test->priv;

	napier_fixture_close(fx);
	p->begin(fx);
	KUNIT_EXPECT_TRUE(test, napier_is_gone(fx->nd));
	p->end(fx);
	KUNIT_EXPECT_FALSE(test, napier_is_gone(fx->nd));
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	napier_fixture_link_up(fx);
	napier_fixture_traffic(fx);
}

/* Closed while it is away. Detaching stops all queues, those that nobody uses
 * too, and attaching wakes them only if the interface is up; the core's watchdog
 * would take them for hung.
 */
static void reconfig_closed_while_away(struct kunit *test)
{
	const struct reconfig_absence *p = test->param_value;
	struct napier_fixture *fx = test->priv;
	u32 i;

	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 1, 64, 64), 0);
	KUNIT_ASSERT_GT(test, fx->ndev->num_tx_queues, 1);
	p->begin(fx);
	for (i = 0; i < fx->ndev->num_tx_queues; i++)
		KUNIT_EXPECT_TRUE(test, napier_fixture_stopped(fx, i));
	/* What the watchdog may do to a queue without a ring. */
	fx->ndev->netdev_ops->ndo_tx_timeout(fx->ndev, 1);
	KUNIT_EXPECT_EQ(test, fx->nn->tx_timeouts, 0);
	napier_fixture_close(fx);
	p->end(fx);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	for (i = 0; i < fx->ndev->num_tx_queues; i++)
		KUNIT_EXPECT_FALSE(test, napier_fixture_stopped(fx, i));
}

static bool reconfig_is_master(struct napier_fixture *fx)
{
	u16 command;

	pci_read_config_word(&fx->m->pdev, PCI_COMMAND, &command);

	return command & PCI_COMMAND_MASTER;
}

/* What does not answer cannot be told to stop. It may not write into memory any
 * more before its rings are freed, and again when it is back.
 */
static void reconfig_gone_writes_nothing(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	KUNIT_EXPECT_TRUE(test, reconfig_is_master(fx));
	reconfig_error(fx);
	KUNIT_EXPECT_FALSE(test, reconfig_is_master(fx));
	reconfig_recover(fx);
	KUNIT_EXPECT_TRUE(test, reconfig_is_master(fx));
	napier_fixture_link_up(fx);
	napier_fixture_traffic(fx);

	fx->m->gone = true;
	napier_link_check(fx->nd);
	KUNIT_EXPECT_TRUE(test, napier_is_gone(fx->nd));
	KUNIT_EXPECT_TRUE(test, reconfig_is_master(fx));
	napier_fixture_close(fx);
	KUNIT_EXPECT_FALSE(test, reconfig_is_master(fx));
}

/* It does not come back: closed it stays, and can be removed. */
static void reconfig_does_not_come_back(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	reconfig_sleep(fx);
	fx->m->gone = true;
	KUNIT_EXPECT_EQ(test,
			napier_driver.driver.pm->resume(&fx->m->pdev.dev),
			-ENODEV);
	KUNIT_EXPECT_TRUE(test, napier_is_gone(fx->nd));
	KUNIT_EXPECT_FALSE(test, netif_device_present(fx->ndev));
}

static struct kunit_case napier_reconfig_cases[] = {
	KUNIT_CASE_PARAM(reconfig_rings, reconfig_size_gen_params),
	KUNIT_CASE(reconfig_channels),
	KUNIT_CASE(reconfig_drop_enable),
	KUNIT_CASE(reconfig_mtu),
	KUNIT_CASE(reconfig_slow_device),
	KUNIT_CASE(reconfig_up_and_down),
	KUNIT_CASE_PARAM(reconfig_comes_back, reconfig_absence_gen_params),
	KUNIT_CASE_PARAM(reconfig_comes_back_down, reconfig_absence_gen_params),
	KUNIT_CASE_PARAM(reconfig_closed_while_away, reconfig_absence_gen_params),
	KUNIT_CASE(reconfig_reset_of_others),
	KUNIT_CASE(reconfig_gone_writes_nothing),
	KUNIT_CASE(reconfig_does_not_come_back),
	{}
};

static struct kunit_suite napier_reconfig_suite = {
	.name = "napier_reconfig",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init_all,
	.exit = napier_fixture_exit,
	.test_cases = napier_reconfig_cases,
};

kunit_test_suite(napier_reconfig_suite);
