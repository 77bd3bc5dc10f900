// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An allocator that once has no memory: preloaded before the C library's or the sanitizer's, to
 * which it passes everything else on.
 */
#include "fail_malloc.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unwind.h>

#define DEPTH 5 /* two of them are in here */

static struct fault_page *page;
static _Thread_local bool is_inside; /* what telling the place allocates is nobody's */

static void *next(const char *name)
{
	void *function;

	is_inside = true;
	function = dlsym(RTLD_NEXT, name);
	is_inside = false;
	if (!function)
		abort();
	return function;
}

/* Before main(), but maybe not before the first allocation: those of the loader are not counted. */
__attribute__((constructor)) static void open_page(void)
{
	const char *path = getenv(FAULT_PAGE);
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *mapped = MAP_FAILED;

	if (fd >= 0)
		mapped = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mapped == MAP_FAILED)
		abort();
	close(fd);
	page = mapped;
}

struct stack {
	uint32_t hash;
	int depth;
};

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *arg)
{
	struct stack *stack = arg;

	if (stack->depth++ >= 2)
		stack->hash = stack->hash * 31 + (uint32_t)_Unwind_GetIP(context);
	return stack->depth < DEPTH ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static void tell_place(uint32_t number)
{
	struct stack stack = {};

	if (number > FAULT_PLACES)
		return;
	is_inside = true;
	_Unwind_Backtrace(add_frame, &stack);
	is_inside = false;
	page->place[number - 1] = stack.hash;
}

static bool fails(void)
{
	uint32_t number;

	if (!page || is_inside)
		return false;
	number = __atomic_add_fetch(&page->count, 1, __ATOMIC_SEQ_CST);
	if (!page->fail_at)
		tell_place(number);
	if (number != page->fail_at)
		return false;
	page->hit = 1;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	static void *(*real)(size_t);

	if (!real)
		real = next("malloc");
	return fails() ? NULL : real(size);
}

void *calloc(size_t count, size_t size)
{
	static void *(*real)(size_t, size_t);

	if (!real)
		real = next("calloc");
	return fails() ? NULL : real(count, size);
}

void *realloc(void *old, size_t size)
{
	static void *(*real)(void *, size_t);

	if (!real)
		real = next("realloc");
	return size && fails() ? NULL : real(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	static void *(*real)(size_t, size_t);

	if (!real)
		real = next("aligned_alloc");
	return fails() ? NULL : real(alignment, size);
}

int posix_memalign(void **ret, size_t alignment, size_t size)
{
	static int (*real)(void **, size_t, size_t);

	if (!real)
		real = next("posix_memalign");
	return fails() ? ENOMEM : real(ret, alignment, size);
}
