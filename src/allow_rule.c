// SPDX-License-Identifier: GPL-2.0-or-later
#include "allow_rule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "digest.h"
#include "memory_stream.h"
#include "record_value.h"

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

static bool knows(const struct mw_facts *facts, enum mw_criterion criterion)
{
	__u32 bit = MW_BIT(criterion);

	return facts->known & bit && !(facts->absent & bit) && !(facts->unattributed & bit);
}

/* The kernel asked by itself. */
static bool is_of_nobody(const struct mw_facts *facts)
{
	__u32 caller = MW_BIT(MW_CRITERION_LOADER) | MW_BIT(MW_CRITERION_UID);

	return (facts->unattributed & caller) == caller;
}

/* As a pattern it means itself, and in double quotes it is one word of YAML. */
static bool is_plain(const char *text, const char *others)
{
	while (*text) {
		text += strspn(text, PLAIN);
		if (*text && !strchr(others, *text))
			return false;
		text += !!*text;
	}
	return true;
}

/* Letters that a rule's name may have, of a name that may have others. */
static void name_begin(struct allow_rule *rule, const char *subject)
{
	size_t at = (size_t)snprintf(rule->name, sizeof(rule->name), "allow-");

	for (; *subject && at < sizeof(rule->name) - 4; subject++)
		rule->name[at++] = strchr(PLAIN, *subject) ? *subject : '_';
	rule->name[at] = '\0';
}

static bool is_taken(const struct policy *policy, const char *name)
{
	for (__u32 i = 0; i < policy->image->rule_count; i++)
		if (!strcmp(policy->rule_names[i], name))
			return true;
	return false;
}

static void name_choose(struct allow_rule *rule, const struct policy *policy, const char *subject)
{
	size_t length;

	name_begin(rule, subject);
	length = strlen(rule->name);
	for (unsigned int n = 2; is_taken(policy, rule->name) && n <= MW_RULES_MAX + 1; n++)
		snprintf(rule->name + length, sizeof(rule->name) - length, "-%u", n);
}

/* A word that YAML takes for a text without quotes, or in them. */
static void value_print(FILE *out, const char *key, const char *value)
{
	bool is_bare = is_plain(value, "/") && *value != '-' && *value != '.';

	fprintf(out, is_bare ? "%s: %s\n" : "%s: \"%s\"\n", key, value);
}

static const char *digest_print(FILE *out, const struct mw_facts *facts)
{
	char hex[DIGEST_HEX_SIZE];

	if (!facts->digest_count)
		return "it was refused before its bytes were read, so that it has no digest; use "
		       "--by name or --by signed, or --sha256";
	for (int i = 0; i < facts->digest_count; i++) {
		digest_format(facts->digest[i], hex);
		fprintf(out,
			facts->digest_count == 1 ? "sha256: %s\n"
			: i                      ? "  - %s\n"
						 : "sha256:\n  - %s\n",
			hex);
	}
	return NULL;
}

static const char *module_print(FILE *out, const struct mw_facts *facts)
{
	if (!facts->module[0])
		return "its record has no name; use --by digest";
	if (!is_plain(facts->module, ""))
		return "its name has characters that no pattern means; use --by digest";
	value_print(out, "module", facts->module);
	return NULL;
}

static const char *signed_print(FILE *out, const struct mw_facts *facts)
{
	if (facts->is_signed == MW_FALSE)
		return "the kernel takes it for unsigned; use --by digest";
	fputs("signed: true\n", out);
	return module_print(out, facts);
}

static const char *load_print(FILE *out, const struct mw_facts *facts, enum allow_by by)
{
	switch (by) {
	case ALLOW_BY_NAME:
		return module_print(out, facts);
	case ALLOW_BY_SIGNED:
		return signed_print(out, facts);
	default:
		return digest_print(out, facts);
	}
}

/* Whoever may do it is who did it: a rule or a pattern that is too wide would let others. */
static const char *caller_print(FILE *out, const struct mw_facts *facts)
{
	if (is_of_nobody(facts))
		return NULL;
	if (!knows(facts, MW_CRITERION_LOADER) || !facts->loader[0])
		return "its record does not tell the executable of its caller; write the rule by "
		       "hand";
	if (!knows(facts, MW_CRITERION_UID))
		return "its record does not tell the user of its caller; write the rule by hand";
	if (!is_plain(facts->loader, "/"))
		return "the path of its caller has characters that no pattern means; write the "
		       "rule by hand";
	value_print(out, "loader", facts->loader);
	fprintf(out, "uid: %u\n", facts->uid);
	return NULL;
}

static const char *autoload_print(FILE *out, const struct mw_facts *facts)
{
	if (!facts->alias[0])
		return "its record has no alias";
	if (!is_plain(facts->alias, ":,+/()"))
		return "the alias has characters that no pattern means; write the rule by hand";
	value_print(out, "alias", facts->alias);
	return caller_print(out, facts);
}

static const char *criteria_print(FILE *out, const struct mw_facts *facts, enum allow_by by)
{
	if (facts->op == MW_OP_LOAD)
		return load_print(out, facts, by);
	if (by != ALLOW_BY_NONE && by != ALLOW_BY_NAME)
		return "only a load has a digest or a signature; leave --by away";
	if (facts->op == MW_OP_AUTOLOAD)
		return autoload_print(out, facts);
	return module_print(out, facts) ?: caller_print(out, facts);
}

int allow_rule_make(struct allow_rule *rule, const struct policy *policy,
		    const struct mw_facts *facts, enum allow_by by, const char **why)
{
	const char *subject = facts->op == MW_OP_AUTOLOAD ? facts->alias : facts->module;
	char hex[DIGEST_HEX_SIZE];
	size_t size;
	FILE *out;

	*rule = (struct allow_rule){};
	digest_format(facts->digest[0], hex);
	hex[12] = '\0';
	name_choose(rule, policy, *subject ? subject : hex);
	out = open_memstream(&rule->text, &size);
	if (!out)
		return -ENOMEM;
	fprintf(out, "name: %s\nallow: %s\n", rule->name, word_of(&op_words, facts->op));
	*why = criteria_print(out, facts, by);
	if (memory_stream_close(out, &rule->text)) {
		allow_rule_clear(rule);
		return -ENOMEM;
	}
	rule->is_of_every_caller = facts->op != MW_OP_LOAD && is_of_nobody(facts);
	if (*why)
		allow_rule_clear(rule);
	return *why ? -EINVAL : 0;
}

void allow_rule_clear(struct allow_rule *rule)
{
	free(rule->text);
	rule->text = NULL;
}
