// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks the kernel, as anybody may, for something that it loads a module for, and prints the errno
 * or 0.
 *
 *   ask [-n] [-u UID] socket FAMILY      socket(2)
 *   ask [-n] [-u UID] mount TYPE         mount(2) of a file system of this type
 *   ask [-n] [-u UID] alg TYPE NAME      bind(2) of an AF_ALG socket
 *   ask [-n] [-u UID] links COUNT KIND   one sendmsg(2) that asks for as many network devices of a kind
 *
 *   -n  in a user and a mount namespace of its own
 *   -u  as this user, without capabilities
 *
 * Exit: 0 whatever the outcome is, 2 usage, 3 it could not try.
 */
#include <errno.h>
#include <linux/if_alg.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static void usage(void)
{
	fputs("usage: ask [-n] [-u UID] socket FAMILY | mount TYPE | alg TYPE NAME | links COUNT KIND\n",
	      stderr);
	exit(2);
}

static void die(const char *what)
{
	fprintf(stderr, "ask: %s: %s\n", what, strerror(errno));
	exit(3);
}

static void copy(char *to, size_t size, const char *text)
{
	if (strlen(text) >= size)
		usage();
	strcpy(to, text);
}

static int ask_alg(const char *type, const char *name)
{
	struct sockaddr_alg address = { .salg_family = AF_ALG };
	int fd = socket(AF_ALG, SOCK_SEQPACKET, 0);

	if (fd < 0)
		die("AF_ALG");
	copy((char *)address.salg_type, sizeof(address.salg_type), type);
	copy((char *)address.salg_name, sizeof(address.salg_name), name);
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) ? errno : 0;
}

#define LINKS_MAX 32

struct link_request {
	struct nlmsghdr header;
	struct ifinfomsg link;
	struct nlattr info;
	struct nlattr kind;
	char name[16];
};

static int ask_links(int count, const char *kind)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct link_request requests[LINKS_MAX] = {};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	if (count < 1 || count > LINKS_MAX)
		usage();
	if (fd < 0)
		die("NETLINK_ROUTE");
	for (int i = 0; i < count; i++) {
		requests[i] = (struct link_request){
			.header = { .nlmsg_len = sizeof(requests[i]),
				    .nlmsg_type = RTM_NEWLINK,
				    .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL },
			.info = { .nla_len = sizeof(struct nlattr) * 2 + sizeof(requests[i].name),
				  .nla_type = IFLA_LINKINFO },
			.kind = { .nla_len = sizeof(struct nlattr) + sizeof(requests[i].name),
				  .nla_type = IFLA_INFO_KIND },
		};
		copy(requests[i].name, sizeof(requests[i].name), kind);
	}
	return sendmsg(fd,
		       &(struct msghdr){
			       .msg_name = (void *)&kernel,
			       .msg_namelen = sizeof(kernel),
			       .msg_iov = &(struct iovec){ requests, count * sizeof(*requests) },
			       .msg_iovlen = 1,
		       },
		       0) < 0
		       ? errno
		       : 0;
}

static int ask(char **words, int count)
{
	if (count == 2 && !strcmp(words[0], "socket"))
		return socket(atoi(words[1]), SOCK_STREAM, 0) < 0 ? errno : 0;
	if (count == 2 && !strcmp(words[0], "mount"))
		return mount("none", "/", words[1], 0, "") ? errno : 0;
	if (count == 3 && !strcmp(words[0], "alg"))
		return ask_alg(words[1], words[2]);
	if (count == 3 && !strcmp(words[0], "links"))
		return ask_links(atoi(words[1]), words[2]);
	usage();
	return 0;
}

int main(int argc, char **argv)
{
	bool apart = false;
	long uid = 0;
	int option, error;

	while ((option = getopt(argc, argv, "+nu:")) != -1) {
		switch (option) {
		case 'n': apart = true; break;
		case 'u': uid = strtol(optarg, NULL, 10); break;
		default: usage();
		}
	}
	if (uid && (setresgid(uid, uid, uid) || setresuid(uid, uid, uid)))
		die("cannot become another user");
	if (apart && unshare(CLONE_NEWUSER | CLONE_NEWNS))
		die("unshare");
	error = ask(argv + optind, argc - optind);
	printf("%s\n", error ? strerrorname_np(error) ?: "UNKNOWN" : "0");
	return 0;
}
