// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the model sends: it reads descriptors when the test tells it to, and
 * reports them when the test tells it to, which may be much later, in batches,
 * or out of step between queues.
 *
 * Depends on: napier_model_dma.c, napier_model_irq.c.
 */
#include <linux/slab.h>

#include "napier_model.h"

static u32 napier_model_tx_size(struct napier_model *m, u32 q)
{
	return m->regs[NAPIER_TDLEN(q) / 4] / sizeof(struct napier_tx_desc);
}

static struct napier_tx_desc *napier_model_tx_desc(struct napier_model *m,
						   u32 q, u32 i)
{
	dma_addr_t base = m->regs[NAPIER_TDBAL(q) / 4] |
			  (u64)m->regs[NAPIER_TDBAH(q) / 4] << 32;
	struct napier_tx_desc *ring = napier_model_bus_to_virt(m, base);

	return ring ? ring + i : NULL;
}

static bool napier_model_tx_enabled(struct napier_model *m, u32 q)
{
	return !m->gone && napier_model_tx_size(m, q) &&
	       (m->regs[NAPIER_TCTL / 4] & NAPIER_TCTL_EN) &&
	       (m->regs[NAPIER_TXDCTL(q) / 4] & NAPIER_DCTL_ENABLE);
}

/**
 * napier_model_tx_waiting - descriptors that the device knows of and has not read
 * @m: the model
 * @q: queue
 *
 * Return: the number.
 */
u32 napier_model_tx_waiting(struct napier_model *m, u32 q)
{
	u32 size = napier_model_tx_size(m, q);

	if (!size)
		return 0;
	return (m->regs[NAPIER_TDT(q) / 4] - m->tx[q].head) & (size - 1);
}

/* A context descriptor. */
static void napier_model_tx_context(struct napier_model *m, u32 q,
				    const struct napier_tx_desc *desc)
{
	const struct napier_tx_ctx_desc *ctx = (const void *)desc;
	struct napier_model_txq *tx = &m->tx[q];
	u32 idx = FIELD_GET(NAPIER_TXC_IDX, le32_to_cpu(ctx->mss_l4len_idx));

	if (le32_to_cpu(ctx->type_tucmd) & NAPIER_TXD_RS)
		napier_model_fault(m, "report asked for on a context");
	tx->ctx[idx] = *ctx;
	tx->ctx_valid[idx] = true;
	tx->fresh_contexts++;
}

/* Read what a data descriptor points to. */
static void napier_model_tx_data(struct napier_model *m,
				 struct napier_model_frame *f, dma_addr_t addr,
				 u32 len)
{
	const void *from = napier_model_bus_to_virt(m, addr);

	if (!len)
		napier_model_fault(m, "data descriptor without data");
	if (!napier_model_mapped(m, addr, len) || !from) {
		napier_model_fault(m, "reads %u bytes at %pad: not mapped", len,
				   &addr);
		return;
	}
	if (f->parts == NAPIER_MODEL_PARTS ||
	    f->len + len > NAPIER_MODEL_FRAME_MAX) {
		napier_model_fault(m, "frame of %u bytes in %u pieces, and more",
				   f->len, f->parts);
		return;
	}
	f->part[f->parts].addr = addr;
	f->part[f->parts++].len = len;
	memcpy(f->data + f->len, from, len);
	f->len += len;
}

/* What a device takes on trust, and sends nonsense if it is wrong. */
static void napier_model_tx_check(struct napier_model *m, u32 q,
				  struct napier_model_frame *f)
{
	struct napier_model_txq *tx = &m->tx[q];
	u32 idx = FIELD_GET(NAPIER_TXD_IDX, f->olinfo);
	u32 paylen = FIELD_GET(NAPIER_TXD_PAYLEN, f->olinfo);
	u32 headers = 0;

