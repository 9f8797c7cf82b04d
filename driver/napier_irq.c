// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts: vectors, handlers, and the NAPI poll that they schedule.
 *
 * Depends on: napier_tx.c, napier_rx.c, napier_coalesce.c.
 *
 * With MSI-X, table entry 0 serves the link and entry n + 1 queue pair n. With
 * MSI or INTx one vector serves everything and there is one queue pair.
 *
 * The top half does nothing but mask its vector and schedule NAPI; the bottom
 * half polls and, when the rings are empty, unmasks. Causes that arrive while a
 * vector is masked stay in EICR, and the unmasking write raises them, so
 * nothing has to be polled again after it.
 */
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/string_choices.h>

#include "napier.h"

#define NAPIER_ENTRY_OTHER	0
#define NAPIER_ENTRY_QUEUE(i)	((i) + 1)

/* Polls in a row after which a longer interval is believed. */
#define NAPIER_CALM		8

/* How long memory may stay short before a ring is tried again. */
#define NAPIER_REFILL_DELAY	msecs_to_jiffies(10)

/* How long an interrupt may take that was asked for. It comes in microseconds;
 * the rest is for a host that is too busy to let the guest run.
 */
#define NAPIER_IRQ_TEST_US	5000000

/* Causes that are used without MSI-X, besides those of the clock. */
#define NAPIER_LEGACY_CAUSES	(NAPIER_ICR_TXDW | NAPIER_ICR_RXDW | \
				 NAPIER_ICR_RXDMT0 | NAPIER_ICR_LSC)

/* ---- top half ---------------------------------------------------------- */

static void napier_vector_mask(struct napier_vector *vec)
{
	/* Hardware masks by itself (EIAM). The emulated 82576 does not know
	 * EIAM (QEMU 10.0 hw/net/igb_core.c, igb_msix_notify) and would go on
	 * sending interrupts while NAPI polls.
	 */
	if (vec->nd->quirks & NAPIER_QUIRK_QEMU_NO_EIAM)
		napier_wr32(vec->nd, NAPIER_EIMC, vec->eims);
}

static void napier_vector_unmask(struct napier_vector *vec)
{
	if (likely(vec->eims))
		napier_wr32(vec->nd, NAPIER_EIMS, vec->eims);
	else
		napier_wr32(vec->nd, NAPIER_IMS,
			    NAPIER_LEGACY_CAUSES | vec->nd->ptp.causes);
}

static irqreturn_t napier_irq_queue(int irq, void *data)
{
	struct napier_vector *vec = data;

	WRITE_ONCE(vec->fired, true);
	if (likely(READ_ONCE(vec->armed))) {
		napier_vector_mask(vec);
		napi_schedule_irqoff(&vec->napi);
	}

	return IRQ_HANDLED;
}

static void napier_irq_link_event(struct napier_dev *nd)
{
	mod_delayed_work(system_percpu_wq, &nd->service, 0);
}

static irqreturn_t napier_irq_other(int irq, void *data)
{
	struct napier_dev *nd = data;
	u32 icr = napier_rd32(nd, NAPIER_ICR);

	WRITE_ONCE(nd->other_fired, true);
	if (napier_is_gone(nd))
		return IRQ_HANDLED;

	if (icr & NAPIER_ICR_LSC)
		napier_irq_link_event(nd);
	if (icr & nd->ptp.causes)
		napier_stamp_irq(nd);

	napier_wr32(nd, NAPIER_EIMS, BIT(NAPIER_ENTRY_OTHER));

	return IRQ_HANDLED;
}

