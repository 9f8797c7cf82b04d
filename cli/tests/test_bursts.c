// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is said of a ring is never more than what was in it: rings with packets
 * that arrive at random, no faster than a wire carries them, and polls of
 * random length; and what is made of bursts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "judge/bursts.h"

#define NP_CASES	300000
#define NP_POLLS	14

/* Numbers that are the same each time. */
static uint64_t np_state = 88172645463325252ull;

static uint64_t np_random(uint64_t below)
{
	np_state ^= np_state << 13;
	np_state ^= np_state >> 7;
	np_state ^= np_state << 17;

	return np_state % below;
}

/*
 * A ring without an end: what waits in it or, where a real one is full, before
 * it. Times are in picoseconds; a packet takes @step to arrive at least.
 */
struct np_ring {
	uint64_t step;
	uint64_t next;
	uint64_t waits;
	unsigned int burst;
};

/* Let time pass; the wire is sometimes busy and sometimes not. */
static void np_arrive(struct np_ring *ring, uint64_t until)
{
	while (ring->next <= until) {
		ring->waits++;
		if (ring->burst) {
			ring->burst--;
			ring->next += ring->step;
		} else {
			ring->burst = (unsigned int)np_random(400);
			ring->next += ring->step + np_random(ring->step * 300);
		}
	}
}

/* One poll: what it takes, packet by packet, while others arrive. */
static uint32_t np_poll(struct np_ring *ring, uint64_t *now, uint32_t budget,
			uint64_t each)
{
	uint32_t work = 0;

	for (; work < budget; work++) {
		np_arrive(ring, *now);
		if (!ring->waits)
			break;
		ring->waits--;
		*now += each / 2 + np_random(each + 1);
	}

	return work;
}

/* What was proven in a run of polls, against what waited when they began. */
static uint64_t np_case(uint64_t pps)
{
	static const uint32_t budgets[] = { 1, 8, 16, 64, 64, 64, 300 };
	const struct np_rates rates = { .most = np_rate(pps) };
	uint32_t budget = budgets[np_random(NP_COUNT(budgets))], i, work;
	struct np_ring ring = { .step = 1000000000000ull / pps + 1 };
	uint64_t now = 1000000000 + np_random(1000000), most = 0;
	uint64_t each = ring.step / 8 + np_random(ring.step), since;
	struct np_train train = { 0 };
	bool told = np_random(2);

	ring.next = np_random(1000000);
	ring.burst = (unsigned int)np_random(600);
	for (i = 0; i < NP_POLLS; i++) {
		/* Other work first, sometimes much. */
		since = now;
		now += np_random(np_random(8) ? 2000000 : 400000000);
		np_arrive(&ring, now);
		if (ring.waits > most)
			most = ring.waits;
		work = np_poll(&ring, &now, budget, each);
		if (train.polls)
			np_train_more(&train, now / 1000, work, &rates);
		else if (work >= budget)
			np_train_open(&train, told ? since / 1000 : 0,
				      now / 1000, work, &rates);
		assert_true(np_bucket_packets(train.proven.peak) <= most);
		if (work < budget)
			train.polls = 0;
	}

	return np_bucket_packets(train.proven.peak);
}

static void test_never_more_than_waited(void **state)
{
	static const uint64_t pps[] = { 81274, 1488095, 14880952, 148809523 };
	const char *preload = getenv("LD_PRELOAD");
	uint64_t some = 0;
	size_t i, cases = NP_CASES;

	(void)state;
	/* Valgrind takes fifty times as long. */
	if (preload && strstr(preload, "vgpreload"))
		cases /= 100;
	for (i = 0; i < cases; i++)
		some += np_case(pps[i % NP_COUNT(pps)]) > 64;
	/* One that never says anything would be right, too. */
	print_message("%zu of %zu cases proved more than 64 packets\n",
		      (size_t)some, cases);
	assert_true(some > cases / 20);
}

