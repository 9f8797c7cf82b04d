// SPDX-License-Identifier: GPL-2.0-only
/*
 * napier export [DEV...]
 */
#include "cmd/export.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "judge/metrics.h"
#include "print/print.h"

/* Prometheus' list of ports has none like it; docs/metrics.md says more. */
#define NP_EXPORT_ADDRESS	"127.0.0.1:10182"
#define NP_EXPORT_WINDOW	10000000000ull

/* What is done; the first is done if nothing is said. */
enum np_export_way {
	NP_EXPORT_SERVE,
	NP_EXPORT_TEXTFILE,
	NP_EXPORT_ONCE,
	NP_EXPORT_CARDINALITY,
	NP_EXPORT_FILE,
};

struct np_export {
	struct np_exporter_options options;
	enum np_export_way way;
	bool chosen;
	bool windowed;
	enum np_exposition as;
	const char *address;
	const char *dir;
	const char *file;
	uint64_t every;
	char **names;
	size_t count;
};

enum {
	NP_KEY_LISTEN = 256,
	NP_KEY_TEXTFILE,
	NP_KEY_EVERY,
	NP_KEY_ONCE,
	NP_KEY_OPENMETRICS,
	NP_KEY_CARDINALITY,
	NP_KEY_RULES,
	NP_KEY_NODE_RULES,
	NP_KEY_DASHBOARD,
	NP_KEY_DEVICES,
	NP_KEY_COLLECTORS,
	NP_KEY_WINDOW,
};

static const struct argp_option np_export_options[] = {
	{ "listen", NP_KEY_LISTEN, "ADDR:PORT", 0,
	  "answer HTTP there (" NP_EXPORT_ADDRESS ")", 1 },
	{ "textfile", NP_KEY_TEXTFILE, "DIR", 0, "write DIR/napier.prom", 1 },
	{ "every", NP_KEY_EVERY, "TIME", 0, "again and again, with --textfile",
	  1 },
	{ "once", NP_KEY_ONCE, NULL, 0, "write to standard output", 1 },
	{ "openmetrics", NP_KEY_OPENMETRICS, NULL, 0,
	  "OpenMetrics 1.0 instead of text 0.0.4, with --once", 1 },
	{ "cardinality", NP_KEY_CARDINALITY, NULL, 0,
	  "how many series there are, and may be", 1 },
	{ "rules", NP_KEY_RULES, NULL, 0, "alert rules for Prometheus", 2 },
	{ "node-rules", NP_KEY_NODE_RULES, NULL, 0,
	  "alert rules where there is only node_exporter", 2 },
	{ "dashboard", NP_KEY_DASHBOARD, NULL, 0, "dashboard for Grafana", 2 },
	{ "devices", NP_KEY_DEVICES, "REGEX", 0,
	  "interfaces whose whole name it fits", 3 },
	{ "collectors", NP_KEY_COLLECTORS, "LIST", 0,
	  "some of device,queue,host", 3 },
	{ "window", NP_KEY_WINDOW, "TIME", 0,
	  "length of the windows for what needs two samples (10s)", 3 },
	{ 0 },
};

static void np_export_way(struct np_export *export, enum np_export_way way,
			  const char *file, struct argp_state *state)
{
	if (export->chosen)
		argp_error(state, "one of --listen, --textfile, --once, --cardinality, --rules, --node-rules, --dashboard");
	export->chosen = true;
	export->way = way;
	export->file = file;
}

static void np_export_collectors(struct np_export *export, const char *list,
				 struct argp_state *state)
{
	static const struct {
		const char *name;
		unsigned int bit;
	} collectors[] = {
		{ "device", NP_COLLECT_DEVICE },
		{ "queue", NP_COLLECT_QUEUE },
		{ "host", NP_COLLECT_HOST },
	};
	char *copy = np_copy(list), *rest = copy, *word;
	size_t i;

	export->options.collect = 0;
	while ((word = strsep(&rest, ","))) {
		for (i = 0; i < NP_COUNT(collectors); i++)
			if (!strcmp(word, collectors[i].name))
				break;
		if (i == NP_COUNT(collectors))
			argp_error(state, "%s: no such collector", word);
		else
			export->options.collect |= collectors[i].bit;
	}
	free(copy);
}

static void np_export_time(uint64_t *ns, const char *arg,
			   struct argp_state *state)
{
	if (!np_parse_time(arg, ns) || *ns < 1000000)
		argp_error(state, "%s: no time, or below 1ms", arg);
}

static error_t np_export_parse_way(int key, char *arg,
				   struct argp_state *state)
{
	struct np_export *export = state->input;

	switch (key) {
	case NP_KEY_LISTEN:
		export->address = arg;
		np_export_way(export, NP_EXPORT_SERVE, NULL, state);
		return 0;
	case NP_KEY_TEXTFILE:
		export->dir = arg;
		np_export_way(export, NP_EXPORT_TEXTFILE, NULL, state);
		return 0;
	case NP_KEY_ONCE:
		np_export_way(export, NP_EXPORT_ONCE, NULL, state);
		return 0;
	case NP_KEY_CARDINALITY:
		np_export_way(export, NP_EXPORT_CARDINALITY, NULL, state);
		return 0;
	case NP_KEY_RULES:
		np_export_way(export, NP_EXPORT_FILE, "napier.rules.yml",
			      state);
		return 0;
	case NP_KEY_NODE_RULES:
		np_export_way(export, NP_EXPORT_FILE, "node.rules.yml", state);
		return 0;
	case NP_KEY_DASHBOARD:
		np_export_way(export, NP_EXPORT_FILE, "napier.json", state);
		return 0;
	}

