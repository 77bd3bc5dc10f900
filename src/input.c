// SPDX-License-Identifier: GPL-2.0-or-later
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "cleanup.h"
#include "compressed.h"

#define MEMORY_MAX     (256U << 20)
#define WINDOW_LOG_MAX 27
#define GZIP_WINDOW    (15 + 16) /* zlib: the largest window, gzip's header and nothing else */
#define MAGIC_SIZE     6
#define FIRST_READ     4096 /* of many logs no more may be needed for now */
#define ROOM           (16U << 10)

struct input {
	int fd;
	struct stat st;
	bool is_begun; /* kind is known */
	bool is_read;  /* the file, to its end */
	bool is_over;  /* a stream of the compressed bytes; another one may follow */
	enum compression kind;
	z_stream gzip;
	lzma_stream xz;
	ZSTD_DCtx *zstd;
	size_t at, size; /* of what was read from the file and not used yet */
	unsigned char bytes[ROOM];
};

static ssize_t read_some(int fd, void *bytes, size_t size)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	ssize_t n;

	while ((n = read(fd, bytes, size)) < 0 && (errno == EINTR || errno == EAGAIN))
		if (errno == EAGAIN)
			poll(&readable, 1, -1);
	return n < 0 ? -errno : n;
}

/* Reads on where nothing is left. 0 or a negative errno; is_read tells of the end. */
static int refill(struct input *input)
{
	ssize_t n;

	if (input->at < input->size || input->is_read)
		return 0;
	n = read_some(input->fd, input->bytes, sizeof(input->bytes));
	if (n < 0)
		return (int)n;
	input->at = 0;
	input->size = (size_t)n;
	input->is_read = !n;
	return 0;
}

static ssize_t plain_read(struct input *input, void *bytes, size_t size)
{
	size_t left = input->size - input->at;

	if (!left)
		return read_some(input->fd, bytes, size);
	if (size > left)
		size = left;
	memcpy(bytes, input->bytes + input->at, size);
	input->at += size;
	return (ssize_t)size;
}

static int gzip_step(struct input *input, unsigned char *bytes, size_t size)
{
	z_stream *stream = &input->gzip;
	int r;

	stream->next_in = input->bytes + input->at;
	stream->avail_in = (uInt)(input->size - input->at);
	stream->next_out = bytes;
	stream->avail_out = (uInt)size;
	r = inflate(stream, Z_NO_FLUSH);
	input->at = input->size - stream->avail_in;
	if (r == Z_MEM_ERROR)
		return -ENOMEM;
	if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
		return -EBADMSG;
	input->is_over = r == Z_STREAM_END;
	if (input->is_over)
		inflateReset(stream);
	return (int)(size - stream->avail_out);
}

static int xz_step(struct input *input, unsigned char *bytes, size_t size)
{
	lzma_stream *stream = &input->xz;
	lzma_ret r;

	stream->next_in = input->bytes + input->at;
	stream->avail_in = input->size - input->at;
	stream->next_out = bytes;
	stream->avail_out = size;
	r = lzma_code(stream, input->is_read ? LZMA_FINISH : LZMA_RUN);
	input->at = input->size - stream->avail_in;
	if (r == LZMA_MEM_ERROR)
		return -ENOMEM;
	if (r == LZMA_MEMLIMIT_ERROR)
		return -EFBIG;
	if (r != LZMA_OK && r != LZMA_STREAM_END && r != LZMA_BUF_ERROR)
		return -EBADMSG;
	input->is_over = r == LZMA_STREAM_END;
	return (int)(size - stream->avail_out);
}

static int zstd_step(struct input *input, unsigned char *bytes, size_t size)
{
	ZSTD_inBuffer in = { input->bytes + input->at, input->size - input->at, 0 };
	ZSTD_outBuffer out = { bytes, size, 0 };
	size_t left = ZSTD_decompressStream(input->zstd, &out, &in);

	input->at += in.pos;
	if (!ZSTD_isError(left)) {
		input->is_over = !left;
		return (int)out.pos;
	}
	switch (ZSTD_getErrorCode(left)) {
	case ZSTD_error_memory_allocation:
		return -ENOMEM;
	case ZSTD_error_frameParameter_windowTooLarge:
		return -EFBIG;
	default:
		return -EBADMSG;
	}
}

