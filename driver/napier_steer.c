// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow steering (ethtool -N): rules that send frames to a queue of the user's
 * choice.
 *
 * A rule uses one filter of the device, of one of four kinds:
 *
 *	ethertype	ETQF		every part
 *	tuple		TTQF		IP protocol and TCP or UDP destination
 *					port; every part but the 82576
 *			FTQF		also IPv4 addresses and source port; 82576
 *	VLAN priority	VLAPQF		I210
 *	MAC address	RAH		I210; programmed by napier_filter.c
 *
 * Layouts: igb 7.3 (e1000_82575.h, igb_ethtool.c, igb_ptp.c), DPDK's
 * igb_ethdev.c (igb_add_2tuple_filter, igb_add_5tuple_filter_82576,
 * igb_add_del_ethertype_filter) and, for VLAN priority, MAC address and what
 * goes first, the data sheet of the I210 (7.1.2, 8.10.17, 8.11.1). What is
 * known from none of them for a part is refused there (docs/hardware.md).
 *
 * The rules are kept here, and napier_steer_program() tells the device what
 * follows from them. Nothing here can fail once a rule is in the list.
 *
 * Depends on: napier_steer_spec.c, napier_filter.c.
 */
#include <linux/bitmap.h>
#include <linux/slab.h>

#include "napier.h"

/* A tuple filter that compares nothing and chooses no queue. */
#define NAPIER_FTQF_OFF		(NAPIER_FTQF_BYPASS | NAPIER_FTQF_VF_BP)

/**
 * struct napier_steer_rule - a rule
 * @spec: as the user gave it
 * @key: what follows
 * @queue: where frames go
 * @slot: ethertype filter that it uses
 */
struct napier_steer_rule {
	struct ethtool_rx_flow_spec spec;
	struct napier_steer_key key;
	u8 queue;
	u8 slot;
};

/* Of rules of one kind, each needs a filter of its own. */
static u32 napier_steer_kind(const struct napier_steer_key *key)
{
	return key->compare & NAPIER_STEER_L2;
}

static u32 napier_steer_filters(const struct napier_dev *nd, u32 kind)
{
	switch (kind) {
	case NAPIER_STEER_ETYPE:
		return nd->board->etqf_count - 1;
	case NAPIER_STEER_DMAC:
		return nd->board->rar_count - 1;
	case NAPIER_STEER_PRIO:
		return NAPIER_STEER_PRIOS;
	default:
		return NAPIER_STEER_TUPLES - 1;
	}
}

/* ---- what the device is told ------------------------------------------- */

static void napier_steer_blank(struct napier_steer_regs *r)
{
	int i;

	memset(r, 0, sizeof(*r));
	for (i = 0; i < NAPIER_STEER_TUPLES; i++)
		r->tuple[i].ftqf = NAPIER_FTQF_OFF;
}

/* Ports and addresses are in the registers as they are on the wire, the first
 * byte in the lowest bits.
 */
static void napier_steer_compose_tuple(const struct napier_steer_rule *rule,
				       struct napier_steer_tuple *t)
{
	const struct napier_steer_key *key = &rule->key;

	t->ftqf = NAPIER_FTQF_OFF | NAPIER_FTQF_QUEUE_EN | key->proto |
		  FIELD_PREP(NAPIER_FTQF_QUEUE, rule->queue);
	if (key->compare & NAPIER_STEER_PROTO)
		t->ftqf &= ~NAPIER_FTQF_PROTO_BP;
	if (key->compare & NAPIER_STEER_SADDR)
		t->ftqf &= ~NAPIER_FTQF_SADDR_BP;
	if (key->compare & NAPIER_STEER_DADDR)
		t->ftqf &= ~NAPIER_FTQF_DADDR_BP;
	if (key->compare & NAPIER_STEER_SPORT)
		t->ftqf &= ~NAPIER_FTQF_SPORT_BP;

