// SPDX-License-Identifier: GPL-2.0-or-later
#include "denials.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BOOT_DIGITS 8

void denials_add(struct denials *denials, const struct operation *operation)
{
	struct denial *denial = &denials->ring[denials->count % DENIALS_MAX];

	if (operation->facts.op != MW_OP_LOAD || operation->ruling.verdict != MW_VERDICT_DENY)
		return;
	denial->seq = operation->seq;
	denial->has_digest = operation->facts.digest_count;
	memcpy(denial->digest, operation->facts.digest[0], sizeof(denial->digest));
	denials->count++;
}

const struct denial *denials_find(const struct denials *denials, uint64_t seq)
{
	size_t held = denials->count < DENIALS_MAX ? denials->count : DENIALS_MAX;

	for (size_t i = 1; i <= held; i++) {
		const struct denial *denial = &denials->ring[(denials->count - i) % DENIALS_MAX];

		if (denial->seq == seq)
			return denial;
	}
	return NULL;
}

int denial_id_parse(const char *id, const char *boot_id, uint64_t *seq)
{
	const char *digits = id + BOOT_DIGITS + 1;
	char *end;

	if (strnlen(id, BOOT_DIGITS) < BOOT_DIGITS || strncmp(id, boot_id, BOOT_DIGITS) != 0 ||
	    id[BOOT_DIGITS] != '-' || *digits < '1' || *digits > '9')
		return -EINVAL;
	errno = 0;
	*seq = strtoull(digits, &end, 10);
	if (errno || (*end && strcmp(end, ".1") != 0))
		return -EINVAL;
	return 0;
}
