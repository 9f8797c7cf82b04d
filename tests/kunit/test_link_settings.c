// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pause, crossover, the reason for a missing link, and what PHYs count, on each
 * part and each kind of PHY.
 *
 * Depends on: napier_fixture.c.
 */
#include <linux/sockios.h>

#include "napier_fixture.h"

#define LINK_PAUSE_BITS		(ADVERTISE_PAUSE_CAP | ADVERTISE_PAUSE_ASYM)

static struct napier_fixture *link_device(struct kunit *test,
					  enum napier_board_id id)
{
	struct napier_fixture *fx = napier_fixture_bare(test, id);

	if (id == NAPIER_BOARD_I354)
		napier_fixture_sgmii(fx);
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, id), 0);

	return fx;
}

static void link_come(struct napier_fixture *fx)
{
	napier_model_link(fx->m, true, 2, true);
	irq_work_sync(&fx->m->irq_work);
	flush_delayed_work(&fx->nd->service);
	KUNIT_ASSERT_TRUE(fx->test, fx->nd->link.up);
}

static int link_pause(struct napier_fixture *fx, bool autoneg, bool rx, bool tx)
{
	struct ethtool_pauseparam p = {
		.autoneg = autoneg, .rx_pause = rx, .tx_pause = tx,
	};
	struct ethtool_pauseparam got = {};
	int err = napier_link_set_pause(fx->nd, &p, NULL);

	if (err)
		return err;
	napier_link_get_pause(fx->nd, &got);
	KUNIT_EXPECT_EQ(fx->test, got.autoneg, autoneg);
	KUNIT_EXPECT_EQ(fx->test, got.rx_pause, rx);
	KUNIT_EXPECT_EQ(fx->test, got.tx_pause, tx);

	return 0;
}

static void link_expect_pause(struct napier_fixture *fx, bool rx, bool tx,
			      u16 bits)
{
	u32 ctrl = napier_model_peek(fx->m, NAPIER_CTRL);

	KUNIT_EXPECT_EQ(fx->test, !!(ctrl & NAPIER_CTRL_RFCE), rx);
	KUNIT_EXPECT_EQ(fx->test, !!(ctrl & NAPIER_CTRL_TFCE), tx);
	KUNIT_EXPECT_EQ(fx->test, !!napier_model_peek(fx->m, NAPIER_FCRTH), tx);
	KUNIT_EXPECT_EQ(fx->test,
			fx->m->phy[MII_ADVERTISE] & LINK_PAUSE_BITS, bits);
}

KUNIT_ARRAY_PARAM_DESC(link_board, napier_fixture_boards, name);

/* ---- pause ---------------------------------------------------------------------- */

/* Not negotiated: registers, at once, and nobody is asked. */
static void link_pause_fixed(struct kunit *test)
{
	const struct napier_fixture_board *p = test->param_value;
	struct napier_fixture *fx = link_device(test, p->id);
	u32 negotiations;

	napier_model_poke(fx->m, NAPIER_RXPBS, 2);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	link_come(fx);
	negotiations = fx->m->negotiations;

	KUNIT_EXPECT_EQ(test, link_pause(fx, false, false, false), 0);
	link_expect_pause(fx, false, false, 0);
	KUNIT_EXPECT_EQ(test, link_pause(fx, false, true, false), 0);
	link_expect_pause(fx, true, false, LINK_PAUSE_BITS);
	KUNIT_EXPECT_EQ(test, link_pause(fx, false, false, true), 0);
	link_expect_pause(fx, false, true, ADVERTISE_PAUSE_ASYM);
	KUNIT_EXPECT_EQ(test, link_pause(fx, false, true, true), 0);
	link_expect_pause(fx, true, true, ADVERTISE_PAUSE_CAP);

	KUNIT_EXPECT_EQ(test, fx->m->negotiations, negotiations);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(fx->ndev));
}

