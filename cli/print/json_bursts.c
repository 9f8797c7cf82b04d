// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bursts as JSON Lines: what was watched, events, a summary; in a recording,
 * polls by occupancy, too. read/replay.c reads them.
 */
#include "print/print.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* What each line begins with. */
static json_t *np_line(const struct np_bursts *all, const char *type,
		       uint64_t wall)
{
	time_t seconds = (time_t)(wall / 1000000000u);
	json_t *object = json_object();
	char text[256], time[64];
	struct tm utc;

	np_put_text(object, "schema", "napier.bursts/1");
	if (gmtime_r(&seconds, &utc) &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc)) {
		snprintf(time, sizeof(time), "%.40s.%06uZ", text,
			 (unsigned int)(wall % 1000000000u / 1000u));
		np_put_text(object, "time", time);
	}
	if (all->host) {
		np_put_text(object, "host", all->host);
	} else if (!gethostname(text, sizeof(text) - 1)) {
		text[sizeof(text) - 1] = '\0';
		np_put_text(object, "host", text);
	}
	np_put_text(object, "type", type);
	np_put_number(object, "unix-ns", wall);

	return object;
}

static json_t *np_json_counts(const uint64_t *count, size_t classes)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < classes; i++)
		json_array_append_new(array,
				      json_integer((json_int_t)count[i]));

	return array;
}

static json_t *np_json_lacking(const struct np_bursts *all)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < all->nr_missing; i++) {
		json_t *object = json_object();

		np_put_text(object, "what", all->missing[i].what);
		np_put_text(object, "why", all->missing[i].why);
		np_put_text(object, "hint", all->missing[i].hint);
		json_array_append_new(array, object);
	}

	return array;
}

/**
 * np_json_bursts_start - what is watched
 * @all: interfaces, and what could not be had
 *
 * Return: an object; a reference of the caller's.
 */
json_t *np_json_bursts_start(const struct np_bursts *all)
{
	json_t *object = np_line(all, "start", all->begin);
	json_t *devices = json_array();
	size_t i;

	for (i = 0; i < all->nr_port; i++) {
		const struct np_burst_port *port = &all->port[i];
		json_t *device = json_object();

		np_put_text(device, "ifname", port->name);
		np_put_number(device, "ifindex", port->ifindex);
		np_put_text(device, "driver", port->driver);
		np_put_text(device, "how", np_how_names[port->how]);
		np_put_number(device, "ring", port->ring);
		np_put_number(device, "speed", port->speed);
		np_put_number(device, "arrivals-per-second", port->arrivals);
		np_put_bool(device, "shared-with-transmit", port->shared);
		np_put_number(device, "high", port->high);
		np_put_number(device, "low", port->low);
		np_put_number(device, "class-shift", port->shift);
		json_array_append_new(devices, device);
	}
	np_put_number(object, "tick-ns", all->tick);
	json_object_set_new(object, "devices", devices);
	json_object_set_new(object, "missing", np_json_lacking(all));

	return object;
}

static json_t *np_json_gap(const struct np_gap *gap)
{
	json_t *object = json_object();

	if (!gap->ns)
		return object;
	np_put_number(object, "ns", gap->ns);
	if (gap->vector != NP_NONE && gap->ns >= NP_GAP_LONG) {
		np_put_number(object, "softirq", gap->vector);
		np_put_number(object, "softirq-ns", gap->busy_ns);
	}
	if (gap->pid != NP_NONE && gap->ns >= NP_GAP_LONG)
		np_put_number(object, "pid", gap->pid);
	if (*gap->comm)
		np_put_text(object, "comm", gap->comm);
	np_put_bool(object, "ksoftirqd", gap->ksoftirqd);
	np_put_bool(object, "threaded", gap->threaded);

	return object;
}

/**
 * np_json_burst - an event
 * @all: what is watched
 * @burst: event
 *
 * Return: an object; a reference of the caller's.
 */
