// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of registers and the dump that is made from it; the NVM, byte by
 * byte.
 *
 * Depends on: napier_fixture.c.
 */
#include <linux/bitmap.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "napier_fixture.h"

#define REGS_WORDS	(NAPIER_MODEL_BAR / 4)

KUNIT_ARRAY_PARAM_DESC(regs_board, napier_fixture_boards, name);

/* ---- the table ------------------------------------------------------------ */

/* Each row after the one before, within the device, and making sense. */
static void regs_table_is_sound(struct kunit *test)
{
	const struct napier_reg *r, *before = NULL;
	u32 i, m;

	for (i = 0; (r = napier_reg_get(i)); i++) {
		if (before)
			KUNIT_EXPECT_GT_MSG(test, r->offset, before->offset,
					    "%s", r->name);
		before = r;
		KUNIT_EXPECT_EQ_MSG(test, r->offset % 4, 0, "%s", r->name);
		KUNIT_EXPECT_EQ_MSG(test, r->stride % 4, 0, "%s", r->name);
		KUNIT_EXPECT_GT_MSG(test, r->stride, 0, "%s", r->name);
		KUNIT_EXPECT_GT_MSG(test, r->count, 0, "%s", r->name);
		KUNIT_EXPECT_NE_MSG(test, r->boards, 0, "%s", r->name);
		KUNIT_EXPECT_LT_MSG(test, r->offset + r->count * r->stride,
				    NAPIER_MODEL_BAR, "%s", r->name);
		/* What is tested can be read, and has bits to test. */
		for (m = 0; m < ARRAY_SIZE(r->mask); m++)
			if (r->mask[m])
				KUNIT_EXPECT_TRUE_MSG(test, r->test && r->read ==
						      NAPIER_REG_PLAIN, "%s",
						      r->name);
		if (r->test)
			KUNIT_EXPECT_NE_MSG(test, r->mask[0] | r->mask[1] |
					    r->mask[2] | r->mask[3], 0, "%s",
					    r->name);
	}
	KUNIT_EXPECT_GT(test, i, 100);
	KUNIT_EXPECT_NULL(test, napier_reg_get(U32_MAX));
}

/* Rows run through one another; no element is another's. Reception must not be
 * switched on by a test.
 */
static void regs_do_not_overlap(struct kunit *test)
{
	const struct napier_fixture_board *b = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, b->id);
	unsigned long *seen = kunit_kzalloc(test, BITS_TO_LONGS(REGS_WORDS) *
					    sizeof(long), GFP_KERNEL);
	const struct napier_reg *r;
	u32 i, j, addr, present;

	KUNIT_ASSERT_NOT_NULL(test, seen);
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, b->id), 0);
	for (i = 0; (r = napier_reg_get(i)); i++) {
		present = napier_reg_present(fx->nd, r);
		KUNIT_EXPECT_LE_MSG(test, present, r->count, "%s", r->name);
		for (j = 0; j < present; j++) {
			addr = r->offset + j * r->stride;
			KUNIT_EXPECT_FALSE_MSG(test, test_and_set_bit(addr / 4,
								      seen),
					       "%s[%u]", r->name, j);
		}
		if (r->offset == NAPIER_RCTL)
			for (j = 0; j < ARRAY_SIZE(r->mask); j++)
				KUNIT_EXPECT_FALSE(test, r->mask[j] &
							 NAPIER_RCTL_EN);
		if (r->offset == NAPIER_RDBAL(0))
			KUNIT_EXPECT_EQ(test, present, fx->nd->board->queues);
		if (r->offset == NAPIER_RAL2(16))
			KUNIT_EXPECT_EQ(test, present,
					fx->nd->board->rar_count - 16);
	}
}

/* ---- the dump ------------------------------------------------------------- */

/* The model has no read that clears, or takes a semaphore, without a trace:
 * what it holds is the same before and after. Made with the interface down and
 * up, and each register is where the table says.
 */
