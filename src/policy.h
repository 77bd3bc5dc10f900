/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A policy: read from a YAML file and its digest files, checked, and compiled to the image that the
 * kernel side reads. Whole or not at all: a file with one error gives no policy.
 */
#ifndef MODWARDEN_POLICY_H
#define MODWARDEN_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "modwarden/decide.h"

#include "diag.h"
#include "digest_table.h"
#include "file_watch.h"

#define POLICY_PATH      "/etc/modwarden/policy.yaml"
#define POLICY_NAME_SIZE 65 /* of a rule, with the final NUL */

#define POLICY_KERNELS_MAX    64
#define POLICY_AUDIT_KEYS_MAX 64

/* Read-only once it is loaded, but for image->generation. */
struct policy {
	struct mw_policy *image;
	char (*rule_names)[POLICY_NAME_SIZE]; /* image->rule_count of them */
	unsigned int *rule_lines;             /* where each of them begins, from 1 */
	struct digest_table digests;
	char *kernels[POLICY_KERNELS_MAX]; /* releases it was made for, as patterns; none: any */
	size_t kernel_count;
	char *audit_keys[POLICY_AUDIT_KEYS_MAX]; /* of audit rules for modules; none: the usual ones
						  */
	size_t audit_key_count;
	bool locked; /* until reboot it can only become stricter */
};

/*
 * Reads, checks and compiles a policy. Relative names of digest files are relative to the policy's
 * directory. Errors and warnings go to 'diags', which starts empty; there may be warnings beside a
 * success. Every file that it comes from, or would come from, is added to 'watch', which may be
 * NULL.
 *
 * Returns 0, -EINVAL with at least one error in 'diags', or -ENOMEM.
 */
int policy_load(struct policy **ret, const char *path, struct file_watch *watch,
		struct diags *diags);

/* The same with the policy's text given; 'path' is its name in errors and tells its directory. */
int policy_parse(struct policy **ret, const char *path, const char *text, size_t size,
		 struct file_watch *watch, struct diags *diags);

/* NULL is accepted. */
void policy_free(struct policy *policy);

/* For cleanup(). */
static inline void cleanup_policy(struct policy **policy)
{
	policy_free(*policy);
}

/* The name of a rule, or "default" for MW_RULE_NONE. */
const char *policy_rule_name(const struct policy *policy, __u32 rule);

/* Rules that list a digest, or NULL. */
const struct mw_ruleset *policy_digest_rules(const struct policy *policy,
					     const __u8 digest[MW_DIGEST_SIZE]);

/* decide() with the digests looked up: what the kernel side does with its hash map. */
void policy_decide(const struct policy *policy, const struct mw_facts *facts,
		   struct mw_decision *decision);

/* The policy was made for this kernel release (uname -r). */
bool policy_matches_kernel(const struct policy *policy, const char *release);

/* The policy could deny the operation: it needs its gate. */
bool policy_can_deny(const struct policy *policy, enum mw_op op);

#endif
