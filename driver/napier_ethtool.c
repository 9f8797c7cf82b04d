// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool_ops: only the way in. What a setting means lives with its owner.
 *
 * Depends on: napier_reconfig.c, and the owners of what it sets and shows.
 */
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>

#include "napier.h"
#include "napier_trace.h"

static void napier_get_drvinfo(struct net_device *ndev,
			       struct ethtool_drvinfo *info)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct napier_dev *nd = nn->nd;

	napier_nvm_version(nd, info->fw_version, sizeof(info->fw_version));
}

/* ---- registers and NVM -------------------------------------------------- */

static int napier_get_regs_len(struct net_device *ndev)
{
	return napier_regs_len();
}

static void napier_get_regs(struct net_device *ndev, struct ethtool_regs *regs,
			    void *buf)
{
	struct napier_net *nn = netdev_priv(ndev);

	regs->version = napier_regs_version(nn->nd);
	napier_regs_dump(nn->nd, buf);
}

static int napier_get_eeprom_len(struct net_device *ndev)
{
	struct napier_net *nn = netdev_priv(ndev);

	return nn->nd->nvm_bytes;
}

static int napier_get_eeprom(struct net_device *ndev,
			     struct ethtool_eeprom *eeprom, u8 *data)
{
	struct napier_net *nn = netdev_priv(ndev);

	eeprom->magic = nn->nd->pdev->vendor | nn->nd->pdev->device << 16;

	return napier_nvm_read_bytes(nn->nd, eeprom->offset, eeprom->len, data);
}

/* ---- self-test ---------------------------------------------------------- */

static void napier_self_test(struct net_device *ndev, struct ethtool_test *test,
			     u64 *data)
{
	napier_selftest_run(netdev_priv(ndev), test, data);
}

/* What a reset of the device resets; all of it at once. */
#define NAPIER_RESET_DEVICE	(ETH_RESET_IRQ | ETH_RESET_DMA |	\
				 ETH_RESET_FILTER | ETH_RESET_OFFLOAD | \
				 ETH_RESET_MAC | ETH_RESET_RAM)

static int napier_ethtool_reset(struct net_device *ndev, u32 *flags)
{
	struct napier_net *nn = netdev_priv(ndev);

	/* Nothing is reset that was not asked for. */
	if ((*flags & NAPIER_RESET_DEVICE) != NAPIER_RESET_DEVICE)
		return -EOPNOTSUPP;
	if (napier_is_gone(nn->nd))
		return -ENODEV;

	trace_napier_reset_begin(ndev, NAPIER_RESET_USER);
	napier_reset(nn);
	if (napier_is_gone(nn->nd))
		return -ENODEV;
	*flags &= ~NAPIER_RESET_DEVICE;

	return 0;
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
	struct netlink_ext_ack extack = {};

	return napier_refused(ndev, "link settings stay as they are", &extack,
			      napier_link_set_ksettings(nn->nd, cmd, &extack));
}

static int napier_get_link_ext_state(struct net_device *ndev,
				     struct ethtool_link_ext_state_info *info)
{
	struct napier_net *nn = netdev_priv(ndev);

	return napier_link_get_ext_state(nn->nd, info);
}

static int napier_nway_reset(struct net_device *ndev)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct netlink_ext_ack extack = {};

	return napier_refused(ndev, "no negotiation", &extack,
			      napier_link_restart(nn->nd, &extack));
}

static void napier_get_pauseparam(struct net_device *ndev,
				  struct ethtool_pauseparam *pause)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_link_get_pause(nn->nd, pause);
}

static int napier_set_pauseparam(struct net_device *ndev,
				 struct ethtool_pauseparam *pause)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct netlink_ext_ack extack = {};
	int err;

	err = napier_refused(ndev, "pause stays as it is", &extack,
			     napier_link_set_pause(nn->nd, pause, &extack));
	/* What an empty ring does depends on it, and is the service's. */
	if (!err && nn->up)
		mod_delayed_work(system_percpu_wq, &nn->nd->service, 0);

	return err;
}

