// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two samples: of the running system with time in between, or those of a
 * snapshot.
 */
#include "cmd/window.h"

#include <errno.h>
#include <time.h>

#include "read/read.h"

static struct np_sample *np_first_sample(const struct np_options *options,
					 char *const *names, bool *two,
					 struct np_error *error)
{
	struct np_source *earlier;
	struct np_sample *sample;

	*two = true;
	if (np_source_is_live(options->src))
		return np_read_sample(options->src, names, error);
	earlier = np_source_earlier(options->src);
	*two = earlier;
	sample = np_read_sample(earlier ? earlier : options->src, names, error);
	np_source_free(earlier);

	return sample;
}

/**
 * np_window_take - two samples
 * @options: of what source
 * @names: interfaces, closed by NULL
 * @ns: time in between, nanoseconds; a snapshot has its own
 * @taken: filled in; freed with np_window_free()
 * @error: set if there is no such interface
 *
 * Of a snapshot with one sample both are the same, and 0 ns lie in between.
 *
 * Return: 0, or -1.
 */
int np_window_take(const struct np_options *options, char *const *names,
		   uint64_t ns, struct np_taken *taken, struct np_error *error)
{
	struct timespec pause = {
		.tv_sec = (time_t)(ns / 1000000000),
		.tv_nsec = (long)(ns % 1000000000),
	};
	bool two;

	*taken = (struct np_taken){};
	taken->before = np_first_sample(options, names, &two, error);
	if (!taken->before)
		return -1;
	if (np_source_is_live(options->src))
		while (nanosleep(&pause, &pause) && errno == EINTR)
			;
	taken->after = two ? np_read_sample(options->src, names, error) :
			     taken->before;
	if (!taken->after) {
		np_window_free(taken);
		return -1;
	}
	taken->window.before = taken->before;
	taken->window.after = taken->after;
	if (taken->after->ns > taken->before->ns)
		taken->window.ns = taken->after->ns - taken->before->ns;
	np_read_owners(options->src, &taken->window, taken->after->host);

	return 0;
}

/**
 * np_window_free - forget two samples
 * @taken: from np_window_take()
 */
void np_window_free(struct np_taken *taken)
{
	if (taken->after != taken->before)
		np_sample_free(taken->after);
	np_sample_free(taken->before);
	*taken = (struct np_taken){};
}
