/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The audit rules that standards ask for, and the MachineConfigs that carry them. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit_line.h"
#include "audit_machineconfig.h"
#include "cleanup.h"
#include "trusted_file.h"
#include "yaml_tree.h"

/* The text of the compliance page, as it stands there. */
#define PAGE                                                                                       \
	"## Kernel module monitoring\n"                                                            \
	"-a always,exit -F arch=b64 -S init_module -S finit_module -k module_load\n"               \
	"-a always,exit -F arch=b32 -S init_module -S finit_module -k module_load\n"               \
	"-a always,exit -F arch=b64 -S delete_module -k module_unload\n"                           \
	"-a always,exit -F arch=b32 -S delete_module -k module_unload\n"

static char *shipped(const char *name)
{
	char path[256] = __FILE__;
	char *text = NULL;
	size_t size;

	strcpy(strrchr(path, '/') + 1, "../../deploy/audit/");
	strcat(path, name);
	if (file_read(path, 1 << 20, &text, &size) < 0)
		fail_msg("cannot read %s", path);
	return text;
}

static void e8_is_the_text_of_the_page(void **state)
{
	static const char *const names[] = { "x86_64", "aarch64", "s390x", "ppc64" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		auto_free char *text =
			audit_profile_rules(AUDIT_PROFILE_E8, audit_arch_find(names[i]));

		assert_string_equal(text, PAGE);
	}
	assert_string_equal(audit_profile_path(AUDIT_PROFILE_E8),
			    "/etc/audit/rules.d/75-kernel-modules.rules");
}

static void no_line_names_calls_that_audit_does_not_know_there(void **state)
{
	auto_free char *power = audit_profile_rules(AUDIT_PROFILE_ALL, audit_arch_find("ppc64le"));
	auto_free char *intel = audit_profile_rules(AUDIT_PROFILE_ALL, audit_arch_find("i686"));
	auto_free char *arm = audit_profile_rules(AUDIT_PROFILE_CIS, audit_arch_find("aarch64"));

	(void)state;
	assert_null(strstr(power, "arch=b32"));
	assert_non_null(strstr(power, "arch=b64 -S init_module -S finit_module -k module_load\n"));
	assert_null(strstr(intel, "arch=b64"));
	assert_non_null(strstr(intel, "arch=b32 -S delete_module -k module_unload\n"));
	assert_null(strstr(arm, "create_module"));
	assert_non_null(strstr(arm, "arch=b64 -S init_module,finit_module,delete_module -F auid"));
}

/* By libaudit's own tables of the processor's calls, as auditctl reads them. */
static void auditctl_takes_each_line_of_each_processor(void **state)
{
	static const char *const names[] = { "x86_64", "aarch64", "ppc64le", "s390x",
					     "ppc64",  "i686",	  "armv7l" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct audit_arch *arch = audit_arch_find(names[i]);
		auto_free char *text = audit_profile_rules(AUDIT_PROFILE_ALL, arch);
		char *rest = text, *line;
		int rules = 0;

		while ((line = strsep(&rest, "\n"))) {
			struct audit_line parsed;

			assert_int_equal(audit_line_parse(&parsed, line, arch), 0);
			if (parsed.kind == AUDIT_LINE_ERROR)
				fail_msg("%s: '%s': %s", names[i], line, parsed.error);
			rules += parsed.kind == AUDIT_LINE_RULE;
			audit_line_clear(&parsed);
		}
		assert_true(rules >= 6);
	}
}

static void all_begins_with_the_lines_that_record_everybody(void **state)
{
	auto_free char *text = audit_profile_rules(AUDIT_PROFILE_ALL, audit_arch_find("x86_64"));

	(void)state;
	assert_int_equal(strncmp(text, PAGE, strlen(PAGE)), 0);
	assert_non_null(strstr(text, "-S init_module,finit_module -F auid>=1000 -F auid!=unset "
				     "-k module_chng\n"));
	assert_non_null(strstr(text, "-a always,exit -F path=/usr/bin/kmod -F perm=x "
				     "-F auid>=1000 -F auid!=unset -k kernel_modules\n"));
}

static void shipped_rules_are_what_the_generator_writes(void **state)
{
	static const struct {
		enum audit_profile profile;
		const char *name;
	} files[] = {
		{ AUDIT_PROFILE_E8, "75-kernel-modules.rules" },
		{ AUDIT_PROFILE_STIG, "76-kernel-modules-stig.rules" },
		{ AUDIT_PROFILE_CIS, "77-kernel-modules-cis.rules" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		auto_free char *text =
			audit_profile_rules(files[i].profile, audit_arch_find("x86_64"));
		auto_free char *file = shipped(files[i].name);

		assert_string_equal(text, file);
		assert_string_equal(strrchr(audit_profile_path(files[i].profile), '/') + 1,
				    files[i].name);
	}
}

static char *yaml_of(enum audit_profile profile, const char *arch, enum audit_role role)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(audit_machineconfig_yaml(out, profile, audit_arch_find(arch), role), 0);
	fclose(out);
	return text;
}

