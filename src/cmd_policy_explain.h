/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MODWARDEN_CMD_POLICY_EXPLAIN_H
#define MODWARDEN_CMD_POLICY_EXPLAIN_H

/* `modwarden policy explain`: what a policy would do with module files. An enum exit_code. */
int cmd_policy_explain(int argc, char **argv);

#endif
