// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the user asks of the link, and is told of it: speed, duplex, what is
 * offered, MDI-X, pause, EEE, and why there is no link.
 *
 * It is kept in struct napier_phy and struct napier_eee; napier_link.c brings
 * it to the PHY. A function whose name begins with two underscores is called
 * under phy.lock.
 *
 * Depends on: napier_link.c, napier_phy.c, napier_phy_kind.c, napier_eee.c.
 */
#include "napier.h"

/* Why the PHY was not told. Returns @err. */
static int napier_link_explain(struct netlink_ext_ack *extack, int err)
{
	if (err == -EBUSY)
		NL_SET_ERR_MSG_MOD(extack, "firmware uses the PHY");
	else if (err)
		NL_SET_ERR_MSG_MOD(extack, "the PHY does not answer");

	return err;
}

/**
 * napier_link_restart - negotiate afresh, for ethtool -r
 * @nd: device
 * @extack: takes the reason for an error
 *
 * Looks at the link at once: by the time that the interrupt for its loss is
 * served, a quick partner may be back, and the loss would go unseen.
 *
 * Context: process, takes phy.lock, sleeps.
 * Return: 0, -EAGAIN while the interface is down, -EINVAL if speed is forced,
 * -EBUSY if firmware or a loopback does not allow it, or the error of the
 * access.
 */
