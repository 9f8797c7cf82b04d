// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model as JSON.
 *
 * A member that is there always has the same type. What is not known is not
 * there, and stands in "missing".
 */
#include "print/print.h"

#include <limits.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/**
 * np_put_text - a member that is a text
 * @object: that gets it
 * @name: of the member
 * @text: or NULL, and there is none; "?" if it is not UTF-8
 */
void np_put_text(json_t *object, const char *name, const char *text)
{
	/* Names of drivers and counters need not be UTF-8. */
	if (text && json_object_set_new(object, name, json_string(text)))
		json_object_set_new(object, name, json_string("?"));
}

/**
 * np_put_number - a member that is a number
 * @object: that gets it
 * @name: of the member
 * @value: NP_UNKNOWN, and there is none
 *
 * jansson has no integers of 2^63 and more: those are written with a fraction
 * of 0, as JSON knows but one kind of number, and to 16 digits.
 */
void np_put_number(json_t *object, const char *name, uint64_t value)
{
	if (value == NP_UNKNOWN)
		return;
	json_object_set_new(object, name, value > INT64_MAX ?
			    json_real((double)value) :
			    json_integer((json_int_t)value));
}

/**
 * np_put_bool - put yes or no into an object, if it is known
 * @object: object
 * @name: of the member
 * @value: or NP_UNKNOWN
 */
void np_put_bool(json_t *object, const char *name, uint64_t value)
{
	if (value != NP_UNKNOWN)
		json_object_set_new(object, name, json_boolean(value));
}

/**
 * np_put_object - put an object into another, if there is anything in it
 * @object: object
 * @name: of the member
 * @part: whose reference is taken
 */
void np_put_object(json_t *object, const char *name, json_t *part)
{
	if (json_object_size(part))
		json_object_set_new(object, name, part);
	else
		json_decref(part);
}

static json_t *np_json_pair(const struct np_pair *pair)
{
	json_t *object = json_object();

	np_put_number(object, "current", pair->now);
	np_put_number(object, "maximum", pair->max);

	return object;
}

static json_t *np_json_cpus(const struct np_cpus *cpus)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < cpus->count; i++)
		json_array_append_new(array, json_integer(cpus->cpu[i]));

	return array;
}

/**
 * np_json_values - numbers with their names
 * @values: those
 * @count: how many
 *
 * Return: an object; a reference of the caller's.
 */
json_t *np_json_values(const struct np_value *values, size_t count)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < count; i++)
		np_put_number(object, values[i].name, values[i].value);

	return object;
}

static json_t *np_json_queue(const struct np_queue *queue, bool rx)
{
	json_t *object = json_object();

	np_put_number(object, "queue-id", queue->id);
	np_put_number(object, "napi-id", queue->napi);
	json_object_set_new(object, rx ? "rps-cpus" : "xps-cpus",
			    np_json_cpus(&queue->cpus));
	np_put_number(object, "packets", queue->counters.packets);
	np_put_number(object, "bytes", queue->counters.bytes);
	np_put_number(object, "drops", queue->counters.drops);
	np_put_number(object, "alloc-fail", queue->counters.alloc_fail);
	np_put_number(object, "timeouts", queue->timeouts);
	np_put_number(object, "bql-limit", queue->bql_limit);
	np_put_number(object, "bql-inflight", queue->bql_inflight);

	return object;
}

static json_t *np_json_queues(const struct np_queue *queues, size_t count,
			      bool rx)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(array, np_json_queue(&queues[i], rx));

	return array;
}

static json_t *np_json_napis(const struct np_port *port)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < port->nr_napi; i++) {
		const struct np_napi *napi = &port->napi[i];
		json_t *object = json_object();

		np_put_number(object, "id", napi->id);
		np_put_number(object, "irq", napi->irq);
		np_put_number(object, "pid", napi->pid);
		np_put_number(object, "defer-hard-irqs",
			      napi->defer_hard_irqs);
		np_put_number(object, "gro-flush-timeout", napi->gro_flush_ns);
		np_put_number(object, "irq-suspend-timeout",
			      napi->irq_suspend_ns);
		json_array_append_new(array, object);
	}

	return array;
}