static irqreturn_t napier_irq_legacy(int irq, void *data)
{
	struct napier_dev *nd = data;
	struct napier_vector *vec = nd->vec[0];
	u32 icr = napier_rd32(nd, NAPIER_ICR);

	if (napier_is_gone(nd))
		return IRQ_NONE;
	if (nd->irq_mode == NAPIER_IRQ_INTX && !(icr & NAPIER_ICR_INT_ASSERTED))
		return IRQ_NONE;

	WRITE_ONCE(vec->fired, true);
	if (icr & NAPIER_ICR_LSC)
		napier_irq_link_event(nd);
	if (icr & nd->ptp.causes)
		napier_stamp_irq(nd);

	/* Everything stays masked until the poll, or napier_irq_enable(),
	 * unmasks.
	 */
	napier_wr32(nd, NAPIER_IMC, ~0U);
	if (likely(READ_ONCE(vec->armed)))
		napi_schedule_irqoff(&vec->napi);

	return IRQ_HANDLED;
}

/* ---- bottom half ------------------------------------------------------- */

/* Set the interval of the direction that had work, see napier_coalesce.c. A
 * shorter one at once; a longer one when it was right NAPIER_CALM times in a
 * row, so that directions that take turns do not cost a register write each
 * time. A poll that found nothing to do says nothing.
 */
static void napier_vector_moderate(struct napier_vector *vec, bool rx, bool tx)
{
	u32 eitr = U32_MAX;

	if (rx)
		eitr = READ_ONCE(vec->rx_mod.eitr);
	if (tx)
		eitr = min(eitr, READ_ONCE(vec->tx_mod.eitr));

	if (eitr == vec->eitr) {
		vec->calm = 0;
	} else if (eitr < vec->eitr ||
		   (eitr != U32_MAX && ++vec->calm >= NAPIER_CALM)) {
		vec->calm = 0;
		vec->eitr = eitr;
		napier_wr32(vec->nd, NAPIER_EITR(vec->entry), eitr);
	}

	if (++vec->events % DIM_NEVENTS == 0)
		napier_coalesce_sample(vec);
}

static int napier_poll(struct napi_struct *napi, int budget)
{
	struct napier_vector *vec = container_of(napi, struct napier_vector,
						 napi);
	bool cleaned;
	int done;

	cleaned = napier_tx_clean(vec->tx, budget);

	/* netpoll, with interrupts off: only make room for its own frames. */
	if (unlikely(!budget))
		return 0;

	done = napier_rx_poll(vec->rx, napi, budget);
	/* A ring without buffers raises no interrupt that would fill it. */
	if (unlikely(vec->rx->starved))
		schedule_delayed_work(&vec->nd->refill, NAPIER_REFILL_DELAY);
	if (done == budget)
		return budget;

	/* False: busy polling goes on without interrupts. */
	if (likely(napi_complete_done(napi, done))) {
		napier_vector_moderate(vec, done, cleaned);
		napier_vector_unmask(vec);
	}

	return done;
}

/**
 * napier_vector_add - create a vector's NAPI instance and tell the core
 * @nn: the interface
 * @idx: which vector; its queue pair has the same number
 *
 * Context: rtnl, on ops-locked kernels also the instance lock.
 */
void napier_vector_add(struct napier_net *nn, u32 idx)
{
	struct napier_vector *vec = nn->nd->vec[idx];

	netif_napi_add_config_locked(nn->ndev, &vec->napi, napier_poll, idx);
	netif_napi_set_irq_locked(&vec->napi, vec->irq);
	netif_queue_set_napi(nn->ndev, idx, NETDEV_QUEUE_TYPE_RX, &vec->napi);
	netif_queue_set_napi(nn->ndev, idx, NETDEV_QUEUE_TYPE_TX, &vec->napi);
}

/**
 * napier_vector_del - undo napier_vector_add()
 * @nn: the interface
 * @idx: which vector; disabled
 *
 * Context: as for napier_vector_add(); sleeps.
 */
void napier_vector_del(struct napier_net *nn, u32 idx)
{
	struct napier_vector *vec = nn->nd->vec[idx];

	netif_queue_set_napi(nn->ndev, idx, NETDEV_QUEUE_TYPE_RX, NULL);
	netif_queue_set_napi(nn->ndev, idx, NETDEV_QUEUE_TYPE_TX, NULL);
	netif_napi_del_locked(&vec->napi);
}

