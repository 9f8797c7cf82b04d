// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scale: a plugin for QEMU's TCG that weighs a driver in instructions.
 *
 * While the guest boots it does nothing but look for a command.  Commands are NOPs with an
 * operand that nobody else uses, executed by bench/guest/load.c: COMMAND_ARM makes it read the
 * file that the host has written by then (where the driver's text and registers are) and
 * instrument everything from there on; COMMAND_FAILED is passed on to the host; any other appends
 * all counters to a file, under the command's number.  What lies between two such snapshots is the difference; the host takes it.
 *
 * Counted are, exactly and for each instruction (a block may be left half-way: a register
 * access ends it):
 *
 *  - all instructions of the kernel, and all of user space;
 *  - how often a repeated string instruction only went on.  Where instructions are counted QEMU
 *    executes each round as one more, which no CPU does;
 *  - each instruction in the driver's text, by address, with its kind (decode.h);
 *  - register accesses in the driver's text, by address and register;
 *  - calls out of the driver's text, by call site: how often, and how many instructions of the
 *    kernel ran until the call returned, interrupts included;
 *  - different cache lines that the driver touched between two frames, code and data apart; on
 *    request the same for the whole kernel.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qemu-plugin.h>

#include "decode.h"

#define COMMAND_MAGIC	0x4e500000u
#define COMMAND_MASK	0xffffff00u
#define COMMAND_ARM	0x80u
#define COMMAND_FAILED	0x81u

#define TEXT_MAX	(1u << 20)
#define EDGES_MAX	8
#define STACK_MAX	64
#define ACCESSES_MAX	4096
#define LINES		(1u << 20)
#define LINE_SHIFT	6
#define LINE_CODE	(1ull << 63)

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

/* What blocks count by themselves, without a call. */
struct inline_counters {
	uint64_t kernel;
	uint64_t user;
	/* By offset in the driver's text. */
	uint64_t text[];
};

/* By offset in the driver's text, too. */
struct place {
	uint64_t target;
	uint64_t calls;
	uint64_t raw;
	uint64_t collapsed;
	uint64_t rounds;
	uint8_t flags;
	bool edge;
};

struct access {
	uint32_t place;
	uint32_t reg;
	uint32_t store;
	uint64_t count;
};

struct frame {
	uint64_t back;
	uint64_t raw;
	uint64_t rounds;
	struct place *place;
};

/* Each line with the last frame in which it was touched. */
struct lines {
	uint64_t line[LINES];
	uint64_t frame[LINES];
	uint64_t used;
	uint64_t code;
	uint64_t data;
};

static struct {
	char *control;
	FILE *out;
	uint64_t text, text_end;
	uint64_t bar, bar_end;
	uint64_t edges[EDGES_MAX];
	unsigned int n_edges;
	bool all_lines;
} setup;

static struct qemu_plugin_scoreboard *board;
static struct inline_counters *counters;
static struct place *places;
static struct access accesses[ACCESSES_MAX];
static unsigned int n_accesses;
static struct frame stack[STACK_MAX];
static unsigned int depth;
static struct lines *driver_lines, *kernel_lines;

static uint64_t rounds;		/* of repeated string instructions, after the first */
static uint64_t frames = 1;
static uint64_t anomalies;	/* calls whose return was not seen */
static struct {
	uint64_t address, kernel;
} last_string;

static void die(const char *what, const char *which)
{
	fprintf(stderr, "scale: %s: %s\n", what, which);
	exit(1);
}

static bool in_text(uint64_t address)
{
	return address >= setup.text && address < setup.text_end;
}

static bool is_kernel(uint64_t address)
{
	return address >> 63;
}

static void *zeroed(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		die("no memory", "");
	return memory;
}

/* ---- cache lines ------------------------------------------------------------------- */

static void touch(struct lines *lines, uint64_t key)
{
	uint64_t at = (key * 0x9e3779b97f4a7c15ull) >> 44;

	while (lines->line[at] && lines->line[at] != key)
		at = (at + 1) % LINES;
	if (!lines->line[at]) {
		if (lines->used++ > LINES / 2) {
			/* What is forgotten is counted once more: once in half a million. */
			memset(lines->line, 0, sizeof(lines->line));
			lines->used = 1;
		}
		lines->line[at] = key;
	} else if (lines->frame[at] == frames) {
		return;
	}
	lines->frame[at] = frames;
	if (key & LINE_CODE)
		lines->code++;
	else
		lines->data++;
}

/* A line's number is shorter than an address: its topmost bit is free to say what it is. */
static uint64_t code_line(uint64_t address)
{
	return (address >> LINE_SHIFT) | LINE_CODE;
}

static uint64_t data_line(uint64_t address)
{
	return address >> LINE_SHIFT;
}

static void on_line(unsigned int vcpu, void *data)
{
	uint64_t address = (uintptr_t)data;

	(void)vcpu;
	if (in_text(address))
		touch(driver_lines, code_line(address));
	if (setup.all_lines)
		touch(kernel_lines, code_line(address));
}

/* ---- register accesses ------------------------------------------------------------- */

static void count_access(uint32_t place, uint32_t reg, uint32_t store)
{
	unsigned int at;

	for (at = 0; at < n_accesses; at++)
		if (accesses[at].place == place && accesses[at].reg == reg &&
		    accesses[at].store == store)
			break;
	if (at == ACCESSES_MAX)
		die("too many register accesses", "ACCESSES_MAX");
	if (at == n_accesses)
		accesses[n_accesses++] = (struct access){ place, reg, store, 0 };
	accesses[at].count++;
}

static void on_driver_memory(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address,
			     void *data)
{
	(void)vcpu;
	if (address >= setup.bar && address < setup.bar_end) {
		count_access((uintptr_t)data - setup.text, address - setup.bar,
			     qemu_plugin_mem_is_store(info));
		return;
	}
	touch(driver_lines, data_line(address));
	if (setup.all_lines)
		touch(kernel_lines, data_line(address));
}

static void on_kernel_memory(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address,
			     void *data)
{
	(void)vcpu;
	(void)info;
	(void)data;
	touch(kernel_lines, data_line(address));
}

/* ---- calls and returns ------------------------------------------------------------- */

static void on_edge(unsigned int vcpu, void *data)
{
	(void)vcpu;
	(void)data;
	frames++;
}

static void on_call(unsigned int vcpu, void *data)
{
	struct frame *top;
	uint64_t back = (uintptr_t)data;
	struct place *place = &places[back - setup.text];

	(void)vcpu;
	if (place->edge)
		frames++;
	if (depth == STACK_MAX) {
		anomalies++;
		memmove(stack, stack + 1, sizeof(*stack) * --depth);
	}
	top = &stack[depth++];
	*top = (struct frame){ back, counters->kernel, rounds, place };
}

/* A block of the driver begins: perhaps because a call has returned. */
static void on_driver_block(unsigned int vcpu, void *data)
{
	uint64_t address = (uintptr_t)data;
	unsigned int at = depth;
	struct place *place;
	uint64_t raw;

	(void)vcpu;
	while (at && stack[at - 1].back != address)
		at--;
	if (!at)
		return;
	anomalies += depth - at;
	depth = at - 1;
	/* This block's first instruction is not counted yet, and the call itself was. */
	raw = counters->kernel - stack[depth].raw;
	place = stack[depth].place;
	place->calls++;
	place->raw += raw;
	place->collapsed += raw - (rounds - stack[depth].rounds);
}

/* Runs before the instruction itself is counted. */
static void on_string(unsigned int vcpu, void *data)
{
	uint64_t address = (uintptr_t)data;

	(void)vcpu;
	if (last_string.address == address && last_string.kernel + 1 == counters->kernel) {
		rounds++;
		if (in_text(address))
			places[address - setup.text].rounds++;
	}
	last_string.address = address;
	last_string.kernel = counters->kernel;
}

/* ---- snapshots --------------------------------------------------------------------- */

static void write_lines(const char *name, const struct lines *lines)
{
	fprintf(setup.out, "%s_code %" PRIu64 "\n%s_data %" PRIu64 "\n", name,
		lines ? lines->code : 0, name, lines ? lines->data : 0);
}

static void write_places(void)
{
	const struct place *place;
	unsigned int at;

	for (at = 0; at < setup.text_end - setup.text; at++) {
		place = &places[at];
		if (counters->text[at])
			fprintf(setup.out, "insn %x %" PRIu64 " %" PRIu64 " %x\n", at,
				counters->text[at], place->rounds, place->flags);
		/* A call is kept under the place to which it returns. */
		if (place->calls)
			fprintf(setup.out, "call %x %" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
				at, place->target, place->calls, place->raw, place->collapsed);
	}
}

static void snapshot(unsigned int number)
{
	unsigned int at;

	fprintf(setup.out, "mark %u\n", number);
	fprintf(setup.out, "kernel %" PRIu64 "\nuser %" PRIu64 "\n", counters->kernel, counters->user);
	fprintf(setup.out, "rounds %" PRIu64 "\nframes %" PRIu64 "\nanomalies %" PRIu64 "\n", rounds,
		frames, anomalies);
	write_lines("driver", driver_lines);
	write_lines("kernel", kernel_lines);
	write_places();
	for (at = 0; at < n_accesses; at++)
		fprintf(setup.out, "access %x %x %c %" PRIu64 "\n", accesses[at].place, accesses[at].reg,
			accesses[at].store ? 'w' : 'r', accesses[at].count);
	fprintf(setup.out, "end\n");
	fflush(setup.out);
}

static void on_mark(unsigned int vcpu, void *data)
{
	(void)vcpu;
	if ((uintptr_t)data == COMMAND_FAILED) {
		fprintf(setup.out, "failed\n");
		fflush(setup.out);
		return;
	}
	snapshot((uintptr_t)data);
}

/* ---- instrumentation --------------------------------------------------------------- */

/* The number of a command, or -1: user space executes nopl COMMAND_MAGIC + number(%rax). */
static int command_of(const struct qemu_plugin_insn *insn)
{
	static const uint8_t nopl[] = { 0x0f, 0x1f, 0x80 };
	uint8_t bytes[7];
	uint32_t operand;

	if (qemu_plugin_insn_size(insn) != sizeof(bytes) ||
	    qemu_plugin_insn_data(insn, bytes, sizeof(bytes)) != sizeof(bytes) ||
	    memcmp(bytes, nopl, sizeof(nopl)))
		return -1;
	memcpy(&operand, bytes + sizeof(nopl), sizeof(operand));
	return (operand & COMMAND_MASK) == COMMAND_MAGIC ? (int)(operand & ~COMMAND_MASK) : -1;
}

static qemu_plugin_u64 counter(size_t offset)
{
	return (qemu_plugin_u64){ board, offset };
}

static void count_one(struct qemu_plugin_insn *insn, size_t offset)
{
	qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64,
							    counter(offset), 1);
}

