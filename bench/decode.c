// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells the few kinds of x86-64 instructions that the scale counts from all others.  It works
 * on the bytes that the guest executes, so whatever the kernel has patched (alternatives,
 * static keys, calls through thunks) is seen as it is.
 */
#include <stdbool.h>
#include <string.h>

#include "decode.h"

struct prefixes {
	bool lock;
	bool repeat;
};

/* The index of the opcode. */
static size_t skip_prefixes(const uint8_t *bytes, size_t size, struct prefixes *found)
{
	size_t at;

	for (at = 0; at < size; at++) {
		switch (bytes[at]) {
		case 0xf0:
			found->lock = true;
			break;
		case 0xf2:
		case 0xf3:
			found->repeat = true;
			break;
		case 0x26: case 0x2e: case 0x36: case 0x3e:
		case 0x64: case 0x65: case 0x66: case 0x67:
			break;
		default:
			/* REX stands last, directly in front of the opcode. */
			return (bytes[at] & 0xf0) == 0x40 ? at + 1 : at;
		}
	}
	return at;
}

static bool is_string(uint8_t opcode)
{
	return (opcode >= 0xa4 && opcode <= 0xa7) || (opcode >= 0xaa && opcode <= 0xaf) ||
	       (opcode >= 0x6c && opcode <= 0x6f);
}

static bool is_jcc(const uint8_t *opcode, size_t left)
{
	if (opcode[0] == 0x0f)
		return left > 1 && opcode[1] >= 0x80 && opcode[1] <= 0x8f;
	return (opcode[0] >= 0x70 && opcode[0] <= 0x7f) || (opcode[0] >= 0xe0 && opcode[0] <= 0xe3);
}

/**
 * decode() - what kind of instruction this is
 * @bytes: the instruction
 * @size: its length
 * @address: where it stands
 *
 * Return: its kind; without flags if it is none of those that are counted
 */
struct insn_kind decode(const uint8_t *bytes, size_t size, uint64_t address)
{
	struct insn_kind kind = { 0, 0 };
	struct prefixes prefixes = { false, false };
	size_t at = skip_prefixes(bytes, size, &prefixes);
	const uint8_t *opcode = bytes + at;
	int32_t distance;

	if (at >= size)
		return kind;
	if (prefixes.lock)
		kind.flags |= INSN_LOCK;
	if (prefixes.repeat && is_string(opcode[0]))
		kind.flags |= INSN_REP;
	if (is_jcc(opcode, size - at))
		kind.flags |= INSN_JCC;
	if (size - at < 2)
		return kind;
	if ((opcode[0] == 0x86 || opcode[0] == 0x87) && opcode[1] < 0xc0)
		kind.flags |= INSN_LOCK;
	if (opcode[0] == 0xff && (opcode[1] & 0x38) == 0x10)
		kind.flags |= INSN_CALL;
	if (opcode[0] == 0xe8 && size - at >= 5) {
		kind.flags |= INSN_CALL;
		memcpy(&distance, opcode + 1, sizeof(distance));
		kind.target = address + size + (int64_t)distance;
	}
	return kind;
}
