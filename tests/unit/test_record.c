/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as JSON. The names and the order of all fields are in golden/record-fields.txt; after a
 * change that is meant, UPDATE_GOLDEN=1 writes it anew. SEED=N chooses the random events.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "escape.h"
#include "golden_file.h"
#include "operations.h"
#include "record_text.h"
#include "record_value.h"
#include "sample_events.h"

#define GOLDEN        "record-fields.txt"
#define RANDOM_EVENTS 3000

static struct operation sample_operation(enum mw_verdict verdict, bool enforced, int64_t exit)
{
	struct mw_decision_event decision = sample_decision(17, verdict, enforced);
	struct mw_outcome outcome = sample_outcome(&decision, exit);
	struct operation operation = { .seq = 17 };

	operation_take_decision(&operation, &decision);
	operation_take_outcome(&operation, &outcome);
	return operation;
}

/* The record of an operation; free it with json_decref(). */
static json_t *record_of(const struct operation *operation)
{
	struct record_context context = sample_context();
	json_t *record = record_operation(&context, operation);

	assert_non_null(record);
	return record;
}

/* A field by its path, "process.pid". */
static const json_t *field(const json_t *record, const char *path)
{
	char name[64];
	size_t length;

	for (;; path += length + 1) {
		length = strcspn(path, ".");
		snprintf(name, sizeof(name), "%.*s", (int)length, path);
		record = json_object_get(record, name);
		if (!path[length])
			return record;
	}
}

static void assert_field(const json_t *record, const char *path, const char *expected)
{
	const json_t *value = field(record, path);
	auto_free char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	if (!text || strcmp(text, expected))
		fail_msg("%s is %s, not %s", path, text, expected);
}

static void list_fields(FILE *out, const char *prefix, const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)object, key, value) {
		const json_t *inner = json_is_array(value) ? json_array_get(value, 0) : value;
		char name[128];

		fprintf(out, "%s%s%s\n", prefix, key, json_is_array(value) ? "[]" : "");
		snprintf(name, sizeof(name), "%s%s%s.", prefix, key,
			 json_is_array(value) ? "[]" : "");
		if (json_is_object(inner))
			list_fields(out, name, inner);
	}
}

static void list_record(FILE *out, json_t *record)
{
	assert_non_null(record);
	fprintf(out, "[%s]\n", json_string_value(json_object_get(record, "type")));
	list_fields(out, "", record);
	fputc('\n', out);
	json_decref(record);
}

static void list_all_records(FILE *out)
{
	const struct record_daemon daemon = { .reason = RECORD_DAEMON_STARTED };
	const struct record_policy policy = { .reason = RECORD_POLICY_LOADED };
	const struct record_module module = { .reason = RECORD_MODULE_BASELINE, .name = "x" };
	const struct record_audit audit = { .reason = RECORD_AUDIT_GAP };
	const struct mw_tamper_event tamper = {
		.attempt = MW_ATTEMPT_MAP, .pid = 1, .comm = "x", .module = "x"
	};
	struct operation operation = sample_operation(MW_VERDICT_DENY, true, -EPERM);
	struct record_context context = sample_context();

	operation.repeated.count = 2;
	operation.requester.pid = 1;
	operation.ruling.reason = MW_REASON_INHERITED;
	list_record(out, record_of(&operation));
	operation.facts.op = MW_OP_AUTOLOAD;
	list_record(out, record_of(&operation));
	list_record(out, record_daemon(&context, 1, &daemon));
	list_record(out, record_policy(&context, 1, &policy));
	list_record(out, record_module(&context, 1, &module));
	list_record(out, record_audit(&context, 1, &audit));
	list_record(out, record_tamper(&context, &tamper, NULL));
	for (size_t i = 0; i < RECORD_LOST_KINDS; i++)
		context.lost.count[i] = 1;
	list_record(out, record_loss(&context, 1, &context.lost));
}

static void fields_are_those_of_the_golden_list(void **state)
{
	auto_free char *listed = NULL;
	size_t size;
	FILE *out = open_memstream(&listed, &size);

	(void)state;
	list_all_records(out);
	fclose(out);
	assert_golden(GOLDEN, listed);
}

