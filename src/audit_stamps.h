/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stamps of system calls, as the gates tell them, by the numbers of the calls: the last of
 * many.
 */
#ifndef MODWARDEN_AUDIT_STAMPS_H
#define MODWARDEN_AUDIT_STAMPS_H

#include <stdbool.h>
#include <stdint.h>

#include "modwarden/event.h"

#define AUDIT_STAMPS_MAX 16384 /* calls as far apart share a place: the later one has it */

struct audit_stamps;

/* 0 or -ENOMEM. */
int audit_stamps_new(struct audit_stamps **ret);

/* NULL is fine. */
void audit_stamps_free(struct audit_stamps *stamps);

/* A stamp and a loss of one call are told one by one, in any order. 0 or -ENOMEM. */
int audit_stamps_add(struct audit_stamps *stamps, const struct mw_audit_event *event);

/* NULL: there is none. */
const struct mw_audit_event *audit_stamps_find(const struct audit_stamps *stamps, uint64_t call);

/* There may have been one: a later call has its place. */
bool audit_stamps_may_have_had(const struct audit_stamps *stamps, uint64_t call);

#endif
