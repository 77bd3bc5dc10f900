// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_assets.h"

/* Read by the assembler, from the top of the source tree; see the Makefile for what this needs. */
#define EMBED(name, path)                                                                          \
	__asm__(".section .rodata\n"                                                               \
		".global " #name "\n"                                                              \
		".type " #name ", @object\n" #name ":\n"                                           \
		".incbin \"" path "\"\n"                                                           \
		".byte 0\n"                                                                        \
		".size " #name ", . - " #name "\n"                                                 \
		".previous\n")

EMBED(report_style, "src/report/page.css");
EMBED(report_script, "src/report/page.js");
