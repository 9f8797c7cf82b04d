// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explanations for people.
 */
#include "print/print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Columns of a line, and how far what belongs to a heading is moved in. */
#define NP_WIDTH	78
#define NP_INDENT	4

/* ---- text in lines ---------------------------------------------------------- */

/* Words, which are ASCII, in as many lines as they need; the first is "label: ". */
static void np_put_wrapped(FILE *out, const char *label, const char *text)
{
	int column = fprintf(out, "%*s%s", NP_INDENT, "", label), len;
	bool first = true;

	for (; *text; text += len, text += strspn(text, " ")) {
		len = (int)strcspn(text, " ");
		if (!first && column + 1 + len > NP_WIDTH) {
			/* What a label stands for is seen to go on. */
			column = fprintf(out, "\n%*s", NP_INDENT +
					 (*label ? 2 : 0), "") - 1;
		} else if (!first) {
			fputc(' ', out);
			column++;
		}
		column += fprintf(out, "%.*s", len, text);
		first = false;
	}
	fputc('\n', out);
}

/* Takes the text. */
static void np_put_line(FILE *out, const char *label, char *text)
{
	np_put_wrapped(out, label, text);
	free(text);
}

/* Takes what is there, and gives it back with more behind it. */
static char *np_append(char *text, const char *between, const char *more)
{
	char *longer = np_print("%s%s%s", text, *text ? between : "", more);

	free(text);

	return longer;
}

/* ---- one explanation ---------------------------------------------------------- */

/* The other fields that a column of /proc/net/dev adds up; "" if it is one alone. */
static char *np_column_others(const struct np_entry *entry)
{
	const struct np_book *link = np_book_find(NP_BOOK_LINK);
	char *text = np_copy("");
	size_t i;

	for (i = 0; i < link->count; i++) {
		const struct np_entry *other = &link->entries[i];

		if (other != entry && other->column &&
		    !strcmp(other->column, entry->column))
			text = np_append(text, ", ", other->name);
	}

	return text;
}

/* Where tools show a field of rtnl_link_stats64. */
static void np_show_tools(FILE *out, const struct np_entry *entry)
{
	char *others;

	if (entry->ip)
		np_put_wrapped(out, "ip -s -s link: ", entry->ip);
	if (entry->column) {
		others = np_column_others(entry);
		np_put_line(out, "/proc/net/dev: ",
			    np_print("%s%s%s%s", entry->column,
				     *others ? " (with " : "", others,
				     *others ? ")" : ""));
		free(others);
	}
	if (entry->series && !strcmp(entry->series, entry->series_detailed))
		np_put_wrapped(out, "node_exporter: ", entry->series);
	else if (entry->series)
		np_put_line(out, "node_exporter: ",
			    np_print("%s; with detailed metrics %s",
				     entry->series, entry->series_detailed));
}

/* The field that a driver's counter feeds, and where that is shown. */
static void np_show_field(FILE *out, const struct np_entry *entry)
{
	struct np_match field;
	char *text;

	if (!entry->field)
		return;
	text = np_copy(entry->field);
	if (np_dictionary_find(NP_BOOK_LINK, entry->field, &field)) {
		if (field.entry->column)
			text = np_append(np_append(text, ", ", "/proc/net/dev "),
					 "", field.entry->column);
		if (field.entry->series)
			text = np_append(text, ", ", field.entry->series);
	}
	np_put_line(out, "feeds: ", text);
}

/* One file for all, or each driver's own. */
static void np_show_read(FILE *out, const struct np_explained *one)
{
	char *text = np_copy("");
	size_t i;

	if (one->nr_of == 1)
		text = np_append(text, "", one->of[0].entry->read);
	for (i = 0; one->nr_of > 1 && i < one->nr_of; i++) {
		char *file = np_print("%s %s", one->of[i].book->driver,
				      one->of[i].entry->read);

		text = np_append(text, "; ", file);
		free(file);
	}
	np_put_line(out, "read in: ", text);
}

