// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: each fault is named, and what looks like it and is none is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge/judge.h"

#define SECONDS	UINT64_C(10)

/* Two samples of an interface "d0", ten seconds apart. */
struct pair {
	struct np_sample before;
	struct np_sample after;
	struct np_window window;
	struct np_flows flows;
	struct np_findings found;
};

static struct np_port *was(struct pair *pair)
{
	return pair->before.port[0];
}

static struct np_port *is(struct pair *pair)
{
	return pair->after.port[0];
}

static void put_value(struct np_value **values, size_t *count, const char *name,
		      uint64_t value)
{
	struct np_value *new = np_more(*values, *count);

	new->name = np_copy(name);
	new->value = value;
}

static void link_gains(struct pair *pair, const char *name, uint64_t gain)
{
	put_value(&was(pair)->link, &was(pair)->nr_link, name, 1000);
	put_value(&is(pair)->link, &is(pair)->nr_link, name, 1000 + gain);
}

static void own_gains(struct pair *pair, const char *name, uint64_t gain)
{
	put_value(&was(pair)->own, &was(pair)->nr_own, name, 1000);
	put_value(&is(pair)->own, &is(pair)->nr_own, name, 1000 + gain);
}

static void protocol_gains(struct pair *pair, const char *name, uint64_t gain)
{
	struct np_host *before = pair->before.host, *after = pair->after.host;

	put_value(&before->protocol, &before->nr_protocol, name, 1000);
	put_value(&after->protocol, &after->nr_protocol, name, 1000 + gain);
}

/* A CPU that spent so many hundredths of its time in softirqs and programs. */
static void cpu_spends(struct pair *pair, unsigned int id, uint64_t soft,
		       uint64_t user)
{
	struct np_cpu *cpu = np_host_cpu(pair->before.host, id);

	memset(cpu, 0, sizeof(*cpu));
	cpu->id = id;
	cpu->node = NP_UNKNOWN;
	cpu = np_host_cpu(pair->after.host, id);
	memset(cpu, 0, sizeof(*cpu));
	cpu->id = id;
	cpu->node = NP_UNKNOWN;
	cpu->softirq = soft * SECONDS;
	cpu->user = user * SECONDS;
	cpu->idle = (100 - soft - user) * SECONDS;
}

static struct np_cpu *cpu_of(struct pair *pair, unsigned int id)
{
	return np_host_cpu(pair->after.host, id);
}

/* A receive queue with a NAPI instance and an interrupt, to a CPU of its own. */
static void queue_gains(struct pair *pair, unsigned int id, uint64_t packets)
{
	struct np_port *ports[] = { was(pair), is(pair) };
	struct np_queue *queue;
	struct np_irq *irq;
	size_t i;

	for (i = 0; i < NP_COUNT(ports); i++) {
		queue = np_port_queue(ports[i], true, id);
		queue->napi = 100 + id;
		queue->counters.packets = i ? packets : 0;
		np_port_napi(ports[i], 100 + id)->irq = 30 + id;
		irq = np_port_irq(ports[i], 30 + id);
		irq->fired = i ? 50000 : 0;
		*np_more(irq->effective.cpu, irq->effective.count) = id;
	}
}

static void make_sample(struct np_sample *sample, const char *driver)
{
	struct np_port *port = np_port_alloc("d0");

	port->driver = np_copy(driver);
	port->ifindex = 7;
	port->physical = true;
	port->mtu = 1500;
	port->carrier = 1;
	port->carrier_changes = 3;
	port->speed = 1000;
	port->rx_ring = (struct np_pair){ 256, 4096 };
	port->combined = (struct np_pair){ 2, 2 };
	port->features.rx_hash = 1;
	port->pause_rx_frames = 0;
	port->pause_tx_frames = 0;
	port->aer = (struct np_aer){ 0, 0, 0 };
	*np_more(sample->port, sample->nr_port) = port;
	sample->host = np_host_alloc();
	sample->host->max_backlog = 1000;
	sample->host->rmem_default = 212992;
	sample->host->rmem_max = 212992;
}

/* An interface with two queues on two CPUs, one of which is busy. */
static struct pair *make_pair(const char *driver)
{
	struct pair *pair = np_alloc(sizeof(*pair));

