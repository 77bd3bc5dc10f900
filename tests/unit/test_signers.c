/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who signed a module: told of the very bytes that the kernel was given, or not at all. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digest.h"
#include "elf_forge.h"
#include "local_file.h"
#include "pack.h"
#include "sample_events.h"
#include "sign.h"
#include "signers.h"

#define SIGNER "A signer's \"name\""

static struct signers *signers;
static struct signed_bytes module; /* an ELF image, signed */
static char directory[] = "/tmp/test_signers.XXXXXX";
static char path[64];

static int begin_all(void **state)
{
	struct forge forge;

	(void)state;
	forge_module(&forge);
	module = sign(forge.bytes, forge.size, SIGNER);
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/a.ko", directory);
	return 0;
}

static int end_all(void **state)
{
	(void)state;
	free(module.data);
	return rmdir(directory);
}

static int begin(void **state)
{
	(void)state;
	return signers_new(&signers);
}

static int end(void **state)
{
	(void)state;
	unlink(path);
	signers_free(signers);
	return 0;
}

static void write_file(const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
}

/* A load of these bytes from the file of the tests, which the kernel let in. */
static struct operation load_of(const void *data, size_t size)
{
	struct mw_decision_event decision = sample_decision(17, MW_VERDICT_ALLOW, false);
	struct operation operation = { .seq = 17 };

	operation_take_decision(&operation, &decision);
	operation.facts.signature = MW_SIGNATURE_VALID;
	operation.facts.size = size;
	SET_TEXT(operation.facts.path, path);
	SET_TEXT(operation.facts.filesystem, "ext4");
	assert_int_equal(digest_of(data, size, operation.facts.digest[0]), 0);
	return operation;
}

static struct operation load_of_module(void)
{
	return load_of(module.data, module.size);
}

static const char *found(const struct operation *operation)
{
	return signers_find(signers, operation, 0);
}

static void names_the_signer_in_each_compression(void **state)
{
	(void)state;
	for (enum compression kind = COMPRESSION_NONE; kind <= COMPRESSION_ZSTD; kind++) {
		struct packed packed = pack(kind, module.data, module.size);
		struct operation operation = load_of(packed.data, packed.size);

		write_file(packed.data, packed.size);
		assert_string_equal(found(&operation), SIGNER);
		free(packed.data);
	}
}

/* ---- of what no file is looked at ---- */

static void lose_decision(struct operation *operation)
{
	operation->has = OPERATION_HAS_OUTCOME;
}

static void from_memory(struct operation *operation)
{
	operation->facts.source = MW_SOURCE_MEMORY;
}

static void without_signature(struct operation *operation)
{
	operation->facts.signature = MW_SIGNATURE_ABSENT;
}

static void without_digest(struct operation *operation)
{
	operation->facts.digest_count = 0;
}

static void deleted(struct operation *operation)
{
	operation->caller.deleted = true;
}

static void in_a_memfd(struct operation *operation)
{
	operation->caller.memfd = true;
}

static void on_fuse(struct operation *operation)
{
	SET_TEXT(operation->facts.filesystem, "fuse");
}

static void on_overlay(struct operation *operation)
{
	SET_TEXT(operation->facts.filesystem, "overlay");
}

static void of_a_relative_path(struct operation *operation)
{
	SET_TEXT(operation->facts.path, "a.ko");
}

static void of_another_size(struct operation *operation)
{
	operation->facts.size++;
}

static void of_another_digest(struct operation *operation)
{
	operation->facts.digest[0][31] ^= 1;
}

static void through_proc(struct operation *operation)
{
	SET_TEXT(operation->facts.path, "/proc/self/cwd/a.ko");
}

static const struct {
	const char *what;
	void (*change)(struct operation *operation);
} unnamed[] = {
	{ "no decision came", lose_decision },
	{ "from memory", from_memory },
	{ "no signature", without_signature },
	{ "no digest", without_digest },
	{ "deleted", deleted },
	{ "memfd", in_a_memfd },
	{ "fuse", on_fuse },
	{ "overlay", on_overlay },
	{ "relative path", of_a_relative_path },
	{ "another size", of_another_size },
	{ "other bytes", of_another_digest },
	{ "a way through /proc", through_proc },
};

static void names_nobody_else(void **state)
{
	(void)state;
	write_file(module.data, module.size);
	assert_int_equal(chdir(directory), 0);
	for (size_t i = 0; i < sizeof(unnamed) / sizeof(*unnamed); i++) {
		struct operation operation = load_of_module();

		unnamed[i].change(&operation);
		if (found(&operation))
			fail_msg("%s: %s", unnamed[i].what, found(&operation));
		/* What was in vain is remembered. */
		signers_free(signers);
		assert_int_equal(signers_new(&signers), 0);
	}
	assert_int_equal(chdir("/"), 0);
}

static void names_nobody_of_bytes_without_a_signature(void **state)
{
	struct operation operation;
	struct forge forge;

	(void)state;
	forge_module(&forge);
	operation = load_of(forge.bytes, forge.size);
	write_file(forge.bytes, forge.size);
	assert_null(found(&operation));
}

static void refused_signatures_have_a_signer_too(void **state)
{
	struct operation operation = load_of_module();

	(void)state;
	operation.facts.signature = MW_SIGNATURE_PRESENT;
	write_file(module.data, module.size);
	assert_string_equal(found(&operation), SIGNER);
	operation.facts.signature = MW_SIGNATURE_REFUSED;
	assert_string_equal(found(&operation), SIGNER);
}

/* ---- how often ---- */

static void reads_a_digest_once(void **state)
{
	struct operation operation = load_of_module();

	(void)state;
	write_file(module.data, module.size);
	assert_string_equal(found(&operation), SIGNER);
	unlink(path);
	assert_string_equal(found(&operation), SIGNER);
}

