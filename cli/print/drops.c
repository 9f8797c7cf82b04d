// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ledgers for people.
 */
#include "print/print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Sources of a loss that are named in its line. */
#define NP_SOURCES_SHOWN	3

/* Names of counters, with what each has lost if there are several. */
static char *np_sources_text(const struct np_loss *loss)
{
	char *text = np_copy(""), *longer;
	size_t i, shown = 0, left = 0;

	for (i = 0; i < loss->nr_source; i++) {
		const struct np_value *source = &loss->source[i];

		/* Beside one that has lost, others do not matter. */
		if (!source->value && loss->packets)
			continue;
		if (shown == NP_SOURCES_SHOWN) {
			left++;
			continue;
		}
		if (loss->packets && source->value != loss->packets)
			longer = np_print("%s%s%s %" PRIu64, text,
					  shown ? ", " : "", source->name,
					  source->value);
		else
			longer = np_print("%s%s%s", text, shown ? ", " : "",
					  source->name);
		free(text);
		text = longer;
		shown++;
	}
	if (left) {
		longer = np_print("%s and %zu more", text, left);
		free(text);
		text = longer;
	}

	return text;
}

static void np_show_loss(FILE *out, const struct np_loss *loss, uint64_t came)
{
	char *sources = np_sources_text(loss);

	fprintf(out, "  %-14s %14" PRIu64, loss->layer, loss->packets);
	if (loss->packets && came)
		fprintf(out, " %8.3f%%",
			100.0 * (double)loss->packets / (double)came);
	else
		fprintf(out, " %9s", "");
	fprintf(out, "  %s", sources);
	if (loss->scope != NP_SCOPE_INTERFACE)
		fprintf(out, "  (of the %s)", np_scope_names[loss->scope]);
	fputc('\n', out);
	if (loss->packets && loss->note)
		fprintf(out, "  %-40s  %s\n", "", loss->note);
	free(sources);
}

static void np_show_remainder(FILE *out, const struct np_way *way,
			      const struct np_stage *stage)
{
	uint64_t size = stage->remainder < 0 ?
		(uint64_t)-stage->remainder : (uint64_t)stage->remainder;

	if (stage->waiting)
		fprintf(out, "  %-14s %14" PRId64 "\n", "waiting",
			stage->waiting);
	if (!stage->checked)
		return;
	fprintf(out, "  %-14s %14" PRId64, "unexplained", stage->remainder);
	if (!size)
		fprintf(out, " %9s  the sums agree", "");
	else if (size <= way->skew)
		fprintf(out, " %9s  within %" PRIu64 " that pass while counters are read",
			"", way->skew);
	fputc('\n', out);
}

static void np_show_way(FILE *out, const char *name, const struct np_way *way)
{
	size_t i, j;

	fprintf(out, "%s\n", name);
	for (i = 0; i < way->nr_stage; i++) {
		const struct np_stage *stage = &way->stage[i];

		fprintf(out, "%-16s %14" PRIu64 " %9s  %s\n", stage->name,
			stage->packets, "", stage->source ? stage->source :
			i + 1 < way->nr_stage ? "driver + lost" :
			"what is left");
		for (j = 0; j < stage->nr_loss; j++)
			np_show_loss(out, &stage->loss[j],
				     way->stage[0].packets);
		if (i + 1 < way->nr_stage)
			np_show_remainder(out, way, stage);
	}
	for (i = 0; i < way->nr_note; i++)
		fprintf(out, "note: %s\n", way->note[i]);
}

/**
 * np_show_ledger - where packets went
 * @out: where to
 * @ledger: of an interface or the namespace
 */
void np_show_ledger(FILE *out, const struct np_ledger *ledger)
{
	const struct np_port *port = ledger->port;

	if (port)
		fprintf(out, "%s  %s  %.1f s\n", port->name,
			port->driver ? port->driver : "without a driver",
			(double)ledger->ns / 1e9);
	else
		fprintf(out, "all interfaces of this network namespace\n");
	np_show_way(out, "RECEIVED", &ledger->rx);
	np_show_way(out, "SENT", &ledger->tx);
	fputc('\n', out);
}

/**
 * np_show_socket_drops - sockets that had no room for packets
 * @out: where to
 * @window: two samples
 */
void np_show_socket_drops(FILE *out, const struct np_window *window)
{
	const struct np_host *host = window->after->host;
	bool any = false;
	uint64_t drops;
	size_t i;

	for (i = 0; i < host->nr_socket; i++) {
		const struct np_socket *one = &host->socket[i];

		drops = np_socket_gained(window, one);
		if (drops == NP_UNKNOWN || !drops)
			continue;
		if (!any)
			fprintf(out, "sockets without room (in udp, tcp above; a packet socket loses copies)\n");
		any = true;
		fprintf(out, "  %-14s %14" PRIu64 " %9s  %s", one->protocol,
			drops, "", one->local);
		if (one->rcvbuf != NP_UNKNOWN)
			fprintf(out, "  rcvbuf %" PRIu64, one->rcvbuf);
		if (one->comm)
			fprintf(out, "  %s", one->comm);
		fputc('\n', out);
	}
}
