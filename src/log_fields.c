// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_fields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "moment.h"

#define DEPTH_MAX  16
#define DIGITS_MAX 18 /* of a number that surely fits */

/* Objects of a record that have fields of interest; the record itself is the first. */
enum group {
	GROUP_RECORD,
	GROUP_MODULE,
	GROUP_PROCESS,
	GROUP_CONTAINER,
	GROUP_REQUESTER,
	GROUP_AUDIT,
	GROUP_REPEATED,
	GROUPS,
	GROUP_NONE = GROUPS,
};

#define NAME(text)                                                                                 \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

struct name {
	const char *text;
	size_t size;
};

/* The fields of a group stand together, from the first on. */
static const struct {
	struct name name;
	enum log_field first;
} groups[GROUPS] = {
	[GROUP_RECORD] = { NAME(""), LOG_SCHEMA },
	[GROUP_MODULE] = { NAME("module"), LOG_MODULE_NAME },
	[GROUP_PROCESS] = { NAME("process"), LOG_COMM },
	[GROUP_CONTAINER] = { NAME("container"), LOG_CONTAINER },
	[GROUP_REQUESTER] = { NAME("requester"), LOG_ALIAS },
	[GROUP_AUDIT] = { NAME("audit"), LOG_AUDIT_ID },
	[GROUP_REPEATED] = { NAME("repeated"), LOG_COUNT },
};

static const struct {
	enum group group;
	struct name key;
} known[LOG_FIELDS] = {
	[LOG_SCHEMA] = { GROUP_RECORD, NAME("schema") },
	[LOG_ID] = { GROUP_RECORD, NAME("id") },
	[LOG_TYPE] = { GROUP_RECORD, NAME("type") },
	[LOG_TIME] = { GROUP_RECORD, NAME("time") },
	[LOG_NODE] = { GROUP_RECORD, NAME("node") },
	[LOG_OP] = { GROUP_RECORD, NAME("op") },
	[LOG_VERDICT] = { GROUP_RECORD, NAME("verdict") },
	[LOG_ENFORCED] = { GROUP_RECORD, NAME("enforced") },
	[LOG_MODE] = { GROUP_RECORD, NAME("mode") },
	[LOG_RULE] = { GROUP_RECORD, NAME("rule") },
	[LOG_REASON] = { GROUP_RECORD, NAME("reason") },
	[LOG_MODULE_NAME] = { GROUP_MODULE, NAME("name") },
	[LOG_MODULE_SHA256] = { GROUP_MODULE, NAME("sha256") },
	[LOG_MODULE_PATH] = { GROUP_MODULE, NAME("path") },
	[LOG_COMM] = { GROUP_PROCESS, NAME("comm") },
	[LOG_EXE] = { GROUP_PROCESS, NAME("exe") },
	[LOG_UID] = { GROUP_PROCESS, NAME("uid") },
	[LOG_EUID] = { GROUP_PROCESS, NAME("euid") },
	[LOG_CONTAINER] = { GROUP_CONTAINER, NAME("id") },
	[LOG_CONTAINER_POD] = { GROUP_CONTAINER, NAME("pod") },
	[LOG_CONTAINER_NAMESPACE] = { GROUP_CONTAINER, NAME("namespace") },
	[LOG_ALIAS] = { GROUP_REQUESTER, NAME("alias") },
	[LOG_REQUESTER_UID] = { GROUP_REQUESTER, NAME("uid") },
	[LOG_REQUESTER_CONTAINER] = { GROUP_REQUESTER, NAME("container") },
	[LOG_AUDIT_ID] = { GROUP_AUDIT, NAME("id") },
	[LOG_AUDIT_SERIAL] = { GROUP_AUDIT, NAME("serial") },
	[LOG_AUDIT_KEY] = { GROUP_AUDIT, NAME("key") },
	[LOG_COUNT] = { GROUP_REPEATED, NAME("count") },
	[LOG_FIRST] = { GROUP_REPEATED, NAME("first") },
	[LOG_LAST] = { GROUP_REPEATED, NAME("last") },
};

struct scan {
	const char *at, *end;
	struct log_fields *fields;
	unsigned int groups; /* that were there */
};

static bool is_name(const struct name *name, const char *text, size_t size)
{
	return name->size == size && !memcmp(name->text, text, size);
}

static enum log_field field_of(enum group group, const struct log_value *key)
{
	enum log_field field = groups[group].first;

