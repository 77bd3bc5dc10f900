/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signs bytes as scripts/sign-file of the kernel does: PKCS#7 without certificates, appended. */
#ifndef MODWARDEN_TEST_SIGN_H
#define MODWARDEN_TEST_SIGN_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "modwarden/module_elf.h"

struct signed_bytes {
	unsigned char *data; /* free it */
	size_t size;
};

static inline X509 *sign_certificate(EVP_PKEY *key, const char *signer)
{
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);

	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)signer, -1, -1,
				   0);
	X509_set_issuer_name(certificate, name);
	X509_set_pubkey(certificate, key);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	return certificate;
}

static inline struct signed_bytes sign(const void *data, size_t size, const char *signer)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	X509 *certificate = sign_certificate(key, signer);
	BIO *content = BIO_new_mem_buf(data, (int)size);
	PKCS7 *pkcs7 = PKCS7_sign(certificate, key, NULL, content,
				  PKCS7_DETACHED | PKCS7_BINARY | PKCS7_NOATTR | PKCS7_NOCERTS);
	unsigned char trailer[12] = { [2] = 2 }; /* struct module_signature: PKCS#7 */
	struct signed_bytes result = {};
	unsigned char *der = NULL;
	int length;

	assert_non_null(pkcs7);
	length = i2d_PKCS7(pkcs7, &der);
	assert_true(length > 0);
	trailer[10] = length >> 8;
	trailer[11] = length;
	result.size = size + length + sizeof(trailer) + MW_IMAGE_MARKER_SIZE;
	result.data = malloc(result.size);
	memcpy(result.data, data, size);
	memcpy(result.data + size, der, length);
	memcpy(result.data + size + length, trailer, sizeof(trailer));
	memcpy(result.data + size + length + sizeof(trailer), MW_IMAGE_MARKER,
	       MW_IMAGE_MARKER_SIZE);
	OPENSSL_free(der);
	PKCS7_free(pkcs7);
	BIO_free(content);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return result;
}

#endif
