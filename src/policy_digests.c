// SPDX-License-Identifier: GPL-2.0-or-later
/* The digest files that a policy names: found by glob(3), read, and counted into its identity. */
#include <errno.h>
#include <glob.h>
#include <string.h>

#include "cleanup.h"
#include "digest.h"
#include "digest_file.h"
#include "policy_draft.h"

static void cleanup_glob(glob_t *matches)
{
	globfree(matches);
}

int policy_digest_add(struct policy_draft *draft, struct place place,
		      const __u8 digest[MW_DIGEST_SIZE])
{
	int r = digest_table_add(&draft->policy->digests, digest, draft->rule_count);

	if (r == -ENOSPC)
		diag_error(draft->diags, place,
			   "over %d digests in one policy; rely on signatures for the rest",
			   MW_DIGESTS_MAX);
	draft_rule(draft)->digests += !r;
	return r;
}

static int digest_each(const __u8 digest[MW_DIGEST_SIZE], struct place place, void *arg)
{
	return policy_digest_add(arg, place, digest);
}

/* A file's digest and its rule: the same lines under another rule are another policy. */
static int identity_add(struct policy_draft *draft, const __u8 sha256[MW_DIGEST_SIZE])
{
	char hex[DIGEST_HEX_SIZE];
	char line[DIGEST_HEX_SIZE + 16];
	int length;

	digest_format(sha256, hex);
	length = snprintf(line, sizeof(line), "%s  %u\n", hex, draft->rule_count + 1);
	return EVP_DigestUpdate(draft->identity, line, (size_t)length) ? 0 : -ENOMEM;
}

static int digest_file_add(struct policy_draft *draft, const struct yaml_tree *value,
			   const char *path)
{
	__u8 sha256[MW_DIGEST_SIZE];
	int r = file_watch_add(draft->watch, path);

	if (!r)
		r = digest_file_read(path, draft_place(draft, value), digest_each, draft, sha256,
				     draft->diags);
	return r < 0 ? r : identity_add(draft, sha256);
}

/* A pattern below the policy's directory; the directory's own name is no pattern. */
static char *pattern_absolute(const char *policy, const char *pattern)
{
	const char *slash = strrchr(policy, '/');
	size_t length = slash && *pattern != '/' ? (size_t)(slash - policy) + 1 : 0;
	char *absolute = malloc(2 * length + strlen(pattern) + 1);
	char *out = absolute;

	if (!absolute)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		if (strchr("*?[\\", policy[i]))
			*out++ = '\\';
		*out++ = policy[i];
	}
	strcpy(out, pattern);
	return absolute;
}

/* A directory that is not there holds no match; one that cannot be read must not pass for empty. */
static int glob_error(const char *path, int error)
{
	(void)path;
	return error != ENOENT && error != ENOTDIR;
}

static int files_find(struct policy_draft *draft, const struct yaml_tree *value,
		      const char *pattern, glob_t *matches)
{
	switch (glob(pattern, 0, glob_error, matches)) {
	case 0:
		return 0;
	case GLOB_NOSPACE:
		return -ENOMEM;
	case GLOB_NOMATCH:
		return draft_error(draft, value,
				   "no file '%s'; names are relative to the policy's directory",
				   value->text);
	default:
		return draft_error(draft, value, "cannot look for '%s': %s", value->text,
				   strerror(errno));
	}
}

int digest_files_read(struct policy_draft *draft, const struct policy_key *key,
		      const struct yaml_tree *value)
{
	auto_free char *pattern = pattern_absolute(draft->file, value->text);
	cleanup(cleanup_glob) glob_t matches = {};
	int result = 0;
	int r;

	(void)key;
	if (!pattern)
		return -ENOMEM;
	/* Where only one file is meant, it alone is watched: others may come and go beside it. */
	r = strpbrk(value->text, "*?[") ? file_watch_add_parent(draft->watch, pattern) : 0;
	if (!r)
		r = files_find(draft, value, pattern, &matches);
	if (r == -EINVAL && file_watch_add_parent(draft->watch, pattern))
		return -ENOMEM;
	for (size_t i = 0; !r && i < matches.gl_pathc; i++) {
		r = digest_file_add(draft, value, matches.gl_pathv[i]);
		if (r == -EINVAL && !diags_full(draft->diags)) {
			result = r;
			r = 0;
		}
	}
	return r ? r : result;
}
