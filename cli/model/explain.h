/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is to be explained: names that somebody asked for, or the counters of an
 * interface.
 */
#ifndef NP_EXPLAIN_H
#define NP_EXPLAIN_H

#include "model/dictionary.h"
#include "model/port.h"

/**
 * struct np_explained - an explanation
 * @of: in what books it stands, word for word; one at least
 * @nr_of: how many
 * @values: counters of the interface that it is about, which own them
 * @nr_values: how many; none where names alone were asked for
 */
struct np_explained {
	struct np_match *of;
	size_t nr_of;
	const struct np_value **values;
	size_t nr_values;
};

/**
 * struct np_explanations - several
 * @item: explanations
 * @count: how many
 * @unknown: counters of the interface without an explanation
 * @nr_unknown: how many
 */
struct np_explanations {
	struct np_explained *item;
	size_t count;
	const struct np_value **unknown;
	size_t nr_unknown;
};

void np_explain_name(struct np_explanations *all, const struct np_book *book,
		     const char *name);
void np_explain_port(struct np_explanations *all, const struct np_port *port,
		     const char *const *names);
void np_explanations_free(struct np_explanations *all);

#endif
