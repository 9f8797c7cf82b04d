/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands, and what stands before them on the command line.
 */
#ifndef NP_CMD_H
#define NP_CMD_H

#include <argp.h>

#include "source/source.h"

/**
 * struct np_options - what stands before the command
 * @json: output for programs
 * @pretty: JSON with line breaks
 * @src: the running system or a snapshot
 */
struct np_options {
	bool json;
	bool pretty;
	struct np_source *src;
};

/* Exit codes; `doctor` and `check` have those of monitoring plugins. */
enum {
	NP_OK = 0,
	NP_FAILED = 1,
	NP_REFUSED = 2,
};

int np_cmd_bursts(const struct np_options *options, int argc, char **argv);
int np_cmd_check(const struct np_options *options, int argc, char **argv);
int np_cmd_diff(const struct np_options *options, int argc, char **argv);
int np_cmd_doctor(const struct np_options *options, int argc, char **argv);
int np_cmd_drops(const struct np_options *options, int argc, char **argv);
int np_cmd_explain(const struct np_options *options, int argc, char **argv);
int np_cmd_export(const struct np_options *options, int argc, char **argv);
int np_cmd_show(const struct np_options *options, int argc, char **argv);
int np_cmd_snapshot(const struct np_options *options, int argc, char **argv);

int np_words(const struct np_options *options, const struct argp *argp,
	     int argc, char **argv, void *input);
int np_fail(const struct np_options *options, const char *fmt, ...)
	NP_PRINTF(2, 3);

#endif
