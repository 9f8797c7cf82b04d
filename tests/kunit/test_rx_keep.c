// SPDX-License-Identifier: GPL-2.0-only
/*
 * NETIF_F_RXFCS and NETIF_F_RXALL: what is thrown away otherwise is kept, on
 * every part, and only while there are buffers that can hold it. The model
 * objects when the limit of a frame's length is lifted too early, or when
 * small buffers come back too early.
 *
 * Depends on: napier_fixture.c.
 */
#include <linux/crc32.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>

#include "napier_fixture.h"

#define KEEP_VLAN	(NETIF_F_HW_VLAN_CTAG_RX | NETIF_F_HW_VLAN_CTAG_TX)

static struct napier_fixture *keep_up(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, napier_fixture_init_up(test), 0);

	return test->priv;
}

/* ethtool -K; true if it took effect. */
static bool keep_set(struct napier_fixture *fx, netdev_features_t which,
		     bool on)
{
	rtnl_lock();
	netdev_lock(fx->ndev);
	if (on)
		fx->ndev->wanted_features |= which;
	else
		fx->ndev->wanted_features &= ~which;
	netdev_update_features(fx->ndev);
	netdev_unlock(fx->ndev);
	rtnl_unlock();

	return (fx->ndev->features & which) == (on ? which : 0);
}

static u32 keep_rctl(struct napier_fixture *fx)
{
	return napier_model_peek(fx->m, NAPIER_RCTL);
}

/* Bring in a frame of the usual pattern. */
static int keep_receive(struct napier_fixture *fx, u32 len, u32 serial,
			u32 status)
{
	struct napier_model_rx f = { .len = len, .status = status };
	u8 *data = kmalloc(max_t(u32, len, NAPIER_FIXTURE_MIN), GFP_KERNEL);
	int ret;

	KUNIT_ASSERT_NOT_NULL(fx->test, data);
	napier_fixture_pattern(data, max_t(u32, len, NAPIER_FIXTURE_MIN),
			       serial);
	f.data = data;
	ret = napier_model_rx(fx->m, 0, &f);
	kfree(data);
	napier_fixture_settle(fx);

	return ret;
}

/* The next frame that came up has to be that, and its FCS after it. */
static void keep_check_fcs(struct napier_fixture *fx, u32 len, u32 serial)
{
	struct sk_buff *skb = skb_peek(&fx->received);
	__le32 have, want;
	u8 *data;

	KUNIT_ASSERT_NOT_NULL(fx->test, skb);
	skb_push(skb, ETH_HLEN);
	KUNIT_ASSERT_EQ(fx->test, skb->len, len + ETH_FCS_LEN);
	data = kmalloc(len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(fx->test, data);
	napier_fixture_pattern(data, len, serial);
	want = cpu_to_le32(~crc32_le(~0, data, len));
	kfree(data);
	KUNIT_EXPECT_EQ(fx->test,
			skb_copy_bits(skb, len, &have, sizeof(have)), 0);
	KUNIT_EXPECT_EQ(fx->test, le32_to_cpu(have), le32_to_cpu(want));
	KUNIT_ASSERT_EQ(fx->test, pskb_trim(skb, len), 0);
	skb_pull(skb, ETH_HLEN);
	napier_fixture_check_received(fx, len, serial);
}

static void keep_board_desc(const struct napier_fixture_board *b, char *desc)
{
	strscpy(desc, b->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(keep_board, napier_fixture_boards, keep_board_desc);

/* On every part: the FCS comes up, is not counted, and says nothing about the
 * checksums within. A tag is not stripped meanwhile. The link stays.
 */
static void keep_fcs(struct kunit *test)
{
	const struct napier_fixture_board *b = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, b->id);
	struct sk_buff *skb;
	u32 resets;

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, b->id), 0);
	KUNIT_EXPECT_TRUE(test, fx->ndev->hw_features & NETIF_F_RXFCS);
	KUNIT_EXPECT_FALSE(test, fx->ndev->features & NETIF_F_RXFCS);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	resets = fx->m->resets;

	KUNIT_EXPECT_EQ(test, keep_receive(fx, 100, 1, 0), 1);
	napier_fixture_check_received(fx, 100, 1);

	KUNIT_ASSERT_TRUE(test, keep_set(fx, NETIF_F_RXFCS, true));
	KUNIT_EXPECT_FALSE(test, fx->ndev->features & KEEP_VLAN);
	KUNIT_EXPECT_FALSE(test, napier_model_peek(fx->m, NAPIER_CTRL) &
				 NAPIER_CTRL_VME);
	KUNIT_EXPECT_TRUE(test, keep_rctl(fx) & NAPIER_RCTL_EN);
	KUNIT_EXPECT_EQ(test, keep_receive(fx, 1514, 2, NAPIER_RXD_STAT_L4CS),
			1);
	skb = skb_peek(&fx->received);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, (u8)skb->ip_summed, CHECKSUM_UNNECESSARY);
	keep_check_fcs(fx, 1514, 2);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, 2);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).bytes, 1614);

	KUNIT_ASSERT_TRUE(test, keep_set(fx, NETIF_F_RXFCS, false));
	KUNIT_EXPECT_EQ(test, fx->ndev->features & KEEP_VLAN, KEEP_VLAN);
	KUNIT_EXPECT_TRUE(test, napier_model_peek(fx->m, NAPIER_CTRL) &
				NAPIER_CTRL_VME);
	KUNIT_EXPECT_EQ(test, keep_receive(fx, 100, 3, 0), 1);
	napier_fixture_check_received(fx, 100, 3);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).bytes, 1714);
	KUNIT_EXPECT_EQ(test, fx->m->resets, resets);
}

