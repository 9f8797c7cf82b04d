// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network device: net_device_ops, per-queue statistics, features.
 *
 * Depends on: napier_reconfig.c for everything that changes rings, and the
 * owners of what the callbacks are about.
 */
#include <linux/module.h>
#include <net/netdev_queues.h>
#include <net/rtnetlink.h>

#include "napier.h"
#include "napier_trace.h"

#define NAPIER_SERVICE_PERIOD	HZ
#define NAPIER_TX_TIMEOUT	(5 * HZ)

/* ---- state of the interface -------------------------------------------- */

static int napier_open(struct net_device *ndev)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct netlink_ext_ack extack = {};
	int err;

	napier_awake_get(nn->nd);
	err = napier_start(nn, &extack);
	if (err)
		napier_awake_put(nn->nd);

	return napier_refused(ndev, "cannot start", &extack, err);
}

static int napier_close(struct net_device *ndev)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_stop(nn);
	napier_awake_put(nn->nd);

	return 0;
}

static int napier_change_mtu(struct net_device *ndev, int mtu)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct netlink_ext_ack extack = {};
	struct napier_config cfg = nn->cfg;
	int err;

	cfg.mtu = mtu;
	err = napier_config_apply(nn, &cfg, &extack);
	if (!err)
		WRITE_ONCE(ndev->mtu, mtu);

	return napier_refused(ndev, "MTU stays as it is", &extack, err);
}

static void napier_tx_timeout(struct net_device *ndev, unsigned int txqueue)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct napier_dev *nd = nn->nd;
	struct napier_tx_ring *tx;
	u32 head, tail, use, done;
	u8 q;

	/* A detached interface has its unused queues stopped, too, and the
	 * watchdog may look while it is being attached. Nor does it keep a ring
	 * from being replaced.
	 */
	spin_lock_bh(&nn->dead_lock);
	tx = nn->cfg.tx[txqueue];
	if (!tx) {
		spin_unlock_bh(&nn->dead_lock);
		return;
	}
	q = tx->reg_idx;
	use = READ_ONCE(tx->next_to_use);
	done = READ_ONCE(tx->rs_done);
	spin_unlock_bh(&nn->dead_lock);

	nn->tx_timeouts++;
	head = napier_rd32(nd, NAPIER_TDH(q));
	tail = napier_rd32(nd, NAPIER_TDT(q));
	trace_napier_tx_hang(ndev, txqueue, head, tail, done);
	netdev_err(ndev,
		   "TX queue %u hangs: head %u, tail %u, used to %u, clean to %u, TXDCTL %#x\n",
		   txqueue, head, tail, use, done,
		   napier_rd32(nd, NAPIER_TXDCTL(q)));
	napier_health_tx_hang(nd, txqueue);
}

static void napier_service(struct work_struct *work)
{
	struct napier_dev *nd = container_of(to_delayed_work(work),
					     struct napier_dev, service);
	struct napier_net *nn = netdev_priv(nd->netdev);

	napier_link_check(nd);
	napier_rx_drop_update(nn);
	napier_stats_update(nd);
	napier_health_look(nn);

	if (READ_ONCE(nn->up) && !napier_is_gone(nd))
		schedule_delayed_work(&nd->service, NAPIER_SERVICE_PERIOD);
}

/* ---- addresses and VLANs ----------------------------------------------- */

static int napier_set_rx_mode(struct net_device *ndev,
			      struct netdev_hw_addr_list *uc,
			      struct netdev_hw_addr_list *mc)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_filter_sync(nn->nd, uc, mc);

	return 0;
}

NAPIER_COMPAT_SET_RX_MODE(napier_set_rx_mode)

static int napier_set_mac_address(struct net_device *ndev, void *p)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct sockaddr *addr = p;

	if (!is_valid_ether_addr(addr->sa_data))
		return -EADDRNOTAVAIL;

	eth_hw_addr_set(ndev, addr->sa_data);
	/* While it is down, the device may be asleep, or be waking. */
	if (netif_running(ndev))
		napier_filter_set_addr(nn->nd, ndev->dev_addr);

	return 0;
}

static void napier_set_vlan(struct napier_net *nn, u16 vid, bool on)
{
	if (netif_running(nn->ndev))
		napier_filter_set_vlan(nn->nd, vid, on);
	else
		napier_filter_note_vlan(nn->nd, vid, on);
}

