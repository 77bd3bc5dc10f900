/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the end of a log says: whether a daemon that died had still written a record. Only its log
 * is a witness of what was written between two of its steps.
 */
#ifndef MODWARDEN_LOG_TAIL_H
#define MODWARDEN_LOG_TAIL_H

#include "modwarden/fact.h"

#define LOG_TAIL_MAX (1 << 20) /* bytes that are read, from the end, of all files */

/*
 * Is there a line of this digest, without its end, in the last LOG_TAIL_MAX bytes of a log, which
 * go back to FILE.1, FILE.2 and so on? 1, 0 or a negative errno; -ENOENT and the like: there is no
 * such file, or it is no file.
 */
int log_tail_has(const char *path, const __u8 line[MW_DIGEST_SIZE]);

#endif
