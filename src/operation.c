// SPDX-License-Identifier: GPL-2.0-or-later
#include "operation.h"

#include <errno.h>
#include <string.h>

static size_t event_size(uint32_t type)
{
	switch (type) {
	case MW_EVENT_DECISION:
		return sizeof(struct mw_decision_event);
	case MW_EVENT_OUTCOME:
		return sizeof(struct mw_outcome);
	case MW_EVENT_TAMPER:
		return sizeof(struct mw_tamper_event);
	case MW_EVENT_AUDIT:
		return sizeof(struct mw_audit_event);
	default:
		return SIZE_MAX;
	}
}

enum mw_event_type event_type(const void *data, size_t size)
{
	struct mw_event event;

	if (size < sizeof(event))
		return MW_EVENT_NONE;
	memcpy(&event, data, sizeof(event));
	if (event.size > size || event.size < event_size(event.type))
		return MW_EVENT_NONE;
	return event.type;
}

static void text_end(char *text, size_t size)
{
	text[size - 1] = '\0';
}

static void facts_bound(struct mw_facts *facts)
{
	text_end(facts->module, sizeof(facts->module));
	text_end(facts->filesystem, sizeof(facts->filesystem));
	text_end(facts->container, sizeof(facts->container));
	text_end(facts->alias, sizeof(facts->alias));
	text_end(facts->loader, sizeof(facts->loader));
	text_end(facts->path, sizeof(facts->path));
	if (facts->digest_count > MW_DIGESTS)
		facts->digest_count = MW_DIGESTS;
}

static void caller_bound(struct mw_caller *caller)
{
	text_end(caller->comm, sizeof(caller->comm));
	text_end(caller->tty, sizeof(caller->tty));
	text_end(caller->params, sizeof(caller->params));
	text_end(caller->cgroup, sizeof(caller->cgroup));
	for (size_t i = 0; i < MW_ANCESTORS; i++)
		text_end(caller->ancestors[i].comm, sizeof(caller->ancestors[i].comm));
	if (caller->ancestor_count > MW_ANCESTORS)
		caller->ancestor_count = MW_ANCESTORS;
	if (caller->cmdline_size > MW_CMDLINE_SIZE)
		caller->cmdline_size = MW_CMDLINE_SIZE;
}

static void requester_bound(struct mw_requester *requester)
{
	text_end(requester->comm, sizeof(requester->comm));
	text_end(requester->alias, sizeof(requester->alias));
	text_end(requester->container, sizeof(requester->container));
}

/*
 * The gates count what ends where it is judged; what has no fact at all is of a gate without a
 * ticket.
 */
bool ruling_is_folded(const struct mw_ruling *ruling, const struct mw_facts *facts)
{
	if (!facts->known)
		return false;
	return facts->op == MW_OP_AUTOLOAD ||
	       (ruling->verdict == MW_VERDICT_DENY && ruling->enforced);
}

struct mw_fold_key decision_fold_key(const struct mw_decision_event *event)
{
	struct mw_fold_key key = {
		.generation = event->ruling.generation,
		.uid = event->facts.uid,
		.rule = event->ruling.rule,
		.op = event->facts.op,
		.reason = event->ruling.reason,
		.gate = event->ruling.gate,
		.source = event->facts.source,
		.digest_count = event->facts.digest_count,
		.verdict = event->ruling.verdict,
		.mode = event->ruling.mode,
		.enforced = event->ruling.enforced,
		.cgroup_id = event->caller.cgroup_id,
		.exe_inode = event->caller.exe_inode,
		.exe_device = event->caller.exe_device,
	};

	memcpy(key.digest, event->facts.digest[0], sizeof(key.digest));
	memcpy(key.module,
	       event->facts.op == MW_OP_AUTOLOAD ? event->facts.alias : event->facts.module,
	       sizeof(key.module));
	return key;
}

void operation_take_decision(struct operation *operation, const struct mw_decision_event *event)
{
	operation->time = event->event.time;
	operation->ruling = event->ruling;
	operation->facts = event->facts;
	operation->caller = event->caller;
	operation->requester = event->requester;
	operation->leader = event->leader;
	operation->call = event->call;
	operation->has |= OPERATION_HAS_DECISION;
	requester_bound(&operation->requester);
	facts_bound(&operation->facts);
	caller_bound(&operation->caller);
}

