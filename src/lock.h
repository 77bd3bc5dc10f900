/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock: until reboot, nobody but this process gets at the gates, their pins or this process.
 * bpf/lock.bpf.c says which hooks do that, and modwarden.service(8) under LOCKED what they do not.
 *
 * Only this file's implementation knows the BPF skeleton.
 */
#ifndef MODWARDEN_LOCK_PROCESS_H
#define MODWARDEN_LOCK_PROCESS_H

#include "gates.h"

#include "modwarden/lock.h"

struct lock;

struct lock_options {
	const struct gates *gates;
	const struct pins *own_pins; /* those of the gates */
	const char *socket;          /* that this process is asked at; NULL: none */
	const char *pins; /* a directory of a BPF file system: all below it is locked, too, and in
			     its own directory "lock" are the lock's links */
};

/*
 * Closes the lock, whole or not at all: what cannot be had leaves none of it. There is no way to
 * open it again. 0 or a negative errno, for lock_problem().
 */
int lock_new(struct lock **ret, const struct lock_options *options);

/* Protects what the gates have made since, as the first ones. 0 or a negative errno. */
int lock_renew(struct lock *lock);

/* What a person should know of an error of lock_new(). */
const char *lock_problem(int error);

/*
 * Is there one below these pins, closed until reboot, whatever has become of its process? It is not
 * to be seen where another BPF file system is mounted, or bpf(2) not permitted.
 */
bool lock_is_closed(const char *pins);

/* Gives up what belongs to this process; what is pinned stays, and stays closed. */
void lock_free(struct lock **lock);

#endif
