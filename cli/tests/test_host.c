// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host as files of /proc tell of it, of several kernels, and what counters
 * have gained between two samples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ftw.h>
#include <sys/stat.h>

#include "read/read.h"
#include "tests/snapshots.h"

/* A snapshot that a test writes. */
struct place {
	char *dir;
};

static int make_place(void **state)
{
	struct place *place = np_alloc(sizeof(*place));

	place->dir = np_copy("/tmp/napier-host-XXXXXX");
	assert_non_null(mkdtemp(place->dir));
	*state = place;

	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;

	return remove(path);
}

static int remove_place(void **state)
{
	struct place *place = *state;
	int err = nftw(place->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);

	free(place->dir);
	free(place);

	return err;
}

static void put(const struct place *place, const char *name, const char *text)
{
	char *path = np_print("%s/%s", place->dir, name), *slash;
	FILE *file;

	for (slash = strchr(path + 5, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	free(path);
}

static struct np_host *host_of(const struct place *place)
{
	struct np_error error;
	struct np_source *src = np_source_open(place->dir, &error);
	struct np_host *host;

	assert_non_null(src);
	host = np_read_host(src);
	np_source_free(src);

	return host;
}

static bool misses(const struct np_host *host, const char *what)
{
	size_t i;

	for (i = 0; i < host->nr_missing; i++)
		if (!strcmp(host->missing[i].what, what))
			return true;

	return false;
}

static void put_cpus(const struct place *place)
{
	put(place, "proc/stat",
	    "cpu  1 2 3 4 5 6 7 8 0 0\n"
	    "cpu0 10 2 30 400 5 6 7 8 0 0\n"
	    "cpu3 11 0 31 401 0 1 2 3 0 0\n"
	    "intr 12345 1 2 3\n");
}

static void test_nothing_is_there(void **state)
{
	struct np_host *host = host_of(*state);

	assert_int_equal(host->nr_cpu, 0);
	assert_int_equal(host->budget, NP_UNKNOWN);
	assert_int_equal(host->irqbalance, NP_UNKNOWN);
	assert_null(host->hostname);
	assert_int_equal(host->nr_socket + host->nr_task + host->nr_protocol,
			 0);
	assert_true(misses(host, "CPU time"));
	assert_true(misses(host, "softirqs"));
	assert_true(misses(host, "backlog of the CPUs"));
	assert_true(misses(host, "threads of the kernel"));
	assert_true(misses(host, "room of udp sockets"));
	np_host_free(host);
}

static void test_cpus(void **state)
{
	const struct np_cpu *cpu;
	struct np_host *host;

	put_cpus(*state);
	put(*state, "proc/softirqs",
	    "                    CPU0       CPU1       CPU3\n"
	    "          HI:          1          2          3\n"
	    "       TIMER:          4          5          6\n"
	    "      NET_TX:          7          8          9\n"
	    "      NET_RX:         10         11         12\n"
	    "       BLOCK:         13         14         15\n");
	put(*state, "sys/devices/system/node/online", "0-1\n");
	put(*state, "sys/devices/system/node/node0/cpulist", "0\n");
	put(*state, "sys/devices/system/node/node1/cpulist", "1-3\n");
	host = host_of(*state);
	assert_int_equal(host->nr_cpu, 2);
	cpu = &host->cpu[0];
	assert_int_equal(cpu->id, 0);
	assert_int_equal(cpu->user, 12);
	assert_int_equal(cpu->system, 30);
	assert_int_equal(cpu->idle, 405);
	assert_int_equal(cpu->irq, 6);
	assert_int_equal(cpu->softirq, 7);
	assert_int_equal(cpu->steal, 8);
	assert_int_equal(cpu->net_rx, 10);
	assert_int_equal(cpu->node, 0);
	/* Nobody counts for a CPU that is offline, and columns are by name. */
	cpu = &host->cpu[1];
	assert_int_equal(cpu->id, 3);
	assert_int_equal(cpu->timer, 6);
	assert_int_equal(cpu->net_tx, 9);
	assert_int_equal(cpu->net_rx, 12);
	assert_int_equal(cpu->block, 15);
	assert_int_equal(cpu->node, 1);
	assert_int_equal(cpu->processed, NP_UNKNOWN);
	np_host_free(host);
}

/* Linux had 9 columns, then 10 and 11, then 13 with the CPU, then 15. */
static void test_softnet(void **state)
{
	static const struct {
		const char *text;
		uint64_t dropped, rps, flow_limit, backlog;
	} rows[] = {
		{ "11 a 1 0 0 0 0 0 0\n12 b 2 0 0 0 0 0 0\n",
		  11, NP_UNKNOWN, NP_UNKNOWN, NP_UNKNOWN },
		{ "11 a 1 0 0 0 0 0 0 3\n12 b 2 0 0 0 0 0 0 4\n",
		  11, 4, NP_UNKNOWN, NP_UNKNOWN },
		{ "11 a 1 0 0 0 0 0 0 3 5\n12 b 2 0 0 0 0 0 0 4 6\n",
		  11, 4, 6, NP_UNKNOWN },
		{ "12 b 2 0 0 0 0 0 0 4 6 8 3\n11 a 1 0 0 0 0 0 0 3 5 7 0\n",
		  11, 4, 6, 8 },
		{ "00000012 0000000b 00000002 0 0 0 0 0 0 4 6 8 3 1 2\n",
		  11, 4, 6, 8 },
	};
	const struct np_cpu *cpu;
	struct np_host *host;
	size_t i;

	put_cpus(*state);
	for (i = 0; i < NP_COUNT(rows); i++) {
		put(*state, "proc/net/softnet_stat", rows[i].text);
		host = host_of(*state);
		assert_int_equal(host->nr_cpu, 2);
		cpu = &host->cpu[1];
		assert_int_equal(cpu->id, 3);
		assert_int_equal(cpu->processed, 0x12);
		assert_int_equal(cpu->dropped, rows[i].dropped);
		assert_int_equal(cpu->squeezed, 2);
		assert_int_equal(cpu->received_rps, rows[i].rps);
		assert_int_equal(cpu->flow_limit, rows[i].flow_limit);
		assert_int_equal(cpu->backlog, rows[i].backlog);
		np_host_free(host);
	}
}

static void test_protocols(void **state)
{
	struct np_host *host;

	put(*state, "proc/net/snmp",
	    "Ip: Forwarding InReceives\nIp: 1 77\n"
	    "Tcp: MaxConn InSegs\nTcp: -1 5\n"
	    "Udp: InDatagrams RcvbufErrors\nUdp: 8\n");
	put(*state, "proc/net/netstat",
	    "TcpExt: SyncookiesSent TCPBacklogDrop\nTcpExt: 0 3\n"
	    "IpExt: InOctets\nUnlike: 3\n");
	put(*state, "proc/net/snmp6",
	    "Udp6InErrors                    \t9\nIp6InReceives x\n\n");
	host = host_of(*state);
	assert_int_equal(np_value_of(host->protocol, host->nr_protocol,
				     "Ip.InReceives"), 77);
	assert_int_equal(np_value_of(host->protocol, host->nr_protocol,
				     "Tcp.MaxConn"), NP_UNKNOWN);
	assert_int_equal(np_value_of(host->protocol, host->nr_protocol,
				     "Tcp.InSegs"), 5);
	assert_int_equal(np_value_of(host->protocol, host->nr_protocol,
				     "Udp.RcvbufErrors"), NP_UNKNOWN);
	assert_int_equal(np_value_of(host->protocol, host->nr_protocol,
				     "TcpExt.TCPBacklogDrop"), 3);
	assert_int_equal(np_value_of(host->protocol, host->nr_protocol,
				     "IpExt.InOctets"), NP_UNKNOWN);
	assert_int_equal(np_value_of(host->protocol, host->nr_protocol,
				     "Udp6InErrors"), 9);
	assert_int_equal(np_value_of(host->protocol, host->nr_protocol,
				     "Ip6InReceives"), NP_UNKNOWN);
	np_host_free(host);
}

static void test_sockets(void **state)
{
	const struct np_socket *socket;
	struct np_host *host;

	put(*state, "proc/net/udp",
	    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n"
	    "  123: 0100007F:0035 00000000:0000 07 00000000:00000900 00:00000000 00000000     0        0 4711 2 0000000000000000 12\n"
	    "  124: 00000000:0044 00000000:0000 07 00000000\n");
	put(*state, "proc/net/udp6",
	    "  12: 00000000000000000000000001000000:14E9 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4712 2 0000000000000000 0\n");
	put(*state, "proc/net/packet",
	    "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n"
	    "0000000000000000 3      3    0003   7     1 512    0      4713\n");
	host = host_of(*state);
	assert_int_equal(host->nr_socket, 3);
	socket = &host->socket[0];
	assert_string_equal(socket->protocol, "udp");
	assert_string_equal(socket->local, "127.0.0.1:53");
	assert_int_equal(socket->inode, 4711);
	assert_int_equal(socket->queued, 0x900);
	assert_int_equal(socket->drops, 12);
	assert_int_equal(socket->rcvbuf, NP_UNKNOWN);
	socket = &host->socket[1];
	assert_string_equal(socket->protocol, "udp6");
	assert_string_equal(socket->local, "[::1]:5353");
	socket = &host->socket[2];
	assert_string_equal(socket->protocol, "packet");
	assert_string_equal(socket->local, "interface 7");
	assert_int_equal(socket->queued, 512);
	assert_int_equal(socket->drops, NP_UNKNOWN);
	np_host_free(host);
}

static void put_task(const struct place *place, unsigned int pid,
		     const char *comm, char run, unsigned int ticks,
		     unsigned int started)
{
	char *path = np_print("proc/%u/stat", pid);
	char *text = np_print("%u (%s) %c 2 0 0 0 -1 69238880 0 0 0 0 %u 1 0 0 20 -5 1 0 %u 0 0 18446744073709551615 0 0 0 0 0 0 0 2147483647 0 0 0 0 17 3 50 1 0 0 0 0 0 0 0 0 0 0 0\n",
			      pid, comm, run, ticks - 1, started);

	put(place, path, text);
	free(text);
	free(path);
}

static void test_tasks(void **state)
{
	struct np_host *host;
	unsigned int i;
	bool hog = false;

	put_cpus(*state);
	put(*state, "proc/uptime", "1000.00 1500.00\n");
	put_task(*state, 16, "ksoftirqd/3", 'S', 99, 1);
	put_task(*state, 17, "a) R (b", 'R', 1, 99000);
	/* Old ones with many ticks each, and a new one that runs all the time. */
	for (i = 0; i < 40; i++)
		put_task(*state, 100 + i, "daemon", 'S', 5000 + i, 100);
	put_task(*state, 200, "hog", 'S', 400, 99500);
	host = host_of(*state);
	/* Of both lists 16 at most. */
	assert_in_range(host->nr_task, 19, 34);
	assert_int_equal(host->task[0].pid, 16);
	assert_string_equal(host->task[0].comm, "ksoftirqd/3");
	assert_int_equal(host->task[0].ticks, 99);
	assert_int_equal(host->task[0].nice, -5);
	assert_int_equal(host->task[0].policy, 1);
	assert_int_equal(host->task[0].priority, 50);
	assert_int_equal(host->task[0].cpu, 3);
	assert_int_equal(host->task[0].started, 1);
	assert_int_equal(host->cpu[1].ksoftirqd, 99);
	assert_int_equal(host->cpu[0].ksoftirqd, NP_UNKNOWN);
	assert_string_equal(host->task[1].comm, "a) R (b");
	for (i = 0; i < host->nr_task; i++)
		hog |= !strcmp(host->task[i].comm, "hog");
	assert_true(hog);
	assert_int_equal(host->irqbalance, 0);
	np_host_free(host);

	put_task(*state, 300, "irqbalance", 'S', 1, 1);
	host = host_of(*state);
	assert_int_equal(host->irqbalance, 1);
	np_host_free(host);
}

static void test_gains(void **state)
{
	(void)state;
	assert_int_equal(np_gained(3, 10), 7);
	assert_int_equal(np_gained(10, 3), 0);
	assert_int_equal(np_gained(NP_UNKNOWN, 3), NP_UNKNOWN);
	assert_int_equal(np_gained(3, NP_UNKNOWN), NP_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_there),
		cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_softnet),
		cmocka_unit_test(test_protocols),
		cmocka_unit_test(test_sockets),
		cmocka_unit_test(test_tasks),
		cmocka_unit_test(test_gains),
	};
	struct CMUnitTest placed[NP_COUNT(tests)];
	size_t i;

	if (!can_open_snapshots()) {
		puts("skipped: openat2() cannot be called here");
		return 0;
	}
	for (i = 0; i < NP_COUNT(tests); i++) {
		placed[i] = tests[i];
		placed[i].setup_func = make_place;
		placed[i].teardown_func = remove_place;
	}

	return cmocka_run_group_tests(placed, NULL, NULL);
}
