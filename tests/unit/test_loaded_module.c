/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is loaded already: what sysfs tells of it, which file it came from, how it would be judged.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf_forge.h"
#include "loaded_module.h"
#include "own_directory.h"
#include "policy_case.h"
#include "words.h"

/* ---- sysfs ---- */

static char sysfs_path[OWN_DIRECTORY_SIZE];
static int sysfs;

static int begin(void **state)
{
	(void)state;
	assert_int_equal(own_directory_begin(sysfs_path), 0);
	sysfs = open(sysfs_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return sysfs < 0;
}

static int end(void **state)
{
	(void)state;
	close(sysfs);
	return own_directory_end(sysfs_path);
}

static void make_file(const char *path, const char *bytes, size_t size)
{
	char directory[128];
	int fd;

	for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
		snprintf(directory, sizeof(directory), "%.*s", (int)(slash - path), path);
		mkdirat(sysfs, directory, 0700);
	}
	fd = openat(sysfs, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

#define MAKE_FILE(path, text) make_file(path, text, sizeof(text) - 1)

static void reads_what_sysfs_tells(void **state)
{
	struct loaded_module module;

	(void)state;
	MAKE_FILE("module/parameters/sig_enforce", "N\n");
	MAKE_FILE("a/taint", "OE\n");
	MAKE_FILE("a/srcversion", FORGE_SRCVERSION "\n");
	MAKE_FILE("a/notes/.note.gnu.build-id", FORGE_BUILD_NOTE);
	loaded_module_read(&module, "a", 1, sysfs);
	assert_string_equal(module.name, "a");
	assert_int_equal(module.taints, 1 | 1 << 12 | 1 << 13);
	assert_string_equal(module.srcversion, FORGE_SRCVERSION);
	assert_int_equal(module.build_id_size, sizeof(FORGE_BUILD_NOTE) - 1);
	assert_memory_equal(module.build_id, FORGE_BUILD_NOTE, sizeof(FORGE_BUILD_NOTE) - 1);
	assert_true(module.is_checked);
	assert_false(module.is_signed);
}

static void is_signed_where_the_kernel_checks_and_says_nothing(void **state)
{
	struct loaded_module module;

	(void)state;
	MAKE_FILE("a/taint", "\n");
	loaded_module_read(&module, "a", 0, sysfs);
	assert_false(module.is_checked);
	assert_false(module.is_signed);
	MAKE_FILE("module/parameters/sig_enforce", "N\n");
	loaded_module_read(&module, "a", 0, sysfs);
	assert_true(module.is_signed);
	/* As /proc/modules had it, where sysfs does not show the module any more. */
	loaded_module_read(&module, "b", 1 << 13, sysfs);
	assert_false(module.is_signed);
}

static void what_sysfs_does_not_tell_stays_empty(void **state)
{
	struct loaded_module module;

	(void)state;
	memset(&module, 1, sizeof(module));
	loaded_module_read(&module, "a", 0, sysfs);
	assert_string_equal(module.srcversion, "");
	assert_int_equal(module.build_id_size, 0);
	assert_int_equal(module.taints, 0);
}

/* ---- the file ---- */

static struct module_file forged_file(void)
{
	struct module_file file = {
		.name = FORGE_NAME,
		.signature = MW_SIGNATURE_PRESENT,
		.srcversion = FORGE_SRCVERSION,
		.build_id = FORGE_BUILD_NOTE,
		.build_id_size = sizeof(FORGE_BUILD_NOTE) - 1,
	};

	memset(file.stored_sha256, 1, MW_DIGEST_SIZE);
	memset(file.elf_sha256, 1, MW_DIGEST_SIZE);
	return file;
}

/* As the kernel would have it when it had loaded that file. */
static struct loaded_module forged_module(void)
{
	return (struct loaded_module){
		.name = FORGE_NAME,
		.srcversion = FORGE_SRCVERSION,
		.build_id = FORGE_BUILD_NOTE,
		.build_id_size = sizeof(FORGE_BUILD_NOTE) - 1,
		.is_checked = true,
		.is_signed = true,
	};
}

#define CHANGE(claim) static void claim(struct loaded_module *module, struct module_file *file)

CHANGE(nothing)
{
	(void)module, (void)file;
}

CHANGE(another_name)
{
	(void)file;
	module->name[0] = 'F';
}

CHANGE(no_name_that_can_be_told)
{
	(void)module;
	file->name[0] = '\0';
}

CHANGE(another_srcversion)
{
	(void)file;
	module->srcversion[0] = 'F';
}

CHANGE(no_srcversion_loaded)
{
	(void)file;
	module->srcversion[0] = '\0';
}

CHANGE(no_srcversion_at_all)
{
	module->srcversion[0] = file->srcversion[0] = '\0';
}

CHANGE(another_build)
{
	(void)file;
	module->build_id[16] ^= 1;
}

CHANGE(a_shorter_build_id)
{
	(void)file;
	module->build_id_size--;
}

CHANGE(a_build_id_that_the_kernel_does_not_show)
{
	(void)file;
	module->build_id_size = 0;
}

CHANGE(loaded_signed_and_stored_unsigned)
{
	(void)module;
	file->signature = MW_SIGNATURE_ABSENT;
}

CHANGE(loaded_unsigned_and_stored_signed)
{
	(void)file;
	module->is_signed = false;
}

CHANGE(never_signed)
{
	module->is_signed = false;
	file->signature = MW_SIGNATURE_ABSENT;
}

CHANGE(a_signature_that_the_kernel_does_not_check)
{
	(void)file;
	module->is_checked = module->is_signed = false;
}

static const struct {
	const char *what;
	void (*change)(struct loaded_module *module, struct module_file *file);
	bool differs;
} files[] = {
	{ "the same", nothing, false },
	{ "another name", another_name, true },
	{ "no name that can be told", no_name_that_can_be_told, false },
	{ "another srcversion", another_srcversion, true },
	{ "no srcversion loaded", no_srcversion_loaded, true },
	{ "no srcversion at all", no_srcversion_at_all, false },
	{ "another build", another_build, true },
	{ "a shorter build id", a_shorter_build_id, true },
	{ "a build id that the kernel does not show", a_build_id_that_the_kernel_does_not_show,
	  false },
	{ "loaded signed, stored unsigned", loaded_signed_and_stored_unsigned, true },
	{ "loaded unsigned, stored signed", loaded_unsigned_and_stored_signed, true },
	{ "never signed", never_signed, false },
	{ "a signature that is not checked", a_signature_that_the_kernel_does_not_check, false },
};

static void tells_a_file_that_is_not_what_was_loaded(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(files); i++) {
		struct loaded_module module = forged_module();
		struct module_file file = forged_file();

		files[i].change(&module, &file);
		if (!loaded_module_differs(&module, &file) == files[i].differs)
			fail_msg("%s: %s", files[i].what,
				 loaded_module_differs(&module, &file) ?: "no difference");
	}
}

/* ---- the verdict ---- */

#define ONES "0101010101010101010101010101010101010101010101010101010101010101"

static const struct judged {
	const char *claim;
	const char *rules;
	bool has_file;
	enum compression compression;
	bool is_signed;
	const char *expected; /* verdict, rule, ways */
} judgements[] = {
	{ "the_rule_that_decides_in_all_ways", "  - {name: a, allow: load, signed: true}\n", true,
	  COMPRESSION_NONE, true, "allow a -" },
	{ "the_default_where_no_rule_is_left", "  - {name: a, allow: load, signed: true}\n", true,
	  COMPRESSION_NONE, false, "deny - -" },
	{ "a_denial", "  - {name: a, deny: load, module: forged-module}\n", true, COMPRESSION_NONE,
	  true, "deny a -" },
	{ "the_digest_of_what_was_loaded", "  - {name: a, allow: load, sha256: " ONES "}\n", true,
	  COMPRESSION_NONE, true, "allow a -" },
	{ "no_digest_of_what_is_not_known", "  - {name: a, allow: load, sha256: " ONES "}\n", false,
	  COMPRESSION_NONE, true,
	  "pending a from the file: depends on digest; from memory: depends on digest" },
	{ "the_name_where_there_is_no_file", "  - {name: a, allow: load, module: forged_module}\n",
	  false, COMPRESSION_NONE, false, "allow a -" },
	{ "the_signature_where_there_is_no_file", "  - {name: a, allow: load, signed: true}\n",
	  false, COMPRESSION_NONE, true, "allow a -" },
	{ "pending_where_the_ways_differ", "  - {name: a, allow: load, source: file}\n", true,
	  COMPRESSION_NONE, true,
	  "pending - from the file: allow by rule 'a'; from memory: deny by default" },
	{ "no_rule_where_it_is_another_each_way",
	  "  - {name: a, allow: load, source: file}\n  - {name: b, allow: load}\n", true,
	  COMPRESSION_NONE, true,
	  "allow - from the file: allow by rule 'a'; from memory: allow by rule 'b'" },
	{ "pending_on_what_nobody_saw", "  - {name: a, allow: load, filesystem: ext4}\n", true,
	  COMPRESSION_NONE, true,
	  "pending - from the file: depends on filesystem; from memory: deny by default" },
	{ "pending_where_the_name_is_not_seen_in_each_way",
	  "  - {name: a, allow: load, module: forged_module}\n", true, COMPRESSION_XZ, false,
	  "pending a from the file: deny by rule 'a' (name_unknown); from the file, unpacked in "
	  "sight: allow by rule 'a'; from memory: allow by rule 'a'" },
	{ "root_outside_of_containers",
	  "  - {name: a, allow: load, uid: 0, auid: unset, container: none, loader: /bin/kmod, "
	  "path: [/lib/a.ko]}\n  - {name: b, allow: load, source: memory}\n",
	  true, COMPRESSION_NONE, true,
	  "allow - from the file: allow by rule 'a'; from memory: allow by rule 'b'" },
};

static void is_judged(void **state)
{
	const struct judged *test = *state;
	const struct load_context context = {
		.container = "none",
		.loader = "/bin/kmod",
		.path = "/lib/a.ko",
		.known = MW_BIT(MW_CRITERION_UID) | MW_BIT(MW_CRITERION_AUID),
		.auid = UINT32_MAX,
	};
	struct loaded_module module = forged_module();
	struct module_file file = forged_file();
	struct loaded_verdict verdict;
	struct policy *policy;
	char text[512];

	snprintf(text, sizeof(text), HEAD "%s", test->rules);
	policy = good(text);
	module.is_signed = test->is_signed;
	file.compression = test->compression;
	assert_int_equal(loaded_module_judge(&module, policy, test->has_file ? &file : NULL,
					     &context, &verdict),
			 0);
	snprintf(text, sizeof(text), "%s %s %s", word_of(&verdict_words, verdict.verdict),
		 verdict.rule == MW_RULE_NONE ? "-" : policy_rule_name(policy, verdict.rule),
		 verdict.ways ?: "-");
	assert_string_equal(text, test->expected);
	free(verdict.ways);
	policy_free(policy);
}

static const struct CMUnitTest plain_tests[] = {
	cmocka_unit_test_setup_teardown(reads_what_sysfs_tells, begin, end),
	cmocka_unit_test_setup_teardown(is_signed_where_the_kernel_checks_and_says_nothing, begin,
					end),
	cmocka_unit_test_setup_teardown(what_sysfs_does_not_tell_stays_empty, begin, end),
	cmocka_unit_test(tells_a_file_that_is_not_what_was_loaded),
};

#define PLAIN array_size(plain_tests)

int main(void)
{
	struct CMUnitTest tests[PLAIN + array_size(judgements)] = {};

	memcpy(tests, plain_tests, sizeof(plain_tests));
	for (size_t i = 0; i < array_size(judgements); i++)
		tests[PLAIN + i] = (struct CMUnitTest){ judgements[i].claim, is_judged, NULL, NULL,
							(void *)&judgements[i] };
	return cmocka_run_group_tests_name("loaded_module", tests, NULL, NULL);
}
