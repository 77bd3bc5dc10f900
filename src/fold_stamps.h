/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The map in which the gates keep the stamps of what is only counted, as user space uses it. */
#ifndef MODWARDEN_FOLD_STAMPS_H
#define MODWARDEN_FOLD_STAMPS_H

#include "modwarden/event.h"
#include "seq_set.h"

/* False: there are none of what is counted under this number. */
bool fold_stamps_find(int map, uint64_t seq, struct mw_fold_stamps *ret);
void fold_stamps_forget(int map, uint64_t seq);

/*
 * Forgets what was there at the last sweep already: a call may be stamped long after its count was
 * told of, and nobody comes for that. Sweeps have to be further apart than anything waits. *before
 * is what was left by the last one; it begins as zeros.
 */
void fold_stamps_sweep(int map, struct seq_set *before);

#endif
