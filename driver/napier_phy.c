// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PHY, seen as a plain IEEE 802.3 clause 22 device behind MDIC.
 *
 * A function whose name begins with two underscores is called under phy.lock.
 *
 * Depends on: napier_board.c, napier_nvm.c.
 */
#include "napier.h"

#define NAPIER_MDIC_TIMEOUT_US		100000
#define NAPIER_PHY_ADDR_INTERNAL	1

/* Registers beyond the first sixteen are in pages on the PHY of the 82576, the
 * number of the register being part of what selects the page.
 */
#define NAPIER_PHY_IGP_PAGE		0x1F
#define NAPIER_PHY_IGP_UNPAGED		0x0F

/* A register of the PHYs of 82580 and I350 that has to be told of a loopback,
 * too (igb 7.3 igb_ethtool.c, igb_integrated_phy_loopback, and
 * e1000_defines.h).
 */
#define NAPIER_PHY_82580_LOOPBACK	0x13
#define NAPIER_PHY_82580_LOOPBACK_MII	0x8041
#define NAPIER_PHY_LOOPBACK_PAUSE_MS	50

/* A reset by software, see __napier_phy_reset(). */
#define NAPIER_PHY_RESET_POLL_US	1000
#define NAPIER_PHY_RESET_US		600000

/* What the workaround for the clock of I210 and I211 looks at (igb 7.3
 * e1000_i210.h, e1000_defines.h).
 */
#define NAPIER_PHY_PLL_PAGE		0xFC
#define NAPIER_PHY_PLL_REG		0x0E
#define NAPIER_PHY_PLL_UNCONFIGURED	0xFF
#define NAPIER_PLL_TRIES		5
#define NAPIER_PLL_NVM_WORD		0x0A
#define NAPIER_PLL_NVM_DEFAULT		0x202F
#define NAPIER_PLL_NVM_FIX		0x0010

static int __napier_mdic(struct napier_dev *nd, enum napier_mdic_op op, u8 reg,
			 u16 *val)
{
	u32 mdic = FIELD_PREP(NAPIER_MDIC_OP, op) |
		   FIELD_PREP(NAPIER_MDIC_PHY, nd->phy.addr) |
		   FIELD_PREP(NAPIER_MDIC_REG, reg);
	int err;

	if (op == NAPIER_MDIC_OP_WRITE)
		mdic |= FIELD_PREP(NAPIER_MDIC_DATA, *val);

	napier_wr32(nd, NAPIER_MDIC, mdic);
	err = napier_poll32(nd, NAPIER_MDIC, NAPIER_MDIC_READY,
			    NAPIER_MDIC_READY, NAPIER_MDIC_TIMEOUT_US);
	if (err)
		return err;

	mdic = napier_rd32(nd, NAPIER_MDIC);
	if (napier_is_gone(nd))
		return -ENODEV;
	if (mdic & NAPIER_MDIC_ERROR)
		return -EIO;
	if (op == NAPIER_MDIC_OP_READ)
		*val = FIELD_GET(NAPIER_MDIC_DATA, mdic);

	return 0;
}

static int __napier_phy_access(struct napier_dev *nd, enum napier_mdic_op op,
			       u8 reg, u16 *val)
{
	u32 mask = napier_swfw_phy_mask(nd);
	u16 page = reg;
	int err;

	lockdep_assert_held(&nd->phy.lock);

	err = napier_swfw_acquire(nd, mask);
	if (err)
		return err;

	if (!(nd->quirks & NAPIER_QUIRK_MDICNFG) &&
	    reg > NAPIER_PHY_IGP_UNPAGED)
		err = __napier_mdic(nd, NAPIER_MDIC_OP_WRITE,
				    NAPIER_PHY_IGP_PAGE, &page);
	if (!err)
		err = __napier_mdic(nd, op, reg, val);

	napier_swfw_release(nd, mask);
	return err;
}

/**
 * __napier_phy_read - read a register of the PHY
 * @nd: device
 * @reg: register, 0 to 31
 * @val: its value
 *
 * Context: process, under phy.lock, sleeps.
 * Return: 0, -EIO if the PHY does not answer, -ETIMEDOUT, -ENODEV.
 */
int __napier_phy_read(struct napier_dev *nd, u8 reg, u16 *val)
{
	return __napier_phy_access(nd, NAPIER_MDIC_OP_READ, reg, val);
}

/**
 * __napier_phy_write - write a register of the PHY
 * @nd: device
 * @reg: register, 0 to 31
 * @val: value
 *
 * Context: process, under phy.lock, sleeps.
 * Return: as __napier_phy_read().
 */
