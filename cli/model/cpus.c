// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of CPUs as the kernel writes them.
 */
#include "model/port.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* More than any machine has, and few enough that no text fills the memory. */
#define NP_CPU_MAX	65536u

static void np_cpus_add(struct np_cpus *cpus, unsigned int cpu)
{
	*np_more(cpus->cpu, cpus->count) = cpu;
}

static void np_cpus_clear(struct np_cpus *cpus)
{
	free(cpus->cpu);
	*cpus = (struct np_cpus){};
}

/* A number at the beginning of a text; NULL if there is none. */
static const char *np_cpu_number(const char *text, unsigned int *cpu)
{
	unsigned long number;
	char *end;

	if (!isdigit((unsigned char)*text))
		return NULL;
	number = strtoul(text, &end, 10);
	if (number >= NP_CPU_MAX)
		return NULL;
	*cpu = (unsigned int)number;

	return end;
}

/**
 * np_cpus_parse - "0-3,8"
 * @cpus: filled in; freed by the caller
 * @list: as in effective_affinity_list; nothing at all is an empty set
 *
 * Return: whether it is such a list; if not, @cpus is empty.
 */
bool np_cpus_parse(struct np_cpus *cpus, const char *list)
{
	unsigned int first, last;

	np_cpus_clear(cpus);
	while (isspace((unsigned char)*list))
		list++;
	while (*list) {
		list = np_cpu_number(list, &first);
		if (!list)
			goto bad;
		last = first;
		if (*list == '-') {
			list = np_cpu_number(list + 1, &last);
			if (!list)
				goto bad;
		}
		if (last < first || (cpus->count &&
				     first <= cpus->cpu[cpus->count - 1]))
			goto bad;
		for (; first <= last; first++)
			np_cpus_add(cpus, first);
		if (*list == ',' && isdigit((unsigned char)list[1]))
			list++;
		else
			while (isspace((unsigned char)*list))
				list++;
	}

	return true;

bad:
	np_cpus_clear(cpus);
	return false;
}

static int np_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;

	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/**
 * np_cpus_parse_mask - "00000000,0000000f"
 * @cpus: filled in; freed by the caller
 * @mask: as in rps_cpus: words of 32 bits, the highest first
 *
 * Return: whether it is such a mask; if not, @cpus is empty.
 */
bool np_cpus_parse_mask(struct np_cpus *cpus, const char *mask)
{
	size_t len = strlen(mask);
	unsigned int cpu = 0;

	np_cpus_clear(cpus);
	while (len && isspace((unsigned char)mask[len - 1]))
		len--;
	if (!len)
		return false;
	while (len--) {
		int digit = np_hex_digit(mask[len]);
		unsigned int bit;

		if (mask[len] == ',')
			continue;
		if (digit < 0 || cpu >= NP_CPU_MAX) {
			np_cpus_clear(cpus);
			return false;
		}
		for (bit = 0; bit < 4; bit++, cpu++)
			if (digit & (1 << bit))
				np_cpus_add(cpus, cpu);
	}

	return true;
}

/**
 * np_cpus_text - "0-3,8"
 * @cpus: the set, or NULL
 *
 * Return: to be freed; "-" for none.
 */
char *np_cpus_text(const struct np_cpus *cpus)
{
	char *text, *longer;
	size_t i, last;

	if (!cpus || !cpus->count)
		return np_copy("-");
	text = np_copy("");
	for (i = 0; i < cpus->count; i = last + 1) {
		for (last = i; last + 1 < cpus->count &&
		     cpus->cpu[last + 1] == cpus->cpu[last] + 1; last++)
			;
		if (last == i)
			longer = np_print("%s%s%u", text, i ? "," : "",
					  cpus->cpu[i]);
		else
			longer = np_print("%s%s%u-%u", text, i ? "," : "",
					  cpus->cpu[i], cpus->cpu[last]);
		free(text);
		text = longer;
	}

	return text;
}