static int napier_vlan_rx_add_vid(struct net_device *ndev, __be16 proto,
				  u16 vid)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_set_vlan(nn, vid, true);

	return 0;
}

static int napier_vlan_rx_kill_vid(struct net_device *ndev, __be16 proto,
				   u16 vid)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_set_vlan(nn, vid, false);

	return 0;
}

static int napier_eth_ioctl(struct net_device *ndev, struct ifreq *ifr,
			    int cmd)
{
	struct napier_net *nn = netdev_priv(ndev);
	int err;

	napier_awake_get(nn->nd);
	err = napier_phy_ioctl(nn->nd, ifr, cmd);
	napier_awake_put(nn->nd);

	return err;
}

static int napier_hwtstamp_get(struct net_device *ndev,
			       struct kernel_hwtstamp_config *cfg)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_stamp_get(nn->nd, cfg);

	return 0;
}

static int napier_hwtstamp_set(struct net_device *ndev,
			       struct kernel_hwtstamp_config *cfg,
			       struct netlink_ext_ack *extack)
{
	struct napier_net *nn = netdev_priv(ndev);
	int err;

	napier_awake_get(nn->nd);
	err = napier_stamp_set(nn->nd, cfg, extack);
	napier_awake_put(nn->nd);

	return err;
}

/* ---- features ---------------------------------------------------------- */

static netdev_features_t napier_fix_features(struct net_device *ndev,
					     netdev_features_t features)
{
	/* The FCS of a frame whose tag is stripped fits no more. Drivers of
	 * later parts take them for exclusive, too: the kernel's ice
	 * (ice_main.c, ice_set_features), DPDK's igc.
	 */
	if (features & NETIF_F_RXFCS)
		features &= ~NETIF_F_HW_VLAN_CTAG_RX;
	/* CTRL.VME switches stripping, and without it the device does not
	 * insert tags either.
	 */
	if (!(features & NETIF_F_HW_VLAN_CTAG_RX))
		features &= ~NETIF_F_HW_VLAN_CTAG_TX;

	return features;
}

/* Bad frames need other buffers; the FCS is kept or not for whole rings. */
static int napier_set_keep(struct napier_net *nn, netdev_features_t features)
{
	struct netlink_ext_ack extack = {};
	struct napier_config cfg = nn->cfg;
	int err;

	cfg.keep = (features & NETIF_F_RXFCS ? NAPIER_KEEP_FCS : 0) |
		   (features & NETIF_F_RXALL ? NAPIER_KEEP_BAD : 0);
	err = napier_config_apply(nn, &cfg, &extack);

	return napier_refused(nn->ndev, "rx-fcs and rx-all stay as they are",
			      &extack, err);
}

static int napier_set_loopback(struct napier_net *nn,
			       netdev_features_t features)
{
	int err = napier_link_set_loopback(nn->nd, features & NETIF_F_LOOPBACK);

	if (err)
		netdev_err(nn->ndev, "loopback cannot be switched: %pe\n",
			   ERR_PTR(err));

	return err;
}

/* Those that may fail. What stays as it is, with all that depends on it, is
 * added to @undo: the core goes on asking for it with every other change.
 */
static int napier_set_fallible(struct napier_net *nn,
			       netdev_features_t features,
			       netdev_features_t changed,
			       netdev_features_t *undo)
{
	int err = 0, failed;

	if (changed & (NETIF_F_RXFCS | NETIF_F_RXALL)) {
		err = napier_set_keep(nn, features);
		if (err)
			*undo |= NETIF_F_RXFCS | NETIF_F_RXALL;
		/* See napier_fix_features(). */
		if (err && (changed & NETIF_F_RXFCS))
			*undo |= NETIF_F_HW_VLAN_CTAG_RX |
				 NETIF_F_HW_VLAN_CTAG_TX;
	}
	if (changed & NETIF_F_LOOPBACK) {
		failed = napier_set_loopback(nn, features);
		if (failed) {
			*undo |= NETIF_F_LOOPBACK;
			err = failed;
		}
	}
	/* After an error the core does not tell which VLANs there are. */
	if (err)
		*undo |= NETIF_F_HW_VLAN_CTAG_FILTER;
	*undo &= changed;

	return err;
}

