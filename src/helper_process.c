// SPDX-License-Identifier: GPL-2.0-or-later
#include "helper_process.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* The process. */

static void on_parent_death(int signal)
{
	(void)signal;
	alarm(HELPER_END_MS / 1000);
}

/* It goes on for a moment when all others of its group are told to end. */
static void set_signals(pid_t parent)
{
	static const int ignored[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1 };
	const struct sigaction end = { .sa_handler = on_parent_death, .sa_flags = SA_RESTART };
	sigset_t none;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	sigaction(SIGUSR2, &end, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGUSR2);
	if (getppid() != parent)
		on_parent_death(0);
}

static void leave_descriptors(int fd)
{
	int nothing = open("/dev/null", O_RDWR);

	for (int i = 0; nothing >= 0 && i < HELPER_FD; i++)
		dup2(nothing, i);
	dup2(fd, HELPER_FD);
	closefrom(HELPER_FD + 1);
}

/* What cannot be given up because it is not there is no loss. */
void helper_process_keep(uint64_t capabilities)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};

	if (syscall(SYS_capget, &header, sets))
		return;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		uint32_t kept = (uint32_t)(capabilities >> 32 * i);

		sets[i].effective &= kept;
		sets[i].permitted &= kept;
		sets[i].inheritable = 0;
	}
	syscall(SYS_capset, &header, sets);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* The daemon. */

int helper_process_begin(struct helper_process *process, int (*run)(void *arg), void *arg)
{
	pid_t parent = getpid();
	int fds[2], error = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return -errno;
	process->fd = fds[0];
	process->pid = fork();
	if (process->pid < 0)
		error = -errno;
	if (!process->pid) {
		leave_descriptors(fds[1]);
		set_signals(parent);
		_exit(run(arg));
	}
	close(fds[1]);
	if (error) {
		cleanup_close(&process->fd);
		process->fd = -1;
	}
	return error;
}

void helper_process_end(struct helper_process *process)
{
	struct pollfd ended = { .events = POLLIN };

	cleanup_close(&process->fd);
	process->fd = -1;
	if (process->pid <= 0)
		return; /* it never began; and to kill() that means others */
	ended.fd = pidfd_open(process->pid, 0);
	if (ended.fd < 0 || poll(&ended, 1, HELPER_END_MS) != 1)
		kill(process->pid, SIGKILL);
	cleanup_close(&ended.fd);
	while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
		;
	process->pid = 0;
}

bool helper_process_read(struct helper_process *process, void *message, size_t size)
{
	while (process->fd >= 0) {
		ssize_t n = recv(process->fd, message, size, MSG_DONTWAIT);

		if (n == (ssize_t)size)
			return true;
		if (n < 0 && errno == EAGAIN)
			return false;
		if (!n || (n < 0 && errno != EINTR)) {
			close(process->fd);
			process->fd = -1;
		}
	}
	return false;
}
