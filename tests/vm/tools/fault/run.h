/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of the command, with one fault or with none, and what came of it. */
#ifndef FAULT_RUN_H
#define FAULT_RUN_H

#include "basics.h"

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct run {
	unsigned int number; /* of what fails; 0: nothing */
	pid_t pid;
	int stops; /* where its system calls are read; -1: they are not stopped */
	int manager, errors, output;
	unsigned int count;       /* of what could have failed */
	struct seccomp_data last; /* a read that may be followed by more of the same */
	uint64_t loader;          /* where the dynamic loader is; 0: not known yet */
	bool is_ready, is_hit, has_ended;
	char what[64];
	int status;
	size_t errors_length, output_length;
	char errors_text[TEXT_MAX], output_text[TEXT_MAX];
	char wrong[256];
	double began;
};

/* Until it has ended, or is ready. */
void run_begin(struct run *run);

/* Waits a moment for anything, and deals with it. */
void run_step(struct run *run);

/* Until it has ended; past its time it is killed. */
void run_finish(struct run *run);

void run_close(struct run *run);

/* What is wrong with it; the first word counts. */
__attribute__((format(printf, 2, 3))) void run_say_wrong(struct run *run, const char *format, ...);

/* One line. */
void run_print(const struct run *run);

#endif
