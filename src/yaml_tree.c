// SPDX-License-Identifier: GPL-2.0-or-later
#include "yaml_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "cleanup.h"
#include "utf8.h"

struct reader {
	yaml_parser_t parser;
	struct diags *diags;
	const char *file;
	unsigned int nodes;
	unsigned int depth;
};

static int node_read(struct reader *reader, const yaml_event_t *event, struct yaml_tree **ret);

static void cleanup_event(yaml_event_t *event)
{
	yaml_event_delete(event);
}

static void cleanup_reader(struct reader *reader)
{
	yaml_parser_delete(&reader->parser);
}

void yaml_tree_free(struct yaml_tree *node)
{
	struct yaml_tree *next;

	/* Along a sequence by loop, into it by recursion: the depth is bounded, the length is not.
	 */
	for (; node; node = next) {
		next = node->next;
		yaml_tree_free(node->child);
		if (node->key)
			free(node->key->text);
		free(node->key);
		free(node->text);
		free(node);
	}
}

static struct place place_of(const struct reader *reader, yaml_mark_t mark)
{
	return (struct place){ reader->file, (unsigned int)mark.line + 1,
			       (unsigned int)mark.column + 1 };
}

/* The parser's own words say what is wrong; the context tells a person what was begun. */
static int syntax_error(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	struct place place = place_of(reader, parser->problem_mark);
	const char *problem = parser->problem ? parser->problem : "cannot be read";

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (parser->context && (!strcmp(parser->context, "while scanning an alias") ||
				!strcmp(parser->context, "while scanning a tag")))
		return diag_error(reader->diags, place_of(reader, parser->context_mark),
				  "a value that begins with '*' or '!' must stand in quotes");
	if (!strcmp(problem, "found character that cannot start any token") ||
	    !strcmp(problem, "found a tab character that violates indentation"))
		return diag_error(reader->diags, place,
				  "not YAML: %s; indent with spaces, quote other characters",
				  problem);
	return diag_error(reader->diags, place, "not YAML: %s%s%s; see the line above too", problem,
			  parser->context ? " " : "", parser->context ? parser->context : "");
}

static int event_next(struct reader *reader, yaml_event_t *event)
{
	return yaml_parser_parse(&reader->parser, event) ? 0 : syntax_error(reader);
}

static int refuse_anchor(struct reader *reader, const yaml_event_t *event,
			 const yaml_char_t *anchor)
{
	return diag_error(reader->diags, place_of(reader, event->start_mark),
			  "anchor '&%s' is not accepted; write the value out, or in quotes",
			  (const char *)anchor);
}

static int refuse_tag(struct reader *reader, const yaml_event_t *event, const yaml_char_t *tag)
{
	return diag_error(reader->diags, place_of(reader, event->start_mark),
			  "tag '%s' is not accepted; put a value that begins with '!' in quotes",
			  (const char *)tag);
}

static int refuse_decoration(struct reader *reader, const yaml_event_t *event)
{
	const yaml_char_t *anchor, *tag;

	switch (event->type) {
	case YAML_SCALAR_EVENT:
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
		break;
	default:
		return diag_error(reader->diags, place_of(reader, event->start_mark),
				  "alias '*%s' is not accepted; put a pattern that begins with '*' "
				  "in quotes",
				  (const char *)event->data.alias.anchor);
	}
	if (anchor)
		return refuse_anchor(reader, event, anchor);
	if (tag)
		return refuse_tag(reader, event, tag);
	return 0;
}

static int node_new(struct reader *reader, const yaml_event_t *event, enum yaml_tree_kind kind,
		    struct yaml_tree **ret)
{
	struct yaml_tree *node;

	if (++reader->nodes > YAML_TREE_NODES_MAX)
		return diag_error(reader->diags, place_of(reader, event->start_mark),
				  "over %d values in one file; put digests into digest files",
				  YAML_TREE_NODES_MAX);
	node = calloc(1, sizeof(*node));
	if (!node)
		return -ENOMEM;
	node->kind = kind;
	node->line = (unsigned int)event->start_mark.line + 1;
	node->column = (unsigned int)event->start_mark.column + 1;
	*ret = node;
	return 0;
}

static int scalar_read(struct reader *reader, const yaml_event_t *event, struct yaml_tree **ret)
{
	const char *value = (const char *)event->data.scalar.value;
	cleanup(cleanup_yaml_tree) struct yaml_tree *node = NULL;
	int r;

	if (strlen(value) != event->data.scalar.length)
		return diag_error(reader->diags, place_of(reader, event->start_mark),
				  "a NUL character is not accepted; remove '\\0'");
	r = node_new(reader, event, YAML_TREE_SCALAR, &node);
	if (r < 0)
		return r;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = strdup(value);
	if (!node->text)
		return -ENOMEM;
	*ret = take_pointer(node);
	return 0;
}

static int key_check(struct reader *reader, const struct yaml_tree *mapping,
		     const struct yaml_tree *key)
{
	struct place place = { reader->file, key->line, key->column };

	if (key->kind != YAML_TREE_SCALAR)
		return diag_error(
			reader->diags, place,
			"a key must be one word; quote a value that begins with '{' or '['");
	if (mapping->count == YAML_TREE_KEYS_MAX)
		return diag_error(reader->diags, place, "over %d keys in one mapping",
				  YAML_TREE_KEYS_MAX);
	yaml_tree_for_each(
		other,
		mapping) if (!strcmp(other->key->text,
				     key->text)) return diag_error(reader->diags, place,
								   "duplicate key '%s', first in "
								   "line %u; remove one",
								   key->text, other->key->line);
	return 0;
}

