/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 over a buffer of the kernel's, streamed through a chunk in the caller's memory.
 *
 * Owns no map: the state lies where the caller says, in memory that is its alone (a ticket; never a
 * per-CPU map, which a preempting task would overwrite). Bytes that cannot be read are an error and
 * never hashed as zeros.
 *
 * Needs the types of vmlinux.h or <linux/bpf.h> included before it.
 */
#ifndef MODWARDEN_SHA256_BPF_H
#define MODWARDEN_SHA256_BPF_H

#include <bpf/bpf_helpers.h>
#include "modwarden/sha256.h"

#ifndef EFAULT
#define EFAULT 14
#endif
#ifndef EFBIG
#define EFBIG 27
#endif

/*
 * The block function is assembly: what compilers make of C for ten registers is slower and, worse,
 * depends on the compiler: some forms of it spill more than a BPF stack can hold. A BPF instruction
 * becomes about one of the machine's; what keeps them few, without rotates and three operands:
 *
 * - A word x that will be rotated is held as x << 32 | x. The low half of that, shifted right by n,
 *   is x rotated by n, and the xor of three rotations is a Horner scheme: for 2, 13 and 22 it is
 *   ((x >> 9 ^ x) >> 11 ^ x) >> 2. What this leaves in the high half is junk, and the addition that
 *   follows, of 32 bits, clears the high half at no cost.
 * - Maj(a, b, c) = ((a ^ b) & (a ^ c)) ^ a. Register y keeps b ^ c, which was a ^ b one round ago;
 *   (a ^ b) ^ y is a ^ c.
 * - b, c and d are the a of earlier rounds. b and d are wanted once a round, c never: they stay in
 *   memory, as does the message schedule.
 * - And what lets the machine overlap them: e is the longest chain of dependencies. The schedule
 *   comes before it in each round, and e and h get their last common summand side by side.
 *
 * Register 9 is the state; 2 is the block in rounds 0 to 15 and scratch after that. The other eight
 * play the parts a, u, y, w, e, f, g, h, and each register moves up one part after each round: the
 * new a has been computed in h, y in u, and e in w. u is scratch, w the word of the schedule.
 */

/* clang-format off */

/* 32 bits: clears the high half */
#define ADD(x, y) "w" #x " += w" #y ";"
#define MOV(x, y) "r" #x " = r" #y ";"
#define XOR(x, y) "r" #x " ^= r" #y ";"
#define AND(x, y) "r" #x " &= r" #y ";"
#define SHR(x, n) "r" #x " >>= " #n ";"

#define LOAD32(x, base, offset)	 "r" #x " = *(u32 *)(r" #base " + " offset ");"
#define STORE32(base, offset, x) "*(u32 *)(r" #base " + " offset ") = r" #x ";"
#define LOAD64(x, base, offset)	 "r" #x " = *(u64 *)(r" #base " + " offset ");"
#define STORE64(base, offset, x) "*(u64 *)(r" #base " + " offset ") = r" #x ";"

#define H(i) "%[h] + 4 * " #i		  /* s->h[i] */
#define A(i) "%[a] + 4 * ((" #i ") & 3)"  /* s->a[i modulo 4]: a of round i */
#define W(i) "%[w] + 8 * ((" #i ") & 15)" /* s->w[i modulo 16]: the word of round i, doubled */
#define M(i) "4 * " #i			  /* block->word[i] */

/* x with a clear high half becomes x << 32 | x. */
#define DOUBLE(x, tmp) MOV(tmp, x) "r" #tmp " <<= 32;" "r" #x " |= r" #tmp ";"

/* out = x rotated by p + q + r, xor x rotated by q + r, xor x rotated by r */
#define SIGMA(out, x, p, q, r)                                                                     \
	MOV(out, x) SHR(out, p) XOR(out, x) SHR(out, q) XOR(out, x) SHR(out, r)

/* The same of the word of round i, but the third is shifted, not rotated: not of a doubled word. */
#define SCHEDULE_SIGMA(out, i, p, q, r)                                                            \
	LOAD64(2, 9, W(i)) MOV(out, 2) SHR(out, p) XOR(out, 2) SHR(out, q)                         \
	LOAD32(2, 9, W(i)) XOR(out, 2) SHR(out, r)

/* w = the word of round t, which is known modulo 16 here: nothing but places depends on it. */
#define FROM_BLOCK(t, w, u)                                                                        \
	LOAD32(w, 2, M(t)) "r" #w " = be32 r" #w ";"
