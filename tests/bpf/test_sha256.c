/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256: one table of messages, hashed natively and inside BPF, both compared with published
 * digests and with OpenSSL; and what the BPF driver does with memory that it cannot read.
 *
 * usage: test_sha256 [sha256.bpf.o]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modwarden/sha256.h"
#include "sha256_run.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define CHUNK         1024 /* SHA256_CHUNK_SIZE, which only BPF sees */
#define SIZE_MAX_BPF  ((__u64)CHUNK << 23)
#define MIB           (1U << 20)

static const char *object_path = "sha256.bpf.o";
static struct sha256_bpf bpf;

/* The message that every test hashes a part of: where the BPF side can see it. */
static __u8 *message;

typedef void hash_fn(size_t offset, size_t size, __u8 digest[MW_SHA256_SIZE]);

static void hash_blocks(struct mw_sha256 *s, const __u8 *bytes, size_t size)
{
	struct mw_sha256_block block;

	for (const __u8 *end = bytes + size; bytes < end; bytes += sizeof(block)) {
		memcpy(&block, bytes, sizeof(block));
		mw_sha256_block(s, &block);
	}
}

static void hash_natively(size_t offset, size_t size, __u8 digest[MW_SHA256_SIZE])
{
	size_t rest = size % MW_SHA256_BLOCK_SIZE, whole = size - rest;
	struct mw_sha256_block last[2] = { 0 };
	struct mw_sha256 s;

	mw_sha256_init(&s);
	hash_blocks(&s, message + offset, whole);
	memcpy(last, message + offset + whole, rest);
	mw_sha256_final(&s, last, size, digest);
}

static void hash_in_bpf(size_t offset, size_t size, __u8 digest[MW_SHA256_SIZE])
{
	struct sha256_args args = { .offset = offset, .size = size };

	assert_int_equal(sha256_bpf_hash(&bpf, &args), 0);
	assert_int_equal(args.error, 0);
	memcpy(digest, args.digest, sizeof(args.digest));
}

static const struct implementation {
	hash_fn *hash;
} native = { hash_natively }, in_bpf = { hash_in_bpf };

static void check_size(void **state, size_t offset, size_t size)
{
	const struct implementation *implementation = *state;
	__u8 expected[MW_SHA256_SIZE], digest[MW_SHA256_SIZE];

	SHA256(message + offset, size, expected);
	implementation->hash(offset, size, digest);
	if (memcmp(digest, expected, sizeof(digest)))
		fail_msg("wrong digest of %zu bytes at offset %zu", size, offset);
}

static void parse_hex(__u8 *bytes, const char *hex)
{
	for (; *hex; hex += 2)
		assert_int_equal(sscanf(hex, "%2hhx", bytes++), 1);
}

