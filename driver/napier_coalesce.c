// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupt moderation: how far apart the interrupts of a vector are.
 *
 * Depends on: nothing of this layer.
 *
 * A vector serves both rings of a queue pair and has one throttle, EITR: the
 * shortest time between two of its interrupts. The user has two wishes, one
 * for receiving and one for sending. Each direction has its own interval here,
 * fixed or chosen by net_dim, and the poll writes that of the direction that
 * gave it work to EITR, the shorter one if both did
 * (napier_irq.c, napier_vector_moderate()).
 *
 * A throttle does not delay the first interrupt after a pause that was longer
 * than it: a packet in each millisecond is told at once whatever the interval
 * (up to that millisecond).
 */
#include <linux/dim.h>
#include <linux/rtnetlink.h>

#include "napier.h"

/* Fixed interval until the user names another one: 100 us hold 149 frames of
 * minimum size at gigabit speed, under a third of the default ring.
 */
#define NAPIER_DEFAULT_USECS	100

/* Where net_dim begins, an index into its profiles: 64 us received, 32 us
 * sent. It has to see 64 interrupts before it moves.
 */
#define NAPIER_DIM_START	2

/* A frame of minimum size with preamble and gap, at gigabit speed. */
#define NAPIER_FRAME_NSECS	672

/* ---- units ------------------------------------------------------------- */

/**
 * napier_eitr_from_usecs - value of EITR for an interrupt interval
 * @nd: device
 * @usecs: shortest time between two interrupts of a vector, in microseconds;
 *	0 for none, more than NAPIER_MAX_USECS counts as that
 *
 * Return: register value; the longer the interval, the larger.
 */
u32 napier_eitr_from_usecs(const struct napier_dev *nd, u32 usecs)
{
	usecs = min(usecs, NAPIER_MAX_USECS);

	/* The emulated 82576 takes bits 14..1 as an even number of units of
	 * 1024 ns, where hardware counts microseconds in bits 14..2 (QEMU 10.0
	 * hw/net/igb_core.c, igb_set_eitr and igb_intrmgr_rearm_timer).
	 */
	if (nd->quirks & NAPIER_QUIRK_QEMU_EITR_1024)
		return usecs ? max(2 * DIV_ROUND_CLOSEST(usecs * 1000, 2048),
				   2U) : 0;

	/* CNT_IGNR: keep the running countdown, only the interval changes. */
	return FIELD_PREP(NAPIER_EITR_INTERVAL, usecs) | NAPIER_EITR_CNT_IGNR;
}

/**
 * napier_eitr_to_usecs - interval that a value of EITR makes
 * @nd: device
 * @eitr: from napier_eitr_from_usecs()
 *
 * Return: microseconds, rounded.
 */
u32 napier_eitr_to_usecs(const struct napier_dev *nd, u32 eitr)
{
	if (nd->quirks & NAPIER_QUIRK_QEMU_EITR_1024)
		return min(DIV_ROUND_CLOSEST(eitr * 1024, 1000),
			   NAPIER_MAX_USECS);

	return FIELD_GET(NAPIER_EITR_INTERVAL, eitr);
}

/* ---- adaptive ---------------------------------------------------------- */

/* What net_dim chooses for throughput may be too long for a small ring: a burst
 * of the shortest frames would fill it before anybody looks. Half of it is
 * left for the time until the poll.
 */
static u32 napier_dim_limit(u32 desc)
{
	return desc * NAPIER_FRAME_NSECS / NSEC_PER_USEC / 2;
}

/* Interval of a direction as it is wanted now: in microseconds. */
static u32 napier_moderation_usecs(struct napier_vector *vec,
				   struct napier_moderation *mod)
{
	struct net_device *ndev = vec->nd->netdev;
	struct napier_net *nn = netdev_priv(ndev);
	u32 usecs, limit;

	if (!READ_ONCE(mod->adaptive))
		return mod->usecs;

	if (mod == &vec->rx_mod) {
		usecs = net_dim_get_rx_irq_moder(ndev, &mod->dim).usec;
		limit = napier_dim_limit(READ_ONCE(nn->cfg.rx_desc));
	} else {
		usecs = net_dim_get_tx_irq_moder(ndev, &mod->dim).usec;
		limit = napier_dim_limit(READ_ONCE(nn->cfg.tx_desc));
	}

	return min(usecs, limit);
}

/* The next poll writes the register. */
static void napier_moderation_apply(struct napier_vector *vec,
				    struct napier_moderation *mod)
{
	u32 usecs = napier_moderation_usecs(vec, mod);

	WRITE_ONCE(mod->eitr, napier_eitr_from_usecs(vec->nd, usecs));
}

