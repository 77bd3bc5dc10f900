/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fault is told on its command line: see main.c. */
#ifndef FAULT_OPTIONS_H
#define FAULT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct options {
	const char *preload, *module, *records, *words;
	unsigned int seed, first, only, limit, budget;
	size_t sample;
	bool lists, persists, adopts, varies;
	char **command;
};

extern struct options options;

/* Exits with 2 where there is no command, or what is none of the options. */
void options_parse(int argc, char **argv);

#endif
