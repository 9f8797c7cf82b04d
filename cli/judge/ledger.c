// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ledger of an interface: from the wire to the protocols, and back.
 */
#include "judge/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"

/* An interface in both samples, and what its driver says. */
struct np_book_keeper {
	const struct np_window *window;
	const struct np_port *before;
	const struct np_port *after;
	const struct np_port *peer_before;
	const struct np_port *peer_after;
	struct np_families families;
	uint64_t qstats;
	uint64_t given_back;
	struct np_wire wire;
};

static uint64_t np_field(const struct np_book_keeper *keeper, const char *name)
{
	return np_link_gained(keeper->window, keeper->after->name, name);
}

static uint64_t np_known(uint64_t value)
{
	return value == NP_UNKNOWN ? 0 : value;
}

/* ---- what the driver has lost ------------------------------------------------ */

static bool np_is_stack(const struct np_family *family)
{
	switch (family->entry->layer) {
	case NP_LAYER_XDP:
	case NP_LAYER_XSK:
	case NP_LAYER_STACK:
		return true;
	default:
		return family->late;
	}
}

static bool np_is_device(const struct np_family *family)
{
	switch (family->entry->layer) {
	case NP_LAYER_FIFO:
	case NP_LAYER_WIRE:
	case NP_LAYER_LINK:
	case NP_LAYER_VIRTUAL:
	case NP_LAYER_FIRMWARE:
		return true;
	default:
		return family->late;
	}
}

/* Each counter that is not 0; one that stands for all if all are. */
static void np_add_family(struct np_stage *stage,
			  const struct np_family *family)
{
	struct np_loss *loss;
	size_t i;

	loss = np_stage_loss(stage, family->late ? "driver" :
			     np_layer_names[family->entry->layer],
			     NP_SCOPE_INTERFACE);
	if (!family->sum)
		np_loss_add(loss, family->entry->name, 0);
	for (i = 0; i < family->nr_value; i++)
		if (family->value[i].value)
			np_loss_add(loss, family->value[i].name,
				    family->value[i].value);
}

/* Losses of one direction, of those that come after the driver's count or not. */
static void np_add_families(const struct np_book_keeper *keeper,
			    struct np_stage *stage, enum np_side side,
			    bool after)
{
	size_t i;

	for (i = 0; i < keeper->families.count; i++) {
		const struct np_family *family = &keeper->families.item[i];

		if (family->entry->side != side || family->repeated)
			continue;
		if (after == (side == NP_SIDE_RX ? np_is_stack(family) :
						   np_is_device(family)))
			np_add_family(stage, family);
	}
}

/* What a field has gained beyond the driver's counters that feed it. */
static uint64_t np_rest(const struct np_book_keeper *keeper, const char *field)
{
	uint64_t gained = np_field(keeper, field), sum = 0;
	const char *of;
	size_t i;

	if (gained == NP_UNKNOWN)
		return NP_UNKNOWN;
	for (i = 0; i < keeper->families.count; i++) {
		const struct np_family *family = &keeper->families.item[i];

		if (family->entry->field &&
		    !strcmp(family->entry->field, field))
			sum += family->sum;
	}
	if (np_field_again(keeper->after->driver, field, &of))
		sum += np_known(np_field(keeper, of));

	return np_gained(sum, gained);
}

/* A field of which the driver's own counters do not tell all. */
static void np_add_rest(const struct np_book_keeper *keeper,
			struct np_stage *stage, const char *field,
			const char *layer)
{
	uint64_t rest = np_rest(keeper, field);

	if (rest == NP_UNKNOWN)
		return;
	np_loss_add(np_stage_loss(stage, layer, NP_SCOPE_INTERFACE), field,
		    rest);
}

/* ---- receiving: to the driver -------------------------------------------------- */

static bool np_has_ring_family(const struct np_book_keeper *keeper)
{
	size_t i;

	for (i = 0; i < keeper->families.count; i++)
		if (keeper->families.item[i].entry->side == NP_SIDE_RX &&
		    keeper->families.item[i].entry->layer == NP_LAYER_RING)
			return true;

	return false;
}

