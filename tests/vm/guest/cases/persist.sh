# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Gates that stay when modwarden does not, and the next one that takes them over. The cases start it
# themselves.

_pins=/sys/fs/bpf/modwarden

# _persists_with LISTED: starts it with a policy that lists one file; what an earlier case has left
# behind is no part of this one.
_persists_with()
{
	grep -q ' /sys/fs/bpf ' /proc/mounts || mount -t bpf bpf /sys/fs/bpf
	[ ! -e $_pins ] || fail "there are pins: $(find $_pins)"
	printf 'version: 1\nmode: enforce\ndefault: deny\nrules: [{name: listed, allow: load, sha256: %s}]\n' \
		"$(digest "$1")" >"$policy"
	start_modwarden "$policy" --persist || fail "it did not start: $(cat "$state/stderr")"
	trap _ends_persisting EXIT
}

# Whatever became of the case, no gates stay for the next one.
_ends_persisting()
{
	stop_modwarden
	rm -rf $_pins
}

# Starts it again, after the records that are there.
_starts_again()
{
	appends=1 start_modwarden "$policy" "$@" || fail "it did not start again: $(cat "$state/stderr")"
}

_kill_modwarden()
{
	kill -KILL "$modwarden"
	wait "$modwarden" 2>/dev/null
}

gates_outlive_a_kill_and_are_adopted()
{
	local good bad pid
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	loads nls_cp437 finit "$good"
	loads nls_cp850 finit "$bad"
	_persists_with "$good"
	gives EPERM finit "$bad"
	expect_record "$(of "$bad")" '.verdict == "deny"' '.policy.generation == 1'
	_kill_modwarden
	# With nobody there: the same verdicts.
	gives EPERM -n 3 finit "$bad"
	loads nls_cp437 finit "$good"
	pid=$modwarden
	_starts_again --persist
	[ "$modwarden" != "$pid" ] || fail 'it is the same one'
	expect_record '.type == "daemon"' '.reason == "adopted"' '.mode == "enforce"' '.lost == {}' \
		'.detail | test("^[0-9.]+ s without a daemon$")' '.policy.generation == 1'
	# What happened meanwhile is told by name, of the policy that was in force.
	until_true _sum_is_at_least "$(of "$bad")" 3 || fail "$(_sum "$(of "$bad")") refusals are told of"
	[ "$(_sum "$(of "$bad")")" = 3 ] || fail "$(_sum "$(of "$bad")") refusals are told of"
	expect_record "$(of "$good")" '.verdict == "allow"' '.rule == "listed"' '.syscall.exit == 0' '.policy.generation == 1'
	expect_record "$(of "$bad")" '.verdict == "deny"' '.enforced == true' '.syscall.errno == "EPERM"' '.reason == "default"'
	gives EPERM finit "$bad"
	loads nls_cp437 finit "$good"
}

gates_stay_after_a_stop_and_go_with_a_run_that_does_not_keep_them()
{
	local good bad
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	_persists_with "$good"
	stop_modwarden
	[ "$(cat "$state/exit_status")" = 0 ] || fail "it ended with $(cat "$state/exit_status")"
	expect_record '.type == "daemon" and .reason == "stopped"' '.detail == "the gates stay"'
	gives EPERM finit "$bad"
	_starts_again
	expect_record '.type == "daemon" and .reason == "adopted"' '.mode == "enforce"'
	gives EPERM finit "$bad"
	stop_modwarden
	[ "$(cat "$state/exit_status")" = 0 ] || fail "it ended with $(cat "$state/exit_status")"
	expect_record '.type == "daemon" and .reason == "detached"'
	[ ! -e $_pins ] || fail "pins stay: $(find $_pins)"
	loads nls_cp850 finit "$bad"
}

# The policy that is in the kernel counts until the file gives another one.
adopted_gates_take_the_policy_that_was_written_meanwhile()
{
	local good bad
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	_persists_with "$good"
	_kill_modwarden
	printf 'version: 1\nmode: enforce\ndefault: deny\nrules: [{name: other, allow: load, sha256: %s}]\n' \
		"$(digest "$bad")" >"$policy"
	gives EPERM finit "$bad"
	_starts_again --persist
	expect_record '.type == "policy" and .reason == "loaded"' '.policy.generation == 2' ".path == \"$policy\""
	loads nls_cp850 finit "$bad"
	expect_record "$(of "$bad") and .verdict == \"allow\"" '.rule == "other"' '.policy.generation == 2'
	gives EPERM finit "$good"
	_kill_modwarden
	printf 'version: 1\nmode: enfroce\n' >"$policy"
	_starts_again --persist
	expect_record '.type == "policy" and .reason == "refused"' '.policy.generation == 2' '.mode == "enforce"'
	loads nls_cp850 finit "$bad"
	expect_record "$(of "$bad") and .verdict == \"allow\"" '.rule == "other"' '.policy.generation == 2'
	gives EPERM finit "$good"
}

# _storm_saw ERRNO FILE...: how often the storm saw it.
_storm_saw()
{
	local errno=$1
	shift
	awk -v errno="$errno" '$3 == errno { n += $4 } END { print n + 0 }' "$@"
}

# Each attempt of the storm is told of once, whoever was there to tell.
a_storm_sees_no_kill()
{
	local good bad i=0 kills=4 storms='' outcomes
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	_persists_with "$good"
	rm -f "$state/stop"
	$load -p 50000 -w "$state/stop" cycle "$good" nls_cp437 >"$state/storm.good" &
	storms=$!
	for i in 1 2 3; do
		$load -v -p 100000 -w "$state/stop" init "$bad" >"$state/storm.bad.$i" &
		storms="$storms $!"
	done
	$load -p 500 -w "$state/stop" finit "$bad" >"$state/storm.same" &
	storms="$storms $!"
	i=0
	while [ $i -lt $kills ]; do
		i=$((i + 1))
		usleep $(((RANDOM % 20) * 100000))
		_kill_modwarden
		usleep $(((RANDOM % 5) * 100000))
		_starts_again --persist
	done
	: >"$state/stop"
	# shellcheck disable=SC2086 # more than one
	wait $storms
	echo 0 >"$state/mark"
	for outcomes in "$state"/storm.bad.* "$state/storm.same"; do
		! grep -v ' EPERM ' "$outcomes" || fail "an unlisted load ended otherwise: $(cat "$outcomes")"
	done
	! grep -v ' 0 ' "$state/storm.good" || fail "a listed load ended otherwise: $(cat "$state/storm.good")"
	# From memory every one is another module, by digest.
	_tells_exactly '.op? == "load" and .module.source == "memory" and .verdict == "deny"' \
		"$(_storm_saw EPERM "$state"/storm.bad.*)"
	_tells_exactly "$(of "$bad")" "$(_storm_saw EPERM "$state/storm.same")"
	_tells_exactly "$(of "$good")" "$(_storm_saw 0 "$state/storm.good")"
	[ "$(jq -r 'select(.type == "operation") | .id' "$records" | sort | uniq -d)" = '' ] || fail 'there are records twice'
}

# _tells_exactly FILTER COUNT
_tells_exactly()
{
	until_true _sum_is_at_least "$1" "$2" || fail "$(_sum "$1") of $2 are told of: $1; lost $(_lost)"
	[ "$(_sum "$1")" = "$2" ] || fail "$(_sum "$1") of $2 are told of: $1"
	echo "$2 times $1"
}

_lost() { jq -c '.lost | select(. != {})' "$records" | sort | uniq -c | tr '\n' ' '; }
