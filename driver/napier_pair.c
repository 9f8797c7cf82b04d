// SPDX-License-Identifier: GPL-2.0-only
/*
 * One queue pair: stopping, starting, exchanging its rings, beginning anew.
 * None of it can fail, but for a device that does not let go of a ring.
 *
 * Depends on: napier_ring.c, napier_irq.c, napier_tx.c.
 *
 * Everything here runs under rtnl, and on kernels with an instance lock under
 * that too.
 */
#include "napier.h"
#include "napier_trace.h"

/* How long a queue pair may take to finish what it has before it is stopped.
 * At gigabit speed 4096 full-size frames take 50 ms.
 */
#define NAPIER_DRAIN_MS		50

/**
 * napier_txq_stop - keep the stack out of a transmit queue
 * @nn: the interface
 * @i: which
 *
 * From here on ndo_start_xmit does not run for this queue, but for a poll that
 * is under way and has already decided to wake it.
 *
 * Context: as for napier_start().
 */
void napier_txq_stop(struct napier_net *nn, u32 i)
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

/**
 * napier_pair_stop - stop a queue pair
 * @nn: the interface
 * @i: which
 * @tx: its transmit ring goes away
 * @rx: its receive ring does
 *
 * What the ring that goes away holds is finished first: sent, or taken to the
 * stack by the NAPI instance, which still runs.
 *
 * Context: as for napier_start(); sleeps.
 */
void napier_pair_stop(struct napier_net *nn, u32 i, bool tx, bool rx)
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

/**
 * napier_pair_start - let a queue pair work
 * @nn: the interface
 * @i: which
 * @tx: its transmit ring is new, or was stopped
 * @rx: its receive ring is, or was
 *
 * Context: as for napier_start(); sleeps.
 */
void napier_pair_start(struct napier_net *nn, u32 i, bool tx, bool rx)
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

/**
 * napier_rings_swap - replace the rings of one queue pair
 * @nn: the interface
 * @i: which, stopped
 * @tx: the new transmit ring, the old one if it stays, or NULL
 * @rx: the same for receiving
 *
 * Readers of the counters see the old ring or its share of the dead, never both
 * and never neither. The old rings are left to the caller.
 *
 * Context: as for napier_start().
 */
void napier_rings_swap(struct napier_net *nn, u32 i, struct napier_tx_ring *tx,
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

/**
 * napier_pair_forget - part with a queue pair
 * @nn: the interface
 * @i: which, stopped
 *
 * The core's watchdog looks at all queues that the device was allocated with,
 * and must not find one stopped that nobody uses. Not everybody who sends is
 * waited for by the core: pktgen, and sockets that bypass the qdisc, may come
 * with a packet for this queue when it is started, and then find no ring.
 *
 * Context: as for napier_start(); sleeps.
 */
void napier_pair_forget(struct napier_net *nn, u32 i)
{
	struct netdev_queue *txq = netdev_get_tx_queue(nn->ndev, i);
	struct napier_vector *vec = nn->nd->vec[i];

	napier_vector_del(nn, i);
	napier_rings_swap(nn, i, NULL, NULL);
	vec->tx = NULL;
	vec->rx = NULL;
	/* Nor may one of a detached interface let anything through, which the
	 * watchdog does not look at.
	 */
	if (!netif_device_present(nn->ndev))
		return;
	/* Who sees it started also sees that its ring is gone. */
	__netif_tx_lock_bh(txq);
	netif_tx_start_queue(txq);
	__netif_tx_unlock_bh(txq);
}

/**
 * napier_pair_remove - stop a queue pair and part with it
 * @nn: the interface
 * @i: which
 *
 * Context: as for napier_start(); sleeps.
 */
void napier_pair_remove(struct napier_net *nn, u32 i)
{
	napier_pair_stop(nn, i, true, true);
	napier_pair_forget(nn, i);
}

/**
 * napier_queue_restart - empty one queue pair and let it begin anew
 * @nn: the interface, its rings live
 * @i: which
 * @tx: the transmit queue; what it holds and was not sent counts as dropped
 * @rx: the receive queue; what it holds is lost
 *
 * Other queues and the link do not notice.
 *
 * Context: as for napier_start(); sleeps.
 * Return: false if the device does not let go of a ring. The queue is stopped
 * then, and the caller has to reset the device.
 */
bool napier_queue_restart(struct napier_net *nn, u32 i, bool tx, bool rx)
{
	bool off = true;

	napier_txq_stop(nn, i);
	if (rx && !napier_rx_ring_disable(nn, nn->cfg.rx[i]))
		off = false;
	if (tx && !napier_tx_ring_disable(nn, nn->cfg.tx[i]))
		off = false;
	/* It may still read and write what the ring says. */
	if (!off) {
		trace_napier_queue_restart(nn->ndev, i, tx, rx, false);
		return false;
	}

	napier_vector_disable(nn->nd->vec[i]);
	napier_txq_stop(nn, i);
	if (tx) {
		local_bh_disable();
		napier_tx_clean(nn->cfg.tx[i], 0);
		local_bh_enable();
		napier_tx_purge(nn->cfg.tx[i]);
	}
	if (rx)
		napier_rx_ring_rewind(nn->cfg.rx[i]);
	napier_pair_start(nn, i, tx, rx);
	nn->queue_restarts++;
	trace_napier_queue_restart(nn->ndev, i, tx, rx, true);

	return true;
}
