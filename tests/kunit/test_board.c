// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parts of the family: the table, probing each of them, the semaphores that
 * are shared with firmware, and the packet buffer.
 *
 * Depends on: napier_fixture.c.
 */
#include "napier_fixture.h"

/* What the parts have, written down here a second time (docs/hardware.md). */
static const struct board_facts {
	enum napier_board_id id;
	const char *name;
	u8 queues;
	u8 rar;
	u8 fifo_kb;
	u8 wthresh;
	bool columns;
	bool mdicnfg;
	bool invm;
	bool ports;
	bool swapped_tags;
} board_facts[] = {
	{ NAPIER_BOARD_82576, "82576", 16, 24, 0, 1, .columns = true },
	{ NAPIER_BOARD_82580, "82580", 8, 24, 0, 4, .mdicnfg = true,
	  .ports = true },
	{ NAPIER_BOARD_I350, "I350", 8, 32, 0, 4, .mdicnfg = true,
	  .ports = true, .swapped_tags = true },
	{ NAPIER_BOARD_I354, "I354", 8, 32, 0, 4, .mdicnfg = true,
	  .ports = true, .swapped_tags = true },
	{ NAPIER_BOARD_I210, "I210", 4, 16, 34, 4, .mdicnfg = true,
	  .invm = true, .swapped_tags = true },
	{ NAPIER_BOARD_I211, "I211", 2, 16, 34, 4, .mdicnfg = true,
	  .invm = true, .swapped_tags = true },
};

KUNIT_ARRAY_PARAM_DESC(board_fact, board_facts, name);

static void board_table(struct kunit *test)
{
	const struct board_facts *p = test->param_value;
	const struct napier_board *b = napier_board_get(p->id);

	KUNIT_EXPECT_STREQ(test, b->name, p->name);
	KUNIT_EXPECT_EQ(test, b->queues, p->queues);
	KUNIT_EXPECT_EQ(test, b->rar_count, p->rar);
	KUNIT_EXPECT_EQ(test, b->rx_fifo_kb, p->fifo_kb);
	KUNIT_EXPECT_EQ(test, b->rx_wthresh, p->wthresh);
	KUNIT_EXPECT_EQ(test, !!(b->quirks & NAPIER_QUIRK_IVAR_COLUMNS),
			p->columns);
	KUNIT_EXPECT_EQ(test, !!(b->quirks & NAPIER_QUIRK_MDICNFG), p->mdicnfg);
	KUNIT_EXPECT_EQ(test, !!(b->quirks & NAPIER_QUIRK_INVM), p->invm);
	KUNIT_EXPECT_EQ(test, !!(b->quirks & NAPIER_QUIRK_EEMNGCTL_I210),
			p->invm);
	KUNIT_EXPECT_EQ(test, !!(b->quirks & NAPIER_QUIRK_MTA_CHECK), p->invm);
	KUNIT_EXPECT_EQ(test, !!(b->quirks & NAPIER_QUIRK_RQDPC_RW), p->invm);
	KUNIT_EXPECT_EQ(test, !!(b->quirks & NAPIER_QUIRK_PORT_NVM), p->ports);
	KUNIT_EXPECT_EQ(test, !!(b->quirks & NAPIER_QUIRK_LB_TAG_BE),
			p->swapped_tags);
	/* What the emulator does otherwise is nobody else's. */
	KUNIT_EXPECT_EQ(test, b->quirks & GENMASK(31, 16), 0);
	KUNIT_EXPECT_LE(test, b->queues, NAPIER_MAX_QUEUES);
	KUNIT_EXPECT_LE(test, b->rar_count, NAPIER_MAX_RAR);
}

