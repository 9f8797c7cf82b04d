// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions to the kernel over netlink, and answers out of a snapshot.
 *
 * An answer is kept as it came: all messages behind each other, the error
 * among them. So both ways lead through np_netlink_parse().
 */
#include "source/private.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the kernel gives to one recv() at most. */
#define NP_DATAGRAM	(64u << 10)
#define NP_ANSWER_MAX	(64u << 20)
/* A dump that was overtaken by a change is asked for again. */
#define NP_TRIES	5

/* ---- attributes ----------------------------------------------------------- */

static void np_attrs_none(const struct nlattr **table, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		table[i] = NULL;
}

/**
 * np_attrs - sort attributes by type
 * @table: slot for each type; those that do not come are NULL
 * @len: slots
 * @attrs: the attributes
 * @size: octets; what is malformed ends the walk
 */
void np_attrs(const struct nlattr **table, size_t len, const void *attrs,
	      size_t size)
{
	const struct nlattr *attr = attrs;
	const char *end = (const char *)attrs + size;

	np_attrs_none(table, len);
	for (; mnl_attr_ok(attr, (int)(end - (const char *)attr));
	     attr = mnl_attr_next(attr))
		if (mnl_attr_get_type(attr) < len)
			table[mnl_attr_get_type(attr)] = attr;
}

/**
 * np_attrs_nested - np_attrs() of what an attribute holds
 * @table: as there
 * @len: as there
 * @nest: the attribute, or NULL for none
 */
void np_attrs_nested(const struct nlattr **table, size_t len,
		     const struct nlattr *nest)
{
	if (nest)
		np_attrs(table, len, mnl_attr_get_payload(nest),
			 mnl_attr_get_payload_len(nest));
	else
		np_attrs_none(table, len);
}

/**
 * np_attrs_message - np_attrs() of a message
 * @table: as there
 * @len: as there
 * @nlh: the message
 * @header: octets before its attributes, sizeof(struct genlmsghdr) or what a
 *	family of rtnetlink has there
 */
void np_attrs_message(const struct nlattr **table, size_t len,
		      const struct nlmsghdr *nlh, size_t header)
{
	size_t size = mnl_nlmsg_get_payload_len(nlh);

	header = NLMSG_ALIGN(header);
	if (size < header)
		np_attrs_none(table, len);
	else
		np_attrs(table, len,
			 mnl_nlmsg_get_payload_offset(nlh, header),
			 size - header);
}

/* The one behind @last, or the first; NULL behind the last, or if malformed. */
static const struct nlattr *np_attr_walk(const void *attrs, size_t size,
					 const struct nlattr *last)
{
	const char *end = (const char *)attrs + size;
	const struct nlattr *attr = last ? mnl_attr_next(last) : attrs;

	return mnl_attr_ok(attr, (int)(end - (const char *)attr)) ? attr : NULL;
}

/**
 * np_attr_inside - attributes of an attribute, one by one
 * @nest: that holds them
 * @last: the one before, NULL for the first
 *
 * Return: NULL if there are no more.
 */
const struct nlattr *np_attr_inside(const struct nlattr *nest,
				    const struct nlattr *last)
{
	return np_attr_walk(mnl_attr_get_payload(nest),
			    mnl_attr_get_payload_len(nest), last);
}

/**
 * np_attr_message - attributes of a message, one by one
 * @nlh: the message
 * @header: octets before them
 * @last: the one before, NULL for the first
 *
 * Return: NULL if there are no more.
 */
const struct nlattr *np_attr_message(const struct nlmsghdr *nlh, size_t header,
				     const struct nlattr *last)
{
	size_t size = mnl_nlmsg_get_payload_len(nlh);

	header = NLMSG_ALIGN(header);
	if (size < header)
		return NULL;

	return np_attr_walk(mnl_nlmsg_get_payload_offset(nlh, header),
			    size - header, last);
}

/**
 * np_attr_uint - an unsigned number of any size
 * @attr: attribute, or NULL
 * @value: set if it is one
 *
 * Return: whether there is one. Kernels have widened such attributes.
 */
bool np_attr_uint(const struct nlattr *attr, uint64_t *value)
{
	const void *payload = attr ? mnl_attr_get_payload(attr) : NULL;
	uint16_t u16;
	uint32_t u32;

	switch (attr ? mnl_attr_get_payload_len(attr) : 0) {
	case 1:
		*value = *(const uint8_t *)payload;
		return true;
	case 2:
		memcpy(&u16, payload, sizeof(u16));
		*value = u16;
		return true;
	case 4:
		memcpy(&u32, payload, sizeof(u32));
		*value = u32;
		return true;
	case 8:
		/* Aligned to four octets only. */
		memcpy(value, payload, sizeof(*value));
		return true;
	}

	return false;
}

/**
 * np_attr_text - a text
 * @attr: attribute, or NULL
 *
 * Return: NULL if there is none, or no end to it.
 */
