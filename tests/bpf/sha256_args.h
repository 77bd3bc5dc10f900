/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs in sha256.bpf.c take and give. */
#ifndef SHA256_ARGS_H
#define SHA256_ARGS_H

#define SHA256_DATA_SIZE (64U << 20) /* whole pages: an address behind the map is not mapped */
#define SHA256_UNTOUCHED 0x5a

struct sha256_args {
	__u64 offset; /* into the map "data", or an address of the kernel's if */
	__u64 absolute;
	__u64 size;
	__s64 error; /* of sha256_kernel_buffer */
	__u8 digest[32];
};

#endif
