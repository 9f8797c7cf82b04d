// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time stamps: whose they are, and what becomes of those that do not come or
 * that nobody comes for.
 *
 * Depends on: napier_fixture.c.
 */
#include <linux/delay.h>
#include <linux/net.h>
#include <linux/ptp_classify.h>
#include <net/sock.h>

#include "napier_fixture.h"

#define STAMP_FRAME	60

static void stamp_board_desc(const struct napier_fixture_board *b, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s", b->name);
}

KUNIT_ARRAY_PARAM(stamp_board, napier_fixture_boards, stamp_board_desc);

/* An 82576, whose stamps are in registers. */
static struct napier_fixture *stamp_port(struct kunit *test)
{
	return napier_fixture_part(test, NAPIER_BOARD_82576, true);
}

static void stamp_choose(struct napier_fixture *fx, int tx, int rx)
{
	KUNIT_ASSERT_EQ(fx->test, napier_fixture_hwtstamp(fx, tx, rx, NULL), 0);
}

/* ---- sending ------------------------------------------------------------ */

static void stamp_release_socket(void *sock)
{
	sock_release(sock);
}

/* Somebody to tell. */
static struct sock *stamp_socket(struct napier_fixture *fx)
{
	struct socket *sock;

	KUNIT_ASSERT_EQ(fx->test, sock_create_kern(&init_net, PF_INET,
						   SOCK_DGRAM, 0, &sock), 0);
	KUNIT_ASSERT_EQ(fx->test,
			kunit_add_action_or_reset(fx->test, stamp_release_socket,
						  sock), 0);

	return sock->sk;
}

static void stamp_send(struct napier_fixture *fx, struct sock *sk)
{
	struct sk_buff *skb = napier_fixture_skb(fx, STAMP_FRAME);

	skb->sk = sk;
	skb_shinfo(skb)->tx_flags |= SKBTX_HW_TSTAMP;
	KUNIT_EXPECT_EQ(fx->test, napier_fixture_xmit(fx, 0, skb, false),
			NETDEV_TX_OK);
}

/* Has the device been asked for a stamp of the next frame that it sent? */
static bool stamp_asked(struct napier_fixture *fx)
{
	struct napier_model_frame *f = napier_model_tx_take(fx->m, 0);
	bool asked;

	KUNIT_ASSERT_NOT_NULL(fx->test, f);
	asked = f->cmd & NAPIER_TXD_TSTAMP;
	kvfree(f);

	return asked;
}

/* The stamp that somebody was told, or 0. */
static u64 stamp_told(struct sock *sk)
{
	struct sk_buff *skb = skb_dequeue(&sk->sk_error_queue);
	u64 stamp = 0;

	if (skb)
		stamp = ktime_to_ns(skb_hwtstamps(skb)->hwtstamp);
	kfree_skb(skb);

	return stamp;
}

static struct ethtool_ts_stats stamp_stats(struct napier_fixture *fx)
{
	struct ethtool_ts_stats s = {};

	fx->ndev->ethtool_ops->get_ts_stats(fx->ndev, &s);

	return s;
}

static void stamp_expect_stats(struct napier_fixture *fx, u64 pkts, u64 lost,
			       u64 err)
{
	struct ethtool_ts_stats s = stamp_stats(fx);

	KUNIT_EXPECT_EQ(fx->test, s.pkts, pkts);
	KUNIT_EXPECT_EQ(fx->test, s.lost, lost);
	KUNIT_EXPECT_EQ(fx->test, s.err, err);
}

/* The frame goes, and is told its own time. */
static void stamp_expect_own(struct napier_fixture *fx, struct sock *sk)
{
	u64 when;

	napier_model_tx_finish(fx->m, 0);
	napier_fixture_settle(fx);
	when = napier_fixture_now(fx);
	napier_model_ptp_work(fx->m);
	KUNIT_EXPECT_EQ(fx->test, stamp_told(sk), when);
}

