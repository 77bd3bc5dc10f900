/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fault and fail_malloc.c share: a page of memory, open as the file that FAULT_PAGE names.
 */
#ifndef FAIL_MALLOC_H
#define FAIL_MALLOC_H

#include <stdint.h>

#define FAULT_PAGE   "FAULT_PAGE"
#define FAULT_PLACES (1 << 18)

struct fault_page {
	uint32_t count;   /* of allocations */
	uint32_t fail_at; /* the one that is not given, from 1 on; 0: count, and tell the places */
	uint32_t hit;
	uint32_t place[FAULT_PLACES]; /* by allocation: a hash of where it was asked for */
};

#endif
