// SPDX-License-Identifier: GPL-2.0-only
/*
 * Energy-Efficient Ethernet: what is offered to the partner, and whether the
 * transmitter rests when there is nothing to send.
 *
 * Until the user sets something, all of it stays as the NVM has it. A function
 * whose name begins with two underscores is called under phy.lock.
 *
 * Depends on: napier_phy.c.
 */
#include <linux/marvell_phy.h>
#include <linux/mdio.h>

#include "napier.h"

#define NAPIER_EEE_MODES		(MDIO_EEE_100TX | MDIO_EEE_1000T)

/* The partner's offer, in the I350's own PHY (igb 7.3 e1000_defines.h,
 * E1000_EEE_LP_ADV_ADDR_I350; e1000_82575.c, __igb_access_emi_reg).
 */
#define NAPIER_PHY_EMI_ADDR		0x10
#define NAPIER_PHY_EMI_DATA		0x11
#define NAPIER_PHY_EMI_EEE_LPA		0x040F

/* In the chips that I354 is used with, EEE wants to be master or slave (igb 7.3
 * e1000_82575.c, igb_set_eee_i354).
 */
#define NAPIER_PHY_M88_EEE_PAGE		18
#define NAPIER_PHY_M88_EEE_CTRL		0
#define NAPIER_PHY_M88_EEE_CTRL_MS	BIT(0)

/* Where it is set: in the MAC for parts with a PHY of their own, by MMD
 * registers in chips behind an I354, of which two are known to have it.
 */
static bool napier_eee_is_in_mac(const struct napier_dev *nd)
{
	return nd->board->eee != NAPIER_EEE_CHIP;
}

static bool napier_eee_supported(const struct napier_dev *nd)
{
	u32 chip = nd->phy.id & NAPIER_PHY_ID_MASK;

	switch (nd->board->eee) {
	case NAPIER_EEE_I350:
	case NAPIER_EEE_I210:
		return !nd->phy.sgmii;
	case NAPIER_EEE_CHIP:
		return chip == MARVELL_PHY_ID_88E1510 ||
		       chip == MARVELL_PHY_ID_88E1545;
	default:
		return false;
	}
}

static int __napier_eee_read_adv(struct napier_dev *nd, u16 *adv)
{
	u32 ipcnfg;

	if (!napier_eee_is_in_mac(nd))
		return __napier_mmd_read(nd, MDIO_MMD_AN, MDIO_AN_EEE_ADV, adv);

	ipcnfg = napier_rd32(nd, NAPIER_IPCNFG);
	*adv = (ipcnfg & NAPIER_IPCNFG_EEE_100M ? MDIO_EEE_100TX : 0) |
	       (ipcnfg & NAPIER_IPCNFG_EEE_1G ? MDIO_EEE_1000T : 0);

	return napier_is_gone(nd) ? -ENODEV : 0;
}

static int __napier_eee_read_lpa(struct napier_dev *nd, u16 *lpa)
{
	int err;

	if (nd->board->eee != NAPIER_EEE_I350)
		return __napier_mmd_read(nd, MDIO_MMD_AN, MDIO_AN_EEE_LPABLE,
					 lpa);

	err = __napier_phy_write(nd, NAPIER_PHY_EMI_ADDR,
				 NAPIER_PHY_EMI_EEE_LPA);
	if (err)
		return err;

	return __napier_phy_read(nd, NAPIER_PHY_EMI_DATA, lpa);
}

/**
 * napier_eee_init - how the NVM has it
 * @nd: device whose PHY is known
 *
 * Context: process, probe, takes phy.lock, sleeps.
 */
void napier_eee_init(struct napier_dev *nd)
{
	struct napier_eee *eee = &nd->eee;
	u16 adv = 0;

	guard(mutex)(&nd->phy.lock);

	memset(eee, 0, sizeof(*eee));
	eee->supported = napier_eee_supported(nd);
	if (!eee->supported || __napier_eee_read_adv(nd, &adv))
		return;

	adv &= NAPIER_EEE_MODES;
	eee->enabled = adv;
	/* What switching it on would offer. */
	eee->adv = adv ? adv : NAPIER_EEE_MODES;
	eee->tx_lpi = true;
	if (eee->enabled && napier_eee_is_in_mac(nd))
		eee->tx_lpi = napier_rd32(nd, NAPIER_EEER) &
			      NAPIER_EEER_TX_LPI_EN;
}

static int __napier_eee_program_chip(struct napier_dev *nd, u16 adv)
{
	u16 val;
	int err = 0;

	if (adv) {
		err = __napier_phy_write(nd, NAPIER_PHY_M88_PAGE,
					 NAPIER_PHY_M88_EEE_PAGE);
		if (err)
			return err;
		err = __napier_phy_read(nd, NAPIER_PHY_M88_EEE_CTRL, &val);
		if (!err)
			err = __napier_phy_write(nd, NAPIER_PHY_M88_EEE_CTRL,
						 val |
						 NAPIER_PHY_M88_EEE_CTRL_MS);
		/* In any case: everybody else expects page 0. */
		__napier_phy_write(nd, NAPIER_PHY_M88_PAGE, 0);
	}
	if (!err)
		err = __napier_mmd_read(nd, MDIO_MMD_AN, MDIO_AN_EEE_ADV, &val);
	if (err)
		return err;

	return __napier_mmd_write(nd, MDIO_MMD_AN, MDIO_AN_EEE_ADV,
				  (val & ~NAPIER_EEE_MODES) | adv);
}

/**
 * __napier_eee_program - write what the user wants
 * @nd: device
 *
 * The partner hears of it with the next negotiation.
 *
 * Context: process, under phy.lock, sleeps.
 * Return: 0, also if there is nothing to write, or the error of the access.
 */
