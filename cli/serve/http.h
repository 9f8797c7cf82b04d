/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HTTP for a few pages that are made on demand, in one thread, for clients that
 * may be slow, broken or many.
 */
#ifndef NP_HTTP_H
#define NP_HTTP_H

#include "base/base.h"

/* Connections at a time, and what each may take. */
#define NP_HTTP_CLIENTS		64u
#define NP_HTTP_MEMORY		(16u << 10)
#define NP_HTTP_SECONDS		10u

/**
 * struct np_page - what is answered
 * @code: status of HTTP
 * @type: Content-Type
 * @body: freed by whoever gets it
 * @size: of it, octets
 */
struct np_page {
	unsigned int code;
	const char *type;
	char *body;
	size_t size;
};

/* Makes the page of a path; @accept is the header, or NULL. */
typedef void (*np_http_answer)(void *data, const char *path,
			       const char *accept, struct np_page *page);

struct np_http;

struct np_http *np_http_start(int fd, np_http_answer answer, void *data,
			      struct np_error *error);
int np_http_fd(const struct np_http *http);
int np_http_wait(const struct np_http *http);
void np_http_turn(struct np_http *http);
uint64_t np_http_evicted(const struct np_http *http);
void np_http_stop(struct np_http *http);

#endif
