/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs as they are found: many, rotated, compressed, damaged, and growing. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "cleanup.h"
#include "line_reader.h"
#include "log_reader.h"
#include "moment.h"

#define RECORD(id, time)                                                                           \
	"{\"schema\":\"modwarden/1\",\"id\":\"" id "\",\"time\":\"2026-09-21T" time "Z\"}"
#define LINE(id, time) RECORD(id, time) "\n"

static char directory[] = "/tmp/log-reader.XXXXXX";

static int begin(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/log-reader.XXXXXX");
	return !mkdtemp(directory) || chdir(directory);
}

static int end(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	return chdir("/") || system(command);
}

static void put_bytes(const char *path, const void *bytes, size_t size, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

static void put(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text), O_TRUNC);
}

static void append(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text), O_APPEND);
}

static void put_gzip(const char *path, const char *text)
{
	gzFile file = gzopen(path, "w");

	assert_int_equal(gzwrite(file, text, (unsigned int)strlen(text)), strlen(text));
	gzclose(file);
}

static struct log_reader *reader_of(const char *since, const char *until)
{
	struct log_reader *reader;
	int64_t from = INT64_MIN, to = INT64_MAX;

	assert_int_equal(since ? moment_of_rfc3339(since, strlen(since), &from) : 0, 0);
	assert_int_equal(until ? moment_of_rfc3339(until, strlen(until), &to) : 0, 0);
	assert_int_equal(log_reader_new(&reader, from, to), 0);
	return reader;
}

/* The ids of what comes next, with a blank behind each. */
static void assert_next(struct log_reader *reader, const char *expected)
{
	char ids[4096] = "";
	struct log_line *line;

	while (log_reader_next(reader, &line) && strlen(ids) < sizeof(ids) - 64) {
		const struct log_value *id = &line->fields.values[LOG_ID];

		snprintf(ids + strlen(ids), 64, "%.*s ", (int)id->size, id->text);
	}
	assert_string_equal(ids, expected);
}

static void assert_ids(const char *const *paths, bool rotated, const char *expected)
{
	struct log_reader *reader = reader_of(NULL, NULL);

	for (; *paths; paths++)
		assert_true(log_reader_add(reader, *paths, rotated));
	assert_next(reader, expected);
	assert_true(log_reader_end(reader));
}

#define PATHS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void merges_logs_by_time(void **state)
{
	(void)state;
	put("a", LINE("a1", "10:00:00") LINE("a2", "10:00:02") LINE("a3", "10:00:09"));
	put("b", LINE("b1", "10:00:01") LINE("b2", "10:00:03"));
	put("c", "");
	put("d", LINE("d1", "09:00:00") RECORD("d2", "11:00:00"));
	assert_ids(PATHS("a", "b", "c", "d"), false, "d1 a1 b1 a2 b2 a3 d2 ");
	assert_ids(PATHS("b", "a"), false, "a1 b1 a2 b2 a3 ");
	assert_ids(PATHS("a"), false, "a1 a2 a3 ");
	assert_ids(PATHS("a", "./a"), false, "a1 a2 a3 ");
}

static void reads_what_a_log_was_rotated_to(void **state)
{
	(void)state;
	put("log", LINE("5", "10:00:05"));
	put("log.1", LINE("4", "10:00:04"));
	put_gzip("log.2.gz", LINE("3", "10:00:03"));
	put("log.10", LINE("2", "10:00:02"));
	put("log-20260920", LINE("1", "10:00:01"));
	put("log.1.bak", LINE("no", "10:00:00"));
	put("log.old", LINE("no", "10:00:00"));
	put("logs", LINE("no", "10:00:00"));
	assert_ids(PATHS("log"), false, "5 ");
	assert_ids(PATHS("log"), true, "1 2 3 4 5 ");
	assert_ids(PATHS("./log", "log.1"), true, "1 2 3 4 5 ");
}

/* Records of one time stay in the order of the files, and a log without times in its own. */
static void keeps_the_order_of_one_time(void **state)
{
	(void)state;
	put("log", LINE("3", "10:00:00") LINE("4", "10:00:00"));
	put("log.1", LINE("1", "10:00:00") LINE("2", "10:00:00"));
	put("none", "{\"schema\":\"modwarden/1\",\"id\":\"x\"}\n"
		    "{\"schema\":\"modwarden/1\",\"id\":\"y\",\"time\":7}\n");
	assert_ids(PATHS("log"), true, "1 2 3 4 ");
	assert_ids(PATHS("none"), false, "x y ");
}

static void takes_prefixes_off(void **state)
{
	(void)state;
	put("log",
	    "[pod/modwarden-x7k2p/modwarden] " LINE("1", "10:00:00") //
	    "2026-09-21T10:00:01.123456789Z " LINE("2", "10:00:01") //
	    "2026-09-21T10:00:02.123456789Z stdout F " LINE("3", "10:00:02") //
	    "[pod/a/b] 2026-09-21T10:00:03Z " LINE("4", "10:00:03"));
	assert_ids(PATHS("log"), false, "1 2 3 4 ");
}

