// SPDX-License-Identifier: GPL-2.0-only

/**
 * seed_documented() - says neither what it takes nor what it returns
 */
int seed_documented(int missing)
{
	return missing;
}

int seed_bare(void)
{
	return 0;
}
