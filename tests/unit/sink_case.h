/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of outputs share: a log in a directory of its own, and one record. */
#ifndef TEST_SINK_CASE_H
#define TEST_SINK_CASE_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink.h"

static char directory[] = "/tmp/modwarden-sink-XXXXXX";
static char path[64];
static struct sink *sink;
static json_t *record;

static inline int begin(void **state)
{
	(void)state;
	strcpy(directory + sizeof(directory) - 7, "XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/log", directory);
	record = json_pack("{s:s, s:s}", "type", "daemon", "reason", "started");
	sink = NULL;
	return record ? 0 : -1;
}

static inline int end(void **state)
{
	(void)state;
	sink_close(sink);
	json_decref(record);
	unlink(path);
	return rmdir(directory);
}

/* A file beside the log; valid until the next call. */
static inline const char *beside(const char *suffix)
{
	static char name[80];

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	return name;
}

static inline void assert_content_of(const char *name, const char *expected)
{
	char text[4096];
	int fd = open(name, O_RDONLY);
	ssize_t size = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[size > 0 ? size : 0] = '\0';
	assert_string_equal(text, expected);
}

static inline void assert_content(const char *expected)
{
	assert_content_of(path, expected);
}

static inline void put_content(const char *text)
{
	FILE *file = fopen(path, "w");

	fputs(text, file);
	fclose(file);
}

#define LINE "{\"type\":\"daemon\",\"reason\":\"started\"}\n"

/* The limit makes write(2) come out short, as a full disk does. */
static inline void limit_file_size(rlim_t size)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = size;
	setrlimit(RLIMIT_FSIZE, &limit);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
