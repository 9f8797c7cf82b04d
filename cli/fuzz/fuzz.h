/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzzers share.
 */
#ifndef NP_FUZZ_H
#define NP_FUZZ_H

#include "base/base.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void np_fuzz_seeded(const uint8_t *data, size_t size);

#endif
