/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Module files, and what policies make of them in each way that they can be loaded. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "elf_forge.h"
#include "load_outcome.h"
#include "modwarden/module_elf.h"
#include "pack.h"
#include "policy_case.h"
#include "sign.h"

struct bytes {
	unsigned char data[FORGE_CAPACITY + 256];
	size_t size;
};

static void forge_bytes(struct bytes *bytes, bool sign)
{
	/* struct module_signature: PKCS#7, 16 bytes. */
	static const unsigned char signature[12] = { [2] = 2, [11] = 16 };
	struct forge forge;

	forge_module(&forge);
	memcpy(bytes->data, forge.bytes, forge.size);
	bytes->size = forge.size;
	if (!sign)
		return;
	memset(bytes->data + bytes->size, 's', 16);
	bytes->size += 16;
	memcpy(bytes->data + bytes->size, signature, sizeof(signature));
	bytes->size += sizeof(signature);
	memcpy(bytes->data + bytes->size, MW_IMAGE_MARKER, MW_IMAGE_MARKER_SIZE);
	bytes->size += MW_IMAGE_MARKER_SIZE;
}

static int file_of(struct module_file **file, const void *data, size_t size)
{
	char path[] = "/tmp/test_module_file.XXXXXX";
	int fd = mkstemp(path);
	int r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
	r = module_file_read(file, path);
	unlink(path);
	return r;
}

static struct module_file *forged_file(enum compression kind, bool sign)
{
	struct module_file *file = NULL;
	struct bytes bytes;
	struct packed packed;

	forge_bytes(&bytes, sign);
	packed = pack(kind, bytes.data, bytes.size);
	assert_int_equal(file_of(&file, packed.data, packed.size), 0);
	free(packed.data);
	return file;
}

static void reads_a_module_in_each_compression(void **state)
{
	struct bytes bytes;
	__u8 elf[MW_DIGEST_SIZE], stored[MW_DIGEST_SIZE];

	(void)state;
	forge_bytes(&bytes, false);
	assert_int_equal(digest_of(bytes.data, bytes.size, elf), 0);
	for (enum compression kind = COMPRESSION_NONE; kind <= COMPRESSION_ZSTD; kind++) {
		struct module_file *file = forged_file(kind, false);
		struct packed packed = pack(kind, bytes.data, bytes.size);

		assert_int_equal(digest_of(packed.data, packed.size, stored), 0);
		assert_string_equal(file->name, FORGE_NAME);
		assert_int_equal(file->compression, kind);
		assert_int_equal(file->stored_size, packed.size);
		assert_int_equal(file->elf_size, bytes.size);
		assert_memory_equal(file->stored_sha256, stored, sizeof(stored));
		assert_memory_equal(file->elf_sha256, elf, sizeof(elf));
		assert_int_equal(file->signature, MW_SIGNATURE_ABSENT);
		free(packed.data);
		module_file_free(file);
	}
}

static void sees_a_signature_and_believes_none(void **state)
{
	struct module_file *file = forged_file(COMPRESSION_XZ, true);

	(void)state;
	assert_int_equal(file->signature, MW_SIGNATURE_PRESENT);
	assert_string_equal(file->name, FORGE_NAME);
	assert_null(file->signer);
	module_file_free(file);
}

static void refuses_what_is_no_module(void **state)
{
	struct module_file *file = NULL;

	(void)state;
	assert_int_equal(file_of(&file, "text", 4), -ENOEXEC);
	assert_int_equal(file_of(&file, "", 0), -ENOEXEC);
	assert_int_equal(file_of(&file, "\x1f\x8b rubbish", 10), -EBADMSG);
	assert_int_equal(module_file_read(&file, "/nonexistent.ko"), -ENOENT);
	assert_int_equal(module_file_read(&file, "/"), -EISDIR);
	assert_int_equal(module_file_read(&file, "/dev/zero"), -EINVAL);
	assert_null(file);
}

static struct signed_bytes signed_forgery(const char *signer)
{
	struct forge forge;

