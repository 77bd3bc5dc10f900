/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of policies share: texts to make them of, and a load to ask them about. */
#ifndef MODWARDEN_TEST_POLICY_CASE_H
#define MODWARDEN_TEST_POLICY_CASE_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "policy.h"

#define array_size(array) (sizeof(array) / sizeof(*(array)))

#define HEAD             "version: 1\nrules:\n"
#define RULE(criteria)   HEAD "  - name: a\n    allow: load\n" criteria
#define OP(op, criteria) HEAD "  - name: a\n    allow: " op "\n" criteria
#define HEX              "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF"
#define TEN(text)        text text text text text text text text text text

static inline char *printed(const struct diags *diags)
{
	char *text = NULL, *copy;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	diags_print(diags, out);
	fclose(out);
	/* A copy, for gcc 12 takes what open_memstream() allocates for a local variable. */
	copy = strdup(text);
	free(text);
	return copy;
}

static inline struct policy *parse(const char *text, char **messages)
{
	struct diags diags = {};
	struct policy *policy = NULL;
	int r = policy_parse(&policy, "p.yaml", text, strlen(text), NULL, &diags);

	*messages = printed(&diags);
	assert_int_equal(r, policy ? 0 : -EINVAL);
	assert_true(!policy == !!diags.errors);
	diags_clear(&diags);
	return policy;
}

static inline struct policy *good(const char *text)
{
	char *messages;
	struct policy *policy = parse(text, &messages);

	assert_string_equal(messages, "");
	assert_non_null(policy);
	free(messages);
	return policy;
}

/* What a policy decides for a load of which all is known. */
static inline struct mw_facts load(const char *module)
{
	struct mw_facts facts = {
		.known = ~0U,
		.op = MW_OP_LOAD,
		.source = MW_SOURCE_FILE,
		.is_signed = MW_FALSE,
		.auid = 1000,
		.path = "/lib/modules/6.1/a.ko",
		.filesystem = "ext4",
		.loader = "/usr/bin/kmod",
	};

	facts.absent = MW_BIT(MW_CRITERION_CONTAINER);
	snprintf(facts.module, sizeof(facts.module), "%s", module);
	return facts;
}

static inline enum mw_verdict verdict(const struct policy *policy, const struct mw_facts *facts)
{
	struct mw_decision decision;

	policy_decide(policy, facts, &decision);
	return decision.verdict;
}

static inline void with_digest(struct mw_facts *facts)
{
	facts->digest_count = 1;
	assert_int_equal(digest_parse(HEX, strlen(HEX), facts->digest[0]), 0);
}

#endif
