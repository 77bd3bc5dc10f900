// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_edit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "memory_stream.h"
#include "yaml_place.h"

/* The text with something else between two places. */
static int splice(const char *text, const char *from, const char *to, const char *insert,
		  char **ret)
{
	*ret = yaml_place_splice(text, from, to, insert);
	return *ret ? 0 : -ENOMEM;
}

static const struct yaml_tree *value_of(const struct yaml_tree *mapping, const char *key)
{
	yaml_tree_for_each(value, mapping) if (!strcmp(value->key->text, key)) return value;
	return NULL;
}

/* A mapping in braces has its keys where it begins, or does not begin with one of them. */
static bool is_block(const char *text, const struct yaml_tree *node)
{
	const char *at = yaml_place(text, node);

	return *at != '{' && *at != '[';
}

/* ---- what an edit may not touch ---- */

static bool is_text(const struct yaml_tree *node, const char *text)
{
	return node->text && !strcmp(node->text, text);
}

static bool is_same(const struct yaml_tree *a, const struct yaml_tree *b)
{
	const struct yaml_tree *left = a->child, *right = b->child;

	if (a->kind != b->kind || a->quoted != b->quoted || a->count != b->count)
		return false;
	if (a->text ? !b->text || strcmp(a->text, b->text) != 0 : !!b->text)
		return false;
	for (; left && right; left = left->next, right = right->next)
		if ((left->key && !is_same(left->key, right->key)) || !is_same(left, right))
			return false;
	return !left && !right;
}

/* The same list, with one more where 'before' is, or at its end. */
static bool is_same_with(const struct yaml_tree *rules, const struct yaml_tree *next,
			 const struct yaml_tree *before, const struct yaml_tree *added)
{
	const struct yaml_tree *rule = rules->child, *at = next->child;

	for (bool is_added = false; at; at = at->next) {
		if (!is_added && rule == before) {
			if (!is_same(added, at))
				return false;
			is_added = true;
			continue;
		}
		if (!rule || !is_same(rule, at))
			return false;
		rule = rule->next;
	}
	return next->count == rules->count + 1;
}

/* All keys but one are what they were. */
static bool are_others_same(const struct yaml_tree *tree, const struct yaml_tree *next,
			    const char *key)
{
	const struct yaml_tree *left = tree->child, *right = next->child;

	for (;;) {
		left = left && is_text(left->key, key) ? left->next : left;
		right = right && is_text(right->key, key) ? right->next : right;
		if (!left || !right)
			return !left && !right;
		if (!is_text(left->key, right->key->text) || !is_same(left, right))
			return false;
		left = left->next;
		right = right->next;
	}
}

/* Lines and columns of the tree are not those of the text where that has other ends of lines. */
static int set_verify(const struct yaml_tree *tree, const char *key, const char *word, char **text)
{
	cleanup(cleanup_yaml_tree) struct yaml_tree *next = NULL;
	const struct yaml_tree *value;
	int r = yaml_place_parse(&next, *text);

	value = r || next->kind != YAML_TREE_MAPPING ? NULL : value_of(next, key);
	if (value && is_text(value, word) && are_others_same(tree, next, key))
		return 0;
	free(*text);
	*text = NULL;
	return r == -ENOMEM ? r : -EILSEQ;
}

static int rule_verify(const struct yaml_tree *tree, const struct yaml_tree *before,
		       const char *rule, char **text)
{
	cleanup(cleanup_yaml_tree) struct yaml_tree *next = NULL, *added = NULL;
	const struct yaml_tree *rules;
	int r = yaml_place_parse(&next, *text) ?: yaml_place_parse(&added, rule);

	rules = r || next->kind != YAML_TREE_MAPPING ? NULL : value_of(next, "rules");
	if (rules && is_same_with(value_of(tree, "rules"), rules, before, added) &&
	    are_others_same(tree, next, "rules"))
		return 0;
	free(*text);
	*text = NULL;
	return r == -ENOMEM ? r : -EILSEQ;
}

/* ---- one key ---- */

static size_t scalar_length(const char *at, const struct yaml_tree *scalar)
{
	const char *end = scalar->quoted ? strchr(at + 1, *at) : NULL;

	/* Also a block, "mode: |", counts as quoted. */
	if (scalar->quoted && *at != '"' && *at != '\'')
		return 0;
	if (scalar->quoted)
		return end ? (size_t)(end - at) + 1 : 0;
	return strncmp(at, scalar->text, strlen(scalar->text)) != 0 ? 0 : strlen(scalar->text);
}

static int value_replace(const char *text, const struct yaml_tree *value, const char *word,
			 char **ret)
{
	const char *at = yaml_place(text, value);
	size_t length = value->kind == YAML_TREE_SCALAR ? scalar_length(at, value) : 0;

	return length ? splice(text, at, at + length, word, ret) : -EOPNOTSUPP;
}

int policy_edit_set(const char *text, const char *key, const char *word, char **ret)
{
	cleanup(cleanup_yaml_tree) struct yaml_tree *tree = NULL;
	const struct yaml_tree *version, *value;
	auto_free char *line = NULL;
	const char *at;
	int r = yaml_place_parse(&tree, text);

	if (r)
		return r;
	version = tree->kind == YAML_TREE_MAPPING ? value_of(tree, "version") : NULL;
	value = version ? value_of(tree, key) : NULL;
	if (value) {
		r = value_replace(text, value, word, ret);
		return r ?: set_verify(tree, key, word, ret);
	}
	if (!version)
		return -EINVAL;
	if (!is_block(text, tree) || tree->column != 1)
		return -EOPNOTSUPP;
	at = yaml_place_line(text, version->line + 1);
	if (asprintf(&line, "%s%s: %s\n", at > text && at[-1] != '\n' ? "\n" : "", key, word) < 0)
		return -ENOMEM;
	return splice(text, at, at, line, ret) ?: set_verify(tree, key, word, ret);
}

