/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers of Intel's 82576 family: 82576, 82580, I350, I354, I210, I211.
 *
 * Depends on: nothing but bit macros. No C code, no types.
 *
 * A register's fields stand under it, one tab further in. The comment behind a
 * register gives its access (RW, RO, WO, RC = read clears) and, where it is not
 * in every part, the boards that have it. Addresses and bits were compared with
 * the definitions of the in-tree igb (Linux 7.3, e1000_regs.h, e1000_defines.h,
 * e1000_82575.h) and with QEMU 10.0's igb_regs.h.
 */
#ifndef _NAPIER_CSR_H_
#define _NAPIER_CSR_H_

#include <linux/bits.h>

/* ---- Device control ---------------------------------------------------- */
#define NAPIER_CTRL			0x00000	/* RW */
#define   NAPIER_CTRL_FD		BIT(0)
#define   NAPIER_CTRL_GIO_MASTER_DIS	BIT(2)
#define   NAPIER_CTRL_ASDE		BIT(5)
#define   NAPIER_CTRL_SLU		BIT(6)
#define   NAPIER_CTRL_ILOS		BIT(7)	/* loss of signal, inverted */
#define   NAPIER_CTRL_SPEED		GENMASK(9, 8)
#define   NAPIER_CTRL_SPEED_1000		2
#define   NAPIER_CTRL_FRCSPD		BIT(11)
#define   NAPIER_CTRL_FRCDPX		BIT(12)
#define   NAPIER_CTRL_SWDPIN0		BIT(18)
#define   NAPIER_CTRL_SWDPIN1		BIT(19)
#define   NAPIER_CTRL_ADVD3WUC		BIT(20)	/* wake up from D3 */
#define   NAPIER_CTRL_RST		BIT(26)
#define   NAPIER_CTRL_RFCE		BIT(27)
#define   NAPIER_CTRL_TFCE		BIT(28)
#define   NAPIER_CTRL_VME		BIT(30)
#define   NAPIER_CTRL_PHY_RST		BIT(31)

#define NAPIER_STATUS			0x00008	/* RO */
#define   NAPIER_STATUS_FD		BIT(0)
#define   NAPIER_STATUS_LU		BIT(1)
#define   NAPIER_STATUS_FUNC		GENMASK(3, 2)
#define   NAPIER_STATUS_SPEED		GENMASK(7, 6)
enum napier_status_speed {
	NAPIER_STATUS_SPEED_10		= 0,
	NAPIER_STATUS_SPEED_100		= 1,
	/* 2 and 3 both mean 1000 Mbit/s */
};

#define   NAPIER_STATUS_DEV_RST_SET	BIT(20)	/* W1C, 82580 and later */
#define   NAPIER_STATUS_GIO_MASTER	BIT(19)

#define NAPIER_CTRL_EXT			0x00018	/* RW */
#define   NAPIER_CTRL_EXT_SDP3_DATA	BIT(7)
#define   NAPIER_CTRL_EXT_SDLPE		BIT(18)
#define   NAPIER_CTRL_EXT_PHYPDEN	BIT(20)	/* I210 I211 */
#define   NAPIER_CTRL_EXT_LINK_MODE	GENMASK(23, 22)
enum napier_link_mode {
	NAPIER_LINK_MODE_COPPER		= 0,
	NAPIER_LINK_MODE_KX		= 1,
	NAPIER_LINK_MODE_SGMII		= 2,
	NAPIER_LINK_MODE_SERDES		= 3,
};

#define   NAPIER_CTRL_EXT_I2C_ENA	BIT(25)
#define   NAPIER_CTRL_EXT_DRV_LOAD	BIT(28)

#define NAPIER_GCR			0x05B00	/* RW */
#define   NAPIER_GCR_CMPL_TMOUT		GENMASK(15, 12)
#define   NAPIER_GCR_CMPL_TMOUT_RESEND	BIT(16)
#define   NAPIER_GCR_CAP_VER2		BIT(18)

