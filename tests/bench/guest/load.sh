#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest: what a load costs the task that asks for it, and those who write about it afterwards.
# Modules of three sizes, from a file and from memory; a refusal; with nothing, with modwarden, and
# with what else looks at module loads. tests/bench/load runs it, once for each of the two parts,
# because a policy of IMA stays once it is there.
#
# usage: load.sh gates|ima
set -eu

# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib.sh
. /root/lib.sh

readonly SMALL=15360 MOST=1000000000
readonly NO_MODULES='/lib/test|torture|/crypto/tcrypt' # what runs for long, or to break something
sizes=(small median largest)
declare -A file name cost least most after hash batches=([small]=7 [median]=7 [largest]=3)

modules() { find /lib/modules -name '*.ko' | grep -Ev "$NO_MODULES" | xargs stat -c '%s %n' | sort -n; }

# pick SIZE: the module nearest to it that can be loaded here and unloaded again. What it needs stays.
pick()
{
	local path module
	while read -r _ path; do
		module=$(basename "$path" .ko | tr - _)
		[[ ! -e /sys/module/$module ]] || continue
		if ! modprobe "$module" 2>/dev/null || ! rmmod "$module" 2>/dev/null; then
			continue
		fi
		[[ ! -e /sys/module/$module ]] || continue
		file[$2]=$path name[$2]=$module
		return
	done < <(modules | awk -v size="$1" '{ d = $1 - size; print d < 0 ? -d : d, $2 }' | sort -n)
}

hash_time() { wget -q -O - http://127.0.0.1:19777/metrics | awk '$1 == "modwarden_hash_seconds_sum" { printf "%.0f\n", $2 * 1e9 }'; }

# cost_of STATE SIZE CALL [OPTION...]: in instructions, of one load.
cost_of()
{
	local key=$1,$2,$3
	read -r "cost[$key]" "least[$key]" "most[$key]" "after[$key]" < \
		<(/root/count "${others[@]}" -b "${batches[$2]}" "${@:4}" "$3" "${file[$2]}" "${name[$2]}")
	[[ ${after[$key]:-} ]] || { echo "load: $key was not measured" >&2; exit 1; }
}

# measure STATE: all loads, as it is now.
measure()
{
	local size call before
	echo "measuring: $1" >&2
	settle
	for size in "${sizes[@]}"; do
		for call in finit init; do
			before=$([[ $1 != enforce ]] || hash_time)
			cost_of "$1" "$size" $call
			# One more than the batches: the first is not counted.
			[[ $1 != enforce ]] || hash[$size,$call]=$((($(hash_time) - before) / (batches[$size] + 1)))
		done
	done
}

# show STATE...
show()
{
	local state size call
	printf 'Instructions of one load (what others take after it), by the number of which it takes that of nothing\n'
	for size in "${sizes[@]}"; do
		printf '%s: %s, %d bytes\n' "$size" "${name[$size]}" "$(stat -c %s "${file[$size]}")"
		for state; do
			printf '    %-24s' "$state"
			for call in finit init; do
				awk -v call=$call -v own="${cost[$state,$size,$call]}" -v nothing="${cost[nothing,$size,$call]}" \
					-v after="${after[$state,$size,$call]}" -v least="${least[$state,$size,$call]}" \
					-v most="${most[$state,$size,$call]}" 'BEGIN {
					printf "  %s_module %10.0f %6.3f (%5.2f%%) after it %8.0f", call, own, own / nothing,
						(most - least) / own * 100, after }'
			done
			echo
		done
	done
}

# note_ratios STATE [GOAL]: of all loads to nothing; the goal is for the small one.
note_ratios()
{
	local size call goal
	for size in "${sizes[@]}"; do
		goal=-
		[[ "$size" != small ]] || goal=${2:--}
		for call in finit init; do
			note "$call $size, $1" 'nothing' "${cost[$1,$size,$call]}" "${cost[nothing,$size,$call]}" "$goal"
		done
	done
}

# What of it is SHA-256, and what all the rest is: a refusal shows it without what a load is otherwise.
note_hash()
{
	local size call nothing
	for size in "${sizes[@]}"; do
		printf 'SHA-256 of %s: %s instructions, %s a byte\n' "$size" "${hash[$size,finit]}" \
			"$(awk "BEGIN { printf \"%.1f\", ${hash[$size,finit]} / $(stat -c %s "${file[$size]}") }")"
		for call in finit init; do
			nothing=${cost[nothing,$size,$call]}
			note "$call $size, enforce: SHA-256 alone" 'nothing' "${hash[$size,$call]}" "$nothing" -
			note "$call $size, enforce without SHA-256" 'nothing' \
				"$((${cost[enforce,$size,$call]%.*} - ${hash[$size,$call]}))" "$nothing" '<= 1.05'
			note "$call $size, refused, without SHA-256" 'a load with nothing' \
				"$((${cost[refused,$size,$call]%.*} - ${hash[$size,$call]}))" "$nothing" -
		done
	done
}

write_policy()
{
	local size
	printf 'version: 1\ndefault: deny\nrules:\n  - name: listed\n    allow: load\n    sha256:\n'
	for size in "${sizes[@]}"; do
		printf '      - %s\n' "$(sha256sum <"${file[$size]}" | cut -c1-64)"
	done
}

# What is refused differs from what was refused before: identical refusals are cheaper.
refuse()
{
	local size call
	for size in "${sizes[@]}"; do
		for call in finit init; do
			cost_of refused "$size" $call -e 1
			note "$call $size, refused" 'a load with nothing' "${cost[refused,$size,$call]}" \
				"${cost[nothing,$size,$call]}" '<= 1'
			note "$call $size, refused" 'a load with modwarden' "${cost[refused,$size,$call]}" \
				"${cost[enforce,$size,$call]}" '<= 1'
		done
	done
}

gates()
{
	local size
	write_policy >$policy
	# The first time, memory is in an order in which it will not be again.
	start enforce
	stop
	measure nothing
	start monitor
	measure monitor
	stop
	start enforce
	measure enforce
	refuse
	stop
	measure 'nothing, again'
	audit_on
	measure 'audit rules'
	start_auditd
	measure 'audit rules, auditd'
	stop_auditd
	show nothing 'nothing, again' monitor enforce refused 'audit rules' 'audit rules, auditd'
	note_ratios monitor '<= 1.05'
	note_ratios enforce '<= 1.05'
	note_ratios 'audit rules, auditd'
	note_ratios 'nothing, again'
	note_hash
	for size in "${sizes[@]}"; do
		note "finit $size, after it: the daemon" 'auditd and kauditd' "${after[enforce,$size,finit]}" \
			"${after[audit rules, auditd,$size,finit]}" -
	done
}

ima()
{
	local ima=/sys/kernel/security/ima before
	if [[ ! -e $ima/policy ]]; then
		echo "skipped: IMA: $ima/policy is not there: this kernel has no CONFIG_IMA, or no CONFIG_IMA_WRITE_POLICY"
		return
	fi
	measure nothing
	echo 'measure func=MODULE_CHECK' >$ima/policy
	before=$(<$ima/violations)
	measure IMA
	if ! grep -q /tmp/count.ko $ima/ascii_runtime_measurements || [[ $before != "$(<$ima/violations)" ]]; then
		echo 'skipped: IMA: it took the policy, and measured nothing'
		return
	fi
	show nothing IMA
	note_ratios IMA
}

[[ $1 == ima ]] || counted
pick $SMALL small
pick "$(modules | awk '{ size[NR] = $1 } END { print size[int((NR + 1) / 2)] }')" median
pick $MOST largest
others=()
$1
