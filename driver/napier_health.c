// SPDX-License-Identifier: GPL-2.0-only
/*
 * When something hangs: who notices, what is told to devlink, and the ladder of
 * remedies.
 *
 *	a transmit queue hangs		restart that queue, then the device,
 *					then the PCI function
 *	an interrupt was lost		make the vector fire, then restart the
 *					receive queue, then the device
 *	the device does not answer	enable it and reset the PCI function
 *
 * A remedy that had to be used less than a minute ago did not help, and the
 * next one is taken; after the last one the device is reset again. Each report
 * goes to its devlink health reporter, which keeps a dump of the state before
 * the remedy and can be told not to act (devlink health set ... auto_recover
 * false).
 *
 * Whoever notices sets a bit and queues napier_dev.health.work; everything else
 * happens there. Locks: the devlink instance, then rtnl, then the instance
 * lock.
 *
 * Depends on: napier_reconfig.c, napier_irq.c.
 */
#include <linux/delay.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>

#include "napier.h"
#include "napier_trace.h"

/* An interrupt that has not come after so long was lost. */
#define NAPIER_LOST		HZ

/* A remedy that is needed again within this time did not help. */
#define NAPIER_RELAPSE		(60 * HZ)

/* A device that is being pulled may answer in its configuration space for a
 * moment longer than in its registers. One that is reset then keeps the PCI
 * core waiting for a minute.
 */
#define NAPIER_GONE_PAUSE_MS	500

/* Descriptors in a dump, from the first one that is not clean. */
#define NAPIER_DUMP_DESC	16

static void napier_health_lock(struct napier_dev *nd)
{
	napier_awake_get(nd);
	rtnl_lock();
	netdev_lock(nd->netdev);
}

static void napier_health_unlock(struct napier_dev *nd)
{
	netdev_unlock(nd->netdev);
	rtnl_unlock();
	napier_awake_put(nd);
}

/* Was that done less than a minute ago? 0 stands for never. */
static bool napier_relapse(u64 when)
{
	return when && time_before64(get_jiffies_64(), when + NAPIER_RELAPSE);
}

static u64 napier_health_now(void)
{
	return get_jiffies_64();
}

/* Queue pairs whose rings are live, under the locks of the configuration. */
static u32 napier_health_queues(struct napier_net *nn)
{
	return nn->up ? nn->cfg.nr_queues : 0;
}

/* ---- the ladder -------------------------------------------------------- */

/* Under the locks of the configuration. */
static void napier_recover_device(struct napier_net *nn)
{
	netdev_warn(nn->ndev, "resetting the device\n");
	trace_napier_reset_begin(nn->ndev, NAPIER_RESET_HANG);
	napier_reset(nn);
	nn->nd->health.device_reset = napier_health_now();
}

/* Is it the function's turn? A report that cannot be answered would end all
 * automatic recovery (devlink_health_recover_abort()), so a device that goes on
 * hanging is reset for ever.
 */
static bool napier_recover_needs_function(const struct napier_health *h)
{
	return napier_relapse(h->device_reset) &&
	       !napier_relapse(h->function_reset);
}

/* The last step, under none of those locks: the callbacks of the PCI driver
 * take them. trylock, because whoever holds the lock of the PCI device may be
 * waiting for this work.
 */
static int napier_recover_function(struct napier_dev *nd,
				   struct netlink_ext_ack *extack)
{
	int err;

	dev_warn(&nd->pdev->dev, "resetting the PCI function\n");
	nd->health.function_reset = napier_health_now();
	napier_awake_get(nd);
	err = pci_try_reset_function(nd->pdev);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "the function cannot be reset");
	else if (napier_is_gone(nd))
		err = -ENODEV;
	napier_awake_put(nd);

	return err;
}

/* Take the next step for the queues of a report, which are @ctx. Without one the
 * user asks, for whatever is known to hang. @remedy says whether the queues need
 * no more than what it did.
 */
static int napier_recover(struct napier_dev *nd,
			  bool (*remedy)(struct napier_net *nn,
					 unsigned long queues),
			  const unsigned long *ctx, unsigned long *known,
			  struct netlink_ext_ack *extack)
{
	struct napier_net *nn = netdev_priv(nd->netdev);
	unsigned long queues = ctx ? *ctx : READ_ONCE(*known);
	bool function = false;
	int err = 0;

