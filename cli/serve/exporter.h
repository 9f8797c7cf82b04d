/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a source to metrics, again and again.
 */
#ifndef NP_EXPORTER_H
#define NP_EXPORTER_H

#include "print/metrics.h"
#include "source/source.h"

/**
 * struct np_exporter_options - what to export
 * @names: interfaces, closed by NULL; NULL for those that @pattern fits
 * @pattern: extended regular expression for the whole name; NULL for all that
 *	have a device behind them
 * @collect: parts, NP_COLLECT_*
 * @window: nanoseconds of the windows for what needs two samples, 0 for none
 */
struct np_exporter_options {
	char *const *names;
	const char *pattern;
	unsigned int collect;
	uint64_t window;
};

struct np_exporter;

struct np_exporter *np_exporter_alloc(struct np_source *src,
				      const struct np_exporter_options *options,
				      struct np_error *error);
void np_exporter_free(struct np_exporter *exporter);
uint64_t np_exporter_tick(struct np_exporter *exporter);
void np_exporter_boundary(struct np_exporter *exporter);
const struct np_metrics *np_exporter_metrics(struct np_exporter *exporter,
					     uint64_t evicted,
					     struct np_error *error);
size_t np_exporter_cardinality(const struct np_exporter *exporter,
			       struct np_cardinality **devices);

#endif
