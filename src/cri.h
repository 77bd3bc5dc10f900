/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a container runtime about a container, by Kubernetes' container runtime interface. */
#ifndef MODWARDEN_CRI_H
#define MODWARDEN_CRI_H

#include "pod_names.h"

#include <stdint.h>

#define CRI_SOCKET_AUTO "auto" /* the runtimes' usual ones, those that are there */
#define CRI_SOCKETS_MAX 5

struct cri_sockets {
	const char *path[CRI_SOCKETS_MAX];
	unsigned int count; /* of several, those that are there are asked */
};

/*
 * By the 64 digits of its id, at a socket; until: CLOCK_BOOTTIME ns. 0; -ENOENT: the runtime does
 * not know it; or as grpc_open() and grpc_call(). Only what it said of this very id is in *names.
 */
int cri_find(const char *path, const char *id, uint64_t until, struct pod_names *names);

/* Those that 'path' stands for: itself, or the usual ones; it is kept. */
struct cri_sockets cri_sockets(const char *path);

#endif
