// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loss at peaks: ring, packet buffer, interrupt interval, memory, pause; and
 * softirqs that get no CPU.
 */
#include "judge/case.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "judge/bursts.h"

/* Packets lost, of so many received, from which on it is critical. */
#define NP_LOST_CRITICAL	1000u
/* Pause frames per second that are more than a hiccup. */
#define NP_PAUSE_STORM		10u
/* Of an interface, with a priority: all its NAPI threads. */
#define NP_CHRT	"for p in $(pgrep napi/%s); do chrt -f -p %" PRIu64 " $p; done"

static enum np_severity np_loss_severity(const struct np_case *c, uint64_t lost)
{
	return lost * NP_LOST_CRITICAL > c->rx_packets ? NP_SEVERITY_CRITICAL :
							 NP_SEVERITY_WARNING;
}

/* ---- ring ------------------------------------------------------------------------- */

/* The queue that has lost most, or NULL: "rx0". */
static char *np_losing_queue(const struct np_case *c)
{
	uint64_t most = 0, gained;
	size_t i, found = SIZE_MAX;

	if (c->before->nr_rx != c->after->nr_rx)
		return NULL;
	for (i = 0; i < c->after->nr_rx; i++) {
		gained = np_known(np_gained(c->before->rx[i].counters.drops,
					    c->after->rx[i].counters.drops));
		if (gained <= most)
			continue;
		most = gained;
		found = i;
	}

	return found == SIZE_MAX ? NULL :
		np_print("rx%u", c->after->rx[found].id);
}

static void np_ring_fix(struct np_case *c, struct np_finding *one,
			uint64_t lost)
{
	const struct np_pair *ring = &c->after->rx_ring;
	const char *name = c->after->name;
	uint64_t size;

	if (ring->now != NP_UNKNOWN && ring->max != NP_UNKNOWN &&
	    ring->now < ring->max) {
		size = np_pow2(ring->now + lost);
		if (size > ring->max)
			size = ring->max;
		np_found_fix(one,
			     np_print("ethtool -G %s rx %" PRIu64, name, size),
			     np_print("room for %" PRIu64 " more; had all %" PRIu64
			     " been lost in one burst, %" PRIu64 " would have been needed",
				      size - ring->now, lost, lost),
			     "more memory, and a full ring adds more delay; many drivers take the link down for a moment",
			     np_print("ethtool -G %s rx %" PRIu64, name,
				      ring->now));
	}
	if (c->after->threaded == 0)
		np_found_fix(one,
			     np_print("echo 1 > /sys/class/net/%s/threaded", name),
			     np_copy("a thread takes packets, on any CPU and with a priority"),
			     "a switch of threads for each burst",
			     np_print("echo 0 > /sys/class/net/%s/threaded",
				      name));
}

static bool np_mtu_explains(const struct np_case *c)
{
	uint64_t dropped = np_known(np_case_gained(c, "rx_dropped"));

	/*
	 * What veth cannot take for its length counts as rx_dropped here and
	 * as tx_dropped there; of a full ring only the second is true.
	 */
	return c->peer_after && c->peer_after->mtu != NP_UNKNOWN &&
	       c->peer_after->mtu > c->after->mtu &&
	       dropped >= np_case_lost(c, true, "ring");
}

static void np_ring_evidence(struct np_case *c, struct np_finding *one,
			     const char *layer)
{
	const struct np_pair *ring = &c->after->rx_ring;
	uint32_t idle = np_case_idle(c);

	np_found_loss(c, one, true, layer);
	if (ring->now != NP_UNKNOWN)
		np_found_proof(one, np_print("ethtool -g %s", c->after->name),
			       NP_UNKNOWN, ring->now,
			       "descriptors of each ring, of %" PRIu64 " at most",
			       ring->max == NP_UNKNOWN ? ring->now : ring->max);
	else if (c->after->driver && !strcmp(c->after->driver, "veth"))
		np_found_proof(one, np_copy("driver"), NP_UNKNOWN, 256,
			       "packets that the ring of a veth holds, always");
	if (idle != NP_NO_SHARE)
		np_found_proof(one, np_copy("/proc/stat"), NP_UNKNOWN,
			       NP_UNKNOWN, "%u %% of all CPUs idle", idle / 10);
	np_found_load(one, np_case_cpu(c, np_case_queue_cpu(c, c->hot)));
	np_found_no_loss(c, one, "alloc");
	np_found_no_loss(c, one, "backlog");
}

