// SPDX-License-Identifier: GPL-2.0-only
/*
 * Link: what is asked of the PHY, what came of it, and flow control.
 *
 * What the user asked for is kept in struct napier_phy and written to the PHY
 * with each start, because a PHY may lose it with a reset or with its power. A
 * function whose name begins with two underscores is called under phy.lock.
 *
 * Depends on: napier_phy.c, napier_phy_kind.c, napier_eee.c, napier_board.c,
 * napier_filter.c (loopback).
 */
#include "napier.h"
#include "napier_trace.h"

/* Ethernet address and type of MAC control frames (IEEE 802.3 annex 31B), in
 * the order of the registers, and the longest pause there is.
 */
#define NAPIER_FC_ADDR_LOW		0x00C28001
#define NAPIER_FC_ADDR_HIGH		0x00000100
#define NAPIER_FC_PAUSE_TIME		0xFFFF

/* Power management register of the 82576's PHY: low-power link-up, which
 * negotiates the lowest speed.
 */
#define NAPIER_PHY_IGP_POWER		0x19
#define NAPIER_PHY_IGP_POWER_D0_LPLU	BIT(1)

/* Marvell PHYs take a new forced speed only with a software reset. */
#define NAPIER_PHY_OUI_MARVELL		0x0141

/* How long a loopback may take until there is a link: igb waits half a second,
 * and the emulated 82576 negotiates as long.
 */
#define NAPIER_LOOPBACK_LINK_US		2000000

static int __napier_pause_wanted(const struct napier_phy *phy)
{
	return (phy->pause_rx ? FLOW_CTRL_RX : 0) |
	       (phy->pause_tx ? FLOW_CTRL_TX : 0);
}

/* Told to the partner also while pause is not negotiated: so it can do what
 * this side does (kernel-doc of struct ethtool_pauseparam).
 */
static u16 __napier_pause_advertised(const struct napier_phy *phy)
{
	return mii_advertise_flowctrl(__napier_pause_wanted(phy));
}

/**
 * napier_link_init - defaults
 * @nd: device whose PHY is known
 *
 * Context: process, probe.
 */
void napier_link_init(struct napier_dev *nd)
{
	struct napier_phy *phy = &nd->phy;

	phy->pause_rx = true;
	phy->pause_tx = true;
	phy->pause_autoneg = true;
	phy->bmcr = BMCR_ANENABLE;
	phy->adv = ADVERTISE_ALL;
	phy->ctrl1000 = phy->mii.supports_gmii ? ADVERTISE_1000FULL : 0;

	nd->link.speed = SPEED_UNKNOWN;
	nd->link.duplex = DUPLEX_UNKNOWN;
}

/* What a PHY in loopback does, the MAC has to be told. The PHYs of I210 and
 * I211 report a loss of signal then (igb 7.3 igb_ethtool.c,
 * igb_integrated_phy_loopback); so does every PHY without a partner while the
 * MAC loops frames back by itself.
 */
static void __napier_link_force_mac(struct napier_dev *nd, bool no_signal)
{
	napier_ctrl_update(nd, NAPIER_CTRL_ASDE | NAPIER_CTRL_SPEED |
			       NAPIER_CTRL_RFCE | NAPIER_CTRL_TFCE,
			   NAPIER_CTRL_SLU | NAPIER_CTRL_FD |
			   NAPIER_CTRL_FRCSPD | NAPIER_CTRL_FRCDPX |
			   FIELD_PREP(NAPIER_CTRL_SPEED,
				      NAPIER_CTRL_SPEED_1000) |
			   (no_signal ? NAPIER_CTRL_ILOS : 0));
}

/* The MAC follows the PHY, unless speed and duplex are forced. */
static void __napier_link_program_mac(struct napier_dev *nd)
{
	u16 bmcr = nd->phy.bmcr;
	u32 set = NAPIER_CTRL_SLU;

	if (nd->link.loopback) {
		__napier_link_force_mac(nd, nd->quirks & NAPIER_QUIRK_INVM);
		return;
	}

	if (!(bmcr & BMCR_ANENABLE)) {
		set |= NAPIER_CTRL_FRCSPD | NAPIER_CTRL_FRCDPX |
		       FIELD_PREP(NAPIER_CTRL_SPEED, !!(bmcr & BMCR_SPEED100));
		if (bmcr & BMCR_FULLDPLX)
			set |= NAPIER_CTRL_FD;
		napier_ctrl_update(nd, NAPIER_CTRL_ASDE | NAPIER_CTRL_SPEED |
				       NAPIER_CTRL_FD | NAPIER_CTRL_ILOS, set);
		return;
	}

	napier_ctrl_update(nd, NAPIER_CTRL_FRCSPD | NAPIER_CTRL_FRCDPX |
			       NAPIER_CTRL_ILOS, set);
}