static const u32 keep_lengths[] = {
	60, 1518, 1522, 3067, 3068, 3069, 3071, 3072, 3073, 6140, 6144, 9022,
};

static void keep_length_desc(const u32 *len, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u bytes", *len);
}

KUNIT_ARRAY_PARAM(keep_length, keep_lengths, keep_length_desc);

/* An FCS may lie in the next buffer, or across the ends of two. */
static void keep_fcs_buffers(struct kunit *test)
{
	u32 len = *(const u32 *)test->param_value;
	struct napier_fixture *fx = keep_up(test);

	KUNIT_ASSERT_TRUE(test, keep_set(fx, NETIF_F_RXFCS, true));
	KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, 9000), 0);
	KUNIT_EXPECT_EQ(test, keep_receive(fx, len, len, 0),
			DIV_ROUND_UP(len + ETH_FCS_LEN, 3 * SZ_1K));
	keep_check_fcs(fx, len, len);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).bytes, len);
}

/* A frame with an error is thrown away, or comes up, is not trusted, and counts
 * as an error once: in the device.
 */
static void keep_bad(struct kunit *test)
{
	struct napier_fixture *fx = keep_up(test);
	struct rtnl_link_stats64 s;
	struct sk_buff *skb;
	u32 status = NAPIER_RXD_ERR_RXE | NAPIER_RXD_STAT_L4CS;

	keep_receive(fx, 200, 1, status);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&fx->received), 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).errors, 1);

	KUNIT_ASSERT_TRUE(test, keep_set(fx, NETIF_F_RXALL, true));
	KUNIT_EXPECT_EQ(test, keep_rctl(fx) &
			(NAPIER_RCTL_EN | NAPIER_RCTL_SBP | NAPIER_RCTL_PMCF |
			 NAPIER_RCTL_VFE | NAPIER_RCTL_SECRC),
			NAPIER_RCTL_EN | NAPIER_RCTL_SBP | NAPIER_RCTL_PMCF |
			NAPIER_RCTL_SECRC);
	keep_receive(fx, 200, 2, status);
	napier_model_count(fx->m, NAPIER_CRCERRS, 1);
	skb = skb_peek(&fx->received);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, (u8)skb->ip_summed, CHECKSUM_NONE);
	napier_fixture_check_received(fx, 200, 2);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).errors, 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).csum_bad, 0);
	napier_stats_update(fx->nd);
	dev_get_stats(fx->ndev, &s);
	KUNIT_EXPECT_EQ(test, s.rx_errors, 2);

	/* Too short for a header: nothing that the stack could take. That one
	 * the device has counted, too; if it is not bad, it has not.
	 */
	keep_receive(fx, ETH_HLEN - 1, 3, NAPIER_RXD_ERR_RXE);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&fx->received), 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).errors, 1);
	keep_receive(fx, ETH_HLEN - 1, 3, 0);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&fx->received), 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).errors, 2);

	KUNIT_ASSERT_TRUE(test, keep_set(fx, NETIF_F_RXALL, false));
	KUNIT_EXPECT_EQ(test, keep_rctl(fx) &
			(NAPIER_RCTL_EN | NAPIER_RCTL_SBP | NAPIER_RCTL_PMCF |
			 NAPIER_RCTL_VFE), NAPIER_RCTL_EN | NAPIER_RCTL_VFE);
	keep_receive(fx, 200, 4, status);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&fx->received), 0);
	KUNIT_EXPECT_EQ(test, fx->m->resets, 1);
}

/* Whatever its length, at the usual MTU. */
static void keep_bad_long(struct kunit *test)
{
	static const u32 lengths[] = { 1523, 1664, 2048, 3072, 9000, 16000 };
	struct napier_fixture *fx = keep_up(test);
	u32 i;

	KUNIT_EXPECT_EQ(test, keep_receive(fx, 1523, 1, 0), -EMSGSIZE);
	KUNIT_ASSERT_TRUE(test, keep_set(fx, NETIF_F_RXALL, true));
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		KUNIT_EXPECT_EQ(test, keep_receive(fx, lengths[i], i,
						   NAPIER_RXD_ERR_RXE),
				DIV_ROUND_UP(lengths[i], 3 * SZ_1K));
		napier_fixture_check_received(fx, lengths[i], i);
	}
	KUNIT_ASSERT_TRUE(test, keep_set(fx, NETIF_F_RXALL, false));
	KUNIT_EXPECT_EQ(test, keep_receive(fx, 1523, 1, 0), -EMSGSIZE);
}

