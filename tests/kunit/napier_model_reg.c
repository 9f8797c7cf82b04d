// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model's registers: those that do something when they are read or written.
 * All others are plain memory.
 *
 * Depends on: the other files of the model.
 */
#include <linux/log2.h>

#include "napier_model.h"

#define NAPIER_MODEL_STATS_FIRST	NAPIER_CRCERRS
#define NAPIER_MODEL_STATS_END		(NAPIER_LENERRS + 4)

static u32 *napier_model_reg(struct napier_model *m, u32 reg)
{
	return &m->regs[reg / 4];
}

static bool napier_model_i21x(const struct napier_model *m)
{
	return m->board == NAPIER_BOARD_I210 || m->board == NAPIER_BOARD_I211;
}

/**
 * napier_model_since_i350 - is it an I350, I354, I210 or I211?
 * @m: the model
 *
 * Return: true if so.
 */
bool napier_model_since_i350(struct napier_model *m)
{
	return m->board >= NAPIER_BOARD_I350;
}

/* ---- reset ----------------------------------------------------------------- */

static void napier_model_reset_queues(struct napier_model *m)
{
	int q;

	for (q = 0; q < NAPIER_MAX_QUEUES; q++) {
		struct napier_model_txq *tx = &m->tx[q];

		memset(napier_model_reg(m, NAPIER_RXQ(q, 0)), 0, 0x40);
		memset(napier_model_reg(m, NAPIER_TXQ(q, 0)), 0, 0x40);
		tx->head = 0;
		tx->nr_rs = 0;
		tx->ctx_valid[0] = false;
		tx->ctx_valid[1] = false;
		tx->fresh_contexts = 0;
		m->rx[q].head = 0;
	}
	/* What this bit is at first, nobody should rely on. */
	if (napier_model_since_i350(m))
		for (q = 0; q < NAPIER_MAX_QUEUES; q++)
			*napier_model_reg(m, NAPIER_DVMOLR(q)) =
				NAPIER_DVMOLR_STRCRC;
	m->sbp_off = 0;
	/* These two come up enabled. */
	*napier_model_reg(m, NAPIER_RXDCTL(0)) = NAPIER_DCTL_ENABLE;
	*napier_model_reg(m, NAPIER_TXDCTL(0)) = NAPIER_DCTL_ENABLE;
}

static bool napier_model_kept(u32 reg)
{
	switch (reg) {
	case NAPIER_SW_FW_SYNC:
	case NAPIER_SWSM:
	case NAPIER_FWSM:
	case NAPIER_MANC:
	case NAPIER_FACTPS:
	case NAPIER_MDICNFG:
	case NAPIER_RXPBS:
	case NAPIER_CTRL_EXT:
	case NAPIER_GCR:
	case NAPIER_PHPM:
	case NAPIER_MODEL_STATS_FIRST ... NAPIER_MODEL_STATS_END - 1:
		return true;
	default:
		return false;
	}
}

/**
 * napier_model_reset - what CTRL.RST does
 * @m: the model, locked
 *
 * The device forgets its programming, and what it had not reported yet. It
 * loads its address from the NVM. PHY, semaphores and counters stay as they
 * are.
 */