static void shipped_machineconfigs_are_what_the_generator_writes(void **state)
{
	auto_free char *master = shipped("75-audit-kernel-modules-master.yaml");
	auto_free char *worker = shipped("75-audit-kernel-modules-worker.yaml");
	auto_free char *of_master = yaml_of(AUDIT_PROFILE_E8, "x86_64", AUDIT_ROLE_MASTER);
	auto_free char *of_worker = yaml_of(AUDIT_PROFILE_E8, "x86_64", AUDIT_ROLE_WORKER);

	(void)state;
	assert_string_equal(of_master, master);
	assert_string_equal(of_worker, worker);
}

/* The scalar behind keys, the first item of a sequence; as in "spec", "config", NULL. */
static const char *scalar(const struct yaml_tree *node, ...)
{
	const char *key;
	va_list keys;

	va_start(keys, node);
	while (node && (key = va_arg(keys, const char *))) {
		if (node->kind == YAML_TREE_SEQUENCE)
			node = node->child;
		for (node = node->child; node && strcmp(node->key->text, key);)
			node = node->next;
	}
	va_end(keys);
	assert_non_null(node);
	return node->text;
}

static char *data_url_decode(const char *url)
{
	char *text = calloc(1, strlen(url) + 1), *end = text;
	unsigned int byte;

	assert_int_equal(strncmp(url, "data:,", 6), 0);
	for (url += 6; *url; url++) {
		if (*url != '%') {
			*end++ = *url;
			continue;
		}
		assert_int_equal(sscanf(url + 1, "%2x", &byte), 1);
		*end++ = (char)byte;
		url += 2;
	}
	return text;
}

#define OF_FILE "spec", "config", "storage", "files"

static void ignition_of_each_is_the_rules_file_with_a_decimal_mode(void **state)
{
	static const char *const arches[] = { "x86_64", "aarch64", "ppc64le", "s390x" };

	(void)state;
	for (enum audit_profile profile = AUDIT_PROFILE_E8; profile < AUDIT_PROFILES; profile++)
		for (size_t i = 0; i < 2 * sizeof(arches) / sizeof(*arches); i++) {
			enum audit_role role = i % 2 ? AUDIT_ROLE_MASTER : AUDIT_ROLE_WORKER;
			auto_free char *yaml = yaml_of(profile, arches[i / 2], role);
			auto_free char *rules =
				audit_profile_rules(profile, audit_arch_find(arches[i / 2]));
			auto_free char *text = NULL;
			struct yaml_tree *tree;
			struct diags diags = {};

			assert_int_equal(yaml_tree_parse(&tree, "made", yaml, strlen(yaml), &diags),
					 0);
			assert_string_equal(scalar(tree, "metadata", "labels",
						   "machineconfiguration.openshift.io/role", NULL),
					    word_of(&audit_role_words, role));
			assert_string_equal(
				scalar(tree, "spec", "config", "ignition", "version", NULL),
				"3.2.0");
			assert_string_equal(scalar(tree, OF_FILE, "path", NULL),
					    audit_profile_path(profile));
			assert_string_equal(scalar(tree, OF_FILE, "mode", NULL), "420");
			assert_string_equal(scalar(tree, OF_FILE, "overwrite", NULL), "true");
			text = data_url_decode(scalar(tree, OF_FILE, "contents", "source", NULL));
			assert_string_equal(text, rules);
			yaml_tree_free(tree);
		}
}

static void json_says_what_the_yaml_says(void **state)
{
	json_t *object = audit_machineconfig_json(AUDIT_PROFILE_ALL, audit_arch_find("x86_64"),
						  AUDIT_ROLE_WORKER);
	auto_free char *yaml = yaml_of(AUDIT_PROFILE_ALL, "x86_64", AUDIT_ROLE_WORKER);
	const char *name, *path, *source;
	struct yaml_tree *tree;
	struct diags diags = {};
	int mode, overwrite;

	(void)state;
	assert_int_equal(
		json_unpack(object, "{s:{s:s}, s:{s:{s:{s:[{s:s, s:i, s:b, s:{s:s}}]}}}}",
			    "metadata", "name", &name, "spec", "config", "storage", "files", "path",
			    &path, "mode", &mode, "overwrite", &overwrite, "contents", "source",
			    &source),
		0);
	assert_int_equal(yaml_tree_parse(&tree, "made", yaml, strlen(yaml), &diags), 0);
	assert_string_equal(name, scalar(tree, "metadata", "name", NULL));
	assert_string_equal(path, scalar(tree, OF_FILE, "path", NULL));
	assert_string_equal(source, scalar(tree, OF_FILE, "contents", "source", NULL));
	assert_int_equal(mode, 420);
	assert_true(overwrite);
	yaml_tree_free(tree);
	json_decref(object);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(e8_is_the_text_of_the_page),
		cmocka_unit_test(no_line_names_calls_that_audit_does_not_know_there),
		cmocka_unit_test(auditctl_takes_each_line_of_each_processor),
		cmocka_unit_test(all_begins_with_the_lines_that_record_everybody),
		cmocka_unit_test(shipped_rules_are_what_the_generator_writes),
		cmocka_unit_test(shipped_machineconfigs_are_what_the_generator_writes),
		cmocka_unit_test(ignition_of_each_is_the_rules_file_with_a_decimal_mode),
		cmocka_unit_test(json_says_what_the_yaml_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
