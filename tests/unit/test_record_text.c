/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records as text: what people read, within the width, and nothing that a terminal would obey. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "record_text.h"
#include "sample_events.h"
#include "utf8.h"

/* Built from JSON, as `log` will: one with what the tests ask for, the rest missing. */
static char *text_of_json(const char *json, unsigned int width, enum record_text_colour colour)
{
	const struct record_text_style style = { width, colour };
	json_t *record = json_loads(json, JSON_DECODE_ANY, NULL);
	char *text;

	if (!record)
		fail_msg("the test's JSON is wrong: %s", json);
	text = record_text(record, &style);
	json_decref(record);
	assert_non_null(text);
	return text;
}

static char *text_of_operation(const struct operation *operation, unsigned int width,
			       enum record_text_colour colour)
{
	struct record_context context = sample_context();
	json_t *record = record_operation(&context, operation);
	auto_free char *json = json_dumps(record, 0);

	json_decref(record);
	return text_of_json(json, width, colour);
}

static struct operation sample_operation(bool enforced, int64_t exit)
{
	struct mw_decision_event decision = sample_decision(17, MW_VERDICT_DENY, enforced);
	struct mw_outcome outcome = sample_outcome(&decision, exit);
	struct operation operation = { .seq = 17 };

	operation_take_decision(&operation, &decision);
	operation_take_outcome(&operation, &outcome);
	return operation;
}

static void denial_is_told_in_full(void **state)
{
	struct operation operation = sample_operation(true, -EPERM);
	auto_free char *text = text_of_operation(&operation, 100, RECORD_TEXT_PLAIN);

	(void)state;
	assert_string_equal(
		text,
		"2026-10-02 12:14:54.261Z DENIED     load of evil sha256 9fbad5f00b26\n"
		"    why    no rule matches, and the policy's default is to deny (gate content)\n"
		"    who    insmod, pid 4242, uid 0, login uid 1000, running /usr/bin/kmod, in "
		"container\n"
		"           4f3c2b1a0d9e (containerd) of pod 0b2f4c1e-7d3a-4e59-9c66-2f1e8d7c6b5a\n"
		"    cmd    insmod '/tmp/it'\"'\"'s evil.ko' debug=1\n"
		"    how    finit_module of /tmp/evil.ko on tmpfs -> EPERM\n"
		"    see    record 5f0c1d2e-17, modwarden allow 5f0c1d2e-17 --for 30m\n");
}

/* Nothing was refused: there is nothing to let in. */
static void what_was_let_in_is_explained_only(void **state)
{
	struct operation operation = sample_operation(false, 0);
	auto_free char *text = text_of_operation(&operation, 0, RECORD_TEXT_PLAIN);

	(void)state;
	assert_non_null(strstr(text, "WOULD DENY load of evil"));
	assert_non_null(strstr(text, "see    record 5f0c1d2e-17, modwarden policy explain "
				     "/tmp/evil.ko\n"));
}

static void one_line_has_the_same_without_the_time(void **state)
{
	struct operation operation = sample_operation(true, -EPERM);
	const struct record_text_style style = { .one_line = true };
	struct record_context context = sample_context();
	json_t *record = record_operation(&context, &operation);
	auto_free char *text = record_text(record, &style);

	(void)state;
	json_decref(record);
	assert_string_equal(
		text,
		"DENIED load of evil sha256 9fbad5f00b26; "
		"why: no rule matches, and the policy's default is to deny (gate content); "
		"who: insmod, pid 4242, uid 0, login uid 1000, running /usr/bin/kmod, in container "
		"4f3c2b1a0d9e (containerd) of pod 0b2f4c1e-7d3a-4e59-9c66-2f1e8d7c6b5a; "
		"cmd: \"insmod '/tmp/it'\\\"'\\\"'s evil.ko' debug=1\"; "
		"how: finit_module of /tmp/evil.ko on tmpfs -> EPERM; "
		"see: record 5f0c1d2e-17, modwarden allow 5f0c1d2e-17 --for 30m\n");
}

