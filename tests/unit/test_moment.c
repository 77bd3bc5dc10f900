/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points in time as users and records write them. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "moment.h"

#define SECONDS(n) ((n) * MOMENT_SECOND)
#define NOW        (SECONDS(1790000000) + 250000) /* Monday 2026-09-21 14:13:20.25 UTC */
#define BOOT       SECONDS(1789990000)

static const struct {
	const char *zone, *text;
	int64_t expected;
} good[] = {
	{ "UTC", "now", NOW },
	{ "UTC", "boot", BOOT },
	{ "UTC", "today", SECONDS(1789948800) },
	{ "UTC", "yesterday", SECONDS(1789862400) },
	{ "UTC", "-90s", NOW - SECONDS(90) },
	{ "UTC", "-30m", NOW - SECONDS(1800) },
	{ "UTC", "-1h", NOW - SECONDS(3600) },
	{ "UTC", "-7d", NOW - SECONDS(7 * 86400) },
	{ "UTC", "-2w", NOW - SECONDS(14 * 86400) },
	{ "UTC", "2026-09-21", SECONDS(1789948800) },
	{ "UTC", "2026-09-21 10:00", SECONDS(1789984800) },
	{ "UTC", "2026-09-21T10:00", SECONDS(1789984800) },
	{ "UTC", "2026-09-21 10:00:01.5", SECONDS(1789984801) + 500000 },
	{ "UTC", "2026-09-21T10:00:01.5+02:00", SECONDS(1789977601) + 500000 },
	{ "UTC", "10:00", SECONDS(1789984800) },
	{ "UTC", "10:00:05", SECONDS(1789984805) },
	{ "UTC", "2026-09-21T10:00:00Z", SECONDS(1789984800) },
	{ "UTC", "2026-09-21t10:00:00z", SECONDS(1789984800) },
	{ "UTC", "2026-09-21T10:00:00.123456789Z", SECONDS(1789984800) + 123456 },
	{ "UTC", "2026-09-21T10:00:00+02:00", SECONDS(1789977600) },
	{ "UTC", "2026-09-21T10:00:00-00:30", SECONDS(1789986600) },
	{ "UTC", "2024-02-29", SECONDS(1709164800) },
	{ "UTC", "2000-02-29", SECONDS(951782400) },
	/* Two hours ahead of UTC then. */
	{ "CET-1CEST,M3.5.0,M10.5.0/3", "today", SECONDS(1789941600) },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", "2026-09-21 10:00", SECONDS(1789977600) },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", "10:00", SECONDS(1789977600) },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", "2026-12-21 10:00", SECONDS(1797843600) },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", "2026-09-21T10:00:00Z", SECONDS(1789984800) },
	{ "EST5", "yesterday", SECONDS(1789880400) },
};

static const char *const bad[] = {
	"",
	"soon",
	"tod",
	"todays",
	"-",
	"-1",
	"1h",
	"-h",
	"-1x",
	"-1hh",
	"-99999999999999999999d",
	"-37000d",
	"2026",
	"2026-9-21",
	"2026-13-01",
	"2026-00-01",
	"2026-02-29",
	"1900-02-29",
	"2100-02-29",
	"2026-09-21 10:00x",
	"2026-04-31",
	"1969-12-31",
	"2026-09-21 24:00",
	"2026-09-21 10:60",
	"2026-09-21 10",
	"2026-09-21 10:00:61",
	"2026-09-21 10:00:00.",
	"2026-09-21 10:00 ",
	" 2026-09-21",
	"2026-09-21T10:00:00+2",
	"2026-09-21T10:00:00+24:00",
	"2026-09-21T10:00:00+02:60",
	"10:00x",
	"2026-09-21T10:00:00ZZ",
	"10:0",
	"25:00",
};

static void reads_what_users_write(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		int64_t moment = 0;

		setenv("TZ", good[i].zone, 1);
		tzset();
		if (moment_parse_at(good[i].text, NOW, BOOT, &moment) || moment != good[i].expected)
			fail_msg("'%s' in %s is %lld, not %lld", good[i].text, good[i].zone,
				 (long long)moment, (long long)good[i].expected);
	}
}

static void refuses_what_is_no_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int64_t moment;

		if (moment_parse_at(bad[i], NOW, BOOT, &moment) != -EINVAL)
			fail_msg("'%s' is taken for %lld", bad[i], (long long)moment);
	}
}

static void a_record_needs_a_zone(void **state)
{
	static const char text[] = "2026-09-21T10:00:00.000001Z and more";
	int64_t moment;

	(void)state;
	assert_int_equal(moment_of_rfc3339(text, 27, &moment), 0);
	assert_int_equal(moment, SECONDS(1789984800) + 1);
	assert_int_equal(moment_of_rfc3339(text, 26, &moment), -EINVAL);
	assert_int_equal(moment_of_rfc3339(text, 28, &moment), -EINVAL);
	assert_int_equal(moment_of_rfc3339(text, 0, &moment), -EINVAL);
}

static void now_is_after_boot(void **state)
{
	int64_t now, boot;

	(void)state;
	assert_int_equal(moment_parse("boot", &boot), 0);
	assert_int_equal(moment_parse("now", &now), 0);
	assert_true(boot < now);
}

static void writes_what_it_reads_and_times_before_the_epoch(void **state)
{
	static const struct {
		int64_t moment;
		const char *expected, *briefly;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00.000000Z", "1970-01-01 00:00:00Z" },
		{ NOW, "2026-09-21T14:13:20.250000Z", "2026-09-21 14:13:20Z" },
		{ -1, "1969-12-31T23:59:59.999999Z", "1969-12-31 23:59:59Z" },
		{ -SECONDS(1), "1969-12-31T23:59:59.000000Z", "1969-12-31 23:59:59Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[MOMENT_SIZE];

		moment_format(rows[i].moment, text);
		assert_string_equal(text, rows[i].expected);
		moment_format_short(rows[i].moment, text);
		assert_string_equal(text, rows[i].briefly);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_users_write),
		cmocka_unit_test(refuses_what_is_no_time),
		cmocka_unit_test(a_record_needs_a_zone),
		cmocka_unit_test(writes_what_it_reads_and_times_before_the_epoch),
		cmocka_unit_test(now_is_after_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
