// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that does not fail, and text.
 */
#include "base/base.h"

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * np_alloc - zeroed memory
 * @size: octets, more than 0
 *
 * Return: never NULL; freed with free().
 */
void *np_alloc(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		err(EXIT_FAILURE, "%zu octets of memory", size);

	return memory;
}

/**
 * np_realloc - an array of another length
 * @old: from np_realloc() or np_alloc(), or NULL
 * @count: elements
 * @size: of one, octets
 *
 * Return: never NULL; new elements are not initialised.
 */
void *np_realloc(void *old, size_t count, size_t size)
{
	void *memory = reallocarray(old, count, size);

	if (!memory)
		err(EXIT_FAILURE, "%zu times %zu octets of memory", count,
		    size);

	return memory;
}

/**
 * np_copy - a copy of a text
 * @text: or NULL
 *
 * Return: freed with free(); NULL for NULL.
 */
char *np_copy(const char *text)
{
	return text ? np_print("%s", text) : NULL;
}

/**
 * np_print - sprintf() into memory of its own
 * @fmt: as of printf()
 *
 * Return: never NULL; freed with free().
 */
char *np_print(const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		err(EXIT_FAILURE, "a text");

	return text;
}

/**
 * np_parse_u64 - a number and nothing else
 * @text: decimal, or hexadecimal with 0x; white space may follow
 * @value: set if it is one
 *
 * Return: whether it is one.
 */
bool np_parse_u64(const char *text, uint64_t *value)
{
	unsigned long long number;
	char *end;

	/* strtoull() takes "-1" for a large number. */
	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	number = strtoull(text, &end,
			  text[0] == '0' && (text[1] | 0x20) == 'x' ? 16 : 10);
	if (errno)
		return false;
	while (isspace((unsigned char)*end))
		end++;
	if (*end)
		return false;
	*value = number;

	return true;
}

/**
 * np_parse_time - a duration as people write it
 * @text: number, which may have a fraction, and one of "us", "ms", "s", "m",
 *	"h"; without a unit, seconds
 * @ns: nanoseconds, set if it is one; at most a year
 *
 * Return: whether it is one.
 */
bool np_parse_time(const char *text, uint64_t *ns)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {
		{ "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 },
		{ "", 1e9 },   { "m", 60e9 }, { "h", 3600e9 },
	};
	double value;
	char *end;
	size_t i;

	if (!isdigit((unsigned char)*text))
		return false;
	value = strtod(text, &end);
	for (i = 0; i < NP_COUNT(units); i++) {
		if (strcmp(end, units[i].name))
			continue;
		value *= units[i].ns;
		/* Not so for NaN, either. */
		if (!(value <= 365 * 24 * 3600e9))
			return false;
		*ns = (uint64_t)llround(value);
		return true;
	}

	return false;
}

/**
 * np_strip - without white space around
 * @text: changed in place
 *
 * Return: where it begins now.
 */
char *np_strip(char *text)
{
	size_t len;

	while (isspace((unsigned char)*text))
		text++;
	len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';

	return text;
}
