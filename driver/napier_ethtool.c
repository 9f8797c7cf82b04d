// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool_ops: only the way in. What a setting means lives with its owner.
 *
 * Depends on: napier_reconfig.c, napier_link.c, napier_rss.c, napier_stats.c.
 */
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>

#include "napier.h"

static void napier_get_drvinfo(struct net_device *ndev,
			       struct ethtool_drvinfo *info)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct napier_dev *nd = nn->nd;

	strscpy(info->driver, NAPIER_DRV_NAME, sizeof(info->driver));
	strscpy(info->bus_info, pci_name(nd->pdev), sizeof(info->bus_info));
	napier_nvm_version(nd, info->fw_version, sizeof(info->fw_version));
}

/* ---- link -------------------------------------------------------------- */

static int napier_get_link_ksettings(struct net_device *ndev,
				     struct ethtool_link_ksettings *cmd)
{
	struct napier_net *nn = netdev_priv(ndev);

	return napier_link_get_ksettings(nn->nd, cmd);
}

static int napier_set_link_ksettings(struct net_device *ndev,
				     const struct ethtool_link_ksettings *cmd)
{
	struct napier_net *nn = netdev_priv(ndev);

	return napier_link_set_ksettings(nn->nd, cmd);
}

static int napier_nway_reset(struct net_device *ndev)
{
	struct napier_net *nn = netdev_priv(ndev);

	return napier_link_restart(nn->nd);
}

static void napier_get_pauseparam(struct net_device *ndev,
				  struct ethtool_pauseparam *pause)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_link_get_pause(nn->nd, pause);
}

/* ---- rings and channels ------------------------------------------------ */

static void napier_get_ringparam(struct net_device *ndev,
				 struct ethtool_ringparam *ring,
				 struct kernel_ethtool_ringparam *kring,
				 struct netlink_ext_ack *extack)
{
	struct napier_net *nn = netdev_priv(ndev);

	ring->rx_max_pending = NAPIER_MAX_DESC;
	ring->tx_max_pending = NAPIER_MAX_DESC;
	ring->rx_pending = nn->cfg.rx_desc;
	ring->tx_pending = nn->cfg.tx_desc;
}

static int napier_set_ringparam(struct net_device *ndev,
				struct ethtool_ringparam *ring,
				struct kernel_ethtool_ringparam *kring,
				struct netlink_ext_ack *extack)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct napier_config cfg = nn->cfg;

	if (ring->rx_mini_pending || ring->rx_jumbo_pending) {
		NL_SET_ERR_MSG_MOD(extack, "there are no mini or jumbo rings");
		return -EINVAL;
	}

	cfg.rx_desc = ring->rx_pending;
	cfg.tx_desc = ring->tx_pending;

	return napier_config_apply(nn, &cfg, extack);
}

static void napier_get_channels(struct net_device *ndev,
				struct ethtool_channels *ch)
{
	struct napier_net *nn = netdev_priv(ndev);

	ch->max_combined = napier_irq_max_queues(nn->nd);
	ch->combined_count = nn->cfg.nr_queues;
	if (napier_is_msix(nn->nd)) {
		ch->max_other = 1;
		ch->other_count = 1;
	}
}

static int napier_set_channels(struct net_device *ndev,
			       struct ethtool_channels *ch)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct napier_config cfg = nn->cfg;

	/* The core has checked the maxima, but other_count may be lower. */
	if (ch->other_count != napier_is_msix(nn->nd))
		return -EINVAL;

	cfg.nr_queues = ch->combined_count;

	return napier_config_apply(nn, &cfg, NULL);
}

/* ---- receive-side scaling ---------------------------------------------- */

static u32 napier_get_rx_ring_count(struct net_device *ndev)
{
	struct napier_net *nn = netdev_priv(ndev);

	return nn->cfg.nr_queues;
}

NAPIER_COMPAT_RX_RING_COUNT(napier_get_rx_ring_count)

static u32 napier_get_rxfh_key_size(struct net_device *ndev)
{
	return NAPIER_RSS_KEY_LEN;
}

static u32 napier_get_rxfh_indir_size(struct net_device *ndev)
{
	return NAPIER_RETA_LEN;
}

static int napier_get_rxfh(struct net_device *ndev,
			   struct ethtool_rxfh_param *rxfh)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_rss_get(nn, rxfh);

	return 0;
}

static int napier_set_rxfh(struct net_device *ndev,
			   struct ethtool_rxfh_param *rxfh,
			   struct netlink_ext_ack *extack)
{
	struct napier_net *nn = netdev_priv(ndev);

	return napier_rss_set(nn, rxfh, extack);
}

