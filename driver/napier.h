/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two objects of the driver, register access, and the functions that one
 * file offers to another, grouped by the file that owns them.
 *
 * Depends on: napier_csr.h, napier_link.h, napier_ptp.h, napier_ring.h,
 *	napier_steer.h, napier_compat.h.
 *
 * Layers, each of which calls only those below it (docs/architecture.md):
 *	L3 control	pci, netdev, health, reconfig, pair, ethtool, selftest,
 *			devlink
 *	L2 data path	irq, coalesce, ring, tx, rx
 *	L1 hardware	board, nvm, phy, phy_kind, eee, link, link_settings,
 *			filter, rss, steer, steer_spec, wol, led, ptp, stamp,
 *			hwmon, stats, regs
 *	L0 headers	this file
 */
#ifndef _NAPIER_H_
#define _NAPIER_H_

#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/iopoll.h>
#include <linux/mii.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/workqueue.h>
#include <net/devlink.h>

#include "napier_compat.h"
#include "napier_csr.h"
#include "napier_link.h"
#include "napier_ptp.h"
#include "napier_ring.h"
#include "napier_steer.h"

#define NAPIER_DRV_NAME			"napier"

/* Longest frame the receiver is ever told to accept, beyond the MTU: Ethernet
 * header, two VLAN tags, FCS.
 */
#define NAPIER_FRAME_OVERHEAD		(ETH_HLEN + 2 * VLAN_HLEN + ETH_FCS_LEN)
#define NAPIER_MAX_MTU			9216

#define NAPIER_RSS_KEY_LEN		40
#define NAPIER_RETA_LEN			128
#define NAPIER_VFTA_LEN			128
#define NAPIER_MTA_LEN			128
#define NAPIER_MAX_RAR			32

enum napier_board_id {
	NAPIER_BOARD_82576,
	NAPIER_BOARD_82580,
	NAPIER_BOARD_I350,
	NAPIER_BOARD_I354,
	NAPIER_BOARD_I210,
	NAPIER_BOARD_I211,
};

/* Differences that are not a number in struct napier_board. Those that begin
 * with QEMU name a deviation of the emulated 82576 and are set only for it.
 */
#define NAPIER_QUIRK_IVAR_COLUMNS	BIT(0)	/* 82576: IVAR is column-major */
#define NAPIER_QUIRK_MDICNFG		BIT(1)	/* PHY address in MDICNFG */
#define NAPIER_QUIRK_INVM		BIT(2)	/* MAC address may be in iNVM */
#define NAPIER_QUIRK_PORT_NVM		BIT(3)	/* an NVM section per port */
#define NAPIER_QUIRK_LB_TAG_BE		BIT(4)	/* looped-back VLAN tag is BE */
#define NAPIER_QUIRK_EEMNGCTL_I210	BIT(5)	/* EEMNGCTL has moved */
#define NAPIER_QUIRK_MDICNFG_LOST	BIT(6)	/* a reset forgets MDICNFG */
#define NAPIER_QUIRK_NVM_COMPAT		BIT(7)	/* NVM says which checksums are */
#define NAPIER_QUIRK_VFTA_REPEAT	BIT(8)	/* a write to VFTA may be lost */
#define NAPIER_QUIRK_MTA_CHECK		BIT(9)	/* a write to MTA may be lost */
#define NAPIER_QUIRK_RQDPC_RW		BIT(10)	/* write 0 to clear RQDPC */
#define NAPIER_QUIRK_PCIE_TIMEOUT	BIT(11)	/* short completion timeout */
#define NAPIER_QUIRK_QUEUE_STRCRC	BIT(12)	/* each queue strips the FCS, too */
#define NAPIER_QUIRK_TS_REGISTERS	BIT(13)	/* 82576: stamps in registers */
#define NAPIER_QUIRK_SYSTIM_SECONDS	BIT(14)	/* SYSTIMH counts seconds */
#define NAPIER_QUIRK_QEMU_NO_EIAM	BIT(16)	/* auto-mask does not exist */
#define NAPIER_QUIRK_QEMU_EITR_1024	BIT(17)	/* EITR counts 1024 ns, not 250 */
#define NAPIER_QUIRK_QEMU_NO_CFG_DONE	BIT(18)	/* AUTO_RD, CFG_DONE stay 0 */
#define NAPIER_QUIRK_QEMU_RUC		BIT(19)	/* RUC counts good frames */
#define NAPIER_QUIRK_QEMU_TXDW_IVAR	BIT(20)	/* TXDW wants an IVAR entry */
#define NAPIER_QUIRK_QEMU_LB_ANEG	BIT(21)	/* no link in loopback by itself */
#define NAPIER_QUIRK_QEMU_RXSATRH	BIT(22)	/* RXSATR: see napier_stamp.c */
#define NAPIER_QUIRK_QEMU_PTP_L2	BIT(23)	/* RX stamps: L2, one type */
#define NAPIER_QUIRK_QEMU_AN_LINK	BIT(24)	/* no link but by negotiation */
#define NAPIER_QUIRK_QEMU_LP_STAYS	BIT(25)	/* partner's registers stay */
#define NAPIER_QUIRK_QEMU_OUTER		BIT(26)	/* parses outer headers itself */
#define NAPIER_QUIRK_QEMU_NO_STEER	BIT(27)	/* filters choose no queue */

