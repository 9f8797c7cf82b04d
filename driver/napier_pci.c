// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI driver: probe and remove, power management, errors, shutdown.
 *
 * Depends on: everything.
 *
 * Probe is a row of stages, each with its mirror in remove. The devlink
 * instance is allocated first and registered last, so that nobody can talk to
 * a half-made device.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/rtnetlink.h>

#include "napier.h"

/* How long nobody has to need the device before it sleeps. */
#define NAPIER_AWAKE_MS		2000

/* ---- stages of probe --------------------------------------------------- */

static int napier_probe_pci(struct napier_dev *nd)
{
	struct pci_dev *pdev = nd->pdev;
	void __iomem *bar;
	int err;

	err = pcim_enable_device(pdev);
	if (err)
		return dev_err_probe(&pdev->dev, err, "cannot enable\n");

	bar = pcim_iomap_region(pdev, 0, NAPIER_DRV_NAME);
	if (IS_ERR(bar))
		return dev_err_probe(&pdev->dev, PTR_ERR(bar),
				     "cannot map BAR 0\n");
	nd->bar_base = bar;
	napier_gate_open(nd);

	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err)
		return dev_err_probe(&pdev->dev, err, "no usable DMA mask\n");

	return 0;
}

static int napier_probe_hw(struct napier_dev *nd, enum napier_board_id id)
{
	struct pci_dev *pdev = nd->pdev;
	int err;

	napier_board_identify(nd, id);
	mutex_init(&nd->phy.lock);
	mutex_init(&nd->nvm_lock);
	spin_lock_init(&nd->filter.lock);
	napier_stats_init(nd);

	err = napier_reset_hw(nd);
	if (err)
		return dev_err_probe(&pdev->dev, err, "reset failed\n");
	/* Not before: a kernel that crashed, or a driver whose device had
	 * vanished, leaves rings in it that are no longer ours to write to.
	 */
	pci_set_master(pdev);
	pci_save_state(pdev);
	napier_stats_clear_hw(nd);

	napier_nvm_init(nd);

	err = napier_phy_init(nd);
	if (err)
		return dev_err_probe(&pdev->dev, err, "no usable PHY\n");
	napier_phy_kind_init(nd);
	napier_eee_init(nd);
	napier_link_init(nd);
	napier_wol_init(nd);
	napier_led_init(nd);

	return napier_irq_init(nd);
}

static int napier_probe_netdev(struct napier_dev *nd)
{
	struct net_device *ndev;
	int err;

	ndev = napier_netdev_alloc(nd);
	if (!ndev)
		return -ENOMEM;

	nd->phy.mii.dev = ndev;
	napier_drv_load(nd, true);
	napier_ptp_init(nd);

	err = register_netdev(ndev);
	if (err) {
		dev_err(&nd->pdev->dev, "cannot register a netdev: %pe\n",
			ERR_PTR(err));
		napier_ptp_exit(nd);
		napier_drv_load(nd, false);
		napier_netdev_free(nd);
		return err;
	}

	rtnl_lock();
	napier_irq_map_queues(netdev_priv(ndev));
	rtnl_unlock();

	netdev_info(ndev, "%s, %pM, %u queue pairs\n", nd->board->name,
		    ndev->dev_addr, napier_irq_max_queues(nd));

	return 0;
}

static void napier_remove_netdev(struct napier_dev *nd)
{
	unregister_netdev(nd->netdev);
	/* A late link interrupt may have queued it. */
	cancel_delayed_work_sync(&nd->service);
	napier_ptp_exit(nd);
	napier_drv_load(nd, false);
	napier_netdev_free(nd);
}

/* The PCI core holds a reference until the user allows it to sleep
 * (power/control), and one over probe, which is given back here.
 */
static void napier_allow_sleep(struct pci_dev *pdev)
{
	pm_runtime_set_autosuspend_delay(&pdev->dev, NAPIER_AWAKE_MS);
	/* When the machine goes to sleep it has to be awake, for Wake-on-LAN to
	 * be armed.
	 */
	dev_pm_set_driver_flags(&pdev->dev, DPM_FLAG_NO_DIRECT_COMPLETE);
	pm_runtime_use_autosuspend(&pdev->dev);
	pm_runtime_mark_last_busy(&pdev->dev);
	pm_runtime_put_noidle(&pdev->dev);
}

