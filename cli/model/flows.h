/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which flows an interface receives: what a sample of its packets shows.
 */
#ifndef NP_FLOWS_H
#define NP_FLOWS_H

#include "base/base.h"

/**
 * struct np_flows - a sample of the packets that an interface has received
 *
 * Numbers are of packets of the sample; one that was put together of several
 * (GRO) counts as those.
 *
 * @ifname: of the interface
 * @packets: of the sample
 * @flows: different pairs of addresses and ports
 * @pairs: different pairs of addresses
 * @top: packets of the flow that has most
 * @top_pair: packets of the pair of addresses that has most
 * @tcp: packets
 * @udp: packets, without fragments
 * @fragments: of IP, which have no ports to be hashed
 * @other: neither of those
 * @name: of the flow that has most, "192.0.2.2:7 -> 192.0.2.1:5000 udp"; NULL
 *	without packets
 */
struct np_flows {
	char *ifname;
	uint64_t packets;
	uint64_t flows;
	uint64_t pairs;
	uint64_t top;
	uint64_t top_pair;
	uint64_t tcp;
	uint64_t udp;
	uint64_t fragments;
	uint64_t other;
	char *name;
};

#endif