/* Where Energy-Efficient Ethernet is set, if the part has it. */
enum napier_eee_place {
	NAPIER_EEE_NONE,
	NAPIER_EEE_I350,	/* MAC; the partner's offer in the PHY's EMI */
	NAPIER_EEE_I210,	/* MAC; the partner's offer in an MMD register */
	NAPIER_EEE_CHIP,	/* MMD registers of a chip behind SGMII */
};

/**
 * struct napier_board - what distinguishes the parts of the family
 * @name: marketing name
 * @queues: queue pairs of the part
 * @rar_count: exact-match address filters
 * @rx_fifo_kb: receive packet buffer in KiB; 0: read RXPBS
 * @rx_wthresh: RXDCTL.WTHRESH
 * @etqf_count: ethertype filters
 * @steer: NAPIER_STEER_CAN_*
 * @eee: where Energy-Efficient Ethernet is set
 * @quirks: NAPIER_QUIRK_*
 */
struct napier_board {
	const char *name;
	u8 queues;
	u8 rar_count;
	u8 rx_fifo_kb;
	u8 rx_wthresh;
	u8 etqf_count;
	u8 steer;
	enum napier_eee_place eee;
	u32 quirks;
};

enum napier_irq_mode {
	NAPIER_IRQ_NONE,
	NAPIER_IRQ_MSIX,
	NAPIER_IRQ_MSI,
	NAPIER_IRQ_INTX,
};

#define NAPIER_HW_STATS_MAX		72

/* PHYs, as registers 2 and 3 identify them (igb 7.3 e1000_defines.h); those of
 * Marvell that are chips of their own are in the kernel's marvell_phy.h.
 */
#define NAPIER_PHY_ID_MASK		0xFFFFFFF0
#define NAPIER_PHY_ID_IGP3		0x02A80390	/* 82576 */
#define NAPIER_PHY_ID_82580		0x015403A0
#define NAPIER_PHY_ID_I350		0x015403B0
#define NAPIER_PHY_ID_I210		0x01410C00

struct napier_phy_kind;

/**
 * struct napier_hw_stats - counters of the device, 64 bit wide and monotonic
 * @lock: serialises reading the registers, which clears them
 * @syncp: protects @count against torn reads by ndo_get_stats64, which may not
 *	sleep
 * @count: accumulated values, indexed by enum napier_hw_stat
 *	(napier_stats.c)
 */
struct napier_hw_stats {
	struct mutex lock;	/* reading the registers */
	struct u64_stats_sync syncp;
	u64_stats_t count[NAPIER_HW_STATS_MAX];
};

/**
 * struct napier_wol - Wake-on-LAN, under the lock of the configuration
 * @supported: WAKE_* that the port can
 * @opts: those that the user wants
 * @watch_link: going to sleep, the port knows whether it has a link
 */
struct napier_wol {
	u32 supported;
	u32 opts;
	bool watch_link;
};

/**
 * struct napier_led - the LEDs
 * @word: which are used to identify the port (napier_led.c)
 * @idle: LEDCTL while it is not identified
 */
struct napier_led {
	u16 word;
	u32 idle;
};

/**
 * struct napier_filter - shadow of the receive filters
 * @lock: RCTL and everything here; taken under the address lists' lock
 * @vfta: VLAN filter
 * @rctl: last value written to RCTL
 * @rar_used: RAR entries in use
 * @steer: addresses whose frames go to a queue of the user's choice
 * @steer_count: how many
 * @uc_overflow: more unicast addresses than RAR entries
 * @keep: NAPIER_KEEP_*
 * @vlan_filter: NETIF_F_HW_VLAN_CTAG_FILTER is on
 * @mac_loopback: the MAC receives what it sends, for the self-test
 */
struct napier_filter {
	spinlock_t lock;	/* RCTL, RAR, MTA, VFTA, this struct */
	u32 vfta[NAPIER_VFTA_LEN];
	u32 rctl;
	u32 rar_used;
	struct napier_steer_mac steer[NAPIER_MAX_RAR];
	u32 steer_count;
	u8 keep;
	bool uc_overflow;
	bool vlan_filter;
	bool mac_loopback;
};