/* FIPS 180-4's examples and NIST's additional ones; a message is text, or a byte repeated. */
static const struct vector {
	const char *text;
	__u8 byte;
	size_t size;
	const char *digest;
} vectors[] = {
	{ .text = "",
	  .digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ .text = "abc",
	  .digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ .text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  .digest = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ .text = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
		  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	  .digest = "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
	{ .text = "\xbd",
	  .digest = "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b" },
	{ .text = "\xc9\x8c\x8e\x55",
	  .digest = "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504" },
	{ .size = 55,
	  .digest = "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7" },
	{ .size = 56,
	  .digest = "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb" },
	{ .size = 57,
	  .digest = "65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785" },
	{ .size = 64,
	  .digest = "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b" },
	{ .size = 1000,
	  .digest = "541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53" },
	{ .byte = 'A',
	  .size = 1000,
	  .digest = "c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4" },
	{ .byte = 'U',
	  .size = 1005,
	  .digest = "f4d62ddec0f3dd90ea1380fa16a5ff8dc4c54b21740650f24afc4120903552b0" },
	{ .size = 1000000,
	  .digest = "d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025" },
	{ .byte = 'a',
	  .size = 1000000,
	  .digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

static void gives_the_published_digests(void **state)
{
	const struct implementation *implementation = *state;
	__u8 expected[MW_SHA256_SIZE], digest[MW_SHA256_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		const struct vector *v = &vectors[i];
		size_t size = v->text ? strlen(v->text) : v->size;

		if (v->text)
			memcpy(message, v->text, size);
		else
			memset(message, v->byte, size);
		parse_hex(expected, v->digest);
		implementation->hash(0, size, digest);
		if (memcmp(digest, expected, sizeof(digest)))
			fail_msg("wrong digest of vector %zu", i);
	}
}

/* SHA256Monte.rsp of NIST's SHA test vectors, first round: each message is the last 3 digests. */
static void survives_the_monte_carlo_test(void **state)
{
	const struct implementation *implementation = *state;
	__u8 seed[MW_SHA256_SIZE], expected[MW_SHA256_SIZE], digest[MW_SHA256_SIZE];

	parse_hex(seed, "6d1e72ad03ddeb5de891e572e2396f8da015d899ef0e79503152d6010a3fe691");
	parse_hex(expected, "e93c330ae5447738c8aa85d71a6c80f2a58381d05872d26bdd39f1fcd4f2b788");
	for (int i = 0; i < 3; i++)
		memcpy(message + i * sizeof(seed), seed, sizeof(seed));
	for (int i = 0; i < 1000; i++) {
		implementation->hash(0, 3 * sizeof(digest), digest);
		memmove(message, message + sizeof(digest), 2 * sizeof(digest));
		memcpy(message + 2 * sizeof(digest), digest, sizeof(digest));
	}
	assert_memory_equal(digest, expected, sizeof(digest));
}

static void fill_message(void)
{
	__u64 x = 0x9e3779b97f4a7c15; /* xorshift64: any bytes, but the same in each run */

	for (size_t i = 0; i < SHA256_DATA_SIZE; i += sizeof(x)) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memcpy(message + i, &x, sizeof(x));
	}
}

static void agrees_with_openssl_on_short_messages(void **state)
{
	fill_message();
	for (size_t size = 0; size <= 200; size++)
		check_size(state, 0, size);
}

static void agrees_with_openssl_around_chunk_borders(void **state)
{
	static const size_t borders[] = { CHUNK, 2 * CHUNK, 3 * CHUNK, 16 * CHUNK, MIB };

	fill_message();
	for (size_t i = 0; i < ARRAY_SIZE(borders); i++)
		for (size_t size = borders[i] - 66; size <= borders[i] + 66; size++)
			check_size(state, 0, size);
}

static void agrees_with_openssl_at_every_alignment(void **state)
{
	fill_message();
	for (size_t offset = 0; offset < 16; offset++)
		check_size(state, offset, 3 * CHUNK + 77);
}

static void agrees_with_openssl_on_64_mib(void **state)
{
	fill_message();
	check_size(state, 0, SHA256_DATA_SIZE);
}

/* Natively only: BPF has the padding from the same header, and its messages are shorter. */
static void counts_more_than_32_bits_of_bits(void **state)
{
	__u8 expected[MW_SHA256_SIZE], digest[MW_SHA256_SIZE];
	struct mw_sha256_block last[2] = { 0 };
	__u64 size = 0;
	struct mw_sha256 s;
	EVP_MD_CTX *openssl = EVP_MD_CTX_new();

	(void)state;
	mw_sha256_init(&s);
	assert_true(EVP_DigestInit_ex(openssl, EVP_sha256(), NULL));
	for (; size <= UINT32_MAX / 8; size += SHA256_DATA_SIZE) {
		hash_blocks(&s, message, SHA256_DATA_SIZE);
		assert_true(EVP_DigestUpdate(openssl, message, SHA256_DATA_SIZE));
	}
	mw_sha256_final(&s, last, size, digest);
	assert_true(EVP_DigestFinal_ex(openssl, expected, NULL));
	EVP_MD_CTX_free(openssl);
	assert_memory_equal(digest, expected, sizeof(digest));
}

static void reports_memory_that_it_cannot_read(void **state)
{
	const __u64 end = SHA256_DATA_SIZE;
	const struct {
		const char *what;
		__u64 absolute, offset, size;
	} cases[] = {
		{ "null", 1, 0, 100 },
		{ "null, less than a block", 1, 0, 1 },
		{ "an address of this process", 1, (uintptr_t)message, 100 },
		{ "no address", 1, 0x8000000000000000, 100 },
		{ "the address space's end", 1, (__u64)-32, 3000 },
		{ "only the last byte", 0, end - 99, 100 },
		{ "only the last byte, of a block", 0, end - 127, 128 },
		{ "only the last byte, of a chunk", 0, end - 5 * CHUNK + 1, 5 * CHUNK },
		{ "only what is behind whole blocks", 0, end - 5 * CHUNK, 5 * CHUNK + 1 },
		{ "a chunk of many", 0, end - 5 * CHUNK, 10 * CHUNK },
		{ "all", 0, end, CHUNK },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sha256_args args = {
			.absolute = cases[i].absolute,
			.offset = cases[i].offset,
			.size = cases[i].size,
		};

		assert_int_equal(sha256_bpf_hash(&bpf, &args), 0);
		if (args.error != -EFAULT)
			fail_msg("%s: %lld", cases[i].what, (long long)args.error);
		for (size_t n = 0; n < sizeof(args.digest); n++)
			assert_int_equal(args.digest[n], SHA256_UNTOUCHED);
	}
}

static void reports_a_size_beyond_its_limit(void **state)
{
	static const __u64 sizes[] = { SIZE_MAX_BPF + 1, (__u64)1 << 42, (__u64)-1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct sha256_args args = { .size = sizes[i] };

		assert_int_equal(sha256_bpf_hash(&bpf, &args), 0);
		assert_int_equal(args.error, -EFBIG);
	}
}

/* A read that succeeds after one that did not is judged by itself. */
static void recovers_from_a_failure(void **state)
{
	struct sha256_args args = { .absolute = 1, .size = 3 * CHUNK };

	(void)state;
	assert_int_equal(sha256_bpf_hash(&bpf, &args), 0);
	assert_int_equal(args.error, -EFAULT);
	check_size((void *[]){ (void *)&in_bpf }, 0, 3 * CHUNK + 5);
}

/* Loads that one program only. The verifier's refusals are EACCES, EINVAL and E2BIG. */
static void check_loads(const char *program)
{
	struct bpf_object *object = bpf_object__open(object_path);
	struct bpf_program *other;
	int error;

	assert_non_null(object);
	bpf_object__for_each_program (other, object)
		bpf_program__set_autoload(other, !strcmp(bpf_program__name(other), program));
	error = bpf_object__load(object);
	bpf_object__close(object);
	if (error == -EPERM || error == -ESRCH) {
		print_message("skipped: this kernel does not take programs of that kind\n");
		skip();
	}
	assert_int_equal(error, 0);
}

static void the_verifier_accepts_it_in_an_lsm_gate(void **state)
{
	(void)state;
	check_loads("gate_lsm");
}

static void the_verifier_accepts_it_in_a_fmod_ret_gate(void **state)
{
	(void)state;
	check_loads("gate_fmod_ret");
}

static int open_bpf(void **state)
{
	int error = sha256_bpf_open(&bpf, object_path);

	(void)state;
	if (error) {
		fprintf(stderr, "test_sha256: cannot load '%s': %s\n", object_path,
			strerror(-error));
		return -1;
	}
	message = bpf.data;
	return 0;
}

static int close_bpf(void **state)
{
	(void)state;
	sha256_bpf_close(&bpf);
	return 0;
}

#define BOTH(test)                                                                                 \
	{ "native: " #test, test, NULL, NULL, (void *)&native },                                   \
	{                                                                                          \
		"bpf: " #test, test, NULL, NULL, (void *)&in_bpf                                   \
	}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BOTH(gives_the_published_digests),
		BOTH(survives_the_monte_carlo_test),
		BOTH(agrees_with_openssl_on_short_messages),
		BOTH(agrees_with_openssl_around_chunk_borders),
		BOTH(agrees_with_openssl_at_every_alignment),
		BOTH(agrees_with_openssl_on_64_mib),
		cmocka_unit_test(counts_more_than_32_bits_of_bits),
		cmocka_unit_test(reports_memory_that_it_cannot_read),
		cmocka_unit_test(reports_a_size_beyond_its_limit),
		cmocka_unit_test(recovers_from_a_failure),
		cmocka_unit_test(the_verifier_accepts_it_in_an_lsm_gate),
		cmocka_unit_test(the_verifier_accepts_it_in_a_fmod_ret_gate),
	};

	if (argc > 1)
		object_path = argv[1];
	return cmocka_run_group_tests_name("sha256", tests, open_bpf, close_bpf);
}
