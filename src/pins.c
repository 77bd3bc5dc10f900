// SPDX-License-Identifier: GPL-2.0-or-later
#include "pins.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cleanup.h"

#define BPFFS      "/sys/fs/bpf"
#define MAGIC      0x6e6564726177646dULL
#define ABOUT_SIZE 8192
_Static_assert(sizeof(struct pins_about) <= ABOUT_SIZE, "the account must fit its map");

static const char *const kind_names[] = { [PINS_MAPS] = "maps", [PINS_LINKS] = "links" };

struct pins {
	unsigned int number;
	struct pins_about *about;
	int names; /* of rules: from a generation to all of a policy's */
	int held;  /* decisions, by their sequence number */
};

struct names {
	char of[MW_RULES_MAX][POLICY_NAME_SIZE];
};

static void own_path(unsigned int number, const char *name, char *path, size_t size)
{
	snprintf(path, size, PINS_ROOT "/%u/%s", number, name);
}

void pins_path(const struct pins *pins, enum pins_kind kind, const char *name, char *path,
	       unsigned int size)
{
	/* A name in bpffs has no dot. */
	snprintf(path, size, PINS_ROOT "/%u/%s/%s", pins->number, kind_names[kind], name);
	for (char *c = strrchr(path, '/'); *c; c++)
		if (*c == '.')
			*c = '_';
}

static int map_about(struct pins *pins, int fd)
{
	void *page = mmap(NULL, ABOUT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED)
		return -errno;
	pins->about = page;
	return 0;
}

/* Calls for each set there is, later ones first. Stops at what is not 0, and returns it. */
typedef int set_fn(unsigned int number, void *arg);

static int by_number(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*b)->d_name, (*a)->d_name);
}

static int is_number(const struct dirent *entry)
{
	return entry->d_name[0] && strspn(entry->d_name, "0123456789") == strlen(entry->d_name);
}

static int each_set(set_fn *call, void *arg)
{
	struct dirent **entries;
	int n = scandir(PINS_ROOT, &entries, is_number, by_number);
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

static int make_directories(const struct pins *pins)
{
	char path[PATH_MAX];
	struct statfs fs;

	if (statfs(BPFFS, &fs) || fs.f_type != BPF_FS_MAGIC)
		return -ENOENT;
	if (mkdir(PINS_ROOT, 0700) && errno != EEXIST)
		return -errno;
	snprintf(path, sizeof(path), PINS_ROOT "/%u", pins->number);
	if (mkdir(path, 0700))
		return -errno;
	for (enum pins_kind kind = PINS_MAPS; kind <= PINS_LINKS; kind++) {
		snprintf(path, sizeof(path), PINS_ROOT "/%u/%s", pins->number, kind_names[kind]);
		if (mkdir(path, 0700))
			return -errno;
	}
	return 0;
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

static int make_names(struct pins *pins)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	char path[PATH_MAX];

	pins->names = bpf_map_create(BPF_MAP_TYPE_HASH, "modwarden_names", sizeof(__u32),
				     sizeof(struct names), 2 * PINS_NAMES, &options);
	if (pins->names < 0)
		return pins->names;
	own_path(pins->number, "names", path, sizeof(path));
	return bpf_obj_pin(pins->names, path) ? -errno : 0;
}

static int make_held(struct pins *pins)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	char path[PATH_MAX];

	pins->held = bpf_map_create(BPF_MAP_TYPE_HASH, "modwarden_held", sizeof(__u64),
				    sizeof(struct mw_decision_event), PINS_HELD_MAX, &options);
	if (pins->held < 0)
		return pins->held;
	own_path(pins->number, "held", path, sizeof(path));
	return bpf_obj_pin(pins->held, path) ? -errno : 0;
}

static struct pins *make_pins(unsigned int number)
{
	struct pins *pins = calloc(1, sizeof(*pins));

	if (pins) {
		pins->number = number;
		pins->names = -1;
		pins->held = -1;
	}
	return pins;
}

int pins_new(struct pins **ret)
{
	struct pins *pins = make_pins(0);
	int error;

	if (!pins)
		return -ENOMEM;
	error = each_set(take_number, &pins->number);
	pins->number++;
	if (error >= 0)
		error = make_directories(pins);
	if (!error)
		error = make_about(pins);
	if (!error)
		error = make_names(pins);
	if (!error)
		error = make_held(pins);
	if (error) {
		pins_remove(pins);
		pins_free(pins);
		return error;
	}
	*ret = pins;
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
	own_path(number, "names", path, sizeof(path));
	pins->names = bpf_obj_get(path);
	own_path(number, "held", path, sizeof(path));
	pins->held = bpf_obj_get(path);
	error = pins->names < 0 || pins->held < 0 ? -ENOENT : map_about(pins, fd);
	if (!error && pins->about->magic != MAGIC)
		error = -EINVAL;
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
	int found = each_set(find_whole, ret);

	return found > 0 ? 0 : found ?: -ENOENT;
}