static int napier_set_features(struct net_device *ndev,
			       netdev_features_t features)
{
	struct napier_net *nn = netdev_priv(ndev);
	netdev_features_t changed = features ^ ndev->features;
	netdev_features_t undo = 0;
	int err;
	u32 i;

	err = napier_set_fallible(nn, features, changed, &undo);
	features ^= undo;
	changed ^= undo;

	if (changed & (NETIF_F_HW_VLAN_CTAG_RX | NETIF_F_HW_VLAN_CTAG_FILTER))
		napier_filter_set_features(nn->nd, features);
	if (changed & (NETIF_F_RXCSUM | NETIF_F_RXHASH))
		for (i = 0; i < NAPIER_MAX_QUEUES; i++)
			if (nn->cfg.rx[i])
				napier_rx_ring_set_features(nn, nn->cfg.rx[i],
							    features);
	/* As with other drivers, the rules do not come back with it. */
	if (changed & ~features & NETIF_F_NTUPLE)
		napier_steer_flush(nn);

	/* The rest was done; this is how the core learns of it (the kernel's
	 * netdev-features.rst).
	 */
	if (err)
		ndev->features = features;

	return err;
}

/* ---- statistics -------------------------------------------------------- */

/**
 * napier_netdev_queue_totals - counters of all rings, dead and alive
 * @nn: the interface
 * @tx: sum of the transmit rings
 * @rx: sum of the receive rings
 *
 * Context: any but hard interrupts; does not sleep.
 */
void napier_netdev_queue_totals(struct napier_net *nn,
				struct napier_tx_totals *tx,
				struct napier_rx_totals *rx)
{
	u32 i;

	spin_lock_bh(&nn->dead_lock);
	*tx = nn->dead_tx;
	*rx = nn->dead_rx;
	for (i = 0; i < NAPIER_MAX_QUEUES; i++) {
		if (nn->cfg.tx[i])
			napier_tx_ring_totals(nn->cfg.tx[i], tx);
		if (nn->cfg.rx[i])
			napier_rx_ring_totals(nn->cfg.rx[i], rx);
	}
	spin_unlock_bh(&nn->dead_lock);
}

static void napier_get_stats64(struct net_device *ndev,
			       struct rtnl_link_stats64 *s)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct napier_tx_totals tx;
	struct napier_rx_totals rx;

	napier_netdev_queue_totals(nn, &tx, &rx);

	s->rx_packets = rx.packets;
	s->rx_bytes = rx.bytes;
	s->rx_dropped = rx.dropped;
	s->tx_packets = tx.packets;
	s->tx_bytes = tx.bytes;
	s->tx_dropped = tx.dropped + tx.dma_error;

	napier_stats_get_link64(nn->nd, s);
	s->rx_errors += rx.errors;
}

static void napier_fill_rx_stats(const struct napier_rx_totals *t,
				 struct netdev_queue_stats_rx *s)
{
	s->packets = t->packets;
	s->bytes = t->bytes;
	s->alloc_fail = t->alloc_fail;
	s->csum_unnecessary = t->csum_ok;
	s->csum_bad = t->csum_bad;
}

/* All that these parts lose is for want of a buffer. */
static void napier_fill_rx_lost(u64 lost, struct netdev_queue_stats_rx *s)
{
	s->hw_drops = lost;
	s->hw_drop_overruns = lost;
}

static void napier_fill_tx_stats(const struct napier_tx_totals *t,
				 struct netdev_queue_stats_tx *s)
{
	s->packets = t->packets;
	s->bytes = t->bytes;
	s->needs_csum = t->csum;
	s->hw_gso_packets = t->gso_packets;
	s->hw_gso_bytes = t->gso_bytes;
	s->hw_gso_wire_packets = t->gso_wire_packets;
	s->hw_gso_wire_bytes = t->gso_wire_bytes;
	s->stop = t->stop;
	s->wake = t->wake;
}

static void napier_get_queue_stats_rx(struct net_device *ndev, int idx,
				      struct netdev_queue_stats_rx *s)
{
	struct napier_net *nn = netdev_priv(ndev);
	u64 full, empty[NAPIER_MAX_QUEUES];
	struct napier_rx_totals t = {};