/* ---- Wake-up ----------------------------------------------------------- */
#define NAPIER_WUC			0x05800	/* RW */
#define   NAPIER_WUC_PME_EN		BIT(1)
#define NAPIER_WUFC			0x05808	/* RW */
#define   NAPIER_WUFC_LNKC		BIT(0)	/* change of the link */
#define   NAPIER_WUFC_MAG		BIT(1)	/* magic packet */
#define   NAPIER_WUFC_EX		BIT(2)	/* own address */
#define   NAPIER_WUFC_MC		BIT(3)	/* multicast */
#define   NAPIER_WUFC_BC		BIT(4)	/* broadcast */
#define NAPIER_WUS			0x05810	/* RW, 1 clears */
#define NAPIER_IPAV			0x05838	/* RW */

/* ---- LEDs -------------------------------------------------------------- */
#define NAPIER_LEDCTL			0x00E00	/* RW */
#define   NAPIER_LEDCTL_LED_SHIFT(n)	(8 * (n))	/* n < 4, I21x: < 3 */
#define   NAPIER_LEDCTL_LED(n)		(0xFFU << NAPIER_LEDCTL_LED_SHIFT(n))
#define   NAPIER_LEDCTL_MODE_ON		0xE	/* in bits 3:0 of each */
#define   NAPIER_LEDCTL_MODE_OFF	0xF

/* ---- NVM --------------------------------------------------------------- */
#define NAPIER_EECD			0x00010	/* RW */
#define   NAPIER_EECD_PRES		BIT(8)
#define   NAPIER_EECD_AUTO_RD		BIT(9)
#define   NAPIER_EECD_SIZE_EX		GENMASK(14, 11)	/* 64 words << n */
#define   NAPIER_EECD_FLASH_DETECTED	BIT(19)	/* I210 */

#define NAPIER_EERD			0x00014	/* RW */
#define   NAPIER_EERD_START		BIT(0)
#define   NAPIER_EERD_DONE		BIT(1)
#define   NAPIER_EERD_ADDR		GENMASK(15, 2)
#define   NAPIER_EERD_DATA		GENMASK(31, 16)

#define NAPIER_INVM_DATA(n)		(0x12120 + 4 * (n))	/* RO, I210 I211 */
#define   NAPIER_INVM_DATA_COUNT	64
#define   NAPIER_INVM_TYPE		GENMASK(2, 0)
#define   NAPIER_INVM_WORD_ADDR		GENMASK(15, 9)
#define   NAPIER_INVM_WORD_DATA		GENMASK(31, 16)
enum napier_invm_type {
	NAPIER_INVM_TYPE_FREE		= 0,
	NAPIER_INVM_TYPE_WORD		= 1,
	NAPIER_INVM_TYPE_CSR		= 2,	/* one more dword follows */
	NAPIER_INVM_TYPE_PHY		= 3,
	NAPIER_INVM_TYPE_KEY		= 4,	/* eight more dwords follow */
};

#define NAPIER_EEARBC			0x12024	/* RW, I210 I211 */
#define   NAPIER_EEARBC_ADDR		GENMASK(15, 4)
#define   NAPIER_EEARBC_DATA		GENMASK(31, 16)

#define NAPIER_EEMNGCTL			0x01010	/* RW, 82576 82580 I350 I354 */
#define NAPIER_EEMNGCTL_I210		0x12030	/* RW, I210 I211 */
#define   NAPIER_EEMNGCTL_CFG_DONE(f)	(BIT(18) << (f))

/* ---- PHY --------------------------------------------------------------- */
#define NAPIER_MDIC			0x00020	/* RW */
#define   NAPIER_MDIC_DATA		GENMASK(15, 0)
#define   NAPIER_MDIC_REG		GENMASK(20, 16)
#define   NAPIER_MDIC_PHY		GENMASK(25, 21)	/* 82576 */
#define   NAPIER_MDIC_OP		GENMASK(27, 26)
enum napier_mdic_op {
	NAPIER_MDIC_OP_WRITE		= 1,
	NAPIER_MDIC_OP_READ		= 2,
};

