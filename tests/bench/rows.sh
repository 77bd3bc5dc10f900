# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a guest measured, for people and for the table. Sourced.

build=${O:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# show_and_note SECTION: of its input, shows what is for people, and appends the rows to BENCH_ROWS.
show_and_note()
{
	awk -F'\t' -v OFS='\t' -v section="$1" -v rows="${BENCH_ROWS:-/dev/null}" '
		$1 == "row" { $1 = section; print >>rows; next }
		{ print; fflush() }'
}

# find_bpftrace: sets bpftrace_disk, and has it fetched where it is not there.
find_bpftrace()
{
	local cache=${MODWARDEN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/modwarden}/v2
	bpftrace_disk=$cache/bpftrace/disk.img
	[[ -e $bpftrace_disk ]] || "$(dirname "${BASH_SOURCE[0]}")/../vm/fetch" bpftrace >&2
}