static void denial_says_who_what_and_how(void **state)
{
	static const struct {
		const char *path;
		const char *value;
	} expected[] = {
		{ "schema", "\"modwarden/1\"" },
		{ "id", "\"5f0c1d2e-17\"" },
		{ "time", "\"2026-10-02T12:14:54.261533Z\"" },
		{ "node", "\"worker-3\"" },
		{ "policy.generation", "1" },
		{ "lost", "{}" },
		{ "op", "\"load\"" },
		{ "verdict", "\"deny\"" },
		{ "enforced", "true" },
		{ "mode", "\"enforce\"" },
		{ "rule", "null" },
		{ "reason", "\"default\"" },
		{ "gate", "\"content\"" },
		{ "module.name", "\"evil\"" },
		{ "module.sha256",
		  "\"9fbad5f00b26419cb7d2ed08237e99b4cfea05207b96b1cce7025d7893aec9e4\"" },
		{ "module.sha256_elf", "null" },
		{ "module.size", "13824" },
		{ "module.source", "\"file\"" },
		{ "module.deleted", "false" },
		{ "module.taints", "null" },
		{ "syscall.name", "\"finit_module\"" },
		{ "syscall.flags", "[]" },
		{ "syscall.params", "\"debug=1\"" },
		{ "syscall.exit", "-1" },
		{ "syscall.errno", "\"EPERM\"" },
		{ "process.pid", "4242" },
		{ "process.exe", "\"/usr/bin/kmod\"" },
		{ "process.cmdline", "\"insmod '/tmp/it'\\\"'\\\"'s evil.ko' debug=1\"" },
		{ "process.auid", "1000" },
		{ "process.caps", "\"000001ffffffffff\"" },
		{ "process.ancestors",
		  "[{\"pid\":4200,\"comm\":\"bash\"},{\"pid\":1,\"comm\":\"systemd\"}]" },
		{ "container.id", "\"" SAMPLE_CONTAINER "\"" },
		{ "container.runtime", "\"containerd\"" },
		{ "container.pod_uid", "\"0b2f4c1e-7d3a-4e59-9c66-2f1e8d7c6b5a\"" },
	};
	struct operation operation = sample_operation(MW_VERDICT_DENY, true, -EPERM);
	json_t *record = record_of(&operation);

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		assert_field(record, expected[i].path, expected[i].value);
	json_decref(record);
}

static void loaded_module_has_taints_and_srcversion(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_ALLOW, false, 0);
	json_t *record;

	(void)state;
	operation.ruling.rule = 0;
	operation.taints |= 1ULL << 63;
	record = record_of(&operation);
	assert_field(record, "module.taints",
		     "[\"out_of_tree\",\"unsigned\",\"0x8000000000000000\"]");
	assert_field(record, "module.srcversion", "\"533BB7E5866E52F63B9ACCB\"");
	assert_field(record, "rule", "\"distro\"");
	assert_field(record, "syscall.exit", "0");
	assert_field(record, "syscall.errno", "null");
	json_decref(record);
}

static const char *sample_signer(const struct operation *operation, void *arg)
{
	(void)arg;
	return operation->facts.signature == MW_SIGNATURE_VALID ? "A\033 distribution" : NULL;
}

static void signer_is_whom_the_context_knows(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_ALLOW, false, 0);
	struct record_context context = sample_context();
	json_t *record;

	(void)state;
	context.signer = sample_signer;
	record = record_operation(&context, &operation);
	assert_field(record, "module.signer", "null");
	json_decref(record);
	operation.facts.signature = MW_SIGNATURE_VALID;
	record = record_operation(&context, &operation);
	assert_field(record, "module.signer", "\"A\\\\x1b distribution\"");
	json_decref(record);
}

static void unset_ids_are_null(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_DENY, true, -EPERM);
	json_t *record;

	(void)state;
	operation.caller.auid = UNSET_ID;
	operation.caller.session = UNSET_ID;
	record = record_of(&operation);
	assert_field(record, "process.auid", "null");
	assert_field(record, "process.session", "null");
	json_decref(record);
}

static void unknown_outcome_is_null(void **state)
{
	struct mw_decision_event decision = sample_decision(17, MW_VERDICT_ALLOW, false);
	struct operation operation = { .seq = 17 };
	json_t *record;

	(void)state;
	operation_take_decision(&operation, &decision);
	record = record_of(&operation);
	assert_field(record, "syscall.exit", "null");
	assert_field(record, "syscall.errno", "null");
	json_decref(record);
}