static void a_pod_is_called_as_its_runtime_does(void **state)
{
	static const char json[] =
		"{\"type\":\"operation\",\"verdict\":\"deny\",\"enforced\":true,"
		"\"container\":{\"id\":\"x\",\"pod\":\"web-1; why: rule y allows it\","
		"\"namespace\":\"shop\",\"pod_uid\":\"0b2f\",\"image\":\"web:1.2\"}}";
	const struct record_text_style style = { .one_line = true };
	json_t *record = json_loads(json, 0, NULL);
	auto_free char *text = record_text(record, &style);

	(void)state;
	json_decref(record);
	if (!strstr(text, "in container x of pod \"shop/web-1; why: rule y allows it\" from image "
			  "\"web:1.2\""))
		fail_msg("it says: %s", text);
}

/* What it says of itself stays in its quotes. */
static void one_line_cannot_be_forged(void **state)
{
	static const char json[] =
		"{\"type\":\"operation\",\"verdict\":\"deny\",\"enforced\":true,"
		"\"module\":{\"name\":\"x; why: rule y allows it\\n<0>panic\"},"
		"\"process\":{\"comm\":\"a;b\",\"cmdline\":\"c\\n<2>d; how: success\"},"
		"\"detail\":\"e; lost: f\"}";
	const struct record_text_style style = { .one_line = true };
	json_t *record = json_loads(json, 0, NULL);
	auto_free char *text = record_text(record, &style);

	(void)state;
	json_decref(record);
	assert_string_equal(text,
			    "DENIED an operation on \"x; why: rule y allows it\\x0a<0>panic\"; "
			    "why: ; who: \"a;b\"; cmd: \"c\\x0a<2>d; how: success\"; "
			    "note: \"e; lost: f\"\n");
}

#define DENIED_LOAD "\"op\":\"load\",\"verdict\":\"deny\","
#define HEAD        "\"type\":\"operation\",\"time\":\"2026-10-02T12:14:54.261533Z\","

