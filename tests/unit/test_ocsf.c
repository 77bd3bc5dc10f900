/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as OCSF events, against what the schema asks of the class: github.com/ocsf/ocsf-schema,
 * events/system/kernel_extension_activity.json and what it extends and includes, release 1.7.0.
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
#include "ocsf.h"
#include "sample_events.h"

/* Required of the class, or of an object where that is there; path with dots. */
static const struct {
	const char *object; /* "": the event */
	const char *key;
	json_type type;
} required[] = {
	{ "", "activity_id", JSON_INTEGER },
	{ "", "category_uid", JSON_INTEGER },
	{ "", "class_uid", JSON_INTEGER },
	{ "", "type_uid", JSON_INTEGER },
	{ "", "severity_id", JSON_INTEGER },
	{ "", "time", JSON_INTEGER },
	{ "", "metadata", JSON_OBJECT },
	{ "", "device", JSON_OBJECT },
	{ "", "actor", JSON_OBJECT },
	{ "", "driver", JSON_OBJECT },
	{ "metadata", "version", JSON_STRING },
	{ "metadata", "product", JSON_OBJECT },
	{ "metadata.product", "vendor_name", JSON_STRING },
	{ "device", "type_id", JSON_INTEGER },
	{ "driver", "file", JSON_OBJECT },
	{ "driver.file", "name", JSON_STRING },
	{ "driver.file", "type_id", JSON_INTEGER },
	{ "actor.process.file", "name", JSON_STRING },
	{ "actor.process.file", "type_id", JSON_INTEGER },
	{ "driver.file.hashes.0", "algorithm_id", JSON_INTEGER },
	{ "driver.file.hashes.0", "value", JSON_STRING },
	/* Recommended. */
	{ "", "message", JSON_STRING },
	{ "", "status_id", JSON_INTEGER },
	{ "", "action_id", JSON_INTEGER },
	{ "", "disposition_id", JSON_INTEGER },
	{ "", "is_alert", JSON_TRUE }, /* or false */
	{ "", "timezone_offset", JSON_INTEGER },
};

/* One of them at least. */
static const struct {
	const char *object;
	const char *keys[4];
} constraints[] = {
	{ "metadata.product", { "name", "uid" } },
	{ "device", { "hostname", "name", "ip", "uid" } },
	{ "actor", { "process", "user", "session" } },
	{ "actor.process", { "pid", "uid" } },
	{ "actor.process.user", { "name", "uid" } },
	{ "actor.process.container", { "uid", "name" } },
	{ "policy", { "name", "uid" } },
};

static const struct {
	const char *object, *key;
	int values[32];
	size_t count;
} enums[] = {
	{ "", "activity_id", { 0, 1, 2, 99 }, 4 },
	{ "", "category_uid", { 1 }, 1 },
	{ "", "class_uid", { 1002 }, 1 },
	{ "", "type_uid", { 100200, 100201, 100202, 100299 }, 4 },
	{ "", "severity_id", { 0, 1, 2, 3, 4, 5, 6, 99 }, 8 },
	{ "", "status_id", { 0, 1, 2, 99 }, 4 },
	{ "", "action_id", { 0, 1, 2, 3, 4, 99 }, 6 },
	{ "", "disposition_id", { 0, 1, 2, 15, 16, 17, 19, 26, 27, 99 }, 10 },
	{ "device", "type_id", { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 99 }, 17 },
	{ "driver.file", "type_id", { 0, 1, 2, 3, 4, 5, 6, 7, 99 }, 9 },
	{ "driver.file.hashes.0", "algorithm_id", { 0, 1, 2, 3, 4, 5, 6, 7, 99 }, 9 },
};

