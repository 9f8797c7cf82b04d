// SPDX-License-Identifier: GPL-2.0-only
/*
 * Polls of NAPI, and how long they had to wait.
 *
 * A poll that has emptied its ring costs two additions and a class of the
 * histogram: no clock, no lock. Only trains (train.h) need a clock. A NAPI
 * instance is polled by one CPU at a time, so that nothing of a slot is shared
 * but with the tool, which reads.
 */
#include "bpf/kernel.h"

#include "bpf/bursts.h"

char _license[] SEC("license") = "GPL";

/* Set before loading. */
const volatile uint32_t np_realtime;

/* NAPI instances that found their slot taken. */
uint64_t np_crowded;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, NP_PORTS_MAX);
	__type(key, uint32_t);
	__type(value, struct np_watched);
} watched SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, NP_SLOTS);
	__type(key, uint32_t);
	__type(value, struct np_slot);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, NP_CPUS_MAX);
	__type(key, uint32_t);
	__type(value, struct np_percpu);
} percpu SEC(".maps");

/* A NAPI thread. */
struct np_thread {
	uint64_t woken;
	struct np_gap gap;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NP_SLOTS);
	__type(key, uint32_t);
	__type(value, struct np_thread);
} threads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} events SEC(".maps");

/* ---- slots ------------------------------------------------------------------ */

/* Number of the interface and 1; 0 if it is not watched. */
static __always_inline uint32_t np_port_of(uint32_t ifindex)
{
	uint32_t i;

	for (i = 0; i < NP_PORTS_MAX; i++) {
		uint32_t key = i;
		struct np_watched *w = bpf_map_lookup_elem(&watched, &key);

		if (w && w->ifindex == ifindex)
			return i + 1;
	}

	return 0;
}

static __always_inline struct np_watched *np_watched_of(uint32_t port)
{
	uint32_t key = port - 1;

	return bpf_map_lookup_elem(&watched, &key);
}

/* A NAPI instance that was not seen before, or has no slot. */
static __noinline int np_slot_claim(struct np_slot *slot, uint32_t id,
				    uint32_t ifindex)
{
	struct np_watched *w = NULL;
	uint32_t port = np_port_of(ifindex);

	if (!slot)
		return 0;
	if (port)
		w = np_watched_of(port);
	if (w && w->exact)
		port = 0;
	if (slot->port) {
		if (port)
			__sync_fetch_and_add(&np_crowded, 1);
		return 0;
	}
	if (w)
		slot->shift = w->shift;
	slot->napi = id;
	slot->port = port;

	return 0;
}

/* ---- events ----------------------------------------------------------------- */

static __always_inline void np_tell(struct np_slot *slot, uint32_t number,
				    const struct np_watched *w, uint32_t what,
				    uint32_t proven, uint32_t likely)
{
	struct np_event *event = NULL;

	/* The end of what has been told of is always told. */
	if ((what == NP_TELL_END && slot->open) ||
	    np_tokens_take(&slot->tokens, slot->train.last, w->events))
		event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		slot->lost++;
		return;
	}
	if (what == NP_TELL_BEGIN)
		slot->open = 1;
	else if (what == NP_TELL_END)
		slot->open = 0;
	event->tell = what;
	event->port = slot->port - 1;
	event->napi = slot->napi;
	event->slot = number;
	event->cpu = slot->cpu;
	event->proven = proven;
	event->likely = likely;
	event->full = (uint32_t)slot->full;
	event->begin = slot->train.begin;
	event->now = slot->train.last;
	event->packets = slot->train.packets;
	event->polls = slot->train.polls;
	event->gap = slot->gap;
	/* The tool looks ten times a second; to wake it would cost more. */
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

/* ---- trains ------------------------------------------------------------------ */

static __always_inline struct np_percpu *np_this_cpu(void)
{
	uint32_t cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&percpu, &cpu);
}

static __always_inline int np_is_napi_thread(const struct task_struct *task)
{
	return (task->flags & NP_PF_KTHREAD) && task->comm[0] == 'n' &&
	       task->comm[1] == 'a' && task->comm[2] == 'p' &&
	       task->comm[3] == 'i' && task->comm[4] == '/';
}

/*
 * What the slot's NAPI instance waited for. Returns a time at which its poll
 * had not yet begun, or 0.
 */