static int napier_get_eee(struct net_device *ndev, struct ethtool_keee *keee)
{
	struct napier_net *nn = netdev_priv(ndev);

	return napier_eee_get(nn->nd, keee);
}

static int napier_set_eee(struct net_device *ndev, struct ethtool_keee *keee)
{
	struct napier_net *nn = netdev_priv(ndev);
	struct netlink_ext_ack extack = {};

	return napier_refused(ndev, "EEE stays as it is", &extack,
			      napier_link_set_eee(nn->nd, keee, &extack));
}

static void napier_get_wol(struct net_device *ndev,
			   struct ethtool_wolinfo *wol)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_wol_get(nn->nd, wol);
}

static int napier_set_wol(struct net_device *ndev, struct ethtool_wolinfo *wol)
{
	struct napier_net *nn = netdev_priv(ndev);

	return napier_wol_set(nn->nd, wol);
}

static int napier_set_phys_id(struct net_device *ndev,
			      enum ethtool_phys_id_state state)
{
	struct napier_net *nn = netdev_priv(ndev);

	return napier_led_identify(nn->nd, state);
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
	struct netlink_ext_ack extack = {};
	int err = -EINVAL;

	cfg.nr_queues = ch->combined_count;
	/* The core has checked the maxima, but other_count may be lower. */
	if (ch->other_count == napier_is_msix(nn->nd))
		err = napier_config_apply(nn, &cfg, &extack);
	else
		NL_SET_ERR_MSG_MOD(&extack, "the link keeps its interrupt");

	return napier_refused(ndev, "channels stay as they are", &extack, err);
}

/* ---- tunables ---------------------------------------------------------- */

static int napier_get_tunable(struct net_device *ndev,
			      const struct ethtool_tunable *tuna, void *data)
{
	struct napier_net *nn = netdev_priv(ndev);

	if (tuna->id != ETHTOOL_RX_COPYBREAK)
		return -EOPNOTSUPP;
	*(u32 *)data = nn->copybreak;

	return 0;
}

static int napier_set_tunable(struct net_device *ndev,
			      const struct ethtool_tunable *tuna,
			      const void *data)
{
	if (tuna->id != ETHTOOL_RX_COPYBREAK)
		return -EOPNOTSUPP;

	return napier_set_copybreak(netdev_priv(ndev), *(const u32 *)data);
}

/* ---- interrupt moderation ---------------------------------------------- */

static int napier_get_coalesce(struct net_device *ndev,
			       struct ethtool_coalesce *ec,
			       struct kernel_ethtool_coalesce *kec,
			       struct netlink_ext_ack *extack)
{
	napier_coalesce_get(netdev_priv(ndev), 0, ec);

	return 0;
}

static int napier_set_coalesce(struct net_device *ndev,
			       struct ethtool_coalesce *ec,
			       struct kernel_ethtool_coalesce *kec,
			       struct netlink_ext_ack *extack)
{
	struct napier_net *nn = netdev_priv(ndev);

	return napier_coalesce_set(nn, 0, nn->nd->board->queues, ec, extack);
}

static int napier_get_per_queue_coalesce(struct net_device *ndev, u32 queue,
					 struct ethtool_coalesce *ec)
{
	struct napier_net *nn = netdev_priv(ndev);

	if (queue >= nn->cfg.nr_queues)
		return -EINVAL;
	napier_coalesce_get(nn, queue, ec);

	return 0;
}

static int napier_set_per_queue_coalesce(struct net_device *ndev, u32 queue,
					 struct ethtool_coalesce *ec)
{
	struct napier_net *nn = netdev_priv(ndev);

	if (queue >= nn->cfg.nr_queues)
		return -EINVAL;

	return napier_coalesce_set(nn, queue, queue + 1, ec, NULL);
}

