#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest: what everything else pays for those who watch module operations. tests/bench/tax runs it.
#
# usage: tax.sh watched|locked
set -eu

# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib.sh
. /root/lib.sh

loops=('getppid' 'open+close' 'fork+exec')
declare -A medians spreads
states=()

# measure STATE: the loops, as it is now. Caches are emptied, or what was read before would count.
measure()
{
	local loop words median least most
	echo "measuring: $1" >&2
	states+=("$1")
	settle
	for loop in "${loops[@]}"; do
		case $loop in
		getppid) words=(-n 20000 getppid) ;;
		open+close) words=(-n 5000 open /etc/passwd) ;;
		*) words=(-n 10 -b 24 exec /usr/lib/shell/busybox true) ;;
		esac
		read -r median least most _ < <(/root/count "${words[@]}")
		medians[$loop,$1]=$median
		spreads[$loop,$1]=$(awk "BEGIN { printf \"%.4f\", ($most - $least) / $median }")
	done
}

# write_policy [RULE]: what enforce has to do with: a thousand digests, and a default that denies.
write_policy()
{
	printf 'version: 1\nmode: enforce\ndefault: deny\nrules:\n  - {name: listed, allow: load, digests: [/tmp/listed.sha256]}\n' >$policy
	printf '%s' "$@" >>$policy
}

# with_bpftrace STATE PROGRAM: measures while it runs.
with_bpftrace()
{
	local bpftrace
	chroot /mnt /usr/bin/bpftrace -e "$2 BEGIN { printf(\"attached\\n\"); }" >/tmp/bpftrace 2>&1 &
	bpftrace=$!
	until grep -q attached /tmp/bpftrace; do
		kill -0 $bpftrace 2>/dev/null || { echo "skipped: bpftrace: $(tail -n 1 /tmp/bpftrace)"; return 0; }
		sleep 0.5
	done
	sleep 1
	measure "$1"
	kill -INT $bpftrace
	wait $bpftrace || true
}

bpftraces()
{
	mkdir -p /mnt
	[[ -b /dev/nvme0n1 ]] || modprobe nvme || true
	if ! mount -t ext4 -o ro /dev/nvme0n1 /mnt 2>/dev/null; then
		echo 'skipped: bpftrace: there is no disk with it'
		return 0
	fi
	for name in proc sys dev tmp; do
		mount --rbind /$name /mnt/$name
	done
	with_bpftrace 'bpftrace, syscall tracepoints' \
		'tracepoint:syscalls:sys_enter_init_module, tracepoint:syscalls:sys_enter_finit_module,
		tracepoint:syscalls:sys_enter_delete_module { printf("%s %s\n", comm, probe); }'
	with_bpftrace 'bpftrace, kprobes' \
		'kprobe:security_kernel_read_file, kprobe:security_kernel_post_read_file, kprobe:security_kernel_load_data,
		kprobe:security_locked_down, kprobe:do_init_module { printf("%s %s\n", comm, probe); }'
}

# The first time, memory is in an order in which it will not be again.
warm_up()
{
	write_policy
	start enforce
	stop
}

# There is no way back from a locked modwarden, so it has a boot of its own.
locked()
{
	warm_up
	measure 'nothing'
	write_policy
	sed -i '/^mode:/a locked: true' $policy
	start enforce --persist
	measure 'modwarden, locked'
}

watched()
{
	local tracepoint
	warm_up
	measure 'nothing'
	start enforce
	measure 'modwarden'
	stop
	measure 'nothing, again'
	write_policy '  - {name: keep, deny: unload, module: "kept*"}'
	start enforce
	measure 'modwarden, unload rules'
	stop

	/root/count tracepoint sleep 100000 &
	tracepoint=$!
	sleep 1
	measure 'one program at sys_enter'
	kill $tracepoint
	wait $tracepoint || true
	bpftraces

	audit_on
	measure 'audit rules, no auditd'
	start_auditd
	measure 'audit rules, auditd'
	write_policy
	start enforce
	measure 'audit rules, auditd, modwarden'
}

show()
{
	local state loop
	printf 'Instructions for one round, by the number of which it takes that of nothing, and how far the batches are apart\n'
	printf '%-34s' ''
	printf '  %-26s' "${loops[@]}"
	echo
	for state in "${states[@]}"; do
		printf '%-34s' "$state"
		for loop in "${loops[@]}"; do
			awk -v own="${medians[$loop,$state]}" -v nothing="${medians[$loop,nothing]}" \
				-v spread="${spreads[$loop,$state]}" \
				'BEGIN { printf "  %9.1f %7.4f  (%5.2f%%)", own, own / nothing, spread * 100 }'
		done
		echo
	done
}

# Ours beside nothing, and the dearest of ours that can go again beside each of the others.
note_all()
{
	local state loop dearest='modwarden, unload rules'
	for loop in "${loops[@]}"; do
		for state in "${states[@]}"; do
			case $state in
			nothing) ;;
			modwarden*) note "$loop, $state" nothing "${medians[$loop,$state]}" "${medians[$loop,nothing]}" '<= 1.01' ;;
			nothing,* | *modwarden) note "$loop, $state" nothing "${medians[$loop,$state]}" "${medians[$loop,nothing]}" - ;;
			*) note "$loop, $dearest" "$state" "${medians[$loop,$dearest]}" "${medians[$loop,$state]}" '< 1' ;;
			esac
		done
	done
}

awk 'BEGIN { for (i = 0; i < 1000; i++) printf "%064x  module_%d.ko\n", i + 1, i }' >/tmp/listed.sha256
[[ $1 == locked ]] || counted
$1
show
note_all
