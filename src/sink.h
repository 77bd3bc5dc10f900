/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where records go: a file or standard output, as JSON Lines or as text.
 *
 * A record is one write(2); where its reader has no room for it a second one follows soon after,
 * see outlet.h. One that fails or comes out short is counted and not tried again, and what was
 * written of it never runs into the next record, which begins on a line of its own.
 *
 * A file is followed: once the path names another one, records go there, each whole. It may have a
 * limit, at which it becomes FILE.1 and is begun anew.
 */
#ifndef MODWARDEN_SINK_H
#define MODWARDEN_SINK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum sink_format {
	SINK_AUTO, /* text on a terminal, else JSON */
	SINK_JSON,
	SINK_TEXT,
};

struct sink_lost {
	uint64_t failed; /* records of which nothing was written */
	uint64_t cut;    /* records of which a part was written */
};

struct sink;

/* Parses "auto", "json" or "text"; -EINVAL. */
int sink_format_parse(const char *word, enum sink_format *ret);

/*
 * Opens path for appending, creates it with mode 0600 if it is not there; "-" is standard output.
 * Returns 0 or a negative errno; -ENXIO: path is a pipe that nobody reads; -ELOOP: it is a symbolic
 * link in a directory that others can write.
 */
int sink_open(struct sink **ret, const char *path, enum sink_format format);

/* Opens the path anew after a log rotation; on an error the old file stays in use. */
int sink_reopen(struct sink *sink);

/*
 * Once a second: opens the path anew where it names another file than the one in use, or none.
 * Returns 0, or a negative errno for what could not be opened or begun anew since the last call;
 * the old file stays in use, and the next call tries again.
 */
int sink_follow(struct sink *sink);

/*
 * A file that would grow over so many bytes becomes FILE.1, FILE.1 becomes FILE.2 and so on, keep
 * of them, at least one. 0: no limit. Not for a file that is found by a symbolic link.
 */
void sink_limit(struct sink *sink, uint64_t limit, unsigned int keep);

/* Records are written as text, not as JSON. */
bool sink_is_text(const struct sink *sink);

/*
 * Writes one record. 0, or a negative errno after the loss has been counted: -ENOSPC and its like,
 * -EPIPE (no signal is raised), -EIO for one that was cut, -ENOMEM; and what open(2) says where the
 * file was removed and cannot be made again.
 */
int sink_write(struct sink *sink, const json_t *record);

/* Is shown each record, as it is about to be written, without the end of its line. NULL: nobody. */
typedef void sink_show_fn(const char *line, size_t size, void *arg);
void sink_show(struct sink *sink, sink_show_fn *show, void *arg);

const struct sink_lost *sink_lost(const struct sink *sink);

/* NULL is fine. Standard output stays open. */
void sink_close(struct sink *sink);

#endif
