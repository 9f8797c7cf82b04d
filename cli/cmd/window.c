// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two samples: of the running system with time in between, or those of a
 * snapshot.
 */
#include "cmd/window.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "read/flows.h"
#include "read/read.h"

static volatile sig_atomic_t np_hurry;

/**
 * np_window_hurry - take the last sample now
 *
 * For handlers of signals. Each window that follows is as short.
 */
void np_window_hurry(void)
{
	np_hurry = 1;
}

/**
 * np_window_hurried - was np_window_hurry() called?
 *
 * Return: whether it was.
 */
bool np_window_hurried(void)
{
	return np_hurry;
}

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
		while (!np_hurry && nanosleep(&pause, &pause) &&
		       errno == EINTR)
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

/* Of those that can be sampled; why others cannot is noted at the interface. */
static struct np_sampler **np_flows_begin(char *const *names, size_t count,
					  struct np_error *why)
{
	struct np_sampler **all = np_alloc((count + 1) * sizeof(*all));
	size_t i;

	for (i = 0; i < count; i++)
		all[i] = np_sampler_open(names[i], &why[i]);

	return all;
}

static void np_flows_end(struct np_sampler *one, const struct np_error *why,
			 struct np_taken *taken, size_t number)
{
	struct np_port *port = taken->after->port[number];
	struct np_window *window = &taken->window;

	if (one)
		np_sampler_take(one, port->mtu,
				np_more(window->flows, window->nr_flows));
	else
		np_port_miss(port, "sample of packets", why->text,
			     "CAP_NET_RAW");
}

/**
 * np_window_take_flows - two samples, and which flows came in between
 * @options: of what source
 * @names: interfaces, closed by NULL
 * @ns: as np_window_take()
 * @taken: as np_window_take()
 * @error: as np_window_take()
 *
 * Packets of the running system are sampled where that is allowed; a snapshot
 * has none.
 *
 * Return: 0, or -1.
 */
int np_window_take_flows(const struct np_options *options, char *const *names,
			 uint64_t ns, struct np_taken *taken,
			 struct np_error *error)
{
	struct np_sampler **samplers;
	struct np_error *why;
	size_t count = 0, i;
	int err;

	if (!np_source_is_live(options->src))
		return np_window_take(options, names, ns, taken, error);
	while (names[count])
		count++;
	why = np_alloc((count + 1) * sizeof(*why));
	samplers = np_flows_begin(names, count, why);
	err = np_window_take(options, names, ns, taken, error);
	for (i = 0; i < count; i++) {
		if (!err)
			np_flows_end(samplers[i], &why[i], taken, i);
		np_sampler_close(samplers[i]);
	}
	free(samplers);
	free(why);

	return err;
}

/**
 * np_window_free - forget two samples
 * @taken: from np_window_take()
 */
void np_window_free(struct np_taken *taken)
{
	size_t i;

	for (i = 0; i < taken->window.nr_flows; i++) {
		free(taken->window.flows[i].ifname);
		free(taken->window.flows[i].name);
	}
	free(taken->window.flows);
	if (taken->after != taken->before)
		np_sample_free(taken->after);
	np_sample_free(taken->before);
	*taken = (struct np_taken){};
}
