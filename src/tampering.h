/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which records tell of tampering: whoever counts them counts the same. */
#ifndef MODWARDEN_TAMPERING_H
#define MODWARDEN_TAMPERING_H

#include <stdbool.h>

/* By a record's type and reason. What went without having been unloaded went past the gates. */
bool tells_of_tampering(const char *type, const char *reason);

#endif
