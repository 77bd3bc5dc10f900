/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two texts of which one was made of the other by one edit, as patch(1) takes their difference. */
#ifndef MODWARDEN_TEXT_DIFF_H
#define MODWARDEN_TEXT_DIFF_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Writes a unified diff in one hunk; nothing where the texts are the same. What a terminal could
 * take for an order is written as \xNN where colour is asked for, and stays as it is otherwise.
 */
void text_diff(FILE *out, const char *path, const char *from, const char *to, bool colour);

#endif
