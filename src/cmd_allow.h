/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MODWARDEN_CMD_ALLOW_H
#define MODWARDEN_CMD_ALLOW_H

#include "allow_rule.h"
#include "exit_code.h"

struct allow_options {
	const char *socket;
	const char *id;
	const char *sha256;
	uint32_t seconds;
	bool list;
	bool remove;
	bool json;

	/* Of a rule in the policy. */
	const char *policy;
	char *log;
	const char *tree;
	enum allow_by by;
	bool write;
};

/* cmd_allow_rule.c: a rule instead of an exception. */
enum exit_code allow_by_rule(const struct allow_options *options);

#endif
