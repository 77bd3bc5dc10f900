#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest: what a load costs without modwarden, in monitor mode and in enforce mode, in rounds
# that take turns, for a small and a large module, from a file and from memory. Prints medians in
# microseconds and their ratios to none; under emulation only the ratios mean anything.
set -eu

rounds=${1:-5}
policy=/tmp/policy.yaml

start()
{
	modwarden run --policy $policy --mode "$1" --accept-race --output /tmp/records --format json 2>/tmp/err &
	pid=$!
	until grep -q 'SIGTERM stops' /tmp/err; do
		kill -0 $pid || { cat /tmp/err; exit 1; }
		sleep 0.1
	done
}

stop()
{
	kill $pid
	wait $pid
	rm -f /tmp/records
}

# measure FILE NAME COUNT: microseconds of one load and unload
measure()
{
	local begin=$EPOCHREALTIME result
	result=$(/root/load -n "$3" cycle "$1" "$2")
	[[ $result == "0 cycle 0 $3" ]] || { echo "unexpected: $result" >&2; exit 1; }
	echo $(((${EPOCHREALTIME/./} - ${begin/./}) / $3))
}

median()
{
	printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}

# The largest module that needs no other one, nor hardware.
find_largest()
{
	find /lib/modules -name '*.ko' -size +200k -exec ls -S {} + | while read -r file; do
		[[ -z $(modinfo -F depends "$file") ]] || continue
		[[ $(/root/load -n 1 cycle "$file" "$(basename "$file" .ko | tr - _)") != "0 cycle 0 1" ]] ||
			{ echo "$file"; break; }
	done
}

largest=$(find_largest)
small=$(find /lib/modules -name dummy.ko)
printf 'version: 1\ndefault: allow\nrules:\n  - {name: listed, allow: load, sha256: [%s, %s]}\n' \
	"$(sha256sum <"$small" | cut -c1-64)" "$(sha256sum <"$largest" | cut -c1-64)" >$policy

declare -A times
for ((round = 0; round < rounds; round++)); do
	for mode in none monitor enforce; do
		[[ $mode == none ]] || start $mode
		for what in "small $small dummy 40" "large $largest $(basename "$largest" .ko | tr - _) 4"; do
			read -r size file name count <<<"$what"
			times[$size,$mode]+=" $(measure "$file" "$name" "$count")"
		done
		[[ $mode == none ]] || stop
	done
done

printf '%-28s %12s %12s %8s %12s %8s\n' 'finit_module + delete_module' 'none us' 'monitor us' ratio 'enforce us' ratio
for size in small large; do
	file=$small
	[[ $size == small ]] || file=$largest
	# shellcheck disable=SC2086
	none=$(median ${times[$size,none]}) monitor=$(median ${times[$size,monitor]}) enforce=$(median ${times[$size,enforce]})
	printf '%-28s %12d %12d %8s %12d %8s\n' "$size, $(stat -c %s "$file") bytes" "$none" \
		"$monitor" "$(awk "BEGIN { printf \"%.3f\", $monitor / $none }")" \
		"$enforce" "$(awk "BEGIN { printf \"%.3f\", $enforce / $none }")"
done
