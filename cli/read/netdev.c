// SPDX-License-Identifier: GPL-2.0-only
/*
 * netdev-genl: which NAPI instance serves which queue, what its interrupt and
 * its thread are, and what each queue has counted.
 *
 * Numbers are those of Linux 6.13's netdev.h and later; headers of Debian 12 do
 * not have them, and what a kernel does not know it does not send.
 */
#include "read/read.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

#include "source/netlink.h"

#define NP_NETDEV_FAMILY	"netdev"

enum {
	NP_NETDEV_CMD_QUEUE_GET = 10,
	NP_NETDEV_CMD_NAPI_GET = 11,
	NP_NETDEV_CMD_QSTATS_GET = 12,
};

enum {
	NP_QUEUE_ID = 1,
	NP_QUEUE_IFINDEX = 2,
	NP_QUEUE_TYPE = 3,
	NP_QUEUE_NAPI = 4,
	NP_QUEUE_COUNT,
};

enum {
	NP_NAPI_IFINDEX = 1,
	NP_NAPI_ID = 2,
	NP_NAPI_IRQ = 3,
	NP_NAPI_PID = 4,
	NP_NAPI_DEFER_HARD_IRQS = 5,
	NP_NAPI_GRO_FLUSH_TIMEOUT = 6,
	NP_NAPI_IRQ_SUSPEND_TIMEOUT = 7,
	NP_NAPI_COUNT,
};

enum {
	NP_QSTATS_IFINDEX = 1,
	NP_QSTATS_QUEUE_TYPE = 2,
	NP_QSTATS_QUEUE_ID = 3,
	NP_QSTATS_SCOPE = 4,
	NP_QSTATS_RX_PACKETS = 8,
	NP_QSTATS_RX_BYTES = 9,
	NP_QSTATS_TX_PACKETS = 10,
	NP_QSTATS_TX_BYTES = 11,
	NP_QSTATS_RX_ALLOC_FAIL = 12,
	NP_QSTATS_RX_HW_DROPS = 13,
	NP_QSTATS_TX_HW_DROPS = 24,
	NP_QSTATS_COUNT,
};

#define NP_QUEUE_TYPE_RX	0
#define NP_QSTATS_PER_QUEUE	1
#define NP_QUEUE_ID_MAX		UINT16_MAX

/* What to ask of which interface: attributes that say so. */
struct np_netdev_question {
	uint32_t ifindex;
	uint16_t by_ifindex;
	uint16_t scope;
};

static void np_netdev_fill(struct nlmsghdr *nlh, const void *arg)
{
	const struct np_netdev_question *question = arg;

	mnl_attr_put_u32(nlh, question->by_ifindex, question->ifindex);
	if (question->scope)
		mnl_attr_put_u32(nlh, question->scope, NP_QSTATS_PER_QUEUE);
}

/* The queue that an answer is about; NULL if it does not say. */
static struct np_queue *np_netdev_queue(struct np_port *port,
					const struct nlattr *type,
					const struct nlattr *id)
{
	uint64_t kind, number;

	if (!np_attr_uint(type, &kind) || !np_attr_uint(id, &number) ||
	    number > NP_QUEUE_ID_MAX)
		return NULL;

	return np_port_queue(port, kind == NP_QUEUE_TYPE_RX,
			     (unsigned int)number);
}

static void np_got_queue(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[NP_QUEUE_COUNT];
	struct np_port *port = data;
	struct np_queue *queue;

	np_attrs_message(attrs, NP_COUNT(attrs), nlh,
			 sizeof(struct genlmsghdr));
	queue = np_netdev_queue(port, attrs[NP_QUEUE_TYPE],
				attrs[NP_QUEUE_ID]);
	if (queue)
		np_attr_uint(attrs[NP_QUEUE_NAPI], &queue->napi);
}

