#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-or-later
# One pod's life, case after case: each begins where the one before has ended. Run by tests/vm/pods.

root=/debian
policy=var/lib/policy
url=http://127.0.0.1:19777
name=modwarden-pod-modwarden
state=/run/pods

in_debian() { chroot . "$@"; }
podman() { in_debian podman "$@"; }
show_logs() { podman logs $name 2>&1 | tail -n 12; }

# shellcheck source=SCRIPTDIR/claims.sh
. "${0%/*}/claims.sh"

is_ready() { wget -q -O $state/ready $url/readyz; }
has_metric() { wget -q -O - $url/metrics | grep -q "^$1"; }

# records FILTER: those that the pod has written so far and that are true of it.
records() { podman logs $name 2>/dev/null | jq -c "select($1)" 2>/dev/null; }
has_record() { records "$1" | grep -q .; }

# swap NUMBER [FILE...]: stdin becomes the policy, with the files beside it, as the kubelet does it: a new directory,
# and ..data led there; a name that is new, a link into it.
swap()
{
	local file
	mkdir "$policy/..v$1"
	cat >"$policy/..v$1/policy.yaml"
	for file in "$@"; do
		[ ! -f "$file" ] || cp "$file" "$policy/..v$1"
	done
	ln -s "..v$1" $policy/..data_tmp
	mv -T $policy/..data_tmp $policy/..data
	for file in "$policy/..v$1"/*; do
		[ -e "$policy/${file##*/}" ] || ln -s "..data/${file##*/}" "$policy/${file##*/}"
	done
}

# contained MODULE: loads it in a privileged container, whose own loader is busybox'.
contained()
{
	podman run --rm --privileged --network host --pid host -v /modules:/modules:ro --rootfs /loader \
		/bin/insmod "/modules/$1.ko" 2>&1
}

# refused_in_container MODULE
refused_in_container()
{
	local said
	said=$(contained "$1") && fail "$1 was let in"
	case $said in *'Operation not permitted'*) ;; *) fail "it said: $said" ;; esac
	! grep -q "^$1 " /proc/modules || fail "$1 is there"
}