/**
 * struct napier_health - what is wrong with the device (napier_health.c)
 * @work: reports and remedies; others only set bits and queue it
 * @gone: the register gate was closed because the device did not answer
 * @tx_new: transmit queues that hang and were not reported yet
 * @tx_flush: transmit queues that hold frames without a link to send them on
 * @tx_known: transmit queues that were reported and not recovered
 * @rx_new: queue pairs that lost an interrupt, not reported yet
 * @rx_known: the same, reported and not recovered
 * @device_reset: when the device was reset last, in 64-bit jiffies, 0 for never
 * @function_reset: the same for the PCI function
 * @tx: devlink health reporter
 * @rx: devlink health reporter
 * @hw: devlink health reporter
 */
struct napier_health {
	struct work_struct work;
	bool gone;
	unsigned long tx_new;
	unsigned long tx_flush;
	unsigned long tx_known;
	unsigned long rx_new;
	unsigned long rx_known;
	u64 device_reset;
	u64 function_reset;
	struct devlink_health_reporter *tx;
	struct devlink_health_reporter *rx;
	struct devlink_health_reporter *hw;
};

/**
 * struct napier_dev - one PCI function; private data of its devlink instance
 * @bar: register gate. NULL once the device stopped answering or was put to
 *	sleep; all accessors then do nothing and reads give all ones.
 * @bar_base: where BAR 0 is mapped, for opening the gate again
 * @pdev: PCI device
 * @netdev: its network device
 * @board: what kind of part this is
 * @quirks: board->quirks plus those of the emulator
 * @func: PCI function number as STATUS reports it
 * @irq_mode: MSI-X, MSI or INTx
 * @num_vectors: interrupt vectors allocated
 * @mapped_for: number of queues that XPS was set for last
 * @vector_limit: how many of MSI-X are asked for
 * @other_irq: Linux interrupt of the link's vector, 0 while not requested
 * @other_name: name of that in /proc/interrupts
 * @other_fired: set by its handler, for napier_irq_test()
 * @vec: one per possible queue pair, allocated in probe
 * @service: link check, what follows from it, and statistics; every second
 *	while the interface is up, and at once after a link interrupt
 * @refill: polls rings again for which there was too little memory
 * @health: what is wrong, and what was done about it
 * @ctrl_lock: CTRL, in which link and filter have fields, and SRRCTL, which the
 *	service work changes on live queues; innermost
 * @nvm_lock: EERD and the semaphore around it; inside phy.lock
 * @swsm_rescued: a stale semaphore was broken, which is done once
 * @stats: device counters
 * @phy: PHY
 * @link: link state
 * @eee: Energy-Efficient Ethernet
 * @wol: Wake-on-LAN
 * @led: LEDs
 * @filter: receive filters
 * @ptp: clock
 * @mac_addr: factory address, all zeroes if there is none
 * @nvm_version: NVM word 5
 * @nvm_track: the number that Intel tracks the NVM image by, 0 if unknown
 * @nvm_bytes: what napier_nvm_read_bytes() can read
 * @hwmon: shows the temperature, NULL without a sensor
 * @region_regs: devlink region "registers"
 * @region_nvm: devlink region "nvm"
 */
struct napier_dev {
	u8 __iomem *bar;
	u8 __iomem *bar_base;
	struct pci_dev *pdev;
	struct net_device *netdev;
	const struct napier_board *board;
	u32 quirks;
	u8 func;

	enum napier_irq_mode irq_mode;
	int num_vectors;
	u32 mapped_for;
	u32 vector_limit;
	int other_irq;
	char other_name[IFNAMSIZ + 16];
	bool other_fired;
	struct napier_vector *vec[NAPIER_MAX_QUEUES];

	struct delayed_work service;
	struct delayed_work refill;
	struct napier_health health;

	spinlock_t ctrl_lock;	/* CTRL, SRRCTL */
	struct mutex nvm_lock;	/* EERD */
	bool swsm_rescued;

	struct napier_hw_stats stats;
	struct napier_phy phy;
	struct napier_link link;
	struct napier_eee eee;
	struct napier_wol wol;
	struct napier_led led;
	struct napier_filter filter;
	struct napier_ptp ptp;

	u8 mac_addr[ETH_ALEN];
	u16 nvm_version;
	u32 nvm_track;
	u32 nvm_bytes;

	struct device *hwmon;
	struct devlink_region *region_regs;
	struct devlink_region *region_nvm;
};

#define NAPIER_RSS_TCP4			BIT(0)
#define NAPIER_RSS_TCP6			BIT(1)
#define NAPIER_RSS_UDP4			BIT(2)
#define NAPIER_RSS_UDP6			BIT(3)
#define NAPIER_RSS_ALL			GENMASK(3, 0)

