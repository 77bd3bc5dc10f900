/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processors as audit rules see them: what `-F arch=b64` and `-F arch=b32` stand for on each, and
 * the numbers that its system calls have there. The tables are libaudit's own.
 */
#ifndef MODWARDEN_AUDIT_ARCH_H
#define MODWARDEN_AUDIT_ARCH_H

#include <stdbool.h>
#include <stdint.h>

/* The calls that bring modules in and take them out, and two that old kernels had. */
enum audit_call {
	AUDIT_CALL_INIT,
	AUDIT_CALL_FINIT,
	AUDIT_CALL_DELETE,
	AUDIT_CALLS_TODAY, /* the ones above are in every kernel of today */
	AUDIT_CALL_CREATE = AUDIT_CALLS_TODAY,
	AUDIT_CALL_QUERY,
	AUDIT_CALLS,
};

enum audit_bits {
	AUDIT_BITS_64,
	AUDIT_BITS_32,
	AUDIT_BITS,
};

struct audit_arch {
	const char *name;        /* as uname -m says it */
	int machine[AUDIT_BITS]; /* of libaudit; negative: none */
};

/* By the name that uname -m has; NULL: none that is known here. */
const struct audit_arch *audit_arch_find(const char *name);

/* That of this machine, or NULL. */
const struct audit_arch *audit_arch_here(void);

/* All names, for a message: "x86_64, aarch64, ..." */
const char *audit_arch_names(void);

bool audit_arch_has(const struct audit_arch *arch, enum audit_bits bits);

/* The AUDIT_ARCH_ number that stands in rules and records; 0: none. */
uint32_t audit_arch_elf(const struct audit_arch *arch, enum audit_bits bits);

/* The number of a call, or -1: the processor has none of that name. */
int audit_arch_call(const struct audit_arch *arch, enum audit_bits bits, enum audit_call call);

/* "init_module" */
const char *audit_call_name(enum audit_call call);

/* "b64" */
const char *audit_bits_name(enum audit_bits bits);

#endif
