// SPDX-License-Identifier: GPL-2.0-or-later
#include "survey.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/utsname.h>

#include "cleanup.h"
#include "log.h"
#include "record_value.h"

#define DEVICES     "/sys/devices"
#define MODULES_MAX 100000

char *survey_directory(const char *release)
{
	struct utsname host;
	char *path;

	if (!release) {
		uname(&host);
		release = host.release;
	}
	return asprintf(&path, KERNEL_TREES "/%s", release) < 0 ? NULL : path;
}

static enum exit_code tree_failed(const char *component, const struct survey *survey,
				  const char *directory, int error)
{
	const char *of = survey->tree ? kernel_tree_problem(survey->tree) : NULL;

	if (error == -ENODATA)
		log_error("%s: cannot read '%s': it has no modules.dep.bin; run depmod", component,
			  directory);
	else
		log_error("%s: cannot read '%s': %s", component, of && *of ? of : directory,
			  strerror(-error));
	return EXIT_FAILED;
}

/* What is loaded and not in that tree will not be there either, or comes from elsewhere. */
static void missing_ignore(const char *name, void *arg)
{
	(void)name, (void)arg;
}

static int modules_add(struct survey *survey, enum survey_scope scope)
{
	int r;

	if (scope == SURVEY_ALL)
		return kernel_tree_add_all(survey->tree, MODULES_MAX, &survey->set);
	r = kernel_tree_add_hardware(survey->tree, DEVICES, &survey->set);
	/* A kernel without modules has none that is loaded. */
	if (r || access("/proc/modules", F_OK))
		return r;
	return kernel_tree_add_loaded(survey->tree, missing_ignore, NULL, &survey->set);
}

enum exit_code survey_take(struct survey *survey, const char *component, const char *directory,
			   enum survey_scope scope)
{
	char real[PATH_MAX];
	int r = realpath(directory, real) ? 0 : -errno;

	r = r ?: kernel_tree_open(&survey->tree, real);
	r = r ?: modules_add(survey, scope);
	return r ? tree_failed(component, survey, directory, r) : EXIT_DONE;
}

enum exit_code survey_take_installed(struct survey *survey, const char *component, const char *tree,
				     const char *release)
{
	auto_free char *directory = tree ? strdup(tree) : survey_directory(release);

	if (!directory) {
		log_error("%s: %s", component, strerror(ENOMEM));
		return EXIT_FAILED;
	}
	if (!tree && access(directory, F_OK)) {
		log_warning("%s: there is no '%s': nothing is compared with modules", component,
			    directory);
		return EXIT_DONE;
	}
	return survey_take(survey, component, directory, SURVEY_ALL) ? EXIT_FAILED : EXIT_DONE;
}

enum exit_code survey_take_named(struct survey *survey, const char *component,
				 const char *directory, const char *name)
{
	int r = kernel_tree_open(&survey->tree, directory);

	r = r ?: kernel_tree_add(survey->tree, name, TREE_NAMED, &survey->set);
	if (r == -ENOENT || (!r && !survey->set.count))
		return EXIT_NOTHING;
	return r ? tree_failed(component, survey, directory, r) : EXIT_DONE;
}

enum exit_code survey_digest(struct survey *survey, const char *component)
{
	size_t failed;
	int r = module_digests_read(&survey->set, &survey->digests, &failed);

	if (!r)
		return EXIT_DONE;
	log_error("%s: cannot read '%s': %s", component,
		  failed < survey->set.count ? survey->set.modules[failed]->path : "modules",
		  module_file_problem(r));
	return EXIT_FAILED;
}

int survey_outcomes(const struct survey *survey, size_t index, const struct policy *policy,
		    bool both, struct load_outcome outcomes[LOAD_OUTCOMES_MAX])
{
	const struct tree_module *module = survey->set.modules[index];
	const struct module_digest *digest = &survey->digests[index];
	struct module_file file = {
		.compression = digest->compression,
		.signature = digest->signature,
	};
	const struct load_context context = {
		.path = module->path,
		.is_brief = true,
		.container = "none",
		.known = MW_BIT(MW_CRITERION_UID) | MW_BIT(MW_CRITERION_AUID),
		.auid = UNSET_ID,
		.is_signed =
			digest->signature == MW_SIGNATURE_PRESENT && !both ? MW_TRUE : MW_UNKNOWN,
	};

	snprintf(file.name, sizeof(file.name), "%s", module->name);
	memcpy(file.stored_sha256, digest->stored, sizeof(file.stored_sha256));
	memcpy(file.elf_sha256, digest->elf, sizeof(file.elf_sha256));
	return load_outcomes(policy, &file, &context, outcomes);
}

void survey_clear(struct survey *survey)
{
	tree_set_clear(&survey->set);
	kernel_tree_free(survey->tree);
	free(survey->digests);
	*survey = (struct survey){};
}
