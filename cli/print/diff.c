// SPDX-License-Identifier: GPL-2.0-only
/*
 * What differs between two documents: member by member, whatever they are, so
 * that nothing which `show` tells can be forgotten.
 */
#include "print/print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Members that change without anybody having changed a setting. */
static const char *const np_lively[] = {
	"stats64", "statistics", "packets", "bytes", "drops", "alloc-fail",
	"timeouts", "bql-limit", "bql-inflight", "fired", "carrier-changes",
	"pid", "missing",
};

/* Members by which elements of arrays are told apart. */
static const char *const np_identities[] = { "queue-id", "id", "irq" };

static bool np_is_lively(const char *name)
{
	size_t i;

	for (i = 0; i < NP_COUNT(np_lively); i++)
		if (!strcmp(np_lively[i], name))
			return true;

	return false;
}

/* A number, a word, or a list as it would be written; "" for what is not there. */
static char *np_value_text(const json_t *value)
{
	char *dumped, *text;

	if (!value)
		return np_copy("");
	if (json_is_string(value))
		return np_copy(json_string_value(value));
	dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	text = np_copy(dumped ? dumped : "?");
	free(dumped);

	return text;
}

static void np_change_add(json_t *changes, const char *path,
			  const json_t *before, const json_t *after)
{
	char *was = np_value_text(before), *is = np_value_text(after);
	json_t *object = json_object();

	np_put_text(object, "member", path);
	np_put_text(object, "before", was);
	np_put_text(object, "after", is);
	json_array_append_new(changes, object);
	free(was);
	free(is);
}

/* What an element of a list is called; NULL for one that is no object. */
static char *np_element_label(const json_t *element)
{
	const json_t *identity = NULL;
	size_t i;

	for (i = 0; i < NP_COUNT(np_identities) && !identity; i++)
		identity = json_object_get(element, np_identities[i]);

	return identity ? np_value_text(identity) : NULL;
}

/*
 * All values below a value, by path: "rx-queues[1].rps-cpus". No deeper than
 * np_json_port() writes.
 */
static void np_flatten(json_t *flat, const char *path, json_t *value)
{
	char *inside, *label;
	const char *name;
	json_t *one;
	size_t i;

	json_object_foreach(value, name, one) {
		if (np_is_lively(name))
			continue;
		inside = np_print("%s%s%s", path, *path ? "." : "", name);
		np_flatten(flat, inside, one);
		free(inside);
	}
	if (json_is_object(json_array_get(value, 0)))
		json_array_foreach(value, i, one) {
			label = np_element_label(one);
			inside = np_print("%s[%s]", path, label ? label : "?");
			np_flatten(flat, inside, one);
			free(inside);
			free(label);
		}
	else if (!json_is_object(value))
		json_object_set(flat, path, value);
}

/**
 * np_json_changes - members of two objects that differ
 * @before: object
 * @after: object
 *
 * Return: an array of changes, each with the path of the member and both
 * values as text, "" for one that is not there; a reference of the caller's.
 */
json_t *np_json_changes(json_t *before, json_t *after)
{
	json_t *changes = json_array(), *value;
	json_t *was = json_object(), *is = json_object();
	const char *path;

	np_flatten(was, "", before);
	np_flatten(is, "", after);
	json_object_foreach(is, path, value)
		if (!json_equal(json_object_get(was, path), value))
			np_change_add(changes, path, json_object_get(was, path),
				      value);
	json_object_foreach(was, path, value)
		if (!json_object_get(is, path))
			np_change_add(changes, path, value, NULL);
	json_decref(was);
	json_decref(is);

	return changes;
}

/**
 * np_json_changed - what differs of an interface
 * @name: of it
 * @before: or NULL
 * @after: or NULL
 * @was: as JSON
 * @is: as JSON
 *
 * Return: an object; a reference of the caller's.
 */