/* Every part is probed, opened, sends and receives. */
static void board_traffic(struct kunit *test)
{
	const struct board_facts *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, p->id);
	u8 want[ETH_ALEN] = { 0x02, 0x0a, 0xb1, 0xe5, 0, 0 };
	u32 q;

	fx->m->max_vectors = NAPIER_MODEL_VECTORS;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	KUNIT_EXPECT_MEMEQ(test, fx->ndev->dev_addr, want, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, fx->ndev->num_tx_queues, p->queues);
	KUNIT_EXPECT_TRUE(test, fx->m->config[PCI_COMMAND] &
				PCI_COMMAND_MASTER);
	KUNIT_EXPECT_EQ(test, napier_irq_max_queues(fx->nd), p->queues);
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, p->queues, 64, 64), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	napier_fixture_link_up(fx);

	for (q = 0; q < p->queues; q++) {
		u32 rxdctl = napier_model_peek(fx->m, NAPIER_RXDCTL(q));

		KUNIT_EXPECT_EQ(test, FIELD_GET(NAPIER_DCTL_WTHRESH, rxdctl),
				p->wthresh);
		napier_fixture_unlimit(fx, q);
		fx->expect = fx->serial;
		KUNIT_EXPECT_EQ(test, napier_fixture_send(fx, q, 3, 100), 3);
		KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, q), 3);
		napier_fixture_settle(fx);
		KUNIT_EXPECT_EQ_MSG(test, napier_fixture_freed(), fx->given,
				    "queue %u", q);
		napier_fixture_check_sent(fx, q, 3);
		KUNIT_EXPECT_EQ(test, napier_fixture_receive(fx, q, 300, q), 1);
		napier_fixture_settle(fx);
		napier_fixture_check_received(fx, 300, q);
	}
}

/* QEMU's device is known by its subsystem, and only that of an 82576. */
static void board_emulated(struct kunit *test)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_82576);
	const u32 all = NAPIER_QUIRK_QEMU_NO_EIAM |
			NAPIER_QUIRK_QEMU_EITR_1024 |
			NAPIER_QUIRK_QEMU_NO_CFG_DONE | NAPIER_QUIRK_QEMU_RUC |
			NAPIER_QUIRK_QEMU_TXDW_IVAR |
			NAPIER_QUIRK_QEMU_LB_ANEG | NAPIER_QUIRK_QEMU_AN_LINK |
			NAPIER_QUIRK_QEMU_LP_STAYS | NAPIER_QUIRK_QEMU_OUTER |
			NAPIER_QUIRK_QEMU_NO_STEER |
			NAPIER_QUIRK_QEMU_RXSATRH | NAPIER_QUIRK_QEMU_PTP_L2;

	fx->m->pdev.subsystem_vendor = 0x1af4;
	fx->m->pdev.subsystem_device = 0x1100;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	KUNIT_EXPECT_EQ(test, fx->nd->quirks & GENMASK(31, 16), all);
	napier_fixture_remove(fx);

	fx->m->pdev.device = 0x1526;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	KUNIT_EXPECT_EQ(test, fx->nd->quirks & GENMASK(31, 16), 0);
}

/* ---- packet buffer -------------------------------------------------------------- */

static const struct board_fifo {
	const char *name;
	enum napier_board_id id;
	u32 rxpbs;
	u32 kib;
} board_fifos[] = {
	{ "82576", NAPIER_BOARD_82576, 0x40, 64 },
	{ "82576, other bits set", NAPIER_BOARD_82576, 0xffffff80 | 0x22, 34 },
	{ "82580, 36 KiB", NAPIER_BOARD_82580, 0, 36 },
	{ "82580, 140 KiB", NAPIER_BOARD_82580, 10, 140 },
	{ "I350, 72 KiB", NAPIER_BOARD_I350, 1, 72 },
	{ "I350, 35 KiB", NAPIER_BOARD_I350, 8, 35 },
	{ "I350, reserved", NAPIER_BOARD_I350, 11, 36 },
	{ "I354, reserved", NAPIER_BOARD_I354, 15, 36 },
	{ "I210", NAPIER_BOARD_I210, 0x40, 34 },
	{ "I211", NAPIER_BOARD_I211, 0, 34 },
};

