/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the suites share: a probed device on the model, frames to send whose
 * fate is known, and what comes up the stack.
 *
 * Depends on: napier_model.h.
 */
#ifndef _NAPIER_FIXTURE_H_
#define _NAPIER_FIXTURE_H_

#include <kunit/test.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "napier_model.h"

/* Ethertype for local experiments: nothing in the stack takes it. */
#define NAPIER_FIXTURE_TYPE	0x88b5
/* Ethernet header and serial number. */
#define NAPIER_FIXTURE_MIN	(ETH_HLEN + 4)

/**
 * struct napier_fixture - one device under test
 * @test: the running test
 * @m: the model
 * @nd: the driver's device
 * @nn: its network device's private data
 * @ndev: that
 * @probed: the driver has it
 * @tap: sees what comes up the stack
 * @received: that
 * @given: frames that the driver has taken, or dropped
 * @serial: number of the next frame to send
 * @expect: number of the next frame that the device is to send
 */
struct napier_fixture {
	struct kunit *test;
	struct napier_model *m;
	struct napier_dev *nd;
	struct napier_net *nn;
	struct net_device *ndev;
	bool probed;
	struct packet_type tap;
	struct sk_buff_head received;
	u32 given;
	u32 serial;
	u32 expect;
};

/* For struct kunit_suite: a device without a driver; one that is up. */
int napier_fixture_init(struct kunit *test);
int napier_fixture_init_up(struct kunit *test);
int napier_fixture_init_all(struct kunit *test);
void napier_fixture_exit(struct kunit *test);

int napier_fixture_probe(struct napier_fixture *fx, enum napier_board_id board);
void napier_fixture_remove(struct napier_fixture *fx);
struct napier_fixture *napier_fixture_bare(struct kunit *test,
					   enum napier_board_id board);
void napier_fixture_sgmii(struct napier_fixture *fx);
struct napier_fixture *napier_fixture_part(struct kunit *test,
					   enum napier_board_id board, bool up);
int napier_fixture_open(struct napier_fixture *fx);
void napier_fixture_link_up(struct napier_fixture *fx);
void napier_fixture_close(struct napier_fixture *fx);
int napier_fixture_config(struct napier_fixture *fx, u32 queues, u32 rx_desc,
			  u32 tx_desc);
int napier_fixture_mtu(struct napier_fixture *fx, u32 mtu);
void napier_fixture_settle(struct napier_fixture *fx);
void napier_fixture_poll(struct napier_fixture *fx, u32 queue);

struct sk_buff *napier_fixture_skb(struct napier_fixture *fx, u32 len);
struct sk_buff *napier_fixture_skb_frags(struct napier_fixture *fx, u32 head,
					 u32 frags, u32 frag_len);
netdev_tx_t napier_fixture_xmit(struct napier_fixture *fx, u32 queue,
				struct sk_buff *skb, bool more);
u32 napier_fixture_send(struct napier_fixture *fx, u32 queue, u32 count,
			u32 len);
bool napier_fixture_stopped(struct napier_fixture *fx, u32 queue);
u32 napier_fixture_freed(void);
void napier_fixture_unlimit(struct napier_fixture *fx, u32 queue);
void napier_fixture_check_sent(struct napier_fixture *fx, u32 queue, u32 count);

void napier_fixture_back(struct napier_fixture *fx);
void napier_fixture_traffic(struct napier_fixture *fx);
struct napier_model_frame *napier_fixture_through(struct napier_fixture *fx,
						  struct sk_buff *skb);

void napier_fixture_pattern(u8 *data, u32 len, u32 serial);
int napier_fixture_receive(struct napier_fixture *fx, u32 queue, u32 len,
			   u32 serial);
struct sk_buff *napier_fixture_received(struct napier_fixture *fx);
void napier_fixture_check_received(struct napier_fixture *fx, u32 len,
				   u32 serial);
u64 napier_fixture_now(struct napier_fixture *fx);
int napier_fixture_hwtstamp(struct napier_fixture *fx, int tx, int rx,
			    int *applied);
void napier_fixture_reset(struct napier_fixture *fx);
struct napier_tx_totals napier_fixture_tx(struct napier_fixture *fx);
struct napier_rx_totals napier_fixture_rx(struct napier_fixture *fx);
bool napier_fixture_wait(bool (*done)(struct napier_fixture *fx),
			 struct napier_fixture *fx);

/* Suites run on a device of these. */
extern const struct napier_fixture_board {
	enum napier_board_id id;
	const char *name;
} napier_fixture_boards[6];

#endif /* _NAPIER_FIXTURE_H_ */