static void call_on(struct qemu_plugin_insn *insn, qemu_plugin_vcpu_udata_cb_t callback,
		    uint64_t data)
{
	qemu_plugin_register_vcpu_insn_exec_cb(insn, callback, QEMU_PLUGIN_CB_NO_REGS,
					       (void *)(uintptr_t)data);
}

static bool is_edge(uint64_t address)
{
	unsigned int at;

	for (at = 0; at < setup.n_edges; at++)
		if (setup.edges[at] == address)
			return true;
	return false;
}

/* What only instructions of the driver get. */
static void weigh(struct qemu_plugin_insn *insn, uint64_t address, size_t size,
		  const struct insn_kind *kind, bool first)
{
	uint64_t back = address + size;
	struct place *after = &places[back - setup.text];

	places[address - setup.text].flags = kind->flags;
	if (first)
		call_on(insn, on_driver_block, address);
	if (is_edge(address))
		call_on(insn, on_edge, 0);
	count_one(insn, offsetof(struct inline_counters, text) +
			sizeof(uint64_t) * (address - setup.text));
	qemu_plugin_register_vcpu_mem_cb(insn, on_driver_memory, QEMU_PLUGIN_CB_NO_REGS,
					 QEMU_PLUGIN_MEM_RW, (void *)(uintptr_t)address);
	if (!(kind->flags & INSN_CALL) || in_text(kind->target) || !in_text(back))
		return;
	after->target = kind->target;
	after->edge = is_edge(kind->target);
}

