// SPDX-License-Identifier: GPL-2.0-or-later
#include "path_glob.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"

static void cleanup_closedir(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

void path_list_clear(struct path_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->paths[i]);
	free(list->paths);
	*list = (struct path_list){};
}

static int list_add(struct path_list *list, const char *path)
{
	char **paths = reallocarray(list->paths, list->count + 1, sizeof(*paths));

	if (!paths)
		return -ENOMEM;
	list->paths = paths;
	paths[list->count] = strdup(path);
	if (!paths[list->count])
		return -ENOMEM;
	list->count++;
	return 0;
}

/* As it stands, and without its backslashes. */
static bool is_pattern(const char *part)
{
	for (; *part; part++) {
		if (*part == '\\' && part[1])
			part++;
		else if (strchr("*?[", *part))
			return true;
	}
	return false;
}

static void unescape(char *part)
{
	char *out = part;

	for (; *part; part++) {
		if (*part == '\\' && part[1])
			part++;
		*out++ = *part;
	}
	*out = '\0';
}

static int expand(struct path_list *list, const char *base, const char *rest);

/*
 * A path that is too long for the kernel is one that is not there; one that cannot be looked at may
 * be there.
 */
static int step(struct path_list *list, const char *base, const char *name, const char *rest)
{
	char path[PATH_MAX];
	struct stat st;

	if (snprintf(path, sizeof(path), "%s%s%s", base, name, *rest ? "/" : "") >=
	    (int)sizeof(path))
		return 0;
	if (*rest)
		return expand(list, path, rest);
	if (!lstat(path, &st))
		return list_add(list, path);
	return errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG ? 0 : -errno;
}

static int search(struct path_list *list, const char *base, const char *part, const char *rest)
{
	cleanup(cleanup_closedir) DIR *directory = opendir(*base ? base : ".");
	struct dirent *entry;
	int error = 0;

	if (!directory)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	while (!error && (errno = 0, entry = readdir(directory)))
		if (!fnmatch(part, entry->d_name, FNM_PERIOD))
			error = step(list, base, entry->d_name, rest);
	return error ?: -errno;
}

/* base ends in a slash, or is empty. */
static int expand(struct path_list *list, const char *base, const char *rest)
{
	size_t length = strcspn(rest, "/");
	const char *after = rest + length + strspn(rest + length, "/");
	char part[NAME_MAX + NAME_MAX];

	if (length >= sizeof(part))
		return 0;
	memcpy(part, rest, length);
	part[length] = '\0';
	if (is_pattern(part))
		return search(list, base, part, after);
	unescape(part);
	return step(list, base, part, after);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int path_glob(struct path_list *list, const char *pattern)
{
	int error;

	*list = (struct path_list){};
	error = *pattern == '/' ? expand(list, "/", pattern + strspn(pattern, "/"))
				: expand(list, "", pattern);
	if (error)
		return error;
	if (!list->count)
		return -ENOENT;
	qsort(list->paths, list->count, sizeof(*list->paths), compare);
	return 0;
}

char *path_glob_beside(const char *file, const char *pattern)
{
	const char *slash = strrchr(file, '/');
	size_t length = slash && *pattern != '/' ? (size_t)(slash - file) + 1 : 0;
	char *absolute = malloc(2 * length + strlen(pattern) + 1);
	char *out = absolute;

	if (!absolute)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		if (strchr("*?[\\", file[i]))
			*out++ = '\\';
		*out++ = file[i];
	}
	strcpy(out, pattern);
	return absolute;
}