#define   NAPIER_MDIC_READY		BIT(28)
#define   NAPIER_MDIC_ERROR		BIT(30)
#define   NAPIER_MDIC_DEST		BIT(31)	/* 82576: external PHY */

#define NAPIER_MDICNFG			0x00E04	/* RW, 82580 and later */
#define   NAPIER_MDICNFG_PHY		GENMASK(25, 21)
#define   NAPIER_MDICNFG_COM_MDIO	BIT(30)
#define   NAPIER_MDICNFG_EXT_MDIO	BIT(31)

#define NAPIER_PHPM			0x00E14	/* RW, 82580 and later */
#define   NAPIER_PHPM_D0_LPLU		BIT(1)
#define   NAPIER_PHPM_GO_LINKD		BIT(5)

/* ---- Energy-Efficient Ethernet, I350 I210 I211 ------------------------- */
#define NAPIER_EEER			0x00E30	/* RW */
#define   NAPIER_EEER_TX_LPI_EN		BIT(16)
#define   NAPIER_EEER_RX_LPI_EN		BIT(17)
#define   NAPIER_EEER_LPI_FC		BIT(18)
#define   NAPIER_EEER_EEE_NEG		BIT(29)	/* RO, negotiated */
#define NAPIER_IPCNFG			0x00E38	/* RW */
#define   NAPIER_IPCNFG_EEE_100M	BIT(2)	/* offered */
#define   NAPIER_IPCNFG_EEE_1G		BIT(3)

/* ---- Thermal sensor, I350 ---------------------------------------------- */
#define NAPIER_THMJT			0x08100	/* RO, junction */
#define NAPIER_THLOWTC			0x08104	/* RW, lower threshold */
#define NAPIER_THHIGHTC			0x0810C	/* RW, upper threshold */
#define   NAPIER_TH_DEGREES		GENMASK(7, 0)	/* Celsius, all three */

/* ---- Serial link to an external PHY ------------------------------------ */
#define NAPIER_SCTL			0x00024	/* RW */
#define   NAPIER_SCTL_NO_LOOPBACK	0x0400	/* whole register */
#define NAPIER_CONNSW			0x00034	/* RW */
#define   NAPIER_CONNSW_ENRGSRC		BIT(2)
#define NAPIER_PCS_CFG0			0x04200	/* RW */
#define NAPIER_PCS_LCTL			0x04208	/* RW */
#define   NAPIER_PCS_LCTL_FLV_LINK_UP	BIT(0)
#define   NAPIER_PCS_LCTL_FSD		BIT(4)
#define   NAPIER_PCS_LCTL_FORCE_LINK	BIT(5)
#define   NAPIER_PCS_LCTL_FORCE_FCTRL	BIT(7)
#define   NAPIER_PCS_LCTL_AN_ENABLE	BIT(16)
#define   NAPIER_PCS_LCTL_AN_RESTART	BIT(17)
#define   NAPIER_PCS_LCTL_AN_TIMEOUT	BIT(18)
#define NAPIER_PCS_LSTAT		0x0420C	/* RO */
#define NAPIER_PCS_ANADV		0x04218	/* RW */
#define   NAPIER_PCS_ANADV_PAUSE	BIT(7)
#define   NAPIER_PCS_ANADV_ASM_DIR	BIT(8)
#define NAPIER_PCS_LPAB			0x0421C	/* RW */

/* ---- Shared with firmware ---------------------------------------------- */
#define NAPIER_SWSM			0x05B50	/* RW, reading sets SMBI */
#define   NAPIER_SWSM_SMBI		BIT(0)
#define   NAPIER_SWSM_SWESMBI		BIT(1)

#define NAPIER_SW_FW_SYNC		0x05B5C	/* RW, under SWSM */
#define   NAPIER_SW_FW_SYNC_NVM		BIT(0)
#define   NAPIER_SW_FW_SYNC_PHY0	BIT(1)
#define   NAPIER_SW_FW_SYNC_PHY1	BIT(2)
#define   NAPIER_SW_FW_SYNC_PHY2	BIT(5)
#define   NAPIER_SW_FW_SYNC_PHY3	BIT(6)
#define   NAPIER_SW_FW_SYNC_FW_SHIFT	16

