// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_filter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "modwarden/glob.h"
#include "memory_stream.h"
#include "policy_draft.h"
#include "policy_id.h"

static const char *const verdict_names[LOG_VERDICTS] = {
	[LOG_VERDICT_ALLOW] = "allow",
	[LOG_VERDICT_DENY] = "deny",
	[LOG_VERDICT_BLOCKED] = "blocked",
	[LOG_VERDICT_WOULD_DENY] = "would_deny",
	[LOG_VERDICT_NOT_STOPPED] = "not_stopped",
	[LOG_VERDICT_FAILED] = "failed",
	[LOG_VERDICT_UNDECIDED] = "undecided",
};
const struct words log_verdict_words = { verdict_names, LOG_VERDICTS };

static const char *const outcome_names[TALLY_ENDS] = {
	[TALLY_ALLOWED] = "allow",         [TALLY_DENIED] = "blocked",
	[TALLY_WOULD_DENY] = "would_deny", [TALLY_NOT_STOPPED] = "not_stopped",
	[TALLY_FAILED] = "failed",         [TALLY_UNDECIDED] = "undecided",
};
const struct words log_outcome_words = { outcome_names, TALLY_ENDS };

static const char *const type_names[LOG_TYPES] = {
	[LOG_TYPE_OPERATION] = "operation", [LOG_TYPE_DAEMON] = "daemon",
	[LOG_TYPE_POLICY] = "policy",       [LOG_TYPE_MODULE] = "module",
	[LOG_TYPE_AUDIT] = "audit",         [LOG_TYPE_TAMPER] = "tamper",
	[LOG_TYPE_LOSS] = "loss",
};
const struct words log_type_words = { type_names, LOG_TYPES };

struct word {
	const char *text;
	uint32_t number;
	struct mw_pattern *pattern;
};

struct log_filter {
	struct {
		struct word *words;
		size_t count;
	} criteria[LOG_CRITERIA];
	struct mw_facts facts; /* for a glob to look at */
};

