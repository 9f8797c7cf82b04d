// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording of `napier bursts`: JSON Lines, as print/json_bursts.c writes
 * them.
 */
#include "read/replay.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* All lines are shorter, and no recording has more intervals of an interface. */
#define NP_LINE_MAX	1048576
#define NP_TICKS_MAX	4194304

static uint64_t np_get(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_integer(value) && json_integer_value(value) >= 0 ?
	       (uint64_t)json_integer_value(value) : NP_UNKNOWN;
}

static uint64_t np_get_bool(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_boolean(value) ? json_is_true(value) : NP_UNKNOWN;
}

static const char *np_get_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* Number of a word, @count if there is none such. */
static size_t np_get_word(const json_t *object, const char *name,
			  const char *const *words, size_t count)
{
	const char *text = np_get_text(object, name);
	size_t i;

	for (i = 0; text && i < count; i++)
		if (!strcmp(text, words[i]))
			return i;

	return count;
}

static bool np_get_counts(const json_t *object, const char *name,
			  uint64_t *count, size_t classes)
{
	const json_t *array = json_object_get(object, name);
	size_t i;

	if (json_array_size(array) != classes)
		return false;
	for (i = 0; i < classes; i++) {
		const json_t *one = json_array_get(array, i);

		if (!json_is_integer(one) || json_integer_value(one) < 0)
			return false;
		count[i] = (uint64_t)json_integer_value(one);
	}

	return true;
}

static struct np_burst_port *np_get_port(struct np_bursts *all,
					 const json_t *object)
{
	const char *name = np_get_text(object, "ifname");
	size_t i;

	for (i = 0; name && i < all->nr_port; i++)
		if (!strcmp(all->port[i].name, name))
			return &all->port[i];

	return NULL;
}

/* The summary has what the start has had, and more. */
static void np_get_missing(struct np_bursts *all, const json_t *object)
{
	const json_t *array = json_object_get(object, "missing"), *one;
	size_t i, known = all->nr_missing;

	json_array_foreach(array, i, one)
		if (i >= known && np_get_text(one, "what") &&
		    np_get_text(one, "why"))
			np_bursts_miss(all, np_get_text(one, "what"),
				       np_get_text(one, "why"),
				       np_get_text(one, "hint"));
}

static const char *np_got_device(struct np_bursts *all, const json_t *device)
{
	const char *name = np_get_text(device, "ifname");
	struct np_burst_port *port;
	size_t how;

	if (!name || np_get_port(all, device))
		return "a device without a name of its own";
	if (all->nr_port >= NP_PORTS_MAX)
		return "too many devices";
	port = np_bursts_port(all, name);
	how = np_get_word(device, "how", np_how_names, 3);
	port->how = (enum np_how)how;
	port->driver = np_copy(np_get_text(device, "driver"));
	port->ifindex = np_get(device, "ifindex");
	port->ring = np_get(device, "ring");
	port->speed = np_get(device, "speed");
	port->arrivals = np_get(device, "arrivals-per-second");
	port->shared = np_get_bool(device, "shared-with-transmit");
	port->high = np_get(device, "high");
	port->low = np_get(device, "low");
	port->shift = np_get(device, "class-shift");
	if (port->how > NP_HOW_COARSE || port->high == NP_UNKNOWN ||
	    port->low == NP_UNKNOWN || port->shift > 31)
		return "how, high, low or class-shift is not as it can be";

	return NULL;
}

static const char *np_got_start(struct np_bursts *all, const json_t *line)
{
	const json_t *devices = json_object_get(line, "devices"), *device;
	const char *wrong = NULL;
	size_t i;

	if (all->nr_port)
		return "a second start";
	all->host = np_copy(np_get_text(line, "host"));
	all->begin = np_get(line, "unix-ns");
	all->tick = np_get(line, "tick-ns");
	if (!all->host || all->begin == NP_UNKNOWN || all->tick == NP_UNKNOWN ||
	    !all->tick || !json_array_size(devices))
		return "host, unix-ns, tick-ns or devices is missing";
	json_array_foreach(devices, i, device)
		if (!wrong)
			wrong = np_got_device(all, device);
	np_get_missing(all, line);

	return wrong;
}

