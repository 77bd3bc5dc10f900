// SPDX-License-Identifier: GPL-2.0-or-later
#include "baseline.h"

#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <limits.h>
#include <string.h>

#include "cleanup.h"
#include "digest.h"
#include "loaded_module.h"
#include "record_value.h"
#include "trusted_file.h"

struct baseline {
	const struct policy *policy;
	struct recorder *recorder;
	struct kmod_ctx *kmod; /* of /lib/modules/RELEASE */
	int sysfs;             /* /sys/module */
	char *loader;          /* whom the kernel calls to load modules; NULL: nobody */
};

/* A module's file as it is now. */
struct origin {
	char path[PATH_MAX];      /* "": none was found */
	struct module_file *file; /* NULL: not read, or not what was loaded; then ... */
	const char *problem;      /* ... this says why */
};

static char *find_loader(void)
{
	auto_free char *path = NULL;
	size_t size;

	if (file_read("/proc/sys/kernel/modprobe", PATH_MAX, &path, &size))
		return NULL;
	path[strcspn(path, "\n")] = '\0';
	return realpath(path, NULL);
}

static void ignore_message(void *data, int priority, const char *file, int line,
			   const char *function, const char *format, va_list args)
{
	(void)data, (void)priority, (void)file, (void)line, (void)function, (void)format,
		(void)args;
}

int baseline_new(struct baseline **ret, const struct policy *policy, struct recorder *recorder)
{
	struct baseline *baseline = calloc(1, sizeof(*baseline));

	if (!baseline)
		return -ENOMEM;
	baseline->policy = policy;
	baseline->recorder = recorder;
	baseline->loader = find_loader();
	baseline->sysfs = open("/sys/module", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	baseline->kmod = kmod_new(NULL, NULL);
	if (!baseline->kmod) {
		baseline_free(baseline);
		return -ENOMEM;
	}
	kmod_set_log_fn(baseline->kmod, ignore_message, NULL);
	kmod_load_resources(baseline->kmod);
	*ret = baseline;
	return 0;
}

void baseline_set_policy(struct baseline *baseline, const struct policy *policy)
{
	baseline->policy = policy;
}

void baseline_free(struct baseline *baseline)
{
	if (!baseline)
		return;
	kmod_unref(baseline->kmod);
	cleanup_close(&baseline->sysfs);
	free(baseline->loader);
	free(baseline);
}

static void cleanup_kmod_module(struct kmod_module **module)
{
	kmod_module_unref(*module);
}

/* Where modprobe would take it from, without symbolic links. */
static bool find_path(struct baseline *baseline, const char *name, char path[PATH_MAX])
{
	cleanup(cleanup_kmod_module) struct kmod_module *module = NULL;
	const char *found;

	if (kmod_module_new_from_name(baseline->kmod, name, &module) < 0)
		return false;
	found = kmod_module_get_path(module);
	return found && realpath(found, path);
}

static void cleanup_origin(struct origin *origin)
{
	module_file_free(origin->file);
}

static void find_origin(struct baseline *baseline, const struct loaded_module *loaded,
			struct origin *origin)
{
	*origin = (struct origin){};
	if (!find_path(baseline, loaded->name, origin->path)) {
		origin->path[0] = '\0';
		origin->problem = "it has no file in /lib/modules";
	} else if (module_file_read(&origin->file, origin->path)) {
		origin->problem = "its file cannot be read";
	} else {
		origin->problem = loaded_module_differs(loaded, origin->file);
	}
	if (origin->problem) {
		module_file_free(origin->file);
		origin->file = NULL;
	}
}

static void cleanup_verdict(struct loaded_verdict *verdict)
{
	free(verdict->ways);
}

/* "problem; ways", or what there is of it; NULL: nothing. */
static char *detail_of(const struct origin *origin, const struct loaded_verdict *verdict)
{
	char *detail = NULL;

	if (!origin->problem && !verdict->ways)
		return NULL;
	if (asprintf(&detail, "%s%s%s", origin->problem ?: "",
		     origin->problem && verdict->ways ? "; " : "", verdict->ways ?: "") < 0)
		return NULL;
	return detail;
}

void baseline_judge(struct baseline *baseline, const struct module *module, baseline_fn *tell,
		    void *arg)
{
	cleanup(cleanup_origin) struct origin origin = {};
	cleanup(cleanup_verdict) struct loaded_verdict verdict = {};
	struct loaded_module loaded;
	struct load_context context = {
		.container = "none",
		.loader = baseline->loader,
		.known = MW_BIT(MW_CRITERION_UID) | MW_BIT(MW_CRITERION_AUID),
		.auid = UNSET_ID,
	};
	auto_free char *detail = NULL;
	char sha256[DIGEST_HEX_SIZE];

	loaded_module_read(&loaded, module->name, module->taints, baseline->sysfs);
	find_origin(baseline, &loaded, &origin);
	if (origin.file) {
		context.path = origin.path;
		digest_format(origin.file->stored_sha256, sha256);
	}
	if (loaded_module_judge(&loaded, baseline->policy, origin.file, &context, &verdict))
		verdict.verdict = MW_VERDICT_NONE;
	detail = detail_of(&origin, &verdict);
	tell(
		&(struct record_module){
			.reason = RECORD_MODULE_BASELINE,
			.name = loaded.name,
			.srcversion = loaded.srcversion[0] ? loaded.srcversion : NULL,
			.taints = loaded.taints,
			.sha256 = origin.file ? sha256 : NULL,
			.path = origin.path[0] ? origin.path : NULL,
			.signer = origin.file ? origin.file->signer : NULL,
			.verdict = verdict.verdict,
			.rule = verdict.rule,
			.detail = detail,
		},
		arg);
}

static void write_report(const struct record_module *record, void *arg)
{
	recorder_module(arg, record);
}

void baseline_report(struct baseline *baseline, const struct module *module)
{
	baseline_judge(baseline, module, write_report, baseline->recorder);
}
