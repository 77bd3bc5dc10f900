/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record of an operation: what each part of it says, and what it does not. */
#include "record_case.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests_name("record_operation", tests, NULL, NULL);
}
