// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples as metrics. What is not known gets no series.
 */
#include "judge/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "judge/tally.h"

/* The labels that two of three families have: device, and one more. */
static void np_metric(struct np_metrics *all, enum np_family family,
		      uint64_t number, const struct np_port *port,
		      const char *label, const char *value)
{
	struct np_series *series = np_metrics_add(all, family, number);

	np_series_label(series, "device", "%s", port->name);
	if (label)
		np_series_label(series, label, "%s", value);
}

static void np_metric_pair(struct np_metrics *all, enum np_family family,
			   const struct np_pair *pair,
			   const struct np_port *port, const char *label,
			   const char *value)
{
	struct np_series *series;

	series = np_metrics_add(all, family, pair->now);
	np_series_label(series, "device", "%s", port->name);
	np_series_label(series, label, "%s", value);
	np_series_label(series, "kind", "cur");
	series = np_metrics_add(all, family, pair->max);
	np_series_label(series, "device", "%s", port->name);
	np_series_label(series, label, "%s", value);
	np_series_label(series, "kind", "max");
}

static void np_metric_text(struct np_series *series, const char *name,
			   const char *text)
{
	np_series_label(series, name, "%s", text ? text : "");
}

static void np_port_info(struct np_metrics *all, const struct np_port *port)
{
	struct np_series *series = np_metrics_add(all, NP_FAMILY_INFO, 1);

	np_metric_text(series, "device", port->name);
	np_metric_text(series, "driver", port->driver);
	np_metric_text(series, "version", port->driver_version);
	np_metric_text(series, "firmware", port->firmware);
	np_metric_text(series, "bus", port->bus);
	np_metric_text(series, "board", port->board);
}

static void np_port_link(struct np_metrics *all, const struct np_port *port)
{
	uint64_t speed = port->speed;

	np_metric(all, NP_FAMILY_LINK_UP, port->carrier, port, NULL, NULL);
	/* Without a link, sysfs gives -1. */
	if (speed <= UINT32_MAX / 2)
		np_metric(all, NP_FAMILY_LINK_SPEED, speed * 125000, port,
			  NULL, NULL);
	np_metric(all, NP_FAMILY_CARRIER_CHANGES, port->carrier_changes, port,
		  NULL, NULL);
}

static void np_metric_usecs(struct np_metrics *all, uint64_t usecs,
			    const struct np_port *port, const char *dir)
{
	struct np_series *series;

	if (usecs == NP_UNKNOWN)
		return;
	series = np_metrics_add_real(all, NP_FAMILY_COALESCE,
				     (double)usecs / 1e6);
	np_series_label(series, "device", "%s", port->name);
	np_series_label(series, "dir", "%s", dir);
}

/* In how many queues the indirection table can put a packet. */
static uint64_t np_rss_queues(const struct np_rss *rss)
{
	uint64_t queues = 0;
	size_t i, k;

	if (!rss->size)
		return NP_UNKNOWN;
	for (i = 0; i < rss->size; i++) {
		for (k = 0; k < i && rss->table[k] != rss->table[i]; k++)
			;
		queues += k == i;
	}

	return queues;
}

static void np_port_settings(struct np_metrics *all,
			     const struct np_port *port)
{
	np_metric_pair(all, NP_FAMILY_RING_SIZE, &port->rx_ring, port, "dir",
		       "rx");
	np_metric_pair(all, NP_FAMILY_RING_SIZE, &port->tx_ring, port, "dir",
		       "tx");
	np_metric_pair(all, NP_FAMILY_CHANNELS, &port->combined, port, "type",
		       "combined");
	np_metric_pair(all, NP_FAMILY_CHANNELS, &port->rx_channels, port,
		       "type", "rx");
	np_metric_pair(all, NP_FAMILY_CHANNELS, &port->tx_channels, port,
		       "type", "tx");
	np_metric_usecs(all, port->rx_usecs, port, "rx");
	np_metric_usecs(all, port->tx_usecs, port, "tx");
	np_metric(all, NP_FAMILY_ADAPTIVE, port->adaptive_rx, port, "dir",
		  "rx");
	np_metric(all, NP_FAMILY_ADAPTIVE, port->adaptive_tx, port, "dir",
		  "tx");
	np_metric(all, NP_FAMILY_PAUSE, port->pause_rx, port, "dir", "rx");
	np_metric(all, NP_FAMILY_PAUSE, port->pause_tx, port, "dir", "tx");
	np_metric(all, NP_FAMILY_THREADED, port->threaded, port, NULL, NULL);
	np_metric(all, NP_FAMILY_RSS_QUEUES, np_rss_queues(&port->rss), port,
		  NULL, NULL);
}

