/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes when a generated policy takes the place of one that people may have changed. */
#ifndef MODWARDEN_POLICY_REPLACED_H
#define MODWARDEN_POLICY_REPLACED_H

/* Logs which rules, and what else, the policy at a path has that a generated one has not. */
void policy_tell_replaced(const char *path);

#endif
