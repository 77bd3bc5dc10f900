/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon keeps for those who ask: the last denials, the override. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "denials.h"
#include "override.h"

static struct operation operation_of(uint64_t seq, enum mw_verdict verdict)
{
	struct operation operation = {
		.seq = seq,
		.ruling = { .generation = 1,
			    .rule = MW_RULE_NONE,
			    .verdict = verdict,
			    .reason = MW_REASON_DEFAULT },
		.facts = { .op = MW_OP_LOAD, .digest_count = 1 },
	};

	memcpy(operation.facts.digest[0], &seq, sizeof(seq));
	return operation;
}

static struct denials denials;

static void add(uint64_t seq, enum mw_verdict verdict, enum mw_op op)
{
	struct operation operation = operation_of(seq, verdict);

	operation.facts.op = op;
	denials_add(&denials, &operation);
}

static void knows_the_last_denials(void **state)
{
	(void)state;
	memset(&denials, 0, sizeof(denials));
	assert_null(denials_find(&denials, 0));
	for (uint64_t seq = 1; seq <= DENIALS_MAX + 10; seq++)
		add(seq, MW_VERDICT_DENY, MW_OP_LOAD);
	for (uint64_t seq = 1; seq <= DENIALS_MAX + 10; seq++) {
		const struct denial *denial = denials_find(&denials, seq);

		assert_int_equal(!!denial, seq > 10);
		if (denial)
			assert_memory_equal(denial->digest, &seq, sizeof(seq));
	}
	assert_null(denials_find(&denials, DENIALS_MAX + 11));
}

static void forgets_nothing_for_what_was_let_in(void **state)
{
	(void)state;
	memset(&denials, 0, sizeof(denials));
	add(1, MW_VERDICT_DENY, MW_OP_LOAD);
	for (uint64_t seq = 2; seq < 2 * DENIALS_MAX; seq++)
		add(seq, seq % 2 ? MW_VERDICT_ALLOW : MW_VERDICT_DENY,
		    seq % 2 ? MW_OP_LOAD : MW_OP_UNLOAD);
	assert_non_null(denials_find(&denials, 1));
	assert_null(denials_find(&denials, 2));
	assert_null(denials_find(&denials, 3));
}

static void reads_the_ids_of_this_boot(void **state)
{
	static const char boot[] = "e6868722-0000-4000-8000-000000000000";
	static const char *const bad[] = {
		"",
		"e6868722",
		"e6868722-",
		"e6868723-1",
		"e6868722-t1",
		"e6868722-01",
		"e6868722--1",
		"e6868722-1.2",
		"e6868722-1x",
		"e6868722-1.1.1",
		"e6868722_1",
		"E6868722-1",
		"e6868722- 1",
		"e6868722-99999999999999999999",
	};
	uint64_t seq;

	(void)state;
	assert_int_equal(denial_id_parse("e6868722-16015960", boot, &seq), 0);
	assert_int_equal(seq, 16015960);
	assert_int_equal(denial_id_parse("e6868722-7.1", boot, &seq), 0);
	assert_int_equal(seq, 7);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(denial_id_parse(bad[i], boot, &seq), -EINVAL);
}

static void the_kernel_argument_comes_before_the_option(void **state)
{
	struct override override = override_begin(MW_MODE_ENFORCE, MW_MODE_MONITOR);

	(void)state;
	assert_int_equal(override.mode, MW_MODE_MONITOR);
	assert_int_equal(override.source, MODE_SOURCE_ARGUMENT);
	override = override_begin(MW_MODE_ENFORCE, MW_MODE_NONE);
	assert_int_equal(override.mode, MW_MODE_ENFORCE);
	assert_int_equal(override.source, MODE_SOURCE_OPTION);
	override = override_begin(MW_MODE_NONE, MW_MODE_NONE);
	assert_false(override_holds(&override, 0));
}

static void an_override_holds_until_its_time(void **state)
{
	struct override override = { MW_MODE_MONITOR, MODE_SOURCE_COMMAND, 100 };

	(void)state;
	assert_true(override_holds(&override, 99));
	assert_false(override_holds(&override, 100));
	override.until = 0;
	assert_true(override_holds(&override, UINT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_last_denials),
		cmocka_unit_test(forgets_nothing_for_what_was_let_in),
		cmocka_unit_test(reads_the_ids_of_this_boot),
		cmocka_unit_test(the_kernel_argument_comes_before_the_option),
		cmocka_unit_test(an_override_holds_until_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
