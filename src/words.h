/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words that users see for the numbers that the kernel side speaks: one table per enum, used to
 * write records and to parse what users type. A number without a word has none in either direction.
 */
#ifndef MODWARDEN_WORDS_H
#define MODWARDEN_WORDS_H

#include <stddef.h>
#include <stdint.h>

struct words {
	const char *const *names; /* by value; NULL where the value has no word */
	size_t count;
};

extern const struct words op_words;          /* enum mw_op */
extern const struct words gate_words;        /* enum mw_gate */
extern const struct words verdict_words;     /* enum mw_verdict */
extern const struct words mode_words;        /* enum mw_mode */
extern const struct words reason_words;      /* enum mw_reason */
extern const struct words source_words;      /* enum mw_source */
extern const struct words name_source_words; /* enum mw_name_source */
extern const struct words signature_words;   /* enum mw_signature */
extern const struct words syscall_words;     /* enum mw_syscall */
extern const struct words abi_words;         /* enum mw_abi, by the audit arch names */
extern const struct words criterion_words;   /* enum mw_criterion */
extern const struct words tamper_words;      /* enum mw_tamper */
extern const struct words attempt_words;     /* enum mw_attempt */

extern const struct words lost_words;          /* enum record_lost_kind */
extern const struct words daemon_reason_words; /* enum record_daemon_reason */
extern const struct words policy_reason_words; /* enum record_policy_reason */
extern const struct words mode_source_words;   /* enum mode_source */
extern const struct words module_reason_words; /* enum record_module_reason */
extern const struct words audit_reason_words;  /* enum record_audit_reason */
extern const struct words recorded_words;      /* enum audit_recorded */
extern const struct words match_words;         /* enum audit_match */
extern const struct words trail_words;         /* enum audit_trail_source */
extern const struct words tally_words;         /* enum tally_end */

/* By bit: TAINT_* of include/linux/panic.h, as far as a module can carry them. */
extern const struct words taint_words;
/* By bit: MODULE_INIT_* of include/uapi/linux/module.h. */
extern const struct words load_flag_words;
/* By bit: what delete_module(2) takes. */
extern const struct words unload_flag_words;

/* The word of a value, or NULL. */
const char *word_of(const struct words *words, uint64_t value);

/* The value of a word, or -ENOENT. Words match as a whole. */
int word_parse(const struct words *words, const char *text);

#endif
