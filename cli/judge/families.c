// SPDX-License-Identifier: GPL-2.0-only
/*
 * Losses that a driver counts by names of its own, each loss once.
 *
 * Drivers show the same packets several times: for each queue and for all, as
 * a field of rtnl_link_stats64 and under its name in `ethtool -S`, in a sum and
 * in its parts. The dictionary tells what feeds which field; what else repeats
 * what is written down here, from what the dictionary says of these counters.
 */
#include "judge/ledger.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/*
 * Counters that are not added, as others show the same packets; @of is the
 * entry that has them, and without it the counter is taken.
 */
static const struct {
	const char *driver;
	const char *entry;
	const char *of;
} np_repeats[] = {
	{ "bnxt_en", "rx_total_buf_errors", "[{queue}]: rx_buf_errors" },
	{ "bnxt_en", "rx_total_ring_discards", "[{queue}]: rx_discards" },
	{ "bnxt_en", "tx_total_ring_discards", "[{queue}]: tx_discards" },
	{ "bnxt_en", "rx_discard_packets_cos{n}", "rx_stat_discard" },
	{ "gve", "rx_dropped", "rx_dropped_pkt[{queue}]" },
	{ "gve", "rx_skb_alloc_fail", "rx_dropped_pkt[{queue}]" },
	{ "gve", "rx_desc_err_dropped_pkt", "rx_dropped_pkt[{queue}]" },
	{ "gve", "rx_xdp_tx_errors[{queue}]", "rx_dropped_pkt[{queue}]" },
	{ "gve", "rx_xdp_redirect_errors[{queue}]", "rx_dropped_pkt[{queue}]" },
	{ "gve", "tx_dma_mapping_error[{queue}]", "tx_dropped" },
	{ "mlx5_core", "tx_queue_dropped", "tx{queue}_dropped" },
	{ "mlx5_core", "ptp_tx{tc}_dropped", "tx_queue_dropped" },
	{ "mlx5_core", "rx_prio{prio}_discards", "rx_discards_phy" },
	{ "mlx5_core", "rx_prio{prio}_buf_discard", "rx_discards_phy" },
	{ "mlx5_core", "rx_prio{prio}_cong_discard", "rx_discards_phy" },
	{ "r8169", "tx_aborted", "tx_errors" },
	{ "r8169", "tx_underrun", "tx_errors" },
};

/*
 * Packets that the driver had counted as received, or as sent, before it lost
 * them, although their layer is one below the driver.
 */
static const struct {
	const char *driver;
	const char *entry;
} np_late[] = {
	{ "virtio_net", "rx{queue}_drops" },
	{ "virtio_net", "rx_drops" },
	{ "mlx5_core", "tx{queue}_dropped" },
	{ "mlx5_core", "tx_queue_dropped" },
};

/* Counters of the MAC that are independent of what the driver has counted. */
static const struct {
	const char *driver;
	const char *name;
	const char *others;
	bool rx;
	bool with_fifo;
} np_wires[] = {
	{ "bnxt_en", "rx_good_frames", "other functions", true, true },
	{ "bnxt_en", "tx_good_frames", "other functions", false, false },
	{ "igb", "rx_packets", "the BMC and VFs", true, false },
	{ "igb", "tx_packets", "the BMC and VFs", false, false },
	{ "igc", "rx_packets", "the management side", true, false },
	{ "igc", "tx_packets", NULL, false, false },
	{ "ixgbe", "rx_pkts_nic", "VFs", true, false },
	{ "ixgbe", "tx_pkts_nic", "VFs", false, false },
	{ "mlx5_core", "rx_packets_phy", "other functions, RDMA and DPDK",
	  true, true },
	{ "mlx5_core", "tx_packets_phy", "other functions, RDMA and DPDK",
	  false, false },
	{ "r8169", "rx_packets", NULL, true, false },
	{ "r8169", "tx_packets", NULL, false, false },
};

/* Fields of rtnl_link_stats64 that a driver adds to another one, too. */
static const struct {
	const char *driver;
	const char *field;
	const char *of;
} np_again[] = {
	{ "igb", "rx_fifo_errors", "rx_missed_errors" },
	{ "igc", "rx_fifo_errors", "rx_missed_errors" },
};

