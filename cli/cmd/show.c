// SPDX-License-Identifier: GPL-2.0-only
/*
 * napier show [DEV...]
 */
#include "cmd/cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "print/print.h"
#include "read/read.h"

struct np_show {
	char **names;
	size_t count;
};

static error_t np_show_parse(int key, char *arg, struct argp_state *state)
{
	struct np_show *show = state->input;

	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	/* As with ip: the word may stand before a name. */
	if (strcmp(arg, "dev") || !state->argv[state->next])
		*np_more(show->names, show->count) = arg;

	return 0;
}

static const struct argp np_show_argp = {
	.parser = np_show_parse,
	.args_doc = "[DEV...]",
	.doc = "Show interfaces: driver, link, rings, queues with their interrupts and CPUs, and what was lost.  Without DEV, all that have a device behind them.",
};

static int np_show_all(const struct np_options *options, char **names)
{
	json_t *document = NULL, *devices = NULL;
	struct np_port *port;
	bool first = true;

	if (options->json) {
		document = np_json_document("napier.show/1", options->src);
		devices = json_array();
		json_object_set_new(document, "devices", devices);
	}
	for (; *names; names++, first = false) {
		port = np_read_port(options->src, *names);
		if (!port) {
			json_decref(document);
			return np_fail(options, "%s: no such interface",
				       *names);
		}
		if (devices) {
			json_array_append_new(devices, np_json_port(port));
		} else {
			if (!first)
				putchar('\n');
			np_show_port(stdout, port);
		}
		np_port_free(port);
	}
	if (document && np_json_write(document, options->pretty))
		return np_fail(options, "cannot write: %s", strerror(errno));

	return NP_OK;
}

/**
 * np_cmd_show - napier show
 * @options: what stands before the command
 * @argc: words of the command
 * @argv: those
 *
 * Return: exit code.
 */
int np_cmd_show(const struct np_options *options, int argc, char **argv)
{
	struct np_show show = {};
	char **all = NULL;
	int code;

	if (np_words(options, &np_show_argp, argc, argv, &show))
		return NP_FAILED;
	if (show.count) {
		*np_more(show.names, show.count) = NULL;
		code = np_show_all(options, show.names);
	} else {
		all = np_read_names(options->src);
		if (!all)
			code = np_fail(options, "no list of interfaces: %s",
				       strerror(errno));
		else if (!*all)
			code = np_fail(options, "no interface has a device behind it; name one");
		else
			code = np_show_all(options, all);
	}
	np_list_free(all);
	free(show.names);

	return code;
}
