// SPDX-License-Identifier: GPL-2.0-or-later
/* Globs in a policy: what they may look like, and those that nothing can match. */
#include <errno.h>
#include <string.h>

#include "policy_draft.h"

const char *policy_glob_problem(const char *text)
{
	if (strpbrk(text, "[]{}"))
		return "there are no character classes and no alternatives; write a list";
	if (strchr(text, '\\'))
		return "there are no escapes; write '?' for a character that cannot be written";
	if (strstr(text, "***"))
		return "more than two '*' in a row; write '**'";
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < ' ' || *c == 0x7f)
			return "a control character; write '?' for it";
	return NULL;
}

/* Characters that any text must have to match. */
static size_t length_needed(const char *text)
{
	size_t length = 0;

	for (; *text; text++)
		length += *text != '*';
	return length;
}

static bool is_literal(const char *text)
{
	return !strpbrk(text, "*?");
}

/* Paths are absolute, and '*' does not match their first character. */
static const char *path_problem(const char *text)
{
	if (*text != '/' && strncmp(text, "**", 2) != 0)
		return "paths are absolute; begin with '/' or '**'";
	if (strstr(text, "//") || strstr(text, "/./") || strstr(text, "/../"))
		return "the kernel's paths have no '//', '/./' or '/../'; remove it";
	return NULL;
}

static const char *module_problem(const char *text)
{
	return strchr(text, '/') ? "a module's name has no '/'; use 'path' for its file" : NULL;
}

static const char *filesystem_problem(const char *text)
{
	return strchr(text, '/') ? "this is a type as 'ext4'; use 'path' for a directory" : NULL;
}

/* Ids are found by their form (modwarden/container_id.h): any other text is none. */
static const char *container_problem(const char *text)
{
	size_t length = strlen(text);

	if (strspn(text, "0123456789abcdef*?") != length)
		return "an id has the digits 0-9 and a-f only; write an id, none or any";
	if (!strchr(text, '*') && length != 64)
		return "an id has 64 digits; end a shorter one with '*'";
	return NULL;
}

static const struct {
	size_t size; /* of the fact, with its NUL */
	const char *(*problem)(const char *text);
} texts[MW_TEXT_CRITERIA] = {
	[MW_CRITERION_MODULE] = { MW_NAME_SIZE, module_problem },
	[MW_CRITERION_PATH] = { MW_PATH_SIZE, path_problem },
	[MW_CRITERION_FILESYSTEM] = { MW_FILESYSTEM_SIZE, filesystem_problem },
	[MW_CRITERION_LOADER] = { MW_LOADER_SIZE, path_problem },
	[MW_CRITERION_CONTAINER] = { MW_CONTAINER_SIZE, container_problem },
	[MW_CRITERION_ALIAS] = { MW_NAME_SIZE, NULL },
};

static int pattern_check(struct policy_draft *draft, const struct policy_key *key,
			 const struct yaml_tree *value)
{
	enum mw_criterion criterion = key->criterion;
	const char *problem = policy_glob_problem(value->text);
	size_t needed = length_needed(value->text);

	if (!problem && texts[criterion].problem)
		problem = texts[criterion].problem(value->text);
	if (problem)
		return draft_error(draft, value, "bad pattern '%s' for '%s': %s", value->text,
				   key->name, problem);
	if (strlen(value->text) >= MW_PATTERN_SIZE)
		return draft_error(draft, value, "pattern of %zu bytes for '%s'; use at most %d",
				   strlen(value->text), key->name, MW_PATTERN_SIZE - 1);
	if (needed >= texts[criterion].size)
		return draft_error(draft, value,
				   "pattern for '%s' that can never match: it needs %zu characters "
				   "and there are at most %zu; shorten it",
				   key->name, needed, texts[criterion].size - 1);
	return 0;
}

static int pattern_add(struct policy_draft *draft, const struct policy_key *key,
		       const struct yaml_tree *value, const char *text)
{
	struct pattern_draft *pattern = &draft->patterns[draft->pattern_count];

	if (draft->pattern_count == MW_PATTERNS_MAX) {
		draft_error(draft, value, "over %d patterns in one policy; merge some",
			    MW_PATTERNS_MAX);
		return -ENOSPC;
	}
	*pattern = (struct pattern_draft){ .criterion = key->criterion };
	pattern->pattern.rule = (__u16)draft->rule_count;
	memcpy(pattern->pattern.text, text, strlen(text) + 1);
	draft->pattern_count++;
	return 0;
}

static void pattern_warn(struct policy_draft *draft, const struct policy_key *key,
			 const struct yaml_tree *value)
{
	size_t length = strlen(value->text);

	if (key->criterion == MW_CRITERION_MODULE && length > 3 && is_literal(value->text) &&
	    !strcmp(value->text + length - 3, ".ko"))
		draft_warning(draft, value, "'%s' looks like a file; the module is called '%.*s'",
			      value->text, (int)length - 3, value->text);
}

int pattern_read(struct policy_draft *draft, const struct policy_key *key,
		 const struct yaml_tree *value)
{
	int r = pattern_check(draft, key, value);

	if (r < 0)
		return r;
	pattern_warn(draft, key, value);
	return pattern_add(draft, key, value, value->text);
}

int container_read(struct policy_draft *draft, const struct policy_key *key,
		   const struct yaml_tree *value)
{
	if (!strcmp(value->text, "none")) {
		draft_rule(draft)->absent |= MW_BIT(MW_CRITERION_CONTAINER);
		return 0;
	}
	if (!strcmp(value->text, "any"))
		return pattern_add(draft, key, value, "**");
	return pattern_read(draft, key, value);
}
