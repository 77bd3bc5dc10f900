// SPDX-License-Identifier: GPL-2.0-or-later
#include "notify.h"

#include "cleanup.h"
#include "escape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

/* A process has one service manager. */
static int manager = -1;
static struct sockaddr_un manager_address;
static socklen_t manager_address_size;

static int address_parse(const char *name, struct sockaddr_un *address, socklen_t *size)
{
	size_t length = strlen(name);

	/* AF_VSOCK, too, has a spelling: for a manager outside of the virtual machine. */
	if (*name != '/' && *name != '@')
		return -EAFNOSUPPORT;
	if (length < 2 || length >= sizeof(address->sun_path))
		return -EINVAL;
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path, name, length);
	/* An abstract name has no NUL behind it; each byte counts. */
	*size = offsetof(struct sockaddr_un, sun_path) + length + (*name == '/');
	if (*name == '@')
		address->sun_path[0] = '\0';
	return 0;
}

int notify_open(void)
{
	const char *name = getenv("NOTIFY_SOCKET");
	const struct timeval timeout = { .tv_sec = NOTIFY_TIMEOUT_MS / 1000,
					 .tv_usec = NOTIFY_TIMEOUT_MS % 1000 * 1000 };
	auto_close int fd = -1;
	struct sockaddr_un address;
	socklen_t size;
	int error;

	if (!name)
		return 0;
	error = address_parse(name, &address, &size);
	if (error)
		return error;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) ||
	    connect(fd, (const struct sockaddr *)&address, size))
		return -errno;
	notify_close();
	manager = take_fd(fd);
	manager_address = address;
	manager_address_size = size;
	return 0;
}

void notify_close(void)
{
	cleanup_close(&manager);
	manager = -1;
}

/* To its address, not to what was connected to: the manager may have begun anew. */
static void tell(const char *message)
{
	if (manager >= 0)
		sendto(manager, message, strlen(message), MSG_NOSIGNAL,
		       (const struct sockaddr *)&manager_address, manager_address_size);
}

void notify_ready(void)
{
	tell("READY=1");
}

void notify_reloading(void)
{
	struct timespec now;
	char message[64];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(message, sizeof(message), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		 (uint64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	tell(message);
}

void notify_stopping(void)
{
	tell("STOPPING=1");
}

void notify_status(const char *format, ...)
{
	auto_free char *text = NULL, *shown = NULL, *message = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		text = NULL;
	/* A newline would begin another assignment. */
	shown = text ? text_sanitize(text) : NULL;
	if (shown && asprintf(&message, "STATUS=%s", shown) >= 0)
		tell(message);
	else
		message = NULL;
}

static uint64_t number_of(const char *variable)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 10) : 0;
}

uint64_t notify_watchdog_period(void)
{
	uint64_t pid = number_of("WATCHDOG_PID");

	if (manager < 0 || (pid && pid != (uint64_t)getpid()))
		return 0;
	return number_of("WATCHDOG_USEC") / 2;
}

void notify_watchdog(void)
{
	tell("WATCHDOG=1");
}
