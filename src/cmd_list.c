// SPDX-License-Identifier: GPL-2.0-or-later
/* list: the modules that are loaded, and what the policy in force would make of each. */
#include "ask.h"
#include "baseline.h"
#include "cleanup.h"
#include "columns.h"
#include "control_client.h"
#include "exit_code.h"
#include "log.h"
#include "memory_stream.h"
#include "record_page.h"
#include "record_value.h"
#include "terminal.h"
#include "verb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char doc[] =
	"List the modules that are loaded, with the verdict that the policy in force would "
	"give, the rule, signer and digest, and the record of the load where it was "
	"seen.\vExit status: 0 done, 1 failed, 2 usage, 5 not permitted, 6 no daemon.\n\nExample: "
	"sudo modwarden list";

static void cleanup_baseline(struct baseline **baseline)
{
	baseline_free(*baseline);
}

/* The policy as its file has it, if that is still the one in force. */
static struct policy *read_policy(const json_t *told)
{
	const char *path = json_string_value(json_object_get(told, "path"));
	const char *wanted = json_string_value(json_object_get(told, "sha256"));
	cleanup(cleanup_policy) struct policy *policy = NULL;
	cleanup(diags_clear) struct diags diags = {};
	char sha256[2 * MW_DIGEST_SIZE + 1];

	if (json_is_string(json_object_get(told, "missing"))) {
		log_warning("there is no policy in force: no verdicts");
		return NULL;
	}
	if (!path || !wanted || policy_load(&policy, path, NULL, &diags)) {
		log_warning("the policy cannot be read from here: no verdicts");
		return NULL;
	}
	for (int i = 0; i < MW_DIGEST_SIZE; i++)
		snprintf(&sha256[2 * i], 3, "%02x", policy->image->sha256[i]);
	if (!strcmp(sha256, wanted))
		return take_pointer(policy);
	log_warning("'%s' is not the policy in force any more: no verdicts", path);
	return NULL;
}

struct judged {
	const struct policy *policy;
	json_t *module;
};

static void set_default(json_t *object, const char *key, json_t *value)
{
	if (json_is_null(json_object_get(object, key)))
		json_object_set_new(object, key, value);
	else
		json_decref(value);
}

static void take_verdict(const struct record_module *record, void *arg)
{
	const struct judged *judged = arg;
	json_t *module = judged->module;
	bool has_rule = record->rule != MW_RULE_NONE && record->verdict;

	json_object_set_new(module, "verdict", value_word(&verdict_words, record->verdict));
	json_object_set_new(
		module, "rule",
		value_string(has_rule ? policy_rule_name(judged->policy, record->rule) : NULL));
	json_object_set_new(module, "signer", value_string(record->signer));
	json_object_set_new(module, "path", value_string(record->path));
	json_object_set_new(module, "detail", value_string(record->detail));
	set_default(module, "sha256", value_string(record->sha256));
}

static void judge_all(json_t *modules, const struct policy *policy)
{
	cleanup(cleanup_baseline) struct baseline *baseline = NULL;
	json_t *entry;
	size_t i;

	if (!policy || baseline_new(&baseline, policy, NULL))
		return;
	json_array_foreach (modules, i, entry) {
		const char *name = json_string_value(json_object_get(entry, "name"));
		struct judged judged = { policy, entry };
		struct module module = {
			.taints = (uint64_t)json_integer_value(json_object_get(entry, "taints")),
		};

		snprintf(module.name, sizeof(module.name), "%s", name ?: "");
		baseline_judge(baseline, &module, take_verdict, &judged);
	}
}

/* Columns that every line has; what follows is cut at the terminal's edge. */
static int print_module(const json_t *module, size_t width)
{
	auto_free char *name = field_text(module, "name");
	auto_free char *verdict = field_text(module, "verdict");
	auto_free char *rule = field_text(module, "rule");
	auto_free char *sha256 = field_text(module, "sha256");
	auto_free char *id = field_text(module, "id");
	auto_free char *signer = field_text(module, "signer");
	auto_free char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	if (!out)
		return -ENOMEM;
	columns_put(out, name ?: "", 20, false);
	fprintf(out, " %-8s ", verdict ?: "-");
	columns_put(out, rule ?: "-", 16, false);
	fprintf(out, " %-12.12s %-20s %s", sha256 ?: "-", id ?: "before", signer ?: "-");
	if (memory_stream_close(out, &line))
		return -ENOMEM;
	printf("%.*s\n", (int)columns_prefix(line, width, &size), line);
	return 0;
}

static int print_text(const json_t *modules)
{
	size_t width = terminal_width(STDOUT_FILENO) ?: 10000;
	const json_t *module;
	size_t i;

	printf("%.*s\n", (int)width,
	       "MODULE               VERDICT  RULE             SHA256       RECORD               "
	       "SIGNER");
	json_array_foreach (modules, i, module) {
		int error = print_module(module, width);

		if (error)
			return error;
	}
	return 0;
}

int cmd_list(int argc, char **argv)
{
	struct ask ask = ask_parse(doc, argc, argv);
	cleanup(cleanup_policy) struct policy *policy = NULL;
	json_t *reply, *modules;
	int code;

	code = control_ask(ask.socket, json_pack("{s:s}", "verb", "list"), &reply);
	if (code)
		return code;
	modules = json_object_get(reply, "modules");
	policy = read_policy(json_object_get(reply, "policy"));
	judge_all(modules, policy);
	if (ask.json) {
		ask_print_json(modules);
	} else if (print_text(modules)) {
		log_error("list: %s", strerror(ENOMEM));
		code = EXIT_FAILED;
	}
	json_decref(reply);
	return code;
}