int __napier_phy_write(struct napier_dev *nd, u8 reg, u16 val)
{
	return __napier_phy_access(nd, NAPIER_MDIC_OP_WRITE, reg, &val);
}

/* Clause 22 access to MMD registers (IEEE 802.3 annex 22D). It leaves the
 * function at "address", as igb does.
 */
static int __napier_mmd_access(struct napier_dev *nd, enum napier_mdic_op op,
			       u8 mmd, u16 reg, u16 *val)
{
	int err;

	err = __napier_phy_write(nd, MII_MMD_CTRL, mmd);
	if (!err)
		err = __napier_phy_write(nd, MII_MMD_DATA, reg);
	if (!err)
		err = __napier_phy_write(nd, MII_MMD_CTRL,
					 MII_MMD_CTRL_NOINCR | mmd);
	if (!err)
		err = __napier_phy_access(nd, op, MII_MMD_DATA, val);
	if (!err)
		err = __napier_phy_write(nd, MII_MMD_CTRL, 0);

	return err;
}

/**
 * __napier_mmd_read - read a register of an MDIO manageable device
 * @nd: device
 * @mmd: MDIO_MMD_*
 * @reg: register
 * @val: its value
 *
 * Context: process, under phy.lock, sleeps.
 * Return: as __napier_phy_read().
 */
int __napier_mmd_read(struct napier_dev *nd, u8 mmd, u16 reg, u16 *val)
{
	return __napier_mmd_access(nd, NAPIER_MDIC_OP_READ, mmd, reg, val);
}

/**
 * __napier_mmd_write - write a register of an MDIO manageable device
 * @nd: device
 * @mmd: MDIO_MMD_*
 * @reg: register
 * @val: value
 *
 * Context: process, under phy.lock, sleeps.
 * Return: as __napier_phy_read().
 */
int __napier_mmd_write(struct napier_dev *nd, u8 mmd, u16 reg, u16 val)
{
	return __napier_mmd_access(nd, NAPIER_MDIC_OP_WRITE, mmd, reg, &val);
}

/* Where MDIO goes is loaded from the NVM, into MDIC (82576) or MDICNFG. */
static int napier_phy_find(struct napier_dev *nd)
{
	struct napier_phy *phy = &nd->phy;
	bool mdicnfg = nd->quirks & NAPIER_QUIRK_MDICNFG;
	u32 mode, route;

	mode = FIELD_GET(NAPIER_CTRL_EXT_LINK_MODE,
			 napier_rd32(nd, NAPIER_CTRL_EXT));
	route = napier_rd32(nd, mdicnfg ? NAPIER_MDICNFG : NAPIER_MDIC);
	if (napier_is_gone(nd))
		return -ENODEV;

	phy->sgmii = mode == NAPIER_LINK_MODE_SGMII;
	if (mode == NAPIER_LINK_MODE_COPPER) {
		phy->addr = NAPIER_PHY_ADDR_INTERNAL;
		return 0;
	}
	if (phy->sgmii && mdicnfg && (route & NAPIER_MDICNFG_EXT_MDIO)) {
		phy->addr = FIELD_GET(NAPIER_MDICNFG_PHY, route);
		return 0;
	}
	if (phy->sgmii && !mdicnfg && (route & NAPIER_MDIC_DEST)) {
		phy->addr = FIELD_GET(NAPIER_MDIC_PHY, route);
		return 0;
	}

	dev_err(&nd->pdev->dev,
		"%s port is not supported yet, only copper and SGMII with MDIO are\n",
		phy->sgmii ? "SGMII with I2C" : "SerDes or backplane");
	return -EOPNOTSUPP;
}

static int __napier_phy_identify(struct napier_dev *nd)
{
	struct napier_phy *phy = &nd->phy;
	u16 id1, id2, bmsr, estatus = 0;
	int err;

	/* Boot code may leave another page selected (igb 7.3 e1000_phy.c,
	 * igb_get_phy_id).
	 */
	if (nd->quirks & NAPIER_QUIRK_INVM)
		__napier_phy_write(nd, NAPIER_PHY_M88_PAGE, 0);

	/* Some PHYs used with I354 answer only the second time (igb 7.3
	 * e1000_82575.c, igb_get_phy_id_82575).
	 */
	if (phy->sgmii)
		__napier_phy_read(nd, MII_PHYSID1, &id1);

	err = __napier_phy_read(nd, MII_PHYSID1, &id1);
	if (!err)
		err = __napier_phy_read(nd, MII_PHYSID2, &id2);
	if (!err)
		err = __napier_phy_read(nd, MII_BMSR, &bmsr);
	if (!err && (bmsr & BMSR_ESTATEN))
		err = __napier_phy_read(nd, MII_ESTATUS, &estatus);
	if (err)
		return err;

	phy->id = (u32)id1 << 16 | id2;
	if (phy->id == 0 || phy->id == ~0U)
		return -ENXIO;

	phy->mii.supports_gmii = !!(estatus & ESTATUS_1000_TFULL);
	return 0;
}

