// SPDX-License-Identifier: GPL-2.0-only
/*
 * From counters to metrics: each loss once, never less than before, and as
 * Prometheus reads it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge/metrics.h"
#include "judge/tally.h"
#include "model/steady.h"
#include "print/metrics.h"
#include "serve/accept.h"

static void add(struct np_value **values, size_t *count, const char *name,
		uint64_t value)
{
	struct np_value *one = np_more(*values, *count);

	one->name = np_copy(name);
	one->value = value;
}

static struct np_port *port_of(const char *driver)
{
	struct np_port *port = np_port_alloc("np0");

	port->driver = np_copy(driver);

	return port;
}

static void own(struct np_port *port, const char *name, uint64_t value)
{
	add(&port->own, &port->nr_own, name, value);
}

static void link_field(struct np_port *port, const char *name, uint64_t value)
{
	add(&port->link, &port->nr_link, name, value);
}

/* igb's rings, a full packet buffer, and both again in fields and sums. */
static struct np_port *igb(uint64_t ring0, uint64_t ring1, uint64_t missed)
{
	struct np_port *port = port_of("igb");

	np_port_queue(port, true, 0);
	np_port_queue(port, true, 1);
	own(port, "rx_queue_0_packets", 1000);
	own(port, "rx_queue_1_packets", 3000);
	own(port, "rx_queue_0_drops", ring0);
	own(port, "rx_queue_1_drops", ring1);
	own(port, "rx_missed_errors", missed);
	own(port, "rx_fifo_errors", ring0 + ring1 + missed);
	own(port, "rx_no_buffer_count", 5);
	link_field(port, "rx_packets", 4000);
	link_field(port, "rx_dropped", 9);
	link_field(port, "rx_missed_errors", missed);
	link_field(port, "rx_fifo_errors", ring0 + ring1 + missed);

	return port;
}

static void test_igb_counts_once(void **state)
{
	struct np_port *port = igb(200, 4, 30);
	struct np_tally tally;

	(void)state;
	np_tally_port(&tally, port);
	assert_int_equal(tally.rx_lost[NP_LAYER_RING], 204);
	assert_int_equal(tally.rx_lost[NP_LAYER_FIFO], 30);
	assert_int_equal(tally.rx_lost[NP_LAYER_STACK], 9);
	assert_int_equal(tally.rx_lost[NP_LAYER_ALLOC], NP_UNKNOWN);
	assert_int_equal(tally.rx_warned[NP_LAYER_RING], 5);
	assert_int_equal(tally.rx[0].drops, 200);
	assert_int_equal(tally.rx[1].packets, 3000);
	np_tally_free(&tally);
	np_port_free(port);
}

/* The kernel's statistics of queues, which are part of rx_missed_errors. */
static void test_napier_counts_once(void **state)
{
	struct np_port *port = port_of("napier");
	struct np_tally tally;

	(void)state;
	np_port_queue(port, true, 0)->counters.drops = 7;
	np_port_queue(port, true, 1)->counters.drops = 3;
	link_field(port, "rx_missed_errors", 12);
	link_field(port, "rx_fifo_errors", 0);
	np_tally_port(&tally, port);
	assert_int_equal(tally.rx_lost[NP_LAYER_RING], 10);
	assert_int_equal(tally.rx_lost[NP_LAYER_FIFO], 2);
	assert_int_equal(tally.rx[0].drops, 7);
	np_tally_free(&tally);
	np_port_free(port);
}

/* A driver nobody has a book of: fields say what they say for all. */
static void test_unknown_driver(void **state)
{
	struct np_port *port = port_of("nobody_has_it");
	struct np_tally tally;

	(void)state;
	own(port, "rx_queue_0_drops", 100);
	link_field(port, "rx_missed_errors", 4);
	link_field(port, "rx_fifo_errors", 3);
	np_tally_port(&tally, port);
	assert_int_equal(tally.rx_lost[NP_LAYER_FIFO], 7);
	assert_int_equal(tally.rx_lost[NP_LAYER_RING], NP_UNKNOWN);
	np_tally_free(&tally);
	np_port_free(port);
}