void pins_free(struct pins *pins)
{
	if (!pins)
		return;
	if (pins->about)
		munmap(pins->about, ABOUT_SIZE);
	cleanup_close(&pins->names);
	cleanup_close(&pins->held);
	free(pins);
}

struct pins_about *pins_about(struct pins *pins)
{
	return pins->about;
}

int pins_put_names(struct pins *pins, const struct policy *policy)
{
	__u32 generation = policy->image->generation, old = generation - PINS_NAMES;
	auto_free struct names *names = calloc(1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	for (__u32 i = 0; i < policy->image->rule_count; i++)
		memcpy(names->of[i], policy->rule_names[i], POLICY_NAME_SIZE);
	bpf_map_delete_elem(pins->names, &old);
	return bpf_map_update_elem(pins->names, &generation, names, BPF_ANY);
}

int pins_take_names(const struct pins *pins, struct policy *policy)
{
	auto_free struct names *names = calloc(1, sizeof(*names));
	__u32 generation = policy->image->generation;
	int error = names ? bpf_map_lookup_elem(pins->names, &generation, names) : -ENOMEM;

	if (error)
		return error;
	free(policy->rule_names);
	policy->rule_names = (void *)take_pointer(names);
	return 0;
}

void pins_hold(struct pins *pins, const struct mw_decision_event *event)
{
	bpf_map_update_elem(pins->held, &event->event.seq, event, BPF_ANY);
}

void pins_let_go(struct pins *pins, uint64_t seq)
{
	bpf_map_delete_elem(pins->held, &seq);
}

int pins_each_held(const struct pins *pins, pins_held_fn *call, void *arg)
{
	auto_free struct mw_decision_event *event = malloc(sizeof(*event));
	__u64 seq, *before = NULL;
	int result = event ? 0 : -ENOMEM;

	while (!result && !bpf_map_get_next_key(pins->held, before, &seq)) {
		if (!bpf_map_lookup_elem(pins->held, &seq, event))
			result = call(event, arg);
		before = &seq;
	}
	return result;
}

int pins_put(struct pins *pins, enum pins_kind kind, const char *name, int fd)
{
	char path[PATH_MAX];

	pins_path(pins, kind, name, path, sizeof(path));
	return bpf_obj_pin(fd, path) ? -errno : 0;
}

int pins_map(const struct pins *pins, const char *name)
{
	char path[PATH_MAX];
	int fd;

	pins_path(pins, PINS_MAPS, name, path, sizeof(path));
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

int pins_each_map(const struct pins *pins, pins_map_fn *call, void *arg)
{
	static const char *const names[] = { "about", "names", "held" };
	char path[PATH_MAX];
	int result = 0;

	for (size_t i = 0; !result && i < sizeof(names) / sizeof(*names); i++) {
		auto_close int fd = -1;

		own_path(pins->number, names[i], path, sizeof(path));
		fd = bpf_obj_get(path);
		result = fd < 0 ? -errno : call(fd, arg);
	}
	return result;
}

/* Everything in a directory, and it. */
static int remove_directory(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	int error = 0;

	if (!directory)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
		    unlinkat(dirfd(directory), entry->d_name, 0))
			error = -errno;
	closedir(directory);
	if (!error && rmdir(path))
		error = -errno;
	return error;
}

static int remove_set(unsigned int number, void *arg)
{
	const unsigned int *kept = arg;
	char path[PATH_MAX];
	int error;

	if (kept && number == *kept)
		return 0;
	snprintf(path, sizeof(path), PINS_ROOT "/%u/links", number);
	error = remove_directory(path);
	if (error)
		return error;
	snprintf(path, sizeof(path), PINS_ROOT "/%u/maps", number);
	error = remove_directory(path);
	if (error)
		return error;
	snprintf(path, sizeof(path), PINS_ROOT "/%u", number);
	return remove_directory(path);
}

int pins_remove(struct pins *pins)
{
	int error = remove_set(pins->number, NULL);

	rmdir(PINS_ROOT); /* the last one is gone */
	return error;
}

int pins_remove_others(const struct pins *pins)
{
	unsigned int kept = pins->number;

	return each_set(remove_set, &kept);
}
