// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gathering explanations: each is said once, whoever it is for.
 */
#include "model/explain.h"

#include <stdlib.h>
#include <string.h>

static bool np_same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* All but where it was read: drivers with a common ancestor say the same. */
static bool np_same_entry(const struct np_entry *a, const struct np_entry *b)
{
	return a->side == b->side && a->layer == b->layer &&
	       a->kind == b->kind && np_same_text(a->name, b->name) &&
	       np_same_text(a->unit, b->unit) && np_same_text(a->reg, b->reg) &&
	       np_same_text(a->field, b->field) &&
	       np_same_text(a->says, b->says) &&
	       np_same_text(a->todo, b->todo) && np_same_text(a->ip, b->ip);
}

static void np_explain_match(struct np_explanations *all,
			     const struct np_match *match)
{
	struct np_explained *one;
	size_t i;

	for (i = 0; i < all->count; i++) {
		one = &all->item[i];
		if (np_same_entry(one->of[0].entry, match->entry)) {
			*np_more(one->of, one->nr_of) = *match;
			return;
		}
	}
	one = np_more(all->item, all->count);
	*np_more(one->of, one->nr_of) = *match;
}

/**
 * np_explain_name - all that is known under a name
 * @all: where explanations are added; fresh, or for another name
 * @book: where to look, NULL for all books
 * @name: of a counter
 */
void np_explain_name(struct np_explanations *all, const struct np_book *book,
		     const char *name)
{
	struct np_match match;
	size_t i;

	for (i = 0; i < np_nr_books; i++)
		if ((!book || book == &np_books[i]) &&
		    np_book_match(&np_books[i], name, &match))
			np_explain_match(all, &match);
}

static bool np_among(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;

	return false;
}

/* The explanation of an entry, made if it is not there. */
static struct np_explained *np_explained_of(struct np_explanations *all,
					    const struct np_match *match)
{
	struct np_explained *one;
	size_t i;

	for (i = 0; i < all->count; i++)
		if (all->item[i].of[0].entry == match->entry)
			return &all->item[i];
	one = np_more(all->item, all->count);
	*np_more(one->of, one->nr_of) = *match;

	return one;
}

static void np_explain_values(struct np_explanations *all,
			      const struct np_book *book,
			      const struct np_value *values, size_t count,
			      const char *const *names)
{
	struct np_explained *one;
	struct np_match match;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct np_value *value = &values[i];

		if (names ? !np_among(names, value->name) : !value->value)
			continue;
		if (book && np_book_match(book, value->name, &match)) {
			one = np_explained_of(all, &match);
			*np_more(one->values, one->nr_values) = value;
		} else {
			*np_more(all->unknown, all->nr_unknown) = value;
		}
	}
}

/* What matters most to the front, otherwise as it is. */
static void np_sort_by_kind(struct np_explanations *all)
{
	struct np_explained *sorted = NULL;
	size_t count = 0, kind, i;

	for (kind = 0; kind <= NP_KIND_TRAFFIC; kind++)
		for (i = 0; i < all->count; i++)
			if (all->item[i].of[0].entry->kind == kind)
				*np_more(sorted, count) = all->item[i];
	free(all->item);
	all->item = sorted;
}

/**
 * np_explain_port - the counters of an interface
 * @all: fresh; filled with explanations, losses first; valid as long as @port
 * @port: interface
 * @names: counters to explain, closed by NULL; or NULL for those that are not 0
 */
void np_explain_port(struct np_explanations *all, const struct np_port *port,
		     const char *const *names)
{
	np_explain_values(all, np_book_find(NP_BOOK_LINK), port->link,
			  port->nr_link, names);
	np_explain_values(all, np_book_find(port->driver), port->own,
			  port->nr_own, names);
	np_sort_by_kind(all);
}

/**
 * np_explanations_free - forget explanations
 * @all: which is fresh again
 */
void np_explanations_free(struct np_explanations *all)
{
	size_t i;

	for (i = 0; i < all->count; i++) {
		free(all->item[i].of);
		free(all->item[i].values);
	}
	free(all->item);
	free(all->unknown);
	*all = (struct np_explanations){};
}
