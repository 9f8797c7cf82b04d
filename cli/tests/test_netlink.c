// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers over netlink: good ones, errors with their reason, and what is cut
 * off or lies about its length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/genetlink.h>

#include "source/netlink.h"

#define TYPE	0x20

static void count(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	++*(unsigned int *)data;
}

static struct nlmsghdr *message(char *buf, uint16_t type)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;

	return nlh;
}

static size_t put_error(char *buf, int code, const char *why)
{
	struct nlmsghdr *nlh = message(buf, NLMSG_ERROR);
	struct nlmsgerr *error;

	error = mnl_nlmsg_put_extra_header(nlh, sizeof(*error));
	error->error = code;
	error->msg.nlmsg_len = sizeof(error->msg);
	nlh->nlmsg_flags = NLM_F_CAPPED | NLM_F_ACK_TLVS;
	if (why)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, why);

	return nlh->nlmsg_len;
}

static void test_answers(void **state)
{
	char buf[1024] __attribute__((aligned(8))) = {};
	struct np_error error;
	unsigned int seen = 0;
	size_t size = 0;
	int done = 0;

	(void)state;
	size += message(buf, TYPE)->nlmsg_len;
	size += message(buf + size, TYPE)->nlmsg_len;
	/* Without an end. */
	assert_int_equal(np_netlink_parse(buf, size, count, &seen, &error),
			 -EBADMSG);
	memcpy(mnl_nlmsg_put_extra_header(message(buf + size, NLMSG_DONE),
					  sizeof(done)), &done, sizeof(done));
	size += NLMSG_LENGTH(sizeof(done));
	seen = 0;
	assert_int_equal(np_netlink_parse(buf, size, count, &seen, &error), 0);
	assert_int_equal(seen, 2);
	assert_int_equal(error.code, 0);
}

static void test_refused(void **state)
{
	char buf[1024] __attribute__((aligned(8))) = {};
	struct np_error error;
	unsigned int seen = 0;
	size_t size, cut;

	(void)state;
	size = put_error(buf, -EINVAL, "a power of two");
	assert_int_equal(np_netlink_parse(buf, size, count, &seen, &error),
			 -EINVAL);
	assert_int_equal(error.code, EINVAL);
	assert_string_equal(error.text, "a power of two");
	/* An acknowledgment is no error, and what is no errno is none. */
	size = put_error(buf, 0, NULL);
	assert_int_equal(np_netlink_parse(buf, size, count, &seen, &error), 0);
	size = put_error(buf, INT32_MIN, NULL);
	assert_int_equal(np_netlink_parse(buf, size, count, &seen, &error),
			 -EBADMSG);
	/* Cut off anywhere. */
	size = put_error(buf, -EINVAL, "a power of two");
	for (cut = 0; cut < size; cut++) {
		char *part = np_alloc(cut + 1);

		memcpy(part, buf, cut);
		assert_int_equal(np_netlink_parse(part, cut, count, &seen,
						  &error), -EBADMSG);
		free(part);
	}
	/* Longer than all there is, and than an int can say. */
	for (size = 1u << 10; size <= 1u << 31; size <<= 1) {
		((struct nlmsghdr *)(void *)buf)->nlmsg_len = (uint32_t)size;
		assert_int_equal(np_netlink_parse(buf, 36, count, &seen,
						  &error), -EBADMSG);
	}
	assert_int_equal(seen, 0);
}

static void test_attributes(void **state)
{
	char buf[256] __attribute__((aligned(8))) = {};
	struct nlmsghdr *nlh = message(buf, TYPE);
	const struct nlattr *attrs[8];
	uint64_t value;
	size_t cut;

	(void)state;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_u8(nlh, 1, 200);
	mnl_attr_put_u16(nlh, 2, 60000);
	mnl_attr_put_u32(nlh, 3, 4000000000u);
	mnl_attr_put_u64(nlh, 4, UINT64_MAX - 1);
	mnl_attr_put_strz(nlh, 5, "text");
	mnl_attr_put_str(nlh, 6, "without an end");
	mnl_attr_put_u32(nlh, 900, 1);
	np_attrs_message(attrs, NP_COUNT(attrs), nlh,
			 sizeof(struct genlmsghdr));
	assert_true(np_attr_uint(attrs[1], &value) && value == 200);
	assert_true(np_attr_uint(attrs[2], &value) && value == 60000);
	assert_true(np_attr_uint(attrs[3], &value) && value == 4000000000u);
	assert_true(np_attr_uint(attrs[4], &value) && value == UINT64_MAX - 1);
	assert_false(np_attr_uint(attrs[5], &value));
	assert_false(np_attr_uint(attrs[7], &value));
	assert_string_equal(np_attr_text(attrs[5]), "text");
	assert_null(np_attr_text(attrs[6]));
	assert_null(np_attr_text(NULL));
	/* Shorter than its header, and than its attributes. */
	for (cut = sizeof(*nlh); cut < 80; cut++) {
		nlh->nlmsg_len = (uint32_t)cut;
		np_attrs_message(attrs, NP_COUNT(attrs), nlh,
				 sizeof(struct genlmsghdr));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
