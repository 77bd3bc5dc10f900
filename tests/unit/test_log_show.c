/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `modwarden log` says beside the records. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exit_code.h"
#include "log_show.h"

#define DAEMON                                                                                     \
	"{\"schema\":\"modwarden/1\",\"id\":\"5f0c1d2e-1\",\"type\":\"daemon\","                   \
	"\"time\":\"2026-09-21T10:00:00Z\",\"reason\":\"started\"}\n"

/* With standard output and standard error in files; what was said of this log stands in 'said'. */
static void show_as_ocsf(const char *log, char *said, size_t size)
{
	char path[] = "/tmp/log-show.XXXXXX", *paths[] = { path };
	struct log_show show = { .paths = paths,
				 .count = 1,
				 .since = INT64_MIN,
				 .until = INT64_MAX,
				 .format = LOG_FORMAT_OCSF };
	int file = mkstemp(path), out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	int text = memfd_create("said", 0), nothing = open("/dev/null", O_WRONLY);
	int code;
	ssize_t n;

	assert_int_equal(write(file, log, strlen(log)), strlen(log));
	assert_int_equal(log_filter_new(&show.filter), 0);
	fflush(stdout);
	dup2(nothing, STDOUT_FILENO);
	dup2(text, STDERR_FILENO);
	code = log_show(&show);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	n = pread(text, said, size - 1, 0);
	said[n > 0 ? n : 0] = '\0';
	log_filter_free(show.filter);
	unlink(path);
	for (int *fd = (int[]){ file, out, err, text, nothing, -1 }; *fd >= 0; fd++)
		close(*fd);
	assert_int_equal(code, EXIT_DONE);
}

static void what_has_no_ocsf_class_is_told_of(void **state)
{
	char said[512];

	(void)state;
	show_as_ocsf(DAEMON, said, sizeof(said));
	assert_non_null(strstr(said, "left out 1 record that is no operation"));
	show_as_ocsf(DAEMON DAEMON, said, sizeof(said));
	assert_non_null(strstr(said, "left out 2 records that are no operations"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_no_ocsf_class_is_told_of),
	};

	return cmocka_run_group_tests_name("log_show", tests, NULL, NULL);
}
