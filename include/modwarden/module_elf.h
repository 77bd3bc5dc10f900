/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name that the kernel will give a module, told from the bytes of its ELF image.
 *
 * The kernel's name is what stands in struct module at 'name', in the section
 * .gnu.linkonce.this_module, once the image has been laid out and relocated (kernel/module/main.c).
 * This header walks the image as that file does and is stricter wherever two kernels differ or the
 * image can change the name on its way: no name is better than a wrong one. Relied on:
 *
 * - up to 6.3 the kernel takes the first section of that name with SHF_ALLOC, of whatever type and
 *   size; 6.4 to 6.12 want one among the sections with contents; since 6.13 one among all;
 * - section bounds are checked against the length without the signature, which is cut off only with
 *   CONFIG_MODULE_SIG and without the force flags of finit_module: an image must be whole either
 * way;
 * - the kernel writes into its copy of the section headers before it copies the sections out;
 * - no architecture checks a relocation's offset against the size of the section it is applied to,
 *   so each one of them is checked here.
 *
 * It does not follow what the kernel patches later by tables of addresses in the image
 * (.altinstructions, static calls, jump labels, ...): such an image may already run what it likes.
 * The name gate sees the name after all of that.
 *
 * The bytes must be a copy that nobody can change, and uncompressed.
 */
#ifndef MODWARDEN_MODULE_ELF_H
#define MODWARDEN_MODULE_ELF_H

#include "arch.h"
#include "fact.h"

#ifdef __bpf__
#include <asm-generic/errno.h>
#else
#include <errno.h>
#endif

_Static_assert(sizeof(long) == 8, "the structures below are those of ELFCLASS64");

#define MW_ELF_CLASS 2 /* ELFCLASS64 */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define MW_ELF_DATA 1 /* ELFDATA2LSB */
#else
#define MW_ELF_DATA 2 /* ELFDATA2MSB */
#endif

/* elf(5); the kernel's SHF_RELA_LIVEPATCH. */
enum {
	MW_ET_REL = 1,
	MW_SHT_NULL = 0,
	MW_SHT_PROGBITS = 1,
	MW_SHT_SYMTAB = 2,
	MW_SHT_RELA = 4,
	MW_SHT_NOBITS = 8,
	MW_SHT_REL = 9,
	MW_SHF_ALLOC = 0x2,
	MW_SHF_RELA_LIVEPATCH = 0x00100000,
};

/*
 * Beyond these no name is told. The most in 12,476 Debian modules (6.1, 6.12, 7.3): 50 MB of
 * memory, 1,000,536 relocations (both amdgpu), 76,240 bytes of .modinfo.
 */
#define MW_ELF_MEMORY      (1U << 30) /* bytes of all sections: the kernel adds them in 32 bits */
#define MW_ELF_RELOCATIONS (1U << 22)
#define MW_ELF_MODINFO     (1U << 20) /* bytes of .modinfo */

/* Bytes from its offset on that a relocation may write, at most, on any architecture. */
#define MW_ELF_RELOCATION_REACH 16U

#define MW_ELF_RELOCATION_CHUNK 8U  /* relocations read at once */
#define MW_ELF_MODINFO_CHUNK    64U /* bytes read at once */

struct mw_elf_header {
	__u8 ident[16]; /* magic, class, data, ... */
	__u16 type;
	__u16 machine;
	__u32 version;
	__u64 entry;
	__u64 segments;
	__u64 sections; /* e_shoff */
	__u32 flags;
	__u16 header_size;
	__u16 segment_size;
	__u16 segment_count;
	__u16 section_size;
	__u16 section_count;
	__u16 names; /* e_shstrndx */
};

struct mw_elf_section {
	__u32 name;
	__u32 type;
	__u64 flags;
	__u64 address;
	__u64 offset;
	__u64 size;
	__u32 link;
	__u32 info;
	__u64 align;
	__u64 entry_size;
};

