// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of the model: a PCI device on a bus of its own, and what is in its
 * NVM and PHY when it leaves the factory.
 *
 * Depends on: the other files of the model.
 */
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "napier_model.h"

/* A made-up address: whoever dereferences it instead of going through the
 * accessors gets a fault.
 */
#define NAPIER_MODEL_COOKIE	0xdead000000400000UL

/* One device at a time: register accesses carry an address and no device. */
static struct napier_model *napier_model_current;

static const struct bus_type napier_model_bus_type = {
	.name = "napier-model",
};

/* devlink wants to know who drives a device. */
static struct device_driver napier_model_driver = {
	.name = NAPIER_DRV_NAME,
	.bus = &napier_model_bus_type,
};

static const u16 napier_model_device_ids[] = {
	[NAPIER_BOARD_82576] = 0x10c9,
	[NAPIER_BOARD_82580] = 0x150e,
	[NAPIER_BOARD_I350] = 0x1521,
	[NAPIER_BOARD_I354] = 0x1f41,
	[NAPIER_BOARD_I210] = 0x1533,
	[NAPIER_BOARD_I211] = 0x1539,
};

/* ---- configuration space ------------------------------------------------ */

static struct napier_model *napier_model_of_bus(struct pci_bus *bus)
{
	return container_of(bus, struct napier_model, bus);
}

static int napier_model_config_read(struct pci_bus *bus, unsigned int devfn,
				    int where, int size, u32 *val)
{
	struct napier_model *m = napier_model_of_bus(bus);

	*val = 0;
	if (where + size > NAPIER_MODEL_PCI_CONFIG)
		return PCIBIOS_BAD_REGISTER_NUMBER;
	memcpy(val, m->config + where, size);

	return PCIBIOS_SUCCESSFUL;
}

