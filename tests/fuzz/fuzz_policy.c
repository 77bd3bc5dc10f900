// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A policy's text: it is taken, or there are errors, and never both; the same text gives the same
 * image; whatever is in the image stays within it, and it decides.
 */
#include "fuzz.h"

#include "policy.h"

static struct policy *parse(const char *text, size_t size)
{
	struct diags diags = {};
	struct policy *policy = NULL;
	int r = policy_parse(&policy, "/nonexistent/p.yaml", text, size, NULL, &diags);
	char *said = NULL;
	size_t said_size;
	FILE *out = open_memstream(&said, &said_size);

	require(out && !!policy == !r && !policy == !!diags.errors);
	diags_print(&diags, out);
	fclose(out);
	require(is_harmless(said));
	for (size_t i = 0; i < diags.count; i++)
		require(diags.entries[i].line <= size + 1 && diags.entries[i].column <= size + 1);
	free(said);
	diags_clear(&diags);
	return policy;
}

static void require_span(const struct mw_span *span, size_t max)
{
	require(span->first <= max && span->count <= max - span->first);
}

static void require_sound(const struct mw_policy *image)
{
	require(image->abi == MW_POLICY_ABI && image->rule_count <= MW_RULES_MAX);
	for (__u32 c = 0; c < MW_TEXT_CRITERIA; c++) {
		const struct mw_span *span = &image->patterns_of[c];

		require_span(span, MW_PATTERNS_MAX);
		for (__u32 i = span->first; i < span->first + span->count; i++) {
			const struct mw_pattern *pattern = &image->patterns[i];

			require(pattern->rule < image->rule_count);
			require(memchr(pattern->text, '\0', MW_PATTERN_SIZE));
			require(mw_ruleset_test(&image->has[c], pattern->rule));
		}
	}
	for (int id = 0; id < 2; id++) {
		const struct mw_span *span = &image->ranges_of[id];

		require_span(span, MW_RANGES_MAX);
		for (__u32 i = span->first; i < span->first + span->count; i++)
			require(image->ranges[i].rule < image->rule_count &&
				image->ranges[i].low <= image->ranges[i].high);
	}
}

/* What is known of the load does not depend on the policy; what is decided names one of its rules. */
static void require_decides(const struct policy *policy)
{
	struct mw_facts facts = {
		.source = MW_SOURCE_FILE,
		.is_signed = MW_FALSE,
		.auid = 1000,
		.module = "nvidia",
		.path = "/lib/modules/6.1/a.ko",
		.filesystem = "ext4",
		.loader = "/usr/bin/kmod",
		.alias = "net-pf-10",
		.absent = MW_BIT(MW_CRITERION_CONTAINER),
	};
	struct mw_decision decision;

	for (facts.op = MW_OP_NONE; facts.op <= MW_OPS; facts.op++) {
		facts.known = (1U << MW_CRITERIA) - 1;
		policy_decide(policy, &facts, &decision);
		require(decision.verdict == MW_VERDICT_ALLOW ||
			decision.verdict == MW_VERDICT_DENY ||
			(decision.verdict == MW_VERDICT_PENDING && !decision.wants));
		require(decision.rule == MW_RULE_NONE ||
			decision.rule < policy->image->rule_count);
		require(decision.verdict != MW_VERDICT_ALLOW ||
			(facts.op > MW_OP_NONE && facts.op < MW_OPS));
		require(decision.verdict != MW_VERDICT_DENY || facts.op == MW_OP_NONE ||
			facts.op >= MW_OPS || policy_can_deny(policy, facts.op));
		facts.known = 0;
		policy_decide(policy, &facts, &decision);
		require(decision.verdict != MW_VERDICT_PENDING || decision.wants);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = copy_of(data, size, true);
	struct policy *first, *second;

	/* Names of digest files are patterns: what this machine's files make of them is no matter here. */
	if (memmem(data, size, "digests", 7)) {
		free(text);
		return 0;
	}
	first = parse(text, size);
	second = parse(text, size);
	require(!first == !second);
	if (first) {
		require(!memcmp(first->image, second->image, sizeof(*first->image)));
		require_sound(first->image);
		require_decides(first);
		for (__u32 i = 0; i < first->image->rule_count; i++)
			require(*policy_rule_name(first, i) && first->rule_lines[i]);
	}
	policy_free(first);
	policy_free(second);
	free(text);
	return 0;
}
