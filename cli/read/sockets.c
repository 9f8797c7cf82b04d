// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets that receive: /proc/net tells which there are and what they lost,
 * sock_diag what room they have.
 */
#include "read/read.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "source/netlink.h"

/* Words of a line of /proc/net/udp, and its like, that are looked at. */
enum {
	NP_UDP_LOCAL = 1,
	NP_UDP_QUEUES = 4,
	NP_UDP_INODE = 9,
	NP_UDP_DROPS = 12,
	NP_UDP_COUNT,
};

/* The same of /proc/net/packet. */
enum {
	NP_PACKET_DEV = 4,
	NP_PACKET_RMEM = 6,
	NP_PACKET_INODE = 8,
	NP_PACKET_COUNT,
};

#define NP_TCP_LISTEN	10

static struct np_socket *np_new_socket(struct np_host *host,
				       const char *protocol)
{
	struct np_socket *new = np_more(host->socket, host->nr_socket);

	*new = (struct np_socket){
		.protocol = np_copy(protocol),
		.inode = NP_UNKNOWN,
		.rcvbuf = NP_UNKNOWN,
		.queued = NP_UNKNOWN,
		.drops = NP_UNKNOWN,
	};

	return new;
}

/* ---- /proc/net --------------------------------------------------------------- */

static size_t np_words(char *line, char *words[], size_t max)
{
	size_t count = 0;
	char *word;

	while (count < max && (word = strsep(&line, " \t")))
		if (*word)
			words[count++] = word;

	return count;
}

/* Address and port as people write them. */
static char *np_address_text(int family, const void *address, unsigned int port)
{
	static const uint8_t none[16];
	char text[INET6_ADDRSTRLEN] = "*";
	size_t size = family == AF_INET6 ? 16 : 4;

	if (family == AF_INET6 || memcmp(address, none, size))
		inet_ntop(family, address, text, sizeof(text));

	return np_print(family == AF_INET6 ? "[%s]:%u" : "%s:%u", text, port);
}

/* "0100007F:0035": words as the CPU sees them, then the port. */
static char *np_parse_address(const char *text, int family)
{
	size_t words = family == AF_INET6 ? 4 : 1, i;
	uint32_t address[4] = {};
	char word[9] = "";

	if (strlen(text) < 8 * words + 2 || text[8 * words] != ':')
		return np_copy(text);
	for (i = 0; i < words; i++) {
		memcpy(word, text + 8 * i, 8);
		address[i] = (uint32_t)strtoul(word, NULL, 16);
	}

	return np_address_text(family, address,
			       (unsigned int)strtoul(text + 8 * words + 1, NULL,
						     16));
}

static void np_parse_inet(struct np_host *host, const char *protocol,
			  int family, char *line)
{
	char *words[NP_UDP_COUNT], *colon;
	struct np_socket *new;
	uint64_t inode;

	/* The line of headings has none of the numbers. */
	if (np_words(line, words, NP_UDP_COUNT) < NP_UDP_COUNT ||
	    !np_parse_u64(words[NP_UDP_INODE], &inode))
		return;
	new = np_new_socket(host, protocol);
	new->local = np_parse_address(words[NP_UDP_LOCAL], family);
	new->inode = inode;
	np_parse_u64(words[NP_UDP_DROPS], &new->drops);
	colon = strchr(words[NP_UDP_QUEUES], ':');
	if (colon)
		new->queued = strtoull(colon + 1, NULL, 16);
}

static void np_read_inet(struct np_source *src, struct np_host *host,
			 const char *protocol, int family)
{
	char *text = np_source_read(src, "proc/net/%s", protocol);
	char *rest = text, *line;

	while (rest && (line = strsep(&rest, "\n")))
		np_parse_inet(host, protocol, family, line);
	free(text);
}

/* By number: a snapshot need not have the interface of that name. */
static char *np_index_text(const char *index)
{
	return strcmp(index, "0") ? np_print("interface %s", index) :
		np_copy("*");
}

static void np_read_packet(struct np_source *src, struct np_host *host)
{
	char *text = np_source_read(src, "proc/net/packet");
	char *rest = text, *line, *words[NP_PACKET_COUNT];
	struct np_socket *new;
	uint64_t inode;

	while (rest && (line = strsep(&rest, "\n"))) {
		if (np_words(line, words, NP_PACKET_COUNT) < NP_PACKET_COUNT ||
		    !np_parse_u64(words[NP_PACKET_INODE], &inode))
			continue;
		new = np_new_socket(host, "packet");
		new->local = np_index_text(words[NP_PACKET_DEV]);
		new->inode = inode;
		np_parse_u64(words[NP_PACKET_RMEM], &new->queued);
	}
	free(text);
}

/* ---- sock_diag ----------------------------------------------------------------- */

/* What an answer is about; @next is where the last one was found, and more. */
struct np_diag {
	struct np_host *host;
	const char *protocol;
	size_t next;
};

/* Both lists are in the order of the kernel's table. */
static struct np_socket *np_diag_socket(struct np_diag *diag, uint64_t inode)
{
	struct np_host *host = diag->host;
	size_t i, at;

	for (i = 0; i < host->nr_socket; i++) {
		at = (diag->next + i) % host->nr_socket;
		if (host->socket[at].inode == inode &&
		    !strcmp(host->socket[at].protocol, diag->protocol)) {
			diag->next = at + 1;
			return &host->socket[at];
		}
	}

	return NULL;
}