/* One child and, in a mapping, its key before it. */
static int child_read(struct reader *reader, const yaml_event_t *first, struct yaml_tree *parent,
		      struct yaml_tree **ret)
{
	cleanup(cleanup_yaml_tree) struct yaml_tree *key = NULL;
	cleanup(cleanup_event) yaml_event_t event = {};
	int r;

	if (parent->kind == YAML_TREE_SEQUENCE)
		return node_read(reader, first, ret);
	r = node_read(reader, first, &key);
	if (r < 0)
		return r;
	r = key_check(reader, parent, key);
	if (r < 0)
		return r;
	r = event_next(reader, &event);
	if (r < 0)
		return r;
	r = node_read(reader, &event, ret);
	if (r < 0)
		return r;
	(*ret)->key = take_pointer(key);
	return 0;
}

static int children_read(struct reader *reader, struct yaml_tree *parent)
{
	struct yaml_tree **tail = &parent->child;

	for (;;) {
		cleanup(cleanup_event) yaml_event_t event = {};
		int r = event_next(reader, &event);

		if (r < 0)
			return r;
		if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT)
			return 0;
		r = child_read(reader, &event, parent, tail);
		if (r < 0)
			return r;
		parent->count++;
		tail = &(*tail)->next;
	}
}

static int collection_read(struct reader *reader, const yaml_event_t *event,
			   enum yaml_tree_kind kind, struct yaml_tree **ret)
{
	cleanup(cleanup_yaml_tree) struct yaml_tree *node = NULL;
	int r;

	if (reader->depth == YAML_TREE_DEPTH_MAX)
		return diag_error(reader->diags, place_of(reader, event->start_mark),
				  "nested deeper than %d levels; a policy needs four",
				  YAML_TREE_DEPTH_MAX);
	r = node_new(reader, event, kind, &node);
	if (r < 0)
		return r;
	reader->depth++;
	r = children_read(reader, node);
	reader->depth--;
	if (r < 0)
		return r;
	*ret = take_pointer(node);
	return 0;
}

static int node_read(struct reader *reader, const yaml_event_t *event, struct yaml_tree **ret)
{
	int r = refuse_decoration(reader, event);

	if (r < 0)
		return r;
	switch (event->type) {
	case YAML_SEQUENCE_START_EVENT:
		return collection_read(reader, event, YAML_TREE_SEQUENCE, ret);
	case YAML_MAPPING_START_EVENT:
		return collection_read(reader, event, YAML_TREE_MAPPING, ret);
	default:
		return scalar_read(reader, event, ret);
	}
}

/* The stream's frame: exactly one document in it. */
static int stream_read(struct reader *reader, struct yaml_tree **ret)
{
	cleanup(cleanup_yaml_tree) struct yaml_tree *root = NULL;

	for (;;) {
		cleanup(cleanup_event) yaml_event_t event = {};
		int r = event_next(reader, &event);

		if (r < 0)
			return r;
		switch (event.type) {
		case YAML_STREAM_START_EVENT:
		case YAML_DOCUMENT_END_EVENT:
			break;
		case YAML_DOCUMENT_START_EVENT:
			if (root)
				return diag_error(reader->diags, place_of(reader, event.start_mark),
						  "a second document begins; keep one document to "
						  "a file");
			break;
		case YAML_STREAM_END_EVENT:
			if (!root)
				return diag_error(reader->diags,
						  (struct place){ reader->file, 1, 1 },
						  "the file is empty; begin with 'version: 1'");
			*ret = take_pointer(root);
			return 0;
		default:
			r = node_read(reader, &event, &root);
			if (r < 0)
				return r;
		}
	}
}

/* libyaml tells the place of a broken character only as an offset: look before it does. */
static int characters_check(const char *file, const char *text, size_t size, struct diags *diags)
{
	struct place place = { file, 1, 1 };
	size_t length;

	for (size_t at = 0; at < size; at += length) {
		length = utf8_length(text + at, size - at);
		if (!length)
			return diag_error(diags, place,
					  "byte 0x%02x is not UTF-8; save the file as UTF-8",
					  (unsigned char)text[at]);
		if (!text[at])
			return diag_error(diags, place, "a NUL byte is not accepted; remove it");
		place.column++;
		if (text[at] == '\n') {
			place.line++;
			place.column = 1;
		}
	}
	return 0;
}

int yaml_tree_parse(struct yaml_tree **ret, const char *file, const char *text, size_t size,
		    struct diags *diags)
{
	cleanup(cleanup_reader) struct reader reader = { .diags = diags, .file = file };
	int r;

	if (size > YAML_TREE_SIZE_MAX)
		return diag_error(diags, (struct place){ .file = file },
				  "over %u MiB; put digests into digest files",
				  YAML_TREE_SIZE_MAX >> 20);
	r = characters_check(file, text, size, diags);
	if (r < 0)
		return r;
	if (!yaml_parser_initialize(&reader.parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, size);
	return stream_read(&reader, ret);
}
