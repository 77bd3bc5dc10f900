/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The check as a whole, on the files of machines that are made for it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <sys/stat.h>

#include "audit_check.h"
#include "audit_rules_file.h"
#include "cleanup.h"
#include "root_forge.h"

#define E8                                                                                         \
	"-a always,exit -F arch=b64 -S init_module -S finit_module -k module_load\n"               \
	"-a always,exit -F arch=b32 -S init_module -S finit_module -k module_load\n"               \
	"-a always,exit -F arch=b64 -S delete_module -k module_unload\n"                           \
	"-a always,exit -F arch=b32 -S delete_module -k module_unload\n"

static struct audit_report report;

static struct audit_check_options options_of(const struct forged_root *forged,
					     enum audit_profile profile)
{
	return (struct audit_check_options){
		.root = forged->path,
		.profile = profile,
		.arch = audit_arch_find("x86_64"),
		.files_only = true,
	};
}

static const struct audit_finding *find(const char *name)
{
	for (size_t i = 0; i < report.findings.count; i++)
		if (!strcmp(report.findings.list[i].name, name))
			return &report.findings.list[i];
	return NULL;
}

static void check(struct forged_root *forged, enum audit_profile profile)
{
	struct audit_check_options options = options_of(forged, profile);

	audit_report_clear(&report);
	assert_int_equal(audit_check(&report, &options), 0);
}

static void check_rules(const char *rules, enum audit_profile profile)
{
	struct forged_root forged;

	root_forge_audit(&forged, rules);
	check(&forged, profile);
	root_forge_end(&forged);
}

static void passes_with_the_rules_of_the_page(void **state)
{
	(void)state;
	check_rules(E8, AUDIT_PROFILE_E8);
	assert_true(audit_report_passes(&report));
	assert_int_equal(report.requirement_count, 6);
	assert_string_equal(report.requirements[1].name,
			    "rhcos4-e8-worker-audit-rules-kernel-module-loading-init");
	assert_false(report.loaded.is_seen);
	assert_non_null(report.loaded.reason);
}

static void passes_with_what_it_generates(void **state)
{
	static const char *const releases[] = {
		"ID=rhcos\n",
		"ID=rhel\nVERSION_ID=8.10\n",
		"ID=rhel\nVERSION_ID=9.6\n",
		"ID=ubuntu\nVERSION_ID=24.04\n",
		"ID=debian\nVERSION_ID=12\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(releases) / sizeof(*releases); i++) {
		auto_free char *rules =
			audit_profile_rules(AUDIT_PROFILE_ALL, audit_arch_find("x86_64"));
		struct forged_root forged;

		root_forge_audit(&forged, rules);
		root_forge_file(&forged, "/etc/os-release", releases[i]);
		check(&forged, AUDIT_PROFILE_ALL);
		if (!audit_report_passes(&report)) {
			struct audit_check_options options = options_of(&forged, AUDIT_PROFILE_ALL);

			audit_report_print(&report, &options, &(struct page){ .out = stderr });
			fail_msg("%s does not pass", releases[i]);
		}
		root_forge_end(&forged);
	}
}

static void names_the_very_line_and_file_that_is_missing(void **state)
{
	(void)state;
	check_rules("-a always,exit -F arch=b64 -S init_module,finit_module -k a\n"
		    "-a always,exit -F arch=b32 -S init_module -k a\n"
		    "-a always,exit -F arch=b64 -S delete_module -k b\n"
		    "-a always,exit -F arch=b32 -S delete_module -k b\n",
		    AUDIT_PROFILE_E8);
	assert_false(audit_report_passes(&report));
	assert_true(report.requirements[0].passes);
	assert_false(report.requirements[2].passes);
	assert_string_equal(report.requirements[2].remedy,
			    "add to /etc/audit/rules.d/75-kernel-modules.rules: "
			    "-a always,exit -F arch=b32 -S finit_module -k module_load\n");
	assert_string_equal(find("missing")->remedy,
			    "add to /etc/audit/rules.d/75-kernel-modules.rules: "
			    "-a always,exit -F arch=b32 -S finit_module -k module_load");
}

static void filters_fail_e8_and_are_told_of_otherwise(void **state)
{
	auto_free char *rules = audit_profile_rules(AUDIT_PROFILE_STIG, audit_arch_find("x86_64"));
	struct forged_root forged;

	(void)state;
	check_rules(rules, AUDIT_PROFILE_E8);
	assert_true(report.requirements[0].passes);
	assert_false(audit_report_passes(&report));
	assert_int_equal(find("auid_filter")->severity, AUDIT_ERROR);
	root_forge_audit(&forged, rules);
	root_forge_file(&forged, "/etc/os-release", "ID=rhel\nVERSION_ID=9.6\n");
	check(&forged, AUDIT_PROFILE_STIG);
	assert_true(audit_report_passes(&report));
	assert_int_equal(find("auid_filter")->severity, AUDIT_WARNING);
	root_forge_end(&forged);
}

