// SPDX-License-Identifier: GPL-2.0-only
/*
 * napier bursts [DEV...]
 */
#include "cmd/bursts.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "print/print.h"
#include "read/read.h"
#include "read/replay.h"

enum {
	NP_KEY_FOR = 256,
	NP_KEY_OCCUPANCY,
	NP_KEY_RECORD,
	NP_KEY_REPLAY,
	NP_KEY_SVG,
	NP_KEY_HEATMAP,
	NP_KEY_RING,
	NP_KEY_ARRIVALS,
	NP_KEY_OVERHEAD,
	NP_KEY_NO_GAPS,
	NP_KEY_COARSE,
};

/* The command line: files are opened when all of it is known to be good. */
struct np_bursts_line {
	struct np_bursts_job job;
	const char *record;
	const char *replay;
	const char *svg;
	size_t count;
};

/* "50", "50%", "0.5%". */
static bool np_parse_percent(const char *text, double *percent)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*percent = strtod(text, &end);
	if (*end == '%')
		end++;

	return !*end && *percent > 0 && *percent <= 100;
}

static void np_bursts_percent(struct argp_state *state, const char *arg,
			      double least, double *percent)
{
	if (!np_parse_percent(arg, percent) || *percent < least)
		argp_error(state, "%s: a percentage from %g%% to 100%%", arg,
			   least);
}

static void np_bursts_number(struct argp_state *state, const char *arg,
			     uint64_t max, uint64_t *number)
{
	if (!np_parse_u64(arg, number) || !*number || *number > max)
		argp_error(state, "%s: a number from 1 to %llu", arg,
			   (unsigned long long)max);
}

/* Those with a number. */
static error_t np_bursts_value(int key, char *arg, struct argp_state *state)
{
	struct np_bursts_line *line = state->input;
	double percent = 100;

	switch (key) {
	case NP_KEY_FOR:
		if (!np_parse_time(arg, &line->job.ns) || !line->job.ns)
			argp_error(state, "%s: a time, as in 10s or 500ms",
				   arg);
		return 0;
	case NP_KEY_OCCUPANCY:
		np_bursts_percent(state, arg, 1, &percent);
		line->job.percent = (unsigned int)percent;
		return 0;
	case NP_KEY_OVERHEAD:
		np_bursts_percent(state, arg, 0.001, &percent);
		line->job.overhead_ppm = (uint64_t)llround(percent * 1e4);
		return 0;
	case NP_KEY_RING:
		np_bursts_number(state, arg, 1u << 20, &line->job.ring);
		return 0;
	case NP_KEY_ARRIVALS:
		np_bursts_number(state, arg, 2000000000, &line->job.arrivals);
		return 0;
	}

	return ARGP_ERR_UNKNOWN;
}

static error_t np_bursts_parse(int key, char *arg, struct argp_state *state)
{
	struct np_bursts_line *line = state->input;

	switch (key) {
	case NP_KEY_RECORD:
		line->record = arg;
		return 0;
	case NP_KEY_REPLAY:
		line->replay = arg;
		return 0;
	case NP_KEY_SVG:
		line->svg = arg;
		return 0;
	case NP_KEY_HEATMAP:
		line->job.heatmap = true;
		return 0;
	case NP_KEY_NO_GAPS:
		line->job.gaps = false;
		return 0;
	case NP_KEY_COARSE:
		line->job.coarse = true;
		return 0;
	case ARGP_KEY_ARG:
		if (strcmp(arg, "dev") || !state->argv[state->next])
			*np_more(line->job.names, line->count) = arg;
		return 0;
	case ARGP_KEY_END:
		if (line->replay && (line->record || line->count ||
				     line->job.coarse))
			argp_error(state, "--replay: neither DEV nor --record nor --coarse with it");
		return 0;
	}

	return np_bursts_value(key, arg, state);
}

static const struct argp_option np_bursts_options[] = {
	{ "for", NP_KEY_FOR, "TIME", 0, "how long (until interrupted)", 0 },
	{ "min-occupancy", NP_KEY_OCCUPANCY, "PERCENT", 0,
	  "of the ring, from which on it is a burst (50%)", 0 },
	{ "record", NP_KEY_RECORD, "FILE", 0, "keep all that was seen", 0 },
	{ "replay", NP_KEY_REPLAY, "FILE", 0, "show what was kept", 0 },
	{ "heatmap", NP_KEY_HEATMAP, NULL, 0,
	  "time and occupancy as characters", 0 },
	{ "svg", NP_KEY_SVG, "FILE", 0, "time and occupancy as a picture", 0 },
	{ "ring", NP_KEY_RING, "N", 0,
	  "descriptors, where the driver does not tell", 0 },
	{ "arrivals", NP_KEY_ARRIVALS, "PPS", 0,
	  "packets per second that can arrive, where no wire limits it", 0 },
	{ "max-overhead", NP_KEY_OVERHEAD, "PERCENT", 0,
	  "of one CPU; stop if watching takes more", 0 },
	{ "no-gaps", NP_KEY_NO_GAPS, NULL, 0,
	  "do not measure how long polls have to wait", 0 },
	{ "coarse", NP_KEY_COARSE, NULL, 0,
	  "counters each millisecond, where BPF cannot be had", 0 },
	{ 0 },
};

static const struct argp np_bursts_argp = {
	.options = np_bursts_options,
	.parser = np_bursts_parse,
	.args_doc = "[DEV...]",
	.doc = "Watch receive rings fill, poll by poll: how many packets waited, for what, and what was lost.  Without DEV, all interfaces that have a device behind them.",
};

