// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_sighting.h"

#include "cleanup.h"

#include <auparse.h>
#include <errno.h>
#include <libaudit.h>
#include <string.h>

#define INTERPRETATION '\x1d' /* what auditd adds where it enriches comes behind it */
#define X32_BIT        0x40000000

static const char line_head[] = "type=SYSCALL msg=";
static const char stamp_head[] = "audit(";

struct audit_parser {
	auparse_state_t *auparse;
};

int audit_parser_new(struct audit_parser **ret)
{
	struct audit_parser *parser = calloc(1, sizeof(*parser));

	if (!parser)
		return -ENOMEM;
	parser->auparse = auparse_init(AUSOURCE_BUFFER, "");
	if (!parser->auparse) {
		free(parser);
		return -ENOMEM;
	}
	auparse_set_escape_mode(parser->auparse, AUPARSE_ESC_RAW);
	*ret = parser;
	return 0;
}

void audit_parser_free(struct audit_parser *parser)
{
	if (!parser)
		return;
	auparse_destroy(parser->auparse);
	free(parser);
}

static bool is_module_call(uint32_t arch, int syscall)
{
	static const char *const names[] = { "init_module", "finit_module", "delete_module" };
	int machine = audit_elf_to_machine(arch);

	if (machine < 0)
		return false;
	/* libaudit knows no x32. */
	if (arch == AUDIT_ARCH_X86_64)
		syscall &= ~X32_BIT;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (audit_name_to_syscall(names[i], machine) == syscall)
			return true;
	return false;
}

/* These two come first, before any text that somebody chose: most records can be left unread. */
static bool is_of_another_call(const char *text)
{
	const char *arch = strstr(text, " arch="), *call = arch ? strstr(arch, " syscall=") : NULL;

	return call && !is_module_call(strtoul(arch + strlen(" arch="), NULL, 16),
				       strtol(call + strlen(" syscall="), NULL, 10));
}

static bool take_number(const char **text, char end, uint64_t *number)
{
	char *rest;

	if (**text < '0' || **text > '9')
		return false;
	*number = strtoull(*text, &rest, 10);
	if (*rest != end)
		return false;
	*text = rest + 1;
	return true;
}

/* "audit(1700000000.123:456): ..." */
static int parse_stamp(const char *text, struct audit_sighting *sighting)
{
	uint64_t seconds, milliseconds, serial;

	*sighting = (struct audit_sighting){};
	text += strlen(stamp_head);
	if (!take_number(&text, '.', &seconds) || !take_number(&text, ':', &milliseconds) ||
	    !take_number(&text, ')', &serial) || !serial || serial > UINT32_MAX)
		return -EBADMSG;
	sighting->serial = serial;
	sighting->time_ms = seconds * 1000 + milliseconds;
	return 1;
}

/*
 * Takes out the label of a security module, which the kernel writes as it is: in an AppArmor
 * namespace anybody names profiles, "x key=module_load" too. The key is what comes last.
 */
static void cut_label(char *text)
{
	char *label = strstr(text, " subj="), *end = text + strlen(text), *key = NULL;

	for (char *next = label; next && (next = strstr(next, " key=")); next++)
		key = next;
	if (label && !key)
		*label = '\0';
	else if (label)
		memmove(label, key, end - key + 1);
}

static void take_key(auparse_state_t *auparse, struct audit_sighting *sighting)
{
	const char *raw = auparse_get_field_str(auparse);
	const char *key = raw && strcmp(raw, "(null)") != 0 && strcmp(raw, "\"(null)\"") != 0
				  ? auparse_interpret_field(auparse)
				  : NULL;
	size_t length = strlen(sighting->keys), room = sizeof(sighting->keys) - length;

	if (key)
		snprintf(sighting->keys + length, room, "%s%s", length ? "\001" : "", key);
}

enum field {
	FIELD_ARCH,
	FIELD_SYSCALL,
	FIELD_SUCCESS,
	FIELD_EXIT,
	FIELD_PID,
	FIELDS,
};

static const char *const field_names[FIELDS] = {
	[FIELD_ARCH] = "arch", [FIELD_SYSCALL] = "syscall", [FIELD_SUCCESS] = "success",
	[FIELD_EXIT] = "exit", [FIELD_PID] = "pid",
};

