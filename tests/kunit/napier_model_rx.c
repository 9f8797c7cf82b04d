// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the model receives: it fills the buffers that the driver posted, a step
 * at a time, and writes the descriptor back, DD last.
 *
 * Depends on: napier_model_dma.c, napier_model_irq.c.
 */
#include <linux/crc32.h>

#include "napier_model.h"

static u32 napier_model_rx_size(struct napier_model *m, u32 q)
{
	return m->regs[NAPIER_RDLEN(q) / 4] / sizeof(union napier_rx_desc);
}

static union napier_rx_desc *napier_model_rx_desc(struct napier_model *m,
						  u32 q, u32 i)
{
	dma_addr_t base = m->regs[NAPIER_RDBAL(q) / 4] |
			  (u64)m->regs[NAPIER_RDBAH(q) / 4] << 32;
	union napier_rx_desc *ring = napier_model_bus_to_virt(m, base);

	return ring ? ring + i : NULL;
}

static bool napier_model_rx_enabled(struct napier_model *m, u32 q)
{
	return !m->gone && napier_model_rx_size(m, q) &&
	       (m->regs[NAPIER_RCTL / 4] & NAPIER_RCTL_EN) &&
	       (m->regs[NAPIER_RXDCTL(q) / 4] & NAPIER_DCTL_ENABLE);
}

/**
 * napier_model_rx_free - descriptors that the device may fill
 * @m: the model
 * @q: queue
 *
 * Return: the number.
 */
u32 napier_model_rx_free(struct napier_model *m, u32 q)
{
	u32 size = napier_model_rx_size(m, q);

	if (!size || !napier_model_rx_enabled(m, q))
		return 0;
	return (m->regs[NAPIER_RDT(q) / 4] - m->rx[q].head) & (size - 1);
}

/* Does the FCS stay? On some parts both have to be told. */
static bool napier_model_rx_keeps_fcs(struct napier_model *m, u32 q)
{
	if (m->regs[NAPIER_RCTL / 4] & NAPIER_RCTL_SECRC)
		return false;

	return !napier_model_since_i350(m) ||
	       !(m->regs[NAPIER_DVMOLR(q) / 4] & NAPIER_DVMOLR_STRCRC);
}

/* The next bytes of a frame and, after its last, of its FCS. */
static void napier_model_rx_copy(struct napier_model_rx *f, u8 *to, u32 len)
{
	u32 of_data = f->sent < f->len ? min(len, f->len - f->sent) : 0;
	__le32 fcs;

	memcpy(to, f->data + f->sent, of_data);
	f->sent += of_data;
	if (of_data == len)
		return;
	fcs = cpu_to_le32(~crc32_le(~0, f->data, f->len));
	memcpy(to + of_data, (u8 *)&fcs + f->sent - f->len, len - of_data);
	f->sent += len - of_data;
}

/* Everything of the write-back but DD. */
static void napier_model_rx_fill(struct napier_model *m, u32 q,
				 union napier_rx_desc *desc,
				 struct napier_model_rx *f, bool dd)
{
	u32 room = FIELD_GET(NAPIER_SRRCTL_BSIZEPKT,
			     m->regs[NAPIER_SRRCTL(q) / 4]) * SZ_1K;
	dma_addr_t addr = le64_to_cpu(desc->read.pkt_addr);
	void *to = napier_model_bus_to_virt(m, addr);
	struct napier_rx_stamp stamp;
	u32 len, status, front = 0;
	bool eop;

	if (!f->sent)
		f->stamp = napier_model_ptp_in_buffer(m, q, &stamp);
	if (!f->sent && f->stamp)
		front = sizeof(stamp);
	len = min(room - front, f->len + f->tail - f->sent);
	eop = f->sent + len == f->len + f->tail;
	status = f->status | (eop ? NAPIER_RXD_STAT_EOP : 0);
	if (f->stamp)
		status |= NAPIER_RXD_STAT_TSIP;

	if (FIELD_GET(NAPIER_SRRCTL_DESCTYPE, m->regs[NAPIER_SRRCTL(q) / 4]) !=
	    NAPIER_SRRCTL_ADV_ONEBUF)
		napier_model_fault(m, "descriptor type of queue %u", q);
	if (desc->read.hdr_addr)
		napier_model_fault(m, "a buffer is posted with DD or length");
	if (!to) {
		napier_model_fault(m, "a buffer at %pad is posted", &addr);
		return;
	}
	if (front)
		memcpy(to, &stamp, sizeof(stamp));
	napier_model_rx_copy(f, to + front, len);