#define NAPIER_FWSM			0x05B54	/* RO */
#define   NAPIER_FWSM_MODE		GENMASK(3, 1)

#define NAPIER_FACTPS			0x05B30	/* RO */
#define   NAPIER_FACTPS_MNGCG		BIT(29)

#define NAPIER_MANC			0x05820	/* RW */
#define   NAPIER_MANC_SMBUS_EN		BIT(0)
#define   NAPIER_MANC_ASF_EN		BIT(1)
#define   NAPIER_MANC_RCV_TCO_EN	BIT(17)
#define   NAPIER_MANC_BLK_PHY_RST	BIT(18)

/* ---- Interrupts -------------------------------------------------------- */
#define NAPIER_ICR			0x000C0	/* RC */
#define NAPIER_ICS			0x000C8	/* WO */
#define NAPIER_IMS			0x000D0	/* RW */
#define NAPIER_IMC			0x000D8	/* WO */
#define NAPIER_IAM			0x000E0	/* RW */
#define   NAPIER_ICR_TXDW		BIT(0)
#define   NAPIER_ICR_LSC		BIT(2)
#define   NAPIER_ICR_RXDMT0		BIT(4)
#define   NAPIER_ICR_RXDW		BIT(7)
#define   NAPIER_ICR_TS			BIT(19)	/* 82580 and later */
#define   NAPIER_ICR_INT_ASSERTED	BIT(31)

#define NAPIER_GPIE			0x01514	/* RW */
#define   NAPIER_GPIE_NSICR		BIT(0)
#define   NAPIER_GPIE_MULTIPLE_MSIX	BIT(4)
#define   NAPIER_GPIE_EIAME		BIT(30)
#define   NAPIER_GPIE_PBA		BIT(31)

#define NAPIER_EICS			0x01520	/* WO */
#define NAPIER_EIMS			0x01524	/* RW */
#define NAPIER_EIMC			0x01528	/* WO */
#define NAPIER_EIAC			0x0152C	/* RW */
#define NAPIER_EIAM			0x01530	/* RW */
#define NAPIER_EICR			0x01580	/* RC */

#define NAPIER_EITR(n)			(0x01680 + 4 * (n))	/* RW */
#define   NAPIER_EITR_INTERVAL		GENMASK(14, 2)	/* in us */
#define   NAPIER_EITR_CNT_IGNR		BIT(31)

#define NAPIER_IVAR(n)			(0x01700 + 4 * (n))	/* RW */
#define NAPIER_IVAR_MISC		0x01740	/* RW */
#define   NAPIER_IVAR_MISC_OTHER_SHIFT	8
#define   NAPIER_IVAR_ENTRY		GENMASK(7, 0)
#define   NAPIER_IVAR_VALID		BIT(7)

/* ---- Receive ----------------------------------------------------------- */
#define NAPIER_RCTL			0x00100	/* RW */
#define   NAPIER_RCTL_EN		BIT(1)
#define   NAPIER_RCTL_SBP		BIT(2)
#define   NAPIER_RCTL_UPE		BIT(3)
#define   NAPIER_RCTL_MPE		BIT(4)
#define   NAPIER_RCTL_LPE		BIT(5)
#define   NAPIER_RCTL_LBM		GENMASK(7, 6)
#define   NAPIER_RCTL_LBM_MAC		1
#define   NAPIER_RCTL_BAM		BIT(15)
#define   NAPIER_RCTL_VFE		BIT(18)
#define   NAPIER_RCTL_PMCF		BIT(23)	/* pass MAC control frames */
#define   NAPIER_RCTL_SECRC		BIT(26)

