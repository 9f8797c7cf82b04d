// SPDX-License-Identifier: GPL-2.0-only
/*
 * napier bursts on the running system: events become lines, with what was lost
 * around them.
 */
#include "cmd/bursts.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "judge/bursts.h"
#include "read/read.h"
#include "trace/trace.h"

#define NP_SECOND	1000000000ull
#define NP_TICK		(NP_SECOND / 10)
#define NP_SCRAPE	(15 * NP_SECOND)
/* A ring of veth has this many slots, and nobody tells. */
#define NP_VETH_RING	256
#define NP_EVENTS	200

/* What is kept of an interface beyond what is told. */
struct np_watching {
	struct np_port *port;
	struct np_lost first;
	struct np_lost last;
	uint64_t scrape_ns;
	uint64_t scrape_bytes;
};

struct np_live {
	const struct np_bursts_job *job;
	struct np_bursts *all;
	struct np_watching *one;
	struct np_trace *trace;
	struct np_coarse *coarse;
	struct np_burst *pending;
	size_t nr_pending;
	uint64_t wall_offset;
	uint64_t begin;
	uint64_t end;
	uint64_t used_ppm_ns;
	unsigned int over;
};

static volatile sig_atomic_t np_stopped;

static void np_stop(int number)
{
	(void)number;
	np_stopped = 1;
}

static uint64_t np_wall(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);

	return (uint64_t)now.tv_sec * NP_SECOND + (uint64_t)now.tv_nsec;
}

/* ---- before ------------------------------------------------------------------ */

/* The wire limits what arrives; but not what other functions of a device send. */
static bool np_on_wire(struct np_source *src, const struct np_port *port)
{
	uint64_t functions = 0;
	char *physical;

	if (!port->physical || port->speed == NP_UNKNOWN || !port->speed ||
	    (port->driver && !strcmp(port->driver, "virtio_net")))
		return false;
	physical = np_source_link(src, "sys/class/net/%s/device/physfn",
				  port->name);
	free(physical);
	np_source_u64(src, &functions,
		      "sys/class/net/%s/device/sriov_numvfs", port->name);

	return !physical && !functions;
}

/* Do the NAPI instances that receive also send? */
static bool np_shared(const struct np_port *port)
{
	size_t i, j, known = 0;

	for (i = 0; i < port->nr_tx; i++)
		known += port->tx[i].napi != NP_UNKNOWN;
	if (!known || known < port->nr_tx)
		return np_driver_shares(port->driver);
	for (i = 0; i < port->nr_tx; i++)
		for (j = 0; j < port->nr_rx; j++)
			if (port->rx[j].napi == NP_UNKNOWN ||
			    port->rx[j].napi == port->tx[i].napi)
				return true;

	return false;
}

static bool np_tells(struct np_source *src, const struct np_port *port)
{
	static const char *const places[] = { "tracing", "debug/tracing" };
	char **list = NULL;
	size_t i;

	if (!port->driver || strcmp(port->driver, "napier"))
		return false;
	for (i = 0; i < NP_COUNT(places) && !list; i++)
		list = np_source_list(src, "sys/kernel/%s/events/napier",
				      places[i]);
	np_list_free(list);

	return list;
}

static void np_set_rates(const struct np_bursts_job *job,
			 struct np_bursts *all, struct np_burst_port *port,
			 const struct np_port *from)
{
	bool wire = np_on_wire(job->options->src, from);
	char *text;

	port->speed = wire ? from->speed : NP_UNKNOWN;
	port->arrivals = job->arrivals != NP_UNKNOWN ? job->arrivals :
			 wire ? np_wire_pps(from->speed, 0) : NP_UNKNOWN;
	port->shared = np_shared(from);
	if (port->how != NP_HOW_BOUND)
		return;
	text = np_print("proven occupancy of %s", from->name);
	if (port->arrivals == NP_UNKNOWN)
		np_bursts_miss(all, text,
			       "no wire of its own limits what arrives",
			       "--arrivals PPS");
	else if (port->shared)
		np_bursts_miss(all, text,
			       "its polls may be full for what they have sent",
			       NULL);
	free(text);
}

