// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers as data: one table, from which come the register dump
 * (ethtool -d, devlink region "registers") and the register self-test.
 *
 * Depends on: nothing of this layer.
 *
 * The dump holds every register that may be read without harm, row by row as
 * they stand here, as many elements as any part has; docs/registers.md is the
 * map. A row that is added, moved or changed in length makes another layout:
 * NAPIER_REGS_LAYOUT has to change with it.
 *
 * Which bits of a register can be written, and on which part, is what igb 7.3
 * tests (igb_ethtool.c, reg_test_82576[] and the tables beside it).
 */
#include "napier.h"

#define NAPIER_REGS_LAYOUT	2

/* Layout, part, PCI device id. */
#define NAPIER_REGS_VERSION_LAYOUT	GENMASK(31, 24)
#define NAPIER_REGS_VERSION_BOARD	GENMASK(23, 16)
#define NAPIER_REGS_VERSION_DEVICE	GENMASK(15, 0)

/* On I210 and I211 a write to MTA can be lost (igb 7.3 e1000_mac.c,
 * igb_i21x_hw_doublecheck), which is no defect of the board.
 */
#define NAPIER_REGS_TRIES	3

#define ALL	GENMASK(NAPIER_BOARD_I211, 0)
#define N82576	BIT(NAPIER_BOARD_82576)
#define I350	(BIT(NAPIER_BOARD_I350) | BIT(NAPIER_BOARD_I354))
#define ONLY_I350	BIT(NAPIER_BOARD_I350)
#define I21X	(BIT(NAPIER_BOARD_I210) | BIT(NAPIER_BOARD_I211))
#define I210	BIT(NAPIER_BOARD_I210)
#define NOT_82576	(ALL & ~N82576)
#define NOT_I21X	(ALL & ~I21X)
#define SINCE_I350	(I350 | I21X)

/* A single register; a row of them; the same with a test. The masks of a test
 * are those of 82576, 82580, I350 and I354, I210 and I211; 0: not tested.
 */
#define ROW(n, first, nr, step, lim, b, rd)				\
	.name = #n, .offset = (first), .count = (nr), .stride = (step),	\
	.limit = NAPIER_REG_##lim, .boards = (b), .read = NAPIER_REG_##rd
#define TEST(mode, a, b, c, d)						\
	.test = NAPIER_REG_##mode, .mask = { a, b, c, d }
#define SAME(mode, m)							\
	.test = NAPIER_REG_##mode, .mask = { [0 ... 3] = (m) }