/* All that the bucket replaces: a search for the best of all beginnings. */
static void test_the_bucket_finds_the_best(void **state)
{
	uint64_t pps = 1488095, rate = np_rate(pps), best, sum;
	uint64_t work[NP_POLLS], ns[NP_POLLS];
	size_t n, i, j, k;

	(void)state;
	for (n = 0; n < 2000; n++) {
		struct np_bucket bucket = { 0 };

		best = 0;
		for (k = 0; k < NP_POLLS; k++) {
			work[k] = np_random(65);
			ns[k] = np_random(80000);
			np_bucket_take(&bucket, work[k], ns[k], rate);
		}
		for (i = 0; i < NP_POLLS; i++) {
			uint64_t lost = 0;

			sum = 0;
			for (j = i; j < NP_POLLS; j++) {
				sum += work[j] << NP_POINT;
				lost += ns[j] * rate;
				if (sum > lost && sum - lost > best)
					best = sum - lost;
			}
		}
		assert_int_equal(bucket.peak, best);
	}
}

static void test_a_rate_is_rounded_up(void **state)
{
	uint64_t pps;

	(void)state;
	for (pps = 1; pps < 1000000000; pps = pps * 3 + 1)
		assert_true((__uint128_t)np_rate(pps) * 1000000000u >=
			    (__uint128_t)pps << NP_POINT);
	assert_int_equal(np_rate(NP_UNKNOWN), NP_RATE_NONE);
	/* 14,880,952 frames fit on 10 Gbit/s, and a thousandth more. */
	assert_true(np_wire_pps(10000, 0) >= 14880952);
	assert_true(np_wire_pps(10000, 0) <= 14900000);
	assert_int_equal(np_wire_pps(1000, 0), np_wire_pps(1000, 60));
	assert_true(np_wire_pps(1000, 1514) < 82000);
}

static void test_nothing_is_proven_without_a_limit(void **state)
{
	struct np_bucket bucket = { 0 };

	(void)state;
	np_bucket_take(&bucket, 64, 1, NP_RATE_NONE);
	assert_int_equal(bucket.peak, 0);
	/* Nor if nobody has looked for seconds. */
	np_bucket_take(&bucket, 64, NP_LONG_NS, 1);
	assert_int_equal(bucket.peak, 0);
}

static void test_a_burst_is_told_of_with_hysteresis(void **state)
{
	static const struct {
		uint32_t level;
		enum np_tell told;
	} steps[] = {
		{ 0, NP_TELL_NOTHING }, { 127, NP_TELL_NOTHING },
		{ 128, NP_TELL_BEGIN }, { 130, NP_TELL_NOTHING },
		{ 64, NP_TELL_NOTHING }, { 128, NP_TELL_NOTHING },
		{ 160, NP_TELL_UPDATE }, { 199, NP_TELL_NOTHING },
		{ 200, NP_TELL_UPDATE }, { 63, NP_TELL_END },
		{ 127, NP_TELL_NOTHING }, { 256, NP_TELL_BEGIN },
		{ 0, NP_TELL_END }, { 0, NP_TELL_NOTHING },
	};
	struct np_watch watch = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < NP_COUNT(steps); i++)
		assert_int_equal(np_watch_step(&watch, steps[i].level, 128, 64),
				 steps[i].told);
}

static void test_no_more_events_than_allowed(void **state)
{
	struct np_tokens tokens = { 0 };
	unsigned int i, told = 0;

	(void)state;
	for (i = 0; i < 1000; i++)
		told += (unsigned int)np_tokens_take(&tokens,
						     NP_TOKENS_NS + i, 10);
	assert_int_equal(told, 10);
	assert_int_equal(np_tokens_take(&tokens, 3 * NP_TOKENS_NS, 10), 1);
}

