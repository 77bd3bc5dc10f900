/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lists of rules record, and of whom. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit_coverage.h"
#include "audit_gap_finding.h"

#define LOADS "init_module,finit_module,delete_module"
#define ALL   "-a always,exit -F arch=b64 -S " LOADS " -k m\n-a always,exit -F arch=b32 -S " LOADS " -k m\n"

/* For each of the callers: . recorded, s some only, - no rule, x hidden. */
static char letter_of(enum audit_gap_kind kind)
{
	return "s-x"[kind - 1 < 3 ? kind - 1 : 0];
}

static void rules_load(struct audit_rules *rules, const char *text)
{
	char copy[8192], *rest = copy, *line;
	unsigned int number = 0;

	assert_true(strlen(text) < sizeof(copy));
	strcpy(copy, text);
	audit_rules_init(rules);
	while ((line = strsep(&rest, "\n"))) {
		struct audit_source source = { "test", ++number, line };

		assert_int_equal(audit_rules_take(rules, &source, audit_arch_find("x86_64")), 0);
	}
}

/* "unset,system,user" for finit_module of 64 and 32 bits: "... ---" */
static void callers_format(char text[8], const struct audit_coverage *coverage)
{
	for (int i = 0; i < 6; i++) {
		enum audit_gap_kind kind =
			coverage->gaps[i / 3][AUDIT_CALL_FINIT][i % 3].kind;

		text[i + i / 3] = kind ? letter_of(kind) : '.';
	}
	text[3] = ' ';
	text[7] = '\0';
}

static const struct {
	const char *rules;
	const char *expected; /* no login, system, user; of 64 bits and of 32 */
} cases[] = {
	{ "", "--- ---" },
	{ ALL, "... ..." },
	{ "-a always,exit -F arch=b64 -S " LOADS, "... ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -F subj_user=u -F subj_role=r -F subj_type=t -F subj_sen=s -F subj_clr=c", "sss ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -F obj_user=u -F obj_role=r -F obj_type=t -F obj_lev_low=l -F obj_lev_high=h", "sss ---" },
	{ "-a always,exit -F arch=b32 -S " LOADS, "--- ..." },
	/* The number of another processor's call: 64-bit finit_module is no 32-bit call of modules. */
	{ "-a always,exit -S " LOADS, "... ---" },
	{ "-a always,exit -S all", "... ..." },
	{ "-a always,exit -F arch!=b32 -S all", "... ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -F auid>=1000 -F auid!=unset", "--. ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -F auid>=1000", ".-. ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -F auid!=-1", "-.. ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -F auid=unset", ".-- ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -F auid!=0", ".-. ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -F auid!=1500", "..- ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -F auid<1000\n"
	  "-a always,exit -F arch=b64 -S " LOADS " -F auid>=1000",
	  "... ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -F success=1", "sss ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -F success=1\n"
	  "-a always,exit -F arch=b64 -S " LOADS " -F success=0",
	  "... ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -F uid=0", "sss ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -F exe=/usr/bin/kmod", "sss ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -F auid=somebody", "sss ---" },
	{ "-a always,exit -F arch=b64 -S " LOADS " -C uid!=euid", "sss ---" },
	{ "-a always,exit -F path=/usr/bin/kmod -F perm=x -k modules", "--- ---" },
	{ "-w /sbin/insmod -p x -k modules", "--- ---" },
	/* What hides. */
	{ "-a never,exit -F arch=b64 -S finit_module\n" ALL, "xxx ..." },
	{ ALL "-a never,exit -F arch=b64 -S finit_module", "... ..." },
	{ ALL "-A never,exit -F arch=b64 -S finit_module", "xxx ..." },
	{ "-a never,exit -F arch=b64 -S chmod\n" ALL, "... ..." },
	{ "-a never,exit -F auid=1500\n" ALL, "..x ..x" },
	{ "-a never,exit -F auid=unset\n" ALL, "x.. x.." },
	{ "-a never,exit -F auid>=60000 -F auid!=unset\n" ALL, "..x ..x" },
	{ "-a never,exit -F uid=33\n" ALL, "xxx xxx" },
	{ "-a never,exit -F exe=/usr/bin/kmod\n" ALL, "xxx xxx" },
	{ "-a never,exit -F pid=1\n" ALL, "xxx xxx" },
	{ "-a never,exit -F gid=10 -F auid<1000\n" ALL, ".x. .x." },
	{ "-a never,exit -F subj_type=crond_t\n" ALL, "xxx xxx" },
	{ "-a never,exit -F success=0\n" ALL, "xxx xxx" },
	{ "-a never,exit -F exit=-EPERM\n" ALL, "xxx xxx" },
	{ "-a never,exit -C auid!=uid\n" ALL, "xxx xxx" },
	{ "-a never,exit -F auid=nobodyknows\n" ALL, "xxx xxx" },
	{ "-a never,exit -F dir=/dev/shm\n" ALL, "... ..." },
	{ "-a never,exit -F dir=/sys/kernel\n" ALL, "xxx xxx" },
	{ "-a never,exit -F path=/usr/bin/kmod -F perm=x\n" ALL, "... ..." },
	{ "-a never,task\n" ALL, "xxx xxx" },
	{ "-a never,task -F auid=unset\n" ALL, "x.. x.." },
	{ "-a always,task\n-a never,task\n" ALL, "... ..." },
	{ "-a always,exclude -F msgtype=SYSCALL\n" ALL, "xxx xxx" },
	{ "-a never,exclude -F msgtype=SYSCALL\n" ALL, "xxx xxx" },
	{ "-a always,exclude -F msgtype>=1300 -F msgtype<=1399\n" ALL, "xxx xxx" },
	{ "-a always,exclude -F msgtype=CWD\n" ALL, "... ..." },
	{ "-a always,exclude -F auid=unset\n" ALL, "x.. x.." },
	{ "-a always,exclude -F uid=33\n" ALL, "xxx xxx" },
	{ "-a never,user -F uid=0\n" ALL, "... ..." },
	{ "-a never,filesystem -F fstype=tracefs\n" ALL, "... ..." },
	/* What takes rules away, or keeps them from being read. */
	{ ALL "-D", "--- ---" },
	{ ALL "-D -k m", "--- ---" },
	{ ALL "-D -k other", "... ..." },
	{ ALL "-d always,exit -F arch=b64 -S " LOADS " -k m", "--- ..." },
	{ ALL "-d always,exit -F arch=b64 -S " LOADS " -k other", "... ..." },
	{ "-a always,exit -F arch=b64 -S nonsense\n" ALL, "--- ---" },
	{ "-i\n-a always,exit -F arch=b64 -S nonsense\n" ALL, "... ..." },
	{ "-a never,user\n-a never,user\n" ALL, "--- ---" },
	{ "-c\n-a never,user\n-a never,user\n" ALL, "... ..." },
	{ "-e 2\n" ALL, "--- ---" },
};