/* With one queue a ring that is full shows as a packet buffer that is full. */
static void np_rule_ring(struct np_case *c)
{
	uint64_t ring = np_case_lost(c, true, "ring"), lost = ring;
	struct np_finding *one;

	if (c->after->nr_rx == 1)
		lost += np_case_lost(c, true, "fifo");
	if (!lost || np_mtu_explains(c))
		return;
	one = np_found(c, "RX-RING-OVERFLOW", np_loss_severity(c, lost),
		       NP_CONFIDENCE_PROVEN, np_losing_queue(c));
	np_found_says(one, "%" PRIu64 " packets were lost in %" PRIu64
	" s for want of a free descriptor, of %" PRIu64 " that came",
		      lost, np_case_seconds(c), lost + c->rx_packets);
	np_found_cause(one, "Packets came faster, or for longer, than they were taken out of the receive ring.");
	np_ring_evidence(c, one, ring ? "ring" : "fifo");
	if (!c->after->pause_rx_frames)
		np_found_not(one, "pause frames: 0");
	np_ring_fix(c, one, lost);
	np_found_verify(one, "napier drops %s --for 60s", c->after->name);
}

static void np_rule_fifo(struct np_case *c)
{
	uint64_t lost = np_case_lost(c, true, "fifo");
	const struct np_port *port = c->after;
	struct np_finding *one;

	if (!lost || port->nr_rx < 2)
		return;
	one = np_found(c, "RX-FIFO-HOL", np_loss_severity(c, lost),
		       np_case_lost(c, true, "ring") ? NP_CONFIDENCE_POSSIBLE :
						       NP_CONFIDENCE_LIKELY,
		       NULL);
	np_found_says(one, "%" PRIu64 " packets were lost in %" PRIu64
	" s before the device had a queue for them",
		      lost, np_case_seconds(c));
	np_found_cause(one, "The packet buffer of the device was full: one queue without descriptors holds up those behind it, of all queues, or the bus does not take packets away in time.");
	np_found_loss(c, one, true, "fifo");
	if (c->hot != SIZE_MAX)
		np_found_proof(one, np_print("queues of %s", port->name),
			       NP_UNKNOWN, NP_UNKNOWN,
			       "rx%u had %u.%u %% of the packets, of %zu queues",
			       port->rx[c->hot].id, c->share / 10,
			       c->share % 10, port->nr_rx);
	if (port->pause_tx == 1)
		np_found_proof(one, np_print("ethtool -a %s", port->name),
			       NP_UNKNOWN, 1,
			       "we may pause the other side: then igb and its kin do not drop by queue");
	np_found_no_loss(c, one, "ring");
	if (port->pause_tx == 1)
		np_found_fix(one, np_print("ethtool -A %s tx off", port->name),
			     np_copy("a full queue loses its own packets alone"),
			     "the other side is no longer held up when we cannot follow",
			     np_print("ethtool -A %s tx on", port->name));
	np_ring_fix(c, one, lost);
	np_found_verify(one, "napier drops %s --for 60s", port->name);
}

/* More packets come between two interrupts than the ring holds. */
static void np_rule_itr(struct np_case *c)
{
	const struct np_port *port = c->after;
	uint64_t lost = np_case_lost(c, true, "ring") +
			np_case_lost(c, true, "fifo");
	struct np_finding *one;
	uint64_t come, fits;

	if (!lost || port->rx_usecs == NP_UNKNOWN || !port->rx_usecs ||
	    port->rx_ring.now == NP_UNKNOWN || port->speed == NP_UNKNOWN ||
	    !port->speed || port->speed > 1000000)
		return;
	/* The mean frame, without its check sum of 4 octets. */
	come = np_wire_pps(port->speed, c->mean + 4) * port->rx_usecs / 1000000;
	if (come <= port->rx_ring.now)
		return;
	fits = port->rx_usecs * port->rx_ring.now / come / 2;
	one = np_found(c, "ITR-GT-RING", NP_SEVERITY_WARNING,
		       NP_CONFIDENCE_PROVEN, NULL);
	np_found_says(one, "%" PRIu64
	" packets fit into the time between two interrupts, and %" PRIu64 " into the ring",
		      come, port->rx_ring.now);
	np_found_cause(one, "At the speed of the wire the ring is full before the interrupt comes.");
	np_found_proof(one, np_print("ethtool -c %s: rx-usecs", port->name),
		       NP_UNKNOWN, port->rx_usecs,
		       "%" PRIu64 " Mbit/s of frames of %" PRIu64 " octets",
		       port->speed, c->mean);
	np_found_loss(c, one, true, np_case_lost(c, true, "ring") ? "ring" :
								    "fifo");
	np_found_fix(one, np_print("ethtool -C %s rx-usecs %" PRIu64,
				   port->name, fits ? fits : 1),
		     np_print("half a ring between two interrupts"),
		     "more interrupts",
		     np_print("ethtool -C %s rx-usecs %" PRIu64, port->name,
			      port->rx_usecs));
	np_found_verify(one, "napier drops %s --for 60s", port->name);
}