	if (nn->cfg.rx[idx])
		napier_rx_ring_totals(nn->cfg.rx[idx], &t);
	napier_fill_rx_stats(&t, s);
	napier_stats_get_lost(nn->nd, &full, empty);
	napier_fill_rx_lost(empty[idx], s);
}

static void napier_get_queue_stats_tx(struct net_device *ndev, int idx,
				      struct netdev_queue_stats_tx *s)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct napier_tx_totals t = {};

	if (nn->cfg.tx[idx])
		napier_tx_ring_totals(nn->cfg.tx[idx], &t);
	napier_fill_tx_stats(&t, s);
}

static void napier_get_base_stats(struct net_device *ndev,
				  struct netdev_queue_stats_rx *rx,
				  struct netdev_queue_stats_tx *tx)
{
	struct napier_net *nn = netdev_priv(ndev);
	u64 lost, empty[NAPIER_MAX_QUEUES];
	u32 i;

	napier_fill_rx_stats(&nn->dead_rx, rx);
	napier_fill_tx_stats(&nn->dead_tx, tx);
	/* Of no queue, and of those that the core does not ask for. */
	napier_stats_get_lost(nn->nd, &lost, empty);
	for (i = ndev->real_num_rx_queues; i < NAPIER_MAX_QUEUES; i++)
		lost += empty[i];
	napier_fill_rx_lost(lost, rx);
}

static const struct netdev_stat_ops napier_stat_ops = {
	.get_queue_stats_rx	= napier_get_queue_stats_rx,
	.get_queue_stats_tx	= napier_get_queue_stats_tx,
	.get_base_stats		= napier_get_base_stats,
};

/* ---- the device -------------------------------------------------------- */

static const struct net_device_ops napier_netdev_ops = {
	.ndo_open		= napier_open,
	.ndo_stop		= napier_close,
	.ndo_start_xmit		= napier_xmit,
	.ndo_features_check	= napier_features_check,
	.ndo_get_stats64	= napier_get_stats64,
	NAPIER_COMPAT_NDO_SET_RX_MODE(napier_set_rx_mode),
	.ndo_set_mac_address	= napier_set_mac_address,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_change_mtu		= napier_change_mtu,
	.ndo_eth_ioctl		= napier_eth_ioctl,
	.ndo_hwtstamp_get	= napier_hwtstamp_get,
	.ndo_hwtstamp_set	= napier_hwtstamp_set,
	.ndo_tx_timeout		= napier_tx_timeout,
	.ndo_fix_features	= napier_fix_features,
	.ndo_set_features	= napier_set_features,
	.ndo_vlan_rx_add_vid	= napier_vlan_rx_add_vid,
	.ndo_vlan_rx_kill_vid	= napier_vlan_rx_kill_vid,
};

/**
 * napier_netdev_is_ours - does an interface belong to this driver?
 * @ndev: any interface
 *
 * Return: true if so.
 */
bool napier_netdev_is_ours(const struct net_device *ndev)
{
	return ndev->netdev_ops == &napier_netdev_ops;
}

/* With help of the stack, which makes the inner headers fit. */
#define NAPIER_TUNNELS	(NETIF_F_GSO_GRE | NETIF_F_GSO_GRE_CSUM |	\
			 NETIF_F_GSO_IPXIP4 | NETIF_F_GSO_IPXIP6 |	\
			 NETIF_F_GSO_UDP_TUNNEL |			\
			 NETIF_F_GSO_UDP_TUNNEL_CSUM)