static void np_got_gap(struct np_gap *gap, const json_t *object)
{
	const char *comm = np_get_text(object, "comm");
	uint64_t vector = np_get(object, "softirq"), pid = np_get(object, "pid");

	gap->ns = object ? np_get(object, "ns") : 0;
	if (gap->ns == NP_UNKNOWN)
		gap->ns = 0;
	gap->vector = vector < NP_NONE ? (uint32_t)vector : NP_NONE;
	gap->pid = pid < NP_NONE ? (uint32_t)pid : NP_NONE;
	gap->busy_ns = gap->vector == NP_NONE ? 0 : np_get(object,
							   "softirq-ns");
	gap->ksoftirqd = np_get_bool(object, "ksoftirqd") == 1;
	gap->threaded = np_get_bool(object, "threaded") == 1;
	if (comm)
		snprintf(gap->comm, sizeof(gap->comm), "%s", comm);
}

static const char *np_got_burst(struct np_bursts *all, const json_t *line,
				np_replayed told, void *data)
{
	size_t event = np_get_word(line, "event", np_tell_names, 4);
	const struct np_burst_port *port = np_get_port(all, line);
	struct np_burst burst = {
		.event = (enum np_tell)event,
		.wall = np_get(line, "unix-ns"),
		.queue = np_get(line, "queue-id"),
		.napi = np_get(line, "napi-id"),
		.cpu = np_get(line, "cpu"),
		.least = np_get(line, "waiting-least"),
		.likely = np_get(line, "waiting-likely"),
		.most = np_get(line, "waiting-most"),
		.full = np_get(line, "full"),
		.packets = np_get(line, "packets"),
		.polls = np_get(line, "polls"),
		.ns = np_get(line, "duration-ns"),
		.lost = np_get(line, "lost"),
		.lost_ns = np_get(line, "lost-window-ns"),
	};

	if (!port)
		return "an event of a device that was not watched";
	if (burst.event < NP_TELL_BEGIN || burst.event > NP_TELL_END ||
	    burst.wall == NP_UNKNOWN || burst.likely == NP_UNKNOWN ||
	    burst.packets == NP_UNKNOWN || burst.polls == NP_UNKNOWN ||
	    burst.ns == NP_UNKNOWN)
		return "a member of the event is missing, or is not as it can be";
	burst.port = (size_t)(port - all->port);
	np_got_gap(&burst.gap, json_object_get(line, "gap"));
	burst.cause = np_copy(np_get_text(line, "cause"));
	np_burst_count(all, &burst);
	told(all, &burst, data);
	free(burst.cause);

	return NULL;
}

static const char *np_got_heat(struct np_bursts *all, const json_t *line)
{
	struct np_burst_port *port = np_get_port(all, line);
	uint64_t tick = np_get(line, "tick");

	if (!port || tick >= NP_TICKS_MAX || tick < port->nr_heat)
		return "ifname or tick is not as it can be";
	/* Intervals without polls are not written. */
	while (port->nr_heat <= tick)
		(void)np_more(port->heat, port->nr_heat);
	if (!np_get_counts(line, "classes", port->heat[tick].count, NP_CLASSES))
		return "classes are not numbers, or not 16";

	return NULL;
}

static const char *np_got_total(struct np_bursts *all, const json_t *device)
{
	struct np_burst_port *port = np_get_port(all, device);

	if (!port ||
	    !np_get_counts(device, "classes", port->hist, NP_CLASSES))
		return "a device of the summary is not as it can be";
	port->bursts = np_get(device, "bursts");
	port->full = np_get(device, "full");
	port->lost = np_get(device, "lost");
	port->lost_inside = np_get(device, "lost-in-bursts");
	port->alerted = np_get(device, "lost-alerted");
	port->polls = np_get(device, "polls");
	port->work = np_get(device, "polled-packets");
	port->received = np_get(device, "received-packets");
	port->events_lost = np_get(device, "events-lost");
	port->samples = np_get(device, "scrapes");
	port->scrape_bps = np_get(device, "scrape-bits-per-second");

	return NULL;
}

