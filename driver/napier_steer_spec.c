// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow steering: what a rule that ethtool hands over means, and whether the part
 * has a filter for it.
 *
 * A frame is compared whole fields at a time, so masks are all or nothing, and
 * of layer 2 one field: filters of different kinds do not work together.
 *
 * Depends on: nothing of this layer.
 */
#include <linux/string.h>

#include "napier.h"

/* The device compares all of a field or nothing of it. */
static int napier_steer_field(struct napier_steer_key *key, u16 bit,
			      const void *mask, size_t len,
			      struct netlink_ext_ack *extack)
{
	if (!memchr_inv(mask, 0x00, len))
		return 0;
	if (memchr_inv(mask, 0xFF, len)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "a field is compared as a whole or not at all");
		return -EOPNOTSUPP;
	}
	key->compare |= bit;

	return 0;
}

static int napier_steer_parse_etype(struct napier_steer_key *key, u16 etype,
				    struct netlink_ext_ack *extack)
{
	/* DPDK's igb does not take the first two, for which the tuple filters
	 * are there. Behind a tag the device compares what the tag holds.
	 */
	if (etype == ETH_P_IP || etype == ETH_P_IPV6 ||
	    etype == ETH_P_8021Q || etype == ETH_P_8021AD) {
		NL_SET_ERR_MSG_MOD(extack,
				   "IPv4, IPv6 and VLAN tags cannot be steered by ethertype");
		return -EOPNOTSUPP;
	}
	/* A type must not be in two filters that want different things. */
	if (etype == ETH_P_1588) {
		NL_SET_ERR_MSG_MOD(extack,
				   "PTP has a filter of its own, for time stamps");
		return -EOPNOTSUPP;
	}
	if (etype < ETH_P_802_3_MIN) {
		NL_SET_ERR_MSG_MOD(extack, "that is a length, no ethertype");
		return -EINVAL;
	}
	key->etype = etype;

	return 0;
}

static int napier_steer_parse_mac(const struct napier_dev *nd,
				  struct napier_steer_key *key, const u8 *mac,
				  struct netlink_ext_ack *extack)
{
	if (!(nd->board->steer & NAPIER_STEER_CAN_MAC)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "this part is not known to steer by MAC address");
		return -EOPNOTSUPP;
	}
	/* Multicast comes in through the hash table. */
	if (!is_valid_ether_addr(mac)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "only a unicast address can be steered");
		return -EINVAL;
	}
	ether_addr_copy(key->mac, mac);

	return 0;
}

/* Sets NAPIER_STEER_PRIO. */
static int napier_steer_parse_ext(const struct ethtool_rx_flow_spec *fs,
				  struct napier_steer_key *key,
				  struct netlink_ext_ack *extack)
{
	const struct ethtool_flow_ext *m = &fs->m_ext;

	if ((fs->flow_type & FLOW_MAC_EXT) && !is_zero_ether_addr(m->h_dest))
		goto combined;
	if (!(fs->flow_type & FLOW_EXT))
		return 0;

	if (m->vlan_etype || m->data[0] || m->data[1]) {
		NL_SET_ERR_MSG_MOD(extack,
				   "neither the type of a VLAN tag nor user-defined bytes are compared");
		return -EOPNOTSUPP;
	}
	if (!m->vlan_tci)
		return 0;
	if (m->vlan_tci != htons(VLAN_PRIO_MASK)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "of a VLAN tag the priority is compared, nothing else (m 0x1fff)");
		return -EOPNOTSUPP;
	}
	if ((fs->flow_type & ~(FLOW_EXT | FLOW_MAC_EXT)) != ETHER_FLOW)
		goto combined;

	key->compare |= NAPIER_STEER_PRIO;
	key->prio = FIELD_GET(VLAN_PRIO_MASK, ntohs(fs->h_ext.vlan_tci));

	return 0;

