/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A gigabit controller in memory, as far as the driver's data path and its
 * control of the hardware need one.
 *
 * Nothing moves by itself: a test says when the device reads descriptors, when
 * it reports them, when a frame comes in. Only what a real device does in
 * answer to a register access happens at once: resets, semaphores, MDIO, and
 * interrupts, which come from an irq_work, so in hard interrupt context.
 *
 * What a device would choke on (a descriptor that makes no sense, memory that
 * is not mapped) is a fault: the first is kept as text and fails the test.
 *
 * Depends on: the driver's headers for register and descriptor layouts.
 */
#ifndef _NAPIER_MODEL_H_
#define _NAPIER_MODEL_H_

#define NAPIER_MODEL

#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <kunit/test.h>

#include "driver/napier.h"

#define NAPIER_MODEL_BAR	SZ_128K
#define NAPIER_MODEL_VECTORS	17
#define NAPIER_MODEL_NVM_WORDS	0x200
#define NAPIER_MODEL_PHY_REGS	32
#define NAPIER_MODEL_PHY_PAGES	256
#define NAPIER_MODEL_MMDS	8
#define NAPIER_MODEL_MMD_REGS	64
#define NAPIER_MODEL_PARTS	32
/* What fits into TXD_PAYLEN. */
#define NAPIER_MODEL_FRAME_MAX	SZ_256K
/* How long a reset of the PHY lasts. */
#define NAPIER_MODEL_PHY_RESET_READS	3
#define NAPIER_MODEL_PCI_CONFIG	256

/**
 * struct napier_model_frame - a frame that the device has taken from memory
 * @node: in napier_model_txq.frames
 * @len: bytes
 * @cmd: cmd_type_len of its last data descriptor
 * @olinfo: olinfo_status of its first data descriptor
 * @descs: data descriptors
 * @contexts: context descriptors in front of it
 * @ctx: context that it refers to, zero if to none
 * @rs: ring index of its last descriptor if that wants a report, or -1
 * @parts: pieces of memory that it was read from
 * @part: those
 * @data: what was read
 */
struct napier_model_frame {
	struct list_head node;
	u32 len;
	u32 cmd;
	u32 olinfo;
	u32 descs;
	u32 contexts;
	struct napier_tx_ctx_desc ctx;
	int rs;
	u32 parts;
	struct {
		dma_addr_t addr;
		u32 len;
	} part[NAPIER_MODEL_PARTS];
	u8 data[];
};

/**
 * struct napier_model_txq - what the device knows of a transmit queue
 * @head: next descriptor to read
 * @ctx: the two contexts
 * @ctx_valid: which of them were written since the last reset
 * @frames: read and not taken by the test yet, oldest first
 * @nr_frames: how many those are
 * @rs: ring indices that await a report, oldest first
 * @nr_rs: how many those are
 * @doorbells: writes of the tail
 * @fresh_contexts: context descriptors since the last data descriptor
 */
struct napier_model_txq {
	u32 head;
	struct napier_tx_ctx_desc ctx[2];
	bool ctx_valid[2];
	struct list_head frames;
	u32 nr_frames;
	u16 rs[NAPIER_MAX_DESC];
	u32 nr_rs;
	u32 doorbells;
	u32 fresh_contexts;
};

/**
 * struct napier_model_rxq - what the device knows of a receive queue
 * @head: next descriptor to fill
 * @refills: writes of the tail
 */
struct napier_model_rxq {
	u32 head;
	u32 refills;
};

/**
 * struct napier_model_rx - a frame that comes in
 * @data: bytes, as the device hands them over: no FCS, and no tag if @vlan
 * @len: how many
 * @tail: bytes of FCS that follow them, as the driver wants
 * @sent: how many of both the device has written to memory already
 * @pkt_info: RSS type
 * @hash: RSS hash
 * @status: status_error without DD and EOP
 * @vlan: tag, in the byte order that the part uses, with NAPIER_RXD_STAT_VP
 * @stamp: the time stands in front of it
 */
