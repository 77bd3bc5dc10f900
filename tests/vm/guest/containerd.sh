#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-or-later
# Pods of containerd, and modwarden on the node that asks it for their names. Run by tests/vm/containerd.

root=/debian
state=/run/containerd-test
socket=/run/containerd/containerd.sock
log=$state/records.json
uid=0b2f4c1e-7d3a-4e59-9c66-2f1e8d7c6b5a
image=localhost/modwarden:$(/root/cri_pod --version | cut -d ' ' -f 2)
strange=4a1fc5c1f9d3e7a50b2b8e6d7c9a0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c

in_debian() { chroot $root "$@"; }
ctr() { in_debian ctr --namespace k8s.io "$@"; }
show_logs() { tail -n 20 $state/containerd.log $state/modwarden.log $log; }

# shellcheck source=SCRIPTDIR/claims.sh
. "${0%/*}/claims.sh"

# record FILTER CLAIM: one that the jq filter FILTER is true of comes, and of it CLAIM is true.
has_record() { jq -ce "select($1)" $log >$state/record 2>/dev/null; }
record()
{
	until_true has_record "$1" || { fail "no record with $1"; return; }
	jq -se "last | $2" $state/record >/dev/null || fail "$2: $(tail -n 1 $state/record)"
}

configure_containerd()
{
	mkdir -p $root/etc/containerd $root/etc/cni/net.d
	cat >$root/etc/containerd/config.toml <<-END
		version = 2
		disabled_plugins = ["io.containerd.nri.v1.nri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper"]
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "$image"
	END
}

set_up()
{
	local dir
	mkdir -p $state $root
	[ -b /dev/nvme0n1 ] || modprobe nvme
	mount -t ext4 /dev/nvme0n1 $root || exit 1
	for dir in proc sys dev run; do
		mount --rbind /$dir $root/$dir
	done
	mkdir -p $root/modules
	xz -dc "$(find /lib/modules -name nls_cp437.ko.xz | head -n 1)" >$root/modules/nls_cp437.ko
	cp /root/image.tar $root/root
	# Each pod gets copies of these, and the shared memory of a pod that has the node's.
	: >$root/etc/resolv.conf
	echo '127.0.0.1 localhost' >$root/etc/hosts
	mkdir -p /dev/shm
	configure_containerd
	# runc's root has to be the one that is mounted at the top.
	cd $root || exit 1
	mount -o move . /
	root=.
	# Before anything is refused.
	modprobe overlay
	chroot $root /usr/bin/containerd >$state/containerd.log 2>&1 &
	containerd=$!
	cat >$state/policy.yaml <<-END
		version: 1
		mode: enforce
		default: deny
		rules: []
	END
	modwarden run --policy $state/policy.yaml --output $log --cri-socket auto >$state/modwarden.log 2>&1 &
	modwarden=$!
	echo "kernel $(uname -r), $(in_debian containerd --version)"
}

is_up() { grep -q 'Ctrl-C or SIGTERM stops' $state/modwarden.log; }

### The node's life

the_node_comes_up()
{
	until_true is_up || fail 'modwarden does not'
	until_true ctr version || fail 'containerd does not'
	ctr image import --base-name "${image%:*}" /root/image.tar
}

# What is imported comes to the knowledge of the part that makes pods a little later.
starts_a_pod() { id=$(/root/cri_pod start $socket $uid load /modules/nls_cp437.ko); }

a_pods_container_that_is_gone_again_is_refused_and_named()
{
	patience=10 until_true starts_a_pod || fail 'it does not start'
	record '.op == "load" and .verdict == "deny"' ".enforced and .container.id == \"$id\" and
		.container.pod == \"driver-x7k2p\" and .container.namespace == \"gpu\" and .container.name == \"driver\" and
		.container.image == \"$image\" and .container.pod_uid == \"$uid\" and
		.container.cgroup == \"/kubepods/burstable/pod$uid/$id\""
	grep -rq 'Operation not permitted' /run/pod-logs || fail "it says: $(cat /run/pod-logs/*)"
}

# By hand, in the same place, so that no pod is known of it.
a_container_without_a_pod_has_its_runtime_only()
{
	ctr run --rm --privileged --mount type=bind,src=/modules,dst=/modules,options=rbind:ro "$image" "$strange" \
		/usr/sbin/modwarden load /modules/nls_cp437.ko >$state/loaded 2>&1
	grep -q 'Operation not permitted' $state/loaded || fail "it says: $(cat $state/loaded)"
	record ".container.id? == \"$strange\"" '.verdict == "deny" and .enforced and .container.runtime == "containerd" and
		.container.pod == null and .container.image == null'
}

# _load_in ID: in a control group as of a container with this id.
_load_in()
{
	mkdir -p "/sys/fs/cgroup/$1"
	# shellcheck disable=SC2016 # expanded there
	sh -c 'echo $$ >"/sys/fs/cgroup/$0/cgroup.procs" && exec /root/load finit modules/nls_cp437.ko' "$1"
	rmdir "/sys/fs/cgroup/$1"
}

# Its answers end, while it still accepts.
a_runtime_that_hangs_costs_names_only()
{
	local other=${strange%c}d
	kill -STOP $containerd
	_load_in "$other" || return
	record ".container.id? == \"$other\"" '.verdict == "deny" and .container.pod == null'
	until_true grep -q "cri: cannot ask '$socket'.*timed out" $state/modwarden.log || fail 'nothing is said of it'
	kill -CONT $containerd
}

set_up
for claim in $(claims_below 'The node' "$0"); do
	case_of "$claim"
done
kill $modwarden $containerd
conclude
