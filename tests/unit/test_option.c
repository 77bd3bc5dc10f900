/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of options: all of the word has to be one. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "option.h"

static void sizes_are_powers_of_1024(void **state)
{
	static const struct {
		const char *word;
		uint64_t size;
	} sizes[] = {
		{ "1", 1 },
		{ "65536", 65536 },
		{ "64K", 64 << 10 },
		{ "64M", 64 << 20 },
		{ "3G", 3ULL << 30 },
		{ "16777215T", 16777215ULL << 40 },
		{ "18446744073709551615", UINT64_MAX },
	};
	uint64_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		assert_true(size_parse(sizes[i].word, &size));
		assert_int_equal(size, sizes[i].size);
	}
}

static void what_is_no_size_is_refused(void **state)
{
	static const char *const words[] = {
		"", "0", "0M", "M", "-1", "+1", " 1", "1 ", "64MB", "64m", "1.5G", "0x10",
		"16777216T", "18446744073709551616",
	};
	uint64_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (size_parse(words[i], &size))
			fail_msg("'%s' is taken for a size", words[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_powers_of_1024),
		cmocka_unit_test(what_is_no_size_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
