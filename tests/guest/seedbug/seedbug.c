// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commits one mistake of each kind that the debug kernel's checkers are there
 * for, so that a checker that is off, or that the lab does not hear, is noticed.
 *
 *	insmod seedbug.ko bug=use-after-free
 *
 * Loading always fails, for what is wrong has been done by then.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#define SEEDBUG_BYTES	64

static char *bug;
module_param(bug, charp, 0400);
MODULE_PARM_DESC(bug, "which mistake to make");

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spin);
static u8 __rcu *shared;
static u8 seen;

/* An offset that the compiler cannot see through. */
static u8 seedbug_read(const u8 *memory, unsigned int offset)
{
	OPTIMIZER_HIDE_VAR(memory);
	OPTIMIZER_HIDE_VAR(offset);

	return READ_ONCE(memory[offset]);
}

static void seedbug_out_of_bounds(void)
{
	u8 *memory = kmalloc(SEEDBUG_BYTES, GFP_KERNEL);

	if (memory)
		seen = seedbug_read(memory, SEEDBUG_BYTES);
	kfree(memory);
}

static void seedbug_use_after_free(void)
{
	u8 *memory = kmalloc(SEEDBUG_BYTES, GFP_KERNEL), *again = memory;

	OPTIMIZER_HIDE_VAR(again);
	kfree(memory);
	if (again)
		seen = seedbug_read(again, 0);
}

/* Many, for the slab allocator's sheaves keep a stale pointer to what was last
 * taken from them, and that counts as one for kmemleak.
 */
static void seedbug_leak(void)
{
	int i;

	for (i = 0; i < 1024; i++) {
		u8 *memory = kzalloc(SEEDBUG_BYTES, GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(memory);
		if (memory)
			seen = seedbug_read(memory, 0);
	}
}

static void seedbug_lock_order(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void seedbug_sleep_in_atomic(void)
{
	spin_lock(&spin);
	might_sleep();
	spin_unlock(&spin);
}

/* In memory that is still there when this module has failed to load. */
struct seedbug_lock {
	struct lock_class_key key;
	struct mutex mutex;	/* protects nothing: it is there to be kept */
	char name[16];
};

static void seedbug_lock_kept(void)
{
	struct seedbug_lock *lock = kzalloc(sizeof(*lock), GFP_KERNEL);

	if (!lock)
		return;
	strscpy(lock->name, "seedbug_kept");
	lockdep_register_key(&lock->key);
	__mutex_init(&lock->mutex, lock->name, &lock->key);
	mutex_lock(&lock->mutex);
}

static void seedbug_rcu(void)
{
	u8 *memory = rcu_dereference(shared);

	if (memory)
		seen = *memory;
}

/* The first function on the first bus will do: nothing is written to it. */
static void seedbug_dma_unmap(void)
{
	struct pci_dev *pdev = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, NULL);

	if (!pdev)
		return;
	dma_unmap_page(&pdev->dev, 0x1000, SEEDBUG_BYTES, DMA_TO_DEVICE);
	pci_dev_put(pdev);
}

static void seedbug_net(void)
{
	struct sk_buff *skb = alloc_skb(SEEDBUG_BYTES, GFP_KERNEL);

	/* Nobody has said where its MAC header is. */
	if (skb)
		seen = *skb_mac_header(skb) & 1;
	kfree_skb(skb);
}

static const struct {
	const char *name;
	void (*commit)(void);
} seedbug_bugs[] = {
	{ "out-of-bounds", seedbug_out_of_bounds },
	{ "use-after-free", seedbug_use_after_free },
	{ "leak", seedbug_leak },
	{ "lock-order", seedbug_lock_order },
	{ "lock-kept", seedbug_lock_kept },
	{ "sleep-in-atomic", seedbug_sleep_in_atomic },
	{ "rcu", seedbug_rcu },
	{ "dma-unmap", seedbug_dma_unmap },
	{ "net", seedbug_net },
};

static int __init seedbug_init(void)
{
	unsigned int i;

	for (i = 0; bug && i < ARRAY_SIZE(seedbug_bugs); i++) {
		if (strcmp(bug, seedbug_bugs[i].name))
			continue;
		seedbug_bugs[i].commit();
		return -ECANCELED;
	}

	return -EINVAL;
}
module_init(seedbug_init);

MODULE_DESCRIPTION("Test helper: mistakes for the kernel's checkers");
MODULE_LICENSE("GPL");
