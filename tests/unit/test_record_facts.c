// SPDX-License-Identifier: GPL-2.0-or-later
/* Records that others have written, or no gate did: what does not fit is not known. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "record_facts.h"

#define HEAD    "{\"type\":\"operation\",\"op\":\"load\",\"verdict\":\"deny\""
#define CALLER  "\"process\":{\"ppid\":1,\"euid\":0,\"auid\":null,\"exe\":\"/usr/bin/kmod\"}"
#define HEX     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define KNOWS(criterion) MW_BIT(MW_CRITERION_##criterion)

static int read_text(struct record_facts *facts, const char *text)
{
	json_t *record = json_loads(text, 0, NULL);
	int r;

	if (!record)
		fail_msg("no JSON: %s", text);
	r = record_facts_read(facts, record);
	json_decref(record);
	return r;
}

static const struct {
	const char *claim;
	const char *fields; /* of the record */
	__u32 known, unknown, never;
	bool is_aside;
} cases[] = {
	{ "knows_the_caller_that_the_gates_saw", CALLER, KNOWS(UID) | KNOWS(AUID) | KNOWS(LOADER) | KNOWS(CONTAINER), KNOWS(DIGEST), 0, false },
	{ "knows_nobody_of_a_count", "\"process\":{\"euid\":0}", KNOWS(UID), KNOWS(AUID) | KNOWS(CONTAINER), 0, false },
	{ "takes_no_uid_that_is_too_large", "\"process\":{\"euid\":4294967296}", 0, KNOWS(UID), 0, false },
	{ "takes_no_uid_below_zero", "\"process\":{\"euid\":-1}", 0, KNOWS(UID), 0, false },
	{ "takes_no_text_that_was_cut", "\"process\":{\"exe\":\"/usr/bin/kmod\\\\...\"}", 0, KNOWS(LOADER), 0, false },
	{ "takes_no_empty_text", "\"module\":{\"name\":\"\"}", 0, KNOWS(MODULE), 0, false },
	{ "takes_no_text_with_a_nul", "\"module\":{\"name\":\"a\\\\x00b\"}", 0, KNOWS(MODULE), 0, false },
	{ "takes_no_text_that_is_no_escape", "\"module\":{\"name\":\"a\\\\q\"}", 0, KNOWS(MODULE), 0, false },
	{ "takes_no_name_that_is_too_long", "\"module\":{\"name\":\"" HEX HEX "\"}", 0, KNOWS(MODULE), 0, false },
	{ "takes_no_digest_that_is_none", "\"module\":{\"sha256\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg\"}", 0, KNOWS(DIGEST), 0, false },
	{ "waits_for_the_second_digest", CALLER ",\"module\":{\"sha256\":\"" HEX "\",\"compressed\":true}", 0, KNOWS(DIGEST), 0, false },
	{ "has_both_digests", CALLER ",\"module\":{\"sha256\":\"" HEX "\",\"sha256_elf\":\"" HEX "\",\"compressed\":true}", KNOWS(DIGEST), 0, 0, false },
	{ "knows_no_digest_of_a_giant", "\"module\":{\"size\":268435457}", 0, KNOWS(DIGEST), KNOWS(DIGEST), false },
	{ "knows_no_digest_of_what_was_only_watched", "\"gate\":\"call\"", 0, KNOWS(DIGEST), KNOWS(DIGEST), false },
	{ "knows_no_digest_of_what_was_seen_loaded", "\"gate\":\"loaded\"", 0, KNOWS(DIGEST), KNOWS(DIGEST), false },
	{ "takes_a_missing_ticket_for_something_else", "\"reason\":\"no_ticket\"", 0, 0, 0, true },
	{ "takes_a_failure_for_something_else", "\"reason\":\"internal\"", 0, 0, 0, true },
	{ "takes_unreadable_bytes_for_something_else", "\"reason\":\"unreadable\"", 0, 0, 0, true },
	{ "takes_a_rule_for_a_decision", "\"reason\":\"rule\"", 0, 0, 0, false },
};

static void tells_what_a_record_tells(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct record_facts facts;
		char text[1024];

		snprintf(text, sizeof(text), HEAD ",%s}", cases[i].fields);
		assert_int_equal(read_text(&facts, text), 0);
		if ((facts.facts.known & cases[i].known) != cases[i].known ||
		    facts.facts.known & cases[i].unknown ||
		    (facts.never & cases[i].never) != cases[i].never ||
		    facts.is_aside != cases[i].is_aside)
			fail_msg("%s: known %#x, never %#x, aside %d", cases[i].claim,
				 facts.facts.known, facts.never, facts.is_aside);
	}
}

static void is_no_record_of_an_operation(void **state)
{
	static const char *const bad[] = {
		"{}",
		"[]",
		"{\"type\":\"daemon\",\"op\":\"load\",\"verdict\":\"deny\"}",
		"{\"type\":\"operation\",\"op\":\"lod\",\"verdict\":\"deny\"}",
		"{\"type\":\"operation\",\"op\":\"load\",\"verdict\":\"pending\"}",
		"{\"type\":\"operation\",\"op\":\"load\"}",
	};
	struct record_facts facts;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(read_text(&facts, bad[i]), -EINVAL);
}

static void does_not_know_the_user_whom_a_kernel_thread_asks_for(void **state)
{
	struct record_facts facts;

	(void)state;
	assert_int_equal(read_text(&facts, "{\"type\":\"operation\",\"op\":\"autoload\",\"verdict\":\"deny\","
					   "\"requester\":{\"alias\":\"net-pf-10\",\"kernel_thread\":true}}"),
			 0);
	assert_true(facts.facts.unattributed & KNOWS(UID));
	assert_int_equal(read_text(&facts, "{\"type\":\"operation\",\"op\":\"autoload\",\"verdict\":\"deny\","
					   "\"repeated\":{\"count\":-3}}"),
			 0);
	assert_int_equal(facts.count, 1);
	assert_false(facts.facts.known & (KNOWS(UID) | KNOWS(ALIAS)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_a_record_tells),
		cmocka_unit_test(is_no_record_of_an_operation),
		cmocka_unit_test(does_not_know_the_user_whom_a_kernel_thread_asks_for),
	};

	return cmocka_run_group_tests_name("record_facts", tests, NULL, NULL);
}
