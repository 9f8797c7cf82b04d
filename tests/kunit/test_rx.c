// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive: frames of one and of several buffers, in pieces and torn, around the
 * ring, and everything that the last descriptor says about one.
 *
 * Depends on: napier_fixture.c.
 */
#include <linux/hw_breakpoint.h>
#include <linux/kthread.h>
#include <linux/perf_event.h>

#include "napier_fixture.h"

/* ---- frames ------------------------------------------------------------------ */

static void rx_one_frame(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_rx_totals r;
	struct sk_buff *skb;

	KUNIT_EXPECT_EQ(test, napier_fixture_receive(fx, 1, 777, 42), 1);
	napier_fixture_settle(fx);
	KUNIT_ASSERT_EQ(test, skb_queue_len(&fx->received), 1);

	skb = skb_peek(&fx->received);
	KUNIT_EXPECT_EQ(test, skb->protocol, htons(NAPIER_FIXTURE_TYPE));
	KUNIT_EXPECT_EQ(test, skb_get_rx_queue(skb), 1);
	KUNIT_EXPECT_EQ(test, (u8)skb->ip_summed, CHECKSUM_NONE);
	KUNIT_EXPECT_PTR_EQ(test, skb->dev, fx->ndev);
	KUNIT_EXPECT_TRUE(test, skb->pp_recycle);
	KUNIT_EXPECT_FALSE(test, skb_vlan_tag_present(skb));
	napier_fixture_check_received(fx, 777, 42);

	r = napier_fixture_rx(fx);
	KUNIT_EXPECT_EQ(test, r.packets, 1);
	KUNIT_EXPECT_EQ(test, r.bytes, 777);
	KUNIT_EXPECT_EQ(test, r.errors + r.dropped + r.alloc_fail, 0);
	KUNIT_EXPECT_EQ(test, r.csum_ok + r.csum_bad, 0);
}

static const u32 rx_lengths[] = {
	18, 60, 1514, 1522, 3071, 3072, 3073, 6143, 6144, 6145, 9014, 9216, 9238,
};

static void rx_length_desc(const u32 *len, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u bytes", *len);
}

KUNIT_ARRAY_PARAM(rx_length, rx_lengths, rx_length_desc);

/* All lengths around the ends of buffers, at the largest MTU. */
static void rx_buffers(struct kunit *test)
{
	u32 len = *(const u32 *)test->param_value;
	struct napier_fixture *fx = test->priv;

	KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, NAPIER_MAX_MTU), 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_receive(fx, 0, len, len),
			DIV_ROUND_UP(len, 3 * SZ_1K));
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, len, len);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).bytes, len);
	KUNIT_EXPECT_NULL(test, napier_fixture_received(fx));
}

/* More than one poll may take: all come up, in order. */
static void rx_burst(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 i, n;

	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 1, 256, 64), 0);
	fx->m->hold = true;
	n = napier_model_rx_free(fx->m, 0);
	KUNIT_EXPECT_EQ(test, n, 255);
	for (i = 0; i < n; i++)
		napier_fixture_receive(fx, 0, 60 + i, i);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&fx->received), 0);
	napier_model_release(fx->m);
	napier_fixture_settle(fx);
	for (i = 0; i < n; i++)
		napier_fixture_check_received(fx, 60 + i, i);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, n);
}

static const u32 rx_bursts[] = { 1, 7, 15, 16, 17, 48 };

static void rx_burst_desc(const u32 *n, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u at a time", *n);
}

KUNIT_ARRAY_PARAM(rx_burst, rx_bursts, rx_burst_desc);

/* Many times around the ring; buffers go out again, in batches, and one slot
 * stays empty.
 */