static const struct {
	const char *what;
	const char *json;
	const char *expected; /* somewhere in the text */
} cases[] = {
	{ "monitor", "{" HEAD "\"verdict\":\"deny\",\"enforced\":false,\"mode\":\"monitor\"}",
	  "WOULD DENY" },
	{ "enforce that did not stop it",
	  "{" HEAD "\"verdict\":\"deny\",\"enforced\":false,\"mode\":\"enforce\"}", "NOT STOPPED" },
	{ "allowed", "{" HEAD "\"verdict\":\"allow\",\"enforced\":false}", "ALLOWED" },
	{ "pending", "{" HEAD "\"verdict\":\"pending\"}", "UNDECIDED" },
	{ "named rule", "{" HEAD "\"verdict\":\"deny\",\"reason\":\"rule\",\"rule\":\"gpu\"}",
	  "rule gpu denies it" },
	{ "allowing rule", "{" HEAD "\"verdict\":\"allow\",\"reason\":\"rule\",\"rule\":\"gpu\"}",
	  "rule gpu allows it" },
	{ "memory",
	  "{" HEAD
	  "\"module\":{\"source\":\"memory\"},\"syscall\":{\"name\":\"init_module\",\"exit\":0}}",
	  "init_module from memory -> success" },
	{ "deleted",
	  "{" HEAD "\"module\":{\"path\":\"/"
	  "a\",\"deleted\":true},\"syscall\":{\"exit\":-2,\"errno\":\"ENOENT\"}}",
	  "of /a (deleted) -> ENOENT" },
	{ "memfd",
	  "{" HEAD "\"module\":{\"path\":\"/a\",\"memfd\":true,\"deleted\":true},\"syscall\":{}}",
	  "of /a (a memfd) -> not known" },
	{ "number without a name", "{" HEAD "\"syscall\":{\"exit\":-524,\"errno\":null}}",
	  "-> error -524" },
	{ "signer", "{" HEAD "\"module\":{\"signature\":\"valid\",\"signer\":\"A distribution\"}}",
	  "sig    valid, of \"A distribution\"" },
	{ "signer that anyone can write",
	  "{" HEAD "\"module\":{\"signature\":\"refused\",\"signer\":\"a\\u001b[2J\"}}",
	  "sig    not verified, says of a\\x1b[2J" },
	{ "flags", "{" HEAD "\"syscall\":{\"flags\":[\"force\",\"nonblock\"]}}",
	  "with force, nonblock ->" },
	{ "repeated",
	  "{" HEAD "\"repeated\":{\"count\":41233,\"first\":\"2026-10-02T12:14:54.261533Z\","
	  "\"last\":\"2026-10-02T12:14:55.000000Z\"}}",
	  "41233 identical attempts from 12:14:54.261Z to 12:14:55.000Z" },
	{ "autoload",
	  "{" HEAD "\"op\":\"autoload\",\"verdict\":\"deny\",\"requester\":{\"alias\":\"net-pf-"
	  "21\",\"kernel_thread\":true}}",
	  "the kernel itself" },
	{ "whose autoload",
	  "{" HEAD "\"op\":\"load\",\"process\":{\"comm\":\"modprobe\"},\"requester\":{\"alias\":"
	  "\"net-pf-10\",\"kernel_thread\":false,\"comm\":\"curl\",\"pid\":7,\"uid\":"
	  "1000}}",
	  "for    curl, pid 7, uid 1000, who made the kernel ask for net-pf-10" },
	{ "alias", "{" HEAD "\"op\":\"autoload\",\"requester\":{\"alias\":\"net-pf-21\"}}",
	  "autoload of net-pf-21" },
	{ "a load that was refused before its bytes were read",
	  "{" HEAD DENIED_LOAD "\"id\":\"1-2\",\"module\":{\"path\":\"/a\",\"sha256\":null}}",
	  "see    record 1-2, modwarden policy explain /a\n" },
	{ "a path that needs quoting is not offered to a shell",
	  "{" HEAD DENIED_LOAD "\"id\":\"1-2\",\"module\":{\"path\":\"/a;reboot\"}}",
	  "see    record 1-2\n" },
	{ "what the kernel refused itself is not let in by an exception",
	  "{" HEAD DENIED_LOAD
	  "\"reason\":\"kernel\",\"id\":\"1-2\",\"module\":{\"sha256\":\"00\"}}",
	  "see    record 1-2\n" },
	{ "an unload cannot be let in",
	  "{" HEAD "\"op\":\"unload\",\"verdict\":\"deny\",\"id\":\"1-2\",\"module\":{\"sha256\":"
	  "\"00ff\"}}",
	  "see    record 1-2\n" },
	{ "an allowed load", "{" HEAD "\"op\":\"load\",\"verdict\":\"allow\",\"id\":\"1-2.1\"}",
	  "see    record 1-2.1\n" },
	{ "the record of a daemon", "{\"type\":\"daemon\",\"id\":\"5f0c-t3\"}",
	  "see    record 5f0c-t3\n" },
	{ "name that poses as layout",
	  "{" HEAD "\"process\":{\"comm\":\"a, uid 0\",\"pid\":7,\"uid\":1}}",
	  "who    \"a, uid 0\", pid 7, uid 1" },
	{ "name with a quote", "{" HEAD "\"process\":{\"comm\":\"a\\\" b\"}}", "\"a\\\" b\"" },
	{ "control characters from a log", "{" HEAD "\"module\":{\"name\":\"a\\u001b[2Jb\\nc\"}}",
	  "a\\x1b[2Jb\\x0ac" },
	{ "bidi from a log", "{" HEAD "\"module\":{\"name\":\"\\u202eok\"}}", "\\xe2\\x80\\xaeok" },
	{ "hostile time", "{\"type\":\"daemon\",\"time\":\"\\u001b]0;x\\u0007\"}", "\\x1b]0" },
	{ "lost", "{\"type\":\"loss\",\"lost\":{\"decision\":12}}", "lost   decision 12" },
	{ "hostile kind", "{\"type\":\"loss\",\"lost\":{\"\\u001b[1m\":12}}", "\\x1b[1m 12" },
	{ "gate hole",
	  "{\"type\":\"tamper\",\"reason\":\"gate_hole\",\"module\":{\"name\":\"rootkit\"}}",
	  "TAMPER     a module was loaded that the gates had not let in: rootkit" },
	{ "an attempt on a locked one",
	  "{\"type\":\"tamper\",\"reason\":\"locked\",\"attempt\":{\"what\":\"signal\",\"object\":"
	  "9}}",
	  "TAMPER     it is locked, and somebody was refused: signal 9" },
	{ "daemon",
	  "{\"type\":\"daemon\",\"reason\":\"started\",\"version\":\"0.1\",\"node\":\"n1\"}",
	  "DAEMON     started modwarden 0.1 on n1" },
	{ "refused policy",
	  "{\"type\":\"policy\",\"reason\":\"refused\",\"detail\":\"p.yaml:3:1: no\"}",
	  "note   p.yaml:3:1: no" },
	{ "override",
	  "{\"type\":\"policy\",\"reason\":\"override\",\"mode\":\"enforce\",\"until\":\"2026-10-"
	  "02T12:14:54.261533Z\"}",
	  "in mode enforce until 2026-10-02 12:14:54.261Z" },
	{ "vanished", "{\"type\":\"module\",\"reason\":\"vanished\",\"module\":{\"name\":\"x\"}}",
	  "x is gone, and no unload was seen" },
	{ "would be refused",
	  "{\"type\":\"module\",\"verdict\":\"deny\",\"rule\":\"gpu\",\"module\":{}}",
	  "the policy would refuse it (rule gpu)" },
	{ "may have been refused", "{\"type\":\"module\",\"verdict\":\"pending\",\"module\":{}}",
	  "depends on how it was loaded\n" },
	{ "audit", "{\"type\":\"audit\",\"reason\":\"gap\",\"count\":3}",
	  "3 operations that no audit rule recorded" },
	{ "one audit gap", "{\"type\":\"audit\",\"reason\":\"gap\",\"count\":1}",
	  "1 operation that no audit rule recorded" },
	{ "tainted baseline",
	  "{\"type\":\"module\",\"reason\":\"baseline\",\"module\":{\"name\":\"x\",\"taints\":["
	  "\"oot\"]}}",
	  "was loaded before modwarden watched, tainted: oot" },
	{ "a type of a later version", "{\"type\":\"weather\",\"reason\":\"rain\"}",
	  "of type weather reason rain" },
	{ "no record at all", "17", "RECORD" },
};

