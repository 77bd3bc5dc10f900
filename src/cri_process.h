/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks container runtimes by a process of its own: whoever answers at such a socket may take its
 * time, and what it says is taken apart where nothing else is. Each container is asked for
 * CRI_TIME_MS at most; a socket that failed is left alone for CRI_REST_MS, but not for an answer
 * that is too large: that is about one container.
 */
#ifndef MODWARDEN_CRI_PROCESS_H
#define MODWARDEN_CRI_PROCESS_H

#include "pod_names.h"

#include "modwarden/container_id.h"

#include <stdbool.h>

#define CRI_TIME_MS  700
#define CRI_REST_MS  5000
#define CRI_AGAIN_MS 1000 /* until it is begun again, where it was killed */

struct cri_process;

struct cri_answer {
	char id[MW_CONTAINER_ID_DIGITS + 1]; /* "": about who asks */
	int error; /* 0; ENOENT: no runtime knows it; or why it could not be asked; ESRCH: begun
		      again */
	struct pod_names names;
};

/* At this socket, or "auto"; kept. To be called before anything else is opened. */
int cri_process_new(struct cri_process **ret, const char *socket);

/* NULL is fine. */
void cri_process_free(struct cri_process *process);

/* To be read when there is an answer; -1: the process is gone. */
int cri_process_fd(const struct cri_process *process);

/* Never waits. False: it has more to do than it can, or is gone. */
bool cri_process_ask(struct cri_process *process, const char *id);

/* True: there was an answer. Never waits. */
bool cri_process_answer(struct cri_process *process, struct cri_answer *answer);

#endif
