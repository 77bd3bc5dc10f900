// SPDX-License-Identifier: GPL-2.0-or-later
/* One daemon at a time: it holds the directory of the pins, also where it pins nothing. */
#include "daemon_state.h"

#include "cleanup.h"
#include "control_socket.h"
#include "exit_code.h"
#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define CLAIM_TRIES     40
#define CLAIM_PERIOD_US 50000

/*
 * One that ends takes the directory away: who held it meanwhile holds nothing any more. Nor who has
 * one that is not where it was, or not root's.
 */
static bool is_in_place(int claim)
{
	struct stat held, now;

	return !fstat(claim, &held) && !lstat(PINS_ROOT, &now) && held.st_ino == now.st_ino &&
	       held.st_dev == now.st_dev && !now.st_uid;
}

/* Where anybody may make names in bpffs, anybody may have been first. */
static int claim_anew(void)
{
	int error = pins_replace_root();

	if (error)
		return error;
	log_warning(PINS_ROOT " was not root's: another one is in its place; let only root make "
			      "names in bpffs: `chmod 0700 /sys/fs/bpf`");
	return pins_claim();
}

static int claim_once(void)
{
	auto_close int claim = pins_claim();

	if (claim == -EUCLEAN)
		claim = claim_anew();
	if (claim >= 0 && !is_in_place(claim))
		return -EBUSY;
	return take_fd(claim);
}

/* One that has just been stopped may still be on its way out. */
static int claim_patiently(void)
{
	int claim = -EBUSY;

	for (int i = 0; i < CLAIM_TRIES && claim == -EBUSY; i++) {
		if (i)
			usleep(CLAIM_PERIOD_US);
		claim = claim_once();
	}
	return claim;
}

/* Who holds it, by the kernel's list of locks; 0: that cannot be told. */
static pid_t holder_of_claim(void)
{
	auto_fclose FILE *locks = fopen("/proc/locks", "re");
	struct stat directory;
	char line[256];

	if (!locks || stat(PINS_ROOT, &directory))
		return 0;
	while (fgets(line, sizeof(line), locks)) {
		unsigned int high, low;
		uintmax_t inode;
		int pid;

		if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%ju", &pid, &high, &low, &inode) ==
			    4 &&
		    inode == directory.st_ino && makedev(high, low) == directory.st_dev && pid > 0)
			return pid;
	}
	return 0;
}

static bool is_answered(const char *socket)
{
	auto_close int fd = strcmp(socket, "none") ? control_socket_connect(socket) : -ENOENT;

	return fd >= 0;
}

static int refuse_beside_other(const char *socket)
{
	char who[32] = "somebody", how[32] = "SIGTERM";
	pid_t pid = holder_of_claim();

	if (is_answered(socket)) {
		log_error("already running: somebody answers at '%s'; `modwarden stop` ends it",
			  socket);
		return EXIT_FAILED;
	}
	if (pid) {
		snprintf(who, sizeof(who), "pid %d", pid);
		snprintf(how, sizeof(how), "`kill %d`", pid);
	}
	if (!strcmp(socket, "none"))
		log_error("already running: %s holds the gates; end it with %s", who, how);
	else
		log_error("already running: %s holds the gates, and does not answer at '%s': name "
			  "its --socket, or end it with %s",
			  who, socket, how);
	return EXIT_FAILED;
}

int daemon_claim_pins(struct daemon *daemon)
{
	int error;

	if (daemon->claim < 0)
		daemon->claim = claim_patiently();
	error = daemon->claim < 0 ? daemon->claim : 0;
	if (!error)
		return EXIT_DONE;
	if (error == -EBUSY)
		return refuse_beside_other(daemon->options->socket);
	log_error("gates: cannot make " PINS_ROOT ": %s%s", strerror(-error),
		  error == -ENOENT                      ? "; is bpffs mounted on /sys/fs/bpf?"
		  : error == -EACCES || error == -EPERM ? "; run as root, with sudo"
							: "");
	return error == -EACCES || error == -EPERM ? EXIT_NOT_PERMITTED : EXIT_FAILED;
}

int daemon_renew_claim(struct daemon *daemon)
{
	int claim;

	if (daemon->claim >= 0 && is_in_place(daemon->claim))
		return 0;
	claim = claim_once();
	if (claim < 0)
		return claim;
	cleanup_close(&daemon->claim);
	daemon->claim = claim;
	return 0;
}

int daemon_claim_alone(struct daemon *daemon)
{
	daemon->claim = claim_patiently();
	if (daemon->claim == -EBUSY)
		return refuse_beside_other(daemon->options->socket);
	if (daemon->claim < 0)
		log_warning("cannot tell whether another modwarden runs: no " PINS_ROOT ": %s%s",
			    strerror(-daemon->claim),
			    daemon->claim == -ENOENT ? "; is bpffs mounted on /sys/fs/bpf?" : "");
	return EXIT_DONE;
}

void daemon_end_claim(struct daemon *daemon)
{
	if (daemon->claim >= 0)
		rmdir(PINS_ROOT); /* fails where something is pinned in it */
	cleanup_close(&daemon->claim);
}
