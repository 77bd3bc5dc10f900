// SPDX-License-Identifier: GPL-2.0-or-later
#include "grpc_call.h"

#include "boottime.h"
#include "cleanup.h"
#include "version.h"

#include <endian.h>
#include <errno.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define NS_PER_MS   1000000ULL
#define HEAD_SIZE   5 /* of a message: 1 where it is compressed, and its size */
#define MESSAGE_MAX 4096

enum grpc_status { /* https://grpc.io/docs/guides/status-codes */
		   STATUS_OK = 0,
		   STATUS_NOT_FOUND = 5,
		   STATUS_UNIMPLEMENTED = 12,
		   STATUS_NONE = -1,
};

struct grpc {
	int fd;
	nghttp2_session *session;
	size_t read; /* bytes that are not of an answer, of all calls */
	/* The call. */
	int32_t stream;
	uint8_t message[HEAD_SIZE + MESSAGE_MAX];
	size_t message_size, sent;
	uint8_t *answer;
	size_t answer_size;
	long http, status;
	bool is_over;
	int error;
};

/* The peer has gone, one way or the other. */
static int socket_error(void)
{
	return errno == ECONNRESET ? -EPIPE : -errno;
}

/* Waits for the socket; 0, or -ETIMEDOUT. */
static int wait_for(const struct grpc *grpc, short what, uint64_t until)
{
	struct pollfd ready = { .fd = grpc->fd, .events = what };
	uint64_t now = boottime_now();
	int n;

	if (now >= until)
		return -ETIMEDOUT;
	n = poll(&ready, 1, (int)((until - now) / NS_PER_MS) + 1);
	if (n < 0 && errno != EINTR)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

static ssize_t read_message(nghttp2_session *session, int32_t stream, uint8_t *buffer, size_t room,
			    uint32_t *flags, nghttp2_data_source *source, void *arg)
{
	struct grpc *grpc = arg;
	size_t size = grpc->message_size - grpc->sent;

	(void)session;
	(void)stream;
	(void)source;
	if (size > room)
		size = room;
	memcpy(buffer, grpc->message + grpc->sent, size);
	grpc->sent += size;
	if (grpc->sent == grpc->message_size)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)size;
}

static bool is_header(const uint8_t *name, size_t size, const char *wanted)
{
	return size == strlen(wanted) && !memcmp(name, wanted, size);
}

/* A number of up to three digits, or -1. */
static long number_of(const uint8_t *text, size_t size)
{
	long number = 0;

	if (!size || size > 3)
		return -1;
	for (size_t i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
		     size_t name_size, const uint8_t *value, size_t value_size, uint8_t flags,
		     void *arg)
{
	struct grpc *grpc = arg;

	(void)session;
	(void)flags;
	if (frame->hd.stream_id != grpc->stream)
		return 0;
	if (is_header(name, name_size, ":status"))
		grpc->http = number_of(value, value_size);
	else if (is_header(name, name_size, "grpc-status"))
		grpc->status = number_of(value, value_size);
	return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *data,
		   size_t size, void *arg)
{
	struct grpc *grpc = arg;
	uint8_t *grown;

	(void)session;
	(void)flags;
	if (stream != grpc->stream || grpc->error)
		return 0;
	if (size > GRPC_ANSWER_MAX + HEAD_SIZE - grpc->answer_size) {
		grpc->error = -EMSGSIZE;
		return 0;
	}
	grown = realloc(grpc->answer, grpc->answer_size + size + 1);
	if (!grown) {
		grpc->error = -ENOMEM;
		return 0;
	}
	memcpy(grown + grpc->answer_size, data, size);
	grpc->answer = grown;
	grpc->answer_size += size;
	grpc->read -= size;
	return 0;
}

static int on_close(nghttp2_session *session, int32_t stream, uint32_t code, void *arg)
{
	struct grpc *grpc = arg;

	(void)session;
	if (stream != grpc->stream)
		return 0;
	grpc->is_over = true;
	if (code != NGHTTP2_NO_ERROR && !grpc->error)
		grpc->error = -EPROTO;
	return 0;
}

static int begin_session(struct grpc *grpc)
{
	const nghttp2_settings_entry settings[] = { { NGHTTP2_SETTINGS_ENABLE_PUSH, 0 } };
	nghttp2_session_callbacks *calls;

	if (nghttp2_session_callbacks_new(&calls))
		return -ENOMEM;
	nghttp2_session_callbacks_set_on_header_callback(calls, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls, on_data);
	nghttp2_session_callbacks_set_on_stream_close_callback(calls, on_close);
	if (nghttp2_session_client_new(&grpc->session, calls, grpc))
		grpc->session = NULL;
	nghttp2_session_callbacks_del(calls);
	if (!grpc->session ||
	    nghttp2_submit_settings(grpc->session, NGHTTP2_FLAG_NONE, settings, 1))
		return -ENOMEM;
	return 0;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_close int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* A local socket is connected at once, or not at all. */
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)))
		return errno == ENOENT ? -ECONNREFUSED : -errno;
	return take_fd(fd);
}