/* Negotiated: the partner is told once, and not again. */
static void link_pause_negotiated(struct kunit *test)
{
	struct napier_fixture *fx = link_device(test, NAPIER_BOARD_82576);
	u32 n;

	napier_model_poke(fx->m, NAPIER_RXPBS, 64);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	link_come(fx);
	n = fx->m->negotiations;

	KUNIT_EXPECT_EQ(test, link_pause(fx, true, true, false), 0);
	KUNIT_EXPECT_EQ(test, fx->m->negotiations, ++n);
	link_expect_pause(fx, true, false, LINK_PAUSE_BITS);
	KUNIT_EXPECT_EQ(test, link_pause(fx, false, true, false), 0);
	KUNIT_EXPECT_EQ(test, link_pause(fx, true, true, false), 0);
	KUNIT_EXPECT_EQ(test, fx->m->negotiations, n);

	/* What was not told when it was set is told when it matters. */
	KUNIT_EXPECT_EQ(test, link_pause(fx, false, false, true), 0);
	KUNIT_EXPECT_EQ(test, fx->m->negotiations, n);
	KUNIT_EXPECT_EQ(test, link_pause(fx, true, false, true), 0);
	KUNIT_EXPECT_EQ(test, fx->m->negotiations, ++n);

	/* What is again as it was told need not be told again. */
	KUNIT_EXPECT_EQ(test, link_pause(fx, false, true, true), 0);
	KUNIT_EXPECT_EQ(test, link_pause(fx, true, false, true), 0);
	KUNIT_EXPECT_EQ(test, fx->m->negotiations, n);

	/* Or by a link that has come again meanwhile. */
	KUNIT_EXPECT_EQ(test, link_pause(fx, false, true, true), 0);
	napier_model_link(fx->m, false, 2, true);
	napier_link_check(fx->nd);
	link_come(fx);
	KUNIT_EXPECT_EQ(test, link_pause(fx, true, true, true), 0);
	KUNIT_EXPECT_EQ(test, fx->m->negotiations, n);

	/* With a forced speed nothing is negotiated. */
	fx->nd->phy.bmcr = BMCR_SPEED100 | BMCR_FULLDPLX;
	KUNIT_EXPECT_EQ(test, link_pause(fx, true, true, false), 0);
	KUNIT_EXPECT_EQ(test, fx->m->negotiations, n);
	link_expect_pause(fx, false, false, ADVERTISE_PAUSE_CAP);
}

/* Stored while the interface is down; told with the next ifup. */
static void link_pause_down(struct kunit *test)
{
	struct napier_fixture *fx = link_device(test, NAPIER_BOARD_82576);

	napier_model_poke(fx->m, NAPIER_RXPBS, 64);
	fx->m->phy_dead = true;
	KUNIT_EXPECT_EQ(test, link_pause(fx, true, false, true), 0);
	fx->m->phy_dead = false;
	fx->m->phy[MII_LPA] |= LPA_PAUSE_ASYM;
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	link_come(fx);
	link_expect_pause(fx, false, true, ADVERTISE_PAUSE_ASYM);
}

/* Refused, and nothing has changed. */
static void link_pause_refused(struct kunit *test)
{
	struct napier_fixture *fx = link_device(test, NAPIER_BOARD_82576);
	struct napier_phy *phy = &fx->nd->phy;
	u32 negotiations;

	napier_model_poke(fx->m, NAPIER_RXPBS, 64);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	link_come(fx);
	negotiations = fx->m->negotiations;

	fx->m->phy_dead = true;
	KUNIT_EXPECT_EQ(test, link_pause(fx, true, false, false), -EIO);
	fx->m->phy_dead = false;
	napier_model_poke(fx->m, NAPIER_MANC, NAPIER_MANC_BLK_PHY_RST);
	KUNIT_EXPECT_EQ(test, link_pause(fx, true, false, false), -EBUSY);
	KUNIT_EXPECT_TRUE(test, phy->pause_rx);
	KUNIT_EXPECT_TRUE(test, phy->pause_tx);
	KUNIT_EXPECT_TRUE(test, phy->pause_autoneg);
	link_expect_pause(fx, true, true, ADVERTISE_PAUSE_CAP);
	/* What needs no negotiation, firmware does not mind. */
	KUNIT_EXPECT_EQ(test, link_pause(fx, false, false, false), 0);
	link_expect_pause(fx, false, false, 0);
	KUNIT_EXPECT_EQ(test, fx->m->negotiations, negotiations);
	napier_model_poke(fx->m, NAPIER_MANC, 0);
}

