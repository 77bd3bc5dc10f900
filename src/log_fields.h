/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What reading a log needs of a record, without a tree of JSON: the fields that are filtered,
 * counted and ordered by. A line as modwarden writes it (no blanks, ASCII) is walked once, in
 * place; whatever else is valid JSON takes the way through a tree, with the same result.
 */
#ifndef MODWARDEN_LOG_FIELDS_H
#define MODWARDEN_LOG_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_field {
	LOG_SCHEMA,
	LOG_ID,
	LOG_TYPE,
	LOG_TIME,
	LOG_NODE,
	LOG_OP,
	LOG_VERDICT,
	LOG_ENFORCED,
	LOG_MODE,
	LOG_RULE,
	LOG_REASON,
	LOG_MODULE_NAME,
	LOG_MODULE_SHA256,
	LOG_MODULE_PATH,
	LOG_COMM,
	LOG_EXE,
	LOG_UID,
	LOG_EUID,
	LOG_CONTAINER,
	LOG_CONTAINER_POD,
	LOG_CONTAINER_NAMESPACE,
	LOG_ALIAS,
	LOG_REQUESTER_UID,
	LOG_REQUESTER_CONTAINER,
	LOG_AUDIT_ID,
	LOG_AUDIT_SERIAL,
	LOG_AUDIT_KEY,
	LOG_COUNT,
	LOG_FIRST,
	LOG_LAST,
	LOG_FIELDS,
};

enum log_value_kind {
	LOG_VALUE_NONE, /* not there, null, or neither of the below */
	LOG_VALUE_STRING,
	LOG_VALUE_NUMBER, /* an integer */
	LOG_VALUE_BOOL,
	LOG_VALUE_LIST, /* see log_field_has() */
};

struct log_value {
	enum log_value_kind kind;
	const char *text; /* of a string; no NUL behind it */
	size_t size;
	int64_t number;     /* of a boolean: 0 or 1 */
	const json_t *list; /* NULL: the text is the list, in JSON without escapes */
};

struct log_fields {
	struct log_value values[LOG_FIELDS];
};

/*
 * Walks a line. False: it may still be JSON, but not of the plain kind, see above. The values point
 * into the line.
 */
bool log_fields_scan(struct log_fields *fields, const char *text, size_t size);

/* The same from a tree; the values point into that. */
void log_fields_of(struct log_fields *fields, const json_t *record);

/* The field is a string, and this one. */
bool log_field_is(const struct log_fields *fields, enum log_field field, const char *word);

/* The field is this string, or a list that has it. */
bool log_field_has(const struct log_fields *fields, enum log_field field, const char *word);

/* The time of a record, see moment.h; 0 or -EINVAL. */
int log_fields_time(const struct log_fields *fields, enum log_field field, int64_t *moment);

/* For how many attempts it stands: 1 where it says nothing else. */
uint64_t log_fields_count(const struct log_fields *fields);

#endif
