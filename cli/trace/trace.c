// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF programs: loaded, attached, asked for what they have counted.
 */
#include "trace/trace.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <bursts.skel.h>
#include <cap-ng.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/*
 * One to be measured: what it has run, and when that was looked at last.
 */
struct np_program {
	const struct bpf_program *program;
	uint64_t ns;
	uint64_t runs;
	bool poll;
};

struct np_trace {
	struct bursts_bpf *skel;
	struct ring_buffer *ring;
	np_trace_event told;
	void *data;
	int stats;
	struct np_watched *watched;
	struct np_slot *slots;
	struct np_slot *queues;
	struct np_percpu *percpu;
	uint64_t (*before)[NP_CLASSES];
	struct np_program program[16];
	size_t nr_program;
};

static int np_quiet(enum libbpf_print_level level, const char *fmt,
		    va_list args)
{
	(void)level;
	(void)fmt;
	(void)args;

	return 0;
}

static int np_got_event(void *context, void *data, size_t size)
{
	const struct np_trace *trace = context;

	if (size >= sizeof(struct np_event))
		trace->told(data, trace->data);

	return 0;
}

static void *np_map(const struct bpf_map *map, size_t size, int prot)
{
	void *memory = mmap(NULL, size, prot, MAP_SHARED, bpf_map__fd(map), 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* Why it cannot be had, and what would help. */
static int np_refuse(struct np_source *src, struct np_error *error, int err)
{
	char *btf = np_source_read(src, "sys/kernel/btf/vmlinux");
	bool without = !btf && errno == ENOENT;
	const char *text;

	free(btf);
	error->code = -err;
	if (without)
		text = "no /sys/kernel/btf/vmlinux; CONFIG_DEBUG_INFO_BTF gives it";
	else if (err == -EPERM || err == -EACCES)
		text = "not allowed; CAP_BPF and CAP_PERFMON, as root has them, would do";
	else if (err == -ESRCH)
		text = "the kernel lacks a tracepoint of napi, irq or sched";
	else
		text = strerror(-err);
	snprintf(error->text, sizeof(error->text), "BPF: %s", text);

	return err;
}

/* Only what is wanted is loaded. */
static void np_choose(struct bursts_bpf *skel, struct np_source *src,
		      const struct np_bursts *all,
		      const struct np_trace_options *options)
{
	uint64_t realtime = 0;
	bool exact = false, btf;
	char *text;
	size_t i;

	for (i = 0; i < all->nr_port; i++)
		exact |= all->port[i].how == NP_HOW_EXACT;
	text = np_source_read(src, "sys/kernel/btf/napier");
	btf = text;
	free(text);
	bpf_program__set_autoload(skel->progs.np_napier_poll, exact && btf);
	bpf_program__set_autoload(skel->progs.np_napier_full, exact && btf);
	bpf_program__set_autoload(skel->progs.np_napier_poll_raw,
				  exact && !btf);
	bpf_program__set_autoload(skel->progs.np_napier_full_raw,
				  exact && !btf);
	bpf_program__set_autoload(skel->progs.np_on_raise, options->gaps);
	bpf_program__set_autoload(skel->progs.np_on_entry, options->gaps);
	bpf_program__set_autoload(skel->progs.np_on_exit, options->gaps);
	bpf_program__set_autoload(skel->progs.np_on_wakeup, options->threads);
	bpf_program__set_autoload(skel->progs.np_on_switch, options->threads);
	np_source_u64(src, &realtime, "sys/kernel/realtime");
	skel->rodata->np_realtime = realtime == 1;
}

/* Until the programs are attached nobody looks. */
static void np_set_ports(const struct np_trace *trace,
			 const struct np_bursts *all, unsigned int events)
{
	size_t i;

	for (i = 0; i < all->nr_port && i < NP_PORTS_MAX; i++) {
		const struct np_burst_port *port = &all->port[i];

		trace->watched[i] = (struct np_watched) {
			.ifindex = (uint32_t)port->ifindex,
			.exact = port->how == NP_HOW_EXACT,
			.high = (uint32_t)port->high,
			.low = (uint32_t)port->low,
			.shift = (uint32_t)port->shift,
			.events = events,
			.rates = {
				.most = np_rate(port->arrivals),
			},
		};
	}
}

static int np_trace_maps(struct np_trace *trace)
{
	struct bursts_bpf *skel = trace->skel;

	trace->watched = np_map(skel->maps.watched,
				NP_PORTS_MAX * sizeof(struct np_watched),
				PROT_READ | PROT_WRITE);
	trace->slots = np_map(skel->maps.slots,
			      NP_SLOTS * sizeof(struct np_slot), PROT_READ);
	trace->queues = np_map(skel->maps.queues,
			       NP_SLOTS * sizeof(struct np_slot), PROT_READ);
	trace->percpu = np_map(skel->maps.percpu,
			       NP_CPUS_MAX * sizeof(struct np_percpu),
			       PROT_READ);
	trace->ring = ring_buffer__new(bpf_map__fd(skel->maps.events),
				       np_got_event, trace, NULL);
	if (!trace->watched || !trace->slots || !trace->queues ||
	    !trace->percpu || !trace->ring)
		return errno ? -errno : -EIO;

	return 0;
}

static void np_trace_programs(struct np_trace *trace)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, trace->skel->obj) {
		const char *name = bpf_program__name(program);

		if (!bpf_program__autoload(program) ||
		    trace->nr_program >= NP_COUNT(trace->program))
			continue;
		trace->program[trace->nr_program++] = (struct np_program) {
			.program = program,
			.poll = !!strstr(name, "_poll"),
		};
	}
}

