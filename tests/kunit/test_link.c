// SPDX-License-Identifier: GPL-2.0-only
/*
 * The link: what ethtool asks for as PHY registers, what was negotiated, flow
 * control, and MDIO.
 *
 * Depends on: napier_fixture.c.
 */
#include "napier_fixture.h"

static void link_device(struct kunit *test, enum napier_board_id id)
{
	struct napier_fixture *fx = napier_fixture_bare(test, id);

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, id), 0);
}

/* ---- what ethtool asks for ------------------------------------------------------ */

static const struct link_want {
	const char *name;
	u8 autoneg;
	u32 speed;
	u8 duplex;
	u32 modes;	/* BIT(ETHTOOL_LINK_MODE_*) below 32 */
	int err;
	u16 bmcr;
	u16 adv;
	u16 ctrl1000;
} link_wants[] = {
	{ "all", AUTONEG_ENABLE, SPEED_UNKNOWN, DUPLEX_UNKNOWN,
	  BIT(ETHTOOL_LINK_MODE_10baseT_Half_BIT) |
	  BIT(ETHTOOL_LINK_MODE_10baseT_Full_BIT) |
	  BIT(ETHTOOL_LINK_MODE_100baseT_Half_BIT) |
	  BIT(ETHTOOL_LINK_MODE_100baseT_Full_BIT) |
	  BIT(ETHTOOL_LINK_MODE_1000baseT_Full_BIT),
	  0, BMCR_ANENABLE, ADVERTISE_ALL, ADVERTISE_1000FULL },
	{ "1000 only", AUTONEG_ENABLE, SPEED_1000, DUPLEX_FULL,
	  BIT(ETHTOOL_LINK_MODE_1000baseT_Full_BIT),
	  0, BMCR_ANENABLE, 0, ADVERTISE_1000FULL },
	{ "100 full only", AUTONEG_ENABLE, SPEED_100, DUPLEX_FULL,
	  BIT(ETHTOOL_LINK_MODE_100baseT_Full_BIT),
	  0, BMCR_ANENABLE, ADVERTISE_100FULL, 0 },
	{ "1000 half", AUTONEG_ENABLE, SPEED_1000, DUPLEX_HALF,
	  BIT(ETHTOOL_LINK_MODE_1000baseT_Half_BIT), -EINVAL },
	{ "nothing", AUTONEG_ENABLE, SPEED_UNKNOWN, DUPLEX_UNKNOWN, 0,
	  -EINVAL },
	{ "fibre", AUTONEG_ENABLE, SPEED_UNKNOWN, DUPLEX_UNKNOWN,
	  BIT(ETHTOOL_LINK_MODE_10000baseT_Full_BIT), -EINVAL },
	{ "forced 100 full", AUTONEG_DISABLE, SPEED_100, DUPLEX_FULL, 0,
	  0, BMCR_SPEED100 | BMCR_FULLDPLX, ADVERTISE_ALL,
	  ADVERTISE_1000FULL },
	{ "forced 100 half", AUTONEG_DISABLE, SPEED_100, DUPLEX_HALF, 0,
	  0, BMCR_SPEED100, ADVERTISE_ALL, ADVERTISE_1000FULL },
	{ "forced 10 full", AUTONEG_DISABLE, SPEED_10, DUPLEX_FULL, 0,
	  0, BMCR_FULLDPLX, ADVERTISE_ALL, ADVERTISE_1000FULL },
	{ "forced 10 half", AUTONEG_DISABLE, SPEED_10, DUPLEX_HALF, 0,
	  0, 0, ADVERTISE_ALL, ADVERTISE_1000FULL },
	{ "forced 1000", AUTONEG_DISABLE, SPEED_1000, DUPLEX_FULL, 0, -EINVAL },
	{ "forced, no speed", AUTONEG_DISABLE, SPEED_UNKNOWN, DUPLEX_FULL, 0,
	  -EINVAL },
	/* As when ethtool is told no more than the speed, without a link. */
	{ "forced, no duplex", AUTONEG_DISABLE, SPEED_100, DUPLEX_UNKNOWN, 0,
	  0, BMCR_SPEED100 | BMCR_FULLDPLX, ADVERTISE_ALL,
	  ADVERTISE_1000FULL },
	{ "forced, wrong duplex", AUTONEG_DISABLE, SPEED_100, 2, 0, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(link_want, link_wants, name);

static void link_fill(struct ethtool_link_ksettings *cmd,
		      const struct link_want *p)
{
	memset(cmd, 0, sizeof(*cmd));
	cmd->base.autoneg = p->autoneg;
	cmd->base.speed = p->speed;
	cmd->base.duplex = p->duplex;
	cmd->base.eth_tp_mdix_ctrl = ETH_TP_MDI_AUTO;
	ethtool_convert_legacy_u32_to_link_mode(cmd->link_modes.advertising,
						p->modes);
}

static void link_parse(struct kunit *test)
{
	const struct link_want *p = test->param_value;
	struct ethtool_link_ksettings cmd;
	struct napier_phy phy = {
		.mii.supports_gmii = true,
		.bmcr = BMCR_ANENABLE,
		.adv = ADVERTISE_ALL,
		.ctrl1000 = ADVERTISE_1000FULL,
	};
	struct netlink_ext_ack extack = {};

	link_fill(&cmd, p);
	KUNIT_EXPECT_EQ(test, napier_link_parse(&cmd, &phy, &extack), p->err);
	/* Nobody is refused without a reason. */
	KUNIT_EXPECT_EQ(test, !extack._msg, !p->err);
	if (p->err)
		return;
	KUNIT_EXPECT_EQ(test, phy.bmcr, p->bmcr);
	KUNIT_EXPECT_EQ(test, phy.adv, p->adv);
	KUNIT_EXPECT_EQ(test, phy.ctrl1000, p->ctrl1000);

	/* Of a PHY that is not known. */
	cmd.base.eth_tp_mdix_ctrl = ETH_TP_MDI_X;
	KUNIT_EXPECT_EQ(test, napier_link_parse(&cmd, &phy, NULL), -EOPNOTSUPP);
	cmd.base.eth_tp_mdix_ctrl = ETH_TP_MDI_AUTO + 1;
	KUNIT_EXPECT_EQ(test, napier_link_parse(&cmd, &phy, NULL), -EINVAL);
	cmd.base.eth_tp_mdix_ctrl = ETH_TP_MDI_AUTO;
	/* Another port, another PHY. */
	cmd.base.port = PORT_FIBRE;
	KUNIT_EXPECT_EQ(test, napier_link_parse(&cmd, &phy, NULL), -EINVAL);
	cmd.base.port = PORT_TP;
	cmd.base.phy_address = 7;
	KUNIT_EXPECT_EQ(test, napier_link_parse(&cmd, &phy, NULL), -EINVAL);
	cmd.base.phy_address = 0;
	phy.mii.supports_gmii = false;
	KUNIT_EXPECT_EQ(test, napier_link_parse(&cmd, &phy, NULL),
			p->autoneg && !p->adv ? -EINVAL : 0);

	/* Half, if that was forced before. */
	cmd.base.autoneg = AUTONEG_DISABLE;
	cmd.base.speed = SPEED_10;
	cmd.base.duplex = DUPLEX_UNKNOWN;
	phy.bmcr = BMCR_SPEED100;
	KUNIT_EXPECT_EQ(test, napier_link_parse(&cmd, &phy, NULL), 0);
	KUNIT_EXPECT_EQ(test, phy.bmcr, 0);
}

/* The same through the driver: it ends in the PHY, or everything is as before.
 */
static void link_set(struct kunit *test)
{
	const struct link_want *p = test->param_value;
	struct ethtool_link_ksettings cmd;
	struct napier_fixture *fx;
	u16 mask = ADVERTISE_ALL;
	u16 *phy;

	link_device(test, NAPIER_BOARD_82576);
	fx = test->priv;
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	link_fill(&cmd, p);
	cmd.base.phy_address = fx->nd->phy.addr;
	KUNIT_EXPECT_EQ(test, napier_link_set_ksettings(fx->nd, &cmd, NULL), p->err);

	phy = fx->m->phy;
	if (p->err) {
		KUNIT_EXPECT_EQ(test, fx->nd->phy.bmcr, BMCR_ANENABLE);
		KUNIT_EXPECT_EQ(test, phy[MII_ADVERTISE] & mask, ADVERTISE_ALL);
		return;
	}
	KUNIT_EXPECT_EQ(test, phy[MII_ADVERTISE] & mask, p->adv);
	KUNIT_EXPECT_EQ(test, phy[MII_CTRL1000], p->ctrl1000);
	KUNIT_EXPECT_EQ(test, phy[MII_BMCR] & (BMCR_ANENABLE | BMCR_PDOWN),
			p->bmcr & BMCR_ANENABLE);
	if (!(p->bmcr & BMCR_ANENABLE)) {
		u32 ctrl = napier_model_peek(fx->m, NAPIER_CTRL);

		KUNIT_EXPECT_EQ(test, phy[MII_BMCR], p->bmcr);
		KUNIT_EXPECT_TRUE(test, ctrl & NAPIER_CTRL_FRCSPD);
		KUNIT_EXPECT_TRUE(test, ctrl & NAPIER_CTRL_FRCDPX);
		KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_CTRL_SPEED, ctrl),
				p->speed == SPEED_100);
		KUNIT_EXPECT_EQ(test, !!(ctrl & NAPIER_CTRL_FD),
				p->duplex != DUPLEX_HALF);
	}
}

