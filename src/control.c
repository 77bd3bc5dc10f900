// SPDX-License-Identifier: GPL-2.0-or-later
#include "control.h"

#include "boottime.h"
#include "cleanup.h"
#include "control_server.h"
#include "control_status.h"
#include "denials.h"
#include "digest.h"
#include "duration.h"
#include "log.h"
#include "record_value.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

struct control {
	struct control_server *server;
	struct control_calls calls;
	struct tally tally;
	struct denials denials;
	bool has_exceptions;
};

static struct control_view view_of(const struct control *control)
{
	struct control_view view = {};

	control->calls.look(&view, control->calls.arg);
	return view;
}

/* What was asked for, and by whom. */
static void write_override(struct control *control, uint64_t until, const char *what)
{
	struct control_view view = view_of(control);
	const struct control_peer *peer =
		control->server ? control_server_peer(control->server) : NULL;
	char detail[256];

	if (peer)
		snprintf(detail, sizeof(detail), "%s, asked for by pid %d, uid %u, %s", what,
			 peer->pid, peer->uid, *peer->comm ? peer->comm : "gone");
	else
		snprintf(detail, sizeof(detail), "%s", what);
	recorder_policy(view.recorder, &(struct record_policy){
					       .reason = RECORD_POLICY_OVERRIDE,
					       .mode = control_mode_now(&view),
					       .until = until,
					       .detail = detail,
				       });
	log_info("%s", what);
}

int control_may_loosen(struct control *control, enum mw_attempt attempt, const char *what,
		       json_t *reply)
{
	struct control_view view = view_of(control);
	const struct control_peer *peer = control_server_peer(control->server);
	struct mw_tamper_event event = {
		.event = { .type = MW_EVENT_TAMPER,
			   .size = sizeof(event),
			   .seq = RECORD_NO_SEQ,
			   .time = boottime_now() },
		.reason = MW_TAMPER_LOCKED,
		.attempt = attempt,
		.pid = peer->pid,
		.uid = peer->uid,
	};

	if (!view.policy->locked)
		return EXIT_DONE;
	snprintf(event.comm, sizeof(event.comm), "%.15s", peer->comm);
	recorder_tamper(view.recorder, &event, what);
	log_warning("%s: refused to pid %d, uid %u: locked until reboot", what, peer->pid,
		    peer->uid);
	return control_refuse(reply, EXIT_NOT_PERMITTED,
			      "locked until reboot: the policy and the mode can only become "
			      "stricter");
}

/* The time that a request asks for; 0: none. */
static int read_time(const json_t *request, uint64_t *seconds, json_t *reply)
{
	const json_t *value = json_object_get(request, "for");
	json_int_t number = json_integer_value(value);

	*seconds = 0;
	if (!value)
		return EXIT_DONE;
	if (!json_is_integer(value) || number < 1 || number > DURATION_MAX)
		return control_refuse(reply, EXIT_USAGE, "the time is not 1 s to 30 d");
	*seconds = (uint64_t)number;
	return EXIT_DONE;
}

/* mode */

/* What a mode falls back to counts too: it comes without being asked again. */
static int may_have(const struct control_view *view, enum mw_mode mode, json_t *reply)
{
	if (mode == MW_MODE_ENFORCE && view->is_missing)
		return control_refuse(reply, EXIT_POLICY,
				      "there is no '%s', and to enforce none would refuse every "
				      "load",
				      view->policy_path);
	if (mode != MW_MODE_ENFORCE || plan_can_enforce(view->plan, view->accept_race))
		return EXIT_DONE;
	return control_refuse(reply, EXIT_KERNEL, "will not enforce: %s%s",
			      view->plan->reason ?: "the grade is too low",
			      view->plan->grade == GRADE_OBSERVE
				      ? ""
				      : "; it takes `modwarden run --accept-race`");
}

