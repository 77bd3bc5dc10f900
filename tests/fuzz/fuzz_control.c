// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a client may send to the daemon, over gates that are played here: each request is answered by
 * one line of JSON, enforce mode comes only where it may, and nothing loosens what is locked.
 */
#include "../../src/control_server.c"

#include <unistd.h>

#include "fuzz.h"

#include "boottime.h"
#include "control.h"
#include "log.h"
#include "override.h"

/* ---- the daemon's other parts, as far as the verbs reach ---- */

#define EXCEPTIONS 4

static struct {
	struct override override;
	struct policy policy;
	struct mw_policy image;
	struct plan plan;
	bool is_missing, accepts_race, was_stopped;
	__u8 excepted[EXCEPTIONS][MW_DIGEST_SIZE];
	size_t exceptions;
	size_t policies, tampers; /* records */
} machine;

static struct connections_options hearing; /* the server's ears */
static struct control_peer peer;
static char *answer;
static size_t answers;

void gates_override(struct gates *gates, enum mw_mode mode, uint64_t until)
{
	(void)gates;
	require(machine.override.mode == mode && machine.override.until == until);
}

static size_t exception_find(const __u8 digest[MW_DIGEST_SIZE])
{
	size_t i = 0;

	while (i < machine.exceptions && memcmp(machine.excepted[i], digest, MW_DIGEST_SIZE))
		i++;
	return i;
}

int gates_except(struct gates *gates, const __u8 digest[MW_DIGEST_SIZE], uint64_t until)
{
	size_t i = exception_find(digest);

	(void)gates;
	require(until > 0);
	if (i == EXCEPTIONS)
		return -E2BIG;
	memcpy(machine.excepted[i], digest, MW_DIGEST_SIZE);
	machine.exceptions += i == machine.exceptions;
	return 0;
}

int gates_end_exception(struct gates *gates, const __u8 digest[MW_DIGEST_SIZE])
{
	size_t i = exception_find(digest);

	(void)gates;
	if (i == machine.exceptions)
		return -ENOENT;
	memmove(machine.excepted[i], machine.excepted[--machine.exceptions], MW_DIGEST_SIZE);
	return 0;
}

size_t gates_exceptions(const struct gates *gates, __u8 digests[][MW_DIGEST_SIZE], uint64_t *until)
{
	(void)gates;
	for (size_t i = 0; i < machine.exceptions; i++) {
		memcpy(digests[i], machine.excepted[i], MW_DIGEST_SIZE);
		until[i] = UINT64_MAX;
	}
	return machine.exceptions;
}

const struct mw_counters *gates_counters(const struct gates *gates)
{
	static const struct mw_counters none;

	(void)gates;
	return &none;
}

void recorder_policy(struct recorder *recorder, const struct record_policy *policy)
{
	(void)recorder;
	require(is_harmless(policy->detail));
	machine.policies++;
}

void recorder_tamper(struct recorder *recorder, const struct mw_tamper_event *event,
		     const char *detail)
{
	(void)recorder;
	require(event->reason == MW_TAMPER_LOCKED && is_harmless(detail));
	machine.tampers++;
}

const char *recorder_boot_id(const struct recorder *recorder)
{
	(void)recorder;
	return "5f0c1d2e-8a41-4c8f-9b1c-2f4e5d6c7b8a";
}

const struct record_lost *recorder_lost(const struct recorder *recorder)
{
	static const struct record_lost none;

	(void)recorder;
	return &none;
}

void module_watch_each(const struct module_watch *watch, module_fn *each, void *arg)
{
	static const struct module module = { .name = "nvidia\n\x1b" };

	(void)watch;
	each(&module, arg);
}

int connections_new(struct connections **ret, struct event_base *loop, int fd,
		    const struct connections_options *options)
{
	(void)loop;
	close(fd);
	hearing = *options;
	*ret = NULL;
	return 0;
}

void connections_free(struct connections *connections)
{
	(void)connections;
}

void connections_close(struct connections *connections)
{
	(void)connections;
}

int connection_fd(const struct connection *connection)
{
	(void)connection;
	return -1;
}

void *connection_data(struct connection *connection)
{
	(void)connection;
	return &peer;
}

void connection_answer(struct connection *connection, const void *text, size_t size)
{
	(void)connection;
	require(size && memchr(text, '\n', size) == (const char *)text + size - 1);
	free(answer);
	answer = copy_of(text, size, true);
	answers++;
}

