/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Identity by content: the digest of the bytes in the kernel's own buffer, and the name in them.
 * There is no moment between this look and the kernel's use in which they could change.
 */
#ifndef MODWARDEN_CONTENT_BPF_H
#define MODWARDEN_CONTENT_BPF_H

#include "ticket.bpf.h"

/* A larger image is not hashed: its digest stays unknown, which denies where a rule needs it. */
#define HASH_MAX (256ULL << 20)

/* A function of its own: its branches are no paths of whoever calls it. */
int note_hash_time(__u64 ns)
{
	count(&counters.hashes[mw_hash_bucket(ns)]);
	__sync_fetch_and_add(&counters.hash_ns, ns);
	return 0;
}

static __always_inline int read_digest(struct ticket *ticket, const void *bytes, __u64 size)
{
	struct mw_facts *facts = &ticket->facts;
	__u32 n = facts->digest_count;
	__u64 began;

	if (size > HASH_MAX)
		return 0;
	if (n >= MW_DIGESTS) {
		ticket_fail(ticket, MW_REASON_INTERNAL);
		return 0;
	}
	began = bpf_ktime_get_ns();
	if (sha256_kernel_buffer(&ticket->scratch.sha256, bytes, size, facts->digest[n])) {
		ticket_fail(ticket, MW_REASON_UNREADABLE);
		return 0;
	}
	note_hash_time(bpf_ktime_get_ns() - began);
	facts->digest_count = n + 1;
	if (!ticket->expecting)
		facts->known |= MW_BIT(MW_CRITERION_DIGEST);
	return 0;
}

static __always_inline int read_name(struct ticket *ticket, const void *bytes, __u64 size)
{
	struct module *module = NULL;
	struct mw_image image = {
		.base = (__u64)bytes,
		.size = size,
		.name_offset = bpf_core_field_offset(module->name),
		.name_size = bpf_core_field_size(module->name),
		.module_size = bpf_core_type_size(struct module),
	};
	int error = mw_module_name(&image, &ticket->scratch.elf, ticket->facts.module);

	if (error == -EFAULT) {
		ticket_fail(ticket, MW_REASON_UNREADABLE);
		return 0;
	}
	if (error)
		return 0;
	ticket->facts.name_source = MW_NAME_ELF;
	ticket->facts.known |= MW_BIT(MW_CRITERION_MODULE);
	return 0;
}

/* Takes in the bytes that the kernel received: digest, name, whether a signature is appended. */
int read_content(struct ticket *ticket, __u64 address, __u64 size)
{
	struct mw_image image = { .base = address, .size = size };
	const void *bytes = (const void *)address;

	if (!ticket)
		return 0;
	if (!ticket->facts.digest_count)
		ticket->facts.size = size;
	read_digest(ticket, bytes, size);
	if (ticket->expecting)
		return 0;
	read_name(ticket, bytes, size);
	/* Of compressed bytes the signature is inside, where before 7.x nobody can see it. */
	if (!ticket->ruling.compressed || kernel_shows_unpacked())
		ticket->facts.signature = mw_image_signature(&image);
	return 0;
}

#endif
