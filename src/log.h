/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages for the operator, on standard error: one line each, "component: what: why", with what
 * the reader can do. A control character in one is escaped. Library functions return errors; the
 * program's own functions log them, once.
 */
#ifndef MODWARDEN_LOG_H
#define MODWARDEN_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* Messages above this level are dropped; the default is LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);

/* Puts the syslog priority before each, as <3>: for a reader that takes it off, the journal. */
void log_set_priorities(bool on);

/*
 * From now on standard error is written without waiting for who reads it: what finds no room is
 * lost, and the next that does begins with how much that was. Until then it is as it was handed
 * over.
 */
void log_never_wait(void);

/* For code that is costly only for the sake of a message. */
bool log_enabled(enum log_level level);

__attribute__((format(printf, 2, 3))) void log_write(enum log_level level, const char *format, ...);

#define log_error(...)   log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
