// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_rotation.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

struct sibling {
	bool has_date;
	uint64_t number;
	char *path;
};

struct siblings {
	struct sibling *list;
	size_t count;
};

static void cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static void cleanup_siblings(struct siblings *siblings)
{
	for (size_t i = 0; i < siblings->count; i++)
		free(siblings->list[i].path);
	free(siblings->list);
}

/* .7, .7.gz, -20261122, -20261122.xz, -20261122-1790000000 */
static bool suffix_parse(const char *suffix, struct sibling *sibling)
{
	static const char *const endings[] = { "", ".gz", ".xz", ".zst" };
	const char *c = suffix + 1;
	size_t digits;

	if (*suffix != '.' && *suffix != '-')
		return false;
	sibling->has_date = *suffix == '-';
	sibling->number = 0;
	for (digits = 0; *c && digits < 19; c++) {
		if (*c == '-' && sibling->has_date && digits)
			continue;
		if (*c < '0' || *c > '9')
			break;
		sibling->number = sibling->number * 10 + (uint64_t)(*c - '0');
		digits++;
	}
	if (!digits || (sibling->has_date && digits < 8))
		return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (!strcmp(c, endings[i]))
			return true;
	return false;
}

static int add(struct siblings *siblings, const struct sibling *found)
{
	struct sibling *list =
		reallocarray(siblings->list, siblings->count + 1, sizeof(*siblings->list));

	if (!list) {
		free(found->path);
		return -ENOMEM;
	}
	siblings->list = list;
	siblings->list[siblings->count++] = *found;
	return 0;
}

static int collect(struct siblings *siblings, DIR *dir, const char *directory, const char *name)
{
	size_t length = strlen(name);
	struct dirent *entry;
	int error = 0;

	while (!error && (entry = readdir(dir))) {
		struct sibling found;

		if (strncmp(entry->d_name, name, length) != 0 ||
		    !suffix_parse(entry->d_name + length, &found))
			continue;
		if (asprintf(&found.path, "%s%s", directory, entry->d_name) < 0)
			return -ENOMEM;
		error = add(siblings, &found);
	}
	return error;
}

/* What has a date was moved away before what has a number, if there are both. */
static int compare(const void *a, const void *b)
{
	const struct sibling *left = a, *right = b;
	int older = left->number < right->number ? -1 : left->number > right->number;

	if (left->has_date != right->has_date)
		return left->has_date ? -1 : 1;
	return left->has_date ? older : -older;
}

static int take_paths(struct log_rotation *rotation, struct siblings *siblings)
{
	rotation->paths = calloc(siblings->count + 1, sizeof(*rotation->paths));
	if (!rotation->paths)
		return -ENOMEM;
	for (size_t i = 0; i < siblings->count; i++)
		rotation->paths[i] = take_pointer(siblings->list[i].path);
	rotation->count = siblings->count;
	return 0;
}

int log_rotation_find(struct log_rotation *rotation, const char *path)
{
	cleanup(cleanup_siblings) struct siblings siblings = {};
	const char *slash = strrchr(path, '/');
	auto_free char *directory = strndup(path, slash ? (size_t)(slash + 1 - path) : 0);
	cleanup(cleanup_dir) DIR *dir = directory ? opendir(*directory ? directory : ".") : NULL;
	int error;

	*rotation = (struct log_rotation){};
	if (!dir)
		return !directory ? -ENOMEM : errno == ENOENT ? 0 : -errno;
	error = collect(&siblings, dir, directory, slash ? slash + 1 : path);
	if (error)
		return error;
	if (siblings.count)
		qsort(siblings.list, siblings.count, sizeof(*siblings.list), compare);
	return take_paths(rotation, &siblings);
}

void log_rotation_clear(struct log_rotation *rotation)
{
	for (size_t i = 0; i < rotation->count; i++)
		free(rotation->paths[i]);
	free(rotation->paths);
	*rotation = (struct log_rotation){};
}