/**
 * np_trace_open - watch interfaces
 * @src: the running system
 * @all: interfaces, whose number, ring and rates are known; what could not be
 *	had is noted there
 * @options: how
 * @told: called by np_trace_take() for each event
 * @data: for @told
 * @error: set if it cannot be done: what is missing and what would give it
 *
 * Return: closed with np_trace_close(), or NULL.
 */
struct np_trace *np_trace_open(struct np_source *src, struct np_bursts *all,
			       const struct np_trace_options *options,
			       np_trace_event told, void *data,
			       struct np_error *error)
{
	struct np_trace *trace = np_alloc(sizeof(*trace));
	int err;

	libbpf_set_print(np_quiet);
	trace->told = told;
	trace->data = data;
	trace->stats = -1;
	trace->before = np_alloc(NP_SLOTS * sizeof(*trace->before));
	trace->skel = bursts_bpf__open();
	err = trace->skel ? 0 : -EIO;
	if (trace->skel) {
		np_choose(trace->skel, src, all, options);
		err = bursts_bpf__load(trace->skel);
	}
	if (!err)
		err = np_trace_maps(trace);
	if (!err) {
		np_set_ports(trace, all, options->events);
		np_trace_programs(trace);
		trace->stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
		if (trace->stats < 0)
			np_bursts_miss(all, "overhead", strerror(errno),
				       "CAP_SYS_ADMIN");
		err = bursts_bpf__attach(trace->skel);
	}
	if (err) {
		np_refuse(src, error, err);
		np_trace_close(trace);
		return NULL;
	}

	return trace;
}

static void np_unmap(void *memory, size_t size)
{
	if (memory)
		munmap(memory, size);
}

/**
 * np_trace_close - watch no longer
 * @trace: from np_trace_open(), or NULL
 */
void np_trace_close(struct np_trace *trace)
{
	if (!trace)
		return;
	ring_buffer__free(trace->ring);
	np_unmap(trace->watched, NP_PORTS_MAX * sizeof(struct np_watched));
	np_unmap(trace->slots, NP_SLOTS * sizeof(struct np_slot));
	np_unmap(trace->queues, NP_SLOTS * sizeof(struct np_slot));
	np_unmap(trace->percpu, NP_CPUS_MAX * sizeof(struct np_percpu));
	bursts_bpf__destroy(trace->skel);
	if (trace->stats >= 0)
		close(trace->stats);
	free(trace->before);
	free(trace);
}

/**
 * np_trace_drop - give up all capabilities
 * @error: set if that fails
 *
 * What is loaded runs on, and counters can be read by anybody.
 *
 * Return: 0 or a negative errno.
 */
