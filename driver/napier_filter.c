// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which frames the device lets in: exact addresses (RAR), multicast hash (MTA),
 * VLAN filter (VFTA), promiscuous modes. This file owns RCTL.
 *
 * Frames to an address can be sent to a queue: napier_steer.c says which, and
 * they share the entries for exact addresses.
 *
 * Pool bits of RAH and the unicast hash (UTA) only matter in VMDq mode, which
 * is not used, and stay 0.
 *
 * Depends on: napier_board.c (napier_ctrl_update).
 */
#include "napier.h"

/* On I350 and I354 a write to VFTA can be lost while the BMC or DMA looks the
 * table up; igb 7.3 e1000_82575.c, igb_write_vfta_i350 writes this often.
 */
#define NAPIER_VFTA_WRITES		10
#define NAPIER_MTA_TRIES		3

/* Entries in the first of the two blocks of receive addresses. */
#define NAPIER_RAR_FIRST		16

static const struct napier_steer_mac *
napier_filter_steered(const struct napier_filter *f, const u8 *addr)
{
	u32 i;

	for (i = 0; i < f->steer_count; i++)
		if (ether_addr_equal(f->steer[i].addr, addr))
			return &f->steer[i];

	return NULL;
}

static u32 napier_rah(const struct napier_filter *f, const u8 *addr)
{
	const struct napier_steer_mac *mac = napier_filter_steered(f, addr);
	u32 high = get_unaligned_le16(addr + 4) | NAPIER_RAH_AV;

	if (mac)
		high |= NAPIER_RAH_QSEL_EN |
			FIELD_PREP(NAPIER_RAH_QSEL, mac->queue);

	return high;
}

static void napier_write_rar(struct napier_dev *nd, u32 idx, const u8 *addr)
{
	u32 low = addr ? get_unaligned_le32(addr) : 0;
	u32 high = addr ? napier_rah(&nd->filter, addr) : 0;
	u32 ral = idx < NAPIER_RAR_FIRST ? NAPIER_RAL(idx) : NAPIER_RAL2(idx);
	u32 rah = idx < NAPIER_RAR_FIRST ? NAPIER_RAH(idx) : NAPIER_RAH2(idx);

	/* Frames for it are lost while it is written. */
	if (napier_rd32(nd, ral) == low && napier_rd32(nd, rah) == high)
		return;

	/* Invalid while it is half written. Each half is flushed because some
	 * bridges would combine them into a burst, which some parts do not
	 * take (igb 7.3 e1000_mac.c, igb_rar_set).
	 */
	napier_wr32(nd, rah, 0);
	napier_flush(nd);
	napier_wr32(nd, ral, low);
	napier_flush(nd);
	napier_wr32(nd, rah, high);
	napier_flush(nd);
}

/* Entry 0 is the address of the interface. Those that are steered come next,
 * for they have no other place; the rest can do with promiscuous mode.
 */
static void napier_write_unicast(struct napier_dev *nd,
				 struct netdev_hw_addr_list *uc)
{
	struct napier_filter *f = &nd->filter;
	struct netdev_hw_addr *ha;
	u32 i, count, idx = 1;

	for (i = 0; i < f->steer_count; i++)
		if (!ether_addr_equal(f->steer[i].addr, nd->netdev->dev_addr))
			napier_write_rar(nd, idx++, f->steer[i].addr);

	count = idx;
	netdev_hw_addr_list_for_each(ha, uc)
		count += !napier_filter_steered(f, ha->addr);
	/* Not all of them would fit, and those that did would not help. */
	f->uc_overflow = count > nd->board->rar_count;
	if (!f->uc_overflow)
		netdev_hw_addr_list_for_each(ha, uc)
			if (!napier_filter_steered(f, ha->addr))
				napier_write_rar(nd, idx++, ha->addr);

	for (; f->rar_used > idx; f->rar_used--)
		napier_write_rar(nd, f->rar_used - 1, NULL);
	f->rar_used = idx;
}