	t->imir = get_unaligned_le16(&key->dport);
	if (!(key->compare & NAPIER_STEER_DPORT))
		t->imir |= NAPIER_IMIR_PORT_BP;
	t->imirext = NAPIER_IMIREXT_SIZE_BP | NAPIER_IMIREXT_CTRL_BP;

	t->saqf = get_unaligned_le32(&key->saddr);
	t->daqf = get_unaligned_le32(&key->daddr);
	t->spqf = get_unaligned_le16(&key->sport);
}

/* A rule whose queue was lost with interrupt vectors stays in the list. */
static bool napier_steer_works(const struct napier_net *nn,
			       const struct napier_steer_rule *rule)
{
	return rule && rule->queue < nn->cfg.nr_queues;
}

/* Of tuple filters with the same priority the first that matches counts (data
 * sheet of the I210, 8.11.1), so they stand in the order of the locations.
 */
static void napier_steer_compose(const struct napier_net *nn,
				 struct napier_steer_regs *r)
{
	u32 loc, tuple = 0;

	napier_steer_blank(r);
	for (loc = 0; loc < NAPIER_STEER_LOCATIONS; loc++) {
		const struct napier_steer_rule *rule = nn->steer.rule[loc];

		if (!napier_steer_works(nn, rule))
			continue;
		switch (napier_steer_kind(&rule->key)) {
		case NAPIER_STEER_ETYPE:
			r->etqf[rule->slot] = NAPIER_ETQF_FILTER_EN |
					      NAPIER_ETQF_QUEUE_EN |
					      rule->key.etype |
					      FIELD_PREP(NAPIER_ETQF_QUEUE,
							 rule->queue);
			break;
		case NAPIER_STEER_PRIO:
			r->vlapqf |= NAPIER_VLAPQF_VALID(rule->key.prio) |
				     NAPIER_VLAPQF_QUEUE(rule->key.prio,
							 rule->queue);
			break;
		case NAPIER_STEER_DMAC:
			break;
		default:
			if (tuple == NAPIER_STEER_1588)
				tuple++;
			napier_steer_compose_tuple(rule, &r->tuple[tuple++]);
		}
	}
}

/* Off while it is half written. */
static void napier_steer_write_tuple(struct napier_dev *nd, u32 n,
				     const struct napier_steer_tuple *t)
{
	napier_wr32(nd, NAPIER_FTQF(n), NAPIER_FTQF_OFF);
	napier_flush(nd);
	if (nd->board->steer & NAPIER_STEER_CAN_5TUPLE) {
		napier_wr32(nd, NAPIER_SAQF(n), t->saqf);
		napier_wr32(nd, NAPIER_DAQF(n), t->daqf);
		napier_wr32(nd, NAPIER_SPQF(n), t->spqf);
	}
	napier_wr32(nd, NAPIER_IMIR(n), t->imir);
	napier_wr32(nd, NAPIER_IMIREXT(n), t->imirext);
	napier_wr32(nd, NAPIER_FTQF(n), t->ftqf);
	napier_flush(nd);
}

/* Write what has changed, or everything. */
static void napier_steer_write(struct napier_net *nn,
			       const struct napier_steer_regs *r, bool all)
{
	struct napier_steer_regs *old = &nn->steer.regs;
	struct napier_dev *nd = nn->nd;
	u32 i;

	for (i = 0; i < nd->board->etqf_count; i++)
		if (i != NAPIER_STEER_1588 && (all || r->etqf[i] != old->etqf[i]))
			napier_wr32(nd, NAPIER_ETQF(i), r->etqf[i]);
	for (i = 0; i < NAPIER_STEER_TUPLES; i++)
		if (i != NAPIER_STEER_1588 &&
		    (all || memcmp(&r->tuple[i], &old->tuple[i],
				   sizeof(r->tuple[i]))))
			napier_steer_write_tuple(nd, i, &r->tuple[i]);
	if (nd->board->steer & NAPIER_STEER_CAN_PRIO)
		napier_wr32(nd, NAPIER_VLAPQF, r->vlapqf);
	napier_flush(nd);
	*old = *r;
}