int np_trace_drop(struct np_error *error)
{
	capng_clear(CAPNG_SELECT_BOTH);
	if (!capng_apply(CAPNG_SELECT_CAPS) &&
	    !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return 0;
	error->code = EPERM;
	snprintf(error->text, sizeof(error->text),
		 "cannot give up capabilities");

	return -EPERM;
}

/**
 * np_trace_take - take the events that there are
 * @trace: trace
 *
 * Return: how many there were, or a negative errno.
 */
int np_trace_take(struct np_trace *trace)
{
	return ring_buffer__consume(trace->ring);
}

/**
 * np_trace_expect - say how fast packets probably arrive
 * @trace: trace
 * @port: number of the interface
 * @pps: packets per second
 */
void np_trace_expect(struct np_trace *trace, size_t port, uint64_t pps)
{
	trace->watched[port].rates.likely = np_rate(pps);
}

/**
 * np_trace_slot - a NAPI instance, or a queue of a driver that tells
 * @trace: trace
 * @port: number of the interface
 * @number: of the slot, 0 to %NP_SLOTS - 1
 *
 * Return: NULL if there is none of that interface.
 */
const struct np_slot *np_trace_slot(const struct np_trace *trace, size_t port,
				    size_t number)
{
	const struct np_slot *slot = trace->watched[port].exact ?
		&trace->queues[number] : &trace->slots[number];

	return slot->port == port + 1 ? slot : NULL;
}

/**
 * np_trace_counts - what was counted until now
 * @trace: trace
 * @all: polls, packets, lost events and histograms are set
 */
void np_trace_counts(struct np_trace *trace, struct np_bursts *all)
{
	size_t i, j, class;

	for (i = 0; i < all->nr_port; i++) {
		struct np_burst_port *port = &all->port[i];

		port->polls = 0;
		port->work = 0;
		port->events_lost = 0;
		memset(port->hist, 0, sizeof(port->hist));
		for (j = 0; j < NP_SLOTS; j++) {
			const struct np_slot *slot = np_trace_slot(trace, i, j);

			if (!slot)
				continue;
			port->polls += slot->polls;
			port->work += slot->packets;
			port->events_lost += slot->lost;
			for (class = 0; class < NP_CLASSES; class++)
				port->hist[class] += slot->hist[class];
		}
	}
	memset(all->gaps, 0, sizeof(all->gaps));
	for (i = 0; i < NP_CPUS_MAX; i++)
		for (j = 0; j < NP_GAPS; j++)
			all->gaps[j] += trace->percpu[i].hist[j];
}

/**
 * np_trace_heat - one more interval of each interface's polls
 * @trace: trace
 * @all: to which they are added
 */
void np_trace_heat(struct np_trace *trace, struct np_bursts *all)
{
	size_t i, j, class;

	for (i = 0; i < all->nr_port; i++) {
		struct np_burst_port *port = &all->port[i];
		struct np_heat *heat = np_more(port->heat, port->nr_heat);

		for (j = 0; j < NP_SLOTS; j++) {
			const struct np_slot *slot = np_trace_slot(trace, i, j);
			uint64_t *before = trace->before[j];

			for (class = 0; slot && class < NP_CLASSES; class++) {
				uint64_t now = slot->hist[class];

				/* Exact and other slots share @before. */
				heat->count[class] += now > before[class] ?
						      now - before[class] : 0;
				before[class] = now;
			}
		}
	}
}

/**
 * np_trace_overhead - what watching costs
 * @trace: trace
 * @all: nanoseconds of a poll and share of a CPU are set
 * @ns: nanoseconds since this was asked last, or since the beginning
 *
 * Return: whether it is known.
 */
bool np_trace_overhead(struct np_trace *trace, struct np_bursts *all,
		       uint64_t ns)
{
	uint64_t poll[2] = {}, other[2] = {}, used = 0;
	size_t i;

	if (trace->stats < 0 || !ns)
		return false;
	for (i = 0; i < trace->nr_program; i++) {
		struct np_program *one = &trace->program[i];
		struct bpf_prog_info info = {};
		uint32_t size = sizeof(info);

		if (bpf_obj_get_info_by_fd(bpf_program__fd(one->program),
					   &info, &size))
			return false;
		used += info.run_time_ns - one->ns;
		one->ns = info.run_time_ns;
		one->runs = info.run_cnt;
		(one->poll ? poll : other)[0] += one->ns;
		(one->poll ? poll : other)[1] += one->runs;
	}
	all->poll_ns = poll[1] ? poll[0] / poll[1] : NP_UNKNOWN;
	all->gap_event_ns = other[1] ? other[0] / other[1] : NP_UNKNOWN;
	all->cpu_ppm = used * 1000000 / ns;

	return true;
}
