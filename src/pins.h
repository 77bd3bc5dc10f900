/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What outlives the program: links, maps and an account of them, pinned in bpffs under
 * PINS_ROOT/N. A higher N is a later set; it counts once its account says that it is whole, and
 * then those before it are only in the way.
 *
 * Within a set the maps stay what they are; the links come and go with the programs, those of each
 * epoch (see struct mw_control) in a directory of their own.
 */
#ifndef MODWARDEN_PINS_H
#define MODWARDEN_PINS_H

#include <stdbool.h>
#include <stdint.h>

#include "fold_window.h"
#include "operation.h"
#include "policy.h"

#include "modwarden/event.h"

#define PINS_ROOT "/sys/fs/bpf/modwarden"

/* Counts up with every change of what the maps hold: tests/unit/test_pins.c notices one. */
#ifndef PINS_LAYOUT
#define PINS_LAYOUT 10
#endif

#define PINS_SETTINGS  ".data.control" /* the map of struct mw_control */
#define PINS_TEXT_SIZE 1024            /* of a text in the account */

/* How much of an operation has been told of. */
enum pins_told {
	PINS_TOLD = 1,   /* itself, maybe without those that were counted beside it */
	PINS_TOLD_WHOLE, /* with them */
};

/*
 * The one record that may have been written or not when a daemon dies: the output has this very
 * line, or it has not been written. seq is set last, and 0 where nothing is being told.
 */
struct pins_telling {
	uint64_t seq;
	uint32_t told; /* enum pins_told */
	uint32_t reserved;
	uint8_t line[MW_DIGEST_SIZE];
};

/* The account. New fields come at the end: every version reads what stands before. */
struct pins_about {
	uint64_t magic;
	uint32_t layout; /* PINS_LAYOUT */
	uint32_t is_whole;
	uint32_t mechanism;       /* enum mechanism, of the programs in charge */
	uint32_t format;          /* enum sink_format, of the output */
	uint64_t alive;           /* CLOCK_BOOTTIME ns: when a daemon last said so */
	uint64_t told[16];        /* losses that records have told of, by enum record_lost_kind */
	uint64_t override_until;  /* CLOCK_BOOTTIME ns; 0: no end */
	uint32_t override_mode;   /* enum mw_mode */
	uint32_t grade;           /* enum grade */
	uint32_t override_source; /* enum mode_source */
	uint32_t has_policy;      /* from a file: what is in force is not the built-in one */
	uint64_t unheld;          /* parts of operations that found no room: see pins_hold() */
	char output[PINS_TEXT_SIZE]; /* where the daemon wrote, as it was told; "": not known */
	char node[PINS_TEXT_SIZE];   /* as whom */
	uint64_t lost;               /* of those that found no room, when their daemon died */
	struct pins_telling telling;
	uint32_t knows_modules; /* all that are loaded are among pins_each_module() */
	uint32_t reserved;
	uint64_t audit_lost_told; /* of mw_counters.audit_lost, what records have told of */
};

struct pins;

/* Makes an empty set after all others. Negative errno: -ENOENT: there is no bpffs. */
int pins_new(struct pins **ret);

/* The last whole set. -ENOENT: there is none. */
int pins_find(struct pins **ret);

/* Whether there is a set, whole or not. Negative errno. */
int pins_any(void);

/* Closes it; the pins stay. NULL is fine. */
void pins_free(struct pins *pins);

/* Shared with the kernel's map: what is written here stays. */
struct pins_about *pins_about(struct pins *pins);

/*
 * The names of a policy's rules, which the gates have no use for, by its generation; the last
 * PINS_NAMES of them. Taken, they are put into the policy. 0 or a negative errno.
 */
#define PINS_NAMES 16
int pins_put_names(struct pins *pins, const struct policy *policy);
int pins_take_names(const struct pins *pins, struct policy *policy);

/*
 * For each of which the names are kept, with no more of its image than its generation, digest and
 * number of rules. Stops at what is not 0, and returns it.
 */
typedef int pins_policy_fn(const struct policy *policy, void *arg);
int pins_each_policy(const struct pins *pins, pins_policy_fn *call, void *arg);

/*
 * The first part of an operation that is not told of yet, kept for the next daemon until it is. One
 * that finds no room is only missing there, and counted. For each: stops at what is not 0, and
 * returns it.
 */
#ifndef PINS_HELD_MAX
#define PINS_HELD_MAX 16384
#endif
void pins_hold(struct pins *pins, const struct mw_decision_event *event);
typedef int pins_held_fn(const struct mw_decision_event *event, void *arg);
int pins_each_held(const struct pins *pins, pins_held_fn *call, void *arg);

