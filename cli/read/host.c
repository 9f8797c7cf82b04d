// SPDX-License-Identifier: GPL-2.0-only
/*
 * What interfaces share: settings, and what the protocols have counted.
 */
#include "read/read.h"

#include <stdlib.h>
#include <string.h>

/* The text of a file without its newline; NULL without it. */
static char *np_host_text(struct np_source *src, const char *path)
{
	char *text = np_source_read(src, "%s", path), *copy;

	if (!text)
		return NULL;
	copy = np_copy(np_strip(text));
	free(text);

	return copy;
}

/* ---- settings -------------------------------------------------------------- */

static void np_read_settings(struct np_source *src, struct np_host *host)
{
	const struct {
		const char *name;
		uint64_t *value;
	} settings[] = {
		{ "netdev_budget", &host->budget },
		{ "netdev_budget_usecs", &host->budget_usecs },
		{ "netdev_max_backlog", &host->max_backlog },
		{ "rmem_max", &host->rmem_max },
		{ "rmem_default", &host->rmem_default },
		{ "rps_sock_flow_entries", &host->rps_flows },
	};
	size_t i;

	for (i = 0; i < NP_COUNT(settings); i++)
		np_source_u64(src, settings[i].value, "proc/sys/net/core/%s",
			      settings[i].name);
	if (host->max_backlog == NP_UNKNOWN)
		np_host_miss(host, "net.core.netdev_*",
			     "this network namespace does not show them",
			     "the first network namespace of the host");
}

/* ---- protocols -------------------------------------------------------------- */

/* Some values are limits that may be negative: those are no counters. */
static void np_keep_counter(struct np_host *host, char *name, const char *text)
{
	uint64_t number;
	struct np_value *value;

	if (!np_parse_u64(text, &number)) {
		free(name);
		return;
	}
	value = np_more(host->protocol, host->nr_protocol);
	value->name = name;
	value->value = number;
}

/* "Udp: InDatagrams NoPorts ..." and below it "Udp: 7 0 ...". */
static void np_parse_pair(struct np_host *host, char *names, char *numbers)
{
	char *protocol = strsep(&names, ":"), *other = strsep(&numbers, ":");
	char *name, *number;

	if (!names || !numbers || strcmp(protocol, other))
		return;
	while ((name = strsep(&names, " ")) &&
	       (number = strsep(&numbers, " ")))
		if (*name)
			np_keep_counter(host, np_print("%s.%s", protocol, name),
					number);
}

/* /proc/net/snmp and /proc/net/netstat. */
static void np_read_pairs(struct np_source *src, struct np_host *host,
			  const char *path)
{
	char *text = np_source_read(src, "%s", path), *rest = text;
	char *names, *numbers;

	while (rest && (names = strsep(&rest, "\n")) && rest &&
	       (numbers = strsep(&rest, "\n")))
		np_parse_pair(host, names, numbers);
	free(text);
}

/* "Udp6InErrors            0"; there is no such file without IPv6. */
static void np_read_snmp6(struct np_source *src, struct np_host *host)
{
	char *text = np_source_read(src, "proc/net/snmp6"), *rest = text;
	char *line, *name;

	while (rest && (line = strsep(&rest, "\n"))) {
		name = strsep(&line, " \t");
		if (line && *name)
			np_keep_counter(host, np_copy(name), np_strip(line));
	}
	free(text);
}

/**
 * np_read_host - what interfaces share
 * @src: source
 *
 * Return: freed with np_host_free().
 */
struct np_host *np_read_host(struct np_source *src)
{
	struct np_host *host = np_host_alloc();

	host->hostname = np_host_text(src, "proc/sys/kernel/hostname");
	host->release = np_host_text(src, "proc/sys/kernel/osrelease");
	np_read_settings(src, host);
	np_read_cpus(src, host);
	np_read_pairs(src, host, "proc/net/snmp");
	np_read_pairs(src, host, "proc/net/netstat");
	np_read_snmp6(src, host);
	if (!host->nr_protocol)
		np_host_miss(host, "counters of the protocols",
			     "/proc/net/snmp does not tell", NULL);
	np_read_sockets(src, host);
	np_read_tasks(src, host);

	return host;
}
