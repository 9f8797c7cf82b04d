// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking up counters: names with numbers in them, several that fit, and those
 * that nobody knows; and what an interface's counters become.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/explain.h"

static const struct np_entry entries[] = {
	{ .name = "rx_{n}_drops", .numbers = { "n" } },
	{ .name = "rx_queue_{queue}_drops", .numbers = { "queue" },
	  .kind = NP_KIND_TRAFFIC },
	{ .name = "rx_queue_0_drops" },
	{ .name = "tc_{tc}_queue_{queue}", .numbers = { "tc", "queue" } },
	{ .name = "tx-{queue}.packets", .numbers = { "queue" } },
	{ .name = "[{queue}]: rx_errors", .numbers = { "queue" } },
	{ .name = "last{n}", .numbers = { "n" } },
	{ .name = "lost" },
	{ .name = "p{n}_{tc}", .numbers = { "n", "tc" } },
	{ .name = "p{n}_1", .numbers = { "n" } },
	{ .name = "q{n}_1", .numbers = { "n" } },
	{ .name = "q{n}_{tc}", .numbers = { "n", "tc" } },
};

static const char *const also[] = { NULL };

static const struct np_book book = {
	"test", also, entries, NP_COUNT(entries),
};

/* Which entry a name means; NULL if none. */
static const char *meant(const char *name, struct np_match *match)
{
	return np_book_match(&book, name, match) ? match->entry->name : NULL;
}

static void test_patterns(void **state)
{
	static const struct {
		const char *name;
		const char *entry;
		uint32_t numbers[NP_NUMBERS_MAX];
		size_t count;
	} cases[] = {
		{ "rx_queue_3_drops", "rx_queue_{queue}_drops", { 3 }, 1 },
		{ "tc_7_queue_12", "tc_{tc}_queue_{queue}", { 7, 12 }, 2 },
		{ "tx-10.packets", "tx-{queue}.packets", { 10 }, 1 },
		{ "[63]: rx_errors", "[{queue}]: rx_errors", { 63 }, 1 },
		{ "last0", "last{n}", { 0 }, 1 },
		{ "lost", "lost", {}, 0 },
		/* As the book has it. */
		{ "rx_queue_{queue}_drops", "rx_queue_{queue}_drops", {}, 0 },
		{ "rx_queue__drops", NULL, {}, 0 },
		{ "rx_queue_x_drops", NULL, {}, 0 },
		{ "rx_queue_-1_drops", NULL, {}, 0 },
		{ "rx_queue_03_drops", NULL, {}, 0 },
		{ "rx_queue_3_drop", NULL, {}, 0 },
		{ "rx_queue_3_drops2", NULL, {}, 0 },
		{ "rx_queue_3", NULL, {}, 0 },
		{ "last", NULL, {}, 0 },
		{ "los", NULL, {}, 0 },
		{ "", NULL, {}, 0 },
	};
	struct np_match match;
	size_t i, j;

	(void)state;
	for (i = 0; i < NP_COUNT(cases); i++) {
		const char *entry = meant(cases[i].name, &match);

		if (!entry || !cases[i].entry) {
			if (entry)
				fail_msg("\"%s\": %s", cases[i].name, entry);
			if (cases[i].entry)
				fail_msg("\"%s\": nothing", cases[i].name);
			continue;
		}
		assert_string_equal(entry, cases[i].entry);
		assert_int_equal(match.count, cases[i].count);
		for (j = 0; j < match.count; j++)
			assert_int_equal(match.numbers[j],
					 cases[i].numbers[j]);
	}
}

static void test_most_literal(void **state)
{
	struct np_match match;

	(void)state;
	/* It stands behind the other one, and before it. */
	assert_string_equal(meant("p3_1", &match), "p{n}_1");
	assert_int_equal(match.count, 1);
	assert_int_equal(match.numbers[0], 3);
	assert_string_equal(meant("q3_1", &match), "q{n}_1");
	assert_int_equal(match.count, 1);
	assert_string_equal(meant("p3_2", &match), "p{n}_{tc}");
	assert_string_equal(meant("q3_2", &match), "q{n}_{tc}");
	assert_int_equal(match.count, 2);
	/* One without a placeholder is as literal as can be. */
	assert_string_equal(meant("rx_queue_0_drops", &match),
			    "rx_queue_0_drops");
	assert_int_equal(match.count, 0);
	assert_string_equal(meant("rx_0_drops", &match), "rx_{n}_drops");
	assert_string_equal(meant("rx_queue_1_drops", &match),
			    "rx_queue_{queue}_drops");
}

static void test_large_numbers(void **state)
{
	struct np_match match;

	(void)state;
	assert_non_null(meant("last4294967295", &match));
	assert_int_equal(match.numbers[0], UINT32_MAX);
	assert_null(meant("last4294967296", &match));
	assert_null(meant("last18446744073709551616", &match));
	assert_null(meant("last99999999999999999999999999999999", &match));
	assert_null(meant("tc_4294967296_queue_1", &match));
}

