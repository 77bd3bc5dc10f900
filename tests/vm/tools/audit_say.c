// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends an audit message as a process may, with any text in it.
 *
 * usage: audit_say TYPE TEXT     TYPE is a number: 1100 to 1199, 2100 to 2999
 * Exit: 0 the kernel took it, 1 it did not, 2 usage.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
	struct nlmsghdr header;
	char text[8900];
};

struct answer {
	struct nlmsghdr header;
	struct nlmsgerr error;
	char rest[sizeof(struct request)];
};

/* The kernel's word on a message: 0 or a negative errno. */
static int say(int type, const char *text)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	static struct request request;
	static struct answer answer;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);

	strncpy(request.text, text, sizeof(request.text) - 1);
	request.header = (struct nlmsghdr){
		.nlmsg_len = NLMSG_LENGTH(strlen(request.text) + 1),
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		.nlmsg_seq = 1,
	};
	if (fd < 0 || sendto(fd, &request, request.header.nlmsg_len, 0,
			     (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	if (recv(fd, &answer, sizeof(answer), 0) < 0)
		return -errno;
	return answer.header.nlmsg_type == NLMSG_ERROR ? answer.error.error : -EBADMSG;
}

int main(int argc, char **argv)
{
	int error;

	if (argc != 3)
		return 2;
	error = say(atoi(argv[1]), argv[2]);
	if (error)
		fprintf(stderr, "audit_say: %s\n", strerror(-error));
	return error != 0;
}
