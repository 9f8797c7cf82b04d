/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What samples mean: pure functions of the model, which read nothing.
 */
#ifndef NP_JUDGE_H
#define NP_JUDGE_H

#include "model/finding.h"
#include "model/ledger.h"
#include "model/sample.h"

/* All rules, on a window of some interfaces: judge.c, which calls rules_*.c. */
void np_judge(struct np_findings *all, const struct np_window *window);

/* Where packets went: of an interface, ledger.c; of the rest, protocols.c. */
struct np_ledger *np_ledger_port(const struct np_window *window,
				 const char *name);
struct np_ledger *np_ledger_protocols(const struct np_window *window);

#endif
