// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model's filters that choose a queue: what may be written to them, and
 * which queue a frame goes to.
 *
 * Layouts and order are written down here a second time, in numbers, from the
 * data sheet of the I210 (7.1.2, 8.10.17, 8.11.1), igb's igb_ptp.c and DPDK's
 * igb_ethdev.c.
 *
 * Depends on: nothing of the model.
 */
#include "napier_model.h"

#define NAPIER_MODEL_FILTERS	8
#define NAPIER_MODEL_1588	3
#define NAPIER_MODEL_ON		BIT(8)	/* of FTQF and TTQF */

static u32 napier_model_get(const struct napier_model *m, u32 reg)
{
	return m->regs[reg / 4];
}

static u32 napier_model_queues(const struct napier_model *m)
{
	return napier_board_get(m->board)->queues;
}

/* ---- ethertype --------------------------------------------------------- */

static void napier_model_etqf(struct napier_model *m, u32 n, u32 val)
{
	bool i21x = m->board == NAPIER_BOARD_I210 ||
		    m->board == NAPIER_BOARD_I211;
	u32 i, other;

	if (n >= 4 && i21x)
		napier_model_fault(m, "ETQF %u, of four", n);
	if (n == NAPIER_MODEL_1588) {
		if (val && val != (BIT(26) | BIT(30) | ETH_P_1588))
			napier_model_fault(m, "ETQF %u is for time stamps", n);
		return;
	}
	if (!(val & BIT(26)))
		return;
	if (!(val & BIT(31)))
		napier_model_fault(m, "ETQF %u chooses no queue", n);
	if ((val >> 16 & 7) >= napier_model_queues(m))
		napier_model_fault(m, "ETQF %u: queue %u", n, val >> 16 & 7);
	for (i = 0; i < NAPIER_MODEL_FILTERS; i++) {
		other = napier_model_get(m, NAPIER_ETQF(i));
		if (i != n && (other & BIT(26)) &&
		    (other & 0xFFFF) == (val & 0xFFFF))
			napier_model_fault(m, "type %#x in ETQF %u and %u",
					   val & 0xFFFF, i, n);
	}
}

/* ---- tuples ------------------------------------------------------------ */

/* Do two filters look for the same, and choose another queue? While rules move
 * up, one is in two of them.
 */
static bool napier_model_disagree(const struct napier_model *m, u32 a, u32 b)
{
	const u32 queue = GENMASK(19, 16);
	u32 differ = napier_model_get(m, NAPIER_FTQF(a)) ^
		     napier_model_get(m, NAPIER_FTQF(b));

	return (differ & queue) && !(differ & ~queue) &&
	       napier_model_get(m, NAPIER_IMIR(a)) ==
	       napier_model_get(m, NAPIER_IMIR(b)) &&
	       napier_model_get(m, NAPIER_SAQF(a)) ==
	       napier_model_get(m, NAPIER_SAQF(b)) &&
	       napier_model_get(m, NAPIER_DAQF(a)) ==
	       napier_model_get(m, NAPIER_DAQF(b)) &&
	       napier_model_get(m, NAPIER_SPQF(a)) ==
	       napier_model_get(m, NAPIER_SPQF(b));
}

static void napier_model_ftqf_on(struct napier_model *m, u32 n, u32 val)
{
	bool five = m->board == NAPIER_BOARD_82576;
	u32 imir = napier_model_get(m, NAPIER_IMIR(n));
	u32 ext = napier_model_get(m, NAPIER_IMIREXT(n));
	u32 i, proto = val & 0xFF;

	if ((val >> 16 & 0x3FF) >= napier_model_queues(m))
		napier_model_fault(m, "FTQF %u: queue %u", n,
				   val >> 16 & 0x3FF);
	if (!(val & BIT(15)) || (!five && (val >> 29) != 7))
		napier_model_fault(m, "FTQF %u is %#x", n, val);
	if ((val >> 28) == 0xF && (imir & BIT(17)))
		napier_model_fault(m, "FTQF %u matches everything", n);
	if ((!(imir & BIT(17)) || !(val & BIT(31))) &&
	    ((val & BIT(28)) || (proto != 6 && proto != 17)))
		napier_model_fault(m, "FTQF %u: ports of protocol %u", n,
				   proto);
	if ((imir & ~0x2FFFFU) || ext != (BIT(12) | BIT(19)))
		napier_model_fault(m, "IMIR %u is %#x, %#x", n, imir, ext);
	for (i = 0; i < NAPIER_MODEL_FILTERS; i++)
		if (i != n && napier_model_disagree(m, i, n))
			napier_model_fault(m, "FTQF %u and %u disagree", n, i);
}