static void take_field(struct audit_sighting *sighting, enum field field, const char *value)
{
	switch (field) {
	case FIELD_ARCH:
		sighting->arch = strtoul(value, NULL, 16);
		break;
	case FIELD_SYSCALL:
		sighting->syscall = strtol(value, NULL, 10);
		break;
	case FIELD_SUCCESS:
		sighting->success = !strcmp(value, "yes");
		break;
	case FIELD_EXIT:
		sighting->exit = strtol(value, NULL, 10);
		break;
	case FIELD_PID:
		sighting->pid = strtoul(value, NULL, 10);
		break;
	case FIELDS:
		break;
	}
}

/* The first field of each name counts. success and exit are not there where the task just ended. */
static int take_fields(auparse_state_t *auparse, struct audit_sighting *sighting)
{
	const unsigned int needed = 1U << FIELD_ARCH | 1U << FIELD_SYSCALL | 1U << FIELD_PID;
	unsigned int seen = 0;

	do {
		const char *name = auparse_get_field_name(auparse);
		const char *value = auparse_get_field_str(auparse);

		if (name && !strcmp(name, "key"))
			take_key(auparse, sighting);
		for (enum field field = 0; name && value && field < FIELDS; field++) {
			if (strcmp(name, field_names[field]) != 0 || seen & 1U << field)
				continue;
			take_field(sighting, field, value);
			seen |= 1U << field;
		}
	} while (auparse_next_field(auparse) > 0);
	return (seen & needed) == needed ? 0 : -EBADMSG;
}

/* text is one line of a record of the kernel's, with its end. */
static int parse_record(struct audit_parser *parser, const char *text,
			struct audit_sighting *sighting)
{
	auparse_state_t *auparse = parser->auparse;

	*sighting = (struct audit_sighting){};
	if (auparse_new_buffer(auparse, text, strlen(text)))
		return -ENOMEM;
	if (auparse_next_event(auparse) <= 0 || auparse_first_record(auparse) <= 0 ||
	    auparse_get_type(auparse) != AUDIT_SYSCALL || auparse_first_field(auparse) <= 0)
		return -EBADMSG;
	sighting->serial = auparse_get_serial(auparse);
	sighting->time_ms = (uint64_t)auparse_get_time(auparse) * 1000 + auparse_get_milli(auparse);
	if (!sighting->serial || take_fields(auparse, sighting))
		return -EBADMSG;
	sighting->is_call = true;
	return 1;
}

/* What follows "msg=": a text, whatever it holds. */
static int parse_text(struct audit_parser *parser, const char *text, size_t size,
		      struct audit_sighting *sighting)
{
	const char *trailer = memchr(text, INTERPRETATION, size);
	auto_free char *line = NULL;

	if (trailer)
		size = trailer - text;
	if (memchr(text, '\0', size) || memchr(text, '\n', size))
		return -EBADMSG;
	line = malloc(sizeof(line_head) + size + 1);
	if (!line)
		return -ENOMEM;
	memcpy(line, line_head, strlen(line_head));
	memcpy(line + strlen(line_head), text, size);
	line[strlen(line_head) + size] = '\0';
	if (strncmp(line + strlen(line_head), stamp_head, strlen(stamp_head)) != 0)
		return -EBADMSG;
	if (is_of_another_call(line))
		return parse_stamp(line + strlen(line_head), sighting);
	cut_label(line);
	strcat(line, "\n");
	return parse_record(parser, line, sighting);
}

int audit_parse_payload(struct audit_parser *parser, const char *payload, size_t size,
			struct audit_sighting *sighting)
{
	while (size && !payload[size - 1])
		size--;
	return parse_text(parser, payload, size, sighting);
}

int audit_parse_line(struct audit_parser *parser, const char *line, size_t size,
		     struct audit_sighting *sighting)
{
	const char *text = line, *end = line + size;

	if (size > strlen("node=") && !strncmp(text, "node=", strlen("node="))) {
		text = memchr(text, ' ', size);
		if (!text)
			return 0;
		text++;
	}
	if ((size_t)(end - text) < strlen(line_head) ||
	    strncmp(text, line_head, strlen(line_head)) != 0)
		return 0;
	text += strlen(line_head);
	return parse_text(parser, text, end - text, sighting);
}
