
// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_netlink.h"

#include "cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libaudit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define RECEIVE_BUFFER   (8 << 20)
#define RECORDS_PER_TURN 128

#ifndef AUDIT_EVENT_LISTENER
#define AUDIT_EVENT_LISTENER 1335 /* linux/audit.h since 5.8: somebody joined the group */
#endif

/* include/linux/proc_ns.h */
#define FIRST_PID_NAMESPACE 0xEFFFFFFCU

struct audit_netlink {
	int fd;
	bool is_fed;
	bool is_behind; /* the kernel may still drop what it does not say again that it dropped */
	struct event *event;
	struct audit_netlink_calls calls;
	union {
		struct nlmsghdr header;
		/* The kernel keeps a record below this. */
		char bytes[NLMSG_HDRLEN + MAX_AUDIT_MESSAGE_LENGTH + 1];
	};
};

/* Only these two types take room in the socket's buffer: the rest of a flood stays outside. */
static int set_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(AUDIT_SYSCALL), 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(AUDIT_EVENT_LISTENER), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ? -errno : 0;
}

static int join(int fd)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	const int size = RECEIVE_BUFFER, group = AUDIT_NLGRP_READLOG;
	int error = set_filter(fd);

	if (error)
		return error;
	/* The first one is for who has CAP_NET_ADMIN. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		return -errno;
	return 0;
}

/* nlmsg_len is not looked at: some kernels leave the header out of it. */
static void take(struct audit_netlink *netlink, const struct sockaddr_nl *sender, size_t size,
		 int flags)
{
	/* Another process, if it could, would have its port here. */
	if (sender->nl_family != AF_NETLINK || sender->nl_pid || size < NLMSG_HDRLEN)
		return;
	netlink->is_fed = true;
	if (netlink->header.nlmsg_type != AUDIT_SYSCALL)
		return;
	if (flags & MSG_TRUNC)
		netlink->calls.lost(netlink->calls.arg);
	else
		netlink->calls.record(netlink->bytes + NLMSG_HDRLEN, size - NLMSG_HDRLEN,
				      netlink->calls.arg);
}

/*
 * True: there may be more. That the buffer was full is said once, and then the kernel goes on
 * dropping until everything was read: until then, there is a loss before each that is read.
 */
static bool receive(struct audit_netlink *netlink)
{
	struct iovec vector = { netlink->bytes, sizeof(netlink->bytes) };
	struct sockaddr_nl sender = {};
	struct msghdr message = {
		.msg_name = &sender,
		.msg_namelen = sizeof(sender),
		.msg_iov = &vector,
		.msg_iovlen = 1,
	};
	ssize_t size = recvmsg(netlink->fd, &message, MSG_DONTWAIT);
	int error = size < 0 ? errno : 0;

	if (error == ENOBUFS)
		netlink->is_behind = true;
	if (netlink->is_behind)
		netlink->calls.lost(netlink->calls.arg);
	if (error == EAGAIN)
		netlink->is_behind = false;
	if (!error)
		take(netlink, &sender, size, message.msg_flags);
	return !error || error == EINTR || error == ENOBUFS;
}

/* What is left is there for the next turn. */
void audit_netlink_read(struct audit_netlink *netlink)
{
	for (int i = 0; i < RECORDS_PER_TURN && receive(netlink); i++)
		;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	audit_netlink_read(arg);
}

int audit_netlink_new(struct audit_netlink **ret, struct event_base *base,
		      const struct audit_netlink_calls *calls)
{
	struct audit_netlink *netlink = calloc(1, sizeof(*netlink));
	int error = 0;

	if (!netlink)
		return -ENOMEM;
	netlink->calls = *calls;
	netlink->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
	error = netlink->fd < 0 ? -errno : join(netlink->fd);
	if (!error) {
		netlink->event =
			event_new(base, netlink->fd, EV_READ | EV_PERSIST, on_readable, netlink);
		if (!netlink->event || event_add(netlink->event, NULL))
			error = -ENOMEM;
	}
	if (error)
		audit_netlink_free(netlink);
	else
		*ret = netlink;
	return error;
}

void audit_netlink_free(struct audit_netlink *netlink)
{
	if (!netlink)
		return;
	if (netlink->event)
		event_free(netlink->event);
	cleanup_close(&netlink->fd);
	free(netlink);
}

bool audit_netlink_is_fed(const struct audit_netlink *netlink)
{
	return netlink->is_fed;
}

/* Its number; 0: not to be had. */
static ino_t namespace_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

enum audit_namespace audit_namespace(void)
{
	ino_t ours = namespace_of("/proc/self/ns/net"), first = namespace_of("/proc/1/ns/net");

	if (!ours || !first || namespace_of("/proc/self/ns/pid") != FIRST_PID_NAMESPACE)
		return AUDIT_NAMESPACE_UNKNOWN;
	return ours == first ? AUDIT_NAMESPACE_FIRST : AUDIT_NAMESPACE_OTHER;
}
