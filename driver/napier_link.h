/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PHY and link.
 *
 * Depends on: nothing; part of napier.h.
 */
#ifndef _NAPIER_LINK_H_
#define _NAPIER_LINK_H_

#include <linux/bits.h>
#include <linux/ethtool.h>
#include <linux/mii.h>
#include <linux/mutex.h>

struct ifreq;
struct napier_dev;
struct napier_phy_kind;
struct netlink_ext_ack;

/**
 * struct napier_phy - the PHY and what was asked of it
 * @lock: MDIC, the software/firmware semaphore around it, and all fields here
 * @addr: address on the MDIO bus
 * @id: PHY identifier, registers 2 and 3
 * @kind: what is peculiar to it, or NULL (napier_phy_kind.c)
 * @mii: for the helpers of mii.c
 * @pause_rx: pause reception asked for by the user
 * @pause_tx: pause transmission asked for by the user
 * @pause_autoneg: pause is negotiated
 * @pause_told: pause bits of MII_ADVERTISE that the partner was told
 * @sgmii: an external PHY behind SGMII, reached through MDIO
 * @loopback_reg: what a register held that a loopback has changed
 * @bmcr: MII_BMCR as the user wants it: BMCR_ANENABLE, or a forced mode
 * @adv: MII_ADVERTISE as the user wants it, without the pause bits
 * @ctrl1000: speeds in MII_CTRL1000 as the user wants them
 * @mdix: crossover as the user wants it, ETH_TP_MDI*
 * @idle_errors: idle errors that the PHY has counted
 * @rx_errors: receive errors that it has counted
 * @keep_power: it is to stay on when the link is stopped, to wake the machine
 */
struct napier_phy {
	struct mutex lock;	/* MDIC, this struct, napier_link */
	u8 addr;
	u32 id;
	const struct napier_phy_kind *kind;
	struct mii_if_info mii;
	bool pause_rx;
	bool pause_tx;
	bool pause_autoneg;
	bool sgmii;
	u16 pause_told;
	u16 loopback_reg;
	u16 bmcr;
	u16 adv;
	u16 ctrl1000;
	u8 mdix;
	u64 idle_errors;
	u64 rx_errors;
	bool keep_power;
};

/**
 * struct napier_eee - Energy-Efficient Ethernet, under napier_phy.lock
 * @supported: the port has it
 * @set: the user has set something
 * @enabled: on
 * @tx_lpi: the transmitter rests, if on
 * @adv: modes to offer, if on; MDIO_EEE_*
 */
struct napier_eee {
	bool supported;
	bool set;
	bool enabled;
	bool tx_lpi;
	u16 adv;
};

/**
 * struct napier_link - state of the link as last seen, under napier_phy.lock
 * @up: carrier
 * @speed: SPEED_*
 * @duplex: DUPLEX_*
 * @rx_pause: pause frames are honoured
 * @tx_pause: pause frames are sent
 * @down_events: times that the link went away while the interface was up, also
 *	for a negotiation that somebody asked for
 * @started: between napier_link_start() and napier_link_stop()
 * @loopback: NETIF_F_LOOPBACK: while started, the PHY sends everything back
 * @watermark_mtu: MTU for which the flow control thresholds were computed
 */
struct napier_link {
	bool up;
	int speed;
	int duplex;
	bool rx_pause;
	bool tx_pause;
	u32 down_events;
	bool started;
	bool loopback;
	u32 watermark_mtu;
};

/* ---- napier_phy.c ------------------------------------------------------ */

/* Page register of the Marvell cores and chips. */
#define NAPIER_PHY_M88_PAGE		0x16

int napier_phy_init(struct napier_dev *nd);
void napier_phy_fix_pll(struct napier_dev *nd);
int napier_phy_ioctl(struct napier_dev *nd, struct ifreq *ifr, int cmd);