void napier_model_reset(struct napier_model *m)
{
	u8 func = FIELD_GET(NAPIER_STATUS_FUNC,
			    *napier_model_reg(m, NAPIER_STATUS));
	u16 *mac = &m->nvm[0];
	int i;

	for (i = 0; i < NAPIER_MODEL_BAR; i += 4)
		if (!napier_model_kept(i))
			*napier_model_reg(m, i) = 0;

	m->resets++;
	m->icr = 0;
	m->ims = 0;
	m->eicr = 0;
	m->eims = 0;
	m->pending = 0;
	m->link_up = false;
	/* A queue that would not go off does so now. */
	m->off_polls = 0;
	if (m->queue_off_delay == U32_MAX)
		m->queue_off_delay = 0;
	napier_model_reset_queues(m);
	napier_model_ptp_reset(m);

	*napier_model_reg(m, NAPIER_STATUS) =
		FIELD_PREP(NAPIER_STATUS_FUNC, func);
	*napier_model_reg(m, NAPIER_EECD) = NAPIER_EECD_AUTO_RD |
					    NAPIER_EECD_PRES |
					    FIELD_PREP(NAPIER_EECD_SIZE_EX,
						       ilog2(NAPIER_MODEL_NVM_WORDS / 64));
	if (!m->no_flash)
		*napier_model_reg(m, NAPIER_EECD) |= NAPIER_EECD_FLASH_DETECTED;
	*napier_model_reg(m, NAPIER_EEMNGCTL) = GENMASK(21, 18);
	*napier_model_reg(m, NAPIER_EEMNGCTL_I210) = GENMASK(21, 18);
	if (m->no_mac)
		return;
	*napier_model_reg(m, NAPIER_RAL(0)) = mac[0] | (u32)mac[1] << 16;
	*napier_model_reg(m, NAPIER_RAH(0)) = mac[2] | NAPIER_RAH_AV;
}

/* Loopback makes a link of its own and ends the one to the partner. */
static void napier_model_bmcr(struct napier_model *m, u16 data)
{
	bool was = m->link_up;

	if (data & BMCR_LOOPBACK)
		m->link_up = true;
	else if (m->phy[MII_BMCR] & BMCR_LOOPBACK)
		m->link_up = false;
	if (!(data & BMCR_LOOPBACK) && (data & BMCR_ANRESTART) && m->partner)
		m->link_up = true;
	/* Reset and restart clear themselves. */
	m->phy[MII_BMCR] = data & ~(BMCR_ANRESTART | BMCR_RESET);
	if (m->link_up != was)
		napier_model_cause_other(m, NAPIER_ICR_LSC);
}

/* ---- polled: MDIO and NVM ---------------------------------------------------- */

static bool napier_model_marvell(const struct napier_model *m)
{
	return m->phy[MII_PHYSID1] == 0x0141;
}

static u16 *napier_model_phy_reg(struct napier_model *m, u32 reg)
{
	u16 page = m->phy[0x16];

	if (!napier_model_marvell(m) || !page || reg == 0x16)
		return &m->phy[reg];

	return &m->phy_pages[page % NAPIER_MODEL_PHY_PAGES][reg];
}

/* Register 14 is what register 13 says: an address, or what is there. */
static u16 *napier_model_mmd(struct napier_model *m)
{
	u16 ctrl = m->phy[MII_MMD_CTRL];

	if (!(ctrl & MII_MMD_CTRL_NOINCR))
		return &m->mmd_addr;
	if (m->mmd_addr >= NAPIER_MODEL_MMD_REGS)
		napier_model_fault(m, "MMD register %u.%u", ctrl & 0x1f,
				   m->mmd_addr);

	return &m->mmd[ctrl % NAPIER_MODEL_MMDS]
		      [m->mmd_addr % NAPIER_MODEL_MMD_REGS];
}

static u16 napier_model_phy_read(struct napier_model *m, u32 reg)
{
	u16 *place = napier_model_phy_reg(m, reg);
	u16 val = *place;

	if (place == &m->phy[MII_BMCR] && m->phy_resetting) {
		m->phy_resetting--;
		return val | BMCR_RESET;
	}
	if (reg == MII_MMD_DATA)
		return *napier_model_mmd(m);
	if (m->board == NAPIER_BOARD_I350 && reg == 0x11)
		return m->emi_addr == 0x040F ? m->emi_lpa : 0;
	/* Counters of errors. */
	if (reg == MII_STAT1000)
		*place &= ~0xFF;
	if (napier_model_marvell(m) && reg == 0x15)
		*place = 0;

	return val;
}