KUNIT_ARRAY_PARAM_DESC(board_fifo, board_fifos, name);

static void board_packet_buffer(struct kunit *test)
{
	const struct board_fifo *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, p->id);

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	napier_model_poke(fx->m, NAPIER_RXPBS, p->rxpbs);
	KUNIT_EXPECT_EQ(test, napier_rx_fifo_bytes(fx->nd), p->kib * SZ_1K);
}

/* ---- semaphores ------------------------------------------------------------------- */

/* Taken, seen by others, given back; whatever others hold stays. */
static void semaphore_basics(struct kunit *test)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_82576);
	struct napier_dev *nd;

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	nd = fx->nd;
	napier_model_poke(fx->m, NAPIER_SW_FW_SYNC, NAPIER_SW_FW_SYNC_PHY1);
	KUNIT_EXPECT_EQ(test, napier_swfw_acquire(nd, NAPIER_SW_FW_SYNC_NVM),
			0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_SW_FW_SYNC),
			NAPIER_SW_FW_SYNC_NVM | NAPIER_SW_FW_SYNC_PHY1);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_SWSM), 0);
	napier_swfw_release(nd, NAPIER_SW_FW_SYNC_NVM);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_SW_FW_SYNC),
			NAPIER_SW_FW_SYNC_PHY1);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_SWSM), 0);
}

/* Other ports and firmware keep it for a while. */
static void semaphore_contended(struct kunit *test)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_82576);

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	fx->m->smbi = 1;
	fx->m->firmware_holds = 20;
	KUNIT_EXPECT_EQ(test, napier_swfw_acquire(fx->nd,
						  NAPIER_SW_FW_SYNC_PHY0), 0);
	KUNIT_EXPECT_EQ(test, fx->m->smbi, 0);
	KUNIT_EXPECT_EQ(test, fx->m->firmware_holds, 0);
	napier_swfw_release(fx->nd, NAPIER_SW_FW_SYNC_PHY0);
}

/* The resource is firmware's, for longer than anyone waits. */
static void semaphore_denied(struct kunit *test)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_82576);
	u32 held = NAPIER_SW_FW_SYNC_NVM << NAPIER_SW_FW_SYNC_FW_SHIFT;
	u16 word;

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	napier_model_poke(fx->m, NAPIER_SW_FW_SYNC, held);
	KUNIT_EXPECT_EQ(test, napier_nvm_read(fx->nd, 0, &word, 1), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_SW_FW_SYNC),
			held);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_SWSM), 0);
	napier_model_poke(fx->m, NAPIER_SW_FW_SYNC, 0);
}

/* A boot agent left it set: broken once on parts with one port, never where it
 * may be another port's.
 */
static void semaphore_stale(struct kunit *test)
{
	const struct board_facts *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, p->id);
	int want = p->invm ? 0 : -ETIMEDOUT;

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	fx->m->stale_smbi = true;
	KUNIT_EXPECT_EQ(test, napier_swfw_acquire(fx->nd,
						  NAPIER_SW_FW_SYNC_PHY0),
			want);
	if (!want)
		napier_swfw_release(fx->nd, NAPIER_SW_FW_SYNC_PHY0);
	KUNIT_EXPECT_EQ(test, fx->m->stale_smbi, !p->invm);
	fx->m->stale_smbi = true;
	KUNIT_EXPECT_EQ(test, napier_swfw_acquire(fx->nd,
						  NAPIER_SW_FW_SYNC_PHY0),
			-ETIMEDOUT);
	fx->m->stale_smbi = false;
	napier_model_poke(fx->m, NAPIER_SWSM, 0);
}

/* ---- firmware ---------------------------------------------------------------------- */

