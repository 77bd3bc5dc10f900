/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where to listen for HTTP: a numeric address, so that no name server has a say in it. */
#ifndef MODWARDEN_HTTP_ADDRESS_H
#define MODWARDEN_HTTP_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#define HTTP_PORT      19777
#define HTTP_PORT_TEXT "19777"

struct http_address {
	struct sockaddr_storage storage;
	socklen_t size; /* 0: none */
};

/* ADDR[:PORT], as 127.0.0.1, 0.0.0.0:80, [::1]:80 or ::1. 0 or -EINVAL. */
int http_address_parse(const char *text, struct http_address *ret);

bool http_address_is_loopback(const struct http_address *address);

/* As in a URL: 127.0.0.1:19777, [::1]:19777. */
#define HTTP_ADDRESS_SIZE 64
void http_address_format(const struct http_address *address, char text[HTTP_ADDRESS_SIZE]);

/* A socket that listens and does not block, or a negative errno. */
int http_address_listen(const struct http_address *address);

/* What keeps http_address_listen() from it, and what helps. Static. */
const char *http_address_problem(int error);

#endif