static int set_mode(struct control *control, enum mw_mode mode, uint64_t seconds, json_t *reply)
{
	struct control_view view = view_of(control);
	uint64_t now = boottime_now(), until = seconds ? now + seconds * CONTROL_SECOND : 0;
	struct override next =
		mode ? (struct override){ mode, MODE_SOURCE_COMMAND, until } : (struct override){};
	char time[DURATION_SIZE], what[96];
	int code = EXIT_DONE;

	duration_format(seconds, time);
	if (mode)
		snprintf(what, sizeof(what), "mode %s%s%s", word_of(&mode_words, mode),
			 seconds ? " for " : "", seconds ? time : "");
	else
		snprintf(what, sizeof(what), "the policy's own mode");
	if (!override_is_stricter(view.override, &next, view.policy->image->mode, now))
		code = control_may_loosen(control, MW_ATTEMPT_MODE, what, reply);
	if (code)
		return code;
	*view.override = next;
	gates_override(view.gates, mode, until);
	write_override(control, until, what);
	return EXIT_DONE;
}

static int call_mode(void *arg, const json_t *request, json_t *reply)
{
	struct control *control = arg;
	struct control_view view = view_of(control);
	const json_t *value = json_object_get(request, "set");
	const char *word = json_string_value(value);
	enum mw_mode policy_mode = view.policy->image->mode;
	uint64_t seconds;
	int mode, code = read_time(request, &seconds, reply);

	if (code)
		return code;
	mode = word && !strcmp(word, "policy") ? MW_MODE_NONE : word_parse(&mode_words, word ?: "");
	if (value && mode < 0)
		return control_refuse(reply, EXIT_USAGE, "the mode is not one");
	if (seconds && (!value || !mode))
		return control_refuse(reply, EXIT_USAGE, "only a mode has a time");
	if (value) {
		code = may_have(&view, mode > 0 ? (enum mw_mode)mode : policy_mode, reply);
		if (!code && seconds)
			code = may_have(&view, policy_mode, reply);
		if (!code)
			code = set_mode(control, mode, seconds, reply);
		if (code)
			return code;
		view = view_of(control);
	}
	json_object_set_new(reply, "mode", control_mode_value(&view));
	return EXIT_DONE;
}

const struct tally *control_tally(struct control *control)
{
	struct control_view view = view_of(control);

	tally_set_generation(&control->tally, view.policy->image->generation);
	return &control->tally;
}

/* status */

static int call_status(void *arg, const json_t *request, json_t *reply)
{
	struct control *control = arg;
	struct control_view view = view_of(control);

	(void)request;
	if (!control_status(&view, gates_counters(view.gates), control_tally(control), reply))
		return EXIT_DONE;
	return control_refuse(reply, EXIT_FAILED, "out of memory");
}

/* list: the modules; judging them is left to the client, which has the time. */

struct listing {
	const struct recorder *recorder;
	json_t *modules;
};

static json_t *record_id_of(const struct recorder *recorder, uint64_t seq)
{
	if (!seq)
		return json_null();
	return json_sprintf("%.8s-%" PRIu64, recorder_boot_id(recorder), seq);
}

static void list_module(const struct module *module, void *arg)
{
	struct listing *listing = arg;
	char sha256[DIGEST_HEX_SIZE];

	digest_format(module->digest, sha256);
	json_array_append_new(listing->modules,
			      json_pack("{s:o, s:o, s:o, s:o, s:b}", "name",
					value_text(module->name, sizeof(module->name)), "taints",
					value_number(module->taints), "sha256",
					module->has_digest ? json_string(sha256) : json_null(),
					"id", record_id_of(listing->recorder, module->seq),
					"before", module->was_before));
}

static int call_list(void *arg, const json_t *request, json_t *reply)
{
	struct control_view view = view_of(arg);
	struct listing listing = { view.recorder, json_array() };

	(void)request;
	module_watch_each(view.modules, list_module, &listing);
	json_object_set_new(reply, "policy", control_policy_value(&view));
	json_object_set_new(reply, "modules", listing.modules);
	return EXIT_DONE;
}

/* allow */

static int list_exceptions(const struct control_view *view, json_t *reply)
{
	__u8 digests[MW_EXCEPTIONS_MAX][MW_DIGEST_SIZE];
	uint64_t until[MW_EXCEPTIONS_MAX], now = boottime_now();
	size_t n = gates_exceptions(view->gates, digests, until);
	json_t *list = json_array();
	char sha256[DIGEST_HEX_SIZE];

	for (size_t i = 0; i < n; i++) {
		if (until[i] <= now)
			continue;
		digest_format(digests[i], sha256);
		json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "sha256", sha256, "until",
						      control_time_value(until[i]), "left",
						      control_left(until[i], now)));
	}
	json_object_set_new(reply, "exceptions", list);
	return EXIT_DONE;
}

