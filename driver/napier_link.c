// SPDX-License-Identifier: GPL-2.0-only
/*
 * Link: the PHY is told what is wanted (napier_link_settings.c), and what came
 * of it is acted on: carrier, flow control, loopback.
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

/**
 * __napier_pause_advertised - how pause is offered
 * @phy: PHY with the user's wishes
 *
 * Told to the partner also while pause is not negotiated: so it can do what
 * this side does (kernel-doc of struct ethtool_pauseparam).
 *
 * Context: under phy.lock.
 * Return: bits of MII_ADVERTISE.
 */
u16 __napier_pause_advertised(const struct napier_phy *phy)
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

	/* No link before ifup, as after ifdown. */
	guard(mutex)(&phy->lock);
	__napier_phy_power(nd, false);
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

/**
 * __napier_link_program_mac - let the MAC follow the PHY, or be forced as it is
 * @nd: device
 *
 * Context: under phy.lock.
 */
void __napier_link_program_mac(struct napier_dev *nd)
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

/* The partner is being told, or was, what is in the PHY now. */
static void __napier_pause_note_told(struct napier_dev *nd)
{
	u16 adv;

	if (!__napier_phy_read(nd, MII_ADVERTISE, &adv))
		nd->phy.pause_told = adv & NAPIER_PAUSE_BITS;
}

/**
 * __napier_link_negotiate - negotiate afresh
 * @nd: device
 *
 * Context: under phy.lock, sleeps.
 * Return: 0, -EBUSY if firmware does not allow it, or the error of the access.
 */
int __napier_link_negotiate(struct napier_dev *nd)
{
	int err = __napier_phy_restart_autoneg(nd);

	if (!err)
		__napier_pause_note_told(nd);

	return err;
}

/**
 * __napier_link_program_phy - tell the PHY all that is wanted
 * @nd: device
 *
 * Ends with the link down for as long as negotiation takes.
 *
 * Context: under phy.lock, sleeps.
 * Return: 0, -EBUSY if firmware does not allow it, or the error of the access.
 */
int __napier_link_program_phy(struct napier_dev *nd)
{
	struct napier_phy *phy = &nd->phy;
	u16 ctrl1000;
	int err;

	/* The link that firmware is using is as good as any other. */
	if (napier_phy_reset_blocked(nd))
		return -EBUSY;
	if (nd->link.loopback)
		return __napier_phy_set_loopback(nd, true);

	__napier_link_leave_low_power(nd);
	__napier_phy_tune(nd);

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

	if (phy->id >> 16 == NAPIER_PHY_OUI_MARVELL)
		return __napier_phy_reset(nd, phy->bmcr);
	return __napier_phy_write(nd, MII_BMCR, phy->bmcr);
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

/**
 * napier_pause_name - how pause is used, in words of the log
 * @link: state of the link
 *
 * Context: under phy.lock.
 * Return: "rx/tx", "rx", "tx" or "off".
 */
const char *napier_pause_name(const struct napier_link *link)
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
 * Not counted in @down_events. A PHY that is to wake the machine stays on.
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

/**
 * __napier_link_program_pause - use pause as wishes and negotiation have it
 * @nd: device with a link
 *
 * Context: under phy.lock, sleeps.
 */
void __napier_link_program_pause(struct napier_dev *nd)
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
		__napier_pause_note_told(nd);
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

/**
 * __napier_link_check - napier_link_check() for who holds the lock
 * @nd: device
 *
 * Context: under phy.lock, sleeps.
 */
void __napier_link_check(struct napier_dev *nd)
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