	make_sample(&pair->before, driver);
	make_sample(&pair->after, driver);
	pair->after.ns = SECONDS * 1000000000;
	pair->window.before = &pair->before;
	pair->window.after = &pair->after;
	pair->window.ns = pair->after.ns;
	cpu_spends(pair, 0, 80, 5);
	cpu_spends(pair, 1, 5, 5);
	link_gains(pair, "rx_packets", 100000);
	link_gains(pair, "rx_bytes", 10000000);

	return pair;
}

static struct pair *quiet(void)
{
	struct pair *pair = make_pair("igb");

	cpu_spends(pair, 0, 5, 5);
	queue_gains(pair, 0, 50000);
	queue_gains(pair, 1, 50000);

	return pair;
}

static struct pair *hot(void)
{
	struct pair *pair = make_pair("igb");

	queue_gains(pair, 0, 97000);
	queue_gains(pair, 1, 3000);

	return pair;
}

static void clean_sample(struct np_sample *sample)
{
	size_t i;

	for (i = 0; i < sample->nr_port; i++)
		np_port_free(sample->port[i]);
	for (i = 0; i < sample->nr_peer; i++)
		np_port_free(sample->peer[i]);
	free(sample->port);
	free(sample->peer);
	np_host_free(sample->host);
}

static void free_pair(struct pair *pair)
{
	np_findings_free(&pair->found);
	clean_sample(&pair->before);
	clean_sample(&pair->after);
	free(pair->flows.ifname);
	free(pair->flows.name);
	free(pair);
}

static const struct np_finding *found(struct pair *pair, const char *id)
{
	size_t i;

	np_findings_free(&pair->found);
	np_judge(&pair->found, &pair->window);
	for (i = 0; i < pair->found.count; i++)
		if (!strcmp(pair->found.item[i].id, id))
			return &pair->found.item[i];

	return NULL;
}

static const struct np_finding *finding(struct pair *pair, const char *id)
{
	const struct np_finding *one = found(pair, id);

	if (!one) {
		fail_msg("%s is not found, but %zu others, of which the first is %s",
			 id, pair->found.count,
			 pair->found.count ? pair->found.item[0].id : "none");
		abort();
	}

	return one;
}

/* It is named, with all that a finding has to have. */
static void names(struct pair *pair, const char *id, enum np_severity severity)
{
	const struct np_finding *one = finding(pair, id);
	size_t i;

	assert_int_equal(one->severity, severity);
	assert_non_null(one->summary);
	assert_non_null(one->cause);
	assert_non_null(one->verify);
	assert_true(one->nr_evidence >= 2 ||
		    one->confidence == NP_CONFIDENCE_POSSIBLE);
	for (i = 0; i < one->nr_evidence; i++)
		assert_true(*one->evidence[i].source && one->evidence[i].text);
	for (i = 0; i < one->nr_fix; i++)
		assert_true(*one->fix[i].command && *one->fix[i].effect &&
			    *one->fix[i].cost);
}

static void names_only(struct pair *pair, const char *id,
		       enum np_severity severity)
{
	size_t i;

	names(pair, id, severity);
	for (i = 0; i < pair->found.count; i++)
		if (strcmp(pair->found.item[i].id, id) != 0 &&
		    pair->found.item[i].severity != NP_SEVERITY_INFO)
			fail_msg("%s beside %s", pair->found.item[i].id, id);
	free_pair(pair);
}

/* Nothing that would wake anybody up. */
static void healthy(struct pair *pair)
{
	size_t i;

	found(pair, "");
	for (i = 0; i < pair->found.count; i++)
		if (pair->found.item[i].severity != NP_SEVERITY_INFO)
			fail_msg("%s: %s", pair->found.item[i].id,
				 pair->found.item[i].summary);
	free_pair(pair);
}

static void table_of(struct pair *pair, const char *queues)
{
	struct np_rss *rss = &is(pair)->rss;
	size_t i;

	rss->size = strlen(queues);
	rss->table = np_alloc(rss->size * sizeof(*rss->table));
	for (i = 0; i < rss->size; i++)
		rss->table[i] = (uint32_t)(queues[i] - '0');
}