static int find_digest(const struct control *control, const struct control_view *view,
		       const json_t *request, __u8 digest[MW_DIGEST_SIZE], json_t *reply)
{
	const char *id = json_string_value(json_object_get(request, "id"));
	const char *hex = json_string_value(json_object_get(request, "sha256"));
	const struct denial *denial = NULL;
	uint64_t seq;

	if (!id == !hex)
		return control_refuse(reply, EXIT_USAGE, "it takes an ID or a digest");
	if (hex) {
		if (strlen(hex) == 2 * MW_DIGEST_SIZE &&
		    !digest_parse(hex, 2 * MW_DIGEST_SIZE, digest))
			return EXIT_DONE;
		return control_refuse(reply, EXIT_USAGE, "the digest is not 64 hexadecimal digits");
	}
	if (!denial_id_parse(id, recorder_boot_id(view->recorder), &seq))
		denial = denials_find(&control->denials, seq);
	if (!denial)
		return control_refuse(reply, EXIT_NOTHING,
				      "that is no denied load since the start, or too long ago; "
				      "with the digest that its record has: allow --sha256 HEX "
				      "--for 30m");
	if (!denial->has_digest)
		return control_refuse(
			reply, EXIT_NOTHING,
			"it was refused before its bytes were read: it has no digest");
	memcpy(digest, denial->digest, MW_DIGEST_SIZE);
	return EXIT_DONE;
}

static int change_exception(struct control *control, const __u8 digest[MW_DIGEST_SIZE],
			    uint64_t seconds, json_t *reply)
{
	struct control_view view = view_of(control);
	uint64_t until = seconds ? boottime_now() + seconds * CONTROL_SECOND : 0;
	char sha256[DIGEST_HEX_SIZE], time[DURATION_SIZE], what[160];
	int error, code;

	digest_format(digest, sha256);
	duration_format(seconds, time);
	if (seconds)
		snprintf(what, sizeof(what), "allow %s for %s", sha256, time);
	else
		snprintf(what, sizeof(what), "allow %s no longer", sha256);
	code = seconds ? control_may_loosen(control, MW_ATTEMPT_EXCEPTION, what, reply) : EXIT_DONE;
	if (code)
		return code;
	if (seconds)
		error = gates_except(view.gates, digest, until);
	else
		error = gates_end_exception(view.gates, digest);
	if (error == -ENOENT)
		return control_refuse(reply, EXIT_NOTHING, "there is no exception for it");
	if (error == -E2BIG)
		return control_refuse(reply, EXIT_FAILED,
				      "there are %d exceptions: `allow --remove` one first",
				      MW_EXCEPTIONS_MAX);
	if (error)
		return control_refuse(reply, EXIT_FAILED, "%s", strerror(-error));
	control->has_exceptions = true;
	write_override(control, until, what);
	json_object_set_new(reply, "sha256", json_string(sha256));
	json_object_set_new(reply, "until", control_time_value(until));
	return EXIT_DONE;
}

/* Of a denial, and nothing changes. */
static int tell_digest(const struct control *control, const struct control_view *view,
		       const json_t *request, json_t *reply)
{
	__u8 digest[MW_DIGEST_SIZE];
	char sha256[DIGEST_HEX_SIZE];
	int code = find_digest(control, view, request, digest, reply);

	if (code)
		return code;
	digest_format(digest, sha256);
	return json_object_set_new(reply, "sha256", json_string(sha256)) ? EXIT_FAILED : EXIT_DONE;
}

static int call_allow(void *arg, const json_t *request, json_t *reply)
{
	struct control *control = arg;
	struct control_view view = view_of(control);
	__u8 digest[MW_DIGEST_SIZE];
	uint64_t seconds;
	int code = read_time(request, &seconds, reply);

	if (!code && json_is_true(json_object_get(request, "list")))
		return list_exceptions(&view, reply);
	if (!code && json_is_true(json_object_get(request, "tell")))
		return tell_digest(control, &view, request, reply);
	if (!code && !seconds == !json_is_true(json_object_get(request, "remove")))
		return control_refuse(reply, EXIT_USAGE, "it takes a time, or to be removed");
	if (!code)
		code = find_digest(control, &view, request, digest, reply);
	return code ?: change_exception(control, digest, seconds, reply);
}