/* ---- crossover -------------------------------------------------------------------- */

static const struct link_mdix {
	const char *name;
	enum napier_board_id board;
	u32 id;
	u8 reg;
	u16 mask, mdi_x, autom;
	u8 status;
	u16 is_x;
	bool commit;
	bool auto_forced;
	u8 tune;
	u16 tuned;
} link_mdixes[] = {
	{ "82576", NAPIER_BOARD_82576, 0x02A80391, 0x12, 0x3000, 0x2000, 0x1000,
	  0x11, 0x0800, false, false, 0, 0 },
	{ "82580", NAPIER_BOARD_82580, 0x015403A1, 0x12, 0x0600, 0x0200, 0x0400,
	  0x1A, 0x0800, false, false, 0x16, 0x8c00 },
	{ "I350", NAPIER_BOARD_I350, 0x015403B1, 0x12, 0x0600, 0x0200, 0x0400,
	  0x1A, 0x0800, false, false, 0x16, 0x8c00 },
	{ "I354, 88E1545", NAPIER_BOARD_I354, 0x01410EA1, 0x10, 0x60, 0x20,
	  0x60, 0x11, 0x40, true, false, 0x10, 0x5800 },
	{ "I354, 88E1512", NAPIER_BOARD_I354, 0x01410DD4, 0x10, 0x60, 0x20,
	  0x60, 0x11, 0x40, true, false, 0x10, 0x5800 },
	{ "I210", NAPIER_BOARD_I210, 0x01410C00, 0x10, 0x60, 0x20, 0x60, 0x11,
	  0x40, true, true, 0x10, 0x5800 },
	{ "I211", NAPIER_BOARD_I211, 0x01410C00, 0x10, 0x60, 0x20, 0x60, 0x11,
	  0x40, true, true, 0x10, 0x5800 },
};

KUNIT_ARRAY_PARAM_DESC(link_mdix, link_mdixes, name);

static struct napier_fixture *link_device_phy(struct kunit *test,
					      enum napier_board_id board,
					      u32 id)
{
	struct napier_fixture *fx = link_device(test, board);

	napier_fixture_remove(fx);
	fx->m->phy[MII_PHYSID1] = id >> 16;
	fx->m->phy[MII_PHYSID2] = id;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, board), 0);

	return fx;
}

static int link_set_mdix(struct napier_fixture *fx, u8 mdix, bool autoneg)
{
	struct ethtool_link_ksettings cmd = {};

	cmd.base.autoneg = autoneg ? AUTONEG_ENABLE : AUTONEG_DISABLE;
	cmd.base.speed = SPEED_100;
	cmd.base.duplex = DUPLEX_FULL;
	cmd.base.eth_tp_mdix_ctrl = mdix;
	cmd.base.phy_address = fx->nd->phy.addr;
	ethtool_convert_legacy_u32_to_link_mode(cmd.link_modes.advertising,
						BIT(ETHTOOL_LINK_MODE_100baseT_Full_BIT));

	return napier_link_set_ksettings(fx->nd, &cmd, NULL);
}

static void link_expect_mdix(struct napier_fixture *fx, u8 now, u8 ctrl)
{
	struct ethtool_link_ksettings cmd = {};

	KUNIT_EXPECT_EQ(fx->test, napier_link_get_ksettings(fx->nd, &cmd), 0);
	KUNIT_EXPECT_EQ(fx->test, cmd.base.eth_tp_mdix, now);
	KUNIT_EXPECT_EQ(fx->test, cmd.base.eth_tp_mdix_ctrl, ctrl);
}

