// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"

struct past_policy {
	__u32 generation; /* 0: none */
	__u32 rule_count;
	char (*rule_names)[POLICY_NAME_SIZE];
	char sha256[DIGEST_HEX_SIZE];
};

/* A generation has its place by its number, and takes that of the one so many before it. */
struct policy_history {
	struct past_policy policies[POLICY_HISTORY_MAX];
};

int policy_history_new(struct policy_history **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

void policy_history_free(struct policy_history *history)
{
	if (!history)
		return;
	for (int i = 0; i < POLICY_HISTORY_MAX; i++)
		free(history->policies[i].rule_names);
	free(history);
}

int policy_history_add(struct policy_history *history, const struct policy *policy)
{
	const struct mw_policy *image = policy->image;
	struct past_policy *past = &history->policies[image->generation % POLICY_HISTORY_MAX];
	size_t size = image->rule_count * sizeof(*policy->rule_names);
	void *names = malloc(size ?: 1);

	if (!names)
		return -ENOMEM;
	if (size)
		memcpy(names, policy->rule_names, size);
	free(past->rule_names);
	past->rule_names = names;
	past->rule_count = image->rule_count;
	past->generation = image->generation;
	digest_format(image->sha256, past->sha256);
	return 0;
}

static const struct past_policy *find(const struct policy_history *history, __u32 generation)
{
	const struct past_policy *past = &history->policies[generation % POLICY_HISTORY_MAX];

	return generation && past->generation == generation ? past : NULL;
}

const char *policy_history_rule(const struct policy_history *history, __u32 generation, __u32 rule)
{
	const struct past_policy *past = find(history, generation);

	return past && rule < past->rule_count ? past->rule_names[rule] : NULL;
}

const char *policy_history_sha256(const struct policy_history *history, __u32 generation)
{
	const struct past_policy *past = find(history, generation);

	return past ? past->sha256 : NULL;
}
