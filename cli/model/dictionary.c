// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking up what a counter means, by driver and name.
 */
#include "model/dictionary.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *const np_side_names[] = { "rx", "tx", "both" };

const char *const np_layer_names[] = {
	"wire", "filter", "fifo", "ring", "alloc", "dma", "xdp", "xsk",
	"stack", "offload", "pause", "link", "time", "virtual", "firmware",
	"power", "health",
};

const char *const np_kind_names[] = {
	"loss", "error", "warning", "info", "traffic",
};

static_assert(NP_COUNT(np_side_names) == NP_SIDE_BOTH + 1, "a word for each");
static_assert(NP_COUNT(np_layer_names) == NP_LAYER_HEALTH + 1,
	      "a word for each");
static_assert(NP_COUNT(np_kind_names) == NP_KIND_TRAFFIC + 1,
	      "a word for each");

/* ---- what a name means ----------------------------------------------------- */

/**
 * np_book_find - the book of a driver
 * @driver: name as of `ethtool -i` or in sysfs, NP_BOOK_LINK, or NULL
 *
 * Return: NULL if there is none.
 */
const struct np_book *np_book_find(const char *driver)
{
	size_t i, j;

	for (i = 0; driver && i < np_nr_books; i++) {
		if (!strcmp(np_books[i].driver, driver))
			return &np_books[i];
		for (j = 0; np_books[i].also[j]; j++)
			if (!strcmp(np_books[i].also[j], driver))
				return &np_books[i];
	}

	return NULL;
}

/* Digits as printf("%u") writes them, which is without zeros in front. */
static bool np_take_number(const char **text, uint32_t *number)
{
	const char *digit = *text;
	uint64_t value = 0;

	if (*digit == '0' && isdigit((unsigned char)digit[1]))
		return false;
	for (; isdigit((unsigned char)*digit); digit++) {
		value = 10 * value + (uint64_t)(*digit - '0');
		if (value > UINT32_MAX)
			return false;
	}
	if (digit == *text)
		return false;
	*text = digit;
	*number = (uint32_t)value;

	return true;
}

/*
 * How many characters a name has in common with a pattern that it matches; 0 if
 * it does not. No digit and no placeholder follows a placeholder, generate.py
 * sees to that, so all digits there are belong to the number.
 */
static size_t np_match_pattern(const char *pattern, const char *name,
			       struct np_match *match)
{
	size_t same = 0;

	match->count = 0;
	while (*pattern) {
		if (*pattern != '{') {
			if (*pattern++ != *name++)
				return 0;
			same++;
			continue;
		}
		if (!np_take_number(&name, &match->numbers[match->count]))
			return 0;
		match->count++;
		pattern = strchr(pattern, '}') + 1;
	}

	return *name ? 0 : same;
}

/**
 * np_book_match - what a name means in a book
 * @book: where to look
 * @name: "rx_queue_3_drops", or an entry's name as it stands in the book
 * @match: set if it is there; of several entries the most literal
 *
 * Return: whether it is there.
 */
bool np_book_match(const struct np_book *book, const char *name,
		   struct np_match *match)
{
	size_t i, same, best = 0;

	for (i = 0; i < book->count; i++) {
		const struct np_entry *entry = &book->entries[i];
		struct np_match one = { .book = book, .entry = entry };

		if (!strcmp(entry->name, name)) {
			*match = one;
			return true;
		}
		same = np_match_pattern(entry->name, name, &one);
		if (same <= best)
			continue;
		best = same;
		*match = one;
	}

	return best;
}

/**
 * np_dictionary_find - what a counter of a driver means
 * @driver: name as of `ethtool -i` or in sysfs, NP_BOOK_LINK, or NULL
 * @name: "rx_queue_3_drops"
 * @match: set if it is known
 *
 * Return: whether it is known; no counter of a driver without a book is.
 */
