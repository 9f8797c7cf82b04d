/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of the host that its network interfaces share: CPUs, softirqs,
 * the backlog, protocol counters, sockets.
 *
 * As in port.h, a number that could not be had is NP_UNKNOWN.
 */
#ifndef NP_HOST_H
#define NP_HOST_H

#include "model/port.h"

/**
 * struct np_cpu - a CPU that is online, and what it has done since the start
 * @id: number
 * @node: NUMA node, NP_UNKNOWN if the host has none
 * @user: USER_HZ ticks, with those of niced programs
 * @system: as above, of the kernel outside of interrupts
 * @idle: as above, with waiting for disks
 * @irq: as above
 * @softirq: as above; NAPI threads and ksoftirqd count here, too, if the kernel
 *	accounts interrupts
 * @steal: as above
 * @net_rx: NET_RX softirqs
 * @net_tx: NET_TX softirqs
 * @block: BLOCK softirqs
 * @timer: TIMER softirqs
 * @processed: packets, column 1 of softnet_stat
 * @dropped: packets that the backlog had no room for
 * @squeezed: softirqs that ended for want of budget or of time
 * @received_rps: inter-processor interrupts of RPS
 * @flow_limit: packets that the limit of a flow has dropped
 * @backlog: packets in the backlog now
 * @ksoftirqd: ticks that ksoftirqd of this CPU has run
 */
struct np_cpu {
	unsigned int id;
	uint64_t node;
	uint64_t user;
	uint64_t system;
	uint64_t idle;
	uint64_t irq;
	uint64_t softirq;
	uint64_t steal;
	uint64_t net_rx;
	uint64_t net_tx;
	uint64_t block;
	uint64_t timer;
	uint64_t processed;
	uint64_t dropped;
	uint64_t squeezed;
	uint64_t received_rps;
	uint64_t flow_limit;
	uint64_t backlog;
	uint64_t ksoftirqd;
};

/**
 * struct np_socket - a UDP, raw or packet socket that receives, or a TCP listener
 * @protocol: "udp", "udp6", "raw", "packet", "tcp", ...
 * @local: address and port, "192.0.2.1:53", "[::]:53"; of a packet socket
 *	"interface 2" by number, "*" for all
 * @inode: of it; with @protocol it names the socket in both samples
 * @rcvbuf: octets, NP_UNKNOWN without sock_diag
 * @queued: octets in the receive queue; connections that wait for accept(2) of
 *	a TCP listener
 * @drops: packets for which there was no room; of a packet socket copies,
 *	without those for which its ring had no room
 * @comm: name of a process that holds it, or NULL
 */
struct np_socket {
	char *protocol;
	char *local;
	uint64_t inode;
	uint64_t rcvbuf;
	uint64_t queued;
	uint64_t drops;
	char *comm;
};

/**
 * struct np_task - a thread that serves the network: ksoftirqd/N, napi/DEV-ID,
 *	irq/N-NAME, and what else has used a good part of a CPU
 * @pid: of it
 * @comm: name
 * @ticks: that it has run, USER_HZ
 * @policy: SCHED_OTHER 0, SCHED_FIFO 1, SCHED_RR 2, ...
 * @nice: -20 to 19, as a signed number; 0 if not known
 * @priority: of a real-time policy, else 0
 * @cpu: where it ran last
 * @started: USER_HZ ticks after the start of the host; a task that has the
 *	same @pid and @started in both samples is the same
 */
struct np_task {
	uint64_t pid;
	char *comm;
	uint64_t ticks;
	uint64_t policy;
	int64_t nice;
	uint64_t priority;
	uint64_t cpu;
	uint64_t started;
};

/**
 * struct np_host - the host
 * @hostname: of it, or NULL
 * @release: of the kernel, or NULL
 * @cpu: those online, by rising number
 * @nr_cpu: how many
 * @budget: net.core.netdev_budget, packets
 * @budget_usecs: net.core.netdev_budget_usecs
 * @max_backlog: net.core.netdev_max_backlog, packets
 * @rmem_max: net.core.rmem_max, octets
 * @rmem_default: net.core.rmem_default, octets
 * @rps_flows: net.core.rps_sock_flow_entries
 * @irqbalance: 1 if such a process runs; NP_UNKNOWN where the processes of the
 *	host are not to be seen
 * @protocol: /proc/net/snmp, snmp6 and netstat: "Udp.RcvbufErrors",
 *	"TcpExt.TCPBacklogDrop", "Udp6InErrors"; counters of the namespace
 * @nr_protocol: how many
 * @socket: sockets
 * @nr_socket: how many
 * @task: threads
 * @nr_task: how many
 * @missing: what could not be had
 * @nr_missing: how many
 */
struct np_host {
	char *hostname;
	char *release;
	struct np_cpu *cpu;
	size_t nr_cpu;
	uint64_t budget;
	uint64_t budget_usecs;
	uint64_t max_backlog;
	uint64_t rmem_max;
	uint64_t rmem_default;
	uint64_t rps_flows;
	uint64_t irqbalance;
	struct np_value *protocol;
	size_t nr_protocol;
	struct np_socket *socket;
	size_t nr_socket;
	struct np_task *task;
	size_t nr_task;
	struct np_missing *missing;
	size_t nr_missing;
};

struct np_host *np_host_alloc(void);
void np_host_free(struct np_host *host);
void np_host_miss(struct np_host *host, const char *what, const char *why,
		  const char *hint);
struct np_cpu *np_host_cpu(struct np_host *host, unsigned int id);

#endif
