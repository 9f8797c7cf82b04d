// SPDX-License-Identifier: GPL-2.0-only
/* A number of the device taken for one of the CPU, and a lock that is kept. */
#include <linux/spinlock.h>
#include <linux/types.h>

u32 seed_endian(const __le32 *desc);
void seed_lock(spinlock_t *lock);

u32 seed_endian(const __le32 *desc)
{
	u32 length = *desc;

	return length;
}

void seed_lock(spinlock_t *lock)
{
	spin_lock(lock);
}
