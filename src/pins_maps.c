// SPDX-License-Identifier: GPL-2.0-or-later
/* The maps of a set: the gates', by their names, and those of its own. */
#include "pins_path.h"
#include "pins_state.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "cleanup.h"

/* The maps of its own beside the account, which are no gates'. */
struct own_map {
	const char *name;
	enum bpf_map_type type;
	__u32 key_size;
	__u32 value_size;
	__u32 max_entries;
};

static const struct own_map own_maps[PINS_OWN_MAPS] = {
	[PINS_MAP_NAMES] = { "names", BPF_MAP_TYPE_HASH, sizeof(__u32), sizeof(struct pins_names),
			     2 * PINS_NAMES },
	[PINS_MAP_HELD] = { "held", BPF_MAP_TYPE_HASH, sizeof(__u64),
			    sizeof(struct mw_decision_event), PINS_HELD_MAX },
	[PINS_MAP_FOLDS] = { "folds", BPF_MAP_TYPE_HASH, sizeof(__u64), sizeof(struct pins_fold),
			     PINS_HELD_MAX },
	[PINS_MAP_WAITING] = { "waiting", BPF_MAP_TYPE_HASH, sizeof(__u64),
			       sizeof(struct operation), PINS_HELD_MAX },
	[PINS_MAP_TOLD] = { "told", BPF_MAP_TYPE_LRU_HASH, sizeof(__u64), sizeof(__u32),
			    PINS_TOLD_MAX },
	[PINS_MAP_MODULES] = { "modules", BPF_MAP_TYPE_HASH, MW_NAME_SIZE, sizeof(__u32),
			       PINS_MODULES_MAX },
};

/* Hash maps take memory only for what is in them; those that forget have all of theirs. */
static __u32 flags_of(const struct own_map *map)
{
	return map->type == BPF_MAP_TYPE_HASH ? BPF_F_NO_PREALLOC : 0;
}

static int make_map(const struct pins *pins, const struct own_map *map, int *ret)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = flags_of(map));
	char path[PATH_MAX], known[BPF_OBJ_NAME_LEN];

	snprintf(known, sizeof(known), "mw_%s", map->name);
	*ret = bpf_map_create(map->type, known, map->key_size, map->value_size, map->max_entries,
			      &options);
	if (*ret < 0)
		return *ret;
	pins_path(pins->number, map->name, path, sizeof(path));
	return bpf_obj_pin(*ret, path) ? -errno : 0;
}

int pins_make_maps(struct pins *pins)
{
	int error = 0;

	for (int i = 0; i < PINS_OWN_MAPS && !error; i++)
		error = make_map(pins, &own_maps[i], &pins->maps[i]);
	return error;
}

/* Whoever may write there can put another map in its place, and what is read is of that one's size.
 */
static int open_map(const struct pins *pins, const struct own_map *map)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	char path[PATH_MAX];
	auto_close int fd = -1;

	pins_path(pins->number, map->name, path, sizeof(path));
	fd = bpf_obj_get(path);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	if (info.type != map->type || info.key_size != map->key_size ||
	    info.value_size != map->value_size)
		return -EINVAL;
	return take_fd(fd);
}

/* Of another layout only the account can be read. */
int pins_open_maps(struct pins *pins)
{
	for (int i = 0; i < PINS_OWN_MAPS && pins->about->layout == PINS_LAYOUT; i++) {
		pins->maps[i] = open_map(pins, &own_maps[i]);
		if (pins->maps[i] < 0)
			return pins->maps[i];
	}
	return 0;
}

static void map_path(const struct pins *pins, const char *name, char *path, size_t size)
{
	snprintf(path, size, PINS_ROOT "/%u/maps/%s", pins->number, name);
	pins_path_end(path);
}

int pins_put_map(const struct pins *pins, const char *name, int fd)
{
	char path[PATH_MAX];

	map_path(pins, name, path, sizeof(path));
	return bpf_obj_pin(fd, path) ? -errno : 0;
}

int pins_mend_map(const struct pins *pins, const char *name, int fd)
{
	char path[PATH_MAX];

	map_path(pins, name, path, sizeof(path));
	return pins_mend_at(path, fd);
}

int pins_mend_maps(const struct pins *pins)
{
	int count = 0;

	for (int i = 0; i < PINS_OWN_MAPS; i++) {
		char path[PATH_MAX];
		int mended;

		pins_path(pins->number, own_maps[i].name, path, sizeof(path));
		mended = pins_mend_at(path, pins->maps[i]);
		if (mended < 0)
			return mended;
		count += mended;
	}
	return count;
}

int pins_map(const struct pins *pins, const char *name)
{
	char path[PATH_MAX];
	int fd;

	map_path(pins, name, path, sizeof(path));
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

int pins_each_map(const struct pins *pins, pins_map_fn *call, void *arg)
{
	int result = call(pins->about_fd, arg);

	for (int i = 0; i < PINS_OWN_MAPS && !result; i++)
		result = call(pins->maps[i], arg);
	return result;
}