	for (; field < LOG_FIELDS && known[field].group == group; field++)
		if (is_name(&known[field].key, key->text, key->size))
			return field;
	return LOG_FIELDS;
}

static enum group group_of(enum group parent, const struct log_value *key)
{
	if (parent != GROUP_RECORD)
		return GROUP_NONE;
	for (enum group group = GROUP_RECORD + 1; group < GROUPS; group++)
		if (is_name(&groups[group].name, key->text, key->size))
			return group;
	return GROUP_NONE;
}

static bool take(struct scan *scan, char c)
{
	if (scan->at == scan->end || *scan->at != c)
		return false;
	scan->at++;
	return true;
}

/* What ends a run of characters that stand for themselves. */
static const bool is_special[256] = {
	[0 ... 0x1f] = true,
	['"'] = true,
	['\\'] = true,
	[0x7f ... 0xff] = true,
};

/* has_escapes: the text is not what it says. Escapes by number are left to the other way. */
static bool scan_string(struct scan *scan, struct log_value *value, bool *has_escapes)
{
	const char *at = scan->at + 1, *end = scan->end;

	*has_escapes = false;
	if (!take(scan, '"'))
		return false;
	for (;;) {
		while (at < end && !is_special[(unsigned char)*at])
			at++;
		if (at == end)
			return false;
		if (*at == '"')
			break;
		if (*at != '\\' || end - at < 2 || !at[1] || !strchr("\\\"/bfnrt", at[1]))
			return false;
		*has_escapes = true;
		at += 2;
	}
	*value = (struct log_value){ .kind = LOG_VALUE_STRING,
				     .text = scan->at,
				     .size = (size_t)(at - scan->at) };
	scan->at = at + 1;
	return true;
}

static bool is_digit_next(const struct scan *scan)
{
	return scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9';
}

static bool scan_number(struct scan *scan, struct log_value *value)
{
	bool is_negative = take(scan, '-');
	const char *first = scan->at;
	int64_t number = 0;

	while (is_digit_next(scan) && scan->at - first < DIGITS_MAX)
		number = number * 10 + (*scan->at++ - '0');
	if (scan->at == first || is_digit_next(scan) || (*first == '0' && scan->at - first > 1))
		return false;
	*value = (struct log_value){ .kind = LOG_VALUE_NUMBER,
				     .number = is_negative ? -number : number };
	return true;
}

static bool scan_word(struct scan *scan, struct log_value *value)
{
	static const struct {
		struct name name;
		struct log_value value;
	} words[] = {
		{ NAME("null"), {} },
		{ NAME("true"), { .kind = LOG_VALUE_BOOL, .number = 1 } },
		{ NAME("false"), { .kind = LOG_VALUE_BOOL } },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t size = words[i].name.size;

		if ((size_t)(scan->end - scan->at) < size ||
		    memcmp(scan->at, words[i].name.text, size) != 0)
			continue;
		scan->at += size;
		*value = words[i].value;
		return true;
	}
	return false;
}

static bool scan_value(struct scan *scan, enum group group, unsigned int depth,
		       struct log_value *value, bool *has_escapes);

static bool scan_array(struct scan *scan, unsigned int depth, struct log_value *list,
		       bool *has_escapes)
{
	const char *first = scan->at++;
	bool is_empty = take(scan, ']');

	while (!is_empty) {
		struct log_value value;
		bool escapes;

		if (!scan_value(scan, GROUP_NONE, depth, &value, &escapes))
			return false;
		*has_escapes |= escapes;
		if (take(scan, ']'))
			break;
		if (!take(scan, ','))
			return false;
	}
	*list = (struct log_value){ .kind = LOG_VALUE_LIST,
				    .text = first,
				    .size = (size_t)(scan->at - first) };
	return true;
}

/* What is there twice is left to the other way, where the last one counts. */
static bool is_again(struct scan *scan, enum log_field field, enum group group)
{
	unsigned int bit = group == GROUP_NONE ? 0 : 1U << group;
	bool again = (scan->groups & bit) ||
		     (field != LOG_FIELDS && scan->fields->values[field].kind != LOG_VALUE_NONE);

	scan->groups |= bit;
	return again;
}