static void napier_model_phy_write(struct napier_model *m, u32 reg, u16 data)
{
	/* Lost. */
	if (m->phy_resetting)
		return;
	if (reg == MII_BMCR && napier_model_phy_reg(m, reg) == m->phy) {
		m->negotiations += !!(data & BMCR_ANRESTART);
		m->phy_resets += !!(data & BMCR_RESET);
		m->phy_resetting = data & BMCR_RESET ?
				   NAPIER_MODEL_PHY_RESET_READS : 0;
		napier_model_bmcr(m, data);
		return;
	}
	/* Identity is not to be changed. */
	if (reg > MII_BMSR && reg <= MII_PHYSID2)
		return;
	if (m->board == NAPIER_BOARD_I350 && reg == 0x10)
		m->emi_addr = data;
	if (reg == MII_MMD_DATA)
		*napier_model_mmd(m) = data;
	else
		*napier_model_phy_reg(m, reg) = data;
}

static void napier_model_mdic(struct napier_model *m, u32 val)
{
	u32 reg = FIELD_GET(NAPIER_MDIC_REG, val);
	u32 addr = FIELD_GET(NAPIER_MDIC_PHY, val);

	if (m->board != NAPIER_BOARD_82576 &&
	    (*napier_model_reg(m, NAPIER_MDICNFG) & NAPIER_MDICNFG_EXT_MDIO))
		addr = FIELD_GET(NAPIER_MDICNFG_PHY,
				 *napier_model_reg(m, NAPIER_MDICNFG));

	m->polls = m->poll_delay;
	m->mdic = val | NAPIER_MDIC_READY;
	if (m->phy_dead || addr != m->phy_addr ||
	    (m->phy_missing & BIT(reg))) {
		m->mdic |= NAPIER_MDIC_ERROR;
	} else if (FIELD_GET(NAPIER_MDIC_OP, val) == NAPIER_MDIC_OP_READ) {
		m->mdic &= ~NAPIER_MDIC_DATA;
		m->mdic |= FIELD_PREP(NAPIER_MDIC_DATA,
				      napier_model_phy_read(m, reg));
	} else {
		napier_model_phy_write(m, reg,
				       FIELD_GET(NAPIER_MDIC_DATA, val));
	}
}

static void napier_model_eerd(struct napier_model *m, u32 val)
{
	u32 addr = FIELD_GET(NAPIER_EERD_ADDR, val);

	m->polls = m->poll_delay;
	m->eerd = val & NAPIER_EERD_ADDR;
	if (!(val & NAPIER_EERD_START))
		return;
	m->eerd |= NAPIER_EERD_DONE;
	if (m->no_flash)
		napier_model_fault(m, "NVM word %#x is read without an NVM",
				   addr);
	if (addr < NAPIER_MODEL_NVM_WORDS)
		m->eerd |= FIELD_PREP(NAPIER_EERD_DATA, m->nvm[addr]);
	else
		napier_model_fault(m, "NVM word %#x is read", addr);
}

/* A value that is there only after some reads. */
static u32 napier_model_polled(struct napier_model *m, u32 val, u32 ready)
{
	if (!m->polls)
		return val;
	m->polls--;

	return val & ~ready;
}

/* ---- semaphore ------------------------------------------------------------- */

static u32 napier_model_swsm_read(struct napier_model *m)
{
	u32 *reg = napier_model_reg(m, NAPIER_SWSM);
	u32 val = *reg;

	if (m->stale_smbi)
		val |= NAPIER_SWSM_SMBI;
	if (m->smbi) {
		m->smbi--;
		val |= NAPIER_SWSM_SMBI;
	} else {
		*reg |= NAPIER_SWSM_SMBI;
	}

	return val;
}

