// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_layout.h"

#include <stddef.h>

#define MODULE                                                                                     \
	{                                                                                          \
		"module", "module", FIELD_VALUES                                                   \
	}
#define OP                                                                                         \
	{                                                                                          \
		"op", NULL, FIELD_VALUES                                                           \
	}
#define OUTCOME                                                                                    \
	{                                                                                          \
		"outcome", NULL, FIELD_VALUES                                                      \
	}
#define OUTCOMES                                                                                   \
	{                                                                                          \
		"outcomes", NULL, FIELD_OUTCOMES                                                   \
	}
#define COUNT                                                                                      \
	{                                                                                          \
		"count", "times", FIELD_COUNT                                                      \
	}
#define SPAN                                                                                       \
	{                                                                                          \
		"first", NULL, FIELD_SPAN                                                          \
	}
#define RULE                                                                                       \
	{                                                                                          \
		"rule", "rule", FIELD_VALUES                                                       \
	}
#define REASON                                                                                     \
	{                                                                                          \
		"reason", "reason", FIELD_VALUES                                                   \
	}
#define ERRNO                                                                                      \
	{                                                                                          \
		"errno", "error", FIELD_VALUES                                                     \
	}
#define CALLER                                                                                     \
	{                                                                                          \
		"caller", "program", FIELD_CODE                                                    \
	}
#define USER                                                                                       \
	{                                                                                          \
		"user", "user", FIELD_VALUES                                                       \
	}
#define CONTAINER                                                                                  \
	{                                                                                          \
		"container", "container", FIELD_CODE                                               \
	}
#define REQUESTER                                                                                  \
	{                                                                                          \
		"requester", "asked for by", FIELD_VALUES                                          \
	}
#define NODE                                                                                       \
	{                                                                                          \
		"node", "node", FIELD_VALUES                                                       \
	}
#define SHA256                                                                                     \
	{                                                                                          \
		"sha256", "SHA-256", FIELD_CODE                                                    \
	}
#define ELF                                                                                        \
	{                                                                                          \
		"sha256_elf", "unpacked", FIELD_CODE                                               \
	}
#define PATH                                                                                       \
	{                                                                                          \
		"path", "path", FIELD_CODE                                                         \
	}
#define SIGNATURE                                                                                  \
	{                                                                                          \
		"signature", "signature", FIELD_VALUES                                             \
	}
#define SIGNER                                                                                     \
	{                                                                                          \
		"signer", "signer", FIELD_VALUES                                                   \
	}
#define TYPE                                                                                       \
	{                                                                                          \
		"type", NULL, FIELD_VALUES                                                         \
	}
#define VERDICT                                                                                    \
	{                                                                                          \
		"verdict", "verdict", FIELD_VALUES                                                 \
	}
#define FINDING                                                                                    \
	{                                                                                          \
		"finding", NULL, FIELD_VALUES                                                      \
	}
#define ATTEMPT                                                                                    \
	{                                                                                          \
		"attempt", "on", FIELD_VALUES                                                      \
	}
#define AUDIT                                                                                      \
	{                                                                                          \
		"audit", NULL, FIELD_VALUES                                                        \
	}
#define LOST                                                                                       \
	{                                                                                          \
		"lost", NULL, FIELD_VALUES                                                         \
	}
#define DETAIL                                                                                     \
	{                                                                                          \
		"detail", NULL, FIELD_VALUES                                                       \
	}
#define MODE                                                                                       \
	{                                                                                          \
		"mode", "mode", FIELD_VALUES                                                       \
	}
#define VERSION                                                                                    \
	{                                                                                          \
		"version", "version", FIELD_VALUES                                                 \
	}
#define ID                                                                                         \
	{                                                                                          \
		"id", NULL, FIELD_CODE                                                             \
	}

#define FILE_COLUMN                                                                                \
	{                                                                                          \
		"File",                                                                            \
		{                                                                                  \
			SHA256, ELF, PATH, SIGNATURE, SIGNER                                       \
		}                                                                                  \
	}
#define DECIDED_COLUMN                                                                             \
	{                                                                                          \
		"Decided by",                                                                      \
		{                                                                                  \
			RULE, REASON, ERRNO                                                        \
		}                                                                                  \
	}
#define CALLER_COLUMN                                                                              \
	{                                                                                          \
		"Caller",                                                                          \
		{                                                                                  \
			CALLER, USER, CONTAINER, REQUESTER                                         \
		}                                                                                  \
	}
#define NODE_COLUMN                                                                                \
	{                                                                                          \
		"Node",                                                                            \
		{                                                                                  \
			NODE                                                                       \
		}                                                                                  \
	}
