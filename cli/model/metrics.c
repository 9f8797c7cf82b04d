// SPDX-License-Identifier: GPL-2.0-only
/*
 * Families of metrics, and series of them.
 */
#include "model/metrics.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/port.h"

const char *const np_metric_type_names[] = { "counter", "gauge", "info" };

#define NP_FAMILY(id, family, kind, text, base)				\
	[NP_FAMILY_##id] = {						\
		.name = "napier_" family,				\
		.type = NP_METRIC_##kind,				\
		.unit = (base),						\
		.help = (text),						\
	}

/* The words are those of docs/metrics.md, which a test holds to this. */
const struct np_family_words np_families[NP_FAMILY_COUNT] = {
	NP_FAMILY(BUILD, "build_info", INFO,
		  "Version of the exporter.",
		  NULL),
	NP_FAMILY(UP, "up", GAUGE,
		  "1 if everything could be read.",
		  NULL),
	NP_FAMILY(COLLECTOR_SUCCESS, "collector_success", GAUGE,
		  "1 if this part could be read.",
		  NULL),
	NP_FAMILY(SCRAPE_DURATION, "scrape_duration_seconds", GAUGE,
		  "Time that reading and judging took.",
		  "seconds"),
	NP_FAMILY(HTTP_EVICTED, "http_evicted_total", COUNTER,
		  "Connections closed because they were too slow or too many.",
		  NULL),
	NP_FAMILY(INFO, "info", GAUGE,
		  "Driver, firmware and place of an interface; always 1.",
		  NULL),
	NP_FAMILY(LINK_UP, "link_up", GAUGE,
		  "1 with a link.",
		  NULL),
	NP_FAMILY(LINK_SPEED, "link_speed_bytes", GAUGE,
		  "Bytes a second that the link carries at most.",
		  "bytes"),
	NP_FAMILY(CARRIER_CHANGES, "carrier_changes_total", COUNTER,
		  "How often the link came or went.",
		  NULL),
	NP_FAMILY(RING_SIZE, "ring_size", GAUGE,
		  "Descriptors of each ring: as it is (cur), and as it can be (max).",
		  NULL),
	NP_FAMILY(CHANNELS, "channels", GAUGE,
		  "Channels: as it is (cur), and as it can be (max).",
		  NULL),
	NP_FAMILY(COALESCE, "coalesce_seconds", GAUGE,
		  "Time that an interrupt waits for more packets.",
		  "seconds"),
	NP_FAMILY(ADAPTIVE, "coalesce_adaptive", GAUGE,
		  "1 if the driver chooses that time itself.",
		  NULL),
	NP_FAMILY(PAUSE, "pause_enabled", GAUGE,
		  "1 if pause frames are obeyed (rx) or sent (tx).",
		  NULL),
	NP_FAMILY(THREADED, "napi_threaded", GAUGE,
		  "1 if NAPI runs in threads.",
		  NULL),
	NP_FAMILY(RSS_QUEUES, "rss_queues", GAUGE,
		  "Different queues in the indirection table.",
		  NULL),
	NP_FAMILY(RX_PACKETS, "rx_packets_total", COUNTER,
		  "Packets received, by rtnl_link_stats64.",
		  NULL),
	NP_FAMILY(TX_PACKETS, "tx_packets_total", COUNTER,
		  "Packets sent, by rtnl_link_stats64.",
		  NULL),
	NP_FAMILY(RX_BYTES, "rx_bytes_total", COUNTER,
		  "Bytes received, by rtnl_link_stats64.",
		  "bytes"),
	NP_FAMILY(TX_BYTES, "tx_bytes_total", COUNTER,
		  "Bytes sent, by rtnl_link_stats64.",
		  "bytes"),
	NP_FAMILY(RX_DROPS, "rx_drops_total", COUNTER,
		  "Received packets that were lost, each once, by the layer that lost it, whatever the driver calls it.",
		  NULL),
	NP_FAMILY(TX_DROPS, "tx_drops_total", COUNTER,
		  "Packets to be sent that were lost, each once, by the layer that lost it.",
		  NULL),
	NP_FAMILY(RX_UNWANTED, "rx_unwanted_total", COUNTER,
		  "Packets that nobody here wanted, where the kernel tells them from losses.",
		  NULL),
	NP_FAMILY(RX_ERRORS, "rx_errors_total", COUNTER,
		  "Broken frames, by what is wrong with them.",
		  NULL),
	NP_FAMILY(RX_WARNINGS, "rx_warnings_total", COUNTER,
		  "First signs of loss: frames that had to wait for a descriptor, buffers that could not be had.",
		  NULL),
	NP_FAMILY(RX_RING_FULL, "rx_ring_full_total", COUNTER,
		  "Polls that found the device without a descriptor (napier driver only).",
		  NULL),
	NP_FAMILY(RX_BURSTS, "rx_bursts_total", COUNTER,
		  "Bursts that filled a receive ring beyond rx_burst_threshold (napier driver only).",
		  NULL),
	NP_FAMILY(RX_QUEUE_PACKETS, "rx_queue_packets_total", COUNTER,
		  "Packets of a receive queue.",
		  NULL),
	NP_FAMILY(RX_QUEUE_BYTES, "rx_queue_bytes_total", COUNTER,
		  "Bytes of a receive queue.",
		  "bytes"),
	NP_FAMILY(RX_QUEUE_DROPS, "rx_queue_drops_total", COUNTER,
		  "Packets that a receive queue lost; part of napier_rx_drops_total.",
		  NULL),
	NP_FAMILY(TX_QUEUE_PACKETS, "tx_queue_packets_total", COUNTER,
		  "Packets of a transmit queue.",
		  NULL),
	NP_FAMILY(TX_QUEUE_BYTES, "tx_queue_bytes_total", COUNTER,
		  "Bytes of a transmit queue.",
		  "bytes"),
	NP_FAMILY(TX_TIMEOUTS, "tx_timeouts_total", COUNTER,
		  "How often the watchdog found a transmit queue hung.",
		  NULL),
	NP_FAMILY(TX_INFLIGHT, "tx_inflight_bytes", GAUGE,
		  "Bytes given to the device and not yet sent (BQL).",
		  "bytes"),
	NP_FAMILY(TX_INFLIGHT_LIMIT, "tx_inflight_limit_bytes", GAUGE,
		  "Bytes that BQL allows to be on their way.",
		  "bytes"),
	NP_FAMILY(INTERRUPTS, "interrupts_total", COUNTER,
		  "Interrupts of the interface.",
		  NULL),
	NP_FAMILY(IMBALANCE, "queue_imbalance_ratio", GAUGE,
		  "Share of the busiest receive queue above an even share: 0 is even, 1 is all on one queue; in the last full window.",
		  "ratio"),
	NP_FAMILY(FINDING, "finding", GAUGE,
		  "1 if this finding holds, for the last full window; see napier explain ID.",
		  NULL),
	NP_FAMILY(SOFTNET_PROCESSED, "softnet_processed_total", COUNTER,
		  "Packets that a CPU has taken in.",
		  NULL),
	NP_FAMILY(SOFTNET_DROPPED, "softnet_dropped_total", COUNTER,
		  "Packets that the backlog of a CPU had no room for.",
		  NULL),
	NP_FAMILY(SOFTNET_SQUEEZED, "softnet_squeezed_total", COUNTER,
		  "Softirqs that ended for want of budget or time; harmless without losses.",
		  NULL),
	NP_FAMILY(SOFTNET_RPS, "softnet_received_rps_total", COUNTER,
		  "Interrupts of one CPU by another for RPS.",
		  NULL),
	NP_FAMILY(SOFTNET_FLOW_LIMIT, "softnet_flow_limit_total", COUNTER,
		  "Packets that the limit of a flow has dropped.",
		  NULL),
	NP_FAMILY(SOFTNET_BACKLOG, "softnet_backlog_packets", GAUGE,
		  "Packets in the backlog of a CPU now.",
		  "packets"),
	NP_FAMILY(CPU_SOFTIRQ, "cpu_softirq_seconds_total", COUNTER,
		  "Time that a CPU has spent in softirqs.",
		  "seconds"),
	NP_FAMILY(SOFTNET_BUDGET, "softnet_budget_packets", GAUGE,
		  "net.core.netdev_budget.",
		  "packets"),
	NP_FAMILY(SOFTNET_MAX_BACKLOG, "softnet_backlog_limit_packets", GAUGE,
		  "net.core.netdev_max_backlog.",
		  "packets"),
	NP_FAMILY(SOCKET_DROPS, "socket_drops_total", COUNTER,
		  "Packets that a socket of this network namespace had no room for.",
		  NULL),
};

