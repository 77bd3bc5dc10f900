/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's watch over the modules that are loaded: reports those that were before it, one at a
 * time between other events, those that vanish, and those that came while no daemon was there and
 * of which no load is known.
 */
#ifndef MODWARDEN_MODULE_WATCH_H
#define MODWARDEN_MODULE_WATCH_H

#include "module_table.h"
#include "operation.h"
#include "pins.h"
#include "policy.h"
#include "recorder.h"

#include <event2/event.h>

struct module_watch;

/*
 * Takes the first look: the gates are up. All that is given must outlive it. With pins (NULL: none)
 * it knows what a former one has put there. 0 or -ENOMEM.
 */
int module_watch_new(struct module_watch **ret, struct event_base *loop,
		     const struct policy *policy, struct recorder *recorder, struct pins *pins);

/* Keeps what it knows for the next one, from now on. */
void module_watch_keep(struct module_watch *watch, struct pins *pins);

/* What is still to be judged of the baseline is judged by this policy. */
void module_watch_set_policy(struct module_watch *watch, const struct policy *policy);

/* NULL is fine. */
void module_watch_free(struct module_watch *watch);

/* An operation has been finished. Looks soon after a load or an unload. */
void module_watch_take(struct module_watch *watch, const struct operation *operation);

/* Calls each for every module that is loaded. */
void module_watch_each(const struct module_watch *watch, module_fn *each, void *arg);

/* Looks now, each second: the ring buffer has been read empty just before. */
void module_watch_look(struct module_watch *watch);

#endif
