// SPDX-License-Identifier: GPL-2.0-or-later
#include "words.h"

#include <errno.h>
#include <string.h>

#include "modwarden/arch.h"
#include "modwarden/event.h"
#include "audit_trail.h"
#include "override.h"
#include "record.h"
#include "tally.h"

#define WORDS(table, ...)                                                                          \
	static const char *const table##_names[] = { __VA_ARGS__ };                                \
	const struct words table##_words = {                                                       \
		table##_names,                                                                     \
		sizeof(table##_names) / sizeof(*table##_names),                                    \
	}

WORDS(op, [MW_OP_LOAD] = "load", [MW_OP_UNLOAD] = "unload", [MW_OP_AUTOLOAD] = "autoload");

WORDS(gate, [MW_GATE_START] = "start", [MW_GATE_CONTENT] = "content",
      [MW_GATE_UNSIGNED] = "unsigned", [MW_GATE_NAME] = "name", [MW_GATE_LOADED] = "loaded",
      [MW_GATE_EXIT] = "exit", [MW_GATE_UNLOAD] = "unload", [MW_GATE_UNLOADED] = "unloaded",
      [MW_GATE_REQUEST] = "request", [MW_GATE_CALL] = "call");

WORDS(verdict, [MW_VERDICT_ALLOW] = "allow", [MW_VERDICT_DENY] = "deny",
      [MW_VERDICT_PENDING] = "pending");

WORDS(mode, [MW_MODE_MONITOR] = "monitor", [MW_MODE_ENFORCE] = "enforce");

WORDS(reason, [MW_REASON_RULE] = "rule", [MW_REASON_DEFAULT] = "default",
      [MW_REASON_INHERITED] = "inherited", [MW_REASON_NO_TICKET] = "no_ticket",
      [MW_REASON_NAME_UNKNOWN] = "name_unknown", [MW_REASON_UNDECIDED] = "undecided",
      [MW_REASON_UNREADABLE] = "unreadable", [MW_REASON_INTERNAL] = "internal",
      [MW_REASON_RACE] = "race", [MW_REASON_NO_POLICY] = "no_policy", [MW_REASON_KERNEL] = "kernel",
      [MW_REASON_EXCEPTION] = "exception");

WORDS(source, [MW_SOURCE_FILE] = "file", [MW_SOURCE_MEMORY] = "memory");

WORDS(name_source, [MW_NAME_ELF] = "elf", [MW_NAME_KERNEL] = "kernel", [MW_NAME_CALLER] = "caller");

WORDS(signature, [MW_SIGNATURE_ABSENT] = "absent", [MW_SIGNATURE_PRESENT] = "present",
      [MW_SIGNATURE_VALID] = "valid", [MW_SIGNATURE_REFUSED] = "refused");

WORDS(syscall, [MW_SYSCALL_INIT_MODULE] = "init_module", [MW_SYSCALL_FINIT_MODULE] = "finit_module",
      [MW_SYSCALL_DELETE_MODULE] = "delete_module");

WORDS(abi, [MW_ABI_NATIVE] = MW_ABI_NATIVE_NAME, [MW_ABI_COMPAT] = MW_ABI_COMPAT_NAME);

WORDS(criterion, [MW_CRITERION_MODULE] = "module", [MW_CRITERION_PATH] = "path",
      [MW_CRITERION_FILESYSTEM] = "filesystem", [MW_CRITERION_LOADER] = "loader",
      [MW_CRITERION_CONTAINER] = "container", [MW_CRITERION_ALIAS] = "alias",
      [MW_CRITERION_UID] = "uid", [MW_CRITERION_AUID] = "auid", [MW_CRITERION_DIGEST] = "digest",
      [MW_CRITERION_SIGNED] = "signed", [MW_CRITERION_SOURCE] = "source");

WORDS(tamper, [MW_TAMPER_TRAMPOLINES] = "trampolines", [MW_TAMPER_GATE_HOLE] = "gate_hole",
      [MW_TAMPER_SELF_TEST] = "self_test", [MW_TAMPER_CONTROL] = "control",
      [MW_TAMPER_LOCKED] = "locked", [MW_TAMPER_UNRECORDED] = "unrecorded",
      [MW_TAMPER_PINS] = "pins");

