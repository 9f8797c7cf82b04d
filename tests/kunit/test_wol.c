// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wake-on-LAN: which ports can, what is armed before sleep, and that nothing of
 * it is left afterwards.
 *
 * Depends on: napier_fixture.c.
 */
#include "napier_fixture.h"

#define WOL_ALL	(WAKE_PHY | WAKE_UCAST | WAKE_MCAST | WAKE_BCAST | WAKE_MAGIC)

/* A port before the driver has it. */
static struct napier_fixture *wol_port(struct kunit *test,
				       enum napier_board_id id, u32 func,
				       bool pme)
{
	struct napier_fixture *fx = napier_fixture_bare(test, id);

	napier_model_poke(fx->m, NAPIER_STATUS,
			  FIELD_PREP(NAPIER_STATUS_FUNC, func));
	/* What the platform believes does not matter. */
	device_set_wakeup_capable(&fx->m->pdev.dev, true);
	fx->m->pdev.pm_cap = 0x40;
	fx->m->pdev.pme_support = pme ? BIT((__force int)PCI_D3hot) : 0;
	if (id == NAPIER_BOARD_I354)
		napier_fixture_sgmii(fx);

	return fx;
}

static struct ethtool_wolinfo wol_get(struct napier_fixture *fx)
{
	struct ethtool_wolinfo wol = {};

	fx->ndev->ethtool_ops->get_wol(fx->ndev, &wol);

	return wol;
}

static int wol_set(struct napier_fixture *fx, u32 opts)
{
	struct ethtool_wolinfo wol = { .wolopts = opts };

	return fx->ndev->ethtool_ops->set_wol(fx->ndev, &wol);
}

/* ---- who can -------------------------------------------------------------------- */

static const struct wol_who {
	const char *name;
	enum napier_board_id id;
	u16 device;
	u16 vendor;	/* of the subsystem */
	u16 subsystem;
	u8 func;
	u16 word;	/* of the NVM, with INIT3's bits */
	bool apme;
	bool no_pme;
	bool can;
	bool on;
} wol_whos[] = {
	{ "82576 port 0", NAPIER_BOARD_82576, .can = true, .on = true },
	{ "82576 port 0, no PME", NAPIER_BOARD_82576, .no_pme = true },
	{ "82576 port 1", NAPIER_BOARD_82576, .func = 1, .word = 0x14,
	  .apme = true, .can = true, .on = true },
	{ "82576 port 1, not in NVM", NAPIER_BOARD_82576, .func = 1,
	  .word = 0x14 },
	{ "82576 quad, port 0", NAPIER_BOARD_82576, 0x10e8, .can = true,
	  .on = true },
	{ "82576 quad, port 1, not in NVM", NAPIER_BOARD_82576, 0x1526,
	  .func = 1, .word = 0x14 },
	{ "82580 port 2", NAPIER_BOARD_82580, .func = 2, .word = 0xC0 + 0x24,
	  .apme = true, .can = true, .on = true },
	{ "82580 port 2, not in NVM", NAPIER_BOARD_82580, .func = 2,
	  .word = 0xC0 + 0x24 },
	{ "I350 port 3", NAPIER_BOARD_I350, .func = 3, .word = 0x100 + 0x24,
	  .apme = true, .can = true, .on = true },
	{ "I350 of HP", NAPIER_BOARD_I350, .vendor = PCI_VENDOR_ID_HP,
	  .func = 1, .word = 0x80 + 0x24, .can = true },
	{ "I350 of Dell", NAPIER_BOARD_I350, .vendor = PCI_VENDOR_ID_DELL,
	  .can = true },
	{ "I350 of Dell, no PME", NAPIER_BOARD_I350,
	  .vendor = PCI_VENDOR_ID_DELL, .no_pme = true },
	{ "I350, 5001, port 0", NAPIER_BOARD_I350, .subsystem = 0x5001,
	  .can = true },
	{ "I350, 5002, port 1", NAPIER_BOARD_I350, .subsystem = 0x5002,
	  .func = 1, .word = 0x80 + 0x24 },
	{ "I350, 1F52, not in NVM", NAPIER_BOARD_I350, .subsystem = 0x1F52,
	  .func = 1, .word = 0x80 + 0x24, .can = true },
	{ "I350, 1F52", NAPIER_BOARD_I350, .subsystem = 0x1F52, .func = 1,
	  .word = 0x80 + 0x24, .apme = true, .can = true, .on = true },
	{ "I354 of Dell", NAPIER_BOARD_I354, .vendor = PCI_VENDOR_ID_DELL,
	  .can = true },
	{ "I354 of HP", NAPIER_BOARD_I354, .vendor = PCI_VENDOR_ID_HP,
	  .can = true, .on = true },
	{ "I210", NAPIER_BOARD_I210, .can = true, .on = true },
	{ "I211", NAPIER_BOARD_I211, .can = true, .on = true },
};