	napier_health_lock(nd);
	if (napier_is_gone(nd)) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		err = -ENODEV;
	} else if (!remedy(nn, queues)) {
		function = napier_recover_needs_function(&nd->health);
		if (!function)
			napier_recover_device(nn);
	}
	napier_health_unlock(nd);

	if (function) {
		err = napier_recover_function(nd, extack);
		/* It is held by somebody, or has no reset. */
		if (err && !napier_is_gone(nd)) {
			napier_health_lock(nd);
			napier_recover_device(nn);
			napier_health_unlock(nd);
			err = 0;
		}
	}
	if (!err)
		WRITE_ONCE(*known, 0);

	return err;
}

/* Under the locks of the configuration. */
static void napier_show_queues(struct devlink_fmsg *fmsg,
			       struct napier_net *nn, unsigned long queues,
			       void (*show)(struct devlink_fmsg *fmsg,
					    struct napier_net *nn, u32 i))
{
	u32 i;

	devlink_fmsg_arr_pair_nest_start(fmsg, "queues");
	for (i = 0; i < napier_health_queues(nn); i++) {
		if (!(queues & BIT(i)))
			continue;
		devlink_fmsg_obj_nest_start(fmsg);
		show(fmsg, nn, i);
		devlink_fmsg_obj_nest_end(fmsg);
	}
	devlink_fmsg_arr_pair_nest_end(fmsg);
}

/* ---- transmit ---------------------------------------------------------- */

/* Restart the queues in @queues. False if a queue needs more than that. */
static bool napier_recover_tx_queues(struct napier_net *nn,
				     unsigned long queues)
{
	bool cured = true;
	u32 i;

	for (i = 0; i < napier_health_queues(nn); i++) {
		struct napier_vector *vec = nn->nd->vec[i];

		if (!(queues & BIT(i)))
			continue;
		if (napier_relapse(vec->tx_restart)) {
			cured = false;
			continue;
		}
		vec->tx_restart = napier_health_now();
		netdev_warn(nn->ndev, "restarting TX queue %u\n", i);
		if (!napier_queue_restart(nn, i, true, false))
			cured = false;
	}

	return cured;
}

static int napier_tx_recover(struct devlink_health_reporter *reporter,
			     void *ctx, struct netlink_ext_ack *extack)
{
	struct napier_dev *nd = devlink_health_reporter_priv(reporter);

	return napier_recover(nd, napier_recover_tx_queues, ctx,
			      &nd->health.tx_known, extack);
}

static void napier_tx_state(struct devlink_fmsg *fmsg, struct napier_net *nn,
			    u32 i)
{
	struct napier_tx_ring *tx = nn->cfg.tx[i];
	struct napier_dev *nd = nn->nd;
	u8 q = tx->reg_idx;

	devlink_fmsg_u32_pair_put(fmsg, "queue", i);
	devlink_fmsg_bool_pair_put(fmsg, "stopped",
				   netif_tx_queue_stopped(tx->txq));
	devlink_fmsg_u32_pair_put(fmsg, "descriptors", tx->size);
	devlink_fmsg_u32_pair_put(fmsg, "next_to_use",
				  READ_ONCE(tx->next_to_use));
	devlink_fmsg_u32_pair_put(fmsg, "rung", READ_ONCE(tx->rung));
	devlink_fmsg_u32_pair_put(fmsg, "last_report",
				  READ_ONCE(tx->last_rs));
	devlink_fmsg_u32_pair_put(fmsg, "clean_to", READ_ONCE(tx->rs_done));
	devlink_fmsg_u32_pair_put(fmsg, "TDH",
				  napier_rd32(nd, NAPIER_TDH(q)));
	devlink_fmsg_u32_pair_put(fmsg, "TDT",
				  napier_rd32(nd, NAPIER_TDT(q)));
	devlink_fmsg_u32_pair_put(fmsg, "TXDCTL",
				  napier_rd32(nd, NAPIER_TXDCTL(q)));
}

/* What the hardware saw, from the first descriptor that it has not finished. */
static void napier_tx_unfinished(struct devlink_fmsg *fmsg,
				 const struct napier_tx_ring *tx)
{
	u16 i = (READ_ONCE(tx->rs_done) + 1) & tx->mask;
	u16 end = READ_ONCE(tx->next_to_use);
	u32 n;

	devlink_fmsg_arr_pair_nest_start(fmsg, "unfinished");
	for (n = 0; n < NAPIER_DUMP_DESC && i != end; n++) {
		devlink_fmsg_obj_nest_start(fmsg);
		devlink_fmsg_u32_pair_put(fmsg, "descriptor", i);
		devlink_fmsg_binary_pair_put(fmsg, "data", &tx->desc[i],
					     sizeof(tx->desc[i]));
		devlink_fmsg_obj_nest_end(fmsg);
		i = (i + 1) & tx->mask;
	}
	devlink_fmsg_arr_pair_nest_end(fmsg);
}

