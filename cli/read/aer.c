// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors of PCI Express, which the kernel counts for each device.
 */
#include "read/read.h"

#include <stdlib.h>
#include <string.h>

/* The last line is "TOTAL_ERR_COR 3": the sum of those above. */
static void np_read_total(struct np_source *src, const struct np_port *port,
			  const char *kind, uint64_t *value)
{
	char *text = np_source_read(src, "sys/class/net/%s/device/aer_dev_%s",
				    port->name, kind);
	char *total = text ? strstr(text, "TOTAL_") : NULL, *space;

	space = total ? strchr(total, ' ') : NULL;
	if (space)
		np_parse_u64(np_strip(space), value);
	free(text);
}

/**
 * np_read_aer - errors of PCI Express
 * @src: source
 * @port: filled in; unknown where the bridge above does not report errors
 */
void np_read_aer(struct np_source *src, struct np_port *port)
{
	if (!port->physical)
		return;
	np_read_total(src, port, "correctable", &port->aer.correctable);
	np_read_total(src, port, "nonfatal", &port->aer.nonfatal);
	np_read_total(src, port, "fatal", &port->aer.fatal);
}