/* Between MAC and an external PHY runs a serial link of its own, which adopts
 * what the PHY negotiated (igb 7.3 e1000_82575.c,
 * igb_setup_serdes_link_82575).
 */
static void __napier_link_program_sgmii(struct napier_dev *nd)
{
	napier_wr32(nd, NAPIER_SCTL, NAPIER_SCTL_NO_LOOPBACK);
	napier_rmw32(nd, NAPIER_CTRL_EXT, NAPIER_CTRL_EXT_SDP3_DATA,
		     NAPIER_CTRL_EXT_I2C_ENA);

	if (!(nd->quirks & NAPIER_QUIRK_MDICNFG)) {
		napier_ctrl_update(nd, 0, NAPIER_CTRL_SWDPIN0 |
					  NAPIER_CTRL_SWDPIN1);
		napier_rmw32(nd, NAPIER_CONNSW, 0, NAPIER_CONNSW_ENRGSRC);
	}

	napier_rmw32(nd, NAPIER_PCS_ANADV, 0, NAPIER_PCS_ANADV_PAUSE |
					      NAPIER_PCS_ANADV_ASM_DIR);
	napier_rmw32(nd, NAPIER_PCS_LCTL,
		     NAPIER_PCS_LCTL_AN_TIMEOUT | NAPIER_PCS_LCTL_FLV_LINK_UP |
		     NAPIER_PCS_LCTL_FSD | NAPIER_PCS_LCTL_FORCE_LINK |
		     NAPIER_PCS_LCTL_FORCE_FCTRL,
		     NAPIER_PCS_LCTL_AN_ENABLE | NAPIER_PCS_LCTL_AN_RESTART);
}

/* NVM settings for sleep may have been left on; at the lowest speed the link
 * would be up, and useless.
 */
static void __napier_link_leave_low_power(struct napier_dev *nd)
{
	u16 val;

	if (nd->quirks & NAPIER_QUIRK_MDICNFG) {
		if (!nd->phy.sgmii)
			napier_rmw32(nd, NAPIER_PHPM, NAPIER_PHPM_GO_LINKD |
						      NAPIER_PHPM_D0_LPLU, 0);
		return;
	}

	if ((nd->phy.id & NAPIER_PHY_ID_MASK) != NAPIER_PHY_ID_IGP3)
		return;
	if (__napier_phy_read(nd, NAPIER_PHY_IGP_POWER, &val))
		return;
	if (val & NAPIER_PHY_IGP_POWER_D0_LPLU)
		__napier_phy_write(nd, NAPIER_PHY_IGP_POWER,
				   val & ~NAPIER_PHY_IGP_POWER_D0_LPLU);
}

static int __napier_link_negotiate(struct napier_dev *nd)
{
	int err = __napier_phy_restart_autoneg(nd);

	if (!err)
		nd->phy.pause_untold = false;

	return err;
}

/* Ends with the link down for as long as negotiation takes. */
static int __napier_link_program_phy(struct napier_dev *nd)
{
	struct napier_phy *phy = &nd->phy;
	u16 ctrl1000, bmcr;
	int err;

	/* The link that firmware is using is as good as any other. */
	if (napier_phy_reset_blocked(nd))
		return -EBUSY;
	if (nd->link.loopback)
		return __napier_phy_set_loopback(nd, true);

	__napier_link_leave_low_power(nd);

	err = __napier_mdix_program(nd);
	if (!err)
		err = __napier_eee_program(nd);
	if (err)
		return err;

	err = __napier_phy_write(nd, MII_ADVERTISE,
				 phy->adv | ADVERTISE_CSMA |
				 __napier_pause_advertised(phy));
	if (!err && phy->mii.supports_gmii) {
		/* Master or slave stays as the NVM has it. */
		err = __napier_phy_read(nd, MII_CTRL1000, &ctrl1000);
		ctrl1000 &= ~(ADVERTISE_1000FULL | ADVERTISE_1000HALF);
		if (!err)
			err = __napier_phy_write(nd, MII_CTRL1000,
						 ctrl1000 | phy->ctrl1000);
	}
	if (err)
		return err;

	if (phy->bmcr & BMCR_ANENABLE)
		return __napier_link_negotiate(nd);

	if ((nd->quirks & NAPIER_QUIRK_QEMU_AN_LINK) &&
	    !(napier_rd32(nd, NAPIER_STATUS) & NAPIER_STATUS_LU))
		__napier_phy_restart_autoneg(nd);

	bmcr = phy->bmcr;
	if (phy->id >> 16 == NAPIER_PHY_OUI_MARVELL)
		bmcr |= BMCR_RESET;
	return __napier_phy_write(nd, MII_BMCR, bmcr);
}