static uint64_t damage_of(const char *text, size_t size, const char *expected)
{
	struct log_damage damage = {};
	struct log_file *file;
	struct log_line *line;
	char ids[256] = "";

	put_bytes("damaged", text, size, O_TRUNC);
	assert_int_equal(log_file_open(&file, "damaged", &damage), 0);
	while (log_file_next(file, true, &line) == 1)
		snprintf(ids + strlen(ids), 64, "%.*s ", (int)line->fields.values[LOG_ID].size,
			 line->fields.values[LOG_ID].text);
	log_file_close(file);
	assert_string_equal(ids, expected);
	return damage.lines;
}

#define DAMAGE(text, expected) damage_of(text, sizeof(text) - 1, expected)

static void passes_over_what_is_no_record(void **state)
{
	(void)state;
	assert_int_equal(DAMAGE("", ""), 0);
	assert_int_equal(DAMAGE("\n\n" LINE("1", "10:00:00") "\n", "1 "), 0);
	assert_int_equal(DAMAGE("words\n" LINE("1", "10:00:00") "{}\n[]\n7\n", "1 "), 4);
	assert_int_equal(DAMAGE("{\"schema\":\"modwarden/2\",\"id\":\"1\"}\n", ""), 1);
	assert_int_equal(DAMAGE("{\"schema\":\"modw\n" LINE("1", "10:00:00"), "1 "), 1);
	assert_int_equal(DAMAGE(LINE("1", "10:00:00") "{\"schema\":\"mo", "1 "), 1);
	assert_int_equal(DAMAGE("\xff\xfe\n" LINE("1", "10:00:00"), "1 "), 1);
	/* As a file is where the power was cut. */
	assert_int_equal(DAMAGE("{\"sch\0\0\0\0" LINE("1", "10:00:00"), "1 "), 2);
	assert_int_equal(DAMAGE("\0\0\0\n" LINE("1", "10:00:00") "\0", "1 "), 2);
}

static void a_line_has_a_bound(void **state)
{
	size_t size = 5U << 20;
	auto_free char *text = malloc(size + 256);

	(void)state;
	memset(text, '{', size);
	snprintf(text + size, 256, "\n%s", LINE("1", "10:00:00"));
	assert_int_equal(damage_of(text, strlen(text), "1 "), 1);
	memset(text, 0, size);
	assert_int_equal(damage_of(text, size + strlen(text + size), "1 "), 1);
}

static void tells_where_a_line_stands(void **state)
{
	struct log_damage damage = {};
	struct log_file *file;
	struct log_line *line;

	(void)state;
	put("log", "\nwords\n" LINE("1", "10:00:00") "\n" LINE("2", "10:00:01"));
	assert_int_equal(log_file_open(&file, "log", &damage), 0);
	assert_int_equal(log_file_next(file, true, &line), 1);
	assert_int_equal(line->number, 3);
	assert_int_equal(line->offset, 7);
	assert_string_equal(line->path, "log");
	assert_int_equal(log_file_next(file, true, &line), 1);
	assert_int_equal(line->number, 5);
	assert_true(json_is_object(log_line_record(line)));
	assert_int_equal(log_file_next(file, true, &line), 0);
	log_file_close(file);
}

static void goes_on_where_a_log_cannot_be_read(void **state)
{
	struct log_reader *reader = reader_of(NULL, NULL);
	struct stat st;

	(void)state;
	put("a", LINE("1", "10:00:00"));
	mkdir("directory", 0700);
	mkfifo("pipe", 0600);
	put_gzip("cut.gz", LINE("2", "10:00:01") LINE("3", "10:00:02"));
	stat("cut.gz", &st);
	assert_int_equal(truncate("cut.gz", st.st_size - 8), 0);
	assert_false(log_reader_add(reader, "missing", false));
	assert_false(log_reader_add(reader, "directory", false));
	assert_false(log_reader_add(reader, "/dev/zero", false));
	assert_true(log_reader_add(reader, "pipe", false));
	assert_true(log_reader_add(reader, "cut.gz", false));
	assert_true(log_reader_add(reader, "a", false));
	assert_next(reader, "1 2 3 ");
	assert_false(log_reader_end(reader));
}

/* Long enough to be bisected: so many seconds from 10:00 on, without and then with a fault. */
static void put_long(const char *path, unsigned int count, const char *middle)
{
	FILE *out = fopen(path, "w");

	for (unsigned int i = 0; i < count; i++) {
		if (i == count / 2)
			fputs(middle, out);
		fprintf(out,
			"{\"schema\":\"modwarden/1\",\"id\":\"%u\",\"time\":\"2026-09-21T1%u:%02u:"
			"%02uZ\",\"filled\":\"%01000d\"}\n",
			i, i / 3600, i / 60 % 60, i % 60, 0);
	}
	fclose(out);
}

