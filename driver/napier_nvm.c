// SPDX-License-Identifier: GPL-2.0-only
/*
 * The non-volatile memory: EEPROM or flash behind EERD, or the one-time
 * programmable iNVM of I210 and I211 without flash.
 *
 * Depends on: napier_board.c.
 */
#include <linux/ctype.h>

#include "napier.h"

/* The first access after power-up may wait for the NVM to be loaded. */
#define NAPIER_EERD_TIMEOUT_US		500000

/* Words 0 to 0x3F of a section add up to NAPIER_NVM_CHECKSUM. */
#define NAPIER_NVM_SECTION_WORDS	(NAPIER_NVM_WORD_CHECKSUM + 1)
#define NAPIER_NVM_PORTS		4

/* EECD says how many times 64 words there are, as a power of two. What EERD
 * cannot address is not read.
 */
#define NAPIER_NVM_SIZE_SHIFT		6
#define NAPIER_NVM_SIZE_MAX		(FIELD_MAX(NAPIER_EERD_ADDR) + 1)

/* The number of the board ("PBA", printed block assembly): as text elsewhere, or
 * three bytes, a dash and one byte in these words themselves (igb 7.3
 * e1000_nvm.c, igb_read_part_string).
 */
#define NAPIER_NVM_WORD_PBA		0x08
#define NAPIER_NVM_PBA_IS_TEXT		0xFAFA
/* Of the text, in words, with the word that tells the length. */
#define NAPIER_NVM_PBA_WORDS_MAX	16

/* Where the version of the option ROM is (igb 7.3 e1000_nvm.c,
 * igb_get_fw_version).
 */
#define NAPIER_NVM_WORD_COMBO		0x3D
#define NAPIER_NVM_COMBO_VERSION	0x83

/* The number that Intel tracks an image by. */
#define NAPIER_NVM_WORD_TRACK		0x42
#define NAPIER_NVM_TRACK_VALID_MASK	GENMASK(31, 28)
#define NAPIER_NVM_TRACK_VALID		8

/* So many words are read in one go, with the semaphore held. */
#define NAPIER_NVM_CHUNK		64

static bool napier_nvm_is_invm(struct napier_dev *nd)
{
	return (nd->quirks & NAPIER_QUIRK_INVM) &&
	       !(napier_rd32(nd, NAPIER_EECD) & NAPIER_EECD_FLASH_DETECTED);
}

/* iNVM is a list of records, of which those of type WORD hold what would be a
 * word of an EEPROM. Record lengths as in igb 7.3 e1000_i210.c,
 * igb_read_invm_word_i210.
 */
static int napier_invm_read_word(struct napier_dev *nd, u16 addr, u16 *data)
{
	u32 dword;
	int i;

	for (i = 0; i < NAPIER_INVM_DATA_COUNT; i++) {
		dword = napier_rd32(nd, NAPIER_INVM_DATA(i));
		if (napier_is_gone(nd))
			return -ENODEV;

		switch (FIELD_GET(NAPIER_INVM_TYPE, dword)) {
		case NAPIER_INVM_TYPE_FREE:
			return -ENODATA;
		case NAPIER_INVM_TYPE_WORD:
			if (FIELD_GET(NAPIER_INVM_WORD_ADDR, dword) != addr)
				break;
			*data = FIELD_GET(NAPIER_INVM_WORD_DATA, dword);
			return 0;
		case NAPIER_INVM_TYPE_CSR:
			i += 1;
			break;
		case NAPIER_INVM_TYPE_KEY:
			i += 8;
			break;
		}
	}

	return -ENODATA;
}

static int napier_eerd_read_word(struct napier_dev *nd, u16 addr, u16 *data)
{
	int err;

	napier_wr32(nd, NAPIER_EERD, FIELD_PREP(NAPIER_EERD_ADDR, addr) |
				     NAPIER_EERD_START);
	err = napier_poll32(nd, NAPIER_EERD, NAPIER_EERD_DONE,
			    NAPIER_EERD_DONE, NAPIER_EERD_TIMEOUT_US);
	if (!err)
		*data = FIELD_GET(NAPIER_EERD_DATA,
				  napier_rd32(nd, NAPIER_EERD));

	return err;
}

