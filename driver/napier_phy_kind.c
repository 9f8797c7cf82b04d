// SPDX-License-Identifier: GPL-2.0-only
/*
 * What differs from one PHY to the next: the crossover (MDI, MDI-X), what it
 * has to be told for half duplex and poor cables, and which errors it counts.
 *
 * A PHY that is not in the table, or does not have a register that it should,
 * does everything else all the same. A function whose name begins with two
 * underscores is called under phy.lock.
 *
 * Depends on: napier_phy.c.
 */
#include <linux/marvell_phy.h>

#include "napier.h"

/**
 * struct napier_phy_kind - where a PHY has what
 * @id: registers 2 and 3 without the revision
 * @ctrl: register that sets the crossover
 * @ctrl_mask: its bits there; all clear: MDI
 * @ctrl_auto: found out by the PHY
 * @ctrl_x: MDI-X
 * @status: register that says which it is
 * @status_x: it is MDI-X
 * @commit: a change needs a software reset
 * @auto_forced: the PHY finds out also with a forced speed
 * @tune: register with what every link needs; 0: none
 * @tune_mask: the bits of that
 * @tune_set: those of them that are set: the carrier is sensed while it sends,
 *	for half duplex; a speed that a cable does not carry is given up
 * @rx_errors: counter of receive errors, 16 bits, cleared by reading; 0: none
 */
struct napier_phy_kind {
	u32 id;
	u8 ctrl;
	u16 ctrl_mask;
	u16 ctrl_auto;
	u16 ctrl_x;
	u8 status;
	u16 status_x;
	bool commit;
	bool auto_forced;
	u8 tune;
	u16 tune_mask;
	u16 tune_set;
	u8 rx_errors;
};

#define NAPIER_PHY_KIND_IGP3						\
	.ctrl = 0x12, .ctrl_mask = BIT(12) | BIT(13),			\
	.ctrl_auto = BIT(12), .ctrl_x = BIT(13),			\
	.status = 0x11, .status_x = BIT(11)

#define NAPIER_PHY_KIND_82580						\
	.ctrl = 0x12, .ctrl_mask = BIT(9) | BIT(10),			\
	.ctrl_auto = BIT(10), .ctrl_x = BIT(9),				\
	.status = 0x1A, .status_x = BIT(11),				\
	.tune = 0x16, .tune_mask = BIT(15) | GENMASK(11, 10),		\
	.tune_set = BIT(15) | GENMASK(11, 10)

#define NAPIER_PHY_KIND_M88						\
	.ctrl = 0x10, .ctrl_mask = BIT(5) | BIT(6),			\
	.ctrl_auto = BIT(5) | BIT(6), .ctrl_x = BIT(5),			\
	.status = 0x11, .status_x = BIT(6), .commit = true

/* Bit 11 of the oldest one is the carrier alone; of the others also that the
 * speed is given up, after six tries.
 */
#define NAPIER_PHY_KIND_M88_OLD						\
	NAPIER_PHY_KIND_M88,						\
	.tune = 0x10, .tune_mask = BIT(11), .tune_set = BIT(11)
#define NAPIER_PHY_KIND_M88_GEN2					\
	NAPIER_PHY_KIND_M88,						\
	.tune = 0x10, .tune_mask = GENMASK(14, 11),			\
	.tune_set = BIT(11) | FIELD_PREP_CONST(GENMASK(14, 12), 5)

/* Crossover: igb 7.3 e1000_phy.c, igb_copper_link_setup_igp, _82580, _m88 and
 * igb_phy_force_speed_duplex_m88 (which parts want a fixed one with a forced
 * speed), bits in e1000_phy.h and e1000_defines.h; tuning: the same functions,
 * and igb_copper_link_setup_m88_gen2. Receive errors: the kernel's
 * marvell.c, marvell_hw_stats[], for the PHYs that it names; the one inside of
 * I210 and I211 is not among them.
 */