static bool scan_member(struct scan *scan, enum group parent, unsigned int depth)
{
	struct log_value key, value;
	enum log_field field;
	enum group group;
	bool has_escapes;

	if (!scan_string(scan, &key, &has_escapes) || has_escapes || !take(scan, ':'))
		return false;
	field = parent == GROUP_NONE ? LOG_FIELDS : field_of(parent, &key);
	group = field == LOG_FIELDS ? group_of(parent, &key) : GROUP_NONE;
	if (is_again(scan, field, group) || !scan_value(scan, group, depth, &value, &has_escapes))
		return false;
	if (field == LOG_FIELDS)
		return true;
	scan->fields->values[field] = value;
	return !has_escapes;
}

static bool scan_object(struct scan *scan, enum group group, unsigned int depth)
{
	scan->at++;
	if (take(scan, '}'))
		return true;
	do {
		if (!scan_member(scan, group, depth))
			return false;
	} while (take(scan, ','));
	return take(scan, '}');
}

static bool scan_value(struct scan *scan, enum group group, unsigned int depth,
		       struct log_value *value, bool *has_escapes)
{
	*value = (struct log_value){};
	*has_escapes = false;
	if (scan->at == scan->end || depth == DEPTH_MAX)
		return false;
	switch (*scan->at) {
	case '"':
		return scan_string(scan, value, has_escapes);
	case '{':
		return scan_object(scan, group, depth + 1);
	case '[':
		return scan_array(scan, depth + 1, value, has_escapes);
	case '-':
	case '0' ... '9':
		return scan_number(scan, value);
	default:
		return scan_word(scan, value);
	}
}

bool log_fields_scan(struct log_fields *fields, const char *text, size_t size)
{
	struct scan scan = { .at = text, .end = text + size, .fields = fields };

	memset(fields, 0, sizeof(*fields));
	return size && *text == '{' && scan_object(&scan, GROUP_RECORD, 0) && scan.at == scan.end;
}

static struct log_value value_of(const json_t *value)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_STRING:
		return (struct log_value){ .kind = LOG_VALUE_STRING,
					   .text = json_string_value(value),
					   .size = json_string_length(value) };
	case JSON_INTEGER:
		return (struct log_value){ .kind = LOG_VALUE_NUMBER,
					   .number = json_integer_value(value) };
	case JSON_ARRAY:
		return (struct log_value){ .kind = LOG_VALUE_LIST, .list = value };
	case JSON_TRUE:
	case JSON_FALSE:
		return (struct log_value){ .kind = LOG_VALUE_BOOL, .number = json_is_true(value) };
	default:
		return (struct log_value){};
	}
}

void log_fields_of(struct log_fields *fields, const json_t *record)
{
	for (enum log_field field = 0; field < LOG_FIELDS; field++) {
		const json_t *object = record;

		if (known[field].group != GROUP_RECORD)
			object = json_object_get(record, groups[known[field].group].name.text);
		fields->values[field] = value_of(json_object_get(object, known[field].key.text));
	}
}

bool log_field_is(const struct log_fields *fields, enum log_field field, const char *word)
{
	const struct log_value *value = &fields->values[field];

	return value->kind == LOG_VALUE_STRING && value->size == strlen(word) &&
	       !memcmp(value->text, word, value->size);
}

static bool list_has(const struct log_value *list, const char *word)
{
	char quoted[512];
	const json_t *item;
	size_t i;
	int size;

	json_array_foreach (list->list, i, item)
		if (json_is_string(item) && !strcmp(json_string_value(item), word))
			return true;
	if (list->list)
		return false;
	size = snprintf(quoted, sizeof(quoted), "\"%s\"", word);
	return size < (int)sizeof(quoted) && memmem(list->text, list->size, quoted, (size_t)size);
}

bool log_field_has(const struct log_fields *fields, enum log_field field, const char *word)
{
	const struct log_value *value = &fields->values[field];

	if (value->kind == LOG_VALUE_LIST)
		return list_has(value, word);
	return log_field_is(fields, field, word);
}

int log_fields_time(const struct log_fields *fields, enum log_field field, int64_t *moment)
{
	const struct log_value *value = &fields->values[field];

	if (value->kind != LOG_VALUE_STRING)
		return -EINVAL;
	return moment_of_rfc3339(value->text, value->size, moment);
}

uint64_t log_fields_count(const struct log_fields *fields)
{
	const struct log_value *count = &fields->values[LOG_COUNT];

	return count->kind == LOG_VALUE_NUMBER && count->number > 0 ? (uint64_t)count->number : 1;
}
