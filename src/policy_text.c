// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_text.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "cleanup.h"
#include "digest.h"
#include "escape.h"
#include "memory_stream.h"

#define FIRST_LINE "# Written by `modwarden policy generate`."

static const char how_to_go_on[] =
	"#\n"
	"# In monitor mode nothing is refused; what would be is recorded. To go on:\n"
	"#\n"
	"#   modwarden policy check FILE               by the name of this file\n"
	"#   sudo modwarden run                         or: sudo systemctl enable --now modwarden\n"
	"#   sudo modwarden log --verdict deny          what would be refused\n"
	"#   sudo modwarden mode enforce --for 10m      to try; it falls back by itself\n"
	"#\n"
	"# When only that is refused which is to be, write `mode: enforce` below.\n";

static const char for_kernels[] = "# `modwarden policy update` lists the modules of a new kernel, "
				  "and takes those away that are\n"
				  "# gone; the hooks that are installed with modwarden call it.\n";

/* In double quotes, as YAML has it. A text that is valid UTF-8. */
static void print_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void print_files(FILE *out, const struct policy_text *policy)
{
	fputs("    digests:\n", out);
	for (size_t i = 0; i < policy->file_count; i++) {
		fputs("      - ", out);
		print_quoted(out, policy->files[i]);
		fputc('\n', out);
	}
}

static int print_inline(FILE *out, const struct digest_list *list)
{
	for (size_t i = 0; list && i < list->count; i++) {
		auto_free char *name =
			bytes_escape(list->lines[i].name, strlen(list->lines[i].name), false);
		char hex[DIGEST_HEX_SIZE];

		if (!name)
			return -ENOMEM;
		digest_format(list->lines[i].digest, hex);
		fprintf(out, "      - %s # %s\n", hex, name);
	}
	return 0;
}

static size_t inline_count(const struct policy_text *policy)
{
	size_t count = 0;

	for (int i = 0; i < 2; i++)
		count += policy->inline_lists[i] ? policy->inline_lists[i]->count : 0;
	return count;
}

static int print_listed(FILE *out, const struct policy_text *policy)
{
	int error = 0;

	if (!policy->file_count && !inline_count(policy))
		return 0;
	fputs("  - name: " POLICY_TEXT_LISTED "\n    allow: load\n", out);
	if (policy->file_count)
		print_files(out, policy);
	else
		fputs("    sha256:\n", out);
	for (int i = 0; i < 2 && !policy->file_count && !error; i++)
		error = print_inline(out, policy->inline_lists[i]);
	return error;
}

static int print_policy(FILE *out, const struct policy_text *policy)
{
	bool has_rules = policy->trusts_signed || policy->file_count || inline_count(policy);

	fprintf(out, "#\n# It allows %s.\n", policy->origin);
	if (policy->file_count && policy->release)
		fputs(for_kernels, out);
	fputs(how_to_go_on, out);
	fputs("version: 1\nmode: monitor\n", out);
	if (policy->release) {
		fputs("kernels: [", out);
		print_quoted(out, policy->release);
		fputs("] # on any other it starts in monitor mode\n", out);
	}
	fprintf(out, "default: deny\nrules:%s\n", has_rules ? "" : " []");
	if (policy->trusts_signed)
		fputs("  - name: " POLICY_TEXT_SIGNED
		      " # by a key that the kernel trusts, whichever module it is\n"
		      "    allow: load\n    signed: true\n",
		      out);
	return print_listed(out, policy);
}

int policy_text_write(const struct policy_text *policy, char **text, size_t *size)
{
	auto_free char *bytes = NULL;
	FILE *out = open_memstream(&bytes, size);
	int error;

	if (!out)
		return -ENOMEM;
	error = print_policy(out, policy);
	if (ferror(out))
		error = -ENOMEM;
	if (memory_stream_close(out, &bytes) || error)
		return -ENOMEM;
	*text = take_pointer(bytes);
	return 0;
}

static void cleanup_digest(EVP_MD_CTX **context)
{
	EVP_MD_CTX_free(*context);
}

static int digest_all(const struct bytes *text, const struct bytes *files, size_t count,
		      char hex[DIGEST_HEX_SIZE])
{
	cleanup(cleanup_digest) EVP_MD_CTX *context = digest_works() ? EVP_MD_CTX_new() : NULL;
	__u8 digest[MW_DIGEST_SIZE];
	bool ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) &&
		  EVP_DigestUpdate(context, text->data, text->size);

	for (size_t i = 0; ok && i < count; i++)
		ok = EVP_DigestUpdate(context, files[i].data, files[i].size);
	if (!ok || !EVP_DigestFinal_ex(context, digest, NULL))
		return -ENOMEM;
	digest_format(digest, hex);
	return 0;
}

int policy_text_sign(const struct bytes *text, const struct bytes *files, size_t count, char **ret,
		     size_t *size)
{
	char hex[DIGEST_HEX_SIZE];
	int error = digest_all(text, files, count, hex);
	int length;

	if (error)
		return error;
	length = asprintf(ret, FIRST_LINE "\n# fingerprint: sha256:%s\n%.*s", hex, (int)text->size,
			  text->data);
	if (length < 0)
		return -ENOMEM;
	*size = (size_t)length;
	return 0;
}

bool policy_text_is_generated(const char *text)
{
	return !strncmp(text, FIRST_LINE, strlen(FIRST_LINE));
}
