// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_replaced.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "log.h"
#include "memory_stream.h"
#include "policy.h"
#include "policy_text.h"
#include "words.h"

static bool is_generated(const char *rule)
{
	return !strcmp(rule, POLICY_TEXT_LISTED) || !strcmp(rule, POLICY_TEXT_SIGNED);
}

/* "'a', 'b', 'c'" of the rules that people wrote; NULL: there are none. */
static char *own_rules(const struct policy *policy)
{
	auto_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (__u32 rule = 0; rule < policy->image->rule_count; rule++)
		if (!is_generated(policy_rule_name(policy, rule)))
			fprintf(out, "%s'%s'", ftell(out) ? ", " : "",
				policy_rule_name(policy, rule));
	if (memory_stream_close(out, &text) || !size)
		return NULL;
	return take_pointer(text);
}

void policy_tell_replaced(const char *path)
{
	cleanup(cleanup_policy) struct policy *policy = NULL;
	cleanup(diags_clear) struct diags diags = {};
	auto_free char *rules = NULL;
	struct stat st;

	if (lstat(path, &st))
		return;
	if (policy_load(&policy, path, NULL, &diags)) {
		log_warning("policy generate: '%s', which is not valid, becomes '%s.old'", path,
			    path);
		return;
	}
	rules = own_rules(policy);
	log_warning("policy generate: '%s', with %zu digest%s, becomes '%s.old'; %s%s; mode "
		    "%s%s%s",
		    path, policy->digests.count, policy->digests.count == 1 ? "" : "s", path,
		    rules ? "of it these are dropped: the rules "
			  : "it has no rules but generated ones",
		    rules ?: "", word_of(&mode_words, policy->image->mode),
		    policy->image->mode == MW_MODE_MONITOR ? " (as before)" : " (now monitor)",
		    policy->locked ? "; locked: true" : "");
}