/* mii.c passes the network device, and no errors. What cannot be read is all
 * ones, as on an MDIO bus where nobody answers.
 */
static int __napier_mdio_read(struct net_device *ndev, int addr, int reg)
{
	struct napier_dev *nd = ((struct napier_net *)netdev_priv(ndev))->nd;
	u16 val;

	if (addr != nd->phy.addr || __napier_phy_read(nd, reg, &val))
		return 0xFFFF;

	return val;
}

/**
 * napier_phy_init - find the PHY
 * @nd: device, reset and with the NVM read
 *
 * A PHY with an unknown identifier is used like any other.
 *
 * Context: process, probe.
 * Return: 0, -EOPNOTSUPP for a kind of port that is not supported, -ENXIO if
 * there is no PHY, or the error of the access.
 */
int napier_phy_init(struct napier_dev *nd)
{
	struct mii_if_info *mii = &nd->phy.mii;
	int err;

	err = napier_phy_find(nd);
	if (err)
		return err;

	mutex_lock(&nd->phy.lock);
	err = __napier_phy_identify(nd);
	mutex_unlock(&nd->phy.lock);
	if (err) {
		dev_err(&nd->pdev->dev, "no PHY at MDIO address %u: %pe\n",
			nd->phy.addr, ERR_PTR(err));
		return err;
	}

	mii->phy_id = nd->phy.addr;
	mii->phy_id_mask = 0x1f;
	mii->reg_num_mask = 0x1f;
	mii->mdio_read = __napier_mdio_read;

	return 0;
}

/**
 * __napier_phy_power - power the PHY up or down
 * @nd: device
 * @on: up
 *
 * It stays up while firmware needs it, and keeps its settings in any case.
 *
 * Context: process, under phy.lock, sleeps.
 */
void __napier_phy_power(struct napier_dev *nd, bool on)
{
	u16 bmcr;

	if (!on && napier_firmware_uses_phy(nd))
		return;
	if (__napier_phy_read(nd, MII_BMCR, &bmcr))
		return;
	if (on == !(bmcr & BMCR_PDOWN))
		return;

	__napier_phy_write(nd, MII_BMCR, bmcr ^ BMCR_PDOWN);
}

/**
 * __napier_phy_reset - reset the PHY by software, and wait for the end of it
 * @nd: device
 * @bmcr: what else to write to MII_BMCR
 *
 * What is written to it meanwhile may be lost. IEEE 802.3 gives it half a
 * second (22.2.4.1.1; so phylib's phy_poll_reset() says, and waits 0.6 s).
 *
 * Context: process, under phy.lock, sleeps.
 * Return: 0, -ETIMEDOUT, or the error of the access.
 */
int __napier_phy_reset(struct napier_dev *nd, u16 bmcr)
{
	int err, late;

	err = __napier_phy_write(nd, MII_BMCR, bmcr | BMCR_RESET);
	if (err)
		return err;
	late = read_poll_timeout(__napier_phy_read, err,
				 err || !(bmcr & BMCR_RESET),
				 NAPIER_PHY_RESET_POLL_US, NAPIER_PHY_RESET_US,
				 false, nd, MII_BMCR, &bmcr);

	return err ? err : late;
}

/**
 * __napier_phy_restart_autoneg - power up and negotiate afresh
 * @nd: device
 *
 * Also ends a forced speed, isolation and loopback. The emulated 82576 gets a
 * link after a reset only by this, both bits being in one write (QEMU
 * igb_core.c, igb_set_phy_ctrl).
 *
 * Context: process, under phy.lock, sleeps.
 * Return: 0, -EBUSY if firmware does not allow it, or the error of the access.
 */
int __napier_phy_restart_autoneg(struct napier_dev *nd)
{
	if (napier_phy_reset_blocked(nd))
		return -EBUSY;

	return __napier_phy_write(nd, MII_BMCR, BMCR_ANENABLE | BMCR_ANRESTART |
						BMCR_SPEED1000 | BMCR_FULLDPLX);
}

