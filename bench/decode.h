/* SPDX-License-Identifier: GPL-2.0-only */
/* What the scale wants to know of an x86-64 instruction, and no more. */
#ifndef BENCH_DECODE_H
#define BENCH_DECODE_H

#include <stddef.h>
#include <stdint.h>

#define INSN_JCC	1u	/* conditional jump */
#define INSN_CALL	2u
#define INSN_LOCK	4u	/* locked, or an exchange with memory, which locks by itself */
#define INSN_REP	8u	/* string instruction with a repeat prefix */

/**
 * struct insn_kind - what an instruction is
 * @flags: INSN_*
 * @target: where a direct call goes; 0 for an indirect one, or if it is no call
 */
struct insn_kind {
	unsigned int flags;
	uint64_t target;
};

struct insn_kind decode(const uint8_t *bytes, size_t size, uint64_t address);

#endif /* BENCH_DECODE_H */