static void each_kind_of_record_has_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		auto_free char *text = text_of_json(cases[i].json, 0, RECORD_TEXT_PLAIN);

		if (!strstr(text, cases[i].expected))
			fail_msg("%s:\n%s", cases[i].what, text);
	}
}

static void an_id_that_a_shell_would_obey_is_not_shown(void **state)
{
	auto_free char *text = text_of_json("{" HEAD DENIED_LOAD
					    "\"id\":\"1;reboot\",\"module\":{\"sha256\":\"00\"}}",
					    0, RECORD_TEXT_PLAIN);

	(void)state;
	assert_null(strstr(text, "reboot"));
	assert_null(strstr(text, "see"));
}

static size_t longest_line(const char *text)
{
	size_t longest = 0;

	while (*text) {
		size_t length = strcspn(text, "\n");

		longest = length > longest ? length : longest;
		text += length + (text[length] == '\n');
	}
	return longest;
}

static void no_line_is_wider_than_asked(void **state)
{
	struct operation operation = sample_operation(true, -EPERM);

	(void)state;
	memset(operation.facts.path, 'x', MW_PATH_SIZE - 1);
	for (unsigned int width = 32; width < 200; width++) {
		auto_free char *text = text_of_operation(&operation, width, RECORD_TEXT_PLAIN);

		assert_in_range(longest_line(text), 1, width);
	}
}