static void link_sets_mdix(struct kunit *test)
{
	const struct link_mdix *p = test->param_value;
	struct napier_fixture *fx = link_device_phy(test, p->board, p->id);
	u16 *reg = &fx->m->phy[p->reg];
	u16 others = 0x8001 | (p->tune == p->reg ? p->tuned : 0);
	u32 resets;

	*reg = 0x8001 | p->mdi_x;
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	KUNIT_EXPECT_EQ(test, *reg, others | p->autom);
	link_expect_mdix(fx, ETH_TP_MDI_INVALID, ETH_TP_MDI_AUTO);
	link_come(fx);
	link_expect_mdix(fx, ETH_TP_MDI, ETH_TP_MDI_AUTO);
	fx->m->phy[p->status] |= p->is_x;
	link_expect_mdix(fx, ETH_TP_MDI_X, ETH_TP_MDI_AUTO);

	resets = fx->m->phy_resets;
	KUNIT_EXPECT_EQ(test, link_set_mdix(fx, ETH_TP_MDI_X, true), 0);
	KUNIT_EXPECT_EQ(test, *reg, others | p->mdi_x);
	KUNIT_EXPECT_EQ(test, fx->m->phy_resets, resets + p->commit);
	link_expect_mdix(fx, ETH_TP_MDI_X, ETH_TP_MDI_X);
	KUNIT_EXPECT_EQ(test, link_set_mdix(fx, ETH_TP_MDI, true), 0);
	KUNIT_EXPECT_EQ(test, *reg, others);

	/* Down and up, and with nothing said about it: as it was. */
	napier_fixture_close(fx);
	*reg = others | p->autom;
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	KUNIT_EXPECT_EQ(test, *reg, others);
	KUNIT_EXPECT_EQ(test, link_set_mdix(fx, ETH_TP_MDI_INVALID, true), 0);
	KUNIT_EXPECT_EQ(test, *reg, others);

	/* With a forced speed most of them cannot find out. */
	KUNIT_EXPECT_EQ(test, link_set_mdix(fx, ETH_TP_MDI_X, false), 0);
	KUNIT_EXPECT_EQ(test, *reg, others | p->mdi_x);
	KUNIT_EXPECT_EQ(test, link_set_mdix(fx, ETH_TP_MDI_AUTO, false), 0);
	KUNIT_EXPECT_EQ(test, *reg,
			others | (p->auto_forced ? p->autom : 0));
}

/* Half duplex, and a cable that does not carry the highest speed. */
static void link_tunes(struct kunit *test)
{
	const struct link_mdix *p = test->param_value;
	struct napier_fixture *fx = link_device_phy(test, p->board, p->id);
	/* One that needs nothing is left alone. */
	u16 *reg = &fx->m->phy[p->tune ?: 0x16];
	u16 others = p->tune == p->reg ? ~p->mask : U16_MAX;
	u32 resets;

	/* Another number of tries, and a bit that is somebody else's. */
	*reg = p->tune == 0x10 ? 0x2004 : 0x0004;
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	KUNIT_EXPECT_EQ(test, *reg & others, 0x0004 | p->tuned);
	/* Marvell's take it with a reset, and only what they have not yet. */
	resets = fx->m->phy_resets;
	napier_fixture_close(fx);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	KUNIT_EXPECT_EQ(test, fx->m->phy_resets, resets);
}

/* A PHY without the registers, like some emulated ones, or an unknown one:
 * nothing is known, only a fixed setting is refused, and the link works.
 */
