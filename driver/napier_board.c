// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parts of the family, resetting one, and what it shares with firmware.
 *
 * Depends on: napier_filter.c, napier_nvm.c, napier_phy.c.
 */
#include <linux/pm_runtime.h>

#include "napier.h"

/* A reset ends when the NVM is loaded; an empty NVM never reports that. */
#define NAPIER_AUTO_RD_TIMEOUT_US	10000
#define NAPIER_CFG_DONE_TIMEOUT_US	100000
#define NAPIER_MASTER_TIMEOUT_US	80000

/* SWSM is held for the few microseconds that a change of SW_FW_SYNC takes,
 * the resources behind SW_FW_SYNC for as long as an NVM or PHY access.
 */
#define NAPIER_SWSM_TIMEOUT_US		200000
#define NAPIER_SWSM_TRIES		4000
#define NAPIER_SWFW_TRIES		200
#define NAPIER_SWFW_PAUSE_MS		5

#define NAPIER_FWSM_MODE_PASS_THRU	2

/* Numbers as in igb 7.3: e1000_82575.h (RAR entries), igb_main.c (packet buffer
 * in igb_reset(), looped-back tags in igb_alloc_q_vector()), e1000_82575.c and
 * e1000_i210.c for the rest. Filters that choose a queue: docs/hardware.md.
 */
static const struct napier_board napier_boards[] = {
	[NAPIER_BOARD_82576] = {
		.name = "82576",
		.queues = 16,
		.rar_count = 24,
		.rx_wthresh = 1,
		.etqf_count = 8,
		.steer = NAPIER_STEER_CAN_5TUPLE,
		.quirks = NAPIER_QUIRK_IVAR_COLUMNS |
			  NAPIER_QUIRK_PCIE_TIMEOUT |
			  NAPIER_QUIRK_TS_REGISTERS,
	},
	[NAPIER_BOARD_82580] = {
		.name = "82580",
		.queues = 8,
		.rar_count = 24,
		.rx_wthresh = 4,
		.etqf_count = 8,
		.quirks = NAPIER_QUIRK_MDICNFG | NAPIER_QUIRK_MDICNFG_LOST |
			  NAPIER_QUIRK_PORT_NVM | NAPIER_QUIRK_NVM_COMPAT,
	},
	[NAPIER_BOARD_I350] = {
		.name = "I350",
		.queues = 8,
		.rar_count = 32,
		.rx_wthresh = 4,
		.etqf_count = 8,
		.eee = NAPIER_EEE_I350,
		.quirks = NAPIER_QUIRK_MDICNFG | NAPIER_QUIRK_PORT_NVM |
			  NAPIER_QUIRK_LB_TAG_BE | NAPIER_QUIRK_VFTA_REPEAT |
			  NAPIER_QUIRK_QUEUE_STRCRC,
	},
	[NAPIER_BOARD_I354] = {
		.name = "I354",
		.queues = 8,
		.rar_count = 32,
		.rx_wthresh = 4,
		.etqf_count = 8,
		.eee = NAPIER_EEE_CHIP,
		.quirks = NAPIER_QUIRK_MDICNFG | NAPIER_QUIRK_PORT_NVM |
			  NAPIER_QUIRK_LB_TAG_BE | NAPIER_QUIRK_VFTA_REPEAT |
			  NAPIER_QUIRK_QUEUE_STRCRC,
	},
	[NAPIER_BOARD_I210] = {
		.name = "I210",
		.queues = 4,
		.rar_count = 16,
		.rx_fifo_kb = 34,
		.rx_wthresh = 4,
		.etqf_count = 4,
		.steer = NAPIER_STEER_CAN_MAC | NAPIER_STEER_CAN_PRIO,
		.eee = NAPIER_EEE_I210,
		.quirks = NAPIER_QUIRK_MDICNFG | NAPIER_QUIRK_INVM |
			  NAPIER_QUIRK_LB_TAG_BE | NAPIER_QUIRK_EEMNGCTL_I210 |
			  NAPIER_QUIRK_MTA_CHECK | NAPIER_QUIRK_RQDPC_RW |
			  NAPIER_QUIRK_QUEUE_STRCRC | NAPIER_QUIRK_SYSTIM_SECONDS,
	},
	[NAPIER_BOARD_I211] = {
		.name = "I211",
		.queues = 2,
		.rar_count = 16,
		.rx_fifo_kb = 34,
		.rx_wthresh = 4,
		.etqf_count = 4,
		.eee = NAPIER_EEE_I210,
		.quirks = NAPIER_QUIRK_MDICNFG | NAPIER_QUIRK_INVM |
			  NAPIER_QUIRK_LB_TAG_BE | NAPIER_QUIRK_EEMNGCTL_I210 |
			  NAPIER_QUIRK_MTA_CHECK | NAPIER_QUIRK_RQDPC_RW |
			  NAPIER_QUIRK_QUEUE_STRCRC | NAPIER_QUIRK_SYSTIM_SECONDS,
	},
};