static void np_got_napi(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[NP_NAPI_COUNT];
	struct np_port *port = data;
	struct np_napi *napi;
	uint64_t id;

	np_attrs_message(attrs, NP_COUNT(attrs), nlh,
			 sizeof(struct genlmsghdr));
	if (!np_attr_uint(attrs[NP_NAPI_ID], &id))
		return;
	napi = np_port_napi(port, id);
	np_attr_uint(attrs[NP_NAPI_IRQ], &napi->irq);
	np_attr_uint(attrs[NP_NAPI_PID], &napi->pid);
	np_attr_uint(attrs[NP_NAPI_DEFER_HARD_IRQS], &napi->defer_hard_irqs);
	np_attr_uint(attrs[NP_NAPI_GRO_FLUSH_TIMEOUT], &napi->gro_flush_ns);
	np_attr_uint(attrs[NP_NAPI_IRQ_SUSPEND_TIMEOUT],
		     &napi->irq_suspend_ns);
}

static void np_got_qstats(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[NP_QSTATS_COUNT];
	struct np_port *port = data;
	struct np_queue *queue;
	bool rx;

	np_attrs_message(attrs, NP_COUNT(attrs), nlh,
			 sizeof(struct genlmsghdr));
	queue = np_netdev_queue(port, attrs[NP_QSTATS_QUEUE_TYPE],
				attrs[NP_QSTATS_QUEUE_ID]);
	if (!queue)
		return;
	rx = attrs[NP_QSTATS_RX_PACKETS] || attrs[NP_QSTATS_RX_BYTES];
	np_attr_uint(attrs[rx ? NP_QSTATS_RX_PACKETS : NP_QSTATS_TX_PACKETS],
		     &queue->counters.packets);
	np_attr_uint(attrs[rx ? NP_QSTATS_RX_BYTES : NP_QSTATS_TX_BYTES],
		     &queue->counters.bytes);
	np_attr_uint(attrs[rx ? NP_QSTATS_RX_HW_DROPS : NP_QSTATS_TX_HW_DROPS],
		     &queue->counters.drops);
	np_attr_uint(attrs[NP_QSTATS_RX_ALLOC_FAIL],
		     &queue->counters.alloc_fail);
}

/**
 * np_read_netdev - what netdev-genl tells of an interface
 * @src: source
 * @port: filled in; its number known
 */
void np_read_netdev(struct np_source *src, struct np_port *port)
{
	static const struct {
		uint16_t command, by_ifindex, scope;
		const char *what;
		np_answer answer;
	} asked[] = {
		{ NP_NETDEV_CMD_QUEUE_GET, NP_QUEUE_IFINDEX, 0,
		  "NAPI instances of queues", np_got_queue },
		{ NP_NETDEV_CMD_NAPI_GET, NP_NAPI_IFINDEX, 0,
		  "NAPI instances", np_got_napi },
		{ NP_NETDEV_CMD_QSTATS_GET, NP_QSTATS_IFINDEX, NP_QSTATS_SCOPE,
		  "statistics of queues", np_got_qstats },
	};
	size_t i;

	for (i = 0; i < NP_COUNT(asked); i++) {
		const struct np_netdev_question question = {
			.ifindex = (uint32_t)port->ifindex,
			.by_ifindex = asked[i].by_ifindex,
			.scope = asked[i].scope,
		};
		const struct np_request request = {
			.family = NP_NETDEV_FAMILY,
			.command = asked[i].command,
			.dump = true,
			.what = asked[i].what,
			.ifname = port->name,
			.fill = np_netdev_fill,
			.arg = &question,
		};
		struct np_error error;
		int err;

		err = np_netlink_ask(src, &request, asked[i].answer, port,
				     &error);
		if (err)
			np_port_miss(port, asked[i].what,
				     err == -EOPNOTSUPP ?
				     "the driver does not tell" :
				     error.text[0] ? error.text :
				     strerror(-err),
				     err == -ENOENT || err == -EOPNOTSUPP ?
				     "Linux 6.9 or later" : NULL);
	}
}
