// SPDX-License-Identifier: GPL-2.0-or-later
#include "ocsf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "log_filter.h"
#include "moment.h"
#include "record_text.h"
#include "version.h"

#define CATEGORY_SYSTEM        1
#define CLASS_KERNEL_EXTENSION 1002
#define HASH_SHA256            3
#define FILE_UNKNOWN           0
#define FILE_REGULAR           1
#define DEVICE_UNKNOWN         0

/* What became of an operation, in the words of the profile security_control. */
static const struct {
	int severity;
	const char *severity_name;
	int action;
	const char *action_name;
	int disposition;
	const char *disposition_name;
	bool is_alert;
} outcomes[TALLY_ENDS] = {
	[TALLY_ALLOWED] = { 1, "Informational", 1, "Allowed", 1, "Allowed", false },
	[TALLY_DENIED] = { 4, "High", 2, "Denied", 2, "Blocked", true },
	[TALLY_WOULD_DENY] = { 3, "Medium", 3, "Observed", 15, "Detected", true },
	[TALLY_NOT_STOPPED] = { 5, "Critical", 1, "Allowed", 15, "Detected", true },
	[TALLY_FAILED] = { 2, "Low", 0, "Unknown", 16, "No Action", false },
	[TALLY_UNDECIDED] = { 2, "Low", 0, "Unknown", 0, "Unknown", false },
};

static const struct {
	const char *op;
	int id;
	const char *name;
} activities[] = {
	{ "load", 1, "Load" },
	{ "unload", 2, "Unload" },
	{ "autoload", 99, "Autoload" },
};

/* An event on the way; has_failed: there was no memory for a part of it. */
struct build {
	const json_t *record;
	json_t *event;
	bool has_failed;
};

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* Takes the reference; a value that is null, or empty, is left out. */
static void set(struct build *build, json_t *object, const char *key, json_t *value)
{
	bool is_empty =
		json_is_null(value) || ((json_is_object(value) || json_is_array(value)) &&
					!json_object_size(value) && !json_array_size(value));

	if (is_empty)
		json_decref(value);
	else if (json_object_set_new(object, key, value))
		build->has_failed = true;
}

static void copy(struct build *build, json_t *to, const char *key, const json_t *from,
		 const char *what)
{
	json_t *value = json_object_get(from, what);

	if (value && !json_is_null(value) && json_object_set(to, key, value))
		build->has_failed = true;
}

static const char *base_of(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash && slash[1] ? slash + 1 : path;
}

static json_t *file_of(struct build *build, const char *path, const char *name)
{
	json_t *file = json_pack("{s:s, s:i}", "name", base_of(path) ?: name ?: "unknown", "type_id",
				 path ? FILE_REGULAR : FILE_UNKNOWN);

	if (path)
		set(build, file, "path", json_string(path));
	return file;
}

static void add_hash(struct build *build, json_t *hashes, const char *sha256)
{
	json_t *hash;

	if (!sha256)
		return;
	hash = json_pack("{s:i, s:s, s:s}", "algorithm_id", HASH_SHA256, "algorithm", "SHA-256",
			 "value", sha256);
	if (json_array_append_new(hashes, hash))
		build->has_failed = true;
}

/* A module that is not there yet has the name that was asked for. */
static json_t *driver_of(struct build *build)
{
	const json_t *record = build->record;
	const json_t *module = json_object_get(record, "module");
	const char *asked = text_of(json_object_get(record, "requester"), "alias");
	json_t *file = file_of(build, text_of(module, "path"), text_of(module, "name") ?: asked);
	json_t *hashes = json_array();

	add_hash(build, hashes, text_of(module, "sha256"));
	add_hash(build, hashes, text_of(module, "sha256_elf"));
	set(build, file, "hashes", hashes);
	copy(build, file, "size", module, "size");
	return json_pack("{s:o}", "file", file);
}

/* An image has an id: its digest, or, where that is not known, its name. */
static json_t *image_of(struct build *build, const json_t *container)
{
	bool is_known = text_of(container, "image_digest");
	json_t *image = json_object();

	copy(build, image, "uid", container, is_known ? "image_digest" : "image");
	copy(build, image, "name", container, "image");
	return image;
}

static json_t *container_of(struct build *build)
{
	const json_t *record = build->record;
	const json_t *container = json_object_get(record, "container");
	json_t *value = json_object();

	copy(build, value, "uid", container, "id");
	copy(build, value, "runtime", container, "runtime");
	copy(build, value, "pod_uuid", container, "pod_uid");
	copy(build, value, "name", container, "name");
	set(build, value, "image", image_of(build, container));
	if (text_of(container, "pod"))
		set(build, value, "orchestrator", json_string("Kubernetes"));
	return value;
}