#define NAPIER_RLPML			0x05004	/* RW */
#define NAPIER_RFCTL			0x05008	/* RW */
#define   NAPIER_RFCTL_IPV6_EX_DIS	BIT(16)	/* no extension headers */
#define NAPIER_PSRTYPE(n)		(0x05480 + 4 * (n))	/* RW, n < 8 */
#define NAPIER_VT_CTL			0x0581C	/* RW */
#define NAPIER_ETQF(n)			(0x05CB0 + 4 * (n))	/* RW, n < 8, I21x: < 4 */
#define   NAPIER_ETQF_TYPE		GENMASK(15, 0)
#define   NAPIER_ETQF_QUEUE		GENMASK(18, 16)
#define   NAPIER_ETQF_FILTER_EN		BIT(26)
#define   NAPIER_ETQF_1588		BIT(30)
#define   NAPIER_ETQF_QUEUE_EN		BIT(31)
#define NAPIER_RXPBS			0x02404	/* RW */
#define   NAPIER_RXPBS_SIZE		GENMASK(6, 0)	/* KiB, 82576 */
#define   NAPIER_RXPBS_CODE		GENMASK(3, 0)	/* 82580 I350 I354 */
#define   NAPIER_RXPBS_CFG_TS_EN	BIT(31)	/* I210 I211 */

#define NAPIER_RXCSUM			0x05000	/* RW */
#define   NAPIER_RXCSUM_IPOFL		BIT(8)
#define   NAPIER_RXCSUM_TUOFL		BIT(9)
#define   NAPIER_RXCSUM_CRCOFL		BIT(11)
#define   NAPIER_RXCSUM_PCSD		BIT(13)

#define NAPIER_MRQC			0x05818	/* RW */
#define   NAPIER_MRQC_MODE		GENMASK(2, 0)
#define   NAPIER_MRQC_MODE_RSS		2
#define   NAPIER_MRQC_TCP4		BIT(16)
#define   NAPIER_MRQC_IP4		BIT(17)
#define   NAPIER_MRQC_TCP6_EX		BIT(18)
#define   NAPIER_MRQC_IP6		BIT(20)
#define   NAPIER_MRQC_TCP6		BIT(21)
#define   NAPIER_MRQC_UDP4		BIT(22)
#define   NAPIER_MRQC_UDP6		BIT(23)

#define NAPIER_RETA(n)			(0x05C00 + 4 * (n))	/* RW, n < 32 */
#define NAPIER_RSSRK(n)			(0x05C80 + 4 * (n))	/* RW, n < 10 */

#define NAPIER_RXQ(q, off)		(0x0C000 + 0x40 * (q) + (off))
#define NAPIER_RDBAL(q)			NAPIER_RXQ(q, 0x00)	/* RW */
#define NAPIER_RDBAH(q)			NAPIER_RXQ(q, 0x04)	/* RW */
#define NAPIER_RDLEN(q)			NAPIER_RXQ(q, 0x08)	/* RW */
#define NAPIER_SRRCTL(q)		NAPIER_RXQ(q, 0x0C)	/* RW */
#define   NAPIER_SRRCTL_BSIZEPKT	GENMASK(6, 0)	/* KiB */
#define   NAPIER_SRRCTL_DESCTYPE	GENMASK(27, 25)
#define   NAPIER_SRRCTL_ADV_ONEBUF	1
#define   NAPIER_SRRCTL_TIMESTAMP	BIT(30)	/* 82580 and later */
#define   NAPIER_SRRCTL_DROP_EN		BIT(31)
#define NAPIER_RDH(q)			NAPIER_RXQ(q, 0x10)	/* RO */
#define NAPIER_RDT(q)			NAPIER_RXQ(q, 0x18)	/* RW */
#define NAPIER_RXDCTL(q)		NAPIER_RXQ(q, 0x28)	/* RW */
#define   NAPIER_DCTL_PTHRESH		GENMASK(4, 0)
#define   NAPIER_DCTL_HTHRESH		GENMASK(12, 8)
#define   NAPIER_DCTL_WTHRESH		GENMASK(20, 16)
#define   NAPIER_DCTL_ENABLE		BIT(25)
#define NAPIER_RQDPC(q)			NAPIER_RXQ(q, 0x30)	/* RC */
#define NAPIER_DVMOLR(q)		NAPIER_RXQ(q, 0x38)	/* RW, I350 and later */
#define   NAPIER_DVMOLR_STRCRC		BIT(31)

