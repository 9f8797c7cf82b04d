// SPDX-License-Identifier: GPL-2.0-only
/*
 * The temperature of the chip, for hwmon: only the I350 has a sensor, and it is
 * one for all four ports, which the first of them shows.
 *
 * Registers as in igb 7.3, e1000_82575.c, igb_get_thermal_sensor_data_generic
 * and igb_init_thermal_sensor_thresh_generic. That calls the lower threshold
 * critical and the upper one the maximum; here it is the other way round, as
 * hwmon means them. Sensors of the board, behind I2C, are not read.
 *
 * Depends on: nothing of this layer.
 */
#include <linux/hwmon.h>

#include "napier.h"

#define NAPIER_MILLIDEGREE	1000

static u32 napier_temp_reg(u32 attr)
{
	switch (attr) {
	case hwmon_temp_input:
		return NAPIER_THMJT;
	case hwmon_temp_max:
		return NAPIER_THLOWTC;
	default:
		return NAPIER_THHIGHTC;
	}
}

/* A threshold that the NVM has not set is 0. */
static umode_t napier_temp_visible(const void *data,
				   enum hwmon_sensor_types type, u32 attr,
				   int channel)
{
	/* It is only read. */
	struct napier_dev *nd = (struct napier_dev *)data;

	if (type != hwmon_temp)
		return 0;

	switch (attr) {
	case hwmon_temp_input:
	case hwmon_temp_label:
		return 0444;
	case hwmon_temp_max:
	case hwmon_temp_crit:
		return FIELD_GET(NAPIER_TH_DEGREES,
				 napier_rd32(nd, napier_temp_reg(attr))) ?
		       0444 : 0;
	default:
		return 0;
	}
}

static int napier_temp_read(struct device *dev, enum hwmon_sensor_types type,
			    u32 attr, int channel, long *val)
{
	struct napier_dev *nd = dev_get_drvdata(dev);
	bool gone;
	u32 reg;

	napier_awake_get(nd);
	reg = napier_rd32(nd, napier_temp_reg(attr));
	/* Also while the machine falls asleep, or in a reset. */
	gone = napier_is_gone(nd);
	napier_awake_put(nd);
	if (gone)
		return -ENODEV;

	*val = (long)FIELD_GET(NAPIER_TH_DEGREES, reg) * NAPIER_MILLIDEGREE;

	return 0;
}

static int napier_temp_read_string(struct device *dev,
				   enum hwmon_sensor_types type, u32 attr,
				   int channel, const char **str)
{
	*str = "junction";

	return 0;
}

static const struct hwmon_ops napier_temp_ops = {
	.is_visible	= napier_temp_visible,
	.read		= napier_temp_read,
	.read_string	= napier_temp_read_string,
};

static const struct hwmon_channel_info * const napier_temp_info[] = {
	HWMON_CHANNEL_INFO(temp, HWMON_T_INPUT | HWMON_T_MAX | HWMON_T_CRIT |
				 HWMON_T_LABEL),
	NULL
};

NAPIER_TESTED const struct hwmon_chip_info napier_temp_chip = {
	.ops	= &napier_temp_ops,
	.info	= napier_temp_info,
};

/**
 * napier_hwmon_present - has this port the sensor?
 * @nd: device, identified
 *
 * Return: true if so.
 */
bool napier_hwmon_present(const struct napier_dev *nd)
{
	return nd->board == napier_board_get(NAPIER_BOARD_I350) && !nd->func;
}

/**
 * napier_hwmon_init - show the sensor, if there is one
 * @nd: device
 *
 * A port works without, so that it cannot be shown is no error.
 *
 * Context: probe.
 */
void napier_hwmon_init(struct napier_dev *nd)
{
	struct device *hwmon;

	if (!IS_REACHABLE(CONFIG_HWMON) || !napier_hwmon_present(nd))
		return;

	hwmon = hwmon_device_register_with_info(&nd->pdev->dev,
						NAPIER_DRV_NAME, nd,
						&napier_temp_chip, NULL);
	if (IS_ERR(hwmon))
		dev_warn(&nd->pdev->dev,
			 "temperature cannot be shown: %pe\n", hwmon);
	else
		nd->hwmon = hwmon;
}

/**
 * napier_hwmon_exit - undo napier_hwmon_init()
 * @nd: device
 *
 * Context: remove; sleeps until nobody reads it any more.
 */
void napier_hwmon_exit(struct napier_dev *nd)
{
	if (IS_REACHABLE(CONFIG_HWMON) && nd->hwmon)
		hwmon_device_unregister(nd->hwmon);
}
