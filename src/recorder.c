// SPDX-License-Identifier: GPL-2.0-or-later
#include "recorder.h"

#include "boottime.h"
#include "cleanup.h"
#include "log.h"
#include "policy_history.h"
#include "signers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct recorder {
	struct sink *sink;
	struct journal *journal;
	struct signers *signers;
	const struct container_names *names; /* NULL: nobody knows any */
	recorder_tell_fn *tell;
	void *tell_arg;
	struct record_context context;
	struct record_lost total; /* since the start */
	struct record_lost told;  /* of these, what records have told of */
	struct policy_history *policies;
	uint64_t memory; /* records for which there was none */
	uint64_t left;   /* events that nobody will read */
	char *node;
	char boot_id[40];
};

static const char *rule_name(uint32_t generation, uint16_t rule, void *arg)
{
	const struct recorder *recorder = arg;

	return policy_history_rule(recorder->policies, generation, rule);
}

static const char *policy_sha256(uint32_t generation, void *arg)
{
	const struct recorder *recorder = arg;

	return policy_history_sha256(recorder->policies, generation);
}

static const char *signer(const struct operation *operation, void *arg)
{
	const struct recorder *recorder = arg;

	return signers_find(recorder->signers, operation, boottime_now());
}

static const struct pod_names *pod_names(const char *id, void *arg)
{
	const struct recorder *recorder = arg;

	return recorder->names ? container_names_find(recorder->names, id) : NULL;
}

static void read_boot_id(char *boot_id, size_t size)
{
	auto_fclose FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!file || !fgets(boot_id, size, file))
		snprintf(boot_id, size, "00000000");
	boot_id[strcspn(boot_id, "\n")] = '\0';
}

int recorder_new(struct recorder **ret, struct sink *sink, const char *node)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));

	if (!recorder)
		return -ENOMEM;
	recorder->node = strdup(node);
	if (!recorder->node || signers_new(&recorder->signers) ||
	    policy_history_new(&recorder->policies)) {
		recorder_free(&recorder);
		return -ENOMEM;
	}
	recorder->sink = sink;
	read_boot_id(recorder->boot_id, sizeof(recorder->boot_id));
	recorder->context = (struct record_context){
		.node = recorder->node,
		.boot_id = recorder->boot_id,
		.rule_name = rule_name,
		.policy_sha256 = policy_sha256,
		.signer = signer,
		.names = pod_names,
		.arg = recorder,
	};
	*ret = recorder;
	return 0;
}

void recorder_free(struct recorder **recorder)
{
	if (!*recorder)
		return;
	sink_close((*recorder)->sink);
	journal_free((*recorder)->journal);
	signers_free((*recorder)->signers);
	policy_history_free((*recorder)->policies);
	free((*recorder)->node);
	free(*recorder);
	*recorder = NULL;
}

int recorder_know_policy(struct recorder *recorder, const struct policy *policy)
{
	return policy_history_add(recorder->policies, policy);
}

void recorder_set_generation(struct recorder *recorder, uint32_t generation)
{
	recorder->context.generation = generation;
}

void recorder_count_lost(struct recorder *recorder, const struct mw_counters *gates,
			 const struct operation_counters *operations)
{
	const struct sink_lost *output = sink_lost(recorder->sink);
	uint64_t *total = recorder->total.count;

	total[RECORD_LOST_DECISION] = gates->lost[MW_EVENT_DECISION];
	total[RECORD_LOST_OUTCOME] = gates->lost[MW_EVENT_OUTCOME];
	total[RECORD_LOST_TAMPER] = gates->lost[MW_EVENT_TAMPER];
	total[RECORD_LOST_AUDIT] = gates->lost[MW_EVENT_AUDIT];
	total[RECORD_LOST_MALFORMED] = operations->malformed;
	total[RECORD_LOST_LATE] = operations->late + recorder->left;
	total[RECORD_LOST_UNOBSERVED] = gates->unobserved;
	total[RECORD_LOST_MEMORY] = operations->failed + recorder->memory;
	total[RECORD_LOST_OUTPUT] = output->failed + output->cut;
}

void recorder_count_skipped(struct recorder *recorder, uint64_t count)
{
	recorder->total.count[RECORD_LOST_SKIPPED] = count;
}

void recorder_count_unheld(struct recorder *recorder, uint64_t count)
{
	recorder->total.count[RECORD_LOST_UNHELD] = count;
}

void recorder_count_left(struct recorder *recorder, uint64_t count)
{
	recorder->left += count;
}

void recorder_count_notes(struct recorder *recorder, uint64_t count)
{
	recorder->total.count[RECORD_LOST_NOTE] = count;
}

/* What is counted in the kernel, and not by each process from nothing. */
static const enum record_lost_kind kernel_kinds[] = {
	RECORD_LOST_DECISION,   RECORD_LOST_OUTCOME, RECORD_LOST_TAMPER,
	RECORD_LOST_UNOBSERVED, RECORD_LOST_UNHELD,  RECORD_LOST_AUDIT,
};

