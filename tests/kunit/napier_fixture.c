// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fixture: probes the driver on the model, opens the interface, and after
 * each test holds the driver to account for every frame, mapping and page.
 *
 * Depends on: the model.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/pm_runtime.h>
#include <linux/rtnetlink.h>

#include "napier_fixture.h"

/* How long anything may take that is not the test's own doing. */
#define NAPIER_FIXTURE_PATIENCE_MS	5000

const struct napier_fixture_board napier_fixture_boards[] = {
	{ NAPIER_BOARD_82576, "82576" },
	{ NAPIER_BOARD_82580, "82580" },
	{ NAPIER_BOARD_I350, "I350" },
	{ NAPIER_BOARD_I354, "I354" },
	{ NAPIER_BOARD_I210, "I210" },
	{ NAPIER_BOARD_I211, "I211" },
};

/* Of one test at a time, as there is one model at a time. */
static atomic_t napier_fixture_frees;

/* ---- life ----------------------------------------------------------------- */

static int napier_fixture_tap(struct sk_buff *skb, struct net_device *ndev,
			      struct packet_type *tap,
			      struct net_device *orig)
{
	struct napier_fixture *fx = container_of(tap, struct napier_fixture,
						 tap);

	if (skb->pkt_type == PACKET_OUTGOING) {
		kfree_skb(skb);
		return NET_RX_SUCCESS;
	}
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (skb)
		skb_queue_tail(&fx->received, skb);

	return NET_RX_SUCCESS;
}

/**
 * napier_fixture_probe - let the driver have the device
 * @fx: the fixture, with its model
 * @board: what the id table would say
 *
 * Return: what the driver's probe returns.
 */
int napier_fixture_probe(struct napier_fixture *fx, enum napier_board_id board)
{
	struct pci_device_id id = { .driver_data = board };
	int err;

	/* References of the PCI core's: see local_pci_probe(). */
	pm_runtime_get_sync(&fx->m->pdev.dev);
	err = napier_driver.probe(&fx->m->pdev, &id);
	if (err) {
		pm_runtime_put_sync(&fx->m->pdev.dev);
		return err;
	}

	fx->probed = true;
	fx->nd = pci_get_drvdata(&fx->m->pdev);
	fx->ndev = fx->nd->netdev;
	fx->nn = netdev_priv(fx->ndev);
	/* The stack is not to send anything by itself. */
	fx->ndev->priv_flags |= IFF_NO_ADDRCONF;
	/* A queue may be stopped for as long as a test takes. */
	fx->ndev->watchdog_timeo = 3600 * HZ;

	fx->tap.type = htons(ETH_P_ALL);
	fx->tap.dev = fx->ndev;
	fx->tap.func = napier_fixture_tap;
	dev_add_pack(&fx->tap);

	return 0;
}

/**
 * napier_fixture_remove - take the device from the driver
 * @fx: the fixture
 */
void napier_fixture_remove(struct napier_fixture *fx)
{
	if (!fx->probed)
		return;
	fx->probed = false;
	dev_remove_pack(&fx->tap);
	skb_queue_purge(&fx->received);
	/* No test leaves it asleep. */
	pm_runtime_forbid(&fx->m->pdev.dev);
	pm_runtime_get_sync(&fx->m->pdev.dev);
	napier_driver.remove(&fx->m->pdev);
	pm_runtime_put_noidle(&fx->m->pdev.dev);
	pm_runtime_put_sync(&fx->m->pdev.dev);
}

/* Each queue has a directory in sysfs and each vector an interrupt, and under
 * the checkers these take longer to make and remove than most tests take.
 */
#define NAPIER_FIXTURE_VECTORS	5

/**
 * napier_fixture_bare - a device that no driver has yet
 * @test: the test; its exit function has to be napier_fixture_exit()
 * @board: what part it is
 *
 * It has vectors for four queue pairs; a test that wants more sets the model's
 * max_vectors before it probes.
 *
 * Return: the fixture; fails the test without memory.
 */
struct napier_fixture *napier_fixture_bare(struct kunit *test,
					   enum napier_board_id board)
{
	struct napier_fixture *fx = kunit_kzalloc(test, sizeof(*fx),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fx);
	fx->test = test;
	skb_queue_head_init(&fx->received);
	atomic_set(&napier_fixture_frees, 0);
	test->priv = fx;
	fx->m = napier_model_create(board);
	KUNIT_ASSERT_NOT_NULL(test, fx->m);
	fx->m->max_vectors = NAPIER_FIXTURE_VECTORS;

