// SPDX-License-Identifier: GPL-2.0-only
/*
 * An interface on one screen.
 */
#include "print/print.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Octets of a frame on the wire beyond what it carries: preamble and gap. */
#define NP_WIRE_GAP	20u

/* ---- words ------------------------------------------------------------------ */

/* Label of a line: eight columns and a space. */
static void np_label(FILE *out, const char *label)
{
	fprintf(out, "%-9s ", label);
}

/* "256/4096"; "?" where it is not known. */
static void np_put_pair(FILE *out, const struct np_pair *pair)
{
	if (pair->now == NP_UNKNOWN)
		fputc('?', out);
	else
		fprintf(out, "%" PRIu64, pair->now);
	if (pair->max != NP_UNKNOWN)
		fprintf(out, "/%" PRIu64, pair->max);
}

/* A time that may be microseconds or seconds, with three digits. */
static void np_put_time(FILE *out, double seconds)
{
	if (seconds < 0.001)
		fprintf(out, "%.3g us", seconds * 1e6);
	else if (seconds < 1)
		fprintf(out, "%.3g ms", seconds * 1e3);
	else
		fprintf(out, "%.3g s", seconds);
}

/* Frames a second that a link carries at most. */
static double np_wire_rate(const struct np_port *port, unsigned int frame)
{
	return (double)port->speed * 1e6 / (8.0 * (frame + NP_WIRE_GAP));
}

/* ---- lines ------------------------------------------------------------------- */

static void np_show_head(FILE *out, const struct np_port *port)
{
	fprintf(out, "%-9s %s", port->name,
		port->driver ? port->driver : "without a driver");
	if (port->driver_version)
		fprintf(out, " %s", port->driver_version);
	if (port->firmware && strcmp(port->firmware, "N/A"))
		fprintf(out, " (firmware %s)", port->firmware);
	if (port->bus)
		fprintf(out, "  %s", port->bus);
	if (port->board)
		fprintf(out, "  [%s]", port->board);
	if (port->pcie_speed && port->pcie_width.now != NP_UNKNOWN)
		fprintf(out, "  PCIe %s x%" PRIu64, port->pcie_speed,
			port->pcie_width.now);
	if (port->node != NP_UNKNOWN)
		fprintf(out, "  node %" PRIu64, port->node);
	fputc('\n', out);
}

static void np_show_link(FILE *out, const struct np_port *port)
{
	np_label(out, "link");
	fprintf(out, "%s", port->operstate ? port->operstate : "?");
	if (port->speed != NP_UNKNOWN)
		fprintf(out, "  %" PRIu64 " Mbit/s", port->speed);
	if (port->duplex && strcmp(port->duplex, "unknown"))
		fprintf(out, "  %s duplex", port->duplex);
	if (port->autoneg != NP_UNKNOWN)
		fprintf(out, "  %s", port->autoneg ? "negotiated" : "forced");
	if (port->pause_rx != NP_UNKNOWN && port->pause_tx != NP_UNKNOWN)
		fprintf(out, "  pause %s", port->pause_rx ?
			(port->pause_tx ? "rx+tx" : "rx") :
			(port->pause_tx ? "tx" : "off"));
	if (port->mtu != NP_UNKNOWN)
		fprintf(out, "  MTU %" PRIu64, port->mtu);
	if (port->carrier_changes != NP_UNKNOWN)
		fprintf(out, "  carrier changes %" PRIu64,
			port->carrier_changes);
	fputc('\n', out);
}

/* How long a receive ring holds out while nobody polls. */
static void np_show_headroom(FILE *out, const struct np_port *port)
{
	static const unsigned int frames[] = { 64, 1518 };
	size_t i;

	if (port->speed == NP_UNKNOWN || !port->speed ||
	    port->rx_ring.now == NP_UNKNOWN)
		return;
	fputs("  holds ", out);
	for (i = 0; i < NP_COUNT(frames); i++) {
		if (i)
			fputs(", ", out);
		np_put_time(out, (double)port->rx_ring.now /
			    np_wire_rate(port, frames[i]));
		fprintf(out, " of %u B", frames[i]);
	}
}