/* With RCTL.MO = 0 the hash are bits 47:36 of the address as it is on the
 * wire, the last byte being the most significant: all of byte 5 and the upper
 * half of byte 4.
 */
NAPIER_TESTED u32 napier_mta_hash(const u8 *addr)
{
	return get_unaligned_le16(addr + 4) >> 4;
}

static void napier_write_multicast(struct napier_dev *nd,
				   struct netdev_hw_addr_list *mc)
{
	u32 mta[NAPIER_MTA_LEN] = {};
	struct netdev_hw_addr *ha;
	bool again;
	int i, try;

	netdev_hw_addr_list_for_each(ha, mc) {
		u32 hash = napier_mta_hash(ha->addr);

		mta[hash / 32] |= BIT(hash % 32);
	}

	for (i = 0; i < NAPIER_MTA_LEN; i++)
		napier_wr32(nd, NAPIER_MTA(i), mta[i]);
	napier_flush(nd);

	if (!(nd->quirks & NAPIER_QUIRK_MTA_CHECK))
		return;

	/* I210 and I211 sometimes lose a write to this table (igb 7.3
	 * e1000_mac.c, igb_i21x_hw_doublecheck).
	 */
	for (try = 0, again = true; again && try < NAPIER_MTA_TRIES; try++) {
		again = false;
		for (i = 0; i < NAPIER_MTA_LEN; i++) {
			if (napier_rd32(nd, NAPIER_MTA(i)) == mta[i])
				continue;
			napier_wr32(nd, NAPIER_MTA(i), mta[i]);
			napier_flush(nd);
			again = !napier_is_gone(nd);
		}
	}
}

static void napier_write_vfta(struct napier_dev *nd, u32 idx)
{
	int n = nd->quirks & NAPIER_QUIRK_VFTA_REPEAT ? NAPIER_VFTA_WRITES : 1;

	while (n--)
		napier_wr32(nd, NAPIER_VFTA(idx), nd->filter.vfta[idx]);
	napier_flush(nd);
}

static void napier_write_rctl(struct napier_dev *nd)
{
	struct napier_filter *f = &nd->filter;
	unsigned int flags = nd->netdev ? READ_ONCE(nd->netdev->flags) : 0;

	/* RLPML, not LPE = 0, limits the length: it counts tags as well. */
	f->rctl &= NAPIER_RCTL_EN;
	f->rctl |= NAPIER_RCTL_LPE | NAPIER_RCTL_BAM;

	if (!(f->keep & NAPIER_KEEP_FCS))
		f->rctl |= NAPIER_RCTL_SECRC;
	if (f->keep & NAPIER_KEEP_BAD)
		f->rctl |= NAPIER_RCTL_SBP | NAPIER_RCTL_PMCF;
	/* The tag of a bad frame means nothing. */
	if (f->vlan_filter && !(flags & IFF_PROMISC) &&
	    !(f->keep & NAPIER_KEEP_BAD))
		f->rctl |= NAPIER_RCTL_VFE;
	if (flags & IFF_PROMISC)
		f->rctl |= NAPIER_RCTL_UPE | NAPIER_RCTL_MPE;
	if (flags & IFF_ALLMULTI)
		f->rctl |= NAPIER_RCTL_MPE;
	if (f->uc_overflow)
		f->rctl |= NAPIER_RCTL_UPE;
	if (f->mac_loopback)
		f->rctl |= FIELD_PREP(NAPIER_RCTL_LBM, NAPIER_RCTL_LBM_MAC);

	napier_wr32(nd, NAPIER_RCTL, f->rctl);
}

/**
 * napier_filter_sync - program addresses and promiscuous modes
 * @nd: device
 * @uc: unicast addresses besides the interface's own
 * @mc: multicast addresses
 *
 * The modes are taken from the flags of the network device. More unicast
 * addresses than the device has filters for turn unicast promiscuous mode on.
 *
 * Context: any but hard interrupt. The lists must not change: either they are
 * snapshots or the address lock of the network device is held.
 */
