// SPDX-License-Identifier: GPL-2.0-or-later
/* What counts as a stricter policy, and what does not although it looks like one. */
#include "policy_order.h"

#include "policy_case.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define TOP "version: 1\n"

#define ALLOW(name, criteria) "  - name: " name "\n    allow: load\n" criteria
#define DENY(name, criteria)  "  - name: " name "\n    deny: load\n" criteria
#define SHA(list)             "    sha256: [" list "]\n"
#define NAME(list)            "    module: [" list "]\n"
#define USER(list)            "    uid: [" list "]\n"

#define RULES(text) TOP "rules:\n" text

static const struct {
	const char *name;
	bool is_stricter;
	const char *now, *next;
} cases[] = {
	{ "the same", true, RULES(ALLOW("a", SHA(A64))), RULES(ALLOW("a", SHA(A64))) },
	{ "monitor to enforce", true, TOP "mode: monitor\nrules: []\n",
	  TOP "mode: enforce\nrules: []\n" },
	{ "enforce to monitor", false, TOP "mode: enforce\nrules: []\n",
	  TOP "mode: monitor\nrules: []\n" },
	{ "default allow to deny", true, TOP "default: allow\nrules: []\n",
	  TOP "default: deny\nrules: []\n" },
	{ "default deny to allow", false, TOP "default: deny\nrules: []\n",
	  TOP "default: allow\nrules: []\n" },
	{ "lock it", true, TOP "rules: []\n", TOP "locked: true\nrules: []\n" },
	{ "no lock any more", false, TOP "locked: true\nrules: []\n", TOP "rules: []\n" },
	{ "for some kernels only", false, TOP "rules: []\n", TOP "kernels: [6.1*]\nrules: []\n" },
	{ "for other kernels", false, TOP "kernels: [6.1*]\nrules: []\n",
	  TOP "kernels: [6.2*]\nrules: []\n" },
	{ "for all kernels", true, TOP "kernels: [6.1*]\nrules: []\n", TOP "rules: []\n" },

	{ "one allow rule more", false, TOP "rules: []\n", RULES(ALLOW("a", SHA(A64))) },
	{ "the last allow rule less", true, RULES(ALLOW("a", NAME("x"))), TOP "rules: []\n" },
	{ "an allow rule less among equals", true, RULES(ALLOW("a", SHA(A64)) ALLOW("b", SHA(B64))),
	  RULES(ALLOW("b", SHA(B64))) },
	/* Where the name is not seen, "a" denies; without it, "b" allows. */
	{ "an allow rule less that held another back", false,
	  RULES(ALLOW("a", NAME("x")) ALLOW("b", SHA(B64))), RULES(ALLOW("b", SHA(B64))) },
	{ "an allow rule less before one that does not wait as long", false,
	  RULES(ALLOW("a", "    signed: true\n") ALLOW("b", SHA(B64))),
	  RULES(ALLOW("b", SHA(B64))) },
	{ "an allow rule less before one with a pattern", false,
	  RULES(ALLOW("a", NAME("x*y*z")) ALLOW("b", NAME("y"))), RULES(ALLOW("b", NAME("y"))) },
	{ "an allow rule less before another operation's", true,
	  RULES(ALLOW("a", NAME("x")) "  - name: b\n    allow: unload\n    uid: 0\n"),
	  RULES("  - name: b\n    allow: unload\n    uid: 0\n") },
	{ "an allow rule less before default allow", false,
	  TOP "default: allow\nrules:\n" ALLOW("a", SHA(A64)), TOP "default: allow\nrules: []\n" },
	{ "a renamed allow rule", false, RULES(ALLOW("a", SHA(A64))), RULES(ALLOW("b", SHA(A64))) },

	{ "one deny rule more, first", true, RULES(ALLOW("a", SHA(A64))),
	  RULES(DENY("d", NAME("x")) ALLOW("a", SHA(A64))) },
	{ "one deny rule more, last", true, RULES(ALLOW("a", SHA(A64))),
	  RULES(ALLOW("a", SHA(A64)) DENY("d", NAME("x"))) },
	{ "a deny rule less", false, RULES(DENY("d", NAME("x"))), TOP "rules: []\n" },
	{ "a deny rule that allows now", false, RULES(DENY("d", NAME("x"))),
	  RULES(ALLOW("d", NAME("x"))) },
	{ "an allow rule that denies now", false, RULES(ALLOW("d", NAME("x"))),
	  RULES(DENY("d", NAME("x"))) },
	{ "rules change places", false, RULES(DENY("d", NAME("x")) ALLOW("a", SHA(A64))),
	  RULES(ALLOW("a", SHA(A64)) DENY("d", NAME("x"))) },

	{ "an allow rule with a digest less", true, RULES(ALLOW("a", SHA(A64 ", " B64))),
	  RULES(ALLOW("a", SHA(A64))) },
	{ "an allow rule with a digest more", false, RULES(ALLOW("a", SHA(A64))),
	  RULES(ALLOW("a", SHA(A64 ", " B64))) },
	{ "an allow rule with another digest", false, RULES(ALLOW("a", SHA(A64))),
	  RULES(ALLOW("a", SHA(B64))) },
	{ "an allow rule with a digest less that held another back", false,
	  RULES(ALLOW("a", SHA(A64 ", " B64) NAME("x")) ALLOW("b", SHA(B64))),
	  RULES(ALLOW("a", SHA(A64) NAME("x")) ALLOW("b", SHA(B64))) },
	{ "a deny rule with a digest more", true, RULES(DENY("d", SHA(A64))),
	  RULES(DENY("d", SHA(A64 ", " B64))) },
	{ "a deny rule with a digest less", false, RULES(DENY("d", SHA(A64 ", " B64))),
	  RULES(DENY("d", SHA(A64))) },

	{ "one criterion more", false, RULES(DENY("d", NAME("x"))),
	  RULES(DENY("d", NAME("x") USER("0"))) },
	{ "another pattern", false, RULES(ALLOW("a", NAME("x"))), RULES(ALLOW("a", NAME("y"))) },
	{ "one pattern more", false, RULES(ALLOW("a", NAME("x"))),
	  RULES(ALLOW("a", NAME("x, y"))) },
	{ "one pattern less", false, RULES(DENY("a", NAME("x, y"))), RULES(DENY("a", NAME("x"))) },
	{ "another user", false, RULES(ALLOW("a", USER("1"))), RULES(ALLOW("a", USER("2"))) },
	{ "other users to the end", false, RULES(ALLOW("a", USER("1"))),
	  RULES(ALLOW("a", USER("1-"))) },
	{ "not signed", false, RULES(ALLOW("a", "    signed: true\n")),
	  RULES(ALLOW("a", "    signed: false\n")) },
	{ "from memory", false, RULES(ALLOW("a", "    source: file\n")),
	  RULES(ALLOW("a", "    source: [file, memory]\n")) },
	{ "outside of containers, too", false, RULES(ALLOW("a", "    container: any\n")),
	  RULES(ALLOW("a", "    container: [any, none]\n")) },
	{ "another operation", false, RULES(ALLOW("a", NAME("x"))),
	  RULES("  - name: a\n    allow: [load, unload]\n    module: x\n") },
};

static void tells_a_stricter_policy(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct policy *now = good(cases[i].now), *next = good(cases[i].next);
		bool is_stricter = policy_is_stricter(now, next);

		if (is_stricter != cases[i].is_stricter)
			print_error("%s\n", cases[i].name);
		assert_int_equal(is_stricter, cases[i].is_stricter);
		policy_free(now);
		policy_free(next);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_a_stricter_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
