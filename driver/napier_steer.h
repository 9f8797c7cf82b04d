/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flow steering: what a rule means (napier_steer_spec.c), and the list of them
 * (napier_steer.c).
 *
 * Depends on: nothing; part of napier.h.
 */
#ifndef _NAPIER_STEER_H_
#define _NAPIER_STEER_H_

#include <linux/etherdevice.h>
#include <linux/types.h>

struct ethtool_rx_flow_spec;
struct ethtool_rxnfc;
struct napier_net;
struct napier_steer_rule;
struct netlink_ext_ack;

/* Places for rules, more than any part has filters. */
#define NAPIER_STEER_LOCATIONS		64

/* Filters of a kind; a part may have fewer (struct napier_board). */
#define NAPIER_STEER_ETYPES		8
#define NAPIER_STEER_TUPLES		8
#define NAPIER_STEER_PRIOS		8

/* The filter of a kind that is left to time stamps of PTP messages. */
#define NAPIER_STEER_1588		3

/* What a rule compares: of layer 2 one thing, or any of a tuple. */
#define NAPIER_STEER_ETYPE	BIT(0)
#define NAPIER_STEER_DMAC	BIT(1)
#define NAPIER_STEER_SMAC	BIT(2)
#define NAPIER_STEER_PRIO	BIT(3)
#define NAPIER_STEER_L2		GENMASK(3, 0)
#define NAPIER_STEER_PROTO	BIT(4)
#define NAPIER_STEER_SADDR	BIT(5)
#define NAPIER_STEER_DADDR	BIT(6)
#define NAPIER_STEER_SPORT	BIT(7)
#define NAPIER_STEER_DPORT	BIT(8)
#define NAPIER_STEER_OTHER	BIT(9)	/* which no part can */

/* struct napier_board: what a part can besides ethertype and 2-tuple. */
#define NAPIER_STEER_CAN_5TUPLE		BIT(0)
#define NAPIER_STEER_CAN_MAC		BIT(1)
#define NAPIER_STEER_CAN_PRIO		BIT(2)

/**
 * struct napier_steer_key - what frames a rule is for
 * @compare: NAPIER_STEER_*; what is not compared is 0 below
 * @etype: ethertype
 * @proto: IP protocol
 * @prio: VLAN priority
 * @mac: destination address
 * @sport: source port
 * @dport: destination port
 * @saddr: IPv4 source address
 * @daddr: IPv4 destination address
 *
 * Without padding: two are the same if their bytes are.
 */
struct napier_steer_key {
	u16 compare;
	u16 etype;
	u8 proto;
	u8 prio;
	u8 mac[ETH_ALEN];
	__be16 sport;
	__be16 dport;
	__be32 saddr;
	__be32 daddr;
};

/**
 * struct napier_steer_mac - a queue for frames to an address
 * @addr: unicast address
 * @queue: receive queue
 */
struct napier_steer_mac {
	u8 addr[ETH_ALEN];
	u8 queue;
};

/**
 * struct napier_steer_tuple - registers of a tuple filter
 * @ftqf: protocol, queue, what is compared
 * @imir: destination port
 * @imirext: length and TCP flags, which are not compared
 * @saqf: source address, 82576
 * @daqf: destination address, 82576
 * @spqf: source port, 82576
 */
struct napier_steer_tuple {
	u32 ftqf;
	u32 imir;
	u32 imirext;
	u32 saqf;
	u32 daqf;
	u32 spqf;
};

/**
 * struct napier_steer_regs - registers of all filters but the addresses
 * @etqf: ethertype
 * @tuple: 5-tuple or 2-tuple
 * @vlapqf: VLAN priority
 */
struct napier_steer_regs {
	u32 etqf[NAPIER_STEER_ETYPES];
	struct napier_steer_tuple tuple[NAPIER_STEER_TUPLES];
	u32 vlapqf;
};

/**
 * struct napier_steer - the rules, under the lock of the configuration
 * @rule: by location, NULL where none is
 * @regs: what the device was told last
 */
struct napier_steer {
	struct napier_steer_rule *rule[NAPIER_STEER_LOCATIONS];
	struct napier_steer_regs regs;
};

/* ---- napier_steer_spec.c ----------------------------------------------- */

int napier_steer_parse(const struct napier_net *nn,
		       const struct ethtool_rx_flow_spec *fs,
		       struct napier_steer_key *key,
		       struct netlink_ext_ack *extack);

/* ---- napier_steer.c ---------------------------------------------------- */

int napier_steer_get(struct napier_net *nn, struct ethtool_rxnfc *cmd,
		     u32 *locs);
int napier_steer_set(struct napier_net *nn, struct ethtool_rxnfc *cmd);
void napier_steer_flush(struct napier_net *nn);
void napier_steer_program(struct napier_net *nn, bool all);
void napier_steer_pause(struct napier_net *nn);
void napier_steer_exit(struct napier_net *nn);

#endif /* _NAPIER_STEER_H_ */