static void outcome_alone_invents_nothing(void **state)
{
	static const char *const unknown[] = {
		"process.pid",  "process.ppid", "process.uid",    "process.comm",  "process.exe",
		"process.caps", "module.path",  "module.deleted", "syscall.flags", "container",
	};
	struct mw_decision_event decision = sample_decision(17, MW_VERDICT_ALLOW, false);
	struct mw_outcome outcome = sample_outcome(&decision, 0);
	struct operation operation = { .seq = 17 };
	json_t *record;

	(void)state;
	operation_take_outcome(&operation, &outcome);
	record = record_of(&operation);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		assert_field(record, unknown[i], "null");
	assert_field(record, "module.name", "\"evil\"");
	assert_field(record, "syscall.name", "\"finit_module\"");
	assert_field(record, "process.euid", "0");
	json_decref(record);
}

static void second_digest_is_that_of_the_elf_bytes(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_ALLOW, false, 0);
	json_t *record;

	(void)state;
	operation.facts.digest_count = 2;
	record = record_of(&operation);
	assert_field(record, "module.sha256_elf",
		     "\"0000000000000000000000000000000000000000000000000000000000000000\"");
	json_decref(record);
}

static void autoload_names_the_alias_and_no_module(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_DENY, true, -EPERM);
	json_t *record;

	(void)state;
	operation.facts.op = MW_OP_AUTOLOAD;
	operation.facts.unattributed = 1;
	SET_TEXT(operation.facts.alias, "net-pf-21");
	record = record_of(&operation);
	assert_field(record, "requester.alias", "\"net-pf-21\"");
	assert_field(record, "requester.kernel_thread", "true");
	assert_field(record, "requester.pid", "4242");
	assert_string_equal(json_string_value(field(record, "requester.id")),
			    json_string_value(field(record, "id")));
	assert_field(record, "module", "null");
	assert_field(record, "syscall", "null");
	json_decref(record);
}

static void load_names_whose_autoload_led_to_it(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_ALLOW, false, 0);
	json_t *record = record_of(&operation);

	(void)state;
	assert_null(field(record, "requester"));
	json_decref(record);
	operation.requester = (struct mw_requester){
		.seq = 99, .pid = 7, .uid = 1000, .auid = ~0U, .comm = "curl", .alias = "net-pf-10"
	};
	record = record_of(&operation);
	assert_field(record, "requester",
		     "{\"id\":\"5f0c1d2e-99\",\"alias\":\"net-pf-10\",\"kernel_thread\":false,"
		     "\"pid\":7,\"comm\":\"curl\",\"uid\":1000,\"auid\":null,"
		     "\"container\":null}");
	json_decref(record);
}

static void inherited_verdict_names_its_leader(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_DENY, true, -EPERM);
	json_t *record = record_of(&operation);

	(void)state;
	assert_null(field(record, "leader"));
	json_decref(record);
	operation.ruling.reason = MW_REASON_INHERITED;
	record = record_of(&operation);
	assert_field(record, "leader", "null");
	json_decref(record);
	operation.leader = 98;
	record = record_of(&operation);
	assert_field(record, "leader", "\"5f0c1d2e-98\"");
	json_decref(record);
}

static void unload_has_its_own_flags(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_DENY, true, -EPERM);
	json_t *record;

	(void)state;
	operation.facts.op = MW_OP_UNLOAD;
	operation.facts.source = MW_SOURCE_NONE;
	operation.caller.syscall = MW_SYSCALL_DELETE_MODULE;
	operation.caller.flags = 0x200 | 0x800 | 0x1;
	record = record_of(&operation);
	assert_field(record, "syscall.flags", "[\"force\",\"nonblock\",\"0x1\"]");
	assert_field(record, "module.deleted", "null");
	json_decref(record);
}

static void repeated_tells_count_and_span(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_DENY, true, -EPERM);
	json_t *record;

	(void)state;
	operation.part = 1;
	operation.repeated = (struct operation_repeat){ 41, 0, 1500000000 };
	operation.audit.stamped = 39;
	operation.audit.missed = 1;
	operation.audit.first = 7;
	operation.audit.last = 46;
	record = record_of(&operation);
	assert_field(record, "id", "\"5f0c1d2e-17.1\"");
	assert_field(record, "repeated",
		     "{\"count\":41,\"first\":\"2026-10-01T12:56:17.000000Z\","
		     "\"last\":\"2026-10-01T12:56:18.500000Z\",\"stamped\":39,\"missed\":1,"
		     "\"serial_first\":7,\"serial_last\":46}");
	json_decref(record);
}

