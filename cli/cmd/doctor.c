// SPDX-License-Identifier: GPL-2.0-only
/*
 * napier doctor [DEV...] [--for TIME] [--follow] [--exit-zero], and
 * napier check, which says the same in a line for monitoring.
 */
#include "cmd/window.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"
#include "print/print.h"
#include "read/read.h"

enum {
	NP_KEY_FOR = 256,
	NP_KEY_FOLLOW,
	NP_KEY_EXIT_ZERO,
};

/* Exit codes of monitoring plugins. */
enum {
	NP_STATE_OK = 0,
	NP_STATE_WARNING = 1,
	NP_STATE_CRITICAL = 2,
	NP_STATE_UNKNOWN = 3,
};

struct np_doctor {
	const struct np_options *options;
	bool check;
	bool follow;
	bool exit_zero;
	uint64_t window;
	char **names;
	size_t count;
};

static void np_stop(int number)
{
	(void)number;
	np_window_hurry();
}

static error_t np_doctor_parse(int key, char *arg, struct argp_state *state)
{
	struct np_doctor *doctor = state->input;

	switch (key) {
	case NP_KEY_FOR:
		if (!np_parse_time(arg, &doctor->window) || !doctor->window)
			argp_error(state, "%s: a time, as in 10s or 500ms",
				   arg);
		return 0;
	case NP_KEY_FOLLOW:
		doctor->follow = true;
		return 0;
	case NP_KEY_EXIT_ZERO:
		doctor->exit_zero = true;
		return 0;
	case ARGP_KEY_ARG:
		/* As with ip: the word may stand before a name. */
		if (strcmp(arg, "dev") || !state->argv[state->next])
			*np_more(doctor->names, doctor->count) = arg;
		return 0;
	}

	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option np_doctor_options[] = {
	{ "for", NP_KEY_FOR, "TIME", 0, "how long to look (10s)", 0 },
	{ "follow", NP_KEY_FOLLOW, NULL, 0,
	  "again and again, and tell what begins and what is over", 0 },
	{ "exit-zero", NP_KEY_EXIT_ZERO, NULL, 0,
	  "end with 0 whatever is found", 0 },
	{ 0 },
};

static const struct argp np_doctor_argp = {
	.options = np_doctor_options,
	.parser = np_doctor_parse,
	.args_doc = "[DEV...]",
	.doc = "Name what is wrong, with what proves it and what helps.  Without DEV, with all interfaces that have a device behind them.  Ends with 0 if all is well, 1 with a warning, 2 if it is critical, 3 if it cannot be told.",
};

static const struct argp_option np_check_options[] = {
	{ "for", NP_KEY_FOR, "TIME", 0, "how long to look (10s)", 0 },
	{ 0 },
};

static const struct argp np_check_argp = {
	.options = np_check_options,
	.parser = np_doctor_parse,
	.args_doc = "[DEV...]",
	.doc = "What `doctor` finds, in a line for monitoring systems, with counters behind it.  Ends with 0 if all is well, 1 with a warning, 2 if it is critical, 3 if it cannot be told.",
};

static int np_state(const struct np_findings *all)
{
	/* The worst comes first. */
	if (!all->count || all->item[0].severity == NP_SEVERITY_INFO)
		return NP_STATE_OK;

	return all->item[0].severity == NP_SEVERITY_CRITICAL ?
		NP_STATE_CRITICAL : NP_STATE_WARNING;
}

/* ---- check ------------------------------------------------------------------------------ */

static void np_check_line(const struct np_findings *all)
{
	size_t i;

	for (i = 0; i < all->count; i++) {
		const struct np_finding *one = &all->item[i];

		if (one->severity == NP_SEVERITY_INFO)
			continue;
		printf("%s%s%s%s: %s", i ? "; " : "", one->dev ? one->dev : "",
		       one->dev ? " " : "", one->id, one->summary);
	}
}

static void np_check_counters(const struct np_window *window)
{
	static const char *const fields[] = {
		"rx_packets", "tx_packets", "rx_missed_errors", "rx_dropped",
		"rx_fifo_errors", "tx_dropped",
	};
	const struct np_sample *sample = window->after;
	uint64_t value;
	size_t i, j;

	printf(" |");
	for (i = 0; i < sample->nr_port; i++)
		for (j = 0; j < NP_COUNT(fields); j++) {
			value = np_value_of(sample->port[i]->link,
					    sample->port[i]->nr_link,
					    fields[j]);
			if (value != NP_UNKNOWN)
				printf(" '%s_%s'=%lluc", sample->port[i]->name,
				       fields[j], (unsigned long long)value);
		}
}

static int np_check_say(const struct np_findings *all,
			const struct np_window *window)
{
	static const char *const states[] = { "OK", "WARNING", "CRITICAL" };
	int state = np_state(all);

	printf("NAPIER %s - ", states[state]);
	if (state)
		np_check_line(all);
	else
		printf("nothing found in %.1f s", (double)window->ns / 1e9);
	np_check_counters(window);
	putchar('\n');

	return state;
}

/* ---- doctor ----------------------------------------------------------------------------- */

static int np_doctor_json(const struct np_doctor *doctor,
			  const struct np_findings *all,
			  const struct np_window *window)
{
	json_t *document = np_json_document("napier.doctor/1",
					    doctor->options->src);
	json_t *names = json_array();
	size_t i;

	json_object_set_new(document, "seconds",
			    json_real((double)window->ns / 1e9));
	for (i = 0; i < window->after->nr_port; i++)
		json_array_append_new(names,
				      json_string(window->after->port[i]->name));
	json_object_set_new(document, "devices", names);
	np_json_findings(document, all);
	if (np_json_write(document, doctor->options->pretty)) {
		np_fail(doctor->options, "cannot write: %s", strerror(errno));
		return NP_STATE_UNKNOWN;
	}

	return np_state(all);
}

static int np_doctor_say(const struct np_doctor *doctor,
			 const struct np_findings *all,
			 const struct np_window *window)
{
	if (doctor->options->json)
		return np_doctor_json(doctor, all, window);
	if (doctor->check)
		return np_check_say(all, window);
	np_show_findings(stdout, all, window);

	return np_state(all);
}

static bool np_is_same(const struct np_finding *a, const struct np_finding *b)
{
	return !strcmp(a->id, b->id) &&
	       !strcmp(a->dev ? a->dev : "", b->dev ? b->dev : "") &&
	       !strcmp(a->scope ? a->scope : "", b->scope ? b->scope : "");
}

static bool np_has(const struct np_findings *all, const struct np_finding *one)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (np_is_same(&all->item[i], one))
			return true;

	return false;
}