/* ---- a rule ---- */

static bool is_comment_or_blank(const char *line, bool *is_blank)
{
	const char *at = line + strspn(line, " ");

	*is_blank = *at == '\n' || *at == '\r' || !*at;
	return *is_blank || *at == '#';
}

/* Up over the comment that stands on a line, without a blank line between. */
static unsigned int above_comment(const char *text, unsigned int line, unsigned int first)
{
	bool is_blank;

	while (line > first && is_comment_or_blank(yaml_place_line(text, line - 1), &is_blank) &&
	       !is_blank)
		line--;
	return line;
}

static unsigned int last_line(const struct yaml_tree *node)
{
	unsigned int last = node->line, of_child;

	yaml_tree_for_each(child, node)
	{
		of_child = last_line(child);
		last = of_child > last ? of_child : last;
	}
	return last;
}

/* What follows and is further in than the rules' dashes is the rest of a value. */
static unsigned int behind(const char *text, const struct yaml_tree *rule, size_t indent)
{
	unsigned int line = last_line(rule) + 1;
	const char *at = yaml_place_line(text, line);
	bool is_blank;

	while (*at && !is_comment_or_blank(at, &is_blank) && strspn(at, " ") > indent)
		at = yaml_place_line(text, ++line);
	return line;
}

/* The line with a rule's dash, and how far in that is; 0: it is not written so. */
static unsigned int dash_line(const char *text, const struct yaml_tree *rule, size_t *indent)
{
	for (unsigned int line = rule->line; line && line + 1 >= rule->line; line--) {
		const char *at = yaml_place_line(text, line);

		*indent = strspn(at, " ");
		if (at[*indent] == '-' && (at[*indent + 1] == ' ' || at[*indent + 1] == '\n'))
			return line;
	}
	return 0;
}

/* The rule's lines, the first one with a dash. */
static char *rule_text(size_t indent, const char *before, const char *comment, const char *rule)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *dash = "- ";

	if (!out)
		return NULL;
	fputs(before, out);
	if (comment)
		fprintf(out, "%*s# %s\n", (int)indent, "", comment);
	for (; *rule; rule += strcspn(rule, "\n") + 1, dash = "  ")
		fprintf(out, "%*s%s%.*s\n", (int)indent, "", dash, (int)strcspn(rule, "\n"), rule);
	return memory_stream_close(out, &text) ? NULL : text;
}

static int rule_insert(const char *text, unsigned int line, size_t indent, const char *comment,
		       const char *rule, char **ret)
{
	const char *at = yaml_place_line(text, line);
	auto_free char *lines =
		rule_text(indent, at > text && at[-1] != '\n' ? "\n" : "", comment, rule);

	return lines ? splice(text, at, at, lines, ret) : -ENOMEM;
}

/* `rules: []` becomes a list of one. */
static int first_rule(const char *text, const struct yaml_tree *rules, const char *comment,
		      const char *rule, char **ret)
{
	const char *from = yaml_place(text, rules), *to = from + strcspn(from, "]\n");
	auto_free char *lines = rule_text(2, "\n", comment, rule);

	if (!lines)
		return -ENOMEM;
	if (*from != '[' || *to != ']' || to[1 + strspn(to + 1, " \r")] == '#')
		return -EOPNOTSUPP;
	to += strcspn(to, "\n");
	to += *to == '\n';
	while (from > text && from[-1] == ' ')
		from--;
	return splice(text, from, to, lines, ret);
}

static const struct yaml_tree *rule_find(const struct yaml_tree *rules, const char *name)
{
	const struct yaml_tree *last = NULL;

	yaml_tree_for_each(rule, rules)
	{
		const struct yaml_tree *its =
			rule->kind == YAML_TREE_MAPPING ? value_of(rule, "name") : NULL;

		if (name && its && is_text(its, name))
			return rule;
		last = rule;
	}
	return name ? NULL : last;
}

int policy_edit_add_rule(const char *text, const char *before, const char *comment,
			 const char *rule, char **ret)
{
	cleanup(cleanup_yaml_tree) struct yaml_tree *tree = NULL;
	const struct yaml_tree *rules, *at;
	unsigned int line;
	size_t indent;
	int r = yaml_place_parse(&tree, text);

	if (r)
		return r;
	rules = tree->kind == YAML_TREE_MAPPING ? value_of(tree, "rules") : NULL;
	if (!rules || rules->kind != YAML_TREE_SEQUENCE)
		return -EINVAL;
	if (!rules->count && !before)
		return first_rule(text, rules, comment, rule, ret)
			       ?: rule_verify(tree, NULL, rule, ret);
	at = rule_find(rules, before);
	if (!at)
		return -EINVAL;
	line = is_block(text, rules) ? dash_line(text, at, &indent) : 0;
	if (!line)
		return -EOPNOTSUPP;
	line = before ? above_comment(text, line, rules->key->line + 1) : behind(text, at, indent);
	return rule_insert(text, line, indent, comment, rule, ret)
		       ?: rule_verify(tree, before ? at : NULL, rule, ret);
}
