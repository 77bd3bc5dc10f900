/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MODWARDEN_CMD_POLICY_GENERATE_H
#define MODWARDEN_CMD_POLICY_GENERATE_H

int cmd_policy_generate(int argc, char **argv);

#endif
