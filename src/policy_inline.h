/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy lets in by digests that stand in itself, and where it reads those of files. */
#ifndef MODWARDEN_POLICY_INLINE_H
#define MODWARDEN_POLICY_INLINE_H

#include <jansson.h>
#include <stdbool.h>

/*
 * Reads a policy's text. *digests: an object of what rules that allow loads list with `sha256:`,
 * by digest in small letters, each an object of "rule", its name, and "modules", the names that
 * the rule has without being patterns. *files: an array of what their `digests:` say. *is_signed:
 * one allows what has a good signature. 0, -EINVAL:
 * no YAML; -ENOMEM.
 */
int policy_inline_read(const char *text, json_t **digests, json_t **files, bool *is_signed);

#endif