static int napier_probe(struct pci_dev *pdev, const struct pci_device_id *ent)
{
	struct devlink *devlink;
	struct napier_dev *nd;
	int err;

	devlink = devlink_alloc(&napier_devlink_ops, sizeof(*nd), &pdev->dev);
	if (!devlink)
		return -ENOMEM;

	nd = devlink_priv(devlink);
	nd->pdev = pdev;
	pci_set_drvdata(pdev, nd);

	err = napier_health_init(nd);
	if (err)
		goto free_devlink;

	err = napier_probe_pci(nd);
	if (err)
		goto exit_health;

	err = napier_probe_hw(nd, ent->driver_data);
	if (err)
		goto exit_health;

	err = napier_probe_netdev(nd);
	if (err)
		goto exit_irq;

	err = napier_devlink_init(nd);
	if (err)
		goto remove_netdev;

	napier_hwmon_init(nd);
	devlink_register(devlink);
	napier_health_start(nd);

	napier_allow_sleep(pdev);

	return 0;

remove_netdev:
	napier_remove_netdev(nd);
exit_irq:
	napier_irq_exit(nd);
exit_health:
	napier_health_exit(nd);
free_devlink:
	devlink_free(devlink);
	return err;
}

static void napier_remove(struct pci_dev *pdev)
{
	struct napier_dev *nd = pci_get_drvdata(pdev);
	struct devlink *devlink = priv_to_devlink(nd);

	/* Awake already, by the PCI core. */
	pm_runtime_get_noresume(&pdev->dev);
	pm_runtime_dont_use_autosuspend(&pdev->dev);
	napier_health_stop(nd);
	devlink_unregister(devlink);
	napier_hwmon_exit(nd);
	napier_devlink_exit(nd);
	napier_remove_netdev(nd);
	napier_irq_exit(nd);
	pci_clear_master(pdev);
	napier_health_exit(nd);
	devlink_free(devlink);
}

/* ---- power, reset, errors: one pair of functions ----------------------- */

static void napier_pci_quiesce(struct napier_dev *nd, bool sleep)
{
	rtnl_lock();
	netdev_lock(nd->netdev);
	napier_drv_load(nd, false);
	napier_quiesce(netdev_priv(nd->netdev), sleep);
	netdev_unlock(nd->netdev);
	rtnl_unlock();
}

static int napier_pci_resume(struct napier_dev *nd)
{
	int err;

	rtnl_lock();
	netdev_lock(nd->netdev);
	err = napier_resume(netdev_priv(nd->netdev));
	if (!err)
		napier_drv_load(nd, true);
	netdev_unlock(nd->netdev);
	rtnl_unlock();
	if (!err)
		napier_health_back(nd);

	return err;
}

/* An interface that is up holds a reference, so this one is down. */
static int napier_runtime_suspend(struct device *dev)
{
	struct napier_dev *nd = dev_get_drvdata(dev);

	napier_drv_load(nd, false);
	napier_doze(netdev_priv(nd->netdev));

	return 0;
}

static int napier_runtime_resume(struct device *dev)
{
	struct napier_dev *nd = dev_get_drvdata(dev);

	pci_set_master(nd->pdev);
	/* An error would be for ever. A device that does not answer can be
	 * brought back (napier_hw_recover()), and what wants it now finds the
	 * gate closed.
	 */
	if (napier_wake(netdev_priv(nd->netdev)))
		return 0;
	napier_drv_load(nd, true);
	/* It was detached if the device had been given up for lost. */
	netif_device_attach(nd->netdev);
	napier_health_back(nd);

	return 0;
}

static int napier_suspend(struct device *dev)
{
	napier_pci_quiesce(dev_get_drvdata(dev), true);

	return 0;
}

static int napier_resume_dev(struct device *dev)
{
	struct napier_dev *nd = dev_get_drvdata(dev);

	pci_set_master(nd->pdev);

	return napier_pci_resume(nd);
}

static const struct dev_pm_ops napier_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(napier_suspend, napier_resume_dev)
	RUNTIME_PM_OPS(napier_runtime_suspend, napier_runtime_resume, NULL)
};

static void napier_shutdown(struct pci_dev *pdev)
{
	bool off = system_state == SYSTEM_POWER_OFF;
	struct napier_dev *nd = pci_get_drvdata(pdev);

	napier_pci_quiesce(nd, off);
	pci_clear_master(pdev);
	/* Nobody else does it then; before sleep the PCI core does. */
	if (off) {
		pci_wake_from_d3(pdev, nd->wol.opts);
		pci_set_power_state(pdev, PCI_D3hot);
	}
}

static pci_ers_result_t napier_error_detected(struct pci_dev *pdev,
					      pci_channel_state_t state)
{
	struct napier_dev *nd = pci_get_drvdata(pdev);

	/* A correctable condition: the link still works, go on. */
	if (state == pci_channel_io_normal)
		return PCI_ERS_RESULT_CAN_RECOVER;

	WRITE_ONCE(nd->bar, NULL);
	napier_pci_quiesce(nd, false);
	/* Its queues could not be switched off, and rings may be freed. */
	pci_clear_master(pdev);

	return state == pci_channel_io_perm_failure ?
	       PCI_ERS_RESULT_DISCONNECT : PCI_ERS_RESULT_NEED_RESET;
}

