// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model's clock and its stamps, and what stands for the PTP core.
 *
 * The clock moves when a test says so. Registers are latched as each part does
 * it: whoever reads them in another order gets the time of before.
 *
 * Depends on: napier_model_irq.c.
 */
#include <linux/etherdevice.h>

#include "napier_model.h"

#define NAPIER_MODEL_TIMINCA	0x01000010
#define NAPIER_MODEL_STOPPED	BIT(31)

static u32 *napier_model_ptp_reg(struct napier_model *m, u32 reg)
{
	return &m->regs[reg / 4];
}

static bool napier_model_ptp_newer(const struct napier_model *m)
{
	return m->board != NAPIER_BOARD_82576;
}

static u32 napier_model_ptp_low(const struct napier_model *m, u64 ns)
{
	u32 rest;

	if (m->board != NAPIER_BOARD_I210 && m->board != NAPIER_BOARD_I211)
		return lower_32_bits(ns);
	div_u64_rem(ns, NSEC_PER_SEC, &rest);

	return rest;
}

static u32 napier_model_ptp_high(const struct napier_model *m, u64 ns)
{
	switch (m->board) {
	case NAPIER_BOARD_82576:
		return upper_32_bits(ns);
	case NAPIER_BOARD_I210:
	case NAPIER_BOARD_I211:
		return div_u64(ns, NSEC_PER_SEC);
	default:
		/* What is above 40 bits is reserved. */
		return (upper_32_bits(ns) & 0xff) | 0x5a5a5a00;
	}
}

/* ---- registers ---------------------------------------------------------- */

bool napier_model_ptp_read(struct napier_model *m, u32 reg, u32 *val)
{
	*val = *napier_model_ptp_reg(m, reg);

	switch (reg) {
	case NAPIER_SYSTIMR:
		if (napier_model_ptp_newer(m))
			m->systim_seen = m->systim;
		*val = 0;
		return true;
	case NAPIER_SYSTIML:
		if (!napier_model_ptp_newer(m))
			m->systim_seen = m->systim;
		*val = napier_model_ptp_low(m, m->systim_seen);
		return true;
	case NAPIER_SYSTIMH:
		*val = napier_model_ptp_high(m, m->systim_seen);
		return true;
	case NAPIER_TXSTMPH:
		*napier_model_ptp_reg(m, NAPIER_TSYNCTXCTL) &=
			~NAPIER_TSYNCTXCTL_VALID;
		return true;
	case NAPIER_RXSTMPH:
		*napier_model_ptp_reg(m, NAPIER_TSYNCRXCTL) &=
			~NAPIER_TSYNCRXCTL_VALID;
		return true;
	case NAPIER_TSICR:
		/* That of the 82580 wants to be written. */
		if (m->board != NAPIER_BOARD_82580)
			*napier_model_ptp_reg(m, reg) = 0;
		return true;
	default:
		return false;
	}
}

bool napier_model_ptp_write(struct napier_model *m, u32 reg, u32 val)
{
	switch (reg) {
	case NAPIER_TSICR:
		*napier_model_ptp_reg(m, reg) &= ~val;
		return true;
	case NAPIER_SYSTIML:
	case NAPIER_SYSTIMH:
		napier_model_fault(m, "SYSTIM is written");
		return true;
	default:
		return false;
	}
}

void napier_model_ptp_reset(struct napier_model *m)
{
	m->systim = 0;
	m->systim_seen = 0;
	*napier_model_ptp_reg(m, NAPIER_TSAUXC) = NAPIER_MODEL_STOPPED;
}

/**
 * napier_model_ptp_advance - time passes, if the clock was started
 * @m: the model
 * @ns: nanoseconds
 */
void napier_model_ptp_advance(struct napier_model *m, u64 ns)
{
	bool runs;

	spin_lock_irq(&m->lock);
	if (napier_model_ptp_newer(m))
		runs = !(*napier_model_ptp_reg(m, NAPIER_TSAUXC) &
			 NAPIER_MODEL_STOPPED);
	else
		runs = *napier_model_ptp_reg(m, NAPIER_TIMINCA) ==
		       NAPIER_MODEL_TIMINCA;
	if (runs)
		m->systim += ns;
	spin_unlock_irq(&m->lock);
}

/* ---- stamps ------------------------------------------------------------- */

/**
 * napier_model_ptp_sent - a frame that asks for a stamp goes out
 * @m: the model, locked
 */
