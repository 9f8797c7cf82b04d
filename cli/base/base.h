/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every other file may use: memory that does not fail, text, time.
 */
#ifndef NP_BASE_H
#define NP_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NP_COUNT(array)		(sizeof(array) / sizeof((array)[0]))
#define NP_PRINTF(fmt, args)	__attribute__((format(printf, fmt, args)))

/**
 * struct np_error - why something could not be done
 * @code: positive errno
 * @text: for people, without a full stop; "" if strerror(@code) says it all
 */
struct np_error {
	int code;
	char text[160];
};

/* Memory. A tool that cannot have a few kilobytes ends with a message. */
void *np_alloc(size_t size);
void *np_realloc(void *old, size_t count, size_t size);
char *np_copy(const char *text);
char *np_print(const char *fmt, ...) NP_PRINTF(1, 2);

/* One more element of a growing array. */
#define np_more(array, count)						\
	((array) = np_realloc((array), (count) + 1, sizeof(*(array))),	\
	 memset(&(array)[count], 0, sizeof(*(array))),			\
	 &(array)[(count)++])

/* Text. Each returns whether all of the text was what is expected. */
bool np_parse_u64(const char *text, uint64_t *value);
bool np_parse_time(const char *text, uint64_t *ns);
char *np_strip(char *text);

#endif