/* under phy.lock */
int __napier_phy_read(struct napier_dev *nd, u8 reg, u16 *val);
int __napier_phy_write(struct napier_dev *nd, u8 reg, u16 val);
int __napier_mmd_read(struct napier_dev *nd, u8 mmd, u16 reg, u16 *val);
int __napier_mmd_write(struct napier_dev *nd, u8 mmd, u16 reg, u16 val);
void __napier_phy_power(struct napier_dev *nd, bool on);
int __napier_phy_reset(struct napier_dev *nd, u16 bmcr);
int __napier_phy_restart_autoneg(struct napier_dev *nd);
int __napier_phy_set_loopback(struct napier_dev *nd, bool on);
bool napier_phy_can_loopback(const struct napier_dev *nd);

/* ---- napier_phy_kind.c ------------------------------------------------- */

#define NAPIER_PHY_STAT1000_IDLE	GENMASK(7, 0)

void napier_phy_kind_init(struct napier_dev *nd);
int napier_phy_stats_count(const struct napier_dev *nd);
void napier_phy_stats_strings(const struct napier_dev *nd, u8 **data);
void napier_phy_stats_get(struct napier_dev *nd, u64 *data);

/* under phy.lock, for napier_link.c and napier_link_settings.c */
int __napier_phy_read_stat1000(struct napier_dev *nd, u16 *val);
void __napier_phy_tune(struct napier_dev *nd);
int __napier_mdix_program(struct napier_dev *nd);
void __napier_mdix_get(struct napier_dev *nd,
		       struct ethtool_link_settings *base);

/* ---- napier_eee.c ------------------------------------------------------ */

void napier_eee_init(struct napier_dev *nd);
int napier_eee_get(struct napier_dev *nd, struct ethtool_keee *keee);

/* for napier_link.c and napier_link_settings.c */
int napier_eee_parse(const struct napier_dev *nd, struct ethtool_keee *keee,
		     struct napier_eee *want, struct netlink_ext_ack *extack);
u16 napier_eee_offer(const struct napier_eee *eee);
int __napier_eee_program(struct napier_dev *nd);

/* ---- napier_link.c ----------------------------------------------------- */

void napier_link_init(struct napier_dev *nd);
void napier_link_start(struct napier_dev *nd);
void napier_link_stop(struct napier_dev *nd);
void napier_link_check(struct napier_dev *nd);
int napier_link_wait(struct napier_dev *nd, u32 timeout_ms);
int napier_link_test_loopback(struct napier_dev *nd, bool in_phy);
void napier_link_end_loopback(struct napier_dev *nd, bool in_phy);
int napier_link_set_loopback(struct napier_dev *nd, bool on);

/* What MII_ADVERTISE says of pause. */
#define NAPIER_PAUSE_BITS	(ADVERTISE_PAUSE_CAP | ADVERTISE_PAUSE_ASYM)

/* under phy.lock, for napier_link_settings.c */
u16 __napier_pause_advertised(const struct napier_phy *phy);
const char *napier_pause_name(const struct napier_link *link);
void __napier_link_check(struct napier_dev *nd);
int __napier_link_negotiate(struct napier_dev *nd);
void __napier_link_program_mac(struct napier_dev *nd);
int __napier_link_program_phy(struct napier_dev *nd);
void __napier_link_program_pause(struct napier_dev *nd);

/* ---- napier_link_settings.c -------------------------------------------- */

int napier_link_restart(struct napier_dev *nd, struct netlink_ext_ack *extack);
int napier_link_get_ksettings(struct napier_dev *nd,
			      struct ethtool_link_ksettings *cmd);
int napier_link_set_ksettings(struct napier_dev *nd,
			      const struct ethtool_link_ksettings *cmd,
			      struct netlink_ext_ack *extack);
int napier_link_get_ext_state(struct napier_dev *nd,
			      struct ethtool_link_ext_state_info *info);
void napier_link_get_pause(struct napier_dev *nd,
			   struct ethtool_pauseparam *pause);
int napier_link_set_pause(struct napier_dev *nd,
			  const struct ethtool_pauseparam *pause,
			  struct netlink_ext_ack *extack);
int napier_link_set_eee(struct napier_dev *nd, struct ethtool_keee *keee,
			struct netlink_ext_ack *extack);

#endif
