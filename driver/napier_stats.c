// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of the device. The registers clear when they are read, so all are
 * read together, here, and added to 64-bit counters that never go back.
 *
 * Depends on: nothing of this layer.
 */
#include "napier.h"

enum napier_hw_stat {
	NAPIER_HWS_CRCERRS,
	NAPIER_HWS_ALGNERRC,
	NAPIER_HWS_SYMERRS,
	NAPIER_HWS_RXERRC,
	NAPIER_HWS_MPC,
	NAPIER_HWS_SCC,
	NAPIER_HWS_ECOL,
	NAPIER_HWS_MCC,
	NAPIER_HWS_LATECOL,
	NAPIER_HWS_COLC,
	NAPIER_HWS_DC,
	NAPIER_HWS_TNCRS,
	NAPIER_HWS_SEC,
	NAPIER_HWS_HTDPMC,
	NAPIER_HWS_RLEC,
	NAPIER_HWS_XONRXC,
	NAPIER_HWS_XONTXC,
	NAPIER_HWS_XOFFRXC,
	NAPIER_HWS_XOFFTXC,
	NAPIER_HWS_FCRUC,
	NAPIER_HWS_PRC64,
	NAPIER_HWS_PRC127,
	NAPIER_HWS_PRC255,
	NAPIER_HWS_PRC511,
	NAPIER_HWS_PRC1023,
	NAPIER_HWS_PRC1522,
	NAPIER_HWS_GPRC,
	NAPIER_HWS_BPRC,
	NAPIER_HWS_MPRC,
	NAPIER_HWS_GPTC,
	NAPIER_HWS_GORC,
	NAPIER_HWS_GOTC,
	NAPIER_HWS_RNBC,
	NAPIER_HWS_RUC,
	NAPIER_HWS_RFC,
	NAPIER_HWS_ROC,
	NAPIER_HWS_RJC,
	NAPIER_HWS_MGTPRC,
	NAPIER_HWS_MGTPDC,
	NAPIER_HWS_MGTPTC,
	NAPIER_HWS_TPR,
	NAPIER_HWS_TPT,
	NAPIER_HWS_PTC64,
	NAPIER_HWS_PTC127,
	NAPIER_HWS_PTC255,
	NAPIER_HWS_PTC511,
	NAPIER_HWS_PTC1023,
	NAPIER_HWS_PTC1522,
	NAPIER_HWS_MPTC,
	NAPIER_HWS_BPTC,
	NAPIER_HWS_TSCTC,
	NAPIER_HWS_RQDPC,	/* of each queue, not in the table */
	NAPIER_HWS_COUNT = NAPIER_HWS_RQDPC + NAPIER_MAX_QUEUES,
};

static_assert(NAPIER_HWS_COUNT <= NAPIER_HW_STATS_MAX);

