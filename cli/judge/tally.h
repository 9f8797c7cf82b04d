/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters of an interface by what they mean, whatever its driver calls
 * them: losses by layer, each loss once, and what queues carry.
 */
#ifndef NP_TALLY_H
#define NP_TALLY_H

#include "model/dictionary.h"
#include "model/port.h"

#define NP_LAYERS	(NP_LAYER_HEALTH + 1)

/**
 * struct np_tally_queue - what a queue has counted
 * @packets: carried
 * @bytes: carried
 * @drops: lost
 */
struct np_tally_queue {
	uint64_t packets;
	uint64_t bytes;
	uint64_t drops;
};

/**
 * struct np_tally - counters of an interface; NP_UNKNOWN where nobody counts
 * @rx_lost: packets, by layer
 * @tx_lost: packets, by layer
 * @rx_warned: first signs of loss, by layer
 * @rx: by index in port->rx
 * @tx: by index in port->tx
 */
struct np_tally {
	uint64_t rx_lost[NP_LAYERS];
	uint64_t tx_lost[NP_LAYERS];
	uint64_t rx_warned[NP_LAYERS];
	struct np_tally_queue *rx;
	struct np_tally_queue *tx;
};

void np_tally_port(struct np_tally *tally, const struct np_port *port);
void np_tally_free(struct np_tally *tally);

#endif
