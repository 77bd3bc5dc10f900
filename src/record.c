// SPDX-License-Identifier: GPL-2.0-or-later
#include "record.h"

#include <inttypes.h>

#include "record_value.h"

#define BOOT_ID_DIGITS 8

static json_t *lost_value(const struct record_lost *lost)
{
	json_t *object = json_object();

	for (size_t i = 0; object && i < RECORD_LOST_KINDS; i++) {
		if (!lost->count[i])
			continue;
		if (json_object_set_new(object, word_of(&lost_words, i),
					value_number(lost->count[i]))) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static json_t *policy_value(const struct record_context *context, uint32_t generation)
{
	const char *sha256 = NULL;

	if (!generation)
		return json_null();
	if (context->policy_sha256)
		sha256 = context->policy_sha256(generation, context->arg);
	return json_pack("{s:o, s:o}", "generation", value_number(generation), "sha256",
			 value_string(sha256));
}

json_t *record_id(const struct record_context *context, uint64_t seq)
{
	return json_sprintf("%.*s-%" PRIu64, BOOT_ID_DIGITS, context->boot_id ?: "", seq);
}

static json_t *id_value(struct record_context *context, uint64_t seq, unsigned int part,
			uint64_t time)
{
	const char *boot = context->boot_id ?: "";

	if (seq == RECORD_NO_SEQ) {
		/* Two records of one instant are still two. */
		if (time <= context->last_time)
			time = context->last_time + 1;
		context->last_time = time;
		return json_sprintf("%.*s-t%" PRIu64, BOOT_ID_DIGITS, boot, time);
	}
	if (part)
		return json_sprintf("%.*s-%" PRIu64 ".%u", BOOT_ID_DIGITS, boot, seq, part);
	return record_id(context, seq);
}

json_t *record_assemble(struct record_context *context, const char *type, uint64_t seq,
			unsigned int part, uint64_t time, uint32_t generation, json_t *body)
{
	json_t *record;

	if (!body)
		return NULL;
	record = json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o}", "schema", RECORD_SCHEMA, "id",
			   id_value(context, seq, part, time), "type", type, "time",
			   value_time(time, context->boottime_offset), "node",
			   value_string(context->node), "policy", policy_value(context, generation),
			   "lost", lost_value(&context->lost));
	if (record && json_object_update(record, body)) {
		json_decref(record);
		record = NULL;
	}
	json_decref(body);
	return record;
}

static json_t *assemble_state(struct record_context *context, const char *type, uint64_t now,
			      json_t *body)
{
	return record_assemble(context, type, RECORD_NO_SEQ, 0, now, context->generation, body);
}

json_t *record_daemon(struct record_context *context, uint64_t now,
		      const struct record_daemon *daemon)
{
	json_t *body = json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "reason",
		value_word(&daemon_reason_words, daemon->reason), "version",
		value_string(daemon->version), "kernel", value_string(daemon->kernel), "mechanism",
		value_string(daemon->mechanism), "grade", value_string(daemon->grade), "mode",
		value_word(&mode_words, daemon->mode), "detail", value_string(daemon->detail));

	return assemble_state(context, "daemon", now, body);
}

json_t *record_policy(struct record_context *context, uint64_t now,
		      const struct record_policy *policy)
{
	json_t *until =
		policy->until ? value_time(policy->until, context->boottime_offset) : json_null();
	json_t *body =
		json_pack("{s:o, s:o, s:o, s:o, s:o}", "reason",
			  value_word(&policy_reason_words, policy->reason), "path",
			  value_string(policy->path), "mode", value_word(&mode_words, policy->mode),
			  "until", until, "detail", value_string(policy->detail));

	return assemble_state(context, "policy", now, body);
}

static json_t *rule_value(const struct record_context *context, uint32_t generation, uint16_t rule)
{
	if (rule == MW_RULE_NONE || !context->rule_name)
		return json_null();
	return value_string(context->rule_name(generation, rule, context->arg));
}

json_t *record_module(struct record_context *context, uint64_t now,
		      const struct record_module *module)
{
	bool is_judged = module->verdict != MW_VERDICT_NONE;
	uint16_t rule = is_judged ? module->rule : MW_RULE_NONE;
	json_t *facts = json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o}", "name", value_string(module->name), "sha256",
		value_string(module->sha256), "path", value_string(module->path), "signer",
		value_string(module->signer), "srcversion", value_string(module->srcversion),
		"taints", value_bits(&taint_words, module->taints));
	json_t *body = json_pack("{s:o, s:o, s:o, s:o, s:o}", "reason",
				 value_word(&module_reason_words, module->reason), "module", facts,
				 "verdict", value_word(&verdict_words, module->verdict), "rule",
				 rule_value(context, context->generation, rule), "detail",
				 value_string(module->detail));

	return assemble_state(context, "module", now, body);
}

json_t *record_audit(struct record_context *context, uint64_t now, const struct record_audit *audit)
{
	json_t *body = json_pack("{s:o, s:o, s:o}", "reason",
				 value_word(&audit_reason_words, audit->reason), "count",
				 value_number(audit->count), "detail", value_string(audit->detail));

	return assemble_state(context, "audit", now, body);
}

json_t *record_loss(struct record_context *context, uint64_t now, const struct record_lost *total)
{
	return assemble_state(context, "loss", now, json_pack("{s:o}", "total", lost_value(total)));
}

static json_t *tamper_module_value(const struct mw_tamper_event *event)
{
	if (!event->module[0])
		return json_null();
	return json_pack("{s:o}", "name", value_text(event->module, sizeof(event->module)));
}

static json_t *tamper_process_value(const struct mw_tamper_event *event)
{
	if (!event->pid)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "pid", value_number(event->pid), "comm",
			 value_text(event->comm, sizeof(event->comm)), "uid",
			 value_number(event->uid));
}

/* What was tried on a locked modwarden, and on which object. */
static json_t *tamper_attempt_value(const struct mw_tamper_event *event)
{
	if (!event->attempt)
		return json_null();
	return json_pack("{s:o, s:o}", "what", value_word(&attempt_words, event->attempt), "object",
			 value_number(event->object));
}

json_t *record_tamper(struct record_context *context, const struct mw_tamper_event *event,
		      const char *detail)
{
	json_t *body = json_pack(
		"{s:o, s:o, s:o, s:o, s:o}", "reason", value_word(&tamper_words, event->reason),
		"attempt", tamper_attempt_value(event), "module", tamper_module_value(event),
		"process", tamper_process_value(event), "detail", value_string(detail));

	return record_assemble(context, "tamper", event->event.seq, 0, event->event.time,
			       context->generation, body);
}
