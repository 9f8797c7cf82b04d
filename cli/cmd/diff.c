// SPDX-License-Identifier: GPL-2.0-only
/*
 * napier diff BEFORE AFTER [DEV...]
 */
#include "cmd/cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "print/print.h"
#include "read/read.h"

/* As diff(1) has them. */
enum {
	NP_SAME = 0,
	NP_DIFFERS = 1,
	NP_TROUBLE = 2,
};

enum {
	NP_KEY_COUNTERS = 256,
};

struct np_diff {
	const char *places[2];
	size_t nr_places;
	bool counters;
	char **names;
	size_t count;
};

/* One of both sides. */
struct np_sides {
	struct np_source *src;
	struct np_host *host;
	uint64_t ns;
	uint64_t wall;
};

static error_t np_diff_parse(int key, char *arg, struct argp_state *state)
{
	struct np_diff *diff = state->input;

	switch (key) {
	case NP_KEY_COUNTERS:
		diff->counters = true;
		return 0;
	case ARGP_KEY_ARG:
		if (diff->nr_places < NP_COUNT(diff->places))
			diff->places[diff->nr_places++] = arg;
		else
			*np_more(diff->names, diff->count) = np_copy(arg);
		return 0;
	case ARGP_KEY_END:
		if (diff->nr_places < NP_COUNT(diff->places))
			argp_error(state, "BEFORE and AFTER: two snapshots, or \"live\"");
		return 0;
	}

	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option np_diff_options[] = {
	{ "counters", NP_KEY_COUNTERS, NULL, 0,
	  "what counters have gained, too", 0 },
	{ 0 },
};

static const struct argp np_diff_argp = {
	.options = np_diff_options,
	.parser = np_diff_parse,
	.args_doc = "BEFORE AFTER [DEV...]",
	.doc = "Tell which settings differ between two snapshots, or a snapshot and this system (live).  Without DEV, of all interfaces that have a device behind them.  Ends with 0 if they are the same, 1 if they differ, 2 if that cannot be told.",
};

/* ---- both sides ------------------------------------------------------------------- */

static bool np_side_open(struct np_sides *side, const char *place,
			 struct np_error *error)
{
	bool live = !strcmp(place, "live");

	side->src = live ? np_source_live() : np_source_open(place, error);
	if (!side->src)
		return false;
	side->ns = np_source_time(side->src);
	side->wall = np_source_wall(side->src);
	side->host = np_read_host(side->src);

	return true;
}

static void np_side_close(struct np_sides *side)
{
	np_host_free(side->host);
	if (side->src)
		np_source_free(side->src);
}

/* Between both; of two boots, or two hosts, by the time of day. */
static double np_apart(const struct np_sides *before,
		       const struct np_sides *after)
{
	if (!before->wall || !after->wall)
		return after->ns > before->ns ?
			(double)(after->ns - before->ns) / 1e9 : 0;
	if (after->wall <= before->wall)
		return 0;
	/* More exact, where the clock is the same: no boot lies in between. */
	if (after->ns > before->ns &&
	    (after->ns - before->ns) / 1000000000 <=
	    after->wall - before->wall + 1 &&
	    (after->ns - before->ns) / 1000000000 + 1 >=
	    after->wall - before->wall)
		return (double)(after->ns - before->ns) / 1e9;

	return (double)(after->wall - before->wall);
}

/* ---- an interface ------------------------------------------------------------------ */

static json_t *np_diff_port(const struct np_diff *diff,
			    const struct np_sides *sides, const char *name,
			    double seconds)
{
	struct np_port *before = np_read_port(sides[0].src, name);
	struct np_port *after = np_read_port(sides[1].src, name);
	json_t *object = NULL, *was, *is;

	if (before || after) {
		was = before ? np_json_port(before) : json_object();
		is = after ? np_json_port(after) : json_object();
		object = np_json_changed(name, before, after, was, is);
		if (diff->counters)
			json_object_set_new(object, "counters",
					    np_json_gained(was, is, seconds));
		json_decref(was);
		json_decref(is);
	}
	np_port_free(before);
	np_port_free(after);

	return object;
}

static bool np_listed(char *const *names, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return true;

	return false;
}

/* All that one side or the other has. */
static void np_diff_names(const struct np_sides *sides, char ***names,
			  size_t *count)
{
	char **all;
	size_t i, j;

	for (i = 0; i < 2; i++) {
		all = np_read_names(sides[i].src);
		for (j = 0; all && all[j]; j++)
			if (!np_listed(*names, *count, all[j]))
				*np_more(*names, *count) = np_copy(all[j]);
		np_list_free(all);
	}
}

/* ---- the command ------------------------------------------------------------------- */

static json_t *np_diff_document(const struct np_sides *sides, double seconds)
{
	json_t *document = np_json_document("napier.diff/1", sides[1].src);
	json_t *first = np_json_document("napier.diff/1", sides[0].src);
	json_t *was = np_json_host(sides[0].host);
	json_t *is = np_json_host(sides[1].host);

	json_object_del(first, "schema");
	json_object_set_new(document, "since", first);
	json_object_set_new(document, "seconds", json_real(seconds));
	json_object_set_new(document, "settings", np_json_changes(was, is));
	json_decref(was);
	json_decref(is);

	return document;
}

static int np_diff_say(const struct np_options *options, json_t *document)
{
	bool same = np_json_is_same(document);

	if (!options->json) {
		np_show_diff(stdout, document);
		json_decref(document);
	} else if (np_json_write(document, options->pretty)) {
		np_fail(options, "cannot write: %s", strerror(errno));
		return NP_TROUBLE;
	}

	return same ? NP_SAME : NP_DIFFERS;
}

/* All devices; the name of one that neither side has, or NULL. */
static const char *np_diff_devices(const struct np_diff *diff,
				   const struct np_sides *sides,
				   double seconds, json_t *devices)
{
	json_t *one;
	size_t i;

	for (i = 0; i < diff->count; i++) {
		one = np_diff_port(diff, sides, diff->names[i], seconds);
		if (!one)
			return diff->names[i];
		json_array_append_new(devices, one);
	}

	return NULL;
}

static int np_diff_both(const struct np_options *options,
			const struct np_diff *diff,
			const struct np_sides *sides)
{
	double seconds = np_apart(&sides[0], &sides[1]);
	json_t *document = np_diff_document(sides, seconds);
	json_t *devices = json_array();
	const char *missing;

	json_object_set_new(document, "devices", devices);
	missing = np_diff_devices(diff, sides, seconds, devices);
	if (!missing)
		return np_diff_say(options, document);
	json_decref(document);
	np_fail(options, "%s: neither has such an interface", missing);

	return NP_TROUBLE;
}

/**
 * np_cmd_diff - napier diff
 * @options: what stands before the command
 * @argc: words of the command
 * @argv: those
 *
 * Return: exit code of diff(1).
 */
int np_cmd_diff(const struct np_options *options, int argc, char **argv)
{
	struct np_sides sides[2] = {};
	struct np_error error = {};
	struct np_diff diff = {};
	int code = NP_TROUBLE;
	size_t i;

	argp_err_exit_status = NP_TROUBLE;
	if (np_words(options, &np_diff_argp, argc, argv, &diff))
		return NP_TROUBLE;
	if (np_side_open(&sides[0], diff.places[0], &error) &&
	    np_side_open(&sides[1], diff.places[1], &error)) {
		if (!diff.count)
			np_diff_names(sides, &diff.names, &diff.count);
		code = np_diff_both(options, &diff, sides);
	} else {
		np_fail(options, "%s", error.text);
	}
	np_side_close(&sides[0]);
	np_side_close(&sides[1]);
	for (i = 0; i < diff.count; i++)
		free(diff.names[i]);
	free(diff.names);

	return code;
}