#define FROM_SCHEDULE(t, w, u)                                                                     \
	LOAD32(w, 9, W(t))                                                                         \
	SCHEDULE_SIGMA(u, t + 1, 11, 4, 3) ADD(w, u)                                               \
	SCHEDULE_SIGMA(u, t + 14, 2, 7, 10) ADD(w, u)                                              \
	LOAD32(u, 9, W(t + 9)) ADD(w, u)

/* The assembler wants immediates signed. */
#define ADD_CONSTANT(x, k) "w" #x " += " #k " - (" #k " >> 31 << 32);"

#define ROUND(t, word, k, a, u, y, w, e, f, g, h)                                                  \
	ADD_CONSTANT(h, k)                                                                         \
	MOV(u, f) XOR(u, g) AND(u, e) XOR(u, g) ADD(h, u) /* Ch */                                 \
	word(t, w, u) ADD(h, w)                                                                    \
	DOUBLE(w, u) STORE64(9, W(t), w)                                                           \
	LOAD32(w, 9, A(t + 1)) ADD(w, h) /* d, which becomes e */                                  \
	SIGMA(u, e, 14, 5, 6) ADD(w, u) ADD(h, u)                                                  \
	DOUBLE(w, u)                                                                               \
	LOAD32(u, 9, A(t + 3)) XOR(u, a) /* b; a ^ b becomes y */                                  \
	XOR(y, u) AND(y, u) XOR(y, a) ADD(h, y) /* Maj */                                          \
	SIGMA(y, a, 9, 11, 2) ADD(h, y)                                                            \
	STORE32(9, A(t + 1), h)                                                                    \
	DOUBLE(h, y)

#define ROUNDS(word, k) ROUNDS_(word, k)
#define ROUNDS_(word, k0, k1, k2, k3, k4, k5, k6, k7, k8, k9, k10, k11, k12, k13, k14, k15)        \
	ROUND(0, word, k0, 0, 1, 3, 4, 5, 6, 7, 8)                                                 \
	ROUND(1, word, k1, 8, 0, 1, 3, 4, 5, 6, 7)                                                 \
	ROUND(2, word, k2, 7, 8, 0, 1, 3, 4, 5, 6)                                                 \
	ROUND(3, word, k3, 6, 7, 8, 0, 1, 3, 4, 5)                                                 \
	ROUND(4, word, k4, 5, 6, 7, 8, 0, 1, 3, 4)                                                 \
	ROUND(5, word, k5, 4, 5, 6, 7, 8, 0, 1, 3)                                                 \
	ROUND(6, word, k6, 3, 4, 5, 6, 7, 8, 0, 1)                                                 \
	ROUND(7, word, k7, 1, 3, 4, 5, 6, 7, 8, 0)                                                 \
	ROUND(8, word, k8, 0, 1, 3, 4, 5, 6, 7, 8)                                                 \
	ROUND(9, word, k9, 8, 0, 1, 3, 4, 5, 6, 7)                                                 \
	ROUND(10, word, k10, 7, 8, 0, 1, 3, 4, 5, 6)                                               \
	ROUND(11, word, k11, 6, 7, 8, 0, 1, 3, 4, 5)                                               \
	ROUND(12, word, k12, 5, 6, 7, 8, 0, 1, 3, 4)                                               \
	ROUND(13, word, k13, 4, 5, 6, 7, 8, 0, 1, 3)                                               \
	ROUND(14, word, k14, 3, 4, 5, 6, 7, 8, 0, 1)                                               \
	ROUND(15, word, k15, 1, 3, 4, 5, 6, 7, 8, 0)

#define ADD_TO_H(i, x) LOAD32(1, 9, H(i)) ADD(1, x) STORE32(9, H(i), 1)

/*
 * Hashes one block. A global function, so that the verifier walks its 3,700 instructions once and
 * not on every path to every call; such a function must check its pointers and return a number.
 */