static void audit_event_is_as_ausearch_takes_it(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_ALLOW, false, 0);
	json_t *record;

	(void)state;
	record = record_of(&operation);
	assert_field(record, "audit",
		     "{\"id\":null,\"serial\":null,\"key\":null,\"key_known\":null,"
		     "\"recorded\":\"unknown\",\"join\":null}");
	json_decref(record);
	operation.audit = (struct operation_audit){ .recorded = AUDIT_RECORDED_YES,
						    .match = AUDIT_MATCH_EXACT,
						    .seconds = 1700000000,
						    .milliseconds = 7,
						    .serial = 4294967295,
						    .key = "module_load",
						    .key_known = true };
	record = record_of(&operation);
	assert_field(record, "audit",
		     "{\"id\":\"1700000000.007:4294967295\",\"serial\":4294967295,"
		     "\"key\":\"module_load\",\"key_known\":true,\"recorded\":\"yes\","
		     "\"join\":\"exact\"}");
	json_decref(record);
}

static void several_audit_keys_are_a_list(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_ALLOW, false, 0);
	json_t *record;

	(void)state;
	SET_TEXT(operation.audit.key, "one\001two\n\001three");
	record = record_of(&operation);
	assert_field(record, "audit.key", "[\"one\",\"two\\\\x0a\",\"three\"]");
	assert_field(record, "audit.key_known", "false");
	json_decref(record);
}

static const struct pod_names *names_of_sample(const char *id, void *arg)
{
	static const struct pod_names names = {
		.pod = "web-1",
		.pod_namespace = "shop",
		.pod_uid = "of the runtime",
		.container = "driver",
		.image = "registry.example/driver:1.2",
	};

	(void)arg;
	return strcmp(id, SAMPLE_CONTAINER) ? NULL : &names;
}

static void container_has_the_names_that_its_runtime_knows(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_DENY, true, -EPERM);
	struct record_context context = sample_context();
	json_t *record;

	(void)state;
	context.names = names_of_sample;
	record = record_operation(&context, &operation);
	assert_field(record, "container.pod", "\"web-1\"");
	assert_field(record, "container.namespace", "\"shop\"");
	assert_field(record, "container.name", "\"driver\"");
	assert_field(record, "container.image", "\"registry.example/driver:1.2\"");
	assert_field(record, "container.image_digest", "null");
	/* What the kernel said counts more. */
	assert_field(record, "container.pod_uid", "\"0b2f4c1e-7d3a-4e59-9c66-2f1e8d7c6b5a\"");
	json_decref(record);
	SET_TEXT(operation.caller.cgroup, "/docker/" SAMPLE_CONTAINER);
	record = record_operation(&context, &operation);
	assert_field(record, "container.pod_uid", "\"of the runtime\"");
	json_decref(record);
	operation.facts.container[0] ^= 1;
	record = record_operation(&context, &operation);
	assert_field(record, "container.pod", "null");
	json_decref(record);
}

static void cgroup_below_the_container_is_the_process_s_own(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_DENY, true, -EPERM);
	json_t *record;

	(void)state;
	SET_TEXT(operation.caller.cgroup, "/docker/" SAMPLE_CONTAINER "/crio-x.scope");
	operation.caller.cgroup_cut = true;
	record = record_of(&operation);
	assert_field(record, "container.cgroup", "\"/docker/" SAMPLE_CONTAINER "\"");
	assert_field(record, "container.runtime", "\"docker\"");
	assert_field(record, "container.pod_uid", "null");
	assert_field(record, "process.cgroup",
		     "\"/docker/" SAMPLE_CONTAINER "/crio-x.scope\\\\...\"");
	assert_field(record, "process.unit", "null");
	json_decref(record);
}

static void process_of_the_host_has_its_unit(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_DENY, true, -EPERM);
	json_t *record;

	(void)state;
	memset(operation.facts.container, 0, sizeof(operation.facts.container));
	SET_TEXT(operation.caller.cgroup, "/system.slice/systemd-udevd.service/udev");
	record = record_of(&operation);
	assert_field(record, "container", "null");
	assert_field(record, "process.cgroup", "\"/system.slice/systemd-udevd.service/udev\"");
	assert_field(record, "process.unit", "\"systemd-udevd.service\"");
	json_decref(record);
}

