/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recorder: turns what happened into records and writes them, and owes an account of each one
 * that was lost on the way: the next record tells, or a record of type loss.
 */
#ifndef MODWARDEN_RECORDER_H
#define MODWARDEN_RECORDER_H

#include "container_names.h"
#include "journal.h"
#include "operations.h"
#include "policy.h"
#include "record.h"
#include "sink.h"

struct recorder;

/* Takes the sink. node is copied. 0 or -ENOMEM. */
int recorder_new(struct recorder **ret, struct sink *sink, const char *node);
void recorder_free(struct recorder **recorder);

/*
 * Remembers what records will say of a policy, by its generation, before it is put in force.
 * 0 or -ENOMEM.
 */
int recorder_know_policy(struct recorder *recorder, const struct policy *policy);

/* The policy in force, which is known. */
void recorder_set_generation(struct recorder *recorder, uint32_t generation);

/* What the gates and the operations have lost since the start. */
void recorder_count_lost(struct recorder *recorder, const struct mw_counters *gates,
			 const struct operation_counters *operations);

/* Ends of calls that the kernel skipped the program for. */
void recorder_count_skipped(struct recorder *recorder, uint64_t count);
/* Messages for the audit trail that were lost since the start. */
void recorder_count_notes(struct recorder *recorder, uint64_t count);

/* Events that were left where they were when the gates went. */
void recorder_count_left(struct recorder *recorder, uint64_t count);

/* What daemons before have lost, all of them, which had died. */
void recorder_count_unheld(struct recorder *recorder, uint64_t count);

/*
 * Of what the gates have lost, what records have told of: for the next daemon, which goes on from
 * there.
 */
void recorder_save(const struct recorder *recorder, struct record_lost *told);
void recorder_resume(struct recorder *recorder, const struct record_lost *told);

/* Each writes one record; a failure is counted and told by the next. */
void recorder_operation(struct recorder *recorder, const struct operation *operation);
void recorder_daemon(struct recorder *recorder, const struct record_daemon *daemon);
void recorder_policy(struct recorder *recorder, const struct record_policy *policy);
void recorder_tamper(struct recorder *recorder, const struct mw_tamper_event *event,
		     const char *detail);
/* A tamper record of what modwarden itself has found; module: NULL, or the name of the one that it
 * is about. */
void recorder_finding(struct recorder *recorder, enum mw_tamper reason, const char *module,
		      const char *detail);
void recorder_module(struct recorder *recorder, const struct record_module *module);
void recorder_audit(struct recorder *recorder, const struct record_audit *audit);

/*
 * Once a second and at the end: writes a record of type loss if something was lost that no record
 * has told of yet, and tells the journal what it was spared.
 */
void recorder_settle(struct recorder *recorder);

/* Takes the journal, which is shown each record; NULL, the default: none. */
void recorder_set_journal(struct recorder *recorder, struct journal *journal);

/* Is told each operation's record, just before it is written. NULL: nobody. */
typedef void recorder_tell_fn(const json_t *record, void *arg);
/* Who knows what containers are called; NULL: nobody. Not taken over. */
void recorder_set_names(struct recorder *recorder, const struct container_names *names);

void recorder_tell(struct recorder *recorder, recorder_tell_fn *tell, void *arg);

/* See sink_show(). */
void recorder_show(struct recorder *recorder, sink_show_fn *show, void *arg);

/* Once a second: see sink_follow(). */
int recorder_follow(struct recorder *recorder);

/* What ids begin with, and more of it. */
const char *recorder_boot_id(const struct recorder *recorder);

/* Lost, and told of by no record yet. */
uint64_t recorder_owes(const struct recorder *recorder, enum record_lost_kind kind);

/* Records lost since the start, of any kind. */
uint64_t recorder_total_lost(const struct recorder *recorder);

/* The same by kind. */
const struct record_lost *recorder_lost(const struct recorder *recorder);

/* Events of operations lost since the start: each may have been an unload's. */
uint64_t recorder_events_lost(const struct recorder *recorder);

#endif