static json_t *np_json_irqs(const struct np_port *port)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < port->nr_irq; i++) {
		const struct np_irq *irq = &port->irq[i];
		json_t *object = json_object();

		np_put_number(object, "irq", irq->irq);
		np_put_text(object, "name", irq->name);
		np_put_number(object, "fired", irq->fired);
		json_object_set_new(object, "effective-cpus",
				    np_json_cpus(&irq->effective));
		json_array_append_new(array, object);
	}

	return array;
}

static json_t *np_json_rss(const struct np_rss *rss)
{
	json_t *object = json_object(), *table;
	size_t i;

	if (rss->size) {
		table = json_array();
		for (i = 0; i < rss->size; i++)
			json_array_append_new(table,
					      json_integer(rss->table[i]));
		json_object_set_new(object, "indirection-table", table);
	}
	np_put_text(object, "hash-key", rss->key);
	np_put_text(object, "hash-function", rss->hfunc);
	np_put_text(object, "fields-tcp4", rss->tcp4);
	np_put_text(object, "fields-udp4", rss->udp4);

	return object;
}

static json_t *np_json_missing(const struct np_port *port)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < port->nr_missing; i++) {
		json_t *object = json_object();

		np_put_text(object, "what", port->missing[i].what);
		np_put_text(object, "why", port->missing[i].why);
		np_put_text(object, "hint", port->missing[i].hint);
		json_array_append_new(array, object);
	}

	return array;
}

static json_t *np_json_link(const struct np_port *port)
{
	json_t *object = json_object();

	np_put_bool(object, "carrier", port->carrier);
	np_put_number(object, "carrier-changes", port->carrier_changes);
	np_put_number(object, "speed", port->speed);
	np_put_text(object, "duplex", port->duplex);
	np_put_bool(object, "autonegotiate", port->autoneg);
	np_put_bool(object, "pause-rx", port->pause_rx);
	np_put_bool(object, "pause-tx", port->pause_tx);

	return object;
}

static json_t *np_json_pcie(const struct np_port *port)
{
	json_t *object = json_object();

	np_put_text(object, "speed", port->pcie_speed);
	np_put_text(object, "speed-maximum", port->pcie_speed_max);
	np_put_number(object, "width", port->pcie_width.now);
	np_put_number(object, "width-maximum", port->pcie_width.max);

	return object;
}

static json_t *np_json_coalesce(const struct np_port *port)
{
	json_t *object = json_object();

	np_put_bool(object, "adaptive-rx", port->adaptive_rx);
	np_put_bool(object, "adaptive-tx", port->adaptive_tx);
	np_put_number(object, "rx-usecs", port->rx_usecs);
	np_put_number(object, "tx-usecs", port->tx_usecs);

	return object;
}

static json_t *np_json_eee(const struct np_port *port)
{
	json_t *object = json_object();

	np_put_bool(object, "enabled", port->eee_enabled);
	np_put_bool(object, "active", port->eee_active);

	return object;
}

static json_t *np_json_features(const struct np_features *features)
{
	json_t *object = json_object();

	np_put_bool(object, "rx-checksum", features->rx_checksum);
	np_put_bool(object, "tx-checksum", features->tx_checksum);
	np_put_bool(object, "rx-hash", features->rx_hash);
	np_put_bool(object, "gro", features->gro);
	np_put_bool(object, "gro-hw", features->gro_hw);
	np_put_bool(object, "lro", features->lro);
	np_put_bool(object, "gso", features->gso);
	np_put_bool(object, "tso", features->tso);

	return object;
}

static const char *np_root_qdisc(const struct np_port *port)
{
	size_t i;

	for (i = 0; i < port->nr_qdisc; i++)
		if (port->qdisc[i].parent == NP_QDISC_ROOT)
			return port->qdisc[i].kind;

	return NULL;
}

/**
 * np_json_host - settings that interfaces share
 * @host: host
 *
 * Return: an object; a reference of the caller's.
 */
