/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The policies that have been in force, by generation: what a record needs to say which rule of
 * which policy decided, also when another policy is in force by then.
 */
#ifndef MODWARDEN_POLICY_HISTORY_H
#define MODWARDEN_POLICY_HISTORY_H

#include "policy.h"

/* So many policies back; an operation that spans more of them has no rule name in its record. */
#define POLICY_HISTORY_MAX 256

struct policy_history;

/* 0 or -ENOMEM. */
int policy_history_new(struct policy_history **ret);
void policy_history_free(struct policy_history *history);

/* Copies what it needs of the policy under image->generation. 0 or -ENOMEM: it knows what it did.
 */
int policy_history_add(struct policy_history *history, const struct policy *policy);

/* The name of a rule; NULL: not known, or there is none of that number. */
const char *policy_history_rule(const struct policy_history *history, __u32 generation, __u32 rule);

/* Of the policy's text and its digest files, in hexadecimal; NULL: not known. */
const char *policy_history_sha256(const struct policy_history *history, __u32 generation);

#endif
