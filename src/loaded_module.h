/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A module that is loaded already: what the kernel tells of it, whether a file is the one that was
 * loaded, and what the policy would have made of the load. Of that nobody saw who asked for it and
 * in which way: what is not known stays so.
 */
#ifndef MODWARDEN_LOADED_MODULE_H
#define MODWARDEN_LOADED_MODULE_H

#include <stdint.h>

#include "load_outcome.h"

struct loaded_module {
	char name[MW_NAME_SIZE];
	uint64_t taints;
	char srcversion[MW_SRCVERSION_SIZE]; /* "": it has none */
	__u8 build_id[MODULE_BUILD_ID_SIZE]; /* the section .note.gnu.build-id */
	size_t build_id_size;                /* 0: it has none */
	bool is_checked;                     /* the kernel checks signatures */
	bool is_signed;                      /* and found this one valid */
};

struct loaded_verdict {
	enum mw_verdict verdict; /* pending: it is not the same in all ways, or depends on more */
	uint16_t rule;           /* MW_RULE_NONE: none, or not the same in all ways */
	char *ways;              /* where either is so: what each way comes to; free it */
};

/*
 * Reads what sysfs tells; sysfs is a descriptor of /sys/module, and taints are those known
 * otherwise. What cannot be read stays empty.
 */
void loaded_module_read(struct loaded_module *module, const char *name, uint64_t taints, int sysfs);

/* Why this file is not known to be what was loaded, for people; NULL: it may be. */
const char *loaded_module_differs(const struct loaded_module *module,
				  const struct module_file *file);

/*
 * Judges a load of it in each possible way. file is what was loaded, or NULL: not known. context
 * tells where the file is and who loads. 0 or -ENOMEM.
 */
int loaded_module_judge(const struct loaded_module *module, const struct policy *policy,
			const struct module_file *file, const struct load_context *context,
			struct loaded_verdict *verdict);

#endif
