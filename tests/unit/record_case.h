/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of records share: an operation, its record, and what stands in that. */
#ifndef TEST_RECORD_CASE_H
#define TEST_RECORD_CASE_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "operations.h"
#include "record_value.h"
#include "sample_events.h"

static inline struct operation sample_operation(enum mw_verdict verdict, bool enforced,
						int64_t exit)
{
	struct mw_decision_event decision = sample_decision(17, verdict, enforced);
	struct mw_outcome outcome = sample_outcome(&decision, exit);
	struct operation operation = { .seq = 17 };

	operation_take_decision(&operation, &decision);
	operation_take_outcome(&operation, &outcome);
	return operation;
}

/* The record of an operation; free it with json_decref(). */
static inline json_t *record_of(const struct operation *operation)
{
	struct record_context context = sample_context();
	json_t *record = record_operation(&context, operation);

	assert_non_null(record);
	return record;
}

/* A field by its path, "process.pid". */
static inline const json_t *field(const json_t *record, const char *path)
{
	char name[64];
	size_t length;

	for (;; path += length + 1) {
		length = strcspn(path, ".");
		snprintf(name, sizeof(name), "%.*s", (int)length, path);
		record = json_object_get(record, name);
		if (!path[length])
			return record;
	}
}

static inline void assert_field(const json_t *record, const char *path, const char *expected)
{
	const json_t *value = field(record, path);
	auto_free char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	if (!text || strcmp(text, expected))
		fail_msg("%s is %s, not %s", path, text, expected);
}

#endif