WORDS(attempt, [MW_ATTEMPT_MAP] = "map", [MW_ATTEMPT_PROGRAM] = "program",
      [MW_ATTEMPT_LINK] = "link", [MW_ATTEMPT_PIN] = "pin", [MW_ATTEMPT_MOUNT] = "mount",
      [MW_ATTEMPT_SIGNAL] = "signal", [MW_ATTEMPT_TRACE] = "trace",
      [MW_ATTEMPT_SCHEDULE] = "schedule", [MW_ATTEMPT_CGROUP] = "cgroup",
      [MW_ATTEMPT_PROC] = "proc", [MW_ATTEMPT_SWITCH] = "switch", [MW_ATTEMPT_FILE] = "file",
      [MW_ATTEMPT_MOVED] = "moved", [MW_ATTEMPT_SOCKET] = "socket", [MW_ATTEMPT_MODE] = "mode",
      [MW_ATTEMPT_EXCEPTION] = "exception", [MW_ATTEMPT_STOP] = "stop",
      [MW_ATTEMPT_MEMORY] = "memory");

WORDS(lost, [RECORD_LOST_DECISION] = "decision", [RECORD_LOST_OUTCOME] = "outcome",
      [RECORD_LOST_TAMPER] = "tamper", [RECORD_LOST_MALFORMED] = "malformed",
      [RECORD_LOST_LATE] = "late", [RECORD_LOST_MEMORY] = "memory", [RECORD_LOST_OUTPUT] = "output",
      [RECORD_LOST_UNOBSERVED] = "unobserved", [RECORD_LOST_UNHELD] = "unheld",
      [RECORD_LOST_AUDIT] = "audit", [RECORD_LOST_SKIPPED] = "skipped",
      [RECORD_LOST_NOTE] = "audit_message");

WORDS(daemon_reason, [RECORD_DAEMON_STARTED] = "started", [RECORD_DAEMON_ADOPTED] = "adopted",
      [RECORD_DAEMON_STOPPED] = "stopped", [RECORD_DAEMON_DETACHED] = "detached",
      [RECORD_DAEMON_GRADE] = "grade", [RECORD_DAEMON_LOCKED] = "locked",
      [RECORD_DAEMON_NOT_LOCKED] = "not_locked");

WORDS(policy_reason, [RECORD_POLICY_LOADED] = "loaded", [RECORD_POLICY_REFUSED] = "refused",
      [RECORD_POLICY_OVERRIDE] = "override");

WORDS(mode_source, [MODE_SOURCE_POLICY] = "policy", [MODE_SOURCE_KERNELS] = "kernels",
      [MODE_SOURCE_OPTION] = "option", [MODE_SOURCE_ARGUMENT] = "kernel_argument",
      [MODE_SOURCE_COMMAND] = "command", [MODE_SOURCE_MISSING] = "missing");

WORDS(module_reason, [RECORD_MODULE_BASELINE] = "baseline", [RECORD_MODULE_VANISHED] = "vanished");

WORDS(audit_reason, [RECORD_AUDIT_GAP] = "gap", [RECORD_AUDIT_LOST] = "lost");

WORDS(recorded, [AUDIT_RECORDED_UNKNOWN] = "unknown", [AUDIT_RECORDED_YES] = "yes",
      [AUDIT_RECORDED_NO] = "no", [AUDIT_RECORDED_LOST] = "lost");

WORDS(trail, [AUDIT_TRAIL_NONE] = "none", [AUDIT_TRAIL_MULTICAST] = "multicast",
      [AUDIT_TRAIL_FILE] = "file");

WORDS(match, [AUDIT_MATCH_EXACT] = "exact", [AUDIT_MATCH_GUESS] = "guess");

WORDS(tally, [TALLY_ALLOWED] = "allow", [TALLY_DENIED] = "deny", [TALLY_WOULD_DENY] = "would_deny",
      [TALLY_NOT_STOPPED] = "not_stopped", [TALLY_FAILED] = "failed",
      [TALLY_UNDECIDED] = "undecided");

WORDS(taint, [0] = "proprietary", [1] = "forced_load", [2] = "cpu_out_of_spec",
      [3] = "forced_unload", [4] = "machine_check", [5] = "bad_page", [6] = "user", [7] = "die",
      [8] = "overridden_acpi_table", [9] = "warning", [10] = "staging",
      [11] = "firmware_workaround", [12] = "out_of_tree", [13] = "unsigned", [14] = "soft_lockup",
      [15] = "livepatch", [16] = "auxiliary", [17] = "randstruct", [18] = "test", [19] = "fwctl");

WORDS(load_flag, [0] = "ignore_modversions", [1] = "ignore_vermagic", [2] = "compressed_file");

WORDS(unload_flag, [9] = "force" /* O_TRUNC */, [11] = "nonblock" /* O_NONBLOCK */);

const char *word_of(const struct words *words, uint64_t value)
{
	return value < words->count ? words->names[value] : NULL;
}

int word_parse(const struct words *words, const char *text)
{
	for (size_t i = 0; i < words->count; i++)
		if (words->names[i] && !strcmp(words->names[i], text))
			return (int)i;
	return -ENOENT;
}