/* Per queue and as their sum: bnxt_en has both. */
static void test_sum_and_parts(void **state)
{
	struct np_port *port = port_of("bnxt_en");
	struct np_tally tally;

	(void)state;
	own(port, "[0]: rx_discards", 5);
	own(port, "[1]: rx_discards", 6);
	own(port, "rx_total_ring_discards", 20);
	np_tally_port(&tally, port);
	/* More in the sum: rings that are gone. */
	assert_int_equal(tally.rx_lost[NP_LAYER_RING], 20);
	np_tally_free(&tally);
	np_port_free(port);
}

/* A sample with one interface, its counters made steady. */
static struct np_sample *steady(struct np_steady *memory, uint64_t ns,
				struct np_port *port)
{
	struct np_sample *sample = np_alloc(sizeof(*sample));

	sample->ns = ns;
	*np_more(sample->port, sample->nr_port) = port;
	np_steady_apply(memory, sample);

	return sample;
}

static uint64_t lost(struct np_sample *sample, enum np_layer layer)
{
	struct np_tally tally;
	uint64_t value;

	np_tally_port(&tally, sample->port[0]);
	value = tally.rx_lost[layer];
	np_tally_free(&tally);
	np_sample_free(sample);

	return value;
}

static void test_counters_never_fall(void **state)
{
	struct np_steady *memory = np_steady_alloc();
	struct np_port *port;

	(void)state;
	assert_int_equal(lost(steady(memory, 1, igb(200, 50, 30)),
			      NP_LAYER_RING), 250);
	/* The driver was loaded anew. */
	assert_int_equal(lost(steady(memory, 2, igb(3, 1, 0)), NP_LAYER_RING),
			 254);
	assert_int_equal(lost(steady(memory, 3, igb(3, 1, 2)), NP_LAYER_FIFO),
			 32);
	/* A queue went, and with it what it has counted in the sum. */
	port = port_of("igb");
	np_port_queue(port, true, 0);
	own(port, "rx_queue_0_drops", 4);
	link_field(port, "rx_missed_errors", 2);
	link_field(port, "rx_fifo_errors", 6);
	assert_int_equal(lost(steady(memory, 4, port), NP_LAYER_RING), 255);
	/* It is back, and has begun anew. */
	assert_int_equal(lost(steady(memory, 5, igb(4, 0, 2)), NP_LAYER_RING),
			 255);
	np_steady_free(memory);
}

/* What is no counter may become smaller. */
static void test_states_stay(void **state)
{
	struct np_steady *memory = np_steady_alloc();
	struct np_sample *sample;
	struct np_port *port;

	(void)state;
	port = port_of("veth");
	own(port, "peer_ifindex", 9);
	np_sample_free(steady(memory, 1, port));
	port = port_of("veth");
	own(port, "peer_ifindex", 4);
	sample = steady(memory, 2, port);
	assert_int_equal(sample->port[0]->own[0].value, 4);
	np_sample_free(sample);
	np_steady_free(memory);
}

/* What is not there for an hour is forgotten, so that memory is bounded. */
static void test_gone_interfaces(void **state)
{
	struct np_steady *memory = np_steady_alloc();
	struct np_sample empty = { .ns = 3601ull * 1000000000 };

	(void)state;
	assert_int_equal(lost(steady(memory, 1, igb(200, 50, 0)),
			      NP_LAYER_RING), 250);
	np_steady_apply(memory, &empty);
	assert_int_equal(lost(steady(memory, empty.ns + 1, igb(1, 1, 0)),
			      NP_LAYER_RING), 2);
	np_steady_free(memory);
}

