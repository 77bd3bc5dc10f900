// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_rule.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>

#define ENABLED_LOCKED 2

void audit_rules_init(struct audit_rules *rules)
{
	*rules = (struct audit_rules){ .enabled = 1, .failure = 1 };
}

static void rule_clear(struct audit_rule *rule)
{
	free(rule->key);
	free(rule->fields);
}

void audit_rules_clear(struct audit_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		rule_clear(&rules->list[i]);
	free(rules->list);
	free(rules->identities);
	*rules = (struct audit_rules){};
}

static bool is_text(uint32_t field)
{
	switch (field) {
	case AUDIT_SUBJ_USER:
	case AUDIT_SUBJ_ROLE:
	case AUDIT_SUBJ_TYPE:
	case AUDIT_SUBJ_SEN:
	case AUDIT_SUBJ_CLR:
	case AUDIT_OBJ_USER:
	case AUDIT_OBJ_ROLE:
	case AUDIT_OBJ_TYPE:
	case AUDIT_OBJ_LEV_LOW:
	case AUDIT_OBJ_LEV_HIGH:
	case AUDIT_WATCH:
	case AUDIT_DIR:
	case AUDIT_EXE:
	case AUDIT_FILTERKEY:
		return true;
	}
	return false;
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t size)
{
	for (const unsigned char *byte = bytes; size--; byte++)
		hash = (hash ^ *byte) * 0x100000001b3ULL;
	return hash;
}

/* What the kernel compares before it says that a rule exists. */
static uint64_t identity_of(const struct audit_rule_data *data, uint64_t named, const char *key)
{
	uint64_t hash = mix(0xcbf29ce484222325ULL, &data->flags, sizeof(data->flags));

	hash = mix(hash, &data->action, sizeof(data->action));
	hash = mix(hash, data->mask, sizeof(data->mask));
	hash = mix(hash, data->fields, data->field_count * sizeof(*data->fields));
	hash = mix(hash, data->values, data->field_count * sizeof(*data->values));
	hash = mix(hash, data->fieldflags, data->field_count * sizeof(*data->fieldflags));
	hash = mix(hash, data->buf, data->buflen);
	hash = mix(hash, &named, sizeof(named));
	return mix(hash, key, strlen(key));
}

/* The module calls in the mask, for each width that the arch fields let through. */
static void calls_find(struct audit_rule *rule, const struct audit_rule_data *data,
		       const struct audit_arch *arch)
{
	for (enum audit_bits bits = 0; bits < AUDIT_BITS; bits++) {
		uint32_t elf = audit_arch_elf(arch, bits);
		bool matches = elf != 0;

		for (uint32_t i = 0; i < data->field_count; i++)
			if (data->fields[i] == AUDIT_ARCH)
				matches &= (data->fieldflags[i] == AUDIT_NOT_EQUAL) !=
					   (data->values[i] == elf);
		for (enum audit_call call = 0; call < AUDIT_CALLS && matches; call++) {
			int number = audit_arch_call(arch, bits, call);

			if (number >= 0 && data->mask[AUDIT_WORD(number)] & AUDIT_BIT(number))
				rule->calls[bits] |= 1U << call;
		}
	}
}

static bool path_is_below_sys(const char *path, size_t size)
{
	return size == 1 || (size >= 4 && !memcmp(path, "/sys", 4));
}

/* The texts of fields stand one behind the other in buf. */
static int fields_take(struct audit_rule *rule, const struct audit_rule_data *data, uint64_t named)
{
	size_t at = 0;

	rule->fields = calloc(data->field_count + 1, sizeof(*rule->fields));
	if (!rule->fields)
		return -ENOMEM;
	for (uint32_t i = 0; i < data->field_count; i++) {
		uint32_t size = is_text(data->fields[i]) ? data->values[i] : 0;
		const char *text = data->buf + at;
		struct audit_field *field = &rule->fields[rule->field_count];

		at += size;
		if (at > data->buflen)
			return -EBADMSG;
		if (data->fields[i] == AUDIT_FILTERKEY && !rule->key)
			rule->key = strndup(text, size);
		if (data->fields[i] == AUDIT_FILTERKEY || data->fields[i] == AUDIT_ARCH)
			continue;
		field->field = data->fields[i];
		field->op = data->fieldflags[i];
		field->value = data->values[i];
		field->is_known = !is_text(data->fields[i]) && !(named & (1ULL << i));
		field->is_below_sys = (field->field == AUDIT_WATCH || field->field == AUDIT_DIR) &&
				      path_is_below_sys(text, size);
		rule->field_count++;
	}
	return 0;
}