/**
 * napier_link_start - bring the link up
 * @nd: device, reset or not
 *
 * The outcome is seen by napier_link_check(), after a link interrupt or, if
 * firmware keeps us from renegotiating, with the next service work.
 *
 * Context: process, takes phy.lock, sleeps.
 */
void napier_link_start(struct napier_dev *nd)
{
	int err;

	guard(mutex)(&nd->phy.lock);

	nd->link.started = true;

	napier_wr32(nd, NAPIER_FCT, ETH_P_PAUSE);
	napier_wr32(nd, NAPIER_FCAH, NAPIER_FC_ADDR_HIGH);
	napier_wr32(nd, NAPIER_FCAL, NAPIER_FC_ADDR_LOW);
	napier_wr32(nd, NAPIER_FCTTV, NAPIER_FC_PAUSE_TIME);

	__napier_link_program_mac(nd);
	if (nd->phy.sgmii)
		__napier_link_program_sgmii(nd);
	/* Negotiating would do it too, but firmware may not allow that. */
	__napier_phy_power(nd, true);

	err = __napier_link_program_phy(nd);
	if (err == -EBUSY)
		netdev_info(nd->netdev, "link is kept as firmware has it\n");
	else if (err && !napier_is_gone(nd))
		netdev_err(nd->netdev, "PHY cannot be programmed: %pe\n",
			   ERR_PTR(err));
}

static const char *napier_pause_name(const struct napier_link *link)
{
	if (link->rx_pause)
		return link->tx_pause ? "rx/tx" : "rx";
	return link->tx_pause ? "tx" : "off";
}

static const char *napier_speed_name(int speed)
{
	switch (speed) {
	case SPEED_1000:
		return "1Gbps";
	case SPEED_100:
		return "100Mbps";
	default:
		return "10Mbps";
	}
}

static void __napier_link_down(struct napier_dev *nd)
{
	struct napier_link *link = &nd->link;

	if (link->up)
		trace_napier_link(nd->netdev, false, link->speed,
				  link->duplex);
	netif_carrier_off(nd->netdev);
	link->up = false;
	link->speed = SPEED_UNKNOWN;
	link->duplex = DUPLEX_UNKNOWN;
	link->rx_pause = false;
	link->tx_pause = false;
}

/**
 * napier_link_stop - take the link down
 * @nd: device
 *
 * Not counted in @down_events, which are those that nobody asked for. A PHY
 * that is to wake the machine stays on.
 *
 * Context: process, takes phy.lock, sleeps.
 */
void napier_link_stop(struct napier_dev *nd)
{
	guard(mutex)(&nd->phy.lock);

	nd->link.started = false;
	__napier_link_down(nd);
	if (nd->link.loopback && !napier_phy_reset_blocked(nd))
		__napier_phy_set_loopback(nd, false);
	if (!nd->phy.keep_power)
		__napier_phy_power(nd, false);
}

static int __napier_link_resolve_pause(struct napier_dev *nd)
{
	struct napier_phy *phy = &nd->phy;
	int wanted = __napier_pause_wanted(phy);
	u16 adv, lpa;

	/* IEEE 802.3 annex 31B: full duplex only. */
	if (nd->link.duplex != DUPLEX_FULL || nd->link.loopback)
		return 0;
	if (!phy->pause_autoneg)
		return wanted;
	if (!(phy->bmcr & BMCR_ANENABLE))
		return 0;

	/* Not what we would have written: firmware may have kept us from it. */
	if (__napier_phy_read(nd, MII_ADVERTISE, &adv) ||
	    __napier_phy_read(nd, MII_LPA, &lpa))
		return 0;

	/* Receive-only is advertised as symmetric too, for want of another way
	 * to say it; sending is left out then.
	 */
	return mii_resolve_flowctrl_fdx(adv, lpa) & wanted;
}

/* XOFF is sent while the packet buffer can still take what comes until it is
 * obeyed: XOFF may have to wait for a frame that we are sending, and the
 * partner finishes its own, which may be a jumbo frame.
 */
static void __napier_link_program_watermarks(struct napier_dev *nd)
{
	u32 fifo = napier_rx_fifo_bytes(nd);
	u32 mtu = READ_ONCE(nd->netdev->mtu);
	u32 reserve = mtu + NAPIER_FRAME_OVERHEAD +
		      NAPIER_MAX_MTU + NAPIER_FRAME_OVERHEAD;
	u32 high, low;

	nd->link.watermark_mtu = mtu;
	if (!nd->link.tx_pause) {
		napier_wr32(nd, NAPIER_FCRTL, 0);
		napier_wr32(nd, NAPIER_FCRTH, 0);
		return;
	}

	high = fifo > 2 * reserve ? fifo - reserve : fifo / 2;
	high = round_down(high, 16);
	low = high - 16;
	napier_wr32(nd, NAPIER_FCRTL, low | NAPIER_FCRTL_XONE);
	napier_wr32(nd, NAPIER_FCRTH, high);
}

