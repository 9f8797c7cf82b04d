/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What source.c and netlink.c share.
 */
#ifndef NP_SOURCE_PRIVATE_H
#define NP_SOURCE_PRIVATE_H

#include "source/netlink.h"

/**
 * struct np_family - a family of generic netlink
 * @name: of it
 * @id: its number, which differs from boot to boot; a negative errno if the
 *	kernel has none
 */
struct np_family {
	char *name;
	int id;
};

/**
 * struct np_source - the running system or a snapshot
 * @root: directory that paths begin in
 * @earlier: of a snapshot with two samples the first, else -1
 * @record: directory for copies, or -1
 * @socket: for SIOCETHTOOL, -1 before the first
 * @live: the running system
 * @route: socket of rtnetlink, NULL before the first question
 * @genl: socket of generic netlink, NULL before the first question
 * @diag: socket of sock_diag, NULL before the first question
 * @seq: number of the last question
 * @families: those that were asked for
 * @nr_families: how many
 */
struct np_source {
	int root;
	int earlier;
	int record;
	int socket;
	bool live;
	struct mnl_socket *route;
	struct mnl_socket *genl;
	struct mnl_socket *diag;
	uint32_t seq;
	struct np_family *families;
	size_t nr_families;
};

void np_netlink_close(struct np_source *src);

#endif
