// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs: what they did, their softirqs, their backlog, their NUMA nodes.
 */
#include "read/read.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Words of a line that are looked at: /proc/softnet_stat has up to 15. */
#define NP_COLUMNS	16
/* No host has more; what a damaged file says must not fill the memory. */
#define NP_CPUS_MAX	((size_t)65536)

/* Columns of /proc/net/softnet_stat; those of the end came one by one. */
enum {
	NP_SOFTNET_PROCESSED = 0,
	NP_SOFTNET_DROPPED = 1,
	NP_SOFTNET_SQUEEZED = 2,
	NP_SOFTNET_RPS = 9,
	NP_SOFTNET_FLOW_LIMIT = 10,
	NP_SOFTNET_BACKLOG = 11,
	NP_SOFTNET_CPU = 12,
};

/* Where a number of a line goes, for tables; offset in struct np_cpu. */
struct np_cpu_field {
	size_t column;
	size_t offset;
};

#define NP_CPU_FIELD(c, member)	{ (c), offsetof(struct np_cpu, member) }

static uint64_t *np_cpu_number(struct np_cpu *cpu, size_t offset)
{
	return (uint64_t *)(void *)((char *)cpu + offset);
}

/* Numbers of a line until there are no more; how many. */
static size_t np_numbers(const char *line, int base, uint64_t *numbers,
			 size_t max)
{
	size_t count = 0;
	char *end;

	while (count < max) {
		while (isspace((unsigned char)*line))
			line++;
		if (!isxdigit((unsigned char)*line))
			break;
		numbers[count] = strtoull(line, &end, base);
		if (end == line)
			break;
		count++;
		line = end;
	}

	return count;
}

/* "cpu3 10 0 7 ...", which only those have that are online. */
static void np_parse_stat(struct np_host *host, const char *line)
{
	static const struct np_cpu_field fields[] = {
		NP_CPU_FIELD(2, system),  NP_CPU_FIELD(5, irq),
		NP_CPU_FIELD(6, softirq), NP_CPU_FIELD(7, steal),
	};
	uint64_t numbers[NP_COLUMNS], id;
	struct np_cpu *cpu;
	size_t count, i;
	char *end;

	if (strncmp(line, "cpu", 3) || !isdigit((unsigned char)line[3]))
		return;
	id = strtoull(line + 3, &end, 10);
	count = np_numbers(end, 10, numbers, NP_COUNT(numbers));
	if (id >= NP_CPUS_MAX || count < 4)
		return;
	cpu = np_host_cpu(host, (unsigned int)id);
	for (i = 0; i < NP_COUNT(fields); i++)
		if (fields[i].column < count)
			*np_cpu_number(cpu, fields[i].offset) =
				numbers[fields[i].column];
	/* With those of niced programs, and with waiting for disks. */
	cpu->user = numbers[0] + numbers[1];
	cpu->idle = numbers[3] + (count > 4 ? numbers[4] : 0);
}

static void np_read_stat(struct np_source *src, struct np_host *host)
{
	char *text = np_source_read(src, "proc/stat"), *rest = text, *line;

	while (rest && (line = strsep(&rest, "\n")))
		np_parse_stat(host, line);
	if (!host->nr_cpu)
		np_host_miss(host, "CPU time", "/proc/stat does not tell",
			     NULL);
	free(text);
}

static struct np_cpu *np_known_cpu(struct np_host *host, uint64_t id)
{
	size_t i;

	for (i = 0; i < host->nr_cpu; i++)
		if (host->cpu[i].id == id)
			return &host->cpu[i];

	return NULL;
}

/* The CPUs that the first line of /proc/softirqs names, offline ones too. */
static size_t np_parse_heads(const char *line, uint64_t *ids, size_t max)
{
	size_t count = 0;
	char *end;

	while (count < max && (line = strstr(line, "CPU"))) {
		line += 3;
		ids[count++] = strtoull(line, &end, 10);
		line = end;
	}

	return count;
}

static void np_parse_softirq(struct np_host *host, const char *line,
			     const uint64_t *ids, uint64_t *numbers,
			     size_t count)
{
	static const struct {
		const char *name;
		size_t offset;
	} rows[] = {
		{ "NET_RX", offsetof(struct np_cpu, net_rx) },
		{ "NET_TX", offsetof(struct np_cpu, net_tx) },
		{ "BLOCK", offsetof(struct np_cpu, block) },
		{ "TIMER", offsetof(struct np_cpu, timer) },
	};
	const char *colon = strchr(line, ':');
	struct np_cpu *cpu;
	size_t i, j;

	if (!colon)
		return;
	while (isspace((unsigned char)*line))
		line++;
	for (i = 0; i < NP_COUNT(rows); i++)
		if ((size_t)(colon - line) == strlen(rows[i].name) &&
		    !strncmp(line, rows[i].name, (size_t)(colon - line)))
			break;
	if (i == NP_COUNT(rows))
		return;
	count = np_numbers(colon + 1, 10, numbers, count);
	for (j = 0; j < count; j++) {
		cpu = np_known_cpu(host, ids[j]);
		if (cpu)
			*np_cpu_number(cpu, rows[i].offset) = numbers[j];
	}
}