static json_t *number_text(const json_t *object, const char *key)
{
	json_t *number = json_object_get(object, key);

	return json_is_integer(number)
		       ? json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(number))
		       : json_null();
}

static json_t *user_of(struct build *build, const json_t *process)
{
	json_t *user = json_object();
	json_t *uid = json_object_get(process, "uid");

	set(build, user, "uid", number_text(process, json_is_integer(uid) ? "uid" : "euid"));
	return user;
}

static json_t *parent_of(struct build *build, const json_t *process)
{
	const json_t *first = json_array_get(json_object_get(process, "ancestors"), 0);
	json_t *parent = json_object();

	copy(build, parent, "pid", process, "ppid");
	copy(build, parent, "name", first, "comm");
	return parent;
}

/* A process has a pid, or another id. */
static json_t *process_of(struct build *build)
{
	const json_t *record = build->record;
	const json_t *process = json_object_get(record, "process");
	const char *exe = text_of(process, "exe");
	json_t *value = json_object();

	copy(build, value, "pid", process, "pid");
	if (!json_object_size(value))
		copy(build, value, "uid", record, "id");
	copy(build, value, "name", process, "comm");
	copy(build, value, "cmd_line", process, "cmdline");
	if (exe)
		set(build, value, "file", file_of(build, exe, NULL));
	set(build, value, "user", user_of(build, process));
	set(build, value, "parent_process", parent_of(build, process));
	set(build, value, "container", container_of(build));
	return value;
}

static json_t *actor_of(struct build *build)
{
	const json_t *record = build->record;
	const json_t *process = json_object_get(record, "process");
	json_t *actor = json_pack("{s:o}", "process", process_of(build));
	json_t *session = json_object();

	set(build, session, "uid", number_text(process, "session"));
	copy(build, session, "terminal", process, "tty");
	set(build, actor, "session", session);
	return actor;
}

static json_t *metadata_of(struct build *build)
{
	const json_t *record = build->record;
	json_t *metadata =
		json_pack("{s:s, s:{s:s, s:s, s:s}, s:[s, s, s]}", "version", OCSF_VERSION,
			  "product", "name", "modwarden", "vendor_name", "modwarden", "version",
			  MODWARDEN_VERSION, "profiles", "host", "security_control", "container");

	copy(build, metadata, "uid", record, "id");
	copy(build, metadata, "original_time", record, "time");
	copy(build, metadata, "event_code", record, "reason");
	return metadata;
}

static json_t *policy_of(struct build *build)
{
	const json_t *record = build->record;
	const json_t *policy = json_object_get(record, "policy");
	const char *mode = text_of(record, "mode");
	json_t *value = json_object();

	copy(build, value, "uid", policy, "sha256");
	if (!json_object_size(value))
		return value;
	set(build, value, "version", number_text(policy, "generation"));
	set(build, value, "is_applied", json_boolean(mode && !strcmp(mode, "enforce")));
	return value;
}

static json_t *device_of(struct build *build)
{
	const json_t *record = build->record;
	json_t *device = json_pack("{s:i}", "type_id", DEVICE_UNKNOWN);

	set(build, device, "hostname", json_string(text_of(record, "node") ?: "unknown"));
	return device;
}

/* In ms; the beginning of time where there is none. */
static json_t *time_of(const json_t *object, const char *key, bool is_required)
{
	const char *text = text_of(object, key);
	int64_t moment = 0;

	if ((!text || moment_of_rfc3339(text, strlen(text), &moment)) && !is_required)
		return json_null();
	return json_integer(moment / 1000);
}

static void set_times(struct build *build)
{
	const json_t *record = build->record;
	json_t *event = build->event;
	const json_t *repeated = json_object_get(record, "repeated");

	set(build, event, "time", time_of(record, "time", true));
	set(build, event, "timezone_offset", json_integer(0));
	copy(build, event, "count", repeated, "count");
	set(build, event, "start_time", time_of(repeated, "first", false));
	set(build, event, "end_time", time_of(repeated, "last", false));
}

static void set_class(struct build *build)
{
	const json_t *record = build->record;
	json_t *event = build->event;
	const char *op = text_of(record, "op"), *name = "Unknown";
	int id = 0;

	for (size_t i = 0; op && i < sizeof(activities) / sizeof(*activities); i++) {
		if (strcmp(op, activities[i].op) != 0)
			continue;
		id = activities[i].id;
		name = activities[i].name;
	}
	set(build, event, "category_uid", json_integer(CATEGORY_SYSTEM));
	set(build, event, "category_name", json_string("System Activity"));
	set(build, event, "class_uid", json_integer(CLASS_KERNEL_EXTENSION));
	set(build, event, "class_name", json_string("Kernel Extension Activity"));
	set(build, event, "activity_id", json_integer(id));
	set(build, event, "activity_name", json_string(name));
	set(build, event, "type_uid", json_integer(CLASS_KERNEL_EXTENSION * 100 + id));
	set(build, event, "type_name", json_sprintf("Kernel Extension Activity: %s", name));
}

