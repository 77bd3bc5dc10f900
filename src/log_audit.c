// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_audit.h"

#include "cleanup.h"
#include "escape.h"
#include "json_memory.h"
#include "record_value.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct stamp {
	uint64_t time_ms;
	uint64_t serial;
};

static bool number_parse(const char **text, char end, uint64_t *number)
{
	char *stop;

	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	*number = strtoull(*text, &stop, 10);
	if (errno || *stop != end)
		return false;
	*text = stop + 1;
	return true;
}

/* SEC.MSEC:SERIAL, as `ausearch -a` shows it. */
static bool stamp_parse(const char *text, struct stamp *stamp)
{
	uint64_t seconds, milliseconds;

	if (!text || !number_parse(&text, '.', &seconds) ||
	    !number_parse(&text, ':', &milliseconds) || !number_parse(&text, '\0', &stamp->serial))
		return false;
	stamp->time_ms = seconds * 1000 + milliseconds;
	return milliseconds < 1000 && seconds < UINT64_MAX / 1000;
}

static struct log_audit_found guess(struct audit_events *events, const struct log_line *line,
				    const json_t *record)
{
	const json_t *syscall = json_object_get(record, "syscall");
	const json_t *exit = json_object_get(syscall, "exit");
	const struct audit_event_guess known = {
		.time_ms = line->time > 0 ? line->time / 1000 : 0,
		.pid = json_integer_value(
			json_object_get(json_object_get(record, "process"), "pid")),
		.syscall = json_string_value(json_object_get(syscall, "name")),
		.has_exit = json_is_integer(exit),
		.exit = json_integer_value(exit),
	};
	const struct audit_event *event =
		known.pid && known.syscall ? audit_events_guess(events, &known) : NULL;

	return (struct log_audit_found){ event ? LOG_AUDIT_GUESS : LOG_AUDIT_NONE, event };
}

static bool is_guessed(const json_t *audit)
{
	const char *join = json_string_value(json_object_get(audit, "join"));

	return join && !strcmp(join, "guess");
}

struct log_audit_found log_audit_find(struct audit_events *events, struct log_line *line)
{
	const json_t *record = log_line_record(line), *audit = json_object_get(record, "audit");
	struct log_audit_found found = {};
	struct stamp stamp;

	if (!stamp_parse(json_string_value(json_object_get(audit, "id")), &stamp))
		return guess(events, line, record);
	found.event = audit_events_find(events, stamp.time_ms, stamp.serial);
	if (found.event)
		found.match = is_guessed(audit) ? LOG_AUDIT_GUESS : LOG_AUDIT_EXACT;
	return found;
}

static void print_lines(const char *text, FILE *out)
{
	for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
		auto_free char *shown = bytes_escape(text, end - text, false);

		fprintf(out, "      %s\n", shown ?: "?");
	}
}

void log_audit_print(struct audit_events *events, struct log_line *line, FILE *out)
{
	struct log_audit_found found;

	if (!log_field_is(&line->fields, LOG_TYPE, "operation"))
		return;
	found = log_audit_find(events, line);
	if (!found.event) {
		fputs("    no event of it in the audit log\n", out);
		return;
	}
	fprintf(out, "    audit event %" PRIu64 ".%03" PRIu64 ":%" PRIu64 "%s\n",
		found.event->time_ms / 1000, found.event->time_ms % 1000, found.event->serial,
		found.match == LOG_AUDIT_GUESS ? ", a guess by time, process and call:" : ":");
	print_lines(found.event->text, out);
}

static json_t *lines_value(const char *text)
{
	json_t *list = json_array();

	for (const char *end; list && (end = strchr(text, '\n')); text = end + 1)
		json_array_append_new(list, value_text(text, end - text));
	return list;
}

static json_t *event_value(const struct log_audit_found *found)
{
	const struct audit_event *event = found->event;

	if (!event)
		return json_null();
	return json_pack("{s:o, s:s, s:o}", "id",
			 json_sprintf("%" PRIu64 ".%03" PRIu64 ":%" PRIu64, event->time_ms / 1000,
				      event->time_ms % 1000, event->serial),
			 "join", found->match == LOG_AUDIT_GUESS ? "guess" : "exact", "lines",
			 lines_value(event->text));
}

int log_audit_print_json(struct audit_events *events, struct log_line *line, FILE *out)
{
	struct log_audit_found found = {};
	json_t *event;
	auto_free char *text = NULL;

	if (log_field_is(&line->fields, LOG_TYPE, "operation"))
		found = log_audit_find(events, line);
	event = event_value(&found);
	text = event ? json_text(event, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;
	json_decref(event);
	if (!text)
		return -ENOMEM;
	/* The very bytes of the record. */
	fputs("{\"record\":", out);
	fwrite(line->text, 1, line->size, out);
	fprintf(out, ",\"audit\":%s}\n", text);
	return 0;
}
