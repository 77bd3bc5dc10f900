// SPDX-License-Identifier: GPL-2.0-or-later
#include "cri_process.h"

#include "boottime.h"
#include "cri.h"
#include "helper_process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define NS_PER_MS   1000000ULL
#define SOCKETS_MAX 8

struct cri_process {
	struct helper_process process;
};

struct question {
	char id[MW_CONTAINER_ID_DIGITS + 1];
};

/* The process. */

struct asking {
	const char *socket;
	uint64_t rests_until[SOCKETS_MAX];
	int failed[SOCKETS_MAX]; /* why it rests */
};

static int ask_one(struct asking *asking, unsigned int number, const char *path, const char *id,
		   struct pod_names *names)
{
	uint64_t now = boottime_now();
	int error;

	if (now < asking->rests_until[number])
		return asking->failed[number];
	error = cri_find(path, id, now + CRI_TIME_MS * NS_PER_MS, names);
	if (error && error != -ENOENT && error != -EMSGSIZE) {
		asking->rests_until[number] = boottime_now() + CRI_REST_MS * NS_PER_MS;
		asking->failed[number] = error;
	}
	return error;
}

/* Of several sockets, each is asked until one knows it; one that is not there is none. */
static int ask_all(struct asking *asking, const char *id, struct pod_names *names)
{
	bool is_auto = !strcmp(asking->socket, CRI_SOCKET_AUTO);
	int result = -ENOENT;
	const char *path;

	for (unsigned int i = 0; i < SOCKETS_MAX && (path = cri_socket(asking->socket, i)); i++) {
		int error;

		if (is_auto && access(path, F_OK))
			continue;
		error = ask_one(asking, i, path, id, names);
		if (!error)
			return 0;
		if (error != -ENOENT)
			result = error;
	}
	*names = (struct pod_names){};
	return result;
}

/* It begins nothing, and leaves nothing of what it read. */
static void set_limits(void)
{
	const struct rlimit processes = { 0, 0 };
	const struct rlimit core = { 0, 0 };

	setrlimit(RLIMIT_NPROC, &processes);
	setrlimit(RLIMIT_CORE, &core);
}

static int answer_all(const char *socket)
{
	struct asking asking = { .socket = socket };
	struct question question;

	set_limits();
	while (recv(HELPER_FD, &question, sizeof(question), 0) == sizeof(question)) {
		struct cri_answer answer = {};

		question.id[sizeof(question.id) - 1] = '\0';
		memcpy(answer.id, question.id, sizeof(answer.id));
		answer.error = -ask_all(&asking, question.id, &answer.names);
		if (send(HELPER_FD, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
			break;
	}
	return 0;
}

/* Returns whether there is nothing more to ask: it ended by itself. */
static bool answer_in_child(const char *socket)
{
	pid_t parent = getpid(), pid = fork();
	int status = -1;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(getppid() == parent ? answer_all(socket) : 0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) && !WEXITSTATUS(status);
}

/*
 * What reads the answers is a child of this process and is begun again where it came to grief: the
 * daemon itself could not, for by then it has more in its memory than such a child should.
 */
static int run(void *arg)
{
	const struct cri_answer ended = { .error = ESRCH };
	struct pollfd daemon = { .fd = HELPER_FD };

	helper_process_keep(0);
	while (!answer_in_child(arg)) {
		if (send(HELPER_FD, &ended, sizeof(ended), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
		    errno != EAGAIN)
			break;
		if (poll(&daemon, 1, CRI_AGAIN_MS) > 0) /* it has gone */
			break;
	}
	return 0;
}

/* The daemon. */

int cri_process_new(struct cri_process **ret, const char *socket)
{
	struct cri_process *process = calloc(1, sizeof(*process));
	int error =
		process ? helper_process_begin(&process->process, run, (void *)socket) : -ENOMEM;

	if (error)
		free(process);
	else
		*ret = process;
	return error;
}

void cri_process_free(struct cri_process *process)
{
	if (!process)
		return;
	helper_process_end(&process->process);
	free(process);
}

int cri_process_fd(const struct cri_process *process)
{
	return process->process.fd;
}

bool cri_process_ask(struct cri_process *process, const char *id)
{
	struct question question = {};

	if (process->process.fd < 0 || strlen(id) != MW_CONTAINER_ID_DIGITS)
		return false;
	memcpy(question.id, id, MW_CONTAINER_ID_DIGITS);
	return send(process->process.fd, &question, sizeof(question),
		    MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(question);
}

static void end_texts(struct pod_names *names)
{
	names->pod[sizeof(names->pod) - 1] = '\0';
	names->pod_namespace[sizeof(names->pod_namespace) - 1] = '\0';
	names->pod_uid[sizeof(names->pod_uid) - 1] = '\0';
	names->container[sizeof(names->container) - 1] = '\0';
	names->image[sizeof(names->image) - 1] = '\0';
	names->image_digest[sizeof(names->image_digest) - 1] = '\0';
}

bool cri_process_answer(struct cri_process *process, struct cri_answer *answer)
{
	if (!helper_process_read(&process->process, answer, sizeof(*answer)))
		return false;
	answer->id[sizeof(answer->id) - 1] = '\0';
	end_texts(&answer->names);
	return true;
}
