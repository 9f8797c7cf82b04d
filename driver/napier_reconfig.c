// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one engine that changes memory or queue topology, and the two ways to
 * bring the device up and down as a whole.
 *
 * Depends on: napier_pair.c, napier_ring.c, napier_irq.c and the hardware leaves.
 *
 * Ring sizes, channels and MTU all come through napier_config_apply():
 *
 *	copy the running configuration, edit, validate
 *	allocate what is new while traffic flows		may fail
 *	start the queue pairs that are added			may fail
 *	--- nothing can fail past this point ---
 *	stop the queue pairs that go away
 *	stop, swap and start the queue pairs that change
 *	free what is old
 *
 * Only queue registers are written: the link stays up, and queue pairs that do
 * not change go on without noticing.
 *
 * Everything here runs under rtnl, and on kernels with an instance lock under
 * that too.
 */
#include <linux/log2.h>

#include "napier.h"
#include "napier_trace.h"

/* ---- validation -------------------------------------------------------- */

static int napier_desc_check(const char *what, u32 count,
			     struct netlink_ext_ack *extack)
{
	if (is_power_of_2(count) && count >= NAPIER_MIN_DESC &&
	    count <= NAPIER_MAX_DESC)
		return 0;

	NL_SET_ERR_MSG_FMT_MOD(extack,
			       "%s ring size %u: a power of two from %u to %u is needed",
			       what, count, NAPIER_MIN_DESC, NAPIER_MAX_DESC);
	return -EINVAL;
}

/**
 * napier_config_validate - check a configuration and derive what follows
 * @nn: the interface
 * @cfg: wanted configuration; its geometry is filled in
 * @extack: reason of a refusal, or NULL
 *
 * Return: 0 or -EINVAL.
 */
int napier_config_validate(struct napier_net *nn, struct napier_config *cfg,
			   struct netlink_ext_ack *extack)
{
	u32 max = napier_irq_max_queues(nn->nd);
	int err;

	err = napier_desc_check("RX", cfg->rx_desc, extack);
	if (!err)
		err = napier_desc_check("TX", cfg->tx_desc, extack);
	if (err)
		return err;

	if (!cfg->nr_queues || cfg->nr_queues > max) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "%u channels: there are vectors for 1 to %u",
				       cfg->nr_queues, max);
		return -EINVAL;
	}

	if (cfg->mtu < ETH_MIN_MTU || cfg->mtu > NAPIER_MAX_MTU) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "MTU %u is not in %u to %u",
				       cfg->mtu, ETH_MIN_MTU, NAPIER_MAX_MTU);
		return -EINVAL;
	}

	napier_rx_geom_init(&cfg->geom, cfg->mtu, cfg->keep);

	return 0;
}

/* ---- preparing: may fail ----------------------------------------------- */

static bool napier_tx_same(const struct napier_config *a,
			   const struct napier_config *b)
{
	return a->tx_desc == b->tx_desc;
}

static bool napier_rx_same(const struct napier_config *a,
			   const struct napier_config *b)
{
	return a->rx_desc == b->rx_desc &&
	       a->geom.truesize == b->geom.truesize &&
	       a->geom.keep == b->geom.keep;
}

/* Free the rings of @cfg that @keep does not have. */
static void napier_config_free_rings(struct napier_config *cfg,
				     const struct napier_config *keep)
{
	u32 i;

	for (i = 0; i < NAPIER_MAX_QUEUES; i++) {
		if (cfg->tx[i] != keep->tx[i])
			napier_tx_ring_free(cfg->tx[i]);
		if (cfg->rx[i] != keep->rx[i])
			napier_rx_ring_free(cfg->rx[i]);
		cfg->tx[i] = NULL;
		cfg->rx[i] = NULL;
	}
}

/* Throw away prepared receive rings whose NAPI instance polls another one. The
 * page pool may be untied from it only while it is disabled.
 */
static void napier_config_retire(struct napier_net *nn,
				 struct napier_config *cfg)
{
	u32 i;

	for (i = 0; i < nn->cfg.nr_queues; i++) {
		struct napier_vector *vec = nn->nd->vec[i];

		if (!nn->cfg.rx[i] || !cfg->rx[i] ||
		    cfg->rx[i] == nn->cfg.rx[i])
			continue;
		napier_vector_disable(vec);
		napier_rx_ring_retire(cfg->rx[i]);
		napier_vector_enable(vec);
		napier_irq_kick(vec);
	}
}

