/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A policy while it is read: what each rule said, and where. Only the policy_*.c files look inside.
 *
 * Functions that read return 0, -EINVAL after an error was reported (reading goes on, so that all
 * errors are shown), or -ENOMEM, which ends it.
 */
#ifndef MODWARDEN_POLICY_DRAFT_H
#define MODWARDEN_POLICY_DRAFT_H

#include <openssl/evp.h>

#include "policy.h"
#include "yaml_tree.h"

struct rule_draft {
	const struct yaml_tree *node;
	const struct yaml_tree *name;
	const struct yaml_tree *verdict_value;       /* of allow: or deny: */
	const struct yaml_tree *values[MW_CRITERIA]; /* where a criterion was written */
	enum mw_verdict verdict;
	bool broken;     /* an error was reported: what it says may not be all it meant to say */
	__u32 ops;       /* bits of enum mw_op */
	__u32 criteria;  /* bits of enum mw_criterion: those that the rule carries */
	__u32 absent;    /* bits of enum mw_criterion: it holds where the fact does not exist */
	__u32 is_signed; /* bits of enum mw_tristate */
	__u32 sources;   /* bits of enum mw_source */
	size_t digests;  /* listed, not all different */
};

struct pattern_draft {
	enum mw_criterion criterion;
	struct mw_pattern pattern;
};

struct range_draft {
	enum mw_criterion criterion;
	struct mw_range range;
};

struct policy_draft {
	const char *file;
	struct file_watch *watch; /* may be NULL */
	struct diags *diags;
	struct policy *policy;
	EVP_MD_CTX *identity; /* SHA-256 over the policy's text, then a line for each digest file */
	enum mw_mode mode;
	enum mw_verdict default_verdict; /* for loads */
	__u32 rule_count;                /* complete ones; rules[rule_count] is being read */
	__u32 pattern_count;
	__u32 range_count;
	struct rule_draft rules[MW_RULES_MAX];
	struct place crowded; /* where the digests became too many; file: */
	char *crowded_file;   /* NULL: they are not */
	struct pattern_draft patterns[MW_PATTERNS_MAX];
	struct range_draft ranges[MW_RANGES_MAX];
};

/* The mapping that a key belongs into. */
enum policy_place {
	OF_POLICY,
	OF_RULE,
	OF_AUDIT,
	POLICY_PLACES,
};

/* A key of the schema; the table is in policy_schema.c. */
struct policy_key {
	const char *name;
	enum policy_place of;
	bool is_criterion;
	bool is_list;    /* a list of words is accepted beside one word */
	bool is_rules;   /* a list of mappings and nothing else */
	bool is_mapping; /* a mapping and nothing else */
	enum mw_criterion criterion;
	__u32 ops;           /* operations that the criterion exists for */
	const char *missing; /* what to write where a required key is missing */
	/* Reads one word, or one mapping of 'rules'. */
	int (*read)(struct policy_draft *draft, const struct policy_key *key,
		    const struct yaml_tree *value);
};

static inline struct place draft_place(const struct policy_draft *draft,
				       const struct yaml_tree *node)
{
	return (struct place){ draft->file, node->line, node->column };
}

static inline struct rule_draft *draft_rule(struct policy_draft *draft)
{
	return &draft->rules[draft->rule_count];
}

#define draft_error(draft, node, ...)                                                              \
	diag_error((draft)->diags, draft_place((draft), (node)), __VA_ARGS__)

#define draft_warning(draft, node, ...)                                                            \
	diag_warning((draft)->diags, draft_place((draft), (node)), __VA_ARGS__)

/* policy_schema.c */
int policy_schema_read(struct policy_draft *draft, const struct yaml_tree *root);
/* Operations that a criterion exists for, as bits. */
__u32 policy_criterion_ops(enum mw_criterion criterion);

/* policy_value.c: the words of the policy */
typedef int policy_value_read(struct policy_draft *draft, const struct policy_key *key,
			      const struct yaml_tree *value);
policy_value_read version_read, mode_read, kernel_read, default_read, locked_read, rule_name_read,
	allow_read, deny_read, signed_read, source_read, digest_read, audit_key_read;

/* policy_pattern.c, policy_id.c, policy_digests.c */
policy_value_read pattern_read, container_read, uid_read, digest_files_read;

/* Counts one digest in for the rule being read. */
int policy_digest_add(struct policy_draft *draft, struct place place,
		      const __u8 digest[MW_DIGEST_SIZE]);

/* There are too many of them. -EINVAL. */
int policy_digests_crowded(struct policy_draft *draft);

/* What is wrong with a glob, and the remedy; NULL for a good one. */
const char *policy_glob_problem(const char *text);

/* policy_rule.c: a rule as a whole, once all its keys are read without an error */
int policy_rule_check(struct policy_draft *draft, const struct rule_draft *rule);

/* policy_compile.c: an error-free draft to the policy's image. Returns 0 or -ENOMEM. */
int policy_compile(struct policy_draft *draft);

#endif
