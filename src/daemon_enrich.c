// SPDX-License-Identifier: GPL-2.0-or-later
/* run --audit-enrich: what audit cannot say of an operation, written into its trail. */
#include "daemon_state.h"

#include "exit_code.h"
#include "log.h"
#include "version.h"

#include <errno.h>
#include <string.h>

static int cannot_open(int error)
{
	switch (-error) {
	case EPERM:
	case EACCES:
	case ECONNREFUSED:
		log_error("audit: not permitted to write messages: --audit-enrich needs "
			  "CAP_AUDIT_WRITE in the first user namespace");
		return EXIT_NOT_PERMITTED;
	case EINVAL:
	case EPROTONOSUPPORT:
	case EAFNOSUPPORT:
		log_error("audit: this kernel has none, or it is off (audit=0): run without "
			  "--audit-enrich");
		return EXIT_KERNEL;
	default:
		log_error("audit: cannot write messages: %s", strerror(-error));
		return EXIT_FAILED;
	}
}

int daemon_open_enrich(struct daemon *daemon)
{
	const struct audit_note first = {
		.success = true,
		.text = "op=enrich name=\"modwarden\" ver=" MODWARDEN_VERSION,
	};
	enum audit_writer_start start;
	int error;

	if (!daemon->options->audit_enrich)
		return EXIT_DONE;
	error = audit_writer_new(&daemon->writer, &audit_writer_kernel, &first, &start);
	if (error)
		return cannot_open(error);
	if (start == AUDIT_WRITER_OFF)
		log_warning("audit: it is not enabled, so that no message gets into its trail; "
			    "`auditctl -e 1` enables it");
	else if (start == AUDIT_WRITER_WAITS)
		log_warning("audit: the first message has not been taken yet: its queue is full");
	return EXIT_DONE;
}

void daemon_enrich(const json_t *record, void *arg)
{
	struct daemon *daemon = arg;
	struct audit_note note;

	if (audit_note_make(&note, record))
		audit_writer_drop(daemon->writer);
	else
		audit_writer_take(daemon->writer, &note);
}

void daemon_count_notes(struct daemon *daemon)
{
	uint64_t lost;
	int why;

	if (!daemon->writer)
		return;
	lost = audit_writer_lost(daemon->writer, &why);
	if (lost && !daemon->notes_lost)
		log_warning("audit: messages are lost: %s; records are written all the same",
			    why == ESRCH ? "the process that writes them has ended"
			    : why        ? strerror(why)
					 : "the kernel's queue is full");
	daemon->notes_lost = lost;
	recorder_count_notes(daemon->recorder, lost);
}