void napier_model_ptp_sent(struct napier_model *m)
{
	u32 *ctl = napier_model_ptp_reg(m, NAPIER_TSYNCTXCTL);

	if (m->no_tx_stamp || !(*ctl & NAPIER_TSYNCTXCTL_EN) ||
	    (*ctl & NAPIER_TSYNCTXCTL_VALID))
		return;
	*ctl |= NAPIER_TSYNCTXCTL_VALID;
	*napier_model_ptp_reg(m, NAPIER_TXSTMPL) =
		napier_model_ptp_low(m, m->systim);
	*napier_model_ptp_reg(m, NAPIER_TXSTMPH) =
		napier_model_ptp_high(m, m->systim);
	if (!napier_model_ptp_newer(m) ||
	    !(*napier_model_ptp_reg(m, NAPIER_TSIM) & NAPIER_TSIM_TXTS))
		return;
	*napier_model_ptp_reg(m, NAPIER_TSICR) |= NAPIER_TSIM_TXTS;
	napier_model_cause_other(m, NAPIER_ICR_TS);
}

/**
 * napier_model_ptp_received - a frame comes in that the filter matches
 * @m: the model
 * @sequence: its sequence number
 *
 * Return: whether a stamp of it is in the registers now: STAT_TS.
 */
bool napier_model_ptp_received(struct napier_model *m, u16 sequence)
{
	u32 *ctl = napier_model_ptp_reg(m, NAPIER_TSYNCRXCTL);
	bool taken = false;

	spin_lock_irq(&m->lock);
	if ((*ctl & NAPIER_TSYNCRXCTL_EN) &&
	    !(*ctl & NAPIER_TSYNCRXCTL_VALID)) {
		taken = true;
		*ctl |= NAPIER_TSYNCRXCTL_VALID;
		*napier_model_ptp_reg(m, NAPIER_RXSTMPL) =
			napier_model_ptp_low(m, m->systim);
		*napier_model_ptp_reg(m, NAPIER_RXSTMPH) =
			napier_model_ptp_high(m, m->systim);
		/* In the order of the wire. */
		*napier_model_ptp_reg(m, NAPIER_RXSATRH) =
			(u32)swab16(sequence) << 16;
	}
	spin_unlock_irq(&m->lock);

	return taken;
}

/**
 * napier_model_ptp_in_buffer - does a stamp go in front of a frame?
 * @m: the model, locked
 * @queue: where the frame goes
 * @stamp: what goes there
 *
 * Return: true if so.
 */
bool napier_model_ptp_in_buffer(struct napier_model *m, u32 queue,
				struct napier_rx_stamp *stamp)
{
	u32 ctl = *napier_model_ptp_reg(m, NAPIER_TSYNCRXCTL);
	u32 srrctl = *napier_model_ptp_reg(m, NAPIER_SRRCTL(queue));

	if (!napier_model_ptp_newer(m) || !(ctl & NAPIER_TSYNCRXCTL_EN) ||
	    !(srrctl & NAPIER_SRRCTL_TIMESTAMP) ||
	    FIELD_GET(NAPIER_TSYNCRXCTL_TYPE, ctl) != NAPIER_TSYNCRXCTL_ALL)
		return false;
	stamp->reserved = 0;
	stamp->low = cpu_to_le32(napier_model_ptp_low(m, m->systim));
	stamp->high = cpu_to_le32(napier_model_ptp_high(m, m->systim));

	return true;
}

/* ---- the PTP core ------------------------------------------------------- */

struct ptp_clock *napier_model_ptp_register(struct ptp_clock_info *info)
{
	struct napier_model *m = napier_model_now();

	m->ptp = info;
	m->ptp_delay = -1;

	return (struct ptp_clock *)m;
}

int napier_model_ptp_unregister(struct ptp_clock *clock)
{
	struct napier_model *m = (struct napier_model *)clock;

	m->ptp = NULL;

	return 0;
}

int napier_model_ptp_schedule(struct ptp_clock *clock, unsigned long delay)
{
	struct napier_model *m = (struct napier_model *)clock;

	WRITE_ONCE(m->ptp_delay, delay);

	return 0;
}

/**
 * napier_model_ptp_work - the aux work runs
 * @m: the model
 *
 * Return: when it wants to run again, in jiffies.
 */
long napier_model_ptp_work(struct napier_model *m)
{
	return m->ptp->do_aux_work(m->ptp);
}

#ifndef CONFIG_NET_PTP_CLASSIFY
unsigned int napier_model_ptp_classify(const struct sk_buff *skb)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	return eth->h_proto == htons(ETH_P_1588) ? PTP_CLASS_V2_L2 :
						   PTP_CLASS_NONE;
}

struct ptp_header *napier_model_ptp_header(struct sk_buff *skb,
					   unsigned int type)
{
	if (type != PTP_CLASS_V2_L2 ||
	    skb->len < ETH_HLEN + sizeof(struct ptp_header))
		return NULL;

	return (struct ptp_header *)(skb_mac_header(skb) + ETH_HLEN);
}
#endif
