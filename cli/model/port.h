/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of a network interface and of the host, as numbers and names:
 * what src/read/ found and what commands print and judge.
 *
 * A number that could not be had is NP_UNKNOWN, which is not 0. Why it could
 * not be had is in the list of what is missing.
 */
#ifndef NP_PORT_H
#define NP_PORT_H

#include "base/base.h"

#define NP_UNKNOWN	UINT64_MAX

/**
 * struct np_missing - something that could not be had
 * @what: name of it
 * @why: the reason
 * @hint: what would give it, or NULL
 */
struct np_missing {
	char *what;
	char *why;
	char *hint;
};

/**
 * struct np_value - a number with a name of its own, of `ethtool -S`
 * @name: as the driver calls it
 * @value: number
 */
struct np_value {
	char *name;
	uint64_t value;
};

/**
 * struct np_pair - what is, and what it could be at most
 * @now: number
 * @max: number
 */
struct np_pair {
	uint64_t now;
	uint64_t max;
};

/**
 * struct np_cpus - a set of CPUs
 * @cpu: their numbers, rising
 * @count: how many; 0 may also mean that they are not known
 */
struct np_cpus {
	unsigned int *cpu;
	size_t count;
};

/**
 * struct np_counters - what a queue has counted; NP_UNKNOWN where nobody does
 * @packets: carried
 * @bytes: carried
 * @drops: lost for want of a descriptor
 * @alloc_fail: no memory for a buffer or a packet
 */
struct np_counters {
	uint64_t packets;
	uint64_t bytes;
	uint64_t drops;
	uint64_t alloc_fail;
};

/**
 * struct np_queue - a receive or a transmit queue
 * @id: number, among those of its kind
 * @napi: id of the NAPI instance that serves it
 * @cpus: RPS for receiving, XPS for sending; none means that it is off
 * @counters: since the interface exists
 * @timeouts: how often a transmit queue hung
 * @bql_limit: octets that may be in flight
 * @bql_inflight: octets that are
 */
struct np_queue {
	unsigned int id;
	uint64_t napi;
	struct np_cpus cpus;
	struct np_counters counters;
	uint64_t timeouts;
	uint64_t bql_limit;
	uint64_t bql_inflight;
};

/**
 * struct np_napi - a NAPI instance
 * @id: of netdev-genl
 * @irq: its interrupt
 * @pid: its thread, NP_UNKNOWN without one
 * @defer_hard_irqs: polls without work before interrupts are on again
 * @gro_flush_ns: nanoseconds, see the kernel's napi.rst
 * @irq_suspend_ns: nanoseconds, as above
 */
struct np_napi {
	uint64_t id;
	uint64_t irq;
	uint64_t pid;
	uint64_t defer_hard_irqs;
	uint64_t gro_flush_ns;
	uint64_t irq_suspend_ns;
};

/**
 * struct np_irq - an interrupt of the interface
 * @irq: number
 * @name: in /proc/interrupts, or NULL
 * @fired: how often, on all CPUs
 * @effective: where it is delivered
 */
struct np_irq {
	uint64_t irq;
	char *name;
	uint64_t fired;
	struct np_cpus effective;
};

/**
 * struct np_rss - how packets are spread over queues
 * @table: queue of each entry
 * @size: entries, 0 if it is not known
 * @key: hash key, in hexadecimal, or NULL
 * @hfunc: name of the hash function, or NULL
 * @udp4: which fields of UDP over IPv4 are hashed, in the letters of ethtool, or
 *	NULL
 * @tcp4: of TCP over IPv4, as above
 */
struct np_rss {
	uint32_t *table;
	size_t size;
	char *key;
	char *hfunc;
	char *udp4;
	char *tcp4;
};

/**
 * struct np_qdisc - a queueing discipline of an interface
 * @kind: "fq_codel", ...
 * @handle: its number, major and minor in 16 bits each
 * @parent: of its parent; NP_QDISC_ROOT or NP_QDISC_INGRESS
 * @packets: that it let through
 * @bytes: of those
 * @drops: packets lost
 * @overlimits: how often it had to wait
 * @requeues: packets that the driver had no room for, given back
 * @qlen: packets that wait
 * @backlog: octets that wait
 */
struct np_qdisc {
	char *kind;
	uint64_t handle;
	uint64_t parent;
	uint64_t packets;
	uint64_t bytes;
	uint64_t drops;
	uint64_t overlimits;
	uint64_t requeues;
	uint64_t qlen;
	uint64_t backlog;
};

/* Parents that are none: TC_H_ROOT, and what comes in goes through. */
#define NP_QDISC_ROOT		0xffffffffu
#define NP_QDISC_INGRESS	0xfffffff1u

/**
 * struct np_aer - errors of PCI Express since the device is there
 * @correctable: that the bus has mended
 * @nonfatal: of one transaction, which is lost
 * @fatal: of the link
 */
struct np_aer {
	uint64_t correctable;
	uint64_t nonfatal;
	uint64_t fatal;
};

/**
 * struct np_features - offloads: 1 on, 0 off or not there
 * @rx_checksum: checksums of what comes in
 * @tx_checksum: of what goes out, IPv4 at least
 * @rx_hash: the device gives the hash
 * @gro: packets of a flow are put together
 * @gro_hw: by the device
 * @lro: by the device, and not to be taken apart again
 * @gso: packets are cut late
 * @tso: by the device
 */