/**
 * napier_vector_enable - let a vector be polled
 * @vec: the vector, with both rings set
 *
 * Context: as for napier_vector_add().
 */
void napier_vector_enable(struct napier_vector *vec)
{
	napier_coalesce_restart(vec);
	napi_enable_locked(&vec->napi);
	WRITE_ONCE(vec->armed, true);
}

/**
 * napier_vector_disable - wait for the poll in progress and allow no other
 * @vec: the vector
 *
 * Interrupts that come in meanwhile leave the vector masked; whoever enables
 * it again kicks it.
 *
 * Context: as for napier_vector_add(); sleeps.
 */
void napier_vector_disable(struct napier_vector *vec)
{
	WRITE_ONCE(vec->armed, false);
	synchronize_irq(vec->irq);
	napi_disable_locked(&vec->napi);
}

/**
 * napier_irq_kick - make a vector fire
 * @vec: the vector
 *
 * Context: any.
 */
void napier_irq_kick(struct napier_vector *vec)
{
	if (vec->eims) {
		napier_wr32(vec->nd, NAPIER_EIMS, vec->eims);
		napier_wr32(vec->nd, NAPIER_EICS, vec->eims);
	} else {
		napier_wr32(vec->nd, NAPIER_IMS,
			    NAPIER_LEGACY_CAUSES | vec->nd->ptp.causes);
		napier_wr32(vec->nd, NAPIER_ICS, NAPIER_ICR_RXDW);
	}
}

static bool napier_irq_all_fired(const struct napier_net *nn)
{
	const struct napier_dev *nd = nn->nd;
	u32 i;

	for (i = 0; i < nn->cfg.nr_queues; i++)
		if (!READ_ONCE(nd->vec[i]->fired))
			return false;

	return !napier_is_msix(nd) || READ_ONCE(nd->other_fired);
}

static void napier_irq_test_failed(const struct napier_net *nn,
				   const char *name)
{
	netdev_err(nn->ndev,
		   "self-test: interrupt %s: expected one, none came in %u s\n",
		   name, NAPIER_IRQ_TEST_US / (u32)USEC_PER_SEC);
}

/**
 * napier_irq_test - does every vector in use reach its handler?
 * @nn: the interface, its vectors requested
 *
 * Each is made to fire by software. Traffic goes on; an interrupt that it
 * raises shows the same. Vectors that nobody arms need napier_irq_disable()
 * afterwards.
 *
 * Context: process, under the lock of the configuration; sleeps for as long as
 * the interrupts take, some seconds at most.
 * Return: 0, -EIO if one did not come, which is named in the log, or -ENODEV.
 */
int napier_irq_test(struct napier_net *nn)
{
	struct napier_dev *nd = nn->nd;
	bool all;
	u32 i;

	for (i = 0; i < nn->cfg.nr_queues; i++) {
		WRITE_ONCE(nd->vec[i]->fired, false);
		napier_irq_kick(nd->vec[i]);
	}
	if (napier_is_msix(nd)) {
		WRITE_ONCE(nd->other_fired, false);
		napier_wr32(nd, NAPIER_EIMS, BIT(NAPIER_ENTRY_OTHER));
		napier_wr32(nd, NAPIER_EICS, BIT(NAPIER_ENTRY_OTHER));
	}

	read_poll_timeout(napier_irq_all_fired, all, all || napier_is_gone(nd),
			  200, NAPIER_IRQ_TEST_US, false, nn);
	if (napier_is_gone(nd))
		return -ENODEV;
	if (all)
		return 0;

	for (i = 0; i < nn->cfg.nr_queues; i++)
		if (!READ_ONCE(nd->vec[i]->fired))
			napier_irq_test_failed(nn, napier_is_msix(nd) ?
						   nd->vec[i]->name :
						   nd->other_name);
	if (napier_is_msix(nd) && !READ_ONCE(nd->other_fired))
		napier_irq_test_failed(nn, nd->other_name);

	return -EIO;
}

