# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Gates that stay when modwarden does not, and the next one that takes them over. The cases start it
# themselves.

_pins=/sys/fs/bpf/modwarden

# _persists_with LISTED [OPTIONS...]: starts it with a policy that lists one file; what an earlier case has left
# behind is no part of this one.
_persists_with()
{
	grep -q ' /sys/fs/bpf ' /proc/mounts || mount -t bpf bpf /sys/fs/bpf
	[ ! -e $_pins ] || fail "there are pins: $(find $_pins)"
	printf 'version: 1\nmode: enforce\ndefault: deny\nrules: [{name: listed, allow: load, sha256: %s}]\n' \
		"$(digest "$1")" >"$policy"
	shift
	start_modwarden "$policy" --persist "$@" || fail "it did not start: $(cat "$state/stderr")"
	rm -f "$state"/parked.*
	trap _ends_persisting EXIT
}

# Whatever became of the case, no gates stay for the next one.
_ends_persisting()
{
	stop_modwarden
	cp "$records" "/out/$case.records.json"
	# Which disarms them first: links go one by one, and late.
	[ ! -e $_pins ] || modwarden stop -o /dev/null 2>&1 || rm -rf $_pins
}

# Starts it again, after the records that are there.
_starts_again()
{
	appends=1 start_modwarden "$policy" "$@" || fail "it did not start again: $(cat "$state/stderr")"
}

# The same, and does not wait until it is up.
_begins_again()
{
	: >"$state/stderr"
	# shellcheck disable=SC2086 # none or one word
	${build:+$build/}modwarden run --policy "$policy" --mechanism "$mechanism" --accept-race --output "$records" \
		--format json --persist >/dev/null 2>"$state/stderr" &
	modwarden=$!
}

_kill_modwarden()
{
	kill -KILL "$modwarden"
	wait "$modwarden" 2>/dev/null
}

# _storm_saw ERRNO FILE...: how often the storm saw it.
_storm_saw()
{
	local errno=$1
	shift
	awk -v errno="$errno" '$3 == errno { n += $4 } END { print n + 0 }' "$@"
}

# _storm_begins GOOD BAD: a listed one comes and goes, an unlisted one is tried from memory, each time
# as another one, and from its file.
_storm_begins()
{
	local i
	both_processors
	rm -f "$state/stop" "$state"/storm.*
	wc -c <"$records" >"$state/storm.mark"
	$load -p 50000 -w "$state/stop" cycle "$1" nls_cp437 >"$state/storm.good" &
	storms=$!
	for i in 1 2 3; do
		$load -v -p 100000 -w "$state/stop" init "$2" >"$state/storm.bad.$i" &
		storms="$storms $!"
	done
	$load -p 500 -w "$state/stop" finit "$2" >"$state/storm.same" &
	storms="$storms $!"
}

# Each attempt was judged as it should be, whoever was there to tell.
_storm_ends()
{
	local outcomes
	: >"$state/stop"
	# shellcheck disable=SC2086 # more than one
	wait $storms
	head "$state"/storm.*
	for outcomes in "$state"/storm.bad.* "$state/storm.same"; do
		! grep -v ' EPERM ' "$outcomes" || fail "an unlisted load ended otherwise: $(cat "$outcomes")"
	done
	! grep -v ' 0 ' "$state/storm.good" || fail "a listed load ended otherwise: $(cat "$state/storm.good")"
}

# _storm_is_told_of GOOD BAD: each attempt once, and none of a storm before.
_storm_is_told_of()
{
	cp "$state/storm.mark" "$state/mark"
	# From memory every one is another module, by digest.
	_tells_exactly '.op? == "load" and .module.source == "memory" and .verdict == "deny"' \
		"$(_storm_saw EPERM "$state"/storm.bad.*)"
	_tells_exactly "$(of "$2")" "$(_storm_saw EPERM "$state/storm.same")"
	_tells_exactly "$(of "$1")" "$(_storm_saw 0 "$state/storm.good")"
	_tells_exactly '.op? == "unload" and .module.name == "nls_cp437" and .syscall.exit == 0' \
		"$(_storm_saw 0 "$state/storm.good")"
	[ "$(since_mark | jq -r 'select(.type == "operation") | .id' | sort | uniq -d)" = '' ] || fail 'there are records twice'
}

# _dies COUNT: at moments that it does not choose; every second time maybe while it still starts and takes
# over.
_dies()
{
	local i=0
	while [ $i -lt "$1" ]; do
		i=$((i + 1))
		[ $((i % 2)) = 0 ] || comes_up || fail "it did not start again: $(cat "$state/stderr")"
		usleep $(((RANDOM % 30) * 100000))
		_kill_modwarden
		usleep $(((RANDOM % 5) * 100000))
		_begins_again
	done
}

a_storm_sees_no_kill()
{
	local good bad part=0 parts=${soak_minutes:+20} kills=${soak_minutes:+10} storms
	good=$(unsigned_copy nls_cp437)
	bad=$(unsigned_copy nls_cp850)
	_persists_with "$good"
	while [ $part -lt "${parts:-1}" ]; do
		part=$((part + 1))
		_storm_begins "$good" "$bad"
		_dies "${kills:-2}"
		comes_up || fail "it did not start again: $(cat "$state/stderr")"
		_storm_ends
		_storm_is_told_of "$good" "$bad"
		progress "$((part * ${kills:-2})) kills"
	done
}

# _tells_exactly FILTER COUNT
_tells_exactly()
{
	until_true _sum_is_at_least "$1" "$2" || fail "$(_sum "$1") of $2 are told of: $1; lost $(_lost)"
	[ "$(_sum "$1")" = "$2" ] || fail "$(_sum "$1") of $2 are told of: $1"
	echo "$2 times $1"
}