/* A PHY that does not answer: the error is told, and the old wish stays. */
static void link_set_fails(struct kunit *test)
{
	struct ethtool_link_ksettings cmd;
	struct napier_fixture *fx;

	link_device(test, NAPIER_BOARD_82576);
	fx = test->priv;
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	link_fill(&cmd, &link_wants[6]);
	cmd.base.phy_address = fx->nd->phy.addr;
	fx->m->phy_dead = true;
	KUNIT_EXPECT_EQ(test, napier_link_set_ksettings(fx->nd, &cmd, NULL), -EIO);
	KUNIT_EXPECT_EQ(test, fx->nd->phy.bmcr, BMCR_ANENABLE);
	KUNIT_EXPECT_FALSE(test, napier_model_peek(fx->m, NAPIER_CTRL) &
				 NAPIER_CTRL_FRCSPD);
	fx->m->phy_dead = false;
}

/* ---- what came of it ---------------------------------------------------------------- */

static const struct link_state {
	const char *name;
	u32 code;
	bool full;
	int speed;
} link_states[] = {
	{ "10 half", 0, false, SPEED_10 },
	{ "10 full", 0, true, SPEED_10 },
	{ "100 full", 1, true, SPEED_100 },
	{ "1000, code 2", 2, true, SPEED_1000 },
	{ "1000, code 3", 3, true, SPEED_1000 },
};

