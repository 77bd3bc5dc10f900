/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What scanners find, by the published expressions: of systems that Debian's content lacks, so that
 * oscap cannot be asked (tests/audit/agree asks it of the others).
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit_scan.h"
#include "root_forge.h"

#define SERVICE	  "/usr/lib/systemd/system/audit-rules.service"
#define LINE(bits, fields)                                                                         \
	"-a always,exit -F arch=b" bits " -S init_module,finit_module,delete_module" fields " -k m\n"
#define OPEN	  LINE("32", "") LINE("64", "")
#define OF_USERS  " -F auid>=1000 -F auid!=unset"
#define FILTERED  LINE("32", OF_USERS) LINE("64", OF_USERS)

#define AUDITD_AUGENRULES  "ExecStartPost=-/sbin/augenrules --load\n"
#define AUDITD_AUDITCTL	   "ExecStartPost=-/sbin/auditctl -R /etc/audit/audit.rules\n"
#define SERVICE_AUGENRULES "ExecStart=/sbin/augenrules --load\n"
#define SERVICE_USR	   "ExecStart=/usr/sbin/augenrules --load\n"
#define SERVICE_BIN	   "ExecStart=/usr/bin/augenrules --load\n"
#define SERVICE_AUDITCTL   "ExecStart=/sbin/auditctl -R /etc/audit/audit.rules\n"

static const struct {
	enum audit_product product;
	const char *auditd, *service, *rules, *control;
	bool passes;
} cases[] = {
	{ AUDIT_PRODUCT_RHCOS4, AUDITD_AUGENRULES, "", OPEN, "", true },
	{ AUDIT_PRODUCT_RHCOS4, "", SERVICE_AUGENRULES, OPEN, "", true },
	{ AUDIT_PRODUCT_RHCOS4, "", SERVICE_USR, OPEN, "", true },
	{ AUDIT_PRODUCT_RHCOS4, "", SERVICE_BIN, OPEN, "", false },
	{ AUDIT_PRODUCT_RHCOS4, "", "", OPEN, "", false },
	{ AUDIT_PRODUCT_RHCOS4, AUDITD_AUDITCTL, "", OPEN, "", false },
	{ AUDIT_PRODUCT_RHCOS4, AUDITD_AUDITCTL, "", "", OPEN, true },
	{ AUDIT_PRODUCT_RHCOS4, "", SERVICE_AUDITCTL, "", OPEN, false },
	{ AUDIT_PRODUCT_RHEL10, "", SERVICE_AUGENRULES, FILTERED, "", true },
	{ AUDIT_PRODUCT_RHEL10, "", SERVICE_USR, FILTERED, "", true },
	{ AUDIT_PRODUCT_RHEL10, "", SERVICE_AUGENRULES, OPEN, "", false },
	{ AUDIT_PRODUCT_RHEL10, AUDITD_AUGENRULES, "", FILTERED, "", false },
	{ AUDIT_PRODUCT_RHEL10, "", SERVICE_AUDITCTL, "", FILTERED, true },
	{ AUDIT_PRODUCT_RHEL10, "", SERVICE_AUDITCTL, FILTERED, "", false },
	{ AUDIT_PRODUCT_RHEL8, AUDITD_AUGENRULES, "", FILTERED, "", true },
	{ AUDIT_PRODUCT_RHEL8, AUDITD_AUGENRULES, "", OPEN, "", false },
	{ AUDIT_PRODUCT_UBUNTU2204, AUDITD_AUGENRULES, "", FILTERED, "", true },
	{ AUDIT_PRODUCT_UBUNTU2404, AUDITD_AUGENRULES, "", FILTERED, "", true },
	{ AUDIT_PRODUCT_UBUNTU2404, AUDITD_AUGENRULES, "", OPEN, "", false },
	{ AUDIT_PRODUCT_UBUNTU2404, "", SERVICE_AUGENRULES, FILTERED, "", false },
	{ AUDIT_PRODUCT_OL8, AUDITD_AUGENRULES, "", FILTERED, "", true },
	{ AUDIT_PRODUCT_OL9, AUDITD_AUGENRULES, "", OPEN, "", false },
	{ AUDIT_PRODUCT_DEBIAN12, AUDITD_AUGENRULES, "", OPEN, "", true },
	{ AUDIT_PRODUCT_DEBIAN12, AUDITD_AUGENRULES, "", FILTERED, "", true },
};

static void each_system_is_scanned_by_its_own_expressions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct audit_scan_answer answer;
		struct audit_scan scan;
		struct forged_root forged;

		root_forge(&forged);
		root_forge_file(&forged, FORGED_UNIT, cases[i].auditd);
		root_forge_file(&forged, SERVICE, cases[i].service);
		root_forge_file(&forged, FORGED_RULES, cases[i].rules);
		root_forge_file(&forged, AUDIT_RULES_FILE, cases[i].control);
		assert_int_equal(audit_scan_read(&scan, &forged.root), 0);
		for (enum audit_call call = 0; call < AUDIT_CALLS_TODAY; call++) {
			assert_int_equal(audit_scan_call(&answer, &scan, cases[i].product, call,
							 audit_arch_find("x86_64")),
					 0);
			if (answer.passes != cases[i].passes)
				fail_msg("case %zu, %s: %d", i, audit_call_name(call),
					 answer.passes);
		}
		audit_scan_clear(&scan);
		root_forge_end(&forged);
	}
}