/* netdev-genl's drops of each queue, unless `ethtool -S` has told of them. */
static void np_add_qstats(struct np_book_keeper *keeper,
			  struct np_stage *stage)
{
	const char *layer = np_layer_names[NP_LAYER_RING];
	size_t i;

	keeper->qstats = 0;
	if (np_has_ring_family(keeper) ||
	    keeper->before->nr_rx != keeper->after->nr_rx)
		return;
	for (i = 0; i < keeper->after->nr_rx; i++) {
		uint64_t gained;
		char *name;

		gained = np_gained(keeper->before->rx[i].counters.drops,
				   keeper->after->rx[i].counters.drops);
		if (gained == NP_UNKNOWN)
			continue;
		name = np_print("rx%u rx-hw-drops", keeper->after->rx[i].id);
		np_loss_add(np_stage_loss(stage, layer, NP_SCOPE_INTERFACE),
			    name, gained);
		free(name);
		keeper->qstats += gained;
	}
}

/*
 * Fields that mean the device lost frames. What the queues lost is in the
 * first of them that has room for it: drivers differ in which they feed.
 */
static void np_add_rx_fields(struct np_book_keeper *keeper,
			     struct np_stage *stage)
{
	static const struct {
		const char *field;
		enum np_layer layer;
	} fields[] = {
		{ "rx_missed_errors", NP_LAYER_FIFO },
		{ "rx_fifo_errors", NP_LAYER_FIFO },
		{ "rx_over_errors", NP_LAYER_RING },
	};
	uint64_t rest;
	size_t i;

	for (i = 0; i < NP_COUNT(fields); i++) {
		rest = np_rest(keeper, fields[i].field);
		if (rest == NP_UNKNOWN)
			continue;
		if (rest >= keeper->qstats) {
			rest -= keeper->qstats;
			keeper->qstats = 0;
		}
		np_loss_add(np_stage_loss(stage,
					  np_layer_names[fields[i].layer],
					  NP_SCOPE_INTERFACE),
			    fields[i].field, rest);
	}
}

/* The other end of a pair sends into the ring of this one. */
static uint64_t np_peer_sent(const struct np_book_keeper *keeper,
			     const char *field)
{
	const struct np_port *before = keeper->peer_before;
	const struct np_port *after = keeper->peer_after;

	if (!before || !after)
		return NP_UNKNOWN;

	return np_gained(np_value_of(before->link, before->nr_link, field),
			 np_value_of(after->link, after->nr_link, field));
}

static bool np_is_veth(const struct np_book_keeper *keeper)
{
	return keeper->after->driver && !strcmp(keeper->after->driver, "veth");
}

/* What came, from somebody who counts apart from the driver. */
static bool np_rx_wire(struct np_book_keeper *keeper, struct np_stage *stage)
{
	struct np_wire *wire = &keeper->wire;
	uint64_t sent, dropped;
	char *name;

	if (np_is_veth(keeper)) {
		sent = np_peer_sent(keeper, "tx_packets");
		dropped = np_peer_sent(keeper, "tx_dropped");
		if (sent == NP_UNKNOWN || dropped == NP_UNKNOWN)
			return false;
		name = np_print("%s tx_dropped", keeper->peer_after->name);
		np_loss_add(np_stage_loss(stage, np_layer_names[NP_LAYER_RING],
					  NP_SCOPE_INTERFACE), name, dropped);
		free(name);
		stage->packets = sent + dropped;
		stage->source = np_print("%s tx_packets + tx_dropped",
					 keeper->peer_after->name);
		return true;
	}
	if (!np_wire_find(wire, keeper->before, keeper->after, true))
		return false;
	stage->packets = wire->gained;
	if (!wire->with_fifo)
		stage->packets +=
			np_stage_loss(stage, np_layer_names[NP_LAYER_FIFO],
				      NP_SCOPE_INTERFACE)->packets;
	stage->source = np_print("%s%s", wire->name,
				 wire->with_fifo ? "" : " + fifo");

	return true;
}

/* ---- receiving: to the protocols ------------------------------------------------- */

