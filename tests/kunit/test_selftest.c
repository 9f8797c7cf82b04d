// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool -t and NETIF_F_LOOPBACK on a device that is sound, and on one that is
 * not: every kind of defect is found, by the test that is meant for it.
 *
 * Depends on: napier_fixture.c, napier_model_loop.c.
 */
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>

#include "napier_fixture.h"

#define SELFTEST_MAX	8

/* In the order of the driver's results. */
enum {
	SELFTEST_REGISTERS,
	SELFTEST_NVM,
	SELFTEST_INTERRUPT,
	SELFTEST_LINK,
	SELFTEST_MAC_LOOPBACK,
	SELFTEST_PHY_LOOPBACK,
};

/* Bit for each test that failed; what the flag says has to agree. */
static u32 selftest_run(struct napier_fixture *fx, bool offline)
{
	struct ethtool_test et = {
		.flags = offline ? ETH_TEST_FL_OFFLINE : 0,
	};
	u64 data[SELFTEST_MAX] = {};
	u32 i, failed = 0;

	rtnl_lock();
	netdev_lock(fx->ndev);
	napier_selftest_run(fx->nn, &et, data);
	netdev_unlock(fx->ndev);
	rtnl_unlock();

	for (i = 0; i < SELFTEST_MAX; i++)
		if (data[i])
			failed |= BIT(i);
	KUNIT_EXPECT_EQ(fx->test, !!failed,
			!!(et.flags & ETH_TEST_FL_FAILED));

	return failed;
}

/* The port still carries traffic, on every queue. */
static void selftest_traffic(struct napier_fixture *fx)
{
	flush_delayed_work(&fx->nd->service);
	napier_fixture_traffic(fx);
}

/* A vector for each queue that there can be, whatever CPUs there are. */
static void selftest_widen(struct napier_fixture *fx)
{
	KUNIT_ASSERT_EQ(fx->test,
			napier_fixture_config(fx, napier_irq_max_queues(fx->nd),
					      64, 64), 0);
}

static struct napier_fixture *selftest_up(struct kunit *test,
					  enum napier_board_id id, int vectors)
{
	struct napier_fixture *fx = napier_fixture_bare(test, id);

	fx->m->max_vectors = vectors;
	fx->m->partner = true;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, id), 0);
	selftest_widen(fx);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	napier_fixture_link_up(fx);

	return fx;
}

static const struct selftest_kind {
	const char *name;
	enum napier_board_id id;
	int vectors;
	bool msi;
} selftest_kinds[] = {
	{ "82576", NAPIER_BOARD_82576, 17 },
	{ "82576, few vectors", NAPIER_BOARD_82576, 3 },
	{ "82576, MSI", NAPIER_BOARD_82576, 0, true },
	{ "82576, INTx", NAPIER_BOARD_82576, 0, false },
	{ "82580", NAPIER_BOARD_82580, 5 },
	{ "I350", NAPIER_BOARD_I350, 5 },
	{ "I354", NAPIER_BOARD_I354, 5 },
	{ "I210", NAPIER_BOARD_I210, 5 },
	{ "I211", NAPIER_BOARD_I211, 3 },
};

KUNIT_ARRAY_PARAM_DESC(selftest_kind, selftest_kinds, name);