/* Allocate the rings of @cfg; those that the running configuration has in the
 * same shape are shared with it.
 */
static int napier_config_prepare(struct napier_net *nn,
				 struct napier_config *cfg,
				 struct netlink_ext_ack *extack)
{
	const struct napier_config *old = &nn->cfg;
	bool tx_same = napier_tx_same(old, cfg);
	bool rx_same = napier_rx_same(old, cfg);
	u32 i;

	memset(cfg->tx, 0, sizeof(cfg->tx));
	memset(cfg->rx, 0, sizeof(cfg->rx));

	for (i = 0; i < cfg->nr_queues; i++) {
		if (tx_same && old->tx[i])
			cfg->tx[i] = old->tx[i];
		else
			cfg->tx[i] = napier_tx_ring_alloc(nn, i, cfg->tx_desc);

		if (rx_same && old->rx[i])
			cfg->rx[i] = old->rx[i];
		else
			cfg->rx[i] = napier_rx_ring_alloc(nn, i, cfg->rx_desc,
							  &cfg->geom);

		if (!cfg->tx[i] || !cfg->rx[i])
			goto no_memory;
	}

	return 0;

no_memory:
	napier_config_retire(nn, cfg);
	napier_config_free_rings(cfg, old);
	NL_SET_ERR_MSG_MOD(extack, "not enough memory for the rings");
	return -ENOMEM;
}

/* ---- applying ---------------------------------------------------------- */

/* What the device lets in is one setting for all queues. Before the rings are
 * exchanged: nothing that the new ones cannot take. Between frames with FCS and
 * without there is no such middle, so nothing at all comes in meanwhile.
 */
static void napier_frames_restrict(struct napier_net *nn,
				   const struct napier_rx_geom *old)
{
	const struct napier_rx_geom *new = &nn->cfg.geom;
	bool fcs = (new->keep ^ old->keep) & NAPIER_KEEP_FCS;
	bool less = new->max_frame < old->max_frame ||
		    (old->keep & ~new->keep & NAPIER_KEEP_BAD);

	if (!less && !fcs)
		return;

	if (less) {
		napier_wr32(nn->nd, NAPIER_RLPML,
			    min(new->max_frame, old->max_frame));
		napier_filter_set_keep(nn->nd, old->keep &
				       (new->keep | NAPIER_KEEP_FCS));
	}
	if (fcs)
		napier_filter_enable(nn->nd, false);
	/* What the device has already accepted leaves its packet buffer, 64 KiB
	 * at gigabit speed at most, in this time.
	 */
	usleep_range(1000, 2000);
}

/* After it: all that they can take. */
static void napier_frames_allow(struct napier_net *nn)
{
	napier_wr32(nn->nd, NAPIER_RLPML, nn->cfg.geom.max_frame);
	napier_filter_set_keep(nn->nd, nn->cfg.geom.keep);
	napier_filter_enable(nn->nd, true);
}

/* Bring up the queue pairs that the new configuration has more. Undone
 * completely if the core refuses the new number.
 */
static int napier_config_grow(struct napier_net *nn, struct napier_config *cfg,
			      struct netlink_ext_ack *extack)
{
	u32 i, old_nr = nn->cfg.nr_queues, nr = cfg->nr_queues;
	int err;

	if (nr <= old_nr)
		return 0;

	err = napier_irq_request(nn->nd, old_nr, nr);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "cannot request the interrupts");
		return err;
	}

	/* The registers of all vectors come from nn->cfg.nr_queues. */
	nn->cfg.nr_queues = nr;
	napier_irq_program(nn);
	for (i = old_nr; i < nr; i++) {
		napier_rings_swap(nn, i, cfg->tx[i], cfg->rx[i]);
		napier_vector_add(nn, i);
		napier_pair_start(nn, i, true, true);
	}

	err = netif_set_real_num_queues(nn->ndev, nr, nr);
	if (!err)
		return 0;

	NL_SET_ERR_MSG_MOD(extack, "the network core refuses the queues");
	netif_set_real_num_queues(nn->ndev, old_nr, old_nr);
	for (i = old_nr; i < nr; i++)
		napier_pair_remove(nn, i);
	napier_irq_free(nn->nd, old_nr, nr);
	nn->cfg.nr_queues = old_nr;

	return err;
}

