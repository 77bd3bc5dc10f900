/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SYSCALL records of the audit trail: as kernels and auditd write them, and as nobody should. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_sighting.h"

#define IDS                                                                                        \
	"auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) "      \
	"ses=4294967295"
#define STAMP "audit(1700000000.123:456): "
#define CALL                                                                                       \
	STAMP "arch=c000003e syscall=313 success=no exit=-1 a0=3 a1=55f1 a2=0 a3=7ffe items=0 "    \
	      "ppid=201 pid=234 " IDS " "
#define KMOD "comm=\"modprobe\" exe=\"/usr/bin/kmod\" "

/* What nothing else says: the call above. */
static const struct audit_sighting refused = {
	.serial = 456,
	.time_ms = 1700000000123,
	.is_call = true,
	.syscall = 313,
	.arch = AUDIT_ARCH_X86_64,
	.pid = 234,
	.success = false,
	.exit = -1,
	.keys = "module_load",
};

static void assert_same(const struct audit_sighting *a, const struct audit_sighting *b)
{
	assert_int_equal(a->serial, b->serial);
	assert_int_equal(a->time_ms, b->time_ms);
	assert_int_equal(a->is_call, b->is_call);
	assert_int_equal(a->syscall, b->syscall);
	assert_int_equal(a->arch, b->arch);
	assert_int_equal(a->pid, b->pid);
	assert_int_equal(a->success, b->success);
	assert_int_equal(a->exit, b->exit);
	assert_string_equal(a->keys, b->keys);
}

static struct audit_parser *parser_new(void)
{
	struct audit_parser *parser = NULL;

	assert_int_equal(audit_parser_new(&parser), 0);
	return parser;
}

static int parse_payload(const char *payload, struct audit_sighting *sighting)
{
	struct audit_parser *parser = parser_new();
	int result = audit_parse_payload(parser, payload, strlen(payload), sighting);

	audit_parser_free(parser);
	return result;
}

static int parse_line(const char *line, struct audit_sighting *sighting)
{
	struct audit_parser *parser = parser_new();
	int result = audit_parse_line(parser, line, strlen(line), sighting);

	audit_parser_free(parser);
	return result;
}

/* From netlink, from the file, from a file with the node's name, and enriched. */
static void assert_all_ways(const char *payload, const struct audit_sighting *wanted)
{
	static const char *const formats[] = {
		"type=SYSCALL msg=%s",
		"node=host.example type=SYSCALL msg=%s",
		"type=SYSCALL msg=%s\x1d"
		"ARCH=x86_64 SYSCALL=delete_module AUID=\"unset\" key=\"other\"",
	};
	struct audit_sighting sighting;
	char line[4096];

	assert_int_equal(parse_payload(payload, &sighting), 1);
	assert_same(&sighting, wanted);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		snprintf(line, sizeof(line), formats[i], payload);
		assert_int_equal(parse_line(line, &sighting), 1);
		assert_same(&sighting, wanted);
	}
}

static void reads_what_kernels_write(void **state)
{
	struct audit_sighting loaded = refused, removed = refused, native = refused;

	(void)state;
	/* Without a security module's label, with AppArmor's, and with a record of their own. */
	assert_all_ways(CALL KMOD "key=\"module_load\"", &refused);
	assert_all_ways(CALL KMOD "subj=unconfined key=\"module_load\"", &refused);
	assert_all_ways(CALL KMOD "subj=? key=\"module_load\"", &refused);
	assert_all_ways(CALL KMOD "subj=system_u:system_r:insmod_t:s0-s0:c0.c1023 "
				  "key=\"module_load\"",
			&refused);
	loaded.syscall = 175;
	loaded.success = true;
	loaded.exit = 0;
	strcpy(loaded.keys, "");
	assert_all_ways(STAMP "arch=c000003e syscall=175 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 "
			      "items=2 ppid=201 pid=234 " IDS " " KMOD "subj=unconfined key=(null)",
			&loaded);
	removed.syscall = 129;
	removed.arch = AUDIT_ARCH_I386;
	assert_all_ways(STAMP "arch=40000003 syscall=129 success=no exit=-1 a0=1 a1=2 a2=3 a3=4 "
			      "items=0 ppid=201 pid=234 " IDS " " KMOD "key=\"module_load\"",
			&removed);
	/* Of a task with another personality. */
	native.arch = AUDIT_ARCH_AARCH64;
	native.syscall = 273;
	assert_all_ways(STAMP "arch=c00000b7 per=400000 syscall=273 success=no exit=-1 a0=1 a1=2 "
			      "a2=3 a3=4 items=0 ppid=201 pid=234 " IDS " " KMOD
			      "key=\"module_load\"",
			&native);
}