/* Up and down, without a reset, and frames of nobody reach the stack. */
static void selftest_passes(struct kunit *test)
{
	const struct selftest_kind *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, p->id);
	u32 resets;

	fx->m->max_vectors = p->vectors;
	fx->m->msi = p->msi || p->vectors;
	fx->m->partner = true;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	selftest_widen(fx);
	KUNIT_EXPECT_EQ(test, napier_selftest_count(fx->nd),
			p->id == NAPIER_BOARD_I354 ? 5 : 6);
	resets = fx->m->resets;

	/* Never up yet. */
	KUNIT_EXPECT_EQ(test, selftest_run(fx, true), 0);
	KUNIT_EXPECT_FALSE(test, netif_running(fx->ndev));
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(fx->ndev));
	KUNIT_EXPECT_EQ(test, fx->nd->vec[0]->irq, 0);
	KUNIT_EXPECT_TRUE(test, fx->m->phy[MII_BMCR] & BMCR_PDOWN);
	KUNIT_EXPECT_EQ(test, selftest_run(fx, false), BIT(SELFTEST_LINK));

	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	irq_work_sync(&fx->m->irq_work);
	flush_delayed_work(&fx->nd->service);
	selftest_traffic(fx);
	KUNIT_EXPECT_EQ(test, selftest_run(fx, true), 0);
	KUNIT_EXPECT_EQ(test, selftest_run(fx, false), 0);
	flush_delayed_work(&fx->nd->service);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(fx->ndev));
	KUNIT_EXPECT_EQ(test, fx->m->resets, resets);
	KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_RCTL_LBM,
					napier_model_peek(fx->m, NAPIER_RCTL)),
			0);
	KUNIT_EXPECT_FALSE(test, fx->m->phy[MII_BMCR] & BMCR_LOOPBACK);
	KUNIT_EXPECT_FALSE(test, napier_model_peek(fx->m, NAPIER_CTRL) &
				 (NAPIER_CTRL_ILOS | NAPIER_CTRL_FRCSPD |
				  NAPIER_CTRL_FRCDPX));
	KUNIT_EXPECT_NULL(test, napier_fixture_received(fx));
	selftest_traffic(fx);

	/* Stamps are on, which most parts put in front of each frame. */
	KUNIT_EXPECT_EQ(test,
			napier_fixture_hwtstamp(fx, HWTSTAMP_TX_ON,
						HWTSTAMP_FILTER_PTP_V2_EVENT,
						NULL), 0);
	KUNIT_EXPECT_EQ(test, selftest_run(fx, true), 0);
}

/* ---- defects --------------------------------------------------------------- */

/* Every vector in use, of each kind. */
static void selftest_lost_interrupt(struct kunit *test)
{
	struct napier_fixture *fx = selftest_up(test, NAPIER_BOARD_82576, 3);
	u32 entry;

	for (entry = 0; entry < 3; entry++) {
		fx->m->lost_messages = BIT(entry);
		KUNIT_EXPECT_EQ_MSG(test, selftest_run(fx, false),
				    BIT(SELFTEST_INTERRUPT), "entry %u", entry);
		fx->m->lost_messages = 0;
		napier_irq_kick(fx->nd->vec[0]);
		napier_irq_kick(fx->nd->vec[1]);
		napier_fixture_settle(fx);
	}
	KUNIT_EXPECT_EQ(test, selftest_run(fx, false), 0);
}

static void selftest_bad_nvm(struct kunit *test)
{
	struct napier_fixture *fx = selftest_up(test, NAPIER_BOARD_I350, 3);

	fx->m->nvm[0xC1] ^= 1;
	KUNIT_EXPECT_EQ(test, selftest_run(fx, false), BIT(SELFTEST_NVM));
	KUNIT_EXPECT_EQ(test, selftest_run(fx, true), BIT(SELFTEST_NVM));
	fx->m->nvm[0xC1] ^= 1;
	KUNIT_EXPECT_EQ(test, selftest_run(fx, true), 0);
}

static void selftest_stuck_register(struct kunit *test)
{
	struct napier_fixture *fx = selftest_up(test, NAPIER_BOARD_I210, 3);

	fx->m->stuck_reg = NAPIER_MTA(100);
	fx->m->stuck_mask = BIT(17);
	KUNIT_EXPECT_EQ(test, selftest_run(fx, false), 0);
	KUNIT_EXPECT_EQ(test, selftest_run(fx, true),
			BIT(SELFTEST_REGISTERS));
	fx->m->stuck_mask = 0;
	selftest_traffic(fx);
}

/* One bit of one byte, a byte less, or nothing at all. */
static void selftest_bad_loopback(struct kunit *test)
{
	struct napier_fixture *fx = selftest_up(test, NAPIER_BOARD_82576, 3);
	const u32 both = BIT(SELFTEST_MAC_LOOPBACK) |
			 BIT(SELFTEST_PHY_LOOPBACK);
	static const u32 bytes[] = { 18, 59, 332, 1513 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bytes); i++) {
		fx->m->loop_flip = bytes[i];
		KUNIT_EXPECT_EQ_MSG(test, selftest_run(fx, true), both,
				    "byte %u", bytes[i]);
	}
	fx->m->loop_flip = 0;
	fx->m->loop_cut = 1;
	KUNIT_EXPECT_EQ(test, selftest_run(fx, true), both);
	fx->m->loop_cut = 0;
	fx->m->loop_lost = true;
	KUNIT_EXPECT_EQ(test, selftest_run(fx, true), both);
	fx->m->loop_lost = false;
	selftest_traffic(fx);
	KUNIT_EXPECT_EQ(test, selftest_run(fx, true), 0);
}

