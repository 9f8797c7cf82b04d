/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * napier bursts: what was asked for, and where events go.
 */
#ifndef NP_CMD_BURSTS_H
#define NP_CMD_BURSTS_H

#include <stdio.h>

#include "cmd/cmd.h"
#include "model/burst.h"

/**
 * struct np_bursts_job - what was asked for
 * @options: what stands before the command
 * @names: interfaces, closed by NULL
 * @ns: how long to watch, nanoseconds; 0 until a signal comes
 * @percent: of the ring, from which on there is a burst
 * @ring: descriptors, NP_UNKNOWN if the interface is to be asked
 * @arrivals: packets per second that can arrive; NP_UNKNOWN as above
 * @overhead_ppm: of one CPU, millionths, that may be used; NP_UNKNOWN without
 *	a limit
 * @gaps: measure how long polls have to wait
 * @coarse: without BPF
 * @record: where all is written to, or NULL
 * @svg: where the heat map is written to, or NULL
 * @heatmap: show it, too
 */
struct np_bursts_job {
	const struct np_options *options;
	char **names;
	uint64_t ns;
	unsigned int percent;
	uint64_t ring;
	uint64_t arrivals;
	uint64_t overhead_ppm;
	bool gaps;
	bool coarse;
	FILE *record;
	FILE *svg;
	bool heatmap;
};

/* bursts.c */
void np_bursts_begin(const struct np_bursts_job *job,
		     const struct np_bursts *all);
void np_bursts_tell(const struct np_bursts_job *job,
		    const struct np_bursts *all, const struct np_burst *burst);
int np_bursts_finish(const struct np_bursts_job *job,
		     const struct np_bursts *all);

/* watch.c */
int np_bursts_watch(const struct np_bursts_job *job, struct np_bursts *all);

#endif
