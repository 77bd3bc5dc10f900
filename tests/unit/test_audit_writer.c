/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process that writes into the audit trail: nobody waits for it, and what it lost is counted.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit_writer.h"

/* What the process does instead of sending; it is told by the text, and keeps it in a file. */
struct wall {
	char path[64];
	int open;
	int first;
};

static int open_wall(void *arg)
{
	const struct wall *wall = arg;

	return wall->open;
}

static int send_to_wall(const struct audit_note *note, void *arg)
{
	const struct wall *wall = arg;
	FILE *file = fopen(wall->path, "a");

	if (!file)
		return -errno;
	fprintf(file, "%s\n", note->text);
	fclose(file);
	if (!strcmp(note->text, "first"))
		return wall->first;
	if (!strcmp(note->text, "stall"))
		for (;;)
			pause();
	if (!strcmp(note->text, "die"))
		_exit(3);
	return strcmp(note->text, "fail") ? 0 : -EPERM;
}

static struct audit_note note_of(const char *text)
{
	struct audit_note note = { .success = true };

	strcpy(note.text, text);
	return note;
}

static struct audit_writer *begin(const struct wall *wall)
{
	const struct audit_writer_calls calls = { open_wall, send_to_wall, (void *)wall };
	const struct audit_note first = note_of("first");
	struct audit_writer *writer = NULL;
	enum audit_writer_start start;

	assert_int_equal(audit_writer_new(&writer, &calls, &first, &start), 0);
	assert_int_equal(start, AUDIT_WRITER_WRITES);
	return writer;
}

static void take(struct audit_writer *writer, const char *text)
{
	const struct audit_note note = note_of(text);

	audit_writer_take(writer, &note);
}

static void assert_written(const struct wall *wall, const char *wanted)
{
	char text[4096] = "";
	FILE *file = fopen(wall->path, "r");
	size_t size = fread(text, 1, sizeof(text) - 1, file);

	text[size] = '\0';
	fclose(file);
	assert_string_equal(text, wanted);
}

static int set_up(void **state)
{
	struct wall *wall = calloc(1, sizeof(*wall));
	int fd = mkstemp(strcpy(wall->path, "/tmp/audit-writer.XXXXXX"));

	close(fd);
	*state = wall;
	return fd < 0;
}

static int tear_down(void **state)
{
	struct wall *wall = *state;

	unlink(wall->path);
	free(wall);
	return 0;
}

static void writes_all_before_it_ends(void **state)
{
	struct wall *wall = *state;
	struct audit_writer *writer = begin(wall);
	int why;

	take(writer, "one");
	take(writer, "two");
	assert_int_equal(audit_writer_lost(writer, &why), 0);
	assert_int_equal(why, 0);
	audit_writer_free(writer);
	assert_written(wall, "first\none\ntwo\n");
}

