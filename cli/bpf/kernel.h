/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The little of the kernel that the BPF programs see. Where a field really is,
 * libbpf finds out when it loads them; numbers are part of the kernel's ABI.
 */
#ifndef NP_BPF_KERNEL_H
#define NP_BPF_KERNEL_H

/* Names that bpf_helpers.h wants. */
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_RINGBUF = 27,
};

enum {
	BPF_F_MMAPABLE = 1 << 10,
	BPF_RB_NO_WAKEUP = 1 << 0,
};

enum {
	NP_SOFTIRQ_NET_RX = 3,
	NP_PF_KTHREAD = 0x00200000,
};

#define NP_CORE	__attribute__((preserve_access_index))

struct net_device {
	int ifindex;
} NP_CORE;

struct napi_struct {
	struct net_device *dev;
	unsigned int napi_id;
} NP_CORE;

struct task_struct {
	unsigned int flags;
	int pid;
	char comm[16];
} NP_CORE;

struct bpf_raw_tracepoint_args {
	__u64 args[4];
};

#endif