struct np_features {
	uint64_t rx_checksum;
	uint64_t tx_checksum;
	uint64_t rx_hash;
	uint64_t gro;
	uint64_t gro_hw;
	uint64_t lro;
	uint64_t gso;
	uint64_t tso;
};

/**
 * struct np_port - a network interface
 * @name: of it
 * @ifindex: number
 * @driver: name, or NULL
 * @driver_version: or NULL
 * @firmware: version, or NULL
 * @bus: address of the device, or NULL
 * @board: PCI vendor and device, "8086:10c9", or NULL
 * @subsystem: PCI vendor and device of whoever made the board, or NULL
 * @mac: address, or NULL
 * @peer: number of the interface at the other end of a veth, of the same
 *	network namespace; NP_UNKNOWN if there is none
 * @operstate: as in sysfs, or NULL
 * @physical: there is a device behind it
 * @mtu: octets
 * @carrier: 1 with a link
 * @carrier_changes: how often it came or went
 * @node: NUMA node of the device; NP_UNKNOWN also if it belongs to none
 * @pcie_speed: "5.0 GT/s PCIe", or NULL
 * @pcie_speed_max: as above
 * @pcie_width: lanes
 * @speed: Mbit/s
 * @duplex: "full", "half", or NULL
 * @autoneg: 1 if it is on
 * @pause_rx: 1 if it is on
 * @pause_tx: as above
 * @pause_rx_frames: pause frames that came
 * @pause_tx_frames: that were sent
 * @eee_active: 1 if energy efficient Ethernet was agreed upon
 * @eee_enabled: 1 if it is allowed
 * @aer: errors of PCI Express
 * @features: offloads
 * @rx_ring: descriptors of each receive ring
 * @tx_ring: of each transmit ring
 * @combined: channels that receive and send
 * @rx_channels: that only receive
 * @tx_channels: that only send
 * @rx_usecs: interrupt interval of receiving, microseconds
 * @tx_usecs: of sending
 * @adaptive_rx: 1 if the driver chooses it
 * @adaptive_tx: as above
 * @rss: spreading
 * @rx: receive queues, by rising number
 * @nr_rx: how many
 * @tx: transmit queues
 * @nr_tx: how many
 * @napi: NAPI instances
 * @nr_napi: how many
 * @irq: interrupts
 * @nr_irq: how many
 * @link: rtnl_link_stats64, by the kernel's names
 * @nr_link: how many
 * @own: `ethtool -S`
 * @nr_own: how many
 * @standard: counters that all drivers name alike: eth-mac, eth-phy, eth-ctrl
 *	and rmon of `ethtool -S --groups`
 * @nr_standard: how many
 * @qdisc: queueing disciplines, in the kernel's order
 * @nr_qdisc: how many
 * @threaded: 1 if NAPI runs in threads
 * @missing: what could not be had
 * @nr_missing: how many
 */
struct np_port {
	char *name;
	uint64_t ifindex;
	char *driver;
	char *driver_version;
	char *firmware;
	char *bus;
	char *board;
	char *subsystem;
	char *mac;
	uint64_t peer;
	char *operstate;
	bool physical;
	uint64_t mtu;
	uint64_t carrier;
	uint64_t carrier_changes;
	uint64_t node;
	char *pcie_speed;
	char *pcie_speed_max;
	struct np_pair pcie_width;
	uint64_t speed;
	char *duplex;
	uint64_t autoneg;
	uint64_t pause_rx;
	uint64_t pause_tx;
	uint64_t pause_rx_frames;
	uint64_t pause_tx_frames;
	uint64_t eee_active;
	uint64_t eee_enabled;
	struct np_aer aer;
	struct np_features features;
	struct np_pair rx_ring;
	struct np_pair tx_ring;
	struct np_pair combined;
	struct np_pair rx_channels;
	struct np_pair tx_channels;
	uint64_t rx_usecs;
	uint64_t tx_usecs;
	uint64_t adaptive_rx;
	uint64_t adaptive_tx;
	struct np_rss rss;
	struct np_queue *rx;
	size_t nr_rx;
	struct np_queue *tx;
	size_t nr_tx;
	struct np_napi *napi;
	size_t nr_napi;
	struct np_irq *irq;
	size_t nr_irq;
	struct np_value *link;
	size_t nr_link;
	struct np_value *own;
	size_t nr_own;
	struct np_value *standard;
	size_t nr_standard;
	struct np_qdisc *qdisc;
	size_t nr_qdisc;
	uint64_t threaded;
	struct np_missing *missing;
	size_t nr_missing;
};

void np_values_free(struct np_value *values, size_t count);
void np_missing_free(struct np_missing *missing, size_t count);

bool np_cpus_parse(struct np_cpus *cpus, const char *list);
bool np_cpus_parse_mask(struct np_cpus *cpus, const char *mask);
char *np_cpus_text(const struct np_cpus *cpus);

struct np_port *np_port_alloc(const char *name);
void np_port_free(struct np_port *port);
void np_port_miss(struct np_port *port, const char *what, const char *why,
		  const char *hint);
struct np_queue *np_port_queue(struct np_port *port, bool rx, unsigned int id);
struct np_napi *np_port_napi(struct np_port *port, uint64_t id);
struct np_irq *np_port_irq(struct np_port *port, uint64_t irq);

#endif
