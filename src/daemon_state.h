/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon*.c files share; nobody else includes this. */
#ifndef MODWARDEN_DAEMON_STATE_H
#define MODWARDEN_DAEMON_STATE_H

#include "audit_tally.h"
#include "audit_writer.h"
#include "container_names.h"
#include "control.h"
#include "daemon.h"
#include "gates.h"
#include "lock.h"
#include "module_watch.h"
#include "operations.h"
#include "override.h"
#include "pins.h"
#include "policy_order.h"
#include "policy_source.h"
#include "preemption.h"
#include "probe.h"
#include "recorder.h"
#include "self_test.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/utsname.h>

/* What is served last: see http_server.h. The usual priority is the one in the middle. */
#define DAEMON_LOOP_PRIORITIES 3

struct daemon {
	const struct daemon_options *options;
	struct policy_source source;
	struct features features;
	struct preemption_reader *preemption;
	struct plan plan;
	struct gates *gates;
	struct pins *pins;   /* of the gates, where they are pinned */
	struct pins *former; /* of gates to be taken away when these are up; NULL: none */
	int claim;           /* see pins_claim(); -1: none */
	bool has_ended;      /* the gates have been left or taken away */
	bool has_pinned;     /* the pins are this start's own */
	const struct operation *telling; /* that is being written, while there are pins */
	uint64_t alone;                  /* ns that adopted gates were without a daemon */
	struct lock *lock;               /* NULL: it is not closed */
	int not_locked;                  /* why not, although the policy asks for it */
	struct operations *operations;
	struct recorder *recorder;
	struct daemon_audit *audit;  /* see daemon_audit.c */
	struct audit_writer *writer; /* NULL: the audit trail is not enriched */
	struct daemon_names *names;  /* NULL: nobody is asked; see daemon_names.c */
	uint64_t notes_lost;         /* by that, and said so */
	struct fold_window *window;  /* that has ended; NULL: nothing was counted */
	bool window_has_ended;       /* and is not handed over yet */
	unsigned long window_end;    /* see gates_events_end() */
	struct module_watch *modules;
	struct control *control;
	struct override override;
	uint64_t started; /* CLOCK_BOOTTIME ns */
	struct event_base *loop;
	struct http_server *http; /* NULL: it does not listen */
	int not_listening;        /* why not where it shall */
	uint64_t http_looked;     /* CLOCK_BOOTTIME ns: see daemon_serve_meanwhile() */
	struct utsname kernel;
	uint64_t ticks;       /* seconds that the loop has run */
	enum mw_gate failing; /* at which the last self-test failed */
	int not_pinned;       /* why not all pins are in place, and said so */
	bool is_output_lost;  /* and said so */
	int not_followed;     /* why the output is not the file that it should be */
};

/* daemon.c. Says it; returns an exit code. */
int daemon_cannot_start(int error);

/* The daemon as it is now. */
void daemon_look(struct control_view *view, void *arg);

/* daemon_end.c. The gates stay, pinned, or go; once, whoever asks for it. */

void daemon_end(struct daemon *daemon, bool stay);

/* daemon_policy.c: the policy and the mode. */

enum mw_mode daemon_mode(const struct daemon *daemon);
void daemon_name_policy(struct daemon *daemon);

/* Says so where there is no policy, and how to have one. */
void daemon_tell_missing(const struct daemon *daemon);

/* The first policy. Returns an exit code; logged. */
int daemon_load_policy(struct daemon *daemon);

/*
 * The old policy stays in force until the new one is, and where that fails. Returns whether there
 * is another one now, or a negative errno and in *why, to be freed, what there is to say; logged.
 */
int daemon_reload(struct daemon *daemon, char **why);

/* The same where nobody waits for the answer. */
static inline void daemon_reload_quietly(struct daemon *daemon)
{
	char *why = NULL;

	daemon_reload(daemon, &why);
	free(why);
}

/* daemon_gates.c: which gates, and putting them up. Return exit codes; logged. */

