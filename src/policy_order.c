// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_order.h"

#include <stdio.h>
#include <string.h>

#include "rule_view.h"

#define TEXTS (MW_BIT(MW_TEXT_CRITERIA) - 1)
#define LATE  (TEXTS | MW_BIT(MW_CRITERION_SIGNED))

/*
 * A rule that has to wait for a fact lets none behind it decide, and denies where the fact never
 * comes. So an allow rule holds for less, or is gone, without harm only where no allow rule behind
 * it could decide without the same facts.
 */
static bool holds_nothing_back(struct rule rule)
{
	const struct mw_policy *image = rule.policy->image;
	__u32 criteria = rule_criteria(rule), ops = rule_ops(rule);
	bool is_last = true;

	for (enum mw_op op = MW_OP_LOAD; op < MW_OPS; op++)
		if (ops & MW_BIT(op) && image->default_verdict[op] == MW_VERDICT_ALLOW)
			return !criteria;
	for (__u32 i = rule.index + 1; i < image->rule_count; i++) {
		struct rule behind = { rule.policy, i };

		if (!rule_allows(behind) || !(rule_ops(behind) & ops))
			continue;
		is_last = false;
		if (criteria & ~rule_criteria(behind))
			return false;
	}
	/* A pattern may not come to an end where another one does. */
	return is_last || !(criteria & TEXTS);
}

/*
 * The same for denials: a load that a rule or the default behind this one refuses is refused no
 * sooner than this one is out. A digest and a source are known before any code of the module runs;
 * a name and a signature are not, and a text may never be.
 */
static bool puts_off_denials(struct rule rule)
{
	const struct mw_policy *image = rule.policy->image;

	if (!(rule_ops(rule) & MW_BIT(MW_OP_LOAD)) || !(rule_criteria(rule) & LATE))
		return false;
	if (image->default_verdict[MW_OP_LOAD] != MW_VERDICT_ALLOW)
		return true;
	for (__u32 i = rule.index + 1; i < image->rule_count; i++) {
		struct rule behind = { rule.policy, i };

		if (!rule_allows(behind) && rule_ops(behind) & MW_BIT(MW_OP_LOAD))
			return true;
	}
	return false;
}

static const char *looser_denial(struct rule now, struct rule next)
{
	if (!rule_lists_all_of(next, now))
		return "denies digests no longer";
	if (!rule_lists_all_of(now, next) && puts_off_denials(next))
		return "with more digests puts off denials behind it";
	return NULL;
}

/* What makes a rule looser than it is now; NULL: nothing. */
static const char *looser_rule(struct rule now, struct rule next)
{
	if (!rule_is_same_but_digests(now, next))
		return "is another one";
	if (!rule_allows(now))
		return looser_denial(now, next);
	if (!rule_lists_all_of(now, next))
		return "allows more digests";
	if (!rule_lists_all_of(next, now) && !holds_nothing_back(now))
		return "with fewer digests no longer holds back those behind it";
	return NULL;
}

/* The same of one that is gone. */
static const char *looser_without(struct rule rule)
{
	if (!rule_allows(rule))
		return "denies no longer";
	return holds_nothing_back(rule) ? NULL : "no longer holds back those behind it";
}

/* The same of one that was not there. */
static const char *looser_with(struct rule rule)
{
	if (rule_allows(rule))
		return "is new, and allows";
	return puts_off_denials(rule) ? "is new, and puts off denials behind it" : NULL;
}

/* The rule of this name, or one behind the last. */
static __u32 find(const struct policy *policy, const char *name)
{
	__u32 i = 0;

	while (i < policy->image->rule_count && strcmp(policy->rule_names[i], name))
		i++;
	return i;
}

static bool rules_are_stricter(const struct policy *now, const struct policy *next,
			       char why[POLICY_LOOSER_SIZE])
{
	const char *looser = NULL, *name = NULL;
	__u32 place = 0; /* in 'next', behind the last rule that is in both */

	for (__u32 i = 0; i < now->image->rule_count && !looser; i++) {
		struct rule rule = { now, i };
		__u32 at;

		name = now->rule_names[i];
		at = find(next, name);
		if (at == next->image->rule_count) {
			looser = looser_without(rule);
			continue;
		}
		looser = at < place ? "has another place"
				    : looser_rule(rule, (struct rule){ next, at });
		place = at + 1;
	}
	for (__u32 i = 0; i < next->image->rule_count && !looser; i++) {
		name = next->rule_names[i];
		if (find(now, name) == now->image->rule_count)
			looser = looser_with((struct rule){ next, i });
	}
	if (looser)
		snprintf(why, POLICY_LOOSER_SIZE, "rule '%s' %s", name, looser);
	return !looser;
}

/* On a kernel that it was not made for, a policy begins in monitor mode. */
static bool same_kernels(const struct policy *now, const struct policy *next)
{
	if (now->kernel_count != next->kernel_count)
		return !next->kernel_count;
	for (size_t i = 0; i < now->kernel_count; i++)
		if (strcmp(now->kernels[i], next->kernels[i]))
			return false;
	return true;
}

bool policy_is_stricter(const struct policy *now, const struct policy *next,
			char why[POLICY_LOOSER_SIZE])
{
	const char *looser = NULL;

	if (now->locked > next->locked)
		looser = "it is locked no longer";
	else if (!same_kernels(now, next))
		looser = "it is for other kernels";
	else if (now->image->mode == MW_MODE_ENFORCE && next->image->mode != MW_MODE_ENFORCE)
		looser = "its mode enforces no longer";
	for (enum mw_op op = MW_OP_LOAD; op < MW_OPS && !looser; op++)
		if (now->image->default_verdict[op] != MW_VERDICT_ALLOW &&
		    next->image->default_verdict[op] == MW_VERDICT_ALLOW)
			looser = "its default allows";
	if (looser)
		snprintf(why, POLICY_LOOSER_SIZE, "%s", looser);
	return !looser && rules_are_stricter(now, next, why);
}
