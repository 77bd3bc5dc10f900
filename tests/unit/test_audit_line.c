/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line of a rules file, as auditctl takes it or not. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "audit_line.h"

#define EIGHT(text) text text text text text text text text
#define LONG        EIGHT(EIGHT("ab"))

static const struct {
	const char *text;
	enum audit_line_kind kind;
} lines[] = {
	{ "", AUDIT_LINE_NONE },
	{ "   ", AUDIT_LINE_NONE },
	{ "## a comment", AUDIT_LINE_NONE },
	{ "-D", AUDIT_LINE_CLEAR },
	{ "-Ds", AUDIT_LINE_CLEAR },
	{ "-ccDcDcs", AUDIT_LINE_CLEAR },
	{ "-D -k modules", AUDIT_LINE_CLEAR },
	{ "-D modules", AUDIT_LINE_ERROR },
	{ "-e 0", AUDIT_LINE_ENABLED },
	{ "-e 3", AUDIT_LINE_ERROR },
	{ "-e", AUDIT_LINE_ERROR },
	{ "-b 8192", AUDIT_LINE_BACKLOG },
	{ "-b many", AUDIT_LINE_ERROR },
	{ "-f 2", AUDIT_LINE_FAILURE },
	{ "-r 100", AUDIT_LINE_RATE },
	{ "-i", AUDIT_LINE_IGNORE },
	{ "-c", AUDIT_LINE_IGNORE },
	{ "--loginuid-immutable", AUDIT_LINE_NONE },
	{ "--backlog_wait_time 60000", AUDIT_LINE_NONE },
	{ "--nonsense", AUDIT_LINE_ERROR },
	{ "-R other.rules", AUDIT_LINE_ERROR },
	{ "-w /etc/passwd -p wa -k identity", AUDIT_LINE_RULE },
	{ "-w /etc/passwd -p wz", AUDIT_LINE_ERROR },
	{ "-p wa", AUDIT_LINE_ERROR },
	{ "-w /a -w /b", AUDIT_LINE_ERROR },
	{ "-W /etc/passwd", AUDIT_LINE_REMOVE },
	{ "-w passwd -p wa -k identity", AUDIT_LINE_ERROR },
	{ "-a always,exit -F arch=b64 -S init_module -k modules", AUDIT_LINE_RULE },
	{ "-a exit,always -F arch=b64 -S init_module -k modules", AUDIT_LINE_RULE },
	{ "-aalways,exit -Farch=b64 -Sinit_module -kmodules", AUDIT_LINE_RULE },
	{ "-A never,exit -F arch=b32 -S 128", AUDIT_LINE_RULE },
	{ "-d always,exit -F arch=b64 -S init_module -k modules", AUDIT_LINE_REMOVE },
	{ "-a always,exit -F arch=x86_64 -S all", AUDIT_LINE_RULE },
	{ "-a always,exit -F arch=c000003e -S init_module", AUDIT_LINE_RULE },
	{ "-a always,exit -F arch=b48 -S init_module", AUDIT_LINE_ERROR },
	{ "-a always,exit -F arch>b64 -S init_module", AUDIT_LINE_ERROR },
	{ "-a always,exit -S init_module -F arch=b64", AUDIT_LINE_ERROR },
	{ "-F arch=b64 -a always,exit -S init_module", AUDIT_LINE_ERROR },
	{ "-a always,exit -F arch=b64 -S init_modul", AUDIT_LINE_ERROR },
	{ "-a always,exit -F arch=b64 -S init_module,", AUDIT_LINE_RULE },
	{ "-a always,exit -F arch=b64 -S 99999", AUDIT_LINE_ERROR },
	{ "-a always,exit -a never,exit -S init_module", AUDIT_LINE_ERROR },
	{ "-a always -F arch=b64 -S init_module", AUDIT_LINE_ERROR },
	{ "-a sometimes,exit -F arch=b64 -S init_module", AUDIT_LINE_ERROR },
	{ "-a possible,exit -F arch=b64 -S init_module", AUDIT_LINE_NONE },
	{ "-a never,task", AUDIT_LINE_RULE },
	{ "-a never,task -S init_module", AUDIT_LINE_ERROR },
	{ "-a always,exclude -F msgtype=SYSCALL", AUDIT_LINE_RULE },
	{ "-a always,exclude -F msgtype=NOTHING", AUDIT_LINE_ERROR },
	{ "-S init_module", AUDIT_LINE_ERROR },
	{ "-a always,exit -k modules -F arch=b64 -S init_module", AUDIT_LINE_ERROR },
	{ "-a always,exit -F key=modules -F arch=b64 -S init_module", AUDIT_LINE_RULE },
	{ "-a always,exit -F key=modules -F auid=0", AUDIT_LINE_ERROR },
	{ "-a always,exit -F path=/usr/bin/kmod -F perm=x -k modules", AUDIT_LINE_RULE },
	{ "-a always,exit -F arch=b64 -S init_module -k modules # why", AUDIT_LINE_ERROR },
	{ "-a always,exit -F arch=b64 -S init_module -k two words", AUDIT_LINE_ERROR },
	{ "-a\talways,exit -F arch=b64 -S init_module -k modules", AUDIT_LINE_ERROR },
	{ "\t-a always,exit -F arch=b64 -S init_module -k modules", AUDIT_LINE_ERROR },
	{ "-a always,exit -F arch=b64 -S init_module -F auid>=1000 -F auid!=unset -k x",
	  AUDIT_LINE_RULE },
	{ "-a always,exit -F arch=b64 -S init_module -F auid!=-1 -k x", AUDIT_LINE_RULE },
	{ "-a always,exit -F arch=b64 -S init_module -F uid=nosuchuseratall", AUDIT_LINE_RULE },
	{ "-a always,exit -F arch=b64 -S init_module -F colour=red", AUDIT_LINE_ERROR },
	{ "-a always,exit,never -S init_module", AUDIT_LINE_ERROR },
	{ "-a " LONG ",exit -S init_module", AUDIT_LINE_ERROR },
	{ "-a exit," LONG " -S init_module", AUDIT_LINE_ERROR },
	{ "-a always,exit -F arch=b64 -S init_module -F euid=bin -F suid=bin -F fsuid=bin -F gid=bin -F egid=bin "
	  "-F sgid=bin -F fsgid=bin -F obj_uid=bin -F obj_gid=bin",
	  AUDIT_LINE_RULE },
	{ "-a always,exit -F arch=b64 -S init_module -F auid=", AUDIT_LINE_ERROR },
	{ "-a always,exit -F arch=b64 -S init_module " EIGHT(EIGHT("-F uid=bin ")) "-F uid=bin", AUDIT_LINE_ERROR },
	{ "-a always,exit -F arch=b64 -S init_module " EIGHT(EIGHT("-F uid=1 ")) "-F uid=1", AUDIT_LINE_ERROR },
	{ "-a always,exit -F arch=b64 -S init_module -k " LONG LONG " -k " LONG LONG, AUDIT_LINE_ERROR },
	{ "-a always,exit -F arch=b64 -S 175x -k m", AUDIT_LINE_ERROR },
	{ "-a always,exit -F arch=b64 -S 2047 -k m", AUDIT_LINE_RULE },
	{ "-a always,exit -F arch=b64 -S 2048 -k m", AUDIT_LINE_ERROR },
	{ "-a always,exit -F arch=b64 -S 137438953473 -k m", AUDIT_LINE_ERROR },
	{ "-w /a -p rwxaa", AUDIT_LINE_ERROR },
	{ "-D -x key", AUDIT_LINE_ERROR },
	{ "-D -k two keys", AUDIT_LINE_ERROR },
	{ "-h", AUDIT_LINE_ERROR },
	{ EIGHT(EIGHT(EIGHT("-i "))), AUDIT_LINE_ERROR },
	{ "-a always,exit -F arch=b64 -S init_module -C uid!=euid", AUDIT_LINE_RULE },
	{ "-a always,exit -F arch=b64 -S init_module -C uid!=colour", AUDIT_LINE_ERROR },
};