struct mw_elf_relocation {
	__u64 offset;
	__u64 info;
	__u64 addend;
};

struct mw_elf_signature { /* struct module_signature */
	__u8 kind[8];
	__u8 length[4]; /* big-endian */
};

struct mw_elf_range {
	__u64 offset;
	__u64 size;
};

struct mw_image {
	__u64 base; /* address of the first byte */
	__u64 size;
	__u32 name_offset; /* offsetof(struct module, name), at least MW_ELF_RELOCATION_REACH */
	__u32 name_size;   /* at most MW_NAME_SIZE */
	__u32 module_size; /* sizeof(struct module), 0: unknown */
	__u32 reserved;
};

/*
 * Memory for one call of mw_module_name(): nothing in it is needed before or after. It is passed so
 * that it can lie in task storage; on a CPU a preempting task could overwrite it.
 */
struct mw_module_name_work {
	struct mw_image image;
	int error;
	__u32 section_count;
	__u32 names_index;       /* index of the table of section names, */
	__u32 module_index;      /* ... of .gnu.linkonce.this_module, */
	__u32 modinfo_index;     /* ... of .modinfo, */
	__u32 symbols_index;     /* ... of the symbol table */
	__u32 strings_index;     /* ... and of its strings; 0: none seen */
	__u32 relocation_count;  /* of the section being read */
	__u32 relocations_total; /* of all sections so far */
	__u32 modinfo_at;        /* see mw_elf_modinfo_char() */
	__u32 name_ended;        /* a NUL has been seen in the name */
	__u64 whole;             /* bytes of the image that no kernel cuts off */
	__u64 memory;            /* bytes of all sections so far */
	struct mw_elf_range sections;
	struct mw_elf_range names;
	struct mw_elf_range module;
	struct mw_elf_range modinfo;
	struct mw_elf_section section;
	struct mw_elf_section target;
	union {
		struct mw_elf_header header;
		struct mw_elf_relocation relocations[MW_ELF_RELOCATION_CHUNK];
		struct mw_elf_signature signature;
		char bytes[MW_ELF_MODINFO_CHUNK];
	};
	char name[MW_NAME_SIZE];
};
_Static_assert(sizeof(struct mw_elf_header) == 64, "Elf64_Ehdr");
_Static_assert(sizeof(struct mw_elf_section) == 64, "Elf64_Shdr");
_Static_assert(sizeof(struct mw_elf_relocation) == 24, "Elf64_Rela");
_Static_assert(sizeof(struct mw_elf_signature) == 12, "struct module_signature");
_Static_assert(sizeof(struct mw_module_name_work) <= 600, "it lives in the ticket");

/* True where offset..offset+size does not lie within 'limit' bytes. */
mw_inline bool mw_elf_outside(__u64 offset, __u64 size, __u64 limit)
{
	return offset > limit || size > limit - offset;
}

/*
 * The one place where the image is read: 0, or -EFAULT. 'room' is what dst holds, a constant; len
 * may not be: it is compared in one register right before the call, because the verifier of 6.1
 * forgets a bound that was found on a copy of a spilled number.
 */
mw_inline int mw_image_read_some(const struct mw_image *image, __u64 offset, void *dst, __u64 len,
				 __u64 room)
{
	if (mw_elf_outside(offset, len, image->size))
		return -EFAULT;
#ifdef __bpf__
	if (!__builtin_constant_p(len))
		asm volatile("" : "+r"(len));
	if (len > room)
		return -EFAULT;
	return bpf_probe_read_kernel(dst, len, (const void *)(image->base + offset)) ? -EFAULT : 0;
#else
	if (len > room)
		return -EFAULT;
	memcpy(dst, (const void *)(unsigned long)(image->base + offset), len);
	return 0;
#endif
}

/* The same for a constant length. */
mw_inline int mw_image_read(const struct mw_image *image, __u64 offset, void *dst, __u64 len)
{
	return mw_image_read_some(image, offset, dst, len, len);
}

