/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records beside their events in the audit trail: which one, and how it is shown. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log_audit.h"

/* A record of a refused load by the process 234; with what audit is said to have of it. */
#define RECORD(type, audit)                                                                        \
	"{\"schema\":\"modwarden/1\",\"id\":\"1-2\",\"type\":\"" type                              \
	"\",\"time\":\"2023-11-14T22:13:20.124000Z\",\"op\":\"load\","                             \
	"\"syscall\":{\"name\":\"finit_module\",\"exit\":-1},\"process\":{\"pid\":234}" audit "}"
#define AUDIT(id, join) ",\"audit\":{\"id\":\"" id "\",\"join\":\"" join "\"}"

#define CALL(serial)                                                                               \
	"type=SYSCALL msg=audit(1700000000.123:" serial "): arch=c000003e syscall=313 success=no " \
	"exit=-1 ppid=1 pid=234 comm=\"x\" key=\"k\"\n"
#define TITLE(serial)                                                                              \
	"type=PROCTITLE msg=audit(1700000000.123:" serial "): proctitle=\"\033[31m\"\n"

struct fixture {
	char log[64];
	char audit[64];
	struct audit_events *events;
	struct log_damage damage;
	struct log_file *file;
	struct log_line *line;
};

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	int log = mkstemp(strcpy(fixture->log, "/tmp/log-audit.XXXXXX"));
	int audit = mkstemp(strcpy(fixture->audit, "/tmp/log-audit.XXXXXX"));

	close(log);
	close(audit);
	put(fixture->audit, CALL("456") TITLE("456"));
	*state = fixture;
	return audit_events_new(&fixture->events) ||
	       audit_events_add(fixture->events, fixture->audit, false);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	log_file_close(fixture->file);
	audit_events_free(fixture->events);
	unlink(fixture->log);
	unlink(fixture->audit);
	free(fixture);
	return 0;
}

static void read_record(struct fixture *fixture, const char *record)
{
	log_file_close(fixture->file);
	put(fixture->log, record);
	assert_int_equal(log_file_open(&fixture->file, fixture->log, &fixture->damage), 0);
	assert_int_equal(log_file_next(fixture->file, true, &fixture->line), 1);
}

static void assert_found(struct fixture *fixture, const char *record, enum log_audit_match match)
{
	struct log_audit_found found;

	read_record(fixture, record);
	found = log_audit_find(fixture->events, fixture->line);
	assert_int_equal(found.match, match);
	if (match)
		assert_int_equal(found.event->serial, 456);
	else
		assert_null(found.event);
}

static void finds_the_event_that_the_record_names(void **state)
{
	assert_found(*state, RECORD("operation", AUDIT("1700000000.123:456", "exact")),
		     LOG_AUDIT_EXACT);
	/* Another process: what is named is not guessed. */
	assert_found(*state, RECORD("operation", AUDIT("1700000000.123:457", "exact")),
		     LOG_AUDIT_NONE);
	assert_found(*state, RECORD("operation", AUDIT("1700000000.124:456", "exact")),
		     LOG_AUDIT_NONE);
}

static void a_guess_of_the_record_stays_one(void **state)
{
	assert_found(*state, RECORD("operation", AUDIT("1700000000.123:456", "guess")),
		     LOG_AUDIT_GUESS);
}

static void guesses_where_the_record_names_none(void **state)
{
	static const char *const none[] = {
		RECORD("operation", ""),
		RECORD("operation", ",\"audit\":null"),
		RECORD("operation", ",\"audit\":{\"id\":null}"),
		RECORD("operation", ",\"audit\":7"),
		RECORD("operation", AUDIT("", "exact")),
		RECORD("operation", AUDIT("1700000000.123", "exact")),
		RECORD("operation", AUDIT("1700000000.123:456 ", "exact")),
		RECORD("operation", AUDIT("1700000000.1000:456", "exact")),
		RECORD("operation", AUDIT("-1.123:456", "exact")),
		RECORD("operation", AUDIT("99999999999999999999.123:456", "exact")),
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_found(*state, none[i], LOG_AUDIT_GUESS);
}

static char *print(struct fixture *fixture, bool as_json)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (as_json)
		assert_int_equal(log_audit_print_json(fixture->events, fixture->line, out), 0);
	else
		log_audit_print(fixture->events, fixture->line, out);
	fclose(out);
	return text;
}

static void assert_printed(struct fixture *fixture, const char *record, const char *wanted)
{
	char *text;

	read_record(fixture, record);
	text = print(fixture, false);
	assert_string_equal(text, wanted);
	free(text);
}

static void nothing_of_a_log_reaches_a_terminal_as_it_is(void **state)
{
	assert_printed(*state, RECORD("operation", AUDIT("1700000000.123:456", "exact")),
		       "    audit event 1700000000.123:456:\n"
		       "      type=SYSCALL msg=audit(1700000000.123:456): arch=c000003e "
		       "syscall=313 success=no exit=-1 ppid=1 pid=234 comm=\"x\" key=\"k\"\n"
		       "      type=PROCTITLE msg=audit(1700000000.123:456): "
		       "proctitle=\"\\x1b[31m\"\n");
}

static void says_what_is_guessed_and_what_is_not_there(void **state)
{
	struct fixture *fixture = *state;
	char *text;

	read_record(fixture, RECORD("operation", ""));
	text = print(fixture, false);
	assert_non_null(strstr(text, "456, a guess by time, process and call:\n"));
	free(text);
	assert_printed(fixture, RECORD("operation", AUDIT("1700000000.123:7", "exact")),
		       "    no event of it in the audit log\n");
	assert_printed(fixture, RECORD("daemon", ""), "");
}

static void json_has_the_record_and_the_event(void **state)
{
	struct fixture *fixture = *state;
	const char *record = RECORD("operation", AUDIT("1700000000.123:456", "exact"));
	const json_t *audit;
	json_t *value;
	char *text;

	read_record(fixture, record);
	text = print(fixture, true);
	assert_non_null(strstr(text, record));
	value = json_loads(text, 0, NULL);
	audit = json_object_get(value, "audit");
	assert_string_equal(json_string_value(json_object_get(audit, "id")), "1700000000.123:456");
	assert_string_equal(json_string_value(json_object_get(audit, "join")), "exact");
	assert_int_equal(json_array_size(json_object_get(audit, "lines")), 2);
	json_decref(value);
	free(text);
	read_record(fixture, RECORD("daemon", ""));
	text = print(fixture, true);
	assert_string_equal(text, "{\"record\":" RECORD("daemon", "") ",\"audit\":null}\n");
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(finds_the_event_that_the_record_names),
		TEST(a_guess_of_the_record_stays_one),
		TEST(guesses_where_the_record_names_none),
		TEST(nothing_of_a_log_reaches_a_terminal_as_it_is),
		TEST(says_what_is_guessed_and_what_is_not_there),
		TEST(json_has_the_record_and_the_event),
	};

	return cmocka_run_group_tests_name("log_audit", tests, NULL, NULL);
}
