// SPDX-License-Identifier: GPL-2.0-or-later
/* The digest files that a policy names: found by their names, read, and counted into its identity.
 */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "digest.h"
#include "digest_file.h"
#include "path_glob.h"
#include "policy_draft.h"
#include "trusted_directory.h"

/* Where there are too many digests is known when those that stand there twice are merged. */
static int crowd_note(struct policy_draft *draft, struct place place)
{
	if (draft->policy->digests.count <= MW_DIGESTS_MAX) {
		free(draft->crowded_file);
		draft->crowded_file = NULL;
		return 0;
	}
	if (draft->crowded_file)
		return 0;
	draft->crowded_file = strdup(place.file);
	draft->crowded = place;
	draft->crowded.file = draft->crowded_file;
	return draft->crowded_file ? 0 : -ENOMEM;
}

int policy_digests_crowded(struct policy_draft *draft)
{
	return diag_error(
		draft->diags,
		draft->crowded_file ? draft->crowded : (struct place){ .file = draft->file },
		"over %d digests in one policy; rely on signatures for the rest", MW_DIGESTS_MAX);
}

int policy_digest_add(struct policy_draft *draft, struct place place,
		      const __u8 digest[MW_DIGEST_SIZE])
{
	int r = digest_table_add(&draft->policy->digests, digest, draft->rule_count);

	if (r == -ENOSPC)
		policy_digests_crowded(draft);
	draft_rule(draft)->digests += !r;
	return r ?: crowd_note(draft, place);
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

/* Where a pattern looks, others may not add what it finds. */
static int found_check(struct policy_draft *draft, const struct yaml_tree *value, const char *path)
{
	if (!strpbrk(value->text, "*?["))
		return 0;
	return trusted_directory_check_found(path, value->text, draft_place(draft, value),
					     draft->diags);
}

static int files_find(struct policy_draft *draft, const struct yaml_tree *value,
		      const char *pattern, struct path_list *matches)
{
	int error = path_glob(matches, pattern);

	if (!error || error == -ENOMEM)
		return error;
	if (error == -ENOENT)
		return draft_error(draft, value,
				   "no file '%s'; names are relative to the policy's directory",
				   value->text);
	return draft_error(draft, value, "cannot look for '%s': %s", value->text, strerror(-error));
}

int digest_files_read(struct policy_draft *draft, const struct policy_key *key,
		      const struct yaml_tree *value)
{
	auto_free char *pattern = path_glob_beside(draft->file, value->text);
	cleanup(path_list_clear) struct path_list matches = {};
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
	for (size_t i = 0; !r && i < matches.count; i++) {
		r = found_check(draft, value, matches.paths[i])
			    ?: digest_file_add(draft, value, matches.paths[i]);
		if (r == -EINVAL && !diags_full(draft->diags)) {
			result = r;
			r = 0;
		}
	}
	return r ? r : result;
}