/* RXPBS of 82580, I350 and I354 holds an index into this table of KiB; codes
 * beyond it are reserved (igb 7.3 e1000_82575.c, igb_rxpbs_adjust_82580).
 */
static const u8 napier_rxpbs_kb[] = {
	36, 72, 144, 1, 2, 4, 8, 16, 35, 70, 140,
};

/**
 * napier_board_get - description of a part
 * @id: which
 *
 * Return: the description, never NULL.
 */
const struct napier_board *napier_board_get(enum napier_board_id id)
{
	return &napier_boards[id];
}

/* The device that QEMU emulates has the identity of an 82576 and QEMU's
 * default subsystem.
 */
static bool napier_board_is_qemu(const struct pci_dev *pdev)
{
	return pdev->device == 0x10c9 &&
	       pdev->subsystem_vendor == PCI_SUBVENDOR_ID_REDHAT_QUMRANET &&
	       pdev->subsystem_device == PCI_SUBDEVICE_ID_QEMU;
}

/**
 * napier_board_identify - find out what the device is
 * @nd: device with @pdev set and the gate open
 * @id: board of the PCI id that matched
 *
 * Context: process.
 */
void napier_board_identify(struct napier_dev *nd, enum napier_board_id id)
{
	nd->board = napier_board_get(id);
	nd->quirks = nd->board->quirks;

	if (napier_board_is_qemu(nd->pdev)) {
		/* EIAM is stored and never read: igb_core.c, igb_msix_notify()
		 * clears what EIAC says and masks nothing.
		 */
		nd->quirks |= NAPIER_QUIRK_QEMU_NO_EIAM;
		/* igb_core.c, igb_intrmgr_rearm_timer() multiplies EITR by
		 * 1024 ns; a microsecond in bits 14:2 becomes four.
		 */
		nd->quirks |= NAPIER_QUIRK_QEMU_EITR_1024;
		/* igb_core.c, igb_mac_reg_init[] and igb_set_eecd(): nothing
		 * ever sets EECD.AUTO_RD or EEMNGCTL.CFG_DONE.
		 */
		nd->quirks |= NAPIER_QUIRK_QEMU_NO_CFG_DONE;
		/* igb_core.c, igb_setup_tx_offloads() leaves the context's
		 * lengths aside; net_tx_pkt.c, net_tx_pkt_parse() finds the
		 * outermost headers and takes them for what is meant. UDP that
		 * is to be cut becomes IP fragments (eth.c,
		 * eth_get_gso_type()).
		 */
		nd->quirks |= NAPIER_QUIRK_QEMU_OUTER;
		/* igb_core.c, igb_receive_internal() counts each frame that it
		 * pads to 60 bytes in RUC, and those are in order.
		 */
		nd->quirks |= NAPIER_QUIRK_QEMU_RUC;
		/* igb_core.c, igb_start_xmit() raises TXDW only for a queue
		 * whose IVAR entry is valid, without MSI-X too.
		 */
		nd->quirks |= NAPIER_QUIRK_QEMU_TXDW_IVAR;
		/* igb_core.c, igb_set_phy_ctrl(): BMCR.LOOPBACK does not bring
		 * the link up, only negotiation does.
		 */
		nd->quirks |= NAPIER_QUIRK_QEMU_LB_ANEG;
		/* igb_core.c: after a reset STATUS.LU is set by
		 * igb_autoneg_timer() alone, whatever speed is forced.
		 */
		nd->quirks |= NAPIER_QUIRK_QEMU_AN_LINK;
		/* igb_core.c, igb_rss_parse_packet() and its callers: RSS
		 * alone chooses a queue. ETQF marks frames, the other filters
		 * are stored or not there.
		 */
		nd->quirks |= NAPIER_QUIRK_QEMU_NO_STEER;
		/* e1000x_common.c, e1000x_update_regs_on_link_down() takes the
		 * acknowledge bit from MII_LPA, and leaves the rest of it and
		 * MII_EXPANSION as if a partner were there.
		 */
		nd->quirks |= NAPIER_QUIRK_QEMU_LP_STAYS;
		/* igb_core.c, igb_get_rxsatrh(): nothing else clears
		 * TSYNCRXCTL.VALID. And PTP2 is not packed: what RXSATR takes
		 * from a message lies two bytes beyond where it should.
		 */
		nd->quirks |= NAPIER_QUIRK_QEMU_RXSATRH;
		/* igb_core.c, igb_receive_assign(): only PTP version 2 by its
		 * ethertype, and only messages whose first byte equals
		 * TSYNCRXCFG[15:8], whatever TSYNCRXCTL.TYPE says.
		 */
		nd->quirks |= NAPIER_QUIRK_QEMU_PTP_L2;
	}

	nd->func = FIELD_GET(NAPIER_STATUS_FUNC,
			     napier_rd32(nd, NAPIER_STATUS));

	spin_lock_init(&nd->ctrl_lock);
}