/* The address filters are napier_filter.c's. */
static void napier_steer_write_macs(struct napier_net *nn)
{
	struct napier_steer_mac macs[NAPIER_MAX_RAR];
	u32 loc, count = 0;

	for (loc = 0; loc < NAPIER_STEER_LOCATIONS; loc++) {
		const struct napier_steer_rule *rule = nn->steer.rule[loc];

		if (!napier_steer_works(nn, rule) ||
		    rule->key.compare != NAPIER_STEER_DMAC)
			continue;
		ether_addr_copy(macs[count].addr, rule->key.mac);
		macs[count++].queue = rule->queue;
	}
	napier_filter_steer(nn->nd, macs, count);
}

/**
 * napier_steer_program - tell the device what follows from the rules
 * @nn: the interface
 * @all: the device may have forgotten what it was told, or have been told
 *	otherwise by somebody else
 *
 * Safe with traffic: only filters that change are off for a moment, and their
 * frames then go where RSS sends them.
 *
 * Context: process, under the lock of the configuration. With @all after each
 * start of the interface, without when there are more queues.
 */
void napier_steer_program(struct napier_net *nn, bool all)
{
	struct napier_steer_regs regs;
	u32 loc;

	if (nn->nd->quirks & NAPIER_QUIRK_QEMU_NO_STEER)
		return;

	for (loc = 0; all && loc < NAPIER_STEER_LOCATIONS; loc++)
		if (nn->steer.rule[loc] &&
		    !napier_steer_works(nn, nn->steer.rule[loc]))
			netdev_warn(nn->ndev,
				    "rule %u is not in effect: there is no queue %u\n",
				    loc, nn->steer.rule[loc]->queue);

	napier_steer_compose(nn, &regs);
	napier_steer_write(nn, &regs, all);
	napier_steer_write_macs(nn);
}

/**
 * napier_steer_pause - let the device forget the rules
 * @nn: the interface, stopped
 *
 * For the self-test, whose frames are to go to queue 0. The next start of the
 * interface undoes it.
 *
 * Context: process, under the lock of the configuration.
 */
void napier_steer_pause(struct napier_net *nn)
{
	struct napier_steer_regs regs;

	if (nn->nd->quirks & NAPIER_QUIRK_QEMU_NO_STEER)
		return;

	napier_steer_blank(&regs);
	napier_steer_write(nn, &regs, true);
	napier_filter_steer(nn->nd, NULL, 0);
}

/* ---- the list ---------------------------------------------------------- */

/* While the interface is down, the next start does it. */
static void napier_steer_changed(struct napier_net *nn)
{
	if (nn->up)
		napier_steer_program(nn, false);
}

static int napier_steer_find_place(const struct napier_steer *s, u32 *loc,
				   struct netlink_ext_ack *extack)
{
	u32 i;

	if (*loc < NAPIER_STEER_LOCATIONS)
		return 0;
	if (*loc != RX_CLS_LOC_ANY) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "the locations are 0 to %u, or any",
				       NAPIER_STEER_LOCATIONS - 1);
		return *loc & RX_CLS_LOC_SPECIAL ? -EOPNOTSUPP : -EINVAL;
	}

	for (i = 0; i < NAPIER_STEER_LOCATIONS; i++) {
		if (s->rule[i])
			continue;
		*loc = i;
		return 0;
	}

	NL_SET_ERR_MSG_MOD(extack, "all locations are in use");
	return -ENOSPC;
}

/* Is there room beside the other rules? Finds an ethertype filter, too: that of
 * the rule that is replaced, or a type might be in two filters for a moment.
 */
