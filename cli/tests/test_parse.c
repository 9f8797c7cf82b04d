// SPDX-License-Identifier: GPL-2.0-only
/*
 * Texts and numbers as people and the kernel write them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/port.h"

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t value;
	} rows[] = {
		{ "0", true, 0 },	  { "18446744073709551615", true, UINT64_MAX },
		{ "0x1f", true, 31 },	  { "12\n", true, 12 },
		{ "-1", false, 0 },	  { "18446744073709551616", false, 0 },
		{ "", false, 0 },	  { "1 2", false, 0 },
		{ " 1", false, 0 },	  { "+1", false, 0 },
		{ "08", true, 8 },	  { "0x", false, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < NP_COUNT(rows); i++) {
		uint64_t value = 77;
		bool good = np_parse_u64(rows[i].text, &value);

		if (good != rows[i].good)
			fail_msg("\"%s\": %d", rows[i].text, good);
		if (good)
			assert_int_equal(value, rows[i].value);
		else
			assert_int_equal(value, 77);
	}
}

static void test_times(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t ns;
	} rows[] = {
		{ "10", true, 10000000000 }, { "10s", true, 10000000000 },
		{ "1.5ms", true, 1500000 },  { "200us", true, 200000 },
		{ "2m", true, 120000000000 }, { "1h", true, 3600000000000 },
		{ "s", false, 0 },	     { "-1s", false, 0 },
		{ "1e30s", false, 0 },	     { "nan", false, 0 },
		{ "1 s", false, 0 },	     { "1sec", false, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < NP_COUNT(rows); i++) {
		uint64_t ns = 0;
		bool good = np_parse_time(rows[i].text, &ns);

		if (good != rows[i].good)
			fail_msg("\"%s\": %d", rows[i].text, good);
		assert_int_equal(ns, rows[i].ns);
	}
}

static void test_cpus(void **state)
{
	static const struct {
		const char *list;
		const char *text;
	} rows[] = {
		{ "0-3,8\n", "0-3,8" }, { "5", "5" },	 { "", "-" },
		{ "\n", "-" },		{ "0,1,2", "0-2" }, { "3-1", NULL },
		{ "1,1", NULL },	{ "1,", NULL },	 { "a", NULL },
		{ "0-99999999", NULL }, { "1-", NULL },	 { "2,1", NULL },
	};
	struct np_cpus cpus = {};
	size_t i;
	char *text;

	(void)state;
	for (i = 0; i < NP_COUNT(rows); i++) {
		bool good = np_cpus_parse(&cpus, rows[i].list);

		if (good != !!rows[i].text)
			fail_msg("\"%s\": %d", rows[i].list, good);
		text = np_cpus_text(&cpus);
		assert_string_equal(text, good ? rows[i].text : "-");
		free(text);
	}
	free(cpus.cpu);
}

static void test_masks(void **state)
{
	static const struct {
		const char *mask;
		const char *text;
	} rows[] = {
		{ "3\n", "0-1" },		{ "00000000,0000000f\n", "0-3" },
		{ "1,00000000", "32" },		{ "0", "-" },
		{ "F0", "4-7" },		{ "", NULL },
		{ "g", NULL },			{ "0x3", NULL },
	};
	struct np_cpus cpus = {};
	size_t i;
	char *text;

	(void)state;
	for (i = 0; i < NP_COUNT(rows); i++) {
		bool good = np_cpus_parse_mask(&cpus, rows[i].mask);

		if (good != !!rows[i].text)
			fail_msg("\"%s\": %d", rows[i].mask, good);
		text = np_cpus_text(&cpus);
		assert_string_equal(text, good ? rows[i].text : "-");
		free(text);
	}
	free(cpus.cpu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_masks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