json_t *np_json_changed(const char *name, const struct np_port *before,
			const struct np_port *after, json_t *was, json_t *is)
{
	json_t *object = json_object();
	json_t *changes = before && after ? np_json_changes(was, is) :
					    json_array();

	np_put_text(object, "ifname", name);
	np_put_text(object, "state", !before ? "new" : !after ? "gone" :
		    json_array_size(changes) ? "changed" : "same");
	json_object_set_new(object, "changes", changes);

	return object;
}

/**
 * np_json_gained - what counters of an interface have gained
 * @was: the interface as JSON
 * @is: later
 * @seconds: in between, 0 if that is not known
 *
 * Return: an array, without those that stood still; a reference of the
 * caller's.
 */
json_t *np_json_gained(const json_t *was, const json_t *is, double seconds)
{
	static const char *const groups[] = { "stats64", "statistics" };
	json_t *array = json_array(), *value, *object;
	const json_t *first;
	json_int_t gained;
	const char *name;
	size_t i;

	for (i = 0; i < NP_COUNT(groups); i++)
		json_object_foreach(json_object_get(is, groups[i]), name,
				    value) {
			first = json_object_get(was, groups[i]);
			gained = json_integer_value(value) -
				 json_integer_value(json_object_get(first,
								    name));
			if (!gained)
				continue;
			object = json_object();
			np_put_text(object, "group", groups[i]);
			np_put_text(object, "counter", name);
			json_object_set_new(object, "gained",
					    json_integer(gained));
			if (seconds > 0)
				json_object_set_new(object, "per-second",
						    json_real((double)gained /
							      seconds));
			json_array_append_new(array, object);
		}

	return array;
}

/**
 * np_json_is_same - does nothing differ?
 * @document: of `diff`
 *
 * Return: whether all settings are the same.
 */
bool np_json_is_same(const json_t *document)
{
	json_t *one;
	size_t i;

	if (json_array_size(json_object_get(document, "settings")))
		return false;
	json_array_foreach(json_object_get(document, "devices"), i, one)
		if (strcmp(json_string_value(json_object_get(one, "state")),
			   "same") != 0)
			return false;

	return true;
}

static void np_show_changes(FILE *out, const json_t *changes)
{
	const char *was, *is;
	json_t *one;
	size_t i;

	json_array_foreach(changes, i, one) {
		was = json_string_value(json_object_get(one, "before"));
		is = json_string_value(json_object_get(one, "after"));
		fprintf(out, "  %-32s %s -> %s\n",
			json_string_value(json_object_get(one, "member")),
			*was ? was : "-", *is ? is : "-");
	}
}

static void np_show_gained(FILE *out, const json_t *counters)
{
	json_t *one, *rate;
	size_t i;

	json_array_foreach(counters, i, one) {
		fprintf(out, "  %-32s %+" PRId64,
			json_string_value(json_object_get(one, "counter")),
			(int64_t)json_integer_value(json_object_get(one, "gained")));
		rate = json_object_get(one, "per-second");
		if (rate)
			fprintf(out, "  %.1f/s", json_real_value(rate));
		fputc('\n', out);
	}
}

static const char *np_or_unknown(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "?";
}

/**
 * np_show_diff - what differs, for people
 * @out: where to
 * @document: of `diff`
 */
void np_show_diff(FILE *out, const json_t *document)
{
	const json_t *since = json_object_get(document, "since");
	const json_t *settings = json_object_get(document, "settings");
	json_t *one;
	size_t i;

	fprintf(out, "%s %s -> %s %s\n", np_or_unknown(since, "host"),
		np_or_unknown(since, "time"), np_or_unknown(document, "host"),
		np_or_unknown(document, "time"));
	if (json_array_size(settings))
		fprintf(out, "host\n");
	np_show_changes(out, settings);
	json_array_foreach(json_object_get(document, "devices"), i, one) {
		fprintf(out, "%s: %s\n", np_or_unknown(one, "ifname"),
			np_or_unknown(one, "state"));
		np_show_changes(out, json_object_get(one, "changes"));
		np_show_gained(out, json_object_get(one, "counters"));
	}
}