static void napier_dim_work(struct work_struct *work)
{
	struct napier_moderation *mod = container_of(work,
						     struct napier_moderation,
						     dim.work);

	/* Queued just before the user chose a fixed interval? */
	if (READ_ONCE(mod->adaptive))
		napier_moderation_apply(mod->dim.priv, mod);
	mod->dim.state = DIM_START_MEASURE;
}

static void napier_moderation_sample(struct napier_moderation *mod, u16 events,
				     u64 packets, u64 bytes)
{
	struct dim_sample sample = {};

	dim_update_sample(events, packets, bytes, &sample);
	net_dim(&mod->dim, &sample);
}

/**
 * napier_coalesce_sample - let net_dim look at what a vector did
 * @vec: the vector
 *
 * Context: NAPI, which is the only writer of the rings' counters. To be called
 * once in DIM_NEVENTS interrupts: with fewer, net_dim() decides nothing.
 */
void napier_coalesce_sample(struct napier_vector *vec)
{
	const struct napier_rx_stats *rx = &vec->rx->stats;
	const struct napier_tx_stats *tx = &vec->tx->stats;

	if (READ_ONCE(vec->rx_mod.adaptive))
		napier_moderation_sample(&vec->rx_mod, vec->events,
					 u64_stats_read(&rx->packets),
					 u64_stats_read(&rx->bytes));
	if (READ_ONCE(vec->tx_mod.adaptive))
		napier_moderation_sample(&vec->tx_mod, vec->events,
					 u64_stats_read(&tx->c.packets),
					 u64_stats_read(&tx->c.bytes));
}

static void napier_moderation_restart(struct napier_vector *vec,
				      struct napier_moderation *mod)
{
	cancel_work_sync(&mod->dim.work);
	mod->dim.state = DIM_START_MEASURE;
	napier_moderation_apply(vec, mod);
}

/**
 * napier_coalesce_restart - settle the intervals of a vector
 * @vec: the vector, its NAPI instance disabled
 *
 * What net_dim has measured is of the rings before, and its choice may be too
 * long for those that are there now.
 *
 * Context: as for napier_vector_enable(); sleeps.
 */
void napier_coalesce_restart(struct napier_vector *vec)
{
	napier_moderation_restart(vec, &vec->rx_mod);
	napier_moderation_restart(vec, &vec->tx_mod);

	vec->events = 0;
	vec->calm = 0;
	vec->eitr = min(vec->rx_mod.eitr, vec->tx_mod.eitr);
	napier_wr32(vec->nd, NAPIER_EITR(vec->entry), vec->eitr);
}

static void napier_moderation_init(struct napier_vector *vec,
				   struct napier_moderation *mod, bool is_tx)
{
	mod->usecs = NAPIER_DEFAULT_USECS;
	mod->adaptive = true;
	net_dim_setting(vec->nd->netdev, &mod->dim, is_tx);
	mod->dim.priv = vec;
	mod->dim.profile_ix = NAPIER_DIM_START;
	mod->dim.tune_state = DIM_GOING_RIGHT;
}

/**
 * napier_coalesce_init - default moderation for every vector
 * @nn: the interface, not registered yet
 *
 * Adaptive both ways. What net_dim chooses from can be changed through ethtool's
 * netlink interface (rx-profile, tx-profile).
 *
 * Return: 0 or -ENOMEM.
 */
int napier_coalesce_init(struct napier_net *nn)
{
	struct napier_dev *nd = nn->nd;
	int err;
	u32 i;

	err = net_dim_init_irq_moder(nn->ndev, DIM_PROFILE_RX | DIM_PROFILE_TX,
				     DIM_COALESCE_USEC,
				     DIM_CQ_PERIOD_MODE_START_FROM_EQE,
				     DIM_CQ_PERIOD_MODE_START_FROM_EQE,
				     napier_dim_work, napier_dim_work);
	if (err)
		return err;

	for (i = 0; i < nd->board->queues; i++) {
		napier_moderation_init(nd->vec[i], &nd->vec[i]->rx_mod, false);
		napier_moderation_init(nd->vec[i], &nd->vec[i]->tx_mod, true);
	}

	return 0;
}

/**
 * napier_coalesce_exit - undo napier_coalesce_init()
 * @nn: the interface, down and not registered any more
 *
 * Context: takes rtnl.
 */
void napier_coalesce_exit(struct napier_net *nn)
{
	struct napier_dev *nd = nn->nd;
	u32 i;

	/* The last polls may have queued them. */
	for (i = 0; i < nd->board->queues; i++) {
		cancel_work_sync(&nd->vec[i]->rx_mod.dim.work);
		cancel_work_sync(&nd->vec[i]->tx_mod.dim.work);
	}

	rtnl_lock();
	net_dim_free_irq_moder(nn->ndev);
	rtnl_unlock();
}

/* ---- ethtool ----------------------------------------------------------- */