int daemon_make_plan(struct daemon *daemon);
bool daemon_may_have_mode(const struct daemon *daemon, enum mw_mode mode);
int daemon_check_mode(struct daemon *daemon);
struct gates_options daemon_gates_wanted(const struct daemon *daemon);
int daemon_raise_gates(struct daemon *daemon);

/* The whole self-test. */
bool daemon_gates_are_proven(struct daemon *daemon);

/* True: no gate failed; else logged. */
bool daemon_proof_is_given(enum mw_gate failed);

/* daemon_lock.c: what a locked policy asks for. */

/* EXIT_DONE, or where a lock is closed that is not ours, what to exit with; logged. */
int daemon_check_locked(void);

/* Does the policy that is to be read ask for it? */
bool daemon_will_be_locked(struct daemon *daemon);

/* Do the gates stay when this ends? */
bool daemon_persists(const struct daemon *daemon);

/* May a policy take the place of the one in force? False: 'why' tells. */
#define DAEMON_WHY_SIZE (POLICY_LOOSER_SIZE + 80)
bool daemon_may_replace(const struct daemon *daemon, const struct policy *policy,
			char why[DAEMON_WHY_SIZE]);

/* Closes the lock where the first policy asks for it. Returns an exit code; logged. */
int daemon_begin_locked(struct daemon *daemon);

/* The same while it runs, which fails loudly. Where it is closed: protects what came since. */
void daemon_lock(struct daemon *daemon);

/* daemon_records.c: from events to records. */

int daemon_open_recorder(struct daemon *daemon);

/* Callbacks of operations_new(), gates_open_events() and fold_window_each(). */
void daemon_write_operation(const struct operation *operation, void *arg);
int daemon_take_event(void *arg, void *data, size_t size);
void daemon_take_fold(const struct mw_fold_key *key, const struct mw_fold *fold, void *arg);

void daemon_count_lost(struct daemon *daemon);

/* A part of what the gates have told. Returns how many events. */
size_t daemon_read_events(struct daemon *daemon);

/*
 * Ends the window of what is only counted. It is handed over when what was told before its end has
 * been read, the events that its counts are beside among it.
 */
void daemon_end_window(struct daemon *daemon);

/* Reads all that was told by now, and hands a window that has ended over, whatever is missing. */
void daemon_finish_window(struct daemon *daemon);

void daemon_write(struct daemon *daemon, enum record_daemon_reason reason, const char *detail);
void daemon_write_policy(struct daemon *daemon, enum record_policy_reason reason,
			 const char *detail);
void daemon_write_loaded(struct daemon *daemon);
void daemon_write_start(struct daemon *daemon);
void daemon_write_finding(struct daemon *daemon, enum mw_tamper reason, const char *detail);

/* daemon_claim.c: one daemon at a time, whether it pins its gates or not. Exit codes; logged. */

/* No other daemon has what is pinned, from now on. */
int daemon_claim_pins(struct daemon *daemon);

/* Claims the directory anew where it is another one. 0 or a negative errno. */
int daemon_renew_claim(struct daemon *daemon);

/* The same for one that pins nothing: where it cannot be told, it is said and taken for so. */
int daemon_claim_alone(struct daemon *daemon);

/* Leaves no trace of a claim on what is not pinned. */
void daemon_end_claim(struct daemon *daemon);

/* daemon_heir.c: what a daemon leaves pinned, and the next one takes over. */

/*
 * Takes over what is pinned, with options or only to take it away (NULL). 0 or a negative errno;
 * logged.
 */
int daemon_adopt_gates(struct daemon *daemon, const struct gates_options *options);

/* Pins what was raised. Returns an exit code; logged. */
int daemon_pin_gates(struct daemon *daemon);

/* What the former daemon had read and not told of is told. */
void daemon_finish_former(struct daemon *daemon);

/* Writes the record of an operation such that the next daemon does not, and no other one. */
void daemon_tell(struct daemon *daemon, const struct operation *operation);

/* What the next one has to know. */
void daemon_keep_account(struct daemon *daemon);
void daemon_leave_gates(struct daemon *daemon);

/* Returns an exit code; logged. */
int daemon_unpin_gates(struct daemon *daemon);

