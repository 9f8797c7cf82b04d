// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sample of the packets that an interface receives, from a packet socket
 * whose filter lets one of sixteen through, cut off behind the ports.
 *
 * The filter runs for every packet, for as long as somebody asks for a
 * diagnosis; what the socket has no room for is not sampled.
 */
#include "read/flows.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One of so many; a power of two. */
#define NP_SAMPLED_OF	16u
/* Ethernet with two tags, IPv6, a fragment header, ports. */
#define NP_SAMPLED_SIZE	96u
#define NP_SAMPLED_MAX	16384u
#define NP_SAMPLED_ROOM	(8 << 20)

/* What np_sampled.protocol says of a fragment, which no protocol has. */
#define NP_FRAGMENT	IPPROTO_FRAGMENT

struct np_sampler {
	int fd;
	char *ifname;
};

/* ---- a packet ------------------------------------------------------------------ */

static uint16_t np_be16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void np_sampled_ports(const uint8_t *at, size_t left,
			     struct np_sampled *packet)
{
	if (left < 4 || (packet->protocol != IPPROTO_TCP &&
			 packet->protocol != IPPROTO_UDP))
		return;
	packet->ports[0] = np_be16(at);
	packet->ports[1] = np_be16(at + 2);
}

static void np_sampled_ip4(const uint8_t *at, size_t left,
			   struct np_sampled *packet)
{
	size_t header;

	if (left < 20 || at[0] >> 4 != 4)
		return;
	header = (size_t)(at[0] & 15) * 4;
	if (header < 20 || header > left)
		return;
	packet->family = AF_INET;
	packet->protocol = at[9];
	memcpy(packet->from, at + 12, 4);
	memcpy(packet->to, at + 16, 4);
	/* More fragments, or not the first. */
	if (np_be16(at + 6) & 0x3fff)
		packet->protocol = NP_FRAGMENT;
	np_sampled_ports(at + header, left - header, packet);
}

static void np_sampled_ip6(const uint8_t *at, size_t left,
			   struct np_sampled *packet)
{
	if (left < 40 || at[0] >> 4 != 6)
		return;
	packet->family = AF_INET6;
	packet->protocol = at[6];
	memcpy(packet->from, at + 8, 16);
	memcpy(packet->to, at + 24, 16);
	np_sampled_ports(at + 40, left - 40, packet);
}

/**
 * np_sampled_parse - whose packet it is
 * @frame: from the Ethernet header on
 * @size: octets of it that are there
 * @packet: filled in but for its weight; family 0 if it is neither IPv4 nor IPv6
 */
void np_sampled_parse(const uint8_t *frame, size_t size,
		      struct np_sampled *packet)
{
	size_t at = ETH_ALEN * 2;
	uint16_t type;

	*packet = (struct np_sampled){};
	for (;;) {
		if (size < at + 2)
			return;
		type = np_be16(frame + at);
		if (type != ETH_P_8021Q && type != ETH_P_8021AD)
			break;
		at += 4;
	}
	at += 2;
	if (type == ETH_P_IP)
		np_sampled_ip4(frame + at, size - at, packet);
	else if (type == ETH_P_IPV6)
		np_sampled_ip6(frame + at, size - at, packet);
}

/* ---- all of them ----------------------------------------------------------------- */

static int np_by_pair(const void *a, const void *b)
{
	const struct np_sampled *one = a, *other = b;
	int order = (int)one->family - (int)other->family;

	if (!order)
		order = memcmp(one->from, other->from, sizeof(one->from));

	return order ? order : memcmp(one->to, other->to, sizeof(one->to));
}

static int np_by_flow(const void *a, const void *b)
{
	const struct np_sampled *one = a, *other = b;
	int order = np_by_pair(a, b);

	if (!order)
		order = (int)one->protocol - (int)other->protocol;

	return order ? order : memcmp(one->ports, other->ports,
				      sizeof(one->ports));
}

static char *np_flow_name(const struct np_sampled *one)
{
	char from[INET6_ADDRSTRLEN] = "?", to[INET6_ADDRSTRLEN] = "?";

	if (!one->family)
		return np_copy("what is not IP");
	inet_ntop(one->family, one->from, from, sizeof(from));
	inet_ntop(one->family, one->to, to, sizeof(to));
	if (one->protocol == IPPROTO_TCP || one->protocol == IPPROTO_UDP)
		return np_print("%s port %u -> %s port %u, %s", from,
				one->ports[0], to, one->ports[1],
				one->protocol == IPPROTO_TCP ? "tcp" : "udp");

	return np_print("%s -> %s, %s %u", from, to,
			one->protocol == NP_FRAGMENT ? "fragments," :
			"protocol", one->protocol);
}