static void flows_of(struct pair *pair, uint64_t packets, uint64_t top,
		     uint64_t udp)
{
	pair->flows = (struct np_flows){
		.ifname = np_copy("d0"),
		.packets = packets,
		.flows = 40,
		.pairs = 2,
		.top = top,
		.top_pair = packets,
		.udp = udp,
		.tcp = packets - udp,
		.name = np_copy("192.0.2.2 port 7 -> 192.0.2.1 port 9, udp"),
	};
	pair->window.flows = &pair->flows;
	pair->window.nr_flows = 1;
}

/* ---- one hot core ------------------------------------------------------------------ */

static void test_table(void **state)
{
	struct pair *pair = hot();

	(void)state;
	table_of(pair, "00000001");
	names_only(pair, "RSS-TABLE-SKEW", NP_SEVERITY_WARNING);
	/* The same table on a CPU that has time is somebody's choice. */
	pair = hot();
	table_of(pair, "00000001");
	cpu_spends(pair, 0, 20, 5);
	healthy(pair);
}

static void test_rss_off(void **state)
{
	struct pair *pair = hot();

	(void)state;
	table_of(pair, "01010101");
	is(pair)->features.rx_hash = 0;
	names_only(pair, "RSS-OFF", NP_SEVERITY_WARNING);
	pair = make_pair("igb");
	is(pair)->features.rx_hash = 0;
	queue_gains(pair, 0, 50000);
	queue_gains(pair, 1, 50000);
	healthy(pair);
}

static void test_unhashable(void **state)
{
	struct pair *pair = hot();

	(void)state;
	table_of(pair, "01010101");
	is(pair)->rss.udp4 = np_copy("sd");
	protocol_gains(pair, "Udp.InDatagrams", 99000);
	names_only(pair, "RSS-UNHASHABLE", NP_SEVERITY_WARNING);
	pair = hot();
	is(pair)->rss.udp4 = np_copy("sd");
	flows_of(pair, 400, 20, 390);
	names_only(pair, "RSS-UNHASHABLE", NP_SEVERITY_WARNING);
	/* TCP with the same setting is hashed well. */
	pair = make_pair("igb");
	is(pair)->rss.udp4 = np_copy("sd");
	queue_gains(pair, 0, 51000);
	queue_gains(pair, 1, 49000);
	flows_of(pair, 400, 20, 0);
	healthy(pair);
}

static void test_elephant(void **state)
{
	struct pair *pair = hot();
	const struct np_finding *one;

	(void)state;
	table_of(pair, "01010101");
	flows_of(pair, 400, 390, 400);
	one = finding(pair, "ELEPHANT-FLOW");
	assert_string_equal(one->scope, "rx0");
	assert_non_null(strstr(one->summary, "97 %"));
	names_only(pair, "ELEPHANT-FLOW", NP_SEVERITY_WARNING);
	/* A flow that its CPU has time for is just a flow. */
	pair = hot();
	flows_of(pair, 400, 390, 400);
	cpu_spends(pair, 0, 30, 5);
	healthy(pair);
	/* Forty packets do not prove one. */
	pair = hot();
	flows_of(pair, 40, 39, 40);
	names_only(pair, "RX-ONE-HOT-QUEUE", NP_SEVERITY_WARNING);
}

static void test_hot_queue(void **state)
{
	struct pair *pair = hot();
	const struct np_finding *one = finding(pair, "RX-ONE-HOT-QUEUE");

	(void)state;
	assert_int_equal(one->confidence, NP_CONFIDENCE_POSSIBLE);
	names_only(pair, "RX-ONE-HOT-QUEUE", NP_SEVERITY_WARNING);
	/* Nine hundred packets show nothing. */
	pair = hot();
	was(pair)->link[0].value = is(pair)->link[0].value - 900;
	healthy(pair);
}

static void test_channels(void **state)
{
	struct pair *pair = make_pair("igb");

	(void)state;
	queue_gains(pair, 0, 100000);
	is(pair)->combined = (struct np_pair){ 1, 4 };
	names_only(pair, "CHANNELS-TOO-FEW", NP_SEVERITY_WARNING);
	/* More than CPUs would not help. */
	pair = make_pair("igb");
	queue_gains(pair, 0, 50000);
	queue_gains(pair, 1, 50000);
	is(pair)->combined = (struct np_pair){ 2, 8 };
	healthy(pair);
}

