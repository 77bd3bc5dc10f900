/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mw_decide() and mw_glob_match() inside BPF give what they give natively: on the claims of the
 * unit tests, each of which both have to meet; on random policies; on random bits for a policy.
 *
 * usage: test_decide [decide.bpf.o]; needs root. SEED=N, ROUNDS=N: which random ones, and how many.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../unit/decide_cases.h"
#include "../unit/glob_cases.h"
#include "decide_args.h"

#define array_size(array) (sizeof(array) / sizeof(*(array)))

static const char *object_path = "decide.bpf.o";

static struct fixture {
	struct bpf_object *object;
	int decide, match_glob;       /* programs */
	struct mw_policy *policy;     /* the kernel's own memory, mapped */
	struct decide_ticket *ticket; /* likewise */
} bpf;

static void run(int program)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	assert_int_equal(bpf_prog_test_run_opts(program, &opts), 0);
	assert_int_equal(opts.retval, 0);
}

/* What is in the memory to work in must not matter. */
static struct mw_decision decision_begin(const struct mw_ruleset *digest, int rest)
{
	struct mw_decision decision;

	memset(&decision, rest, sizeof(decision));
	decision.digest = *digest;
	return decision;
}

/* decide_cases.h: in both. */
static void decide_image(const struct mw_policy *image, const struct mw_facts *facts,
			 struct mw_decision *decision)
{
	struct mw_decision natively = decision_begin(&decision->digest, 0);

	mw_decide(image, facts, &natively);
	*bpf.policy = *image;
	bpf.ticket->facts = *facts;
	bpf.ticket->decision = decision_begin(&decision->digest, 0xa5);
	run(bpf.decide);
	*decision = bpf.ticket->decision;
	if (decision->verdict != natively.verdict || decision->rule != natively.rule ||
	    decision->wants != natively.wants)
		fail_msg("BPF says %u by rule %u, wants %#x; natively %u by rule %u, wants %#x",
			 decision->verdict, decision->rule, decision->wants, natively.verdict,
			 natively.rule, natively.wants);
}

/* glob_cases.h: in both. */
static enum mw_match match(const struct mw_pattern *pattern, const struct mw_facts *facts,
			   enum mw_criterion criterion)
{
	enum mw_match natively = mw_glob_match(pattern, facts, criterion, &(struct mw_glob){});

	bpf.policy->patterns[0] = *pattern;
	bpf.ticket->facts = *facts;
	bpf.ticket->criterion = criterion;
	memset(&bpf.ticket->decision, 0xa5, sizeof(bpf.ticket->decision));
	run(bpf.match_glob);
	assert_int_equal(bpf.ticket->match, natively);
	return natively;
}

static struct mw_facts facts_partly_known(uint64_t *seed)
{
	struct mw_facts all = facts_random(seed);
	__u32 known = random_below(seed, 1U << MW_CRITERIA) | random_below(seed, 1U << MW_CRITERIA);

	return facts_seen(&all, known, (__u8)random_below(seed, all.digest_count + 1U));
}

static void agrees_on_random_policies(void **state)
{
	uint64_t seed = from_environment("SEED", 1);
	uint64_t rounds = from_environment("ROUNDS", 5000);
	__u64 seen[MW_VERDICT_PENDING + 1] = {};

	(void)state;
	for (uint64_t i = 0; i < rounds; i++) {
		struct model model = model_random(&seed);
		struct mw_facts facts = facts_partly_known(&seed);
		struct mw_decision decision = decide_model(&model, &facts);

		seen[decision.verdict]++;
	}
	assert_true(seen[MW_VERDICT_ALLOW] && seen[MW_VERDICT_DENY] && seen[MW_VERDICT_PENDING]);
}

/* One bit in 2^rarity is set, each alone. */
static void rulesets_random(uint64_t *seed, struct mw_ruleset *sets, size_t count, int rarity)
{
	for (size_t i = 0; i < count; i++)
		for (__u32 rule = 0; rule < MW_RULES_MAX; rule++)
			if (!random_below(seed, 1U << rarity))
				mw_ruleset_add(&sets[i], rule);
}

static void span_random(uint64_t *seed, struct mw_span *span)
{
	span->first = (__u16)random_below(seed, 1U << 16);
	span->count = (__u16)random_below(seed, 64);
}

