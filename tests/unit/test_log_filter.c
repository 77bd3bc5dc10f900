/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which records a filter lets through. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "log_filter.h"

#define OPERATION "\"type\":\"operation\","
#define DENY      OPERATION "\"verdict\":\"deny\","
#define BLOCKED   DENY "\"enforced\":true,\"mode\":\"enforce\",\"reason\":\"rule\""
#define WOULD     DENY "\"enforced\":false,\"mode\":\"monitor\",\"reason\":\"default\""
#define LATE      DENY "\"enforced\":false,\"mode\":\"enforce\",\"reason\":\"default\""
#define FAILED    DENY "\"enforced\":false,\"mode\":\"enforce\",\"reason\":\"kernel\""
#define ALLOWED   OPERATION "\"verdict\":\"allow\",\"enforced\":false"
#define PENDING   OPERATION "\"verdict\":null"
#define BASELINE  "\"type\":\"module\",\"reason\":\"baseline\",\"verdict\":\"deny\""
#define UNASKED   "\"type\":\"module\",\"reason\":\"baseline\",\"verdict\":\"pending\""
#define VANISHED  "\"type\":\"module\",\"reason\":\"vanished\",\"verdict\":null"
#define PACKED    OPERATION "\"module\":{\"name\":null,\"path\":\"/lib/m/snd-hda-intel.ko.xz\"}"
#define NAMED     OPERATION "\"module\":{\"name\":\"snd_pcm\",\"path\":\"/tmp/other.ko\"}"
#define ASKED     OPERATION "\"op\":\"autoload\",\"requester\":{\"alias\":\"net-pf-9\",\"uid\":7}"
#define FROM_POD  OPERATION "\"process\":{\"uid\":1,\"euid\":0},\"container\":{\"id\":\"4f3c2b\"}"
#define IN_POD                                                                                     \
	OPERATION "\"container\":{\"id\":\"4f3c2b\",\"pod\":\"web-1\",\"namespace\":\"shop\"}"
#define KEYS    OPERATION "\"audit\":{\"key\":[\"a\",\"b c\"]}"
#define AUDITED OPERATION "\"audit\":{\"id\":\"17.5:99\",\"serial\":99,\"key\":\"module_load\"}"

