/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gives Linux 6.12 the names of Linux 7.3. The only file that asks for a
 * version: to drop 6.12, delete it and the lines that include it.
 *
 * Depends on: nothing.
 */
#ifndef _NAPIER_COMPAT_H_
#define _NAPIER_COMPAT_H_

#include <linux/dim.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/version.h>
#include <linux/workqueue.h>
#include <net/devlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#error "napier needs Linux 6.12 or newer"
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)

/* 6.12 has no instance lock: everything runs under rtnl. */
static inline void netdev_lock(struct net_device *dev)
{
}

static inline void netdev_unlock(struct net_device *dev)
{
}

#define napi_enable_locked(napi)		napi_enable(napi)
#define napi_disable_locked(napi)		napi_disable(napi)
#define netif_napi_del_locked(napi)		netif_napi_del(napi)
#define netif_napi_set_irq_locked(napi, irq)	netif_napi_set_irq(napi, irq)
#define netif_close(dev)			dev_close(dev)

static inline void netif_napi_add_config_locked(struct net_device *dev,
						struct napi_struct *napi,
						int (*poll)(struct napi_struct *,
							    int),
						int index)
{
	netif_napi_add(dev, napi, poll);
}

static inline void ethtool_rxfh_indir_lost(struct net_device *dev)
{
	netdev_err(dev, "device error, RSS indirection table lost\n");
	dev->priv_flags &= ~IFF_RXFH_CONFIGURED;
}

/* Nothing to ask for. */
static inline void napier_compat_request_ops_lock(struct net_device *dev)
{
}

#define NAPIER_COMPAT_OP_NEEDS_RTNL(bits)

/* With the time in which a second recovery is not tried, in milliseconds. */
#define devlink_health_reporter_create(devlink, ops, priv)		\
	devlink_health_reporter_create(devlink, ops, 0, priv)

/* The sample went by value. */
#define net_dim(dim, sample)			net_dim(dim, *(sample))
/* What cyclecounter.read is given. */
#define NAPIER_COMPAT_CYCLECOUNTER		const struct cyclecounter

/* Has the new name too since one of the stable releases of 6.12. */
#define system_percpu_wq			system_wq

/* ndo_set_rx_mode_async, called with snapshots of the lists, becomes
 * ndo_set_rx_mode, called with the lists and their spinlock held.
 */
#define NAPIER_COMPAT_SET_RX_MODE(fn)					\
static void fn##_sync(struct net_device *dev)				\
{									\
	fn(dev, &dev->uc, &dev->mc);					\
}

#define NAPIER_COMPAT_NDO_SET_RX_MODE(fn)	.ndo_set_rx_mode = fn##_sync

/* ethtool_ops.get_rx_ring_count is a case of get_rxnfc. */
#define NAPIER_COMPAT_OP_RX_RING_COUNT(fn)

/* Values of devlink parameters went by value, too. */
#define devl_param_driverinit_value_set(devlink, id, val)		\
	devl_param_driverinit_value_set(devlink, id, *(val))

#define NAPIER_COMPAT_PARAM_VALIDATE(fn)				\
static int fn##_val(struct devlink *devlink, u32 id,			\
		    union devlink_param_value val,			\
		    struct netlink_ext_ack *extack)			\
{									\
	return fn(devlink, id, &val, extack);				\
}

#define NAPIER_COMPAT_PARAM_VALIDATE_FN(fn)	fn##_val

#else /* 7.x */

static inline void napier_compat_request_ops_lock(struct net_device *dev)
{
	dev->request_ops_lock = true;
}

#define NAPIER_COMPAT_OP_NEEDS_RTNL(bits)	.op_needs_rtnl = (bits),
#define NAPIER_COMPAT_CYCLECOUNTER		struct cyclecounter
#define NAPIER_COMPAT_SET_RX_MODE(fn)
#define NAPIER_COMPAT_NDO_SET_RX_MODE(fn)	.ndo_set_rx_mode_async = fn
#define NAPIER_COMPAT_OP_RX_RING_COUNT(fn)	.get_rx_ring_count = (fn),
#define NAPIER_COMPAT_PARAM_VALIDATE(fn)
#define NAPIER_COMPAT_PARAM_VALIDATE_FN(fn)	fn

#endif

#endif /* _NAPIER_COMPAT_H_ */