/**
 * napier_nvm_read - read words of the NVM
 * @nd: device
 * @addr: first word
 * @data: where to put them, in CPU byte order
 * @words: how many
 *
 * Context: process, takes nvm_lock, sleeps.
 * Return: 0, -ERANGE beyond what can be addressed, -ENODATA if the part has
 * only an iNVM and that lacks the word, -ETIMEDOUT, -ENODEV. On an error, @data
 * may have been written to.
 */
int napier_nvm_read(struct napier_dev *nd, u16 addr, u16 *data, u16 words)
{
	bool invm = napier_nvm_is_invm(nd);
	int err = 0;
	u32 i;

	if ((u32)addr + words > NAPIER_NVM_SIZE_MAX)
		return -ERANGE;

	guard(mutex)(&nd->nvm_lock);
	if (!invm) {
		err = napier_swfw_acquire(nd, NAPIER_SW_FW_SYNC_NVM);
		if (err)
			return err;
	}

	for (i = 0; i < words && !err; i++)
		err = invm ? napier_invm_read_word(nd, addr + i, &data[i]) :
			     napier_eerd_read_word(nd, addr + i, &data[i]);

	if (!invm)
		napier_swfw_release(nd, NAPIER_SW_FW_SYNC_NVM);

	return err;
}

/* Size of an NVM as in igb 7.3 e1000_82575.c, igb_init_nvm_params_82575. */
static u32 napier_nvm_size(struct napier_dev *nd)
{
	u32 eecd = napier_rd32(nd, NAPIER_EECD);
	u32 words;

	if (napier_nvm_is_invm(nd))
		return NAPIER_INVM_DATA_COUNT * sizeof(u32);

	words = BIT(NAPIER_NVM_SIZE_SHIFT) << FIELD_GET(NAPIER_EECD_SIZE_EX,
							eecd);

	return min_t(u32, words, NAPIER_NVM_SIZE_MAX) * sizeof(u16);
}

static int napier_invm_read_bytes(struct napier_dev *nd, u32 offset, u32 len,
				  u8 *buf)
{
	u32 dword;

	for (; len; len--, offset++) {
		dword = napier_rd32(nd, NAPIER_INVM_DATA(offset / 4));
		*buf++ = dword >> (offset % 4 * 8);
	}

	return napier_is_gone(nd) ? -ENODEV : 0;
}

/**
 * napier_nvm_read_bytes - the NVM as it is
 * @nd: device
 * @offset: first byte
 * @len: how many; all within @nd->nvm_bytes
 * @buf: where to put them
 *
 * Words are little-endian: the low byte has the even offset. Of a part that has
 * only an iNVM these are its records, which are no words of an NVM.
 *
 * Context: process, takes nvm_lock, sleeps.
 * Return: 0, or as napier_nvm_read(), and @buf may have been written to.
 */
int napier_nvm_read_bytes(struct napier_dev *nd, u32 offset, u32 len, u8 *buf)
{
	u16 words[NAPIER_NVM_CHUNK];
	u32 i, n, first;
	int err;

	if (napier_nvm_is_invm(nd))
		return napier_invm_read_bytes(nd, offset, len, buf);

	while (len) {
		first = offset / 2;
		n = min_t(u32, DIV_ROUND_UP(offset + len, 2) - first,
			  ARRAY_SIZE(words));
		err = napier_nvm_read(nd, first, words, n);
		if (err)
			return err;
		for (i = offset % 2; i < 2 * n && len; i++, offset++, len--)
			*buf++ = words[i / 2] >> (i % 2 * 8);
	}

	return 0;
}

