// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one place where the tracepoints of napier_trace.h are made.
 *
 * Depends on: nothing.
 */
#define CREATE_TRACE_POINTS
#include "napier_trace.h"
