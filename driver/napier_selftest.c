// SPDX-License-Identifier: GPL-2.0-only
/*
 * The self-test: ethtool -t.
 *
 * Depends on: napier_reconfig.c, napier_ring.c, napier_irq.c and the hardware
 * leaves.
 *
 * Online, traffic goes on: NVM, interrupts, link. Offline, the interface is
 * stopped as for a reset, but the device is not reset: registers are put back,
 * and whatever the tests have changed is programmed by napier_offline_end() or
 * by the next ifup.
 *
 * The loopback has rings of its own, on queue 0, while NAPI is disabled: nobody
 * else knows of them, and what comes back never gets near the stack. They are
 * allocated before anything is stopped.
 *
 * Nothing waits for a fixed time. A wait ends when what it waits for comes, and
 * is long enough for a host that lets its guest run only now and then.
 */
#include <linux/dma-mapping.h>
#include <net/page_pool/helpers.h>

#include "napier.h"

enum napier_test {
	NAPIER_TEST_REGISTERS,
	NAPIER_TEST_NVM,
	NAPIER_TEST_INTERRUPT,
	NAPIER_TEST_LINK,
	NAPIER_TEST_MAC_LOOPBACK,
	NAPIER_TEST_PHY_LOOPBACK,	/* last: not every port has it */
	NAPIER_TEST_COUNT,
};

static const char napier_test_names[][ETH_GSTRING_LEN] = {
	[NAPIER_TEST_REGISTERS]		= "registers      (offline)",
	[NAPIER_TEST_NVM]		= "NVM checksum   (on/offline)",
	[NAPIER_TEST_INTERRUPT]		= "interrupts     (on/offline)",
	[NAPIER_TEST_LINK]		= "link           (on/offline)",
	[NAPIER_TEST_MAC_LOOPBACK]	= "MAC loopback   (offline)",
	[NAPIER_TEST_PHY_LOOPBACK]	= "PHY loopback   (offline)",
};

/* As long as igb 7.3 gives a negotiation (igb_ethtool.c, igb_link_test). */
#define NAPIER_TEST_LINK_MS	5000

#define NAPIER_TEST_RING	64
/* A frame that does not come back is sent again: a PHY may need a while to
 * settle in loopback. All of them together must fit into the ring.
 */
#define NAPIER_TEST_TRIES	10
#define NAPIER_TEST_RETURN_US	250000

/* For local experiments (IEEE 802): no stack would take one that got out. */
#define NAPIER_TEST_ETHERTYPE	0x88B5

static const u16 napier_test_lengths[] = { ETH_ZLEN, 333, ETH_FRAME_LEN };

static_assert(ARRAY_SIZE(napier_test_lengths) * 2 * NAPIER_TEST_TRIES <
	      NAPIER_TEST_RING);

/**
 * struct napier_loop - what a loopback test needs
 * @nn: the interface
 * @name: of the test, for the log
 * @tx: a ring that the stack does not know
 * @rx: a ring that NAPI does not know
 * @frame: the frame that is sent
 * @dma: its address
 * @len: its bytes
 * @serial: its number, which is in it
 */
struct napier_loop {
	struct napier_net *nn;
	const char *name;
	struct napier_tx_ring *tx;
	struct napier_rx_ring *rx;
	u8 *frame;
	dma_addr_t dma;
	u32 len;
	u32 serial;
};

/* ---- rings and frames of the loopback ---------------------------------- */

static void napier_loop_free(struct napier_loop *loop)
{
	if (loop->frame) {
		dma_unmap_single(&loop->nn->nd->pdev->dev, loop->dma,
				 ETH_FRAME_LEN, DMA_TO_DEVICE);
		kfree(loop->frame);
	}
	napier_rx_ring_free(loop->rx);
	napier_tx_ring_free(loop->tx);
}

/* May be called while traffic flows. */
static int napier_loop_alloc(struct napier_loop *loop)
{
	struct device *dev = &loop->nn->nd->pdev->dev;
	struct napier_rx_geom geom;

	loop->frame = kmalloc(ETH_FRAME_LEN, GFP_KERNEL);
	if (!loop->frame)
		return -ENOMEM;
	loop->dma = dma_map_single(dev, loop->frame, ETH_FRAME_LEN,
				   DMA_TO_DEVICE);
	if (dma_mapping_error(dev, loop->dma))
		goto free_frame;

	loop->tx = napier_tx_ring_alloc(loop->nn, 0, NAPIER_TEST_RING);
	if (!loop->tx)
		goto free;
	napier_rx_geom_init(&geom, ETH_DATA_LEN, 0);
	/* The last one: nothing that has to be retired is left if it fails. */
	loop->rx = napier_rx_ring_alloc(loop->nn, 0, NAPIER_TEST_RING, &geom);
	if (!loop->rx)
		goto free;

	return 0;

free_frame:
	kfree(loop->frame);
	loop->frame = NULL;
free:
	napier_loop_free(loop);
	return -ENOMEM;
}