/* Fields of rtnl_link_stats64 that mean the same with every driver. */
static const struct {
	enum np_family family;
	const char *field;
	const char *label;
	const char *value;
} np_link_metrics[] = {
	{ NP_FAMILY_RX_PACKETS, "rx_packets", NULL, NULL },
	{ NP_FAMILY_TX_PACKETS, "tx_packets", NULL, NULL },
	{ NP_FAMILY_RX_BYTES, "rx_bytes", NULL, NULL },
	{ NP_FAMILY_TX_BYTES, "tx_bytes", NULL, NULL },
	{ NP_FAMILY_RX_UNWANTED, "rx_nohandler", "why", "nohandler" },
	{ NP_FAMILY_RX_UNWANTED, "rx_otherhost_dropped", "why", "otherhost" },
	{ NP_FAMILY_RX_ERRORS, "rx_crc_errors", "kind", "crc" },
	{ NP_FAMILY_RX_ERRORS, "rx_length_errors", "kind", "length" },
	{ NP_FAMILY_RX_ERRORS, "rx_frame_errors", "kind", "frame" },
};

static void np_port_counters(struct np_metrics *all,
			     const struct np_port *port,
			     const struct np_tally *tally)
{
	size_t i;

	for (i = 0; i < NP_COUNT(np_link_metrics); i++)
		np_metric(all, np_link_metrics[i].family,
			  np_value_of(port->link, port->nr_link,
				      np_link_metrics[i].field),
			  port, np_link_metrics[i].label,
			  np_link_metrics[i].value);
	for (i = 0; i < NP_LAYERS; i++) {
		np_metric(all, NP_FAMILY_RX_DROPS, tally->rx_lost[i], port,
			  "layer", np_layer_names[i]);
		np_metric(all, NP_FAMILY_TX_DROPS, tally->tx_lost[i], port,
			  "layer", np_layer_names[i]);
		np_metric(all, NP_FAMILY_RX_WARNINGS, tally->rx_warned[i],
			  port, "layer", np_layer_names[i]);
	}
	if (!port->driver || strcmp(port->driver, "napier") != 0)
		return;
	np_metric(all, NP_FAMILY_RX_RING_FULL,
		  np_value_of(port->own, port->nr_own, "rx_ring_full"), port,
		  NULL, NULL);
	np_metric(all, NP_FAMILY_RX_BURSTS,
		  np_value_of(port->own, port->nr_own, "rx_bursts"), port,
		  NULL, NULL);
}

static void np_queue_metric(struct np_metrics *all, enum np_family family,
			    uint64_t number, const struct np_port *port,
			    unsigned int id)
{
	struct np_series *series = np_metrics_add(all, family, number);

	np_series_label(series, "device", "%s", port->name);
	np_series_label(series, "queue", "%u", id);
}

