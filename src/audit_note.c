// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_note.h"

#include "cleanup.h"
#include "escape.h"

#include <ctype.h>
#include <errno.h>
#include <libaudit.h>
#include <stdarg.h>
#include <string.h>

#define VALUE_MAX 256 /* bytes; the longest are the keys of an event */

/* What does not fit is left out as a whole. */
__attribute__((format(printf, 2, 3))) static void add(struct audit_note *note, const char *format,
						      ...)
{
	size_t filled = strlen(note->text), room = sizeof(note->text) - filled;
	va_list args;

	va_start(args, format);
	if (vsnprintf(note->text + filled, room, format, args) >= (int)room)
		note->text[filled] = '\0';
	va_end(args);
}

static bool is_plain(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!isascii(bytes[i]) || (!isalnum(bytes[i]) && !strchr("@%+/._-", bytes[i])))
			return false;
	return memchr(bytes, '\0', size) == NULL;
}

/* Bytes that somebody chose. */
static void add_bytes(struct audit_note *note, const char *name, const char *bytes, size_t size)
{
	char encoded[2 * VALUE_MAX + 1];

	if (size > VALUE_MAX)
		size = VALUE_MAX;
	if (is_plain(bytes, size))
		add(note, " %s=\"%.*s\"", name, (int)size, bytes);
	else if (audit_encode_value(encoded, bytes, size))
		add(note, " %s=%s", name, encoded);
}

/* A text of a record, which is escaped; null is left out. */
static int add_text(struct audit_note *note, const char *name, const json_t *value)
{
	auto_free char *bytes = NULL;
	size_t size;
	bool cut;

	if (!json_is_string(value))
		return 0;
	bytes = bytes_unescape(json_string_value(value), &size, &cut);
	if (!bytes)
		return -ENOMEM;
	add_bytes(note, name, bytes, size);
	return 0;
}

/* A word out of a table of ours. */
static void add_word(struct audit_note *note, const char *name, const json_t *value)
{
	if (json_is_string(value))
		add(note, " %s=%s", name, json_string_value(value));
}

static void add_number(struct audit_note *note, const char *name, const json_t *value)
{
	if (json_is_integer(value))
		add(note, " %s=%" JSON_INTEGER_FORMAT, name, json_integer_value(value));
}

/* As the kernel writes several keys: one value, with \001 between them. */
static int add_keys(struct audit_note *note, const json_t *keys)
{
	char joined[VALUE_MAX + 1] = "";
	const json_t *key;
	size_t i;

	if (!json_is_array(keys))
		return add_text(note, "key", keys);
	json_array_foreach (keys, i, key) {
		auto_free char *bytes = NULL;
		size_t size, filled = strlen(joined);
		bool cut;

		bytes = bytes_unescape(json_string_value(key) ?: "", &size, &cut);
		if (!bytes)
			return -ENOMEM;
		snprintf(joined + filled, sizeof(joined) - filled, "%s%s", filled ? "\001" : "",
			 bytes);
	}
	if (*joined)
		add_bytes(note, "key", joined, strlen(joined));
	return 0;
}

/* An autoload has no module yet, but what was asked for. */
static const json_t *name_of(const json_t *record)
{
	const json_t *module = json_object_get(record, "module");

	return json_is_object(module)
		       ? json_object_get(module, "name")
		       : json_object_get(json_object_get(record, "requester"), "alias");
}

static bool succeeded(const json_t *record)
{
	const json_t *exit = json_object_get(json_object_get(record, "syscall"), "exit");

	return !json_is_true(json_object_get(record, "enforced")) && json_integer_value(exit) == 0;
}

int audit_note_make(struct audit_note *note, const json_t *record)
{
	const char *type = json_string_value(json_object_get(record, "type"));
	const json_t *digest = json_object_get(json_object_get(record, "module"), "sha256");
	const json_t *audit = json_object_get(record, "audit");
	int error;

	if (!type || strcmp(type, "operation") != 0)
		return -ENOMSG;
	note->success = succeeded(record);
	snprintf(note->text, sizeof(note->text), "op=%s",
		 json_string_value(json_object_get(record, "op")) ?: "?");
	error = add_text(note, "name", name_of(record));
	if (json_is_string(digest))
		add(note, " hash=sha256:%s", json_string_value(digest));
	add_word(note, "verdict", json_object_get(record, "verdict"));
	add(note, " enforced=%s", json_is_true(json_object_get(record, "enforced")) ? "yes" : "no");
	error = error ?: add_text(note, "rule", json_object_get(record, "rule"));
	add_word(note, "reason", json_object_get(record, "reason"));
	add_word(note, "gate", json_object_get(record, "gate"));
	add_word(note, "id", json_object_get(record, "id"));
	add_number(note, "opid", json_object_get(json_object_get(record, "process"), "pid"));
	add_number(note, "event", json_object_get(audit, "serial"));
	error = error ?: add_keys(note, json_object_get(audit, "key"));
	add_number(note, "repeated", json_object_get(json_object_get(record, "repeated"), "count"));
	return error;
}
