// SPDX-License-Identifier: GPL-2.0-only
/*
 * devlink: what the part is, which NVM it runs, and what is in its registers
 * and NVM; how many vectors it may have; reload.
 *
 * Depends on: napier_regs.c, napier_nvm.c, napier_reconfig.c.
 */
#include <linux/rtnetlink.h>
#include <linux/vmalloc.h>

#include "napier.h"

/* A snapshot takes a few KiB; whoever wants more deletes old ones. */
#define NAPIER_REGION_SNAPSHOTS		8

/* ---- info -------------------------------------------------------------- */

/* The serial number of the device, the same for all of its ports: that of its
 * PCI capability, else the MAC address which that would have been made of.
 */
static int napier_info_serial(struct napier_dev *nd,
			      struct devlink_info_req *req)
{
	u8 addr[ETH_ALEN];
	char buf[24];
	__be64 dsn;

	dsn = cpu_to_be64(pci_get_dsn(nd->pdev));
	if (dsn)
		snprintf(buf, sizeof(buf), "%8phD", &dsn);
	else if (!napier_nvm_device_mac(nd, addr))
		snprintf(buf, sizeof(buf), "%6phD", addr);
	else
		return 0;

	return devlink_info_serial_number_put(req, buf);
}

static int napier_info_fixed(struct napier_dev *nd,
			     struct devlink_info_req *req)
{
	char buf[NAPIER_NVM_BOARD_LEN];
	int err;

	err = devlink_info_version_fixed_put(req,
					     DEVLINK_INFO_VERSION_GENERIC_ASIC_ID,
					     nd->board->name);
	if (err)
		return err;

	snprintf(buf, sizeof(buf), "%02x", nd->pdev->revision);
	err = devlink_info_version_fixed_put(req,
					     DEVLINK_INFO_VERSION_GENERIC_ASIC_REV,
					     buf);
	if (err || napier_nvm_board(nd, buf, sizeof(buf)))
		return err;

	return devlink_info_version_fixed_put(req,
					      DEVLINK_INFO_VERSION_GENERIC_BOARD_ID,
					      buf);
}

static int napier_info_running(struct napier_dev *nd,
			       struct devlink_info_req *req)
{
	char buf[24];
	int err;

	napier_nvm_version(nd, buf, sizeof(buf));
	err = devlink_info_version_running_put(req,
					       DEVLINK_INFO_VERSION_GENERIC_FW,
					       buf);
	if (err)
		return err;

	if (nd->nvm_track) {
		snprintf(buf, sizeof(buf), "0x%08x", nd->nvm_track);
		err = devlink_info_version_running_put(req,
						       DEVLINK_INFO_VERSION_GENERIC_FW_BUNDLE_ID,
						       buf);
		if (err)
			return err;
	}

	if (napier_nvm_option_rom(nd, buf, sizeof(buf)))
		return 0;

	return devlink_info_version_running_put(req,
						DEVLINK_INFO_VERSION_GENERIC_FW_UNDI,
						buf);
}

/* What cannot be read, or is not there, is left out. */
static int napier_devlink_info_get(struct devlink *devlink,
				   struct devlink_info_req *req,
				   struct netlink_ext_ack *extack)
{
	struct napier_dev *nd = devlink_priv(devlink);
	int err;

	napier_awake_get(nd);
	err = napier_info_serial(nd, req);
	if (!err)
		err = napier_info_fixed(nd, req);
	if (!err)
		err = napier_info_running(nd, req);
	napier_awake_put(nd);

	return err;
}

/* ---- parameters -------------------------------------------------------- */

NAPIER_TESTED int
napier_param_vectors_validate(struct devlink *devlink, u32 id,
			      union devlink_param_value *val,
			      struct netlink_ext_ack *extack)
{
	u32 most = napier_irq_most_vectors(devlink_priv(devlink));

	if (val->vu32 >= NAPIER_MIN_VECTORS && val->vu32 <= most)
		return 0;

	NL_SET_ERR_MSG_FMT_MOD(extack, "%u vectors: %u to %u are possible",
			       val->vu32, NAPIER_MIN_VECTORS, most);
	return -EINVAL;
}