static const struct napier_phy_kind napier_phy_kinds[] = {
	{ .id = NAPIER_PHY_ID_IGP3, NAPIER_PHY_KIND_IGP3 },
	{ .id = NAPIER_PHY_ID_82580, NAPIER_PHY_KIND_82580 },
	{ .id = NAPIER_PHY_ID_I350, NAPIER_PHY_KIND_82580 },
	{ .id = NAPIER_PHY_ID_I210, NAPIER_PHY_KIND_M88_GEN2,
	  .auto_forced = true },
	{ .id = MARVELL_PHY_ID_88E1111, NAPIER_PHY_KIND_M88_OLD,
	  .rx_errors = 0x15 },
	{ .id = MARVELL_PHY_ID_88E1112, NAPIER_PHY_KIND_M88_GEN2,
	  .rx_errors = 0x15 },
	{ .id = MARVELL_PHY_ID_88E1340S, NAPIER_PHY_KIND_M88_GEN2,
	  .rx_errors = 0x15 },
	{ .id = MARVELL_PHY_ID_88E1510, NAPIER_PHY_KIND_M88_GEN2,
	  .rx_errors = 0x15 },
	{ .id = MARVELL_PHY_ID_88E1545, NAPIER_PHY_KIND_M88_GEN2,
	  .rx_errors = 0x15 },
};

/**
 * napier_phy_kind_init - look the PHY up
 * @nd: device whose PHY is known
 *
 * Context: process, probe.
 */
void napier_phy_kind_init(struct napier_dev *nd)
{
	struct napier_phy *phy = &nd->phy;
	int i;

	phy->mdix = ETH_TP_MDI_AUTO;
	phy->kind = NULL;
	for (i = 0; i < ARRAY_SIZE(napier_phy_kinds); i++)
		if ((phy->id & NAPIER_PHY_ID_MASK) == napier_phy_kinds[i].id)
			phy->kind = &napier_phy_kinds[i];
}

/* ---- crossover, tuning ------------------------------------------------- */

static int __napier_phy_commit(struct napier_dev *nd)
{
	u16 bmcr;
	int err;

	err = __napier_phy_read(nd, MII_BMCR, &bmcr);

	return err ? err : __napier_phy_reset(nd, bmcr);
}

/**
 * __napier_phy_tune - tell the PHY what every link needs
 * @nd: device
 *
 * Of one that does not take it the link is as good as its defaults. The caller
 * negotiates or forces a speed after this.
 *
 * Context: process, under phy.lock, sleeps.
 */
void __napier_phy_tune(struct napier_dev *nd)
{
	const struct napier_phy_kind *kind = nd->phy.kind;
	u16 old, val;

	if (!kind || !kind->tune || __napier_phy_read(nd, kind->tune, &old))
		return;
	val = (old & ~kind->tune_mask) | kind->tune_set;
	if (val == old)
		return;
	if (!__napier_phy_write(nd, kind->tune, val) && kind->commit)
		__napier_phy_commit(nd);
}

/**
 * __napier_mdix_program - write the crossover that the user wants to the PHY
 * @nd: device
 *
 * With a forced speed most of these PHYs cannot find out by themselves; MDI is
 * taken then, as on the port of a host, unless the user says otherwise. The
 * caller negotiates or forces a speed after this.
 *
 * Context: process, under phy.lock, sleeps.
 * Return: 0, or an error if what the user fixed cannot be had: -EOPNOTSUPP, or
 * that of the access.
 */
int __napier_mdix_program(struct napier_dev *nd)
{
	const struct napier_phy_kind *kind = nd->phy.kind;
	u8 mdix = nd->phy.mdix;
	bool fixed = mdix != ETH_TP_MDI_AUTO;
	u16 old, val, set = 0;
	int err;

	if (!kind)
		return fixed ? -EOPNOTSUPP : 0;

	if (!fixed && !(nd->phy.bmcr & BMCR_ANENABLE) && !kind->auto_forced)
		mdix = ETH_TP_MDI;
	if (mdix == ETH_TP_MDI_AUTO)
		set = kind->ctrl_auto;
	else if (mdix == ETH_TP_MDI_X)
		set = kind->ctrl_x;

	err = __napier_phy_read(nd, kind->ctrl, &old);
	if (err)
		return fixed ? err : 0;

	val = (old & ~kind->ctrl_mask) | set;
	if (val == old)
		return 0;

	err = __napier_phy_write(nd, kind->ctrl, val);
	if (!err && kind->commit)
		err = __napier_phy_commit(nd);

	return fixed ? err : 0;
}

