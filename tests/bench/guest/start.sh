#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest: how long modwarden takes from exec until it enforces, what it holds at rest, and how large it
# is; beside auditd and bpftrace. tests/bench/start runs it.
set -eu

# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib.sh
. /root/lib.sh

readonly ROUNDS=3
readonly RESTS=15
declare -A taken resident private size

median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }
now_us() { echo "${EPOCHREALTIME/./}"; }
field_of() { sed -n "s/^$2:[^0-9]*\([0-9]*\).*/\1/p" "/proc/$1/status"; }

# rest NAME PID: what it holds when it has come to rest.
rest()
{
	sleep $RESTS
	resident[$1]=$(field_of "$2" VmRSS)
	private[$1]=$(field_of "$2" RssAnon)
}

# The first record is written when its gates have been seen to fire, and the policy is in force.
modwardens()
{
	local round began times=()
	printf 'version: 1\nmode: enforce\nrules: []\n' >$policy
	for ((round = 0; round < ROUNDS; round++)); do
		began=$(now_us)
		start enforce
		times+=($(($(jq -nr 'first(inputs) | .time | sub("^.*T(?<h>[0-9]+):(?<m>[0-9]+):(?<s>[0-9.]+)Z$";
			"\(.h) \(.m) \(.s)") | split(" ") | map(tonumber) | (.[0] * 3600 + .[1] * 60 + .[2]) * 1000000 | floor' \
			/tmp/records) - began % 86400000000)))
		[[ $round != 0 ]] || rest modwarden "$pid"
		stop
	done
	taken[modwarden]=$(median "${times[@]}")
	size[modwarden]=$(stat -c %s /root/stripped)
}

# Its own first word is its start, and it is in force when the kernel has its pid.
auditds()
{
	local round began times=()
	for ((round = 0; round < ROUNDS; round++)); do
		rm -rf /var/log/audit
		auditctl -e 1 >/dev/null
		began=$(now_us)
		start_auditd
		times+=($(($(sed -n '/type=DAEMON_START/ { s/.*audit(\([0-9]*\)\.\([0-9]*\):.*/\1\2000/p; q }' /var/log/audit/audit.log) - began)))
		[[ $round != 0 ]] || rest auditd "$auditd"
		stop_auditd
	done
	auditctl -e 0 >/dev/null
	taken[auditd]=$(median "${times[@]}")
	size[auditd]=$(stat -c %s /usr/lib/audit/auditd)
}

# Two hooks of those that modwarden has, and nothing but a line for each call.
readonly PROGRAM='kprobe:security_kernel_post_read_file, kprobe:security_kernel_load_data { printf("%s\n", comm); }
	interval:ms:1 { if (!@up) { @up = 1; printf("up\n"); } }'

bpftraces()
{
	local round began bpftrace times=()
	mkdir -p /mnt
	[[ -b /dev/nvme0n1 ]] || modprobe nvme 2>/dev/null || true
	if ! mount -t ext4 -o ro /dev/nvme0n1 /mnt 2>/dev/null; then
		echo 'skipped: bpftrace: there is no disk with it'
		return 0
	fi
	for name in proc sys dev tmp; do
		mount --rbind /$name /mnt/$name
	done
	mkfifo /tmp/said
	for ((round = 0; round < ROUNDS; round++)); do
		began=$(now_us)
		chroot /mnt /usr/bin/bpftrace -B line -e "$PROGRAM" >/tmp/said 2>/tmp/bpftrace.err &
		bpftrace=$!
		while read -r line && [[ $line != up ]]; do :; done </tmp/said
		[[ ${line-} == up ]] || { echo "skipped: bpftrace: $(tail -n 1 /tmp/bpftrace.err)"; return 0; }
		times+=($(($(now_us) - began)))
		[[ $round != 0 ]] || rest bpftrace $bpftrace
		kill -INT $bpftrace
		wait $bpftrace || true
	done
	taken[bpftrace]=$(median "${times[@]}")
	size[bpftrace]=$(stat -c %s /mnt/usr/bin/bpftrace)
}

# What its maps hold of the kernel's memory, in KiB.
maps() { bpftool -j map show | jq '[.[].bytes_memlock] | add / 1024 | floor'; }

modwardens
auditds
bpftraces
start enforce
sleep $RESTS
kernel=$(maps)
stop
for name in modwarden auditd bpftrace; do
	[[ ${taken[$name]-} ]] || continue
	printf '%-10s %6d ms until it is up, %6d KiB resident, %6d KiB of them its own, program %5d KiB\n' "$name" \
		$((taken[$name] / 1000)) "${resident[$name]}" "${private[$name]}" $((size[$name] / 1024))
done
echo "kernel memory of modwarden's maps: $kernel KiB"
for name in auditd bpftrace; do
	[[ ${taken[$name]-} ]] || continue
	put 'from exec until it enforces' "$name, until it is up" $((taken[modwarden] / 1000)) $((taken[$name] / 1000)) ms -
	put 'resident at rest' "$name" "${resident[modwarden]}" "${resident[$name]}" KiB -
	put 'of that its own (RssAnon)' "$name" "${private[modwarden]}" "${private[$name]}" KiB -
	put 'program, stripped' "$name" $((size[modwarden] / 1024)) $((size[$name] / 1024)) KiB -
done
put 'resident at rest' 'the goal' "${resident[modwarden]}" 8192 KiB '< 1'
put 'of that its own (RssAnon)' 'the goal' "${private[modwarden]}" 8192 KiB '< 1'
put 'kernel memory of its maps' 'its ring buffer alone' "$kernel" 4096 KiB -