/* ---- memory ------------------------------------------------------------------------- */

static void np_rule_alloc(struct np_case *c)
{
	const struct np_port *port = c->after;
	uint64_t failed = 0, gained;
	struct np_finding *one;
	size_t i;

	for (i = 0; i < port->nr_rx && port->nr_rx == c->before->nr_rx; i++) {
		gained = np_gained(c->before->rx[i].counters.alloc_fail,
				   port->rx[i].counters.alloc_fail);
		failed += np_known(gained);
	}
	if (!failed && !np_case_lost(c, true, "alloc"))
		return;
	one = np_found(c, "ALLOC-FAIL", NP_SEVERITY_WARNING,
		       NP_CONFIDENCE_PROVEN, NULL);
	np_found_says(one, "the driver could not get memory %" PRIu64 " times in %" PRIu64 " s",
		      failed ? failed : np_case_lost(c, true, "alloc"),
		      np_case_seconds(c));
	np_found_cause(one, "In softirqs the kernel can only take pages that are free; too few were.");
	np_found_loss(c, one, true, "alloc");
	if (failed)
		np_found_proof(one, np_copy("netdev-genl: rx-alloc-fail"),
			       NP_UNKNOWN, NP_UNKNOWN,
			       "+%" PRIu64 " on all receive queues", failed);
	np_found_no_loss(c, one, "backlog");
	np_found_fix(one, np_copy("sysctl -w vm.min_free_kbytes=131072"),
		     np_copy("128 MiB are kept free for softirqs; see what it is now"),
		     "that memory is lost to programs", np_copy("sysctl --system"));
	np_found_verify(one, "napier drops %s --for 60s", port->name);
}

/* ---- pause ------------------------------------------------------------------------- */

static void np_pause_way(struct np_case *c, bool rx, uint64_t before,
			 uint64_t after)
{
	uint64_t gained = np_gained(before, after);
	const char *name = c->after->name;
	struct np_finding *one;
	bool still;

	if (gained == NP_UNKNOWN ||
	    gained < NP_PAUSE_STORM * np_case_seconds(c))
		return;
	still = rx && !np_known(np_case_gained(c, "tx_packets"));
	one = np_found(c, "PAUSE-STORM", still ? NP_SEVERITY_CRITICAL :
						 NP_SEVERITY_WARNING,
		       NP_CONFIDENCE_LIKELY, np_copy(rx ? "rx" : "tx"));
	np_found_says(one, "%" PRIu64 " pause frames %s in %" PRIu64 " s",
		      gained, rx ? "came" : "were sent", np_case_seconds(c));
	np_found_cause(one, "%s", rx ?
		       "The other side cannot take what we send, and stops us." :
		       "We cannot take what comes, and stop the other side, with all that it sends to others.");
	np_found_proof(one, np_print("ethtool -I -a %s", name), before, after,
		       "each can stop the link for 65535 times 512 bits");
	np_found_proof(one, np_print("ip -s link show %s: tx_packets", name),
		       NP_UNKNOWN, NP_UNKNOWN,
		       "+%" PRIu64 " in the same time",
		       np_known(np_case_gained(c, "tx_packets")));
	np_found_no_loss(c, one, "ring");
	np_found_fix(one, np_print("ethtool -A %s %s off", name,
				   rx ? "rx" : "tx"),
		     np_print("the %" PRIu64 " pauses no longer count", gained),
		     "what there is no room for is lost instead",
		     np_print("ethtool -A %s %s on", name, rx ? "rx" : "tx"));
	np_found_verify(one, "ethtool -I -a %s", name);
}

static void np_rule_pause(struct np_case *c)
{
	np_pause_way(c, true, c->before->pause_rx_frames,
		     c->after->pause_rx_frames);
	np_pause_way(c, false, c->before->pause_tx_frames,
		     c->after->pause_tx_frames);
}

/* ---- no CPU ------------------------------------------------------------------------- */

static bool np_serves(const struct np_task *task)
{
	return !strncmp(task->comm, "ksoftirqd/", 10) ||
	       !strncmp(task->comm, "napi/", 5) ||
	       !strncmp(task->comm, "irq/", 4) ||
	       !strncmp(task->comm, "kworker", 7);
}

/* Ticks that a task has run in the window. */
static uint64_t np_task_ran(const struct np_case *c, const struct np_task *task)
{
	const struct np_host *before = c->window->before->host;
	size_t i;

	for (i = 0; i < before->nr_task; i++)
		if (before->task[i].pid == task->pid &&
		    before->task[i].started == task->started)
			return np_known(np_gained(before->task[i].ticks,
						  task->ticks));

	return 0;
}

