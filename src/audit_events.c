// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_events.h"

#include "cleanup.h"
#include "input.h"
#include "line_reader.h"
#include "log.h"
#include "log_rotation.h"
#include "memory_stream.h"

#include <auparse.h>
#include <errno.h>
#include <libaudit.h>
#include <string.h>

#define BUCKETS      4096
#define LINE_ITS_MAX (64U << 10) /* bytes of a line that auditd may write */

struct kept {
	struct audit_event event;
	struct kept *next;    /* younger */
	struct kept *sibling; /* of the same bucket */
	size_t size;
};

struct audit_events {
	char **paths; /* from the oldest to the youngest */
	size_t count;
	size_t at; /* the path that is read, or will be */
	struct line_reader *lines;
	auparse_state_t *feed;
	struct audit_parser *parser;
	struct kept *oldest, *youngest;
	struct kept *buckets[BUCKETS]; /* by serial, the youngest first */
	size_t size;                   /* bytes that are kept */
	uint64_t reached;              /* time of the last event that was read */
	uint64_t wanted;               /* the oldest time that may still be asked for */
	bool is_whole;
	bool has_no_memory;
};

static struct kept **bucket_of(struct audit_events *events, uint64_t serial)
{
	return &events->buckets[serial % BUCKETS];
}

static void forget_oldest(struct audit_events *events)
{
	struct kept *oldest = events->oldest;
	struct kept **at = bucket_of(events, oldest->event.serial);

	while (*at != oldest)
		at = &(*at)->sibling;
	*at = oldest->sibling;
	events->oldest = oldest->next;
	if (!events->oldest)
		events->youngest = NULL;
	events->size -= oldest->size;
	free((char *)oldest->event.text);
	free(oldest);
}

static void forget(struct audit_events *events)
{
	while (events->oldest &&
	       (events->size > AUDIT_EVENTS_MAX || events->oldest->event.time_ms < events->wanted))
		forget_oldest(events);
}

/* The texts of the records of the event that auparse is at; what is about its system call. */
static char *take_records(struct audit_events *events, struct audit_sighting *call, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	if (!out)
		return NULL;
	auparse_first_record(events->feed);
	do {
		const char *record = auparse_get_record_text(events->feed);
		struct audit_sighting sighting;

		if (!record || (size_t)ftell(out) + strlen(record) > AUDIT_EVENT_MAX)
			continue;
		fprintf(out, "%s\n", record);
		if (audit_parse_line(events->parser, record, strlen(record), &sighting) > 0)
			*call = sighting;
	} while (auparse_next_record(events->feed) > 0);
	if (memory_stream_close(out, &text)) {
		free(text);
		return NULL;
	}
	return text;
}

static void keep(struct audit_events *events, struct kept *kept)
{
	struct kept **bucket = bucket_of(events, kept->event.serial);

	kept->sibling = *bucket;
	*bucket = kept;
	if (events->youngest)
		events->youngest->next = kept;
	else
		events->oldest = kept;
	events->youngest = kept;
	events->size += kept->size;
}

static void on_event(auparse_state_t *feed, auparse_cb_event_t what, void *arg)
{
	struct audit_events *events = arg;
	struct kept *kept;
	size_t size = 0;

	if (what != AUPARSE_CB_EVENT_READY)
		return;
	kept = calloc(1, sizeof(*kept));
	if (kept)
		kept->event.text = take_records(events, &kept->event.call, &size);
	if (!kept || !kept->event.text) {
		events->has_no_memory = true;
		free(kept);
		return;
	}
	kept->event.serial = auparse_get_serial(feed);
	kept->event.time_ms = (uint64_t)auparse_get_time(feed) * 1000 + auparse_get_milli(feed);
	kept->size = sizeof(*kept) + size;
	events->reached = kept->event.time_ms;
	keep(events, kept);
	forget(events);
}

int audit_events_new(struct audit_events **ret)
{
	struct audit_events *events = calloc(1, sizeof(*events));

	if (!events)
		return -ENOMEM;
	events->is_whole = true;
	events->feed = auparse_init(AUSOURCE_FEED, NULL);
	if (!events->feed || audit_parser_new(&events->parser)) {
		audit_events_free(events);
		return -ENOMEM;
	}
	auparse_add_callback(events->feed, on_event, events, NULL);
	*ret = events;
	return 0;
}

void audit_events_free(struct audit_events *events)
{
	if (!events)
		return;
	while (events->oldest)
		forget_oldest(events);
	line_reader_free(events->lines);
	audit_parser_free(events->parser);
	if (events->feed)
		auparse_destroy(events->feed);
	for (size_t i = 0; i < events->count; i++)
		free(events->paths[i]);
	free(events->paths);
	free(events);
}