/* Everything to queue 0: without RSS and rules there is no other. */
static void napier_loop_enable(struct napier_loop *loop)
{
	struct napier_net *nn = loop->nn;

	napier_mac_program(nn, &loop->rx->geom);
	napier_wr32(nn->nd, NAPIER_MRQC, 0);
	napier_steer_pause(nn);
	napier_filter_enable(nn->nd, true);
	napier_tx_ring_enable(nn, loop->tx);
	napier_rx_ring_enable(nn, loop->rx);
}

static void napier_loop_disable(struct napier_loop *loop)
{
	struct napier_net *nn = loop->nn;

	napier_filter_enable(nn->nd, false);
	napier_rx_ring_disable(nn, loop->rx);
	napier_tx_ring_disable(nn, loop->tx);
}

/* To the interface's own address, so that no filter has to be opened. */
static void napier_loop_fill(struct napier_loop *loop, u32 len)
{
	struct device *dev = &loop->nn->nd->pdev->dev;
	struct ethhdr *eth = (struct ethhdr *)loop->frame;
	u32 i;

	dma_sync_single_for_cpu(dev, loop->dma, ETH_FRAME_LEN, DMA_TO_DEVICE);
	loop->len = len;
	loop->serial++;
	for (i = ETH_HLEN; i < len; i++)
		loop->frame[i] = i * 7 + (i >> 8) + loop->serial * 13;
	ether_addr_copy(eth->h_dest, loop->nn->ndev->dev_addr);
	ether_addr_copy(eth->h_source, loop->nn->ndev->dev_addr);
	eth->h_proto = htons(NAPIER_TEST_ETHERTYPE);
	put_unaligned_be32(loop->serial, loop->frame + ETH_HLEN);
	dma_sync_single_for_device(dev, loop->dma, ETH_FRAME_LEN,
				   DMA_TO_DEVICE);
}

static void napier_loop_send(struct napier_loop *loop)
{
	struct napier_tx_ring *tx = loop->tx;
	struct napier_tx_desc *desc = &tx->desc[tx->next_to_use];

	desc->addr = cpu_to_le64(loop->dma);
	desc->cmd_type_len =
		cpu_to_le32(FIELD_PREP(NAPIER_TXD_LEN, loop->len) |
			    FIELD_PREP(NAPIER_TXD_DTYP, NAPIER_TXD_DTYP_DATA) |
			    NAPIER_TXD_EOP | NAPIER_TXD_IFCS | NAPIER_TXD_RS |
			    NAPIER_TXD_DEXT);
	desc->olinfo_status =
		cpu_to_le32(FIELD_PREP(NAPIER_TXD_PAYLEN, loop->len));

	tx->next_to_use = (tx->next_to_use + 1) & tx->mask;
	/* writel() orders the descriptor before the tail. */
	napier_wr32(loop->nn->nd, NAPIER_TDT(tx->reg_idx), tx->next_to_use);
}

/* Frames of others come in, too: from the wire while the loopback is in the
 * MAC, or from a BMC. So do late ones of our own.
 */
static bool napier_loop_is_ours(const struct napier_loop *loop, const u8 *data,
				u32 len)
{
	return len >= ETH_HLEN + sizeof(u32) &&
	       !memcmp(data, loop->frame, ETH_HLEN + sizeof(u32));
}

static int napier_loop_compare(const struct napier_loop *loop, const u8 *data,
			       u32 len)
{
	u32 i;

	if (len != loop->len) {
		netdev_err(loop->nn->ndev,
			   "self-test: %s: sent %u bytes, %u came back\n",
			   loop->name, loop->len, len);
		return -EIO;
	}

	for (i = 0; i < len; i++) {
		if (data[i] == loop->frame[i])
			continue;
		netdev_err(loop->nn->ndev,
			   "self-test: %s: byte %u of %u: sent %#x, %#x came back\n",
			   loop->name, i, len, loop->frame[i], data[i]);
		return -EIO;
	}

	return 0;
}

/* Take one received frame, if there is one. -EAGAIN: not the one that is
 * waited for.
 */
