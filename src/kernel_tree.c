// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel_tree.h"

#include <errno.h>
#include <libkmod.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "directory_walk.h"
#include "module_list.h"
#include "tree_set.h"
#include "trusted_file.h"

#define WEAK_MAX     (16U << 20)
#define MODALIAS_MAX 4096 /* a file in sysfs is no longer */

struct kernel_tree {
	char *directory;
	const char *release; /* within directory */
	struct kmod_ctx *kmod;
	char *weak; /* modules.weakdep; libkmod of Debian 12 does not know it */
	bool has_index;
	char *problem;
};

static void cleanup_kmod_list(struct kmod_list **list)
{
	kmod_module_unref_list(*list);
}

static void cleanup_kmod_module(struct kmod_module **module)
{
	kmod_module_unref(*module);
}

static void ignore_message(void *data, int priority, const char *file, int line,
			   const char *function, const char *format, va_list args)
{
	(void)data, (void)priority, (void)file, (void)line, (void)function, (void)format,
		(void)args;
}

/* Remembers of what; returns the error. */
static int tell(struct kernel_tree *tree, int error, const char *what)
{
	free(tree->problem);
	tree->problem = strdup(what);
	return error;
}

/* The length of ROOT in ROOT/lib/modules/RELEASE; -1: it does not look so. */
static ssize_t root_length(const char *directory)
{
	static const char *const within[] = { "/usr" KERNEL_TREES "/", KERNEL_TREES "/" };

	for (size_t i = 0; i < sizeof(within) / sizeof(*within); i++) {
		const char *at = strstr(directory, within[i]);

		if (at && !strchr(at + strlen(within[i]), '/'))
			return at - directory;
	}
	return -1;
}

/* With the configuration of the tree's own root: what a soft dependency or an alias means there. */
static struct kmod_ctx *kmod_of(const char *directory)
{
	static const char *const places[] = { "/etc/modprobe.d", "/run/modprobe.d",
					      "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d",
					      "/lib/modprobe.d" };
	enum { PLACES = sizeof(places) / sizeof(*places) };
	char paths[PLACES][PATH_MAX];
	const char *config[PLACES + 1] = {};
	ssize_t root = root_length(directory);

	if (!root)
		return kmod_new(directory, NULL);
	for (int i = 0; root > 0 && i < PLACES; i++) {
		snprintf(paths[i], PATH_MAX, "%.*s%s", (int)root, directory, places[i]);
		config[i] = paths[i];
	}
	return kmod_new(directory, config);
}

static int read_beside(struct kernel_tree *tree)
{
	auto_free char *index = NULL, *weak = NULL;
	size_t size;
	int error;

	if (asprintf(&index, "%s/modules.dep.bin", tree->directory) < 0 ||
	    asprintf(&weak, "%s/modules.weakdep", tree->directory) < 0)
		return -ENOMEM;
	tree->has_index = !access(index, R_OK);
	error = file_read(weak, WEAK_MAX, &tree->weak, &size);
	return error == -ENOENT ? 0 : error;
}

