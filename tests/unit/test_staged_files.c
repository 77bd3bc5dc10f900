/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are replaced together: old or new, never a part, and nothing left behind. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "own_directory.h"
#include "staged_files.h"

static char root[OWN_DIRECTORY_SIZE];

static int begin(void **state)
{
	(void)state;
	return own_directory_begin(root);
}

static int end(void **state)
{
	(void)state;
	return own_directory_end(root);
}

static void make_file(const char *path, const char *text, mode_t mode)
{
	FILE *out = fopen(path, "we");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fchmod(fileno(out), mode), 0);
	assert_int_equal(fclose(out), 0);
}

static void check_file(const char *path, const char *expected)
{
	char text[64] = "";
	FILE *in = fopen(path, "re");

	assert_non_null(in);
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	assert_string_equal(text, expected);
}

/* Six letters of a name aside are as they come: "?" instead. */
static void hide_random(char *name)
{
	const size_t before = strlen(".modwarden.staged.X.");

	if (strncmp(name, ".modwarden.staged.", strlen(".modwarden.staged.")) != 0)
		return;
	assert_true(strlen(name) >= before + 6);
	name[before] = '?';
	memmove(name + before + 1, name + before + 6, strlen(name + before + 6) + 1);
}

/* Names in a directory but for the lock's, sorted. */
static void check_names(const char *path, const char *expected)
{
	struct dirent **entries;
	char names[256] = "";
	int count = scandir(path, &entries, NULL, alphasort);

	assert_true(count >= 0);
	for (int i = 0; i < count; i++) {
		if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0 &&
		    strcmp(entries[i]->d_name, STAGED_LOCK) != 0) {
			strcat(names, *names ? " " : "");
			hide_random(entries[i]->d_name);
			strcat(names, entries[i]->d_name);
		}
		free(entries[i]);
	}
	free(entries);
	assert_string_equal(names, expected);
}

static struct staged_files *begin_staging(void)
{
	struct staged_files *staged;

	assert_int_equal(staged_files_new(&staged, root, 0), 0);
	return staged;
}

#define ADD(staged, path, text, keep_old)                                                          \
	staged_files_add(staged, path, text, sizeof(text) - 1, keep_old)

static void nothing_is_seen_before_the_commit(void **state)
{
	struct staged_files *staged = begin_staging();

	(void)state;
	make_file("a", "old", 0644);
	assert_int_equal(ADD(staged, "a", "new", true), 0);
	assert_int_equal(ADD(staged, "d/b", "new", true), 0);
	check_file("a", "old");
	assert_int_not_equal(access("d/b", F_OK), 0);
	check_file(staged_files_aside(staged, 1), "new");
	staged_files_free(staged);
	check_names(".", "a");
}

static void all_are_there_after_the_commit(void **state)
{
	struct staged_files *staged = begin_staging();

	(void)state;
	make_file("a", "old", 0644);
	make_file("gone", "old", 0644);
	assert_int_equal(ADD(staged, "d/b", "b", true), 0);
	assert_int_equal(ADD(staged, "d/c", "c", true), 0);
	assert_int_equal(ADD(staged, "a", "new", false), 0);
	assert_int_equal(staged_files_remove(staged, "gone"), 0);
	assert_int_equal(staged_files_remove(staged, "never-there"), 0);
	assert_int_equal(staged_files_commit(staged), 0);
	staged_files_free(staged);
	check_names(".", "a d");
	check_names("d", "b c");
	check_file("a", "new");
	check_file("d/b", "b");
}

static void the_old_one_is_kept(void **state)
{
	struct staged_files *staged = begin_staging();

	(void)state;
	make_file("a", "old", 0644);
	make_file("a.old", "older", 0644);
	assert_int_equal(ADD(staged, "a", "new", true), 0);
	check_file("a.old", "older");
	assert_int_equal(staged_files_commit(staged), 0);
	staged_files_free(staged);
	check_names(".", "a a.old");
	check_file("a", "new");
	check_file("a.old", "old");
}

