// SPDX-License-Identifier: GPL-2.0-only
/* In a folder of which nobody has said where it belongs. */
int seed_stray;
