// SPDX-License-Identifier: GPL-2.0-or-later
/* The record of an operation: what it was, what was ruled, who asked and what came of it. */
#include <inttypes.h>
#include <string.h>

#include "cgroup_path.h"
#include "record.h"
#include "record_value.h"

static bool is_known(const struct operation *operation, enum operation_part part)
{
	return operation->has & part;
}

static json_t *digest_value(const struct mw_facts *facts, unsigned int which)
{
	if (facts->digest_count <= which)
		return json_null();
	return value_hex(facts->digest[which], sizeof(facts->digest[which]));
}

static json_t *signer_value(const struct record_context *context, const struct operation *operation)
{
	return value_string(context->signer ? context->signer(operation, context->arg) : NULL);
}

static json_t *module_value(const struct record_context *context, const struct operation *operation)
{
	const struct mw_facts *facts = &operation->facts;
	const struct mw_caller *caller = &operation->caller;
	bool is_load = facts->op == MW_OP_LOAD;
	bool is_file =
		facts->source == MW_SOURCE_FILE && is_known(operation, OPERATION_HAS_DECISION);

	if (facts->op == MW_OP_AUTOLOAD)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
			 "s:o}",
			 "name", value_text(facts->module, sizeof(facts->module)), "name_source",
			 value_word(&name_source_words, facts->name_source), "sha256",
			 digest_value(facts, 0), "sha256_elf", digest_value(facts, 1), "size",
			 value_number_if(facts->size, facts->size), "source",
			 value_word(&source_words, facts->source), "path",
			 value_text(facts->path, sizeof(facts->path)), "filesystem",
			 value_text(facts->filesystem, sizeof(facts->filesystem)), "deleted",
			 value_bool_if(is_file, caller->deleted), "memfd",
			 value_bool_if(is_file, caller->memfd), "compressed",
			 value_bool_if(is_load && facts->source, operation->ruling.compressed),
			 "signature", value_word(&signature_words, facts->signature), "signer",
			 signer_value(context, operation), "srcversion",
			 value_text(operation->srcversion, sizeof(operation->srcversion)), "taints",
			 operation->loaded ? value_bits(&taint_words, operation->taints)
					   : json_null());
}

/* Without the caller, the source still tells which call it was: each has its own. */
static enum mw_syscall syscall_of(const struct operation *operation)
{
	if (is_known(operation, OPERATION_HAS_DECISION))
		return operation->caller.syscall;
	if (operation->facts.op == MW_OP_UNLOAD)
		return MW_SYSCALL_DELETE_MODULE;
	if (operation->facts.source == MW_SOURCE_FILE)
		return MW_SYSCALL_FINIT_MODULE;
	return operation->facts.source == MW_SOURCE_MEMORY ? MW_SYSCALL_INIT_MODULE
							   : MW_SYSCALL_NONE;
}

static json_t *flags_value(const struct operation *operation, enum mw_syscall syscall)
{
	if (!is_known(operation, OPERATION_HAS_DECISION))
		return json_null();
	if (syscall == MW_SYSCALL_DELETE_MODULE)
		return value_bits(&unload_flag_words, operation->caller.flags);
	return value_bits(&load_flag_words, operation->caller.flags);
}

static json_t *params_value(const struct operation *operation)
{
	const struct mw_caller *caller = &operation->caller;
	size_t length = strnlen(caller->params, sizeof(caller->params));

	if (!is_known(operation, OPERATION_HAS_DECISION))
		return json_null();
	return length ? value_cut_text(caller->params, length, length == sizeof(caller->params) - 1)
		      : json_string("");
}

static json_t *errno_value(int64_t exit)
{
	const char *name = exit < 0 && exit >= -4095 ? strerrorname_np((int)-exit) : NULL;

	return name ? json_string(name) : json_null();
}

static json_t *syscall_value(const struct operation *operation)
{
	enum mw_syscall syscall = syscall_of(operation);
	bool is_over = is_known(operation, OPERATION_HAS_OUTCOME);

	if (operation->facts.op == MW_OP_AUTOLOAD)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "name",
			 value_word(&syscall_words, syscall), "abi",
			 value_word(&abi_words, operation->caller.abi), "flags",
			 flags_value(operation, syscall), "params", params_value(operation), "exit",
			 is_over ? json_integer(operation->exit) : json_null(), "errno",
			 is_over ? errno_value(operation->exit) : json_null());
}

