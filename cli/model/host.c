// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host: made with nothing known, and freed.
 */
#include "model/host.h"

#include <stdlib.h>
#include <string.h>

/**
 * np_host_alloc - a host of which nothing is known
 *
 * Return: freed with np_host_free().
 */
struct np_host *np_host_alloc(void)
{
	struct np_host *host = np_alloc(sizeof(*host));

	*host = (struct np_host){
		.budget = NP_UNKNOWN,
		.budget_usecs = NP_UNKNOWN,
		.max_backlog = NP_UNKNOWN,
		.rmem_max = NP_UNKNOWN,
		.rmem_default = NP_UNKNOWN,
		.rps_flows = NP_UNKNOWN,
		.irqbalance = NP_UNKNOWN,
	};

	return host;
}

static void np_sockets_free(struct np_socket *sockets, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(sockets[i].protocol);
		free(sockets[i].local);
		free(sockets[i].comm);
	}
	free(sockets);
}

static void np_tasks_free(struct np_task *tasks, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(tasks[i].comm);
	free(tasks);
}

/**
 * np_host_free - forget a host
 * @host: or NULL
 */
void np_host_free(struct np_host *host)
{
	if (!host)
		return;
	free(host->hostname);
	free(host->release);
	free(host->cpu);
	np_values_free(host->protocol, host->nr_protocol);
	np_sockets_free(host->socket, host->nr_socket);
	np_tasks_free(host->task, host->nr_task);
	np_missing_free(host->missing, host->nr_missing);
	free(host);
}

/**
 * np_host_miss - note that something could not be had
 * @host: of what host
 * @what: name of it
 * @why: the reason
 * @hint: what would give it, or NULL
 */
void np_host_miss(struct np_host *host, const char *what, const char *why,
		  const char *hint)
{
	struct np_missing *missing = np_more(host->missing, host->nr_missing);

	missing->what = np_copy(what);
	missing->why = np_copy(why);
	missing->hint = np_copy(hint);
}

/**
 * np_host_cpu - a CPU, made if it is not there
 * @host: of what host
 * @id: number
 *
 * Sorted by number; pointers to other CPUs are no longer valid.
 *
 * Return: the CPU.
 */
struct np_cpu *np_host_cpu(struct np_host *host, unsigned int id)
{
	struct np_cpu *cpu;
	size_t i;

	for (i = 0; i < host->nr_cpu && host->cpu[i].id < id; i++)
		;
	if (i < host->nr_cpu && host->cpu[i].id == id)
		return &host->cpu[i];

	np_more(host->cpu, host->nr_cpu);
	cpu = &host->cpu[i];
	memmove(cpu + 1, cpu, (host->nr_cpu - 1 - i) * sizeof(*cpu));
	/* All members but the first are numbers, and not known. */
	memset(cpu, 0xff, sizeof(*cpu));
	cpu->id = id;

	return cpu;
}