static uint64_t np_backlog_gained(const struct np_window *window)
{
	const struct np_host *before = window->before->host;
	const struct np_host *after = window->after->host;
	uint64_t sum = 0, gained;
	bool known = false;
	size_t i, j;

	for (i = 0; i < after->nr_cpu; i++)
		for (j = 0; j < before->nr_cpu; j++) {
			if (before->cpu[j].id != after->cpu[i].id)
				continue;
			gained = np_gained(before->cpu[j].dropped,
					   after->cpu[i].dropped);
			if (gained == NP_UNKNOWN)
				continue;
			known = true;
			sum += gained;
		}

	return known ? sum : NP_UNKNOWN;
}

/*
 * rx_dropped without what the driver counts by itself: packets for which the
 * backlog of a CPU was full, and those that nobody takes. How many the backlogs
 * have lost is known of the host; they are not more than that.
 */
static void np_add_stack(const struct np_book_keeper *keeper,
			 struct np_stage *stage)
{
	uint64_t rest = np_rest(keeper, "rx_dropped"), nobody;
	uint64_t backlog = np_backlog_gained(keeper->window);
	struct np_loss *loss;

	if (rest == NP_UNKNOWN)
		return;
	if (rest >= keeper->qstats)
		rest -= keeper->qstats;
	if (backlog != NP_UNKNOWN) {
		loss = np_stage_loss(stage, "backlog", NP_SCOPE_HOST);
		loss->note = "of all interfaces of the host: of this one at most as many";
		if (backlog > rest)
			backlog = rest;
		np_loss_add(loss, "softnet_stat dropped", backlog);
		rest -= backlog;
	}
	loss = np_stage_loss(stage, np_layer_names[NP_LAYER_STACK],
			     NP_SCOPE_INTERFACE);
	loss->note = "mostly frames of a kind that nobody here takes, which does no harm";
	np_loss_add(loss, "rx_dropped", rest);
	nobody = np_field(keeper, "rx_nohandler");
	if (nobody != NP_UNKNOWN)
		np_loss_add(loss, "rx_nohandler", nobody);
}

static const struct np_qdisc *np_qdisc_at(const struct np_port *port,
					  uint64_t parent)
{
	size_t i;

	for (i = 0; i < port->nr_qdisc; i++)
		if (port->qdisc[i].parent == parent)
			return &port->qdisc[i];

	return NULL;
}

/* The same qdisc in both samples; NULL if there is none, or a new one. */
static const struct np_qdisc *np_qdisc_pair(const struct np_book_keeper *keeper,
					    uint64_t parent,
					    const struct np_qdisc **before)
{
	const struct np_qdisc *after = np_qdisc_at(keeper->after, parent);

	*before = np_qdisc_at(keeper->before, parent);
	if (!after || !*before || after->handle != (*before)->handle ||
	    strcmp(after->kind, (*before)->kind) ||
	    after->packets == NP_UNKNOWN || (*before)->packets == NP_UNKNOWN ||
	    after->packets < (*before)->packets)
		return NULL;

	return after;
}

static void np_add_ingress(const struct np_book_keeper *keeper,
			   struct np_stage *stage)
{
	const struct np_qdisc *before, *after;
	struct np_loss *loss;

	after = np_qdisc_pair(keeper, NP_QDISC_INGRESS, &before);
	if (!after || after->drops == NP_UNKNOWN)
		return;
	loss = np_stage_loss(stage, "tc", NP_SCOPE_INTERFACE);
	loss->note = "as filters of tc want it; of clsact with those on the way out";
	np_loss_add(loss, after->kind, np_gained(before->drops, after->drops));
}

/* ---- what cannot be counted ------------------------------------------------------ */

/* The 82576 of QEMU has the identity of the board, and QEMU's subsystem. */
static bool np_is_emulated(const struct np_port *port)
{
	return port->board && !strcasecmp(port->board, "8086:10C9") &&
	       port->subsystem && !strcasecmp(port->subsystem, "1AF4:1100");
}

static void np_note_blind(const struct np_book_keeper *keeper,
			  struct np_way *way)
{
	const struct np_port *port = keeper->after;

