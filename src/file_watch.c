// SPDX-License-Identifier: GPL-2.0-or-later
#include "file_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"

/*
 * The kubelet leads it to another directory, which is whole by then. A name that is new comes a
 * moment after that: if this moment is met, with the next look.
 */
#define SWAPPED_LINK "..data"

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
	char *link; /* by which a whole directory of such files is swapped, if there is one */
	struct print swapped; /* that link, at the last look */
	struct print taken;   /* when it was added */
	struct print seen;    /* at the last look */
};

struct file_watch {
	struct watched *files;
	size_t count;
};

static struct print print_of(const char *path, int flags)
{
	struct stat st;

	if (fstatat(AT_FDCWD, path, &st, flags))
		return (struct print){};
	return (struct print){ st.st_dev, st.st_ino, st.st_size, st.st_mtim, st.st_ctim };
}

static struct print print_take(const char *path)
{
	return print_of(path, 0);
}

static struct print link_take(const char *path)
{
	return print_of(path, AT_SYMLINK_NOFOLLOW);
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
	for (size_t i = 0; i < watch->count; i++) {
		free(watch->files[i].path);
		free(watch->files[i].link);
	}
	free(watch->files);
	free(watch);
}

/* Of a file beside it, or of the directory that it is in. */
static char *link_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct stat st;
	char *link;
	int size;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		size = asprintf(&link, "%s/" SWAPPED_LINK, path);
	else
		size = asprintf(&link, "%.*s" SWAPPED_LINK, slash ? (int)(slash - path + 1) : 0,
				path);
	return size < 0 ? NULL : link;
}

/* What the fields of a watched file are, or -ENOMEM. */
static int watched_make(struct watched *ret, const char *path)
{
	auto_free char *copy = strdup(path);
	auto_free char *link = link_of(path);
	struct print now = print_take(path);

	if (!copy || !link)
		return -ENOMEM;
	*ret = (struct watched){ .swapped = link_take(link), .taken = now, .seen = now };
	ret->path = take_pointer(copy);
	ret->link = take_pointer(link);
	return 0;
}

int file_watch_add(struct file_watch *watch, const char *path)
{
	struct watched *files;

	for (size_t i = 0; watch && i < watch->count; i++)
		if (!strcmp(watch->files[i].path, path))
			return 0;
	if (!watch)
		return 0;
	files = reallocarray(watch->files, watch->count + 1, sizeof(*files));
	if (files)
		watch->files = files;
	if (!files || watched_make(&files[watch->count], path))
		return -ENOMEM;
	watch->count++;
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
		struct print now = print_take(file->path), link = link_take(file->link);
		bool was_swapped = link.inode && !same_print(&link, &file->swapped);

		is_changed = is_changed || !same_print(&now, &file->taken);
		is_settled = is_settled && (was_swapped || same_print(&now, &file->seen));
		file->seen = now;
		file->swapped = link;
	}
	return is_changed && is_settled;
}