mw_inline __u64 mw_elf_at_most(__u64 most, __u64 value)
{
	return value > most ? most : value;
}

mw_inline bool mw_elf_equal(const char *text, const char *expected, __u32 len)
{
#pragma GCC unroll 32
	for (__u32 i = 0; i < len; i++)
		if (text[i] != expected[i])
			return false;
	return true;
}

#define MW_IMAGE_MARKER      "~Module signature appended~\n"
#define MW_IMAGE_MARKER_SIZE (sizeof(MW_IMAGE_MARKER) - 1)

/*
 * MW_SIGNATURE_PRESENT or _ABSENT by the marker at the end, as in module_sig_check(); says nothing
 * of the signature's worth. MW_SIGNATURE_NONE where the image cannot be read.
 */
mw_inline enum mw_signature mw_image_signature(const struct mw_image *image)
{
	char marker[MW_IMAGE_MARKER_SIZE] = { 0 };

	if (image->size <= MW_IMAGE_MARKER_SIZE)
		return MW_SIGNATURE_ABSENT;
	if (mw_image_read(image, image->size - MW_IMAGE_MARKER_SIZE, marker, MW_IMAGE_MARKER_SIZE))
		return MW_SIGNATURE_NONE;
	return mw_elf_equal(marker, MW_IMAGE_MARKER, MW_IMAGE_MARKER_SIZE) ? MW_SIGNATURE_PRESENT
									   : MW_SIGNATURE_ABSENT;
}

/* Sets work->whole: the length under every kernel and flag, mod_verify_sig(). */
mw_inline int mw_elf_cut_signature(struct mw_module_name_work *work)
{
	struct mw_elf_signature *signature = &work->signature;
	__u64 size = work->image.size, length;

	work->whole = size;
	switch (mw_image_signature(&work->image)) {
	case MW_SIGNATURE_ABSENT:
		return 0;
	case MW_SIGNATURE_PRESENT:
		break;
	default:
		return -EFAULT;
	}
	size -= MW_IMAGE_MARKER_SIZE;
	if (size <= sizeof(*signature))
		return -ENOEXEC;
	size -= sizeof(*signature);
	if (mw_image_read(&work->image, size, signature, sizeof(*signature)))
		return -EFAULT;
	length = (__u32)signature->length[0] << 24 | (__u32)signature->length[1] << 16 |
		 (__u32)signature->length[2] << 8 | signature->length[3];
	if (length >= size)
		return -ENODATA; /* -EBADMSG, but not to a kernel that does not look at signatures
				  */
	work->whole = size - length;
	return 0;
}

/* A range that lies outside is refused by the kernel; one only in the signature by some kernels. */
mw_inline int mw_elf_check_range(const struct mw_module_name_work *work, __u64 offset, __u64 size)
{
	if (mw_elf_outside(offset, size, work->image.size))
		return -ENOEXEC;
	return mw_elf_outside(offset, size, work->whole) ? -ENODATA : 0;
}

mw_inline int mw_elf_read_section(const struct mw_module_name_work *work, __u32 index,
				  struct mw_elf_section *section)
{
	return mw_image_read(&work->image, work->sections.offset + (__u64)index * sizeof(*section),
			     section, sizeof(*section));
}

