/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Advanced descriptors of the 82576 family, as little-endian words.
 *
 * Depends on: nothing.
 *
 * Legacy descriptors are not described: the driver never uses them, and the
 * emulated 82576 would send the content of one as data.
 */
#ifndef _NAPIER_DESC_H_
#define _NAPIER_DESC_H_

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

/**
 * struct napier_tx_desc - one slot of a transmit ring
 * @addr: bus address of the data; in a context descriptor the lengths of the
 *	headers (low half) and nothing (high half)
 * @cmd_type_len: command, descriptor type and length of this buffer
 * @olinfo_status: options and total length; the device writes DD here
 *
 * A context descriptor has the same size and is written through struct
 * napier_tx_ctx_desc.
 */
struct napier_tx_desc {
	__le64 addr;
	__le32 cmd_type_len;
	__le32 olinfo_status;
};

/* cmd_type_len */
#define NAPIER_TXD_LEN			GENMASK(15, 0)
#define NAPIER_TXD_TSTAMP		BIT(19)	/* wants a time stamp */
#define NAPIER_TXD_DTYP			GENMASK(23, 20)
#define NAPIER_TXD_DTYP_CTX		2
#define NAPIER_TXD_DTYP_DATA		3
#define NAPIER_TXD_EOP			BIT(24)
#define NAPIER_TXD_IFCS			BIT(25)
#define NAPIER_TXD_RS			BIT(27)
#define NAPIER_TXD_DEXT			BIT(29)
#define NAPIER_TXD_VLE			BIT(30)
#define NAPIER_TXD_TSE			BIT(31)

/* olinfo_status */
#define NAPIER_TXD_STAT_DD		BIT(0)
#define NAPIER_TXD_IDX			BIT(4)	/* which of two contexts */
#define NAPIER_TXD_CC			BIT(7)
#define NAPIER_TXD_IXSM			BIT(8)	/* insert IPv4 checksum */
#define NAPIER_TXD_TXSM			BIT(9)	/* insert L4 checksum */
#define NAPIER_TXD_PAYLEN		GENMASK(31, 14)

struct napier_tx_ctx_desc {
	__le32 vlan_macip_lens;
	__le32 launch_time;
	__le32 type_tucmd;
	__le32 mss_l4len_idx;
};

/* vlan_macip_lens */
#define NAPIER_TXC_IPLEN		GENMASK(8, 0)
#define NAPIER_TXC_MACLEN		GENMASK(15, 9)
#define NAPIER_TXC_VLAN			GENMASK(31, 16)
/* type_tucmd */
#define NAPIER_TXC_IPV4			BIT(10)
#define NAPIER_TXC_L4T			GENMASK(12, 11)
#define NAPIER_TXC_L4T_UDP		0
#define NAPIER_TXC_L4T_TCP		1
#define NAPIER_TXC_L4T_SCTP		2
/* mss_l4len_idx */
#define NAPIER_TXC_IDX			BIT(4)
#define NAPIER_TXC_L4LEN		GENMASK(15, 8)
#define NAPIER_TXC_MSS			GENMASK(31, 16)

/**
 * struct napier_rx_desc_read - a receive slot as the driver posts it
 * @pkt_addr: bus address of the packet buffer
 * @hdr_addr: bus address of the header buffer; bit 0 overlays DD of the
 *	write-back and must be 0
 */
struct napier_rx_desc_read {
	__le64 pkt_addr;
	__le64 hdr_addr;
};

/**
 * struct napier_rx_desc_wb - a receive slot as the device returns it
 * @pkt_info: RSS type and packet type
 * @rss_hash: hash, valid when RXCSUM.PCSD is set
 * @status_error: DD, EOP, checksum verdicts
 * @length: bytes in this buffer
 * @vlan: tag, if VP is set
 */
struct napier_rx_desc_wb {
	__le32 pkt_info;
	__le32 rss_hash;
	__le32 status_error;
	__le16 length;
	__le16 vlan;
};

union napier_rx_desc {
	struct napier_rx_desc_read read;
	struct napier_rx_desc_wb wb;
};

/* pkt_info */
#define NAPIER_RXD_RSS_TYPE		GENMASK(3, 0)
enum napier_rxd_rss_type {
	NAPIER_RXD_RSS_NONE	= 0,
	NAPIER_RXD_RSS_TCP4	= 1,
	NAPIER_RXD_RSS_IP4	= 2,
	NAPIER_RXD_RSS_TCP6	= 3,
	NAPIER_RXD_RSS_IP6_EX	= 4,
	NAPIER_RXD_RSS_IP6	= 5,
	NAPIER_RXD_RSS_TCP6_EX	= 6,
	NAPIER_RXD_RSS_UDP4	= 7,
	NAPIER_RXD_RSS_UDP6	= 8,
	NAPIER_RXD_RSS_UDP6_EX	= 9,
};

/* status_error */
#define NAPIER_RXD_STAT_DD		BIT(0)
#define NAPIER_RXD_STAT_EOP		BIT(1)
#define NAPIER_RXD_STAT_VP		BIT(3)
#define NAPIER_RXD_STAT_UDPCS		BIT(4)
#define NAPIER_RXD_STAT_L4CS		BIT(5)
#define NAPIER_RXD_STAT_TSIP		BIT(15)	/* stamp in front of frame */
#define NAPIER_RXD_STAT_TS		BIT(16)	/* stamp in registers */
#define NAPIER_RXD_STAT_LB		BIT(18)
#define NAPIER_RXD_ERR_L4E		BIT(29)
#define NAPIER_RXD_ERR_IPE		BIT(30)
#define NAPIER_RXD_ERR_RXE		BIT(31)

/**
 * struct napier_rx_stamp - what stands in front of a frame with STAT_TSIP
 * @reserved: 0; anything else, and it is the frame that begins here
 * @low: SYSTIML
 * @high: SYSTIMH
 */
struct napier_rx_stamp {
	__le64 reserved;
	__le32 low;
	__le32 high;
};

static_assert(sizeof(struct napier_rx_stamp) == 16);
static_assert(sizeof(struct napier_tx_desc) == 16);
static_assert(sizeof(struct napier_tx_ctx_desc) == 16);
static_assert(sizeof(union napier_rx_desc) == 16);

#endif /* _NAPIER_DESC_H_ */
