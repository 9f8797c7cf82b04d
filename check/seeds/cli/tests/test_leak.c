// SPDX-License-Identifier: GPL-2.0-only
/* Passes, and has lost what it was given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_leak(void **state)
{
	(void)state;
	assert_ptr_not_equal(malloc(100), state);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_leak) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
