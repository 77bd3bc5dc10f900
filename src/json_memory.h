/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON that is read and written whole or not at all. Where there is no memory, or no room in what
 * it is written to, jansson leaves out bytes of names and texts and goes on.
 */
#ifndef MODWARDEN_JSON_MEMORY_H
#define MODWARDEN_JSON_MEMORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * One text, whole or not at all, with jansson's flags. NULL: errno is ENOMEM, or EBADMSG, of which
 * *error tells (NULL: nobody asks).
 */
json_t *json_read(const char *bytes, size_t size, size_t flags, json_error_t *error);

/* As json_dumpf(3). 0, -ENOMEM or -EIO. */
int json_write(const json_t *value, FILE *out, size_t flags);

/* As json_dumps(3): a text to be freed. NULL: no memory. */
char *json_text(const json_t *value, size_t flags);

/*
 * No tree that this thread has made so far lacks anything: before one is shown that was put
 * together without a look at each step.
 */
bool json_is_whole(void);

#endif
