// SPDX-License-Identifier: GPL-2.0-only
/*
 * napier snapshot DIR [DEV...]
 */
#include "cmd/cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "read/read.h"

enum {
	NP_KEY_FOR = 256,
};

struct np_snapshot {
	const char *dir;
	uint64_t window;
	char **names;
	size_t count;
};

static error_t np_snapshot_parse(int key, char *arg, struct argp_state *state)
{
	struct np_snapshot *snapshot = state->input;

	switch (key) {
	case NP_KEY_FOR:
		if (!np_parse_time(arg, &snapshot->window))
			argp_error(state, "%s: a time, as in 10s or 500ms",
				   arg);
		return 0;
	case ARGP_KEY_ARG:
		if (!snapshot->dir)
			snapshot->dir = arg;
		else
			*np_more(snapshot->names, snapshot->count) = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "DIR: where to put it");
	}

	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option np_snapshot_options[] = {
	{ "for", NP_KEY_FOR, "TIME", 0, "between two samples (10s)", 0 },
	{ 0 },
};

static const struct argp np_snapshot_argp = {
	.options = np_snapshot_options,
	.parser = np_snapshot_parse,
	.args_doc = "DIR [DEV...]",
	.doc = "Keep all that napier reads in a directory, twice: for other commands with --root, here or elsewhere.",
};

/* One sample: whatever is read leaves its copy. */
static struct np_sample *np_sample(const struct np_options *options,
				   char **names, const char *dir, int number,
				   struct np_error *error)
{
	char *path = np_print("%s/%d", dir, number);
	int err;

	err = np_source_record(options->src, path, error);
	free(path);
	if (err)
		return NULL;
	np_list_free(np_read_names(options->src));

	return np_read_sample(options->src, names, error);
}

static int np_take(const struct np_options *options,
		   const struct np_snapshot *snapshot, char **names)
{
	struct timespec pause = {
		.tv_sec = (time_t)(snapshot->window / 1000000000),
		.tv_nsec = (long)(snapshot->window % 1000000000),
	};
	struct np_sample *before, *after = NULL;
	struct np_error error = {};
	struct np_window window;

	/* One that is there may be somebody's evidence. */
	if (mkdir(snapshot->dir, 0777))
		return np_fail(options, "%s: %s", snapshot->dir,
			       strerror(errno));
	before = np_sample(options, names, snapshot->dir, 1, &error);
	if (before) {
		while (nanosleep(&pause, &pause) && errno == EINTR)
			;
		after = np_sample(options, names, snapshot->dir, 2, &error);
	}
	if (after) {
		window = (struct np_window){ .before = before, .after = after };
		np_read_owners(options->src, &window, after->host);
	}
	np_sample_free(before);
	np_sample_free(after);

	return after ? NP_OK : np_fail(options, "%s", error.text);
}

/**
 * np_cmd_snapshot - napier snapshot
 * @options: what stands before the command
 * @argc: words of the command
 * @argv: those
 *
 * Return: exit code.
 */
int np_cmd_snapshot(const struct np_options *options, int argc, char **argv)
{
	struct np_snapshot snapshot = { .window = 10000000000 };
	char **all;
	int code;

	if (np_words(options, &np_snapshot_argp, argc, argv, &snapshot))
		return NP_FAILED;
	if (snapshot.count) {
		*np_more(snapshot.names, snapshot.count) = NULL;
		code = np_take(options, &snapshot, snapshot.names);
	} else {
		all = np_read_names(options->src);
		code = all ? np_take(options, &snapshot, all) :
			     np_fail(options, "no list of interfaces: %s",
				     strerror(errno));
		np_list_free(all);
	}
	free(snapshot.names);

	return code;
}
