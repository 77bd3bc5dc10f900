/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's status as text. */
#ifndef MODWARDEN_STATUS_TEXT_H
#define MODWARDEN_STATUS_TEXT_H

#include <jansson.h>
#include <stdio.h>

void status_print(const json_t *status, FILE *out);

/* Whether it is ready, and each reason why not on a line of its own. */
void status_print_readiness(const json_t *status, FILE *out);

#endif