const char *np_attr_text(const struct nlattr *attr)
{
	const char *text;

	if (!attr)
		return NULL;
	text = mnl_attr_get_payload(attr);

	return memchr(text, '\0', mnl_attr_get_payload_len(attr)) ? text : NULL;
}

/* ---- answers -------------------------------------------------------------- */

/* libmnl 1.0.4 takes a length from 2^31 on for a negative one, and for good. */
static bool np_message_ok(const struct nlmsghdr *nlh, int left)
{
	return left >= (int)sizeof(*nlh) && nlh->nlmsg_len <= (uint32_t)left &&
	       mnl_nlmsg_ok(nlh, left);
}

static int np_netlink_error(const struct nlmsghdr *nlh, struct np_error *error)
{
	const struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1];
	const struct nlmsgerr *reply;
	size_t header = sizeof(*reply);
	const char *text;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*reply))
		return -EBADMSG;
	reply = mnl_nlmsg_get_payload(nlh);
	/* The request comes back with it unless it was capped. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) &&
	    reply->msg.nlmsg_len >= sizeof(reply->msg))
		header += reply->msg.nlmsg_len - sizeof(reply->msg);
	np_attrs_message(attrs, NP_COUNT(attrs), nlh, header);
	text = nlh->nlmsg_flags & NLM_F_ACK_TLVS ?
		np_attr_text(attrs[NLMSGERR_ATTR_MSG]) : NULL;
	if (reply->error && text)
		snprintf(error->text, sizeof(error->text), "%s", text);

	/* INT_MIN has no positive. */
	return reply->error < 0 && reply->error > -4096 ? reply->error :
	       reply->error ? -EBADMSG : 0;
}

/**
 * np_netlink_parse - go through an answer
 * @buf: messages behind each other, or NULL for none
 * @size: octets
 * @answer: called for each message that is one of the answer
 * @data: for @answer
 * @error: set to what the kernel says in it
 *
 * Return: 0 or a negative errno; -EBADMSG for what is malformed or has no end.
 */
int np_netlink_parse(const void *buf, size_t size, np_answer answer,
		     void *data, struct np_error *error)
{
	const struct nlmsghdr *nlh = buf;
	int left = size > NP_ANSWER_MAX ? 0 : (int)size;
	int err = -EBADMSG;

	*error = (struct np_error){};
	for (; nlh && np_message_ok(nlh, left);
	     nlh = mnl_nlmsg_next(nlh, &left)) {
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			err = np_netlink_error(nlh, error);
			break;
		}
		if (nlh->nlmsg_type == NLMSG_DONE) {
			int status;

			if (mnl_nlmsg_get_payload_len(nlh) < sizeof(status))
				break;
			memcpy(&status, mnl_nlmsg_get_payload(nlh),
			       sizeof(status));
			err = status < 0 && status > -4096 ? status : 0;
			break;
		}
		if (nlh->nlmsg_type >= NLMSG_MIN_TYPE)
			answer(nlh, data);
	}
	error->code = -err;

	return err;
}

/* Append one answer to @buf. */
static int np_receive(struct mnl_socket *nl, uint32_t seq, char **buf,
		      size_t *size, bool *again)
{
	const struct nlmsghdr *nlh;
	ssize_t got;
	int left;

	for (;;) {
		if (*size > NP_ANSWER_MAX)
			return -EFBIG;
		*buf = np_realloc(*buf, *size + NP_DATAGRAM, 1);
		got = mnl_socket_recvfrom(nl, *buf + *size, NP_DATAGRAM);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -EBADMSG;
		/* All before it ends aligned. */
		nlh = (const void *)(*buf + *size);
		/* The late answer to a question that was given up. */
		if ((size_t)got < sizeof(*nlh) || nlh->nlmsg_seq != seq)
			continue;
		*size += NLMSG_ALIGN((size_t)got);
		for (left = (int)got; np_message_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left)) {
			*again |= nlh->nlmsg_flags & NLM_F_DUMP_INTR;
			if (nlh->nlmsg_type == NLMSG_DONE ||
			    nlh->nlmsg_type == NLMSG_ERROR)
				return 0;
		}
	}
}

/* ---- questions ------------------------------------------------------------ */

static struct nlmsghdr *np_question(void *buf, uint16_t type,
				    const struct np_request *request)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	/* Asked for an acknowledgment, the kernel ends each answer with one. */
	nlh->nlmsg_flags = NLM_F_REQUEST |
		(request->dump ? NLM_F_DUMP : NLM_F_ACK);
	if (request->family) {
		struct genlmsghdr *genl;

		genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
		genl->cmd = (uint8_t)request->command;
		genl->version = 1;
	}
	if (request->fill)
		request->fill(nlh, request->arg);

	return nlh;
}