	return fx;
}

/**
 * napier_fixture_sgmii - put the PHY behind SGMII, with MDIO to it
 * @fx: the fixture, not probed; no 82576
 */
void napier_fixture_sgmii(struct napier_fixture *fx)
{
	napier_model_poke(fx->m, NAPIER_CTRL_EXT, NAPIER_LINK_MODE_SGMII << 22);
	napier_model_poke(fx->m, NAPIER_MDICNFG,
			  NAPIER_MDICNFG_EXT_MDIO | 1 << 21);
}

/**
 * napier_fixture_init - init of suites that probe for themselves
 * @test: the test
 *
 * Return: 0.
 */
int napier_fixture_init(struct kunit *test)
{
	test->priv = NULL;

	return 0;
}

/**
 * napier_fixture_link_up - a partner answers at 1000 Mbit/s
 * @fx: the fixture, up
 */
void napier_fixture_link_up(struct napier_fixture *fx)
{
	napier_model_link(fx->m, true, 2, true);
	irq_work_sync(&fx->m->irq_work);
	flush_delayed_work(&fx->nd->service);
}

static int napier_fixture_up(struct kunit *test, int vectors)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_82576);

	fx->m->max_vectors = vectors;
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 2, 64, 64), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	napier_fixture_link_up(fx);
	napier_fixture_unlimit(fx, 0);
	napier_fixture_unlimit(fx, 1);

	return 0;
}

/**
 * napier_fixture_init_up - init of suites about traffic
 * @test: the test
 *
 * An 82576 that is up with two queue pairs of 64 descriptors each way, and
 * BQL that does not get in the way.
 *
 * Return: 0; the test fails if that cannot be.
 */
int napier_fixture_init_up(struct kunit *test)
{
	return napier_fixture_up(test, NAPIER_FIXTURE_VECTORS);
}

/**
 * napier_fixture_init_all - the same with a vector for each queue of the part
 * @test: the test
 *
 * Return: 0; the test fails if that cannot be.
 */
int napier_fixture_init_all(struct kunit *test)
{
	return napier_fixture_up(test, NAPIER_MODEL_VECTORS);
}

static bool napier_fixture_no_pools(struct napier_fixture *fx)
{
	return !READ_ONCE(fx->m->pools);
}

/**
 * napier_fixture_exit - take everything down and settle the accounts
 * @test: the test
 */
void napier_fixture_exit(struct kunit *test)
{
	struct napier_fixture *fx = test->priv;

	if (!fx || !fx->m)
		return;

	fx->m->allocs_left = -1;
	fx->m->map_fails_in = 0;
	napier_model_release(fx->m);
	if (fx->probed && netif_running(fx->ndev))
		napier_fixture_close(fx);
	napier_fixture_remove(fx);

	KUNIT_EXPECT_EQ_MSG(test, napier_fixture_freed(), fx->given,
			    "frames freed, of those given to the driver");
	KUNIT_EXPECT_EQ_MSG(test, fx->m->nr_maps, 0, "mappings left behind");
	KUNIT_EXPECT_TRUE_MSG(test,
			      napier_fixture_wait(napier_fixture_no_pools, fx),
			      "%d page pools wait for pages that never come",
			      fx->m->pools);
	KUNIT_EXPECT_EQ_MSG(test, fx->m->faults, 0, "the device: %s",
			    fx->m->fault);

	napier_model_destroy(fx->m);
	fx->m = NULL;
}

/**
 * napier_fixture_open - ip link set up
 * @fx: the fixture
 *
 * Return: 0 or a negative errno.
 */
int napier_fixture_open(struct napier_fixture *fx)
{
	int err;

	rtnl_lock();
	/* Unlike dev_open(), with the address filters when it returns. */
	err = dev_change_flags(fx->ndev, fx->ndev->flags | IFF_UP, NULL);
	rtnl_unlock();

	return err;
}

/**
 * napier_fixture_close - ip link set down
 * @fx: the fixture
 */
void napier_fixture_close(struct napier_fixture *fx)
{
	rtnl_lock();
	dev_close(fx->ndev);
	rtnl_unlock();
}

