/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEEDS_H
#define SEEDS_H

#include <stddef.h>

unsigned char seed_narrow(int wide);
char *seed_const(const char *text);
int seed_twice(char *memory);
int seed_branch(int x);
int seed_shadow(int x);
double seed_share(int part, int whole);
int seed_null(const int *number);

#endif