static void napier_model_swsm_write(struct napier_model *m, u32 val)
{
	if (!(val & NAPIER_SWSM_SMBI))
		m->stale_smbi = false;
	if ((val & NAPIER_SWSM_SWESMBI) && m->firmware_holds) {
		m->firmware_holds--;
		val &= ~NAPIER_SWSM_SWESMBI;
	}
	*napier_model_reg(m, NAPIER_SWSM) = val;
}

/* ---- queues ---------------------------------------------------------------- */

/* A queue that goes off is off after some reads; what it had not reported by
 * then it never will.
 */
static void napier_model_dctl(struct napier_model *m, u32 reg, u32 val,
			      u32 queue, bool tx)
{
	u32 *dctl = napier_model_reg(m, reg);

	if ((*dctl & NAPIER_DCTL_ENABLE) && !(val & NAPIER_DCTL_ENABLE))
		m->off_polls = m->queue_off_delay;
	if (!(*dctl & NAPIER_DCTL_ENABLE) && (val & NAPIER_DCTL_ENABLE)) {
		u32 len = tx ? NAPIER_TDLEN(queue) : NAPIER_RDLEN(queue);
		u32 head = tx ? NAPIER_TDH(queue) : NAPIER_RDH(queue);

		if (*napier_model_reg(m, len) % 128)
			napier_model_fault(m, "ring of %u bytes",
					   *napier_model_reg(m, len));
		if (tx)
			m->tx[queue].head = *napier_model_reg(m, head);
		else
			m->rx[queue].head = *napier_model_reg(m, head);
		*napier_model_reg(m, tx ? NAPIER_TDT(queue) :
					  NAPIER_RDT(queue)) = 0;
	}
	if (!(val & NAPIER_DCTL_ENABLE) && tx)
		m->tx[queue].nr_rs = 0;
	*dctl = val;
}

static void napier_model_tail(struct napier_model *m, u32 reg, u32 val,
			      u32 queue, bool tx)
{
	u32 dctl = tx ? NAPIER_TXDCTL(queue) : NAPIER_RXDCTL(queue);
	u32 len = tx ? NAPIER_TDLEN(queue) : NAPIER_RDLEN(queue);
	u32 size = *napier_model_reg(m, len) / 16;

	if (size && val >= size)
		napier_model_fault(m, "tail %u of a ring of %u", val, size);
	/* On hardware it is forgotten. */
	if (!(*napier_model_reg(m, dctl) & NAPIER_DCTL_ENABLE))
		return;
	if (tx)
		m->tx[queue].doorbells++;
	else
		m->rx[queue].refills++;
	*napier_model_reg(m, reg) = val;
	if (tx && !queue)
		napier_model_loop_kick(m);
}

/* RCTL.SBP lifts the limit of a frame's length, so each buffer may be filled to
 * the end that SRRCTL says. 2 KiB are a whole buffer of the driver's, headroom
 * and all. And what was accepted while it was set comes a little later.
 */
static void napier_model_check_sbp(struct napier_model *m, u32 queue)
{
	u32 size = FIELD_GET(NAPIER_SRRCTL_BSIZEPKT,
			     *napier_model_reg(m, NAPIER_SRRCTL(queue)));

	if (!(*napier_model_reg(m, NAPIER_RXDCTL(queue)) &
	      NAPIER_DCTL_ENABLE) || size != 2)
		return;
	if (*napier_model_reg(m, NAPIER_RCTL) & NAPIER_RCTL_SBP)
		napier_model_fault(m, "queue %u: frames without a limit, and short buffers",
				   queue);
	else if (m->sbp_off && ktime_us_delta(ktime_get(), m->sbp_off) < 1000)
		napier_model_fault(m, "queue %u: short buffers too early",
				   queue);
}

static void napier_model_rctl(struct napier_model *m, u32 val)
{
	u32 *rctl = napier_model_reg(m, NAPIER_RCTL);
	u32 q;

	if (*rctl & ~val & NAPIER_RCTL_SBP && val & NAPIER_RCTL_EN)
		m->sbp_off = ktime_get();
	*rctl = val;
	for (q = 0; val & NAPIER_RCTL_SBP && q < NAPIER_MAX_QUEUES; q++)
		napier_model_check_sbp(m, q);
}

