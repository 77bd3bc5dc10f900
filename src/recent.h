/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of denial (fold keys) that were seen in this window or in the last one. */
#ifndef MODWARDEN_RECENT_H
#define MODWARDEN_RECENT_H

#include <stdbool.h>
#include <stddef.h>

#include "modwarden/event.h"

struct recent;

/* Remembers at most max keys; beyond that the one not seen for longest goes. 0 or -ENOMEM. */
int recent_new(struct recent **ret, size_t max);

void recent_free(struct recent *recent);

/*
 * Marks a key as seen now; true: it had been seen in this window or the last. Bytes behind the
 * module name's NUL do not count. Without memory nothing is remembered.
 */
bool recent_touch(struct recent *recent, const struct mw_fold_key *key);

/* A window ends: forgets the keys that were not seen in it. */
void recent_end_window(struct recent *recent);

#endif