static int np_watch_port(const struct np_bursts_job *job,
			 struct np_bursts *all, struct np_watching *one,
			 const char *name)
{
	struct np_source *src = job->options->src;
	struct np_burst_port *port;
	uint64_t ring;

	one->port = np_read_port(src, name);
	if (!one->port)
		return np_fail(job->options, "%s: no such interface", name);
	port = np_bursts_port(all, name);
	port->driver = np_copy(one->port->driver);
	port->ifindex = one->port->ifindex;
	port->how = job->coarse ? NP_HOW_COARSE :
		    np_tells(src, one->port) ? NP_HOW_EXACT : NP_HOW_BOUND;
	ring = job->ring != NP_UNKNOWN ? job->ring : one->port->rx_ring.now;
	if (ring == NP_UNKNOWN && port->driver &&
	    !strcmp(port->driver, "veth"))
		ring = NP_VETH_RING;
	if (ring == NP_UNKNOWN)
		np_bursts_miss(all, "size of the ring",
			       "the driver does not tell", "--ring N");
	np_burst_ring(port, ring, job->percent);
	np_set_rates(job, all, port, one->port);
	np_lost_read(src, name, &one->first);
	np_lost_read(src, name, &one->last);
	if (one->first.lost == NP_UNKNOWN)
		np_bursts_miss(all, "packets lost",
			       port->driver && !strcmp(port->driver, "veth") ?
			       "counted by the peer, which is in another namespace" :
			       "no counter of the driver tells", NULL);
	one->scrape_ns = one->first.ns;
	one->scrape_bytes = one->first.bytes;

	return NP_OK;
}

/* ---- while it runs ------------------------------------------------------------- */

/* The queue of a NAPI instance: as the kernel says, else in their order. */
static uint64_t np_queue_of(const struct np_port *port, uint32_t napi)
{
	size_t i, rank = 0, known = 0;

	for (i = 0; i < port->nr_rx; i++)
		if (port->rx[i].napi == napi)
			return port->rx[i].id;
	if (port->nr_rx == 1)
		return port->rx[0].id;
	for (i = 0; i < port->nr_napi; i++) {
		known += port->napi[i].id == napi;
		rank += port->napi[i].id < napi;
	}

	return known && port->nr_napi == port->nr_rx ? port->rx[rank].id :
						       NP_UNKNOWN;
}

/* An event of the kernel waits for the counters to be read. */
static void np_on_event(const struct np_event *event, void *data)
{
	struct np_live *live = data;
	struct np_burst *burst;
	const struct np_burst_port *port;

	if (event->port >= live->all->nr_port)
		return;
	port = &live->all->port[event->port];
	burst = np_more(live->pending, live->nr_pending);
	burst->event = (enum np_tell)event->tell;
	burst->wall = live->wall_offset + event->now;
	burst->port = event->port;
	burst->napi = port->how == NP_HOW_BOUND ? event->napi : NP_UNKNOWN;
	burst->queue = port->how == NP_HOW_EXACT ? event->napi :
		       port->how == NP_HOW_COARSE ? NP_UNKNOWN :
		       np_queue_of(live->one[event->port].port, event->napi);
	burst->cpu = event->cpu == NP_NONE ? NP_UNKNOWN : event->cpu;
	burst->least = event->proven;
	burst->likely = event->likely;
	burst->most = event->likely;
	burst->full = port->how == NP_HOW_EXACT ? event->full : NP_UNKNOWN;
	burst->packets = event->packets;
	burst->polls = event->polls;
	burst->ns = event->now - event->begin;
	burst->gap = event->gap;
	burst->lost = NP_UNKNOWN;
	burst->lost_ns = NP_UNKNOWN;
	np_burst_limit(burst, port);
}

static uint64_t np_more_than(uint64_t before, uint64_t after)
{
	if (before == NP_UNKNOWN || after == NP_UNKNOWN)
		return NP_UNKNOWN;

	return after > before ? after - before : 0;
}

/* What was lost since the counters were last read belongs to these bursts. */
static void np_blame(struct np_live *live, size_t number,
		     const struct np_lost *now)
{
	struct np_watching *one = &live->one[number];
	uint64_t ns = now->ns - one->last.ns, lost;
	size_t i;

	lost = np_more_than(one->last.lost, now->lost);
	if (lost == NP_UNKNOWN)
		return;
	if (!now->nr_queue || now->nr_queue != one->last.nr_queue) {
		np_burst_attribute(live->pending, live->nr_pending, number,
				   NP_UNKNOWN, lost, ns);
		return;
	}
	for (i = 0; i < now->nr_queue; i++)
		np_burst_attribute(live->pending, live->nr_pending, number, i,
				   np_more_than(one->last.queue[i],
						now->queue[i]), ns);
}