static int napier_nvm_section_valid(struct napier_dev *nd, u16 offset)
{
	u16 words[NAPIER_NVM_SECTION_WORDS];
	u16 sum = 0;
	int err, i;

	err = napier_nvm_read(nd, offset, words, ARRAY_SIZE(words));
	if (err)
		return err;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		sum += words[i];

	return sum == NAPIER_NVM_CHECKSUM ? 0 : -EBADMSG;
}

/**
 * napier_nvm_check - are the checksums of the NVM right?
 * @nd: device
 *
 * Which sections carry one: igb 7.3 e1000_82575.c,
 * igb_validate_nvm_checksum_82580 and igb_validate_nvm_checksum_i350.
 *
 * Context: process, takes nvm_lock, sleeps.
 * Return: 0, also for iNVM, which has none; -EBADMSG; or as napier_nvm_read().
 */
int napier_nvm_check(struct napier_dev *nd)
{
	int sections = 1;
	u16 compat;
	int err, i;

	/* One-time programmable memory has none. */
	if (napier_nvm_is_invm(nd))
		return 0;

	if (nd->quirks & NAPIER_QUIRK_PORT_NVM)
		sections = NAPIER_NVM_PORTS;
	if (nd->quirks & NAPIER_QUIRK_NVM_COMPAT) {
		err = napier_nvm_read(nd, NAPIER_NVM_WORD_COMPAT, &compat, 1);
		if (err)
			return err;
		if (!(compat & NAPIER_NVM_COMPAT_SECTIONS))
			sections = 1;
	}

	for (i = 0; i < sections; i++) {
		err = napier_nvm_section_valid(nd, napier_nvm_port_offset(i));
		if (err)
			return err;
	}

	return 0;
}

static int napier_nvm_read_mac(struct napier_dev *nd, u16 offset, u8 *addr)
{
	u16 words[ETH_ALEN / 2];
	int err, i;

	err = napier_nvm_read(nd, offset, words, ARRAY_SIZE(words));
	if (err)
		return err;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		put_unaligned_le16(words[i], &addr[2 * i]);

	return is_valid_ether_addr(addr) ? 0 : -EADDRNOTAVAIL;
}

/* Pre-boot software can give an 82576 an alternate address, which is to be
 * used in place of the factory one. Later parts load it by themselves
 * (igb 7.3 e1000_mac.c, igb_check_alt_mac_addr).
 */
static int napier_mac_alternate(struct napier_dev *nd, u8 *addr)
{
	u16 ptr;
	int err;

	if (nd->quirks & NAPIER_QUIRK_MDICNFG)
		return -EADDRNOTAVAIL;

	err = napier_nvm_read(nd, NAPIER_NVM_WORD_ALT_MAC, &ptr, 1);
	if (err)
		return err;
	if (ptr == 0 || ptr == 0xFFFF)
		return -EADDRNOTAVAIL;

	return napier_nvm_read_mac(nd, ptr + nd->func * (ETH_ALEN / 2), addr);
}

/* What the device itself loaded from its NVM with the last reset. */
static int napier_mac_from_rar0(struct napier_dev *nd, u8 *addr)
{
	put_unaligned_le32(napier_rd32(nd, NAPIER_RAL(0)), addr);
	put_unaligned_le16(napier_rd32(nd, NAPIER_RAH(0)), addr + 4);

	return is_valid_ether_addr(addr) ? 0 : -EADDRNOTAVAIL;
}

static int napier_mac_from_nvm(struct napier_dev *nd, u8 *addr)
{
	u16 offset = NAPIER_NVM_WORD_MAC;

	if (nd->quirks & NAPIER_QUIRK_PORT_NVM)
		offset += napier_nvm_port_offset(nd->func);
	else if (nd->func)
		/* The words are those of port 0; how the hardware derives the
		 * others is its own business, and twice the same address on a
		 * network is worse than a random one.
		 */
		return -EADDRNOTAVAIL;

	return napier_nvm_read_mac(nd, offset, addr);
}