/* One question to the kernel; its answer in @buf, as it came. */
static int np_ask_socket(struct np_source *src, struct mnl_socket *nl,
			 uint16_t type, const struct np_request *request,
			 char **buf, size_t *size)
{
	/* Attributes are filled up to four octets with what is there. */
	char question[1024] __attribute__((aligned(8))) = {};
	struct nlmsghdr *nlh;
	bool again;
	int err, i;

	nlh = np_question(question, type, request);
	for (i = 0; i < NP_TRIES; i++) {
		nlh->nlmsg_seq = ++src->seq;
		*size = 0;
		again = false;
		if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
			return -errno;
		err = np_receive(nl, src->seq, buf, size, &again);
		if (err || !again)
			return err;
	}

	return 0;
}

/* The socket for @bus, opened when it is first needed. */
static struct mnl_socket *np_socket(struct mnl_socket **nl, int bus)
{
	/* A kernel that does not answer must not make anybody wait for ever. */
	struct timeval patience = { .tv_sec = 10 };
	int on = 1;

	if (*nl)
		return *nl;
	*nl = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!*nl)
		return NULL;
	mnl_socket_setsockopt(*nl, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(*nl, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(*nl, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(mnl_socket_get_fd(*nl), SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	if (mnl_socket_bind(*nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(*nl);
		*nl = NULL;
	}

	return *nl;
}

static void np_fill_family(struct nlmsghdr *nlh, const void *arg)
{
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, arg);
}

static void np_got_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[CTRL_ATTR_FAMILY_ID + 1];

	np_attrs_message(attrs, NP_COUNT(attrs), nlh,
			 sizeof(struct genlmsghdr));
	np_attr_uint(attrs[CTRL_ATTR_FAMILY_ID], data);
}

static int np_family_ask(struct np_source *src, const char *name)
{
	const struct np_request request = {
		.family = "nlctrl",
		.command = CTRL_CMD_GETFAMILY,
		.fill = np_fill_family,
		.arg = name,
	};
	struct np_error error;
	char *buf = NULL;
	uint64_t id = 0;
	size_t size;
	int err;

	err = np_ask_socket(src, src->genl, GENL_ID_CTRL, &request, &buf,
			    &size);
	if (!err)
		err = np_netlink_parse(buf, size, np_got_family, &id, &error);
	free(buf);
	if (!err && (id < GENL_MIN_ID || id > GENL_MAX_ID))
		err = -EBADMSG;

	return err ? err : (int)id;
}

static int np_family_id(struct np_source *src, const char *name)
{
	struct np_family *family;
	size_t i;

	for (i = 0; i < src->nr_families; i++)
		if (!strcmp(src->families[i].name, name))
			return src->families[i].id;
	family = np_more(src->families, src->nr_families);
	family->name = np_copy(name);
	family->id = np_family_ask(src, name);

	return family->id;
}

static int np_ask_live(struct np_source *src, const struct np_request *request,
		       char **buf, size_t *size)
{
	struct mnl_socket *nl;
	int type = request->command;

	nl = request->family ? np_socket(&src->genl, NETLINK_GENERIC) :
	     request->bus == NETLINK_ROUTE ?
			       np_socket(&src->route, NETLINK_ROUTE) :
			       np_socket(&src->diag, NETLINK_SOCK_DIAG);
	if (!nl)
		return -errno;
	if (request->family)
		type = np_family_id(src, request->family);
	if (type < 0)
		return type;

	return np_ask_socket(src, nl, (uint16_t)type, request, buf, size);
}

/**
 * np_netlink_close - forget sockets and families
 * @src: that is being freed
 */
void np_netlink_close(struct np_source *src)
{
	size_t i;

	if (src->route)
		mnl_socket_close(src->route);
	if (src->genl)
		mnl_socket_close(src->genl);
	if (src->diag)
		mnl_socket_close(src->diag);
	for (i = 0; i < src->nr_families; i++)
		free(src->families[i].name);
	free(src->families);
}

/**
 * np_netlink_ask - ask and have the answer told
 * @src: whom
 * @request: what
 * @answer: called for each message that comes
 * @data: for @answer
 * @error: set if the question is refused or cannot be asked
 *
 * Return: 0 or a negative errno; -ENOENT if there is no such family, or a
 * snapshot does not have this.
 */
int np_netlink_ask(struct np_source *src, const struct np_request *request,
		   np_answer answer, void *data, struct np_error *error)
{
	char *path, *buf = NULL;
	size_t size = 0;
	void *stored;
	int err;

	path = np_print("netlink/%s/%s%s%s",
			request->family ? request->family :
			request->bus == NETLINK_ROUTE ? "route" : "sock_diag",
			request->what, request->ifname ? "@" : "",
			request->ifname ? request->ifname : "");
	if (np_source_is_live(src)) {
		err = np_ask_live(src, request, &buf, &size);
	} else {
		err = np_source_load(src, path, &stored, &size);
		if (!err)
			buf = stored;
	}
	if (err) {
		*error = (struct np_error){ .code = -err };
	} else {
		np_source_store(src, path, buf, size);
		err = np_netlink_parse(buf, size, answer, data, error);
	}
	free(buf);
	free(path);

	return err;
}
