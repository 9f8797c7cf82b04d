// SPDX-License-Identifier: GPL-2.0-only
/*
 * napier drops [DEV...] [--for TIME]
 */
#include "cmd/window.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"
#include "print/print.h"
#include "read/read.h"

enum {
	NP_KEY_FOR = 256,
};

struct np_drops {
	uint64_t window;
	char **names;
	size_t count;
};

static error_t np_drops_parse(int key, char *arg, struct argp_state *state)
{
	struct np_drops *drops = state->input;

	switch (key) {
	case NP_KEY_FOR:
		if (!np_parse_time(arg, &drops->window) || !drops->window)
			argp_error(state, "%s: a time, as in 10s or 500ms",
				   arg);
		return 0;
	case ARGP_KEY_ARG:
		/* As with ip: the word may stand before a name. */
		if (strcmp(arg, "dev") || !state->argv[state->next])
			*np_more(drops->names, drops->count) = arg;
		return 0;
	}

	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option np_drops_options[] = {
	{ "for", NP_KEY_FOR, "TIME", 0, "how long to count (10s)", 0 },
	{ 0 },
};

static const struct argp np_drops_argp = {
	.options = np_drops_options,
	.parser = np_drops_parse,
	.args_doc = "[DEV...]",
	.doc = "Tell which layer loses packets: what came, what each layer lost, what arrived, and what nobody accounts for, from the wire to the sockets and back.  Without DEV, of all interfaces that have a device behind them.",
};

static int np_drops_json(const struct np_options *options,
			 const struct np_window *window, char *const *names)
{
	struct np_ledger *ledger = np_ledger_protocols(window);
	json_t *document = np_json_document("napier.drops/1", options->src);
	json_t *devices = json_array();

	json_object_set_new(document, "seconds",
			    json_real((double)window->ns / 1e9));
	if (ledger)
		json_object_set_new(document, "namespace",
				    np_json_ledger(ledger));
	json_object_set_new(document, "sockets",
			    np_json_socket_drops(window));
	np_ledger_free(ledger);
	for (; *names; names++) {
		ledger = np_ledger_port(window, *names);
		if (ledger)
			json_array_append_new(devices, np_json_ledger(ledger));
		np_ledger_free(ledger);
	}
	json_object_set_new(document, "devices", devices);
	if (np_json_write(document, options->pretty))
		return np_fail(options, "cannot write: %s", strerror(errno));

	return NP_OK;
}

static int np_drops_text(const struct np_window *window, char *const *names)
{
	struct np_ledger *ledger;

	for (; *names; names++) {
		ledger = np_ledger_port(window, *names);
		if (ledger)
			np_show_ledger(stdout, ledger);
		np_ledger_free(ledger);
	}
	ledger = np_ledger_protocols(window);
	if (ledger)
		np_show_ledger(stdout, ledger);
	np_ledger_free(ledger);
	np_show_socket_drops(stdout, window);

	return NP_OK;
}

static int np_drops_all(const struct np_options *options, uint64_t ns,
			char *const *names)
{
	struct np_error error = {};
	struct np_taken taken;
	int code;

	if (np_window_take(options, names, ns, &taken, &error))
		return np_fail(options, "%s", error.text);
	if (!taken.window.ns)
		code = np_fail(options, "the snapshot has one sample; two are needed to tell what was lost in between");
	else if (options->json)
		code = np_drops_json(options, &taken.window, names);
	else
		code = np_drops_text(&taken.window, names);
	np_window_free(&taken);

	return code;
}

/**
 * np_cmd_drops - napier drops
 * @options: what stands before the command
 * @argc: words of the command
 * @argv: those
 *
 * Return: exit code.
 */
int np_cmd_drops(const struct np_options *options, int argc, char **argv)
{
	struct np_drops drops = { .window = 10000000000 };
	char **all = NULL;
	int code;

	if (np_words(options, &np_drops_argp, argc, argv, &drops))
		return NP_FAILED;
	if (drops.count) {
		*np_more(drops.names, drops.count) = NULL;
		code = np_drops_all(options, drops.window, drops.names);
	} else {
		all = np_read_names(options->src);
		if (!all)
			code = np_fail(options, "no list of interfaces: %s",
				       strerror(errno));
		else if (!*all)
			code = np_fail(options, "no interface has a device behind it; name one");
		else
			code = np_drops_all(options, drops.window, all);
	}
	np_list_free(all);
	free(drops.names);

	return code;
}
