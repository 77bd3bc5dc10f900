// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_change.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "cleanup.h"
#include "control_client.h"
#include "log.h"
#include "memory_stream.h"
#include "path_follow.h"
#include "policy_missing.h"
#include "policy_order.h"
#include "staged_files.h"
#include "text_diff.h"
#include "trusted_file.h"
#include "yaml_tree.h"

#define PATIENCE 10 /* seconds for another one that writes there */

enum exit_code policy_change_begin(struct policy_change *change, const char *component,
				   const char *path)
{
	cleanup(diags_clear) struct diags diags = {};
	size_t size;
	int r;

	*change = (struct policy_change){ .component = component, .path = path };
	r = trusted_file_read(path, YAML_TREE_SIZE_MAX, (struct place){ .file = path },
			      &change->text, &size, &diags);
	r = r ?: policy_parse(&change->policy, path, change->text, size, NULL, &diags);
	if (!r)
		return EXIT_DONE;
	if (r == -EINVAL && policy_is_missing(component, path))
		return EXIT_POLICY;
	diags_print(&diags, stderr);
	log_error("%s: cannot read '%s': %s", component, path,
		  r == -EINVAL ? "it is not valid; nothing was changed" : strerror(-r));
	return r == -EINVAL ? EXIT_POLICY : EXIT_FAILED;
}

enum exit_code policy_change_take(struct policy_change *change, char *text, int error)
{
	cleanup(diags_clear) struct diags diags = {};
	int r = error;

	change->next_text = error ? NULL : text;
	if (!r)
		r = policy_parse(&change->next, change->path, text, strlen(text), NULL, &diags);
	if (!r)
		return EXIT_DONE;
	diags_print(&diags, stderr);
	if (r == -EOPNOTSUPP)
		log_error("%s: cannot edit '%s': its rules or keys stand in one line, in brackets; "
			  "write them as a list, one a line",
			  change->component, change->path);
	else if (r == -EILSEQ)
		log_error("%s: cannot edit '%s': something else in it would change, too; it has "
			  "unusual ends of lines, or values over several lines: edit it by hand",
			  change->component, change->path);
	else
		log_error("%s: cannot edit '%s': %s", change->component, change->path,
			  r == -EINVAL ? "the result would not be valid; edit it by hand"
				       : strerror(-r));
	return EXIT_FAILED;
}

void policy_change_print(const struct policy_change *change, FILE *out)
{
	text_diff(out, change->path, change->text, change->next_text, isatty(fileno(out)));
}

char *policy_change_diff(const struct policy_change *change)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	text_diff(out, change->path, change->text, change->next_text, false);
	return memory_stream_close(out, &text) ? NULL : text;
}

/* What the kubelet mounts from a ConfigMap lies in a directory that it replaces as a whole. */
bool policy_change_is_of_config_map(const char *path)
{
	char real[PATH_MAX];

	return realpath(path, real) && strstr(real, "/..");
}

static enum exit_code write_failed(const struct policy_change *change, const char *of, int error)
{
	bool is_denied = error == -EACCES || error == -EPERM;

	log_error("%s: cannot write '%s': %s; %s", change->component, of && *of ? of : change->path,
		  path_follow_problem(error),
		  is_denied ? "run as root"
			    : "make this change where the file comes from, with the diff");
	return is_denied ? EXIT_NOT_PERMITTED : EXIT_FAILED;
}

static enum exit_code may_write(const struct policy_change *change)
{
	char why[POLICY_LOOSER_SIZE];

	if (change->policy->locked && !policy_is_stricter(change->policy, change->next, why)) {
		log_error("%s: '%s' is locked and can only become stricter: %s", change->component,
			  change->path, why);
		return EXIT_NOT_PERMITTED;
	}
	if (!policy_change_is_of_config_map(change->path))
		return EXIT_DONE;
	log_error("%s: '%s' is of a ConfigMap: what is written here would be gone with its next "
		  "change; make this one where the ConfigMap comes from, with the diff",
		  change->component, change->path);
	return EXIT_FAILED;
}

static void cleanup_staged(struct staged_files **staged)
{
	staged_files_free(*staged);
}

/* Nobody has changed it since it was read. */
static bool is_as_read(const struct policy_change *change)
{
	auto_free char *text = NULL;
	size_t size;

	return !file_read(change->path, YAML_TREE_SIZE_MAX, &text, &size) &&
	       !strcmp(text, change->text);
}

static enum exit_code file_write(const struct policy_change *change)
{
	cleanup(cleanup_staged) struct staged_files *staged = NULL;
	int r = staged_files_beside(&staged, change->path, PATIENCE);

	if (r)
		return write_failed(change, change->path, r);
	if (!is_as_read(change)) {
		log_error("%s: '%s' has been changed meanwhile; try again", change->component,
			  change->path);
		return EXIT_FAILED;
	}
	r = staged_files_add(staged, change->path, change->next_text, strlen(change->next_text),
			     true);
	r = r ?: staged_files_commit(staged);
	return r ? write_failed(change, staged_files_problem(staged), r) : EXIT_DONE;
}

/* A daemon that is not there will read it when it starts. */
static enum exit_code reload_ask(const char *socket, json_t **reload)
{
	auto_close int fd = control_socket_connect(socket);

	*reload = NULL;
	if (fd == -ENOENT || fd == -ECONNREFUSED)
		return EXIT_DONE;
	return control_ask(socket, json_pack("{s:s}", "verb", "reload"), reload);
}

enum exit_code policy_change_write(const struct policy_change *change, const char *socket,
				   bool *is_written, json_t **reload)
{
	enum exit_code code = may_write(change);

	*reload = NULL;
	code = code ?: file_write(change);
	*is_written = !code;
	return code ?: reload_ask(socket, reload);
}

void policy_change_clear(struct policy_change *change)
{
	free(change->text);
	free(change->next_text);
	policy_free(change->policy);
	policy_free(change->next);
	*change = (struct policy_change){};
}
