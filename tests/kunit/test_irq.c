// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts: routing on every part, masks, the three types, and causes that
 * come at an awkward time; and RSS, which decides what goes where.
 *
 * Depends on: napier_fixture.c.
 */
#include "napier_fixture.h"

static const struct irq_type {
	const char *name;
	int msix;
	bool msi;
	enum napier_irq_mode want;
	u32 queues;
} irq_types[] = {
	{ "all of MSI-X", 17, true, NAPIER_IRQ_MSIX, 16 },
	{ "10 vectors", 10, true, NAPIER_IRQ_MSIX, 9 },
	{ "2 vectors", 2, true, NAPIER_IRQ_MSIX, 1 },
	{ "1 vector is too few", 1, true, NAPIER_IRQ_MSI, 1 },
	{ "no MSI-X", 0, true, NAPIER_IRQ_MSI, 1 },
	{ "INTx", 0, false, NAPIER_IRQ_INTX, 1 },
};

KUNIT_ARRAY_PARAM_DESC(irq_type, irq_types, name);

/* Traffic and link changes with each type. */
static void irq_traffic(struct kunit *test)
{
	const struct irq_type *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_82576);
	u32 i;

	fx->m->max_vectors = p->msix;
	fx->m->msi = p->msi;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	KUNIT_EXPECT_EQ(test, fx->nd->irq_mode, p->want);
	KUNIT_EXPECT_EQ(test, napier_irq_max_queues(fx->nd), p->queues);
	KUNIT_EXPECT_EQ(test, napier_fixture_config(fx, p->queues + 1, 64, 64),
			-EINVAL);
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, p->queues, 64, 64), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	napier_fixture_unlimit(fx, 0);

	napier_fixture_link_up(fx);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(fx->ndev));

	for (i = 0; i < 5; i++) {
		napier_fixture_send(fx, 0, 4, 90);
		KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, 0), 4);
		napier_fixture_settle(fx);
		KUNIT_EXPECT_EQ(test, napier_fixture_freed(), fx->given);
		napier_fixture_receive(fx, 0, 150, i);
		napier_fixture_settle(fx);
		napier_fixture_check_received(fx, 150, i);
	}
}

/* Every queue of every part has its own vector, both ways. */
static const struct irq_board {
	enum napier_board_id id;
	const char *name;
	u32 queues;
} irq_boards[] = {
	{ NAPIER_BOARD_82576, "82576", 16 },
	{ NAPIER_BOARD_82580, "82580", 8 },
	{ NAPIER_BOARD_I350, "I350", 8 },
	{ NAPIER_BOARD_I354, "I354", 8 },
	{ NAPIER_BOARD_I210, "I210", 4 },
	{ NAPIER_BOARD_I211, "I211", 2 },
};

KUNIT_ARRAY_PARAM_DESC(irq_board, irq_boards, name);

static void irq_routing(struct kunit *test)
{
	const struct irq_board *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, p->id);
	u32 gpie, q, before;

	fx->m->max_vectors = NAPIER_MODEL_VECTORS;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, p->queues, 64, 64), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);

	gpie = napier_model_peek(fx->m, NAPIER_GPIE);
	KUNIT_EXPECT_EQ(test, gpie, NAPIER_GPIE_MULTIPLE_MSIX |
				    NAPIER_GPIE_PBA | NAPIER_GPIE_EIAME |
				    NAPIER_GPIE_NSICR);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_EIAC),
			GENMASK(p->queues, 0));
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_EIAM),
			GENMASK(p->queues, 0));
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_EIMS),
			GENMASK(p->queues, 0));
	for (q = 0; q < p->queues; q++) {
		KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m,
							NAPIER_EITR(q + 1)),
				21 << 2 | BIT(31));
		before = fx->m->messages[q + 1];
		napier_fixture_poll(fx, q);
		KUNIT_EXPECT_EQ_MSG(test, fx->m->messages[q + 1], before + 1,
				    "receive, queue %u", q);
		spin_lock_irq(&fx->m->lock);
		napier_model_cause(fx->m, q, true);
		spin_unlock_irq(&fx->m->lock);
		napier_fixture_settle(fx);
		KUNIT_EXPECT_EQ_MSG(test, fx->m->messages[q + 1], before + 2,
				    "transmit, queue %u", q);
	}
	/* Polled and unmasked, all of them. */
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_EIMS),
			GENMASK(p->queues, 0));
}

