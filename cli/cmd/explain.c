// SPDX-License-Identifier: GPL-2.0-only
/*
 * napier explain NAME... [--driver D], explain ID..., explain --dev DEV [NAME...],
 * explain --list [--driver D]
 */
#include "cmd/explain.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "print/print.h"
#include "read/read.h"

/* Names that are suggested for one that is not known. */
#define NP_NEAR_MAX	5

enum {
	NP_KEY_DRIVER = 256,
	NP_KEY_DEV,
	NP_KEY_LIST,
};

struct np_explain {
	const char *driver;
	const char *dev;
	bool list;
	const char **names;
	size_t count;
};

static void np_explain_check(const struct np_explain *explain,
			     struct argp_state *state)
{
	if (explain->list && (explain->dev || explain->count))
		argp_error(state, "--list is of a driver: no names, no --dev");
	else if (explain->dev && explain->driver)
		argp_error(state, "%s has its driver: --dev or --driver",
			   explain->dev);
	else if (!explain->list && !explain->dev && !explain->count)
		argp_error(state, "NAME: what to explain");
}

static error_t np_explain_parse(int key, char *arg, struct argp_state *state)
{
	struct np_explain *explain = state->input;

	switch (key) {
	case NP_KEY_DRIVER:
		explain->driver = arg;
		return 0;
	case NP_KEY_DEV:
		explain->dev = arg;
		return 0;
	case NP_KEY_LIST:
		explain->list = true;
		return 0;
	case ARGP_KEY_ARG:
		*np_more(explain->names, explain->count) = arg;
		return 0;
	case ARGP_KEY_END:
		np_explain_check(explain, state);
		return 0;
	}

	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option np_explain_options[] = {
	{ "driver", NP_KEY_DRIVER, "D", 0, "as this driver counts; link: every interface", 0 },
	{ "dev", NP_KEY_DEV, "DEV", 0, "its counters that are not 0, or those named", 0 },
	{ "list", NP_KEY_LIST, NULL, 0, "all names of the driver; else all drivers", 0 },
	{ 0 },
};

static const struct argp np_explain_argp = {
	.options = np_explain_options,
	.parser = np_explain_parse,
	.args_doc = "NAME...\n--dev DEV [NAME...]\n--list",
	.doc = "Say what counters of ethtool -S and ip -s link mean: what the driver or the device does when it counts, which other counters show the same, and what to do; or what a finding of doctor (an id, as in TX-HANG) is.",
};

static int np_explain_write(const struct np_options *options, json_t *document)
{
	if (document && np_json_write(document, options->pretty))
		return np_fail(options, "cannot write: %s", strerror(errno));

	return NP_OK;
}

/* ---- a name that is not known ------------------------------------------------ */

/* Takes what is there, and gives it back with a name behind it. */
static char *np_list_more(char *list, const char *name)
{
	char *longer = np_print("%s%s%s", list, *list ? ", " : "", name);

	free(list);

	return longer;
}

static int np_no_driver(const struct np_options *options, const char *driver)
{
	char *list = np_copy("");
	size_t i;
	int code;

	for (i = 0; i < np_nr_books; i++)
		list = np_list_more(list, np_books[i].driver);
	code = np_fail(options, "%s: no counters of such a driver are known, but those of %s",
		       driver, list);
	free(list);

	return code;
}

static bool np_is_interface(const struct np_options *options, const char *name)
{
	uint64_t index;

	return !strchr(name, '/') &&
	       np_source_u64(options->src, &index, "sys/class/net/%s/ifindex",
			     name);
}

/* Drivers that have a counter of this name; NULL without any. */
static char *np_drivers_with(const char *name)
{
	struct np_match match;
	char *list = NULL;
	size_t i;

	for (i = 0; i < np_nr_books; i++)
		if (np_book_match(&np_books[i], name, &match))
			list = np_list_more(list ? list : np_copy(""),
					    np_books[i].driver);

	return list;
}

static int np_no_name(const struct np_options *options,
		      const struct np_book *book, const char *name)
{
	const char *near[NP_NEAR_MAX];
	char *list;
	size_t count, i;
	int code;

	if (np_is_interface(options, name))
		return np_fail(options, "%s: an interface; its counters: napier explain --dev %s",
			       name, name);
	/* All drivers were asked if none was named. */
	list = book ? np_drivers_with(name) : NULL;
	if (list) {
		code = np_fail(options, "%s: not of %s, but of %s", name,
			       book->driver, list);
		free(list);
		return code;
	}
	count = np_dictionary_near(book, name, near, NP_COUNT(near));
	if (!count)
		return np_fail(options, "%s: not known, and nothing is called nearly so; napier explain --list --driver D lists names",
			       name);
	list = np_copy("");
	for (i = 0; i < count; i++)
		list = np_list_more(list, near[i]);
	code = np_fail(options, "%s: not known; nearly so: %s", name, list);
	free(list);

	return code;
}

/* ---- names ---------------------------------------------------------------------- */

static json_t *np_json_named(const char *name,
			     const struct np_explanations *all)
{
	json_t *array = json_array(), *object = json_object(), *text;
	size_t i;

	text = json_string(name);
	json_object_set_new(object, "name", text ? text : json_string("?"));
	for (i = 0; i < all->count; i++)
		json_array_append_new(array, np_json_explained(&all->item[i]));
	json_object_set_new(object, "explanations", array);

	return object;
}

/* Where names of other things are to be explained, they are asked for here. */
static int np_explain_one(const struct np_options *options,
			  const struct np_book *book, const char *name,
			  json_t *names)
{
	struct np_explanations all = {};
	size_t i;
	int code = NP_OK;

	np_explain_name(&all, book, name);
	if (!all.count)
		code = np_no_name(options, book, name);
	else if (names)
		json_array_append_new(names, np_json_named(name, &all));
	for (i = 0; !names && i < all.count; i++) {
		if (i)
			putchar('\n');
		np_show_explained(stdout, name, &all.item[i]);
	}
	np_explanations_free(&all);

	return code;
}

/* A finding, if the name is the id of one. */
static bool np_explain_id(const char *name, json_t *findings)
{
	char *text = np_explain_finding(name);
	json_t *object;

	if (!text)
		return false;
	if (findings) {
		object = json_object();
		json_object_set_new(object, "id", json_string(name));
		json_object_set_new(object, "text", json_string(text));
		json_array_append_new(findings, object);
	} else {
		printf("%s\n%s\n", name, text);
	}
	free(text);

	return true;
}

static int np_explain_names(const struct np_options *options,
			    const struct np_explain *explain)
{
	const struct np_book *book = np_book_find(explain->driver);
	json_t *document = NULL, *names = NULL, *findings = NULL;
	size_t i;
	int code;

	if (explain->driver && !book)
		return np_no_driver(options, explain->driver);
	if (options->json) {
		document = np_json_document("napier.explain/1", NULL);
		names = json_array();
		json_object_set_new(document, "names", names);
		findings = json_array();
		json_object_set_new(document, "findings", findings);
	}
	for (i = 0; i < explain->count; i++) {
		if (i && !names)
			putchar('\n');
		if (np_explain_id(explain->names[i], findings))
			continue;
		code = np_explain_one(options, book, explain->names[i], names);
		if (code) {
			json_decref(document);
			return code;
		}
	}

	return np_explain_write(options, document);
}

/* ---- an interface --------------------------------------------------------------- */

static bool np_has_value(const struct np_value *values, size_t count,
			 const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(values[i].name, name))
			return true;

	return false;
}

