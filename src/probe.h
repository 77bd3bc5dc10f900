/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks this kernel what it can do, by trying; nothing stays attached. Needs root. */
#ifndef MODWARDEN_PROBE_H
#define MODWARDEN_PROBE_H

#include "plan.h"

/*
 * Fills *features. A probe that fails leaves its feature false: what is not proven is not there.
 * Leaves in *reader, if that is not NULL, what tells of a later switch; NULL: no memory.
 */
void features_probe(struct features *features, struct preemption_reader **reader);

/*
 * Is word one of the comma-separated words of list? "bpf" is not in "lockdown,bpfilter".
 * A trailing newline belongs to no word.
 */
bool word_in_list(const char *list, const char *word);

#endif