static const char *np_got_summary(struct np_bursts *all, const json_t *line)
{
	const json_t *devices = json_object_get(line, "devices"), *device;
	const char *wrong = NULL;
	size_t i;

	all->ns = np_get(line, "duration-ns");
	all->poll_ns = np_get(line, "poll-overhead-ns");
	all->gap_event_ns = np_get(line, "gap-overhead-ns");
	all->cpu_ppm = np_get(line, "overhead-cpu-ppm");
	if (all->ns == NP_UNKNOWN ||
	    !np_get_counts(line, "gap-classes", all->gaps, NP_GAPS))
		return "duration-ns or gap-classes is not as it can be";
	json_array_foreach(devices, i, device)
		if (!wrong)
			wrong = np_got_total(all, device);
	np_get_missing(all, line);

	return wrong;
}

/*
 * What is wrong with a line, NULL if nothing is; *@done is set when it was the
 * last.
 */
static const char *np_got_line(struct np_bursts *all, const json_t *line,
			       np_replayed told, void *data, bool *done)
{
	const char *schema = np_get_text(line, "schema");
	const char *type = np_get_text(line, "type");
	const char *wrong;

	if (!schema || strcmp(schema, "napier.bursts/1"))
		return "not of schema napier.bursts/1";
	if (!type)
		return "without a type";
	if (*done)
		return "goes on behind the summary";
	if (!all->nr_port && strcmp(type, "start"))
		return "does not begin with a start";
	if (!strcmp(type, "start")) {
		wrong = np_got_start(all, line);
		if (!wrong)
			told(all, NULL, data);
		return wrong;
	}
	if (!strcmp(type, "event"))
		return np_got_burst(all, line, told, data);
	if (!strcmp(type, "heat"))
		return np_got_heat(all, line);
	if (strcmp(type, "summary"))
		return "of an unknown type";
	*done = true;

	return np_got_summary(all, line);
}

static int NP_PRINTF(2, 3) np_damaged(struct np_error *error, const char *fmt,
				      ...)
{
	va_list args;

	va_start(args, fmt);
	error->code = EBADMSG;
	vsnprintf(error->text, sizeof(error->text), fmt, args);
	va_end(args);

	return -EBADMSG;
}

/**
 * np_replay - read a recording
 * @in: file
 * @all: empty; filled in, also if an error comes later
 * @told: called with no event when what was watched is known, then for each
 *	event
 * @data: for @told
 * @error: set if the recording is damaged: the number of the line and why
 *
 * Return: 0 or a negative errno.
 */
int np_replay(FILE *in, struct np_bursts *all, np_replayed told, void *data,
	      struct np_error *error)
{
	char *text = np_alloc(NP_LINE_MAX);
	unsigned int number = 0;
	const char *wrong = NULL;
	bool done = false;

	while (!wrong && fgets(text, NP_LINE_MAX, in)) {
		json_error_t where;
		json_t *line;

		number++;
		if (strlen(text) == NP_LINE_MAX - 1) {
			wrong = "too long";
			break;
		}
		line = json_loads(text, JSON_REJECT_DUPLICATES, &where);
		if (!line) {
			np_damaged(error, "line %u: no JSON: %.100s", number,
				   where.text);
			free(text);
			return -EBADMSG;
		}
		wrong = np_got_line(all, line, told, data, &done);
		json_decref(line);
	}
	free(text);
	if (wrong)
		return np_damaged(error, "line %u: %s", number, wrong);
	if (!number)
		return np_damaged(error, "line 1: the file is empty");
	if (!done)
		return np_damaged(error, "line %u: ends without a summary",
				  number + 1);

	return 0;
}
