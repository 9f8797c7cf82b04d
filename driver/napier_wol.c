// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wake-on-LAN: what the port can, what the user wants, and arming it before the
 * machine sleeps.
 *
 * Depends on: napier_board.c, napier_nvm.c, napier_filter.c, napier_phy.c.
 */
#include "napier.h"

#define NAPIER_WOL_ALL	(WAKE_PHY | WAKE_UCAST | WAKE_MCAST | WAKE_BCAST | \
			 WAKE_MAGIC)

#define NAPIER_ID_82576_QUAD		0x10e8
#define NAPIER_ID_82576_QUAD_ET2	0x1526

/* ---- what the port can ------------------------------------------------- */

static int napier_wol_same_part(struct pci_dev *pdev, void *data)
{
	struct pci_dev **found = data;

	if (pdev->vendor != (*found)->vendor ||
	    pdev->device != (*found)->device)
		return 0;
	*found = pdev;

	return 1;
}

/* Cards with four ports have two parts behind a switch, and power for one port
 * while the machine sleeps: the first, in the order of the bus.
 */
static bool napier_wol_is_first_of_quad(struct pci_dev *pdev)
{
	struct pci_dev *port = pci_upstream_bridge(pdev);
	struct pci_dev *first = pdev;

	if (port)
		pci_walk_bus(port->bus, napier_wol_same_part, &first);

	return first == pdev;
}

/* What the NVM says. Port 0 can always; of the 82576's other port a word of its
 * own tells. With 82580 and later there is a section for each port.
 */
static bool napier_wol_in_nvm(struct napier_dev *nd)
{
	u16 addr = NAPIER_NVM_WORD_INIT3;
	u16 word;

	if (!nd->func)
		return true;

	if (nd->quirks & NAPIER_QUIRK_MDICNFG)
		addr += napier_nvm_port_offset(nd->func);
	else
		addr = NAPIER_NVM_WORD_INIT3_B;

	return !napier_nvm_read(nd, addr, &word, 1) &&
	       (word & NAPIER_NVM_INIT3_APME);
}

/* device_can_wakeup() is true also where only the platform says that something
 * about the slot could wake the machine.
 */
static bool napier_wol_can_signal(struct pci_dev *pdev)
{
	return pci_pme_capable(pdev, PCI_D3hot) ||
	       pci_pme_capable(pdev, PCI_D3cold);
}

/* Boards whose NVM is not to be believed. Some vendors want waking up to be
 * possible and off until asked for, whatever the NVM says.
 */
static bool napier_wol_is_vendor_choice(const struct napier_dev *nd)
{
	const struct pci_dev *pdev = nd->pdev;
	bool i350 = nd->board == napier_board_get(NAPIER_BOARD_I350);
	bool i354 = nd->board == napier_board_get(NAPIER_BOARD_I354);

	if (i350 && pdev->subsystem_vendor == PCI_VENDOR_ID_HP)
		return true;
	if ((i350 || i354) && pdev->subsystem_vendor == PCI_VENDOR_ID_DELL)
		return true;

	return i350 && !nd->func && (pdev->subsystem_device == 0x5001 ||
				     pdev->subsystem_device == 0x5002);
}

/* And one whose ports can all, and do if the NVM says so. */
static bool napier_wol_is_everywhere(const struct napier_dev *nd)
{
	return nd->board == napier_board_get(NAPIER_BOARD_I350) &&
	       nd->pdev->subsystem_device == 0x1F52;
}

/**
 * napier_wol_init - find out whether the port can wake the machine
 * @nd: device with the NVM read
 *
 * Which ports can, and which do unless told otherwise, is as in igb 7.3
 * igb_main.c, igb_probe; but nothing is offered where the function cannot signal
 * PME, of which igb asks less, and not for all parts.
 *
 * Context: process, probe.
 */
void napier_wol_init(struct napier_dev *nd)
{
	struct pci_dev *pdev = nd->pdev;
	bool on = napier_wol_in_nvm(nd);
	bool can;

	if (pdev->device == NAPIER_ID_82576_QUAD ||
	    pdev->device == NAPIER_ID_82576_QUAD_ET2)
		on = on && napier_wol_is_first_of_quad(pdev);
	can = on || napier_wol_is_everywhere(nd);
	if (napier_wol_is_vendor_choice(nd)) {
		can = true;
		on = false;
	}
	if (!napier_wol_can_signal(pdev))
		can = false;

	nd->wol.supported = can ? NAPIER_WOL_ALL : 0;
	nd->wol.opts = can && on ? WAKE_MAGIC : 0;
	device_set_wakeup_enable(&pdev->dev, nd->wol.opts);
	napier_wol_disarm(nd);
}

/* ---- what the user wants ----------------------------------------------- */

