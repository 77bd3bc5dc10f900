// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_generate_tree.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "cleanup.h"
#include "log.h"
#include "modwarden/policy_image.h"

const char *kernel_tree_error(int error)
{
	switch (error) {
	case -ENODATA:
		return "it has no modules.dep.bin; run depmod, or say --all";
	case -ENOENT:
		return "there is no such module, nor an alias of one";
	default:
		return strerror(-error);
	}
}

static enum exit_code collect_failed(const struct kernel_tree *tree,
				     const struct tree_choice *choice, int error)
{
	const char *what =
		error == -ENODATA ? kernel_tree_directory(tree) : kernel_tree_problem(tree);

	if (error == -ENOSPC)
		log_error("policy generate: '%s' has over %d modules, more than a policy can "
			  "list; leave out --all, or rely on signatures: --signed",
			  what, MW_DIGESTS_MAX);
	else if (error == -ENOENT && !strcmp(what, "/proc/modules"))
		log_error("policy generate: the running kernel has no modules; %s",
			  choice->directory ? "say --all, or name modules"
					    : "name a tree: --tree DIRECTORY --all");
	else
		log_error("policy generate: cannot use '%s': %s", what, kernel_tree_error(error));
	return EXIT_FAILED;
}

static void warn_missing(const char *name, void *directory)
{
	log_warning("policy generate: module '%s' is loaded, and is not in '%s'", name,
		    (const char *)directory);
}

static int add_named(struct kernel_tree *tree, const char *name, struct tree_set *set)
{
	int error = kernel_tree_add(tree, name, TREE_NAMED, set);

	if (!error && !tree_set_find_name(set, name) && kernel_tree_has_built_in(tree, name))
		log_info("policy generate: '%s' is built into this kernel: nothing to list", name);
	return error;
}

static int collect(struct kernel_tree *tree, const struct tree_choice *choice, struct tree_set *set)
{
	int error = 0;

	if (choice->all)
		return kernel_tree_add_all(tree, MW_DIGESTS_MAX, set);
	if (!choice->name_count)
		return kernel_tree_add_loaded(tree, warn_missing,
					      (void *)kernel_tree_directory(tree), set);
	for (int i = 0; i < choice->name_count && !error; i++)
		error = add_named(tree, choice->names[i], set);
	return error;
}

static bool is_same_directory(const char *a, const char *b)
{
	struct stat one, other;

	return !stat(a, &one) && !stat(b, &other) && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

static const char *origin_of(const struct tree_choice *choice)
{
	if (choice->trusts_signed)
		return "what the kernel finds validly signed, and lists what is not";
	if (choice->all)
		return "all modules that the kernel's tree had";
	return choice->name_count ? "the modules that were named, and what they bring along"
				  : "the modules that were loaded, and what they bring along";
}

static enum exit_code read_digests(struct generation *generation, const char *directory,
				   const struct tree_set *set)
{
	auto_free struct module_digest *digests = NULL;
	size_t failed;
	int error = module_digests_read(set, &digests, &failed);

	if (error && set->count) {
		log_error("policy generate: cannot read '%s': %s", set->modules[failed]->path,
			  module_file_problem(error));
		return error == -EACCES ? EXIT_NOT_PERMITTED : EXIT_FAILED;
	}
	error = error
			?: digest_list_of_tree(directory, set, digests, generation->scope,
					       &generation->stored, &generation->elf);
	if (!error)
		return EXIT_DONE;
	log_error("policy generate: cannot read '%s': %s", directory, strerror(-error));
	return EXIT_FAILED;
}

/* An absolute name, so that `sha256sum -c` finds the files from anywhere. */
static int name_directory(const struct tree_choice *choice, const char *usual,
			  char directory[PATH_MAX])
{
	auto_free char *here = NULL;
	const char *named = choice->directory ?: usual;

	if (*named == '/')
		return snprintf(directory, PATH_MAX, "%s", named) >= PATH_MAX ? -ENAMETOOLONG : 0;
	here = realpath(named, NULL);
	if (!here)
		return -errno;
	snprintf(directory, PATH_MAX, "%s", here);
	return 0;
}

/* Each kernel has its own; what is above or below one would give a policy for no kernel. */
static bool is_of_a_kernel(const char *directory)
{
	static const char *const parts[] = { "kernel", "modules.dep" };
	char path[PATH_MAX];
	struct stat st;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (snprintf(path, sizeof(path), "%s/%s", directory, parts[i]) < PATH_MAX &&
		    !stat(path, &st))
			return true;
	return false;
}

enum exit_code generation_of_tree(struct generation *generation, const struct tree_choice *choice,
				  const struct generation_output *output)
{
	static char release[NAME_MAX + 1];
	cleanup(cleanup_kernel_tree) struct kernel_tree *tree = NULL;
	cleanup(tree_set_clear) struct tree_set set = {};
	char directory[PATH_MAX], usual[PATH_MAX];
	struct utsname kernel;
	int error;
	enum exit_code code;

	uname(&kernel);
	snprintf(usual, sizeof(usual), KERNEL_TREES "/%s", kernel.release);
	error = name_directory(choice, usual, directory) ?: kernel_tree_open(&tree, directory);
	if (error) {
		log_error("policy generate: cannot open '%s': %s", choice->directory ?: usual,
			  strerror(-error));
		return EXIT_FAILED;
	}
	if (choice->directory && !is_of_a_kernel(directory)) {
		log_error("policy generate: '%s' is no kernel's tree: it has neither 'kernel' nor "
			  "'modules.dep'; name the directory of one kernel, as " KERNEL_TREES
			  "/6.12.0",
			  choice->directory);
		return EXIT_FAILED;
	}
	error = collect(tree, choice, &set);
	if (error)
		return collect_failed(tree, choice, error);
	if (choice->all && !set.count) {
		log_error("policy generate: there is no module below '%s'", directory);
		return EXIT_FAILED;
	}
	if (!set.count && !choice->trusts_signed) {
		log_error("policy generate: no policy was written: it would list no module");
		return EXIT_FAILED;
	}
	snprintf(release, sizeof(release), "%s", kernel_tree_release(tree));
	*generation = (struct generation){
		.origin = origin_of(choice),
		.release = release,
		.scope = choice->trusts_signed ? DIGEST_SCOPE_UNSIGNED
			 : choice->all         ? DIGEST_SCOPE_ALL
					       : DIGEST_SCOPE_NEEDED,
		.is_of_this_kernel = is_same_directory(directory, usual),
	};
	code = policy_generate_begin(generation, output);
	return code ?: read_digests(generation, kernel_tree_directory(tree), &set);
}
