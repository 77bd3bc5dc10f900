// SPDX-License-Identifier: GPL-2.0-or-later
/* Values that are words of a closed set, names and single digests. */
#include <errno.h>
#include <string.h>

#include "digest.h"
#include "policy_draft.h"
#include "words.h"

#define HINT_SIZE         64
#define array_size(array) (sizeof(array) / sizeof(*(array)))

/* The values that a policy may say; a verdict cannot be 'pending' there. */
static const char *const verdict_names[] = {
	[MW_VERDICT_ALLOW] = "allow",
	[MW_VERDICT_DENY] = "deny",
};
static const struct words verdicts = { verdict_names, array_size(verdict_names) };

/* In the order in which a person thinks of them. */
static const char *const truth_names[] = { "true", "false" };
static const struct words truths = { truth_names, array_size(truth_names) };
static const enum mw_tristate truth_values[] = { MW_TRUE, MW_FALSE };

/* "a, b or c" */
static void words_list(const struct words *words, char hint[HINT_SIZE])
{
	size_t used = 0;

	for (size_t i = 0; i < words->count; i++) {
		const char *before = !used ? "" : i + 1 < words->count ? ", " : " or ";

		if (words->names[i])
			used += (size_t)snprintf(hint + used, HINT_SIZE - used, "%s%s", before,
						 words->names[i]);
	}
}

/* The value of a word, or -EINVAL after an error. */
static int word_read(struct policy_draft *draft, const struct policy_key *key,
		     const struct yaml_tree *value, const struct words *words)
{
	int found = word_parse(words, value->text);
	char hint[HINT_SIZE];

	if (found >= 0)
		return found;
	words_list(words, hint);
	return draft_error(draft, value, "unknown value '%s' for '%s'; write %s", value->text,
			   key->name, hint);
}

int version_read(struct policy_draft *draft, const struct policy_key *key,
		 const struct yaml_tree *value)
{
	(void)key;
	if (strcmp(value->text, "1") != 0)
		return draft_error(
			draft, value,
			"version '%s' is not known here; write 1, or use a newer modwarden",
			value->text);
	return 0;
}

int mode_read(struct policy_draft *draft, const struct policy_key *key,
	      const struct yaml_tree *value)
{
	int mode = word_read(draft, key, value, &mode_words);

	if (mode < 0)
		return mode;
	draft->mode = mode;
	return 0;
}

int default_read(struct policy_draft *draft, const struct policy_key *key,
		 const struct yaml_tree *value)
{
	int verdict = word_read(draft, key, value, &verdicts);

	if (verdict < 0)
		return verdict;
	draft->default_verdict = verdict;
	return 0;
}

int kernel_read(struct policy_draft *draft, const struct policy_key *key,
		const struct yaml_tree *value)
{
	struct policy *policy = draft->policy;
	const char *problem = policy_glob_problem(value->text);

	if (problem)
		return draft_error(draft, value, "bad pattern '%s' for '%s': %s", value->text,
				   key->name, problem);
	if (policy->kernel_count == POLICY_KERNELS_MAX) {
		draft_error(draft, value, "over %d kernels in one policy; use patterns",
			    POLICY_KERNELS_MAX);
		return -ENOSPC;
	}
	policy->kernels[policy->kernel_count] = strdup(value->text);
	if (!policy->kernels[policy->kernel_count])
		return -ENOMEM;
	policy->kernel_count++;
	return 0;
}

/* As audit rules take them; the kernel puts no more than that many bytes into an event. */
#define AUDIT_KEY_LENGTH_MAX 255

