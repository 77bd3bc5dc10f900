// SPDX-License-Identifier: GPL-2.0-or-later
/* What an update does with one kernel. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "cleanup.h"
#include "digest_file.h"
#include "log.h"
#include "modwarden/policy_image.h"
#include "path_follow.h"
#include "policy_generate_tree.h"
#include "policy_kernels.h"
#include "policy_update_state.h"
#include "trusted_file.h"

struct lists {
	struct digest_list stored;
	struct digest_list elf;
};

static void cleanup_lists(struct lists *lists)
{
	digest_list_clear(&lists->stored);
	digest_list_clear(&lists->elf);
}

static void cleanup_json(json_t **value)
{
	json_decref(*value);
}

/* Where all files are there already, only what is not among them is looked for by an index. */
static int add_name(struct kernel_tree *tree, bool is_all, const char *name, struct tree_set *set)
{
	int error;

	if (is_all && tree_set_find_name(set, name))
		return 0;
	error = kernel_tree_add(tree, name, TREE_NAMED, set);
	return is_all && error == -ENODATA ? -ENOENT : error;
}

/* The modules that are to be listed, and in the report those that are new and gone. */
static int collect(struct update_state *state, struct kernel_tree *tree, struct tree_set *set,
		   json_t *report)
{
	json_t *gone = json_object_get(report, "gone");
	const char *name;
	json_t *why;
	bool is_all = state->listed.scope == DIGEST_SCOPE_ALL;
	int error = 0;

	if (is_all)
		error = kernel_tree_add_all(tree, MW_DIGESTS_MAX, set);
	json_object_foreach (state->names, name, why) {
		int one = error ?: add_name(tree, is_all, name, set);

		if (one == -ENOENT) {
			if (json_array_append_new(gone, json_string(name)))
				return -ENOMEM;
			if (json_is_string(why))
				log_warning("policy update: rule '%s' lists module '%s' by its "
					    "digest, and kernel %s has no such module",
					    json_string_value(why), name,
					    kernel_tree_release(tree));
			continue;
		}
		error = error ?: one;
	}
	return error;
}

/* It is not taken into `kernels:`, and what is listed of it stays as it is. */
static enum exit_code skip(struct update_state *state, const char *release, json_t *report)
{
	state->is_skipped = true;
	state->written += !!json_object_get(state->listed.releases, release);
	return json_object_set_new(report, "state", json_string("skipped")) ? update_no_memory()
									    : EXIT_DONE;
}

/* What is really listed; all of a tree, or of a machine, may be less by what is signed. */
static int report_new(const struct update_state *state, const struct digest_list *list,
		      json_t *report)
{
	json_t *fresh = json_object_get(report, "new");
	int error = json_object_set_new(report, "modules", json_integer((json_int_t)list->count));

	for (size_t i = 0; i < list->count && !error; i++) {
		auto_free char *name = module_path_name(list->lines[i].name);

		if (!name || !json_object_get(state->listed.names, name))
			error = json_array_append_new(fresh, json_string(name));
	}
	return error;
}

/* Digests; comments are none. */
static size_t line_count(const char *text)
{
	const char *next;
	size_t count = 0;

	for (; (next = strchr(text, '\n')); text = next + 1)
		count += *text != '#' && *text != '\n';
	return count;
}

/* One digest file, unless it is as it should be. */
static enum exit_code stage_list(struct update_state *state, const char *release,
				 const struct digest_list *list, bool is_elf)
{
	enum digest_scope scope = state->listed.scope ?: DIGEST_SCOPE_NEEDED;
	auto_free char *head = digest_head_write(scope, release, is_elf);
	auto_free char *path = NULL, *text = NULL, *old = NULL;
	size_t size, old_size;
	int error = head ? 0 : -ENOMEM;

	error = error ?: digest_list_write(list, head, &text, &size);
	if (!error && asprintf(&path, "%s/" DIGEST_DIRECTORY "/%s%s" DIGEST_SUFFIX,
			       state->directory, release, is_elf ? DIGEST_ELF : "") < 0)
		error = -ENOMEM;
	if (error)
		return update_no_memory();
	error = file_read(path, DIGEST_FILE_MAX, &old, &old_size);
	if (error && error != -ENOENT)
		return update_failed("read", path, strerror(-error), error);
	if (!error) {
		state->replaced += line_count(old);
		if (old_size == size && !memcmp(old, text, size))
			return EXIT_DONE;
	}
	/* One that a person made is kept. */
	error = staged_files_add(state->staged, path, text, size, old && !digest_head_read(old));
	if (error)
		return update_failed("write", path, path_follow_problem(error), error);
	state->staged_count++;
	return EXIT_DONE;
}

static enum exit_code stage_lists(struct update_state *state, const char *release,
				  const struct lists *lists)
{
	enum exit_code code;

	code = stage_list(state, release, &lists->stored, false);
	code = code ?: stage_list(state, release, &lists->elf, true);
	if (code)
		return code;
	state->digests += lists->stored.count + lists->elf.count;
	if (state->digests > MW_DIGESTS_MAX + state->replaced)
		return update_failed(
			"list the modules of", release,
			"the policy would have over 100000 digests; remove kernels, or rely "
			"on signatures",
			0);
	state->written++;
	return EXIT_DONE;
}