/* elf_validity_ehdr(), the first half of elf_validity_cache_sechdrs(). */
mw_inline int mw_elf_check_header(struct mw_module_name_work *work)
{
	struct mw_elf_header *header = &work->header;
	int error;

	if (work->whole < sizeof(*header))
		return work->image.size < sizeof(*header) ? -ENOEXEC : -ENODATA;
	if (mw_image_read(&work->image, 0, header, sizeof(*header)))
		return -EFAULT;
	if (header->ident[0] != 0x7f || header->ident[1] != 'E' || header->ident[2] != 'L' ||
	    header->ident[3] != 'F')
		return -ENOEXEC;
	if (header->type != MW_ET_REL || header->machine != MW_ELF_MACHINE ||
	    header->section_size != sizeof(struct mw_elf_section))
		return -ENOEXEC;
	/* The kernel does not look at these: others would see another file than it does. */
	if (header->ident[4] != MW_ELF_CLASS || header->ident[5] != MW_ELF_DATA)
		return -ENODATA;
	if (!header->names || header->names >= header->section_count)
		return -ENOEXEC;
	work->names_index = header->names;
	work->section_count = header->section_count;
	work->sections.offset = header->sections;
	work->sections.size = (__u64)header->section_count * sizeof(struct mw_elf_section);
	error = mw_elf_check_range(work, work->sections.offset, work->sections.size);
	if (error)
		return error;
	return header->sections < sizeof(*header) ? -ENODATA : 0;
}

/* Section 0 and the table of section names, elf_validity_cache_secstrings(). */
mw_inline int mw_elf_check_names(struct mw_module_name_work *work)
{
	struct mw_elf_section *section = &work->section;
	int error;

	if (mw_elf_read_section(work, 0, section))
		return -EFAULT;
	if (section->type != MW_SHT_NULL || section->size || section->address)
		return -ENOEXEC;
	if (section->flags)
		return -ENODATA; /* with SHF_ALLOC it is laid out, with an alignment nobody checks
				  */
	if (mw_elf_read_section(work, work->names_index, section))
		return -EFAULT;
	if (!section->size)
		return -ENOEXEC;
	if (section->type == MW_SHT_NULL || section->type == MW_SHT_NOBITS)
		return -ENODATA; /* since 6.13 the kernel does not check where it lies */
	error = mw_elf_check_range(work, section->offset, section->size);
	if (error)
		return error;
	work->names.offset = section->offset;
	work->names.size = section->size;
	if (mw_image_read(&work->image, section->offset + section->size - 1, work->bytes, 1))
		return -EFAULT;
	return work->bytes[0] ? -ENOEXEC : 0;
}

/* elf_validity_cache_index_mod(), and what keeps others from writing to the section. */
mw_inline int mw_elf_found_module(struct mw_module_name_work *work, __u32 index)
{
	const struct mw_elf_section *section = &work->section;

	if (work->module_index || section->type != MW_SHT_PROGBITS ||
	    !(section->flags & MW_SHF_ALLOC))
		return -ENODATA;
	if (work->image.module_size && section->size != work->image.module_size)
		return -ENODATA;
	work->module_index = index;
	work->module.offset = section->offset;
	work->module.size = section->size;
	return 0;
}

/* elf_validity_cache_index_info(). */
mw_inline int mw_elf_found_modinfo(struct mw_module_name_work *work, __u32 index)
{
	const struct mw_elf_section *section = &work->section;

	if (work->modinfo_index || section->type == MW_SHT_NOBITS || !section->size ||
	    section->size > MW_ELF_MODINFO)
		return -ENODATA;
	work->modinfo_index = index;
	work->modinfo.offset = section->offset;
	work->modinfo.size = section->size;
	return 0;
}

#define MW_ELF_MODULE_SECTION  ".gnu.linkonce.this_module"
#define MW_ELF_MODINFO_SECTION ".modinfo"

/* The name that begins at 'offset' fits, with its final NUL, into the table of names. */
#define mw_elf_name_fits(work, offset, text) ((work)->names.size - (offset) >= sizeof(text))