	forge_module(&forge);
	return sign(forge.bytes, forge.size, signer);
}

static void names_the_signer_in_each_compression(void **state)
{
	struct signed_bytes module = signed_forgery("A distribution");

	(void)state;
	for (enum compression kind = COMPRESSION_NONE; kind <= COMPRESSION_ZSTD; kind++) {
		struct packed packed = pack(kind, module.data, module.size);
		struct module_file *file = NULL;
		auto_free char *signer = NULL;
		size_t unpacked;

		assert_int_equal(file_of(&file, packed.data, packed.size), 0);
		assert_int_equal(file->signature, MW_SIGNATURE_PRESENT);
		assert_string_equal(file->signer, "A distribution");
		module_file_free(file);
		signer = module_signer(packed.data, packed.size, module.size, &unpacked);
		assert_string_equal(signer, "A distribution");
		assert_int_equal(unpacked, module.size);
		assert_null(module_signer(packed.data, packed.size, module.size - 1, &unpacked));
		free(packed.data);
	}
	free(module.data);
}

/* libkmod ends the process over such an image, and takes .modinfo's word for it. */
static void shows_libkmod_nothing_but_the_signature(void **state)
{
	static const char spoof[] = "signer=Somebody";
	struct signed_bytes module;
	auto_free char *signer = NULL;
	struct forge forge;
	size_t unpacked;

	(void)state;
	forge_module(&forge);
	((Elf64_Ehdr *)forge.bytes)->e_shstrndx = 0xfffe;
	memcpy(forge_contents(&forge, FORGE_MODINFO), spoof, sizeof(spoof));
	module = sign(forge.bytes, forge.size, "A distribution");
	signer = module_signer(module.data, module.size, module.size, &unpacked);
	assert_string_equal(signer, "A distribution");
	free(module.data);
	module = sign(forge.bytes, 0, "A distribution");
	free(signer);
	signer = module_signer(module.data, module.size, module.size, &unpacked);
	assert_string_equal(signer, "A distribution");
	module.data[module.size - MW_IMAGE_MARKER_SIZE - 3]++; /* longer than what is there */
	assert_null(module_signer(module.data, module.size, module.size, &unpacked));
	free(module.data);
}

static void tells_which_build_it_is(void **state)
{
	struct module_file *file = forged_file(COMPRESSION_XZ, true);

	(void)state;
	assert_string_equal(file->srcversion, FORGE_SRCVERSION);
	assert_int_equal(file->build_id_size, sizeof(FORGE_BUILD_NOTE) - 1);
	assert_memory_equal(file->build_id, FORGE_BUILD_NOTE, sizeof(FORGE_BUILD_NOTE) - 1);
	module_file_free(file);
}

static void replace_once(struct forge *forge, const char *text, char with)
{
	char *at = memmem(forge->bytes, forge->size, text, strlen(text));

	assert_non_null(at);
	*at = with;
}

static void tells_no_build_of_what_names_none(void **state)
{
	struct module_file *file = NULL;
	struct forge forge;

	(void)state;
	forge_module(&forge);
	replace_once(&forge, "srcversion=", 'S');
	replace_once(&forge, ".note.gnu.build-id", '_');
	assert_int_equal(file_of(&file, forge.bytes, forge.size), 0);
	assert_string_equal(file->srcversion, "");
	assert_int_equal(file->build_id_size, 0);
	module_file_free(file);
}

/* ---- outcomes ---- */

/* One letter an outcome: Allow, Deny by a rule or the default, name Unknown, Pending. */
static char letter(const struct load_outcome *outcome)
{
	if (outcome->judgement.verdict == MW_VERDICT_ALLOW)
		return 'A';
	if (outcome->judgement.verdict == MW_VERDICT_PENDING)
		return 'P';
	return outcome->judgement.reason == MW_REASON_NAME_UNKNOWN ? 'U' : 'D';
}

