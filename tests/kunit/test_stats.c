// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters: registers that clear when they are read, sums that are wider than
 * they, and rings that come and go.
 *
 * Depends on: napier_fixture.c.
 */
#include <net/netdev_queues.h>

#include "napier_fixture.h"

static struct rtnl_link_stats64 stats_link64(struct napier_fixture *fx)
{
	struct rtnl_link_stats64 s = {};

	fx->ndev->netdev_ops->ndo_get_stats64(fx->ndev, &s);

	return s;
}

static struct napier_fixture *stats_device(struct kunit *test,
					   enum napier_board_id id)
{
	struct napier_fixture *fx = napier_fixture_bare(test, id);

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, id), 0);

	return fx;
}

/* Each count is there once, however often it is asked for. */
static void stats_once(struct kunit *test)
{
	struct napier_fixture *fx = stats_device(test, NAPIER_BOARD_82576);
	struct ethtool_eth_mac_stats mac = {};

	napier_model_count(fx->m, NAPIER_CRCERRS, 3);
	napier_model_count(fx->m, NAPIER_MPC, 5);
	napier_model_count(fx->m, NAPIER_GPRC, 1000);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_crc_errors, 0);
	napier_stats_update(fx->nd);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_crc_errors, 3);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_errors, 3);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_missed_errors, 5);
	napier_stats_update(fx->nd);
	napier_stats_get_mac(fx->nd, &mac);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_crc_errors, 3);
	KUNIT_EXPECT_EQ(test, mac.FrameCheckSequenceErrors, 3);
	KUNIT_EXPECT_EQ(test, mac.FramesReceivedOK, 1000);
	napier_model_count(fx->m, NAPIER_CRCERRS, 4);
	napier_stats_update(fx->nd);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_crc_errors, 7);
}

/* What was there before the driver is not its own. */
static void stats_start_at_zero(struct kunit *test)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_82576);
	struct ethtool_eth_mac_stats mac = {};

	napier_model_count(fx->m, NAPIER_CRCERRS, 7);
	napier_model_count(fx->m, NAPIER_GORCL, 7000);
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	napier_stats_get_mac(fx->nd, &mac);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_crc_errors, 0);
	KUNIT_EXPECT_EQ(test, mac.OctetsReceivedOK, 0);
}

/* Sums go beyond the 32 bits of a register. */
static void stats_wider_than_registers(struct kunit *test)
{
	struct napier_fixture *fx = stats_device(test, NAPIER_BOARD_82576);
	struct ethtool_eth_mac_stats mac = {};
	int i;

	for (i = 0; i < 5; i++) {
		napier_model_count(fx->m, NAPIER_GPTC, 0xF0000000);
		napier_model_count(fx->m, NAPIER_GOTCL, 0xFFFFFFFF);
		napier_model_count(fx->m, NAPIER_GOTCL, 0xFFFFFFFF);
		napier_model_count(fx->m, NAPIER_GORCL, 10);
		napier_stats_update(fx->nd);
	}
	napier_stats_get_mac(fx->nd, &mac);
	KUNIT_EXPECT_EQ(test, mac.FramesTransmittedOK, 5 * 0xF0000000ULL);
	KUNIT_EXPECT_EQ(test, mac.OctetsTransmittedOK, 10 * 0xFFFFFFFFULL);
	KUNIT_EXPECT_EQ(test, mac.OctetsReceivedOK, 50);
}

KUNIT_ARRAY_PARAM_DESC(stats_board, napier_fixture_boards, name);

/* Queue by queue, and the rest; the sum of all. */
static u64 stats_drops(struct napier_fixture *fx)
{
	const struct netdev_stat_ops *ops = fx->ndev->stat_ops;
	struct netdev_queue_stats_rx base = {}, one;
	struct netdev_queue_stats_tx tx = {};
	u64 sum;
	u32 q;

	ops->get_base_stats(fx->ndev, &base, &tx);
	sum = base.hw_drops;
	KUNIT_EXPECT_EQ(fx->test, base.hw_drop_overruns, sum);
	for (q = 0; q < fx->ndev->real_num_rx_queues; q++) {
		ops->get_queue_stats_rx(fx->ndev, q, &one);
		KUNIT_EXPECT_EQ(fx->test, one.hw_drops, q + 1);
		KUNIT_EXPECT_EQ(fx->test, one.hw_drop_overruns, q + 1);
		sum += one.hw_drops;
	}

	return sum;
}

/* Frames without a descriptor: some parts clear the register on a read, some
 * want a 0; on each they are counted once, and by queue they add up.
 */