/* Up to two words that are asked for. */
static const struct {
	struct {
		enum log_criterion criterion;
		const char *word;
	} asked[2];
	const char *record; /* without its braces */
	bool expected;
} cases[] = {
	{ {}, BLOCKED, true },
	{ {}, VANISHED, true },
	{ { { LOG_BY_VERDICT, "deny" } }, BLOCKED, true },
	{ { { LOG_BY_VERDICT, "deny" } }, WOULD, true },
	{ { { LOG_BY_VERDICT, "deny" } }, LATE, true },
	{ { { LOG_BY_VERDICT, "deny" } }, FAILED, false },
	{ { { LOG_BY_VERDICT, "deny" } }, ALLOWED, false },
	{ { { LOG_BY_VERDICT, "deny" } }, PENDING, false },
	{ { { LOG_BY_VERDICT, "blocked" } }, BLOCKED, true },
	{ { { LOG_BY_VERDICT, "blocked" } }, WOULD, false },
	{ { { LOG_BY_VERDICT, "would_deny" } }, WOULD, true },
	{ { { LOG_BY_VERDICT, "would_deny" } }, LATE, false },
	{ { { LOG_BY_VERDICT, "not_stopped" } }, LATE, true },
	{ { { LOG_BY_VERDICT, "not_stopped" } }, BLOCKED, false },
	{ { { LOG_BY_VERDICT, "failed" } }, FAILED, true },
	{ { { LOG_BY_VERDICT, "failed" } }, BLOCKED, false },
	{ { { LOG_BY_VERDICT, "undecided" } }, PENDING, true },
	{ { { LOG_BY_VERDICT, "allow" } }, ALLOWED, true },
	{ { { LOG_BY_VERDICT, "allow" } }, BLOCKED, false },
	{ { { LOG_BY_VERDICT, "allow" }, { LOG_BY_VERDICT, "failed" } }, ALLOWED, true },
	{ { { LOG_BY_VERDICT, "allow" }, { LOG_BY_VERDICT, "failed" } }, FAILED, true },
	{ { { LOG_BY_VERDICT, "allow" }, { LOG_BY_VERDICT, "failed" } }, BLOCKED, false },
	/* What was loaded before is no operation, and is asked for by its type. */
	{ { { LOG_BY_VERDICT, "deny" } }, BASELINE, false },
	{ { { LOG_BY_VERDICT, "deny" }, { LOG_BY_TYPE, "module" } }, BASELINE, true },
	{ { { LOG_BY_VERDICT, "allow" }, { LOG_BY_TYPE, "module" } }, BASELINE, false },
	{ { { LOG_BY_VERDICT, "undecided" }, { LOG_BY_TYPE, "module" } }, UNASKED, true },
	{ { { LOG_BY_VERDICT, "undecided" }, { LOG_BY_TYPE, "module" } }, VANISHED, false },
	{ { { LOG_BY_TYPE, "module" } }, VANISHED, true },
	{ { { LOG_BY_TYPE, "module" } }, BLOCKED, false },
	{ { { LOG_BY_TYPE, "module" }, { LOG_BY_REASON, "vanished" } }, VANISHED, true },
	{ { { LOG_BY_TYPE, "module" }, { LOG_BY_REASON, "vanished" } }, BASELINE, false },
	{ { { LOG_BY_OP, "autoload" } }, ASKED, true },
	{ { { LOG_BY_OP, "load" } }, ASKED, false },
	{ { { LOG_BY_RULE, "gpu" } }, OPERATION "\"rule\":\"gpu\"", true },
	{ { { LOG_BY_RULE, "gpu" } }, OPERATION "\"rule\":\"gpus\"", false },
	{ { { LOG_BY_RULE, "gpu" } }, OPERATION "\"rule\":null", false },
	{ { { LOG_BY_MODULE, "snd-pcm" } }, NAMED, true },
	{ { { LOG_BY_MODULE, "snd_p?m" } }, NAMED, true },
	{ { { LOG_BY_MODULE, "other" } }, NAMED, true },
	{ { { LOG_BY_MODULE, "other.ko" } }, NAMED, false },
	{ { { LOG_BY_MODULE, "snd" } }, NAMED, false },
	{ { { LOG_BY_MODULE, "snd_hda_*" } }, PACKED, true },
	{ { { LOG_BY_MODULE, "snd-hda-intel" } }, PACKED, true },
	{ { { LOG_BY_MODULE, "hda" } }, PACKED, false },
	{ { { LOG_BY_MODULE, "net-pf-*" } }, ASKED, true },
	{ { { LOG_BY_MODULE, "*" } }, VANISHED, false },
	{ { { LOG_BY_UID, "7" } }, ASKED, true },
	{ { { LOG_BY_UID, "1" } }, FROM_POD, true },
	{ { { LOG_BY_UID, "0" } }, FROM_POD, true },
	{ { { LOG_BY_UID, "0" } }, ASKED, false },
	{ { { LOG_BY_CONTAINER, "4f3c" } }, FROM_POD, true },
	{ { { LOG_BY_CONTAINER, "3c" } }, FROM_POD, false },
	{ { { LOG_BY_CONTAINER, "any" } }, FROM_POD, true },
	{ { { LOG_BY_CONTAINER, "any" } }, NAMED, false },
	{ { { LOG_BY_CONTAINER, "none" } }, FROM_POD, false },
	{ { { LOG_BY_CONTAINER, "web-1" } }, IN_POD, true },
	{ { { LOG_BY_CONTAINER, "shop/web-1" } }, IN_POD, true },
	{ { { LOG_BY_CONTAINER, "web" } }, IN_POD, false },
	{ { { LOG_BY_CONTAINER, "shop/web" } }, IN_POD, false },
	{ { { LOG_BY_CONTAINER, "sho/web-1" } }, IN_POD, false },
	{ { { LOG_BY_CONTAINER, "shopp/web-1" } }, IN_POD, false },
	{ { { LOG_BY_CONTAINER, "shop/" } }, IN_POD, false },
	{ { { LOG_BY_CONTAINER, "/web-1" } }, IN_POD, false },
	{ { { LOG_BY_CONTAINER, "shop/web-1" } }, FROM_POD, false },
	{ { { LOG_BY_CONTAINER, "none" } }, NAMED, true },
	{ { { LOG_BY_CONTAINER, "none" } }, VANISHED, false },
	{ { { LOG_BY_NODE, "a" } }, "\"node\":\"a\"", true },
	{ { { LOG_BY_NODE, "a" } }, "\"node\":\"b\"", false },
	{ { { LOG_BY_KEY, "module_load" } }, AUDITED, true },
	{ { { LOG_BY_KEY, "module_load" } }, NAMED, false },
	{ { { LOG_BY_KEY, "b c" } }, KEYS, true },
	{ { { LOG_BY_KEY, "b" } }, KEYS, false },
	{ { { LOG_BY_KEY, "a" } }, KEYS, true },
	{ { { LOG_BY_AUDIT_ID, "17.5:99" } }, AUDITED, true },
	{ { { LOG_BY_AUDIT_ID, "99" } }, AUDITED, true },
	{ { { LOG_BY_AUDIT_ID, "9" } }, AUDITED, false },
	{ { { LOG_BY_ID, "5f-17" } }, "\"id\":\"5f-17\"", true },
	{ { { LOG_BY_ID, "5f-17" } }, "\"id\":\"5f-17.1\"", true },
	{ { { LOG_BY_ID, "5f-1" } }, "\"id\":\"5f-17\"", false },
	{ { { LOG_BY_ID, "5f-17.1" } }, "\"id\":\"5f-17\"", false },
};