KUNIT_ARRAY_PARAM_DESC(link_state, link_states, name);

static void link_up_and_down(struct kunit *test)
{
	const struct link_state *p = test->param_value;
	struct napier_fixture *fx;

	link_device(test, NAPIER_BOARD_82576);
	fx = test->priv;
	napier_model_link(fx->m, true, p->code, p->full);
	napier_link_check(fx->nd);
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(fx->ndev));

	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	/* The interrupt is all that tells the driver. */
	napier_model_link(fx->m, true, p->code, p->full);
	irq_work_sync(&fx->m->irq_work);
	flush_delayed_work(&fx->nd->service);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(fx->ndev));
	KUNIT_EXPECT_EQ(test, fx->nd->link.speed, p->speed);
	KUNIT_EXPECT_EQ(test, fx->nd->link.duplex,
			p->full ? DUPLEX_FULL : DUPLEX_HALF);
	KUNIT_EXPECT_EQ(test, fx->nd->link.down_events, 0);

	napier_model_link(fx->m, false, p->code, p->full);
	irq_work_sync(&fx->m->irq_work);
	flush_delayed_work(&fx->nd->service);
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(fx->ndev));
	KUNIT_EXPECT_EQ(test, fx->nd->link.speed, SPEED_UNKNOWN);
	KUNIT_EXPECT_EQ(test, fx->nd->link.down_events, 1);

	/* Twice, for the first one may have masked the cause for good. */
	napier_model_link(fx->m, true, p->code, p->full);
	irq_work_sync(&fx->m->irq_work);
	flush_delayed_work(&fx->nd->service);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(fx->ndev));
	KUNIT_EXPECT_EQ(test, fx->m->messages[0], 3);
}

/* IEEE 802.3 annex 28B, table 28B-3: what both sides say, and what follows. */
static const struct link_pause {
	const char *name;
	bool rx, tx;
	u16 lpa;
	bool got_rx, got_tx;
} link_pauses[] = {
	{ "both, partner none", true, true, 0, false, false },
	{ "both, partner symmetric", true, true, LPA_PAUSE_CAP, true, true },
	{ "both, partner sends", true, true, LPA_PAUSE_ASYM, false, false },
	{ "both, partner either", true, true, LPA_PAUSE_CAP | LPA_PAUSE_ASYM,
	  true, true },
	{ "rx, partner none", true, false, 0, false, false },
	{ "rx, partner symmetric", true, false, LPA_PAUSE_CAP, true, false },
	{ "rx, partner sends", true, false, LPA_PAUSE_ASYM, true, false },
	{ "rx, partner either", true, false, LPA_PAUSE_CAP | LPA_PAUSE_ASYM,
	  true, false },
	{ "tx, partner none", false, true, 0, false, false },
	{ "tx, partner symmetric", false, true, LPA_PAUSE_CAP, false, false },
	{ "tx, partner sends", false, true, LPA_PAUSE_ASYM, false, false },
	{ "tx, partner either", false, true, LPA_PAUSE_CAP | LPA_PAUSE_ASYM,
	  false, true },
	{ "none, partner symmetric", false, false, LPA_PAUSE_CAP, false,
	  false },
	{ "none, partner either", false, false, LPA_PAUSE_CAP | LPA_PAUSE_ASYM,
	  false, false },
};

