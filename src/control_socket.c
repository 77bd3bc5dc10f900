// SPDX-License-Identifier: GPL-2.0-or-later
#include "control_socket.h"

#include "cleanup.h"
#include "trusted_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <linux/capability.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

#define BACKLOG 16

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

/* Each of them is enough to load modules or to take gates away. */
#define POWER (1ULL << CAP_SYS_ADMIN | 1ULL << CAP_SYS_MODULE)

static int address_of(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (!*path)
		return -EINVAL;
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	strcpy(address->sun_path, path);
	return 0;
}

int control_socket_connect(const char *path)
{
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval patience = { .tv_sec = 5 };
	struct sockaddr_un address;
	int error = address_of(path, &address);

	if (error)
		return error;
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	return take_fd(fd);
}

/* Opens the directory of a path, and makes it where it is missing. */
static int open_directory(const char *path)
{
	char copy[PATH_MAX];
	const char *name;
	int fd;

	snprintf(copy, sizeof(copy), "%s", path);
	name = dirname(copy);
	if (mkdir(name, 0700) && errno != EEXIST)
		return -errno;
	fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Where others may write they could put another socket in its place. */
static int check_directory(int directory)
{
	struct stat status;

	if (fstat(directory, &status))
		return -errno;
	if (status.st_uid != geteuid() || mode_writers(status.st_mode))
		return -EPERM;
	return 0;
}

static int check_path(const char *path)
{
	auto_close int other = -1;
	struct stat status;

	if (lstat(path, &status))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;
	other = control_socket_connect(path);
	return other == -ECONNREFUSED ? 0 : -EADDRINUSE;
}

/* Bound under a name of its own: at the path there is never one that does not listen. */
static int bind_private(const char *path, const char *private)
{
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address;
	int error = address_of(private, &address);
	mode_t mask;

	if (error)
		return error;
	if (fd < 0 || (unlink(private) && errno != ENOENT))
		return -errno;
	mask = umask(0177);
	error = bind(fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
	umask(mask);
	if (error)
		return error;
	if (listen(fd, BACKLOG) || rename(private, path)) {
		error = -errno;
		unlink(private);
		return error;
	}
	return take_fd(fd);
}

/*
 * A file of its own, which nobody else can open: a lock on the directory is anybody's who may read
 * it. It is gone when the lock is: whoever waited for it begins again.
 */
static int lock_file(const char *name)
{
	for (;;) {
		auto_close int fd =
			open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
		struct stat held, now;

		if (fd < 0 || flock(fd, LOCK_EX) || fstat(fd, &held))
			return -errno;
		if (!lstat(name, &now) && now.st_ino == held.st_ino && now.st_dev == held.st_dev)
			return take_fd(fd);
	}
}

static int listen_at(const char *path, struct stat *file)
{
	auto_close int fd = -1;
	char private[PATH_MAX];
	int error = check_path(path);

	if (error)
		return error;
	snprintf(private, sizeof(private), "%s.new", path);
	fd = bind_private(path, private);
	if (fd >= 0 && lstat(path, file)) {
		error = -errno;
		unlink(path);
		return error;
	}
	return take_fd(fd);
}

int control_socket_listen(const char *path, struct stat *file)
{
	auto_close int directory = open_directory(path);
	auto_close int lock = -1;
	char name[PATH_MAX];
	int error = directory < 0 ? directory : check_directory(directory);

	if (error)
		return error;
	/* Two that start at once look one after the other. */
	snprintf(name, sizeof(name), "%s.lock", path);
	lock = lock_file(name);
	if (lock < 0)
		return take_fd(lock);
	error = listen_at(path, file);
	unlink(name);
	return error;
}

static bool directory_problem(const char *name, char text[CONTROL_PROBLEM_SIZE])
{
	static const char remedy[] =
		"name a path in a directory that only its owner, you, can write";
	struct stat status;

	if (stat(name, &status))
		return false;
	if (status.st_uid != geteuid())
		snprintf(text, CONTROL_PROBLEM_SIZE, "its directory '%s' belongs to uid %u; %s",
			 name, status.st_uid, remedy);
	else if (mode_writers(status.st_mode))
		snprintf(text, CONTROL_PROBLEM_SIZE,
			 "%s can write its directory '%s' (mode %04o); %s",
			 mode_writers(status.st_mode), name, status.st_mode & 07777, remedy);
	else
		return false;
	return true;
}

void control_socket_problem(const char *path, int error, char text[CONTROL_PROBLEM_SIZE])
{
	char copy[PATH_MAX];
	const char *name;

	snprintf(copy, sizeof(copy), "%s", path);
	name = dirname(copy);
	if (error == -EPERM && directory_problem(name, text))
		return;
	if (error == -EEXIST)
		snprintf(text, CONTROL_PROBLEM_SIZE,
			 "what is there is no socket; name another path");
	else if (error == -ENOENT)
		snprintf(text, CONTROL_PROBLEM_SIZE,
			 "its directory '%s' is missing, and so is the one above; make them", name);
	else
		snprintf(text, CONTROL_PROBLEM_SIZE, "%s", strerror(-error));
}

void control_socket_remove(const char *path, const struct stat *file)
{
	struct stat now;

	if (!lstat(path, &now) && now.st_dev == file->st_dev && now.st_ino == file->st_ino)
		unlink(path);
}

static void read_comm(struct control_peer *peer)
{
	auto_fclose FILE *file = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", peer->pid);
	file = fopen(path, "re");
	if (!file || !fgets(peer->comm, sizeof(peer->comm), file))
		peer->comm[0] = '\0';
	peer->comm[strcspn(peer->comm, "\n")] = '\0';
}

int control_socket_peer(int fd, struct control_peer *peer)
{
	struct ucred credentials;
	socklen_t size = sizeof(credentials);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size))
		return -errno;
	*peer = (struct control_peer){ .pid = credentials.pid, .uid = credentials.uid };
	read_comm(peer);
	return 0;
}

static uint64_t power_of(const char *process)
{
	auto_fclose FILE *file = NULL;
	uint64_t capabilities = 0;
	char path[64], line[128];

	snprintf(path, sizeof(path), "/proc/%s/status", process);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %" SCNx64, &capabilities) == 1)
			break;
	return capabilities & POWER;
}

/* Capabilities are worth something in the user namespace that they are of. */
static bool is_of_this_namespace(const char *process)
{
	struct stat theirs, own;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/ns/user", process);
	return !stat(path, &theirs) && !stat("/proc/self/ns/user", &own) &&
	       theirs.st_ino == own.st_ino && theirs.st_dev == own.st_dev;
}

/* Its number may be another's by now; kernels before 6.5 cannot tell. */
static bool is_still_there(int fd)
{
	struct pollfd peer = { .fd = -1, .events = POLLIN };
	socklen_t size = sizeof(peer.fd);
	bool is_there;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &peer.fd, &size))
		return errno == ENOPROTOOPT;
	is_there = !poll(&peer, 1, 0);
	close(peer.fd);
	return is_there;
}

bool control_socket_peer_has_power(int fd, const struct control_peer *peer)
{
	char process[16];

	if (!power_of("self"))
		return true;
	snprintf(process, sizeof(process), "%d", peer->pid);
	return power_of(process) && is_of_this_namespace(process) && is_still_there(fd);
}