/* Let go of queue pairs. Nobody may use them any more when they stop: first
 * the stack's senders, then the device's hash.
 */
static void napier_config_shrink(struct napier_net *nn, u32 nr)
{
	u32 i, old_nr = nn->cfg.nr_queues;

	if (nr >= old_nr)
		return;

	netif_set_real_num_tx_queues(nn->ndev, nr);
	napier_rss_resize(nn, nr);
	napier_rss_program(nn);

	for (i = nr; i < old_nr; i++) {
		napier_pair_remove(nn, i);
		/* After the last poll, which may have unmasked it. */
		napier_wr32(nn->nd, NAPIER_EIMC, nn->nd->vec[i]->eims);
	}
	/* After the last frame, which says what queue it came through. */
	netif_set_real_num_rx_queues(nn->ndev, nr);
	napier_irq_free(nn->nd, nr, old_nr);
	nn->cfg.nr_queues = nr;
}

static void napier_config_exchange(struct napier_net *nn,
				   struct napier_config *cfg)
{
	u32 i, nr = min(nn->cfg.nr_queues, cfg->nr_queues);

	for (i = 0; i < nr; i++) {
		bool tx = nn->cfg.tx[i] != cfg->tx[i];
		bool rx = nn->cfg.rx[i] != cfg->rx[i];

		if (!tx && !rx)
			continue;
		napier_pair_stop(nn, i, tx, rx);
		napier_rings_swap(nn, i, cfg->tx[i], cfg->rx[i]);
		napier_pair_start(nn, i, tx, rx);
	}
}

static int napier_config_apply_running(struct napier_net *nn,
				       struct napier_config *cfg,
				       struct netlink_ext_ack *extack)
{
	struct napier_config old;
	int err;

	err = napier_config_prepare(nn, cfg, extack);
	if (err)
		return err;

	old = nn->cfg;
	err = napier_config_grow(nn, cfg, extack);
	if (err) {
		napier_config_retire(nn, cfg);
		napier_config_free_rings(cfg, &nn->cfg);
		return err;
	}

	/* Nothing can fail past this point. */

	nn->cfg.rx_desc = cfg->rx_desc;
	nn->cfg.tx_desc = cfg->tx_desc;
	nn->cfg.mtu = cfg->mtu;
	nn->cfg.keep = cfg->keep;
	nn->cfg.geom = cfg->geom;
	napier_frames_restrict(nn, &old.geom);
	napier_config_shrink(nn, cfg->nr_queues);
	napier_config_exchange(nn, cfg);
	napier_frames_allow(nn);
	if (cfg->nr_queues > old.nr_queues) {
		napier_rss_resize(nn, cfg->nr_queues);
		napier_rss_program(nn);
		napier_steer_program(nn, false);
	}
	napier_irq_map_queues(nn);

	napier_config_free_rings(&old, &nn->cfg);
	nn->reconfigs++;

	return 0;
}

/**
 * napier_config_apply - make a configuration the running one
 * @nn: the interface
 * @cfg: a copy of nn->cfg with changes
 * @extack: reason of a refusal, or NULL
 *
 * Context: rtnl, on ops-locked kernels also the instance lock; sleeps.
 * Return: 0, or a negative errno and everything is as before.
 */
int napier_config_apply(struct napier_net *nn, struct napier_config *cfg,
			struct netlink_ext_ack *extack)
{
	int err;

	err = napier_config_validate(nn, cfg, extack);
	if (err)
		return err;

	if (netif_running(nn->ndev)) {
		/* The core sets features also while the device is reset. */
		if (!nn->up) {
			NL_SET_ERR_MSG_MOD(extack,
					   "the device does not answer");
			return -ENODEV;
		}
		trace_napier_reconfig_begin(nn->ndev, cfg->nr_queues,
					    cfg->rx_desc, cfg->tx_desc,
					    cfg->mtu);
		err = napier_config_apply_running(nn, cfg, extack);
		trace_napier_reconfig_end(nn->ndev, err);
		return err;
	}