/* What an interval becomes in the units of the device. */
static u32 napier_usecs_applied(const struct napier_dev *nd, u32 usecs)
{
	return napier_eitr_to_usecs(nd, napier_eitr_from_usecs(nd, usecs));
}

static int napier_moderation_check(const struct napier_vector *vec,
				   const char *what,
				   const struct napier_moderation *mod,
				   u32 usecs, bool adaptive,
				   struct netlink_ext_ack *extack)
{
	if (usecs > NAPIER_MAX_USECS) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "%s-usecs %u: at most %u", what,
				       usecs, NAPIER_MAX_USECS);
		return -EINVAL;
	}

	/* The core asks a second time if mode and value are set at once
	 * (net/ethtool/coalesce.c, ethnl_set_coalesce()): by then the value is
	 * the one that the device can.
	 */
	if (mod->adaptive && adaptive &&
	    napier_usecs_applied(vec->nd, usecs) != mod->usecs) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "%s-usecs can be set with adaptive-%s off",
				       what, what);
		return -EINVAL;
	}

	return 0;
}

static int napier_coalesce_check(const struct napier_vector *vec,
				 const struct ethtool_coalesce *ec,
				 struct netlink_ext_ack *extack)
{
	int err;

	err = napier_moderation_check(vec, "rx", &vec->rx_mod,
				      ec->rx_coalesce_usecs,
				      ec->use_adaptive_rx_coalesce, extack);
	if (err)
		return err;

	return napier_moderation_check(vec, "tx", &vec->tx_mod,
				       ec->tx_coalesce_usecs,
				       ec->use_adaptive_tx_coalesce, extack);
}

/* Change one direction under the nose of NAPI. What was asked for is kept as
 * the register can express it.
 */
static void napier_moderation_set(struct napier_vector *vec,
				  struct napier_moderation *mod, u32 usecs,
				  bool adaptive)
{
	mod->usecs = napier_usecs_applied(vec->nd, usecs);
	if (adaptive && mod->adaptive) {
		/* What net_dim chooses from may have changed. */
		napier_moderation_apply(vec, mod);
		return;
	}

	/* A work that NAPI queues from here on changes nothing, and after this
	 * none is running that might.
	 */
	WRITE_ONCE(mod->adaptive, false);
	cancel_work_sync(&mod->dim.work);
	if (!adaptive) {
		napier_moderation_apply(vec, mod);
		return;
	}

	mod->dim.state = DIM_START_MEASURE;
	WRITE_ONCE(mod->adaptive, true);
	napier_moderation_apply(vec, mod);
}

static void napier_coalesce_store(struct napier_vector *vec,
				  const struct ethtool_coalesce *ec)
{
	napier_moderation_set(vec, &vec->rx_mod, ec->rx_coalesce_usecs,
			      ec->use_adaptive_rx_coalesce);
	napier_moderation_set(vec, &vec->tx_mod, ec->tx_coalesce_usecs,
			      ec->use_adaptive_tx_coalesce);
}

/**
 * napier_coalesce_get - for ethtool -c
 * @nn: the interface
 * @queue: queue pair; all may differ
 * @ec: result. Intervals are those that hold while adaptive moderation is off.
 *
 * Context: rtnl, or the instance lock.
 */
void napier_coalesce_get(struct napier_net *nn, u32 queue,
			 struct ethtool_coalesce *ec)
{
	const struct napier_vector *vec = nn->nd->vec[queue];

	ec->rx_coalesce_usecs = vec->rx_mod.usecs;
	ec->tx_coalesce_usecs = vec->tx_mod.usecs;
	ec->use_adaptive_rx_coalesce = vec->rx_mod.adaptive;
	ec->use_adaptive_tx_coalesce = vec->tx_mod.adaptive;
}

/**
 * napier_coalesce_set - for ethtool -C
 * @nn: the interface
 * @first: first queue pair
 * @end: one after the last
 * @ec: wanted
 * @extack: reason of a refusal, or NULL
 *
 * Also for queue pairs that are not in use yet. Takes effect with the next
 * polls; nothing stops for it. The core fills in what the user did not name
 * from napier_coalesce_get() for @first, so that one decides what is refused.
 *
 * Context: rtnl, or the instance lock; sleeps.
 * Return: 0, or -EINVAL and nothing has changed.
 */
int napier_coalesce_set(struct napier_net *nn, u32 first, u32 end,
			const struct ethtool_coalesce *ec,
			struct netlink_ext_ack *extack)
{
	int err;
	u32 i;

	err = napier_coalesce_check(nn->nd->vec[first], ec, extack);
	if (err)
		return err;

	for (i = first; i < end; i++)
		napier_coalesce_store(nn->nd->vec[i], ec);

	return 0;
}
