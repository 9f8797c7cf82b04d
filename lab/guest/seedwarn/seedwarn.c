// SPDX-License-Identifier: GPL-2.0-only
/*
 * A warning on purpose, each time the module is loaded: proof that a test cannot miss one.
 * Debian's kernels come without lkdtm, which would do the same.
 */
#include <linux/bug.h>
#include <linux/module.h>

static int __init seedwarn_init(void)
{
	WARN(1, "seeded by the lab\n");
	return 0;
}

static void __exit seedwarn_exit(void)
{
}

module_init(seedwarn_init);
module_exit(seedwarn_exit);
MODULE_DESCRIPTION("Test helper: warn when loaded");
MODULE_LICENSE("GPL");