NAPIER_COMPAT_PARAM_VALIDATE(napier_param_vectors_validate)

/* Takes effect with a reload, so devlink keeps the value. */
static const struct devlink_param napier_params[] = {
	DEVLINK_PARAM_GENERIC(MSIX_VEC_PER_PF_MAX,
			      BIT(DEVLINK_PARAM_CMODE_DRIVERINIT), NULL, NULL,
			      NAPIER_COMPAT_PARAM_VALIDATE_FN(napier_param_vectors_validate)),
};

/* A port that has no MSI-X has no parameters. */
static bool napier_has_params(const struct napier_dev *nd)
{
	return napier_irq_most_vectors(nd) >= NAPIER_MIN_VECTORS;
}

static int napier_params_init(struct napier_dev *nd)
{
	struct devlink *devlink = priv_to_devlink(nd);
	union devlink_param_value val;
	int err;

	if (!napier_has_params(nd))
		return 0;

	err = devlink_params_register(devlink, napier_params,
				      ARRAY_SIZE(napier_params));
	if (err)
		return err;

	val.vu32 = napier_irq_most_vectors(nd);
	devl_lock(devlink);
	devl_param_driverinit_value_set(devlink,
					DEVLINK_PARAM_GENERIC_ID_MSIX_VEC_PER_PF_MAX,
					&val);
	devl_unlock(devlink);

	return 0;
}

static void napier_params_exit(struct napier_dev *nd)
{
	if (napier_has_params(nd))
		devlink_params_unregister(priv_to_devlink(nd), napier_params,
					  ARRAY_SIZE(napier_params));
}

static u32 napier_param_vectors(struct napier_dev *nd)
{
	union devlink_param_value val;

	if (!napier_has_params(nd) ||
	    devl_param_driverinit_value_get(priv_to_devlink(nd),
					    DEVLINK_PARAM_GENERIC_ID_MSIX_VEC_PER_PF_MAX,
					    &val))
		return nd->vector_limit;

	return val.vu32;
}

/* ---- reload ------------------------------------------------------------ */

/* Locks: devlink core holds those of the PCI device and of the instance. Those
 * of the interface stay taken from here to napier_reload_up(), which always
 * follows, so nobody sees the interface in between.
 */
static int napier_reload_down(struct devlink *devlink, bool netns_change,
			      enum devlink_reload_action action,
			      enum devlink_reload_limit limit,
			      struct netlink_ext_ack *extack)
{
	struct napier_dev *nd = devlink_priv(devlink);
	int err;

	if (netns_change) {
		NL_SET_ERR_MSG_MOD(extack,
				   "the namespace cannot be changed; the interface's can (ip link set netns)");
		return -EOPNOTSUPP;
	}

	napier_awake_get(nd);
	rtnl_lock();
	netdev_lock(nd->netdev);
	err = napier_reinit_down(netdev_priv(nd->netdev), extack);
	if (err) {
		netdev_unlock(nd->netdev);
		rtnl_unlock();
		napier_awake_put(nd);
	}

	return err;
}

static int napier_reload_up(struct devlink *devlink,
			    enum devlink_reload_action action,
			    enum devlink_reload_limit limit,
			    u32 *actions_performed,
			    struct netlink_ext_ack *extack)
{
	struct napier_dev *nd = devlink_priv(devlink);
	int err;

	err = napier_reinit_up(netdev_priv(nd->netdev),
			       napier_param_vectors(nd), extack);
	netdev_unlock(nd->netdev);
	rtnl_unlock();
	napier_awake_put(nd);
	*actions_performed = BIT(action);

	return err;
}

const struct devlink_ops napier_devlink_ops = {
	.info_get	= napier_devlink_info_get,
	.reload_actions	= BIT(DEVLINK_RELOAD_ACTION_DRIVER_REINIT),
	.reload_down	= napier_reload_down,
	.reload_up	= napier_reload_up,
};

/* ---- region "registers" ------------------------------------------------ */

