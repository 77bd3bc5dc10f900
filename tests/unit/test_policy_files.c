/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policies as files: who may write them, what they may be, and the digest files beside them.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy_case.h"

/* Files: a directory whose very name is a pattern, so that it must not be taken for one. */
struct files {
	char directory[64];
	char path[128];
};

static void file_write(const struct files *files, const char *name, const char *text)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", files->directory, name);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	assert_int_equal(chmod(path, 0644), 0);
}

static int files_make(void **state)
{
	struct files *files = calloc(1, sizeof(*files));

	strcpy(files->directory, "/tmp/test_policy[x]*.XXXXXX");
	assert_non_null(mkdtemp(files->directory));
	snprintf(files->path, sizeof(files->path), "%s/p.yaml", files->directory);
	*state = files;
	return 0;
}

static int files_remove(void **state)
{
	static const char *const names[] = { "d/p.yaml", "d/a.sha256", "d",	  "..data", "p.yaml",
					     "a.sha256", "b.sha256",   "c.sha256" };
	struct files *files = *state;
	char path[256];

	for (size_t i = 0; i < array_size(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", files->directory, names[i]);
		remove(path);
	}
	rmdir(files->directory);
	free(files);
	return 0;
}

/* The messages of a load with the directory cut off, or "" and a policy. */
static char *load_messages(const struct files *files, struct policy **policy)
{
	struct diags diags = {};
	char *messages, *at;

	*policy = NULL;
	policy_load(policy, files->path, NULL, &diags);
	messages = printed(&diags);
	diags_clear(&diags);
	while ((at = strstr(messages, files->directory)))
		memmove(at, at + strlen(files->directory) + 1,
			strlen(at + strlen(files->directory)));
	return messages;
}

static void assert_load_refused(const struct files *files, const char *expected)
{
	struct policy *policy;
	char *messages = load_messages(files, &policy);

	assert_string_equal(messages, expected);
	assert_null(policy);
	free(messages);
}

static struct policy *load_good(const struct files *files)
{
	struct policy *policy;
	char *messages = load_messages(files, &policy);

	assert_string_equal(messages, "");
	assert_non_null(policy);
	free(messages);
	return policy;
}

#define TWO_RULES                                                                                  \
	HEAD "  - {name: a, allow: load, digests: a.sha256}\n"                                     \
	     "  - {name: b, allow: load, digests: [b.sha256, 'c*']}\n"

static void reads_digest_files_beside_the_policy(void **state)
{
	struct files *files = *state;
	struct mw_facts facts = load("x");
	struct policy *policy;

	with_digest(&facts);
	file_write(files, "p.yaml", TWO_RULES);
	file_write(files, "a.sha256", HEX "  a.ko\n");
	file_write(files, "b.sha256", HEX "  b.ko\n");
	file_write(files, "c.sha256", "1" HEX "\n");
	assert_load_refused(files,
			    "c.sha256:1: no file name after the digest; write two spaces, or "
			    "' *', and the name\n");
	file_write(files, "c.sha256", "# none\n");
	policy = load_good(files);
	assert_int_equal(policy->digests.count, 1);
	assert_int_equal(policy_digest_rules(policy, facts.digest[0])->bits[0], 3);
	assert_int_equal(verdict(policy, &facts), MW_VERDICT_ALLOW);
	facts.digest[0][31] ^= 1;
	assert_null(policy_digest_rules(policy, facts.digest[0]));
	assert_int_equal(verdict(policy, &facts), MW_VERDICT_DENY);
	policy_free(policy);
}

static void refuses_digest_files_that_list_nothing(void **state)
{
	struct files *files = *state;

	file_write(files, "p.yaml", RULE("    digests: a.sha256\n"));
	file_write(files, "a.sha256", "# to come\n\n");
	assert_load_refused(files, "p.yaml:5:14: rule 'a' can never match: its files list no "
				   "digest; add one or remove the rule\n");
}

static void identity(const struct files *files, __u8 sha256[MW_DIGEST_SIZE])
{
	struct policy *policy = load_good(files);

	memcpy(sha256, policy->image->sha256, MW_DIGEST_SIZE);
	policy_free(policy);
}

static void is_identified_by_its_text_alone_where_it_names_no_files(void **state)
{
	struct files *files = *state;
	__u8 sha256[MW_DIGEST_SIZE], expected[MW_DIGEST_SIZE];

	file_write(files, "p.yaml", RULE(""));
	identity(files, sha256);
	assert_int_equal(digest_of(RULE(""), strlen(RULE("")), expected), 0);
	assert_memory_equal(sha256, expected, MW_DIGEST_SIZE);
}

static void is_another_policy_when_a_digest_moves_to_another_rule(void **state)
{
	struct files *files = *state;
	__u8 first[MW_DIGEST_SIZE], second[MW_DIGEST_SIZE];

	file_write(files, "p.yaml", TWO_RULES);
	file_write(files, "a.sha256", HEX "  a.ko\n" HEX "  b.ko\n");
	file_write(files, "b.sha256", HEX "  c.ko\n");
	file_write(files, "c.sha256", "");
	identity(files, first);
	file_write(files, "a.sha256", HEX "  a.ko\n");
	file_write(files, "b.sha256", HEX "  b.ko\n" HEX "  c.ko\n");
	identity(files, second);
	assert_memory_not_equal(first, second, MW_DIGEST_SIZE);
}

static void refuses_a_policy_that_others_can_write(void **state)
{
	struct files *files = *state;

	file_write(files, "p.yaml", RULE(""));
	assert_int_equal(chmod(files->path, 0664), 0);
	assert_load_refused(files,
			    "p.yaml: its group can write 'p.yaml' (mode 0664); run chmod go-w\n");
	assert_int_equal(chmod(files->path, 0646), 0);
	assert_load_refused(files,
			    "p.yaml: others can write 'p.yaml' (mode 0646); run chmod go-w\n");
}

static void refuses_a_policy_of_another_user(void **state)
{
	struct files *files = *state;

	if (geteuid() != 0) {
		print_message("only root can give a file away\n");
		skip();
	}
	file_write(files, "p.yaml", RULE(""));
	assert_int_equal(chown(files->path, 12345, 0), 0);
	assert_load_refused(files,
			    "p.yaml: 'p.yaml' belongs to uid 12345, who could change it; run "
			    "chown root\n");
}

static void refuses_a_digest_file_that_others_can_write(void **state)
{
	struct files *files = *state;
	char path[256];

	file_write(files, "p.yaml", RULE("    digests: a.sha256\n"));
	file_write(files, "a.sha256", HEX "  a.ko\n");
	snprintf(path, sizeof(path), "%s/a.sha256", files->directory);
	assert_int_equal(chmod(path, 0666), 0);
	assert_load_refused(files,
			    "p.yaml:5:14: others can write 'a.sha256' (mode 0666); run chmod "
			    "go-w\n");
}

/* The place of a policy is left out: "p.yaml: ". */
static void assert_place_refused(const struct files *files, mode_t mode, const char *expected)
{
	assert_int_equal(chmod(files->directory, mode), 0);
	assert_load_refused(files, expected);
	assert_int_equal(chmod(files->directory, 0755), 0);
}

#define PLACE_REMEDY                                                                               \
	"run chown root and chmod go-w, or keep it in a directory such as /etc/modwarden\n"

/* Who can write there puts another one of root's files in its place. */
static void refuses_a_policy_in_a_directory_that_others_can_write(void **state)
{
	struct files *files = *state;

	file_write(files, "p.yaml", RULE(""));
	/* The name of the directory is cut off, with what follows it. */
	assert_place_refused(files, 0757,
			     "p.yaml: others can write its directory ' (mode 0757), and put "
			     "another file there; " PLACE_REMEDY);
	assert_place_refused(files, 0775,
			     "p.yaml: its group can write its directory ' (mode 0775), and put "
			     "another file there; " PLACE_REMEDY);
	policy_free(load_good(files));
}

static void refuses_a_policy_in_a_directory_of_another_user(void **state)
{
	struct files *files = *state;

	if (geteuid() != 0) {
		print_message("only root can give a directory away\n");
		skip();
	}
	file_write(files, "p.yaml", RULE(""));
	assert_int_equal(chown(files->directory, 12345, 0), 0);
	assert_load_refused(files,
			    "p.yaml: its directory ' belongs to uid 12345, who could put another "
			    "file there; " PLACE_REMEDY);
	assert_int_equal(chmod(files->directory, 01755), 0);
	assert_load_refused(files,
			    "p.yaml: its directory ' belongs to uid 12345, who could put another "
			    "file there; " PLACE_REMEDY);
}

/* As in /tmp: nobody replaces there what is root's, but anybody adds a name. */
static void searches_no_sticky_directory_for_digest_files(void **state)
{
	struct files *files = *state;

	file_write(files, "a.sha256", HEX "  a.ko\n");
	file_write(files, "p.yaml", RULE("    digests: a.sha256\n"));
	assert_int_equal(chmod(files->directory, 01777), 0);
	policy_free(load_good(files));
	file_write(files, "p.yaml", RULE("    digests: 'a.*'\n"));
	assert_place_refused(files, 01777,
			     "p.yaml:5:14: others can write its directory ' (mode 1777), and put "
			     "another file there; " PLACE_REMEDY);
	policy_free(load_good(files));
}

static void subdirectory_make(const struct files *files, mode_t mode)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/d", files->directory);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void refuses_a_digest_file_that_lies_where_others_can_write(void **state)
{
	struct files *files = *state;
	char path[256];

	subdirectory_make(files, 0777);
	file_write(files, "d/a.sha256", HEX "  a.ko\n");
	file_write(files, "p.yaml", RULE("    digests: a.sha256\n"));
	snprintf(path, sizeof(path), "%s/a.sha256", files->directory);
	assert_int_equal(symlink("d/a.sha256", path), 0);
	assert_load_refused(files,
			    "p.yaml:5:14: others can write its directory 'd' (mode 0777), and put "
			    "another file there; " PLACE_REMEDY);
}

/* In which anybody could add one that leads to where another list is. */
static void refuses_what_is_found_below_a_directory_that_others_can_write(void **state)
{
	struct files *files = *state;

	subdirectory_make(files, 0755);
	file_write(files, "d/a.sha256", HEX "  a.ko\n");
	file_write(files, "p.yaml", RULE("    digests: '*/a.sha256'\n"));
	policy_free(load_good(files));
	assert_place_refused(files, 01777,
			     "p.yaml:5:14: others can write its directory ' (mode 1777), and put "
			     "another file there; " PLACE_REMEDY);
}

/* As the kubelet makes them: 0777 where nobody can write, and 0755 where the files are. */
static void takes_a_config_map(void **state)
{
	struct files *files = *state;
	char path[256];

	subdirectory_make(files, 0755);
	file_write(files, "d/p.yaml", RULE("    digests: '*.sha256'\n"));
	file_write(files, "d/a.sha256", HEX "  a.ko\n");
	snprintf(path, sizeof(path), "%s/..data", files->directory);
	assert_int_equal(symlink("d", path), 0);
	assert_int_equal(symlink("..data/p.yaml", files->path), 0);
	snprintf(path, sizeof(path), "%s/a.sha256", files->directory);
	assert_int_equal(symlink("..data/a.sha256", path), 0);
	policy_free(load_good(files));
	assert_int_equal(chmod(files->directory, 0777), 0);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(files->directory, files->directory, NULL, MS_BIND, NULL)) {
		print_message("only root can mount\n");
		skip();
	}
	assert_place_refused(files, 0777,
			     "p.yaml: others can write its directory ' (mode 0777), and put "
			     "another file there; " PLACE_REMEDY);
	assert_int_equal(chmod(files->directory, 0777), 0);
	assert_int_equal(
		mount(NULL, files->directory, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
	policy_free(load_good(files));
	assert_int_equal(umount(files->directory), 0);
}

static void refuses_a_digest_file_over_64_mib(void **state)
{
	struct files *files = *state;
	char path[256];

	file_write(files, "p.yaml", RULE("    digests: a.sha256\n"));
	file_write(files, "a.sha256", "");
	snprintf(path, sizeof(path), "%s/a.sha256", files->directory);
	assert_int_equal(truncate(path, (64 << 20) + 1), 0);
	assert_load_refused(files, "p.yaml:5:14: 'a.sha256' is over 64 MiB\n");
}

static void refuses_a_fifo_without_waiting_for_it(void **state)
{
	struct files *files = *state;

	assert_int_equal(mkfifo(files->path, 0600), 0);
	assert_load_refused(files, "p.yaml: 'p.yaml' is not a regular file\n");
}

static void refuses_a_directory(void **state)
{
	struct files *files = *state;

	assert_int_equal(mkdir(files->path, 0700), 0);
	assert_load_refused(files, "p.yaml: 'p.yaml' is not a regular file\n");
	rmdir(files->path);
}

static void refuses_a_file_that_is_not_there(void **state)
{
	assert_load_refused(*state, "p.yaml: cannot open 'p.yaml': No such file or directory\n");
}

/* A ConfigMap is made of symbolic links. */
static void follows_symbolic_links(void **state)
{
	struct files *files = *state;

	file_write(files, "a.sha256", RULE(""));
	assert_int_equal(symlink("a.sha256", files->path), 0);
	policy_free(load_good(files));
}

#define unit_test_files(f) cmocka_unit_test_setup_teardown(f, files_make, files_remove)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		unit_test_files(reads_digest_files_beside_the_policy),
		unit_test_files(refuses_digest_files_that_list_nothing),
		unit_test_files(is_identified_by_its_text_alone_where_it_names_no_files),
		unit_test_files(is_another_policy_when_a_digest_moves_to_another_rule),
		unit_test_files(refuses_a_policy_that_others_can_write),
		unit_test_files(refuses_a_policy_of_another_user),
		unit_test_files(refuses_a_digest_file_that_others_can_write),
		unit_test_files(refuses_a_policy_in_a_directory_that_others_can_write),
		unit_test_files(refuses_a_policy_in_a_directory_of_another_user),
		unit_test_files(searches_no_sticky_directory_for_digest_files),
		unit_test_files(refuses_a_digest_file_that_lies_where_others_can_write),
		unit_test_files(refuses_what_is_found_below_a_directory_that_others_can_write),
		unit_test_files(takes_a_config_map),
		unit_test_files(refuses_a_digest_file_over_64_mib),
		unit_test_files(refuses_a_fifo_without_waiting_for_it),
		unit_test_files(refuses_a_directory),
		unit_test_files(refuses_a_file_that_is_not_there),
		unit_test_files(follows_symbolic_links),
	};

	return cmocka_run_group_tests_name("policy_files", tests, NULL, NULL);
}
