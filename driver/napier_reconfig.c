// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one engine that changes memory or queue topology, and the two ways to
 * bring the device up and down as a whole.
 *
 * Depends on: napier_ring.c, napier_irq.c and the hardware leaves.
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

/* How long a queue pair may take to finish what it has before it is stopped.
 * At gigabit speed 4096 full-size frames take 50 ms.
 */
#define NAPIER_DRAIN_MS		50

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

	napier_rx_geom_init(&cfg->geom, cfg->mtu);

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
	       a->geom.truesize == b->geom.truesize;
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

/* ---- queue pairs: cannot fail ------------------------------------------ */

/* From here on ndo_start_xmit does not run for this queue, but for a poll that
 * is under way and has already decided to wake it.
 */
static void napier_txq_stop(struct napier_net *nn, u32 i)
{
	struct netdev_queue *txq = netdev_get_tx_queue(nn->ndev, i);

	__netif_tx_lock_bh(txq);
	WRITE_ONCE(nn->cfg.tx[i]->closing, true);
	netif_tx_stop_queue(txq);
	/* The core's watchdog takes a stopped queue for hung if its last frame
	 * was long ago, as that of an idle one is.
	 */
	txq_trans_cond_update(txq);
	__netif_tx_unlock_bh(txq);
}

/* Wait until the rings hold nothing that is under way, but not for ever. */
static bool napier_drain(struct napier_net *nn, u32 i, bool tx, bool rx)
{
	unsigned long end = jiffies + msecs_to_jiffies(NAPIER_DRAIN_MS);

	while ((tx && napier_tx_pending(nn->cfg.tx[i])) ||
	       (rx && napier_rx_pending(nn->cfg.rx[i]))) {
		if (napier_is_gone(nn->nd) || time_after_eq(jiffies, end))
			return false;
		usleep_range(50, 100);
	}

	return true;
}

/* Stop a queue pair. What the ring that goes away holds is finished first:
 * sent, or taken to the stack by the NAPI instance, which still runs.
 */
static void napier_pair_stop(struct napier_net *nn, u32 i, bool tx, bool rx)
{
	bool idle;

	napier_txq_stop(nn, i);
	if (rx)
		napier_rx_ring_disable(nn, nn->cfg.rx[i]);
	idle = napier_drain(nn, i, tx, rx);
	napier_vector_disable(nn->nd->vec[i]);
	napier_txq_stop(nn, i);
	if (!tx)
		return;

	/* A queue that was woken once more may have been given something. */
	if (idle)
		napier_drain(nn, i, true, false);
	napier_tx_ring_disable(nn, nn->cfg.tx[i]);
	/* Sent since the last poll: what is left after this was not. */
	local_bh_disable();
	napier_tx_clean(nn->cfg.tx[i], 0);
	local_bh_enable();
}

static void napier_pair_start(struct napier_net *nn, u32 i, bool tx, bool rx)
{
	struct napier_vector *vec = nn->nd->vec[i];

	if (tx)
		napier_tx_ring_enable(nn, nn->cfg.tx[i]);
	if (rx)
		napier_rx_ring_enable(nn, nn->cfg.rx[i]);
	vec->tx = nn->cfg.tx[i];
	vec->rx = nn->cfg.rx[i];
	napier_vector_enable(vec);
	WRITE_ONCE(vec->tx->closing, false);
	netif_tx_wake_queue(netdev_get_tx_queue(nn->ndev, i));
	/* An interrupt that came while the NAPI instance was disabled left the
	 * vector masked.
	 */
	napier_irq_kick(vec);
}

/* Replace the rings of one queue. Readers of the counters see the old ring or
 * its share of the dead, never both and never neither.
 */
static void napier_rings_swap(struct napier_net *nn, u32 i,
			      struct napier_tx_ring *tx,
			      struct napier_rx_ring *rx)
{
	struct napier_tx_ring *old_tx = nn->cfg.tx[i];
	struct napier_rx_ring *old_rx = nn->cfg.rx[i];

	if (old_tx && old_tx != tx)
		napier_tx_purge(old_tx);
	if (old_rx && old_rx != rx)
		napier_rx_ring_retire(old_rx);

	spin_lock_bh(&nn->dead_lock);
	if (old_tx && old_tx != tx)
		napier_tx_ring_totals(old_tx, &nn->dead_tx);
	if (old_rx && old_rx != rx)
		napier_rx_ring_totals(old_rx, &nn->dead_rx);
	nn->cfg.tx[i] = tx;
	nn->cfg.rx[i] = rx;
	spin_unlock_bh(&nn->dead_lock);
}

/* Part with a queue pair that is stopped. The core's watchdog looks at all
 * queues that the device was allocated with, and must not find one stopped that
 * nobody uses.
 */
static void napier_pair_forget(struct napier_net *nn, u32 i)
{
	struct napier_vector *vec = nn->nd->vec[i];

	napier_vector_del(nn, i);
	napier_rings_swap(nn, i, NULL, NULL);
	vec->tx = NULL;
	vec->rx = NULL;
	netif_tx_start_queue(netdev_get_tx_queue(nn->ndev, i));
}

static void napier_pair_remove(struct napier_net *nn, u32 i)
{
	napier_pair_stop(nn, i, true, true);
	napier_pair_forget(nn, i);
}

/* ---- applying ---------------------------------------------------------- */

