// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that serve the network, and those that take CPUs from them.
 *
 * Of all processes /proc/PID/stat is read, and that of those that are told of
 * is kept in a snapshot: what others run is nobody's business there.
 */
#include "read/read.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* How many of the busiest are told of. */
#define NP_BUSIEST	16

/* Fields of /proc/PID/stat behind the name, the state being 0; see proc(5). */
enum {
	NP_STAT_STATE = 0,
	NP_STAT_UTIME = 11,
	NP_STAT_STIME = 12,
	NP_STAT_NICE = 16,
	NP_STAT_START = 19,
	NP_STAT_CPU = 36,
	NP_STAT_RT_PRIORITY = 37,
	NP_STAT_POLICY = 38,
	NP_STAT_COUNT,
};

/* A process, and what else is known of it while it is being judged. */
struct np_candidate {
	struct np_task task;
	char *text;
	size_t size;
	bool running;
	bool wanted;
	double share;
};

static const char *np_stat_field(const char *fields[], size_t field)
{
	return fields[field] ? fields[field] : "";
}

static uint64_t np_stat_u64(const char *fields[], size_t field)
{
	uint64_t value = NP_UNKNOWN;

	return np_parse_u64(np_stat_field(fields, field), &value) ? value :
		NP_UNKNOWN;
}

/* "42 (ksoftirqd/3) S 2 0 ...": the name may hold anything, brackets too. */
static bool np_parse_task(struct np_candidate *one, char *text)
{
	const char *fields[NP_STAT_COUNT] = {};
	char *open = strchr(text, '('), *close = strrchr(text, ')');
	uint64_t utime, stime;
	char *rest, *word;
	size_t i = 0;

	if (!open || !close || close < open)
		return false;
	*open = '\0';
	*close = '\0';
	rest = np_strip(close + 1);
	if (!np_parse_u64(text, &one->task.pid))
		return false;
	while (i < NP_STAT_COUNT && (word = strsep(&rest, " ")))
		if (*word)
			fields[i++] = word;
	utime = np_stat_u64(fields, NP_STAT_UTIME);
	stime = np_stat_u64(fields, NP_STAT_STIME);
	if (utime == NP_UNKNOWN || stime == NP_UNKNOWN)
		return false;
	one->running = *np_stat_field(fields, NP_STAT_STATE) == 'R';
	one->task.ticks = utime + stime;
	one->task.nice = strtol(np_stat_field(fields, NP_STAT_NICE), NULL, 10);
	one->task.started = np_stat_u64(fields, NP_STAT_START);
	one->task.cpu = np_stat_u64(fields, NP_STAT_CPU);
	one->task.priority = np_stat_u64(fields, NP_STAT_RT_PRIORITY);
	one->task.policy = np_stat_u64(fields, NP_STAT_POLICY);
	one->task.comm = np_copy(open + 1);

	return true;
}

/* Threads of the kernel that packets wait for, and who moves interrupts. */
static bool np_serves_network(const char *comm)
{
	static const char *const starts[] = { "ksoftirqd/", "napi/", "irq/" };
	size_t i;

	for (i = 0; i < NP_COUNT(starts); i++)
		if (!strncmp(comm, starts[i], strlen(starts[i])))
			return true;

	return !strcmp(comm, "irqbalance");
}

static int np_compare_ticks(const void *a, const void *b)
{
	const struct np_candidate *x = a, *y = b;

	return (y->task.ticks > x->task.ticks) -
	       (y->task.ticks < x->task.ticks);
}

static int np_compare_shares(const void *a, const void *b)
{
	const struct np_candidate *x = a, *y = b;

	return (y->share > x->share) - (y->share < x->share);
}

static int np_compare_pids(const void *a, const void *b)
{
	const struct np_candidate *x = a, *y = b;

	return (x->task.pid > y->task.pid) - (x->task.pid < y->task.pid);
}

/*
 * Those that have run longest, and those that have run most of the time since
 * they started, which is how one shows that has begun a while ago.
 */