/**
 * napier_gate_close - stop all register accesses
 * @nd: device that does not answer
 *
 * Context: any. Everything above stays correct: writes are dropped, reads give
 * all ones, and the stack is told that the device is gone.
 */
void napier_gate_close(struct napier_dev *nd)
{
	if (!READ_ONCE(nd->bar))
		return;

	/* Two CPUs may come here at once. Both store the same, and the worst is
	 * a second message.
	 */
	WRITE_ONCE(nd->bar, NULL);
	dev_err(&nd->pdev->dev, "device does not answer, registers closed\n");

	if (nd->netdev)
		netif_device_detach(nd->netdev);
	WRITE_ONCE(nd->health.gone, true);
	queue_work(system_percpu_wq, &nd->health.work);
}

/**
 * napier_ctrl_update - change bits of CTRL
 * @nd: device
 * @clear: bits to clear
 * @set: bits to set
 *
 * CTRL has fields of the link and of the VLAN offload, whose owners do not
 * share a lock.
 *
 * Context: any but hard interrupt; takes ctrl_lock.
 */
void napier_ctrl_update(struct napier_dev *nd, u32 clear, u32 set)
{
	spin_lock_bh(&nd->ctrl_lock);
	napier_rmw32(nd, NAPIER_CTRL, clear, set);
	spin_unlock_bh(&nd->ctrl_lock);
}

static void napier_mask_interrupts(struct napier_dev *nd)
{
	napier_wr32(nd, NAPIER_IMC, ~0U);
	napier_wr32(nd, NAPIER_EIMC, ~0U);
	napier_flush(nd);
}

/**
 * napier_master_disable - end all transactions on the bus
 * @nd: device
 *
 * A reset amid one can leave the device stuck, so it is asked to stop mastering
 * first and given time to finish. The reset ends it.
 *
 * Context: process, sleeps for up to 80 ms.
 */
void napier_master_disable(struct napier_dev *nd)
{
	napier_ctrl_update(nd, 0, NAPIER_CTRL_GIO_MASTER_DIS);
	if (napier_poll32(nd, NAPIER_STATUS, NAPIER_STATUS_GIO_MASTER, 0,
			  NAPIER_MASTER_TIMEOUT_US) == -ETIMEDOUT)
		dev_warn(&nd->pdev->dev,
			 "bus requests still pending, resetting anyway\n");
}

/* The 82576 wakes up with a completion timeout below the 10 ms that PCIe
 * recommends, and resends what timed out. Take 16 to 55 ms instead, unless the
 * NVM has set another value (igb 7.3 e1000_82575.c,
 * igb_set_pcie_completion_timeout).
 */
static void napier_set_completion_timeout(struct napier_dev *nd)
{
	u32 gcr;

	if (!(nd->quirks & NAPIER_QUIRK_PCIE_TIMEOUT))
		return;

	gcr = napier_rd32(nd, NAPIER_GCR);
	if (napier_is_gone(nd))
		return;

	if (!(gcr & NAPIER_GCR_CMPL_TMOUT)) {
		if (gcr & NAPIER_GCR_CAP_VER2)
			pcie_capability_clear_and_set_word(nd->pdev,
							   PCI_EXP_DEVCTL2,
							   PCI_EXP_DEVCTL2_COMP_TIMEOUT,
							   0x5);
		else
			gcr |= FIELD_PREP(NAPIER_GCR_CMPL_TMOUT, 1);
	}
	napier_wr32(nd, NAPIER_GCR, gcr & ~NAPIER_GCR_CMPL_TMOUT_RESEND);
}