static void np_scrape(struct np_burst_port *port, struct np_watching *one,
		      const struct np_lost *now, bool last)
{
	uint64_t ns = now->ns - one->scrape_ns, bps;

	if (!ns || (ns < NP_SCRAPE && !(last && !port->samples)))
		return;
	bps = np_more_than(one->scrape_bytes, now->bytes);
	if (bps != NP_UNKNOWN) {
		bps = (uint64_t)((double)bps * 8e9 / (double)ns);
		if (port->scrape_bps == NP_UNKNOWN || bps > port->scrape_bps)
			port->scrape_bps = bps;
	}
	port->samples++;
	one->scrape_ns = now->ns;
	one->scrape_bytes = now->bytes;
}

/*
 * What is expected: a wire that is filled with frames as long as those seen;
 * without a wire, as many as there were on average.
 */
static void np_expect(struct np_live *live, size_t number,
		      const struct np_lost *now)
{
	const struct np_burst_port *port = &live->all->port[number];
	const struct np_lost *last = &live->one[number].last;
	uint64_t packets = np_more_than(last->packets, now->packets);
	uint64_t bytes = np_more_than(last->bytes, now->bytes), pps;

	if (!live->trace || packets == NP_UNKNOWN || now->ns <= last->ns)
		return;
	if (port->speed != NP_UNKNOWN) {
		if (packets < 100)
			return;
		pps = np_wire_pps(port->speed, bytes / packets);
	} else {
		pps = packets * 1000 / ((now->ns - last->ns) / 1000000 + 1);
	}
	np_trace_expect(live->trace, number, pps);
}

/* Read the counters of an interface. */
static void np_look(struct np_live *live, size_t number, bool last)
{
	struct np_burst_port *port = &live->all->port[number];
	struct np_watching *one = &live->one[number];
	struct np_lost now;

	np_lost_read(live->job->options->src, port->name, &now);
	np_blame(live, number, &now);
	np_scrape(port, one, &now, last);
	if (now.ns - one->last.ns >= NP_SECOND / 2)
		np_expect(live, number, &now);
	port->lost = np_more_than(one->first.lost, now.lost);
	port->alerted = np_more_than(one->first.alerted, now.alerted);
	port->received = np_more_than(one->first.packets, now.packets);
	np_lost_free(&one->last);
	one->last = now;
}

/* Counters of those that had bursts, or were not looked at for a second. */
static void np_flush(struct np_live *live, uint64_t ns, bool last)
{
	size_t i, j;

	for (i = 0; i < live->all->nr_port; i++) {
		bool wanted = last || ns - live->one[i].last.ns >= NP_SECOND;

		for (j = 0; j < live->nr_pending && !wanted; j++)
			wanted = live->pending[j].port == i &&
				 live->pending[j].event == NP_TELL_END;
		if (wanted)
			np_look(live, i, last);
	}
	for (j = 0; j < live->nr_pending; j++) {
		struct np_burst *burst = &live->pending[j];

		burst->cause = np_burst_cause(burst,
					      &live->all->port[burst->port]);
		np_burst_count(live->all, burst);
		np_bursts_tell(live->job, live->all, burst);
		free(burst->cause);
	}
	live->nr_pending = 0;
}

/* Does it cost too much? Once is no rule. */
static bool np_too_much(struct np_live *live, uint64_t ns)
{
	if (!live->trace || !np_trace_overhead(live->trace, live->all, ns))
		return false;
	live->used_ppm_ns += live->all->cpu_ppm * ns;
	if (live->all->cpu_ppm <= live->job->overhead_ppm)
		live->over = 0;
	else
		live->over++;

	return live->over >= 2;
}

static void np_coarse_tick(struct np_live *live, uint64_t until)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct np_source *src = live->job->options->src;

	while (!np_stopped && np_source_time(src) < until) {
		np_coarse_look(live->coarse, src, live->all, np_on_event, live);
		nanosleep(&pause, NULL);
	}
}

static void np_coarse_heat(struct np_bursts *all,
			   uint64_t (*before)[NP_CLASSES])
{
	size_t i, class;

	for (i = 0; i < all->nr_port; i++) {
		struct np_burst_port *port = &all->port[i];
		struct np_heat *heat = np_more(port->heat, port->nr_heat);

		for (class = 0; class < NP_CLASSES; class++) {
			heat->count[class] = port->hist[class] -
					     before[i][class];
			before[i][class] = port->hist[class];
		}
	}
}

/* Up to the next tick. */
static int np_tick(struct np_live *live, uint64_t until)
{
	struct np_source *src = live->job->options->src;
	uint64_t now = np_source_time(src);
	struct timespec pause;
	int got;

	if (live->coarse) {
		np_coarse_tick(live, until);
		return 0;
	}
	if (now < until) {
		pause.tv_sec = (time_t)((until - now) / NP_SECOND);
		pause.tv_nsec = (long)((until - now) % NP_SECOND);
		/* A signal ends the pause, and the run. */
		nanosleep(&pause, NULL);
	}
	got = np_trace_take(live->trace);

	return got < 0 ? got : 0;
}

