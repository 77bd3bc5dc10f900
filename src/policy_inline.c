// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_inline.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "yaml_tree.h"

static const struct yaml_tree *value_of(const struct yaml_tree *mapping, const char *key)
{
	if (mapping->kind != YAML_TREE_MAPPING)
		return NULL;
	yaml_tree_for_each(value, mapping) if (!strcmp(value->key->text, key)) return value;
	return NULL;
}

/* Appends a word, or the words of a list, which satisfy a test. */
static int add_words(json_t *array, const struct yaml_tree *value, bool (*is_good)(const char *))
{
	if (!value)
		return 0;
	if (value->kind == YAML_TREE_SCALAR)
		return is_good(value->text) ? json_array_append_new(array, json_string(value->text))
					    : 0;
	yaml_tree_for_each(
		word, value) if (word->kind == YAML_TREE_SCALAR && is_good(word->text) &&
				 json_array_append_new(array, json_string(word->text))) return -1;
	return 0;
}

static bool is_any(const char *word)
{
	(void)word;
	return true;
}

static bool is_name(const char *word)
{
	return *word && !strpbrk(word, "*?[]!\\");
}

static int add_digest(json_t *digests, const char *word, const struct yaml_tree *rule)
{
	const struct yaml_tree *name = value_of(rule, "name");
	auto_free char *key = strdup(word);
	json_t *modules = json_array();

	for (char *c = key; c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (!key || !modules || add_words(modules, value_of(rule, "module"), is_name)) {
		json_decref(modules);
		return -1;
	}
	return json_object_set_new(digests, key,
				   json_pack("{s:s, s:o}", "rule",
					     name && name->text ? name->text : "?", "modules",
					     modules));
}

static int add_rule(json_t *digests, json_t *files, const struct yaml_tree *rule)
{
	const struct yaml_tree *listed = value_of(rule, "sha256");

	if (!value_of(rule, "allow"))
		return 0;
	if (add_words(files, value_of(rule, "digests"), is_any))
		return -1;
	if (!listed)
		return 0;
	if (listed->kind == YAML_TREE_SCALAR)
		return add_digest(digests, listed->text, rule);
	yaml_tree_for_each(word, listed) if (word->kind == YAML_TREE_SCALAR &&
					     add_digest(digests, word->text, rule)) return -1;
	return 0;
}

static bool is_load(const char *word)
{
	return !strcmp(word, "load");
}

static bool allows_signed(const struct yaml_tree *rule)
{
	const struct yaml_tree *allow = value_of(rule, "allow"), *is = value_of(rule, "signed");
	json_t *words = json_array();
	bool is_allowed = words && !add_words(words, allow, is_load) && json_array_size(words);

	json_decref(words);
	return is_allowed && is && is->kind == YAML_TREE_SCALAR && !strcmp(is->text, "true");
}

int policy_inline_read(const char *text, json_t **digests, json_t **files, bool *is_signed)
{
	cleanup(cleanup_yaml_tree) struct yaml_tree *tree = NULL;
	const struct yaml_tree *rules;
	struct diags diags = {};
	int error = yaml_tree_parse(&tree, "policy", text, strlen(text), &diags);

	diags_clear(&diags);
	if (error)
		return error;
	*digests = json_object();
	*files = json_array();
	error = *digests && *files ? 0 : -ENOMEM;
	*is_signed = false;
	rules = value_of(tree, "rules");
	for (const struct yaml_tree *rule = rules ? rules->child : NULL; rule && !error;
	     rule = rule->next) {
		if (rule->kind != YAML_TREE_MAPPING)
			continue;
		*is_signed |= allows_signed(rule);
		if (add_rule(*digests, *files, rule))
			error = -ENOMEM;
	}
	if (!error)
		return 0;
	json_decref(*digests);
	json_decref(*files);
	*digests = *files = NULL;
	return error;
}