static int napier_loop_take(struct napier_loop *loop)
{
	struct napier_rx_ring *rx = loop->rx;
	union napier_rx_desc *desc = &rx->desc[rx->next_to_clean];
	struct napier_rx_buf *buf = &rx->buf[rx->next_to_clean];
	int err = -EAGAIN;
	u32 len;
	u8 *data;

	if (!napier_rx_pending(rx))
		return -EAGAIN;
	/* DD before anything else, as in napier_rx_poll(). */
	dma_rmb();

	len = min_t(u32, le16_to_cpu(desc->wb.length), rx->geom.max_len);
	data = page_address(buf->page) + buf->offset + rx->geom.headroom;
	page_pool_dma_sync_for_cpu(rx->page_pool, buf->page,
				   buf->offset + rx->geom.headroom, len);
	/* The parts that put a stamp in front of frames do it here, too. */
	if ((le32_to_cpu(desc->wb.status_error) & NAPIER_RXD_STAT_TSIP) &&
	    len >= sizeof(struct napier_rx_stamp)) {
		data += sizeof(struct napier_rx_stamp);
		len -= sizeof(struct napier_rx_stamp);
	}
	if (napier_loop_is_ours(loop, data, len))
		err = napier_loop_compare(loop, data, len);

	page_pool_put_full_page(rx->page_pool, buf->page, false);
	buf->page = NULL;
	rx->next_to_clean = (rx->next_to_clean + 1) & rx->mask;
	napier_rx_refill(rx);

	return err;
}

static int napier_loop_once(struct napier_loop *loop, u32 len)
{
	int err, try;

	for (try = 0; try < NAPIER_TEST_TRIES; try++) {
		napier_loop_fill(loop, len);
		napier_loop_send(loop);
		read_poll_timeout(napier_loop_take, err, err != -EAGAIN ||
				  napier_is_gone(loop->nn->nd), 50,
				  NAPIER_TEST_RETURN_US, false, loop);
		if (napier_is_gone(loop->nn->nd))
			return -ENODEV;
		if (err != -EAGAIN)
			return err;
	}

	netdev_err(loop->nn->ndev,
		   "self-test: %s: a frame of %u bytes was sent %d times and never came back, TDH %u, TDT %u, RDH %u\n",
		   loop->name, len, try,
		   napier_rd32(loop->nn->nd, NAPIER_TDH(loop->tx->reg_idx)),
		   napier_rd32(loop->nn->nd, NAPIER_TDT(loop->tx->reg_idx)),
		   napier_rd32(loop->nn->nd, NAPIER_RDH(loop->rx->reg_idx)));
	return -EIO;
}

static int napier_loop_run(struct napier_loop *loop, bool in_phy)
{
	struct napier_dev *nd = loop->nn->nd;
	int err;
	u32 i;

	loop->name = in_phy ? "PHY loopback" : "MAC loopback";
	err = napier_link_test_loopback(nd, in_phy);
	if (err == -EBUSY) {
		/* Not a defect of the port, but it must be known. */
		netdev_info(loop->nn->ndev,
			    "self-test: %s: left out, firmware uses the PHY\n",
			    loop->name);
		err = 0;
	} else if (err) {
		netdev_err(loop->nn->ndev,
			   "self-test: %s: expected a link, STATUS is %#x (%pe)\n",
			   loop->name, napier_rd32(nd, NAPIER_STATUS),
			   ERR_PTR(err));
	} else {
		for (i = 0; !err && i < ARRAY_SIZE(napier_test_lengths); i++)
			err = napier_loop_once(loop, napier_test_lengths[i]);
	}
	napier_link_end_loopback(nd, in_phy);

	return err;
}

/* ---- the other tests --------------------------------------------------- */

static int napier_test_nvm(struct napier_net *nn)
{
	int err = napier_nvm_check(nn->nd);

	if (err == -EBADMSG)
		netdev_err(nn->ndev,
			   "self-test: NVM: the words of a section do not add up to %#x\n",
			   NAPIER_NVM_CHECKSUM);
	else if (err)
		netdev_err(nn->ndev, "self-test: NVM cannot be read: %pe\n",
			   ERR_PTR(err));

	return err;
}

static int napier_test_link(struct napier_net *nn)
{
	int err = napier_link_wait(nn->nd, NAPIER_TEST_LINK_MS);

	if (err)
		netdev_err(nn->ndev,
			   "self-test: link: expected STATUS.LU within %u s, STATUS is %#x\n",
			   NAPIER_TEST_LINK_MS / (u32)MSEC_PER_SEC,
			   napier_rd32(nn->nd, NAPIER_STATUS));

	return err;
}

/* Of an interface that is down: the vectors that it would have. */
static int napier_test_interrupt_down(struct napier_net *nn)
{
	struct napier_dev *nd = nn->nd;
	int err;

	napier_irq_rename(nd);
	err = napier_irq_request_other(nd);
	if (err)
		goto out;
	err = napier_irq_request(nd, 0, nn->cfg.nr_queues);
	if (err)
		goto free_other;

	napier_irq_program(nn);
	err = napier_irq_test(nn);
	napier_irq_disable(nn);

	napier_irq_free(nd, 0, nn->cfg.nr_queues);
	napier_irq_free_other(nd);
	/* A link interrupt may have come, too. */
	cancel_delayed_work_sync(&nd->service);

	return err;

free_other:
	napier_irq_free_other(nd);
out:
	netdev_err(nn->ndev, "self-test: interrupts cannot be requested: %pe\n",
		   ERR_PTR(err));
	return err;
}