int kernel_tree_open(struct kernel_tree **ret, const char *directory)
{
	cleanup(cleanup_kernel_tree) struct kernel_tree *tree = calloc(1, sizeof(*tree));
	struct stat st;
	size_t length;
	int error;

	if (!tree)
		return -ENOMEM;
	if (stat(directory, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	tree->directory = strdup(directory);
	if (!tree->directory)
		return -ENOMEM;
	length = strlen(directory);
	while (length > 1 && tree->directory[length - 1] == '/')
		tree->directory[--length] = '\0';
	tree->release = strrchr(tree->directory, '/') ?: tree->directory;
	tree->release += *tree->release == '/';
	error = read_beside(tree);
	if (error)
		return error;
	tree->kmod = kmod_of(tree->directory);
	if (!tree->kmod)
		return -ENOMEM;
	kmod_set_log_fn(tree->kmod, ignore_message, NULL);
	/* Faster with, but it works without them. */
	kmod_load_resources(tree->kmod);
	*ret = take_pointer(tree);
	return 0;
}

void kernel_tree_free(struct kernel_tree *tree)
{
	if (!tree)
		return;
	kmod_unref(tree->kmod);
	free(tree->problem);
	free(tree->weak);
	free(tree->directory);
	free(tree);
}

const char *kernel_tree_release(const struct kernel_tree *tree)
{
	return tree->release;
}

const char *kernel_tree_directory(const struct kernel_tree *tree)
{
	return tree->directory;
}

const char *kernel_tree_problem(const struct kernel_tree *tree)
{
	return tree->problem ?: tree->directory;
}

/* ---- all of it ---- */

struct all {
	struct kernel_tree *tree;
	struct tree_set *set;
	size_t max;
};

static int add_file(const char *path, int error, void *arg)
{
	struct all *all = arg;

	if (error)
		return tell(all->tree, error, path);
	if (!module_path_is(path))
		return 0;
	error = tree_set_add(all->set, path, TREE_PRESENT, NULL);
	return error
		       ?: all->set->count > all->max
			  ? tell(all->tree, -ENOSPC, all->tree->directory)
			  : 0;
}

/* The tree itself may be named by a link; build and source in it are not followed. */
int kernel_tree_add_all(struct kernel_tree *tree, size_t max, struct tree_set *set)
{
	struct all all = { .tree = tree, .set = set, .max = max };
	int error = directory_walk(tree->directory, add_file, &all);

	tree_set_sort(set);
	return error;
}

/* ---- what a module brings with it ---- */

static int add_module(const struct kmod_module *module, enum tree_need need, const char *of,
		      struct tree_set *set)
{
	const char *path = kmod_module_get_path(module);

	return path ? tree_set_add(set, path, need, of) : 0;
}

static int add_list(const struct kmod_list *list, enum tree_need need, const char *of,
		    struct tree_set *set)
{
	const struct kmod_list *item;
	int error = 0;

	kmod_list_foreach(item, list)
	{
		cleanup(cleanup_kmod_module) struct kmod_module *module =
			kmod_module_get_module(item);

		error = error ?: add_module(module, need, of, set);
	}
	return error;
}

/* What modprobe would load for a word; nothing is no error. */
static int add_word(struct kernel_tree *tree, const char *word, enum tree_need need, const char *of,
		    struct tree_set *set)
{
	cleanup(cleanup_kmod_list) struct kmod_list *list = NULL;

	if (kmod_module_new_from_lookup(tree->kmod, word, &list) < 0)
		return 0;
	return add_list(list, need, of, set);
}

static int add_soft(const struct kmod_module *module, const struct tree_module *of,
		    struct tree_set *set)
{
	cleanup(cleanup_kmod_list) struct kmod_list *before = NULL;
	cleanup(cleanup_kmod_list) struct kmod_list *after = NULL;

	if (kmod_module_get_softdeps(module, &before, &after) < 0)
		return 0;
	return add_list(before, of->need, of->name, set)
		       ?: add_list(after, of->need, of->name, set);
}

/* "weakdep NAME DEPENDENCY...": the words behind the name, in a copy that is cut into them. */
static int add_weak_line(struct kernel_tree *tree, char *line, const struct tree_module *of,
			 struct tree_set *set)
{
	const char *kind = strsep(&line, " "), *name = strsep(&line, " ");
	const char *word;
	int error = 0;

	if (strcmp(kind, "weakdep") != 0 || !name || strcmp(name, of->name) != 0)
		return 0;
	while (!error && (word = strsep(&line, " ")))
		error = *word ? add_word(tree, word, of->need, of->name, set) : 0;
	return error;
}

static int add_weak(struct kernel_tree *tree, const struct tree_module *of, struct tree_set *set)
{
	const char *at = tree->weak;
	int error = 0;

	while (at && *at && !error) {
		size_t length = strcspn(at, "\n");
		auto_free char *line = strndup(at, length);

		if (!line)
			return -ENOMEM;
		error = add_weak_line(tree, line, of, set);
		at += length + !!at[length];
	}
	return error;
}

static int add_dependencies(struct kernel_tree *tree, const struct tree_module *of,
			    struct tree_set *set)
{
	cleanup(cleanup_kmod_module) struct kmod_module *module = NULL;
	cleanup(cleanup_kmod_list) struct kmod_list *list = NULL;
	int error;

	if (kmod_module_new_from_name(tree->kmod, of->name, &module) < 0)
		return -ENOMEM;
	list = kmod_module_get_dependencies(module);
	error = add_list(list, of->need, of->name, set);
	return error ?: add_soft(module, of, set) ?: add_weak(tree, of, set);
}

/* Each of those that were added since; these may go round in circles. */
static int add_closure(struct kernel_tree *tree, size_t from, struct tree_set *set)
{
	int error = 0;

	for (size_t i = from; i < set->count && !error; i++)
		error = add_dependencies(tree, set->modules[i], set);
	return error;
}

bool kernel_tree_has_built_in(struct kernel_tree *tree, const char *name)
{
	cleanup(cleanup_kmod_module) struct kmod_module *module = NULL;

	return kmod_module_new_from_name(tree->kmod, name, &module) >= 0 &&
	       kmod_module_get_initstate(module) == KMOD_MODULE_BUILTIN;
}

/* By its name first: a configured alias of the same name does not hide a module's file. */
static int add_named(struct kernel_tree *tree, const char *name, enum tree_need need,
		     struct tree_set *set)
{
	cleanup(cleanup_kmod_module) struct kmod_module *module = NULL;
	cleanup(cleanup_kmod_list) struct kmod_list *list = NULL;
	size_t from = set->count;
	int error;

	if (kmod_module_new_from_name(tree->kmod, name, &module) < 0)
		return -ENOMEM;
	if (kmod_module_get_path(module))
		return add_module(module, need, NULL, set) ?: add_closure(tree, from, set);
	if (kernel_tree_has_built_in(tree, name))
		return 0;
	if (kmod_module_new_from_lookup(tree->kmod, name, &list) < 0 || !list)
		return tell(tree, -ENOENT, name);
	error = add_list(list, need, NULL, set);
	return error ?: add_closure(tree, from, set);
}

int kernel_tree_add(struct kernel_tree *tree, const char *name, enum tree_need need,
		    struct tree_set *set)
{
	int error = tree->has_index ? add_named(tree, name, need, set) : -ENODATA;

	tree_set_sort(set);
	return error;
}

/* ---- what a machine needs ---- */

/* As udev has it done: every module that fits, but for those that are blacklisted. */
static int add_alias(struct kernel_tree *tree, const char *alias, const char *device,
		     struct tree_set *set)
{
	cleanup(cleanup_kmod_list) struct kmod_list *list = NULL;
	cleanup(cleanup_kmod_list) struct kmod_list *filtered = NULL;
	size_t from = set->count;
	int error;

	if (kmod_module_new_from_lookup(tree->kmod, alias, &list) < 0 || !list)
		return 0;
	if (kmod_module_apply_filter(tree->kmod, KMOD_FILTER_BLACKLIST, list, &filtered) < 0)
		return -ENOMEM;
	error = add_list(filtered, TREE_HARDWARE, device, set);
	return error ?: add_closure(tree, from, set);
}

/* A device that goes meanwhile, or does not tell, needs nothing. */
static int add_device(const char *path, int not_read, void *arg)
{
	const struct all *all = arg;
	const char *name = strrchr(path, '/');
	auto_free char *alias = NULL, *device = NULL;
	size_t size;
	int error;

	if (not_read || !name || strcmp(name, "/modalias"))
		return 0;
	error = file_read(path, MODALIAS_MAX, &alias, &size);
	if (error == -ENOMEM)
		return error;
	if (error || !*alias)
		return 0;
	alias[strcspn(alias, "\n")] = '\0';
	device = strndup(path, (size_t)(name - path));
	return device ? add_alias(all->tree, alias, device, all->set) : -ENOMEM;
}

int kernel_tree_add_hardware(struct kernel_tree *tree, const char *devices, struct tree_set *set)
{
	struct all all = { .tree = tree, .set = set };
	int error;

	if (!tree->has_index)
		return -ENODATA;
	error = directory_walk(devices, add_device, &all);
	tree_set_sort(set);
	return error;
}

int kernel_tree_add_loaded(struct kernel_tree *tree, tree_missing_fn *missing, void *arg,
			   struct tree_set *set)
{
	cleanup(module_list_clear) struct module_list loaded = {};
	int error = tree->has_index ? module_list_look(&loaded, false) : -ENODATA;

	if (error == -ENODATA)
		return error;
	if (error)
		return tell(tree, error, "/proc/modules");
	for (size_t i = 0; i < loaded.count && !error; i++) {
		if (!loaded.sights[i].listed)
			continue;
		error = add_named(tree, loaded.sights[i].name, TREE_LOADED, set);
		if (error == -ENOENT) {
			missing(loaded.sights[i].name, arg);
			error = 0;
		}
	}
	tree_set_sort(set);
	return error;
}
