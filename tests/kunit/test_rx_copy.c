// SPDX-License-Identifier: GPL-2.0-only
/*
 * rx-copybreak: short frames are copied, and their buffers are with the device
 * again without having been anywhere else.
 *
 * Depends on: napier_fixture.c.
 */
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>

#include "napier_fixture.h"

/* ethtool --set-tunable */
static int copy_tune(struct napier_fixture *fx, u32 id, u32 bytes)
{
	struct ethtool_tunable tuna = {
		.id = id, .type_id = ETHTOOL_TUNABLE_U32, .len = sizeof(bytes),
	};
	int err;

	rtnl_lock();
	netdev_lock(fx->ndev);
	err = fx->ndev->ethtool_ops->set_tunable(fx->ndev, &tuna, &bytes);
	netdev_unlock(fx->ndev);
	rtnl_unlock();

	return err;
}

static int copy_set(struct napier_fixture *fx, u32 bytes)
{
	return copy_tune(fx, ETHTOOL_RX_COPYBREAK, bytes);
}

static u32 copy_get(struct napier_fixture *fx)
{
	struct ethtool_tunable tuna = {
		.id = ETHTOOL_RX_COPYBREAK, .type_id = ETHTOOL_TUNABLE_U32,
		.len = sizeof(u32),
	};
	u32 bytes = ~0;

	fx->ndev->ethtool_ops->get_tunable(fx->ndev, &tuna, &bytes);

	return bytes;
}

/* A frame comes in and goes up whole: was it copied? */
static bool copy_receive(struct napier_fixture *fx, u32 len, u32 serial)
{
	struct sk_buff *skb;
	bool copied;

	KUNIT_ASSERT_GT(fx->test, napier_fixture_receive(fx, 0, len, serial),
			0);
	napier_fixture_settle(fx);
	skb = skb_peek(&fx->received);
	KUNIT_ASSERT_NOT_NULL(fx->test, skb);
	copied = !skb->pp_recycle;
	napier_fixture_check_received(fx, len, serial);

	return copied;
}

static const struct copy_limit {
	u32 bytes;
	int err;
} copy_limits[] = {
	{ 0, 0 }, { 13, 0 }, { 60, 0 }, { 256, 0 }, { 1023, 0 }, { 1024, 0 },
	{ 1025, -EINVAL }, { U32_MAX, -EINVAL },
};

static void copy_limit_desc(const struct copy_limit *l, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u", l->bytes);
}

KUNIT_ARRAY_PARAM(copy_limit, copy_limits, copy_limit_desc);

/* Off at first; then up to that length and no longer; or nothing changes. */
static void copy_lengths(struct kunit *test)
{
	const struct copy_limit *p = test->param_value;
	struct napier_fixture *fx = test->priv;
	static const u32 lengths[] = {
		18, 59, 60, 61, 255, 256, 257, 1022, 1023, 1024, 1025, 1522,
	};
	u32 limit = p->err ? 100 : p->bytes, i;

	KUNIT_EXPECT_EQ(test, copy_get(fx), 0);
	KUNIT_EXPECT_FALSE(test, copy_receive(fx, 60, 1));
	KUNIT_ASSERT_EQ(test, copy_set(fx, 100), 0);
	KUNIT_EXPECT_EQ(test, copy_set(fx, p->bytes), p->err);
	KUNIT_EXPECT_EQ(test, copy_get(fx), limit);
	for (i = 0; i < ARRAY_SIZE(lengths); i++)
		KUNIT_EXPECT_EQ_MSG(test, copy_receive(fx, lengths[i], i),
				    lengths[i] <= limit, "%u bytes",
				    lengths[i]);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).errors, 0);
	KUNIT_EXPECT_EQ(test, copy_tune(fx, ETHTOOL_TX_COPYBREAK, 1),
			-EOPNOTSUPP);
}

/* Many times around the ring, and no buffer can be had: none is needed. Tails
 * are written for batches all the same.
 */
static void copy_reuses(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_rx_ring *rx = fx->nn->cfg.rx[0];
	u32 total = 6 * rx->size, refills, i;

	KUNIT_ASSERT_EQ(test, copy_set(fx, 256), 0);
	fx->m->allocs_left = 0;
	refills = fx->m->rx[0].refills;
	for (i = 0; i < total; i++) {
		KUNIT_ASSERT_TRUE(test, copy_receive(fx, 60 + i % 197, i));
		/* One slot stays empty; few others wait for a batch. */
		KUNIT_ASSERT_LT(test, rx->mask - napier_model_rx_free(fx->m, 0),
				NAPIER_RX_REFILL_BATCH);
	}
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).alloc_fail, 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, total);
	refills = fx->m->rx[0].refills - refills;
	KUNIT_EXPECT_LE(test, refills, total / NAPIER_RX_REFILL_BATCH);
	KUNIT_EXPECT_GE(test, refills, total / rx->size);
}

