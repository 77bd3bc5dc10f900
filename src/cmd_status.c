// SPDX-License-Identifier: GPL-2.0-or-later
/* status: what the running daemon says of itself. */
#include "ask.h"
#include "control_client.h"
#include "exit_code.h"
#include "status_text.h"
#include "verb.h"

#include <stdio.h>

static const char doc[] = "Tell what the running modwarden does: mode, policy, counters, losses.\v"
			  "Exit status: 0 done, 1 failed, 2 usage, 5 not permitted, 6 no daemon."
			  "\n\nExample: sudo modwarden status";

int cmd_status(int argc, char **argv)
{
	struct ask ask = ask_parse(doc, argc, argv);
	json_t *reply;
	int code;

	code = control_ask(ask.socket, json_pack("{s:s}", "verb", "status"), &reply);
	if (code)
		return code;
	if (ask.json) {
		ask_print_json(reply);
	} else {
		status_print(reply, stdout);
	}
	json_decref(reply);
	return EXIT_DONE;
}
