/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two samples, for commands that tell what happened in between.
 */
#ifndef NP_CMD_WINDOW_H
#define NP_CMD_WINDOW_H

#include "cmd/cmd.h"
#include "model/sample.h"

/**
 * struct np_taken - two samples that a command has taken
 * @before: the first
 * @after: the last; the same where there is only one
 * @window: both, for who looks at them
 */
struct np_taken {
	struct np_sample *before;
	struct np_sample *after;
	struct np_window window;
};

int np_window_take(const struct np_options *options, char *const *names,
		   uint64_t ns, struct np_taken *taken, struct np_error *error);
int np_window_take_flows(const struct np_options *options, char *const *names,
			 uint64_t ns, struct np_taken *taken,
			 struct np_error *error);
void np_window_hurry(void);
bool np_window_hurried(void);
void np_window_free(struct np_taken *taken);

#endif