static void np_port_queues(struct np_metrics *all, const struct np_port *port,
			   const struct np_tally *tally)
{
	struct np_series *series;
	size_t i;

	for (i = 0; i < port->nr_rx; i++) {
		const struct np_tally_queue *rx = &tally->rx[i];
		unsigned int id = port->rx[i].id;

		np_queue_metric(all, NP_FAMILY_RX_QUEUE_PACKETS, rx->packets,
				port, id);
		np_queue_metric(all, NP_FAMILY_RX_QUEUE_BYTES, rx->bytes, port,
				id);
		np_queue_metric(all, NP_FAMILY_RX_QUEUE_DROPS, rx->drops, port,
				id);
	}
	for (i = 0; i < port->nr_tx; i++) {
		const struct np_tally_queue *tx = &tally->tx[i];
		const struct np_queue *queue = &port->tx[i];

		np_queue_metric(all, NP_FAMILY_TX_QUEUE_PACKETS, tx->packets,
				port, queue->id);
		np_queue_metric(all, NP_FAMILY_TX_QUEUE_BYTES, tx->bytes, port,
				queue->id);
		np_queue_metric(all, NP_FAMILY_TX_TIMEOUTS, queue->timeouts,
				port, queue->id);
		np_queue_metric(all, NP_FAMILY_TX_INFLIGHT,
				queue->bql_inflight, port, queue->id);
		np_queue_metric(all, NP_FAMILY_TX_INFLIGHT_LIMIT,
				queue->bql_limit, port, queue->id);
	}
	for (i = 0; i < port->nr_irq; i++) {
		series = np_metrics_add(all, NP_FAMILY_INTERRUPTS,
					port->irq[i].fired);
		np_series_label(series, "device", "%s", port->name);
		np_series_label(series, "irq", "%llu",
				(unsigned long long)port->irq[i].irq);
	}
}

static void np_cpu_metrics(struct np_metrics *all, const struct np_cpu *cpu,
			   long ticks_per_second)
{
	const struct {
		enum np_family family;
		uint64_t number;
	} of_cpu[] = {
		{ NP_FAMILY_SOFTNET_PROCESSED, cpu->processed },
		{ NP_FAMILY_SOFTNET_DROPPED, cpu->dropped },
		{ NP_FAMILY_SOFTNET_SQUEEZED, cpu->squeezed },
		{ NP_FAMILY_SOFTNET_RPS, cpu->received_rps },
		{ NP_FAMILY_SOFTNET_FLOW_LIMIT, cpu->flow_limit },
		{ NP_FAMILY_SOFTNET_BACKLOG, cpu->backlog },
	};
	struct np_series *series;
	size_t i;

	for (i = 0; i < NP_COUNT(of_cpu); i++) {
		series = np_metrics_add(all, of_cpu[i].family,
					of_cpu[i].number);
		np_series_label(series, "cpu", "%u", cpu->id);
	}
	if (cpu->softirq == NP_UNKNOWN || ticks_per_second <= 0)
		return;
	series = np_metrics_add_real(all, NP_FAMILY_CPU_SOFTIRQ,
				     (double)cpu->softirq /
					     (double)ticks_per_second);
	np_series_label(series, "cpu", "%u", cpu->id);
}

/* Sockets, which the interface of the packet is not known of. */
static const struct {
	const char *counter;
	const char *protocol;
	const char *why;
} np_socket_metrics[] = {
	{ "Udp.RcvbufErrors", "udp", "receive-buffer" },
	{ "Udp6RcvbufErrors", "udp6", "receive-buffer" },
	{ "TcpExt.TCPBacklogDrop", "tcp", "backlog" },
	{ "TcpExt.TCPRcvQDrop", "tcp", "receive-buffer" },
	{ "TcpExt.ListenDrops", "tcp", "listen" },
};

static void np_host_metrics(struct np_metrics *all, const struct np_host *host,
			    long ticks_per_second)
{
	struct np_series *series;
	size_t i;

	for (i = 0; i < host->nr_cpu; i++)
		np_cpu_metrics(all, &host->cpu[i], ticks_per_second);
	np_metrics_add(all, NP_FAMILY_SOFTNET_BUDGET, host->budget);
	np_metrics_add(all, NP_FAMILY_SOFTNET_MAX_BACKLOG, host->max_backlog);
	for (i = 0; i < NP_COUNT(np_socket_metrics); i++) {
		series = np_metrics_add(all, NP_FAMILY_SOCKET_DROPS,
					np_value_of(host->protocol,
						    host->nr_protocol,
						    np_socket_metrics[i].counter));
		np_series_label(series, "protocol", "%s",
				np_socket_metrics[i].protocol);
		np_series_label(series, "why", "%s", np_socket_metrics[i].why);
	}
}

/**
 * np_metrics_sample - all that one sample says
 * @all: where series are added
 * @sample: sample
 * @collect: parts, NP_COLLECT_*
 * @ticks_per_second: USER_HZ
 */