/**
 * napier_fixture_config - ethtool -G and -L
 * @fx: the fixture
 * @queues: queue pairs
 * @rx_desc: receive descriptors
 * @tx_desc: transmit descriptors
 *
 * Return: 0 or a negative errno.
 */
int napier_fixture_config(struct napier_fixture *fx, u32 queues, u32 rx_desc,
			  u32 tx_desc)
{
	struct napier_config cfg;
	int err;

	rtnl_lock();
	netdev_lock(fx->ndev);
	cfg = fx->nn->cfg;
	cfg.nr_queues = queues;
	cfg.rx_desc = rx_desc;
	cfg.tx_desc = tx_desc;
	err = napier_config_apply(fx->nn, &cfg, NULL);
	netdev_unlock(fx->ndev);
	rtnl_unlock();

	return err;
}

/**
 * napier_fixture_mtu - ip link set mtu
 * @fx: the fixture
 * @mtu: bytes
 *
 * Return: 0 or a negative errno.
 */
int napier_fixture_mtu(struct napier_fixture *fx, u32 mtu)
{
	int err;

	rtnl_lock();
	err = dev_set_mtu(fx->ndev, mtu);
	rtnl_unlock();

	return err;
}

/* ---- time ------------------------------------------------------------------ */

/**
 * napier_fixture_wait - wait for what the driver does in its own time
 * @done: whether it has
 * @fx: the fixture
 *
 * Return: whether it did within some seconds.
 */
bool napier_fixture_wait(bool (*done)(struct napier_fixture *fx),
			 struct napier_fixture *fx)
{
	u32 turns = NAPIER_FIXTURE_PATIENCE_MS;

	while (!done(fx)) {
		/* Not by the clock, which runs on while the host is busy. */
		if (!turns--)
			return false;
		usleep_range(1000, 2000);
	}

	return true;
}

static bool napier_fixture_idle(struct napier_fixture *fx)
{
	u32 i;

	for (i = 0; i < fx->nn->cfg.nr_queues; i++) {
		struct napier_vector *vec = fx->nd->vec[i];

		if (READ_ONCE(vec->armed) &&
		    test_bit(NAPI_STATE_SCHED, &vec->napi.state))
			return false;
	}

	return true;
}

/**
 * napier_fixture_settle - let interrupts and polls come to their end
 * @fx: the fixture
 */
void napier_fixture_settle(struct napier_fixture *fx)
{
	irq_work_sync(&fx->m->irq_work);
	KUNIT_EXPECT_TRUE_MSG(fx->test,
			      napier_fixture_wait(napier_fixture_idle, fx),
			      "polling does not end");
}

/**
 * napier_fixture_poll - an interrupt that says nothing
 * @fx: the fixture
 * @queue: whose vector
 */
void napier_fixture_poll(struct napier_fixture *fx, u32 queue)
{
	spin_lock_irq(&fx->m->lock);
	napier_model_cause(fx->m, queue, false);
	spin_unlock_irq(&fx->m->lock);
	napier_fixture_settle(fx);
}

/* ---- sending ---------------------------------------------------------------- */

static void napier_fixture_skb_freed(struct sk_buff *skb)
{
	atomic_inc(&napier_fixture_frees);
}

/**
 * napier_fixture_freed - frames that were freed since the test began
 *
 * Return: the number.
 */
u32 napier_fixture_freed(void)
{
	return atomic_read(&napier_fixture_frees);
}

/**
 * napier_fixture_pattern - the contents of a frame
 * @data: where to
 * @len: bytes, at least NAPIER_FIXTURE_MIN
 * @serial: what makes it unlike any other
 */
void napier_fixture_pattern(u8 *data, u32 len, u32 serial)
{
	struct ethhdr *eth = (struct ethhdr *)data;
	u32 i;

	for (i = 0; i < len; i++)
		data[i] = i * 7 + i / 251 + serial * 13;
	eth_broadcast_addr(eth->h_dest);
	eth_zero_addr(eth->h_source);
	eth->h_source[0] = 2;
	eth->h_proto = htons(NAPIER_FIXTURE_TYPE);
	put_unaligned_le32(serial, data + ETH_HLEN);
}