	if (!(f->cmd & NAPIER_TXD_DEXT) ||
	    (!(f->cmd & NAPIER_TXD_IFCS) && !m->no_fcs))
		napier_model_fault(m, "data descriptor with command %#x",
				   f->cmd);
	if (f->olinfo & NAPIER_TXD_CC) {
		if (!tx->ctx_valid[idx])
			napier_model_fault(m, "context %u is used, not set",
					   idx);
		f->ctx = tx->ctx[idx];
	} else if (f->cmd & (NAPIER_TXD_TSE | NAPIER_TXD_VLE)) {
		napier_model_fault(m, "offload without a context");
	}
	if (f->cmd & NAPIER_TXD_TSE) {
		u32 lens = le32_to_cpu(f->ctx.vlan_macip_lens);
		u32 mss = le32_to_cpu(f->ctx.mss_l4len_idx);

		headers = FIELD_GET(NAPIER_TXC_MACLEN, lens) +
			  FIELD_GET(NAPIER_TXC_IPLEN, lens) +
			  FIELD_GET(NAPIER_TXC_L4LEN, mss);
	}
	if (paylen + headers != f->len)
		napier_model_fault(m, "frame of %u bytes said to have %u + %u",
				   f->len, headers, paylen);
	f->contexts = tx->fresh_contexts;
	tx->fresh_contexts = 0;
}

/* Read the frame that begins at the head: its context, if any, and all its
 * data. Return the number of descriptors, 0 if it is not complete.
 */
static u32 napier_model_tx_frame(struct napier_model *m, u32 q,
				 struct napier_model_frame *f)
{
	u32 waiting = napier_model_tx_waiting(m, q);
	u32 size = napier_model_tx_size(m, q);
	u32 n, i = m->tx[q].head;

	for (n = 1; n <= waiting; n++, i = (i + 1) & (size - 1)) {
		struct napier_tx_desc *desc = napier_model_tx_desc(m, q, i);
		u32 cmd = le32_to_cpu(desc->cmd_type_len);
		u32 olinfo = le32_to_cpu(desc->olinfo_status);

		switch (FIELD_GET(NAPIER_TXD_DTYP, cmd)) {
		case NAPIER_TXD_DTYP_CTX:
			if (f->descs)
				napier_model_fault(m, "context amid a frame");
			napier_model_tx_context(m, q, desc);
			continue;
		case NAPIER_TXD_DTYP_DATA:
			break;
		default:
			napier_model_fault(m, "descriptor %u of type %lu", i,
					   FIELD_GET(NAPIER_TXD_DTYP, cmd));
			return 0;
		}
		if (olinfo & NAPIER_TXD_STAT_DD)
			napier_model_fault(m, "descriptor %u has DD set", i);
		if (!f->descs++) {
			f->olinfo = olinfo;
			f->cmd = cmd;
		} else if ((cmd ^ f->cmd) & NAPIER_TXD_IFCS) {
			napier_model_fault(m, "half a frame wants an FCS");
		}
		napier_model_tx_data(m, f, le64_to_cpu(desc->addr),
				     FIELD_GET(NAPIER_TXD_LEN, cmd));
		if ((cmd & NAPIER_TXD_RS) && !(cmd & NAPIER_TXD_EOP))
			napier_model_fault(m, "report amid a frame");
		if (cmd & NAPIER_TXD_EOP) {
			f->cmd = cmd;
			f->rs = cmd & NAPIER_TXD_RS ? i : -1;
			return n;
		}
	}
	napier_model_fault(m, "the tail is amid a frame");

	return 0;
}

/**
 * napier_model_tx_fetch - the device reads and sends, and reports nothing yet
 * @m: the model
 * @q: queue
 * @max: frames at most
 *
 * Context: process. Reads through mappings; what it finds wrong are faults.
 * Return: number of frames.
 */
u32 napier_model_tx_fetch(struct napier_model *m, u32 q, u32 max)
{
	struct napier_model_txq *tx = &m->tx[q];
	struct napier_model_frame *f;
	u32 taken, frames = 0;

	while (frames < max) {
		f = kvzalloc(sizeof(*f) + NAPIER_MODEL_FRAME_MAX, GFP_KERNEL);
		if (!f)
			break;

		spin_lock_irq(&m->lock);
		taken = 0;
		if (napier_model_tx_enabled(m, q) &&
		    napier_model_tx_waiting(m, q))
			taken = napier_model_tx_frame(m, q, f);
		if (taken) {
			napier_model_tx_check(m, q, f);
			tx->head = (tx->head + taken) &
				   (napier_model_tx_size(m, q) - 1);
			if (f->rs >= 0)
				tx->rs[tx->nr_rs++] = f->rs;
			if (f->cmd & NAPIER_TXD_TSTAMP)
				napier_model_ptp_sent(m);
			list_add_tail(&f->node, &tx->frames);
			tx->nr_frames++;
			frames++;
		}
		spin_unlock_irq(&m->lock);
		if (!taken) {
			kvfree(f);
			break;
		}
	}

	return frames;
}