/* Every attribute of these objects that is used has to be one of the schema's. */
static const struct {
	const char *object;
	const char *keys;
} known[] = {
	{ "", " action action_id activity_id activity_name actor category_name category_uid "
	      "class_name class_uid count device disposition disposition_id driver end_time "
	      "is_alert message metadata policy severity severity_id start_time status status_code "
	      "status_detail status_id time timezone_offset type_name type_uid unmapped " },
	{ "metadata", " version product profiles uid original_time event_code " },
	{ "metadata.product", " name vendor_name version " },
	{ "device", " type_id hostname " },
	{ "actor", " process session " },
	{ "actor.session", " uid terminal " },
	{ "actor.process", " pid uid name cmd_line file user parent_process container " },
	{ "actor.process.file", " name type_id path " },
	{ "actor.process.user", " uid " },
	{ "actor.process.parent_process", " pid name " },
	{ "actor.process.container", " uid runtime pod_uuid name image orchestrator " },
	{ "driver", " file " },
	{ "driver.file", " name type_id path hashes size " },
	{ "driver.file.hashes.0", " algorithm_id algorithm value " },
	{ "policy", " uid version is_applied " },
};

static json_t *at(json_t *event, const char *path)
{
	auto_free char *copy = strdup(path);

	for (char *key = strtok(copy, "."); key && event; key = strtok(NULL, "."))
		event = json_is_array(event) ? json_array_get(event, strtoul(key, NULL, 10))
					     : json_object_get(event, key);
	return event;
}

static bool is_of_type(const json_t *value, json_type type)
{
	return value && (json_typeof(value) == type ||
			 (type == JSON_TRUE && json_typeof(value) == JSON_FALSE));
}

static void assert_enum(json_t *event, size_t i)
{
	const json_t *value = json_object_get(at(event, enums[i].object), enums[i].key);

	if (!value)
		return;
	for (size_t j = 0; j < enums[i].count; j++)
		if (json_integer_value(value) == enums[i].values[j])
			return;
	fail_msg("%s.%s is %lld", enums[i].object, enums[i].key,
		 (long long)json_integer_value(value));
}

static void assert_known(json_t *event, size_t i)
{
	json_t *object = at(event, known[i].object), *value;
	const char *key;

	json_object_foreach (object, key, value) {
		auto_free char *word = NULL;

		assert_true(asprintf(&word, " %s ", key) > 0);
		if (!strstr(known[i].keys, word) || json_is_null(value))
			fail_msg("%s.%s is no attribute, or null", known[i].object, key);
	}
}

static void assert_valid(json_t *event)
{
	for (size_t i = 0; i < sizeof(required) / sizeof(*required); i++) {
		json_t *object = at(event, required[i].object);

		if (object &&
		    !is_of_type(json_object_get(object, required[i].key), required[i].type))
			fail_msg("%s has no %s", required[i].object, required[i].key);
	}
	for (size_t i = 0; i < sizeof(constraints) / sizeof(*constraints); i++) {
		json_t *object = at(event, constraints[i].object);
		bool has_one = !object;

		for (size_t j = 0; j < 4 && constraints[i].keys[j]; j++)
			has_one |= json_object_get(object, constraints[i].keys[j]) != NULL;
		if (!has_one)
			fail_msg("%s has none that it needs", constraints[i].object);
	}
	for (size_t i = 0; i < sizeof(enums) / sizeof(*enums); i++)
		assert_enum(event, i);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		assert_known(event, i);
	assert_int_equal(json_integer_value(json_object_get(event, "type_uid")),
			 json_integer_value(json_object_get(event, "class_uid")) * 100 +
				 json_integer_value(json_object_get(event, "activity_id")));
}

static json_t *event_of_json(const char *text)
{
	json_t *record = json_loads(text, 0, NULL), *event;

	assert_non_null(record);
	assert_int_equal(ocsf_of(record, &event), 0);
	json_decref(record);
	return event;
}