#define NAPIER_REG_STAT(r, n)						\
	[NAPIER_HWS_##r] = { .reg = NAPIER_##r, .name = (n) }

/* A name is that in ethtool -S, for what has no field in a standard interface.
 */
static const struct {
	u32 reg;
	bool wide;
	const char *name;
} napier_hw_stats[NAPIER_HWS_RQDPC] = {
	NAPIER_REG_STAT(CRCERRS, NULL),
	NAPIER_REG_STAT(ALGNERRC, NULL),
	NAPIER_REG_STAT(SYMERRS, NULL),
	NAPIER_REG_STAT(RXERRC, "rx_phy_errors"),
	NAPIER_REG_STAT(MPC, NULL),
	NAPIER_REG_STAT(SCC, NULL),
	NAPIER_REG_STAT(ECOL, NULL),
	NAPIER_REG_STAT(MCC, NULL),
	NAPIER_REG_STAT(LATECOL, NULL),
	NAPIER_REG_STAT(COLC, NULL),
	NAPIER_REG_STAT(DC, NULL),
	NAPIER_REG_STAT(TNCRS, NULL),
	NAPIER_REG_STAT(SEC, "rx_sequence_errors"),
	NAPIER_REG_STAT(HTDPMC, "tx_discarded_by_mac"),
	NAPIER_REG_STAT(RLEC, NULL),
	NAPIER_REG_STAT(XONRXC, NULL),
	NAPIER_REG_STAT(XONTXC, NULL),
	NAPIER_REG_STAT(XOFFRXC, NULL),
	NAPIER_REG_STAT(XOFFTXC, NULL),
	NAPIER_REG_STAT(FCRUC, NULL),
	NAPIER_REG_STAT(PRC64, NULL),
	NAPIER_REG_STAT(PRC127, NULL),
	NAPIER_REG_STAT(PRC255, NULL),
	NAPIER_REG_STAT(PRC511, NULL),
	NAPIER_REG_STAT(PRC1023, NULL),
	NAPIER_REG_STAT(PRC1522, NULL),
	NAPIER_REG_STAT(GPRC, NULL),
	NAPIER_REG_STAT(BPRC, NULL),
	NAPIER_REG_STAT(MPRC, NULL),
	NAPIER_REG_STAT(GPTC, NULL),
	[NAPIER_HWS_GORC] = { .reg = NAPIER_GORCL, .wide = true },
	[NAPIER_HWS_GOTC] = { .reg = NAPIER_GOTCL, .wide = true },
	NAPIER_REG_STAT(RNBC, "rx_no_buffer_events"),
	NAPIER_REG_STAT(RUC, NULL),
	NAPIER_REG_STAT(RFC, NULL),
	NAPIER_REG_STAT(ROC, NULL),
	NAPIER_REG_STAT(RJC, NULL),
	NAPIER_REG_STAT(MGTPRC, "mgmt_rx_packets"),
	NAPIER_REG_STAT(MGTPDC, "mgmt_rx_dropped"),
	NAPIER_REG_STAT(MGTPTC, "mgmt_tx_packets"),
	NAPIER_REG_STAT(TPR, "rx_packets_with_bad"),
	NAPIER_REG_STAT(TPT, "tx_packets_with_bad"),
	NAPIER_REG_STAT(PTC64, NULL),
	NAPIER_REG_STAT(PTC127, NULL),
	NAPIER_REG_STAT(PTC255, NULL),
	NAPIER_REG_STAT(PTC511, NULL),
	NAPIER_REG_STAT(PTC1023, NULL),
	NAPIER_REG_STAT(PTC1522, NULL),
	NAPIER_REG_STAT(MPTC, NULL),
	NAPIER_REG_STAT(BPTC, NULL),
	NAPIER_REG_STAT(TSCTC, "tx_tso_by_mac"),
};

static const struct ethtool_rmon_hist_range napier_rmon_ranges[] = {
	{ 64, 64 },
	{ 65, 127 },
	{ 128, 255 },
	{ 256, 511 },
	{ 512, 1023 },
	{ 1024, NAPIER_MAX_MTU + NAPIER_FRAME_OVERHEAD },
	{}
};

/* Frames that found the receive ring of a queue empty. Part of the registers
 * has to be written to be cleared (igb 7.3 igb_main.c, igb_update_stats).
 */
static u32 napier_stats_read_rqdpc(struct napier_dev *nd, u32 queue)
{
	u32 val = napier_rd32(nd, NAPIER_RQDPC(queue));

	if (nd->quirks & NAPIER_QUIRK_RQDPC_RW)
		napier_wr32(nd, NAPIER_RQDPC(queue), 0);

	return val;
}

static void napier_stats_read_hw(struct napier_dev *nd, u64 *delta)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(napier_hw_stats); i++) {
		delta[i] = napier_rd32(nd, napier_hw_stats[i].reg);
		/* Reading the high word clears both. */
		if (napier_hw_stats[i].wide)
			delta[i] |= (u64)napier_rd32(nd, napier_hw_stats[i].reg +
							 4) << 32;
	}

	for (i = 0; i < NAPIER_MAX_QUEUES; i++)
		delta[NAPIER_HWS_RQDPC + i] =
			i < nd->board->queues ? napier_stats_read_rqdpc(nd, i) :
						0;

	/* Not valid on I210 and I211 (igb 7.3 igb_main.c, igb_update_stats). */
	if (nd->quirks & NAPIER_QUIRK_INVM)
		delta[NAPIER_HWS_TNCRS] = 0;
	if (nd->quirks & NAPIER_QUIRK_QEMU_RUC)
		delta[NAPIER_HWS_RUC] = 0;
}