struct napier_model_rx {
	const u8 *data;
	u32 len;
	u32 tail;
	u32 sent;
	u32 pkt_info;
	u32 hash;
	u32 status;
	u16 vlan;
	bool stamp;
};

/**
 * struct napier_model_flow - what filters that choose a queue look at
 * @dst: destination address
 * @etype: ethertype
 * @tagged: the frame has a VLAN tag
 * @prio: its priority
 * @proto: IP protocol, if @etype is one of IP
 * @saddr: IPv4 source address
 * @daddr: IPv4 destination address
 * @sport: source port of TCP or UDP
 * @dport: destination port
 */
struct napier_model_flow {
	u8 dst[ETH_ALEN];
	u16 etype;
	bool tagged;
	u8 prio;
	u8 proto;
	u32 saddr;
	u32 daddr;
	u16 sport;
	u16 dport;
};

/* A mapping, in napier_model.maps under its address. */
struct napier_model_map {
	struct list_head next;
	dma_addr_t addr;
	size_t len;
	enum dma_data_direction dir;
	bool page;
};

/**
 * struct napier_model - the device
 * @pdev: what the driver is probed with
 * @bus: gives @pdev a configuration space
 * @config: that
 * @lock: everything below; may be taken in any context
 * @board: what part this is
 * @bar: an address for BAR 0 that nobody may dereference
 * @regs: registers without a behaviour of their own
 * @nvm: words behind EERD
 * @invm: what I210 and I211 have in place of it, with @no_flash
 * @no_flash: there is no NVM but @invm
 * @no_mac: a reset does not load an address into RAR 0
 * @phy: registers behind MDIC
 * @phy_pages: those of Marvell PHYs in other pages than 0
 * @phy_missing: registers that it does not have, by bit
 * @phy_resets: how often BMCR_RESET was set
 * @phy_resetting: how many reads of BMCR the last one still lasts; what is
 *	written meanwhile is lost
 * @negotiations: how often BMCR_ANRESTART was set
 * @mmd: MMD registers, reached through registers 13 and 14
 * @mmd_addr: which of them is next
 * @emi_addr: register 0x10 of the I350's PHY
 * @emi_lpa: what that has for the partner's offer of EEE
 * @phy_addr: where the PHY answers
 * @phy_dead: MDIC reports an error
 * @mdic: what MDIC reads as once it is ready
 * @eerd: what EERD reads as once it is done
 * @polls: reads of MDIC and EERD until it is there
 * @poll_delay: how many those are at the beginning. More than one would depend
 *	on how fast this machine is: a poll may time out after the first read,
 *	but looks once more before it does. One for every word of an NVM is
 *	a timer tick each, in every probe, so only tests of that ask for it
 * @queue_off_delay: reads of RXDCTL and TXDCTL until a queue is off
 * @off_polls: how many are left, for the queue that is going off
 * @smbi: another port holds the semaphore; reads until it lets go
 * @firmware_holds: SWESMBI does not stick for so many writes
 * @stale_smbi: SMBI stays set until it is written 0
 * @link_up: STATUS.LU
 * @partner: a negotiation ends with a link, at once
 * @loop_work: sends back what is sent in loopback
 * @loop_flip: of what is sent back, this byte changes; 0 for none
 * @loop_cut: so many bytes are missing
 * @loop_lost: nothing comes back
 * @stuck_reg: a register of which some bits cannot be changed
 * @stuck_mask: those; 0 for none
 * @stuck_value: what they are
 * @lost_messages: vectors of which no message arrives
 * @gone: everything reads as all ones
 * @gone_until_reset: and a reset of the function helps
 * @function_reset_err: and what the PCI core says instead, 0 if it does it
 * @function_resets: how often that was done
 * @lost_writes: so many writes to MTA and VFTA are lost
 * @writes: number of writes per table, for those that repeat
 * @resets: how often CTRL.RST was set
 * @octets: GORC and GOTC, read in halves
 * @sbp_off: when RCTL.SBP was taken back, 0 for never
 * @icr: causes
 * @ims: their mask
 * @eicr: causes of MSI-X
 * @eims: their mask
 * @before_unmask: called once, before the next write to EIMS takes effect
 * @hold: messages are kept back until napier_model_release()
 * @pending: messages not delivered yet
 * @messages: how many were sent per vector
 * @vectors: given out by napier_model_alloc_vectors()
 * @max_vectors: how many MSI-X vectors there are; 0 for none
 * @msix_table: how many the device has room for
 * @msi: whether MSI can be had
 * @msix_on: which of the two it is
 * @virq: their Linux interrupts
 * @irq_work: delivers @pending
 * @tx: transmit queues
 * @rx: receive queues
 * @systim: the clock, in nanoseconds, however the part shows them
 * @systim_seen: what its registers were latched with
 * @before_stamp: called once, before the next read of RXSTMPL, not locked
 * @no_tx_stamp: frames are not stamped, although they ask for it
 * @ptp: the driver's clock, while it is registered
 * @ptp_delay: when its aux work is to run next, in jiffies; -1 for never
 * @maps: live mappings
 * @nr_maps: how many
 * @no_fcs: frames may come with an FCS of their own
 * @map_fails_in: the n-th mapping from now fails; 0 for never
 * @allocs_left: so many receive buffers can be had; negative for any number
 * @alloc_failures: how many could not be had
 * @pools: page pools alive
 * @faults: number of faults
 * @fault: the first of them
 */
