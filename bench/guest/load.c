// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the traffic that the scale weighs, both ends of it, and marks its windows.
 *
 *	load arm
 *	load pktgen DEVICE MAC ADDRESS CLONE BURST SINK NETNS UNITS
 *	load tcp SENDER-NETNS RECEIVER-NETNS ADDRESS UNITS
 *	load rr tcp|udp CLIENT-NETNS SERVER-NETNS ADDRESS UNITS
 *
 * NETNS is a name, or - for the namespace of the caller.  A unit is a frame, a MiB, or a request
 * with its answer; UNITS is a multiple of 4, and for pktgen of four bursts.  Each run has two passes, and each pass a window of UNITS and one of twice as
 * many; their difference is free of what a window costs by itself.  A window ends when the last
 * unit was sent (pktgen) or has arrived.  Printed is how long each window took.
 *
 * SINK is what becomes of the frames that pktgen sends: "none", or a UDP socket that is "full"
 * (nobody reads it), "read" at once, or read every 4 ms ("hold").
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PASSES		2
#define PORT		9009
#define MIB		(1 << 20)
#define CHUNK		(64 << 10)
#define BUFFER		(128 << 10)
#define HOLD_BUFFER	(16 << 20)
#define HOLD_NS		4000000
/* How long after the timers that are rounded to full seconds a window begins. */
#define QUIET_NS	30000000
#define SECOND_NS	1000000000ll

/* A NOP with an operand by which the plugin knows it (bench/plugin.c). */
#define COMMAND(number) \
	asm volatile("nopl %c0(%%rax)" : : "i" (0x4e500000 + (number)) : "memory")
#define COMMAND_ARM 0x80
#define COMMAND_FAILED 0x81

static char buffer[CHUNK];

/* The host does not ask how things stand: it must be told. */
static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	COMMAND(COMMAND_FAILED);
	exit(1);
}

static void check(int failed, const char *what)
{
	if (failed)
		die(what);
}

/* The operand must be a constant. */
static void mark(int number)
{
	switch (number) {
	case 0: COMMAND(0); break;
	case 1: COMMAND(1); break;
	case 2: COMMAND(2); break;
	case 3: COMMAND(3); break;
	case 4: COMMAND(4); break;
	case 5: COMMAND(5); break;
	case 6: COMMAND(6); break;
	case 7: COMMAND(7); break;
	default:
		errno = ERANGE;
		die("mark");
	}
}

static void sleep_until(long long ns)
{
	struct timespec when = { .tv_sec = ns / SECOND_NS, .tv_nsec = ns % SECOND_NS };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL) == EINTR)
		;
}

static long long now(void)
{
	struct timespec when;

	clock_gettime(CLOCK_MONOTONIC, &when);
	return when.tv_sec * SECOND_NS + when.tv_nsec;
}

static long long jiffies(void)
{
	FILE *list = fopen("/proc/timer_list", "r");
	long long found = -1;
	char line[256];

	check(!list, "/proc/timer_list");
	while (found < 0 && fgets(line, sizeof(line), list))
		sscanf(line, "jiffies: %lld", &found);
	fclose(list);
	check(found < 0, "no jiffies in /proc/timer_list");
	return found;
}

/*
 * Many timers, watchdogs of network drivers among them, are rounded to full seconds (see
 * round_jiffies() in the kernel): of jiffies, which do not begin at zero.  So ask how many there
 * are in a second, and when a multiple of that is.
 */
static long long find_phase(void)
{
	long long begin, end, when, hz;

	sleep_until(now() + SECOND_NS / 10);
	begin = jiffies();
	when = now();
	sleep_until(when + SECOND_NS);
	end = jiffies();
	hz = (end - begin + 25) / 50 * 50;
	check(hz != 100 && hz != 250 && hz != 300 && hz != 1000, "no such HZ");
	return when - begin % hz * (SECOND_NS / hz);
}

static void await_quiet(void)
{
	static long long phase;

	if (!phase)
		phase = find_phase();
	phase += (now() - phase + SECOND_NS - QUIET_NS) / SECOND_NS * SECOND_NS;
	sleep_until(phase + QUIET_NS);
}

static void window(int number, void (*work)(long units, void *data), long units, void *data)
{
	long long begin;

	await_quiet();
	begin = now();
	mark(number);
	work(units, data);
	mark(number + 1);
	/* The guest's time: instructions, and waiting for interrupts. */
	printf("%lld\n", now() - begin);
}

/* Runs the windows: `work` does so many units. */
static void weigh(void (*work)(long units, void *data), long units, void *data)
{
	int pass;

	work(units / 4, data);
	for (pass = 0; pass < PASSES; pass++) {
		window(4 * pass, work, units, data);
		window(4 * pass + 2, work, 2 * units, data);
	}
}