KUNIT_ARRAY_PARAM_DESC(link_pause, link_pauses, name);

static void link_expect_pause(struct napier_fixture *fx, bool rx, bool tx)
{
	u32 ctrl = napier_model_peek(fx->m, NAPIER_CTRL);

	KUNIT_EXPECT_EQ(fx->test, fx->nd->link.rx_pause, rx);
	KUNIT_EXPECT_EQ(fx->test, fx->nd->link.tx_pause, tx);
	KUNIT_EXPECT_EQ(fx->test, !!(ctrl & NAPIER_CTRL_RFCE), rx);
	KUNIT_EXPECT_EQ(fx->test, !!(ctrl & NAPIER_CTRL_TFCE), tx);
	KUNIT_EXPECT_EQ(fx->test,
			!!napier_model_peek(fx->m, NAPIER_FCRTH), tx);
}

static void link_change(struct napier_fixture *fx, bool full)
{
	napier_model_link(fx->m, false, 2, full);
	napier_link_check(fx->nd);
	napier_model_link(fx->m, true, 2, full);
	napier_link_check(fx->nd);
}

static void link_resolves_pause(struct kunit *test)
{
	const struct link_pause *p = test->param_value;
	struct napier_fixture *fx;

	link_device(test, NAPIER_BOARD_82576);
	fx = test->priv;
	fx->nd->phy.pause_rx = p->rx;
	fx->nd->phy.pause_tx = p->tx;
	fx->m->phy[MII_LPA] = LPA_100FULL | p->lpa;
	napier_model_poke(fx->m, NAPIER_RXPBS, 64);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);

	link_change(fx, true);
	link_expect_pause(fx, p->got_rx, p->got_tx);
	/* Half duplex has collisions instead. */
	link_change(fx, false);
	link_expect_pause(fx, false, false);
	/* Not negotiated: as asked for. */
	fx->nd->phy.pause_autoneg = false;
	link_change(fx, true);
	link_expect_pause(fx, p->rx, p->tx);
	/* Negotiated, but there is no negotiation. */
	fx->nd->phy.pause_autoneg = true;
	fx->nd->phy.bmcr = BMCR_SPEED100 | BMCR_FULLDPLX;
	link_change(fx, true);
	link_expect_pause(fx, false, false);
}

static const u32 link_mtus[] = { 576, 1500, 9000, 9216 };

static void link_mtu_desc(const u32 *mtu, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "MTU %u", *mtu);
}

KUNIT_ARRAY_PARAM(link_mtu, link_mtus, link_mtu_desc);

/* XOFF early enough, XON below it, on the smallest and the largest buffer, and
 * again when the MTU changes.
 */
static void link_watermarks(struct kunit *test)
{
	u32 mtu = *(const u32 *)test->param_value;
	static const enum napier_board_id ids[] = { NAPIER_BOARD_I210,
						    NAPIER_BOARD_82580 };
	u32 fifo, high, low, reserve = mtu + 26 + 9216 + 26;
	struct napier_fixture *fx;
	int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		if (i)
			napier_fixture_exit(test);
		link_device(test, ids[i]);
		fx = test->priv;
		napier_model_poke(fx->m, NAPIER_RXPBS, 2);
		KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
		link_change(fx, true);
		KUNIT_ASSERT_TRUE(test, fx->nd->link.tx_pause);
		KUNIT_EXPECT_EQ(test, napier_fixture_mtu(fx, mtu), 0);
		napier_link_check(fx->nd);

		fifo = ids[i] == NAPIER_BOARD_I210 ? 34 * 1024 : 144 * 1024;
		high = napier_model_peek(fx->m, NAPIER_FCRTH);
		low = napier_model_peek(fx->m, NAPIER_FCRTL);
		KUNIT_EXPECT_TRUE(test, low & NAPIER_FCRTL_XONE);
		low &= ~NAPIER_FCRTL_XONE;
		KUNIT_EXPECT_EQ(test, high % 16, 0);
		KUNIT_EXPECT_EQ(test, low % 16, 0);
		KUNIT_EXPECT_LT(test, low, high);
		KUNIT_EXPECT_LT(test, high, fifo);
		KUNIT_EXPECT_EQ(test, high,
				round_down(fifo > 2 * reserve ?
					   fifo - reserve : fifo / 2, 16));
	}
}