static void __napier_link_program_pause(struct napier_dev *nd)
{
	struct napier_link *link = &nd->link;
	int pause = __napier_link_resolve_pause(nd);

	link->rx_pause = pause & FLOW_CTRL_RX;
	link->tx_pause = pause & FLOW_CTRL_TX;
	__napier_link_program_watermarks(nd);
	napier_ctrl_update(nd, NAPIER_CTRL_RFCE | NAPIER_CTRL_TFCE,
			   (link->rx_pause ? NAPIER_CTRL_RFCE : 0) |
			   (link->tx_pause ? NAPIER_CTRL_TFCE : 0));
}

static void __napier_link_up(struct napier_dev *nd, int speed, int duplex)
{
	struct napier_link *link = &nd->link;

	/* A link that comes by itself was negotiated with what is in the PHY
	 * now. One that changes without having been seen down may be older.
	 */
	if (!link->up)
		nd->phy.pause_untold = false;
	link->up = true;
	link->speed = speed;
	link->duplex = duplex;
	__napier_link_program_pause(nd);

	trace_napier_link(nd->netdev, true, speed, duplex);
	netdev_info(nd->netdev, "Link is Up - %s/%s - flow control %s\n",
		    napier_speed_name(speed),
		    duplex == DUPLEX_FULL ? "Full" : "Half",
		    napier_pause_name(link));
	netif_carrier_on(nd->netdev);
}

static void __napier_link_check(struct napier_dev *nd)
{
	struct napier_link *link = &nd->link;
	int speed, duplex;
	u32 status;

	if (!link->started)
		return;

	status = napier_rd32(nd, NAPIER_STATUS);
	if (napier_is_gone(nd) || !(status & NAPIER_STATUS_LU)) {
		if (!link->up)
			return;
		link->down_events++;
		__napier_link_down(nd);
		netdev_info(nd->netdev, "Link is Down\n");
		return;
	}

	switch (FIELD_GET(NAPIER_STATUS_SPEED, status)) {
	case NAPIER_STATUS_SPEED_10:
		speed = SPEED_10;
		break;
	case NAPIER_STATUS_SPEED_100:
		speed = SPEED_100;
		break;
	default:
		speed = SPEED_1000;
		break;
	}
	duplex = status & NAPIER_STATUS_FD ? DUPLEX_FULL : DUPLEX_HALF;

	if (!link->up || link->speed != speed || link->duplex != duplex)
		__napier_link_up(nd, speed, duplex);
	else if (link->watermark_mtu != READ_ONCE(nd->netdev->mtu))
		__napier_link_program_watermarks(nd);
}

/**
 * napier_link_check - find out about the link and act on a change
 * @nd: device
 *
 * STATUS decides, not the PHY: the emulated 82576 claims a link in BMSR right
 * after a reset (QEMU igb_core.c, igb_phy_reg_init[]), and the MAC is what has
 * to agree. Does nothing before napier_link_start() and after
 * napier_link_stop(). Also adapts the flow control thresholds to a new MTU.
 *
 * Context: process, takes phy.lock, sleeps.
 */
void napier_link_check(struct napier_dev *nd)
{
	guard(mutex)(&nd->phy.lock);

	__napier_link_check(nd);
}

/**
 * napier_link_restart - negotiate afresh, for ethtool -r
 * @nd: device
 *
 * Looks at the link at once: by the time that the interrupt for its loss is
 * served, a quick partner may be back, and the loss would go unseen.
 *
 * Context: process, takes phy.lock, sleeps.
 * Return: 0, -EAGAIN while the interface is down, -EINVAL if speed is forced,
 * -EBUSY if firmware or a loopback does not allow it, or the error of the
 * access.
 */
int napier_link_restart(struct napier_dev *nd)
{
	int err;

	guard(mutex)(&nd->phy.lock);

	if (!nd->link.started)
		return -EAGAIN;
	if (!(nd->phy.bmcr & BMCR_ANENABLE))
		return -EINVAL;
	if (nd->link.loopback)
		return -EBUSY;

	err = __napier_link_negotiate(nd);
	if (!err)
		__napier_link_check(nd);

	return err;
}

