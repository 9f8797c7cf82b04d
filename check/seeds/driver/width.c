// SPDX-License-Identifier: GPL-2.0-only
/* A size that is no unsigned long: only a compiler for 32 bits says so. */
#include <linux/sprintf.h>

int seed_width(char *text, size_t len);

int seed_width(char *text, size_t len)
{
	return snprintf(text, len, "%lu", len);
}
