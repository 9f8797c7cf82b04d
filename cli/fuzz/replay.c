// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording of `bursts`, and what is shown of it.
 */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#include "print/print.h"
#include "read/replay.h"

static FILE *np_nowhere;

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
	np_nowhere = fopen("/dev/null", "we");

	return 0;
}

static void np_told(struct np_bursts *all, const struct np_burst *burst,
		    void *data)
{
	(void)data;
	if (burst)
		np_show_burst(np_nowhere, all, burst);
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
	struct np_bursts all = {};
	struct np_error error = {};
	FILE *in;
	size_t i;

	np_fuzz_seeded(data, size);
	in = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;
	if (!in)
		return 0;
	if (!np_replay(in, &all, np_told, NULL, &error)) {
		np_show_bursts_summary(np_nowhere, &all);
		np_svg_heatmap(np_nowhere, &all);
		for (i = 0; i < all.nr_port; i++)
			np_show_heatmap(np_nowhere, &all.port[i], all.tick);
	}
	np_bursts_clear(&all);
	fclose(in);

	return 0;
}