static void test_imbalance(void **state)
{
	struct np_sample before = { .ns = 1 }, after = { .ns = 2 };
	struct np_window window = {
		.before = &before, .after = &after, .ns = 1,
	};
	struct np_metrics all = {};

	(void)state;
	*np_more(before.port, before.nr_port) = igb(0, 0, 0);
	*np_more(after.port, after.nr_port) = igb(0, 0, 0);
	np_metrics_window(&all, &window);
	/* Nothing came, so nothing can be said. */
	assert_int_equal(all.family[NP_FAMILY_IMBALANCE].count, 0);
	after.port[0]->own[0].value += 300;
	after.port[0]->own[1].value += 100;
	np_metrics_window(&all, &window);
	assert_int_equal(all.family[NP_FAMILY_IMBALANCE].count, 1);
	assert_int_equal((int)(all.family[NP_FAMILY_IMBALANCE].series[0].real *
			       1000), 500);
	np_metrics_free(&all);
	np_port_free(before.port[0]);
	np_port_free(after.port[0]);
	free(before.port);
	free(after.port);
}

static void test_findings(void **state)
{
	char dev[] = "np0";
	struct np_finding items[] = {
		{ .id = "RX-RING-OVERFLOW", .severity = NP_SEVERITY_CRITICAL,
		  .dev = dev },
		{ .id = "RX-RING-OVERFLOW", .severity = NP_SEVERITY_CRITICAL,
		  .dev = dev },
		{ .id = "BACKLOG-OVERFLOW", .severity = NP_SEVERITY_WARNING },
	};
	const struct np_findings findings = { .item = items, .count = 3 };
	struct np_metrics all = {};

	(void)state;
	np_metrics_findings(&all, &findings);
	/* Of two queues, but one series may be there once only. */
	assert_int_equal(all.family[NP_FAMILY_FINDING].count, 2);
	assert_int_equal(np_metrics_count(&all, "np0"), 1);
	assert_int_equal(np_metrics_count(&all, NULL), 1);
	np_metrics_free(&all);
}

static char *printed(const struct np_metrics *all, enum np_exposition as)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	np_print_metrics(out, all, as);
	fclose(out);

	return text;
}

static void test_formats(void **state)
{
	struct np_metrics all = {};
	char *text;

	(void)state;
	np_series_label(np_metrics_add(&all, NP_FAMILY_RX_BYTES, 1ull << 60),
			"device", "a\"b\\c\nd\xff");
	np_series_label(np_metrics_add(&all, NP_FAMILY_BUILD, 1), "version",
			"1");
	assert_null(np_metrics_add(&all, NP_FAMILY_UP, NP_UNKNOWN));
	np_metrics_add_real(&all, NP_FAMILY_SCRAPE_DURATION, 0.25);
	text = printed(&all, NP_EXPOSITION_TEXT);
	assert_string_equal(text,
			    "# HELP napier_build_info Version of the exporter.\n"
			    "# TYPE napier_build_info gauge\n"
			    "napier_build_info{version=\"1\"} 1\n"
			    "# HELP napier_scrape_duration_seconds Time that reading and judging took.\n"
			    "# TYPE napier_scrape_duration_seconds gauge\n"
			    "napier_scrape_duration_seconds 0.25\n"
			    "# HELP napier_rx_bytes_total Bytes received, by rtnl_link_stats64.\n"
			    "# TYPE napier_rx_bytes_total counter\n"
			    "napier_rx_bytes_total{device=\"a\\\"b\\\\c?d?\"} 1152921504606846976\n");
	free(text);
	text = printed(&all, NP_EXPOSITION_OPENMETRICS);
	assert_non_null(strstr(text, "# TYPE napier_build info\n"));
	assert_non_null(strstr(text, "# TYPE napier_rx_bytes counter\n"));
	assert_non_null(strstr(text, "# UNIT napier_rx_bytes bytes\n"));
	assert_non_null(strstr(text, "\nnapier_rx_bytes_total{"));
	assert_string_equal(text + strlen(text) - 6, "# EOF\n");
	free(text);
	np_metrics_free(&all);
}

/* In two parts, which no tool takes for the beginning of a comment. */
#define ANY "*"