	err = netif_set_real_num_queues(nn->ndev, cfg->nr_queues,
					cfg->nr_queues);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack,
				   "the network core refuses the queues");
		return err;
	}
	if (cfg->nr_queues != nn->cfg.nr_queues)
		napier_rss_resize(nn, cfg->nr_queues);
	nn->cfg = *cfg;
	napier_irq_map_queues(nn);

	return 0;
}

/**
 * napier_set_copybreak - copy short frames rather than hand up their buffers
 * @nn: the interface
 * @bytes: up to this length, 0 for none
 *
 * The rings stay; each is not polled for a moment.
 *
 * Context: as for napier_config_apply().
 * Return: 0, or -EINVAL for more than NAPIER_MAX_COPYBREAK.
 */
int napier_set_copybreak(struct napier_net *nn, u32 bytes)
{
	u32 i;

	if (bytes > NAPIER_MAX_COPYBREAK)
		return -EINVAL;

	nn->copybreak = bytes;
	for (i = 0; nn->up && i < nn->cfg.nr_queues; i++) {
		struct napier_vector *vec = nn->nd->vec[i];

		napier_vector_disable(vec);
		napier_rx_ring_set_copybreak(nn->cfg.rx[i], bytes);
		napier_vector_enable(vec);
		/* As in napier_pair_start(). */
		napier_irq_kick(vec);
	}

	return 0;
}

/* ---- the device as a whole --------------------------------------------- */

/* Which flags of a TCP header a segment may have: FIN and PSH only the last,
 * CWR only the first, and whatever else all of them. Parts are said to begin
 * with these masks; NETIF_F_TSO_ECN depends on them.
 */
static void napier_tso_program(struct napier_dev *nd)
{
	const u32 last = NAPIER_TCPFLG_FIN | NAPIER_TCPFLG_PSH;
	const u32 first = NAPIER_TCPFLG_CWR;

	napier_wr32(nd, NAPIER_DTXTCPFLGL,
		    FIELD_PREP(NAPIER_DTXTCPFLGL_FIRST,
			       NAPIER_TCPFLG_ALL & ~last) |
		    FIELD_PREP(NAPIER_DTXTCPFLGL_MIDDLE,
			       NAPIER_TCPFLG_ALL & ~last & ~first));
	napier_wr32(nd, NAPIER_DTXTCPFLGH,
		    FIELD_PREP(NAPIER_DTXTCPFLGH_LAST,
			       NAPIER_TCPFLG_ALL & ~first));
}

/**
 * napier_mac_program - program what is common to all queues
 * @nn: the interface
 * @geom: of the receive rings, which decides what may come in
 *
 * Nothing is received yet.
 *
 * Context: as for napier_start().
 */
void napier_mac_program(struct napier_net *nn,
			const struct napier_rx_geom *geom)
{
	struct napier_dev *nd = nn->nd;

	napier_filter_restore(nd);
	napier_wr32(nd, NAPIER_RLPML, geom->max_frame);
	napier_filter_set_keep(nd, geom->keep);
	napier_rmw32(nd, NAPIER_TCTL, NAPIER_TCTL_CT | NAPIER_TCTL_COLD,
		     NAPIER_TCTL_EN | NAPIER_TCTL_PSP | NAPIER_TCTL_RTLC |
		     FIELD_PREP(NAPIER_TCTL_CT, 15) |
		     FIELD_PREP(NAPIER_TCTL_COLD, 63));
	/* An erratum that igb 7.3 names (e1000_82575.c,
	 * igb_rx_fifo_flush_82575); on e1000e's parts, malformed extension
	 * headers of IPv6 stop the receiver.
	 */
	napier_rmw32(nd, NAPIER_RFCTL, 0, NAPIER_RFCTL_IPV6_EX_DIS);
	napier_tso_program(nd);
}

/* Program everything and let traffic flow. The order is that of the emulated
 * device's needs, which hardware does not mind: RCTL.EN, then RXDCTL.ENABLE,
 * then the tail (QEMU 10.0 hw/net/igb_core.c, igb_set_rdt).
 */
static void napier_up(struct napier_net *nn)
{
	struct napier_dev *nd = nn->nd;
	u32 i;

	napier_mac_program(nn, &nn->cfg.geom);
	napier_rss_program(nn);
	napier_steer_program(nn, true);
	napier_irq_program(nn);
	napier_filter_enable(nd, true);

	for (i = 0; i < nn->cfg.nr_queues; i++)
		napier_pair_start(nn, i, true, true);

	napier_irq_enable(nn);
	nn->up = true;
	napier_link_start(nd);
	mod_delayed_work(system_percpu_wq, &nd->service, 0);
}

