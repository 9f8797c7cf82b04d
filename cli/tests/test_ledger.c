// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ledgers of interfaces of many drivers: each loss once, in its layer, and the
 * sums.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge/judge.h"
#include "judge/ledger.h"

/* Two samples of an interface "d0", nothing known but what a test puts. */
struct pair {
	struct np_sample before;
	struct np_sample after;
	struct np_window window;
	struct np_ledger *ledger;
};

static void make_sample(struct np_sample *sample, const char *driver)
{
	struct np_port *port = np_port_alloc("d0");

	port->driver = np_copy(driver);
	port->ifindex = 7;
	*np_more(sample->port, sample->nr_port) = port;
	sample->host = np_host_alloc();
}

static struct pair *make_pair(const char *driver)
{
	struct pair *pair = np_alloc(sizeof(*pair));

	make_sample(&pair->before, driver);
	make_sample(&pair->after, driver);
	pair->after.ns = 10000000000;
	pair->window.before = &pair->before;
	pair->window.after = &pair->after;
	pair->window.ns = 10000000000;

	return pair;
}

static void clean_sample(struct np_sample *sample)
{
	size_t i;

	for (i = 0; i < sample->nr_port; i++)
		np_port_free(sample->port[i]);
	for (i = 0; i < sample->nr_peer; i++)
		np_port_free(sample->peer[i]);
	free(sample->port);
	free(sample->peer);
	np_host_free(sample->host);
}

static void free_pair(struct pair *pair)
{
	np_ledger_free(pair->ledger);
	clean_sample(&pair->before);
	clean_sample(&pair->after);
	free(pair);
}

static void put_value(struct np_value **values, size_t *count, const char *name,
		      uint64_t value)
{
	struct np_value *new = np_more(*values, *count);

	new->name = np_copy(name);
	new->value = value;
}

/* A field that begins at 1000 and gains this. */
static void link_gains(struct pair *pair, const char *name, uint64_t gain)
{
	struct np_port *before = pair->before.port[0];
	struct np_port *after = pair->after.port[0];

	put_value(&before->link, &before->nr_link, name, 1000);
	put_value(&after->link, &after->nr_link, name, 1000 + gain);
}

static void own_gains(struct pair *pair, const char *name, uint64_t gain)
{
	struct np_port *before = pair->before.port[0];
	struct np_port *after = pair->after.port[0];

	put_value(&before->own, &before->nr_own, name, 1000);
	put_value(&after->own, &after->nr_own, name, 1000 + gain);
}

static const struct np_way *way_of(struct pair *pair, bool rx)
{
	if (!pair->ledger)
		pair->ledger = np_ledger_port(&pair->window, "d0");
	assert_non_null(pair->ledger);

	return rx ? &pair->ledger->rx : &pair->ledger->tx;
}

static uint64_t lost_by(const struct np_way *way, const char *layer)
{
	uint64_t sum = 0;
	size_t i, j;

	for (i = 0; i < way->nr_stage; i++)
		for (j = 0; j < way->stage[i].nr_loss; j++)
			if (!strcmp(way->stage[i].loss[j].layer, layer))
				sum += way->stage[i].loss[j].packets;

	return sum;
}

static bool has_note(const struct np_way *way, const char *part)
{
	size_t i;

	for (i = 0; i < way->nr_note; i++)
		if (strstr(way->note[i], part))
			return true;

	return false;
}

/* igb adds rings and packet buffer up in rx_fifo_errors, and shows it all. */
static void test_igb(void **state)
{
	struct pair *pair = make_pair("igb");
	const struct np_way *rx;

	(void)state;
	link_gains(pair, "rx_packets", 5000);
	link_gains(pair, "tx_packets", 70);
	link_gains(pair, "rx_missed_errors", 40);
	link_gains(pair, "rx_fifo_errors", 340);
	link_gains(pair, "rx_dropped", 11);
	own_gains(pair, "rx_packets", 5300);
	own_gains(pair, "tx_packets", 70);
	own_gains(pair, "rx_missed_errors", 40);
	own_gains(pair, "rx_fifo_errors", 340);
	own_gains(pair, "rx_queue_0_drops", 100);
	own_gains(pair, "rx_queue_1_drops", 200);
	rx = way_of(pair, true);
	assert_int_equal(lost_by(rx, "fifo"), 40);
	assert_int_equal(lost_by(rx, "ring"), 300);
	assert_int_equal(lost_by(rx, "stack"), 11);
	assert_int_equal(rx->lost, 351);
	assert_int_equal(rx->stage[0].packets, 5340);
	assert_int_equal(rx->stage[1].packets, 5000);
	assert_int_equal(rx->stage[2].packets, 4989);
	assert_true(rx->stage[0].checked);
	assert_int_equal(rx->stage[0].remainder, 0);
	assert_true(way_of(pair, false)->stage[1].checked);
	assert_int_equal(way_of(pair, false)->stage[1].remainder, 0);
	assert_false(has_note(rx, "cannot be counted"));
	free_pair(pair);
}

