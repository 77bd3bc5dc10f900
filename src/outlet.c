// SPDX-License-Identifier: GPL-2.0-or-later
#include "outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROOM_TIMEOUT_MS 100

int outlet_open(int fd)
{
	char path[32];
	struct stat st;
	int own = -1;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!fstat(fd, &st) && (S_ISFIFO(st.st_mode) || isatty(fd)))
		own = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return own < 0 ? fd : own;
}

void outlet_use(struct outlet *outlet, int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st = {};

	fstat(fd, &st);
	*outlet = (struct outlet){
		.fd = fd,
		.is_socket = S_ISSOCK(st.st_mode),
		.has_reader = S_ISSOCK(st.st_mode) || S_ISFIFO(st.st_mode) || isatty(fd),
		.can_wait = flags < 0 || !(flags & O_NONBLOCK),
	};
}

/* write(2) without SIGPIPE, whatever the program does about that signal. */
static ssize_t write_quietly(int fd, const char *data, size_t size)
{
	const struct timespec now = {};
	sigset_t pipe, pending, before;
	ssize_t written;
	int error;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	do
		written = write(fd, data, size);
	while (written < 0 && errno == EINTR);
	error = errno;
	if (written < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE))
		while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return written;
}

static bool has_room(int fd, int milliseconds)
{
	struct pollfd poller = { .fd = fd, .events = POLLOUT };

	return poll(&poller, 1, milliseconds) > 0;
}

/* A pipe that has room at all has it for so much. */
static ssize_t write_a_part(int fd, const char *data, size_t size)
{
	if (!has_room(fd, 0)) {
		errno = EAGAIN;
		return -1;
	}
	return write_quietly(fd, data, size < PIPE_BUF ? size : PIPE_BUF);
}

static ssize_t write_now(const struct outlet *outlet, const char *data, size_t size)
{
	if (outlet->is_socket)
		return send(outlet->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (outlet->has_reader && outlet->can_wait)
		return write_a_part(outlet->fd, data, size);
	return write_quietly(outlet->fd, data, size);
}

/* One that has stopped is looked at, and not waited for. */
static bool gets_room(struct outlet *outlet)
{
	outlet->is_stalled = !has_room(outlet->fd, outlet->is_stalled ? 0 : ROOM_TIMEOUT_MS);
	return !outlet->is_stalled;
}

ssize_t outlet_write(struct outlet *outlet, const char *data, size_t size)
{
	ssize_t written = write_now(outlet, data, size);
	size_t done = written > 0 ? written : 0;
	int error = errno;

	if (!outlet->has_reader)
		return written;
	while (done < size && (written > 0 || error == EAGAIN) && gets_room(outlet)) {
		written = write_now(outlet, data + done, size - done);
		error = errno;
		if (written <= 0)
			break;
		done += written;
	}
	outlet->is_stalled = done < size;
	errno = error;
	return done ? (ssize_t)done : -1;
}