/* reload, stop */

static int call_reload(void *arg, const json_t *request, json_t *reply)
{
	struct control *control = arg;
	auto_free char *why = NULL;
	int changed = control->calls.reload(control->calls.arg, &why);
	struct control_view view = view_of(control);

	(void)request;
	if (changed < 0)
		return control_refuse(reply, EXIT_POLICY, "the policy before stays in force: %s",
				      why ?: "out of memory");
	json_object_set_new(reply, "changed", json_boolean(changed));
	json_object_set_new(reply, "policy", control_policy_value(&view));
	json_object_set_new(reply, "mode", control_mode_value(&view));
	return EXIT_DONE;
}

static int call_stop(void *arg, const json_t *request, json_t *reply)
{
	struct control *control = arg;
	struct control_view view = view_of(control);
	int code = control_may_loosen(control, MW_ATTEMPT_STOP, "stop", reply);

	(void)request;
	if (code)
		return code;
	control->calls.stop(control->calls.arg);
	control_server_close(control->server);
	json_object_set_new(reply, "lost", control_lost_value(recorder_lost(view.recorder)));
	return EXIT_DONE;
}

static const char *const mode_keys[] = { "set", "for", NULL };
static const char *const allow_keys[] = { "id", "sha256", "for", "remove", "list", "tell", NULL };

static const struct control_verb verbs[] = {
	{ "status", call_status, NULL },  { "list", call_list, NULL },
	{ "mode", call_mode, mode_keys }, { "allow", call_allow, allow_keys },
	{ "reload", call_reload, NULL },  { "stop", call_stop, NULL },
};

int control_new(struct control **ret, struct event_base *loop, const char *path,
		const struct control_calls *calls)
{
	auto_free struct control *control = calloc(1, sizeof(*control));
	const struct control_options options = {
		.path = path,
		.verbs = verbs,
		.verb_count = sizeof(verbs) / sizeof(verbs[0]),
		.arg = control,
		.uid = 0,
	};
	int error;

	if (!control)
		return -ENOMEM;
	control->calls = *calls;
	control->has_exceptions = true; /* of one who was here before, maybe */
	error = path ? control_server_new(&control->server, loop, &options) : 0;
	if (error)
		return error;
	*ret = take_pointer(control);
	return 0;
}

void control_free(struct control *control)
{
	if (!control)
		return;
	control_server_free(control->server);
	free(control);
}

void control_take(struct control *control, const struct operation *operation)
{
	struct control_view view = view_of(control);

	tally_add(&control->tally, operation, view.policy->image->generation);
	denials_add(&control->denials, operation);
}

/* The gates do not heed what has run out; this makes room, and tells of it. */
static void sweep_exceptions(struct control *control, struct control_view *view, uint64_t now)
{
	__u8 digests[MW_EXCEPTIONS_MAX][MW_DIGEST_SIZE];
	uint64_t until[MW_EXCEPTIONS_MAX];
	size_t n = gates_exceptions(view->gates, digests, until);
	char sha256[DIGEST_HEX_SIZE], what[128];

	control->has_exceptions = n;
	for (size_t i = 0; i < n; i++) {
		if (until[i] > now || gates_end_exception(view->gates, digests[i]))
			continue;
		digest_format(digests[i], sha256);
		snprintf(what, sizeof(what), "allow %s has run out", sha256);
		write_override(control, until[i], what);
	}
}

void control_tick(struct control *control)
{
	struct control_view view = view_of(control);
	uint64_t now = boottime_now();
	uint64_t until = view.override->until;

	if (view.override->mode && !override_holds(view.override, now)) {
		*view.override = (struct override){};
		gates_override(view.gates, MW_MODE_NONE, 0);
		write_override(control, until, "the override has run out: the policy's own mode");
	}
	if (control->has_exceptions)
		sweep_exceptions(control, &view, now);
}
