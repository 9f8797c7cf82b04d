// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bursts for people: a line for each, and what was seen in all.
 */
#include "print/print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/**
 * np_show_bursts_head - headings
 * @out: where to
 */
void np_show_bursts_head(FILE *out)
{
	fprintf(out, "%-15s %-8s %-3s %-3s %-13s %-5s %-12s %-7s %-7s %-6s %s\n",
		"TIME", "DEV", "Q", "CPU", "WAITING", "RING", "TRAIN", "DUR",
		"GAP", "LOST", "LIKELY CAUSE");
}

static char *np_number_text(uint64_t value)
{
	return value == NP_UNKNOWN ? np_copy("?") : np_print("%" PRIu64, value);
}

static char *np_time_text(uint64_t ns)
{
	if (!ns)
		return np_copy("-");
	if (ns < 1000000)
		return np_print("%.3gus", (double)ns / 1e3);
	if (ns < 1000000000)
		return np_print("%.3gms", (double)ns / 1e6);

	return np_print("%.3gs", (double)ns / 1e9);
}

/*
 * Proven if that makes it a burst, else what is likely: ">=" is at least, "~"
 * about, nothing exact.
 */
static char *np_waiting(const struct np_burst_port *port,
			const struct np_burst *burst)
{
	bool proven = burst->least != NP_UNKNOWN && burst->least >= port->high;
	uint64_t count = proven ? burst->least : burst->likely;
	const char *sign = port->how == NP_HOW_EXACT ? "" : proven ? ">=" : "~";

	if (burst->full != NP_UNKNOWN && burst->full)
		return np_print("%" PRIu64 " FULL*", count);
	if (port->ring == NP_UNKNOWN || !port->ring)
		return np_print("%s%" PRIu64, sign, count);

	return np_print("%s%" PRIu64 " (%" PRIu64 "%%)", sign, count,
			count * 100 / port->ring);
}

/**
 * np_show_burst - an event
 * @out: where to
 * @all: what is watched
 * @burst: event; only one that is over has a line
 */
void np_show_burst(FILE *out, const struct np_bursts *all,
		   const struct np_burst *burst)
{
	const struct np_burst_port *port = &all->port[burst->port];
	time_t seconds = (time_t)(burst->wall / 1000000000u);
	char *words[9], clock[16] = "?";
	struct tm local;
	size_t i;

	if (burst->event != NP_TELL_END)
		return;
	if (localtime_r(&seconds, &local))
		strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	words[0] = np_print("%s.%06u", clock,
			    (unsigned int)(burst->wall % 1000000000u / 1000));
	words[1] = np_number_text(burst->queue);
	words[2] = np_number_text(burst->cpu);
	words[3] = np_waiting(port, burst);
	words[4] = np_number_text(port->ring);
	words[5] = port->how == NP_HOW_COARSE ?
		   np_print("%" PRIu64, burst->packets) :
		   np_print("%" PRIu64 "/%" PRIu64 "pol", burst->packets,
			    burst->polls);
	words[6] = np_time_text(burst->ns);
	words[7] = np_time_text(burst->gap.ns);
	words[8] = np_number_text(burst->lost);
	fprintf(out, "%-15s %-8s %-3s %-3s %-13s %-5s %-12s %-7s %-7s %-6s %s\n",
		words[0], port->name, words[1], words[2], words[3], words[4],
		words[5], words[6], words[7], words[8],
		burst->cause ? burst->cause : "-");
	for (i = 0; i < NP_COUNT(words); i++)
		free(words[i]);
}

static void np_show_loss(FILE *out, const struct np_burst_port *port)
{
	if (port->lost == NP_UNKNOWN) {
		fprintf(out, ", loss not known");
		return;
	}
	fprintf(out, ", %" PRIu64 " lost", port->lost);
	if (port->lost && port->lost_inside != NP_UNKNOWN)
		fprintf(out, " (%" PRIu64 "%% inside bursts)",
			port->lost_inside * 100 / port->lost);
}