/* A series with nothing known yet. */
static struct np_series *np_series_new(struct np_metrics *all,
				       enum np_family family)
{
	return np_more(all->family[family].series, all->family[family].count);
}

/**
 * np_metrics_add - a series with a whole number
 * @all: metrics
 * @family: of it
 * @number: NP_UNKNOWN adds nothing
 *
 * Return: the series, to be given labels before the next one is added; or NULL.
 */
struct np_series *np_metrics_add(struct np_metrics *all, enum np_family family,
				 uint64_t number)
{
	struct np_series *series;

	if (number == NP_UNKNOWN)
		return NULL;
	series = np_series_new(all, family);
	series->number = number;

	return series;
}

/**
 * np_metrics_add_real - a series with a fraction
 * @all: metrics
 * @family: of it
 * @real: number
 *
 * Return: the series, to be given labels before the next one is added.
 */
struct np_series *np_metrics_add_real(struct np_metrics *all,
				      enum np_family family, double real)
{
	struct np_series *series = np_series_new(all, family);

	series->number = NP_UNKNOWN;
	series->real = real;

	return series;
}

/* Driver, kernel or firmware wrote it: it need not be UTF-8. */
static void np_only_ascii(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

/**
 * np_series_label - give a series a label
 * @series: or NULL, which nobody wants to know
 * @name: of the label
 * @fmt: value, as of printf(); what is not printable ASCII becomes a "?"
 */
void np_series_label(struct np_series *series, const char *name,
		     const char *fmt, ...)
{
	struct np_label *label;
	va_list args;
	char *value;

	if (!series || series->nr_label == NP_LABELS_MAX)
		return;
	va_start(args, fmt);
	if (vasprintf(&value, fmt, args) < 0)
		value = np_copy("?");
	va_end(args);
	np_only_ascii(value);
	label = &series->label[series->nr_label++];
	label->name = name;
	label->value = value;
}

/* Is this a series of the interface, or of none for NULL? */
static bool np_series_is_of(const struct np_series *series, const char *device)
{
	size_t i;

	for (i = 0; i < series->nr_label; i++)
		if (!strcmp(series->label[i].name, "device"))
			return device &&
			       !strcmp(series->label[i].value, device);

	return !device;
}

/**
 * np_metrics_count - how many series there are
 * @all: metrics
 * @device: of this interface; NULL for those of the host
 *
 * Return: number of series.
 */
size_t np_metrics_count(const struct np_metrics *all, const char *device)
{
	size_t count = 0, family, i;

	for (family = 0; family < NP_FAMILY_COUNT; family++)
		for (i = 0; i < all->family[family].count; i++)
			if (np_series_is_of(&all->family[family].series[i],
					    device))
				count++;

	return count;
}

/**
 * np_metrics_free - forget all series
 * @all: which is fresh again
 */
void np_metrics_free(struct np_metrics *all)
{
	size_t family, i, k;

	for (family = 0; family < NP_FAMILY_COUNT; family++) {
		for (i = 0; i < all->family[family].count; i++) {
			struct np_series *one = &all->family[family].series[i];

			for (k = 0; k < one->nr_label; k++)
				free(one->label[k].value);
		}
		free(all->family[family].series);
	}
	*all = (struct np_metrics){};
}
