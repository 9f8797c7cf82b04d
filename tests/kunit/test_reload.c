// SPDX-License-Identifier: GPL-2.0-only
/*
 * devlink dev reload: the interface stays, everything below it is set up anew,
 * with as many vectors as the parameter says.
 *
 * Depends on: napier_fixture.c.
 */
#include <linux/rtnetlink.h>

#include "napier_fixture.h"

#define RELOAD_PARAM	DEVLINK_PARAM_GENERIC_ID_MSIX_VEC_PER_PF_MAX

static void reload_set_vectors(struct napier_fixture *fx, u32 vectors)
{
	struct devlink *devlink = priv_to_devlink(fx->nd);
	union devlink_param_value val = { .vu32 = vectors };

	devl_lock(devlink);
	devl_param_driverinit_value_set(devlink, RELOAD_PARAM, &val);
	devl_unlock(devlink);
}

/* As devlink core does it. */
static int reload_netns(struct napier_fixture *fx, bool netns_change)
{
	struct devlink *devlink = priv_to_devlink(fx->nd);
	struct netlink_ext_ack extack = {};
	u32 done = 0;
	int err;

	devl_lock(devlink);
	err = napier_devlink_ops.reload_down(devlink, netns_change,
					     DEVLINK_RELOAD_ACTION_DRIVER_REINIT,
					     DEVLINK_RELOAD_LIMIT_UNSPEC,
					     &extack);
	if (!err)
		err = napier_devlink_ops.reload_up(devlink,
						   DEVLINK_RELOAD_ACTION_DRIVER_REINIT,
						   DEVLINK_RELOAD_LIMIT_UNSPEC,
						   &done, &extack);
	devl_unlock(devlink);
	if (err)
		KUNIT_EXPECT_NOT_NULL(fx->test, extack._msg);
	else
		KUNIT_EXPECT_EQ(fx->test, done,
				BIT(DEVLINK_RELOAD_ACTION_DRIVER_REINIT));

	return err;
}

static int reload(struct napier_fixture *fx)
{
	return reload_netns(fx, false);
}

/* Settings and counters are kept, and what the user knows of interrupts. */
static void reload_keeps(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	int irq = fx->nd->vec[1]->irq;
	u32 resets = fx->m->resets;

	KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, 4000), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 2, 128, 256), 0);
	napier_fixture_traffic(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, 2);

	KUNIT_ASSERT_EQ(test, reload(fx), 0);
	KUNIT_EXPECT_EQ(test, fx->m->resets, resets + 1);
	KUNIT_EXPECT_TRUE(test, netif_running(fx->ndev));
	KUNIT_EXPECT_TRUE(test, netif_device_present(fx->ndev));
	KUNIT_EXPECT_EQ(test, fx->nn->cfg.nr_queues, 2);
	KUNIT_EXPECT_EQ(test, fx->nn->cfg.rx[1]->size, 128);
	KUNIT_EXPECT_EQ(test, fx->nn->cfg.tx[1]->size, 256);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_RLPML),
			4000 + NAPIER_FRAME_OVERHEAD);
	KUNIT_EXPECT_EQ(test, fx->nd->vec[1]->irq, irq);
	KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_CTRL_EXT) &
				NAPIER_CTRL_EXT_DRV_LOAD);

	napier_fixture_link_up(fx);
	napier_fixture_traffic(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, 4);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).packets, 40);
}

/* The reset takes the clock and the stamps away from the device. */
static void reload_keeps_the_clock(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct ptp_clock_info *ptp = fx->m->ptp;
	struct timespec64 before, after;

	KUNIT_ASSERT_EQ(test, napier_fixture_hwtstamp(fx, HWTSTAMP_TX_ON,
						      HWTSTAMP_FILTER_PTP_V2_EVENT,
						      NULL), 0);
	napier_model_ptp_advance(fx->m, 77 * NSEC_PER_SEC);
	KUNIT_ASSERT_EQ(test, ptp->gettimex64(ptp, &before, NULL), 0);
	KUNIT_ASSERT_EQ(test, reload(fx), 0);
	KUNIT_ASSERT_EQ(test, ptp->gettimex64(ptp, &after, NULL), 0);
	KUNIT_EXPECT_LT(test, timespec64_to_ns(&after) -
			timespec64_to_ns(&before), 60 * NSEC_PER_SEC);
	KUNIT_EXPECT_GE(test, timespec64_to_ns(&after),
			timespec64_to_ns(&before));
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_TIMINCA),
			fx->nd->ptp.part->timinca);
	KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_TSYNCTXCTL) &
			  NAPIER_TSYNCTXCTL_EN);
	KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_TSYNCRXCTL) &
			  NAPIER_TSYNCRXCTL_EN);
}

