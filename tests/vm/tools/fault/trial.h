/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run and its judgement: what has to be true of it, of the kernel afterwards, of the module. */
#ifndef FAULT_TRIAL_H
#define FAULT_TRIAL_H

#include "run.h"

/*
 * Runs it with one fault, or, number 0, with none, which is then what the others are compared with,
 * as whole. Prints how it ended.
 */
void trial(struct run *run, unsigned int number, const struct run *whole);

#endif
