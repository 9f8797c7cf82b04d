/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam: all that differs between the driver of this test module and the
 * one that is shipped. napier_ring.h includes it, and only here is it found.
 *
 * What reaches for the device is given to the model of it (napier_model.h):
 * registers, PCI resources, interrupt numbers. DMA goes through the kernel's
 * own DMA API, and the model only takes note of what is mapped; likewise for
 * page pools and their memory. Everything else is the driver's own code.
 */
#ifndef _NAPIER_SEAM_H_
#define _NAPIER_SEAM_H_

#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/mii.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/ptp_classify.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/skbuff.h>
#include <net/page_pool/helpers.h>

struct devlink;
struct ethtool_link_ksettings;
struct hwmon_chip_info;
struct napier_dev;
struct netlink_ext_ack;
union devlink_param_value;
struct napier_phy;

/* ---- registers --------------------------------------------------------- */

u32 napier_model_readl(const void __iomem *addr);
void napier_model_writel(u32 val, void __iomem *addr);

#undef readl
#undef writel
#define readl(addr)		napier_model_readl(addr)
#define writel(val, addr)	napier_model_writel(val, addr)

/* ---- PCI --------------------------------------------------------------- */

int napier_model_enable(struct pci_dev *pdev);
void __iomem *napier_model_iomap(struct pci_dev *pdev);
int napier_model_alloc_vectors(struct pci_dev *pdev, u32 min, u32 max,
			       unsigned int flags);
void napier_model_free_vectors(struct pci_dev *pdev);
int napier_model_vector(struct pci_dev *pdev, unsigned int nr);
int napier_model_vector_count(struct pci_dev *pdev);
int napier_model_function_reset(struct pci_dev *pdev);

#undef pcim_enable_device
#undef pcim_iomap_region
#undef pci_alloc_irq_vectors
#undef pci_free_irq_vectors
#undef pci_irq_vector
#undef pci_msix_vec_count
#define pcim_enable_device(pdev)		napier_model_enable(pdev)
#define pcim_iomap_region(pdev, bar, name)	napier_model_iomap(pdev)
#define pci_alloc_irq_vectors(pdev, min, max, flags) \
	napier_model_alloc_vectors(pdev, min, max, flags)
#define pci_free_irq_vectors(pdev)		napier_model_free_vectors(pdev)
#define pci_irq_vector(pdev, nr)		napier_model_vector(pdev, nr)
#define pci_msix_vec_count(pdev)		napier_model_vector_count(pdev)
#define pci_try_reset_function(pdev)		napier_model_function_reset(pdev)

/* ---- DMA: the kernel's, noted ------------------------------------------- */

dma_addr_t napier_model_map_single(struct device *dev, void *ptr, size_t len,
				   enum dma_data_direction dir);
void napier_model_unmap_single(struct device *dev, dma_addr_t addr, size_t len,
			       enum dma_data_direction dir);
dma_addr_t napier_model_map_frag(struct device *dev, const skb_frag_t *frag,
				 size_t offset, size_t len,
				 enum dma_data_direction dir);
void napier_model_unmap_page(struct device *dev, dma_addr_t addr, size_t len,
			     enum dma_data_direction dir);

#ifndef NAPIER_MODEL
#undef dma_map_single
#undef dma_unmap_single
#undef skb_frag_dma_map
#undef dma_unmap_page
#define dma_map_single(dev, ptr, len, dir) \
	napier_model_map_single(dev, ptr, len, dir)
#define dma_unmap_single(dev, addr, len, dir) \
	napier_model_unmap_single(dev, addr, len, dir)
#define skb_frag_dma_map(dev, frag, offset, len, dir) \
	napier_model_map_frag(dev, frag, offset, len, dir)
#define dma_unmap_page(dev, addr, len, dir) \
	napier_model_unmap_page(dev, addr, len, dir)
#endif

/* ---- page pools: the kernel's, counted, and short when the test says so -- */

struct page_pool *napier_model_pool_create(const struct page_pool_params *p);
bool napier_model_memory_short(void);

#ifndef NAPIER_MODEL
#undef page_pool_create
#undef page_pool_alloc
#define page_pool_create(params)	napier_model_pool_create(params)
#define page_pool_alloc(pool, offset, size, gfp) \
	(napier_model_memory_short() ? NULL : \
	 page_pool_alloc(pool, offset, size, gfp))
#endif

/* ---- the PTP core: the model's, which runs the aux work when a test says -- */

struct ptp_clock *napier_model_ptp_register(struct ptp_clock_info *info);
int napier_model_ptp_unregister(struct ptp_clock *clock);
int napier_model_ptp_schedule(struct ptp_clock *clock, unsigned long delay);

#undef ptp_clock_register
#undef ptp_clock_unregister
#undef ptp_clock_index
#undef ptp_schedule_worker
#define ptp_clock_register(info, parent)	napier_model_ptp_register(info)
#define ptp_clock_unregister(clock)	napier_model_ptp_unregister(clock)
#define ptp_clock_index(clock)		((void)(clock), 0)
#define ptp_schedule_worker(clock, delay) \
	napier_model_ptp_schedule(clock, delay)

/* Where the kernel has no classifier: PTP over Ethernet alone. */
#ifndef CONFIG_NET_PTP_CLASSIFY
unsigned int napier_model_ptp_classify(const struct sk_buff *skb);
struct ptp_header *napier_model_ptp_header(struct sk_buff *skb,
					   unsigned int type);

#define ptp_classify_raw(skb)		napier_model_ptp_classify(skb)
#define ptp_parse_header(skb, type)	napier_model_ptp_header(skb, type)
#endif

/* ---- not a PCI driver ---------------------------------------------------- */

#undef module_init
#undef module_exit
#undef MODULE_DEVICE_TABLE
#define module_init(fn) \
	static inline initcall_t __maybe_unused napier_unused_init(void) \
	{ return fn; }
#define module_exit(fn) \
	static inline exitcall_t __maybe_unused napier_unused_exit(void) \
	{ return fn; }
#define MODULE_DEVICE_TABLE(type, name)

/* ---- static in the shipped module ---------------------------------------- */

#define NAPIER_TESTED

u64 napier_tx_ctx_pack(u32 lens, u32 tucmd, u32 l4len, u32 mss);
u32 napier_tx_desc_count(const struct sk_buff *skb);
u32 napier_mta_hash(const u8 *addr);
u64 napier_ptp_cycles(const struct napier_dev *nd, u32 high, u32 low);
int napier_link_parse(const struct ethtool_link_ksettings *cmd,
		      struct napier_phy *want,
		      struct netlink_ext_ack *extack);
u32 napier_led_value(u32 idle, u16 word, bool bright);
u32 napier_wol_filters(u32 opts, bool link_up);
int napier_param_vectors_validate(struct devlink *devlink, u32 id,
				  union devlink_param_value *val,
				  struct netlink_ext_ack *extack);
extern struct pci_driver napier_driver;
extern const struct hwmon_chip_info napier_temp_chip;

#endif /* _NAPIER_SEAM_H_ */
