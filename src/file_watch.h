/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that something was made from: have they changed since? Symbolic links are followed, so a
 * ConfigMap that swaps its `..data` link is a change like any other. Nothing is opened.
 */
#ifndef MODWARDEN_FILE_WATCH_H
#define MODWARDEN_FILE_WATCH_H

#include <stdbool.h>

struct file_watch;

/* 0 or -ENOMEM. */
int file_watch_new(struct file_watch **ret);
void file_watch_free(struct file_watch *watch);

/*
 * Watches a file or directory from how it is now: call this before it is read. What is not there
 * is watched for, too. Watched already: stays as it was. 0 or -ENOMEM; a NULL watch takes nothing.
 */
int file_watch_add(struct file_watch *watch, const char *path);

/* The same for the directory that it is in: another file may come. */
int file_watch_add_parent(struct file_watch *watch, const char *path);

/*
 * Whether something is not as it was when it was added, and has been as it is now at the look
 * before, too: who writes a file in pieces is given the time between two looks. What a swapped link
 * of a ConfigMap leads to is whole, and told at once.
 */
bool file_watch_look(struct file_watch *watch);

#endif
