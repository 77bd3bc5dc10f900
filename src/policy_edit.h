/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes to a policy's text, as a person would make them: what is not meant, comments and blanks
 * too, stays as it is. An edit is only of the text; whether the result is a policy, and the one
 * that was meant, is for its parser to say.
 */
#ifndef MODWARDEN_POLICY_EDIT_H
#define MODWARDEN_POLICY_EDIT_H

/*
 * All return 0 with a new text to free; -EINVAL: the text is no policy; -EOPNOTSUPP: it is written
 * in a form in which this is not done; -EILSEQ: something else would change, too; or -ENOMEM.
 */

/*
 * Puts a rule before the one of a name, above the comment that stands on that; NULL: behind the
 * last. The rule is lines such as "name: x", without indentation, each ended by a newline; comment,
 * which may be NULL, comes before it.
 */
int policy_edit_add_rule(const char *text, const char *before, const char *comment,
			 const char *rule, char **ret);

/* Gives a key of the policy a word for its value; behind `version` where it is not there yet. */
int policy_edit_set(const char *text, const char *key, const char *word, char **ret);

#endif
