/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command of a run, from fork() to its first instruction. */
#ifndef FAULT_COMMAND_H
#define FAULT_COMMAND_H

#include "run.h"

/* All that it says is open to be read, and its system calls, if they are to fail. */
void command_start(struct run *run);

#endif