static void enter(const char *netns)
{
	char path[128];
	int fd;

	if (!strcmp(netns, "-"))
		return;
	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	check(fd < 0 || setns(fd, CLONE_NEWNET), path);
	close(fd);
}

/* A child that ends with its parent; returns as fork() does. */
static pid_t split(void)
{
	pid_t child = fork();

	check(child < 0, "fork");
	if (!child)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return child;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t length = strlen(text);

	check(fd < 0 || write(fd, text, length) != length, path);
	close(fd);
}

static struct sockaddr_in address_of(const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	check(inet_pton(AF_INET, text, &address.sin_addr) != 1, text);
	return address;
}

static void set(int fd, int level, int name, int value)
{
	check(setsockopt(fd, level, name, &value, sizeof(value)) != 0, "setsockopt");
}

static int bound(int type, const char *address)
{
	struct sockaddr_in here = address_of(address);
	int fd = socket(AF_INET, type, 0);

	check(fd < 0, "socket");
	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	check(bind(fd, (struct sockaddr *)&here, sizeof(here)) != 0, "bind");
	return fd;
}

/* ---- pktgen ------------------------------------------------------------------------ */

static void configure(const char *path, const char *name, const char *value)
{
	char line[128];

	snprintf(line, sizeof(line), "%s %s\n", name, value);
	write_file(path, line);
}

static void generate(long units, void *data)
{
	const char *path = data;
	char text[4096], number[32];
	const char *result;
	long sofar, errors;
	ssize_t length;
	int fd;

	snprintf(number, sizeof(number), "%ld", units);
	configure(path, "count", number);
	write_file("/proc/net/pktgen/pgctrl", "start\n");
	fd = open(path, O_RDONLY);
	length = read(fd, text, sizeof(text) - 1);
	check(fd < 0 || length < 0, path);
	close(fd);
	text[length] = 0;
	result = strstr(text, "pkts-sofar:");
	if (!result || sscanf(result, "pkts-sofar: %ld errors: %ld", &sofar, &errors) != 2 ||
	    sofar != units || errors) {
		fprintf(stderr, "load: of %ld frames pktgen sent:\n%s\n", units, text);
		errno = EIO;
		die("pktgen");
	}
}

static void urgent(void)
{
	struct sched_param priority = { .sched_priority = 50 };

	check(sched_setscheduler(0, SCHED_FIFO, &priority) != 0, "sched_setscheduler");
}

/* Empties a socket, but no more often than every 4 ms. */
static void drain_slowly(int fd)
{
	const struct timespec pause = { .tv_nsec = HOLD_NS };

	for (;;) {
		nanosleep(&pause, NULL);
		while (recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT) >= 0)
			;
	}
}

static void open_sink(const char *sink, const char *address)
{
	int fd;

	if (!strcmp(sink, "none"))
		return;
	fd = bound(SOCK_DGRAM, address);
	if (!strcmp(sink, "full")) {
		/* It stays open as long as this process does. */
		set(fd, SOL_SOCKET, SO_RCVBUF, 1);
		return;
	}
	if (!strcmp(sink, "hold"))
		set(fd, SOL_SOCKET, SO_RCVBUFFORCE, HOLD_BUFFER);
	if (split())
		return;
	urgent();
	if (!strcmp(sink, "hold"))
		drain_slowly(fd);
	while (recv(fd, buffer, sizeof(buffer), 0) >= 0)
		;
	die("recv");
}

static void run_pktgen(char **words)
{
	const char *device = words[0], *mac = words[1], *address = words[2];
	char path[128], line[128], port[16];

	open_sink(words[5], address);
	enter(words[6]);
	write_file("/proc/net/pktgen/kpktgend_0", "rem_device_all\n");
	snprintf(line, sizeof(line), "add_device %s\n", device);
	write_file("/proc/net/pktgen/kpktgend_0", line);
	snprintf(path, sizeof(path), "/proc/net/pktgen/%s", device);
	snprintf(port, sizeof(port), "%d", PORT);
	configure(path, "pkt_size", "60");
	configure(path, "delay", "0");
	configure(path, "dst_mac", mac);
	configure(path, "dst", address);
	configure(path, "udp_dst_min", port);
	configure(path, "udp_dst_max", port);
	configure(path, "clone_skb", words[3]);
	configure(path, "burst", words[4]);
	weigh(generate, atol(words[7]), path);
}

/* ---- streams and requests ---------------------------------------------------------- */

/* A connection's two ends: the client in a child, which is given its work through a pipe. */
struct pair {
	int fd;
	int orders;
};

static void receive_all(int fd, long bytes)
{
	ssize_t got;

	while (bytes) {
		got = recv(fd, buffer, bytes < CHUNK ? bytes : CHUNK, 0);
		check(got <= 0, "recv");
		bytes -= got;
	}
}

