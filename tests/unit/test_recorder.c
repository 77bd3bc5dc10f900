/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The recorder: an account of what was lost to a full disk, and a journal that does not depend on
 * it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "recorder.h"

static char path[] = "/tmp/modwarden-recorder-XXXXXX";
static struct recorder *recorder;

static int begin(void **state)
{
	(void)state;
	strcpy(path + sizeof(path) - 7, "XXXXXX");
	close(mkstemp(path));
	recorder = NULL;
	return 0;
}

static int end(void **state)
{
	(void)state;
	recorder_free(&recorder);
	return unlink(path);
}

static void record_to(const char *output)
{
	struct sink *sink;

	assert_int_equal(sink_open(&sink, output, SINK_JSON), 0);
	assert_int_equal(recorder_new(&recorder, sink, "node"), 0);
}

static void tell_alarm(void)
{
	const struct mw_tamper_event event = {
		.event = { MW_EVENT_TAMPER, sizeof(event), RECORD_NO_SEQ, 1 },
		.reason = MW_TAMPER_SELF_TEST,
		.comm = "modwarden",
	};

	recorder_tamper(recorder, &event, "a gate did not fire");
}

/* As the daemon does it each second. */
static void count_and_settle(void)
{
	const struct mw_counters gates = {};
	const struct operation_counters operations = {};

	recorder_count_lost(recorder, &gates, &operations);
	recorder_settle(recorder);
}

static void limit_file_size(rlim_t size)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = size;
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* Adds up lost.output of all records, whose number it leaves in *records. */
static json_int_t lost_as_told(unsigned int *records)
{
	FILE *file = fopen(path, "r");
	json_int_t lost = 0;
	json_t *record;

	*records = 0;
	while ((record = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL))) {
		lost += json_integer_value(
			json_object_get(json_object_get(record, "lost"), "output"));
		json_decref(record);
		++*records;
	}
	fclose(file);
	return lost;
}

static void loss_is_told_once_by_what_finds_room_again(void **state)
{
	unsigned int records;

	(void)state;
	record_to(path);
	tell_alarm();
	limit_file_size(1);
	for (int i = 0; i < 5; i++)
		tell_alarm();
	count_and_settle(); /* in vain, and that one more */
	limit_file_size(RLIM_INFINITY);
	count_and_settle();
	tell_alarm();
	count_and_settle();
	assert_int_equal(lost_as_told(&records), 6);
	assert_int_equal(records, 3);
	assert_int_equal(recorder_total_lost(recorder), 6);
}

static void journal_has_what_no_record_could_tell(void **state)
{
	struct journal *journal;
	char text[4096];
	ssize_t size;
	int ends[2];

	(void)state;
	record_to("/dev/full");
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(journal_new(&journal, ends[1]), 0);
	recorder_set_journal(recorder, journal);
	for (int i = 0; i < JOURNAL_RATE + 1; i++)
		tell_alarm();
	size = recv(ends[0], text, sizeof(text) - 1, MSG_DONTWAIT);
	text[size > 0 ? size : 0] = '\0';
	assert_non_null(strstr(text, "<2>modwarden: TAMPER a gate does not work any more; "));
	recorder_settle(recorder);
	size = recv(ends[0], text, sizeof(text) - 1, MSG_DONTWAIT);
	text[size > 0 ? size : 0] = '\0';
	assert_non_null(strstr(text, "more alarms, in the records only: 1\n"));
	close(ends[0]);
	close(ends[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(loss_is_told_once_by_what_finds_room_again),
		TEST(journal_has_what_no_record_could_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
