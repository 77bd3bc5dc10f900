/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the end of a log says: which operations a daemon that died had told of. Its own log is the
 * only witness of what was written between two of its steps.
 */
#ifndef MODWARDEN_LOG_TAIL_H
#define MODWARDEN_LOG_TAIL_H

#include <stdbool.h>
#include <stdint.h>

#define LOG_TAIL_MAX (64 << 20) /* bytes that are read, from the end, of all files */

/*
 * A record of an operation of this boot. part as in record.h; is_repeated: it counts others beside
 * its own.
 */
typedef int log_tail_fn(uint64_t seq, unsigned int part, bool is_repeated, void *arg);

/*
 * Calls for each in the last LOG_TAIL_MAX bytes of a log in JSON, which go back to FILE.1, FILE.2
 * and so on; lines that are none are passed over. boot_id is what the ids begin with, up to its
 * first 8 characters. Stops at what is not 0, and returns it; -ENOENT and the like: there is no
 * such file, or it is no file.
 */
int log_tail_each(const char *path, const char *boot_id, log_tail_fn *call, void *arg);

#endif
