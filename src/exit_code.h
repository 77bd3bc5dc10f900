/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exit codes, by kind of failure; every verb uses these and the manual lists them. */
#ifndef MODWARDEN_EXIT_CODE_H
#define MODWARDEN_EXIT_CODE_H

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_POLICY = 3, /* policy or configuration invalid */
	EXIT_KERNEL = 4, /* the kernel cannot do it */
	EXIT_NOT_PERMITTED = 5,
	EXIT_NO_DAEMON = 6,
	EXIT_NOTHING = 9, /* nothing found, or denied by explain */
};

#endif