/* A stamp comes, with an interrupt where there is one. */
static void stamp_tx_comes(struct kunit *test)
{
	const struct napier_fixture_board *b = test->param_value;
	bool i21x = b->id == NAPIER_BOARD_I210 || b->id == NAPIER_BOARD_I211;
	struct napier_fixture *fx = napier_fixture_part(test, b->id, true);
	struct sock *sk = stamp_socket(fx);
	u64 when;
	u32 i;

	stamp_choose(fx, HWTSTAMP_TX_ON, HWTSTAMP_FILTER_NONE);
	for (i = 1; i <= 3; i++) {
		napier_model_ptp_advance(fx->m, 2 * NSEC_PER_SEC + 1);
		fx->m->ptp_delay = -1;
		stamp_send(fx, sk);
		/* Nothing yet: ask again, soon. */
		if (b->id == NAPIER_BOARD_82576)
			KUNIT_EXPECT_EQ(test, fx->m->ptp_delay, 0);
		KUNIT_EXPECT_LE(test, napier_model_ptp_work(fx->m), HZ);
		KUNIT_EXPECT_EQ(test, stamp_told(sk), 0);

		KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, 0), 1);
		napier_fixture_settle(fx);
		when = napier_fixture_now(fx);
		napier_model_ptp_advance(fx->m, 1234567);
		if (b->id != NAPIER_BOARD_82576)
			KUNIT_EXPECT_EQ(test, fx->m->ptp_delay, 0);
		napier_model_ptp_work(fx->m);
		KUNIT_EXPECT_EQ(test, stamp_told(sk), when + (i21x ? 178 : 0));
		KUNIT_EXPECT_TRUE(test, stamp_asked(fx));
		KUNIT_EXPECT_EQ(test, napier_fixture_freed(), i);
		stamp_expect_stats(fx, i, 0, 0);
	}
}

/* One at a time: others go without, and are counted. */
static void stamp_tx_one_slot(struct kunit *test)
{
	struct napier_fixture *fx = stamp_port(test);
	struct sock *sk = stamp_socket(fx);
	u64 when;

	stamp_choose(fx, HWTSTAMP_TX_ON, HWTSTAMP_FILTER_NONE);
	stamp_send(fx, sk);
	stamp_send(fx, sk);
	stamp_send(fx, sk);
	when = napier_fixture_now(fx);
	KUNIT_EXPECT_EQ(test, napier_model_tx_finish(fx->m, 0), 3);
	napier_fixture_settle(fx);
	/* The first one's is the slot's. */
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 2);
	napier_model_ptp_work(fx->m);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 3);
	KUNIT_EXPECT_EQ(test, stamp_told(sk), when);
	KUNIT_EXPECT_EQ(test, stamp_told(sk), 0);
	KUNIT_EXPECT_TRUE(test, stamp_asked(fx));
	KUNIT_EXPECT_FALSE(test, stamp_asked(fx));
	KUNIT_EXPECT_FALSE(test, stamp_asked(fx));
	stamp_expect_stats(fx, 1, 0, 2);

	stamp_send(fx, sk);
	napier_model_tx_finish(fx->m, 0);
	napier_fixture_settle(fx);
	napier_model_ptp_work(fx->m);
	KUNIT_EXPECT_TRUE(test, stamp_asked(fx));
	stamp_expect_stats(fx, 2, 0, 2);
}

/* With stamps off, who asks gets none, and nothing is counted. */
static void stamp_tx_off(struct kunit *test)
{
	struct napier_fixture *fx = stamp_port(test);

	stamp_send(fx, NULL);
	napier_model_tx_finish(fx->m, 0);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_FALSE(test, stamp_asked(fx));
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 1);
	stamp_expect_stats(fx, 0, 0, 0);
}

/* The device forgets to stamp. The slot is given up when nothing can come any
 * more: a second after the frame has left its ring, and not before.
 */