static void link_has_no_mdix(struct kunit *test)
{
	struct napier_fixture *fx = link_device(test, NAPIER_BOARD_82576);

	fx->m->phy_missing = BIT(0x11) | BIT(0x12);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	link_come(fx);
	link_expect_mdix(fx, ETH_TP_MDI_INVALID, ETH_TP_MDI_AUTO);
	KUNIT_EXPECT_EQ(test, link_set_mdix(fx, ETH_TP_MDI_X, true), -EIO);
	KUNIT_EXPECT_EQ(test, fx->nd->phy.adv, ADVERTISE_ALL);
	link_expect_mdix(fx, ETH_TP_MDI_INVALID, ETH_TP_MDI_AUTO);
	KUNIT_EXPECT_EQ(test, link_set_mdix(fx, ETH_TP_MDI_AUTO, true), 0);
	KUNIT_EXPECT_EQ(test, fx->nd->phy.adv, ADVERTISE_100FULL);
	napier_fixture_remove(fx);

	fx->m->phy_missing = 0;
	fx->m->phy[MII_PHYSID1] = 0x0362;
	fx->m->phy[MII_PHYSID2] = 0x5D11;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	link_come(fx);
	link_expect_mdix(fx, ETH_TP_MDI_INVALID, ETH_TP_MDI_INVALID);
	KUNIT_EXPECT_EQ(test, link_set_mdix(fx, ETH_TP_MDI_X, true),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, link_set_mdix(fx, ETH_TP_MDI_AUTO, true), 0);
}

/* ---- why there is no link ------------------------------------------------------------ */

static const struct link_reason {
	const char *name;
	u16 bmcr;
	u16 expansion;
	u16 lpa;
	u16 stat1000;
	bool complete;
	bool emulated;
	u32 substate;
} link_reasons[] = {
	{ "nobody", BMCR_ANENABLE, 0, 0, 0, false, false,
	  ETHTOOL_LINK_EXT_SUBSTATE_AN_NO_PARTNER_DETECTED },
	{ "partner of old", BMCR_ANENABLE, 0, LPA_100HALF, 0, true, false,
	  ETHTOOL_LINK_EXT_SUBSTATE_AN_NO_PARTNER_DETECTED },
	{ "not acknowledged", BMCR_ANENABLE, EXPANSION_NWAY, 0, 0, false, false,
	  ETHTOOL_LINK_EXT_SUBSTATE_AN_ACK_NOT_RECEIVED },
	{ "under way", BMCR_ANENABLE, EXPANSION_NWAY, LPA_LPACK | LPA_100FULL,
	  0, false, false, 0 },
	{ "nothing in common", BMCR_ANENABLE, EXPANSION_NWAY,
	  LPA_LPACK | LPA_PAUSE_CAP, 0, true, false,
	  ETHTOOL_LINK_EXT_SUBSTATE_AN_NO_HCD },
	{ "gigabit in common", BMCR_ANENABLE, EXPANSION_NWAY, LPA_LPACK,
	  LPA_1000FULL, true, false, 0 },
	{ "forced", BMCR_SPEED100, EXPANSION_NWAY, LPA_LPACK, 0, false, false,
	  ETHTOOL_LINK_EXT_SUBSTATE_AN_NO_PARTNER_DETECTED_FORCE_MODE },
	{ "emulated, cable out", BMCR_ANENABLE, EXPANSION_NWAY, LPA_100FULL,
	  LPA_1000FULL, false, true,
	  ETHTOOL_LINK_EXT_SUBSTATE_AN_NO_PARTNER_DETECTED },
};

KUNIT_ARRAY_PARAM_DESC(link_reason, link_reasons, name);