/* A line for programs; to people who watch, at once. */
static void np_bursts_line(FILE *out, json_t *object)
{
	json_dumpf(object, out, JSON_COMPACT);
	fputc('\n', out);
	fflush(out);
	json_decref(object);
}

/**
 * np_bursts_begin - say what is watched
 * @job: where to
 * @all: what is watched
 */
void np_bursts_begin(const struct np_bursts_job *job,
		     const struct np_bursts *all)
{
	if (job->record)
		np_bursts_line(job->record, np_json_bursts_start(all));
	if (job->options->json)
		np_bursts_line(stdout, np_json_bursts_start(all));
	else
		np_show_bursts_head(stdout);
}

/**
 * np_bursts_tell - tell of an event
 * @job: where to
 * @all: what is watched
 * @burst: event
 */
void np_bursts_tell(const struct np_bursts_job *job,
		    const struct np_bursts *all, const struct np_burst *burst)
{
	if (job->record)
		np_bursts_line(job->record, np_json_burst(all, burst));
	if (job->options->json)
		np_bursts_line(stdout, np_json_burst(all, burst));
	else
		np_show_burst(stdout, all, burst);
	fflush(stdout);
}

/* Intervals with polls in them. */
static void np_bursts_heat(FILE *out, const struct np_bursts *all)
{
	static const struct np_heat none;
	size_t i, tick;

	for (i = 0; i < all->nr_port; i++)
		for (tick = 0; tick < all->port[i].nr_heat; tick++)
			if (memcmp(&all->port[i].heat[tick], &none,
				   sizeof(none)))
				np_bursts_line(out, np_json_heat(all, i, tick));
}

/**
 * np_bursts_finish - say what was seen in all
 * @job: where to
 * @all: that
 *
 * Return: exit code.
 */
int np_bursts_finish(const struct np_bursts_job *job,
		     const struct np_bursts *all)
{
	size_t i;

	if (job->record) {
		np_bursts_heat(job->record, all);
		np_bursts_line(job->record, np_json_bursts_summary(all));
		if (fflush(job->record) || ferror(job->record))
			return np_fail(job->options, "--record: cannot write: %s",
				       strerror(errno));
	}
	if (job->svg && np_svg_heatmap(job->svg, all))
		return np_fail(job->options, "--svg: cannot write: %s",
			       strerror(errno));
	if (job->options->json) {
		np_bursts_line(stdout, np_json_bursts_summary(all));
		return NP_OK;
	}
	for (i = 0; job->heatmap && i < all->nr_port; i++)
		np_show_heatmap(stdout, &all->port[i], all->tick);
	np_show_bursts_summary(stdout, all);

	return NP_OK;
}

static void np_bursts_replayed(struct np_bursts *all,
			       const struct np_burst *burst, void *data)
{
	if (burst)
		np_bursts_tell(data, all, burst);
	else
		np_bursts_begin(data, all);
}

static int np_bursts_replay(struct np_bursts_job *job, const char *path)
{
	struct np_error error = {};
	struct np_bursts all = {};
	FILE *in = fopen(path, "re");
	int code;

	if (!in)
		return np_fail(job->options, "%s: %s", path, strerror(errno));
	if (np_replay(in, &all, np_bursts_replayed, job, &error))
		code = np_fail(job->options, "%s: %s", path, error.text);
	else
		code = np_bursts_finish(job, &all);
	fclose(in);
	np_bursts_clear(&all);

	return code;
}

static int np_bursts_live(struct np_bursts_job *job)
{
	struct np_bursts all = {};
	char **names = NULL;
	int code = NP_OK;

	if (!np_source_is_live(job->options->src))
		return np_fail(job->options, "a snapshot has no bursts; --replay FILE shows a recording");
	if (!job->names) {
		names = np_read_names(job->options->src);
		job->names = names;
		if (!names || !*names)
			code = np_fail(job->options, "no interface has a device behind it; name one");
	}
	if (code == NP_OK)
		code = np_bursts_watch(job, &all);
	np_bursts_clear(&all);
	if (names)
		job->names = NULL;
	np_list_free(names);

	return code;
}

static int np_bursts_file(const struct np_options *options, const char *path,
			  FILE **file)
{
	if (!path)
		return NP_OK;
	*file = fopen(path, "we");
	if (!*file)
		return np_fail(options, "%s: %s", path, strerror(errno));

	return NP_OK;
}

/**
 * np_cmd_bursts - napier bursts
 * @options: what stands before the command
 * @argc: words of the command
 * @argv: those
 *
 * Return: exit code; NP_REFUSED if the kernel or its rules do not allow it.
 */
int np_cmd_bursts(const struct np_options *options, int argc, char **argv)
{
	struct np_bursts_line line = {
		.job = {
			.options = options,
			.percent = 50,
			.ring = NP_UNKNOWN,
			.arrivals = NP_UNKNOWN,
			.overhead_ppm = NP_UNKNOWN,
			.gaps = true,
		},
	};
	int code;

	if (np_words(options, &np_bursts_argp, argc, argv, &line))
		return NP_FAILED;
	if (line.count)
		*np_more(line.job.names, line.count) = NULL;
	code = np_bursts_file(options, line.record, &line.job.record);
	if (code == NP_OK)
		code = np_bursts_file(options, line.svg, &line.job.svg);
	if (code == NP_OK)
		code = line.replay ? np_bursts_replay(&line.job, line.replay) :
				     np_bursts_live(&line.job);
	if (line.job.record)
		fclose(line.job.record);
	if (line.job.svg)
		fclose(line.job.svg);
	free(line.job.names);

	return code;
}
