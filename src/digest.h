/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 digests in user space: made from bytes, read from and written as hexadecimal. */
#ifndef MODWARDEN_DIGEST_H
#define MODWARDEN_DIGEST_H

#include <stddef.h>

#include "modwarden/fact.h"

#define DIGEST_HEX_SIZE (MW_DIGEST_SIZE * 2 + 1) /* with the final NUL */

/* Whether libcrypto could begin: it crashes where it is used without having had the memory to. */
bool digest_works(void);

/* Returns 0 or -ENOMEM. */
int digest_of(const void *data, size_t size, __u8 digest[MW_DIGEST_SIZE]);

/* Reads exactly 64 hexadecimal digits of either case; what follows is not looked at. 0 or -EINVAL.
 */
int digest_parse(const char *hex, size_t size, __u8 digest[MW_DIGEST_SIZE]);

void digest_format(const __u8 digest[MW_DIGEST_SIZE], char hex[DIGEST_HEX_SIZE]);

#endif
