/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Questions to the kernel over netlink.
 */
#ifndef NP_NETLINK_H
#define NP_NETLINK_H

#include <libmnl/libmnl.h>

#include "source/source.h"

/**
 * struct np_request - what to ask
 * @family: of generic netlink; NULL for another
 * @bus: without @family NETLINK_ROUTE, which is 0, or NETLINK_SOCK_DIAG
 * @command: of the family; without one the type of the message
 * @dump: ask for all
 * @what: name of the question in a snapshot
 * @ifname: interface that it is about, or NULL
 * @fill: appends attributes, and before them the fixed header that a message
 *	without a family has; or NULL
 * @arg: for @fill
 */
struct np_request {
	const char *family;
	int bus;
	uint16_t command;
	bool dump;
	const char *what;
	const char *ifname;
	void (*fill)(struct nlmsghdr *nlh, const void *arg);
	const void *arg;
};

/* Called for each message of an answer. */
typedef void (*np_answer)(const struct nlmsghdr *nlh, void *data);

int np_netlink_ask(struct np_source *src, const struct np_request *request,
		   np_answer answer, void *data, struct np_error *error);
int np_netlink_parse(const void *buf, size_t size, np_answer answer,
		     void *data, struct np_error *error);

/* Attributes. A table has a slot for each type up to its length. */
void np_attrs(const struct nlattr **table, size_t len, const void *attrs,
	      size_t size);
void np_attrs_nested(const struct nlattr **table, size_t len,
		     const struct nlattr *nest);
void np_attrs_message(const struct nlattr **table, size_t len,
		      const struct nlmsghdr *nlh, size_t header);
const struct nlattr *np_attr_inside(const struct nlattr *nest,
				    const struct nlattr *last);
const struct nlattr *np_attr_message(const struct nlmsghdr *nlh, size_t header,
				     const struct nlattr *last);
bool np_attr_uint(const struct nlattr *attr, uint64_t *value);
const char *np_attr_text(const struct nlattr *attr);

#endif