/* ---- receive-side scaling ---------------------------------------------- */

static u32 napier_get_rx_ring_count(struct net_device *ndev)
{
	struct napier_net *nn = netdev_priv(ndev);

	return nn->cfg.nr_queues;
}

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

static int napier_get_rxfh_fields(struct net_device *ndev,
				  struct ethtool_rxfh_fields *fields)
{
	return napier_rss_get_fields(netdev_priv(ndev), fields);
}

static int napier_set_rxfh_fields(struct net_device *ndev,
				  const struct ethtool_rxfh_fields *fields,
				  struct netlink_ext_ack *extack)
{
	return napier_rss_set_fields(netdev_priv(ndev), fields, extack);
}

/* ---- flow steering ------------------------------------------------------ */

static int napier_get_rxnfc(struct net_device *ndev, struct ethtool_rxnfc *cmd,
			    u32 *locs)
{
	/* On 6.12 there is no other way to ask. */
	if (cmd->cmd == ETHTOOL_GRXRINGS) {
		cmd->data = napier_get_rx_ring_count(ndev);
		return 0;
	}

	return napier_steer_get(netdev_priv(ndev), cmd, locs);
}

static int napier_set_rxnfc(struct net_device *ndev, struct ethtool_rxnfc *cmd)
{
	return napier_steer_set(netdev_priv(ndev), cmd);
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

static int napier_get_ts_info(struct net_device *ndev,
			      struct kernel_ethtool_ts_info *info)
{
	struct napier_net *nn = netdev_priv(ndev);

	ethtool_op_get_ts_info(ndev, info);
	napier_stamp_get_ts_info(nn->nd, info);

	return 0;
}

static void napier_get_ts_stats(struct net_device *ndev,
				struct ethtool_ts_stats *s)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_stamp_get_ts_stats(nn->nd, s);
}

/* What the driver itself counts and has no other place for. */
static const char napier_driver_strings[][ETH_GSTRING_LEN] = {
	"tx_busy",
	"tx_context_descriptors",
	"tx_dma_mapping_errors",
	"tx_timeouts",
	"queue_restarts",
	"device_resets",
	"reconfigurations",
	"rx_hwtstamp_mismatched",
	"rx_hwtstamp_unclaimed",
};

static int napier_get_sset_count(struct net_device *ndev, int sset)
{
	struct napier_net *nn = netdev_priv(ndev);

	switch (sset) {
	case ETH_SS_STATS:
		return ARRAY_SIZE(napier_driver_strings) +
		       napier_stats_private_count();
	case ETH_SS_TEST:
		return napier_selftest_count(nn->nd);
	case ETH_SS_PHY_STATS:
		return napier_phy_stats_count(nn->nd);
	default:
		return -EOPNOTSUPP;
	}
}

static void napier_get_strings(struct net_device *ndev, u32 sset, u8 *data)
{
	struct napier_net *nn = netdev_priv(ndev);
	u32 i;

	if (sset == ETH_SS_TEST)
		napier_selftest_strings(nn->nd, &data);
	if (sset == ETH_SS_PHY_STATS)
		napier_phy_stats_strings(nn->nd, &data);
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
	*data++ = nn->queue_restarts;
	*data++ = nn->resets;
	*data++ = nn->reconfigs;
	*data++ = atomic64_read(&nn->nd->ptp.rx_mismatch);
	*data++ = atomic64_read(&nn->nd->ptp.rx_unclaimed);
	napier_stats_get_private(nn->nd, data);
}

static void napier_get_ethtool_phy_stats(struct net_device *ndev,
					 struct ethtool_stats *stats,
					 u64 *data)
{
	struct napier_net *nn = netdev_priv(ndev);

	napier_phy_stats_get(nn->nd, data);
}

