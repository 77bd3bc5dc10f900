// SPDX-License-Identifier: GPL-2.0-or-later
#include "update_names.h"

#include <string.h>

#include "cleanup.h"
#include "digest.h"
#include "log.h"
#include "module_digests.h"
#include "modwarden/policy_image.h"

static void learn(json_t *known, const __u8 digest[MW_DIGEST_SIZE], const char *name)
{
	char hex[DIGEST_HEX_SIZE];

	digest_format(digest, hex);
	json_object_set_new_nocheck(known, hex, json_string_nocheck(name));
}

/* A tree that cannot be read tells nothing. */
static void learn_tree(json_t *known, const char *trees, const char *release)
{
	cleanup(cleanup_kernel_tree) struct kernel_tree *tree = NULL;
	cleanup(tree_set_clear) struct tree_set set = {};
	auto_free struct module_digest *digests = NULL;
	auto_free char *directory = NULL;
	size_t failed;

	if (asprintf(&directory, "%s/%s", trees, release) < 0 ||
	    kernel_tree_open(&tree, directory) || kernel_tree_add_all(tree, MW_DIGESTS_MAX, &set) ||
	    module_digests_read(&set, &digests, &failed))
		return;
	for (size_t i = 0; i < set.count; i++) {
		learn(known, digests[i].stored, set.modules[i]->name);
		learn(known, digests[i].elf, set.modules[i]->name);
	}
}

/* Costs the reading of all modules, and is asked only where there is no other way. */
static json_t *learn_all(const char *trees, const json_t *installed)
{
	json_t *known = json_object();
	const char *release;
	json_t *value;

	json_object_foreach ((json_t *)installed, release, value)
		if (known)
			learn_tree(known, trees, release);
	return known;
}

static int take_modules(json_t *names, const json_t *entry)
{
	const json_t *module;
	size_t i;
	int error = 0;

	json_array_foreach (json_object_get(entry, "modules"), i, module) {
		auto_free char *name = module_path_name(json_string_value(module));

		error |= !name ||
			 json_object_set_nocheck(names, name, json_object_get(entry, "rule"));
	}
	return error;
}

static int take_digest(json_t *names, const char *digest, const json_t *entry,
		       const json_t *by_digest, json_t *known)
{
	json_t *rule = json_object_get(entry, "rule");
	const char *name;

	if (json_array_size(json_object_get(entry, "modules")))
		return take_modules(names, entry);
	name = json_string_value(json_object_get(by_digest, digest));
	name = name ?: json_string_value(json_object_get(known, digest));
	if (name)
		return json_object_set_nocheck(names, name, rule);
	log_warning("policy update: rule '%s' lists %.12s..., which is of no module that is "
		    "installed: whatever it is, it is listed for no other kernel",
		    json_string_value(rule), digest);
	return 0;
}

static bool is_told(const char *digest, const json_t *entry, const json_t *by_digest)
{
	return json_array_size(json_object_get(entry, "modules")) ||
	       json_object_get(by_digest, digest);
}

json_t *update_names(const json_t *names, const json_t *inline_digests, const json_t *by_digest,
		     const char *trees, const json_t *installed)
{
	json_t *result = json_copy((json_t *)names), *known = NULL;
	const char *digest;
	json_t *entry;
	int error = !result;

	json_object_foreach ((json_t *)inline_digests, digest, entry) {
		if (!known && !is_told(digest, entry, by_digest))
			known = learn_all(trees, installed);
		error = error ?: take_digest(result, digest, entry, by_digest, known);
	}
	json_decref(known);
	if (!error)
		return result;
	json_decref(result);
	return NULL;
}
