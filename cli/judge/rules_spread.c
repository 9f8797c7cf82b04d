// SPDX-License-Identifier: GPL-2.0-only
/*
 * One hot core: why packets are not spread over queues, or queues over CPUs.
 *
 * That most packets go to one queue is no fault as long as its CPU has time:
 * rules here want a CPU that is half full with interrupts, or packets lost.
 */
#include "judge/case.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Fewer packets do not show how they are spread. */
#define NP_PACKETS_MIN	1000u
#define NP_SAMPLE_MIN	100u

/* Why one queue has too much, as far as packets tell. */
enum np_why {
	NP_WHY_UNKNOWN,
	NP_WHY_ELEPHANT,
	NP_WHY_UNHASHABLE,
};

static const struct np_load *np_busy(const struct np_case *c)
{
	const struct np_load *load;
	uint64_t cpu;

	cpu = c->hot == SIZE_MAX ? NP_UNKNOWN : np_case_queue_cpu(c, c->hot);
	load = cpu == NP_UNKNOWN ? np_case_hottest(c) : np_case_cpu(c, cpu);

	return load && load->soft != NP_NO_SHARE &&
	       load->soft >= NP_ALL / 2 ? load : NULL;
}

static bool np_hurts(const struct np_case *c)
{
	return c->rx_packets >= NP_PACKETS_MIN && c->nr_load > 1 &&
	       (np_busy(c) || np_case_lost_rx(c));
}

/* One and a half times its part of the packets, and more than half of them. */
static bool np_is_hot(const struct np_case *c)
{
	size_t queues = c->after->nr_rx;

	return queues > 1 && c->hot != SIZE_MAX && c->share >= 600 &&
	       (uint64_t)c->share * queues * 2 >= UINT64_C(3) * NP_ALL;
}

/* Thousandths of the entries of the table that lead to a queue. */
static uint32_t np_table_share(const struct np_port *port, unsigned int queue)
{
	size_t i, entries = 0;

	for (i = 0; i < port->rss.size; i++)
		entries += port->rss.table[i] == queue;

	return port->rss.size ? (uint32_t)(entries * NP_ALL / port->rss.size) :
				0;
}

static bool np_table_skewed(const struct np_case *c)
{
	const struct np_port *port = c->after;

	return port->rss.size && c->hot != SIZE_MAX &&
	       (uint64_t)np_table_share(port, port->rx[c->hot].id) *
	       port->nr_rx * 2 >= UINT64_C(3) * NP_ALL;
}

static uint64_t np_channels(const struct np_port *port, uint64_t *max)
{
	const struct np_pair *pair = port->combined.max != NP_UNKNOWN &&
				     port->combined.max ? &port->combined :
							  &port->rx_channels;

	*max = pair->max;

	return pair->now;
}

static void np_found_queues(struct np_case *c, struct np_finding *one)
{
	const struct np_port *port = c->after;

	if (c->hot == SIZE_MAX)
		return;
	np_found_proof(one, np_print("packets of each queue of %s", port->name),
		       NP_UNKNOWN, NP_UNKNOWN,
		       "rx%u had %" PRIu64 ", %u.%u %% of those of %zu queues",
		       port->rx[c->hot].id, c->packets[c->hot], c->share / 10,
		       c->share % 10, port->nr_rx);
}

static void np_found_flows(struct np_case *c, struct np_finding *one)
{
	const struct np_flows *flows = c->flows;

	if (!flows || !flows->packets)
		return;
	np_found_proof(one, np_print("sample of packets of %s", c->after->name),
		       NP_UNKNOWN, NP_UNKNOWN,
		       "of %" PRIu64 ": %" PRIu64 " flows between %" PRIu64
		       " pairs of hosts; most, %" PRIu64 " %%, are %s",
		       flows->packets, flows->flows, flows->pairs,
		       flows->top * 100 / flows->packets, flows->name);
}

static struct np_finding *np_found_hot(struct np_case *c, const char *id,
				       enum np_confidence confidence)
{
	const struct np_load *busy = np_busy(c);
	struct np_finding *one;
	char *scope = NULL;

	if (c->hot != SIZE_MAX)
		scope = np_print("rx%u", c->after->rx[c->hot].id);
	one = np_found(c, id, np_case_lost_rx(c) ? NP_SEVERITY_CRITICAL :
						   NP_SEVERITY_WARNING,
		       confidence, scope);
	np_found_queues(c, one);
	np_found_load(one, busy);
	np_found_loss(c, one, true, "ring");
	np_found_verify(one, "napier show %s", c->after->name);