static void test_irqs(void **state)
{
	struct pair *pair = make_pair("igb");

	(void)state;
	queue_gains(pair, 0, 50000);
	queue_gains(pair, 1, 50000);
	is(pair)->irq[1].effective.cpu[0] = 0;
	names_only(pair, "IRQ-ALL-ON-ONE-CPU", NP_SEVERITY_WARNING);
	pair = quiet();
	is(pair)->irq[1].effective.cpu[0] = 0;
	healthy(pair);
}

static void test_numa(void **state)
{
	struct pair *pair = hot();

	(void)state;
	table_of(pair, "01010101");
	is(pair)->node = 1;
	cpu_of(pair, 0)->node = 0;
	names(pair, "NUMA-REMOTE-IRQ", NP_SEVERITY_WARNING);
	cpu_of(pair, 0)->node = 1;
	assert_null(found(pair, "NUMA-REMOTE-IRQ"));
	free_pair(pair);
}

static void test_rps(void **state)
{
	struct pair *pair = quiet();

	(void)state;
	*np_more(is(pair)->rx[0].cpus.cpu, is(pair)->rx[0].cpus.count) = 1;
	cpu_of(pair, 1)->received_rps = 40000;
	names_only(pair, "RPS-WITH-RSS", NP_SEVERITY_WARNING);
	pair = quiet();
	*np_more(is(pair)->rx[0].cpus.cpu, is(pair)->rx[0].cpus.count) = 1;
	cpu_of(pair, 1)->received_rps = 100;
	healthy(pair);
}

/* ---- loss -------------------------------------------------------------------------- */

static void test_ring(void **state)
{
	struct pair *pair = quiet();
	const struct np_finding *one;

	(void)state;
	own_gains(pair, "rx_queue_0_drops", 300);
	link_gains(pair, "rx_fifo_errors", 300);
	one = finding(pair, "RX-RING-OVERFLOW");
	assert_int_equal(one->confidence, NP_CONFIDENCE_PROVEN);
	/* 256 and 300 that were lost. */
	assert_string_equal(one->fix[0].command, "ethtool -G d0 rx 1024");
	assert_string_equal(one->fix[0].undo, "ethtool -G d0 rx 256");
	assert_int_equal(one->evidence[0].after - one->evidence[0].before, 300);
	names_only(pair, "RX-RING-OVERFLOW", NP_SEVERITY_CRITICAL);
	/* One of ten thousand. */
	pair = quiet();
	own_gains(pair, "rx_queue_0_drops", 10);
	link_gains(pair, "rx_fifo_errors", 10);
	names_only(pair, "RX-RING-OVERFLOW", NP_SEVERITY_WARNING);
	/* A frame that waited for a descriptor is no loss. */
	pair = quiet();
	own_gains(pair, "rx_no_buffer_count", 300);
	healthy(pair);
}

static void test_fifo(void **state)
{
	struct pair *pair = quiet();

	(void)state;
	link_gains(pair, "rx_missed_errors", 500);
	own_gains(pair, "rx_missed_errors", 500);
	is(pair)->pause_tx = 1;
	names_only(pair, "RX-FIFO-HOL", NP_SEVERITY_CRITICAL);
	/* Frames of a kind that nobody takes are dropped, too. */
	pair = quiet();
	link_gains(pair, "rx_dropped", 500);
	healthy(pair);
}

static void test_itr(void **state)
{
	struct pair *pair = quiet();

	(void)state;
	own_gains(pair, "rx_queue_0_drops", 300);
	link_gains(pair, "rx_fifo_errors", 300);
	is(pair)->rx_usecs = 1000;
	names(pair, "ITR-GT-RING", NP_SEVERITY_WARNING);
	/* A gigabit of 100 octets is 1 M/s: 20 in 20 us. */
	is(pair)->rx_usecs = 20;
	assert_null(found(pair, "ITR-GT-RING"));
	free_pair(pair);
	/* Without a loss it is a choice. */
	pair = quiet();
	is(pair)->rx_usecs = 1000;
	healthy(pair);
}

