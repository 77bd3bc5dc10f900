/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signer's name in a module's signature, as libkmod reads it. libkmod is shown the signature
 * alone, behind an image of our own: it ends the process over images that are made for that, and
 * takes a signer that .modinfo names for the one of the signature.
 */
#ifndef MODWARDEN_MODULE_SIGNER_H
#define MODWARDEN_MODULE_SIGNER_H

#include <stddef.h>

/* Of an unpacked module. NULL: none that can be read, or no memory. Free it. */
char *signature_signer(const void *module, size_t size);

#endif