static void tells_what_is_recorded_of_whom(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct audit_coverage coverage;
		struct audit_rules rules;
		char text[8];

		rules_load(&rules, cases[i].rules);
		audit_coverage_make(&coverage, &rules, audit_arch_find("x86_64"));
		callers_format(text, &coverage);
		if (strcmp(text, cases[i].expected) != 0)
			fail_msg("%s\n\t'%s' and not '%s' (%s)", cases[i].rules, text,
				 cases[i].expected, rules.error);
		audit_rules_clear(&rules);
	}
}

static void each_call_is_told_apart(void **state)
{
	struct audit_coverage coverage;
	struct audit_rules rules;

	(void)state;
	rules_load(&rules, "-a always,exit -F arch=b64 -S delete_module");
	audit_coverage_make(&coverage, &rules, audit_arch_find("x86_64"));
	assert_int_equal(coverage.gaps[AUDIT_BITS_64][AUDIT_CALL_DELETE][0].kind, AUDIT_GAP_NONE);
	assert_int_equal(coverage.gaps[AUDIT_BITS_64][AUDIT_CALL_INIT][0].kind, AUDIT_GAP_NO_RULE);
	assert_int_equal(coverage.gaps[AUDIT_BITS_64][AUDIT_CALL_FINIT][0].kind, AUDIT_GAP_NO_RULE);
	audit_rules_clear(&rules);
}

static void names_the_rule_that_hides(void **state)
{
	struct audit_coverage coverage;
	struct audit_rules rules;

	(void)state;
	rules_load(&rules, "-a always,exclude -F msgtype=KERN_MODULE\n"
			   "-a never,exit -F auid=1234\n" ALL);
	audit_coverage_make(&coverage, &rules, audit_arch_find("x86_64"));
	assert_int_equal(coverage.gaps[0][0][AUDIT_CALLER_USER].rule->source.line, 2);
	assert_int_equal(coverage.name_hidden->source.line, 1);
	audit_rules_clear(&rules);
}

