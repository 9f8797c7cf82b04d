// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each counter has lost by starting again is remembered and added.
 */
#include "model/steady.h"

#include <stdlib.h>
#include <string.h>

#include "model/dictionary.h"

/* Interfaces come and go, those of containers all the time: an hour is kept. */
#define NP_STEADY_NS	(3600ull * 1000000000)

/* Where a counter is found. */
enum np_steady_set {
	NP_STEADY_OWN,
	NP_STEADY_LINK,
	NP_STEADY_RX,
	NP_STEADY_TX,
	NP_STEADY_IRQ,
};

/*
 * A counter; @id is the queue or the interrupt. @sum: the driver adds up what
 * queues count, so that a smaller number need not have begun at 0.
 */
struct np_kept {
	enum np_steady_set set;
	uint64_t id;
	char *name;
	uint64_t raw;
	uint64_t lost;
	bool counts;
	bool sum;
	bool seen;
};

/* Those of an interface; @at is behind the one looked for last. */
struct np_kept_port {
	char *name;
	uint64_t ns;
	struct np_kept *kept;
	size_t count;
	size_t at;
};

struct np_steady {
	struct np_kept_port *port;
	size_t count;
};

/**
 * np_steady_alloc - nothing is remembered yet
 *
 * Return: freed with np_steady_free().
 */
struct np_steady *np_steady_alloc(void)
{
	return np_alloc(sizeof(struct np_steady));
}

static void np_kept_port_free(struct np_kept_port *port)
{
	size_t i;

	for (i = 0; i < port->count; i++)
		free(port->kept[i].name);
	free(port->kept);
	free(port->name);
}

/**
 * np_steady_free - forget all
 * @steady: or NULL
 */
void np_steady_free(struct np_steady *steady)
{
	size_t i;

	if (!steady)
		return;
	for (i = 0; i < steady->count; i++)
		np_kept_port_free(&steady->port[i]);
	free(steady->port);
	free(steady);
}

static void np_steady_forget(struct np_steady *steady, uint64_t ns)
{
	size_t from, to = 0;

	for (from = 0; from < steady->count; from++) {
		struct np_kept_port *port = &steady->port[from];

		if (ns - port->ns < NP_STEADY_NS)
			steady->port[to++] = *port;
		else
			np_kept_port_free(port);
	}
	steady->count = to;
}

static struct np_kept_port *np_steady_port(struct np_steady *steady,
					   const char *name)
{
	struct np_kept_port *port;
	size_t i;

	for (i = 0; i < steady->count; i++)
		if (!strcmp(steady->port[i].name, name))
			return &steady->port[i];
	port = np_more(steady->port, steady->count);
	port->name = np_copy(name);

	return port;
}

/* Drivers give counters in the same order each time: mostly it is the next. */
static struct np_kept *np_kept_find(struct np_kept_port *port,
				    enum np_steady_set set, uint64_t id,
				    const char *name)
{
	struct np_kept *kept;
	size_t i, at;

	for (i = 0; i < port->count; i++) {
		at = (port->at + i) % port->count;
		kept = &port->kept[at];
		if (kept->set == set && kept->id == id &&
		    !strcmp(kept->name, name)) {
			port->at = at + 1;
			return kept;
		}
	}
	kept = np_more(port->kept, port->count);
	kept->set = set;
	kept->id = id;
	kept->name = np_copy(name);
	kept->counts = true;
	port->at = port->count;

	return kept;
}

static void np_keep(struct np_kept *kept, uint64_t *value)
{
	kept->seen = true;
	if (*value == NP_UNKNOWN || !kept->counts)
		return;
	if (*value < kept->raw)
		kept->lost += kept->raw - (kept->sum ? *value : 0);
	kept->raw = *value;
	*value += kept->lost;
}

