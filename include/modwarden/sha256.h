/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 (FIPS 180-4) for BPF programs and native ones: state, constants, padding. The function
 * that hashes a block is C natively. In BPF it is the assembly of bpf/sha256.bpf.h, because what
 * compilers make of C for ten registers and no rotate is slower, and different with each compiler.
 *
 * User space takes its digests from OpenSSL. The native half is there for the tests.
 */
#ifndef MODWARDEN_SHA256_H
#define MODWARDEN_SHA256_H

#include "modwarden/base.h"

#define MW_SHA256_SIZE       32
#define MW_SHA256_BLOCK_SIZE 64

struct mw_sha256 {
	__u32 h[8];
	/* Scratch memory of the BPF block function: */
	__u32 a[4];  /* the variable a of the last four rounds */
	__u64 w[16]; /* the last 16 words of the message schedule, each in both halves */
};

struct mw_sha256_block {
	__u32 word[MW_SHA256_BLOCK_SIZE / 4]; /* big endian */
};

/* clang-format off */

/* The round constants, 16 a row: the BPF block function needs them as immediates. */
#define MW_SHA256_K0                                                                               \
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,        \
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,        \
	0x9bdc06a7, 0xc19bf174
#define MW_SHA256_K16                                                                              \
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc,        \
	0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,        \
	0x06ca6351, 0x14292967
#define MW_SHA256_K32                                                                              \
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e,        \
	0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624,        \
	0xf40e3585, 0x106aa070
#define MW_SHA256_K48                                                                              \
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,        \
	0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb,        \
	0xbef9a3f7, 0xc67178f2

/* clang-format on */

mw_inline __u32 mw_be32(__u32 x)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap32(x) : x;
}

/* mw_sha256_block hashes one block into s->h and returns 0. */

#ifdef __bpf__

int mw_sha256_block(struct mw_sha256 *s, const struct mw_sha256_block *block);

#else

#define MW_ROR(x, n) ((x) >> (n) | (x) << (32 - (n)))

/* One round. The variables do not move: the caller names them in an order that does. */
#define MW_SHA256_ROUND(a, b, c, d, e, f, g, h, kw)                                                \
	do {                                                                                       \
		h += (kw) + (MW_ROR(e, 6) ^ MW_ROR(e, 11) ^ MW_ROR(e, 25)) + (((f ^ g) & e) ^ g);  \
		d += h;                                                                            \
		h += (MW_ROR(a, 2) ^ MW_ROR(a, 13) ^ MW_ROR(a, 22)) + (((a | c) & b) | (a & c));   \
	} while (0)

mw_inline __u32 mw_sha256_schedule(const __u32 w[64], int t)
{
	__u32 s0 = MW_ROR(w[t - 15], 7) ^ MW_ROR(w[t - 15], 18) ^ w[t - 15] >> 3;
	__u32 s1 = MW_ROR(w[t - 2], 17) ^ MW_ROR(w[t - 2], 19) ^ w[t - 2] >> 10;

	return w[t - 16] + s0 + w[t - 7] + s1;
}

mw_inline int mw_sha256_block(struct mw_sha256 *s, const struct mw_sha256_block *block)
{
	static const __u32 k[64] = { MW_SHA256_K0, MW_SHA256_K16, MW_SHA256_K32, MW_SHA256_K48 };
	__u32 a = s->h[0], b = s->h[1], c = s->h[2], d = s->h[3];
	__u32 e = s->h[4], f = s->h[5], g = s->h[6], h = s->h[7];
	__u32 w[64];

	for (int t = 0; t < 64; t++)
		w[t] = t < 16 ? mw_be32(block->word[t]) : mw_sha256_schedule(w, t);
	for (int t = 0; t < 64; t += 8) {
		MW_SHA256_ROUND(a, b, c, d, e, f, g, h, k[t] + w[t]);
		MW_SHA256_ROUND(h, a, b, c, d, e, f, g, k[t + 1] + w[t + 1]);
		MW_SHA256_ROUND(g, h, a, b, c, d, e, f, k[t + 2] + w[t + 2]);
		MW_SHA256_ROUND(f, g, h, a, b, c, d, e, k[t + 3] + w[t + 3]);
		MW_SHA256_ROUND(e, f, g, h, a, b, c, d, k[t + 4] + w[t + 4]);
		MW_SHA256_ROUND(d, e, f, g, h, a, b, c, k[t + 5] + w[t + 5]);
		MW_SHA256_ROUND(c, d, e, f, g, h, a, b, k[t + 6] + w[t + 6]);
		MW_SHA256_ROUND(b, c, d, e, f, g, h, a, k[t + 7] + w[t + 7]);
	}
	s->h[0] += a;
	s->h[1] += b;
	s->h[2] += c;
	s->h[3] += d;
	s->h[4] += e;
	s->h[5] += f;
	s->h[6] += g;
	s->h[7] += h;
	return 0;
}

#undef MW_SHA256_ROUND
#undef MW_ROR

#endif

mw_inline void mw_sha256_init(struct mw_sha256 *s)
{
	s->h[0] = 0x6a09e667;
	s->h[1] = 0xbb67ae85;
	s->h[2] = 0x3c6ef372;
	s->h[3] = 0xa54ff53a;
	s->h[4] = 0x510e527f;
	s->h[5] = 0x9b05688c;
	s->h[6] = 0x1f83d9ab;
	s->h[7] = 0x5be0cd19;
}

/*
 * size is the message's, in bytes. All its whole blocks have been hashed; last begins with the
 * size % 64 bytes behind them and is zero after those.
 */
mw_inline void mw_sha256_final(struct mw_sha256 *s, struct mw_sha256_block last[2], __u64 size,
			       __u8 digest[MW_SHA256_SIZE])
{
	__u32 rest = size % MW_SHA256_BLOCK_SIZE;
	int i = 0;

	((__u8 *)last)[rest] = 0x80;
	if (rest >= MW_SHA256_BLOCK_SIZE - sizeof(size))
		mw_sha256_block(s, &last[i++]);
	last[i].word[14] = mw_be32(size >> 29);
	last[i].word[15] = mw_be32(size << 3);
	mw_sha256_block(s, &last[i]);
	for (i = 0; i < 8; i++) {
		__u32 word = mw_be32(s->h[i]);

		__builtin_memcpy(digest + 4 * i, &word, sizeof(word));
	}
}

#endif