/**
 * struct napier_rss - receive-side scaling as configured
 * @key: Toeplitz key
 * @reta: queue per hash bucket
 * @ports: NAPIER_RSS_*: flow types whose hash covers the ports, too
 */
struct napier_rss {
	u8 key[NAPIER_RSS_KEY_LEN];
	u8 reta[NAPIER_RETA_LEN];
	u8 ports;
};

/**
 * struct napier_net - private data of the network device
 * @ndev: back pointer
 * @nd: the PCI function
 * @cfg: the running configuration, with its rings while the interface is up
 * @up: the rings of @cfg are live. False while the interface is down, but also
 *	while an interface that is up sleeps or has lost its device.
 * @rss: receive-side scaling
 * @copybreak: received frames up to this length are copied, 0 for none
 * @tx_right: all features but those that the device has and does wrong
 * @steer: flow steering
 * @dead_tx: counters of transmit rings that are gone
 * @dead_rx: counters of receive rings that are gone
 * @dead_lock: readers of the two, who may not sleep, against the fold
 * @tx_timeouts: calls of ndo_tx_timeout
 * @queue_restarts: queues that were restarted alone
 * @resets: full resets of the device
 * @reconfigs: changes made by napier_config_apply() on a running interface
 */
struct napier_net {
	struct net_device *ndev;
	struct napier_dev *nd;
	struct napier_config cfg;
	bool up;
	struct napier_rss rss;
	struct napier_steer steer;
	u32 copybreak;
	netdev_features_t tx_right;

	struct napier_tx_totals dead_tx;
	struct napier_rx_totals dead_rx;
	spinlock_t dead_lock;	/* dead_tx, dead_rx, rings in cfg */

	u64 tx_timeouts;
	u64 queue_restarts;
	u64 resets;
	u64 reconfigs;
};

/* ---- register access --------------------------------------------------- */

void napier_gate_close(struct napier_dev *nd);

/**
 * napier_wr32 - write a register
 * @nd: device
 * @reg: byte offset in BAR 0
 * @val: value
 *
 * Context: any. Does nothing while the gate is closed.
 */
static inline void napier_wr32(struct napier_dev *nd, u32 reg, u32 val)
{
	u8 __iomem *bar = READ_ONCE(nd->bar);

	if (likely(bar))
		writel(val, bar + reg);
}

/**
 * napier_rd32 - read a register
 * @nd: device
 * @reg: byte offset in BAR 0
 *
 * A device that has gone away answers with all ones. One register may hold
 * that value by right, STATUS cannot (it has reserved bits that read 0), so
 * the gate is closed only when both agree.
 *
 * Context: any.
 * Return: the value, all ones while the gate is closed.
 */
static inline u32 napier_rd32(struct napier_dev *nd, u32 reg)
{
	u8 __iomem *bar = READ_ONCE(nd->bar);
	u32 val;

	if (unlikely(!bar))
		return ~0U;

	val = readl(bar + reg);
	if (unlikely(val == ~0U) && readl(bar + NAPIER_STATUS) == ~0U)
		napier_gate_close(nd);

	return val;
}

/**
 * napier_rmw32 - change some bits of a register
 * @nd: device
 * @reg: byte offset in BAR 0
 * @clear: bits to clear
 * @set: bits to set
 *
 * Context: whatever serialises writers of @reg.
 */
static inline void napier_rmw32(struct napier_dev *nd, u32 reg, u32 clear,
				u32 set)
{
	napier_wr32(nd, reg, (napier_rd32(nd, reg) & ~clear) | set);
}

/**
 * napier_flush - wait until posted writes have reached the device
 * @nd: device
 */
static inline void napier_flush(struct napier_dev *nd)
{
	napier_rd32(nd, NAPIER_STATUS);
}

/**
 * napier_poll32 - wait for bits of a register
 * @nd: device
 * @reg: byte offset in BAR 0
 * @mask: bits to look at
 * @want: value that they must get
 * @timeout_us: for how long
 *
 * Context: may sleep.
 * Return: 0, -ETIMEDOUT, or -ENODEV if the device does not answer.
 */
static inline int napier_poll32(struct napier_dev *nd, u32 reg, u32 mask,
				u32 want, u32 timeout_us)
{
	u32 val;
	int err;

	err = read_poll_timeout(napier_rd32, val,
				(val & mask) == want || !READ_ONCE(nd->bar),
				50, timeout_us, false, nd, reg);

	return READ_ONCE(nd->bar) ? err : -ENODEV;
}

/**
 * napier_gate_open - let register accesses through again
 * @nd: device
 */
