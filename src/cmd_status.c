// SPDX-License-Identifier: GPL-2.0-or-later
/* status: what the running daemon says of itself. */
#include "ask.h"
#include "control_client.h"
#include "exit_code.h"
#include "status_text.h"
#include "verb.h"

#include <stdio.h>

static const char doc[] =
	"Tell what the running modwarden does: mode, policy, counters, losses.\v"
	"Exit status: 0 done, 1 failed or (--ready) not ready, 2 usage, 5 not permitted, 6 no "
	"daemon."
	"\n\nExample: sudo modwarden status\n         sudo modwarden status --ready # as a probe";

static int tell_readiness(const json_t *status, bool as_json)
{
	const json_t *readiness = json_object_get(status, "readiness");

	if (as_json)
		ask_print_json(readiness);
	else
		status_print_readiness(status, stdout);
	return json_is_true(json_object_get(readiness, "ready")) ? EXIT_DONE : EXIT_FAILED;
}

int cmd_status(int argc, char **argv)
{
	struct ask ask = ask_parse_flag(doc, "ready", "Tell only whether it is ready, and why not",
					argc, argv);
	json_t *reply;
	int code;

	code = control_ask(ask.socket, json_pack("{s:s}", "verb", "status"), &reply);
	if (code)
		return code;
	if (ask.flag)
		code = tell_readiness(reply, ask.json);
	else if (ask.json)
		ask_print_json(reply);
	else
		status_print(reply, stdout);
	json_decref(reply);
	return code;
}
