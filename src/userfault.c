// SPDX-License-Identifier: GPL-2.0-or-later
#include "userfault.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

struct userfault {
	int fd;
	void *page;
	size_t size;
};

static int register_page(const struct userfault *fault)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range = { .start = (unsigned long)fault->page, .len = fault->size },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	if (ioctl(fault->fd, UFFDIO_API, &api) || ioctl(fault->fd, UFFDIO_REGISTER, &range))
		return -errno;
	return 0;
}

int userfault_new(struct userfault **ret)
{
	cleanup(userfault_free) struct userfault *fault = calloc(1, sizeof(*fault));
	int error;

	if (!fault)
		return -ENOMEM;
	fault->size = sysconf(_SC_PAGESIZE);
	fault->fd = -1;
	fault->page =
		mmap(NULL, fault->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fault->page == MAP_FAILED)
		return -errno;
	fault->fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (fault->fd < 0)
		return -errno;
	error = register_page(fault);
	if (error)
		return error;
	*ret = take_pointer(fault);
	return 0;
}

void userfault_free(struct userfault **fault)
{
	if (!*fault)
		return;
	if ((*fault)->fd >= 0)
		close((*fault)->fd);
	if ((*fault)->page != MAP_FAILED)
		munmap((*fault)->page, (*fault)->size);
	free(*fault);
}

void *userfault_address(const struct userfault *fault)
{
	return fault->page;
}

int userfault_wait(struct userfault *fault)
{
	struct pollfd wait = { .fd = fault->fd, .events = POLLIN };

	return poll(&wait, 1, 1000) == 1 ? 0 : -ETIMEDOUT;
}

void userfault_release(struct userfault *fault)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (unsigned long)fault->page, .len = fault->size },
	};

	if (!ioctl(fault->fd, UFFDIO_ZEROPAGE, &zero))
		return;
	/* Whoever waits must not wait for ever: the kernel sees to the page alone from now on. */
	close(fault->fd);
	fault->fd = -1;
}
