/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records: the JSON objects that modwarden's log consists of. The names and the order of the fields
 * are part of the interface; tests/unit/golden/record-fields.txt lists them.
 *
 * Every record begins with the same head:
 *
 *   schema  "modwarden/1"; another number means that a field went or changed its meaning
 *   id      first 8 digits of the boot id, '-', and in decimal the kernel's sequence number; for
 *           what the kernel did not number, 't' and the CLOCK_BOOTTIME ns. ".1" behind it: the
 *           further identical denials of the second in which the record without it was written
 *   type    operation, daemon, policy, module, audit, tamper, loss
 *   time    RFC 3339 in UTC; of an operation, its beginning
 *   node
 *   policy  {generation, sha256} that decided, or that is in force; null: none
 *   lost    {kind: count} of what was lost since the record before; {} where nothing was
 *
 * A field is always there; what is not known or does not exist is null. The exceptions: 'requester'
 * is there for autoloads and the loads that they led to, 'leader' for inherited verdicts,
 * 'repeated' only where a record stands for more than one attempt.
 * Strings are escaped, see escape.h; ids that are unset (4294967295) are null.
 */
#ifndef MODWARDEN_RECORD_H
#define MODWARDEN_RECORD_H

#include <jansson.h>
#include <stdint.h>

#include "operation.h"
#include "pod_names.h"

#define RECORD_SCHEMA "modwarden/1"

enum record_lost_kind {
	RECORD_LOST_DECISION, /* no room in the ring buffer */
	RECORD_LOST_OUTCOME,
	RECORD_LOST_TAMPER,
	RECORD_LOST_MALFORMED,  /* events that were not to be read */
	RECORD_LOST_LATE,       /* events of what had been written without them, or left unread */
	RECORD_LOST_MEMORY,     /* events or records for which there was no memory */
	RECORD_LOST_OUTPUT,     /* records that could not be written */
	RECORD_LOST_UNOBSERVED, /* operations that nothing could deny, and no memory to tell of */
	RECORD_LOST_UNHELD,     /* parts that a daemon which died had read, and could not pass on */
	RECORD_LOST_AUDIT,      /* no room for what became of their audit records */
	RECORD_LOST_SKIPPED,    /* ends of system calls that the kernel skipped the program for */
	RECORD_LOST_NOTE,       /* messages for the audit trail, by `run --audit-enrich` */
	RECORD_LOST_KINDS,
};

struct record_lost {
	uint64_t count[RECORD_LOST_KINDS];
};

/* What records say beside what they are about. The caller keeps it up to date. */
struct record_context {
	const char *node;
	const char *boot_id;     /* as /proc/sys/kernel/random/boot_id has it */
	int64_t boottime_offset; /* CLOCK_REALTIME - CLOCK_BOOTTIME, ns */
	uint32_t generation;     /* of the policy in force; 0: none */
	struct record_lost
		lost;       /* since the last record; the caller clears what has been written */
	uint64_t last_time; /* of the last record that has a time for its id; begins at 0 */

	/* The name of a policy's rule, and its digest in hexadecimal; NULL: not known. */
	const char *(*rule_name)(uint32_t generation, uint16_t rule, void *arg);
	const char *(*policy_sha256)(uint32_t generation, void *arg);
	/* Who signed what an operation loads; NULL: nobody, or not known. */
	const char *(*signer)(const struct operation *operation, void *arg);
	/* What the runtime calls a container; NULL: not known. */
	const struct pod_names *(*names)(const char *id, void *arg);
	void *arg;
};

enum record_daemon_reason {
	RECORD_DAEMON_STARTED = 1,
	RECORD_DAEMON_ADOPTED, /* took over gates that a former daemon had left attached */
	RECORD_DAEMON_STOPPED, /* the gates stay */
	RECORD_DAEMON_DETACHED,
	RECORD_DAEMON_GRADE,      /* is another one from now on */
	RECORD_DAEMON_LOCKED,     /* until reboot */
	RECORD_DAEMON_NOT_LOCKED, /* although the policy in force says so */
};

struct record_daemon {
	enum record_daemon_reason reason;
	const char *version;
	const char *kernel;    /* release */
	const char *mechanism; /* mechanism_name(), grade_name() */
	const char *grade;
	enum mw_mode mode;  /* in force */
	const char *detail; /* for people; may be NULL */
};

enum record_policy_reason {
	RECORD_POLICY_LOADED = 1,
	RECORD_POLICY_REFUSED,
	RECORD_POLICY_OVERRIDE, /* the mode was set, or fell back to the policy's own */
};

struct record_policy {
	enum record_policy_reason reason;
	const char *path;  /* NULL where it is about no file */
	enum mw_mode mode; /* in force */
	uint64_t until;    /* the override's end, CLOCK_BOOTTIME ns; 0: none */
	const char *detail;
};

enum record_module_reason {
	RECORD_MODULE_BASELINE = 1, /* was loaded before the gates were there */
	RECORD_MODULE_VANISHED,     /* is gone, and no unload was seen */
};

/* What is known of a baseline is what its file tells now, and its sha256 is of the stored bytes. */
struct record_module {
	enum record_module_reason reason;
	const char *name;
	const char *sha256;     /* hexadecimal; NULL: not known */
	const char *path;       /* of its file; NULL: not known */
	const char *signer;     /* NULL: not known */
	const char *srcversion; /* NULL: it has none */
	uint64_t taints;
	enum mw_verdict verdict; /* of the policy in force; pending: it depends; 0: not asked */
	uint16_t rule;           /* MW_RULE_NONE: none, or not known */
	const char *detail;
};

enum record_audit_reason {
	RECORD_AUDIT_GAP = 1, /* operations that no audit rule matched */
	RECORD_AUDIT_LOST,    /* audit records that did not get out */
};

struct record_audit {
	enum record_audit_reason reason;
	uint64_t count;
	const char *detail;
};

/*
 * Each returns a new object, or NULL: no memory. now is CLOCK_BOOTTIME ns. Strings are escaped
 * here; verdicts, reasons and the like without a word are null.
 */
json_t *record_operation(struct record_context *context, const struct operation *operation);
json_t *record_daemon(struct record_context *context, uint64_t now,
		      const struct record_daemon *daemon);
json_t *record_policy(struct record_context *context, uint64_t now,
		      const struct record_policy *policy);
json_t *record_module(struct record_context *context, uint64_t now,
		      const struct record_module *module);
json_t *record_audit(struct record_context *context, uint64_t now,
		     const struct record_audit *audit);

/*
 * event as the ring buffer had it (event_type() said MW_EVENT_TAMPER), or made by user space with
 * the sequence RECORD_NO_SEQ. detail is for people and may be NULL.
 */
json_t *record_tamper(struct record_context *context, const struct mw_tamper_event *event,
		      const char *detail);
#define RECORD_NO_SEQ UINT64_MAX

/* Losses that no other record came to tell of; total is since the start. */
json_t *record_loss(struct record_context *context, uint64_t now, const struct record_lost *total);

/* The id that the record of an operation has, or had. */
json_t *record_id(const struct record_context *context, uint64_t seq);

/*
 * The head, for record_operation() too: seq may be RECORD_NO_SEQ; part is 0 but for operations.
 * Takes the reference of body (NULL: no memory) and returns head and body as one object.
 */
json_t *record_assemble(struct record_context *context, const char *type, uint64_t seq,
			unsigned int part, uint64_t time, uint32_t generation, json_t *body);

#endif