static void regs_dump_is_whole_and_harmless(struct kunit *test)
{
	const struct napier_fixture_board *b = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, b->id);
	u32 *buf = kunit_kzalloc(test, napier_regs_len(), GFP_KERNEL);
	struct napier_model *before, *m = fx->m;
	const struct napier_reg *r;
	u32 i, j, want, *at = buf;
	u64 systim_seen;

	before = vzalloc(sizeof(*before));
	KUNIT_ASSERT_NOT_NULL(test, before);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, b->id), 0);

	/* Something everywhere, above all where a read would clear it. */
	for (i = NAPIER_CRCERRS; i <= NAPIER_LENERRS; i += 4)
		napier_model_count(m, i, 5);
	for (i = 0; i < fx->nd->board->queues; i++)
		napier_model_poke(m, NAPIER_RQDPC(i), 7 + i);
	for (i = 0; i < NAPIER_RETA_LEN / 4; i++)
		napier_model_poke(m, NAPIER_RETA(i), 0x01010101 * i);
	/* A stamp waits each way, and the clock's reader is half through. */
	napier_model_poke(m, NAPIER_TSYNCTXCTL, NAPIER_TSYNCTXCTL_VALID);
	napier_model_poke(m, NAPIER_TSYNCRXCTL, NAPIER_TSYNCRXCTL_VALID);
	napier_model_ptp_advance(m, NSEC_PER_SEC);
	systim_seen = m->systim_seen;
	spin_lock_irq(&m->lock);
	m->icr = NAPIER_ICR_LSC;
	m->eicr = 0x5;
	memcpy(before->regs, m->regs, sizeof(m->regs));
	memcpy(before->octets, m->octets, sizeof(m->octets));
	spin_unlock_irq(&m->lock);

	napier_regs_dump(fx->nd, buf);

	KUNIT_EXPECT_TRUE(test, !memcmp(before->regs, m->regs,
					sizeof(m->regs)));
	KUNIT_EXPECT_TRUE(test, !memcmp(before->octets, m->octets,
					sizeof(m->octets)));
	KUNIT_EXPECT_EQ(test, m->icr, NAPIER_ICR_LSC);
	KUNIT_EXPECT_EQ(test, m->eicr, 0x5);
	KUNIT_EXPECT_NE(test, m->systim, systim_seen);
	KUNIT_EXPECT_EQ(test, m->systim_seen, systim_seen);
	vfree(before);

	for (i = 0; (r = napier_reg_get(i)); i++) {
		for (j = 0; r->read == NAPIER_REG_PLAIN && j < r->count; j++) {
			want = 0;
			if (j < napier_reg_present(fx->nd, r))
				want = napier_model_peek(m, r->offset +
							    j * r->stride);
			/* Of these the model keeps the value elsewhere. */
			if (r->offset != NAPIER_MDIC &&
			    r->offset != NAPIER_EERD &&
			    r->offset != NAPIER_SYSTIMH)
				KUNIT_EXPECT_EQ_MSG(test, *at, want, "%s[%u]",
						    r->name, j);
			at++;
		}
	}
	KUNIT_EXPECT_EQ(test, (at - buf) * 4, napier_regs_len());
	KUNIT_EXPECT_EQ(test, napier_regs_version(fx->nd),
			2 << 24 | b->id << 16 | m->pdev.device);
	m->icr = 0;
	m->eicr = 0;
}

static void regs_dump_of_a_dead_device(struct kunit *test)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_82576);
	u32 *buf = kunit_kzalloc(test, napier_regs_len(), GFP_KERNEL);
	const struct napier_reg *r;
	u32 i, j, *at = buf;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	fx->m->gone = true;
	napier_regs_dump(fx->nd, buf);
	KUNIT_EXPECT_TRUE(test, napier_is_gone(fx->nd));
	for (i = 0; (r = napier_reg_get(i)); i++)
		for (j = 0; r->read == NAPIER_REG_PLAIN && j < r->count; j++)
			KUNIT_EXPECT_EQ_MSG(test, *at++,
					    j < napier_reg_present(fx->nd, r) ?
					    ~0U : 0, "%s[%u]", r->name, j);
	KUNIT_EXPECT_EQ(test, napier_regs_test(fx->nd), -ENODEV);
	napier_fixture_back(fx);
	napier_gate_open(fx->nd);
	netif_device_attach(fx->ndev);
}

/* ---- the self-test of registers ------------------------------------------- */

/* It passes, and every register is as it was. */
static void regs_test_leaves_no_trace(struct kunit *test)
{
	const struct napier_fixture_board *b = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, b->id);
	struct napier_model *m = fx->m;
	u32 *before = vmalloc(sizeof(m->regs));
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, before);
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, b->id), 0);
	for (i = 0; i < NAPIER_MTA_LEN; i++)
		napier_model_poke(m, NAPIER_MTA(i), 0x1000 + i);
	memcpy(before, m->regs, sizeof(m->regs));
	/* I210 and I211 lose some, which is no failure. */
	m->lost_writes = b->id >= NAPIER_BOARD_I210 ? 2 : 0;
	KUNIT_EXPECT_EQ(test, napier_regs_test(fx->nd), 0);
	KUNIT_EXPECT_TRUE(test, !memcmp(before, m->regs, sizeof(m->regs)));
	KUNIT_EXPECT_EQ(test, m->lost_writes, 0);
	vfree(before);
}

/* Each register that a part has is tested, each bit of its mask either way: a
 * bit that is stuck at 0 or at 1 is found.
 */