static void stamp_tx_lost(struct kunit *test)
{
	struct napier_fixture *fx = stamp_port(test);
	struct sock *sk = stamp_socket(fx);

	stamp_choose(fx, HWTSTAMP_TX_ON, HWTSTAMP_FILTER_NONE);
	fx->m->no_tx_stamp = true;
	stamp_send(fx, sk);
	msleep(1200);
	/* Not sent, so it cannot have been stamped. */
	KUNIT_EXPECT_LE(test, napier_model_ptp_work(fx->m), HZ);
	stamp_expect_stats(fx, 0, 0, 0);
	napier_model_tx_finish(fx->m, 0);
	napier_fixture_settle(fx);
	KUNIT_EXPECT_LE(test, napier_model_ptp_work(fx->m), HZ);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 0);
	msleep(1200);
	napier_model_ptp_work(fx->m);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 1);
	KUNIT_EXPECT_EQ(test, stamp_told(sk), 0);
	stamp_expect_stats(fx, 0, 1, 0);
	stamp_asked(fx);

	/* The next gets its own. */
	fx->m->no_tx_stamp = false;
	napier_model_ptp_advance(fx->m, 99);
	stamp_send(fx, sk);
	stamp_expect_own(fx, sk);
	stamp_expect_stats(fx, 1, 1, 0);
}

/* That a descriptor is done says that the device has the frame, not that it was
 * sent: pause, or a slow link, keeps it. The stamp comes all the same, and is
 * not the next frame's.
 */
static void stamp_tx_kept_by_device(struct kunit *test)
{
	struct napier_fixture *fx = stamp_port(test);
	struct sock *sk = stamp_socket(fx);
	u64 when;

	stamp_choose(fx, HWTSTAMP_TX_ON, HWTSTAMP_FILTER_NONE);
	fx->m->no_tx_stamp = true;
	stamp_send(fx, sk);
	msleep(1200);
	napier_model_ptp_work(fx->m);
	napier_model_tx_finish(fx->m, 0);
	napier_fixture_settle(fx);
	napier_model_ptp_work(fx->m);
	stamp_expect_stats(fx, 0, 0, 0);

	fx->m->no_tx_stamp = false;
	napier_model_ptp_advance(fx->m, 12345);
	when = napier_fixture_now(fx);
	spin_lock_irq(&fx->m->lock);
	napier_model_ptp_sent(fx->m);
	spin_unlock_irq(&fx->m->lock);
	napier_model_ptp_advance(fx->m, 54321);
	napier_model_ptp_work(fx->m);
	KUNIT_EXPECT_EQ(test, stamp_told(sk), when);
	stamp_expect_stats(fx, 1, 0, 0);
}

/* One that was given up and is sent after all: its stamp is nobody's. */
static void stamp_tx_too_late(struct kunit *test)
{
	struct napier_fixture *fx = stamp_port(test);
	struct sock *sk = stamp_socket(fx);

	stamp_choose(fx, HWTSTAMP_TX_ON, HWTSTAMP_FILTER_NONE);
	fx->m->no_tx_stamp = true;
	stamp_send(fx, sk);
	napier_model_tx_finish(fx->m, 0);
	napier_fixture_settle(fx);
	napier_model_ptp_work(fx->m);
	msleep(1200);
	napier_model_ptp_work(fx->m);
	stamp_expect_stats(fx, 0, 1, 0);

	fx->m->no_tx_stamp = false;
	spin_lock_irq(&fx->m->lock);
	napier_model_ptp_sent(fx->m);
	spin_unlock_irq(&fx->m->lock);
	napier_model_ptp_advance(fx->m, 54321);
	napier_model_ptp_work(fx->m);
	stamp_send(fx, sk);
	napier_model_ptp_work(fx->m);
	KUNIT_EXPECT_EQ(test, stamp_told(sk), 0);
	stamp_asked(fx);
	stamp_expect_own(fx, sk);
	stamp_expect_stats(fx, 1, 1, 0);
}