static void cut_command_line_says_so(void **state)
{
	struct operation operation = sample_operation(MW_VERDICT_DENY, true, -EPERM);
	json_t *record;
	const char *text;

	(void)state;
	operation.caller.cmdline_size = MW_CMDLINE_SIZE;
	memset(operation.caller.cmdline, 'a', MW_CMDLINE_SIZE);
	record = record_of(&operation);
	text = json_string_value(field(record, "process.cmdline"));
	assert_int_equal(strlen(text), MW_CMDLINE_SIZE + 4);
	assert_string_equal(&text[MW_CMDLINE_SIZE], "\\...");
	json_decref(record);
}

static void hostile_texts_come_back_from_the_log(void **state)
{
	static const char path[] = "/tmp/\033[2J\n\xe2\x80\xa8\xff\\.ko";
	struct operation operation = sample_operation(MW_VERDICT_DENY, true, -EPERM);
	auto_free char *line = NULL, *bytes = NULL;
	json_t *record, *back;
	size_t size;
	bool cut;

	(void)state;
	SET_TEXT(operation.facts.path, path);
	record = record_of(&operation);
	line = json_dumps(record, JSON_COMPACT);
	assert_null(strpbrk(line, "\n\033\xff"));
	back = json_loads(line, 0, NULL);
	bytes = bytes_unescape(json_string_value(field(back, "module.path")), &size, &cut);
	assert_string_equal(bytes, path);
	json_decref(back);
	json_decref(record);
}

static void records_of_one_instant_have_ids_of_their_own(void **state)
{
	const struct record_daemon daemon = { .reason = RECORD_DAEMON_STARTED };
	struct record_context context = sample_context();
	json_t *first = record_daemon(&context, 1000, &daemon);
	json_t *second = record_daemon(&context, 1000, &daemon);

	(void)state;
	assert_field(first, "id", "\"5f0c1d2e-t1000\"");
	assert_field(second, "id", "\"5f0c1d2e-t1001\"");
	json_decref(first);
	json_decref(second);
}

static void losses_are_told_by_kind(void **state)
{
	struct record_context context = sample_context();
	json_t *record;

	(void)state;
	context.lost.count[RECORD_LOST_OUTCOME] = 3;
	context.lost.count[RECORD_LOST_OUTPUT] = UINT64_MAX;
	record = record_loss(&context, 1, &context.lost);
	assert_field(record, "lost", "{\"outcome\":3,\"output\":9223372036854775807}");
	json_decref(record);
}

