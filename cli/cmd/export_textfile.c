// SPDX-License-Identifier: GPL-2.0-only
/*
 * napier export: into a file that another exporter reads.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/export.h"
#include "model/port.h"
#include "serve/service.h"

#define NP_TEXTFILE		"napier.prom"
/* The textfile collector reads *.prom only. */
#define NP_TEXTFILE_NEW		".napier.prom.new"

/* All or nothing: whoever reads sees the old file or the new one. */
static int np_textfile_write(int dir, const struct np_metrics *metrics)
{
	FILE *out;
	int fd, err;

	unlinkat(dir, NP_TEXTFILE_NEW, 0);
	fd = openat(dir, NP_TEXTFILE_NEW,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	out = fdopen(fd, "w");
	if (!out) {
		close(fd);
		return -ENOMEM;
	}
	/* Whoever runs the other exporter has to read it. */
	err = fchmod(fd, 0644) ? -errno : 0;
	np_print_metrics(out, metrics, NP_EXPOSITION_TEXT);
	if (fflush(out) || ferror(out))
		err = errno ? -errno : -EIO;
	if (fclose(out) && !err)
		err = -errno;
	if (!err && renameat(dir, NP_TEXTFILE_NEW, dir, NP_TEXTFILE))
		err = -errno;
	if (err)
		unlinkat(dir, NP_TEXTFILE_NEW, 0);

	return err;
}

static void np_textfile_sleep(uint64_t ns)
{
	struct timespec pause = {
		.tv_sec = (time_t)(ns / 1000000000),
		.tv_nsec = (long)(ns % 1000000000),
	};

	while (nanosleep(&pause, &pause) && errno == EINTR)
		;
}

/**
 * np_export_textfile - write napier.prom
 * @options: what stands before the command
 * @exporter: what to export
 * @dir: directory of the textfile collector
 * @every: nanoseconds from one time to the next; 0 for once
 *
 * Return: exit code; not as long as it works if it is to be done again.
 */
int np_export_textfile(const struct np_options *options,
		       struct np_exporter *exporter, const char *dir,
		       uint64_t every)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;
	const struct np_metrics *metrics;
	struct np_error error = {};

	if (fd < 0)
		return np_fail(options, "%s: %s", dir, strerror(errno));
	/* Files are written as whom we are. */
	if (np_service_drop(false, &error)) {
		close(fd);
		return np_fail(options, "%s", error.text);
	}
	do {
		np_exporter_tick(exporter);
		metrics = np_exporter_metrics(exporter, NP_UNKNOWN, &error);
		err = np_textfile_write(fd, metrics);
		if (!err && !error.code && every)
			np_textfile_sleep(every);
	} while (!err && !error.code && every);
	close(fd);
	if (err)
		return np_fail(options, "%s/" NP_TEXTFILE ": %s", dir,
			       strerror(-err));

	return error.code ? np_fail(options, "%s", error.text) : NP_OK;
}
