/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the audit trail is read, what comes of it, and what is said where it cannot be. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit_netlink.h"
#include "audit_trail.h"

#define CALL(number, call)                                                                         \
	"type=SYSCALL msg=audit(1700000000.123:" number "): arch=c000003e syscall=" call           \
	" success=yes exit=0 ppid=1 pid=2 comm=\"x\" key=\"k\"\n"

struct fixture {
	char log[64];
	struct event_base *base;
	struct audit_trail *trail;
	char seen[256]; /* serials */
};

static void append(const struct fixture *fixture, const char *text)
{
	int fd = open(fixture->log, O_WRONLY | O_APPEND);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void take(const struct audit_sighting *sighting, void *arg)
{
	struct fixture *fixture = arg;
	char *end = fixture->seen + strlen(fixture->seen);

	assert_true(end - fixture->seen < 200);
	sprintf(end, "%llu%s ", (unsigned long long)sighting->serial,
		sighting->is_call ? "" : "-");
}

static void begin(struct fixture *fixture, struct audit_trail_settings settings)
{
	settings.log_file = settings.config ? NULL : settings.log_file ?: fixture->log;
	assert_int_equal(audit_trail_new(&fixture->trail, fixture->base, &settings, take, fixture),
			 0);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	int fd;

	*state = fixture;
	fd = mkstemp(strcpy(fixture->log, "/tmp/audit-trail.XXXXXX"));
	close(fd);
	fixture->base = event_base_new();
	return fd < 0 || !fixture->base;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	audit_trail_free(fixture->trail);
	event_base_free(fixture->base);
	unlink(fixture->log);
	free(fixture);
	return 0;
}

static void tells_of_the_calls_in_the_file_and_which_are_for_modules(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture, (struct audit_trail_settings){ .only_file = true });
	assert_int_equal(audit_trail_source(fixture->trail), AUDIT_TRAIL_FILE);
	append(fixture,
	       CALL("1", "313") CALL("2", "59") "type=EOE msg=audit(1.1:1): \n" CALL("3", "176"));
	event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	assert_string_equal(fixture->seen, "1 2- 3 ");
	assert_int_equal(audit_trail_overruns(fixture->trail), 0);
	assert_string_equal(audit_trail_why(fixture->trail), "only the log file is to be read");
}

static void reads_without_a_turn_of_the_loop(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture, (struct audit_trail_settings){ .only_file = true });
	append(fixture, CALL("1", "313"));
	audit_trail_read(fixture->trail);
	assert_string_equal(fixture->seen, "1 ");
}

static void counts_records_that_it_could_not_read(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture, (struct audit_trail_settings){ .only_file = true });
	append(fixture,
	       "type=SYSCALL msg=audit(1.1:1): arch=c000003e syscall=313\n" CALL("2", "313"));
	event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	assert_string_equal(fixture->seen, "2 ");
	assert_int_equal(audit_trail_overruns(fixture->trail), 1);
}

static void says_why_there_is_nothing_to_read(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture, (struct audit_trail_settings){ .only_file = true, .log_file = "/none/log" });
	assert_int_equal(audit_trail_source(fixture->trail), AUDIT_TRAIL_NONE);
	assert_non_null(strstr(audit_trail_why(fixture->trail), "No such file"));
	audit_trail_free(fixture->trail);
	append(fixture, "write_logs = no\n");
	begin(fixture, (struct audit_trail_settings){ .only_file = true, .config = fixture->log });
	assert_int_equal(audit_trail_source(fixture->trail), AUDIT_TRAIL_NONE);
	assert_non_null(strstr(audit_trail_why(fixture->trail), "auditd writes none"));
}

static void is_none_while_the_file_is_not_there(void **state)
{
	struct fixture *fixture = *state;

	unlink(fixture->log);
	begin(fixture, (struct audit_trail_settings){ .only_file = true });
	assert_int_equal(audit_trail_source(fixture->trail), AUDIT_TRAIL_NONE);
	close(open(fixture->log, O_CREAT | O_WRONLY, 0600));
	append(fixture, CALL("7", "313"));
	event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	assert_int_equal(audit_trail_source(fixture->trail), AUDIT_TRAIL_FILE);
	assert_string_equal(fixture->seen, "7 ");
}

/* In another network namespace; the exit status is 0, 77 for none to be had, or the line. */
static int read_elsewhere(struct fixture *fixture)
{
	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return 77;
	begin(fixture, (struct audit_trail_settings){});
	if (audit_namespace() == AUDIT_NAMESPACE_FIRST)
		return __LINE__;
	if (audit_trail_source(fixture->trail) != AUDIT_TRAIL_FILE)
		return __LINE__;
	if (!*audit_trail_why(fixture->trail))
		return __LINE__;
	append(fixture, CALL("9", "313"));
	event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	return strcmp(fixture->seen, "9 ") ? __LINE__ : 0;
}

static void reads_the_file_in_another_network_namespace(void **state)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid)
		_exit(read_elsewhere(*state));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		print_message("no network namespace is to be had here\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tells_of_the_calls_in_the_file_and_which_are_for_modules),
		TEST(reads_without_a_turn_of_the_loop),
		TEST(counts_records_that_it_could_not_read),
		TEST(says_why_there_is_nothing_to_read),
		TEST(is_none_while_the_file_is_not_there),
		TEST(reads_the_file_in_another_network_namespace),
	};

	return cmocka_run_group_tests_name("audit_trail", tests, NULL, NULL);
}