combined:
	NL_SET_ERR_MSG_MOD(extack,
			   "a rule cannot combine fields of Ethernet and IP");
	return -EOPNOTSUPP;
}

static int napier_steer_parse_ether(const struct napier_dev *nd,
				    const struct ethtool_rx_flow_spec *fs,
				    struct napier_steer_key *key,
				    struct netlink_ext_ack *extack)
{
	const struct ethhdr *h = &fs->h_u.ether_spec;
	const struct ethhdr *m = &fs->m_u.ether_spec;
	int err;

	err = napier_steer_field(key, NAPIER_STEER_DMAC, m->h_dest, ETH_ALEN,
				 extack) ?:
	      napier_steer_field(key, NAPIER_STEER_SMAC, m->h_source, ETH_ALEN,
				 extack) ?:
	      napier_steer_field(key, NAPIER_STEER_ETYPE, &m->h_proto,
				 sizeof(m->h_proto), extack);
	if (err)
		return err;

	switch (key->compare) {
	case NAPIER_STEER_ETYPE:
		return napier_steer_parse_etype(key, ntohs(h->h_proto), extack);
	case NAPIER_STEER_DMAC:
		return napier_steer_parse_mac(nd, key, h->h_dest, extack);
	case NAPIER_STEER_PRIO:
		if (nd->board->steer & NAPIER_STEER_CAN_PRIO)
			return 0;
		NL_SET_ERR_MSG_MOD(extack,
				   "this part is not known to steer by VLAN priority");
		return -EOPNOTSUPP;
	case NAPIER_STEER_SMAC:
		NL_SET_ERR_MSG_MOD(extack,
				   "no part steers by source address alone");
		return -EOPNOTSUPP;
	case 0:
		NL_SET_ERR_MSG_MOD(extack, "the rule compares nothing");
		return -EINVAL;
	default:
		NL_SET_ERR_MSG_MOD(extack,
				   "of Ethernet fields, a rule can compare one only");
		return -EOPNOTSUPP;
	}
}

static int napier_steer_parse_l4_ip4(const struct ethtool_rx_flow_spec *fs,
				     struct napier_steer_key *key, u8 proto,
				     struct netlink_ext_ack *extack)
{
	const struct ethtool_tcpip4_spec *h = &fs->h_u.tcp_ip4_spec;
	const struct ethtool_tcpip4_spec *m = &fs->m_u.tcp_ip4_spec;

	key->compare |= NAPIER_STEER_PROTO;
	key->proto = proto;
	key->saddr = h->ip4src;
	key->daddr = h->ip4dst;
	key->sport = h->psrc;
	key->dport = h->pdst;

	return napier_steer_field(key, NAPIER_STEER_SADDR, &m->ip4src,
				  sizeof(m->ip4src), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_DADDR, &m->ip4dst,
				  sizeof(m->ip4dst), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_SPORT, &m->psrc,
				  sizeof(m->psrc), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_DPORT, &m->pdst,
				  sizeof(m->pdst), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_OTHER, &m->tos,
				  sizeof(m->tos), extack);
}

static int napier_steer_parse_l4_ip6(const struct ethtool_rx_flow_spec *fs,
				     struct napier_steer_key *key, u8 proto,
				     struct netlink_ext_ack *extack)
{
	const struct ethtool_tcpip6_spec *h = &fs->h_u.tcp_ip6_spec;
	const struct ethtool_tcpip6_spec *m = &fs->m_u.tcp_ip6_spec;

	key->compare |= NAPIER_STEER_PROTO;
	key->proto = proto;
	key->sport = h->psrc;
	key->dport = h->pdst;

	return napier_steer_field(key, NAPIER_STEER_OTHER, m->ip6src,
				  sizeof(m->ip6src), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_OTHER, m->ip6dst,
				  sizeof(m->ip6dst), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_SPORT, &m->psrc,
				  sizeof(m->psrc), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_DPORT, &m->pdst,
				  sizeof(m->pdst), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_OTHER, &m->tclass,
				  sizeof(m->tclass), extack);
}