static int step(struct input *input, unsigned char *bytes, size_t size)
{
	switch (input->kind) {
	case COMPRESSION_GZIP:
		return gzip_step(input, bytes, size);
	case COMPRESSION_XZ:
		return xz_step(input, bytes, size);
	default:
		return zstd_step(input, bytes, size);
	}
}

static int decoder_new(struct input *input)
{
	switch (input->kind) {
	case COMPRESSION_GZIP:
		return inflateInit2(&input->gzip, GZIP_WINDOW) == Z_OK ? 0 : -ENOMEM;
	case COMPRESSION_XZ:
		input->xz = (lzma_stream)LZMA_STREAM_INIT;
		return lzma_stream_decoder(&input->xz, MEMORY_MAX, LZMA_CONCATENATED) == LZMA_OK
			       ? 0
			       : -ENOMEM;
	case COMPRESSION_ZSTD:
		input->zstd = ZSTD_createDCtx();
		if (!input->zstd)
			return -ENOMEM;
		ZSTD_DCtx_setParameter(input->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
		return 0;
	default:
		return 0;
	}
}

static void decoder_free(struct input *input)
{
	inflateEnd(&input->gzip);
	input->gzip = (z_stream){};
	lzma_end(&input->xz);
	input->xz = (lzma_stream)LZMA_STREAM_INIT;
	ZSTD_freeDCtx(input->zstd);
	input->zstd = NULL;
}

/* Reads enough to tell what it is. */
static int begin(struct input *input)
{
	while (input->size < MAGIC_SIZE && !input->is_read) {
		ssize_t n =
			read_some(input->fd, input->bytes + input->size, FIRST_READ - input->size);

		if (n < 0)
			return (int)n;
		input->size += (size_t)n;
		input->is_read = !n;
	}
	input->kind = compression_of(input->bytes, input->size);
	input->is_begun = true;
	return decoder_new(input);
}

ssize_t input_read(struct input *input, void *bytes, size_t size)
{
	int error = input->is_begun ? 0 : begin(input);

	if (error)
		return error;
	if (input->kind == COMPRESSION_NONE)
		return plain_read(input, bytes, size);
	if (size > ROOM)
		size = ROOM;
	for (;;) {
		int r = refill(input);

		/* xz has its own notion of what may follow a stream. */
		if (!r && input->is_over && input->is_read && input->at == input->size)
			return 0;
		r = r ?: step(input, bytes, size);
		if (r)
			return r;
		if (input->is_read && input->at == input->size)
			return input->is_over ? 0 : -EBADMSG;
	}
}

/* What is neither a file nor a stream of bytes that ends. */
static int check_kind(struct input *input)
{
	if (fstat(input->fd, &input->st))
		return -errno;
	if (S_ISDIR(input->st.st_mode))
		return -EISDIR;
	if (S_ISBLK(input->st.st_mode) || (S_ISCHR(input->st.st_mode) && input->fd != STDIN_FILENO))
		return -ENODEV;
	return 0;
}

/* Without waiting for a named pipe's writer. */
static int open_path(const char *path)
{
	int fd;

	if (!strcmp(path, "-"))
		return STDIN_FILENO;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

int input_open(struct input **ret, const char *path)
{
	struct input *input = calloc(1, sizeof(*input));
	int error;

	if (!input)
		return -ENOMEM;
	input->fd = open_path(path);
	error = input->fd < 0 ? input->fd : check_kind(input);
	if (error) {
		input_close(input);
		return error;
	}
	*ret = input;
	return 0;
}

void input_close(struct input *input)
{
	if (!input)
		return;
	decoder_free(input);
	if (input->fd > STDIN_FILENO)
		close(input->fd);
	free(input);
}

int input_plain_fd(const struct input *input)
{
	return S_ISREG(input->st.st_mode) && input->kind == COMPRESSION_NONE ? input->fd : -1;
}

const struct stat *input_stat(const struct input *input)
{
	return &input->st;
}

int input_seek(struct input *input, off_t offset)
{
	if (offset && input_plain_fd(input) < 0)
		return -EINVAL;
	if (lseek(input->fd, offset, SEEK_SET) < 0)
		return -errno;
	decoder_free(input);
	input->at = input->size = 0;
	input->is_read = input->is_over = false;
	input->is_begun = offset > 0;
	return 0;
}
