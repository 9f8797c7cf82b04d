/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints napier:*: what happens to a port and its queues. docs/operating.md
 * tells an operator what each means and how to use it.
 *
 * Each costs one instruction that does nothing while it is off. None is passed
 * by every packet: that of the doorbell is passed once per batch, the others
 * are in paths that are rarely taken.
 *
 * Depends on: nothing of the driver, so that every layer may include it.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM napier

#if !defined(_NAPIER_TRACE_H_) || defined(TRACE_HEADER_MULTI_READ)
#define _NAPIER_TRACE_H_

#include <linux/netdevice.h>
#include <linux/tracepoint.h>

#ifndef _NAPIER_TRACE_TYPES_
#define _NAPIER_TRACE_TYPES_
enum napier_reset_reason {
	NAPIER_RESET_HANG,	/* a remedy of napier_health.c */
	NAPIER_RESET_USER,	/* ethtool --reset */
	NAPIER_RESET_RELOAD,	/* devlink dev reload */
	NAPIER_RESET_SLEEP,	/* suspend and power-off */
	NAPIER_RESET_FUNCTION,	/* of the PCI function, and errors of its bus */
};
#endif

TRACE_DEFINE_ENUM(NAPIER_RESET_HANG);
TRACE_DEFINE_ENUM(NAPIER_RESET_USER);
TRACE_DEFINE_ENUM(NAPIER_RESET_RELOAD);
TRACE_DEFINE_ENUM(NAPIER_RESET_SLEEP);
TRACE_DEFINE_ENUM(NAPIER_RESET_FUNCTION);

/* ---- transmit queues --------------------------------------------------- */

DECLARE_EVENT_CLASS(napier_tx,
	TP_PROTO(const struct net_device *ndev, u16 queue, u16 tail, u16 room),
	TP_ARGS(ndev, queue, tail, room),
	TP_STRUCT__entry(
		__string(dev, ndev->name)
		__field(u16, queue)
		__field(u16, tail)
		__field(u16, room)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->queue = queue;
		__entry->tail = tail;
		__entry->room = room;
	),
	TP_printk("dev=%s queue=%u tail=%u room=%u", __get_str(dev),
		  __entry->queue, __entry->tail, __entry->room)
);

/* The device is told of descriptors up to @tail. */
DEFINE_EVENT(napier_tx, napier_tx_doorbell,
	TP_PROTO(const struct net_device *ndev, u16 queue, u16 tail, u16 room),
	TP_ARGS(ndev, queue, tail, room)
);

/* The ring is full: the stack has to wait. */
DEFINE_EVENT(napier_tx, napier_tx_stop,
	TP_PROTO(const struct net_device *ndev, u16 queue, u16 tail, u16 room),
	TP_ARGS(ndev, queue, tail, room)
);

/* There is room again. */
DEFINE_EVENT(napier_tx, napier_tx_wake,
	TP_PROTO(const struct net_device *ndev, u16 queue, u16 tail, u16 room),
	TP_ARGS(ndev, queue, tail, room)
);

/* Nothing was sent for as long as the watchdog waits. */
TRACE_EVENT(napier_tx_hang,
	TP_PROTO(const struct net_device *ndev, u16 queue, u32 tdh, u32 tdt,
		 u16 clean),
	TP_ARGS(ndev, queue, tdh, tdt, clean),
	TP_STRUCT__entry(
		__string(dev, ndev->name)
		__field(u16, queue)
		__field(u32, tdh)
		__field(u32, tdt)
		__field(u16, clean)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->queue = queue;
		__entry->tdh = tdh;
		__entry->tdt = tdt;
		__entry->clean = clean;
	),
	TP_printk("dev=%s queue=%u tdh=%u tdt=%u clean=%u", __get_str(dev),
		  __entry->queue, __entry->tdh, __entry->tdt, __entry->clean)
);

/* ---- remedies ---------------------------------------------------------- */

/* Something waited on these queue pairs, and no interrupt told of it. */
TRACE_EVENT(napier_irq_lost,
	TP_PROTO(const struct net_device *ndev, u32 queues),
	TP_ARGS(ndev, queues),
	TP_STRUCT__entry(
		__string(dev, ndev->name)
		__field(u32, queues)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->queues = queues;
	),
	TP_printk("dev=%s queues=%#x", __get_str(dev), __entry->queues)
);

