// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocations.h"
#include "basics.h"
#include "call.h"
#include "command.h"
#include "options.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static int open_manager(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int length = snprintf(address.sun_path, sizeof(address.sun_path), "@fault.%d", getpid());

	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	address.sun_path[0] = '\0';
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + length))
		die("bind");
	return fd;
}

/* What the child and this process wait for each other with. */
struct handshake {
	int fd, is_taken;
};

static void become_command(struct handshake *handshake, int errors, int output)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	personality(ADDR_NO_RANDOMIZE);
	if (dup2(open("/dev/null", O_RDONLY), 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0)
		_exit(126);
	if (options.preload) {
		allocations_preload();
	} else {
		__atomic_store_n(&handshake->fd, calls_stop(), __ATOMIC_SEQ_CST);
		while (!__atomic_load_n(&handshake->is_taken, __ATOMIC_SEQ_CST))
			syscall(SYS_sched_yield);
	}
	execve(*options.command, options.command, environ);
	_exit(127);
}

static int take_stops(pid_t pid, struct handshake *handshake)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0), fd, theirs;

	while (!(theirs = __atomic_load_n(&handshake->fd, __ATOMIC_SEQ_CST)))
		sched_yield();
	if (theirs < 0) {
		fprintf(stderr, "fault: this kernel does not let system calls be answered for\n");
		exit(3);
	}
	fd = (int)syscall(SYS_pidfd_getfd, process, theirs, 0);
	if (fd < 0)
		die("pidfd_getfd");
	close(process);
	__atomic_store_n(&handshake->is_taken, 1, __ATOMIC_SEQ_CST);
	return fd;
}

void command_start(struct run *run)
{
	struct handshake *handshake = mmap(NULL, sizeof(*handshake), PROT_READ | PROT_WRITE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int errors[2], output[2];

	if (handshake == MAP_FAILED || pipe2(errors, O_CLOEXEC) || pipe2(output, O_CLOEXEC))
		die("pipe");
	allocations_begin(options.preload ? run->number : 0);
	run->manager = open_manager();
	run->began = now();
	run->pid = fork();
	if (run->pid < 0)
		die("fork");
	if (!run->pid)
		become_command(handshake, errors[1], output[1]);
	close(errors[1]);
	close(output[1]);
	run->errors = errors[0];
	run->output = output[0];
	run->stops = options.preload ? -1 : take_stops(run->pid, handshake);
	munmap(handshake, sizeof(*handshake));
}
