// SPDX-License-Identifier: GPL-2.0-or-later
#include "control.h"

#include "boottime.h"
#include "cleanup.h"
#include "control_server.h"
#include "denials.h"
#include "digest.h"
#include "duration.h"
#include "log.h"
#include "record_value.h"
#include "tally.h"
#include "version.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define SECOND 1000000000ULL

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

static enum mw_mode mode_now(const struct control_view *view)
{
	return override_holds(view->override, boottime_now()) ? view->override->mode
							      : view->policy->image->mode;
}

static json_t *time_or_null(uint64_t time)
{
	return time ? value_time(time, boottime_offset()) : json_null();
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
					       .mode = mode_now(&view),
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

static enum mode_source source_of(const struct control_view *view, bool is_overridden)
{
	if (is_overridden)
		return view->override->source;
	return view->is_foreign ? MODE_SOURCE_KERNELS : MODE_SOURCE_POLICY;
}

static json_t *mode_value(const struct control_view *view)
{
	uint64_t now = boottime_now();
	bool is_overridden = override_holds(view->override, now);
	uint64_t until = is_overridden ? view->override->until : 0;

	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o}", "mode", value_word(&mode_words, mode_now(view)),
		"source", value_word(&mode_source_words, source_of(view, is_overridden)), "until",
		time_or_null(until), "left", value_number_if(until, (until - now) / SECOND),
		"policy_mode", value_word(&mode_words, view->policy->image->mode));
}

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
	uint64_t now = boottime_now(), until = seconds ? now + seconds * SECOND : 0;
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
	json_object_set_new(reply, "mode", mode_value(&view));
	return EXIT_DONE;
}

/* status */

static json_t *policy_value(const struct control_view *view)
{
	const struct mw_policy *image = view->policy->image;
	char sha256[DIGEST_HEX_SIZE];

	digest_format(image->sha256, sha256);
	return json_pack(
		"{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "path", value_string(view->policy_path),
		"sha256", sha256, "generation", value_number(image->generation), "mode",
		value_word(&mode_words, image->mode), "rules", value_number(image->rule_count),
		"digests", value_number(view->policy->digests.count), "loaded",
		time_or_null(view->loaded), "refused", value_number(view->refused));
}

static json_t *verdicts_value(const struct mw_counters *counters)
{
	json_t *ops = json_object();

	for (enum mw_op op = MW_OP_LOAD; op < MW_OPS; op++)
		json_object_set_new(
			ops, word_of(&op_words, op),
			json_pack("{s:o, s:o}", "allow",
				  value_number(counters->verdicts[op][MW_VERDICT_ALLOW]), "deny",
				  value_number(counters->verdicts[op][MW_VERDICT_DENY])));
	return ops;
}

static void add_reasons(json_t *list, const struct tally *tally, enum mw_op op,
			enum mw_verdict verdict)
{
	for (enum mw_reason reason = MW_REASON_RULE; reason < MW_REASONS; reason++) {
		uint64_t count = tally->reasons[op][verdict][reason];

		if (count)
			json_array_append_new(list,
					      json_pack("{s:o, s:o, s:o, s:o}", "op",
							value_word(&op_words, op), "verdict",
							value_word(&verdict_words, verdict),
							"reason", value_word(&reason_words, reason),
							"count", value_number(count)));
	}
}

static json_t *reasons_value(const struct tally *tally)
{
	json_t *list = json_array();

	for (enum mw_op op = MW_OP_LOAD; op < MW_OPS; op++) {
		add_reasons(list, tally, op, MW_VERDICT_ALLOW);
		add_reasons(list, tally, op, MW_VERDICT_DENY);
	}
	return list;
}

static json_t *rules_value(const struct tally *tally, const struct policy *policy)
{
	bool is_current = tally->generation == policy->image->generation;
	json_t *list = json_array();

	for (uint32_t rule = 0; rule < policy->image->rule_count; rule++) {
		uint64_t allow = is_current ? tally->rules[rule][MW_VERDICT_ALLOW] : 0;
		uint64_t deny = is_current ? tally->rules[rule][MW_VERDICT_DENY] : 0;

		json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "rule",
						      value_string(policy_rule_name(policy, rule)),
						      "allow", value_number(allow), "deny",
						      value_number(deny)));
	}
	return list;
}

static json_t *lost_value(const struct record_lost *lost)
{
	json_t *object = json_object();

	for (size_t i = 0; i < RECORD_LOST_KINDS; i++)
		json_object_set_new(object, word_of(&lost_words, i), value_number(lost->count[i]));
	return object;
}

static json_t *kernel_value(const struct mw_counters *counters)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "holes", value_number(counters->holes),
			 "skipped", value_number(counters->skipped), "fold_full",
			 value_number(counters->fold_full), "unseen_exits",
			 value_number(counters->unseen_exits), "unobserved",
			 value_number(counters->unobserved));
}

static int call_status(void *arg, const json_t *request, json_t *reply)
{
	const struct control *control = arg;
	struct control_view view = view_of(control);
	const struct mw_counters *counters = gates_counters(view.gates);
	json_t *body;

	(void)request;
	body = json_pack("{s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:o, "
			 "s:b, s:o, s:b, "
			 "s:o, s:o}",
			 "version", MODWARDEN_VERSION, "pid", value_number(getpid()), "node",
			 value_string(view.node), "kernel", value_string(view.kernel), "mode",
			 mode_value(&view), "mechanism", mechanism_name(view.plan->mechanism),
			 "grade", grade_name(view.plan->grade), "locked", view.is_locked, "persist",
			 view.persists, "uptime",
			 value_number((boottime_now() - view.started) / SECOND), "policy",
			 policy_value(&view), "verdicts", verdicts_value(counters), "rules",
			 rules_value(&control->tally, view.policy), "reasons",
			 reasons_value(&control->tally), "self_test", !view.failing, "failing_gate",
			 value_word(&gate_words, view.failing), "trampolines_guarded",
			 view.is_guarded, "lost", lost_value(recorder_lost(view.recorder)),
			 "counters", kernel_value(counters));
	if (!body || json_object_update(reply, body)) {
		json_decref(body);
		return control_refuse(reply, EXIT_FAILED, "out of memory");
	}
	json_decref(body);
	return EXIT_DONE;
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
	json_object_set_new(reply, "policy", policy_value(&view));
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
						      time_or_null(until[i]), "left",
						      value_number((until[i] - now) / SECOND)));
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
	uint64_t until = seconds ? boottime_now() + seconds * SECOND : 0;
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
	json_object_set_new(reply, "until", time_or_null(until));
	return EXIT_DONE;
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
	json_object_set_new(reply, "policy", policy_value(&view));
	json_object_set_new(reply, "mode", mode_value(&view));
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
	json_object_set_new(reply, "lost", lost_value(recorder_lost(view.recorder)));
	return EXIT_DONE;
}

static const char *const mode_keys[] = { "set", "for", NULL };
static const char *const allow_keys[] = { "id", "sha256", "for", "remove", "list", NULL };

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