static void np_show_body(FILE *out, const struct np_explained *one)
{
	const struct np_entry *entry = one->of[0].entry;

	np_put_line(out, "",
		    np_print("%s, %s, layer %s, in %s%s%s",
			     np_kind_names[entry->kind],
			     entry->side == NP_SIDE_BOTH ?
			     "rx and tx" : np_side_names[entry->side],
			     np_layer_names[entry->layer], entry->unit,
			     entry->reg ? ", register " : "",
			     entry->reg ? entry->reg : ""));
	np_put_wrapped(out, "", entry->says);
	if (entry->todo)
		np_put_wrapped(out, "to do: ", entry->todo);
	np_show_field(out, entry);
	np_show_tools(out, entry);
	np_show_read(out, one);
}

/**
 * np_show_explained - what a name means
 * @out: where to
 * @name: as it was asked for
 * @one: explanation
 */
void np_show_explained(FILE *out, const char *name,
		       const struct np_explained *one)
{
	const struct np_match *match = &one->of[0];
	size_t i;

	fprintf(out, "%s:", name);
	for (i = 0; i < one->nr_of; i++) {
		const char *driver = one->of[i].book->driver;

		fprintf(out, "%s %s", i ? "," : "",
			strcmp(driver, NP_BOOK_LINK) ? driver :
						       "every interface");
	}
	for (i = 0; i < match->count; i++)
		fprintf(out, "%s %s %" PRIu32, i ? "," : ";",
			match->entry->numbers[i], match->numbers[i]);
	fputc('\n', out);
	np_show_body(out, one);
}

/* ---- an interface --------------------------------------------------------------- */

/* A counter in two columns. */
static void np_show_value(FILE *out, const struct np_value *value)
{
	fprintf(out, "%-40s %16" PRIu64 "\n", value->name, value->value);
}

/**
 * np_show_explained_port - the counters of an interface, explained
 * @out: where to
 * @port: interface
 * @all: of np_explain_port()
 */
void np_show_explained_port(FILE *out, const struct np_port *port,
			    const struct np_explanations *all)
{
	size_t i, j;

	fprintf(out, "%s  %s\n", port->name,
		port->driver ? port->driver : "without a driver");
	for (i = 0; i < all->count; i++) {
		fputc('\n', out);
		for (j = 0; j < all->item[i].nr_values; j++)
			np_show_value(out, all->item[i].values[j]);
		np_show_body(out, &all->item[i]);
	}
	if (all->nr_unknown)
		fputs("\nwithout an explanation:\n", out);
	for (i = 0; i < all->nr_unknown; i++)
		np_show_value(out, all->unknown[i]);
	if (!all->count && !all->nr_unknown)
		fputs("no counter is above 0\n", out);
}

/* ---- lists ---------------------------------------------------------------------- */

/**
 * np_show_book - all names of a driver
 * @out: where to
 * @book: of the driver
 */
void np_show_book(FILE *out, const struct np_book *book)
{
	int width = (int)strlen("NAME");
	size_t i;

	for (i = 0; i < book->count; i++) {
		int len = (int)strlen(book->entries[i].name);

		width = len > width ? len : width;
	}
	fprintf(out, "%-*s %-4s %-8s %-7s %s\n", width, "NAME", "SIDE", "LAYER",
		"KIND", "UNIT");
	for (i = 0; i < book->count; i++) {
		const struct np_entry *entry = &book->entries[i];

		fprintf(out, "%-*s %-4s %-8s %-7s %s\n", width, entry->name,
			np_side_names[entry->side],
			np_layer_names[entry->layer],
			np_kind_names[entry->kind], entry->unit);
	}
}

/**
 * np_show_books - the drivers whose counters are known
 * @out: where to
 */
void np_show_books(FILE *out)
{
	size_t i, j;

	fprintf(out, "%-12s %8s  %s\n", "DRIVER", "COUNTERS", "ALSO");
	for (i = 0; i < np_nr_books; i++) {
		const struct np_book *book = &np_books[i];

		fprintf(out, "%-12s %8zu%s", book->driver, book->count,
			*book->also ? " " : "");
		for (j = 0; book->also[j]; j++)
			fprintf(out, "%s %s", j ? "," : "", book->also[j]);
		fputc('\n', out);
	}
}
