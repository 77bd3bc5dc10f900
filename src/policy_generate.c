// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_generate.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "log.h"
#include "path_follow.h"
#include "path_glob.h"
#include "policy.h"
#include "policy_replaced.h"
#include "policy_self_check.h"
#include "policy_text.h"
#include "staged_files.h"

#define PATIENCE 30 /* seconds, for another one that writes there */
#define TOLD_MAX 10 /* modules that would be refused */

enum { STORED, ELF, LISTS };

/* Everything that is written, in memory first. */
struct written {
	char *directory;       /* of the policy, as it was named */
	char *patterns[LISTS]; /* as the policy has them */
	char *paths[LISTS];    /* of the digest files */
	char *texts[LISTS];
	size_t sizes[LISTS];
	size_t count; /* of digest files: LISTS or 0 */
	char *policy;
	size_t policy_size;
};

static void cleanup_written(struct written *written)
{
	for (int i = 0; i < LISTS; i++) {
		free(written->patterns[i]);
		free(written->paths[i]);
		free(written->texts[i]);
	}
	free(written->directory);
	free(written->policy);
}

static void cleanup_staged(struct staged_files **staged)
{
	staged_files_free(*staged);
}

void generation_clear(struct generation *generation)
{
	digest_list_clear(&generation->stored);
	digest_list_clear(&generation->elf);
}

static enum exit_code write_failed(const char *path, int error)
{
	bool is_denied = error == -EACCES || error == -EPERM;

	log_error("policy generate: cannot write '%s': %s%s", path,
		  error == -EBUSY ? "another modwarden is writing there"
				  : path_follow_problem(error),
		  is_denied ? "; run it through sudo" : "");
	return is_denied ? EXIT_NOT_PERMITTED : EXIT_FAILED;
}

static enum exit_code no_memory(void)
{
	log_error("policy generate: cannot generate a policy: %s", strerror(ENOMEM));
	return EXIT_FAILED;
}

/* ---- the digest files ---- */

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

/* Beside the policy, by the kernel's name or by the policy's. */
static char *pattern_of(const struct generation *generation, const char *policy, bool is_elf)
{
	const char *base = strrchr(policy, '/') ? strrchr(policy, '/') + 1 : policy;
	const char *dot = strrchr(base, '.');
	int length = dot && dot != base ? (int)(dot - base) : (int)strlen(base);
	char *pattern;
	int r;

	if (generation->release)
		r = asprintf(&pattern, DIGEST_DIRECTORY "/%s%s" DIGEST_SUFFIX, generation->release,
			     is_elf ? DIGEST_ELF : "");
	else
		r = asprintf(&pattern, "%.*s%s" DIGEST_SUFFIX, length, base,
			     is_elf ? DIGEST_ELF : "");
	return r < 0 ? NULL : pattern;
}

static char *head_of(const struct generation *generation, bool is_elf)
{
	return generation->release
		       ? digest_head_write(generation->scope, generation->release, is_elf)
		       : strdup("");
}

static int digests_name(const struct generation *generation, const char *policy,
			struct written *written)
{
	written->directory = directory_of(policy);
	for (int i = 0; i < LISTS && written->directory; i++) {
		written->patterns[i] = pattern_of(generation, policy, i == ELF);
		if (!written->patterns[i] || asprintf(&written->paths[i], "%s/%s",
						      written->directory, written->patterns[i]) < 0)
			return -ENOMEM;
	}
	return written->directory ? 0 : -ENOMEM;
}

static int digests_write(const struct generation *generation, struct written *written)
{
	const struct digest_list *lists[LISTS] = { &generation->stored, &generation->elf };

	for (int i = 0; i < LISTS; i++) {
		auto_free char *head = head_of(generation, i == ELF);

		if (!head ||
		    digest_list_write(lists[i], head, &written->texts[i], &written->sizes[i]))
			return -ENOMEM;
	}
	written->count = LISTS;
	return 0;
}

/* ---- the policy ---- */

static struct policy_text text_of(const struct generation *generation)
{
	return (struct policy_text){
		.origin = generation->origin,
		/* Signatures alone are of no particular kernel. */
		.release = generation->stored.count ? generation->release : NULL,
		.trusts_signed = generation->scope == DIGEST_SCOPE_UNSIGNED,
	};
}

