/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One SYSCALL record of the audit trail, as the kernel sends it to netlink readers and as auditd
 * writes it into its file. Who may send audit messages of their own can put any text into them, but
 * not the type that the kernel gives them, nor the beginning of a line.
 */
#ifndef MODWARDEN_AUDIT_SIGHTING_H
#define MODWARDEN_AUDIT_SIGHTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUDIT_SIGHTING_KEYS_SIZE 256 /* with the NUL; what auditctl(8) allows */

struct audit_sighting {
	uint64_t serial;
	uint64_t time_ms; /* since the epoch; of the event, when the system call began */
	bool is_call;     /* of a module system call; of others nothing that follows is read */
	int syscall;
	uint32_t arch; /* AUDIT_ARCH_* of linux/audit.h */
	uint32_t pid;  /* thread group */
	bool success;
	long exit;
	char keys[AUDIT_SIGHTING_KEYS_SIZE]; /* several are separated by '\001'; "": none */
};

struct audit_parser;

/* 0 or -ENOMEM. */
int audit_parser_new(struct audit_parser **ret);

/* NULL is fine. */
void audit_parser_free(struct audit_parser *parser);

/*
 * The payload of a netlink message that the kernel sent with the type AUDIT_SYSCALL:
 * "audit(1700000000.123:456): arch=..."; NULs at its end do not count.
 *
 * Returns 1: *sighting is filled; -EBADMSG: not to be read; or -ENOMEM.
 */
int audit_parse_payload(struct audit_parser *parser, const char *payload, size_t size,
			struct audit_sighting *sighting);

/*
 * A line of auditd's file, without its end: "type=SYSCALL msg=audit(...): arch=...", perhaps after
 * "node=NAME ". Returns as above; 0 for records of other types.
 */
int audit_parse_line(struct audit_parser *parser, const char *line, size_t size,
		     struct audit_sighting *sighting);

#endif
