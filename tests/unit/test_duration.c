/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Durations, and the kernel argument: what users write to say how, and for how long. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "duration.h"
#include "kernel_argument.h"

static void reads_one_number_and_one_unit(void **state)
{
	static const struct {
		const char *text;
		uint32_t seconds;
	} cases[] = {
		{ "1s", 1 },         { "90s", 90 },         { "30m", 1800 },
		{ "12h", 43200 },    { "7d", 604800 },      { "30d", 2592000 },
		{ "720h", 2592000 }, { "43200m", 2592000 }, { "2592000s", 2592000 },
	};
	uint32_t seconds;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(duration_parse(cases[i].text, &seconds), 0);
		assert_int_equal(seconds, cases[i].seconds);
	}
}

static void refuses_every_other_duration(void **state)
{
	static const char *const cases[] = {
		"",
		"0s",
		"00s",
		"01s",
		"s",
		"30",
		"30 m",
		" 30m",
		"30m ",
		"-1s",
		"+1s",
		"1.5h",
		"30M",
		"1h30m",
		"31d",
		"721h",
		"43201m",
		"2592001s",
		"18446744073709551617s",
		"99999999999999999999999999s",
		"1w",
		"0x10s",
		"1\n",
		"1s\n",
		"\xff",
		"30mm",
	};
	uint32_t seconds;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (duration_parse(cases[i], &seconds) != -EINVAL)
			fail_msg("'%s' is taken for %u s", cases[i], seconds);
}

static void shows_the_two_largest_units(void **state)
{
	char text[DURATION_SIZE];

	(void)state;
	duration_format(0, text);
	assert_string_equal(text, "0s");
	duration_format(59, text);
	assert_string_equal(text, "59s");
	duration_format(1798, text);
	assert_string_equal(text, "29m 58s");
	duration_format(2592000, text);
	assert_string_equal(text, "30d 0h");
	duration_format(90061, text);
	assert_string_equal(text, "1d 1h");
}

static void finds_the_kernel_argument(void **state)
{
	static const struct {
		const char *cmdline;
		enum mw_mode mode;
		size_t bad;
	} cases[] = {
		{ "", MW_MODE_NONE, 0 },
		{ "ro quiet\n", MW_MODE_NONE, 0 },
		{ "modwarden.mode=monitor", MW_MODE_MONITOR, 0 },
		{ "ro modwarden.mode=enforce quiet\n", MW_MODE_ENFORCE, 0 },
		{ "modwarden.mode=enforce modwarden.mode=monitor\n", MW_MODE_MONITOR, 0 },
		{ "modwarden.mode=monitor modwarden.mode=enforce\n", MW_MODE_ENFORCE, 0 },
		{ "modwarden.mode=monitor modwarden.mode=off\n", MW_MODE_MONITOR, 1 },
		{ "modwarden.mode=\n", MW_MODE_NONE, 1 },
		{ "modwarden.mode=Monitor\n", MW_MODE_NONE, 1 },
		{ "modwarden.mode=monitors\n", MW_MODE_NONE, 1 },
		{ "modwarden.mode=monitor,x\n", MW_MODE_NONE, 1 },
		{ "modwarden.mode=monitormonitormonitor\n", MW_MODE_NONE, 1 },
		{ "xmodwarden.mode=monitor\n", MW_MODE_NONE, 0 },
		{ "modwarden_mode=monitor\n", MW_MODE_NONE, 0 },
		{ "modwarden.mode monitor\n", MW_MODE_NONE, 0 },
		{ "x=\"a modwarden.mode=monitor b\"\n", MW_MODE_NONE, 0 },
		{ "init=/x -- modwarden.mode=monitor\n", MW_MODE_NONE, 0 },
	};
	size_t bad;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(kernel_argument_parse(cases[i].cmdline, &bad), cases[i].mode);
		assert_int_equal(bad, cases[i].bad);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_one_number_and_one_unit),
		cmocka_unit_test(refuses_every_other_duration),
		cmocka_unit_test(shows_the_two_largest_units),
		cmocka_unit_test(finds_the_kernel_argument),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