json_t *np_json_host(const struct np_host *host)
{
	json_t *object = json_object();

	np_put_text(object, "kernel", host->release);
	np_put_number(object, "cpus", host->nr_cpu);
	np_put_number(object, "netdev_budget", host->budget);
	np_put_number(object, "netdev_budget_usecs", host->budget_usecs);
	np_put_number(object, "netdev_max_backlog", host->max_backlog);
	np_put_number(object, "rmem_max", host->rmem_max);
	np_put_number(object, "rmem_default", host->rmem_default);
	np_put_number(object, "rps_sock_flow_entries", host->rps_flows);
	np_put_bool(object, "irqbalance", host->irqbalance);

	return object;
}

/**
 * np_json_port - an interface
 * @port: all that is known of it
 *
 * Return: an object; a reference of the caller's.
 */
json_t *np_json_port(const struct np_port *port)
{
	json_t *object = json_object();

	np_put_text(object, "ifname", port->name);
	np_put_number(object, "ifindex", port->ifindex);
	np_put_text(object, "driver", port->driver);
	np_put_text(object, "driver-version", port->driver_version);
	np_put_text(object, "firmware-version", port->firmware);
	np_put_text(object, "bus-info", port->bus);
	np_put_text(object, "board", port->board);
	np_put_text(object, "address", port->mac);
	np_put_text(object, "operstate", port->operstate);
	np_put_number(object, "mtu", port->mtu);
	np_put_number(object, "numa-node", port->node);
	np_put_object(object, "pcie", np_json_pcie(port));
	np_put_object(object, "link", np_json_link(port));
	np_put_object(object, "rx-ring", np_json_pair(&port->rx_ring));
	np_put_object(object, "tx-ring", np_json_pair(&port->tx_ring));
	np_put_object(object, "combined", np_json_pair(&port->combined));
	np_put_object(object, "rx-channels", np_json_pair(&port->rx_channels));
	np_put_object(object, "tx-channels", np_json_pair(&port->tx_channels));
	np_put_object(object, "coalesce", np_json_coalesce(port));
	np_put_object(object, "rss", np_json_rss(&port->rss));
	np_put_bool(object, "threaded", port->threaded);
	np_put_object(object, "features", np_json_features(&port->features));
	np_put_object(object, "eee", np_json_eee(port));
	np_put_text(object, "qdisc", np_root_qdisc(port));
	json_object_set_new(object, "rx-queues",
			    np_json_queues(port->rx, port->nr_rx, true));
	json_object_set_new(object, "tx-queues",
			    np_json_queues(port->tx, port->nr_tx, false));
	json_object_set_new(object, "napis", np_json_napis(port));
	json_object_set_new(object, "irqs", np_json_irqs(port));
	json_object_set_new(object, "stats64",
			    np_json_values(port->link, port->nr_link));
	json_object_set_new(object, "statistics",
			    np_json_values(port->own, port->nr_own));
	json_object_set_new(object, "missing", np_json_missing(port));

	return object;
}

/* An entry, without where it was read, which is for each driver. */
static json_t *np_json_entry(const struct np_entry *entry)
{
	json_t *object = json_object();

	np_put_text(object, "counter", entry->name);
	np_put_text(object, "side", np_side_names[entry->side]);
	np_put_text(object, "layer", np_layer_names[entry->layer]);
	np_put_text(object, "kind", np_kind_names[entry->kind]);
	np_put_text(object, "unit", entry->unit);
	np_put_text(object, "register", entry->reg);
	np_put_text(object, "field", entry->field);
	np_put_text(object, "ip-link", entry->ip);
	np_put_text(object, "proc-net-dev", entry->column);
	np_put_text(object, "node-exporter", entry->series);
	np_put_text(object, "node-exporter-detailed", entry->series_detailed);
	np_put_text(object, "says", entry->says);
	np_put_text(object, "do", entry->todo);

	return object;
}

/**
 * np_json_explained - an explanation
 * @one: explanation
 *
 * Return: an object; a reference of the caller's.
 */