static void napier_tx_state_dump(struct devlink_fmsg *fmsg,
				 struct napier_net *nn, u32 i)
{
	napier_tx_state(fmsg, nn, i);
	napier_tx_unfinished(fmsg, nn->cfg.tx[i]);
}

static void napier_tx_show(struct napier_dev *nd, struct devlink_fmsg *fmsg,
			   unsigned long queues,
			   void (*show)(struct devlink_fmsg *fmsg,
					struct napier_net *nn, u32 i))
{
	napier_health_lock(nd);
	napier_show_queues(fmsg, netdev_priv(nd->netdev), queues, show);
	napier_health_unlock(nd);
}

static int napier_tx_dump(struct devlink_health_reporter *reporter,
			  struct devlink_fmsg *fmsg, void *ctx,
			  struct netlink_ext_ack *extack)
{
	napier_tx_show(devlink_health_reporter_priv(reporter), fmsg,
		       ctx ? *(unsigned long *)ctx : ULONG_MAX,
		       napier_tx_state_dump);

	return 0;
}

static int napier_tx_diagnose(struct devlink_health_reporter *reporter,
			      struct devlink_fmsg *fmsg,
			      struct netlink_ext_ack *extack)
{
	napier_tx_show(devlink_health_reporter_priv(reporter), fmsg,
		       ULONG_MAX, napier_tx_state);

	return 0;
}

static const struct devlink_health_reporter_ops napier_tx_reporter = {
	.name		= "tx",
	.recover	= napier_tx_recover,
	.dump		= napier_tx_dump,
	.diagnose	= napier_tx_diagnose,
};

/* ---- receive ----------------------------------------------------------- */

static bool napier_recover_rx_queues(struct napier_net *nn,
				     unsigned long queues)
{
	bool cured = true;
	u32 i;

	for (i = 0; i < napier_health_queues(nn); i++) {
		struct napier_vector *vec = nn->nd->vec[i];

		if (!(queues & BIT(i)))
			continue;
		if (!napier_relapse(vec->kicked)) {
			vec->kicked = napier_health_now();
			napier_irq_kick(vec);
		} else if (!napier_relapse(vec->rx_restart)) {
			vec->rx_restart = napier_health_now();
			netdev_warn(nn->ndev, "restarting RX queue %u\n", i);
			if (!napier_queue_restart(nn, i, false, true))
				cured = false;
		} else {
			cured = false;
		}
	}

	return cured;
}

static int napier_rx_recover(struct devlink_health_reporter *reporter,
			     void *ctx, struct netlink_ext_ack *extack)
{
	struct napier_dev *nd = devlink_health_reporter_priv(reporter);

	return napier_recover(nd, napier_recover_rx_queues, ctx,
			      &nd->health.rx_known, extack);
}

static void napier_rx_state(struct devlink_fmsg *fmsg, struct napier_net *nn,
			    u32 i)
{
	struct napier_rx_ring *rx = nn->cfg.rx[i];
	struct napier_vector *vec = nn->nd->vec[i];
	struct napier_dev *nd = nn->nd;
	u8 q = rx->reg_idx;

	devlink_fmsg_u32_pair_put(fmsg, "queue", i);
	devlink_fmsg_u32_pair_put(fmsg, "descriptors", rx->size);
	devlink_fmsg_u32_pair_put(fmsg, "next_to_clean",
				  READ_ONCE(rx->next_to_clean));
	devlink_fmsg_u32_pair_put(fmsg, "next_to_use",
				  READ_ONCE(rx->next_to_use));
	devlink_fmsg_bool_pair_put(fmsg, "frame_waits", napier_rx_pending(rx));
	devlink_fmsg_bool_pair_put(fmsg, "starved", READ_ONCE(rx->starved));
	devlink_fmsg_bool_pair_put(fmsg, "polled",
				   test_bit(NAPI_STATE_SCHED,
					    &vec->napi.state));
	devlink_fmsg_u32_pair_put(fmsg, "RDH",
				  napier_rd32(nd, NAPIER_RDH(q)));
	devlink_fmsg_u32_pair_put(fmsg, "RDT",
				  napier_rd32(nd, NAPIER_RDT(q)));
	devlink_fmsg_u32_pair_put(fmsg, "RXDCTL",
				  napier_rd32(nd, NAPIER_RXDCTL(q)));
	devlink_fmsg_u32_pair_put(fmsg, "SRRCTL",
				  napier_rd32(nd, NAPIER_SRRCTL(q)));
}

