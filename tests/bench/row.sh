# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A row of the table that tests/bench/run makes, where it asks for one. Sourced only; row.h is for C.

# row SECTION WHAT PEER OURS THEIRS UNIT GOAL [FORMAT]: the figures as numbers, FORMAT is printf's of one.
row()
{
	[[ ${BENCH_ROWS-} ]] || return 0
	awk -v section="$1" -v what="$2" -v peer="$3" -v ours="$4" -v theirs="$5" -v unit="$6" -v goal="$7" \
		-v format="${8:-%d}" 'BEGIN {
		figure = format (unit ? " " unit : "")
		printf "%s\t%s\t%s\t" figure "\t" figure "\t%.3f\t%s\n", section, what, peer, ours, theirs,
			theirs != 0 ? ours / theirs : 0, goal }' >>"$BENCH_ROWS"
}

# note WORDS...: what else should be known of this run.
note() { [[ ! ${BENCH_ROWS-} ]] || echo "#$*" >>"$BENCH_ROWS"; }