static void rx_wraps(struct kunit *test)
{
	u32 burst = *(const u32 *)test->param_value;
	struct napier_fixture *fx = test->priv;
	struct napier_rx_ring *rx = fx->nn->cfg.rx[0];
	u32 total = 4 * rx->size, in = 0, i;
	u32 refills = fx->m->rx[0].refills;

	while (in < total) {
		fx->m->hold = true;
		for (i = 0; i < burst; i++)
			KUNIT_ASSERT_EQ(test,
					napier_fixture_receive(fx, 0, 100, in++),
					1);
		napier_model_release(fx->m);
		napier_fixture_settle(fx);
		for (i = burst; i; i--)
			napier_fixture_check_received(fx, 100, in - i);
		KUNIT_ASSERT_LT(test, napier_rx_unused(rx),
				NAPIER_RX_REFILL_BATCH);
	}
	/* No write of the tail for fewer than a batch. */
	KUNIT_EXPECT_LE(test, fx->m->rx[0].refills - refills,
			in / NAPIER_RX_REFILL_BATCH);
	KUNIT_EXPECT_GE(test, fx->m->rx[0].refills - refills, in / rx->size);
}

/* The frame's end comes later than its beginning is looked at. */
static void rx_in_pieces(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_model_rx f = { .len = 9000 };
	u8 *data;

	KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, 9000), 0);
	data = kunit_kmalloc(test, f.len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, data);
	napier_fixture_pattern(data, f.len, 1);
	f.data = data;

	KUNIT_EXPECT_GE(test, napier_model_rx_step(fx->m, 0, &f), 0);
	napier_fixture_poll(fx, 0);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&fx->received), 0);
	KUNIT_EXPECT_GE(test, napier_model_rx_step(fx->m, 0, &f), 0);
	napier_fixture_poll(fx, 0);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&fx->received), 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, 0);
	KUNIT_EXPECT_GE(test, napier_model_rx_step(fx->m, 0, &f), 0);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 9000, 1);
}

/* Length and status are there, DD is not: the frame is not. */
static void rx_without_dd(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_model_rx f = { .len = 500 };
	u8 data[500];
	int slot;

	napier_fixture_pattern(data, f.len, 3);
	f.data = data;
	slot = napier_model_rx_torn(fx->m, 0, &f);
	KUNIT_ASSERT_GE(test, slot, 0);
	napier_fixture_poll(fx, 0);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&fx->received), 0);
	KUNIT_EXPECT_FALSE(test, napier_rx_pending(fx->nn->cfg.rx[0]));

	napier_model_rx_mend(fx->m, 0, slot);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 500, 3);
}

static void rx_length_touched(struct perf_event *bp,
			      struct perf_sample_data *data,
			      struct pt_regs *regs)
{
	atomic_inc((atomic_t *)bp->overflow_handler_context);
}

/* Before DD is seen, the length is not even read: a device may write both
 * between the two reads. The CPU's own watchpoint on the length is the judge.
 */
static void rx_length_after_dd(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_rx_ring *rx = fx->nn->cfg.rx[0];
	struct perf_event * __percpu *watch;
	struct perf_event_attr attr;
	atomic_t touched;

	atomic_set(&touched, 0);
	hw_breakpoint_init(&attr);
	attr.bp_addr = (unsigned long)&rx->desc[rx->next_to_clean].wb.length;
	attr.bp_len = HW_BREAKPOINT_LEN_2;
	attr.bp_type = HW_BREAKPOINT_RW;
	watch = register_wide_hw_breakpoint(&attr, rx_length_touched, &touched);
	KUNIT_ASSERT_FALSE(test, IS_ERR_PCPU(watch));

	napier_fixture_poll(fx, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&touched), 0);

	/* The watchpoint works: the frame's length is written and read. */
	napier_fixture_receive(fx, 0, 100, 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_GE(test, atomic_read(&touched), 2);
	unregister_wide_hw_breakpoint(watch);
	napier_fixture_check_received(fx, 100, 1);
}

struct rx_writer {
	struct napier_fixture *fx;
	u32 count;
	bool done;
};