/* A queue was restarted alone; not if the device did not let go of it. */
TRACE_EVENT(napier_queue_restart,
	TP_PROTO(const struct net_device *ndev, u16 queue, bool tx, bool rx,
		 bool done),
	TP_ARGS(ndev, queue, tx, rx, done),
	TP_STRUCT__entry(
		__string(dev, ndev->name)
		__field(u16, queue)
		__field(bool, tx)
		__field(bool, rx)
		__field(bool, done)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->queue = queue;
		__entry->tx = tx;
		__entry->rx = rx;
		__entry->done = done;
	),
	TP_printk("dev=%s queue=%u tx=%d rx=%d done=%d", __get_str(dev),
		  __entry->queue, __entry->tx, __entry->rx, __entry->done)
);

TRACE_EVENT(napier_reset_begin,
	TP_PROTO(const struct net_device *ndev, enum napier_reset_reason reason),
	TP_ARGS(ndev, reason),
	TP_STRUCT__entry(
		__string(dev, ndev->name)
		__field(u8, reason)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->reason = reason;
	),
	TP_printk("dev=%s reason=%s", __get_str(dev),
		  __print_symbolic(__entry->reason,
				   { NAPIER_RESET_HANG, "hang" },
				   { NAPIER_RESET_USER, "user" },
				   { NAPIER_RESET_RELOAD, "reload" },
				   { NAPIER_RESET_SLEEP, "sleep" },
				   { NAPIER_RESET_FUNCTION, "function" }))
);

/* ---- with a beginning and a result ------------------------------------- */

DECLARE_EVENT_CLASS(napier_result,
	TP_PROTO(const struct net_device *ndev, int err),
	TP_ARGS(ndev, err),
	TP_STRUCT__entry(
		__string(dev, ndev->name)
		__field(int, err)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->err = err;
	),
	TP_printk("dev=%s err=%d", __get_str(dev), __entry->err)
);

DEFINE_EVENT(napier_result, napier_reset_end,
	TP_PROTO(const struct net_device *ndev, int err),
	TP_ARGS(ndev, err)
);

DEFINE_EVENT(napier_result, napier_reconfig_end,
	TP_PROTO(const struct net_device *ndev, int err),
	TP_ARGS(ndev, err)
);

/* What the interface, which is up, is to have. */
TRACE_EVENT(napier_reconfig_begin,
	TP_PROTO(const struct net_device *ndev, u16 queues, u16 rx_desc,
		 u16 tx_desc, u16 mtu),
	TP_ARGS(ndev, queues, rx_desc, tx_desc, mtu),
	TP_STRUCT__entry(
		__string(dev, ndev->name)
		__field(u16, queues)
		__field(u16, rx_desc)
		__field(u16, tx_desc)
		__field(u16, mtu)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->queues = queues;
		__entry->rx_desc = rx_desc;
		__entry->tx_desc = tx_desc;
		__entry->mtu = mtu;
	),
	TP_printk("dev=%s queues=%u rx=%u tx=%u mtu=%u", __get_str(dev),
		  __entry->queues, __entry->rx_desc, __entry->tx_desc,
		  __entry->mtu)
);

/* ---- link -------------------------------------------------------------- */

TRACE_EVENT(napier_link,
	TP_PROTO(const struct net_device *ndev, bool up, int speed, int duplex),
	TP_ARGS(ndev, up, speed, duplex),
	TP_STRUCT__entry(
		__string(dev, ndev->name)
		__field(bool, up)
		__field(int, speed)
		__field(u8, duplex)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->up = up;
		__entry->speed = speed;
		__entry->duplex = duplex;
	),
	TP_printk("dev=%s up=%d speed=%d duplex=%u", __get_str(dev),
		  __entry->up, __entry->speed, __entry->duplex)
);

#endif /* _NAPIER_TRACE_H_ */

/* This part must be outside protection. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE napier_trace
#include <trace/define_trace.h>
