// SPDX-License-Identifier: GPL-2.0-only
/*
 * How rules say what they have found.
 */
#include "judge/case.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Counters of one loss that are shown. */
#define NP_PROOFS_MAX	3

static NP_PRINTF(1, 0) char *np_vprint(const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		text = np_copy(fmt);

	return text;
}

/**
 * np_found - something is wrong
 * @c: in what case
 * @id: of it, a constant
 * @severity: how bad
 * @confidence: how sure
 * @scope: queue, CPU or socket, or NULL; taken
 *
 * Return: the finding, valid until the next call.
 */
struct np_finding *np_found(struct np_case *c, const char *id,
			    enum np_severity severity,
			    enum np_confidence confidence, char *scope)
{
	struct np_finding *one = np_more(c->all->item, c->all->count);

	one->id = id;
	one->severity = severity;
	one->confidence = confidence;
	one->scope = scope;
	if (c->after)
		one->dev = np_copy(c->after->name);

	return one;
}

/**
 * np_found_says - what is wrong, in one sentence with numbers
 * @one: finding
 * @fmt: as of printf()
 */
void np_found_says(struct np_finding *one, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	one->summary = np_vprint(fmt, args);
	va_end(args);
}

/**
 * np_found_cause - why, in one sentence
 * @one: finding
 * @fmt: as of printf()
 */
void np_found_cause(struct np_finding *one, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	one->cause = np_vprint(fmt, args);
	va_end(args);
}

/**
 * np_found_verify - command that shows whether a fix has helped
 * @one: finding
 * @fmt: as of printf()
 */
void np_found_verify(struct np_finding *one, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	one->verify = np_vprint(fmt, args);
	va_end(args);
}

/**
 * np_found_proof - a number that proves it
 * @one: finding
 * @source: where it is from; taken
 * @before: at the start, NP_UNKNOWN for a setting
 * @after: at the end; NP_UNKNOWN if the text says it all
 * @fmt: what it means here, as of printf()
 */
void np_found_proof(struct np_finding *one, char *source, uint64_t before,
		    uint64_t after, const char *fmt, ...)
{
	struct np_evidence *proof = np_more(one->evidence, one->nr_evidence);
	va_list args;

	proof->source = source;
	proof->before = before;
	proof->after = after;
	va_start(args, fmt);
	proof->text = np_vprint(fmt, args);
	va_end(args);
}

/* A counter that the ledger names, where it stands. */
static void np_found_counter(struct np_case *c, struct np_finding *one,
			     const struct np_value *source, const char *layer)
{
	const struct np_port *was = c->before, *is = c->after;
	const char *name = source->name;
	const char *from = "ip -s -s link show";
	uint64_t before, after;
	size_t length;

	/* "np1 tx_dropped": of the other end of a pair. */
	if (c->peer_after) {
		length = strlen(c->peer_after->name);
		if (!strncmp(name, c->peer_after->name, length) &&
		    name[length] == ' ') {
			was = c->peer_before;
			is = c->peer_after;
			name += length + 1;
		}
	}
	before = np_value_of(was->own, was->nr_own, name);
	after = np_value_of(is->own, is->nr_own, name);
	if (after != NP_UNKNOWN) {
		from = "ethtool -S";
	} else {
		before = np_value_of(was->link, was->nr_link, name);
		after = np_value_of(is->link, is->nr_link, name);
	}
	if (after == NP_UNKNOWN)
		np_found_proof(one, np_copy(name), NP_UNKNOWN, NP_UNKNOWN,
			       "+%" PRIu64 " lost in %s", source->value, layer);
	else
		np_found_proof(one, np_print("%s %s: %s", from, is->name, name),
			       before, after, "lost in %s", layer);
}

/**
 * np_found_loss - the counters that tell of a loss prove it
 * @c: case of an interface
 * @one: finding
 * @rx: of what was received
 * @layer: that has lost
 */
void np_found_loss(struct np_case *c, struct np_finding *one, bool rx,
		   const char *layer)
{
	const struct np_loss *loss = np_case_loss(c, rx, layer);
	size_t i, shown = 0;

	for (i = 0; loss && i < loss->nr_source && shown < NP_PROOFS_MAX; i++) {
		if (!loss->source[i].value)
			continue;
		np_found_counter(c, one, &loss->source[i], layer);
		shown++;
	}
}

/**
 * np_found_load - what a CPU did proves it
 * @one: finding
 * @load: of the CPU, or NULL
 */
void np_found_load(struct np_finding *one, const struct np_load *load)
{
	if (!load || load->soft == NP_NO_SHARE)
		return;
	np_found_proof(one, np_print("/proc/stat: cpu%u", load->cpu->id),
		       NP_UNKNOWN, NP_UNKNOWN,
		       "%u %% interrupts and softirqs, %u %% programs and kernel, %u %% idle",
		       load->soft / 10, load->other / 10, load->idle / 10);
}

/**
 * np_found_not - another cause that it is not
 * @one: finding
 * @fmt: with the number that says so, as of printf()
 */
void np_found_not(struct np_finding *one, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	*np_more(one->ruled_out, one->nr_ruled_out) = np_vprint(fmt, args);
	va_end(args);
}

/**
 * np_found_no_loss - a layer that has lost nothing is not the cause
 * @c: case of an interface
 * @one: finding
 * @layer: of what was received
 */
void np_found_no_loss(struct np_case *c, struct np_finding *one,
		      const char *layer)
{
	if (!np_case_lost(c, true, layer))
		np_found_not(one, "%s: lost 0", layer);
}

/**
 * np_found_fix - what can be done
 * @one: finding
 * @command: as it is typed; taken
 * @effect: with the number it is based on; taken
 * @cost: what it takes
 * @undo: command that takes it back, taken; NULL if there is nothing to take
 *	back
 */
void np_found_fix(struct np_finding *one, char *command, char *effect,
		  const char *cost, char *undo)
{
	struct np_fix *fix = np_more(one->fix, one->nr_fix);

	fix->command = command;
	fix->effect = effect;
	fix->cost = np_copy(cost);
	fix->undo = undo;
}
