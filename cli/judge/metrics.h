/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Samples as metrics: pure functions of the model.
 */
#ifndef NP_JUDGE_METRICS_H
#define NP_JUDGE_METRICS_H

#include "model/finding.h"
#include "model/metrics.h"
#include "model/sample.h"

/* Parts that can be left out. */
#define NP_COLLECT_DEVICE	0x01u
#define NP_COLLECT_QUEUE	0x02u
#define NP_COLLECT_HOST		0x04u
#define NP_COLLECT_ALL		0x07u

void np_metrics_sample(struct np_metrics *all, const struct np_sample *sample,
		       unsigned int collect, long ticks_per_second);
void np_metrics_window(struct np_metrics *all, const struct np_window *window);
void np_metrics_findings(struct np_metrics *all,
			 const struct np_findings *findings);

#endif
