// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_writer.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <libaudit.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* What the process says of itself each time: all in all. The newest one counts. */
struct answer {
	uint64_t failed;
	int error; /* of the last one that failed, or of the start */
	enum audit_writer_start start;
};

struct audit_writer {
	int fd; /* -1: the process is gone */
	pid_t pid;
	uint64_t dropped;
	struct answer answer; /* the last one */
};

/* The process. */

static int kernel_fd = -1;

static int kernel_open(void *arg)
{
	(void)arg;
	kernel_fd = audit_open();
	if (kernel_fd < 0)
		return -errno;
	/* Without CAP_AUDIT_CONTROL nobody says. */
	return audit_is_enabled(kernel_fd) == 0 ? AUDIT_WRITER_OFF : AUDIT_WRITER_WRITES;
}

static int kernel_send(const struct audit_note *note, void *arg)
{
	(void)arg;
	errno = 0;
	if (audit_log_user_message(kernel_fd, AUDIT_TRUSTED_APP, note->text, NULL, NULL, NULL,
				   note->success) > 0)
		return 0;
	return errno ? -errno : -EIO;
}

const struct audit_writer_calls audit_writer_kernel = { kernel_open, kernel_send, NULL };

static void on_parent_death(int signal)
{
	(void)signal;
	alarm(AUDIT_WRITER_END_MS / 1000);
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

	for (int i = 0; nothing >= 0 && i < 3; i++)
		dup2(nothing, i);
	dup2(fd, 3);
	closefrom(4);
}

/* What cannot be given up because it is not there is no loss. */
static void leave_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
	const int word = CAP_TO_INDEX(CAP_AUDIT_WRITE);

	if (syscall(SYS_capget, &header, sets))
		return;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		uint32_t kept = i == word ? CAP_TO_MASK(CAP_AUDIT_WRITE) : 0;

		sets[i].effective &= kept;
		sets[i].permitted &= kept;
		sets[i].inheritable = 0;
	}
	syscall(SYS_capset, &header, sets);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static void tell(const struct answer *answer)
{
	send(3, answer, sizeof(*answer), MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void send_one(const struct audit_writer_calls *calls, const struct audit_note *note,
		     struct answer *answer)
{
	int error = calls->send(note, calls->arg);

	if (!error)
		return;
	answer->failed++;
	answer->error = -error;
	tell(answer);
}

static int run_process(const struct audit_writer_calls *calls, const struct audit_note *first)
{
	struct answer answer = {};
	struct audit_note note;
	int opened = calls->open(calls->arg);
	ssize_t size;

	leave_capabilities();
	answer.error = opened < 0 ? -opened : -calls->send(first, calls->arg);
	answer.start = opened > 0 ? opened : AUDIT_WRITER_WRITES;
	tell(&answer);
	if (answer.error)
		return 1;
	while ((size = recv(3, &note, sizeof(note), 0)) > 0) {
		note.text[sizeof(note.text) - 1] = '\0';
		send_one(calls, &note, &answer);
	}
	return 0;
}

/* The daemon. */

static void take_answers(struct audit_writer *writer)
{
	struct answer answer;
	ssize_t size;

	while (writer->fd >= 0) {
		size = recv(writer->fd, &answer, sizeof(answer), MSG_DONTWAIT);
		if (size == sizeof(answer)) {
			writer->answer = answer;
		} else if (!size || (size < 0 && errno != EAGAIN && errno != EINTR)) {
			close(writer->fd);
			writer->fd = -1;
		} else if (size < 0 && errno == EAGAIN) {
			return;
		}
	}
}

static int wait_for_start(struct audit_writer *writer, enum audit_writer_start *start)
{
	struct pollfd poll_fd = { .fd = writer->fd, .events = POLLIN };
	int ready;

	do
		ready = poll(&poll_fd, 1, AUDIT_WRITER_START_MS);
	while (ready < 0 && errno == EINTR);
	*start = AUDIT_WRITER_WAITS;
	if (!ready)
		return 0;
	take_answers(writer);
	*start = writer->answer.start;
	if (writer->answer.error)
		return -writer->answer.error;
	return writer->fd < 0 ? -ESRCH : 0;
}

int audit_writer_new(struct audit_writer **ret, const struct audit_writer_calls *calls,
		     const struct audit_note *first, enum audit_writer_start *start)
{
	struct audit_writer *writer = calloc(1, sizeof(*writer));
	pid_t parent = getpid();
	int fds[2], error;

	if (!writer)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds)) {
		free(writer);
		return -errno;
	}
	writer->fd = fds[0];
	writer->pid = fork();
	error = writer->pid < 0 ? -errno : 0;
	if (!writer->pid) {
		leave_descriptors(fds[1]);
		set_signals(parent);
		_exit(run_process(calls, first));
	}
	close(fds[1]);
	if (!error)
		error = wait_for_start(writer, start);
	if (error)
		audit_writer_free(writer);
	else
		*ret = writer;
	return error;
}

static void end_process(pid_t pid)
{
	struct pollfd ended = { .fd = pidfd_open(pid, 0), .events = POLLIN };

	if (ended.fd < 0 || poll(&ended, 1, AUDIT_WRITER_END_MS) != 1)
		kill(pid, SIGKILL);
	cleanup_close(&ended.fd);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void audit_writer_free(struct audit_writer *writer)
{
	if (!writer)
		return;
	cleanup_close(&writer->fd);
	if (writer->pid > 0)
		end_process(writer->pid);
	free(writer);
}

void audit_writer_take(struct audit_writer *writer, const struct audit_note *note)
{
	size_t size = offsetof(struct audit_note, text) + strlen(note->text) + 1;

	if (writer->fd < 0 || send(writer->fd, note, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		writer->dropped++;
}

void audit_writer_drop(struct audit_writer *writer)
{
	writer->dropped++;
}

uint64_t audit_writer_lost(struct audit_writer *writer, int *why)
{
	take_answers(writer);
	*why = writer->fd < 0 ? ESRCH : writer->answer.error;
	return writer->dropped + writer->answer.failed;
}
