// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unloads modules in the ways that somebody chooses who does not want the name to be read in time.
 *
 *   unload plain NAME            delete_module
 *   unload force NAME            ... with O_TRUNC
 *   unload untouched NAME        the name lies in a page of a file that is not in memory yet
 *   unload parked NAME OTHER     one thread is made to wait for the page of its name (OTHER), and on
 *                                the same CPU a second one unloads NAME meanwhile
 *   unload swapped NAME OTHER N  a second thread writes NAME over OTHER while the call reads it,
 *                                until NAME is gone, at most N times
 *
 * Prints the errno of the call for NAME, or 0; swapped: "gone" or "there" instead. Exit: 0 whatever
 * the outcome is, 2 usage, 3 it could not try.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE	  4096
#define NAME_SIZE 64

static void usage(void)
{
	fputs("usage: unload plain|force|untouched NAME | parked NAME OTHER | swapped NAME OTHER N\n",
	      stderr);
	exit(2);
}

static void die(const char *what)
{
	fprintf(stderr, "unload: %s: %s\n", what, strerror(errno));
	exit(3);
}

static int delete(const char *name, int flags)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK | flags) ? errno : 0;
}

/* The kernel has the page in its cache or on its way there, and this process has not touched it. */
static int untouched(const char *name)
{
	char path[] = "/tmp/unload.XXXXXX";
	int fd = mkstemp(path);
	char *page;

	if (fd < 0 || ftruncate(fd, PAGE) || pwrite(fd, name, strlen(name), 0) < 0)
		die(path);
	page = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		die("mmap");
	unlink(path);
	return delete(page, 0);
}

static void pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
}

static atomic_bool is_back;

static void *delete_parked(void *page)
{
	pin();
	delete(page, 0);
	is_back = true;
	return NULL;
}

/* Until the other call waits for its page, or has come back because nobody waited for it. */
static void await_fault(int fault)
{
	struct pollfd poller = { .fd = fault, .events = POLLIN };
	struct uffd_msg message;

	while (!is_back)
		if (poll(&poller, 1, 10) == 1 && read(fault, &message, sizeof(message)) > 0)
			return;
}

/* Waits until the other one waits for its page; then that page is as long in coming as we like. */
static int parked(const char *name, const char *other)
{
	int fault = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	struct uffdio_api api = { .api = UFFD_API };
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *content = calloc(1, PAGE);
	struct uffdio_register where = { .range = { (unsigned long)page, PAGE },
					 .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_copy give = { .dst = (unsigned long)page, .src = (unsigned long)content,
				    .len = PAGE };
	pthread_t thread;
	int error;

	strncpy(content, other, NAME_SIZE);
	if (fault < 0 || ioctl(fault, UFFDIO_API, &api) || ioctl(fault, UFFDIO_REGISTER, &where))
		die("userfaultfd");
	pin();
	if (pthread_create(&thread, NULL, delete_parked, page))
		die("pthread_create");
	await_fault(fault);
	error = delete(name, 0);
	ioctl(fault, UFFDIO_COPY, &give);
	pthread_join(thread, NULL);
	return error;
}

static struct swapping {
	_Alignas(NAME_SIZE) char name[NAME_SIZE];
	const char *names[2];
	atomic_bool over;
} swapping;

static void *swap(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; !swapping.over; i++)
		strcpy(swapping.name, swapping.names[i & 1]);
	return NULL;
}

static bool is_there(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	return !access(path, F_OK);
}

static bool swapped(const char *name, const char *other, unsigned long count)
{
	pthread_t thread;

	swapping.names[0] = other;
	swapping.names[1] = name;
	strcpy(swapping.name, other);
	if (pthread_create(&thread, NULL, swap, NULL))
		die("pthread_create");
	while (count-- && is_there(name))
		delete(swapping.name, 0);
	swapping.over = true;
	pthread_join(thread, NULL);
	return !is_there(name);
}

int main(int argc, char **argv)
{
	int error;

	if (argc == 5 && !strcmp(argv[1], "swapped")) {
		puts(swapped(argv[2], argv[3], strtoul(argv[4], NULL, 10)) ? "gone" : "there");
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "plain"))
		error = delete(argv[2], 0);
	else if (argc == 3 && !strcmp(argv[1], "force"))
		error = delete(argv[2], O_TRUNC);
	else if (argc == 3 && !strcmp(argv[1], "untouched"))
		error = untouched(argv[2]);
	else if (argc == 4 && !strcmp(argv[1], "parked"))
		error = parked(argv[2], argv[3]);
	else
		usage();
	printf("%s\n", error ? strerrorname_np(error) ?: "UNKNOWN" : "0");
	return 0;
}