struct napier_model {
	struct pci_dev pdev;
	struct pci_bus bus;
	u8 config[NAPIER_MODEL_PCI_CONFIG];

	spinlock_t lock;	/* everything below */
	enum napier_board_id board;
	u8 __iomem *bar;
	u32 regs[NAPIER_MODEL_BAR / 4];
	u16 nvm[NAPIER_MODEL_NVM_WORDS];
	u32 invm[NAPIER_INVM_DATA_COUNT];
	bool no_flash;
	bool no_mac;
	u16 phy[NAPIER_MODEL_PHY_REGS];
	u16 phy_pages[NAPIER_MODEL_PHY_PAGES][NAPIER_MODEL_PHY_REGS];
	u32 phy_missing;
	u32 phy_resets;
	u32 phy_resetting;
	u32 negotiations;
	u16 mmd[NAPIER_MODEL_MMDS][NAPIER_MODEL_MMD_REGS];
	u16 mmd_addr;
	u16 emi_addr;
	u16 emi_lpa;
	u8 phy_addr;
	bool phy_dead;
	u32 mdic;
	u32 eerd;
	u32 polls;
	u32 poll_delay;
	u32 queue_off_delay;
	u32 off_polls;
	u32 smbi;
	u32 firmware_holds;
	bool stale_smbi;
	bool link_up;
	bool partner;
	struct work_struct loop_work;
	u32 loop_flip;
	u32 loop_cut;
	bool loop_lost;
	u32 stuck_reg;
	u32 stuck_mask;
	u32 stuck_value;
	u32 lost_messages;
	bool gone;
	bool gone_until_reset;
	int function_reset_err;
	u32 function_resets;
	u32 lost_writes;
	u32 writes[2];
	u32 resets;
	u64 octets[2];
	ktime_t sbp_off;

	u32 icr;
	u32 ims;
	u32 eicr;
	u32 eims;
	void (*before_unmask)(struct napier_model *m);
	bool hold;
	u32 pending;
	u32 messages[NAPIER_MODEL_VECTORS];
	int vectors;
	int max_vectors;
	int msix_table;
	bool msi;
	bool msix_on;
	int virq[NAPIER_MODEL_VECTORS];
	struct irq_work irq_work;

	struct napier_model_txq tx[NAPIER_MAX_QUEUES];
	struct napier_model_rxq rx[NAPIER_MAX_QUEUES];

	u64 systim;
	u64 systim_seen;
	void (*before_stamp)(struct napier_model *m);
	bool no_tx_stamp;
	struct ptp_clock_info *ptp;
	long ptp_delay;

	struct xarray maps;
	int nr_maps;
	bool no_fcs;
	int map_fails_in;
	int allocs_left;
	int alloc_failures;
	int pools;

	int faults;
	char fault[160];
};