/**
 * napier_phy_can_loopback - is it known how to make the PHY loop frames back?
 * @nd: device whose PHY is known
 *
 * Not behind SGMII, nor of an I354, where igb 7.3 does not know it either
 * (igb_ethtool.c, igb_loopback_test).
 *
 * Context: any.
 * Return: true if so.
 */
bool napier_phy_can_loopback(const struct napier_dev *nd)
{
	return !nd->phy.sgmii && nd->board != napier_board_get(NAPIER_BOARD_I354);
}

static bool napier_phy_is_82580(const struct napier_dev *nd)
{
	u32 id = nd->phy.id & NAPIER_PHY_ID_MASK;

	return id == NAPIER_PHY_ID_82580 || id == NAPIER_PHY_ID_I350;
}

static int __napier_phy_loopback_prepare(struct napier_dev *nd)
{
	u16 val;
	int err;

	if (nd->quirks & NAPIER_QUIRK_INVM)
		return __napier_phy_write(nd, NAPIER_PHY_M88_PAGE, 0);
	if (!napier_phy_is_82580(nd))
		return 0;

	err = __napier_phy_read(nd, NAPIER_PHY_82580_LOOPBACK, &val);
	/* Already there when it is asked for twice. */
	if (err || val == NAPIER_PHY_82580_LOOPBACK_MII)
		return err;
	nd->phy.loopback_reg = val;

	return __napier_phy_write(nd, NAPIER_PHY_82580_LOOPBACK,
				  NAPIER_PHY_82580_LOOPBACK_MII);
}

static int __napier_phy_loopback_off(struct napier_dev *nd)
{
	u16 bmcr;
	int err;

	err = __napier_phy_read(nd, MII_BMCR, &bmcr);
	if (err || !(bmcr & BMCR_LOOPBACK))
		return err;

	if (napier_phy_is_82580(nd))
		err = __napier_phy_write(nd, NAPIER_PHY_82580_LOOPBACK,
					 nd->phy.loopback_reg);
	if (err)
		return err;

	/* As in igb 7.3 igb_ethtool.c, igb_loopback_cleanup: the PHY would
	 * otherwise keep what it forced.
	 */
	return __napier_phy_reset(nd, bmcr & ~BMCR_LOOPBACK);
}

/**
 * __napier_phy_set_loopback - let the PHY send back what it is to send
 * @nd: device for which napier_phy_can_loopback() says yes
 * @on: do
 *
 * At 1000 Mbit/s, full duplex; the MAC has to be told so. The link to the
 * partner goes down; afterwards it has to be programmed and negotiated afresh.
 *
 * The emulated 82576 has no link in loopback unless it had one before or
 * negotiates (QEMU igb_core.c, igb_set_phy_ctrl).
 *
 * Context: process, under phy.lock, sleeps.
 * Return: 0, -EBUSY if firmware does not allow it, or the error of the access.
 */
int __napier_phy_set_loopback(struct napier_dev *nd, bool on)
{
	u16 bmcr = BMCR_LOOPBACK | BMCR_SPEED1000 | BMCR_FULLDPLX;
	int err;

	if (!on)
		return __napier_phy_loopback_off(nd);
	if (napier_phy_reset_blocked(nd))
		return -EBUSY;

	err = __napier_phy_loopback_prepare(nd);
	if (err)
		return err;
	msleep(NAPIER_PHY_LOOPBACK_PAUSE_MS);

	if ((nd->quirks & NAPIER_QUIRK_QEMU_LB_ANEG) &&
	    !(napier_rd32(nd, NAPIER_STATUS) & NAPIER_STATUS_LU))
		bmcr |= BMCR_ANENABLE | BMCR_ANRESTART;

	return __napier_phy_write(nd, MII_BMCR, bmcr);
}

/**
 * napier_phy_ioctl - SIOCGMIIPHY, SIOCGMIIREG, SIOCSMIIREG
 * @nd: device, with its network device
 * @ifr: argument
 * @cmd: which
 *
 * What is written goes to the PHY only; the next ifup or change of the link
 * settings overwrites it. Where no PHY is, reading gives all ones, as on any
 * MDIO bus, so that tools can look for PHYs; but a write that nobody gets is
 * an error. That the user may do it has been checked by the core.
 *
 * Context: process, takes phy.lock, sleeps.
 * Return: 0, -EOPNOTSUPP, -EBUSY if firmware does not allow writing, -ENXIO for
 * a write to another PHY, or the error of the write.
 */