	return ARGP_ERR_UNKNOWN;
}

static error_t np_export_parse(int key, char *arg, struct argp_state *state)
{
	struct np_export *export = state->input;

	switch (key) {
	case NP_KEY_EVERY:
		np_export_time(&export->every, arg, state);
		return 0;
	case NP_KEY_OPENMETRICS:
		export->as = NP_EXPOSITION_OPENMETRICS;
		return 0;
	case NP_KEY_DEVICES:
		export->options.pattern = arg;
		return 0;
	case NP_KEY_COLLECTORS:
		np_export_collectors(export, arg, state);
		return 0;
	case NP_KEY_WINDOW:
		np_export_time(&export->options.window, arg, state);
		export->windowed = true;
		return 0;
	case ARGP_KEY_ARG:
		if (strcmp(arg, "dev") || !state->argv[state->next])
			*np_more(export->names, export->count) = arg;
		return 0;
	case ARGP_KEY_END:
		if (export->count && export->options.pattern)
			argp_error(state, "DEV or --devices, not both");
		if (export->every && export->way != NP_EXPORT_TEXTFILE)
			argp_error(state, "--every is for --textfile");
		if (export->as && export->way != NP_EXPORT_ONCE)
			argp_error(state, "--openmetrics is for --once");
		return 0;
	}

	return np_export_parse_way(key, arg, state);
}

static const struct argp np_export_argp = {
	.options = np_export_options,
	.parser = np_export_parse,
	.args_doc = "[DEV...]",
	.doc = "Metrics for Prometheus: over HTTP, until a signal comes, or as the options say.  Without DEV, of all interfaces that have a device behind them.",
};

/* A window of its own, if one was asked for: who asks once cannot wait unasked. */
static const struct np_metrics *np_export_read(struct np_export *export,
					       struct np_exporter *exporter,
					       struct np_error *error)
{
	struct timespec pause = {
		.tv_sec = (time_t)(export->options.window / 1000000000),
		.tv_nsec = (long)(export->options.window % 1000000000),
	};

	if (export->windowed) {
		np_exporter_boundary(exporter);
		while (nanosleep(&pause, &pause) && errno == EINTR)
			;
		np_exporter_boundary(exporter);
	}

	return np_exporter_metrics(exporter, NP_UNKNOWN, error);
}

static int np_export_once(const struct np_options *options,
			  struct np_export *export,
			  struct np_exporter *exporter)
{
	struct np_error error = {};
	const struct np_metrics *metrics;

	metrics = np_export_read(export, exporter, &error);
	if (error.code)
		return np_fail(options, "%s", error.text);
	np_print_metrics(stdout, metrics, export->as);

	return NP_OK;
}

static int np_export_count(const struct np_options *options,
			   struct np_export *export,
			   struct np_exporter *exporter)
{
	struct np_cardinality *devices;
	struct np_error error = {};
	const struct np_metrics *metrics;
	json_t *document, *part;
	size_t count, host;

	metrics = np_export_read(export, exporter, &error);
	if (error.code)
		return np_fail(options, "%s", error.text);
	count = np_exporter_cardinality(exporter, &devices);
	host = np_metrics_count(metrics, NULL);
	if (!options->json) {
		np_print_cardinality(stdout, devices, count, host);
		return NP_OK;
	}
	document = np_json_document("napier.export/1", NULL);
	part = np_json_cardinality(devices, count, host);
	json_object_update(document, part);
	json_decref(part);
	if (np_json_write(document, options->pretty))
		return np_fail(options, "cannot write: %s", strerror(errno));

	return NP_OK;
}

static int np_export_file(const struct np_options *options, const char *name)
{
	const struct np_export_file *file;
	const char *const *line;

	for (file = np_export_files; file->name; file++)
		if (!strcmp(file->name, name)) {
			for (line = file->lines; *line; line++)
				fputs(*line, stdout);
			return NP_OK;
		}

	return np_fail(options, "%s is not part of this program", name);
}

static int np_export_run(const struct np_options *options,
			 struct np_export *export)
{
	struct np_exporter *exporter;
	struct np_error error = {};
	int code = NP_FAILED;

	exporter = np_exporter_alloc(options->src, &export->options, &error);
	if (!exporter)
		return np_fail(options, "%s", error.text);
	switch (export->way) {
	case NP_EXPORT_SERVE:
		code = np_export_serve(options, exporter, export->address);
		break;
	case NP_EXPORT_TEXTFILE:
		code = np_export_textfile(options, exporter, export->dir,
					  export->every);
		break;
	case NP_EXPORT_ONCE:
		code = np_export_once(options, export, exporter);
		break;
	default:
		code = np_export_count(options, export, exporter);
	}
	np_exporter_free(exporter);

	return code;
}

/**
 * np_cmd_export - napier export
 * @options: what stands before the command
 * @argc: words of the command
 * @argv: those
 *
 * Return: exit code.
 */
int np_cmd_export(const struct np_options *options, int argc, char **argv)
{
	struct np_export export = {
		.options = {
			.collect = NP_COLLECT_ALL,
			.window = NP_EXPORT_WINDOW,
		},
		.address = NP_EXPORT_ADDRESS,
	};
	int code;

	if (np_words(options, &np_export_argp, argc, argv, &export))
		return NP_FAILED;
	if (export.way == NP_EXPORT_FILE)
		return np_export_file(options, export.file);
	if (options->json && export.way != NP_EXPORT_CARDINALITY)
		return np_fail(options, "export: JSON is for --cardinality");
	if (export.count) {
		*np_more(export.names, export.count) = NULL;
		export.options.names = export.names;
	}
	code = np_export_run(options, &export);
	free(export.names);

	return code;
}
