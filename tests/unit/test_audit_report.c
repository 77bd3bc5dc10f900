/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What audit check prints, as wide as the terminal is. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "audit_check.h"
#include "cleanup.h"

#define RULE "-a always,exit -F arch=b64 -S init_module -S finit_module -k module_load"
#define ADD  "add to /etc/audit/rules.d/75-kernel-modules.rules:"

static char *print(unsigned int width)
{
	static char name[] = "rhcos4-e8-master-audit-rules-kernel-module-loading-finit";
	static char remedy[] =
		"have a line ExecStartPost=-/sbin/augenrules --load in "
		"/usr/lib/systemd/system/auditd.service, where it is looked for\n" ADD " " RULE;
	const struct audit_check_options options = { .root = "/",
						     .arch = audit_arch_find("x86_64"),
						     .profile = AUDIT_PROFILE_E8 };
	auto_free struct audit_report *report = calloc(1, sizeof(*report));
	struct page page = { .width = width };
	char *text = NULL;
	size_t size;

	page.out = open_memstream(&text, &size);
	report->requirement_count = 1;
	report->requirements[0].name = name;
	report->requirements[0].id = "";
	report->requirements[0].remedy = remedy;
	report->files.is_seen = true;
	report->files.rules = 1;
	memset(report->files.coverage.exists, true, sizeof(report->files.coverage.exists));
	report->loaded.reason = "not asked for";
	finding_add(&report->findings, AUDIT_ERROR, "gap", ADD " " RULE,
		    "the files: no rule records init_module, finit_module of daemons, autoloads "
		    "and containers (auid unset); root and system users who logged in");
	audit_report_print(report, &options, &page);
	assert_false(page.has_failed);
	findings_clear(&report->findings);
	fclose(page.out);
	return text;
}

static void no_line_is_wider_than_eighty_columns(void **state)
{
	auto_free char *text = print(80);
	char *line, *rest = text;

	(void)state;
	assert_non_null(strstr(text, "(1 rule, audit OFF):\n"));
	while ((line = strsep(&rest, "\n")))
		assert_in_range(strlen(line), 0, 80);
}

/* It is copied into a file. */
static void a_rule_is_not_broken(void **state)
{
	auto_free char *narrow = print(60), *unbounded = print(0);

	(void)state;
	assert_non_null(strstr(narrow, " " RULE "\n"));
	assert_non_null(strstr(narrow, "do: " ADD "\n"));
	assert_non_null(strstr(unbounded, "\n        do: " ADD " " RULE "\n"));
	assert_non_null(strstr(unbounded, "\n  do: " ADD " " RULE "\n"));
}

static void a_gap_stands_below_its_caller(void **state)
{
	auto_free char *text = print(80);

	(void)state;
	assert_non_null(strstr(text,
			       "\n                        no login     auid < 1000  auid >= 1000\n"
			       "  init_module   64-bit  recorded     recorded     recorded\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_line_is_wider_than_eighty_columns),
		cmocka_unit_test(a_rule_is_not_broken),
		cmocka_unit_test(a_gap_stands_below_its_caller),
	};

	return cmocka_run_group_tests_name("audit_report", tests, NULL, NULL);
}