/* Frames that are in a ring are sent or counted as dropped, and freed. */
static void reload_with_frames_under_way(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	KUNIT_ASSERT_EQ(test, napier_fixture_send(fx, 0, 5, 100), 5);
	KUNIT_ASSERT_EQ(test, reload(fx), 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), fx->given);
	KUNIT_EXPECT_EQ(test, napier_fixture_tx(fx).dropped, 5);
	napier_fixture_link_up(fx);
	napier_fixture_traffic(fx);
}

static void reload_limits_vectors(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 i;

	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 4, 64, 64), 0);
	reload_set_vectors(fx, 3);
	/* Not before a reload. */
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 5, 64, 64), 0);

	KUNIT_ASSERT_EQ(test, reload(fx), 0);
	KUNIT_EXPECT_EQ(test, fx->m->vectors, 3);
	KUNIT_EXPECT_EQ(test, fx->nn->cfg.nr_queues, 2);
	KUNIT_EXPECT_EQ(test, fx->ndev->real_num_tx_queues, 2);
	KUNIT_EXPECT_EQ(test, fx->ndev->real_num_rx_queues, 2);
	for (i = 0; i < NAPIER_RETA_LEN; i++)
		KUNIT_ASSERT_LT(test, fx->nn->rss.reta[i], 2);
	KUNIT_EXPECT_EQ(test, napier_fixture_config(fx, 3, 64, 64), -EINVAL);
	napier_fixture_link_up(fx);
	napier_fixture_traffic(fx);

	/* More: the user may have more channels, and asks for them. */
	reload_set_vectors(fx, NAPIER_MODEL_VECTORS);
	KUNIT_ASSERT_EQ(test, reload(fx), 0);
	KUNIT_EXPECT_EQ(test, fx->m->vectors, NAPIER_MODEL_VECTORS);
	KUNIT_EXPECT_EQ(test, fx->nn->cfg.nr_queues, 2);
	KUNIT_EXPECT_EQ(test, napier_fixture_config(fx, 16, 64, 64), 0);
	napier_fixture_link_up(fx);
	napier_fixture_traffic(fx);
}

static void reload_while_down(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 4, 64, 64), 0);
	napier_fixture_close(fx);
	reload_set_vectors(fx, 2);
	KUNIT_ASSERT_EQ(test, reload(fx), 0);
	KUNIT_EXPECT_FALSE(test, netif_running(fx->ndev));
	KUNIT_EXPECT_TRUE(test, netif_device_present(fx->ndev));
	KUNIT_EXPECT_EQ(test, fx->nn->cfg.nr_queues, 1);
	KUNIT_EXPECT_EQ(test, fx->ndev->real_num_tx_queues, 1);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	napier_fixture_link_up(fx);
	napier_fixture_traffic(fx);
}

/* What could not be had at probe, MSI-X, is tried again; what cannot be had at
 * all leaves the interface down, and able to come up later.
 */
static void reload_without_vectors(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	fx->m->max_vectors = 0;
	reload_set_vectors(fx, 5);
	KUNIT_ASSERT_EQ(test, reload(fx), 0);
	KUNIT_EXPECT_FALSE(test, napier_is_msix(fx->nd));
	KUNIT_EXPECT_EQ(test, fx->nn->cfg.nr_queues, 1);
	napier_fixture_link_up(fx);
	napier_fixture_traffic(fx);

	fx->m->max_vectors = NAPIER_MODEL_VECTORS;
	KUNIT_ASSERT_EQ(test, reload(fx), 0);
	KUNIT_EXPECT_TRUE(test, napier_is_msix(fx->nd));
	KUNIT_EXPECT_EQ(test, fx->m->vectors, 5);
	KUNIT_EXPECT_EQ(test, fx->nn->cfg.nr_queues, 1);
	napier_fixture_link_up(fx);
	napier_fixture_traffic(fx);
}

