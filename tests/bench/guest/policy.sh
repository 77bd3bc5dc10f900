#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest: what a policy of 100,000 digests takes of the daemon, and what reloads do to the loads that
# go on meanwhile. tests/bench/policy runs it. The files COUNT.sha256 lie beside it.
set -eu

# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib.sh
. /root/lib.sh

readonly LOADS=60
readonly ROUNDS=3
small=/tmp/dummy.ko
bad=/tmp/bad

# write_policy COUNT: listed are so many digests, and the small module's; each is another policy.
write_policy()
{
	printf '# %s\nversion: 1\nmode: enforce\nrules:\n  - name: listed\n    allow: load\n    digests: /root/%s.sha256\n    sha256: %s\n' \
		"$EPOCHREALTIME" "$1" "$(sha256sum <$small | cut -c 1-64)" >$policy.new
	mv $policy.new $policy
}

now_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }

resident() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' /proc/$pid/status; }

# reload COUNT: ms that it took
reload()
{
	local began
	write_policy "$1"
	began=$(now_ms)
	modwarden reload >/tmp/said 2>&1 || { cat /tmp/said >&2; exit 1; }
	echo $(($(now_ms) - began))
}

# reloads_of COUNT: sets took
reloads_of()
{
	local round ms
	took=()
	for ((round = 0; round < ROUNDS; round++)); do
		ms=$(reload "$1")
		took+=("$ms")
	done
}

# reload_until FILE: and tells how often
reload_until()
{
	local count=0
	until [[ -e $1 ]]; do
		reload 1000 >/dev/null
		count=$((count + 1))
	done
	echo $count >/tmp/reloads.$BASHPID
}

# loads: ms for so many listed ones that are let in, and as many others that are refused
loads()
{
	local began
	began=$(now_ms)
	/root/load -v -n $LOADS cycle $small dummy + init $bad >/tmp/outcomes
	echo $(($(now_ms) - began))
	as_decided=$((as_decided + $(awk '$0 ~ "^0 cycle 0 " || $0 ~ "^1 init EPERM " { n += $4 } END { print n + 0 }' /tmp/outcomes)))
	attempts=$((attempts + 2 * LOADS))
}

median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }

file=$(find /lib/modules -name 'dummy.ko*')
case $file in
*.xz) xzcat "$file" >$small ;;
*) cp "$file" $small ;;
esac
head -c 16384 /dev/zero >$bad

write_policy 10
start enforce
sleep 12 # until it has given back what the start took
few=$(resident)
reloads_of 10
reload_few=$(median "${took[@]}")
reloads_of 99999
reload_many=$(median "${took[@]}")
put 'reload, 100000 digests' '10 digests' "$reload_many" "$reload_few" ms -
sleep 12
put 'resident, 100000 digests' '10 digests' "$(resident)" "$few" KiB -

reload 1000 >/dev/null
attempts=0 as_decided=0 calm=() stormy=()
for ((round = 0; round < ROUNDS; round++)); do
	loads >/tmp/ms
	calm+=("$(</tmp/ms)")
	rm -f /tmp/stop
	reload_until /tmp/stop &
	reloader=$!
	loads >/tmp/ms
	stormy+=("$(</tmp/ms)")
	: >/tmp/stop
	wait $reloader
done
reloads=$(cat /tmp/reloads.* | awk '{ n += $1 } END { print n }')
put 'attempts a second, reloads all the while' 'no reloads' $((2 * LOADS * 1000 / $(median "${stormy[@]}"))) \
	$((2 * LOADS * 1000 / $(median "${calm[@]}"))) /s -
put "verdicts as the policies say, $reloads reloads" 'attempts' $as_decided $attempts '' '= 1'
modwarden status --json >/tmp/status
put 'undecided or not stopped' 'none' "$(jq '[.verdicts[] | .undecided // 0, .not_stopped // 0] | add' /tmp/status)" 0 '' '= 0'
stop