	if (np_is_emulated(port))
		np_way_note(way, "fifo and ring cannot be counted: subsystem %s is QEMU's, whose 82576 leaves MPC and RQDPC 0 and does not count frames without room",
			    port->subsystem);
	if (np_is_veth(keeper) && !keeper->peer_after)
		np_way_note(way, "ring cannot be counted: what does not fit in is tx_dropped of the other end, which is in another network namespace");
	if (port->driver && !strcmp(port->driver, "virtio_net"))
		np_way_note(way, "ring cannot be counted: frames for which no buffer is free are lost in the hypervisor, which alone counts them");
	if (port->driver && !keeper->families.book)
		np_way_note(way, "the dictionary does not know %s: its fields may count a frame twice",
			    port->driver);
	if (!port->nr_link)
		np_way_note(way, "nothing can be counted without the counters of the interface");
}

/* More at the wire than this interface knows of. */
static void np_note_others(const struct np_book_keeper *keeper,
			   int64_t unexplained, struct np_way *way)
{
	if (unexplained > (int64_t)way->skew && keeper->wire.others)
		np_way_note(way, "%s counts frames of %s, too",
			    keeper->wire.name, keeper->wire.others);
}

/* Not lost, and not for the protocols either. */
static void np_note_xdp(const struct np_book_keeper *keeper, struct np_way *way)
{
	struct np_families verdicts;
	size_t i;

	np_families_verdicts(&verdicts, keeper->before, keeper->after);
	for (i = 0; i < verdicts.count; i++) {
		const struct np_family *family = &verdicts.item[i];

		if (family->sum && !family->repeated)
			np_way_note(way, "%s has counted %llu: an XDP program took them, and what is left has them still",
				    family->entry->name,
				    (unsigned long long)family->sum);
	}
	np_families_free(&verdicts);
}

/* Packets that may have passed between two counters while they were read. */
static uint64_t np_skew(const struct np_window *window, uint64_t packets)
{
	uint64_t took = window->before->took > window->after->took ?
		window->before->took : window->after->took;

	if (!window->ns)
		return 0;

	return (uint64_t)((double)packets * (double)took /
			  (double)window->ns) + 1;
}

static uint64_t np_losses(const struct np_stage *stage)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < stage->nr_loss; i++)
		sum += stage->loss[i].packets;

	return sum;
}

/* ---- both ways -------------------------------------------------------------------- */

static void np_ledger_rx(struct np_book_keeper *keeper, struct np_way *way)
{
	uint64_t taken = np_known(np_field(keeper, "rx_packets"));
	struct np_stage *wire, *driver;

	wire = np_way_stage(way, "wire", 0, NULL);
	np_add_families(keeper, wire, NP_SIDE_RX, false);
	np_add_qstats(keeper, wire);
	np_add_rx_fields(keeper, wire);
	wire->checked = np_rx_wire(keeper, wire);
	if (!wire->checked)
		wire->packets = taken + np_losses(wire);

	driver = np_way_stage(way, "driver", taken, "rx_packets");
	np_add_families(keeper, driver, NP_SIDE_RX, true);
	np_add_ingress(keeper, driver);
	np_add_stack(keeper, driver);
	np_way_stage(way, "protocols", np_gained(np_losses(driver), taken),
		     NULL);

	way->skew = np_skew(keeper->window, wire->packets);
	np_way_close(way);
	np_note_others(keeper, wire->remainder, way);
	np_note_xdp(keeper, way);
	np_note_blind(keeper, way);
}

/* What the stack gave to the qdisc, where there is one that counts. */
static bool np_tx_stack(struct np_book_keeper *keeper, struct np_stage *stage,
			struct np_way *way)
{
	const struct np_qdisc *before, *after;
	uint64_t lost, sent;