/* While a vector is polled it is masked; a cause that comes in the meantime is
 * neither lost nor sent early. The emulated device does not mask by itself.
 */
static void irq_masked_while_polled(struct kunit *test)
{
	struct napier_fixture *fx;
	int emulated;

	for (emulated = 0; emulated < 2; emulated++) {
		if (emulated)
			napier_fixture_exit(test);
		napier_fixture_init_up(test);
		fx = test->priv;
		if (emulated) {
			fx->nd->quirks |= NAPIER_QUIRK_QEMU_NO_EIAM;
			napier_model_poke(fx->m, NAPIER_EIAM, 0);
		}
		napier_fixture_settle(fx);

		/* The interrupt has come, and NAPI waits for its turn. */
		local_bh_disable();
		napier_fixture_receive(fx, 0, 100, 1);
		while (irq_work_is_busy(&fx->m->irq_work))
			cpu_relax();
		KUNIT_EXPECT_FALSE(test, napier_model_peek(fx->m, NAPIER_EIMS) &
					 BIT(1));
		KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_EIMS) &
					BIT(2));
		local_bh_enable();
		napier_fixture_settle(fx);
		KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_EIMS) &
					BIT(1));
		napier_fixture_check_received(fx, 100, 1);
	}
}

static struct napier_fixture *irq_late_fixture;

static void irq_late_frame(struct napier_model *m)
{
	napier_fixture_receive(irq_late_fixture, 0, 100, irq_late_fixture->serial++);
}

/* A frame after the last look at the ring, before the vector is unmasked: the
 * cause has to wait for that.
 */
static void irq_late_cause(struct kunit *test)
{
	struct napier_fixture *fx;
	u32 i;

	napier_fixture_init_up(test);
	fx = test->priv;
	napier_fixture_settle(fx);
	irq_late_fixture = fx;
	for (i = 0; i < 50; i++) {
		fx->serial = 2 * i + 1;
		fx->m->before_unmask = irq_late_frame;
		napier_fixture_receive(fx, 0, 100, 2 * i);
		napier_fixture_settle(fx);
		napier_fixture_check_received(fx, 100, 2 * i);
		napier_fixture_check_received(fx, 100, 2 * i + 1);
		KUNIT_EXPECT_NULL(test, fx->m->before_unmask);
	}
}

/* The emulated device sends interrupts that nobody asked for, also to a vector
 * whose queue is gone.
 */
static void irq_ghosts(struct kunit *test)
{
	struct napier_fixture *fx;
	int v;

	napier_fixture_init_up(test);
	fx = test->priv;
	napier_fixture_config(fx, 1, 64, 64);
	for (v = 0; v < 3; v++) {
		spin_lock_irq(&fx->m->lock);
		fx->m->pending |= BIT(v);
		spin_unlock_irq(&fx->m->lock);
	}
	napier_model_release(fx->m);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_EIMS),
			GENMASK(1, 0));
}

/* A shared line: another device's interrupt is not ours. */
static void irq_not_ours(struct kunit *test)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_I350);

	fx->m->max_vectors = 0;
	fx->m->msi = false;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_I350), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	napier_fixture_settle(fx);
	/* Nothing is masked for it, and no poll would unmask it unseen. */
	local_bh_disable();
	spin_lock_irq(&fx->m->lock);
	fx->m->pending = BIT(0);
	spin_unlock_irq(&fx->m->lock);
	irq_work_queue(&fx->m->irq_work);
	while (irq_work_is_busy(&fx->m->irq_work))
		cpu_relax();
	KUNIT_EXPECT_EQ(test, fx->m->pending, 0);
	KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_IMS) &
				NAPIER_ICR_RXDW);
	local_bh_enable();
}

/* ---- receive-side scaling ---------------------------------------------------------- */

