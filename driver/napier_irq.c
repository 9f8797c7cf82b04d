// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts: vectors, handlers, and the NAPI poll that they schedule.
 *
 * Depends on: napier_tx.c, napier_rx.c.
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

/* How long memory may stay short before a ring is tried again. */
#define NAPIER_REFILL_DELAY	msecs_to_jiffies(10)

/* Causes that are used without MSI-X. */
#define NAPIER_LEGACY_CAUSES	(NAPIER_ICR_TXDW | NAPIER_ICR_RXDW | \
				 NAPIER_ICR_RXDMT0 | NAPIER_ICR_LSC)

/**
 * napier_eitr_from_usecs - value of EITR for an interrupt interval
 * @nd: device
 * @usecs: shortest time between two interrupts of a vector, in microseconds
 *
 * Return: register value.
 */
u32 napier_eitr_from_usecs(const struct napier_dev *nd, u32 usecs)
{
	/* The emulated 82576 takes bits 14..1 as units of 1024 ns, where
	 * hardware counts microseconds in bits 14..2 (QEMU 10.0
	 * hw/net/igb_core.c, igb_set_eitr and igb_intrmgr_rearm_timer).
	 */
	if (nd->quirks & NAPIER_QUIRK_QEMU_EITR_1024)
		return min_t(u32, usecs * 1000 / 1024, 0x7ffe) & 0x7ffe;

	/* CNT_IGNR: keep the running countdown, only the interval changes. */
	return FIELD_PREP(NAPIER_EITR_INTERVAL,
			  min_t(u32, usecs, FIELD_MAX(NAPIER_EITR_INTERVAL))) |
	       NAPIER_EITR_CNT_IGNR;
}

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
		napier_wr32(vec->nd, NAPIER_IMS, NAPIER_LEGACY_CAUSES);
}

static irqreturn_t napier_irq_queue(int irq, void *data)
{
	struct napier_vector *vec = data;

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

	if (napier_is_gone(nd))
		return IRQ_HANDLED;

	if (icr & NAPIER_ICR_LSC)
		napier_irq_link_event(nd);

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

	if (icr & NAPIER_ICR_LSC)
		napier_irq_link_event(nd);

	/* Everything stays masked until the poll, or napier_irq_enable(),
	 * unmasks.
	 */
	napier_wr32(nd, NAPIER_IMC, ~0U);
	if (likely(READ_ONCE(vec->armed)))
		napi_schedule_irqoff(&vec->napi);

	return IRQ_HANDLED;
}

/* ---- bottom half ------------------------------------------------------- */

static int napier_poll(struct napi_struct *napi, int budget)
{
	struct napier_vector *vec = container_of(napi, struct napier_vector,
						 napi);
	int done;

	napier_tx_clean(vec->tx, budget);

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
	if (likely(napi_complete_done(napi, done)))
		napier_vector_unmask(vec);

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
		napier_wr32(vec->nd, NAPIER_IMS, NAPIER_LEGACY_CAUSES);
		napier_wr32(vec->nd, NAPIER_ICS, NAPIER_ICR_RXDW);
	}
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
 * napier_irq_program - route causes to vectors and set their intervals
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

	for (i = 0; i < nn->cfg.nr_queues; i++) {
		struct napier_vector *vec = nd->vec[i];

		vec->eitr = napier_eitr_from_usecs(nd, nn->coalesce_usecs);
		napier_wr32(nd, NAPIER_EITR(vec->entry), vec->eitr);
	}

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
		napier_wr32(nd, NAPIER_IMS, NAPIER_ICR_LSC);
	} else {
		napier_wr32(nd, NAPIER_IMS, NAPIER_LEGACY_CAUSES);
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
		min = 2;
		max = nd->board->queues + 1;
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
