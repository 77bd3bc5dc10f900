// SPDX-License-Identifier: GPL-2.0-or-later
#include "diag.h"

#include <errno.h>
#include <stdarg.h>

#include "cleanup.h"
#include "escape.h"
#include "memory_stream.h"

static void diag_add(struct diags *diags, enum diag_level level, struct place place,
		     const char *format, va_list args)
{
	size_t room = level == DIAG_ERROR ? DIAGS_MAX : DIAGS_MAX / 2;
	auto_free char *raw = NULL;
	struct diag *diag;

	diags->errors += level == DIAG_ERROR;
	if (diags->count >= room || vasprintf(&raw, format, args) < 0) {
		diags->dropped++;
		return;
	}
	diag = &diags->entries[diags->count++];
	*diag = (struct diag){
		.level = level,
		.line = place.line,
		.column = place.column,
		.file = text_sanitize(place.file),
		.message = text_sanitize(raw),
	};
}

int diag_error(struct diags *diags, struct place place, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diag_add(diags, DIAG_ERROR, place, format, args);
	va_end(args);
	return -EINVAL;
}

void diag_warning(struct diags *diags, struct place place, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diag_add(diags, DIAG_WARNING, place, format, args);
	va_end(args);
}

bool diags_full(const struct diags *diags)
{
	return diags->errors >= DIAGS_MAX;
}

static void diag_print(const struct diag *diag, FILE *out)
{
	fputs(diag->file ? diag->file : "?", out);
	if (diag->line)
		fprintf(out, ":%u", diag->line);
	if (diag->column)
		fprintf(out, ":%u", diag->column);
	fprintf(out, ": %s%s", diag->level == DIAG_WARNING ? "warning: " : "",
		diag->message ? diag->message : "out of memory");
}

void diags_print(const struct diags *diags, FILE *out)
{
	for (size_t i = 0; i < diags->count; i++) {
		diag_print(&diags->entries[i], out);
		fputc('\n', out);
	}
	if (diags->dropped)
		fprintf(out, "and %zu more; mend these first\n", diags->dropped);
}

char *diags_first_error(const struct diags *diags, const char *policy)
{
	auto_free char *text = NULL;
	size_t i = 0, size;
	FILE *out;

	while (i < diags->count && diags->entries[i].level != DIAG_ERROR)
		i++;
	if (i == diags->count)
		return NULL;
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	diag_print(&diags->entries[i], out);
	if (diags->errors > 1)
		fprintf(out, "; and %zu more, see `modwarden policy check %s`", diags->errors - 1,
			policy);
	return memory_stream_close(out, &text) ? NULL : take_pointer(text);
}

void diags_clear(struct diags *diags)
{
	for (size_t i = 0; i < diags->count; i++) {
		free(diags->entries[i].file);
		free(diags->entries[i].message);
	}
	*diags = (struct diags){};
}