static void np_choose(struct np_candidate *all, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		all[i].wanted = all[i].running ||
				np_serves_network(all[i].task.comm);
	qsort(all, count, sizeof(*all), np_compare_ticks);
	for (i = 0; i < count && i < NP_BUSIEST; i++)
		all[i].wanted |= all[i].task.ticks != 0;
	qsort(all, count, sizeof(*all), np_compare_shares);
	for (i = 0; i < count && i < NP_BUSIEST; i++)
		all[i].wanted |= all[i].task.ticks != 0;
	qsort(all, count, sizeof(*all), np_compare_pids);
}

static void np_read_task(struct np_source *src, const char *pid,
			 struct np_candidate **all, size_t *count)
{
	char *path = np_print("proc/%s/stat", pid), *copy;
	struct np_candidate one = {};
	void *text;
	size_t size;

	if (!np_source_load(src, path, &text, &size)) {
		one.text = text;
		one.size = size;
		copy = np_copy(text);
		if (np_parse_task(&one, copy))
			*np_more(*all, *count) = one;
		else
			free(text);
		free(copy);
	}
	free(path);
}

/* Of their lives; without the time since the start, of that of the host. */
static void np_share(struct np_source *src, struct np_candidate *all,
		     size_t count)
{
	char *text = np_source_read(src, "proc/uptime");
	double uptime = text ? strtod(text, NULL) : 0;
	/* USER_HZ is part of the ABI, and 100 wherever this runs. */
	double now = uptime * 100, age;
	size_t i;

	for (i = 0; i < count; i++) {
		age = now - (double)all[i].task.started;
		all[i].share = (double)all[i].task.ticks / (age > 1 ? age : 1);
	}
	free(text);
}

static void np_keep_task(struct np_source *src, struct np_host *host,
			 struct np_candidate *one)
{
	char *path = np_print("proc/%llu/stat",
			      (unsigned long long)one->task.pid);
	uint64_t cpu;

	np_source_store(src, path, one->text, one->size);
	free(path);
	if (!strncmp(one->task.comm, "ksoftirqd/", 10) &&
	    np_parse_u64(one->task.comm + 10, &cpu)) {
		size_t i;

		for (i = 0; i < host->nr_cpu; i++)
			if (host->cpu[i].id == cpu)
				host->cpu[i].ksoftirqd = one->task.ticks;
	}
	*np_more(host->task, host->nr_task) = one->task;
	one->task.comm = NULL;
}

/* Who cannot see threads of the kernel is not told of other processes either. */
static void np_note_tasks(struct np_host *host)
{
	bool kernel = false, balanced = false;
	size_t i;

	for (i = 0; i < host->nr_task; i++) {
		kernel |= !strncmp(host->task[i].comm, "ksoftirqd/", 10);
		balanced |= !strcmp(host->task[i].comm, "irqbalance");
	}
	if (kernel || balanced)
		host->irqbalance = balanced;
	if (!kernel)
		np_host_miss(host, "threads of the kernel",
			     "they are not to be seen here",
			     "the first PID namespace of the host, without hidepid");
}

/**
 * np_read_tasks - threads that serve the network, and the busiest
 * @src: source
 * @host: filled in; its CPUs known
 */
void np_read_tasks(struct np_source *src, struct np_host *host)
{
	char **names = np_source_entries(src, "proc"), **name;
	struct np_candidate *all = NULL;
	size_t count = 0, i;

	for (name = names; name && *name; name++)
		if (isdigit((unsigned char)**name))
			np_read_task(src, *name, &all, &count);
	np_list_free(names);
	np_share(src, all, count);
	if (count)
		np_choose(all, count);
	for (i = 0; i < count; i++) {
		if (all[i].wanted)
			np_keep_task(src, host, &all[i]);
		free(all[i].task.comm);
		free(all[i].text);
	}
	free(all);
	np_note_tasks(host);
}
