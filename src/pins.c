// SPDX-License-Identifier: GPL-2.0-or-later
#include "pins_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cleanup.h"

#define BPFFS      "/sys/fs/bpf"
#define MAGIC      0x6e6564726177646dULL
#define ABOUT_SIZE 8192
_Static_assert(sizeof(struct pins_about) <= ABOUT_SIZE, "the account must fit its map");

static void own_path(unsigned int number, const char *name, char *path, size_t size)
{
	snprintf(path, size, PINS_ROOT "/%u/%s", number, name);
}

/* A name in bpffs has no dot. */
static void end_path(char *path)
{
	for (char *c = strrchr(path, '/'); *c; c++)
		if (*c == '.')
			*c = '_';
}

static void map_path(const struct pins *pins, const char *name, char *path, size_t size)
{
	snprintf(path, size, PINS_ROOT "/%u/maps/%s", pins->number, name);
	end_path(path);
}

static void links_path(const struct pins *pins, uint32_t epoch, char *path, size_t size)
{
	snprintf(path, size, PINS_ROOT "/%u/links/%u", pins->number, epoch);
}

void pins_link_path(const struct pins *pins, uint32_t epoch, const char *name, char *path,
		    size_t size)
{
	snprintf(path, size, PINS_ROOT "/%u/links/%u/%s", pins->number, epoch, name);
	end_path(path);
}

static int map_about(struct pins *pins, int fd)
{
	void *page = mmap(NULL, ABOUT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED)
		return -errno;
	pins->about = page;
	return 0;
}

/* Calls for each number in a directory, higher ones first. Stops at what is not 0, and returns it.
 */
typedef int number_fn(unsigned int number, void *arg);

static int by_number(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*b)->d_name, (*a)->d_name);
}

static int is_number(const struct dirent *entry)
{
	return entry->d_name[0] && strspn(entry->d_name, "0123456789") == strlen(entry->d_name);
}

static int each_number(const char *directory, number_fn *call, void *arg)
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

static int take_number(unsigned int number, void *arg)
{
	*(unsigned int *)arg = number;
	return 1;
}

static int make_root(void)
{
	struct statfs fs;

	if (statfs(BPFFS, &fs) || fs.f_type != BPF_FS_MAGIC)
		return -ENOENT;
	return mkdir(PINS_ROOT, 0700) && errno != EEXIST ? -errno : 0;
}

int pins_claim(void)
{
	int error = make_root();
	auto_close int fd = -1;

	if (error)
		return error;
	fd = open(PINS_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	return take_fd(fd);
}

static int make_directories(const struct pins *pins)
{
	char path[PATH_MAX];
	int error = make_root();

	if (error)
		return error;
	snprintf(path, sizeof(path), PINS_ROOT "/%u", pins->number);
	if (mkdir(path, 0700))
		return -errno;
	own_path(pins->number, "maps", path, sizeof(path));
	if (mkdir(path, 0700))
		return -errno;
	own_path(pins->number, "links", path, sizeof(path));
	return mkdir(path, 0700) ? -errno : 0;
}

static int make_about(struct pins *pins)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	auto_close int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "modwarden_about", sizeof(__u32),
					   ABOUT_SIZE, 1, &options);
	char path[PATH_MAX];
	int error;

	if (fd < 0)
		return fd;
	own_path(pins->number, "about", path, sizeof(path));
	error = map_about(pins, fd);
	if (error)
		return error;
	pins->about->magic = MAGIC;
	pins->about->layout = PINS_LAYOUT;
	return bpf_obj_pin(fd, path) ? -errno : 0;
}

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
	own_path(pins->number, map->name, path, sizeof(path));
	return bpf_obj_pin(*ret, path) ? -errno : 0;
}

static int make_maps(struct pins *pins)
{
	int error = 0;

	for (int i = 0; i < PINS_OWN_MAPS && !error; i++)
		error = make_map(pins, &own_maps[i], &pins->maps[i]);
	return error;
}

static struct pins *make_pins(unsigned int number)
{
	struct pins *pins = calloc(1, sizeof(*pins));

	if (pins) {
		pins->number = number;
		for (int i = 0; i < PINS_OWN_MAPS; i++)
			pins->maps[i] = -1;
	}
	return pins;
}

int pins_new(struct pins **ret)
{
	struct pins *pins = make_pins(0);
	int error;

	if (!pins)
		return -ENOMEM;
	error = each_number(PINS_ROOT, take_number, &pins->number);
	pins->number++;
	if (error >= 0)
		error = make_directories(pins);
	if (!error)
		error = make_about(pins);
	if (!error)
		error = make_maps(pins);
	if (error) {
		pins_remove(pins);
		pins_free(pins);
		return error;
	}
	*ret = pins;
	return 0;
}

/* Whoever may write there can put another map in its place, and what is read is of that one's size.
 */
static int open_map(const struct pins *pins, const struct own_map *map)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	char path[PATH_MAX];
	auto_close int fd = -1;

	own_path(pins->number, map->name, path, sizeof(path));
	fd = bpf_obj_get(path);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	if (info.type != map->type || info.key_size != map->key_size ||
	    info.value_size != map->value_size)
		return -EINVAL;
	return take_fd(fd);
}