/* The outcome's view is the later one; what it does not say stays. */
static void take_outcome_identity(struct mw_facts *facts, const struct mw_outcome *event)
{
	facts->op = event->op ?: facts->op;
	facts->source = event->source ?: facts->source;
	facts->signature = event->signature ?: facts->signature;
	facts->is_signed = event->is_signed ?: facts->is_signed;
	facts->size = event->size ?: facts->size;
	if (event->module[0]) {
		facts->name_source = event->name_source;
		memcpy(facts->module, event->module, sizeof(facts->module));
	}
	if (event->digest_count >= facts->digest_count) {
		facts->digest_count = event->digest_count;
		memcpy(facts->digest, event->digest, sizeof(facts->digest));
	}
	facts_bound(facts);
}

void operation_take_outcome(struct operation *operation, const struct mw_outcome *event)
{
	operation->time = event->event.time;
	/* Value 0 is "not said": it does not unsay a verdict. */
	if (event->ruling.verdict != MW_VERDICT_NONE || !operation->has)
		operation->ruling = event->ruling;
	take_outcome_identity(&operation->facts, event);
	/* What nothing is known of says nothing. */
	operation->call = event->call ?: operation->call;
	operation->exit = event->exit;
	operation->taints = event->taints;
	operation->loaded = event->loaded;
	memcpy(operation->srcversion, event->srcversion, sizeof(operation->srcversion));
	text_end(operation->srcversion, sizeof(operation->srcversion));
	if (!(operation->has & OPERATION_HAS_DECISION)) {
		operation->facts.known |= MW_BIT(MW_CRITERION_UID);
		operation->facts.uid = event->uid;
		operation->caller.euid = event->uid;
		operation->caller.pid = event->pid;
		operation->caller.tid = event->tid;
		memcpy(operation->caller.comm, event->comm, sizeof(operation->caller.comm));
		text_end(operation->caller.comm, sizeof(operation->caller.comm));
	}
	operation->has |= OPERATION_HAS_OUTCOME;
}

static void conclude_as(struct operation *operation, int64_t exit)
{
	operation->exit = exit;
	operation->has |= OPERATION_HAS_OUTCOME;
}

void operation_conclude(struct operation *operation)
{
	const struct mw_ruling *ruling = &operation->ruling;
	/* What was only counted had been judged like the one that it was counted under. */
	bool was_judged = operation->has & OPERATION_HAS_DECISION
				  ? operation->facts.known
				  : operation->has & OPERATION_HAS_FOLD;

	/* The kernel's own name is that of what has gone. */
	bool is_gone = operation->facts.op == MW_OP_UNLOAD &&
		       operation->facts.name_source == MW_NAME_KERNEL;

	if (operation->has & OPERATION_HAS_OUTCOME)
		return;
	if (is_gone)
		conclude_as(operation, 0);
	else if (was_judged && ruling->verdict == MW_VERDICT_DENY && ruling->enforced)
		conclude_as(operation, ruling->gate == MW_GATE_NAME ? -ENOMEM : -EPERM);
}

/* What the key says of an operation that no event told of; the rest of it stays as it is. */
void operation_take_key(struct operation *operation, const struct mw_fold_key *key)
{
	struct mw_facts *facts = &operation->facts;

	if (operation->has & OPERATION_HAS_DECISION)
		return;
	operation->ruling.generation = key->generation;
	operation->ruling.rule = key->rule;
	operation->ruling.reason = key->reason;
	operation->ruling.gate = key->gate;
	operation->ruling.verdict = key->verdict;
	operation->ruling.mode = key->mode;
	operation->ruling.enforced = key->enforced;
	facts->op = key->op;
	facts->uid = key->uid;
	facts->source = key->source;
	/* One digest at most is in the key: more of them are not worth less for that. */
	facts->digest_count = facts->digest_count ?: !!key->digest_count;
	memcpy(facts->digest[0], key->digest, sizeof(facts->digest[0]));
	memcpy(key->op == MW_OP_AUTOLOAD ? facts->alias : facts->module, key->module,
	       sizeof(key->module));
	operation->caller.euid = key->uid;
	operation->caller.cgroup_id = key->cgroup_id;
	operation->caller.exe_inode = key->exe_inode;
	operation->caller.exe_device = key->exe_device;
	facts_bound(facts);
}