/**
 * napier_fixture_skb - a frame to send
 * @fx: the fixture
 * @len: bytes
 *
 * Return: the skb; fails the test without memory.
 */
struct sk_buff *napier_fixture_skb(struct napier_fixture *fx, u32 len)
{
	struct sk_buff *skb = netdev_alloc_skb(fx->ndev, len);

	KUNIT_ASSERT_NOT_NULL(fx->test, skb);
	napier_fixture_pattern(skb_put(skb, len), len, fx->serial++);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = htons(NAPIER_FIXTURE_TYPE);
	skb->destructor = napier_fixture_skb_freed;

	return skb;
}

/**
 * napier_fixture_skb_frags - a frame to send that lies in several places
 * @fx: the fixture
 * @head: bytes in the linear part
 * @frags: fragments
 * @frag_len: bytes in each
 *
 * Return: the skb; fails the test without memory.
 */
struct sk_buff *napier_fixture_skb_frags(struct napier_fixture *fx, u32 head,
					 u32 frags, u32 frag_len)
{
	u32 len = head + frags * frag_len, i;
	u32 serial = fx->serial;
	struct sk_buff *skb;
	u8 *all;

	all = kvmalloc(len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(fx->test, all);
	skb = napier_fixture_skb(fx, head);
	napier_fixture_pattern(all, len, serial);
	skb_copy_to_linear_data(skb, all, head);

	for (i = 0; i < frags; i++) {
		struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP,
						get_order(frag_len));

		KUNIT_ASSERT_NOT_NULL(fx->test, page);
		memcpy(page_address(page), all + head + i * frag_len, frag_len);
		skb_add_rx_frag(skb, i, page, 0, frag_len, frag_len);
	}
	kvfree(all);

	return skb;
}

/**
 * napier_fixture_xmit - what the stack does with a frame
 * @fx: the fixture
 * @queue: transmit queue
 * @skb: the frame
 * @more: another follows at once
 *
 * Return: what the driver says.
 */
netdev_tx_t napier_fixture_xmit(struct napier_fixture *fx, u32 queue,
				struct sk_buff *skb, bool more)
{
	struct netdev_queue *txq = netdev_get_tx_queue(fx->ndev, queue);
	netdev_tx_t said;

	skb_set_queue_mapping(skb, queue);
	__netif_tx_lock_bh(txq);
	said = netdev_start_xmit(skb, fx->ndev, txq, more);
	__netif_tx_unlock_bh(txq);
	if (said == NETDEV_TX_OK)
		fx->given++;

	return said;
}

/**
 * napier_fixture_send - send equal frames, each with a doorbell of its own
 * @fx: the fixture
 * @queue: transmit queue
 * @count: how many at most
 * @len: bytes in each
 *
 * Return: how many the queue let in before it stopped.
 */
u32 napier_fixture_send(struct napier_fixture *fx, u32 queue, u32 count,
			u32 len)
{
	u32 i;

	for (i = 0; i < count && !napier_fixture_stopped(fx, queue); i++) {
		struct sk_buff *skb = napier_fixture_skb(fx, len);

		KUNIT_ASSERT_EQ(fx->test,
				napier_fixture_xmit(fx, queue, skb, false),
				NETDEV_TX_OK);
	}

	return i;
}

/**
 * napier_fixture_stopped - would the stack keep a frame for later?
 * @fx: the fixture
 * @queue: transmit queue
 *
 * Return: true if the driver or BQL has stopped the queue.
 */
bool napier_fixture_stopped(struct napier_fixture *fx, u32 queue)
{
	return netif_xmit_stopped(netdev_get_tx_queue(fx->ndev, queue));
}

/**
 * napier_fixture_unlimit - let BQL never stop a queue
 * @fx: the fixture
 * @queue: transmit queue
 */
void napier_fixture_unlimit(struct napier_fixture *fx, u32 queue)
{
	struct dql *dql = &netdev_get_tx_queue(fx->ndev, queue)->dql;

	dql->min_limit = DQL_MAX_LIMIT;
	dql->limit = DQL_MAX_LIMIT;
	dql->adj_limit = dql->num_completed + DQL_MAX_LIMIT;
}

/**
 * napier_fixture_check_sent - has the device sent the next frames as given?
 * @fx: the fixture
 * @queue: transmit queue; all frames of the test must go there
 * @count: how many it has to have sent
 */
