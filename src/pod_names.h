/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a container runtime calls a container; empty: not known. All of it is hostile. */
#ifndef MODWARDEN_POD_NAMES_H
#define MODWARDEN_POD_NAMES_H

struct pod_names {
	char pod[256];
	char pod_namespace[256];
	char pod_uid[64];
	char container[256]; /* the name that it has in its pod */
	char image[512];
	char image_digest[80]; /* sha256:HEX, of the image's manifest */
};

#endif
