// SPDX-License-Identifier: GPL-2.0-only
/*
 * Energy-Efficient Ethernet on each part: how the NVM has it, what is set and
 * told, what is in effect, and what is refused.
 *
 * Depends on: napier_fixture.c.
 */
#include <linux/mdio.h>

#include "napier_fixture.h"

#define EEE_100		MDIO_EEE_100TX
#define EEE_1000	MDIO_EEE_1000T
#define EEE_BOTH	(EEE_100 | EEE_1000)
#define EEE_LPI		(NAPIER_EEER_RX_LPI_EN | NAPIER_EEER_LPI_FC)

static struct napier_fixture *eee_bare(struct kunit *test,
				       enum napier_board_id id)
{
	struct napier_fixture *fx = napier_fixture_bare(test, id);

	if (id == NAPIER_BOARD_I354)
		napier_fixture_sgmii(fx);

	return fx;
}

static void eee_come(struct napier_fixture *fx, u32 speed, bool full)
{
	napier_model_link(fx->m, true, speed, full);
	irq_work_sync(&fx->m->irq_work);
	flush_delayed_work(&fx->nd->service);
	KUNIT_ASSERT_TRUE(fx->test, fx->nd->link.up);
}

static struct ethtool_keee eee_get(struct napier_fixture *fx)
{
	struct ethtool_keee keee = {};

	KUNIT_EXPECT_EQ(fx->test, napier_eee_get(fx->nd, &keee), 0);

	return keee;
}

static int eee_set(struct napier_fixture *fx, bool on, bool lpi, u16 adv)
{
	struct ethtool_keee keee = {
		.eee_enabled = on, .tx_lpi_enabled = lpi,
	};

	mii_eee_cap1_mod_linkmode_t(keee.advertised, adv);

	return napier_link_set_eee(fx->nd, &keee, NULL);
}

static bool eee_is_chip(const struct napier_fixture *fx)
{
	return fx->m->board == NAPIER_BOARD_I354;
}

/* What the device offers and does. */
static void eee_expect(struct napier_fixture *fx, u16 adv, u32 eeer)
{
	u32 ipcnfg = napier_model_peek(fx->m, NAPIER_IPCNFG);

	if (eee_is_chip(fx)) {
		/* Bits that are not ours stay. */
		KUNIT_EXPECT_EQ(fx->test,
				fx->m->mmd[MDIO_MMD_AN][MDIO_AN_EEE_ADV],
				adv | 0x100);
		KUNIT_EXPECT_EQ(fx->test, fx->m->phy[0x16], 0);
		return;
	}
	KUNIT_EXPECT_EQ(fx->test, !!(ipcnfg & BIT(2)), !!(adv & EEE_100));
	KUNIT_EXPECT_EQ(fx->test, !!(ipcnfg & BIT(3)), !!(adv & EEE_1000));
	KUNIT_EXPECT_EQ(fx->test, napier_model_peek(fx->m, NAPIER_EEER) &
				  GENMASK(18, 16), eeer);
}

static const struct eee_board {
	const char *name;
	enum napier_board_id id;
} eee_boards[] = {
	{ "I350", NAPIER_BOARD_I350 },
	{ "I354", NAPIER_BOARD_I354 },
	{ "I210", NAPIER_BOARD_I210 },
	{ "I211", NAPIER_BOARD_I211 },
};

KUNIT_ARRAY_PARAM_DESC(eee_board, eee_boards, name);

