// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>

#include "cleanup.h"
#include "digest.h"
#include "policy_draft.h"
#include "trusted_file.h"
#include "yaml_tree.h"

static void draft_free(struct policy_draft *draft)
{
	if (!draft)
		return;
	EVP_MD_CTX_free(draft->identity);
	free(draft->crowded_file);
	free(draft);
}

static void cleanup_draft(struct policy_draft **draft)
{
	draft_free(*draft);
}

static int draft_new(struct policy_draft **ret, struct policy *policy, const char *path,
		     struct file_watch *watch, struct diags *diags)
{
	cleanup(cleanup_draft) struct policy_draft *draft = calloc(1, sizeof(*draft));

	if (!draft)
		return -ENOMEM;
	draft->file = path;
	draft->watch = watch;
	draft->diags = diags;
	draft->policy = policy;
	draft->mode = MW_MODE_MONITOR;
	draft->default_verdict = MW_VERDICT_DENY;
	if (!digest_works())
		return -ENOMEM;
	draft->identity = EVP_MD_CTX_new();
	if (!draft->identity || !EVP_DigestInit_ex(draft->identity, EVP_sha256(), NULL))
		return -ENOMEM;
	*ret = take_pointer(draft);
	return 0;
}

/* The whole way from text to image; 'tree' is only needed while the draft is. */
static int draft_read(struct policy_draft *draft, const struct yaml_tree *tree)
{
	struct diags *diags = draft->diags;
	int r = policy_schema_read(draft, tree);

	if (r == -ENOMEM)
		return r;
	if (!diags->errors && digest_table_seal(&draft->policy->digests) < 0)
		policy_digests_crowded(draft);
	return diags->errors ? -EINVAL : policy_compile(draft);
}

int policy_parse(struct policy **ret, const char *path, const char *text, size_t size,
		 struct file_watch *watch, struct diags *diags)
{
	cleanup(cleanup_policy) struct policy *policy = calloc(1, sizeof(*policy));
	cleanup(cleanup_draft) struct policy_draft *draft = NULL;
	cleanup(cleanup_yaml_tree) struct yaml_tree *tree = NULL;
	int r;

	if (!policy)
		return -ENOMEM;
	r = draft_new(&draft, policy, path, watch, diags);
	if (r < 0)
		return r;
	if (!EVP_DigestUpdate(draft->identity, text, size))
		return -ENOMEM;
	r = yaml_tree_parse(&tree, path, text, size, diags);
	if (r < 0)
		return r;
	r = draft_read(draft, tree);
	if (r < 0)
		return r;
	*ret = take_pointer(policy);
	return 0;
}

int policy_load(struct policy **ret, const char *path, struct file_watch *watch,
		struct diags *diags)
{
	auto_free char *text = NULL;
	size_t size;
	int r = file_watch_add(watch, path);

	if (!r)
		r = trusted_file_read(path, YAML_TREE_SIZE_MAX, (struct place){ .file = path },
				      &text, &size, diags);
	if (r < 0)
		return r;
	return policy_parse(ret, path, text, size, watch, diags);
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	for (size_t i = 0; i < policy->kernel_count; i++)
		free(policy->kernels[i]);
	for (size_t i = 0; i < policy->audit_key_count; i++)
		free(policy->audit_keys[i]);
	free(policy->rule_names);
	free(policy->rule_lines);
	free(policy->image);
	digest_table_clear(&policy->digests);
	free(policy);
}

const char *policy_rule_name(const struct policy *policy, __u32 rule)
{
	return rule < policy->image->rule_count ? policy->rule_names[rule] : "default";
}

const struct mw_ruleset *policy_digest_rules(const struct policy *policy,
					     const __u8 digest[MW_DIGEST_SIZE])
{
	return digest_table_find(&policy->digests, digest);
}

void policy_decide(const struct policy *policy, const struct mw_facts *facts,
		   struct mw_decision *decision)
{
	*decision = (struct mw_decision){};
	for (int i = 0; i < facts->digest_count && i < MW_DIGESTS; i++) {
		const struct mw_ruleset *rules = policy_digest_rules(policy, facts->digest[i]);

		for (int word = 0; rules && word < MW_RULES_MAX / 64; word++)
			decision->digest.bits[word] |= rules->bits[word];
	}
	mw_decide(policy->image, facts, decision);
}

bool policy_matches_kernel(const struct policy *policy, const char *release)
{
	for (size_t i = 0; i < policy->kernel_count; i++)
		if (!fnmatch(policy->kernels[i], release, FNM_NOESCAPE))
			return true;
	return !policy->kernel_count;
}

bool policy_can_deny(const struct policy *policy, enum mw_op op)
{
	return policy->image->can_deny & MW_BIT(op);
}
