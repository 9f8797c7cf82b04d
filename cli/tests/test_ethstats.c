// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers that few drivers give, as a snapshot holds them: standard statistics,
 * pause frames, energy efficient Ethernet, errors of PCI Express, qdiscs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ftw.h>
#include <linux/ethtool_netlink.h>
#include <linux/gen_stats.h>
#include <linux/genetlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/stat.h>

#include "read/read.h"
#include "source/netlink.h"
#include "tests/snapshots.h"

/* A snapshot that a test writes, and an answer that it puts there. */
struct place {
	char *dir;
	struct nlmsghdr *nlh;
	char buf[4096] __attribute__((aligned(8)));
};

static int make_place(void **state)
{
	struct place *place = np_alloc(sizeof(*place));

	place->dir = np_copy("/tmp/napier-ethstats-XXXXXX");
	assert_non_null(mkdtemp(place->dir));
	*state = place;

	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;

	return remove(path);
}

static int remove_place(void **state)
{
	struct place *place = *state;
	int err = nftw(place->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);

	free(place->dir);
	free(place);

	return err;
}

static void put(const struct place *place, const char *name, const void *data,
		size_t size)
{
	char *path = np_print("%s/%s", place->dir, name), *slash;
	FILE *file;

	for (slash = strchr(path + 5, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	fclose(file);
	free(path);
}

static struct nlmsghdr *begin(struct place *place, size_t header)
{
	memset(place->buf, 0, sizeof(place->buf));
	place->nlh = mnl_nlmsg_put_header(place->buf);
	place->nlh->nlmsg_type = 0x20;
	mnl_nlmsg_put_extra_header(place->nlh, header);

	return place->nlh;
}

/* With what ends an answer that went well. */
static void end(struct place *place, const char *name)
{
	struct nlmsghdr *done;
	size_t size = NLMSG_ALIGN(place->nlh->nlmsg_len);

	done = mnl_nlmsg_put_header(place->buf + size);
	done->nlmsg_type = NLMSG_DONE;
	mnl_nlmsg_put_extra_header(done, sizeof(int));
	put(place, name, place->buf, size + done->nlmsg_len);
}

static struct np_source *source_of(const struct place *place)
{
	struct np_error error;
	struct np_source *src = np_source_open(place->dir, &error);

	assert_non_null(src);

	return src;
}

static void put_stat(struct nlmsghdr *nlh, uint16_t id, uint64_t value)
{
	struct nlattr *nest;

	nest = mnl_attr_nest_start(nlh, ETHTOOL_A_STATS_GRP_STAT);
	mnl_attr_put_u64(nlh, id, value);
	mnl_attr_nest_end(nlh, nest);
}

static void test_standard(void **state)
{
	struct place *place = *state;
	struct np_port *port = np_port_alloc("d0");
	struct nlmsghdr *nlh = begin(place, sizeof(struct genlmsghdr));
	struct nlattr *nest, *empty;
	struct np_source *src;

	nest = mnl_attr_nest_start(nlh, ETHTOOL_A_STATS_GRP);
	mnl_attr_put_u32(nlh, ETHTOOL_A_STATS_GRP_ID, ETHTOOL_STATS_ETH_MAC);
	put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_5_RX_PKT, 5000);
	put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_6_FCS_ERR, 0);
	/* Of a kernel that has more of them. */
	put_stat(nlh, 99, 1);
	empty = mnl_attr_nest_start(nlh, ETHTOOL_A_STATS_GRP_STAT);
	mnl_attr_nest_end(nlh, empty);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, ETHTOOL_A_STATS_GRP);
	mnl_attr_put_u32(nlh, ETHTOOL_A_STATS_GRP_ID, ETHTOOL_STATS_RMON);
	put_stat(nlh, ETHTOOL_A_STATS_RMON_JABBER, 3);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, ETHTOOL_A_STATS_GRP);
	mnl_attr_put_u32(nlh, ETHTOOL_A_STATS_GRP_ID, 77);
	put_stat(nlh, 0, 4);
	mnl_attr_nest_end(nlh, nest);
	end(place, "netlink/ethtool/standard statistics@d0");

	src = source_of(place);
	np_read_ethstats(src, port);
	assert_int_equal(port->nr_standard, 3);
	assert_int_equal(np_value_of(port->standard, port->nr_standard,
				     "FramesReceivedOK"), 5000);
	assert_int_equal(np_value_of(port->standard, port->nr_standard,
				     "FrameCheckSequenceErrors"), 0);
	assert_int_equal(np_value_of(port->standard, port->nr_standard,
				     "etherStatsJabbers"), 3);
	/* What is not there is not 0. */
	assert_int_equal(port->eee_active, NP_UNKNOWN);
	assert_int_equal(port->pause_rx_frames, NP_UNKNOWN);
	assert_int_equal(port->features.lro, NP_UNKNOWN);
	np_port_free(port);
	np_source_free(src);
}