/* Who chooses what is stamped does not make a frame wait that was sent. */
static void stamp_tx_while_set(struct kunit *test)
{
	struct napier_fixture *fx = stamp_port(test);
	struct sock *sk = stamp_socket(fx);

	stamp_choose(fx, HWTSTAMP_TX_ON, HWTSTAMP_FILTER_NONE);
	stamp_send(fx, sk);
	napier_model_tx_finish(fx->m, 0);
	napier_fixture_settle(fx);
	fx->m->ptp_delay = -1;
	stamp_choose(fx, HWTSTAMP_TX_ON, HWTSTAMP_FILTER_PTP_V2_EVENT);
	KUNIT_EXPECT_EQ(test, fx->m->ptp_delay, 0);
	napier_model_ptp_work(fx->m);
	KUNIT_EXPECT_GT(test, stamp_told(sk), 0);
	stamp_expect_stats(fx, 1, 0, 0);
}

/* A frame that cannot be mapped gives the slot back at once; but by the aux work,
 * which may be looking at it.
 */
static void stamp_tx_not_mapped(struct kunit *test)
{
	struct napier_fixture *fx = stamp_port(test);
	struct sock *sk = stamp_socket(fx);

	stamp_choose(fx, HWTSTAMP_TX_ON, HWTSTAMP_FILTER_NONE);
	fx->m->map_fails_in = 1;
	fx->m->ptp_delay = -1;
	stamp_send(fx, sk);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 0);
	KUNIT_EXPECT_EQ(test, fx->m->ptp_delay, 0);
	napier_model_ptp_work(fx->m);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 1);
	stamp_expect_stats(fx, 0, 1, 0);
	stamp_send(fx, sk);
	napier_model_tx_finish(fx->m, 0);
	napier_fixture_settle(fx);
	napier_model_ptp_work(fx->m);
	KUNIT_EXPECT_GT(test, stamp_told(sk), 0);
	stamp_expect_stats(fx, 1, 1, 0);
}

/* The ring is thrown away with the frame in it; its stamp, which comes a moment
 * too late, is not given to the next.
 */
static void stamp_tx_purged(struct kunit *test)
{
	struct napier_fixture *fx = stamp_port(test);
	struct sock *sk = stamp_socket(fx);
	u64 when;

	stamp_choose(fx, HWTSTAMP_TX_ON, HWTSTAMP_FILTER_NONE);
	stamp_send(fx, sk);
	KUNIT_EXPECT_EQ(test, napier_model_tx_fetch(fx->m, 0, 1), 1);
	napier_fixture_close(fx);
	napier_model_tx_forget(fx->m, 0);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 1);
	KUNIT_EXPECT_EQ(test, stamp_told(sk), 0);
	stamp_expect_stats(fx, 0, 1, 0);

	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	/* Without a link, what is sent would be thrown away. */
	napier_fixture_link_up(fx);
	napier_model_ptp_advance(fx->m, NSEC_PER_SEC);
	stamp_send(fx, sk);
	napier_model_ptp_work(fx->m);
	KUNIT_EXPECT_EQ(test, stamp_told(sk), 0);
	napier_model_tx_finish(fx->m, 0);
	napier_fixture_settle(fx);
	when = napier_fixture_now(fx);
	napier_model_ptp_work(fx->m);
	KUNIT_EXPECT_EQ(test, stamp_told(sk), when);

	/* And once more, with a reset. */
	stamp_send(fx, sk);
	napier_fixture_reset(fx);
	KUNIT_EXPECT_EQ(test, napier_fixture_freed(), 3);
	stamp_expect_stats(fx, 1, 2, 0);
	KUNIT_EXPECT_GE(test, napier_model_ptp_work(fx->m), HZ);
}

