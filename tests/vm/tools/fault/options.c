// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"

#include <stdlib.h>
#include <unistd.h>

struct options options = { .seed = 1, .first = 1, .limit = 60 };

void options_parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+ab:f:g:i:lm:n:pr:s:t:v")) != -1) {
		switch (option) {
		case 'a':
			options.adopts = true;
			break;
		case 'b':
			options.budget = strtoul(optarg, NULL, 10);
			break;
		case 'f':
			options.first = strtoul(optarg, NULL, 10) ?: 1;
			break;
		case 'g':
			options.module = optarg;
			break;
		case 'i':
			options.only = strtoul(optarg, NULL, 10);
			break;
		case 'l':
			options.lists = true;
			break;
		case 'm':
			options.preload = optarg;
			break;
		case 'n':
			options.sample = strtoul(optarg, NULL, 10);
			break;
		case 'p':
			options.persists = true;
			break;
		case 'r':
			options.records = optarg;
			options.words = argv[optind++];
			break;
		case 's':
			options.seed = strtoul(optarg, NULL, 10);
			break;
		case 'v':
			options.varies = true;
			break;
		case 't':
			options.limit = strtoul(optarg, NULL, 10);
			break;
		default:
			exit(2);
		}
	}
	options.command = argv + optind;
	if (optind >= argc)
		exit(2);
}