static void link_tells_reason(struct kunit *test)
{
	const struct link_reason *p = test->param_value;
	struct ethtool_link_ext_state_info info = {};
	struct napier_fixture *fx;

	fx = napier_fixture_bare(test, NAPIER_BOARD_82576);
	if (p->emulated) {
		fx->m->pdev.subsystem_vendor = 0x1af4;
		fx->m->pdev.subsystem_device = 0x1100;
	}
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	KUNIT_EXPECT_EQ(test, napier_link_get_ext_state(fx->nd, &info),
			-ENODATA);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	link_come(fx);
	KUNIT_EXPECT_EQ(test, napier_link_get_ext_state(fx->nd, &info),
			-ENODATA);

	fx->nd->phy.bmcr = p->bmcr;
	fx->m->phy[MII_EXPANSION] = p->expansion;
	fx->m->phy[MII_LPA] = p->lpa;
	fx->m->phy[MII_STAT1000] = p->stat1000;
	if (!p->complete)
		fx->m->phy[MII_BMSR] &= ~BMSR_ANEGCOMPLETE;
	napier_model_link(fx->m, false, 2, true);
	irq_work_sync(&fx->m->irq_work);
	/* It would notice before the last call that the device is gone. */
	cancel_delayed_work_sync(&fx->nd->service);
	napier_link_check(fx->nd);
	KUNIT_EXPECT_EQ(test, napier_link_get_ext_state(fx->nd, &info), 0);
	KUNIT_EXPECT_EQ(test, info.link_ext_state,
			ETHTOOL_LINK_EXT_STATE_AUTONEG);
	KUNIT_EXPECT_EQ(test, info.__link_ext_substate, p->substate);

	fx->m->phy_dead = true;
	KUNIT_EXPECT_EQ(test, napier_link_get_ext_state(fx->nd, &info), 0);
	fx->m->phy_dead = false;
	fx->m->gone = true;
	KUNIT_EXPECT_EQ(test, napier_link_get_ext_state(fx->nd, &info),
			p->bmcr & BMCR_ANENABLE ? -ENODATA : 0);
	napier_fixture_back(fx);
}

/* ---- what it counts -------------------------------------------------------------------- */

static void link_counts(struct kunit *test)
{
	const struct link_mdix *p = test->param_value;
	struct napier_fixture *fx = link_device_phy(test, p->board, p->id);
	/* Chips of their own; nothing known says so of the one in I210. */
	int count = p->board == NAPIER_BOARD_I354 ? 2 : 1;
	u8 names[2 * ETH_GSTRING_LEN] = {};
	struct ethtool_link_ksettings cmd;
	u64 data[2] = {};
	u8 *at = names;

	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	fx->m->phy[MII_STAT1000] |= 7;
	KUNIT_EXPECT_EQ(test, napier_phy_stats_count(fx->nd), count);
	napier_phy_stats_strings(fx->nd, &at);
	KUNIT_EXPECT_EQ(test, at - names, count * ETH_GSTRING_LEN);
	KUNIT_EXPECT_STREQ(test, (char *)names, "phy_idle_errors");
	/* Without a gigabit link it counts nothing that means anything. */
	napier_phy_stats_get(fx->nd, data);
	KUNIT_EXPECT_EQ(test, data[0], 0);

	link_come(fx);
	fx->m->phy[MII_STAT1000] |= 7;
	fx->m->phy[0x15] = 300;
	/* Who reads the register for another reason loses nothing. */
	memset(&cmd, 0, sizeof(cmd));
	napier_link_get_ksettings(fx->nd, &cmd);
	napier_phy_stats_get(fx->nd, data);
	KUNIT_EXPECT_EQ(test, data[0], 7);
	KUNIT_EXPECT_EQ(test, data[1], count == 2 ? 300 : 0);
	fx->m->phy[MII_STAT1000] |= 255;
	fx->m->phy[0x15] = 2;
	napier_phy_stats_get(fx->nd, data);
	KUNIT_EXPECT_EQ(test, data[0], 262);
	KUNIT_EXPECT_EQ(test, data[1], count == 2 ? 302 : 0);
	fx->m->phy_dead = true;
	napier_phy_stats_get(fx->nd, data);
	KUNIT_EXPECT_EQ(test, data[0], 262);
	fx->m->phy_dead = false;
}

/* ---- the same again ------------------------------------------------------------------- */

static void link_told_again(struct kunit *test)
{
	struct napier_fixture *fx = link_device(test, NAPIER_BOARD_82576);
	struct ethtool_link_ksettings cmd = {};
	u32 n;

	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	link_come(fx);
	KUNIT_ASSERT_EQ(test, napier_link_get_ksettings(fx->nd, &cmd), 0);
	n = fx->m->negotiations;
	KUNIT_EXPECT_EQ(test, napier_link_set_ksettings(fx->nd, &cmd, NULL), 0);
	KUNIT_EXPECT_EQ(test, fx->m->negotiations, n);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(fx->ndev));

	linkmode_clear_bit(ETHTOOL_LINK_MODE_100baseT_Full_BIT,
			   cmd.link_modes.advertising);
	KUNIT_EXPECT_EQ(test, napier_link_set_ksettings(fx->nd, &cmd, NULL), 0);
	KUNIT_EXPECT_EQ(test, fx->m->negotiations, n + 1);
}

