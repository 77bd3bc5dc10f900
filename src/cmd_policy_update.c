// SPDX-License-Identifier: GPL-2.0-or-later
/* policy update: its options, and what it tells. */
#include "cmd_policy_update.h"

#include <argp.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask.h"
#include "cleanup.h"
#include "control_client.h"
#include "escape.h"
#include "kernel_tree.h"
#include "log.h"
#include "option.h"
#include "policy.h"
#include "policy_update.h"

#define NAMED_MAX 5 /* modules */

enum {
	OPTION_TREES = 0x300,
	OPTION_GONE,
};

struct update_options {
	struct policy_update update;
	const char *socket;
	bool is_named; /* the policy: then it has to be there */
	bool json;
};

static error_t update_parse(int key, char *arg, struct argp_state *state)
{
	struct update_options *options = state->input;

	switch (key) {
	case 'P':
		options->update.policy = option_text("--policy", arg, state);
		options->is_named = true;
		return 0;
	case OPTION_TREES:
		options->update.trees = option_text("--trees", arg, state);
		return 0;
	case OPTION_GONE:
		options->update.are_gone = true;
		return 0;
	case OPTION_SOCKET:
		options->socket = option_text("--socket", arg, state);
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->update.releases = state->argv + state->next;
		options->update.count = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		if (options->update.are_gone && !options->update.count)
			argp_error(state, "--gone: no kernel is named");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_table[] = {
	{ "policy", 'P', "FILE", 0, "the policy, instead of " POLICY_PATH, 0 },
	{ "trees", OPTION_TREES, "DIRECTORY", 0,
	  "where the kernels' modules are, instead of " KERNEL_TREES, 0 },
	{ "gone", OPTION_GONE, NULL, 0, "the kernels named are on their way out", 0 },
	{ "json", 'j', NULL, 0, "answer in JSON", 0 },
	OPTION_SOCKET_ROW,
	{}
};

static const struct argp update_argp = {
	.options = option_table,
	.parser = update_parse,
	.args_doc = "[KERNEL...]",
	.doc = "Keep a policy that lists modules by digest up with the kernels that are installed: "
	       "list, for each of them or for those named, the modules that are listed already, "
	       "by name, and what they bring along; take those of kernels that are gone away; "
	       "keep the policy's `kernels:`; have a running modwarden read it. The hooks that are "
	       "installed with modwarden call this.\v"
	       "Exit status: 0 done, or nothing to do, 1 a kernel was skipped, or it failed and "
	       "nothing was changed, 2 "
	       "usage, 3 the policy is not valid, 5 not permitted, 9 there is no such kernel.\n\n"
	       "Example:\n"
	       "  $ sudo modwarden policy update 6.12.1-amd64\n"
	       "  6.12.1-amd64: 213 modules are listed; new: phy_package; without: aufs\n",
};

/* "; new: a, b and 3 more" */
static void print_names(const char *what, const json_t *names)
{
	size_t count = json_array_size(names);

	for (size_t i = 0; i < count && i < NAMED_MAX; i++) {
		auto_free char *name = text_sanitize(json_string_value(json_array_get(names, i)));

		printf("%s%s", i ? ", " : what, name ?: "?");
	}
	if (count > NAMED_MAX)
		printf(" and %zu more", count - NAMED_MAX);
}

static void print_kernel(const json_t *kernel)
{
	const char *release = json_string_value(json_object_get(kernel, "release"));
	const char *state = json_string_value(json_object_get(kernel, "state"));

	if (!strcmp(state, "removed"))
		printf("%s: is gone, and is not listed any more", release);
	else if (!strcmp(state, "kept"))
		printf("%s: is gone, and stays listed: it runs, or the policy would list nothing",
		       release);
	else if (!strcmp(state, "skipped"))
		printf("%s: is skipped, for the reason above", release);
	else
		printf("%s: %" JSON_INTEGER_FORMAT " modules are listed", release,
		       json_integer_value(json_object_get(kernel, "modules")));
	print_names("; new: ", json_object_get(kernel, "new"));
	print_names("; without: ", json_object_get(kernel, "gone"));
	putchar('\n');
}

static void print_report(const json_t *report)
{
	const json_t *kernel;
	size_t i;

	json_array_foreach (json_object_get(report, "kernels"), i, kernel)
		print_kernel(kernel);
	if (!json_is_true(json_object_get(report, "changed")))
		printf("nothing had to be changed\n");
}

/* Where none is running there is nothing to tell; it would have read the files by itself, too. */
static void reload(const char *socket)
{
	int fd = control_socket_connect(socket);
	json_t *reply = NULL;

	if (fd < 0)
		return;
	close(fd);
	if (control_ask(socket, json_pack("{s:s}", "verb", "reload"), &reply))
		log_warning("policy update: the policy is written, and the running modwarden did "
			    "not take it");
	json_decref(reply);
}

static bool is_missing(const char *path)
{
	struct stat st;

	return lstat(path, &st) && errno == ENOENT;
}

static enum exit_code update(const struct update_options *options)
{
	json_t *report;
	enum exit_code code;

	if (is_missing(options->update.policy) && options->is_named) {
		log_error("policy update: there is no '%s'; make one: modwarden policy generate",
			  options->update.policy);
		return EXIT_POLICY;
	}
	if (is_missing(options->update.policy)) {
		log_info("policy update: there is no '%s': nothing to do", options->update.policy);
		return EXIT_DONE;
	}
	code = policy_update(&options->update, &report);
	if (!report)
		return code;
	if (json_is_true(json_object_get(report, "changed")))
		reload(options->socket);
	if (options->json)
		ask_print_json(report);
	else
		print_report(report);
	json_decref(report);
	return code;
}

int cmd_policy_update(int argc, char **argv)
{
	struct update_options options = {
		.update = { .policy = POLICY_PATH, .trees = KERNEL_TREES },
		.socket = CONTROL_PATH,
	};

	options_parse(&update_argp, argc, argv, &options);
	return update(&options);
}
