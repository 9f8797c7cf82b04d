// SPDX-License-Identifier: GPL-2.0-only
/* A variable that is set and never read: gcc says so at W=1 only. */
#include <linux/module.h>

static int __init seed_init(void)
{
	int unused;

	unused = THIS_MODULE->state;

	return 0;
}
module_init(seed_init);

static void __exit seed_exit(void)
{
}
module_exit(seed_exit);

MODULE_DESCRIPTION("Defects for the checkers to find");
MODULE_LICENSE("GPL");