/* Of what a driver shows, what the dictionary knows to be no state. */
static bool np_counts(const struct np_port *port, const char *name)
{
	struct np_match match;
	const struct np_book *book = np_book_find(port->driver);

	return book && np_book_match(book, name, &match) &&
	       match.entry->kind != NP_KIND_INFO;
}

static void np_keep_own(struct np_kept_port *kept, struct np_port *port)
{
	struct np_kept *one;
	size_t before, i;

	for (i = 0; i < port->nr_own; i++) {
		struct np_value *own = &port->own[i];

		before = kept->count;
		one = np_kept_find(kept, NP_STEADY_OWN, 0, own->name);
		if (kept->count > before)
			one->counts = np_counts(port, own->name);
		np_keep(one, &own->value);
	}
}

/* Volume begins at 0; losses are what drivers add up. */
static void np_keep_link(struct np_kept_port *kept, struct np_port *port)
{
	struct np_kept *one;
	size_t i;

	for (i = 0; i < port->nr_link; i++) {
		struct np_value *link = &port->link[i];

		one = np_kept_find(kept, NP_STEADY_LINK, 0, link->name);
		one->sum = !strstr(link->name, "packets") &&
			   !strstr(link->name, "bytes");
		np_keep(one, &link->value);
	}
}

static void np_keep_queues(struct np_kept_port *kept, enum np_steady_set set,
			   struct np_queue *queues, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct np_counters *counters = &queues[i].counters;
		unsigned int id = queues[i].id;

		np_keep(np_kept_find(kept, set, id, "packets"),
			&counters->packets);
		np_keep(np_kept_find(kept, set, id, "bytes"),
			&counters->bytes);
		np_keep(np_kept_find(kept, set, id, "drops"),
			&counters->drops);
		np_keep(np_kept_find(kept, set, id, "alloc-fail"),
			&counters->alloc_fail);
		np_keep(np_kept_find(kept, set, id, "timeouts"),
			&queues[i].timeouts);
	}
}

/* What the driver no longer shows: a sum would get smaller without it. */
static void np_keep_gone(struct np_kept_port *kept, struct np_port *port)
{
	size_t i;

	for (i = 0; i < kept->count; i++) {
		struct np_kept *one = &kept->kept[i];
		struct np_value *own;

		if (one->set != NP_STEADY_OWN || one->seen || !one->counts)
			continue;
		own = np_more(port->own, port->nr_own);
		own->name = np_copy(one->name);
		own->value = one->lost + one->raw;
	}
}

static void np_keep_port(struct np_kept_port *kept, struct np_port *port)
{
	size_t i;

	for (i = 0; i < kept->count; i++)
		kept->kept[i].seen = false;
	np_keep_own(kept, port);
	np_keep_link(kept, port);
	np_keep_queues(kept, NP_STEADY_RX, port->rx, port->nr_rx);
	np_keep_queues(kept, NP_STEADY_TX, port->tx, port->nr_tx);
	for (i = 0; i < port->nr_irq; i++)
		np_keep(np_kept_find(kept, NP_STEADY_IRQ, port->irq[i].irq,
				     "fired"),
			&port->irq[i].fired);
	np_keep(np_kept_find(kept, NP_STEADY_LINK, 0, "carrier-changes"),
		&port->carrier_changes);
	np_keep_gone(kept, port);
}

/**
 * np_steady_apply - make the counters of a sample steady
 * @steady: what is remembered of those before
 * @sample: as read, later than all before; counters of interfaces are changed
 *
 * An interface is known by its name. Counters that the driver no longer shows
 * are added with their last value.
 */
void np_steady_apply(struct np_steady *steady, struct np_sample *sample)
{
	struct np_kept_port *kept;
	size_t i;

	for (i = 0; i < sample->nr_port; i++) {
		kept = np_steady_port(steady, sample->port[i]->name);
		kept->ns = sample->ns;
		np_keep_port(kept, sample->port[i]);
	}
	np_steady_forget(steady, sample->ns);
}