static void test_shares_of_a_loss_add_up(void **state)
{
	struct np_burst bursts[8];
	uint64_t lost, sum, n;
	size_t i;

	(void)state;
	for (n = 0; n < 20000; n++) {
		memset(bursts, 0, sizeof(bursts));
		for (i = 0; i < NP_COUNT(bursts); i++) {
			bursts[i].event = i % 3 ? NP_TELL_END : NP_TELL_BEGIN;
			bursts[i].port = i == 7;
			bursts[i].queue = np_random(2);
			bursts[i].packets = 1 + np_random(100000);
			bursts[i].lost = NP_UNKNOWN;
		}
		bursts[1].queue = 1;
		lost = np_random(1ull << np_random(60));
		np_burst_attribute(bursts, NP_COUNT(bursts), 0,
				   n % 2 ? 1 : NP_UNKNOWN, lost, 5);
		for (i = 0, sum = 0; i < NP_COUNT(bursts); i++) {
			bool meant = bursts[i].event == NP_TELL_END &&
				     !bursts[i].port &&
				     (n % 2 == 0 || bursts[i].queue == 1);

			assert_int_equal(bursts[i].lost != NP_UNKNOWN, meant);
			sum += meant ? bursts[i].lost : 0;
		}
		assert_int_equal(sum, lost);
	}
}

static void test_no_more_than_fits(void **state)
{
	struct np_burst_port port = { .ring = 256, .arrivals = 1000 };
	struct np_burst burst = {
		.least = 300, .likely = 400, .packets = 500,
	};

	(void)state;
	np_burst_limit(&burst, &port);
	assert_int_equal(burst.least, 256);
	assert_int_equal(burst.likely, 256);
	assert_int_equal(burst.most, 256);
	/* A poll that is full for what was sent proves nothing. */
	port.shared = 1;
	np_burst_limit(&burst, &port);
	assert_int_equal(burst.least, 0);
	port.shared = 0;
	port.arrivals = NP_UNKNOWN;
	np_burst_limit(&burst, &port);
	assert_int_equal(burst.least, NP_UNKNOWN);
}

static void test_quantiles(void **state)
{
	struct np_burst_port port = { 0 };
	uint64_t count[NP_CLASSES] = { 0 };

	(void)state;
	np_burst_ring(&port, 1000, 50);
	assert_int_equal(port.high, 500);
	assert_int_equal(port.low, 250);
	assert_int_equal(port.shift, 6);
	assert_int_equal(np_quantile(count, NP_CLASSES, 0.5), NP_UNKNOWN);
	count[2] = 99;
	count[15] = 1;
	assert_int_equal(np_quantile(count, NP_CLASSES, 0.99), 2);
	assert_int_equal(np_quantile(count, NP_CLASSES, 0.995), 15);
	assert_int_equal(np_class_percent(&port, 2), 19);
	assert_int_equal(np_class_percent(&port, 15), 100);
	assert_int_equal(np_class_percent(&port, NP_UNKNOWN), NP_UNKNOWN);
}

static void test_causes(void **state)
{
	struct np_burst_port port = { .ring = 256 };
	struct np_burst burst = {
		.event = NP_TELL_END,
		.packets = 640, .polls = 10, .ns = 640000, .cpu = 3,
		.gap = { .vector = NP_NONE, .pid = NP_NONE },
	};
	char *text;

	(void)state;
	text = np_burst_cause(&burst, &port);
	assert_string_equal(text, "arrived faster than taken (1.00 Mpps)");
	free(text);
	burst.gap.ns = 4000000;
	burst.gap.vector = 4;
	burst.gap.busy_ns = 3900000;
	text = np_burst_cause(&burst, &port);
	assert_string_equal(text, "softirq late: cpu3 was in BLOCK softirq 3900 us");
	free(text);
	port.how = NP_HOW_COARSE;
	text = np_burst_cause(&burst, &port);
	assert_non_null(strstr(text, "not known"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_more_than_waited),
		cmocka_unit_test(test_the_bucket_finds_the_best),
		cmocka_unit_test(test_a_rate_is_rounded_up),
		cmocka_unit_test(test_nothing_is_proven_without_a_limit),
		cmocka_unit_test(test_a_burst_is_told_of_with_hysteresis),
		cmocka_unit_test(test_no_more_events_than_allowed),
		cmocka_unit_test(test_shares_of_a_loss_add_up),
		cmocka_unit_test(test_no_more_than_fits),
		cmocka_unit_test(test_quantiles),
		cmocka_unit_test(test_causes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
