// SPDX-License-Identifier: GPL-2.0-only
/*
 * Polls by time and occupancy: as characters, and as SVG.
 */
#include "print/print.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define NP_COLUMNS	60u
#define NP_CELL		10u
#define NP_LEFT		90u
#define NP_HIGH		((NP_CLASSES + 4u) * NP_CELL)

/* The intervals that share a column, added up. */
static size_t np_fold(const struct np_burst_port *port,
		      struct np_heat *column, size_t *each)
{
	size_t i, class, count;

	*each = (port->nr_heat + NP_COLUMNS - 1) / NP_COLUMNS;
	count = *each ? (port->nr_heat + *each - 1) / *each : 0;
	for (i = 0; i < count * (*each) && i < port->nr_heat; i++)
		for (class = 0; class < NP_CLASSES; class++)
			column[i / *each].count[class] +=
				port->heat[i].count[class];

	return count;
}

/* 0 for none, else by powers of ten up to @max. */
static unsigned int np_shade(uint64_t count, unsigned int max)
{
	unsigned int shade = 1;

	if (!count)
		return 0;
	for (; count >= 10 && shade < max; count /= 10)
		shade++;

	return shade;
}

/* Classes that the ring has. */
static size_t np_rows(const struct np_burst_port *port)
{
	size_t rows = NP_CLASSES;

	if (port->ring != NP_UNKNOWN && port->ring)
		rows = (size_t)((port->ring - 1) >> port->shift) + 1;

	return rows < NP_CLASSES ? rows : NP_CLASSES;
}

/* The last row has all that is above it, too. */
static uint64_t np_cell(const struct np_heat *column, size_t row, size_t rows)
{
	uint64_t count = column->count[row];

	for (row++; row >= rows && row < NP_CLASSES; row++)
		count += column->count[row];

	return count;
}

/**
 * np_show_heatmap - as characters
 * @out: where to
 * @port: interface
 * @tick: nanoseconds of an interval
 */
void np_show_heatmap(FILE *out, const struct np_burst_port *port, uint64_t tick)
{
	static const char shades[] = " .:+*#@";
	struct np_heat column[NP_COLUMNS] = {};
	size_t each, count, rows = np_rows(port), row, i;

	count = np_fold(port, column, &each);
	if (!count)
		return;
	fprintf(out, "%s: polls by occupancy, a column is %.3g s, shades are powers of ten (%s)\n",
		port->name, (double)each * (double)tick / 1e9, shades + 1);
	for (row = rows; row--;) {
		uint64_t percent = np_class_percent(port, row);

		if (percent != NP_UNKNOWN)
			fprintf(out, "%5" PRIu64 "%% |", percent);
		else
			fprintf(out, "%6" PRIu64 " |",
				(((uint64_t)row + 1) << port->shift) - 1);
		for (i = 0; i < count; i++) {
			uint64_t polls = np_cell(&column[i], row, rows);

			fputc(shades[np_shade(polls, 6)], out);
		}
		fprintf(out, "|\n");
	}
}

static void np_svg_port(FILE *out, const struct np_burst_port *port,
			uint64_t tick, unsigned int top)
{
	static const char *const colours[] = {
		"", "#fee8c8", "#fdbb84", "#fc8d59", "#ef6548", "#d7301f",
		"#7f0000",
	};
	struct np_heat column[NP_COLUMNS] = {};
	size_t each, count, rows = np_rows(port), row, i;

	count = np_fold(port, column, &each);
	/* Names of interfaces may hold what means something in XML. */
	fprintf(out, "<text x=\"2\" y=\"%u\">", top + 12);
	for (i = 0; port->name[i]; i++)
		fprintf(out, "&#%u;", (unsigned char)port->name[i]);
	fprintf(out, ", a column is %.3g s</text>\n",
		(double)each * (double)tick / 1e9);
	for (row = 0; row < rows; row++) {
		unsigned int y = top + 20 +
				 (unsigned int)(rows - 1 - row) * NP_CELL;

		fprintf(out, "<text x=\"2\" y=\"%u\">%" PRIu64 "</text>\n",
			y + 9, (((uint64_t)row + 1) << port->shift) - 1);
		for (i = 0; i < count; i++) {
			uint64_t polls = np_cell(&column[i], row, rows);

			if (!polls)
				continue;
			fprintf(out, "<rect x=\"%zu\" y=\"%u\" width=\"%u\" height=\"%u\"",
				NP_LEFT + i * NP_CELL, y, NP_CELL, NP_CELL);
			fprintf(out, " fill=\"%s\"><title>%" PRIu64,
				colours[np_shade(polls, 6)], polls);
			fputs(" polls</title></rect>\n", out);
		}
	}
}

/**
 * np_svg_heatmap - as SVG
 * @out: where to
 * @all: what was seen
 *
 * Return: 0, or -1 if it cannot be written.
 */
int np_svg_heatmap(FILE *out, const struct np_bursts *all)
{
	unsigned int width = NP_LEFT + NP_COLUMNS * NP_CELL + NP_CELL;
	unsigned int i;

	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" font-family=\"monospace\" font-size=\"9\">\n",
		width, (unsigned int)all->nr_port * NP_HIGH);
	fprintf(out, "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n");
	for (i = 0; i < all->nr_port; i++)
		np_svg_port(out, &all->port[i], all->tick,
			    i * NP_HIGH);
	fprintf(out, "</svg>\n");

	return fflush(out) || ferror(out) ? -1 : 0;
}
