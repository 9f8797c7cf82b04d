// SPDX-License-Identifier: GPL-2.0-only
/*
 * Findings: words for them, and their memory.
 */
#include "model/finding.h"

#include <stdlib.h>

const char *const np_severity_names[] = { "info", "warning", "critical" };
const char *const np_confidence_names[] = { "possible", "likely", "proven" };

static void np_finding_clean(struct np_finding *one)
{
	size_t i;

	for (i = 0; i < one->nr_evidence; i++) {
		free(one->evidence[i].source);
		free(one->evidence[i].text);
	}
	for (i = 0; i < one->nr_ruled_out; i++)
		free(one->ruled_out[i]);
	for (i = 0; i < one->nr_fix; i++) {
		free(one->fix[i].command);
		free(one->fix[i].effect);
		free(one->fix[i].cost);
		free(one->fix[i].undo);
	}
	free(one->evidence);
	free(one->ruled_out);
	free(one->fix);
	free(one->dev);
	free(one->scope);
	free(one->summary);
	free(one->cause);
	free(one->verify);
}

/**
 * np_findings_free - forget what was found
 * @all: of np_judge(); empty afterwards
 */
void np_findings_free(struct np_findings *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		np_finding_clean(&all->item[i]);
	for (i = 0; i < all->nr_unseen; i++)
		free(all->unseen[i]);
	free(all->item);
	free(all->unseen);
	*all = (struct np_findings){};
}