json_t *np_json_explained(const struct np_explained *one)
{
	const struct np_match *match = &one->of[0];
	json_t *object = np_json_entry(match->entry), *part;
	size_t i;

	part = json_object();
	for (i = 0; i < match->count; i++)
		np_put_number(part, match->entry->numbers[i],
			      match->numbers[i]);
	np_put_object(object, "numbers", part);
	part = json_object();
	for (i = 0; i < one->nr_of; i++)
		np_put_text(part, one->of[i].book->driver,
			    one->of[i].entry->read);
	json_object_set_new(object, "read", part);

	return object;
}

/* Counters of an interface by name. */
static json_t *np_json_counters(const struct np_value **values, size_t count)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < count; i++)
		np_put_number(object, values[i]->name, values[i]->value);

	return object;
}

/**
 * np_json_explained_port - the counters of an interface, explained
 * @port: interface
 * @all: of np_explain_port()
 *
 * Return: an object; a reference of the caller's.
 */
json_t *np_json_explained_port(const struct np_port *port,
			       const struct np_explanations *all)
{
	json_t *object = json_object(), *array = json_array(), *part;
	size_t i;

	np_put_text(object, "ifname", port->name);
	np_put_text(object, "driver", port->driver);
	for (i = 0; i < all->count; i++) {
		const struct np_explained *one = &all->item[i];

		part = np_json_explained(one);
		/* Those in the names of several counters differ. */
		json_object_del(part, "numbers");
		json_object_set_new(part, "values",
				    np_json_counters(one->values,
						     one->nr_values));
		json_array_append_new(array, part);
	}
	json_object_set_new(object, "explanations", array);
	json_object_set_new(object, "unexplained",
			    np_json_counters(all->unknown, all->nr_unknown));

	return object;
}

/**
 * np_json_book - all that is known of a driver's counters
 * @book: of the driver
 *
 * Return: an object; a reference of the caller's.
 */
json_t *np_json_book(const struct np_book *book)
{
	json_t *object = json_object(), *also = json_array();
	json_t *array = json_array();
	size_t i;

	np_put_text(object, "driver", book->driver);
	for (i = 0; book->also[i]; i++)
		json_array_append_new(also, json_string(book->also[i]));
	json_object_set_new(object, "also", also);
	for (i = 0; i < book->count; i++) {
		struct np_match match = {
			.book = book,
			.entry = &book->entries[i],
		};
		struct np_explained one = { .of = &match, .nr_of = 1 };

		json_array_append_new(array, np_json_explained(&one));
	}
	json_object_set_new(object, "explanations", array);

	return object;
}

/* Whose it is: of a snapshot, what that says. */
static void np_put_host(json_t *object, struct np_source *src)
{
	char *text;

	if (!src || np_source_is_live(src)) {
		text = np_alloc(HOST_NAME_MAX + 1);
		gethostname(text, HOST_NAME_MAX);
	} else {
		text = np_source_read(src, "proc/sys/kernel/hostname");
	}
	np_put_text(object, "host", text ? np_strip(text) : "unknown");
	free(text);
}

/**
 * np_json_document - what all output begins with
 * @schema: name and version of what follows, "napier.show/1"
 * @src: what it is about; NULL for the running system
 *
 * Return: an object with the schema, the time and the name of the host. Of a
 * snapshot they are those of when and where it was made.
 */
json_t *np_json_document(const char *schema, struct np_source *src)
{
	time_t when = src ? (time_t)np_source_wall(src) : time(NULL);
	json_t *object = json_object();
	char text[64];
	struct tm utc;

	np_put_text(object, "schema", schema);
	if (gmtime_r(&when, &utc) &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc))
		np_put_text(object, "time", text);
	np_put_host(object, src);

	return object;
}

/**
 * np_json_write - to standard output, with a newline
 * @document: whose reference is taken
 * @pretty: for people
 *
 * Return: 0, or -1 if it cannot be written.
 */
int np_json_write(json_t *document, bool pretty)
{
	int err = json_dumpf(document, stdout,
			     pretty ? JSON_INDENT(2) : JSON_COMPACT);

	json_decref(document);
	putchar('\n');

	return err || fflush(stdout) ? -1 : 0;
}
