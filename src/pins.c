// SPDX-License-Identifier: GPL-2.0-or-later
#include "pins_path.h"
#include "pins_root.h"
#include "pins_state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

#define MAGIC      0x6e6564726177646dULL
#define ABOUT_SIZE 8192
_Static_assert(sizeof(struct pins_about) <= ABOUT_SIZE, "the account must fit its map");

/* Takes the descriptor over. */
static int map_about(struct pins *pins, int fd)
{
	void *page = mmap(NULL, ABOUT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	pins->about_fd = fd;
	if (page == MAP_FAILED)
		return -errno;
	pins->about = page;
	return 0;
}

static int take_number(unsigned int number, void *arg)
{
	*(unsigned int *)arg = number;
	return 1;
}

int pins_claim(void)
{
	auto_close int fd = pins_root_open();

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	return take_fd(fd);
}

static int make_directories(const struct pins *pins)
{
	auto_close int root = pins_root_open();
	char path[PATH_MAX];

	if (root < 0)
		return root;
	snprintf(path, sizeof(path), PINS_ROOT "/%u", pins->number);
	if (mkdir(path, 0700))
		return -errno;
	pins_path(pins->number, "maps", path, sizeof(path));
	if (mkdir(path, 0700))
		return -errno;
	pins_path(pins->number, "links", path, sizeof(path));
	return mkdir(path, 0700) ? -errno : 0;
}

static int make_about(struct pins *pins)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "modwarden_about", sizeof(__u32), ABOUT_SIZE, 1,
				&options);
	char path[PATH_MAX];
	int error;

	if (fd < 0)
		return fd;
	pins_path(pins->number, "about", path, sizeof(path));
	error = map_about(pins, fd);
	if (error)
		return error;
	pins->about->magic = MAGIC;
	pins->about->layout = PINS_LAYOUT;
	return bpf_obj_pin(fd, path) ? -errno : 0;
}

static struct pins *make_pins(unsigned int number)
{
	struct pins *pins = calloc(1, sizeof(*pins));

	if (pins) {
		pins->number = number;
		pins->about_fd = -1;
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
	error = pins_root_each(take_number, &pins->number);
	pins->number++;
	if (error >= 0)
		error = make_directories(pins);
	if (!error)
		error = make_about(pins);
	if (!error)
		error = pins_make_maps(pins);
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

	pins_path(number, "about", path, sizeof(path));
	auto_close int fd = bpf_obj_get(path);

	if (fd < 0)
		return fd;
	pins = make_pins(number);
	if (!pins)
		return -ENOMEM;
	error = map_about(pins, take_fd(fd));
	if (!error && pins->about->magic != MAGIC)
		error = -EINVAL;
	if (!error)
		error = pins_open_maps(pins);
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
	int found = pins_root_each(find_whole, ret);

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
	return pins_root_each(is_one, NULL);
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
	cleanup_close(&pins->about_fd);
	for (int i = 0; i < PINS_OWN_MAPS; i++)
		cleanup_close(&pins->maps[i]);
	free(pins);
}

struct pins_about *pins_about(struct pins *pins)
{
	return pins->about;
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
	pins_path(number, "links", path, sizeof(path));
	error = pins_remove_tree(path);
	if (error)
		return error;
	pins_path(number, "", path, sizeof(path));
	return pins_remove_tree(path);
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

	return pins_root_each(remove_set, &kept);
}
