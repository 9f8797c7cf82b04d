// SPDX-License-Identifier: GPL-2.0-only
/*
 * What interfaces share: the backlog of each CPU, the budget of softirqs,
 * buffers of sockets.
 */
#include "judge/case.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Beyond this a larger backlog only adds delay. */
#define NP_BACKLOG_MAX	65536u

static void np_backlog_fix(struct np_case *c, struct np_finding *one,
			   uint64_t lost)
{
	const struct np_host *host = c->window->after->host;
	uint64_t size;

	if (host->max_backlog == NP_UNKNOWN)
		return;
	size = np_pow2(host->max_backlog + lost);
	if (size > NP_BACKLOG_MAX)
		size = NP_BACKLOG_MAX;
	if (size <= host->max_backlog)
		return;
	np_found_fix(one, np_print("sysctl -w net.core.netdev_max_backlog=%" PRIu64,
				   size),
		     np_print("room for %" PRIu64 " more; had all %" PRIu64
		     " been lost in one burst, that many would have been needed",
			      size - host->max_backlog, lost),
		     "a full backlog adds more delay",
		     np_print("sysctl -w net.core.netdev_max_backlog=%" PRIu64,
			      host->max_backlog));
}

static void np_rule_backlog(struct np_case *c)
{
	const struct np_host *host = c->window->after->host;
	uint64_t lost = 0, limited = 0;
	const struct np_load *most = NULL;
	struct np_finding *one;
	size_t i;

	for (i = 0; i < c->nr_load; i++) {
		const struct np_load *load = &c->load[i];

		lost += np_known(load->dropped);
		limited += np_known(load->flow_limit);
		if (np_known(load->dropped) &&
		    (!most || load->dropped > most->dropped))
			most = load;
	}
	if (!most)
		return;
	one = np_found(c, "BACKLOG-OVERFLOW", NP_SEVERITY_CRITICAL,
		       NP_CONFIDENCE_PROVEN, np_print("cpu%u", most->cpu->id));
	np_found_says(one, "the backlogs of CPUs had no room for %" PRIu64 " packets in %" PRIu64
	" s, that of cpu%u for %" PRIu64,
		      lost, np_case_seconds(c), most->cpu->id, most->dropped);
	np_found_cause(one, "%s", limited * 2 > lost ?
		       "One flow had most of the backlog, and its limit dropped it." :
		       "RPS, or an interface without NAPI, puts packets into the backlog of a CPU faster than that CPU takes them.");
	np_found_proof(one, np_print("/proc/net/softnet_stat: cpu%u, column 2",
				     most->cpu->id),
		       most->cpu->dropped - most->dropped, most->cpu->dropped,
		       "packets without room");
	if (host->max_backlog != NP_UNKNOWN)
		np_found_proof(one, np_copy("net.core.netdev_max_backlog"),
			       NP_UNKNOWN, host->max_backlog,
			       "packets for each CPU");
	np_found_load(one, most);
	if (!limited)
		np_found_not(one, "limit of a flow: 0");
	np_backlog_fix(c, one, lost);
	np_found_verify(one, "napier drops --for 60s");
}

/* ---- budget -------------------------------------------------------------------------- */

/* Has an interface lost packets that such a softirq should have taken? */
static uint64_t np_host_lost(const struct np_case *c)
{
	const struct np_sample *sample = c->window->after;
	struct np_findings none = {};
	uint64_t lost = 0;
	struct np_case of;
	size_t i;

	for (i = 0; i < sample->nr_port; i++) {
		if (np_case_open(&of, c->window, sample->port[i]->name, &none))
			lost += np_case_lost(&of, true, "ring") +
				np_case_lost(&of, true, "fifo");
		np_case_close(&of);
	}
	for (i = 0; i < c->nr_load; i++)
		lost += np_known(c->load[i].dropped);

	return lost;
}

