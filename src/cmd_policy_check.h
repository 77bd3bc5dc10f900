/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MODWARDEN_CMD_POLICY_CHECK_H
#define MODWARDEN_CMD_POLICY_CHECK_H

int cmd_policy_check(int argc, char **argv);

#endif
