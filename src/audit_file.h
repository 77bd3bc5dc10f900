/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * auditd's log file, followed from its end on, through rotation: renamed to FILE.1 and begun anew,
 * or truncated. Nothing waits, and a turn of the loop reads no more than a bounded part.
 */
#ifndef MODWARDEN_AUDIT_FILE_H
#define MODWARDEN_AUDIT_FILE_H

#include <event2/event.h>
#include <stddef.h>

#define AUDIT_FILE_LINE_MAX (64U << 10) /* bytes; auditd's own bound is below 20,000 */

struct audit_file;

struct audit_file_calls {
	/* A line without its end. */
	void (*line)(const char *line, size_t size, void *arg);
	/* Lines were lost here: too long, cut off by a truncation, or in a file that is gone. */
	void (*lost)(void *arg);
	void *arg;
};

/*
 * What is not there yet is waited for. 0, -ENOMEM, or why it cannot be read: -EACCES, -EINVAL (no
 * regular file), -ENOENT (not even its directory).
 */
int audit_file_new(struct audit_file **ret, struct event_base *base, const char *path,
		   const struct audit_file_calls *calls);

/* NULL is fine. */
void audit_file_free(struct audit_file *file);

/* Reads what there is, a bounded part of it, as a turn of the loop does. */
void audit_file_read(struct audit_file *file);

/* 0: it is being read; or why not. */
int audit_file_error(const struct audit_file *file);

/*
 * The path of the log file that a configuration of auditd names (NULL: the usual one's), to free.
 * Returns 0, -ENOMEM, or -ENODATA: auditd writes none. Where there is no configuration, or none
 * that can be read, the usual path.
 */
int audit_file_path(const char *config, char **path);

#endif
