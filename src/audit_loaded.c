// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_loaded.h"

#include "cleanup.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#define WAIT_MS 3000 /* for each message */

static const char *reason_of(int error)
{
	switch (error) {
	case -EPERM:
	case -EACCES:
		return "it takes CAP_AUDIT_CONTROL: run as root, outside of containers";
	case -ECONNREFUSED:
		return "not from a namespace of processes or users of its own: run on the host "
		       "itself";
	case -ETIMEDOUT:
		return "the kernel does not answer";
	default:
		return strerror(-error);
	}
}

/* The next message, or a negative errno: also one that the kernel sent. */
static int next_message(int fd, struct audit_reply *reply)
{
	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		int r = poll(&wait, 1, WAIT_MS);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r ? -errno : -ETIMEDOUT;
		r = audit_get_reply(fd, reply, GET_REPLY_NONBLOCKING, 0);
		if (r == 0 || r == -EAGAIN || r == -EINTR)
			continue;
		if (r < 0)
			return r;
		if (reply->type == NLMSG_ERROR && !reply->error->error)
			continue; /* an acknowledgement */
		return reply->type == NLMSG_ERROR ? reply->error->error : 0;
	}
}

static int status_read(struct audit_loaded *loaded, int fd)
{
	struct audit_reply reply;
	int r = audit_request_status(fd);

	if (r < 0)
		return r == -1 ? -errno : r;
	do {
		r = next_message(fd, &reply);
		if (r < 0)
			return r;
	} while (reply.type != AUDIT_GET);
	loaded->rules.enabled = reply.status->enabled;
	loaded->rules.failure = reply.status->failure;
	loaded->rules.rate = reply.status->rate_limit;
	loaded->daemon = reply.status->pid;
	loaded->backlog_limit = reply.status->backlog_limit;
	loaded->lost = reply.status->lost;
	return 0;
}

static int rules_read(struct audit_loaded *loaded, int fd, const struct audit_arch *arch)
{
	struct audit_reply reply;
	int r = audit_request_rules_list_data(fd);

	if (r < 0)
		return r == -1 ? -errno : r;
	for (;;) {
		r = next_message(fd, &reply);
		if (r < 0 || reply.type == NLMSG_DONE)
			return r;
		if (reply.type == AUDIT_LIST_RULES)
			r = audit_rules_take_listed(&loaded->rules, reply.ruledata, arch);
		if (r < 0)
			return r;
	}
}

void audit_loaded_clear(struct audit_loaded *loaded)
{
	audit_rules_clear(&loaded->rules);
}

int audit_loaded_read(struct audit_loaded *loaded, const struct audit_arch *arch)
{
	auto_close int fd = -1;
	int r;

	*loaded = (struct audit_loaded){};
	fd = audit_open();
	if (fd < 0) {
		loaded->is_absent = errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT;
		loaded->reason = loaded->is_absent
					 ? "this kernel has no audit, or none was wanted at "
					   "boot (audit=0)"
					 : reason_of(-errno);
		return 0;
	}
	r = status_read(loaded, fd);
	r = r ?: rules_read(loaded, fd, arch);
	if (r < 0)
		loaded->reason = reason_of(r);
	else
		loaded->is_seen = true;
	return r == -ENOMEM ? r : 0;
}