KUNIT_ARRAY_PARAM_DESC(wol_who, wol_whos, name);

static void wol_can(struct kunit *test)
{
	const struct wol_who *p = test->param_value;
	struct napier_fixture *fx = wol_port(test, p->id, p->func, !p->no_pme);
	struct napier_model *m = fx->m;
	struct ethtool_wolinfo wol;

	if (p->device)
		m->pdev.device = p->device;
	if (p->vendor)
		m->pdev.subsystem_vendor = p->vendor;
	m->pdev.subsystem_device = p->subsystem;
	if (p->word) {
		m->nvm[p->word] &= ~NAPIER_NVM_INIT3_APME;
		if (p->apme)
			m->nvm[p->word] |= NAPIER_NVM_INIT3_APME;
		napier_model_nvm_sum(m, p->word & ~0x3F);
	}
	/* Left behind by whoever armed it. */
	napier_model_poke(m, NAPIER_WUC, NAPIER_WUC_PME_EN);
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	KUNIT_ASSERT_EQ(test, fx->nd->func, p->func);
	KUNIT_EXPECT_EQ(test, napier_model_peek(m, NAPIER_WUC), 0);

	wol = wol_get(fx);
	KUNIT_EXPECT_EQ(test, wol.supported, p->can ? WOL_ALL : 0);
	KUNIT_EXPECT_EQ(test, wol.wolopts, p->on ? WAKE_MAGIC : 0);
	KUNIT_EXPECT_EQ(test, device_may_wakeup(&m->pdev.dev), p->on);

	KUNIT_EXPECT_EQ(test, wol_set(fx, WAKE_ARP), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, wol_set(fx, WAKE_UCAST),
			p->can ? 0 : -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, device_may_wakeup(&m->pdev.dev), p->can);
	KUNIT_EXPECT_EQ(test, wol_get(fx).wolopts, p->can ? WAKE_UCAST : 0);
	KUNIT_EXPECT_EQ(test, wol_set(fx, 0), 0);
	KUNIT_EXPECT_FALSE(test, device_may_wakeup(&m->pdev.dev));
	KUNIT_EXPECT_EQ(test, wol_get(fx).wolopts, 0);
}

/* ---- what is armed ------------------------------------------------------------------ */

static const struct wol_what {
	const char *name;
	u32 opts;
	bool link;
	u32 wufc;
} wol_whats[] = {
	{ "nothing", 0, true, 0 },
	{ "magic", WAKE_MAGIC, true, 0x02 },
	{ "unicast", WAKE_UCAST, true, 0x04 },
	{ "multicast", WAKE_MCAST, true, 0x08 },
	{ "broadcast", WAKE_BCAST, true, 0x10 },
	{ "link that comes", WAKE_PHY, false, 0x01 },
	{ "link that is there", WAKE_PHY, true, 0 },
	{ "all", WOL_ALL, false, 0x1F },
};

KUNIT_ARRAY_PARAM_DESC(wol_what, wol_whats, name);

static void wol_filters(struct kunit *test)
{
	const struct wol_what *p = test->param_value;

	KUNIT_EXPECT_EQ(test, napier_wol_filters(p->opts, p->link), p->wufc);
}