/* The device, on a CPU of its own. */
static int rx_write_many(void *data)
{
	struct rx_writer *w = data;
	u32 i;

	for (i = 0; i < w->count; i++) {
		struct napier_model_rx f = { .len = 60 + i % 1400 };
		u8 frame[1500];

		napier_fixture_pattern(frame, f.len, i);
		f.data = frame;
		while (napier_model_rx(w->fx->m, 0, &f) < 0) {
			if (kthread_should_stop())
				return 0;
			cond_resched();
		}
	}
	/* All frames are there, for who sees this. */
	smp_store_release(&w->done, true);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);

	return 0;
}

/* Check what has come up since. */
static u32 rx_check_all(struct napier_fixture *fx, u32 seen)
{
	while (skb_peek(&fx->received)) {
		/* One complaint is enough. */
		if (READ_ONCE(fx->test->status) == KUNIT_FAILURE) {
			skb_queue_purge(&fx->received);
			break;
		}
		napier_fixture_check_received(fx, 60 + seen % 1400, seen);
		seen++;
	}

	return seen;
}

/* The device writes while the driver looks: whenever DD is seen, everything
 * else of the frame has to be.
 */
static void rx_racing_device(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_rx_ring *rx = fx->nn->cfg.rx[0];
	struct napier_vector *vec = fx->nd->vec[0];
	struct rx_writer w = { .fx = fx, .count = 3000 };
	struct task_struct *task;
	unsigned long end;
	u32 seen = 0;
	bool done;

	/* Polled by hand, without a pause and one by one. */
	rtnl_lock();
	netdev_lock(fx->ndev);
	napier_vector_disable(vec);
	netdev_unlock(fx->ndev);
	rtnl_unlock();

	task = kthread_run(rx_write_many, &w, "napier-device");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	end = jiffies + 300 * HZ;
	do {
		int i;

		/* Pairs with the release in rx_write_many(). */
		done = smp_load_acquire(&w.done);

		local_bh_disable();
		for (i = 0; i < 1000; i++)
			napier_rx_poll(rx, &vec->napi, 1);
		local_bh_enable();
		seen = rx_check_all(fx, seen);
		cond_resched();
	} while (!done && time_before(jiffies, end));
	kthread_stop(task);

	/* The last few wait for the end of a poll. */
	rtnl_lock();
	netdev_lock(fx->ndev);
	napier_vector_enable(vec);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	napier_fixture_poll(fx, 0);
	seen = rx_check_all(fx, seen);
	KUNIT_EXPECT_EQ(test, seen, w.count);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).errors, 0);
}

/* ---- what is wrong with a frame ------------------------------------------------- */

/* Bring in a frame in @parts buffers with @status in the last descriptor. */
static void rx_with_status(struct napier_fixture *fx, u32 len, u32 serial,
			   u32 status)
{
	struct napier_model_rx f = { .len = len, .status = status,
				     .hash = 0xfeedc0de,
				     .pkt_info = NAPIER_RXD_RSS_TCP4 };
	u8 *data = kmalloc(len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(fx->test, data);
	napier_fixture_pattern(data, max_t(u32, len, NAPIER_FIXTURE_MIN),
			       serial);
	f.data = data;
	KUNIT_EXPECT_GT(fx->test, napier_model_rx(fx->m, 0, &f), 0);
	kfree(data);
}

/* An error in the first buffer of three: no part of the frame comes up, and the
 * next one does.
 */
static void rx_error(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, 9000), 0);
	rx_with_status(fx, 9000, 1, NAPIER_RXD_ERR_RXE);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&fx->received), 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).errors, 1);
	napier_fixture_receive(fx, 0, 9000, 2);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 9000, 2);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, 1);
}

/* An error in the last: what was collected goes, too. */
static void rx_error_at_end(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_model_rx f = { .len = 9000 };
	u8 *data;

	KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, 9000), 0);
	data = kunit_kzalloc(test, f.len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, data);
	f.data = data;
	napier_model_rx_step(fx->m, 0, &f);
	napier_model_rx_step(fx->m, 0, &f);
	f.status = NAPIER_RXD_ERR_RXE;
	napier_model_rx_step(fx->m, 0, &f);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&fx->received), 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).errors, 1);
	napier_fixture_receive(fx, 0, 100, 2);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 100, 2);
}

