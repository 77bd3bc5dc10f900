// SPDX-License-Identifier: GPL-2.0-or-later
/* A set of modules of a tree, and what their paths tell. */
#include "tree_set.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

static const char *const suffixes[] = { ".ko", ".ko.xz", ".ko.zst", ".ko.gz" };

/* The length of what stands before the suffix of the last part of a path; 0: it is no module's. */
static size_t stem_length(const char *base)
{
	size_t length = strlen(base);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		size_t suffix = strlen(suffixes[i]);

		if (length > suffix && !strcmp(base + length - suffix, suffixes[i]))
			return length - suffix;
	}
	return 0;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool module_path_is(const char *path)
{
	return stem_length(base_of(path)) > 0;
}

char *module_path_name(const char *path)
{
	const char *base = base_of(path);
	char *name = strndup(base, stem_length(base) ?: strlen(base));

	for (char *c = name; c && (c = strchr(c, '-'));)
		*c = '_';
	return name;
}

char *module_path_unpacked(const char *path)
{
	size_t stem = stem_length(base_of(path));

	if (!stem)
		return strdup(path);
	return strndup(path, (size_t)(base_of(path) - path) + stem + strlen(".ko"));
}

static int path_compare(const void *a, const void *b)
{
	return strcmp(((const struct tree_module *)a)->path, ((const struct tree_module *)b)->path);
}

static int entry_compare(const void *a, const void *b)
{
	return path_compare(*(struct tree_module *const *)a, *(struct tree_module *const *)b);
}

static struct tree_module *find(const struct tree_set *set, const char *path)
{
	struct tree_module key = { .path = (char *)path };
	struct tree_module **found = tfind(&key, &set->by_path, path_compare);

	return found ? *found : NULL;
}

const struct tree_module *tree_set_find(const struct tree_set *set, const char *path)
{
	return find(set, path);
}

static bool name_is(const char *name, const char *wanted)
{
	for (; *name && *wanted; name++, wanted++)
		if (*name != (*wanted == '-' ? '_' : *wanted))
			return false;
	return !*name && !*wanted;
}

const struct tree_module *tree_set_find_name(const struct tree_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (name_is(set->modules[i]->name, name))
			return set->modules[i];
	return NULL;
}

static void module_free(struct tree_module *module)
{
	if (!module)
		return;
	free(module->name);
	free(module->path);
	free(module->of);
	free(module);
}

static struct tree_module *module_new(const char *path, enum tree_need need, const char *of)
{
	struct tree_module *module = calloc(1, sizeof(*module));

	if (!module)
		return NULL;
	module->path = strdup(path);
	module->name = module_path_name(path);
	module->need = need;
	module->of = of ? strdup(of) : NULL;
	if (module->path && module->name && (module->of || !of))
		return module;
	module_free(module);
	return NULL;
}

static int make_room(struct tree_set *set)
{
	size_t room = set->room ? 2 * set->room : 256;
	struct tree_module **modules;

	if (set->count < set->room)
		return 0;
	modules = reallocarray(set->modules, room, sizeof(struct tree_module *));
	if (!modules)
		return -ENOMEM;
	set->modules = modules;
	set->room = room;
	return 0;
}

int tree_set_add(struct tree_set *set, const char *path, enum tree_need need, const char *of)
{
	struct tree_module *module = find(set, path);

	if (module)
		return 0;
	if (make_room(set))
		return -ENOMEM;
	module = module_new(path, need, of);
	if (!module || !tsearch(module, &set->by_path, path_compare)) {
		module_free(module);
		return -ENOMEM;
	}
	set->modules[set->count++] = module;
	return 0;
}

void tree_set_sort(struct tree_set *set)
{
	if (set->count)
		qsort(set->modules, set->count, sizeof(struct tree_module *), entry_compare);
}

static void keep(void *module)
{
	(void)module;
}

void tree_set_clear(struct tree_set *set)
{
	tdestroy(set->by_path, keep);
	for (size_t i = 0; i < set->count; i++)
		module_free(set->modules[i]);
	free(set->modules);
	*set = (struct tree_set){};
}