int __napier_eee_program(struct napier_dev *nd)
{
	const struct napier_eee *eee = &nd->eee;
	u16 adv = eee->enabled ? eee->adv : 0;
	u32 lpi = 0;

	if (!eee->supported || !eee->set)
		return 0;
	if (!napier_eee_is_in_mac(nd))
		return __napier_eee_program_chip(nd, adv);

	if (eee->enabled)
		lpi = NAPIER_EEER_RX_LPI_EN | NAPIER_EEER_LPI_FC |
		      (eee->tx_lpi ? NAPIER_EEER_TX_LPI_EN : 0);
	napier_rmw32(nd, NAPIER_IPCNFG,
		     NAPIER_IPCNFG_EEE_100M | NAPIER_IPCNFG_EEE_1G,
		     (adv & MDIO_EEE_100TX ? NAPIER_IPCNFG_EEE_100M : 0) |
		     (adv & MDIO_EEE_1000T ? NAPIER_IPCNFG_EEE_1G : 0));
	napier_rmw32(nd, NAPIER_EEER,
		     NAPIER_EEER_TX_LPI_EN | NAPIER_EEER_RX_LPI_EN |
		     NAPIER_EEER_LPI_FC, lpi);
	napier_flush(nd);

	return 0;
}

/* In effect now: both sides have offered it for the speed that there is. Only
 * full duplex has it, which I350 does not heed in its own bit (igb 7.3
 * igb_ethtool.c, igb_get_eee).
 */
static bool __napier_eee_is_active(struct napier_dev *nd, u16 lpa)
{
	const struct napier_eee *eee = &nd->eee;

	if (!nd->link.up || nd->link.duplex != DUPLEX_FULL || !eee->enabled)
		return false;
	if (napier_eee_is_in_mac(nd))
		return napier_rd32(nd, NAPIER_EEER) & NAPIER_EEER_EEE_NEG;

	switch (nd->link.speed) {
	case SPEED_1000:
		return eee->adv & lpa & MDIO_EEE_1000T;
	case SPEED_100:
		return eee->adv & lpa & MDIO_EEE_100TX;
	default:
		return false;
	}
}

/**
 * napier_eee_get - for ethtool --show-eee
 * @nd: device
 * @keee: cleared by the caller
 *
 * Context: process, takes phy.lock, sleeps.
 * Return: 0, or -EOPNOTSUPP if the port has no EEE.
 */
int napier_eee_get(struct napier_dev *nd, struct ethtool_keee *keee)
{
	const struct napier_eee *eee = &nd->eee;
	u16 lpa = 0;

	guard(mutex)(&nd->phy.lock);

	if (!eee->supported)
		return -EOPNOTSUPP;

	if (nd->link.up && __napier_eee_read_lpa(nd, &lpa))
		lpa = 0;

	mii_eee_cap1_mod_linkmode_t(keee->supported, NAPIER_EEE_MODES);
	mii_eee_cap1_mod_linkmode_t(keee->advertised, eee->adv);
	mii_eee_cap1_mod_linkmode_t(keee->lp_advertised, lpa);
	keee->eee_enabled = eee->enabled;
	keee->tx_lpi_enabled = eee->tx_lpi;
	keee->eee_active = __napier_eee_is_active(nd, lpa);

	return 0;
}

/**
 * napier_eee_parse - turn what ethtool asks for into a setting
 * @nd: device
 * @keee: wanted
 * @want: takes the setting
 * @extack: takes the reason for an error
 *
 * Context: under phy.lock.
 * Return: 0, -EOPNOTSUPP for what the port does not have: EEE as such, a timer
 * that can be set, on I354 a transmitter that does not rest; -EINVAL for other
 * modes than those that are supported, or none at all.
 */
int napier_eee_parse(const struct napier_dev *nd, struct ethtool_keee *keee,
		     struct napier_eee *want, struct netlink_ext_ack *extack)
{
	__ETHTOOL_DECLARE_LINK_MODE_MASK(modes) = {};
	u16 adv = linkmode_to_mii_eee_cap1_t(keee->advertised);

	if (!nd->eee.supported) {
		NL_SET_ERR_MSG_MOD(extack, "this port has no EEE");
		return -EOPNOTSUPP;
	}
	if (keee->tx_lpi_timer) {
		NL_SET_ERR_MSG_MOD(extack, "tx-timer cannot be set");
		return -EOPNOTSUPP;
	}

	mii_eee_cap1_mod_linkmode_t(modes, NAPIER_EEE_MODES);
	if (linkmode_andnot(modes, keee->advertised, modes)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "EEE is for 100 and 1000 Mbit/s full duplex");
		return -EINVAL;
	}
	if (keee->eee_enabled && !adv) {
		NL_SET_ERR_MSG_MOD(extack, "no mode is offered with EEE");
		return -EINVAL;
	}
	if (keee->eee_enabled && !keee->tx_lpi_enabled &&
	    !napier_eee_is_in_mac(nd)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "tx-lpi cannot be switched off here");
		return -EOPNOTSUPP;
	}

	*want = nd->eee;
	want->set = true;
	want->enabled = keee->eee_enabled;
	want->tx_lpi = keee->tx_lpi_enabled;
	if (adv)
		want->adv = adv;

	return 0;
}

/**
 * napier_eee_offer - what a setting offers to the partner
 * @eee: the setting
 *
 * Return: MDIO_EEE_* bits.
 */
u16 napier_eee_offer(const struct napier_eee *eee)
{
	return eee->enabled ? eee->adv : 0;
}