static void np_show_scrape(FILE *out, const struct np_burst_port *port)
{
	if (!port->samples)
		return;
	fprintf(out, "  a 15 s scrape would have seen: %" PRIu64 " sample%s",
		port->samples, port->samples == 1 ? "" : "s");
	if (port->scrape_bps != NP_UNKNOWN) {
		if (port->speed != NP_UNKNOWN && port->speed)
			fprintf(out, ", at most %.2g%% of the link",
				(double)port->scrape_bps / 1e4 /
				(double)port->speed);
		else
			fprintf(out, ", at most %.3g Mbit/s",
				(double)port->scrape_bps / 1e6);
	}
	if (port->alerted != NP_UNKNOWN)
		fprintf(out, ", node_network_receive_drop_total +%" PRIu64,
			port->alerted);
	fputc('\n', out);
}

static void np_show_total(FILE *out, const struct np_burst_port *port,
			  double seconds)
{
	uint64_t percent = np_class_percent(port, np_quantile(port->hist,
							      NP_CLASSES,
							      0.99));

	fprintf(out, "%s %.3gs: %" PRIu64 " bursts of >= %" PRIu64
		" packets (%s), %" PRIu64 " full", port->name, seconds,
		port->bursts, port->high, np_how_names[port->how], port->full);
	if (percent != NP_UNKNOWN)
		fprintf(out, ", p99 occupancy <= %" PRIu64 "%%", percent);
	np_show_loss(out, port);
	fprintf(out, ", events lost %" PRIu64 "\n", port->events_lost);
	if (port->polls != NP_UNKNOWN && port->work != NP_UNKNOWN) {
		fprintf(out, "  %" PRIu64 " polls took %" PRIu64 " packets",
			port->polls, port->work);
		if (port->received != NP_UNKNOWN)
			fprintf(out, "; the interface counted %" PRIu64,
				port->received);
		fputc('\n', out);
	}
	np_show_scrape(out, port);
}

static void np_show_gaps(FILE *out, const struct np_bursts *all)
{
	uint64_t half = np_quantile(all->gaps, NP_GAPS, 0.5);
	uint64_t most = np_quantile(all->gaps, NP_GAPS, 0.999);
	char *a, *b;

	if (half == NP_UNKNOWN || most == NP_UNKNOWN)
		return;
	a = np_time_text(2ull << half);
	b = np_time_text(2ull << most);
	fprintf(out, "gap: p50 < %s, p99.9 < %s, all CPUs\n", a, b);
	free(a);
	free(b);
}

/**
 * np_show_bursts_summary - what was seen in all
 * @out: where to
 * @all: that
 */
void np_show_bursts_summary(FILE *out, const struct np_bursts *all)
{
	size_t i;

	for (i = 0; i < all->nr_port; i++)
		np_show_total(out, &all->port[i], (double)all->ns / 1e9);
	np_show_gaps(out, all);
	if (all->poll_ns != NP_UNKNOWN)
		fprintf(out, "overhead: %" PRIu64 " ns a poll", all->poll_ns);
	if (all->poll_ns != NP_UNKNOWN && all->gap_event_ns != NP_UNKNOWN)
		fprintf(out, ", %" PRIu64 " ns a softirq or switch",
			all->gap_event_ns);
	if (all->poll_ns != NP_UNKNOWN && all->cpu_ppm != NP_UNKNOWN)
		fprintf(out, ", %.2g%% of one CPU", (double)all->cpu_ppm / 1e4);
	if (all->poll_ns != NP_UNKNOWN)
		fputc('\n', out);
	for (i = 0; i < all->nr_missing; i++)
		fprintf(out, "missing   %s: %s%s%s\n", all->missing[i].what,
			all->missing[i].why, all->missing[i].hint ? "; " : "",
			all->missing[i].hint ? all->missing[i].hint : "");
}
