// SPDX-License-Identifier: GPL-2.0-or-later
#include "golden_file.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

static char *read_file(const char *path)
{
	auto_fclose FILE *file = fopen(path, "r");
	char *text = calloc(1, 65536);

	if (file)
		text[fread(text, 1, 65535, file)] = '\0';
	return text;
}

void assert_golden(const char *name, const char *text)
{
	auto_free char *golden = NULL;
	char path[256] = __FILE__;
	char *end = strrchr(path, '/') + 1;

	snprintf(end, sizeof(path) - (end - path), "golden/%s", name);
	if (getenv("UPDATE_GOLDEN")) {
		FILE *out = fopen(path, "w");

		assert_non_null(out);
		fputs(text, out);
		fclose(out);
	}
	golden = read_file(path);
	assert_string_equal(text, golden);
}