void napier_filter_sync(struct napier_dev *nd, struct netdev_hw_addr_list *uc,
			struct netdev_hw_addr_list *mc)
{
	spin_lock_bh(&nd->filter.lock);
	napier_write_unicast(nd, uc);
	napier_write_multicast(nd, mc);
	napier_write_rctl(nd);
	spin_unlock_bh(&nd->filter.lock);
}

/* The lists as they are now. */
static void napier_filter_sync_live(struct napier_dev *nd)
{
	struct net_device *netdev = nd->netdev;

	netif_addr_lock_bh(netdev);
	napier_filter_sync(nd, &netdev->uc, &netdev->mc);
	netif_addr_unlock_bh(netdev);
}

/**
 * napier_filter_set_addr - program the address of the interface
 * @nd: device
 * @addr: the address, which the network device has already
 *
 * Context: process, under the lock of the configuration.
 */
void napier_filter_set_addr(struct napier_dev *nd, const u8 *addr)
{
	spin_lock_bh(&nd->filter.lock);
	napier_write_rar(nd, 0, addr);
	spin_unlock_bh(&nd->filter.lock);

	/* The old or the new one may be steered, and need an entry of its own
	 * now, or none any more.
	 */
	if (nd->filter.steer_count)
		napier_filter_sync_live(nd);
}

/**
 * napier_filter_steer - send frames to some addresses to chosen queues
 * @nd: device
 * @macs: addresses, each once, and queues
 * @count: how many, 0 to one less than the part has address filters
 *
 * They replace those of the last call. Frames to them are let in, whether or
 * not the interface has the address.
 *
 * Context: process, under the lock of the configuration.
 */
void napier_filter_steer(struct napier_dev *nd,
			 const struct napier_steer_mac *macs, u32 count)
{
	struct napier_filter *f = &nd->filter;
	u32 own;

	/* While a filter is written, it lets nothing in. */
	if (count == f->steer_count &&
	    (!count || !memcmp(f->steer, macs, count * sizeof(*macs))))
		return;

	spin_lock_bh(&f->lock);
	own = napier_rah(f, nd->netdev->dev_addr);
	if (count)
		memcpy(f->steer, macs, count * sizeof(*macs));
	f->steer_count = count;
	if (napier_rah(f, nd->netdev->dev_addr) != own)
		napier_write_rar(nd, 0, nd->netdev->dev_addr);
	spin_unlock_bh(&f->lock);

	napier_filter_sync_live(nd);
}

static void napier_note_vlan(struct napier_dev *nd, u16 vid, bool on)
{
	if (on)
		nd->filter.vfta[vid / 32] |= BIT(vid % 32);
	else
		nd->filter.vfta[vid / 32] &= ~BIT(vid % 32);
}

/**
 * napier_filter_note_vlan - let a VLAN in or not, when the interface is up
 * @nd: device, which may be asleep
 * @vid: VLAN id, 0 to 4095
 * @on: let it in
 *
 * Context: any but hard interrupt.
 */
void napier_filter_note_vlan(struct napier_dev *nd, u16 vid, bool on)
{
	spin_lock_bh(&nd->filter.lock);
	napier_note_vlan(nd, vid, on);
	spin_unlock_bh(&nd->filter.lock);
}

/**
 * napier_filter_set_vlan - let a VLAN in or not
 * @nd: device
 * @vid: VLAN id, 0 to 4095
 * @on: let it in
 *
 * Effective while NETIF_F_HW_VLAN_CTAG_FILTER is on and the interface is not
 * promiscuous; remembered in any case, and over a reset.
 *
 * Context: any but hard interrupt.
 */
void napier_filter_set_vlan(struct napier_dev *nd, u16 vid, bool on)
{
	spin_lock_bh(&nd->filter.lock);
	napier_note_vlan(nd, vid, on);
	napier_write_vfta(nd, vid / 32);
	spin_unlock_bh(&nd->filter.lock);
}