static json_t *ancestors_value(const struct mw_caller *caller)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < caller->ancestor_count; i++) {
		const struct mw_ancestor *ancestor = &caller->ancestors[i];
		json_t *item = json_pack("{s:o, s:o}", "pid", value_number(ancestor->pid), "comm",
					 value_text(ancestor->comm, sizeof(ancestor->comm)));

		if (json_array_append_new(list, item)) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *cmdline_value(const struct mw_caller *caller)
{
	size_t size = caller->cmdline_size;
	bool is_cut = size == sizeof(caller->cmdline) && caller->cmdline[size - 1];

	return value_cmdline(caller->cmdline, size, is_cut);
}

static json_t *cgroup_value(const struct mw_caller *caller)
{
	size_t length = strnlen(caller->cgroup, sizeof(caller->cgroup));

	return length ? value_cut_text(caller->cgroup, length, caller->cgroup_cut) : json_null();
}

static json_t *unit_value(const struct mw_caller *caller)
{
	size_t size;
	const char *unit = cgroup_path_unit(caller->cgroup, &size);

	return unit ? value_text(unit, size) : json_null();
}

static json_t *process_value(const struct operation *operation)
{
	const struct mw_caller *caller = &operation->caller;
	const struct mw_facts *facts = &operation->facts;
	bool known = is_known(operation, OPERATION_HAS_DECISION);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "pid", value_number_if(known || caller->pid, caller->pid), "ppid",
			 value_number_if(known, caller->ppid), "comm",
			 value_text(caller->comm, sizeof(caller->comm)), "exe",
			 value_text(facts->loader, sizeof(facts->loader)), "cmdline",
			 cmdline_value(caller), "uid", value_number_if(known, caller->uid), "euid",
			 value_number(caller->euid), "auid", value_id_if(known, caller->auid),
			 "session", value_id_if(known, caller->session), "caps",
			 known ? json_sprintf("%016" PRIx64, (uint64_t)caller->caps) : json_null(),
			 "tty", value_text(caller->tty, sizeof(caller->tty)), "cgroup",
			 cgroup_value(caller), "unit", unit_value(caller), "ancestors",
			 ancestors_value(caller));
}

static json_t *name_value(const char *name)
{
	return value_string(*name ? name : NULL);
}

/* The runtime knows the pod of a container whose group does not tell. */
static json_t *pod_uid_value(const char *cgroup, const char *id, const struct pod_names *names)
{
	char uid[POD_UID_SIZE + 1];

	if (cgroup_path_pod_uid(cgroup, id, uid))
		return json_string(uid);
	return name_value(names->pod_uid);
}

static json_t *container_value(const struct record_context *context,
			       const struct operation *operation)
{
	static const struct pod_names unnamed;
	const char *id = operation->facts.container;
	const char *cgroup = operation->caller.cgroup;
	const struct pod_names *names;

	if (!id[0])
		return json_null();
	names = context->names ? context->names(id, context->arg) : NULL;
	if (!names)
		names = &unnamed;
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", value_string(id),
			 "runtime", value_string(cgroup_path_runtime(cgroup, id)), "name",
			 name_value(names->container), "image", name_value(names->image),
			 "image_digest", name_value(names->image_digest), "pod",
			 name_value(names->pod), "namespace", name_value(names->pod_namespace),
			 "pod_uid", pod_uid_value(cgroup, id, names), "cgroup",
			 value_text(cgroup, cgroup_path_container(cgroup, id)));
}

/* As ausearch -a takes it: SECONDS.MILLISECONDS:SERIAL. */
static json_t *audit_id_value(const struct operation_audit *audit)
{
	if (!audit->serial)
		return json_null();
	return json_sprintf("%" PRIu64 ".%03" PRIu32 ":%" PRIu32, audit->seconds,
			    audit->milliseconds, audit->serial);
}

/* One key is a string, several are a list. */
static json_t *audit_key_value(const char *key)
{
	size_t length = strcspn(key, "\001");
	json_t *list;

	if (!key[length])
		return value_text(key, length);
	list = json_array();
	while (list && !json_array_append_new(list, value_text(key, length)) && key[length]) {
		key += length + 1;
		length = strcspn(key, "\001");
	}
	return list;
}