/* ---- Receive filters --------------------------------------------------- */
#define NAPIER_MTA(n)			(0x05200 + 4 * (n))	/* RW, n < 128 */
#define NAPIER_VFTA(n)			(0x05600 + 4 * (n))	/* RW, n < 128 */
#define NAPIER_RAL(n)			(0x05400 + 8 * (n))	/* RW, n < 16 */
#define NAPIER_RAH(n)			(0x05404 + 8 * (n))	/* RW, n < 16 */
#define NAPIER_RAL2(n)			(0x05460 + 8 * (n))	/* RW, n >= 16 */
#define NAPIER_RAH2(n)			(0x05464 + 8 * (n))	/* RW, n >= 16 */
#define   NAPIER_RAH_QSEL		GENMASK(19, 18)	/* I210 */
#define   NAPIER_RAH_QSEL_EN		BIT(28)		/* I210 */
#define   NAPIER_RAH_AV			BIT(31)

/* Filters that choose a queue. Bits called BP (bypass) leave a field out of the
 * comparison; ports and addresses are as on the wire, first byte lowest.
 */
#define NAPIER_VLAPQF			0x055B0	/* RW, I210 */
#define   NAPIER_VLAPQF_QUEUE(p, q)	((u32)(q) << (4 * (p)))
#define   NAPIER_VLAPQF_VALID(p)	(8U << (4 * (p)))
#define NAPIER_SAQF(n)			(0x05980 + 4 * (n))	/* RW, n < 8, 82576 */
#define NAPIER_DAQF(n)			(0x059A0 + 4 * (n))	/* RW, n < 8, 82576 */
#define NAPIER_SPQF(n)			(0x059C0 + 4 * (n))	/* RW, n < 8, 82576 */
#define NAPIER_FTQF(n)			(0x059E0 + 4 * (n))	/* RW, n < 8; TTQF */
#define   NAPIER_FTQF_PROTO		GENMASK(7, 0)
#define   NAPIER_FTQF_QUEUE_EN		BIT(8)
#define   NAPIER_FTQF_VF_BP		BIT(15)
#define   NAPIER_FTQF_QUEUE		GENMASK(19, 16)	/* but 82576: 18:16 */
#define   NAPIER_FTQF_1588		BIT(27)
#define   NAPIER_FTQF_BYPASS		GENMASK(31, 28)
#define   NAPIER_FTQF_PROTO_BP		BIT(28)
#define   NAPIER_FTQF_SADDR_BP		BIT(29)	/* 82576 */
#define   NAPIER_FTQF_DADDR_BP		BIT(30)	/* 82576 */
#define   NAPIER_FTQF_SPORT_BP		BIT(31)	/* 82576 */
#define NAPIER_IMIR(n)			(0x05A80 + 4 * (n))	/* RW, n < 8 */
#define   NAPIER_IMIR_DPORT		GENMASK(15, 0)
#define   NAPIER_IMIR_PORT_BP		BIT(17)
#define NAPIER_IMIREXT(n)		(0x05AA0 + 4 * (n))	/* RW, n < 8 */
#define   NAPIER_IMIREXT_SIZE_BP	BIT(12)
#define   NAPIER_IMIREXT_CTRL_BP	BIT(19)

/* ---- Transmit ---------------------------------------------------------- */
#define NAPIER_TCTL			0x00400	/* RW */
#define   NAPIER_TCTL_EN		BIT(1)
#define   NAPIER_TCTL_PSP		BIT(3)
#define   NAPIER_TCTL_CT		GENMASK(11, 4)
#define   NAPIER_TCTL_COLD		GENMASK(21, 12)
#define   NAPIER_TCTL_RTLC		BIT(24)

