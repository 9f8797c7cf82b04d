/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Metrics as Prometheus reads them.
 */
#ifndef NP_PRINT_METRICS_H
#define NP_PRINT_METRICS_H

#include <jansson.h>
#include <stdio.h>

#include "model/metrics.h"

/* Words for these are in np_exposition_types[]. */
enum np_exposition {
	NP_EXPOSITION_TEXT,
	NP_EXPOSITION_OPENMETRICS,
};

/* Content-Type of each. */
extern const char *const np_exposition_types[];

void np_print_metrics(FILE *out, const struct np_metrics *all,
		      enum np_exposition as);

/**
 * struct np_cardinality - how many series there are of an interface
 * @device: interface
 * @queues: of it, of the kind that has more
 * @series: how many
 */
struct np_cardinality {
	char *device;
	size_t queues;
	size_t series;
};

size_t np_cardinality_budget(size_t queues);
void np_print_cardinality(FILE *out, const struct np_cardinality *devices,
			  size_t count, size_t host);
json_t *np_json_cardinality(const struct np_cardinality *devices, size_t count,
			    size_t host);

#endif
