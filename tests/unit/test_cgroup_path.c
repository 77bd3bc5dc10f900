/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What paths of control groups say, as they are seen in the wild and as a container could make
 * them. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cgroup_path.h"

#define array_size(array) (sizeof(array) / sizeof(*(array)))

#define ID     "f00dcafe0123456789abcdef0123456789abcdef0123456789abcdef01234567"
#define OTHER  "1111111111111111111111111111111111111111111111111111111111111111"
#define UID    "0b2f4c1e-7d3a-4e59-9c66-2f1e8d7c6b5a"
#define UID_   "0b2f4c1e_7d3a_4e59_9c66_2f1e8d7c6b5a"
#define STATIC "c0ffee00c0ffee00c0ffee00c0ffee00"
#define SLICES "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod"

struct path_case {
	const char *claim;
	const char *path, *id;
	const char *container; /* its own group */
	const char *runtime, *pod_uid, *unit;
};

static const struct path_case cases[] = {
	{ "knows_cri_o_with_systemd", SLICES UID_ ".slice/crio-" ID ".scope", ID,
	  SLICES UID_ ".slice/crio-" ID ".scope", "cri-o", UID, "crio-" ID ".scope" },
	{ "knows_cri_o_with_crun_one_below", SLICES UID_ ".slice/crio-" ID ".scope/container", ID,
	  SLICES UID_ ".slice/crio-" ID ".scope", "cri-o", UID, "crio-" ID ".scope" },
	{ "knows_cri_o_two_below", SLICES UID_ ".slice/crio-" ID ".scope/container/init.scope", ID,
	  SLICES UID_ ".slice/crio-" ID ".scope", "cri-o", UID, "crio-" ID ".scope" },
	{ "knows_cri_o_with_cgroupfs", "/kubepods/burstable/pod" UID "/crio-" ID, ID,
	  "/kubepods/burstable/pod" UID "/crio-" ID, "cri-o", UID, NULL },
	{ "knows_containerd_with_systemd", SLICES UID_ ".slice/cri-containerd-" ID ".scope", ID,
	  SLICES UID_ ".slice/cri-containerd-" ID ".scope", "containerd", UID,
	  "cri-containerd-" ID ".scope" },
	{ "knows_a_guaranteed_pod",
	  "/kubepods.slice/kubepods-pod" UID_ ".slice/cri-containerd-" ID ".scope", ID,
	  "/kubepods.slice/kubepods-pod" UID_ ".slice/cri-containerd-" ID ".scope", "containerd",
	  UID, "cri-containerd-" ID ".scope" },
	{ "knows_a_static_pod", SLICES STATIC ".slice/cri-containerd-" ID ".scope", ID,
	  SLICES STATIC ".slice/cri-containerd-" ID ".scope", "containerd", STATIC,
	  "cri-containerd-" ID ".scope" },
	{ "names_no_runtime_that_could_be_another", "/kubepods/burstable/pod" UID "/" ID, ID,
	  "/kubepods/burstable/pod" UID "/" ID, NULL, UID, NULL },
	{ "knows_containerd_where_runc_was_not_told_of_systemd",
	  "/system.slice/containerd.service/kubepods-besteffort-pod" UID_
	  ".slice:cri-containerd:" ID,
	  ID,
	  "/system.slice/containerd.service/kubepods-besteffort-pod" UID_
	  ".slice:cri-containerd:" ID,
	  "containerd", UID, "containerd.service" },
	{ "knows_docker_where_runc_was_not_told_of_systemd", "/system.slice:docker:" ID, ID,
	  "/system.slice:docker:" ID, "docker", NULL, NULL },
	{ "knows_containerds_own_namespace", "/k8s.io/" ID, ID, "/k8s.io/" ID, "containerd", NULL,
	  NULL },
	{ "knows_nerdctl", "/system.slice/nerdctl-" ID ".scope", ID,
	  "/system.slice/nerdctl-" ID ".scope", "containerd", NULL, "nerdctl-" ID ".scope" },
	{ "knows_docker_with_systemd", "/system.slice/docker-" ID ".scope", ID,
	  "/system.slice/docker-" ID ".scope", "docker", NULL, "docker-" ID ".scope" },
	{ "knows_docker_with_cgroupfs", "/docker/" ID "/init.scope", ID, "/docker/" ID, "docker",
	  NULL, NULL },
	{ "knows_podman", "/machine.slice/libpod-" ID ".scope/container", ID,
	  "/machine.slice/libpod-" ID ".scope", "podman", NULL, "libpod-" ID ".scope" },
	{ "knows_podman_with_cgroupfs", "/libpod_parent/libpod-" ID, ID,
	  "/libpod_parent/libpod-" ID, "podman", NULL, NULL },
	{ "knows_podman_in_a_pod",
	  "/machine.slice/machine-libpod_pod_" OTHER ".slice/libpod-" ID ".scope/container", ID,
	  "/machine.slice/machine-libpod_pod_" OTHER ".slice/libpod-" ID ".scope", "podman", NULL,
	  "libpod-" ID ".scope" },
	{ "knows_podman_in_a_service", "/system.slice/web.service/libpod-payload-" ID, ID,
	  "/system.slice/web.service/libpod-payload-" ID, "podman", NULL, "web.service" },
	{ "takes_podman_without_root_for_its_user",
	  "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope", ID, "",
	  NULL, NULL, "user@1000.service" },
	{ "believes_no_pod_of_a_users",
	  "/user.slice/user-1000.slice/user@1000.service/kubepods-pod" UID_
	  ".slice/cri-containerd-" ID ".scope",
	  ID, "", NULL, NULL, "user@1000.service" },
	{ "takes_another_user_slice_for_no_users", "/user.slices/docker-" ID ".scope", ID,
	  "/user.slices/docker-" ID ".scope", "docker", NULL, NULL },
	{ "takes_a_user_slice_further_below_for_no_users", "/garden/user.slice/docker-" ID ".scope",
	  ID, "/garden/user.slice/docker-" ID ".scope", "docker", NULL, NULL },
	{ "takes_the_outer_of_two_for_a_node_in_a_container",
	  "/system.slice/docker-" ID ".scope/kubelet.slice/kubelet-kubepods-pod" UID_
	  ".slice/cri-containerd-" OTHER ".scope",
	  ID, "/system.slice/docker-" ID ".scope", "docker", NULL, "docker-" ID ".scope" },

	{ "knows_a_service", "/system.slice/systemd-udevd.service/udev", "", "", NULL, NULL,
	  "systemd-udevd.service" },
	{ "knows_a_templates_service", "/system.slice/system-getty.slice/getty@tty1.service", "",
	  "", NULL, NULL, "getty@tty1.service" },
	{ "knows_a_session", "/user.slice/user-0.slice/session-3.scope", "", "", NULL, NULL,
	  "session-3.scope" },
	{ "knows_a_machine_of_nspawn",
	  "/machine.slice/systemd-nspawn@web.service/payload/init.scope", "", "", NULL, NULL,
	  "systemd-nspawn@web.service" },
	{ "knows_a_registered_machine", "/machine.slice/machine-web.scope", "", "", NULL, NULL,
	  "machine-web.scope" },
	{ "knows_the_first_process", "/init.scope", "", "", NULL, NULL, "init.scope" },
	{ "takes_systemds_escape_off", "/system.slice/_cpu.service", "", "", NULL, NULL,
	  "cpu.service" },
	{ "knows_nothing_of_the_root", "/", "", "", NULL, NULL, NULL },
	{ "knows_nothing_of_no_path", "", "", "", NULL, NULL, NULL },
	{ "takes_a_slice_for_no_unit", "/user.slice/user-0.slice", "", "", NULL, NULL, NULL },
	{ "takes_a_suffix_for_no_unit", "/.service", "", "", NULL, NULL, NULL },
	{ "takes_no_unit_below_another_group", "/garden/ssh.service", "", "", NULL, NULL, NULL },

	{ "believes_no_pod_below_the_container", "/docker/" ID "/pod" UID "/crio-" OTHER ".scope",
	  ID, "/docker/" ID, "docker", NULL, NULL },
	{ "believes_no_runtime_below_the_container",
	  "/kubepods/pod" UID "/" ID "/docker-" ID ".scope", ID, "/kubepods/pod" UID "/" ID, NULL,
	  UID, NULL },
	{ "finds_the_id_as_a_whole_only", "/docker-a" ID ".scope/crio-" ID ".scope", ID,
	  "/docker-a" ID ".scope/crio-" ID ".scope", "cri-o", NULL, "docker-a" ID ".scope" },
	{ "wants_the_whole_word_before_the_id", "/system.slice/notdocker-" ID ".scope", ID,
	  "/system.slice/notdocker-" ID ".scope", NULL, NULL, "notdocker-" ID ".scope" },
	{ "wants_a_pods_id_of_a_length_that_they_have", "/kubepods/podc0ffee/" ID, ID,
	  "/kubepods/podc0ffee/" ID, NULL, NULL, NULL },
	{ "says_nothing_of_a_container_that_is_not_there", "/docker/" OTHER, ID, "", NULL, NULL,
	  NULL },
};

static void assert_text(const char *text, const char *expected)
{
	assert_int_equal(text != NULL, expected != NULL);
	if (expected)
		assert_string_equal(text, expected);
}

static void says(void **state)
{
	const struct path_case *test = *state;
	char pod[POD_UID_SIZE + 1], unit[256] = "";
	size_t size = cgroup_path_container(test->path, test->id), unit_size;
	const char *at;

	assert_int_equal(size, strlen(test->container));
	assert_memory_equal(test->path, test->container, size);
	assert_text(cgroup_path_runtime(test->path, test->id), test->runtime);
	assert_text(cgroup_path_pod_uid(test->path, test->id, pod) ? pod : NULL, test->pod_uid);
	at = cgroup_path_unit(test->path, &unit_size);
	if (at)
		memcpy(unit, at, unit_size);
	assert_text(at ? unit : NULL, test->unit);
}

int main(void)
{
	struct CMUnitTest tests[array_size(cases)] = {};

	for (size_t i = 0; i < array_size(cases); i++)
		tests[i] =
			(struct CMUnitTest){ cases[i].claim, says, NULL, NULL, (void *)&cases[i] };
	return cmocka_run_group_tests_name("cgroup_path", tests, NULL, NULL);
}
