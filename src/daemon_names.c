// SPDX-License-Identifier: GPL-2.0-or-later
/* run --cri-socket: what the container runtime calls the containers that operations come from. */
#include "daemon_state.h"

#include "boottime.h"
#include "container_names.h"
#include "cri_health.h"
#include "cri_process.h"
#include "exit_code.h"
#include "log.h"

#include <errno.h>
#include <string.h>

struct daemon_names {
	struct cri_process *process;
	struct container_names *names;
	struct event *answered; /* NULL: the process is gone */
	struct cri_sockets sockets;
	struct cri_health health;
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
	struct daemon_names *names;
	int error;

	if (!daemon->options->cri_socket)
		return EXIT_DONE;
	daemon->names = names = calloc(1, sizeof(*names));
	if (!names)
		return daemon_cannot_start(-ENOMEM);
	names->sockets = cri_sockets(daemon->options->cri_socket);
	names->health.begun = boottime_now();
	error = cri_process_new(&names->process, &names->sockets);
	if (!error)
		error = container_names_new(&names->names, &calls);
	return error ? daemon_cannot_start(error) : EXIT_DONE;
}

static void tell_socket(struct daemon_names *names, unsigned int number, int error)
{
	const char *path = names->sockets.path[number];

	if (!cri_health_changes(&names->health.sockets[number], error))
		return;
	if (!error)
		log_info("cri: '%s' answers again", path);
	else
		log_warning("cri: cannot ask '%s' for the names of pods and images: %s; records "
			    "go without them",
			    path,
			    error == EOPNOTSUPP ? "it has no runtime.v1.RuntimeService"
						: strerror(error));
}

static void tell_process(struct daemon_names *names, int error)
{
	if (!cri_health_changes(&names->health.process, error))
		return;
	if (!error)
		log_info("cri: the names of pods and images are asked for again");
	else
		log_warning("cri: the process that asks for the names of pods and images was "
			    "ended; it begins again, and until then records go without them");
}

static void take_answer(struct daemon_names *names, const struct cri_answer *answer)
{
	container_names_answer(names->names, answer->id, answer->error, &answer->names,
			       boottime_now());
	tell_process(names, answer->error == ESRCH ? ESRCH : 0);
	names->health.restarts += answer->error == ESRCH;
	for (unsigned int i = 0; i < names->sockets.count; i++)
		if (answer->sockets[i] >= 0)
			tell_socket(names, i, answer->sockets[i]);
}

static void on_answer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	daemon_read_names(arg);
}

static int watch_answers(struct daemon *daemon)
{
	struct daemon_names *names = daemon->names;

	names->answered = event_new(daemon->loop, cri_process_fd(names->process),
				    EV_READ | EV_PERSIST, on_answer, daemon);
	return names->answered && !event_add(names->answered, NULL) ? 0 : -ENOMEM;
}

static void forget_answers(struct daemon_names *names)
{
	if (names->answered)
		event_free(names->answered);
	names->answered = NULL;
}

/* What is gone is begun again, not all the time. */
static void watch_process(struct daemon *daemon)
{
	struct daemon_names *names = daemon->names;
	struct cri_health *health = &names->health;
	uint64_t now = boottime_now();

	if (cri_process_fd(names->process) >= 0)
		return;
	forget_answers(names);
	tell_process(names, ESRCH);
	if (!health->due)
		cri_health_gone(health, now);
	if (!cri_health_is_due(health, now))
		return;
	cri_health_begun(health, now);
	if (cri_process_begin_again(names->process) || watch_answers(daemon))
		cri_health_gone(health, now);
}

void daemon_read_names(struct daemon *daemon)
{
	struct daemon_names *names = daemon->names;
	struct cri_answer answer;

	if (!names)
		return;
	while (cri_process_answer(names->process, &answer))
		take_answer(names, &answer);
	watch_process(daemon);
	container_names_settle(names->names, boottime_now());
}

int daemon_watch_names(struct daemon *daemon)
{
	struct daemon_names *names = daemon->names;

	if (!names)
		return EXIT_DONE;
	if (watch_answers(daemon))
		return daemon_cannot_start(-ENOMEM);
	recorder_set_names(daemon->recorder, names->names);
	return EXIT_DONE;
}

void daemon_close_names(struct daemon *daemon)
{
	struct daemon_names *names = daemon->names;

	if (!names)
		return;
	forget_answers(names);
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

uint64_t daemon_name_restarts(const struct daemon *daemon)
{
	return daemon->names ? daemon->names->health.restarts : 0;
}
