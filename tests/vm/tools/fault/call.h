/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system calls of a command, which wait for an answer: their names, and how they may fail. */
#ifndef FAULT_CALL_H
#define FAULT_CALL_H

#include <linux/seccomp.h>
#include <stdbool.h>

/* Until the next one is asked for. */
const char *call_name(const struct seccomp_data *call);

/* The errno that the seed says. */
int call_error(const struct seccomp_data *call);

/* Another read of the same file at the same place. */
bool call_goes_on(const struct seccomp_data *call, const struct seccomp_data *before);

/*
 * In the child: from here on its calls wait, but for those that cannot fail. Returns the descriptor
 * to read them at, or -1.
 */
int calls_stop(void);

#endif
