/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file that records go to: reopened, followed where it is moved or removed, and kept in parts.
 */
#include "sink_case.h"

static void reopening_follows_a_rotation(void **state)
{
	char rotated[80];

	(void)state;
	snprintf(rotated, sizeof(rotated), "%s.1", path);
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(rename(path, rotated), 0);
	assert_int_equal(sink_reopen(sink), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE);
	assert_int_equal(unlink(rotated), 0);
}

static void failed_reopening_keeps_the_old_file(void **state)
{
	char moved[80];

	(void)state;
	snprintf(moved, sizeof(moved), "%s-moved", directory);
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(rename(directory, moved), 0);
	assert_int_equal(sink_reopen(sink), -ENOENT);
	assert_int_equal(rename(moved, directory), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE);
}

static void renamed_file_is_followed_within_a_look(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_follow(sink), 0);
	assert_int_equal(rename(path, beside(".1")), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_follow(sink), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content_of(beside(".1"), LINE LINE);
	assert_content(LINE);
	assert_int_equal(unlink(beside(".1")), 0);
}

static void file_put_in_its_place_is_followed(void **state)
{
	FILE *file;

	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(link(path, beside(".old")), 0);
	file = fopen(beside(".new"), "w");
	fputs("half", file);
	fclose(file);
	assert_int_equal(rename(beside(".new"), path), 0);
	assert_int_equal(sink_follow(sink), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content("half\n" LINE);
	assert_int_equal(unlink(beside(".old")), 0);
}

/* What is written into a file that nobody can find any more is lost: not even one is. */
static void removed_file_is_made_again_before_the_next_record(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE);
	assert_int_equal(sink_lost(sink)->failed, 0);
}

static void removed_file_that_cannot_be_made_again_is_a_loss(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
	assert_int_equal(sink_write(sink, record), -ENOENT);
	assert_int_equal(sink_write(sink, record), -ENOENT);
	assert_int_equal(sink_follow(sink), -ENOENT);
	assert_int_equal(mkdir(directory, 0700), 0);
	assert_int_equal(sink_follow(sink), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_lost(sink)->failed, 2);
	assert_content(LINE);
}

static void file_that_cannot_be_followed_stays_in_use(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(rename(path, beside(".1")), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(sink_follow(sink), -EISDIR);
	assert_int_equal(sink_follow(sink), -EISDIR);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content_of(beside(".1"), LINE);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(sink_follow(sink), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE);
	assert_int_equal(unlink(beside(".1")), 0);
}

static void pipe_is_not_followed(void **state)
{
	int reader;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	reader = open(path, O_RDONLY | O_NONBLOCK);
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(sink_follow(sink), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(access(path, F_OK), -1);
	close(reader);
}

static void full_file_becomes_the_first_of_those_kept(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	sink_limit(sink, 2 * strlen(LINE) + 5, 2);
	for (int i = 0; i < 7; i++)
		assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE);
	assert_content_of(beside(".1"), LINE LINE);
	assert_content_of(beside(".2"), LINE LINE);
	assert_int_equal(access(beside(".3"), F_OK), -1);
	assert_int_equal(access(beside(".new"), F_OK), -1);
	assert_int_equal(sink_follow(sink), 0);
	unlink(beside(".1"));
	unlink(beside(".2"));
}

static void record_over_the_limit_has_a_file_of_its_own(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	sink_limit(sink, 1, 3);
	for (int i = 0; i < 2; i++)
		assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE);
	assert_content_of(beside(".1"), LINE);
	assert_int_equal(access(beside(".2"), F_OK), -1);
	unlink(beside(".1"));
}

static void who_could_read_the_full_file_can_read_the_new_one(void **state)
{
	struct stat status;

	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(chmod(path, 0640), 0);
	sink_limit(sink, strlen(LINE), 1);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	unlink(beside(".1"));
}

static void full_file_that_cannot_be_moved_goes_on_and_is_told_once_a_look(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	sink_limit(sink, strlen(LINE), 1);
	assert_int_equal(mkdir(beside(".1"), 0700), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(access(beside(".new"), F_OK), -1);
	assert_int_equal(rmdir(beside(".1")), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE LINE LINE LINE);
	assert_int_equal(sink_follow(sink), -EISDIR);
	assert_int_equal(sink_follow(sink), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE);
	assert_int_equal(sink_lost(sink)->failed, 0);
	unlink(beside(".1"));
}

static void file_that_is_not_ours_any_more_is_not_moved(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	sink_limit(sink, strlen(LINE), 1);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(rename(path, beside(".old")), 0);
	put_content("other\n");
	assert_int_equal(sink_write(sink, record), 0);
	assert_content("other\n" LINE);
	assert_int_equal(access(beside(".1"), F_OK), -1);
	unlink(beside(".old"));
}

static void full_disk_is_counted_to_the_record_and_writing_resumes(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(sink_write(sink, record), 0);
	limit_file_size(strlen(LINE));
	for (int i = 0; i < 20; i++)
		assert_int_equal(sink_write(sink, record), -EFBIG);
	limit_file_size(RLIM_INFINITY);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE LINE);
	assert_int_equal(sink_lost(sink)->failed, 20);
	assert_int_equal(sink_lost(sink)->cut, 0);
}

static void link_is_followed_only_where_nobody_else_could_put_it(void **state)
{
	(void)state;
	put_content("");
	assert_int_equal(rename(path, beside(".there")), 0);
	assert_int_equal(symlink(beside(".there"), path), 0);
	assert_int_equal(chmod(directory, 0777), 0);
	assert_int_equal(sink_open(&sink, path, SINK_JSON), -ELOOP);
	assert_int_equal(chmod(directory, 0700), 0);
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	sink_limit(sink, strlen(LINE), 1);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_follow(sink), -ELOOP);
	assert_content_of(beside(".there"), LINE LINE);
	unlink(beside(".there"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(reopening_follows_a_rotation),
		TEST(failed_reopening_keeps_the_old_file),
		TEST(renamed_file_is_followed_within_a_look),
		TEST(file_put_in_its_place_is_followed),
		TEST(removed_file_is_made_again_before_the_next_record),
		TEST(removed_file_that_cannot_be_made_again_is_a_loss),
		TEST(file_that_cannot_be_followed_stays_in_use),
		TEST(pipe_is_not_followed),
		TEST(full_file_becomes_the_first_of_those_kept),
		TEST(record_over_the_limit_has_a_file_of_its_own),
		TEST(who_could_read_the_full_file_can_read_the_new_one),
		TEST(full_file_that_cannot_be_moved_goes_on_and_is_told_once_a_look),
		TEST(file_that_is_not_ours_any_more_is_not_moved),
		TEST(full_disk_is_counted_to_the_record_and_writing_resumes),
		TEST(link_is_followed_only_where_nobody_else_could_put_it),
	};

	return cmocka_run_group_tests_name("sink_file", tests, NULL, NULL);
}
