// SPDX-License-Identifier: GPL-2.0-or-later
#include "cri_process.h"

#include "boottime.h"
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

#define NS_PER_MS 1000000ULL

#define SELF  "/proc/self/exe" /* what runs, also where another one is installed by now */
#define WORDS 2                /* of its command line before the sockets */

struct cri_process {
	struct helper_process process;
	const char *argv[WORDS + CRI_SOCKETS_MAX + 1];
};

struct question {
	char id[MW_CONTAINER_ID_DIGITS + 1];
};

/* The process. */

struct asking {
	struct cri_sockets sockets;
	uint64_t rests_until[CRI_SOCKETS_MAX];
	int failed[CRI_SOCKETS_MAX]; /* why it rests */
};

/* What is wrong with it, and not with what it was asked for. */
static bool is_of_socket(int error)
{
	return error && error != -ENOENT && error != -EMSGSIZE;
}

static int ask_one(struct asking *asking, unsigned int number, const char *id,
		   struct pod_names *names)
{
	uint64_t now = boottime_now();
	int error;

	if (now < asking->rests_until[number])
		return asking->failed[number];
	error = cri_find(asking->sockets.path[number], id, now + CRI_TIME_MS * NS_PER_MS, names);
	if (is_of_socket(error)) {
		asking->rests_until[number] = boottime_now() + CRI_REST_MS * NS_PER_MS;
		asking->failed[number] = error;
	}
	return error;
}

/* Of several sockets, each is asked until one knows it; one that is not there is none. */
static int ask_all(struct asking *asking, struct cri_answer *answer)
{
	const struct cri_sockets *sockets = &asking->sockets;
	int result = -ENOENT;

	for (unsigned int i = 0; i < sockets->count; i++) {
		int error;

		if (sockets->count > 1 && access(sockets->path[i], F_OK))
			continue;
		error = ask_one(asking, i, answer->id, &answer->names);
		answer->sockets[i] = is_of_socket(error) ? -error : 0;
		if (!error)
			return 0;
		if (error != -ENOENT)
			result = error;
	}
	answer->names = (struct pod_names){};
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

static struct cri_answer answer_of(struct asking *asking, const struct question *question)
{
	struct cri_answer answer = {};

	memcpy(answer.id, question->id, sizeof(answer.id));
	answer.id[sizeof(answer.id) - 1] = '\0';
	for (unsigned int i = 0; i < CRI_SOCKETS_MAX; i++)
		answer.sockets[i] = CRI_NOT_ASKED;
	answer.error = -ask_all(asking, &answer);
	return answer;
}

static int answer_all(const struct cri_sockets *sockets)
{
	struct asking asking = { .sockets = *sockets };
	struct question question;

	set_limits();
	while (recv(HELPER_FD, &question, sizeof(question), 0) == sizeof(question)) {
		struct cri_answer answer = answer_of(&asking, &question);

		if (send(HELPER_FD, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
			break;
	}
	return 0;
}

/* Returns whether there is nothing more to ask: it ended by itself. */
static bool answer_in_child(const struct cri_sockets *sockets)
{
	pid_t parent = getpid(), pid = fork();
	int status = -1;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(getppid() == parent ? answer_all(sockets) : 0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) && !WEXITSTATUS(status);
}

/*
 * What reads the answers is a child of this process and is begun again where it came to grief;
 * where this process does, the daemon begins it again.
 */
static int run(const struct cri_sockets *sockets)
{
	struct cri_answer ended = { .error = ESRCH };
	struct pollfd daemon = { .fd = HELPER_FD };

	for (unsigned int i = 0; i < CRI_SOCKETS_MAX; i++)
		ended.sockets[i] = CRI_NOT_ASKED;
	helper_process_keep(0);
	while (!answer_in_child(sockets)) {
		if (send(HELPER_FD, &ended, sizeof(ended), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
		    errno != EAGAIN)
			break;
		if (poll(&daemon, 1, CRI_AGAIN_MS) > 0) /* it has gone */
			break;
	}
	return 0;
}

bool cri_process_is_meant(int argc, char **argv)
{
	int type = 0;
	socklen_t size = sizeof(type);

	return argc > WORDS && !strcmp(argv[1], CRI_PROCESS_WORD) &&
	       !getsockopt(HELPER_FD, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_SEQPACKET;
}

int cri_process_main(int argc, char **argv)
{
	struct cri_sockets sockets = {};

	prctl(PR_SET_NAME, argv[0]); /* not that of the link which it was begun by */
	for (int i = WORDS; i < argc && sockets.count < CRI_SOCKETS_MAX; i++)
		sockets.path[sockets.count++] = argv[i];
	return run(&sockets);
}

static int begin_program(void *arg)
{
	execv(SELF, arg);
	return 1;
}

/* The daemon. */

int cri_process_begin_again(struct cri_process *process)
{
	helper_process_end(&process->process);
	return helper_process_begin(&process->process, begin_program, process->argv);
}

int cri_process_new(struct cri_process **ret, const struct cri_sockets *sockets)
{
	struct cri_process *process = calloc(1, sizeof(*process));
	int error;

	if (!process)
		return -ENOMEM;
	process->argv[0] = "modwarden";
	process->argv[1] = CRI_PROCESS_WORD;
	for (unsigned int i = 0; i < sockets->count; i++)
		process->argv[WORDS + i] = sockets->path[i];
	error = helper_process_begin(&process->process, begin_program, process->argv);
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
