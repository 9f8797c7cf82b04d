/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * napier explain: what its files share.
 */
#ifndef NP_CMD_EXPLAIN_H
#define NP_CMD_EXPLAIN_H

#include <stdlib.h>

#include "cmd/cmd.h"

char *np_explain_finding(const char *id);

#endif
