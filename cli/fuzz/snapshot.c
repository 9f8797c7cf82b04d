// SPDX-License-Identifier: GPL-2.0-only
/*
 * A snapshot, of which one file is what the fuzzer wants: files of /proc and
 * /sys, answers of netlink and of SIOCETHTOOL. All that reads and judges it.
 *
 * NAPIER_FUZZ_ROOT is a snapshot, which is written to. An input is the number
 * of a file in two octets, and its content.
 */
#include "fuzz/fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "judge/judge.h"
#include "print/print.h"
#include "read/read.h"

/* A file of the last sample. */
struct np_kept {
	char *path;
	char *text;
	size_t size;
};

static struct np_kept *np_files;
static size_t np_nr_files;
static const char *np_root;
static char **np_names;
static FILE *np_nowhere;

static void np_write(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

static int np_keep(const char *path, const struct stat *st, int type,
		   struct FTW *at)
{
	struct np_kept *one;
	FILE *file;

	(void)at;
	if (type != FTW_F || !S_ISREG(st->st_mode))
		return 0;
	file = fopen(path, "re");
	if (!file)
		return -1;
	one = np_more(np_files, np_nr_files);
	one->path = np_copy(path);
	one->text = np_alloc((size_t)st->st_size + 1);
	one->size = fread(one->text, 1, (size_t)st->st_size, file);
	fclose(file);

	return 0;
}

static int np_by_path(const void *a, const void *b)
{
	const struct np_kept *one = a, *other = b;

	return strcmp(one->path, other->path);
}

/**
 * LLVMFuzzerInitialize - keep all files, in the order that seeds are made in
 * @argc: number of words of the command line
 * @argv: those
 *
 * Return: 0.
 */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct np_error error = {};
	struct np_source *src;
	char *last;

	(void)argc;
	(void)argv;
	np_root = getenv("NAPIER_FUZZ_ROOT");
	if (!np_root) {
		fprintf(stderr, "NAPIER_FUZZ_ROOT: a snapshot, in memory best\n");
		exit(1);
	}
	last = np_print("%s/2", np_root);
	if (nftw(last, np_keep, 8, FTW_PHYS) || !np_nr_files)
		abort();
	free(last);
	qsort(np_files, np_nr_files, sizeof(*np_files), np_by_path);
	src = np_source_open(np_root, &error);
	np_names = src ? np_read_names(src) : NULL;
	if (!np_names || !*np_names) {
		fprintf(stderr, "%s: a snapshot of no interface\n", np_root);
		exit(1);
	}
	np_source_free(src);
	np_nowhere = fopen("/dev/null", "we");

	return 0;
}

static void np_tell(const struct np_window *window)
{
	struct np_ledger *ledger;
	struct np_findings all;
	json_t *document;
	size_t i;

	for (i = 0; i < window->after->nr_port; i++) {
		const struct np_port *port = window->after->port[i];

		np_show_port(np_nowhere, port);
		document = np_json_port(port);
		json_dumpf(document, np_nowhere, JSON_COMPACT);
		json_decref(document);
		ledger = np_ledger_port(window, port->name);
		if (ledger)
			np_show_ledger(np_nowhere, ledger);
		np_ledger_free(ledger);
	}
	ledger = np_ledger_protocols(window);
	if (ledger)
		np_show_ledger(np_nowhere, ledger);
	np_ledger_free(ledger);
	np_show_socket_drops(np_nowhere, window);
	np_judge(&all, window);
	np_show_findings(np_nowhere, &all, window);
	np_findings_free(&all);
}

static void np_run(void)
{
	struct np_sample *before = NULL, *after = NULL;
	struct np_source *src, *earlier = NULL;
	struct np_error error = {};
	struct np_window window;

	src = np_source_open(np_root, &error);
	if (!src)
		return;
	earlier = np_source_earlier(src);
	if (earlier)
		before = np_read_sample(earlier, np_names, &error);
	after = np_read_sample(src, np_names, &error);
	if (before && after) {
		window = (struct np_window){
			.before = before,
			.after = after,
			.ns = 1000000000,
		};
		np_read_owners(src, &window, after->host);
		np_tell(&window);
	}
	np_sample_free(before);
	np_sample_free(after);
	np_source_free(earlier);
	np_source_free(src);
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
	const struct np_kept *one;

	if (size < 2)
		return 0;
	np_fuzz_seeded(data, size);
	one = &np_files[(size_t)(data[0] << 8 | data[1]) % np_nr_files];
	np_write(one->path, data + 2, size - 2);
	np_run();
	np_write(one->path, one->text, one->size);

	return 0;
}
