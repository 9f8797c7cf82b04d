// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes calls of a kernel function fail, on a kernel without fault injection.
 *
 *	insmod failcall.ko symbol=request_threaded_irq comm=ip skip=1 value=-28
 *
 * makes the second call that a process of the name "ip" causes return -28 at
 * once. Parameter "hits" counts the calls that were made to fail. Only for
 * functions that a caller may find failing, and on x86-64.
 */
#include <linux/atomic.h>
#include <linux/kprobes.h>
#include <linux/linkage.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>

static char *symbol;
module_param(symbol, charp, 0400);
MODULE_PARM_DESC(symbol, "function whose calls are to fail");

static char *comm;
module_param(comm, charp, 0400);
MODULE_PARM_DESC(comm, "name of the process whose calls are meant");

static long value;
module_param(value, long, 0400);
MODULE_PARM_DESC(value, "what the call returns");

static int skip;
module_param(skip, int, 0400);
MODULE_PARM_DESC(skip, "how many calls are left alone at first");

static int count = 1;
module_param(count, int, 0400);
MODULE_PARM_DESC(count, "how many calls fail after that");

static int hits;
module_param(hits, int, 0400);
MODULE_PARM_DESC(hits, "how many have failed (result)");

static atomic_t calls = ATOMIC_INIT(0);

void failcall_return(void);
asm(".pushsection .text, \"ax\"\n"
	".type failcall_return, @function\n"
	".globl failcall_return\n"
	"failcall_return:\n"
	ANNOTATE_NOENDBR "\n"
	ASM_RET "\n"
	".size failcall_return, . - failcall_return\n"
	".popsection\n");

static int failcall_pre(struct kprobe *probe, struct pt_regs *regs)
{
	int number;

	if (!comm || strcmp(current->comm, comm))
		return 0;

	number = atomic_inc_return(&calls);
	if (number <= skip || number - skip > count)
		return 0;

	hits = number - skip;
	regs->ax = value;
	regs->ip = (unsigned long)failcall_return;

	/* Not zero: the function itself is not to run. */
	return 1;
}

static struct kprobe failcall_probe = {
	.pre_handler = failcall_pre,
};

static int __init failcall_init(void)
{
	failcall_probe.symbol_name = symbol;

	return symbol ? register_kprobe(&failcall_probe) : -EINVAL;
}
module_init(failcall_init);

static void __exit failcall_exit(void)
{
	unregister_kprobe(&failcall_probe);
}
module_exit(failcall_exit);

MODULE_DESCRIPTION("Test helper: make calls of a kernel function fail");
MODULE_LICENSE("GPL");
