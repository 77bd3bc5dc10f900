// SPDX-License-Identifier: GPL-2.0-or-later
#include "journal.h"

#include "cleanup.h"
#include "record_text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>

#define CUT_MARK "..."
#define SEE      "; see: "
#define SEE_MAX  256

enum kind {
	KIND_DENIAL,
	KIND_ALARM,
	KINDS,
};

static const struct {
	const char *type;
	int priority;
	const char *plural;
} kinds[KINDS] = {
	[KIND_DENIAL] = { "operation", LOG_WARNING, "denials" },
	[KIND_ALARM] = { "tamper", LOG_CRIT, "alarms" },
};

struct journal {
	int fd;
	unsigned int told[KINDS]; /* this second */
	uint64_t left_out[KINDS];
};

bool journal_has(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat st;

	return stream && sscanf(stream, "%ju:%ju", &device, &inode) == 2 && !fstat(fd, &st) &&
	       st.st_dev == device && st.st_ino == inode;
}

int journal_new(struct journal **ret, int fd)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (!journal)
		return -ENOMEM;
	journal->fd = fd;
	*ret = journal;
	return 0;
}

void journal_free(struct journal *journal)
{
	free(journal);
}

static bool field_is(const json_t *record, const char *key, const char *word)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text && !strcmp(text, word);
}

static enum kind kind_of(const json_t *record)
{
	if (field_is(record, "type", kinds[KIND_ALARM].type))
		return KIND_ALARM;
	if (field_is(record, "type", kinds[KIND_DENIAL].type) &&
	    field_is(record, "verdict", "deny") && !field_is(record, "reason", "kernel"))
		return KIND_DENIAL;
	return KINDS;
}

/* What a record's last paragraph begins with, which no name can bring in: it would be quoted. */
static char *see_of(char *line)
{
	char *last = NULL;

	for (char *at = line; (at = strstr(at, SEE)); at++)
		last = at;
	return last && strlen(last) <= SEE_MAX && !strchr(last, '"') ? last : NULL;
}

/* Characters stay whole, and so does what leads to the record: names cannot push it out. */
static void cut(char *line)
{
	size_t size = strlen(line), end;
	char *rest = see_of(line) ?: &line[size - 1];

	if (size <= JOURNAL_LINE_MAX)
		return;
	end = JOURNAL_LINE_MAX - strlen(CUT_MARK) - strlen(rest);
	while ((line[end] & 0xc0) == 0x80)
		end--;
	strcpy(&line[end], CUT_MARK);
	memmove(&line[end + strlen(CUT_MARK)], rest, strlen(rest) + 1);
}

/* A stream of a socket of the kernel's own takes a line of that size whole or not at all. */
static int send_line(const struct journal *journal, char *line)
{
	cut(line);
	return send(journal->fd, line, strlen(line), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int tell(const struct journal *journal, enum kind kind, const json_t *record)
{
	static const struct record_text_style style = { .one_line = true };
	auto_free char *text = record_text(record, &style);
	auto_free char *line = NULL;

	if (!text || asprintf(&line, "<%d>modwarden: %s", kinds[kind].priority, text) < 0) {
		line = NULL;
		return -ENOMEM;
	}
	return send_line(journal, line);
}

void journal_take(struct journal *journal, const json_t *record)
{
	enum kind kind = kind_of(record);

	if (!journal || kind == KINDS)
		return;
	if (journal->told[kind] < JOURNAL_RATE && !tell(journal, kind, record))
		journal->told[kind]++;
	else
		journal->left_out[kind]++;
}

void journal_settle(struct journal *journal)
{
	for (enum kind kind = 0; journal && kind < KINDS; kind++) {
		char line[128];

		journal->told[kind] = 0;
		if (!journal->left_out[kind])
			continue;
		snprintf(line, sizeof(line),
			 "<%d>modwarden: more %s, in the records only: %" PRIu64 "\n",
			 kinds[kind].priority, kinds[kind].plural, journal->left_out[kind]);
		if (!send_line(journal, line))
			journal->left_out[kind] = 0;
	}
}
