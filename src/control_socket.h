/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Unix socket that the daemon is asked through: its file, and who is at the other end. */
#ifndef MODWARDEN_CONTROL_SOCKET_H
#define MODWARDEN_CONTROL_SOCKET_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#define CONTROL_PATH "/run/modwarden/control.sock"

struct control_peer {
	pid_t pid;
	uid_t uid;
	char comm[32]; /* as /proc has it now; "" where it has gone */
};

/*
 * Makes the socket, for this user alone from its first moment, and its directory where that is
 * missing. One that nobody answers any more is replaced. Returns a descriptor that does not block
 * and sets *file to what lies at the path; -EADDRINUSE: somebody answers; or another negative
 * errno.
 */
int control_socket_listen(const char *path, struct stat *file);

/* What keeps control_socket_listen() from it, and what helps. */
#define CONTROL_PROBLEM_SIZE (2 * 4096)
void control_socket_problem(const char *path, int error, char text[CONTROL_PROBLEM_SIZE]);

/* Takes the file away, unless it is somebody else's by now. */
void control_socket_remove(const char *path, const struct stat *file);

/* A descriptor or a negative errno; -ENOENT and -ECONNREFUSED: nobody is there. */
int control_socket_connect(const char *path);

/* Who is at the other end. 0 or a negative errno. */
int control_socket_peer(int fd, struct control_peer *peer);

/*
 * Has it a capability by which it could do to modwarden or the kernel what it asks for? Root of a
 * container that only reaches the socket has none. Where the caller itself has none (tests), all
 * have.
 */
bool control_socket_peer_has_power(int fd, const struct control_peer *peer);

#endif