static int policy_write(const struct generation *generation, struct written *written)
{
	static const char *const all[] = { DIGEST_DIRECTORY "/*" DIGEST_SUFFIX };
	struct policy_text text = text_of(generation);
	struct bytes files[LISTS], body = {};
	auto_free char *bytes = NULL;

	if (!written->count) {
		text.inline_lists[0] = &generation->stored;
		text.inline_lists[1] = &generation->elf;
	} else {
		text.files = generation->release ? all : (const char *const *)written->patterns;
		text.file_count = generation->release ? 1 : LISTS;
	}
	if (policy_text_write(&text, &bytes, &body.size))
		return -ENOMEM;
	body.data = bytes;
	for (size_t i = 0; i < written->count; i++)
		files[i] = (struct bytes){ written->texts[i], written->sizes[i] };
	return policy_text_sign(&body, files, written->count, &written->policy,
				&written->policy_size);
}

/* ---- whether it will do ---- */

struct told {
	int count;
};

static void tell_refused(const struct record_module *module, void *arg)
{
	struct told *told = arg;

	if (told->count++ < TOLD_MAX)
		log_error("policy generate: module '%s' is loaded, and would %s: %s", module->name,
			  module->verdict == MW_VERDICT_DENY ? "be refused"
							     : "not always be allowed",
			  module->detail ?: "the policy does not list it");
	else if (told->count == TOLD_MAX + 1)
		log_error("policy generate: ... and more");
}

static enum exit_code check_loaded(const struct policy *policy, bool force)
{
	struct told told = {};
	int count = policy_self_check(policy, tell_refused, &told);

	if (count < 0) {
		log_error("policy generate: cannot look at the loaded modules: %s",
			  strerror(-count));
		return EXIT_FAILED;
	}
	if (!count)
		return EXIT_DONE;
	if (force) {
		log_warning("policy generate: written all the same, since --force says so");
		return EXIT_DONE;
	}
	log_error("policy generate: no policy was written, because %d loaded module%s would be "
		  "refused; put %s into the kernel's tree, unload %s, or say --force",
		  count, count == 1 ? "" : "s", count == 1 ? "its file" : "their files",
		  count == 1 ? "it" : "them");
	return EXIT_FAILED;
}

/* As the daemon will read it. */
static enum exit_code check_text(const struct generation *generation, const char *path,
				 const char *text, size_t size, bool force)
{
	cleanup(cleanup_policy) struct policy *policy = NULL;
	cleanup(diags_clear) struct diags diags = {};
	int error = policy_parse(&policy, path, text, size, NULL, &diags);

	diags_print(&diags, stderr);
	if (error == -EINVAL) {
		log_error("policy generate: no policy was written: it would not be valid");
		return EXIT_POLICY;
	}
	if (error)
		return no_memory();
	return generation->is_of_this_kernel ? check_loaded(policy, force) : EXIT_DONE;
}

/* The same policy with its files where they lie until they are renamed, and those that stay. */
static enum exit_code check_aside(const struct generation *generation,
				  const struct written *written, const struct staged_files *staged,
				  const struct generation_output *output)
{
	cleanup(path_list_clear) struct path_list found = {};
	auto_free char *pattern = NULL, *text = NULL;
	auto_free const char **files = NULL;
	struct policy_text policy = text_of(generation);
	size_t size;

	if (!written->count)
		return check_text(generation, output->path, written->policy, written->policy_size,
				  output->force);
	if (asprintf(&pattern, "%s/" DIGEST_DIRECTORY "/*" DIGEST_SUFFIX, written->directory) < 0)
		return no_memory();
	if (generation->release && path_glob(&found, pattern) == -ENOMEM)
		return no_memory();
	files = calloc(LISTS + found.count, sizeof(*files));
	if (!files)
		return no_memory();
	for (size_t i = 0; i < LISTS; i++)
		files[policy.file_count++] = staged_files_aside(staged, i);
	for (size_t i = 0; i < found.count; i++)
		if (strcmp(found.paths[i], written->paths[STORED]) != 0 &&
		    strcmp(found.paths[i], written->paths[ELF]) != 0) {
			log_info("policy generate: '%s' is there already: what it lists will be "
				 "allowed, too",
				 found.paths[i]);
			files[policy.file_count++] =
				found.paths[i] + strlen(written->directory) + 1;
		}
	policy.files = files;
	if (policy_text_write(&policy, &text, &size))
		return no_memory();
	return check_text(generation, output->path, text, size, output->force);
}