static void send_all(int fd, long bytes)
{
	ssize_t put;

	while (bytes) {
		put = send(fd, buffer, bytes < CHUNK ? bytes : CHUNK, 0);
		check(put <= 0, "send");
		bytes -= put;
	}
}

static int connected(int type, const char *address)
{
	struct sockaddr_in there = address_of(address);
	int fd = socket(AF_INET, type, 0);

	check(fd < 0, "socket");
	set(fd, SOL_SOCKET, SO_SNDBUF, BUFFER);
	if (type == SOCK_STREAM)
		set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	check(connect(fd, (struct sockaddr *)&there, sizeof(there)) != 0, "connect");
	return fd;
}

static int accepted(int listener)
{
	int fd = accept(listener, NULL, NULL);

	check(fd < 0, "accept");
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	close(listener);
	return fd;
}

static int listening(const char *address)
{
	int fd = bound(SOCK_STREAM, address);

	set(fd, SOL_SOCKET, SO_RCVBUF, BUFFER);
	check(listen(fd, 1) != 0, "listen");
	return fd;
}

static void stream(long units, void *data)
{
	struct pair *pair = data;

	check(write(pair->orders, &units, sizeof(units)) != sizeof(units), "pipe");
	receive_all(pair->fd, units * MIB);
}

static void send_what_is_ordered(int orders, const char *address)
{
	int fd = connected(SOCK_STREAM, address);
	long units;

	while (read(orders, &units, sizeof(units)) == sizeof(units))
		send_all(fd, units * MIB);
	exit(0);
}

static void run_tcp(char **words)
{
	const char *address = words[2];
	struct pair pair;
	int ends[2], listener;

	check(pipe2(ends, O_CLOEXEC) != 0, "pipe");
	/* Before the sender is let loose. */
	if (strcmp(words[1], "-") && strcmp(words[0], "-")) {
		errno = EINVAL;
		die("one of the namespaces must be the caller's");
	}
	if (!strcmp(words[1], "-")) {
		listener = listening(address);
		if (!split()) {
			close(ends[1]);
			enter(words[0]);
			send_what_is_ordered(ends[0], address);
		}
	} else {
		if (!split()) {
			close(ends[1]);
			/* An empty order says that there is somebody to connect to. */
			check(read(ends[0], buffer, 1) != 1, "pipe");
			send_what_is_ordered(ends[0], address);
		}
		enter(words[1]);
		listener = listening(address);
		check(write(ends[1], "", 1) != 1, "pipe");
	}
	pair.fd = accepted(listener);
	pair.orders = ends[1];
	weigh(stream, atol(words[3]), &pair);
}

static void ask(long units, void *data)
{
	int fd = *(int *)data;
	char byte = 0;

	while (units--) {
		check(send(fd, &byte, 1, 0) != 1, "send");
		check(recv(fd, &byte, 1, 0) != 1, "recv");
	}
}

static void answer_tcp(int listener)
{
	int fd = accepted(listener);
	char byte;

	while (recv(fd, &byte, 1, 0) == 1)
		check(send(fd, &byte, 1, 0) != 1, "send");
	exit(0);
}

static void answer_udp(int fd)
{
	struct sockaddr_in from;
	socklen_t length = sizeof(from);
	char byte;

	while (recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&from, &length) == 1)
		check(sendto(fd, &byte, 1, 0, (struct sockaddr *)&from, length) != 1, "sendto");
	exit(0);
}

/* The server is the port under test's end, in the caller's namespace. */
static void run_rr(char **words)
{
	int tcp = !strcmp(words[0], "tcp");
	int fd = tcp ? listening(words[3]) : bound(SOCK_DGRAM, words[3]);

	enter(words[2]);
	if (!split()) {
		if (tcp)
			answer_tcp(fd);
		answer_udp(fd);
	}
	enter(words[1]);
	fd = connected(tcp ? SOCK_STREAM : SOCK_DGRAM, words[3]);
	weigh(ask, atol(words[4]), &fd);
}

static const struct {
	const char *name;
	int words;
	void (*run)(char **words);
} kinds[] = {
	{ "pktgen", 8, run_pktgen },
	{ "tcp", 4, run_tcp },
	{ "rr", 5, run_rr },
};

int main(int argc, char **argv)
{
	size_t at;

	if (argc == 2 && !strcmp(argv[1], "arm")) {
		COMMAND(COMMAND_ARM);
		return 0;
	}
	for (at = 0; at < sizeof(kinds) / sizeof(*kinds); at++) {
		if (argc - 2 == kinds[at].words && !strcmp(argv[1], kinds[at].name)) {
			kinds[at].run(argv + 2);
			return 0;
		}
	}
	fprintf(stderr, "load: not understood; see the top of load.c\n");
	return 2;
}