static void test_alloc(void **state)
{
	struct pair *pair = quiet();

	(void)state;
	own_gains(pair, "rx_queue_0_alloc_failed", 7);
	was(pair)->rx[0].counters.alloc_fail = 3;
	is(pair)->rx[0].counters.alloc_fail = 10;
	names_only(pair, "ALLOC-FAIL", NP_SEVERITY_WARNING);
	pair = quiet();
	was(pair)->rx[0].counters.alloc_fail = 10;
	is(pair)->rx[0].counters.alloc_fail = 10;
	healthy(pair);
}

static void test_pause(void **state)
{
	struct pair *pair = quiet();
	const struct np_finding *one;

	(void)state;
	link_gains(pair, "tx_packets", 5000);
	is(pair)->pause_rx_frames = 400;
	one = finding(pair, "PAUSE-STORM");
	assert_string_equal(one->scope, "rx");
	names_only(pair, "PAUSE-STORM", NP_SEVERITY_WARNING);
	/* Nothing goes out any more. */
	pair = quiet();
	is(pair)->pause_rx_frames = 400;
	names_only(pair, "PAUSE-STORM", NP_SEVERITY_CRITICAL);
	/* Five in a second are what flow control is for. */
	pair = quiet();
	is(pair)->pause_rx_frames = 50;
	is(pair)->pause_tx_frames = 50;
	healthy(pair);
}

static void add_task(struct pair *pair, const char *comm, uint64_t ticks,
		     uint64_t policy)
{
	struct np_host *hosts[] = { pair->before.host, pair->after.host };
	struct np_task *task;
	size_t i;

	for (i = 0; i < NP_COUNT(hosts); i++) {
		task = np_more(hosts[i]->task, hosts[i]->nr_task);
		task->pid = 1000;
		task->started = 77;
		task->comm = np_copy(comm);
		task->policy = policy;
		task->ticks = i ? ticks : 0;
	}
}

static void test_starved(void **state)
{
	struct pair *pair = quiet();

	(void)state;
	cpu_spends(pair, 0, 5, 95);
	queue_gains(pair, 0, 60000);
	own_gains(pair, "rx_queue_0_drops", 300);
	link_gains(pair, "rx_fifo_errors", 300);
	add_task(pair, "burn", 95 * SECONDS, 1);
	names(pair, "SOFTIRQ-STARVED", NP_SEVERITY_CRITICAL);
	free_pair(pair);
	/* The same without a loss. */
	pair = quiet();
	cpu_spends(pair, 0, 5, 95);
	add_task(pair, "burn", 95 * SECONDS, 1);
	healthy(pair);
	/* It is ksoftirqd that runs. */
	pair = quiet();
	cpu_spends(pair, 0, 95, 5);
	add_task(pair, "ksoftirqd/0", 95 * SECONDS, 0);
	own_gains(pair, "rx_queue_0_drops", 300);
	assert_null(found(pair, "SOFTIRQ-STARVED"));
	free_pair(pair);
}

/* ---- host -------------------------------------------------------------------------- */

static void test_backlog(void **state)
{
	struct pair *pair = quiet();
	const struct np_finding *one;

	(void)state;
	cpu_of(pair, 1)->dropped = 5000;
	one = finding(pair, "BACKLOG-OVERFLOW");
	assert_null(one->dev);
	assert_string_equal(one->scope, "cpu1");
	assert_string_equal(one->fix[0].command,
			    "sysctl -w net.core.netdev_max_backlog=8192");
	names_only(pair, "BACKLOG-OVERFLOW", NP_SEVERITY_CRITICAL);
	pair = quiet();
	cpu_of(pair, 1)->processed = 500000;
	healthy(pair);
}

static void test_budget(void **state)
{
	struct pair *pair = quiet();

	(void)state;
	cpu_of(pair, 0)->squeezed = 500;
	names(pair, "BUDGET-SQUEEZE-HARMLESS", NP_SEVERITY_INFO);
	healthy(pair);
	pair = quiet();
	cpu_of(pair, 0)->squeezed = 500;
	own_gains(pair, "rx_queue_0_drops", 300);
	link_gains(pair, "rx_fifo_errors", 300);
	names(pair, "BUDGET-SQUEEZE-HARMFUL", NP_SEVERITY_WARNING);
	free_pair(pair);
}

