/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a policy means, in the words of modwarden-policy(5) and none of decide()'s: a policy is rules
 * of words as a user writes them, an operation is what is known of it, and the answer goes rule by
 * rule, key by key, word by word. Slow, obvious, and made to be compared with.
 */
#ifndef MODWARDEN_TEST_PLAIN_POLICY_H
#define MODWARDEN_TEST_PLAIN_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAIN_WORDS   3 /* in a list */
#define PLAIN_RULES   256
#define PLAIN_DIGESTS 2 /* of one operation */
#define PLAIN_UNSET   4294967295U

enum plain_key {
	PLAIN_MODULE,
	PLAIN_PATH,
	PLAIN_FILESYSTEM,
	PLAIN_LOADER,
	PLAIN_CONTAINER,
	PLAIN_ALIAS,
	PLAIN_UID,
	PLAIN_AUID,
	PLAIN_SHA256,
	PLAIN_SIGNED,
	PLAIN_SOURCE,
	PLAIN_KEYS,
};

#define PLAIN_BIT(key) (1U << PLAIN_##key)

enum plain_kind {
	PLAIN_LOAD,
	PLAIN_UNLOAD,
	PLAIN_AUTOLOAD,
	PLAIN_KINDS,
};

struct plain_rule {
	bool allows;
	bool speaks_of[PLAIN_KINDS];
	const char *words[PLAIN_KEYS][PLAIN_WORDS]; /* up to the first NULL; none: no such key */
};

struct plain_policy {
	bool default_allows;
	size_t count;
	struct plain_rule rules[PLAIN_RULES];
};

/* What there is to know of an operation. A text that is NULL does not exist for it. */
struct plain_operation {
	enum plain_kind kind;
	const char *texts[PLAIN_ALIAS + 1];
	uint32_t ids[2]; /* uid, auid */
	const char *digests[PLAIN_DIGESTS];
	size_t digest_count;
	bool is_signed;
	bool is_from_memory;
	bool is_for_nobody; /* the kernel asks, and on whose behalf cannot be told */
};

/* And what is known of it by now: bits of keys, and how many of the digests. */
struct plain_known {
	uint32_t keys;
	size_t digests;
};

enum plain_answer {
	PLAIN_ALLOW,
	PLAIN_DENY,
	PLAIN_PENDING,
};

struct plain_verdict {
	enum plain_answer answer;
	int rule;          /* -1: none, the default */
	bool lacks_module; /* pending: the rule asks for the name, which is not known */
};

struct plain_verdict plain_decide(const struct plain_policy *policy,
				  const struct plain_operation *operation,
				  const struct plain_known *known);

/* At which moments of its life an operation is judged. */
#define PLAIN_GATES 5

struct plain_gate {
	struct plain_known known;
	bool is_last_stop;
};

/* Numbers: each call gives the next one, below a bound. */
struct plain_random {
	uint64_t state;
};

uint32_t plain_below(struct plain_random *random, uint32_t bound);

void plain_policy_random(struct plain_random *random, struct plain_policy *policy);
void plain_operation_random(struct plain_random *random, struct plain_operation *operation);

/* The gates of one operation, on one of the kernels there are; returns how many. */
size_t plain_gates_random(struct plain_random *random, const struct plain_operation *operation,
			  struct plain_gate gates[PLAIN_GATES]);

/* The policy as YAML; returns its length, which is below the size. */
size_t plain_policy_write(const struct plain_policy *policy, char *text, size_t size);

#endif
