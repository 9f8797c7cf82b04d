/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What counters mean: the files of dictionary/, which are part of the program.
 *
 * A book holds the counters of one driver as `ethtool -S` names them, or, the
 * one called "link", the fields of rtnl_link_stats64, which every interface has.
 */
#ifndef NP_DICTIONARY_H
#define NP_DICTIONARY_H

#include "base/base.h"

/* The book of rtnl_link_stats64. */
#define NP_BOOK_LINK	"link"

/* Placeholders that a name has at most. */
#define NP_NUMBERS_MAX	2

/* Words for these are in np_side_names[] and so on: keep their order. */
enum np_side {
	NP_SIDE_RX,
	NP_SIDE_TX,
	NP_SIDE_BOTH,
};

/* FORMAT.md says what each is. */
enum np_layer {
	NP_LAYER_WIRE,
	NP_LAYER_FILTER,
	NP_LAYER_FIFO,
	NP_LAYER_RING,
	NP_LAYER_ALLOC,
	NP_LAYER_DMA,
	NP_LAYER_XDP,
	NP_LAYER_XSK,
	NP_LAYER_STACK,
	NP_LAYER_OFFLOAD,
	NP_LAYER_PAUSE,
	NP_LAYER_LINK,
	NP_LAYER_TIME,
	NP_LAYER_VIRTUAL,
	NP_LAYER_FIRMWARE,
	NP_LAYER_POWER,
	NP_LAYER_HEALTH,
};

/* What matters most comes first. */
enum np_kind {
	NP_KIND_LOSS,
	NP_KIND_ERROR,
	NP_KIND_WARNING,
	NP_KIND_INFO,
	NP_KIND_TRAFFIC,
};

extern const char *const np_side_names[];
extern const char *const np_layer_names[];
extern const char *const np_kind_names[];

/**
 * struct np_entry - what a counter means
 * @name: as the driver calls it, with {queue} and the like for numbers
 * @side: of the interface
 * @layer: where it is counted
 * @kind: what a count is
 * @unit: what is counted
 * @numbers: words in braces in @name, in their order; NULL behind the last
 * @reg: register of the device, or NULL
 * @field: of rtnl_link_stats64 that the same thing feeds, or NULL
 * @says: what happens when it counts
 * @todo: what to do if it grows, or NULL
 * @read: where that was read
 * @ip: heading in `ip -s -s link`; this and the following only in the link book
 * @column: of /proc/net/dev, or NULL
 * @series: of node_exporter, or NULL
 * @series_detailed: of node_exporter with detailed metrics, or NULL
 */
struct np_entry {
	const char *name;
	enum np_side side;
	enum np_layer layer;
	enum np_kind kind;
	const char *unit;
	const char *numbers[NP_NUMBERS_MAX + 1];
	const char *reg;
	const char *field;
	const char *says;
	const char *todo;
	const char *read;
	const char *ip;
	const char *column;
	const char *series;
	const char *series_detailed;
};

/**
 * struct np_book - the counters of a driver
 * @driver: name, or NP_BOOK_LINK
 * @also: other drivers that show the same counters, closed by NULL
 * @entries: the counters
 * @count: how many
 */
struct np_book {
	const char *driver;
	const char *const *also;
	const struct np_entry *entries;
	size_t count;
};

/**
 * struct np_match - what a name of a counter means
 * @book: in which it was found
 * @entry: what it means
 * @numbers: values of entry->numbers
 * @count: how many; 0 if the name was that of the entry, braces and all
 */
struct np_match {
	const struct np_book *book;
	const struct np_entry *entry;
	uint32_t numbers[NP_NUMBERS_MAX];
	size_t count;
};

/* All books, that of the link first; made by dictionary/generate.py. */
extern const struct np_book np_books[];
extern const size_t np_nr_books;

const struct np_book *np_book_find(const char *driver);
bool np_book_match(const struct np_book *book, const char *name,
		   struct np_match *match);
bool np_dictionary_find(const char *driver, const char *name,
			struct np_match *match);
size_t np_dictionary_near(const struct np_book *book, const char *name,
			  const char **near, size_t max);

#endif
