/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of two policies is the stricter one. */
#ifndef MODWARDEN_POLICY_ORDER_H
#define MODWARDEN_POLICY_ORDER_H

#include "policy.h"

/*
 * Is there no operation that 'next' lets pass and 'now' does not? Says true only where that is
 * plain, whatever facts the gates may lack: the mode goes from monitor to enforce, the default from
 * allow to deny; deny rules come in, or list more digests, where they put off no denial behind them
 * to a time when code of the module has run; allow rules go away or list fewer digests, where
 * nothing behind them could now decide before they could. All other rules are the same, by name, in
 * the same order. Where it says false, 'why' tells what is not plain.
 */
#define POLICY_LOOSER_SIZE 160
bool policy_is_stricter(const struct policy *now, const struct policy *next,
			char why[POLICY_LOOSER_SIZE]);

#endif
