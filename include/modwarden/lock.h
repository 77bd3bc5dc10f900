/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the lock is told. Pointers are the kernel's, and only compared or read through with helpers
 * that survive one that is stale.
 */
#ifndef MODWARDEN_LOCK_H
#define MODWARDEN_LOCK_H

#include "base.h"

#define MW_LOCKED_OBJECTS  4096 /* maps, programs, links and files at a time */
#define MW_LOCKED_TOLD_MAX 500  /* attempts a second, of which the rest is counted as lost */

struct mw_lock {
	__u32 locked;
	__u32 tgid;    /* of the warden, in the initial pid namespace */
	__u64 started; /* its group leader's start, which tells it from a later process */
	__u64 task;    /* its group leader */
	__u64 pid;     /* that one's struct pid */
	/* Of the directory of the pins. */
	__u64 pins_super;
	__u64 pins_inode;
	__u64 pins_mount;
	__u64 second; /* in which 'told' attempts were told of */
	__u64 told;
	__u64 files; /* mappings of files, of the warden, that are locked */
};

enum mw_locked_kind {
	MW_LOCKED_NONE,
	MW_LOCKED_MAP,
	MW_LOCKED_PROGRAM,
	MW_LOCKED_LINK,
	MW_LOCKED_FILE, /* that it has mapped */
	MW_LOCKED_NAME, /* a directory entry of its own */
};

/* For protect(): an open descriptor of the caller's. */
struct mw_protect_args {
	__u32 fd;
	__u32 kind; /* enum mw_locked_kind */
};

/* For take_in(): the caller is the warden. */
struct mw_take_in_args {
	__u32 pins; /* descriptor of their directory */
	__u32 reserved;
};

#endif
