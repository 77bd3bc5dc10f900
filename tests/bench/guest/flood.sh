#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest: four processes try loads that are refused, as fast as they can, for a while: the same bytes
# again and again, or each time others; with modwarden, and with auditd. tests/bench/flood runs it.
#
# usage: flood.sh SECONDS
set -eu

# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib.sh
. /root/lib.sh

readonly SECONDS_EACH=$1
readonly ATTACKERS=4
log=/var/log/audit/audit.log
declare -A attempts refused rate kernel cpu resident

# Hundredths of a second that a process has had.
ticks_of() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"; }
resident_of() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }

# kernel_time: ms that children which have ended have spent in the kernel
kernel_time()
{
	times >/tmp/times # in a pipe it would tell of nobody
	awk 'NR == 2 { split($2, t, /[ms]/); printf "%d", (t[1] * 60 + t[2]) * 1000 }' /tmp/times
}

# flood NAME PID OPERATION...: by all attackers; PID is who listens.
flood()
{
	local name=$1 listener=$2 i before_ticks before_kernel flooders=()
	shift 2
	rm -f /tmp/stop /tmp/outcome.*
	before_ticks=$(ticks_of "$listener")
	kernel_time >/tmp/kernel
	before_kernel=$(</tmp/kernel)
	for ((i = 0; i < ATTACKERS; i++)); do
		head -c 16384 /dev/zero >/tmp/module.$i
		[[ $* != *init* ]] || printf '%d' $i | dd of=/tmp/module.$i conv=notrunc status=none
		/root/load -w /tmp/stop "${@//FILE/"/tmp/module.$i"}" >/tmp/outcome.$i &
		flooders+=($!)
	done
	sleep "$SECONDS_EACH"
	: >/tmp/stop
	wait "${flooders[@]}"
	cpu[$name]=$(($(ticks_of "$listener") - before_ticks))
	resident[$name]=$(resident_of "$listener")
	kernel_time >/tmp/kernel
	attempts[$name]=$(cat /tmp/outcome.* | awk '{ n += $4 } END { print n + 0 }')
	refused[$name]=$(cat /tmp/outcome.* | awk '$3 == "EPERM" || $3 == "ENOEXEC" { n += $4 } END { print n + 0 }')
	rate[$name]=$((attempts[$name] / SECONDS_EACH))
	kernel[$name]=$((($(</tmp/kernel) - before_kernel) * 1000 / attempts[$name]))
}

# came_to_rest COMMAND: waits until it has said the same for six seconds.
came_to_rest()
{
	local before now same=0
	before=$("$1")
	while ((same < 3)); do
		sleep 2
		now=$("$1")
		same=$((now == before ? same + 1 : 0))
		before=$now
	done
}

size_of_records() { stat -c %s /tmp/records; }
size_of_log() { du -sb "${log%/*}" | cut -f 1; }

# accounted: "TOLD LOST OTHER": attempts that the records stand for, those told to be lost, and losses of
# other kinds. What the second part of an operation alone tells has no ppid.
accounted()
{
	jq -nRr '[inputs | fromjson? // empty] |
		(map(select(.type == "operation" and .op == "load" and .process.ppid != null) | .repeated.count // 1) | add // 0) as $told |
		(map(.lost.decision // 0) | add // 0) as $lost |
		(map(.lost | to_entries[] | select(.key != "decision") | .value) | add // 0) as $other |
		"\($told) \($lost) \($other)"' /tmp/records
}

# with_modwarden NAME OPERATION...
with_modwarden()
{
	local name="modwarden, $1" told lost other
	shift
	start enforce
	sleep 3
	flood "$name" "$pid" "$@"
	came_to_rest size_of_records
	read -r told lost other < <(accounted)
	modwarden status >/tmp/status 2>&1 || true
	echo "$name: ${attempts[$name]} attempts, $told told, $lost lost, $other losses of other kinds, $(wc -l </tmp/records) records"
	put "$name: refused" 'attempts' "${refused[$name]}" "${attempts[$name]}" '' '= 1'
	put "$name: told + lost" 'attempts' $((told + lost)) "${attempts[$name]}" '' '= 1'
	put "$name: lost" 'attempts' "$lost" "${attempts[$name]}" '' "$([[ $name == *differ* ]] && echo - || echo '= 0')"
	stop
}

# events: of the rules, in all of its files
events() { cat "$log"* | grep -c '^type=SYSCALL.* syscall=\(313\|175\) ' || true; }
lost_of_audit() { auditctl -s | sed -n 's/^lost //p'; }

# empty_audit: what auditd could not be handed the kernel keeps until there is another event. Sets extra:
# how many of these it took until no more than one came of one.
empty_audit()
{
	local before now
	extra=0
	now=$(events)
	until ((extra >= 20 || (extra > 0 && now == before + 1))); do
		came_to_rest size_of_log
		before=$(events)
		/root/load finit /tmp/module.0 >/tmp/outcome.more
		extra=$((extra + 1))
		came_to_rest size_of_log
		now=$(events)
	done
}

# with_auditd NAME OPERATION...
with_auditd()
{
	local name="auditd, $1" told lost extra
	shift
	rm -rf "${log%/*}"
	audit_on
	start_auditd
	lost=$(lost_of_audit)
	flood "$name" "$auditd" "$@"
	empty_audit
	told=$(($(events) - extra)) lost=$(($(lost_of_audit) - lost))
	echo "$name: ${attempts[$name]} attempts, $told events, $lost audit messages lost, $(size_of_log) bytes"
	put "$name: events told, of auditd" 'attempts' "$told" "${attempts[$name]}" '' -
	put "$name: messages lost, of audit" 'attempts' "$lost" "${attempts[$name]}" '' -
	stop_auditd
	auditctl -D >/dev/null
	auditctl -e 0 >/dev/null
}

# A rule that asks for digests: so each attempt is hashed.
printf 'version: 1\nmode: enforce\nrules:\n  - name: listed\n    allow: load\n    sha256: %064d\n' 1 >$policy
with_modwarden identical finit FILE
with_modwarden 'all differ' -v init FILE
with_auditd identical finit FILE
with_auditd 'all differ' -v init FILE
for kind in identical 'all differ'; do
	ours="modwarden, $kind" theirs="auditd, $kind"
	put "$kind: attempts a second" auditd "${rate[$ours]}" "${rate[$theirs]}" /s -
	put "$kind: the kernel's time for one" auditd "${kernel[$ours]}" "${kernel[$theirs]}" us -
	put "$kind: processor of who listens, of a second" auditd "$((cpu[$ours] * 10 / SECONDS_EACH))" \
		"$((cpu[$theirs] * 10 / SECONDS_EACH))" ms -
	put "$kind: resident of who listens" auditd "${resident[$ours]}" "${resident[$theirs]}" KiB -
done
