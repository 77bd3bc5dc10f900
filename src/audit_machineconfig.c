// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_machineconfig.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>

#define API_VERSION "machineconfiguration.openshift.io/v1"
#define ROLE_LABEL  "machineconfiguration.openshift.io/role"
#define IGNITION    "3.2.0" /* OpenShift 4.7 and later read it */
#define FILE_MODE   0644    /* written as 420 */
#define NAME_SIZE   64
#define NOT_ENCODED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

static const char *const role_names[AUDIT_ROLES] = {
	[AUDIT_ROLE_MASTER] = "master",
	[AUDIT_ROLE_WORKER] = "worker",
};

const struct words audit_role_words = { role_names, AUDIT_ROLES };

char *data_url_encode(const char *text)
{
	char *encoded = malloc(3 * strlen(text) + 1), *end = encoded;

	if (!encoded)
		return NULL;
	for (; *text; text++)
		if (strchr(NOT_ENCODED, *text))
			*end++ = *text;
		else
			end += sprintf(end, "%%%02X", (unsigned char)*text);
	*end = '\0';
	return encoded;
}

/* "75-audit-kernel-modules-master": sorted with the file that it carries. */
static void name_format(char name[NAME_SIZE], enum audit_profile profile, enum audit_role role)
{
	const char *file = strrchr(audit_profile_path(profile), '/') + 1;
	const char *suffix =
		profile == AUDIT_PROFILE_E8 ? "" : word_of(&audit_profile_words, profile);

	snprintf(name, NAME_SIZE, "%.2s-audit-kernel-modules%s%s-%s", file, *suffix ? "-" : "",
		 suffix, word_of(&audit_role_words, role));
}

static char *source_make(enum audit_profile profile, const struct audit_arch *arch)
{
	auto_free char *rules = audit_profile_rules(profile, arch);
	auto_free char *encoded = rules ? data_url_encode(rules) : NULL;
	char *source = NULL;

	return encoded && asprintf(&source, "data:,%s", encoded) >= 0 ? source : NULL;
}

json_t *audit_machineconfig_json(enum audit_profile profile, const struct audit_arch *arch,
				 enum audit_role role)
{
	auto_free char *source = source_make(profile, arch);
	char name[NAME_SIZE];

	if (!source)
		return NULL;
	name_format(name, profile, role);
	return json_pack(
		"{s:s, s:s, s:{s:s, s:{s:s}}, s:{s:{s:{s:s}, s:{s:[{s:s, s:i, s:b, s:{s:s}}]}}}}",
		"apiVersion", API_VERSION, "kind", "MachineConfig", "metadata", "name", name,
		"labels", ROLE_LABEL, word_of(&audit_role_words, role), "spec", "config",
		"ignition", "version", IGNITION, "storage", "files", "path",
		audit_profile_path(profile), "mode", FILE_MODE, "overwrite", 1, "contents",
		"source", source);
}

int audit_machineconfig_yaml(FILE *out, enum audit_profile profile, const struct audit_arch *arch,
			     enum audit_role role)
{
	auto_free char *source = source_make(profile, arch);
	char name[NAME_SIZE];

	if (!source)
		return -ENOMEM;
	name_format(name, profile, role);
	fprintf(out,
		"apiVersion: " API_VERSION "\n"
		"kind: MachineConfig\n"
		"metadata:\n"
		"  name: %s\n"
		"  labels:\n"
		"    " ROLE_LABEL ": %s\n"
		"spec:\n"
		"  config:\n"
		"    ignition:\n"
		"      version: " IGNITION "\n"
		"    storage:\n"
		"      files:\n"
		"        - path: %s\n"
		"          mode: %d\n"
		"          overwrite: true\n"
		"          contents:\n"
		"            source: \"%s\"\n",
		name, word_of(&audit_role_words, role), audit_profile_path(profile), FILE_MODE,
		source);
	return 0;
}