static void eee_sets(struct kunit *test)
{
	const struct eee_board *p = test->param_value;
	struct napier_fixture *fx = eee_bare(test, p->id);
	struct napier_model *m = fx->m;
	struct ethtool_keee keee;
	u32 n;

	m->mmd[MDIO_MMD_AN][MDIO_AN_EEE_ADV] = 0x100;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	keee = eee_get(fx);
	KUNIT_EXPECT_FALSE(test, keee.eee_enabled);
	KUNIT_EXPECT_EQ(test, linkmode_to_mii_eee_cap1_t(keee.supported),
			EEE_BOTH);
	KUNIT_EXPECT_EQ(test, linkmode_to_mii_eee_cap1_t(keee.advertised),
			EEE_BOTH);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	eee_come(fx, 2, true);
	eee_expect(fx, 0, 0);

	/* Another offer wants a negotiation. */
	n = m->negotiations;
	KUNIT_EXPECT_EQ(test, eee_set(fx, true, true, EEE_BOTH), 0);
	KUNIT_EXPECT_EQ(test, m->negotiations, ++n);
	eee_expect(fx, EEE_BOTH, EEE_LPI | NAPIER_EEER_TX_LPI_EN);
	if (eee_is_chip(fx))
		KUNIT_EXPECT_EQ(test, m->phy_pages[18][0], 1);
	KUNIT_EXPECT_EQ(test, eee_set(fx, true, true, EEE_1000), 0);
	KUNIT_EXPECT_EQ(test, m->negotiations, ++n);
	eee_expect(fx, EEE_1000, EEE_LPI | NAPIER_EEER_TX_LPI_EN);

	/* Whether to rest is this side's own matter. */
	if (!eee_is_chip(fx)) {
		KUNIT_EXPECT_EQ(test, eee_set(fx, true, false, EEE_1000), 0);
		KUNIT_EXPECT_EQ(test, m->negotiations, n);
		eee_expect(fx, EEE_1000, EEE_LPI);
		KUNIT_EXPECT_FALSE(test, eee_get(fx).tx_lpi_enabled);
	}

	/* A device that has forgotten all of it is told again. */
	spin_lock_irq(&m->lock);
	m->regs[NAPIER_IPCNFG / 4] = 0;
	m->regs[NAPIER_EEER / 4] = 0;
	m->mmd[MDIO_MMD_AN][MDIO_AN_EEE_ADV] = 0x100;
	spin_unlock_irq(&m->lock);
	napier_fixture_close(fx);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	eee_expect(fx, EEE_1000, EEE_LPI);

	/* Off; what was offered comes back with it. While down, stored. */
	napier_fixture_close(fx);
	n = m->negotiations;
	KUNIT_EXPECT_EQ(test, eee_set(fx, false, true, EEE_1000), 0);
	KUNIT_EXPECT_EQ(test, m->negotiations, n);
	eee_expect(fx, EEE_1000, EEE_LPI);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	eee_expect(fx, 0, 0);
	keee = eee_get(fx);
	KUNIT_EXPECT_FALSE(test, keee.eee_enabled);
	KUNIT_EXPECT_EQ(test, linkmode_to_mii_eee_cap1_t(keee.advertised),
			EEE_1000);
}

/* Until something is set, it stays as it is. */
static void eee_as_found(struct kunit *test)
{
	const struct eee_board *p = test->param_value;
	struct napier_fixture *fx = eee_bare(test, p->id);
	struct napier_model *m = fx->m;
	struct ethtool_keee keee;
	int err;

	m->mmd[MDIO_MMD_AN][MDIO_AN_EEE_ADV] = EEE_100 | 0x100;
	err = napier_fixture_probe(fx, p->id);
	KUNIT_ASSERT_EQ(test, err, 0);
	napier_model_poke(m, NAPIER_IPCNFG, NAPIER_IPCNFG_EEE_100M | BIT(31));
	napier_model_poke(m, NAPIER_EEER, EEE_LPI);
	napier_eee_init(fx->nd);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	eee_come(fx, 1, true);
	eee_expect(fx, EEE_100, EEE_LPI);
	keee = eee_get(fx);
	KUNIT_EXPECT_TRUE(test, keee.eee_enabled);
	KUNIT_EXPECT_EQ(test, keee.tx_lpi_enabled, eee_is_chip(fx));
	KUNIT_EXPECT_EQ(test, linkmode_to_mii_eee_cap1_t(keee.advertised),
			EEE_100);

	KUNIT_EXPECT_EQ(test, eee_set(fx, false, true, EEE_100), 0);
	eee_expect(fx, 0, 0);
	if (!eee_is_chip(fx))
		KUNIT_EXPECT_TRUE(test, napier_model_peek(m, NAPIER_IPCNFG) &
					BIT(31));
}

