// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes a module's image of a name to standard output, for tests from end to end. No kernel would
 * take it. With another word behind it, with what looks like a signature.
 */
#include <stdio.h>
#include <string.h>

#include "elf_forge.h"

/* Four bytes of signature, and what tells of them: PKCS#7, no signer, their number. */
#define SIGNATURE                                                                                  \
	"none"                                                                                     \
	"\0\0\2\0\0\0\0\0"                                                                         \
	"\0\0\0\4"                                                                                 \
	"~Module signature appended~\n"

int main(int argc, char **argv)
{
	struct forge forge;
	char *name;

	if (argc < 2 || strlen(argv[1]) >= FORGE_NAME_SIZE || strlen(argv[1]) > strlen(FORGE_NAME))
		return 2;
	forge_module(&forge);
	name = (char *)forge_contents(&forge, FORGE_MODULE) + FORGE_NAME_OFFSET;
	memset(name, 0, strlen(FORGE_NAME));
	strcpy(name, argv[1]);
	name = memmem(forge_contents(&forge, FORGE_MODINFO), 256, "name=" FORGE_NAME,
		      sizeof("name=" FORGE_NAME));
	memset(name, 0, strlen("name=" FORGE_NAME));
	sprintf(name, "name=%s", argv[1]);
	if (fwrite(forge.bytes, forge.size, 1, stdout) != 1)
		return 1;
	return argc > 2 && fwrite(SIGNATURE, sizeof(SIGNATURE) - 1, 1, stdout) != 1;
}