static void napier_rx_show(struct napier_dev *nd, struct devlink_fmsg *fmsg,
			   unsigned long queues)
{
	napier_health_lock(nd);
	devlink_fmsg_u32_pair_put(fmsg, "EIMS",
				  napier_rd32(nd, NAPIER_EIMS));
	devlink_fmsg_u32_pair_put(fmsg, "RCTL",
				  napier_rd32(nd, NAPIER_RCTL));
	napier_show_queues(fmsg, netdev_priv(nd->netdev), queues,
			   napier_rx_state);
	napier_health_unlock(nd);
}

static int napier_rx_dump(struct devlink_health_reporter *reporter,
			  struct devlink_fmsg *fmsg, void *ctx,
			  struct netlink_ext_ack *extack)
{
	napier_rx_show(devlink_health_reporter_priv(reporter), fmsg,
		       ctx ? *(unsigned long *)ctx : ULONG_MAX);

	return 0;
}

static int napier_rx_diagnose(struct devlink_health_reporter *reporter,
			      struct devlink_fmsg *fmsg,
			      struct netlink_ext_ack *extack)
{
	napier_rx_show(devlink_health_reporter_priv(reporter), fmsg,
		       ULONG_MAX);

	return 0;
}

static const struct devlink_health_reporter_ops napier_rx_reporter = {
	.name		= "rx",
	.recover	= napier_rx_recover,
	.dump		= napier_rx_dump,
	.diagnose	= napier_rx_diagnose,
};

/* ---- the device -------------------------------------------------------- */

static int napier_hw_bring_back(struct napier_dev *nd,
				struct netlink_ext_ack *extack)
{
	struct pci_dev *pdev = nd->pdev;
	int err;

	/* It came back by another way. */
	if (!napier_is_gone(nd))
		return 0;
	/* Whoever handles an error of the bus brings the device back. */
	if (pci_channel_offline(pdev)) {
		NL_SET_ERR_MSG_MOD(extack, "the bus reports an error");
		return -EBUSY;
	}
	if (!pci_device_is_present(pdev)) {
		NL_SET_ERR_MSG_MOD(extack, "the device is not there");
		return -ENODEV;
	}

	/* Its memory decoding may have been switched off. */
	err = pci_reenable_device(pdev);
	if (err)
		return err;
	pci_set_master(pdev);

	return napier_recover_function(nd, extack);
}

static int napier_hw_recover(struct devlink_health_reporter *reporter,
			     void *ctx, struct netlink_ext_ack *extack)
{
	struct napier_dev *nd = devlink_health_reporter_priv(reporter);
	int err;

	napier_awake_get(nd);
	err = napier_hw_bring_back(nd, extack);
	napier_awake_put(nd);

	return err;
}

static void napier_hw_show(struct napier_dev *nd, struct devlink_fmsg *fmsg)
{
	struct pci_dev *pdev = nd->pdev;
	u16 command = 0, status = 0;

	napier_awake_get(nd);
	devlink_fmsg_bool_pair_put(fmsg, "present",
				   pci_device_is_present(pdev));
	devlink_fmsg_bool_pair_put(fmsg, "registers_open",
				   !napier_is_gone(nd));
	pci_read_config_word(pdev, PCI_COMMAND, &command);
	pcie_capability_read_word(pdev, PCI_EXP_DEVSTA, &status);
	devlink_fmsg_u32_pair_put(fmsg, "PCI_COMMAND", command);
	devlink_fmsg_u32_pair_put(fmsg, "PCI_EXP_DEVSTA", status);
	devlink_fmsg_u32_pair_put(fmsg, "STATUS",
				  napier_rd32(nd, NAPIER_STATUS));
	devlink_fmsg_u32_pair_put(fmsg, "CTRL", napier_rd32(nd, NAPIER_CTRL));
	devlink_fmsg_u32_pair_put(fmsg, "CTRL_EXT",
				  napier_rd32(nd, NAPIER_CTRL_EXT));
	napier_awake_put(nd);
}

static int napier_hw_dump(struct devlink_health_reporter *reporter,
			  struct devlink_fmsg *fmsg, void *ctx,
			  struct netlink_ext_ack *extack)
{
	napier_hw_show(devlink_health_reporter_priv(reporter), fmsg);

