/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What somebody has removed of a set is put back, with all that it holds: in a BPF file system of
 * this process's own.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "own_directory.h"
#include "pins.h"

#define EPOCH 3
#define OWN   7 /* maps of its own, with the account */

struct set {
	struct pins *pins;
	int map;  /* a gate's */
	int link; /* a gate's */
};

static bool has_own_bpffs(void)
{
	return !unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL);
}

static int make_map(void)
{
	return bpf_map_create(BPF_MAP_TYPE_ARRAY, "a_map", 4, 4, 1, NULL);
}

/* Of a kind that any kernel has, in a network namespace of its own. */
static int make_link(void)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_SK_LOOKUP);
	int program = bpf_prog_load(BPF_PROG_TYPE_SK_LOOKUP, "pass", "GPL", pass, 2, &options);
	int net = open("/proc/self/ns/net", O_RDONLY), link;

	link = bpf_link_create(program, net, BPF_SK_LOOKUP, NULL);
	close(program);
	close(net);
	return link;
}

static int set_make(void **state)
{
	struct set *set = calloc(1, sizeof(*set));

	*state = set;
	if (!set || pins_new(&set->pins))
		return -1;
	set->map = make_map();
	set->link = make_link();
	if (set->map < 0 || set->link < 0 || pins_put_map(set->pins, ".data.map", set->map) ||
	    pins_put_link(set->pins, EPOCH, "gate", set->link))
		return -1;
	pins_about(set->pins)->is_whole = true;
	return 0;
}

static int set_remove(void **state)
{
	struct set *set = *state;

	pins_remove(set->pins);
	pins_free(set->pins);
	close(set->map);
	close(set->link);
	free(set);
	return 0;
}

/* How many were put back. */
static int mend(const struct set *set)
{
	int map, link, own;

	assert_int_equal(pins_mend_directories(set->pins, EPOCH), 0);
	map = pins_mend_map(set->pins, ".data.map", set->map);
	link = pins_mend_link(set->pins, EPOCH, "gate", set->link);
	own = pins_mend_own(set->pins);
	assert_in_range(map, 0, 1);
	assert_in_range(link, 0, 1);
	assert_in_range(own, 0, OWN);
	return map + link + own;
}

static int see_module(const char *name, void *arg)
{
	assert_string_equal(name, "known");
	++*(int *)arg;
	return 0;
}

/* As the next daemon does. */
static void assert_is_found(uint64_t lost)
{
	struct pins *found;
	int modules = 0;

	assert_int_equal(pins_find(&found), 0);
	assert_int_equal(pins_about(found)->lost, lost);
	assert_int_equal(pins_each_module(found, see_module, &modules), 0);
	assert_int_equal(modules, 1);
	pins_free(found);
}

static void leaves_what_is_there(void **state)
{
	assert_int_equal(mend(*state), 0);
}

static void assert_puts_back(struct set *set, const char *removed, int count)
{
	struct pins *found;
	bool is_left = strstr(removed, "links") || strstr(removed, "maps");

	assert_int_equal(remove_tree(removed), 0);
	assert_int_equal(pins_find(&found), is_left ? 0 : -ENOENT);
	if (is_left)
		pins_free(found);
	assert_int_equal(mend(set), count);
	assert_int_equal(mend(set), 0);
	pins_about(set->pins)->lost = count;
	assert_is_found(count);
}

static void puts_back_what_was_removed_with_what_it_holds(void **state)
{
	struct set *set = *state;

	assert_int_equal(pins_know_module(set->pins, "known"), 0);
	assert_puts_back(set, PINS_ROOT "/1/links/3/gate", 1);
	assert_puts_back(set, PINS_ROOT "/1/links", 1);
	assert_puts_back(set, PINS_ROOT "/1/maps/_data_map", 1);
	assert_puts_back(set, PINS_ROOT "/1/about", 1);
	assert_puts_back(set, PINS_ROOT "/1", OWN + 2);
	assert_puts_back(set, PINS_ROOT, OWN + 2);
}

static void replaces_what_was_put_in_its_place(void **state)
{
	struct set *set = *state;
	int other = make_map();

	assert_int_equal(pins_know_module(set->pins, "known"), 0);
	/* Another map like it, a link by the name of a map, a directory, and a way elsewhere. */
	assert_int_equal(unlink(PINS_ROOT "/1/maps/_data_map"), 0);
	assert_int_equal(bpf_obj_pin(other, PINS_ROOT "/1/maps/_data_map"), 0);
	assert_int_equal(mend(set), 1);
	assert_int_equal(rename(PINS_ROOT "/1/links/3/gate", PINS_ROOT "/1/modules"), 0);
	assert_int_equal(mend(set), 2);
	assert_int_equal(unlink(PINS_ROOT "/1/about"), 0);
	assert_int_equal(mkdir(PINS_ROOT "/1/about", 0700), 0);
	assert_int_equal(mkdir(PINS_ROOT "/1/about/in", 0700), 0);
	assert_int_equal(mend(set), 1);
	assert_int_equal(rename(PINS_ROOT "/1", PINS_ROOT "-gone"), 0);
	assert_int_equal(symlink(PINS_ROOT "-gone", PINS_ROOT "/1"), 0);
	assert_int_equal(mend(set), OWN + 2);
	assert_int_equal(remove_tree(PINS_ROOT "-gone"), 0);
	assert_int_equal(mend(set), 0);
	assert_is_found(0);
	close(other);
}

static void tells_where_it_cannot_be_put_back(void **state)
{
	struct set *set = *state;

	assert_int_equal(remove_tree(PINS_ROOT "/1/maps"), 0);
	assert_int_equal(mkdir(PINS_ROOT "/1/maps", 0700), 0);
	assert_int_equal(mount("none", PINS_ROOT "/1/maps", "tmpfs", 0, NULL), 0);
	assert_int_equal(pins_mend_directories(set->pins, EPOCH), 0);
	assert_true(pins_mend_map(set->pins, ".data.map", set->map) < 0);
	assert_int_equal(umount(PINS_ROOT "/1/maps"), 0);
	assert_int_equal(mend(set), 1);
}

#define unit_test_set(f) cmocka_unit_test_setup_teardown(f, set_make, set_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		unit_test_set(leaves_what_is_there),
		unit_test_set(puts_back_what_was_removed_with_what_it_holds),
		unit_test_set(replaces_what_was_put_in_its_place),
		unit_test_set(tells_where_it_cannot_be_put_back),
	};

	if (!has_own_bpffs() || make_map() < 0 || make_link() < 0) {
		printf("pins_mend: skipped: no BPF maps, links and file system here for us\n");
		return 0;
	}
	return cmocka_run_group_tests_name("pins_mend", tests, NULL, NULL);
}
