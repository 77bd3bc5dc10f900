// SPDX-License-Identifier: GPL-2.0-or-later
#include "http_address.h"

#include "cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define BACKLOG 64

int http_address_parse(const char *text, struct http_address *ret)
{
	struct sockaddr *address = (struct sockaddr *)&ret->storage;
	int size = sizeof(ret->storage);
	in_port_t *port;

	if (evutil_parse_sockaddr_port(text, address, &size))
		return -EINVAL;
	ret->size = size;
	port = address->sa_family == AF_INET ? &((struct sockaddr_in *)address)->sin_port
					     : &((struct sockaddr_in6 *)address)->sin6_port;
	if (!*port)
		*port = htons(HTTP_PORT);
	return 0;
}

bool http_address_is_loopback(const struct http_address *address)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)&address->storage;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&address->storage;

	if (address->storage.ss_family == AF_INET)
		return ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

void http_address_format(const struct http_address *address, char text[HTTP_ADDRESS_SIZE])
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)&address->storage;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&address->storage;
	char number[INET6_ADDRSTRLEN] = "";

	if (address->storage.ss_family == AF_INET) {
		inet_ntop(AF_INET, &in->sin_addr, number, sizeof(number));
		snprintf(text, HTTP_ADDRESS_SIZE, "%s:%u", number, ntohs(in->sin_port));
	} else {
		inet_ntop(AF_INET6, &in6->sin6_addr, number, sizeof(number));
		snprintf(text, HTTP_ADDRESS_SIZE, "[%s]:%u", number, ntohs(in6->sin6_port));
	}
}

int http_address_listen(const struct http_address *address)
{
	static const int yes = 1;
	int family = address->storage.ss_family;
	auto_close int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	/* The one before may have left connections behind; and :: is not 0.0.0.0, too. */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ||
	    (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes))) ||
	    bind(fd, (const struct sockaddr *)&address->storage, address->size) ||
	    listen(fd, BACKLOG))
		return -errno;
	return take_fd(fd);
}

const char *http_address_problem(int error)
{
	switch (-error) {
	case EADDRINUSE:
		return "another program listens there: stop it, or name another port";
	case EADDRNOTAVAIL:
		return "no interface has this address; `ip address` lists those that there are";
	case EACCES:
		return "not permitted: ports below 1024 need CAP_NET_BIND_SERVICE";
	case EAFNOSUPPORT:
		return "this kind of address is not to be had; in a service, "
		       "RestrictAddressFamilies= has to name AF_INET and AF_INET6";
	default:
		return strerror(-error);
	}
}