	return 0;
}

static int napier_hw_diagnose(struct devlink_health_reporter *reporter,
			      struct devlink_fmsg *fmsg,
			      struct netlink_ext_ack *extack)
{
	napier_hw_show(devlink_health_reporter_priv(reporter), fmsg);

	return 0;
}

static const struct devlink_health_reporter_ops napier_hw_reporter = {
	.name		= "hw",
	.recover	= napier_hw_recover,
	.dump		= napier_hw_dump,
	.diagnose	= napier_hw_diagnose,
};

/* ---- noticing ---------------------------------------------------------- */

static void napier_health_event(struct napier_dev *nd)
{
	queue_work(system_percpu_wq, &nd->health.work);
}

/**
 * napier_health_tx_hang - a transmit queue has finished nothing for long
 * @nd: device
 * @queue: which
 *
 * Context: any.
 */
void napier_health_tx_hang(struct napier_dev *nd, u32 queue)
{
	set_bit(queue, &nd->health.tx_new);
	napier_health_event(nd);
}

static void napier_health_heal(struct devlink_health_reporter *reporter)
{
	devlink_health_reporter_state_update(reporter,
					     DEVLINK_HEALTH_REPORTER_STATE_HEALTHY);
}

/**
 * napier_health_back - the device answers again, whoever saw to that
 * @nd: device, its rings empty
 *
 * A remedy that failed because the device was away would be the last one:
 * devlink tries none for a reporter that is in error.
 *
 * Context: process, after a reset or a sleep; devlink instance registered.
 */
void napier_health_back(struct napier_dev *nd)
{
	WRITE_ONCE(nd->health.tx_known, 0);
	WRITE_ONCE(nd->health.rx_known, 0);
	napier_health_heal(nd->health.tx);
	napier_health_heal(nd->health.rx);
	napier_health_heal(nd->health.hw);
}

/* Has a vector something to do that nobody is doing? Not if interrupts are put
 * off on purpose (defer-hard-irqs, irq-suspend-timeout): a timer polls then.
 * Rings stay while dead_lock is held.
 */
static bool napier_vector_forgotten(struct napier_net *nn, u32 i)
{
	struct napier_vector *vec = nn->nd->vec[i];
	struct napier_rx_ring *rx = nn->cfg.rx[i];
	struct napier_tx_ring *tx = nn->cfg.tx[i];
	bool forgotten;
	u64 mark;

	if (!rx || !tx || !READ_ONCE(vec->armed) ||
	    test_bit(NAPI_STATE_SCHED, &vec->napi.state) ||
	    hrtimer_active(&vec->napi.timer) ||
	    !(napier_rx_pending(rx) || napier_tx_finished(tx))) {
		vec->mark = 0;
		return false;
	}

	/* With the number of polls, for a ring may have gone round. */
	mark = BIT_ULL(63) | (u64)READ_ONCE(vec->events) << 32 |
	       (u32)READ_ONCE(tx->rs_done) << 16 |
	       READ_ONCE(rx->next_to_clean);
	if (mark == vec->mark &&
	    time_before(jiffies, vec->marked + NAPIER_LOST))
		return false;

	/* What is done about it needs its time, too. */
	forgotten = mark == vec->mark;
	vec->mark = mark;
	vec->marked = jiffies;

	return forgotten;
}

/**
 * napier_health_look - notice interrupts that were lost, and frames that no link
 *	will carry
 * @nn: the interface
 *
 * To be called once a second, or more often: what waited a second ago and
 * still waits, with nobody polling, was not told of. Hardware stops sending
 * when the link goes away; what it holds then would be minutes old when it
 * comes back.
 *
 * Context: process.
 */
void napier_health_look(struct napier_net *nn)
{
	bool carrier = netif_carrier_ok(nn->ndev);
	struct napier_dev *nd = nn->nd;
	bool event = false;
	u32 i;

	spin_lock_bh(&nn->dead_lock);
	for (i = 0; i < nd->board->queues; i++) {
		if (napier_vector_forgotten(nn, i)) {
			set_bit(i, &nd->health.rx_new);
			event = true;
		}
		if (!carrier && nn->cfg.tx[i] &&
		    napier_tx_pending(nn->cfg.tx[i])) {
			set_bit(i, &nd->health.tx_flush);
			event = true;
		}
	}
	spin_unlock_bh(&nn->dead_lock);

	if (event)
		napier_health_event(nd);
}