/* ---- writing ---- */

static enum exit_code may_replace(const struct written *written, size_t count,
				  const struct generation_output *output)
{
	const char *paths[] = { output->path, written->paths[STORED], written->paths[ELF] };
	struct stat st;

	for (size_t i = 0; i < 1 + count; i++)
		if (!output->replace && !lstat(paths[i], &st)) {
			log_error("policy generate: '%s' is there already; %s", paths[i],
				  i ? "it belongs to another policy in this directory: choose "
				      "another directory, or say --replace"
				    : "say --replace to have it replaced");
			return EXIT_FAILED;
		}
	return EXIT_DONE;
}

static void tell_digests(const struct written *written)
{
	struct stat st;

	for (size_t i = 0; i < written->count; i++)
		if (!lstat(written->paths[i], &st))
			log_warning("policy generate: '%s' becomes '%s.old', for every policy that "
				    "has its digests from there",
				    written->paths[i], written->paths[i]);
}

static int stage(struct staged_files *staged, const struct written *written, const char *path)
{
	int error = 0;

	for (size_t i = 0; i < written->count && !error; i++)
		error = staged_files_add(staged, written->paths[i], written->texts[i],
					 written->sizes[i], true);
	return error ?: staged_files_add(staged, path, written->policy, written->policy_size, true);
}

static enum exit_code write_files(const struct generation *generation, struct written *written,
				  const struct generation_output *output)
{
	cleanup(cleanup_staged) struct staged_files *staged = NULL;
	enum exit_code code = may_replace(written, written->count, output);
	size_t digests = generation->stored.count + generation->elf.count;
	int error;

	if (code)
		return code;
	error = staged_files_beside(&staged, output->path, PATIENCE);
	if (error)
		return write_failed(written->directory, error);
	/* Whoever had the lock before may have written them. */
	code = may_replace(written, written->count, output);
	if (code)
		return code;
	error = stage(staged, written, output->path);
	if (error)
		return write_failed(staged_files_problem(staged), error);
	code = check_aside(generation, written, staged, output);
	if (code)
		return code;
	policy_tell_replaced(output->path);
	tell_digests(written);
	error = staged_files_commit(staged);
	if (error)
		return write_failed(staged_files_problem(staged), error);
	log_info("policy generate: '%s' written: %zu module%s, %zu digest%s, monitor mode",
		 output->path, generation->stored.count, generation->stored.count == 1 ? "" : "s",
		 digests, digests == 1 ? "" : "s");
	return EXIT_DONE;
}

static enum exit_code write_stdout(const struct generation *generation,
				   const struct written *written, bool force)
{
	enum exit_code code = check_text(generation, "generated policy", written->policy,
					 written->policy_size, force);

	if (code)
		return code;
	if (fwrite(written->policy, written->policy_size, 1, stdout) != 1 || fflush(stdout))
		return write_failed("standard output", -errno);
	return EXIT_DONE;
}

enum exit_code policy_generate_begin(const struct generation *generation,
				     const struct generation_output *output)
{
	cleanup(cleanup_written) struct written written = {};
	bool is_sure = generation->scope != DIGEST_SCOPE_UNSIGNED;

	if (!output->path)
		return EXIT_DONE;
	if (digests_name(generation, output->path, &written))
		return no_memory();
	return may_replace(&written, is_sure ? LISTS : 0, output);
}

enum exit_code policy_generate_write(const struct generation *generation,
				     const struct generation_output *output)
{
	cleanup(cleanup_written) struct written written = {};
	bool is_empty = !generation->stored.count && !generation->elf.count;
	int error = 0;

	if (output->path)
		error = digests_name(generation, output->path, &written);
	if (output->path && !is_empty && !error)
		error = digests_write(generation, &written);
	error = error ?: policy_write(generation, &written);
	if (error)
		return no_memory();
	return output->path ? write_files(generation, &written, output)
			    : write_stdout(generation, &written, output->force);
}