static void finds_a_time_by_bisection(void **state)
{
	static const char *const middles[] = { "", "words\n", "\n\n" };
	struct log_damage damage = {};
	struct log_file *file;
	struct log_line *line;
	int64_t since;

	(void)state;
	moment_of_rfc3339("2026-09-21T11:20:00Z", 20, &since);
	for (size_t i = 0; i < sizeof(middles) / sizeof(*middles); i++) {
		struct log_reader *reader =
			reader_of("2026-09-21T11:20:00Z", "2026-09-21T11:20:03Z");

		put_long("log", 6000, middles[i]);
		assert_true(log_reader_add(reader, "log", false));
		assert_next(reader, "4800 4801 4802 ");
		assert_true(log_reader_end(reader));
	}
	assert_int_equal(log_file_open(&file, "log", &damage), 0);
	assert_int_equal(log_file_next(file, true, &line), 1);
	log_file_skip_to(file, since);
	assert_int_equal(log_file_next(file, true, &line), 1);
	assert_true(line->time < since && line->offset > 4000000);
	log_file_close(file);
}

/* Where the clock was set back, all is read. */
static void finds_what_came_before_the_clock_was_set_back(void **state)
{
	struct log_reader *reader = reader_of("2026-09-21T11:20:00Z", NULL);

	(void)state;
	put_long("log.1", 6000, LINE("ahead", "23:00:00"));
	put_long("log", 3000, LINE("middle", "11:30:00"));
	assert_int_equal(system("cat log.1 log >both"), 0);
	assert_true(log_reader_add(reader, "both", false));
	for (unsigned int i = 0; i < 1201 + 1; i++) {
		struct log_line *line;

		assert_true(log_reader_next(reader, &line));
	}
	assert_next(reader, "");
	assert_true(log_reader_end(reader));
}

static void leaves_out_what_was_rotated_long_ago(void **state)
{
	struct log_reader *reader = reader_of("2026-09-21T12:00:00Z", NULL);

	(void)state;
	put("log", LINE("4", "11:30:00") LINE("5", "12:30:00"));
	put("log.1", LINE("2", "10:30:00") LINE("no", "12:29:00"));
	put_gzip("log.2.gz", LINE("no", "12:29:00"));
	assert_true(log_reader_add(reader, "log", true));
	assert_next(reader, "5 ");
	log_reader_end(reader);
}

static void follows_what_is_written(void **state)
{
	struct log_reader *reader = reader_of(NULL, NULL);

	(void)state;
	put("log", LINE("1", "10:00:00"));
	log_reader_follow(reader);
	assert_true(log_reader_add(reader, "log", false));
	assert_next(reader, "1 ");
	append("log", "{\"schema\":\"modwarden/1\",");
	log_reader_look(reader);
	assert_next(reader, "");
	append("log", "\"id\":\"2\"}\n" LINE("3", "10:00:03"));
	log_reader_look(reader);
	assert_next(reader, "2 3 ");
	assert_true(log_reader_end(reader));
}

static void follows_through_rotation(void **state)
{
	struct log_reader *reader = reader_of(NULL, NULL);

	(void)state;
	put("log", LINE("1", "10:00:00"));
	log_reader_follow(reader);
	assert_true(log_reader_add(reader, "log", true));
	assert_next(reader, "1 ");
	append("log", LINE("2", "10:00:01"));
	assert_int_equal(rename("log", "log.1"), 0);
	put("log", LINE("4", "10:00:03"));
	log_reader_look(reader);
	assert_next(reader, "2 4 ");
	/* Its writer had not noticed yet. */
	append("log.1", LINE("3", "10:00:02"));
	append("log", LINE("5", "10:00:04"));
	log_reader_look(reader);
	assert_next(reader, "3 5 ");
	assert_int_equal(rename("log", "log.1"), 0);
	put("log", LINE("6", "10:00:05"));
	log_reader_look(reader);
	assert_next(reader, "6 ");
	assert_int_equal(truncate("log", 0), 0);
	log_reader_look(reader);
	assert_next(reader, "");
	append("log", LINE("7", "10:00:06"));
	log_reader_look(reader);
	assert_next(reader, "7 ");
	assert_true(log_reader_end(reader));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(merges_logs_by_time),
		TEST(reads_what_a_log_was_rotated_to),
		TEST(keeps_the_order_of_one_time),
		TEST(takes_prefixes_off),
		TEST(passes_over_what_is_no_record),
		TEST(a_line_has_a_bound),
		TEST(tells_where_a_line_stands),
		TEST(goes_on_where_a_log_cannot_be_read),
		TEST(finds_a_time_by_bisection),
		TEST(finds_what_came_before_the_clock_was_set_back),
		TEST(leaves_out_what_was_rotated_long_ago),
		TEST(follows_what_is_written),
		TEST(follows_through_rotation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
