# shellcheck shell=dash disable=SC2154 # they set $state
# SPDX-License-Identifier: GPL-2.0-or-later
# Cases on one machine, each beginning where the one before has ended. Sourced by pods.sh and
# containerd.sh, which say where they keep what they need ($state), and have a function
# show_logs that prints what helps to understand a failure.

passed=0 failed=0

fail() { echo "$*" >>"$state/failed"; }

# case_of CLAIM: runs the function of that name.
case_of()
{
	: >"$state/failed"
	"$1" >"$state/said" 2>&1 || fail "it ended with $?"
	if [ -s "$state/failed" ]; then
		failed=$((failed + 1))
		echo "FAILED  $1"
		sed 's/^/        /' "$state/failed"
		tail -n 30 "$state/said" | cut -c 1-400 | sed 's/^/        | /'
		show_logs | cut -c 1-1500 | sed 's/^/        : /'
	else
		passed=$((passed + 1))
		echo "ok      $1"
		sed -n 's/^measured: /        /p' "$state/said"
	fi
}

# until_true COMMAND...: looked at a tenth of a second apart, patience times; only a failure takes long.
until_true()
{
	local i=0
	until "$@"; do
		i=$((i + 1))
		[ $i -lt "${patience:-600}" ] || return 1
		usleep 100000
	done
}

# claims_below MARK FILE: the functions that it defines below the line "### MARK ...", but helpers.
claims_below() { sed -n "/^### $1/,\$s/^\\([a-z][a-z_]*\\)()\$/\\1/p" "$2"; }

# conclude: says how many there were.
conclude()
{
	echo "$passed passed, $failed failed, 0 skipped"
	[ $failed = 0 ]
}