static void a_link_is_followed_and_stays(void **state)
{
	struct staged_files *staged = begin_staging();
	struct stat st;

	(void)state;
	assert_int_equal(mkdir("real", 0755), 0);
	make_file("real/a", "old", 0644);
	assert_int_equal(symlink("real/a", "a"), 0);
	assert_int_equal(ADD(staged, "a", "new", true), 0);
	assert_int_equal(staged_files_commit(staged), 0);
	staged_files_free(staged);
	assert_int_equal(lstat("a", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	check_names("real", "a a.old");
	check_file("real/a", "new");
}

static void a_link_to_nothing_is_refused(void **state)
{
	struct staged_files *staged = begin_staging();

	(void)state;
	assert_int_equal(symlink("gone", "a"), 0);
	assert_int_equal(ADD(staged, "a", "new", true), -ENOENT);
	assert_string_equal(staged_files_problem(staged), "a");
	staged_files_free(staged);
	check_names(".", "a");
}

/* In a directory where everybody can write, as /tmp. */
static void a_planted_link_is_not_followed(void **state)
{
	struct staged_files *staged;
	char *path;

	(void)state;
	if (geteuid())
		skip(); /* links that are another one's are made by root */
	assert_int_equal(mkdir("real", 0755), 0);
	make_file("real/a", "old", 0644);
	assert_int_equal(mkdir("shared", 0755), 0);
	assert_int_equal(chmod("shared", 01777), 0);
	assert_int_equal(symlink("../real/a", "shared/a"), 0);
	assert_int_equal(symlink("../real", "shared/digests.d"), 0);
	assert_int_equal(lchown("shared/a", 65534, 65534), 0);
	assert_int_equal(lchown("shared/digests.d", 65534, 65534), 0);
	assert_true(asprintf(&path, "%s/shared/a", root) > 0);
	assert_int_equal(staged_files_beside(&staged, path, 0), -ELOOP);
	free(path);
	staged = begin_staging();
	assert_int_equal(ADD(staged, "shared/a", "new", true), -ELOOP);
	assert_string_equal(staged_files_problem(staged), "shared/a");
	assert_int_equal(ADD(staged, "shared/digests.d/b", "new", true), -ELOOP);
	assert_int_equal(ADD(staged, "shared/digests.d/new/b", "new", true), -ELOOP);
	assert_int_equal(staged_files_remove(staged, "shared/digests.d/a"), -ELOOP);
	staged_files_free(staged);
	check_names("real", "a");
	check_file("real/a", "old");
}

/* Somebody who can write in the directory has a file or a link wait there. */
static void nobody_knows_its_name_before(void **state)
{
	struct staged_files *staged = begin_staging();

	(void)state;
	make_file("a", "old", 0644);
	make_file("b", "another", 0644);
	assert_int_equal(link("b", ".modwarden.staged.a"), 0);
	assert_int_equal(symlink("b", ".modwarden.staged.a.was"), 0);
	assert_int_equal(ADD(staged, "a", "new", true), 0);
	assert_string_not_equal(strrchr(staged_files_aside(staged, 0), '/'),
				"/.modwarden.staged.a");
	assert_int_equal(staged_files_commit(staged), 0);
	staged_files_free(staged);
	check_file("a", "new");
	check_file("a.old", "old");
	check_file("b", "another");
}

static void nobody_else_can_write_it(void **state)
{
	mode_t mask = umask(0);
	struct staged_files *staged = begin_staging();
	struct stat st;

	(void)state;
	make_file("a", "old", 0660);
	assert_int_equal(ADD(staged, "a", "new", false), 0);
	assert_int_equal(ADD(staged, "b", "new", false), 0);
	assert_int_equal(staged_files_commit(staged), 0);
	staged_files_free(staged);
	umask(mask);
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(stat("b", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

static void only_files_are_replaced(void **state)
{
	struct staged_files *staged = begin_staging();

	(void)state;
	assert_int_equal(mkdir("d", 0755), 0);
	assert_int_equal(mkfifo("f", 0644), 0);
	make_file("a", "", 0644);
	assert_int_equal(ADD(staged, "d", "", false), -EISDIR);
	assert_int_equal(ADD(staged, "f", "", false), -EINVAL);
	assert_string_equal(staged_files_problem(staged), "f");
	assert_int_equal(ADD(staged, "a/b", "", false), -ENOTDIR);
	assert_int_equal(ADD(staged, "no/such/b", "", false), -ENOENT);
	staged_files_free(staged);
	check_names(".", "a d f");
}

static void one_at_a_time(void **state)
{
	struct staged_files *staged;
	int other = open(STAGED_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	assert_int_equal(flock(other, LOCK_EX), 0);
	assert_int_equal(staged_files_new(&staged, root, 0), -EBUSY);
	close(other);
	staged_files_free(begin_staging());
}

/* In a child, which a signal ends; returns the signal that did. */
static int end_by(int number)
{
	int status;
	pid_t child = fork();

	if (!child) {
		struct staged_files *staged;

		/* Who runs tests in the background may ignore it. */
		signal(number, SIG_DFL);
		staged = begin_staging();
		ADD(staged, "a", "new", true);
		ADD(staged, "d/b", "new", true);
		raise(number);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	return WTERMSIG(status);
}

static void a_signal_leaves_nothing(void **state)
{
	(void)state;
	make_file("a", "old", 0644);
	assert_int_equal(end_by(SIGINT), SIGINT);
	assert_int_equal(end_by(SIGTERM), SIGTERM);
	assert_int_equal(end_by(SIGHUP), SIGHUP);
	check_names(".", "a");
	check_file("a", "old");
}

static void what_a_killed_one_left_goes_with_the_next(void **state)
{
	struct staged_files *staged;

	(void)state;
	make_file("a", "old", 0644);
	assert_int_equal(end_by(SIGKILL), SIGKILL);
	check_file("a", "old");
	check_names(".", ".modwarden.staged.a.? .modwarden.staged.a.?.was a d");
	check_names("d", ".modwarden.staged.b.?");
	staged = begin_staging();
	check_names(".", "a d");
	assert_int_equal(ADD(staged, "d/c", "new", false), 0);
	assert_int_equal(staged_files_commit(staged), 0);
	staged_files_free(staged);
	check_names("d", "c");
}

static void a_missing_directory_is_made(void **state)
{
	struct staged_files *staged;
	struct stat st;

	(void)state;
	assert_int_equal(staged_files_new(&staged, "new", 0), 0);
	assert_int_equal(ADD(staged, "new/a", "new", false), 0);
	assert_int_equal(staged_files_commit(staged), 0);
	staged_files_free(staged);
	check_file("new/a", "new");
	assert_int_equal(stat("new", &st), 0);
	assert_int_equal(st.st_mode & 022, 0);
	assert_int_equal(staged_files_new(&staged, "no/such", 0), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_seen_before_the_commit),
		TEST(all_are_there_after_the_commit),
		TEST(the_old_one_is_kept),
		TEST(a_link_is_followed_and_stays),
		TEST(a_link_to_nothing_is_refused),
		TEST(a_planted_link_is_not_followed),
		TEST(nobody_knows_its_name_before),
		TEST(nobody_else_can_write_it),
		TEST(only_files_are_replaced),
		TEST(one_at_a_time),
		TEST(a_signal_leaves_nothing),
		TEST(what_a_killed_one_left_goes_with_the_next),
		TEST(a_missing_directory_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