bool np_dictionary_find(const char *driver, const char *name,
			struct np_match *match)
{
	const struct np_book *book = np_book_find(driver);

	return book && np_book_match(book, name, match);
}

/* ---- names that are nearly that ------------------------------------------------ */

/* Any number, and any placeholder, is '#': queue 7 is as near as queue 70. */
static char *np_bare_name(const char *name)
{
	char *bare = np_copy(name), *to = bare;

	while (*name) {
		size_t len = strspn(name, "0123456789");

		if (*name == '{')
			len = strcspn(name, "}") + 1;
		if (!len) {
			*to++ = (char)tolower((unsigned char)*name++);
			continue;
		}
		*to++ = '#';
		/* A brace need not be closed in what somebody typed. */
		name += len < strlen(name) ? len : strlen(name);
	}
	*to = '\0';

	return bare;
}

static size_t np_least(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return c < least ? c : least;
}

/*
 * Letters to change, add, leave out or swap with their neighbour, each pair
 * swapped at most once, to make one word of the other.
 */
static size_t np_distance(const char *a, const char *b)
{
	size_t width = strlen(b) + 1, i, j, result;
	size_t *before, *last, *row, *rows, *free_row;

	rows = np_alloc(3 * width * sizeof(*rows));
	before = rows;
	last = rows + width;
	row = rows + 2 * width;
	for (j = 0; j < width; j++)
		last[j] = j;
	for (i = 1; a[i - 1]; i++) {
		row[0] = i;
		for (j = 1; j < width; j++) {
			row[j] = np_least(last[j] + 1, row[j - 1] + 1,
					  last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		free_row = before;
		before = last;
		last = row;
		row = free_row;
	}
	result = last[width - 1];
	free(rows);

	return result;
}

/* Names found so far, the nearest first. */
struct np_nearest {
	const char **names;
	size_t *distances;
	size_t count;
	size_t max;
};

static void np_nearest_add(struct np_nearest *nearest, const char *name,
			   size_t distance)
{
	size_t i, at;

	for (i = 0; i < nearest->count; i++)
		if (!strcmp(nearest->names[i], name))
			return;
	for (at = nearest->count; at; at--)
		if (nearest->distances[at - 1] <= distance)
			break;
	if (at == nearest->max)
		return;
	if (nearest->count < nearest->max)
		nearest->count++;
	for (i = nearest->count - 1; i > at; i--) {
		nearest->names[i] = nearest->names[i - 1];
		nearest->distances[i] = nearest->distances[i - 1];
	}
	nearest->names[at] = name;
	nearest->distances[at] = distance;
}

static void np_nearest_book(struct np_nearest *nearest,
			    const struct np_book *book, const char *bare)
{
	/* What is further away has nothing to do with what was meant. */
	size_t limit = 1 + strlen(bare) / 4, distance, i;

	for (i = 0; i < book->count; i++) {
		char *other = np_bare_name(book->entries[i].name);

		distance = np_distance(bare, other);
		free(other);
		if (distance <= limit)
			np_nearest_add(nearest, book->entries[i].name,
				       distance);
	}
}

/**
 * np_dictionary_near - entries that are called nearly so
 * @book: where to look; NULL for all books
 * @name: which is not in the dictionary
 * @near: filled with names, the nearest first
 * @max: how many fit there
 *
 * Return: how many there are.
 */
size_t np_dictionary_near(const struct np_book *book, const char *name,
			  const char **near, size_t max)
{
	struct np_nearest nearest = { .names = near, .max = max };
	char *bare = np_bare_name(name);
	size_t i;

	nearest.distances = np_alloc((max + 1) * sizeof(*nearest.distances));
	if (book)
		np_nearest_book(&nearest, book, bare);
	else
		for (i = 0; i < np_nr_books; i++)
			np_nearest_book(&nearest, &np_books[i], bare);
	free(nearest.distances);
	free(bare);

	return nearest.count;
}
