/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON that is read whole or not at all. Where there is no memory jansson's own reader leaves out
 * bytes of names and texts, and goes on.
 */
#ifndef MODWARDEN_JSON_READ_H
#define MODWARDEN_JSON_READ_H

#include <jansson.h>

/*
 * One text, with jansson's flags. NULL: errno is ENOMEM, or EBADMSG, of which *error tells (NULL:
 * nobody asks).
 */
json_t *json_read(const char *bytes, size_t size, size_t flags, json_error_t *error);

#endif