static void knows_the_module_calls_of_each_abi(void **state)
{
	static const struct {
		uint32_t arch;
		int calls[3];
	} abis[] = {
		{ AUDIT_ARCH_X86_64, { 175, 313, 176 } },
		{ AUDIT_ARCH_X86_64, { 0x40000000 | 175, 0x40000000 | 313, 0x40000000 | 176 } },
		{ AUDIT_ARCH_I386, { 128, 350, 129 } },
		{ AUDIT_ARCH_AARCH64, { 105, 273, 106 } },
		{ AUDIT_ARCH_ARM, { 128, 379, 129 } },
		{ AUDIT_ARCH_PPC64LE, { 128, 353, 129 } },
		{ AUDIT_ARCH_S390X, { 128, 344, 129 } },
	};
	struct audit_sighting sighting;
	char payload[256];

	(void)state;
	for (size_t i = 0; i < sizeof(abis) / sizeof(abis[0]); i++)
		for (int n = 0; n < 3; n++) {
			snprintf(payload, sizeof(payload),
				 STAMP "arch=%x syscall=%d success=yes exit=0 ppid=1 pid=2",
				 abis[i].arch, abis[i].calls[n]);
			assert_int_equal(parse_payload(payload, &sighting), 1);
			assert_int_equal(sighting.arch, abis[i].arch);
			assert_int_equal(sighting.syscall, abis[i].calls[n]);
			assert_true(sighting.is_call);
		}
}

static void reads_of_other_calls_which_event_it_is(void **state)
{
	/* i386's open, and what is finit_module elsewhere. */
	static const char *const others[] = {
		STAMP "arch=40000003 syscall=5 success=yes exit=3 ppid=1 pid=2",
		STAMP "arch=40000003 syscall=313 success=yes exit=3 ppid=1 pid=2",
		STAMP
		"arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=2 comm=\"syscall=313\"",
		STAMP "arch=12345 syscall=313 success=yes exit=0 ppid=1 pid=2",
	};
	const struct audit_sighting wanted = { .serial = 456, .time_ms = 1700000000123 };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_all_ways(others[i], &wanted);
}

static void says_of_other_calls_which_event_it_cannot_read(void **state)
{
	static const char *const stamps[] = {
		"audit(1700000000.123:): ",          "audit(1700000000.123:0): ",
		"audit(1700000000:456): ",           "audit(.123:456): ",
		"audit(1700000000.123:4294967296) ", "audit(1700000000.123:-1): ",
		"audit(1700000000.123: 456): ",
	};
	struct audit_sighting sighting;
	char payload[128];

	(void)state;
	for (size_t i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++) {
		snprintf(payload, sizeof(payload), "%sarch=c000003e syscall=59 pid=2", stamps[i]);
		assert_int_equal(parse_payload(payload, &sighting), -EBADMSG);
	}
}

static void reads_all_keys_of_an_event(void **state)
{
	struct audit_sighting wanted = refused;

	(void)state;
	/* module_load, modules; with a separator, the kernel writes them in hexadecimal. */
	strcpy(wanted.keys, "module_load\001modules");
	assert_all_ways(CALL KMOD "key=6D6F64756C655F6C6F6164016D6F64756C6573", &wanted);
	/* "a b", and a quote. */
	strcpy(wanted.keys, "a b\001\"");
	assert_all_ways(CALL KMOD "key=6120620122", &wanted);
	/* What looks like hexadecimal stands in quotes. */
	strcpy(wanted.keys, "ABBA");
	assert_all_ways(CALL KMOD "key=\"ABBA\"", &wanted);
}

static void holds_all_that_a_key_can_be(void **state)
{
	struct audit_sighting sighting;
	char payload[2048], key[600] = "";

	(void)state;
	for (int i = 0; i < 255; i++)
		strcat(key, "61");
	snprintf(payload, sizeof(payload), CALL KMOD "key=%s", key);
	assert_int_equal(parse_payload(payload, &sighting), 1);
	assert_int_equal(strlen(sighting.keys), 255);
	strcat(key, "01"
		    "62");
	snprintf(payload, sizeof(payload), CALL KMOD "key=%s", key);
	assert_int_equal(parse_payload(payload, &sighting), 1);
	assert_int_equal(strlen(sighting.keys), 255);
}

static void takes_no_text_of_a_caller_for_the_kernels(void **state)
{
	(void)state;
	/* comm: "key=\"x\" pid=1", in hexadecimal, and without a blank. */
	assert_all_ways(CALL "comm=6B65793D227822207069643D31 exe=\"/a\" key=\"module_load\"",
			&refused);
	assert_all_ways(CALL "comm=\"key=other\" exe=\"/pid=1\" key=\"module_load\"", &refused);
	assert_all_ways(CALL "comm=\"subj=x\" exe=\"/key=y\" key=\"module_load\"", &refused);
	/* What comes first is the kernel's. */
	assert_all_ways(CALL KMOD "pid=1 exit=0 success=yes syscall=175 key=\"module_load\"",
			&refused);
	/* A label may hold anything but its end. */
	assert_all_ways(CALL KMOD "subj=x key=\"other\" (enforce) key=\"module_load\"", &refused);
	assert_all_ways(CALL KMOD "subj=x pid=1 exit=0 success=yes (complain) key=\"module_load\"",
			&refused);
}