static void test_pause_and_eee(void **state)
{
	struct place *place = *state;
	struct np_port *port = np_port_alloc("d0");
	struct nlmsghdr *nlh = begin(place, sizeof(struct genlmsghdr));
	struct np_source *src;
	struct nlattr *nest;

	mnl_attr_put_u8(nlh, ETHTOOL_A_PAUSE_RX, 1);
	nest = mnl_attr_nest_start(nlh, ETHTOOL_A_PAUSE_STATS);
	mnl_attr_put_u64(nlh, ETHTOOL_A_PAUSE_STAT_RX_FRAMES, 12);
	mnl_attr_nest_end(nlh, nest);
	end(place, "netlink/ethtool/pause frames@d0");
	nlh = begin(place, sizeof(struct genlmsghdr));
	mnl_attr_put_u8(nlh, ETHTOOL_A_EEE_ACTIVE, 0);
	mnl_attr_put_u8(nlh, ETHTOOL_A_EEE_ENABLED, 1);
	end(place, "netlink/ethtool/eee@d0");

	src = source_of(place);
	np_read_ethstats(src, port);
	assert_int_equal(port->pause_rx_frames, 12);
	assert_int_equal(port->pause_tx_frames, NP_UNKNOWN);
	assert_int_equal(port->eee_active, 0);
	assert_int_equal(port->eee_enabled, 1);
	np_port_free(port);
	np_source_free(src);
}

static void put_feature(struct nlmsghdr *nlh, const char *name)
{
	struct nlattr *nest;

	nest = mnl_attr_nest_start(nlh, ETHTOOL_A_BITSET_BITS_BIT);
	mnl_attr_put_strz(nlh, ETHTOOL_A_BITSET_BIT_NAME, name);
	mnl_attr_nest_end(nlh, nest);
}

static void test_features(void **state)
{
	struct place *place = *state;
	struct np_port *port = np_port_alloc("d0");
	struct nlmsghdr *nlh = begin(place, sizeof(struct genlmsghdr));
	struct nlattr *nest, *bits;
	struct np_source *src;

	/* What could be is not what is. */
	nest = mnl_attr_nest_start(nlh, ETHTOOL_A_FEATURES_HW);
	bits = mnl_attr_nest_start(nlh, ETHTOOL_A_BITSET_BITS);
	put_feature(nlh, "rx-lro");
	mnl_attr_nest_end(nlh, bits);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, ETHTOOL_A_FEATURES_ACTIVE);
	mnl_attr_put(nlh, ETHTOOL_A_BITSET_NOMASK, 0, NULL);
	bits = mnl_attr_nest_start(nlh, ETHTOOL_A_BITSET_BITS);
	put_feature(nlh, "rx-gro");
	put_feature(nlh, "tx-checksum-ipv4");
	put_feature(nlh, "rx-unheard-of");
	mnl_attr_nest_end(nlh, bits);
	mnl_attr_nest_end(nlh, nest);
	end(place, "netlink/ethtool/features@d0");

	src = source_of(place);
	np_read_ethstats(src, port);
	assert_int_equal(port->features.gro, 1);
	assert_int_equal(port->features.tx_checksum, 1);
	assert_int_equal(port->features.lro, 0);
	assert_int_equal(port->features.tso, 0);
	np_port_free(port);
	np_source_free(src);
}