static void wol_sleeps(struct napier_fixture *fx, const struct wol_what *p,
		       bool up)
{
	const struct dev_pm_ops *pm = napier_driver.driver.pm;
	struct napier_model *m = fx->m;
	struct kunit *test = fx->test;
	/* While down, nobody knows of a link. */
	u32 wufc = up ? p->wufc : p->wufc & ~NAPIER_WUFC_LNKC;
	bool armed = wufc;

	KUNIT_EXPECT_EQ(test, wol_set(fx, p->opts), 0);
	napier_model_link(m, p->link, 2, true);
	irq_work_sync(&m->irq_work);

	pm->suspend(&m->pdev.dev);
	KUNIT_EXPECT_EQ(test, napier_model_peek(m, NAPIER_WUFC), wufc);
	KUNIT_EXPECT_EQ(test, napier_model_peek(m, NAPIER_WUC),
			armed ? NAPIER_WUC_PME_EN : 0);
	KUNIT_EXPECT_EQ(test, !!(napier_model_peek(m, NAPIER_CTRL) &
				 NAPIER_CTRL_ADVD3WUC), armed);
	KUNIT_EXPECT_EQ(test, !!(napier_model_peek(m, NAPIER_RCTL) &
				 NAPIER_RCTL_EN), armed);
	KUNIT_EXPECT_EQ(test, !!(napier_model_peek(m, NAPIER_RCTL) &
				 NAPIER_RCTL_MPE), !!(p->opts & WAKE_MCAST));
	KUNIT_EXPECT_EQ(test, !(m->phy[MII_BMCR] & BMCR_PDOWN), armed);
	/* Nothing reaches memory: no queue, no mastering. */
	KUNIT_EXPECT_EQ(test, napier_model_peek(m, NAPIER_RXDCTL(0)) &
			      NAPIER_DCTL_ENABLE, 0);
	if (armed)
		KUNIT_EXPECT_TRUE(test, napier_model_peek(m, NAPIER_CTRL) &
					NAPIER_CTRL_GIO_MASTER_DIS);

	KUNIT_EXPECT_EQ(test, pm->resume(&m->pdev.dev), 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(m, NAPIER_WUC), 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(m, NAPIER_WUFC), 0);
	KUNIT_EXPECT_EQ(test, !!(napier_model_peek(m, NAPIER_RCTL) &
				 NAPIER_RCTL_EN), up);
	KUNIT_EXPECT_FALSE(test, napier_model_peek(m, NAPIER_RCTL) &
				 NAPIER_RCTL_MPE);
	KUNIT_EXPECT_EQ(test, !(m->phy[MII_BMCR] & BMCR_PDOWN), up);
	KUNIT_EXPECT_EQ(test, wol_get(fx).wolopts, p->opts);
}

/* With the interface up, and down, when the PHY is off until then. */
static void wol_arms(struct kunit *test)
{
	const struct wol_what *p = test->param_value;
	struct napier_fixture *fx = wol_port(test, NAPIER_BOARD_I350, 0, true);

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_I350), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 1, 64, 64), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	wol_sleeps(fx, p, true);
	napier_fixture_close(fx);
	wol_sleeps(fx, p, false);
}

/* A reset that the user asks for, or an error, is not sleep. */
static void wol_not_for_resets(struct kunit *test)
{
	const struct pci_error_handlers *h = napier_driver.err_handler;
	struct napier_fixture *fx = wol_port(test, NAPIER_BOARD_82576, 0, true);

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	KUNIT_EXPECT_EQ(test, wol_set(fx, WOL_ALL), 0);
	h->reset_prepare(&fx->m->pdev);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_WUC), 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_WUFC), 0);
	h->reset_done(&fx->m->pdev);
	KUNIT_EXPECT_EQ(test, wol_get(fx).wolopts, WOL_ALL);
}

static struct kunit_case napier_wol_cases[] = {
	KUNIT_CASE_PARAM(wol_can, wol_who_gen_params),
	KUNIT_CASE_PARAM(wol_filters, wol_what_gen_params),
	KUNIT_CASE_PARAM(wol_arms, wol_what_gen_params),
	KUNIT_CASE(wol_not_for_resets),
	{}
};

static struct kunit_suite napier_wol_suite = {
	.name = "napier_wol",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_wol_cases,
};

kunit_test_suite(napier_wol_suite);