__noinline int mw_sha256_block(struct mw_sha256 *s, const struct mw_sha256_block *block)
{
	register struct mw_sha256 *r9 asm("r9") = s;
	register const struct mw_sha256_block *r2 asm("r2") = block;

	if (!s || !block)
		return -EFAULT;
	asm volatile(
		/* b, c and d were a in rounds -1, -2 and -3 */
		LOAD32(4, 9, H(3)) STORE32(9, A(1), 4)
		LOAD32(3, 9, H(2)) STORE32(9, A(2), 3)
		LOAD32(4, 9, H(1)) STORE32(9, A(3), 4) XOR(3, 4)
		LOAD32(0, 9, H(0)) STORE32(9, A(0), 0) DOUBLE(0, 1)
		LOAD32(5, 9, H(4)) DOUBLE(5, 1)
		LOAD32(6, 9, H(5))
		LOAD32(7, 9, H(6))
		LOAD32(8, 9, H(7))
		ROUNDS(FROM_BLOCK, MW_SHA256_K0)
		ROUNDS(FROM_SCHEDULE, MW_SHA256_K16)
		ROUNDS(FROM_SCHEDULE, MW_SHA256_K32)
		ROUNDS(FROM_SCHEDULE, MW_SHA256_K48)
		ADD_TO_H(0, 0)
		LOAD32(2, 9, A(3)) ADD_TO_H(1, 2)
		LOAD32(2, 9, A(2)) ADD_TO_H(2, 2)
		LOAD32(2, 9, A(1)) ADD_TO_H(3, 2)
		ADD_TO_H(4, 5) ADD_TO_H(5, 6) ADD_TO_H(6, 7) ADD_TO_H(7, 8)
		: "+r"(r2)
		: "r"(r9), [h] "i"(offsetof(struct mw_sha256, h)),
		  [a] "i"(offsetof(struct mw_sha256, a)), [w] "i"(offsetof(struct mw_sha256, w))
		: "r0", "r1", "r3", "r4", "r5", "r6", "r7", "r8", "memory");
	return 0;
}

#undef ADD
#undef MOV
#undef XOR
#undef AND
#undef SHR
#undef LOAD32
#undef STORE32
#undef LOAD64
#undef STORE64
#undef H
#undef A
#undef W
#undef M
#undef DOUBLE
#undef SIGMA
#undef SCHEDULE_SIGMA
#undef FROM_BLOCK
#undef FROM_SCHEDULE
#undef ADD_CONSTANT
#undef ROUND
#undef ROUNDS
#undef ROUNDS_
#undef ADD_TO_H

/* clang-format on */

#define SHA256_CHUNK_BLOCKS 16 /* fewer: the helper costs more than the copying it does */
#define SHA256_CHUNK_SIZE   (SHA256_CHUNK_BLOCKS * MW_SHA256_BLOCK_SIZE)
#define SHA256_SIZE_MAX     ((__u64)SHA256_CHUNK_SIZE << 23) /* 1 << 23 is bpf_loop's limit */

/* The caller's memory, for the time of the call. */
struct sha256_stream {
	struct mw_sha256 sha256;
	struct mw_sha256_block chunk[SHA256_CHUNK_BLOCKS];
};

struct sha256_job {
	struct sha256_stream *stream;
	__u64 source;
	__u64 left; /* bytes in whole blocks */
};

static long sha256_chunk(__u32 i, struct sha256_job *job)
{
	struct sha256_stream *stream = job->stream;
	__u64 size = job->left;

	if (size > SHA256_CHUNK_SIZE)
		size = SHA256_CHUNK_SIZE;
	if (bpf_probe_read_kernel(stream->chunk, size, (const void *)job->source))
		return 1;
	for (__u32 n = 0; n < SHA256_CHUNK_BLOCKS && n < size / MW_SHA256_BLOCK_SIZE; n++)
		mw_sha256_block(&stream->sha256, &stream->chunk[n]);
	job->source += size;
	job->left -= size;
	return 0;
}

/*
 * Writes the digest of the size bytes at source, an address of the kernel's. Returns 0, -EFBIG over
 * SHA256_SIZE_MAX, or -EFAULT when not every byte could be read; then there is no digest.
 */
static long sha256_kernel_buffer(struct sha256_stream *stream, const void *source, __u64 size,
				 __u8 digest[MW_SHA256_SIZE])
{
	__u64 rest = size % MW_SHA256_BLOCK_SIZE;
	struct sha256_job job = {
		.stream = stream,
		.source = (__u64)source,
		.left = size - rest,
	};

	if (size > SHA256_SIZE_MAX)
		return -EFBIG;
	mw_sha256_init(&stream->sha256);
	bpf_loop((job.left + SHA256_CHUNK_SIZE - 1) / SHA256_CHUNK_SIZE, sha256_chunk, &job, 0);
	if (job.left)
		return -EFAULT;
	__builtin_memset(stream->chunk, 0, 2 * sizeof(stream->chunk[0]));
	if (bpf_probe_read_kernel(stream->chunk, rest, (const void *)job.source))
		return -EFAULT;
	mw_sha256_final(&stream->sha256, stream->chunk, size, digest);
	return 0;
}

#endif
