/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MODWARDEN_CMD_POLICY_DIFF_H
#define MODWARDEN_CMD_POLICY_DIFF_H

int cmd_policy_diff(int argc, char **argv);

#endif
