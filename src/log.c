// SPDX-License-Identifier: GPL-2.0-or-later
#include "log.h"

#include "cleanup.h"
#include "escape.h"

#include <stdarg.h>
#include <syslog.h>

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
