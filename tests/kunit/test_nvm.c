// SPDX-License-Identifier: GPL-2.0-only
/*
 * The NVM: checksums, versions, where the MAC address comes from, iNVM.
 *
 * Depends on: napier_fixture.c.
 */
#include "napier_fixture.h"

/* Which word is damaged, whether the NVM says that sections have sums, and what
 * the check is to say.
 */
static const struct nvm_sum {
	const char *name;
	enum napier_board_id id;
	u16 damaged;
	bool sections;
	int want;
} nvm_sums[] = {
	{ "82576, good", NAPIER_BOARD_82576, 0, true, 0 },
	{ "82576, bad", NAPIER_BOARD_82576, 0x10, true, -EBADMSG },
	{ "82576, last word", NAPIER_BOARD_82576, 0x3F, true, -EBADMSG },
	{ "82576, beyond", NAPIER_BOARD_82576, 0x40, true, 0 },
	{ "82576, other section", NAPIER_BOARD_82576, 0x90, true, 0 },
	{ "82580, port 1 bad", NAPIER_BOARD_82580, 0x90, true, -EBADMSG },
	{ "82580, port 3 bad", NAPIER_BOARD_82580, 0x13F, true, -EBADMSG },
	{ "82580, port 1 without a sum", NAPIER_BOARD_82580, 0x90, false, 0 },
	{ "82580, port 0 bad", NAPIER_BOARD_82580, 0x11, false, -EBADMSG },
	{ "I350, good", NAPIER_BOARD_I350, 0, false, 0 },
	{ "I350, port 2 bad", NAPIER_BOARD_I350, 0xC5, false, -EBADMSG },
	{ "I354, port 3 bad", NAPIER_BOARD_I354, 0x101, false, -EBADMSG },
	{ "I210, good", NAPIER_BOARD_I210, 0, true, 0 },
	{ "I210, bad", NAPIER_BOARD_I210, 0x20, true, -EBADMSG },
	{ "I210, other section", NAPIER_BOARD_I210, 0x90, true, 0 },
};

KUNIT_ARRAY_PARAM_DESC(nvm_sum, nvm_sums, name);

static void nvm_checksum(struct kunit *test)
{
	const struct nvm_sum *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, p->id);
	struct napier_model *m = fx->m;

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	m->nvm[NAPIER_NVM_WORD_COMPAT] = p->sections ? BIT(15) : 0;
	napier_model_nvm_sum(m, 0);
	KUNIT_EXPECT_EQ(test, napier_nvm_check(fx->nd), 0);
	if (p->damaged)
		m->nvm[p->damaged] += 0x0100;
	KUNIT_EXPECT_EQ(test, napier_nvm_check(fx->nd), p->want);
	/* The semaphore is free again, whatever was found. */
	KUNIT_EXPECT_EQ(test, napier_model_peek(m, NAPIER_SW_FW_SYNC), 0);
}

/* A wrong sum or no answer is no reason to refuse the device. */
static void nvm_bad_is_no_obstacle(struct kunit *test)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_I350);

	fx->m->nvm[0x3F]++;
	fx->m->poll_delay = 1;
	KUNIT_EXPECT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_I350), 0);
	KUNIT_EXPECT_TRUE(test, is_valid_ether_addr(fx->ndev->dev_addr));
}

static void nvm_out_of_range(struct kunit *test)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_82576);
	u16 words[2];

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_82576), 0);
	KUNIT_EXPECT_EQ(test, napier_nvm_read(fx->nd, 0x3FFF, words, 2),
			-ERANGE);
	KUNIT_EXPECT_EQ(test, napier_nvm_read(fx->nd, 0xFFFF, words, 2),
			-ERANGE);
	fx->m->poll_delay = 1;
	KUNIT_EXPECT_EQ(test, napier_nvm_read(fx->nd, 0x10, words, 2), 0);
	KUNIT_EXPECT_EQ(test, words[0], fx->m->nvm[0x10]);
	KUNIT_EXPECT_EQ(test, words[1], fx->m->nvm[0x11]);
}

