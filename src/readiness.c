// SPDX-License-Identifier: GPL-2.0-or-later
#include "readiness.h"

#include "json_memory.h"
#include "words.h"

json_t *readiness_value(const struct plan *plan, enum mw_gate failing, bool is_output_lost)
{
	json_t *reasons = json_array();
	bool is_ready;

	if (failing)
		json_array_append_new(
			reasons, json_sprintf("the gate '%s' did not fire in the last self-test",
					      word_of(&gate_words, failing)));
	if (plan->grade == GRADE_OBSERVE)
		json_array_append_new(reasons,
				      json_sprintf("nothing can be refused here: %s",
						   plan->reason ?: "the grade is observe"));
	if (is_output_lost)
		json_array_append_new(reasons,
				      json_string("records cannot be written; see the log"));
	is_ready = !failing && plan->grade != GRADE_OBSERVE && !is_output_lost;
	return json_pack("{s:b, s:o}", "ready", is_ready, "reasons", reasons);
}
