// SPDX-License-Identifier: GPL-2.0-only
/*
 * devlink: what the part is and which NVM it runs.
 *
 * Depends on: nothing but napier.h.
 */
#include "napier.h"

static int napier_devlink_info_get(struct devlink *devlink,
				   struct devlink_info_req *req,
				   struct netlink_ext_ack *extack)
{
	struct napier_dev *nd = devlink_priv(devlink);
	char buf[16];
	int err;

	err = devlink_info_version_fixed_put(req,
					     DEVLINK_INFO_VERSION_GENERIC_ASIC_ID,
					     nd->board->name);
	if (err)
		return err;

	napier_nvm_version(nd, buf, sizeof(buf));

	return devlink_info_version_running_put(req,
						DEVLINK_INFO_VERSION_GENERIC_FW,
						buf);
}

const struct devlink_ops napier_devlink_ops = {
	.info_get	= napier_devlink_info_get,
};
