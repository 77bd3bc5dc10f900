// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_kernels.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "yaml_place.h"

/* The value of kernels:, or NULL. */
static const struct yaml_tree *kernels_find(const struct yaml_tree *root)
{
	if (!root || root->kind != YAML_TREE_MAPPING)
		return NULL;
	yaml_tree_for_each(value, root) if (!strcmp(value->key->text, "kernels")) return value;
	return NULL;
}

/* The list's first entry; a word alone is a list of one. */
static const struct yaml_tree *first_of(const struct yaml_tree *list)
{
	return list->kind == YAML_TREE_SCALAR ? list : list->child;
}

static const struct yaml_tree *next_of(const struct yaml_tree *list, const struct yaml_tree *entry)
{
	return list->kind == YAML_TREE_SCALAR ? NULL : entry->next;
}

static size_t count_of(const struct yaml_tree *list)
{
	return list->kind == YAML_TREE_SCALAR ? 1 : list->count;
}

/* Behind a word in quotes or not. */
static const char *end_of(const char *at, bool in_brackets)
{
	char quote = *at;
	const char *end;

	if (quote == '"' || quote == '\'') {
		for (end = at + 1; *end && *end != quote; end++)
			if (quote == '"' && *end == '\\' && end[1])
				end++;
		return *end ? end + 1 : end;
	}
	end = at + strcspn(at, in_brackets ? ",]\n\r" : "\n\r");
	for (const char *c = at; c < end; c++)
		if (*c == '#' && c > at && c[-1] == ' ')
			end = c;
	while (end > at && end[-1] == ' ')
		end--;
	return end;
}

static const char *line_begin(const char *text, const char *at)
{
	while (at > text && at[-1] != '\n')
		at--;
	return at;
}

static const char *line_end(const char *at)
{
	at += strcspn(at, "\n");
	return at + (*at == '\n');
}

static bool is_in_brackets(const char *text, const struct yaml_tree *list)
{
	const char *at = list->kind == YAML_TREE_SEQUENCE ? yaml_place(text, list) : NULL;

	return at && *at == '[';
}

static const struct yaml_tree *last_of(const struct yaml_tree *list)
{
	const struct yaml_tree *last = first_of(list);

	while (last && next_of(list, last))
		last = next_of(list, last);
	return last;
}

/* A line of its own below the last one, which begins as that does. */
static char *add_line(const char *text, const char *last, const char *release)
{
	const char *begin = line_begin(text, last), *end = line_end(last);
	bool has_end = end > text && end[-1] == '\n';
	bool is_wide = has_end && end - 1 > text && end[-2] == '\r';
	auto_free char *line = NULL;

	if (asprintf(&line, "%s%.*s\"%s\"%s", has_end ? "" : "\n", (int)(last - begin), begin,
		     release,
		     is_wide   ? "\r\n"
		     : has_end ? "\n"
			       : "") < 0)
		return NULL;
	return yaml_place_splice(text, end, end, line);
}

static char *add_behind(const char *text, const struct yaml_tree *list, const char *release)
{
	const char *at = yaml_place(text, last_of(list));
	bool in_brackets = is_in_brackets(text, list);
	auto_free char *word = NULL, *closed = NULL;
	const char *end;

	if (list->kind == YAML_TREE_SEQUENCE && !in_brackets)
		return add_line(text, at, release);
	end = end_of(at, in_brackets);
	if (asprintf(&word, in_brackets ? ", \"%s\"" : ", \"%s\"]", release) < 0)
		return NULL;
	if (in_brackets)
		return yaml_place_splice(text, end, end, word);
	closed = yaml_place_splice(text, end, end, word);
	return closed ? yaml_place_splice(closed, closed + (at - text), closed + (at - text), "[")
		      : NULL;
}

/* With what parts it from the next one, or from the one before. */
static char *remove_entry(const char *text, const struct yaml_tree *list,
			  const struct yaml_tree *before, const struct yaml_tree *entry)
{
	const char *at = yaml_place(text, entry);
	const char *next = entry->next ? yaml_place(text, entry->next) : NULL;

	if (!is_in_brackets(text, list))
		return yaml_place_splice(text, line_begin(text, at), line_end(at), "");
	if (next)
		return yaml_place_splice(text, at, next, "");
	return yaml_place_splice(text, end_of(yaml_place(text, before), true), end_of(at, true),
				 "");
}

/* Whether the text lists what the list does, but for one that was added at its end or removed. */
static bool is_as_meant(const char *text, const struct yaml_tree *list,
			const struct yaml_tree *removed, const char *added)
{
	cleanup(cleanup_yaml_tree) struct yaml_tree *tree = NULL;
	const struct yaml_tree *now, *entry;

	if (yaml_place_parse(&tree, text))
		return false;
	now = kernels_find(tree);
	entry = now ? first_of(now) : NULL;
	for (const struct yaml_tree *old = first_of(list); old; old = next_of(list, old)) {
		if (old == removed)
			continue;
		if (!entry || entry->kind != YAML_TREE_SCALAR ||
		    strcmp(entry->text, old->text) != 0)
			return false;
		entry = next_of(now, entry);
	}
	if (!added)
		return !entry;
	return entry && entry->kind == YAML_TREE_SCALAR && !strcmp(entry->text, added) &&
	       !next_of(now, entry);
}

static int give(char *edited, const struct yaml_tree *list, const struct yaml_tree *removed,
		const char *added, char **ret)
{
	if (!edited)
		return -ENOMEM;
	if (!is_as_meant(edited, list, removed, added)) {
		free(edited);
		return -EOPNOTSUPP;
	}
	*ret = edited;
	return 0;
}

/* What a release is made of; it stands in quotes. */
static bool is_plain(const char *release)
{
	return *release && !strpbrk(release, "\"\\\n\r\t*?[]") && strlen(release) < 256;
}

int policy_kernels_add(const char *text, const char *release, char **ret)
{
	cleanup(cleanup_yaml_tree) struct yaml_tree *tree = NULL;
	const struct yaml_tree *list;
	int error = yaml_place_parse(&tree, text);

	*ret = NULL;
	if (error)
		return error;
	list = kernels_find(tree);
	if (!list || !count_of(list))
		return 0;
	if (!is_plain(release))
		return -EOPNOTSUPP;
	for (const struct yaml_tree *entry = first_of(list); entry; entry = next_of(list, entry)) {
		if (entry->kind != YAML_TREE_SCALAR)
			return -EOPNOTSUPP;
		if (!fnmatch(entry->text, release, FNM_NOESCAPE))
			return 0;
	}
	return give(add_behind(text, list, release), list, NULL, release, ret);
}

int policy_kernels_remove(const char *text, const char *release, char **ret)
{
	cleanup(cleanup_yaml_tree) struct yaml_tree *tree = NULL;
	const struct yaml_tree *list, *entry, *before = NULL;
	int error = yaml_place_parse(&tree, text);

	*ret = NULL;
	if (error)
		return error;
	list = kernels_find(tree);
	if (!list || count_of(list) < 2)
		return 0;
	for (entry = first_of(list); entry; before = entry, entry = next_of(list, entry)) {
		if (entry->kind != YAML_TREE_SCALAR)
			return -EOPNOTSUPP;
		if (!strcmp(entry->text, release))
			return give(remove_entry(text, list, before, entry), list, entry, NULL,
				    ret);
	}
	return 0;
}