static json_t *audit_value(const struct operation *operation)
{
	const struct operation_audit *audit = &operation->audit;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "id", audit_id_value(audit), "serial",
			 value_number_if(audit->serial, audit->serial), "key",
			 audit_key_value(audit->key), "key_known",
			 value_bool_if(audit->key[0], audit->key_known), "recorded",
			 value_word(&recorded_words, audit->recorded), "join",
			 value_word(&match_words, audit->match));
}

static json_t *rule_value(const struct record_context *context, const struct mw_ruling *ruling)
{
	if (ruling->rule == MW_RULE_NONE || !ruling->generation || !context->rule_name)
		return json_null();
	return value_string(context->rule_name(ruling->generation, ruling->rule, context->arg));
}

/* Of an autoload the process itself; of a load, whose autoload led to it. */
static json_t *requester_value(struct record_context *context, const struct mw_requester *requester)
{
	return json_pack("{s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o}", "id",
			 record_id(context, requester->seq), "alias",
			 value_text(requester->alias, sizeof(requester->alias)), "kernel_thread",
			 requester->kernel_thread, "pid", value_number(requester->pid), "comm",
			 value_text(requester->comm, sizeof(requester->comm)), "uid",
			 value_number(requester->uid), "auid", value_id_if(true, requester->auid),
			 "container",
			 value_text(requester->container, sizeof(requester->container)));
}

static struct mw_requester requester_of_autoload(const struct operation *operation)
{
	const struct mw_facts *facts = &operation->facts;
	struct mw_requester requester = {
		.seq = operation->seq,
		.pid = operation->caller.pid,
		.uid = facts->uid,
		.auid = facts->auid,
		.kernel_thread = facts->unattributed != 0,
	};

	memcpy(requester.comm, operation->caller.comm, sizeof(requester.comm));
	memcpy(requester.alias, facts->alias, sizeof(requester.alias));
	memcpy(requester.container, facts->container, sizeof(requester.container));
	return requester;
}

static int add_requester(struct record_context *context, json_t *body,
			 const struct operation *operation)
{
	struct mw_requester requester = operation->requester;

	if (operation->facts.op == MW_OP_AUTOLOAD)
		requester = requester_of_autoload(operation);
	else if (!requester.pid)
		return 0;
	return json_object_set_new(body, "requester", requester_value(context, &requester));
}

static int add_leader(struct record_context *context, json_t *body,
		      const struct operation *operation)
{
	if (operation->ruling.reason != MW_REASON_INHERITED)
		return 0;
	return json_object_set_new(body, "leader",
				   operation->leader ? record_id(context, operation->leader)
						     : json_null());
}

static int add_repeated(json_t *body, const struct operation *operation, int64_t offset)
{
	const struct operation_repeat *repeated = &operation->repeated;
	const struct operation_audit *audit = &operation->audit;

	if (!repeated->count)
		return 0;
	return json_object_set_new(
		body, "repeated",
		json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "count",
			  value_number(repeated->count), "first",
			  value_time(repeated->first, offset), "last",
			  value_time(repeated->last, offset), "stamped",
			  value_number(audit->stamped), "missed", value_number(audit->missed),
			  "serial_first", value_number_if(audit->first, audit->first),
			  "serial_last", value_number_if(audit->last, audit->last)));
}

json_t *record_operation(struct record_context *context, const struct operation *operation)
{
	const struct mw_ruling *ruling = &operation->ruling;
	json_t *body = json_pack(
		"{s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "op",
		value_word(&op_words, operation->facts.op), "verdict",
		value_word(&verdict_words, ruling->verdict), "enforced", ruling->enforced, "mode",
		value_word(&mode_words, ruling->mode), "rule", rule_value(context, ruling),
		"reason", value_word(&reason_words, ruling->reason), "gate",
		value_word(&gate_words, ruling->gate), "module", module_value(context, operation),
		"syscall", syscall_value(operation), "process", process_value(operation),
		"container", container_value(context, operation), "audit", audit_value(operation));

	if (body &&
	    (add_requester(context, body, operation) || add_leader(context, body, operation) ||
	     add_repeated(body, operation, context->boottime_offset))) {
		json_decref(body);
		body = NULL;
	}
	return record_assemble(context, "operation", operation->seq, operation->part,
			       operation->time, ruling->generation, body);
}
