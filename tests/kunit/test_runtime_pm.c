// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runtime power management: a port whose interface is down sleeps when the user
 * allows it, whoever needs it wakes it, and nothing that was set is lost.
 *
 * Depends on: napier_fixture.c, the kernel's own runtime PM.
 */
#include <linux/mii.h>
#include <linux/pm_runtime.h>
#include <linux/rtnetlink.h>

#include "napier_fixture.h"

static struct device *doze_dev(struct napier_fixture *fx)
{
	return &fx->m->pdev.dev;
}

/* power/control is "auto", and nobody has needed the device for long. */
static void doze_allow(struct napier_fixture *fx)
{
	pm_runtime_set_autosuspend_delay(doze_dev(fx), 0);
	pm_runtime_allow(doze_dev(fx));
}

static bool doze_sleeps(struct napier_fixture *fx)
{
	return pm_runtime_suspended(doze_dev(fx));
}

/* Soon after the last who needed it. */
static void doze_expect_sleep(struct napier_fixture *fx)
{
	KUNIT_EXPECT_TRUE(fx->test, napier_fixture_wait(doze_sleeps, fx));
	KUNIT_EXPECT_TRUE(fx->test, napier_is_gone(fx->nd));
	KUNIT_EXPECT_FALSE(fx->test,
			   napier_model_peek(fx->m, NAPIER_CTRL_EXT) &
			   NAPIER_CTRL_EXT_DRV_LOAD);
}

static void doze_traffic(struct napier_fixture *fx)
{
	napier_fixture_link_up(fx);
	napier_fixture_traffic(fx);
}

/* Unless the user allows it, a port stays awake. */
static void doze_only_with_leave(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	napier_fixture_close(fx);
	pm_runtime_set_autosuspend_delay(doze_dev(fx), 0);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, doze_sleeps(fx));
	doze_allow(fx);
	doze_expect_sleep(fx);
	pm_runtime_forbid(doze_dev(fx));
	KUNIT_EXPECT_FALSE(test, doze_sleeps(fx));
	KUNIT_EXPECT_FALSE(test, napier_is_gone(fx->nd));
}

static void doze_not_while_up(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 resets = fx->m->resets;
	int i;

	doze_allow(fx);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, doze_sleeps(fx));
	doze_traffic(fx);

	for (i = 0; i < 3; i++) {
		napier_fixture_close(fx);
		doze_expect_sleep(fx);
		KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
		KUNIT_EXPECT_FALSE(test, doze_sleeps(fx));
		KUNIT_EXPECT_TRUE(test,
				  napier_model_peek(fx->m, NAPIER_CTRL_EXT) &
				  NAPIER_CTRL_EXT_DRV_LOAD);
		doze_traffic(fx);
	}
	/* Each waking is a reset, for the device has forgotten everything. */
	KUNIT_EXPECT_GE(test, fx->m->resets, resets + 3);
}

/* What is set while it sleeps is in the device when it is up. */
static void doze_keeps_settings(struct kunit *test)
{
	static const u8 addr[ETH_ALEN] = { 0x02, 1, 2, 3, 4, 5 };
	struct napier_fixture *fx = test->priv;
	struct sockaddr_storage sa = {};
	u32 resets;

	napier_fixture_close(fx);
	doze_allow(fx);
	doze_expect_sleep(fx);
	resets = fx->m->resets;

	memcpy(((struct sockaddr *)&sa)->sa_data, addr, ETH_ALEN);
	rtnl_lock();
	netdev_lock(fx->ndev);
	KUNIT_EXPECT_EQ(test,
			fx->ndev->netdev_ops->ndo_set_mac_address(fx->ndev, &sa),
			0);
	KUNIT_EXPECT_EQ(test,
			fx->ndev->netdev_ops->ndo_vlan_rx_add_vid(fx->ndev,
								  htons(ETH_P_8021Q),
								  37), 0);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, napier_fixture_mtu(fx, 4000), 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_config(fx, 2, 256, 512), 0);
	KUNIT_EXPECT_TRUE(test, doze_sleeps(fx));
	KUNIT_EXPECT_EQ(test, fx->m->resets, resets);

	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_RAL(0)),
			0x03020102);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_RAH(0)) & 0xffff,
			0x0504);
	KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_VFTA(1)) &
			  BIT(37 - 32));
	KUNIT_EXPECT_EQ(test, fx->ndev->mtu, 4000);
	KUNIT_EXPECT_EQ(test, fx->nn->cfg.nr_queues, 2);
	doze_traffic(fx);
}

/* Whoever asks for what only the device knows gets it, and then it sleeps. */
static void doze_wakes_who_is_asked(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	const struct net_device_ops *ops = fx->ndev->netdev_ops;
	struct kernel_hwtstamp_config cfg = {
		.tx_type = HWTSTAMP_TX_ON,
	};
	struct netlink_ext_ack extack = {};
	struct mii_ioctl_data *mii;
	struct ifreq ifr = {};
	u32 resets;
	int err;

	napier_fixture_close(fx);
	doze_allow(fx);
	doze_expect_sleep(fx);
	resets = fx->m->resets;

	mii = if_mii(&ifr);
	mii->phy_id = fx->nd->phy.mii.phy_id;
	mii->reg_num = MII_PHYSID1;
	rtnl_lock();
	netdev_lock(fx->ndev);
	err = ops->ndo_eth_ioctl(fx->ndev, &ifr, SIOCGMIIREG);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, mii->val_out, 0x02A8);
	KUNIT_EXPECT_EQ(test, fx->m->resets, resets + 1);
	doze_expect_sleep(fx);

	rtnl_lock();
	netdev_lock(fx->ndev);
	err = ops->ndo_hwtstamp_set(fx->ndev, &cfg, &extack);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, fx->m->resets, resets + 2);
	doze_expect_sleep(fx);

	/* It is on when it wakes. */
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_TSYNCTXCTL) &
			  NAPIER_TSYNCTXCTL_EN);
}

/* The interface cannot be opened: the port need not stay awake for that. */
static void doze_after_failure(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	napier_fixture_close(fx);
	doze_allow(fx);
	doze_expect_sleep(fx);
	fx->m->allocs_left = 0;
	KUNIT_EXPECT_NE(test, napier_fixture_open(fx), 0);
	fx->m->allocs_left = -1;
	doze_expect_sleep(fx);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	doze_traffic(fx);
}

/* A device that does not wake is told of, refused, and can be brought back. */
static void doze_for_ever(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	napier_fixture_close(fx);
	doze_allow(fx);
	doze_expect_sleep(fx);
	fx->m->gone = true;
	KUNIT_EXPECT_NE(test, napier_fixture_open(fx), 0);
	napier_fixture_back(fx);
	doze_expect_sleep(fx);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	doze_traffic(fx);
}

static struct kunit_case napier_runtime_pm_cases[] = {
	KUNIT_CASE(doze_only_with_leave),
	KUNIT_CASE(doze_not_while_up),
	KUNIT_CASE(doze_keeps_settings),
	KUNIT_CASE(doze_wakes_who_is_asked),
	KUNIT_CASE(doze_after_failure),
	KUNIT_CASE(doze_for_ever),
	{}
};

static struct kunit_suite napier_runtime_pm_suite = {
	.name = "napier_runtime_pm",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init_up,
	.exit = napier_fixture_exit,
	.test_cases = napier_runtime_pm_cases,
};

kunit_test_suite(napier_runtime_pm_suite);