static char *sample_record(bool enforced, int64_t exit)
{
	struct mw_decision_event decision = sample_decision(17, MW_VERDICT_DENY, enforced);
	struct mw_outcome outcome = sample_outcome(&decision, exit);
	struct record_context context = sample_context();
	struct operation operation = { .seq = 17 };
	json_t *record;
	char *text;

	operation_take_decision(&operation, &decision);
	operation_take_outcome(&operation, &outcome);
	operation.repeated = (struct operation_repeat){ .count = 5,
							.first = decision.event.time,
							.last = decision.event.time + 7000000 };
	record = record_operation(&context, &operation);
	text = json_dumps(record, 0);
	json_decref(record);
	return text;
}

static void assert_text(json_t *event, const char *path, const char *expected)
{
	auto_free char *text = json_dumps(at(event, path), JSON_ENCODE_ANY | JSON_COMPACT);

	if (!text || strcmp(text, expected) != 0)
		fail_msg("%s is %s, not %s", path, text ?: "missing", expected);
}

static void a_denial_has_all_that_the_class_asks_for(void **state)
{
	auto_free char *text = sample_record(true, -EPERM);
	json_t *event = event_of_json(text);

	(void)state;
	assert_valid(event);
	assert_text(event, "type_uid", "100201");
	assert_text(event, "time", "1790943294261");
	assert_text(event, "count", "5");
	assert_text(event, "start_time", "1790943294261");
	assert_text(event, "end_time", "1790943294268");
	assert_text(event, "action_id", "2");
	assert_text(event, "disposition_id", "2");
	assert_text(event, "status_id", "2");
	assert_text(event, "status_code", "\"EPERM\"");
	assert_text(event, "severity_id", "4");
	assert_text(event, "is_alert", "true");
	assert_text(event, "metadata.uid", "\"5f0c1d2e-17\"");
	assert_text(event, "actor.process.pid", "4242");
	assert_text(event, "actor.process.name", "\"insmod\"");
	assert_text(event, "actor.process.user.uid", "\"0\"");
	assert_text(event, "actor.process.file.path", "\"/usr/bin/kmod\"");
	assert_text(event, "actor.process.container.runtime", "\"containerd\"");
	assert_text(event, "actor.process.container.pod_uuid",
		    "\"0b2f4c1e-7d3a-4e59-9c66-2f1e8d7c6b5a\"");
	assert_text(event, "driver.file.name", "\"evil.ko\"");
	assert_text(event, "driver.file.path", "\"/tmp/evil.ko\"");
	assert_text(event, "unmapped.module.name", "\"evil\"");
	assert_text(event, "unmapped.gate", "\"content\"");
	json_decref(event);
}

static const struct {
	const char *record; /* what comes behind the type */
	int type_uid, action, disposition, status, severity;
} cases[] = {
	{ "\"op\":\"load\",\"verdict\":\"allow\",\"syscall\":{\"exit\":0}", 100201, 1, 1, 1, 1 },
	{ "\"op\":\"load\",\"verdict\":\"deny\",\"enforced\":false,\"mode\":\"monitor\","
	  "\"syscall\":{\"exit\":0}",
	  100201, 3, 15, 1, 3 },
	{ "\"op\":\"load\",\"verdict\":\"deny\",\"enforced\":false,\"mode\":\"enforce\","
	  "\"syscall\":{\"exit\":0}",
	  100201, 1, 15, 1, 5 },
	{ "\"op\":\"load\",\"verdict\":\"deny\",\"enforced\":false,\"reason\":\"kernel\","
	  "\"syscall\":{\"exit\":-8,\"errno\":\"ENOEXEC\"}",
	  100201, 0, 16, 2, 2 },
	{ "\"op\":\"load\",\"verdict\":\"allow\",\"syscall\":{\"exit\":null}", 100201, 1, 1, 0, 1 },
	{ "\"op\":\"unload\",\"verdict\":\"deny\",\"enforced\":true,\"syscall\":{\"exit\":-1}",
	  100202, 2, 2, 2, 4 },
	{ "\"op\":\"autoload\",\"verdict\":\"deny\",\"enforced\":true,\"module\":null,\"syscall\":"
	  "null,\"requester\":{\"alias\":\"net-pf-9\"}",
	  100299, 2, 2, 2, 4 },
	{ "\"op\":\"autoload\",\"verdict\":\"allow\",\"module\":null", 100299, 1, 1, 0, 1 },
	{ "\"op\":\"dance\",\"verdict\":7", 100200, 0, 0, 0, 2 },
	{ "\"process\":7,\"module\":[],\"container\":\"x\",\"policy\":[],\"repeated\":{}", 100200,
	  0, 0, 0, 2 },
};