/**
 * __napier_mdix_get - the crossover as wanted and as it is
 * @nd: device
 * @base: takes both; unknown where the PHY does not say
 *
 * Context: process, under phy.lock, sleeps.
 */
void __napier_mdix_get(struct napier_dev *nd,
		       struct ethtool_link_settings *base)
{
	const struct napier_phy_kind *kind = nd->phy.kind;
	u16 val;

	base->eth_tp_mdix = ETH_TP_MDI_INVALID;
	base->eth_tp_mdix_ctrl = ETH_TP_MDI_INVALID;
	if (!kind)
		return;

	base->eth_tp_mdix_ctrl = nd->phy.mdix;
	/* Without a link the PHY may be trying one and the other in turn. */
	if (!nd->link.up || __napier_phy_read(nd, kind->status, &val))
		return;

	base->eth_tp_mdix = val & kind->status_x ? ETH_TP_MDI_X : ETH_TP_MDI;
}

/* ---- errors ------------------------------------------------------------ */

/**
 * __napier_phy_read_stat1000 - read MII_STAT1000
 * @nd: device
 * @val: its value
 *
 * Which clears the idle errors that it has counted, so these are kept. At other
 * speeds they mean nothing.
 *
 * Context: process, under phy.lock, sleeps.
 * Return: as __napier_phy_read().
 */
int __napier_phy_read_stat1000(struct napier_dev *nd, u16 *val)
{
	int err = __napier_phy_read(nd, MII_STAT1000, val);

	if (!err && nd->link.up && nd->link.speed == SPEED_1000)
		nd->phy.idle_errors += *val & NAPIER_PHY_STAT1000_IDLE;

	return err;
}

/**
 * napier_phy_stats_count - how many counters the PHY has
 * @nd: device
 *
 * Context: any.
 * Return: that, or -EOPNOTSUPP if none.
 */
int napier_phy_stats_count(const struct napier_dev *nd)
{
	const struct napier_phy *phy = &nd->phy;
	int count = phy->mii.supports_gmii;

	if (phy->kind && phy->kind->rx_errors)
		count++;

	return count ? count : -EOPNOTSUPP;
}

/**
 * napier_phy_stats_strings - their names, for ethtool --phy-statistics
 * @nd: device
 * @data: takes them and is advanced
 *
 * Context: any.
 */
void napier_phy_stats_strings(const struct napier_dev *nd, u8 **data)
{
	const struct napier_phy *phy = &nd->phy;

	if (phy->mii.supports_gmii)
		ethtool_puts(data, "phy_idle_errors");
	if (phy->kind && phy->kind->rx_errors)
		ethtool_puts(data, "phy_receive_errors");
}

/**
 * napier_phy_stats_get - their values since probe
 * @nd: device
 * @data: takes them
 *
 * Registers of 8 and 16 bits that stop at their maximum, so what happened since
 * they were read last is a lower bound.
 *
 * Context: process, takes phy.lock, sleeps.
 */
void napier_phy_stats_get(struct napier_dev *nd, u64 *data)
{
	struct napier_phy *phy = &nd->phy;
	u16 val;

	guard(mutex)(&phy->lock);

	if (phy->mii.supports_gmii) {
		__napier_phy_read_stat1000(nd, &val);
		*data++ = phy->idle_errors;
	}
	if (phy->kind && phy->kind->rx_errors) {
		if (!__napier_phy_read(nd, phy->kind->rx_errors, &val))
			phy->rx_errors += val;
		*data++ = phy->rx_errors;
	}
}