static inline void napier_gate_open(struct napier_dev *nd)
{
	WRITE_ONCE(nd->bar, nd->bar_base);
}

static inline bool napier_is_gone(struct napier_dev *nd)
{
	return !READ_ONCE(nd->bar);
}

static inline bool napier_is_msix(const struct napier_dev *nd)
{
	return nd->irq_mode == NAPIER_IRQ_MSIX;
}

/* ---- refusals ---------------------------------------------------------- */

/**
 * napier_refused - say in the log why something was not done
 * @ndev: network device
 * @what: how things are for that
 * @extack: the reason, if there is one
 * @err: 0 or a negative errno
 *
 * For callbacks from which the core takes the number alone. Whoever asks in a
 * loop does not fill the log.
 *
 * Return: @err.
 */
static inline int napier_refused(struct net_device *ndev, const char *what,
				 const struct netlink_ext_ack *extack, int err)
{
	if (!err || !net_ratelimit())
		return err;
	if (extack->_msg)
		netdev_err(ndev, "%s: %s (%pe)\n", what, extack->_msg,
			   ERR_PTR(err));
	else
		netdev_err(ndev, "%s: %pe\n", what, ERR_PTR(err));

	return err;
}

/* ---- napier_board.c ---------------------------------------------------- */

const struct napier_board *napier_board_get(enum napier_board_id id);
void napier_board_identify(struct napier_dev *nd, enum napier_board_id id);
void napier_ctrl_update(struct napier_dev *nd, u32 clear, u32 set);
void napier_master_disable(struct napier_dev *nd);
int napier_reset_hw(struct napier_dev *nd);
int napier_swfw_acquire(struct napier_dev *nd, u32 mask);
void napier_swfw_release(struct napier_dev *nd, u32 mask);
u32 napier_swfw_phy_mask(const struct napier_dev *nd);
void napier_drv_load(struct napier_dev *nd, bool loaded);
void napier_awake_get(struct napier_dev *nd);
void napier_awake_put(struct napier_dev *nd);
bool napier_phy_reset_blocked(struct napier_dev *nd);
bool napier_firmware_uses_phy(struct napier_dev *nd);
u32 napier_rx_fifo_bytes(struct napier_dev *nd);

/* ---- napier_nvm.c ------------------------------------------------------ */

#define NAPIER_NVM_WORD_MAC		0x00
#define NAPIER_NVM_WORD_COMPAT		0x03
#define   NAPIER_NVM_COMPAT_SECTIONS	BIT(15)
#define NAPIER_NVM_WORD_LED		0x04
#define NAPIER_NVM_WORD_VERSION		0x05
#define   NAPIER_NVM_VERSION_MAJOR	GENMASK(15, 12)
#define   NAPIER_NVM_VERSION_MINOR	GENMASK(11, 4)
#define   NAPIER_NVM_VERSION_IMAGE	GENMASK(3, 0)
#define   NAPIER_NVM_VERSION_OLD	GENMASK(11, 8)
#define   NAPIER_NVM_VERSION_DIGITS	GENMASK(7, 0)
#define NAPIER_NVM_WORD_INIT3_B		0x14	/* 82576: of port 1 */
#define NAPIER_NVM_WORD_INIT3		0x24
#define   NAPIER_NVM_INIT3_EXT_MDIO	BIT(2)
#define   NAPIER_NVM_INIT3_COM_MDIO	BIT(3)
#define   NAPIER_NVM_INIT3_APME		BIT(10)
#define NAPIER_NVM_WORD_ALT_MAC		0x37
#define NAPIER_NVM_WORD_CHECKSUM	0x3F
#define NAPIER_NVM_CHECKSUM		0xBABA

/**
 * napier_nvm_port_offset - where the NVM section of a port begins
 * @func: number of the port, 0 to 3
 *
 * Return: offset in words; for parts with NAPIER_QUIRK_PORT_NVM.
 */
static inline u16 napier_nvm_port_offset(u8 func)
{
	return func ? 0x40 + 0x40 * func : 0;
}

int napier_nvm_read(struct napier_dev *nd, u16 addr, u16 *data, u16 words);
int napier_nvm_read_bytes(struct napier_dev *nd, u32 offset, u32 len, u8 *buf);
int napier_nvm_check(struct napier_dev *nd);
void napier_nvm_init(struct napier_dev *nd);
void napier_nvm_version(const struct napier_dev *nd, char *buf, size_t len);

/* Of a number of a board, with its end. */
#define NAPIER_NVM_BOARD_LEN		32

int napier_nvm_board(struct napier_dev *nd, char *buf, size_t len);
int napier_nvm_option_rom(struct napier_dev *nd, char *buf, size_t len);
int napier_nvm_device_mac(struct napier_dev *nd, u8 *addr);