void napier_fixture_check_sent(struct napier_fixture *fx, u32 queue, u32 count)
{
	struct napier_model_frame *f;
	u8 *want;

	while (count--) {
		f = napier_model_tx_take(fx->m, queue);
		KUNIT_ASSERT_NOT_NULL_MSG(fx->test, f,
					  "frame %u was not sent", fx->expect);
		want = kvmalloc(f->len, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(fx->test, want);
		napier_fixture_pattern(want, f->len, fx->expect);
		KUNIT_EXPECT_TRUE_MSG(fx->test, !memcmp(f->data, want, f->len),
				      "frame %u, %u bytes, differs",
				      fx->expect, f->len);
		fx->expect++;
		kvfree(want);
		kvfree(f);
	}
}

/* ---- receiving -------------------------------------------------------------- */

/**
 * napier_fixture_receive - a frame comes in
 * @fx: the fixture
 * @queue: receive queue
 * @len: bytes
 * @serial: what makes it unlike any other
 *
 * Return: as napier_model_rx(). The driver has been interrupted.
 */
int napier_fixture_receive(struct napier_fixture *fx, u32 queue, u32 len,
			   u32 serial)
{
	struct napier_model_rx f = { .len = len };
	u8 *data = kmalloc(len, GFP_ATOMIC);
	int ret;

	KUNIT_ASSERT_NOT_NULL(fx->test, data);
	napier_fixture_pattern(data, len, serial);
	f.data = data;
	ret = napier_model_rx(fx->m, queue, &f);
	kfree(data);

	return ret;
}

/**
 * napier_fixture_received - the next frame that came up the stack
 * @fx: the fixture
 *
 * Return: the skb with its Ethernet header, for kfree_skb(), or NULL.
 */
struct sk_buff *napier_fixture_received(struct napier_fixture *fx)
{
	struct sk_buff *skb = skb_dequeue(&fx->received);

	if (skb)
		skb_push(skb, ETH_HLEN);

	return skb;
}

/**
 * napier_fixture_check_received - has the next frame come up as it was sent?
 * @fx: the fixture
 * @len: bytes it must have
 * @serial: its number
 */
void napier_fixture_check_received(struct napier_fixture *fx, u32 len,
				   u32 serial)
{
	struct sk_buff *skb = napier_fixture_received(fx);
	u8 *have, *want;

	KUNIT_ASSERT_NOT_NULL_MSG(fx->test, skb, "frame %u did not come up",
				  serial);
	KUNIT_EXPECT_EQ(fx->test, skb->len, len);
	have = kmalloc(2 * len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(fx->test, have);
	want = have + len;
	napier_fixture_pattern(want, len, serial);
	if (skb->len == len) {
		KUNIT_ASSERT_EQ(fx->test, skb_copy_bits(skb, 0, have, len), 0);
		KUNIT_EXPECT_TRUE_MSG(fx->test, !memcmp(have, want, len),
				      "frame %u, %u bytes, differs", serial,
				      len);
	}
	kfree(have);
	kfree_skb(skb);
}

/* ---- the clock ------------------------------------------------------------- */

/**
 * napier_fixture_part - a port of some part
 * @test: the test; its exit function has to be napier_fixture_exit()
 * @board: what part it is
 * @up: bring it up, with one queue pair of 64 descriptors each way
 *
 * Return: the fixture; fails the test if that cannot be.
 */
struct napier_fixture *napier_fixture_part(struct kunit *test,
					   enum napier_board_id board, bool up)
{
	struct napier_fixture *fx = napier_fixture_bare(test, board);

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, board), 0);
	if (!up)
		return fx;
	KUNIT_ASSERT_EQ(test, napier_fixture_config(fx, 1, 64, 64), 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_open(fx), 0);
	napier_fixture_link_up(fx);
	napier_fixture_unlimit(fx, 0);

	return fx;
}

/**
 * napier_fixture_now - what time the port's clock shows
 * @fx: the fixture
 *
 * Return: nanoseconds.
 */
u64 napier_fixture_now(struct napier_fixture *fx)
{
	struct timespec64 ts = {};

	KUNIT_EXPECT_EQ(fx->test,
			fx->m->ptp->gettimex64(fx->m->ptp, &ts, NULL), 0);

	return timespec64_to_ns(&ts);
}