static bool np_is(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/**
 * np_field_again - does a field count again what another one counts?
 * @driver: name, or NULL
 * @field: of rtnl_link_stats64
 * @of: set to the other, if so
 *
 * Return: whether it does.
 */
bool np_field_again(const char *driver, const char *field, const char **of)
{
	size_t i;

	for (i = 0; i < NP_COUNT(np_again); i++)
		if (np_is(np_again[i].driver, driver) &&
		    np_is(np_again[i].field, field)) {
			*of = np_again[i].of;
			return true;
		}

	return false;
}

/* `ethtool -S` shows the field once more. */
static bool np_is_copy(const struct np_entry *entry)
{
	return np_is(entry->field, entry->name);
}

static struct np_family *np_family_of(struct np_families *all,
				      const struct np_entry *entry)
{
	struct np_family *family;
	size_t i;

	for (i = 0; i < all->count; i++)
		if (all->item[i].entry == entry)
			return &all->item[i];
	family = np_more(all->item, all->count);
	family->entry = entry;
	for (i = 0; i < NP_COUNT(np_late); i++)
		family->late |= np_is(np_late[i].driver, all->book->driver) &&
				np_is(np_late[i].entry, entry->name);

	return family;
}

static bool np_is_loss(const struct np_entry *entry)
{
	return entry->kind == NP_KIND_LOSS && entry->side != NP_SIDE_BOTH &&
	       (!strcmp(entry->unit, "packets") ||
		!strcmp(entry->unit, "skbs"));
}

static const struct np_family *np_family_find(const struct np_families *all,
					      const char *name)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (!strcmp(all->item[i].entry->name, name))
			return &all->item[i];

	return NULL;
}

/* "rx{queue}_drops" and "rx_drops" are the same without what is in braces. */
static void np_base_name(char *to, size_t size, const char *name)
{
	size_t len = 0;
	bool inside = false;

	for (; *name && len + 1 < size; name++) {
		if (*name == '{' || *name == '}')
			inside = *name == '{';
		else if (!inside && isalnum((unsigned char)*name))
			to[len++] = *name;
	}
	to[len] = '\0';
}

/* The sum over the queues, where the queues are there, too. */
static bool np_is_total(const struct np_families *all,
			const struct np_family *family)
{
	char name[128], other[128];
	size_t i;

	if (family->entry->numbers[0])
		return false;
	np_base_name(name, sizeof(name), family->entry->name);
	for (i = 0; i < all->count; i++) {
		if (!all->item[i].entry->numbers[0])
			continue;
		np_base_name(other, sizeof(other), all->item[i].entry->name);
		if (!strcmp(name, other))
			return true;
	}

	return false;
}

/* A field of which others show the parts, or that repeats another field. */
static bool np_is_sum(const struct np_families *all,
		      const struct np_family *family)
{
	const char *of;
	size_t i;

	if (!np_is_copy(family->entry))
		return false;
	if (np_field_again(all->book->driver, family->entry->field, &of))
		return true;
	for (i = 0; i < all->count; i++)
		if (&all->item[i] != family &&
		    np_is(all->item[i].entry->field, family->entry->field))
			return true;

	return false;
}

static bool np_is_repeated(const struct np_families *all,
			   const struct np_family *family)
{
	size_t i;

	for (i = 0; i < NP_COUNT(np_repeats); i++)
		if (np_is(np_repeats[i].driver, all->book->driver) &&
		    np_is(np_repeats[i].entry, family->entry->name) &&
		    np_family_find(all, np_repeats[i].of))
			return true;

	return np_is_total(all, family) || np_is_sum(all, family);
}

/* Verdicts of an XDP program; what it lets pass is not among them. */
static bool np_is_verdict(const struct np_entry *entry)
{
	static const char *const words[] = {
		"xdp_drop", "xdp_redirect", "xdp_tx",
	};
	size_t i;

	if (entry->layer != NP_LAYER_XDP || entry->side != NP_SIDE_RX ||
	    (entry->kind != NP_KIND_INFO && entry->kind != NP_KIND_TRAFFIC))
		return false;
	for (i = 0; i < NP_COUNT(words); i++)
		if (strstr(entry->name, words[i]))
			return true;

	return false;
}

