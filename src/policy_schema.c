// SPDX-License-Identifier: GPL-2.0-or-later
/* The policy's schema, in one table, and the walk over a tree that it directs. */
#include <errno.h>
#include <string.h>

#include "policy_draft.h"

#define LOAD     MW_BIT(MW_OP_LOAD)
#define UNLOAD   MW_BIT(MW_OP_UNLOAD)
#define AUTOLOAD MW_BIT(MW_OP_AUTOLOAD)
#define ANY_OP   (LOAD | UNLOAD | AUTOLOAD)

#define NAME_LENGTH_MAX 32 /* of a key that a typing error is looked for in */

static policy_value_read rule_read, audit_read;

#define CRITERION(id) .of = OF_RULE, .is_criterion = true, .criterion = MW_CRITERION_##id
#define LIST          .is_list = true

static const struct policy_key keys[] = {
	{ "version", .read = version_read, .missing = "version: 1" },
	{ "mode", .read = mode_read },
	{ "kernels", .read = kernel_read, LIST },
	{ "default", .read = default_read },
	{ "locked", .read = locked_read },
	{ "audit", .read = audit_read, .is_mapping = true },
	{ "rules", .read = rule_read, .is_rules = true, .missing = "rules: []" },

	{ "name", .read = rule_name_read, .of = OF_RULE, .missing = "name: NAME" },
	{ "allow", .read = allow_read, .of = OF_RULE, LIST },
	{ "deny", .read = deny_read, .of = OF_RULE, LIST },
	{ "module", CRITERION(MODULE), .read = pattern_read, LIST, .ops = LOAD | UNLOAD },
	{ "loader", CRITERION(LOADER), .read = pattern_read, LIST, .ops = ANY_OP },
	{ "path", CRITERION(PATH), .read = pattern_read, LIST, .ops = LOAD },
	{ "filesystem", CRITERION(FILESYSTEM), .read = pattern_read, LIST, .ops = LOAD },
	{ "container", CRITERION(CONTAINER), .read = container_read, LIST, .ops = ANY_OP },
	{ "alias", CRITERION(ALIAS), .read = pattern_read, LIST, .ops = AUTOLOAD },
	{ "uid", CRITERION(UID), .read = uid_read, LIST, .ops = ANY_OP },
	{ "auid", CRITERION(AUID), .read = uid_read, LIST, .ops = ANY_OP },
	{ "digests", CRITERION(DIGEST), .read = digest_files_read, LIST, .ops = LOAD },
	{ "sha256", CRITERION(DIGEST), .read = digest_read, LIST, .ops = LOAD },
	{ "signed", CRITERION(SIGNED), .read = signed_read, .ops = LOAD },
	{ "source", CRITERION(SOURCE), .read = source_read, LIST, .ops = LOAD },

	{ "keys", .read = audit_key_read, .of = OF_AUDIT, LIST, .missing = "keys: [KEY]" },
};

#define for_each_key(key)                                                                          \
	for (const struct policy_key *key = keys; key < keys + sizeof(keys) / sizeof(*keys); key++)

__u32 policy_criterion_ops(enum mw_criterion criterion)
{
	for_each_key(key) if (key->is_criterion && key->criterion == criterion) return key->ops;
	return 0;
}

static const struct policy_key *key_find(const char *name, enum policy_place of)
{
	for_each_key(key) if (key->of == of && !strcmp(key->name, name)) return key;
	return NULL;
}

/* Letters to insert, remove, replace or swap with the next one to make one word of the other. */
static unsigned int edit_distance(const char *a, const char *b)
{
	unsigned int rows[3][NAME_LENGTH_MAX + 1];
	size_t width = strlen(b);

	for (unsigned int j = 0; j <= width; j++)
		rows[0][j] = j;
	for (unsigned int i = 1; a[i - 1]; i++) {
		unsigned int *row = rows[i % 3];
		const unsigned int *above = rows[(i - 1) % 3], *above2 = rows[(i + 1) % 3];

		row[0] = i;
		for (unsigned int j = 1; j <= width; j++) {
			unsigned int best = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    above2[j - 2] + 1 < best)
				best = above2[j - 2] + 1;
			row[j] = best;
		}
	}
	return rows[strlen(a) % 3][width];
}

static const struct policy_key *key_nearest(const char *name, enum policy_place of)
{
	const struct policy_key *nearest = NULL;
	unsigned int best = 3;

	if (strlen(name) > NAME_LENGTH_MAX)
		return NULL;
	for_each_key(key)
	{
		unsigned int distance = edit_distance(name, key->name);

		if (key->of != of || distance >= best || distance >= strlen(key->name))
			continue;
		nearest = key;
		best = distance;
	}
	return nearest;
}

static const char *const places[] = {
	[OF_POLICY] = "the policy, not of a rule",
	[OF_RULE] = "a rule",
	[OF_AUDIT] = "'audit'",
};

static int key_unknown(struct policy_draft *draft, const struct yaml_tree *key,
		       enum policy_place of)
{
	const struct policy_key *nearest = key_nearest(key->text, of);