/* ---- statistics -------------------------------------------------------- */

static void napier_get_eth_mac_stats(struct net_device *ndev,
				     struct ethtool_eth_mac_stats *s)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_stats_get_mac(nn->nd, s);
}

static void napier_get_eth_phy_stats(struct net_device *ndev,
				     struct ethtool_eth_phy_stats *s)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_stats_get_phy(nn->nd, s);
}

static void napier_get_eth_ctrl_stats(struct net_device *ndev,
				      struct ethtool_eth_ctrl_stats *s)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_stats_get_ctrl(nn->nd, s);
}

static void napier_get_pause_stats(struct net_device *ndev,
				   struct ethtool_pause_stats *s)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_stats_get_pause(nn->nd, s);
}

static void napier_get_rmon_stats(struct net_device *ndev,
				  struct ethtool_rmon_stats *s,
				  const struct ethtool_rmon_hist_range **ranges)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_stats_get_rmon(nn->nd, s, ranges);
}

static void napier_get_link_ext_stats(struct net_device *ndev,
				      struct ethtool_link_ext_stats *s)
{
	struct napier_net *nn = netdev_priv(ndev);

	s->link_down_events = READ_ONCE(nn->nd->link.down_events);
}

/* What the driver itself counts and has no other place for. */
static const char napier_driver_strings[][ETH_GSTRING_LEN] = {
	"tx_busy",
	"tx_context_descriptors",
	"tx_dma_mapping_errors",
	"tx_timeouts",
	"device_resets",
	"reconfigurations",
};

static int napier_get_sset_count(struct net_device *ndev, int sset)
{
	if (sset != ETH_SS_STATS)
		return -EOPNOTSUPP;

	return ARRAY_SIZE(napier_driver_strings) +
	       napier_stats_private_count();
}

static void napier_get_strings(struct net_device *ndev, u32 sset, u8 *data)
{
	u32 i;

	if (sset != ETH_SS_STATS)
		return;

	for (i = 0; i < ARRAY_SIZE(napier_driver_strings); i++)
		ethtool_puts(&data, napier_driver_strings[i]);
	napier_stats_private_strings(&data);
}

static void napier_get_ethtool_stats(struct net_device *ndev,
				     struct ethtool_stats *stats, u64 *data)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct napier_tx_totals tx;
	struct napier_rx_totals rx;

	napier_netdev_queue_totals(nn, &tx, &rx);

	*data++ = tx.busy;
	*data++ = tx.ctx;
	*data++ = tx.dma_error;
	*data++ = nn->tx_timeouts;
	*data++ = nn->resets;
	*data++ = nn->reconfigs;
	napier_stats_get_private(nn->nd, data);
}

const struct ethtool_ops napier_ethtool_ops = {
	/* Those that go through the reconfiguration engine or ask for the
	 * carrier need rtnl also where the instance lock would do.
	 */
	NAPIER_COMPAT_OP_NEEDS_RTNL(ETHTOOL_OP_NEEDS_RTNL_SRINGPARAM |
				    ETHTOOL_OP_NEEDS_RTNL_SCHANNELS |
				    ETHTOOL_OP_NEEDS_RTNL_GLINK)
	.get_drvinfo		= napier_get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_link_ext_stats	= napier_get_link_ext_stats,
	.get_link_ksettings	= napier_get_link_ksettings,
	.set_link_ksettings	= napier_set_link_ksettings,
	.nway_reset		= napier_nway_reset,
	.get_pauseparam		= napier_get_pauseparam,
	.get_ringparam		= napier_get_ringparam,
	.set_ringparam		= napier_set_ringparam,
	.get_channels		= napier_get_channels,
	.set_channels		= napier_set_channels,
	NAPIER_COMPAT_OP_RX_RING_COUNT(napier_get_rx_ring_count),
	.get_rxfh_key_size	= napier_get_rxfh_key_size,
	.get_rxfh_indir_size	= napier_get_rxfh_indir_size,
	.get_rxfh		= napier_get_rxfh,
	.set_rxfh		= napier_set_rxfh,
	.get_sset_count		= napier_get_sset_count,
	.get_strings		= napier_get_strings,
	.get_ethtool_stats	= napier_get_ethtool_stats,
	.get_eth_mac_stats	= napier_get_eth_mac_stats,
	.get_eth_phy_stats	= napier_get_eth_phy_stats,
	.get_eth_ctrl_stats	= napier_get_eth_ctrl_stats,
	.get_pause_stats	= napier_get_pause_stats,
	.get_rmon_stats		= napier_get_rmon_stats,
	.get_ts_info		= ethtool_op_get_ts_info,
};