static void says_why_it_cannot_begin(void **state)
{
	struct wall *wall = *state;
	const struct audit_writer_calls calls = { open_wall, send_to_wall, wall };
	const struct audit_note first = note_of("first");
	struct audit_writer *writer = NULL;
	enum audit_writer_start start;

	wall->first = -EPERM;
	assert_int_equal(audit_writer_new(&writer, &calls, &first, &start), -EPERM);
	wall->open = -EPROTONOSUPPORT;
	assert_int_equal(audit_writer_new(&writer, &calls, &first, &start), -EPROTONOSUPPORT);
	assert_null(writer);
	/* And leaves no process. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void says_that_audit_is_off(void **state)
{
	struct wall *wall = *state;
	const struct audit_writer_calls calls = { open_wall, send_to_wall, wall };
	const struct audit_note first = note_of("first");
	struct audit_writer *writer = NULL;
	enum audit_writer_start start;

	wall->open = AUDIT_WRITER_OFF;
	assert_int_equal(audit_writer_new(&writer, &calls, &first, &start), 0);
	assert_int_equal(start, AUDIT_WRITER_OFF);
	audit_writer_free(writer);
}

static void a_stalled_kernel_stalls_nobody_else(void **state)
{
	struct wall *wall = *state;
	const struct audit_writer_calls calls = { open_wall, send_to_wall, wall };
	const struct audit_note first = note_of("stall");
	struct audit_writer *writer = NULL;
	enum audit_writer_start start;
	int why;

	assert_int_equal(audit_writer_new(&writer, &calls, &first, &start), 0);
	assert_int_equal(start, AUDIT_WRITER_WAITS);
	for (int i = 0; i < 5000; i++)
		take(writer, "more");
	assert_in_range(audit_writer_lost(writer, &why), 1, 4999);
	assert_int_equal(why, 0);
	audit_writer_free(writer);
	assert_written(wall, "stall\n");
}

/* Something that it said is there, or it has ended. */
static void wait_for_answer(struct audit_writer *writer, uint64_t lost)
{
	int why;

	for (int i = 0; audit_writer_lost(writer, &why) < lost && i < 5000; i++)
		poll(NULL, 0, 1);
}

static void counts_what_the_kernel_refuses(void **state)
{
	struct wall *wall = *state;
	struct audit_writer *writer = begin(wall);
	int why;

	take(writer, "fail");
	take(writer, "one");
	take(writer, "fail");
	audit_writer_drop(writer);
	wait_for_answer(writer, 3);
	assert_int_equal(audit_writer_lost(writer, &why), 3);
	assert_int_equal(why, EPERM);
	audit_writer_free(writer);
	assert_written(wall, "first\nfail\none\nfail\n");
}

static void counts_what_comes_after_its_death(void **state)
{
	struct wall *wall = *state;
	struct audit_writer *writer = begin(wall);
	int why = 0;

	take(writer, "die");
	for (int i = 0; why != ESRCH && i < 5000; i++) {
		audit_writer_lost(writer, &why);
		poll(NULL, 0, 1);
	}
	assert_int_equal(why, ESRCH);
	take(writer, "one");
	take(writer, "two");
	assert_int_equal(audit_writer_lost(writer, &why), 2);
	audit_writer_free(writer);
}

static int list_descriptors(void *arg)
{
	const struct wall *wall = arg;
	FILE *file = fopen(wall->path, "a");

	/* The one to talk by is 3, the file is 4. */
	for (int fd = 3; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			fprintf(file, "%d ", fd);
	fclose(file);
	return 0;
}

static void inherits_nothing(void **state)
{
	struct wall *wall = *state;
	const struct audit_writer_calls calls = { list_descriptors, send_to_wall, wall };
	const struct audit_note first = note_of("first");
	struct audit_writer *writer = NULL;
	enum audit_writer_start start;
	int fds[20];

	for (int i = 0; i < 20; i++)
		fds[i] = open("/", O_RDONLY);
	assert_int_equal(audit_writer_new(&writer, &calls, &first, &start), 0);
	audit_writer_free(writer);
	for (int i = 0; i < 20; i++)
		close(fds[i]);
	assert_written(wall, "3 4 first\n");
}

/* Of one that dies without a word: its process ends, too, even while the kernel stalls it. */
static void ends_with_the_daemon(void **state)
{
	struct wall *wall = *state;
	pid_t daemon, left;
	int status;

	/* What the dead one leaves becomes this one's. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	daemon = fork();
	if (!daemon) {
		struct audit_writer *writer = begin(wall);

		take(writer, "stall");
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(daemon, &status, 0), daemon);
	assert_true(WIFSIGNALED(status));
	left = waitpid(-1, &status, 0);
	assert_true(left > 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGALRM);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(writes_all_before_it_ends),
		TEST(says_why_it_cannot_begin),
		TEST(says_that_audit_is_off),
		TEST(a_stalled_kernel_stalls_nobody_else),
		TEST(counts_what_the_kernel_refuses),
		TEST(counts_what_comes_after_its_death),
		TEST(inherits_nothing),
		TEST(ends_with_the_daemon),
	};

	return cmocka_run_group_tests_name("audit_writer", tests, NULL, NULL);
}