#define NAPIER_TCTL_EXT			0x00404	/* RW */
#define NAPIER_TIPG			0x00410	/* RW */
#define NAPIER_TXPBS			0x03404	/* RW */
#define NAPIER_DTXCTL			0x03590	/* RW */
#define NAPIER_DTXTCPFLGL		0x0359C	/* RW */
#define   NAPIER_DTXTCPFLGL_FIRST	GENMASK(11, 0)
#define   NAPIER_DTXTCPFLGL_MIDDLE	GENMASK(27, 16)
#define NAPIER_DTXTCPFLGH		0x035A0	/* RW */
#define   NAPIER_DTXTCPFLGH_LAST	GENMASK(11, 0)
/* Flags of a TCP header, from FIN up, as these two have them. */
#define   NAPIER_TCPFLG_ALL		GENMASK(11, 0)
#define   NAPIER_TCPFLG_FIN		BIT(0)
#define   NAPIER_TCPFLG_PSH		BIT(3)
#define   NAPIER_TCPFLG_CWR		BIT(7)

#define NAPIER_TXQ(q, off)		(0x0E000 + 0x40 * (q) + (off))
#define NAPIER_TDBAL(q)			NAPIER_TXQ(q, 0x00)	/* RW */
#define NAPIER_TDBAH(q)			NAPIER_TXQ(q, 0x04)	/* RW */
#define NAPIER_TDLEN(q)			NAPIER_TXQ(q, 0x08)	/* RW */
#define NAPIER_TDH(q)			NAPIER_TXQ(q, 0x10)	/* RO */
#define NAPIER_TDT(q)			NAPIER_TXQ(q, 0x18)	/* RW */
#define NAPIER_TXDCTL(q)		NAPIER_TXQ(q, 0x28)	/* RW */
#define NAPIER_TDWBAL(q)		NAPIER_TXQ(q, 0x38)	/* RW */
#define NAPIER_TDWBAH(q)		NAPIER_TXQ(q, 0x3C)	/* RW */

#define NAPIER_VET			0x00038	/* RW */
#define   NAPIER_VET_INNER		GENMASK(15, 0)

/* ---- Flow control ------------------------------------------------------ */
#define NAPIER_FCAL			0x00028	/* RW */
#define NAPIER_FCAH			0x0002C	/* RW */
#define NAPIER_FCT			0x00030	/* RW */
#define NAPIER_FCTTV			0x00170	/* RW */
#define NAPIER_FCRTL			0x02160	/* RW */
#define   NAPIER_FCRTL_XONE		BIT(31)
#define NAPIER_FCRTH			0x02168	/* RW */
#define NAPIER_FCRTV			0x02460	/* RW */

/* ---- Time -------------------------------------------------------------- */
#define NAPIER_SYSTIML			0x0B600	/* RO, latches SYSTIMH: 82576 */
#define NAPIER_SYSTIMH			0x0B604	/* RO */
#define NAPIER_SYSTIMR			0x0B6F8	/* RO, latches: 82580 and later */
#define NAPIER_TIMINCA			0x0B608	/* RW */
#define   NAPIER_TIMINCA_VALUE		GENMASK(23, 0)	/* 82576 */
#define   NAPIER_TIMINCA_PERIOD		GENMASK(31, 24)	/* 16 ns, 82576 */
#define NAPIER_TSAUXC			0x0B640	/* RW, 82580 and later */
#define NAPIER_TSICR			0x0B66C	/* RC, 82580: W1C */
#define NAPIER_TSIM			0x0B674	/* RW, 82580 and later */
#define   NAPIER_TSIM_TXTS		BIT(1)

#define NAPIER_TSYNCTXCTL		0x0B614	/* RW */
#define   NAPIER_TSYNCTXCTL_VALID	BIT(0)
#define   NAPIER_TSYNCTXCTL_EN		BIT(4)
#define NAPIER_TXSTMPL			0x0B618	/* RO */
#define NAPIER_TXSTMPH			0x0B61C	/* RO, clears VALID */