static void napier_init_features(struct net_device *ndev,
				 const struct napier_dev *nd)
{
	netdev_features_t tx = NETIF_F_SG | NETIF_F_HW_CSUM |
			       NETIF_F_SCTP_CRC | NETIF_F_TSO | NETIF_F_TSO6 |
			       NETIF_F_TSO_ECN | NETIF_F_GSO_PARTIAL |
			       NAPIER_TUNNELS;
	struct napier_net *nn = netdev_priv(ndev);

	ndev->gso_partial_features = NAPIER_TUNNELS;
	/* UDP is cut on the outside alone: of a tunnel's the stack makes no
	 * partial segments.
	 */
	ndev->hw_enc_features = tx | NETIF_F_HIGHDMA | NETIF_F_TSO_MANGLEID;
	tx |= NETIF_F_GSO_UDP_L4;
	nn->tx_right = ~(netdev_features_t)0;
	if (nd->quirks & NAPIER_QUIRK_QEMU_OUTER)
		nn->tx_right &= ~NETIF_F_GSO_UDP_L4;

	ndev->hw_features = tx | NETIF_F_RXCSUM | NETIF_F_RXHASH |
			    NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_CTAG_RX |
			    NETIF_F_HW_VLAN_CTAG_FILTER;
	if (!(nd->quirks & NAPIER_QUIRK_QEMU_NO_STEER))
		ndev->hw_features |= NETIF_F_NTUPLE;
	ndev->features = ndev->hw_features | NETIF_F_HIGHDMA;
	/* The device counts the ID of IPv4 up. Whether that may be done to a
	 * stream whose ID stands still is for the user to say: the core offers
	 * NETIF_F_TSO_MANGLEID, off, wherever there is TSO.
	 */
	ndev->vlan_features = tx | NETIF_F_HIGHDMA | NETIF_F_TSO_MANGLEID;
	/* For whoever looks for them; not by default. */
	ndev->hw_features |= NETIF_F_RXFCS | NETIF_F_RXALL;
	if (napier_phy_can_loopback(nd))
		ndev->hw_features |= NETIF_F_LOOPBACK;

	ndev->priv_flags |= IFF_UNICAST_FLT | IFF_SUPP_NOFCS;
	ndev->max_mtu = NAPIER_MAX_MTU;
	ndev->watchdog_timeo = NAPIER_TX_TIMEOUT;
}

/* A random address is not passed off as the factory's. */
static void napier_init_mac(struct net_device *ndev,
			    const struct napier_dev *nd)
{
	if (is_valid_ether_addr(nd->mac_addr)) {
		eth_hw_addr_set(ndev, nd->mac_addr);
		return;
	}

	eth_hw_addr_random(ndev);
	dev_warn(&nd->pdev->dev,
		 "no valid MAC address in the NVM, using random %pM\n",
		 ndev->dev_addr);
}

/**
 * napier_netdev_alloc - allocate and fill in the network device
 * @nd: device, with its vectors and its MAC address
 *
 * Context: probe.
 * Return: the device, not registered yet, or NULL.
 */
struct net_device *napier_netdev_alloc(struct napier_dev *nd)
{
	struct net_device *ndev;
	struct napier_net *nn;

	ndev = alloc_etherdev_mqs(sizeof(*nn), nd->board->queues,
				  nd->board->queues);
	if (!ndev)
		return NULL;

	nn = netdev_priv(ndev);
	nn->ndev = ndev;
	nn->nd = nd;
	nd->netdev = ndev;
	SET_NETDEV_DEV(ndev, &nd->pdev->dev);

	nn->cfg.rx_desc = NAPIER_DEFAULT_DESC;
	nn->cfg.tx_desc = NAPIER_DEFAULT_DESC;
	nn->cfg.mtu = ndev->mtu;
	nn->cfg.nr_queues = min(num_online_cpus(), napier_irq_max_queues(nd));
	spin_lock_init(&nn->dead_lock);
	napier_rss_init(nn);

	INIT_DELAYED_WORK(&nd->service, napier_service);
	INIT_DELAYED_WORK(&nd->refill, napier_refill_work);

	ndev->netdev_ops = &napier_netdev_ops;
	ndev->ethtool_ops = &napier_ethtool_ops;
	ndev->stat_ops = &napier_stat_ops;
	napier_compat_request_ops_lock(ndev);
	napier_init_features(ndev, nd);
	napier_init_mac(ndev, nd);
	netif_carrier_off(ndev);

	if (netif_set_real_num_queues(ndev, nn->cfg.nr_queues,
				      nn->cfg.nr_queues) ||
	    napier_coalesce_init(nn)) {
		free_netdev(ndev);
		nd->netdev = NULL;
		return NULL;
	}

	return ndev;
}

/**
 * napier_netdev_free - undo napier_netdev_alloc()
 * @nd: device, its network device not registered (any more)
 *
 * Context: takes rtnl.
 */
void napier_netdev_free(struct napier_dev *nd)
{
	struct net_device *ndev = nd->netdev;

	napier_steer_exit(netdev_priv(ndev));
	napier_coalesce_exit(netdev_priv(ndev));
	nd->netdev = NULL;
	free_netdev(ndev);
}