	for (enum policy_place other = OF_POLICY; other < POLICY_PLACES; other++)
		if (key_find(key->text, other))
			return draft_error(draft, key, "'%s' is a key of %s; move it there",
					   key->text, places[other]);
	if (nearest)
		return draft_error(draft, key, "unknown key '%s'; did you mean '%s'?", key->text,
				   nearest->name);
	return draft_error(draft, key, "unknown key '%s'; remove it", key->text);
}

static int form_error(struct policy_draft *draft, const struct policy_key *key,
		      const struct yaml_tree *value)
{
	if (key->is_mapping)
		return draft_error(draft, value, "'%s' takes a mapping; write '%s: {keys: [KEY]}'",
				   key->name, key->name);
	if (key->is_rules)
		return draft_error(draft, value,
				   "'rules' must be a list; write 'rules: []' for no rules");
	return draft_error(draft, value, "'%s' takes %s, not a %s", key->name,
			   key->is_list ? "a word or a list of words" : "one word",
			   value->kind == YAML_TREE_MAPPING ? "mapping" : "list");
}

/* One word, or one rule. */
static int item_read(struct policy_draft *draft, const struct policy_key *key,
		     const struct yaml_tree *item)
{
	if (key->is_rules) {
		if (item->kind == YAML_TREE_MAPPING)
			return key->read(draft, key, item);
		return draft_error(draft, item,
				   "a rule must be a mapping; begin with '- name: NAME'");
	}
	if (item->kind != YAML_TREE_SCALAR)
		return form_error(draft, key, item);
	if (!*item->text)
		return draft_error(draft, item, "no value for '%s'; write one or remove the key",
				   key->name);
	return key->read(draft, key, item);
}

static int list_read(struct policy_draft *draft, const struct policy_key *key,
		     const struct yaml_tree *list)
{
	int result = 0;

	if (!list->child && !key->is_rules)
		return draft_error(draft, list,
				   "empty list for '%s', which nothing can match; list a value or "
				   "remove the key",
				   key->name);
	yaml_tree_for_each(item, list)
	{
		int r = item_read(draft, key, item);

		if (r == -ENOMEM || r == -ENOSPC || diags_full(draft->diags))
			return r;
		result = r < 0 ? r : result;
	}
	return result;
}

static int value_read(struct policy_draft *draft, const struct policy_key *key,
		      const struct yaml_tree *value)
{
	if (key->is_criterion) {
		draft_rule(draft)->criteria |= MW_BIT(key->criterion);
		draft_rule(draft)->values[key->criterion] = value;
	}
	if (key->is_mapping)
		return value->kind == YAML_TREE_MAPPING ? key->read(draft, key, value)
							: form_error(draft, key, value);
	if (value->kind == YAML_TREE_SEQUENCE && (key->is_list || key->is_rules))
		return list_read(draft, key, value);
	if (value->kind == YAML_TREE_SCALAR && !key->is_rules)
		return item_read(draft, key, value);
	return form_error(draft, key, value);
}

static bool mapping_has(const struct yaml_tree *mapping, const char *name)
{
	yaml_tree_for_each(value, mapping) if (!strcmp(value->key->text, name)) return true;
	return false;
}

static int mapping_read(struct policy_draft *draft, const struct yaml_tree *mapping,
			enum policy_place of)
{
	int r;

	for_each_key(key) if (key->of == of && key->missing && !mapping_has(mapping, key->name))
		draft_error(draft, mapping, "missing key '%s'; write '%s'", key->name,
			    key->missing);
	yaml_tree_for_each(value, mapping)
	{
		const struct policy_key *key = key_find(value->key->text, of);

		r = key ? value_read(draft, key, value) : key_unknown(draft, value->key, of);
		if (r == -ENOMEM || diags_full(draft->diags))
			return r;
	}
	return 0;
}

static int rule_read(struct policy_draft *draft, const struct policy_key *key,
		     const struct yaml_tree *node)
{
	size_t errors = draft->diags->errors;
	int r;

	(void)key;
	if (draft->rule_count == MW_RULES_MAX) {
		draft_error(draft, node, "over %d rules in one policy; merge some", MW_RULES_MAX);
		return -ENOSPC;
	}
	*draft_rule(draft) = (struct rule_draft){ .node = node };
	r = mapping_read(draft, node, OF_RULE);
	if (r == -ENOMEM)
		return r;
	if (draft->diags->errors == errors)
		policy_rule_check(draft, draft_rule(draft));
	draft_rule(draft)->broken = draft->diags->errors > errors;
	return draft->rules[draft->rule_count++].broken ? -EINVAL : 0;
}

static int audit_read(struct policy_draft *draft, const struct policy_key *key,
		      const struct yaml_tree *node)
{
	(void)key;
	return mapping_read(draft, node, OF_AUDIT);
}

int policy_schema_read(struct policy_draft *draft, const struct yaml_tree *root)
{
	if (root->kind != YAML_TREE_MAPPING)
		return draft_error(draft, root,
				   "a policy must be a mapping; begin with 'version: 1'");
	return mapping_read(draft, root, OF_POLICY);
}