static void tries_in_vain_once_a_minute(void **state)
{
	struct operation operation = load_of_module();

	(void)state;
	assert_null(found(&operation));
	write_file(module.data, module.size);
	assert_null(signers_find(signers, &operation, 59 * SAMPLE_SECOND));
	assert_string_equal(signers_find(signers, &operation, 60 * SAMPLE_SECOND), SIGNER);
}

static void forgets_the_oldest_of_very_many(void **state)
{
	struct operation operation = load_of_module();
	struct operation other = operation;

	(void)state;
	write_file(module.data, module.size);
	assert_string_equal(found(&operation), SIGNER);
	other.facts.size++;
	for (uint32_t i = 0; i < 5000; i++) {
		memcpy(other.facts.digest[0], &i, sizeof(i));
		assert_null(signers_find(signers, &other, i * SAMPLE_SECOND));
	}
	unlink(path);
	assert_null(signers_find(signers, &operation, 5000 * SAMPLE_SECOND));
}

static void looks_for_no_more_files_than_it_has_time_for(void **state)
{
	struct operation operation = load_of_module(), other = operation;

	(void)state;
	other.facts.size++;
	for (uint32_t i = 0; i < 5000; i++) {
		memcpy(other.facts.digest[0], &i, sizeof(i));
		assert_null(found(&other));
	}
	write_file(module.data, module.size);
	assert_null(found(&operation));
	assert_string_equal(signers_find(signers, &operation, SAMPLE_SECOND), SIGNER);
}

/* Files that are different each time and as large as is allowed. */
static void reads_no_more_than_it_has_time_for(void **state)
{
	struct operation small = load_of_module(), large = small;

	(void)state;
	write_file("", 0);
	assert_int_equal(truncate(path, SIGNERS_BYTES_MAX), 0);
	large.facts.size = SIGNERS_BYTES_MAX;
	large.facts.digest[0][0] ^= 1;
	assert_null(found(&large));
	write_file(module.data, module.size);
	assert_null(found(&small));
	assert_string_equal(signers_find(signers, &small, SAMPLE_SECOND), SIGNER);
}

static void reads_nothing_larger_than_allowed(void **state)
{
	struct operation small = load_of_module(), large = small;

	(void)state;
	write_file("", 0);
	assert_int_equal(truncate(path, SIGNERS_BYTES_MAX + 1), 0);
	large.facts.size = SIGNERS_BYTES_MAX + 1;
	large.facts.digest[0][0] ^= 1;
	assert_null(found(&large));
	write_file(module.data, module.size);
	assert_string_equal(found(&small), SIGNER);
}

/* ---- opening ---- */

static void opens_regular_files_only(void **state)
{
	char link[80];
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(local_file_open(path), -EINVAL);
	unlink(path);
	assert_int_equal(local_file_open(path), -ENOENT);
	write_file("x", 1);
	snprintf(link, sizeof(link), "%s/link", directory);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(local_file_open(link), -ELOOP);
	unlink(link);
	fd = local_file_open(path);
	assert_true(fd >= 0);
	close(fd);
}

#define MOUNTS                                                                                     \
	"overlay / overlay rw 0 0\n"                                                               \
	"/dev/sda2 /srv ext4 rw 0 0\n"                                                             \
	"server:/x /srv/nfs nfs4 rw 0 0\n"                                                         \
	"/dev/sdb1 /srv/nfs/disk ext4 rw 0 0\n"                                                    \
	"gvfsd-fuse /run/user/1000/a\\040b fuse.gvfsd-fuse rw 0 0\n"                               \
	"/dev/sdc1 /data ext4 rw 0 0\n"                                                            \
	"sshfs /data fuse.sshfs rw 0 0\n"

static const struct {
	const char *path;
	bool is_local;
} paths[] = {
	{ "/a.ko", true },
	{ "/srv/a.ko", true },
	{ "/srv/nfs/a.ko", false },
	{ "/srv/nfsx/a.ko", true },
	{ "/srv/nfs/disk/a.ko", false }, /* by way of the server */
	{ "/run/user/1000/a.ko", true },
	{ "/run/user/1000/a b/a.ko", false },
	{ "/data/a.ko", false }, /* mounted over */
};

static void crosses_no_mount_that_others_answer_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		FILE *mounts = fmemopen((void *)MOUNTS, strlen(MOUNTS), "r");

		if (path_is_local(paths[i].path, mounts) != paths[i].is_local)
			fail_msg("%s", paths[i].path);
		fclose(mounts);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_the_signer_in_each_compression, begin, end),
		cmocka_unit_test_setup_teardown(names_nobody_else, begin, end),
		cmocka_unit_test_setup_teardown(names_nobody_of_bytes_without_a_signature, begin,
						end),
		cmocka_unit_test_setup_teardown(refused_signatures_have_a_signer_too, begin, end),
		cmocka_unit_test_setup_teardown(reads_a_digest_once, begin, end),
		cmocka_unit_test_setup_teardown(tries_in_vain_once_a_minute, begin, end),
		cmocka_unit_test_setup_teardown(forgets_the_oldest_of_very_many, begin, end),
		cmocka_unit_test_setup_teardown(looks_for_no_more_files_than_it_has_time_for, begin,
						end),
		cmocka_unit_test_setup_teardown(reads_no_more_than_it_has_time_for, begin, end),
		cmocka_unit_test_setup_teardown(reads_nothing_larger_than_allowed, begin, end),
		cmocka_unit_test_setup_teardown(opens_regular_files_only, begin, end),
		cmocka_unit_test(crosses_no_mount_that_others_answer_for),
	};

	return cmocka_run_group_tests_name("signers", tests, begin_all, end_all);
}
