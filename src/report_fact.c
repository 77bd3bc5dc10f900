// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_fact.h"

#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "escape.h"
#include "record_page.h"
#include "utf8.h"
#include "words.h"

#define CUT "..."

static const char *const names[FACTS] = {
	[FACT_OP] = "op",
	[FACT_MODULE] = "module",
	[FACT_SHA256] = "sha256",
	[FACT_SHA256_ELF] = "sha256_elf",
	[FACT_PATH] = "path",
	[FACT_SIGNATURE] = "signature",
	[FACT_SIGNER] = "signer",
	[FACT_TYPE] = "type",
	[FACT_REASON] = "reason",
	[FACT_RULE] = "rule",
	[FACT_ERRNO] = "errno",
	[FACT_CALLER] = "caller",
	[FACT_USER] = "user",
	[FACT_CONTAINER] = "container",
	[FACT_REQUESTER] = "requester",
	[FACT_ATTEMPT] = "attempt",
	[FACT_AUDIT] = "audit",
	[FACT_LOST] = "lost",
	[FACT_FINDING] = "finding",
	[FACT_VERDICT] = "verdict",
	[FACT_VERSION] = "version",
	[FACT_MODE] = "mode",
	[FACT_DETAIL] = "detail",
	[FACT_NODE] = "node",
};

const char *report_fact_name(enum report_fact fact)
{
	return names[fact];
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* As much of it as there is room for, and no part of a character. */
static void text_cut(char *out, size_t size, const char *text)
{
	size_t length = strlen(text), kept = 0;

	if (length < size) {
		memcpy(out, text, length + 1);
		return;
	}
	for (;;) {
		size_t character = utf8_length(text + kept, length - kept) ?: 1;

		if (kept + character > size - sizeof(CUT))
			break;
		kept += character;
	}
	memcpy(out, text, kept);
	strcpy(out + kept, CUT);
}

/* Of what there is no memory to make fit to be shown, nothing is shown. */
static void text_take(char *out, size_t size, const char *text)
{
	auto_free char *shown = NULL;

	if (!text || is_plain(text)) {
		text_cut(out, size, text ?: "");
		return;
	}
	shown = text_sanitize(text);
	text_cut(out, size, shown ?: "?");
}

void report_fact_take(struct report_facts *facts, enum report_fact fact, const char *text)
{
	text_take(facts->text[fact], FACT_SIZE, text);
}

static const char *string_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && *text ? text : NULL;
}

static void fact_read(struct report_facts *facts, enum report_fact fact, const json_t *object,
		      const char *key)
{
	report_fact_take(facts, fact, string_of(object, key));
}

/* Ids as numbers: what is none, is unset or is absurd is not told. */
static bool id_read(const json_t *object, const char *key, long long *id)
{
	const json_t *value = json_object_get(object, key);

	*id = json_integer_value(value);
	return json_is_integer(value);
}

static void user_format(char *out, size_t size, const json_t *process)
{
	long long uid, auid;
	bool has_uid = id_read(process, "uid", &uid);

	*out = '\0';
	if (has_uid && id_read(process, "auid", &auid))
		snprintf(out, size, "uid %lld, login %lld", uid, auid);
	else if (has_uid)
		snprintf(out, size, "uid %lld", uid);
}

static void caller_read(struct report_facts *facts, const json_t *process)
{
	report_fact_take(facts, FACT_CALLER,
			 string_of(process, "exe") ?: string_of(process, "comm"));
	user_format(facts->text[FACT_USER], FACT_SIZE, process);
}

static void container_read(struct report_facts *facts, const json_t *container)
{
	const char *pod = string_of(container, "pod") ?: string_of(container, "pod_uid");
	const char *space = string_of(container, "namespace");
	const char *id = string_of(container, "id") ?: string_of(container, "cgroup");
	char text[FACT_SIZE];

	if (id && pod) {
		snprintf(text, sizeof(text), "%s (pod %s%s%s)", id, space ?: "", space ? "/" : "",
			 pod);
		id = text;
	}
	report_fact_take(facts, FACT_CONTAINER, id);
}

/* Who asked for what an autoload brought, or would have brought. */
static void requester_read(struct report_facts *facts, const json_t *requester)
{
	const char *comm = string_of(requester, "comm");
	bool is_kernel = json_is_true(json_object_get(requester, "kernel_thread"));
	char user[64], text[FACT_SIZE];

	if (!comm)
		return;
	user_format(user, sizeof(user), requester);
	snprintf(text, sizeof(text),
		 is_kernel ? "%s (the kernel)"
		 : *user   ? "%s (%s)"
			   : "%s",
		 comm, user);
	report_fact_take(facts, FACT_REQUESTER, text);
}

static void module_read(struct report_facts *facts, const json_t *module)
{
	report_fact_take(facts, FACT_MODULE,
		  string_of(module, "name")	    ?: string_of(module, "sha256")
			  ?: string_of(module, "path"));
	fact_read(facts, FACT_SHA256, module, "sha256");
	fact_read(facts, FACT_SHA256_ELF, module, "sha256_elf");
	fact_read(facts, FACT_PATH, module, "path");
	fact_read(facts, FACT_SIGNATURE, module, "signature");
	fact_read(facts, FACT_SIGNER, module, "signer");
}

