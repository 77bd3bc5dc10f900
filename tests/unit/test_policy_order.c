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

#define PUTS_OFF "is new, and puts off denials behind it"

static const struct {
	const char *name;
	const char *looser; /* NULL: it is stricter */
	const char *now, *next;
} cases[] = {
	{ "the same", NULL, RULES(ALLOW("a", SHA(A64))), RULES(ALLOW("a", SHA(A64))) },
	{ "monitor to enforce", NULL, TOP "mode: monitor\nrules: []\n",
	  TOP "mode: enforce\nrules: []\n" },
	{ "enforce to monitor", "its mode enforces no longer", TOP "mode: enforce\nrules: []\n",
	  TOP "mode: monitor\nrules: []\n" },
	{ "default allow to deny", NULL, TOP "default: allow\nrules: []\n",
	  TOP "default: deny\nrules: []\n" },
	{ "default deny to allow", "its default allows", TOP "default: deny\nrules: []\n",
	  TOP "default: allow\nrules: []\n" },
	{ "lock it", NULL, TOP "rules: []\n", TOP "locked: true\nrules: []\n" },
	{ "no lock any more", "it is locked no longer", TOP "locked: true\nrules: []\n",
	  TOP "rules: []\n" },
	{ "for some kernels only", "it is for other kernels", TOP "rules: []\n",
	  TOP "kernels: [6.1*]\nrules: []\n" },
	{ "for other kernels", "it is for other kernels", TOP "kernels: [6.1*]\nrules: []\n",
	  TOP "kernels: [6.2*]\nrules: []\n" },
	{ "for all kernels", NULL, TOP "kernels: [6.1*]\nrules: []\n", TOP "rules: []\n" },

	{ "one allow rule more", "rule 'a' is new, and allows", TOP "rules: []\n",
	  RULES(ALLOW("a", SHA(A64))) },
	{ "the last allow rule less", NULL, RULES(ALLOW("a", NAME("x"))), TOP "rules: []\n" },
	{ "an allow rule less among equals", NULL, RULES(ALLOW("a", SHA(A64)) ALLOW("b", SHA(B64))),
	  RULES(ALLOW("b", SHA(B64))) },
	/* Where the name is not seen, "a" denies; without it, "b" allows. */
	{ "an allow rule less that held another back",
	  "rule 'a' no longer holds back those behind it",
	  RULES(ALLOW("a", NAME("x")) ALLOW("b", SHA(B64))), RULES(ALLOW("b", SHA(B64))) },
	{ "an allow rule less before one that does not wait as long",
	  "rule 'a' no longer holds back those behind it",
	  RULES(ALLOW("a", "    signed: true\n") ALLOW("b", SHA(B64))),
	  RULES(ALLOW("b", SHA(B64))) },
	{ "an allow rule less before one with a pattern",
	  "rule 'a' no longer holds back those behind it",
	  RULES(ALLOW("a", NAME("x*y*z")) ALLOW("b", NAME("y"))), RULES(ALLOW("b", NAME("y"))) },
	{ "an allow rule less before another operation's", NULL,
	  RULES(ALLOW("a", NAME("x")) "  - name: b\n    allow: unload\n    uid: 0\n"),
	  RULES("  - name: b\n    allow: unload\n    uid: 0\n") },
	{ "an allow rule less before default allow",
	  "rule 'a' no longer holds back those behind it",
	  TOP "default: allow\nrules:\n" ALLOW("a", SHA(A64)), TOP "default: allow\nrules: []\n" },
	{ "a renamed allow rule", "rule 'b' is new, and allows", RULES(ALLOW("a", SHA(A64))),
	  RULES(ALLOW("b", SHA(A64))) },

	{ "one deny rule more, first", NULL, RULES(ALLOW("a", SHA(A64))),
	  RULES(DENY("d", SHA(B64) USER("0")) ALLOW("a", SHA(A64))) },
	{ "one deny rule more, last", NULL, RULES(ALLOW("a", SHA(A64))),
	  RULES(ALLOW("a", SHA(A64)) DENY("d", "    source: memory\n")) },
	/* What the default refuses at once would wait for the name, and code runs before that. */
	{ "a deny rule more that waits for the name", "rule 'd' " PUTS_OFF, TOP "rules: []\n",
	  RULES(DENY("d", NAME("x"))) },
	{ "a deny rule more that waits for the signature", "rule 'd' " PUTS_OFF,
	  RULES(ALLOW("a", SHA(A64))),
	  RULES(DENY("d", "    signed: false\n") ALLOW("a", SHA(A64))) },
	{ "a deny rule more that may never know the path", "rule 'd' " PUTS_OFF, TOP "rules: []\n",
	  RULES(DENY("d", "    path: /tmp/**\n")) },
	{ "a deny rule more that waits before another one", "rule 'd' " PUTS_OFF,
	  TOP "default: allow\nrules:\n" DENY("e", USER("0")),
	  TOP "default: allow\nrules:\n" DENY("d", NAME("x")) DENY("e", USER("0")) },
	{ "a deny rule more that waits behind another one", NULL,
	  TOP "default: allow\nrules:\n" DENY("e", USER("0")),
	  TOP "default: allow\nrules:\n" DENY("e", USER("0")) DENY("d", NAME("x")) },
	{ "a deny rule more for unloads by name", NULL, RULES(ALLOW("a", SHA(A64))),
	  RULES("  - name: d\n    deny: unload\n    module: x\n" ALLOW("a", SHA(A64))) },
	{ "a deny rule less", "rule 'd' denies no longer", RULES(DENY("d", NAME("x"))),
	  TOP "rules: []\n" },
	{ "a deny rule that allows now", "rule 'd' is another one", RULES(DENY("d", NAME("x"))),
	  RULES(ALLOW("d", NAME("x"))) },
	{ "an allow rule that denies now", "rule 'd' is another one", RULES(ALLOW("d", NAME("x"))),
	  RULES(DENY("d", NAME("x"))) },
	{ "rules change places", "rule 'a' has another place",
	  RULES(DENY("d", NAME("x")) ALLOW("a", SHA(A64))),
	  RULES(ALLOW("a", SHA(A64)) DENY("d", NAME("x"))) },

	{ "an allow rule with a digest less", NULL, RULES(ALLOW("a", SHA(A64 ", " B64))),
	  RULES(ALLOW("a", SHA(A64))) },
	{ "an allow rule with a digest more", "rule 'a' allows more digests",
	  RULES(ALLOW("a", SHA(A64))), RULES(ALLOW("a", SHA(A64 ", " B64))) },
	{ "an allow rule with another digest", "rule 'a' allows more digests",
	  RULES(ALLOW("a", SHA(A64))), RULES(ALLOW("a", SHA(B64))) },
	{ "an allow rule with a digest less that held another back",
	  "rule 'a' with fewer digests no longer holds back those behind it",
	  RULES(ALLOW("a", SHA(A64 ", " B64) NAME("x")) ALLOW("b", SHA(B64))),
	  RULES(ALLOW("a", SHA(A64) NAME("x")) ALLOW("b", SHA(B64))) },
	{ "a deny rule with a digest more", NULL, RULES(DENY("d", SHA(A64))),
	  RULES(DENY("d", SHA(A64 ", " B64))) },
	{ "a deny rule with a digest more that waits for the name",
	  "rule 'd' with more digests puts off denials behind it",
	  RULES(DENY("d", SHA(A64) NAME("x"))), RULES(DENY("d", SHA(A64 ", " B64) NAME("x"))) },
	{ "a deny rule with a digest less", "rule 'd' denies digests no longer",
	  RULES(DENY("d", SHA(A64 ", " B64))), RULES(DENY("d", SHA(A64))) },

	{ "one criterion more", "rule 'd' is another one", RULES(DENY("d", NAME("x"))),
	  RULES(DENY("d", NAME("x") USER("0"))) },
	{ "another pattern", "rule 'a' is another one", RULES(ALLOW("a", NAME("x"))),
	  RULES(ALLOW("a", NAME("y"))) },
	{ "one pattern more", "rule 'a' is another one", RULES(ALLOW("a", NAME("x"))),
	  RULES(ALLOW("a", NAME("x, y"))) },
	{ "one pattern less", "rule 'a' is another one", RULES(DENY("a", NAME("x, y"))),
	  RULES(DENY("a", NAME("x"))) },
	{ "another user", "rule 'a' is another one", RULES(ALLOW("a", USER("1"))),
	  RULES(ALLOW("a", USER("2"))) },
	{ "other users to the end", "rule 'a' is another one", RULES(ALLOW("a", USER("1"))),
	  RULES(ALLOW("a", USER("1-"))) },
	{ "not signed", "rule 'a' is another one", RULES(ALLOW("a", "    signed: true\n")),
	  RULES(ALLOW("a", "    signed: false\n")) },
	{ "from memory", "rule 'a' is another one", RULES(ALLOW("a", "    source: file\n")),
	  RULES(ALLOW("a", "    source: [file, memory]\n")) },
	{ "outside of containers, too", "rule 'a' is another one",
	  RULES(ALLOW("a", "    container: any\n")),
	  RULES(ALLOW("a", "    container: [any, none]\n")) },
	{ "another operation", "rule 'a' is another one", RULES(ALLOW("a", NAME("x"))),
	  RULES("  - name: a\n    allow: [load, unload]\n    module: x\n") },
};

static void tells_a_stricter_policy(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct policy *now = good(cases[i].now), *next = good(cases[i].next);
		char why[POLICY_LOOSER_SIZE] = "";
		bool is_stricter = policy_is_stricter(now, next, why);

		if (is_stricter != !cases[i].looser)
			print_error("%s\n", cases[i].name);
		assert_int_equal(is_stricter, !cases[i].looser);
		assert_string_equal(why, cases[i].looser ?: "");
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