# A module file of the guest, unpacked, where containers see it.
take_module()
{
	xz -dc "$(find /lib/modules -name "$1.ko.xz" | head -n 1)" >"$root/modules/$1.ko"
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
	mkdir -p $root/modules $root/loader/bin $root/$policy
	mount --bind /lib/modules $root/lib/modules
	cp /usr/lib/shell/busybox $root/loader/bin/insmod
	mkdir -p $root/loader/dev $root/loader/proc $root/loader/sys $root/loader/modules
	cp /root/*.yaml /root/*.tar $root/root
	# podman names by the name alone, and has no nodes: nodeName means nothing to it.
	sed -i 's/^  generateName: \(.*\)-$/  name: \1/' "$root/root/doctor.yaml" "$root/root/uninstall.yaml"
	# podman takes the profile from an annotation only.
	sed -i '/^      annotations:/a\        seccomp.security.alpha.kubernetes.io/pod: unconfined' "$root/root/doctor.yaml" "$root/root/uninstall.yaml"
	take_module nls_cp437
	take_module nls_cp850
	# The root that containers leave behind is what they find when something is run in one of them later: the disk has
	# to be what is mounted at the top. It is where this shell stands; its own root is below.
	cd $root || exit 1
	mount -o move . /
	root=.
	# What the runtime needs is loaded before anything is refused.
	modprobe overlay
	lsm=$(cat /sys/kernel/security/lsm)
	echo "kernel $(uname -r), lsm $lsm"
}

# prometheus PATH: what its API says.
prometheus() { wget -q -O - "http://127.0.0.1:9090/api/v1/$1"; }
is_scraped() { prometheus 'query?query=up' | jq -e '.data.result | any(.metric.job == "modwarden" and .value[1] == "1")'; }
# has_alert NAME STATE
has_alert()
{
	prometheus alerts >$state/alerts
	jq -e --arg name "$1" --arg state "$2" '.data.alerts | any(.labels.alertname == $name and .state == $state and .labels.instance == "node-1")' $state/alerts
}

# seconds_after MOMENT FILTER: of the last record that the filter selects.
seconds_after()
{
	records "$2" | tail -n 1 | jq --argjson before "$1" '(.time | capture("(?<day>.*)(?<part>\\.[0-9]+)Z$") |
		(.day + "Z" | fromdate) + ("0" + .part | tonumber)) - $before | . * 100 | round / 100'
}

### The pod's life

the_image_is_taken_by_podman()
{
	podman load -q -i /root/image.tar
	podman image exists localhost/modwarden:0.1.0 || fail "it has another name: $(podman images)"
}

doctor_has_answered() { podman logs modwarden-doctor-pod-modwarden 2>&1 | tee $state/doctor | grep -q '^grade '; }

the_doctor_job_says_what_the_node_can_do()
{
	podman kube play --network host /root/doctor.yaml
	until_true doctor_has_answered || fail "it does not end: $(cat $state/doctor; podman ps -a)"
	podman logs modwarden-doctor-pod-modwarden | grep -q '^grade *enforce' || fail "it has another grade"
	podman kube down /root/doctor.yaml
	[ ! -e /sys/fs/bpf/modwarden ] || fail "it left pins"
}

the_pod_becomes_ready_when_its_gates_were_seen_to_fire()
{
	swap 1 <<-END
		version: 1
		mode: enforce
		default: deny
		rules:
		  - name: listed
		    allow: load
		    sha256: $(sha256sum <$root/modules/nls_cp850.ko | cut -d ' ' -f 1)
	END
	podman kube play --network host /root/pod.yaml
	until_true is_ready || fail "it does not become ready: $(cat $state/ready)"
	has_record '.type == "daemon" and .reason == "started"' || fail "no record of its start"
}

# What the kubelet runs, in a pod that has no shell.
the_liveness_probe_answers_in_the_pod()
{
	podman exec $name /usr/sbin/modwarden status || fail "it ends with $?"
}

a_privileged_container_is_refused_and_named()
{
	refused_in_container nls_cp437
	until_true has_record '.op == "load" and .verdict == "deny" and .enforced' || fail 'no record'
	records '.op == "load" and .verdict == "deny"' | tail -n 1 >$state/record
	jq -e '.module.name == "nls_cp437" and .syscall.errno == "EPERM" and .node == "node-1" and
		(.container.id | test("^[0-9a-f]{64}$"))' $state/record || fail "it says $(cat $state/record)"
}

a_rule_lets_a_module_in_from_a_container()
{
	contained nls_cp850 || fail 'refused'
	grep -q '^nls_cp850 ' /proc/modules || fail 'it is not there'
	rmmod nls_cp850
}

metrics_count_what_was_refused()
{
	has_metric 'modwarden_operations_total{.*verdict="deny".*} [1-9]' || fail "$(wget -q -O - $url/metrics | grep operations)"
}

# The runtime's end of standard output and standard error; 64 kB are in the pipe before it is full.
a_runtime_that_stops_reading_holds_nothing_up()
{
	local conmon i=0
	conmon=$(cat "$root$(podman inspect --format '{{.ConmonPidFile}}' $name)")
	kill -STOP "$conmon"
	while [ $i -lt 60 ]; do
		i=$((i + 1))
		{ cat $root/modules/nls_cp437.ko && echo $i; } >$state/many.ko
		! insmod $state/many.ko 2>/dev/null || fail 'it was let in'
	done
	timeout 30 modwarden status || fail 'it does not answer'
	kill -CONT "$conmon"
	until_true has_record '.lost.output > 0' || fail 'no record tells of what was lost'
}

promtool_finds_nothing_to_say_of_the_metrics()
{
	local said
	wget -q -O $state/metrics $url/metrics || fail 'no metrics'
	said=$(in_debian promtool check metrics <$state/metrics 2>&1) || fail "it ends with $?"
	[ ! "$said" ] || fail "it says: $said"
}

# Before the swaps: what is blocked is told of for ten minutes, what a swap refused from then on.
prometheus_scrapes_it_and_tells_of_the_blocked_load()
{
	in_debian prometheus --config.file=/root/prometheus.yaml --storage.tsdb.path=/run/tsdb \
		--web.listen-address=127.0.0.1:9090 >$state/prometheus 2>&1 &
	patience=600 until_true is_scraped || fail "it does not: $(tail -n 5 $state/prometheus)"
	patience=300 until_true has_alert ModwardenBlockedLoad firing || fail "its alerts: $(cat $state/alerts)"
	! has_alert ModwardenGatesNotProven firing || fail "its alerts: $(cat $state/alerts)"
	! has_alert ModwardenEnforcementOff pending || fail "its alerts: $(cat $state/alerts)"
}

a_policy_swapped_as_the_kubelet_does_is_in_force()
{
	local before
	before=$(jq -n now)
	swap 2 <<-END
		version: 1
		mode: enforce
		default: deny
		rules:
		  - name: other
		    allow: load
		    module: nls_cp437
	END
	until_true has_record '.type == "policy" and .reason == "loaded" and .policy.generation >= 2' || fail 'it is not taken'
	echo "measured: in force $(seconds_after "$before" '.type == "policy" and .reason == "loaded"') s after the swap began"
	contained nls_cp437 || fail 'the new policy does not let it in'
	rmmod nls_cp437
	refused_in_container nls_cp850
}

# Its digests are a ConfigMap's binaryData, of which there can be 1 MiB.
the_digests_of_a_whole_tree_come_as_one_compressed_file()
{
	local size before
	size=$(stat -c %s /root/tree.sha256.xz)
	[ "$size" -lt 1048576 ] || fail "a ConfigMap takes 1048576 bytes, and this is $size"
	{
		xz -dc /root/tree.sha256.xz
		sha256sum <$root/modules/nls_cp850.ko
	} | xz >$state/node.sha256.xz
	before=$(jq -n now)
	swap 10 $state/node.sha256.xz <<-END
		version: 1
		mode: enforce
		default: deny
		rules:
		  - name: tree
		    allow: load
		    digests: [node.sha256.xz]
	END
	patience=600 until_true has_metric 'modwarden_policy_digests 8401' || fail "$(wget -q -O - $url/metrics | grep policy)"
	echo "measured: 8401 digests, $size bytes, in force $(seconds_after "$before" '.type == "policy" and .reason == "loaded"') s after the swap began"
	contained nls_cp850 || fail 'a listed one is refused'
	rmmod nls_cp850
	refused_in_container nls_cp437
	swap 11 <<-END
		version: 1
		mode: enforce
		default: deny
		rules:
		  - name: other
		    allow: load
		    module: nls_cp437
	END
	until_true has_metric 'modwarden_policy_digests 0' || fail 'the policy after it is not taken'
}

a_bad_policy_leaves_the_last_good_one()
{
	echo 'version: 1, mode: enfroce' | swap 3
	until_true has_record '.type == "policy" and .reason == "refused"' || fail 'it is not told of'
	refused_in_container nls_cp850
	has_metric 'modwarden_policy_reload_failures_total [1-9]' || fail "$(wget -q -O - $url/metrics | grep policy)"
	patience=300 until_true has_alert ModwardenPolicyReloadFailed pending || fail "no alert: $(cat $state/alerts)"
}

a_killed_pod_leaves_the_gates()
{
	podman kill --signal KILL $name
	until_true sh -c "! wget -q -O /dev/null $url/healthz" || fail 'it still answers'
	refused_in_container nls_cp850
}

the_next_pod_takes_them_over_and_tells_of_it()
{
	swap 4 <<-END
		version: 1
		mode: enforce
		default: deny
		rules: []
	END
	podman kube play --network host --replace /root/pod.yaml
	until_true is_ready || fail "it does not become ready: $(cat $state/ready)"
	has_record '.type == "daemon" and .reason == "adopted"' || fail 'no record'
	until_true has_record '.op == "load" and .verdict == "deny" and .module.name == "nls_cp850"' ||
		fail 'what was refused meanwhile is not told of'
}

another_image_takes_over_without_a_gap()
{
	podman load -q -i /root/next.tar
	podman kube play --network host --replace /root/pod.yaml
	until_true is_ready || fail "it does not become ready: $(cat $state/ready)"
	has_record '.type == "daemon" and .reason == "adopted"' || fail 'no record'
	refused_in_container nls_cp437
}

a_deleted_daemonset_leaves_the_gates_and_the_uninstall_job_takes_them_away()
{
	podman kube down /root/pod.yaml
	refused_in_container nls_cp437
	podman kube play --network host /root/uninstall.yaml
	until_true sh -c '[ ! -e /sys/fs/bpf/modwarden ]' || fail "there are pins: $(podman logs modwarden-uninstall-pod-modwarden 2>&1)"
	contained nls_cp437 || fail 'it is still refused'
	rmmod nls_cp437
}

set_up
for claim in $(claims_below 'The pod' "$0"); do
	case_of "$claim"
done
conclude