static void reload_without_memory(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	fx->m->allocs_left = 0;
	KUNIT_EXPECT_EQ(test, reload(fx), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, netif_running(fx->ndev));
	KUNIT_EXPECT_TRUE(test, netif_device_present(fx->ndev));
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), fx->given);

	fx->m->allocs_left = -1;
	KUNIT_EXPECT_EQ(test, reload(fx), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	napier_fixture_link_up(fx);
	napier_fixture_traffic(fx);
}

static void reload_refused(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 resets = fx->m->resets;

	KUNIT_EXPECT_EQ(test, reload_netns(fx, true), -EOPNOTSUPP);
	rtnl_lock();
	netif_device_detach(fx->ndev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, reload(fx), -ENODEV);
	rtnl_lock();
	netif_device_attach(fx->ndev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, fx->m->resets, resets);
	napier_fixture_traffic(fx);
}

static const struct reload_value {
	enum napier_board_id id;
	int table;
	u32 value;
	int err;
} reload_values[] = {
	{ NAPIER_BOARD_82576, 17, 17, 0 },
	{ NAPIER_BOARD_82576, 17, 2, 0 },
	{ NAPIER_BOARD_82576, 17, 18, -EINVAL },
	{ NAPIER_BOARD_82576, 17, 1, -EINVAL },
	{ NAPIER_BOARD_82576, 17, 0, -EINVAL },
	{ NAPIER_BOARD_82576, 17, U32_MAX, -EINVAL },
	{ NAPIER_BOARD_82576, 10, 10, 0 },
	{ NAPIER_BOARD_82576, 10, 11, -EINVAL },
	{ NAPIER_BOARD_I350, 17, 9, 0 },
	{ NAPIER_BOARD_I350, 17, 10, -EINVAL },
	{ NAPIER_BOARD_I211, 5, 3, 0 },
	{ NAPIER_BOARD_I211, 5, 4, -EINVAL },
};

static void reload_value_desc(const struct reload_value *v, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, %d in the table: %u",
		 napier_board_get(v->id)->name, v->table, v->value);
}

KUNIT_ARRAY_PARAM(reload_value, reload_values, reload_value_desc);

static void reload_validates(struct kunit *test)
{
	const struct reload_value *p = test->param_value;
	struct napier_fixture *fx = test->priv;
	union devlink_param_value val = { .vu32 = p->value };
	struct netlink_ext_ack extack = {};

	fx->nd->board = napier_board_get(p->id);
	fx->m->msix_table = p->table;
	KUNIT_EXPECT_EQ(test,
			napier_param_vectors_validate(priv_to_devlink(fx->nd),
						      RELOAD_PARAM, &val,
						      &extack),
			p->err);
	KUNIT_EXPECT_EQ(test, !!extack._msg, !!p->err);
	fx->nd->board = napier_board_get(NAPIER_BOARD_82576);
	fx->m->msix_table = NAPIER_MODEL_VECTORS;
}

static struct kunit_case napier_reload_cases[] = {
	KUNIT_CASE(reload_keeps),
	KUNIT_CASE(reload_keeps_the_clock),
	KUNIT_CASE(reload_with_frames_under_way),
	KUNIT_CASE(reload_limits_vectors),
	KUNIT_CASE(reload_while_down),
	KUNIT_CASE(reload_without_vectors),
	KUNIT_CASE(reload_without_memory),
	KUNIT_CASE(reload_refused),
	KUNIT_CASE_PARAM(reload_validates, reload_value_gen_params),
	{}
};

static struct kunit_suite napier_reload_suite = {
	.name = "napier_reload",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init_all,
	.exit = napier_fixture_exit,
	.test_cases = napier_reload_cases,
};

kunit_test_suite(napier_reload_suite);
