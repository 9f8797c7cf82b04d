// SPDX-License-Identifier: GPL-2.0-only
/*
 * The temperature: who shows one, what, and when it cannot be read.
 *
 * The kernel of the suites need not have hwmon: what it would call is called
 * here.
 *
 * Depends on: napier_fixture.c.
 */
#include <linux/hwmon.h>

#include "napier_fixture.h"

static const struct hwmon_port {
	enum napier_board_id id;
	u8 func;
	bool present;
} hwmon_ports[] = {
	{ NAPIER_BOARD_I350, 0, true },
	{ NAPIER_BOARD_I350, 1, false },
	{ NAPIER_BOARD_I350, 3, false },
	{ NAPIER_BOARD_82576, 0, false },
	{ NAPIER_BOARD_82580, 0, false },
	{ NAPIER_BOARD_I354, 0, false },
	{ NAPIER_BOARD_I210, 0, false },
	{ NAPIER_BOARD_I211, 0, false },
};

static void hwmon_port_desc(const struct hwmon_port *p, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, port %u",
		 napier_board_get(p->id)->name, p->func);
}

KUNIT_ARRAY_PARAM(hwmon_port, hwmon_ports, hwmon_port_desc);

static void hwmon_present(struct kunit *test)
{
	const struct hwmon_port *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, p->id);

	napier_model_poke(fx->m, NAPIER_STATUS,
			  FIELD_PREP(NAPIER_STATUS_FUNC, p->func));
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	KUNIT_EXPECT_EQ(test, napier_hwmon_present(fx->nd), p->present);
	if (!p->present)
		KUNIT_EXPECT_NULL(test, fx->nd->hwmon);
}

static umode_t hwmon_mode(struct napier_fixture *fx, u32 attr)
{
	return napier_temp_chip.ops->is_visible(fx->nd, hwmon_temp, attr, 0);
}

static int hwmon_get(struct napier_fixture *fx, u32 attr, long *val)
{
	/* Its driver data are those that hwmon's own device would have. */
	return napier_temp_chip.ops->read(&fx->m->pdev.dev, hwmon_temp, attr,
					  0, val);
}

static void hwmon_reads(struct kunit *test)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_I350);
	const char *label = NULL;
	long val = 0;

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_I350), 0);

	KUNIT_EXPECT_EQ(test, hwmon_mode(fx, hwmon_temp_input), 0444);
	KUNIT_EXPECT_EQ(test, hwmon_mode(fx, hwmon_temp_label), 0444);
	KUNIT_EXPECT_EQ(test, hwmon_mode(fx, hwmon_temp_max), 0);
	KUNIT_EXPECT_EQ(test, hwmon_mode(fx, hwmon_temp_crit), 0);
	KUNIT_EXPECT_EQ(test, hwmon_mode(fx, hwmon_temp_min), 0);
	KUNIT_EXPECT_EQ(test, napier_temp_chip.ops->is_visible(fx->nd, hwmon_in,
							       hwmon_in_input,
							       0), 0);

	napier_model_poke(fx->m, NAPIER_THMJT, 0xABCD0000 | 57);
	napier_model_poke(fx->m, NAPIER_THLOWTC, 0x80000000 | 100);
	napier_model_poke(fx->m, NAPIER_THHIGHTC, 0x80000000 | 120);
	KUNIT_EXPECT_EQ(test, hwmon_mode(fx, hwmon_temp_max), 0444);
	KUNIT_EXPECT_EQ(test, hwmon_mode(fx, hwmon_temp_crit), 0444);
	KUNIT_ASSERT_EQ(test, hwmon_get(fx, hwmon_temp_input, &val), 0);
	KUNIT_EXPECT_EQ(test, val, 57000);
	KUNIT_ASSERT_EQ(test, hwmon_get(fx, hwmon_temp_max, &val), 0);
	KUNIT_EXPECT_EQ(test, val, 100000);
	KUNIT_ASSERT_EQ(test, hwmon_get(fx, hwmon_temp_crit, &val), 0);
	KUNIT_EXPECT_EQ(test, val, 120000);
	KUNIT_EXPECT_EQ(test,
			napier_temp_chip.ops->read_string(&fx->m->pdev.dev,
							  hwmon_temp,
							  hwmon_temp_label, 0,
							  &label), 0);
	KUNIT_EXPECT_STREQ(test, label, "junction");

	/* Asleep, or gone. */
	WRITE_ONCE(fx->nd->bar, NULL);
	KUNIT_EXPECT_EQ(test, hwmon_get(fx, hwmon_temp_input, &val), -ENODEV);
	napier_gate_open(fx->nd);
	KUNIT_EXPECT_EQ(test, hwmon_get(fx, hwmon_temp_input, &val), 0);
}

static struct kunit_case napier_hwmon_cases[] = {
	KUNIT_CASE_PARAM(hwmon_present, hwmon_port_gen_params),
	KUNIT_CASE(hwmon_reads),
	{}
};

static struct kunit_suite napier_hwmon_suite = {
	.name = "napier_hwmon",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_hwmon_cases,
};

kunit_test_suite(napier_hwmon_suite);