static void napier_nvm_init_mac(struct napier_dev *nd)
{
	u8 *addr = nd->mac_addr;

	if (!eth_platform_get_mac_address(&nd->pdev->dev, addr) &&
	    is_valid_ether_addr(addr))
		return;
	if (!napier_mac_alternate(nd, addr))
		return;
	if (!napier_mac_from_rar0(nd, addr))
		return;
	if (napier_mac_from_nvm(nd, addr))
		eth_zero_addr(addr);
}

/* Of I354, igb knows no such number; iNVM has none. */
static u32 napier_nvm_read_track(struct napier_dev *nd)
{
	u16 words[2];
	u32 track;

	if (nd->board == napier_board_get(NAPIER_BOARD_I354) ||
	    napier_nvm_is_invm(nd) ||
	    napier_nvm_read(nd, NAPIER_NVM_WORD_TRACK, words,
			    ARRAY_SIZE(words)))
		return 0;

	track = words[0] | (u32)words[1] << 16;

	return FIELD_GET(NAPIER_NVM_TRACK_VALID_MASK, track) ==
	       NAPIER_NVM_TRACK_VALID ? track : 0;
}

/**
 * napier_nvm_init - learn what the NVM says
 * @nd: device, just reset
 *
 * Sets @mac_addr, @nvm_version, @nvm_track and @nvm_bytes. Nothing here may
 * stop a probe: a wrong checksum or a missing address is reported and worked
 * around.
 *
 * Context: process, sleeps.
 */
void napier_nvm_init(struct napier_dev *nd)
{
	int err = napier_nvm_check(nd);

	if (err == -EBADMSG)
		dev_warn(&nd->pdev->dev,
			 "NVM checksum is wrong; what the device loaded from it may be, too\n");
	else if (err)
		dev_warn(&nd->pdev->dev, "NVM cannot be read: %pe\n",
			 ERR_PTR(err));

	if (napier_nvm_read(nd, NAPIER_NVM_WORD_VERSION, &nd->nvm_version, 1))
		nd->nvm_version = 0;
	nd->nvm_track = napier_nvm_read_track(nd);
	nd->nvm_bytes = napier_nvm_size(nd);

	napier_nvm_init_mac(nd);
}

/**
 * napier_nvm_version - version of the NVM image, for humans
 * @nd: device after napier_nvm_init()
 * @buf: where to put it
 * @len: room there, in bytes
 *
 * Word 5 has a major version, a minor version and a number of the image, or, on
 * I350 and later and in images that are tracked, a major version and a minor
 * one of two decimal digits (igb 7.3 e1000_nvm.c, igb_get_fw_version).
 *
 * Context: any.
 */
void napier_nvm_version(const struct napier_dev *nd, char *buf, size_t len)
{
	u16 version = nd->nvm_version;
	u8 major = FIELD_GET(NAPIER_NVM_VERSION_MAJOR, version);
	u8 minor = FIELD_GET(NAPIER_NVM_VERSION_MINOR, version);
	u8 image = FIELD_GET(NAPIER_NVM_VERSION_IMAGE, version);

	if (!version) {
		strscpy(buf, nd->quirks & NAPIER_QUIRK_INVM ? "iNVM" :
							      "unknown", len);
		return;
	}

	if (!nd->nvm_track && (!(nd->quirks & NAPIER_QUIRK_MDICNFG) ||
			       (nd->quirks & NAPIER_QUIRK_NVM_COMPAT))) {
		snprintf(buf, len, "%u.%u.%u", major, minor, image);
		return;
	}

	/* The two digits have moved. */
	if (!FIELD_GET(NAPIER_NVM_VERSION_OLD, version))
		minor = FIELD_GET(NAPIER_NVM_VERSION_DIGITS, version);
	snprintf(buf, len, "%u.%02x", major, minor);
}

/* Is there so much, where a pointer in the NVM says? */
static bool napier_nvm_has(const struct napier_dev *nd, u32 where, u32 words)
{
	return where + words <= nd->nvm_bytes / sizeof(u16);
}

