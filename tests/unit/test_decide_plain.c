// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Policies as files, read, compiled and decided, against plain_policy.c: at each gate of random
 * operations, and while facts come in any order. COUNT=N: how many operations; SEED=N: which. Without
 * one, half of them are the same each time, and half are others.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "digest.h"
#include "plain_policy.h"
#include "policy.h"

#define PER_POLICY 10 /* operations */
#define TEXT_SIZE  (128U << 10)

static const enum mw_criterion criteria[PLAIN_KEYS] = {
	[PLAIN_MODULE] = MW_CRITERION_MODULE,	  [PLAIN_PATH] = MW_CRITERION_PATH,
	[PLAIN_FILESYSTEM] = MW_CRITERION_FILESYSTEM, [PLAIN_LOADER] = MW_CRITERION_LOADER,
	[PLAIN_CONTAINER] = MW_CRITERION_CONTAINER, [PLAIN_ALIAS] = MW_CRITERION_ALIAS,
	[PLAIN_UID] = MW_CRITERION_UID,		  [PLAIN_AUID] = MW_CRITERION_AUID,
	[PLAIN_SHA256] = MW_CRITERION_DIGEST,	  [PLAIN_SIGNED] = MW_CRITERION_SIGNED,
	[PLAIN_SOURCE] = MW_CRITERION_SOURCE,
};

static const enum mw_op ops[PLAIN_KINDS] = { MW_OP_LOAD, MW_OP_UNLOAD, MW_OP_AUTOLOAD };

static const enum mw_verdict verdicts[] = {
	[PLAIN_ALLOW] = MW_VERDICT_ALLOW,
	[PLAIN_DENY] = MW_VERDICT_DENY,
	[PLAIN_PENDING] = MW_VERDICT_PENDING,
};

struct run {
	struct plain_random random;
	struct plain_policy policy;
	char text[TEXT_SIZE];
	struct policy *compiled;
	uint64_t operations, early, pending;
};

/* The facts as the gates would hold them. */
static void facts_fill(struct mw_facts *facts, const struct plain_operation *operation,
		       const struct plain_known *known)
{
	memset(facts, 0, sizeof(*facts));
	facts->op = ops[operation->kind];
	for (enum plain_key key = 0; key < PLAIN_KEYS; key++) {
		if (!(known->keys & 1U << key))
			continue;
		facts->known |= MW_BIT(criteria[key]);
		if (key <= PLAIN_ALIAS && operation->texts[key])
			strcpy((char *)facts + mw_text_offset(criteria[key]),
			       operation->texts[key]);
		else if (key <= PLAIN_ALIAS)
			facts->absent |= MW_BIT(criteria[key]);
		if (operation->is_for_nobody && (key == PLAIN_UID || key == PLAIN_AUID ||
						 key == PLAIN_LOADER || key == PLAIN_CONTAINER))
			facts->unattributed |= MW_BIT(criteria[key]);
	}
	if (known->keys & PLAIN_BIT(UID))
		facts->uid = operation->ids[0];
	if (known->keys & PLAIN_BIT(AUID))
		facts->auid = operation->ids[1];
	if (known->keys & PLAIN_BIT(SIGNED))
		facts->is_signed = operation->is_signed ? MW_TRUE : MW_FALSE;
	if (known->keys & PLAIN_BIT(SOURCE))
		facts->source = operation->is_from_memory ? MW_SOURCE_MEMORY : MW_SOURCE_FILE;
	facts->digest_count = (__u8)known->digests;
	for (size_t i = 0; i < known->digests; i++)
		assert_int_equal(digest_parse(operation->digests[i], 64, facts->digest[i]), 0);
}

/* What decide() said; a verdict is final when it is not pending. */
struct said {
	enum mw_verdict verdict;
	__u32 rule;
};

