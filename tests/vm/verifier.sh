#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest, of tests/verifier: how many instructions the verifier walks for each program, as
# "MECHANISM PROGRAM NUMBER". fmod_ret is asked for with the clones that a raceable grade has.
set -eu

# walked MECHANISM: starts modwarden until its gates are up.
walked()
{
	printf 'version: 1\nrules:\n  - {name: keep, deny: unload}\n  - {name: ask, deny: autoload, alias: x}\n' >/tmp/policy.yaml
	modwarden run -v --policy /tmp/policy.yaml --mechanism "$1" --mode monitor --accept-race --output /tmp/records \
		2>/tmp/said &
	pid=$!
	until grep -q 'SIGTERM stops' /tmp/said; do
		kill -0 $pid || { cat /tmp/said; exit 1; }
		sleep 0.1
	done
	kill $pid
	wait $pid
	sed -n -e "s/^libbpf: prog '\([^']*\)': -- BEGIN PROG LOAD LOG --.*/\1/p" -e 's/^\(processed [0-9]*\) insns.*/\1/p' /tmp/said |
		awk -v mechanism="$1" '$1 == "processed" { print "walked", mechanism, name, $2; next } { name = $1 }'
}

walked lsm
walked fmod_ret
