// SPDX-License-Identifier: GPL-2.0-only
/*
 * The non-volatile memory: EEPROM or flash behind EERD, or the one-time
 * programmable iNVM of I210 and I211 without flash.
 *
 * Depends on: napier_board.c.
 */
#include "napier.h"

/* The first access after power-up may wait for the NVM to be loaded. */
#define NAPIER_EERD_TIMEOUT_US		500000

/* Words 0 to 0x3F of a section add up to NAPIER_NVM_CHECKSUM. */
#define NAPIER_NVM_SECTION_WORDS	(NAPIER_NVM_WORD_CHECKSUM + 1)
#define NAPIER_NVM_PORTS		4

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
 * Context: process, sleeps; callers exclude each other (probe, or rtnl).
 * Return: 0, -ERANGE beyond what can be addressed, -ENODATA if the part has
 * only an iNVM and that lacks the word, -ETIMEDOUT, -ENODEV. On an error, @data
 * may have been written to.
 */
int napier_nvm_read(struct napier_dev *nd, u16 addr, u16 *data, u16 words)
{
	bool invm = napier_nvm_is_invm(nd);
	int err = 0;
	u32 i;

	if ((u32)addr + words > FIELD_MAX(NAPIER_EERD_ADDR) + 1)
		return -ERANGE;

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

/* Which sections carry a checksum: igb 7.3 e1000_82575.c,
 * igb_validate_nvm_checksum_82580 and igb_validate_nvm_checksum_i350.
 */
NAPIER_TESTED int napier_nvm_check(struct napier_dev *nd)
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
	if (!napier_mac_from_nvm(nd, addr))
		return;

	eth_random_addr(addr);
	dev_warn(&nd->pdev->dev,
		 "no valid MAC address in the NVM, using random %pM\n", addr);
}

/**
 * napier_nvm_init - learn what the NVM says
 * @nd: device, just reset
 *
 * Sets @mac_addr and @nvm_version. Nothing here may stop a probe:
 * a wrong checksum or a missing address is reported and worked around.
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

	napier_nvm_init_mac(nd);
}

/**
 * napier_nvm_version - version of the NVM image, for humans
 * @nd: device after napier_nvm_init()
 * @buf: where to put it
 * @len: room there, in bytes
 *
 * Word 5 has a major version, a minor version and a number of the image, or, on
 * I350 and later, a major version and a minor one of two decimal digits (igb
 * 7.3 e1000_nvm.c, igb_get_fw_version).
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

	if (!(nd->quirks & NAPIER_QUIRK_MDICNFG) ||
	    (nd->quirks & NAPIER_QUIRK_NVM_COMPAT)) {
		snprintf(buf, len, "%u.%u.%u", major, minor, image);
		return;
	}

	/* The two digits have moved. */
	if (!FIELD_GET(NAPIER_NVM_VERSION_OLD, version))
		minor = FIELD_GET(NAPIER_NVM_VERSION_DIGITS, version);
	snprintf(buf, len, "%u.%02x", major, minor);
}
