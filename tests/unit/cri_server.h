/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A container runtime as modwarden sees it, and bad ones: HTTP/2 by nghttp2, messages written here
 * field by field, as the interface numbers them.
 */
#ifndef MODWARDEN_TEST_CRI_SERVER_H
#define MODWARDEN_TEST_CRI_SERVER_H

#include <sys/types.h>

#define CRI_ID    "f00dcafe0123456789abcdef0123456789abcdef0123456789abcdef01234567"
#define CRI_OTHER "1111111111111111111111111111111111111111111111111111111111111111"
#define CRI_POD   "2222222222222222222222222222222222222222222222222222222222222222"

enum cri_manner {
	CRI_GOOD,
	CRI_USER_IMAGE,     /* says what the user called the image */
	CRI_EMPTY,          /* knows no container */
	CRI_ANOTHER,        /* answers of another container than asked for */
	CRI_NO_POD,         /* the pod has gone */
	CRI_GONE_MEANWHILE, /* "not found" for the status of the container */
	CRI_LONG_NAMES,     /* as no cluster takes them */
	CRI_UNIMPLEMENTED,  /* no runtime service there */
	CRI_FAILS,          /* a status that is not OK */
	CRI_HANGS,          /* takes the request and says nothing */
	CRI_DEAF,           /* accepts, and does not even read */
	CRI_GARBAGE,        /* no HTTP/2 */
	CRI_FALLS_SILENT,   /* half a message, and the connection stays */
	CRI_CUT,            /* half a message, then the end */
	CRI_LIES,           /* the message has another size than it says */
	CRI_COMPRESSED,
	CRI_NO_STATUS,    /* no trailers */
	CRI_MALFORMED,    /* the message is none */
	CRI_LARGE_POD,    /* what its owner wrote there is a lot, */
	CRI_HUGE_POD,     /* or more than anybody reads */
	CRI_ENDLESS,      /* data without end */
	CRI_PINGS,        /* and no answer among them */
	CRI_KILLS,        /* ends who comes first */
	CRI_KILLS_PARENT, /* and that one's parent */
	CRI_MANNERS,
};

struct cri_server {
	char path[64];
	pid_t pid;
	unsigned int *connections; /* until now */
};

/* Listens when it returns. */
void cri_server_begin(struct cri_server *server, enum cri_manner manner);
void cri_server_end(struct cri_server *server);

#endif