static bool matches(struct log_filter *filter, const char *record)
{
	auto_free char *text = NULL;
	struct log_fields fields;
	int size = asprintf(&text, "{%s}", record);

	json_t *tree;
	bool scanned;

	assert_true(log_fields_scan(&fields, text, (size_t)size));
	scanned = log_filter_matches(filter, &fields);
	tree = json_loadb(text, (size_t)size, 0, NULL);
	log_fields_of(&fields, tree);
	assert_int_equal(log_filter_matches(filter, &fields), scanned);
	json_decref(tree);
	return scanned;
}

static void lets_through_what_is_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct log_filter *filter;
		char *problem = NULL;

		assert_int_equal(log_filter_new(&filter), 0);
		for (size_t j = 0; j < 2 && cases[i].asked[j].word; j++)
			assert_int_equal(log_filter_add(filter, cases[i].asked[j].criterion,
							cases[i].asked[j].word, &problem),
					 0);
		if (matches(filter, cases[i].record) != cases[i].expected)
			fail_msg("case %zu: '%s' of %s", i, cases[i].asked[0].word ?: "",
				 cases[i].record);
		log_filter_free(filter);
	}
}

static const struct {
	enum log_criterion criterion;
	const char *word, *problem;
} bad[] = {
	{ LOG_BY_VERDICT, "denied",
	  "unknown verdict 'denied'; it is one of: allow, deny, blocked, would_deny, not_stopped, "
	  "failed, undecided" },
	{ LOG_BY_TYPE, "ops",
	  "unknown type 'ops'; it is one of: operation, daemon, policy, module, audit, tamper, "
	  "loss" },
	{ LOG_BY_OP, "LOAD", "unknown op 'LOAD'; it is one of: load, unload, autoload" },
	{ LOG_BY_UID, "root", "unknown uid 'root'; write a number" },
	{ LOG_BY_UID, "", "--uid is empty" },
	{ LOG_BY_MODULE, "a/b", "bad pattern 'a/b' for a module: a module's name has no '/'" },
};

static void refuses_what_nothing_can_meet(void **state)
{
	struct log_filter *filter;

	(void)state;
	assert_int_equal(log_filter_new(&filter), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		auto_free char *problem = NULL;

		assert_int_equal(log_filter_add(filter, bad[i].criterion, bad[i].word, &problem),
				 -EINVAL);
		assert_string_equal(problem, bad[i].problem);
	}
	assert_true(matches(filter, VANISHED));
	log_filter_free(filter);
}

static void lists_a_reason_of_two_types_once(void **state)
{
	auto_free char *problem = NULL;
	struct log_filter *filter;
	const char *first;

	(void)state;
	assert_int_equal(log_filter_new(&filter), 0);
	assert_int_equal(log_filter_add(filter, LOG_BY_REASON, "zzz", &problem), -EINVAL);
	first = strstr(problem, " locked,");
	assert_non_null(first);
	assert_null(strstr(first + 1, " locked"));
	log_filter_free(filter);
}

static void knows_the_reasons_of_all_types(void **state)
{
	static const char *const reasons[] = { "default",  "started", "override", "baseline",
					       "vanished", "gap",     "locked",   "gate_hole" };
	struct log_filter *filter;
	char *problem = NULL;

	(void)state;
	assert_int_equal(log_filter_new(&filter), 0);
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		assert_int_equal(log_filter_add(filter, LOG_BY_REASON, reasons[i], &problem), 0);
	assert_int_equal(log_filter_add(filter, LOG_BY_REASON, "whim", &problem), -EINVAL);
	free(problem);
	log_filter_free(filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_through_what_is_asked_for),
		cmocka_unit_test(refuses_what_nothing_can_meet),
		cmocka_unit_test(lists_a_reason_of_two_types_once),
		cmocka_unit_test(knows_the_reasons_of_all_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
