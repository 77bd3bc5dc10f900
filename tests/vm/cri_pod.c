// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kubelet does for one pod, by the container runtime interface, and what the pod runs.
 *
 *   cri_pod start SOCKET UID COMMAND...   a pod gpu/driver-x7k2p with this uid, and in it a
 *                                         privileged container "driver" of the image that this
 *                                         program is in; prints the container's id
 *   cri_pod run                           waits: the pod itself
 *   cri_pod load FILE                     loads a module, in the container; prints the errno
 *
 * Exit: 0, 1 failed, 2 usage.
 */
#include "boottime.h"
#include "grpc_call.h"
#include "version.h"
#include "../unit/proto_message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SERVICE "/runtime.v1.RuntimeService/"
#define IMAGE   "localhost/modwarden:" MODWARDEN_VERSION
#define PROGRAM "/usr/sbin/modwarden" /* its name in images that deploy/image/build makes */
#define WAIT_NS (120ULL * 1000 * 1000 * 1000)
#define OF_NODE 2 /* a namespace */

struct answer {
	char id[65];
};

static void die(const char *what, int error)
{
	fprintf(stderr, "cri_pod: %s: %s\n", what, strerror(-error));
	exit(1);
}

/* The first field of each answer here is an id. */
static void call(struct grpc *grpc, const char *method, const struct message *question,
		 struct answer *answer)
{
	const uint8_t *bytes;
	size_t size;
	int error = grpc_call(grpc, method, question->bytes, question->size, &bytes, &size,
			      boottime_now() + WAIT_NS);

	if (error)
		die(method, error);
	if (!answer)
		return;
	if (size < 66 || bytes[0] != (1 << 3 | 2) || bytes[1] != 64)
		die(method, -EPROTO);
	snprintf(answer->id, sizeof(answer->id), "%.64s", (const char *)bytes + 2);
}

/* No network is made for a pod that has the node's. */
static void put_namespaces(struct message *message, unsigned int field)
{
	struct message namespaces = {};

	for (unsigned int kind = 1; kind <= 3; kind++)
		put_number(&namespaces, kind, OF_NODE);
	put_message(message, field, &namespaces);
}

static struct message pod_of(const char *uid)
{
	struct message pod = {}, metadata = {}, platform = {}, security = {};
	char group[128];

	snprintf(group, sizeof(group), "/kubepods/burstable/pod%s", uid);
	put_field(&metadata, 1, TEXT("driver-x7k2p"));
	put_field(&metadata, 2, TEXT(uid));
	put_field(&metadata, 3, TEXT("gpu"));
	put_namespaces(&security, 1);
	put_number(&security, 6, 1); /* privileged */
	put_field(&platform, 1, TEXT(group));
	put_message(&platform, 2, &security);
	put_message(&pod, 1, &metadata);
	put_field(&pod, 3, TEXT("/run/pod-logs"));
	put_message(&pod, 8, &platform);
	return pod;
}

static struct message container_of(char *const *command)
{
	struct message container = {}, metadata = {}, image = {}, mount = {}, platform = {},
		       security = {};

	put_field(&metadata, 1, TEXT("driver"));
	put_field(&image, 1, TEXT(IMAGE));
	put_field(&mount, 1, TEXT("/modules"));
	put_field(&mount, 2, TEXT("/modules"));
	put_number(&security, 2, 1); /* privileged */
	put_namespaces(&security, 3);
	put_message(&platform, 2, &security);
	put_message(&container, 1, &metadata);
	put_message(&container, 2, &image);
	put_field(&container, 3, TEXT(PROGRAM));
	for (; *command; command++)
		put_field(&container, 3, TEXT(*command));
	put_message(&container, 7, &mount);
	put_field(&container, 11, TEXT("driver.log"));
	put_message(&container, 15, &platform);
	return container;
}

static int start(const char *path, const char *uid, char *const *command)
{
	struct message pod = pod_of(uid), container = container_of(command);
	struct message run = {}, create = {}, begin = {};
	struct answer pod_id, id;
	struct grpc *grpc = NULL;
	int error = grpc_open(&grpc, path, boottime_now() + WAIT_NS);

	if (error)
		die(path, error);
	put_message(&run, 1, &pod);
	call(grpc, SERVICE "RunPodSandbox", &run, &pod_id);
	put_field(&create, 1, TEXT(pod_id.id));
	put_message(&create, 2, &container);
	put_message(&create, 3, &pod);
	call(grpc, SERVICE "CreateContainer", &create, &id);
	put_field(&begin, 1, TEXT(id.id));
	call(grpc, SERVICE "StartContainer", &begin, NULL);
	grpc_close(grpc);
	puts(id.id);
	return 0;
}

static int load(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		perror(file);
	else
		puts("loaded");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 4 && !strcmp(argv[1], "start"))
		return start(argv[2], argv[3], argv + 4);
	if (argc == 3 && !strcmp(argv[1], "load"))
		return load(argv[2]);
	/* As the image's maker asks for its tag. */
	if (argc == 2 && !strcmp(argv[1], "--version"))
		return puts("modwarden " MODWARDEN_VERSION) < 0;
	while (argc == 2 && !strcmp(argv[1], "run"))
		pause();
	return 2;
}