/* ---- napier_filter.c --------------------------------------------------- */

void napier_filter_sync(struct napier_dev *nd, struct netdev_hw_addr_list *uc,
			struct netdev_hw_addr_list *mc);
void napier_filter_set_addr(struct napier_dev *nd, const u8 *addr);
void napier_filter_steer(struct napier_dev *nd,
			 const struct napier_steer_mac *macs, u32 count);
void napier_filter_note_vlan(struct napier_dev *nd, u16 vid, bool on);
void napier_filter_set_vlan(struct napier_dev *nd, u16 vid, bool on);
void napier_filter_set_features(struct napier_dev *nd, netdev_features_t f);
void napier_filter_set_keep(struct napier_dev *nd, u8 keep);
void napier_filter_enable(struct napier_dev *nd, bool on);
void napier_filter_set_loopback(struct napier_dev *nd, bool on);
void napier_filter_restore(struct napier_dev *nd);

/* ---- napier_rss.c ------------------------------------------------------ */

void napier_rss_init(struct napier_net *nn);
void napier_rss_resize(struct napier_net *nn, u32 nr_queues);
void napier_rss_program(struct napier_net *nn);
void napier_rss_get(struct napier_net *nn, struct ethtool_rxfh_param *rxfh);
int napier_rss_set(struct napier_net *nn, const struct ethtool_rxfh_param *rxfh,
		   struct netlink_ext_ack *extack);
int napier_rss_get_fields(struct napier_net *nn, struct ethtool_rxfh_fields *f);
int napier_rss_set_fields(struct napier_net *nn,
			  const struct ethtool_rxfh_fields *f,
			  struct netlink_ext_ack *extack);

/* ---- napier_wol.c ------------------------------------------------------ */

void napier_wol_init(struct napier_dev *nd);
void napier_wol_get(const struct napier_dev *nd, struct ethtool_wolinfo *wol);
int napier_wol_set(struct napier_dev *nd, const struct ethtool_wolinfo *wol);
void napier_wol_prepare(struct napier_dev *nd);
void napier_wol_arm(struct napier_dev *nd);
void napier_wol_disarm(struct napier_dev *nd);

/* ---- napier_led.c ------------------------------------------------------ */

void napier_led_init(struct napier_dev *nd);
int napier_led_identify(struct napier_dev *nd,
			enum ethtool_phys_id_state state);

/* ---- napier_hwmon.c ---------------------------------------------------- */

bool napier_hwmon_present(const struct napier_dev *nd);
void napier_hwmon_init(struct napier_dev *nd);
void napier_hwmon_exit(struct napier_dev *nd);

/* ---- napier_stats.c ---------------------------------------------------- */

void napier_stats_init(struct napier_dev *nd);
void napier_stats_clear_hw(struct napier_dev *nd);
void napier_stats_update(struct napier_dev *nd);
void napier_stats_get_link64(struct napier_dev *nd,
			     struct rtnl_link_stats64 *s);
void napier_stats_get_lost(struct napier_dev *nd, u64 *full, u64 *empty);
void napier_stats_get_mac(struct napier_dev *nd,
			  struct ethtool_eth_mac_stats *s);
void napier_stats_get_phy(struct napier_dev *nd,
			  struct ethtool_eth_phy_stats *s);
void napier_stats_get_ctrl(struct napier_dev *nd,
			   struct ethtool_eth_ctrl_stats *s);
void napier_stats_get_pause(struct napier_dev *nd,
			    struct ethtool_pause_stats *s);
void napier_stats_get_rmon(struct napier_dev *nd,
			   struct ethtool_rmon_stats *s,
			   const struct ethtool_rmon_hist_range **ranges);
int napier_stats_private_count(void);
void napier_stats_private_strings(u8 **data);
void napier_stats_get_private(struct napier_dev *nd, u64 *data);

/* ---- napier_regs.c ----------------------------------------------------- */

/* What reading a register does besides. */
enum napier_reg_read {
	NAPIER_REG_PLAIN,	/* nothing: it is in the dump */
	NAPIER_REG_CLEARS,	/* clears it */
	NAPIER_REG_EFFECT,	/* something else */
	NAPIER_REG_WRITE_ONLY,	/* it makes no sense */
};

/* How the self-test treats it. */
enum napier_reg_test {
	NAPIER_REG_UNTESTED,
	NAPIER_REG_PATTERN,	/* all bits of the mask, in any combination */
	NAPIER_REG_SET,		/* none and all of them */
	NAPIER_REG_CLEAR,	/* none of them */
};