/* fs->h_u's ip_ver says nothing but what the flow type says. */
static int napier_steer_parse_ip4(const struct ethtool_rx_flow_spec *fs,
				  struct napier_steer_key *key,
				  struct netlink_ext_ack *extack)
{
	const struct ethtool_usrip4_spec *h = &fs->h_u.usr_ip4_spec;
	const struct ethtool_usrip4_spec *m = &fs->m_u.usr_ip4_spec;

	if (h->ip_ver != ETH_RX_NFC_IP4 || m->ip_ver) {
		NL_SET_ERR_MSG_MOD(extack, "not a rule for IPv4");
		return -EINVAL;
	}
	key->proto = h->proto;
	key->saddr = h->ip4src;
	key->daddr = h->ip4dst;

	return napier_steer_field(key, NAPIER_STEER_SADDR, &m->ip4src,
				  sizeof(m->ip4src), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_DADDR, &m->ip4dst,
				  sizeof(m->ip4dst), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_PROTO, &m->proto,
				  sizeof(m->proto), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_OTHER, &m->l4_4_bytes,
				  sizeof(m->l4_4_bytes), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_OTHER, &m->tos,
				  sizeof(m->tos), extack);
}

static int napier_steer_parse_ip6(const struct ethtool_rx_flow_spec *fs,
				  struct napier_steer_key *key,
				  struct netlink_ext_ack *extack)
{
	const struct ethtool_usrip6_spec *h = &fs->h_u.usr_ip6_spec;
	const struct ethtool_usrip6_spec *m = &fs->m_u.usr_ip6_spec;

	key->proto = h->l4_proto;

	return napier_steer_field(key, NAPIER_STEER_OTHER, m->ip6src,
				  sizeof(m->ip6src), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_OTHER, m->ip6dst,
				  sizeof(m->ip6dst), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_PROTO, &m->l4_proto,
				  sizeof(m->l4_proto), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_OTHER, &m->l4_4_bytes,
				  sizeof(m->l4_4_bytes), extack) ?:
	       napier_steer_field(key, NAPIER_STEER_OTHER, &m->tclass,
				  sizeof(m->tclass), extack);
}

static int napier_steer_check_tuple(const struct napier_dev *nd,
				    struct napier_steer_key *key,
				    struct netlink_ext_ack *extack)
{
	const u16 ports = NAPIER_STEER_SPORT | NAPIER_STEER_DPORT;
	u16 can = NAPIER_STEER_PROTO | NAPIER_STEER_DPORT;

	if (nd->board->steer & NAPIER_STEER_CAN_5TUPLE)
		can |= NAPIER_STEER_SADDR | NAPIER_STEER_DADDR |
		       NAPIER_STEER_SPORT;
	if (key->compare & ~can) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "of IP, this part compares protocol and %s only",
				       can & NAPIER_STEER_SADDR ?
				       "ports and IPv4 addresses" :
				       "destination port");
		return -EOPNOTSUPP;
	}
	if (!key->compare) {
		NL_SET_ERR_MSG_MOD(extack, "the rule compares nothing");
		return -EINVAL;
	}
	if ((key->compare & ports) && key->proto != IPPROTO_TCP &&
	    key->proto != IPPROTO_UDP) {
		NL_SET_ERR_MSG_MOD(extack,
				   "only ports of TCP and UDP are compared");
		return -EOPNOTSUPP;
	}

	if (!(key->compare & NAPIER_STEER_PROTO))
		key->proto = 0;
	if (!(key->compare & NAPIER_STEER_SADDR))
		key->saddr = 0;
	if (!(key->compare & NAPIER_STEER_DADDR))
		key->daddr = 0;
	if (!(key->compare & NAPIER_STEER_SPORT))
		key->sport = 0;
	if (!(key->compare & NAPIER_STEER_DPORT))
		key->dport = 0;

	return 0;
}