static void test_a_remainder(void **state)
{
	struct pair *pair = make_pair("igb");
	const struct np_way *rx;

	(void)state;
	link_gains(pair, "rx_packets", 5000);
	own_gains(pair, "rx_packets", 4993);
	pair->before.took = 20000000;
	pair->after.took = 10000000;
	rx = way_of(pair, true);
	assert_int_equal(rx->stage[0].remainder, -7);
	/* 20 ms of 10 s, of 4993 packets, and one. */
	assert_int_equal(rx->skew, 10);
	free_pair(pair);
}

/* Its queues are told of by netdev-genl, and are in rx_missed_errors. */
static void test_napier(void **state)
{
	struct pair *pair = make_pair("napier");
	const struct np_way *rx;
	unsigned int i;

	(void)state;
	link_gains(pair, "rx_packets", 5000);
	link_gains(pair, "rx_missed_errors", 340);
	for (i = 0; i < 2; i++) {
		np_port_queue(pair->before.port[0], true, i)->counters.drops = 5;
		np_port_queue(pair->after.port[0], true, i)->counters.drops =
			105 + 100 * i;
	}
	rx = way_of(pair, true);
	assert_int_equal(lost_by(rx, "ring"), 300);
	assert_int_equal(lost_by(rx, "fifo"), 40);
	assert_int_equal(rx->lost, 340);
	/* Nobody else counts what came. */
	assert_false(rx->stage[0].checked);
	assert_int_equal(rx->stage[0].packets, 5340);
	free_pair(pair);
}

/* Who has no counter of its own for it may have the standard's. */
static void test_the_standard(void **state)
{
	struct pair *pair = make_pair("napier");
	struct np_port *before = pair->before.port[0];
	struct np_port *after = pair->after.port[0];
	const struct np_way *rx;

	(void)state;
	link_gains(pair, "rx_packets", 5000);
	link_gains(pair, "rx_missed_errors", 40);
	put_value(&before->standard, &before->nr_standard, "FramesReceivedOK",
		  1);
	put_value(&after->standard, &after->nr_standard, "FramesReceivedOK",
		  5101);
	rx = way_of(pair, true);
	assert_true(rx->stage[0].checked);
	assert_int_equal(rx->stage[0].packets, 5140);
	assert_int_equal(rx->stage[0].remainder, 100);
	assert_true(has_note(rx, "other functions"));
	free_pair(pair);
}

