/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists that are an interface, in golden/: UPDATE_GOLDEN=1 writes them anew, for a change that is meant. */
#ifndef MODWARDEN_TEST_GOLDEN_FILE_H
#define MODWARDEN_TEST_GOLDEN_FILE_H

/* Fails where golden/NAME has another text. */
void assert_golden(const char *name, const char *text);

#endif
