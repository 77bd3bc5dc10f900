// SPDX-License-Identifier: GPL-2.0-or-later
#include "log.h"

#include "cleanup.h"
#include "escape.h"
#include "outlet.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

static enum log_level max_level = LOG_LEVEL_INFO;
static bool has_priorities;

void log_set_level(enum log_level level)
{
	max_level = level;
}

void log_set_priorities(bool on)
{
	has_priorities = on;
}

/* What standard error leads to, and how much of what was written there found no room. */
static struct {
	struct outlet outlet;
	uint64_t lost; /* pieces, since one went out whole: lines, as a rule */
	bool in_line;  /* the last of them was cut */
} stream;

/* The piece, and before it what is to be said of those before. NULL: no memory. */
static char *piece_of(const char *text, size_t size)
{
	char account[96] = "";
	char *piece;

	if (stream.lost)
		snprintf(account, sizeof(account),
			 "%smodwarden: warning: messages that nobody read, and that are lost: "
			 "%" PRIu64 "\n",
			 stream.in_line ? "\n" : "", stream.lost);
	return asprintf(&piece, "%s%.*s", account, (int)size, text) < 0 ? NULL : piece;
}

static ssize_t stream_write(void *cookie, const char *text, size_t size)
{
	auto_free char *piece = piece_of(text, size);
	size_t whole = piece ? strlen(piece) : 0;
	ssize_t written = piece ? outlet_write(&stream.outlet, piece, whole) : 0;

	(void)cookie;
	if (written > 0)
		stream.in_line = piece[written - 1] != '\n';
	if (whole && written == (ssize_t)whole)
		stream.lost = 0;
	else
		stream.lost++;
	return (ssize_t)size;
}

void log_never_wait(void)
{
	const cookie_io_functions_t functions = { .write = stream_write };
	FILE *file = fopencookie(NULL, "w", functions);

	if (!file)
		return;
	outlet_use(&stream.outlet, outlet_open(STDERR_FILENO));
	setvbuf(file, NULL, _IOLBF, 0);
	stderr = file;
}

bool log_enabled(enum log_level level)
{
	return level <= max_level;
}

void log_write(enum log_level level, const char *format, ...)
{
	static const struct {
		const char *prefix;
		int priority;
	} levels[] = {
		[LOG_LEVEL_ERROR] = { "error: ", LOG_ERR },
		[LOG_LEVEL_WARNING] = { "warning: ", LOG_WARNING },
		[LOG_LEVEL_INFO] = { "", LOG_INFO },
		[LOG_LEVEL_DEBUG] = { "debug: ", LOG_DEBUG },
	};
	auto_free char *text = NULL, *shown = NULL;
	char priority[8] = "";
	va_list args;
	int length;

	if (!log_enabled(level))
		return;
	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		text = NULL;
	else
		shown = text_sanitize(text);
	if (has_priorities)
		snprintf(priority, sizeof(priority), "<%d>", levels[level].priority);
	fprintf(stderr, "%smodwarden: %s%s\n", priority, levels[level].prefix,
		shown ?: "no memory to say what");
}