/**
 * napier_link_wait - wait until the MAC has a link
 * @nd: device, its link started
 * @timeout_ms: for how long
 *
 * Context: process, sleeps.
 * Return: 0, -ETIMEDOUT, or -ENODEV if the device does not answer.
 */
int napier_link_wait(struct napier_dev *nd, u32 timeout_ms)
{
	return napier_poll32(nd, NAPIER_STATUS, NAPIER_STATUS_LU,
			     NAPIER_STATUS_LU, timeout_ms * USEC_PER_MSEC);
}

/**
 * napier_link_test_loopback - make the port receive what it sends
 * @nd: device, its link stopped or only started for the test
 * @in_phy: the way back is in the PHY, else in the MAC
 *
 * For the self-test; NETIF_F_LOOPBACK is napier_link_set_loopback(). A loopback
 * in the MAC as in Intel's UEFI driver (_SetI354MacLoopback() and
 * _SetI350MacLoopback()), for igb has none.
 *
 * Context: process, takes phy.lock, sleeps.
 * Return: 0; -EBUSY if firmware does not allow it; -ETIMEDOUT if no link comes
 * of it; or the error of the access. In any case napier_link_end_loopback() has
 * to follow.
 */
int napier_link_test_loopback(struct napier_dev *nd, bool in_phy)
{
	u32 status = napier_rd32(nd, NAPIER_STATUS);
	int err = 0;

	guard(mutex)(&nd->phy.lock);

	if (in_phy)
		err = __napier_phy_set_loopback(nd, true);
	if (err)
		return err;

	__napier_link_force_mac(nd, in_phy ? nd->quirks & NAPIER_QUIRK_INVM :
					     !(status & NAPIER_STATUS_LU));
	napier_filter_set_loopback(nd, !in_phy);

	return napier_poll32(nd, NAPIER_STATUS, NAPIER_STATUS_LU,
			     NAPIER_STATUS_LU, NAPIER_LOOPBACK_LINK_US);
}

/**
 * napier_link_end_loopback - undo napier_link_test_loopback()
 * @nd: device
 * @in_phy: as there
 *
 * The link is not what it was; napier_link_start() brings it up.
 *
 * Context: process, takes phy.lock, sleeps.
 */
void napier_link_end_loopback(struct napier_dev *nd, bool in_phy)
{
	guard(mutex)(&nd->phy.lock);

	napier_filter_set_loopback(nd, false);
	if (in_phy && !napier_phy_reset_blocked(nd))
		__napier_phy_set_loopback(nd, false);
	napier_ctrl_update(nd, NAPIER_CTRL_ILOS | NAPIER_CTRL_FRCSPD |
			       NAPIER_CTRL_FRCDPX, 0);
}

/**
 * napier_link_set_loopback - NETIF_F_LOOPBACK
 * @nd: device for which napier_phy_can_loopback() says yes
 * @on: whatever is sent comes back, and the partner sees no link
 *
 * Holds over down and up, and over resets. While the interface is down it takes
 * effect with the next ifup.
 *
 * Context: process, takes phy.lock, sleeps.
 * Return: 0; or -EBUSY if firmware does not allow it, or the error of the
 * access, and nothing has changed, if only the PHY answers again.
 */
int napier_link_set_loopback(struct napier_dev *nd, bool on)
{
	int err = 0;

	guard(mutex)(&nd->phy.lock);

	if (nd->link.started && napier_phy_reset_blocked(nd))
		return -EBUSY;
	nd->link.loopback = on;
	if (!nd->link.started)
		return 0;

	if (!on)
		err = __napier_phy_set_loopback(nd, false);
	if (!err) {
		__napier_link_program_mac(nd);
		err = __napier_link_program_phy(nd);
	}
	if (err) {
		nd->link.loopback = !on;
		__napier_link_program_mac(nd);
		__napier_link_program_phy(nd);
		return err;
	}
	__napier_link_check(nd);

	return 0;
}

static void __napier_link_get_partner(struct napier_dev *nd,
				      struct ethtool_link_ksettings *cmd)
{
	u16 lpa, stat1000 = 0;

	if (!nd->link.up || nd->link.loopback ||
	    __napier_phy_read(nd, MII_LPA, &lpa))
		return;
	if (nd->phy.mii.supports_gmii)
		__napier_phy_read_stat1000(nd, &stat1000);

	mii_lpa_mod_linkmode_lpa_t(cmd->link_modes.lp_advertising, lpa);
	mii_stat1000_mod_linkmode_lpa_t(cmd->link_modes.lp_advertising,
					stat1000);
}

/**
 * napier_link_get_ksettings - for ethtool
 * @nd: device
 * @cmd: cleared by the caller
 *
 * Advertised is what was asked for, which is also what the PHY will be told
 * with the next ifup.
 *
 * Context: process, takes phy.lock, sleeps.
 * Return: 0.
 */