/* Of how many elements a part has fewer than the table. */
enum napier_reg_limit {
	NAPIER_REG_FIXED,
	NAPIER_REG_QUEUES,
	NAPIER_REG_VECTORS,
	NAPIER_REG_IVARS,
	NAPIER_REG_RARS,
};

/**
 * struct napier_reg - a register, or a row of them
 * @name: as in napier_csr.h, without the prefix
 * @offset: of the first, in BAR 0
 * @count: most elements that any part has
 * @stride: bytes from one to the next
 * @boards: parts that have it, a bit for each enum napier_board_id
 * @limit: on what the number of elements depends
 * @read: what reading does
 * @test: what the self-test does
 * @mask: bits that it tests, for each family of parts
 */
struct napier_reg {
	const char *name;
	u32 offset;
	u16 count;
	u16 stride;
	u8 boards;
	u8 limit;
	u8 read;
	u8 test;
	u32 mask[4];
};

const struct napier_reg *napier_reg_get(u32 i);
u32 napier_reg_present(const struct napier_dev *nd, const struct napier_reg *r);
u32 napier_regs_len(void);
u32 napier_regs_version(const struct napier_dev *nd);
void napier_regs_dump(struct napier_dev *nd, u32 *buf);
int napier_regs_test(struct napier_dev *nd);

/* ---- napier_tx.c ------------------------------------------------------- */

netdev_tx_t napier_xmit(struct sk_buff *skb, struct net_device *ndev);
netdev_features_t napier_features_check(struct sk_buff *skb,
					struct net_device *ndev,
					netdev_features_t features);
bool napier_tx_clean(struct napier_tx_ring *tx, int budget);
void napier_tx_purge(struct napier_tx_ring *tx);
bool napier_tx_pending(const struct napier_tx_ring *tx);
bool napier_tx_finished(const struct napier_tx_ring *tx);

/* ---- napier_rx.c ------------------------------------------------------- */

int napier_rx_poll(struct napier_rx_ring *rx, struct napi_struct *napi,
		   int budget);
bool napier_rx_refill(struct napier_rx_ring *rx);
void napier_rx_purge(struct napier_rx_ring *rx);
bool napier_rx_pending(const struct napier_rx_ring *rx);

/* ---- napier_ring.c ----------------------------------------------------- */

void napier_rx_geom_init(struct napier_rx_geom *geom, u32 mtu, u8 keep);
struct napier_tx_ring *napier_tx_ring_alloc(struct napier_net *nn, u32 idx,
					    u32 size);
void napier_tx_ring_free(struct napier_tx_ring *tx);
void napier_tx_ring_enable(struct napier_net *nn, struct napier_tx_ring *tx);
bool napier_tx_ring_disable(struct napier_net *nn, struct napier_tx_ring *tx);
void napier_tx_ring_totals(const struct napier_tx_ring *tx,
			   struct napier_tx_totals *t);
struct napier_rx_ring *napier_rx_ring_alloc(struct napier_net *nn, u32 idx,
					    u32 size,
					    const struct napier_rx_geom *geom);
void napier_rx_ring_free(struct napier_rx_ring *rx);
void napier_rx_ring_enable(struct napier_net *nn, struct napier_rx_ring *rx);
bool napier_rx_ring_disable(struct napier_net *nn, struct napier_rx_ring *rx);
void napier_rx_ring_retire(struct napier_rx_ring *rx);
void napier_rx_drop_update(struct napier_net *nn);
void napier_rx_ring_rewind(struct napier_rx_ring *rx);
void napier_rx_ring_set_features(struct napier_net *nn,
				 struct napier_rx_ring *rx,
				 netdev_features_t features);
void napier_rx_ring_set_copybreak(struct napier_rx_ring *rx, u32 bytes);
void napier_rx_ring_totals(const struct napier_rx_ring *rx,
			   struct napier_rx_totals *t);

/* ---- napier_coalesce.c ------------------------------------------------- */

u32 napier_eitr_from_usecs(const struct napier_dev *nd, u32 usecs);
u32 napier_eitr_to_usecs(const struct napier_dev *nd, u32 eitr);
int napier_coalesce_init(struct napier_net *nn);
void napier_coalesce_exit(struct napier_net *nn);
void napier_coalesce_restart(struct napier_vector *vec);
void napier_coalesce_sample(struct napier_vector *vec);
void napier_coalesce_get(struct napier_net *nn, u32 queue,
			 struct ethtool_coalesce *ec);
int napier_coalesce_set(struct napier_net *nn, u32 first, u32 end,
			const struct ethtool_coalesce *ec,
			struct netlink_ext_ack *extack);

/* ---- napier_irq.c ------------------------------------------------------ */

/* Of MSI-X: that of the link, and one queue pair's. */
#define NAPIER_MIN_VECTORS		2U

