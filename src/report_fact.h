/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a report wants to know of a record: each fact as one short text that is fit to be shown, or
 * none. Logs come from anywhere; nothing of what they say is believed to have a shape.
 */
#ifndef MODWARDEN_REPORT_FACT_H
#define MODWARDEN_REPORT_FACT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tally.h"

enum report_fact {
	FACT_OP,
	FACT_MODULE, /* its name, else its digest, else its path; of an autoload the alias */
	FACT_SHA256,
	FACT_SHA256_ELF,
	FACT_PATH,
	FACT_SIGNATURE,
	FACT_SIGNER,
	FACT_TYPE,
	FACT_REASON,
	FACT_RULE,
	FACT_ERRNO,
	FACT_CALLER, /* its executable, else the command's name */
	FACT_USER,   /* uid and login */
	FACT_CONTAINER,
	FACT_REQUESTER,
	FACT_ATTEMPT, /* on what is locked */
	FACT_AUDIT,   /* what became of the audit record that is missing */
	FACT_LOST,    /* which kind of records */
	FACT_FINDING, /* what should be looked into: tampering, an audit gap, a loss and so on */
	FACT_VERDICT, /* of a module that was loaded before */
	FACT_VERSION, /* of modwarden and of the kernel */
	FACT_MODE,
	FACT_DETAIL,
	FACT_NODE,
	FACTS,
};

#define FACT_SIZE      320 /* a longer text is cut, with "..." at its end */
#define FACT_TIME_SIZE sizeof("YYYY-MM-DDTHH:MM:SS.mmmmmmZ")

struct report_facts {
	char text[FACTS][FACT_SIZE]; /* "" where there is none */
	char time[FACT_TIME_SIZE];   /* "" where it has none of this form */
	char last[FACT_TIME_SIZE];   /* of what a record of several attempts stands for */
	char id[FACT_TIME_SIZE];
	bool is_operation;
	enum tally_end end; /* of an operation; else TALLY_ENDS */
	uint64_t count;     /* attempts that it stands for, at least 1 */
};

/* The name of a fact in JSON. */
const char *report_fact_name(enum report_fact fact);

/* Sets a fact: made fit to be shown, and cut; NULL: none. */
void report_fact_take(struct report_facts *facts, enum report_fact fact, const char *text);

void report_facts_read(struct report_facts *facts, const json_t *record);

/* The counts that are not 0, by their words; NULL: no memory. */
json_t *report_ends_json(const uint64_t ends[TALLY_ENDS]);

#endif
