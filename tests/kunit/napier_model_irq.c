// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model's interrupts: causes, masks, routing, and messages, which arrive in
 * hard interrupt context by way of an irq_work.
 *
 * Written from the driver's documentation of the device (docs/datapath.md,
 * "Interrupts and NAPI") for hardware, not for the emulator: EIAM masks.
 *
 * Depends on: napier_model.c.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>

#include "napier_model.h"

#define NAPIER_MODEL_IVAR_OTHER_SHIFT	8

static void napier_model_deliver(struct irq_work *work)
{
	struct napier_model *m = container_of(work, struct napier_model,
					      irq_work);
	unsigned long flags;
	u32 pending;
	int i;

	spin_lock_irqsave(&m->lock, flags);
	pending = m->hold ? 0 : m->pending;
	m->pending &= ~pending;
	spin_unlock_irqrestore(&m->lock, flags);

	for (i = 0; i < m->vectors; i++)
		if (pending & BIT(i))
			generic_handle_irq_safe(m->virq[i]);
}

/**
 * napier_model_irq_init - prepare
 * @m: the model
 */
void napier_model_irq_init(struct napier_model *m)
{
	init_irq_work(&m->irq_work, napier_model_deliver);
}

static void napier_model_send(struct napier_model *m, u32 entry)
{
	m->messages[entry]++;
	if (m->lost_messages & BIT(entry))
		return;
	m->pending |= BIT(entry);
	if (!m->hold)
		irq_work_queue(&m->irq_work);
}

/**
 * napier_model_update - send what causes and masks call for
 * @m: the model, locked
 */
void napier_model_update(struct napier_model *m)
{
	u32 gpie = m->regs[NAPIER_GPIE / 4];
	u32 fire, entry;

	if (!m->msix_on) {
		if (m->icr & m->ims)
			napier_model_send(m, 0);
		return;
	}

	fire = m->eicr & m->eims;
	for (entry = 0; entry < m->vectors; entry++) {
		if (!(fire & BIT(entry)))
			continue;
		if ((gpie & NAPIER_GPIE_EIAME) &&
		    (m->regs[NAPIER_EIAM / 4] & BIT(entry)))
			m->eims &= ~BIT(entry);
		if (m->regs[NAPIER_EIAC / 4] & BIT(entry))
			m->eicr &= ~BIT(entry);
		napier_model_send(m, entry);
	}
}

/**
 * napier_model_release - deliver what was held
 * @m: the model
 */
void napier_model_release(struct napier_model *m)
{
	unsigned long flags;

	spin_lock_irqsave(&m->lock, flags);
	m->hold = false;
	if (m->pending)
		irq_work_queue(&m->irq_work);
	spin_unlock_irqrestore(&m->lock, flags);
	irq_work_sync(&m->irq_work);
}

/* The IVAR entry of a queue. The 82576 has a row for the queues n and n + 8,
 * later parts one for 2n and 2n + 1; in each half the low byte is receive.
 */
static u8 napier_model_ivar(struct napier_model *m, u32 queue, bool tx)
{
	u32 row, shift;

	if (m->board == NAPIER_BOARD_82576) {
		row = queue & 7;
		shift = queue & 8 ? 16 : 0;
	} else {
		row = queue >> 1;
		shift = queue & 1 ? 16 : 0;
	}

	return m->regs[NAPIER_IVAR(row) / 4] >> (shift + (tx ? 8 : 0));
}

/**
 * napier_model_cause - a queue has something to tell
 * @m: the model, locked
 * @queue: which
 * @tx: its transmit side
 */
void napier_model_cause(struct napier_model *m, u32 queue, bool tx)
{
	u8 entry;

	if (!m->msix_on) {
		m->icr |= tx ? NAPIER_ICR_TXDW : NAPIER_ICR_RXDW;
	} else {
		entry = napier_model_ivar(m, queue, tx);
		if (!(entry & NAPIER_IVAR_VALID))
			return;
		m->eicr |= BIT(entry & ~NAPIER_IVAR_VALID);
	}
	napier_model_update(m);
}

/**
 * napier_model_cause_other - something other than a queue has
 * @m: the model, locked
 * @icr: cause
 */
void napier_model_cause_other(struct napier_model *m, u32 icr)
{
	u8 entry = m->regs[NAPIER_IVAR_MISC / 4] >>
		   NAPIER_MODEL_IVAR_OTHER_SHIFT;

	m->icr |= icr;
	if (m->msix_on && (m->ims & icr) && (entry & NAPIER_IVAR_VALID))
		m->eicr |= BIT(entry & ~NAPIER_IVAR_VALID);
	napier_model_update(m);
}

/**
 * napier_model_icr_read - ICR
 * @m: the model, locked
 *
 * Return: what a read gives; it clears.
 */
u32 napier_model_icr_read(struct napier_model *m)
{
	u32 icr = m->icr;

	if (icr & m->ims)
		icr |= NAPIER_ICR_INT_ASSERTED;
	m->icr = 0;

	return icr;
}

/* ---- vectors: real Linux interrupts of no controller ----------------------- */

int napier_model_alloc_vectors(struct pci_dev *pdev, u32 min, u32 max,
			       unsigned int flags)
{
	struct napier_model *m = container_of(pdev, struct napier_model, pdev);
	int have = 1, i;

	if (flags & PCI_IRQ_MSIX)
		have = m->max_vectors;
	else if ((flags & PCI_IRQ_MSI) && !m->msi)
		have = 0;
	if (have < (int)min)
		return -ENOSPC;
	have = min_t(int, have, max);

	for (i = 0; i < have; i++) {
		int virq = irq_alloc_desc(NUMA_NO_NODE);

		if (virq < 0) {
			napier_model_free_vectors(pdev);
			return virq;
		}
		irq_set_chip_and_handler(virq, &dummy_irq_chip,
					 handle_simple_irq);
		irq_modify_status(virq, IRQ_NOREQUEST | IRQ_NOAUTOEN, 0);
		m->virq[i] = virq;
		m->vectors = i + 1;
	}
	m->msix_on = flags & PCI_IRQ_MSIX;

	return have;
}

void napier_model_free_vectors(struct pci_dev *pdev)
{
	struct napier_model *m = container_of(pdev, struct napier_model, pdev);
	int n = m->vectors;

	m->vectors = 0;
	irq_work_sync(&m->irq_work);
	while (n--)
		irq_free_desc(m->virq[n]);
}

int napier_model_vector(struct pci_dev *pdev, unsigned int nr)
{
	struct napier_model *m = container_of(pdev, struct napier_model, pdev);

	return nr < m->vectors ? m->virq[nr] : -EINVAL;
}

int napier_model_vector_count(struct pci_dev *pdev)
{
	struct napier_model *m = container_of(pdev, struct napier_model, pdev);

	return m->msix_table;
}
