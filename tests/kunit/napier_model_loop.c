// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model in loopback, in the PHY or in the MAC: what is sent comes in again.
 *
 * Here the model does act by itself, for the driver waits for it: a work item
 * reads and reports what the tail tells of, and fills receive buffers.
 *
 * Depends on: napier_model_tx.c, napier_model_rx.c, napier_model_steer.c.
 */
#include <linux/slab.h>

#include "napier_model.h"

static bool napier_model_looped(struct napier_model *m)
{
	return (m->phy[MII_BMCR] & BMCR_LOOPBACK) ||
	       FIELD_GET(NAPIER_RCTL_LBM, m->regs[NAPIER_RCTL / 4]) ==
	       NAPIER_RCTL_LBM_MAC;
}

/* Whoever waits at queue 0 must not have filters that want another. */
static bool napier_model_loop_strays(struct napier_model *m, const u8 *data)
{
	struct napier_model_flow flow = {
		.etype = get_unaligned_be16(data + 2 * ETH_ALEN),
	};

	ether_addr_copy(flow.dst, data);

	return napier_model_steer(m, &flow) > 0;
}

static void napier_model_loop_one(struct napier_model *m,
				  struct napier_model_frame *f)
{
	struct napier_model_rx rx = { .data = f->data };

	if (m->loop_lost || napier_model_loop_strays(m, f->data) ||
	    !(napier_model_peek(m, NAPIER_STATUS) & NAPIER_STATUS_LU))
		return;
	if (m->loop_flip && m->loop_flip < f->len)
		f->data[m->loop_flip] ^= 0x10;
	rx.len = f->len - m->loop_cut;
	/* A frame of somebody else before each: they come in, too. */
	f->data[ETH_ALEN] ^= 2;
	napier_model_rx(m, 0, &rx);
	f->data[ETH_ALEN] ^= 2;
	napier_model_rx(m, 0, &rx);
}

static void napier_model_loop(struct work_struct *work)
{
	struct napier_model *m = container_of(work, struct napier_model,
					      loop_work);
	struct napier_model_frame *f;

	napier_model_tx_finish(m, 0);
	while ((f = napier_model_tx_take(m, 0))) {
		napier_model_loop_one(m, f);
		kvfree(f);
	}
}

/**
 * napier_model_loop_kick - the tail of queue 0 was written
 * @m: the model, locked
 */
void napier_model_loop_kick(struct napier_model *m)
{
	if (napier_model_looped(m))
		schedule_work(&m->loop_work);
}

/**
 * napier_model_loop_init - prepare
 * @m: the model
 */
void napier_model_loop_init(struct napier_model *m)
{
	INIT_WORK(&m->loop_work, napier_model_loop);
}

/**
 * napier_model_loop_exit - undo napier_model_loop_init()
 * @m: the model
 */
void napier_model_loop_exit(struct napier_model *m)
{
	cancel_work_sync(&m->loop_work);
}
