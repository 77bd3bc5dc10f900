/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A window of denials that the gates have counted: a hash map in the kernel. */
#ifndef MODWARDEN_FOLD_WINDOW_H
#define MODWARDEN_FOLD_WINDOW_H

#include "modwarden/event.h"

struct fold_window;

/* An empty one, or the one that the kernel knows by this map id. 0 or a negative errno. */
int fold_window_new(struct fold_window **ret);
int fold_window_open(struct fold_window **ret, __u32 id);

/* NULL is fine, and what is left of it. */
void fold_window_free(struct fold_window **window);

/* The map's descriptor; it stays the window's. */
int fold_window_fd(const struct fold_window *window);

/* Calls each for every key; nobody may be counting in it any more. */
typedef void fold_fn(const struct mw_fold_key *key, const struct mw_fold *fold, void *arg);
void fold_window_each(const struct fold_window *window, fold_fn *each, void *arg);

#endif
