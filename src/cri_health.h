/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it stands with those who are asked for names, and with who asks them: what of it has been
 * told, and when a process that is gone is begun again. Pure; times are CLOCK_BOOTTIME ns.
 */
#ifndef MODWARDEN_CRI_HEALTH_H
#define MODWARDEN_CRI_HEALTH_H

#include "cri.h"

#include <stdbool.h>

#define CRI_BEGIN_NS     (1000ULL * 1000 * 1000)
#define CRI_BEGIN_MAX_NS (60 * CRI_BEGIN_NS)
#define CRI_STEADY_NS    (2 * CRI_BEGIN_MAX_NS) /* who lasts for so long has begun well */

struct cri_health {
	int sockets[CRI_SOCKETS_MAX]; /* why it cannot be asked, as was told; 0: it can */
	int process;                  /* the same of who asks */
	uint64_t begun;
	uint64_t delay;
	uint64_t due;      /* 0: it is not gone, or that has not been noticed */
	uint64_t restarts; /* of the process, or of its child */
};

/* Is this to be told, of a socket or the process? Once when it goes wrong, once when it is well. */
bool cri_health_changes(int *told, int error);

/* The process is gone: how long until it is begun again grows each time, up to CRI_BEGIN_MAX_NS. */
void cri_health_gone(struct cri_health *health, uint64_t now);
bool cri_health_is_due(const struct cri_health *health, uint64_t now);
void cri_health_begun(struct cri_health *health, uint64_t now);

#endif
