// SPDX-License-Identifier: GPL-2.0-only
/*
 * Findings for people.
 */
#include "print/print.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

static void np_show_upper(FILE *out, const char *word)
{
	int width = 9;

	for (; *word; word++, width--)
		fputc(toupper((unsigned char)*word), out);
	fprintf(out, "%*s", width > 0 ? width + 1 : 1, "");
}

static void np_show_evidence(FILE *out, const struct np_evidence *proof)
{
	fprintf(out, "%s", proof->source);
	if (proof->before != NP_UNKNOWN && proof->after != NP_UNKNOWN)
		fprintf(out, "  %" PRIu64 " -> %" PRIu64 " (+%" PRIu64 ")",
			proof->before, proof->after,
			proof->after > proof->before ?
			proof->after - proof->before : 0);
	else if (proof->after != NP_UNKNOWN)
		fprintf(out, "  %" PRIu64, proof->after);
	fprintf(out, "  %s\n", proof->text);
}

static void np_show_fix(FILE *out, const struct np_fix *fix, size_t number)
{
	fprintf(out, "  fix %zu.    %s\n", number, fix->command);
	fprintf(out, "            %s; costs: %s\n", fix->effect, fix->cost);
	if (fix->undo)
		fprintf(out, "            undo: %s\n", fix->undo);
}

/**
 * np_show_finding - one thing that is wrong
 * @out: where to
 * @one: finding
 */
void np_show_finding(FILE *out, const struct np_finding *one)
{
	size_t i;

	np_show_upper(out, np_severity_names[one->severity]);
	fprintf(out, "%s  %s%s%s  %s\n", one->id, one->dev ? one->dev : "host",
		one->scope ? " " : "", one->scope ? one->scope : "",
		np_confidence_names[one->confidence]);
	fprintf(out, "  %s.\n  %s\n", one->summary, one->cause);
	for (i = 0; i < one->nr_evidence; i++) {
		fprintf(out, "  %-9s ", i ? "" : "evidence");
		np_show_evidence(out, &one->evidence[i]);
	}
	for (i = 0; i < one->nr_ruled_out; i++)
		fprintf(out, "%s%s", i ? ", " : "  ruled out ",
			one->ruled_out[i]);
	if (one->nr_ruled_out)
		fputc('\n', out);
	for (i = 0; i < one->nr_fix; i++)
		np_show_fix(out, &one->fix[i], i + 1);
	if (one->verify)
		fprintf(out, "  verify    %s\n", one->verify);
	fputc('\n', out);
}

/**
 * np_show_findings - all that is wrong, and what could not be judged
 * @out: where to
 * @all: of np_judge()
 * @window: that was judged
 */
void np_show_findings(FILE *out, const struct np_findings *all,
		      const struct np_window *window)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		np_show_finding(out, &all->item[i]);
	if (!all->count)
		fprintf(out, "nothing found in %.1f s\n",
			(double)window->ns / 1e9);
	for (i = 0; i < all->nr_unseen; i++)
		fprintf(out, "%s%s\n", i ? "             " : "not judged:  ",
			all->unseen[i]);
}
