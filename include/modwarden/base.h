/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every shared header stands on: integer types, bounded loops and memory reads that compile to
 * the same behaviour in a BPF program and in a native one.
 *
 * The headers in this directory are the contract between the kernel side and the user side. They
 * hold no state, call no library and must give the same answer in both worlds.
 */
#ifndef MODWARDEN_BASE_H
#define MODWARDEN_BASE_H

#ifdef __bpf__

#include <bpf/bpf_helpers.h>

#define mw_inline static __always_inline

/*
 * Runs step(i, ctx) for i = 0..n-1 until it returns non-zero. n is at most 1 << 23.
 *
 * Before Linux 6.7 the verifier walks a step once, with what it knows of ctx before the loop, and
 * takes for dead code what only a later round could reach: bounds checks too (ab5cfac139ab "bpf:
 * verify callbacks as if they are called unknown number of times"). What a step changes and looks
 * at must therefore lie in a map's memory, of which it knows nothing; only pointers and constants
 * may be on the stack.
 */
#define mw_loop(n, step, ctx) bpf_loop((n), (step), (ctx), 0)

#else

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define mw_inline static inline __attribute__((unused))

#define mw_loop(n, step, ctx)                                                                      \
	do {                                                                                       \
		for (__u32 mw_i = 0; mw_i < (__u32)(n) && !(step)(mw_i, (ctx)); mw_i++)            \
			;                                                                          \
	} while (0)

#endif

#define MW_BIT(n) (1U << (n))

#endif