static void takes_no_other_message_for_a_call(void **state)
{
	static const char *const lines[] = {
		"type=USER_LOGIN msg=" STAMP "pid=1 uid=0 msg='x type=SYSCALL msg=" CALL "'",
		"type=TRUSTED_APP msg=" STAMP "pid=1 msg='type=SYSCALL msg=" CALL "'",
		"type=PROCTITLE msg=" STAMP "proctitle=\"x\"",
		"type=KERN_MODULE msg=" STAMP "name=\"dummy\"",
		"type=SYSCALLS msg=" CALL,
		"type=UNKNOWN[1300] msg=" CALL,
		" type=SYSCALL msg=" CALL,
		"node=x y type=SYSCALL msg=" CALL,
		"node=type=SYSCALL msg=" CALL,
		"node=x",
		"node=",
		"type=SYSCALL",
		"",
		"garbage",
	};
	struct audit_sighting sighting;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(parse_line(lines[i], &sighting), 0);
}

static void says_what_it_cannot_read(void **state)
{
	static const char *const payloads[] = {
		"",
		"x",
		"audit(",
		"audit(1700000000.123:456)",
		"audit(1700000000.123): arch=c000003e syscall=313 pid=1",
		"audit(:): arch=c000003e syscall=313 pid=1",
		STAMP,
		STAMP "arch=c000003e",
		STAMP "arch=c000003e syscall=313",
		STAMP "syscall=313 pid=1",
		"type=SYSCALL msg=" CALL,
		CALL "\n" CALL,
	};
	struct audit_parser *parser = parser_new();
	struct audit_sighting sighting;
	const char with_nul[] = CALL "comm=\"a\0b\" key=\"x\"";

	(void)state;
	for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++)
		assert_int_equal(parse_payload(payloads[i], &sighting), -EBADMSG);
	assert_int_equal(audit_parse_payload(parser, with_nul, sizeof(with_nul) - 1, &sighting),
			 -EBADMSG);
	/* The parser goes on after all of them. */
	assert_int_equal(
		audit_parse_payload(parser, CALL "key=\"x\"\0\0", strlen(CALL) + 9, &sighting), 1);
	assert_string_equal(sighting.keys, "x");
	audit_parser_free(parser);
}

static void reads_each_beginning_of_a_record(void **state)
{
	const char whole[] = "type=SYSCALL msg=" CALL KMOD "key=\"module_load\"";
	struct audit_parser *parser = parser_new();
	struct audit_sighting sighting;

	(void)state;
	for (size_t size = 0; size < sizeof(whole); size++) {
		char *part = strndup(whole, size);
		int result = audit_parse_line(parser, part, strlen(part), &sighting);

		assert_true(result == 0 || result == 1 || result == -EBADMSG);
		free(part);
	}
	audit_parser_free(parser);
}

static void reads_records_of_any_length(void **state)
{
	static char line[60000];
	struct audit_sighting sighting;
	size_t size;

	(void)state;
	strcpy(line, "type=SYSCALL msg=" CALL "comm=");
	size = strlen(line);
	memset(line + size, '6', 8 << 10);
	strcpy(line + size + (8 << 10), " key=\"module_load\"");
	assert_int_equal(parse_line(line, &sighting), 1);
	assert_same(&sighting, &refused);
	memset(line + size, '6', sizeof(line) - 1 - size);
	assert_int_equal(parse_line(line, &sighting), 1);
	assert_string_equal(sighting.keys, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_kernels_write),
		cmocka_unit_test(knows_the_module_calls_of_each_abi),
		cmocka_unit_test(reads_of_other_calls_which_event_it_is),
		cmocka_unit_test(says_of_other_calls_which_event_it_cannot_read),
		cmocka_unit_test(reads_all_keys_of_an_event),
		cmocka_unit_test(holds_all_that_a_key_can_be),
		cmocka_unit_test(takes_no_text_of_a_caller_for_the_kernels),
		cmocka_unit_test(takes_no_other_message_for_a_call),
		cmocka_unit_test(says_what_it_cannot_read),
		cmocka_unit_test(reads_each_beginning_of_a_record),
		cmocka_unit_test(reads_records_of_any_length),
	};

	return cmocka_run_group_tests_name("audit_sighting", tests, NULL, NULL);
}
