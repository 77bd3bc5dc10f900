/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a new rule brings about on this machine, beside what it was made for. */
#ifndef MODWARDEN_ALLOW_EFFECT_H
#define MODWARDEN_ALLOW_EFFECT_H

#include <jansson.h>

#include "exit_code.h"
#include "policy.h"

struct allow_effect {
	json_t *also_allowed;  /* names of other modules that it lets in; NULL: not known */
	json_t *still_refused; /* names of modules that this one needs; NULL: not known */
};

/*
 * Looks through the modules below a directory. facts: of the load that the rule is for. is_wide:
 * others may come in by it, which takes reading all of them. What fails is logged.
 */
enum exit_code allow_effect_find(struct allow_effect *effect, const struct policy *now,
				 const struct policy *next, const char *directory,
				 const struct mw_facts *facts, bool is_wide);

void allow_effect_clear(struct allow_effect *effect);

#endif
