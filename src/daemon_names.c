// SPDX-License-Identifier: GPL-2.0-or-later
/* run --cri-socket: what the container runtime calls the containers that operations come from. */
#include "daemon_state.h"

#include "boottime.h"
#include "container_names.h"
#include "cri_process.h"
#include "exit_code.h"
#include "log.h"

#include <errno.h>
#include <string.h>

struct daemon_names {
	struct cri_process *process;
	struct container_names *names;
	struct event *answered;
	int told; /* why it could not be asked, as was said; 0: nothing to say */
};

static bool ask(const char *id, void *arg)
{
	const struct daemon *daemon = arg;

	return cri_process_ask(daemon->names->process, id);
}

static void done(const struct operation *operation, void *arg)
{
	daemon_finish_operation(arg, operation);
}

static void hold(const struct operation *operation, void *arg)
{
	struct daemon *daemon = arg;

	if (daemon->pins)
		pins_hold_waiting(daemon->pins, operation);
}

int daemon_open_names(struct daemon *daemon)
{
	const struct container_names_calls calls = { ask, hold, done, daemon };
	int error;

	if (!daemon->options->cri_socket)
		return EXIT_DONE;
	daemon->names = calloc(1, sizeof(*daemon->names));
	if (!daemon->names)
		return daemon_cannot_start(-ENOMEM);
	error = cri_process_new(&daemon->names->process, daemon->options->cri_socket);
	if (!error)
		error = container_names_new(&daemon->names->names, &calls);
	return error ? daemon_cannot_start(error) : EXIT_DONE;
}

static void tell(struct daemon_names *names, const char *socket, int error)
{
	if (!error == !names->told)
		return;
	names->told = error;
	if (!error)
		log_info("cri: '%s' answers again", socket);
	else
		log_warning("cri: cannot ask '%s' for the names of pods and images: %s; records "
			    "go without them",
			    socket,
			    error == ESRCH    ? "the process that asks was ended; it begins again"
			    : error == ECHILD ? "the processes that ask have ended"
			    : error == EOPNOTSUPP ? "it has no runtime.v1.RuntimeService"
						  : strerror(error));
}

void daemon_read_names(struct daemon *daemon)
{
	struct daemon_names *names = daemon->names;
	const char *socket = daemon->options->cri_socket;
	struct cri_answer answer;

	if (!names)
		return;
	while (cri_process_answer(names->process, &answer)) {
		container_names_answer(names->names, answer.id, answer.error, &answer.names,
				       boottime_now());
		if (answer.error != EMSGSIZE) /* that is about the container, not the socket */
			tell(names, socket, answer.error == ENOENT ? 0 : answer.error);
	}
	if (cri_process_fd(names->process) < 0)
		tell(names, socket, ECHILD);
	container_names_settle(names->names, boottime_now());
}

static void on_answer(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)fd;
	(void)what;
	daemon_read_names(daemon);
	if (cri_process_fd(daemon->names->process) < 0)
		event_del(daemon->names->answered);
}

int daemon_watch_names(struct daemon *daemon)
{
	struct daemon_names *names = daemon->names;

	if (!names)
		return EXIT_DONE;
	names->answered = event_new(daemon->loop, cri_process_fd(names->process),
				    EV_READ | EV_PERSIST, on_answer, daemon);
	if (!names->answered || event_add(names->answered, NULL))
		return daemon_cannot_start(-ENOMEM);
	recorder_set_names(daemon->recorder, names->names);
	return EXIT_DONE;
}

void daemon_close_names(struct daemon *daemon)
{
	struct daemon_names *names = daemon->names;

	if (!names)
		return;
	if (names->answered)
		event_free(names->answered);
	cri_process_free(names->process);
	container_names_free(names->names);
	free(names);
	daemon->names = NULL;
}

void daemon_expect_names(struct daemon *daemon, const struct mw_decision_event *event)
{
	char id[sizeof(event->facts.container)];

	if (!daemon->names)
		return;
	memcpy(id, event->facts.container, sizeof(id));
	id[sizeof(id) - 1] = '\0';
	container_names_expect(daemon->names->names, id, boottime_now());
}

void daemon_name_operation(struct daemon *daemon, const struct operation *operation)
{
	if (daemon->names)
		container_names_take(daemon->names->names, operation, boottime_now());
	else
		daemon_finish_operation(daemon, operation);
}

bool daemon_waits_for_names(const struct daemon *daemon)
{
	return daemon->names && container_names_wait(daemon->names->names);
}

void daemon_flush_names(struct daemon *daemon)
{
	if (daemon->names)
		container_names_flush(daemon->names->names);
}

const struct container_names_counts *daemon_name_counts(const struct daemon *daemon)
{
	return daemon->names ? container_names_counts(daemon->names->names) : NULL;
}
