/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules of one kernel as they lie on disk: /lib/modules/RELEASE, here or below another root.
 * Which there are, which of them a machine needs, and what each of these brings with it: the
 * dependencies that depmod(8) found, the soft ones and the weak ones.
 */
#ifndef MODWARDEN_KERNEL_TREE_H
#define MODWARDEN_KERNEL_TREE_H

#include <stdbool.h>
#include <stddef.h>

#define KERNEL_TREES "/lib/modules"

struct kernel_tree;

/* What for, the strongest first. What a module brings with it is there for the same. */
enum tree_need {
	TREE_HARDWARE, /* a device of this machine has an alias of it */
	TREE_LOADED,
	TREE_NAMED,
	TREE_PRESENT, /* it is in the tree */
};

struct tree_module {
	char *name; /* as its file has it, with '_' for '-' */
	char *path; /* of the file */
	enum tree_need need;
	char *of; /* what needs it: a module, a device below /sys/devices, or NULL */
};

/* Zeroed is empty. Each path once; sorted by path after each function below. */
struct tree_set {
	struct tree_module **modules;
	size_t count;
	size_t room;
	void *by_path;
};

/*
 * directory is absolute; its last part names the release. modprobe's configuration is that of the
 * root that it lies in. 0, -ENOTDIR, -ENOMEM, or what stat(2) says.
 */
int kernel_tree_open(struct kernel_tree **ret, const char *directory);

/* NULL is fine. */
void kernel_tree_free(struct kernel_tree *tree);

/* For cleanup(). */
static inline void cleanup_kernel_tree(struct kernel_tree **tree)
{
	kernel_tree_free(*tree);
}

const char *kernel_tree_release(const struct kernel_tree *tree);
const char *kernel_tree_directory(const struct kernel_tree *tree);

/*
 * The functions below leave alone what is in the set already: add hardware first. They return 0,
 * -ENOMEM, -ENODATA: the tree has no modules.dep.bin, which depmod(8) makes (all but the first need
 * it), or another negative errno, and then this is of what.
 */
const char *kernel_tree_problem(const struct kernel_tree *tree);

/* Adds every file of a module. -ENOSPC: they are more than max. */
int kernel_tree_add_all(struct kernel_tree *tree, size_t max, struct tree_set *set);

/*
 * Adds a module, by its name or by an alias, and all that it brings with it; nothing where it is
 * built in. -ENOENT: the tree has no such module, nothing was added.
 */
int kernel_tree_add(struct kernel_tree *tree, const char *name, enum tree_need need,
		    struct tree_set *set);

/* Whether the kernel of the tree has a module built in. */
bool kernel_tree_has_built_in(struct kernel_tree *tree, const char *name);

/* Adds what the devices below a directory (/sys/devices) ask for, unless it is blacklisted. */
int kernel_tree_add_hardware(struct kernel_tree *tree, const char *devices, struct tree_set *set);

/*
 * Adds what is loaded now, be the tree of the running kernel or of another; what it does not have,
 * nor has built in, is told.
 */
typedef void tree_missing_fn(const char *name, void *arg);
int kernel_tree_add_loaded(struct kernel_tree *tree, tree_missing_fn *missing, void *arg,
			   struct tree_set *set);

/* By path, or NULL. */
const struct tree_module *tree_set_find(const struct tree_set *set, const char *path);
/* By name, '-' and '_' being the same; the first one, or NULL. */
const struct tree_module *tree_set_find_name(const struct tree_set *set, const char *name);
void tree_set_clear(struct tree_set *set);

/* A file is a module's by its name: *.ko, perhaps with .gz, .xz or .zst. */
bool module_path_is(const char *path);

/* The module's name by its path, '-' as '_'; free it. NULL: no memory. */
char *module_path_name(const char *path);

/* What a file would be called unpacked: without .gz, .xz, .zst; free it. NULL: no memory. */
char *module_path_unpacked(const char *path);

#endif