struct outcome_case {
	const char *claim;
	const char *criteria; /* of the one rule, which allows; others are denied by default */
	enum compression compression;
	bool sign;
	struct load_context context;
	const char *letters; /* by way; for each, signature accepted and not, where there is one */
};

#define OUTSIDE .container = "none", .known = MW_BIT(MW_CRITERION_UID)

static const struct outcome_case outcome_cases[] = {
	{ "shows_both_ways_of_a_plain_module", "", COMPRESSION_NONE, false, { OUTSIDE }, "AA" },
	{ "shows_three_ways_of_a_compressed_one", "", COMPRESSION_XZ, false, { OUTSIDE }, "AAA" },
	{ "shows_both_fates_of_a_signature",
	  "signed: true",
	  COMPRESSION_NONE,
	  true,
	  { OUTSIDE },
	  "ADAD" },
	{ "takes_no_signature_for_not_signed",
	  "signed: true",
	  COMPRESSION_NONE,
	  false,
	  { OUTSIDE },
	  "DD" },
	{ "shows_the_fate_that_is_supposed",
	  "signed: true",
	  COMPRESSION_NONE,
	  true,
	  { OUTSIDE, .is_signed = MW_TRUE },
	  "AA" },
	{ "does_not_suppose_a_signature_that_is_not_there",
	  "signed: true",
	  COMPRESSION_NONE,
	  false,
	  { OUTSIDE, .is_signed = MW_TRUE },
	  "DD" },
	{ "shows_the_way_that_is_asked_for",
	  "source: memory",
	  COMPRESSION_XZ,
	  false,
	  { OUTSIDE, .source = MW_SOURCE_MEMORY },
	  "A" },
	{ "tells_file_from_memory", "source: file", COMPRESSION_XZ, false, { OUTSIDE }, "AAD" },
	{ "knows_no_name_of_packed_unsigned_bytes",
	  "module: forged_*",
	  COMPRESSION_XZ,
	  false,
	  { OUTSIDE },
	  "UAA" },
	{ "knows_the_name_of_packed_signed_bytes",
	  "module: forged-*",
	  COMPRESSION_XZ,
	  true,
	  { OUTSIDE },
	  "AUAAAA" },
	{ "has_a_path_only_for_files",
	  "path: /lib/**",
	  COMPRESSION_NONE,
	  false,
	  { OUTSIDE, .path = "/lib/a.ko" },
	  "AD" },
	{ "does_not_guess_a_path", "path: /lib/**", COMPRESSION_NONE, false, { OUTSIDE }, "PD" },
	{ "does_not_guess_a_loader",
	  "loader: /usr/bin/kmod",
	  COMPRESSION_NONE,
	  false,
	  { OUTSIDE },
	  "PP" },
	{ "takes_the_loader_as_told",
	  "loader: /usr/bin/kmod",
	  COMPRESSION_NONE,
	  false,
	  { OUTSIDE, .loader = "/usr/bin/kmod" },
	  "AA" },
	{ "does_not_guess_an_auid", "auid: 1000", COMPRESSION_NONE, false, { OUTSIDE }, "PP" },
	{ "takes_the_container_as_told",
	  "container: any",
	  COMPRESSION_NONE,
	  false,
	  { .container = "4f6e" },
	  "AA" },
	{ "is_outside_containers_where_told",
	  "container: none",
	  COMPRESSION_NONE,
	  false,
	  { OUTSIDE },
	  "AA" },
	{ "is_in_no_container_where_told",
	  "container: any",
	  COMPRESSION_NONE,
	  false,
	  { OUTSIDE },
	  "DD" },
	{ "takes_root_for_the_caller", "uid: 0", COMPRESSION_NONE, false, { OUTSIDE }, "AA" },
	{ "takes_the_caller_as_told",
	  "uid: 0",
	  COMPRESSION_NONE,
	  false,
	  { OUTSIDE, .uid = 7 },
	  "DD" },
	{ "asks_before_it_gives_the_name_up",
	  "module: forged_*, auid: 1000",
	  COMPRESSION_XZ,
	  false,
	  { OUTSIDE },
	  "PPP" },
};

