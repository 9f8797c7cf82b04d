/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What samples mean: pure functions of the model, which read nothing.
 */
#ifndef NP_JUDGE_H
#define NP_JUDGE_H

#include "model/finding.h"
#include "model/sample.h"

/* All rules, on a window of some interfaces: judge.c, which calls rules_*.c. */
void np_judge(struct np_findings *all, const struct np_window *window);

#endif