static void times_are_utc_with_microseconds(void **state)
{
	static const struct {
		uint64_t time;
		int64_t offset;
		const char *text;
	} cases[] = {
		{ 0, 0, "1970-01-01T00:00:00.000000Z" },
		{ 1999999999, 0, "1970-01-01T00:00:01.999999Z" },
		{ 500, -1, "1970-01-01T00:00:00.000000Z" },
		{ 0, -1, "1969-12-31T23:59:59.999999Z" },
		{ 999999999, 1, "1970-01-01T00:00:01.000000Z" },
		{ UINT64_MAX, INT64_MAX, "2846-10-30T23:21:50.564327Z" },
		{ 0, INT64_MIN, "1677-09-21T00:12:43.145224Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *time = value_time(cases[i].time, cases[i].offset);

		assert_string_equal(json_string_value(time), cases[i].text);
		json_decref(time);
	}
}

static void every_word_can_be_parsed_back(void **state)
{
	static const struct words *const tables[] = {
		&op_words,      &gate_words,   &verdict_words,   &mode_words,
		&reason_words,  &source_words, &signature_words, &name_source_words,
		&syscall_words, &abi_words,    &criterion_words, &tamper_words,
		&lost_words,    &taint_words,  &attempt_words,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		for (size_t value = 0; value < tables[i]->count; value++) {
			const char *word = word_of(tables[i], value);

			if (word)
				assert_int_equal(word_parse(tables[i], word), value);
		}
		assert_null(word_of(tables[i], UINT64_MAX));
		assert_int_equal(word_parse(tables[i], "no such word"), -ENOENT);
		assert_int_equal(word_parse(tables[i], ""), -ENOENT);
	}
}

/* A value appended to an enum needs its word. */
static void every_value_of_the_kernel_side_has_a_word(void **state)
{
	static const struct {
		const struct words *words;
		unsigned int first, end;
	} tables[] = {
		{ &op_words, 1, MW_OPS },           { &gate_words, 1, MW_GATES },
		{ &reason_words, 1, MW_REASONS },   { &source_words, 1, MW_SOURCES },
		{ &syscall_words, 1, MW_SYSCALLS }, { &criterion_words, 0, MW_CRITERIA },
		{ &tamper_words, 1, MW_TAMPERS },   { &lost_words, 0, RECORD_LOST_KINDS },
		{ &attempt_words, 1, MW_ATTEMPTS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (unsigned int value = tables[i].first; value < tables[i].end; value++)
			assert_non_null(word_of(tables[i].words, value));
}

static bool is_fit_for_a_terminal(const char *text)
{
	for (const char *c = text; *c; c++)
		if (((unsigned char)*c < ' ' && *c != '\n') || *c == 0x7f)
			return false;
	return true;
}

static void check_any_operation(const struct operation *operation, void *arg)
{
	const struct record_text_style style = { .width = 32 + rand() % 100 };
	json_t *record = record_operation(arg, operation);
	auto_free char *line = json_dumps(record, JSON_COMPACT);
	auto_free char *text = NULL;
	json_t *back;

	assert_non_null(line);
	assert_null(strchr(line, '\n'));
	back = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	assert_true(json_equal(record, back));
	text = record_text(back, &style);
	assert_non_null(text);
	assert_true(is_fit_for_a_terminal(text));
	json_decref(back);
	json_decref(record);
}

static void random_fill(void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)bytes)[i] = rand() % 3 ? rand() : rand() % 8;
}

static void any_event_becomes_a_valid_record_and_safe_text(void **state)
{
	const char *seed = getenv("SEED");
	struct record_context context = sample_context();
	struct operations *operations;

	(void)state;
	srand(seed ? atoi(seed) : 1);
	operations_new(&operations, 64, check_any_operation, &context);
	for (int i = 0; i < RANDOM_EVENTS; i++) {
		union {
			struct mw_event event;
			struct mw_decision_event decision;
			struct mw_outcome outcome;
		} any;

		random_fill(&any, sizeof(any));
		any.event.type = MW_EVENT_DECISION + rand() % 2;
		any.event.size = sizeof(any);
		any.event.seq = rand() % 100;
		operations_add_event(operations, &any, sizeof(any), i);
	}
	operations_flush(operations);
	operations_free(operations);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_those_of_the_golden_list),
		cmocka_unit_test(denial_says_who_what_and_how),
		cmocka_unit_test(loaded_module_has_taints_and_srcversion),
		cmocka_unit_test(signer_is_whom_the_context_knows),
		cmocka_unit_test(unset_ids_are_null),
		cmocka_unit_test(unknown_outcome_is_null),
		cmocka_unit_test(outcome_alone_invents_nothing),
		cmocka_unit_test(second_digest_is_that_of_the_elf_bytes),
		cmocka_unit_test(autoload_names_the_alias_and_no_module),
		cmocka_unit_test(load_names_whose_autoload_led_to_it),
		cmocka_unit_test(inherited_verdict_names_its_leader),
		cmocka_unit_test(unload_has_its_own_flags),
		cmocka_unit_test(repeated_tells_count_and_span),
		cmocka_unit_test(audit_event_is_as_ausearch_takes_it),
		cmocka_unit_test(several_audit_keys_are_a_list),
		cmocka_unit_test(container_has_the_names_that_its_runtime_knows),
		cmocka_unit_test(cgroup_below_the_container_is_the_process_s_own),
		cmocka_unit_test(process_of_the_host_has_its_unit),
		cmocka_unit_test(cut_command_line_says_so),
		cmocka_unit_test(hostile_texts_come_back_from_the_log),
		cmocka_unit_test(records_of_one_instant_have_ids_of_their_own),
		cmocka_unit_test(losses_are_told_by_kind),
		cmocka_unit_test(times_are_utc_with_microseconds),
		cmocka_unit_test(every_word_can_be_parsed_back),
		cmocka_unit_test(every_value_of_the_kernel_side_has_a_word),
		cmocka_unit_test(any_event_becomes_a_valid_record_and_safe_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
