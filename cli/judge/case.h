/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What rules look at, and how they say what they have found.
 */
#ifndef NP_JUDGE_CASE_H
#define NP_JUDGE_CASE_H

#include "model/dictionary.h"
#include "model/finding.h"
#include "model/ledger.h"
#include "model/sample.h"

/* Thousandths; or not known. */
#define NP_ALL		1000u
#define NP_NO_SHARE	UINT32_MAX

/**
 * struct np_load - what a CPU did in the window
 * @cpu: the CPU, in the last sample
 * @idle: thousandths of its time
 * @soft: as above, of interrupts and softirqs
 * @other: the rest of it
 * @dropped: packets that its backlog had no room for
 * @squeezed: softirqs that ended for want of budget or of time
 * @flow_limit: packets dropped by the limit of a flow
 * @processed: packets
 */
struct np_load {
	const struct np_cpu *cpu;
	uint32_t idle;
	uint32_t soft;
	uint32_t other;
	uint64_t dropped;
	uint64_t squeezed;
	uint64_t flow_limit;
	uint64_t processed;
};

/**
 * struct np_case - an interface in a window, or the host
 * @window: two samples
 * @before: the interface in the first; NULL for the host
 * @after: in the last
 * @peer_before: other end of a pair, or NULL
 * @peer_after: as above
 * @ledger: where its packets went
 * @flows: sample of its packets, or NULL
 * @rx_packets: received in the window, 0 if not known
 * @mean: octets of a received frame, 0 without any
 * @packets: by receive queue, NP_UNKNOWN where nobody counts
 * @hot: index of the receive queue that has had most, SIZE_MAX if not known
 * @share: thousandths of the packets that it has had
 * @load: CPUs
 * @nr_load: how many
 * @all: what was found
 */
struct np_case {
	const struct np_window *window;
	const struct np_port *before;
	const struct np_port *after;
	const struct np_port *peer_before;
	const struct np_port *peer_after;
	struct np_ledger *ledger;
	const struct np_flows *flows;
	uint64_t rx_packets;
	uint64_t mean;
	uint64_t *packets;
	size_t hot;
	uint32_t share;
	struct np_load *load;
	size_t nr_load;
	struct np_findings *all;
};

/* case.c */
bool np_case_open(struct np_case *c, const struct np_window *window,
		  const char *name, struct np_findings *all);
void np_case_close(struct np_case *c);
uint64_t np_case_lost(const struct np_case *c, bool rx, const char *layer);
uint64_t np_case_lost_rx(const struct np_case *c);
const struct np_loss *np_case_loss(const struct np_case *c, bool rx,
				   const char *layer);
const struct np_load *np_case_cpu(const struct np_case *c, uint64_t cpu);
uint64_t np_case_queue_cpu(const struct np_case *c, size_t queue);
const struct np_load *np_case_hottest(const struct np_case *c);
uint32_t np_case_idle(const struct np_case *c);
uint64_t np_case_gained(const struct np_case *c, const char *field);
uint64_t np_case_seconds(const struct np_case *c);
uint64_t np_known(uint64_t value);
uint64_t np_pow2(uint64_t least);

/* found.c. Texts that are marked so are taken, and freed with the finding. */
struct np_finding *np_found(struct np_case *c, const char *id,
			    enum np_severity severity,
			    enum np_confidence confidence, char *scope);
void np_found_says(struct np_finding *one, const char *fmt, ...)
	NP_PRINTF(2, 3);
void np_found_cause(struct np_finding *one, const char *fmt, ...)
	NP_PRINTF(2, 3);
void np_found_verify(struct np_finding *one, const char *fmt, ...)
	NP_PRINTF(2, 3);
void np_found_proof(struct np_finding *one, char *source, uint64_t before,
		    uint64_t after, const char *fmt, ...) NP_PRINTF(5, 6);
void np_found_loss(struct np_case *c, struct np_finding *one, bool rx,
		   const char *layer);
void np_found_load(struct np_finding *one, const struct np_load *load);
void np_found_not(struct np_finding *one, const char *fmt, ...)
	NP_PRINTF(2, 3);
void np_found_no_loss(struct np_case *c, struct np_finding *one,
		      const char *layer);
void np_found_fix(struct np_finding *one, char *command, char *effect,
		  const char *cost, char *undo);

/* Rules: each looks at a case and adds what it finds. */
typedef void (*np_rule)(struct np_case *c);

extern const np_rule np_rules_tx[];
extern const np_rule np_rules_loss[];
extern const np_rule np_rules_spread[];
extern const np_rule np_rules_link[];
extern const np_rule np_rules_host[];

#endif
