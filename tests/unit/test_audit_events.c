/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events of auditd's log files: found, whole, and forgotten again. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "audit_events.h"

#define SECOND 1700000000ULL

struct fixture {
	char directory[64];
	struct audit_events *events;
};

static const char *in(const struct fixture *fixture, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
	return path;
}

static void put(const struct fixture *fixture, const char *name, const char *text)
{
	FILE *file = fopen(in(fixture, name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* The records of an event, of a load by the process pid; at is seconds after the first. */
static char *load_event(char *text, unsigned int at, unsigned int serial, int pid, int exit)
{
	sprintf(text,
		"type=SYSCALL msg=audit(%llu.123:%u): arch=c000003e syscall=313 success=%s exit=%d "
		"a0=3 ppid=1 pid=%d auid=0 uid=0 comm=\"insmod\" exe=\"/usr/bin/kmod\" "
		"key=\"module_load\"\x1d"
		"ARCH=x86_64 SYSCALL=finit_module AUID=\"root\"\n"
		"type=PROCTITLE msg=audit(%llu.123:%u): proctitle=696E736D6F64\n",
		SECOND + at, serial, exit ? "no" : "yes", exit, pid, SECOND + at, serial);
	return text;
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	*state = fixture;
	strcpy(fixture->directory, "/tmp/audit-events.XXXXXX");
	return !mkdtemp(fixture->directory) || audit_events_new(&fixture->events);
}

static int tear_down(void **state)
{
	static const char *const names[] = { "log", "log.1", "log.2.gz", "fifo", "" };
	struct fixture *fixture = *state;

	audit_events_free(fixture->events);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove(in(fixture, names[i]));
	free(fixture);
	return 0;
}

static void add(struct fixture *fixture, const char *name, bool rotated)
{
	assert_int_equal(audit_events_add(fixture->events, in(fixture, name), rotated), 0);
}

static const struct audit_event *find(struct fixture *fixture, unsigned int at, uint64_t serial)
{
	return audit_events_find(fixture->events, (SECOND + at) * 1000 + 123, serial);
}

static void keeps_the_records_of_an_event_together(void **state)
{
	struct fixture *fixture = *state;
	const struct audit_event *event;

	put(fixture, "log",
	    "type=SYSCALL msg=audit(1700000000.123:7): arch=c000003e syscall=313 success=no "
	    "exit=-1 ppid=1 pid=20 comm=\"a\" key=\"k\"\n"
	    "type=SYSCALL msg=audit(1700000000.123:8): arch=c000003e syscall=59 success=yes "
	    "exit=0 ppid=1 pid=21 comm=\"b\" key=(null)\n"
	    "type=PROCTITLE msg=audit(1700000000.123:7): proctitle=61\n"
	    "type=PATH msg=audit(1700000000.123:8): item=0 name=\"/b\"\n"
	    "type=USER_CMD msg=audit(1700000000.123:9): pid=1 msg='cmd=61 res=success'\n");
	add(fixture, "log", false);
	event = find(fixture, 0, 7);
	assert_non_null(event);
	assert_string_equal(event->text,
			    "type=SYSCALL msg=audit(1700000000.123:7): arch=c000003e syscall=313 "
			    "success=no exit=-1 ppid=1 pid=20 comm=\"a\" key=\"k\"\n"
			    "type=PROCTITLE msg=audit(1700000000.123:7): proctitle=61\n");
	assert_true(event->call.is_call);
	assert_int_equal(event->call.pid, 20);
	event = find(fixture, 0, 8);
	assert_non_null(strstr(event->text, "type=PATH"));
	assert_false(event->call.is_call);
	assert_non_null(find(fixture, 0, 9));
	assert_null(find(fixture, 0, 10));
	assert_true(audit_events_are_whole(fixture->events));
}

/* After a reboot, serials begin anew. */
static void tells_equal_serials_apart_by_their_time(void **state)
{
	struct fixture *fixture = *state;
	char text[4096];

	load_event(text, 0, 7, 100, 0);
	load_event(text + strlen(text), 10, 7, 200, 0);
	put(fixture, "log", text);
	add(fixture, "log", false);
	assert_int_equal(find(fixture, 0, 7)->call.pid, 100);
	assert_int_equal(find(fixture, 10, 7)->call.pid, 200);
	assert_null(find(fixture, 5, 7));
}

static void reads_what_it_was_rotated_to(void **state)
{
	struct fixture *fixture = *state;
	char text[1024];
	gzFile packed;

	packed = gzopen(in(fixture, "log.2.gz"), "w");
	gzputs(packed, load_event(text, 0, 1, 100, 0));
	gzclose(packed);
	put(fixture, "log.1", load_event(text, 3, 2, 100, 0));
	put(fixture, "log", load_event(text, 6, 3, 100, 0));
	add(fixture, "log", true);
	for (unsigned int i = 0; i < 3; i++)
		assert_non_null(find(fixture, 3 * i, i + 1));
	assert_true(audit_events_are_whole(fixture->events));
}

static void does_not_read_them_unasked(void **state)
{
	struct fixture *fixture = *state;
	char text[1024];

	put(fixture, "log.1", load_event(text, 3, 2, 100, 0));
	put(fixture, "log", load_event(text, 6, 3, 100, 0));
	add(fixture, "log", false);
	assert_null(find(fixture, 3, 2));
	assert_non_null(find(fixture, 6, 3));
}

static void guesses_by_time_process_call_and_result(void **state)
{
	struct fixture *fixture = *state;
	struct audit_event_guess guess = {
		.time_ms = SECOND * 1000 + 500,
		.pid = 100,
		.syscall = "finit_module",
	};
	char text[4096] = "";

	load_event(text, 0, 1, 100, -1);
	load_event(text + strlen(text), 1, 2, 100, 0);
	load_event(text + strlen(text), 1, 3, 101, 0);
	load_event(text + strlen(text), 5, 4, 102, 0);
	put(fixture, "log", text);
	add(fixture, "log", false);
	/* The nearest, unless its result is another one. */
	assert_int_equal(audit_events_guess(fixture->events, &guess)->serial, 1);
	guess.has_exit = true;
	assert_int_equal(audit_events_guess(fixture->events, &guess)->serial, 2);
	guess.exit = -17;
	assert_null(audit_events_guess(fixture->events, &guess));
	guess.has_exit = false;
	guess.syscall = "delete_module";
	assert_null(audit_events_guess(fixture->events, &guess));
	guess.syscall = "finit_module";
	guess.pid = 99;
	assert_null(audit_events_guess(fixture->events, &guess));
	guess.pid = 102;
	assert_null(audit_events_guess(fixture->events, &guess));
}

static void forgets_what_is_long_past(void **state)
{
	struct fixture *fixture = *state;
	char text[16384] = "";
	size_t size = 0;

	for (unsigned int i = 0; i < 30; i++)
		size += strlen(load_event(text + size, 10 * i, i + 1, 100, 0));
	put(fixture, "log", text);
	add(fixture, "log", false);
	assert_non_null(find(fixture, 0, 1));
	assert_non_null(find(fixture, 60, 7));
	assert_non_null(find(fixture, 0, 1));
	assert_non_null(find(fixture, 290, 30));
	/* Who asks in the order of time needs it no more. */
	assert_null(find(fixture, 0, 1));
	assert_non_null(find(fixture, 230, 24));
}

static void goes_on_after_what_is_no_audit_log(void **state)
{
	struct fixture *fixture = *state;
	char *text = malloc(400000), *at = text;

	at += strlen(strcpy(at, "garbage\n\ntype=\ntype=SYSCALL\ntype=SYSCALL msg=audit(\n"
				"type=SYSCALL msg=audit(99999999999999999999.1:1): x=y\n"
				"msg=audit(1700000000.123:7):\n\xff\xfe\n"));
	memset(at, 'x', 300000);
	at += 300000;
	*at++ = '\n';
	load_event(at, 0, 7, 100, 0);
	put(fixture, "log", text);
	add(fixture, "log", false);
	assert_non_null(find(fixture, 0, 7));
	free(text);
}

static void says_what_cannot_be_read(void **state)
{
	struct fixture *fixture = *state;
	char text[1024];

	put(fixture, "log", load_event(text, 0, 7, 100, 0));
	add(fixture, "none", false);
	add(fixture, "log", false);
	assert_non_null(find(fixture, 0, 7));
	assert_false(audit_events_are_whole(fixture->events));
}

static void an_event_of_any_size_is_cut(void **state)
{
	struct fixture *fixture = *state;
	FILE *file = fopen(in(fixture, "log"), "w");
	const struct audit_event *event;
	char text[1024];

	fputs(load_event(text, 0, 7, 100, 0), file);
	for (int i = 0; i < 5000; i++)
		fprintf(file,
			"type=PATH msg=audit(%llu.123:7): item=%d name=\"/%0200d\" inode=1 dev=0\n",
			SECOND, i, i);
	fclose(file);
	add(fixture, "log", false);
	event = find(fixture, 0, 7);
	assert_non_null(event);
	assert_in_range(strlen(event->text), AUDIT_EVENT_MAX / 2, AUDIT_EVENT_MAX + 8970);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_the_records_of_an_event_together),
		TEST(tells_equal_serials_apart_by_their_time),
		TEST(reads_what_it_was_rotated_to),
		TEST(does_not_read_them_unasked),
		TEST(guesses_by_time_process_call_and_result),
		TEST(forgets_what_is_long_past),
		TEST(goes_on_after_what_is_no_audit_log),
		TEST(says_what_cannot_be_read),
		TEST(an_event_of_any_size_is_cut),
	};

	return cmocka_run_group_tests_name("audit_events", tests, NULL, NULL);
}
