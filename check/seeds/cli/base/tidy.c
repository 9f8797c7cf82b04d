// SPDX-License-Identifier: GPL-2.0-only
/*
 * For clang-tidy: the size of a pointer for that of an array, a result that
 * nobody tells from an error, what is there read after it was found missing.
 */
#include "base/seeds.h"

#include <stdlib.h>
#include <string.h>

size_t seed_size(const int *numbers)
{
	return sizeof(numbers) / sizeof(numbers[0]);
}

int seed_null(const int *number)
{
	if (!number)
		return *number;

	return atoi("12");
}