static void test_accept(void **state)
{
	static const struct {
		const char *accept;
		enum np_exposition as;
	} rows[] = {
		{ NULL, NP_EXPOSITION_TEXT },
		{ "", NP_EXPOSITION_TEXT },
		{ ANY "/" ANY, NP_EXPOSITION_TEXT },
		{ "text/plain", NP_EXPOSITION_TEXT },
		{ "application/openmetrics-text", NP_EXPOSITION_OPENMETRICS },
		/* Prometheus 2.42 */
		{ "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*\057*;q=0.1",
		  NP_EXPOSITION_OPENMETRICS },
		{ "application/openmetrics-text; version=\"1.0.0\" ;q=0.4, text/plain;q=0.5",
		  NP_EXPOSITION_TEXT },
		{ "APPLICATION/OpenMetrics-Text;Q=0.6,text/plain;q=0.5",
		  NP_EXPOSITION_OPENMETRICS },
		{ "application/openmetrics-text;version=2.0.0,text/plain;q=0.1",
		  NP_EXPOSITION_TEXT },
		{ "application/openmetrics-text;q=0," ANY "/" ANY ";q=0.1",
		  NP_EXPOSITION_TEXT },
		{ "application/openmetrics-text;q=0", NP_EXPOSITION_TEXT },
		{ "application/openmetrics-text;q=2", NP_EXPOSITION_TEXT },
		{ "application/openmetrics-text;q=.5", NP_EXPOSITION_TEXT },
		{ "application/openmetrics-text;q=0.5,text/plain;q=0.5",
		  NP_EXPOSITION_TEXT },
		{ ";;;,,,;q=1;version", NP_EXPOSITION_TEXT },
		{ "application/" ANY, NP_EXPOSITION_OPENMETRICS },
		{ "text/html", NP_EXPOSITION_TEXT },
	};
	size_t i;

	(void)state;
	for (i = 0; i < NP_COUNT(rows); i++)
		if (np_accept(rows[i].accept) != rows[i].as)
			fail_msg("\"%s\"", rows[i].accept);
}

static void test_addresses(void **state)
{
	static const struct {
		const char *text;
		const char *host;
		const char *port;
	} rows[] = {
		{ "127.0.0.1:9000", "127.0.0.1", "9000" },
		{ "[::1]:9000", "::1", "9000" },
		{ "[::]:0", "::", "0" },
		{ ":9000", "", "9000" },
		{ "localhost:1", "localhost", "1" },
		{ "localhost", NULL, NULL },
		{ "::1:9000", NULL, NULL },
		{ "a:65536", NULL, NULL },
		{ "a:-1", NULL, NULL },
		{ "a:", NULL, NULL },
		{ "", NULL, NULL },
	};
	char *host, *port;
	size_t i;

	(void)state;
	for (i = 0; i < NP_COUNT(rows); i++) {
		bool good = np_split_address(rows[i].text, &host, &port);

		if (good != !!rows[i].host)
			fail_msg("\"%s\": %d", rows[i].text, good);
		if (!good)
			continue;
		assert_string_equal(host, rows[i].host);
		assert_string_equal(port, rows[i].port);
		free(host);
		free(port);
	}
}

/* What Prometheus wants of names, for all families. */
static void test_families(void **state)
{
	size_t i, length, unit;

	(void)state;
	for (i = 0; i < NP_FAMILY_COUNT; i++) {
		const struct np_family_words *words = &np_families[i];
		const char *name = words->name;

		assert_non_null(name);
		assert_non_null(words->help);
		length = strlen(name);
		if (words->type == NP_METRIC_COUNTER) {
			assert_string_equal(name + length - 6, "_total");
			length -= 6;
		}
		if (!words->unit)
			continue;
		unit = strlen(words->unit);
		if (strncmp(name + length - unit, words->unit, unit) != 0)
			fail_msg("%s: %s", name, words->unit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_igb_counts_once),
		cmocka_unit_test(test_napier_counts_once),
		cmocka_unit_test(test_unknown_driver),
		cmocka_unit_test(test_sum_and_parts),
		cmocka_unit_test(test_counters_never_fall),
		cmocka_unit_test(test_states_stay),
		cmocka_unit_test(test_gone_interfaces),
		cmocka_unit_test(test_imbalance),
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