/* A device that lies about a length must not make the driver read beyond. */
static void rx_length_lie(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_rx_ring *rx = fx->nn->cfg.rx[0];
	u32 longest = rx->geom.max_len;
	union napier_rx_desc *desc;
	int slot;

	for (; longest <= rx->geom.max_len + 1; longest++) {
		fx->m->hold = true;
		slot = rx->next_to_clean;
		KUNIT_ASSERT_EQ(test, napier_fixture_receive(fx, 0, 60, 1), 1);
		desc = &rx->desc[slot];
		desc->wb.length = cpu_to_le16(longest);
		napier_model_release(fx->m);
		napier_fixture_settle(fx);
	}
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).errors, 1);
}

/* Too short for a header. */
static void rx_runt(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_model_rx f = { .data = "\x02\0\0\0\0\1\2\0\0\0\0\2\x08",
				     .len = ETH_HLEN - 1 };

	KUNIT_EXPECT_EQ(test, napier_model_rx(fx->m, 0, &f), 1);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&fx->received), 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).errors, 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, 0);
}

/* More buffers than an skb has room for. */
static void rx_endless(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	u32 bufs = MAX_SKB_FRAGS + 4, i;
	u8 data[60];

	fx->m->hold = true;
	napier_fixture_pattern(data, sizeof(data), 9);
	for (i = 0; i < bufs; i++) {
		struct napier_model_rx f = { .data = data, .len = 60 };
		struct napier_rx_ring *rx = fx->nn->cfg.rx[0];
		int slot = napier_model_rx_step(fx->m, 0, &f);

		KUNIT_ASSERT_GE(test, slot, 0);
		if (i < bufs - 1)
			rx->desc[slot].wb.status_error &=
				~cpu_to_le32(NAPIER_RXD_STAT_EOP);
	}
	napier_model_release(fx->m);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&fx->received), 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).dropped, 1);
	napier_fixture_receive(fx, 0, 100, 2);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 100, 2);
}

/* ---- what the device says of a frame ---------------------------------------------- */

static const struct rx_sum {
	const char *name;
	u32 status;
	u8 summed;
	bool ok;
	bool bad;
} rx_sums[] = {
	{ "nothing", 0, CHECKSUM_NONE, false, false },
	{ "L4 good", NAPIER_RXD_STAT_L4CS, CHECKSUM_UNNECESSARY, true, false },
	{ "UDP good", NAPIER_RXD_STAT_UDPCS, CHECKSUM_UNNECESSARY, true,
	  false },
	{ "L4 bad", NAPIER_RXD_STAT_L4CS | NAPIER_RXD_ERR_L4E, CHECKSUM_NONE,
	  false, true },
	{ "IP bad", NAPIER_RXD_STAT_L4CS | NAPIER_RXD_ERR_IPE, CHECKSUM_NONE,
	  false, true },
	{ "UDP bad", NAPIER_RXD_STAT_UDPCS | NAPIER_RXD_ERR_L4E, CHECKSUM_NONE,
	  false, true },
};

KUNIT_ARRAY_PARAM_DESC(rx_sum, rx_sums, name);

static void rx_checksum(struct kunit *test)
{
	const struct rx_sum *p = test->param_value;
	struct napier_fixture *fx = test->priv;
	struct sk_buff *skb;

	rx_with_status(fx, 100, 1, p->status);
	napier_fixture_settle(fx);
	skb = skb_peek(&fx->received);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, (u8)skb->ip_summed, p->summed);
	KUNIT_EXPECT_EQ(test, skb->hash, 0xfeedc0de);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).csum_ok, p->ok);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).csum_bad, p->bad);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).packets, 1);

	/* Not asked for, not told. */
	skb_queue_purge(&fx->received);
	napier_rx_ring_set_features(fx->nn, fx->nn->cfg.rx[0], 0);
	rx_with_status(fx, 100, 1, p->status);
	napier_fixture_settle(fx);
	skb = skb_peek(&fx->received);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, (u8)skb->ip_summed, CHECKSUM_NONE);
	KUNIT_EXPECT_EQ(test, skb->hash, 0);
}

