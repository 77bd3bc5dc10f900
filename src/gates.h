/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gates in the kernel, from the outside: loaded, attached, armed, asked, taken away. Only this
 * file's implementation knows the BPF skeleton.
 *
 * The order of a start: gates_new, gates_put_policy, gates_attach (they watch and refuse nothing),
 * self_test, gates_arm. What fails is undone by gates_free.
 */
#ifndef MODWARDEN_GATES_H
#define MODWARDEN_GATES_H

#include "event_reader.h"
#include "fold_window.h"
#include "pins.h"
#include "plan.h"
#include "policy.h"
#include "seq_set.h"

#include "modwarden/event.h"

#include <stdbool.h>
#include <stdint.h>

struct gates;

struct gates_options {
	enum mechanism mechanism; /* lsm, fmod_ret or tracepoint; the last one refuses nothing */
	bool clones;              /* a program may be skipped here: each gate gets a second one */
};

/*
 * Takes over what another process has pinned, with the policy that it has: attaches gates beside
 * those that are there, which are not in charge until gates_succeed(). Without options (NULL) none:
 * what is there is only read and taken away. -ESTALE: the maps are of another layout. Logged.
 */
int gates_adopt(struct gates **ret, const struct gates_options *options, struct pins *pins);

/*
 * Puts adopted gates in charge with one write, so that each operation has been judged by these or
 * by those, and lets the former ones go when what they have begun with is over. First it ends what
 * another process has begun of that. On an error nothing has changed. Logged.
 */
int gates_succeed(struct gates *gates, struct pins *pins);

/* Pins all there is: from now on the gates stay when this process is gone. Logged. */
int gates_pin(struct gates *gates, struct pins *pins);

/* Is about to unpin them: they go with gates_free() again. */
void gates_unpinned(struct gates *gates);

/* The policy in force as the kernel has it, without the names of its rules. */
int gates_read_policy(const struct gates *gates, struct policy **ret);

/* Loads the programs and attaches none. Negative errno; logged. */
int gates_new(struct gates **ret, const struct gates_options *options);

const struct gates_options *gates_options(const struct gates *gates);

/* Disarms, detaches and frees; what is pinned stays. NULL is fine. */
void gates_free(struct gates **gates);

/*
 * Puts a policy in force as a whole. Its generation must be higher than that of any before. The
 * gate for unloads, which each use of a capability passes, comes and goes with policies that could
 * deny one. On failure the old policy stays. Negative errno; logged.
 */
int gates_put_policy(struct gates *gates, const struct policy *policy);

/* Attaches every gate, unarmed; one that cannot be attached takes all away again. Logged. */
int gates_attach(struct gates *gates);

/*
 * Waits up to timeout_ms for loads that began before the gates were attached, then arms them all
 * with one write. Returns the number of such loads that were not waited for to the end; they will
 * be refused at the gates that they have yet to pass.
 */
int gates_arm(struct gates *gates, unsigned int timeout_ms);

/* Is there a gate for unloads now? */
bool gates_judge_unloads(const struct gates *gates);

/* From now on they refuse nothing and write nothing. */
void gates_disarm(struct gates *gates);

/* The mode in force whatever the policy says, until a time (CLOCK_BOOTTIME ns, 0: no end). */
void gates_override(struct gates *gates, enum mw_mode mode, uint64_t until);

/*
 * Lets loads of these bytes in until a time (CLOCK_BOOTTIME ns), whatever the policy says. 0;
 * -E2BIG: there are MW_EXCEPTIONS_MAX already; or another negative errno.
 */
int gates_except(struct gates *gates, const __u8 digest[MW_DIGEST_SIZE], uint64_t until);

/* No longer. 0, -ENOENT: they were not, or another negative errno. */
int gates_end_exception(struct gates *gates, const __u8 digest[MW_DIGEST_SIZE]);

/* Reads what is let in, expired or not, into arrays of MW_EXCEPTIONS_MAX. Returns their number. */
size_t gates_exceptions(const struct gates *gates, __u8 digests[][MW_DIGEST_SIZE], uint64_t *until);

/* The override that the gates have, in force or run out. MW_MODE_NONE: none. */
enum mw_mode gates_read_override(const struct gates *gates, uint64_t *until);

/*
 * Compares what the gates obey with what was set from here, and sets it right: another process that
 * may use bpf(2) can write their settings. Returns whether something had been changed.
 */
bool gates_mend(struct gates *gates);

/*
 * Puts back what is not pinned any more where it was; see pins_mend_directories(). Returns how much
 * that was, or a negative errno: not all is known to be in place.
 */
int gates_mend_pins(const struct gates *gates);

/* This process tests itself: its next loads shall be refused at this gate. MW_GATE_NONE ends it. */
void gates_self_test_aim(struct gates *gates, enum mw_gate gate);

/* Every map, program and link of theirs, until one call returns other than 0. */
enum gates_object {
	GATES_MAP,
	GATES_PROGRAM,
	GATES_LINK,
};

typedef int gates_object_fn(void *arg, int fd, enum gates_object kind);
int gates_each_object(const struct gates *gates, gates_object_fn *each, void *arg);

/* The maps that another BPF object shares with them. */
int gates_events_map(const struct gates *gates);
int gates_counters_map(const struct gates *gates);

const struct mw_counters *gates_counters(const struct gates *gates);

/* Is the write that would silence the gates guarded against? */
bool gates_guard_trampolines(const struct gates *gates);

/* The ring buffer: a descriptor to poll, and its reader; see event_reader.h. */
int gates_open_events(struct gates *gates, event_fn *event, void *arg);
int gates_events_fd(const struct gates *gates);
size_t gates_read_events(struct gates *gates);
unsigned long gates_events_end(const struct gates *gates);
bool gates_have_read_events(const struct gates *gates, unsigned long end);
bool gates_events_are_held_up(const struct gates *gates);
size_t gates_events_left(const struct gates *gates);

/* Can stamps be had, and is it heard what the kernel says it has lost of its audit trail? */
bool gates_have_stamps(const struct gates *gates);
bool gates_hear_of_audit_losses(const struct gates *gates);

/*
 * The calls that tasks are still in, and what they have still to be stamped for: see struct
 * mw_decision_event, and audit_join.h. 0; -ENOENT: not all tasks can be seen; or another negative
 * errno.
 */
int gates_calls_inside(struct gates *gates, struct seq_set *inside);

/* The stamps of what was counted under a sequence number. False: there are none. */
bool gates_fold_stamps(const struct gates *gates, uint64_t seq, struct mw_fold_stamps *ret);
void gates_forget_fold(const struct gates *gates, uint64_t seq);

/* Now and then: forgets those that nobody has come for; see fold_stamps_sweep(). */
void gates_sweep_folds(struct gates *gates);

/* How often the kernel skipped the program for the end of a call; those for stamps and losses. */
uint64_t gates_skipped_ends(const struct gates *gates);
uint64_t gates_skipped_audit_events(const struct gates *gates);

/*
 * Ends the window of counted denials: puts in an empty one and gives the old, in which nothing
 * changes any more. Read all events before its entries (operations.h says why). *ret is NULL where
 * nothing was counted. On an error the old one goes on counting: do not end the window elsewhere.
 */
int gates_end_window(struct gates *gates, struct fold_window **ret);

/* The window that was ended last, maybe by another daemon. *ret is NULL where there is none. */
int gates_window_before(struct gates *gates, struct fold_window **ret);

#endif