static void np_show_rings(FILE *out, const struct np_port *port)
{
	np_label(out, "rings");
	fputs("rx ", out);
	np_put_pair(out, &port->rx_ring);
	fputs("  tx ", out);
	np_put_pair(out, &port->tx_ring);
	np_show_headroom(out, port);
	fputc('\n', out);
}

static void np_put_channels(FILE *out, const char *name,
			    const struct np_pair *pair)
{
	if (pair->now == NP_UNKNOWN || (!pair->now && !pair->max))
		return;
	fprintf(out, "%s ", name);
	np_put_pair(out, pair);
	fputs("  ", out);
}

static void np_show_channels(FILE *out, const struct np_port *port)
{
	np_label(out, "channels");
	np_put_channels(out, "combined", &port->combined);
	np_put_channels(out, "rx", &port->rx_channels);
	np_put_channels(out, "tx", &port->tx_channels);
	if (port->combined.now == NP_UNKNOWN)
		fprintf(out, "rx queues %zu  tx queues %zu", port->nr_rx,
			port->nr_tx);
	fputc('\n', out);
}

static void np_show_usecs(FILE *out, const char *name, uint64_t usecs,
			  uint64_t adaptive)
{
	if (usecs == NP_UNKNOWN)
		return;
	fprintf(out, "%s %s%" PRIu64 " us  ", name,
		adaptive == 1 ? "adaptive, else " : "", usecs);
}

/* Frames that come in one interval must fit into the ring. */
static void np_show_moderation(FILE *out, const struct np_port *port)
{
	double frames;

	if (port->rx_usecs == NP_UNKNOWN && port->tx_usecs == NP_UNKNOWN)
		return;
	np_label(out, "irq every");
	np_show_usecs(out, "rx", port->rx_usecs, port->adaptive_rx);
	np_show_usecs(out, "tx", port->tx_usecs, port->adaptive_tx);
	if (port->rx_usecs != NP_UNKNOWN && port->adaptive_rx != 1 &&
	    port->speed != NP_UNKNOWN && port->rx_ring.now != NP_UNKNOWN) {
		frames = (double)port->rx_usecs / 1e6 *
			 np_wire_rate(port, 64);
		if (frames > (double)port->rx_ring.now)
			fprintf(out, "%.0f frames of 64 B in that time: more than the ring holds",
				frames);
	}
	fputc('\n', out);
}

/* How many entries the fullest queue has, and the emptiest. */
static void np_show_rss(FILE *out, const struct np_port *port)
{
	const struct np_rss *rss = &port->rss;
	size_t *counts, i, used = 0, least = SIZE_MAX, most = 0;

	if (!rss->size)
		return;
	counts = np_alloc((port->nr_rx + 1) * sizeof(*counts));
	for (i = 0; i < rss->size; i++)
		if (rss->table[i] < port->nr_rx)
			counts[rss->table[i]]++;
	for (i = 0; i < port->nr_rx; i++) {
		used += counts[i] != 0;
		least = counts[i] < least ? counts[i] : least;
		most = counts[i] > most ? counts[i] : most;
	}
	free(counts);

	np_label(out, "rss");
	fprintf(out, "%zu entries over %zu of %zu queues, %s", rss->size, used,
		port->nr_rx, most - least <= 1 ? "even" : "uneven");
	if (rss->hfunc)
		fprintf(out, "  %s", rss->hfunc);
	if (rss->tcp4)
		fprintf(out, "  tcp4 %s", *rss->tcp4 ? rss->tcp4 : "-");
	if (rss->udp4)
		fprintf(out, "  udp4 %s", *rss->udp4 ? rss->udp4 : "-");
	fputc('\n', out);
}

/* ---- the table of queues --------------------------------------------------------- */

static const struct np_napi *np_find_napi(const struct np_port *port,
					  uint64_t id)
{
	size_t i;

	for (i = 0; i < port->nr_napi; i++)
		if (port->napi[i].id == id)
			return &port->napi[i];

	return NULL;
}