static void add_socket(struct pair *pair, const char *protocol, uint64_t drops)
{
	struct np_host *hosts[] = { pair->before.host, pair->after.host };
	struct np_socket *socket;
	size_t i;

	for (i = 0; i < NP_COUNT(hosts); i++) {
		socket = np_more(hosts[i]->socket, hosts[i]->nr_socket);
		socket->protocol = np_copy(protocol);
		socket->local = np_copy("0.0.0.0:8125");
		socket->inode = 4711;
		socket->rcvbuf = 4096;
		socket->queued = 4000;
		socket->drops = i ? 7 + drops : 7;
	}
}

static void test_sockets(void **state)
{
	struct pair *pair = quiet();

	(void)state;
	add_socket(pair, "udp", 37);
	protocol_gains(pair, "Udp.RcvbufErrors", 37);
	names_only(pair, "SOCKET-RCVBUF", NP_SEVERITY_WARNING);
	/* What it lost before was before. */
	pair = quiet();
	add_socket(pair, "udp", 0);
	healthy(pair);
	/* Those who look on lose copies. */
	pair = quiet();
	add_socket(pair, "packet", 37);
	healthy(pair);
}

/* ---- sending ----------------------------------------------------------------------- */

static struct np_queue *tx_queue(struct np_port *port, uint64_t timeouts,
				 uint64_t inflight)
{
	struct np_queue *queue = np_port_queue(port, false, 0);

	queue->timeouts = timeouts;
	queue->bql_inflight = inflight;

	return queue;
}

static void test_hang(void **state)
{
	struct pair *pair = quiet();
	const struct np_finding *one;

	(void)state;
	tx_queue(was(pair), 1, 3000);
	tx_queue(is(pair), 3, 3000);
	one = finding(pair, "TX-HANG");
	assert_int_equal(one->confidence, NP_CONFIDENCE_PROVEN);
	assert_non_null(strstr(one->cause, "transmitter or its DMA is stuck"));
	names_only(pair, "TX-HANG", NP_SEVERITY_CRITICAL);
	/* The watchdog has not seen it yet. */
	pair = quiet();
	tx_queue(was(pair), 0, 3000);
	tx_queue(is(pair), 0, 3000);
	is(pair)->irq[0].fired = 0;
	is(pair)->irq[1].fired = 0;
	one = finding(pair, "TX-HANG");
	assert_int_equal(one->confidence, NP_CONFIDENCE_LIKELY);
	assert_non_null(strstr(one->cause, "No interrupt comes"));
	names_only(pair, "TX-HANG", NP_SEVERITY_CRITICAL);
	/* It hung last week. */
	pair = quiet();
	tx_queue(was(pair), 3, 3000);
	tx_queue(is(pair), 3, 0);
	healthy(pair);
	/* As much in flight as before, but others. */
	pair = quiet();
	tx_queue(was(pair), 0, 3000);
	tx_queue(is(pair), 0, 3000);
	link_gains(pair, "tx_packets", 5000);
	healthy(pair);
	/* Without a link nothing can go. */
	pair = quiet();
	tx_queue(was(pair), 0, 3000);
	tx_queue(is(pair), 0, 3000);
	is(pair)->carrier = 0;
	healthy(pair);
}

static void test_hang_paused(void **state)
{
	struct pair *pair = quiet();
	const struct np_finding *one;

	(void)state;
	tx_queue(was(pair), 0, 3000);
	tx_queue(is(pair), 1, 3000);
	is(pair)->pause_rx_frames = 9;
	one = finding(pair, "TX-HANG");
	assert_non_null(strstr(one->cause, "pauses us (9 pause frames)"));
	is(pair)->pause_rx_frames = 0;
	is(pair)->aer.nonfatal = 2;
	one = finding(pair, "TX-HANG");
	assert_non_null(strstr(one->cause, "PCI Express reports 2 errors"));
	free_pair(pair);
}

static void add_qdisc(struct np_port *port, uint64_t packets, uint64_t drops)
{
	struct np_qdisc *qdisc = np_more(port->qdisc, port->nr_qdisc);

	qdisc->kind = np_copy("pfifo");
	qdisc->handle = 1;
	qdisc->parent = NP_QDISC_ROOT;
	qdisc->packets = packets;
	qdisc->drops = drops;
}