/**
 * napier_stats_init - prepare the counters
 * @nd: device
 *
 * Context: process, probe.
 */
void napier_stats_init(struct napier_dev *nd)
{
	mutex_init(&nd->stats.lock);
	u64_stats_init(&nd->stats.syncp);
}

/**
 * napier_stats_clear_hw - throw away what the registers hold
 * @nd: device
 *
 * For probe: what was counted before is not ours.
 *
 * Context: process, sleeps.
 */
void napier_stats_clear_hw(struct napier_dev *nd)
{
	u64 delta[NAPIER_HWS_COUNT];

	guard(mutex)(&nd->stats.lock);
	napier_stats_read_hw(nd, delta);
}

/**
 * napier_stats_update - add what the registers hold to the counters
 * @nd: device
 *
 * To be called before a reset, which would lose it, and often enough for no
 * 32-bit register to stick at its maximum: at 1 Gbit/s the fastest takes 48
 * minutes.
 *
 * Context: process, sleeps.
 */
void napier_stats_update(struct napier_dev *nd)
{
	struct napier_hw_stats *stats = &nd->stats;
	u64 delta[NAPIER_HWS_COUNT];
	int i;

	guard(mutex)(&stats->lock);

	napier_stats_read_hw(nd, delta);
	/* Some of the values are the all ones of a device that is gone. */
	if (napier_is_gone(nd))
		return;

	preempt_disable();
	u64_stats_update_begin(&stats->syncp);
	for (i = 0; i < NAPIER_HWS_COUNT; i++)
		u64_stats_add(&stats->count[i], delta[i]);
	u64_stats_update_end(&stats->syncp);
	preempt_enable();
}

static void napier_stats_copy(struct napier_dev *nd, u64 *c)
{
	struct napier_hw_stats *stats = &nd->stats;
	unsigned int start;
	int i;

	do {
		start = u64_stats_fetch_begin(&stats->syncp);
		for (i = 0; i < NAPIER_HWS_COUNT; i++)
			c[i] = u64_stats_read(&stats->count[i]);
	} while (u64_stats_fetch_retry(&stats->syncp, start));
}

/**
 * napier_stats_get_link64 - fill in what the device counts
 * @nd: device
 * @s: the fields that the rings count are left alone
 *
 * As old as the last napier_stats_update(). A frame that was lost for want of
 * a buffer is in @rx_missed_errors only: MPC counts those that found the packet
 * buffer full, RQDPC those that left it for a ring without descriptors, so
 * no frame is in both. rx_errors is the sum of igb.
 *
 * Context: any; does not sleep and does not touch the device.
 */
void napier_stats_get_link64(struct napier_dev *nd,
			     struct rtnl_link_stats64 *s)
{
	u64 c[NAPIER_HWS_COUNT];
	u32 i;

	napier_stats_copy(nd, c);

	s->multicast = c[NAPIER_HWS_MPRC];
	s->collisions = c[NAPIER_HWS_COLC];

	s->rx_missed_errors = c[NAPIER_HWS_MPC];
	for (i = 0; i < NAPIER_MAX_QUEUES; i++)
		s->rx_missed_errors += c[NAPIER_HWS_RQDPC + i];