static __always_inline uint64_t np_gap_of(struct np_slot *slot, uint64_t now)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct np_gap *gap = NULL;
	uint64_t since = 0;

	slot->gap.ns = 0;
	if (np_is_napi_thread(task)) {
		uint32_t pid = task->pid;
		struct np_thread *thread = bpf_map_lookup_elem(&threads, &pid);

		if (thread) {
			gap = &thread->gap;
			/* There a poll may sleep, and be woken. */
			since = np_realtime ? 0 : gap->since;
		}
	} else {
		struct np_percpu *pc = np_this_cpu();

		if (pc) {
			gap = &pc->gap;
			since = pc->entered;
		}
	}
	/* A gap that was over for long is another train's. */
	if (gap && now - gap->since < 1000000)
		slot->gap = *gap;

	return since;
}

/* The higher of the two is what a burst is judged by. */
static __always_inline uint64_t np_higher(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* A full poll, or the one behind. */
static __noinline int np_train_poll(struct np_slot *slot, uint32_t number,
				    int work, int budget)
{
	struct np_train *train;
	struct np_watched *w;
	uint64_t now, level, since;
	struct np_rates rates;
	uint32_t what;

	if (!slot || !slot->port)
		return 0;
	w = np_watched_of(slot->port);
	if (!w)
		return 0;
	rates = w->rates;
	train = &slot->train;
	now = bpf_ktime_get_ns();
	if (train->polls) {
		np_train_more(train, now, work, &rates);
	} else {
		slot->cpu = bpf_get_smp_processor_id();
		since = np_gap_of(slot, now);
		np_train_open(train, since, now, work, &rates);
	}
	level = np_higher(train->likely.level, train->proven.level) >> NP_POINT;
	what = np_watch_step(&slot->watch, level, w->high, w->low);
	if (work < budget && slot->watch.active) {
		/* Empty now: a burst that begins and ends here has an end only. */
		slot->watch.active = 0;
		what = NP_TELL_END;
	}
	if (what != NP_TELL_NOTHING)
		np_tell(slot, number, w, what,
			np_bucket_packets(train->proven.peak),
			np_higher(train->likely.peak, train->proven.peak) >>
			NP_POINT);
	if (work < budget) {
		uint64_t class = np_higher(train->likely.peak,
					   train->proven.peak) >> NP_POINT;

		class >>= slot->shift & 31;
		slot->hist[class < NP_CLASSES ? class : NP_CLASSES - 1]++;
		slot->trains++;
		train->polls = 0;
	} else if (what == NP_TELL_END) {
		train->proven.peak = train->proven.level;
		train->likely.peak = train->likely.level;
	}

	return 0;
}

SEC("tp_btf/napi_poll")
int BPF_PROG(np_on_poll, struct napi_struct *napi, int work, int budget)
{
	uint32_t id = napi->napi_id, key = id & (NP_SLOTS - 1), class;
	struct np_slot *slot = bpf_map_lookup_elem(&slots, &key);

	/* Without a budget nothing is received: netpoll. */
	if (!slot || !id || budget <= 0)
		return 0;
	if (slot->napi != id) {
		np_slot_claim(slot, id, napi->dev->ifindex);
		if (slot->napi != id)
			return 0;
	}
	if (!slot->port)
		return 0;
	if (work < 0 || work > 65535)
		return 0;
	slot->polls++;
	slot->packets += work;
	if (work >= budget || slot->train.polls) {
		np_train_poll(slot, key, work, budget);
		return 0;
	}
	class = (uint32_t)work >> (slot->shift & 31);
	slot->hist[class < NP_CLASSES ? class : NP_CLASSES - 1]++;

	return 0;
}

/* ---- where the driver tells ------------------------------------------------------ */

/* Queues have slots of their own, as many as interfaces can have NAPI ones. */
#define NP_EXACT_QUEUES	(NP_SLOTS / NP_PORTS_MAX)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, NP_SLOTS);
	__type(key, uint32_t);
	__type(value, struct np_slot);
} queues SEC(".maps");