/* As tally_add() has it of the operation itself. */
static enum tally_end end_of(const json_t *record)
{
	if (field_is(record, "reason", "kernel"))
		return TALLY_FAILED;
	if (field_is(record, "verdict", "allow"))
		return TALLY_ALLOWED;
	if (!field_is(record, "verdict", "deny"))
		return TALLY_UNDECIDED;
	if (json_is_true(json_object_get(record, "enforced")))
		return TALLY_DENIED;
	return field_is(record, "mode", "enforce") ? TALLY_NOT_STOPPED : TALLY_WOULD_DENY;
}

static void time_read(char out[FACT_TIME_SIZE], const json_t *object, const char *key)
{
	const char *time = json_string_value(json_object_get(object, key));

	if (time && record_time_valid(time))
		memcpy(out, time, FACT_TIME_SIZE);
}

static uint64_t count_read(const json_t *object)
{
	json_int_t count = json_integer_value(json_object_get(object, "count"));

	return count > 0 && count < INT32_MAX ? count : 1;
}

static void repetition_read(struct report_facts *facts, const json_t *repeated)
{
	if (!json_is_object(repeated))
		return;
	facts->count = count_read(repeated);
	time_read(facts->time, repeated, "first");
	time_read(facts->last, repeated, "last");
}

static void audit_read(struct report_facts *facts, const json_t *audit)
{
	if (field_is(audit, "recorded", "no"))
		report_fact_take(facts, FACT_AUDIT, "gap");
	else if (field_is(audit, "recorded", "lost"))
		report_fact_take(facts, FACT_AUDIT, "lost");
}

static void operation_read(struct report_facts *facts, const json_t *record)
{
	const json_t *requester = json_object_get(record, "requester");

	facts->is_operation = true;
	facts->end = end_of(record);
	fact_read(facts, FACT_OP, record, "op");
	fact_read(facts, FACT_ERRNO, json_object_get(record, "syscall"), "errno");
	container_read(facts, json_object_get(record, "container"));
	requester_read(facts, requester);
	if (field_is(record, "op", "autoload"))
		fact_read(facts, FACT_MODULE, requester, "alias");
	repetition_read(facts, json_object_get(record, "repeated"));
	audit_read(facts, json_object_get(record, "audit"));
}

static void version_read(struct report_facts *facts, const json_t *record)
{
	const char *version = string_of(record, "version"), *kernel = string_of(record, "kernel");
	char text[FACT_SIZE];

	snprintf(text, sizeof(text), "%s on Linux %s", version ?: "", kernel ?: "?");
	report_fact_take(facts, FACT_VERSION, version ? text : NULL);
}

static void facts_clear(struct report_facts *facts)
{
	for (enum report_fact fact = 0; fact < FACTS; fact++)
		*facts->text[fact] = '\0';
	*facts->time = *facts->last = *facts->id = '\0';
	facts->is_operation = false;
	facts->end = TALLY_ENDS;
	facts->count = 1;
}

static const struct {
	const char *type;
	const char *reason; /* NULL: each */
	const char *finding;
} findings[] = {
	{ "tamper", NULL, "tampering" },          { "module", "vanished", "vanished module" },
	{ "audit", "gap", "audit gap" },          { "audit", "lost", "audit loss" },
	{ "loss", NULL, "records lost" },         { "daemon", "detached", "gates gone" },
	{ "daemon", "not_locked", "not locked" }, { "policy", "refused", "policy refused" },
};

static void finding_read(struct report_facts *facts, const json_t *record)
{
	if (*facts->text[FACT_AUDIT])
		report_fact_take(facts, FACT_FINDING,
				 strcmp(facts->text[FACT_AUDIT], "gap") ? "audit loss"
									: "audit gap");
	else if (json_object_size(json_object_get(record, "lost")))
		report_fact_take(facts, FACT_FINDING, "records lost");
	for (size_t i = 0; i < sizeof(findings) / sizeof(*findings); i++)
		if (field_is(record, "type", findings[i].type) &&
		    (!findings[i].reason || field_is(record, "reason", findings[i].reason)))
			report_fact_take(facts, FACT_FINDING, findings[i].finding);
}

static void state_read(struct report_facts *facts, const json_t *record)
{
	fact_read(facts, FACT_MODE, record, "mode");
	fact_read(facts, FACT_VERDICT, record, "verdict");
	fact_read(facts, FACT_ATTEMPT, json_object_get(record, "attempt"), "what");
	version_read(facts, record);
	if (field_is(record, "type", "audit")) {
		fact_read(facts, FACT_AUDIT, record, "reason");
		facts->count = count_read(record);
	}
}

void report_facts_read(struct report_facts *facts, const json_t *record)
{
	facts_clear(facts);
	time_read(facts->time, record, "time");
	text_take(facts->id, sizeof(facts->id), string_of(record, "id"));
	fact_read(facts, FACT_TYPE, record, "type");
	fact_read(facts, FACT_REASON, record, "reason");
	fact_read(facts, FACT_RULE, record, "rule");
	fact_read(facts, FACT_DETAIL, record, "detail");
	fact_read(facts, FACT_NODE, record, "node");
	module_read(facts, json_object_get(record, "module"));
	caller_read(facts, json_object_get(record, "process"));
	if (field_is(record, "type", "operation"))
		operation_read(facts, record);
	else
		state_read(facts, record);
	finding_read(facts, record);
	if (!*facts->last)
		memcpy(facts->last, facts->time, sizeof(facts->last));
}

json_t *report_ends_json(const uint64_t ends[TALLY_ENDS])
{
	json_t *object = json_object();

	for (enum tally_end end = 0; end < TALLY_ENDS && object; end++) {
		if (!ends[end])
			continue;
		if (json_object_set_new(object, word_of(&tally_words, end),
					json_integer(ends[end]))) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}
