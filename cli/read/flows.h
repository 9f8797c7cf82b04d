/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sample of the packets that interfaces receive.
 */
#ifndef NP_READ_FLOWS_H
#define NP_READ_FLOWS_H

#include "model/flows.h"

struct np_sampler;

struct np_sampler *np_sampler_open(const char *ifname, struct np_error *error);
void np_sampler_take(struct np_sampler *sampler, uint64_t mtu,
		     struct np_flows *flows);
void np_sampler_close(struct np_sampler *sampler);

/* A packet of a sample, as np_flows_count() wants it. */
struct np_sampled {
	uint8_t family;
	uint8_t protocol;
	uint8_t from[16];
	uint8_t to[16];
	uint16_t ports[2];
	uint64_t weight;
};

void np_sampled_parse(const uint8_t *frame, size_t size,
		      struct np_sampled *packet);
void np_flows_count(struct np_flows *flows, struct np_sampled *packets,
		    size_t count);

#endif