/* ---- receiving ---------------------------------------------------------- */

/* A Sync over Ethernet; the device says that its stamp is in the registers, if
 * it has one.
 */
static void stamp_receive(struct napier_fixture *fx, u16 sequence, u32 status)
{
	struct napier_model_rx f = { .len = STAMP_FRAME, .status = status };
	u8 data[STAMP_FRAME] = {};
	struct ptp_header *hdr = (void *)(data + ETH_HLEN);
	struct ethhdr *eth = (void *)data;

	eth_broadcast_addr(eth->h_dest);
	eth->h_proto = htons(ETH_P_1588);
	hdr->ver = 2;
	hdr->sequence_id = htons(sequence);
	f.data = data;
	KUNIT_EXPECT_EQ(fx->test, napier_model_rx(fx->m, 0, &f), 1);
	napier_fixture_settle(fx);
}

/* The stamp of the next frame that came up, or 0. */
static u64 stamp_got(struct napier_fixture *fx)
{
	struct sk_buff *skb = napier_fixture_received(fx);
	u64 stamp;

	KUNIT_ASSERT_NOT_NULL(fx->test, skb);
	stamp = ktime_to_ns(skb_hwtstamps(skb)->hwtstamp);
	kfree_skb(skb);

	return stamp;
}

static u64 stamp_private(struct napier_fixture *fx, const char *name)
{
	const struct ethtool_ops *ops = fx->ndev->ethtool_ops;
	int i, n = ops->get_sset_count(fx->ndev, ETH_SS_STATS);
	u8 *names = kunit_kcalloc(fx->test, n, ETH_GSTRING_LEN, GFP_KERNEL);
	u64 *data = kunit_kcalloc(fx->test, n, sizeof(*data), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(fx->test, names);
	KUNIT_ASSERT_NOT_NULL(fx->test, data);
	ops->get_strings(fx->ndev, ETH_SS_STATS, names);
	ops->get_ethtool_stats(fx->ndev, NULL, data);
	for (i = 0; i < n; i++)
		if (!strcmp(names + i * ETH_GSTRING_LEN, name))
			return data[i];
	KUNIT_FAIL(fx->test, "no counter %s", name);

	return 0;
}

/* Of frames in a row each gets its own stamp, and who has none gets none. */
static void stamp_rx_register(struct kunit *test)
{
	struct napier_fixture *fx = stamp_port(test);
	u64 when;
	u16 i;

	stamp_choose(fx, HWTSTAMP_TX_OFF,
		     HWTSTAMP_FILTER_PTP_V2_EVENT);
	for (i = 0x1ff; i < 0x203; i++) {
		napier_model_ptp_advance(fx->m, NSEC_PER_MSEC);
		when = napier_fixture_now(fx);
		KUNIT_ASSERT_TRUE(test, napier_model_ptp_received(fx->m, i));
		napier_model_ptp_advance(fx->m, 4321);
		stamp_receive(fx, i, NAPIER_RXD_STAT_TS);
		KUNIT_EXPECT_EQ(test, stamp_got(fx), when);
		stamp_receive(fx, i, 0);
		KUNIT_EXPECT_EQ(test, stamp_got(fx), 0);
	}
	/* Said to be there, and is not. */
	stamp_receive(fx, 7, NAPIER_RXD_STAT_TS);
	KUNIT_EXPECT_EQ(test, stamp_got(fx), 0);
	KUNIT_EXPECT_EQ(test, stamp_private(fx, "rx_hwtstamp_mismatched"), 0);
}

/* The stamp is another frame's: it goes to nobody, and makes room. */
static void stamp_rx_mismatch(struct kunit *test)
{
	struct napier_fixture *fx = stamp_port(test);

	stamp_choose(fx, HWTSTAMP_TX_OFF,
		     HWTSTAMP_FILTER_PTP_V2_EVENT);
	KUNIT_ASSERT_TRUE(test, napier_model_ptp_received(fx->m, 1));
	stamp_receive(fx, 256, NAPIER_RXD_STAT_TS);
	KUNIT_EXPECT_EQ(test, stamp_got(fx), 0);
	KUNIT_EXPECT_EQ(test, stamp_private(fx, "rx_hwtstamp_mismatched"), 1);

	/* Nor to a frame that is no PTP at all. */
	KUNIT_ASSERT_TRUE(test, napier_model_ptp_received(fx->m, 2));
	{
		u8 data[STAMP_FRAME];
		struct napier_model_rx f = {
			.data = data, .len = sizeof(data),
			.status = NAPIER_RXD_STAT_TS,
		};

		napier_fixture_pattern(data, sizeof(data), 5);
		KUNIT_EXPECT_EQ(test, napier_model_rx(fx->m, 0, &f), 1);
		napier_fixture_settle(fx);
	}
	KUNIT_EXPECT_EQ(test, stamp_got(fx), 0);
	KUNIT_EXPECT_EQ(test, stamp_private(fx, "rx_hwtstamp_mismatched"), 2);

	KUNIT_ASSERT_TRUE(test, napier_model_ptp_received(fx->m, 3));
	stamp_receive(fx, 3, NAPIER_RXD_STAT_TS);
	KUNIT_EXPECT_GT(test, stamp_got(fx), 0);
}

static struct napier_fixture *stamp_fixture;

/* Somebody throws the stamp away that is being read, and another comes. */
static void stamp_of_another(struct napier_model *m)
{
	stamp_choose(stamp_fixture, HWTSTAMP_TX_OFF,
		     HWTSTAMP_FILTER_PTP_V2_EVENT);
	napier_model_ptp_advance(m, NSEC_PER_MSEC);
	KUNIT_EXPECT_TRUE(stamp_fixture->test, napier_model_ptp_received(m, 6));
}

/* NAPI stays on its CPU, which the classifier of PTP relies on; but before_stamp
 * sleeps, so bottom halves stay on.
 */
static void stamp_register(struct napier_fixture *fx, struct sk_buff *skb)
{
	migrate_disable();
	napier_stamp_rx_register(fx->nd, skb);
	migrate_enable();
}

/* Two halves do not make a stamp, though the first one matches. */
static void stamp_rx_half(struct kunit *test)
{
	struct napier_fixture *fx = stamp_port(test);
	struct sk_buff *skb = napier_fixture_skb(fx, STAMP_FRAME);
	struct ptp_header *hdr = (void *)(skb->data + ETH_HLEN);

	/* The driver is not given it, and does not free it. */
	skb->destructor = NULL;
	stamp_choose(fx, HWTSTAMP_TX_OFF, HWTSTAMP_FILTER_PTP_V2_EVENT);
	eth_hdr(skb)->h_proto = htons(ETH_P_1588);
	memset(hdr, 0, sizeof(*hdr));
	hdr->ver = 2;
	hdr->sequence_id = htons(5);
	KUNIT_ASSERT_TRUE(test, napier_model_ptp_received(fx->m, 5));
	stamp_fixture = fx;
	fx->m->before_stamp = stamp_of_another;
	stamp_register(fx, skb);
	KUNIT_EXPECT_NULL(test, fx->m->before_stamp);
	KUNIT_EXPECT_EQ(test, ktime_to_ns(skb_hwtstamps(skb)->hwtstamp), 0);
	KUNIT_EXPECT_EQ(test, stamp_private(fx, "rx_hwtstamp_mismatched"), 1);

	KUNIT_ASSERT_TRUE(test, napier_model_ptp_received(fx->m, 5));
	stamp_register(fx, skb);
	KUNIT_EXPECT_GT(test, ktime_to_ns(skb_hwtstamps(skb)->hwtstamp), 0);
	kfree_skb(skb);
}

/* The clock's work, with the next look at a waiting stamp due, or not yet. */
static long stamp_look(struct napier_fixture *fx, bool due)
{
	fx->nd->ptp.looked = due ? jiffies - HZ : jiffies + 60 * HZ;

	return napier_model_ptp_work(fx->m);
}

/* The frame was dropped after it was stamped. Its stamp does not block the
 * others for ever.
 */
static void stamp_rx_unclaimed(struct kunit *test)
{
	struct napier_fixture *fx = stamp_port(test);
	int i;

	stamp_choose(fx, HWTSTAMP_TX_OFF,
		     HWTSTAMP_FILTER_PTP_V2_EVENT);
	stamp_look(fx, true);
	KUNIT_ASSERT_TRUE(test, napier_model_ptp_received(fx->m, 1));
	/* At first it may only be late. */
	KUNIT_EXPECT_LE(test, stamp_look(fx, true), HZ);
	KUNIT_EXPECT_FALSE(test, napier_model_ptp_received(fx->m, 2));
	/* Nor is it given up by looking more often. */
	for (i = 0; i < 5; i++)
		stamp_look(fx, false);
	KUNIT_EXPECT_FALSE(test, napier_model_ptp_received(fx->m, 2));
	KUNIT_EXPECT_EQ(test, stamp_private(fx, "rx_hwtstamp_unclaimed"), 0);

	stamp_look(fx, true);
	KUNIT_EXPECT_EQ(test, stamp_private(fx, "rx_hwtstamp_unclaimed"), 1);
	KUNIT_ASSERT_TRUE(test, napier_model_ptp_received(fx->m, 3));
	stamp_receive(fx, 3, NAPIER_RXD_STAT_TS);
	KUNIT_EXPECT_GT(test, stamp_got(fx), 0);
	stamp_look(fx, true);
	stamp_look(fx, true);
	KUNIT_EXPECT_EQ(test, stamp_private(fx, "rx_hwtstamp_unclaimed"), 1);
}

/* In front of every frame, of one buffer and of several: it is taken off, and
 * the frame is whole.
 */
static void stamp_rx_buffer(struct kunit *test)
{
	static const u32 lengths[] = {
		18, 60, 1514, 1522, 3055, 3056, 3057, 3072, 6128, 9000, 9238,
	};
	const struct napier_fixture_board *b = test->param_value;
	bool i21x = b->id == NAPIER_BOARD_I210 || b->id == NAPIER_BOARD_I211;
	struct napier_fixture *fx = napier_fixture_part(test, b->id, true);
	struct sk_buff *skb;
	u64 when;
	int i, on;

	if (b->id == NAPIER_BOARD_82576)
		return;
	for (on = 1; on >= 0; on--) {
		stamp_choose(fx, HWTSTAMP_TX_OFF, on ? HWTSTAMP_FILTER_ALL :
						       HWTSTAMP_FILTER_NONE);
		for (i = 0; i < ARRAY_SIZE(lengths); i++) {
			u32 mtu = lengths[i] > 1522 ? NAPIER_MAX_MTU : 1500;

			KUNIT_ASSERT_EQ(test, napier_fixture_mtu(fx, mtu), 0);
			napier_model_ptp_advance(fx->m, NSEC_PER_SEC);
			when = napier_fixture_now(fx);
			KUNIT_EXPECT_GT(test,
					napier_fixture_receive(fx, 0,
							       lengths[i], i),
					0);
			napier_fixture_settle(fx);
			KUNIT_ASSERT_EQ(test, skb_queue_len(&fx->received), 1);
			skb = skb_peek(&fx->received);
			KUNIT_EXPECT_EQ(test,
					ktime_to_ns(skb_hwtstamps(skb)->hwtstamp),
					on ? when - (i21x ? 448 : 0) : 0);
			napier_fixture_check_received(fx, lengths[i], i);
		}
	}
	KUNIT_EXPECT_EQ(test, napier_fixture_rx(fx).errors, 0);
}

/* The epoch is a time like any other: its stamp is taken off, too. */
static void stamp_rx_epoch(struct kunit *test)
{
	const struct napier_fixture_board *b = test->param_value;
	bool i21x = b->id == NAPIER_BOARD_I210 || b->id == NAPIER_BOARD_I211;
	struct napier_fixture *fx = napier_fixture_part(test, b->id, true);
	struct timespec64 ts = { .tv_nsec = i21x ? 448 : 0 };

	if (b->id == NAPIER_BOARD_82576)
		return;
	stamp_choose(fx, HWTSTAMP_TX_OFF, HWTSTAMP_FILTER_ALL);
	KUNIT_EXPECT_EQ(test, fx->m->ptp->settime64(fx->m->ptp, &ts), 0);
	KUNIT_EXPECT_GT(test, napier_fixture_receive(fx, 0, STAMP_FRAME, 1), 0);
	napier_fixture_settle(fx);
	KUNIT_ASSERT_EQ(test, skb_queue_len(&fx->received), 1);
	napier_fixture_check_received(fx, STAMP_FRAME, 1);
}

/* A frame that would be copied for its length, but for what is in front. */
static void stamp_rx_not_copied(struct kunit *test)
{
	const struct napier_fixture_board *b = test->param_value;
	struct napier_fixture *fx = napier_fixture_part(test, b->id, true);
	struct sk_buff *skb;
	int on;

	if (b->id == NAPIER_BOARD_82576)
		return;
	rtnl_lock();
	netdev_lock(fx->ndev);
	KUNIT_EXPECT_EQ(test, napier_set_copybreak(fx->nn, 256), 0);
	netdev_unlock(fx->ndev);
	rtnl_unlock();

	for (on = 1; on >= 0; on--) {
		stamp_choose(fx, HWTSTAMP_TX_OFF, on ? HWTSTAMP_FILTER_ALL :
						       HWTSTAMP_FILTER_NONE);
		KUNIT_EXPECT_GT(test,
				napier_fixture_receive(fx, 0, STAMP_FRAME, on),
				0);
		napier_fixture_settle(fx);
		KUNIT_ASSERT_EQ(test, skb_queue_len(&fx->received), 1);
		skb = skb_peek(&fx->received);
		KUNIT_EXPECT_EQ(test, !!skb->pp_recycle, on);
		KUNIT_EXPECT_EQ(test, !!skb_hwtstamps(skb)->hwtstamp, on);
		napier_fixture_check_received(fx, STAMP_FRAME, on);
	}
}

static struct kunit_case napier_stamp_cases[] = {
	KUNIT_CASE_PARAM(stamp_tx_comes, stamp_board_gen_params),
	KUNIT_CASE(stamp_tx_one_slot),
	KUNIT_CASE(stamp_tx_off),
	KUNIT_CASE(stamp_tx_lost),
	KUNIT_CASE(stamp_tx_kept_by_device),
	KUNIT_CASE(stamp_tx_too_late),
	KUNIT_CASE(stamp_tx_while_set),
	KUNIT_CASE(stamp_tx_not_mapped),
	KUNIT_CASE(stamp_tx_purged),
	KUNIT_CASE(stamp_rx_register),
	KUNIT_CASE(stamp_rx_mismatch),
	KUNIT_CASE(stamp_rx_half),
	KUNIT_CASE(stamp_rx_unclaimed),
	KUNIT_CASE_PARAM(stamp_rx_buffer, stamp_board_gen_params),
	KUNIT_CASE_PARAM(stamp_rx_epoch, stamp_board_gen_params),
	KUNIT_CASE_PARAM(stamp_rx_not_copied, stamp_board_gen_params),
	{}
};

static struct kunit_suite napier_stamp_suite = {
	.name = "napier_stamp",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_stamp_cases,
};

kunit_test_suite(napier_stamp_suite);