/**
 * napier_fixture_hwtstamp - choose which frames are stamped
 * @fx: the fixture
 * @tx: HWTSTAMP_TX_*
 * @rx: HWTSTAMP_FILTER_*
 * @applied: the filter that the driver says it applies, or NULL
 *
 * Return: 0 or a negative errno, for which the driver must give a reason.
 */
int napier_fixture_hwtstamp(struct napier_fixture *fx, int tx, int rx,
			    int *applied)
{
	struct kernel_hwtstamp_config cfg = { .tx_type = tx, .rx_filter = rx };
	struct netlink_ext_ack extack = {};
	int err;

	rtnl_lock();
	netdev_lock(fx->ndev);
	err = fx->ndev->netdev_ops->ndo_hwtstamp_set(fx->ndev, &cfg, &extack);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(fx->test, !!err, !!extack._msg);
	if (applied)
		*applied = cfg.rx_filter;

	return err;
}

/**
 * napier_fixture_reset - reset the device, as after a transmit timeout
 * @fx: the fixture
 */
void napier_fixture_reset(struct napier_fixture *fx)
{
	rtnl_lock();
	netdev_lock(fx->ndev);
	napier_reset(fx->nn);
	netdev_unlock(fx->ndev);
	rtnl_unlock();
}

/* ---- counters ---------------------------------------------------------------- */

/**
 * napier_fixture_tx - counters of all transmit queues
 * @fx: the fixture
 *
 * Return: them.
 */
struct napier_tx_totals napier_fixture_tx(struct napier_fixture *fx)
{
	struct napier_tx_totals tx;
	struct napier_rx_totals rx;

	napier_netdev_queue_totals(fx->nn, &tx, &rx);

	return tx;
}

/**
 * napier_fixture_rx - counters of all receive queues
 * @fx: the fixture
 *
 * Return: them.
 */
struct napier_rx_totals napier_fixture_rx(struct napier_fixture *fx)
{
	struct napier_tx_totals tx;
	struct napier_rx_totals rx;

	napier_netdev_queue_totals(fx->nn, &tx, &rx);

	return rx;
}

/**
 * napier_fixture_traffic - every queue sends and receives
 * @fx: the fixture, with a link
 */
void napier_fixture_traffic(struct napier_fixture *fx)
{
	u32 q;

	for (q = 0; q < fx->nn->cfg.nr_queues; q++) {
		napier_fixture_unlimit(fx, q);
		napier_model_tx_forget(fx->m, q);
		fx->expect = fx->serial;
		KUNIT_ASSERT_EQ(fx->test, napier_fixture_send(fx, q, 10, 300),
				10);
		KUNIT_ASSERT_EQ(fx->test, napier_model_tx_finish(fx->m, q), 10);
		napier_fixture_settle(fx);
		KUNIT_EXPECT_EQ(fx->test, napier_fixture_freed(), fx->given);
		napier_fixture_check_sent(fx, q, 10);
		KUNIT_ASSERT_EQ(fx->test, napier_fixture_receive(fx, q, 400, q),
				1);
		napier_fixture_settle(fx);
		napier_fixture_check_received(fx, 400, q);
	}
}

/**
 * napier_fixture_through - send a packet through queue 0
 * @fx: the fixture
 * @skb: the packet
 *
 * Return: it as the device has got it, to be freed by the caller.
 */
struct napier_model_frame *napier_fixture_through(struct napier_fixture *fx,
						  struct sk_buff *skb)
{
	struct napier_model_frame *f;

	napier_fixture_xmit(fx, 0, skb, false);
	KUNIT_EXPECT_EQ(fx->test, napier_model_tx_finish(fx->m, 0), 1);
	napier_fixture_settle(fx);
	f = napier_model_tx_take(fx->m, 0);
	KUNIT_ASSERT_NOT_NULL(fx->test, f);

	return f;
}

/**
 * napier_fixture_back - a device that was gone answers again
 * @fx: the fixture; the caller holds no locks
 *
 * Only when the driver has noticed and given up: that takes it half a second,
 * after which it would reset the device in the midst of what comes next.
 */
void napier_fixture_back(struct napier_fixture *fx)
{
	flush_work(&fx->nd->health.work);
	fx->m->gone = false;
}
