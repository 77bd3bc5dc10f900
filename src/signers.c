// SPDX-License-Identifier: GPL-2.0-or-later
#include "signers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "digest.h"
#include "local_file.h"
#include "module_file.h"

#define KEPT     1024
#define RETRY_NS (60ULL * 1000 * 1000 * 1000)

#define NS_PER_BYTE 60          /* 16 MiB a second */
#define LOOK_BYTES  (64U << 10) /* what it costs to look for a file, in bytes read */

struct kept_signer {
	__u8 digest[MW_DIGEST_SIZE];
	char *name;     /* NULL: none */
	uint64_t until; /* when to look again: the file was not to be had; 0: never */
	bool is_used;
};

struct signers {
	struct kept_signer kept[KEPT];
	size_t next;       /* to be given up for a new one */
	uint64_t paid_for; /* ns: the work done so far is, by then */
};

int signers_new(struct signers **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

void signers_free(struct signers *signers)
{
	if (!signers)
		return;
	for (size_t i = 0; i < KEPT; i++)
		free(signers->kept[i].name);
	free(signers);
}

static bool is_signed_file(const struct operation *operation)
{
	const struct mw_facts *facts = &operation->facts;

	if (!(operation->has & OPERATION_HAS_DECISION) || facts->op != MW_OP_LOAD ||
	    facts->source != MW_SOURCE_FILE || !facts->digest_count)
		return false;
	if (facts->signature < MW_SIGNATURE_PRESENT)
		return false;
	return !operation->caller.deleted && !operation->caller.memfd &&
	       filesystem_is_local(facts->filesystem);
}

static struct kept_signer *kept_find(struct signers *signers, const __u8 *digest)
{
	for (size_t i = 0; i < KEPT && signers->kept[i].is_used; i++)
		if (!memcmp(signers->kept[i].digest, digest, MW_DIGEST_SIZE))
			return &signers->kept[i];
	return NULL;
}

static struct kept_signer *kept_new(struct signers *signers, const __u8 *digest)
{
	struct kept_signer *kept = &signers->kept[signers->next];

	signers->next = (signers->next + 1) % KEPT;
	free(kept->name);
	*kept = (struct kept_signer){ .is_used = true };
	memcpy(kept->digest, digest, MW_DIGEST_SIZE);
	return kept;
}

/* Work is lent up to a bound, and paid back by the time that passes. */
static bool may_work(struct signers *signers, uint64_t now)
{
	if (signers->paid_for < now)
		signers->paid_for = now;
	return signers->paid_for - now < (uint64_t)SIGNERS_BYTES_MAX * NS_PER_BYTE;
}

static void count_work(struct signers *signers, uint64_t bytes)
{
	signers->paid_for += bytes * NS_PER_BYTE;
}

/* Exactly size bytes, to the end of the file. */
static char *bytes_read(int fd, size_t size)
{
	auto_free char *bytes = malloc(size + 1);
	size_t filled = 0;

	while (bytes && filled <= size) {
		ssize_t n = read(fd, bytes + filled, size + 1 - filled);

		if (n < 0 && errno != EINTR)
			return NULL;
		if (n == 0)
			return filled == size ? take_pointer(bytes) : NULL;
		filled += n > 0 ? (size_t)n : 0;
	}
	return NULL;
}

/* The bytes that the kernel was given, or NULL: they are not there any more. */
static char *given_bytes(struct signers *signers, const struct mw_facts *facts)
{
	auto_close int fd = local_file_open(facts->path);
	auto_free char *bytes = NULL;
	__u8 digest[MW_DIGEST_SIZE];
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || (uint64_t)st.st_size != facts->size)
		return NULL;
	count_work(signers, facts->size);
	bytes = bytes_read(fd, facts->size);
	if (!bytes || digest_of(bytes, facts->size, digest) ||
	    memcmp(digest, facts->digest[0], sizeof(digest)) != 0)
		return NULL;
	return take_pointer(bytes);
}

static void kept_learn(struct signers *signers, struct kept_signer *kept,
		       const struct mw_facts *facts, uint64_t now)
{
	auto_free char *bytes = NULL;
	size_t unpacked = 0;

	count_work(signers, LOOK_BYTES);
	bytes = given_bytes(signers, facts);
	free(kept->name);
	kept->name = NULL;
	kept->until = bytes ? 0 : now + RETRY_NS;
	if (!bytes)
		return;
	kept->name = module_signer(bytes, facts->size, SIGNERS_BYTES_MAX, &unpacked);
	count_work(signers, unpacked);
}

const char *signers_find(struct signers *signers, const struct operation *operation, uint64_t now)
{
	const struct mw_facts *facts = &operation->facts;
	struct kept_signer *kept;

	if (!is_signed_file(operation) || facts->size > SIGNERS_BYTES_MAX)
		return NULL;
	kept = kept_find(signers, facts->digest[0]);
	if (kept && (!kept->until || now < kept->until))
		return kept->name;
	if (!may_work(signers, now))
		return NULL;
	if (!kept)
		kept = kept_new(signers, facts->digest[0]);
	kept_learn(signers, kept, facts, now);
	return kept->name;
}