/* SK_MEMINFO_*: numbers of 32 bits, of which later kernels have more. */
static uint64_t np_meminfo(const struct nlattr *attr, size_t which)
{
	uint32_t value;

	if (!attr || mnl_attr_get_payload_len(attr) < 4 * (which + 1))
		return NP_UNKNOWN;
	memcpy(&value, (const char *)mnl_attr_get_payload(attr) + 4 * which, 4);

	return value;
}

static void np_got_inet(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[INET_DIAG_SKMEMINFO + 1];
	struct np_diag *diag = data;
	const struct inet_diag_msg *msg;
	struct np_socket *found;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg))
		return;
	msg = mnl_nlmsg_get_payload(nlh);
	np_attrs_message(attrs, NP_COUNT(attrs), nlh, sizeof(*msg));
	if (!strncmp(diag->protocol, "tcp", 3)) {
		found = np_new_socket(diag->host, diag->protocol);
		found->inode = msg->idiag_inode;
		found->local = np_address_text(msg->idiag_family,
					       msg->id.idiag_src,
					       ntohs(msg->id.idiag_sport));
		found->queued = msg->idiag_rqueue;
		found->drops = np_meminfo(attrs[INET_DIAG_SKMEMINFO],
					  SK_MEMINFO_DROPS);
	} else {
		found = np_diag_socket(diag, msg->idiag_inode);
	}
	if (found)
		found->rcvbuf = np_meminfo(attrs[INET_DIAG_SKMEMINFO],
					   SK_MEMINFO_RCVBUF);
}

static void np_got_packet(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[PACKET_DIAG_MEMINFO + 1];
	struct np_diag *diag = data;
	const struct packet_diag_msg *msg;
	struct np_socket *found;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg))
		return;
	msg = mnl_nlmsg_get_payload(nlh);
	np_attrs_message(attrs, NP_COUNT(attrs), nlh, sizeof(*msg));
	found = np_diag_socket(diag, msg->pdiag_ino);
	if (!found)
		return;
	found->rcvbuf = np_meminfo(attrs[PACKET_DIAG_MEMINFO],
				   SK_MEMINFO_RCVBUF);
	found->drops = np_meminfo(attrs[PACKET_DIAG_MEMINFO], SK_MEMINFO_DROPS);
}

static void np_fill_inet(struct nlmsghdr *nlh, const void *arg)
{
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(struct inet_diag_req_v2)),
	       arg, sizeof(struct inet_diag_req_v2));
}

static void np_fill_packet(struct nlmsghdr *nlh, const void *arg)
{
	struct packet_diag_req *request;

	(void)arg;
	request = mnl_nlmsg_put_extra_header(nlh, sizeof(*request));
	request->sdiag_family = AF_PACKET;
	request->pdiag_show = PACKET_SHOW_MEMINFO;
}

static int np_ask_inet(struct np_source *src, struct np_diag *diag,
		       uint8_t family, uint8_t protocol)
{
	const struct inet_diag_req_v2 asked = {
		.sdiag_family = family,
		.sdiag_protocol = protocol,
		.idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1),
		.idiag_states = protocol == IPPROTO_TCP ? 1u << NP_TCP_LISTEN :
			UINT32_MAX,
	};
	const struct np_request request = {
		.bus = NETLINK_SOCK_DIAG,
		.command = SOCK_DIAG_BY_FAMILY,
		.dump = true,
		.what = diag->protocol,
		.fill = np_fill_inet,
		.arg = &asked,
	};
	struct np_error error;

	return np_netlink_ask(src, &request, np_got_inet, diag, &error);
}

static int np_ask_packet(struct np_source *src, struct np_diag *diag)
{
	const struct np_request request = {
		.bus = NETLINK_SOCK_DIAG,
		.command = SOCK_DIAG_BY_FAMILY,
		.dump = true,
		.what = diag->protocol,
		.fill = np_fill_packet,
	};
	struct np_error error;

	return np_netlink_ask(src, &request, np_got_packet, diag, &error);
}

/**
 * np_read_sockets - sockets that receive, of the network namespace
 * @src: source
 * @host: filled in
 */
void np_read_sockets(struct np_source *src, struct np_host *host)
{
	static const struct {
		const char *protocol;
		uint8_t family, number;
	} asked[] = {
		{ "udp", AF_INET, IPPROTO_UDP },
		{ "udp6", AF_INET6, IPPROTO_UDP },
		{ "tcp", AF_INET, IPPROTO_TCP },
		{ "tcp6", AF_INET6, IPPROTO_TCP },
		{ "packet", AF_PACKET, 0 },
	};
	size_t i;
	int err;

	np_read_inet(src, host, "udp", AF_INET);
	np_read_inet(src, host, "udp6", AF_INET6);
	np_read_inet(src, host, "raw", AF_INET);
	np_read_inet(src, host, "raw6", AF_INET6);
	np_read_packet(src, host);
	for (i = 0; i < NP_COUNT(asked); i++) {
		struct np_diag diag = {
			.host = host,
			.protocol = asked[i].protocol,
		};

		err = asked[i].number ?
			np_ask_inet(src, &diag, asked[i].family,
				    asked[i].number) :
			np_ask_packet(src, &diag);
		if (err) {
			char *what = np_print("room of %s sockets",
					      diag.protocol);

			np_host_miss(host, what, strerror(-err),
				     "sock_diag in the kernel");
			free(what);
		}
	}
}
