// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ledger of the protocols, which count for all interfaces of a network
 * namespace: IP, and above it UDP and TCP.
 */
#include <string.h>

#include "judge/judge.h"
#include "model/ledger.h"

/* Counters of a protocol that are packets lost; names closed by NULL. */
struct np_lost_by {
	const char *layer;
	const char *const *names;
	const char *note;
};

static const char *const np_ip_in[] = {
	"Ip.InHdrErrors", "Ip.InAddrErrors", "Ip.InUnknownProtos",
	"Ip.InDiscards", "Ip.ReasmFails", "IpExt.InNoRoutes",
	"IpExt.InTruncatedPkts", "TcpExt.IPReversePathFilter",
	"Ip6InHdrErrors", "Ip6InTooBigErrors", "Ip6InNoRoutes",
	"Ip6InAddrErrors", "Ip6InUnknownProtos", "Ip6InTruncatedPkts",
	"Ip6InDiscards", "Ip6ReasmFails", NULL,
};

static const char *const np_udp_in[] = {
	"Udp.NoPorts", "Udp.RcvbufErrors", "Udp.InCsumErrors", "Udp.MemErrors",
	"Udp6NoPorts", "Udp6RcvbufErrors", "Udp6InCsumErrors", "Udp6MemErrors",
	NULL,
};

static const char *const np_tcp_in[] = {
	"Tcp.InErrs", "TcpExt.ListenDrops", "TcpExt.TCPBacklogDrop",
	"TcpExt.TCPRcvQDrop", "TcpExt.PFMemallocDrop", "TcpExt.TCPMinTTLDrop",
	"TcpExt.TCPZeroWindowDrop", "TcpExt.TCPReqQFullDrop", NULL,
};

static const char *const np_ip_out[] = {
	"Ip.OutDiscards", "Ip.OutNoRoutes", "Ip.FragFails",
	"Ip6OutDiscards", "Ip6OutNoRoutes", "Ip6FragFails", NULL,
};

static const char *const np_udp_out[] = {
	"Udp.SndbufErrors", "Udp6SndbufErrors", NULL,
};

static const struct np_lost_by np_in_ip = {
	"ip", np_ip_in, NULL
};

static const struct np_lost_by np_in_udp = {
	"udp", np_udp_in,
	"datagrams without a socket, or for which its buffer (rcvbuf) had no room"
};

static const struct np_lost_by np_in_tcp = {
	"tcp", np_tcp_in, "sent again by the other side"
};

static const struct np_lost_by np_out_udp = {
	"udp", np_udp_out, "the program was told so"
};

static const struct np_lost_by np_out_ip = {
	"ip", np_ip_out, NULL
};

/* What two or more counters have gained together; NULL behind the last. */
static uint64_t np_sum(const struct np_window *window,
		       const char *const *names)
{
	uint64_t sum = 0, gained;

	for (; *names; names++) {
		gained = np_protocol_gained(window, *names);
		if (gained != NP_UNKNOWN)
			sum += gained;
	}

	return sum;
}

/* Counters of this kind are many: those that have gained, or the first. */
static void np_add_lost(const struct np_window *window, struct np_stage *stage,
			const struct np_lost_by *by)
{
	const char *const *name;
	struct np_loss *loss;
	uint64_t gained;

	loss = np_stage_loss(stage, by->layer, NP_SCOPE_NAMESPACE);
	loss->note = by->note;
	for (name = by->names; *name; name++) {
		gained = np_protocol_gained(window, *name);
		if (gained != NP_UNKNOWN && gained)
			np_loss_add(loss, *name, gained);
	}
	if (!loss->nr_source)
		np_loss_add(loss, by->names[0], 0);
}

/* Fragments come one by one and go on as one. */
static int64_t np_merged(const struct np_window *window)
{
	static const char *const asked[] = {
		"Ip.ReasmReqds", "Ip6ReasmReqds", NULL,
	};
	static const char *const done[] = {
		"Ip.ReasmOKs", "Ip.ReasmFails", "Ip6ReasmOKs",
		"Ip6ReasmFails", NULL,
	};

	return (int64_t)(np_sum(window, asked) - np_sum(window, done));
}

static void np_protocols_rx(const struct np_window *window, struct np_way *way)
{
	static const char *const received[] = {
		"Ip.InReceives", "Ip6InReceives", NULL,
	};
	static const char *const arrived[] = {
		"Ip.InDelivers", "Ip.ForwDatagrams", "Ip6InDelivers",
		"Ip6OutForwDatagrams", NULL,
	};
	uint64_t came = np_sum(window, received), got = np_sum(window, arrived);
	struct np_stage *ip, *above;
	uint64_t lost;
	size_t i;

	ip = np_way_stage(way, "ip", came, "InReceives");
	ip->waiting = np_merged(window);
	ip->checked = true;
	np_add_lost(window, ip, &np_in_ip);
	above = np_way_stage(way, "transport", got,
			     "InDelivers + ForwDatagrams");
	np_add_lost(window, above, &np_in_udp);
	np_add_lost(window, above, &np_in_tcp);
	for (i = 0, lost = 0; i < above->nr_loss; i++)
		lost += above->loss[i].packets;
	np_way_stage(way, "sockets", np_gained(lost, got), NULL);
	np_way_close(way);
	if (ip->remainder > 0)
		np_way_note(way, "IP does not count what netfilter drops: counters of its rules do (nft list ruleset, iptables -vL)");
	np_way_note(way, "packets that GRO has put together count as one here");
}

static void np_protocols_tx(const struct np_window *window, struct np_way *way)
{
	static const char *const sent[] = {
		"Ip.OutRequests", "Ip.ForwDatagrams", "Ip6OutRequests",
		"Ip6OutForwDatagrams", NULL,
	};
	uint64_t out = np_sum(window, sent), lost = 0;
	struct np_stage *ip;
	size_t i;

	ip = np_way_stage(way, "ip", out, "OutRequests + ForwDatagrams");
	np_add_lost(window, ip, &np_out_udp);
	np_add_lost(window, ip, &np_out_ip);
	for (i = 0; i < ip->nr_loss; i++)
		lost += ip->loss[i].packets;
	np_way_stage(way, "interfaces", np_gained(lost, out), NULL);
	np_way_close(way);
}

/**
 * np_ledger_protocols - where packets went above the interfaces
 * @window: two samples
 *
 * Return: freed with np_ledger_free(); NULL if the protocols' counters are not
 * known.
 */
struct np_ledger *np_ledger_protocols(const struct np_window *window)
{
	struct np_ledger *ledger;

	if (!window->before->host->nr_protocol ||
	    !window->after->host->nr_protocol)
		return NULL;
	ledger = np_alloc(sizeof(*ledger));
	ledger->ns = window->ns;
	np_protocols_rx(window, &ledger->rx);
	np_protocols_tx(window, &ledger->tx);

	return ledger;
}
