// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bad clients of a Unix socket or of a port of HTTP here, 256 at a time from four processes: they
 * connect and say nothing, too much, half of it, nonsense, a byte now and then, headers without end
 * or many requests at once, and take no answer. Each says "begun" after some of them. Ends when a
 * file is there, and each says how many there were.
 *
 * usage: pester SOCKET|PORT UNTIL_FILE
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 4
#define HELD      64 /* connections that a process keeps open */
#define BEGUN     100

static int join(const char *where)
{
	struct sockaddr_un path = { .sun_family = AF_UNIX };
	const struct sockaddr_in port = { .sin_family = AF_INET,
					  .sin_port = htons(atoi(where)),
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int is_path = *where == '/';
	int fd = socket(is_path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(path.sun_path, sizeof(path.sun_path), "%s", where);
	if (fd >= 0 &&
	    connect(fd, is_path ? (const struct sockaddr *)&path : (const struct sockaddr *)&port,
		    is_path ? sizeof(path) : sizeof(port)) &&
	    errno != EAGAIN && errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

static const char *const words[] = {
	"{\"verb\":\"status\"",    "\n",
	"{\"verb\":\"status\"}\n",  "nonsense\n",
	"GET /metrics HTTP/1.1\r\n", "GET /metrics HTTP/1.1\r\n\r\n",
};

enum { WORDS = sizeof(words) / sizeof(words[0]) };

/* What those say who say more than a word; the last kind says nothing. */
enum {
	MUCH = WORDS,
	HEADERS, /* which never end */
	STORM,   /* of requests, one behind the other */
	DRIP,    /* a byte now */
	NOTHING,
	KINDS,
};

static const char header[] = "X-Pad: 0123456789\r\n";
static const char request[] = "GET /metrics HTTP/1.1\r\n\r\n";

static void send_over_and_over(int fd, const char *text, size_t size)
{
	static char much[1 << 17];
	size_t length = 0;

	for (; length + size <= sizeof(much); length += size)
		memcpy(much + length, text, size);
	send(fd, much, length, MSG_NOSIGNAL);
}

static void say(int fd, unsigned int kind)
{
	if (kind < WORDS)
		send(fd, words[kind], strlen(words[kind]), MSG_NOSIGNAL);
	else if (kind == MUCH)
		send_over_and_over(fd, "[", 1);
	else if (kind == HEADERS)
		send_over_and_over(fd, header, sizeof(header) - 1);
	else if (kind == STORM)
		send_over_and_over(fd, request, sizeof(request) - 1);
	else if (kind == DRIP)
		send(fd, "G", 1, MSG_NOSIGNAL);
}

static void pester(const char *where, const char *until)
{
	int held[HELD];
	unsigned int kinds[HELD] = {};
	unsigned long joined = 0;

	memset(held, -1, sizeof(held));
	for (unsigned int i = 0; access(until, F_OK); i++) {
		int *fd = &held[i % HELD];
		unsigned int other = (i * 7 + 3) % HELD;

		if (*fd >= 0)
			close(*fd);
		*fd = join(where);
		joined += *fd >= 0;
		if (*fd >= 0 && joined == BEGUN)
			puts("begun");
		kinds[i % HELD] = i % KINDS;
		if (*fd >= 0)
			say(*fd, kinds[i % HELD]);
		/* Those that go on, as long as they are let. */
		if (held[other] >= 0 && (kinds[other] == DRIP || kinds[other] == HEADERS))
			say(held[other], kinds[other]);
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
