// SPDX-License-Identifier: GPL-2.0-or-later
#include "digest.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

bool digest_works(void)
{
	return OSSL_LIB_CTX_get0_global_default();
}

int digest_of(const void *data, size_t size, __u8 digest[MW_DIGEST_SIZE])
{
	if (!digest_works())
		return -ENOMEM;
	return EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL) ? 0 : -ENOMEM;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int digest_parse(const char *hex, size_t size, __u8 digest[MW_DIGEST_SIZE])
{
	if (size < DIGEST_HEX_SIZE - 1)
		return -EINVAL;
	for (size_t i = 0; i < MW_DIGEST_SIZE; i++) {
		int high = hex_value(hex[2 * i]);
		int low = hex_value(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		digest[i] = (__u8)(high << 4 | low);
	}
	return 0;
}

void digest_format(const __u8 digest[MW_DIGEST_SIZE], char hex[DIGEST_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < MW_DIGEST_SIZE; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[DIGEST_HEX_SIZE - 1] = '\0';
}