/**
 * napier_refill_work - poll the rings again that could not be refilled
 * @work: napier_dev.refill
 */
void napier_refill_work(struct work_struct *work)
{
	struct napier_dev *nd = container_of(to_delayed_work(work),
					     struct napier_dev, refill);
	u32 i;

	for (i = 0; i < nd->board->queues; i++) {
		struct napier_vector *vec = nd->vec[i];

		if (READ_ONCE(vec->armed))
			napier_irq_kick(vec);
	}
}

/* ---- registers --------------------------------------------------------- */

static void napier_ivar_set(struct napier_dev *nd, u32 queue, bool tx,
			    u8 entry)
{
	u32 row, shift;

	if (nd->quirks & NAPIER_QUIRK_IVAR_COLUMNS) {
		row = queue % 8;
		shift = queue / 8 * 16;
	} else {
		row = queue / 2;
		shift = queue % 2 * 16;
	}
	if (tx)
		shift += 8;

	napier_rmw32(nd, NAPIER_IVAR(row), NAPIER_IVAR_ENTRY << shift,
		     (entry | NAPIER_IVAR_VALID) << shift);
}

/* EICR bits of the link vector and of all queue pairs in use. */
static u32 napier_eims_all(const struct napier_net *nn)
{
	return GENMASK(nn->cfg.nr_queues, 0);
}

/**
 * napier_irq_program - route causes to vectors
 * @nn: the interface
 *
 * Every vector in use is in EIAC. On the emulated 82576 one that is not would
 * fire once and never again (QEMU 10.0 hw/net/igb_core.c,
 * igb_raise_interrupts); there EIAC can also only be added to, which does no
 * harm: a vector without a queue stays masked.
 */
void napier_irq_program(struct napier_net *nn)
{
	struct napier_dev *nd = nn->nd;
	u32 i;

	if (!napier_is_msix(nd)) {
		/* Vectors that could not be requested may have been programmed
		 * before, by an earlier ifup: back to the state after a reset.
		 */
		napier_wr32(nd, NAPIER_EIMC, ~0U);
		napier_wr32(nd, NAPIER_EIAC, 0);
		napier_wr32(nd, NAPIER_EIAM, 0);
		napier_wr32(nd, NAPIER_GPIE, 0);
		/* Sets a bit of EICR besides, which EIMS keeps to itself. */
		if (nd->quirks & NAPIER_QUIRK_QEMU_TXDW_IVAR)
			napier_ivar_set(nd, 0, true, 0);
		return;
	}

	/* First of all: the other registers take no values before it. NSICR
	 * lets a read of ICR clear it, without which the emulated 82576
	 * reports one link change and no second.
	 */
	napier_wr32(nd, NAPIER_GPIE, NAPIER_GPIE_MULTIPLE_MSIX |
		    NAPIER_GPIE_PBA | NAPIER_GPIE_EIAME | NAPIER_GPIE_NSICR);
	napier_wr32(nd, NAPIER_IVAR_MISC,
		    (NAPIER_ENTRY_OTHER | NAPIER_IVAR_VALID) <<
		    NAPIER_IVAR_MISC_OTHER_SHIFT);

	for (i = 0; i < nn->cfg.nr_queues; i++) {
		napier_ivar_set(nd, i, false, nd->vec[i]->entry);
		napier_ivar_set(nd, i, true, nd->vec[i]->entry);
	}

	napier_wr32(nd, NAPIER_EIAC, napier_eims_all(nn));
	napier_wr32(nd, NAPIER_EIAM, napier_eims_all(nn));
}

/**
 * napier_irq_enable - unmask every vector in use
 * @nn: the interface
 */
