// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A service manager and a journal, as far as a service can tell. Listens where it says that it does
 * and adds what arrives to a file, with what it arrived by before it:
 *
 *   manager FILE WATCHDOG_USEC COMMAND [ARGUMENT]...
 *
 *   notify READY=1              a message to $NOTIFY_SOCKET; its newlines are blanks
 *   journal <6>modwarden: ...   a line of standard error, which is what $JOURNAL_STREAM names
 *
 * SIGTERM is passed on. Exit: the command's status; 3 it could not try.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t service;

static void die(const char *what)
{
	fprintf(stderr, "manager: %s: %s\n", what, strerror(errno));
	exit(3);
}

static void pass_on(int signal)
{
	if (service)
		kill(service, signal);
}

static int listen_for_messages(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int length = snprintf(address.sun_path, sizeof(address.sun_path), "@manager.%d", getpid());

	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	address.sun_path[0] = '\0';
	if (fd < 0 || bind(fd, (struct sockaddr *)&address,
			   offsetof(struct sockaddr_un, sun_path) + length))
		die("bind");
	return fd;
}

static void start(char **command, const char *watchdog, const int journal[2])
{
	char stream[64];
	struct stat st;

	service = fork();
	if (service < 0)
		die("fork");
	if (service)
		return;
	if (fstat(journal[1], &st))
		die("fstat");
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	setenv("WATCHDOG_USEC", watchdog, 1);
	dup2(journal[1], STDERR_FILENO);
	execvp(*command, command);
	die(*command);
}

static void take_message(FILE *file, int fd)
{
	char text[4096];
	ssize_t size = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	if (size < 0)
		return;
	text[size] = '\0';
	for (char *c = text; *c; c++)
		if (*c == '\n')
			*c = ' ';
	fprintf(file, "notify %s\n", text);
}

/* False: the other end is closed. */
static int take_text(FILE *file, int fd)
{
	static int in_line;
	char text[4096];
	ssize_t size = recv(fd, text, sizeof(text), MSG_DONTWAIT);

	for (ssize_t i = 0; i < size; i++) {
		if (!in_line)
			fputs("journal ", file);
		fputc(text[i], file);
		in_line = text[i] != '\n';
	}
	return size != 0;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = pass_on };
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	int journal[2], status, is_open = 1;
	FILE *file;

	if (argc < 4)
		return 2;
	file = fopen(argv[1], "ae");
	if (!file || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, journal))
		die(argv[1]);
	fds[0].fd = listen_for_messages();
	fds[1].fd = journal[0];
	sigaction(SIGTERM, &action, NULL);
	start(argv + 3, argv[2], journal);
	close(journal[1]);
	while (is_open) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents)
			take_message(file, fds[0].fd);
		if (fds[1].revents)
			is_open = take_text(file, fds[1].fd);
		fflush(file);
	}
	while (waitpid(service, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