int audit_key_read(struct policy_draft *draft, const struct policy_key *key,
		   const struct yaml_tree *value)
{
	struct policy *policy = draft->policy;

	if (strlen(value->text) > AUDIT_KEY_LENGTH_MAX)
		return draft_error(draft, value, "over %d bytes in one of '%s'; shorten it",
				   AUDIT_KEY_LENGTH_MAX, key->name);
	if (policy->audit_key_count == POLICY_AUDIT_KEYS_MAX) {
		draft_error(draft, value, "over %d keys in one policy; remove some",
			    POLICY_AUDIT_KEYS_MAX);
		return -ENOSPC;
	}
	policy->audit_keys[policy->audit_key_count] = strdup(value->text);
	if (!policy->audit_keys[policy->audit_key_count])
		return -ENOMEM;
	policy->audit_key_count++;
	return 0;
}

int locked_read(struct policy_draft *draft, const struct policy_key *key,
		const struct yaml_tree *value)
{
	int truth = word_read(draft, key, value, &truths);

	if (truth < 0)
		return truth;
	draft->policy->locked = truth_values[truth] == MW_TRUE;
	return 0;
}

int rule_name_read(struct policy_draft *draft, const struct policy_key *key,
		   const struct yaml_tree *value)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	size_t length = strlen(value->text);

	(void)key;
	if (strspn(value->text, letters) != length)
		return draft_error(draft, value,
				   "bad rule name '%s'; use letters, digits, '.', '_' and '-'",
				   value->text);
	if (length >= POLICY_NAME_SIZE)
		return draft_error(draft, value, "rule name of %zu characters; use at most %d",
				   length, POLICY_NAME_SIZE - 1);
	for (__u32 i = 0; i < draft->rule_count; i++) {
		const struct yaml_tree *other = draft->rules[i].name;

		if (other && !strcmp(other->text, value->text))
			return draft_error(
				draft, value,
				"duplicate rule name '%s', first in line %u; choose another",
				value->text, other->line);
	}
	draft_rule(draft)->name = value;
	return 0;
}

static int verdict_read(struct policy_draft *draft, const struct policy_key *key,
			const struct yaml_tree *value, enum mw_verdict verdict)
{
	struct rule_draft *rule = draft_rule(draft);
	int op = word_read(draft, key, value, &op_words);

	if (op < 0)
		return op;
	if (rule->verdict && rule->verdict != verdict)
		return draft_error(draft, value, "both 'allow' and 'deny'; write two rules");
	if (rule->ops & MW_BIT(op))
		return draft_error(draft, value, "'%s' twice in '%s'; remove one", value->text,
				   key->name);
	rule->verdict = verdict;
	rule->verdict_value = value;
	rule->ops |= MW_BIT(op);
	return 0;
}

int allow_read(struct policy_draft *draft, const struct policy_key *key,
	       const struct yaml_tree *value)
{
	return verdict_read(draft, key, value, MW_VERDICT_ALLOW);
}

int deny_read(struct policy_draft *draft, const struct policy_key *key,
	      const struct yaml_tree *value)
{
	return verdict_read(draft, key, value, MW_VERDICT_DENY);
}

int signed_read(struct policy_draft *draft, const struct policy_key *key,
		const struct yaml_tree *value)
{
	int truth = word_read(draft, key, value, &truths);

	if (truth < 0)
		return truth;
	draft_rule(draft)->is_signed |= MW_BIT(truth_values[truth]);
	return 0;
}

int source_read(struct policy_draft *draft, const struct policy_key *key,
		const struct yaml_tree *value)
{
	int source = word_read(draft, key, value, &source_words);

	if (source < 0)
		return source;
	draft_rule(draft)->sources |= MW_BIT(source);
	return 0;
}

int digest_read(struct policy_draft *draft, const struct policy_key *key,
		const struct yaml_tree *value)
{
	__u8 digest[MW_DIGEST_SIZE];
	size_t length = strlen(value->text);

	(void)key;
	if (length != DIGEST_HEX_SIZE - 1 || digest_parse(value->text, length, digest) < 0)
		return draft_error(draft, value,
				   "'%s' is no SHA-256 digest; write its 64 hexadecimal digits",
				   value->text);
	return policy_digest_add(draft, draft_place(draft, value), digest);
}