/* Also for an error that did not stop us: another function below the same
 * bridge may have asked for the reset.
 */
static pci_ers_result_t napier_slot_reset(struct pci_dev *pdev)
{
	struct napier_dev *nd = pci_get_drvdata(pdev);

	netif_device_detach(nd->netdev);
	pci_restore_state(pdev);
	pci_save_state(pdev);
	pci_set_master(pdev);

	return PCI_ERS_RESULT_RECOVERED;
}

static void napier_error_resume(struct pci_dev *pdev)
{
	struct napier_dev *nd = pci_get_drvdata(pdev);

	/* Also reached after a condition that did not stop us, but for which
	 * a register may have read as all ones: then nothing is stopped yet.
	 */
	if (!netif_device_present(nd->netdev)) {
		napier_pci_quiesce(nd, false);
		pci_set_master(pdev);
		napier_pci_resume(nd);
	}
}

/* A reset of all below a bridge comes without a reference of its own. */
static void napier_reset_prepare(struct pci_dev *pdev)
{
	napier_awake_get(pci_get_drvdata(pdev));
	napier_pci_quiesce(pci_get_drvdata(pdev), false);
}

static void napier_reset_done(struct pci_dev *pdev)
{
	pci_set_master(pdev);
	napier_pci_resume(pci_get_drvdata(pdev));
	napier_awake_put(pci_get_drvdata(pdev));
}

static const struct pci_error_handlers napier_err_handler = {
	.error_detected	= napier_error_detected,
	.slot_reset	= napier_slot_reset,
	.resume		= napier_error_resume,
	.reset_prepare	= napier_reset_prepare,
	.reset_done	= napier_reset_done,
};

/* ---- names of interrupts follow the interface -------------------------- */

static int napier_netdev_event(struct notifier_block *nb, unsigned long event,
			       void *ptr)
{
	struct net_device *ndev = netdev_notifier_info_to_dev(ptr);

	if (event == NETDEV_CHANGENAME && napier_netdev_is_ours(ndev)) {
		struct napier_net *nn = netdev_priv(ndev);

		napier_irq_rename(nn->nd);
	}

	return NOTIFY_DONE;
}

static struct notifier_block napier_netdev_notifier = {
	.notifier_call = napier_netdev_event,
};

/* ---- the driver -------------------------------------------------------- */

/* The copper and SGMII parts among the ids of the in-tree igb (Linux 7.3,
 * e1000_hw.h). Fibre, SerDes and backplane parts are not driven yet and are
 * left to igb. Which driver gets a port is decided by driver_override.
 */
#define NAPIER_ID(device, board) \
	{ PCI_VDEVICE(INTEL, device), .driver_data = NAPIER_BOARD_##board }

static const struct pci_device_id napier_pci_tbl[] = {
	NAPIER_ID(0x10c9, 82576),
	NAPIER_ID(0x10e8, 82576),
	NAPIER_ID(0x1526, 82576),
	NAPIER_ID(0x150a, 82576),
	NAPIER_ID(0x150e, 82580),
	NAPIER_ID(0x1511, 82580),
	NAPIER_ID(0x1516, 82580),
	NAPIER_ID(0x0438, 82580),
	NAPIER_ID(0x1521, I350),
	NAPIER_ID(0x1524, I350),
	NAPIER_ID(0x1f41, I354),
	NAPIER_ID(0x1533, I210),
	NAPIER_ID(0x1538, I210),
	NAPIER_ID(0x157b, I210),
	NAPIER_ID(0x1539, I211),
	{ }
};
MODULE_DEVICE_TABLE(pci, napier_pci_tbl);

NAPIER_TESTED struct pci_driver napier_driver = {
	.name		= NAPIER_DRV_NAME,
	.id_table	= napier_pci_tbl,
	.probe		= napier_probe,
	.remove		= napier_remove,
	.shutdown	= napier_shutdown,
	.err_handler	= &napier_err_handler,
	.driver.pm	= pm_ptr(&napier_pm_ops),
};

static int __init napier_module_init(void)
{
	int err;

	err = register_netdevice_notifier(&napier_netdev_notifier);
	if (err)
		return err;

	err = pci_register_driver(&napier_driver);
	if (err)
		unregister_netdevice_notifier(&napier_netdev_notifier);

	return err;
}
module_init(napier_module_init);

static void __exit napier_module_exit(void)
{
	pci_unregister_driver(&napier_driver);
	unregister_netdevice_notifier(&napier_netdev_notifier);
}
module_exit(napier_module_exit);

MODULE_DESCRIPTION("Intel 82576, 82580, I350, I354, I210 and I211 Ethernet driver");
MODULE_AUTHOR("The napier authors");
MODULE_LICENSE("GPL");