static int add_path(struct audit_events *events, const char *path)
{
	char **paths = reallocarray(events->paths, events->count + 1, sizeof(*paths));

	if (!paths)
		return -ENOMEM;
	events->paths = paths;
	paths[events->count] = strdup(path);
	return paths[events->count] ? (events->count++, 0) : -ENOMEM;
}

int audit_events_add(struct audit_events *events, const char *path, bool rotated)
{
	struct log_rotation rotation = {};
	int error = rotated ? log_rotation_find(&rotation, path) : 0;

	/* Of a directory that cannot be read, the file itself will tell. */
	if (error && error != -ENOMEM)
		error = 0;
	for (size_t i = 0; !error && i < rotation.count; i++)
		error = add_path(events, rotation.paths[i]);
	log_rotation_clear(&rotation);
	return error ?: add_path(events, path);
}

static void cannot_read(struct audit_events *events, int error)
{
	events->is_whole = false;
	log_error("log: cannot read the audit log '%s': %s", events->paths[events->at],
		  error == -EBADMSG ? "what it was compressed to is broken or incomplete"
				    : strerror(-error));
}

static bool open_next(struct audit_events *events)
{
	struct input *input = NULL;
	int error;

	for (; !events->lines && events->at < events->count; events->at++) {
		error = input_open(&input, events->paths[events->at]);
		if (!error)
			error = line_reader_new(&events->lines, input);
		if (!error)
			return true;
		cannot_read(events, error);
	}
	return events->lines;
}

/* What no auditd writes is nothing to libauparse, either. */
static void feed_line(struct audit_events *events, const struct line *line)
{
	if (line->kind != LINE_WHOLE || line->size > LINE_ITS_MAX)
		return;
	if (auparse_feed(events->feed, line->text, line->size) ||
	    auparse_feed(events->feed, "\n", 1))
		events->has_no_memory = true;
}

/* False: the end of all. */
static bool read_line(struct audit_events *events)
{
	struct line line;
	int r;

	if (!open_next(events))
		return false;
	r = line_reader_next(events->lines, true, &line);
	if (r == 1) {
		feed_line(events, &line);
		return true;
	}
	if (r < 0)
		cannot_read(events, r);
	line_reader_free(events->lines);
	events->lines = NULL;
	/* The last events of all wait for more, which does not come. */
	if (++events->at == events->count)
		auparse_flush_feed(events->feed);
	return true;
}

static void read_until(struct audit_events *events, uint64_t time_ms)
{
	events->wanted = time_ms > AUDIT_EVENTS_SPAN_MS ? time_ms - AUDIT_EVENTS_SPAN_MS : 0;
	while (events->reached <= time_ms + AUDIT_EVENTS_SPAN_MS && !events->has_no_memory &&
	       read_line(events))
		;
	if (events->has_no_memory && events->is_whole) {
		events->is_whole = false;
		log_error("log: cannot read the audit log: %s", strerror(ENOMEM));
	}
}

const struct audit_event *audit_events_find(struct audit_events *events, uint64_t time_ms,
					    uint64_t serial)
{
	read_until(events, time_ms);
	for (const struct kept *kept = *bucket_of(events, serial); kept; kept = kept->sibling)
		if (kept->event.serial == serial && kept->event.time_ms == time_ms)
			return &kept->event;
	return NULL;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static bool fits(const struct audit_event *event, const struct audit_event_guess *guess)
{
	const struct audit_sighting *call = &event->call;
	int machine = call->is_call ? audit_elf_to_machine(call->arch) : -1;

	return machine >= 0 && call->pid == guess->pid &&
	       audit_name_to_syscall(guess->syscall, machine) == call->syscall &&
	       (!guess->has_exit || guess->exit == call->exit) &&
	       distance(event->time_ms, guess->time_ms) <= AUDIT_GUESS_MS;
}

const struct audit_event *audit_events_guess(struct audit_events *events,
					     const struct audit_event_guess *guess)
{
	const struct audit_event *best = NULL;

	read_until(events, guess->time_ms);
	for (const struct kept *kept = events->oldest; kept; kept = kept->next) {
		if (!fits(&kept->event, guess))
			continue;
		if (!best || distance(kept->event.time_ms, guess->time_ms) <
				     distance(best->time_ms, guess->time_ms))
			best = &kept->event;
	}
	return best;
}

bool audit_events_are_none(const struct audit_events *events)
{
	return events->is_whole && events->count && events->at == events->count && !events->reached;
}

bool audit_events_are_whole(const struct audit_events *events)
{
	return events->is_whole;
}
