// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_writer.h"

#include "cleanup.h"
#include "helper_process.h"

#include <errno.h>
#include <libaudit.h>
#include <linux/capability.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* What the process says of itself each time: all in all. The newest one counts. */
struct answer {
	uint64_t failed;
	int error; /* of the last one that failed, or of the start */
	enum audit_writer_start start;
};

struct audit_writer {
	struct helper_process process;
	uint64_t dropped;
	struct answer answer; /* the last one */
};

/* The process. */

static int kernel_fd = -1;

static int kernel_open(void *arg)
{
	(void)arg;
	kernel_fd = audit_open();
	if (kernel_fd < 0)
		return -errno;
	/* Without CAP_AUDIT_CONTROL nobody says. */
	return audit_is_enabled(kernel_fd) == 0 ? AUDIT_WRITER_OFF : AUDIT_WRITER_WRITES;
}

static int kernel_send(const struct audit_note *note, void *arg)
{
	(void)arg;
	errno = 0;
	if (audit_log_user_message(kernel_fd, AUDIT_TRUSTED_APP, note->text, NULL, NULL, NULL,
				   note->success) > 0)
		return 0;
	return errno ? -errno : -EIO;
}

const struct audit_writer_calls audit_writer_kernel = { kernel_open, kernel_send, NULL };

static void tell(const struct answer *answer)
{
	send(HELPER_FD, answer, sizeof(*answer), MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void send_one(const struct audit_writer_calls *calls, const struct audit_note *note,
		     struct answer *answer)
{
	int error = calls->send(note, calls->arg);

	if (!error)
		return;
	answer->failed++;
	answer->error = -error;
	tell(answer);
}

struct beginning {
	const struct audit_writer_calls *calls;
	const struct audit_note *first;
};

static int run_process(void *arg)
{
	const struct beginning *beginning = arg;
	const struct audit_writer_calls *calls = beginning->calls;
	struct answer answer = {};
	struct audit_note note;
	int opened = calls->open(calls->arg);
	ssize_t size;

	helper_process_keep(1ULL << CAP_AUDIT_WRITE);
	answer.error = opened < 0 ? -opened : -calls->send(beginning->first, calls->arg);
	answer.start = opened > 0 ? opened : AUDIT_WRITER_WRITES;
	tell(&answer);
	if (answer.error)
		return 1;
	while ((size = recv(HELPER_FD, &note, sizeof(note), 0)) > 0) {
		note.text[sizeof(note.text) - 1] = '\0';
		send_one(calls, &note, &answer);
	}
	return 0;
}

/* The daemon. */

static void take_answers(struct audit_writer *writer)
{
	struct answer answer;

	while (helper_process_read(&writer->process, &answer, sizeof(answer)))
		writer->answer = answer;
}

static int wait_for_start(struct audit_writer *writer, enum audit_writer_start *start)
{
	struct pollfd poll_fd = { .fd = writer->process.fd, .events = POLLIN };
	int ready;

	do
		ready = poll(&poll_fd, 1, AUDIT_WRITER_START_MS);
	while (ready < 0 && errno == EINTR);
	*start = AUDIT_WRITER_WAITS;
	if (!ready)
		return 0;
	take_answers(writer);
	*start = writer->answer.start;
	if (writer->answer.error)
		return -writer->answer.error;
	return writer->process.fd < 0 ? -ESRCH : 0;
}

int audit_writer_new(struct audit_writer **ret, const struct audit_writer_calls *calls,
		     const struct audit_note *first, enum audit_writer_start *start)
{
	struct audit_writer *writer = calloc(1, sizeof(*writer));
	struct beginning beginning = { calls, first };
	int error;

	if (!writer)
		return -ENOMEM;
	error = helper_process_begin(&writer->process, run_process, &beginning);
	if (error) {
		free(writer);
		return error;
	}
	error = wait_for_start(writer, start);
	if (error)
		audit_writer_free(writer);
	else
		*ret = writer;
	return error;
}

void audit_writer_free(struct audit_writer *writer)
{
	if (!writer)
		return;
	helper_process_end(&writer->process);
	free(writer);
}

void audit_writer_take(struct audit_writer *writer, const struct audit_note *note)
{
	size_t size = offsetof(struct audit_note, text) + strlen(note->text) + 1;

	if (writer->process.fd < 0 ||
	    send(writer->process.fd, note, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		writer->dropped++;
}

void audit_writer_drop(struct audit_writer *writer)
{
	writer->dropped++;
}

uint64_t audit_writer_lost(struct audit_writer *writer, int *why)
{
	take_answers(writer);
	*why = writer->process.fd < 0 ? ESRCH : writer->answer.error;
	return writer->dropped + writer->answer.failed;
}
