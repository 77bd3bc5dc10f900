/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A change to a policy's file: from the text as it is to another that its parser has taken, shown
 * as a difference, and written so that there is always a whole policy. What fails is logged.
 */
#ifndef MODWARDEN_POLICY_CHANGE_H
#define MODWARDEN_POLICY_CHANGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "exit_code.h"
#include "policy.h"

/* Zeroed is empty. */
struct policy_change {
	const char *component; /* who asks, for messages */
	const char *path;
	char *text;
	struct policy *policy;
	char *next_text;
	struct policy *next;
};

/* Reads the policy as it is; EXIT_POLICY: it is not valid. */
enum exit_code policy_change_begin(struct policy_change *change, const char *component,
				   const char *path);

/*
 * Takes the text that policy_edit.h made of it (and its memory), or its error. EXIT_FAILED: this
 * cannot be edited, or the result would not be valid.
 */
enum exit_code policy_change_take(struct policy_change *change, char *text, int error);

/* The difference, in colours on a terminal. */
void policy_change_print(const struct policy_change *change, FILE *out);
char *policy_change_diff(const struct policy_change *change);

/*
 * Writes it, the former file being kept as PATH.old, and has the daemon at 'socket' read it;
 * *reload is what that answered, or NULL where none is running or it failed. *is_written: the file
 * has been replaced, whatever became of that. EXIT_NOT_PERMITTED: the policy is
 * locked and this would loosen it, or the file is not the caller's to write; EXIT_FAILED: it cannot
 * be written here at all. Then nothing has changed.
 */
enum exit_code policy_change_write(const struct policy_change *change, const char *socket,
				   bool *is_written, json_t **reload);

/* It lies in a volume that Kubernetes replaces: nothing is to be written there. */
bool policy_change_is_of_config_map(const char *path);

void policy_change_clear(struct policy_change *change);

#endif
