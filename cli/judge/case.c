// SPDX-License-Identifier: GPL-2.0-only
/*
 * What rules look at: an interface in a window, its queues, the CPUs.
 */
#include "judge/case.h"

#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"
#include "judge/tally.h"

/**
 * np_known - a number, or 0 if it is not known
 * @value: number or NP_UNKNOWN
 *
 * Return: that.
 */
uint64_t np_known(uint64_t value)
{
	return value == NP_UNKNOWN ? 0 : value;
}

/**
 * np_pow2 - the next power of two
 * @least: number
 *
 * Return: a power of two that is not less, 2^32 at most.
 */
uint64_t np_pow2(uint64_t least)
{
	uint64_t value = 1;

	while (value < least && value < 1ull << 32)
		value <<= 1;

	return value;
}

/* ---- CPUs ------------------------------------------------------------------------- */

static uint64_t np_cpu_spent(uint64_t before, uint64_t after)
{
	return np_known(np_gained(before, after));
}

static void np_load_times(struct np_load *load, const struct np_cpu *before,
			  const struct np_cpu *after)
{
	uint64_t idle = np_cpu_spent(before->idle, after->idle);
	uint64_t soft = np_cpu_spent(before->irq, after->irq) +
			np_cpu_spent(before->softirq, after->softirq);
	uint64_t other = np_cpu_spent(before->user, after->user) +
			 np_cpu_spent(before->system, after->system) +
			 np_cpu_spent(before->steal, after->steal);
	uint64_t sum = idle + soft + other;

	load->idle = NP_NO_SHARE;
	load->soft = NP_NO_SHARE;
	load->other = NP_NO_SHARE;
	/* A few ticks of 10 ms say nothing. */
	if (sum < 10)
		return;
	load->idle = (uint32_t)(idle * NP_ALL / sum);
	load->soft = (uint32_t)(soft * NP_ALL / sum);
	load->other = (uint32_t)(other * NP_ALL / sum);
}

static void np_case_loads(struct np_case *c)
{
	const struct np_host *before = c->window->before->host;
	const struct np_host *after = c->window->after->host;
	struct np_load *load;
	size_t i, j;

	for (i = 0; i < after->nr_cpu; i++)
		for (j = 0; j < before->nr_cpu; j++) {
			const struct np_cpu *was = &before->cpu[j];
			const struct np_cpu *is = &after->cpu[i];

			if (was->id != is->id)
				continue;
			load = np_more(c->load, c->nr_load);
			load->cpu = is;
			load->dropped = np_gained(was->dropped, is->dropped);
			load->squeezed = np_gained(was->squeezed, is->squeezed);
			load->flow_limit = np_gained(was->flow_limit,
						     is->flow_limit);
			load->processed = np_gained(was->processed,
						    is->processed);
			np_load_times(load, was, is);
		}
}

/**
 * np_case_cpu - what a CPU did
 * @c: case
 * @cpu: number, or NP_UNKNOWN
 *
 * Return: NULL if that is not known.
 */
const struct np_load *np_case_cpu(const struct np_case *c, uint64_t cpu)
{
	size_t i;

	for (i = 0; i < c->nr_load; i++)
		if (c->load[i].cpu->id == cpu)
			return &c->load[i];

	return NULL;
}

/**
 * np_case_hottest - the CPU that was longest in interrupts and softirqs
 * @c: case
 *
 * Return: NULL if nothing is known of CPUs.
 */
const struct np_load *np_case_hottest(const struct np_case *c)
{
	const struct np_load *found = NULL;
	size_t i;

	for (i = 0; i < c->nr_load; i++)
		if (c->load[i].soft != NP_NO_SHARE &&
		    (!found || c->load[i].soft > found->soft))
			found = &c->load[i];

	return found;
}

/**
 * np_case_idle - how much of all CPUs was idle
 * @c: case
 *
 * Return: thousandths, or NP_NO_SHARE.
 */
uint32_t np_case_idle(const struct np_case *c)
{
	uint64_t sum = 0;
	size_t i, known = 0;

	for (i = 0; i < c->nr_load; i++) {
		if (c->load[i].idle == NP_NO_SHARE)
			continue;
		sum += c->load[i].idle;
		known++;
	}

	return known ? (uint32_t)(sum / known) : NP_NO_SHARE;
}

/* ---- queues ----------------------------------------------------------------------- */

static uint64_t np_thread_cpu(const struct np_case *c, uint64_t pid)
{
	const struct np_host *host = c->window->after->host;
	size_t i;

	for (i = 0; i < host->nr_task; i++)
		if (host->task[i].pid == pid)
			return host->task[i].cpu;

	return NP_UNKNOWN;
}

static uint64_t np_irq_cpu(const struct np_port *port, uint64_t irq)
{
	size_t i;

	for (i = 0; i < port->nr_irq; i++)
		if (port->irq[i].irq == irq &&
		    port->irq[i].effective.count == 1)
			return port->irq[i].effective.cpu[0];

	return NP_UNKNOWN;
}

/**
 * np_case_queue_cpu - the CPU that serves a receive queue
 * @c: case
 * @queue: index of it
 *
 * Return: number of the CPU where its thread ran last, or its interrupt goes
 * to; NP_UNKNOWN if that is not known, or several.
 */