/* What the system call came to; of an autoload there is none, and a denial is its end. */
static void set_status(struct build *build, enum tally_end end)
{
	const json_t *record = build->record;
	json_t *event = build->event;
	static const char *const names[] = { "Unknown", "Success", "Failure" };
	const json_t *syscall = json_object_get(record, "syscall");
	const json_t *exit = json_object_get(syscall, "exit");
	int status = 0;

	if (json_is_integer(exit))
		status = json_integer_value(exit) < 0 ? 2 : 1;
	else if (end == TALLY_DENIED)
		status = 2;
	set(build, event, "status_id", json_integer(status));
	set(build, event, "status", json_string(names[status]));
	copy(build, event, "status_code", syscall, "errno");
	copy(build, event, "status_detail", record, "reason");
}

static void set_outcome(struct build *build, enum tally_end end)
{
	json_t *event = build->event;

	set(build, event, "severity_id", json_integer(outcomes[end].severity));
	set(build, event, "severity", json_string(outcomes[end].severity_name));
	set(build, event, "action_id", json_integer(outcomes[end].action));
	set(build, event, "action", json_string(outcomes[end].action_name));
	set(build, event, "disposition_id", json_integer(outcomes[end].disposition));
	set(build, event, "disposition", json_string(outcomes[end].disposition_name));
	set(build, event, "is_alert", json_boolean(outcomes[end].is_alert));
}

/* The record's own names for what has no place in the class. */
static json_t *unmapped_of(struct build *build)
{
	const json_t *record = build->record;
	static const char *const whole[] = { "verdict", "enforced",  "mode",   "rule",  "gate",
					     "syscall", "requester", "leader", "audit", "lost" };
	static const char *const of_module[] = { "name",       "name_source", "source",
						 "filesystem", "deleted",     "memfd",
						 "compressed", "signature",   "signer",
						 "srcversion", "taints" };
	static const char *const of_process[] = { "euid",   "auid", "caps",
						  "cgroup", "unit", "ancestors" };
	json_t *unmapped = json_object(), *module = json_object(), *process = json_object();

	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++)
		copy(build, unmapped, whole[i], record, whole[i]);
	for (size_t i = 0; i < sizeof(of_module) / sizeof(*of_module); i++)
		copy(build, module, of_module[i], json_object_get(record, "module"), of_module[i]);
	for (size_t i = 0; i < sizeof(of_process) / sizeof(*of_process); i++)
		copy(build, process, of_process[i], json_object_get(record, "process"),
		     of_process[i]);
	set(build, unmapped, "module", module);
	set(build, unmapped, "process", process);
	copy(build, unmapped, "cgroup", json_object_get(record, "container"), "cgroup");
	copy(build, unmapped, "pod", json_object_get(record, "container"), "pod");
	copy(build, unmapped, "namespace", json_object_get(record, "container"), "namespace");
	return unmapped;
}

static json_t *message_of(struct build *build)
{
	const json_t *record = build->record;
	static const struct record_text_style style = { .one_line = true };
	auto_free char *text = record_text(record, &style);

	return text ? json_stringn(text, strcspn(text, "\n")) : NULL;
}

static void fill(struct build *build)
{
	struct log_fields fields;
	enum tally_end end;

	log_fields_of(&fields, build->record);
	end = log_outcome(&fields);
	set_class(build);
	set_times(build);
	set_outcome(build, end);
	set_status(build, end);
	set(build, build->event, "message", message_of(build));
	set(build, build->event, "metadata", metadata_of(build));
	set(build, build->event, "device", device_of(build));
	set(build, build->event, "actor", actor_of(build));
	set(build, build->event, "driver", driver_of(build));
	set(build, build->event, "policy", policy_of(build));
	set(build, build->event, "unmapped", unmapped_of(build));
}

int ocsf_of(const json_t *record, json_t **event)
{
	struct build build = { .record = record };
	const char *type = text_of(record, "type");

	*event = NULL;
	if (!type || strcmp(type, "operation") != 0)
		return 0;
	build.event = json_object();
	fill(&build);
	if (build.has_failed) {
		json_decref(build.event);
		return -ENOMEM;
	}
	*event = build.event;
	return 0;
}
