/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree of modules: all of it, and what one module, a machine's hardware or a word bring along. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index_forge.h"
#include "kernel_tree.h"
#include "own_directory.h"

static char root[] = "/tmp/test_kernel_tree.XXXXXX";
static char directory[64];

static void make_file(const char *path, const char *text)
{
	char full[256], *slash;
	FILE *out;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	for (slash = full + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	out = fopen(full, "we");
	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

#define TREE "lib/modules/6.9/"

static void make_indexes(void)
{
	static const struct index_entry modules[] = {
		{ "a", "kernel/a.ko:" },
		{ "ab", "kernel/ab.ko.xz: other/base.ko kernel/a.ko" },
		{ "base", "other/base.ko:" },
		{ "circle_one", "other/circle-one.ko: other/circle-two.ko" },
		{ "circle_two", "other/circle-two.ko: other/circle-one.ko" },
		{ "configured", "other/configured.ko:" },
		{ "soft", "other/soft.ko:" },
		{ "unwanted", "other/unwanted.ko:" },
		{ "weak", "other/weak.ko.zst:" },
	};
	static const struct index_entry aliases[] = {
		{ "crypto_crc", "base" },
		{ "pci:v1*", "soft" },
		{ "pci:v12*", "unwanted" },
		{ "usb:v*", "circle_one" },
	};
	static const struct index_entry built_in[] = { { "ext4", "" } };
	char path[128];

#define INDEX(name, entries)                                                                       \
	snprintf(path, sizeof(path), "%s/" name ".bin", directory);                                \
	index_forge(path, entries, sizeof(entries) / sizeof(*entries))
	INDEX("modules.dep", modules);
	INDEX("modules.alias", aliases);
	INDEX("modules.builtin", built_in);
#undef INDEX
}

static int begin(void **state)
{
	/* libkmod looks whether a dependency is there. */
	static const char *const others[] = { TREE "other/base.ko", TREE "other/circle-one.ko",
					      TREE "other/circle-two.ko" };

	(void)state;
	strcpy(root + sizeof(root) - 7, "XXXXXX");
	assert_non_null(mkdtemp(root));
	snprintf(directory, sizeof(directory), "%s/lib/modules/6.9", root);
	make_file(TREE "kernel/a.ko", "");
	make_file(TREE "kernel/ab.ko.xz", "");
	make_file(TREE "kernel/deep/er/c-d.ko.gz", "");
	make_file(TREE "updates/a.ko", "");
	make_file(TREE "kernel/not-one.ko.txt", "");
	make_file(TREE "kernel/.ko", "");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		make_file(others[i], "");
	make_file(TREE "modules.softdep",
		  "# comment\nsoftdep soft pre: crypto-crc nothing post: weak\n");
	make_file(TREE "modules.weakdep",
		  "# comment\nweakdep weak circle_one  gone\nweakdep we ab\n"
		  "weakdep\nweakdep weak");
	make_file("etc/modprobe.d/x.conf", "softdep ab post: configured\nblacklist unwanted\n");
	make_indexes();
	return 0;
}

static int end(void **state)
{
	(void)state;
	return remove_tree(root);
}

static struct kernel_tree *tree_open(void)
{
	struct kernel_tree *tree;

	assert_int_equal(kernel_tree_open(&tree, directory), 0);
	return tree;
}

/* Names, in the order of the set. */
static void check_names(const struct tree_set *set, const char *expected)
{
	char names[256] = "";

	for (size_t i = 0; i < set->count; i++) {
		strcat(names, i ? " " : "");
		strcat(names, set->modules[i]->name);
	}
	assert_string_equal(names, expected);
}

static void check_add(const char *name, const char *expected)
{
	struct kernel_tree *tree = tree_open();
	struct tree_set set = {};

	assert_int_equal(kernel_tree_add(tree, name, TREE_NAMED, &set), 0);
	check_names(&set, expected);
	tree_set_clear(&set);
	kernel_tree_free(tree);
}

static void all_of_a_tree_is_every_file_of_a_module(void **state)
{
	struct kernel_tree *tree = tree_open();
	struct tree_set set = {};

	(void)state;
	assert_string_equal(kernel_tree_release(tree), "6.9");
	assert_int_equal(kernel_tree_add_all(tree, 7, &set), 0);
	check_names(&set, "a ab c_d base circle_one circle_two a");
	assert_non_null(strstr(set.modules[6]->path, "/lib/modules/6.9/updates/a.ko"));
	assert_int_equal(set.modules[0]->need, TREE_PRESENT);
	assert_ptr_equal(tree_set_find_name(&set, "c-d"), set.modules[2]);
	assert_ptr_equal(tree_set_find(&set, set.modules[1]->path), set.modules[1]);
	assert_null(tree_set_find_name(&set, "a_"));
	assert_null(tree_set_find(&set, "a"));
	tree_set_clear(&set);
	assert_int_equal(kernel_tree_add_all(tree, 6, &set), -ENOSPC);
	tree_set_clear(&set);
	kernel_tree_free(tree);
}

static void links_to_directories_are_not_followed(void **state)
{
	struct kernel_tree *tree = tree_open();
	struct tree_set set = {};
	char link[128];

	(void)state;
	snprintf(link, sizeof(link), "%s/build", directory);
	assert_int_equal(symlink("kernel", link), 0);
	assert_int_equal(kernel_tree_add_all(tree, 100, &set), 0);
	check_names(&set, "a ab c_d base circle_one circle_two a");
	tree_set_clear(&set);
	kernel_tree_free(tree);
}

static void a_module_brings_its_dependencies(void **state)
{
	(void)state;
	check_add("a", "a");
	check_add("ab", "a ab base configured"); /* one of them by modprobe.d */
}

static void dependencies_may_go_round_in_circles(void **state)
{
	(void)state;
	check_add("circle-one", "circle_one circle_two");
}

/* soft, before it base by an alias, after it weak, which has a weak one that has another. */
static void soft_and_weak_dependencies_are_brought_along(void **state)
{
	(void)state;
	check_add("soft", "base circle_one circle_two soft weak");
}

static void an_alias_is_a_name_too(void **state)
{
	(void)state;
	check_add("crypto-crc", "base");
}

static void what_is_built_in_adds_nothing(void **state)
{
	(void)state;
	check_add("ext4", "");
}

static void what_the_tree_does_not_have_is_told(void **state)
{
	struct kernel_tree *tree = tree_open();
	struct tree_set set = {};

	(void)state;
	assert_int_equal(kernel_tree_add(tree, "gone", TREE_NAMED, &set), -ENOENT);
	assert_string_equal(kernel_tree_problem(tree), "gone");
	assert_int_equal(set.count, 0);
	kernel_tree_free(tree);
}

static void hardware_asks_by_its_aliases(void **state)
{
	struct kernel_tree *tree = tree_open();
	struct tree_set set = {};
	char devices[64], device[80];

	(void)state;
	make_file("sys/devices/bus/0/modalias", "pci:v12\n");
	make_file("sys/devices/bus/1/modalias", "");
	make_file("sys/devices/bus/2/modalias", "acpi:none\n");
	snprintf(devices, sizeof(devices), "%s/sys/devices", root);
	snprintf(device, sizeof(device), "%s/bus/0", devices);
	assert_int_equal(kernel_tree_add_hardware(tree, devices, &set), 0);
	check_names(&set, "base circle_one circle_two soft weak");
	for (size_t i = 0; i < set.count; i++)
		assert_int_equal(set.modules[i]->need, TREE_HARDWARE);
	assert_string_equal(tree_set_find_name(&set, "soft")->of, device);
	assert_string_equal(tree_set_find_name(&set, "weak")->of, "soft");
	/* What is there stays what it is. */
	assert_int_equal(kernel_tree_add(tree, "soft", TREE_NAMED, &set), 0);
	assert_int_equal(tree_set_find_name(&set, "soft")->need, TREE_HARDWARE);
	tree_set_clear(&set);
	kernel_tree_free(tree);
}

static void a_tree_without_an_index_has_files_only(void **state)
{
	struct kernel_tree *tree;
	struct tree_set set = {};
	char index[128];

	(void)state;
	snprintf(index, sizeof(index), "%s/modules.dep.bin", directory);
	assert_int_equal(unlink(index), 0);
	tree = tree_open();
	assert_int_equal(kernel_tree_add(tree, "a", TREE_NAMED, &set), -ENODATA);
	assert_int_equal(kernel_tree_add_hardware(tree, root, &set), -ENODATA);
	assert_int_equal(kernel_tree_add_all(tree, 100, &set), 0);
	assert_int_equal(set.count, 7);
	tree_set_clear(&set);
	kernel_tree_free(tree);
}

static void what_is_no_tree_is_told(void **state)
{
	struct kernel_tree *tree = NULL;
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/gone", root);
	assert_int_equal(kernel_tree_open(&tree, path), -ENOENT);
	snprintf(path, sizeof(path), "%s/modules.softdep", directory);
	assert_int_equal(kernel_tree_open(&tree, path), -ENOTDIR);
	assert_null(tree);
}

static void paths_tell_names(void **state)
{
	static const struct {
		const char *path, *name;
	} cases[] = {
		{ "/x/snd-hda.ko", "snd_hda" },
		{ "a.ko.xz", "a" },
		{ "a.b.ko.zst", "a.b" },
		{ "/.ko", NULL },
		{ "/x.ko/y", NULL },
		{ "a.ko.bz2", NULL },
		{ "ko", NULL },
		{ "/x/a.ko.gz", "a" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *name = module_path_name(cases[i].path);

		assert_int_equal(module_path_is(cases[i].path), cases[i].name != NULL);
		if (cases[i].name)
			assert_string_equal(name, cases[i].name);
		free(name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_of_a_tree_is_every_file_of_a_module, begin,
						end),
		cmocka_unit_test_setup_teardown(links_to_directories_are_not_followed, begin, end),
		cmocka_unit_test_setup_teardown(a_module_brings_its_dependencies, begin, end),
		cmocka_unit_test_setup_teardown(dependencies_may_go_round_in_circles, begin, end),
		cmocka_unit_test_setup_teardown(soft_and_weak_dependencies_are_brought_along, begin,
						end),
		cmocka_unit_test_setup_teardown(an_alias_is_a_name_too, begin, end),
		cmocka_unit_test_setup_teardown(what_is_built_in_adds_nothing, begin, end),
		cmocka_unit_test_setup_teardown(what_the_tree_does_not_have_is_told, begin, end),
		cmocka_unit_test_setup_teardown(hardware_asks_by_its_aliases, begin, end),
		cmocka_unit_test_setup_teardown(a_tree_without_an_index_has_files_only, begin, end),
		cmocka_unit_test_setup_teardown(what_is_no_tree_is_told, begin, end),
		cmocka_unit_test(paths_tell_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