static bool np_is_wanted_loss(const struct np_entry *entry)
{
	return np_is_loss(entry) && !(np_is_copy(entry) &&
				      entry->layer == NP_LAYER_STACK);
}

static void np_families_collect(struct np_families *all,
				const struct np_port *before,
				const struct np_port *after,
				bool (*wanted)(const struct np_entry *entry))
{
	struct np_family *family;
	struct np_match match;
	uint64_t gained;
	size_t i;

	*all = (struct np_families){};
	all->book = after->driver ? np_book_find(after->driver) : NULL;
	if (!all->book)
		return;
	for (i = 0; i < after->nr_own; i++) {
		const struct np_value *own = &after->own[i];

		if (!np_book_match(all->book, own->name, &match) ||
		    !wanted(match.entry))
			continue;
		gained = np_gained(np_value_of(before->own, before->nr_own,
					       own->name), own->value);
		if (gained == NP_UNKNOWN)
			continue;
		family = np_family_of(all, match.entry);
		*np_more(family->value, family->nr_value) = (struct np_value){
			.name = np_copy(own->name),
			.value = gained,
		};
		family->sum += gained;
	}
	for (i = 0; i < all->count; i++)
		all->item[i].repeated = np_is_repeated(all, &all->item[i]);
}

/**
 * np_families_read - losses of an interface that its driver counts, each once
 * @all: filled in; freed with np_families_free()
 * @before: the interface at first
 * @after: at last
 *
 * Copies of what the stack has counted are not among them.
 */
void np_families_read(struct np_families *all, const struct np_port *before,
		      const struct np_port *after)
{
	np_families_collect(all, before, after, np_is_wanted_loss);
}

/**
 * np_families_verdicts - packets that an XDP program did not let pass
 * @all: filled in; freed with np_families_free()
 * @before: the interface at first
 * @after: at last
 *
 * Drivers differ in what of these is lost and what they count again elsewhere.
 */
void np_families_verdicts(struct np_families *all, const struct np_port *before,
			  const struct np_port *after)
{
	np_families_collect(all, before, after, np_is_verdict);
}

/**
 * np_families_free - forget what np_families_read() found
 * @all: that
 */
void np_families_free(struct np_families *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		np_values_free(all->item[i].value, all->item[i].nr_value);
	free(all->item);
}

/* What the standard calls so: frames lost inside the MAC are not in it. */
static bool np_wire_standard(struct np_wire *wire, const struct np_port *before,
			     const struct np_port *after, bool rx)
{
	*wire = (struct np_wire){
		.name = rx ? "FramesReceivedOK" : "FramesTransmittedOK",
		.others = "other functions of the device",
	};
	wire->gained = np_gained(np_value_of(before->standard,
					     before->nr_standard, wire->name),
				 np_value_of(after->standard,
					     after->nr_standard, wire->name));

	return wire->gained != NP_UNKNOWN;
}

/**
 * np_wire_find - what the MAC has counted, apart from the driver
 * @wire: filled in
 * @before: the interface at first
 * @after: at last
 * @rx: what came in, else what went out
 *
 * Return: false if there is no such counter.
 */
bool np_wire_find(struct np_wire *wire, const struct np_port *before,
		  const struct np_port *after, bool rx)
{
	const struct np_book *book;
	size_t i;

	book = after->driver ? np_book_find(after->driver) : NULL;
	for (i = 0; book && i < NP_COUNT(np_wires); i++) {
		if (np_wires[i].rx != rx ||
		    !np_is(np_wires[i].driver, book->driver))
			continue;
		wire->name = np_wires[i].name;
		wire->with_fifo = np_wires[i].with_fifo;
		wire->others = np_wires[i].others;
		wire->gained = np_gained(np_value_of(before->own,
						     before->nr_own,
						     wire->name),
					 np_value_of(after->own, after->nr_own,
						     wire->name));
		if (wire->gained != NP_UNKNOWN)
			return true;
	}

	return np_wire_standard(wire, before, after, rx);
}