static __always_inline struct np_slot *
np_queue_slot(uint32_t ifindex, uint32_t queue, uint32_t *key)
{
	uint32_t port = np_port_of(ifindex);
	struct np_slot *slot;
	struct np_watched *w;

	if (!port || queue >= NP_EXACT_QUEUES)
		return NULL;
	w = np_watched_of(port);
	*key = (port - 1) * NP_EXACT_QUEUES + queue;
	slot = bpf_map_lookup_elem(&queues, key);
	if (!w || !w->exact || !slot)
		return NULL;
	if (!slot->port) {
		slot->napi = queue;
		slot->shift = w->shift;
		slot->port = port;
	}

	return slot;
}

/* A poll that has found so many filled descriptors, and has taken some. */
static __noinline int np_exact_poll(uint32_t ifindex, uint32_t queue,
				    uint32_t taken, uint32_t found)
{
	struct np_train *train;
	struct np_watched *w;
	struct np_slot *slot;
	uint32_t key, what, low, class;

	slot = np_queue_slot(ifindex, queue, &key);
	if (!slot)
		return 0;
	w = np_watched_of(slot->port);
	if (!w)
		return 0;
	slot->polls++;
	slot->packets += taken;
	class = found >> (slot->shift & 31);
	slot->hist[class < NP_CLASSES ? class : NP_CLASSES - 1]++;
	if (!slot->watch.active && found < w->high)
		return 0;
	train = &slot->train;
	train->last = bpf_ktime_get_ns();
	if (!slot->watch.active) {
		slot->cpu = bpf_get_smp_processor_id();
		train->begin = train->last;
		train->packets = 0;
		train->polls = 0;
		train->likely.peak = 0;
		slot->full = 0;
		np_gap_of(slot, train->last);
	}
	train->packets += taken;
	train->polls++;
	if (found > train->likely.peak)
		train->likely.peak = found;
	low = found > taken ? found - taken : 0;
	what = np_watch_step(&slot->watch, found, w->high, w->low);
	/* What a poll leaves tells whether it goes on. */
	if (slot->watch.active && low < w->low) {
		slot->watch.active = 0;
		what = NP_TELL_END;
	}
	if (what != NP_TELL_NOTHING)
		np_tell(slot, key, w, what, train->likely.peak,
			train->likely.peak);
	if (what == NP_TELL_END)
		slot->trains++;

	return 0;
}

static __noinline int np_exact_full(uint32_t ifindex, uint32_t queue)
{
	struct np_slot *slot;
	uint32_t key;

	slot = np_queue_slot(ifindex, queue, &key);
	if (slot)
		slot->full++;

	return 0;
}

/* With the module's BTF. */
SEC("tp_btf/napier_rx_poll")
int BPF_PROG(np_napier_poll, struct net_device *dev, unsigned short queue,
	     uint32_t taken, uint32_t found, uint32_t size)
{
	return np_exact_poll(dev->ifindex, queue, taken, found);
}

SEC("tp_btf/napier_rx_ring_full")
int BPF_PROG(np_napier_full, struct net_device *dev, unsigned short queue,
	     uint32_t size)
{
	return np_exact_full(dev->ifindex, queue);
}

/* Without. */
SEC("raw_tp/napier_rx_poll")
int np_napier_poll_raw(struct bpf_raw_tracepoint_args *ctx)
{
	struct net_device *dev = (struct net_device *)ctx->args[0];

	return np_exact_poll(BPF_CORE_READ(dev, ifindex),
			     (unsigned short)ctx->args[1],
			     (uint32_t)ctx->args[2], (uint32_t)ctx->args[3]);
}

SEC("raw_tp/napier_rx_ring_full")
int np_napier_full_raw(struct bpf_raw_tracepoint_args *ctx)
{
	struct net_device *dev = (struct net_device *)ctx->args[0];

	return np_exact_full(BPF_CORE_READ(dev, ifindex),
			     (unsigned short)ctx->args[1]);
}

/* ---- gaps ------------------------------------------------------------------------- */

/* Powers of two: class 10 is 1,024 to 2,047 ns. */
static __always_inline void np_gap_count(struct np_percpu *pc, uint64_t ns)
{
	uint32_t class = 0, step;

	for (step = 32; step; step >>= 1) {
		if (ns >> step) {
			ns >>= step;
			class += step;
		}
	}
	pc->hist[class < NP_GAPS ? class : NP_GAPS - 1]++;
}

