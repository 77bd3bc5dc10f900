#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What reading a log costs, against jq doing the same to the same file in the same run: a filter that
# lets one record in 50 through, a summary, and a time near the end. The two take turns; medians of
# the processor time are printed, and what jq takes for each second of modwarden's. Memory is the most
# that either had, also for a tenth of the records: it must not grow with them.
#
# usage: log.sh [COUNT]
# The programs are $O/modwarden and those of $O/tests/bench (O: build). Exit: 0 the goals are met (a
# filter 5 times as fast as jq, a summary twice), 1 they are not, 77 there is no jq.
set -euo pipefail

count=${1:-100000}
build=${O:-build}
modwarden=$build/modwarden
measure=$build/tests/bench/measure
rounds=3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

command -v jq >/dev/null || { echo 'log: skipped: no jq' >&2; exit 77; }
"$build/tests/bench/records" "$count" >"$work/log"
head -n $((count / 10)) "$work/log" >"$work/tenth"
since=$(date -u -d "@$((1790000000 + count * 99 / 100))" +%FT%TZ)

median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }

# compare NAME GOAL MODWARDEN-OPTIONS -- JQ-OPTIONS
compare()
{
	local name=$1 goal=$2 ours=() round seconds memory
	shift 2
	while [[ $1 != -- ]]; do
		ours+=("$1")
		shift
	done
	shift
	: >"$work/ours"
	: >"$work/theirs"
	for ((round = 0; round < rounds; round++)); do
		"$measure" "$modwarden" log "$work/log" "${ours[@]}" >>"$work/ours"
		"$measure" jq "$@" "$work/log" >>"$work/theirs"
	done
	read -r _ tenth < <("$measure" "$modwarden" log "$work/tenth" "${ours[@]}" 2>/dev/null || echo 0 0)
	read -r seconds memory < <(median <"$work/ours")
	read -r theirs their_memory < <(median <"$work/theirs")
	awk -v name="$name" -v ours="$seconds" -v theirs="$theirs" -v memory="$memory" -v tenth="$tenth" \
		-v theirs_memory="$their_memory" -v goal="$goal" 'BEGIN {
		ratio = theirs / (ours > 0 ? ours : 0.001)
		printf "%-8s modwarden %7.3f s %6d KiB (a tenth: %6d KiB)   jq %7.3f s %7d KiB   %.1f times as fast\n",
			name, ours, memory, tenth, theirs, theirs_memory, ratio
		exit ratio < goal || (tenth && memory > 2 * tenth) }' || status=1
}

echo "$count records, $(($(stat -c %s "$work/log") / count)) bytes each"
compare filter 5 --json --verdict deny -- -c 'select(.verdict == "deny")'
# shellcheck disable=SC2016 # of jq
compare summary 2 --summary --json -- -n 'reduce inputs as $r ({};
	.[$r.module.name] += ($r.repeated.count // 1) | .[$r.process.exe] += ($r.repeated.count // 1) |
	.[$r.rule // "none"] += ($r.repeated.count // 1) | .[$r.node] += ($r.repeated.count // 1))'
# shellcheck disable=SC2016
compare since 5 --json --since "$since" -- -c --arg since "$since" 'select(.time >= $since)'
exit $status
