/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits for logs to grow, or for others to take their place, without looking again and again. */
#ifndef MODWARDEN_LOG_FOLLOW_H
#define MODWARDEN_LOG_FOLLOW_H

struct log_follow;

/* 0 or a negative errno of inotify_init1(2). */
int log_follow_new(struct log_follow **ret);
void log_follow_free(struct log_follow *follow);

/* Before it is read, so that nothing is missed. The path must stay. 0 or a negative errno. */
int log_follow_add(struct log_follow *follow, const char *path);

/* Until something has happened to one of them since it was added, or since the last call. */
int log_follow_wait(struct log_follow *follow);

#endif