static int napier_nvm_board_text(struct napier_dev *nd, u16 where, char *buf,
				 size_t len)
{
	u16 words[NAPIER_NVM_PBA_WORDS_MAX];
	u16 count;
	int err, i;

	if (!napier_nvm_has(nd, where, 1))
		return -ENODATA;
	err = napier_nvm_read(nd, where, &count, 1);
	if (err)
		return err;
	if (count < 2 || count > ARRAY_SIZE(words) || 2 * count - 1 > len ||
	    !napier_nvm_has(nd, where, count))
		return -ENODATA;
	err = napier_nvm_read(nd, where + 1, words, count - 1);
	if (err)
		return err;

	for (i = 0; i < count - 1; i++)
		put_unaligned_be16(words[i], &buf[2 * i]);
	buf[2 * i] = '\0';

	/* An odd one is padded. */
	strim(buf);
	for (i = 0; buf[i]; i++)
		if (!isascii(buf[i]) || !isprint(buf[i]))
			return -ENODATA;

	return i ? 0 : -ENODATA;
}

/**
 * napier_nvm_board - number of the board, which Intel calls PBA
 * @nd: device
 * @buf: where to put it
 * @len: room there, in bytes; NAPIER_NVM_BOARD_LEN is enough
 *
 * Context: process, takes nvm_lock, sleeps.
 * Return: 0, -ENODATA if the NVM has none, or as napier_nvm_read().
 */
int napier_nvm_board(struct napier_dev *nd, char *buf, size_t len)
{
	u16 words[2];
	int err;

	err = napier_nvm_read(nd, NAPIER_NVM_WORD_PBA, words,
			      ARRAY_SIZE(words));
	if (err)
		return err;

	if (words[0] == NAPIER_NVM_PBA_IS_TEXT)
		return napier_nvm_board_text(nd, words[1], buf, len);

	/* Nobody has written anything. */
	if ((!words[0] && !words[1]) ||
	    (words[0] == 0xFFFF && words[1] == 0xFFFF))
		return -ENODATA;

	snprintf(buf, len, "%04X%02X-%03X", words[0], words[1] >> 8,
		 words[1] & 0xFF);

	return 0;
}

/**
 * napier_nvm_option_rom - version of the option ROM
 * @nd: device
 * @buf: where to put it
 * @len: room there, in bytes
 *
 * Context: process, takes nvm_lock, sleeps.
 * Return: 0, -ENODATA if it is not known, or as napier_nvm_read().
 */
int napier_nvm_option_rom(struct napier_dev *nd, char *buf, size_t len)
{
	u16 where, words[2];
	int err;

	if (nd->board != napier_board_get(NAPIER_BOARD_I350) &&
	    nd->board != napier_board_get(NAPIER_BOARD_I210))
		return -ENODATA;

	err = napier_nvm_read(nd, NAPIER_NVM_WORD_COMBO, &where, 1);
	if (err)
		return err;
	if (!where || where == 0xFFFF ||
	    !napier_nvm_has(nd, where + NAPIER_NVM_COMBO_VERSION,
			    ARRAY_SIZE(words)))
		return -ENODATA;

	err = napier_nvm_read(nd, where + NAPIER_NVM_COMBO_VERSION, words,
			      ARRAY_SIZE(words));
	if (err)
		return err;
	if (!words[0] || words[0] == 0xFFFF || !words[1] || words[1] == 0xFFFF)
		return -ENODATA;

	snprintf(buf, len, "%u.%u.%u", words[0] >> 8,
		 (words[0] & 0xFF) << 8 | words[1] >> 8, words[1] & 0xFF);

	return 0;
}

/**
 * napier_nvm_device_mac - the MAC address that stands for the whole card
 * @nd: device
 * @addr: where to put it, 6 bytes
 *
 * It is that of the first port, whichever port is asked.
 *
 * Context: process, takes nvm_lock, sleeps.
 * Return: 0, -EADDRNOTAVAIL if it is none, or as napier_nvm_read().
 */
int napier_nvm_device_mac(struct napier_dev *nd, u8 *addr)
{
	return napier_nvm_read_mac(nd, NAPIER_NVM_WORD_MAC, addr);
}