static struct policy *policy_of(const char *criteria)
{
	char text[256];

	snprintf(text, sizeof(text), HEAD "  - {name: a, allow: load%s%s}\n", *criteria ? ", " : "",
		 criteria);
	return good(text);
}

static void comes_out(void **state)
{
	const struct outcome_case *test = *state;
	struct load_outcome outcomes[LOAD_OUTCOMES_MAX];
	struct module_file *file = forged_file(test->compression, test->sign);
	struct policy *policy = policy_of(test->criteria);
	char letters[LOAD_OUTCOMES_MAX + 1] = "";
	int count = load_outcomes(policy, file, &test->context, outcomes);

	assert_true(count >= 0);
	for (int i = 0; i < count; i++)
		letters[i] = letter(&outcomes[i]);
	assert_string_equal(letters, test->letters);
	policy_free(policy);
	module_file_free(file);
}

/* By the digest of the stored bytes, of the ELF bytes, and what each way shows of them. */
static void finds_the_digests_that_each_way_shows(void **state)
{
	static const char *const letters[] = { "AAD", "DAA" };
	struct module_file *file = forged_file(COMPRESSION_ZSTD, false);
	struct load_context context = { OUTSIDE };

	(void)state;
	for (int which = 0; which < 2; which++) {
		struct load_outcome outcomes[LOAD_OUTCOMES_MAX];
		char hex[DIGEST_HEX_SIZE], criterion[128];
		struct policy *policy;

		digest_format(which ? file->elf_sha256 : file->stored_sha256, hex);
		snprintf(criterion, sizeof(criterion), "sha256: %s", hex);
		policy = policy_of(criterion);
		assert_int_equal(load_outcomes(policy, file, &context, outcomes), 3);
		for (int i = 0; i < 3; i++)
			assert_int_equal(letter(&outcomes[i]), letters[which][i]);
		policy_free(policy);
	}
	module_file_free(file);
}

static void tells_what_an_outcome_depends_on(void **state)
{
	struct load_outcome outcomes[LOAD_OUTCOMES_MAX];
	struct module_file *file = forged_file(COMPRESSION_NONE, false);
	struct policy *policy = policy_of("auid: 1000, loader: /x, module: forged*");
	struct load_context context = { OUTSIDE };

	(void)state;
	assert_int_equal(load_outcomes(policy, file, &context, outcomes), 2);
	assert_int_equal(outcomes[0].judgement.depends,
			 MW_BIT(MW_CRITERION_AUID) | MW_BIT(MW_CRITERION_LOADER));
	policy_free(policy);
	module_file_free(file);
}

static const struct CMUnitTest plain_tests[] = {
	cmocka_unit_test(reads_a_module_in_each_compression),
	cmocka_unit_test(sees_a_signature_and_believes_none),
	cmocka_unit_test(refuses_what_is_no_module),
	cmocka_unit_test(names_the_signer_in_each_compression),
	cmocka_unit_test(shows_libkmod_nothing_but_the_signature),
	cmocka_unit_test(tells_which_build_it_is),
	cmocka_unit_test(tells_no_build_of_what_names_none),
	cmocka_unit_test(finds_the_digests_that_each_way_shows),
	cmocka_unit_test(tells_what_an_outcome_depends_on),
};

#define PLAIN    array_size(plain_tests)
#define OUTCOMES array_size(outcome_cases)

int main(void)
{
	struct CMUnitTest tests[PLAIN + OUTCOMES] = {};

	memcpy(tests, plain_tests, sizeof(plain_tests));
	for (size_t i = 0; i < OUTCOMES; i++)
		tests[PLAIN + i] = (struct CMUnitTest){ outcome_cases[i].claim, comes_out, NULL,
							NULL, (void *)&outcome_cases[i] };
	return cmocka_run_group_tests_name("module_file", tests, NULL, NULL);
}