/* Neither wait may fail a reset: without an NVM both bits stay 0 for ever. */
static void napier_wait_nvm_loaded(struct napier_dev *nd)
{
	u32 reg = nd->quirks & NAPIER_QUIRK_EEMNGCTL_I210 ?
		  NAPIER_EEMNGCTL_I210 : NAPIER_EEMNGCTL;
	u32 done = NAPIER_EEMNGCTL_CFG_DONE(nd->func);

	if (nd->quirks & NAPIER_QUIRK_QEMU_NO_CFG_DONE)
		return;

	if (napier_poll32(nd, NAPIER_EECD, NAPIER_EECD_AUTO_RD,
			  NAPIER_EECD_AUTO_RD, NAPIER_AUTO_RD_TIMEOUT_US))
		dev_dbg(&nd->pdev->dev, "no NVM auto-read after reset\n");
	if (napier_poll32(nd, reg, done, done, NAPIER_CFG_DONE_TIMEOUT_US))
		dev_dbg(&nd->pdev->dev, "PHY not configured from NVM\n");
}

/* A reset of the 82580 forgets where MDIO goes if that is not the internal PHY
 * (igb 7.3 e1000_82575.c, igb_reset_mdicnfg_82580).
 */
static void napier_restore_mdicnfg(struct napier_dev *nd)
{
	u16 addr = NAPIER_NVM_WORD_INIT3 + napier_nvm_port_offset(nd->func);
	u32 set = 0;
	u16 word;

	if (!(nd->quirks & NAPIER_QUIRK_MDICNFG_LOST))
		return;
	if (FIELD_GET(NAPIER_CTRL_EXT_LINK_MODE,
		      napier_rd32(nd, NAPIER_CTRL_EXT)) !=
	    NAPIER_LINK_MODE_SGMII)
		return;
	if (napier_nvm_read(nd, addr, &word, 1)) {
		dev_warn(&nd->pdev->dev, "cannot restore MDIO routing\n");
		return;
	}

	if (word & NAPIER_NVM_INIT3_EXT_MDIO)
		set |= NAPIER_MDICNFG_EXT_MDIO;
	if (word & NAPIER_NVM_INIT3_COM_MDIO)
		set |= NAPIER_MDICNFG_COM_MDIO;
	napier_rmw32(nd, NAPIER_MDICNFG, 0, set);
}

/**
 * napier_reset_hw - bring the device into its initial state
 * @nd: device
 *
 * Afterwards all interrupts are masked, nothing is received or sent, no queue
 * is enabled, and everything that was programmed is lost but what the NVM
 * loads; RAR 0 holds the factory address. A port reset (CTRL.RST) leaves
 * the firmware, its filters and the PHY alone, so a BMC keeps its link; PHY
 * reset (CTRL.PHY_RST) is not used here.
 *
 * Steps as in igb 7.3 e1000_82575.c, igb_reset_hw_82575 and
 * igb_reset_hw_82580.
 *
 * Context: process, sleeps for 20 to 250 ms. No ring may be in use.
 * Return: 0, or -ENODEV if the device does not answer.
 */
int napier_reset_hw(struct napier_dev *nd)
{
	napier_master_disable(nd);
	napier_set_completion_timeout(nd);
	napier_mask_interrupts(nd);

	napier_filter_enable(nd, false);
	napier_wr32(nd, NAPIER_TCTL, NAPIER_TCTL_PSP);
	napier_flush(nd);
	/* What is on the wire or on its way to memory comes to its end. */
	usleep_range(10000, 11000);

	napier_ctrl_update(nd, 0, NAPIER_CTRL_RST);
	/* The device may not answer at once, and all ones would close the
	 * gate.
	 */
	usleep_range(1000, 2000);
	napier_wait_nvm_loaded(nd);

	if (nd->quirks & NAPIER_QUIRK_MDICNFG)
		napier_wr32(nd, NAPIER_STATUS, NAPIER_STATUS_DEV_RST_SET);

	napier_mask_interrupts(nd);
	napier_rd32(nd, NAPIER_ICR);
	napier_restore_mdicnfg(nd);

	/* These two alone come up enabled, and a tail written before they are
	 * configured would start DMA at address 0.
	 */
	napier_rmw32(nd, NAPIER_RXDCTL(0), NAPIER_DCTL_ENABLE, 0);
	napier_rmw32(nd, NAPIER_TXDCTL(0), NAPIER_DCTL_ENABLE, 0);
	napier_flush(nd);

	napier_phy_fix_pll(nd);

	return napier_is_gone(nd) ? -ENODEV : 0;
}

