/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The directory that all pins are in, PINS_ROOT. Where bpffs lets anybody make names in it (mode
 * 1777, as a plain mount(8) has it), anybody may have been there first: only root's own is used.
 */
#ifndef MODWARDEN_PINS_ROOT_H
#define MODWARDEN_PINS_ROOT_H

#include "pins_path.h"

/*
 * Makes it where it is missing, and opens it. Returns a descriptor, -ENOENT: there is no bpffs,
 * -EUCLEAN: it is somebody else's, or another negative errno.
 */
int pins_root_open(void);

/* As pins_each_number(); in what is somebody else's, and where it is missing, there is none. */
int pins_root_each(pins_number_fn *call, void *arg);

#endif
