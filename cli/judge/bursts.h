/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What bursts mean: pure functions, which read nothing.
 */
#ifndef NP_JUDGE_BURSTS_H
#define NP_JUDGE_BURSTS_H

#include "model/burst.h"

uint64_t np_wire_pps(uint64_t mbps, uint64_t octets);
bool np_driver_shares(const char *driver);
void np_burst_limit(struct np_burst *burst, const struct np_burst_port *port);
void np_burst_attribute(struct np_burst *bursts, size_t count, size_t port,
			uint64_t queue, uint64_t lost, uint64_t ns);
char *np_burst_cause(const struct np_burst *burst,
		     const struct np_burst_port *port);

#endif