static const struct nvm_version {
	const char *text;
	enum napier_board_id id;
	u16 word;
	u32 track;
} nvm_versions[] = {
	{ "1.99.5", NAPIER_BOARD_82576, 0x1635 },
	{ "15.255.15", NAPIER_BOARD_82576, 0xFFFF },
	{ "3.2.0", NAPIER_BOARD_82580, 0x3020 },
	{ "3.20", NAPIER_BOARD_82580, 0x3020, 0x80001234 },
	{ "1.43", NAPIER_BOARD_82576, 0x1430, 0x80000001 },
	{ "1.63", NAPIER_BOARD_I350, 0x1630 },
	{ "1.63", NAPIER_BOARD_I354, 0x1063 },
	{ "3.25", NAPIER_BOARD_I210, 0x3025 },
	{ "unknown", NAPIER_BOARD_I350, 0 },
	{ "iNVM", NAPIER_BOARD_I211, 0 },
};

static void nvm_version_desc(const struct nvm_version *v, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, %#x",
		 napier_board_get(v->id)->name, v->word);
}

KUNIT_ARRAY_PARAM(nvm_version, nvm_versions, nvm_version_desc);

static void nvm_version_text(struct kunit *test)
{
	const struct nvm_version *p = test->param_value;
	struct napier_dev *nd = kunit_kzalloc(test, sizeof(*nd), GFP_KERNEL);
	char text[32];

	KUNIT_ASSERT_NOT_NULL(test, nd);
	nd->quirks = napier_board_get(p->id)->quirks;
	nd->nvm_version = p->word;
	nd->nvm_track = p->track;
	napier_nvm_version(nd, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, p->text);
}

/* Where an address can come from; how it ends says which it was. */
static const struct nvm_mac {
	const char *name;
	enum napier_board_id id;
	u8 func;
	bool alternate;
	bool in_rar;
	bool in_nvm;
	int last;
} nvm_macs[] = {
	{ "82576, loaded by the device", NAPIER_BOARD_82576, 0, false, true,
	  true, 0x00 },
	{ "82576, alternate", NAPIER_BOARD_82576, 0, true, true, true, 0xA0 },
	{ "82576, alternate of port 1", NAPIER_BOARD_82576, 1, true, true, true,
	  0xA1 },
	{ "82576, NVM", NAPIER_BOARD_82576, 0, false, false, true, 0x00 },
	{ "82576, NVM of port 1 is port 0's", NAPIER_BOARD_82576, 1, false,
	  false, true, -1 },
	{ "82576, nowhere", NAPIER_BOARD_82576, 0, false, false, false, -1 },
	{ "I350, NVM of port 2", NAPIER_BOARD_I350, 2, false, false, true,
	  0x02 },
	{ "I350, has no alternate", NAPIER_BOARD_I350, 1, true, false, true,
	  0x01 },
	{ "I210, NVM", NAPIER_BOARD_I210, 0, false, false, true, 0x00 },
};

KUNIT_ARRAY_PARAM_DESC(nvm_mac, nvm_macs, name);

static void nvm_mac_address(struct kunit *test)
{
	const struct nvm_mac *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, p->id);
	const u8 vendor[5] = { 0x02, 0x0a, 0xb1, 0xe5, 0x00 };
	struct napier_model *m = fx->m;
	const u8 *addr;
	int i;

	napier_model_poke(m, NAPIER_STATUS,
			  FIELD_PREP(NAPIER_STATUS_FUNC, p->func));
	m->no_mac = !p->in_rar;
	napier_model_poke(m, NAPIER_RAH(0), 0);
	if (p->alternate) {
		m->nvm[NAPIER_NVM_WORD_ALT_MAC] = 0x150;
		for (i = 0; i < 2; i++) {
			m->nvm[0x150 + 3 * i] = 0x0a02;
			m->nvm[0x151 + 3 * i] = 0xe5b1;
			m->nvm[0x152 + 3 * i] = (0xA0 + i) << 8;
		}
	}
	if (!p->in_nvm)
		m->nvm[0] = 0xFFFF;
	napier_model_nvm_sum(m, 0);

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, p->id), 0);
	addr = fx->ndev->dev_addr;
	KUNIT_EXPECT_TRUE(test, is_valid_ether_addr(addr));
	/* One that was made up is not the factory's. */
	KUNIT_EXPECT_EQ(test, fx->ndev->addr_assign_type,
			p->last >= 0 ? NET_ADDR_PERM : NET_ADDR_RANDOM);
	KUNIT_EXPECT_EQ(test, is_valid_ether_addr(fx->ndev->perm_addr),
			p->last >= 0);
	if (p->last >= 0) {
		KUNIT_EXPECT_MEMEQ(test, fx->ndev->perm_addr, addr, ETH_ALEN);
		KUNIT_EXPECT_MEMEQ(test, addr, vendor, sizeof(vendor));
		KUNIT_EXPECT_EQ(test, addr[5], p->last);
	} else {
		KUNIT_EXPECT_MEMNEQ(test, addr, vendor, sizeof(vendor));
	}
}

