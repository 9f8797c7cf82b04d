// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is freed twice, and a pointer that is used where it is NULL. */
#include <linux/slab.h>

struct seed {
	int value;
};

void seed_free(struct seed *seed)
{
	kfree(seed);
	kfree(seed);
}

int seed_null(struct seed *seed)
{
	if (!seed)
		return seed->value;

	return 0;
}
