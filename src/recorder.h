/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recorder: turns what happened into records and writes them, and owes an account of each one
 * that was lost on the way: the next record tells, or a record of type loss.
 */
#ifndef MODWARDEN_RECORDER_H
#define MODWARDEN_RECORDER_H

#include "operations.h"
#include "policy.h"
#include "record.h"
#include "sink.h"

struct recorder;

/* Takes the sink. node is copied. 0 or -ENOMEM. */
int recorder_new(struct recorder **ret, struct sink *sink, const char *node);
void recorder_free(struct recorder **recorder);

/* The policy that rule names are taken from; it must outlive the recorder. */
void recorder_set_policy(struct recorder *recorder, const struct policy *policy);

/* What the gates and the operations have lost since the start. */
void recorder_count_lost(struct recorder *recorder, const struct mw_counters *gates,
			 const struct operation_counters *operations);

/* Each writes one record; a failure is counted and told by the next. */
void recorder_operation(struct recorder *recorder, const struct operation *operation);
void recorder_daemon(struct recorder *recorder, const struct record_daemon *daemon);
void recorder_policy(struct recorder *recorder, const struct record_policy *policy);
void recorder_tamper(struct recorder *recorder, const struct mw_tamper_event *event,
		     const char *detail);
void recorder_module(struct recorder *recorder, const struct record_module *module);

/* Writes a record of type loss if something was lost that no record has told of yet. */
void recorder_settle(struct recorder *recorder);

/* Records lost since the start, of any kind. */
uint64_t recorder_total_lost(const struct recorder *recorder);

/* The same by kind. */
const struct record_lost *recorder_lost(const struct recorder *recorder);

const char *recorder_boot_id(const struct recorder *recorder);

/* Events of operations lost since the start: each may have been an unload's. */
uint64_t recorder_events_lost(const struct recorder *recorder);

#endif