/* A name that the interface does not have; NULL if it has all. */
static const char *np_lacks(const struct np_port *port,
			    const struct np_explain *explain)
{
	size_t i;

	for (i = 0; i < explain->count; i++)
		if (!np_has_value(port->link, port->nr_link,
				  explain->names[i]) &&
		    !np_has_value(port->own, port->nr_own, explain->names[i]))
			return explain->names[i];

	return NULL;
}

static int np_explain_counters(const struct np_options *options,
			       const struct np_port *port,
			       const char *const *names)
{
	struct np_explanations all = {};
	json_t *document = NULL, *devices;

	np_explain_port(&all, port, names);
	if (options->json) {
		document = np_json_document("napier.explain/1", NULL);
		devices = json_array();
		json_array_append_new(devices,
				      np_json_explained_port(port, &all));
		json_object_set_new(document, "devices", devices);
	} else {
		np_show_explained_port(stdout, port, &all);
	}
	np_explanations_free(&all);

	return np_explain_write(options, document);
}

static int np_explain_dev(const struct np_options *options,
			  struct np_explain *explain)
{
	struct np_port *port = np_read_port(options->src, explain->dev);
	const char *lacks;
	int code;

	if (!port)
		return np_fail(options, "%s: no such interface", explain->dev);
	lacks = np_lacks(port, explain);
	if (!port->nr_link && !port->nr_own) {
		code = np_fail(options, "%s: its counters cannot be read",
			       explain->dev);
	} else if (lacks) {
		code = np_fail(options, "%s has no counter %s", explain->dev,
			       lacks);
	} else {
		*np_more(explain->names, explain->count) = NULL;
		code = np_explain_counters(options, port, explain->count > 1 ?
					   explain->names : NULL);
	}
	np_port_free(port);

	return code;
}

/* ---- lists ---------------------------------------------------------------------- */

static int np_explain_list(const struct np_options *options,
			   const char *driver)
{
	const struct np_book *book = np_book_find(driver);
	json_t *document = NULL, *drivers;
	size_t i;

	if (driver && !book)
		return np_no_driver(options, driver);
	if (options->json) {
		document = np_json_document("napier.explain/1", NULL);
		drivers = json_array();
		for (i = 0; i < np_nr_books; i++)
			if (!book || book == &np_books[i])
				json_array_append_new(drivers,
						      np_json_book(&np_books[i]));
		json_object_set_new(document, "drivers", drivers);
	} else if (book) {
		np_show_book(stdout, book);
	} else {
		np_show_books(stdout);
	}

	return np_explain_write(options, document);
}

/**
 * np_cmd_explain - napier explain
 * @options: what stands before the command
 * @argc: words of the command
 * @argv: those
 *
 * Return: exit code.
 */
int np_cmd_explain(const struct np_options *options, int argc, char **argv)
{
	struct np_explain explain = {};
	int code;

	if (np_words(options, &np_explain_argp, argc, argv, &explain))
		return NP_FAILED;
	if (explain.list)
		code = np_explain_list(options, explain.driver);
	else if (explain.dev)
		code = np_explain_dev(options, &explain);
	else
		code = np_explain_names(options, &explain);
	free(explain.names);

	return code;
}