/* ---- MII ioctls -------------------------------------------------------------------------- */

static void link_ioctl(struct kunit *test)
{
	struct napier_fixture *fx = link_device(test, NAPIER_BOARD_82576);
	struct ifreq ifr = {};
	struct mii_ioctl_data *mii = if_mii(&ifr);

	KUNIT_EXPECT_EQ(test, napier_phy_ioctl(fx->nd, &ifr, SIOCGMIIPHY), 0);
	KUNIT_EXPECT_EQ(test, mii->phy_id, 1);
	mii->reg_num = MII_PHYSID1;
	KUNIT_EXPECT_EQ(test, napier_phy_ioctl(fx->nd, &ifr, SIOCGMIIREG), 0);
	KUNIT_EXPECT_EQ(test, mii->val_out, 0x02A8);
	mii->phy_id = 2;
	KUNIT_EXPECT_EQ(test, napier_phy_ioctl(fx->nd, &ifr, SIOCGMIIREG), 0);
	KUNIT_EXPECT_EQ(test, mii->val_out, 0xFFFF);

	mii->reg_num = MII_ADVERTISE;
	mii->val_in = 0x0141;
	fx->m->phy[MII_ADVERTISE] = 1;
	KUNIT_EXPECT_EQ(test, napier_phy_ioctl(fx->nd, &ifr, SIOCSMIIREG),
			-ENXIO);
	mii->phy_id = 1;
	napier_model_poke(fx->m, NAPIER_MANC, NAPIER_MANC_BLK_PHY_RST);
	KUNIT_EXPECT_EQ(test, napier_phy_ioctl(fx->nd, &ifr, SIOCSMIIREG),
			-EBUSY);
	napier_model_poke(fx->m, NAPIER_MANC, 0);
	fx->m->phy_missing = BIT(MII_ADVERTISE);
	KUNIT_EXPECT_EQ(test, napier_phy_ioctl(fx->nd, &ifr, SIOCSMIIREG),
			-EIO);
	fx->m->phy_missing = 0;
	KUNIT_EXPECT_EQ(test, fx->m->phy[MII_ADVERTISE], 1);
	KUNIT_EXPECT_EQ(test, napier_phy_ioctl(fx->nd, &ifr, SIOCSMIIREG), 0);
	KUNIT_EXPECT_EQ(test, fx->m->phy[MII_ADVERTISE], 0x0141);
	KUNIT_EXPECT_EQ(test, napier_phy_ioctl(fx->nd, &ifr, SIOCGHWTSTAMP),
			-EOPNOTSUPP);
}

static struct kunit_case napier_link_settings_cases[] = {
	KUNIT_CASE_PARAM(link_pause_fixed, link_board_gen_params),
	KUNIT_CASE(link_pause_negotiated),
	KUNIT_CASE(link_pause_down),
	KUNIT_CASE(link_pause_refused),
	KUNIT_CASE_PARAM(link_sets_mdix, link_mdix_gen_params),
	KUNIT_CASE_PARAM(link_tunes, link_mdix_gen_params),
	KUNIT_CASE(link_has_no_mdix),
	KUNIT_CASE_PARAM(link_tells_reason, link_reason_gen_params),
	KUNIT_CASE_PARAM(link_counts, link_mdix_gen_params),
	KUNIT_CASE(link_told_again),
	KUNIT_CASE(link_ioctl),
	{}
};

static struct kunit_suite napier_link_settings_suite = {
	.name = "napier_link_settings",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_link_settings_cases,
};

kunit_test_suite(napier_link_settings_suite);
