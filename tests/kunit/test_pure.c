// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of their arguments alone: buffer geometry, hash of multicast
 * addresses, where a port's NVM begins.
 *
 * Depends on: nothing but the driver.
 */
#include "napier_fixture.h"

/* ---- buffer geometry ---------------------------------------------------------- */

static const u32 pure_mtus[] = {
	68, 576, 1280, 1499, 1500, 1501, 1504, 2000, 3000, 3050, 4000, 8192,
	9000, 9215, 9216,
};

static void pure_mtu_desc(const u32 *mtu, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "MTU %u", *mtu);
}

KUNIT_ARRAY_PARAM(pure_mtu, pure_mtus, pure_mtu_desc);

static void rx_geometry_keep(struct kunit *test, u8 keep)
{
	u32 mtu = *(const u32 *)test->param_value;
	u32 tail = SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	struct napier_rx_geom g;
	u32 longest;

	memset(&g, 0xa5, sizeof(g));
	napier_rx_geom_init(&g, mtu, keep);
	KUNIT_EXPECT_EQ(test, g.keep, keep);

	/* Two tags and FCS; never less than what a usual frame needs. */
	KUNIT_EXPECT_EQ(test, g.max_frame, max(mtu, 1500u) + 14 + 8 + 4);
	/* SRRCTL counts in KiB, and a page divides into buffers. */
	KUNIT_EXPECT_EQ(test, g.buf_len % SZ_1K, 0);
	KUNIT_EXPECT_GT(test, g.buf_len, 0);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE % g.truesize, 0);
	KUNIT_EXPECT_LE(test, FIELD_PREP(NAPIER_SRRCTL_BSIZEPKT,
					 g.buf_len / SZ_1K),
			NAPIER_SRRCTL_BSIZEPKT);
	KUNIT_EXPECT_EQ(test, g.headroom, NET_SKB_PAD + NET_IP_ALIGN);

	/* What the driver takes for a sane length fits. */
	KUNIT_EXPECT_LE(test, g.headroom + g.max_len + tail, g.truesize);
	KUNIT_EXPECT_LE(test, g.max_len, g.buf_len);
	/* What the device may write fits: by the buffer's length, or because
	 * no frame is that long. A bad one may be.
	 */
	longest = keep & NAPIER_KEEP_BAD ? g.buf_len :
		  min(g.buf_len, keep & NAPIER_KEEP_FCS ?
		      g.max_frame : g.max_frame - ETH_FCS_LEN);
	KUNIT_EXPECT_LE(test, longest, g.max_len);
	KUNIT_EXPECT_LE(test, g.headroom + longest + tail, g.truesize);
	/* Up to the usual MTU, one buffer holds any frame. */
	if (mtu <= ETH_DATA_LEN && !(keep & NAPIER_KEEP_BAD)) {
		KUNIT_EXPECT_EQ(test, g.truesize, 2048);
		KUNIT_EXPECT_LE(test, g.max_frame, g.buf_len);
	}
	/* The longest frame fits into an skb. */
	KUNIT_EXPECT_LE(test, DIV_ROUND_UP(g.max_frame, g.buf_len),
			1 + MAX_SKB_FRAGS);
}

static void rx_geometry(struct kunit *test)
{
	u8 keep;

	for (keep = 0; keep <= (NAPIER_KEEP_FCS | NAPIER_KEEP_BAD); keep++)
		rx_geometry_keep(test, keep);
}

/* ---- multicast hash ---------------------------------------------------------------- */

static const struct pure_hash {
	const char *name;
	u8 addr[ETH_ALEN];
	u32 hash;
} pure_hashes[] = {
	{ "zero", { 0, 0, 0, 0, 0, 0 }, 0 },
	{ "all ones", { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, 0xfff },
	{ "byte 5", { 1, 0, 0x5e, 0, 0, 0x01 }, 0x010 },
	{ "byte 4", { 1, 0, 0x5e, 0, 0x10, 0 }, 0x001 },
	{ "low half of byte 4", { 1, 0, 0x5e, 0, 0x0f, 0 }, 0 },
	{ "solicited node", { 0x33, 0x33, 0xff, 0x12, 0x34, 0x56 }, 0x563 },
};

KUNIT_ARRAY_PARAM_DESC(pure_hash, pure_hashes, name);

/* Bits 47:36 of the address, the last byte on the wire the most significant. */
static void multicast_hash(struct kunit *test)
{
	const struct pure_hash *p = test->param_value;

	KUNIT_EXPECT_EQ(test, napier_mta_hash(p->addr), p->hash);
}

static void nvm_port_offsets(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, napier_nvm_port_offset(0), 0);
	KUNIT_EXPECT_EQ(test, napier_nvm_port_offset(1), 0x80);
	KUNIT_EXPECT_EQ(test, napier_nvm_port_offset(2), 0xC0);
	KUNIT_EXPECT_EQ(test, napier_nvm_port_offset(3), 0x100);
}

/* Rings count modulo their size, and one slot stays empty. */
static void ring_arithmetic(struct kunit *test)
{
	struct napier_tx_ring *tx = kunit_kzalloc(test, sizeof(*tx),
						  GFP_KERNEL);
	struct napier_rx_ring *rx = kunit_kzalloc(test, sizeof(*rx),
						  GFP_KERNEL);
	u32 size, at, used;

	KUNIT_ASSERT_NOT_NULL(test, tx);
	KUNIT_ASSERT_NOT_NULL(test, rx);
	for (size = NAPIER_MIN_DESC; size <= NAPIER_MAX_DESC; size *= 2) {
		tx->mask = size - 1;
		rx->mask = size - 1;
		for (at = 0; at < size; at += 7) {
			for (used = 0; used < size; used += 3) {
				tx->rs_done = (at - 1) & tx->mask;
				tx->next_to_use = (at + used) & tx->mask;
				rx->next_to_clean = at;
				rx->next_to_use = (at + used) & rx->mask;
				if (napier_tx_unused(tx) != size - 1 - used ||
				    napier_rx_unused(rx) != size - 1 - used) {
					KUNIT_FAIL(test, "%u of %u at %u", used,
						   size, at);
					return;
				}
			}
		}
	}
}

static struct kunit_case napier_pure_cases[] = {
	KUNIT_CASE_PARAM(rx_geometry, pure_mtu_gen_params),
	KUNIT_CASE_PARAM(multicast_hash, pure_hash_gen_params),
	KUNIT_CASE(nvm_port_offsets),
	KUNIT_CASE(ring_arithmetic),
	{}
};

static struct kunit_suite napier_pure_suite = {
	.name = "napier_pure",
	.test_cases = napier_pure_cases,
};

kunit_test_suite(napier_pure_suite);