/* What has begun since the last time, and what is over. */
static void np_follow_say(const struct np_findings *last,
			  const struct np_findings *now)
{
	size_t i;

	for (i = 0; i < now->count; i++)
		if (!np_has(last, &now->item[i]))
			np_show_finding(stdout, &now->item[i]);
	for (i = 0; i < last->count; i++)
		if (!np_has(now, &last->item[i]))
			printf("over      %s  %s\n\n", last->item[i].id,
			       last->item[i].dev ? last->item[i].dev : "host");
	fflush(stdout);
}

/* One look; what was found stays with the caller. */
static int np_look(const struct np_doctor *doctor, char *const *names,
		   struct np_findings *all, const struct np_findings *last)
{
	struct np_error error = {};
	struct np_taken taken;
	int state;

	if (np_window_take_flows(doctor->options, names, doctor->window, &taken,
				 &error)) {
		np_fail(doctor->options, "%s", error.text);
		return NP_STATE_UNKNOWN;
	}
	if (!taken.window.ns) {
		np_fail(doctor->options, "the snapshot has one sample; two are needed to tell what happened in between");
		np_window_free(&taken);
		return NP_STATE_UNKNOWN;
	}
	np_judge(all, &taken.window);
	state = np_state(all);
	if (!last)
		state = np_doctor_say(doctor, all, &taken.window);
	else if (doctor->options->json)
		state = np_doctor_json(doctor, all, &taken.window);
	else
		np_follow_say(last, all);
	np_window_free(&taken);

	return state;
}

static int np_follow(const struct np_doctor *doctor, char *const *names)
{
	struct sigaction action = { .sa_handler = np_stop };
	struct np_findings last = {}, now;
	int state, worst = NP_STATE_OK;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	while (!np_window_hurried()) {
		now = (struct np_findings){};
		state = np_look(doctor, names, &now, &last);
		np_findings_free(&last);
		last = now;
		if (state == NP_STATE_UNKNOWN) {
			worst = state;
			break;
		}
		if (state > worst)
			worst = state;
	}
	np_findings_free(&last);

	return worst;
}

static int np_doctor_run(const struct np_doctor *doctor, char *const *names)
{
	struct np_findings all = {};
	int state;

	if (doctor->follow && !np_source_is_live(doctor->options->src)) {
		np_fail(doctor->options, "a snapshot cannot be followed");
		return NP_STATE_UNKNOWN;
	}
	if (doctor->follow)
		return np_follow(doctor, names);
	state = np_look(doctor, names, &all, NULL);
	np_findings_free(&all);

	return state;
}

static int np_doctor_all(struct np_doctor *doctor)
{
	char **all;
	int state;

	if (doctor->count) {
		*np_more(doctor->names, doctor->count) = NULL;
		return np_doctor_run(doctor, doctor->names);
	}
	all = np_read_names(doctor->options->src);
	if (all && *all) {
		state = np_doctor_run(doctor, all);
	} else {
		np_fail(doctor->options, "%s", all ?
			"no interface has a device behind it; name one" :
			"no list of interfaces");
		state = NP_STATE_UNKNOWN;
	}
	np_list_free(all);

	return state;
}

static int np_doctor_cmd(struct np_doctor *doctor, const struct argp *argp,
			 int argc, char **argv)
{
	int state;

	/* What was asked for in a wrong way is not a warning. */
	argp_err_exit_status = NP_STATE_UNKNOWN;
	doctor->window = 10000000000;
	if (np_words(doctor->options, argp, argc, argv, doctor))
		return NP_STATE_UNKNOWN;
	state = np_doctor_all(doctor);
	free(doctor->names);

	return doctor->exit_zero && state != NP_STATE_UNKNOWN ? NP_STATE_OK :
								state;
}

/**
 * np_cmd_doctor - napier doctor
 * @options: what stands before the command
 * @argc: words of the command
 * @argv: those
 *
 * Return: exit code of monitoring plugins.
 */
int np_cmd_doctor(const struct np_options *options, int argc, char **argv)
{
	struct np_doctor doctor = { .options = options };

	return np_doctor_cmd(&doctor, &np_doctor_argp, argc, argv);
}

/**
 * np_cmd_check - napier check
 * @options: what stands before the command
 * @argc: words of the command
 * @argv: those
 *
 * Return: exit code of monitoring plugins.
 */
int np_cmd_check(const struct np_options *options, int argc, char **argv)
{
	struct np_doctor doctor = { .options = options, .check = true };

	return np_doctor_cmd(&doctor, &np_check_argp, argc, argv);
}