static void napier_model_tuple(struct napier_model *m, u32 reg, u32 n, u32 val)
{
	u32 was = napier_model_get(m, reg);

	if (n == NAPIER_MODEL_1588) {
		if (reg >= NAPIER_FTQF(0) && reg < NAPIER_IMIR(0) &&
		    (val & NAPIER_MODEL_ON))
			napier_model_fault(m, "FTQF %u is for time stamps", n);
		return;
	}
	if (reg < NAPIER_FTQF(0) && m->board != NAPIER_BOARD_82576)
		napier_model_fault(m, "there is no register %#x", reg);

	if (reg < NAPIER_FTQF(0) || reg >= NAPIER_IMIR(0)) {
		if ((napier_model_get(m, NAPIER_FTQF(n)) & NAPIER_MODEL_ON) &&
		    was != val)
			napier_model_fault(m, "filter %u is changed while on",
					   n);
		return;
	}
	if (!(val & NAPIER_MODEL_ON))
		return;
	if ((was & NAPIER_MODEL_ON) && was != val)
		napier_model_fault(m, "FTQF %u is changed while on", n);
	m->regs[reg / 4] = val;
	napier_model_ftqf_on(m, n, val);
}

/* ---- writing ----------------------------------------------------------- */

/**
 * napier_model_steer_write - a filter is about to be written
 * @m: the model, locked
 * @reg: which register
 * @val: the value
 *
 * What makes no sense is a fault.
 */
void napier_model_steer_write(struct napier_model *m, u32 reg, u32 val)
{
	/* Each row of eight begins at a multiple of 32 but ETQF's. */
	u32 prio, n = reg / 4 % NAPIER_MODEL_FILTERS;

	if (reg >= NAPIER_ETQF(0)) {
		napier_model_etqf(m, (reg - NAPIER_ETQF(0)) / 4, val);
		return;
	}
	if (reg != NAPIER_VLAPQF) {
		napier_model_tuple(m, reg, n, val);
		return;
	}

	if (m->board != NAPIER_BOARD_I210)
		napier_model_fault(m, "there is no VLAPQF");
	for (prio = 0; prio < 8; prio++, val >>= 4)
		if ((val & 8) ? (val & 7) >= napier_model_queues(m) : val & 7)
			napier_model_fault(m, "VLAPQF: queue %u", val & 7);
}

/* ---- choosing a queue -------------------------------------------------- */

static bool napier_model_tuple_matches(const struct napier_model *m, u32 n,
				       const struct napier_model_flow *flow)
{
	u32 ftqf = napier_model_get(m, NAPIER_FTQF(n));
	u32 imir = napier_model_get(m, NAPIER_IMIR(n));

	if (!(ftqf & BIT(28)) && (ftqf & 0xFF) != flow->proto)
		return false;
	if (!(imir & BIT(17)) && swab16(imir) != flow->dport)
		return false;
	if (m->board != NAPIER_BOARD_82576)
		return true;

	if (!(ftqf & BIT(29)) &&
	    swab32(napier_model_get(m, NAPIER_SAQF(n))) != flow->saddr)
		return false;
	if (!(ftqf & BIT(30)) &&
	    swab32(napier_model_get(m, NAPIER_DAQF(n))) != flow->daddr)
		return false;

	return (ftqf & BIT(31)) ||
	       swab16(napier_model_get(m, NAPIER_SPQF(n))) == flow->sport;
}

/* The last that matches counts. An address must not be there twice with
 * different queues.
 */
static int napier_model_mac_queue(struct napier_model *m,
				  const struct napier_model_flow *flow)
{
	u32 i, n = napier_board_get(m->board)->rar_count;
	int queue, found = -2;

	for (i = 0; i < n; i++) {
		u32 ral = i < 16 ? NAPIER_RAL(i) : NAPIER_RAL2(i);
		u32 high = napier_model_get(m, ral + 4);

		if (!(high & BIT(31)) ||
		    napier_model_get(m, ral) != get_unaligned_le32(flow->dst) ||
		    (high & 0xFFFF) != get_unaligned_le16(flow->dst + 4))
			continue;
		if (m->board != NAPIER_BOARD_I210 && (high & ~0x8000FFFF))
			napier_model_fault(m, "RAH %u is %#x", i, high);
		queue = high & BIT(28) ? (int)(high >> 18 & 3) : -1;
		if (found != -2 && found != queue)
			napier_model_fault(m, "RAH %u and another differ", i);
		found = queue;
	}

	return max(found, -1);
}

/**
 * napier_model_steer - which queue do filters choose for a frame?
 * @m: the model
 * @flow: of the frame
 *
 * Return: the queue, -1 if it is left to RSS.
 */
int napier_model_steer(struct napier_model *m,
		       const struct napier_model_flow *flow)
{
	u32 i, val;

	for (i = 0; i < NAPIER_MODEL_FILTERS; i++) {
		val = napier_model_get(m, NAPIER_ETQF(i));
		if ((val & BIT(26)) && (val & BIT(31)) &&
		    (val & 0xFFFF) == flow->etype)
			return val >> 16 & 7;
	}
	for (i = 0; i < NAPIER_MODEL_FILTERS; i++) {
		val = napier_model_get(m, NAPIER_FTQF(i));
		if ((val & NAPIER_MODEL_ON) && flow->proto &&
		    napier_model_tuple_matches(m, i, flow))
			return val >> 16 & 0x3FF;
	}
	val = napier_model_get(m, NAPIER_VLAPQF) >> (4 * flow->prio);
	if (flow->tagged && (val & 8))
		return val & 7;

	return napier_model_mac_queue(m, flow);
}