/* Short ones and long ones, in bursts of any size. */
static void copy_mixed(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 serial = 0, burst, i;

	KUNIT_ASSERT_EQ(test, copy_set(fx, 200), 0);
	for (burst = 1; burst < 48; burst++) {
		fx->m->hold = true;
		for (i = 0; i < burst; i++)
			KUNIT_ASSERT_EQ(test,
					napier_fixture_receive(fx, 0,
							       (serial + i) % 3 ?
							       100 : 900,
							       serial + i), 1);
		napier_model_release(fx->m);
		napier_fixture_settle(fx);
		for (i = 0; i < burst; i++, serial++)
			napier_fixture_check_received(fx, serial % 3 ? 100 : 900,
						      serial);
	}
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, serial);
}

/* A frame's short end is no short frame. */
static void copy_chains(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 len;

	KUNIT_ASSERT_EQ(test, copy_set(fx, 256), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, 9000), 0);
	for (len = 3072; len < 3090; len++)
		KUNIT_EXPECT_FALSE(test, copy_receive(fx, len, len));
	KUNIT_EXPECT_FALSE(test, copy_receive(fx, 6144 + 1, 1));
	KUNIT_EXPECT_TRUE(test, copy_receive(fx, 256, 2));
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).errors, 0);
}

/* What comes with a frame comes with its copy. */
static void copy_metadata(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_model_rx f = { .len = 64, .vlan = 99, .hash = 0x1234567,
				     .pkt_info = NAPIER_RXD_RSS_UDP4,
				     .status = NAPIER_RXD_STAT_VP |
					       NAPIER_RXD_STAT_UDPCS };
	struct sk_buff *skb;
	u8 data[64];

	KUNIT_ASSERT_EQ(test, copy_set(fx, 256), 0);
	napier_fixture_pattern(data, f.len, 1);
	f.data = data;
	napier_model_rx(fx->m, 1, &f);
	napier_fixture_settle(fx);
	skb = skb_peek(&fx->received);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_FALSE(test, skb->pp_recycle);
	KUNIT_EXPECT_EQ(test, skb_vlan_tag_get(skb), 99);
	KUNIT_EXPECT_EQ(test, skb->hash, 0x1234567);
	KUNIT_EXPECT_EQ(test, (u8)skb->ip_summed, CHECKSUM_UNNECESSARY);
	KUNIT_EXPECT_EQ(test, skb_get_rx_queue(skb), 1);
	KUNIT_EXPECT_PTR_EQ(test, skb->dev, fx->ndev);
	/* Memory for 64 bytes, not for a buffer. */
	KUNIT_EXPECT_LT(test, skb->truesize, fx->nn->cfg.rx[0]->geom.truesize);
	__vlan_hwaccel_clear_tag(skb);
	napier_fixture_check_received(fx, 64, 1);
}

/* Set while the interface is down; over other rings, a reset, down and up. */
static void copy_holds(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	napier_fixture_close(fx);
	KUNIT_ASSERT_EQ(test, copy_set(fx, 128), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	KUNIT_EXPECT_TRUE(test, copy_receive(fx, 128, 1));
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 4, 256, 128), 0);
	KUNIT_EXPECT_TRUE(test, copy_receive(fx, 128, 2));
	/* With slots that the device was not told of. */
	rtnl_lock();
	netdev_lock(fx->ndev);
	napier_reset(fx->nn);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, napier_model_rx_free(fx->m, 0), 255);
	KUNIT_EXPECT_TRUE(test, copy_receive(fx, 128, 3));
	KUNIT_EXPECT_FALSE(test, copy_receive(fx, 129, 4));
	KUNIT_ASSERT_EQ(test, copy_set(fx, 0), 0);
	KUNIT_EXPECT_FALSE(test, copy_receive(fx, 60, 5));
}

static struct kunit_case napier_rx_copy_cases[] = {
	KUNIT_CASE_PARAM(copy_lengths, copy_limit_gen_params),
	KUNIT_CASE(copy_reuses),
	KUNIT_CASE(copy_mixed),
	KUNIT_CASE(copy_chains),
	KUNIT_CASE(copy_metadata),
	KUNIT_CASE(copy_holds),
	{}
};

static struct kunit_suite napier_rx_copy_suite = {
	.name = "napier_rx_copy",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init_up,
	.exit = napier_fixture_exit,
	.test_cases = napier_rx_copy_cases,
};

kunit_test_suite(napier_rx_copy_suite);