	after = np_qdisc_pair(keeper, NP_QDISC_ROOT, &before);
	if (!after || !strcmp(after->kind, "noqueue")) {
		np_way_note(way, "%s", after ?
			    "without a qdisc nobody counts what the stack gives to the driver" :
			    "the qdisc is new or unknown, and what it lost with it");
		return false;
	}
	lost = np_known(np_gained(before->drops, after->drops));
	sent = after->packets - before->packets;
	if (after->qlen != NP_UNKNOWN && before->qlen != NP_UNKNOWN)
		stage->waiting = (int64_t)(after->qlen - before->qlen);
	/* One that a driver has given back is both sent and waiting, per queue. */
	if (np_known(np_gained(before->requeues, after->requeues)))
		keeper->given_back = keeper->after->nr_tx;
	stage->packets = sent + lost + (uint64_t)stage->waiting;
	stage->source = np_print("%s sent + dropped + waiting", after->kind);
	np_loss_add(np_stage_loss(stage, "qdisc", NP_SCOPE_INTERFACE),
		    after->kind, lost);

	return true;
}

static void np_note_ring(const struct np_book_keeper *keeper,
			 struct np_way *way)
{
	uint64_t before = 0, after = 0;
	size_t i;

	for (i = 0; i < keeper->before->nr_tx; i++)
		before += np_known(keeper->before->tx[i].bql_inflight);
	for (i = 0; i < keeper->after->nr_tx; i++)
		after += np_known(keeper->after->tx[i].bql_inflight);
	if (before || after)
		np_way_note(way, "in the rings, not yet sent: %llu octets at first, %llu at last (BQL)",
			    (unsigned long long)before,
			    (unsigned long long)after);
}

static void np_ledger_tx(struct np_book_keeper *keeper, struct np_way *way)
{
	uint64_t sent = np_known(np_field(keeper, "tx_packets"));
	struct np_wire *wire = &keeper->wire;
	struct np_stage *stack, *driver;

	stack = np_way_stage(way, "stack", 0, NULL);
	stack->checked = np_tx_stack(keeper, stack, way);
	np_add_families(keeper, stack, NP_SIDE_TX, false);
	np_add_rest(keeper, stack, "tx_dropped",
		    np_is_veth(keeper) ? np_layer_names[NP_LAYER_RING] :
		    np_layer_names[NP_LAYER_STACK]);
	if (!stack->checked)
		stack->packets = sent + np_losses(stack);

	driver = np_way_stage(way, "driver", sent, "tx_packets");
	np_add_families(keeper, driver, NP_SIDE_TX, true);
	np_add_rest(keeper, driver, "tx_fifo_errors",
		    np_layer_names[NP_LAYER_FIFO]);
	np_add_rest(keeper, driver, "tx_aborted_errors",
		    np_layer_names[NP_LAYER_WIRE]);
	driver->checked = np_wire_find(wire, keeper->before, keeper->after,
				       false);
	np_way_stage(way, "wire", driver->checked ? wire->gained :
		     np_gained(np_losses(driver), sent),
		     driver->checked ? wire->name : NULL);

	way->skew = np_skew(keeper->window, stack->packets) +
		    keeper->given_back;
	np_way_close(way);
	np_note_others(keeper, -driver->remainder, way);
	np_note_ring(keeper, way);
}

/**
 * np_ledger_port - where the packets of an interface went
 * @window: two samples
 * @name: of the interface, which is in both
 *
 * Return: freed with np_ledger_free(), while @window is still there; NULL if a
 * sample does not have the interface.
 */
struct np_ledger *np_ledger_port(const struct np_window *window,
				 const char *name)
{
	struct np_book_keeper keeper = { .window = window };
	struct np_ledger *ledger;

	keeper.before = np_sample_port(window->before, name);
	keeper.after = np_sample_port(window->after, name);
	if (!keeper.before || !keeper.after)
		return NULL;
	keeper.peer_before = np_sample_peer(window->before, keeper.before);
	keeper.peer_after = np_sample_peer(window->after, keeper.after);
	np_families_read(&keeper.families, keeper.before, keeper.after);

	ledger = np_alloc(sizeof(*ledger));
	ledger->port = keeper.after;
	ledger->ns = window->ns;
	np_ledger_rx(&keeper, &ledger->rx);
	np_ledger_tx(&keeper, &ledger->tx);
	np_families_free(&keeper.families);

	return ledger;
}
