// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a container runtime answers: bytes that may be no HTTP/2, and messages that may be none.
 * There is an answer or one of the errors; and names only where the very id that was asked for was
 * told.
 */
#include "fuzz.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static int play_connect(int fd);

/* A socket whose other end is here; what is not there at once does not come. */
#define connect(fd, address, size) play_connect(fd)
#define poll(fds, count, timeout)  poll(fds, count, 0)
#include "../../src/grpc_call.c"
#undef connect
#undef poll

#define ID "f00dcafe0123456789abcdef0123456789abcdef0123456789abcdef01234567"

static struct input_bytes input;
static bool are_messages;       /* and not what comes through the socket */
static struct grpc *connection; /* of those */
static int runtime = -1;        /* the other end */
static char *told;
static bool was_id_told;

static void end_runtime(void)
{
	cleanup_close(&runtime);
	runtime = -1;
}

static int play_connect(int fd)
{
	int ends[2];

	end_runtime();
	require(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends));
	require(dup2(ends[0], fd) == fd);
	close(ends[0]);
	runtime = ends[1];
	return 0;
}

/* The next part of the input, which the one before does not outlive. */
static size_t take_part(void)
{
	size_t size = (size_t)(take_byte(&input) << 8 | take_byte(&input));

	if (size > input.size)
		size = input.size;
	free(told);
	told = copy_of(input.data, size, false);
	take_bytes(&input, told, size);
	was_id_told |= memmem(told, size, ID, strlen(ID)) != NULL;
	return size;
}

static int play_open(struct grpc **ret, const char *path, uint64_t until)
{
	if (!are_messages)
		return grpc_open(ret, path, until);
	*ret = connection = calloc(1, sizeof(*connection));
	require(connection);
	return 0;
}

static void play_close(struct grpc *grpc)
{
	if (are_messages)
		free(grpc);
	else
		grpc_close(grpc);
}

static int play_call(struct grpc *grpc, const char *method, const uint8_t *question, size_t size,
		     const uint8_t **answer, size_t *answer_size, uint64_t until)
{
	static const int errors[] = { -ENOENT, -EOPNOTSUPP, -EREMOTEIO, -EMSGSIZE, -EPROTO };
	uint8_t shape = are_messages ? take_byte(&input) : 0;

	if (shape && shape <= sizeof(errors) / sizeof(*errors))
		return errors[shape - 1];
	*answer_size = take_part();
	*answer = (const uint8_t *)told;
	if (are_messages) {
		require(grpc == connection);
		return 0;
	}
	require(!*answer_size || write(runtime, told, *answer_size) == (ssize_t)*answer_size);
	if (!input.size)
		shutdown(runtime, SHUT_WR);
	return grpc_call(grpc, method, question, size, answer, answer_size, until);
}

#define grpc_open  play_open
#define grpc_close play_close
#define grpc_call  play_call
#include "../../src/cri.c"

#define require_text(text) require(memchr(text, '\0', sizeof(text)))

static void require_names(const struct pod_names *names, int error)
{
	static const struct pod_names none;

	require_text(names->pod);
	require_text(names->pod_namespace);
	require_text(names->pod_uid);
	require_text(names->container);
	require_text(names->image);
	require_text(names->image_digest);
	if (error == -ENOENT || (are_messages && !was_id_told))
		require(!memcmp(names, &none, sizeof(none)));
}

static bool is_expected(int error)
{
	static const int expected[] = { 0,      -ENOENT,     -ETIMEDOUT, -EMSGSIZE, -EPROTO,
					-EPIPE, -EOPNOTSUPP, -EREMOTEIO, -ENOMEM };

	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		if (error == expected[i])
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pod_names names;
	int error;

	input = (struct input_bytes){ data, size };
	are_messages = take_byte(&input) & 1;
	was_id_told = false;
	error = cri_find("/nowhere", ID, UINT64_MAX, &names);
	require(is_expected(error));
	require(!are_messages || error || was_id_told);
	require_names(&names, error);
	end_runtime();
	free(told);
	told = NULL;
	return 0;
}
