// SPDX-License-Identifier: GPL-2.0-or-later
#include "../preload/fail_malloc.h"
#include "allocations.h"
#include "basics.h"
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct fault_page *page;
static int page_fd;

void allocations_open(void)
{
	page_fd = memfd_create("fault", MFD_CLOEXEC);
	if (page_fd < 0 || ftruncate(page_fd, sizeof(*page)))
		die("memfd");
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, page_fd, 0);
	if (page == MAP_FAILED)
		die("mmap");
}

void allocations_begin(unsigned int number)
{
	page->count = 0;
	page->hit = 0;
	page->fail_at = number;
}

void allocations_preload(void)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/fd/%d", getppid(), page_fd);
	setenv(FAULT_PAGE, name, 1);
	setenv("LD_PRELOAD", options.preload, 1);
}

unsigned int allocations_count(void)
{
	return page->count;
}

bool allocations_failed(void)
{
	return page->hit;
}

bool allocation_is_new(unsigned int number)
{
	if (number > FAULT_PLACES)
		return false;
	for (unsigned int i = 1; i < number; i++)
		if (page->place[i - 1] == page->place[number - 1])
			return false;
	return true;
}
