// SPDX-License-Identifier: GPL-2.0-only
/*
 * Losses by layer.
 *
 * The same loss is often counted in several places: by the ring, by a sum over
 * the rings, in a field of rtnl_link_stats64, and there in two of them. What is
 * counted here:
 *
 * - The driver's own counters in the layer that the dictionary gives them. If
 *   there are some for each queue and some that are not for a queue, which feed
 *   the same field and are in the same layer, the one is taken for the sum of
 *   the other: the larger of both counts.
 * - Where the driver has none for the rings, what the kernel's statistics of
 *   queues say.
 * - Of each field of rtnl_link_stats64, what those do not explain; in the layer
 *   of the driver's own counter of that name, else of the field.
 * - rx_fifo_errors has rx_missed_errors in it once more with drivers that add
 *   the rings up in it (igb, igc), so that part is left out.
 */
#include "judge/tally.h"

#include <stdlib.h>
#include <string.h>

#include "model/sample.h"

/* Fields of rtnl_link_stats64 that are losses, and one for none of them. */
static const char *const np_fields[] = {
	"rx_fifo_errors", "rx_missed_errors", "rx_over_errors", "rx_dropped",
	"tx_fifo_errors", "tx_aborted_errors", "tx_dropped", NULL,
};

enum {
	NP_FIELD_FIFO,
	NP_FIELD_MISSED,
	NP_FIELD_NONE = NP_COUNT(np_fields) - 1,
	NP_FIELDS,
};

/* Of own counters: for queues, and not for queues. */
struct np_bucket {
	uint64_t queues;
	uint64_t whole;
};

/* One side of one interface while it is looked at. */
struct np_side_tally {
	struct np_bucket lost[NP_FIELDS][NP_LAYERS];
	struct np_bucket warned[NP_LAYERS];
	int own_layer[NP_FIELDS];
};

struct np_count {
	const struct np_port *port;
	struct np_tally *tally;
	struct np_side_tally side[NP_SIDE_BOTH];
};

/* Adds what is known to what may not be. */
static void np_add(uint64_t *sum, uint64_t value)
{
	if (value == NP_UNKNOWN)
		return;
	*sum = *sum == NP_UNKNOWN ? value : *sum + value;
}

/* What is known of both, the larger if both are. */
static uint64_t np_bucket_value(const struct np_bucket *bucket)
{
	if (bucket->queues == NP_UNKNOWN)
		return bucket->whole;
	if (bucket->whole == NP_UNKNOWN)
		return bucket->queues;

	return bucket->queues > bucket->whole ? bucket->queues : bucket->whole;
}

static size_t np_field_index(const char *name)
{
	size_t i;

	for (i = 0; name && i < NP_FIELD_NONE; i++)
		if (!strcmp(np_fields[i], name))
			return i;

	return NP_FIELD_NONE;
}

static bool np_of_queue(const struct np_match *match)
{
	return match->count && !strcmp(match->entry->numbers[0], "queue");
}

static struct np_tally_queue *np_tally_of(const struct np_count *count,
					  bool rx, uint32_t id)
{
	const struct np_queue *queues = rx ? count->port->rx : count->port->tx;
	size_t nr = rx ? count->port->nr_rx : count->port->nr_tx;
	struct np_tally_queue *all = rx ? count->tally->rx : count->tally->tx;
	size_t i;

	for (i = 0; i < nr; i++)
		if (queues[i].id == id)
			return &all[i];

	return NULL;
}

/* What the stack gave to a queue or got from it, XDP and AF_XDP apart. */
static void np_count_traffic(struct np_count *count,
			     const struct np_match *match, uint64_t value)
{
	const struct np_entry *entry = match->entry;
	struct np_tally_queue *queue;

	if (match->count != 1 || !np_of_queue(match) ||
	    (entry->layer != NP_LAYER_RING && entry->layer != NP_LAYER_STACK &&
	     entry->layer != NP_LAYER_VIRTUAL))
		return;
	queue = np_tally_of(count, entry->side == NP_SIDE_RX,
			    match->numbers[0]);
	if (!queue)
		return;
	if (!strcmp(entry->unit, "packets") && queue->packets == NP_UNKNOWN)
		queue->packets = value;
	else if (!strcmp(entry->unit, "bytes") && queue->bytes == NP_UNKNOWN)
		queue->bytes = value;
}