/* Stop all traffic, unless that was already done. Works on a device that no
 * longer answers.
 */
static void napier_down(struct napier_net *nn)
{
	struct napier_dev *nd = nn->nd;
	u32 i;

	if (!nn->up)
		return;
	nn->up = false;

	cancel_delayed_work_sync(&nd->service);
	cancel_delayed_work_sync(&nd->refill);

	for (i = 0; i < nn->cfg.nr_queues; i++)
		napier_txq_stop(nn, i);
	napier_filter_enable(nd, false);
	for (i = 0; i < nn->cfg.nr_queues; i++)
		napier_pair_stop(nn, i, true, true);
	/* Not before: without a link, hardware sends nothing any more. */
	napier_link_stop(nd);
	napier_irq_disable(nn);
	napier_stamp_tx_cancel(nd);
	/* An interrupt or a poll may have queued them again. */
	cancel_delayed_work_sync(&nd->service);
	cancel_delayed_work_sync(&nd->refill);

	napier_stats_update(nd);
}

/* Empty the rings and make them startable again. */
static void napier_rings_rewind(struct napier_net *nn)
{
	u32 i;

	for (i = 0; i < nn->cfg.nr_queues; i++) {
		napier_tx_purge(nn->cfg.tx[i]);
		napier_rx_ring_rewind(nn->cfg.rx[i]);
	}
}

/* Rings and interrupts for ifup. If interrupts of the current type cannot be
 * requested, the next simpler one is tried.
 */
static int napier_start_prepare(struct napier_net *nn,
				struct napier_config *cfg,
				struct netlink_ext_ack *extack)
{
	struct napier_dev *nd = nn->nd;
	int err;

	for (;;) {
		cfg->nr_queues = min(cfg->nr_queues,
				     napier_irq_max_queues(nd));
		err = napier_config_validate(nn, cfg, extack);
		if (err)
			return err;

		napier_irq_rename(nd);
		err = napier_irq_request_other(nd);
		if (!err)
			err = napier_irq_request(nd, 0, cfg->nr_queues);
		if (!err)
			break;

		napier_irq_free_other(nd);
		/* A type that is given up does not come back, memory does. */
		if (err == -ENOMEM) {
			NL_SET_ERR_MSG_MOD(extack, "no memory for interrupts");
			return err;
		}
		netdev_warn(nn->ndev, "cannot request interrupts: %pe\n",
			    ERR_PTR(err));
		if (napier_irq_downgrade(nd)) {
			NL_SET_ERR_MSG_MOD(extack,
					   "cannot request any interrupt");
			return err;
		}
	}

	err = napier_config_prepare(nn, cfg, extack);
	if (err)
		goto free_irqs;

	return 0;

free_irqs:
	napier_irq_free(nd, 0, cfg->nr_queues);
	napier_irq_free_other(nd);
	return err;
}

/**
 * napier_start - bring the interface up
 * @nn: the interface, down
 * @extack: reason of a failure, or NULL
 *
 * Context: rtnl, on ops-locked kernels also the instance lock; sleeps.
 * Return: 0, or a negative errno and the interface is still down.
 */
int napier_start(struct napier_net *nn, struct netlink_ext_ack *extack)
{
	struct napier_config cfg = nn->cfg;
	u32 i, nr_before = cfg.nr_queues;
	int err;

	if (napier_is_gone(nn->nd)) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return -ENODEV;
	}
	/* The last time there was none to be had. */
	if (nn->nd->irq_mode == NAPIER_IRQ_NONE &&
	    napier_irq_realloc(nn->nd, nn->nd->vector_limit)) {
		NL_SET_ERR_MSG_MOD(extack, "no interrupt to be had");
		return -ENOSPC;
	}

	err = napier_start_prepare(nn, &cfg, extack);
	if (err)
		return err;

	err = netif_set_real_num_queues(nn->ndev, cfg.nr_queues,
					cfg.nr_queues);
	if (err)
		goto free_rings;

	/* Nothing can fail past this point. */

	if (cfg.nr_queues != nr_before)
		napier_rss_resize(nn, cfg.nr_queues);
	spin_lock_bh(&nn->dead_lock);
	nn->cfg = cfg;
	spin_unlock_bh(&nn->dead_lock);
	napier_irq_map_queues(nn);

	for (i = 0; i < cfg.nr_queues; i++)
		napier_vector_add(nn, i);
	/* An interface that was detached while it was up and attached while it
	 * was down has all of its queues stopped. The core's watchdog must find
	 * none that nobody uses.
	 */
	for (i = cfg.nr_queues; i < nn->ndev->num_tx_queues; i++)
		netif_tx_start_queue(netdev_get_tx_queue(nn->ndev, i));
	napier_up(nn);

	return 0;

