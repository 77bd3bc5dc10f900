/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is lost on the way from the kernel's multicast group. The socket's calls are made up here.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "audit_netlink.h"

/* What each recvmsg() returns: a record, or -errno; then -EAGAIN. */
static struct {
	const int *results;
	size_t count;
	char seen[64]; /* r: a record, l: a loss */
} fixture;

int socket(int domain, int type, int protocol)
{
	(void)domain, (void)type, (void)protocol;
	return eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
}

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
	(void)fd, (void)address, (void)size;
	return 0;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	(void)fd, (void)level, (void)name, (void)value, (void)size;
	return 0;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	const struct nlmsghdr record = { .nlmsg_type = AUDIT_SYSCALL };
	int result = fixture.count ? *fixture.results : -EAGAIN;

	(void)fd, (void)flags;
	if (fixture.count) {
		fixture.count--;
		fixture.results++;
	}
	if (result < 0) {
		errno = -result;
		return -1;
	}
	((struct sockaddr_nl *)message->msg_name)->nl_family = AF_NETLINK;
	memcpy(message->msg_iov->iov_base, &record, sizeof(record));
	return sizeof(record);
}

static void note(char what)
{
	size_t size = strlen(fixture.seen);

	assert_true(size + 1 < sizeof(fixture.seen));
	fixture.seen[size] = what;
}

static void take_record(const char *payload, size_t size, void *arg)
{
	(void)payload, (void)size, (void)arg;
	note('r');
}

static void take_loss(void *arg)
{
	(void)arg;
	note('l');
}

static const char *read_all(const int *results, size_t count)
{
	const struct audit_netlink_calls calls = { take_record, take_loss, NULL };
	struct event_base *base = event_base_new();
	struct audit_netlink *netlink = NULL;

	memset(&fixture, 0, sizeof(fixture));
	fixture.results = results;
	fixture.count = count;
	assert_int_equal(audit_netlink_new(&netlink, base, &calls), 0);
	while (fixture.count)
		assert_true(event_base_loop(base, EVLOOP_ONCE) >= 0);
	audit_netlink_free(netlink);
	event_base_free(base);
	return fixture.seen;
}

#define READ(...)                                                                                  \
	read_all((const int[]){ __VA_ARGS__ }, sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int))

static void without_an_overrun_nothing_is_lost(void **state)
{
	(void)state;
	assert_string_equal(READ(1, 1, -EINTR, 1, -EAGAIN, 1), "rrrr");
}

/* The kernel does not say it a second time. */
static void until_all_was_read_more_may_be_lost(void **state)
{
	(void)state;
	assert_string_equal(READ(1, -ENOBUFS, 1, 1, -EAGAIN, 1), "rllrlrlr");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_an_overrun_nothing_is_lost),
		cmocka_unit_test(until_all_was_read_more_may_be_lost),
	};

	return cmocka_run_group_tests_name("audit_netlink", tests, NULL, NULL);
}
