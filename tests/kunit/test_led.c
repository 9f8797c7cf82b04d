// SPDX-License-Identifier: GPL-2.0-only
/*
 * The LEDs: which are used to identify the port, and that all are as before
 * afterwards.
 *
 * Depends on: napier_fixture.c.
 */
#include "napier_fixture.h"

#define LED_IDLE	0x47268382U

/* A code of the NVM in each place, and what becomes of LEDCTL. */
static const struct led_code {
	const char *name;
	u8 code;
	u8 dark;	/* mode, 0xFF: as it was */
	u8 bright;
} led_codes[] = {
	{ "none", 0, 0xFF, 0xFF },
	{ "as it was", 1, 0xFF, 0xFF },
	{ "on when bright", 2, 0xFF, 0x0E },
	{ "off when bright", 3, 0xFF, 0x0F },
	{ "on when dark", 4, 0x0E, 0xFF },
	{ "always on", 5, 0x0E, 0x0E },
	{ "on, off", 6, 0x0E, 0x0F },
	{ "off when dark", 7, 0x0F, 0xFF },
	{ "off, on", 8, 0x0F, 0x0E },
	{ "always off", 9, 0x0F, 0x0F },
	{ "reserved", 10, 0xFF, 0xFF },
};

KUNIT_ARRAY_PARAM_DESC(led_code, led_codes, name);

static void led_value(struct kunit *test)
{
	const struct led_code *p = test->param_value;
	int led;

	for (led = 0; led < 4; led++) {
		u32 mask = 0xFFU << 8 * led;
		u32 dark = p->dark == 0xFF ? LED_IDLE & mask :
					     (u32)p->dark << 8 * led;
		u32 bright = p->bright == 0xFF ? LED_IDLE & mask :
						 (u32)p->bright << 8 * led;
		u16 word = p->code << 4 * led;

		KUNIT_EXPECT_EQ(test, napier_led_value(LED_IDLE, word, false),
				(LED_IDLE & ~mask) | dark);
		KUNIT_EXPECT_EQ(test, napier_led_value(LED_IDLE, word, true),
				(LED_IDLE & ~mask) | bright);
	}
}

static const struct led_choice {
	const char *name;
	enum napier_board_id id;
	u16 nvm;
	u32 dark;
	u32 bright;
} led_choices[] = {
	{ "82576, NVM says nothing", NAPIER_BOARD_82576, 0xFFFF,
	  0x0F0F8382, 0x0E0F8382 },
	{ "82580, NVM is empty", NAPIER_BOARD_82580, 0,
	  0x0F0F8382, 0x0E0F8382 },
	{ "I350, nothing would be seen", NAPIER_BOARD_I350, 0x1111,
	  0x0F0F8382, 0x0E0F8382 },
	{ "I354, first LED", NAPIER_BOARD_I354, 0x1118,
	  0x4726830F, 0x4726830E },
	{ "I210, NVM says nothing", NAPIER_BOARD_I210, 0xFFFF,
	  0x470F830F, 0x470E830F },
	{ "I211, NVM is empty", NAPIER_BOARD_I211, 0, 0x470F830F, 0x470E830F },
};

KUNIT_ARRAY_PARAM_DESC(led_choice, led_choices, name);

static int led_do(struct napier_fixture *fx, enum ethtool_phys_id_state state)
{
	return fx->ndev->ethtool_ops->set_phys_id(fx->ndev, state);
}

static void led_identifies(struct kunit *test)
{
	const struct led_choice *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, p->id);

	fx->m->nvm[NAPIER_NVM_WORD_LED] = p->nvm;
	napier_model_nvm_sum(fx->m, 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	napier_model_poke(fx->m, NAPIER_LEDCTL, LED_IDLE);

	KUNIT_EXPECT_EQ(test, led_do(fx, ETHTOOL_ID_ACTIVE), 2);
	KUNIT_EXPECT_EQ(test, led_do(fx, ETHTOOL_ID_ON), 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_LEDCTL),
			p->bright);
	KUNIT_EXPECT_EQ(test, led_do(fx, ETHTOOL_ID_OFF), 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_LEDCTL), p->dark);
	KUNIT_EXPECT_EQ(test, led_do(fx, ETHTOOL_ID_ON), 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_LEDCTL),
			p->bright);
	KUNIT_EXPECT_EQ(test, led_do(fx, ETHTOOL_ID_INACTIVE), 0);
	KUNIT_EXPECT_EQ(test, napier_model_peek(fx->m, NAPIER_LEDCTL),
			LED_IDLE);

	fx->m->gone = true;
	KUNIT_EXPECT_EQ(test, led_do(fx, ETHTOOL_ID_ACTIVE), -ENODEV);
	napier_fixture_back(fx);
}

static struct kunit_case napier_led_cases[] = {
	KUNIT_CASE_PARAM(led_value, led_code_gen_params),
	KUNIT_CASE_PARAM(led_identifies, led_choice_gen_params),
	{}
};

static struct kunit_suite napier_led_suite = {
	.name = "napier_led",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_led_cases,
};

kunit_test_suite(napier_led_suite);