int napier_link_get_ksettings(struct napier_dev *nd,
			      struct ethtool_link_ksettings *cmd)
{
	struct napier_phy *phy = &nd->phy;
	unsigned long *supported = cmd->link_modes.supported;
	unsigned long *adv = cmd->link_modes.advertising;
	bool autoneg;

	guard(mutex)(&nd->phy.lock);
	autoneg = phy->bmcr & BMCR_ANENABLE;

	cmd->base.port = PORT_TP;
	cmd->base.phy_address = phy->addr;
	cmd->base.mdio_support = ETH_MDIO_SUPPORTS_C22;
	cmd->base.autoneg = autoneg ? AUTONEG_ENABLE : AUTONEG_DISABLE;
	cmd->base.speed = nd->link.speed;
	cmd->base.duplex = nd->link.duplex;
	__napier_mdix_get(nd, &cmd->base);

	mii_adv_mod_linkmode_adv_t(supported, ADVERTISE_ALL |
				   ADVERTISE_PAUSE_CAP | ADVERTISE_PAUSE_ASYM);
	mii_ctrl1000_mod_linkmode_adv_t(supported, phy->mii.supports_gmii ?
						   ADVERTISE_1000FULL : 0);
	ethtool_link_ksettings_add_link_mode(cmd, supported, Autoneg);
	ethtool_link_ksettings_add_link_mode(cmd, supported, TP);

	mii_adv_mod_linkmode_adv_t(adv, phy->adv |
				   __napier_pause_advertised(phy));
	mii_ctrl1000_mod_linkmode_adv_t(adv, phy->ctrl1000);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, adv, autoneg);
	ethtool_link_ksettings_add_link_mode(cmd, advertising, TP);

	if (autoneg)
		__napier_link_get_partner(nd, cmd);

	return 0;
}

/* Turn what ethtool asks for into register values. */
NAPIER_TESTED int napier_link_parse(const struct ethtool_link_ksettings *cmd,
				    struct napier_phy *want)
{
	const unsigned long *adv = cmd->link_modes.advertising;

	/* There is one port and one PHY; what would choose another is not to
	 * look as if it had.
	 */
	if (cmd->base.port != PORT_TP || cmd->base.phy_address != want->addr)
		return -EINVAL;

	switch (cmd->base.eth_tp_mdix_ctrl) {
	case ETH_TP_MDI_INVALID:
		break;
	case ETH_TP_MDI:
	case ETH_TP_MDI_X:
	case ETH_TP_MDI_AUTO:
		want->mdix = cmd->base.eth_tp_mdix_ctrl;
		break;
	default:
		return -EINVAL;
	}
	if (want->mdix != ETH_TP_MDI_AUTO && !want->kind)
		return -EOPNOTSUPP;

	if (cmd->base.autoneg == AUTONEG_ENABLE) {
		if (linkmode_test_bit(ETHTOOL_LINK_MODE_1000baseT_Half_BIT,
				      adv))
			return -EINVAL;
		want->bmcr = BMCR_ANENABLE;
		want->adv = linkmode_adv_to_mii_adv_t(adv) & ADVERTISE_ALL;
		want->ctrl1000 = linkmode_adv_to_mii_ctrl1000_t(adv);
		if (!want->mii.supports_gmii)
			want->ctrl1000 = 0;
		return want->adv || want->ctrl1000 ? 0 : -EINVAL;
	}

	/* 1000BASE-T does not work without negotiation: who is the clock
	 * master is negotiated, too.
	 */
	if (cmd->base.speed == SPEED_100)
		want->bmcr = BMCR_SPEED100;
	else if (cmd->base.speed == SPEED_10)
		want->bmcr = 0;
	else
		return -EINVAL;

	if (cmd->base.duplex == DUPLEX_FULL)
		want->bmcr |= BMCR_FULLDPLX;
	else if (cmd->base.duplex != DUPLEX_HALF)
		return -EINVAL;

	return 0;
}

/**
 * napier_link_set_ksettings - for ethtool
 * @nd: device
 * @cmd: wanted
 *
 * While the interface is down, takes effect with the next ifup. Unlike
 * mii_ethtool_set_link_ksettings(), which it does not use for that reason, it
 * takes an unknown speed together with autonegotiation: that is what ethtool
 * sends back while there is no link.
 *
 * Context: process, takes phy.lock, sleeps.
 * Return: 0, -EINVAL for what is not supported, -EOPNOTSUPP for a fixed
 * MDI/MDI-X setting of a PHY that is not known, -EBUSY if firmware does not
 * allow it, or the error of the access. After an error everything is as before,
 * if only the PHY answers again.
 */
