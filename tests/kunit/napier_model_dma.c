// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the device may reach: mappings are the kernel's own, and noted here, so
 * that the model sees an address that is not mapped any more, and a test one
 * that still is.
 *
 * Bus addresses are physical ones, since nothing translates for a device of no
 * real bus.
 *
 * Depends on: napier_model.c.
 */
#include <linux/dma-direct.h>

#include "napier_model.h"

static void napier_model_map_add(struct napier_model *m, dma_addr_t addr,
				 size_t len, enum dma_data_direction dir,
				 bool page)
{
	struct napier_model_map *map, *head;
	unsigned long flags;

	map = kzalloc_obj(*map, GFP_ATOMIC);
	if (!map) {
		napier_model_fault(m, "no memory to note a mapping");
		return;
	}
	map->addr = addr;
	map->len = len;
	map->dir = dir;
	map->page = page;
	INIT_LIST_HEAD(&map->next);

	spin_lock_irqsave(&m->lock, flags);
	m->nr_maps++;
	/* The same memory may be mapped twice, as that of a clone is. */
	head = xa_load(&m->maps, addr);
	if (head)
		list_add_tail(&map->next, &head->next);
	else if (xa_err(xa_store(&m->maps, addr, map, GFP_ATOMIC)))
		napier_model_fault(m, "no memory to note a mapping");
	spin_unlock_irqrestore(&m->lock, flags);
}

static void napier_model_map_del(struct napier_model *m, dma_addr_t addr,
				 size_t len, enum dma_data_direction dir,
				 bool page)
{
	struct napier_model_map *head, *map;
	unsigned long flags;

	spin_lock_irqsave(&m->lock, flags);
	head = xa_load(&m->maps, addr);
	if (!head) {
		napier_model_fault(m, "unmapped twice: %pad, %zu bytes",
				   &addr, len);
		goto unlock;
	}

	map = head;
	if (!list_empty(&head->next))
		map = list_last_entry(&head->next, struct napier_model_map,
				      next);
	if (map->len != len || map->dir != dir || map->page != page)
		napier_model_fault(m,
				   "mapped %zu bytes as a %s, unmapped %zu as a %s",
				   map->len, map->page ? "page" : "single", len,
				   page ? "page" : "single");
	if (map == head)
		xa_erase(&m->maps, addr);
	else
		list_del(&map->next);
	m->nr_maps--;
	kfree(map);
unlock:
	spin_unlock_irqrestore(&m->lock, flags);
}

/* Whether the next mapping is the one that is to fail. */
static bool napier_model_map_refused(struct napier_model *m)
{
	return m->map_fails_in && !--m->map_fails_in;
}

dma_addr_t napier_model_map_single(struct device *dev, void *ptr, size_t len,
				   enum dma_data_direction dir)
{
	struct napier_model *m = napier_model_now();
	dma_addr_t addr;

	if (napier_model_map_refused(m))
		return DMA_MAPPING_ERROR;
	addr = dma_map_single(dev, ptr, len, dir);
	if (!dma_mapping_error(dev, addr))
		napier_model_map_add(m, addr, len, dir, false);

	return addr;
}

void napier_model_unmap_single(struct device *dev, dma_addr_t addr, size_t len,
			       enum dma_data_direction dir)
{
	napier_model_map_del(napier_model_now(), addr, len, dir, false);
	dma_unmap_single(dev, addr, len, dir);
}

dma_addr_t napier_model_map_frag(struct device *dev, const skb_frag_t *frag,
				 size_t offset, size_t len,
				 enum dma_data_direction dir)
{
	struct napier_model *m = napier_model_now();
	dma_addr_t addr;

	if (napier_model_map_refused(m))
		return DMA_MAPPING_ERROR;
	addr = skb_frag_dma_map(dev, frag, offset, len, dir);
	if (!dma_mapping_error(dev, addr))
		napier_model_map_add(m, addr, len, dir, true);

	return addr;
}

void napier_model_unmap_page(struct device *dev, dma_addr_t addr, size_t len,
			     enum dma_data_direction dir)
{
	napier_model_map_del(napier_model_now(), addr, len, dir, true);
	dma_unmap_page(dev, addr, len, dir);
}

/**
 * napier_model_mapped - may the device read this?
 * @m: the model, locked
 * @addr: bus address
 * @len: bytes
 *
 * Return: true if all of it lies in one live mapping for reading.
 */
bool napier_model_mapped(struct napier_model *m, dma_addr_t addr, u32 len)
{
	struct napier_model_map *map;
	unsigned long index;

	map = xa_load(&m->maps, addr);
	if (map && map->len >= len)
		return map->dir == DMA_TO_DEVICE;
	/* A later part of a long one. */
	xa_for_each(&m->maps, index, map)
		if (addr >= map->addr && addr + len <= map->addr + map->len)
			return map->dir == DMA_TO_DEVICE;

	return false;
}

/**
 * napier_model_bus_to_virt - what the device sees at a bus address
 * @m: the model
 * @addr: bus address
 *
 * Return: where the CPU sees it, or NULL if there is no memory.
 */
void *napier_model_bus_to_virt(struct napier_model *m, dma_addr_t addr)
{
	phys_addr_t phys = dma_to_phys(&m->pdev.dev, addr);

	return addr && pfn_valid(PHYS_PFN(phys)) ? phys_to_virt(phys) : NULL;
}

/**
 * napier_model_dma_exit - forget all mappings
 * @m: the model
 */
void napier_model_dma_exit(struct napier_model *m)
{
	struct napier_model_map *map, *other, *next;
	unsigned long index;

	xa_for_each(&m->maps, index, map) {
		list_for_each_entry_safe(other, next, &map->next, next)
			kfree(other);
		kfree(map);
	}
	xa_destroy(&m->maps);
}

/* ---- page pools ----------------------------------------------------------- */

static void napier_model_pool_gone(void *pool)
{
	struct napier_model *m = napier_model_now();
	unsigned long flags;

	/* After the test that made it, which has complained then. */
	if (!m || ((struct page_pool *)pool)->p.dev != &m->pdev.dev)
		return;
	spin_lock_irqsave(&m->lock, flags);
	m->pools--;
	spin_unlock_irqrestore(&m->lock, flags);
}

struct page_pool *napier_model_pool_create(const struct page_pool_params *p)
{
	struct page_pool *pool = page_pool_create(p);
	struct napier_model *m = napier_model_now();

	if (!IS_ERR(pool)) {
		/* Called when the last page has come back, not before. */
		pool->disconnect = napier_model_pool_gone;
		spin_lock_irq(&m->lock);
		m->pools++;
		spin_unlock_irq(&m->lock);
	}

	return pool;
}

bool napier_model_memory_short(void)
{
	struct napier_model *m = napier_model_now();
	bool is_short = false;
	unsigned long flags;

	spin_lock_irqsave(&m->lock, flags);
	if (m->allocs_left > 0) {
		m->allocs_left--;
	} else if (!m->allocs_left) {
		m->alloc_failures++;
		is_short = true;
	}
	spin_unlock_irqrestore(&m->lock, flags);

	return is_short;
}