static const struct rx_hash {
	const char *name;
	u32 type;
	bool l4;
	bool any;
} rx_hashes[] = {
	{ "none", NAPIER_RXD_RSS_NONE, false, false },
	{ "TCP4", NAPIER_RXD_RSS_TCP4, true, true },
	{ "IP4", NAPIER_RXD_RSS_IP4, false, true },
	{ "TCP6", NAPIER_RXD_RSS_TCP6, true, true },
	{ "IP6_EX", NAPIER_RXD_RSS_IP6_EX, false, true },
	{ "IP6", NAPIER_RXD_RSS_IP6, false, true },
	{ "TCP6_EX", NAPIER_RXD_RSS_TCP6_EX, true, true },
	{ "UDP4", NAPIER_RXD_RSS_UDP4, true, true },
	{ "UDP6", NAPIER_RXD_RSS_UDP6, true, true },
	{ "UDP6_EX", NAPIER_RXD_RSS_UDP6_EX, true, true },
	{ "reserved 10", 10, false, false },
	{ "reserved 15", 15, false, false },
};

KUNIT_ARRAY_PARAM_DESC(rx_hash, rx_hashes, name);

static void rx_hash_type(struct kunit *test)
{
	const struct rx_hash *p = test->param_value;
	struct napier_fixture *fx = test->priv;
	struct napier_model_rx f = { .len = 64, .hash = 0xfeedc0de,
				     .pkt_info = p->type | 0x3f0 };
	struct sk_buff *skb;
	u8 data[64];

	napier_fixture_pattern(data, f.len, 1);
	f.data = data;
	napier_model_rx(fx->m, 0, &f);
	napier_fixture_settle(fx);
	skb = skb_peek(&fx->received);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->hash, 0xfeedc0de);
	KUNIT_EXPECT_EQ(test, !!skb->l4_hash, p->l4);
	KUNIT_EXPECT_EQ(test, napier_rx_hash_type(p->type),
			!p->any ? PKT_HASH_TYPE_NONE :
			p->l4 ? PKT_HASH_TYPE_L4 : PKT_HASH_TYPE_L3);
}

/* part: looped back by the device; swapped: then in the other byte order */
static const struct rx_tag {
	const char *name;
	u32 quirks;
	u32 status;
	u16 raw;
} rx_tags[] = {
	{ "from the wire", 0, NAPIER_RXD_STAT_VP, 0x1230 },
	{ "looped back", 0, NAPIER_RXD_STAT_VP | NAPIER_RXD_STAT_LB, 0x1230 },
	{ "I350, from the wire", NAPIER_QUIRK_LB_TAG_BE, NAPIER_RXD_STAT_VP,
	  0x1230 },
	{ "I350, looped back", NAPIER_QUIRK_LB_TAG_BE,
	  NAPIER_RXD_STAT_VP | NAPIER_RXD_STAT_LB, 0x3012 },
};

KUNIT_ARRAY_PARAM_DESC(rx_tag, rx_tags, name);

static void rx_vlan_tag(struct kunit *test)
{
	const struct rx_tag *p = test->param_value;
	struct napier_fixture *fx = test->priv;
	struct napier_model_rx f = { .len = 64, .vlan = p->raw,
				     .status = p->status };
	struct sk_buff *skb;
	u8 data[64];

	fx->nd->quirks |= p->quirks;
	napier_rx_ring_set_features(fx->nn, fx->nn->cfg.rx[0],
				    fx->ndev->features);
	napier_fixture_pattern(data, f.len, 1);
	f.data = data;
	napier_model_rx(fx->m, 0, &f);
	napier_fixture_settle(fx);
	skb = skb_peek(&fx->received);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_TRUE(test, skb_vlan_tag_present(skb));
	KUNIT_EXPECT_EQ(test, skb_vlan_tag_get(skb), 0x1230);
	KUNIT_EXPECT_EQ(test, skb->vlan_proto, htons(ETH_P_8021Q));
}