static void test_drivers(void **state)
{
	struct np_match match;

	(void)state;
	assert_true(np_dictionary_find("igb", "rx_queue_3_drops", &match));
	assert_string_equal(match.book->driver, "igb");
	assert_string_equal(match.entry->name, "rx_queue_{queue}_drops");
	assert_string_equal(match.entry->numbers[0], "queue");
	assert_int_equal(match.numbers[0], 3);
	assert_int_equal(match.entry->kind, NP_KIND_LOSS);
	assert_int_equal(match.entry->layer, NP_LAYER_RING);
	/* Fields of the link are no counters of a driver, nor the other way. */
	assert_false(np_dictionary_find("igb", "rx_nohandler", &match));
	assert_true(np_dictionary_find(NP_BOOK_LINK, "rx_nohandler", &match));
	assert_false(np_dictionary_find(NP_BOOK_LINK, "rx_queue_3_drops",
					&match));
	assert_false(np_dictionary_find("e1000", "rx_missed_errors", &match));
	assert_false(np_dictionary_find("", "rx_missed_errors", &match));
	assert_false(np_dictionary_find(NULL, "rx_missed_errors", &match));
	assert_ptr_equal(np_book_find("mlx5_core.sf"),
			 np_book_find("mlx5_core"));
	assert_null(np_book_find("mlx5"));
}

/* What is built in can be found: each entry under its name, with numbers in it. */
static void test_every_entry(void **state)
{
	size_t i, j, known = 0;

	(void)state;
	for (i = 0; i < np_nr_books; i++)
		for (j = 0; j < np_books[i].count; j++) {
			const struct np_entry *entry = &np_books[i].entries[j];
			char name[128], *to = name;
			const char *from;
			struct np_match match;

			for (from = entry->name; *from; from++) {
				*to = *from;
				if (*from == '{')
					*to = '5';
				to++;
				if (*from == '{')
					from = strchr(from, '}');
			}
			*to = '\0';
			assert_true(np_dictionary_find(np_books[i].driver,
						       name, &match));
			assert_ptr_equal(match.entry, entry);
			known++;
		}
	assert_true(np_nr_books >= 16);
	assert_true(known > 1300);
	assert_string_equal(np_books[0].driver, NP_BOOK_LINK);
}

static void test_near(void **state)
{
	const char *near[3];

	(void)state;
	assert_int_equal(np_dictionary_near(&book, "lots", near, 3), 1);
	assert_string_equal(near[0], "lost");
	assert_int_equal(np_dictionary_near(&book, "RX_queue_77_drop", near, 3),
			 2);
	assert_string_equal(near[0], "rx_queue_{queue}_drops");
	assert_int_equal(np_dictionary_near(&book, "{", near, 3), 0);
	assert_int_equal(np_dictionary_near(&book, "", near, 3), 0);
	assert_int_equal(np_dictionary_near(&book, "something else", near, 3),
			 0);
	/* Of many in all books, the nearest, and each name once. */
	assert_int_equal(np_dictionary_near(NULL, "rx_mised_errors", near, 3),
			 3);
	assert_string_equal(near[0], "rx_missed_errors");
	assert_string_not_equal(near[1], near[0]);
	assert_string_not_equal(near[2], near[1]);
}

static void add(struct np_value **values, size_t *count, const char *name,
		uint64_t value)
{
	struct np_value *one = np_more(*values, *count);

	one->name = np_copy(name);
	one->value = value;
}

static void test_port(void **state)
{
	struct np_port *port = np_port_alloc("eth0");
	static const char *const wanted[] = { "rx_missed_errors", NULL };
	struct np_explanations all = {};

	(void)state;
	port->driver = np_copy("igb");
	add(&port->link, &port->nr_link, "rx_packets", 9);
	add(&port->link, &port->nr_link, "rx_missed_errors", 0);
	add(&port->own, &port->nr_own, "rx_crc_errors", 2);
	add(&port->own, &port->nr_own, "rx_queue_0_drops", 3);
	add(&port->own, &port->nr_own, "rx_queue_1_drops", 0);
	add(&port->own, &port->nr_own, "rx_queue_2_drops", 4);
	add(&port->own, &port->nr_own, "of_another_kernel", 1);

	np_explain_port(&all, port, NULL);
	assert_int_equal(all.count, 3);
	assert_int_equal(all.item[0].nr_values, 2);
	assert_string_equal(all.item[0].values[1]->name, "rx_queue_2_drops");
	assert_string_equal(all.item[1].of[0].entry->name, "rx_crc_errors");
	assert_string_equal(all.item[1].of[0].book->driver, "igb");
	assert_string_equal(all.item[2].of[0].book->driver, NP_BOOK_LINK);
	assert_int_equal(all.nr_unknown, 1);
	assert_string_equal(all.unknown[0]->name, "of_another_kernel");
	np_explanations_free(&all);

	np_explain_port(&all, port, wanted);
	assert_int_equal(all.count, 1);
	assert_int_equal(all.item[0].nr_values, 1);
	assert_int_equal(all.nr_unknown, 0);
	np_explanations_free(&all);
	np_port_free(port);
}

/* Said once where two drivers say it word for word. */
static void test_grouped(void **state)
{
	struct np_explanations all = {};
	size_t i, books = 0;

	(void)state;
	np_explain_name(&all, NULL, "rx_fifo_errors");
	for (i = 0; i < all.count; i++)
		books += all.item[i].nr_of;
	assert_string_equal(all.item[0].of[0].book->driver, NP_BOOK_LINK);
	assert_int_equal(all.item[0].nr_of, 1);
	assert_true(all.count < books);
	np_explanations_free(&all);
	np_explain_name(&all, np_book_find("igb"), "rx_fifo_errors");
	assert_int_equal(all.count, 1);
	assert_int_equal(all.item[0].nr_of, 1);
	np_explanations_free(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_most_literal),
		cmocka_unit_test(test_large_numbers),
		cmocka_unit_test(test_drivers),
		cmocka_unit_test(test_every_entry),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_port),
		cmocka_unit_test(test_grouped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