/* Looks whether the section just read is one of the two that count. */
mw_inline int mw_elf_note_section(struct mw_module_name_work *work, __u32 index)
{
	__u64 name = work->section.name;
	char *text = work->bytes;

	if (!mw_elf_name_fits(work, name, MW_ELF_MODINFO_SECTION))
		return 0; /* too short for either */
	if (mw_image_read(&work->image, work->names.offset + name, text,
			  sizeof(MW_ELF_MODINFO_SECTION)))
		return -EFAULT;
	if (mw_elf_equal(text, MW_ELF_MODINFO_SECTION, sizeof(MW_ELF_MODINFO_SECTION)))
		return mw_elf_found_modinfo(work, index);
	if (!mw_elf_equal(text, MW_ELF_MODULE_SECTION, sizeof(MW_ELF_MODINFO_SECTION)) ||
	    !mw_elf_name_fits(work, name, MW_ELF_MODULE_SECTION))
		return 0;
	if (mw_image_read(&work->image, work->names.offset + name, text,
			  sizeof(MW_ELF_MODULE_SECTION)))
		return -EFAULT;
	if (mw_elf_equal(text, MW_ELF_MODULE_SECTION, sizeof(MW_ELF_MODULE_SECTION)))
		return mw_elf_found_module(work, index);
	return 0;
}

/* What the kernel checks of each section, and that laying it out cannot wrap around. */
mw_inline int mw_elf_check_section(struct mw_module_name_work *work, __u32 index)
{
	const struct mw_elf_section *section = &work->section;
	bool has_contents = section->type != MW_SHT_NOBITS;
	int error;

	if (section->type == MW_SHT_NULL)
		return -ENODATA; /* kernels differ in whether it has a name and contents */
	error = has_contents ? mw_elf_check_range(work, section->offset, section->size) : 0;
	if (error)
		return error;
	if (section->name >= work->names.size)
		return has_contents && section->flags & MW_SHF_ALLOC ? -ENOEXEC : -ENODATA;
	if (section->size > MW_ELF_MEMORY || section->align & (section->align - 1))
		return -ENODATA;
	work->memory += section->size + section->align;
	if (work->memory > MW_ELF_MEMORY)
		return -ENODATA;
	if (section->type != MW_SHT_SYMTAB)
		return 0;
	if (!section->link || section->link >= work->section_count)
		return -ENOEXEC;
	if (work->symbols_index)
		return -ENODATA;
	work->symbols_index = index;
	work->strings_index = section->link;
	return 0;
}

static long mw_elf_find_step(__u32 index, void *arg)
{
	struct mw_module_name_work *work = *(struct mw_module_name_work **)arg;

	if (!index)
		return 0;
	work->error = mw_elf_read_section(work, index, &work->section);
	if (!work->error)
		work->error = mw_elf_check_section(work, index);
	if (!work->error)
		work->error = mw_elf_note_section(work, index);
	return work->error != 0;
}

mw_inline int mw_elf_find_sections(struct mw_module_name_work *work)
{
	mw_loop(work->section_count, mw_elf_find_step, &work);
	if (work->error)
		return work->error;
	if (!work->module_index || !work->symbols_index)
		return -ENOEXEC;
	return work->strings_index == work->module_index ? -ENODATA : 0;
}

/* A '/' would become '!' in sysfs: two names for one module, and one that no glob's '*' matches. */
static long mw_elf_name_step(__u32 index, void *arg)
{
	struct mw_module_name_work *work = *(struct mw_module_name_work **)arg;
	__u32 at = index & (MW_NAME_SIZE - 1);

	if (work->name_ended || index >= work->image.name_size)
		work->name[at] = 0;
	else if (!work->name[at])
		work->name_ended = 1;
	else if (work->name[at] == '/')
		work->error = -ENODATA;
	return 0;
}

/* Reads the name to work->name and fills the rest of it with NULs. */
mw_inline int mw_elf_read_name(struct mw_module_name_work *work)
{
	__u32 size = work->image.name_size;

	if (size > MW_NAME_SIZE || work->image.name_offset < MW_ELF_RELOCATION_REACH)
		return -ENODATA;
	if (mw_elf_outside(work->image.name_offset, size, work->module.size))
		return -ENODATA;
	if (mw_image_read_some(&work->image, work->module.offset + work->image.name_offset,
			       work->name, size, sizeof(work->name)))
		return -EFAULT;
	if (!work->name[0])
		return -ENODATA;
	mw_loop(MW_NAME_SIZE, mw_elf_name_step, &work);
	return work->name_ended ? work->error : -ENODATA;
}

