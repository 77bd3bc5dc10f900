// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_update_state.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "log.h"
#include "path_follow.h"
#include "path_glob.h"
#include "policy.h"
#include "policy_change.h"
#include "policy_inline.h"
#include "trusted_file.h"
#include "update_names.h"
#include "yaml_tree.h"

#define PATIENCE 60 /* seconds, for another one that writes there */

static void cleanup_state(struct update_state *state)
{
	free(state->text);
	listed_names_clear(&state->listed);
	json_decref(state->inline_digests);
	json_decref(state->files);
	json_decref(state->kernels);
	json_decref(state->names);
	json_decref(state->installed);
	json_decref(state->report);
	staged_files_free(state->staged);
}

static void cleanup_json(json_t **value)
{
	json_decref(*value);
}

enum exit_code update_failed(const char *verb, const char *what, const char *why, int error)
{
	log_error("policy update: cannot %s '%s': %s; nothing was changed", verb, what, why);
	return error == -EACCES || error == -EPERM ? EXIT_NOT_PERMITTED : EXIT_FAILED;
}

enum exit_code update_no_memory(void)
{
	return update_failed("update", "policy", strerror(ENOMEM), -ENOMEM);
}

/* ---- what there is ---- */

/*
 * What a removed package leaves of its tree is no kernel any more; what cannot be looked at may be
 * one. 1, 0 or a negative errno.
 */
static int is_installed(const char *trees, const char *release)
{
	auto_free char *path = NULL;
	struct stat st;

	if (*release == '.' || strchr(release, '/'))
		return 0;
	if (asprintf(&path, "%s/%s/kernel", trees, release) < 0)
		return -ENOMEM;
	if (stat(path, &st))
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	return S_ISDIR(st.st_mode);
}

static enum exit_code find_installed(struct update_state *state)
{
	const char *trees = state->update->trees;
	struct dirent **entries = NULL;
	int count = scandir(trees, &entries, NULL, versionsort), error = count < 0 ? -errno : 0;

	state->installed = json_object();
	for (int i = 0; i < count; i++) {
		int is_there = error ?: is_installed(trees, entries[i]->d_name);

		if (is_there < 0)
			error = is_there;
		else if (is_there && json_object_set_new_nocheck(state->installed,
								 entries[i]->d_name, json_true()))
			error = -ENOMEM;
		free(entries[i]);
	}
	free(entries);
	if (error)
		return update_failed("look at the kernels in", trees, strerror(-error), error);
	for (int i = 0; state->update->are_gone && i < state->update->count; i++)
		json_object_del(state->installed, state->update->releases[i]);
	if (json_object_size(state->installed))
		return EXIT_DONE;
	return update_failed("use", trees, "there is no kernel below it", 0);
}

/* What is written for a new kernel will be read by this pattern. */
static bool is_kept(const struct update_state *state, const char *pattern)
{
	size_t length = strlen(state->directory);

	if (*pattern == '/' && !strncmp(pattern, state->directory, length) &&
	    pattern[length] == '/')
		pattern += length + 1;
	while (!strncmp(pattern, "./", 2))
		pattern += 2;
	return !fnmatch(pattern, DIGEST_DIRECTORY "/any" DIGEST_SUFFIX, FNM_PATHNAME);
}

/* The names in files beside those that are kept up are listed in these, too. */
static int read_beside(struct update_state *state, const char *pattern)
{
	auto_free char *absolute = path_glob_beside(state->update->policy, pattern);
	cleanup(path_list_clear) struct path_list matches = {};
	int error = absolute ? path_glob(&matches, absolute) : -ENOMEM;

	for (size_t i = 0; i < matches.count && !error; i++)
		error = listed_names_add(&state->listed, matches.paths[i]);
	return error;
}

static int read_files(struct update_state *state)
{
	const json_t *file;
	size_t i;
	int error = 0;

	json_array_foreach (state->files, i, file) {
		const char *pattern = json_string_value(file);

		if (is_kept(state, pattern)) {
			state->reads_digests = true;
			continue;
		}
		state->unkept = state->unkept ?: pattern;
		error = error ?: read_beside(state, pattern);
	}
	return error;
}

static int take_kernels(struct update_state *state, const struct policy *policy)
{
	int error = 0;

	state->kernels = json_object();
	for (size_t i = 0; i < policy->kernel_count && !error; i++)
		error = json_object_set_new(state->kernels, policy->kernels[i], json_true());
	return state->kernels && !error ? 0 : -ENOMEM;
}

/* The policy in force here has to be a good one: nothing is made of another. */
static enum exit_code read_policy(struct update_state *state)
{
	cleanup(cleanup_policy) struct policy *policy = NULL;
	cleanup(diags_clear) struct diags diags = {};
	const char *path = state->update->policy;
	auto_free char *digests = NULL;
	size_t size;
	int error = policy_load(&policy, path, NULL, &diags);

	diags_print(&diags, stderr);
	if (error == -EINVAL) {
		log_error("policy update: '%s' is not valid: nothing was changed", path);
		return EXIT_POLICY;
	}
	error = error ?: file_read(path, YAML_TREE_SIZE_MAX, &state->text, &size);
	error = error
			?: policy_inline_read(state->text, &state->inline_digests, &state->files,
					      &state->is_signed);
	if (!error && asprintf(&digests, "%s/" DIGEST_DIRECTORY, state->directory) < 0)
		error = -ENOMEM;
	if (error)
		return update_failed("read", path, strerror(-error), error);
	error = listed_names_read(&state->listed, digests);
	if (error)
		return update_failed("read", digests, strerror(-error), error);
	/* Where no rule lets in what is signed, leaving it out would refuse it. */
	if (state->listed.scope == DIGEST_SCOPE_UNSIGNED && !state->is_signed)
		state->listed.scope = DIGEST_SCOPE_NEEDED;
	error = read_files(state) ?: take_kernels(state, policy);
	if (error)
		return update_failed("read the digest files of", path, strerror(-error), error);
	state->digests = policy->digests.count;
	return EXIT_DONE;
}