static int napier_region_regs_snapshot(struct devlink *devlink,
				       const struct devlink_region_ops *ops,
				       struct netlink_ext_ack *extack,
				       u8 **data)
{
	struct napier_dev *nd = devlink_priv(devlink);
	u32 *buf = vzalloc(napier_regs_len());

	if (!buf)
		return -ENOMEM;

	napier_awake_get(nd);
	napier_regs_dump(nd, buf);
	napier_awake_put(nd);
	*data = (u8 *)buf;

	return 0;
}

static int napier_region_regs_read(struct devlink *devlink,
				   const struct devlink_region_ops *ops,
				   struct netlink_ext_ack *extack, u64 offset,
				   u32 size, u8 *data)
{
	u8 *buf;
	int err;

	if (offset + size > napier_regs_len())
		return -ERANGE;

	err = napier_region_regs_snapshot(devlink, ops, extack, &buf);
	if (err)
		return err;

	memcpy(data, buf + offset, size);
	vfree(buf);

	return 0;
}

static const struct devlink_region_ops napier_region_regs_ops = {
	.name		= "registers",
	.destructor	= vfree,
	.snapshot	= napier_region_regs_snapshot,
	.read		= napier_region_regs_read,
};

/* ---- region "nvm" ------------------------------------------------------ */

static int napier_region_nvm_read(struct devlink *devlink,
				  const struct devlink_region_ops *ops,
				  struct netlink_ext_ack *extack, u64 offset,
				  u32 size, u8 *data)
{
	struct napier_dev *nd = devlink_priv(devlink);
	int err;

	if (offset + size > nd->nvm_bytes)
		return -ERANGE;

	napier_awake_get(nd);
	err = napier_nvm_read_bytes(nd, offset, size, data);
	napier_awake_put(nd);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "the NVM cannot be read");

	return err;
}

static int napier_region_nvm_snapshot(struct devlink *devlink,
				      const struct devlink_region_ops *ops,
				      struct netlink_ext_ack *extack,
				      u8 **data)
{
	struct napier_dev *nd = devlink_priv(devlink);
	u8 *buf = vzalloc(nd->nvm_bytes);
	int err;

	if (!buf)
		return -ENOMEM;

	err = napier_region_nvm_read(devlink, ops, extack, 0, nd->nvm_bytes,
				     buf);
	if (err) {
		vfree(buf);
		return err;
	}
	*data = buf;

	return 0;
}

static const struct devlink_region_ops napier_region_nvm_ops = {
	.name		= "nvm",
	.destructor	= vfree,
	.snapshot	= napier_region_nvm_snapshot,
	.read		= napier_region_nvm_read,
};

/* ---- life -------------------------------------------------------------- */

/**
 * napier_devlink_init - create what hangs on the devlink instance
 * @nd: device, its devlink instance not registered yet
 *
 * Context: process, probe.
 * Return: 0 or a negative errno.
 */
int napier_devlink_init(struct napier_dev *nd)
{
	struct devlink *devlink = priv_to_devlink(nd);
	struct devlink_region *region;
	int err;

	err = napier_params_init(nd);
	if (err)
		return err;

	region = devlink_region_create(devlink, &napier_region_regs_ops,
				       NAPIER_REGION_SNAPSHOTS,
				       napier_regs_len());
	if (IS_ERR(region)) {
		err = PTR_ERR(region);
		goto exit_params;
	}
	nd->region_regs = region;

	region = devlink_region_create(devlink, &napier_region_nvm_ops,
				       NAPIER_REGION_SNAPSHOTS, nd->nvm_bytes);
	if (IS_ERR(region)) {
		err = PTR_ERR(region);
		goto destroy_regs;
	}
	nd->region_nvm = region;

	return 0;

destroy_regs:
	devlink_region_destroy(nd->region_regs);
exit_params:
	napier_params_exit(nd);
	return err;
}

/**
 * napier_devlink_exit - undo napier_devlink_init()
 * @nd: device, its devlink instance not registered any more
 *
 * Context: process, remove.
 */
void napier_devlink_exit(struct napier_dev *nd)
{
	devlink_region_destroy(nd->region_nvm);
	devlink_region_destroy(nd->region_regs);
	napier_params_exit(nd);
}
