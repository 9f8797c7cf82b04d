// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ledgers: stages, losses, and the sum of both.
 */
#include "model/ledger.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const np_scope_names[] = {
	[NP_SCOPE_INTERFACE] = "interface",
	[NP_SCOPE_NAMESPACE] = "namespace",
	[NP_SCOPE_HOST] = "host",
};

static void np_way_free(struct np_way *way)
{
	size_t i, j;

	for (i = 0; i < way->nr_stage; i++) {
		for (j = 0; j < way->stage[i].nr_loss; j++)
			np_values_free(way->stage[i].loss[j].source,
				       way->stage[i].loss[j].nr_source);
		free(way->stage[i].loss);
		free(way->stage[i].source);
	}
	for (i = 0; i < way->nr_note; i++)
		free(way->note[i]);
	free(way->note);
}

/**
 * np_ledger_free - forget a ledger
 * @ledger: or NULL
 */
void np_ledger_free(struct np_ledger *ledger)
{
	if (!ledger)
		return;
	np_way_free(&ledger->rx);
	np_way_free(&ledger->tx);
	free(ledger);
}

/**
 * np_way_stage - one more stage, behind those that are there
 * @way: of which NP_STAGES are not yet there
 * @name: of the stage, a constant
 * @packets: that came there
 * @source: of that number, or NULL
 *
 * Return: the stage.
 */
struct np_stage *np_way_stage(struct np_way *way, const char *name,
			      uint64_t packets, const char *source)
{
	struct np_stage *stage = &way->stage[way->nr_stage++];

	stage->name = name;
	stage->packets = packets;
	stage->source = np_copy(source);

	return stage;
}

/**
 * np_stage_loss - what a layer has lost behind a stage, made if it is not there
 * @stage: stage
 * @layer: name, a constant
 * @scope: whose packets
 *
 * Return: the loss; pointers to others of the stage are no longer valid.
 */
struct np_loss *np_stage_loss(struct np_stage *stage, const char *layer,
			      enum np_scope scope)
{
	struct np_loss *loss;
	size_t i;

	for (i = 0; i < stage->nr_loss; i++)
		if (!strcmp(stage->loss[i].layer, layer))
			return &stage->loss[i];
	loss = np_more(stage->loss, stage->nr_loss);
	loss->layer = layer;
	loss->scope = scope;

	return loss;
}

/**
 * np_loss_add - more that a layer has lost
 * @loss: of the layer
 * @source: counter that says so
 * @packets: how many; 0 says that it was looked at
 */
void np_loss_add(struct np_loss *loss, const char *source, uint64_t packets)
{
	struct np_value *value = np_more(loss->source, loss->nr_source);

	value->name = np_copy(source);
	value->value = packets;
	loss->packets += packets;
}

/**
 * np_way_note - something to be known beside the numbers
 * @way: that it is about
 * @fmt: as of printf()
 */
void np_way_note(struct np_way *way, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = np_copy(fmt);
	va_end(args);
	*np_more(way->note, way->nr_note) = text;
}

/**
 * np_way_close - add up what was lost, and what remains
 * @way: with all its stages
 */
void np_way_close(struct np_way *way)
{
	size_t i, j;

	way->lost = 0;
	for (i = 0; i < way->nr_stage; i++) {
		struct np_stage *stage = &way->stage[i];
		uint64_t left = stage->packets - (uint64_t)stage->waiting;

		for (j = 0; j < stage->nr_loss; j++) {
			way->lost += stage->loss[j].packets;
			left -= stage->loss[j].packets;
		}
		if (i + 1 == way->nr_stage || !stage->checked)
			continue;
		/* Counters wrap, and so does the difference. */
		stage->remainder = (int64_t)(left - stage[1].packets);
	}
}
