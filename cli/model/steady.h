/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters that never fall: what a driver counts begins at 0 again when it is
 * loaded anew or the number of queues changes, and a sum over queues gets
 * smaller when one goes. Who computes rates takes a smaller number for a
 * counter that began at 0, and sees a peak that never was.
 */
#ifndef NP_STEADY_H
#define NP_STEADY_H

#include "model/sample.h"

struct np_steady;

struct np_steady *np_steady_alloc(void);
void np_steady_free(struct np_steady *steady);
void np_steady_apply(struct np_steady *steady, struct np_sample *sample);

#endif
