/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `export` gives to Prometheus: families of metrics and their series.
 *
 * Families, their types and their words are the same whatever was found, so
 * they are a table; what is not known has no series.
 */
#ifndef NP_METRICS_H
#define NP_METRICS_H

#include "base/base.h"

/* Labels that a series has at most. */
#define NP_LABELS_MAX	8

/* Words for these are in np_metric_type_names[]: keep their order. */
enum np_metric_type {
	NP_METRIC_COUNTER,
	NP_METRIC_GAUGE,
	NP_METRIC_INFO,
};

extern const char *const np_metric_type_names[];

/* In the order in which they are written; np_families[] has them all. */
enum np_family {
	NP_FAMILY_BUILD,
	NP_FAMILY_UP,
	NP_FAMILY_COLLECTOR_SUCCESS,
	NP_FAMILY_SCRAPE_DURATION,
	NP_FAMILY_HTTP_EVICTED,
	NP_FAMILY_INFO,
	NP_FAMILY_LINK_UP,
	NP_FAMILY_LINK_SPEED,
	NP_FAMILY_CARRIER_CHANGES,
	NP_FAMILY_RING_SIZE,
	NP_FAMILY_CHANNELS,
	NP_FAMILY_COALESCE,
	NP_FAMILY_ADAPTIVE,
	NP_FAMILY_PAUSE,
	NP_FAMILY_THREADED,
	NP_FAMILY_RSS_QUEUES,
	NP_FAMILY_RX_PACKETS,
	NP_FAMILY_TX_PACKETS,
	NP_FAMILY_RX_BYTES,
	NP_FAMILY_TX_BYTES,
	NP_FAMILY_RX_DROPS,
	NP_FAMILY_TX_DROPS,
	NP_FAMILY_RX_UNWANTED,
	NP_FAMILY_RX_ERRORS,
	NP_FAMILY_RX_WARNINGS,
	NP_FAMILY_RX_RING_FULL,
	NP_FAMILY_RX_BURSTS,
	NP_FAMILY_RX_QUEUE_PACKETS,
	NP_FAMILY_RX_QUEUE_BYTES,
	NP_FAMILY_RX_QUEUE_DROPS,
	NP_FAMILY_TX_QUEUE_PACKETS,
	NP_FAMILY_TX_QUEUE_BYTES,
	NP_FAMILY_TX_TIMEOUTS,
	NP_FAMILY_TX_INFLIGHT,
	NP_FAMILY_TX_INFLIGHT_LIMIT,
	NP_FAMILY_INTERRUPTS,
	NP_FAMILY_IMBALANCE,
	NP_FAMILY_FINDING,
	NP_FAMILY_SOFTNET_PROCESSED,
	NP_FAMILY_SOFTNET_DROPPED,
	NP_FAMILY_SOFTNET_SQUEEZED,
	NP_FAMILY_SOFTNET_RPS,
	NP_FAMILY_SOFTNET_FLOW_LIMIT,
	NP_FAMILY_SOFTNET_BACKLOG,
	NP_FAMILY_CPU_SOFTIRQ,
	NP_FAMILY_SOFTNET_BUDGET,
	NP_FAMILY_SOFTNET_MAX_BACKLOG,
	NP_FAMILY_SOCKET_DROPS,
	NP_FAMILY_COUNT,
};

/**
 * struct np_family_words - a family of metrics
 * @name: of its samples, "_total" and "_info" included
 * @type: of it
 * @unit: which the name has in it, or NULL
 * @help: for people, one line
 */
struct np_family_words {
	const char *name;
	enum np_metric_type type;
	const char *unit;
	const char *help;
};

extern const struct np_family_words np_families[NP_FAMILY_COUNT];

/**
 * struct np_label - what tells a series from others of its family
 * @name: of the label
 * @value: UTF-8
 */
struct np_label {
	const char *name;
	char *value;
};

/**
 * struct np_series - one number
 * @label: labels
 * @nr_label: how many
 * @number: whole number, or NP_UNKNOWN if it is in @real
 * @real: number with a fraction
 */
struct np_series {
	struct np_label label[NP_LABELS_MAX];
	size_t nr_label;
	uint64_t number;
	double real;
};

/**
 * struct np_metrics - all that is exported at one time
 * @family: series of each family
 */
struct np_metrics {
	struct {
		struct np_series *series;
		size_t count;
	} family[NP_FAMILY_COUNT];
};

struct np_series *np_metrics_add(struct np_metrics *all, enum np_family family,
				 uint64_t number);
struct np_series *np_metrics_add_real(struct np_metrics *all,
				      enum np_family family, double real);
void np_series_label(struct np_series *series, const char *name,
		     const char *fmt, ...) NP_PRINTF(3, 4);
size_t np_metrics_count(const struct np_metrics *all, const char *device);
void np_metrics_free(struct np_metrics *all);

#endif
