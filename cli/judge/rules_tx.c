// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sending: a transmit queue that hangs, and one that only has too much to do.
 */
#include "judge/case.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct np_stuck - a transmit queue that hangs
 * @queue: index of it
 * @timeouts: of the watchdog, in the window
 * @still: octets that were in flight and still are, with nothing sent
 */
struct np_stuck {
	size_t queue;
	uint64_t timeouts;
	uint64_t still;
};

static bool np_stuck_find(const struct np_case *c, struct np_stuck *stuck)
{
	const struct np_port *was = c->before, *is = c->after;
	bool sends = np_known(np_case_gained(c, "tx_packets"));
	size_t i;

	if (was->nr_tx != is->nr_tx)
		return false;
	for (i = 0; i < is->nr_tx; i++) {
		uint64_t inflight = np_known(is->tx[i].bql_inflight);

		*stuck = (struct np_stuck){ .queue = i };
		stuck->timeouts = np_known(np_gained(was->tx[i].timeouts,
						     is->tx[i].timeouts));
		/* The same number at both times, and nothing sent in between. */
		if (!sends && inflight &&
		    inflight == was->tx[i].bql_inflight && is->carrier == 1 &&
		    c->window->ns >= 500000000)
			stuck->still = inflight;
		if (stuck->timeouts || stuck->still)
			return true;
	}

	return false;
}

static uint64_t np_irqs_fired(const struct np_case *c)
{
	uint64_t sum = NP_UNKNOWN, gained;
	size_t i, j;

	for (i = 0; i < c->after->nr_irq; i++)
		for (j = 0; j < c->before->nr_irq; j++) {
			if (c->before->irq[j].irq != c->after->irq[i].irq)
				continue;
			gained = np_gained(c->before->irq[j].fired,
					   c->after->irq[i].fired);
			if (gained != NP_UNKNOWN)
				sum = np_known(sum) + gained;
		}

	return sum;
}

static uint64_t np_aer_gained(const struct np_case *c)
{
	const struct np_aer *was = &c->before->aer, *is = &c->after->aer;

	return np_known(np_gained(was->correctable, is->correctable)) +
	       np_known(np_gained(was->nonfatal, is->nonfatal)) +
	       np_known(np_gained(was->fatal, is->fatal));
}

/* Which of its causes it is: what each would have shown. */
static void np_hang_cause(struct np_case *c, struct np_finding *one)
{
	uint64_t paused = np_gained(c->before->pause_rx_frames,
				    c->after->pause_rx_frames);
	uint64_t irqs = np_irqs_fired(c), errors = np_aer_gained(c);
	uint64_t flaps = np_known(np_gained(c->before->carrier_changes,
					    c->after->carrier_changes));

	if (paused != NP_UNKNOWN && paused) {
		np_found_cause(one, "The other side pauses us (%" PRIu64
		" pause frames): the device is not stuck.",
			       paused);
		return;
	}
	if (paused != NP_UNKNOWN)
		np_found_not(one, "paused by the other side: 0 pause frames");
	if (flaps) {
		np_found_cause(one, "The link was lost with frames in the ring (%" PRIu64
		" changes of the carrier).",
			       flaps);
		return;
	}
	np_found_not(one, "link: the carrier did not change");
	if (errors) {
		np_found_cause(one, "DMA is stuck: PCI Express reports %" PRIu64 " errors.",
			       errors);
		return;
	}
	if (c->after->aer.correctable != NP_UNKNOWN)
		np_found_not(one, "PCI Express: 0 errors");
	if (irqs == NP_UNKNOWN) {
		np_found_cause(one, "Frames are not completed: DMA is stuck, or interrupts are lost; how many came is not known.");
		return;
	}
	np_found_proof(one, np_copy("/proc/interrupts"), NP_UNKNOWN, NP_UNKNOWN,
		       "+%" PRIu64 " of the interface", irqs);
	np_found_cause(one, "%s", irqs ?
		       "Interrupts come: the transmitter or its DMA is stuck." :
		       "No interrupt comes: either it is lost (MSI-X), or the transmitter is stuck and has nothing to tell.");
}

