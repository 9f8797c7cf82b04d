/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * napier export: its ways to give metrics away.
 */
#ifndef NP_CMD_EXPORT_H
#define NP_CMD_EXPORT_H

#include "cmd/cmd.h"
#include "serve/exporter.h"

/**
 * struct np_export_file - a file that is part of the program
 * @name: of it
 * @lines: all of it; closed by NULL
 */
struct np_export_file {
	const char *name;
	const char *const *lines;
};

/* Made by export/embed.py; closed by an empty one. */
extern const struct np_export_file np_export_files[];

int np_export_serve(const struct np_options *options,
		    struct np_exporter *exporter, const char *address);
int np_export_textfile(const struct np_options *options,
		       struct np_exporter *exporter, const char *dir,
		       uint64_t every);

#endif