static void np_count_loss(struct np_count *count, const struct np_match *match,
			  uint64_t value)
{
	const struct np_entry *entry = match->entry;
	struct np_side_tally *side = &count->side[entry->side];
	size_t field = np_field_index(entry->field);
	struct np_bucket *bucket = &side->lost[field][entry->layer];
	struct np_tally_queue *queue;

	/* The field itself once more; what it means is better known here. */
	if (np_field_index(entry->name) != NP_FIELD_NONE) {
		side->own_layer[np_field_index(entry->name)] =
			(int)entry->layer;
		return;
	}
	if (strcmp(entry->unit, "packets") != 0)
		return;
	if (!np_of_queue(match)) {
		np_add(&bucket->whole, value);
		return;
	}
	np_add(&bucket->queues, value);
	queue = np_tally_of(count, entry->side == NP_SIDE_RX,
			    match->numbers[0]);
	if (queue)
		np_add(&queue->drops, value);
}

static void np_count_own(struct np_count *count, const struct np_value *own,
			 const struct np_book *book)
{
	struct np_bucket *bucket;
	struct np_match match;

	if (!np_book_match(book, own->name, &match) ||
	    match.entry->side == NP_SIDE_BOTH)
		return;
	switch (match.entry->kind) {
	case NP_KIND_LOSS:
		np_count_loss(count, &match, own->value);
		break;
	case NP_KIND_WARNING:
		bucket = &count->side[match.entry->side]
				  .warned[match.entry->layer];
		np_add(np_of_queue(&match) ? &bucket->queues : &bucket->whole,
		       own->value);
		break;
	case NP_KIND_TRAFFIC:
		np_count_traffic(count, &match, own->value);
		break;
	default:
		break;
	}
}

/* What the kernel's statistics of queues say goes before the driver's own. */
static uint64_t np_count_queues(struct np_tally_queue *tally,
				const struct np_queue *queues, size_t count)
{
	uint64_t drops = NP_UNKNOWN;
	size_t i;

	for (i = 0; i < count; i++) {
		tally[i].packets = queues[i].counters.packets;
		tally[i].bytes = queues[i].counters.bytes;
		tally[i].drops = NP_UNKNOWN;
		np_add(&drops, queues[i].counters.drops);
	}

	return drops;
}

/* The queues' drops of the kernel's statistics, if the driver has none. */
static void np_use_queue_drops(struct np_count *count, enum np_side side,
			       uint64_t drops)
{
	bool rx = side == NP_SIDE_RX;
	const struct np_queue *queues = rx ? count->port->rx : count->port->tx;
	size_t nr = rx ? count->port->nr_rx : count->port->nr_tx, i;
	struct np_tally_queue *all = rx ? count->tally->rx : count->tally->tx;
	struct np_bucket *bucket;

	for (i = 0; i < NP_FIELDS; i++)
		if (np_bucket_value(&count->side[side].lost[i][NP_LAYER_RING]) !=
		    NP_UNKNOWN)
			return;
	for (i = 0; i < nr; i++)
		if (all[i].drops == NP_UNKNOWN)
			all[i].drops = queues[i].counters.drops;
	bucket = &count->side[side].lost[rx ? NP_FIELD_MISSED : NP_FIELD_NONE]
					[NP_LAYER_RING];
	bucket->queues = drops;
}

static uint64_t np_link_value(const struct np_port *port, size_t field)
{
	return np_value_of(port->link, port->nr_link, np_fields[field]);
}

