/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where records go: a file or standard output, as JSON Lines or as text.
 *
 * A record is one write(2). One that fails or comes out short is counted and not tried again, and
 * what was written of it never runs into the next record, which begins on a line of its own.
 */
#ifndef MODWARDEN_SINK_H
#define MODWARDEN_SINK_H

#include <jansson.h>
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
 * Returns 0 or a negative errno; -ENXIO: path is a pipe that nobody reads.
 */
int sink_open(struct sink **ret, const char *path, enum sink_format format);

/* Opens the path anew after a log rotation; on an error the old file stays in use. */
int sink_reopen(struct sink *sink);

/*
 * Writes one record. 0, or a negative errno after the loss has been counted: -ENOSPC and its like,
 * -EPIPE (no signal is raised), -EIO for one that was cut, -ENOMEM.
 */
int sink_write(struct sink *sink, const json_t *record);

const struct sink_lost *sink_lost(const struct sink *sink);

/* NULL is fine. Standard output stays open. */
void sink_close(struct sink *sink);

#endif
