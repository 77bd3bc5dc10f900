/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon answers to the verbs that ask it, and what it keeps for them. */
#ifndef MODWARDEN_CONTROL_H
#define MODWARDEN_CONTROL_H

#include "audit_tally.h"
#include "gates.h"
#include "module_watch.h"
#include "override.h"
#include "recorder.h"

#include <event2/event.h>
#include <jansson.h>

/* The daemon as it is now. */
struct control_view {
	struct gates *gates;
	struct recorder *recorder;
	struct override *override;
	const struct module_watch *modules;
	const struct audit_tally *audit;
	const struct policy *policy;
	const char *policy_path;
	const struct plan *plan;
	const char *node;
	const char *kernel;
	uint64_t started; /* CLOCK_BOOTTIME ns */
	uint64_t loaded;  /* the policy; likewise */
	uint64_t refused; /* reloads since the start */
	bool accept_race;
	bool is_missing;      /* there is no policy file */
	bool persists;        /* the gates stay when the daemon ends */
	bool is_foreign;      /* the policy was made for other kernels */
	enum mw_gate failing; /* at which the last self-test failed */
	bool is_guarded;      /* the trampolines' switch */
	bool is_locked;       /* the lock is closed, which is more than that the policy says so */
	bool is_output_lost;  /* records cannot be written now */
	const char *listen;   /* where metrics are asked for; NULL: nowhere */
	const char *not_listening; /* why not there now; NULL: it does */
};

/* What it needs of the daemon. */
struct control_calls {
	void (*look)(struct control_view *view, void *arg);

	/* True, false: as it was, or a negative errno and in *why, to be freed, what to say. */
	int (*reload)(void *arg, char **why);

	/* Takes the gates away; the loop ends when the caller returns to it. */
	void (*stop)(void *arg);
	void *arg;
};

struct control;
struct tally;

/* path NULL: keeps count, and cannot be asked. 0 or a negative errno of control_socket.h. */
int control_new(struct control **ret, struct event_base *loop, const char *path,
		const struct control_calls *calls);

/*
 * While a verb is being called: may it loosen what is in force? Not where the policy is locked:
 * then the reply says so, a record tells who asked, and it returns the exit code for it; else
 * EXIT_DONE. 'what' is the request, for people.
 */
int control_may_loosen(struct control *control, enum mw_attempt attempt, const char *what,
		       json_t *reply);

/* NULL is fine. */
void control_free(struct control *control);

/* An operation has been finished. */
void control_take(struct control *control, const struct operation *operation);

/* Of the policy in force, and of those before. */
const struct tally *control_tally(struct control *control);

/* Each second: ends what has run out. */
void control_tick(struct control *control);

#endif
