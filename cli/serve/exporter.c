// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is exported is read when it is asked for. What needs two samples is of
 * the last full window of the clock on the wall: so all who ask, however often,
 * see the same.
 */
#include "serve/exporter.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "judge/judge.h"
#include "judge/metrics.h"
#include "model/steady.h"
#include "read/read.h"

/* Who asks sooner gets the same again: reading has its price. */
#define NP_FRESH_NS	100000000ull

struct np_exporter {
	struct np_source *src;
	struct np_exporter_options options;
	regex_t regex;
	struct np_steady *steady;
	struct np_sample *begin;
	struct np_sample *end;
	uint64_t tick;
	struct np_metrics metrics;
	struct np_cardinality *devices;
	size_t nr_devices;
	uint64_t ns;
};

static uint64_t np_clock(clockid_t which)
{
	struct timespec now;

	clock_gettime(which, &now);

	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/**
 * np_exporter_alloc - an exporter
 * @src: source; not freed
 * @options: what to export; what it points to has to stay
 * @error: set if the pattern is none
 *
 * Return: freed with np_exporter_free(), or NULL.
 */
struct np_exporter *np_exporter_alloc(struct np_source *src,
				      const struct np_exporter_options *options,
				      struct np_error *error)
{
	struct np_exporter *exporter = np_alloc(sizeof(*exporter));
	char *whole, said[100];
	int code;

	whole = np_print("^(%s)$", options->pattern ? options->pattern : "");
	code = regcomp(&exporter->regex, whole, REG_EXTENDED | REG_NOSUB);
	free(whole);
	if (code) {
		regerror(code, &exporter->regex, said, sizeof(said));
		error->code = EINVAL;
		snprintf(error->text, sizeof(error->text), "%s: %s",
			 options->pattern, said);
		free(exporter);
		return NULL;
	}
	exporter->src = src;
	exporter->options = *options;
	exporter->steady = np_steady_alloc();

	return exporter;
}

static void np_exporter_forget(struct np_exporter *exporter)
{
	size_t i;

	np_metrics_free(&exporter->metrics);
	for (i = 0; i < exporter->nr_devices; i++)
		free(exporter->devices[i].device);
	free(exporter->devices);
	exporter->devices = NULL;
	exporter->nr_devices = 0;
}

/**
 * np_exporter_free - forget it
 * @exporter: or NULL
 */
void np_exporter_free(struct np_exporter *exporter)
{
	if (!exporter)
		return;
	np_exporter_forget(exporter);
	np_sample_free(exporter->begin);
	np_sample_free(exporter->end);
	np_steady_free(exporter->steady);
	regfree(&exporter->regex);
	free(exporter);
}

/* Those there are now: interfaces come and go. */
static char **np_exporter_names(struct np_exporter *exporter)
{
	char **names, **from, **to;

	if (!exporter->options.pattern)
		return np_read_names(exporter->src);
	names = np_source_list(exporter->src, "sys/class/net");
	for (from = to = names; from && *from; from++) {
		/* bonding_masters is a file there. */
		if (strcmp(*from, "bonding_masters") != 0 &&
		    !regexec(&exporter->regex, *from, 0, NULL, 0))
			*to++ = *from;
		else
			free(*from);
	}
	if (to)
		*to = NULL;

	return names;
}

static struct np_sample *np_exporter_try(struct np_exporter *exporter,
					 struct np_error *error)
{
	struct np_sample *sample;
	char **names;

	if (exporter->options.names)
		return np_read_sample(exporter->src, exporter->options.names,
				      error);
	names = np_exporter_names(exporter);
	if (!names) {
		error->code = errno;
		snprintf(error->text, sizeof(error->text),
			 "no list of interfaces: %s", strerror(errno));
		return NULL;
	}
	sample = np_read_sample(exporter->src, names, error);
	np_list_free(names);

	return sample;
}

static struct np_sample *np_exporter_sample(struct np_exporter *exporter,
					    struct np_error *error)
{
	struct np_sample *sample = np_exporter_try(exporter, error);

	/* One may just have gone; that is no reason to give nothing. */
	if (!sample && !exporter->options.names)
		sample = np_exporter_try(exporter, error);
	if (sample)
		np_steady_apply(exporter->steady, sample);

	return sample;
}

/**
 * np_exporter_boundary - one window ends, another begins
 * @exporter: exporter
 *
 * For those who have windows of their own; see np_exporter_tick().
 */
void np_exporter_boundary(struct np_exporter *exporter)
{
	struct np_error error = {};

	np_sample_free(exporter->begin);
	exporter->begin = exporter->end;
	exporter->end = np_exporter_sample(exporter, &error);
}

/**
 * np_exporter_tick - see whether a window has ended
 * @exporter: exporter
 *
 * Return: nanoseconds until the next one ends, UINT64_MAX without windows.
 */
uint64_t np_exporter_tick(struct np_exporter *exporter)
{
	uint64_t window = exporter->options.window, now;

	if (!window)
		return UINT64_MAX;
	now = np_clock(CLOCK_REALTIME);
	if (now / window != exporter->tick) {
		exporter->tick = now / window;
		np_exporter_boundary(exporter);
		now = np_clock(CLOCK_REALTIME);
	}

	return window - now % window;
}

static void np_exporter_success(struct np_metrics *all, const char *collector,
				bool success)
{
	np_series_label(np_metrics_add(all, NP_FAMILY_COLLECTOR_SUCCESS,
				       success),
			"collector", "%s", collector);
}

/* The series that are about the exporter. */
static void np_exporter_self(struct np_exporter *exporter,
			     const struct np_sample *sample, uint64_t evicted)
{
	struct np_metrics *all = &exporter->metrics;
	uint64_t took = np_clock(CLOCK_MONOTONIC) - exporter->ns;
	bool host = sample && sample->host && sample->host->nr_cpu;

	np_series_label(np_metrics_add(all, NP_FAMILY_BUILD, 1), "version",
			"%s", NP_VERSION);
	np_metrics_add(all, NP_FAMILY_UP, sample ? 1 : 0);
	if (exporter->options.collect & NP_COLLECT_DEVICE)
		np_exporter_success(all, "device", sample);
	if (exporter->options.collect & NP_COLLECT_QUEUE)
		np_exporter_success(all, "queue", sample);
	if (exporter->options.collect & NP_COLLECT_HOST)
		np_exporter_success(all, "host", host);
	np_metrics_add(all, NP_FAMILY_HTTP_EVICTED, evicted);
	np_metrics_add_real(all, NP_FAMILY_SCRAPE_DURATION,
			    (double)took / 1e9);
}

static void np_exporter_count(struct np_exporter *exporter,
			      const struct np_sample *sample)
{
	struct np_cardinality *device;
	size_t i;

	for (i = 0; i < sample->nr_port; i++) {
		const struct np_port *port = sample->port[i];

		device = np_more(exporter->devices, exporter->nr_devices);
		device->device = np_copy(port->name);
		device->queues = port->nr_rx > port->nr_tx ? port->nr_rx :
							     port->nr_tx;
		device->series = np_metrics_count(&exporter->metrics,
						  port->name);
	}
}

/* What is wrong, in the last full window. */
static void np_exporter_judge(struct np_exporter *exporter,
			      struct np_window *window)
{
	struct np_findings all;

	window->ns = window->after->ns - window->before->ns;
	np_judge(&all, window);
	np_metrics_findings(&exporter->metrics, &all);
	np_findings_free(&all);
}

/**
 * np_exporter_metrics - read, and say it as metrics
 * @exporter: exporter
 * @evicted: connections that were closed, NP_UNKNOWN without a server
 * @error: set if reading failed; there are metrics all the same, that say so
 *
 * Return: metrics, valid until the next call.
 */
const struct np_metrics *np_exporter_metrics(struct np_exporter *exporter,
					     uint64_t evicted,
					     struct np_error *error)
{
	uint64_t now = np_clock(CLOCK_MONOTONIC);
	struct np_window window = {
		.before = exporter->begin,
		.after = exporter->end,
	};
	struct np_sample *sample;

	if (exporter->ns && now - exporter->ns < NP_FRESH_NS)
		return &exporter->metrics;
	exporter->ns = now;
	np_exporter_forget(exporter);
	sample = np_exporter_sample(exporter, error);
	if (sample)
		np_metrics_sample(&exporter->metrics, sample,
				  exporter->options.collect,
				  sysconf(_SC_CLK_TCK));
	if (window.before && window.after &&
	    exporter->options.collect & NP_COLLECT_QUEUE) {
		window.ns = window.after->ns - window.before->ns;
		np_metrics_window(&exporter->metrics, &window);
	}
	if (window.before && window.after &&
	    exporter->options.collect & NP_COLLECT_DEVICE)
		np_exporter_judge(exporter, &window);
	np_exporter_self(exporter, sample, evicted);
	if (sample)
		np_exporter_count(exporter, sample);
	np_sample_free(sample);

	return &exporter->metrics;
}

/**
 * np_exporter_cardinality - how many series each interface has
 * @exporter: after np_exporter_metrics(), whose series are counted
 * @devices: set to interfaces, which stay the exporter's
 *
 * Return: how many interfaces.
 */
size_t np_exporter_cardinality(const struct np_exporter *exporter,
			       struct np_cardinality **devices)
{
	*devices = exporter->devices;

	return exporter->nr_devices;
}
