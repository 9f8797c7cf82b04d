/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the ledger share.
 */
#ifndef NP_JUDGE_LEDGER_H
#define NP_JUDGE_LEDGER_H

#include "model/dictionary.h"
#include "model/ledger.h"

/**
 * struct np_family - counters of the driver that an entry of its book explains:
 *	one, or one for each queue
 * @entry: of the book
 * @value: each counter, with what it has gained
 * @nr_value: how many
 * @sum: of those
 * @late: packets that the driver had already counted as received or sent when
 *	it lost them
 * @repeated: others of them show the same packets
 */
struct np_family {
	const struct np_entry *entry;
	struct np_value *value;
	size_t nr_value;
	uint64_t sum;
	bool late;
	bool repeated;
};

/**
 * struct np_families - losses of an interface that its driver counts
 * @item: those
 * @count: how many
 * @book: of the driver, NULL if there is none
 */
struct np_families {
	struct np_family *item;
	size_t count;
	const struct np_book *book;
};

/**
 * struct np_wire - a counter of all good frames at the MAC
 * @name: of it
 * @gained: what it has gained
 * @with_fifo: frames for which the packet buffer had no room are in it
 * @others: who else has a share in it, or NULL
 */
struct np_wire {
	const char *name;
	uint64_t gained;
	bool with_fifo;
	const char *others;
};

/* What the driver counts, each loss once: families.c. */
void np_families_read(struct np_families *all, const struct np_port *before,
		      const struct np_port *after);
void np_families_verdicts(struct np_families *all, const struct np_port *before,
			  const struct np_port *after);
void np_families_free(struct np_families *all);
bool np_field_again(const char *driver, const char *field, const char **of);
bool np_wire_find(struct np_wire *wire, const struct np_port *before,
		  const struct np_port *after, bool rx);

#endif
