/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a machine comes to its rules: units and what is over them, the kernel's arguments, auditd.conf. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit_setup.h"
#include "root_forge.h"

#define ETC_UNIT  "/etc/systemd/system/auditd.service"
#define DROP_IN	  "/etc/systemd/system/auditd.service.d/"
#define WANTS	  "/etc/systemd/system/multi-user.target.wants/"
#define RULES	  "/usr/lib/systemd/system/audit-rules.service"
#define DAEMON	  "[Service]\nExecStart=/sbin/auditd\n"
#define AUGENRULES "ExecStartPost=-/sbin/augenrules --load\n"

struct entry {
	const char *path;
	const char *text; /* "-> target": a link */
};

static const struct {
	const char *what;
	struct entry entries[4];
	const char *steps;    /* a letter each: m merged, f file, l line */
	const char *findings; /* names of errors and warnings, each followed by a blank */
} cases[] = {
	{ "no unit", {}, "", "no_daemon not_switched_on " },
	{ "as distributed",
	  { { FORGED_UNIT, DAEMON AUGENRULES }, { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "m", "" },
	{ "not enabled", { { FORGED_UNIT, DAEMON AUGENRULES } }, "",
	  "not_enabled no_loader not_switched_on " },
	{ "masked",
	  { { FORGED_UNIT, DAEMON AUGENRULES },
	    { ETC_UNIT, "-> /dev/null" },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "", "masked no_loader not_switched_on " },
	{ "masked by an empty file",
	  { { FORGED_UNIT, DAEMON AUGENRULES },
	    { ETC_UNIT, "" },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "", "masked no_loader not_switched_on " },
	{ "the one in /etc counts",
	  { { FORGED_UNIT, DAEMON AUGENRULES },
	    { ETC_UNIT, DAEMON },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "", "no_loader " },
	{ "a drop-in resets",
	  { { FORGED_UNIT, DAEMON AUGENRULES },
	    { DROP_IN "x.conf", "[Service]\nExecStartPost=\n" },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "", "no_loader " },
	{ "a drop-in resets and loads",
	  { { FORGED_UNIT, DAEMON AUGENRULES },
	    { DROP_IN "x.conf",
	      "[Service]\nExecStartPost=\nExecStartPost=/sbin/auditctl -R /etc/a.rules\n" },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "f", "" },
	{ "a drop-in undoes",
	  { { FORGED_UNIT, DAEMON AUGENRULES },
	    { DROP_IN "x.conf", "[Service]\nExecStartPost=/sbin/auditctl -D\n" },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "ml", "" },
	{ "no drop-in without the suffix",
	  { { FORGED_UNIT, DAEMON AUGENRULES },
	    { DROP_IN "x.conf.bak", "[Service]\nExecStartPost=\n" },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "m", "" },
	{ "what comes before comes first",
	  { { FORGED_UNIT, DAEMON AUGENRULES "ExecStartPre=/sbin/auditctl -e 0\n" },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "lm", "" },
	{ "it is put together, not loaded",
	  { { FORGED_UNIT, DAEMON "ExecStartPost=/sbin/augenrules --check\n" },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "", "loads_nothing no_loader " },
	{ "in a shell",
	  { { FORGED_UNIT, DAEMON AUGENRULES "ExecStartPost=/bin/sh -c 'auditctl -D'\n" },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "m", "not_understood " },
	{ "auditd switches it off",
	  { { FORGED_UNIT, "[Service]\nExecStart=/sbin/auditd -s disable\n" AUGENRULES },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "m", "daemon_disables not_switched_on " },
	{ "auditd leaves it off",
	  { { FORGED_UNIT, "[Service]\nExecStart=/sbin/auditd -s nochange\n" AUGENRULES },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "m", "not_switched_on " },
	{ "the kernel's argument switches it on",
	  { { FORGED_UNIT, "[Service]\nExecStart=/sbin/auditd -s nochange\n" AUGENRULES },
	    { WANTS "auditd.service", "-> " FORGED_UNIT },
	    { "/proc/cmdline", "quiet audit=1\n" } },
	  "m", "" },
	{ "a service of its own",
	  { { FORGED_UNIT, "[Unit]\nWants=audit-rules.service\n" DAEMON },
	    { RULES, "[Service]\nExecStart=/sbin/augenrules --load\n" },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "m", "" },
	{ "a service of its own that nothing starts",
	  { { FORGED_UNIT, DAEMON },
	    { RULES, "[Service]\nExecStart=/sbin/augenrules --load\n" },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "", "not_enabled no_loader " },
	{ "a line that goes on",
	  { { FORGED_UNIT, DAEMON "ExecStartPost=-/sbin/augenrules \\\n# why\n  --load\n" },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "m", "" },
	{ "a comment",
	  { { FORGED_UNIT, DAEMON "#" AUGENRULES }, { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "", "no_loader " },
	{ "of another section",
	  { { FORGED_UNIT, DAEMON "[Install]\n" AUGENRULES },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "", "no_loader " },
	{ "a condition",
	  { { FORGED_UNIT, "[Unit]\nConditionPathExists=/no\n" DAEMON AUGENRULES },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "m", "condition " },
	{ "the usual condition",
	  { { FORGED_UNIT, "[Unit]\nConditionKernelCommandLine=!audit=0\n" DAEMON AUGENRULES },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "m", "" },
	{ "off at boot",
	  { { FORGED_UNIT, DAEMON AUGENRULES },
	    { WANTS "auditd.service", "-> " FORGED_UNIT },
	    { "/proc/cmdline", "ro audit=0 quiet\n" } },
	  "m", "boot_off " },
	{ "off at the next boot",
	  { { FORGED_UNIT, DAEMON AUGENRULES },
	    { WANTS "auditd.service", "-> " FORGED_UNIT },
	    { "/boot/loader/entries/1.conf", "title Linux\noptions root=/dev/sda audit=off\n" } },
	  "m", "boot_off " },
	{ "a drop-in that cannot be read",
	  { { FORGED_UNIT, DAEMON AUGENRULES },
	    { DROP_IN "x.conf", "-> x.conf" },
	    { WANTS "auditd.service", "-> " FORGED_UNIT } },
	  "m", "not_understood " },
	{ "no local events",
	  { { FORGED_UNIT, DAEMON AUGENRULES },
	    { WANTS "auditd.service", "-> " FORGED_UNIT },
	    { "/etc/audit/auditd.conf", "log_format = NOLOG\nLocal_Events=no\nwrite_logs = no\n" } },
	  "m", "no_local_events no_log no_log " },
	{ "a comment in auditd.conf",
	  { { FORGED_UNIT, DAEMON AUGENRULES },
	    { WANTS "auditd.service", "-> " FORGED_UNIT },
	    { "/etc/audit/auditd.conf", "#local_events = no\nlocal_events = nobody\n" } },
	  "m", "" },
};

static void steps_format(char *text, const struct audit_setup *setup)
{
	for (size_t i = 0; i < setup->count; i++)
		text[i] = "?mfl"[setup->steps[i].kind];
	text[setup->count] = '\0';
}

static void findings_format(char *text, size_t size, const struct audit_findings *findings)
{
	size_t at = 0;

	*text = '\0';
	for (size_t i = 0; i < findings->count; i++)
		if (findings->list[i].severity > AUDIT_NOTE)
			at += (size_t)snprintf(text + at, size - at, "%s ", findings->list[i].name);
}

static void entries_forge(const struct forged_root *forged, const struct entry entries[4])
{
	for (int i = 0; i < 4 && entries[i].path; i++)
		if (!strncmp(entries[i].text, "-> ", 3))
			root_forge_link(forged, entries[i].path, entries[i].text + 3);
		else
			root_forge_file(forged, entries[i].path, entries[i].text);
}

static void finds_what_loads_the_rules_and_what_keeps_it_from_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct audit_findings *findings = calloc(1, sizeof(*findings));
		struct audit_setup setup;
		struct forged_root forged;
		char steps[AUDIT_STEPS_MAX + 1], names[512];

		root_forge(&forged);
		entries_forge(&forged, cases[i].entries);
		assert_int_equal(audit_setup_read(&setup, &forged.root, findings), 0);
		steps_format(steps, &setup);
		findings_format(names, sizeof(names), findings);
		/* Without a daemon that is told, too. */
		if (strcmp(steps, cases[i].steps) != 0 ||
		    strncmp(names, cases[i].findings, strlen(cases[i].findings)) != 0 ||
		    (setup.has_daemon && strcmp(names, cases[i].findings) != 0))
			fail_msg("%s: steps '%s', findings '%s'", cases[i].what, steps, names);
		audit_setup_clear(&setup);
		findings_clear(findings);
		free(findings);
		root_forge_end(&forged);
	}
}

/* A link to itself stands for all that cannot be read. */
static void what_cannot_be_read_fails_the_check(void **state)
{
	static const char *const paths[] = { "/etc/audit/auditd.conf", "/proc/cmdline",
					     "/etc/kernel/cmdline",    "/etc/default/grub",
					     "/boot/loader/entries",   "/boot/loader/entries/1.conf",
					     "/run/systemd/system" };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct audit_findings *findings = calloc(1, sizeof(*findings));
		struct audit_setup setup;
		struct forged_root forged;

		root_forge_audit(&forged, "");
		root_forge_link(&forged, paths[i], paths[i]);
		assert_int_equal(audit_setup_read(&setup, &forged.root, findings), 0);
		if (!findings->errors)
			fail_msg("%s: nothing is said", paths[i]);
		audit_setup_clear(&setup);
		findings_clear(findings);
		free(findings);
		root_forge_end(&forged);
	}
}

static void arguments_are_read_as_the_kernel_does(void **state)
{
	static const struct {
		const char *text;
		int answer;
	} lines[] = {
		{ "", -1 },	     { "quiet", -1 },	   { "audit=0", 0 },
		{ "audit=off", 0 },  { "audit=1", 1 },	   { "audit=on", 1 },
		{ "audit=2", 1 },    { "audit=0 audit=1", 1 }, { "audit=1 audit=0", 0 },
		{ "noaudit=0", -1 }, { "x.audit=0", -1 },  { "a=\"audit=0\"", 0 },
		{ "audit_backlog_limit=8192 audit=1", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (audit_argument_parse(lines[i].text) != lines[i].answer)
			fail_msg("'%s' is %d", lines[i].text, audit_argument_parse(lines[i].text));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_loads_the_rules_and_what_keeps_it_from_it),
		cmocka_unit_test(what_cannot_be_read_fails_the_check),
		cmocka_unit_test(arguments_are_read_as_the_kernel_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
