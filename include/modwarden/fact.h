/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of one operation on a kernel module: the words (operation, gate, verdict, reason,
 * criterion) and struct mw_facts, which the gates fill and decide() reads.
 *
 * Value 0 of each enum means "not said" and never allows anything. The numbers are part of the ring
 * buffer's and the maps' layout: append, never renumber.
 */
#ifndef MODWARDEN_FACT_H
#define MODWARDEN_FACT_H

#include "base.h"

enum mw_op {
	MW_OP_NONE,
	MW_OP_LOAD,
	MW_OP_UNLOAD,
	MW_OP_AUTOLOAD,
	MW_OPS,
};

enum mw_gate {
	MW_GATE_NONE,
	MW_GATE_START,    /* kernel_read_file, kernel_load_data */
	MW_GATE_CONTENT,  /* kernel_post_read_file, kernel_post_load_data */
	MW_GATE_UNSIGNED, /* locked_down(LOCKDOWN_MODULE_SIGNATURE) */
	MW_GATE_NAME,     /* kernfs_init_security on /sys/module/NAME and its holders */
	MW_GATE_LOADED,   /* tp_btf/module_load */
	MW_GATE_EXIT,     /* fexit of the system call */
	MW_GATE_UNLOAD,   /* capable(CAP_SYS_MODULE) in delete_module */
	MW_GATE_UNLOADED, /* tp_btf/module_free in delete_module */
	MW_GATE_REQUEST,  /* kernel_module_request */
	MW_GATE_CALL,     /* the system call has begun: all that the observe tier sees of it */
	MW_GATES,
};

enum mw_verdict {
	MW_VERDICT_NONE,
	MW_VERDICT_ALLOW,
	MW_VERDICT_DENY,
	MW_VERDICT_PENDING, /* a rule needs a fact that is not known yet */
};

enum mw_mode {
	MW_MODE_NONE,
	MW_MODE_MONITOR,
	MW_MODE_ENFORCE,
};

enum mw_reason {
	MW_REASON_NONE,
	MW_REASON_RULE,         /* a rule decided */
	MW_REASON_DEFAULT,      /* no rule matched */
	MW_REASON_INHERITED,    /* another task's load of the same file decided */
	MW_REASON_NO_TICKET,    /* a gate was reached that the gates before had not seen */
	MW_REASON_NAME_UNKNOWN, /* a rule asks for the name and the last stop came first */
	MW_REASON_UNDECIDED,    /* a rule asks for another fact and the last stop came first */
	MW_REASON_UNREADABLE,   /* the kernel's or the caller's bytes could not be read */
	MW_REASON_INTERNAL,     /* a helper or a map failed */
	MW_REASON_RACE,         /* what was judged is not what the kernel used */
	MW_REASON_NO_POLICY,    /* no policy is loaded */
	MW_REASON_KERNEL,       /* the kernel itself refused before a verdict was final */
	MW_REASON_EXCEPTION,    /* its digest is let in for a while, whatever the rules say */
	MW_REASONS,
};

enum mw_source {
	MW_SOURCE_NONE,
	MW_SOURCE_FILE,
	MW_SOURCE_MEMORY,
	MW_SOURCES,
};

enum mw_name_source {
	MW_NAME_NONE,
	MW_NAME_ELF,    /* read from the image at the content gate */
	MW_NAME_KERNEL, /* the kernel's own, at the name gate */
	MW_NAME_CALLER, /* what the caller of delete_module asked for */
};

enum mw_signature {
	MW_SIGNATURE_NONE,
	MW_SIGNATURE_ABSENT,  /* no signature is appended */
	MW_SIGNATURE_PRESENT, /* one is appended; the kernel's own verdict is not known */
	MW_SIGNATURE_VALID,   /* the kernel verified it */
	MW_SIGNATURE_REFUSED, /* one is appended and the kernel did not accept it */
};

enum mw_tristate {
	MW_UNKNOWN,
	MW_FALSE,
	MW_TRUE,
};

/* The first MW_TEXT_CRITERIA are texts that globs are matched against. */
enum mw_criterion {
	MW_CRITERION_MODULE,
	MW_CRITERION_PATH,
	MW_CRITERION_FILESYSTEM,
	MW_CRITERION_LOADER,
	MW_CRITERION_CONTAINER,
	MW_CRITERION_ALIAS,
	MW_TEXT_CRITERIA,
	MW_CRITERION_UID = MW_TEXT_CRITERIA,
	MW_CRITERION_AUID,
	MW_CRITERION_DIGEST,
	MW_CRITERION_SIGNED,
	MW_CRITERION_SOURCE,
	MW_CRITERIA,
};

/* Sizes of the texts, with the final NUL. A longer text is not cut: its fact stays unknown. */
#define MW_NAME_SIZE       64 /* kernel: MODULE_NAME_LEN is 56 on 64-bit */
#define MW_FILESYSTEM_SIZE 32
#define MW_CONTAINER_SIZE  72 /* 64 hexadecimal digits */
#define MW_LOADER_SIZE     512
#define MW_PATH_SIZE       1024
#define MW_DIGEST_SIZE     32
#define MW_DIGESTS                                                                                 \
	2 /* the stored bytes, and the ELF bytes where the kernel unpacks and shows them */

/*
 * The facts of one operation. A criterion's bit in 'known' says that its fact is final; one that is
 * known and also in 'absent' does not exist for this operation (a load from memory has no path).
 * One in 'unattributed' is known to be unknowable (a kernel thread asks on nobody knows whose
 * behalf): deny rules take it for true, allow rules for false.
 *
 * The size is a power of two so that a variable offset into it can be proved in bounds by a mask.
 */
struct mw_facts {
	__u32 known;
	__u32 absent;
	__u32 unattributed;
	__u32 uid;  /* effective, in the initial user namespace */
	__u32 auid; /* audit login uid; 4294967295 where unset */
	__u8 op;
	__u8 source;
	__u8 is_signed;
	__u8 digest_count;
	__u8 name_source;
	__u8 signature;
	__u8 reserved[6];
	__u64 size;                              /* bytes received by the kernel, as stored */
	__u8 digest[MW_DIGESTS][MW_DIGEST_SIZE]; /* SHA-256, in the order seen; see mw_fold_key */
	char module[MW_NAME_SIZE];
	char filesystem[MW_FILESYSTEM_SIZE];
	char container[MW_CONTAINER_SIZE];
	char alias[MW_NAME_SIZE];
	char loader[MW_LOADER_SIZE];
	char path[MW_PATH_SIZE];
	__u8 pad[176];
};

#define MW_FACTS_SIZE 2048
_Static_assert(sizeof(struct mw_facts) == MW_FACTS_SIZE, "facts must stay a power of two");

mw_inline bool mw_fact_known(const struct mw_facts *facts, __u32 criterion)
{
	return facts->known & MW_BIT(criterion);
}

/* Offset of a text criterion's text in struct mw_facts, in bytes. */
mw_inline __u32 mw_text_offset(__u32 criterion)
{
	switch (criterion) {
	case MW_CRITERION_MODULE:
		return __builtin_offsetof(struct mw_facts, module);
	case MW_CRITERION_PATH:
		return __builtin_offsetof(struct mw_facts, path);
	case MW_CRITERION_FILESYSTEM:
		return __builtin_offsetof(struct mw_facts, filesystem);
	case MW_CRITERION_LOADER:
		return __builtin_offsetof(struct mw_facts, loader);
	case MW_CRITERION_CONTAINER:
		return __builtin_offsetof(struct mw_facts, container);
	default:
		return __builtin_offsetof(struct mw_facts, alias);
	}
}

#endif
