// SPDX-License-Identifier: GPL-2.0-or-later
#include "cri_server.h"

#include "proto_message.h"

#include <nghttp2/nghttp2.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD_SIZE 5

static void put_pair(struct message *message, unsigned int number, const char *key,
		     const char *value)
{
	struct message pair = {};

	put_field(&pair, 1, TEXT(key));
	put_field(&pair, 2, TEXT(value));
	put_message(message, number, &pair);
}

struct peer {
	enum cri_manner manner;
	int fd;
	nghttp2_session *session;
	char method[128];
	struct message answer; /* with its head */
	size_t padding;        /* NULs after it */
	size_t sent;
};

static void put_container(struct message *list, const char *id)
{
	struct message container = {}, metadata = {}, image = {};

	put_field(&metadata, 1, TEXT("driver"));
	put_number(&metadata, 2, 3); /* attempt */
	put_field(&image, 1, TEXT("sha256:abc"));
	put_field(&container, 1, TEXT(id));
	put_field(&container, 2, TEXT(CRI_POD));
	put_message(&container, 3, &metadata);
	put_message(&container, 4, &image);
	put_field(&container, 5, TEXT("sha256:abc"));
	put_number(&container, 6, 2); /* exited */
	put_number(&container, 7, 1700000000000000000);
	put_pair(&container, 8, "io.kubernetes.pod.name", "not-from-here");
	put_message(list, 1, &container);
}

static void put_status(struct message *answer, const struct peer *peer)
{
	struct message status = {}, image = {};

	put_field(&image, 1, TEXT("registry.example/driver:1.2"));
	if (peer->manner == CRI_USER_IMAGE)
		put_field(&image, 18, TEXT("driver:newest"));
	put_field(&status, 1, TEXT(CRI_ID));
	put_message(&status, 8, &image);
	put_field(&status, 9, TEXT("registry.example/driver@sha256:" CRI_OTHER));
	put_message(answer, 1, &status);
}

static void put_pod(struct message *answer, const struct peer *peer)
{
	static const char letters[301] = { [0 ... 299] = 'x' };
	struct message pod = {}, metadata = {};

	if (peer->manner == CRI_NO_POD)
		return;
	put_field(&metadata, 1, TEXT(peer->manner == CRI_LONG_NAMES ? letters : "driver-x7k2p"));
	put_field(&metadata, 2, TEXT("0b2f4c1e-7d3a-4e59-9c66-2f1e8d7c6b5a"));
	put_field(&metadata, 3, TEXT("gpu"));
	put_field(&pod, 1, TEXT(CRI_POD));
	put_message(&pod, 2, &metadata);
	put_pair(&pod, 5, "app", "driver");
	put_message(answer, 1, &pod);
}

static bool is_method(const struct peer *peer, const char *name)
{
	return !strcmp(peer->method, name);
}

static void make_body(struct message *body, const struct peer *peer)
{
	if (peer->manner == CRI_MALFORMED)
		put(body, "\x0a\x7f\xff", 3);
	else if (is_method(peer, "/runtime.v1.RuntimeService/ListContainers") &&
		 peer->manner != CRI_EMPTY)
		put_container(body, peer->manner == CRI_ANOTHER ? CRI_OTHER : CRI_ID);
	else if (is_method(peer, "/runtime.v1.RuntimeService/ContainerStatus"))
		put_status(body, peer);
	else if (is_method(peer, "/runtime.v1.RuntimeService/ListPodSandbox"))
		put_pod(body, peer);
}

/* Of a field that nobody knows. */
static size_t put_padding(struct message *body, const struct peer *peer)
{
	size_t size = peer->manner == CRI_LARGE_POD ? 1 << 20 : 5 << 20;

	if ((peer->manner != CRI_LARGE_POD && peer->manner != CRI_HUGE_POD) ||
	    !is_method(peer, "/runtime.v1.RuntimeService/ListPodSandbox"))
		return 0;
	put_varint(body, 100 << 3 | 2);
	put_varint(body, size);
	return size;
}

static void make_answer(struct peer *peer)
{
	struct message body = {};
	uint8_t head[HEAD_SIZE] = { peer->manner == CRI_COMPRESSED };
	size_t size;

	make_body(&body, peer);
	peer->padding = put_padding(&body, peer);
	size = body.size + peer->padding;
	head[2] = (uint8_t)(size >> 16);
	head[3] = (uint8_t)(size >> 8);
	head[4] = (uint8_t)(size + (peer->manner == CRI_LIES));
	peer->answer.size = peer->sent = 0;
	put(&peer->answer, head, sizeof(head));
	put(&peer->answer, body.bytes, body.size);
}

static size_t take_bytes(struct peer *peer, uint8_t *buffer, size_t size)
{
	size_t left = peer->sent < peer->answer.size ? peer->answer.size - peer->sent : 0;

	if (left && size > left)
		size = left;
	if (left)
		memcpy(buffer, peer->answer.bytes + peer->sent, size);
	else
		memset(buffer, 0, size);
	peer->sent += size;
	return size;
}

static const char *grpc_status(const struct peer *peer)
{
	if (peer->manner == CRI_UNIMPLEMENTED)
		return "12";
	if (peer->manner == CRI_FAILS)
		return "13";
	if (peer->manner == CRI_GONE_MEANWHILE &&
	    is_method(peer, "/runtime.v1.RuntimeService/ContainerStatus"))
		return "5";
	return "0";
}

#define HEADER(name, value)                                                                        \
	{                                                                                          \
		(uint8_t *)(name), (uint8_t *)(value), strlen(name), strlen(value),                \
			NGHTTP2_NV_FLAG_NONE                                                       \
	}