int napier_link_restart(struct napier_dev *nd, struct netlink_ext_ack *extack)
{
	int err;

	guard(mutex)(&nd->phy.lock);

	if (!nd->link.started) {
		NL_SET_ERR_MSG_MOD(extack, "the interface is down");
		return -EAGAIN;
	}
	if (!(nd->phy.bmcr & BMCR_ANENABLE)) {
		NL_SET_ERR_MSG_MOD(extack, "speed is forced");
		return -EINVAL;
	}
	if (nd->link.loopback) {
		NL_SET_ERR_MSG_MOD(extack, "the port is in loopback");
		return -EBUSY;
	}

	err = __napier_link_negotiate(nd);
	if (!err)
		__napier_link_check(nd);

	return napier_link_explain(extack, err);
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

/* What is to be negotiated, in register values. */
static int napier_link_parse_offer(const struct ethtool_link_ksettings *cmd,
				   struct napier_phy *want,
				   struct netlink_ext_ack *extack)
{
	const unsigned long *adv = cmd->link_modes.advertising;

	if (linkmode_test_bit(ETHTOOL_LINK_MODE_1000baseT_Half_BIT, adv)) {
		NL_SET_ERR_MSG_MOD(extack, "1000 Mbit/s is full duplex only");
		return -EINVAL;
	}
	want->bmcr = BMCR_ANENABLE;
	want->adv = linkmode_adv_to_mii_adv_t(adv) & ADVERTISE_ALL;
	want->ctrl1000 = linkmode_adv_to_mii_ctrl1000_t(adv);
	if (!want->mii.supports_gmii)
		want->ctrl1000 = 0;
	if (!want->adv && !want->ctrl1000) {
		NL_SET_ERR_MSG_MOD(extack, "no mode of this port is offered");
		return -EINVAL;
	}

	return 0;
}

/* What is forced, in register values. 1000BASE-T does not work without
 * negotiation: who is the clock master is negotiated, too. While there is no
 * link, and the user names none, the duplex is unknown: then it is full, unless
 * half was forced before.
 */
static int napier_link_parse_forced(const struct ethtool_link_ksettings *cmd,
				    struct napier_phy *want,
				    struct netlink_ext_ack *extack)
{
	bool half = !(want->bmcr & (BMCR_ANENABLE | BMCR_FULLDPLX));

	if (cmd->base.speed == SPEED_100) {
		want->bmcr = BMCR_SPEED100;
	} else if (cmd->base.speed == SPEED_10) {
		want->bmcr = 0;
	} else {
		NL_SET_ERR_MSG_MOD(extack,
				   "only 10 and 100 Mbit/s can be forced");
		return -EINVAL;
	}

	if (cmd->base.duplex == DUPLEX_FULL ||
	    (cmd->base.duplex == DUPLEX_UNKNOWN && !half)) {
		want->bmcr |= BMCR_FULLDPLX;
	} else if (cmd->base.duplex != DUPLEX_HALF &&
		   cmd->base.duplex != DUPLEX_UNKNOWN) {
		NL_SET_ERR_MSG_MOD(extack, "duplex is half or full");
		return -EINVAL;
	}

	return 0;
}

/* Turn what ethtool asks for into register values. */
NAPIER_TESTED int napier_link_parse(const struct ethtool_link_ksettings *cmd,
				    struct napier_phy *want,
				    struct netlink_ext_ack *extack)
{
	/* What would choose another one is not to look as if it had. */
	if (cmd->base.port != PORT_TP || cmd->base.phy_address != want->addr) {
		NL_SET_ERR_MSG_MOD(extack,
				   "there is one port, twisted pair, and one PHY");
		return -EINVAL;
	}

	switch (cmd->base.eth_tp_mdix_ctrl) {
	case ETH_TP_MDI_INVALID:
		break;
	case ETH_TP_MDI:
	case ETH_TP_MDI_X:
	case ETH_TP_MDI_AUTO:
		want->mdix = cmd->base.eth_tp_mdix_ctrl;
		break;
	default:
		NL_SET_ERR_MSG_MOD(extack, "mdix is auto, on or off");
		return -EINVAL;
	}
	if (want->mdix != ETH_TP_MDI_AUTO && !want->kind) {
		NL_SET_ERR_MSG_MOD(extack,
				   "mdix of this PHY is not known, only auto");
		return -EOPNOTSUPP;
	}

	return cmd->base.autoneg == AUTONEG_ENABLE ?
	       napier_link_parse_offer(cmd, want, extack) :
	       napier_link_parse_forced(cmd, want, extack);
}

/**
 * napier_link_set_ksettings - for ethtool
 * @nd: device
 * @cmd: wanted
 * @extack: takes the reason for an error
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
			      const struct ethtool_link_ksettings *cmd,
			      struct netlink_ext_ack *extack)
{
	struct napier_phy *phy = &nd->phy;
	u16 bmcr, adv, ctrl1000;
	bool touched = false;
	u8 mdix;
	int err;

	guard(mutex)(&nd->phy.lock);

	if (napier_phy_reset_blocked(nd))
		return napier_link_explain(extack, -EBUSY);

	bmcr = phy->bmcr;
	adv = phy->adv;
	ctrl1000 = phy->ctrl1000;
	mdix = phy->mdix;

	err = napier_link_parse(cmd, phy, extack);
	/* Told the same again, as udev does, the link stays. */
	if (!err && phy->bmcr == bmcr && phy->adv == adv &&
	    phy->ctrl1000 == ctrl1000 && phy->mdix == mdix)
		return 0;
	if (!err && nd->link.started) {
		touched = true;
		__napier_link_program_mac(nd);
		err = napier_link_explain(extack,
					  __napier_link_program_phy(nd));
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
	u16 want = __napier_pause_advertised(phy);
	bool negotiate;
	u16 adv;
	int err;

	if (!(phy->bmcr & BMCR_ANENABLE))
		return 0;

	err = __napier_phy_read(nd, MII_ADVERTISE, &adv);
	if (err)
		return err;

	negotiate = want != phy->pause_told &&
		    (phy->pause_autoneg || !nd->link.up);
	if (!negotiate && (adv & NAPIER_PAUSE_BITS) == want)
		return 0;
	if (negotiate && napier_phy_reset_blocked(nd))
		return -EBUSY;

	err = __napier_phy_write(nd, MII_ADVERTISE,
				 (adv & ~NAPIER_PAUSE_BITS) | want);
	if (err || !negotiate)
		return err;

	err = __napier_link_negotiate(nd);
	if (err)
		__napier_phy_write(nd, MII_ADVERTISE, adv);

	return err;
}

/**
 * napier_link_set_pause - for ethtool -A
 * @nd: device
 * @pause: wanted
 * @extack: takes the reason for an error
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
			  const struct ethtool_pauseparam *pause,
			  struct netlink_ext_ack *extack)
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
		return napier_link_explain(extack, err);
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
 * @extack: takes the reason for an error
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
int napier_link_set_eee(struct napier_dev *nd, struct ethtool_keee *keee,
			struct netlink_ext_ack *extack)
{
	struct napier_eee want, old;
	bool negotiate;
	int err;

	guard(mutex)(&nd->phy.lock);

	err = napier_eee_parse(nd, keee, &want, extack);
	if (err)
		return err;

	old = nd->eee;
	negotiate = (nd->phy.bmcr & BMCR_ANENABLE) &&
		    napier_eee_offer(&want) != napier_eee_offer(&old);
	if (nd->link.started && negotiate && napier_phy_reset_blocked(nd))
		return napier_link_explain(extack, -EBUSY);

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

	return napier_link_explain(extack, err);
}
