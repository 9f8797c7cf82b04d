// SPDX-License-Identifier: GPL-2.0-only
/* Passes, and has read behind what it was given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_heap(void **state)
{
	volatile size_t size = 3;
	volatile char *memory = malloc(size);

	(void)state;
	assert_non_null(memory);
	assert_int_not_equal(memory[size], 300);
	free((void *)memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_heap) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