static int rule_make(struct audit_rule *rule, const struct audit_rule_data *data, uint64_t named,
		     const char *key, const struct audit_arch *arch)
{
	int r;

	rule->list = (int)(data->flags & ~AUDIT_FILTER_PREPEND);
	rule->is_never = data->action == AUDIT_NEVER;
	rule->identity = identity_of(data, named, key);
	calls_find(rule, data, arch);
	r = fields_take(rule, data, named);
	if (!r && !rule->key && !(rule->key = strdup(key)))
		r = -ENOMEM;
	if (r)
		rule_clear(rule);
	return r;
}

/* Whether it can let a record of a module call come out, or keep it from it. */
static bool is_of_modules(const struct audit_rule *rule)
{
	return rule->list == AUDIT_FILTER_TASK || rule->list == AUDIT_FILTER_EXCLUDE ||
	       (rule->list == AUDIT_FILTER_EXIT &&
		(rule->calls[AUDIT_BITS_64] || rule->calls[AUDIT_BITS_32]));
}

static size_t identity_slot(const struct audit_rules *rules, uint64_t identity)
{
	size_t slot = identity % rules->identity_room;

	while (rules->identities[slot] && rules->identities[slot] != identity)
		slot = (slot + 1) % rules->identity_room;
	return slot;
}

static int identities_rebuild(struct audit_rules *rules, size_t room, uint64_t without)
{
	struct audit_rules built = { .identity_room = room };

	built.identities = calloc(room, sizeof(*built.identities));
	if (!built.identities)
		return -ENOMEM;
	for (size_t i = 0; i < rules->identity_room; i++) {
		uint64_t identity = rules->identities[i];

		if (!identity || identity == without)
			continue;
		built.identities[identity_slot(&built, identity)] = identity;
		built.identity_count++;
	}
	free(rules->identities);
	rules->identities = built.identities;
	rules->identity_room = room;
	rules->identity_count = built.identity_count;
	return 0;
}

/* 1: new; 0: it exists; -ENOMEM. An identity is never 0 but by a chance of 2^-64. */
static int identity_add(struct audit_rules *rules, uint64_t identity)
{
	size_t slot;

	if (2 * rules->identity_count >= rules->identity_room &&
	    identities_rebuild(rules, rules->identity_room ? 4 * rules->identity_room : 64, 0) < 0)
		return -ENOMEM;
	slot = identity_slot(rules, identity);
	if (rules->identities[slot])
		return 0;
	rules->identities[slot] = identity;
	rules->identity_count++;
	return 1;
}

/* Takes a rule over, also where it fails. */
static int rule_add(struct audit_rules *rules, struct audit_rule *rule, bool prepend)
{
	size_t at = prepend ? 0 : rules->count;

	rules->total++;
	if (!is_of_modules(rule)) {
		rule_clear(rule);
		return 0;
	}
	if (rules->count == rules->room) {
		size_t room = rules->room ? 2 * rules->room : 32;
		struct audit_rule *more = reallocarray(rules->list, room, sizeof(*more));

		if (!more) {
			rule_clear(rule);
			return -ENOMEM;
		}
		rules->list = more;
		rules->room = room;
	}
	memmove(&rules->list[at + 1], &rules->list[at], (rules->count - at) * sizeof(*rule));
	rules->list[at] = *rule;
	rules->count++;
	return 0;
}

/* Those with the identity, or under the key; all of them without either. */
static void rules_remove(struct audit_rules *rules, const struct audit_source *source,
			 const uint64_t *identity, const char *key)
{
	size_t kept = 0;

	for (size_t i = 0; i < rules->count; i++) {
		struct audit_rule *rule = &rules->list[i];
		bool goes =
			identity ? rule->identity == *identity : !*key || !strcmp(rule->key, key);

		if (goes)
			rule_clear(rule);
		else
			rules->list[kept++] = *rule;
	}
	if (kept < rules->count)
		rules->removed_by = *source;
	rules->removed += rules->count - kept;
	rules->count = kept;
}

static void rules_clear_all(struct audit_rules *rules, const struct audit_source *source,
			    const char *key)
{
	rules_remove(rules, source, NULL, key);
	if (*key)
		return; /* what else was under it is not known: it counts as being there */
	free(rules->identities);
	rules->identities = NULL;
	rules->identity_count = rules->identity_room = 0;
}

static void stop(struct audit_rules *rules, const struct audit_source *source, const char *error)
{
	rules->ignored += rules->ignores_errors;
	if (rules->ignores_errors && rules->ignored > 1)
		return;
	if (rules->ignores_errors)
		rules->ignored_at = *source;
	else
		rules->stopped_at = *source;
	rules->has_stopped = !rules->ignores_errors;
	snprintf(rules->error, sizeof(rules->error), "%s", error);
}