/* Of a field, what own counters do not explain. */
static uint64_t np_field_rest(const struct np_count *count, enum np_side side,
			      size_t field)
{
	const struct np_bucket *lost = count->side[side].lost[field];
	uint64_t missed = np_link_value(count->port, NP_FIELD_MISSED);
	uint64_t rest = np_link_value(count->port, field);
	uint64_t known = NP_UNKNOWN;
	size_t i;

	for (i = 0; i < NP_LAYERS; i++)
		np_add(&known, np_bucket_value(&lost[i]));
	if (rest == NP_UNKNOWN || known == NP_UNKNOWN)
		return rest;
	rest = rest > known ? rest - known : 0;
	if (field == NP_FIELD_FIFO && missed != NP_UNKNOWN)
		rest = rest > missed ? rest - missed : 0;

	return rest;
}

static void np_sum_side(const struct np_count *count, enum np_side side,
			uint64_t *lost)
{
	const struct np_side_tally *from = &count->side[side];
	const struct np_book *book = np_book_find(NP_BOOK_LINK);
	struct np_match match;
	size_t field, layer;

	for (field = 0; field < NP_FIELDS; field++)
		for (layer = 0; layer < NP_LAYERS; layer++)
			np_add(&lost[layer],
			       np_bucket_value(&from->lost[field][layer]));
	for (field = 0; field < NP_FIELD_NONE; field++) {
		if (!np_book_match(book, np_fields[field], &match) ||
		    match.entry->side != side)
			continue;
		layer = match.entry->layer;
		if (from->own_layer[field] >= 0)
			layer = (size_t)from->own_layer[field];
		np_add(&lost[layer], np_field_rest(count, side, field));
	}
}

static void np_count_start(struct np_count *count)
{
	size_t side, field, layer;

	for (layer = 0; layer < NP_LAYERS; layer++) {
		count->tally->rx_lost[layer] = NP_UNKNOWN;
		count->tally->tx_lost[layer] = NP_UNKNOWN;
		count->tally->rx_warned[layer] = NP_UNKNOWN;
	}
	for (side = 0; side < NP_SIDE_BOTH; side++) {
		/* All bits of NP_UNKNOWN are set. */
		memset(count->side[side].lost, 0xff,
		       sizeof(count->side[side].lost));
		memset(count->side[side].warned, 0xff,
		       sizeof(count->side[side].warned));
		for (field = 0; field < NP_FIELDS; field++)
			count->side[side].own_layer[field] = -1;
	}
}

/**
 * np_tally_port - what the counters of an interface mean
 * @tally: filled; freed with np_tally_free()
 * @port: interface
 */
void np_tally_port(struct np_tally *tally, const struct np_port *port)
{
	struct np_count count = { .port = port, .tally = tally };
	const struct np_book *book = np_book_find(port->driver);
	uint64_t rx_drops, tx_drops;
	size_t i;

	np_count_start(&count);
	tally->rx = np_alloc((port->nr_rx + 1) * sizeof(*tally->rx));
	tally->tx = np_alloc((port->nr_tx + 1) * sizeof(*tally->tx));
	rx_drops = np_count_queues(tally->rx, port->rx, port->nr_rx);
	tx_drops = np_count_queues(tally->tx, port->tx, port->nr_tx);
	for (i = 0; book && i < port->nr_own; i++)
		np_count_own(&count, &port->own[i], book);
	np_use_queue_drops(&count, NP_SIDE_RX, rx_drops);
	np_use_queue_drops(&count, NP_SIDE_TX, tx_drops);
	np_sum_side(&count, NP_SIDE_RX, tally->rx_lost);
	np_sum_side(&count, NP_SIDE_TX, tally->tx_lost);
	for (i = 0; i < NP_LAYERS; i++)
		np_add(&tally->rx_warned[i],
		       np_bucket_value(&count.side[NP_SIDE_RX].warned[i]));
}

/**
 * np_tally_free - forget what was counted
 * @tally: of np_tally_port()
 */
void np_tally_free(struct np_tally *tally)
{
	free(tally->rx);
	free(tally->tx);
}