mw_inline bool mw_elf_overlaps(const struct mw_elf_section *section,
			       const struct mw_elf_range *range)
{
	return section->offset < range->offset + range->size &&
	       range->offset < section->offset + section->size;
}

/* True where the relocation may write to the name or leaves the section it is applied to. */
mw_inline bool mw_elf_relocation_strays(const struct mw_module_name_work *work, __u64 offset)
{
	__u64 name = work->image.name_offset;

	if (offset >= work->target.size)
		return true;
	return work->section.info == work->module_index &&
	       offset + MW_ELF_RELOCATION_REACH > name && offset < name + work->image.name_size;
}

static long mw_elf_relocations_step(__u32 index, void *arg)
{
	struct mw_module_name_work *work = *(struct mw_module_name_work **)arg;
	__u32 first = index * MW_ELF_RELOCATION_CHUNK;
	__u64 count = mw_elf_at_most(MW_ELF_RELOCATION_CHUNK, work->relocation_count - first);

	work->error = mw_image_read_some(
		&work->image,
		work->section.offset + (__u64)first * sizeof(struct mw_elf_relocation),
		work->relocations, count * sizeof(struct mw_elf_relocation),
		sizeof(work->relocations));
	for (__u32 i = 0; i < MW_ELF_RELOCATION_CHUNK && !work->error; i++)
		if (i < count && mw_elf_relocation_strays(work, work->relocations[i].offset))
			work->error = -ENODATA;
	return work->error != 0;
}

/*
 * Checks the section just read if it holds relocations that apply_relocations() will apply: those
 * of sections with SHF_ALLOC, which layout_symtab() gives the symbols and their strings, too.
 */
mw_inline int mw_elf_check_relocations(struct mw_module_name_work *work)
{
	const struct mw_elf_section *section = &work->section;
	bool livepatch = section->flags & MW_SHF_RELA_LIVEPATCH;

	if (section->type != MW_SHT_RELA && section->type != MW_SHT_REL && !livepatch)
		return 0;
	if (section->info >= work->section_count)
		return 0;
	if (mw_elf_read_section(work, section->info, &work->target))
		return -EFAULT;
	if (!(work->target.flags & MW_SHF_ALLOC) && section->info != work->symbols_index &&
	    section->info != work->strings_index)
		return 0;
	/* No 64-bit architecture takes SHT_REL; a live patch relocates whenever its object comes.
	 */
	if (section->type != MW_SHT_RELA || (livepatch && section->info == work->module_index))
		return -ENODATA;
	work->relocation_count = section->size / sizeof(struct mw_elf_relocation);
	work->relocations_total += work->relocation_count;
	if (work->relocations_total > MW_ELF_RELOCATIONS)
		return -ENODATA;
	mw_loop((work->relocation_count + MW_ELF_RELOCATION_CHUNK - 1) / MW_ELF_RELOCATION_CHUNK,
		mw_elf_relocations_step, &work);
	return work->error;
}

static long mw_elf_writers_step(__u32 index, void *arg)
{
	struct mw_module_name_work *work = *(struct mw_module_name_work **)arg;
	const struct mw_elf_section *section = &work->section;

	work->error = mw_elf_read_section(work, index, &work->section);
	if (work->error)
		return 1;
	if (index && section->type != MW_SHT_NOBITS && section->size &&
	    (mw_elf_overlaps(section, &work->sections) ||
	     (index != work->module_index && mw_elf_overlaps(section, &work->module)))) {
		work->error = -ENODATA;
		return 1;
	}
	if (index)
		work->error = mw_elf_check_relocations(work);
	return work->error != 0;
}

/* Looks for what could change the name between these bytes and the kernel's struct module. */
mw_inline int mw_elf_find_writers(struct mw_module_name_work *work)
{
	mw_loop(work->section_count, mw_elf_writers_step, &work);
	return work->error;
}