static void stats_missed(struct kunit *test)
{
	const struct napier_fixture_board *p = test->param_value;
	struct napier_fixture *fx = stats_device(test, p->id);
	u32 q;

	for (q = 0; q < fx->nd->board->queues; q++)
		napier_model_poke(fx->m, NAPIER_RQDPC(q), q + 1);
	napier_model_count(fx->m, NAPIER_MPC, 100);
	napier_stats_update(fx->nd);
	napier_stats_update(fx->nd);
	q = fx->nd->board->queues;
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_missed_errors,
			100 + q * (q + 1) / 2);
	KUNIT_EXPECT_EQ(test, stats_drops(fx), 100 + q * (q + 1) / 2);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_errors, 0);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_dropped, 0);
}

/* A register that a part does not have right is not reported. */
static void stats_not_valid(struct kunit *test)
{
	const struct napier_fixture_board *p = test->param_value;
	struct napier_fixture *fx = stats_device(test, p->id);
	bool i21x = p->id == NAPIER_BOARD_I210 || p->id == NAPIER_BOARD_I211;
	struct ethtool_eth_mac_stats mac = {
		.CarrierSenseErrors = ETHTOOL_STAT_NOT_SET,
	};

	napier_model_count(fx->m, NAPIER_TNCRS, 9);
	napier_model_count(fx->m, NAPIER_RUC, 4);
	napier_stats_get_mac(fx->nd, &mac);
	KUNIT_EXPECT_EQ(test, mac.CarrierSenseErrors,
			i21x ? ETHTOOL_STAT_NOT_SET : 9);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).tx_carrier_errors,
			i21x ? 0 : 9);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_length_errors, 4);

	/* The emulator counts good frames there. */
	fx->nd->quirks |= NAPIER_QUIRK_QEMU_RUC;
	napier_model_count(fx->m, NAPIER_RUC, 100);
	napier_stats_update(fx->nd);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_length_errors, 4);
}

/* What was counted before a reset is not lost with it. */
static void stats_over_reset(struct kunit *test)
{
	struct napier_fixture *fx;

	napier_fixture_init_up(test);
	fx = test->priv;
	napier_fixture_send(fx, 0, 5, 100);
	napier_model_tx_finish(fx->m, 0);
	napier_fixture_receive(fx, 0, 100, 1);
	napier_fixture_settle(fx);
	napier_model_count(fx->m, NAPIER_CRCERRS, 6);
	rtnl_lock();
	netdev_lock(fx->ndev);
	napier_reset(fx->nn);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_crc_errors, 6);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).tx_packets, 5);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_packets, 1);
	napier_stats_update(fx->nd);
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_crc_errors, 6);
}

/* All ones are not counts. */
static void stats_of_gone_device(struct kunit *test)
{
	struct napier_fixture *fx = stats_device(test, NAPIER_BOARD_82576);
	struct rtnl_link_stats64 s;

	napier_model_count(fx->m, NAPIER_CRCERRS, 2);
	napier_stats_update(fx->nd);
	fx->m->gone = true;
	napier_stats_update(fx->nd);
	KUNIT_EXPECT_TRUE(test, napier_is_gone(fx->nd));
	s = stats_link64(fx);
	KUNIT_EXPECT_EQ(test, s.rx_crc_errors, 2);
	KUNIT_EXPECT_EQ(test, s.rx_missed_errors, 0);
	napier_fixture_back(fx);
	napier_gate_open(fx->nd);
}

/* One register of all ones is a count, and no reason to close the gate. */
static void stats_all_ones(struct kunit *test)
{
	struct napier_fixture *fx = stats_device(test, NAPIER_BOARD_82576);

	napier_model_count(fx->m, NAPIER_MPC, 0xFFFFFFFF);
	napier_stats_update(fx->nd);
	KUNIT_EXPECT_FALSE(test, napier_is_gone(fx->nd));
	KUNIT_EXPECT_EQ(test, stats_link64(fx).rx_missed_errors, 0xFFFFFFFF);
}

static const struct stats_group {
	const char *name;
	u32 reg;
	u32 tx_reg;
	int bucket;
} stats_groups[] = {
	{ "64", NAPIER_PRC64, NAPIER_PTC64, 0 },
	{ "65 to 127", NAPIER_PRC127, NAPIER_PTC127, 1 },
	{ "128 to 255", NAPIER_PRC255, NAPIER_PTC255, 2 },
	{ "256 to 511", NAPIER_PRC511, NAPIER_PTC511, 3 },
	{ "512 to 1023", NAPIER_PRC1023, NAPIER_PTC1023, 4 },
	{ "1024 and more", NAPIER_PRC1522, NAPIER_PTC1522, 5 },
};

KUNIT_ARRAY_PARAM_DESC(stats_group, stats_groups, name);