	/* Not RLEC, which igb found to be wrong on newer parts. */
	s->rx_length_errors = c[NAPIER_HWS_RUC] + c[NAPIER_HWS_ROC];
	s->rx_crc_errors = c[NAPIER_HWS_CRCERRS];
	s->rx_frame_errors = c[NAPIER_HWS_ALGNERRC];
	s->rx_errors = s->rx_length_errors + s->rx_crc_errors +
		       s->rx_frame_errors + c[NAPIER_HWS_RXERRC];

	s->tx_aborted_errors = c[NAPIER_HWS_ECOL];
	s->tx_window_errors = c[NAPIER_HWS_LATECOL];
	s->tx_carrier_errors = c[NAPIER_HWS_TNCRS];
	s->tx_errors = s->tx_aborted_errors + s->tx_window_errors +
		       s->tx_carrier_errors;
}

/**
 * napier_stats_get_lost - frames that were lost for want of a buffer, and where
 * @nd: device
 * @full: those that found the packet buffer full, whatever their queue
 * @empty: NAPIER_MAX_QUEUES numbers: those that found the ring of that hardware
 *	queue without a descriptor
 *
 * As old as the last napier_stats_update().
 *
 * Context: any; does not sleep and does not touch the device.
 */
void napier_stats_get_lost(struct napier_dev *nd, u64 *full, u64 *empty)
{
	u64 c[NAPIER_HWS_COUNT];

	napier_stats_copy(nd, c);

	*full = c[NAPIER_HWS_MPC];
	memcpy(empty, &c[NAPIER_HWS_RQDPC], NAPIER_MAX_QUEUES * sizeof(*empty));
}

/**
 * napier_stats_get_mac - IEEE 802.3 MAC counters
 * @nd: device
 * @s: result; octets include header and FCS, as the device counts them
 *
 * Context: process, sleeps.
 */
void napier_stats_get_mac(struct napier_dev *nd,
			  struct ethtool_eth_mac_stats *s)
{
	u64 c[NAPIER_HWS_COUNT];

	napier_stats_update(nd);
	napier_stats_copy(nd, c);

	s->FramesTransmittedOK = c[NAPIER_HWS_GPTC];
	s->SingleCollisionFrames = c[NAPIER_HWS_SCC];
	s->MultipleCollisionFrames = c[NAPIER_HWS_MCC];
	s->FramesReceivedOK = c[NAPIER_HWS_GPRC];
	s->FrameCheckSequenceErrors = c[NAPIER_HWS_CRCERRS];
	s->AlignmentErrors = c[NAPIER_HWS_ALGNERRC];
	s->OctetsTransmittedOK = c[NAPIER_HWS_GOTC];
	s->FramesWithDeferredXmissions = c[NAPIER_HWS_DC];
	s->LateCollisions = c[NAPIER_HWS_LATECOL];
	s->FramesAbortedDueToXSColls = c[NAPIER_HWS_ECOL];
	if (!(nd->quirks & NAPIER_QUIRK_INVM))
		s->CarrierSenseErrors = c[NAPIER_HWS_TNCRS];
	s->OctetsReceivedOK = c[NAPIER_HWS_GORC];
	s->MulticastFramesXmittedOK = c[NAPIER_HWS_MPTC];
	s->BroadcastFramesXmittedOK = c[NAPIER_HWS_BPTC];
	s->MulticastFramesReceivedOK = c[NAPIER_HWS_MPRC];
	s->BroadcastFramesReceivedOK = c[NAPIER_HWS_BPRC];
	s->InRangeLengthErrors = c[NAPIER_HWS_RLEC];
	s->FrameTooLongErrors = c[NAPIER_HWS_ROC];
}

/**
 * napier_stats_get_phy - IEEE 802.3 PHY counters
 * @nd: device
 * @s: result
 *
 * Context: process, sleeps.
 */
void napier_stats_get_phy(struct napier_dev *nd,
			  struct ethtool_eth_phy_stats *s)
{
	u64 c[NAPIER_HWS_COUNT];

	napier_stats_update(nd);
	napier_stats_copy(nd, c);

	s->SymbolErrorDuringCarrier = c[NAPIER_HWS_SYMERRS];
}