const struct ethtool_ops napier_ethtool_ops = {
	/* Those that go through the reconfiguration engine or ask for the
	 * carrier need rtnl also where the instance lock would do; and so does
	 * the core itself, to replace the profiles of moderation (7.3
	 * net/ethtool/coalesce.c, ethnl_update_profile).
	 */
	NAPIER_COMPAT_OP_NEEDS_RTNL(ETHTOOL_OP_NEEDS_RTNL_SRINGPARAM |
				    ETHTOOL_OP_NEEDS_RTNL_SCHANNELS |
				    ETHTOOL_OP_NEEDS_RTNL_SCOALESCE |
				    ETHTOOL_OP_NEEDS_RTNL_TEST |
				    ETHTOOL_OP_NEEDS_RTNL_GLINK)
	.supported_coalesce_params = ETHTOOL_COALESCE_USECS |
				     ETHTOOL_COALESCE_USE_ADAPTIVE |
				     ETHTOOL_COALESCE_RX_PROFILE |
				     ETHTOOL_COALESCE_TX_PROFILE,
	.get_drvinfo		= napier_get_drvinfo,
	.reset			= napier_ethtool_reset,
	.get_regs_len		= napier_get_regs_len,
	.get_regs		= napier_get_regs,
	.get_eeprom_len		= napier_get_eeprom_len,
	.get_eeprom		= napier_get_eeprom,
	.self_test		= napier_self_test,
	.get_link		= ethtool_op_get_link,
	.get_link_ext_state	= napier_get_link_ext_state,
	.get_link_ext_stats	= napier_get_link_ext_stats,
	.get_link_ksettings	= napier_get_link_ksettings,
	.set_link_ksettings	= napier_set_link_ksettings,
	.nway_reset		= napier_nway_reset,
	.get_pauseparam		= napier_get_pauseparam,
	.set_pauseparam		= napier_set_pauseparam,
	.get_eee		= napier_get_eee,
	.set_eee		= napier_set_eee,
	.get_wol		= napier_get_wol,
	.set_wol		= napier_set_wol,
	.set_phys_id		= napier_set_phys_id,
	.get_ringparam		= napier_get_ringparam,
	.set_ringparam		= napier_set_ringparam,
	.get_channels		= napier_get_channels,
	.set_channels		= napier_set_channels,
	.get_tunable		= napier_get_tunable,
	.set_tunable		= napier_set_tunable,
	.get_coalesce		= napier_get_coalesce,
	.set_coalesce		= napier_set_coalesce,
	.get_per_queue_coalesce	= napier_get_per_queue_coalesce,
	.set_per_queue_coalesce	= napier_set_per_queue_coalesce,
	NAPIER_COMPAT_OP_RX_RING_COUNT(napier_get_rx_ring_count)
	.get_rxnfc		= napier_get_rxnfc,
	.set_rxnfc		= napier_set_rxnfc,
	.get_rxfh_key_size	= napier_get_rxfh_key_size,
	.get_rxfh_indir_size	= napier_get_rxfh_indir_size,
	.get_rxfh		= napier_get_rxfh,
	.set_rxfh		= napier_set_rxfh,
	.get_rxfh_fields	= napier_get_rxfh_fields,
	.set_rxfh_fields	= napier_set_rxfh_fields,
	.get_sset_count		= napier_get_sset_count,
	.get_strings		= napier_get_strings,
	.get_ethtool_stats	= napier_get_ethtool_stats,
	.get_ethtool_phy_stats	= napier_get_ethtool_phy_stats,
	.get_eth_mac_stats	= napier_get_eth_mac_stats,
	.get_eth_phy_stats	= napier_get_eth_phy_stats,
	.get_eth_ctrl_stats	= napier_get_eth_ctrl_stats,
	.get_pause_stats	= napier_get_pause_stats,
	.get_rmon_stats		= napier_get_rmon_stats,
	.get_ts_info		= napier_get_ts_info,
	.get_ts_stats		= napier_get_ts_stats,
};