static void stats_rmon(struct kunit *test)
{
	const struct stats_group *p = test->param_value;
	struct napier_fixture *fx = stats_device(test, NAPIER_BOARD_I350);
	const struct ethtool_rmon_hist_range *ranges = NULL;
	struct ethtool_rmon_stats s = {};
	int i;

	napier_model_count(fx->m, p->reg, 11);
	napier_model_count(fx->m, p->tx_reg, 13);
	napier_stats_get_rmon(fx->nd, &s, &ranges);
	KUNIT_ASSERT_NOT_NULL(test, ranges);
	for (i = 0; ranges[i].high; i++) {
		KUNIT_EXPECT_EQ(test, s.hist[i], i == p->bucket ? 11 : 0);
		KUNIT_EXPECT_EQ(test, s.hist_tx[i], i == p->bucket ? 13 : 0);
		if (i)
			KUNIT_EXPECT_EQ(test, ranges[i].low,
					ranges[i - 1].high + 1);
	}
	KUNIT_EXPECT_EQ(test, i, 6);
}

/* Rings come and go; what they counted stays, once. */
static void stats_of_dead_rings(struct kunit *test)
{
	struct napier_fixture *fx;
	struct rtnl_link_stats64 s;
	u32 round, q, tx = 0, rx = 0;

	napier_fixture_init_up(test);
	fx = test->priv;
	for (round = 0; round < 6; round++) {
		for (q = 0; q < fx->nn->cfg.nr_queues; q++) {
			napier_fixture_unlimit(fx, q);
			tx += napier_fixture_send(fx, q, 10, 100);
			napier_model_tx_finish(fx->m, q);
			napier_fixture_receive(fx, q, 200, 0);
			rx++;
		}
		napier_fixture_settle(fx);
		switch (round) {
		case 0:
			napier_fixture_config(fx, 4, 64, 64);
			break;
		case 1:
			napier_fixture_config(fx, 4, 128, 64);
			break;
		case 2:
			napier_fixture_config(fx, 1, 128, 256);
			break;
		case 3:
			napier_fixture_mtu(fx, 4000);
			break;
		case 4:
			napier_fixture_close(fx);
			napier_fixture_open(fx);
			napier_fixture_link_up(fx);
			break;
		}
		s = stats_link64(fx);
		KUNIT_EXPECT_EQ_MSG(test, s.tx_packets, tx, "round %u", round);
		KUNIT_EXPECT_EQ_MSG(test, s.tx_bytes, 100 * tx, "round %u",
				    round);
		KUNIT_EXPECT_EQ_MSG(test, s.rx_packets, rx, "round %u", round);
		KUNIT_EXPECT_EQ_MSG(test, s.rx_bytes, 200 * rx, "round %u",
				    round);
		KUNIT_EXPECT_EQ(test, s.tx_dropped, 0);
	}
}

/* Names and values are as many, and no name stands there twice. */
static void stats_private(struct kunit *test)
{
	struct napier_fixture *fx = stats_device(test, NAPIER_BOARD_82576);
	int n = napier_stats_private_count(), i, j;
	u8 *names, *end;
	u64 *values;

	names = kunit_kzalloc(test, (n + 1) * ETH_GSTRING_LEN, GFP_KERNEL);
	values = kunit_kcalloc(test, n + 1, sizeof(*values), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, names);
	KUNIT_ASSERT_NOT_NULL(test, values);
	end = names;
	napier_stats_private_strings(&end);
	KUNIT_EXPECT_EQ(test, end - names, n * ETH_GSTRING_LEN);
	for (i = 0; i < n; i++)
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, names + i * ETH_GSTRING_LEN,
					    names + j * ETH_GSTRING_LEN);

	napier_model_count(fx->m, NAPIER_TSCTC, 21);
	values[n] = 0x5a5a;
	napier_stats_get_private(fx->nd, values);
	KUNIT_EXPECT_EQ(test, values[n], 0x5a5a);
	for (i = 0; i < n; i++) {
		bool tso = !strcmp(names + i * ETH_GSTRING_LEN,
				   "tx_tso_by_mac");

		KUNIT_EXPECT_EQ_MSG(test, values[i], tso ? 21 : 0, "%s",
				    names + i * ETH_GSTRING_LEN);
	}
}

static struct kunit_case napier_stats_cases[] = {
	KUNIT_CASE(stats_once),
	KUNIT_CASE(stats_start_at_zero),
	KUNIT_CASE(stats_wider_than_registers),
	KUNIT_CASE_PARAM(stats_missed, stats_board_gen_params),
	KUNIT_CASE_PARAM(stats_not_valid, stats_board_gen_params),
	KUNIT_CASE(stats_over_reset),
	KUNIT_CASE(stats_of_gone_device),
	KUNIT_CASE(stats_all_ones),
	KUNIT_CASE_PARAM(stats_rmon, stats_group_gen_params),
	KUNIT_CASE(stats_of_dead_rings),
	KUNIT_CASE(stats_private),
	{}
};

static struct kunit_suite napier_stats_suite = {
	.name = "napier_stats",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_stats_cases,
};

kunit_test_suite(napier_stats_suite);