static void test_congestion(void **state)
{
	struct pair *pair = quiet();

	(void)state;
	link_gains(pair, "tx_packets", 5000);
	link_gains(pair, "tx_bytes", 5000000);
	add_qdisc(was(pair), 0, 0);
	add_qdisc(is(pair), 5000, 800);
	names_only(pair, "TX-CONGESTION", NP_SEVERITY_WARNING);
	pair = quiet();
	link_gains(pair, "tx_packets", 5000);
	add_qdisc(was(pair), 0, 800);
	add_qdisc(is(pair), 5000, 800);
	healthy(pair);
}

/* ---- link -------------------------------------------------------------------------- */

static void test_crc(void **state)
{
	struct pair *pair = quiet();

	(void)state;
	link_gains(pair, "rx_crc_errors", 120);
	names_only(pair, "LINK-CRC", NP_SEVERITY_WARNING);
	/* One in a hundred thousand is what copper may have. */
	pair = quiet();
	link_gains(pair, "rx_crc_errors", 1);
	healthy(pair);
}

static void test_flap(void **state)
{
	struct pair *pair = quiet();

	(void)state;
	is(pair)->carrier_changes = 5;
	names_only(pair, "LINK-FLAP", NP_SEVERITY_WARNING);
	pair = quiet();
	is(pair)->carrier_changes = 9;
	names_only(pair, "LINK-FLAP", NP_SEVERITY_CRITICAL);
	pair = quiet();
	is(pair)->carrier_changes = 4;
	healthy(pair);
	pair = quiet();
	is(pair)->carrier_changes = 5;
	is(pair)->eee_active = 1;
	names(pair, "LINK-EEE", NP_SEVERITY_WARNING);
	free_pair(pair);
	pair = quiet();
	is(pair)->eee_active = 1;
	healthy(pair);
}

static void test_duplex(void **state)
{
	struct pair *pair = quiet();

	(void)state;
	is(pair)->duplex = np_copy("half");
	names_only(pair, "LINK-HALF-DUPLEX", NP_SEVERITY_WARNING);
	pair = quiet();
	is(pair)->duplex = np_copy("full");
	healthy(pair);
	/* What a port without a link says of it means nothing. */
	pair = quiet();
	is(pair)->duplex = np_copy("half");
	is(pair)->carrier = 0;
	healthy(pair);
}

static void test_pcie(void **state)
{
	struct pair *pair = quiet();

	(void)state;
	is(pair)->aer.correctable = 12;
	names_only(pair, "PCIE-AER", NP_SEVERITY_WARNING);
	pair = quiet();
	is(pair)->aer.fatal = 1;
	names_only(pair, "PCIE-AER", NP_SEVERITY_CRITICAL);
	pair = quiet();
	is(pair)->speed = 10000;
	is(pair)->pcie_speed = np_copy("2.5 GT/s PCIe");
	is(pair)->pcie_width = (struct np_pair){ 1, 8 };
	names_only(pair, "PCIE-SLOT", NP_SEVERITY_WARNING);
	/* A lane is enough for a gigabit. */
	pair = quiet();
	is(pair)->pcie_speed = np_copy("2.5 GT/s PCIe");
	is(pair)->pcie_width = (struct np_pair){ 1, 4 };
	healthy(pair);
}

static void add_peer(struct np_sample *sample, uint64_t mtu, uint64_t dropped)
{
	struct np_port *port = np_port_alloc("d1");

	port->ifindex = 8;
	port->driver = np_copy("veth");
	port->mtu = mtu;
	put_value(&port->link, &port->nr_link, "tx_packets", 100000 + dropped);
	put_value(&port->link, &port->nr_link, "tx_dropped", dropped);
	*np_more(sample->peer, sample->nr_peer) = port;
	sample->port[0]->peer = 8;
}

static struct pair *make_veth(uint64_t peer_mtu, uint64_t dropped)
{
	struct pair *pair = make_pair("veth");

	cpu_spends(pair, 0, 5, 5);
	is(pair)->physical = false;
	add_peer(&pair->before, peer_mtu, 0);
	add_peer(&pair->after, peer_mtu, dropped);