SEC("tp_btf/softirq_raise")
int BPF_PROG(np_on_raise, unsigned int vector)
{
	struct np_percpu *pc;

	if (vector != NP_SOFTIRQ_NET_RX)
		return 0;
	pc = np_this_cpu();
	if (!pc || pc->raised)
		return 0;
	pc->raised = bpf_ktime_get_ns();
	pc->busy = pc->running ? pc->running - 1 : NP_NONE;
	pc->busy_ns = 0;
	pc->pid = (uint32_t)bpf_get_current_pid_tgid();

	return 0;
}

/* A gap that is worth a look: who was at work? */
static __always_inline void np_gap_blame(struct np_percpu *pc)
{
	struct np_gap *gap = &pc->gap;

	bpf_get_current_comm(gap->comm, sizeof(gap->comm));
	gap->pid = pc->pid;
	gap->vector = pc->busy;
	gap->busy_ns = pc->busy_ns;
	gap->ksoftirqd = gap->comm[0] == 'k' && gap->comm[1] == 's' &&
			 gap->comm[4] == 't' && gap->comm[8] == 'd' &&
			 gap->comm[9] == '/';
}

SEC("tp_btf/softirq_entry")
int BPF_PROG(np_on_entry, unsigned int vector)
{
	struct np_percpu *pc = np_this_cpu();
	struct np_gap *gap;

	if (!pc)
		return 0;
	pc->running = vector + 1;
	pc->running_ns = 0;
	if (vector != NP_SOFTIRQ_NET_RX) {
		if (pc->raised)
			pc->running_ns = bpf_ktime_get_ns();
		return 0;
	}
	pc->entered = bpf_ktime_get_ns();
	gap = &pc->gap;
	gap->ns = 0;
	gap->since = pc->entered;
	gap->pid = NP_NONE;
	gap->vector = NP_NONE;
	gap->busy_ns = 0;
	gap->ksoftirqd = 0;
	gap->comm[0] = 0;
	if (pc->raised && pc->entered > pc->raised) {
		gap->ns = pc->entered - pc->raised;
		np_gap_count(pc, gap->ns);
		if (gap->ns >= NP_GAP_LONG)
			np_gap_blame(pc);
	}
	pc->raised = 0;

	return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(np_on_exit, unsigned int vector)
{
	struct np_percpu *pc = np_this_cpu();
	uint64_t since, now;

	if (!pc)
		return 0;
	since = np_higher(pc->running_ns, pc->raised);
	if (pc->raised) {
		now = bpf_ktime_get_ns();
		if (now > since && now - since > pc->busy_ns) {
			pc->busy_ns = now - since;
			pc->busy = vector;
		}
	}
	pc->running = 0;
	pc->running_ns = 0;

	return 0;
}

/* NAPI threads: attached only if there are any. */
SEC("tp_btf/sched_wakeup")
int BPF_PROG(np_on_wakeup, struct task_struct *task)
{
	struct np_thread *thread, fresh = {};
	uint32_t pid;

	if (!np_is_napi_thread(task))
		return 0;
	pid = task->pid;
	thread = bpf_map_lookup_elem(&threads, &pid);
	if (!thread) {
		fresh.woken = bpf_ktime_get_ns();
		bpf_map_update_elem(&threads, &pid, &fresh, 0);
	} else if (!thread->woken) {
		thread->woken = bpf_ktime_get_ns();
	}

	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(np_on_switch, char preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	struct np_thread *thread;
	struct np_percpu *pc;
	struct np_gap *gap;
	uint32_t pid;

	if (!np_is_napi_thread(next))
		return 0;
	pid = next->pid;
	thread = bpf_map_lookup_elem(&threads, &pid);
	if (!thread || !thread->woken)
		return 0;
	gap = &thread->gap;
	gap->since = bpf_ktime_get_ns();
	gap->ns = gap->since > thread->woken ? gap->since - thread->woken : 0;
	thread->woken = 0;
	gap->threaded = 1;
	gap->busy_ns = 0;
	gap->vector = NP_NONE;
	gap->pid = prev->pid;
	bpf_probe_read_kernel(gap->comm, sizeof(gap->comm), prev->comm);
	pc = np_this_cpu();
	if (pc && gap->ns)
		np_gap_count(pc, gap->ns);

	return 0;
}
