/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the reader of a text has before him. */
#ifndef MODWARDEN_TERMINAL_H
#define MODWARDEN_TERMINAL_H

#include <stdbool.h>

/* Columns: what COLUMNS says, else the terminal; 0: it is none, and there is no limit. */
unsigned int terminal_width(int fd);

/* It is a terminal that shows colours, and nobody has asked for none. */
bool terminal_has_colour(int fd);

#endif