	return one;
}

/* ---- table and hash ------------------------------------------------------------------- */

static void np_rule_table(struct np_case *c)
{
	const struct np_port *port = c->after;
	struct np_finding *one;
	unsigned int queue;

	if (!np_hurts(c) || !np_is_hot(c) || !np_table_skewed(c))
		return;
	queue = port->rx[c->hot].id;
	one = np_found_hot(c, "RSS-TABLE-SKEW", NP_CONFIDENCE_PROVEN);
	np_found_says(one, "rx%u has %u.%u %% of the packets, as the indirection table sends them there",
		      queue, c->share / 10, c->share % 10);
	np_found_cause(one, "The indirection table of RSS is not even.");
	np_found_proof(one, np_print("ethtool -x %s", port->name), NP_UNKNOWN,
		       NP_UNKNOWN,
		       "%u %% of %zu entries lead to rx%u; even would be %zu %%",
		       np_table_share(port, queue) / 10, port->rss.size, queue,
		       100 / port->nr_rx);
	np_found_flows(c, one);
	np_found_fix(one, np_print("ethtool -X %s default", port->name),
		     np_print("each of %zu queues gets %zu %% of the entries",
			      port->nr_rx, 100 / port->nr_rx),
		     "flows change their queue once, and may be reordered then",
		     np_print("ethtool -X %s equal 1 start %u", port->name,
			      queue));
}

/* Interfaces without a table have no RSS that could be off. */
static bool np_rss_off(const struct np_port *port)
{
	return port->rss.size && port->features.rx_hash == 0;
}

static void np_rule_rss_off(struct np_case *c)
{
	const struct np_port *port = c->after;
	struct np_finding *one;

	if (!np_hurts(c) || !np_is_hot(c) || np_table_skewed(c) ||
	    !np_rss_off(port))
		return;
	one = np_found_hot(c, "RSS-OFF", NP_CONFIDENCE_LIKELY);
	np_found_says(one, "rx%u has %u.%u %% of the packets, and receive hashing is off",
		      port->rx[c->hot].id, c->share / 10, c->share % 10);
	np_found_cause(one, "Without a hash the device cannot spread packets over its queues.");
	np_found_proof(one, np_print("ethtool -k %s: receive-hashing", port->name),
		       NP_UNKNOWN, 0, "off");
	np_found_fix(one, np_print("ethtool -K %s rxhash on", port->name),
		     np_print("packets are spread over %zu queues", port->nr_rx),
		     "flows change their queue once",
		     np_print("ethtool -K %s rxhash off", port->name));
}

/* ---- what comes ------------------------------------------------------------------------ */

static bool np_udp_by_hosts(const struct np_case *c)
{
	const char *udp4 = c->after->rss.udp4;

	return udp4 && !strchr(udp4, 'f') && !strchr(udp4, 'n');
}

static enum np_why np_why(const struct np_case *c, uint64_t *udp)
{
	const struct np_flows *flows = c->flows;
	uint64_t packets;

	*udp = np_known(np_protocol_gained(c->window, "Udp.InDatagrams")) +
	       np_known(np_protocol_gained(c->window, "Udp.NoPorts")) +
	       np_known(np_protocol_gained(c->window, "Udp.RcvbufErrors"));
	if (flows && flows->packets >= NP_SAMPLE_MIN) {
		packets = flows->packets;
		if (flows->top * 2 >= packets)
			return NP_WHY_ELEPHANT;
		if ((flows->udp * 2 >= packets && np_udp_by_hosts(c)) ||
		    (flows->fragments + flows->other) * 2 >= packets)
			return NP_WHY_UNHASHABLE;
		return NP_WHY_UNKNOWN;
	}
	if (np_udp_by_hosts(c) && *udp * 2 >= c->rx_packets)
		return NP_WHY_UNHASHABLE;

	return NP_WHY_UNKNOWN;
}

