/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks container runtimes by a process of its own: whoever answers at such a socket may take its
 * time, and what it says is taken apart where nothing else is. Each container is asked for
 * CRI_TIME_MS at most; a socket that failed is left alone for CRI_REST_MS, but not for an answer
 * that is too large: that is about one container.
 *
 * It is this program again, run with CRI_PROCESS_WORD, so that it has nothing of the daemon's
 * memory, whenever it begins.
 */
#ifndef MODWARDEN_CRI_PROCESS_H
#define MODWARDEN_CRI_PROCESS_H

#include "cri.h"

#include "modwarden/container_id.h"

#include <stdbool.h>

#define CRI_PROCESS_WORD "ask-runtimes"

#define CRI_TIME_MS   700
#define CRI_REST_MS   5000
#define CRI_AGAIN_MS  1000 /* until what reads the answers is begun again, where it was killed */
#define CRI_NOT_ASKED (-1)

struct cri_process;

struct cri_answer {
	char id[MW_CONTAINER_ID_DIGITS + 1]; /* "": about who asks */
	int error; /* 0; ENOENT: no runtime knows it; or why it could not be asked; ESRCH: begun
		      again */
	int sockets[CRI_SOCKETS_MAX]; /* of each: 0: it answers; why it could not be asked; or
					 CRI_NOT_ASKED */
	struct pod_names names;
};

/* At these sockets; copied, but for their paths. 0 or a negative errno. */
int cri_process_new(struct cri_process **ret, const struct cri_sockets *sockets);

/* One that is gone begins again. 0 or a negative errno: it is still gone. */
int cri_process_begin_again(struct cri_process *process);

/* NULL is fine. */
void cri_process_free(struct cri_process *process);

/* To be read when there is an answer; -1: the process is gone. */
int cri_process_fd(const struct cri_process *process);

/* Never waits. False: it has more to do than it can, or is gone. */
bool cri_process_ask(struct cri_process *process, const char *id);

/* True: there was an answer. Never waits. */
bool cri_process_answer(struct cri_process *process, struct cri_answer *answer);

/* For main(): is it this process? Not if somebody else has begun it. Then: it, to its end. */
bool cri_process_is_meant(int argc, char **argv);
int cri_process_main(int argc, char **argv);

#endif
