// SPDX-License-Identifier: GPL-2.0-or-later
/* The links of a set, those of each epoch in a directory of their own. */
#include "pins_path.h"
#include "pins_state.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void links_path(const struct pins *pins, uint32_t epoch, char *path, size_t size)
{
	snprintf(path, size, PINS_ROOT "/%u/links/%u", pins->number, epoch);
}

void pins_link_path(const struct pins *pins, uint32_t epoch, const char *name, char *path,
		    size_t size)
{
	snprintf(path, size, PINS_ROOT "/%u/links/%u/%s", pins->number, epoch, name);
	pins_path_end(path);
}

int pins_put_link(const struct pins *pins, uint32_t epoch, const char *name, int fd)
{
	char path[PATH_MAX];

	links_path(pins, epoch, path, sizeof(path));
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	pins_link_path(pins, epoch, name, path, sizeof(path));
	return bpf_obj_pin(fd, path) ? -errno : 0;
}

int pins_drop_link(const struct pins *pins, uint32_t epoch, const char *name)
{
	char path[PATH_MAX];

	pins_link_path(pins, epoch, name, path, sizeof(path));
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

struct kept_links {
	const struct pins *pins;
	uint32_t epoch;
};

static int remove_links(unsigned int epoch, void *arg)
{
	const struct kept_links *kept = arg;
	char path[PATH_MAX];

	if (epoch == kept->epoch)
		return 0;
	links_path(kept->pins, epoch, path, sizeof(path));
	return pins_remove_tree(path);
}

int pins_keep_links(const struct pins *pins, uint32_t epoch)
{
	struct kept_links kept = { pins, epoch };
	char path[PATH_MAX];

	pins_path(pins->number, "links", path, sizeof(path));
	return pins_each_number(path, remove_links, &kept);
}