static void np_rps_fix(struct np_case *c, struct np_finding *one)
{
	const char *name = c->after->name;
	unsigned int queue;

	queue = c->hot == SIZE_MAX ? 0 : c->after->rx[c->hot].id;
	np_found_fix(one,
		     np_print("echo %" PRIx64 " > /sys/class/net/%s/queues/rx-%u/rps_cpus",
			      c->nr_load < 32 ? (UINT64_C(1) << c->nr_load) - 1 :
						UINT64_C(0xffffffff), name, queue),
		     np_print("the stack runs on %zu CPUs, each flow on one",
			      c->nr_load),
		     "an interrupt between CPUs for each batch",
		     np_print("echo 0 > /sys/class/net/%s/queues/rx-%u/rps_cpus",
			      name, queue));
}

static void np_say_elephant(struct np_case *c)
{
	const struct np_flows *flows = c->flows;
	struct np_finding *one;

	one = np_found_hot(c, "ELEPHANT-FLOW", NP_CONFIDENCE_LIKELY);
	np_found_says(one, "%" PRIu64 " %% of the packets are of one flow: %s",
		      flows->top * 100 / flows->packets, flows->name);
	np_found_cause(one, "A flow stays on one queue, or its packets would be reordered: no setting of RSS can spread it.");
	np_found_flows(c, one);
	np_found_not(one, "indirection table: not uneven");
	if (c->after->features.gro == 0)
		np_found_fix(one, np_print("ethtool -K %s gro on",
					   c->after->name),
			     np_copy("fewer, larger packets for the stack"),
			     "packets wait until the end of a poll",
			     np_print("ethtool -K %s gro off",
				      c->after->name));
	np_found_fix(one, np_copy("sysctl -w net.core.rps_sock_flow_entries=32768"),
		     np_copy("with rps_flow_cnt of queues: the stack runs beside the program"),
		     "an interrupt between CPUs for each batch",
		     np_copy("sysctl -w net.core.rps_sock_flow_entries=0"));
}

static void np_say_unhashable(struct np_case *c, uint64_t udp)
{
	const struct np_port *port = c->after;
	struct np_finding *one;

	one = np_found_hot(c, "RSS-UNHASHABLE", NP_CONFIDENCE_LIKELY);
	np_found_says(one, "rx%u has %u.%u %% of the packets, as the hash cannot tell them apart",
		      c->hot == SIZE_MAX ? 0 : port->rx[c->hot].id,
		      c->share / 10, c->share % 10);
	np_found_cause(one, "%s", np_udp_by_hosts(c) ?
		       "UDP is hashed on addresses: all of one host goes to one queue." :
		       "Most packets are fragments or not IP, and have no ports that could be hashed.");
	np_found_flows(c, one);
	if (port->rss.udp4)
		np_found_proof(one, np_print("ethtool -n %s rx-flow-hash udp4",
					     port->name),
			       NP_UNKNOWN, NP_UNKNOWN, "%s", port->rss.udp4);
	if (udp)
		np_found_proof(one, np_copy("/proc/net/snmp: Udp"), NP_UNKNOWN,
			       NP_UNKNOWN,
			       "+%" PRIu64 " datagrams, of %" PRIu64 " packets",
			       udp, c->rx_packets);
	np_found_not(one, "indirection table: not uneven");
	if (np_udp_by_hosts(c))
		np_found_fix(one, np_print("ethtool -N %s rx-flow-hash udp4 sdfn",
					   port->name),
			     np_print("flows of UDP are spread over %zu queues",
				      port->nr_rx),
			     "fragments of a datagram may be reordered",
			     np_print("ethtool -N %s rx-flow-hash udp4 sd",
				      port->name));
	else
		np_rps_fix(c, one);
}

/* Which of those it is, where neither table nor a lack of queues explains it. */
static void np_rule_traffic(struct np_case *c)
{
	struct np_finding *one;
	enum np_why why;
	uint64_t udp;
	bool counted;

	if (!np_hurts(c) || np_table_skewed(c))
		return;
	why = np_why(c, &udp);
	/* Where queues are not counted, or one, a flow can still be seen. */
	counted = c->hot != SIZE_MAX && c->after->nr_rx > 1;
	if (counted && (!np_is_hot(c) || np_rss_off(c->after)))
		return;
	if (why == NP_WHY_ELEPHANT) {
		np_say_elephant(c);
	} else if (counted && why == NP_WHY_UNHASHABLE) {
		np_say_unhashable(c, udp);
	} else if (counted) {
		one = np_found_hot(c, "RX-ONE-HOT-QUEUE",
				   NP_CONFIDENCE_POSSIBLE);
		np_found_says(one, "rx%u has %u.%u %% of the packets",
			      c->after->rx[c->hot].id, c->share / 10,
			      c->share % 10);
		np_found_cause(one, "One flow, or packets that the hash cannot tell apart; a sample of them (CAP_NET_RAW) would tell.");
		np_found_flows(c, one);
		np_rps_fix(c, one);
	}
}

