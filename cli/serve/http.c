// SPDX-License-Identifier: GPL-2.0-only
/*
 * libmicrohttpd, without threads.
 *
 * Each connection is for one request and has its time, from accept() to the
 * last byte, however busy it keeps us: who sends a byte now and then is closed
 * as well as who sends none. If there are too many, the oldest goes, so that a
 * new client always gets its turn.
 */
#include "serve/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/*
 * More than are kept: the library stops to accept at its own limit, and those
 * that were closed here are with it until it has looked at them.
 */
#define NP_HTTP_LIMIT		(2 * NP_HTTP_CLIENTS)

/* 0.9.71 gave the functions that are called back a type of their own. */
#if MHD_VERSION < 0x00097002
#error libmicrohttpd is older than 0.9.71
#endif

/* A connection; those in the list are in the order of their age. */
struct np_client {
	struct np_client *older;
	struct np_client *younger;
	int fd;
	bool closing;
	uint64_t ns;
};

struct np_http {
	struct MHD_Daemon *daemon;
	np_http_answer answer;
	void *data;
	struct np_client *oldest;
	struct np_client *youngest;
	size_t nr_clients;
	uint64_t evicted;
};

static uint64_t np_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);

	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The library sees the end of the connection, and cleans up after it. */
static void np_client_close(struct np_http *http, struct np_client *client)
{
	client->closing = true;
	http->nr_clients--;
	http->evicted++;
	shutdown(client->fd, SHUT_RDWR);
}

static void np_client_evict(struct np_http *http)
{
	struct np_client *client;

	for (client = http->oldest; client; client = client->younger)
		if (!client->closing) {
			np_client_close(http, client);
			return;
		}
}

static void np_client_add(struct np_http *http, struct np_client *client)
{
	client->older = http->youngest;
	if (http->youngest)
		http->youngest->younger = client;
	else
		http->oldest = client;
	http->youngest = client;
}

static void np_client_remove(struct np_http *http, struct np_client *client)
{
	if (client->older)
		client->older->younger = client->younger;
	else
		http->oldest = client->younger;
	if (client->younger)
		client->younger->older = client->older;
	else
		http->youngest = client->older;
}

static void np_http_notify(void *data, struct MHD_Connection *connection,
			   void **context,
			   enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info;
	struct np_client *client = *context;
	struct np_http *http = data;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		info = MHD_get_connection_info(connection,
					       MHD_CONNECTION_INFO_CONNECTION_FD);
		client = np_alloc(sizeof(*client));
		client->fd = info->connect_fd;
		client->ns = np_now();
		np_client_add(http, client);
		*context = client;
		if (++http->nr_clients > NP_HTTP_CLIENTS)
			np_client_evict(http);
		return;
	}
	if (!client)
		return;
	if (!client->closing)
		http->nr_clients--;
	np_client_remove(http, client);
	free(client);
	*context = NULL;
}

static enum MHD_Result np_http_reply(struct MHD_Connection *connection,
				     const struct np_page *page)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	response = MHD_create_response_from_buffer(page->size, page->body,
						   MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(page->body);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				page->type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	if (page->code == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
					"GET, HEAD");
	result = MHD_queue_response(connection, page->code, response);
	MHD_destroy_response(response);

	return result;
}

/* Once the header is there: nobody has a body to send that is of interest. */
static enum MHD_Result np_http_request(void *data,
				       struct MHD_Connection *connection,
				       const char *url, const char *method,
				       const char *version, const char *upload,
				       size_t *upload_size, void **context)
{
	struct np_page page = { .code = MHD_HTTP_OK, .type = "text/plain" };
	struct np_http *http = data;

	(void)version;
	(void)upload;
	(void)upload_size;
	(void)context;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
		page.code = MHD_HTTP_METHOD_NOT_ALLOWED;
		page.body = np_copy("GET and HEAD only\n");
		page.size = strlen(page.body);
	} else {
		http->answer(http->data, url,
			     MHD_lookup_connection_value(connection,
							 MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_ACCEPT),
			     &page);
	}

	return np_http_reply(connection, &page);
}

/**
 * np_http_start - answer requests
 * @fd: socket that listens, without waiting; taken over
 * @answer: makes the pages; called from np_http_turn()
 * @data: for @answer
 * @error: set if it does not work
 *
 * Return: freed with np_http_stop(), or NULL.
 */
struct np_http *np_http_start(int fd, np_http_answer answer, void *data,
			      struct np_error *error)
{
	struct np_http *http = np_alloc(sizeof(*http));

	http->answer = answer;
	http->data = data;
	http->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL,
					np_http_request, http,
					MHD_OPTION_LISTEN_SOCKET, fd,
					MHD_OPTION_CONNECTION_LIMIT,
					NP_HTTP_LIMIT,
					MHD_OPTION_CONNECTION_TIMEOUT,
					NP_HTTP_SECONDS,
					MHD_OPTION_CONNECTION_MEMORY_LIMIT,
					(size_t)NP_HTTP_MEMORY,
					MHD_OPTION_NOTIFY_CONNECTION,
					np_http_notify, http, MHD_OPTION_END);
	if (http->daemon)
		return http;
	error->code = errno ? errno : EINVAL;
	snprintf(error->text, sizeof(error->text),
		 "libmicrohttpd does not start: %s", strerror(error->code));
	free(http);

	return NULL;
}

/**
 * np_http_fd - what to wait for
 * @http: server
 *
 * Return: a file descriptor that can be read when there is something to do.
 */
int np_http_fd(const struct np_http *http)
{
	return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)
		->epoll_fd;
}

/**
 * np_http_wait - how long at most
 * @http: server
 *
 * Return: milliseconds for poll(), -1 for any time.
 */
int np_http_wait(const struct np_http *http)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(http->daemon, &ms) == MHD_YES && ms < 1000)
		return (int)ms;

	/* Each second a look at the clock, while there is somebody. */
	return http->oldest ? 1000 : -1;
}

/**
 * np_http_turn - do what there is to do
 * @http: server
 */
void np_http_turn(struct np_http *http)
{
	uint64_t now = np_now();
	struct np_client *client;

	for (client = http->oldest; client; client = client->younger) {
		/* The oldest come first. */
		if (now - client->ns < NP_HTTP_SECONDS * 1000000000ull)
			break;
		if (!client->closing)
			np_client_close(http, client);
	}
	MHD_run(http->daemon);
}

/**
 * np_http_evicted - how many were closed for being too slow or too many
 * @http: server
 *
 * Return: since the start.
 */
uint64_t np_http_evicted(const struct np_http *http)
{
	return http->evicted;
}

/**
 * np_http_stop - close all connections
 * @http: or NULL
 */
void np_http_stop(struct np_http *http)
{
	if (!http)
		return;
	MHD_stop_daemon(http->daemon);
	free(http);
}
