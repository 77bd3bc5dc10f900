// SPDX-License-Identifier: GPL-2.0-or-later
#include "pins_path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pins.h"

void pins_path(unsigned int number, const char *name, char *path, size_t size)
{
	snprintf(path, size, PINS_ROOT "/%u/%s", number, name);
}

/* A name in bpffs has no dot. */
void pins_path_end(char *path)
{
	for (char *c = strrchr(path, '/'); *c; c++)
		if (*c == '.')
			*c = '_';
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*b)->d_name, (*a)->d_name);
}

static int is_number(const struct dirent *entry)
{
	return entry->d_name[0] && strspn(entry->d_name, "0123456789") == strlen(entry->d_name);
}

int pins_each_number(const char *directory, pins_number_fn *call, void *arg)
{
	struct dirent **entries;
	int n = scandir(directory, &entries, is_number, by_number);
	int result = 0;

	if (n < 0)
		return errno == ENOENT ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		if (!result)
			result = call(strtoul(entries[i]->d_name, NULL, 10), arg);
		free(entries[i]);
	}
	free(entries);
	return result;
}

static int remove_tree(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int error = 0;

	if (!directory)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(directory))) {
		int failed;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		failed = entry->d_type == DT_DIR          ? remove_tree(fd, entry->d_name)
			 : unlinkat(fd, entry->d_name, 0) ? -errno
							  : 0;
		error = failed ?: error;
	}
	closedir(directory);
	if (!error && unlinkat(parent, name, AT_REMOVEDIR))
		error = -errno;
	return error;
}

int pins_remove_tree(const char *path)
{
	return remove_tree(AT_FDCWD, path);
}