/* ---- queues and CPUs ------------------------------------------------------------------- */

static void np_rule_channels(struct np_case *c)
{
	const struct np_port *port = c->after;
	const struct np_load *busy = np_busy(c);
	uint64_t now, max, want;
	struct np_finding *one;

	now = np_channels(port, &max);
	want = max != NP_UNKNOWN && max < c->nr_load ? max : c->nr_load;
	if (!np_hurts(c) || !busy || max == NP_UNKNOWN || now >= want ||
	    np_is_hot(c))
		return;
	one = np_found_hot(c, "CHANNELS-TOO-FEW", NP_CONFIDENCE_LIKELY);
	np_found_says(one, "cpu%u spends %u %% in interrupts and softirqs; %s uses %" PRIu64
	" of %" PRIu64 " channels, of %zu CPUs",
		      busy->cpu->id, busy->soft / 10, port->name, now, max,
		      c->nr_load);
	np_found_cause(one, "There are fewer queues than there could be: other CPUs cannot help.");
	np_found_proof(one, np_print("ethtool -l %s", port->name), NP_UNKNOWN,
		       now, "channels, of %" PRIu64 " at most", max);
	np_found_fix(one, np_print("ethtool -L %s %s %" PRIu64, port->name,
				   port->combined.max != NP_UNKNOWN &&
				   port->combined.max ? "combined" : "rx", want),
		     np_print("packets are spread over %" PRIu64 " CPUs", want),
		     "many drivers take the link down for a moment",
		     np_print("ethtool -L %s %s %" PRIu64, port->name,
			      port->combined.max != NP_UNKNOWN &&
			      port->combined.max ? "combined" : "rx", now));
}

/* The CPU that all interrupts which came go to; NP_UNKNOWN if there are several. */
static uint64_t np_only_cpu(const struct np_case *c, size_t *irqs)
{
	uint64_t cpu = NP_UNKNOWN, fired;
	size_t i, j;

	*irqs = 0;
	for (i = 0; i < c->after->nr_irq; i++) {
		const struct np_irq *irq = &c->after->irq[i];

		for (j = 0; j < c->before->nr_irq; j++)
			if (c->before->irq[j].irq == irq->irq)
				break;
		fired = j < c->before->nr_irq ?
			np_gained(c->before->irq[j].fired, irq->fired) : 0;
		if (fired == NP_UNKNOWN || fired < 10)
			continue;
		if (irq->effective.count != 1 ||
		    (cpu != NP_UNKNOWN && irq->effective.cpu[0] != cpu))
			return NP_UNKNOWN;
		cpu = irq->effective.cpu[0];
		(*irqs)++;
	}

	return *irqs > 1 ? cpu : NP_UNKNOWN;
}

static void np_rule_irqs(struct np_case *c)
{
	const struct np_load *load;
	struct np_finding *one;
	uint64_t cpu;
	size_t irqs, i;

	if (!np_hurts(c) || np_is_hot(c))
		return;
	cpu = np_only_cpu(c, &irqs);
	load = np_case_cpu(c, cpu);
	if (!load || load->soft == NP_NO_SHARE || load->soft < NP_ALL / 4)
		return;
	one = np_found_hot(c, "IRQ-ALL-ON-ONE-CPU", NP_CONFIDENCE_PROVEN);
	np_found_says(one, "%zu interrupts of %s all go to cpu%" PRIu64
	", which spends %u %% of its time there",
		      irqs, c->after->name, cpu, load->soft / 10);
	np_found_cause(one, "Packets are spread over queues, but all queues are served by one CPU.");
	np_found_proof(one, np_copy("/proc/irq/N/effective_affinity_list"),
		       NP_UNKNOWN, cpu, "for all %zu", irqs);
	if (load != np_busy(c))
		np_found_load(one, load);
	np_found_not(one, "spread over queues: the most that one has is %u.%u %%",
		     c->share / 10, c->share % 10);
	for (i = 0; i < c->after->nr_irq; i++)
		np_found_fix(one, np_print("echo %u > /proc/irq/%" PRIu64 "/smp_affinity_list",
					   c->load[i % c->nr_load].cpu->id,
					   c->after->irq[i].irq),
			     np_copy("that queue is served by another CPU"),
			     c->window->after->host->irqbalance == 1 ?
			     "irqbalance may move it back" : "none that is known",
			     np_print("echo %" PRIu64 " > /proc/irq/%" PRIu64 "/smp_affinity_list",
				      cpu, c->after->irq[i].irq));
}