/* daemon_audit.c: each operation joined to its event in the audit trail. */

/* 0 or -ENOMEM. Without a loop nothing is read but what the gates say. */
int daemon_open_audit(struct daemon *daemon);
void daemon_close_audit(struct daemon *daemon);

/* The keys that count as those of modules are the policy's, or the usual ones. */
void daemon_set_audit_keys(struct daemon *daemon, const struct policy *policy);

/* A finished operation, which is told of when it is known what the audit trail has of it. */
void daemon_join_operation(struct daemon *daemon, const struct operation *operation);
void daemon_take_audit(struct daemon *daemon, const struct mw_audit_event *event);

/* Tells of an operation of which all is known that will be. */
void daemon_finish_operation(struct daemon *daemon, const struct operation *operation);

/* After events have been read: tells of what is known. */
void daemon_settle_audit(struct daemon *daemon);

/* Goes through the tasks: what they have left without a stamp gets none. */
void daemon_ask_audit(struct daemon *daemon);

/* Reads a part of the audit trail without being told that there is more. */
void daemon_read_trail(struct daemon *daemon);
bool daemon_waits_for_audit(const struct daemon *daemon);
void daemon_flush_audit(struct daemon *daemon);

/* Each second, and at the end: tells of gaps and losses. */
void daemon_watch_audit(struct daemon *daemon, bool at_end);

/* How many of the losses that the gates have counted were told of, by the daemons until now. */
void daemon_resume_audit(struct daemon *daemon, uint64_t told);
uint64_t daemon_audit_lost_told(const struct daemon *daemon);
const struct audit_tally *daemon_audit_tally(const struct daemon *daemon);

/*
 * daemon_metrics.c. Listens where it shall, unless it does; what stands in the way is logged, and
 * tried again: gates do not wait for a port that anybody may have taken first.
 */

void daemon_open_metrics(struct daemon *daemon);

/* What a view tells of that. */
void daemon_look_at_metrics(const struct daemon *daemon, struct control_view *view);

/*
 * For what may keep the loop busy without end: who asks over HTTP comes after all of that, and
 * would not be answered, ten times a second is enough for it.
 */
void daemon_serve_meanwhile(struct daemon *daemon);

/* daemon_enrich.c: run --audit-enrich. */

/*
 * Before anything else is opened: what writes is another process. Returns an exit code; logged.
 */
int daemon_open_enrich(struct daemon *daemon);

/* The record of an operation; arg is the daemon, which has a writer. */
void daemon_enrich(const json_t *record, void *arg);

/* Takes account of messages that were lost. */
void daemon_count_notes(struct daemon *daemon);

/* daemon_names.c: run --cri-socket. */

/*
 * Before anything else is opened: who asks is another process. Returns an exit code; logged.
 */
int daemon_open_names(struct daemon *daemon);

/* Once there are a loop and a recorder. Returns an exit code; logged. */
int daemon_watch_names(struct daemon *daemon);
void daemon_close_names(struct daemon *daemon);

/* An operation has begun: the names of its container will be wanted. */
void daemon_expect_names(struct daemon *daemon, const struct mw_decision_event *event);

/* A finished operation, which is told of when these are known, or it has waited a moment. */
void daemon_name_operation(struct daemon *daemon, const struct operation *operation);

/* Takes answers, and tells of what has waited long enough. */
void daemon_read_names(struct daemon *daemon);
bool daemon_waits_for_names(const struct daemon *daemon);
void daemon_flush_names(struct daemon *daemon);

/* NULL: nobody is asked. */
const struct container_names_counts *daemon_name_counts(const struct daemon *daemon);

/* How often who asks had to be begun again. */
uint64_t daemon_name_restarts(const struct daemon *daemon);

/* daemon_watch.c: each second. */

void daemon_each_second(struct daemon *daemon);

/* Pins again what somebody has taken away. */
void daemon_mend_pins(struct daemon *daemon);

/* What `systemctl status` shows. */
void daemon_tell_status(const struct daemon *daemon);

#endif