uint64_t np_case_queue_cpu(const struct np_case *c, size_t queue)
{
	const struct np_port *port = c->after;
	uint64_t id, cpu = NP_UNKNOWN;
	size_t i;

	if (queue >= port->nr_rx || port->rx[queue].napi == NP_UNKNOWN)
		return NP_UNKNOWN;
	id = port->rx[queue].napi;
	for (i = 0; i < port->nr_napi; i++) {
		if (port->napi[i].id != id)
			continue;
		if (port->napi[i].pid != NP_UNKNOWN && port->napi[i].pid)
			cpu = np_thread_cpu(c, port->napi[i].pid);
		if (cpu == NP_UNKNOWN && port->napi[i].irq != NP_UNKNOWN)
			cpu = np_irq_cpu(port, port->napi[i].irq);
	}

	return cpu;
}

static void np_case_queues(struct np_case *c)
{
	struct np_tally before, after;
	uint64_t sum = 0, most = 0;
	size_t i;

	c->hot = SIZE_MAX;
	c->packets = np_alloc((c->after->nr_rx + 1) * sizeof(*c->packets));
	if (c->before->nr_rx != c->after->nr_rx)
		return;
	np_tally_port(&before, c->before);
	np_tally_port(&after, c->after);
	for (i = 0; i < c->after->nr_rx; i++) {
		c->packets[i] = np_gained(before.rx[i].packets,
					  after.rx[i].packets);
		sum += np_known(c->packets[i]);
		if (np_known(c->packets[i]) <= most)
			continue;
		most = c->packets[i];
		c->hot = i;
	}
	if (sum)
		c->share = (uint32_t)(most * NP_ALL / sum);
	np_tally_free(&before);
	np_tally_free(&after);
}

/* ---- the case --------------------------------------------------------------------- */

/**
 * np_case_open - all that rules look at
 * @c: filled in; closed with np_case_close()
 * @window: two samples, which stay
 * @name: of an interface that is in both; NULL for the host
 * @all: where findings go
 *
 * Return: false if a sample does not have the interface.
 */
bool np_case_open(struct np_case *c, const struct np_window *window,
		  const char *name, struct np_findings *all)
{
	uint64_t octets;

	*c = (struct np_case){
		.window = window, .all = all, .hot = SIZE_MAX,
	};
	if (name) {
		c->before = np_sample_port(window->before, name);
		c->after = np_sample_port(window->after, name);
		if (!c->before || !c->after)
			return false;
		c->peer_before = np_sample_peer(window->before, c->before);
		c->peer_after = np_sample_peer(window->after, c->after);
		c->ledger = np_ledger_port(window, name);
		c->flows = np_window_flows(window, name);
		c->rx_packets = np_known(np_case_gained(c, "rx_packets"));
		octets = np_known(np_case_gained(c, "rx_bytes"));
		c->mean = c->rx_packets ? octets / c->rx_packets : 0;
		np_case_queues(c);
	}
	np_case_loads(c);

	return true;
}

/**
 * np_case_close - forget a case
 * @c: of np_case_open()
 */
void np_case_close(struct np_case *c)
{
	np_ledger_free(c->ledger);
	free(c->packets);
	free(c->load);
}

/**
 * np_case_loss - what a layer has lost
 * @c: case of an interface
 * @rx: of what it received
 * @layer: "ring", "fifo", "backlog", ...
 *
 * Return: NULL if it has lost nothing.
 */
const struct np_loss *np_case_loss(const struct np_case *c, bool rx,
				   const char *layer)
{
	const struct np_way *way = rx ? &c->ledger->rx : &c->ledger->tx;
	size_t i, j;

	for (i = 0; i < way->nr_stage; i++)
		for (j = 0; j < way->stage[i].nr_loss; j++)
			if (!strcmp(way->stage[i].loss[j].layer, layer) &&
			    way->stage[i].loss[j].packets)
				return &way->stage[i].loss[j];

	return NULL;
}

/**
 * np_case_lost - how much a layer has lost
 * @c: case of an interface
 * @rx: of what it received
 * @layer: as np_case_loss()
 *
 * Return: packets.
 */
uint64_t np_case_lost(const struct np_case *c, bool rx, const char *layer)
{
	const struct np_loss *loss = np_case_loss(c, rx, layer);

	return loss ? loss->packets : 0;
}

/**
 * np_case_lost_rx - packets lost because nobody took them in time
 * @c: case of an interface
 *
 * Return: of ring, packet buffer and backlog.
 */
uint64_t np_case_lost_rx(const struct np_case *c)
{
	return np_case_lost(c, true, "ring") + np_case_lost(c, true, "fifo") +
	       np_case_lost(c, true, "backlog");
}

/**
 * np_case_gained - what a field of the interface has gained
 * @c: case of an interface
 * @field: of rtnl_link_stats64
 *
 * Return: as np_gained().
 */
uint64_t np_case_gained(const struct np_case *c, const char *field)
{
	return np_gained(np_value_of(c->before->link, c->before->nr_link,
				     field),
			 np_value_of(c->after->link, c->after->nr_link,
				     field));
}

/**
 * np_case_seconds - length of the window
 * @c: case
 *
 * Return: seconds, at least 1.
 */
uint64_t np_case_seconds(const struct np_case *c)
{
	uint64_t seconds = (c->window->ns + 500000000) / 1000000000;

	return seconds ? seconds : 1;
}
