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

static int run(const struct verb *verb, int argc, char **argv)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", argv[0], argv[1]);
	argv[1] = name;
	return verb->run(argc - 1, argv + 1);
}

int verb_dispatch(const struct verb *verbs, size_t count, const char *about, int argc, char **argv)
{
	const struct verb *verb;

	if (argc < 2) {
		log_error("no verb is given; try `%s help`", argv[0]);
		return EXIT_USAGE;
	}
	if (is_help(argv[1])) {
		static char help[] = "--help";
		char *ask[] = { argv[0], argc > 2 ? argv[2] : NULL, help, NULL };

		verb = argc > 2 ? find(verbs, count, argv[2]) : NULL;
		if (verb)
			return run(verb, 3, ask);
		print_help(verbs, count, about, argv[0]);
		return EXIT_DONE;
	}
	verb = find(verbs, count, argv[1]);
	if (!verb) {
		log_error("there is no verb '%s'; try `%s help`", argv[1], argv[0]);
		return EXIT_USAGE;
	}
	return run(verb, argc, argv);
}