static void translate_kernel(struct qemu_plugin_insn *insn, uint64_t address, uint64_t *line,
			     bool first)
{
	uint8_t bytes[16];
	size_t size = qemu_plugin_insn_data(insn, bytes, sizeof(bytes));
	struct insn_kind kind = decode(bytes, size, address);
	bool driver = in_text(address);

	if (kind.flags & INSN_REP)
		call_on(insn, on_string, address);
	if ((driver || setup.all_lines) && (first || *line != code_line(address))) {
		*line = code_line(address);
		call_on(insn, on_line, address);
	}
	if (driver)
		weigh(insn, address, size, &kind, first);
	else if (setup.all_lines)
		qemu_plugin_register_vcpu_mem_cb(insn, on_kernel_memory, QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_RW, NULL);
	count_one(insn, offsetof(struct inline_counters, kernel));
	/* After it was counted: a call's own instruction is no part of what it costs. */
	if (driver && (kind.flags & INSN_CALL) && !in_text(kind.target) && in_text(address + size))
		call_on(insn, on_call, address + size);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t at, count = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *insn;
	uint64_t address, line = 0;
	int command;

	(void)id;
	for (at = 0; at < count; at++) {
		insn = qemu_plugin_tb_get_insn(tb, at);
		address = qemu_plugin_insn_vaddr(insn);
		if (is_kernel(address)) {
			translate_kernel(insn, address, &line, !at);
			continue;
		}
		command = command_of(insn);
		if (command >= 0)
			call_on(insn, on_mark, command);
		count_one(insn, offsetof(struct inline_counters, user));
	}
}