static void regs_stuck_bit_is_found(struct kunit *test)
{
	const struct napier_fixture_board *b = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, b->id);
	static const u8 family[] = { 0, 1, 2, 2, 3, 3 };
	struct napier_model *m = fx->m;
	const struct napier_reg *r;
	u32 i, last, mask, tested = 0;

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, b->id), 0);
	for (i = 0; (r = napier_reg_get(i)); i++) {
		mask = r->mask[family[b->id]];
		last = napier_reg_present(fx->nd, r);
		if (!r->test || !mask || !last)
			continue;
		tested++;
		m->stuck_reg = r->offset + (last - 1) * r->stride;
		m->stuck_mask = BIT(__fls(mask));
		m->stuck_value = m->stuck_mask;
		KUNIT_EXPECT_EQ_MSG(test, napier_regs_test(fx->nd), -EIO,
				    "%s, stuck at 1", r->name);
		m->stuck_value = 0;
		KUNIT_EXPECT_EQ_MSG(test, napier_regs_test(fx->nd),
				    r->test == NAPIER_REG_CLEAR ? 0 : -EIO,
				    "%s, stuck at 0", r->name);
		m->stuck_mask = BIT(__ffs(mask));
		m->stuck_value = m->stuck_mask;
		KUNIT_EXPECT_EQ_MSG(test, napier_regs_test(fx->nd), -EIO,
				    "%s, lowest bit stuck at 1", r->name);
		m->stuck_mask = 0;
	}
	KUNIT_EXPECT_GE(test, tested, 17);
	KUNIT_EXPECT_EQ(test, napier_regs_test(fx->nd), 0);
}

/* ---- the NVM, for ethtool -e ----------------------------------------------- */

static void regs_nvm_by_bytes(struct kunit *test)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_I350);
	static const struct {
		u32 offset, len;
	} parts[] = {
		{ 0, 1 }, { 1, 1 }, { 0, 2 }, { 1, 2 }, { 5, 3 }, { 127, 2 },
		{ 127, 300 }, { 128, 128 }, { 0, 0x400 }, { 0x3FF, 1 },
	};
	u8 *have = kunit_kzalloc(test, 0x400, GFP_KERNEL);
	struct napier_model *m = fx->m;
	u32 i, j;

	KUNIT_ASSERT_NOT_NULL(test, have);
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_I350), 0);
	KUNIT_ASSERT_EQ(test, fx->nd->nvm_bytes, 0x400);
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		memset(have, 0, 0x400);
		KUNIT_ASSERT_EQ(test,
				napier_nvm_read_bytes(fx->nd, parts[i].offset,
						      parts[i].len, have), 0);
		for (j = 0; j < parts[i].len; j++) {
			u32 at = parts[i].offset + j;
			u8 want = m->nvm[at / 2] >> (at % 2 * 8);

			KUNIT_ASSERT_EQ_MSG(test, have[j], want,
					    "byte %u of %u from %u", j,
					    parts[i].len, parts[i].offset);
		}
	}
	KUNIT_EXPECT_EQ(test, napier_model_peek(m, NAPIER_SW_FW_SYNC), 0);
}

/* Without flash it is the records of the iNVM, whatever they mean. */
static void regs_invm_by_bytes(struct kunit *test)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_I211);
	u8 have[7];
	u32 i;

	fx->m->no_flash = true;
	for (i = 0; i < NAPIER_INVM_DATA_COUNT; i++)
		fx->m->invm[i] = 0x03020100 + 0x04040404 * i;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_I211), 0);
	KUNIT_ASSERT_EQ(test, fx->nd->nvm_bytes, 256);
	KUNIT_ASSERT_EQ(test, napier_nvm_read_bytes(fx->nd, 0xF7, sizeof(have),
						    have), 0);
	for (i = 0; i < sizeof(have); i++)
		KUNIT_EXPECT_EQ(test, have[i], (0xF7 + i) & 0xFF);
	KUNIT_EXPECT_EQ(test, napier_nvm_read_bytes(fx->nd, 255, 1, have), 0);
	KUNIT_EXPECT_EQ(test, have[0], 255);
}

static struct kunit_case napier_regs_cases[] = {
	KUNIT_CASE(regs_table_is_sound),
	KUNIT_CASE_PARAM(regs_do_not_overlap, regs_board_gen_params),
	KUNIT_CASE_PARAM(regs_dump_is_whole_and_harmless,
			 regs_board_gen_params),
	KUNIT_CASE(regs_dump_of_a_dead_device),
	KUNIT_CASE_PARAM(regs_test_leaves_no_trace, regs_board_gen_params),
	KUNIT_CASE_PARAM(regs_stuck_bit_is_found, regs_board_gen_params),
	KUNIT_CASE(regs_nvm_by_bytes),
	KUNIT_CASE(regs_invm_by_bytes),
	{}
};

static struct kunit_suite napier_regs_suite = {
	.name = "napier_regs",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_regs_cases,
};

kunit_test_suite(napier_regs_suite);