static int napier_steer_fits(const struct napier_net *nn, u32 at,
			     struct napier_steer_rule *rule,
			     struct netlink_ext_ack *extack)
{
	const struct napier_steer_rule *old = nn->steer.rule[at];
	DECLARE_BITMAP(slots, NAPIER_STEER_ETYPES) = {};
	u32 loc, count = 0, kind = napier_steer_kind(&rule->key);

	set_bit(NAPIER_STEER_1588, slots);
	for (loc = 0; loc < NAPIER_STEER_LOCATIONS; loc++) {
		const struct napier_steer_rule *other = nn->steer.rule[loc];

		if (loc == at || !other ||
		    napier_steer_kind(&other->key) != kind)
			continue;
		if (!memcmp(&other->key, &rule->key, sizeof(rule->key))) {
			NL_SET_ERR_MSG_FMT_MOD(extack,
					       "rule %u uses the same filter",
					       loc);
			return -EEXIST;
		}
		count++;
		if (kind == NAPIER_STEER_ETYPE)
			set_bit(other->slot, slots);
	}
	if (count >= napier_steer_filters(nn->nd, kind)) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "all %u filters of this kind are in use",
				       count);
		return -ENOSPC;
	}
	if (old && napier_steer_kind(&old->key) == NAPIER_STEER_ETYPE)
		rule->slot = old->slot;
	else
		rule->slot = find_first_zero_bit(slots, NAPIER_STEER_ETYPES);

	return 0;
}

static int napier_steer_may(const struct napier_net *nn,
			    const struct ethtool_rx_flow_spec *fs,
			    struct netlink_ext_ack *extack)
{
	if (nn->nd->quirks & NAPIER_QUIRK_QEMU_NO_STEER) {
		NL_SET_ERR_MSG_MOD(extack,
				   "the emulated 82576 has no filter that steers");
		return -EOPNOTSUPP;
	}
	if (!(nn->ndev->features & NETIF_F_NTUPLE)) {
		NL_SET_ERR_MSG_MOD(extack, "ntuple is off (ethtool -K)");
		return -EOPNOTSUPP;
	}
	if (fs->flow_type & FLOW_RSS) {
		NL_SET_ERR_MSG_MOD(extack, "there are no RSS contexts");
		return -EOPNOTSUPP;
	}

	return 0;
}

static int napier_steer_insert(struct napier_net *nn,
			       struct ethtool_rx_flow_spec *fs,
			       struct netlink_ext_ack *extack)
{
	struct napier_steer_rule *rule, new = {};
	u32 loc = fs->location;
	int err;

	err = napier_steer_may(nn, fs, extack) ?:
	      napier_steer_parse(nn, fs, &new.key, extack) ?:
	      napier_steer_find_place(&nn->steer, &loc, extack) ?:
	      napier_steer_fits(nn, loc, &new, extack);
	if (err)
		return err;

	new.queue = fs->ring_cookie;
	new.spec = *fs;
	new.spec.location = loc;
	rule = kmemdup(&new, sizeof(new), GFP_KERNEL);
	if (!rule) {
		NL_SET_ERR_MSG_MOD(extack, "no memory for the rule");
		return -ENOMEM;
	}

	/* Nothing can fail past this point. */

	kfree(nn->steer.rule[loc]);
	nn->steer.rule[loc] = rule;
	fs->location = loc;
	napier_steer_changed(nn);

	return 0;
}

static int napier_steer_delete(struct napier_net *nn, u32 loc,
			       struct netlink_ext_ack *extack)
{
	if (loc >= NAPIER_STEER_LOCATIONS || !nn->steer.rule[loc]) {
		NL_SET_ERR_MSG_MOD(extack, "there is no rule");
		return -ENOENT;
	}
	kfree(nn->steer.rule[loc]);
	nn->steer.rule[loc] = NULL;
	napier_steer_changed(nn);

	return 0;
}

