// SPDX-License-Identifier: GPL-2.0-only
/*
 * All rules on a window; what matters most comes first.
 */
#include "judge/judge.h"

#include <stdlib.h>
#include <string.h>

#include "judge/case.h"

static const np_rule *const np_port_rules[] = {
	np_rules_tx, np_rules_loss, np_rules_spread, np_rules_link,
};

static void np_run(const np_rule *rules, struct np_case *c)
{
	for (; *rules; rules++)
		(*rules)(c);
}

static int np_by_weight(const void *a, const void *b)
{
	const struct np_finding *one = a, *other = b;
	int order = (int)other->severity - (int)one->severity;

	if (!order)
		order = (int)other->confidence - (int)one->confidence;
	if (!order)
		order = strcmp(one->dev ? one->dev : "",
			       other->dev ? other->dev : "");

	return order ? order : strcmp(one->id, other->id);
}

static void np_unseen(struct np_findings *all, const char *dev,
		      const struct np_missing *missing)
{
	*np_more(all->unseen, all->nr_unseen) =
		np_print("%s%s%s: %s%s%s", dev ? dev : "", dev ? ": " : "",
			 missing->what, missing->why,
			 missing->hint ? "; would be given by " : "",
			 missing->hint ? missing->hint : "");
}

/* What a rule could have used. A virtual interface has no device to ask. */
static void np_note_unseen(struct np_findings *all,
			   const struct np_window *window)
{
	const struct np_host *host = window->after->host;
	const struct np_port *port;
	size_t i, j;

	for (i = 0; i < window->after->nr_port; i++) {
		port = window->after->port[i];
		for (j = 0; j < port->nr_missing; j++)
			if (port->physical ||
			    !strcmp(port->missing[j].what, "sample of packets"))
				np_unseen(all, port->name, &port->missing[j]);
	}
	for (i = 0; i < host->nr_missing; i++)
		np_unseen(all, NULL, &host->missing[i]);
}

/**
 * np_judge - what is wrong
 * @all: filled in; freed with np_findings_free()
 * @window: two samples with time in between
 *
 * What has less than two pieces of evidence is possible, and no more.
 */
void np_judge(struct np_findings *all, const struct np_window *window)
{
	struct np_case c;
	size_t i, j;

	*all = (struct np_findings){};
	for (i = 0; i < window->after->nr_port; i++) {
		if (np_case_open(&c, window, window->after->port[i]->name, all))
			for (j = 0; j < NP_COUNT(np_port_rules); j++)
				np_run(np_port_rules[j], &c);
		np_case_close(&c);
	}
	np_case_open(&c, window, NULL, all);
	np_run(np_rules_host, &c);
	np_case_close(&c);
	for (i = 0; i < all->count; i++)
		if (all->item[i].nr_evidence < 2)
			all->item[i].confidence = NP_CONFIDENCE_POSSIBLE;
	if (all->count)
		qsort(all->item, all->count, sizeof(*all->item), np_by_weight);
	np_note_unseen(all, window);
}
