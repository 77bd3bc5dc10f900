// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "boottime.h"
#include "cleanup.h"
#include "digest.h"
#include "log.h"

/* What a machine without a policy gets: it may not be locked out. */
#define BUILT_IN "version: 1\nmode: monitor\ndefault: deny\nrules: []\n"

/* One that was there and is gone is no reason to do without. */
static bool may_be_missing(const struct policy_source *source)
{
	return source->may_be_missing && (!source->policy || source->is_missing);
}

static int read_text(struct policy_source *source, struct policy **ret, struct file_watch *watch,
		     struct diags *diags)
{
	struct stat st;
	int error;

	source->is_candidate_missing =
		may_be_missing(source) && lstat(source->path, &st) && errno == ENOENT;
	if (!source->is_candidate_missing)
		return policy_load(ret, source->path, watch, diags);
	error = file_watch_add(watch, source->path);
	if (!error)
		error = policy_parse(ret, "built-in policy", BUILT_IN, strlen(BUILT_IN), NULL,
				     diags);
	return error;
}

static void begin(struct policy_source *source, struct policy *policy)
{
	policy->image->generation = source->policy ? source->policy->image->generation + 1 : 1;
	if (policy_matches_kernel(policy, source->release) ||
	    policy->image->mode == MW_MODE_MONITOR)
		return;
	log_warning("policy: '%s' was not made for kernel %s (see its `kernels:`): monitor mode",
		    source->path, source->release);
	policy->image->mode = MW_MODE_MONITOR;
}

int policy_source_read(struct policy_source *source, struct policy **ret, char **why)
{
	struct file_watch *watch;
	struct policy *policy = NULL;
	struct diags diags = {};
	int error = file_watch_new(&watch);

	*why = NULL;
	if (error)
		return error;
	error = read_text(source, &policy, watch, &diags);
	diags_print(&diags, stderr);
	if (error)
		*why = diags_first_error(&diags, source->path);
	diags_clear(&diags);
	file_watch_free(source->watch);
	source->watch = watch;
	if (error)
		return error;
	begin(source, policy);
	*ret = policy;
	return 0;
}

void policy_source_take(struct policy_source *source, struct policy *policy)
{
	policy_free(source->policy);
	source->policy = policy;
	source->taken = boottime_now();
	source->is_refused = false;
	source->is_missing = source->is_candidate_missing;
}

void policy_source_adopt(struct policy_source *source, struct policy *policy)
{
	__u8 built_in[MW_DIGEST_SIZE];

	source->is_candidate_missing = !digest_of(BUILT_IN, strlen(BUILT_IN), built_in) &&
				       !memcmp(policy->image->sha256, built_in, sizeof(built_in));
	policy_source_take(source, policy);
}

bool policy_source_changed(const struct policy_source *source)
{
	return file_watch_look(source->watch);
}

const char *policy_source_path(const struct policy_source *source)
{
	return source->is_missing ? NULL : source->path;
}

bool policy_source_is_foreign(const struct policy_source *source)
{
	return !policy_matches_kernel(source->policy, source->release);
}

void policy_source_clear(struct policy_source *source)
{
	file_watch_free(source->watch);
	policy_free(source->policy);
	*source = (struct policy_source){};
}