static void both_lines_are_asked_for_only_of_64_bit_systems(void **state)
{
	static const struct {
		const char *arch;
		const char *rules;
		bool passes;
	} lines[] = {
		{ "x86_64", LINE("32", ""), false }, { "x86_64", LINE("64", ""), false },
		{ "i686", LINE("32", ""), true },    { "i686", LINE("64", ""), false },
		{ "ppc64le", LINE("64", ""), false }, { "ppc64le", OPEN, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct audit_scan_answer answer;
		struct audit_scan scan;
		struct forged_root forged;

		root_forge_audit(&forged, lines[i].rules);
		assert_int_equal(audit_scan_read(&scan, &forged.root), 0);
		assert_int_equal(audit_scan_call(&answer, &scan, AUDIT_PRODUCT_RHCOS4,
						 AUDIT_CALL_FINIT, audit_arch_find(lines[i].arch)),
				 0);
		assert_int_equal(answer.passes, lines[i].passes);
		audit_scan_clear(&scan);
		root_forge_end(&forged);
	}
}

static void runs_of_kmod_are_a_check_of_their_own(void **state)
{
	static const char *const lines[] = {
		"-a always,exit -F path=/usr/bin/kmod -F perm=x -F auid>=1000 -F auid!=unset -k m",
		"-a always,exit -F path=/usr/bin/kmod -F perm=x -F auid>=1000 -F auid!=-1 -F key=m",
		"-a always,exit -F path=/usr/bin/kmod -F auid>=1000 -F auid!=unset -k m",
		"-a always,exit -F path=/usr/bin/kmod -F perm=x -k m",
		"-a always,exit -F path=/sbin/kmod -F perm=x -F auid>=1000 -F auid!=unset -k m",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct audit_scan_answer answer;
		struct audit_scan scan;
		struct forged_root forged;

		root_forge_audit(&forged, lines[i]);
		assert_int_equal(audit_scan_read(&scan, &forged.root), 0);
		assert_int_equal(audit_scan_kmod(&answer, &scan, AUDIT_PRODUCT_RHEL9), 0);
		assert_int_equal(answer.passes, i < 2);
		audit_scan_clear(&scan);
		root_forge_end(&forged);
	}
}

static void systems_are_known_by_their_os_release(void **state)
{
	static const struct {
		const char *text;
		enum audit_product product;
	} systems[] = {
		{ "ID=\"rhcos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"4.13\"\n",
		  AUDIT_PRODUCT_RHCOS4 },
		{ "ID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"9.6\"\nVARIANT=CoreOS\n"
		  "VARIANT_ID=coreos\nOPENSHIFT_VERSION=\"4.21\"\n",
		  AUDIT_PRODUCT_RHCOS4 },
		{ "ID=\"rhel\"\nVERSION_ID=\"10.2\"\nVARIANT_ID=coreos\n", AUDIT_PRODUCT_RHCOS4 },
		{ "ID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"9\"\nVARIANT_ID=\"coreos\"\n",
		  AUDIT_PRODUCT_RHCOS4 },
		{ "ID=fedora\nVERSION_ID=43\nVARIANT_ID=coreos\n", AUDIT_PRODUCT_NONE },
		{ "ID=\"rhel\"\nVERSION_ID=\"9.6\"\n", AUDIT_PRODUCT_RHEL9 },
		{ "VERSION_ID=\"8.10\"\nID=rhel\n", AUDIT_PRODUCT_RHEL8 },
		{ "ID='rhel'\nVERSION_ID='10.0'\n", AUDIT_PRODUCT_RHEL10 },
		{ "ID=\"rhel\"\nVERSION_ID=\"100\"\n", AUDIT_PRODUCT_NONE },
		{ "ID=\"almalinux\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.4\"\n",
		  AUDIT_PRODUCT_RHEL9 },
		{ "ID=\"ol\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"8.9\"\n", AUDIT_PRODUCT_OL8 },
		{ "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"\n", AUDIT_PRODUCT_UBUNTU2404 },
		{ "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"23.10\"\n", AUDIT_PRODUCT_NONE },
		{ "ID=debian\nVERSION_ID=\"12\"\n", AUDIT_PRODUCT_DEBIAN12 },
		{ "ID=debian\n", AUDIT_PRODUCT_NONE },
		{ "", AUDIT_PRODUCT_NONE },
		{ "GID=rhel\nVERSION_ID=9\n", AUDIT_PRODUCT_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(systems) / sizeof(*systems); i++)
		if (audit_product_parse(systems[i].text) != systems[i].product)
			fail_msg("%s is %d", systems[i].text,
				 audit_product_parse(systems[i].text));
}

static void what_takes_too_many_steps_does_not_pass(void **state)
{
	struct audit_scan_answer answer;
	struct audit_scan scan;
	struct forged_root forged;
	size_t size = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	fprintf(out, "-a always,exit ");
	for (int i = 0; i < 5000; i++)
		fprintf(out, "-F arch=b32 -S init_module ");
	fclose(out);
	root_forge_audit(&forged, OPEN);
	root_forge_file(&forged, "/etc/audit/rules.d/00-long.rules", text);
	free(text);
	assert_int_equal(audit_scan_read(&scan, &forged.root), 0);
	assert_int_equal(audit_scan_call(&answer, &scan, AUDIT_PRODUCT_RHCOS4, AUDIT_CALL_INIT,
					 audit_arch_find("x86_64")),
			 0);
	assert_true(answer.gave_up);
	assert_false(answer.passes);
	audit_scan_clear(&scan);
	root_forge_end(&forged);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_system_is_scanned_by_its_own_expressions),
		cmocka_unit_test(both_lines_are_asked_for_only_of_64_bit_systems),
		cmocka_unit_test(runs_of_kmod_are_a_check_of_their_own),
		cmocka_unit_test(systems_are_known_by_their_os_release),
		cmocka_unit_test(what_takes_too_many_steps_does_not_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