#define MW_ELF_TAG      "name="
#define MW_ELF_TAG_SIZE 5U
#define MW_ELF_OTHER    0xffU

mw_inline char mw_elf_fold(char c)
{
	return c == '-' ? '_' : c;
}

/*
 * One character of .modinfo. modinfo_at counts how much of "name=" and then of the name has been
 * seen in this string, or is MW_ELF_OTHER for a string that is not "name=...".
 */
mw_inline int mw_elf_modinfo_char(struct mw_module_name_work *work, char c)
{
	__u32 at = work->modinfo_at;

	if (at >= MW_ELF_TAG_SIZE && at != MW_ELF_OTHER &&
	    mw_elf_fold(c) != mw_elf_fold(work->name[(at - MW_ELF_TAG_SIZE) & (MW_NAME_SIZE - 1)]))
		return -ENODATA;
	if (!c)
		work->modinfo_at = 0;
	else if (at < MW_ELF_TAG_SIZE && c != (char)(0x3d656d616eULL >> (at * 8))) /* "name=" */
		work->modinfo_at = MW_ELF_OTHER;
	else if (at != MW_ELF_OTHER)
		work->modinfo_at = at + 1;
	return 0;
}

static long mw_elf_modinfo_char_step(__u32 index, void *arg)
{
	struct mw_module_name_work *work = *(struct mw_module_name_work **)arg;

	work->error = mw_elf_modinfo_char(work, work->bytes[index & (MW_ELF_MODINFO_CHUNK - 1)]);
	return work->error != 0;
}

static long mw_elf_modinfo_step(__u32 index, void *arg)
{
	struct mw_module_name_work *work = *(struct mw_module_name_work **)arg;
	__u32 first = index * MW_ELF_MODINFO_CHUNK;
	__u64 count = mw_elf_at_most(MW_ELF_MODINFO_CHUNK, work->modinfo.size - first);

	work->error = mw_image_read_some(&work->image, work->modinfo.offset + first, work->bytes,
					 count, sizeof(work->bytes));
	if (!work->error)
		mw_loop(count, mw_elf_modinfo_char_step, arg);
	return work->error != 0;
}

/* Each "name=" of .modinfo must be the name; none is fine. The last string must have an end. */
mw_inline int mw_elf_check_modinfo(struct mw_module_name_work *work)
{
	__u32 size = work->modinfo.size;

	mw_loop((size + MW_ELF_MODINFO_CHUNK - 1) / MW_ELF_MODINFO_CHUNK, mw_elf_modinfo_step,
		&work);
	if (work->error)
		return work->error;
	return work->modinfo_at ? -ENODATA : 0;
}

/*
 * Tells the module's name. Returns 0 and sets 'name', filled up with NULs, or leaves it alone and
 * returns
 * -ENOEXEC	it is no ELF module image; the kernel refuses it as well
 * -ENODATA	no name can be told: kernels would take different names or one of them would refuse,
 *		the image says two names, or it may change the name while it is being loaded
 * -EFAULT	a byte of the image could not be read
 */
mw_inline int mw_module_name(const struct mw_image *image, struct mw_module_name_work *work,
			     char name[MW_NAME_SIZE])
{
	int error;

	__builtin_memset(work, 0, sizeof(*work));
	work->image = *image;
	error = mw_elf_cut_signature(work);
	if (!error)
		error = mw_elf_check_header(work);
	if (!error)
		error = mw_elf_check_names(work);
	if (!error)
		error = mw_elf_find_sections(work);
	if (!error)
		error = mw_elf_read_name(work);
	if (!error)
		error = mw_elf_find_writers(work);
	if (!error)
		error = mw_elf_check_modinfo(work);
	if (!error)
		__builtin_memcpy(name, work->name, MW_NAME_SIZE);
	return error;
}

#endif
