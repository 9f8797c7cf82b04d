// SPDX-License-Identifier: GPL-2.0-only
/*
 * For clang-tidy: a quotient whose fraction is lost, a result that nobody tells
 * from an error, what is there read after it was found missing.
 */
#include "base/seeds.h"

#include <stdlib.h>
#include <string.h>

double seed_share(int part, int whole)
{
	return part / whole;
}

int seed_null(const int *number)
{
	if (!number)
		return *number;

	return atoi("12");
}