/* ---- from boot to arms ------------------------------------------------------------- */

static void set_up(const char *key, uint64_t first, uint64_t second)
{
	if (!strcmp(key, "text")) {
		setup.text = first;
		setup.text_end = second;
	} else if (!strcmp(key, "bar")) {
		setup.bar = first;
		setup.bar_end = second;
	} else if (!strcmp(key, "edge") && setup.n_edges < EDGES_MAX) {
		setup.edges[setup.n_edges++] = first;
	} else if (!strcmp(key, "lines")) {
		setup.all_lines = first;
	} else {
		die("not understood", key);
	}
}

static void read_control(void)
{
	uint64_t first, second;
	FILE *file = fopen(setup.control, "r");
	char key[16];

	if (!file)
		die("cannot read", setup.control);
	setup.n_edges = 0;
	while (fscanf(file, "%15s %" SCNx64 " %" SCNx64, key, &first, &second) == 3)
		set_up(key, first, second);
	fclose(file);
	if (setup.text >= setup.text_end || setup.text_end - setup.text > TEXT_MAX)
		die("no text, or too much of it, in", setup.control);
}

static void instrument(qemu_plugin_id_t id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
}

static void on_arm(unsigned int vcpu, void *data)
{
	qemu_plugin_id_t id = (uintptr_t)data;
	size_t size;

	read_control();
	size = setup.text_end - setup.text;
	board = qemu_plugin_scoreboard_new(sizeof(*counters) + size * sizeof(uint64_t));
	counters = qemu_plugin_scoreboard_find(board, vcpu);
	places = zeroed((size + 1) * sizeof(*places));
	driver_lines = zeroed(sizeof(*driver_lines));
	kernel_lines = setup.all_lines ? zeroed(sizeof(*kernel_lines)) : NULL;
	/* All blocks translated so far count nothing: have them translated anew. */
	qemu_plugin_reset(id, instrument);
}

static void translate_boot(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t at, count = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *insn;

	if (is_kernel(qemu_plugin_tb_vaddr(tb)))
		return;
	for (at = 0; at < count; at++) {
		insn = qemu_plugin_tb_get_insn(tb, at);
		if (command_of(insn) == COMMAND_ARM)
			call_on(insn, on_arm, id);
	}
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
					   char **argv)
{
	const char *out = NULL;
	int at;

	if (!info->system_emulation || strcmp(info->target_name, "x86_64"))
		die("made for qemu-system-x86_64, not for", info->target_name);
	for (at = 0; at < argc; at++) {
		if (!strncmp(argv[at], "control=", 8))
			setup.control = strdup(argv[at] + 8);
		else if (!strncmp(argv[at], "out=", 4))
			out = argv[at] + 4;
		else
			die("not understood", argv[at]);
	}
	if (!setup.control || !out)
		die("needs", "control= and out=");
	setup.out = fopen(out, "w");
	if (!setup.out)
		die("cannot write", out);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate_boot);
	return 0;
}
