/* Everything in here is against the rules of this house, from the first line on. */
#include <linux/module.h>

#if defined(CONFIG_PCI) && \
	LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define SEED_OLD
#endif

static int seed;
module_param(seed, int, 0444);

static int seed_later(int first,
		      int second);

static int seed_now(void)
{
	return seed_later(1, 2);
}

static int seed_later(int first, int second)
{
	return first + second + seed;
}
