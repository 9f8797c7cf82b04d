// SPDX-License-Identifier: GPL-2.0-only
/*
 * napier: what stands before the command, and which command it is.
 */
#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"

const char *argp_program_version = "napier " NP_VERSION;

static const struct np_command {
	const char *name;
	const char *what;
	int (*run)(const struct np_options *options, int argc, char **argv);
} np_commands[] = {
	{ "bursts", "moments at which receive rings fill, and what was lost then",
	  np_cmd_bursts },
	{ "check", "what doctor finds, in a line for monitoring systems",
	  np_cmd_check },
	{ "diff", "settings that differ between two snapshots", np_cmd_diff },
	{ "doctor", "what is wrong, what proves it, and what helps",
	  np_cmd_doctor },
	{ "drops", "which layer loses packets, from the wire to the sockets",
	  np_cmd_drops },
	{ "explain", "what a counter means, and what to do if it grows",
	  np_cmd_explain },
	{ "export", "metrics for Prometheus, with alert rules and a dashboard",
	  np_cmd_export },
	{ "show", "interfaces, their queues, interrupts and settings",
	  np_cmd_show },
	{ "snapshot", "keep all that is read, for other commands and people",
	  np_cmd_snapshot },
};

enum {
	NP_KEY_ROOT = 256,
};

static const struct argp_option np_argp_options[] = {
	{ "json", 'j', NULL, 0, "JSON, in one line", 0 },
	{ "pretty", 'p', NULL, 0, "JSON with line breaks", 0 },
	{ "root", NP_KEY_ROOT, "DIR", 0, "read a snapshot", 0 },
	{ 0 },
};

/* What is left for the command. */
struct np_line {
	struct np_options options;
	const char *root;
	int argc;
	char **argv;
};

static error_t np_parse(int key, char *arg, struct argp_state *state)
{
	struct np_line *line = state->input;

	switch (key) {
	case 'j':
		line->options.json = true;
		return 0;
	case 'p':
		line->options.json = true;
		line->options.pretty = true;
		return 0;
	case NP_KEY_ROOT:
		line->root = arg;
		return 0;
	case ARGP_KEY_ARG:
		line->argc = state->argc - state->next + 1;
		line->argv = state->argv + state->next - 1;
		state->next = state->argc;
		return 0;
	}

	return ARGP_ERR_UNKNOWN;
}

/* The list of commands, behind the options. */
static char *np_help(int key, const char *text, void *input)
{
	char *list, *longer;
	size_t i;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	list = np_copy("Commands:\n");
	for (i = 0; i < NP_COUNT(np_commands); i++) {
		longer = np_print("%s  %-10s %s\n", list, np_commands[i].name,
				  np_commands[i].what);
		free(list);
		list = longer;
	}

	return list;
}

static const struct argp np_argp = {
	.options = np_argp_options,
	.parser = np_parse,
	.args_doc = "COMMAND [...]",
	.doc = "See network interfaces, and name what is wrong with them.\v",
	.help_filter = np_help,
};

/**
 * np_fail - say why it does not work
 * @options: whether programs are to read it, too
 * @fmt: as of printf()
 *
 * Return: NP_FAILED.
 */
int np_fail(const struct np_options *options, const char *fmt, ...)
{
	json_t *document;
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = np_copy(fmt);
	va_end(args);
	fprintf(stderr, "napier: %s\n", text);
	if (options->json) {
		document = json_pack("{s:s}", "error", text);
		json_dumpf(document, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(document);
	}
	free(text);

	return NP_FAILED;
}

/* What argp has to say, until it is known how that ends. */
static struct {
	FILE *real;
	char *text;
	size_t size;
} np_told;

/* At the end, or when argp ends the program: for programs to read, too. */
static void np_tell(void)
{
	json_t *document;

	if (!np_told.real)
		return;
	fclose(stderr);
	stderr = np_told.real;
	np_told.real = NULL;
	if (np_told.size) {
		fputs(np_told.text, stderr);
		document = json_object();
		np_told.text[strcspn(np_told.text, "\n")] = '\0';
		json_object_set_new(document, "error",
				    json_string(np_told.text));
		json_dumpf(document, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(document);
	}
	free(np_told.text);
}

/**
 * np_words - read the words of a command
 * @options: whether programs are to read what is wrong with them, too
 * @argp: what the command takes
 * @argc: words of the command
 * @argv: those
 * @input: of the parser
 *
 * Ends the program if they are wrong, or ask for help, as argp does.
 *
 * Return: 0, or an error number.
 */
int np_words(const struct np_options *options, const struct argp *argp,
	     int argc, char **argv, void *input)
{
	FILE *kept = options->json ? open_memstream(&np_told.text,
						    &np_told.size) : NULL;
	int err;

	if (kept) {
		np_told.real = stderr;
		stderr = kept;
		atexit(np_tell);
	}
	err = argp_parse(argp, argc, argv, 0, NULL, input);
	np_tell();

	return err;
}

/* A name may be cut off as long as it is clear, as with ip. */
static const struct np_command *np_find(const char *name)
{
	const struct np_command *found = NULL;
	size_t i;

	for (i = 0; i < NP_COUNT(np_commands); i++) {
		if (strncmp(np_commands[i].name, name, strlen(name)))
			continue;
		if (!np_commands[i].name[strlen(name)])
			return &np_commands[i];
		if (found)
			return NULL;
		found = &np_commands[i];
	}

	return found;
}

int main(int argc, char **argv)
{
	struct np_line line = {};
	const struct np_command *command;
	struct np_error error = {};
	int code;

	/* argp's own is 64. */
	argp_err_exit_status = NP_FAILED;
	if (argp_parse(&np_argp, argc, argv, ARGP_IN_ORDER, NULL, &line))
		return NP_FAILED;
	if (!line.argc) {
		argp_help(&np_argp, stderr, ARGP_HELP_STD_USAGE,
			  program_invocation_short_name);
		return NP_FAILED;
	}
	command = *line.argv[0] ? np_find(line.argv[0]) : NULL;
	if (!command)
		return np_fail(&line.options, "%s: no such command; napier --help lists them",
			       line.argv[0]);
	line.options.src = line.root ? np_source_open(line.root, &error) :
				       np_source_live();
	if (!line.options.src)
		return np_fail(&line.options, "%s", error.text);
	code = command->run(&line.options, line.argc, line.argv);
	np_source_free(line.options.src);
	/* A full disk shows here at the latest. */
	if ((fflush(stdout) || ferror(stdout)) && code == NP_OK)
		code = np_fail(&line.options, "cannot write: %s",
			       strerror(errno));

	return code;
}
