// SPDX-License-Identifier: GPL-2.0-only
/*
 * For compilers: a number that loses its upper half, a const that is cast away,
 * memory that is freed twice, two branches that are one, a name behind another,
 * a function that no header names.
 */
#include "base/seeds.h"

#include <stdlib.h>

unsigned char seed_narrow(int wide)
{
	return wide;
}

char *seed_const(const char *text)
{
	return (char *)text;
}

int seed_twice(char *memory)
{
	free(memory);
	free(memory);

	return 0;
}

int seed_branch(int x)
{
	if (x)
		x++;
	else
		x++;

	return x;
}

int seed_shadow(int x)
{
	while (x < 10) {
		int x = 5;

		if (x)
			return x;
	}

	return x;
}

int seed_unnamed(void);

int seed_unnamed(void)
{
	return 0;
}

void seed_undeclared(void)
{
}
