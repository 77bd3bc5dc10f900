/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of kernels in a policy's text, edited as a person would: comments, order and form stay
 * as they are.
 */
#ifndef MODWARDEN_POLICY_KERNELS_H
#define MODWARDEN_POLICY_KERNELS_H

/*
 * Adds a release, unless it is there or a pattern of the list holds for it already. *ret is a new
 * text to free, or NULL: there is nothing to change, or the policy has no such list and is for any
 * kernel. 0; -EINVAL: the text is no YAML; -EOPNOTSUPP: it is written in a form in which this is
 * not done; or -ENOMEM.
 */
int policy_kernels_add(const char *text, const char *release, char **ret);

/* Takes a release away, as it is written, unless it is the only one: none would mean any kernel. */
int policy_kernels_remove(const char *text, const char *release, char **ret);

#endif