static void rss_registers(struct kunit *test)
{
	const struct irq_board *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, p->id);
	u32 used = 0, mrqc, i;
	u8 *key;

	fx->m->max_vectors = NAPIER_MODEL_VECTORS;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, p->queues, 64, 64), 0);
	key = fx->nn->rss.key;
	KUNIT_EXPECT_NOT_NULL(test, memchr_inv(key, 0, NAPIER_RSS_KEY_LEN));
	for (i = 0; i < NAPIER_RSS_KEY_LEN; i++)
		key[i] = 0x40 + i;
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);

	/* Byte 0 is the lowest of the first register. */
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_RSSRK(0)),
			0x43424140);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_RSSRK(9)),
			0x67666564);
	for (i = 0; i < NAPIER_RETA_LEN; i++) {
		u32 reta = napier_model_peek(fx->m, NAPIER_RETA(i / 4));
		u32 q = reta >> (i % 4 * 8) & 0xff;

		KUNIT_ASSERT_EQ(test, q, i % p->queues);
		used |= BIT(q);
	}
	KUNIT_EXPECT_EQ(test, used, GENMASK(p->queues - 1, 0));

	mrqc = napier_model_peek(fx->m, NAPIER_MRQC);
	KUNIT_EXPECT_EQ(test, mrqc & 7, 2);
	KUNIT_EXPECT_EQ(test, mrqc & GENMASK(31, 16),
			NAPIER_MRQC_IP4 | NAPIER_MRQC_TCP4 | NAPIER_MRQC_IP6 |
			NAPIER_MRQC_TCP6 | NAPIER_MRQC_TCP6_EX |
			NAPIER_MRQC_UDP4 | NAPIER_MRQC_UDP6);
	KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_RXCSUM) &
				NAPIER_RXCSUM_PCSD);
	napier_fixture_close(fx);

	fx->nn->rss.ports = NAPIER_RSS_TCP4 | NAPIER_RSS_TCP6;
	napier_rss_program(fx->nn);
	KUNIT_EXPECT_FALSE(test, napier_model_peek(fx->m, NAPIER_MRQC) &
				 (NAPIER_MRQC_UDP4 | NAPIER_MRQC_UDP6));
}

/* A table of the user's stays as long as it can. */
static void rss_user_table(struct kunit *test)
{
	struct ethtool_rxfh_param set = { .hfunc = ETH_RSS_HASH_NO_CHANGE };
	struct ethtool_rxfh_param get = {};
	struct napier_fixture *fx;
	u32 table[NAPIER_RETA_LEN];
	u8 key[NAPIER_RSS_KEY_LEN];
	u32 i;

	napier_fixture_init_up(test);
	fx = test->priv;
	for (i = 0; i < NAPIER_RETA_LEN; i++)
		table[i] = i < 100;
	memset(key, 0x6d, sizeof(key));
	set.indir = table;
	set.key = key;
	KUNIT_EXPECT_EQ(test, napier_rss_set(fx->nn, &set, NULL), 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_RETA(0)),
			0x01010101);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_RETA(31)), 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_RSSRK(4)),
			0x6d6d6d6d);

	memset(table, 0xff, sizeof(table));
	get.indir = table;
	get.key = key;
	napier_rss_get(fx->nn, &get);
	KUNIT_EXPECT_EQ(test, get.hfunc, ETH_RSS_HASH_TOP);
	KUNIT_EXPECT_EQ(test, table[99], 1);
	KUNIT_EXPECT_EQ(test, table[100], 0);

	rtnl_lock();
	netdev_lock(fx->ndev);
	fx->ndev->ethtool->rss_indir_user_size = NAPIER_RETA_LEN;
	napier_rss_resize(fx->nn, 4);
	KUNIT_EXPECT_EQ(test, fx->nn->rss.reta[99], 1);
	KUNIT_EXPECT_TRUE(test, netif_is_rxfh_configured(fx->ndev));
	napier_rss_resize(fx->nn, 1);
	KUNIT_EXPECT_EQ(test, fx->nn->rss.reta[99], 0);
	KUNIT_EXPECT_FALSE(test, netif_is_rxfh_configured(fx->ndev));
	napier_rss_resize(fx->nn, 4);
	KUNIT_EXPECT_EQ(test, fx->nn->rss.reta[99], 3);
	netdev_unlock(fx->ndev);
	rtnl_unlock();

	set.hfunc = ETH_RSS_HASH_XOR;
	KUNIT_EXPECT_EQ(test, napier_rss_set(fx->nn, &set, NULL), -EOPNOTSUPP);
}

