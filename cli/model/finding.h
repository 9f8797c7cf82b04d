/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is wrong, and how that is known: what judge/ finds out, and what
 * `doctor`, `check` and `export` tell.
 */
#ifndef NP_FINDING_H
#define NP_FINDING_H

#include "base/base.h"

/* What matters most comes last; words for it in np_severity_names[]. */
enum np_severity {
	NP_SEVERITY_INFO,
	NP_SEVERITY_WARNING,
	NP_SEVERITY_CRITICAL,
};

/* Proven and likely need two independent pieces of evidence at least. */
enum np_confidence {
	NP_CONFIDENCE_POSSIBLE,
	NP_CONFIDENCE_LIKELY,
	NP_CONFIDENCE_PROVEN,
};

extern const char *const np_severity_names[];
extern const char *const np_confidence_names[];

/**
 * struct np_evidence - a number, where it is from, and what it says
 * @source: what an operator would look at: "ethtool -S eth0: rx_queue_0_drops"
 * @before: at the start of the window, NP_UNKNOWN for a setting
 * @after: at its end; NP_UNKNOWN if @text says it all
 * @text: what it means here, without a full stop
 */
struct np_evidence {
	char *source;
	uint64_t before;
	uint64_t after;
	char *text;
};

/**
 * struct np_fix - what can be done
 * @command: to be typed as it is
 * @effect: what it does, with the number that it is based on
 * @cost: what it takes, and what may go wrong
 * @undo: command that takes it back
 */
struct np_fix {
	char *command;
	char *effect;
	char *cost;
	char *undo;
};

/**
 * struct np_finding - one thing that is wrong
 * @id: stable, "RX-RING-OVERFLOW"; a section of docs/troubleshooting.md
 * @severity: how bad it is
 * @confidence: how sure it is
 * @dev: interface, or NULL if it is of the host
 * @scope: queue, CPU or socket: "rx0", "cpu3", or NULL
 * @summary: one sentence with numbers
 * @evidence: what proves it
 * @nr_evidence: how many
 * @ruled_out: other causes that were looked at, each with the number that says no
 * @nr_ruled_out: how many
 * @cause: one sentence
 * @fix: what can be done, the best first
 * @nr_fix: how many
 * @verify: command that shows whether it helped
 */
struct np_finding {
	const char *id;
	enum np_severity severity;
	enum np_confidence confidence;
	char *dev;
	char *scope;
	char *summary;
	struct np_evidence *evidence;
	size_t nr_evidence;
	char **ruled_out;
	size_t nr_ruled_out;
	char *cause;
	struct np_fix *fix;
	size_t nr_fix;
	char *verify;
};

/**
 * struct np_findings - all of them, what matters most first
 * @item: findings
 * @count: how many
 * @unseen: what could not be judged: data that was missing, with reasons
 * @nr_unseen: how many
 */
struct np_findings {
	struct np_finding *item;
	size_t count;
	char **unseen;
	size_t nr_unseen;
};

void np_findings_free(struct np_findings *all);

#endif