/**
 * napier_stats_get_ctrl - IEEE 802.3 MAC control counters
 * @nd: device
 * @s: result
 *
 * The device sends no control frames but pause frames.
 *
 * Context: process, sleeps.
 */
void napier_stats_get_ctrl(struct napier_dev *nd,
			   struct ethtool_eth_ctrl_stats *s)
{
	u64 c[NAPIER_HWS_COUNT];

	napier_stats_update(nd);
	napier_stats_copy(nd, c);

	s->MACControlFramesTransmitted = c[NAPIER_HWS_XONTXC] +
					 c[NAPIER_HWS_XOFFTXC];
	s->MACControlFramesReceived = c[NAPIER_HWS_XONRXC] +
				      c[NAPIER_HWS_XOFFRXC] +
				      c[NAPIER_HWS_FCRUC];
	s->UnsupportedOpcodesReceived = c[NAPIER_HWS_FCRUC];
}

/**
 * napier_stats_get_pause - pause frames, both XON and XOFF
 * @nd: device
 * @s: result
 *
 * Context: process, sleeps.
 */
void napier_stats_get_pause(struct napier_dev *nd,
			    struct ethtool_pause_stats *s)
{
	u64 c[NAPIER_HWS_COUNT];

	napier_stats_update(nd);
	napier_stats_copy(nd, c);

	s->tx_pause_frames = c[NAPIER_HWS_XONTXC] + c[NAPIER_HWS_XOFFTXC];
	s->rx_pause_frames = c[NAPIER_HWS_XONRXC] + c[NAPIER_HWS_XOFFRXC];
}

/**
 * napier_stats_get_rmon - RMON (RFC 2819) counters
 * @nd: device
 * @s: result
 * @ranges: limits of the histogram; the last bucket has the jumbo frames, too
 *
 * Context: process, sleeps.
 */
void napier_stats_get_rmon(struct napier_dev *nd,
			   struct ethtool_rmon_stats *s,
			   const struct ethtool_rmon_hist_range **ranges)
{
	u64 c[NAPIER_HWS_COUNT];
	int i;

	napier_stats_update(nd);
	napier_stats_copy(nd, c);

	if (!(nd->quirks & NAPIER_QUIRK_QEMU_RUC))
		s->undersize_pkts = c[NAPIER_HWS_RUC];
	s->oversize_pkts = c[NAPIER_HWS_ROC];
	s->fragments = c[NAPIER_HWS_RFC];
	s->jabbers = c[NAPIER_HWS_RJC];

	for (i = 0; i < ARRAY_SIZE(napier_rmon_ranges) - 1; i++) {
		s->hist[i] = c[NAPIER_HWS_PRC64 + i];
		s->hist_tx[i] = c[NAPIER_HWS_PTC64 + i];
	}
	*ranges = napier_rmon_ranges;
}

/**
 * napier_stats_private_count - number of counters for ethtool -S
 *
 * Return: the number.
 */
int napier_stats_private_count(void)
{
	int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(napier_hw_stats); i++)
		if (napier_hw_stats[i].name)
			n++;

	return n;
}

/**
 * napier_stats_private_strings - their names
 * @data: where to put them, advanced
 */
void napier_stats_private_strings(u8 **data)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(napier_hw_stats); i++)
		if (napier_hw_stats[i].name)
			ethtool_puts(data, napier_hw_stats[i].name);
}

/**
 * napier_stats_get_private - their values
 * @nd: device
 * @data: room for napier_stats_private_count() of them
 *
 * Context: process, sleeps.
 */
void napier_stats_get_private(struct napier_dev *nd, u64 *data)
{
	u64 c[NAPIER_HWS_COUNT];
	int i;

	napier_stats_update(nd);
	napier_stats_copy(nd, c);

	for (i = 0; i < ARRAY_SIZE(napier_hw_stats); i++)
		if (napier_hw_stats[i].name)
			*data++ = c[i];
}
