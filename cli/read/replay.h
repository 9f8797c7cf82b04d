/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording of `napier bursts`, read again.
 */
#ifndef NP_REPLAY_H
#define NP_REPLAY_H

#include <stdio.h>

#include "model/burst.h"

/* Called when what was watched is known, and then for each event. */
typedef void (*np_replayed)(struct np_bursts *all,
			    const struct np_burst *burst, void *data);

int np_replay(FILE *in, struct np_bursts *all, np_replayed told, void *data,
	      struct np_error *error);

#endif