static void test_aer(void **state)
{
	static const char text[] =
		"RxErr 1\nBadTLP 2\nTimeout 0\nTOTAL_ERR_COR 3\n";
	struct place *place = *state;
	struct np_port *port = np_port_alloc("d0");
	struct np_source *src = source_of(place);

	port->physical = true;
	put(place, "sys/class/net/d0/device/aer_dev_correctable", text,
	    strlen(text));
	put(place, "sys/class/net/d0/device/aer_dev_fatal", "TOTAL_", 6);
	np_read_aer(src, port);
	assert_int_equal(port->aer.correctable, 3);
	assert_int_equal(port->aer.nonfatal, NP_UNKNOWN);
	assert_int_equal(port->aer.fatal, NP_UNKNOWN);
	np_port_free(port);
	np_source_free(src);
}

static struct tcmsg *begin_qdisc(struct place *place, int ifindex)
{
	struct tcmsg *tcm;

	begin(place, sizeof(*tcm));
	tcm = mnl_nlmsg_get_payload(place->nlh);
	tcm->tcm_ifindex = ifindex;
	tcm->tcm_parent = TC_H_ROOT;
	mnl_attr_put_strz(place->nlh, TCA_KIND, "fq");

	return tcm;
}

static void test_qdiscs(void **state)
{
	static const struct gnet_stats_queue queue = {
		.qlen = 1, .backlog = 2, .drops = 3, .requeues = 4,
		.overlimits = 5,
	};
	static const struct gnet_stats_basic basic = { .bytes = 6, .packets = 7 };
	struct place *place = *state;
	struct np_port *port = np_port_alloc("d0");
	struct np_source *src = source_of(place);
	struct nlattr *nest;
	int round;

	port->ifindex = 9;
	for (round = 0; round < 2; round++) {
		begin_qdisc(place, 9);
		nest = mnl_attr_nest_start(place->nlh, TCA_STATS2);
		mnl_attr_put(place->nlh, TCA_STATS_BASIC, sizeof(basic),
			     &basic);
		if (round)
			mnl_attr_put_u64(place->nlh, TCA_STATS_PKT64,
					 1ull << 33);
		mnl_attr_put(place->nlh, TCA_STATS_QUEUE, sizeof(queue),
			     &queue);
		mnl_attr_nest_end(place->nlh, nest);
		end(place, "netlink/route/qdiscs@d0");
		np_read_qdiscs(src, port);
	}
	/* Of another interface. */
	begin_qdisc(place, 8);
	end(place, "netlink/route/qdiscs@d0");
	np_read_qdiscs(src, port);

	assert_int_equal(port->nr_qdisc, 2);
	assert_string_equal(port->qdisc[0].kind, "fq");
	assert_int_equal(port->qdisc[0].parent, NP_QDISC_ROOT);
	assert_int_equal(port->qdisc[0].qlen, 1);
	assert_int_equal(port->qdisc[0].backlog, 2);
	assert_int_equal(port->qdisc[0].drops, 3);
	assert_int_equal(port->qdisc[0].requeues, 4);
	assert_int_equal(port->qdisc[0].overlimits, 5);
	assert_int_equal(port->qdisc[0].bytes, 6);
	assert_int_equal(port->qdisc[0].packets, 7);
	assert_int_equal(port->qdisc[1].packets, 1ull << 33);
	np_port_free(port);
	np_source_free(src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_standard, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(test_pause_and_eee, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(test_features, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(test_aer, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(test_qdiscs, make_place,
						remove_place),
	};

	if (!can_open_snapshots()) {
		puts("skipped: openat2() cannot be called here");
		return 0;
	}

	return cmocka_run_group_tests(tests, NULL, NULL);
}
