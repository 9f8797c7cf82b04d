// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of an interface: which there are, how often they fired, where they
 * are delivered.
 *
 * Whose they are, netdev-genl says (read/netdev.c), or the list of the PCI
 * device; never the name of the interrupt, which drivers choose.
 */
#include "read/read.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Those of the PCI device, for what has told none. Behind virtio it is one
 * further up.
 */
static void np_read_msi(struct np_source *src, struct np_port *port)
{
	static const char *const places[] = { "device", "device/.." };
	char **names = NULL, **name;
	uint64_t irq;
	size_t i;

	for (i = 0; i < NP_COUNT(places) && !names; i++)
		names = np_source_list(src, "sys/class/net/%s/%s/msi_irqs",
				       port->name, places[i]);
	for (name = names; name && *name; name++)
		if (np_parse_u64(*name, &irq))
			np_port_irq(port, irq);
	np_list_free(names);
	if (!names && np_source_u64(src, &irq, "sys/class/net/%s/device/irq",
				    port->name) && irq)
		np_port_irq(port, irq);
}

/* The sum of the columns of a line, and what stands behind them: as many of
 * both as there are CPUs.
 */
static void np_parse_irq_line(struct np_irq *irq, char *line, size_t cpus)
{
	uint64_t sum = 0, value;
	char *word, *name = NULL;
	size_t column = 0;

	while ((word = strsep(&line, " \t"))) {
		if (!*word)
			continue;
		if (column++ < cpus) {
			if (!np_parse_u64(word, &value))
				return;
			sum += value;
		} else {
			name = word;
		}
	}
	if (column < cpus)
		return;
	irq->fired = sum;
	free(irq->name);
	irq->name = np_copy(name);
}

static size_t np_count_words(const char *line)
{
	size_t count = 0;

	while (*line) {
		while (isspace((unsigned char)*line))
			line++;
		if (*line)
			count++;
		while (*line && !isspace((unsigned char)*line))
			line++;
	}

	return count;
}

static void np_read_interrupts(struct np_source *src, struct np_port *port)
{
	char *text = np_source_read(src, "proc/interrupts");
	char *line, *rest = text;
	size_t cpus = 0, i;
	uint64_t number;

	while (rest && (line = strsep(&rest, "\n"))) {
		char *colon = strchr(line, ':');

		/* The first line names the CPUs. */
		if (!colon) {
			if (!cpus)
				cpus = np_count_words(line);
			continue;
		}
		*colon = '\0';
		if (!np_parse_u64(np_strip(line), &number))
			continue;
		for (i = 0; i < port->nr_irq; i++)
			if (port->irq[i].irq == number)
				np_parse_irq_line(&port->irq[i], colon + 1,
						  cpus);
	}
	free(text);
}

/**
 * np_read_irqs - interrupts of an interface
 * @src: source
 * @port: filled in; with the NAPI instances already read, if they can be had
 */
void np_read_irqs(struct np_source *src, struct np_port *port)
{
	char *text;
	size_t i;

	for (i = 0; i < port->nr_napi; i++)
		if (port->napi[i].irq != NP_UNKNOWN)
			np_port_irq(port, port->napi[i].irq);
	np_read_msi(src, port);
	np_read_interrupts(src, port);
	for (i = 0; i < port->nr_irq; i++) {
		struct np_irq *irq = &port->irq[i];

		/* Asked for is not the same as done. */
		text = np_source_read(src,
				      "proc/irq/%llu/effective_affinity_list",
				      (unsigned long long)irq->irq);
		if (text)
			np_cpus_parse(&irq->effective, text);
		free(text);
	}
}
