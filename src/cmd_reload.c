// SPDX-License-Identifier: GPL-2.0-or-later
/* reload: the policy is read again, now. */
#include "ask.h"
#include "control_client.h"
#include "exit_code.h"
#include "verb.h"

#include <inttypes.h>
#include <stdio.h>

static const char doc[] =
	"Have the daemon read its policy again. It does so by itself within a second when "
	"the file changes; this tells what came of it.\vA policy that is not valid is "
	"refused as a whole, and the one before stays in force.\n\nExit status: 0 done, 1 failed, "
	"2 usage, 3 refused, 5 not permitted, 6 no daemon.\n\nExample: sudo modwarden reload";

static const char *text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "?";
}

static void print_answer(const json_t *reply)
{
	const json_t *policy = json_object_get(reply, "policy");
	const json_t *mode = json_object_get(reply, "mode");
	const char *missing = json_string_value(json_object_get(policy, "missing"));
	const char *what =
		json_is_true(json_object_get(reply, "changed")) ? "in force now" : "as it was";

	if (missing)
		printf("no policy: there is no '%s'; everything is allowed and recorded: %s mode\n",
		       missing, text_at(mode, "mode"));
	else
		printf("%s: %s: %s mode, generation %" JSON_INTEGER_FORMAT
		       ", rules %" JSON_INTEGER_FORMAT ", digests %" JSON_INTEGER_FORMAT "\n",
		       text_at(policy, "path"), what, text_at(mode, "mode"),
		       json_integer_value(json_object_get(policy, "generation")),
		       json_integer_value(json_object_get(policy, "rules")),
		       json_integer_value(json_object_get(policy, "digests")));
}

int cmd_reload(int argc, char **argv)
{
	struct ask ask = ask_parse(doc, argc, argv);
	json_t *reply;
	int code;

	code = control_ask(ask.socket, json_pack("{s:s}", "verb", "reload"), &reply);
	if (code)
		return code;
	if (ask.json) {
		ask_print_json(reply);
	} else {
		print_answer(reply);
	}
	json_decref(reply);
	return EXIT_DONE;
}