static void what_disarms_them_fails_where_the_scanner_passes(void **state)
{
	static const struct {
		const char *rules;
		const char *finding;
	} cases[] = {
		{ "-a never,exit -F auid=1234\n" E8, "never" },
		{ E8 "-A never,exit -F uid=33\n", "never" },
		{ "-a never,task\n" E8, "never" },
		{ "-a always,exclude -F msgtype=SYSCALL\n" E8, "never" },
		{ E8 "-e 0\n", "disabled" },
		{ E8 "-D -k module_load\n", "missing" },
		{ "-a always,exit -F arch=b64 -S nonsense -k x\n" E8, "refused_line" },
		{ E8 E8, "refused_line" },
		{ "-w relative -p wa\n" E8, "refused_line" },
		{ "-w /etc/x -p wa\n-w /etc/x -p wa\n" E8, "refused_line" },
		{ "-w /nowhere/x -p wa\n" E8, "refused_line" },
		{ "-a always,exit -F dir=/etc/nowhere -F perm=w\n" E8, "refused_line" },
		{ "-a always,exit -F exe=/nowhere/x -S chmod\n" E8, "refused_line" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		check_rules(cases[i].rules, AUDIT_PROFILE_E8);
		for (size_t r = 0; r < report.requirement_count; r++)
			assert_true(report.requirements[r].passes);
		if (!find(cases[i].finding) || find(cases[i].finding)->severity != AUDIT_ERROR)
			fail_msg("%s: no %s", cases[i].rules, cases[i].finding);
		assert_false(audit_report_passes(&report));
	}
}

static void names_the_line_that_switches_audit_off(void **state)
{
	(void)state;
	check_rules(E8 "-e 0\n", AUDIT_PROFILE_E8);
	assert_non_null(find("disabled"));
	assert_non_null(strstr(find("disabled")->text, "'-e 0' switches audit off"));
}

static void names_the_rule_of_a_file_that_a_unit_loads(void **state)
{
	struct forged_root forged;

	(void)state;
	root_forge_audit(&forged, "");
	root_forge_file(&forged, FORGED_UNIT,
			"[Service]\nExecStart=/sbin/auditd\n"
			"ExecStartPost=-/sbin/auditctl -R /etc/audit/audit.rules\n");
	root_forge_file(&forged, "/etc/audit/audit.rules",
			"-a never,exit -S init_module -F uid=33\n" E8);
	check(&forged, AUDIT_PROFILE_E8);
	assert_non_null(find("never"));
	assert_non_null(strstr(find("never")->text,
			       "/etc/audit/audit.rules:1 '-a never,exit -S init_module"));
	root_forge_end(&forged);
}

static void what_weakens_them_is_told_of(void **state)
{
	static const struct {
		const char *rules;
		const char *finding;
	} cases[] = {
		{ "-b 64\n" E8, "backlog" },
		{ "-r 10\n" E8, "rate" },
		{ "-w /etc/x -p wa\n-w /y -p r\n-w /run/x/y -p w\n-r 10\n" E8, "rate" },
		{ "-a always,exit -F dir=/etc/audit -F perm=w\n-r 10\n" E8, "rate" },
		{ "-f 0\n" E8, "silent" },
		{ E8 "-e 2\n", "locked" },
		{ "-a always,exclude -F msgtype=KERN_MODULE\n" E8, "names_excluded" },
		{ "-i\n-a always,exit -F arch=b64 -S nonsense -k x\n" E8, "ignored_line" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		check_rules(cases[i].rules, AUDIT_PROFILE_E8);
		if (!find(cases[i].finding) || find(cases[i].finding)->severity == AUDIT_ERROR)
			fail_msg("%s: no %s", cases[i].rules, cases[i].finding);
		assert_true(audit_report_passes(&report));
	}
}

static void the_line_that_takes_rules_away_is_named(void **state)
{
	(void)state;
	check_rules(E8 "-D -k module_load\n", AUDIT_PROFILE_E8);
	assert_non_null(
		strstr(find("removed")->text, "75-kernel-modules.rules:5 '-D -k module_load'"));
	assert_false(audit_report_passes(&report));
	check_rules("-D\n" E8, AUDIT_PROFILE_E8);
	assert_null(find("removed"));
}

static void the_order_of_files_is_that_of_augenrules(void **state)
{
	static const struct {
		const char *name;
		bool hides;
	} files[] = {
		{ "10-first.rules", true },
		{ "9-first.rules", true },
		{ "100-later.rules", false },
		{ "75-kernel-modules-x.rules", false },
		{ "75-kernel-modules.rules~", false },
		{ "99-late.rules", false },
		{ ".10-hidden.rules", false },
		{ "075-kernel.rules", true },
		{ "10-first.rules.bak", false },
		{ "Z.rules", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct forged_root forged;
		char path[128];

		snprintf(path, sizeof(path), AUDIT_RULES_DIR "/%s", files[i].name);
		root_forge_audit(&forged, E8);
		root_forge_file(&forged, path, "-a never,exit -S init_module\n");
		check(&forged, AUDIT_PROFILE_E8);
		if (!find("never") != !files[i].hides)
			fail_msg("%s", files[i].name);
		root_forge_end(&forged);
	}
}

static void lines_that_augenrules_moves_are_moved(void **state)
{
	(void)state;
	check_rules("-e 2\n" E8 "-D\n", AUDIT_PROFILE_E8);
	assert_true(audit_report_passes(&report));
	assert_non_null(find("locked"));
}

static void a_profile_without_a_check_is_no_success(void **state)
{
	static const struct {
		enum audit_profile profile;
		const char *release;
	} cases[] = {
		{ AUDIT_PROFILE_STIG, "ID=debian\nVERSION_ID=12\n" },
		{ AUDIT_PROFILE_CIS, "ID=rhcos\n" },
		{ AUDIT_PROFILE_STIG, "ID=slackware\n" },
		{ AUDIT_PROFILE_CIS, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct audit_check_options options;
		struct forged_root forged;

		root_forge_audit(&forged, E8);
		root_forge_file(&forged, "/etc/os-release", cases[i].release);
		options = options_of(&forged, cases[i].profile);
		audit_report_clear(&report);
		assert_int_equal(audit_check(&report, &options), -ENODATA);
		assert_false(audit_report_passes(&report));
		root_forge_end(&forged);
	}
}

static void zeros(const struct forged_root *forged, const char *path)
{
	auto_free char *whole = root_forge_path(forged, path);
	FILE *file = fopen(whole, "w");

	assert_int_equal(ftruncate(fileno(file), 1LL << 30), 0);
	fclose(file);
}

static void fifo(const struct forged_root *forged, const char *path)
{
	auto_free char *whole = root_forge_path(forged, path);

	assert_int_equal(mkfifo(whole, 0600), 0);
}

static void directory(const struct forged_root *forged, const char *path)
{
	auto_free char *whole = root_forge_path(forged, path);

	assert_int_equal(mkdir(whole, 0700), 0);
}

static void to_itself(const struct forged_root *forged, const char *path)
{
	root_forge_link(forged, path, path);
}

static void not_utf8(const struct forged_root *forged, const char *path)
{
	root_forge_file(forged, path, "\xff\xfe\n" E8);
}

static void million_lines(const struct forged_root *forged, const char *path)
{
	auto_free char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (int i = 0; i < 1000000; i++)
		fprintf(out, "-w /a/%d -p w\n", i);
	fclose(out);
	root_forge_file(forged, path, text);
}

static void long_line(const struct forged_root *forged, const char *path)
{
	auto_free char *text = calloc(1, (1 << 20) + 2);

	memset(text, 'x', 1 << 20);
	text[1 << 20] = '\n';
	root_forge_file(forged, path, text);
}

static void hostile_files_fail_in_bounded_time(void **state)
{
	static void (*const forge[])(const struct forged_root *, const char *) = {
		zeros, fifo, directory, to_itself, not_utf8, million_lines, long_line,
	};
	static const char *const paths[] = {
		AUDIT_RULES_DIR "/10-odd.rules",
		AUDIT_RULES_DIR "/90-odd.rules",
	};

	(void)state;
	alarm(120);
	for (size_t i = 0; i < 2 * sizeof(forge) / sizeof(*forge); i++) {
		struct forged_root forged;

		root_forge_audit(&forged, E8);
		forge[i / 2](&forged, paths[i % 2]);
		check(&forged, AUDIT_PROFILE_E8);
		if (audit_report_passes(&report))
			fail_msg("passes with case %zu", i);
		root_forge_end(&forged);
	}
	alarm(0);
}

static void hostile_units_fail(void **state)
{
	static void (*const forge[])(const struct forged_root *, const char *) = {
		zeros, fifo, directory, to_itself, long_line,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forge) / sizeof(*forge); i++) {
		struct forged_root forged;

		root_forge(&forged);
		root_forge_file(&forged, FORGED_RULES, E8);
		forge[i](&forged, FORGED_UNIT);
		root_forge_link(&forged,
				"/etc/systemd/system/multi-user.target.wants/auditd.service",
				FORGED_UNIT);
		check(&forged, AUDIT_PROFILE_E8);
		assert_false(audit_report_passes(&report));
		root_forge_end(&forged);
	}
}

static void what_is_not_there_is_said(void **state)
{
	struct audit_check_options options = { .root = "/nonexistent" };
	struct forged_root forged;

	(void)state;
	audit_report_clear(&report);
	assert_int_equal(audit_check(&report, &options), -ENOENT);
	root_forge(&forged);
	check(&forged, AUDIT_PROFILE_E8);
	assert_false(audit_report_passes(&report));
	assert_non_null(find("no_daemon"));
	root_forge_end(&forged);
}

static void links_stay_below_the_root(void **state)
{
	struct forged_root forged;

	(void)state;
	root_forge_audit(&forged, "");
	root_forge_file(&forged, "/etc/kept", E8);
	root_forge_link(&forged, AUDIT_RULES_DIR "/80-link.rules", "/etc/kept");
	root_forge_link(&forged, AUDIT_RULES_DIR "/81-out.rules",
			"../../../../../../../etc/kept-not");
	check(&forged, AUDIT_PROFILE_E8);
	assert_true(report.requirements[0].passes);
	assert_int_equal(report.files.rules, 4);
	root_forge_end(&forged);
}

static void what_lies_beside_is_told_of(void **state)
{
	struct forged_root forged;

	(void)state;
	root_forge_audit(&forged, "");
	root_forge_file(&forged, AUDIT_RULES_DIR "/modules.conf", E8);
	check(&forged, AUDIT_PROFILE_E8);
	assert_non_null(strstr(find("passed_over")->text, "modules.conf"));
	root_forge_file(&forged, AUDIT_RULES_DIR "/two words.rules", E8);
	check(&forged, AUDIT_PROFILE_E8);
	assert_non_null(find("name"));
	assert_false(audit_report_passes(&report));
	root_forge_end(&forged);
}

static void json_is_whole_and_says_the_same(void **state)
{
	struct audit_check_options options;
	auto_free char *text = NULL;
	struct forged_root forged;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	const char *profile, *product, *reason;
	json_t *object, *checks;
	int pass, seen;

	(void)state;
	root_forge_audit(&forged, "\xff # \x1b[31m\n" E8);
	root_forge_file(&forged, "/etc/os-release", "ID=rhcos\n");
	check(&forged, AUDIT_PROFILE_ALL);
	options = options_of(&forged, AUDIT_PROFILE_ALL);
	assert_int_equal(audit_report_json(&report, &options, out), 0);
	fclose(out);
	object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(object);
	assert_int_equal(json_unpack(object, "{s:s, s:s, s:b, s:o, s:{s:b, s:s}}", "profile",
				     &profile, "product", &product, "pass", &pass, "checks",
				     &checks, "loaded", "seen", &seen, "reason", &reason),
			 0);
	assert_string_equal(profile, "all");
	assert_string_equal(product, "rhcos4");
	assert_false(pass);
	assert_false(seen);
	assert_int_equal(json_array_size(checks), 12);
	assert_true(json_array_size(json_object_get(object, "findings")) > 0);
	json_decref(object);
	root_forge_end(&forged);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_with_the_rules_of_the_page),
		cmocka_unit_test(passes_with_what_it_generates),
		cmocka_unit_test(names_the_very_line_and_file_that_is_missing),
		cmocka_unit_test(filters_fail_e8_and_are_told_of_otherwise),
		cmocka_unit_test(what_disarms_them_fails_where_the_scanner_passes),
		cmocka_unit_test(names_the_line_that_switches_audit_off),
		cmocka_unit_test(names_the_rule_of_a_file_that_a_unit_loads),
		cmocka_unit_test(what_weakens_them_is_told_of),
		cmocka_unit_test(the_line_that_takes_rules_away_is_named),
		cmocka_unit_test(the_order_of_files_is_that_of_augenrules),
		cmocka_unit_test(lines_that_augenrules_moves_are_moved),
		cmocka_unit_test(a_profile_without_a_check_is_no_success),
		cmocka_unit_test(hostile_files_fail_in_bounded_time),
		cmocka_unit_test(hostile_units_fail),
		cmocka_unit_test(what_is_not_there_is_said),
		cmocka_unit_test(links_stay_below_the_root),
		cmocka_unit_test(what_lies_beside_is_told_of),
		cmocka_unit_test(json_is_whole_and_says_the_same),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	audit_report_clear(&report);
	return failed;
}
