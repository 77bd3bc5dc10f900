/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mode in force, as the daemon tells it, in words. */
#ifndef MODWARDEN_MODE_TEXT_H
#define MODWARDEN_MODE_TEXT_H

#include <jansson.h>
#include <stdio.h>

/* One line: "enforce (modwarden mode) for 4m 58s more, then monitor". */
void mode_print(const json_t *mode, FILE *out);

#endif