/* Without a partner there is no link, but a loopback. */
static void selftest_no_partner(struct kunit *test)
{
	struct napier_fixture *fx = selftest_up(test, NAPIER_BOARD_82576, 3);

	fx->m->partner = false;
	napier_model_link(fx->m, false, 2, true);
	KUNIT_EXPECT_EQ(test, selftest_run(fx, true), BIT(SELFTEST_LINK));
}

/* Memory is looked for first: nothing is stopped. */
static void selftest_no_memory(struct kunit *test)
{
	struct napier_fixture *fx = selftest_up(test, NAPIER_BOARD_82576, 3);
	u32 writes;

	selftest_traffic(fx);
	writes = fx->m->writes[0];
	fx->m->allocs_left = 10;
	KUNIT_EXPECT_EQ(test, selftest_run(fx, true),
			BIT(SELFTEST_MAC_LOOPBACK));
	fx->m->allocs_left = -1;
	KUNIT_EXPECT_EQ(test, fx->m->writes[0], writes);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(fx->ndev));
	selftest_traffic(fx);
}

/* A BMC's session is not cut for a test. */
static void selftest_firmware_uses_phy(struct kunit *test)
{
	struct napier_fixture *fx = selftest_up(test, NAPIER_BOARD_I350, 3);
	u16 bmcr = fx->m->phy[MII_BMCR];

	napier_model_poke(fx->m, NAPIER_MANC, NAPIER_MANC_BLK_PHY_RST);
	KUNIT_EXPECT_EQ(test, selftest_run(fx, true), 0);
	KUNIT_EXPECT_EQ(test, fx->m->phy[MII_BMCR], bmcr);
	KUNIT_EXPECT_TRUE(test, fx->m->link_up);
}

static void selftest_dead_device(struct kunit *test)
{
	struct napier_fixture *fx = selftest_up(test, NAPIER_BOARD_82576, 3);

	fx->m->gone = true;
	KUNIT_EXPECT_NE(test, selftest_run(fx, true), 0);
	napier_fixture_back(fx);
}

/* ---- NETIF_F_LOOPBACK ------------------------------------------------------- */

static int selftest_feature(struct napier_fixture *fx, bool on)
{
	netdev_features_t was = fx->ndev->features;

	rtnl_lock();
	netdev_lock(fx->ndev);
	if (on)
		fx->ndev->wanted_features |= NETIF_F_LOOPBACK;
	else
		fx->ndev->wanted_features &= ~NETIF_F_LOOPBACK;
	netdev_update_features(fx->ndev);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	flush_delayed_work(&fx->nd->service);

	return (fx->ndev->features ^ was) & NETIF_F_LOOPBACK ? 0 : -EBUSY;
}

static const struct selftest_phy {
	const char *name;
	enum napier_board_id id;
	u32 phy;
	bool lbk;
	bool ilos;
} selftest_phys[] = {
	{ "82576", NAPIER_BOARD_82576, 0x02A80391, false, false },
	{ "82580", NAPIER_BOARD_82580, 0x015403A1, true, false },
	{ "I350", NAPIER_BOARD_I350, 0x015403B2, true, false },
	{ "I210", NAPIER_BOARD_I210, 0x01410C00, false, true },
	{ "I211", NAPIER_BOARD_I211, 0x01410C00, false, true },
};

KUNIT_ARRAY_PARAM_DESC(selftest_phy, selftest_phys, name);