/* What no compiler writes: bits that contradict each other, spans over the end of their table. */
static void image_of_random_bits(uint64_t *seed, struct mw_policy *image)
{
	static const char *const words[] = { "a",    "b*",  "**",
					     "?",    "a/*", "*-",
					     "**/b", "",    "*aaaaaaaaaaaaaaaaaaaab" };

	*image = (struct mw_policy){ .abi = MW_POLICY_ABI };
	for (int op = 0; op < MW_OPS; op++)
		image->default_verdict[op] = (__u8)random_below(seed, 256);
	rulesets_random(seed, image->op, array_size(image->op), 4);
	rulesets_random(seed, &image->allow, 1, 1);
	rulesets_random(seed, image->has, array_size(image->has), 2);
	rulesets_random(seed, image->absent, array_size(image->absent), 1);
	rulesets_random(seed, image->is_signed, array_size(image->is_signed), 1);
	rulesets_random(seed, image->source, array_size(image->source), 1);
	for (int c = 0; c < MW_TEXT_CRITERIA; c++)
		span_random(seed, &image->patterns_of[c]);
	for (int i = 0; i < 2; i++)
		span_random(seed, &image->ranges_of[i]);
	for (int i = 0; i < MW_PATTERNS_MAX; i++) {
		image->patterns[i].rule = (__u16)random_below(seed, 1U << 16);
		strcpy(image->patterns[i].text, words[random_below(seed, array_size(words))]);
	}
	for (int i = 0; i < MW_RANGES_MAX; i++)
		image->ranges[i] = (struct mw_range){ .low = random_below(seed, VALUES),
						      .high = random_below(seed, VALUES),
						      .rule = random_below(seed, 1U << 31) };
}

static void agrees_on_random_bits_for_a_policy(void **state)
{
	uint64_t seed = from_environment("SEED", 1);
	struct mw_policy *image = malloc(sizeof(*image));
	__u32 beyond_first_word = 0;

	(void)state;
	assert_non_null(image);
	for (int i = 0; i < 500; i++) {
		image_of_random_bits(&seed, image);
		for (int j = 0; j < 4; j++) {
			struct mw_facts facts = facts_partly_known(&seed);
			struct mw_decision decision = {};

			if (!random_below(&seed, 4)) /* the last of the words comes to no end */
				memset(facts.path, 'a', sizeof(facts.path) - 1);
			rulesets_random(&seed, &decision.digest, 1, 2);
			decide_image(image, &facts, &decision);
			beyond_first_word += decision.rule >= 64 && decision.rule != MW_RULE_NONE;
		}
	}
	assert_true(beyond_first_word > 0);
	free(image);
}

/* The memory of an array map's first value, in whole pages; NULL. */
static void *map_memory(struct bpf_object *object, const char *name, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t whole = (size + page - 1) / page * page;
	void *memory = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_SHARED,
			    bpf_object__find_map_fd_by_name(object, name), 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static int program_fd(struct bpf_object *object, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(object, name));
}

static int open_bpf(void **state)
{
	int error;

	(void)state;
	bpf.object = bpf_object__open(object_path);
	error = bpf.object ? bpf_object__load(bpf.object) : -errno;
	if (error) {
		fprintf(stderr, "test_decide: cannot load '%s': %s\n", object_path,
			strerror(-error));
		return -1;
	}
	bpf.decide = program_fd(bpf.object, "decide");
	bpf.match_glob = program_fd(bpf.object, "match_glob");
	bpf.policy = map_memory(bpf.object, "policies", sizeof(*bpf.policy));
	bpf.ticket = map_memory(bpf.object, "tickets", sizeof(*bpf.ticket));
	return bpf.policy && bpf.ticket ? 0 : -1;
}

static int close_bpf(void **state)
{
	(void)state;
	bpf_object__close(bpf.object); /* the mappings end with the process */
	return 0;
}

static const struct CMUnitTest plain_tests[] = {
	DECIDE_CASES(cmocka_unit_test),
	cmocka_unit_test(leaves_undecided_what_takes_too_many_steps),
	cmocka_unit_test(decides_the_longest_pattern_on_the_longest_text),
	cmocka_unit_test(agrees_on_random_policies),
	cmocka_unit_test(agrees_on_random_bits_for_a_policy),
};

#define PLAIN array_size(plain_tests)

int main(int argc, char **argv)
{
	struct CMUnitTest tests[PLAIN + array_size(glob_cases)] = {};

	if (argc > 1)
		object_path = argv[1];
	memcpy(tests, plain_tests, sizeof(plain_tests));
	for (size_t i = 0; i < array_size(glob_cases); i++)
		tests[PLAIN + i] = (struct CMUnitTest){ glob_cases[i].claim, holds, NULL, NULL,
							(void *)&glob_cases[i] };
	return cmocka_run_group_tests_name("decide", tests, open_bpf, close_bpf);
}
