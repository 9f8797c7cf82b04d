// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool's netlink: rings, channels, moderation, pause, autonegotiation.
 */
#include "read/read.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <stddef.h>
#include <string.h>

#include "source/netlink.h"

/* The longest table of attributes that is read here. */
#define NP_ETHNL_ATTRS	40

/**
 * struct np_ethnl_field - where a number of an answer goes
 * @attr: attribute
 * @offset: in struct np_port
 */
struct np_ethnl_field {
	uint16_t attr;
	size_t offset;
};

/**
 * struct np_ethnl_question - one message and what is taken from its answer
 * @command: ETHTOOL_MSG_*_GET
 * @what: name in snapshots, and for users
 * @fields: numbers in it
 * @count: how many
 */
struct np_ethnl_question {
	uint8_t command;
	const char *what;
	const struct np_ethnl_field *fields;
	size_t count;
};

#define NP_FIELD(a, member)	{ (a), offsetof(struct np_port, member) }

static const struct np_ethnl_field np_rings[] = {
	NP_FIELD(ETHTOOL_A_RINGS_RX_MAX, rx_ring.max),
	NP_FIELD(ETHTOOL_A_RINGS_RX, rx_ring.now),
	NP_FIELD(ETHTOOL_A_RINGS_TX_MAX, tx_ring.max),
	NP_FIELD(ETHTOOL_A_RINGS_TX, tx_ring.now),
};

static const struct np_ethnl_field np_channels[] = {
	NP_FIELD(ETHTOOL_A_CHANNELS_COMBINED_MAX, combined.max),
	NP_FIELD(ETHTOOL_A_CHANNELS_COMBINED_COUNT, combined.now),
	NP_FIELD(ETHTOOL_A_CHANNELS_RX_MAX, rx_channels.max),
	NP_FIELD(ETHTOOL_A_CHANNELS_RX_COUNT, rx_channels.now),
	NP_FIELD(ETHTOOL_A_CHANNELS_TX_MAX, tx_channels.max),
	NP_FIELD(ETHTOOL_A_CHANNELS_TX_COUNT, tx_channels.now),
};

static const struct np_ethnl_field np_coalesce[] = {
	NP_FIELD(ETHTOOL_A_COALESCE_RX_USECS, rx_usecs),
	NP_FIELD(ETHTOOL_A_COALESCE_TX_USECS, tx_usecs),
	NP_FIELD(ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX, adaptive_rx),
	NP_FIELD(ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX, adaptive_tx),
};

static const struct np_ethnl_field np_pause[] = {
	NP_FIELD(ETHTOOL_A_PAUSE_RX, pause_rx),
	NP_FIELD(ETHTOOL_A_PAUSE_TX, pause_tx),
};

static const struct np_ethnl_field np_linkmodes[] = {
	NP_FIELD(ETHTOOL_A_LINKMODES_AUTONEG, autoneg),
};

static const struct np_ethnl_question np_ethnl_questions[] = {
	{ ETHTOOL_MSG_RINGS_GET, "rings", np_rings, NP_COUNT(np_rings) },
	{ ETHTOOL_MSG_CHANNELS_GET, "channels", np_channels,
	  NP_COUNT(np_channels) },
	{ ETHTOOL_MSG_COALESCE_GET, "coalescing", np_coalesce,
	  NP_COUNT(np_coalesce) },
	{ ETHTOOL_MSG_PAUSE_GET, "pause", np_pause, NP_COUNT(np_pause) },
	{ ETHTOOL_MSG_LINKMODES_GET, "autonegotiation", np_linkmodes,
	  NP_COUNT(np_linkmodes) },
};

static void np_ethnl_fill(struct nlmsghdr *nlh, const void *arg)
{
	struct nlattr *nest;

	/* The header is attribute 1 of all messages. */
	nest = mnl_attr_nest_start(nlh, ETHTOOL_A_RINGS_HEADER);
	mnl_attr_put_strz(nlh, ETHTOOL_A_HEADER_DEV_NAME, arg);
	mnl_attr_nest_end(nlh, nest);
}

struct np_ethnl_answer {
	const struct np_ethnl_question *question;
	struct np_port *port;
};

static void np_ethnl_got(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[NP_ETHNL_ATTRS];
	struct np_ethnl_answer *answer = data;
	size_t i;

	np_attrs_message(attrs, NP_COUNT(attrs), nlh,
			 sizeof(struct genlmsghdr));
	for (i = 0; i < answer->question->count; i++) {
		const struct np_ethnl_field *field;

		field = &answer->question->fields[i];
		np_attr_uint(attrs[field->attr],
			     (uint64_t *)(void *)((char *)answer->port +
						  field->offset));
	}
}

/**
 * np_read_ethtool - settings that ethtool's netlink tells
 * @src: source
 * @port: filled in
 */
void np_read_ethtool(struct np_source *src, struct np_port *port)
{
	size_t i;

	for (i = 0; i < NP_COUNT(np_ethnl_questions); i++) {
		struct np_ethnl_answer answer = {
			.question = &np_ethnl_questions[i],
			.port = port,
		};
		const struct np_request request = {
			.family = ETHTOOL_GENL_NAME,
			.command = answer.question->command,
			.what = answer.question->what,
			.ifname = port->name,
			.fill = np_ethnl_fill,
			.arg = port->name,
		};
		struct np_error error;
		int err;

		err = np_netlink_ask(src, &request, np_ethnl_got, &answer,
				     &error);
		if (err)
			np_port_miss(port, request.what,
				     err == -EOPNOTSUPP ?
				     "the driver does not tell" :
				     error.text[0] ? error.text :
				     strerror(-err), NULL);
	}
}