static void takes_what_auditctl_takes(void **state)
{
	const struct audit_arch *arch = audit_arch_find("x86_64");

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct audit_line line;

		assert_int_equal(audit_line_parse(&line, lines[i].text, arch), 0);
		if (line.kind != lines[i].kind)
			fail_msg("'%s' is %d (%s) and not %d", lines[i].text, line.kind, line.error,
				 lines[i].kind);
		assert_int_equal(line.kind == AUDIT_LINE_ERROR, *line.error != '\0');
		audit_line_clear(&line);
	}
}

static void calls_are_numbered_as_on_the_processor_asked_for(void **state)
{
	static const struct {
		const char *arch;
		const char *text;
		int number;
	} cases[] = {
		{ "x86_64", "-a always,exit -F arch=b64 -S finit_module", 313 },
		{ "x86_64", "-a always,exit -F arch=b32 -S finit_module", 350 },
		{ "x86_64", "-a always,exit -S finit_module", 313 },
		{ "aarch64", "-a always,exit -F arch=b64 -S finit_module", 273 },
		{ "aarch64", "-a always,exit -F arch=b32 -S finit_module", 379 },
		{ "ppc64le", "-a always,exit -F arch=b64 -S finit_module", 353 },
		{ "s390x", "-a always,exit -F arch=b32 -S delete_module", 129 },
		{ "i686", "-a always,exit -S init_module", 128 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct audit_line line;
		int bits = 0;

		assert_int_equal(
			audit_line_parse(&line, cases[i].text, audit_arch_find(cases[i].arch)), 0);
		assert_int_equal(line.kind, AUDIT_LINE_RULE);
		for (int word = 0; word < AUDIT_BITMASK_SIZE; word++)
			bits += __builtin_popcount(line.data->mask[word]);
		assert_int_equal(bits, 1);
		assert_true(line.data->mask[AUDIT_WORD(cases[i].number)] &
			    AUDIT_BIT(cases[i].number));
		audit_line_clear(&line);
	}
}

static void refuses_32_bits_where_audit_knows_none(void **state)
{
	struct audit_line line;

	(void)state;
	assert_int_equal(audit_line_parse(&line, "-a always,exit -F arch=b32 -S init_module",
					  audit_arch_find("ppc64le")),
			 0);
	assert_int_equal(line.kind, AUDIT_LINE_ERROR);
	audit_line_clear(&line);
}

static void watches_are_rules_with_their_permissions(void **state)
{
	struct audit_line line;

	(void)state;
	assert_int_equal(
		audit_line_parse(&line, "-w /etc/passwd -p ra -k identity", audit_arch_find("x86_64")),
		0);
	assert_int_equal(line.data->field_count, 2);
	assert_int_equal(line.data->fields[0], AUDIT_WATCH);
	assert_int_equal(line.data->fields[1], AUDIT_PERM);
	assert_int_equal(line.data->values[1], AUDIT_PERM_READ | AUDIT_PERM_ATTR);
	audit_line_clear(&line);
}

/* As in the kernel, and as auditctl counts: 256 with what stands between them. */
static void keys_are_joined(void **state)
{
	const struct audit_arch *arch = audit_arch_find("x86_64");
	char text[400], whole[AUDIT_MAX_KEY_LEN + 1] = "";
	struct audit_line line;

	(void)state;
	assert_int_equal(
		audit_line_parse(&line, "-a always,exit -S init_module -k a -F key=b", arch), 0);
	assert_string_equal(line.key, "a\001b");
	audit_line_clear(&line);
	for (size_t length = AUDIT_MAX_KEY_LEN - 4; length <= AUDIT_MAX_KEY_LEN; length++) {
		memset(whole, 'k', length);
		snprintf(text, sizeof(text), "-a always,exit -S init_module -k %s -F key=b -F key=",
			 whole);
		assert_int_equal(audit_line_parse(&line, text, arch), 0);
		assert_int_equal(line.kind == AUDIT_LINE_RULE, length + 3 <= AUDIT_MAX_KEY_LEN);
		assert_in_range(strlen(line.key), length, AUDIT_MAX_KEY_LEN);
		audit_line_clear(&line);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_auditctl_takes),
		cmocka_unit_test(calls_are_numbered_as_on_the_processor_asked_for),
		cmocka_unit_test(refuses_32_bits_where_audit_knows_none),
		cmocka_unit_test(watches_are_rules_with_their_permissions),
		cmocka_unit_test(keys_are_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
