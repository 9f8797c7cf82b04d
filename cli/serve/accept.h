/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which format a client wants, and where to listen: what comes from outside as
 * text.
 */
#ifndef NP_ACCEPT_H
#define NP_ACCEPT_H

#include "print/metrics.h"

enum np_exposition np_accept(const char *accept);
bool np_split_address(const char *text, char **host, char **port);

#endif