void connection_end(struct connection *connection)
{
	(void)connection;
	require(!"no memory for an answer");
}

int control_socket_listen(const char *path, struct stat *file)
{
	(void)path;
	(void)file;
	return dup(0);
}

void control_socket_remove(const char *path, const struct stat *file)
{
	(void)path;
	(void)file;
}

int control_socket_peer(int fd, struct control_peer *ret)
{
	(void)fd;
	*ret = peer;
	return 0;
}

bool control_socket_peer_has_power(int fd, const struct control_peer *asking)
{
	(void)fd;
	(void)asking;
	return true;
}

/* ---- the daemon ---- */

static void look(struct control_view *view, void *arg)
{
	static const struct audit_tally audit;

	(void)arg;
	*view = (struct control_view){
		.override = &machine.override,
		.audit = &audit,
		.policy = &machine.policy,
		.policy_path = "/etc/modwarden/policy.yaml",
		.plan = &machine.plan,
		.node = "worker-3",
		.kernel = "6.1.0",
		.accept_race = machine.accepts_race,
		.is_missing = machine.is_missing,
		.is_locked = machine.policy.locked,
	};
}

static int reload(void *arg, char **why)
{
	(void)arg;
	*why = strdup("it is not valid");
	return -EINVAL;
}

static void stop(void *arg)
{
	(void)arg;
	machine.was_stopped = true;
}

static void begin(uint8_t shape)
{
	memset(&machine, 0, sizeof(machine));
	machine.image.generation = 1;
	machine.image.mode = shape & 1 ? MW_MODE_ENFORCE : MW_MODE_MONITOR;
	machine.policy.image = &machine.image;
	machine.policy.locked = shape & 2;
	machine.plan.grade = shape & 4 ? GRADE_RACEABLE : GRADE_ENFORCE;
	machine.plan.mechanism = MECHANISM_LSM;
	machine.accepts_race = shape & 8;
	machine.is_missing = shape & 16;
	if (shape & 32)
		machine.override = (struct override){ MW_MODE_ENFORCE, MODE_SOURCE_OPTION,
						      shape & 64 ? UINT64_MAX / 2 : 0 };
}

static void require_answer(void)
{
	json_t *reply = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
	const json_t *ok = json_object_get(reply, "ok");

	require(json_is_object(reply) && json_is_boolean(ok));
	if (json_is_false(ok)) {
		require(json_is_string(json_object_get(reply, "error")));
		require(json_integer_value(json_object_get(reply, "exit")) > EXIT_DONE);
	}
	json_decref(reply);
}

static void ask(struct control *control, struct evbuffer *in)
{
	const struct override before = machine.override;
	size_t exceptions = machine.exceptions, policies = machine.policies;
	size_t length = evbuffer_get_length(in);
	bool was_enforcing, had_changed;

	answers = 0;
	was_enforcing = override_enforces(&before, machine.image.mode, boottime_now());
	require(hearing.hear(NULL, in, hearing.arg) == (answers == 1) && answers <= 1);
	require(answers || evbuffer_get_length(in) <= length);
	if (answers)
		require_answer();
	had_changed = memcmp(&before, &machine.override, sizeof(before));
	require(!had_changed || machine.policies > policies);
	if (had_changed && machine.override.mode == MW_MODE_ENFORCE && !was_enforcing)
		require(!machine.is_missing &&
			plan_can_enforce(&machine.plan, machine.accepts_race));
	if (machine.policy.locked) {
		require(override_is_stricter(&before, &machine.override, machine.image.mode,
					     boottime_now()));
		require(machine.exceptions <= exceptions && !machine.was_stopped);
	}
	(void)control;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct control_calls calls = { look, reload, stop, NULL };
	struct input_bytes input = { data, size };
	struct control *control = NULL;
	struct evbuffer *in = evbuffer_new();

	log_set_level(LOG_LEVEL_ERROR);
	begin(take_byte(&input));
	require(in && !control_new(&control, NULL, "/nowhere", &calls));
	evbuffer_add(in, input.data, input.size);
	/* The server hears one request a connection: each line is one. */
	for (int i = 0; i < 16 && evbuffer_get_length(in) && !machine.was_stopped; i++) {
		size_t left = evbuffer_get_length(in);

		ask(control, in);
		if (evbuffer_get_length(in) == left)
			break;
	}
	control_tick(control);
	control_free(control);
	evbuffer_free(in);
	free(answer);
	answer = NULL;
	return 0;
}