/* ---- napier_model.c ---------------------------------------------------- */

int napier_model_suite_init(struct kunit_suite *suite);
void napier_model_suite_exit(struct kunit_suite *suite);
struct napier_model *napier_model_create(enum napier_board_id board);
void napier_model_destroy(struct napier_model *m);
struct napier_model *napier_model_now(void);
__printf(2, 3) void napier_model_fault(struct napier_model *m,
				       const char *format, ...);
void napier_model_nvm_sum(struct napier_model *m, u16 offset);

/* ---- napier_model_reg.c ------------------------------------------------ */

bool napier_model_since_i350(struct napier_model *m);
u32 napier_model_peek(struct napier_model *m, u32 reg);
void napier_model_poke(struct napier_model *m, u32 reg, u32 val);
void napier_model_count(struct napier_model *m, u32 reg, u32 val);
void napier_model_link(struct napier_model *m, bool up, u32 speed, bool full);
void napier_model_reset(struct napier_model *m);

/* ---- napier_model_ptp.c ------------------------------------------------ */

bool napier_model_ptp_read(struct napier_model *m, u32 reg, u32 *val);
bool napier_model_ptp_write(struct napier_model *m, u32 reg, u32 val);
void napier_model_ptp_reset(struct napier_model *m);
void napier_model_ptp_advance(struct napier_model *m, u64 ns);
void napier_model_ptp_sent(struct napier_model *m);
bool napier_model_ptp_received(struct napier_model *m, u16 sequence);
bool napier_model_ptp_in_buffer(struct napier_model *m, u32 queue,
				struct napier_rx_stamp *stamp);
long napier_model_ptp_work(struct napier_model *m);

/* ---- napier_model_irq.c ------------------------------------------------ */

void napier_model_irq_init(struct napier_model *m);
void napier_model_cause(struct napier_model *m, u32 queue, bool tx);
void napier_model_cause_other(struct napier_model *m, u32 icr);
void napier_model_update(struct napier_model *m);
void napier_model_release(struct napier_model *m);
u32 napier_model_icr_read(struct napier_model *m);

/* ---- napier_model_dma.c ------------------------------------------------ */

void *napier_model_bus_to_virt(struct napier_model *m, dma_addr_t addr);
bool napier_model_mapped(struct napier_model *m, dma_addr_t addr, u32 len);
void napier_model_dma_exit(struct napier_model *m);

/* ---- napier_model_loop.c ----------------------------------------------- */

void napier_model_loop_init(struct napier_model *m);
void napier_model_loop_kick(struct napier_model *m);
void napier_model_loop_exit(struct napier_model *m);

/* ---- napier_model_tx.c ------------------------------------------------- */

u32 napier_model_tx_waiting(struct napier_model *m, u32 queue);
u32 napier_model_tx_fetch(struct napier_model *m, u32 queue, u32 max);
u32 napier_model_tx_report(struct napier_model *m, u32 queue, u32 max);
void napier_model_tx_report_newest(struct napier_model *m, u32 queue);
u32 napier_model_tx_finish(struct napier_model *m, u32 queue);
struct napier_model_frame *napier_model_tx_take(struct napier_model *m,
						u32 queue);
void napier_model_tx_forget(struct napier_model *m, u32 queue);

/* ---- napier_model_steer.c ---------------------------------------------- */

void napier_model_steer_write(struct napier_model *m, u32 reg, u32 val);
int napier_model_steer(struct napier_model *m,
		       const struct napier_model_flow *flow);

/* ---- napier_model_rx.c ------------------------------------------------- */

u32 napier_model_rx_free(struct napier_model *m, u32 queue);
int napier_model_rx_step(struct napier_model *m, u32 queue,
			 struct napier_model_rx *frame);
int napier_model_rx_torn(struct napier_model *m, u32 queue,
			 struct napier_model_rx *frame);
void napier_model_rx_mend(struct napier_model *m, u32 queue, u32 slot);
int napier_model_rx(struct napier_model *m, u32 queue,
		    struct napier_model_rx *frame);

#endif /* _NAPIER_MODEL_H_ */