static const struct np_irq *np_find_irq(const struct np_port *port,
					uint64_t irq)
{
	size_t i;

	for (i = 0; i < port->nr_irq; i++)
		if (port->irq[i].irq == irq)
			return &port->irq[i];

	return NULL;
}

static void np_put_column(FILE *out, int width, uint64_t value)
{
	if (value == NP_UNKNOWN)
		fprintf(out, " %*s", width, "-");
	else
		fprintf(out, " %*" PRIu64, width, value);
}

static void np_show_queue(FILE *out, const struct np_port *port,
			  const struct np_queue *queue, bool rx)
{
	const struct np_napi *napi = np_find_napi(port, queue->napi);
	const struct np_irq *irq = NULL;
	char *name = np_print("%s%u", rx ? "rx" : "tx", queue->id), *cpus;

	if (napi && napi->irq != NP_UNKNOWN)
		irq = np_find_irq(port, napi->irq);
	fprintf(out, "%-6s", name);
	np_put_column(out, 7, queue->napi);
	np_put_column(out, 5, irq ? irq->irq : NP_UNKNOWN);
	cpus = np_cpus_text(irq ? &irq->effective : NULL);
	fprintf(out, " %7s", cpus);
	free(cpus);
	np_put_column(out, 7, napi ? napi->pid : NP_UNKNOWN);
	cpus = np_cpus_text(&queue->cpus);
	fprintf(out, " %7s", cpus);
	free(cpus);
	np_put_column(out, 14, queue->counters.packets);
	np_put_column(out, 10, queue->counters.drops);
	fputc('\n', out);
	free(name);
}

static void np_show_queues(FILE *out, const struct np_port *port)
{
	size_t i;

	if (!port->nr_rx && !port->nr_tx)
		return;
	fprintf(out, "%-6s %7s %5s %7s %7s %7s %14s %10s\n", "QUEUE", "NAPI",
		"IRQ", "CPUS", "THREAD", "RPS/XPS", "PACKETS", "DROPS");
	for (i = 0; i < port->nr_rx; i++)
		np_show_queue(out, port, &port->rx[i], true);
	for (i = 0; i < port->nr_tx; i++)
		np_show_queue(out, port, &port->tx[i], false);
}

/* ---- the rest ------------------------------------------------------------------- */

/* Counters of the interface that something was lost in, where there are any. */
static void np_show_losses(FILE *out, const struct np_port *port)
{
	static const char *const ends[] = { "_errors", "_dropped" };
	bool any = false;
	size_t i, j;

	for (i = 0; i < port->nr_link; i++) {
		const struct np_value *value = &port->link[i];

		for (j = 0; j < NP_COUNT(ends); j++)
			if (value->value && strstr(value->name, ends[j]))
				break;
		if (j == NP_COUNT(ends))
			continue;
		if (!any)
			np_label(out, "counted");
		fprintf(out, "%s%s %" PRIu64, any ? "  " : "", value->name,
			value->value);
		any = true;
	}
	if (any)
		fputc('\n', out);
}

static void np_show_missing(FILE *out, const struct np_port *port)
{
	size_t i;

	for (i = 0; i < port->nr_missing; i++) {
		const struct np_missing *missing = &port->missing[i];

		np_label(out, i ? "" : "missing");
		fprintf(out, "%s: %s", missing->what, missing->why);
		if (missing->hint)
			fprintf(out, " (with %s)", missing->hint);
		fputc('\n', out);
	}
}

/**
 * np_show_port - an interface on one screen
 * @out: where to
 * @port: all that is known of it
 */
void np_show_port(FILE *out, const struct np_port *port)
{
	np_show_head(out, port);
	np_show_link(out, port);
	np_show_rings(out, port);
	np_show_channels(out, port);
	np_show_moderation(out, port);
	np_show_rss(out, port);
	np_show_queues(out, port);
	np_show_losses(out, port);
	np_show_missing(out, port);
}