static int napier_model_config_write(struct pci_bus *bus, unsigned int devfn,
				     int where, int size, u32 val)
{
	struct napier_model *m = napier_model_of_bus(bus);

	if (where + size > NAPIER_MODEL_PCI_CONFIG)
		return PCIBIOS_BAD_REGISTER_NUMBER;
	memcpy(m->config + where, &val, size);

	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops napier_model_pci_ops = {
	.read = napier_model_config_read,
	.write = napier_model_config_write,
};

/* ---- what the driver asks of PCI ----------------------------------------- */

static struct napier_model *napier_model_of(struct pci_dev *pdev)
{
	return container_of(pdev, struct napier_model, pdev);
}

int napier_model_enable(struct pci_dev *pdev)
{
	return 0;
}

void __iomem *napier_model_iomap(struct pci_dev *pdev)
{
	return napier_model_of(pdev)->bar;
}

/* ---- faults --------------------------------------------------------------- */

/**
 * napier_model_fault - the driver did what a device would choke on
 * @m: the model
 * @format: what it was
 *
 * Context: any, with or without the model's lock.
 */
void napier_model_fault(struct napier_model *m, const char *format, ...)
{
	va_list args;

	if (m->faults++)
		return;
	va_start(args, format);
	vscnprintf(m->fault, sizeof(m->fault), format, args);
	va_end(args);
}

/* ---- NVM and PHY as delivered ---------------------------------------------- */

/**
 * napier_model_nvm_sum - make the checksum of a section right
 * @m: the model
 * @offset: first word of the section
 */
void napier_model_nvm_sum(struct napier_model *m, u16 offset)
{
	u16 sum = 0;
	int i;

	for (i = 0; i < NAPIER_NVM_WORD_CHECKSUM; i++)
		sum += m->nvm[offset + i];
	m->nvm[offset + i] = NAPIER_NVM_CHECKSUM - sum;
}

static void napier_model_nvm_fill(struct napier_model *m)
{
	static const u16 sections[] = { 0, 0x80, 0xC0, 0x100 };
	int port, i;

	for (port = 0; port < ARRAY_SIZE(sections); port++) {
		u16 *words = &m->nvm[sections[port]];

		for (i = 0; i < 0x3F; i++)
			words[i] = 0x1000 * port + 0x11 * i;
		/* 02:0a:b1:e5:00:0N, least significant byte first. */
		words[0] = 0x0a02;
		words[1] = 0xe5b1;
		words[2] = port << 8;
		words[NAPIER_NVM_WORD_COMPAT] = NAPIER_NVM_COMPAT_SECTIONS;
		words[NAPIER_NVM_WORD_VERSION] = 0x1635;
		words[NAPIER_NVM_WORD_ALT_MAC] = 0xFFFF;
		napier_model_nvm_sum(m, sections[port]);
	}
}

static const u32 napier_model_phy_ids[] = {
	[NAPIER_BOARD_82576] = 0x02A80391,
	[NAPIER_BOARD_82580] = 0x015403A1,
	[NAPIER_BOARD_I350] = 0x015403B1,
	/* A chip behind SGMII. */
	[NAPIER_BOARD_I354] = 0x01410EA1,
	[NAPIER_BOARD_I210] = 0x01410C00,
	[NAPIER_BOARD_I211] = 0x01410C00,
};

static void napier_model_phy_fill(struct napier_model *m)
{
	u32 id = napier_model_phy_ids[m->board];

	m->phy_addr = 1;
	m->phy[MII_BMCR] = BMCR_ANENABLE | BMCR_SPEED1000 | BMCR_FULLDPLX;
	m->phy[MII_BMSR] = BMSR_ESTATEN | BMSR_ANEGCAPABLE | BMSR_LSTATUS |
			   BMSR_ANEGCOMPLETE;
	m->phy[MII_PHYSID1] = id >> 16;
	m->phy[MII_PHYSID2] = id;
	m->phy[MII_ESTATUS] = ESTATUS_1000_TFULL;
	m->phy[MII_LPA] = LPA_100FULL | LPA_PAUSE_CAP | LPA_LPACK;
	m->phy[MII_EXPANSION] = EXPANSION_NWAY;
	m->phy[MII_STAT1000] = LPA_1000FULL;
}

/* ---- the bus, as long as a suite runs ---- */

int napier_model_suite_init(struct kunit_suite *suite)
{
	return bus_register(&napier_model_bus_type);
}

void napier_model_suite_exit(struct kunit_suite *suite)
{
	bus_unregister(&napier_model_bus_type);
}

/* ---- life ---------------------------------------------------------------- */

/* The last reference may be devlink's, which goes a while later. */
static void napier_model_released(struct device *dev)
{
	vfree(container_of(dev, struct napier_model, pdev.dev));
}

static int napier_model_add(struct napier_model *m)
{
	struct device *dev = &m->pdev.dev;
	static int serial;
	int err;

	device_initialize(dev);
	dev->bus = &napier_model_bus_type;
	dev->release = napier_model_released;
	dev->dma_mask = &m->pdev.dma_mask;
	dev->coherent_dma_mask = DMA_BIT_MASK(64);
	dev->dma_parms = &m->pdev.dma_parms;
	m->pdev.dma_mask = DMA_BIT_MASK(64);
	dev_set_name(dev, "port%d", serial++);
	err = device_add(dev);
	if (err) {
		put_device(dev);
		return err;
	}
	dev->driver = &napier_model_driver;

	/* As the PCI core does it. */
	napier_model_driver.pm = napier_driver.driver.pm;
	pm_runtime_forbid(dev);
	pm_runtime_set_active(dev);
	pm_runtime_enable(dev);

	return 0;
}

/**
 * napier_model_create - make a device
 * @board: what part it is
 *
 * Return: the model, ready to be probed, or NULL.
 */
struct napier_model *napier_model_create(enum napier_board_id board)
{
	struct napier_model *m = vzalloc(sizeof(*m));
	int i;

	if (!m)
		return NULL;

	spin_lock_init(&m->lock);
	xa_init(&m->maps);
	m->board = board;
	m->bar = (u8 __iomem *)NAPIER_MODEL_COOKIE;
	m->allocs_left = -1;
	m->msi = true;
	m->max_vectors = NAPIER_MODEL_VECTORS;
	m->msix_table = NAPIER_MODEL_VECTORS;
	for (i = 0; i < NAPIER_MAX_QUEUES; i++)
		INIT_LIST_HEAD(&m->tx[i].frames);
	napier_model_irq_init(m);
	napier_model_loop_init(m);
	napier_model_nvm_fill(m);
	napier_model_phy_fill(m);

	m->bus.ops = &napier_model_pci_ops;
	m->pdev.bus = &m->bus;
	m->pdev.vendor = PCI_VENDOR_ID_INTEL;
	m->pdev.device = napier_model_device_ids[board];
	put_unaligned_le16(m->pdev.vendor, &m->config[PCI_VENDOR_ID]);
	put_unaligned_le16(m->pdev.device, &m->config[PCI_DEVICE_ID]);
	m->pdev.subsystem_vendor = PCI_VENDOR_ID_INTEL;
	m->pdev.error_state = pci_channel_io_normal;

	napier_model_current = m;
	napier_model_reset(m);
	m->resets = 0;

	if (napier_model_add(m)) {
		napier_model_current = NULL;
		return NULL;
	}

	return m;
}

/**
 * napier_model_destroy - undo napier_model_create()
 * @m: the model, which no driver has any more
 */
void napier_model_destroy(struct napier_model *m)
{
	int i;

	napier_model_loop_exit(m);
	napier_model_free_vectors(&m->pdev);
	irq_work_sync(&m->irq_work);
	for (i = 0; i < NAPIER_MAX_QUEUES; i++)
		napier_model_tx_forget(m, i);
	napier_model_dma_exit(m);
	napier_model_current = NULL;
	m->pdev.dev.driver = NULL;
	device_del(&m->pdev.dev);
	put_device(&m->pdev.dev);
}

/**
 * napier_model_now - the one device there is
 *
 * Return: the model, or NULL.
 */
struct napier_model *napier_model_now(void)
{
	return napier_model_current;
}

/* A reset of the PCI function, with what the PCI core does around it. */
int napier_model_function_reset(struct pci_dev *pdev)
{
	struct napier_model *m = container_of(pdev, struct napier_model, pdev);

	if (m->function_reset_err)
		return m->function_reset_err;

	m->function_resets++;
	napier_driver.err_handler->reset_prepare(pdev);
	spin_lock_irq(&m->lock);
	napier_model_reset(m);
	if (m->gone_until_reset)
		m->gone = false;
	spin_unlock_irq(&m->lock);
	napier_driver.err_handler->reset_done(pdev);

	return 0;
}