void np_metrics_sample(struct np_metrics *all, const struct np_sample *sample,
		       unsigned int collect, long ticks_per_second)
{
	struct np_tally tally;
	size_t i;

	for (i = 0; i < sample->nr_port; i++) {
		const struct np_port *port = sample->port[i];

		np_tally_port(&tally, port);
		if (collect & NP_COLLECT_DEVICE) {
			np_port_info(all, port);
			np_port_link(all, port);
			np_port_settings(all, port);
			np_port_counters(all, port, &tally);
		}
		if (collect & NP_COLLECT_QUEUE)
			np_port_queues(all, port, &tally);
		np_tally_free(&tally);
	}
	if (collect & NP_COLLECT_HOST && sample->host)
		np_host_metrics(all, sample->host, ticks_per_second);
}

/* What a receive queue has gained, by its number. */
static uint64_t np_queue_gained(const struct np_port *before,
				const struct np_tally *tally, unsigned int id,
				uint64_t after)
{
	size_t i;

	for (i = 0; i < before->nr_rx; i++)
		if (before->rx[i].id == id)
			return np_gained(tally->rx[i].packets, after);

	return NP_UNKNOWN;
}

/* 0: all queues alike; 1: all packets on one; NP_UNKNOWN is below 0. */
static double np_imbalance(const struct np_port *before,
			   const struct np_port *after)
{
	struct np_tally was, is;
	uint64_t most = 0, sum = 0, gained;
	double even;
	size_t i;

	np_tally_port(&was, before);
	np_tally_port(&is, after);
	for (i = 0; i < after->nr_rx; i++) {
		gained = np_queue_gained(before, &was, after->rx[i].id,
					 is.rx[i].packets);
		if (gained == NP_UNKNOWN)
			continue;
		sum += gained;
		if (gained > most)
			most = gained;
	}
	np_tally_free(&was);
	np_tally_free(&is);
	if (after->nr_rx < 2 || !sum)
		return -1;
	even = 1.0 / (double)after->nr_rx;

	return ((double)most / (double)sum - even) / (1 - even);
}

/**
 * np_metrics_window - what only two samples can say
 * @all: where series are added
 * @window: samples; one alone says nothing
 */
void np_metrics_window(struct np_metrics *all, const struct np_window *window)
{
	const struct np_port *before;
	struct np_series *series;
	double ratio;
	size_t i;

	for (i = 0; window->ns && i < window->after->nr_port; i++) {
		const struct np_port *after = window->after->port[i];

		before = np_sample_port(window->before, after->name);
		ratio = before ? np_imbalance(before, after) : -1;
		if (ratio < 0)
			continue;
		series = np_metrics_add_real(all, NP_FAMILY_IMBALANCE, ratio);
		np_series_label(series, "device", "%s", after->name);
	}
}

/* The same finding of several queues is one series. */
static bool np_found_before(const struct np_findings *findings, size_t at)
{
	const struct np_finding *one = &findings->item[at];
	size_t i;

	for (i = 0; i < at; i++) {
		const struct np_finding *other = &findings->item[i];
		bool same_dev = one->dev && other->dev ?
					!strcmp(one->dev, other->dev) :
					one->dev == other->dev;

		if (same_dev && one->severity == other->severity &&
		    !strcmp(one->id, other->id))
			return true;
	}

	return false;
}

/**
 * np_metrics_findings - what is wrong
 * @all: where series are added
 * @findings: of np_judge()
 */
void np_metrics_findings(struct np_metrics *all,
			 const struct np_findings *findings)
{
	struct np_series *series;
	size_t i;

	for (i = 0; i < findings->count; i++) {
		const struct np_finding *one = &findings->item[i];

		if (np_found_before(findings, i))
			continue;
		series = np_metrics_add(all, NP_FAMILY_FINDING, 1);
		if (one->dev)
			np_series_label(series, "device", "%s", one->dev);
		np_series_label(series, "id", "%s", one->id);
		np_series_label(series, "severity", "%s",
				np_severity_names[one->severity]);
	}
}
