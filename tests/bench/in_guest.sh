# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A measurement in a guest that counts instructions: what is for people, and the rows of the table. Sourced only.

build=${O:-build}
here=$(dirname "${BASH_SOURCE[0]}")

# show_and_note SECTION: of its input, shows what is for people, and appends the rows to BENCH_ROWS.
show_and_note()
{
	awk -F'\t' -v OFS='\t' -v section="$1" -v rows="${BENCH_ROWS:-/dev/null}" '
		$1 == "row" { $1 = section; print >>rows; next }
		$1 == "note" { print "#" $2 >>rows; next }
		{ print; fflush() }'
}

# in_guest SECTION [RUN-OPTION...] -- [ARGUMENT...]: runs guest/SECTION.sh.
in_guest()
{
	local section=$1 options=()
	shift
	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	O=$build "$here/../vm/run" -i -t 1500 "${options[@]}" -f "$build/tests/bench/guest/count" -f "$here/guest/lib.sh" \
		"$here/guest/$section.sh" "${@:2}" | show_and_note "$section"
}