/* Of another layout only the account can be read. */
static int open_maps(struct pins *pins)
{
	for (int i = 0; i < PINS_OWN_MAPS && pins->about->layout == PINS_LAYOUT; i++) {
		pins->maps[i] = open_map(pins, &own_maps[i]);
		if (pins->maps[i] < 0)
			return pins->maps[i];
	}
	return 0;
}

static int open_set(unsigned int number, struct pins **ret)
{
	char path[PATH_MAX];
	struct pins *pins;
	int error;

	own_path(number, "about", path, sizeof(path));
	auto_close int fd = bpf_obj_get(path);

	if (fd < 0)
		return fd;
	pins = make_pins(number);
	if (!pins)
		return -ENOMEM;
	error = map_about(pins, fd);
	if (!error && pins->about->magic != MAGIC)
		error = -EINVAL;
	if (!error)
		error = open_maps(pins);
	if (error)
		pins_free(pins);
	else
		*ret = pins;
	return error;
}

static int find_whole(unsigned int number, void *arg)
{
	struct pins *pins;

	/* One that nobody can read has not been finished. */
	if (open_set(number, &pins))
		return 0;
	if (!pins->about->is_whole) {
		pins_free(pins);
		return 0;
	}
	*(struct pins **)arg = pins;
	return 1;
}

int pins_find(struct pins **ret)
{
	int found = each_number(PINS_ROOT, find_whole, ret);

	return found > 0 ? 0 : found ?: -ENOENT;
}

static int is_one(unsigned int number, void *arg)
{
	(void)number;
	(void)arg;
	return 1;
}

int pins_any(void)
{
	return each_number(PINS_ROOT, is_one, NULL);
}

void pins_free(struct pins *pins)
{
	if (!pins)
		return;
	seq_set_clear(&pins->unheld);
	seq_set_clear(&pins->unheld_folds);
	seq_set_clear(&pins->unheld_waiting);
	if (pins->about)
		munmap(pins->about, ABOUT_SIZE);
	for (int i = 0; i < PINS_OWN_MAPS; i++)
		cleanup_close(&pins->maps[i]);
	free(pins);
}

struct pins_about *pins_about(struct pins *pins)
{
	return pins->about;
}

static int pin(int fd, const char *path)
{
	return bpf_obj_pin(fd, path) ? -errno : 0;
}

int pins_put_map(const struct pins *pins, const char *name, int fd)
{
	char path[PATH_MAX];

	map_path(pins, name, path, sizeof(path));
	return pin(fd, path);
}

int pins_put_link(const struct pins *pins, uint32_t epoch, const char *name, int fd)
{
	char path[PATH_MAX];

	links_path(pins, epoch, path, sizeof(path));
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	pins_link_path(pins, epoch, name, path, sizeof(path));
	return pin(fd, path);
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
	char path[PATH_MAX];
	auto_close int about = -1;
	int result;

	own_path(pins->number, "about", path, sizeof(path));
	about = bpf_obj_get(path);
	result = about < 0 ? -errno : call(about, arg);
	for (int i = 0; i < PINS_OWN_MAPS && !result; i++)
		result = call(pins->maps[i], arg);
	return result;
}

int pins_drop_link(const struct pins *pins, uint32_t epoch, const char *name)
{
	char path[PATH_MAX];

	pins_link_path(pins, epoch, name, path, sizeof(path));
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

/* A directory with all that is in it; what stands in the way of that is told of, not skipped. */
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
	return remove_tree(AT_FDCWD, path);
}

int pins_keep_links(const struct pins *pins, uint32_t epoch)
{
	struct kept_links kept = { pins, epoch };
	char path[PATH_MAX];

	own_path(pins->number, "links", path, sizeof(path));
	return each_number(path, remove_links, &kept);
}

/*
 * Whatever the layout, the settings begin with the switch. Links go one by one, and a gate that is
 * left without those before it refuses everything.
 */
static void disarm_set(unsigned int number)
{
	const struct pins pins = { .number = number };
	auto_close int fd = pins_map(&pins, PINS_SETTINGS);
	struct bpf_map_info info = {};
	__u32 size = sizeof(info), zero = 0;
	auto_free __u32 *settings = NULL;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
		return;
	settings = calloc(1, info.value_size + sizeof(*settings));
	if (!settings || bpf_map_lookup_elem(fd, &zero, settings))
		return;
	settings[0] = 0;
	bpf_map_update_elem(fd, &zero, settings, BPF_ANY);
}

/* The links first: gates without their maps would be none. */
static int remove_set(unsigned int number, void *arg)
{
	const unsigned int *kept = arg;
	char path[PATH_MAX];
	int error;

	if (kept && number == *kept)
		return 0;
	disarm_set(number);
	own_path(number, "links", path, sizeof(path));
	error = remove_tree(AT_FDCWD, path);
	if (error)
		return error;
	own_path(number, "", path, sizeof(path));
	return remove_tree(AT_FDCWD, path);
}

void pins_disarm(const struct pins *pins)
{
	disarm_set(pins->number);
}

int pins_remove(struct pins *pins)
{
	int error = remove_set(pins->number, NULL);

	rmdir(PINS_ROOT); /* the last one is gone */
	return error;
}

int pins_remove_others(const struct pins *pins)
{
	unsigned int kept = pins ? pins->number : 0;

	return each_number(PINS_ROOT, remove_set, &kept);
}
