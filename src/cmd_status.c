// SPDX-License-Identifier: GPL-2.0-or-later
/* status: what the running daemon says of itself. */
#include "ask.h"
#include "cleanup.h"
#include "control_client.h"
#include "duration.h"
#include "exit_code.h"
#include "mode_text.h"
#include "record_page.h"
#include "verb.h"

#include <inttypes.h>
#include <stdio.h>

static const char doc[] = "Tell what the running modwarden does: mode, policy, counters, losses.\v"
			  "Exit status: 0 done, 6 no daemon.\n\nExample: sudo modwarden status";

static json_int_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void print_field(const char *label, const json_t *object, const char *key)
{
	auto_free char *text = field_text(object, key);

	printf("%-11s %s\n", label, text ?: "-");
}

static void print_policy(const json_t *policy)
{
	print_field("policy", policy, "path");
	printf("            generation %" JSON_INTEGER_FORMAT ", rules %" JSON_INTEGER_FORMAT
	       ", digests %" JSON_INTEGER_FORMAT ", reloads refused %" JSON_INTEGER_FORMAT "\n",
	       number(policy, "generation"), number(policy, "rules"), number(policy, "digests"),
	       number(policy, "refused"));
	print_field("", policy, "sha256");
	print_field("loaded", policy, "loaded");
}

static void print_verdicts(const json_t *status)
{
	const json_t *count;
	const char *op;
	size_t i;

	json_object_foreach (json_object_get(status, "verdicts"), op, count)
		printf("%-11s allowed %" JSON_INTEGER_FORMAT ", denied %" JSON_INTEGER_FORMAT "\n",
		       op, number(count, "allow"), number(count, "deny"));
	json_array_foreach (json_object_get(status, "reasons"), i, count) {
		auto_free char *name = field_text(count, "op");
		auto_free char *verdict = field_text(count, "verdict");
		auto_free char *reason = field_text(count, "reason");

		printf("reason      %s %s, %s: %" JSON_INTEGER_FORMAT "\n", verdict ?: "",
		       name ?: "", reason ?: "", number(count, "count"));
	}
	json_array_foreach (json_object_get(status, "rules"), i, count) {
		auto_free char *rule = field_text(count, "rule");

		if (number(count, "allow") || number(count, "deny"))
			printf("rule        %s: allowed %" JSON_INTEGER_FORMAT
			       ", denied %" JSON_INTEGER_FORMAT "\n",
			       rule ?: "", number(count, "allow"), number(count, "deny"));
	}
}

static void print_counts(const char *label, const json_t *counts)
{
	const char *before = "", *kind;
	const json_t *count;

	printf("%-11s ", label);
	json_object_foreach ((json_t *)counts, kind, count) {
		if (!json_integer_value(count))
			continue;
		printf("%s%s %" JSON_INTEGER_FORMAT, before, kind, json_integer_value(count));
		before = ", ";
	}
	puts(*before ? "" : "none");
}

static void print_text(const json_t *status)
{
	char time[DURATION_SIZE];

	duration_format((uint64_t)number(status, "uptime"), time);
	fputs("mode        ", stdout);
	mode_print(json_object_get(status, "mode"), stdout);
	print_field("mechanism", status, "mechanism");
	print_field("grade", status, "grade");
	if (json_is_true(json_object_get(status, "locked")))
		puts("locked      until reboot");
	print_policy(json_object_get(status, "policy"));
	print_field("node", status, "node");
	print_field("kernel", status, "kernel");
	print_field("version", status, "version");
	printf("running     %s, pid %" JSON_INTEGER_FORMAT "\n", time, number(status, "pid"));
	if (json_is_true(json_object_get(status, "self_test")))
		puts("self-test   the gates fire");
	else
		print_field("self-test", status, "failing_gate");
	print_verdicts(status);
	print_counts("lost", json_object_get(status, "lost"));
	print_counts("counters", json_object_get(status, "counters"));
}

int cmd_status(int argc, char **argv)
{
	struct ask ask = ask_parse(doc, argc, argv);
	json_t *reply;
	int code;

	code = control_ask(ask.socket, json_pack("{s:s}", "verb", "status"), &reply);
	if (code)
		return code;
	json_object_del(reply, "ok");
	if (ask.json) {
		ask_print_json(reply);
	} else {
		print_text(reply);
	}
	json_decref(reply);
	return EXIT_DONE;
}
