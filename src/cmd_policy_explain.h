/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MODWARDEN_CMD_POLICY_EXPLAIN_H
#define MODWARDEN_CMD_POLICY_EXPLAIN_H

#include "exit_code.h"
#include "load_outcome.h"

struct explain_options {
	const char *policy;
	char *log; /* where records are looked for by their id; NULL: in modwarden's own */
	char **subjects;
	int count;
	enum mw_op op;
	bool json;
	bool has_caller; /* options said something of the caller */
	bool records;    /* the subjects are logs */
	struct load_context context;
};

int cmd_policy_explain(int argc, char **argv);

/* cmd_policy_explain_record.c: one record by its id, and all those of logs */
enum exit_code explain_record(const struct policy *policy, const char *id,
			      const struct explain_options *options);
enum exit_code explain_logs(const struct policy *policy, const struct explain_options *options);

#endif
