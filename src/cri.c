// SPDX-License-Identifier: GPL-2.0-or-later
#include "cri.h"

#include "cleanup.h"
#include "grpc_call.h"

#include "cri.pb-c.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define SERVICE      "/runtime.v1.RuntimeService/"
#define QUESTION_MAX 1024

static const struct cri_sockets usual = {
	.path = {
	"/run/containerd/containerd.sock",     "/run/crio/crio.sock",      "/run/cri-dockerd.sock",
	"/run/k3s/containerd/containerd.sock", "/run/k0s/containerd.sock",
	},
	.count = CRI_SOCKETS_MAX,
};

struct cri_sockets cri_sockets(const char *path)
{
	if (!strcmp(path, CRI_SOCKET_AUTO))
		return usual;
	return (struct cri_sockets){ .path = { path }, .count = 1 };
}

struct search {
	struct grpc *grpc;
	const char *id;
	uint64_t until;
	struct pod_names *names;
};

/* The answer, unpacked; NULL: *error is why. */
static ProtobufCMessage *ask(const struct search *search, const char *method,
			     const ProtobufCMessage *question,
			     const ProtobufCMessageDescriptor *kind, int *error)
{
	uint8_t message[QUESTION_MAX];
	const uint8_t *answer;
	ProtobufCMessage *unpacked;
	size_t size;

	*error = -EMSGSIZE;
	if (protobuf_c_message_get_packed_size(question) > sizeof(message))
		return NULL;
	size = protobuf_c_message_pack(question, message);
	*error = grpc_call(search->grpc, method, message, size, &answer, &size, search->until);
	if (*error)
		return NULL;
	unpacked = protobuf_c_message_unpack(kind, NULL, size, answer);
	*error = unpacked ? 0 : -EPROTO;
	return unpacked;
}

/* A name that does not fit is none. */
static void take_name(char *name, size_t room, const char *text)
{
	if (strlen(text) < room)
		strcpy(name, text);
}

#define TAKE(field, text) take_name(field, sizeof(field), text)

/* The name in its pod, and the pod that it is in: as it was made, running or not. */
static int find_container(const struct search *search, char *pod, size_t room)
{
	Cri__ContainerFilter filter = CRI__CONTAINER_FILTER__INIT;
	Cri__ListContainersRequest question = CRI__LIST_CONTAINERS_REQUEST__INIT;
	Cri__ListContainersResponse *answer;
	int error, result = -ENOENT;

	filter.id = (char *)search->id;
	question.filter = &filter;
	answer = (void *)ask(search, SERVICE "ListContainers", &question.base,
			     &cri__list_containers_response__descriptor, &error);
	for (size_t i = 0; !error && i < answer->n_containers; i++) {
		const Cri__Container *container = answer->containers[i];

		if (strcmp(container->id, search->id) != 0)
			continue;
		if (container->metadata)
			TAKE(search->names->container, container->metadata->name);
		take_name(pod, room, container->pod_sandbox_id);
		result = 0;
		break;
	}
	if (answer)
		cri__list_containers_response__free_unpacked(answer, NULL);
	return error ? error : result;
}

/* NAME@sha256:HEX */
static void take_digest(struct pod_names *names, const char *reference)
{
	const char *at = strstr(reference, "@sha256:");

	if (at)
		TAKE(names->image_digest, at + 1);
}

static int find_image(const struct search *search)
{
	Cri__ContainerStatusRequest question = CRI__CONTAINER_STATUS_REQUEST__INIT;
	Cri__ContainerStatusResponse *answer;
	const Cri__ContainerStatus *status;
	int error;

	question.container_id = (char *)search->id;
	answer = (void *)ask(search, SERVICE "ContainerStatus", &question.base,
			     &cri__container_status_response__descriptor, &error);
	if (!answer)
		return error;
	status = answer->status;
	if (status && !strcmp(status->id, search->id)) {
		if (status->image)
			TAKE(search->names->image, *status->image->user_specified_image
							   ? status->image->user_specified_image
							   : status->image->image);
		take_digest(search->names, status->image_ref);
	}
	cri__container_status_response__free_unpacked(answer, NULL);
	return 0;
}

static int find_pod(const struct search *search, const char *id)
{
	Cri__PodSandboxFilter filter = CRI__POD_SANDBOX_FILTER__INIT;
	Cri__ListPodSandboxRequest question = CRI__LIST_POD_SANDBOX_REQUEST__INIT;
	Cri__ListPodSandboxResponse *answer;
	int error;

	filter.id = (char *)id;
	question.filter = &filter;
	answer = (void *)ask(search, SERVICE "ListPodSandbox", &question.base,
			     &cri__list_pod_sandbox_response__descriptor, &error);
	for (size_t i = 0; !error && i < answer->n_items; i++) {
		const Cri__PodSandbox *pod = answer->items[i];

		if (strcmp(pod->id, id) != 0 || !pod->metadata)
			continue;
		TAKE(search->names->pod, pod->metadata->name);
		TAKE(search->names->pod_namespace, pod->metadata->namespace_);
		TAKE(search->names->pod_uid, pod->metadata->uid);
		break;
	}
	if (answer)
		cri__list_pod_sandbox_response__free_unpacked(answer, NULL);
	return error;
}

/* What the service answered, even if that is of no use; the connection goes on. */
static bool is_answer(int error)
{
	return !error || error == -ENOENT || error == -EOPNOTSUPP || error == -EREMOTEIO;
}

static int reopen(struct search *search, const char *path)
{
	grpc_close(search->grpc);
	search->grpc = NULL;
	return grpc_open(&search->grpc, path, search->until);
}

/*
 * What is known is known: the container may have gone meanwhile, or its pod have more labels than
 * are read, which is its owner's doing and not the service's.
 */
static int find_names(struct search *search, const char *path)
{
	char pod[256] = "";
	int error = find_container(search, pod, sizeof(pod));

	if (error)
		return error;
	if (*pod)
		error = find_pod(search, pod);
	if (error == -EMSGSIZE)
		error = reopen(search, path);
	if (is_answer(error))
		error = find_image(search);
	return is_answer(error) || error == -EMSGSIZE ? 0 : error;
}

int cri_find(const char *path, const char *id, uint64_t until, struct pod_names *names)
{
	struct search search = { .id = id, .until = until, .names = names };
	int error = grpc_open(&search.grpc, path, until);

	*names = (struct pod_names){};
	if (!error)
		error = find_names(&search, path);
	grpc_close(search.grpc);
	return error;
}