/* Who used at least half of the CPU that should have served the network. */
static const struct np_task *np_hog(const struct np_case *c, uint64_t cpu,
				    uint64_t *permille)
{
	const struct np_host *host = c->window->after->host;
	uint64_t ticks = c->window->ns / 10000000;
	const struct np_task *found = NULL;
	uint64_t ran, most = 0;
	size_t i;

	for (i = 0; i < host->nr_task && ticks; i++) {
		const struct np_task *task = &host->task[i];

		if (np_serves(task) || (cpu != NP_UNKNOWN && task->cpu != cpu))
			continue;
		ran = np_task_ran(c, task) * NP_ALL / ticks;
		if (ran < NP_ALL / 2 || ran <= most)
			continue;
		most = ran;
		found = task;
	}
	*permille = most;

	return found;
}

static void np_starved_fix(struct np_case *c, struct np_finding *one,
			   const struct np_task *hog)
{
	bool urgent = hog && (hog->policy == 1 || hog->policy == 2);
	uint64_t priority = urgent ? hog->priority + 1 : 1;
	const char *who = hog ? hog->comm : "programs";
	const char *name = c->after->name;

	if (c->after->threaded != 1)
		np_found_fix(one,
			     np_print("echo 1 > /sys/class/net/%s/threaded; " NP_CHRT,
				      name, name, priority),
			     np_print("NAPI runs in threads that go before %s, on any CPU",
				      who),
			     "a switch of threads for each burst; programs wait while packets are taken",
			     np_print("echo 0 > /sys/class/net/%s/threaded",
				      name));
	else
		np_found_fix(one,
			     np_print(NP_CHRT,
				      name, priority),
			     np_print("the NAPI threads go before %s", who),
			     "programs wait while packets are taken",
			     np_print("for p in $(pgrep napi/%s); do chrt -o -p 0 $p; done",
				      name));
}

/* The CPU that should have taken packets and was kept from it, or NULL. */
static const struct np_load *np_starved(const struct np_case *c, uint64_t cpu,
					const struct np_task *hog)
{
	const struct np_load *load = np_case_cpu(c, hog ? hog->cpu : cpu);

	if (!load || load->idle == NP_NO_SHARE || load->idle > NP_ALL / 20 ||
	    load->soft > NP_ALL / 2)
		return NULL;

	return load;
}

static void np_rule_starved(struct np_case *c)
{
	uint64_t cpu = np_case_queue_cpu(c, c->hot == SIZE_MAX ? 0 : c->hot);
	uint64_t lost = np_case_lost_rx(c), permille;
	const struct np_task *hog = np_hog(c, cpu, &permille);
	const struct np_load *load = np_starved(c, cpu, hog);
	struct np_finding *one;

	if (!lost || !load)
		return;
	one = np_found(c, "SOFTIRQ-STARVED", NP_SEVERITY_CRITICAL,
		       hog && cpu != NP_UNKNOWN ? NP_CONFIDENCE_PROVEN :
						  NP_CONFIDENCE_LIKELY,
		       np_print("cpu%u", load->cpu->id));
	np_found_says(one, "%" PRIu64 " packets were lost while programs had %u %% of cpu%u",
		      lost, load->other / 10, load->cpu->id);
	np_found_cause(one, "%s keeps the CPU that serves the queue from taking packets.",
		       hog ? hog->comm : "What runs there");
	np_found_load(one, load);
	if (hog)
		np_found_proof(one, np_print("/proc/%" PRIu64 "/stat", hog->pid),
			       NP_UNKNOWN, NP_UNKNOWN,
			       "%s, policy %" PRIu64 ", priority %" PRIu64 ", nice %" PRId64
			       ", ran %" PRIu64 " %% of the time",
			       hog->comm, hog->policy, hog->priority, hog->nice,
			       permille / 10);
	np_found_loss(c, one, true, np_case_lost(c, true, "ring") ? "ring" :
		      np_case_lost(c, true, "fifo") ? "fifo" : "backlog");
	np_found_no_loss(c, one, "alloc");
	np_starved_fix(c, one, hog);
	if (hog)
		np_found_fix(one, np_print("taskset -cp LIST %" PRIu64, hog->pid),
			     np_print("%s runs where no interrupt of %s is served",
				      hog->comm, c->after->name),
			     "it has fewer CPUs", NULL);
	np_found_verify(one, "napier bursts %s --for 30s", c->after->name);
}

const np_rule np_rules_loss[] = {
	np_rule_ring, np_rule_fifo, np_rule_itr, np_rule_alloc, np_rule_pause,
	np_rule_starved, NULL,
};