/* Only the last descriptor of a frame says anything about it. */
static void rx_metadata_of_last(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;
	struct napier_model_rx f = { .len = 7000, .hash = 0x1234567,
				     .pkt_info = NAPIER_RXD_RSS_UDP4,
				     .status = NAPIER_RXD_STAT_VP |
					       NAPIER_RXD_STAT_UDPCS,
				     .vlan = 99 };
	struct sk_buff *skb;
	u8 *data;

	KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, 9000), 0);
	data = kunit_kzalloc(test, f.len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, data);
	napier_fixture_pattern(data, f.len, 5);
	f.data = data;
	KUNIT_EXPECT_EQ(test, napier_model_rx(fx->m, 0, &f), 3);
	napier_fixture_settle(fx);
	skb = skb_peek(&fx->received);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb_vlan_tag_get(skb), 99);
	KUNIT_EXPECT_EQ(test, skb->hash, 0x1234567);
	KUNIT_EXPECT_EQ(test, (u8)skb->ip_summed, CHECKSUM_UNNECESSARY);
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).csum_ok, 1);
	__vlan_hwaccel_clear_tag(skb);
	napier_fixture_check_received(fx, 7000, 5);
}

/* A frame longer than the MTU allows is the device's to drop; one of the usual
 * size is let in at any MTU.
 */
static void rx_frame_limit(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	KUNIT_EXPECT_EQ(test, napier_fixture_receive(fx, 0, 1522, 1), 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_receive(fx, 0, 1523, 2),
			-EMSGSIZE);
	KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, 576), 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_receive(fx, 0, 1522, 3), 1);
	KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, 3000), 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_receive(fx, 0, 3022, 4), 1);
	KUNIT_EXPECT_EQ(test, napier_fixture_receive(fx, 0, 3023, 5),
			-EMSGSIZE);
	napier_fixture_settle(fx);
	napier_fixture_check_received(fx, 1522, 1);
	napier_fixture_check_received(fx, 1522, 3);
	napier_fixture_check_received(fx, 3022, 4);
}

static struct kunit_case napier_rx_cases[] = {
	KUNIT_CASE(rx_one_frame),
	KUNIT_CASE_PARAM(rx_buffers, rx_length_gen_params),
	KUNIT_CASE(rx_burst),
	KUNIT_CASE_PARAM(rx_wraps, rx_burst_gen_params),
	KUNIT_CASE(rx_in_pieces),
	KUNIT_CASE(rx_without_dd),
	KUNIT_CASE(rx_length_after_dd),
	KUNIT_CASE_SLOW(rx_racing_device),
	KUNIT_CASE(rx_error),
	KUNIT_CASE(rx_error_at_end),
	KUNIT_CASE(rx_length_lie),
	KUNIT_CASE(rx_runt),
	KUNIT_CASE(rx_endless),
	KUNIT_CASE_PARAM(rx_checksum, rx_sum_gen_params),
	KUNIT_CASE_PARAM(rx_hash_type, rx_hash_gen_params),
	KUNIT_CASE_PARAM(rx_vlan_tag, rx_tag_gen_params),
	KUNIT_CASE(rx_metadata_of_last),
	KUNIT_CASE(rx_frame_limit),
	{}
};

static struct kunit_suite napier_rx_suite = {
	.name = "napier_rx",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init_up,
	.exit = napier_fixture_exit,
	.test_cases = napier_rx_cases,
};

kunit_test_suite(napier_rx_suite);
