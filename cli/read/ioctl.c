// SPDX-License-Identifier: GPL-2.0-only
/*
 * SIOCETHTOOL: what netlink does not tell, or not on all kernels from 6.1 on:
 * versions, `ethtool -S`, the RSS table and which fields are hashed.
 */
#include "read/read.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/netlink.h"

/* More than any driver has. */
#define NP_STRINGS_MAX	65536u
#define NP_RSS_MAX	65536u

/* A field of fixed size need not have an end. */
static char *np_fixed_text(const char *field, size_t size)
{
	size_t len = strnlen(field, size);

	return len ? np_print("%.*s", (int)len, field) : NULL;
}

static void np_read_driver(struct np_source *src, struct np_port *port)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	if (np_source_ethtool(src, port->name, "drvinfo", &info, sizeof(info)))
		return;
	if (!port->driver)
		port->driver = np_fixed_text(info.driver, sizeof(info.driver));
	if (!port->bus)
		port->bus = np_fixed_text(info.bus_info, sizeof(info.bus_info));
	port->driver_version = np_fixed_text(info.version,
					     sizeof(info.version));
	port->firmware = np_fixed_text(info.fw_version,
				       sizeof(info.fw_version));
}

/* ---- ethtool -S ------------------------------------------------------------ */

static uint32_t np_count_strings(struct np_source *src,
				 const struct np_port *port)
{
	struct {
		struct ethtool_sset_info info;
		uint32_t count;
	} set = {
		.info.cmd = ETHTOOL_GSSET_INFO,
		.info.sset_mask = 1ull << ETH_SS_STATS,
	};

	if (np_source_ethtool(src, port->name, "stats-count", &set,
			      sizeof(set)) || !set.info.sset_mask ||
	    set.count > NP_STRINGS_MAX)
		return 0;

	return set.count;
}

static struct ethtool_gstrings *np_read_strings(struct np_source *src,
						const struct np_port *port,
						uint32_t count)
{
	size_t size = sizeof(struct ethtool_gstrings) +
		      (size_t)count * ETH_GSTRING_LEN;
	struct ethtool_gstrings *names = np_alloc(size);

	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_STATS;
	names->len = count;
	if (np_source_ethtool(src, port->name, "stats-names", names, size) ||
	    names->len != count) {
		free(names);
		return NULL;
	}

	return names;
}

static void np_read_own(struct np_source *src, struct np_port *port)
{
	uint32_t count = np_count_strings(src, port), i;
	struct ethtool_gstrings *names;
	struct ethtool_stats *stats;
	size_t size;

	names = count ? np_read_strings(src, port, count) : NULL;
	if (!names)
		return;
	size = sizeof(*stats) + (size_t)count * sizeof(stats->data[0]);
	stats = np_alloc(size);
	stats->cmd = ETHTOOL_GSTATS;
	stats->n_stats = count;
	if (!np_source_ethtool(src, port->name, "stats", stats, size) &&
	    stats->n_stats == count)
		for (i = 0; i < count; i++) {
			const char *name = (const char *)names->data +
					   (size_t)i * ETH_GSTRING_LEN;
			struct np_value *value;

			value = np_more(port->own, port->nr_own);
			value->name = np_fixed_text(name, ETH_GSTRING_LEN);
			if (!value->name)
				value->name = np_copy("");
			memcpy(&value->value, &stats->data[i],
			       sizeof(value->value));
		}
	free(stats);
	free(names);
}

/* ---- RSS -------------------------------------------------------------------- */

/* Bits of ETHTOOL_GRSSH, which no header for programs names. */
static const char *np_hfunc_name(uint8_t hfunc)
{
	static const char *const names[] = { "toeplitz", "xor", "crc32" };
	size_t i;

	for (i = 0; i < NP_COUNT(names); i++)
		if (hfunc == 1u << i)
			return names[i];

	return NULL;
}

static void np_keep_rss(struct np_port *port, const struct ethtool_rxfh *rxfh)
{
	const uint8_t *key = (const uint8_t *)&rxfh->rss_config[rxfh->indir_size];
	struct np_rss *rss = &port->rss;
	uint32_t i;

	rss->size = rxfh->indir_size;
	if (rss->size)
		rss->table = np_alloc(rss->size * sizeof(*rss->table));
	for (i = 0; i < rss->size; i++)
		rss->table[i] = rxfh->rss_config[i];
	rss->hfunc = np_copy(np_hfunc_name(rxfh->hfunc));
	if (!rxfh->key_size)
		return;
	rss->key = np_alloc(2 * (size_t)rxfh->key_size + 1);
	for (i = 0; i < rxfh->key_size; i++)
		snprintf(rss->key + 2 * (size_t)i, 3, "%02x", key[i]);
}

static void np_read_rss(struct np_source *src, struct np_port *port)
{
	struct ethtool_rxfh sizes = { .cmd = ETHTOOL_GRSSH }, *rxfh;
	size_t size;
	int err;

	err = np_source_ethtool(src, port->name, "rss-sizes", &sizes,
				sizeof(sizes));
	if (err || sizes.indir_size > NP_RSS_MAX ||
	    sizes.key_size > NP_RSS_MAX) {
		np_port_miss(port, "RSS", err == -EOPNOTSUPP ?
			     "the driver does not tell" : strerror(-err),
			     err == -EPERM ? "CAP_NET_ADMIN" : NULL);
		return;
	}
	size = sizeof(*rxfh) + sizes.indir_size * sizeof(rxfh->rss_config[0]) +
	       sizes.key_size;
	rxfh = np_alloc(size);
	rxfh->cmd = ETHTOOL_GRSSH;
	rxfh->indir_size = sizes.indir_size;
	rxfh->key_size = sizes.key_size;
	err = np_source_ethtool(src, port->name, "rss", rxfh, size);
	if (!err && rxfh->indir_size == sizes.indir_size &&
	    rxfh->key_size == sizes.key_size)
		np_keep_rss(port, rxfh);
	free(rxfh);
}

/* Letters as of `ethtool -N DEV rx-flow-hash`. */
static char *np_read_fields(struct np_source *src, const struct np_port *port,
			    const char *what, uint32_t flow)
{
	static const struct {
		uint64_t bit;
		char letter;
	} letters[] = {
		{ RXH_L2DA, 'm' },     { RXH_VLAN, 'v' },
		{ RXH_L3_PROTO, 't' }, { RXH_IP_SRC, 's' },
		{ RXH_IP_DST, 'd' },   { RXH_L4_B_0_1, 'f' },
		{ RXH_L4_B_2_3, 'n' },
	};
	struct ethtool_rxnfc nfc = {
		.cmd = ETHTOOL_GRXFH,
		.flow_type = flow,
	};
	char text[NP_COUNT(letters) + 1];
	size_t i, len = 0;

	if (np_source_ethtool(src, port->name, what, &nfc, sizeof(nfc)))
		return NULL;
	for (i = 0; i < NP_COUNT(letters); i++)
		if (nfc.data & letters[i].bit)
			text[len++] = letters[i].letter;
	text[len] = '\0';

	return np_copy(text);
}

/**
 * np_read_ioctl - what SIOCETHTOOL tells of an interface
 * @src: source
 * @port: filled in
 */
void np_read_ioctl(struct np_source *src, struct np_port *port)
{
	np_read_driver(src, port);
	np_read_own(src, port);
	np_read_rss(src, port);
	port->rss.udp4 = np_read_fields(src, port, "fields-udp4", UDP_V4_FLOW);
	port->rss.tcp4 = np_read_fields(src, port, "fields-tcp4", TCP_V4_FLOW);
}
