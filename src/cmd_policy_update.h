/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MODWARDEN_CMD_POLICY_UPDATE_H
#define MODWARDEN_CMD_POLICY_UPDATE_H

int cmd_policy_update(int argc, char **argv);

#endif