static bool napier_model_write_queue(struct napier_model *m, u32 reg, u32 val)
{
	bool tx = reg >= NAPIER_TXQ(0, 0);
	u32 queue = (reg - (tx ? NAPIER_TXQ(0, 0) : NAPIER_RXQ(0, 0))) / 0x40;

	if (reg < NAPIER_RXQ(0, 0) || reg >= NAPIER_TXQ(NAPIER_MAX_QUEUES, 0) ||
	    queue >= NAPIER_MAX_QUEUES)
		return false;

	switch (reg & 0x3F) {
	case 0x00:
	case 0x04:
	case 0x08:
		if (m->off_polls)
			napier_model_fault(m, "ring of %cX queue %u is changed while that goes off",
					   tx ? 'T' : 'R', queue);
		return false;
	case 0x18:
		napier_model_tail(m, reg, val, queue, tx);
		return true;
	case 0x28:
		napier_model_dctl(m, reg, val, queue, tx);
		if (!tx)
			napier_model_check_sbp(m, queue);
		return true;
	default:
		return false;
	}
}

static u32 napier_model_read_queue(struct napier_model *m, u32 reg)
{
	u32 val = *napier_model_reg(m, reg);

	switch (reg & 0x3F) {
	case 0x28:
		if (!m->off_polls)
			return val;
		m->off_polls--;
		return val | NAPIER_DCTL_ENABLE;
	case 0x30:
		/* RQDPC: cleared by reading, or by writing 0. */
		if (!napier_model_i21x(m))
			*napier_model_reg(m, reg) = 0;
		return val;
	default:
		return val;
	}
}

/* ---- statistics -------------------------------------------------------------- */

static u32 napier_model_stat(struct napier_model *m, u32 reg)
{
	u32 *counter = napier_model_reg(m, reg);
	u32 val = *counter;

	switch (reg) {
	case NAPIER_GORCL:
	case NAPIER_GOTCL:
		return lower_32_bits(m->octets[reg == NAPIER_GOTCL]);
	case NAPIER_GORCH:
	case NAPIER_GOTCH:
		val = upper_32_bits(m->octets[reg == NAPIER_GOTCH]);
		m->octets[reg == NAPIER_GOTCH] = 0;
		return val;
	}
	*counter = 0;

	return val;
}

/**
 * napier_model_count - the device counts something
 * @m: the model
 * @reg: counter
 * @val: how many; a counter stays at its maximum
 */
void napier_model_count(struct napier_model *m, u32 reg, u32 val)
{
	u32 *counter = napier_model_reg(m, reg);

	spin_lock_irq(&m->lock);
	if (reg == NAPIER_GORCL || reg == NAPIER_GOTCL)
		m->octets[reg == NAPIER_GOTCL] += val;
	else
		*counter = min_t(u64, (u64)*counter + val, U32_MAX);
	spin_unlock_irq(&m->lock);
}

/* ---- dispatch ---------------------------------------------------------------- */

static u32 napier_model_status(struct napier_model *m)
{
	u32 val = *napier_model_reg(m, NAPIER_STATUS);

	/* A MAC that takes loss of signal for a signal has a link, too. */
	if (m->link_up ||
	    (*napier_model_reg(m, NAPIER_CTRL) & NAPIER_CTRL_ILOS))
		val |= NAPIER_STATUS_LU;
	if (!(*napier_model_reg(m, NAPIER_CTRL) & NAPIER_CTRL_GIO_MASTER_DIS))
		val |= NAPIER_STATUS_GIO_MASTER;

	return val;
}