static void test_queues_or_their_sum(void **state)
{
	static const struct {
		const char *driver, *field, *total, *queues[2];
		const char *layer;
		bool rx;
	} rows[] = {
		{ "virtio_net", "rx_dropped", "rx_drops",
		  { "rx0_drops", "rx1_drops" }, "driver", true },
		{ "mlx5_core", NULL, "rx_oversize_pkts_sw_drop",
		  { "rx0_oversize_pkts_sw_drop", "rx1_oversize_pkts_sw_drop" },
		  "ring", true },
		{ "mlx5_core", "tx_dropped", "tx_queue_dropped",
		  { "tx0_dropped", "tx1_dropped" }, "driver", false },
		{ "bnxt_en", "rx_missed_errors", "rx_total_ring_discards",
		  { "[0]: rx_discards", "[1]: rx_discards" }, "ring", true },
		{ "bnxt_en", NULL, "tx_total_ring_discards",
		  { "[0]: tx_discards", "[1]: tx_discards" }, "ring", false },
		{ "gve", NULL, "rx_dropped",
		  { "rx_dropped_pkt[0]", "rx_dropped_pkt[1]" }, "ring", true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < NP_COUNT(rows); i++) {
		struct pair *pair = make_pair(rows[i].driver);
		const struct np_way *way;

		link_gains(pair, "rx_packets", 100);
		link_gains(pair, "tx_packets", 100);
		if (rows[i].field)
			link_gains(pair, rows[i].field, 30);
		own_gains(pair, rows[i].total, 30);
		own_gains(pair, rows[i].queues[0], 10);
		own_gains(pair, rows[i].queues[1], 20);
		way = way_of(pair, rows[i].rx);
		if (way->lost != 30 || lost_by(way, rows[i].layer) != 30)
			fail_msg("%s %s: %d", rows[i].driver, rows[i].total,
				 (int)way->lost);
		free_pair(pair);

		/* Without queues the sum is what there is. */
		pair = make_pair(rows[i].driver);
		link_gains(pair, "rx_packets", 100);
		link_gains(pair, "tx_packets", 100);
		if (rows[i].field)
			link_gains(pair, rows[i].field, 30);
		own_gains(pair, rows[i].total, 30);
		if (way_of(pair, rows[i].rx)->lost != 30)
			fail_msg("%s %s alone", rows[i].driver, rows[i].total);
		free_pair(pair);
	}
}

/* A driver that no book knows has the fields, and says what that means. */
static void test_an_unknown_driver(void **state)
{
	struct pair *pair = make_pair("whatever");
	const struct np_way *rx;

	(void)state;
	link_gains(pair, "rx_packets", 100);
	link_gains(pair, "rx_missed_errors", 5);
	link_gains(pair, "rx_over_errors", 2);
	own_gains(pair, "rx_lost_somewhere", 9);
	rx = way_of(pair, true);
	assert_int_equal(lost_by(rx, "fifo"), 5);
	assert_int_equal(lost_by(rx, "ring"), 2);
	assert_int_equal(rx->stage[0].packets, 107);
	assert_true(has_note(rx, "does not know whatever"));
	free_pair(pair);
}

/* Of rx_dropped the backlogs of the host had at most as many as they lost. */
static void test_backlog(void **state)
{
	static const struct {
		uint64_t lost, of_it;
	} rows[] = {
		{ 0, 0 }, { 8, 8 }, { 30, 30 }, { 99, 30 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < NP_COUNT(rows); i++) {
		struct pair *pair = make_pair("e1000e");
		const struct np_way *rx;

		link_gains(pair, "rx_packets", 100);
		link_gains(pair, "rx_dropped", 30);
		np_host_cpu(pair->before.host, 1)->dropped = 4;
		np_host_cpu(pair->after.host, 1)->dropped = 4 + rows[i].lost;
		/* A CPU that came since. */
		np_host_cpu(pair->after.host, 2)->dropped = 77;
		rx = way_of(pair, true);
		assert_int_equal(lost_by(rx, "backlog"), rows[i].of_it);
		assert_int_equal(lost_by(rx, "stack"), 30 - rows[i].of_it);
		assert_int_equal(rx->stage[2].packets, 70);
		free_pair(pair);
	}
}

static void put_qdisc(struct np_sample *sample, uint64_t handle, uint64_t sent,
		      uint64_t drops, uint64_t qlen)
{
	struct np_port *port = sample->port[0];
	struct np_qdisc *qdisc = np_more(port->qdisc, port->nr_qdisc);

	*qdisc = (struct np_qdisc){
		.kind = np_copy("fq"),
		.handle = handle,
		.parent = NP_QDISC_ROOT,
		.packets = sent,
		.drops = drops,
		.qlen = qlen,
	};
}

static void test_qdisc(void **state)
{
	struct pair *pair = make_pair("igb");
	const struct np_way *tx;

	(void)state;
	link_gains(pair, "tx_packets", 90);
	link_gains(pair, "tx_dropped", 3);
	put_qdisc(&pair->before, 1, 10, 100, 9);
	put_qdisc(&pair->after, 1, 110, 120, 4);
	tx = way_of(pair, false);
	/* 100 went, 20 were lost, and 5 of those that waited are gone. */
	assert_int_equal(tx->stage[0].packets, 115);
	assert_int_equal(tx->stage[0].waiting, -5);
	assert_int_equal(lost_by(tx, "qdisc"), 20);
	assert_int_equal(lost_by(tx, "stack"), 3);
	assert_int_equal(tx->stage[0].remainder, 7);
	free_pair(pair);

	/* Another one begins anew. */
	pair = make_pair("igb");
	link_gains(pair, "tx_packets", 90);
	put_qdisc(&pair->before, 1, 10, 100, 9);
	put_qdisc(&pair->after, 2, 110, 120, 4);
	tx = way_of(pair, false);
	assert_false(tx->stage[0].checked);
	assert_int_equal(tx->lost, 0);
	assert_true(has_note(tx, "new or unknown"));
	free_pair(pair);
}

static void test_who_cannot_count(void **state)
{
	static const struct {
		const char *board, *subsystem;
		bool emulated;
	} rows[] = {
		{ "8086:10C9", "1AF4:1100", true },
		{ "8086:10D3", "8086:0000", false },
		{ "8086:10C9", "8086:A03C", false },
		{ "1AF4:1041", "1AF4:1100", false },
		{ "8086:10C9", NULL, false },
		{ NULL, NULL, false },
	};
	struct pair *pair;
	size_t i;

	(void)state;
	for (i = 0; i < NP_COUNT(rows); i++) {
		pair = make_pair("igb");
		link_gains(pair, "rx_packets", 1);
		pair->after.port[0]->board = np_copy(rows[i].board);
		pair->after.port[0]->subsystem = np_copy(rows[i].subsystem);
		assert_int_equal(has_note(way_of(pair, true), "QEMU"),
				 rows[i].emulated);
		free_pair(pair);
	}
}

static void test_an_xdp_program(void **state)
{
	struct pair *pair = make_pair("veth");
	const struct np_way *rx;

	(void)state;
	link_gains(pair, "rx_packets", 100);
	own_gains(pair, "rx_queue_0_xdp_drops", 20);
	own_gains(pair, "rx_queue_1_xdp_drops", 21);
	own_gains(pair, "rx_queue_1_xdp_redirect", 0);
	rx = way_of(pair, true);
	assert_int_equal(rx->lost, 0);
	assert_true(has_note(rx, "rx_queue_{queue}_xdp_drops has counted 41"));
	assert_false(has_note(rx, "redirect"));
	free_pair(pair);
}

/* A driver that was loaded anew has less than before, which is no loss. */
static void test_counters_that_began_anew(void **state)
{
	struct pair *pair = make_pair("igb");
	struct np_port *after = pair->after.port[0];
	size_t i;

	(void)state;
	link_gains(pair, "rx_packets", 0);
	link_gains(pair, "rx_missed_errors", 0);
	own_gains(pair, "rx_queue_0_drops", 0);
	for (i = 0; i < after->nr_link; i++)
		after->link[i].value = 3;
	after->own[0].value = 2;
	assert_int_equal(way_of(pair, true)->lost, 0);
	assert_int_equal(way_of(pair, true)->stage[0].packets, 0);
	free_pair(pair);
}

static void protocol_gains(struct pair *pair, const char *name, uint64_t gain)
{
	struct np_host *before = pair->before.host, *after = pair->after.host;

	put_value(&before->protocol, &before->nr_protocol, name, 50);
	put_value(&after->protocol, &after->nr_protocol, name, 50 + gain);
}

static void test_protocols(void **state)
{
	struct pair *pair = make_pair("igb");
	const struct np_way *rx;

	(void)state;
	assert_null(np_ledger_protocols(&pair->window));
	protocol_gains(pair, "Ip.InReceives", 1000);
	protocol_gains(pair, "Ip.InHdrErrors", 10);
	protocol_gains(pair, "Ip.ForwDatagrams", 100);
	protocol_gains(pair, "Ip.InDelivers", 820);
	protocol_gains(pair, "Ip.ReasmReqds", 60);
	protocol_gains(pair, "Ip.ReasmOKs", 20);
	protocol_gains(pair, "Ip.ReasmFails", 5);
	protocol_gains(pair, "Ip6InReceives", 7);
	protocol_gains(pair, "Ip6InDelivers", 7);
	protocol_gains(pair, "Udp.RcvbufErrors", 17);
	protocol_gains(pair, "TcpExt.ListenDrops", 3);
	pair->ledger = np_ledger_protocols(&pair->window);
	rx = &pair->ledger->rx;
	assert_int_equal(rx->stage[0].packets, 1007);
	assert_int_equal(lost_by(rx, "ip"), 15);
	assert_int_equal(rx->stage[0].waiting, 35);
	assert_int_equal(rx->stage[1].packets, 927);
	assert_int_equal(rx->stage[0].remainder, 30);
	assert_true(has_note(rx, "netfilter"));
	assert_int_equal(lost_by(rx, "udp"), 17);
	assert_int_equal(lost_by(rx, "tcp"), 3);
	assert_int_equal(rx->stage[2].packets, 907);
	free_pair(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_igb),
		cmocka_unit_test(test_a_remainder),
		cmocka_unit_test(test_napier),
		cmocka_unit_test(test_the_standard),
		cmocka_unit_test(test_queues_or_their_sum),
		cmocka_unit_test(test_an_unknown_driver),
		cmocka_unit_test(test_backlog),
		cmocka_unit_test(test_qdisc),
		cmocka_unit_test(test_who_cannot_count),
		cmocka_unit_test(test_an_xdp_program),
		cmocka_unit_test(test_counters_that_began_anew),
		cmocka_unit_test(test_protocols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
