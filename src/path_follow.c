// SPDX-License-Identifier: GPL-2.0-or-later
#include "path_follow.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel has it */

struct walk {
	char real[PATH_MAX]; /* so far; "" is the root */
	char rest[PATH_MAX]; /* to go */
	unsigned int links;
	bool is_link; /* what ends the path is what a link points to */
};

bool path_may_follow(const struct stat *link, const struct stat *directory, uid_t caller)
{
	const mode_t everybodys = S_ISVTX | S_IWOTH;

	return link->st_uid == caller || link->st_uid == directory->st_uid ||
	       (directory->st_mode & everybodys) != everybodys;
}

static void leave(char *real)
{
	char *slash = strrchr(real, '/');

	if (slash)
		*slash = '\0';
}

/* What it points to comes before what is left. */
static int follow(struct walk *walk, const struct stat *link)
{
	char target[PATH_MAX], rest[PATH_MAX];
	ssize_t length = readlink(walk->real, target, sizeof(target) - 1);
	struct stat directory;

	if (length < 0)
		return -errno;
	target[length] = '\0';
	leave(walk->real);
	if (stat(*walk->real ? walk->real : "/", &directory))
		return -errno;
	if (!path_may_follow(link, &directory, geteuid()))
		return -ELOOP;
	if (++walk->links > LINKS_MAX)
		return -EMLINK;
	if (snprintf(rest, sizeof(rest), "%s%s", target, walk->rest) >= (int)sizeof(rest))
		return -ENAMETOOLONG;
	walk->is_link |= !*walk->rest;
	strcpy(walk->rest, rest);
	if (*target == '/')
		walk->real[0] = '\0';
	return 0;
}

static int look(struct walk *walk)
{
	struct stat st;

	if (lstat(walk->real, &st))
		return errno == ENOENT && !*walk->rest && !walk->is_link ? 0 : -errno;
	if (S_ISLNK(st.st_mode))
		return follow(walk, &st);
	return *walk->rest && !S_ISDIR(st.st_mode) ? -ENOTDIR : 0;
}

/* One name of the path. */
static int step(struct walk *walk)
{
	char name[PATH_MAX];
	const char *at = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(at, "/"), size = strlen(walk->real);

	snprintf(name, sizeof(name), "%.*s", (int)length, at);
	memmove(walk->rest, at + length, strlen(at + length) + 1);
	if (!strcmp(name, "..")) {
		leave(walk->real);
		return 0;
	}
	if (!*name || !strcmp(name, "."))
		return 0;
	if (size + 1 + length >= sizeof(walk->real))
		return -ENAMETOOLONG;
	snprintf(walk->real + size, sizeof(walk->real) - size, "/%s", name);
	return look(walk);
}

static int begin(struct walk *walk, const char *path)
{
	if (!*path)
		return -ENOENT;
	if (snprintf(walk->rest, sizeof(walk->rest), "%s", path) >= (int)sizeof(walk->rest))
		return -ENAMETOOLONG;
	if (*path == '/')
		return 0;
	if (!getcwd(walk->real, sizeof(walk->real)))
		return -errno;
	/* The root itself is no name before others. */
	if (!strcmp(walk->real, "/"))
		walk->real[0] = '\0';
	return 0;
}

int path_follow(const char *path, char **ret)
{
	struct walk walk = {};
	int error = begin(&walk, path);

	while (!error && *walk.rest)
		error = step(&walk);
	if (error)
		return error;
	*ret = strdup(*walk.real ? walk.real : "/");
	return *ret ? 0 : -ENOMEM;
}

const char *path_follow_problem(int error)
{
	if (error == -ELOOP)
		return "on its way is a symbolic link that somebody else has put where everybody "
		       "can write; remove the link, or write elsewhere";
	return strerror(-error);
}
