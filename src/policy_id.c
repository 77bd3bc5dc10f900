// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User ids in a policy: N, N-M, N- and, of each, all the others: !N. 'unset' is the audit login uid
 * of whom nobody logged in; N- does not reach it, as no numbered user has it, !N does.
 */
#include <errno.h>
#include <string.h>

#include "policy_draft.h"
#include "policy_id.h"

#define ID_UNSET 4294967295U
#define ID_MAX   (ID_UNSET - 1)

struct id_range {
	__u32 low;
	__u32 high;
};

/* A decimal number without sign, blanks or leading zeros. Returns what follows it, or NULL. */
static const char *number_parse(const char *text, __u32 *id)
{
	__u64 value = 0;
	const char *c = text;

	for (; *c >= '0' && *c <= '9'; c++) {
		value = value * 10 + (__u64)(*c - '0');
		if (value > ID_MAX)
			return NULL;
	}
	if (c == text || (*text == '0' && c > text + 1))
		return NULL;
	*id = (__u32)value;
	return c;
}

int policy_id_parse(const char *text, bool is_auid, __u32 *id)
{
	const char *end;

	if (is_auid && !strcmp(text, "unset")) {
		*id = ID_UNSET;
		return 0;
	}
	end = number_parse(text, id);
	return end && !*end ? 0 : -EINVAL;
}

static int range_parse(const char *text, bool is_auid, struct id_range *range)
{
	if (!policy_id_parse(text, is_auid, &range->low)) {
		range->high = range->low;
		return 0;
	}
	text = number_parse(text, &range->low);
	if (!text || *text != '-')
		return -EINVAL;
	range->high = ID_MAX;
	return text[1] ? policy_id_parse(text + 1, false, &range->high) : 0;
}

static int range_add(struct policy_draft *draft, const struct policy_key *key,
		     const struct yaml_tree *value, __u32 low, __u32 high)
{
	if (draft->range_count == MW_RANGES_MAX) {
		draft_error(draft, value, "over %d id ranges in one policy; merge some",
			    MW_RANGES_MAX);
		return -ENOSPC;
	}
	draft->ranges[draft->range_count++] = (struct range_draft){
		.criterion = key->criterion,
		.range = { .low = low, .high = high, .rule = draft->rule_count },
	};
	return 0;
}

static int others_add(struct policy_draft *draft, const struct policy_key *key,
		      const struct yaml_tree *value, const struct id_range *range)
{
	__u32 last = key->criterion == MW_CRITERION_AUID ? ID_UNSET : ID_MAX;
	int r = 0;

	if (range->low == 0 && range->high >= last)
		return draft_error(draft, value,
				   "'%s' for '%s' can never match: it leaves nobody; "
				   "write a smaller range",
				   value->text, key->name);
	if (range->low > 0)
		r = range_add(draft, key, value, 0, range->low - 1);
	if (!r && range->high < last)
		r = range_add(draft, key, value, range->high + 1, last);
	return r;
}

int uid_read(struct policy_draft *draft, const struct policy_key *key,
	     const struct yaml_tree *value)
{
	bool is_auid = key->criterion == MW_CRITERION_AUID;
	bool negated = *value->text == '!';
	struct id_range range;

	if (range_parse(value->text + negated, is_auid, &range) < 0)
		return draft_error(draft, value,
				   "unknown value '%s' for '%s'; write a number, 1000-1999, 1000-, "
				   "\"!0\"%s",
				   value->text, key->name, is_auid ? " or unset" : "");
	if (range.low > range.high)
		return draft_error(draft, value,
				   "range '%s' for '%s' can never match: it ends before it begins; "
				   "swap the numbers",
				   value->text, key->name);
	if (negated)
		return others_add(draft, key, value, &range);
	return range_add(draft, key, value, range.low, range.high);
}