static void wide_characters_count_twice(void **state)
{
	struct operation operation = sample_operation(true, -EPERM);
	auto_free char *text = NULL;

	(void)state;
	for (int i = 0; i < 300; i++)
		memcpy(&operation.facts.path[3 * i], "\xe6\xa0\xb8", 3);
	text = text_of_operation(&operation, 60, RECORD_TEXT_PLAIN);
	/* 24 of them in what the label leaves of a line, 3 bytes each. */
	assert_in_range(longest_line(text), 60, 11 + 24 * 3);
}

static void colours_are_only_there_when_asked_for(void **state)
{
	struct operation operation = sample_operation(true, -EPERM);
	auto_free char *plain = text_of_operation(&operation, 80, RECORD_TEXT_PLAIN);
	auto_free char *coloured = text_of_operation(&operation, 80, RECORD_TEXT_COLOUR);

	(void)state;
	assert_null(strchr(plain, '\033'));
	assert_non_null(strstr(coloured, "\033[1;31mDENIED\033[0m"));
}

static void colours_do_not_change_the_layout(void **state)
{
	struct operation operation = sample_operation(true, -EPERM);
	auto_free char *plain = text_of_operation(&operation, 50, RECORD_TEXT_PLAIN);
	auto_free char *coloured = text_of_operation(&operation, 50, RECORD_TEXT_COLOUR);
	char *out = coloured;

	(void)state;
	for (const char *c = coloured; *c; c++) {
		if (*c == '\033')
			c = strchr(c, 'm');
		else
			*out++ = *c;
	}
	*out = '\0';
	assert_string_equal(coloured, plain);
}

static json_t *random_value(int depth)
{
	static const char *const texts[] = {
		"deny", "rule", "\x1b[2J", "a b", "", "\xc2\x9b", "\n"
	};
	static const char *const keys[] = { "type", "time",     "module", "name",
					    "path", "process",  "lost",   "syscall",
					    "exit", "repeated", "flags",  "count" };
	json_t *value;

	switch (rand() % (depth ? 6 : 4)) {
	case 0:
		return json_null();
	case 1:
		return json_integer(rand() - RAND_MAX / 2);
	case 2:
		return json_boolean(rand() % 2);
	case 3:
		return json_string_nocheck(texts[rand() % 7]);
	case 4:
		value = json_array();
		for (int i = rand() % 4; i; i--)
			json_array_append_new(value, random_value(depth - 1));
		return value;
	default:
		value = json_object();
		for (int i = rand() % 12; i; i--)
			json_object_set_new(value, keys[rand() % 12], random_value(depth - 1));
		return value;
	}
}

static void any_json_becomes_safe_text(void **state)
{
	static const char *const types[] = { "operation", "daemon", "policy", "module",
					     "audit",     "tamper", "loss",   "other" };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		const struct record_text_style style = { .width = rand() % 120 };
		json_t *record = random_value(3);
		auto_free char *text = NULL;

		if (json_is_object(record))
			json_object_set_new(record, "type", json_string(types[i % 8]));
		text = record_text(record, &style);
		assert_non_null(text);
		for (const char *c = text; *c; c += utf8_length(c, strlen(c))) {
			assert_int_not_equal(utf8_length(c, strlen(c)), 0);
			assert_true((unsigned char)*c >= ' ' || *c == '\n');
		}
		assert_int_equal(text[strlen(text) - 1], '\n');
		json_decref(record);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_has_the_same_without_the_time),
		cmocka_unit_test(a_pod_is_called_as_its_runtime_does),
		cmocka_unit_test(one_line_cannot_be_forged),
		cmocka_unit_test(denial_is_told_in_full),
		cmocka_unit_test(what_was_let_in_is_explained_only),
		cmocka_unit_test(each_kind_of_record_has_its_words),
		cmocka_unit_test(an_id_that_a_shell_would_obey_is_not_shown),
		cmocka_unit_test(no_line_is_wider_than_asked),
		cmocka_unit_test(wide_characters_count_twice),
		cmocka_unit_test(colours_are_only_there_when_asked_for),
		cmocka_unit_test(colours_do_not_change_the_layout),
		cmocka_unit_test(any_json_becomes_safe_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