/* It holds over everything that programs the device, in any order. */
static void keep_holds(struct kunit *test)
{
	struct napier_fixture *fx = keep_up(test);
	static const u32 mtus[] = { 1500, 9000, 1500 };
	u32 i;

	napier_fixture_close(fx);
	KUNIT_ASSERT_TRUE(test, keep_set(fx, NETIF_F_RXALL | NETIF_F_RXFCS,
					 true));
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	for (i = 0; i < ARRAY_SIZE(mtus); i++) {
		KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, mtus[i]), 0);
		KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 1 + i, 128, 64),
				0);
		KUNIT_EXPECT_EQ(test, keep_receive(fx, 5000, i,
						   NAPIER_RXD_ERR_RXE), 2);
		keep_check_fcs(fx, 5000, i);
	}
	rtnl_lock();
	netdev_lock(fx->ndev);
	napier_reset(fx->nn);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, keep_receive(fx, 5000, 9, NAPIER_RXD_ERR_RXE), 2);
	keep_check_fcs(fx, 5000, 9);

	/* At an MTU that needs such buffers anyway. */
	KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, 9000), 0);
	KUNIT_ASSERT_TRUE(test, keep_set(fx, NETIF_F_RXALL | NETIF_F_RXFCS,
					 false));
	KUNIT_EXPECT_EQ(test, keep_receive(fx, 9022, 1, 0), 3);
	napier_fixture_check_received(fx, 9022, 1);
	KUNIT_EXPECT_EQ(test, keep_receive(fx, 9023, 1, 0), -EMSGSIZE);
}

/* What came in before the change is still taken for what it is. */
static void keep_fcs_under_way(struct kunit *test)
{
	struct napier_fixture *fx = keep_up(test);
	u32 i;

	for (i = 0; i < 20; i++)
		napier_fixture_receive(fx, i & 1, 300, i);
	KUNIT_ASSERT_TRUE(test, keep_set(fx, NETIF_F_RXFCS, true));
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, 20);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).bytes, 6000);
	for (i = 0; i < 20; i++) {
		struct sk_buff *skb = skb_dequeue(&fx->received);

		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_EXPECT_EQ(test, skb->len + ETH_HLEN, 300);
		kfree_skb(skb);
	}
}

/* No memory for larger buffers: refused, and everything is as before. */
static void keep_without_memory(struct kunit *test)
{
	struct napier_fixture *fx = keep_up(test);
	struct napier_rx_ring *rx = fx->nn->cfg.rx[0];

	fx->m->allocs_left = 100;
	KUNIT_EXPECT_FALSE(test, keep_set(fx, NETIF_F_RXALL, true));
	fx->m->allocs_left = -1;
	KUNIT_EXPECT_PTR_EQ(test, fx->nn->cfg.rx[0], rx);
	KUNIT_EXPECT_FALSE(test, fx->ndev->features & NETIF_F_RXALL);
	KUNIT_EXPECT_FALSE(test, keep_rctl(fx) & NAPIER_RCTL_SBP);
	KUNIT_EXPECT_EQ(test, keep_receive(fx, 1000, 1, 0), 1);
	napier_fixture_check_received(fx, 1000, 1);

	/* The wish stands, and is granted with the next change. */
	KUNIT_EXPECT_TRUE(test, keep_set(fx, NETIF_F_RXALL, true));
	KUNIT_EXPECT_TRUE(test, keep_rctl(fx) & NAPIER_RCTL_SBP);
}

/* The self-test has small buffers, and compares frames without FCS. */
static void keep_selftest(struct kunit *test)
{
	struct ethtool_test et = { .flags = ETH_TEST_FL_OFFLINE };
	struct napier_fixture *fx = keep_up(test);
	u64 data[8] = {};

	fx->m->partner = true;
	KUNIT_ASSERT_TRUE(test, keep_set(fx, NETIF_F_RXALL | NETIF_F_RXFCS,
					 true));
	rtnl_lock();
	netdev_lock(fx->ndev);
	napier_selftest_run(fx->nn, &et, data);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	KUNIT_EXPECT_FALSE(test, et.flags & ETH_TEST_FL_FAILED);
	flush_delayed_work(&fx->nd->service);
	KUNIT_EXPECT_EQ(test, keep_receive(fx, 5000, 7, NAPIER_RXD_ERR_RXE), 2);
	keep_check_fcs(fx, 5000, 7);
}

static struct kunit_case napier_rx_keep_cases[] = {
	KUNIT_CASE_PARAM(keep_fcs, keep_board_gen_params),
	KUNIT_CASE_PARAM(keep_fcs_buffers, keep_length_gen_params),
	KUNIT_CASE(keep_bad),
	KUNIT_CASE(keep_bad_long),
	KUNIT_CASE(keep_holds),
	KUNIT_CASE(keep_fcs_under_way),
	KUNIT_CASE(keep_without_memory),
	KUNIT_CASE(keep_selftest),
	{}
};

static struct kunit_suite napier_rx_keep_suite = {
	.name = "napier_rx_keep",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_rx_keep_cases,
};

kunit_test_suite(napier_rx_keep_suite);