static u32 napier_model_read(struct napier_model *m, u32 reg)
{
	u32 val;

	if (napier_model_ptp_read(m, reg, &val))
		return val;

	switch (reg) {
	case NAPIER_STATUS:
		return napier_model_status(m);
	case NAPIER_MDIC:
		return napier_model_polled(m, m->mdic, NAPIER_MDIC_READY |
						       NAPIER_MDIC_DATA);
	case NAPIER_EERD:
		return napier_model_polled(m, m->eerd, NAPIER_EERD_DONE |
						       NAPIER_EERD_DATA);
	case NAPIER_SWSM:
		return napier_model_swsm_read(m);
	case NAPIER_INVM_DATA(0) ... NAPIER_INVM_DATA(NAPIER_INVM_DATA_COUNT) - 1:
		return m->invm[(reg - NAPIER_INVM_DATA(0)) / 4];
	case NAPIER_ICR:
		return napier_model_icr_read(m);
	case NAPIER_IMS:
		return m->ims;
	case NAPIER_EIMS:
		return m->eims;
	case NAPIER_EICR:
		val = m->eicr;
		m->eicr = 0;
		return val;
	case NAPIER_MODEL_STATS_FIRST ... NAPIER_MODEL_STATS_END - 1:
		return napier_model_stat(m, reg);
	case NAPIER_RXQ(0, 0) ... NAPIER_TXQ(NAPIER_MAX_QUEUES, 0) - 1:
		return napier_model_read_queue(m, reg);
	default:
		return *napier_model_reg(m, reg);
	}
}

/* A table that loses some writes. */
static void napier_model_table(struct napier_model *m, u32 reg, u32 val,
			       int table)
{
	m->writes[table]++;
	if (m->lost_writes)
		m->lost_writes--;
	else
		*napier_model_reg(m, reg) = val;
}

static bool napier_model_write_irq(struct napier_model *m, u32 reg, u32 val)
{
	switch (reg) {
	case NAPIER_IMS:
		m->ims |= val;
		break;
	case NAPIER_IMC:
		m->ims &= ~val;
		break;
	case NAPIER_ICS:
		m->icr |= val;
		break;
	case NAPIER_EIMS:
		m->eims |= val;
		break;
	case NAPIER_EIMC:
		m->eims &= ~val;
		break;
	case NAPIER_EICS:
		m->eicr |= val;
		break;
	default:
		return false;
	}
	napier_model_update(m);

	return true;
}

static void napier_model_write(struct napier_model *m, u32 reg, u32 val)
{
	if (napier_model_write_irq(m, reg, val) ||
	    napier_model_write_queue(m, reg, val) ||
	    napier_model_ptp_write(m, reg, val))
		return;

	switch (reg) {
	case NAPIER_CTRL:
		*napier_model_reg(m, reg) = val & ~NAPIER_CTRL_RST;
		if (val & NAPIER_CTRL_RST)
			napier_model_reset(m);
		break;
	case NAPIER_STATUS:
		/* Read only, but for DEV_RST_SET, which is not modelled. */
		break;
	case NAPIER_RCTL:
		napier_model_rctl(m, val);
		break;
	case NAPIER_MDIC:
		napier_model_mdic(m, val);
		break;
	case NAPIER_EERD:
		napier_model_eerd(m, val);
		break;
	case NAPIER_SWSM:
		napier_model_swsm_write(m, val);
		break;
	case NAPIER_MTA(0) ... NAPIER_MTA(NAPIER_MTA_LEN) - 1:
		napier_model_table(m, reg, val, 0);
		break;
	case NAPIER_VFTA(0) ... NAPIER_VFTA(NAPIER_VFTA_LEN) - 1:
		napier_model_table(m, reg, val, 1);
		break;
	case NAPIER_VLAPQF:
	case NAPIER_SAQF(0) ... NAPIER_FTQF(NAPIER_STEER_TUPLES) - 1:
	case NAPIER_IMIR(0) ... NAPIER_IMIREXT(NAPIER_STEER_TUPLES) - 1:
	case NAPIER_ETQF(0) ... NAPIER_ETQF(NAPIER_STEER_ETYPES) - 1:
		napier_model_steer_write(m, reg, val);
		*napier_model_reg(m, reg) = val;
		break;
	default:
		*napier_model_reg(m, reg) = val;
		break;
	}
}