/* What comes and goes while a machine runs is not in its image. */
static bool is_volatile(const char *path)
{
	static const char *const directories[] = { "/dev/", "/proc/", "/run/",
						   "/sys/", "/tmp/",  "/var/run/" };

	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		if (!strncmp(path, directories[i], strlen(directories[i])))
			return true;
	return false;
}

/* A directory itself must be there when a rule is loaded, of a file the one that it is in. */
static bool path_is_there(const struct root *root, char *path, uint32_t field)
{
	char *slash = strrchr(path, '/');

	if (!slash || (!root->is_here && is_volatile(path)))
		return true;
	if (field != AUDIT_DIR && slash > path)
		*slash = '\0';
	return field != AUDIT_DIR && slash == path ? true : root_has_directory(root, path);
}

static bool paths_are_there(const struct audit_rules *rules, const struct audit_rule_data *data)
{
	size_t at = 0;

	for (uint32_t i = 0; i < data->field_count && rules->root; i++) {
		uint32_t field = data->fields[i];
		auto_free char *path = NULL;

		if (!is_text(field))
			continue;
		path = strndup(data->buf + at, data->values[i]);
		at += data->values[i];
		if (path && (field == AUDIT_WATCH || field == AUDIT_DIR || field == AUDIT_EXE) &&
		    !path_is_there(rules->root, path, field))
			return false;
	}
	return true;
}

static int rule_take(struct audit_rules *rules, const struct audit_source *source,
		     const struct audit_line *line, const struct audit_arch *arch)
{
	struct audit_rule rule = { .source = *source };
	int r = rule_make(&rule, line->data, line->named, line->key, arch);

	if (r < 0)
		return r;
	if (line->kind == AUDIT_LINE_REMOVE) {
		rules_remove(rules, source, &rule.identity, NULL);
		r = rules->identity_room
			    ? identities_rebuild(rules, rules->identity_room, rule.identity)
			    : 0;
		rule_clear(&rule);
		return r;
	}
	if (!paths_are_there(rules, line->data)) {
		stop(rules, source, "the directory of its path is not there");
		rule_clear(&rule);
		return 0;
	}
	r = identity_add(rules, rule.identity);
	if (r > 0)
		return rule_add(rules, &rule, line->prepend);
	rule_clear(&rule);
	if (r == 0)
		stop(rules, source, "the same rule exists already");
	return r;
}

static int line_take(struct audit_rules *rules, const struct audit_source *source,
		     const struct audit_line *line, const struct audit_arch *arch)
{
	switch (line->kind) {
	case AUDIT_LINE_NONE:
		return 0;
	case AUDIT_LINE_ERROR:
		stop(rules, source, line->error);
		return 0;
	case AUDIT_LINE_IGNORE:
		rules->ignores_errors = true;
		return 0;
	default:
		break;
	}
	if (rules->enabled == ENABLED_LOCKED) {
		stop(rules, source, "-e 2 before it has locked the rules");
		return 0;
	}
	switch (line->kind) {
	case AUDIT_LINE_CLEAR:
		rules_clear_all(rules, source, line->key);
		return 0;
	case AUDIT_LINE_ENABLED:
		rules->enabled = line->value;
		rules->enabled_by = *source;
		return 0;
	case AUDIT_LINE_FAILURE:
		rules->failure = line->value;
		return 0;
	case AUDIT_LINE_BACKLOG:
		rules->backlog = line->value;
		return 0;
	case AUDIT_LINE_RATE:
		rules->rate = line->value;
		return 0;
	default:
		return rule_take(rules, source, line, arch);
	}
}

int audit_rules_take(struct audit_rules *rules, const struct audit_source *source,
		     const struct audit_arch *arch)
{
	struct audit_line line;
	int r;

	if (rules->has_stopped)
		return 0;
	if (strlen(source->text) > AUDIT_LINE_MAX) {
		stop(rules, source, "the line is too long");
		return 0;
	}
	r = audit_line_parse(&line, source->text, arch);
	if (!r)
		r = line_take(rules, source, &line, arch);
	audit_line_clear(&line);
	return r;
}

int audit_rules_take_listed(struct audit_rules *rules, const struct audit_rule_data *data,
			    const struct audit_arch *arch)
{
	struct audit_rule rule = {};
	int r = rule_make(&rule, data, 0, "", arch);

	return r ?: rule_add(rules, &rule, false);
}
