/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a generated policy: a policy that says what it was meant to. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "policy_text.h"

static const __u8 one[MW_DIGEST_SIZE] = { 1 }, two[MW_DIGEST_SIZE] = { 2 };

/* As it is read back. */
static struct policy *read_back(const struct policy_text *policy, char **text)
{
	struct policy *read = NULL;
	struct diags diags = {};
	size_t size;

	assert_int_equal(policy_text_write(policy, text, &size), 0);
	assert_int_equal(policy_parse(&read, "f", *text, size, NULL, &diags), 0);
	assert_int_equal(diags.count, 0);
	return read;
}

static void inline_digests_are_listed(void **state)
{
	struct digest_list stored = {}, elf = {};
	struct policy_text policy = {
		.origin = "x",
		.inline_lists = { &stored, &elf },
	};
	struct policy *read;
	char *text;

	(void)state;
	digest_list_add(&stored, one, "name\nrules: []\n");
	digest_list_add(&elf, two, "b");
	policy.release = "6.9+a";
	read = read_back(&policy, &text);
	assert_int_equal(read->image->rule_count, 1);
	assert_string_equal(policy_rule_name(read, 0), "listed");
	assert_int_equal(read->digests.count, 2);
	assert_non_null(policy_digest_rules(read, two));
	assert_int_equal(read->image->mode, MW_MODE_MONITOR);
	assert_true(policy_matches_kernel(read, "6.9+a"));
	assert_false(policy_matches_kernel(read, "6.9"));
	policy_free(read);
	free(text);
	digest_list_clear(&stored);
	digest_list_clear(&elf);
}

static void signatures_are_a_rule(void **state)
{
	struct policy_text policy = { .origin = "x", .trusts_signed = true };
	struct mw_facts facts = {
		.op = MW_OP_LOAD,
		.is_signed = MW_TRUE,
		.known = MW_BIT(MW_CRITERION_SIGNED),
	};
	struct mw_decision decision;
	struct policy *read;
	char *text;

	(void)state;
	read = read_back(&policy, &text);
	assert_int_equal(read->kernel_count, 0);
	policy_decide(read, &facts, &decision);
	assert_int_equal(decision.verdict, MW_VERDICT_ALLOW);
	facts.is_signed = MW_FALSE;
	policy_decide(read, &facts, &decision);
	assert_int_equal(decision.verdict, MW_VERDICT_DENY);
	policy_free(read);
	free(text);
}

static void nothing_listed_allows_nothing(void **state)
{
	struct policy_text policy = { .origin = "x" };
	struct policy *read;
	char *text;

	(void)state;
	read = read_back(&policy, &text);
	assert_int_equal(read->image->rule_count, 0);
	policy_free(read);
	free(text);
}

static void the_fingerprint_counts_every_byte(void **state)
{
	struct bytes text = { "a\n", 2 }, files[] = { { "b", 1 }, { "c", 1 } };
	char *whole, *other;
	size_t size;

	(void)state;
	assert_int_equal(policy_text_sign(&text, files, 2, &whole, &size), 0);
	assert_int_equal(size, strlen(whole));
	assert_true(policy_text_is_generated(whole));
	assert_false(policy_text_is_generated(whole + 1));
	/* printf 'a\nbc' | sha256sum */
	assert_non_null(strstr(whole,
			       "sha256:"
			       "b4c620724d95022be9765d6f660a36f90835acab2437b5e8cd71812940b29346"
			       "\na\n"));
	files[1].data = "d";
	assert_int_equal(policy_text_sign(&text, files, 2, &other, &size), 0);
	assert_string_not_equal(whole, other);
	free(whole);
	free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inline_digests_are_listed),
		cmocka_unit_test(signatures_are_a_rule),
		cmocka_unit_test(nothing_listed_allows_nothing),
		cmocka_unit_test(the_fingerprint_counts_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