#define NAPIER_TSYNCRXCTL		0x0B620	/* RW */
#define   NAPIER_TSYNCRXCTL_VALID	BIT(0)
#define   NAPIER_TSYNCRXCTL_TYPE	GENMASK(3, 1)
enum napier_tsyncrxctl_type {
	NAPIER_TSYNCRXCTL_L2_V2		= 0,
	NAPIER_TSYNCRXCTL_L4_V1		= 1,
	NAPIER_TSYNCRXCTL_L2_L4_V2	= 2,
	NAPIER_TSYNCRXCTL_ALL		= 4,	/* 82580 and later */
	NAPIER_TSYNCRXCTL_EVENT_V2	= 5,
};

#define   NAPIER_TSYNCRXCTL_EN		BIT(4)
#define NAPIER_RXSTMPL			0x0B624	/* RO */
#define NAPIER_RXSTMPH			0x0B628	/* RO, clears VALID */
#define NAPIER_RXSATRL			0x0B62C	/* RO */
#define NAPIER_RXSATRH			0x0B630	/* RO */
#define   NAPIER_RXSATRH_SOURCE		GENMASK(15, 0)
#define   NAPIER_RXSATRH_SEQUENCE	GENMASK(31, 16)
#define NAPIER_TSYNCRXCFG		0x05F50	/* RW */
#define   NAPIER_TSYNCRXCFG_V1		GENMASK(7, 0)
#define   NAPIER_TSYNCRXCFG_V2		GENMASK(15, 8)	/* the type: 11:8 */

/* ---- Statistics, all RC ------------------------------------------------ */
#define NAPIER_CRCERRS			0x04000
#define NAPIER_ALGNERRC			0x04004
#define NAPIER_SYMERRS			0x04008
#define NAPIER_RXERRC			0x0400C
#define NAPIER_MPC			0x04010
#define NAPIER_SCC			0x04014
#define NAPIER_ECOL			0x04018
#define NAPIER_MCC			0x0401C
#define NAPIER_LATECOL			0x04020
#define NAPIER_COLC			0x04028
#define NAPIER_DC			0x04030
#define NAPIER_TNCRS			0x04034	/* not I210 I211 */
#define NAPIER_SEC			0x04038
#define NAPIER_RLEC			0x04040
#define NAPIER_XONRXC			0x04048
#define NAPIER_XONTXC			0x0404C
#define NAPIER_XOFFRXC			0x04050
#define NAPIER_XOFFTXC			0x04054
#define NAPIER_FCRUC			0x04058
#define NAPIER_PRC64			0x0405C
#define NAPIER_PRC127			0x04060
#define NAPIER_PRC255			0x04064
#define NAPIER_PRC511			0x04068
#define NAPIER_PRC1023			0x0406C
#define NAPIER_PRC1522			0x04070
#define NAPIER_GPRC			0x04074
#define NAPIER_BPRC			0x04078
#define NAPIER_MPRC			0x0407C
#define NAPIER_GPTC			0x04080
#define NAPIER_GORCL			0x04088	/* reading the high word clears */
#define NAPIER_GORCH			0x0408C
#define NAPIER_GOTCL			0x04090
#define NAPIER_GOTCH			0x04094
#define NAPIER_RNBC			0x040A0
#define NAPIER_RUC			0x040A4
#define NAPIER_RFC			0x040A8
#define NAPIER_ROC			0x040AC
#define NAPIER_RJC			0x040B0
#define NAPIER_MGTPRC			0x040B4
#define NAPIER_MGTPDC			0x040B8
#define NAPIER_MGTPTC			0x040BC
#define NAPIER_TPR			0x040D0
#define NAPIER_TPT			0x040D4
#define NAPIER_PTC64			0x040D8
#define NAPIER_PTC127			0x040DC
#define NAPIER_PTC255			0x040E0
#define NAPIER_PTC511			0x040E4
#define NAPIER_PTC1023			0x040E8
#define NAPIER_PTC1522			0x040EC
#define NAPIER_MPTC			0x040F0
#define NAPIER_BPTC			0x040F4
#define NAPIER_TSCTC			0x040F8
#define NAPIER_HTDPMC			0x0403C
#define NAPIER_LENERRS			0x04138

#endif /* _NAPIER_CSR_H_ */
