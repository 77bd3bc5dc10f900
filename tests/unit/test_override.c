/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which change of mode is a stricter one, from now on and whenever a time is over. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "override.h"

#define NOW     1000
#define SOON    2000
#define LATE    3000
#define OVER    500 /* it has run out */
#define MONITOR MW_MODE_MONITOR
#define ENFORCE MW_MODE_ENFORCE
#define NONE    MW_MODE_NONE

static void tells_a_stricter_mode_at_any_time(void **state)
{
	static const struct {
		enum mw_mode policy, before, next;
		uint64_t until_before, until_next;
		bool is_stricter;
	} cases[] = {
		{ ENFORCE, NONE, MONITOR, 0, 0, false },
		{ ENFORCE, NONE, MONITOR, 0, SOON, false },
		{ ENFORCE, NONE, ENFORCE, 0, 0, true },
		{ ENFORCE, NONE, ENFORCE, 0, SOON, true },
		{ MONITOR, NONE, MONITOR, 0, SOON, true },
		{ MONITOR, NONE, ENFORCE, 0, SOON, true },
		/* What it falls back to counts. */
		{ MONITOR, ENFORCE, ENFORCE, 0, SOON, false },
		{ MONITOR, ENFORCE, NONE, 0, 0, false },
		{ MONITOR, ENFORCE, NONE, OVER, 0, true },
		{ ENFORCE, ENFORCE, NONE, 0, 0, true },
		{ ENFORCE, MONITOR, NONE, 0, 0, true },
		/* What was given a time can be shortened, and not lengthened. */
		{ ENFORCE, MONITOR, MONITOR, SOON, LATE, false },
		{ ENFORCE, MONITOR, MONITOR, SOON, 0, false },
		{ ENFORCE, MONITOR, MONITOR, LATE, SOON, true },
		{ ENFORCE, MONITOR, MONITOR, OVER, SOON, false },
		{ MONITOR, ENFORCE, ENFORCE, LATE, SOON, false },
		{ MONITOR, ENFORCE, ENFORCE, SOON, LATE, true },
		{ MONITOR, ENFORCE, ENFORCE, SOON, 0, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct override before = { cases[i].before, MODE_SOURCE_COMMAND,
						 cases[i].until_before };
		const struct override next = { cases[i].next, MODE_SOURCE_COMMAND,
					       cases[i].until_next };
		bool is_stricter = override_is_stricter(&before, &next, cases[i].policy, NOW);

		if (is_stricter != cases[i].is_stricter)
			print_error("case %zu\n", i);
		assert_int_equal(is_stricter, cases[i].is_stricter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_a_stricter_mode_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