static const struct board_firmware {
	const char *name;
	u32 manc;
	u32 fwsm;
	u32 factps;
	bool uses;
} board_firmwares[] = {
	{ "none", 0, 0, 0, false },
	{ "session", NAPIER_MANC_BLK_PHY_RST, 0, 0, true },
	{ "no TCO", NAPIER_MANC_SMBUS_EN, 0, 0, false },
	{ "SMBus", NAPIER_MANC_RCV_TCO_EN | NAPIER_MANC_SMBUS_EN, 0, 0, true },
	{ "ASF", NAPIER_MANC_RCV_TCO_EN | NAPIER_MANC_SMBUS_EN |
		 NAPIER_MANC_ASF_EN, 0, 0, false },
	{ "pass-through", NAPIER_MANC_RCV_TCO_EN, 2 << 1, 0, true },
	{ "pass-through, clock gated", NAPIER_MANC_RCV_TCO_EN, 2 << 1,
	  NAPIER_FACTPS_MNGCG, false },
	{ "other mode", NAPIER_MANC_RCV_TCO_EN | NAPIER_MANC_SMBUS_EN, 3 << 1,
	  0, false },
};

KUNIT_ARRAY_PARAM_DESC(board_firmware, board_firmwares, name);

static void firmware_uses_phy(struct kunit *test)
{
	const struct board_firmware *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_82576);

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	napier_model_poke(fx->m, NAPIER_MANC, p->manc);
	napier_model_poke(fx->m, NAPIER_FWSM, p->fwsm);
	napier_model_poke(fx->m, NAPIER_FACTPS, p->factps);
	KUNIT_EXPECT_EQ(test, napier_firmware_uses_phy(fx->nd), p->uses);

	/* If so, the PHY keeps its power while the interface is down. */
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	napier_fixture_close(fx);
	KUNIT_EXPECT_EQ(test, !(fx->m->phy[MII_BMCR] & BMCR_PDOWN), p->uses);
}

/* ---- tables of the device that lose writes ------------------------------------------- */

static void board_lossy_tables(struct kunit *test)
{
	const struct board_facts *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, p->id);
	bool repeats = p->id == NAPIER_BOARD_I350 || p->id == NAPIER_BOARD_I354;

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	fx->m->writes[1] = 0;
	napier_filter_set_vlan(fx->nd, 100, true);
	KUNIT_EXPECT_EQ(test, fx->m->writes[1], repeats ? 10 : 1);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_VFTA(100 / 32)),
			BIT(100 % 32));

	/* An entry of the multicast table is lost, and written again. */
	if (p->invm) {
		napier_model_poke(fx->m, NAPIER_MTA(5), 0x55);
		fx->m->lost_writes = 20;
		netif_addr_lock_bh(fx->ndev);
		napier_filter_sync(fx->nd, &fx->ndev->uc, &fx->ndev->mc);
		netif_addr_unlock_bh(fx->ndev);
		KUNIT_EXPECT_EQ(test, fx->m->lost_writes, 0);
		KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_MTA(5)),
				0);
	}
}

static struct kunit_case napier_board_cases[] = {
	KUNIT_CASE_PARAM(board_table, board_fact_gen_params),
	KUNIT_CASE_PARAM(board_traffic, board_fact_gen_params),
	KUNIT_CASE(board_emulated),
	KUNIT_CASE_PARAM(board_packet_buffer, board_fifo_gen_params),
	KUNIT_CASE(semaphore_basics),
	KUNIT_CASE(semaphore_contended),
	KUNIT_CASE_SLOW(semaphore_denied),
	KUNIT_CASE_PARAM(semaphore_stale, board_fact_gen_params),
	KUNIT_CASE_PARAM(firmware_uses_phy, board_firmware_gen_params),
	KUNIT_CASE_PARAM(board_lossy_tables, board_fact_gen_params),
	{}
};

static struct kunit_suite napier_board_suite = {
	.name = "napier_board",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_board_cases,
};

kunit_test_suite(napier_board_suite);
