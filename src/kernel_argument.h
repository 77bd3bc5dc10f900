/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel argument modwarden.mode=, by which whoever boots the machine says the mode. */
#ifndef MODWARDEN_KERNEL_ARGUMENT_H
#define MODWARDEN_KERNEL_ARGUMENT_H

#include "modwarden/fact.h"

#include <stddef.h>

/*
 * The mode that a kernel command line asks for: the last one that is a word of a mode.
 * MW_MODE_NONE: none is. *bad counts those that are not, which ask for nothing.
 */
enum mw_mode kernel_argument_parse(const char *cmdline, size_t *bad);

/* That of the running kernel; what is bad is warned of. */
enum mw_mode kernel_argument_read(void);

#endif