void napier_irq_enable(struct napier_net *nn)
{
	struct napier_dev *nd = nn->nd;

	if (napier_is_msix(nd)) {
		napier_wr32(nd, NAPIER_EIMS, napier_eims_all(nn));
		napier_wr32(nd, NAPIER_IMS, NAPIER_ICR_LSC | nd->ptp.causes);
	} else {
		napier_wr32(nd, NAPIER_IMS,
			    NAPIER_LEGACY_CAUSES | nd->ptp.causes);
	}
}

/**
 * napier_irq_disable - mask everything and wait for handlers in progress
 * @nn: the interface
 *
 * Context: may sleep.
 */
void napier_irq_disable(struct napier_net *nn)
{
	struct napier_dev *nd = nn->nd;
	u32 i;

	if (napier_is_msix(nd))
		napier_wr32(nd, NAPIER_EIMC, napier_eims_all(nn));
	napier_wr32(nd, NAPIER_IMC, ~0U);
	napier_flush(nd);

	if (nd->other_irq)
		synchronize_irq(nd->other_irq);
	for (i = 0; i < nn->cfg.nr_queues; i++)
		if (nd->vec[i]->irq)
			synchronize_irq(nd->vec[i]->irq);
}

/* ---- allocation -------------------------------------------------------- */

static void napier_irq_setup_vectors(struct napier_dev *nd)
{
	int node = dev_to_node(&nd->pdev->dev);
	u32 i;

	for (i = 0; i < nd->board->queues; i++) {
		struct napier_vector *vec = nd->vec[i];

		vec->entry = napier_is_msix(nd) ? NAPIER_ENTRY_QUEUE(i) : 0;
		vec->eims = napier_is_msix(nd) ? BIT(vec->entry) : 0;
		vec->spread = false;
		cpumask_clear(&vec->affinity);
		cpumask_set_cpu(cpumask_local_spread(i, node), &vec->affinity);
	}
}

/* Allocate vectors of one type. 0 or a negative errno. */
static int napier_irq_try(struct napier_dev *nd, enum napier_irq_mode mode)
{
	static const struct {
		unsigned int flag;
		const char *name;
	} types[] = {
		[NAPIER_IRQ_MSIX] = { PCI_IRQ_MSIX, "MSI-X" },
		[NAPIER_IRQ_MSI]  = { PCI_IRQ_MSI, "MSI" },
		[NAPIER_IRQ_INTX] = { PCI_IRQ_INTX, "INTx" },
	};
	int min = 1, max = 1, n;

	if (mode == NAPIER_IRQ_MSIX) {
		min = NAPIER_MIN_VECTORS;
		max = nd->vector_limit;
	}

	n = pci_alloc_irq_vectors(nd->pdev, min, max, types[mode].flag);
	if (n < 0)
		return n;

	nd->irq_mode = mode;
	nd->num_vectors = n;
	napier_irq_setup_vectors(nd);
	dev_info(&nd->pdev->dev, "%s, %d vector%s\n", types[mode].name, n,
		 str_plural(n));

	return 0;
}

static int napier_irq_alloc(struct napier_dev *nd, enum napier_irq_mode from)
{
	enum napier_irq_mode mode;
	int err = -ENOSPC;

	for (mode = from; mode <= NAPIER_IRQ_INTX; mode++) {
		err = napier_irq_try(nd, mode);
		if (!err)
			return 0;
	}

	nd->irq_mode = NAPIER_IRQ_NONE;
	nd->num_vectors = 0;
	dev_err(&nd->pdev->dev, "no interrupt to be had: %pe\n", ERR_PTR(err));

	return err;
}

/**
 * napier_irq_most_vectors - how many vectors could be of use
 * @nd: device
 *
 * Return: what MSI-X table and queues of the part allow; less than
 * NAPIER_MIN_VECTORS if there is no MSI-X.
 */
u32 napier_irq_most_vectors(const struct napier_dev *nd)
{
	int count = pci_msix_vec_count(nd->pdev);

	return min_t(u32, nd->board->queues + 1, max(count, 0));
}

