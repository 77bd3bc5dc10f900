/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records as a table, as wide as the terminal is. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "columns.h"
#include "log_table.h"

#define DENIED                                                                                     \
	"{\"schema\":\"modwarden/1\",\"id\":\"5f0c1d2e-17\",\"type\":\"operation\","               \
	"\"time\":\"2026-09-21T10:00:00Z\",\"node\":\"worker-1.example\",\"op\":\"load\","         \
	"\"verdict\":\"deny\",\"enforced\":true,\"reason\":\"default\","                           \
	"\"process\":{\"comm\":\"insmod\",\"exe\":\"/usr/bin/kmod\",\"uid\":1000},"                \
	"\"module\":{\"name\":\"nvidia_peermem\",\"path\":\"/lib/nvidia_peermem.ko\"}}"

/* Head and line. */
static char *table_of(size_t width, bool is_wide)
{
	struct log_line line = { .text = DENIED, .size = strlen(DENIED) };
	char why[JSON_ERROR_TEXT_LENGTH], *text = NULL;
	struct log_table table;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(log_line_take(&line, why), 0);
	log_table_fit(&table, width, is_wide);
	log_table_head(&table, out);
	assert_int_equal(log_table_line(&table, &line, out), 0);
	json_decref(line.record);
	fclose(out);
	return text;
}

static void who_did_what_fits_into_eighty_columns(void **state)
{
	auto_free char *text = table_of(80, false);

	(void)state;
	assert_string_equal(
		text,
		"TIME            VERDICT     OP       MODULE            RULE         CALLER\n"
		"09-21 10:00:00Z blocked     load     nvidia_peermem    (default)    insmod\n");
}

static void what_is_wider_has_all_of_it(void **state)
{
	static const char head[] =
		"TIME                 VERDICT     OP       MODULE               RULE           "
		"CALLER          UID   TIMES NODE\n";
	auto_free char *wide = table_of(130, false), *unbounded = table_of(0, false);

	(void)state;
	assert_memory_equal(wide, head, strlen(head));
	assert_string_equal(wide, unbounded);
	assert_non_null(strstr(wide, "2026-09-21 10:00:00Z"));
	assert_non_null(strstr(wide, "worker-1.exam"));
}

static void no_line_is_wider_than_the_terminal(void **state)
{
	(void)state;
	for (size_t width = 1; width < 140; width++) {
		auto_free char *text = table_of(width, false);
		size_t taken;

		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
			columns_prefix(line, SIZE_MAX, &taken);
			assert_in_range(taken, 1, width);
		}
	}
}

/* Nothing that there is room for is left out for the sake of what matters less. */
static void a_wider_terminal_shows_no_fewer_columns(void **state)
{
	size_t before = 0;

	(void)state;
	for (size_t width = 15; width < 140; width++) {
		struct log_table table;
		size_t count = 0;

		log_table_fit(&table, width, false);
		for (size_t i = 0; i < LOG_TABLE_COLUMNS; i++)
			count += table.widths[i] != 0;
		assert_true(count >= before);
		before = count;
	}
	assert_int_equal(before, LOG_TABLE_COLUMNS - 2);
}

static void of_a_wide_table_nothing_is_cut(void **state)
{
	auto_free char *text = table_of(40, true);

	(void)state;
	assert_non_null(strstr(text, "worker-1.example "));
	assert_non_null(strstr(text, "/lib/nvidia_peermem.ko\n"));
	assert_non_null(strstr(text, "5f0c1d2e-17 "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_did_what_fits_into_eighty_columns),
		cmocka_unit_test(what_is_wider_has_all_of_it),
		cmocka_unit_test(no_line_is_wider_than_the_terminal),
		cmocka_unit_test(a_wider_terminal_shows_no_fewer_columns),
		cmocka_unit_test(of_a_wide_table_nothing_is_cut),
	};

	return cmocka_run_group_tests_name("log_table", tests, NULL, NULL);
}