/* iNVM: records of several kinds and lengths, found behind one another. */
static void nvm_invm(struct kunit *test)
{
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_I211);
	struct napier_model *m = fx->m;
	/* A word record; its data are the upper half. */
#define INVM_WORD(addr, data) (NAPIER_INVM_TYPE_WORD |			\
	FIELD_PREP(NAPIER_INVM_WORD_ADDR, addr) |			\
	FIELD_PREP(NAPIER_INVM_WORD_DATA, data))
	const u32 records[] = {
		NAPIER_INVM_TYPE_CSR, INVM_WORD(1, 0xbad),
		INVM_WORD(0, 0x0a02),
		NAPIER_INVM_TYPE_PHY,
		NAPIER_INVM_TYPE_KEY,
		INVM_WORD(1, 0xbad), INVM_WORD(1, 0xbad), INVM_WORD(1, 0xbad),
		INVM_WORD(1, 0xbad), INVM_WORD(1, 0xbad), INVM_WORD(1, 0xbad),
		INVM_WORD(1, 0xbad), INVM_WORD(1, 0xbad),
		INVM_WORD(1, 0xe5b1),
		INVM_WORD(2, 0x7700),
		NAPIER_INVM_TYPE_FREE,
		INVM_WORD(9, 0xbad),
	};
	u16 word;

	m->no_flash = true;
	m->no_mac = true;
	memcpy(m->invm, records, sizeof(records));
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_I211), 0);
	KUNIT_EXPECT_EQ(test, napier_nvm_check(fx->nd), 0);
	KUNIT_EXPECT_EQ(test, napier_nvm_read(fx->nd, 1, &word, 1), 0);
	KUNIT_EXPECT_EQ(test, word, 0xe5b1);
	KUNIT_EXPECT_EQ(test, napier_nvm_read(fx->nd, 9, &word, 1), -ENODATA);
	KUNIT_EXPECT_EQ(test, fx->ndev->dev_addr[0], 0x02);
	KUNIT_EXPECT_EQ(test, fx->ndev->dev_addr[5], 0x77);
}

/* The number of the board: words 8 and 9, and text at 0x100. */
static const struct nvm_board {
	const char *name;
	u16 words[2];
	const char *text;
	u16 length;
	const char *want;
} nvm_boards[] = {
	{ "digits", { 0xE437, 0x8103 }, "", 0, "E43781-003" },
	{ "text", { 0xFAFA, 0x100 }, "K65390-000", 6, "K65390-000" },
	{ "odd text", { 0xFAFA, 0x100 }, "G13158-00", 6, "G13158-00" },
	{ "nothing written", { 0xFFFF, 0xFFFF }, "", 0, NULL },
	{ "nothing there", { 0, 0 }, "", 0, NULL },
	{ "text without a length", { 0xFAFA, 0x100 }, "K65390-000", 0xFFFF,
	  NULL },
	{ "text of no length", { 0xFAFA, 0x100 }, "K65390-000", 0, NULL },
	{ "empty text", { 0xFAFA, 0x100 }, "K65390-000", 1, NULL },
	{ "text too long", { 0xFAFA, 0x100 }, "K65390-000", 17, NULL },
	{ "not a text", { 0xFAFA, 0x100 }, "K6\200390-000", 6, NULL },
	{ "text beyond the end", { 0xFAFA, 0x3FFF }, "", 0, NULL },
};

