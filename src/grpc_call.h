/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single calls of gRPC over a local socket, one after the other, each waited for until a given time
 * and no longer. Whoever answers is not trusted: what is read of it is bounded. Times are
 * CLOCK_BOOTTIME ns.
 */
#ifndef MODWARDEN_GRPC_CALL_H
#define MODWARDEN_GRPC_CALL_H

#include <stddef.h>
#include <stdint.h>

#define GRPC_ANSWER_MAX (4U << 20) /* bytes of a message */
#define GRPC_READ_MAX   (2U << 20) /* and of all else that comes through a connection */

struct grpc;

/* 0 or a negative errno; -ECONNREFUSED: nobody is there. */
int grpc_open(struct grpc **ret, const char *path, uint64_t until);

/* NULL is fine. */
void grpc_close(struct grpc *grpc);

/*
 * Calls "/SERVICE/METHOD" with a message, and gives the answer's bytes, valid until the next call.
 * -ETIMEDOUT; -EMSGSIZE: more than is read; -EPROTO: not HTTP/2, or not gRPC; -EPIPE: the end came
 * too soon; -ENOENT: the service does not know what it was asked for; -EOPNOTSUPP: it has no such
 * method; -EREMOTEIO: another status that is not OK. After all but the last three the connection
 * is good for nothing.
 */
int grpc_call(struct grpc *grpc, const char *method, const uint8_t *message, size_t size,
	      const uint8_t **answer, size_t *answer_size, uint64_t until);

#endif
