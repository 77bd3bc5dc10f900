// SPDX-License-Identifier: GPL-2.0-or-later
#include "file_watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"

/* What differs when a file was written, replaced, removed, or another one took its name. */
struct print {
	dev_t device;
	ino_t inode; /* 0: it is not there */
	off_t size;
	struct timespec written;
	struct timespec changed;
};

struct watched {
	char *path;
	struct print taken; /* when it was added */
	struct print seen;  /* at the last look */
};

struct file_watch {
	struct watched *files;
	size_t count;
};

static struct print print_take(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return (struct print){};
	return (struct print){ st.st_dev, st.st_ino, st.st_size, st.st_mtim, st.st_ctim };
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool same_print(const struct print *a, const struct print *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       same_time(a->written, b->written) && same_time(a->changed, b->changed);
}

int file_watch_new(struct file_watch **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

void file_watch_free(struct file_watch *watch)
{
	if (!watch)
		return;
	for (size_t i = 0; i < watch->count; i++)
		free(watch->files[i].path);
	free(watch->files);
	free(watch);
}

int file_watch_add(struct file_watch *watch, const char *path)
{
	struct watched *files;
	struct print now;
	char *copy;

	for (size_t i = 0; watch && i < watch->count; i++)
		if (!strcmp(watch->files[i].path, path))
			return 0;
	if (!watch)
		return 0;
	files = reallocarray(watch->files, watch->count + 1, sizeof(*files));
	if (files)
		watch->files = files;
	copy = files ? strdup(path) : NULL;
	if (!copy)
		return -ENOMEM;
	now = print_take(path);
	files[watch->count++] = (struct watched){ copy, now, now };
	return 0;
}

int file_watch_add_parent(struct file_watch *watch, const char *path)
{
	const char *slash = strrchr(path, '/');
	auto_free char *parent =
		slash ? strndup(path, slash == path ? 1 : slash - path) : strdup(".");

	return parent ? file_watch_add(watch, parent) : -ENOMEM;
}

bool file_watch_look(struct file_watch *watch)
{
	bool is_changed = false, is_settled = true;

	for (size_t i = 0; i < watch->count; i++) {
		struct watched *file = &watch->files[i];
		struct print now = print_take(file->path);

		is_changed = is_changed || !same_print(&now, &file->taken);
		is_settled = is_settled && same_print(&now, &file->seen);
		file->seen = now;
	}
	return is_changed && is_settled;
}