static enum exit_code find_names(struct update_state *state)
{
	if (!state->reads_digests)
		return EXIT_DONE;
	state->names =
		update_names(state->listed.names, state->inline_digests, state->listed.by_digest,
			     state->update->trees, state->installed);
	return state->names ? EXIT_DONE : update_no_memory();
}

/* Those that were named and are there, or all; those that are listed count as written, too. */
static enum exit_code update_installed(struct update_state *state)
{
	const struct policy_update *update = state->update;
	enum exit_code code = EXIT_DONE;
	const char *release;
	json_t *value;

	json_object_foreach (state->installed, release, value) {
		bool is_named = !update->count;

		for (int i = 0; i < update->count; i++)
			is_named |= !strcmp(update->releases[i], release);
		if (is_named)
			code = code ?: update_kernel(state, release);
		else
			state->written += !!json_object_get(state->listed.releases, release);
	}
	return code;
}

/* A name that nobody knows is a typo, unless it is said to be gone. */
static enum exit_code check_named(const struct update_state *state)
{
	const struct policy_update *update = state->update;

	for (int i = 0; i < update->count && !update->are_gone; i++) {
		const char *release = update->releases[i];

		if (json_object_get(state->installed, release) ||
		    json_object_get(state->listed.releases, release) ||
		    json_object_get(state->kernels, release))
			continue;
		log_error("policy update: there is no kernel '%s', neither in '%s' nor in the "
			  "policy; nothing was changed",
			  release, update->trees);
		return EXIT_NOTHING;
	}
	return EXIT_DONE;
}

static enum exit_code remove_gone(struct update_state *state)
{
	const struct policy_update *update = state->update;
	cleanup(cleanup_json) json_t *gone = json_copy(state->listed.releases);
	enum exit_code code = EXIT_DONE;
	const char *release;
	json_t *value;

	if (!gone)
		return update_no_memory();
	for (int i = 0; i < update->count; i++)
		json_object_set_new_nocheck(gone, update->releases[i], json_true());
	json_object_foreach (gone, release, value)
		if (!json_object_get(state->installed, release))
			code = code ?: update_remove_kernel(state, release);
	return code;
}

/* As its parser takes it, before anything is in its place. */
static enum exit_code check_text(const struct update_state *state)
{
	cleanup(cleanup_policy) struct policy *policy = NULL;
	cleanup(diags_clear) struct diags diags = {};
	const char *path = state->update->policy;
	int error = policy_parse(&policy, path, state->text, strlen(state->text), NULL, &diags);

	if (!error)
		return EXIT_DONE;
	if (error != -EINVAL)
		return update_failed("check", path, strerror(-error), error);
	diags_print(&diags, stderr);
	log_error("policy update: '%s' would not be valid with the new list of kernels: nothing "
		  "was changed",
		  path);
	return EXIT_POLICY;
}

static enum exit_code check_change(const struct update_state *state)
{
	const char *path = state->update->policy;

	if (!state->staged_count && !state->is_text_changed)
		return EXIT_DONE;
	if (policy_change_is_of_config_map(path))
		return update_failed("write", path,
				     "it is of a ConfigMap: make the change where that comes from",
				     0);
	return state->is_text_changed ? check_text(state) : EXIT_DONE;
}

static enum exit_code commit(struct update_state *state)
{
	const char *path = state->update->policy;
	int error = 0;

	if (state->is_text_changed) {
		error = staged_files_add(state->staged, path, state->text, strlen(state->text),
					 true);
		state->staged_count++;
	}
	if (!error && state->staged_count)
		error = staged_files_commit(state->staged);
	if (!error)
		return EXIT_DONE;
	log_error("policy update: cannot write '%s': %s", staged_files_problem(state->staged),
		  path_follow_problem(error));
	return error == -EACCES || error == -EPERM ? EXIT_NOT_PERMITTED : EXIT_FAILED;
}

static enum exit_code lock(struct update_state *state)
{
	const char *path = state->update->policy, *slash = strrchr(path, '/');
	int length = slash ? (int)(slash - path) ?: 1 : 1;
	int error;

	snprintf(state->directory, sizeof(state->directory), "%.*s", length, slash ? path : ".");
	error = staged_files_beside(&state->staged, path, PATIENCE);
	return error ? update_failed("lock", state->directory,
				     error == -EBUSY ? "another modwarden is writing there"
						     : path_follow_problem(error),
				     error)
		     : EXIT_DONE;
}

enum exit_code policy_update(const struct policy_update *update, json_t **report)
{
	cleanup(cleanup_state) struct update_state state = { .update = update,
							     .report = json_array() };
	enum exit_code code;

	*report = NULL;
	if (!state.report)
		return update_no_memory();
	code = lock(&state);
	code = code ?: read_policy(&state);
	code = code ?: find_installed(&state);
	code = code ?: find_names(&state);
	code = code ?: check_named(&state);
	code = code ?: update_installed(&state);
	code = code ?: remove_gone(&state);
	code = code ?: check_change(&state);
	code = code ?: commit(&state);
	if (code)
		return code;
	*report = json_pack("{s:s, s:b, s:O}", "policy", update->policy, "changed",
			    state.staged_count > 0, "kernels", state.report);
	if (!*report)
		return update_no_memory();
	return state.is_skipped ? EXIT_FAILED : EXIT_DONE;
}