static enum exit_code list_modules(struct update_state *state, struct kernel_tree *tree,
				   const struct tree_set *set, json_t *report)
{
	cleanup(cleanup_lists) struct lists lists = {};
	auto_free struct module_digest *digests = NULL;
	enum digest_scope scope = state->listed.scope ?: DIGEST_SCOPE_NEEDED;
	size_t failing;
	int error = module_digests_read(set, &digests, &failing);

	if (error && set->count)
		return update_failed("read", set->modules[failing]->path,
				     module_file_problem(error), error);
	error = error
			?: digest_list_of_tree(kernel_tree_directory(tree), set, digests, scope,
					       &lists.stored, &lists.elf);
	if (error)
		return update_no_memory();
	if (report_new(state, &lists.stored, report))
		return update_no_memory();
	return stage_lists(state, kernel_tree_release(tree), &lists);
}

static json_t *report_new_entry(const char *release, const char *state)
{
	return json_pack("{s:s, s:s, s:i, s:[], s:[]}", "release", release, "state", state,
			 "modules", 0, "new", "gone");
}

static enum exit_code change_kernels(struct update_state *state, const char *release,
				     int (*edit)(const char *, const char *, char **))
{
	char *edited;
	int error = edit(state->text, release, &edited);

	if (error)
		return update_failed(
			"edit the kernels of", state->update->policy,
			error == -EOPNOTSUPP
				? "they are written in a form that is not edited here; write "
				  "kernels: [\"...\"]"
				: strerror(-error),
			0);
	if (!edited)
		return EXIT_DONE;
	free(state->text);
	state->text = edited;
	state->is_text_changed = true;
	return EXIT_DONE;
}

/* Where no rule reads what would be written, digests are of other kernels. */
static enum exit_code skip_kernel(struct update_state *state, const char *release, json_t *report)
{
	if (!json_object_size(state->inline_digests) && !state->unkept)
		return change_kernels(state, release, policy_kernels_add);
	log_warning("policy update: '%s' lists modules by their digests%s%s%s, and no rule of it "
		    "reads '" DIGEST_DIRECTORY "/*" DIGEST_SUFFIX
		    "': what kernel %s has of them is "
		    "not listed, and on that kernel the policy starts in monitor mode where it has "
		    "`kernels:`",
		    state->update->policy, state->unkept ? ", in '" : "", state->unkept ?: "",
		    state->unkept ? "', which is not kept up" : "", release);
	return skip(state, release, report);
}

enum exit_code update_kernel(struct update_state *state, const char *release)
{
	cleanup(cleanup_kernel_tree) struct kernel_tree *tree = NULL;
	cleanup(tree_set_clear) struct tree_set set = {};
	cleanup(cleanup_json) json_t *report = report_new_entry(release, "listed");
	auto_free char *directory = NULL;
	enum exit_code code;
	int error;

	if (!report || asprintf(&directory, "%s/%s", state->update->trees, release) < 0)
		return update_no_memory();
	if (!state->reads_digests) {
		code = skip_kernel(state, release, report);
		return json_array_append(state->report, report) ? update_no_memory() : code;
	}
	error = kernel_tree_open(&tree, directory);
	if (error)
		return update_failed("open", directory, strerror(-error), error);
	error = collect(state, tree, &set, report);
	if (error)
		return update_failed("use",
				     error == -ENODATA ? directory : kernel_tree_problem(tree),
				     kernel_tree_error(error), error);
	if (json_array_append(state->report, report))
		return update_no_memory();
	if (!set.count) {
		log_warning(
			"policy update: kernel %s has none of the modules that are listed: it is "
			"left as it is",
			release);
		return skip(state, release, report);
	}
	code = list_modules(state, tree, &set, report);
	code = code ?: change_kernels(state, release, policy_kernels_add);
	return code;
}

static bool is_running(const char *release)
{
	struct utsname kernel;

	return !uname(&kernel) && !strcmp(kernel.release, release);
}

static int stage_removal(struct update_state *state, const char *release)
{
	static const char *const kinds[] = { "", DIGEST_ELF };
	int error = 0;

	for (int i = 0; i < 2 && !error; i++) {
		auto_free char *path = NULL;

		if (asprintf(&path, "%s/" DIGEST_DIRECTORY "/%s%s" DIGEST_SUFFIX, state->directory,
			     release, kinds[i]) < 0)
			return -ENOMEM;
		error = staged_files_remove(state->staged, path);
	}
	state->staged_count++;
	return error;
}

/* A policy whose last digest goes would not be valid; what runs may still load modules. */
enum exit_code update_remove_kernel(struct update_state *state, const char *release)
{
	bool is_listed = json_object_get(state->listed.releases, release);
	bool stays = is_running(release) || (is_listed && !state->written);
	cleanup(cleanup_json) json_t *report =
		report_new_entry(release, stays ? "kept" : "removed");
	int error = 0;

	if (!report)
		return update_no_memory();
	if (json_array_append(state->report, report))
		return update_no_memory();
	if (stays)
		return EXIT_DONE;
	if (is_listed)
		error = stage_removal(state, release);
	if (error)
		return update_failed("remove", staged_files_problem(state->staged),
				     path_follow_problem(error), error);
	return change_kernels(state, release, policy_kernels_remove);
}
