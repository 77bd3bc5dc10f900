/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long the hashing of an image took, by buckets: a histogram's, which the gates fill and user
 * space exports. A module of a megabyte takes about five milliseconds.
 */
#ifndef MODWARDEN_HASH_TIME_H
#define MODWARDEN_HASH_TIME_H

#include "base.h"

/* Upper bounds in microseconds, each within its bucket; what takes longer has one more. */
/* clang-format off */
#define MW_HASH_BOUNDS(X) \
	X(100) X(250) X(500) X(1000) X(2500) X(5000) X(10000) \
	X(25000) X(50000) X(100000) X(250000) X(1000000)
/* clang-format on */

#define MW_HASH_ONE(bound) +1
enum { MW_HASH_BUCKETS = 1 MW_HASH_BOUNDS(MW_HASH_ONE) };
#undef MW_HASH_ONE

mw_inline __u32 mw_hash_bucket(__u64 ns)
{
#define MW_HASH_IS_OVER(bound) +(ns > bound * 1000ULL)
	return MW_HASH_BOUNDS(MW_HASH_IS_OVER);
#undef MW_HASH_IS_OVER
}

#endif