static void each_outcome_has_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		auto_free char *text = NULL;
		json_t *event;

		assert_true(asprintf(&text, "{\"type\":\"operation\",\"id\":\"x-1\",%s}",
				     cases[i].record) > 0);
		event = event_of_json(text);
		assert_valid(event);
		if (json_integer_value(at(event, "type_uid")) != cases[i].type_uid ||
		    json_integer_value(at(event, "action_id")) != cases[i].action ||
		    json_integer_value(at(event, "disposition_id")) != cases[i].disposition ||
		    json_integer_value(at(event, "status_id")) != cases[i].status ||
		    json_integer_value(at(event, "severity_id")) != cases[i].severity)
			fail_msg("case %zu: %s", i, cases[i].record);
		json_decref(event);
	}
}

static void an_autoload_has_the_name_that_was_asked_for(void **state)
{
	json_t *event = event_of_json("{\"type\":\"operation\",\"op\":\"autoload\",\"module\":null,"
				      "\"requester\":{\"alias\":\"net-pf-9\"}}");

	(void)state;
	assert_text(event, "driver.file.name", "\"net-pf-9\"");
	assert_text(event, "driver.file.type_id", "0");
	json_decref(event);
}

static void a_container_has_the_names_that_its_runtime_knows(void **state)
{
	json_t *event = event_of_json(
		"{\"type\":\"operation\",\"op\":\"load\",\"container\":{\"id\":\"f00d\","
		"\"name\":\"driver\",\"image\":\"driver:1.2\",\"image_digest\":\"sha256:1\","
		"\"pod\":\"web-1\",\"namespace\":\"shop\"}}");

	(void)state;
	assert_text(event, "actor.process.container.name", "\"driver\"");
	assert_text(event, "actor.process.container.image.name", "\"driver:1.2\"");
	assert_text(event, "actor.process.container.image.uid", "\"sha256:1\"");
	assert_text(event, "actor.process.container.orchestrator", "\"Kubernetes\"");
	assert_text(event, "unmapped.pod", "\"web-1\"");
	assert_text(event, "unmapped.namespace", "\"shop\"");
	json_decref(event);
}

static void an_image_without_a_digest_is_told_by_its_name(void **state)
{
	json_t *event = event_of_json("{\"type\":\"operation\",\"op\":\"load\",\"container\":{"
				      "\"id\":\"f00d\",\"image\":\"driver:1.2\"}}");

	(void)state;
	assert_text(event, "actor.process.container.image.uid", "\"driver:1.2\"");
	assert_null(at(event, "actor.process.container.orchestrator"));
	json_decref(event);
}

static void what_is_no_operation_has_no_place_in_the_class(void **state)
{
	(void)state;
	assert_null(event_of_json("{\"type\":\"daemon\"}"));
	assert_null(event_of_json("{}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_denial_has_all_that_the_class_asks_for),
		cmocka_unit_test(each_outcome_has_its_words),
		cmocka_unit_test(an_autoload_has_the_name_that_was_asked_for),
		cmocka_unit_test(a_container_has_the_names_that_its_runtime_knows),
		cmocka_unit_test(an_image_without_a_digest_is_told_by_its_name),
		cmocka_unit_test(what_is_no_operation_has_no_place_in_the_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