KUNIT_ARRAY_PARAM_DESC(nvm_board, nvm_boards, name);

static void nvm_board_number(struct kunit *test)
{
	const struct nvm_board *p = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test,
							NAPIER_BOARD_I350);
	struct napier_model *m = fx->m;
	char buf[NAPIER_NVM_BOARD_LEN];
	size_t i;
	int err;

	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, NAPIER_BOARD_I350), 0);
	m->nvm[8] = p->words[0];
	m->nvm[9] = p->words[1];
	memset(&m->nvm[0x100], 0, 0x20 * sizeof(u16));
	m->nvm[0x100] = p->length;
	for (i = 0; i < strlen(p->text); i++)
		m->nvm[0x101 + i / 2] |= (u8)p->text[i] << (i % 2 ? 0 : 8);

	err = napier_nvm_board(fx->nd, buf, sizeof(buf));
	KUNIT_EXPECT_EQ(test, !err, !!p->want);
	if (!err && p->want)
		KUNIT_EXPECT_STREQ(test, buf, p->want);
}

/* Which parts have a version of the option ROM, and a number of the image. */
static void nvm_images(struct kunit *test)
{
	static const enum napier_board_id rom[] = { NAPIER_BOARD_I350,
						    NAPIER_BOARD_I210 };
	const struct napier_fixture_board *b = test->param_value;
	struct napier_fixture *fx = napier_fixture_bare(test, b->id);
	bool has = b->id == rom[0] || b->id == rom[1];
	struct napier_model *m = fx->m;
	char buf[16];

	m->nvm[0x42] = 0x1234;
	m->nvm[0x43] = 0x8000;
	m->nvm[0x3D] = 0x90;
	m->nvm[0x90 + 0x83] = 0x0105;
	m->nvm[0x90 + 0x84] = 0x0603;
	napier_model_nvm_sum(m, 0);
	KUNIT_ASSERT_EQ(test, napier_fixture_probe(fx, b->id), 0);
	KUNIT_EXPECT_EQ(test, fx->nd->nvm_track,
			b->id == NAPIER_BOARD_I354 ? 0 : 0x80001234);
	KUNIT_EXPECT_EQ(test, napier_nvm_option_rom(fx->nd, buf, sizeof(buf)),
			has ? 0 : -ENODATA);
	if (has)
		KUNIT_EXPECT_STREQ(test, buf, "1.1286.3");

	m->nvm[0x90 + 0x84] = 0xFFFF;
	KUNIT_EXPECT_EQ(test, napier_nvm_option_rom(fx->nd, buf, sizeof(buf)),
			-ENODATA);
	m->nvm[0x3D] = NAPIER_MODEL_NVM_WORDS - 0x83;
	KUNIT_EXPECT_EQ(test, napier_nvm_option_rom(fx->nd, buf, sizeof(buf)),
			-ENODATA);
	m->nvm[0x3D] = 0xFFFF;
	KUNIT_EXPECT_EQ(test, napier_nvm_option_rom(fx->nd, buf, sizeof(buf)),
			-ENODATA);
}

KUNIT_ARRAY_PARAM_DESC(nvm_part, napier_fixture_boards, name);

static struct kunit_case napier_nvm_cases[] = {
	KUNIT_CASE_PARAM(nvm_checksum, nvm_sum_gen_params),
	KUNIT_CASE(nvm_bad_is_no_obstacle),
	KUNIT_CASE(nvm_out_of_range),
	KUNIT_CASE_PARAM(nvm_version_text, nvm_version_gen_params),
	KUNIT_CASE_PARAM(nvm_mac_address, nvm_mac_gen_params),
	KUNIT_CASE(nvm_invm),
	KUNIT_CASE_PARAM(nvm_board_number, nvm_board_gen_params),
	KUNIT_CASE_PARAM(nvm_images, nvm_part_gen_params),
	{}
};

static struct kunit_suite napier_nvm_suite = {
	.name = "napier_nvm",
	.suite_init = napier_model_suite_init,
	.suite_exit = napier_model_suite_exit,
	.init = napier_fixture_init,
	.exit = napier_fixture_exit,
	.test_cases = napier_nvm_cases,
};

kunit_test_suite(napier_nvm_suite);