/**
 * napier_wol_get - for ethtool
 * @nd: device
 * @wol: takes what the port can and what was asked for
 *
 * Context: as napier_wol_set().
 */
void napier_wol_get(const struct napier_dev *nd, struct ethtool_wolinfo *wol)
{
	wol->supported = nd->wol.supported;
	wol->wolopts = nd->wol.opts;
}

/**
 * napier_wol_set - for ethtool -s eth0 wol
 * @nd: device
 * @wol: wanted
 *
 * Touches the device only when the machine goes to sleep.
 *
 * Context: process, under the lock of the configuration.
 * Return: 0, or -EOPNOTSUPP for what the port cannot.
 */
int napier_wol_set(struct napier_dev *nd, const struct ethtool_wolinfo *wol)
{
	if (wol->wolopts & ~nd->wol.supported)
		return -EOPNOTSUPP;

	nd->wol.opts = wol->wolopts;
	device_set_wakeup_enable(&nd->pdev->dev, nd->wol.opts);

	return 0;
}

/* ---- going to sleep ---------------------------------------------------- */

/**
 * napier_wol_filters - what the device is to wake up for
 * @opts: WAKE_*
 * @link_up: there is a link now, or may be
 *
 * A port with a link does not watch for a change of it: that would wake the
 * machine as soon as the partner saves power, too. A port without one wakes
 * the machine when a link comes.
 *
 * Return: the value of WUFC.
 */
NAPIER_TESTED u32 napier_wol_filters(u32 opts, bool link_up)
{
	u32 wufc = 0;

	if ((opts & WAKE_PHY) && !link_up)
		wufc |= NAPIER_WUFC_LNKC;
	if (opts & WAKE_MAGIC)
		wufc |= NAPIER_WUFC_MAG;
	if (opts & WAKE_UCAST)
		wufc |= NAPIER_WUFC_EX;
	if (opts & WAKE_MCAST)
		wufc |= NAPIER_WUFC_MC;
	if (opts & WAKE_BCAST)
		wufc |= NAPIER_WUFC_BC;

	return wufc;
}

/**
 * napier_wol_prepare - the machine is about to sleep
 * @nd: device, before it is stopped
 *
 * If the port is to wake the machine, its PHY has to stay on, and the link with
 * it if there is one.
 *
 * Context: process, takes phy.lock, sleeps.
 */
void napier_wol_prepare(struct napier_dev *nd)
{
	guard(mutex)(&nd->phy.lock);

	nd->phy.keep_power = nd->wol.opts;
	/* An interface that is down has it off. If there is a partner, the link
	 * is going to come, and must not wake the machine.
	 */
	nd->wol.watch_link = nd->link.started;
	if (nd->phy.keep_power)
		__napier_phy_power(nd, true);
}

/**
 * napier_wol_arm - make the device look out for what is to wake the machine
 * @nd: device, stopped, with the gate open
 *
 * The receiver has to run for that, though no queue does: what passes the
 * filters is looked at and dropped. Steps as in igb 7.3 igb_main.c,
 * __igb_shutdown. PME in the configuration space is up to the PCI core, which
 * goes by device_set_wakeup_enable().
 *
 * Context: process, under the lock of the configuration, sleeps.
 */
void napier_wol_arm(struct napier_dev *nd)
{
	bool link_up = napier_rd32(nd, NAPIER_STATUS) & NAPIER_STATUS_LU;
	u32 wufc = napier_wol_filters(nd->wol.opts,
				      link_up || !nd->wol.watch_link);

	if (!wufc) {
		napier_wol_disarm(nd);
		return;
	}

	napier_filter_restore(nd);
	napier_filter_enable(nd, true);
	/* The multicast hash lets too little in. The next reset undoes it. */
	if (wufc & NAPIER_WUFC_MC)
		napier_rmw32(nd, NAPIER_RCTL, 0, NAPIER_RCTL_MPE);
	napier_ctrl_update(nd, 0, NAPIER_CTRL_ADVD3WUC);
	napier_master_disable(nd);

	napier_wr32(nd, NAPIER_WUS, ~0U);
	napier_wr32(nd, NAPIER_WUC, NAPIER_WUC_PME_EN);
	napier_wr32(nd, NAPIER_WUFC, wufc);
	napier_flush(nd);
}

/**
 * napier_wol_disarm - the machine is awake
 * @nd: device with the gate open
 *
 * Context: process, sleeps.
 */
void napier_wol_disarm(struct napier_dev *nd)
{
	napier_wr32(nd, NAPIER_WUC, 0);
	napier_wr32(nd, NAPIER_WUFC, 0);
	napier_wr32(nd, NAPIER_WUS, ~0U);

	guard(mutex)(&nd->phy.lock);
	if (!nd->phy.keep_power)
		return;
	nd->phy.keep_power = false;
	if (!nd->link.started)
		__napier_phy_power(nd, false);
}
