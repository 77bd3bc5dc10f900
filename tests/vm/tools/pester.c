// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bad clients of a Unix socket, as many as four processes can be: they connect and say nothing, too
 * much, half of it or nonsense, and take no answer. Each says "begun" after some of them. Ends when a
 * file is there, and each says how many there were.
 *
 * usage: pester SOCKET UNTIL_FILE
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 4
#define HELD      32 /* connections that a process keeps open */
#define BEGUN     50

static int join(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) &&
	    errno != EAGAIN) {
		close(fd);
		return -1;
	}
	return fd;
}

static void say(int fd, unsigned int kind)
{
	static char much[1 << 17];
	static const char *const words[] = { "{\"verb\":\"status\"", "\n",
					     "{\"verb\":\"status\"}\n", "nonsense\n" };

	memset(much, '[', sizeof(much));
	if (kind % 6 < 4)
		send(fd, words[kind % 6], strlen(words[kind % 6]), MSG_NOSIGNAL);
	else if (kind % 6 == 4)
		send(fd, much, sizeof(much), MSG_NOSIGNAL);
}

static void pester(const char *path, const char *until)
{
	int held[HELD];
	unsigned long joined = 0;

	memset(held, -1, sizeof(held));
	for (unsigned int i = 0; access(until, F_OK); i++) {
		int *fd = &held[i % HELD];

		if (*fd >= 0)
			close(*fd);
		*fd = join(path);
		joined += *fd >= 0;
		if (*fd >= 0 && joined == BEGUN)
			puts("begun");
		if (*fd >= 0)
			say(*fd, i);
	}
	printf("%lu\n", joined);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	setbuf(stdout, NULL);
	for (int i = 0; i < PROCESSES; i++) {
		if (fork())
			continue;
		pester(argv[1], argv[2]);
		return 0;
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