/* The frame limit is one register for all queues. */
static void napier_frame_limit_set(struct napier_net *nn)
{
	napier_wr32(nn->nd, NAPIER_RLPML, nn->cfg.geom.max_frame);
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
 * the stack, then the device's hash.
 */
static void napier_config_shrink(struct napier_net *nn, u32 nr)
{
	u32 i, old_nr = nn->cfg.nr_queues;

	if (nr >= old_nr)
		return;

	netif_set_real_num_queues(nn->ndev, nr, nr);
	napier_rss_resize(nn, nr);
	napier_rss_program(nn);

	for (i = nr; i < old_nr; i++) {
		napier_pair_remove(nn, i);
		/* After the last poll, which may have unmasked it. */
		napier_wr32(nn->nd, NAPIER_EIMC, nn->nd->vec[i]->eims);
	}
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
	/* Longer frames only once all buffers can take them, and the other way
	 * round.
	 */
	nn->cfg.geom = cfg->geom;
	if (cfg->geom.max_frame < old.geom.max_frame) {
		napier_frame_limit_set(nn);
		/* Longer ones that the device has already accepted leave its
		 * packet buffer, 64 KiB at gigabit speed at most, in this time.
		 */
		usleep_range(1000, 2000);
	}
	napier_config_shrink(nn, cfg->nr_queues);
	napier_config_exchange(nn, cfg);
	if (cfg->geom.max_frame >= old.geom.max_frame)
		napier_frame_limit_set(nn);
	if (cfg->nr_queues > old.nr_queues) {
		napier_rss_resize(nn, cfg->nr_queues);
		napier_rss_program(nn);
	}

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

	if (netif_running(nn->ndev))
		return napier_config_apply_running(nn, cfg, extack);

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

	return 0;
}

/* ---- the device as a whole --------------------------------------------- */

/* Program everything and let traffic flow. The order is that of the emulated
 * device's needs, which hardware does not mind: RCTL.EN, then RXDCTL.ENABLE,
 * then the tail (QEMU 10.0 hw/net/igb_core.c, igb_set_rdt).
 */
static void napier_up(struct napier_net *nn)
{
	struct napier_dev *nd = nn->nd;
	u32 i;

	napier_filter_restore(nd);
	napier_frame_limit_set(nn);
	napier_rss_program(nn);
	napier_irq_program(nn);

	napier_rmw32(nd, NAPIER_TCTL, NAPIER_TCTL_CT | NAPIER_TCTL_COLD,
		     NAPIER_TCTL_EN | NAPIER_TCTL_PSP | NAPIER_TCTL_RTLC |
		     FIELD_PREP(NAPIER_TCTL_CT, 15) |
		     FIELD_PREP(NAPIER_TCTL_COLD, 63));
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
	napier_link_stop(nd);

	for (i = 0; i < nn->cfg.nr_queues; i++)
		napier_txq_stop(nn, i);
	napier_filter_enable(nd, false);
	for (i = 0; i < nn->cfg.nr_queues; i++)
		napier_pair_stop(nn, i, true, true);
	napier_irq_disable(nn);
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

	napier_down(nn);

	for (i = 0; i < old.nr_queues; i++)
		napier_pair_forget(nn, i);
	napier_irq_free(nn->nd, 0, old.nr_queues);
	napier_irq_free_other(nn->nd);

	napier_config_free_rings(&old, &nn->cfg);
}

/**
 * napier_reset - reset the device and go on as before
 * @nn: the interface
 *
 * Context: as for napier_start(). The link goes down for the time of an
 * autonegotiation.
 */
void napier_reset(struct napier_net *nn)
{
	bool running = netif_running(nn->ndev);

	if (running)
		napier_down(nn);
	if (napier_reset_hw(nn->nd))
		netdev_err(nn->ndev, "reset failed\n");
	/* Lost with the reset. */
	napier_drv_load(nn->nd, true);
	if (running) {
		napier_rings_rewind(nn);
		napier_up(nn);
	}
	nn->resets++;
}

/**
 * napier_quiesce - stop everything and close the register gate
 * @nn: the interface
 *
 * For suspend, function-level reset and errors of the bus.
 *
 * Context: as for napier_start().
 */
void napier_quiesce(struct napier_net *nn)
{
	netif_device_detach(nn->ndev);
	if (netif_running(nn->ndev))
		napier_down(nn);
	WRITE_ONCE(nn->nd->bar, NULL);
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

	napier_gate_open(nn->nd);
	err = napier_reset_hw(nn->nd);
	if (err) {
		netdev_err(nn->ndev, "the device did not come back: %pe\n",
			   ERR_PTR(err));
		return err;
	}

	if (netif_running(nn->ndev)) {
		napier_rings_rewind(nn);
		napier_up(nn);
	}
	netif_device_attach(nn->ndev);

	return 0;
}

/**
 * napier_reset_work - the work behind ndo_tx_timeout
 * @work: napier_dev.reset_work
 */
void napier_reset_work(struct work_struct *work)
{
	struct napier_dev *nd = container_of(work, struct napier_dev,
					     reset_work);
	struct napier_net *nn = netdev_priv(nd->netdev);

	rtnl_lock();
	netdev_lock(nd->netdev);
	if (netif_running(nd->netdev) && !napier_is_gone(nd)) {
		netdev_warn(nd->netdev, "resetting the device\n");
		napier_reset(nn);
	}
	netdev_unlock(nd->netdev);
	rtnl_unlock();
}
