// SPDX-License-Identifier: GPL-2.0-only
/*
 * The LEDs of the port, for ethtool -p.
 *
 * What each LED shows otherwise is the business of the NVM, which the device
 * loads LEDCTL from.
 *
 * Depends on: napier_nvm.c.
 */
#include "napier.h"

#define NAPIER_LEDS			4
/* How often per second they go on and off. */
#define NAPIER_LED_RATE			2

enum napier_led_state {
	NAPIER_LED_KEEP,
	NAPIER_LED_ON,
	NAPIER_LED_OFF,
};

/* A word of the NVM has a code of four bits for each LED: what it is to be
 * while the port is identified, in the dark and in the bright half of each
 * period. So the maker of the board chooses the LEDs (igb 7.3 e1000_defines.h,
 * ID_LED_*, and e1000_mac.c, igb_id_led_init).
 */
static const u8 napier_led_codes[][2] = {
	[1] = { NAPIER_LED_KEEP, NAPIER_LED_KEEP },
	[2] = { NAPIER_LED_KEEP, NAPIER_LED_ON },
	[3] = { NAPIER_LED_KEEP, NAPIER_LED_OFF },
	[4] = { NAPIER_LED_ON, NAPIER_LED_KEEP },
	[5] = { NAPIER_LED_ON, NAPIER_LED_ON },
	[6] = { NAPIER_LED_ON, NAPIER_LED_OFF },
	[7] = { NAPIER_LED_OFF, NAPIER_LED_KEEP },
	[8] = { NAPIER_LED_OFF, NAPIER_LED_ON },
	[9] = { NAPIER_LED_OFF, NAPIER_LED_OFF },
};

/* For an NVM that does not choose (igb 7.3 e1000_defines.h, ID_LED_DEFAULT,
 * and e1000_i210.h, ID_LED_DEFAULT_I210): the fourth LED, and on I210 and I211,
 * which have three, the third.
 */
#define NAPIER_LED_WORD_DEFAULT		0x8911
#define NAPIER_LED_WORD_I210		0x0819

static enum napier_led_state napier_led_state(u16 word, int led, bool bright)
{
	u8 code = word >> (4 * led) & 0xF;

	return code < ARRAY_SIZE(napier_led_codes) ?
	       napier_led_codes[code][bright] : NAPIER_LED_KEEP;
}

/**
 * napier_led_value - LEDCTL while the port is identified
 * @idle: LEDCTL as it was
 * @word: codes of the LEDs
 * @bright: the half of the period in which the chosen LEDs are lit
 *
 * Return: the value.
 */
NAPIER_TESTED u32 napier_led_value(u32 idle, u16 word, bool bright)
{
	u32 val = idle;
	int led;

	for (led = 0; led < NAPIER_LEDS; led++) {
		u32 mode = NAPIER_LEDCTL_MODE_OFF;

		switch (napier_led_state(word, led, bright)) {
		case NAPIER_LED_KEEP:
			continue;
		case NAPIER_LED_ON:
			mode = NAPIER_LEDCTL_MODE_ON;
			break;
		case NAPIER_LED_OFF:
			break;
		}
		/* With blinking and inversion off: the code allows for the way
		 * in which the LED is wired.
		 */
		val &= ~NAPIER_LEDCTL_LED(led);
		val |= mode << NAPIER_LEDCTL_LED_SHIFT(led);
	}

	return val;
}

/* A choice after which nothing would be seen is none. */
static bool napier_led_is_seen(u16 word)
{
	return napier_led_value(0, word, false) !=
	       napier_led_value(0, word, true);
}

/**
 * napier_led_init - learn which LEDs identify the port
 * @nd: device with the NVM read
 *
 * Context: process, probe.
 */
void napier_led_init(struct napier_dev *nd)
{
	u16 word;

	if (napier_nvm_read(nd, NAPIER_NVM_WORD_LED, &word, 1) ||
	    word == 0xFFFF || !napier_led_is_seen(word))
		word = nd->quirks & NAPIER_QUIRK_INVM ?
		       NAPIER_LED_WORD_I210 : NAPIER_LED_WORD_DEFAULT;
	nd->led.word = word;
}

/**
 * napier_led_identify - for ethtool -p
 * @nd: device
 * @state: what to do
 *
 * A reset of the device meanwhile loads LEDCTL from the NVM, and the next call
 * goes on.
 *
 * Context: process; the core lets in one user at a time.
 * Return: how often per second to call again, 0, or -ENODEV if the device does
 * not answer or is asleep.
 */
int napier_led_identify(struct napier_dev *nd, enum ethtool_phys_id_state state)
{
	switch (state) {
	case ETHTOOL_ID_ACTIVE:
		nd->led.idle = napier_rd32(nd, NAPIER_LEDCTL);
		return napier_is_gone(nd) ? -ENODEV : NAPIER_LED_RATE;
	case ETHTOOL_ID_ON:
	case ETHTOOL_ID_OFF:
		napier_wr32(nd, NAPIER_LEDCTL,
			    napier_led_value(nd->led.idle, nd->led.word,
					     state == ETHTOOL_ID_ON));
		return 0;
	case ETHTOOL_ID_INACTIVE:
		napier_wr32(nd, NAPIER_LEDCTL, nd->led.idle);
		return 0;
	}

	return -EINVAL;
}