/* Nothing is wrong with these, so nothing is reported. */
static void napier_health_flush(struct napier_dev *nd, unsigned long queues)
{
	struct napier_net *nn = netdev_priv(nd->netdev);
	u32 i;

	napier_health_lock(nd);
	if (!netif_carrier_ok(nd->netdev) && !napier_is_gone(nd))
		for (i = 0; i < napier_health_queues(nn); i++)
			if ((queues & BIT(i)) &&
			    napier_tx_pending(nn->cfg.tx[i]) &&
			    !napier_queue_restart(nn, i, true, false)) {
				napier_recover_device(nn);
				break;
			}
	napier_health_unlock(nd);
}

static void napier_health_report(struct devlink_health_reporter *reporter,
				 const char *what, unsigned long queues)
{
	char msg[64];

	snprintf(msg, sizeof(msg), "%s, queues %*pbl", what,
		 NAPIER_MAX_QUEUES, &queues);
	devlink_health_report(reporter, msg, &queues);
}

static void napier_health_work(struct work_struct *work)
{
	struct napier_health *h = container_of(work, struct napier_health,
					       work);
	struct napier_dev *nd = container_of(h, struct napier_dev, health);
	unsigned long queues;

	if (xchg(&h->gone, false) && napier_is_gone(nd)) {
		/* What else was noticed goes with it. */
		xchg(&h->tx_new, 0);
		xchg(&h->rx_new, 0);
		msleep(NAPIER_GONE_PAUSE_MS);
		/* The user, or a handler of errors, may have been faster. */
		if (napier_is_gone(nd))
			devlink_health_report(h->hw,
					      "the device does not answer",
					      NULL);
		return;
	}

	queues = xchg(&h->tx_flush, 0);
	if (queues)
		napier_health_flush(nd, queues);

	queues = xchg(&h->tx_new, 0);
	if (queues) {
		WRITE_ONCE(h->tx_known, h->tx_known | queues);
		napier_health_report(h->tx, "nothing is sent", queues);
	}

	queues = xchg(&h->rx_new, 0);
	if (queues) {
		WRITE_ONCE(h->rx_known, h->rx_known | queues);
		trace_napier_irq_lost(nd->netdev, queues);
		netdev_warn(nd->netdev, "lost interrupt of queues %*pbl\n",
			    NAPIER_MAX_QUEUES, &queues);
		napier_health_report(h->rx, "interrupt lost", queues);
	}
}

/* ---- life -------------------------------------------------------------- */

/**
 * napier_health_init - create the reporters
 * @nd: device, its network device not registered yet
 *
 * Nothing is reported before napier_health_start().
 *
 * Context: probe.
 * Return: 0 or a negative errno.
 */
int napier_health_init(struct napier_dev *nd)
{
	struct devlink *devlink = priv_to_devlink(nd);
	struct napier_health *h = &nd->health;

	INIT_WORK(&h->work, napier_health_work);
	disable_work(&h->work);

	h->tx = devlink_health_reporter_create(devlink, &napier_tx_reporter,
					       nd);
	if (IS_ERR(h->tx))
		return PTR_ERR(h->tx);
	h->rx = devlink_health_reporter_create(devlink, &napier_rx_reporter,
					       nd);
	if (IS_ERR(h->rx))
		goto destroy_tx;
	h->hw = devlink_health_reporter_create(devlink, &napier_hw_reporter,
					       nd);
	if (IS_ERR(h->hw))
		goto destroy_rx;

	return 0;

destroy_rx:
	devlink_health_reporter_destroy(h->rx);
	h->rx = h->hw;
destroy_tx:
	devlink_health_reporter_destroy(h->tx);
	return PTR_ERR(h->rx);
}

/**
 * napier_health_exit - undo napier_health_init()
 * @nd: device, after napier_health_stop(), its network device unregistered
 */
void napier_health_exit(struct napier_dev *nd)
{
	devlink_health_reporter_destroy(nd->health.hw);
	devlink_health_reporter_destroy(nd->health.rx);
	devlink_health_reporter_destroy(nd->health.tx);
}

/**
 * napier_health_start - begin to report and to act
 * @nd: device, its devlink instance just registered
 */
void napier_health_start(struct napier_dev *nd)
{
	enable_and_queue_work(system_percpu_wq, &nd->health.work);
}

/**
 * napier_health_stop - undo napier_health_start()
 * @nd: device, its devlink instance about to be unregistered
 *
 * Context: sleeps until a remedy in progress has come to its end.
 */
void napier_health_stop(struct napier_dev *nd)
{
	disable_work_sync(&nd->health.work);
}
