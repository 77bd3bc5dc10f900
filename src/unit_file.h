/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A service of systemd's as its files describe it: the unit's file, the drop-ins over it, and
 * whether anything starts it. Only what a machine's files say; systemd is not asked.
 */
#ifndef MODWARDEN_UNIT_FILE_H
#define MODWARDEN_UNIT_FILE_H

#include "root_file.h"

enum unit_phase {
	UNIT_START_PRE,
	UNIT_START,
	UNIT_START_POST,
	UNIT_PHASES,
};

struct unit_command {
	enum unit_phase phase;
	char *line;
	char *file; /* that says so */
};

#define UNIT_COMMANDS_MAX 64
#define UNIT_WANTS_MAX    64

struct unit_file {
	char *path; /* of the unit's file; NULL: there is none */
	bool is_masked;
	bool is_wanted;                                  /* a target's directory has it */
	struct unit_command commands[UNIT_COMMANDS_MAX]; /* in the order in which they run */
	size_t command_count;
	char *wants[UNIT_WANTS_MAX]; /* units that it starts with it */
	size_t want_count;
	char *condition; /* one that is not a usual one of these units; NULL: none */
	bool is_partial; /* not all of it could be read */
};

/* By its name, "auditd.service". Returns 0, also where there is none, or -ENOMEM. */
int unit_file_read(struct unit_file *unit, const struct root *root, const char *name);
void unit_file_clear(struct unit_file *unit);

bool unit_file_wants(const struct unit_file *unit, const char *name);

#endif