	return pair;
}

static void test_mtu(void **state)
{
	struct pair *pair = make_veth(9000, 300);

	(void)state;
	link_gains(pair, "rx_dropped", 300);
	names_only(pair, "MTU-MISMATCH", NP_SEVERITY_WARNING);
	/* The other end may have a larger one, and yet the ring was full. */
	pair = make_veth(9000, 300);
	link_gains(pair, "rx_dropped", 0);
	names_only(pair, "RX-RING-OVERFLOW", NP_SEVERITY_CRITICAL);
	pair = make_veth(9000, 0);
	link_gains(pair, "rx_dropped", 11);
	healthy(pair);
	pair = quiet();
	link_gains(pair, "rx_length_errors", 11);
	names_only(pair, "MTU-MISMATCH", NP_SEVERITY_WARNING);
}

/* ---- all of them ------------------------------------------------------------------- */

/* What many drivers look like when all is well. */
static void test_healthy_drivers(void **state)
{
	static const char *const drivers[] = {
		"igb", "e1000e", "igc", "ixgbe", "i40e", "ice", "mlx5_core",
		"virtio_net", "veth", "r8169", "tg3", "bnxt_en", "ena", "gve",
		"napier", "unheard_of",
	};
	static const char *const fields[] = {
		"rx_missed_errors", "rx_fifo_errors", "rx_dropped",
		"rx_crc_errors", "rx_length_errors", "tx_dropped",
	};
	struct pair *pair;
	size_t i, j;

	(void)state;
	for (i = 0; i < NP_COUNT(drivers); i++) {
		pair = quiet();
		free(was(pair)->driver);
		free(is(pair)->driver);
		was(pair)->driver = np_copy(drivers[i]);
		is(pair)->driver = np_copy(drivers[i]);
		/* All of them were lost before. */
		for (j = 0; j < NP_COUNT(fields); j++)
			link_gains(pair, fields[j], 0);
		healthy(pair);
	}
}

/* Nothing at all is known. */
static void test_nothing_known(void **state)
{
	struct pair *pair = np_alloc(sizeof(*pair));

	(void)state;
	*np_more(pair->before.port, pair->before.nr_port) = np_port_alloc("d0");
	*np_more(pair->after.port, pair->after.nr_port) = np_port_alloc("d0");
	pair->before.host = np_host_alloc();
	pair->after.host = np_host_alloc();
	pair->window.before = &pair->before;
	pair->window.after = &pair->after;
	pair->window.ns = 1000000000;
	healthy(pair);
}

static void test_order(void **state)
{
	struct pair *pair = quiet();

	(void)state;
	link_gains(pair, "rx_crc_errors", 120);
	cpu_of(pair, 1)->dropped = 5000;
	cpu_of(pair, 0)->squeezed = 500;
	np_judge(&pair->found, &pair->window);
	assert_int_equal(pair->found.count, 3);
	assert_string_equal(pair->found.item[0].id, "BACKLOG-OVERFLOW");
	assert_int_equal(pair->found.item[0].severity, NP_SEVERITY_CRITICAL);
	assert_int_equal(pair->found.item[2].severity, NP_SEVERITY_WARNING);
	free_pair(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_rss_off),
		cmocka_unit_test(test_unhashable),
		cmocka_unit_test(test_elephant),
		cmocka_unit_test(test_hot_queue),
		cmocka_unit_test(test_channels),
		cmocka_unit_test(test_irqs),
		cmocka_unit_test(test_numa),
		cmocka_unit_test(test_rps),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_fifo),
		cmocka_unit_test(test_itr),
		cmocka_unit_test(test_alloc),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_starved),
		cmocka_unit_test(test_backlog),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_sockets),
		cmocka_unit_test(test_hang),
		cmocka_unit_test(test_hang_paused),
		cmocka_unit_test(test_congestion),
		cmocka_unit_test(test_crc),
		cmocka_unit_test(test_flap),
		cmocka_unit_test(test_duplex),
		cmocka_unit_test(test_pcie),
		cmocka_unit_test(test_mtu),
		cmocka_unit_test(test_healthy_drivers),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