static void np_rule_budget(struct np_case *c)
{
	const struct np_host *host = c->window->after->host;
	const struct np_load *most = NULL;
	uint64_t squeezed = 0, lost;
	struct np_finding *one;
	size_t i;

	for (i = 0; i < c->nr_load; i++) {
		squeezed += np_known(c->load[i].squeezed);
		if (np_known(c->load[i].squeezed) &&
		    (!most || c->load[i].squeezed > most->squeezed))
			most = &c->load[i];
	}
	if (!most || squeezed < np_case_seconds(c))
		return;
	lost = np_host_lost(c);
	one = np_found(c, lost ? "BUDGET-SQUEEZE-HARMFUL" :
				 "BUDGET-SQUEEZE-HARMLESS",
		       lost ? NP_SEVERITY_WARNING : NP_SEVERITY_INFO,
		       lost ? NP_CONFIDENCE_LIKELY : NP_CONFIDENCE_PROVEN,
		       np_print("cpu%u", most->cpu->id));
	np_found_says(one, "%" PRIu64 " softirqs ended in %" PRIu64
	" s with packets left, and %" PRIu64 " packets were lost",
		      squeezed, np_case_seconds(c), lost);
	np_found_cause(one, "%s", lost ?
		       "What was left had to wait for ksoftirqd, and queues filled meanwhile." :
		       "What was left waited a little and was taken then: there is nothing to be done.");
	np_found_proof(one, np_print("/proc/net/softnet_stat: cpu%u, column 3",
				     most->cpu->id),
		       most->cpu->squeezed - most->squeezed,
		       most->cpu->squeezed, "softirqs cut short");
	np_found_proof(one, np_copy("losses of rings, packet buffers, backlogs"),
		       NP_UNKNOWN, lost, "packets");
	np_found_load(one, most);
	if (lost && host->budget_usecs != NP_UNKNOWN &&
	    host->budget_usecs < 8000)
		np_found_fix(one, np_copy("sysctl -w net.core.netdev_budget_usecs=8000"),
			     np_print("softirqs may take 8 ms, not %" PRIu64 " us",
				      host->budget_usecs),
			     "programs wait longer while packets come",
			     np_print("sysctl -w net.core.netdev_budget_usecs=%" PRIu64,
				      host->budget_usecs));
	np_found_verify(one, "napier doctor --for 60s");
}

/* ---- sockets -------------------------------------------------------------------------- */

static void np_socket_fix(struct np_case *c, struct np_finding *one,
			  const struct np_socket *socket)
{
	const struct np_host *host = c->window->after->host;
	uint64_t size;

	if (socket->rcvbuf == NP_UNKNOWN || host->rmem_default == NP_UNKNOWN)
		return;
	if (socket->rcvbuf < host->rmem_default) {
		np_found_fix(one, np_copy("leave SO_RCVBUF alone in the program"),
			     np_print("the program has asked for less (%" PRIu64
			     ") than it would have got (%" PRIu64 ")",
				      socket->rcvbuf, host->rmem_default),
			     "a few pages for the socket", NULL);
		return;
	}
	size = np_pow2(socket->rcvbuf * 2);
	np_found_fix(one, np_print("sysctl -w net.core.rmem_max=%" PRIu64
	" net.core.rmem_default=%" PRIu64,
				   size > host->rmem_max ? size : host->rmem_max,
				   size),
		     np_print("a buffer of %" PRIu64 " octets, not %" PRIu64
		     ", for sockets made from now on",
			      size, socket->rcvbuf),
		     "that much memory for each socket that does not read",
		     np_print("sysctl -w net.core.rmem_max=%" PRIu64
		     " net.core.rmem_default=%" PRIu64,
			      host->rmem_max, host->rmem_default));
}

static void np_say_socket(struct np_case *c, const struct np_socket *socket,
			  uint64_t lost)
{
	uint64_t all = np_known(np_protocol_gained(c->window,
						   "Udp.RcvbufErrors")) +
		       np_known(np_protocol_gained(c->window,
						   "Udp6RcvbufErrors"));
	struct np_finding *one;

	one = np_found(c, "SOCKET-RCVBUF", NP_SEVERITY_WARNING,
		       NP_CONFIDENCE_PROVEN,
		       np_print("%s %s", socket->protocol, socket->local));
	np_found_says(one, "%s on %s had no room for %" PRIu64 " packets in %" PRIu64 " s",
		      socket->comm ? socket->comm : "a program", socket->local,
		      lost, np_case_seconds(c));
	np_found_cause(one, "The program does not read fast enough for the buffer that its socket has.");
	np_found_proof(one, np_print("/proc/net/%s: %s, drops",
				     socket->protocol, socket->local),
		       socket->drops - lost, socket->drops,
		       "packets without room");
	if (socket->rcvbuf != NP_UNKNOWN)
		np_found_proof(one, np_copy("ss -uam: rb"), NP_UNKNOWN,
			       socket->rcvbuf, "octets; %" PRIu64 " of them wait",
			       np_known(socket->queued));
	if (all)
		np_found_proof(one, np_copy("/proc/net/snmp: Udp RcvbufErrors"),
			       NP_UNKNOWN, NP_UNKNOWN, "+%" PRIu64 " for all sockets",
			       all);
	np_socket_fix(c, one, socket);
	np_found_verify(one, "napier drops --for 60s");
}

static void np_rule_sockets(struct np_case *c)
{
	const struct np_host *host = c->window->after->host;
	uint64_t lost;
	size_t i;

	for (i = 0; i < host->nr_socket; i++) {
		const struct np_socket *socket = &host->socket[i];

		/* Those of packet sockets are copies; listeners of TCP do not lose data. */
		if (strncmp(socket->protocol, "udp", 3) &&
		    strncmp(socket->protocol, "raw", 3))
			continue;
		lost = np_known(np_socket_gained(c->window, socket));
		if (lost)
			np_say_socket(c, socket, lost);
	}
}

const np_rule np_rules_host[] = {
	np_rule_backlog, np_rule_budget, np_rule_sockets, NULL,
};