/**
 * napier_irq_init - allocate interrupt vectors and their structures
 * @nd: device, identified
 *
 * MSI-X if there are at least two vectors, else MSI, else INTx.
 *
 * Context: probe; may sleep.
 * Return: 0 or a negative errno.
 */
int napier_irq_init(struct napier_dev *nd)
{
	int node = dev_to_node(&nd->pdev->dev);
	int err;
	u32 i;

	for (i = 0; i < nd->board->queues; i++) {
		nd->vec[i] = kzalloc_node(sizeof(*nd->vec[i]), GFP_KERNEL,
					  node);
		if (!nd->vec[i]) {
			err = -ENOMEM;
			goto free_vec;
		}
		nd->vec[i]->nd = nd;
		nd->vec[i]->index = i;
	}

	nd->vector_limit = max(napier_irq_most_vectors(nd),
			       NAPIER_MIN_VECTORS);
	err = napier_irq_alloc(nd, NAPIER_IRQ_MSIX);
	if (err)
		goto free_vec;

	return 0;

free_vec:
	while (i--) {
		kfree(nd->vec[i]);
		nd->vec[i] = NULL;
	}
	return err;
}

/**
 * napier_irq_exit - undo napier_irq_init()
 * @nd: device, with no interrupt requested
 */
void napier_irq_exit(struct napier_dev *nd)
{
	u32 i;

	pci_free_irq_vectors(nd->pdev);
	for (i = 0; i < nd->board->queues; i++) {
		kfree(nd->vec[i]);
		nd->vec[i] = NULL;
	}
}

/**
 * napier_irq_downgrade - go on with the next simpler type of interrupt
 * @nd: device, with no interrupt requested
 *
 * Return: 0, or a negative errno if there is none left.
 */
int napier_irq_downgrade(struct napier_dev *nd)
{
	if (nd->irq_mode >= NAPIER_IRQ_INTX)
		return -ENOSPC;

	pci_free_irq_vectors(nd->pdev);

	return napier_irq_alloc(nd, nd->irq_mode + 1);
}

/**
 * napier_irq_realloc - allocate the vectors anew
 * @nd: device, with no interrupt requested
 * @limit: so many at most, from NAPIER_MIN_VECTORS
 *
 * MSI-X is tried again, even if it could not be had before. If nothing would
 * change, nothing is done, so that interrupts keep their numbers and affinity.
 *
 * Context: as for napier_start().
 * Return: 0 or a negative errno.
 */
int napier_irq_realloc(struct napier_dev *nd, u32 limit)
{
	if (napier_is_msix(nd) && limit == nd->vector_limit)
		return 0;

	nd->vector_limit = limit;
	pci_free_irq_vectors(nd->pdev);

	return napier_irq_alloc(nd, NAPIER_IRQ_MSIX);
}

/**
 * napier_irq_max_queues - queue pairs that there are vectors for
 * @nd: device
 *
 * Return: at least 1.
 */
u32 napier_irq_max_queues(const struct napier_dev *nd)
{
	if (!napier_is_msix(nd))
		return 1;

	return min_t(u32, nd->board->queues, nd->num_vectors - 1);
}

/**
 * napier_irq_map_queues - let each CPU send where its completions come in
 * @nn: the interface
 *
 * The default of XPS, once for each transmit queue, so that what the
 * administrator sets stays. None if there are fewer queues than CPUs: those
 * that share one are better spread by the flows' hashes. It follows the default
 * affinity of the interrupts.
 *
 * To be called whenever the number of queues has changed: the core forgets the
 * map of a queue that goes.
 *
 * Context: rtnl; sleeps.
 */
void napier_irq_map_queues(struct napier_net *nn)
{
	u32 i, nr = nn->cfg.nr_queues;

	/* Else CPUs that go offline would make room for the default. */
	if (nr == nn->nd->mapped_for)
		return;
	nn->nd->mapped_for = nr;

	for (i = 0; i < nn->nd->board->queues; i++) {
		struct napier_vector *vec = nn->nd->vec[i];

		if (i >= nr)
			vec->mapped = false;
		else if (nr > 1 && nr >= num_online_cpus() && !vec->mapped)
			vec->mapped = !netif_set_xps_queue(nn->ndev,
							   &vec->affinity, i);
	}
}

