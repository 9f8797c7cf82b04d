// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ledgers as JSON.
 */
#include "print/print.h"

#include <string.h>

static json_t *np_json_loss(const struct np_loss *loss)
{
	json_t *object = json_object();

	np_put_text(object, "layer", loss->layer);
	np_put_text(object, "scope", np_scope_names[loss->scope]);
	np_put_number(object, "packets", loss->packets);
	json_object_set_new(object, "sources",
			    np_json_values(loss->source, loss->nr_source));
	np_put_text(object, "note", loss->note);

	return object;
}

static json_t *np_json_stage(const struct np_stage *stage)
{
	json_t *object = json_object(), *losses = json_array();
	size_t i;

	np_put_text(object, "stage", stage->name);
	np_put_number(object, "packets", stage->packets);
	np_put_text(object, "source", stage->source);
	for (i = 0; i < stage->nr_loss; i++)
		json_array_append_new(losses, np_json_loss(&stage->loss[i]));
	json_object_set_new(object, "losses", losses);
	json_object_set_new(object, "waiting", json_integer(stage->waiting));
	/* Where nobody counts apart there is no remainder, not one of 0. */
	if (stage->checked)
		json_object_set_new(object, "unexplained",
				    json_integer(stage->remainder));

	return object;
}

static json_t *np_json_way(const struct np_way *way)
{
	json_t *object = json_object(), *stages = json_array();
	json_t *notes = json_array();
	size_t i;

	for (i = 0; i < way->nr_stage; i++)
		json_array_append_new(stages, np_json_stage(&way->stage[i]));
	json_object_set_new(object, "stages", stages);
	np_put_number(object, "lost", way->lost);
	np_put_number(object, "skew", way->skew);
	for (i = 0; i < way->nr_note; i++)
		json_array_append_new(notes, json_string(way->note[i]));
	json_object_set_new(object, "notes", notes);

	return object;
}

/**
 * np_json_ledger - where packets went
 * @ledger: of an interface or the namespace
 *
 * Return: an object; a reference of the caller's.
 */
json_t *np_json_ledger(const struct np_ledger *ledger)
{
	json_t *object = json_object();

	if (ledger->port) {
		np_put_text(object, "ifname", ledger->port->name);
		np_put_text(object, "driver", ledger->port->driver);
	}
	json_object_set_new(object, "rx", np_json_way(&ledger->rx));
	json_object_set_new(object, "tx", np_json_way(&ledger->tx));

	return object;
}

/**
 * np_json_socket_drops - sockets that had no room for packets
 * @window: two samples
 *
 * Return: an array; a reference of the caller's.
 */
json_t *np_json_socket_drops(const struct np_window *window)
{
	const struct np_host *host = window->after->host;
	json_t *array = json_array(), *object;
	uint64_t drops;
	size_t i;

	for (i = 0; i < host->nr_socket; i++) {
		const struct np_socket *one = &host->socket[i];

		drops = np_socket_gained(window, one);
		if (drops == NP_UNKNOWN || !drops)
			continue;
		object = json_object();
		np_put_text(object, "protocol", one->protocol);
		np_put_text(object, "local", one->local);
		np_put_number(object, "inode", one->inode);
		np_put_number(object, "drops", drops);
		np_put_number(object, "rcvbuf", one->rcvbuf);
		np_put_number(object, "queued", one->queued);
		np_put_text(object, "process", one->comm);
		json_array_append_new(array, object);
	}

	return array;
}