	desc->wb.pkt_info = cpu_to_le32(eop ? f->pkt_info : 0);
	desc->wb.rss_hash = cpu_to_le32(eop ? f->hash : 0);
	desc->wb.length = cpu_to_le16(front + len);
	desc->wb.vlan = (__force __le16)(eop ? f->vlan : 0);
	/* The order in which the driver may see it. */
	dma_wmb();
	if (dd)
		status |= NAPIER_RXD_STAT_DD;
	WRITE_ONCE(desc->wb.status_error, cpu_to_le32(status));
}

static int napier_model_rx_write(struct napier_model *m, u32 q,
				 struct napier_model_rx *f, bool dd)
{
	u32 size = napier_model_rx_size(m, q);
	u32 slot = m->rx[q].head;
	int err = -ENOBUFS;

	lockdep_assert_held(&m->lock);
	/* RLPML counts tags and FCS. */
	if (f->len + ETH_FCS_LEN > m->regs[NAPIER_RLPML / 4] &&
	    !(m->regs[NAPIER_RCTL / 4] & NAPIER_RCTL_SBP))
		return -EMSGSIZE;
	if (!f->sent)
		f->tail = napier_model_rx_keeps_fcs(m, q) ? ETH_FCS_LEN : 0;
	if (napier_model_rx_free(m, q)) {
		napier_model_rx_fill(m, q, napier_model_rx_desc(m, q, slot), f,
				     dd);
		m->rx[q].head = (slot + 1) & (size - 1);
		m->regs[NAPIER_RDH(q) / 4] = m->rx[q].head;
		return slot;
	}
	if (m->regs[NAPIER_SRRCTL(q) / 4] & NAPIER_SRRCTL_DROP_EN)
		m->regs[NAPIER_RQDPC(q) / 4]++;

	return err;
}

/**
 * napier_model_rx_step - fill one buffer
 * @m: the model
 * @q: queue
 * @f: a frame that comes in; @f->sent says how far it got
 *
 * The interrupt is raised with the last one.
 *
 * Context: process.
 * Return: the slot, -ENOBUFS without a buffer, -EMSGSIZE for a frame longer
 * than the driver allows.
 */
int napier_model_rx_step(struct napier_model *m, u32 q,
			 struct napier_model_rx *f)
{
	int slot;

	spin_lock_irq(&m->lock);
	slot = napier_model_rx_write(m, q, f, true);
	if (slot >= 0 && f->sent == f->len + f->tail)
		napier_model_cause(m, q, false);
	spin_unlock_irq(&m->lock);

	return slot;
}

/**
 * napier_model_rx_torn - fill one buffer, but leave out DD
 * @m: the model
 * @q: queue
 * @f: a frame that comes in
 *
 * The driver is interrupted all the same: it must not take it yet.
 *
 * Return: as napier_model_rx_step(); napier_model_rx_mend() sets DD.
 */
int napier_model_rx_torn(struct napier_model *m, u32 q,
			 struct napier_model_rx *f)
{
	int slot;

	spin_lock_irq(&m->lock);
	slot = napier_model_rx_write(m, q, f, false);
	if (slot >= 0)
		napier_model_cause(m, q, false);
	spin_unlock_irq(&m->lock);

	return slot;
}

/**
 * napier_model_rx_mend - set DD after all
 * @m: the model
 * @q: queue
 * @slot: from napier_model_rx_torn()
 */
void napier_model_rx_mend(struct napier_model *m, u32 q, u32 slot)
{
	union napier_rx_desc *desc;

	spin_lock_irq(&m->lock);
	desc = napier_model_rx_desc(m, q, slot);
	WRITE_ONCE(desc->wb.status_error,
		   desc->wb.status_error | cpu_to_le32(NAPIER_RXD_STAT_DD));
	napier_model_cause(m, q, false);
	spin_unlock_irq(&m->lock);
}

/**
 * napier_model_rx - a whole frame comes in
 * @m: the model
 * @q: queue
 * @f: the frame
 *
 * Context: process. The interrupt, if not held, has been served on return.
 * Return: number of buffers, or as napier_model_rx_step() after which it
 * did not fit: a device drops the rest then, too.
 */
int napier_model_rx(struct napier_model *m, u32 q, struct napier_model_rx *f)
{
	int slot, n = 0;

	f->sent = 0;
	do {
		slot = napier_model_rx_step(m, q, f);
		if (slot < 0)
			return slot;
		n++;
	} while (f->sent < f->len + f->tail);

	return n;
}