static int np_watch_run(struct np_live *live)
{
	uint64_t before[NP_PORTS_MAX][NP_CLASSES] = {};
	struct np_source *src = live->job->options->src;
	uint64_t next = live->begin, asked = live->begin, now = live->begin;

	while (!np_stopped && now < live->end) {
		next += live->all->tick;
		if (next > live->end)
			next = live->end;
		if (np_tick(live, next))
			return np_fail(live->job->options, "the events of the kernel cannot be read");
		now = np_source_time(src);
		if (live->coarse)
			np_coarse_heat(live->all, before);
		else
			np_trace_heat(live->trace, live->all);
		np_flush(live, now, false);
		if (now - asked < NP_SECOND)
			continue;
		if (np_too_much(live, now - asked))
			return np_fail(live->job->options, "watching takes %.2f%% of one CPU, which is more than --max-overhead allows: stopped",
				       (double)live->all->cpu_ppm / 1e4);
		asked = now;
	}
	if (now > asked)
		np_too_much(live, now - asked);

	return NP_OK;
}

/* ---- all of it -------------------------------------------------------------------- */

static int np_watch_open(struct np_live *live)
{
	struct np_trace_options options = {
		.gaps = live->job->gaps,
		.events = NP_EVENTS,
	};
	const struct np_options *told = live->job->options;
	struct np_error error = {};
	size_t i;

	for (i = 0; live->one && i < live->all->nr_port; i++)
		options.threads |= live->one[i].port->threaded == 1;
	options.threads &= options.gaps;
	if (live->job->coarse) {
		live->coarse = np_coarse_open(live->all);
	} else {
		live->trace = np_trace_open(told->src, live->all, &options,
					    np_on_event, live, &error);
		if (!live->trace) {
			np_fail(told, "%s; --coarse does without", error.text);
			return NP_REFUSED;
		}
	}
	if (np_trace_drop(&error))
		return np_fail(told, "%s", error.text);

	return NP_OK;
}

static void np_watch_end(struct np_live *live)
{
	struct np_source *src = live->job->options->src;
	uint64_t now = np_source_time(src);

	live->all->ns = now - live->begin;
	np_flush(live, now, true);
	if (live->trace)
		np_trace_counts(live->trace, live->all);
	if (live->all->poll_ns != NP_UNKNOWN && live->all->ns)
		live->all->cpu_ppm = live->used_ppm_ns / live->all->ns;
}

static int np_watch_all(struct np_live *live)
{
	struct np_bursts *all = live->all;
	int code = np_watch_open(live), finish;

	if (code != NP_OK)
		return code;
	live->begin = np_source_time(live->job->options->src);
	all->begin = np_wall();
	live->wall_offset = all->begin - live->begin;
	live->end = live->job->ns ? live->begin + live->job->ns : UINT64_MAX;
	np_bursts_begin(live->job, all);
	code = np_watch_run(live);
	np_watch_end(live);
	finish = np_bursts_finish(live->job, all);

	return code == NP_OK ? finish : code;
}

/**
 * np_bursts_watch - watch interfaces
 * @job: what was asked for
 * @all: empty; filled in
 *
 * Return: exit code.
 */
int np_bursts_watch(const struct np_bursts_job *job, struct np_bursts *all)
{
	/* What is being written is written; pauses end all the same. */
	const struct sigaction stop = {
		.sa_handler = np_stop,
		.sa_flags = SA_RESTART,
	};
	struct np_live live = { .job = job, .all = all };
	size_t i, count = 0;
	int code = NP_OK;

	all->tick = NP_TICK;
	all->poll_ns = NP_UNKNOWN;
	all->gap_event_ns = NP_UNKNOWN;
	all->cpu_ppm = NP_UNKNOWN;
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	for (i = 0; job->names[i] && code == NP_OK; i++) {
		(void)np_more(live.one, count);
		if (count > NP_PORTS_MAX)
			code = np_fail(job->options, "%d interfaces at most",
				       NP_PORTS_MAX);
		else
			code = np_watch_port(job, all, &live.one[i],
					     job->names[i]);
	}
	if (code == NP_OK)
		code = np_watch_all(&live);
	np_trace_close(live.trace);
	np_coarse_close(live.coarse);
	for (i = 0; i < count; i++) {
		np_port_free(live.one[i].port);
		np_lost_free(&live.one[i].first);
		np_lost_free(&live.one[i].last);
	}
	free(live.one);
	free(live.pending);

	return code;
}
