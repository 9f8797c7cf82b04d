// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small things: numbers, times, sets of CPUs, names of counters, and frames as
 * a packet socket gives them. The first octet says which.
 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "model/dictionary.h"
#include "model/port.h"
#include "read/flows.h"

/**
 * LLVMFuzzerInitialize - before the first input
 * @argc: number of words of the command line
 * @argv: those
 *
 * Return: 0.
 */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;

	return 0;
}

static void np_fuzz_cpus(const char *text, bool mask)
{
	struct np_cpus cpus = {};
	char *again;

	if (mask ? np_cpus_parse_mask(&cpus, text) : np_cpus_parse(&cpus, text)) {
		again = np_cpus_text(&cpus);
		free(again);
	}
	free(cpus.cpu);
}

static void np_fuzz_names(const char *text)
{
	struct np_match match;
	const char *near[3];
	size_t i;

	for (i = 0; i < np_nr_books; i++)
		np_book_match(&np_books[i], text, &match);
	np_dictionary_near(&np_books[0], text, near, NP_COUNT(near));
}

static void np_fuzz_frames(const uint8_t *data, size_t size)
{
	struct np_sampled packets[2];
	struct np_flows flows = {};
	uint8_t *exact = malloc(size ? size : 1);

	if (!exact)
		return;
	memcpy(exact, data, size);
	np_sampled_parse(exact, size, &packets[0]);
	np_sampled_parse(exact, size / 2, &packets[1]);
	packets[0].weight = 1;
	packets[1].weight = 2;
	np_flows_count(&flows, packets, NP_COUNT(packets));
	if (flows.packets != 3 || flows.flows > 2)
		abort();
	free(flows.name);
	free(exact);
}

/**
 * LLVMFuzzerTestOneInput - an input
 * @data: input
 * @size: octets
 *
 * Return: 0.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t number;
	char *text;

	if (!size)
		return 0;
	np_fuzz_seeded(data, size);
	text = np_alloc(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (data[0] % 6) {
	case 0:
		np_parse_u64(text, &number);
		break;
	case 1:
		np_parse_time(text, &number);
		break;
	case 2:
		np_fuzz_cpus(text, false);
		break;
	case 3:
		np_fuzz_cpus(text, true);
		break;
	case 4:
		np_fuzz_names(text);
		break;
	default:
		np_fuzz_frames(data + 1, size - 1);
		break;
	}
	free(text);

	return 0;
}