static void no_number_is_trusted_where_there_are_too_many(void **state)
{
	struct audit_coverage coverage;
	struct audit_rules rules;
	char text[8192] = "", line[64];

	(void)state;
	for (int i = 0; i < 60; i++) {
		snprintf(line, sizeof(line), "-a always,exit -S chmod,finit_module -F auid=%d\n", 2000 + 7 * i);
		strcat(text, line);
	}
	rules_load(&rules, text);
	audit_coverage_make(&coverage, &rules, audit_arch_find("x86_64"));
	assert_int_equal(coverage.gaps[0][AUDIT_CALL_FINIT][AUDIT_CALLER_UNSET].kind,
			 AUDIT_GAP_NARROW);
	audit_rules_clear(&rules);
}

static void processors_without_32_bits_have_no_gaps_there(void **state)
{
	struct audit_coverage coverage;
	struct audit_rules rules;

	(void)state;
	audit_rules_init(&rules);
	audit_coverage_make(&coverage, &rules, audit_arch_find("ppc64le"));
	assert_false(coverage.exists[AUDIT_BITS_32][AUDIT_CALL_INIT]);
	assert_true(coverage.exists[AUDIT_BITS_64][AUDIT_CALL_INIT]);
	audit_rules_clear(&rules);
}

/* What the kernel answers: the texts of fields one behind the other, the key as one of them. */
static struct audit_rule_data *listed(uint32_t key_size)
{
	static const char texts[] = "/sys/kernel"
				    "one\001two";
	struct audit_rule_data *data = calloc(1, sizeof(*data) + sizeof(texts));

	assert_non_null(data);
	data->flags = AUDIT_FILTER_EXIT;
	data->action = AUDIT_NEVER;
	memset(data->mask, 0xff, sizeof(data->mask));
	data->field_count = 3;
	data->fields[0] = AUDIT_DIR;
	data->values[0] = 11;
	data->fields[1] = AUDIT_FILTERKEY;
	data->values[1] = key_size;
	data->fields[2] = AUDIT_LOGINUID;
	data->values[2] = 1234;
	for (int i = 0; i < 3; i++)
		data->fieldflags[i] = AUDIT_EQUAL;
	data->buflen = sizeof(texts) - 1;
	memcpy(data->buf, texts, sizeof(texts));
	return data;
}

static void takes_a_rule_as_the_kernel_lists_it(void **state)
{
	const struct audit_arch *arch = audit_arch_find("x86_64");
	struct audit_rule_data *data = listed(7), *cut = listed(8);
	struct audit_rules rules;

	(void)state;
	audit_rules_init(&rules);
	assert_int_equal(audit_rules_take_listed(&rules, data, arch), 0);
	assert_int_equal(rules.count, 1);
	assert_string_equal(rules.list[0].key, "one\001two");
	assert_true(rules.list[0].is_never);
	assert_int_equal(rules.list[0].field_count, 2);
	assert_true(rules.list[0].fields[0].is_below_sys);
	assert_true(rules.list[0].fields[1].is_known);
	assert_int_equal(audit_rules_take_listed(&rules, cut, arch), -EBADMSG);
	assert_int_equal(rules.count, 1);
	audit_rules_clear(&rules);
	free(data);
	free(cut);
}

static void shows_a_rule_of_the_kernels_with_each_of_its_keys(void **state)
{
	const struct audit_arch *arch = audit_arch_find("x86_64");
	struct audit_source source = { .text = "-a never,exit -F auid=1234 -S all -k one -k two" };
	struct audit_findings findings = {};
	struct audit_coverage coverage;
	struct audit_rules rules;

	(void)state;
	audit_rules_init(&rules);
	assert_int_equal(audit_rules_take(&rules, &source, arch), 0);
	audit_coverage_make(&coverage, &rules, arch);
	audit_gaps_find(&findings, &coverage, AUDIT_PROFILE_CIS, arch, "the kernel", "");
	assert_true(findings.count);
	assert_non_null(strstr(findings.list[0].text,
			       "'-a never,exit -F auid=1234 -k one -k two'"));
	findings_clear(&findings);
	audit_rules_clear(&rules);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_is_recorded_of_whom),
		cmocka_unit_test(each_call_is_told_apart),
		cmocka_unit_test(names_the_rule_that_hides),
		cmocka_unit_test(takes_a_rule_as_the_kernel_lists_it),
		cmocka_unit_test(shows_a_rule_of_the_kernels_with_each_of_its_keys),
		cmocka_unit_test(no_number_is_trusted_where_there_are_too_many),
		cmocka_unit_test(processors_without_32_bits_have_no_gaps_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