static void np_rule_hang(struct np_case *c)
{
	const char *name = c->after->name;
	const struct np_queue *queue;
	struct np_stuck stuck;
	struct np_finding *one;

	if (!np_stuck_find(c, &stuck))
		return;
	queue = &c->after->tx[stuck.queue];
	one = np_found(c, "TX-HANG", NP_SEVERITY_CRITICAL,
		       stuck.timeouts ? NP_CONFIDENCE_PROVEN :
					NP_CONFIDENCE_LIKELY,
		       np_print("tx%u", queue->id));
	if (stuck.timeouts)
		np_found_says(one, "the watchdog found tx%u stuck %" PRIu64 " times in %" PRIu64
		" s",
			      queue->id, stuck.timeouts, np_case_seconds(c));
	else
		np_found_says(one, "tx%u holds %" PRIu64 " octets and has sent nothing for %" PRIu64
		" s",
			      queue->id, stuck.still, np_case_seconds(c));
	if (stuck.timeouts)
		np_found_proof(one, np_print("/sys/class/net/%s/queues/tx-%u/tx_timeout",
					     name, queue->id),
			       c->before->tx[stuck.queue].timeouts,
			       queue->timeouts, "queue did not move for 5 s");
	np_found_proof(one, np_print("ip -s link show %s: tx_packets", name),
		       NP_UNKNOWN, NP_UNKNOWN, "+%" PRIu64,
		       np_known(np_case_gained(c, "tx_packets")));
	if (queue->bql_inflight != NP_UNKNOWN)
		np_found_proof(one, np_print("/sys/class/net/%s/queues/tx-%u/byte_queue_limits/inflight",
					     name, queue->id),
			       c->before->tx[stuck.queue].bql_inflight,
			       queue->bql_inflight, "octets not completed");
	np_hang_cause(c, one);
	np_found_fix(one, c->after->bus ?
		     np_print("devlink health recover pci/%s reporter tx",
			      c->after->bus) :
		     np_print("ip link set %s down && ip link set %s up", name,
			      name),
		     np_copy("the queue or the device is started anew"),
		     "frames in the ring are lost", NULL);
	np_found_fix(one, np_print("ethtool --set-eee %s eee off", name),
		     np_copy("a test: no timeout for ten times as long as it took until now"),
		     "more power; the link is negotiated anew",
		     np_print("ethtool --set-eee %s eee on", name));
	np_found_verify(one, "napier doctor %s --for 60s", name);
}

/* More is given to the qdisc than goes out. */
static void np_rule_congestion(struct np_case *c)
{
	uint64_t lost = np_case_lost(c, false, "qdisc");
	uint64_t bits, sent = np_known(np_case_gained(c, "tx_bytes"));
	const char *name = c->after->name;
	struct np_stuck stuck;
	struct np_finding *one;
	size_t i;

	if (!lost || np_stuck_find(c, &stuck))
		return;
	one = np_found(c, "TX-CONGESTION", NP_SEVERITY_WARNING,
		       NP_CONFIDENCE_LIKELY, NULL);
	bits = sent * 8 / np_case_seconds(c);
	np_found_says(one, "the queueing discipline dropped %" PRIu64 " packets in %" PRIu64
	" s, while %" PRIu64 " Mbit/s went out",
		      lost, np_case_seconds(c), bits / 1000000);
	np_found_cause(one, "Programs send more than the link, or the limit of the queueing discipline, lets out; the queue is not stuck.");
	for (i = 0; i < c->after->nr_qdisc && i < c->before->nr_qdisc; i++)
		if (c->after->qdisc[i].drops > c->before->qdisc[i].drops)
			np_found_proof(one, np_print("tc -s qdisc show dev %s: %s",
						     name, c->after->qdisc[i].kind),
				       c->before->qdisc[i].drops,
				       c->after->qdisc[i].drops,
				       "dropped; %" PRIu64 " wait now",
				       np_known(c->after->qdisc[i].qlen));
	np_found_proof(one, np_print("ip -s link show %s: tx_bytes", name),
		       NP_UNKNOWN, NP_UNKNOWN, "+%" PRIu64 ": it moves", sent);
	np_found_not(one, "hang: the watchdog found no queue stuck");
	np_found_fix(one, np_print("tc qdisc replace dev %s root fq_codel", name),
		     np_copy("each flow has its own queue"),
		     "packets that wait are lost when it is replaced",
		     np_print("tc qdisc del dev %s root", name));
	np_found_verify(one, "napier drops %s --for 60s", name);
}

const np_rule np_rules_tx[] = { np_rule_hang, np_rule_congestion, NULL };
