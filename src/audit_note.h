/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an operation's record says, as an audit message of type AUDIT_TRUSTED_APP: it stands in the
 * audit trail beside the event of the system call, which has no module's name where that was
 * refused.
 *
 *   op=load name="dummy" hash=sha256:HEX verdict=deny enforced=yes rule="no-dummies" reason=rule
 *   gate=content id=1c2d3e4f-12 opid=234 event=456 key="module_load" repeated=3
 *
 * What is not known is left out. Values that somebody chose stand in quotes, or in hexadecimal
 * where they have other characters than letters, digits and @%+/._-, as the kernel writes them.
 */
#ifndef MODWARDEN_AUDIT_NOTE_H
#define MODWARDEN_AUDIT_NOTE_H

#include <jansson.h>
#include <stdbool.h>

#define AUDIT_NOTE_SIZE 2048 /* with the NUL; far below MAX_AUDIT_MESSAGE_LENGTH */

struct audit_note {
	bool success; /* the operation was neither refused nor failed, as far as is known */
	char text[AUDIT_NOTE_SIZE];
};

/* 0, -ENOMSG: the record is of no operation; or -ENOMEM. */
int audit_note_make(struct audit_note *note, const json_t *record);

#endif
