// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples of packets: whose they are, and what they show together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "read/flows.h"

static void test_sampled(void **state)
{
	static const uint8_t udp[] = {
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x81, 0, 0, 9, 8, 0,
		0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0,
		192, 0, 2, 2, 192, 0, 2, 1, 0, 7, 0x13, 0x88, 0, 8, 0, 0,
	};
	struct np_sampled packets[3], one;
	struct np_flows flows = {};
	uint8_t frame[sizeof(udp)];
	size_t size;

	(void)state;
	np_sampled_parse(udp, sizeof(udp), &packets[0]);
	packets[0].weight = 1;
	packets[1] = packets[0];
	packets[1].weight = 5;
	memcpy(frame, udp, sizeof(frame));
	/* More fragments come. */
	frame[24] = 0x20;
	np_sampled_parse(frame, sizeof(frame), &packets[2]);
	packets[2].weight = 2;
	np_flows_count(&flows, packets, NP_COUNT(packets));
	assert_int_equal(flows.packets, 8);
	assert_int_equal(flows.flows, 2);
	assert_int_equal(flows.pairs, 1);
	assert_int_equal(flows.top, 6);
	assert_int_equal(flows.top_pair, 8);
	assert_int_equal(flows.udp, 6);
	assert_int_equal(flows.fragments, 2);
	assert_string_equal(flows.name,
			    "192.0.2.2 port 7 -> 192.0.2.1 port 5000, udp");
	free(flows.name);
	/* Cut off anywhere. */
	for (size = 0; size < sizeof(udp); size++) {
		uint8_t *exact = np_alloc(size + 1);

		memcpy(exact, udp, size);
		np_sampled_parse(exact, size, &one);
		assert_true(size >= 42 || !one.ports[1]);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sampled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
