/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A set of sequence numbers. */
#ifndef MODWARDEN_SEQ_SET_H
#define MODWARDEN_SEQ_SET_H

#include <stdbool.h>
#include <stdint.h>

/* Begins as zeros. */
struct seq_set {
	void *tree;
	uint64_t count;
};

/* True: it was not in it. Without memory it is counted, and stays so. */
bool seq_set_add(struct seq_set *set, uint64_t seq);

bool seq_set_has(const struct seq_set *set, uint64_t seq);

/* True: it was in it. */
bool seq_set_remove(struct seq_set *set, uint64_t seq);

void seq_set_clear(struct seq_set *set);

#endif