#define ONE(n, b, rd)		{ ROW(n, NAPIER_##n, 1, 4, FIXED, b, rd) }
#define ONE_T(n, b, ...)						\
	{ ROW(n, NAPIER_##n, 1, 4, FIXED, b, PLAIN), __VA_ARGS__ }
#define ARR(n, nr, lim, b)						\
	{ ROW(n, NAPIER_##n(0), nr, 4, lim, b, PLAIN) }
#define ARR_T(n, nr, lim, b, ...)					\
	{ ROW(n, NAPIER_##n(0), nr, 4, lim, b, PLAIN), __VA_ARGS__ }
#define QUEUE(n, rd)							\
	{ ROW(n, NAPIER_##n(0), NAPIER_MAX_QUEUES, 0x40, QUEUES, ALL, rd) }
#define QUEUE_B(n, b, rd)						\
	{ ROW(n, NAPIER_##n(0), NAPIER_MAX_QUEUES, 0x40, QUEUES, b, rd) }
#define QUEUE_T(n, ...)							\
	{ ROW(n, NAPIER_##n(0), NAPIER_MAX_QUEUES, 0x40, QUEUES, ALL,	\
	      PLAIN), __VA_ARGS__ }
#define RAR_T(n, first, lim, b, ...)					\
	{ ROW(n, NAPIER_##n(first), 16, 8, lim, b, PLAIN), __VA_ARGS__ }
#define STAT(n)			ONE(n, ALL, CLEARS)

/* In the order of their addresses. */
static const struct napier_reg napier_regs[] = {
	ONE(CTRL, ALL, PLAIN),
	ONE(STATUS, ALL, PLAIN),
	ONE(EECD, ALL, PLAIN),
	ONE(EERD, ALL, PLAIN),
	ONE(CTRL_EXT, ALL, PLAIN),
	ONE(MDIC, ALL, PLAIN),
	ONE(SCTL, ALL, PLAIN),
	ONE_T(FCAL, ALL, SAME(PATTERN, 0xFFFFFFFF)),
	ONE_T(FCAH, ALL, SAME(PATTERN, 0x0000FFFF)),
	ONE_T(FCT, ALL, SAME(PATTERN, 0x0000FFFF)),
	ONE(CONNSW, ALL, PLAIN),
	ONE_T(VET, ALL, TEST(PATTERN, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFF0000, 0)),
	ONE(ICR, ALL, CLEARS),
	/* Reads as ICR does, and does not clear (igb 7.3 igb_ethtool.c,
	 * igb_get_regs). EICS likewise.
	 */
	ONE(ICS, ALL, PLAIN),
	ONE(IMS, ALL, PLAIN),
	ONE(IMC, ALL, WRITE_ONLY),
	ONE(IAM, ALL, PLAIN),
	/* All but EN: nothing is to be received. */
	ONE_T(RCTL, ALL, SAME(SET, 0x04CFB0FC)),
	ONE_T(FCTTV, ALL, SAME(PATTERN, 0x0000FFFF)),
	ONE_T(TCTL, ALL, SAME(CLEAR, 0xFFFFFFFF)),
	ONE(TCTL_EXT, ALL, PLAIN),
	ONE_T(TIPG, ALL, SAME(PATTERN, 0x3FFFFFFF)),
	ONE(LEDCTL, ALL, PLAIN),
	ONE(MDICNFG, NOT_82576, PLAIN),
	ONE(PHPM, NOT_82576, PLAIN),
	ONE(EEER, SINCE_I350, PLAIN),
	ONE(IPCNFG, SINCE_I350, PLAIN),
	ONE(EEMNGCTL, NOT_I21X, PLAIN),
	ONE(GPIE, ALL, PLAIN),
	ONE(EICS, ALL, PLAIN),
	ONE(EIMS, ALL, PLAIN),
	ONE(EIMC, ALL, WRITE_ONLY),
	ONE(EIAC, ALL, PLAIN),
	ONE(EIAM, ALL, PLAIN),
	ONE(EICR, ALL, CLEARS),
	ARR(EITR, NAPIER_MAX_QUEUES + 1, VECTORS, ALL),
	ARR(IVAR, 8, IVARS, ALL),
	ONE(IVAR_MISC, ALL, PLAIN),
	ONE(FCRTL, ALL, PLAIN),
	ONE_T(FCRTH, ALL, SAME(PATTERN, 0x0000FFF0)),
	ONE(RXPBS, ALL, PLAIN),
	ONE(FCRTV, ALL, PLAIN),
	ONE(TXPBS, ALL, PLAIN),
	ONE(DTXCTL, ALL, PLAIN),
	ONE(DTXTCPFLGL, ALL, PLAIN),
	ONE(DTXTCPFLGH, ALL, PLAIN),
	STAT(CRCERRS), STAT(ALGNERRC), STAT(SYMERRS), STAT(RXERRC),
	STAT(MPC), STAT(SCC), STAT(ECOL), STAT(MCC), STAT(LATECOL),
	STAT(COLC), STAT(DC), STAT(TNCRS), STAT(SEC), STAT(HTDPMC),
	STAT(RLEC), STAT(XONRXC), STAT(XONTXC), STAT(XOFFRXC),
	STAT(XOFFTXC), STAT(FCRUC), STAT(PRC64), STAT(PRC127),
	STAT(PRC255), STAT(PRC511), STAT(PRC1023), STAT(PRC1522),
	STAT(GPRC), STAT(BPRC), STAT(MPRC), STAT(GPTC), STAT(GORCL),
	STAT(GORCH), STAT(GOTCL), STAT(GOTCH), STAT(RNBC), STAT(RUC),
	STAT(RFC), STAT(ROC), STAT(RJC), STAT(MGTPRC), STAT(MGTPDC),
	STAT(MGTPTC), STAT(TPR), STAT(TPT), STAT(PTC64), STAT(PTC127),
	STAT(PTC255), STAT(PTC511), STAT(PTC1023), STAT(PTC1522),
	STAT(MPTC), STAT(BPTC), STAT(TSCTC), STAT(LENERRS),
	ONE(PCS_CFG0, ALL, PLAIN),
	ONE(PCS_LCTL, ALL, PLAIN),
	ONE(PCS_LSTAT, ALL, PLAIN),
	ONE(PCS_ANADV, ALL, PLAIN),
	ONE(PCS_LPAB, ALL, PLAIN),
	ONE(RXCSUM, ALL, PLAIN),
	ONE(RLPML, ALL, PLAIN),
	ONE(RFCTL, ALL, PLAIN),
	ARR_T(MTA, NAPIER_MTA_LEN, FIXED, ALL, SAME(PATTERN, 0xFFFFFFFF)),
	RAR_T(RAL, 0, FIXED, ALL, SAME(PATTERN, 0xFFFFFFFF)),
	RAR_T(RAH, 0, FIXED, ALL,
	      TEST(PATTERN, 0x83FFFFFF, 0x83FFFFFF, 0xC3FFFFFF, 0x900FFFFF)),
	ARR(PSRTYPE, 8, FIXED, ALL),
	RAR_T(RAL2, 16, RARS, NOT_I21X, SAME(PATTERN, 0xFFFFFFFF)),
	RAR_T(RAH2, 16, RARS, NOT_I21X,
	      TEST(PATTERN, 0x83FFFFFF, 0x83FFFFFF, 0xC3FFFFFF, 0)),
	ONE(VLAPQF, I210, PLAIN),
	ARR(VFTA, NAPIER_VFTA_LEN, FIXED, ALL),
	ONE(WUC, ALL, PLAIN),
	ONE(WUFC, ALL, PLAIN),
	ONE(WUS, ALL, PLAIN),
	ONE(MRQC, ALL, PLAIN),
	ONE(VT_CTL, ALL, PLAIN),
	ONE(MANC, ALL, PLAIN),
	ONE(IPAV, ALL, PLAIN),
	ARR(SAQF, NAPIER_STEER_TUPLES, FIXED, N82576),
	ARR(DAQF, NAPIER_STEER_TUPLES, FIXED, N82576),
	ARR(SPQF, NAPIER_STEER_TUPLES, FIXED, N82576),
	ARR(FTQF, NAPIER_STEER_TUPLES, FIXED, ALL),
	ARR(IMIR, NAPIER_STEER_TUPLES, FIXED, ALL),
	ARR(IMIREXT, NAPIER_STEER_TUPLES, FIXED, ALL),
	ONE(GCR, ALL, PLAIN),
	ONE(FACTPS, ALL, PLAIN),
	/* Reading it takes the semaphore. */
	ONE(SWSM, ALL, EFFECT),
	ONE(FWSM, ALL, PLAIN),
	ONE(SW_FW_SYNC, ALL, PLAIN),
	ARR(RETA, NAPIER_RETA_LEN / 4, FIXED, ALL),
	ARR(RSSRK, NAPIER_RSS_KEY_LEN / 4, FIXED, ALL),
	ARR(ETQF, 8, FIXED, ALL),
	ONE(TSYNCRXCFG, ALL, PLAIN),
	ONE(THMJT, ONLY_I350, PLAIN),
	ONE(THLOWTC, ONLY_I350, PLAIN),
	ONE(THHIGHTC, ONLY_I350, PLAIN),
	/* Whoever reads SYSTIML or SYSTIMR moves SYSTIMH under the driver. */
	ONE(SYSTIML, ALL, EFFECT),
	ONE(SYSTIMH, ALL, PLAIN),
	ONE(TIMINCA, ALL, PLAIN),
	ONE(TSYNCTXCTL, ALL, PLAIN),
	ONE(TXSTMPL, ALL, PLAIN),
	/* The upper halves make room for the next stamp; on the emulator
	 * RXSATRH does (QEMU 10.0 hw/net/igb_core.c, igb_get_rxsatrh).
	 */
	ONE(TXSTMPH, ALL, EFFECT),
	ONE(TSYNCRXCTL, ALL, PLAIN),
	ONE(RXSTMPL, ALL, PLAIN),
	ONE(RXSTMPH, ALL, EFFECT),
	ONE(RXSATRL, ALL, PLAIN),
	ONE(RXSATRH, ALL, EFFECT),
	ONE(TSAUXC, NOT_82576, PLAIN),
	ONE(TSICR, NOT_82576, CLEARS),
	ONE(TSIM, NOT_82576, PLAIN),
	ONE(SYSTIMR, NOT_82576, EFFECT),
	QUEUE_T(RDBAL, SAME(PATTERN, 0xFFFFFF80)),
	QUEUE_T(RDBAH, SAME(PATTERN, 0xFFFFFFFF)),
	QUEUE_T(RDLEN, TEST(PATTERN, 0xFFFF0, 0xFFFF0, 0xFFF80, 0xFFF80)),
	QUEUE(SRRCTL, PLAIN),
	QUEUE(RDH, PLAIN),
	QUEUE(RDT, PLAIN),
	QUEUE(RXDCTL, PLAIN),
	QUEUE(RQDPC, CLEARS),
	QUEUE_B(DVMOLR, SINCE_I350, PLAIN),
	QUEUE_T(TDBAL, SAME(PATTERN, 0xFFFFFF80)),
	QUEUE_T(TDBAH, SAME(PATTERN, 0xFFFFFFFF)),
	QUEUE_T(TDLEN, TEST(PATTERN, 0xFFFF0, 0xFFFF0, 0xFFF80, 0xFFF80)),
	QUEUE(TDH, PLAIN),
	QUEUE(TDT, PLAIN),
	QUEUE(TXDCTL, PLAIN),
	QUEUE(TDWBAL, PLAIN),
	QUEUE(TDWBAH, PLAIN),
	ONE(EEARBC, I21X, WRITE_ONLY),
	ONE(EEMNGCTL_I210, I21X, PLAIN),
	ARR(INVM_DATA, NAPIER_INVM_DATA_COUNT, FIXED, I21X),
};

/**
 * napier_reg_get - a row of the table
 * @i: which, from 0
 *
 * Return: the row, NULL after the last.
 */
const struct napier_reg *napier_reg_get(u32 i)
{
	return i < ARRAY_SIZE(napier_regs) ? &napier_regs[i] : NULL;
}

static enum napier_board_id napier_reg_board(const struct napier_dev *nd)
{
	return nd->board - napier_board_get(0);
}

/**
 * napier_reg_present - how many registers of a row a part has
 * @nd: device
 * @r: the row
 *
 * Return: their number, which may be 0.
 */
u32 napier_reg_present(const struct napier_dev *nd, const struct napier_reg *r)
{
	u32 queues = nd->board->queues;

	if (!(r->boards & BIT(napier_reg_board(nd))))
		return 0;

	switch (r->limit) {
	case NAPIER_REG_QUEUES:
		return min_t(u32, r->count, queues);
	case NAPIER_REG_VECTORS:
		return min_t(u32, r->count, queues + 1);
	case NAPIER_REG_IVARS:
		return nd->quirks & NAPIER_QUIRK_IVAR_COLUMNS ?
		       r->count : DIV_ROUND_UP(queues, 2);
	case NAPIER_REG_RARS:
		return nd->board->rar_count - 16;
	default:
		return r->count;
	}
}

/* ---- dump -------------------------------------------------------------- */

/**
 * napier_regs_len - length of a dump
 *
 * Return: bytes, the same for every part.
 */
u32 napier_regs_len(void)
{
	u32 i, words = 0;

	for (i = 0; i < ARRAY_SIZE(napier_regs); i++)
		if (napier_regs[i].read == NAPIER_REG_PLAIN)
			words += napier_regs[i].count;

	return words * sizeof(u32);
}

/**
 * napier_regs_version - what a reader has to know of a dump
 * @nd: device
 *
 * Return: bits 31:24 the layout, 23:16 the part (enum napier_board_id),
 * 15:0 the PCI device id.
 */
u32 napier_regs_version(const struct napier_dev *nd)
{
	return FIELD_PREP(NAPIER_REGS_VERSION_LAYOUT, NAPIER_REGS_LAYOUT) |
	       FIELD_PREP(NAPIER_REGS_VERSION_BOARD, napier_reg_board(nd)) |
	       FIELD_PREP(NAPIER_REGS_VERSION_DEVICE, nd->pdev->device);
}

/**
 * napier_regs_dump - read all registers that may be read
 * @nd: device, in any state
 * @buf: napier_regs_len() bytes
 *
 * Nothing is read that clears, or does something else, when it is read. What
 * the part does not have is 0. A device that does not answer gives all ones.
 *
 * Context: process.
 */
void napier_regs_dump(struct napier_dev *nd, u32 *buf)
{
	u32 i, j, present;

	for (i = 0; i < ARRAY_SIZE(napier_regs); i++) {
		const struct napier_reg *r = &napier_regs[i];

		if (r->read != NAPIER_REG_PLAIN)
			continue;
		present = napier_reg_present(nd, r);
		for (j = 0; j < r->count; j++)
			*buf++ = j < present ?
				 napier_rd32(nd, r->offset + j * r->stride) :
				 0;
	}
}

/* ---- self-test --------------------------------------------------------- */

static u32 napier_reg_mask(const struct napier_dev *nd,
			   const struct napier_reg *r)
{
	static const u8 column[] = {
		[NAPIER_BOARD_82576] = 0,
		[NAPIER_BOARD_82580] = 1,
		[NAPIER_BOARD_I350] = 2,
		[NAPIER_BOARD_I354] = 2,
		[NAPIER_BOARD_I210] = 3,
		[NAPIER_BOARD_I211] = 3,
	};

	return r->test ? r->mask[column[napier_reg_board(nd)]] : 0;
}

/* Write a value; what is read back, under the mask. */
static u32 napier_reg_try(struct napier_dev *nd, u32 addr, u32 mask, u32 other,
			  u32 want)
{
	int tries = nd->quirks & NAPIER_QUIRK_MTA_CHECK ? NAPIER_REGS_TRIES : 1;
	u32 got;

	do {
		napier_wr32(nd, addr, other | want);
		got = napier_rd32(nd, addr) & mask;
	} while (got != want && --tries);

	return got;
}

/* Test one register and put its value back. filter.lock: the stack may change
 * the address filters at any time, and is to find them as it left them.
 */
static int napier_reg_test(struct napier_dev *nd, const struct napier_reg *r,
			   u32 idx, u32 mask)
{
	static const u32 patterns[] = {
		0x00000000, 0xFFFFFFFF, 0x5A5A5A5A, 0xA5A5A5A5,
	};
	static const u8 count[] = {
		[NAPIER_REG_PATTERN] = ARRAY_SIZE(patterns),
		[NAPIER_REG_SET] = 2,
		[NAPIER_REG_CLEAR] = 1,
	};
	u32 addr = r->offset + idx * r->stride;
	u32 i, saved, got = 0, want = 0;

	spin_lock_bh(&nd->filter.lock);
	saved = napier_rd32(nd, addr);
	for (i = 0; i < count[r->test] && got == want; i++) {
		want = patterns[i] & mask;
		got = napier_reg_try(nd, addr, mask, saved & ~mask, want);
	}
	napier_wr32(nd, addr, saved);
	spin_unlock_bh(&nd->filter.lock);

	if (napier_is_gone(nd))
		return -ENODEV;
	if (got == want)
		return 0;

	netdev_err(nd->netdev,
		   "self-test: register %s[%u] at %#x: wrote %#x, read %#x, of the bits %#x\n",
		   r->name, idx, addr, want, got, mask);
	return -EIO;
}

/**
 * napier_regs_test - can the registers hold what is written to them?
 * @nd: device with no queue, interrupt or reception enabled
 *
 * Each register has its value back afterwards. The first that fails is named
 * in the log.
 *
 * Context: process, under the lock of the configuration.
 * Return: 0, -EIO, or -ENODEV if the device does not answer.
 */
int napier_regs_test(struct napier_dev *nd)
{
	u32 i, j, mask;
	int err;

	for (i = 0; i < ARRAY_SIZE(napier_regs); i++) {
		const struct napier_reg *r = &napier_regs[i];

		mask = napier_reg_mask(nd, r);
		for (j = 0; mask && j < napier_reg_present(nd, r); j++) {
			err = napier_reg_test(nd, r, j, mask);
			if (err)
				return err;
		}
	}

	return 0;
}
