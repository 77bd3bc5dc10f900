/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a report's page shows of which table, and in which columns. */
#ifndef MODWARDEN_REPORT_LAYOUT_H
#define MODWARDEN_REPORT_LAYOUT_H

#define COLUMNS_MAX 8
#define FIELDS_MAX  6

enum field_kind {
	FIELD_VALUES, /* what a row has seen of a fact, or a record's only one */
	FIELD_CODE,   /* the same, for what is copied */
	FIELD_COUNT,
	FIELD_OUTCOMES,
	FIELD_SPAN, /* first and last time */
};

struct field {
	const char *name;
	const char *label; /* where it is not the only one of its column; NULL: needs none */
	enum field_kind kind;
};

struct column {
	const char *heading;
	struct field fields[FIELDS_MAX];
};

struct section {
	const char *name;
	const char *title;
	const char *about;
	struct column columns[COLUMNS_MAX]; /* the first is the row's heading */
};

#define REPORT_SECTIONS 11

extern const struct section report_layout[REPORT_SECTIONS];

#endif