static void np_rule_numa(struct np_case *c)
{
	const struct np_load *load;
	struct np_finding *one;
	size_t irqs;
	uint64_t cpu;

	if (c->after->node == NP_UNKNOWN || !np_hurts(c))
		return;
	cpu = np_only_cpu(c, &irqs);
	if (cpu == NP_UNKNOWN && c->hot != SIZE_MAX)
		cpu = np_case_queue_cpu(c, c->hot);
	load = np_case_cpu(c, cpu);
	if (!load || load->cpu->node == NP_UNKNOWN ||
	    load->cpu->node == c->after->node)
		return;
	one = np_found_hot(c, "NUMA-REMOTE-IRQ", NP_CONFIDENCE_LIKELY);
	np_found_says(one, "%s is at node %" PRIu64 "; its busiest queue is served by cpu%" PRIu64
	" of node %" PRIu64,
		      c->after->name, c->after->node, cpu, load->cpu->node);
	np_found_cause(one, "Each packet crosses the link between nodes.");
	np_found_proof(one, np_print("/sys/class/net/%s/device/numa_node",
				     c->after->name), NP_UNKNOWN,
		       c->after->node, "node of the device");
	np_found_fix(one, np_print("napier show %s", c->after->name),
		     np_print("shows the interrupts; each should go to a CPU of node %" PRIu64,
			      c->after->node),
		     "other CPUs have more to do", NULL);
}

static void np_rule_rps(struct np_case *c)
{
	const struct np_port *port = c->after;
	const struct np_host *was = c->window->before->host;
	const struct np_host *is = c->window->after->host;
	uint64_t sent = 0, gained;
	struct np_finding *one;
	size_t i, j, with = 0;

	for (i = 0; i < port->nr_rx; i++)
		with += port->rx[i].cpus.count > 0;
	if (!with || port->nr_rx < c->nr_load || !port->physical ||
	    c->rx_packets < NP_PACKETS_MIN || np_is_hot(c))
		return;
	for (i = 0; i < is->nr_cpu; i++)
		for (j = 0; j < was->nr_cpu; j++)
			if (was->cpu[j].id == is->cpu[i].id) {
				gained = np_gained(was->cpu[j].received_rps,
						   is->cpu[i].received_rps);
				sent += np_known(gained);
			}
	/* One for ten packets is what batches cost; more is for nothing. */
	if (sent * 10 < c->rx_packets)
		return;
	one = np_found(c, "RPS-WITH-RSS", NP_SEVERITY_WARNING,
		       NP_CONFIDENCE_LIKELY, NULL);
	np_found_says(one, "%" PRIu64 " interrupts between CPUs for %" PRIu64
	" packets, although each CPU has a queue",
		      sent, c->rx_packets);
	np_found_cause(one, "RPS moves packets to other CPUs that RSS has already spread.");
	np_found_proof(one, np_copy("/proc/net/softnet_stat: received_rps"),
		       NP_UNKNOWN, NP_UNKNOWN, "+%" PRIu64 " on all CPUs", sent);
	np_found_proof(one, np_print("/sys/class/net/%s/queues/rx-N/rps_cpus",
				     port->name), NP_UNKNOWN, with,
		       "of %zu queues have RPS; there are %zu CPUs",
		       port->nr_rx, c->nr_load);
	np_found_fix(one, np_print("for q in /sys/class/net/%s/queues/rx-?*; do echo 0 > $q/rps_cpus; done",
				   port->name),
		     np_print("%" PRIu64 " interrupts less", sent),
		     "none while packets are spread", NULL);
	np_found_verify(one, "napier show %s", port->name);
}

const np_rule np_rules_spread[] = {
	np_rule_table, np_rule_rss_off, np_rule_traffic, np_rule_channels,
	np_rule_irqs, np_rule_numa, np_rule_rps, NULL,
};
