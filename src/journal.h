/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people read in the journal: each denial, enforced or not, and each alarm as one line with
 * its syslog priority, beside the records and whatever becomes of those. No more than JOURNAL_RATE
 * lines of each kind a second; then one that counts the rest. Nothing here waits for the journal.
 */
#ifndef MODWARDEN_JOURNAL_H
#define MODWARDEN_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>

#define JOURNAL_RATE     20
#define JOURNAL_LINE_MAX 4000 /* bytes; a line that journald had to split would begin anywhere */

struct journal;

/* The descriptor is a stream into the journal: the one that $JOURNAL_STREAM tells of. */
bool journal_has(int fd);

/* fd stays the caller's. 0 or -ENOMEM. */
int journal_new(struct journal **ret, int fd);

/* NULL is fine, here and below. */
void journal_free(struct journal *journal);

/* A line for the record, if it is of a denial or an alarm. */
void journal_take(struct journal *journal, const json_t *record);

/* Once a second: tells how many were left out. */
void journal_settle(struct journal *journal);

#endif