/* On, through a reset, a change of link settings and down and up; and off. */
static void selftest_loopback_feature(struct kunit *test)
{
	const struct selftest_phy *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, p->id);
	const struct ethtool_pauseparam pause = { .autoneg = 1 };
	struct napier_model *m = fx->m;
	u16 *lbk = &m->phy[0x13];

	m->partner = true;
	m->phy[MII_PHYSID1] = p->phy >> 16;
	m->phy[MII_PHYSID2] = p->phy;
	*lbk = 0x0123;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	KUNIT_EXPECT_TRUE(test, fx->ndev->hw_features & NETIF_F_LOOPBACK);
	KUNIT_EXPECT_FALSE(test, fx->ndev->features & NETIF_F_LOOPBACK);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	flush_delayed_work(&fx->nd->service);

	KUNIT_ASSERT_EQ(test, selftest_feature(fx, true), 0);
	KUNIT_EXPECT_EQ(test, m->phy[MII_BMCR], BMCR_LOOPBACK |
			BMCR_SPEED1000 | BMCR_FULLDPLX);
	KUNIT_EXPECT_EQ(test, *lbk, p->lbk ? 0x8041 : 0x0123);
	KUNIT_EXPECT_EQ(test, p->ilos,
			!!(napier_model_peek(m, NAPIER_CTRL) &
			   NAPIER_CTRL_ILOS));
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(fx->ndev));
	KUNIT_EXPECT_EQ(test, napier_link_restart(fx->nd, NULL), -EBUSY);
	KUNIT_EXPECT_EQ(test, napier_link_set_pause(fx->nd, &pause, NULL), 0);
	KUNIT_EXPECT_TRUE(test, m->phy[MII_BMCR] & BMCR_LOOPBACK);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(fx->ndev));

	rtnl_lock();
	netdev_lock(fx->ndev);
	napier_reset(fx->nn);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	flush_delayed_work(&fx->nd->service);
	KUNIT_EXPECT_TRUE(test, m->phy[MII_BMCR] & BMCR_LOOPBACK);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(fx->ndev));

	/* What is sent comes back, to the stack this time. */
	napier_fixture_unlimit(fx, 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_send(fx, 0, 1, 100), 1);
	flush_work(&m->loop_work);
	napier_fixture_settle(fx);
	kfree_skb(napier_fixture_received(fx));
	napier_fixture_check_received(fx, 100, fx->serial - 1);

	napier_fixture_close(fx);
	KUNIT_EXPECT_EQ(test, *lbk, 0x0123);
	KUNIT_EXPECT_FALSE(test, m->phy[MII_BMCR] & BMCR_LOOPBACK);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	KUNIT_EXPECT_TRUE(test, m->phy[MII_BMCR] & BMCR_LOOPBACK);
	KUNIT_EXPECT_EQ(test, selftest_run(fx, true), 0);
	KUNIT_EXPECT_TRUE(test, m->phy[MII_BMCR] & BMCR_LOOPBACK);

	KUNIT_ASSERT_EQ(test, selftest_feature(fx, false), 0);
	KUNIT_EXPECT_EQ(test, m->phy[MII_BMCR], BMCR_ANENABLE |
			BMCR_SPEED1000 | BMCR_FULLDPLX);
	KUNIT_EXPECT_EQ(test, *lbk, 0x0123);
	KUNIT_EXPECT_FALSE(test, napier_model_peek(m, NAPIER_CTRL) &
				 (NAPIER_CTRL_ILOS | NAPIER_CTRL_FRCSPD |
				  NAPIER_CTRL_FRCDPX));
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(fx->ndev));
	selftest_traffic(fx);
}

/* Refused, and nothing has changed. */
static void selftest_loopback_refused(struct kunit *test)
{
	struct napier_fixture *fx = selftest_up(test, NAPIER_BOARD_I350, 3);
	u16 bmcr = fx->m->phy[MII_BMCR];

	napier_model_poke(fx->m, NAPIER_MANC, NAPIER_MANC_BLK_PHY_RST);
	KUNIT_EXPECT_EQ(test, selftest_feature(fx, true), -EBUSY);
	KUNIT_EXPECT_EQ(test, fx->m->phy[MII_BMCR], bmcr);
	napier_model_poke(fx->m, NAPIER_MANC, 0);
	fx->m->phy_dead = true;
	KUNIT_EXPECT_EQ(test, selftest_feature(fx, true), -EBUSY);
	fx->m->phy_dead = false;
	KUNIT_EXPECT_FALSE(test, fx->nd->link.loopback);
	KUNIT_EXPECT_FALSE(test, fx->ndev->features & NETIF_F_LOOPBACK);
	selftest_traffic(fx);
}

static struct kunit_case napier_selftest_cases[] = {
	KUNIT_CASE_PARAM(selftest_passes, selftest_kind_gen_params),
	KUNIT_CASE(selftest_lost_interrupt),
	KUNIT_CASE(selftest_bad_nvm),
	KUNIT_CASE(selftest_stuck_register),
	KUNIT_CASE(selftest_bad_loopback),
	KUNIT_CASE(selftest_no_partner),
	KUNIT_CASE(selftest_no_memory),
	KUNIT_CASE(selftest_firmware_uses_phy),
	KUNIT_CASE(selftest_dead_device),
	KUNIT_CASE_PARAM(selftest_loopback_feature, selftest_phy_gen_params),
	KUNIT_CASE(selftest_loopback_refused),
	{}
};

static struct kunit_suite napier_selftest_suite = {
	.name = "napier_selftest",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_selftest_cases,
};

kunit_test_suite(napier_selftest_suite);