/**
 * napier_steer_set - for ethtool -N: add or delete a rule
 * @nn: the interface
 * @cmd: ETHTOOL_SRXCLSRLINS, which replaces a rule that is at the location, or
 *	ETHTOOL_SRXCLSRLDEL; the location of a new rule is returned here
 *
 * This way in has no extack, so the reason of a refusal goes to the log.
 *
 * Context: process, under the lock of the configuration; sleeps.
 * Return: 0, or everything is as before: -EOPNOTSUPP for what the part cannot
 * do, -EINVAL for what makes no sense, -EEXIST if another rule uses the filter,
 * -ENOSPC if there is none left, -ENOENT if there is no such rule, -ENOMEM.
 */
int napier_steer_set(struct napier_net *nn, struct ethtool_rxnfc *cmd)
{
	struct netlink_ext_ack extack = {};
	int err;

	switch (cmd->cmd) {
	case ETHTOOL_SRXCLSRLINS:
		err = napier_steer_insert(nn, &cmd->fs, &extack);
		break;
	case ETHTOOL_SRXCLSRLDEL:
		err = napier_steer_delete(nn, cmd->fs.location, &extack);
		break;
	default:
		return -EOPNOTSUPP;
	}

	return napier_refused(nn->ndev, "rule is refused", &extack, err);
}

/**
 * napier_steer_get - for ethtool -n: list rules, show one
 * @nn: the interface
 * @cmd: ETHTOOL_GRXCLSRLCNT, ETHTOOL_GRXCLSRLALL or ETHTOOL_GRXCLSRULE
 * @locs: locations of the rules, room for @cmd->rule_cnt, for the second
 *
 * Context: process, under the lock of the configuration.
 * Return: 0, -ENOENT if there is no such rule, -EMSGSIZE if there are more than
 * @locs takes, -EOPNOTSUPP for other questions.
 */
int napier_steer_get(struct napier_net *nn, struct ethtool_rxnfc *cmd,
		     u32 *locs)
{
	u32 loc, count = 0;

	if (cmd->cmd == ETHTOOL_GRXCLSRULE) {
		loc = cmd->fs.location;
		if (loc >= NAPIER_STEER_LOCATIONS || !nn->steer.rule[loc])
			return -ENOENT;
		cmd->fs = nn->steer.rule[loc]->spec;
		cmd->data = NAPIER_STEER_LOCATIONS;
		return 0;
	}
	if (cmd->cmd != ETHTOOL_GRXCLSRLCNT && cmd->cmd != ETHTOOL_GRXCLSRLALL)
		return -EOPNOTSUPP;

	for (loc = 0; loc < NAPIER_STEER_LOCATIONS; loc++) {
		if (!nn->steer.rule[loc])
			continue;
		if (cmd->cmd == ETHTOOL_GRXCLSRLALL) {
			if (count == cmd->rule_cnt)
				return -EMSGSIZE;
			locs[count] = loc;
		}
		count++;
	}
	cmd->rule_cnt = count;
	cmd->data = NAPIER_STEER_LOCATIONS;
	if (cmd->cmd == ETHTOOL_GRXCLSRLCNT)
		cmd->data |= RX_CLS_LOC_SPECIAL;

	return 0;
}

static void napier_steer_free(struct napier_net *nn)
{
	u32 loc;

	for (loc = 0; loc < NAPIER_STEER_LOCATIONS; loc++) {
		kfree(nn->steer.rule[loc]);
		nn->steer.rule[loc] = NULL;
	}
}

/**
 * napier_steer_flush - delete all rules
 * @nn: the interface
 *
 * Context: process, under the lock of the configuration.
 */
void napier_steer_flush(struct napier_net *nn)
{
	napier_steer_free(nn);
	napier_steer_changed(nn);
}

/**
 * napier_steer_exit - free the rules
 * @nn: the interface, which is not registered (any more)
 *
 * Context: process.
 */
void napier_steer_exit(struct napier_net *nn)
{
	napier_steer_free(nn);
}
