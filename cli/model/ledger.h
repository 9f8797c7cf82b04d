/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where packets went: what came, what was lost on the way and by whom, what
 * arrived, and what nobody accounts for.
 */
#ifndef NP_LEDGER_H
#define NP_LEDGER_H

#include "model/sample.h"

/* Whose packets a number counts; words for it in np_scope_names[]. */
enum np_scope {
	NP_SCOPE_INTERFACE,
	NP_SCOPE_NAMESPACE,
	NP_SCOPE_HOST,
};

extern const char *const np_scope_names[];

/**
 * struct np_loss - what a layer has lost
 * @layer: name of it, of np_layer_names[] or "qdisc", "backlog", "ip", ...
 * @scope: whose packets these are
 * @packets: how many
 * @source: counters that say so, each with what it has gained; where several
 *	show the same loss, the one that was taken
 * @nr_source: how many
 * @note: what else is to be known, or NULL
 */
struct np_loss {
	const char *layer;
	enum np_scope scope;
	uint64_t packets;
	struct np_value *source;
	size_t nr_source;
	const char *note;
};

/**
 * struct np_stage - a place that counts all that passes
 * @name: what it is, "wire", "driver", ...; NULL for a stage that is not there
 * @packets: that came there
 * @source: counters that say so, or NULL where it is a sum of others
 * @loss: what was lost between this stage and the next, layer by layer
 * @nr_loss: how many
 * @waiting: packets that wait there now and did not at the start; what has
 *	gone since counts against it
 * @remainder: packets that came, were not lost and did not arrive at the next
 *	stage; less than 0 if more arrived
 * @checked: false if nobody but the next stage counts what came here, so that
 *	there can be no remainder
 */
struct np_stage {
	const char *name;
	uint64_t packets;
	char *source;
	struct np_loss *loss;
	size_t nr_loss;
	int64_t waiting;
	int64_t remainder;
	bool checked;
};

/* A way has this many stages at most; the last one loses nothing. */
#define NP_STAGES	4

/**
 * struct np_way - one direction of an interface, or of the namespace
 * @stage: in the order in which packets come to them
 * @nr_stage: how many
 * @lost: packets, in all stages
 * @skew: packets by which remainders may be wrong, as no two counters were
 *	read at the same moment, and a packet that a driver has given back to
 *	the qdisc counts there twice
 * @note: what cannot be counted here, and why; what explains a remainder
 * @nr_note: how many
 */
struct np_way {
	struct np_stage stage[NP_STAGES];
	size_t nr_stage;
	uint64_t lost;
	uint64_t skew;
	char **note;
	size_t nr_note;
};

/**
 * struct np_ledger - an interface, or the namespace
 * @port: the interface, NULL for the namespace
 * @ns: how long was counted, nanoseconds
 * @rx: what came in
 * @tx: what went out
 */
struct np_ledger {
	const struct np_port *port;
	uint64_t ns;
	struct np_way rx;
	struct np_way tx;
};

void np_ledger_free(struct np_ledger *ledger);
struct np_stage *np_way_stage(struct np_way *way, const char *name,
			      uint64_t packets, const char *source);
struct np_loss *np_stage_loss(struct np_stage *stage, const char *layer,
			      enum np_scope scope);
void np_loss_add(struct np_loss *loss, const char *source, uint64_t packets);
void np_way_note(struct np_way *way, const char *fmt, ...) NP_PRINTF(2, 3);
void np_way_close(struct np_way *way);

#endif