/* Both must say the same of what is known now. */
static struct said ask_both(struct run *run, const struct plain_operation *operation,
				     const struct plain_known *known)
{
	struct plain_verdict plain = plain_decide(&run->policy, operation, known);
	struct mw_decision decision;
	struct mw_facts facts;
	bool lacks_module;

	facts_fill(&facts, operation, known);
	policy_decide(run->compiled, &facts, &decision);
	lacks_module = decision.verdict == MW_VERDICT_PENDING &&
		       mw_pending_reason(&decision) == MW_REASON_NAME_UNKNOWN;
	if (decision.verdict != verdicts[plain.answer] ||
	    decision.rule != (plain.rule < 0 ? MW_RULE_NONE : plain.rule) ||
	    lacks_module != plain.lacks_module)
		fail_msg("of operation %lu, known %#x and %zu digests: verdict %d by rule %d, "
			 "plainly %d by %d\n%s",
			 run->operations, known->keys, known->digests, decision.verdict,
			 decision.rule, verdicts[plain.answer], plain.rule, run->text);
	run->pending += plain.answer == PLAIN_PENDING;
	return (struct said){ decision.verdict, decision.rule };
}

/* A verdict that was final may not turn, nor pass to another rule. */
static void follow(struct run *run, struct said *final, struct said now)
{
	if (final->verdict != MW_VERDICT_PENDING) {
		run->early++;
		if (now.verdict != final->verdict || now.rule != final->rule)
			fail_msg("operation %lu: rule %u had decided %d, and now rule %u decides %d\n%s",
				 run->operations, final->rule, final->verdict, now.rule, now.verdict, run->text);
	}
	*final = now;
}

static void pass_the_gates(struct run *run, const struct plain_operation *operation)
{
	struct plain_gate gates[PLAIN_GATES];
	size_t count = plain_gates_random(&run->random, operation, gates);
	struct said final = { MW_VERDICT_PENDING, MW_RULE_NONE };

	for (size_t i = 0; i < count; i++)
		follow(run, &final, ask_both(run, operation, &gates[i].known));
}

static void learn_in_any_order(struct run *run, const struct plain_operation *operation)
{
	struct said final = { MW_VERDICT_PENDING, MW_RULE_NONE };
	struct plain_known known = {};

	for (;;) {
		enum plain_key next = plain_below(&run->random, PLAIN_KEYS);

		follow(run, &final, ask_both(run, operation, &known));
		if (known.keys == (1U << PLAIN_KEYS) - 1)
			break;
		while (known.keys & 1U << next)
			next = (next + 1) % PLAIN_KEYS;
		if (next == PLAIN_SHA256 && known.digests < operation->digest_count)
			known.digests++;
		else
			known.keys |= 1U << next;
	}
	assert_int_not_equal(final.verdict, MW_VERDICT_PENDING);
}

/* A policy that the parser takes, of the very rules. */
static void compile(struct run *run)
{
	struct diags diags = {};
	size_t size;

	plain_policy_random(&run->random, &run->policy);
	size = plain_policy_write(&run->policy, run->text, sizeof(run->text));
	if (policy_parse(&run->compiled, "p.yaml", run->text, size, NULL, &diags)) {
		diags_print(&diags, stderr);
		fail_msg("a policy was refused:\n%s", run->text);
	}
	diags_clear(&diags);
}

static void compare(struct run *run, uint64_t seed, uint64_t count)
{
	run->random = (struct plain_random){ seed };
	for (uint64_t done = 0; done < count;) {
		compile(run);
		for (int i = 0; i < PER_POLICY && done < count; i++, done++) {
			struct plain_operation operation;

			plain_operation_random(&run->random, &operation);
			pass_the_gates(run, &operation);
			learn_in_any_order(run, &operation);
			run->operations++;
		}
		policy_free(run->compiled);
		if (isatty(STDERR_FILENO) && !(done % 100000))
			fprintf(stderr, "\r%lu of %lu", done, count);
	}
}

static void decides_as_the_manual_says_and_never_turns(void **state)
{
	struct run *run = calloc(1, sizeof(*run));
	const char *seed = getenv("SEED"), *count = getenv("COUNT");
	uint64_t half = count ? strtoull(count, NULL, 0) / 2 : 100000;
	uint64_t other = (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid();

	(void)state;
	assert_non_null(run);
	if (seed)
		other = strtoull(seed, NULL, 0);
	else
		compare(run, 1, half);
	print_message("SEED=%lu\n", other);
	compare(run, other, seed ? 2 * half : half);
	print_message("%lu operations, equal: %lu answers pending, %lu final before all was known\n",
		      run->operations, run->pending, run->early);
	assert_true(run->pending > run->operations && run->early > run->operations);
	free(run);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides_as_the_manual_says_and_never_turns),
	};

	return cmocka_run_group_tests_name("decide_plain", tests, NULL, NULL);
}