#define ID_COLUMN                                                                                  \
	{                                                                                          \
		"Last record",                                                                     \
		{                                                                                  \
			ID                                                                         \
		}                                                                                  \
	}

const struct section report_layout[REPORT_SECTIONS] = {
	{ "blocked",
	  "Blocked modules",
	  "What was denied, would have been, could not be stopped any more, or failed in the "
	  "kernel. <code>modwarden allow</code> with the id of a record lets its module in.",
	  { { "Module", { MODULE } },
	    { "Outcomes", { OUTCOMES, OP, SPAN } },
	    FILE_COLUMN,
	    DECIDED_COLUMN,
	    CALLER_COLUMN,
	    NODE_COLUMN,
	    ID_COLUMN } },
	{ "callers",
	  "Who tried",
	  "Who asked for what is in the table above.",
	  { { "Program", { CALLER } },
	    { "Caller", { USER, CONTAINER, REQUESTER } },
	    { "Outcomes", { OUTCOMES, SPAN } },
	    { "Tried", { MODULE, OP, RULE } },
	    NODE_COLUMN,
	    ID_COLUMN } },
	{ "tamper",
	  "Tampering",
	  "Attempts on the gates, modules that the gates did not let in, and modules that hid.",
	  { { "Finding", { REASON } },
	    { "Times", { COUNT, SPAN } },
	    { "On", { ATTEMPT, MODULE } },
	    CALLER_COLUMN,
	    { "Detail", { DETAIL } },
	    NODE_COLUMN,
	    ID_COLUMN } },
	{ "audit",
	  "Audit gaps",
	  "Operations of which the audit log has no record: no rule matched (gap), or it got lost.",
	  { { "Finding", { AUDIT } },
	    { "Operation", { OP, MODULE, OUTCOMES } },
	    { "Times", { COUNT, SPAN } },
	    CALLER_COLUMN,
	    { "Detail", { DETAIL } },
	    NODE_COLUMN,
	    ID_COLUMN } },
	{ "losses",
	  "Losses",
	  "Records that modwarden could not write. A verdict never depends on its record.",
	  { { "Lost", { LOST } },
	    { "Times", { COUNT } },
	    { "When", { SPAN } },
	    NODE_COLUMN,
	    ID_COLUMN } },
	{ "allowed",
	  "Let in",
	  "What the policy allowed.",
	  { { "Module", { MODULE } },
	    { "Outcomes", { OUTCOMES, OP, SPAN } },
	    FILE_COLUMN,
	    DECIDED_COLUMN,
	    CALLER_COLUMN,
	    NODE_COLUMN,
	    ID_COLUMN } },
	{ "baseline",
	  "Loaded before modwarden",
	  "Modules that were there before, and that the policy would refuse, or perhaps would. "
	  "This alone is no sign of tampering.",
	  { { "Module", { MODULE } },
	    { "Verdict", { VERDICT, RULE } },
	    { "Times", { COUNT, SPAN } },
	    FILE_COLUMN,
	    { "Detail", { DETAIL } },
	    NODE_COLUMN,
	    ID_COLUMN } },
	{ "rules",
	  "Rules",
	  "What decided.",
	  { { "Rule", { RULE } },
	    { "Reason", { REASON } },
	    { "Outcomes", { OUTCOMES, SPAN } },
	    { "Decided on", { MODULE, OP } },
	    NODE_COLUMN } },
	{ "nodes",
	  "Nodes",
	  "Each machine that the logs tell of.",
	  { NODE_COLUMN,
	    { "Outcomes", { OUTCOMES } },
	    { "Findings", { FINDING } },
	    { "State", { MODE, VERSION } },
	    { "When", { SPAN } } } },
	{ "states",
	  "Modwarden itself",
	  "Starts and ends, policies and modes, the newest first.",
	  { { "Event", { REASON } },
	    { "Of", { TYPE } },
	    { "State", { MODE, VERSION } },
	    { "Times", { COUNT, SPAN } },
	    { "Detail", { DETAIL } },
	    NODE_COLUMN,
	    ID_COLUMN } },
	{ "records",
	  "Last records",
	  "Of what was not let in and of findings, the newest first.",
	  { { "Record", { ID } },
	    { "When", { SPAN } },
	    { "What", { OUTCOME, TYPE, OP, MODULE } },
	    DECIDED_COLUMN,
	    CALLER_COLUMN,
	    { "Detail", { DETAIL } },
	    NODE_COLUMN } },
};