/* The same with what was counted beside it, by the first one's sequence number. */
void pins_hold_fold(struct pins *pins, const struct mw_fold_key *key, const struct mw_fold *fold);
void pins_let_fold_go(struct pins *pins, uint64_t seq);
int pins_each_fold(const struct pins *pins, fold_fn *call, void *arg);

/*
 * An operation that is finished, and waits for what the audit trail says of it; what was held of it
 * until now is let go. Told of, it is let go itself. For each: as above.
 */
void pins_hold_waiting(struct pins *pins, const struct operation *operation);
void pins_let_waiting_go(struct pins *pins, const struct operation *operation);
typedef int pins_waiting_fn(const struct operation *operation, void *arg);
int pins_each_waiting(const struct pins *pins, pins_waiting_fn *call, void *arg);

/* The daemon before has died: what found no room then is lost. How much that is, of all of them. */
void pins_inherit(struct pins *pins);
uint64_t pins_lost(struct pins *pins);

/*
 * This line, which tells of an operation, is about to be written; and then, it has been: what is
 * held of it is let go. What has been told is remembered, of the last PINS_TOLD_MAX or almost as
 * many, for what may still come of it. For each: as above.
 */
#define PINS_TOLD_MAX 32768
void pins_begin_to_tell(struct pins *pins, uint64_t seq, enum pins_told told, const char *line,
			size_t size);
void pins_told(struct pins *pins, uint64_t seq, enum pins_told told);
/* How much of it has been told; 0: nothing. */
enum pins_told pins_was_told(const struct pins *pins, uint64_t seq);
typedef int pins_told_fn(uint64_t seq, enum pins_told told, void *arg);
int pins_each_told(const struct pins *pins, pins_told_fn *call, void *arg);

/* A module is known to be loaded, or no longer. For each: as above. 0 or a negative errno. */
#define PINS_MODULES_MAX 16384
int pins_know_module(struct pins *pins, const char *name);
void pins_forget_module(struct pins *pins, const char *name);
typedef int pins_module_fn(const char *name, void *arg);
int pins_each_module(const struct pins *pins, pins_module_fn *call, void *arg);

/* 0 or a negative errno. */
int pins_put_map(const struct pins *pins, const char *name, int fd);
int pins_put_link(const struct pins *pins, uint32_t epoch, const char *name, int fd);

/* A descriptor; negative errno, -ENOENT: there is none of that name. */
int pins_map(const struct pins *pins, const char *name);

/* The path of a link. */
void pins_link_path(const struct pins *pins, uint32_t epoch, const char *name, char *path,
		    size_t size);

/*
 * Somebody may have removed what is pinned, or put something else in its place, while this process
 * has it open: it is put back, with all that it holds. First the directories, also the one of an
 * epoch's links: 0 or a negative errno. The others return 1 (of its own maps: how many) where
 * something was missing, 0, or a negative errno; those of its own come last: with them it counts.
 */
int pins_mend_directories(const struct pins *pins, uint32_t epoch);
int pins_mend_map(const struct pins *pins, const char *name, int fd);
int pins_mend_link(const struct pins *pins, uint32_t epoch, const char *name, int fd);
int pins_mend_own(const struct pins *pins);

/* Unpins one link; 0, also where there was none, or a negative errno. */
int pins_drop_link(const struct pins *pins, uint32_t epoch, const char *name);

/* Unpins the links of all other epochs. */
int pins_keep_links(const struct pins *pins, uint32_t epoch);

/*
 * There is one daemon at a time for all pins. Returns a descriptor that holds the claim until it is
 * closed; -EBUSY: somebody else has it; -ENOENT: there is no bpffs; -EUCLEAN: the directory is not
 * root's.
 */
int pins_claim(void);

/*
 * Puts an empty directory in the place of one that is not root's, in one step, so that nobody is
 * faster, and removes that, or leaves it beside where it is not empty. 0 or a negative errno.
 */
int pins_replace_root(void);

/* Each map of its own, which are not the gates'. Stops at what is not 0, and returns it. */
typedef int pins_map_fn(int fd, void *arg);
int pins_each_map(const struct pins *pins, pins_map_fn *call, void *arg);

/* They refuse nothing and write nothing any more, whatever their layout. */
void pins_disarm(const struct pins *pins);

/* Unpins the set: what nobody holds open any more is gone, links first. */
int pins_remove(struct pins *pins);

/* The same with every other set; NULL: with all. */
int pins_remove_others(const struct pins *pins);

#endif
