/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the pins*.c files share; nobody else includes this. */
#ifndef MODWARDEN_PINS_STATE_H
#define MODWARDEN_PINS_STATE_H

#include "pins.h"
#include "seq_set.h"

#include <bpf/bpf.h>

/* The maps of a set that are not the gates'. */
enum pins_map {
	PINS_MAP_NAMES,   /* of rules: from a generation to all of a policy's */
	PINS_MAP_HELD,    /* decisions, by their sequence number */
	PINS_MAP_FOLDS,   /* counts, by that of the first */
	PINS_MAP_WAITING, /* finished operations, by sequence number and part */
	PINS_MAP_TOLD,    /* enum pins_told, by sequence number; forgets what is oldest */
	PINS_MAP_MODULES, /* that are loaded, and known to be: names */
	PINS_OWN_MAPS,
};

struct pins {
	unsigned int number;
	struct pins_about *about;
	int about_fd; /* of its map */
	int maps[PINS_OWN_MAPS];
	/* What found no room in those of the same names. */
	struct seq_set unheld;
	struct seq_set unheld_folds;
	struct seq_set unheld_waiting;
};

/* Of a new set, and of one that is there; 0 or a negative errno. pins_free() closes them. */
int pins_make_maps(struct pins *pins);
int pins_open_maps(struct pins *pins);

/* Puts an object back where it was pinned. 1, 0: it is there, or a negative errno. */
int pins_mend_at(const char *path, int fd);

/* The same with the maps of its own but the account: how many. */
int pins_mend_maps(const struct pins *pins);

struct pins_fold {
	struct mw_fold_key key;
	struct mw_fold fold;
};

/* What records say of a policy. */
struct pins_names {
	uint8_t sha256[MW_DIGEST_SIZE];
	uint32_t rule_count;
	char of[MW_RULES_MAX][POLICY_NAME_SIZE];
};

#endif
