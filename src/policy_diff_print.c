// SPDX-License-Identifier: GPL-2.0-or-later
/* The difference of two policies for people. */
#include <string.h>

#include "cleanup.h"
#include "json_memory.h"
#include "policy_diff.h"
#include "record_page.h"

static const char *text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "?";
}

static const char *const scalars[] = { "mode", "default", "locked", "kernels" };

static void value_print(const json_t *value, FILE *out)
{
	const char *text = json_string_value(value);

	if (text)
		fputs(text, out);
	else
		json_write(value, out, JSON_ENCODE_ANY | JSON_COMPACT);
}

static void scalars_print(const json_t *diff, FILE *out)
{
	for (size_t i = 0; i < sizeof(scalars) / sizeof(*scalars); i++) {
		const json_t *pair = json_object_get(diff, scalars[i]);

		if (!json_is_object(pair))
			continue;
		fprintf(out, "%s: ", scalars[i]);
		value_print(json_object_get(pair, "from"), out);
		fputs(" -> ", out);
		value_print(json_object_get(pair, "to"), out);
		fputc('\n', out);
	}
}

static void names_print(const json_t *rules, const char *key, const char *title, FILE *out)
{
	const json_t *list = json_object_get(rules, key), *name;
	size_t i;

	if (!json_array_size(list))
		return;
	fprintf(out, "rules %s:", title);
	json_array_foreach (list, i, name)
		fprintf(out, "%s %s", i ? "," : "", json_string_value(name));
	fputc('\n', out);
}

static void side_print(const json_t *side, FILE *out)
{
	const char *rule = json_string_value(json_object_get(side, "rule"));

	if (field_is(side, "verdict", "pending"))
		fputs("depends", out);
	else
		fputs(text_at(side, "verdict"), out);
	if (rule)
		fprintf(out, " by rule '%s'", rule);
	else
		fputs(" by default", out);
}

static bool same_sides(const json_t *a, const json_t *b)
{
	return json_equal(json_object_get(a, "from"), json_object_get(b, "from")) &&
	       json_equal(json_object_get(a, "to"), json_object_get(b, "to"));
}

/* One before it changes alike, and has told of it already. */
static bool is_told(const json_t *ways, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (same_sides(json_array_get(ways, at), json_array_get(ways, i)))
			return true;
	return false;
}

/* All ways that change as this one. */
static void ways_print(const json_t *ways, const json_t *one, bool has_both, FILE *out)
{
	const char *before = "";
	const json_t *way;
	size_t i;

	json_array_foreach (ways, i, way) {
		if (!same_sides(one, way))
			continue;
		fprintf(out, "%s%s", before, text_at(way, "way"));
		if (has_both)
			fputs(json_is_true(json_object_get(way, "signed"))
				      ? " with its signature accepted"
				      : " with its signature not accepted",
			      out);
		before = ", ";
	}
}

static void module_print(const json_t *module, FILE *out)
{
	const json_t *ways = json_object_get(module, "ways"), *way;
	bool is_signed = false;
	size_t i;

	json_array_foreach (ways, i, way)
		is_signed |= json_is_true(json_object_get(way, "signed"));
	fprintf(out, "  %s\n", text_at(module, "module"));
	json_array_foreach (ways, i, way) {
		if (is_told(ways, i))
			continue;
		fputs("    from ", out);
		ways_print(ways, way, is_signed, out);
		fputs(": ", out);
		side_print(json_object_get(way, "from"), out);
		fputs(" -> ", out);
		side_print(json_object_get(way, "to"), out);
		fputc('\n', out);
	}
}

static void kind_print(const json_t *modules, const char *kind, const char *title, size_t max,
		       FILE *out)
{
	const json_t *module;
	size_t i, count = 0, shown = 0;

	json_array_foreach (modules, i, module)
		count += field_is(module, "change", kind);
	if (!count)
		return;
	fprintf(out, "%s: %zu module%s\n", title, count, count == 1 ? "" : "s");
	json_array_foreach (modules, i, module)
		if (field_is(module, "change", kind) && shown < max) {
			module_print(module, out);
			shown++;
		}
	if (shown < count)
		fprintf(out, "  and %zu more; --all shows them\n", count - shown);
}

void policy_diff_print(const json_t *diff, size_t max, FILE *out)
{
	const json_t *rules = json_object_get(diff, "rules");
	const json_t *modules = json_object_get(diff, "modules");

	scalars_print(diff, out);
	names_print(rules, "added", "added", out);
	names_print(rules, "removed", "removed", out);
	names_print(rules, "changed", "changed", out);
	if (json_is_true(json_object_get(rules, "reordered")))
		fputs("rules stand in another order\n", out);
	kind_print(modules, "refused", "newly refused", max, out);
	kind_print(modules, "allowed", "newly allowed", max, out);
	kind_print(modules, "depends", "newly dependent on more than the module, or no longer", max,
		   out);
	if (!policy_diff_any(diff))
		fputs("no difference\n", out);
	else if (!json_array_size(modules))
		fprintf(out, "of %" JSON_INTEGER_FORMAT " modules, none comes out otherwise\n",
			json_integer_value(json_object_get(diff, "compared")));
}

bool policy_diff_any(const json_t *diff)
{
	static const char *const lists[] = { "added", "removed", "changed" };
	const json_t *rules = json_object_get(diff, "rules");
	bool any = json_array_size(json_object_get(diff, "modules")) ||
		   json_is_true(json_object_get(rules, "reordered"));

	for (size_t i = 0; i < sizeof(scalars) / sizeof(*scalars); i++)
		any |= json_is_object(json_object_get(diff, scalars[i]));
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		any |= json_array_size(json_object_get(rules, lists[i])) > 0;
	return any;
}