/* In effect: both offer it for this speed, and in full duplex. */
static void eee_is_active(struct kunit *test)
{
	const struct eee_board *p = test->param_value;
	struct napier_fixture *fx = eee_bare(test, p->id);
	struct napier_model *m = fx->m;
	struct ethtool_keee keee;

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	KUNIT_EXPECT_EQ(test, eee_set(fx, true, true, EEE_BOTH), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	m->mmd[MDIO_MMD_AN][MDIO_AN_EEE_LPABLE] = EEE_1000;
	m->emi_lpa = EEE_1000;
	KUNIT_EXPECT_FALSE(test, eee_get(fx).eee_active);

	eee_come(fx, 2, true);
	if (!eee_is_chip(fx)) {
		KUNIT_EXPECT_FALSE(test, eee_get(fx).eee_active);
		napier_model_poke(m, NAPIER_EEER, NAPIER_EEER_EEE_NEG |
				  napier_model_peek(m, NAPIER_EEER));
	}
	keee = eee_get(fx);
	KUNIT_EXPECT_TRUE(test, keee.eee_active);
	KUNIT_EXPECT_EQ(test, linkmode_to_mii_eee_cap1_t(keee.lp_advertised),
			EEE_1000);

	if (eee_is_chip(fx)) {
		eee_come(fx, 1, true);
		KUNIT_EXPECT_FALSE(test, eee_get(fx).eee_active);
	}
	eee_come(fx, 2, false);
	KUNIT_EXPECT_FALSE(test, eee_get(fx).eee_active);

	/* A PHY that does not answer takes nothing else with it. */
	m->phy_dead = true;
	keee = eee_get(fx);
	KUNIT_EXPECT_TRUE(test, linkmode_empty(keee.lp_advertised));
	KUNIT_EXPECT_TRUE(test, keee.eee_enabled);
	m->phy_dead = false;
}

static void eee_refuses(struct kunit *test)
{
	const struct eee_board *p = test->param_value;
	struct napier_fixture *fx = eee_bare(test, p->id);
	struct napier_model *m = fx->m;
	struct ethtool_keee keee = {};
	u32 n;

	m->mmd[MDIO_MMD_AN][MDIO_AN_EEE_ADV] = 0x100;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	KUNIT_ASSERT_EQ(test, eee_set(fx, true, true, EEE_100), 0);
	eee_come(fx, 2, true);
	n = m->negotiations;

	KUNIT_EXPECT_EQ(test, eee_set(fx, true, true, 0), -EINVAL);
	keee.eee_enabled = true;
	keee.tx_lpi_enabled = true;
	linkmode_set_bit(ETHTOOL_LINK_MODE_10000baseT_Full_BIT,
			 keee.advertised);
	KUNIT_EXPECT_EQ(test, napier_link_set_eee(fx->nd, &keee, NULL), -EINVAL);
	linkmode_zero(keee.advertised);
	mii_eee_cap1_mod_linkmode_t(keee.advertised, EEE_BOTH);
	keee.tx_lpi_timer = 10;
	KUNIT_EXPECT_EQ(test, napier_link_set_eee(fx->nd, &keee, NULL), -EOPNOTSUPP);
	if (eee_is_chip(fx)) {
		KUNIT_EXPECT_EQ(test, eee_set(fx, true, false, EEE_BOTH),
				-EOPNOTSUPP);
		m->phy_missing = BIT(MII_MMD_CTRL);
		KUNIT_EXPECT_EQ(test, eee_set(fx, true, true, EEE_BOTH), -EIO);
		m->phy_missing = 0;
	}
	napier_model_poke(m, NAPIER_MANC, NAPIER_MANC_BLK_PHY_RST);
	KUNIT_EXPECT_EQ(test, eee_set(fx, true, true, EEE_BOTH), -EBUSY);
	napier_model_poke(m, NAPIER_MANC, 0);
	/* The negotiation fails, after all has been written. */
	m->phy_missing = BIT(MII_BMCR);
	KUNIT_EXPECT_EQ(test, eee_set(fx, true, true, EEE_BOTH), -EIO);
	m->phy_missing = 0;

	eee_expect(fx, EEE_100, EEE_LPI | NAPIER_EEER_TX_LPI_EN);
	keee = eee_get(fx);
	KUNIT_EXPECT_EQ(test, linkmode_to_mii_eee_cap1_t(keee.advertised),
			EEE_100);
	KUNIT_EXPECT_EQ(test, m->negotiations, n);
}

/* Parts and PHYs without it. */
static const struct eee_without {
	const char *name;
	enum napier_board_id id;
	u32 phy;
} eee_withouts[] = {
	{ "82576", NAPIER_BOARD_82576, 0x02A80391 },
	{ "82580", NAPIER_BOARD_82580, 0x015403A1 },
	{ "I354, 88E1111", NAPIER_BOARD_I354, 0x01410CC2 },
};

KUNIT_ARRAY_PARAM_DESC(eee_without, eee_withouts, name);

static void eee_is_missing(struct kunit *test)
{
	const struct eee_without *p = test->param_value;
	struct napier_fixture *fx = eee_bare(test, p->id);
	struct ethtool_keee keee = {};

	fx->m->phy[MII_PHYSID1] = p->phy >> 16;
	fx->m->phy[MII_PHYSID2] = p->phy;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	KUNIT_EXPECT_EQ(test, napier_eee_get(fx->nd, &keee), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, eee_set(fx, true, true, EEE_BOTH), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, eee_set(fx, false, false, 0), -EOPNOTSUPP);
}

static struct kunit_case napier_eee_cases[] = {
	KUNIT_CASE_PARAM(eee_sets, eee_board_gen_params),
	KUNIT_CASE_PARAM(eee_as_found, eee_board_gen_params),
	KUNIT_CASE_PARAM(eee_is_active, eee_board_gen_params),
	KUNIT_CASE_PARAM(eee_refuses, eee_board_gen_params),
	KUNIT_CASE_PARAM(eee_is_missing, eee_without_gen_params),
	{}
};

static struct kunit_suite napier_eee_suite = {
	.name = "napier_eee",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_eee_cases,
};

kunit_test_suite(napier_eee_suite);