int log_filter_new(struct log_filter **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

void log_filter_free(struct log_filter *filter)
{
	if (!filter)
		return;
	for (enum log_criterion criterion = 0; criterion < LOG_CRITERIA; criterion++) {
		for (size_t i = 0; i < filter->criteria[criterion].count; i++)
			free(filter->criteria[criterion].words[i].pattern);
		free(filter->criteria[criterion].words);
	}
	free(filter);
}

enum tally_end log_outcome(const struct log_fields *fields)
{
	if (log_field_is(fields, LOG_REASON, "kernel"))
		return TALLY_FAILED;
	if (log_field_is(fields, LOG_VERDICT, "allow"))
		return TALLY_ALLOWED;
	if (!log_field_is(fields, LOG_VERDICT, "deny"))
		return TALLY_UNDECIDED;
	if (fields->values[LOG_ENFORCED].number)
		return TALLY_DENIED;
	return log_field_is(fields, LOG_MODE, "enforce") ? TALLY_NOT_STOPPED : TALLY_WOULD_DENY;
}

/* What the policy would have made of a module that was there before: no more is known. */
static enum log_verdict verdict_of_module(const struct log_fields *fields)
{
	if (log_field_is(fields, LOG_VERDICT, "allow"))
		return LOG_VERDICT_ALLOW;
	return log_field_is(fields, LOG_VERDICT, "deny") ? LOG_VERDICT_DENY : LOG_VERDICT_UNDECIDED;
}

static bool meets_verdict(struct log_filter *filter, const struct log_fields *fields,
			  const struct word *word)
{
	static const enum log_verdict verdicts[TALLY_ENDS] = {
		[TALLY_ALLOWED] = LOG_VERDICT_ALLOW,
		[TALLY_DENIED] = LOG_VERDICT_BLOCKED,
		[TALLY_WOULD_DENY] = LOG_VERDICT_WOULD_DENY,
		[TALLY_NOT_STOPPED] = LOG_VERDICT_NOT_STOPPED,
		[TALLY_FAILED] = LOG_VERDICT_FAILED,
		[TALLY_UNDECIDED] = LOG_VERDICT_UNDECIDED,
	};
	enum log_verdict verdict;

	if (log_field_is(fields, LOG_TYPE, "module") && filter->criteria[LOG_BY_TYPE].count &&
	    fields->values[LOG_VERDICT].kind == LOG_VALUE_STRING)
		return verdict_of_module(fields) == word->number;
	if (!log_field_is(fields, LOG_TYPE, "operation"))
		return false;
	verdict = verdicts[log_outcome(fields)];
	if (word->number == LOG_VERDICT_DENY)
		return verdict >= LOG_VERDICT_BLOCKED && verdict <= LOG_VERDICT_NOT_STOPPED;
	return verdict == word->number;
}

/* As auditd writes it, 1763892000.123:456, or the serial alone. */
static bool meets_audit_id(struct log_filter *filter, const struct log_fields *fields,
			   const struct word *word)
{
	const struct log_value *serial = &fields->values[LOG_AUDIT_SERIAL];

	(void)filter;
	if (log_field_is(fields, LOG_AUDIT_ID, word->text))
		return true;
	return word->number && serial->kind == LOG_VALUE_NUMBER && serial->number == word->number;
}

static bool begins_with(const struct log_value *value, const char *text)
{
	size_t size = strlen(text);

	return value->kind == LOG_VALUE_STRING && value->size >= size &&
	       !memcmp(value->text, text, size);
}

/* Further attempts that were counted under it have a part number behind it. */
static bool meets_id(struct log_filter *filter, const struct log_fields *fields,
		     const struct word *word)
{
	const struct log_value *id = &fields->values[LOG_ID];
	size_t size = strlen(word->text);

	(void)filter;
	return begins_with(id, word->text) && (id->size == size || id->text[size] == '.');
}

static bool meets_uid(struct log_filter *filter, const struct log_fields *fields,
		      const struct word *word)
{
	static const enum log_field uids[] = { LOG_UID, LOG_EUID, LOG_REQUESTER_UID };

	(void)filter;
	for (size_t i = 0; i < sizeof(uids) / sizeof(*uids); i++) {
		const struct log_value *uid = &fields->values[uids[i]];

		if (uid->kind == LOG_VALUE_NUMBER && uid->number == word->number)
			return true;
	}
	return false;
}

/* POD or NAMESPACE/POD. */
static bool is_pod(const struct log_fields *fields, const char *text)
{
	const struct log_value *space = &fields->values[LOG_CONTAINER_NAMESPACE];
	const char *slash = strchr(text, '/');

	if (!slash)
		return log_field_is(fields, LOG_CONTAINER_POD, text);
	return space->kind == LOG_VALUE_STRING && space->size == (size_t)(slash - text) &&
	       !memcmp(space->text, text, space->size) &&
	       log_field_is(fields, LOG_CONTAINER_POD, slash + 1);
}

static bool meets_container(struct log_filter *filter, const struct log_fields *fields,
			    const struct word *word)
{
	const struct log_value *own = &fields->values[LOG_CONTAINER];
	const struct log_value *requester = &fields->values[LOG_REQUESTER_CONTAINER];

	(void)filter;
	if (!strcmp(word->text, "any"))
		return own->size || requester->size;
	if (!strcmp(word->text, "none"))
		return log_field_is(fields, LOG_TYPE, "operation") && !own->size &&
		       !requester->size;
	return begins_with(own, word->text) || begins_with(requester, word->text) ||
	       is_pod(fields, word->text);
}

const char *log_module_file(const struct log_fields *fields, size_t *size)
{
	const struct log_value *path = &fields->values[LOG_MODULE_PATH];
	const char *base, *end;

	*size = 0;
	if (path->kind != LOG_VALUE_STRING)
		return NULL;
	base = memrchr(path->text, '/', path->size);
	base = base ? base + 1 : path->text;
	*size = path->size - (size_t)(base - path->text);
	end = memmem(base, *size, ".ko", 3);
	if (end)
		*size = (size_t)(end - base);
	return base;
}

static bool glob_meets(struct log_filter *filter, const struct mw_pattern *pattern,
		       const char *text, size_t size, enum mw_criterion criterion)
{
	char *fact = (char *)&filter->facts + mw_text_offset(criterion);
	struct mw_glob glob;

	if (!size || size >= MW_NAME_SIZE)
		return false;
	memcpy(fact, text, size);
	fact[size] = '\0';
	return mw_glob_match(pattern, &filter->facts, criterion, &glob) == MW_MATCH_YES;
}

/* Its name, that of its file, or what the kernel was asked for. */
static bool meets_module(struct log_filter *filter, const struct log_fields *fields,
			 const struct word *word)
{
	const struct log_value *name = &fields->values[LOG_MODULE_NAME];
	const struct log_value *alias = &fields->values[LOG_ALIAS];
	size_t size;
	const char *file = log_module_file(fields, &size);

	return glob_meets(filter, word->pattern, name->text, name->size, MW_CRITERION_MODULE) ||
	       glob_meets(filter, word->pattern, file, size, MW_CRITERION_MODULE) ||
	       (log_field_is(fields, LOG_OP, "autoload") &&
		glob_meets(filter, word->pattern, alias->text, alias->size, MW_CRITERION_ALIAS));
}

/* What there are words for is one of them. */
static const struct words *const closed[LOG_CRITERIA][6] = {
	[LOG_BY_VERDICT] = { &log_verdict_words },
	[LOG_BY_TYPE] = { &log_type_words },
	[LOG_BY_OP] = { &op_words },
	[LOG_BY_REASON] = { &reason_words, &daemon_reason_words, &policy_reason_words,
			    &module_reason_words, &audit_reason_words, &tamper_words },
};

/* Those without a function of their own are of one field, which is one of the words. */
static const struct {
	const char *name;
	enum log_field field;
	bool (*meets)(struct log_filter *filter, const struct log_fields *fields,
		      const struct word *word);
} criteria[LOG_CRITERIA] = {
	[LOG_BY_VERDICT] = { "verdict", .meets = meets_verdict },
	[LOG_BY_TYPE] = { "type", LOG_TYPE },
	[LOG_BY_OP] = { "op", LOG_OP },
	[LOG_BY_REASON] = { "reason", LOG_REASON },
	[LOG_BY_RULE] = { "rule", LOG_RULE },
	[LOG_BY_MODULE] = { "module", .meets = meets_module },
	[LOG_BY_UID] = { "uid", .meets = meets_uid },
	[LOG_BY_CONTAINER] = { "container", .meets = meets_container },
	[LOG_BY_NODE] = { "node", LOG_NODE },
	[LOG_BY_KEY] = { "key", LOG_AUDIT_KEY },
	[LOG_BY_AUDIT_ID] = { "audit-id", .meets = meets_audit_id },
	[LOG_BY_ID] = { "id", .meets = meets_id },
};

static bool meets(struct log_filter *filter, const struct log_fields *fields,
		  enum log_criterion criterion, const struct word *word)
{
	if (criteria[criterion].meets)
		return criteria[criterion].meets(filter, fields, word);
	return log_field_has(fields, criteria[criterion].field, word->text);
}

static bool meets_one_of(struct log_filter *filter, const struct log_fields *fields,
			 enum log_criterion criterion)
{
	size_t count = filter->criteria[criterion].count;

	for (size_t i = 0; i < count; i++)
		if (meets(filter, fields, criterion, &filter->criteria[criterion].words[i]))
			return true;
	return !count;
}

bool log_filter_matches(struct log_filter *filter, const struct log_fields *fields)
{
	for (enum log_criterion criterion = 0; criterion < LOG_CRITERIA; criterion++)
		if (!meets_one_of(filter, fields, criterion))
			return false;
	return true;
}

/* Some words are of several types. */
static bool is_listed_before(enum log_criterion criterion, size_t list, const char *name)
{
	for (size_t i = 0; i < list; i++)
		if (word_parse(closed[criterion][i], name) >= 0)
			return true;
	return false;
}

/* "unknown verdict 'x'; it is one of: allow, deny" */
static char *list_of_words(enum log_criterion criterion, const char *word)
{
	auto_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *before = "";

	if (!out)
		return NULL;
	fprintf(out, "unknown %s '%s'; it is one of: ", criteria[criterion].name, word);
	for (size_t i = 0; i < 6 && closed[criterion][i]; i++)
		for (size_t value = 0; value < closed[criterion][i]->count; value++) {
			const char *name = closed[criterion][i]->names[value];

			if (!name || is_listed_before(criterion, i, name))
				continue;
			fprintf(out, "%s%s", before, name);
			before = ", ";
		}
	return memory_stream_close(out, &text) ? NULL : take_pointer(text);
}

static int check_closed(enum log_criterion criterion, struct word *word, char **problem)
{
	for (size_t i = 0; i < 6 && closed[criterion][i]; i++) {
		int value = word_parse(closed[criterion][i], word->text);

		if (value >= 0) {
			word->number = (uint32_t)value;
			return 0;
		}
	}
	*problem = list_of_words(criterion, word->text);
	return *problem ? -EINVAL : -ENOMEM;
}

__attribute__((format(printf, 2, 3))) static int refuse(char **problem, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(problem, format, arguments);
	va_end(arguments);
	if (length < 0)
		*problem = NULL;
	return *problem ? -EINVAL : -ENOMEM;
}

static int check_module(struct word *word, char **problem)
{
	const char *wrong = policy_glob_problem(word->text);

	if (!wrong && strlen(word->text) >= MW_PATTERN_SIZE)
		wrong = "it is too long";
	if (!wrong && strchr(word->text, '/'))
		wrong = "a module's name has no '/'";
	if (wrong)
		return refuse(problem, "bad pattern '%s' for a module: %s", word->text, wrong);
	word->pattern = calloc(1, sizeof(*word->pattern));
	if (!word->pattern)
		return -ENOMEM;
	strcpy(word->pattern->text, word->text);
	return 0;
}

static int check(enum log_criterion criterion, struct word *word, char **problem)
{
	if (!*word->text)
		return refuse(problem, "--%s is empty", criteria[criterion].name);
	if (closed[criterion][0])
		return check_closed(criterion, word, problem);
	if (criterion == LOG_BY_MODULE)
		return check_module(word, problem);
	if (criterion == LOG_BY_AUDIT_ID && policy_id_parse(word->text, false, &word->number) < 0)
		word->number = 0;
	if (criterion == LOG_BY_UID && policy_id_parse(word->text, false, &word->number) < 0)
		return refuse(problem, "unknown uid '%s'; write a number", word->text);
	return 0;
}

int log_filter_add(struct log_filter *filter, enum log_criterion criterion, const char *text,
		   char **problem)
{
	size_t count = filter->criteria[criterion].count;
	struct word *words;
	struct word word = { .text = text };
	int error = check(criterion, &word, problem);

	if (error)
		return error;
	words = reallocarray(filter->criteria[criterion].words, count + 1, sizeof(*words));
	if (!words) {
		free(word.pattern);
		return -ENOMEM;
	}
	words[count] = word;
	filter->criteria[criterion].words = words;
	filter->criteria[criterion].count = count + 1;
	return 0;
}