static void np_flows_protocol(struct np_flows *flows,
			      const struct np_sampled *one)
{
	uint64_t *sum = &flows->other;

	if (one->family && one->protocol == NP_FRAGMENT)
		sum = &flows->fragments;
	else if (one->family && one->protocol == IPPROTO_TCP)
		sum = &flows->tcp;
	else if (one->family && one->protocol == IPPROTO_UDP)
		sum = &flows->udp;
	*sum += one->weight;
}

/**
 * np_flows_count - what packets show together
 * @flows: filled in, but for the name of the interface
 * @packets: sorted by this
 * @count: how many
 */
void np_flows_count(struct np_flows *flows, struct np_sampled *packets,
		    size_t count)
{
	const struct np_sampled *most = NULL;
	uint64_t flow = 0, pair = 0;
	size_t i;

	if (count)
		qsort(packets, count, sizeof(*packets), np_by_flow);
	for (i = 0; i < count; i++) {
		const struct np_sampled *one = &packets[i];

		if (!i || np_by_pair(one - 1, one)) {
			flows->pairs++;
			pair = 0;
		}
		if (!i || np_by_flow(one - 1, one)) {
			flows->flows++;
			flow = 0;
		}
		flow += one->weight;
		pair += one->weight;
		flows->packets += one->weight;
		np_flows_protocol(flows, one);
		if (pair > flows->top_pair)
			flows->top_pair = pair;
		if (flow > flows->top) {
			flows->top = flow;
			most = one;
		}
	}
	if (most)
		flows->name = np_flow_name(most);
}

/* ---- the socket ------------------------------------------------------------------ */

static int np_sampler_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 (uint32_t)(SKF_AD_OFF + SKF_AD_RANDOM)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, NP_SAMPLED_OF - 1),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, NP_SAMPLED_SIZE),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = { NP_COUNT(code), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program));
}

static int np_sampler_start(int fd, const char *ifname)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(ifname),
	};
	int room = NP_SAMPLED_ROOM, yes = 1;

	if (!address.sll_ifindex || np_sampler_filter(fd) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes,
		       sizeof(yes)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &yes, sizeof(yes)))
		return -1;
	/* Only the administrator of the host may have that much. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));

	return bind(fd, (const struct sockaddr *)&address, sizeof(address));
}

/**
 * np_sampler_open - begin to sample what an interface receives
 * @ifname: of the interface, in the network namespace of the process
 * @error: set if that cannot be done; needs CAP_NET_RAW
 *
 * Return: closed with np_sampler_close(), or NULL.
 */
struct np_sampler *np_sampler_open(const char *ifname, struct np_error *error)
{
	struct np_sampler *sampler;
	/* Without a protocol nothing comes before the filter is there. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || np_sampler_start(fd, ifname)) {
		error->code = errno;
		snprintf(error->text, sizeof(error->text), "%s",
			 strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	sampler = np_alloc(sizeof(*sampler));
	sampler->fd = fd;
	sampler->ifname = np_copy(ifname);

	return sampler;
}

/* The filter cuts packets off; how long they were is told beside them. */
static ssize_t np_sampler_next(int fd, uint8_t *frame, size_t room,
			       uint64_t *length)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct iovec data = { frame, room };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct tpacket_auxdata beside;
	const struct cmsghdr *one;
	ssize_t size = recvmsg(fd, &message, 0);

	*length = 0;
	one = size < 0 ? NULL : CMSG_FIRSTHDR(&message);
	if (one && one->cmsg_level == SOL_PACKET &&
	    one->cmsg_type == PACKET_AUXDATA) {
		memcpy(&beside, CMSG_DATA(one), sizeof(beside));
		*length = beside.tp_len;
	}

	return size;
}

/**
 * np_sampler_take - what was sampled until now
 * @sampler: of np_sampler_open()
 * @mtu: of the interface: what is longer was several packets
 * @flows: filled in; its texts are freed by the caller
 */
void np_sampler_take(struct np_sampler *sampler, uint64_t mtu,
		     struct np_flows *flows)
{
	struct np_sampled *packets = NULL;
	uint8_t frame[NP_SAMPLED_SIZE];
	size_t count = 0;
	uint64_t length;
	ssize_t size;

	/* More than any MTU: then each is one. */
	if (!mtu || mtu == UINT64_MAX)
		mtu = 65536;
	*flows = (struct np_flows){ .ifname = np_copy(sampler->ifname) };
	while (count < NP_SAMPLED_MAX) {
		size = np_sampler_next(sampler->fd, frame, sizeof(frame),
				       &length);
		if (size < 0)
			break;
		np_sampled_parse(frame, (size_t)size,
				 np_more(packets, count));
		packets[count - 1].weight = length / (mtu + ETH_HLEN + 1) + 1;
	}
	np_flows_count(flows, packets, count);
	free(packets);
}

/**
 * np_sampler_close - sample no more
 * @sampler: or NULL
 */
void np_sampler_close(struct np_sampler *sampler)
{
	if (!sampler)
		return;
	close(sampler->fd);
	free(sampler->ifname);
	free(sampler);
}