int grpc_open(struct grpc **ret, const char *path, uint64_t until)
{
	struct grpc *grpc = calloc(1, sizeof(*grpc));
	int error;

	if (!grpc)
		return -ENOMEM;
	grpc->fd = connect_to(path);
	error = grpc->fd < 0 ? grpc->fd : begin_session(grpc);
	if (!error && boottime_now() >= until)
		error = -ETIMEDOUT;
	if (error)
		grpc_close(grpc);
	else
		*ret = grpc;
	return error;
}

void grpc_close(struct grpc *grpc)
{
	if (!grpc)
		return;
	nghttp2_session_del(grpc->session);
	cleanup_close(&grpc->fd);
	free(grpc->answer);
	free(grpc);
}

static int send_bytes(struct grpc *grpc, const uint8_t *bytes, size_t size, uint64_t until)
{
	while (size) {
		ssize_t n = send(grpc->fd, bytes, size, MSG_NOSIGNAL);
		int error = n < 0 ? socket_error() : 0;

		if (error == -EAGAIN)
			error = wait_for(grpc, POLLOUT, until);
		if (error)
			return error;
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

static int send_all(struct grpc *grpc, uint64_t until)
{
	const uint8_t *bytes;
	ssize_t size;

	while ((size = nghttp2_session_mem_send(grpc->session, &bytes)) > 0) {
		int error = send_bytes(grpc, bytes, (size_t)size, until);

		if (error)
			return error;
	}
	if (size < 0)
		return -EPROTO;
	/* It has given the peer up. */
	return grpc->is_over || nghttp2_session_want_read(grpc->session) ? 0 : -EPROTO;
}

static int receive_some(struct grpc *grpc, uint64_t until)
{
	uint8_t bytes[16384];
	int error = wait_for(grpc, POLLIN, until);
	ssize_t size;

	if (error)
		return error;
	size = recv(grpc->fd, bytes, sizeof(bytes), 0);
	if (size <= 0)
		return !size ? -EPIPE : errno == EAGAIN ? 0 : socket_error();
	grpc->read += (size_t)size;
	if (grpc->read > GRPC_READ_MAX)
		return -EMSGSIZE;
	return nghttp2_session_mem_recv(grpc->session, bytes, (size_t)size) < 0 ? -EPROTO
										: grpc->error;
}

#define HEADER(name, value)                                                                        \
	{                                                                                          \
		(uint8_t *)(name), (uint8_t *)(value), strlen(name), strlen(value),                \
			NGHTTP2_NV_FLAG_NONE                                                       \
	}

static int submit(struct grpc *grpc, const char *method)
{
	const nghttp2_nv headers[] = {
		HEADER(":method", "POST"),
		HEADER(":scheme", "http"),
		HEADER(":path", method),
		HEADER(":authority", "localhost"),
		HEADER("content-type", "application/grpc"),
		HEADER("te", "trailers"),
		HEADER("user-agent", "modwarden/" MODWARDEN_VERSION),
	};
	const nghttp2_data_provider body = { .read_callback = read_message };

	grpc->stream = nghttp2_submit_request(grpc->session, NULL, headers,
					      sizeof(headers) / sizeof(*headers), &body, NULL);
	return grpc->stream < 0 ? -EPROTO : 0;
}

static int begin_call(struct grpc *grpc, const uint8_t *message, size_t size)
{
	uint32_t big = htobe32((uint32_t)size);

	if (size > MESSAGE_MAX)
		return -EMSGSIZE;
	grpc->message[0] = 0;
	memcpy(grpc->message + 1, &big, sizeof(big));
	memcpy(grpc->message + HEAD_SIZE, message, size);
	grpc->message_size = HEAD_SIZE + size;
	grpc->sent = grpc->answer_size = 0;
	grpc->http = grpc->status = STATUS_NONE;
	grpc->is_over = false;
	grpc->error = 0;
	return 0;
}

static int take_answer(const struct grpc *grpc, const uint8_t **answer, size_t *size)
{
	uint32_t big;

	if (grpc->http != 200)
		return -EPROTO;
	switch (grpc->status) {
	case STATUS_OK:
		break;
	case STATUS_NONE:
		return -EPROTO;
	case STATUS_NOT_FOUND:
		return -ENOENT;
	case STATUS_UNIMPLEMENTED:
		return -EOPNOTSUPP;
	default:
		return -EREMOTEIO;
	}
	if (grpc->answer_size < HEAD_SIZE || grpc->answer[0])
		return -EPROTO;
	memcpy(&big, grpc->answer + 1, sizeof(big));
	*size = grpc->answer_size - HEAD_SIZE;
	*answer = grpc->answer + HEAD_SIZE;
	return be32toh(big) == *size ? 0 : -EPROTO;
}

int grpc_call(struct grpc *grpc, const char *method, const uint8_t *message, size_t size,
	      const uint8_t **answer, size_t *answer_size, uint64_t until)
{
	int error = begin_call(grpc, message, size);

	if (!error)
		error = submit(grpc, method);
	while (!error && !grpc->is_over) {
		error = send_all(grpc, until);
		if (!error && !grpc->is_over)
			error = receive_some(grpc, until);
	}
	if (!error)
		error = grpc->error;
	return error ? error : take_answer(grpc, answer, answer_size);
}
