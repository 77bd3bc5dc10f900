// SPDX-License-Identifier: GPL-2.0-or-later
#include "trusted_directory.h"

#include "cleanup.h"
#include "trusted_file.h"

#include <errno.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define REMEDY "run chown root and chmod go-w, or keep it in a directory such as /etc/modwarden"

enum use {
	USE_NAMED = 1,  /* a path leads through it: what it has may be a link */
	USE_STICKY = 2, /* nothing in it is searched for */
};

/* The directory of a ConfigMap can be written by everybody, but nowhere where it is seen. */
static bool is_read_only(const char *directory)
{
	struct statvfs fs;

	return !statvfs(directory, &fs) && fs.f_flag & ST_RDONLY;
}

static int check(const char *directory, enum use use, struct place place, struct diags *diags)
{
	struct stat st;

	if (stat(directory, &st))
		return diag_error(diags, place, "cannot look at the directory '%s': %s", directory,
				  strerror(errno));
	if (!owner_is_trusted(st.st_uid))
		return diag_error(diags, place,
				  "its directory '%s' belongs to uid %u, who could put another "
				  "file there; " REMEDY,
				  directory, st.st_uid);
	if (!mode_writers(st.st_mode) || (use & USE_STICKY && st.st_mode & S_ISVTX))
		return 0;
	if (use & USE_NAMED && is_read_only(directory))
		return 0;
	return diag_error(
		diags, place,
		"%s can write its directory '%s' (mode %04o), and put another file there; " REMEDY,
		mode_writers(st.st_mode), directory, st.st_mode & 07777);
}

/* Also one that leads elsewhere is its owner's: in a sticky directory only that one moves it. */
static int check_link(const char *path, struct place place, struct diags *diags)
{
	struct stat st;

	if (lstat(path, &st) || !S_ISLNK(st.st_mode) || owner_is_trusted(st.st_uid))
		return 0;
	return diag_error(diags, place,
			  "the symbolic link '%s' belongs to uid %u, who could let it lead "
			  "elsewhere; run chown -h root",
			  path, st.st_uid);
}

static int check_place(const char *path, unsigned int levels, enum use use, struct place place,
		       struct diags *diags)
{
	auto_free char *real = realpath(path, NULL), *named = strdup(path);
	const char *above = named;
	int error = 0;

	if (!named || (!real && errno == ENOMEM))
		return -ENOMEM;
	if (!real)
		return diag_error(diags, place, "cannot find '%s': %s", path, strerror(errno));
	for (unsigned int i = 0; i < levels && !error; i++) {
		above = dirname(i ? (char *)above : named);
		error = check(above, use | USE_NAMED, place, diags);
	}
	return error ?: check_link(path, place, diags) ?: check(dirname(real), use, place, diags);
}

int trusted_directory_check(const char *path, struct place place, struct diags *diags)
{
	return check_place(path, 1, USE_STICKY, place, diags);
}

int trusted_directory_check_found(const char *path, const char *pattern, struct place place,
				  struct diags *diags)
{
	const char *at = strpbrk(pattern, "*?[");
	unsigned int levels = 1;

	while ((at = strchr(at, '/')))
		levels++, at += strspn(at, "/");
	return check_place(path, levels, 0, place, diags);
}