free_rings:
	napier_config_free_rings(&cfg, &nn->cfg);
	napier_irq_free(nn->nd, 0, cfg.nr_queues);
	napier_irq_free_other(nn->nd);
	return err;
}

/**
 * napier_stop - bring the interface down
 * @nn: the interface, up
 *
 * Context: as for napier_start().
 */
void napier_stop(struct napier_net *nn)
{
	struct napier_config old = nn->cfg;
	u32 i;

	/* A reload has stopped it and could not start it again. */
	if (!old.tx[0])
		return;

	napier_down(nn);

	for (i = 0; i < old.nr_queues; i++)
		napier_pair_forget(nn, i);
	napier_irq_free(nn->nd, 0, old.nr_queues);
	napier_irq_free_other(nn->nd);
	/* One that does not answer may still write into what is freed now. */
	if (napier_is_gone(nn->nd))
		pci_clear_master(nn->nd->pdev);

	napier_config_free_rings(&old, &nn->cfg);
}

/**
 * napier_offline_begin - stop all traffic, for a test of the device
 * @nn: the interface, up
 *
 * Interrupts are masked, queues and reception are off, the link is down, no
 * work of ours runs; NAPI instances are disabled. Frames that wait to be sent
 * are sent first.
 *
 * Context: as for napier_start().
 */
void napier_offline_begin(struct napier_net *nn)
{
	napier_down(nn);
}

/**
 * napier_offline_end - undo napier_offline_begin()
 * @nn: the interface
 *
 * Everything is programmed afresh, so a test may leave what it likes in the
 * registers.
 *
 * Context: as for napier_start().
 */
void napier_offline_end(struct napier_net *nn)
{
	napier_rings_rewind(nn);
	napier_up(nn);
}

/**
 * napier_reset - reset the device and go on as before
 * @nn: the interface
 *
 * The caller knows the reason and traces it (trace_napier_reset_begin()).
 *
 * Context: as for napier_start(). The link goes down for the time of an
 * autonegotiation.
 */
void napier_reset(struct napier_net *nn)
{
	bool running = netif_running(nn->ndev);
	int err;

	if (running)
		napier_down(nn);
	napier_ptp_stop(nn->nd);
	err = napier_reset_hw(nn->nd);
	if (err)
		netdev_err(nn->ndev, "reset failed\n");
	napier_ptp_start(nn->nd);
	/* Lost with the reset. */
	napier_drv_load(nn->nd, true);
	if (running) {
		napier_rings_rewind(nn);
		napier_up(nn);
	}
	nn->resets++;
	trace_napier_reset_end(nn->ndev, err);
}

/**
 * napier_quiesce - stop everything and close the register gate
 * @nn: the interface
 * @sleep: the machine goes to sleep or off, and the port may have to wake it
 *
 * For suspend, power-off, function-level reset and errors of the bus.
 *
 * Context: as for napier_start().
 */
void napier_quiesce(struct napier_net *nn, bool sleep)
{
	trace_napier_reset_begin(nn->ndev, sleep ? NAPIER_RESET_SLEEP :
						   NAPIER_RESET_FUNCTION);
	netif_device_detach(nn->ndev);
	if (sleep)
		napier_wol_prepare(nn->nd);
	if (netif_running(nn->ndev))
		napier_down(nn);
	napier_ptp_stop(nn->nd);
	if (sleep)
		napier_wol_arm(nn->nd);
	WRITE_ONCE(nn->nd->bar, NULL);
}

/**
 * napier_doze - close the register gate while nobody uses the device
 * @nn: the interface, down
 *
 * For runtime power management. The interface stays attached: what is set while
 * it is down is programmed when it comes up.
 *
 * Context: process, sleeps. Not under rtnl, whose holder may be waiting for it.
 */
