/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process of the daemon's own, for what could hold it up: forked before anything is opened that
 * the process should not have. It has no descriptor but the one to talk to the daemon (a socket
 * that keeps messages apart), and ends with it.
 */
#ifndef MODWARDEN_HELPER_PROCESS_H
#define MODWARDEN_HELPER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define HELPER_FD     3    /* its own end of the socket */
#define HELPER_END_MS 1000 /* that it has to end after the daemon did */

struct helper_process {
	int fd; /* -1: it is gone */
	pid_t pid;
};

/* In the process, run() is called; what that returns is its exit status. 0 or a negative errno. */
int helper_process_begin(struct helper_process *process, int (*run)(void *arg), void *arg);

/* Gives up all capabilities but those of this mask, and what could give others. In the process. */
void helper_process_keep(uint64_t capabilities);

/* Waits for it, no longer than HELPER_END_MS. What never began, or has been ended, is left alone.
 */
void helper_process_end(struct helper_process *process);

/* True: a message of this very size was read. Where there is no end any more, fd is -1 then. */
bool helper_process_read(struct helper_process *process, void *message, size_t size);

#endif
