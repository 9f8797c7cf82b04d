// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metrics as text: Prometheus' format 0.0.4, and OpenMetrics 1.0.
 *
 * They differ in the names of counters (OpenMetrics' family has no "_total"),
 * in the type of what only carries labels, in units, in what is escaped in
 * HELP, and in the last line.
 */
#include "print/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "model/port.h"

const char *const np_exposition_types[] = {
	"text/plain; version=0.0.4; charset=utf-8",
	"application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/* With quotes: for values of labels, and for HELP of OpenMetrics. */
static void np_print_escaped(FILE *out, const char *text, bool quotes)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '\\' || (*text == '"' && quotes))
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

/* Length of the family's name, which of a sample may be longer. */
static int np_family_length(const struct np_family_words *words,
			    enum np_exposition as)
{
	size_t length = strlen(words->name);

	if (as == NP_EXPOSITION_OPENMETRICS) {
		if (words->type == NP_METRIC_COUNTER)
			length -= strlen("_total");
		else if (words->type == NP_METRIC_INFO)
			length -= strlen("_info");
	}

	return (int)length;
}

static void np_print_head(FILE *out, const struct np_family_words *words,
			  enum np_exposition as)
{
	bool open = as == NP_EXPOSITION_OPENMETRICS;
	int length = np_family_length(words, as);
	enum np_metric_type type = words->type;

	/* What only carries labels has no type of its own in 0.0.4. */
	if (!open && type == NP_METRIC_INFO)
		type = NP_METRIC_GAUGE;
	fprintf(out, "# HELP %.*s ", length, words->name);
	np_print_escaped(out, words->help, open);
	fprintf(out, "\n# TYPE %.*s %s\n", length, words->name,
		np_metric_type_names[type]);
	if (open && words->unit)
		fprintf(out, "# UNIT %.*s %s\n", length, words->name,
			words->unit);
}

static void np_print_series(FILE *out, const char *name,
			    const struct np_series *series)
{
	size_t i;

	fputs(name, out);
	for (i = 0; i < series->nr_label; i++) {
		fprintf(out, "%c%s=\"", i ? ',' : '{', series->label[i].name);
		np_print_escaped(out, series->label[i].value, true);
		fputc('"', out);
	}
	if (series->nr_label)
		fputc('}', out);
	if (series->number != NP_UNKNOWN)
		fprintf(out, " %" PRIu64 "\n", series->number);
	else
		fprintf(out, " %.9g\n", series->real);
}

/**
 * np_print_metrics - all metrics as text
 * @out: where to
 * @all: metrics; families without series are left out
 * @as: in which format
 */
void np_print_metrics(FILE *out, const struct np_metrics *all,
		      enum np_exposition as)
{
	size_t family, i;

	for (family = 0; family < NP_FAMILY_COUNT; family++) {
		if (!all->family[family].count)
			continue;
		np_print_head(out, &np_families[family], as);
		for (i = 0; i < all->family[family].count; i++)
			np_print_series(out, np_families[family].name,
					&all->family[family].series[i]);
	}
	if (as == NP_EXPOSITION_OPENMETRICS)
		fputs("# EOF\n", out);
}

/**
 * np_cardinality_budget - how many series an interface may have
 * @queues: of it
 *
 * Return: number of series.
 */
size_t np_cardinality_budget(size_t queues)
{
	return 60 + 24 * queues;
}

/**
 * np_print_cardinality - how many series there are, for people
 * @out: where to
 * @devices: interfaces
 * @count: how many
 * @host: series that are of no interface
 */
void np_print_cardinality(FILE *out, const struct np_cardinality *devices,
			  size_t count, size_t host)
{
	size_t budget, i;

	fprintf(out, "%-16s %6s %6s %6s\n", "DEVICE", "QUEUES", "SERIES",
		"BUDGET");
	for (i = 0; i < count; i++) {
		budget = np_cardinality_budget(devices[i].queues);
		fprintf(out, "%-16s %6zu %6zu %6zu%s\n", devices[i].device,
			devices[i].queues, devices[i].series, budget,
			devices[i].series > budget ? "  OVER" : "");
	}
	fprintf(out, "%-16s %6s %6zu\n", "(host)", "-", host);
}

static json_t *np_json_size(size_t size)
{
	return json_integer((json_int_t)size);
}

/**
 * np_json_cardinality - how many series there are, for programs
 * @devices: interfaces
 * @count: how many
 * @host: series that are of no interface
 *
 * Return: an object with "devices" and "host-series"; a reference of the
 * caller's.
 */
json_t *np_json_cardinality(const struct np_cardinality *devices, size_t count,
			    size_t host)
{
	json_t *object = json_object(), *array = json_array(), *one;
	size_t budget, i;

	for (i = 0; i < count; i++) {
		budget = np_cardinality_budget(devices[i].queues);
		one = json_object();
		json_object_set_new(one, "ifname",
				    json_string(devices[i].device));
		json_object_set_new(one, "queues",
				    np_json_size(devices[i].queues));
		json_object_set_new(one, "series",
				    np_json_size(devices[i].series));
		json_object_set_new(one, "budget", np_json_size(budget));
		json_array_append_new(array, one);
	}
	json_object_set_new(object, "devices", array);
	json_object_set_new(object, "host-series", np_json_size(host));

	return object;
}
