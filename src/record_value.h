/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The values of a record's fields: what the kernel side says in numbers and bytes, as JSON. Each
 * function returns a new reference, JSON null where there is nothing to say, and NULL only where
 * there is no memory (json_pack() with "o" then fails as a whole).
 */
#ifndef MODWARDEN_RECORD_VALUE_H
#define MODWARDEN_RECORD_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "words.h"

#define UNSET_ID 4294967295U /* auid and session of a task that no login began */

/* The text of an array that may end in NUL, escaped; null where it is empty. */
json_t *value_text(const char *text, size_t size);

/* size bytes; cut: the text may have gone on. */
json_t *value_cut_text(const char *text, size_t size, bool cut);

/* As value_text() for a string, which may be NULL. */
json_t *value_string(const char *text);

/* A command line as a shell would take it, escaped; cut: it went on. */
json_t *value_cmdline(const char *words, size_t size, bool cut);

/* JSON integers are signed: what does not fit is INT64_MAX. */
json_t *value_number(uint64_t number);

/* null where the number is not known. */
json_t *value_number_if(bool known, uint64_t number);

json_t *value_bool_if(bool known, bool value);

/* An auid or a session: null where it is unset. */
json_t *value_id_if(bool known, uint32_t id);

/* The word of a value, or null. */
json_t *value_word(const struct words *words, uint64_t value);

/* The words of the bits that are set; bits without a word together as one hexadecimal number. */
json_t *value_bits(const struct words *words, uint64_t bits);

json_t *value_hex(const uint8_t *bytes, size_t size);

/*
 * RFC 3339, UTC, microseconds. time is CLOCK_BOOTTIME ns, offset what CLOCK_REALTIME is ahead of
 * it.
 */
json_t *value_time(uint64_t time, int64_t offset);

#endif