static void napier_swsm_put(struct napier_dev *nd)
{
	napier_rmw32(nd, NAPIER_SWSM,
		     NAPIER_SWSM_SMBI | NAPIER_SWSM_SWESMBI, 0);
}

/* Software first agrees with software of other ports (SMBI: reading 0 takes
 * it), then with firmware (SWESMBI: it stays set if firmware agrees).
 */
static int napier_swsm_get(struct napier_dev *nd)
{
	int err, i;

	err = napier_poll32(nd, NAPIER_SWSM, NAPIER_SWSM_SMBI, 0,
			    NAPIER_SWSM_TIMEOUT_US);
	if (err == -ETIMEDOUT && (nd->quirks & NAPIER_QUIRK_INVM) &&
	    !nd->swsm_rescued) {
		/* I210 and I211 have one port, so nobody else can hold it:
		 * a boot agent has left it set.
		 */
		nd->swsm_rescued = true;
		dev_warn(&nd->pdev->dev, "releasing a stale semaphore\n");
		napier_swsm_put(nd);
		err = napier_poll32(nd, NAPIER_SWSM, NAPIER_SWSM_SMBI, 0,
				    NAPIER_SWSM_TIMEOUT_US);
	}
	if (err)
		return err;

	for (i = 0; i < NAPIER_SWSM_TRIES; i++) {
		napier_rmw32(nd, NAPIER_SWSM, 0, NAPIER_SWSM_SWESMBI);
		if (napier_rd32(nd, NAPIER_SWSM) & NAPIER_SWSM_SWESMBI)
			return napier_is_gone(nd) ? -ENODEV : 0;
		usleep_range(50, 100);
	}

	napier_swsm_put(nd);
	return -ETIMEDOUT;
}

/**
 * napier_swfw_acquire - get a resource that firmware and other ports share
 * @nd: device
 * @mask: NAPIER_SW_FW_SYNC_* bit
 *
 * Callers in this driver exclude each other for the same @mask.
 *
 * Context: process, sleeps for up to a second if the resource is in use.
 * Return: 0, -ETIMEDOUT, or -ENODEV if the device does not answer.
 */
int napier_swfw_acquire(struct napier_dev *nd, u32 mask)
{
	u32 taken = mask | mask << NAPIER_SW_FW_SYNC_FW_SHIFT;
	int err, i;
	u32 sync;

	for (i = 0; i < NAPIER_SWFW_TRIES; i++) {
		err = napier_swsm_get(nd);
		if (err)
			return err;

		sync = napier_rd32(nd, NAPIER_SW_FW_SYNC);
		if (!(sync & taken)) {
			napier_wr32(nd, NAPIER_SW_FW_SYNC, sync | mask);
			napier_swsm_put(nd);
			return 0;
		}
		napier_swsm_put(nd);
		if (napier_is_gone(nd))
			return -ENODEV;
		msleep(NAPIER_SWFW_PAUSE_MS);
	}

	return -ETIMEDOUT;
}

/**
 * napier_swfw_release - give back what napier_swfw_acquire() got
 * @nd: device
 * @mask: as there
 *
 * Context: process, may sleep.
 */
void napier_swfw_release(struct napier_dev *nd, u32 mask)
{
	int err = napier_swsm_get(nd);

	/* To keep the resource for ever would be worse than to change the
	 * register without the semaphore.
	 */
	if (err == -ETIMEDOUT)
		dev_warn_ratelimited(&nd->pdev->dev,
				     "semaphore is held by somebody else\n");
	napier_rmw32(nd, NAPIER_SW_FW_SYNC, mask, 0);
	if (!err)
		napier_swsm_put(nd);
}

/**
 * napier_swfw_phy_mask - semaphore bit of this port's PHY
 * @nd: device
 *
 * Return: NAPIER_SW_FW_SYNC_PHY*.
 */