static const struct rss_flow {
	const char *name;
	u32 type;
	u32 bits;
} rss_flows[] = {
	{ "TCP over IPv4", TCP_V4_FLOW, NAPIER_MRQC_TCP4 },
	{ "TCP over IPv6", TCP_V6_FLOW, NAPIER_MRQC_TCP6 | NAPIER_MRQC_TCP6_EX },
	{ "UDP over IPv4", UDP_V4_FLOW, NAPIER_MRQC_UDP4 },
	{ "UDP over IPv6", UDP_V6_FLOW, NAPIER_MRQC_UDP6 },
	{ "SCTP over IPv4", SCTP_V4_FLOW, 0 },
	{ "ESP over IPv6", ESP_V6_FLOW, 0 },
	{ "IPv4", IPV4_FLOW, 0 },
	{ "IPv6", IPV6_FLOW, 0 },
};

KUNIT_ARRAY_PARAM_DESC(rss_flow, rss_flows, name);

/* Ports of each kind apart; addresses always; nothing else. */
static void rss_fields(struct kunit *test)
{
	const struct rss_flow *p = test->param_value;
	const u32 ip = RXH_IP_SRC | RXH_IP_DST;
	const u32 ports = RXH_L4_B_0_1 | RXH_L4_B_2_3;
	static const u32 bad[] = {
		0, RXH_IP_SRC, RXH_IP_DST, RXH_L4_B_0_1 | RXH_L4_B_2_3,
		RXH_IP_SRC | RXH_IP_DST | RXH_L4_B_0_1,
		RXH_IP_SRC | RXH_IP_DST | RXH_VLAN, RXH_DISCARD,
	};
	struct ethtool_rxfh_fields f = { .flow_type = p->type };
	struct napier_fixture *fx;
	u32 before, i;

	napier_fixture_init_up(test);
	fx = test->priv;
	before = napier_model_peek(fx->m, NAPIER_MRQC);

	KUNIT_ASSERT_EQ(test, napier_rss_get_fields(fx->nn, &f), 0);
	KUNIT_EXPECT_EQ(test, f.data, p->bits ? ip | ports : ip);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		f.data = bad[i];
		KUNIT_EXPECT_EQ(test, napier_rss_set_fields(fx->nn, &f, NULL),
				-EINVAL);
	}
	f.data = ip | ports;
	KUNIT_EXPECT_EQ(test, napier_rss_set_fields(fx->nn, &f, NULL),
			p->bits ? 0 : -EINVAL);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_MRQC), before);

	f.data = ip;
	KUNIT_EXPECT_EQ(test, napier_rss_set_fields(fx->nn, &f, NULL), 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_MRQC),
			before & ~p->bits);
	f.data = 0;
	KUNIT_EXPECT_EQ(test, napier_rss_get_fields(fx->nn, &f), 0);
	KUNIT_EXPECT_EQ(test, f.data, ip);

	/* Kept over down and up. */
	napier_fixture_close(fx);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_MRQC),
			before & ~p->bits);

	f.flow_type = ETHER_FLOW;
	KUNIT_EXPECT_EQ(test, napier_rss_get_fields(fx->nn, &f), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, napier_rss_set_fields(fx->nn, &f, NULL),
			-EOPNOTSUPP);
}

static struct kunit_case napier_irq_cases[] = {
	KUNIT_CASE_PARAM(irq_traffic, irq_type_gen_params),
	KUNIT_CASE_PARAM(irq_routing, irq_board_gen_params),
	KUNIT_CASE(irq_masked_while_polled),
	KUNIT_CASE(irq_late_cause),
	KUNIT_CASE(irq_ghosts),
	KUNIT_CASE(irq_not_ours),
	KUNIT_CASE_PARAM(rss_registers, irq_board_gen_params),
	KUNIT_CASE(rss_user_table),
	KUNIT_CASE_PARAM(rss_fields, rss_flow_gen_params),
	{}
};

static struct kunit_suite napier_irq_suite = {
	.name = "napier_irq",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_irq_cases,
};

kunit_test_suite(napier_irq_suite);
