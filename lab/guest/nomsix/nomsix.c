// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hides the MSI-X capability of a PCI function, so that the next driver that binds has to
 * fall back to MSI.  Neither the kernel nor QEMU has a switch for that: pci=nomsi and
 * msi_bus take both kinds away.
 *
 *	echo 0000:01:00.0 > /sys/module/nomsix/parameters/hide
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>

static int nomsix_hide(const char *val, const struct kernel_param *kp)
{
	unsigned int domain, bus, slot, func;
	struct pci_dev *pdev;

	if (sscanf(val, "%x:%x:%x.%x", &domain, &bus, &slot, &func) != 4)
		return -EINVAL;

	pdev = pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(slot, func));
	if (!pdev)
		return -ENODEV;

	/* The field is the PCI core's idea of where the capability is; 0 = none. */
	pdev->msix_cap = 0;
	pci_info(pdev, "MSI-X hidden from drivers\n");
	pci_dev_put(pdev);
	return 0;
}

static const struct kernel_param_ops nomsix_ops = { .set = nomsix_hide };

module_param_cb(hide, &nomsix_ops, NULL, 0200);
MODULE_PARM_DESC(hide, "PCI function whose MSI-X capability is to be hidden");
MODULE_DESCRIPTION("Test helper: hide the MSI-X capability of a PCI function");
MODULE_LICENSE("GPL");
