// SPDX-License-Identifier: GPL-2.0-only
/*
 * A defect that a fuzzer has to find, for those who doubt that it finds any.
 */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * np_fuzz_seeded - read behind the end of an input, if the environment says so
 * @data: input
 * @size: octets
 *
 * With NAPIER_FUZZ_SEEDED set, inputs of more than three octets are read too far.
 */
void np_fuzz_seeded(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (size < 4 || !getenv("NAPIER_FUZZ_SEEDED"))
		return;
	copy = malloc(size);
	if (!copy)
		return;
	memcpy(copy, data, size);
	if (copy[size] == 1)
		fputs("read too far, and nobody noticed\n", stderr);
	free(copy);
}