int napier_link_set_ksettings(struct napier_dev *nd,
			      const struct ethtool_link_ksettings *cmd)
{
	struct napier_phy *phy = &nd->phy;
	u16 bmcr, adv, ctrl1000;
	bool touched = false;
	u8 mdix;
	int err;

	guard(mutex)(&nd->phy.lock);

	if (napier_phy_reset_blocked(nd))
		return -EBUSY;

	bmcr = phy->bmcr;
	adv = phy->adv;
	ctrl1000 = phy->ctrl1000;
	mdix = phy->mdix;

	err = napier_link_parse(cmd, phy);
	/* Told the same again, as udev does, the link stays. */
	if (!err && phy->bmcr == bmcr && phy->adv == adv &&
	    phy->ctrl1000 == ctrl1000 && phy->mdix == mdix)
		return 0;
	if (!err && nd->link.started) {
		touched = true;
		__napier_link_program_mac(nd);
		err = __napier_link_program_phy(nd);
	}
	if (!err) {
		__napier_link_check(nd);
		return 0;
	}

	phy->bmcr = bmcr;
	phy->adv = adv;
	phy->ctrl1000 = ctrl1000;
	phy->mdix = mdix;
	if (touched) {
		__napier_link_program_mac(nd);
		/* Some of its registers may have been written. */
		__napier_link_program_phy(nd);
	}
	return err;
}

/* Why a negotiation does not come to its end, as far as clause 28 of IEEE 802.3
 * lets registers tell it. The PHYs have nothing documented that would tell a
 * missing cable from a partner that is off.
 */
static u32 __napier_link_autoneg_substate(struct napier_dev *nd)
{
	struct napier_phy *phy = &nd->phy;
	u16 bmsr, expansion, lpa, stat1000 = 0;

	if (__napier_phy_read(nd, MII_EXPANSION, &expansion) ||
	    __napier_phy_read(nd, MII_LPA, &lpa) ||
	    __napier_phy_read(nd, MII_BMSR, &bmsr))
		return 0;
	if (phy->mii.supports_gmii)
		__napier_phy_read_stat1000(nd, &stat1000);

	if ((nd->quirks & NAPIER_QUIRK_QEMU_LP_STAYS) && !(lpa & LPA_LPACK))
		expansion &= ~EXPANSION_NWAY;

	if (!(expansion & EXPANSION_NWAY))
		return ETHTOOL_LINK_EXT_SUBSTATE_AN_NO_PARTNER_DETECTED;
	if (!(bmsr & BMSR_ANEGCOMPLETE))
		return lpa & LPA_LPACK ? 0 :
		       ETHTOOL_LINK_EXT_SUBSTATE_AN_ACK_NOT_RECEIVED;
	if (!(phy->adv & lpa) &&
	    !((phy->ctrl1000 & ADVERTISE_1000FULL) &&
	      (stat1000 & LPA_1000FULL)))
		return ETHTOOL_LINK_EXT_SUBSTATE_AN_NO_HCD;

	return 0;
}

/**
 * napier_link_get_ext_state - why there is no link, for ethtool
 * @nd: device
 * @info: takes the reason
 *
 * Context: process, takes phy.lock, sleeps.
 * Return: 0, or -ENODATA if there is a link, or nothing is known.
 */
int napier_link_get_ext_state(struct napier_dev *nd,
			      struct ethtool_link_ext_state_info *info)
{
	guard(mutex)(&nd->phy.lock);

	if (!nd->link.started || nd->link.up || napier_is_gone(nd))
		return -ENODATA;

	info->link_ext_state = ETHTOOL_LINK_EXT_STATE_AUTONEG;
	if (nd->phy.bmcr & BMCR_ANENABLE)
		info->__link_ext_substate = __napier_link_autoneg_substate(nd);
	else
		info->autoneg =
			ETHTOOL_LINK_EXT_SUBSTATE_AN_NO_PARTNER_DETECTED_FORCE_MODE;

	return napier_is_gone(nd) ? -ENODATA : 0;
}

/**
 * napier_link_get_pause - for ethtool -a
 * @nd: device
 * @pause: what was asked for; what was negotiated is in struct napier_link
 *
 * Context: process, takes phy.lock.
 */
void napier_link_get_pause(struct napier_dev *nd,
			   struct ethtool_pauseparam *pause)
{
	guard(mutex)(&nd->phy.lock);

	pause->autoneg = nd->phy.pause_autoneg;
	pause->rx_pause = nd->phy.pause_rx;
	pause->tx_pause = nd->phy.pause_tx;
}