static u32 napier_model_offset(struct napier_model *m,
			       const void __iomem *addr)
{
	unsigned long offset = (unsigned long)addr - (unsigned long)m->bar;

	if (offset < NAPIER_MODEL_BAR && !(offset & 3))
		return offset;
	napier_model_fault(m, "register access at %#lx", offset);

	return NAPIER_MODEL_BAR - 4;
}

u32 napier_model_readl(const void __iomem *addr)
{
	struct napier_model *m = napier_model_now();
	void (*hook)(struct napier_model *m);
	unsigned long flags;
	u32 val;

	if (!m || m->gone)
		return ~0U;

	hook = m->before_stamp;
	if (hook && napier_model_offset(m, addr) == NAPIER_RXSTMPL) {
		m->before_stamp = NULL;
		hook(m);
	}

	spin_lock_irqsave(&m->lock, flags);
	val = napier_model_read(m, napier_model_offset(m, addr));
	if (m->stuck_mask && napier_model_offset(m, addr) == m->stuck_reg)
		val = (val & ~m->stuck_mask) | m->stuck_value;
	spin_unlock_irqrestore(&m->lock, flags);

	return val;
}

void napier_model_writel(u32 val, void __iomem *addr)
{
	struct napier_model *m = napier_model_now();
	void (*hook)(struct napier_model *m);
	unsigned long flags;

	if (!m || m->gone)
		return;

	if (m->before_unmask && napier_model_offset(m, addr) == NAPIER_EIMS) {
		hook = m->before_unmask;
		m->before_unmask = NULL;
		hook(m);
	}

	/* What the CPU wrote before, the device sees before. */
	wmb();
	spin_lock_irqsave(&m->lock, flags);
	napier_model_write(m, napier_model_offset(m, addr), val);
	spin_unlock_irqrestore(&m->lock, flags);
}

/* ---- for tests ---------------------------------------------------------------- */

/**
 * napier_model_peek - what a register holds, without the effects of a read
 * @m: the model
 * @reg: which
 *
 * Return: the value.
 */
u32 napier_model_peek(struct napier_model *m, u32 reg)
{
	switch (reg) {
	case NAPIER_STATUS:
		return napier_model_status(m);
	case NAPIER_IMS:
		return m->ims;
	case NAPIER_EIMS:
		return m->eims;
	default:
		return READ_ONCE(*napier_model_reg(m, reg));
	}
}

/**
 * napier_model_poke - set a register, without the effects of a write
 * @m: the model
 * @reg: which
 * @val: value
 */
void napier_model_poke(struct napier_model *m, u32 reg, u32 val)
{
	spin_lock_irq(&m->lock);
	*napier_model_reg(m, reg) = val;
	spin_unlock_irq(&m->lock);
}

/**
 * napier_model_link - change the link and tell the driver
 * @m: the model
 * @up: whether it is up
 * @speed: what STATUS.SPEED says
 * @full: full duplex
 */
void napier_model_link(struct napier_model *m, bool up, u32 speed, bool full)
{
	u32 *status = napier_model_reg(m, NAPIER_STATUS);
	unsigned long flags;

	spin_lock_irqsave(&m->lock, flags);
	m->link_up = up;
	*status &= ~(NAPIER_STATUS_SPEED | NAPIER_STATUS_FD);
	*status |= FIELD_PREP(NAPIER_STATUS_SPEED, speed) |
		   (full ? NAPIER_STATUS_FD : 0);
	napier_model_cause_other(m, NAPIER_ICR_LSC);
	spin_unlock_irqrestore(&m->lock, flags);
}