int napier_irq_init(struct napier_dev *nd);
void napier_irq_exit(struct napier_dev *nd);
int napier_irq_downgrade(struct napier_dev *nd);
u32 napier_irq_most_vectors(const struct napier_dev *nd);
int napier_irq_realloc(struct napier_dev *nd, u32 limit);
u32 napier_irq_max_queues(const struct napier_dev *nd);
void napier_irq_map_queues(struct napier_net *nn);
int napier_irq_request_other(struct napier_dev *nd);
void napier_irq_free_other(struct napier_dev *nd);
int napier_irq_request(struct napier_dev *nd, u32 first, u32 end);
void napier_irq_free(struct napier_dev *nd, u32 first, u32 end);
void napier_irq_rename(struct napier_dev *nd);
void napier_irq_program(struct napier_net *nn);
void napier_irq_enable(struct napier_net *nn);
void napier_irq_disable(struct napier_net *nn);
void napier_irq_kick(struct napier_vector *vec);
int napier_irq_test(struct napier_net *nn);
void napier_refill_work(struct work_struct *work);
void napier_vector_add(struct napier_net *nn, u32 idx);
void napier_vector_del(struct napier_net *nn, u32 idx);
void napier_vector_enable(struct napier_vector *vec);
void napier_vector_disable(struct napier_vector *vec);

/* ---- napier_pair.c ----------------------------------------------------- */

void napier_txq_stop(struct napier_net *nn, u32 i);
void napier_pair_stop(struct napier_net *nn, u32 i, bool tx, bool rx);
void napier_pair_start(struct napier_net *nn, u32 i, bool tx, bool rx);
void napier_rings_swap(struct napier_net *nn, u32 i, struct napier_tx_ring *tx,
		       struct napier_rx_ring *rx);
void napier_pair_forget(struct napier_net *nn, u32 i);
void napier_pair_remove(struct napier_net *nn, u32 i);
bool napier_queue_restart(struct napier_net *nn, u32 i, bool tx, bool rx);

/* ---- napier_reconfig.c ------------------------------------------------- */

int napier_config_validate(struct napier_net *nn, struct napier_config *cfg,
			   struct netlink_ext_ack *extack);
int napier_config_apply(struct napier_net *nn, struct napier_config *cfg,
			struct netlink_ext_ack *extack);
int napier_start(struct napier_net *nn, struct netlink_ext_ack *extack);
void napier_stop(struct napier_net *nn);
int napier_set_copybreak(struct napier_net *nn, u32 bytes);
void napier_mac_program(struct napier_net *nn,
			const struct napier_rx_geom *geom);
void napier_offline_begin(struct napier_net *nn);
void napier_offline_end(struct napier_net *nn);
void napier_reset(struct napier_net *nn);
void napier_quiesce(struct napier_net *nn, bool sleep);
int napier_resume(struct napier_net *nn);
void napier_doze(struct napier_net *nn);
int napier_wake(struct napier_net *nn);
int napier_reinit_down(struct napier_net *nn, struct netlink_ext_ack *extack);
int napier_reinit_up(struct napier_net *nn, u32 vectors,
		     struct netlink_ext_ack *extack);

/* ---- napier_health.c --------------------------------------------------- */

int napier_health_init(struct napier_dev *nd);
void napier_health_exit(struct napier_dev *nd);
void napier_health_start(struct napier_dev *nd);
void napier_health_stop(struct napier_dev *nd);
void napier_health_tx_hang(struct napier_dev *nd, u32 queue);
void napier_health_back(struct napier_dev *nd);
void napier_health_look(struct napier_net *nn);

/* ---- napier_netdev.c --------------------------------------------------- */

struct net_device *napier_netdev_alloc(struct napier_dev *nd);
void napier_netdev_free(struct napier_dev *nd);
void napier_netdev_queue_totals(struct napier_net *nn,
				struct napier_tx_totals *tx,
				struct napier_rx_totals *rx);
bool napier_netdev_is_ours(const struct net_device *ndev);

/* ---- napier_ethtool.c -------------------------------------------------- */

extern const struct ethtool_ops napier_ethtool_ops;

/* ---- napier_selftest.c ------------------------------------------------- */

int napier_selftest_count(const struct napier_dev *nd);
void napier_selftest_strings(const struct napier_dev *nd, u8 **data);
void napier_selftest_run(struct napier_net *nn, struct ethtool_test *test,
			 u64 *data);

/* ---- napier_devlink.c -------------------------------------------------- */

int napier_devlink_init(struct napier_dev *nd);
void napier_devlink_exit(struct napier_dev *nd);
extern const struct devlink_ops napier_devlink_ops;

#endif /* _NAPIER_H_ */
