/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose an operation is while the programs of two epochs are attached (see struct mw_control): the
 * hooks call both, in any order, and exactly one of them takes it.
 *
 * The change of epochs may fall between the two calls of one hook. So the former programs go on
 * taking what they find untouched, for as long as they are called at all: an operation may be
 * judged twice in that moment, but never by nobody.
 */
#ifndef MODWARDEN_EPOCH_BPF_H
#define MODWARDEN_EPOCH_BPF_H

#include "self_test.bpf.h"

static __always_inline bool is_current(void)
{
	return epoch == mw_epochs_current(control.epochs);
}

static __always_inline bool has_begun_here(const struct ticket *ticket, __u64 epochs)
{
	if (epoch != mw_epochs_current(epochs))
		return ticket->epoch == epoch;
	return ticket->epoch != mw_epochs_former(epochs) || mw_epochs_former_is_gone(epochs);
}

/* At a gate: with no ticket it may be that something begins, or that a gate before was skipped. */
static __always_inline bool is_mine(void)
{
	const struct ticket *ticket = ticket_find();
	__u64 epochs = control.epochs;

	if (is_self_test_task())
		return epoch == control.self_test_epoch;
	if (ticket)
		return has_begun_here(ticket, epochs);
	return epoch == mw_epochs_current(epochs) || epoch == mw_epochs_former(epochs);
}

/* Where nothing can be refused any more: what nobody has begun with is told of by one of them. */
static __always_inline bool is_mine_to_end(void)
{
	return is_mine() && (ticket_find() || is_current());
}

#endif