static void napier_irq_name_vector(struct napier_vector *vec)
{
	snprintf(vec->name, sizeof(vec->name), "%s-TxRx-%u",
		 vec->nd->netdev->name, vec->index);
}

/**
 * napier_irq_rename - give the interrupts the interface's current name
 * @nd: device
 *
 * /proc/interrupts shows whatever stands at the address that request_irq() was
 * given, so writing there is all it takes.
 */
void napier_irq_rename(struct napier_dev *nd)
{
	u32 i;

	strscpy(nd->other_name, nd->netdev->name, sizeof(nd->other_name));
	for (i = 0; i < nd->board->queues; i++)
		napier_irq_name_vector(nd->vec[i]);
}

/**
 * napier_irq_request_other - request the link's interrupt
 * @nd: device
 *
 * Return: 0 or a negative errno.
 */
int napier_irq_request_other(struct napier_dev *nd)
{
	int irq, err;

	if (!napier_is_msix(nd))
		return 0;

	irq = pci_irq_vector(nd->pdev, NAPIER_ENTRY_OTHER);
	err = request_irq(irq, napier_irq_other, 0, nd->other_name, nd);
	if (!err)
		nd->other_irq = irq;

	return err;
}

/**
 * napier_irq_free_other - undo napier_irq_request_other()
 * @nd: device
 */
void napier_irq_free_other(struct napier_dev *nd)
{
	if (nd->other_irq)
		free_irq(nd->other_irq, nd);
	nd->other_irq = 0;
}

static int napier_irq_request_one(struct napier_vector *vec)
{
	struct napier_dev *nd = vec->nd;
	int irq = pci_irq_vector(nd->pdev, vec->entry);
	int err;

	if (napier_is_msix(nd))
		err = request_irq(irq, napier_irq_queue, 0, vec->name, vec);
	else
		err = request_irq(irq, napier_irq_legacy,
				  nd->irq_mode == NAPIER_IRQ_INTX ?
				  IRQF_SHARED : 0, nd->other_name, nd);
	if (err)
		return err;

	vec->irq = irq;
	if (!napier_is_msix(nd))
		return 0;

	/* Once only. The core keeps an affinity that was set, by us or by the
	 * administrator, over free_irq() and request_irq().
	 */
	if (vec->spread)
		irq_update_affinity_hint(irq, &vec->affinity);
	else
		irq_set_affinity_and_hint(irq, &vec->affinity);
	vec->spread = true;

	return 0;
}

/**
 * napier_irq_free - undo napier_irq_request()
 * @nd: device
 * @first: first vector
 * @end: one after the last
 */
void napier_irq_free(struct napier_dev *nd, u32 first, u32 end)
{
	u32 i;

	for (i = first; i < end; i++) {
		struct napier_vector *vec = nd->vec[i];

		if (!vec->irq)
			continue;
		if (napier_is_msix(nd)) {
			irq_update_affinity_hint(vec->irq, NULL);
			free_irq(vec->irq, vec);
		} else {
			free_irq(vec->irq, nd);
		}
		vec->irq = 0;
	}
}

/**
 * napier_irq_request - request the interrupts of some vectors
 * @nd: device
 * @first: first vector
 * @end: one after the last
 *
 * Context: may sleep.
 * Return: 0, or a negative errno and none of them is requested.
 */
int napier_irq_request(struct napier_dev *nd, u32 first, u32 end)
{
	int err;
	u32 i;

	for (i = first; i < end; i++) {
		err = napier_irq_request_one(nd->vec[i]);
		if (err) {
			napier_irq_free(nd, first, i);
			return err;
		}
	}

	return 0;
}