static int napier_steer_parse_fields(const struct napier_dev *nd,
				     const struct ethtool_rx_flow_spec *fs,
				     struct napier_steer_key *key,
				     struct netlink_ext_ack *extack)
{
	static const struct {
		u32 flow;
		int (*parse)(const struct ethtool_rx_flow_spec *fs,
			     struct napier_steer_key *key, u8 proto,
			     struct netlink_ext_ack *extack);
		u8 proto;
	} l4[] = {
		{ TCP_V4_FLOW, napier_steer_parse_l4_ip4, IPPROTO_TCP },
		{ UDP_V4_FLOW, napier_steer_parse_l4_ip4, IPPROTO_UDP },
		{ SCTP_V4_FLOW, napier_steer_parse_l4_ip4, IPPROTO_SCTP },
		{ TCP_V6_FLOW, napier_steer_parse_l4_ip6, IPPROTO_TCP },
		{ UDP_V6_FLOW, napier_steer_parse_l4_ip6, IPPROTO_UDP },
		{ SCTP_V6_FLOW, napier_steer_parse_l4_ip6, IPPROTO_SCTP },
	};
	u32 i, flow = fs->flow_type & ~(FLOW_EXT | FLOW_MAC_EXT);
	int err;

	memset(key, 0, sizeof(*key));
	err = napier_steer_parse_ext(fs, key, extack);
	if (err)
		return err;
	if (flow == ETHER_FLOW)
		return napier_steer_parse_ether(nd, fs, key, extack);

	err = -EOPNOTSUPP;
	NL_SET_ERR_MSG_MOD(extack, "rules for this flow type do not exist");
	if (flow == IP_USER_FLOW)
		err = napier_steer_parse_ip4(fs, key, extack);
	if (flow == IPV6_USER_FLOW)
		err = napier_steer_parse_ip6(fs, key, extack);
	for (i = 0; i < ARRAY_SIZE(l4); i++)
		if (flow == l4[i].flow)
			err = l4[i].parse(fs, key, l4[i].proto, extack);

	return err ?: napier_steer_check_tuple(nd, key, extack);
}

/* Where the frames are to go. */
static int napier_steer_parse_queue(const struct napier_net *nn,
				    const struct ethtool_rx_flow_spec *fs,
				    const struct napier_steer_key *key,
				    struct netlink_ext_ack *extack)
{
	u64 queue = fs->ring_cookie;

	/* RX_CLS_FLOW_DISC, RX_CLS_FLOW_WAKE, and numbers of VFs. */
	if (queue > U32_MAX) {
		NL_SET_ERR_MSG_MOD(extack,
				   "filters choose a queue; they do not drop, wake or reach a VF");
		return -EOPNOTSUPP;
	}
	if (queue >= nn->cfg.nr_queues) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "queue %llu: there are %u",
				       queue, nn->cfg.nr_queues);
		return -EINVAL;
	}
	if (key->compare == NAPIER_STEER_ETYPE &&
	    queue > FIELD_MAX(NAPIER_ETQF_QUEUE)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "ethertype filters reach queues 0 to 7 only");
		return -EOPNOTSUPP;
	}

	return 0;
}

/**
 * napier_steer_parse - what a rule of ethtool's asks of the device
 * @nn: the interface
 * @fs: the rule
 * @key: result: what is compared
 * @extack: reason of a refusal
 *
 * Context: process, under the lock of the configuration.
 * Return: 0, -EOPNOTSUPP if the part has no filter that does this, -EINVAL if
 * it makes no sense.
 */
int napier_steer_parse(const struct napier_net *nn,
		       const struct ethtool_rx_flow_spec *fs,
		       struct napier_steer_key *key,
		       struct netlink_ext_ack *extack)
{
	return napier_steer_parse_fields(nn->nd, fs, key, extack) ?:
	       napier_steer_parse_queue(nn, fs, key, extack);
}