/**
 * napier_filter_set_features - program what depends on VLAN features
 * @nd: device
 * @f: features as they are going to be
 *
 * CTRL.VME does not only strip tags from received frames: real parts insert
 * tags into sent frames only while it is set. So NETIF_F_HW_VLAN_CTAG_TX has to
 * follow NETIF_F_HW_VLAN_CTAG_RX (igb 7.3 igb_main.c, igb_fix_features).
 *
 * Context: any but hard interrupt.
 */
void napier_filter_set_features(struct napier_dev *nd, netdev_features_t f)
{
	napier_ctrl_update(nd, NAPIER_CTRL_VME,
			   f & NETIF_F_HW_VLAN_CTAG_RX ? NAPIER_CTRL_VME : 0);

	spin_lock_bh(&nd->filter.lock);
	nd->filter.vlan_filter = f & NETIF_F_HW_VLAN_CTAG_FILTER;
	napier_write_rctl(nd);
	spin_unlock_bh(&nd->filter.lock);
}

/**
 * napier_filter_set_keep - keep what is thrown away otherwise, or not
 * @nd: device
 * @keep: NAPIER_KEEP_*. With NAPIER_KEEP_BAD, RLPML limits nothing any more,
 *	so all buffers have to hold what SRRCTL says before this is called
 *
 * Bad frames are those with a wrong FCS, too long or too short; they pass the
 * address filters as good ones do, but not that of VLANs. MAC control frames,
 * pause frames among them, come up, too. The bits are those of igb 7.3
 * (igb_main.c, igb_setup_rctl). Reception goes on as it is.
 *
 * Context: any but hard interrupt.
 */
void napier_filter_set_keep(struct napier_dev *nd, u8 keep)
{
	spin_lock_bh(&nd->filter.lock);
	nd->filter.keep = keep;
	napier_write_rctl(nd);
	napier_flush(nd);
	spin_unlock_bh(&nd->filter.lock);
}

/**
 * napier_filter_enable - start or stop reception
 * @nd: device
 * @on: start
 *
 * Context: any but hard interrupt.
 */
void napier_filter_enable(struct napier_dev *nd, bool on)
{
	spin_lock_bh(&nd->filter.lock);
	if (on)
		nd->filter.rctl |= NAPIER_RCTL_EN;
	else
		nd->filter.rctl &= ~NAPIER_RCTL_EN;
	napier_write_rctl(nd);
	napier_flush(nd);
	spin_unlock_bh(&nd->filter.lock);
}

/**
 * napier_filter_set_loopback - let the MAC receive what it sends
 * @nd: device
 * @on: do
 *
 * Only the register of this file; napier_link_test_loopback() does the rest.
 *
 * Context: any but hard interrupt.
 */
void napier_filter_set_loopback(struct napier_dev *nd, bool on)
{
	spin_lock_bh(&nd->filter.lock);
	nd->filter.mac_loopback = on;
	napier_write_rctl(nd);
	spin_unlock_bh(&nd->filter.lock);
}

/**
 * napier_filter_restore - program everything after a reset of the device
 * @nd: device; its network device must exist
 *
 * Does not start reception: napier_reset_hw() has stopped it, and
 * napier_filter_enable() starts it when the rings are ready.
 *
 * Context: process, under the lock of the configuration.
 */
void napier_filter_restore(struct napier_dev *nd)
{
	struct net_device *netdev = nd->netdev;
	int i;

	napier_rmw32(nd, NAPIER_VET, NAPIER_VET_INNER, ETH_P_8021Q);
	napier_filter_set_features(nd, netdev->features);

	spin_lock_bh(&nd->filter.lock);
	napier_write_rar(nd, 0, netdev->dev_addr);
	/* A reset of the port does not clear the filters of every part. */
	nd->filter.rar_used = nd->board->rar_count;
	for (i = 0; i < NAPIER_VFTA_LEN; i++)
		napier_write_vfta(nd, i);
	spin_unlock_bh(&nd->filter.lock);

	napier_filter_sync_live(nd);
}