void recorder_save(const struct recorder *recorder, struct record_lost *told)
{
	*told = recorder->told;
}

void recorder_resume(struct recorder *recorder, const struct record_lost *told)
{
	for (size_t i = 0; i < sizeof(kernel_kinds) / sizeof(kernel_kinds[0]); i++)
		recorder->told.count[kernel_kinds[i]] = told->count[kernel_kinds[i]];
}

/* Brings up to date what every record's head says. */
static uint64_t prepare(struct recorder *recorder)
{
	recorder->context.boottime_offset = boottime_offset();
	for (int i = 0; i < RECORD_LOST_KINDS; i++)
		recorder->context.lost.count[i] =
			recorder->total.count[i] - recorder->told.count[i];
	return boottime_now();
}

static void write_record(struct recorder *recorder, json_t *record)
{
	struct record_lost lost = recorder->context.lost;

	if (!record) {
		recorder->memory++;
		return;
	}
	journal_take(recorder->journal, record);
	if (!sink_write(recorder->sink, record))
		for (int i = 0; i < RECORD_LOST_KINDS; i++)
			recorder->told.count[i] += lost.count[i];
	json_decref(record);
}

void recorder_operation(struct recorder *recorder, const struct operation *operation)
{
	json_t *record;

	prepare(recorder);
	record = record_operation(&recorder->context, operation);
	if (record && recorder->tell)
		recorder->tell(record, recorder->tell_arg);
	write_record(recorder, record);
}

void recorder_daemon(struct recorder *recorder, const struct record_daemon *daemon)
{
	uint64_t now = prepare(recorder);

	write_record(recorder, record_daemon(&recorder->context, now, daemon));
}

void recorder_policy(struct recorder *recorder, const struct record_policy *policy)
{
	uint64_t now = prepare(recorder);

	write_record(recorder, record_policy(&recorder->context, now, policy));
}

void recorder_audit(struct recorder *recorder, const struct record_audit *audit)
{
	uint64_t now = prepare(recorder);

	write_record(recorder, record_audit(&recorder->context, now, audit));
}

void recorder_tamper(struct recorder *recorder, const struct mw_tamper_event *event,
		     const char *detail)
{
	prepare(recorder);
	write_record(recorder, record_tamper(&recorder->context, event, detail));
}

void recorder_finding(struct recorder *recorder, enum mw_tamper reason, const char *module,
		      const char *detail)
{
	struct mw_tamper_event event = {
		.event = { .type = MW_EVENT_TAMPER,
			   .size = sizeof(event),
			   .seq = RECORD_NO_SEQ,
			   .time = boottime_now() },
		.reason = reason,
		.pid = getpid(),
		.comm = "modwarden",
	};

	if (module)
		snprintf(event.module, sizeof(event.module), "%s", module);
	recorder_tamper(recorder, &event, detail);
}

void recorder_module(struct recorder *recorder, const struct record_module *module)
{
	uint64_t now = prepare(recorder);

	write_record(recorder, record_module(&recorder->context, now, module));
}

void recorder_set_journal(struct recorder *recorder, struct journal *journal)
{
	recorder->journal = journal;
}

void recorder_set_names(struct recorder *recorder, const struct container_names *names)
{
	recorder->names = names;
}

void recorder_settle(struct recorder *recorder)
{
	uint64_t now = prepare(recorder);

	journal_settle(recorder->journal);
	for (int i = 0; i < RECORD_LOST_KINDS; i++) {
		if (recorder->context.lost.count[i]) {
			write_record(recorder,
				     record_loss(&recorder->context, now, &recorder->total));
			return;
		}
	}
}

void recorder_tell(struct recorder *recorder, recorder_tell_fn *tell, void *arg)
{
	recorder->tell = tell;
	recorder->tell_arg = arg;
}

void recorder_show(struct recorder *recorder, sink_show_fn *show, void *arg)
{
	sink_show(recorder->sink, show, arg);
}

int recorder_follow(struct recorder *recorder)
{
	return sink_follow(recorder->sink);
}

uint64_t recorder_owes(const struct recorder *recorder, enum record_lost_kind kind)
{
	return recorder->total.count[kind] - recorder->told.count[kind];
}

uint64_t recorder_total_lost(const struct recorder *recorder)
{
	uint64_t sum = 0;

	for (int i = 0; i < RECORD_LOST_KINDS; i++)
		sum += recorder->total.count[i];
	return sum;
}

uint64_t recorder_events_lost(const struct recorder *recorder)
{
	const uint64_t *total = recorder->total.count;

	return total[RECORD_LOST_DECISION] + total[RECORD_LOST_OUTCOME] +
	       total[RECORD_LOST_MALFORMED] + total[RECORD_LOST_LATE] +
	       total[RECORD_LOST_UNOBSERVED] + total[RECORD_LOST_MEMORY] +
	       total[RECORD_LOST_UNHELD];
}

const struct record_lost *recorder_lost(const struct recorder *recorder)
{
	return &recorder->total;
}

const char *recorder_boot_id(const struct recorder *recorder)
{
	return recorder->boot_id;
}
