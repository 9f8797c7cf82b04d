// SPDX-License-Identifier: GPL-2.0-only
/*
 * napier export: over HTTP.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cmd/export.h"
#include "serve/accept.h"
#include "serve/http.h"
#include "serve/service.h"

static const char np_front_page[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\"><head><meta charset=\"utf-8\"><title>napier export</title></head>\n"
	"<body><h1>napier " NP_VERSION "</h1>\n"
	"<p>Network interfaces for Prometheus: <a href=\"metrics\">metrics</a>.</p>\n"
	"<p>Alert rules: <code>napier export --rules</code>.</p>\n"
	"<p>A dashboard for Grafana: <code>napier export --dashboard</code>.</p></body></html>\n";

/* While it runs. */
struct np_serving {
	struct np_exporter *exporter;
	struct np_http *http;
	bool failing;
};

static void np_serve_metrics(struct np_serving *serving, const char *accept,
			     struct np_page *page)
{
	enum np_exposition as = np_accept(accept);
	const struct np_metrics *metrics;
	struct np_error error = {};
	FILE *out;

	metrics = np_exporter_metrics(serving->exporter,
				      np_http_evicted(serving->http), &error);
	/* Once, not each time that somebody asks. */
	if (error.code && !serving->failing)
		fprintf(stderr, "napier: %s\n", error.text);
	serving->failing = error.code;
	page->type = np_exposition_types[as];
	out = open_memstream(&page->body, &page->size);
	if (!out)
		return;
	np_print_metrics(out, metrics, as);
	fclose(out);
}

static void np_serve_page(void *data, const char *path, const char *accept,
			  struct np_page *page)
{
	if (!strcmp(path, "/metrics")) {
		np_serve_metrics(data, accept, page);
		return;
	}
	if (!strcmp(path, "/")) {
		page->type = "text/html; charset=utf-8";
		page->body = np_copy(np_front_page);
	} else if (!strcmp(path, "/-/healthy")) {
		page->body = np_copy("healthy\n");
	} else {
		page->code = 404;
		page->body = np_copy("/metrics, /-/healthy\n");
	}
	page->size = strlen(page->body);
}

/* Both are asked for a number of milliseconds for poll(). */
static int np_sooner(int ms, uint64_t ns)
{
	if (ns >= INT32_MAX * 1000000ull)
		return ms;
	ns = (ns + 999999) / 1000000;

	return ms < 0 || (uint64_t)ms > ns ? (int)ns : ms;
}

static void np_serve(struct np_serving *serving, int signals)
{
	struct pollfd fds[] = {
		{ .fd = np_http_fd(serving->http), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	uint64_t watchdog = np_service_watchdog(), next;

	np_service_notify("READY=1");
	while (!fds[1].revents) {
		next = np_exporter_tick(serving->exporter);
		if (watchdog) {
			np_service_notify("WATCHDOG=1");
			next = next < watchdog ? next : watchdog;
		}
		if (poll(fds, NP_COUNT(fds),
			 np_sooner(np_http_wait(serving->http), next)) < 0 &&
		    errno != EINTR)
			break;
		np_http_turn(serving->http);
	}
	np_service_notify("STOPPING=1");
}

/* A file descriptor that can be read when it is time to go. */
static int np_serve_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);

	return signalfd(-1, &set, SFD_CLOEXEC);
}

/**
 * np_export_serve - answer until a signal comes
 * @options: what stands before the command
 * @exporter: what to export
 * @address: where to listen, if no socket was inherited
 *
 * Return: exit code.
 */
int np_export_serve(const struct np_options *options,
		    struct np_exporter *exporter, const char *address)
{
	struct np_serving serving = { .exporter = exporter };
	struct np_error error = {};
	int signals, fd;

	fd = np_service_inherited(&error);
	if (fd == -1) {
		fd = np_service_listen(address, &error);
		if (fd >= 0)
			fprintf(stderr, "napier: http://%s/metrics\n",
				address);
	}
	if (fd < 0)
		return np_fail(options, "%s", error.text);
	if (np_service_drop(true, &error)) {
		close(fd);
		return np_fail(options, "%s", error.text);
	}
	signals = np_serve_signals();
	serving.http = np_http_start(fd, np_serve_page, &serving, &error);
	if (!serving.http) {
		close(fd);
		close(signals);
		return np_fail(options, "%s", error.text);
	}
	np_serve(&serving, signals);
	np_http_stop(serving.http);
	close(signals);

	return NP_OK;
}