/* ---- MDIO -------------------------------------------------------------------------------- */

/* Ready takes its time; page numbers go before high registers on an 82576. */
static void link_mdio(struct kunit *test)
{
	struct napier_fixture *fx;
	u16 val = 0;

	link_device(test, NAPIER_BOARD_82576);
	fx = test->priv;
	fx->m->poll_delay = 1;
	mutex_lock(&fx->nd->phy.lock);
	fx->m->phy[0x1F] = 0;
	fx->m->phy[0x19] = 0x1234;
	KUNIT_EXPECT_EQ(test, __napier_phy_read(fx->nd, 0x19, &val), 0);
	KUNIT_EXPECT_EQ(test, val, 0x1234);
	KUNIT_EXPECT_EQ(test, fx->m->phy[0x1F], 0x19);
	KUNIT_EXPECT_EQ(test, __napier_phy_write(fx->nd, 0x10, 0xbeef), 0);
	KUNIT_EXPECT_EQ(test, fx->m->phy[0x10], 0xbeef);
	KUNIT_EXPECT_EQ(test, fx->m->phy[0x1F], 0x10);
	KUNIT_EXPECT_EQ(test, __napier_phy_read(fx->nd, MII_PHYSID1, &val), 0);
	KUNIT_EXPECT_EQ(test, val, 0x02A8);
	KUNIT_EXPECT_EQ(test, fx->m->phy[0x1F], 0x10);

	fx->m->phy_dead = true;
	KUNIT_EXPECT_EQ(test, __napier_phy_read(fx->nd, MII_BMCR, &val), -EIO);
	fx->m->phy_dead = false;
	mutex_unlock(&fx->nd->phy.lock);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_SW_FW_SYNC), 0);
}

/* Where MDIO goes, and what kinds of port are refused. */
static const struct link_port {
	const char *name;
	enum napier_board_id id;
	u32 mode;
	u32 mdicnfg;
	u8 addr;
	int err;
} link_ports[] = {
	{ "82576 copper", NAPIER_BOARD_82576, 0, 0, 1, 0 },
	{ "82576 SerDes", NAPIER_BOARD_82576, 3, 0, 1, -EOPNOTSUPP },
	{ "82576 SGMII with I2C", NAPIER_BOARD_82576, 2, 0, 1, -EOPNOTSUPP },
	{ "I354 SGMII with MDIO", NAPIER_BOARD_I354, 2,
	  NAPIER_MDICNFG_EXT_MDIO | 5 << 21, 5, 0 },
	{ "I354 backplane", NAPIER_BOARD_I354, 1, 0, 1, -EOPNOTSUPP },
	{ "I350 copper, no PHY", NAPIER_BOARD_I350, 0, 0, 7, -EIO },
};

KUNIT_ARRAY_PARAM_DESC(link_port, link_ports, name);

static void link_finds_phy(struct kunit *test)
{
	const struct link_port *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, p->id);

	napier_model_poke(fx->m, NAPIER_CTRL_EXT, p->mode << 22);
	napier_model_poke(fx->m, NAPIER_MDICNFG, p->mdicnfg);
	fx->m->phy_addr = p->addr;
	KUNIT_EXPECT_EQ(test, napier_fixture_probe(fx, p->id), p->err);
	if (!p->err) {
		KUNIT_EXPECT_EQ(test, fx->nd->phy.addr, p->addr);
		KUNIT_EXPECT_EQ(test, fx->nd->phy.id,
				p->id == NAPIER_BOARD_82576 ? 0x02A80391 :
							      0x01410EA1);
		KUNIT_EXPECT_TRUE(test, fx->nd->phy.mii.supports_gmii);
	}
}

static struct kunit_case napier_link_cases[] = {
	KUNIT_CASE_PARAM(link_parse, link_want_gen_params),
	KUNIT_CASE_PARAM(link_set, link_want_gen_params),
	KUNIT_CASE(link_set_fails),
	KUNIT_CASE_PARAM(link_up_and_down, link_state_gen_params),
	KUNIT_CASE_PARAM(link_resolves_pause, link_pause_gen_params),
	KUNIT_CASE_PARAM(link_watermarks, link_mtu_gen_params),
	KUNIT_CASE(link_mdio),
	KUNIT_CASE_PARAM(link_finds_phy, link_port_gen_params),
	{}
};

static struct kunit_suite napier_link_suite = {
	.name = "napier_link",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_link_cases,
};

kunit_test_suite(napier_link_suite);