/* Until the report, the memory of what is reported is the device's. */
static void napier_model_tx_check_mapped(struct napier_model *m, u32 q, u32 rs)
{
	struct napier_model_frame *f;
	u32 i;

	list_for_each_entry(f, &m->tx[q].frames, node) {
		if (f->rs != rs)
			continue;
		for (i = 0; i < f->parts; i++)
			if (!napier_model_mapped(m, f->part[i].addr,
						 f->part[i].len))
				napier_model_fault(m,
						   "unmapped before its report");
		f->rs = -1;
		return;
	}
}

/* The device writes the whole descriptor, of which only DD is of use. */
static void napier_model_tx_write_back(struct napier_model *m, u32 q, u32 rs)
{
	struct napier_tx_desc *desc = napier_model_tx_desc(m, q, rs);
	u32 size = napier_model_tx_size(m, q);

	napier_model_tx_check_mapped(m, q, rs);
	desc->addr = cpu_to_le64(0xdeadbeefdeadbeefULL);
	desc->cmd_type_len = cpu_to_le32(0xdeadbeef);
	dma_wmb();
	WRITE_ONCE(desc->olinfo_status, cpu_to_le32(NAPIER_TXD_STAT_DD));
	m->regs[NAPIER_TDH(q) / 4] = (rs + 1) & (size - 1);
}

/**
 * napier_model_tx_report - the device reports what it has sent
 * @m: the model
 * @q: queue
 * @max: reports at most; one covers all frames since the one before
 *
 * Context: process. The interrupt, if not held, has been served on return.
 * Return: number of reports.
 */
u32 napier_model_tx_report(struct napier_model *m, u32 q, u32 max)
{
	struct napier_model_txq *tx = &m->tx[q];
	u32 i, n;

	spin_lock_irq(&m->lock);
	n = min(max, tx->nr_rs);
	if (!napier_model_tx_enabled(m, q))
		n = 0;
	for (i = 0; i < n; i++)
		napier_model_tx_write_back(m, q, tx->rs[i]);
	tx->nr_rs -= n;
	memmove(tx->rs, tx->rs + n, tx->nr_rs * sizeof(tx->rs[0]));
	if (n)
		napier_model_cause(m, q, true);
	spin_unlock_irq(&m->lock);

	return n;
}

/**
 * napier_model_tx_report_newest - report the last before all others
 * @m: the model
 * @q: queue
 *
 * As seen by a CPU for which the writes of a device change their order.
 */
void napier_model_tx_report_newest(struct napier_model *m, u32 q)
{
	struct napier_model_txq *tx = &m->tx[q];

	spin_lock_irq(&m->lock);
	if (tx->nr_rs) {
		napier_model_tx_write_back(m, q, tx->rs[--tx->nr_rs]);
		napier_model_cause(m, q, true);
	}
	spin_unlock_irq(&m->lock);
}

/**
 * napier_model_tx_finish - read and report all there is
 * @m: the model
 * @q: queue
 *
 * Return: number of frames.
 */
u32 napier_model_tx_finish(struct napier_model *m, u32 q)
{
	u32 n = napier_model_tx_fetch(m, q, U32_MAX);

	napier_model_tx_report(m, q, U32_MAX);

	return n;
}

/**
 * napier_model_tx_take - the oldest frame that was sent
 * @m: the model
 * @q: queue
 *
 * Return: the frame, for kvfree(), or NULL.
 */
struct napier_model_frame *napier_model_tx_take(struct napier_model *m, u32 q)
{
	struct napier_model_txq *tx = &m->tx[q];
	struct napier_model_frame *f;

	spin_lock_irq(&m->lock);
	f = list_first_entry_or_null(&tx->frames, struct napier_model_frame,
				     node);
	if (f) {
		list_del(&f->node);
		tx->nr_frames--;
	}
	spin_unlock_irq(&m->lock);

	return f;
}

/**
 * napier_model_tx_forget - throw away what was sent
 * @m: the model
 * @q: queue
 */
void napier_model_tx_forget(struct napier_model *m, u32 q)
{
	struct napier_model_frame *f;

	while ((f = napier_model_tx_take(m, q)))
		kvfree(f);
}