u32 napier_swfw_phy_mask(const struct napier_dev *nd)
{
	static const u32 mask[] = {
		NAPIER_SW_FW_SYNC_PHY0, NAPIER_SW_FW_SYNC_PHY1,
		NAPIER_SW_FW_SYNC_PHY2, NAPIER_SW_FW_SYNC_PHY3,
	};

	return mask[nd->func & 3];
}

/**
 * napier_drv_load - tell firmware whether a driver has control of the port
 * @nd: device
 * @loaded: it has
 *
 * Context: process; writers of CTRL_EXT are serialised by rtnl or probe.
 */
void napier_drv_load(struct napier_dev *nd, bool loaded)
{
	napier_rmw32(nd, NAPIER_CTRL_EXT, NAPIER_CTRL_EXT_DRV_LOAD,
		     loaded ? NAPIER_CTRL_EXT_DRV_LOAD : 0);
}

/**
 * napier_phy_reset_blocked - firmware has a session that a PHY reset would cut
 * @nd: device
 *
 * Neither may autonegotiation be restarted then: the link would go down for
 * seconds. igb 7.3 e1000_mac.c, igb_setup_link does the same.
 *
 * Context: any.
 * Return: true also if the device does not answer.
 */
bool napier_phy_reset_blocked(struct napier_dev *nd)
{
	return napier_rd32(nd, NAPIER_MANC) & NAPIER_MANC_BLK_PHY_RST;
}

/**
 * napier_firmware_uses_phy - a BMC reaches the network through this port
 * @nd: device
 *
 * If so, the PHY has to stay powered while the interface is down. Conditions
 * as in igb 7.3 e1000_mac.c, igb_enable_mng_pass_thru, and
 * e1000_82575.c, igb_power_down_phy_copper_82575.
 *
 * Context: any.
 * Return: true also if the device does not answer.
 */
bool napier_firmware_uses_phy(struct napier_dev *nd)
{
	u32 manc = napier_rd32(nd, NAPIER_MANC);
	u32 mode;

	if (manc & NAPIER_MANC_BLK_PHY_RST)
		return true;
	if (!(manc & NAPIER_MANC_RCV_TCO_EN))
		return false;

	mode = FIELD_GET(NAPIER_FWSM_MODE, napier_rd32(nd, NAPIER_FWSM));
	if (!mode)
		return (manc & NAPIER_MANC_SMBUS_EN) &&
		       !(manc & NAPIER_MANC_ASF_EN);

	return mode == NAPIER_FWSM_MODE_PASS_THRU &&
	       !(napier_rd32(nd, NAPIER_FACTPS) & NAPIER_FACTPS_MNGCG);
}

/**
 * napier_rx_fifo_bytes - size of the receive packet buffer
 * @nd: device
 *
 * Context: any.
 * Return: bytes.
 */
u32 napier_rx_fifo_bytes(struct napier_dev *nd)
{
	u32 rxpbs, code;

	if (nd->board->rx_fifo_kb)
		return nd->board->rx_fifo_kb * SZ_1K;

	rxpbs = napier_rd32(nd, NAPIER_RXPBS);
	if (!(nd->quirks & NAPIER_QUIRK_PORT_NVM))
		return FIELD_GET(NAPIER_RXPBS_SIZE, rxpbs) * SZ_1K;

	/* The smallest default where the code is a reserved one. */
	code = FIELD_GET(NAPIER_RXPBS_CODE, rxpbs);
	if (code >= ARRAY_SIZE(napier_rxpbs_kb))
		code = 0;

	return napier_rxpbs_kb[code] * SZ_1K;
}

/* ---- awake ----------------------------------------------------------------- */

/**
 * napier_awake_get - the device is needed, until napier_awake_put()
 * @nd: device
 *
 * For whom the core does not do it: it does for ethtool, and for a reset that
 * the user asks for in sysfs. If the device cannot be woken, the register gate
 * stays closed.
 *
 * Context: process, sleeps; under rtnl or not.
 */
void napier_awake_get(struct napier_dev *nd)
{
	pm_runtime_get_sync(&nd->pdev->dev);
}

/**
 * napier_awake_put - undo napier_awake_get()
 * @nd: device
 *
 * Context: any.
 */
void napier_awake_put(struct napier_dev *nd)
{
	pm_runtime_mark_last_busy(&nd->pdev->dev);
	pm_runtime_put_autosuspend(&nd->pdev->dev);
}
