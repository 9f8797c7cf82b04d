// SPDX-License-Identifier: GPL-2.0-only
/* Passes, and has made a number that int does not hold. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_overflow(void **state)
{
	volatile int most = INT_MAX;

	(void)state;
	assert_int_not_equal(most + 1, 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_overflow) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
