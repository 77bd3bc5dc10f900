/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the service manager is told, by the protocol of sd_notify(3). Where there is none that
 * listens, each does nothing. None waits longer than NOTIFY_TIMEOUT_MS.
 */
#ifndef MODWARDEN_NOTIFY_H
#define MODWARDEN_NOTIFY_H

#include <stdint.h>

#define NOTIFY_TIMEOUT_MS 2000

/* Opens the way that $NOTIFY_SOCKET tells of. 0, also where it tells of none, or a negative errno.
 */
int notify_open(void);
void notify_close(void);

/* The gates are up, for the first time or again after notify_reloading(). */
void notify_ready(void);

/* From here to notify_ready() the policy is read anew. */
void notify_reloading(void);

void notify_stopping(void);

/* One line that `systemctl status` shows. */
__attribute__((format(printf, 1, 2))) void notify_status(const char *format, ...);

/* Half of the time after which the manager misses a sign of life, in us; 0: it waits for none. */
uint64_t notify_watchdog_period(void);

/* A sign of life. */
void notify_watchdog(void);

#endif