/* Tell the PHY, and the partner if that matters. What is not negotiated does
 * not need the partner: it hears of it with the next negotiation.
 */
static int __napier_link_tell_pause(struct napier_dev *nd)
{
	struct napier_phy *phy = &nd->phy;
	u16 bits = ADVERTISE_PAUSE_CAP | ADVERTISE_PAUSE_ASYM;
	u16 want = __napier_pause_advertised(phy);
	bool negotiate;
	u16 adv;
	int err;

	if (!(phy->bmcr & BMCR_ANENABLE))
		return 0;

	err = __napier_phy_read(nd, MII_ADVERTISE, &adv);
	if (err)
		return err;

	negotiate = (adv & bits) != want || phy->pause_untold;
	if (!negotiate)
		return 0;
	if (nd->link.up && !phy->pause_autoneg)
		negotiate = false;
	if (negotiate && napier_phy_reset_blocked(nd))
		return -EBUSY;

	err = __napier_phy_write(nd, MII_ADVERTISE, (adv & ~bits) | want);
	if (err)
		return err;
	if (!negotiate) {
		phy->pause_untold = true;
		return 0;
	}

	err = __napier_link_negotiate(nd);
	if (err)
		__napier_phy_write(nd, MII_ADVERTISE, adv);

	return err;
}

/**
 * napier_link_set_pause - for ethtool -A
 * @nd: device
 * @pause: wanted
 *
 * Takes the link down for a negotiation only if pause is to be negotiated and
 * the partner does not know yet what is offered; otherwise it is a matter of
 * registers. While the interface is down, takes effect with the next ifup, and
 * in a loopback with its end.
 * All combinations can be said: receive-only is offered as symmetric or
 * asymmetric, and sending is left out if the partner takes the former.
 *
 * Context: process, takes phy.lock, sleeps.
 * Return: 0, -EBUSY if firmware does not allow to negotiate, or the error of
 * the access. After an error everything is as before.
 */
int napier_link_set_pause(struct napier_dev *nd,
			  const struct ethtool_pauseparam *pause)
{
	struct napier_phy *phy = &nd->phy;
	struct napier_link *link = &nd->link;
	bool rx, tx, autoneg, was_rx, was_tx;
	int err;

	guard(mutex)(&phy->lock);

	rx = phy->pause_rx;
	tx = phy->pause_tx;
	autoneg = phy->pause_autoneg;
	phy->pause_rx = pause->rx_pause;
	phy->pause_tx = pause->tx_pause;
	phy->pause_autoneg = pause->autoneg;
	if (!link->started || link->loopback)
		return 0;

	err = __napier_link_tell_pause(nd);
	if (err) {
		phy->pause_rx = rx;
		phy->pause_tx = tx;
		phy->pause_autoneg = autoneg;
		return err;
	}

	/* A loss is seen at once, as in napier_link_restart(). */
	__napier_link_check(nd);
	if (!link->up)
		return 0;

	was_rx = link->rx_pause;
	was_tx = link->tx_pause;
	__napier_link_program_pause(nd);
	if (link->rx_pause != was_rx || link->tx_pause != was_tx)
		netdev_info(nd->netdev, "Flow control is %s\n",
			    napier_pause_name(link));

	return 0;
}

/**
 * napier_link_set_eee - for ethtool --set-eee
 * @nd: device
 * @keee: wanted
 *
 * Takes the link down for a negotiation only if another offer is made. While
 * the interface is down, takes effect with the next ifup, and in a loopback
 * with its end.
 *
 * Context: process, takes phy.lock, sleeps.
 * Return: 0, as napier_eee_parse(), -EBUSY if firmware does not allow to
 * negotiate, or the error of the access. After an error everything is as
 * before.
 */
int napier_link_set_eee(struct napier_dev *nd, struct ethtool_keee *keee)
{
	struct napier_eee want, old;
	bool negotiate;
	int err;

	guard(mutex)(&nd->phy.lock);

	err = napier_eee_parse(nd, keee, &want);
	if (err)
		return err;

	old = nd->eee;
	negotiate = (nd->phy.bmcr & BMCR_ANENABLE) &&
		    napier_eee_offer(&want) != napier_eee_offer(&old);
	if (nd->link.started && negotiate && napier_phy_reset_blocked(nd))
		return -EBUSY;

	nd->eee = want;
	if (!nd->link.started || nd->link.loopback)
		return 0;

	err = __napier_eee_program(nd);
	if (!err && negotiate)
		err = __napier_link_negotiate(nd);
	if (!err) {
		__napier_link_check(nd);
		return 0;
	}

	nd->eee = old;
	nd->eee.set = true;
	__napier_eee_program(nd);
	nd->eee.set = old.set;

	return err;
}
