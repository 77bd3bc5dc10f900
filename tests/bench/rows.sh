# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a guest measured, for people and for the table. Sourced.

build=${O:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# show_and_note SECTION: of its input, shows what is for people, and appends the rows to BENCH_ROWS.
show_and_note()
{
	local line rows=${BENCH_ROWS:-/dev/null}
	while IFS= read -r line; do
		case $line in
		row$'\t'*) printf '%s\t%s\n' "$1" "${line#row$'\t'}" >>"$rows" ;;
		note$'\t'*) printf '#%s\n' "${line#note$'\t'}" >>"$rows" ;;
		*) printf '%s\n' "$line" ;;
		esac
	done
}

# find_bpftrace: sets bpftrace_disk, and has it fetched where it is not there.
find_bpftrace()
{
	local rig
	rig=$(dirname "${BASH_SOURCE[0]}")/../vm
	# shellcheck source=../vm/lib.sh
	bpftrace_disk=$(. "$rig/lib.sh" && echo "$cache")/bpftrace/disk.img
	[[ -e $bpftrace_disk ]] || "$rig/fetch" bpftrace >&2
}

# in_guest SECTION [RUN-OPTION...] -- [ARGUMENT...]: runs guest/SECTION.sh where instructions are counted.
in_guest()
{
	local section=$1 options=() here
	here=$(dirname "${BASH_SOURCE[0]}")
	shift
	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	O=$build "$here/../vm/run" -i -t 1500 "${options[@]}" -f "$build/tests/bench/guest/count" -f "$here/guest/lib.sh" \
		"$here/guest/$section.sh" "${@:2}" | show_and_note "$section"
}
