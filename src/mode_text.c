// SPDX-License-Identifier: GPL-2.0-or-later
#include "mode_text.h"

#include "duration.h"
#include "override.h"
#include "words.h"

static const char *const source_texts[] = {
	[MODE_SOURCE_POLICY] = "the policy's own",
	[MODE_SOURCE_KERNELS] = "the policy was made for other kernels",
	[MODE_SOURCE_OPTION] = "run --mode",
	[MODE_SOURCE_ARGUMENT] = "kernel argument modwarden.mode",
	[MODE_SOURCE_COMMAND] = "modwarden mode",
	[MODE_SOURCE_MISSING] = "there is no policy",
};

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

void mode_print(const json_t *mode, FILE *out)
{
	int source = word_parse(&mode_source_words, text_of(mode, "source"));
	const json_t *left = json_object_get(mode, "left");
	char time[DURATION_SIZE];

	fprintf(out, "%s (%s)", text_of(mode, "mode"),
		source > 0 ? source_texts[source] : "of a source that is not known");
	if (json_is_integer(left)) {
		duration_format((uint64_t)json_integer_value(left), time);
		fprintf(out, " for %s more, then %s", time, text_of(mode, "policy_mode"));
	}
	fputc('\n', out);
}