void napier_doze(struct napier_net *nn)
{
	struct napier_dev *nd = nn->nd;

	/* A late link interrupt may have queued it. */
	cancel_delayed_work_sync(&nd->service);
	napier_ptp_stop(nd);
	WRITE_ONCE(nd->bar, NULL);
}

/**
 * napier_wake - undo napier_doze()
 * @nn: the interface
 *
 * Context: process, sleeps; under rtnl or not.
 * Return: 0, or a negative errno if the device does not answer.
 */
int napier_wake(struct napier_net *nn)
{
	int err;

	napier_gate_open(nn->nd);
	err = napier_reset_hw(nn->nd);
	napier_ptp_start(nn->nd);
	if (err) {
		netdev_err(nn->ndev, "the device did not come back: %pe\n",
			   ERR_PTR(err));
		return err;
	}
	napier_wol_disarm(nn->nd);

	return 0;
}

/**
 * napier_resume - undo napier_quiesce()
 * @nn: the interface
 *
 * Context: as for napier_start().
 * Return: 0, or a negative errno if the device does not answer.
 */
int napier_resume(struct napier_net *nn)
{
	int err;

	err = napier_wake(nn);
	if (err) {
		trace_napier_reset_end(nn->ndev, err);
		return err;
	}

	if (netif_running(nn->ndev)) {
		napier_rings_rewind(nn);
		napier_up(nn);
	}
	/* It may have gone away again. */
	if (napier_is_gone(nn->nd))
		err = -ENODEV;
	else
		netif_device_attach(nn->ndev);
	trace_napier_reset_end(nn->ndev, err);

	return err;
}

/**
 * napier_reinit_down - give up everything that a probe has set up
 * @nn: the interface
 * @extack: reason of a refusal
 *
 * Rings, interrupts and link, if the interface is up. The network device stays
 * registered, with its settings, and detached: nothing is sent.
 *
 * Context: as for napier_start(); the locks have to be held until
 * napier_reinit_up().
 * Return: 0, or -ENODEV and everything is as before.
 */
int napier_reinit_down(struct napier_net *nn, struct netlink_ext_ack *extack)
{
	if (napier_is_gone(nn->nd) || !netif_device_present(nn->ndev)) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return -ENODEV;
	}

	trace_napier_reset_begin(nn->ndev, NAPIER_RESET_RELOAD);
	netif_device_detach(nn->ndev);
	if (netif_running(nn->ndev))
		napier_stop(nn);

	return 0;
}

/* Reset, vectors, and as many channels of those that were set as these allow. */
static int napier_reinit_hw(struct napier_net *nn, u32 vectors,
			    struct netlink_ext_ack *extack)
{
	struct napier_config cfg = nn->cfg;
	struct napier_dev *nd = nn->nd;
	int err;

	napier_ptp_stop(nd);
	err = napier_reset_hw(nd);
	napier_ptp_start(nd);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "the device cannot be reset");
		return err;
	}
	napier_drv_load(nd, true);

	err = napier_irq_realloc(nd, vectors);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "no interrupt to be had");
		return err;
	}

	if (netif_running(nn->ndev))
		return napier_start(nn, extack);

	cfg.nr_queues = min(cfg.nr_queues, napier_irq_max_queues(nd));

	return napier_config_apply(nn, &cfg, extack);
}

/**
 * napier_reinit_up - set everything up again
 * @nn: the interface, after napier_reinit_down()
 * @vectors: how many MSI-X vectors to ask for, from NAPIER_MIN_VECTORS
 * @extack: reason of a failure
 *
 * If that fails the interface is down afterwards, and the user may try to take
 * it up, or reload again.
 *
 * Context: as for napier_reinit_down().
 * Return: 0 or a negative errno.
 */
int napier_reinit_up(struct napier_net *nn, u32 vectors,
		     struct netlink_ext_ack *extack)
{
	int err;

	err = napier_reinit_hw(nn, vectors, extack);
	/* Before it is attached: its queues would be woken without rings. */
	if (err && netif_running(nn->ndev))
		netif_close(nn->ndev);
	if (!napier_is_gone(nn->nd))
		netif_device_attach(nn->ndev);
	trace_napier_reset_end(nn->ndev, err);

	return err;
}