static void np_read_softirqs(struct np_source *src, struct np_host *host)
{
	char *text = np_source_read(src, "proc/softirqs"), *rest = text, *line;
	uint64_t *ids, *numbers;
	size_t count;

	if (!text) {
		np_host_miss(host, "softirqs", "/proc/softirqs is not there",
			     NULL);
		return;
	}
	ids = np_alloc(2 * NP_CPUS_MAX * sizeof(*ids));
	numbers = ids + NP_CPUS_MAX;
	line = strsep(&rest, "\n");
	count = np_parse_heads(line, ids, NP_CPUS_MAX);
	while (rest && (line = strsep(&rest, "\n")))
		np_parse_softirq(host, line, ids, numbers, count);
	free(ids);
	free(text);
}

/* A line of a CPU that is online. Linux 5.10 and later say which it is. */
static void np_parse_softnet(struct np_host *host, const char *line, size_t row)
{
	static const struct np_cpu_field fields[] = {
		NP_CPU_FIELD(NP_SOFTNET_PROCESSED, processed),
		NP_CPU_FIELD(NP_SOFTNET_DROPPED, dropped),
		NP_CPU_FIELD(NP_SOFTNET_SQUEEZED, squeezed),
		NP_CPU_FIELD(NP_SOFTNET_RPS, received_rps),
		NP_CPU_FIELD(NP_SOFTNET_FLOW_LIMIT, flow_limit),
		NP_CPU_FIELD(NP_SOFTNET_BACKLOG, backlog),
	};
	uint64_t numbers[NP_COLUMNS], id;
	size_t count, i;
	struct np_cpu *cpu;

	count = np_numbers(line, 16, numbers, NP_COUNT(numbers));
	if (count <= NP_SOFTNET_SQUEEZED)
		return;
	if (count > NP_SOFTNET_CPU)
		id = numbers[NP_SOFTNET_CPU];
	else
		id = row < host->nr_cpu ? host->cpu[row].id : row;
	if (id >= NP_CPUS_MAX)
		return;
	cpu = np_host_cpu(host, (unsigned int)id);
	for (i = 0; i < NP_COUNT(fields); i++)
		if (fields[i].column < count)
			*np_cpu_number(cpu, fields[i].offset) =
				numbers[fields[i].column];
}

static void np_read_softnet(struct np_source *src, struct np_host *host)
{
	char *text = np_source_read(src, "proc/net/softnet_stat");
	char *rest = text, *line;
	size_t row = 0;

	while (rest && (line = strsep(&rest, "\n")))
		np_parse_softnet(host, line, row++);
	if (!text)
		np_host_miss(host, "backlog of the CPUs",
			     "/proc/net/softnet_stat is not there", NULL);
	free(text);
}

/* A kernel without nodes has no such directory, and that is no lack. */
static void np_read_nodes(struct np_source *src, struct np_host *host)
{
	static const char base[] = "sys/devices/system/node/";
	char *text = np_source_read(src, "%sonline", base);
	struct np_cpus nodes = {}, cpus = {};
	struct np_cpu *cpu;
	size_t i, j;

	if (text)
		np_cpus_parse(&nodes, text);
	free(text);
	for (i = 0; i < nodes.count; i++) {
		text = np_source_read(src, "%snode%u/cpulist", base,
				      nodes.cpu[i]);
		if (text && np_cpus_parse(&cpus, text))
			for (j = 0; j < cpus.count; j++) {
				cpu = np_known_cpu(host, cpus.cpu[j]);
				if (cpu)
					cpu->node = nodes.cpu[i];
			}
		free(text);
	}
	free(cpus.cpu);
	free(nodes.cpu);
}

/**
 * np_read_cpus - the CPUs that are online
 * @src: source
 * @host: filled in
 */
void np_read_cpus(struct np_source *src, struct np_host *host)
{
	np_read_stat(src, host);
	np_read_softirqs(src, host);
	np_read_softnet(src, host);
	np_read_nodes(src, host);
}