static ssize_t write_answer(nghttp2_session *session, int32_t stream, uint8_t *buffer, size_t room,
			    uint32_t *flags, nghttp2_data_source *source, void *arg)
{
	struct peer *peer = arg;
	const nghttp2_nv trailer = HEADER("grpc-status", grpc_status(peer));
	size_t all = peer->answer.size + peer->padding, size = all - peer->sent;

	(void)source;
	if (peer->manner == CRI_ENDLESS) {
		memset(buffer, 0, room);
		return (ssize_t)room;
	}
	if (peer->manner == CRI_FALLS_SILENT || peer->manner == CRI_CUT) {
		size = peer->answer.size / 2 - peer->sent;
		if (!size && peer->manner == CRI_CUT)
			_exit(0);
		if (!size)
			return NGHTTP2_ERR_DEFERRED;
	}
	if (size > room)
		size = room;
	size = take_bytes(peer, buffer, size);
	if (peer->sent < all)
		return (ssize_t)size;
	*flags |= NGHTTP2_DATA_FLAG_EOF;
	if (peer->manner != CRI_NO_STATUS) {
		*flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
		nghttp2_submit_trailer(session, stream, &trailer, 1);
	}
	return (ssize_t)size;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
		     size_t name_size, const uint8_t *value, size_t value_size, uint8_t flags,
		     void *arg)
{
	struct peer *peer = arg;

	(void)session;
	(void)frame;
	(void)flags;
	if (name_size == strlen(":path") && !memcmp(name, ":path", name_size))
		snprintf(peer->method, sizeof(peer->method), "%.*s", (int)value_size, value);
	return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *arg)
{
	struct peer *peer = arg;
	const nghttp2_nv headers[] = { HEADER(":status", "200"),
				       HEADER("content-type", "application/grpc") };
	const nghttp2_data_provider body = { .read_callback = write_answer };

	if (peer->manner == CRI_PINGS && frame->hd.type == NGHTTP2_PING)
		nghttp2_submit_ping(session, NGHTTP2_FLAG_NONE, NULL);
	if (frame->hd.type != NGHTTP2_DATA || !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
		return 0;
	if (peer->manner == CRI_PINGS)
		nghttp2_submit_ping(session, NGHTTP2_FLAG_NONE, NULL);
	if (peer->manner == CRI_HANGS || peer->manner == CRI_PINGS)
		return 0;
	make_answer(peer);
	nghttp2_submit_response(session, frame->hd.stream_id, headers, 2, &body);
	return 0;
}

static ssize_t send_out(nghttp2_session *session, const uint8_t *bytes, size_t size, int flags,
			void *arg)
{
	const struct peer *peer = arg;
	ssize_t n = send(peer->fd, bytes, size, MSG_NOSIGNAL);

	(void)session;
	(void)flags;
	return n < 0 ? NGHTTP2_ERR_CALLBACK_FAILURE : n;
}

static void serve(struct peer *peer)
{
	nghttp2_session_callbacks *calls;
	uint8_t bytes[4096];
	ssize_t size;

	nghttp2_session_callbacks_new(&calls);
	nghttp2_session_callbacks_set_on_header_callback(calls, on_header);
	nghttp2_session_callbacks_set_on_frame_recv_callback(calls, on_frame);
	nghttp2_session_callbacks_set_send_callback(calls, send_out);
	nghttp2_session_server_new(&peer->session, calls, peer);
	nghttp2_session_callbacks_del(calls);
	nghttp2_submit_settings(peer->session, NGHTTP2_FLAG_NONE, NULL, 0);
	do {
		if (nghttp2_session_send(peer->session))
			break;
		size = recv(peer->fd, bytes, sizeof(bytes), 0);
	} while (size > 0 && nghttp2_session_mem_recv(peer->session, bytes, (size_t)size) >= 0);
	nghttp2_session_del(peer->session);
}

static pid_t parent_of(pid_t pid)
{
	char path[64];
	FILE *file;
	int parent;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%*d (%*[^)]) %*c %d", &parent) != 1 || parent <= 1)
		abort();
	fclose(file);
	return parent;
}

static void end_peer(int fd, bool parent)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) ||
	    kill(parent ? parent_of(peer.pid) : peer.pid, SIGKILL))
		abort();
}

static void meet(enum cri_manner manner, int fd)
{
	struct peer peer = { .manner = manner, .fd = fd };
	char byte;

	if (manner == CRI_GARBAGE)
		send(fd, TEXT("HTTP/1.1 400 Bad Request\r\n\r\n"), MSG_NOSIGNAL);
	if (manner == CRI_DEAF)
		pause();
	else if (manner != CRI_GARBAGE)
		serve(&peer);
	while (recv(fd, &byte, 1, 0) > 0)
		;
	close(fd);
}

void cri_server_begin(struct cri_server *server, enum cri_manner manner)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), peer;
	pid_t parent = getpid();

	snprintf(server->path, sizeof(server->path), "/tmp/cri-server.%d.%d", parent, manner);
	strcpy(address.sun_path, server->path);
	unlink(server->path);
	server->connections = mmap(NULL, sizeof(*server->connections), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 8))
		abort();
	server->pid = fork();
	if (!server->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while ((peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
			++*server->connections;
			if (manner >= CRI_KILLS && *server->connections == 1)
				end_peer(peer, manner == CRI_KILLS_PARENT);
			meet(manner, peer);
		}
		_exit(0);
	}
	close(fd);
}

void cri_server_end(struct cri_server *server)
{
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
	munmap(server->connections, sizeof(*server->connections));
	unlink(server->path);
}
