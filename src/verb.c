// SPDX-License-Identifier: GPL-2.0-or-later
#include "verb.h"

#include "exit_code.h"
#include "log.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void print_help(const struct verb *verbs, size_t count, const char *about, const char *name)
{
	printf("Usage: %s VERB [OPTION...]\n%s\n\nVerbs:\n", name, about);
	for (size_t i = 0; i < count; i++)
		printf("  %-10s %s\n", verbs[i].name, verbs[i].summary);
	printf("\n`%s VERB --help` tells more of one.\n", name);
}

static bool is_help(const char *word)
{
	return !strcmp(word, "help") || !strcmp(word, "--help") || !strcmp(word, "-h") ||
	       !strcmp(word, "-?");
}

static const struct verb *find(const struct verb *verbs, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

/* argv[1] names the verb, and becomes part of the name that it knows itself by. */
static int run_named(const struct verb *verbs, size_t count, int argc, char **argv)
{
	const struct verb *verb = find(verbs, count, argv[1]);
	char name[128];

	if (!verb) {
		log_error("there is no verb '%s'; try `%s help`", argv[1], argv[0]);
		return EXIT_USAGE;
	}
	snprintf(name, sizeof(name), "%s %s", argv[0], argv[1]);
	argv[1] = name;
	return verb->run(argc - 1, argv + 1);
}

int verb_dispatch(const struct verb *verbs, size_t count, const char *about, int argc, char **argv)
{
	if (argc < 2) {
		log_error("no verb is given; try `%s help`", argv[0]);
		return EXIT_USAGE;
	}
	if (is_help(argv[1])) {
		static char help[] = "--help";
		char *ask[] = { argv[0], argc > 2 ? argv[2] : NULL, help, NULL };

		if (argc > 2)
			return run_named(verbs, count, 3, ask);
		print_help(verbs, count, about, argv[0]);
		return EXIT_DONE;
	}
	return run_named(verbs, count, argc, argv);
}