/* ---- putting it together ----------------------------------------------- */

/**
 * napier_selftest_count - how many tests there are
 * @nd: device whose PHY is known
 *
 * Return: the number.
 */
int napier_selftest_count(const struct napier_dev *nd)
{
	return NAPIER_TEST_COUNT - !napier_phy_can_loopback(nd);
}

/**
 * napier_selftest_strings - names of the tests
 * @nd: device
 * @data: where to put them; moved on
 */
void napier_selftest_strings(const struct napier_dev *nd, u8 **data)
{
	int i;

	for (i = 0; i < napier_selftest_count(nd); i++)
		ethtool_puts(data, napier_test_names[i]);
}

static void napier_test_result(struct ethtool_test *test, u64 *data,
			       enum napier_test which, int err)
{
	data[which] = -err;
	if (err)
		test->flags |= ETH_TEST_FL_FAILED;
}

/* What needs the device to itself. */
static void napier_selftest_offline(struct napier_net *nn,
				    struct ethtool_test *test, u64 *data,
				    struct napier_loop *loop)
{
	bool in_phy = napier_phy_can_loopback(nn->nd);

	napier_test_result(test, data, NAPIER_TEST_REGISTERS,
			   napier_regs_test(nn->nd));

	napier_loop_enable(loop);
	napier_test_result(test, data, NAPIER_TEST_MAC_LOOPBACK,
			   napier_loop_run(loop, false));
	if (in_phy)
		napier_test_result(test, data, NAPIER_TEST_PHY_LOOPBACK,
				   napier_loop_run(loop, true));
	napier_loop_disable(loop);
	/* NAPI is disabled, or has never existed. */
	napier_rx_ring_retire(loop->rx);
}

static void napier_selftest_up(struct napier_net *nn, struct ethtool_test *test,
			       u64 *data, struct napier_loop *loop)
{
	int err;

	napier_test_result(test, data, NAPIER_TEST_INTERRUPT,
			   napier_irq_test(nn));
	err = napier_test_link(nn);
	napier_test_result(test, data, NAPIER_TEST_LINK, err);
	if (!loop)
		return;

	napier_offline_begin(nn);
	napier_selftest_offline(nn, test, data, loop);
	napier_offline_end(nn);
	/* Whoever tests a port with a link wants it back. */
	if (!err)
		napier_link_wait(nn->nd, NAPIER_TEST_LINK_MS);
}

static void napier_selftest_down(struct napier_net *nn,
				 struct ethtool_test *test, u64 *data,
				 struct napier_loop *loop)
{
	if (!loop) {
		/* There is neither a vector in use nor a link. */
		netdev_err(nn->ndev,
			   "self-test: link: the interface is down\n");
		napier_test_result(test, data, NAPIER_TEST_LINK, -ENETDOWN);
		return;
	}

	napier_test_result(test, data, NAPIER_TEST_INTERRUPT,
			   napier_test_interrupt_down(nn));
	napier_link_start(nn->nd);
	napier_test_result(test, data, NAPIER_TEST_LINK, napier_test_link(nn));
	napier_selftest_offline(nn, test, data, loop);
	napier_link_stop(nn->nd);
}

/**
 * napier_selftest_run - for ethtool -t
 * @nn: the interface, up or down
 * @test: which tests; whether one failed
 * @data: for each test 0, or the errno of its failure
 *
 * Offline takes the link down, for the time of a negotiation. Everything else
 * is as before; what failed is in the log.
 *
 * Context: as for napier_start(); sleeps for as long as a negotiation takes,
 * and up to some ten seconds if tests fail.
 */
void napier_selftest_run(struct napier_net *nn, struct ethtool_test *test,
			 u64 *data)
{
	bool offline = test->flags & ETH_TEST_FL_OFFLINE;
	struct napier_loop loop = { .nn = nn };
	int err;

	napier_test_result(test, data, NAPIER_TEST_NVM, napier_test_nvm(nn));

	if (offline) {
		err = napier_loop_alloc(&loop);
		if (err) {
			netdev_err(nn->ndev,
				   "self-test: no memory for the offline tests, nothing was stopped\n");
			napier_test_result(test, data,
					   NAPIER_TEST_MAC_LOOPBACK, err);
			return;
		}
	}

	if (netif_running(nn->ndev))
		napier_selftest_up(nn, test, data, offline ? &loop : NULL);
	else
		napier_selftest_down(nn, test, data, offline ? &loop : NULL);

	if (offline)
		napier_loop_free(&loop);
}