int napier_phy_ioctl(struct napier_dev *nd, struct ifreq *ifr, int cmd)
{
	struct mii_ioctl_data *mii = if_mii(ifr);

	guard(mutex)(&nd->phy.lock);

	if (cmd != SIOCSMIIREG) {
		nd->phy.mii.dev = nd->netdev;
		return generic_mii_ioctl(&nd->phy.mii, mii, cmd, NULL);
	}

	if (mii->phy_id != nd->phy.addr ||
	    mii->reg_num > nd->phy.mii.reg_num_mask)
		return -ENXIO;
	if (napier_phy_reset_blocked(nd))
		return -EBUSY;

	return __napier_phy_write(nd, mii->reg_num, mii->val_in);
}

static bool __napier_pll_configured(struct napier_dev *nd)
{
	u16 val;

	/* A PHY that cannot be read is not one to be reset over and over. */
	if (__napier_phy_read(nd, NAPIER_PHY_PLL_REG, &val))
		return true;

	return (val & NAPIER_PHY_PLL_UNCONFIGURED) !=
	       NAPIER_PHY_PLL_UNCONFIGURED;
}

/* Let the device load its iNVM again, with a changed word, by way of D3. */
static void napier_pll_reload(struct napier_dev *nd, u16 word)
{
	u32 wuc = napier_rd32(nd, NAPIER_WUC);
	int pmcsr = nd->pdev->pm_cap + PCI_PM_CTRL;
	u16 pm;

	napier_ctrl_update(nd, 0, NAPIER_CTRL_PHY_RST);
	napier_rmw32(nd, NAPIER_CTRL_EXT, 0,
		     NAPIER_CTRL_EXT_PHYPDEN | NAPIER_CTRL_EXT_SDLPE);
	napier_wr32(nd, NAPIER_WUC, 0);
	napier_wr32(nd, NAPIER_EEARBC,
		    FIELD_PREP(NAPIER_EEARBC_ADDR, NAPIER_PLL_NVM_WORD) |
		    FIELD_PREP(NAPIER_EEARBC_DATA, word | NAPIER_PLL_NVM_FIX));

	pci_read_config_word(nd->pdev, pmcsr, &pm);
	pci_write_config_word(nd->pdev, pmcsr, pm | (__force u16)PCI_D3hot);
	usleep_range(1000, 2000);
	pci_write_config_word(nd->pdev, pmcsr, pm & ~PCI_PM_CTRL_STATE_MASK);

	napier_wr32(nd, NAPIER_EEARBC,
		    FIELD_PREP(NAPIER_EEARBC_ADDR, NAPIER_PLL_NVM_WORD) |
		    FIELD_PREP(NAPIER_EEARBC_DATA, word));
	napier_wr32(nd, NAPIER_WUC, wuc);
}

/**
 * napier_phy_fix_pll - work around an erratum of I210 and I211 without flash
 * @nd: device, just reset and not programmed yet
 *
 * After power-up their PHY sometimes runs with a wrong clock. Sequence as in
 * igb 7.3 e1000_i210.c, igb_pll_workaround_i210. There is no firmware on a part
 * without flash, so resetting the PHY cuts nobody off.
 *
 * Context: process, takes phy.lock, sleeps.
 */
void napier_phy_fix_pll(struct napier_dev *nd)
{
	u32 mdicnfg;
	bool ok;
	u16 word;
	int i;

	if (!(nd->quirks & NAPIER_QUIRK_INVM) || !nd->pdev->pm_cap ||
	    (napier_rd32(nd, NAPIER_EECD) & NAPIER_EECD_FLASH_DETECTED))
		return;

	if (napier_nvm_read(nd, NAPIER_PLL_NVM_WORD, &word, 1))
		word = NAPIER_PLL_NVM_DEFAULT;

	guard(mutex)(&nd->phy.lock);
	nd->phy.addr = NAPIER_PHY_ADDR_INTERNAL;
	mdicnfg = napier_rd32(nd, NAPIER_MDICNFG);
	napier_wr32(nd, NAPIER_MDICNFG, mdicnfg & ~NAPIER_MDICNFG_EXT_MDIO);
	__napier_phy_write(nd, NAPIER_PHY_M88_PAGE, NAPIER_PHY_PLL_PAGE);

	ok = __napier_pll_configured(nd);
	for (i = 0; !ok && i < NAPIER_PLL_TRIES; i++) {
		napier_pll_reload(nd, word);
		ok = __napier_pll_configured(nd);
	}
	if (!ok)
		dev_warn(&nd->pdev->dev,
			 "PHY clock is not configured, the link may fail; power-cycle the machine\n");

	__napier_phy_write(nd, NAPIER_PHY_M88_PAGE, 0);
	napier_wr32(nd, NAPIER_MDICNFG, mdicnfg);
}