json_t *np_json_burst(const struct np_bursts *all, const struct np_burst *burst)
{
	const struct np_burst_port *port = &all->port[burst->port];
	json_t *object = np_line(all, "event", burst->wall);

	np_put_text(object, "event", np_tell_names[burst->event]);
	np_put_text(object, "ifname", port->name);
	np_put_text(object, "how", np_how_names[port->how]);
	np_put_number(object, "queue-id", burst->queue);
	np_put_number(object, "napi-id", burst->napi);
	np_put_number(object, "cpu", burst->cpu);
	np_put_number(object, "ring", port->ring);
	np_put_number(object, "waiting-least", burst->least);
	np_put_number(object, "waiting-likely", burst->likely);
	np_put_number(object, "waiting-most", burst->most);
	np_put_number(object, "full", burst->full);
	np_put_number(object, "packets", burst->packets);
	np_put_number(object, "polls", burst->polls);
	np_put_number(object, "duration-ns", burst->ns);
	np_put_object(object, "gap", np_json_gap(&burst->gap));
	np_put_number(object, "lost", burst->lost);
	if (burst->lost != NP_UNKNOWN)
		np_put_number(object, "lost-window-ns", burst->lost_ns);
	np_put_text(object, "cause", burst->cause);

	return object;
}

/**
 * np_json_heat - polls of an interval by occupancy
 * @all: what is watched
 * @port: number of the interface
 * @tick: number of the interval
 *
 * Return: an object; a reference of the caller's.
 */
json_t *np_json_heat(const struct np_bursts *all, size_t port, size_t tick)
{
	json_t *object = np_line(all, "heat", all->begin + tick * all->tick);

	np_put_text(object, "ifname", all->port[port].name);
	np_put_number(object, "tick", tick);
	json_object_set_new(object, "classes",
			    np_json_counts(all->port[port].heat[tick].count,
					   NP_CLASSES));

	return object;
}

static json_t *np_json_total(const struct np_burst_port *port)
{
	json_t *object = json_object();
	uint64_t class = np_quantile(port->hist, NP_CLASSES, 0.99);

	np_put_text(object, "ifname", port->name);
	np_put_text(object, "how", np_how_names[port->how]);
	np_put_number(object, "bursts", port->bursts);
	np_put_number(object, "full", port->full);
	np_put_number(object, "occupancy-p99-percent",
		      np_class_percent(port, class));
	np_put_number(object, "lost", port->lost);
	np_put_number(object, "lost-in-bursts", port->lost_inside);
	np_put_number(object, "lost-alerted", port->alerted);
	np_put_number(object, "polls", port->polls);
	np_put_number(object, "polled-packets", port->work);
	np_put_number(object, "received-packets", port->received);
	np_put_number(object, "events-lost", port->events_lost);
	np_put_number(object, "scrapes", port->samples);
	np_put_number(object, "scrape-bits-per-second", port->scrape_bps);
	json_object_set_new(object, "classes",
			    np_json_counts(port->hist, NP_CLASSES));

	return object;
}

/**
 * np_json_bursts_summary - what was seen in all
 * @all: that
 *
 * Return: an object; a reference of the caller's.
 */
json_t *np_json_bursts_summary(const struct np_bursts *all)
{
	json_t *object = np_line(all, "summary", all->begin + all->ns);
	json_t *devices = json_array();
	size_t i;

	np_put_number(object, "duration-ns", all->ns);
	for (i = 0; i < all->nr_port; i++)
		json_array_append_new(devices, np_json_total(&all->port[i]));
	json_object_set_new(object, "devices", devices);
	np_put_number(object, "poll-overhead-ns", all->poll_ns);
	np_put_number(object, "gap-overhead-ns", all->gap_event_ns);
	np_put_number(object, "overhead-cpu-ppm", all->cpu_ppm);
	json_object_set_new(object, "gap-classes",
			    np_json_counts(all->gaps, NP_GAPS));
	json_object_set_new(object, "missing", np_json_lacking(all));

	return object;
}
